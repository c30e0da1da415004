package cases

import (
	"slices"
	"sort"
	"strings"
	"sync"
	"time"
	"unicode"

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
	Submitter         string            `json:"submitter,omitempty"`  // of a notification: the account that filed it
	Unit              string            `json:"unit,omitempty"`       // only with a verified mandate
	Merging           bool              `json:"merging"`              // a merge into it, or its undoing, waits to be carried on
	Rank              int64             `json:"rank,omitempty"`       // place by hand among the investigations of its priority, 0 for none
	Unread            bool              `json:"unread"`               // something came in after the end that nobody has dealt with
	Unverified        bool              `json:"unverified,omitempty"` // it was notified without an account
	Trace             Trace             `json:"trace,omitempty"`      // what it is recognised by; "" in a summary of an earlier version
	TakenBack         bool              `json:"taken_back,omitempty"` // the controller says that there was no breach after all
}

// DueClock is an open clock in a summary.
type DueClock struct {
	ID    string             `json:"id"`
	Kind  workflow.ClockKind `json:"kind"`
	DueAt time.Time          `json:"due_at"`

	Revision int       `json:"revision,omitempty"` // 0 in a summary of an earlier version
	SetAt    time.Time `json:"set_at,omitzero"`    // when this revision was set

	// What it was counted from and by, so that the board can tell what another
	// calendar would make of it. A date that a person set counts from nothing.
	From     time.Time `json:"from,omitzero"`
	Rule     string    `json:"rule,omitempty"`     // Clock.Rule
	Settings int64     `json:"settings,omitempty"` // Clock.Settings
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
		Assignee: c.Assignee, Incident: c.Incident, Secret: c.Secret, Named: c.Named,
		Merging: slices.ContainsFunc(c.Merged, Member.pending), Unread: c.Unread > 0, Rank: c.Rank(), TakenBack: c.takenBack(),
		Unverified: c.SenderUnverified(), Trace: c.Trace(),
	}
	if n := c.Latest(); n != nil {
		s.Submitter = c.OpenedBy
		if c.MandateVerified {
			s.Unit = c.Party.Unit
		}
		if j := c.judgementOf(n.N); j != nil {
			s.FiledLate = j.Late
		}
		s.Reference, s.Cause = n.Notification.ControllerReference, string(n.Notification.Cause)
	}
	for _, k := range c.OpenClocks() {
		s.Clocks = append(s.Clocks, DueClock{
			ID: k.ID, Kind: k.Kind, Revision: k.Revision, SetAt: k.SetAt, DueAt: k.DueAt, From: c.countedFrom(&k), Rule: k.Rule, Settings: k.Settings,
		})
	}
	slices.SortFunc(s.Clocks, func(a, b DueClock) int { return a.DueAt.Compare(b.DueAt) })
	return s
}

// outdated says whether a version of the program wrote the summary that did not yet
// say of clocks which revision runs, or what it counts from, or by what the case is
// recognised.
func (s *Summary) outdated() bool {
	return s.Trace.outdated() || slices.ContainsFunc(s.Clocks, func(k DueClock) bool { return k.Revision == 0 || k.From.IsZero() })
}

// Key is the same for notifications of the same controller, however often its
// name is spelled in capitals or with other spaces.
func (p Party) Key() string {
	if p.Unit != "" {
		return "unit:" + p.Unit
	}
	if number := strings.Map(lettersAndDigits, p.IDNumber); number != "" {
		return "nr:" + number + "|" + foldText(p.Board)
	}
	return "name:" + foldText(p.Name) + "|" + foldText(p.Board)
}

func lettersAndDigits(r rune) rune {
	if unicode.IsLetter(r) || unicode.IsDigit(r) {
		return unicode.ToLower(r)
	}
	return -1
}

// foldText makes spellings equal that differ in case or spaces only.
func foldText(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }

// Board keeps a summary of every case in memory and answers every list, count
// and due clock from them. It is safe for many goroutines at once.
//
// A case keeps its position for ever; rows, cards and prints are by position.
type Board struct {
	mu     sync.RWMutex
	rows   []row
	cards  []*card
	prints []print
	wakes  []int64          // when a watcher looks at a case again, in milliseconds; see Awake
	index  map[string]int32 // position by id
	order  []int32          // positions, newest arrival last
	dirty  bool             // order has entries out of place
	words  words
	latest map[cause]int32 // the newest position of a controller and cause
	former []int32         // the position before in that chain, or -1
	news   bulletin
}

// cause is a controller and what caused its breach, as words.
type cause struct{ key, cause uint32 }

// NewBoard makes an empty board.
func NewBoard() *Board {
	return &Board{index: map[string]int32{}, words: newWords(), latest: map[cause]int32{}}
}

// Put shows a summary unless the board already has that version or a later one.
// It says whether it did.
func (b *Board) Put(s Summary) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	i, known := b.index[s.ID]
	if known && b.cards[i].version >= s.Version {
		return false
	}
	r, c, p := b.rowOf(&s), b.cardOf(&s), printOfSummary(&s)
	b.news.tell(News{ID: c.id(), Version: s.Version, Arrived: !known})
	if !known {
		i = int32(len(b.rows))
		b.index[c.id()] = i
		b.rows, b.cards, b.prints, b.wakes = append(b.rows, r), append(b.cards, c), append(b.prints, p), append(b.wakes, c.wake())
		b.former = append(b.former, -1)
		b.arrive(i)
		b.link(i)
		return true
	}
	relink := b.causeOf(i) != cause{c.key, c.cause}
	if relink {
		b.unlink(i)
	}
	b.dirty = b.dirty || b.rows[i].received != r.received
	b.rows[i], b.cards[i], b.prints[i], b.wakes[i] = r, c, p, c.wake()
	if relink {
		b.link(i)
	}
	return true
}

func (b *Board) causeOf(i int32) cause { return cause{b.cards[i].key, b.cards[i].cause} }

// link puts a position into the chain of its controller and cause.
func (b *Board) link(i int32) {
	of := b.causeOf(i)
	b.former[i] = -1
	if before, ok := b.latest[of]; ok {
		b.former[i] = before
	}
	b.latest[of] = i
}

// unlink takes a position out of the chain that it is in.
func (b *Board) unlink(i int32) {
	of := b.causeOf(i)
	if b.latest[of] != i {
		at := b.latest[of]
		for b.former[at] != i {
			at = b.former[at]
		}
		b.former[at] = b.former[i]
		return
	}
	if b.former[i] >= 0 {
		b.latest[of] = b.former[i]
	} else {
		delete(b.latest, of)
	}
}

// near is how many entries of the order are moved for one that comes late. Beyond
// that, as when a whole store is read by id, the order is sorted when it is asked for.
const near = 1 << 15

// arrive puts a new position in the order of arrival. Most come last.
func (b *Board) arrive(i int32) {
	n := len(b.order)
	b.order = append(b.order, i)
	if b.dirty || n == 0 || !b.before(i, b.order[n-1]) {
		return
	}
	at := sort.Search(n, func(k int) bool { return b.before(i, b.order[k]) })
	if n-at > near {
		b.dirty = true
		return
	}
	copy(b.order[at+1:], b.order[at:n])
	b.order[at] = i
}

// before orders positions by arrival and then by id.
func (b *Board) before(i, j int32) bool {
	if b.rows[i].received != b.rows[j].received {
		return b.rows[i].received < b.rows[j].received
	}
	return b.cards[i].id() < b.cards[j].id()
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
	return b.summary(i), true
}

// Version is the version that the board shows of a case, 0 when it shows none.
func (b *Board) Version(id string) int64 {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if i, ok := b.index[id]; ok {
		return b.cards[i].version
	}
	return 0
}

// Repeats counts the breaches of the same controller with the same cause that
// arrived in [since, until), up to most.
func (b *Board) Repeats(controllerKey, what string, since, until time.Time, most int) int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	key, ok := b.words.find(controllerKey)
	why, seen := b.words.find(what)
	at, linked := b.latest[cause{key, why}]
	if !ok || !seen || !linked {
		return 0
	}
	n := 0
	for ; at >= 0 && n < most; at = b.former[at] {
		if r := b.rows[at].received; r >= since.UnixMilli() && r < until.UnixMilli() {
			n++
		}
	}
	return n
}

// Pending are the cases in which a rule may have to act at now: those in an
// untimed state, those in a timed state of which a clock has run out, those
// into which a merge waits to be carried on, and the merged ones of which the
// master may not know yet what came in.
func (b *Board) Pending(now time.Time, timed, untimed []workflow.State) []Summary {
	at, always, merged := now.UnixMilli(), markMerging, stateMarks.of(workflow.StateMerged)
	var when uint64
	for _, s := range untimed {
		always |= stateMarks.of(s)
	}
	for _, s := range timed {
		when |= stateMarks.of(s)
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	var out []Summary
	for i := range b.rows {
		r := &b.rows[i]
		untold := r.marks&markUnread != 0 && r.marks&merged != 0
		if r.marks&always != 0 || r.marks&when != 0 && r.overdue(at) || untold {
			out = append(out, b.summary(int32(i)))
		}
	}
	return out
}
