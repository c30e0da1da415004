package web_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/vaka-project/vaka/cases"
)

// customer files what a customer of Lönebolaget notifies.
func (h *house) customer(name string) (id, number string) {
	h.t.Helper()
	return h.file("dpo", func(n map[string]any) {
		n["controller"] = map[string]any{"name": name, "contact": map[string]any{"email": "dso@kund.example"}}
		n["other_parties_involved"], n["other_parties"] = "YES", []any{map[string]any{"role": "PROCESSOR", "name": "Lönebolaget i Norden AB"}}
		n["occurrence_mode"], n["occurred_from"] = "SPECIFIC_DAY", "2026-11-17T08:00:00+01:00"
		delete(n, "controller_reference")
		delete(n, "occurred_to")
	})
}

func TestSuggestions_AcceptAndDismissMany(t *testing.T) {
	h := open(t)
	var numbers, ids []string
	for _, name := range []string{"Alfa <b>AB</b>", "Beta AB", "Gamma AB", "Delta AB"} {
		id, number := h.customer(name)
		ids, numbers = append(ids, id), append(numbers, number)
	}
	b := h.signedIn("caseworker")
	b.get("/overview").want(200, "4 controllers name Lönebolaget i Norden AB", "Open an incident", numbers[0])
	from := start.AddDate(0, 0, -2)
	opened, err := h.cases.Incidents().Open(ctx, cases.Actor{Account: h.ids["caseworker"], Roles: people["caseworker"]},
		cases.IncidentDescription{Title: "The payroll breach", Supplier: "Lönebolaget", OccurredFrom: &from}, "Four notifications.", cases.Command{})
	must(t, err)
	i := opened.Number
	b.get("/overview").want(200).lacks("controllers name")
	b.get("/cases/"+numbers[0]).want(200, "May belong to an incident", "Names the same processor: Lönebolaget", "Link to "+i)

	// One is linked by its step, prefilled; its page suggests nothing more.
	link := regexp.MustCompile(`href="(/cases/[^"]*steps/link_incident\?[^"]*)"`).FindStringSubmatch(b.screen.Body)
	b.get(strings.ReplaceAll(link[1], "&amp;", "&")).want(200)
	if !strings.Contains(b.screen.Body, `value="`+opened.ID+`" checked`) {
		t.Error("the incident is not chosen already")
	}
	b.send("", "incident", opened.ID, "reason", "It names the supplier.").want(200, "linked the case to an incident")
	b.screen.lacks("May belong to an incident")

	at := "/incidents/" + i + "/suggestions"
	b.get(at).want(200, "3 cases that are not linked", numbers[1], "Names the same processor").lacks(numbers[0])
	b.send(at, "act", "link").want(422, "Tick at least one suggestion.")
	b.get(at)
	box := func(n int) string {
		t.Helper()
		found := regexp.MustCompile(`value="(` + ids[n] + `:\d+)"`).FindStringSubmatch(b.screen.Body)
		if found == nil {
			t.Fatalf("%s is not offered", numbers[n])
		}
		return found[1]
	}
	one, two, three := box(1), box(2), box(3)
	b.send(at, "act", "link", "case", one, "case", two).want(422, "Reason:")
	if strings.Count(b.screen.Body, " checked") != 2 {
		t.Error("what was ticked is gone")
	}
	b.get(at)
	h.step("caseworker", ids[2], "note", "", map[string]any{"text": "Called them."}).want(200)
	b.send(at, "act", "link", "case", one, "case", two, "reason", "The supplier's breach.").
		want(200, "One case is linked.", "One case was left alone:", numbers[2], "changed")
	b.get(at)
	b.send(at, "act", "dismiss", "case", two, "case", three, "reason", "Their own breach.").
		want(200, "The suggestions are dismissed.", "No further case is suggested")
	b.get("/cases/"+numbers[1]).want(200, "The supplier's breach.")
	b.get("/cases/" + numbers[2]).want(200).lacks("May belong to an incident")
	h.signedIn("decider").get(at).want(200).lacks("Link the ticked cases")
	h.signedIn("dpo").get(at).want(403)
}

func TestSuggestions_OfDuplicates(t *testing.T) {
	h := open(t)
	first, number := h.customer("Åkeriet i Exempelstad AB")
	_, again := h.customer("Akeriet i Exempelstad")
	b := h.signedIn("caseworker")
	b.get("/cases/"+number).want(200, "May be notified twice", again, "Much the same name", "Correct the party before merging")
	action := "/cases/" + number + "/suggestions"
	b.send(action).want(422, "Tick at least one suggestion.")
	b.get("/cases/" + number)
	other := regexp.MustCompile(`name="duplicate" value="([^"]*)"`).FindStringSubmatch(b.screen.Body)[1]
	b.send(action, "duplicate", other, "reason", "Two thefts.").want(200, "The suggestions are dismissed.", "suggested cases are not duplicates", "Two thefts.").lacks("May be notified twice")
	b.get("/cases/" + again).want(200).lacks("May be notified twice")

	third, _ := h.customer("Åkeriet i Exempelstad")
	at := "/api/v1/cases/" + first + "/suggestions"
	if got := h.get("caseworker", at).want(200).text("duplicates", 0, "case"); got != third {
		t.Errorf("the API suggests %q", got)
	}
	h.post("caseworker", at+"/dismissals", map[string]any{"duplicates": []string{third}}).want(204)
	h.post("caseworker", at+"/dismissals", map[string]any{}).want(422, "invalid_dismissal")
	if got := string(h.get("caseworker", at).want(200).Body); !strings.Contains(got, `"duplicates":[]`) {
		t.Errorf("what was dismissed is suggested again: %s", got)
	}
	h.get("dpo", at).want(404)
}
