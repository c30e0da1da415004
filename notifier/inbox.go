package notifier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

const (
	// inboxLife is how long a message is kept in an inbox. What it said stays in
	// the case.
	inboxLife = 90 * 24 * time.Hour
	// inboxFresh is how old what is known of an inbox may be, as with accounts.
	inboxFresh = time.Second
	// remembered is how many of an inbox's latest letters are known by their ids,
	// so that one that is delivered twice is there once.
	remembered = 256
)

// ItemLine is an item of a letter as it is stored and sent.
type ItemLine struct {
	Case       string             `json:"case,omitempty"`   // id
	Number     string             `json:"number,omitempty"` // of the case
	Draft      string             `json:"draft,omitempty"`  // id, where no case exists yet
	Clock      workflow.ClockKind `json:"clock"`
	Article    string             `json:"article,omitempty"` // "" for the authority's own targets
	DueAt      time.Time          `json:"due_at"`            // UTC
	Rung       string             `json:"rung"`
	Escalation bool               `json:"escalation,omitempty"`
	LateSince  *time.Time         `json:"late_since,omitempty"` // when it should have gone out
}

func lineOf(i Item) ItemLine {
	return ItemLine{
		Case: i.Case, Number: i.Number, Draft: i.Draft, Clock: i.Clock, Article: i.Article, DueAt: i.DueAt.UTC(),
		Rung: i.Rung, Escalation: i.Escalation, LateSince: i.LateSince,
	}
}

// inboxLine is one document of an inbox: a letter, or the mark that some were read.
type inboxLine struct {
	Account string     `json:"account"`
	At      time.Time  `json:"at"`
	Letter  string     `json:"letter,omitempty"` // id; "" for a mark
	Items   []ItemLine `json:"items,omitempty"`
	Read    int64      `json:"read,omitempty"`    // number of the letter that was read
	Through int64      `json:"through,omitempty"` // every letter up to this number was read
}

// InboxMessage is a letter in somebody's inbox.
type InboxMessage struct {
	N      int64      `json:"n"` // its number in this inbox; higher is newer
	At     time.Time  `json:"at"`
	Unread bool       `json:"unread"`
	Items  []ItemLine `json:"items"`
}

// Inbox is the channel whose letters are read in the program itself.
//
// The inbox of an account is a row of documents "<account>/<n>", n = 1, 2, 3, ...,
// written by unique inserts and never changed: letters, and marks that say what
// was read. An instance knows of each inbox how far it goes, and asks for the next
// number to find what another instance wrote; nobody can write n+1 without having
// seen n, so the row has no gaps, and needs neither an index nor a counter. In
// memory are numbers only; what is shown is read by id.
//
// Documents older than 90 days are deleted from the front, but never the last one
// of an inbox: it is what keeps the numbers going. An instance that has not looked
// at an inbox for half that time reads all of it again, as at the start, rather
// than take what was deleted meanwhile for the end.
type Inbox struct {
	store cases.Store
	now   func() time.Time

	mu    sync.Mutex
	boxes map[string]*box
	read  time.Time // when Load read everything: what it did not see was empty then
}

// box is what is known of one inbox.
type box struct {
	mu      sync.Mutex
	account string
	first   int64 // lowest number that may still be there
	last    int64 // highest number; 0 for none
	unread  map[int64]bool
	recent  []string // ids of the latest letters
	checked time.Time
}

// NewInbox makes a channel. Call Load before the first use.
func NewInbox(store cases.Store, now func() time.Time) *Inbox {
	return &Inbox{store: store, now: now, boxes: map[string]*box{}}
}

func inboxKey(account string, n int64) string { return fmt.Sprintf("%s/%012d", account, n) }

// Load reads every inbox once.
func (b *Inbox) Load(ctx context.Context) error {
	b.read = b.now()
	return b.scan(ctx, "", b.box)
}

// scan takes in every document whose key begins with a prefix and that is not
// known yet.
func (b *Inbox) scan(ctx context.Context, prefix string, boxOf func(account string) *box) error {
	err := b.store.Scan(ctx, cases.Inbox, func(id string, decode func(any) error) error {
		if !strings.HasPrefix(id, prefix) {
			return nil
		}
		account, number, _ := strings.Cut(id, "/")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return fmt.Errorf("document %s has a key that is not its own", id)
		}
		x := boxOf(account)
		if n <= x.last {
			return nil
		}
		var line inboxLine
		if err := decode(&line); err != nil {
			return fmt.Errorf("document %s: %w", id, err)
		}
		if n > x.last+1 {
			x.first = n // what was before it is deleted
			clear(x.unread)
		}
		x.take(n, line, b.oldest())
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading the inboxes: %w", err)
	}
	return nil
}

func (b *Inbox) box(account string) *box {
	b.mu.Lock()
	defer b.mu.Unlock()
	x := b.boxes[account]
	if x == nil {
		x = &box{account: account, first: 1, unread: map[int64]bool{}, checked: b.read}
		b.boxes[account] = x
	}
	return x
}

// oldest is the instant before which letters count no more.
func (b *Inbox) oldest() time.Time { return b.now().Add(-inboxLife) }

// take learns of the document with the next number.
func (x *box) take(n int64, line inboxLine, oldest time.Time) {
	x.last = n
	if line.Letter != "" {
		if !line.At.Before(oldest) {
			x.unread[n] = true
		}
		x.recent = append(x.recent, line.Letter)
		if len(x.recent) > remembered {
			x.recent = slices.Clone(x.recent[len(x.recent)-remembered/2:])
		}
		return
	}
	delete(x.unread, line.Read)
	for m := range x.unread {
		if m <= line.Through {
			delete(x.unread, m)
		}
	}
}

// catchUp learns of what other instances wrote.
func (b *Inbox) catchUp(ctx context.Context, x *box) error {
	if b.now().Sub(x.checked) > inboxLife/2 {
		if err := b.scan(ctx, x.account+"/", func(string) *box { return x }); err != nil {
			return err
		}
	}
	for {
		var line inboxLine
		err := b.store.Get(ctx, cases.Inbox, inboxKey(x.account, x.last+1), &line)
		if errors.Is(err, cases.ErrNotFound) {
			x.checked = b.now()
			return nil
		}
		if err != nil {
			return fmt.Errorf("the inbox of account %s: %w", x.account, err)
		}
		x.take(x.last+1, line, b.oldest())
	}
}

// append writes a document behind the last one, unless done says, of what is there
// by then, that there is nothing left to do.
func (b *Inbox) append(ctx context.Context, x *box, line inboxLine, done func() bool) error {
	for {
		if err := b.catchUp(ctx, x); err != nil {
			return err
		}
		if done() {
			return nil
		}
		err := b.store.Insert(ctx, cases.Inbox, inboxKey(x.account, x.last+1), &line)
		if errors.Is(err, cases.ErrExists) {
			continue
		}
		if err != nil {
			return fmt.Errorf("the inbox of account %s: %w", x.account, err)
		}
		x.take(x.last+1, line, b.oldest())
		return nil
	}
}

// Deliver implements [Channel]. A letter that is delivered again, because a crash
// came before its receipt, is recognised and not shown twice. So no outcome is
// ever unknown here: what failed is tried again.
func (b *Inbox) Deliver(ctx context.Context, l Letter) error {
	if !cases.IsID(l.To.Account) {
		return fmt.Errorf("letter %s is to nobody with an account: %w", l.ID, ErrRefused)
	}
	line := inboxLine{Account: l.To.Account, At: b.now().UTC().Truncate(time.Millisecond), Letter: l.ID}
	for _, i := range l.Items {
		line.Items = append(line.Items, lineOf(i))
	}
	x := b.box(l.To.Account)
	x.mu.Lock()
	defer x.mu.Unlock()
	return b.append(ctx, x, line, func() bool { return slices.Contains(x.recent, l.ID) })
}

// fresh learns of what other instances wrote, unless that was asked a moment ago.
func (b *Inbox) fresh(ctx context.Context, x *box) error {
	if age := b.now().Sub(x.checked); age >= 0 && age < inboxFresh {
		return nil
	}
	return b.catchUp(ctx, x)
}

// Unread is how many letters somebody has not read.
func (b *Inbox) Unread(ctx context.Context, account string) (int, error) {
	x := b.box(account)
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := b.fresh(ctx, x); err != nil {
		return 0, cases.Unavailable(err)
	}
	return len(x.unread), nil
}

// List returns somebody's letters below a number, at most so many, newest first;
// before 0 begins with the newest. next is what to ask with for the ones that
// follow, 0 when there are none.
func (b *Inbox) List(ctx context.Context, account string, before int64, most int) (messages []InboxMessage, next int64, err error) {
	x := b.box(account)
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := b.fresh(ctx, x); err != nil {
		return nil, 0, cases.Unavailable(err)
	}
	n := x.last
	if before > 0 && before <= x.last {
		n = before - 1
	}
	oldest := b.oldest()
	for ; n >= x.first && n > 0; n-- {
		var line inboxLine
		err := b.store.Get(ctx, cases.Inbox, inboxKey(account, n), &line)
		if errors.Is(err, cases.ErrNotFound) || err == nil && line.At.Before(oldest) {
			break // from here on another instance has deleted, or somebody soon will
		}
		if err != nil {
			return nil, 0, cases.Unavailable(fmt.Errorf("the inbox of account %s: %w", account, err))
		}
		if line.Letter == "" {
			continue
		}
		if len(messages) == most {
			return messages, n + 1, nil
		}
		messages = append(messages, InboxMessage{N: n, At: line.At, Unread: x.unread[n], Items: line.Items})
	}
	return messages, 0, nil
}

// MarkRead marks a letter of somebody's inbox as read. What is no unread letter is
// no error.
func (b *Inbox) MarkRead(ctx context.Context, account string, n int64) error {
	return b.mark(ctx, account, inboxLine{Read: n}, func(x *box) bool { return x.unread[n] })
}

// MarkAllRead marks every letter up to a number as read: the newest that the
// person has seen, so that nothing that arrived since then is taken for read.
func (b *Inbox) MarkAllRead(ctx context.Context, account string, through int64) error {
	return b.mark(ctx, account, inboxLine{Through: through}, func(x *box) bool {
		for n := range x.unread {
			if n <= through {
				return true
			}
		}
		return false
	})
}

func (b *Inbox) mark(ctx context.Context, account string, line inboxLine, needed func(*box) bool) error {
	line.Account, line.At = account, b.now().UTC().Truncate(time.Millisecond)
	x := b.box(account)
	x.mu.Lock()
	defer x.mu.Unlock()
	return cases.Unavailable(b.append(ctx, x, line, func() bool { return !needed(x) }))
}

// Sweep deletes what is older than 90 days and says how many documents that were.
func (b *Inbox) Sweep(ctx context.Context, now time.Time) (deleted int, err error) {
	b.mu.Lock()
	boxes := make([]*box, 0, len(b.boxes))
	for _, x := range b.boxes {
		boxes = append(boxes, x)
	}
	b.mu.Unlock()
	oldest := now.Add(-inboxLife)
	for _, x := range boxes {
		n, err := b.trim(ctx, x, oldest)
		deleted += n
		if err != nil {
			return deleted, fmt.Errorf("trimming the inbox of account %s: %w", x.account, err)
		}
	}
	return deleted, nil
}

func (b *Inbox) trim(ctx context.Context, x *box, oldest time.Time) (deleted int, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for x.last > 0 && x.first <= x.last {
		var line inboxLine
		err := b.store.Get(ctx, cases.Inbox, inboxKey(x.account, x.first), &line)
		switch {
		case err != nil && !errors.Is(err, cases.ErrNotFound):
			return deleted, err
		case err == nil && !line.At.Before(oldest):
			return deleted, nil
		}
		delete(x.unread, x.first)
		if x.first == x.last {
			return deleted, nil // it stays, unread by nobody and shown to nobody
		}
		if err == nil {
			if err := b.store.Delete(ctx, cases.Inbox, inboxKey(x.account, x.first)); err != nil {
				return deleted, err
			}
			deleted++
		}
		x.first++
	}
	return deleted, nil
}
