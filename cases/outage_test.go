package cases_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

func (o *office) outage(from, to time.Time) cases.Outage {
	o.t.Helper()
	made, err := o.Outages().Record(o.t.Context(), registrar, cases.OutageRecorded{From: from, To: &to, What: "The network was down.", Public: true}, cases.Command{})
	if err != nil {
		o.t.Fatal(err)
	}
	return made
}

func TestOutage_IsRecordedCorrectedAndWithdrawn(t *testing.T) {
	o := newOffice(t)
	all, ctx := o.Outages(), t.Context()
	first, err := all.Record(ctx, registrar, cases.OutageRecorded{From: begin.Add(-time.Hour), What: "Down.", Public: true}, cases.Command{ID: "once"})
	again, againErr := all.Record(ctx, registrar, cases.OutageRecorded{From: begin.Add(-time.Hour), What: "Down."}, cases.Command{ID: "once"})
	if err != nil || againErr != nil || first.Number != "OUT-2026-1" || again.ID != first.ID || first.Source != cases.OutageByHand {
		t.Fatalf("%+v %+v %v %v", first, again, err, againErr)
	}
	if told := all.Public(begin); len(told) != 1 || told[0].RecordedBy != "" || told[0].ID != "" {
		t.Errorf("the public is told: %+v", told)
	}
	for _, one := range []struct {
		from  time.Time
		to    time.Time
		path  string
		code  string
		what  cases.Text
		actor cases.Actor
	}{
		{time.Time{}, begin, "/from", "required", "x", supervisor},
		{begin.Add(time.Hour), begin, "/from", "in_the_future", "x", supervisor},
		{begin.Add(-time.Hour), begin.Add(time.Hour), "/to", "in_the_future", "x", registrar},
		{begin.Add(-time.Hour), begin.Add(-time.Hour), "/to", "range", "x", registrar},
		{begin.Add(-time.Hour), begin, "/what", "required", " ", registrar},
	} {
		_, err := all.Record(ctx, one.actor, cases.OutageRecorded{From: one.from, To: &one.to, What: one.what}, cases.Command{})
		faulted(t, err, one.path, one.code)
	}
	_, err = all.Record(ctx, caseworker, cases.OutageRecorded{From: begin, What: "x"}, cases.Command{})
	refused(t, err, workflow.Forbidden, "role")
	_, err = all.Record(ctx, notifier, cases.OutageRecorded{From: begin, What: "x"}, cases.Command{})
	refused(t, err, workflow.NotFound, "no_such_outage")
	_, err = all.Get(notifier, first.Number)
	refused(t, err, workflow.NotFound, "no_such_outage")
	_, err = all.Withdraw(ctx, caseworker, first.Number, 1, "x")
	refused(t, err, workflow.Forbidden, "role")

	end := begin.Add(-time.Minute)
	fixed, err := all.Correct(ctx, supervisor, first.Number, 1, cases.OutageCorrected{From: first.From, To: &end, Reason: "It is over."})
	if err != nil || fixed.Version != 2 || !fixed.To.Equal(end) {
		t.Fatalf("%+v %v", fixed, err)
	}
	if len(all.Public(begin)) != 0 {
		t.Error("the public is told of what was over by then")
	}
	_, err = all.Withdraw(ctx, registrar, first.Number, 1, "Slower.")
	refused(t, err, workflow.Stale, "changed_meanwhile")
	gone, err := all.Withdraw(ctx, registrar, first.Number, 2, "A test.")
	if err != nil || gone.Withdrawn != "A test." || len(all.Public(begin.AddDate(0, 0, -1))) != 0 {
		t.Fatalf("%+v %v", gone, err)
	}
	_, err = all.Correct(ctx, registrar, first.Number, 3, cases.OutageCorrected{From: first.From, Reason: "x"})
	refused(t, err, workflow.Conflict, "outage_withdrawn")

	other := officeOn(t, o.store, cases.Policy{})
	if err := other.Start(ctx); err != nil {
		t.Fatal(err)
	}
	known, err := other.Outages().Get(caseworker, first.Number)
	if diff := cmp.Diff(asJSON(t, gone), asJSON(t, known)); err != nil || diff != "" {
		t.Errorf("after a start: %v\n%s", err, diff)
	}
	if next := other.outage(begin.Add(-time.Hour), begin); next.Number != "OUT-2026-2" {
		t.Errorf("the next number: %s", next.Number)
	}
}

// An outage lists what came late because of it, and changes no judgement.
func TestOutage_TouchesLateNotificationsAndChangesNoJudgement(t *testing.T) {
	o := newOffice(t)
	ctx, due := t.Context(), o.submit(notifier, nil).Judgement().Deadlines
	deadline := due.For(o.submit(notifier, nil).Judgement().Policy).DueAt
	o.set(deadline.Add(3 * time.Hour))
	late := o.submit(notifier, nil)
	before := asJSON(t, late.Judgements)
	touched := func(a cases.Actor, x cases.Outage) int {
		t.Helper()
		found, _, err := o.Touched(ctx, a, x)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range found {
			if one.Case.ID != late.ID || !one.DueAt.Equal(deadline) {
				t.Errorf("touched: %s, due %s", one.Case.Number, one.DueAt)
			}
		}
		return len(found)
	}
	hour := func(n int) time.Time { return deadline.Add(time.Duration(n) * time.Hour) }
	for _, one := range []struct{ from, to, want int }{
		{-1, 1, 1},    // the deadline fell within it
		{-3, -1, 1},   // within the day after it
		{1, 2, 0},     // it began after the deadline
		{-60, -30, 0}, // it was long over
	} {
		if n := touched(caseworker, o.outage(hour(one.from), hour(one.to))); n != one.want {
			t.Errorf("an outage from hour %d to %d touched %d", one.from, one.to, n)
		}
	}
	_, _, err := o.Touched(ctx, notifier, cases.Outage{From: hour(-1)})
	refused(t, err, workflow.NotFound, "no_such_outage")
	ongoing := cases.Outage{From: hour(-1)}
	if n := touched(caseworker, ongoing); n != 1 {
		t.Errorf("an outage that goes on touched %d", n)
	}
	if ongoing.Withdrawn = "None."; touched(caseworker, ongoing) != 0 {
		t.Error("a withdrawn outage touches something")
	}
	if diff := cmp.Diff(before, asJSON(t, o.load(late.ID).Judgements)); diff != "" || !o.load(late.ID).Late() {
		t.Errorf("the judgement changed:\n%s", diff)
	}
}
