package notifier

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

func planner(t testing.TB, s workflow.ClockSettings) *Planner {
	t.Helper()
	law, err := workflow.NewClocks(s)
	if err != nil {
		t.Fatal(err)
	}
	return NewPlanner(law)
}

// Every ladder as delivered, of a clock that ends with Tuesday 7 April 2026, the day
// after Easter Monday, or for a draft at noon of that day. Good Friday and Easter
// Monday are no working days.
func TestPlanner_Ladders(t *testing.T) {
	p := planner(t, workflow.ClockSettings{})
	var got strings.Builder
	for _, code := range workflow.ClockKind("").Codes() {
		kind := workflow.ClockKind(code)
		due := endOf(4, 7)
		if kind == workflow.ClockNotification {
			due = local(4, 7, 12, 0)
		}
		fmt.Fprintf(&got, "%s:", kind)
		for _, r := range p.Plan(Subject{Case: "c", Clocks: []cases.DueClock{{ID: "k", Kind: kind, Revision: 1, DueAt: due}}}) {
			fmt.Fprintf(&got, " %s %s %s", r.Rung.Name, r.Rung.For[:1], r.At.In(workflow.Stockholm).Format("2/1 15"))
			if r.Urgent {
				got.WriteString("!")
			}
		}
		got.WriteString("\n")
	}
	want := `ART33: H-48 P 5/4 12! H-24 P 6/4 12! H-12 P 7/4 00! H-2 P 7/4 10! DUE P 7/4 12!
REGISTRATION: DUE R 7/4 08 WD+1 S 8/4 08
TRIAGE_P1: DUE H 7/4 08 WD+1 S 8/4 08
TRIAGE_P2: WD-1 H 2/4 08 DUE H 7/4 08 WD+1 S 8/4 08
TRIAGE_P3: WD-3 H 31/3 08 DUE H 7/4 08 WD+2 S 9/4 08
SUPPLEMENT: D-7 P 31/3 08 D-2 P 5/4 08 DUE P 7/4 08 D+1 H 8/4 08 D+7 S 14/4 08
SUPPLEMENT_URGENT: WD-1 P 2/4 08 DUE P 7/4 08 D+1 H 8/4 08 WD+2 S 9/4 08
REPLY: D-7 P 31/3 08 D-2 P 5/4 08 DUE P 7/4 08 D+1 H 8/4 08 D+7 S 14/4 08
HEARING: D-7 P 31/3 08 D-2 P 5/4 08 DUE P 7/4 08 D+1 H 8/4 08 D+7 S 14/4 08
ART56: WD-5 H 27/3 08! WD-2 H 1/4 08! DUE H 7/4 08! WD+1 S 8/4 08!
ART60: WD-10 H 20/3 08! WD-5 H 27/3 08! WD-2 H 1/4 08! WD+1 H 8/4 08! WD+3 S 10/4 08!
ART60_REVISED: WD-5 H 27/3 08! WD-2 H 1/4 08! WD+1 H 8/4 08! WD+3 S 10/4 08!
ART61: WD-10 H 20/3 08! WD-5 H 27/3 08! WD-2 H 1/4 08! WD+1 H 8/4 08! WD+3 S 10/4 08!
ART65: WD-10 H 20/3 08! WD-5 H 27/3 08! WD-2 H 1/4 08! WD+1 H 8/4 08! WD+3 S 10/4 08!
APPEAL: WD-2 H 1/4 08 WD+3 S 10/4 08
ORDER: D-14 H 24/3 08 D-3 H 4/4 08 D+1 H 8/4 08 D+7 S 14/4 08
STALE_TRIAGE: WD+1 H 8/4 08 WD+5 S 14/4 08
STALE_INVESTIGATION: WD+1 H 8/4 08 WD+5 S 14/4 08
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Each ladder ends with the supervisors, but that of a draft, and no rung has the
// name of another.
func TestLadders_EndInAnEscalation(t *testing.T) {
	for _, code := range workflow.ClockKind("").Codes() {
		ladder := Ladder(workflow.ClockKind(code))
		if len(ladder) < 2 {
			t.Errorf("%s has %d rungs", code, len(ladder))
			continue
		}
		names := map[string]bool{}
		for i, r := range ladder {
			if names[r.Name] {
				t.Errorf("%s has two rungs %s", code, r.Name)
			}
			names[r.Name] = true
			last := i == len(ladder)-1
			if r.Escalation() != (last && code != string(workflow.ClockNotification)) {
				t.Errorf("%s: rung %s is for %s", code, r.Name, r.For)
			}
		}
	}
}

// The times of a ladder follow one another, whatever day the clock ends on.
func TestPlanner_RungsFollowOneAnother(t *testing.T) {
	p := planner(t, workflow.ClockSettings{})
	for _, code := range workflow.ClockKind("").Codes() {
		for day := range 400 {
			k := cases.DueClock{ID: "k", Kind: workflow.ClockKind(code), Revision: 1, DueAt: endOf(1, 1+day)}
			plan := p.Plan(Subject{Case: "c", Clocks: []cases.DueClock{k}})
			for i := 1; i < len(plan); i++ {
				if !plan[i].At.After(plan[i-1].At) {
					t.Fatalf("%s due %s: %s at %s, then %s at %s", code, k.DueAt, plan[i-1].Rung.Name, plan[i-1].At, plan[i].Rung.Name, plan[i].At)
				}
			}
		}
	}
}

// Rungs that lay behind when the clock was set are none, but a clock that had run
// out by then has its latest at once.
func TestPlanner_RungsBehindAClockThatIsSetLate(t *testing.T) {
	p := planner(t, workflow.ClockSettings{})
	for _, c := range []struct {
		set   time.Time
		rungs string
	}{
		{local(3, 1, 9, 0), "D-7 D-2 DUE D+1 D+7"},
		{local(3, 31, 8, 0), "D-2 DUE D+1 D+7"}, // just at a rung
		{local(4, 7, 20, 0), "D+1 D+7"},
		{local(4, 8, 0, 0), "DUE D+1 D+7"}, // run out already: at once
		{local(4, 20, 8, 0), "D+7"},
	} {
		k := cases.DueClock{ID: "REPLY-1", Kind: workflow.ClockReply, Revision: 2, SetAt: c.set, DueAt: endOf(4, 7)}
		plan := p.Plan(Subject{Case: "c1", Number: "PUI-2026-1", Clocks: []cases.DueClock{k}})
		var names []string
		for _, r := range plan {
			names = append(names, r.Rung.Name)
			if r.At.Before(c.set) || r.Key() != "c1/REPLY-1/2/"+r.Rung.Name {
				t.Errorf("set %s: %s at %s", c.set, r.Key(), r.At)
			}
		}
		if got := strings.Join(names, " "); got != c.rungs {
			t.Errorf("set %s: rungs %s, want %s", c.set.In(workflow.Stockholm), got, c.rungs)
		}
	}
}

// A day that the authority is closed moves what is counted in working days.
func TestPlanner_CountsByTheCalendarInForce(t *testing.T) {
	k := cases.DueClock{ID: "k", Kind: workflow.ClockTriageP2, Revision: 1, DueAt: endOf(4, 16)}
	closed := planner(t, workflow.ClockSettings{Days: map[workflow.CalendarID]workflow.CalendarDays{workflow.CalendarSE: {Closed: []workflow.ClosedDay{{Date: "2026-04-15"}}}}})
	for _, c := range []struct {
		p    *Planner
		want time.Time
	}{{planner(t, workflow.ClockSettings{}), local(4, 15, 8, 0)}, {closed, local(4, 14, 8, 0)}} {
		if got := c.p.Plan(Subject{Case: "c", Clocks: []cases.DueClock{k}})[0]; got.Rung.Name != "WD-1" || !got.At.Equal(c.want) {
			t.Errorf("%s at %s, want %s", got.Rung.Name, got.At, c.want)
		}
	}
}

func TestPerson_Release(t *testing.T) {
	hour := func(h int) *int { return &h }
	for _, c := range []struct {
		name                string
		digest, from, until *int
		ready, want         time.Time
	}{
		{"at once", nil, nil, nil, local(4, 7, 8, 0), local(4, 7, 8, 0)},
		{"digest later today", hour(16), nil, nil, local(4, 7, 8, 0), local(4, 7, 16, 0)},
		{"digest just now", hour(16), nil, nil, local(4, 7, 16, 0), local(4, 7, 16, 0)},
		{"digest tomorrow", hour(7), nil, nil, local(4, 7, 8, 0), local(4, 8, 7, 0)},
		{"quiet over midnight", nil, hour(20), hour(7), local(4, 7, 23, 30), local(4, 8, 7, 0)},
		{"quiet in the morning", nil, hour(20), hour(7), local(4, 7, 6, 59), local(4, 7, 7, 0)},
		{"not quiet any more", nil, hour(20), hour(7), local(4, 7, 7, 0), local(4, 7, 7, 0)},
		{"quiet at noon", nil, hour(11), hour(13), local(4, 7, 12, 0), local(4, 7, 13, 0)},
		{"digest in quiet hours", hour(22), hour(20), hour(7), local(4, 7, 8, 0), local(4, 8, 7, 0)},
		{"an hour that is skipped in spring", hour(2), nil, nil, local(3, 28, 12, 0), local(3, 29, 3, 0)},
	} {
		got := Person{DigestHour: c.digest, QuietFrom: c.from, QuietUntil: c.until}.release(c.ready)
		if !got.Equal(c.want) {
			t.Errorf("%s: %s, want %s", c.name, got.In(workflow.Stockholm), c.want.In(workflow.Stockholm))
		}
	}
}

func TestWaitAfter_GrowsAndNeverExceedsItsLimit(t *testing.T) {
	for n := 1; n <= mostTries; n++ {
		slow, quick := waitAfter("letter", n, false), waitAfter("letter", n, true)
		if slow <= 0 || slow > longestWait || quick > longestWaitUrgent || n > 8 && slow < longestWait/2 || slow != waitAfter("letter", n, false) {
			t.Errorf("after try %d: %s, urgent %s", n, slow, quick)
		}
	}
	if waitAfter("a", 5, false) == waitAfter("b", 5, false) {
		t.Error("two letters that failed together come together again")
	}
}

// The short way to "nothing yet" says the same as the whole plan.
func TestPlanner_QuietSaysWhatThePlanSays(t *testing.T) {
	law, err := workflow.NewClocks(workflow.ClockSettings{})
	if err != nil {
		t.Fatal(err)
	}
	p := NewPlanner(law)
	var kinds []workflow.ClockKind
	for _, r := range law.Rules() {
		kinds = append(kinds, r.Kind)
	}
	quiet := 0
	rapid.Check(t, func(t *rapid.T) {
		instant := func(label string) time.Time {
			return worldBegins.Add(time.Duration(rapid.IntRange(0, 60*24*4).Draw(t, label)) * 15 * time.Minute)
		}
		var s Subject
		for range rapid.IntRange(0, 3).Draw(t, "clocks") {
			kind := rapid.SampledFrom(kinds).Draw(t, "kind")
			s.Clocks = append(s.Clocks, cases.DueClock{
				ID: fmt.Sprintf("%s-%d", kind, len(s.Clocks)), Kind: kind, Revision: 1, SetAt: instant("set"), DueAt: instant("due"),
			})
		}
		now := instant("now")
		latest, earlier, next := Reached(p.Plan(s), now)
		got, at := p.Quiet(s.Clocks, now)
		if want := len(latest)+len(earlier) == 0; got != want {
			t.Fatalf("quiet %t, want %t", got, want)
		}
		if got && !at.Equal(next) {
			t.Fatalf("next at %s, want %s", at, next)
		}
		if got {
			quiet++
		}
	})
	if quiet == 0 {
		t.Error("nothing was quiet")
	}
}

// The sweep over many open cases, most of which have nothing to say.
func BenchmarkDispatcher_PassOver100000Cases(b *testing.B) {
	w := newWorld(b)
	for n := range 100_000 {
		due := w.now.Truncate(24*time.Hour).AddDate(0, 0, 20+n%300)
		w.put(fmt.Sprintf("c%06d", n), w.clock(workflow.ClockTriageP3, 1, due), w.clock(workflow.ClockStaleTriage, 1, due))
	}
	i := w.start("a")
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			w.board.Wake()
			i.RunOnce(b.Context())
		}
	})
	b.Run("later", func(b *testing.B) {
		for b.Loop() {
			i.RunOnce(b.Context())
		}
	})
}
