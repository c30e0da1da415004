package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// incident opens an incident over the API and gives its id and number.
func (h *house) incident() (id, number string) {
	h.t.Helper()
	made := h.post("caseworker", "/api/v1/incidents", string(exampleOf("incident"))).want(201)
	return made.text("id"), made.text("number")
}

func TestIncident_ByForms(t *testing.T) {
	h := openDesk(t)
	b := h.signedIn("caseworker")
	b.get("/incidents").want(200, "There are no such incidents.", "New incident")
	b.get("/incidents/new").want(200)
	b.send("/incidents", "title", "", "supplier", "Lönebolaget", "occurred_from", "2027-01-01T10:00", "systems", "Lön\r\nTid").
		want(422, "Name: Give the incident a name that people know it by.", "It cannot have happened after now.", "Lön Tid")
	form := b.screen.form("/incidents")
	for name, value := range map[string]string{"title": "The <b>payroll</b> breach", "supplier": "Lönebolaget", "systems": "Lön\r\nTid", "occurred_from": "2026-11-14T03:10", "cause": "EXTERNAL_MALICIOUS", "kind": "RANSOMWARE", "public": "true", "reason": "Many."} {
		form.Set(name, value)
	}
	b.post("/incidents", form).want(200, "The incident is open.", "The <b>payroll</b> breach", "14 November 2026 at 03:10", "Lön, Tid", "Caseworker Exempel opened the incident.", "Many.")
	b.post("/incidents", form).want(200) // pressed twice
	b.get("/incidents").want(200, "INC-2026-", "Lönebolaget")
	if n := strings.Count(b.screen.Body, `scope="row"`); n != 1 {
		t.Fatalf("%d incidents are listed", n)
	}
	at := "/incidents/" + b.screen.leads("/incidents/INC")

	b.get(at)
	b.send(at+"/moments", "moment.at", "2026-11-16T09:00", "moment.text", "").want(422, "What happened: Say what happened.")
	b.send(at+"/moments", "moment.at", "2026-11-16T09:00", "moment.text", "Customers are told.", "moment.source", "Press").want(200, "The timeline is completed.", "According to Press")
	b.send(at+"/statements", "statement.count.max", "870 000", "statement.count.unit", "EMAIL_ADDRESSES").want(422, "Source: Say who counted.", "How sure it is: Say how sure the number is.")
	if !strings.Contains(b.screen.Body, `value="870 000"`) {
		t.Error("what was typed is gone")
	}
	statement := []string{"statement.count.max", "870 000", "statement.count.unit", "EMAIL_ADDRESSES", "statement.count.mode", "APPROXIMATE", "statement.count.source", "Have I Been Pwned", "statement.count.as_of", "2026-11-16"}
	b.send(at+"/statements", statement...).want(200, "The number is recorded.", "870,000 e-mail addresses", "Have I Been Pwned", "16 November 2026", "is not the number of persons concerned")
	b.send(at+"/facts", "fact.text", "The backups were lost.").want(422, "Basis: Say what it rests on.")
	b.send(at+"/facts", "fact.text", "The backups were lost.", "fact.basis", "The supplier's report.").want(200, "is established", "The backups were lost.", "Established by Caseworker Exempel")

	// The linked cases are counted as each person sees them, with the fact on each.
	for _, number := range []string{h.fresh, h.secret} {
		h.step("supervisor", h.idOf(number), "link_incident", "The same supplier.", map[string]any{"incident": b.screen.leads("/incidents/INC")}).want(200)
	}
	b.get(at).want(200, "1 of 1 in all", "One of 1 cases gives a number")
	h.signedIn("supervisor").get(at).want(200, "2 of 2 in all")
	b.get("/cases/"+h.fresh).want(200, "The <b>payroll</b> breach", "The backups were lost.", "The supplier's report.")
	b.get("/queue?incident="+b.get(at).number()).want(200, h.fresh).lacks(h.secret)

	withdraw := b.get(at).action("/withdraw", "facts")
	b.send(withdraw, b.screen.fieldOf(withdraw), "").want(422, "Say why it no longer holds.")
	b.send(withdraw, b.screen.fieldOf(withdraw), "The report was wrong.").want(200, "It is withdrawn", "The report was wrong.", "The backups were lost.")
	b.get("/cases/" + h.fresh).want(200).lacks("The backups were lost.")
	b.post(strings.Replace(withdraw, "/facts/", "/facts/x", 1), url.Values{"form_token": {b.screen.form("/sign-out").Get("form_token")}}).want(404)

	if strings.Contains(b.get(at).Body, at+"/close") {
		t.Error("a caseworker is offered to close the incident")
	}
	b.post(at+"/close", url.Values{"form_token": {b.screen.form("/sign-out").Get("form_token")}, "close.reason": {"Enough."}}).want(403)
	s := h.signedIn("supervisor")
	s.get(at)
	s.send(at+"/close", "close.reason", "All have notified.").want(200, "The incident is closed.", "All have notified.")
	s.get("/incidents").want(200).lacks("Lönebolaget")
	s.get("/incidents?status=CLOSED").want(200, "Lönebolaget")
	s.get(at)
	s.send(at+"/reopen", "reopen.reason", "One more.").want(200, "The incident is open again.")
	s.get("/incidents/INC-2026-99").want(404)
}

// Whoever changes the description after somebody else sees what stands there now, and
// keeps what they typed.
func TestIncident_SlowerDescriptionIsKept(t *testing.T) {
	h := open(t)
	_, number := h.incident()
	at := "/incidents/" + number + "/description"
	first, second := h.signedIn("caseworker"), h.signedIn("supervisor")
	mine, theirs := first.get(at).want(200), second.get(at).want(200)
	typed := func(s screen, title string) url.Values {
		form := s.form(at)
		form.Set("title", title)
		form.Set("supplier", "Exempel-IT AB")
		form.Set("reason", "Clearer.")
		return form
	}
	first.post(at, typed(mine, "The August breach")).want(200, "The description is saved.", "The August breach")
	second.post(at, typed(theirs, "Their own words")).want(409, "Somebody else changed the description", "The August breach")
	if !strings.Contains(second.screen.Body, `value="Their own words"`) {
		t.Error("what was typed is gone")
	}
	second.post(at, typed(second.screen, "Their own words")).want(200, "The description is saved.", "Their own words")
	second.get(at)
	second.send(at, "title", "x", "supplier", "y").want(422, "Say why it is changed.")
}

func TestIncident_OverTheAPI(t *testing.T) {
	h := openDesk(t)
	id, number := h.incident()
	at := "/api/v1/incidents/" + number
	got := h.get("registrar", at).want(200)
	if got.text("id") != id || got.Header.Get("ETag") != `"1"` || got.at("standing", "cases") != float64(0) {
		t.Errorf("the incident: %s", got.Body)
	}
	describe := func(who, tag string, body any) reply {
		header := map[string]string{}
		if tag != "" {
			header["If-Match"] = tag
		}
		return h.do(request{who: who, method: http.MethodPut, path: at + "/description", body: body, header: header})
	}
	describe("caseworker", "", string(exampleOf("incident"))).want(428)
	describe("caseworker", `"7"`, string(exampleOf("incident"))).want(412, "changed_meanwhile")
	describe("caseworker", `"1"`, map[string]any{"title": " ", "supplier": "x"}).want(422, "invalid_incident")
	describe("caseworker", `"1"`, string(exampleOf("incident"))).want(200)
	for path, body := range map[string]string{"moments": "moment", "statements": "statement", "facts": "fact"} {
		for range 2 {
			h.do(request{who: "caseworker", method: http.MethodPost, path: at + "/" + path, body: string(exampleOf(body)), header: map[string]string{"Idempotency-Key": "once-" + path}}).want(201)
		}
	}
	got = h.get("caseworker", at).want(200)
	for _, part := range []string{"timeline", "statements", "facts"} {
		if n := len(got.at(part).([]any)); n != 1 {
			t.Errorf("%d %s after a repeated request", n, part)
		}
	}
	h.post("caseworker", at+"/facts/"+got.text("facts", 0, "id")+"/withdraw", map[string]any{"reason": "Wrong."}).want(200)
	h.post("caseworker", at+"/facts/"+got.text("facts", 0, "id")+"/withdraw", map[string]any{"reason": "Wrong."}).want(404, "no_such_fact")
	h.post("caseworker", at+"/statements/"+got.text("statements", 0, "id")+"/withdraw", map[string]any{"reason": "Wrong."}).want(200)
	h.post("caseworker", at+"/close", map[string]any{"reason": "Over."}).want(403, "role")
	h.post("supervisor", at+"/close", map[string]any{"reason": "Over."}).want(200)
	h.post("supervisor", at+"/close", map[string]any{"reason": "Over."}).want(409, "incident_status")
	h.step("supervisor", h.idOf(h.fresh), "link_incident", "The same.", map[string]any{"incident": number}).want(422, "incident_open")
	h.post("supervisor", at+"/reopen", map[string]any{"reason": "One more."}).want(200)
	for _, n := range []string{h.fresh, h.secret} {
		h.step("supervisor", h.idOf(n), "link_incident", "The same.", map[string]any{"incident": number}).want(200)
	}
	for who, want := range map[string]float64{"caseworker": 1, "supervisor": 2} {
		if n := h.get(who, at).want(200).at("standing", "cases"); n != want {
			t.Errorf("%s counts %v cases", who, n)
		}
		if n := len(h.get(who, "/api/v1/cases?incident="+number).want(200).at("items").([]any)); float64(n) != want {
			t.Errorf("%s lists %d cases", who, n)
		}
		if n := h.get(who, "/api/v1/incidents").want(200).at("items", 0, "cases"); n != want {
			t.Errorf("%s is listed %v cases", who, n)
		}
	}
	if events := h.get("caseworker", at+"/history").want(200); len(events.at("items").([]any)) != 9 || !strings.Contains(fmt.Sprint(events.at("items", 0, "text")), "Caseworker Exempel öppnade") {
		t.Errorf("the history: %s", events.Body)
	}
	h.get("dpo", at).want(403)
	h.get("caseworker", "/api/v1/incidents/INC-2026-99").want(404, "no_such_incident")
	h.get("caseworker", "/api/v1/cases?incident=INC-2026-99").want(422)
}

// leads is the last part of the first link to something that begins so.
func (s screen) leads(begins string) string {
	s.t.Helper()
	_, after, ok := strings.Cut(s.Body, `href="`+begins)
	if !ok {
		s.t.Fatalf("%s has no link to %s", s.Path, begins)
	}
	end, _, _ := strings.Cut(after, `"`)
	end, _, _ = strings.Cut(end, "/")
	return lastPart(begins) + end
}

// number is the number of the incident that the page is about.
func (s screen) number() string { return s.leads("/incidents/INC") }

// action is the address of the first form to an address that holds these.
func (s screen) action(holds ...string) string {
	s.t.Helper()
forms:
	for _, f := range formTag.FindAllStringSubmatch(s.Body, -1) {
		for _, part := range holds {
			if !strings.Contains(f[1], part) {
				continue forms
			}
		}
		return f[1]
	}
	s.t.Fatalf("%s has no form to %v", s.Path, holds)
	return ""
}

// fieldOf is the name of the first text of a form.
func (s screen) fieldOf(action string) string {
	s.t.Helper()
	for _, f := range formTag.FindAllStringSubmatch(s.Body, -1) {
		if f[1] == action {
			_, after, _ := strings.Cut(f[2], `<textarea id="`)
			name, _, _ := strings.Cut(after, `"`)
			return name
		}
	}
	s.t.Fatalf("%s has no form to %s", s.Path, action)
	return ""
}
