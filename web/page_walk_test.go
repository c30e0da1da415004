package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// From the queue to the decision by forms alone, with the people whom it takes: no
// script, and nothing but what stands on the pages.
func TestCaseByForms(t *testing.T) {
	h := open(t)
	_, number := h.file("dpo")
	at := "/cases/" + number
	supervisor, caseworker, decider := h.signedIn("supervisor"), h.signedIn("caseworker"), h.signedIn("decider")
	take := func(b *browser, step string, pairs ...string) screen {
		t.Helper()
		b.get(at + "/steps/" + step).want(200)
		s := b.send("", pairs...)
		if s.Path != at+"?done=step" {
			t.Fatalf("%s is not taken: %s", step, s.text())
		}
		return s.want(200, "The step was taken.")
	}

	supervisor.get("/queue").want(200, number)
	take(supervisor, "register", "diary_number", "DI-2026-17").want(200, "DI-2026-17")
	caseworker.get(at).want(200, "Take the case")
	caseworker.send(at+"/steps/assign").want(200, "The step was taken.", "Caseworker Exempel")
	if strings.Contains(caseworker.get(at).text(), "Take the case") {
		t.Error("who holds the case is asked to take it")
	}
	take(caseworker, "start_triage")
	take(caseworker, "request_supplement", "questions", "Who received the letter?\r\n\r\nWhen?", "due_at", "2026-12-01T15:30").
		want(200, "Who received the letter?", "When?", "1 December 2026 at 15:30")
	h.post("dpo", at2(h, number)+"/supplements", string(exampleOf("supplement"))).want(201)
	caseworker.get(at+"/submissions/2").want(200, "What changed", "Version 2 of the notification")
	take(caseworker, "assess_risk", "risk", "HIGH", "reason", "Data reached strangers.").want(200, "Our view: High risk")

	severity := []string{"severity.dpc", "3", "severity.ei_quarters", "4", "severity.c_quarters", "1", "severity.i_quarters", "0", "severity.a_quarters", "0"}
	caseworker.get(at + "/steps/assess_severity")
	missing := caseworker.send("", severity...).want(422, "There is something to correct")
	if !strings.Contains(missing.Body, `href="#severity.m_quarters"`) || !strings.Contains(missing.Body, `name="severity.dpc" value="3" checked`) {
		t.Errorf("the missing score is not asked for beside what was chosen: %s", missing.Body)
	}
	wrong := caseworker.send("", append(severity, "severity.m_quarters", "2", "severity.subjects", "about a hundred")...).want(422)
	if !strings.Contains(wrong.Body, `href="#severity.subjects"`) || !strings.Contains(wrong.Body, `value="about a hundred"`) {
		t.Errorf("a number that is none is not kept and refused: %s", wrong.Body)
	}
	caseworker.send("", append(severity, "severity.m_quarters", "2", "severity.subjects", "1 200")...).want(200, "The step was taken.")

	supervisor.get(at + "/steps/open_investigation")
	supervisor.send("", "scope", "Dispatch of letters.", "legal_basis", "Art. 57(1)(h)\nArt. 58(1)(a)", "oss_role", "NOT_CROSS_BORDER").want(422, "There is something to correct", "Dispatch of letters.")
	supervisor.send("", "scope", "Dispatch of letters.", "legal_basis", "Art. 57(1)(h)\nArt. 58(1)(a)", "oss_role", "NOT_CROSS_BORDER",
		"focus_areas", "Dispatch", "reason", "The second letter this year.").want(200, "TIL-2026-")
	supervisor.get("/investigations").want(200, "TIL-2026-", "Dispatch", "Caseworker Exempel", "0 days")
	take(caseworker, "start_drafting", "memo", "What happened, and the law.")
	take(caseworker, "edit_draft", "draft.outcome", "ORDER_COMPLIANCE", "draft.legal_basis", "Art. 58(2)(d)", "draft.reasons", "Letters <went> astray.",
		"draft.conclusion", "You shall check letters.", "draft.rapporteur", h.ids["caseworker"], "draft.others", "Berit Exempel",
		"draft.measures.0.power", "B_REPRIMAND", "draft.measures.0.text", "A reprimand.", "draft.measures.0.infringed", "Art. 32")
	second := caseworker.get(at+"/steps/edit_draft").want(200, "Letters <went> astray.", "Measure 2", "Berit Exempel")
	if strings.Contains(second.text(), "Measure 3") {
		t.Error("there is room for more than one further measure")
	}
	take(caseworker, "edit_draft", "draft.outcome", "ORDER_COMPLIANCE", "draft.legal_basis", "Art. 58(2)(d)", "draft.reasons", "Letters went astray.",
		"draft.conclusion", "You shall check letters.", "draft.rapporteur", h.ids["caseworker"], "draft.others", "Berit Exempel",
		"draft.measures.0.power", "B_REPRIMAND", "draft.measures.0.text", "A reprimand.", "draft.measures.0.infringed", "Art. 32",
		"draft.measures.1.power", "D_ORDER_COMPLIANCE", "draft.measures.1.text", "Check each letter.", "draft.measures.1.infringed", "Art. 32",
		"draft.measures.1.due_at", "2027-01-29T16:00")
	caseworker.get(at + "/steps/edit_draft").want(200)
	if !strings.Contains(caseworker.screen.Body, `value="2027-01-29T16:00"`) {
		t.Error("the measure's day does not come back as it was typed")
	}
	h.signedIn("legal").get("/investigations").want(200, "Waiting for you", "Version 2 of the draft", "Sign the draft off")
	if strings.Contains(caseworker.get("/investigations").text(), "Waiting for you") {
		t.Error("who wrote the draft is asked to approve it")
	}
	if s := decider.get(at + "/steps/decide").want(200); !strings.Contains(s.Body, `value="2026-11-19"`) {
		t.Errorf("the day of service is not filled in: %s", s.Body)
	}
	decider.send("", "service_date", "2026-11-20").want(422)
	decider.send("", "service_date", "2026-11-20", "hearing_skip_reason", "The party has said all.").want(200, "The step was taken.")

	dpo := h.signedIn("dpo")
	dpo.get(at + "/decision").want(404)
	decider.get(at+"/decision").want(200, "The decision is served on 20 November 2026", "Decider Exempel", "on the report of Caseworker Exempel", "Berit Exempel", "Check each letter.", "29 January 2027 at 16:00")
	h.clock.pass(25 * time.Hour)
	dpo = h.signedIn("dpo")
	dpo.get(at).want(200, "Read the decision as a document")
	read := dpo.get(at+"/decision").want(200, "You shall check letters.", "Letters went astray.", "within three weeks from the date of the decision", "Last day: end of 10 December 2026")
	if strings.Contains(read.text(), "What happened, and the law.") {
		t.Error("the party reads the memo")
	}
}

// A party that does not represent the public appeals within three weeks from the
// service; what its side may not see is not shown to it on the page of a version.
func TestDecisionForACompany(t *testing.T) {
	h := &deskHouse{house: open(t)}
	id, number := h.file("dpo", func(n map[string]any) {
		n["controller"] = map[string]any{"name": "Exempel Åkeri AB", "sector": "PRIVATE", "legal_form": "COMPANY", "contact": map[string]any{"email": "dso@akeri.example"}}
	})
	h.decide(id)
	staff := h.signedIn("caseworker")
	changes := staff.get("/cases/"+number+"/submissions/2").want(200, "What changed", "2 fields differ from the version before.", "The version before")
	if !strings.Contains(changes.Body, "<ins") {
		t.Error("what is new is not marked")
	}
	staff.get("/cases/"+number+"/submissions/1").want(200, "The version after")
	staff.get("/cases/" + number + "/submissions/3").want(404)
	staff.get("/cases/" + number + "/submissions/nonsense").want(404)
	h.clock.pass(25 * time.Hour)
	dpo := h.signedIn("dpo", "sv")
	dpo.get("/cases/"+number+"/decision").want(200, "inom tre veckor från den dag då parten fick del av beslutet", "Sista dag: 11 december 2026, dagen ut.", "Utfärda en reprimand")
	h.signedIn("other").get("/cases/" + number + "/decision").want(404)
}

// at2 is the case's address in the API.
func at2(h *house, number string) string {
	h.t.Helper()
	return "/api/v1/cases/" + h.get("supervisor", "/api/v1/cases/"+number).want(200).text("id")
}

// Whoever is slower keeps what they typed and is told how the case stands now.
func TestSlowerFormIsKept(t *testing.T) {
	h := open(t)
	id, number := h.file("dpo")
	h.step("supervisor", id, "register", "", nil).want(200)
	h.step("supervisor", id, "assign", "", map[string]any{"assignee": h.ids["caseworker"]}).want(200)
	slow := h.signedIn("caseworker")
	slow.get("/cases/" + number + "/steps/assess_risk").want(200)
	h.step("caseworker", id, "start_triage", "", nil).want(200)
	typed := "A long reason.\nWith <b>two</b> lines."
	s := slow.send("", "risk", "HIGH", "reason", typed).want(409, "Somebody else changed the case while you were writing.", "Triage", "With <b>two</b> lines.")
	if !strings.Contains(s.Body, `value="HIGH" checked`) {
		t.Errorf("the choice is lost: %s", s.Body)
	}
	slow.send("", "risk", "HIGH", "reason", typed).want(200, "The step was taken.", "With <b>two</b> lines.")
}

// A form that is sent twice counts once; another note from the same page is another.
func TestFormSentTwice(t *testing.T) {
	h := open(t)
	id, number := h.file("dpo")
	h.step("supervisor", id, "register", "", nil).want(200)
	b := h.signedIn("supervisor")
	page := b.get("/cases/" + number).want(200)
	action := "/cases/" + number + "/notes"
	form := page.form(action)
	form.Set("text", "Spoke with the DPO.")
	for range 2 {
		if s := b.post(action, form); s.Path != "/cases/"+number+"?done=note" {
			t.Fatalf("the note led to %s", s.Path)
		}
	}
	form.Set("text", "And again.")
	b.post(action, form).want(200, "The note is saved.", "And again.")
	if notes := h.get("supervisor", "/api/v1/cases/"+id).at("notes").([]any); len(notes) != 2 {
		t.Errorf("%d notes, want 2", len(notes))
	}
	b.get("/cases/" + number + "/steps/assign")
	assign := b.screen.form("")
	assign.Set("assignee", h.ids["caseworker"])
	for range 2 {
		if s := b.post("/cases/"+number+"/steps/assign", assign); s.Path != "/cases/"+number+"?done=step" {
			t.Fatalf("the second press led to %s: %s", s.Path, s.text())
		}
	}
	long := strings.Repeat("å", 100_001)
	b.get("/cases/" + number)
	if s := b.send(action, "text", long).want(422, "There is something to correct"); !strings.Contains(s.Body, long) {
		t.Error("a note that is too long is lost")
	}
	b.send(action, "text", "   ").want(422)
}

// Forms come from this site and this session, and are refused with a page else.
func TestForeignForms(t *testing.T) {
	h := open(t)
	id, number := h.file("dpo")
	b, other := h.signedIn("caseworker"), h.signedIn("supervisor")
	other.get("/cases/" + number)
	foreign := other.screen.form("/cases/" + number + "/notes")
	b.get("/cases/" + number)
	form := b.screen.form("/cases/" + number + "/notes")
	form.Set("text", "A note.")
	for name, change := range map[string]func(url.Values){
		"none":    func(v url.Values) { v.Del("form_token") },
		"wrong":   func(v url.Values) { v.Set("form_token", strings.Repeat("0", 32)) },
		"another": func(v url.Values) { v.Set("form_token", foreign.Get("form_token")) },
	} {
		forged := url.Values{}
		for k, v := range form {
			forged[k] = v
		}
		change(forged)
		if s := b.post("/cases/"+number+"/notes", forged); s.Status != 403 {
			t.Errorf("a form with %s token answers %d", name, s.Status)
		}
	}
	for _, header := range []http.Header{{"Sec-Fetch-Site": {"cross-site"}}, {"Origin": {"https://evil.example"}}} {
		req, err := http.NewRequest(http.MethodPost, h.base+"/cases/"+number+"/notes", strings.NewReader(form.Encode()))
		must(t, err)
		req.Header = header.Clone()
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if s := b.do(req); s.Status != 403 {
			t.Errorf("a form from %v answers %d", header, s.Status)
		}
	}
	if notes, _ := h.get("caseworker", "/api/v1/cases/"+id).at("notes").([]any); len(notes) != 0 {
		t.Errorf("a forged form wrote %d notes", len(notes))
	}
	b.post("/cases/"+number+"/notes", form).want(200, "A note.")
}

// Whoever is not signed in signs in and comes back; whoever signs out is out.
func TestSignInAndOut(t *testing.T) {
	h := open(t)
	_, number := h.file("dpo")
	b := h.browse("sv")
	if s := b.get("/queue?priority=P2"); s.Path != "/sign-in?next=%2Fqueue%3Fpriority%3DP2" {
		t.Fatalf("sent to %s", s.Path)
	}
	s := b.send("/sign-in", "email", "caseworker@demo.example", "password", "wrong words in here").want(422, "E-postadressen och lösenordet hör inte ihop")
	if !strings.Contains(s.Body, `value="caseworker@demo.example"`) || strings.Contains(s.Body, "wrong words in here") {
		t.Error("the address is lost, or the password shown")
	}
	if s := b.send("/sign-in", "email", "caseworker@demo.example", "password", secret); s.Path != "/queue?priority=P2" {
		t.Fatalf("after signing in one is at %s", s.Path)
	}
	b.get("/cases/"+number).want(200, "Läget")
	if s := b.get("/language?next=/cases/" + number); s.Path != "/cases/"+number || !strings.Contains(s.Body, `<html lang="en"`) {
		t.Errorf("the language leads to %s", s.Path)
	}
	if s := b.get("/language?next=https://evil.example/"); s.Path != "/queue" || !strings.Contains(s.Body, `<html lang="sv"`) {
		t.Errorf("the language leads to %s", s.Path)
	}
	b.get("/queue")
	b.send("/sign-out").want(200)
	if s := b.get("/cases/" + number); !strings.HasPrefix(s.Path, "/sign-in") {
		t.Errorf("after signing out one is at %s", s.Path)
	}
	late := h.signedIn("caseworker")
	late.get("/cases/" + number + "/steps/note")
	h.clock.pass(13 * time.Hour)
	if s := late.send("", "text", "Too late."); s.Status != http.StatusUnauthorized || !strings.Contains(s.Body, `action="/sign-in"`) {
		t.Errorf("after the session has ended one gets %d", s.Status)
	}
	for _, header := range []string{"en-GB,en;q=0.9", "sv", "", "de,en;q=0.5", strings.Repeat("x,", 500)} {
		req, err := http.NewRequest(http.MethodGet, h.base+"/sign-in", nil)
		must(t, err)
		req.Header.Set("Accept-Language", header)
		plain := &browser{h: h, client: &http.Client{}}
		want := map[bool]string{true: "en", false: "sv"}[strings.HasPrefix(header, "en")]
		if s := plain.do(req); !strings.Contains(s.Body, `<html lang="`+want+`"`) {
			t.Errorf("a browser that asks for %.20q is answered otherwise", header)
		}
	}
}
