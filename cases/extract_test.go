package cases_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// A file holds what the pages of the list hold, in their order, and the number of a
// query is the length of its file.
func TestExtractIsAllPages(t *testing.T) {
	viewer := cases.Actor{Account: "caseworker", Roles: []workflow.Role{workflow.RoleCaseworker}}
	rapid.Check(t, func(t *rapid.T) {
		board := cases.NewBoard()
		for n := range rapid.IntRange(0, 25).Draw(t, "cases") {
			board.Put(drawSummary(t, n))
		}
		q := drawQuery(t)
		want := pages(t, board, q, viewer, func() {})
		e, err := board.Extract(q, viewer, begin, 1000)
		if err != nil {
			t.Fatal(err)
		}
		var got []cases.Summary
		if err := e.Each(func(s *cases.Summary) error { got = append(got, *s); return nil }); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%+v (-pages +file):\n%s", q, diff)
		}
		counts, err := board.Count([]cases.Query{q, {Text: q.Text}}, viewer, begin)
		if err != nil || counts[0] != len(want) || e.Len() != len(want) || counts[1] < counts[0] && q.Text != "" {
			t.Fatalf("%+v: counts %v, %v, and %d in the file, want %d", q, counts, err, e.Len(), len(want))
		}
	})
}

func TestExtract_RefusesMoreThanFits(t *testing.T) {
	board := cases.NewBoard()
	rapid.Check(t, func(t *rapid.T) { board.Put(drawSummary(t, 1+board.Len())) })
	n, err := board.Count([]cases.Query{{}}, overviewer, begin)
	if err != nil || n[0] < 3 {
		t.Fatalf("%v, %v", n, err)
	}
	if _, err := board.Extract(cases.Query{}, overviewer, begin, n[0]); err != nil {
		t.Error(err)
	}
	if _, err := board.Extract(cases.Query{}, overviewer, begin, n[0]-1); workflow.KindOf(err) != workflow.Unprocessable {
		t.Errorf("a part was taken for the whole: %v", err)
	}
}

// A case that became secret while a file is made is not in what is still to come.
func TestExtract_LeavesOutWhatBecameSecret(t *testing.T) {
	board := cases.NewBoard()
	put := func(n int, version int64, secret bool) {
		s := cases.Summary{ID: string(rune('A' + n)), Version: version, State: workflow.StateTriage, Secret: secret, ReceivedAt: begin}
		board.Put(s)
	}
	for n := range 3 {
		put(n, 1, false)
	}
	e, err := board.Extract(cases.Query{Sort: cases.SortOldest}, overviewer, begin, 10)
	if err != nil {
		t.Fatal(err)
	}
	put(1, 2, true)
	var ids string
	if err := e.Each(func(s *cases.Summary) error { ids += s.ID; return nil }); err != nil || ids != "AC" {
		t.Errorf("%q, %v", ids, err)
	}
	stop := errors.New("the disk is full")
	if err := e.Each(func(*cases.Summary) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("%v", err)
	}
	if _, err := board.Extract(cases.Query{Priorities: []workflow.Priority{workflow.P1}}, cases.Actor{Account: "dpo", Roles: []workflow.Role{workflow.RoleNotifier}}, begin, 10); workflow.KindOf(err) != workflow.Forbidden {
		t.Errorf("the notifier's side filtered by priority: %v", err)
	}
}
