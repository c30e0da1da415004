package cases

import (
	"math/bits"
	"slices"
	"sort"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// Facets say, for each way to narrow a list down differently, how many cases the
// list would hold: each group is counted under all filters but its own.
type Facets struct {
	Wanted     int // as the list is asked for, on all its pages
	Phase      map[workflow.Phase]int
	AnyPhase   int // whatever the phase
	Priority   map[workflow.Priority]int
	Overdue    int
	Late       int
	Unread     int // ended, with something that came in since
	Unverified int // notified without an account
	Mine       int // assigned to the viewer
	Unheld     int // assigned to nobody
}

// The groups of filters that exclude each other.
const (
	byPhase = iota
	byPriority
	byLate
	byOverdue
	byUnread
	bySender
	byAssignee
	facetGroups
)

// Browse answers a query as List does, together with how many cases the links beside
// the list lead to, at now. Both come from one look at the board, so that they never
// disagree.
func (b *Board) Browse(q Query, viewer Actor, now time.Time) (Page, Facets, error) {
	if err := q.allowed(viewer); err != nil {
		return Page{}, Facets{}, err
	}
	after, err := q.normalise()
	if err != nil {
		return Page{}, Facets{}, err
	}
	b.read()
	defer b.mu.RUnlock()
	f := b.facetCount(q, viewer, now)
	first := b.leaders(&q, after)
	few := make([]int32, 0, fewFound)
	arrival := q.Sort.byArrival()
	for i := range b.rows {
		at := int32(i)
		if !f.takes(at) {
			continue
		}
		if arrival {
			if len(few) < fewFound {
				few = append(few, at)
			}
		} else if x := first.rank(at); !first.beaten(x) {
			first.offer(x)
		}
	}
	out := f.done()
	switch {
	case !arrival:
		return b.page(&q, first.inOrder()), out, nil
	case out.Wanted <= len(few):
		return b.page(&q, b.arrivals(&q, few, after)), out, nil
	}
	return b.page(&q, b.walk(&q, after, b.sieve(&q, viewer, now))), out, nil
}

// fewFound is how many cases are sorted by arrival for one page. Where more are found,
// they lie so dense that following the order of arrival soon fills the page; where
// fewer are, that would be a second scan, and one that leaps about in memory.
const fewFound = 1 << 11

// arrivals are the cases of one page, of all that are found, in the order of arrival.
func (b *Board) arrivals(q *Query, found []int32, after place) []int32 {
	slices.SortFunc(found, func(i, j int32) int {
		if b.before(i, j) == (q.Sort == SortOldest) {
			return -1
		}
		return 1
	})
	if after.ID != "" {
		found = found[sort.Search(len(found), func(k int) bool { return after.less(b.place(q.Sort, found[k])) }):]
	}
	return found[:min(len(found), q.Limit+1)]
}

// takes counts a case in every group that it belongs to, and says whether the list
// itself wants it.
func (f *facetCount) takes(i int32) bool {
	// A case counts in a group unless a filter of another group keeps it out.
	r := &f.rest.b.rows[i]
	group, ok := f.group(r)
	if !ok || !f.rest.passes(i) {
		return false
	}
	f.count(r, group)
	return group == facetGroups
}

// facetCount is a query taken apart: the rest keeps a case out of every group.
type facetCount struct {
	out                   Facets
	rest                  *sieve
	phase, priority, late uint64 // marks that the filter of the group does not want
	unread, sender        uint64 // the same
	overdue               *bool
	assignee, ofAssignee  uint32
	nobody                bool // the assignee that is asked for has no case at all
	me                    uint32
	now                   int64
	states, priorities    [64]int // by the bit of the state, and of the priority
}

func (b *Board) facetCount(q Query, viewer Actor, now time.Time) *facetCount {
	f := &facetCount{
		now: now.UnixMilli(), overdue: q.Overdue,
		phase: stateMarks.but(statesOf(q.Phases)), priority: priorityMarks.but(q.Priorities),
	}
	if q.Late != nil {
		f.late = map[bool]uint64{true: markInTime, false: markLate}[*q.Late]
	}
	if q.Unread != nil {
		f.unread = map[bool]uint64{true: markRead, false: markUnread}[*q.Unread]
	}
	if q.Unverified != nil {
		f.sender = map[bool]uint64{true: markVerified, false: markUnverified}[*q.Unverified]
	}
	if q.Assignee != "" {
		f.ofAssignee = 1<<32 - 1
		if q.Assignee != NoAssignee {
			word, known := b.words.find(q.Assignee)
			f.assignee, f.nobody = word, !known
		}
	}
	f.me, _ = b.words.find(viewer.Account)
	q.Phases, q.Priorities, q.Late, q.Overdue, q.Unread, q.Unverified, q.Assignee = nil, nil, nil, nil, nil, nil, ""
	f.rest = b.sieve(&q, viewer, now)
	return f
}

// group is the one group whose filter a case does not pass, or facetGroups when it
// passes all; a case that fails two groups counts nowhere.
func (f *facetCount) group(r *row) (group int, ok bool) {
	failed := 0
	group = facetGroups
	fails := func(of int) { failed, group = failed+1, of }
	if r.marks&f.phase != 0 {
		fails(byPhase)
	}
	if r.marks&f.priority != 0 {
		fails(byPriority)
	}
	if r.marks&f.late != 0 {
		fails(byLate)
	}
	if f.overdue != nil && r.overdue(f.now) != *f.overdue {
		fails(byOverdue)
	}
	if r.marks&f.unread != 0 {
		fails(byUnread)
	}
	if r.marks&f.sender != 0 {
		fails(bySender)
	}
	if f.nobody || (r.assignee^f.assignee)&f.ofAssignee != 0 {
		fails(byAssignee)
	}
	return group, failed <= 1 && r.marks&f.rest.unwanted == 0
}

func (f *facetCount) count(r *row, failed int) {
	all := failed == facetGroups
	if all || failed == byPhase {
		f.states[bits.TrailingZeros64(r.marks&stateMarks.all)&63]++
	}
	if all || failed == byPriority {
		f.priorities[bits.TrailingZeros64(r.marks&priorityMarks.all)&63]++
	}
	if (all || failed == byLate) && r.marks&markLate != 0 {
		f.out.Late++
	}
	if (all || failed == byOverdue) && r.overdue(f.now) {
		f.out.Overdue++
	}
	if (all || failed == byUnread) && r.marks&markUnread != 0 {
		f.out.Unread++
	}
	if (all || failed == bySender) && r.marks&markUnverified != 0 {
		f.out.Unverified++
	}
	if all || failed == byAssignee {
		switch r.assignee {
		case 0:
			f.out.Unheld++
		case f.me:
			f.out.Mine++
		}
	}
	if all {
		f.out.Wanted++
	}
}

// done gives what was counted its names. The notifier's side learns the phases only.
func (f *facetCount) done() Facets {
	out := f.out
	out.Phase, out.Priority = map[workflow.Phase]int{}, map[workflow.Priority]int{}
	for _, n := range f.states {
		out.AnyPhase += n
	}
	for s, mark := range stateMarks.bit {
		if s.Phase() != "" {
			out.Phase[s.Phase()] += f.states[bits.TrailingZeros64(mark)]
		}
	}
	if !f.rest.sight.all {
		return Facets{Wanted: out.Wanted, Phase: out.Phase, AnyPhase: out.AnyPhase, Priority: out.Priority}
	}
	for p, mark := range priorityMarks.bit {
		out.Priority[p] = f.priorities[bits.TrailingZeros64(mark)]
	}
	return out
}
