package cases_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/cases/casestest"
	"github.com/vaka-project/vaka/workflow"
)

// assessed brings n mild cases to triage with their risk assessed, so that they
// can be closed.
func (o *office) assessed(n int) []string {
	o.t.Helper()
	ids := make([]string, n)
	var working sync.WaitGroup
	for i := range n {
		working.Go(func() {
			ids[i] = o.triage(map[string]any{"controller_reference": fmt.Sprintf("REF-%03d", i)})
			o.take(caseworker, ids[i], workflow.StepAssessRisk, cases.StepData{Risk: cases.RiskToPeopleUnlikely})
		})
	}
	working.Wait()
	return ids
}

// closing is a batch that closes cases with a letter to each.
func closing(choices ...cases.BatchChoice) cases.BatchRequest {
	return cases.BatchRequest{
		Step: workflow.StepClose, Reason: "Nothing further is examined.", Cases: choices,
		Data: cases.StepData{Outcome: workflow.OutcomeNoFurtherAction, Letter: "To {controller}: your notification {number} of {received_on} ({reference}) is closed."},
	}
}

// chosen are cases as they are seen in a preview.
func (o *office) chosen(a cases.Actor, r cases.BatchRequest, ids ...string) cases.BatchRequest {
	o.t.Helper()
	for _, id := range ids {
		r.Cases = append(r.Cases, cases.BatchChoice{Case: id})
	}
	views, err := o.Batches().Preview(o.t.Context(), a, r)
	if err != nil {
		o.t.Fatal(err)
	}
	for n, v := range views {
		r.Cases[n].Version = v.Version
	}
	return r
}

// closedOnce checks that a case was closed by exactly one event.
func (o *office) closedOnce(id string) {
	o.t.Helper()
	events, err := o.History(o.t.Context(), supervisor, id)
	if err != nil {
		o.t.Fatal(err)
	}
	closed := 0
	for _, e := range events {
		if e.Header.Kind == cases.EventKind(workflow.StepClose) {
			closed++
		}
	}
	if c := o.load(id); closed != 1 || c.State != workflow.StateClosed {
		o.t.Errorf("%s is %s after %d closings", c.Number, c.State, closed)
	}
}

func TestBatch_ClosesEachWithItsOwnLetter(t *testing.T) {
	o := newOffice(t)
	ids := o.assessed(5)
	ctx, b := t.Context(), o.Batches()
	r := o.chosen(supervisor, closing(), ids...)
	r.Cases[1].Text = "You were told by telephone."
	o.take(caseworker, ids[2], workflow.StepNote, cases.StepData{Text: "Changed after the preview."})
	o.take(supervisor, ids[3], workflow.StepClose, cases.StepData{Outcome: workflow.OutcomeNoFurtherAction, Letter: "Closed."})
	r.Cases[3].Version = o.load(ids[3]).Version

	views, err := b.Preview(ctx, supervisor, r)
	if err != nil || !views[0].Allowed || views[3].Allowed || views[3].Message == "" {
		t.Fatalf("%+v, %v", views, err)
	}
	if c := o.load(ids[0]); !strings.Contains(string(views[0].Letter), c.Number+" of 2026-11-18 (REF-000) is closed.") {
		t.Errorf("the letter would read %q", views[0].Letter)
	}
	batch, err := b.Begin(ctx, supervisor, r, cases.KeyedCommand("supervisor", "batch", "k", nil))
	if err != nil {
		t.Fatal(err)
	}
	again, err := b.Begin(ctx, supervisor, r, cases.KeyedCommand("supervisor", "batch", "k", nil))
	if err != nil || again.ID != batch.ID {
		t.Fatalf("the same request became %v, %v", again, err)
	}
	if err := b.Run(ctx, batch.ID); err != nil {
		t.Fatal(err)
	}
	got, err := b.Get(ctx, supervisor, batch.ID)
	if err != nil || got.Status != cases.BatchDone || got.Taken() != 3 || got.Left() != 2 || got.EndedAt == nil {
		t.Fatalf("%+v, %v", got, err)
	}
	if got.Items[2].Result != cases.BatchChanged || got.Items[3].Result != cases.BatchRefused {
		t.Errorf("%+v", got.Items)
	}
	for _, n := range []int{0, 1, 4} {
		o.closedOnce(ids[n])
		o.sound(ids[n])
	}
	c := o.load(ids[1])
	if c.Closing == nil || !strings.HasPrefix(string(c.Closing.Letter), "To "+c.Party.Label()) || !strings.HasSuffix(string(c.Closing.Letter), "\n\nYou were told by telephone.") {
		t.Errorf("the letter reads %q", c.Closing.Letter)
	}
	if c := o.load(ids[2]); c.State != workflow.StateTriage {
		t.Errorf("a case that changed is %s", c.State)
	}
}

// What a batch may not be, and what it may not tell.
func TestBatch_RefusesAndHides(t *testing.T) {
	o := newOffice(t)
	ids := o.assessed(3)
	o.take(supervisor, ids[0], workflow.StepFlagSecret, cases.StepData{NamedStaff: []string{"supervisor", "caseworker"}})
	ctx, b := t.Context(), o.Batches()
	r := o.chosen(supervisor2, closing(), ids...)
	views, err := b.Preview(ctx, supervisor2, r)
	if err != nil {
		t.Fatal(err)
	}
	nothing, err := b.Preview(ctx, supervisor2, closing(cases.BatchChoice{Case: "PUI-2026-999"}))
	if err != nil || views[0].Code != nothing[0].Code || views[0].Message != nothing[0].Message || views[0].Case != "" || views[0].Controller != "" {
		t.Errorf("a secret case is told of: %+v and %+v, %v", views[0], nothing[0], err)
	}
	_, err = b.Begin(ctx, supervisor2, r, cases.Command{})
	faultsAt(t, err, "/cases/0")
	r.Cases = r.Cases[1:]
	r.Cases[0].Version = 0
	_, err = b.Begin(ctx, supervisor2, r, cases.Command{})
	faultsAt(t, err, "/cases/0/version")

	all := o.chosen(supervisor, closing(), ids...)
	batch, err := b.Begin(ctx, supervisor, all, cases.Command{})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Run(ctx, batch.ID); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Get(ctx, supervisor2, batch.ID); err != nil || len(got.Items) != 2 || got.Taken() != 2 {
		t.Errorf("who does not see a case is shown %+v, %v", got, err)
	}
	_, err = b.Get(ctx, notifier, batch.ID)
	refused(t, err, workflow.NotFound, "no_such_batch")
	_, err = b.Get(ctx, supervisor, ids[1])
	refused(t, err, workflow.NotFound, "no_such_batch")
	_, err = b.Stop(ctx, supervisor, batch.ID, "Too late.")
	refused(t, err, workflow.Conflict, "batch_ended")

	wrong := closing(cases.BatchChoice{Case: ids[1]})
	wrong.Step, wrong.Data.Letter, wrong.Incident = workflow.StepDecide, "To {everybody}", "INC-1999-1"
	_, err = b.Preview(ctx, supervisor, wrong)
	faultsAt(t, err, "/data/letter", "/incident", "/step")
	_, err = b.Preview(ctx, supervisor, closing(make([]cases.BatchChoice, cases.MaxBatch+1)...))
	faultsAt(t, err, "/cases")
	_, err = b.Preview(ctx, notifier, closing(cases.BatchChoice{Case: ids[1]}))
	refused(t, err, workflow.Forbidden, "role")
}

// A batch that is interrupted wherever it may be is carried on by another instance,
// and no case is closed twice.
func TestBatch_IsCarriedOnAfterACrash(t *testing.T) {
	for _, failing := range []int{1, 100, 255} {
		t.Run(fmt.Sprint(failing), func(t *testing.T) {
			broken := casestest.NewFaulty(openStore(t))
			o := officeOn(t, broken, cases.Policy{})
			ids := o.assessed(260)
			ctx, b := t.Context(), o.Batches()
			batch, err := b.Begin(ctx, supervisor, o.chosen(supervisor, closing(), ids...), cases.Command{})
			if err != nil {
				t.Fatal(err)
			}
			appended := 0
			var mu sync.Mutex
			dying, die := context.WithCancel(ctx)
			mend := broken.Inject(casestest.Fault{Op: casestest.Append, Mode: casestest.Unacknowledged, Match: func(cases.Collection, string) bool {
				mu.Lock()
				defer mu.Unlock()
				appended++
				if appended == failing {
					die()
				}
				return appended >= failing
			}})
			if err := b.Run(dying, batch.ID); err == nil {
				t.Fatal("the run went through")
			}
			mend()

			after := officeOn(t, broken, cases.Policy{})
			if err := after.Start(ctx); err != nil {
				t.Fatal(err)
			}
			after.set(o.time().Add(time.Minute))
			after.sweep()
			got, err := after.Batches().Get(ctx, supervisor, batch.ID)
			if err != nil || got.Status != cases.BatchDone || got.Taken() != 260 {
				t.Fatalf("%s, %d taken, %d left, %v", got.Status, got.Taken(), got.Left(), err)
			}
			for _, id := range ids {
				after.closedOnce(id)
			}
		})
	}
}

// Who is stopped, or has left, takes no further step.
func TestBatch_Stops(t *testing.T) {
	o := newOffice(t)
	ids := o.assessed(2)
	ctx, b := t.Context(), o.Batches()
	batch, err := b.Begin(ctx, supervisor, o.chosen(supervisor, closing(), ids...), cases.Command{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Stop(ctx, caseworker, batch.ID, "No.")
	refused(t, err, workflow.Forbidden, "role")
	if _, err := b.Stop(ctx, supervisor2, batch.ID, "One is to be examined after all."); err != nil {
		t.Fatal(err)
	}
	if err := b.Run(ctx, batch.ID); err != nil {
		t.Fatal(err)
	}
	if got, _ := b.Get(ctx, supervisor, batch.ID); got.Status != cases.BatchStopped || got.Done() != 0 {
		t.Errorf("%+v", got)
	}
	gone := cases.Actor{Account: "gone", Roles: []workflow.Role{workflow.RoleSupervisor}}
	left, err := b.Begin(ctx, gone, o.chosen(supervisor, closing(), ids...), cases.Command{})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Run(ctx, left.ID); err != nil {
		t.Fatal(err)
	}
	if got, _ := b.Get(ctx, supervisor, left.ID); got.Status != cases.BatchDone || got.Taken() != 0 || got.Left() != 2 {
		t.Errorf("somebody who has left took %d steps: %+v", got.Taken(), got.Items)
	}
	list, err := b.List(ctx, caseworker)
	if err != nil || len(list) != 2 || list[0].Items != nil {
		t.Errorf("%+v, %v", list, err)
	}
}

func BenchmarkBatch250(b *testing.B) {
	o := newOffice(b)
	ids := o.assessed(250)
	for b.Loop() {
		b.StopTimer()
		r := cases.BatchRequest{Step: workflow.StepSetPriority, Reason: "One supplier.", Data: cases.StepData{Priority: workflow.P2}}
		r = o.chosen(supervisor, r, ids...)
		b.StartTimer()
		batch, err := o.Batches().Begin(b.Context(), supervisor, r, cases.Command{})
		if err != nil {
			b.Fatal(err)
		}
		if err := o.Batches().Run(b.Context(), batch.ID); err != nil {
			b.Fatal(err)
		}
	}
}
