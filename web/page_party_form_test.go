package web_test

import (
	"strings"
	"testing"
)

// TestPartyIsCorrectedByForm: the form holds the party as it stands, and what is
// refused stands beside its field.
func TestPartyIsCorrectedByForm(t *testing.T) {
	h := open(t)
	_, number := h.file("dpo")
	at := "/cases/" + number
	b := h.signedIn("supervisor")
	form := b.get(at + "/steps/correct_party").want(200)
	for _, has := range []string{`name="party.name" value="`, `name="party.unit"`, `name="party.legal_form"`} {
		if !strings.Contains(form.Body, has) {
			t.Errorf("the form lacks %s: %s", has, form.Body)
		}
	}
	wrong := b.send("", "party.unit", "no-such-unit", "reason", "It was the other one.").want(422)
	if !strings.Contains(wrong.Body, `href="#party.unit"`) || !strings.Contains(wrong.Body, "no-such-unit") {
		t.Errorf("an unknown unit is not refused beside its field: %s", wrong.Body)
	}
	s := b.send("", "party.unit", "", "party.name", "Bolaget AB", "party.board", "", "party.legal_form", "COMPANY", "reason", "It was the other one.")
	if s.Path != at+"?done=step" {
		t.Fatalf("the correction is not taken: %s", s.text())
	}
	s.want(200, "Bolaget AB", "corrected whom the case is about")
}
