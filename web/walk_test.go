package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// From the notification to the decision, with the people whom it takes, and what
// the notifier's side sees on the way.
func TestFromNotificationToDecision(t *testing.T) {
	h := open(t)
	filed := h.post("dpo", "/api/v1/notifications", notification()).want(201)
	id, number := filed.text("case", "id"), filed.text("case", "number")
	if filed.text("case", "state") != "RECEIVED" || filed.text("case", "phase") != "received" || !strings.HasPrefix(number, "PUI-2026-") {
		t.Errorf("the case is %v", filed.at("case"))
	}
	if filed.Header.Get("Location") != "/api/v1/cases/"+id || filed.Header.Get("ETag") != `"1"` {
		t.Errorf("headers %v", filed.Header)
	}
	if len(filed.at("receipt", "deadlines").([]any)) != 3 || len(filed.text("receipt", "digest")) != 64 || filed.at("receipt", "late") != false {
		t.Errorf("the receipt is %v", filed.at("receipt"))
	}

	ok := func(r reply) {
		t.Helper()
		r.want(http.StatusOK)
	}
	ok(h.step("registrar", id, "register", "", map[string]any{"diary_number": "DI-2026-17"}))
	ok(h.do(request{
		who: "caseworker", method: http.MethodPut, path: "/api/v1/cases/" + number + "/assignee",
		body: map[string]any{"assignee": h.ids["caseworker"]}, header: map[string]string{"If-Match": `"2"`},
	}))
	ok(h.step("caseworker", id, "start_triage", "", nil))
	h.post("caseworker", "/api/v1/cases/"+id+"/notes", map[string]any{"text": "Spoke with the DPO."}).want(201)
	ok(h.step("caseworker", id, "request_supplement", "", map[string]any{"questions": []string{"Who received the letter?"}}))

	mine := h.get("dpo", "/api/v1/cases/"+number).want(200)
	if mine.text("phase") != "triage" || mine.at("requests", 0, "open") != true || mine.text("requests", 0, "questions", 0) != "Who received the letter?" {
		t.Errorf("the notifier sees %s", mine.Body)
	}
	second := h.post("dpo", "/api/v1/cases/"+id+"/supplements", string(exampleOf("supplement"))).want(201)
	if second.Header.Get("Location") != "/api/v1/cases/"+id+"/submissions/2" || second.Header.Get("ETag") != "" {
		t.Errorf("headers of the supplement: %v", second.Header)
	}
	changed := h.get("dpo", "/api/v1/cases/"+id+"/submissions/2/changes").want(200)
	if len(changed.at("changes").([]any)) != 2 || changed.at("against") != 1.0 {
		t.Errorf("changes %s", changed.Body)
	}
	if r := h.get("caseworker", "/api/v1/cases/"+id+"/submissions").want(200); len(r.at("items").([]any)) != 2 {
		t.Errorf("submissions %s", r.Body)
	}

	ok(h.step("caseworker", id, "assess_risk", "Support data reached strangers.", map[string]any{"risk": "HIGH"}))
	ok(h.step("caseworker", id, "assess_severity", "", map[string]any{"severity": map[string]any{"dpc": 3, "ei_quarters": 4, "c_quarters": 1, "i_quarters": 0, "a_quarters": 0, "m_quarters": 0, "unintelligible": "NO"}}))
	ok(h.step("supervisor", id, "open_investigation", "The second letter this year.", map[string]any{
		"scope": "Dispatch of letters.", "legal_basis": []string{"Art. 57(1)(h)", "Art. 58(1)(a)"}, "oss_role": "NOT_CROSS_BORDER",
	}))
	ok(h.step("caseworker", id, "start_drafting", "", map[string]any{"memo": "What happened, and the law."}))
	ok(h.step("caseworker", id, "edit_draft", "", map[string]any{"draft": map[string]any{
		"outcome": "REPRIMAND", "legal_basis": []string{"Art. 58(2)(b)"}, "reasons": "Letters went astray.", "rapporteur": h.ids["caseworker"],
		"measures": []any{map[string]any{"power": "B_REPRIMAND", "text": "A reprimand.", "infringed": []string{"Art. 32"}}},
	}}))
	h.step("decider", id, "decide", "", map[string]any{"service_date": "2026-11-20"}).want(422, "hearing_done_or_skipped")
	decided := h.step("decider", id, "decide", "", map[string]any{"service_date": "2026-11-20", "hearing_skip_reason": "The party has said all."}).want(200)
	if decided.text("state") != "DECIDED" || decided.text("decision", "decider") != h.ids["decider"] || decided.text("people", h.ids["decider"]) != "Decider Exempel" {
		t.Errorf("decided: %s", decided.Body)
	}
	if !strings.HasPrefix(decided.text("supervision_number"), "TIL-2026-") {
		t.Errorf("supervision number %q", decided.text("supervision_number"))
	}

	if r := h.get("dpo", "/api/v1/cases/"+id).want(200); r.at("decision") != nil {
		t.Errorf("the decision is shown before it is served: %s", r.Body)
	}
	h.clock.pass(24 * time.Hour)
	h.login("dpo", "caseworker")
	if r := h.get("dpo", "/api/v1/cases/"+id).want(200); r.text("decision", "outcome") != "REPRIMAND" || r.text("decision", "decider") != "Decider Exempel" {
		t.Errorf("the served decision: %s", r.Body)
	}
	events := h.get("caseworker", "/api/v1/cases/"+id+"/events").want(200)
	items := events.at("items").([]any)
	for i, e := range items {
		e := e.(map[string]any)
		if e["seq"] != float64(i+1) || !strings.HasSuffix(e["sentence"].(string), ".") || e["payload"] == nil {
			t.Errorf("event %d is %v", i+1, e)
		}
		if i > 0 && e["prev"] != items[i-1].(map[string]any)["hash"] {
			t.Errorf("event %d is not bound to the one before", i+1)
		}
	}
}
