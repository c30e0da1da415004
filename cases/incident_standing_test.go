package cases_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// The face of an incident counts what the viewer sees, day by day and state by state,
// and adds up what the controllers say, of which it never says that they are people.
func TestIncidentStanding_CountsWhatIsSeen(t *testing.T) {
	o := newOffice(t)
	i := o.incident()
	link := func(id string) {
		t.Helper()
		o.take(supervisor, id, workflow.StepLinkIncident, cases.StepData{Incident: i.Number})
	}
	people := func(count map[string]any) string {
		t.Helper()
		id := o.triage(map[string]any{"subjects": count})
		link(id)
		return id
	}
	people(map[string]any{"mode": "EXACT", "min": 40, "max": 40, "unit": "PERSONS"})
	people(map[string]any{"mode": "APPROXIMATE", "min": 100, "max": 300})
	people(map[string]any{"mode": "APPROXIMATE", "max": 9000, "unit": "EMAIL_ADDRESSES"})
	people(map[string]any{"mode": "TBD"})
	secret := people(map[string]any{"mode": "EXACT", "max": 7, "unit": "PERSONS"})
	o.take(supervisor, secret, workflow.StepFlagSecret, cases.StepData{NamedStaff: []string{supervisor.Account, caseworker.Account}})
	o.wait(72 * time.Hour)
	changed := people(map[string]any{"mode": "EXACT", "max": 5, "unit": "PERSONS"})

	standing := func(a cases.Actor) cases.IncidentStanding {
		t.Helper()
		got, err := o.IncidentStanding(t.Context(), a, i.Number)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	got := standing(registrar)
	if diff := cmp.Diff(cases.CaseFigures{Cases: 3, Other: 1, Least: 145, Most: 345}, got.Figures); diff != "" {
		t.Errorf("the figures (-want +got):\n%s", diff)
	}
	if got.Cases != 5 || got.Open != 5 || len(got.Days) != 4 || got.Days[0].Cases != 4 || got.Days[1].Cases != 0 || got.Days[3].Cases != 1 {
		t.Errorf("the cases: %+v", got)
	}
	if all := standing(supervisor); all.Cases != 6 || all.Figures.Most != 352 {
		t.Errorf("whoever is named sees %+v", all)
	}
	states := 0
	for _, s := range got.States {
		for _, n := range s.Priority {
			states += n
		}
	}
	if states != 5 {
		t.Errorf("%d cases by state and priority: %+v", states, got.States)
	}
	// A case that changes is read again.
	if _, err := o.follow(notifier, changed, cases.SubmissionSupplement, map[string]any{"subjects": map[string]any{"mode": "EXACT", "min": 6, "max": 6}}); err != nil {
		t.Fatal(err)
	}
	if again := standing(registrar); again.Figures.Most != 346 {
		t.Errorf("after a supplement: %+v", again.Figures)
	}
	counts := o.Board().IncidentCounts(registrar)[i.ID]
	if counts.Cases != 5 || counts.Open != 5 || counts.LastAt.IsZero() {
		t.Errorf("on the board: %+v", counts)
	}
	_, err := o.IncidentStanding(t.Context(), notifier, i.ID)
	refused(t, err, workflow.NotFound, "no_such_incident")
}

// A form that is sent twice adds once.
func TestIncident_AddsOnceForACommand(t *testing.T) {
	o := newOffice(t)
	i, ctx, cmd := o.incident(), t.Context(), cases.KeyedCommand(caseworker.Account, "form", "key", []byte("body"))
	for range 2 {
		if _, err := o.Incidents().AddMoment(ctx, caseworker, i.ID, cases.IncidentMoment{At: begin, Text: "Again."}, cmd); err != nil {
			t.Fatal(err)
		}
		st := cases.IncidentStatement{Count: cases.Count{Mode: cases.CountExact, Max: new(int64(3)), Unit: cases.UnitPersons, Source: "Press", AsOf: "2026-11-17"}}
		if _, err := o.Incidents().AddStatement(ctx, caseworker, i.ID, st, cmd); err != nil {
			t.Fatal(err)
		}
		if _, err := o.Incidents().EstablishFact(ctx, caseworker, i.ID, "It happened.", "The press.", cmd); err != nil {
			t.Fatal(err)
		}
	}
	if got := o.sameIncident(i.ID); len(got.Timeline) != 1 || len(got.Statements) != 1 || len(got.Facts) != 1 {
		t.Errorf("%+v", got)
	}
}
