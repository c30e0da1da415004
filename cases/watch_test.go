package cases_test

import (
	"testing"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// A watcher is handed each case with a clock once, then those whose rest is over
// and those that changed.
func TestBoard_LetsCasesRest(t *testing.T) {
	b := cases.NewBoard()
	put := func(id string, version int64, due ...time.Time) {
		s := cases.Summary{ID: id, Version: version, Source: cases.SourceNotification}
		for _, at := range due {
			s.Clocks = append(s.Clocks, cases.DueClock{ID: "REPLY-1", Kind: workflow.ClockReply, Revision: 2, SetAt: begin, DueAt: at})
		}
		b.Put(s)
	}
	awake := func(now time.Time) (ids string) {
		for _, w := range b.Awake(now) {
			ids += w.ID
		}
		return ids
	}
	later := begin.Add(time.Hour)
	put("a", 1, later)
	put("b", 1, later)
	put("c", 1) // no clock
	if got := awake(begin); got != "ab" {
		t.Fatalf("awake %q", got)
	}
	b.Rest("a", 1, later)
	b.Rest("b", 1, time.Time{})
	if got := awake(later.Add(-time.Millisecond)) + "," + awake(later); got != ",a" {
		t.Errorf("awake %q", got)
	}
	put("b", 2, later)
	b.Rest("b", 1, later) // of a version that is past
	if got := awake(begin); got != "b" {
		t.Errorf("awake after a change: %q", got)
	}
	put("b", 3)
	if got := awake(later); got != "a" {
		t.Errorf("awake without a clock: %q", got)
	}
	b.Rest("a", 1, time.Time{})
	b.Wake()
	w, known := b.Watch("a")
	if got := awake(begin); got != "a" || !known || w.Clocks[0].Revision != 2 || !w.Clocks[0].SetAt.Equal(begin) || !w.Filed || len(b.Running()) != 1 {
		t.Errorf("awake %q, %+v", got, w)
	}
}
