package web_test

import (
	"strings"
	"testing"
)

// What comes in after the end stands out in the list and on the case's page until
// it is filed. The notifier's side can neither ask for it nor read it.
func TestSubmissionAfterTheEndStandsOut(t *testing.T) {
	h := open(t)
	id, number := h.file("dpo")
	_, other := h.file("dpo")
	h.step("supervisor", id, "transfer", "Theirs.", map[string]any{"recipient": "Datatilsynet", "outcome": "TRANSFERRED_OTHER_AUTHORITY"}).want(200)
	unread := func(n int) {
		t.Helper()
		if ids := h.pages(t, "registrar", "unread=true", nil); len(ids) != n {
			t.Errorf("%d cases are unread, not %d", len(ids), n)
		}
		if got := h.get("registrar", "/api/v1/counts").want(200).at("unread"); got != float64(n) {
			t.Errorf("%v are counted", got)
		}
	}
	unread(0)
	h.post("dpo", at2(h, number)+"/supplements", string(exampleOf("supplement"))).want(201)
	unread(1)
	if c := h.get("registrar", "/api/v1/cases/"+id).want(200); c.at("unread_submission") != 2.0 || c.text("state") != "TRANSFERRED" {
		t.Errorf("%s", c.Body)
	}
	if party := h.get("dpo", "/api/v1/cases/"+id).want(200); strings.Contains(string(party.Body), "unread") {
		t.Errorf("the notifier's side is told what nobody has read: %s", party.Body)
	}
	h.get("dpo", "/api/v1/cases?unread=true").want(422, "invalid_query")
	registrar := h.signedIn("registrar")
	list := registrar.get("/queue?unread=true").want(200, number, "New after the end", "Unread 1")
	if strings.Contains(list.text(), other) {
		t.Error("a case without anything unread is listed")
	}
	at := "/cases/" + number
	registrar.get(at).want(200, "A submission came in after the case had ended", "File what came in after the end")
	registrar.get(at + "/steps/file_follow_up").want(200)
	filed := registrar.send("", "reason", "Sent on to them.").want(200, "The step was taken.", "filed what had come in after the end")
	if strings.Contains(filed.text(), "New after the end") {
		t.Error("what is filed still stands out")
	}
	unread(0)
}
