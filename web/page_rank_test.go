package web_test

import (
	"strings"
	"testing"
)

func TestPlaceByHand(t *testing.T) {
	h := openDesk(t)
	id, second := h.file("dpo")
	for _, step := range []struct {
		who, step string
		data      map[string]any
	}{
		{"supervisor", "register", map[string]any{"diary_number": "DI-7"}},
		{"supervisor", "assign", map[string]any{"assignee": h.ids["caseworker"]}},
		{"caseworker", "start_triage", nil},
		{"supervisor", "open_investigation", map[string]any{"scope": "Letters.", "legal_basis": []string{"Art. 58(1)(a)"}, "oss_role": "NOT_CROSS_BORDER"}},
	} {
		h.step(step.who, id, step.step, "Repeated.", step.data).want(200)
	}
	for _, number := range []string{h.investigated, second} {
		h.step("supervisor", number, "set_priority", "The same for both.", map[string]any{"priority": "P2"}).want(200)
	}
	first := "/investigations/" + h.investigated + "/place"
	b, other := h.signedIn("supervisor"), h.signedIn("supervisor")
	b.get("/investigations").want(200, "Order")
	b.get(first).want(200, "No investigation of this priority", "Place first")
	b.send(first, "act", "last", "reason", "").want(422, "Say why the order changes.")
	b.send(first, "act", "up", "reason", "Because.").want(422, "Choose a case")
	b.send(first, "act", "explode", "reason", "Because.").want(422, "Choose a case")
	other.get(first)
	b.send(first, "act", "last", "reason", "The harm <i>goes on</i>.").want(200, "The order is changed.", "Placed by hand: The harm <i>goes on</i>.", "dispatch of letters")

	// Whoever decided on the order of before is told, and what was typed is there.
	other.send(first, "act", "last", "reason", "My own reason.").want(409, "Somebody else changed the order")
	if !strings.Contains(other.screen.Body, "My own reason.") {
		t.Error("the reason is gone")
	}
	other.send(first, "act", "out", "reason", "My own reason.").want(200, "The order is changed.").lacks("Placed by hand")
	b.get(first)
	b.send(first, "act", "last", "reason", "Again.").want(200)

	at := "/investigations/" + second + "/place"
	form := b.get(at).want(200).form(at)
	before := strings.Split(strings.SplitN(b.screen.Body, `<option value=""></option><option value="`, 2)[1], `"`)[0]
	for range 2 { // sent twice, it counts once
		sent := form
		sent.Set("act", "before")
		sent.Set("before", before)
		sent.Set("reason", "Children.")
		b.post(at, sent).want(200, "The order is changed.")
	}
	list := b.get("/investigations").want(200).text()
	if strings.Index(list, second) > strings.Index(list, h.investigated) {
		t.Errorf("%s is not before %s: %s", second, h.investigated, list)
	}
	b.get(at)
	b.send(at, "act", "down", "reason", "After all.").want(200)
	list = b.screen.text()
	if strings.Index(list, second) < strings.Index(list, h.investigated) {
		t.Errorf("%s is not after %s", second, h.investigated)
	}
	b.get(at)
	b.send(at, "act", "up", "reason", "No.").want(200)
	b.get("/cases/"+second).want(200, "changed the case's place among the investigations", "After all.")

	caseworker := h.signedIn("caseworker")
	caseworker.get(at).want(403)
	caseworker.get("/investigations").want(200, "Placed by hand").lacks("Order by")
	b.get("/investigations/" + h.secret + "/place").want(200)
	b.send("/investigations/"+h.secret+"/place", "act", "last", "reason", "It is one.").want(422, "Only open investigations")
	h.signedIn("decider").get("/investigations/" + h.secret + "/place").want(404)
}
