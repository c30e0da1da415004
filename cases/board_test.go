package cases_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// anyOf draws one of the codes, or sometimes none.
func anyOf[T ~string](t *rapid.T, codes []string, label string) T {
	return T(rapid.SampledFrom(codes).Draw(t, label))
}

// drawSummary draws a summary; few values, so that filters meet and orders tie.
func drawSummary(t *rapid.T, n int) cases.Summary {
	at := func(label string) time.Time {
		return begin.Add(time.Duration(rapid.IntRange(-20, 20).Draw(t, label)) * time.Hour)
	}
	s := cases.Summary{
		ID: fmt.Sprintf("%026d", n), Version: 1, Number: fmt.Sprintf("PUI-2026-%d", n),
		State:    anyOf[workflow.State](t, workflow.State("").Codes()[1:], "state"),
		Priority: anyOf[workflow.Priority](t, workflow.Priority("").Codes(), "priority"), Episode: 1,
		Source: cases.SourceNotification, Controller: anyOf[string](t, []string{"Hjortvikens kommun", "ÅKERI AB"}, "name"),
		Cause:      anyOf[string](t, []string{"", "EXTERNAL_MALICIOUS", "INTERNAL_NON_MALICIOUS"}, "cause"),
		Sector:     anyOf[cases.SectorOfActivity](t, append([]string{""}, cases.SectorOfActivity("").Codes()[:3]...), "sector"),
		ReceivedAt: at("received"), UpdatedAt: at("updated"),
		Late: rapid.Bool().Draw(t, "late"), FiledLate: rapid.Bool().Draw(t, "filed late"), Merging: rapid.Bool().Draw(t, "merging"), Unread: rapid.Bool().Draw(t, "unread"), Unverified: rapid.Bool().Draw(t, "unverified"),
		Assignee: anyOf[string](t, []string{"", "caseworker", "caseworker2"}, "assignee"),
		Incident: anyOf[string](t, []string{"", "i1"}, "incident"), Secret: rapid.Bool().Draw(t, "secret"),
		Submitter: anyOf[string](t, []string{"", "dpo", "dpo2"}, "submitter"), Unit: anyOf[string](t, []string{"", "u1", "u2"}, "unit"),
		Reference: anyOf[string](t, []string{"", "Ärende 7"}, "reference"), DiaryNumber: anyOf[string](t, []string{"", "DI-77"}, "diary"),
	}
	s.Phase, s.ControllerKey = s.State.Phase(), "name:"+strings.ToLower(s.Controller)
	if s.Secret {
		s.Named = []string{"supervisor", "caseworker"}
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "clocks") {
		s.Clocks = append(s.Clocks, cases.DueClock{ID: fmt.Sprint("C-", i), Kind: workflow.ClockReply, DueAt: at("due")})
	}
	slices.SortFunc(s.Clocks, func(a, b cases.DueClock) int { return a.DueAt.Compare(b.DueAt) })
	return s
}

func drawQuery(t *rapid.T) cases.Query {
	some := func(codes []string, label string) []string {
		return rapid.SliceOfN(rapid.SampledFrom(append(codes, "NONE_SUCH")), 0, 3).Draw(t, label)
	}
	flag := func(label string) *bool {
		return rapid.Ptr(rapid.Bool(), true).Draw(t, label)
	}
	q := cases.Query{
		Assignee: anyOf[string](t, []string{"", "", "none", "caseworker", "nobody"}, "q assignee"),
		Incident: anyOf[string](t, []string{"", "", "i1", "i2"}, "q incident"), Late: flag("q late"), Overdue: flag("q overdue"), Unread: flag("q unread"), Unverified: flag("q unverified"), Unit: anyOf[string](t, []string{"", "", "u1", "u2"}, "q unit"),
		Text:  anyOf[string](t, []string{"", "", "åkeri", "ÄRENDE 7", "pui-2026-1", "di-7", "zz", "a"}, "q text"),
		Sort:  anyOf[cases.SortKey](t, cases.SortKey("").Codes(), "sort"),
		Limit: rapid.IntRange(1, 7).Draw(t, "limit"),
	}
	for _, c := range some(workflow.State("").Codes(), "q states") {
		q.States = append(q.States, workflow.State(c))
	}
	for _, c := range some(workflow.Phase("").Codes(), "q phases") {
		q.Phases = append(q.Phases, workflow.Phase(c))
	}
	for _, c := range some(workflow.Priority("").Codes(), "q priorities") {
		q.Priorities = append(q.Priorities, workflow.Priority(c))
	}
	for _, c := range some(cases.SectorOfActivity("").Codes()[:3], "q sectors") {
		q.Sectors = append(q.Sectors, cases.SectorOfActivity(c))
	}
	if rapid.Bool().Draw(t, "from?") {
		q.ReceivedFrom = begin.Add(-5 * time.Hour)
	}
	if rapid.Bool().Draw(t, "to?") {
		q.ReceivedTo = begin.Add(9 * time.Hour)
	}
	return q
}

func listed[T comparable](wanted []T, v T) bool {
	return len(wanted) == 0 || slices.Contains(wanted, v)
}

// naive says in the plainest way whether a case belongs in a list.
func naive(s cases.Summary, q cases.Query, a cases.Actor, now time.Time) bool {
	texts := []string{s.Number, s.Controller, s.Reference}
	if a.Staff() {
		if s.Secret && !slices.Contains(s.Named, a.Account) {
			return false
		}
		texts = append(texts, s.DiaryNumber, s.SupervisionNumber)
	} else if !a.Has(workflow.RoleNotifier) || s.Submitter == "" || s.Submitter != a.Account && !a.ActsFor(s.Unit) {
		return false
	}
	overdue := len(s.Clocks) > 0 && s.Clocks[0].DueAt.Before(now)
	found := slices.ContainsFunc(texts, func(text string) bool {
		return strings.Contains(strings.ToLower(text), strings.ToLower(q.Text))
	})
	return listed(q.States, s.State) && listed(q.Phases, s.Phase) && listed(q.Priorities, s.Priority) && listed(q.Sectors, s.Sector) &&
		(q.Assignee == "" || q.Assignee == s.Assignee || q.Assignee == "none" && s.Assignee == "") &&
		(q.Incident == "" || q.Incident == s.Incident) &&
		(q.Late == nil || *q.Late == s.Late) && (q.Overdue == nil || *q.Overdue == overdue) && (q.Unread == nil || *q.Unread == s.Unread) && (q.Unverified == nil || *q.Unverified == s.Unverified) && (q.Unit == "" || q.Unit == s.Unit) &&
		(q.ReceivedFrom.IsZero() || !s.ReceivedAt.Before(q.ReceivedFrom)) &&
		(q.ReceivedTo.IsZero() || s.ReceivedAt.Before(q.ReceivedTo)) && found
}

// naiveOrder compares two cases in an order.
func naiveOrder(by cases.SortKey) func(a, b cases.Summary) int {
	due := func(s cases.Summary) time.Time {
		if len(s.Clocks) == 0 {
			return begin.AddDate(100, 0, 0)
		}
		return s.Clocks[0].DueAt
	}
	return func(a, b cases.Summary) int {
		for _, c := range map[cases.SortKey][]int{
			cases.SortNewest:   {b.ReceivedAt.Compare(a.ReceivedAt), strings.Compare(b.ID, a.ID)},
			cases.SortOldest:   {a.ReceivedAt.Compare(b.ReceivedAt)},
			cases.SortNextDue:  {due(a).Compare(due(b))},
			cases.SortPriority: {strings.Compare(string(a.Priority), string(b.Priority)), due(a).Compare(due(b))},
		}[by] {
			if c != 0 {
				return c
			}
		}
		return strings.Compare(a.ID, b.ID)
	}
}

// pages follows the cursors to the end; between happens between two pages.
func pages(t rapid.TB, b *cases.Board, q cases.Query, a cases.Actor, between func()) []cases.Summary {
	var out []cases.Summary
	for {
		p, err := b.List(q, a, begin)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Items) > q.Limit || p.Next != "" && len(p.Items) < q.Limit {
			t.Fatalf("%d on a page of %d", len(p.Items), q.Limit)
		}
		out = append(out, p.Items...)
		if p.Next == "" {
			return out
		}
		q.Cursor = p.Next
		between()
	}
}

// TestBoardAgainstNaive: any board answers any query as filtering and sorting all
// cases one by one does, and its pages together are the whole list.
func TestBoardAgainstNaive(t *testing.T) {
	viewers := []cases.Actor{
		supervisor, lawyer, notifier, admin,
		{Account: "dpo2", Roles: []workflow.Role{workflow.RoleNotifier}, Units: []string{"u1", "", "u9"}},
		{Account: "", Roles: []workflow.Role{workflow.RoleNotifier}},
	}
	rapid.Check(t, func(t *rapid.T) {
		b := cases.NewBoard()
		all := make([]cases.Summary, rapid.IntRange(0, 40).Draw(t, "n"))
		for i := range all {
			first := drawSummary(t, i)
			b.Put(first)
			all[i] = drawSummary(t, i)
			all[i].Version, all[i].ReceivedAt = 2, first.ReceivedAt
			if !b.Put(all[i]) || b.Put(first) || b.Put(all[i]) {
				t.Fatal("the board takes a version only when it is newer")
			}
			if got, _ := b.Get(all[i].ID); cmp.Diff(all[i], got) != "" {
				t.Fatal(cmp.Diff(all[i], got))
			}
		}
		viewer, q := rapid.SampledFrom(viewers).Draw(t, "viewer"), drawQuery(t)
		if !viewer.Staff() {
			q.States, q.Priorities, q.Assignee, q.Incident, q.Late, q.Overdue, q.Unread, q.Unverified = nil, nil, "", "", nil, nil, nil, nil
			q.Sort = anyOf[cases.SortKey](t, []string{"received_at", "-received_at"}, "own sort")
		}
		var want []cases.Summary
		for _, s := range all {
			if naive(s, q, viewer, begin) {
				want = append(want, s)
			}
		}
		slices.SortFunc(want, naiveOrder(q.Sort))
		// What arrives meanwhile comes before the first page, and so on none.
		arrivals := 0
		got := pages(t, b, q, viewer, func() {
			if q.Sort == cases.SortNewest {
				arrivals++
				s := drawSummary(t, 1000+arrivals)
				s.ReceivedAt = begin.Add(100 * time.Hour)
				b.Put(s)
			}
		})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestBoardCountsAndPending agree with counting one by one.
func TestBoardCountsAndPending(t *testing.T) {
	timed, untimed := []workflow.State{workflow.StateHearing, workflow.StateDecided}, []workflow.State{workflow.StateRegistered}
	rapid.Check(t, func(t *rapid.T) {
		b := cases.NewBoard()
		want := cases.Counts{State: map[workflow.State]int{}, Phase: map[workflow.Phase]int{}, Priority: map[workflow.Priority]int{}}
		for _, s := range workflow.States()[1:] {
			want.State[s], want.Phase[s.Phase()] = 0, 0
		}
		for _, p := range workflow.Priority("").Codes() {
			want.Priority[workflow.Priority(p)] = 0
		}
		var pending []string
		chains := map[string]int{}
		for i := range rapid.IntRange(0, 40).Draw(t, "n") {
			s := drawSummary(t, i)
			b.Put(s)
			s.Version, s.Cause = 2, anyOf[string](t, []string{"", "EXTERNAL_MALICIOUS"}, "new cause")
			b.Put(s)
			overdue := len(s.Clocks) > 0 && s.Clocks[0].DueAt.Before(begin)
			if s.Merging || s.Unread && s.State == workflow.StateMerged || slices.Contains(untimed, s.State) || overdue && slices.Contains(timed, s.State) {
				pending = append(pending, s.ID)
			}
			if s.ReceivedAt.Before(begin) {
				chains[s.ControllerKey+s.Cause]++
			}
			if !naive(s, cases.Query{}, lawyer, begin) {
				continue
			}
			want.Total++
			want.State[s.State]++
			want.Phase[s.Phase]++
			if s.State.Open() {
				want.Priority[s.Priority]++
			}
			if s.Late {
				want.Late++
			}
			if overdue {
				want.Overdue++
			}
			if s.Unverified {
				want.Unverified++
			}
			if s.Unread {
				want.Unread++
			}
		}
		if diff := cmp.Diff(want, b.Counts(lawyer, begin)); diff != "" {
			t.Fatal(diff)
		}
		var got []string
		for _, s := range b.Pending(begin, timed, untimed) {
			got = append(got, s.ID)
		}
		if diff := cmp.Diff(pending, got); diff != "" {
			t.Fatal(diff)
		}
		for _, key := range []string{"name:hjortvikens kommun", "name:åkeri ab"} {
			if n := b.Repeats(key, "EXTERNAL_MALICIOUS", begin.AddDate(-1, 0, 0), begin, 99); n != chains[key+"EXTERNAL_MALICIOUS"] {
				t.Fatalf("%d repeats, want %d", n, chains[key+"EXTERNAL_MALICIOUS"])
			}
		}
	})
}

// TestBoardTellsThePartyNothing: the notifier's side cannot learn by asking for a
// state, a priority or a clock how its case stands, nor by searching for the
// authority's own numbers.
func TestBoardTellsThePartyNothing(t *testing.T) {
	b := cases.NewBoard()
	s := cases.Summary{
		ID: "a", Version: 1, State: workflow.StateTriage, Phase: workflow.PhaseTriage, Priority: workflow.P1, Submitter: "dpo",
		Number: "PUI-2026-1", DiaryNumber: "DI-2026-99", SupervisionNumber: "TS-2026-5", Late: true, Unread: true, Unverified: true, ReceivedAt: begin,
	}
	b.Put(s)
	yes := true
	for _, q := range []cases.Query{
		{States: []workflow.State{workflow.StateTriage}},
		{Priorities: []workflow.Priority{workflow.P1}},
		{Assignee: "none"},
		{Incident: "i"},
		{Late: &yes},
		{Overdue: &yes},
		{Unread: &yes},
		{Unverified: &yes},
		{Sort: cases.SortPriority},
		{Sort: cases.SortNextDue},
	} {
		_, err := b.List(q, notifier, begin)
		refused(t, err, workflow.Forbidden, "staff_only_filter")
	}
	for text, n := range map[string]int{"pui": 1, "di-2026": 0, "ts-2026": 0} {
		if p, err := b.List(cases.Query{Text: text}, notifier, begin); err != nil || len(p.Items) != n {
			t.Errorf("%q finds %d, %v", text, len(p.Items), err)
		}
		if p, err := b.List(cases.Query{Text: text}, lawyer, begin); err != nil || len(p.Items) != 1 {
			t.Errorf("staff: %q finds %d, %v", text, len(p.Items), err)
		}
	}
	counts := b.Counts(notifier, begin)
	if counts.Total != 1 || len(counts.State)+len(counts.Priority)+counts.Late+counts.Overdue+counts.Unread+counts.Unverified != 0 || counts.Phase[workflow.PhaseTriage] != 1 {
		t.Errorf("%+v", counts)
	}
}

func TestBoardRefusesQueries(t *testing.T) {
	b := cases.NewBoard()
	for range 3 {
		b.Put(cases.Summary{ID: fmt.Sprint(b.Len()), Version: 1, State: workflow.StateTriage, ReceivedAt: begin})
	}
	p, err := b.List(cases.Query{Limit: 1}, lawyer, begin)
	if err != nil || p.Next == "" {
		t.Fatalf("%+v %v", p, err)
	}
	for _, q := range []cases.Query{
		{Cursor: "!"}, {Cursor: "e30"}, {Cursor: p.Next, Sort: cases.SortOldest}, {Cursor: strings.Repeat("A", 2000)},
	} {
		_, err := b.List(q, lawyer, begin)
		refused(t, err, workflow.Invalid, "cursor")
	}
	_, err = b.List(cases.Query{Sort: "weight"}, lawyer, begin)
	refused(t, err, workflow.Invalid, "sort")
	if p, err := b.List(cases.Query{Limit: -5}, lawyer, begin); err != nil || len(p.Items) != 3 {
		t.Fatalf("%+v %v", p, err)
	}
}

// TestBoardOrdersWhateverComesLate: cases read by id, or told by other instances
// late, stand in the order of their arrival.
func TestBoardOrdersWhateverComesLate(t *testing.T) {
	const n = 70_000
	b := cases.NewBoard()
	for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(n) {
		b.Put(cases.Summary{ID: fmt.Sprint(i), Version: 1, State: workflow.StateTriage, ReceivedAt: begin.Add(time.Duration(i) * time.Minute)})
	}
	check := func(first string) {
		t.Helper()
		p, err := b.List(cases.Query{Sort: cases.SortOldest, Limit: 1}, lawyer, begin)
		if err != nil || p.Items[0].ID != first {
			t.Fatalf("%+v %v, want %s", p.Items, err, first)
		}
		got := pages(t, b, cases.Query{Sort: cases.SortNewest, Limit: 200}, lawyer, func() {})
		if len(got) != b.Len() || !slices.IsSortedFunc(got, naiveOrder(cases.SortNewest)) {
			t.Fatalf("%d of %d, in no order", len(got), b.Len())
		}
	}
	check("0")
	b.Put(cases.Summary{ID: "old", Version: 1, State: workflow.StateTriage, ReceivedAt: begin.Add(-time.Hour)})
	b.Put(cases.Summary{ID: "late", Version: 1, State: workflow.StateTriage, ReceivedAt: begin.Add((n - 5) * time.Minute)})
	check("old")
}

// TestBoardAtOnce lets many write and read at once; run it with -race.
func TestBoardAtOnce(t *testing.T) {
	b := cases.NewBoard()
	var all sync.WaitGroup
	for w := range 4 {
		all.Go(func() {
			for i := range 400 {
				b.Put(cases.Summary{
					ID: fmt.Sprint(i % 200), Version: int64(i), State: workflow.StateTriage, Cause: fmt.Sprint(i % 3),
					ReceivedAt: begin.Add(time.Duration((i*7919+w)%200) * time.Hour), Submitter: "dpo",
				})
			}
		})
		all.Go(func() {
			for range 100 {
				for _, sort := range []cases.SortKey{cases.SortNewest, cases.SortPriority} {
					if p, err := b.List(cases.Query{Sort: sort, Text: "a"}, lawyer, begin); err != nil || len(p.Items) != 0 {
						t.Error(len(p.Items), err)
					}
				}
				b.Counts(notifier, begin)
				b.Repeats("", "1", begin, begin.AddDate(1, 0, 0), 9)
				b.Pending(begin, nil, nil)
			}
		})
	}
	all.Wait()
	if b.Len() != 200 || len(pages(t, b, cases.Query{Limit: 50}, lawyer, func() {})) != 200 {
		t.Fatalf("%d cases", b.Len())
	}
}

// manyCases is a board as after ten years of notifications.
func manyCases(n int) *cases.Board {
	b := cases.NewBoard()
	r := rand.New(rand.NewPCG(3, 4))
	pick := func(codes []string) string { return codes[r.IntN(len(codes))] }
	for i := range n {
		s := cases.Summary{
			ID: cases.NewID(begin.Add(time.Duration(i) * 50 * time.Minute)), Version: 9, Number: fmt.Sprintf("PUI-%d-%d", 2016+i/12300, i%12300),
			State: workflow.StateClosed, Priority: workflow.Priority(pick([]string{"P1", "P2", "P3", "P3", "P3"})), Episode: 1,
			Source: cases.SourceNotification, Sector: cases.SectorOfActivity(pick(cases.SectorOfActivity("").Codes())),
			Controller: fmt.Sprintf("Socialnämnden, Kommun %d", r.IntN(n/4+1)), Cause: pick(cases.Cause("").Codes()),
			ReceivedAt: begin.Add(time.Duration(i) * 50 * time.Minute), UpdatedAt: begin, Late: r.IntN(5) == 0,
			Assignee: fmt.Sprint("account", r.IntN(60)), Submitter: fmt.Sprint("notifier", r.IntN(n/4+1)), Reference: fmt.Sprintf("SN %d/%d", 2016+i/12300, r.IntN(5000)),
			DiaryNumber: fmt.Sprintf("IMY-%d-%d", 2016+i/12300, r.IntN(20000)),
		}
		if r.IntN(10) == 0 {
			s.State = workflow.State(pick([]string{"RECEIVED", "REGISTERED", "TRIAGE", "AWAITING_SUPPLEMENT", "INVESTIGATION"}))
			for k := range 2 {
				s.Clocks = append(s.Clocks, cases.DueClock{ID: fmt.Sprint("TRIAGE_P3-", k), Kind: workflow.ClockTriageP3, DueAt: s.ReceivedAt.AddDate(0, 0, r.IntN(30)+30*k)})
			}
		}
		s.Phase, s.ControllerKey = s.State.Phase(), "name:"+s.Controller
		b.Put(s)
	}
	return b
}

func BenchmarkList(b *testing.B) {
	board := manyCases(100_000)
	open := []workflow.Phase{workflow.PhaseTriage, workflow.PhaseInvestigation}
	yes := true
	now := begin.AddDate(9, 6, 0)
	for _, bench := range []struct {
		name  string
		who   cases.Actor
		query cases.Query
	}{
		{"newest", lawyer, cases.Query{}},
		{"newest_filtered", lawyer, cases.Query{Phases: open, Priorities: []workflow.Priority{workflow.P1}, Assignee: "account7"}},
		{"next_due", lawyer, cases.Query{Sort: cases.SortNextDue}},
		{"next_due_overdue_late", lawyer, cases.Query{Sort: cases.SortNextDue, Overdue: &yes, Late: &yes}},
		{"priority", lawyer, cases.Query{Sort: cases.SortPriority}},
		{"priority_filtered", lawyer, cases.Query{Sort: cases.SortPriority, Phases: open, Sectors: []cases.SectorOfActivity{"SCHOOL"}}},
		{"search_common", lawyer, cases.Query{Text: "kommun"}},
		{"search_rare", lawyer, cases.Query{Text: "imy-2019-777"}},
		{"search_rare_by_priority", lawyer, cases.Query{Text: "sn 2020/12", Sort: cases.SortPriority}},
		{"search_common_by_priority", lawyer, cases.Query{Text: "kommun", Sort: cases.SortPriority}},
		{"search_none", lawyer, cases.Query{Text: "xyzzy"}},
		{"own_cases", actor("notifier77", workflow.RoleNotifier), cases.Query{}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := board.List(bench.query, bench.who, now); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCounts(b *testing.B) {
	board := manyCases(100_000)
	b.ReportAllocs()
	for b.Loop() {
		board.Counts(lawyer, begin)
	}
}

func BenchmarkPending(b *testing.B) {
	board := manyCases(100_000)
	for b.Loop() {
		board.Pending(begin.AddDate(3, 0, 0), []workflow.State{workflow.StateAwaitingSupplement}, []workflow.State{workflow.StateDecided})
	}
}

// BenchmarkPut also tells how much memory a case takes on the board.
func BenchmarkPut(b *testing.B) {
	measure := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := measure()
	board := manyCases(100_000)
	perCase := float64(measure()-before) / 100_000
	at := 100_000
	for b.Loop() {
		at++
		board.Put(cases.Summary{ID: fmt.Sprintf("%026d", at), Version: 1, State: workflow.StateTriage, ReceivedAt: begin.Add(time.Duration(at) * 50 * time.Minute)})
	}
	b.ReportMetric(perCase, "B/case")
}
