package cases_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/cases/casestest"
	"github.com/vaka-project/vaka/workflow"
)

// breached describes a supplier's breach.
func breached() cases.IncidentDescription {
	from := begin.AddDate(0, 0, -3)
	return cases.IncidentDescription{
		Title: " The payroll breach ", Supplier: "Lönebolaget", Systems: []string{"Lön", " ", "Lön", "Tid"},
		OccurredFrom: &from, Cause: cases.CauseExternalMalicious, Kind: cases.IncidentRansomware, Summary: "Encrypted on Sunday.", Public: true,
	}
}

func (o *office) incident() cases.Incident {
	o.t.Helper()
	i, err := o.Incidents().Open(o.t.Context(), caseworker, breached(), "Three notifications in an hour.", cases.Command{})
	if err != nil {
		o.t.Fatal(err)
	}
	return i
}

// same checks that an incident's events fold to its picture and that its chain holds.
func (o *office) sameIncident(id string) cases.Incident {
	o.t.Helper()
	events, err := o.Incidents().History(o.t.Context(), caseworker, id)
	if err != nil {
		o.t.Fatal(err)
	}
	if breaks := cases.Verify(id, events); len(breaks) > 0 {
		o.t.Fatalf("the chain is broken: %v", breaks)
	}
	var folded, picture cases.Incident
	for _, e := range events {
		if err := folded.Apply(e); err != nil {
			o.t.Fatal(err)
		}
	}
	if err := o.store.Get(o.t.Context(), cases.IncidentPictures, id, &picture); err != nil {
		o.t.Fatal(err)
	}
	known, err := o.Incidents().Get(caseworker, id)
	if err != nil {
		o.t.Fatal(err)
	}
	want := asJSON(o.t, folded)
	if diff := cmp.Diff(want, asJSON(o.t, picture)) + cmp.Diff(want, asJSON(o.t, known)); diff != "" {
		o.t.Fatalf("folded, stored and known differ:\n%s", diff)
	}
	return folded
}

// faultsAt checks where a refusal's faults lie.
func faultsAt(t *testing.T, err error, want ...string) {
	t.Helper()
	refusal, ok := errors.AsType[*workflow.Error](err)
	if !ok {
		t.Fatalf("not refused: %v", err)
	}
	var got []string
	for _, f := range refusal.Faults {
		got = append(got, f.Path)
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, slices.Compact(got)); diff != "" {
		t.Errorf("the faults lie elsewhere:\n%s", diff)
	}
}

func TestIncident_IsTold(t *testing.T) {
	o := newOffice(t)
	ctx, all := t.Context(), o.Incidents()
	i := o.incident()
	if i.Number != "INC-2026-1" || i.Status != cases.IncidentOpen || i.Title != "The payroll breach" || len(i.Systems) != 2 {
		t.Fatalf("opened as %+v", i)
	}
	must := func(_ cases.Incident, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(all.AddMoment(ctx, caseworker, i.Number, cases.IncidentMoment{At: begin.Add(-time.Hour), Text: "The supplier tells its customers."}, cases.Command{}))
	must(all.AddMoment(ctx, caseworker, i.ID, cases.IncidentMoment{At: begin.AddDate(0, 0, -2), Text: "Systems are down.", Source: "press"}, cases.Command{}))
	prosecutor := cases.Count{Mode: cases.CountApproximate, Min: new(int64(1_500_000)), Unit: cases.UnitPersons, Source: "Prosecutor", AsOf: "2026-11-16"}
	must(all.AddStatement(ctx, caseworker, i.ID, cases.IncidentStatement{Count: prosecutor}, cases.Command{}))
	must(all.AddStatement(ctx, caseworker, i.ID, cases.IncidentStatement{Count: cases.Count{Mode: cases.CountApproximate, Max: new(int64(870_000)), Unit: cases.UnitEmailAddresses, Source: "Have I Been Pwned", AsOf: "2026-11-17"}}, cases.Command{}))
	must(all.EstablishFact(ctx, supervisor, i.ID, "The backups were encrypted too.", "The supplier's report of 17 November.", cases.Command{}))
	got := o.sameIncident(i.ID)
	if got.Timeline[0].Text != "Systems are down." || len(got.Statements) != 2 || len(got.Holding()) != 1 {
		t.Errorf("told as %+v", got)
	}

	must(all.WithdrawStatement(ctx, caseworker, i.ID, got.Statements[0].ID, "The prosecutor corrected it."))
	must(all.WithdrawFact(ctx, supervisor, i.ID, got.Facts[0].ID, "It was another system."))
	_, err := all.WithdrawFact(ctx, supervisor, i.ID, got.Facts[0].ID, "Again.")
	refused(t, err, workflow.NotFound, "no_such_fact")
	got = o.sameIncident(i.ID)
	if got.Statements[0].Withdrawn == "" || got.Statements[0].Count.Source != "Prosecutor" || len(got.Holding()) != 0 {
		t.Errorf("withdrawn as %+v", got)
	}

	changed := breached()
	changed.Title = "The payroll supplier"
	_, err = all.Describe(ctx, caseworker2, i.ID, 1, changed, "A better name.")
	refused(t, err, workflow.Stale, "changed_meanwhile")
	must(all.Describe(ctx, caseworker2, i.ID, got.Version, changed, "A better name."))
	_, err = all.Close(ctx, caseworker, i.ID, "Over.")
	refused(t, err, workflow.Forbidden, "role")
	must(all.Close(ctx, supervisor, i.ID, "Over."))
	_, err = all.Close(ctx, supervisor, i.ID, "Over.")
	refused(t, err, workflow.Conflict, "incident_status")
	if got := o.sameIncident(i.ID); got.Status != cases.IncidentClosed || got.Title != "The payroll supplier" {
		t.Errorf("closed as %+v", got)
	}
	must(all.Reopen(ctx, supervisor, i.ID, "More notify."))
}

func TestIncident_RefusesWhatCannotBe(t *testing.T) {
	o := newOffice(t)
	ctx, all := t.Context(), o.Incidents()
	_, err := all.Open(ctx, notifier, breached(), "", cases.Command{})
	refused(t, err, workflow.Forbidden, "role")
	later := begin.Add(time.Hour)
	_, err = all.Open(ctx, caseworker, cases.IncidentDescription{OccurredFrom: &later, Cause: "NONSENSE"}, "", cases.Command{})
	faultsAt(t, err, "/cause", "/occurred_from", "/supplier", "/title")
	i := o.incident()
	for _, at := range []string{i.ID, i.Number} {
		_, err = all.Get(notifier, at)
		refused(t, err, workflow.NotFound, "no_such_incident")
		_, err = o.Case(ctx, caseworker, at)
		refused(t, err, workflow.NotFound, "not_found")
	}
	_, err = all.AddMoment(ctx, caseworker, i.ID, cases.IncidentMoment{At: later}, cases.Command{})
	faultsAt(t, err, "/at", "/text")
	_, err = all.AddStatement(ctx, caseworker, i.ID, cases.IncidentStatement{Count: cases.Count{Min: new(int64(5)), Max: new(int64(-1))}}, cases.Command{})
	faultsAt(t, err, "/count", "/count/as_of", "/count/max", "/count/mode", "/count/source", "/count/unit")
	_, err = all.EstablishFact(ctx, caseworker, i.ID, " ", "", cases.Command{})
	faultsAt(t, err, "/basis", "/text")
	public := all.Notifiable()
	if len(public) != 1 || public[0].Summary != "" || public[0].OpenedBy != "" || public[0].Supplier != "Lönebolaget" {
		t.Errorf("who notifies is told %+v", public)
	}
}

// A case belongs to one incident at most, which its own events tell; the slower of
// two who link it at once is told so.
func TestIncident_HasACaseOnce(t *testing.T) {
	o := newOffice(t)
	first := o.incident()
	second, err := o.Incidents().Open(t.Context(), caseworker, breached(), "", cases.Command{})
	if err != nil || second.Number != "INC-2026-2" {
		t.Fatalf("%+v, %v", second, err)
	}
	id := o.submit(notifier, nil).ID
	version := o.load(id).Version
	var answers [2]error
	var both sync.WaitGroup
	for n, to := range []cases.Incident{first, second} {
		both.Go(func() {
			_, answers[n] = o.Take(t.Context(), caseworker, id, cases.StepRequest{
				Step: workflow.StepLinkIncident, Reason: "The same supplier.", Data: cases.StepData{Incident: to.Number}, Version: version,
			})
		})
	}
	both.Wait()
	if (answers[0] == nil) == (answers[1] == nil) {
		t.Fatalf("both or neither: %v", answers)
	}
	refused(t, errors.Join(answers[:]...), workflow.Stale, "changed_meanwhile")
	winner := first
	if answers[0] != nil {
		winner = second
	}
	c := o.load(id)
	if c.Incident != winner.ID {
		t.Fatalf("linked to %q", c.Incident)
	}
	_, err = o.try(caseworker, id, workflow.StepLinkIncident, "Again.", cases.StepData{Incident: second.ID})
	refused(t, err, workflow.Unprocessable, string(workflow.GuardNotInIncident))
	list, err := o.Board().List(cases.Query{Incident: winner.ID}, caseworker, o.time())
	if err != nil || len(list.Items) != 1 {
		t.Fatalf("%d listed, %v", len(list.Items), err)
	}

	fact, err := o.Incidents().EstablishFact(t.Context(), supervisor, winner.ID, "Backups were lost.", "Report.", cases.Command{})
	if err != nil {
		t.Fatal(err)
	}
	o.take(registrar, id, workflow.StepRegister, cases.StepData{})
	o.take(supervisor, id, workflow.StepStartTriage, cases.StepData{Assignee: "caseworker"})
	_, err = o.try(caseworker, id, workflow.StepDeviateFact, "It had its own backups.", cases.StepData{Fact: "nothing"})
	refused(t, err, workflow.Unprocessable, "step_data")
	c = o.take(caseworker, id, workflow.StepDeviateFact, cases.StepData{Fact: fact.Facts[0].ID})
	if c.Departs(fact.Facts[0].ID) == "" {
		t.Error("the case does not depart from the fact")
	}
	c = o.take(registrar, id, workflow.StepUnlinkIncident, cases.StepData{})
	if c.Incident != "" || c.Departs(fact.Facts[0].ID) != "" {
		t.Errorf("still in %q", c.Incident)
	}
	_, err = o.try(caseworker, id, workflow.StepLinkIncident, "Reason.", cases.StepData{Incident: "INC-1999-1"})
	refused(t, err, workflow.Unprocessable, string(workflow.GuardIncidentOpen))
	o.sound(id)
}

// Additions of several people at once are all kept, on a store that fails in
// between too, and another instance sees them.
func TestIncident_KeepsEveryAddition(t *testing.T) {
	broken := casestest.NewFaulty(openStore(t))
	o := officeOn(t, broken, cases.Policy{})
	i := o.incident()
	var adding sync.WaitGroup
	for n := range 8 {
		adding.Go(func() {
			_, err := o.Incidents().AddMoment(t.Context(), caseworker, i.ID, cases.IncidentMoment{At: begin.Add(-time.Duration(n) * time.Hour), Text: "Again."}, cases.Command{})
			if err != nil {
				t.Error(err)
			}
		})
	}
	adding.Wait()
	if got := o.sameIncident(i.ID); len(got.Timeline) != 8 {
		t.Errorf("%d moments are kept", len(got.Timeline))
	}
	other := officeOn(t, broken, cases.Policy{})
	if err := other.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, err := other.Incidents().Get(caseworker, i.Number); err != nil || len(got.Timeline) != 8 {
		t.Errorf("another instance knows %d moments, %v", len(got.Timeline), err)
	}
	i, _ = o.Incidents().EstablishFact(t.Context(), caseworker, i.ID, "One more.", "Report.", cases.Command{})
	if done, err := other.Incidents().Refresh(t.Context(), i.ID, i.Version); !done || err != nil {
		t.Fatal(done, err)
	}
	if got, _ := other.Incidents().Get(caseworker, i.ID); len(got.Facts) != 1 {
		t.Error("another instance does not see the fact")
	}
}
