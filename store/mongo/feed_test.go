package mongo

import (
	"testing"
	"time"
)

// TestTermFinishes: done is the last entry before the first unfinished one, in
// whatever order commits end, and only a term with nothing left has stopped.
func TestTermFinishes(t *testing.T) {
	term := &term{name: "000001", next: 5, finished: map[int64]bool{}}
	for _, c := range []struct{ n, done int64 }{{2, 0}, {3, 0}, {1, 3}, {1, 3}, {4, 4}} {
		if p := term.presence(time.Now(), true); p.Stopped {
			t.Fatalf("stopped before entry %d was finished", c.n)
		}
		ticket{term, c.n}.finish()
		if got := term.presence(time.Now(), false); got.Done != c.done || got.Stopped {
			t.Errorf("after entry %d: done %d, want %d; stopped %v", c.n, got.Done, c.done, got.Stopped)
		}
	}
	if p := term.presence(time.Now(), true); !p.Stopped {
		t.Error("everything is finished, and the term has not stopped")
	}
}

// TestCrowdedRecords: commits that change one record at the same time are told
// apart from those that follow each other.
func TestCrowdedRecords(t *testing.T) {
	q := &settler{}
	r, other := []*change{{record: "r"}}, []*change{{record: "other"}}
	q.depart(r)
	q.depart(other)
	if crowded := q.land(r); crowded["r"] {
		t.Error("one commit alone is crowded")
	}
	q.depart(r)
	q.depart(r)
	for i := range 2 {
		if crowded := q.land(r); !crowded["r"] {
			t.Errorf("commit %d of two at once is not crowded", i)
		}
	}
	q.depart(r)
	if crowded := q.land(r); crowded["r"] {
		t.Error("the one after is crowded")
	}
	q.land(other)
	if len(q.flights) != 0 {
		t.Errorf("%d flights are left over", len(q.flights))
	}
}
