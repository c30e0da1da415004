package cases

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"math/bits"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// SortKey names an order of a list.
type SortKey string

// The orders of a list. Equal keys are ordered by id, so that every page
// continues exactly where the one before ended.
const (
	SortNewest   SortKey = "-received_at"
	SortOldest   SortKey = "received_at"
	SortNextDue  SortKey = "next_due_at" // cases without an open clock last
	SortPriority SortKey = "priority"    // P1 first, then the next due
)

// Codes lists the orders.
func (SortKey) Codes() []string {
	return []string{"-received_at", "received_at", "next_due_at", "priority"}
}

// Query asks the board for one page. Empty filters do not filter.
type Query struct {
	States       []workflow.State
	Phases       []workflow.Phase
	Priorities   []workflow.Priority
	Sectors      []SectorOfActivity
	Assignee     string // account id, or "none" for cases without one
	Late         *bool
	Overdue      *bool
	Unread       *bool // something came in after the end that nobody has dealt with
	Unverified   *bool // notified without an account
	Incident     string
	Unit         string    // controller unit that somebody acts for by a recorded mandate
	ReceivedFrom time.Time // inclusive
	ReceivedTo   time.Time // exclusive
	Text         string    // in numbers, controller or reference
	Sort         SortKey
	Limit        int
	Cursor       string
}

// NoAssignee asks for cases that nobody holds.
const NoAssignee = "none"

// Page limits.
const (
	DefaultLimit = 50
	MaxLimit     = 200
)

// Page is a part of a list; Next is "" on the last one.
type Page struct {
	Items []Summary
	Next  string
}

// List answers a query with what the viewer may see, at now.
func (b *Board) List(q Query, viewer Actor, now time.Time) (Page, error) {
	if err := q.allowed(viewer); err != nil {
		return Page{}, err
	}
	after, err := q.normalise()
	if err != nil {
		return Page{}, err
	}
	b.read()
	defer b.mu.RUnlock()
	wanted := b.sieve(&q, viewer, now)
	if q.Sort.byArrival() {
		return b.page(&q, b.walk(&q, after, wanted)), nil
	}
	return b.page(&q, b.best(&q, after, wanted)), nil
}

// byArrival says whether the order is the one in which the board keeps the cases.
func (k SortKey) byArrival() bool { return k == SortNewest || k == SortOldest }

// page unpacks what was found, which is one more than fits where there is another page.
func (b *Board) page(q *Query, found []int32) Page {
	page := Page{}
	if len(found) > q.Limit {
		found = found[:q.Limit]
		page.Next = b.place(q.Sort, found[q.Limit-1]).cursor()
	}
	page.Items = make([]Summary, len(found))
	for i, at := range found {
		page.Items[i] = b.summary(at)
	}
	return page
}

// allowed refuses what would tell the notifier's side more than it sees: who asks
// for the cases of priority P1 learns the priority of each.
func (q *Query) allowed(viewer Actor) error {
	if viewer.Staff() || viewer.Has(workflow.RoleSystem) {
		return nil
	}
	own := q.Sort == "" || q.Sort == SortNewest || q.Sort == SortOldest
	if own && len(q.States)+len(q.Priorities) == 0 && q.Assignee == "" && q.Incident == "" && q.Late == nil && q.Overdue == nil && q.Unread == nil && q.Unverified == nil {
		return nil
	}
	return workflow.Refuse(workflow.Forbidden, "staff_only_filter",
		"Only the authority's staff filter or sort by state, priority, assignee, lateness, clocks, what is unread or incident. Leave that out.")
}

// normalise fills defaults and reads the cursor.
func (q *Query) normalise() (place, error) {
	if q.Sort == "" {
		q.Sort = SortNewest
	}
	if !slices.Contains(q.Sort.Codes(), string(q.Sort)) {
		return place{}, workflow.Refuse(workflow.Invalid, "sort", "There is no such order.")
	}
	if q.Limit <= 0 {
		q.Limit = DefaultLimit
	}
	q.Limit = min(q.Limit, MaxLimit)
	q.Text = strings.ToLower(strings.TrimSpace(q.Text))
	if q.Cursor == "" {
		return place{}, nil
	}
	after, ok := readCursor(q.Cursor)
	if !ok || after.Sort != q.Sort {
		return place{}, workflow.Refuse(workflow.Invalid, "cursor",
			"The cursor is not one that this list gave with this order. Start again without a cursor.")
	}
	return after, nil
}

// place is where a case stands in an order.
type place struct {
	Sort SortKey `json:"s"`
	Key  int64   `json:"k"`
	Then int64   `json:"t,omitempty"`
	ID   string  `json:"i"`
}

// cursor spells a place for a URL.
func (p place) cursor() string {
	b, err := json.Marshal(p)
	if err != nil {
		panic("numbers and ids marshal: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func readCursor(s string) (place, bool) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) > 512 {
		return place{}, false
	}
	var p place
	if json.Unmarshal(b, &p) != nil || p.ID == "" {
		return place{}, false
	}
	return p, true
}

// noClock sorts cases without an open clock after all others.
const noClock = 1<<63 - 1

// place is where position i stands in that order.
func (b *Board) place(by SortKey, i int32) place {
	r, p := &b.rows[i], place{Sort: by, ID: b.cards[i].id()}
	switch by {
	case SortNewest:
		p.Key = -r.received
	case SortOldest:
		p.Key = r.received
	case SortNextDue:
		p.Key = r.dueKey()
	case SortPriority:
		p.Key, p.Then = r.priorityKey(), r.dueKey()
	}
	return p
}

// dueKey orders by the next clock, cases without one last.
func (r *row) dueKey() int64 {
	if r.due == 0 {
		return noClock
	}
	return r.due
}

// priorityKey orders by priority: the mark of P1 is the lowest bit.
func (r *row) priorityKey() int64 { return int64(r.marks & priorityMarks.all) }

// less orders places; newest first turns the ids round too, so that it is the
// exact reverse of oldest first.
func (p place) less(o place) bool {
	switch {
	case p.Key != o.Key:
		return p.Key < o.Key
	case p.Then != o.Then:
		return p.Then < o.Then
	case p.Sort == SortNewest:
		return p.ID > o.ID
	default:
		return p.ID < o.ID
	}
}

// arrived is the k-th position of a list in the order of arrival.
func (b *Board) arrived(q *Query, k int) int32 {
	if q.Sort == SortNewest {
		return b.order[len(b.order)-1-k]
	}
	return b.order[k]
}

// arrivedAfter is where such a list goes on after a place.
func (b *Board) arrivedAfter(q *Query, after place) int {
	if after.ID == "" {
		return 0
	}
	return sort.Search(len(b.order), func(k int) bool { return after.less(b.place(q.Sort, b.arrived(q, k))) })
}

// walk follows the order of arrival from the cursor on until the page is full.
func (b *Board) walk(q *Query, after place, wanted *sieve) []int32 {
	n := len(b.order)
	found := make([]int32, 0, q.Limit+1)
	for k := b.arrivedAfter(q, after); k < n && len(found) <= q.Limit; k++ {
		if i := b.arrived(q, k); b.rows[i].marks&wanted.unwanted == 0 && wanted.passes(i) {
			found = append(found, i)
		}
	}
	return found
}

// best keeps the smallest places after the cursor while it scans all rows.
func (b *Board) best(q *Query, after place, wanted *sieve) []int32 {
	first := b.leaders(q, after)
	for i := range b.rows {
		if b.rows[i].marks&wanted.unwanted != 0 {
			continue
		}
		if x := first.rank(int32(i)); !first.beaten(x) && wanted.passes(x.at) {
			first.offer(x)
		}
	}
	return first.inOrder()
}

// leaders are the smallest places after a cursor among those that were offered.
type leaders struct {
	worst
	q     *Query
	after place
	last  ranked // of those kept, once there are enough
	full  bool
}

func (b *Board) leaders(q *Query, after place) *leaders {
	return &leaders{worst: worst{board: b}, q: q, after: after}
}

func (l *leaders) rank(i int32) ranked {
	r := &l.board.rows[i]
	if l.q.Sort == SortPriority {
		return ranked{key: r.priorityKey(), then: r.dueKey(), at: i}
	}
	return ranked{key: r.dueKey(), at: i}
}

// beaten says of most at little cost that they are not among the first.
func (l *leaders) beaten(x ranked) bool {
	return l.full && (x.key > l.last.key || x.key == l.last.key && x.then >= l.last.then && !l.less(x, l.last))
}

// offer takes one in that is not beaten, unless it stands on an earlier page.
func (l *leaders) offer(x ranked) {
	if l.after.ID != "" && !l.after.less(l.board.place(l.q.Sort, x.at)) {
		return
	}
	if l.full {
		l.replace(x)
	} else {
		l.add(x)
	}
	l.full, l.last = len(l.kept) > l.q.Limit, l.kept[0]
}

func (l *leaders) inOrder() []int32 {
	slices.SortFunc(l.kept, func(x, y ranked) int {
		if l.less(x, y) {
			return -1
		}
		return 1
	})
	found := make([]int32, len(l.kept))
	for i, x := range l.kept {
		found[i] = x.at
	}
	return found
}

// ranked is a position with the numbers that its order goes by.
type ranked struct {
	key, then int64
	at        int32
}

// worst is a heap with the last place on top.
type worst struct {
	board *Board
	kept  []ranked
}

// add takes one more place in.
func (w *worst) add(x ranked) {
	w.kept = append(w.kept, x)
	for i := len(w.kept) - 1; i > 0; {
		up := (i - 1) / 2
		if w.less(w.kept[i], w.kept[up]) {
			return
		}
		w.kept[i], w.kept[up] = w.kept[up], w.kept[i]
		i = up
	}
}

// replace takes a place in instead of the last.
func (w *worst) replace(x ranked) {
	w.kept[0] = x
	for i := 0; ; {
		last := i
		for _, down := range []int{2*i + 1, 2*i + 2} {
			if down < len(w.kept) && w.less(w.kept[last], w.kept[down]) {
				last = down
			}
		}
		if last == i {
			return
		}
		w.kept[i], w.kept[last] = w.kept[last], w.kept[i]
		i = last
	}
}

func (w *worst) less(x, y ranked) bool {
	switch {
	case x.key != y.key:
		return x.key < y.key
	case x.then != y.then:
		return x.then < y.then
	}
	// Every time limit of a day ends at the same midnight, so that equal keys are
	// the rule, and reading ids from the cards would take most of a list's time.
	a, b := w.board.rows[x.at].head, w.board.rows[y.at].head
	if a != b && a != 0 && b != 0 {
		return a < b
	}
	return w.board.cards[x.at].id() < w.board.cards[y.at].id()
}

// sieve is a query and a viewer, compiled into one test of a position.
type sieve struct {
	b        *Board
	unwanted uint64 // marks that a case must not have
	// words, under masks that are 0 where it does not matter
	assignee, incident, unit       uint32
	ofAssignee, ofIncident, ofUnit uint32
	from, to                       int64 // of the arrival
	now                            int64
	overdue                        *bool
	search                         string
	print                          print
	sight                          sight
}

// sieve compiles a query for a viewer.
func (b *Board) sieve(q *Query, viewer Actor, now time.Time) *sieve {
	s := &sieve{
		b: b, sight: b.sight(viewer), search: q.Text, print: printOf(q.Text), overdue: q.Overdue,
		from: math.MinInt64, to: math.MaxInt64, now: now.UnixMilli(),
	}
	s.unwanted = stateMarks.but(q.States) | stateMarks.but(statesOf(q.Phases)) |
		priorityMarks.but(q.Priorities) | sectorMarks.but(q.Sectors)
	if q.Late != nil {
		s.unwanted |= map[bool]uint64{true: markInTime, false: markLate}[*q.Late]
	}
	if q.Unread != nil {
		s.unwanted |= map[bool]uint64{true: markRead, false: markUnread}[*q.Unread]
	}
	if q.Unverified != nil {
		s.unwanted |= map[bool]uint64{true: markVerified, false: markUnverified}[*q.Unverified]
	}
	if !q.ReceivedFrom.IsZero() {
		s.from = q.ReceivedFrom.UnixMilli()
	}
	if !q.ReceivedTo.IsZero() {
		s.to = q.ReceivedTo.UnixMilli()
	}
	s.assignee, s.ofAssignee = s.wanted(q.Assignee)
	s.incident, s.ofIncident = s.wanted(q.Incident)
	s.unit, s.ofUnit = s.wanted(q.Unit)
	return s
}

// wanted is the word that a filter names, and the mask under which it is compared;
// "none" asks for the empty word.
func (s *sieve) wanted(name string) (word, mask uint32) {
	if name == "" {
		return 0, 0
	}
	if name == NoAssignee {
		return 0, math.MaxUint32
	}
	n, ok := s.b.words.find(name)
	if !ok {
		s.unwanted = stateMarks.all // no case has such a word
	}
	return n, math.MaxUint32
}

// statesOf are the states of the phases; a phase that is none has a state that no
// case has.
func statesOf(phases []workflow.Phase) []workflow.State {
	var out []workflow.State
	for _, p := range phases {
		out = append(out, workflow.State(""))
		for _, s := range workflow.States() {
			if s.Phase() == p {
				out = append(out, s)
			}
		}
	}
	return out
}

// passes says whether a case is wanted and may be seen.
func (s *sieve) passes(i int32) bool {
	r := &s.b.rows[i]
	differs := (r.assignee^s.assignee)&s.ofAssignee | (r.incident^s.incident)&s.ofIncident | (r.unit^s.unit)&s.ofUnit
	if r.marks&s.unwanted != 0 || differs != 0 || r.received < s.from || r.received >= s.to {
		return false
	}
	if s.overdue != nil && r.overdue(s.now) != *s.overdue || s.search != "" && !s.b.prints[i].covers(&s.print) {
		return false
	}
	if (!s.sight.all || r.marks&markSecret != 0) && !s.sight.sees(i) {
		return false
	}
	return s.search == "" || s.b.cards[i].holds(s.search, &s.b.words, s.sight.all)
}

// sight is what a viewer sees, compiled: the same as Case.VisibleTo.
type sight struct {
	b       *Board
	all     bool // but for secret cases that do not name the viewer
	system  bool
	account string
	me      uint32
	units   []uint32
}

func (b *Board) sight(viewer Actor) sight {
	s := sight{b: b, account: viewer.Account, system: viewer.Has(workflow.RoleSystem)}
	s.all = s.system || viewer.Staff()
	if s.all || !viewer.Has(workflow.RoleNotifier) {
		return s
	}
	s.me, _ = b.words.find(viewer.Account)
	for _, u := range viewer.Units {
		if n, ok := b.words.find(u); ok && n != 0 {
			s.units = append(s.units, n)
		}
	}
	return s
}

func (s *sight) sees(i int32) bool {
	r := &s.b.rows[i]
	if s.all {
		return r.marks&markSecret == 0 || s.system || slices.Contains(s.b.cards[i].named, s.account)
	}
	return r.sub != 0 && (r.sub == s.me || r.unit != 0 && slices.Contains(s.units, r.unit))
}

// Counts are how many cases the viewer sees, by state, phase and priority. The
// notifier's side sees phases only.
type Counts struct {
	Total    int                       `json:"total"`
	State    map[workflow.State]int    `json:"state"`
	Phase    map[workflow.Phase]int    `json:"phase"`
	Priority map[workflow.Priority]int `json:"priority"` // of open cases
	Late     int                       `json:"late"`
	Overdue  int                       `json:"overdue"`
	Unread   int                       `json:"unread"` // ended cases in which something came in that nobody has dealt with

	Unverified int `json:"unverified"` // notified without an account
}

// Counts counts what the viewer sees, at now.
func (b *Board) Counts(viewer Actor, now time.Time) Counts {
	var cells [64 * 64]int // by the bits of state and priority
	out := Counts{State: map[workflow.State]int{}, Phase: map[workflow.Phase]int{}, Priority: map[workflow.Priority]int{}}
	at := now.UnixMilli()
	b.mu.RLock()
	seen := b.sight(viewer)
	for i := range b.rows {
		r := &b.rows[i]
		if (!seen.all || r.marks&markSecret != 0) && !seen.sees(int32(i)) {
			continue
		}
		cells[cell(r.marks)]++
		out.Late += int(r.marks >> 63) // markLate
		out.Unread += int(r.marks / markUnread & 1)
		out.Unverified += int(r.marks / markUnverified & 1)
		overdue := 0
		if r.overdue(at) {
			overdue = 1 // in a register: no branch to guess
		}
		out.Overdue += overdue
	}
	b.mu.RUnlock()
	for state, s := range stateMarks.bit {
		for priority, p := range priorityMarks.bit {
			out.add(state, priority, cells[cell(s|p)])
		}
		out.add(state, "", cells[cell(s|priorityMarks.other)])
	}
	if !seen.all {
		out.Late, out.Overdue, out.Unread, out.Unverified = 0, 0, 0, 0
		clear(out.State)
		clear(out.Priority)
	}
	return out
}

// cell numbers the pairs of a state and a priority.
func cell(m uint64) int {
	return bits.TrailingZeros64(m&stateMarks.all)<<6 | bits.TrailingZeros64(m&priorityMarks.all)
}

// add counts n cases of a state and a priority.
func (c *Counts) add(s workflow.State, p workflow.Priority, n int) {
	if s == workflow.StateDraft {
		return
	}
	c.Total += n
	c.State[s] += n
	c.Phase[s.Phase()] += n
	switch {
	case p == "":
	case s.Open():
		c.Priority[p] += n
	default:
		c.Priority[p] += 0
	}
}
