package web_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

// idOf is the id of a case by its number.
func (h *deskHouse) idOf(number string) string {
	h.t.Helper()
	return h.get("supervisor", "/api/v1/cases/"+number).want(200).text("id")
}

// Whoever was slower keeps what they wrote, sees what the other did and in which
// fields, and can take the step all the same.
func TestConflict_ShowsBothSides(t *testing.T) {
	h := openDesk(t)
	id := h.idOf(h.investigated)
	h.step("supervisor", id, "assess_risk", "Looks harmless.", map[string]any{"risk": "UNLIKELY"}).want(200)
	form := "/cases/" + h.investigated + "/steps/assess_risk"
	slow := h.signedIn("caseworker")
	slow.get(form).want(200)
	h.step("supervisor", id, "assess_risk", "Data reached strangers.", map[string]any{"risk": "RISK_NOT_HIGH"}).want(200)
	s := slow.send("", "risk", "HIGH", "reason", "Protected people are among them.").want(409,
		"Somebody else changed the case while you were writing", "Supervisor Exempel assessed the risk.", "Data reached strangers.",
		"Answers that now hold something else", "Risk unlikely", "deleted: Looks harmless. end.", "Assess the risk anyway", "Discard what I wrote")
	if !strings.Contains(s.Body, "\nProtected people are among them.</textarea>") || !strings.Contains(s.Body, `value="HIGH" checked`) {
		t.Errorf("what was typed is gone: %s", s.Body)
	}
	slow.send("", "risk", "HIGH", "reason", "Protected people are among them.").want(200, "The step was taken")
	if got := h.get("supervisor", "/api/v1/cases/"+id).text("risk", "risk"); got != "HIGH" {
		t.Errorf("the risk is %s", got)
	}
}

func TestConflict_SaysThatTheStepIsOver(t *testing.T) {
	h := openDesk(t)
	form := "/cases/" + h.investigated + "/steps/start_drafting"
	slow := h.signedIn("caseworker", "sv")
	slow.get(form).want(200)
	h.step("caseworker", h.idOf(h.investigated), "request_reply", "", map[string]any{"questions": []string{"Why?"}}).want(200)
	s := slow.send("", "memo", "Allt är utrett.").want(409, "Åtgärden kan inte längre vidtas", "Allt är utrett.", "Släng det jag skrev")
	if strings.Contains(s.text(), "ändå") {
		t.Errorf("what cannot be taken is offered: %s", s.text())
	}
}

func TestSeverity_IsWorkedOutInPlace(t *testing.T) {
	h := openDesk(t)
	form := "/cases/" + h.investigated + "/steps/assess_severity"
	b := h.signedIn("caseworker")
	b.get(form).want(200, "Choose a score for DPC, EI, C, I, A, M too", "What the controller says of risk and consequences", "Risk, by the controller")
	scores := []string{
		"severity.dpc", "3", "severity.reasons.dpc", "Grades and health.", "severity.ei_quarters", "4", "severity.c_quarters", "1",
		"severity.i_quarters", "0", "severity.a_quarters", "0", "severity.m_quarters", "2", "severity.reasons.m", "Ransomware.", "severity.subjects", "20 000",
	}
	s := b.send("", append(scores, "then", "work_out")...).want(200, "SE = 3 × 1 + 0.25 + 0 + 0 + 0.5 = 3.75", "Severity: High.", "More than 100")
	if !strings.Contains(s.Body, `value="Ransomware."`) {
		t.Error("working out loses what was typed")
	}
	before := h.get("supervisor", "/api/v1/cases/"+h.investigated).at("severity")
	b.send("", scores...).want(200, "SE = 3 × 1 + 0.25 + 0 + 0 + 0.5 = 3.75", "Grades and health.", "DPC 3: Grades and health.", "M 0.5: Ransomware.")
	if before != nil {
		t.Error("working out takes the step")
	}

	var work map[string]any
	ask := url.Values{"severity.dpc": {"1"}, "severity.ei_quarters": {"1"}, "severity.c_quarters": {"0"}, "severity.i_quarters": {"0"}, "severity.a_quarters": {"0"}, "severity.m_quarters": {"0"}}
	must(t, json.Unmarshal([]byte(b.get("/cases/"+h.investigated+"/severity?"+ask.Encode()).want(200).Body), &work))
	if work["sum"] != "SE = 1 × 0.25 + 0 + 0 + 0 + 0 = 0.25" || !strings.HasPrefix(work["difference"].(string), "They differ:") {
		t.Errorf("worked out: %v", work)
	}
	ask.Set("severity.dpc", "9")
	must(t, json.Unmarshal([]byte(b.get("/cases/"+h.investigated+"/severity?"+ask.Encode()).want(200).Body), &work))
	if work["sum"] != "" || work["missing"] == "" {
		t.Errorf("no such score: %v", work)
	}
	h.signedIn("dpo").get("/cases/" + h.investigated + "/severity").want(404)
}

// Reasons for a delay are judged with the reasons in sight, and asking again leads
// to the question.
func TestDelay_AskedAgainAsksTheParty(t *testing.T) {
	h := openDesk(t)
	late := func(n map[string]any) {
		n["aware_at"], n["delay_reasons"] = "2026-11-10T08:00:00Z", "The office was closed."
	}
	id, number := h.file("dpo", late)
	h.step("supervisor", id, "register", "", map[string]any{"diary_number": "DI-77"}).want(200)
	h.step("supervisor", id, "assign", "", map[string]any{"assignee": h.ids["caseworker"]}).want(200)
	h.step("caseworker", id, "start_triage", "", nil).want(200)
	b := h.signedIn("caseworker")
	b.get("/cases/"+number).want(200, "The delay", "The office was closed.", "The reasons are not assessed yet.")
	b.get("/cases/"+number+"/steps/assess_delay").want(200, "The office was closed.", "What there is to judge", "10 November 2026")
	s := b.send("", "delay_assessment", "ASKED_AGAIN", "reason", "Which days?").want(200, "Request a supplement", "Why was the breach not notified within 72 hours")
	if !strings.HasSuffix(s.Path, "/steps/request_supplement?ask=delay") {
		t.Errorf("asking again leads to %s", s.Path)
	}
	b.get("/cases/"+number).want(200, "Reasons asked for again", "Which days?", "Ask for the reasons again")
	b.get(s.Path).want(200)
	b.send("", "questions", "Why so late?", "due_at", "2026-12-01T12:00").want(200)
	b.get("/cases/"+number).want(200, "Why so late?", "The question has been put and waits for its answer.")
}
