package cases

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// Summary is what a list shows of a case, and what it can be filtered by. It
// holds no free text of a notification.
type Summary struct {
	ID                string            `json:"id"`
	Version           int64             `json:"version"`
	Number            string            `json:"number"`
	DiaryNumber       string            `json:"diary_number,omitempty"`
	SupervisionNumber string            `json:"supervision_number,omitempty"`
	Reference         string            `json:"reference,omitempty"` // the controller's own
	State             workflow.State    `json:"state"`
	Phase             workflow.Phase    `json:"phase"`
	Priority          workflow.Priority `json:"priority"`
	Episode           int               `json:"episode"`
	Source            Source            `json:"source"`
	Controller        string            `json:"controller"`     // Party.Label
	ControllerKey     string            `json:"controller_key"` // the same for the same controller
	Cause             string            `json:"cause,omitempty"`
	Sector            SectorOfActivity  `json:"sector,omitempty"`
	ReceivedAt        time.Time         `json:"received_at"`
	UpdatedAt         time.Time         `json:"updated_at"`
	Late              bool              `json:"late"`
	FiledLate         bool              `json:"filed_late"`       // as the last receipt says, whatever the authority assessed since
	Clocks            []DueClock        `json:"clocks,omitempty"` // open ones, next first
	Assignee          string            `json:"assignee,omitempty"`
	Incident          string            `json:"incident,omitempty"`
	Secret            bool              `json:"secret"`
	Named             []string          `json:"named,omitempty"`
	Submitter         string            `json:"submitter"`
	Unit              string            `json:"unit,omitempty"` // only with a verified mandate
	Merging           bool              `json:"merging"`        // a merge into it waits to be carried on
}

// DueClock is an open clock in a summary.
type DueClock struct {
	ID    string             `json:"id"`
	Kind  workflow.ClockKind `json:"kind"`
	DueAt time.Time          `json:"due_at"`
}

// NextDueAt is when the next open clock runs out, zero when none runs.
func (s *Summary) NextDueAt() time.Time {
	if len(s.Clocks) == 0 {
		return time.Time{}
	}
	return s.Clocks[0].DueAt
}

// Summary is what the board shows of the case.
func (c *Case) Summary() Summary {
	s := Summary{
		ID: c.ID, Version: c.Version, Number: c.Number, DiaryNumber: c.DiaryNumber,
		SupervisionNumber: c.SupervisionNumber, State: c.State, Phase: c.Phase, Priority: c.Priority,
		Episode: c.Episode, Source: c.Source, Controller: c.Party.Label(), ControllerKey: c.Party.Key(),
		Sector: c.Party.Sector, ReceivedAt: c.OpenedAt, UpdatedAt: c.UpdatedAt, Late: c.Late(),
		Assignee: c.Assignee, Incident: c.Incident, Secret: c.Secret, Named: c.Named, Submitter: c.OpenedBy,
	}
	if c.MandateVerified {
		s.Unit = c.Party.Unit
	}
	if n := c.Latest(); n != nil {
		if j := c.judgementOf(n.N); j != nil {
			s.FiledLate = j.Late
		}
		s.Reference, s.Cause = n.Notification.ControllerReference, string(n.Notification.Cause)
	}
	for _, k := range c.OpenClocks() {
		s.Clocks = append(s.Clocks, DueClock{ID: k.ID, Kind: k.Kind, DueAt: k.DueAt})
	}
	slices.SortFunc(s.Clocks, func(a, b DueClock) int { return a.DueAt.Compare(b.DueAt) })
	s.Merging = slices.ContainsFunc(c.Merged, func(m Member) bool { return m.Status == MergeIntended })
	return s
}

// Key is the same for notifications of the same controller, however often its
// name is spelled in capitals or with other spaces.
func (p Party) Key() string {
	switch {
	case p.Unit != "":
		return "unit:" + p.Unit
	case p.IDNumber != "":
		return "nr:" + strings.Map(digitsOnly, p.IDNumber) + "|" + foldText(p.Board)
	default:
		return "name:" + foldText(p.Name) + "|" + foldText(p.Board)
	}
}

func digitsOnly(r rune) rune {
	if r >= '0' && r <= '9' {
		return r
	}
	return -1
}

// foldText makes spellings equal that differ in case or spaces only.
func foldText(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }

// row is what the board scans: small, without pointers to follow, so that a
// million of them pass through the caches quickly. Texts are looked up in the
// summary beside it.
type row struct {
	received int64 // milliseconds
	due      int64 // milliseconds, 0 when no clock runs
	assignee uint32
	incident uint32
	sub      uint32 // submitter
	unit     uint32
	state    uint8
	phase    uint8
	priority uint8
	sector   uint8
	late     bool
	secret   bool
}

// card is the rest of a case on the board.
type card struct {
	Summary
	search string // folded texts that a search over the board looks through
}

// Board keeps a summary of every case in memory and answers every list, count
// and due clock from them. It is safe for many goroutines at once.
type Board struct {
	mu      sync.RWMutex
	rows    []row
	cards   []*card
	index   map[string]int32
	order   []int32 // positions, newest arrival last
	dirty   bool    // order has entries out of place
	words   words
	repeats map[string][]int64 // arrivals by controller and cause, milliseconds
}

// words gives each code or id a small number, so that rows compare numbers.
type words struct {
	number map[string]uint32
	text   []string
}

func (w *words) of(s string) uint32 {
	if n, ok := w.number[s]; ok {
		return n
	}
	n := uint32(len(w.text))
	w.number[s], w.text = n, append(w.text, s)
	return n
}

// find is the number of a word that may never have been seen.
func (w *words) find(s string) (uint32, bool) {
	n, ok := w.number[s]
	return n, ok
}

// NewBoard makes an empty board.
func NewBoard() *Board {
	return &Board{
		index:   map[string]int32{},
		words:   words{number: map[string]uint32{"": 0}, text: []string{""}},
		repeats: map[string][]int64{},
	}
}

// Put shows a summary unless the board already has that version or a later one.
// It says whether it did.
func (b *Board) Put(s Summary) bool {
	c := &card{Summary: s, search: searchText(&s)}
	b.mu.Lock()
	defer b.mu.Unlock()
	i, known := b.index[s.ID]
	if known && b.cards[i].Version >= s.Version {
		return false
	}
	r := b.rowOf(&s)
	if known {
		b.rows[i], b.cards[i] = r, c
		return true
	}
	i = int32(len(b.rows))
	b.index[s.ID] = i
	b.rows, b.cards = append(b.rows, r), append(b.cards, c)
	b.arrive(i)
	key := s.ControllerKey + "|" + s.Cause
	b.repeats[key] = append(b.repeats[key], r.received)
	return true
}

// arrive puts a new position in the order of arrival. Most come last; one that
// does not is moved back to its place when it is near, and sorted later when not.
func (b *Board) arrive(i int32) {
	b.order = append(b.order, i)
	at := len(b.order) - 1
	for steps := 0; at > 0 && b.before(i, b.order[at-1]); at-- {
		if steps++; steps > 512 {
			b.dirty = true
			return
		}
		b.order[at] = b.order[at-1]
		b.order[at-1] = i
	}
}

// before orders positions by arrival and then by id.
func (b *Board) before(i, j int32) bool {
	if b.rows[i].received != b.rows[j].received {
		return b.rows[i].received < b.rows[j].received
	}
	return b.cards[i].ID < b.cards[j].ID
}

// read takes the lock for reading with the order of arrival in place.
func (b *Board) read() {
	for {
		b.mu.RLock()
		if !b.dirty {
			return
		}
		b.mu.RUnlock()
		b.mu.Lock()
		if b.dirty {
			slices.SortFunc(b.order, func(i, j int32) int {
				if b.before(i, j) {
					return -1
				}
				return 1
			})
			b.dirty = false
		}
		b.mu.Unlock()
	}
}

func (b *Board) rowOf(s *Summary) row {
	r := row{
		received: s.ReceivedAt.UnixMilli(),
		assignee: b.words.of(s.Assignee),
		incident: b.words.of(s.Incident),
		sub:      b.words.of(s.Submitter),
		unit:     b.words.of(s.Unit),
		state:    stateNumber[s.State],
		phase:    phaseNumber[s.Phase],
		priority: priorityNumber[s.Priority],
		sector:   sectorNumber[s.Sector],
		late:     s.Late,
		secret:   s.Secret,
	}
	if due := s.NextDueAt(); !due.IsZero() {
		r.due = due.UnixMilli()
	}
	return r
}

// numbering numbers codes from 0 on in their declared order.
func numbering[T ~string](codes []string) map[T]uint8 {
	m := make(map[T]uint8, len(codes))
	for i, c := range codes {
		m[T(c)] = uint8(i)
	}
	return m
}

var (
	stateNumber    = numbering[workflow.State](workflow.State("").Codes())
	phaseNumber    = numbering[workflow.Phase](workflow.Phase("").Codes())
	priorityNumber = numbering[workflow.Priority](workflow.Priority("").Codes())
	sectorNumber   = numbering[SectorOfActivity](append([]string{""}, SectorOfActivity("").Codes()...))
)

// partySearchText is what the notifier's side searches: not the authority's numbers.
func partySearchText(s *Summary) string {
	return strings.ToLower(s.Number + "\n" + s.Controller + "\n" + s.Reference)
}

// searchText is what a search over the board looks through.
func searchText(s *Summary) string {
	return strings.ToLower(s.Number + "\n" + s.DiaryNumber + "\n" + s.SupervisionNumber + "\n" + s.Controller + "\n" + s.Reference)
}

// Len is how many cases the board shows.
func (b *Board) Len() int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return len(b.rows)
}

// Get is the summary of a case.
func (b *Board) Get(id string) (Summary, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	i, ok := b.index[id]
	if !ok {
		return Summary{}, false
	}
	return b.cards[i].Summary, true
}

// Version is the version that the board shows of a case, 0 when it shows none.
func (b *Board) Version(id string) int64 {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if i, ok := b.index[id]; ok {
		return b.cards[i].Version
	}
	return 0
}

// Repeats counts earlier breaches of the same controller with the same cause
// that arrived in [since, until).
func (b *Board) Repeats(controllerKey, cause string, since, until time.Time) int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	n := 0
	for _, at := range b.repeats[controllerKey+"|"+cause] {
		if at >= since.UnixMilli() && at < until.UnixMilli() {
			n++
		}
	}
	return n
}

// Pending are the cases in which a rule may have to act at now: a clock has run
// out, or a merge waits, or the state is one that the system itself leaves.
func (b *Board) Pending(now time.Time, leaves func(workflow.State) bool) []Summary {
	var leaving [256]bool
	for s, n := range stateNumber {
		leaving[n] = leaves(s)
	}
	at := now.UnixMilli()
	b.mu.RLock()
	defer b.mu.RUnlock()
	var out []Summary
	for i := range b.rows {
		r := &b.rows[i]
		if r.due != 0 && r.due < at || leaving[r.state] || b.cards[i].Merging {
			out = append(out, b.cards[i].Summary)
		}
	}
	return out
}
