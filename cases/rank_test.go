package cases_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// place asks for a place as somebody who has just looked.
func (o *office) place(a cases.Actor, id, before string, out bool) (*cases.Case, error) {
	c := o.load(id)
	return o.Rank(o.t.Context(), a, id, cases.RankRequest{
		Before: before, Out: out, Reason: "The harm goes on.", Version: c.Version, Order: cases.OrderTag(o.Board().ByHand(a, c.Priority)),
	})
}

func (o *office) byHand(a cases.Actor, p workflow.Priority) []string {
	var ids []string
	for _, s := range o.Board().ByHand(a, p) {
		ids = append(ids, s.ID)
	}
	return ids
}

func TestRank_PlacesInvestigations(t *testing.T) {
	o := newOffice(t)
	var ids []string
	for range 4 {
		ids = append(ids, o.investigation())
	}
	priority := o.load(ids[0]).Priority
	must := func(id, before string, out bool) {
		t.Helper()
		c, err := o.place(supervisor, id, before, out)
		if err != nil {
			t.Fatal(err)
		}
		if !out && (c.Rank() == 0 || c.Ranking.By != supervisor.Account || c.Ranking.Reason != "The harm goes on.") {
			t.Fatalf("ranking %+v", c.Ranking)
		}
		o.sound(id)
	}
	want := func(numbers ...int) {
		t.Helper()
		var order []string
		for _, n := range numbers {
			order = append(order, ids[n])
		}
		if diff := cmp.Diff(order, o.byHand(supervisor, priority)); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	}
	must(ids[0], "", false)
	must(ids[1], "", false)
	want(0, 1)
	must(ids[2], ids[1], false)
	must(ids[3], ids[0], false)
	want(3, 0, 2, 1)
	must(ids[1], ids[0], false)
	want(3, 1, 0, 2)
	must(ids[3], "", false)
	want(1, 0, 2, 3)
	must(ids[0], "", true)
	want(1, 2, 3)

	// A case of another priority has no place here, nor has one that has ended.
	o.take(supervisor, ids[2], workflow.StepSetPriority, cases.StepData{Priority: otherThan(priority)})
	want(1, 3)
	o.take(supervisor, ids[2], workflow.StepSetPriority, cases.StepData{Priority: priority})
	want(1, 2, 3)
}

func otherThan(p workflow.Priority) workflow.Priority {
	if p == workflow.P1 {
		return workflow.P2
	}
	return workflow.P1
}

func TestRank_Refuses(t *testing.T) {
	o := newOffice(t)
	id, other, triage := o.investigation(), o.investigation(), o.triage(nil)
	for _, tt := range []struct {
		what   string
		actor  cases.Actor
		id     string
		change func(*cases.RankRequest)
		kind   workflow.Kind
		code   string
	}{
		{"a caseworker", caseworker, id, nil, workflow.Forbidden, "role"},
		{"no such case", supervisor, strings.Repeat("0", 26), nil, workflow.NotFound, "not_found"},
		{"a case in triage", supervisor, triage, nil, workflow.Conflict, "not_an_investigation"},
		{"without a reason", supervisor, id, func(r *cases.RankRequest) { r.Reason = " " }, workflow.Invalid, "rank_reason"},
		{"an old version", supervisor, id, func(r *cases.RankRequest) { r.Version-- }, workflow.Stale, "changed_meanwhile"},
		{"another order", supervisor, id, func(r *cases.RankRequest) { r.Order = "x" }, workflow.Stale, "changed_meanwhile"},
		{"before one that has no place", supervisor, id, func(r *cases.RankRequest) { r.Before = other }, workflow.Invalid, "rank_before"},
		{"before itself", supervisor, id, func(r *cases.RankRequest) { r.Before = id }, workflow.Invalid, "rank_before"},
	} {
		r := cases.RankRequest{Reason: "R.", Order: cases.OrderTag(nil)}
		if c, err := o.Case(o.t.Context(), supervisor, tt.id); err == nil {
			r.Version = c.Version
		}
		if tt.change != nil {
			tt.change(&r)
		}
		_, err := o.Rank(o.t.Context(), tt.actor, tt.id, r)
		if workflow.KindOf(err) != tt.kind || !strings.Contains(codeOf(err), tt.code) {
			t.Errorf("%s: %v (%s), want %s", tt.what, err, codeOf(err), tt.code)
		}
	}
	if got := o.byHand(supervisor, o.load(id).Priority); got != nil {
		t.Errorf("a refusal placed %v", got)
	}
}

// A place between two others is halved; when it is full, that is said.
func TestRank_TellsWhenAPlaceIsFull(t *testing.T) {
	o := newOffice(t)
	first, a, b := o.investigation(), o.investigation(), o.investigation()
	for _, id := range []string{first, a, b} {
		if _, err := o.place(supervisor, id, "", false); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 100 {
		// The one in the middle goes to the front of the last, over and over.
		a, b = b, a
		_, err := o.place(supervisor, b, a, false)
		if err != nil {
			if workflow.KindOf(err) != workflow.Conflict || codeOf(err) != "rank_full" || n < 30 {
				t.Fatalf("after %d: %v", n, err)
			}
			return
		}
	}
	t.Error("a place is never full")
}

// Of two supervisors at once one is told; the order is as the other made it.
func TestRank_TwoAtOnce(t *testing.T) {
	o := newOffice(t)
	one, two := o.investigation(), o.investigation()
	request := func(id string) cases.RankRequest {
		return cases.RankRequest{Reason: "R.", Version: o.load(id).Version, Order: cases.OrderTag(nil)}
	}
	errs := make([]error, 2)
	requests := []cases.RankRequest{request(one), request(two)}
	var wait sync.WaitGroup
	for i, id := range []string{one, two} {
		wait.Go(func() { _, errs[i] = o.Rank(o.t.Context(), supervisor, id, requests[i]) })
	}
	wait.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("%v and %v", errs[0], errs[1])
	}
	for _, err := range errs {
		if err != nil && workflow.KindOf(err) != workflow.Stale {
			t.Errorf("the slower is told %v", err)
		}
	}
	if got := o.byHand(supervisor, o.load(one).Priority); len(got) != 1 {
		t.Errorf("the order %v", got)
	}
}

// What a supervisor may not see keeps its place, and shows nowhere.
func TestRank_PassesBySecretCases(t *testing.T) {
	o := newOffice(t)
	hidden, seen, other := o.investigation(), o.investigation(), o.investigation()
	for _, id := range []string{hidden, seen} {
		if _, err := o.place(supervisor, id, "", false); err != nil {
			t.Fatal(err)
		}
	}
	c := o.load(hidden)
	c.Secret, c.Named, c.Version = true, []string{"somebody"}, c.Version+1
	o.Board().Put(c.Summary())
	if got := o.byHand(supervisor, c.Priority); len(got) != 1 || got[0] != seen {
		t.Fatalf("the order %v", got)
	}
	if _, err := o.place(supervisor, other, hidden, false); codeOf(err) != "rank_before" {
		t.Errorf("a place before a case that may not be seen: %v", err)
	}
	if _, err := o.place(supervisor, other, seen, false); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{hidden, other, seen}, o.byHand(cases.System("test"), c.Priority)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// codeOf is the code of a refusal, "" for any other error.
func codeOf(err error) string {
	if e, ok := errors.AsType[*workflow.Error](err); ok {
		return e.Code
	}
	return ""
}
