package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
)

// story is what several people do with one case, each in a tab of their own.
type story struct {
	t          *testing.T
	scriptless bool
	number     string // of the case, once there is one
}

// A breach is notified with half the facts, supplemented when it is asked for,
// investigated and decided, by everybody in their own browser. It is told with
// scripts, and without.
func TestStory(t *testing.T) {
	for name, scriptless := range map[string]bool{"with scripts": false, "without scripts": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &story{t: t, scriptless: scriptless}
			dpo, registrar, caseworker, supervisor := s.person("dpo"), s.person("registrar"), s.person("caseworker"), s.person("supervisor")
			s.notify(dpo)
			s.register(registrar)
			s.allot(supervisor)
			s.triage(caseworker)
			s.answer(dpo)
			s.investigate(supervisor)
			s.draft(caseworker)
			s.decide(caseworker, supervisor)
			s.learn(dpo)
		})
	}
}

// person signs in as people do, and goes on in that tab.
func (s *story) person(account string) *tab {
	s.t.Helper()
	b := newTab(s.t, look{scriptless: s.scriptless})
	b.signIn(account)
	return b
}

// notify files a notification with what is known at night.
func (s *story) notify(b *tab) {
	s.t.Helper()
	b.see("/")
	b.take("main a[href='/notify']")
	b.take("main form[action='/notify'] button")
	b.set("[name='controller.unit_id']", b.value("[name='controller.unit_id'] option:nth-of-type(2)"))
	b.next("/reporter")
	b.next("/when")

	aware := time.Now().Add(-5 * time.Hour).In(stockholm(s.t))
	b.set("[name='aware_at']", aware.Format("2006-01-02T15:04"))
	if !s.scriptless {
		b.await(`!!document.querySelector("#clock:not([hidden]) strong")?.textContent`)
	}
	b.next("/what")
	if clock := b.text("#clock"); !strings.Contains(clock, "72") {
		s.t.Errorf("the page after the time of awareness says of the 72 hours: %q", clock)
	}
	b.tick("[name='breach_types'][value='AVAILABILITY']")
	b.fill("[name='description']", "Verksamhetssystemet är krypterat. Vi vet inte ännu om uppgifter har tagits ut.")
	b.next("/people")
	if !s.scriptless { // what is unknown is said to be unknown, and is no fault
		b.tick("[name='subjects.mode'][value='TBD']")
	}
	b.take("#form button[value='review']")
	s.correct(b)
	b.take("form[action$='/review'] button")

	s.number = b.text(".figure")
	if !strings.HasPrefix(s.number, "PUI-") || !strings.Contains(b.path(), "/receipt/1") {
		s.t.Fatalf("after sending, %s shows the number %q", b.path(), s.number)
	}
	receipt := b.text("main")
	for _, part := range []string{"72", "SHA-256"} {
		if !strings.Contains(receipt, part) {
			s.t.Errorf("the receipt lacks %q: %s", part, receipt)
		}
	}
	b.see("/mine")
	if b.count("main a[href='/cases/"+s.number+"']") != 1 {
		s.t.Errorf("the own notifications lack %s", s.number)
	}
}

// correct sends too early, and is led to the two answers without which there is
// nobody to write to.
func (s *story) correct(b *tab) {
	s.t.Helper()
	if status := b.press("form[action$='/review'] button"); status != http.StatusUnprocessableEntity {
		s.t.Fatalf("sending without a way to be reached led to %s with status %d", b.path(), status)
	}
	b.take("#faults a[href*='/who#']")
	b.fill("[name='controller.contact.phone']", "+46 10 000 00 01")
	b.take("#form button[value='next']")
	b.choose("reporter.function", "AUTHORISED_OTHER")
	b.take("#form button[value='review']")
}

// next goes to the next topic of the form.
func (b *tab) next(topic string) {
	b.t.Helper()
	b.take("#form button[value='next']")
	if !strings.HasSuffix(b.path(), topic) {
		b.t.Fatalf("the form leads to %s instead of %s: %s", b.path(), topic, b.text("#faults"))
	}
}

func (s *story) register(b *tab) {
	s.t.Helper()
	s.step(b, "register", "REGISTERED", nil)
}

// allot gives the case to the caseworker, whose name stands in the list.
func (s *story) allot(b *tab) {
	s.t.Helper()
	s.step(b, "start_triage", "TRIAGE", func() {
		b.pick("assignee", "Karin Exempelsson")
	})
}

// triage finds the case in the queue, assesses it and asks for what is missing.
func (s *story) triage(b *tab) {
	s.t.Helper()
	b.see("/queue")
	b.take("nav a[href='/queue?phase=triage']")
	b.take("nav a[href*='assignee=me']")
	b.fill("#q", s.number)
	b.take("form[role='search'] button")
	if n := b.count("tbody tr"); n != 1 || !strings.Contains(b.path(), "phase=triage") {
		s.t.Fatalf("%d cases at %s", n, b.path())
	}
	b.take("tbody th a")

	const reason = "Uppgifter om många barn, och stora brister i behörighetsstyrningen."
	s.begin(b, "assess_risk")
	b.fill("[name='reason']", reason)
	if status := b.press("main form[method='post'] button.button"); status != http.StatusUnprocessableEntity {
		s.t.Fatalf("an assessment without its level led to %s with status %d", b.path(), status)
	}
	if got := b.value("[name='reason']"); got != reason {
		s.t.Errorf("after the refusal the reason is %q", got)
	}
	if focus := eval[string](b, "document.activeElement.id"); !s.scriptless && focus != "faults" {
		s.t.Errorf("after the refusal the focus is on %q", focus)
	}
	if led := b.href("#faults a"); led != "#risk" || b.count("[id='risk']") != 1 {
		s.t.Errorf("the summary of what is wrong leads to %q", led)
	}
	b.tick("[name='risk'][value='HIGH']")
	b.take("main form[method='post'] button.button")
	if history := b.text(".timeline"); !strings.Contains(history, reason) {
		s.t.Errorf("the history lacks the assessment: %s", history)
	}

	s.step(b, "request_supplement", "AWAITING_SUPPLEMENT", func() {
		b.fill("[name='questions']", "Hur många registrerade berörs?\nHar uppgifter lämnat systemet?")
	})
}

// answer supplements the notification with what is known two days later.
func (s *story) answer(b *tab) {
	s.t.Helper()
	b.see("/mine")
	b.take("main a[href='/cases/" + s.number + "']")
	if asked := b.text("main"); !strings.Contains(asked, "Har uppgifter lämnat systemet?") {
		s.t.Errorf("the case does not show what the authority asks: %s", asked)
	}
	b.take("main a[href='/cases/" + s.number + "/supplement']")
	if sent := b.text("main"); !strings.Contains(sent, "Verksamhetssystemet är krypterat.") {
		s.t.Errorf("the supplement does not show what was sent before: %s", sent)
	}
	b.tick("[name='submission_kind'][value='SUPPLEMENT']")
	b.take("main form[action$='/supplement'] button")
	for range 4 { // past what follows up and why, to who is concerned
		if b.count("[name='subjects.mode']") > 0 {
			break
		}
		b.take("#form button[value='next']")
	}
	b.tick("[name='subjects.mode'][value='EXACT']")
	b.fill("[name='subjects.max']", "1250")
	b.take("#form button[value='review']")
	if changed := b.text("main"); !strings.Contains(changed, "1\u00a0250") {
		s.t.Errorf("the review does not show the change: %s", changed)
	}
	b.take("form[action$='/review'] button")
	if !strings.Contains(b.path(), "/cases/"+s.number+"/receipt/2") {
		s.t.Errorf("the supplement led to %s: %s", b.path(), b.text("main"))
	}
}

// investigate opens an investigation.
func (s *story) investigate(b *tab) {
	s.t.Helper()
	if s.state() == "AWAITING_SUPPLEMENT" {
		s.t.Errorf("the case still waits for the supplement")
	}
	s.step(b, "open_investigation", "INVESTIGATION", func() {
		b.fill("[name='scope']", "Säkerheten i samband med behandlingen.")
		b.fill("[name='legal_basis']", "GDPR Art. 32")
		b.fill("[name='reason']", "Hög risk för många barn.")
		b.choose("oss_role", "NO_OSS_55_2")
	})
	b.see("/investigations")
	if b.count("main a[href='/cases/"+s.number+"']") == 0 {
		s.t.Errorf("the open investigations lack %s", s.number)
	}
}

// draft writes a decision and hears the party on it.
func (s *story) draft(b *tab) {
	s.t.Helper()
	s.step(b, "start_drafting", "DRAFTING", func() {
		b.fill("[name='memo']", "Utredningen visar att flerfaktorsautentisering saknades.")
	})
	s.step(b, "edit_draft", "DRAFTING", func() {
		b.choose("draft.outcome", "REPRIMAND")
		b.fill("[name='draft.legal_basis']", "GDPR Art. 32(1)")
		b.fill("[name='draft.reasons']", "Åtkomsten skyddades bara av lösenord.")
		b.pick("draft.rapporteur", "Karin Exempelsson")
		b.choose(eval[string](b, `document.querySelector("[name^='draft.measures'][name$='power']").name`), "B_REPRIMAND")
		b.fill("[name^='draft.measures'][name$='text']", "Reprimand.")
	})
	s.step(b, "send_hearing", "HEARING", nil)
	s.step(b, "hearing_answered", "DRAFTING", func() { b.fill("[name='note']", "Nämnden har inget att invända.") })
}

// decide is for somebody else than whoever wrote the draft.
func (s *story) decide(author, decider *tab) {
	s.t.Helper()
	author.see("/cases/" + s.number)
	if author.count("main a[href$='/steps/decide']") != 0 {
		s.t.Error("who wrote the draft is offered to decide")
	}
	s.step(decider, "decide", "DECIDED", func() {
		decider.set("[name='service_date']", time.Now().In(stockholm(s.t)).Format(time.DateOnly))
	})
	decider.see("/cases/" + s.number + "/decision")
	if document := decider.text("main"); !strings.Contains(document, "Åtkomsten skyddades bara av lösenord.") || !strings.Contains(document, "Sara Exempelsson") {
		s.t.Errorf("the decision reads %s", document)
	}
}

// learn reads the decision on the other side, which never sees the authority's own notes.
func (s *story) learn(b *tab) {
	s.t.Helper()
	b.see("/cases/" + s.number)
	seen := b.text("main")
	if !strings.Contains(seen, "Åtkomsten skyddades bara av lösenord.") {
		s.t.Errorf("the party does not see the decision: %s", seen)
	}
	for _, inner := range []string{"Stora brister i behörighetsstyrningen", "Utredningen visar att"} {
		if strings.Contains(seen, inner) {
			s.t.Errorf("the party sees %q", inner)
		}
	}
}

// begin opens the form of a step from the case's page, where it may stand in a
// part that is closed.
func (s *story) begin(b *tab, step string) {
	s.t.Helper()
	b.see("/cases/" + s.number)
	link := "main a[href$='/steps/" + step + "']"
	if b.count(link) == 0 {
		s.t.Fatalf("%s is not offered: %s", step, b.text("main aside"))
	}
	if b.count("details:not([open]) a[href$='/steps/"+step+"']") > 0 {
		b.tick("details:not([open]):has(a[href$='/steps/" + step + "']) > summary")
	}
	b.take(link)
}

// step takes a step by its form, and sees what becomes of the case.
func (s *story) step(b *tab, step, state string, answer func()) {
	s.t.Helper()
	s.begin(b, step)
	if answer != nil {
		answer()
	}
	b.take("main form[method='post'] button.button")
	if got := s.state(); got != state {
		s.t.Fatalf("after %s the case is %s, not %s; %s says: %s", step, got, state, b.path(), b.text("#faults"))
	}
}

// state is what the case is now.
func (s *story) state() string {
	s.t.Helper()
	return ask[struct {
		State string `json:"state"`
	}](s.t, "supervisor", "/api/v1/cases/"+s.number).State
}

// choose answers a question that is a list or a set of buttons.
func (b *tab) choose(name, value string) {
	b.t.Helper()
	if radio := fmt.Sprintf("input[name='%s'][value='%s']", name, value); b.count(radio) > 0 {
		b.tick(radio)
		return
	}
	b.set("select[name='"+name+"']", value)
}

// pick answers such a question by what can be read.
func (b *tab) pick(name, label string) {
	b.t.Helper()
	value := eval[string](b, fmt.Sprintf(`[...document.querySelectorAll("select[name='%[1]s'] option, label:has([name='%[1]s'])")]
		.filter((o) => o.textContent.includes(%[2]q)).map((o) => o.value ?? o.querySelector("input").value)[0] ?? ""`, name, label))
	if value == "" {
		b.t.Fatalf("%s cannot be picked on %s", label, b.path())
	}
	b.choose(name, value)
}

func stockholm(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}
