package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/vaka-project/vaka/cases"
)

// struck makes an incident with cases that can be chosen; the controllers' names would
// be formulas in a spreadsheet.
func (h *house) struck(n int) (incident cases.Incident, ids []string) {
	h.t.Helper()
	incident, err := h.cases.Incidents().Open(h.t.Context(), cases.System("test"), cases.IncidentDescription{Title: "x", Supplier: "x"}, "", cases.Command{})
	if err == nil {
		h.t.Fatal("the system opened an incident")
	}
	caseworker := cases.Actor{Account: h.ids["caseworker"], Roles: people["caseworker"]}
	incident, err = h.cases.Incidents().Open(h.t.Context(), caseworker, cases.IncidentDescription{Title: "The payroll breach", Supplier: "Lönebolaget"}, "Many.", cases.Command{})
	if err != nil {
		h.t.Fatal(err)
	}
	for i := range n {
		id, _ := h.file("dpo", func(body map[string]any) {
			body["controller"].(map[string]any)["board"] = "=Nämnd " + string(rune('A'+i))
			body["subject_categories"] = []string{[]string{"CHILDREN", "EMPLOYEES"}[i%2]}
		})
		h.step("registrar", id, "register", "", nil).want(200)
		h.step("supervisor", id, "start_triage", "", map[string]any{"assignee": h.ids["caseworker"]}).want(200)
		h.step("caseworker", id, "link_incident", "The same supplier.", map[string]any{"incident": incident.Number}).want(200)
		ids = append(ids, id)
	}
	return incident, ids
}

func TestSelectionByForms(t *testing.T) {
	h := open(t)
	i, ids := h.struck(4)
	number := func(id string) string { return h.get("supervisor", "/api/v1/cases/"+id).want(200).text("number") }
	at := "/incidents/" + i.Number + "/selection"
	b := h.signedIn("caseworker")
	b.get(at).want(200, "Whom to investigate", "No selection has been begun.", "Freeze the candidates")
	weights := func(pairs ...string) []string {
		return append([]string{"choose", "1", "sample", "1", "reason", "We cannot investigate all."}, pairs...)
	}
	s := b.send(at, weights()...).want(422, "Give at least one criterion a weight", "We cannot investigate all.")
	if !strings.Contains(s.Body, `href="#weight_CRITICALITY"`) {
		t.Errorf("the fault leads nowhere: %s", s.Body)
	}
	s = b.send(at, weights("weight_CHILDREN", "ten", "weight_LATE", "101")...).want(422, "A weight is a whole number from 0 to 100.")
	if !strings.Contains(s.Body, `value="ten"`) {
		t.Errorf("what was typed is gone: %s", s.Body)
	}
	s = b.send(at, weights("weight_CHILDREN", "10", "weight_NUMBERS", "1")...).want(200, "The candidates are frozen and scored.", "Being prepared", number(ids[0]), "Nämnd A", "the nearest change")
	sheet, _, _ := strings.Cut(s.Path, "?")
	b.get(at).want(200, "A round is not at its end").lacks("Freeze the candidates")
	if !strings.Contains(s.Body, "math/rand/v2") || !strings.Contains(s.text(), "Shown when the selection is decided") {
		t.Error("the draw is not explained, or the seed is told")
	}

	// One candidate: what its scores rest on, and a change with its reason.
	of := sheet + "/cases/" + number(ids[0])
	b.get(of).want(200, "The notification names: Children", "subject_categories", "Change or remark")
	b.send(of, "choice", "OUT", "own_failings", "NONE", "reason", " ").want(422, "There is something to correct")
	b.get(of)
	b.send(of, "choice", "OUT", "own_failings", "2", "reason", "Its <b>system</b> was spared.").want(200, "The change is recorded.", "Its <b>system</b> was spared.")
	b.get(sheet + "/cases/nobody").want(404)
	other := "/selections/" + strings.TrimPrefix(sheet, "/selections/") + "/cases/" + number(ids[3])
	b.get(other)
	b.send(other, "choice", "IN", "own_failings", "NONE", "reason", "For comparison.").want(200)
	slow := h.signedIn("caseworker")
	slow.get(sheet)
	b.get(sheet)
	b.send(sheet+"/weights", weights("weight_CHILDREN", "20", "weight_NUMBERS", "1", "reason", "Children first.")...).want(200, "The weights are changed.", "Children first.")
	slow.send(sheet+"/weights", weights("weight_CHILDREN", "30", "reason", "Mine.")...).want(409, "Somebody changed the selection")
	slow.send(sheet+"/say", "act", "explode").want(422, "Choose what is to happen")

	decide := sheet + "/decision"
	b.get(decide).want(200, "An investigation of the supplier", "Nämnd D")
	b.send(decide, "reason", "").want(422, "There is something to correct")
	b.send(decide, "reason", "Schools are critical.", "scope", "Data about pupils.", "legal_basis", "GDPR Art. 58(1)\r\nGDPR Art. 5", "focus_areas", "children", "oss_role", "NOT_CROSS_BORDER",
		number(ids[3])+".focus_areas", "agreements", "lead", "true", "lead.name", "Lönebolaget", "lead.subject", "The payroll breach", "lead.assignee", h.ids["caseworker"]).
		want(200, "decided and waits", "agreements", "Waits for the approval", "was left out", "A supervisor who had no part")
	b.send(sheet+"/say", "act", "approve").want(403, "Only a supervisor approves")

	boss := h.signedIn("supervisor")
	page := boss.get(sheet).want(200, "Approve and open the investigations")
	seed := strings.SplitN(strings.SplitN(page.Body, "<dd><code>", 2)[1], "</code>", 2)[0]
	if len(seed) != 16 {
		t.Errorf("the seed reads %q", seed)
	}
	boss.send(sheet+"/say", "act", "return", "reason", "").want(422, "There is something to correct")
	done := boss.send(sheet+"/say", "act", "approve", "reason", "Agreed.").want(200, "Carried out", "Investigation opened", "Approved by Supervisor Exempel", "TIL-2026-")
	if strings.Count(done.text(), "Investigation opened") != 2 {
		t.Errorf("not both investigations are opened: %s", done.text())
	}
	slow.send(sheet+"/weights", weights("weight_LATE", "1")...).want(409, "nothing of it changes any more")
	boss.get(sheet+"?check=1").want(200, "Worked out again: the scores and the draw agree")
	boss.get("/investigations").want(200, "Lönebolaget", "agreements")
	b.get(at).want(200, "New round among the rest", "Carried out")

	h.signedIn("registrar").get(at).want(200).lacks("Freeze the candidates")
	h.signedIn("dpo").get(sheet).want(403)
	file := h.do(request{who: "supervisor", method: http.MethodGet, path: "/api/v1" + sheet + "/candidates.csv"}).want(200)
	if text := string(file.Body); !strings.Contains(text, "'=Nämnd A") || strings.Count(text, "\r\n") != 5 || !strings.Contains(text, "Anmälan nämner: Barn.") {
		t.Errorf("the file reads %s", text)
	}
	h.signedIn("supervisor", "sv").get(sheet).want(200, "Urval för tillsyn, omgång 1", "Tillsyn inledd", "Genomfört", "lämnades utanför")
}

func TestSelectionByAPI(t *testing.T) {
	h := open(t)
	i, ids := h.struck(3)
	body := map[string]any{"incident": i.Number, "weights": map[string]any{"CHILDREN": 10}, "choose": 1, "sample": 1, "reason": "Not all."}
	made := h.post("caseworker", "/api/v1/selections", body).want(201)
	at := made.Header.Get("Location")
	if made.at("seed") != nil || len(made.text("seed_commitment")) != 64 || made.text("candidates", 0, "case") != ids[0] || !strings.Contains(string(made.Body), "The notification names: Children") {
		t.Errorf("made %s", made.Body)
	}
	call := func(who, method, path string, version string, body any) reply {
		t.Helper()
		r := request{who: who, method: method, path: at + path, body: body, header: map[string]string{}}
		if version != "" {
			r.header["If-Match"] = version
		}
		return h.do(r)
	}
	h.post("caseworker", "/api/v1/selections", body).want(409, "round_open")
	h.post("registrar", "/api/v1/selections", body).want(403, "role")
	zero := map[string]any{"weights": map[string]any{"CHILDREN": 0}, "choose": 1, "reason": "None."}
	call("caseworker", http.MethodPut, "/weights", "", zero).want(428)
	call("caseworker", http.MethodPut, "/weights", `"1"`, zero).want(422, "invalid_selection")
	zero["weights"] = map[string]any{"CHILDREN": 5, "NUMBERS": 1}
	call("caseworker", http.MethodPut, "/weights", `"1"`, zero).want(200)
	call("caseworker", http.MethodPut, "/weights", `"1"`, zero).want(412, "selection_changed")
	call("caseworker", http.MethodPost, "/changes", `"2"`, map[string]any{"case": ids[1], "choice": "IN", "reason": "Two."}).want(200)
	decided := call("caseworker", http.MethodPost, "/decision", `"3"`, map[string]any{"reason": "Children.", "order": map[string]any{"scope": "x", "legal_basis": []string{"GDPR Art. 58(1)"}, "oss_role": "NOT_CROSS_BORDER"}}).want(200)
	if len(decided.text("seed")) != 16 || len(decided.at("decision", "chosen").([]any)) != 2 {
		t.Errorf("decided %s", decided.Body)
	}
	call("supervisor", http.MethodPost, "/return", `"4"`, map[string]any{"reason": "Once more."}).want(200)
	call("supervisor", http.MethodPost, "/approval", `"4"`, map[string]any{}).want(412, "selection_changed")
	call("caseworker", http.MethodPost, "/decision", `"5"`, map[string]any{"reason": "Children.", "order": map[string]any{"scope": "x", "legal_basis": []string{"GDPR Art. 58(1)"}, "oss_role": "NOT_CROSS_BORDER"}}).want(200)
	approved := call("supervisor", http.MethodPost, "/approval", `"6"`, map[string]any{}).want(200)
	if approved.text("status") != "DONE" || !strings.HasPrefix(approved.text("outcomes", 0, "supervision_number"), "TIL-") {
		t.Errorf("approved %s", approved.Body)
	}
	call("supervisor", http.MethodPost, "/retry", `"9"`, map[string]any{"reason": "x"}).want(409, "selection_done")
	call("caseworker", http.MethodPost, "/abandon", `"9"`, map[string]any{"reason": "x"}).want(409, "selection_approved")
	if check := call("registrar", http.MethodGet, "/check", "", nil).want(200); check.at("sample_agrees") != true || check.at("cases") != 3.0 {
		t.Errorf("check %s", check.Body)
	}
	list := h.get("registrar", "/api/v1/selections?incident="+i.Number).want(200)
	if len(list.at("items").([]any)) != 1 || list.at("items", 0, "chosen") != 2.0 {
		t.Errorf("list %s", list.Body)
	}
	h.get("registrar", "/api/v1/selections/"+ids[0]).want(404, "no_such_selection")
	h.get("registrar", "/api/v1/selections?incident=INC-1999-1").want(404, "no_such_incident")
	h.get("dpo", "/api/v1/selections").want(403)
	call("registrar", http.MethodGet, "", "", nil).want(200)
}
