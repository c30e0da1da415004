package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vaka-project/vaka/cases"
)

// A session that ended while staff typed costs nothing that was typed, and carries
// nothing out by itself.
func TestSessionEndsWhileStaffType(t *testing.T) {
	h := open(t)
	id, number := h.file("dpo")
	h.step("registrar", id, "register", "", map[string]any{"diary_number": "DI-1"}).want(200)
	h.step("supervisor", id, "assign", "", map[string]any{"assignee": h.ids["caseworker"]}).want(200)
	h.step("caseworker", id, "start_triage", "", nil).want(200)
	version := func() string { return h.get("supervisor", "/api/v1/cases/"+id).want(200).Header.Get("ETag") }
	in := func(name string, b *browser) {
		b.send("/sign-in", "email", name+"@demo.example", "password", "wrong").want(422)
		b.send("/sign-in", "email", name+"@demo.example", "password", secret).want(200, "Nothing has been sent.")
	}

	b := h.signedIn("caseworker")
	step := "/cases/" + number + "/steps/assess_risk"
	form := b.get(step).want(200).form("")
	form.Set("risk", "HIGH")
	form.Set("reason", "Typed <b>long</b>\nbefore the end.")
	h.clock.pass(13 * time.Hour)
	h.login("supervisor", "caseworker")
	before := version()
	b.post(step, form).want(401, "Your session has ended")
	in("caseworker", b)
	s := b.send(step).want(200)
	for _, kept := range []string{"Typed &lt;b&gt;long&lt;/b&gt;\nbefore the end.", `value="HIGH" checked`} {
		if !strings.Contains(s.Body, kept) {
			t.Errorf("%q is not kept: %s", kept, s.Body)
		}
	}
	if version() != before {
		t.Error("signing in again took the step")
	}
	b.send("", "risk", "HIGH", "reason", form.Get("reason")).want(200)
	if version() == before {
		t.Error("the step cannot be taken from there")
	}

	// Where the case was changed meanwhile, that is said.
	form = b.get(step).want(200).form("")
	form.Set("reason", "Slower.")
	h.clock.pass(13 * time.Hour)
	h.login("supervisor", "caseworker")
	h.step("caseworker", id, "request_supplement", "", map[string]any{"questions": []string{"Who?"}}).want(200)
	b.post(step, form).want(401)
	in("caseworker", b)
	b.send(step).want(200, "Awaiting supplement", "Slower.")

	// A note, and an organisation.
	b.get("/cases/" + number)
	form = b.screen.form("/cases/" + number + "/notes")
	form.Set("text", "A note.")
	h.clock.pass(13 * time.Hour)
	b.post("/cases/"+number+"/notes", form).want(401)
	in("caseworker", b)
	b.send("/cases/"+number+"/notes").want(200, "A note.")
	if r := h.get("supervisor", "/api/v1/session"); r.Status != 401 {
		t.Errorf("the supervisor's session goes on: %d", r.Status)
	}
	admin := h.signedIn("admin")
	form = admin.get("/organisations/new").want(200).form("/organisations")
	form.Set("name", "Exempelby kommun")
	h.clock.pass(13 * time.Hour)
	admin.post("/organisations", form).want(401)
	in("admin", admin)
	if s := admin.send("/organisations").want(200); !strings.Contains(s.Body, `value="Exempelby kommun"`) {
		t.Errorf("the name is not kept: %s", s.Body)
	}
	if len(h.units.List("")) != 0 {
		t.Error("signing in again recorded an organisation")
	}

	// Passwords are carried nowhere, and what is too long is not cut.
	form = admin.get("/me").form("/me/password")
	form.Set("old_password", secret)
	h.clock.pass(13 * time.Hour)
	if s := admin.post("/me/password", form); strings.Contains(s.Body, secret) {
		t.Errorf("a password is carried to %s", s.Path)
	}
	b.post(step, url.Values{"reason": {strings.Repeat("å", 100_000)}}).want(401, "is too long to be carried")
	if strings.Contains(b.screen.Body, "ååå") || strings.Contains(b.screen.Body, "%C3%A5") {
		t.Error("a part of it is carried")
	}
}

// What is carried along leads nowhere but to a form of this server.
func TestCarriedFormsStayHere(t *testing.T) {
	h := open(t)
	for _, next := range []string{"https://evil.example/", "//evil.example", "/sign-out", "/invitation", "/nowhere", "/queue"} {
		b := h.signedIn("dpo")
		form := url.Values{"email": {"dpo@demo.example"}, "password": {secret}, "next": {next}, "resume": {"text=x"}}
		if s := b.post("/sign-in", form); strings.Contains(s.Body, `value="x"`) || strings.Contains(s.Path, "evil") {
			t.Errorf("%s is shown with what was carried: %s", next, s.Path)
		}
	}
	b := h.signedIn("dpo")
	b.post("/sign-in", url.Values{"email": {"dpo@demo.example"}, "password": {secret}, "next": {"/cases/x/notes"}, "resume": {"%zz"}}).want(200)
}

// Typing goes on after the form was sent, the draft deleted or expired: it is told
// what happened, and what was typed is still there.
func TestLeftoversAreKept(t *testing.T) {
	h := open(t)
	b := h.signedIn("dpo", "sv")
	at := b.complete()
	form := b.get(at + "/what").want(200).form(at + "/what")
	form.Set("description", "Mer <i>text</i>.")
	b.get(at + "/review")
	number := strings.Split(b.send(at+"/review").want(200).Path, "/")[2]
	b.post(at+"/what", form).want(409, "Formuläret är redan skickat", number, "Mer <i>text</i>.")
	if n := h.get("dpo", "/api/v1/cases/"+number).want(200).at("submissions"); len(n.([]any)) != 1 {
		t.Errorf("%v", n)
	}
	at = b.begin()
	form = b.get(at + "/when").want(200).form(at + "/when")
	form.Set("aware_at", "2026-11-18T14:20")
	form.Set("awareness_explanation", "Ett larm.")
	b.send(at + "/delete").want(200)
	b.post(at+"/when", form).want(404, "Utkastet finns inte längre", "Ett larm.")
	s := b.send("/notify").want(200)
	if got := s.controls(); !strings.HasSuffix(s.Path, "/when") || got.Get("aware_at") != "2026-11-18T14:20" || got.Get("awareness_explanation") != "Ett larm." {
		t.Errorf("%s: %v", s.Path, got)
	}
	for _, topic := range []string{"registrar", "follow-up", "missing", "nonsense"} {
		b.post(at+"/"+topic, form).want(404)
		if s := b.send("/notify").want(200); !strings.HasSuffix(s.Path, "/who") {
			t.Errorf("a draft begins at %s", s.Path)
		}
	}
}

// Whoever acts for many controllers chooses one for the session, sees its cases and
// notifies for it; a choice shows nobody more than their mandates do.
func TestControllerIsChosenOnce(t *testing.T) {
	h := open(t)
	o, err := h.units.Create(ctx, cases.System("test"), cases.Organisation{
		Name: "Provköpings kommun", LegalForm: cases.FormMunicipality,
		Units: []cases.Unit{{Board: "Socialnämnden"}, {Board: "Skolnämnden"}, {Board: "Byggnadsnämnden"}},
	})
	must(t, err)
	for _, u := range o.Units[:2] {
		_, err = h.auth.GrantMandate(ctx, cases.System("test"), h.ids["dpo"], u.ID, o.Name, "test")
		must(t, err)
	}
	of := func(unit string) func(map[string]any) {
		return func(n map[string]any) {
			n["controller"] = map[string]any{"unit_id": unit, "name": "Provköpings kommun", "contact": map[string]any{"email": "r@provkoping.example"}}
		}
	}
	_, social := h.file("dpo", of(o.Units[0].ID))
	_, school := h.file("dpo", of(o.Units[1].ID))
	b := h.signedIn("dpo")
	lists := func(want ...string) {
		t.Helper()
		s := b.get("/mine").want(200)
		for _, n := range []string{social, school} {
			listed := strings.Contains(s.Body, n)
			wanted := false
			for _, w := range want {
				wanted = wanted || w == n
			}
			if listed != wanted {
				t.Errorf("%s is listed: %v, want %v", n, listed, wanted)
			}
		}
	}
	lists(social, school)
	b.get("/mine").want(200, "You may act for 2 controllers.")
	b.send("/mine/organisation", "unit", o.Units[1].ID).want(200, "You act for")
	lists(school)
	b.get("/notify").want(200, "You act for", "Skolnämnden, Provköpings kommun")
	if got := b.get(b.begin() + "/who").controls(); got.Get("controller.unit_id") != o.Units[1].ID || got.Get("controller.board") != "Skolnämnden" {
		t.Errorf("a notification begins with %v", got)
	}
	b.get("/mine")
	b.send("/mine/organisation", "unit", "", "next", "https://evil.example").want(200)
	lists(social, school)
	if got := b.get(b.begin() + "/who").controls(); got.Get("controller.unit_id") != "" {
		t.Errorf("a notification begins with %v", got)
	}
	b.get("/mine")
	b.send("/mine/organisation", "unit", o.Units[2].ID).want(404, "You have no mandate")
	b.post("/mine/organisation", url.Values{"unit": {o.Units[0].ID}}).want(403)
	lists(social, school)

	// The choice ends with the session, with the mandate, and is no use in another's.
	b.get("/mine")
	b.send("/mine/organisation", "unit", o.Units[1].ID).want(200)
	held := b.client.Jar.Cookies(nil)
	_, err = h.auth.RevokeMandate(ctx, cases.System("test"), h.ids["dpo"], o.Units[1].ID, "ended")
	must(t, err)
	h.clock.pass(2 * time.Second)
	b.get("/notify").want(200)
	if got := b.get(b.begin() + "/who").controls(); got.Get("controller.unit_id") == o.Units[1].ID {
		t.Error("a mandate that ended is still chosen")
	}
	foreign := h.signedIn("other")
	for _, c := range held {
		if c.Name == "vaka-unit" {
			foreign.client.Jar.SetCookies(nil, []*http.Cookie{c})
		}
	}
	if s := foreign.get("/mine").want(200); strings.Contains(s.Body, school) || strings.Contains(s.Body, `name="unit"`) {
		t.Error("a choice of somebody else's shows their cases")
	}
}

// The receipt says by when the authority registers, as its clock is set.
func TestReceiptFollowsTheClock(t *testing.T) {
	h := open(t)
	_, number := h.file("dpo")
	b := h.signedIn("dpo")
	b.get("/cases/"+number+"/receipt/1").want(200, "We register the case no later than end of 20 November 2026.")
	id := h.get("supervisor", "/api/v1/cases/"+number).text("id")
	h.step("registrar", id, "register", "", map[string]any{"diary_number": "DI-1"}).want(200)
	if s := b.get("/cases/" + number + "/receipt/1").want(200); strings.Contains(s.text(), "We register the case no later") {
		t.Error("a registered case is still to be registered")
	}
}
