package cases_test

import (
	"slices"
	"testing"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// supplied is what a customer of Lönebolaget notifies, with changes.
func supplied(name string, more ...any) map[string]any {
	return with(with(mild,
		"controller", map[string]any{"name": name, "contact": map[string]any{"email": "dso@" + "kund.example"}},
		"other_parties_involved", "YES", "other_parties", []any{map[string]any{"role": "PROCESSOR", "name": "Lönebolaget i Norden AB"}},
		"systems_description", "Lön och Tid hos leverantören.", "controller_reference", nil,
		"description", "Vår leverantör har utsatts för ett angrepp och uppgifter om löner kan ha kommit ut till obehöriga.",
		"occurrence_mode", "SPECIFIC_DAY", "occurred_from", "2026-11-15T10:00:00+01:00", "occurred_to", nil, "detected_at", "2026-11-16T10:00:00+01:00",
	), more...)
}

// arrive files a customer's notification, a minute after the one before.
func (o *office) arrive(a cases.Actor, name string, more ...any) *cases.Case {
	o.t.Helper()
	o.wait(time.Minute)
	return o.submit(a, supplied(name, more...))
}

func codesOf(evidence []cases.Evidence) []cases.EvidenceCode {
	var out []cases.EvidenceCode
	for _, e := range evidence {
		out = append(out, e.Code)
	}
	return out
}

func (o *office) suggestions(a cases.Actor, ref string) cases.Suggestions {
	o.t.Helper()
	out, err := o.Suggestions(o.t.Context(), a, ref)
	if err != nil {
		o.t.Fatal(err)
	}
	return out
}

func (o *office) belonging(a cases.Actor, ref string) []string {
	o.t.Helper()
	found, err := o.IncidentSuggestions(a, ref)
	if err != nil {
		o.t.Fatal(err)
	}
	out := []string{}
	for _, one := range found {
		out = append(out, one.Case.ID)
	}
	return out
}

// A case is suggested for the incident it likely belongs to, from both sides, and no
// longer once somebody said so or it is linked.
func TestSuggestions_OfIncidents(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	i := o.incident()
	one := o.arrive(notifier, "Alfa AB")
	two := o.arrive(notifier, "Beta AB", "other_parties", []any{map[string]any{"role": "PROCESSOR", "name": "LÖNE-BOLAGET (556000-0001)"}})
	other := o.arrive(notifier, "Gamma AB", "other_parties", []any{map[string]any{"role": "PROCESSOR", "name": "Driftbolaget AB"}})

	got := o.suggestions(caseworker, one.ID)
	if len(got.Incidents) != 1 || got.Incidents[0].Incident.ID != i.ID || len(got.Duplicates) != 0 {
		t.Fatalf("suggested: %+v", got)
	}
	if codes := codesOf(got.Incidents[0].Evidence); !slices.Contains(codes, cases.EvidenceProcessor) || !slices.Contains(codes, cases.EvidenceSameDays) {
		t.Errorf("the evidence is %v", codes)
	}
	if got := o.suggestions(caseworker, other.ID); len(got.Incidents) != 0 {
		t.Errorf("another supplier's case is suggested: %+v", got)
	}
	if got := o.belonging(caseworker, i.Number); !slices.Equal(got, []string{one.ID, two.ID}) {
		t.Errorf("the incident is told of %v", got)
	}

	o.take(caseworker, one.ID, workflow.StepLinkIncident, cases.StepData{Incident: i.ID})
	if got := o.suggestions(caseworker, one.ID); len(got.Incidents) != 0 {
		t.Errorf("a linked case has suggestions: %+v", got)
	}
	if _, err := o.DismissFromIncident(ctx, caseworker, i.ID, []string{two.Number}, "Another breach."); err != nil {
		t.Fatal(err)
	}
	if got := o.suggestions(caseworker, two.ID); len(got.Incidents) != 0 {
		t.Errorf("what was dismissed is suggested again: %+v", got)
	}
	if got := o.belonging(caseworker, i.ID); len(got) != 0 {
		t.Errorf("the incident is told of %v", got)
	}
	_, err := o.DismissFromIncident(ctx, lawyer, i.ID, []string{two.ID}, "")
	refused(t, err, workflow.Forbidden, "role")
	_, err = o.DismissFromIncident(ctx, caseworker, i.ID, []string{"PUI-2026-999"}, "")
	faulted(t, err, "/cases/0", "not_found")
	_, err = o.DismissFromIncident(ctx, caseworker, i.ID, nil, "")
	faulted(t, err, "/cases", "required")

	if _, err := o.Incidents().Close(ctx, supervisor, i.ID, "Over."); err != nil {
		t.Fatal(err)
	}
	late := o.arrive(notifier, "Delta AB")
	if got := o.suggestions(caseworker, late.ID); len(got.Incidents) != 0 || len(o.belonging(caseworker, i.ID)) != 0 {
		t.Errorf("a closed incident is suggested: %+v", got)
	}
}

func TestSuggestions_OfDuplicates(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	first := o.arrive(notifier, "Åkeriet i Exempelstad AB")
	again := o.arrive(colleague, "Akeriet i Exempelstad")
	o.arrive(notifier, "Bageriet AB") // the supplier's text, another controller
	o.arrive(notifier, "Åkeriet i Exempelstad AB", "occurred_from", "2026-09-15T10:00:00+02:00", "detected_at", "2026-09-16T10:00:00+02:00")

	got := o.suggestions(caseworker, first.ID).Duplicates
	if len(got) != 1 || got[0].Case.ID != again.ID {
		t.Fatalf("suggested: %+v", got)
	}
	back := o.suggestions(caseworker, again.ID).Duplicates
	if len(back) != 1 || back[0].Case.ID != first.ID || back[0].Score != got[0].Score {
		t.Fatalf("the other way: %+v", back)
	}
	_, err := o.DismissDuplicates(ctx, lawyer, first.ID, []string{again.ID}, "")
	refused(t, err, workflow.Forbidden, "role")
	o.take(supervisor, first.ID, workflow.StepDeclareConflict, cases.StepData{Account: "caseworker2"})
	_, err = o.DismissDuplicates(ctx, caseworker2, first.ID, []string{again.ID}, "")
	refused(t, err, workflow.Forbidden, "conflict_of_interest")
	for range 2 { // the second time there is nothing left to say
		c, err := o.DismissDuplicates(ctx, caseworker, first.ID, []string{again.Number}, "Two vans, two thefts.")
		if err != nil || len(c.Distinct) != 1 || c.Distinct[0].Reason != "Two vans, two thefts." || c.Distinct[0].By != "caseworker" {
			t.Fatalf("dismissed as %+v, %v", c, err)
		}
	}
	o.sound(first.ID)
	for _, id := range []string{first.ID, again.ID} {
		if got := o.suggestions(caseworker, id).Duplicates; len(got) != 0 {
			t.Errorf("suggested again: %+v", got)
		}
	}
}

// Whoever may not see a case is not told of it, by either side, nor counted among
// what makes an incident likely.
func TestSuggestions_KeepSecrets(t *testing.T) {
	o := newOffice(t)
	i := o.incident()
	open := o.arrive(notifier, "Alfa AB")
	secret := o.arrive(colleague, "Alfa Aktiebolag")
	o.take(supervisor, secret.ID, workflow.StepFlagSecret, cases.StepData{NamedStaff: []string{"supervisor"}})

	if got := o.suggestions(caseworker, open.ID).Duplicates; len(got) != 0 {
		t.Errorf("a secret case is told of: %+v", got)
	}
	if got := o.suggestions(supervisor, open.ID).Duplicates; len(got) != 1 {
		t.Errorf("who may see it is not told: %+v", got)
	}
	if got := o.belonging(caseworker, i.ID); !slices.Equal(got, []string{open.ID}) {
		t.Errorf("the incident tells of %v", got)
	}
	if got := o.belonging(supervisor, i.ID); len(got) != 2 {
		t.Errorf("who may see it is told of %v", got)
	}
	_, err := o.Suggestions(t.Context(), caseworker, secret.ID)
	refused(t, err, workflow.NotFound, "not_found")
	_, err = o.Suggestions(t.Context(), notifier, open.ID)
	refused(t, err, workflow.NotFound, "not_found")
	_, err = o.IncidentSuggestions(notifier, i.ID)
	refused(t, err, workflow.NotFound, "no_such_incident")
	_, err = o.DismissDuplicates(t.Context(), caseworker, open.ID, []string{secret.ID}, "")
	faulted(t, err, "/cases/0", "not_found")
	_, err = o.DismissFromIncident(t.Context(), caseworker, i.ID, []string{secret.ID}, "")
	faulted(t, err, "/cases/0", "not_found")
}

// Three controllers that name one processor within 72 hours are a hint, until there is
// an incident of it.
func TestClusters_NameACommonProcessor(t *testing.T) {
	o := newOffice(t)
	clusters := func(a cases.Actor) []cases.Cluster {
		t.Helper()
		out, err := o.Clusters(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	o.arrive(notifier, "Alfa AB")
	o.arrive(notifier, "Alfa AB") // the same controller twice counts once
	o.arrive(notifier, "Beta AB")
	if got := clusters(caseworker); len(got) != 0 {
		t.Fatalf("two controllers are a cluster: %+v", got)
	}
	third := o.arrive(notifier, "Gamma AB", "other_parties", []any{map[string]any{"role": "PROCESSOR", "name": "Lönebolaget"}})
	got := clusters(caseworker)
	if len(got) != 1 || got[0].Controllers != 3 || got[0].Count != 4 || got[0].Supplier != "Lönebolaget i Norden AB" {
		t.Fatalf("clusters: %+v", got)
	}
	o.take(supervisor, third.ID, workflow.StepFlagSecret, cases.StepData{NamedStaff: []string{"supervisor"}})
	if got := clusters(caseworker); len(got) != 0 {
		t.Errorf("a secret case is counted: %+v", got)
	}
	if got := clusters(supervisor); len(got) != 1 {
		t.Errorf("who may see it is not told: %+v", got)
	}
	_, err := o.Clusters(t.Context(), notifier)
	refused(t, err, workflow.NotFound, "no_such_incident")
	o.incident()
	if got := clusters(supervisor); len(got) != 0 {
		t.Errorf("the incident is known: %+v", got)
	}
}

// A summary that an earlier version wrote has no trace; a start makes it anew.
func TestStart_MakesTraces(t *testing.T) {
	store := openStore(t)
	o := officeOn(t, store, cases.Policy{})
	i := o.incident()
	c := o.arrive(notifier, "Alfa AB")
	sum := c.Summary()
	sum.Trace = ""
	if err := store.Put(t.Context(), cases.Summaries, c.ID, sum); err != nil {
		t.Fatal(err)
	}
	later := officeOn(t, store, cases.Policy{})
	if err := later.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := later.belonging(caseworker, i.ID); !slices.Equal(got, []string{c.ID}) {
		t.Errorf("after the start: %v", got)
	}
}
