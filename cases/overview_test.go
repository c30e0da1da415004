package cases_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

var overviewer = cases.Actor{Account: "supervisor", Roles: []workflow.Role{workflow.RoleSupervisor}}

// Every number of the overview is the length of the list that its link asks for.
func TestOverviewCountsWhatTheListsHold(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	open := []workflow.Phase{workflow.PhaseReceived, workflow.PhaseTriage, workflow.PhaseInvestigation, workflow.PhaseDecision}
	yes := true
	rapid.Check(t, func(t *rapid.T) {
		board, all := cases.NewBoard(), []cases.Summary{}
		for n := range rapid.IntRange(0, 30).Draw(t, "cases") {
			s := drawSummary(t, n)
			s.ReceivedAt = begin.Add(time.Duration(rapid.IntRange(-400*24, 0).Draw(t, "hours")) * time.Hour)
			all = append(all, s)
			board.Put(s)
		}
		linked := rapid.Bool().Draw(t, "linked")
		viewer := rapid.SampledFrom([]cases.Actor{overviewer, {Account: "second", Roles: []workflow.Role{workflow.RoleCaseworker}}}).Draw(t, "viewer")
		// The naive count asks for the same list, one case at a time.
		count := func(q cases.Query) int {
			n := 0
			for _, s := range all {
				if naive(s, q, viewer, begin) && (linked || s.Incident == "") {
					n++
				}
			}
			return n
		}
		check := func(what string, l cases.Load, q cases.Query) {
			q.Phases = append(q.Phases, open...)
			if len(q.Phases) > len(open) {
				q.Phases = q.Phases[:1]
			}
			overdue, late, urgent := q, q, q
			overdue.Overdue, late.Late, urgent.Priorities = &yes, &yes, []workflow.Priority{workflow.P1}
			if len(q.Priorities) > 0 {
				urgent.Priorities = q.Priorities
			}
			got := []int{l.Open, l.Overdue, l.Late}
			want := []int{count(q), count(overdue), count(late)}
			if len(q.Priorities) == 0 {
				got, want = append(got, l.Urgent), append(want, count(urgent))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s (-want +got):\n%s", what, diff)
			}
			if (l.Open == 0) != l.Oldest.IsZero() {
				t.Fatalf("%s: %d open, the oldest of %v", what, l.Open, l.Oldest)
			}
			if earlier := q; !l.Oldest.IsZero() {
				earlier.ReceivedTo = l.Oldest
				if count(earlier) != 0 {
					t.Fatalf("%s: something is older than %v", what, l.Oldest)
				}
			}
		}
		o := board.Overview(viewer, begin, zone, linked)
		check("all", o.Open, cases.Query{})
		for _, l := range o.Holders {
			holder := l.Account
			if holder == "" {
				holder = cases.NoAssignee
			}
			check("holder "+holder, l, cases.Query{Assignee: holder})
		}
		for phase, l := range o.Phases {
			check(string(phase), l, cases.Query{Phases: []workflow.Phase{phase}})
		}
		for priority, l := range o.Priority {
			check(string(priority), l, cases.Query{Priorities: []workflow.Priority{priority}})
		}
		for sector, l := range o.Sectors {
			if sector != "" {
				check(string(sector), l, cases.Query{Sectors: []cases.SectorOfActivity{sector}})
			}
		}
		for _, a := range o.Ages {
			check(fmt.Sprint("age ", a.Days), a.Load, cases.Query{ReceivedFrom: a.From, ReceivedTo: a.To})
		}
		if len(o.Weeks) != cases.OverviewWeeks {
			t.Fatalf("%d weeks", len(o.Weeks))
		}
		for i, w := range o.Weeks {
			if local := w.From.In(zone); local.Weekday() != time.Monday || local.Hour() != 0 || i > 0 && !w.From.Equal(o.Weeks[i-1].To) {
				t.Fatalf("week %d is from %v to %v", i, w.From, w.To)
			}
			q := cases.Query{ReceivedFrom: w.From, ReceivedTo: w.To}
			late, incident := q, q
			late.Late, incident.Incident = &yes, "i1"
			if diff := cmp.Diff([]int{count(q), count(late), count(incident)}, []int{w.Received, w.Late, w.Linked}); diff != "" {
				t.Fatalf("week %d (-want +got):\n%s", i, diff)
			}
			back := 7 * (len(o.Weeks) - 1 - i)
			q.ReceivedTo = begin.In(zone).AddDate(0, 0, -back).Add(time.Millisecond)
			if want := count(q); w.ByNow != want {
				t.Fatalf("week %d has %d until now, want %d", i, w.ByNow, want)
			}
		}
	})
}

// What came in is told to nobody but staff.
func TestOverviewIsForStaff(t *testing.T) {
	board := cases.NewBoard()
	board.Put(cases.Summary{ID: "1", Version: 1, State: workflow.StateTriage, ReceivedAt: begin, Submitter: "dpo"})
	dpo := cases.Actor{Account: "dpo", Roles: []workflow.Role{workflow.RoleNotifier}}
	if o := board.Overview(dpo, begin, time.UTC, true); o.Open.Open != 0 || o.Weeks[52].Received != 0 {
		t.Errorf("a notifier is told of %d cases", o.Open.Open)
	}
	if o := board.Overview(overviewer, begin, time.UTC, true); o.Open.Open != 1 || o.Weeks[52].Received != 1 {
		t.Errorf("staff are told of %d cases", o.Open.Open)
	}
	if got := board.Investigations(dpo); len(got) != 0 {
		t.Errorf("a notifier is told of %d investigations", len(got))
	}
}

// The investigations are the open cases with a supervision number, and no others.
func TestInvestigations(t *testing.T) {
	board := cases.NewBoard()
	for i, s := range []cases.Summary{
		{State: workflow.StateInvestigation, SupervisionNumber: "TIL-2026-1"},
		{State: workflow.StateTriage},
		{State: workflow.StateClosed, SupervisionNumber: "TIL-2026-2"},
		{State: workflow.StateDecided, SupervisionNumber: "TIL-2026-3", Secret: true, Named: []string{"other"}},
		{State: workflow.StateDrafting, SupervisionNumber: "TIL-2026-4", Secret: true, Named: []string{"supervisor"}},
	} {
		s.ID, s.Version, s.ReceivedAt = fmt.Sprint(i), 1, begin
		board.Put(s)
	}
	var got []string
	for _, s := range board.Investigations(overviewer) {
		got = append(got, s.SupervisionNumber)
	}
	if diff := cmp.Diff([]string{"TIL-2026-1", "TIL-2026-4"}, got); diff != "" {
		t.Errorf("investigations (-want +got):\n%s", diff)
	}
}

// The number beside each link is the length of the list that it leads to.
func TestFacetsCountWhatTheLinksLeadTo(t *testing.T) {
	yes := true
	rapid.Check(t, func(t *rapid.T) {
		board, all := cases.NewBoard(), []cases.Summary{}
		for n := range rapid.IntRange(0, 25).Draw(t, "cases") {
			s := drawSummary(t, n)
			all = append(all, s)
			board.Put(s)
		}
		viewer := cases.Actor{Account: "caseworker", Roles: []workflow.Role{workflow.RoleCaseworker}}
		q := drawQuery(t)
		list, err := board.List(q, viewer, begin)
		if err != nil {
			t.Fatal(err)
		}
		// On every page, and beside the same cases as the list without counts has.
		if list.Next != "" && rapid.Bool().Draw(t, "second page") {
			q.Cursor = list.Next
			if list, err = board.List(q, viewer, begin); err != nil {
				t.Fatal(err)
			}
		}
		page, f, err := board.Browse(q, viewer, begin)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(list, page); diff != "" {
			t.Fatalf("%+v: the page differs from the list (-list +page):\n%s", q, diff)
		}
		count := func(change func(*cases.Query)) int {
			changed, n := q, 0
			change(&changed)
			for _, s := range all {
				if naive(s, changed, viewer, begin) {
					n++
				}
			}
			return n
		}
		want := cases.Facets{
			Wanted: count(func(*cases.Query) {}), Phase: map[workflow.Phase]int{}, Priority: map[workflow.Priority]int{},
			AnyPhase:   count(func(q *cases.Query) { q.Phases = nil }),
			Late:       count(func(q *cases.Query) { q.Late = &yes }),
			Overdue:    count(func(q *cases.Query) { q.Overdue = &yes }),
			Unread:     count(func(q *cases.Query) { q.Unread = &yes }),
			Unverified: count(func(q *cases.Query) { q.Unverified = &yes }),
			Mine:       count(func(q *cases.Query) { q.Assignee = viewer.Account }),
			Unheld:     count(func(q *cases.Query) { q.Assignee = cases.NoAssignee }),
		}
		for _, p := range workflow.Phases() {
			want.Phase[p] = count(func(q *cases.Query) { q.Phases = []workflow.Phase{p} })
		}
		for _, code := range workflow.Priority("").Codes() {
			p := workflow.Priority(code)
			want.Priority[p] = count(func(q *cases.Query) { q.Priorities = []workflow.Priority{p} })
		}
		if diff := cmp.Diff(want, f); diff != "" {
			t.Fatalf("%+v (-want +got):\n%s", q, diff)
		}
	})
}

// Where many cases are found the page is made in another way than where few are.
func TestBrowseOfManyIsTheList(t *testing.T) {
	board := cases.NewBoard()
	for n := range 6000 {
		board.Put(cases.Summary{
			ID: fmt.Sprintf("%026d", n), Version: 1, Number: fmt.Sprint("PUI-2026-", n), State: workflow.StateTriage,
			Priority: workflow.P2, ReceivedAt: begin.Add(time.Duration(n*n%997) * time.Hour), Late: n%5 == 0,
		})
	}
	yes := true
	for _, q := range []cases.Query{{}, {Sort: cases.SortOldest}, {Late: &yes}, {Text: "-59", Sort: cases.SortOldest}} {
		for range 4 {
			list, err := board.List(q, overviewer, begin)
			if err != nil {
				t.Fatal(err)
			}
			page, f, err := board.Browse(q, overviewer, begin)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(list, page); diff != "" || f.AnyPhase != f.Wanted || len(page.Items) == 0 {
				t.Fatalf("%+v, %d wanted, (-list +page):\n%s", q, f.Wanted, diff)
			}
			q.Cursor = list.Next
		}
	}
}

// What the overview and the filters of a list cost with 100,000 cases.
func BenchmarkOverview(b *testing.B) {
	board := cases.NewBoard()
	for n := range 100_000 {
		board.Put(cases.Summary{
			ID: fmt.Sprintf("%026d", n), Version: 1, Number: fmt.Sprint("PUI-2026-", n), State: workflow.States()[1+n%12], Priority: workflow.P2,
			Controller: fmt.Sprint("Kommun ", n%300), ReceivedAt: begin.Add(-time.Duration(n) * 5 * time.Minute), Assignee: fmt.Sprint("caseworker", n%20), Late: n%7 == 0,
		})
	}
	yes := true
	b.Run("overview", func(b *testing.B) {
		for b.Loop() {
			board.Overview(overviewer, begin, time.UTC, true)
		}
	})
	b.Run("list with counts", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := board.Browse(cases.Query{Phases: []workflow.Phase{workflow.PhaseTriage}, Late: &yes, Text: "kommun 7"}, overviewer, begin); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("list with counts of all", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := board.Browse(cases.Query{}, overviewer, begin); err != nil {
				b.Fatal(err)
			}
		}
	})
}
