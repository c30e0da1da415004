package web_test

import (
	"strings"
	"testing"
)

// Whoever approves a decision sees what changed in its draft since they last did
// something, word by word, and told apart by more than colour.
func TestDraft_ShowsWhatChanged(t *testing.T) {
	h := openDesk(t)
	id := h.idOf(h.investigated)
	ok := func(r reply) { t.Helper(); r.want(200) }
	draft := func(reasons string, measures ...any) map[string]any {
		return map[string]any{"draft": map[string]any{
			"outcome": "REPRIMAND", "legal_basis": []string{"Art. 58(2)(b)"}, "reasons": reasons, "conclusion": "A reprimand.", "rapporteur": h.ids["caseworker"], "measures": measures,
		}}
	}
	reprimand := map[string]any{"power": "B_REPRIMAND", "text": "A reprimand.", "infringed": []string{"Art. 32"}}
	page := "/cases/" + h.investigated + "/draft"
	legal := h.signedIn("legal")
	legal.get(page).want(404)
	ok(h.step("caseworker", id, "assess_risk", "Strangers.", map[string]any{"risk": "HIGH"}))
	ok(h.step("caseworker", id, "start_drafting", "", map[string]any{"memo": "What happened."}))
	ok(h.step("caseworker", id, "edit_draft", "", draft("Letters went to 30 people.", reprimand)))
	legal.get(page).want(200, "This is the first version", "Letters went to 30 people.")
	ok(h.step("legal", id, "sign_off", "", nil))
	ok(h.step("caseworker", id, "edit_draft", "", draft("Letters went to 40 people.", reprimand)))
	ok(h.step("second", id, "note", "", map[string]any{"text": "Called."}))
	ok(h.step("supervisor", id, "edit_draft", "", draft("Letters went to 40 people.")))

	legal.get("/investigations").want(200, "Since you last did something in the case (version 1 to 3).", "Caseworker Exempel, Supervisor Exempel changed: reasons for the decision, measure 1.")
	s := legal.get(page).want(200, "Letters went to deleted: 30 end. inserted: 40 end. people.", "deleted: ", "A reprimand. Art. 32 end.", "Unchanged")
	for _, want := range []string{"<del>", "<ins>", "/steps/sign_off", "?from=2"} {
		if !strings.Contains(s.Body, want) {
			t.Errorf("the page has no %s: %s", want, s.Body)
		}
	}
	s = legal.get(page+"?from=2").want(200, "Version 2 compared with version 3.")
	if strings.Contains(s.text(), "inserted: 40") {
		t.Error("what changed before is shown as changed since")
	}
	legal.get(page+"?from=99").want(200, "version 1 to 3")
	h.signedIn("dpo").get(page).want(404)
}
