package mongo

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"github.com/vaka-project/vaka/cases"
)

// Before an instance appends, it inserts an entry into its feed that names the
// records about to change: one entry per commit, under <instance>/<n>, with n
// counting up from 1 without gaps. Others ask for the next n. That needs no
// clock, no index and no query, and nothing can be missed: an entry is there
// before the events it names. An event that is not there yet is looked for again
// until the writer's time limit is surely over.
const (
	pollEvery = 250 * time.Millisecond
	lookAgain = 10 * time.Second
)

// Spread returns when the other instances have had the time to look at this
// instance's feed twice, so that they know of what was appended before. It waits
// for no answer: an instance that is stuck must not hold up the rest. Alone, it
// returns at once.
func (s *Store) Spread(ctx context.Context) {
	if !s.registry.company(time.Now()) {
		return
	}
	wait := time.NewTimer(2 * pollEvery)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-ctx.Done():
	}
}

// announced is one change in a feed entry.
type announced struct {
	Record string `json:"record"`
	Seq    int64  `json:"seq"`
}

// feedEntry is a document of the feed.
type feedEntry struct {
	At      time.Time   `json:"at"`
	Changes []announced `json:"changes"`
}

func entryID(instance string, n int64) string { return fmt.Sprintf("%s/%012d", instance, n) }

// term is the time under one number in the registry, with its feed.
type term struct {
	number  int
	name    string
	started time.Time

	mu       sync.Mutex
	next     int64          // number of the next entry
	done     int64          // entries up to this one are finished
	finished map[int64]bool // finished entries after done
	beat     time.Time      // when the presence was last written
}

func (t *term) presence(now time.Time, stopping bool) presence {
	t.mu.Lock()
	defer t.mu.Unlock()
	return presence{StartedAt: t.started, SeenAt: now, Done: t.done, Stopped: stopping && t.done == t.next-1}
}

func (t *term) beaten(at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.beat = at
}

func (t *term) lastBeat() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.beat
}

// ticket is one entry of this instance's feed.
type ticket struct {
	term *term
	n    int64
}

// finish says that all pictures of the entry are written.
func (k ticket) finish() {
	t := k.term
	t.mu.Lock()
	defer t.mu.Unlock()
	t.finished[k.n] = true
	for t.finished[t.done+1] {
		delete(t.finished, t.done+1)
		t.done++
	}
}

// feed is this instance's own feed.
type feed struct {
	announcing sync.Mutex // one entry is inserted at a time, so that there are no gaps
	mu         sync.Mutex
	term       *term
}

func (f *feed) begin(t *term) {
	t.beaten(t.started)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.term = t
}

func (f *feed) current() *term {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.term
}

// announce inserts the entry for changes that are about to be appended. When the
// outcome of an insert is unknown its number is used again; a number that then
// turns out to be taken was that entry, whose changes were never made.
func (s *Store) announce(ctx context.Context, changes []announced) (ticket, error) {
	s.feed.announcing.Lock()
	defer s.feed.announcing.Unlock()
	t := s.feed.current()
	if time.Since(t.lastBeat()) > staleAfter {
		if err := s.register(ctx); err != nil { // others may have written the old number off
			return ticket{}, err
		}
		t = s.feed.current()
	}
	for {
		k := ticket{t, t.next}
		err := s.insertOne(ctx, feeds, entryID(t.name, k.n), feedEntry{At: time.Now(), Changes: changes})
		if err != nil && !errors.Is(err, cases.ErrExists) {
			return ticket{}, fmt.Errorf("announcing a commit: %w", err)
		}
		t.mu.Lock()
		t.next++
		t.mu.Unlock()
		if err == nil {
			return k, nil
		}
		k.finish()
	}
}

// exists says whether an event is there, without reading its content.
func (s *Store) exists(ctx context.Context, record string, seq int64) (bool, error) {
	err := s.ask(ctx, func(ctx context.Context) error {
		only := options.FindOne().SetProjection(bson.D{{Key: "_id", Value: 1}})
		return s.db.Collection(string(cases.Events)).FindOne(ctx, byID(cases.Key(record, seq)), only).Err()
	})
	if errors.Is(err, cases.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// follower is one run of Follow.
type follower struct {
	s       *Store
	notice  func(cases.Notice)
	next    map[int]int64 // the entry to ask for next, by instance
	pending []awaited
}

// awaited is an announced event that was not there when its entry was read.
type awaited struct {
	cases.Notice
	until time.Time
}

// Follow implements cases.Store. It begins with each instance's first entry that
// is not finished, so that whatever was under way when it was ready is told, too.
func (s *Store) Follow(ctx context.Context, ready func(), notice func(cases.Notice)) error {
	f := &follower{s: s, notice: notice, next: map[int]int64{}}
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for started, warned := false, false; ; {
		err := s.discover(ctx)
		if err == nil && !started {
			if err = s.refresh(ctx); err == nil {
				f.position()
				started = true
				ready()
			}
		}
		if err == nil {
			err = f.poll(ctx)
		}
		if err != nil && ctx.Err() == nil && !warned {
			s.log.Warn("following other instances is interrupted", "error", err)
		}
		warned = err != nil
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// position fixes where following begins for the instances that are known.
func (f *follower) position() {
	for _, p := range f.s.registry.list() {
		f.next[p.number] = p.Done + 1
	}
}

// poll reads what the others have announced since the last time.
func (f *follower) poll(ctx context.Context) error {
	for _, p := range f.s.registry.list() {
		if f.next[p.number] == 0 {
			f.next[p.number] = 1 // it started after following began
		}
		for {
			var e feedEntry
			err := f.s.Get(ctx, feeds, entryID(instanceName(p.number), f.next[p.number]), &e)
			if errors.Is(err, cases.ErrNotFound) {
				break
			}
			if err != nil {
				return err
			}
			for _, c := range e.Changes {
				f.pending = append(f.pending, awaited{cases.Notice{Record: c.Record, Seq: c.Seq}, time.Now().Add(lookAgain)})
			}
			f.next[p.number]++
		}
		if p.Stopped {
			f.s.registry.forget(p.number)
		}
	}
	return f.look(ctx)
}

// look tells of the awaited events that are there now.
func (f *follower) look(ctx context.Context) error {
	var still []awaited
	for i, a := range f.pending {
		there, err := f.s.exists(ctx, a.Record, a.Seq)
		if err != nil {
			f.pending = append(still, f.pending[i:]...)
			return err
		}
		if there {
			f.notice(a.Notice)
		} else if time.Now().Before(a.until) {
			still = append(still, a)
		}
	}
	f.pending = still
	return nil
}
