package notifier

import (
	"testing"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

func TestReplay_FollowsTheClocksAsTheyStood(t *testing.T) {
	law, err := workflow.NewClocks(workflow.ClockSettings{})
	if err != nil {
		t.Fatal(err)
	}
	p := NewPlanner(law)
	day := func(n int) time.Time { return local(2, n, 12, 0) }
	clock := func(revision int, due, set time.Time) cases.DueClock {
		return cases.DueClock{ID: "REPLY-1", Kind: workflow.ClockReply, Revision: revision, DueAt: due, SetAt: set}
	}
	first, moved := clock(1, endOf(2, 10), day(1)), clock(2, endOf(2, 20), day(9))
	stands := []Stand{
		{Subject{Case: "c1", Clocks: []cases.DueClock{first}}, day(1)},
		{Subject{Case: "c1", Clocks: []cases.DueClock{moved}}, day(9)},
		{Subject{Case: "c1"}, day(19)}, // the party answered
	}
	var got []string
	for _, r := range p.Replay(stands, day(1), day(28)) {
		got = append(got, r.At.In(workflow.Stockholm).Format("01-02")+" "+r.Rung.Name)
	}
	want := []string{"02-03 D-7", "02-08 D-2", "02-13 D-7", "02-18 D-2"}
	if len(got) != len(want) {
		t.Fatalf("replayed %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("replayed %v, want %v", got, want)
		}
	}
	if some := p.Replay(stands, day(8), day(14)); len(some) != 1 || some[0].Revision != 2 {
		t.Errorf("a part of the time: %v", some)
	}
}
