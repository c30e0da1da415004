package cases

import (
	"container/heap"
	"encoding/base64"
	"encoding/json"
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
	Incident     string
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
	after, err := q.normalise()
	if err != nil {
		return Page{}, err
	}
	b.read()
	defer b.mu.RUnlock()
	match := b.matcher(&q, viewer, now)
	var found []int32
	if q.Sort == SortNewest || q.Sort == SortOldest {
		found = b.walk(&q, after, match)
	} else {
		found = b.best(&q, after, match)
	}
	page := Page{}
	if len(found) > q.Limit {
		found = found[:q.Limit]
		page.Next = b.place(q.Sort, found[q.Limit-1]).cursor()
	}
	page.Items = make([]Summary, len(found))
	for i, at := range found {
		page.Items[i] = b.cards[at].Summary
	}
	return page, nil
}

// normalise fills defaults and reads the cursor.
func (q *Query) normalise() (place, error) {
	if q.Sort == "" {
		q.Sort = SortNewest
	}
	if q.Limit == 0 {
		q.Limit = DefaultLimit
	}
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
	r := &b.rows[i]
	due := r.due
	if due == 0 {
		due = noClock
	}
	p := place{Sort: by, ID: b.cards[i].ID}
	switch by {
	case SortNewest:
		p.Key = -r.received
	case SortOldest:
		p.Key = r.received
	case SortNextDue:
		p.Key = due
	case SortPriority:
		p.Key, p.Then = int64(r.priority), due
	}
	return p
}

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

// walk follows the order of arrival from the cursor on until the page is full.
func (b *Board) walk(q *Query, after place, match func(int32) bool) []int32 {
	n := len(b.order)
	at := func(k int) int32 { // the k-th position of the list
		if q.Sort == SortNewest {
			return b.order[n-1-k]
		}
		return b.order[k]
	}
	from := 0
	if after.ID != "" {
		from = sort.Search(n, func(k int) bool { return after.less(b.place(q.Sort, at(k))) })
	}
	found := make([]int32, 0, q.Limit+1)
	for k := from; k < n && len(found) <= q.Limit; k++ {
		if i := at(k); match(i) {
			found = append(found, i)
		}
	}
	return found
}

// best keeps the smallest places after the cursor while it scans all rows.
func (b *Board) best(q *Query, after place, match func(int32) bool) []int32 {
	h := &worst{}
	for i := range int32(len(b.rows)) {
		if !match(i) {
			continue
		}
		p := b.place(q.Sort, i)
		if after.ID != "" && !after.less(p) {
			continue
		}
		if h.Len() > q.Limit {
			if !p.less(h.places[0]) {
				continue
			}
			h.places[0], h.at[0] = p, i
			heap.Fix(h, 0)
			continue
		}
		heap.Push(h, placed{p, i})
	}
	found := make([]int32, h.Len())
	for k := len(found) - 1; k >= 0; k-- {
		found[k] = heap.Pop(h).(placed).at
	}
	return found
}

type placed struct {
	place
	at int32
}

// worst is a heap with the last place on top.
type worst struct {
	places []place
	at     []int32
}

func (w *worst) Len() int           { return len(w.places) }
func (w *worst) Less(i, j int) bool { return w.places[j].less(w.places[i]) }
func (w *worst) Swap(i, j int) {
	w.places[i], w.places[j] = w.places[j], w.places[i]
	w.at[i], w.at[j] = w.at[j], w.at[i]
}

func (w *worst) Push(x any) {
	p := x.(placed)
	w.places, w.at = append(w.places, p.place), append(w.at, p.at)
}

func (w *worst) Pop() any {
	last := len(w.places) - 1
	p := placed{w.places[last], w.at[last]}
	w.places, w.at = w.places[:last], w.at[:last]
	return p
}

// matcher compiles a query and a viewer into one test of a position.
func (b *Board) matcher(q *Query, viewer Actor, now time.Time) func(int32) bool {
	sees := b.sight(viewer)
	states := mask(stateNumber, q.States)
	phases := mask(phaseNumber, q.Phases)
	priorities := mask(priorityNumber, q.Priorities)
	sectors := mask(sectorNumber, q.Sectors)
	assignee, assigneeOK := b.wanted(q.Assignee)
	incident, incidentOK := b.wanted(q.Incident)
	from, to, at := q.ReceivedFrom.UnixMilli(), q.ReceivedTo.UnixMilli(), now.UnixMilli()
	if !assigneeOK || !incidentOK {
		return func(int32) bool { return false }
	}
	return func(i int32) bool {
		r := &b.rows[i]
		switch {
		case states != 0 && states&(1<<r.state) == 0,
			phases != 0 && phases&(1<<r.phase) == 0,
			priorities != 0 && priorities&(1<<r.priority) == 0,
			sectors != 0 && sectors&(1<<r.sector) == 0,
			q.Assignee != "" && r.assignee != assignee,
			q.Incident != "" && r.incident != incident,
			q.Late != nil && r.late != *q.Late,
			q.Overdue != nil && (r.due != 0 && r.due < at) != *q.Overdue,
			!q.ReceivedFrom.IsZero() && r.received < from,
			!q.ReceivedTo.IsZero() && r.received >= to:
			return false
		}
		return sees(i) && (q.Text == "" || b.holds(i, q.Text, viewer))
	}
}

// holds says whether a text is found in what the viewer may search.
func (b *Board) holds(i int32, text string, viewer Actor) bool {
	if viewer.Staff() {
		return strings.Contains(b.cards[i].search, text)
	}
	return strings.Contains(partySearchText(&b.cards[i].Summary), text)
}

// wanted is the number of a word that a filter names; "none" asks for the empty one.
func (b *Board) wanted(s string) (uint32, bool) {
	if s == NoAssignee || s == "" {
		return 0, true
	}
	return b.words.find(s)
}

func mask[T ~string](numbers map[T]uint8, wanted []T) uint64 {
	var m uint64
	for _, w := range wanted {
		if n, ok := numbers[w]; ok {
			m |= 1 << n
		}
	}
	return m
}

// sight compiles who the viewer is into a test of a position: staff see every
// case but the secret ones that do not name them; whoever notifies sees what
// they filed, and what was filed for units that they have a mandate for.
func (b *Board) sight(viewer Actor) func(int32) bool {
	if viewer.Staff() {
		return func(i int32) bool {
			return !b.rows[i].secret || slices.Contains(b.cards[i].Named, viewer.Account)
		}
	}
	me, known := b.words.find(viewer.Account)
	units := map[uint32]bool{}
	for _, u := range viewer.Units {
		if n, ok := b.words.find(u); ok && u != "" {
			units[n] = true
		}
	}
	notifier := viewer.Has(workflow.RoleNotifier)
	return func(i int32) bool {
		r := &b.rows[i]
		return notifier && (known && r.sub == me || len(units) > 0 && r.unit != 0 && units[r.unit])
	}
}

// Counts are how many cases the viewer sees, by state, phase and priority.
type Counts struct {
	Total    int                       `json:"total"`
	State    map[workflow.State]int    `json:"state"`
	Phase    map[workflow.Phase]int    `json:"phase"`
	Priority map[workflow.Priority]int `json:"priority"` // of open cases
	Late     int                       `json:"late"`
	Overdue  int                       `json:"overdue"`
}

// Counts counts what the viewer sees, at now.
func (b *Board) Counts(viewer Actor, now time.Time) Counts {
	var states, priorities [256]int
	out := Counts{State: map[workflow.State]int{}, Phase: map[workflow.Phase]int{}, Priority: map[workflow.Priority]int{}}
	at := now.UnixMilli()
	b.mu.RLock()
	sees := b.sight(viewer)
	var open [256]bool
	for s, n := range stateNumber {
		open[n] = s.Open()
	}
	for i := range b.rows {
		r := &b.rows[i]
		if !sees(int32(i)) {
			continue
		}
		out.Total++
		states[r.state]++
		if open[r.state] {
			priorities[r.priority]++
		}
		if r.late {
			out.Late++
		}
		if r.due != 0 && r.due < at {
			out.Overdue++
		}
	}
	b.mu.RUnlock()
	for s, n := range stateNumber {
		if s != workflow.StateDraft {
			out.State[s] = states[n]
			out.Phase[s.Phase()] += states[n]
		}
	}
	for p, n := range priorityNumber {
		out.Priority[p] = priorities[n]
	}
	return out
}
