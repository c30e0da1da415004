package cases

import (
	"math"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// Watched is what a watcher of clocks is told of a case.
type Watched struct {
	ID        string
	Version   int64
	Number    string
	State     workflow.State
	Assignee  string
	Submitter string // the account that filed, where the case began with a notification
	Filed     bool   // it began with a notification
	Secret    bool
	Named     []string
	Clocks    []DueClock // open ones, next first
}

// never is when a case is looked at that has no clock.
const never = math.MaxInt64

// wake is when a watcher looks at a case that has just changed: at once, or never
// when no clock runs in it.
func (c *card) wake() int64 {
	if len(c.clocks) == 0 {
		return never
	}
	return 0
}

// Awake are the cases with open clocks that a watcher of clocks has not let rest
// until after now: at first all of them, later those that changed and those whose
// rest is over. There is one watcher for a board.
//
// It passes over one number for each case, so that looking at a hundred thousand
// of them takes far less than a millisecond when none is awake.
func (b *Board) Awake(now time.Time) []Watched {
	at := now.UnixMilli()
	b.mu.RLock()
	defer b.mu.RUnlock()
	n, clocks := 0, 0
	for i, wake := range b.wakes {
		if wake <= at {
			n, clocks = n+1, clocks+len(b.cards[i].clocks)
		}
	}
	if n == 0 {
		return nil
	}
	// After a start all of them are awake, so room is made once for all.
	out, room := make([]Watched, 0, n), make([]DueClock, clocks)
	for i, wake := range b.wakes {
		if wake <= at {
			had := len(b.cards[i].clocks)
			out = append(out, b.watched(int32(i), room[:had:had]))
			room = room[had:]
		}
	}
	return out
}

// Running are all cases with open clocks, whether they rest or not.
func (b *Board) Running() []Watched {
	b.mu.RLock()
	defer b.mu.RUnlock()
	var out []Watched
	for i, c := range b.cards {
		if len(c.clocks) > 0 {
			out = append(out, b.watched(int32(i), make([]DueClock, len(c.clocks))))
		}
	}
	return out
}

// Rest lets a case be passed over until an instant, or until it changes. A case
// that is no longer at this version has changed already and stays awake. The zero
// instant is never.
func (b *Board) Rest(id string, version int64, until time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i, known := b.index[id]
	if !known || b.cards[i].version != version {
		return
	}
	b.wakes[i] = never
	if !until.IsZero() {
		b.wakes[i] = until.UnixMilli()
	}
}

// Wake ends the rest of every case.
func (b *Board) Wake() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, c := range b.cards {
		b.wakes[i] = c.wake()
	}
}

// Watch is what a watcher is told of one case, with its open clocks as they are
// now; false when the board does not show it.
func (b *Board) Watch(id string) (Watched, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	i, known := b.index[id]
	if !known {
		return Watched{}, false
	}
	return b.watched(i, make([]DueClock, len(b.cards[i].clocks))), true
}

// watched fills in the clocks, for which there is room.
func (b *Board) watched(i int32, clocks []DueClock) Watched {
	r, c, text := &b.rows[i], b.cards[i], b.words.text
	w := Watched{
		ID: c.id(), Version: c.version, Number: c.texts[c.ends[0]:c.ends[1]], State: workflow.State(text[c.state]),
		Assignee: text[r.assignee], Submitter: text[r.sub], Filed: Source(text[c.source]) == SourceNotification,
		Secret: r.marks&markSecret != 0, Named: c.named, Clocks: clocks,
	}
	for k := range c.clocks {
		w.Clocks[k] = b.words.dueClock(c.clocks[k])
	}
	return w
}
