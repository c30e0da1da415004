package web_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/vaka-project/vaka/web"
	"github.com/vaka-project/vaka/workflow"
)

// Every row of the table is called by every role, without a token and with a wrong
// one, on a case of one's own, one of somebody else and a secret one. What comes
// back is worked out from the row's access alone.
func TestAccessOfEveryRow(t *testing.T) {
	h := open(t)
	own, _ := h.file("dpo")
	foreign, _ := h.file("other")
	hidden, _ := h.file("other")
	h.step("supervisor", hidden, "flag_secret", "Protected people.", map[string]any{"named_staff": []string{h.ids["supervisor"]}}).want(200)

	for _, row := range web.Rows() {
		h.login("dpo", "other", "supervisor", "admin") // a row may have ended their sessions
		for _, caseID := range casesOf(row, own, foreign, hidden) {
			path := strings.NewReplacer("{id}", caseID, "{n}", "1", "{unit}", "none", "{token}", "none", "{attachment}", "none", "{upload}", "none", "{offset}", "0").Replace(row.Path)
			if strings.HasPrefix(row.Path, "/api/v1/accounts/{id}") {
				path = strings.Replace(path, caseID, h.ids["legal"], 1)
			}
			for _, who := range []string{"", "wrong", "dpo", "other", "registrar", "caseworker", "supervisor", "decider", "admin"} {
				sight := map[string]bool{own: who == "dpo", foreign: who == "other", hidden: who == "other"}[caseID]
				if isStaffName(who) {
					sight = caseID != hidden || who == "supervisor"
				}
				h.checkAccess(t, row, path, who, sight)
			}
		}
	}
}

// casesOf are the cases that a row is tried on; a row about nothing of the kind is
// tried once.
func casesOf(row web.Row, ids ...string) []string {
	if strings.HasPrefix(row.Path, "/api/v1/cases/{id}") {
		return ids
	}
	return ids[:1]
}

func isStaffName(who string) bool {
	return slices.ContainsFunc(people[who], workflow.Role.Staff)
}

func (h *house) checkAccess(t *testing.T, row web.Row, path, who string, sight bool) {
	t.Helper()
	r := request{who: who, method: row.Method, path: path, header: map[string]string{}}
	if who == "wrong" {
		r.header["Authorization"] = "Bearer vaka_s_" + strings.Repeat("A", 43)
	}
	if row.HasBody {
		r.body = `{"unknown_field": 1}` // no row gets further than its body
	}
	if row.IfMatch {
		r.header["If-Match"] = `"1"`
	}
	if row.Path == "/api/v1/session" && row.Method == http.MethodDelete && who != "" && who != "wrong" {
		return // would end the session that the next rows need; TestSession covers it
	}
	answer := h.do(r)
	got := answer.Status
	if sight && got == http.StatusNotFound && row.Access == web.CaseViewer && slices.Contains([]string{"no_such_attachment", "upload_gone"}, answer.text("code")) {
		return // the case was seen, and there is no such thing in it
	}
	if want := expected(row, who, sight); !want(got) {
		t.Errorf("%s %s by %q on a case seen=%v answers %d", row.Method, row.Path, who, sight, got)
	}
}

// expected is a test of the status that a row's access asks for.
func expected(row web.Row, who string, sight bool) func(int) bool {
	is := func(want int) func(int) bool { return func(got int) bool { return got == want } }
	through := func(got int) bool {
		return got != http.StatusUnauthorized && got != http.StatusForbidden && (got != http.StatusNotFound || !strings.Contains(row.Path, "/cases/")) && got < 500
	}
	signedIn := who != "" && who != "wrong"
	admin, staff := who == "admin", isStaffName(who)
	switch {
	case row.Access == web.Anyone:
		return func(got int) bool { return got != http.StatusUnauthorized && got < 500 }
	case !signedIn:
		return is(http.StatusUnauthorized)
	}
	switch row.Access {
	case web.SignedIn:
		return through
	case web.Staff:
		if !staff {
			return is(http.StatusForbidden)
		}
	case web.Authority:
		if !staff && !admin {
			return is(http.StatusForbidden)
		}
		return func(got int) bool { return got != 401 && got != 403 && got < 500 }
	case web.Oversight:
		if who != "supervisor" && !admin {
			return is(http.StatusForbidden)
		}
		return func(got int) bool { return got != 401 && got != 403 && got < 500 }
	case web.Administrator, web.Holder:
		if !admin {
			return is(http.StatusForbidden)
		}
		return func(got int) bool { return got != 401 && got != 403 && got < 500 }
	case web.CaseViewer:
		if !sight && !strings.HasSuffix(row.Path, "/supplements") {
			return is(http.StatusNotFound)
		}
		if !sight {
			return is(http.StatusNotFound)
		}
		if strings.HasSuffix(row.Path, "/supplements") && staff && who != "registrar" {
			return is(http.StatusForbidden) // filing is for the notifier's side and the registrar
		}
	case web.CaseStaff:
		if !staff || !sight {
			return is(http.StatusNotFound)
		}
	case web.CaseActor:
		switch {
		case !staff && sight:
			return is(http.StatusForbidden)
		case !staff:
			return is(http.StatusNotFound)
		case !sight:
			return func(got int) bool { return got == http.StatusNotFound || got == http.StatusUnprocessableEntity } // its body is looked at first
		}
	}
	return through
}

// The holder of an account may look after it; others may not, and learn nothing of
// whether it is there.
func TestHolders(t *testing.T) {
	h := open(t)
	h.get("dpo", "/api/v1/accounts/"+h.ids["dpo"]).want(200)
	h.get("dpo", "/api/v1/accounts/"+h.ids["other"]).want(403, "role")
	h.get("dpo", "/api/v1/accounts/nobody").want(403, "role")
	h.get("admin", "/api/v1/accounts/nobody").want(404)
	made := h.post("dpo", "/api/v1/accounts/"+h.ids["dpo"]+"/tokens", web.BodyOf("token")).want(201)
	h.tokens["tool"] = made.text("token")
	if who := h.get("tool", "/api/v1/session").want(200); who.text("account") != h.ids["dpo"] || who.text("means") != "TOKEN" {
		t.Errorf("the tool is %s", who.Body)
	}
	h.post("tool", "/api/v1/accounts/"+h.ids["dpo"]+"/tokens", web.BodyOf("token")).want(403, "session_required")
	if list := h.get("dpo", "/api/v1/accounts/"+h.ids["dpo"]+"/tokens").want(200); strings.Contains(string(list.Body), made.text("token")) {
		t.Error("the list of tokens shows a secret")
	}
	h.do(request{who: "dpo", method: http.MethodDelete, path: made.Header.Get("Location")}).want(204)
	h.get("tool", "/api/v1/session").want(401)
}

// What the notifier's side is shown never holds a field that is not for it, at any
// stage, and its tag does not move when something happens inside.
func TestNotifiersView(t *testing.T) {
	h := open(t)
	id, number := h.file("dpo")
	paths := []string{
		"/api/v1/cases/" + id, "/api/v1/cases/" + number, "/api/v1/cases/" + id + "/submissions", "/api/v1/cases/" + id + "/submissions/1",
		"/api/v1/cases/" + id + "/submissions/1/changes", "/api/v1/cases/" + id + "/steps", "/api/v1/cases",
	}
	hidden := []string{
		"state", "version", "priority", "priority_rules", "severity", "risk", "assignee", "notes", "incident", "secret", "named", "barred", "judgements",
		"clocks", "next_due_at", "diary_number", "supervision_number", "memo", "draft", "opening", "oss", "awareness", "delay", "people", "merged", "master",
		"opened_by", "updated_at", "asked_by", "by", "to", "registrar_note", "episode", "lamps",
	}
	look := func() string {
		t.Helper()
		for _, path := range paths {
			var walk func(v any, at string)
			walk = func(v any, at string) {
				switch v := v.(type) {
				case map[string]any:
					for key, inner := range v {
						if slices.Contains(hidden, key) && !strings.Contains(at, "/notification") {
							t.Errorf("%s shows %s/%s", path, at, key)
						}
						walk(inner, at+"/"+key)
					}
				case []any:
					for i, inner := range v {
						walk(inner, fmt.Sprintf("%s/%d", at, i))
					}
				}
			}
			walk(h.get("dpo", path).want(200).value(), "")
		}
		return h.get("dpo", "/api/v1/cases/"+id).Header.Get("ETag")
	}
	before := look()
	h.step("registrar", id, "register", "", map[string]any{"diary_number": "DI-1"}).want(200)
	h.post("supervisor", "/api/v1/cases/"+id+"/notes", map[string]any{"text": "Look closer."}).want(201)
	h.step("supervisor", id, "assess_risk", "x", map[string]any{"risk": "HIGH"}).want(200)
	h.step("supervisor", id, "set_priority", "x", map[string]any{"priority": "P1"}).want(200)
	h.step("supervisor", id, "assign", "", map[string]any{"assignee": h.ids["caseworker"]}).want(200)
	if after := look(); after != before {
		t.Errorf("the tag went from %s to %s although nothing happened that the notifier may know", before, after)
	}
	h.do(request{who: "dpo", method: http.MethodGet, path: "/api/v1/cases/" + id, header: map[string]string{"If-None-Match": before}}).want(304)
	h.step("caseworker", id, "start_triage", "", nil).want(200)
	if after := look(); after == before {
		t.Error("the tag stays although the phase moved")
	}
	// Refusals on the notifier's side tell no state either.
	for _, step := range []string{"receive", "close", "nonsense"} {
		r := h.do(request{who: "dpo", method: http.MethodPost, path: "/api/v1/cases/" + id + "/steps", body: map[string]any{"step": step}, header: map[string]string{"If-Match": `"1"`}}).want(403)
		if strings.Contains(string(r.Body), "TRIAGE") || r.at("state") != nil || r.at("version") != nil {
			t.Errorf("a refusal tells the state: %s", r.Body)
		}
	}
}

// The notifier's side cannot filter or order by what it may not see.
func TestNotifiersFilters(t *testing.T) {
	h := open(t)
	id, _ := h.file("dpo")
	h.file("other")
	h.step("registrar", id, "register", "", map[string]any{"diary_number": "DI-77"}).want(200)
	for _, query := range []string{"state=TRIAGE", "priority=P1", "assignee=none", "overdue=true", "late=true", "incident=none", "sort=priority", "sort=next_due_at"} {
		h.get("dpo", "/api/v1/cases?"+query).want(422)
	}
	for query, want := range map[string]int{"": 1, "phase=received": 1, "phase=triage": 0, "q=DI-77": 0, "q=exempelk": 1, "q=KS%202026": 1, "sector=SOCIAL_SERVICES": 1, "sort=received_at": 1} {
		if r := h.get("dpo", "/api/v1/cases?"+query).want(200); len(r.at("items").([]any)) != want {
			t.Errorf("%q finds %s", query, r.Body)
		}
	}
	if r := h.get("caseworker", "/api/v1/cases?q=di-77").want(200); len(r.at("items").([]any)) != 1 {
		t.Errorf("staff find %s", r.Body)
	}
	h.get("admin", "/api/v1/cases").want(200)
}
