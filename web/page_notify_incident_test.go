package web_test

import (
	"net/url"
	"strings"
	"testing"
)

// A controller notifies about a supplier's breach that the authority knows of: what
// is known stands in the form as answers that can be changed. With an incident that
// is not offered nothing is filled in.
func TestNotify_BeginsFromAnIncident(t *testing.T) {
	h := open(t)
	id, number := h.incident()
	h.get("caseworker", "/api/v1/incidents/"+id).want(200)
	for _, b := range []*browser{h.signedIn("dpo"), h.browse("en")} {
		b.get("/notify").want(200, "Do you notify about one of these?", "No, about something else")
		if strings.Contains(b.screen.Body, number) {
			t.Error("who notifies is told the authority's own number")
		}
		s := b.send("/notify", "incident", id).want(200)
		at := s.Path[:strings.LastIndexByte(s.Path, '/')]
		reporter := b.get(at + "/reporter").want(200).controls()
		if got := reporter.Get("other_parties.0.name"); got == "" || reporter.Get("other_parties.0.role") != "PROCESSOR" || reporter.Get("other_parties_involved") != "YES" {
			t.Errorf("the supplier is %q of %v", got, reporter)
		}
		if what := b.get(at + "/what").want(200).controls(); what.Get("systems_description") == "" || what.Get("cause") == "" {
			t.Errorf("the form holds %v", what)
		}
		b.save(at, "what", url.Values{"systems_description": {"Our own."}}).want(200)
		if what := b.get(at + "/what").want(200).controls(); what.Get("systems_description") != "Our own." {
			t.Error("what is filled in cannot be changed")
		}
	}
	b := h.signedIn("dpo")
	b.get("/notify")
	s := b.send("/notify", "incident", "no-such-incident").want(200)
	if got := b.get(s.Path[:strings.LastIndexByte(s.Path, '/')] + "/reporter").controls().Get("other_parties.0.name"); got != "" {
		t.Errorf("filled in from nowhere: %q", got)
	}
}
