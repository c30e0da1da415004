package web_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/cases/casestest"
	"github.com/vaka-project/vaka/web"
)

var (
	shownKey  = regexp.MustCompile(`id="case-key">([^<]+)<`)
	shownLink = regexp.MustCompile(`href="(/draft#[^"]+)"`)
)

// key is the key that a receipt shows, "" for none.
func (s screen) key() string {
	if m := shownKey.FindStringSubmatch(s.Body); m != nil {
		return m[1]
	}
	return ""
}

// link is the private link that a page of the form shows.
func (s screen) link() string {
	s.t.Helper()
	m := shownLink.FindStringSubmatch(s.Body)
	if m == nil {
		s.t.Fatalf("%s shows no private link", s.Path)
	}
	return html.UnescapeString(m[1])
}

// fileAsGuest notifies without an account, and returns the number and the key.
func (b *browser) fileAsGuest() (number, key string) {
	b.h.t.Helper()
	at := b.complete()
	b.get(at + "/review").want(200)
	s := b.send(at + "/review").want(200)
	if !strings.HasSuffix(s.Path, "/receipt/1") {
		b.h.t.Fatalf("sending leads to %s: %s", s.Path, s.text())
	}
	return strings.Split(s.Path, "/")[2], s.key()
}

// enter opens a case by number and key.
func (b *browser) enter(number, key string) screen {
	b.h.t.Helper()
	b.get("/supplement").want(200)
	return b.send("/supplement", "number", number, "key", key)
}

// Whoever has no account notifies, gets the key once, comes back with it on another
// machine, supplements, answers a question and withdraws; staff see who it was not.
func TestNotifyWithoutAccount(t *testing.T) {
	h := open(t)
	for _, language := range []string{"sv", "en"} {
		b := h.browse(language)
		b.get("/").want(200)
		number, key := b.fileAsGuest()
		if _, ok := auth.ReadKey(key); !ok {
			t.Fatalf("the receipt shows the key %q", key)
		}
		receipt := "/cases/" + number + "/receipt/1"
		if again := b.get(receipt).want(200, number, map[string]string{"sv": "visas inte igen", "en": "is not shown again"}[language]); again.key() != "" {
			t.Error("the key is shown again")
		}
		if file := b.get(receipt + ".json").want(200); !strings.Contains(file.Body, number) || strings.Contains(file.Body, key) {
			t.Errorf("the file: %s", file.Body)
		}

		other := h.browse(language)
		s := other.enter(strings.ToLower(number)+" ", strings.ToLower(strings.ReplaceAll(key, "-", " ")))
		if s.want(200, number); s.Path != "/cases/"+number {
			t.Fatalf("number and key lead to %s", s.Path)
		}
		id := h.get("supervisor", "/api/v1/cases/"+number).want(200).text("id")
		h.ask(id)
		other.get("/cases/"+number).want(200, "Who received the letter?")
		path := "/cases/" + number + "/supplement"
		other.get(path).want(200, "Who received the letter?")
		at := strings.TrimSuffix(other.send(path, "submission_kind", "SUPPLEMENT").want(200).Path, "/follow-up")
		other.save(at, "follow-up", url.Values{"submission_kind": {"SUPPLEMENT"}, "submission_reason": {"A neighbour."}}).want(200)
		other.save(at, "measures", url.Values{"contained": {"YES"}}).want(200)
		other.get(at + "/review").want(200)
		if s = other.send(at + "/review").want(200); s.Path != "/cases/"+number+"/receipt/2" || s.key() != "" {
			t.Errorf("the supplement leads to %s and shows the key %q", s.Path, s.key())
		}
		if r := h.get("caseworker", "/api/v1/cases/"+id).want(200); r.at("requests", 0, "answered_at") == nil || r.at("sender_unverified") != true || r.at("submissions", 1, "sender_unverified") != true {
			t.Errorf("for staff: %s", r.Body)
		}
		other.get(path)
		at = strings.TrimSuffix(other.send(path, "submission_kind", "WITHDRAWAL").want(200).Path, "/follow-up")
		other.save(at, "follow-up", url.Values{"submission_kind": {"WITHDRAWAL"}, "submission_reason": {"It was a drill."}, "withdraw_reason_code": {"OTHER"}})
		other.get(at + "/review").want(200)
		if s = other.send(at + "/review").want(200); s.Path != "/cases/"+number+"/receipt/3" {
			t.Errorf("the withdrawal leads to %s: %s", s.Path, s.text())
		}
		other.get("/cases/" + number)
		other.send("/leave").want(200)
		if s := other.get("/cases/" + number); !strings.HasPrefix(s.Path, "/sign-in") {
			t.Errorf("a case that was left is still open at %s", s.Path)
		}
	}
	staff := h.signedIn("caseworker")
	staff.get("/queue").want(200, "Sender unverified")
	staff.get("/queue?unverified=false").want(200, "No cases match")
	number := strings.TrimPrefix(h.get("supervisor", "/api/v1/cases?unverified=true&limit=1").want(200).text("items", 0, "number"), "")
	staff.get("/cases/"+number).want(200, "Sender unverified", "Whoever notified without an account")
	staff.get("/cases/"+number+"/submissions/1").want(200, "Whoever notified without an account")
	if n := h.get("supervisor", "/api/v1/counts").want(200).at("unverified"); n != 2.0 {
		t.Errorf("%v cases are counted as unverified", n)
	}
	if strings.Contains(h.log.String(), "ERROR") {
		t.Errorf("the log: %s", h.log.String())
	}
}

// ask brings a case to where its notifier is asked a question.
func (h *house) ask(id string) {
	h.t.Helper()
	h.step("registrar", id, "register", "", map[string]any{"diary_number": "DI-" + id}).want(200)
	h.step("supervisor", id, "assign", "", map[string]any{"assignee": h.ids["caseworker"]}).want(200)
	h.step("caseworker", id, "start_triage", "", nil).want(200)
	h.step("caseworker", id, "request_supplement", "", map[string]any{"questions": []string{"Who received the letter?"}}).want(200)
}

// A key opens its own case and nothing else, and what does not open says the same
// whatever is wrong.
func TestKeyOpensOneCase(t *testing.T) {
	h := open(t)
	mine, stranger := h.browse("en"), h.browse("en")
	number, key := mine.fileAsGuest()
	foreign, foreignKey := stranger.fileAsGuest()
	_, ofAccount := h.file("dpo")

	b := h.browse("en")
	var said []string
	for _, wrong := range [][2]string{{number, foreignKey}, {foreign, key}, {ofAccount, key}, {"PUI-2026-999", key}, {"", key}, {strings.Repeat("x", 100_000), key}} {
		s := b.enter(wrong[0], wrong[1]).want(422)
		said = append(said, regexp.MustCompile(`(?s)id="faults".*?</div>`).FindString(s.Body))
	}
	if len(slices.Compact(said)) != 1 || !strings.Contains(said[0], "do not belong together") {
		t.Errorf("what does not open is told apart: %q", said)
	}
	b.enter(number, "not a key").want(422, "The key is misspelled.")
	b.enter(number, key).want(200)
	for _, path := range []string{"/cases/" + foreign, "/cases/" + ofAccount, "/cases/" + foreign + "/receipt/1", "/cases/" + foreign + "/supplement"} {
		b.get(path).want(404)
	}
	for _, path := range []string{"/mine", "/queue", "/me", "/accounts", "/cases/" + number + "/decision", "/cases/" + number + "/submissions/1"} {
		if s := b.get(path); !strings.HasPrefix(s.Path, "/sign-in") {
			t.Errorf("a key opens %s", path)
		}
	}
	// The cookie is no token of the API, and neither is the key.
	for _, token := range append([]string{key}, b.tokens()...) {
		h.do(request{method: "GET", path: "/api/v1/cases/" + number, header: map[string]string{"Authorization": "Bearer " + token}}).want(401)
	}
	h.post("", "/api/v1/notifications", notification()).want(401)
	form := b.get("/cases/" + number + "/supplement").form("/cases/" + number + "/supplement")
	for _, token := range []string{"", "x", stranger.get("/cases/" + foreign + "/supplement").form("/cases/" + foreign + "/supplement").Get("form_token")} {
		b.post("/cases/"+number+"/supplement", url.Values{"form_token": {token}, "submission_kind": {"WITHDRAWAL"}}).want(403)
	}
	h.clock.pass(auth.GuestLife + time.Minute)
	if s := b.post("/cases/"+number+"/supplement", form); !strings.HasPrefix(s.Path, "/sign-in") {
		t.Errorf("after some hours the case is still open: %s", s.Path)
	}
}

// tokens are the values of the browser's cookies.
func (b *browser) tokens() []string {
	var out []string
	for _, c := range b.client.Jar.Cookies(nil) {
		out = append(out, c.Value)
	}
	return out
}

// What is stored holds no key and no link, so that whoever reads the store opens
// nothing.
func TestKeysAreStoredNowhere(t *testing.T) {
	h := open(t)
	b := h.browse("en")
	at := b.begin()
	link := b.get(at + "/who").link()
	_, key := h.browse("en").fileAsGuest()
	secrets := []string{link[strings.IndexByte(link, '#')+1:], key, strings.ToLower(strings.ReplaceAll(key, "-", ""))}
	for _, in := range []cases.Collection{cases.Cases, cases.Summaries, cases.Sessions, cases.Drafts} {
		must(t, h.store.Scan(ctx, in, func(id string, decode func(any) error) error {
			var doc map[string]any
			must(t, decode(&doc))
			for _, s := range secrets {
				if text := id + strings.ToLower(strings.Join(strings.Fields(web.Spell(doc)), "")); strings.Contains(text, strings.ToLower(s)) {
					t.Errorf("%s holds %s", in, s)
				}
			}
			return nil
		}))
	}
	if log := h.log.String(); slices.ContainsFunc(secrets, func(s string) bool { return strings.Contains(log, s) }) {
		t.Error("the log holds a secret")
	}
}

// A draft of nobody is taken up by its private link on another machine; the link does
// not open the case that the draft becomes.
func TestDraftByPrivateLink(t *testing.T) {
	h := open(t)
	b := h.browse("en")
	at := b.complete()
	link := b.get(at+"/what").want(200, "Save this link").link()
	b.get("/").want(200, "Begun without an account in this browser", "Socialnämnden")

	colleague := h.browse("en")
	if s := colleague.get(at + "/who"); !strings.HasPrefix(s.Path, "/sign-in") {
		t.Errorf("without the link the draft is open at %s", s.Path)
	}
	colleague.get("/draft").want(200)
	colleague.send("/draft", "link", "nonsense").want(422, "This is no private link to a draft.")
	colleague.send("/draft", "link", auth.NewKey().Compact()).want(404, "There is no such draft.")
	if s := colleague.send("/draft", "link", " "+link+"\n").want(200, "Exempelköpings kommun"); s.Path != at+"/who" {
		t.Errorf("the link leads to %s", s.Path)
	}
	colleague.save(at, "what", url.Values{"description": {"Written elsewhere."}}).want(200)
	b.get(at+"/review").want(200, "Written elsewhere.")
	old := b.screen.form(at + "/review")
	s := b.send(at + "/review").want(200)
	number := strings.Split(s.Path, "/")[2]
	if s.key() == "" {
		t.Fatal("no key")
	}
	// Going back, the sender sees the receipt, and what is typed is kept; the colleague
	// is asked for number and key.
	b.post(at+"/review", old).want(200, "was not sent again")
	b.get(at+"/who").want(200, "was not sent again")
	b.post(at+"/what", url.Values{"form_token": b.get("/cases/" + number).form("/leave")["form_token"], "description": {"More."}}).want(409, "has been sent already", "More.", number)
	if s := colleague.get(at + "/who"); !strings.HasPrefix(s.Path, "/supplement") || s.key() != "" {
		t.Errorf("a handed-on link leads to %s", s.Path)
	}
	if s := colleague.get("/cases/" + number); !strings.HasPrefix(s.Path, "/sign-in") {
		t.Errorf("a handed-on link opens the case at %s", s.Path)
	}
	if n := h.cases.Board().Len(); n != 1 {
		t.Errorf("%d cases", n)
	}
}

// An answer that is lost costs nobody the key: the same form, sent again, gives the
// same receipt with the same key, until it was shown.
func TestKeySurvivesALostAnswer(t *testing.T) {
	h := open(t)
	b := h.browse("en")
	at := b.complete()
	form := b.get(at + "/review").want(200).form(at + "/review")
	deaf := *b.client
	deaf.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	kept := b.client
	before := slices.Clone(b.client.Jar.Cookies(nil))
	b.client = &deaf
	b.post(at+"/review", form).want(303)
	b.client = kept
	b.client.Jar.SetCookies(nil, append(before, &http.Cookie{Name: "vaka-case"})) // as if it had not arrived
	s := b.post(at+"/review", form).want(200)
	number, key := strings.Split(s.Path, "/")[2], s.key()
	if key == "" {
		t.Fatalf("the key is lost: %s %s", s.Path, s.text())
	}
	h.browse("en").enter(number, key).want(200, number)
	if n := h.cases.Board().Len(); n != 1 {
		t.Errorf("%d cases", n)
	}
}

// Whoever is signed in notifies as themselves, and can take a draft over that they
// began before.
func TestDraftIsTakenOver(t *testing.T) {
	h := open(t)
	b := h.browse("en")
	at := b.complete()
	link := b.get(at + "/who").link()
	b.get("/sign-in")
	b.send("/sign-in", "email", "dpo@demo.example", "password", secret).want(200)
	b.get(at + "/who").want(404) // it is nobody's, and they are somebody
	b.get("/notify").want(200, "Move to my account")
	b.post("/draft/take-over", url.Values{"draft": {strings.TrimPrefix(at, "/notify/")}}).want(403)
	b.get("/notify")
	s := b.send("/draft/take-over").want(200, "now in your account", "Exempelköpings kommun")
	mine := s.Path[:strings.LastIndexByte(s.Path, '/')]
	b.get(mine + "/review").want(200)
	number := strings.Split(b.send(mine+"/review").want(200).Path, "/")[2]
	if r := h.get("caseworker", "/api/v1/cases/"+number).want(200); r.at("sender_unverified") != false || r.at("opened_by") != h.ids["dpo"] {
		t.Errorf("%s", r.Body)
	}
	stranger := h.browse("en")
	stranger.get("/draft")
	stranger.send("/draft", "link", link).want(404)
	foreign := h.signedIn("other")
	foreign.get("/notify")
	foreign.post("/draft/take-over", url.Values{"draft": {strings.TrimPrefix(at, "/notify/")}, "form_token": foreign.screen.form("/notify")["form_token"]}).want(404)
}

// All without an account together are held to a rate; what was typed is still there.
func TestGuestsShareACeiling(t *testing.T) {
	h := open(t, func(o *web.Options) { o.GuestsPerSecond = 2 })
	var waiting []*browser
	var at []string
	for range 3 {
		b := h.browse("en")
		waiting, at = append(waiting, b), append(at, b.complete())
		h.clock.pass(time.Second)
	}
	refused := 0
	for i, b := range waiting {
		form := b.get(at[i] + "/review").want(200).form(at[i] + "/review")
		s := b.post(at[i]+"/review", form)
		if s.Status == http.StatusTooManyRequests {
			refused++
			if s.want(429, "Very many notify without an account", "Exempelköpings kommun"); s.Header.Get("Retry-After") == "" {
				t.Error("nobody says when to try again")
			}
			h.signedIn("dpo").complete() // an account is not held up
			h.clock.pass(time.Second)
			b.post(at[i]+"/review", form).want(200, "The key is shown this once")
		}
	}
	if refused != 1 {
		t.Errorf("%d of 3 were refused, want 1", refused)
	}
	h.clock.pass(time.Minute)
	last := screen{}
	for range 3 {
		b := h.browse("en")
		b.get("/notify")
		last = b.send("/notify")
	}
	if last.want(429); last.Header.Get("Retry-After") == "" {
		t.Error("nobody says when to try again")
	}
}

// Drafts of nobody are kept for two weeks, and for a day where nothing is in them.
func TestGuestDraftsExpireSooner(t *testing.T) {
	h := open(t)
	b, idle := h.browse("en"), h.browse("en")
	at, empty := b.complete(), idle.begin()
	link := b.get(at + "/who").link()
	h.clock.pass(25 * time.Hour)
	if n, err := h.server.Sweep(ctx, h.clock.now()); n != 1 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	idle.get(empty + "/who").want(404)
	form := b.get(at + "/what").want(200).form(at + "/what")
	h.clock.pass(13 * 24 * time.Hour)
	form.Set("description", "Typed too late.")
	if s := b.post(at+"/what", form).want(404, "The draft is no longer there", "Typed too late."); strings.Contains(s.text(), "form_token") {
		t.Error("the page shows what nobody typed")
	}
	s := b.send("/notify").want(200)
	if !strings.HasSuffix(s.Path, "/what") || s.controls().Get("description") != "Typed too late." {
		t.Errorf("the new draft begins at %s with %v", s.Path, s.controls())
	}
	fresh := h.browse("en")
	fresh.get("/draft")
	fresh.send("/draft", "link", link).want(404, "There is no such draft.")
	if n, err := h.server.Sweep(ctx, h.clock.now()); n != 1 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
}

// A browser that lost what opens a draft loses nothing that was typed.
func TestGuestCookieIsGoneWhileTyping(t *testing.T) {
	h := open(t)
	b := h.browse("sv")
	at := b.begin()
	shown := b.get(at + "/what").want(200)
	link, form := shown.link(), shown.form(at+"/what")
	form.Set("description", "Långt <i>skrivet</i>\noch inte sparat.")
	fresh := h.browse("sv")
	fresh.post(at+"/what", form).want(401, "Det du skrev finns kvar", "öppna utkastet med den privata länken")
	fresh.send("/draft", "link", "fel").want(422)
	fresh.send("/draft", "link", link).want(200, "Spara det jag skrev")
	fresh.send(at + "/what").want(200)
	if got := b.get(at + "/what").controls().Get("description"); got != form.Get("description") {
		t.Errorf("kept: %q", got)
	}

	number, key := h.browse("sv").fileAsGuest()
	b.enter(number, key).want(200)
	b.get("/cases/" + number + "/supplement")
	at = strings.TrimSuffix(b.send("/cases/"+number+"/supplement", "submission_kind", "SUPPLEMENT").want(200).Path, "/follow-up")
	form = b.get(at + "/what").want(200).form(at + "/what")
	form.Set("description", "Ett tillägg.")
	h.clock.pass(auth.GuestLife)
	b.post(at+"/what", form).want(401, "öppna ärendet med nummer och nyckel")
	b.send("/supplement", "number", number, "key", key).want(200, "Spara det jag skrev")
	b.send(at + "/what").want(200)
	if got := b.get(at + "/what").controls().Get("description"); got != "Ett tillägg." {
		t.Errorf("kept: %q", got)
	}
}

// Wrong keys are slowed for the address alone, on a page that keeps the number.
func TestWrongKeysAreSlowed(t *testing.T) {
	h := open(t)
	b := h.browse("en")
	for range 100 {
		b.post("/supplement", url.Values{"number": {"PUI-2026-1"}, "key": {auth.NewKey().String()}}).want(422)
	}
	s := b.post("/supplement", url.Values{"number": {"PUI-2026-1"}, "key": {auth.NewKey().String()}}).want(429, "too many failed attempts")
	if s.Header.Get("Retry-After") == "" || !strings.Contains(s.Body, "PUI-2026-1") {
		t.Error("the page does not say when to try again, or forgot the number")
	}
	h.signedIn("dpo")
}

// Failures of the store are told as such, and nobody is let in on them.
func TestGuestsWhenTheStoreFails(t *testing.T) {
	h := open(t)
	b := h.browse("en")
	at := b.complete()
	number, key := h.browse("en").fileAsGuest()
	h.store.Inject(casestest.Fault{Op: casestest.Get, Times: 1})
	b.get(at + "/who").want(503)
	h.store.Inject(casestest.Fault{Op: casestest.Insert, Times: 1})
	b.get("/notify")
	b.send("/notify").want(503)
	h.store.Inject(casestest.Fault{Op: casestest.Insert, Times: 1})
	b.enter(number, key).want(503)
	b.enter(number, key).want(200)
}
