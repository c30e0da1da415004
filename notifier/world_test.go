package notifier

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// ledgerStore is the part of a store that the dispatcher uses, in memory.
type ledgerStore struct {
	cases.Store // nil: anything else is asked in error
	mu          sync.Mutex
	docs        map[cases.Collection]map[string][]byte
	gone        map[cases.Collection]map[string][]byte // what was deleted, for whoever looks back
}

func newLedgerStore() *ledgerStore {
	return &ledgerStore{docs: map[cases.Collection]map[string][]byte{}, gone: map[cases.Collection]map[string][]byte{}}
}

func (s *ledgerStore) Insert(_ context.Context, in cases.Collection, id string, doc any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, there := s.docs[in][id]; there {
		return cases.ErrExists
	}
	b, err := json.Marshal(doc)
	if s.docs[in] == nil {
		s.docs[in] = map[string][]byte{}
	}
	s.docs[in][id] = b
	return err
}

func (s *ledgerStore) Get(_ context.Context, in cases.Collection, id string, into any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, there := s.docs[in][id]
	if !there {
		return cases.ErrNotFound
	}
	return json.Unmarshal(b, into)
}

func (s *ledgerStore) Delete(_ context.Context, in cases.Collection, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone[in] == nil {
		s.gone[in] = map[string][]byte{}
	}
	if b, there := s.docs[in][id]; there {
		s.gone[in][id] = b
	}
	delete(s.docs[in], id)
	return nil
}

// restore brings back what was deleted.
func (s *ledgerStore) restore() {
	for in, docs := range s.gone {
		maps.Copy(s.docs[in], docs)
	}
}

func (s *ledgerStore) Scan(_ context.Context, in cases.Collection, visit func(string, func(any) error) error) error {
	for _, key := range s.keys(in) {
		s.mu.Lock()
		b := s.docs[in][key]
		s.mu.Unlock()
		if err := visit(key, func(into any) error { return json.Unmarshal(b, into) }); err != nil {
			return err
		}
	}
	return nil
}

func (s *ledgerStore) keys(in cases.Collection) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var keys []string
	for key := range s.docs[in] {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// errCrashed is what an instance that has crashed gets from everything.
var errCrashed = errors.New("the instance has crashed")

// instance is one program on the world's store, with a clock of its own that may
// be wrong, and which may crash in the middle of anything.
type instance struct {
	*ledgerStore
	*Dispatcher
	name string
	off  time.Duration // of its clock on the wall

	mu      sync.Mutex
	crashIn int // operations until it crashes; below 0 for never
	late    bool
	crashed bool
}

// step counts an operation. before and after say on which side of it the instance
// crashes.
func (i *instance) step() (before, after bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.crashed {
		return true, true
	}
	if i.crashIn == 0 {
		i.crashed = true
		return !i.late, true
	}
	if i.crashIn > 0 {
		i.crashIn--
	}
	return false, false
}

func (i *instance) Insert(ctx context.Context, in cases.Collection, id string, doc any) error {
	before, after := i.step()
	if before {
		return errCrashed
	}
	err := i.ledgerStore.Insert(ctx, in, id, doc)
	if after {
		return errCrashed
	}
	return err
}

func (i *instance) Get(ctx context.Context, in cases.Collection, id string, into any) error {
	if before, _ := i.step(); before {
		return errCrashed
	}
	return i.ledgerStore.Get(ctx, in, id, into)
}

// delivery is a letter that a channel was handed.
type delivery struct {
	Letter
	by   *instance
	wall time.Time // by its clock
	err  error     // what the channel said
	open bool      // every clock in it ran
}

// world is everything around the dispatchers.
type world struct {
	t        testing.TB
	board    *cases.Board
	store    *ledgerStore
	now      time.Time
	elapsed  time.Duration
	people   map[string]Person
	drafts   []Draft
	deputies map[string]string
	version  int64
	answer   func(Letter) error // of every channel; nil takes everything
	kinds    []ChannelKind

	mu   sync.Mutex
	sent []delivery
}

// lease is that of every instance.
var lease = leaseOf(sendTimeout)

var worldBegins = time.Date(2026, 1, 12, 6, 0, 0, 0, time.UTC) // a Monday

func newWorld(t testing.TB) *world {
	w := &world{
		t: t, board: cases.NewBoard(), store: newLedgerStore(), now: worldBegins, people: map[string]Person{},
		kinds: []ChannelKind{ChannelEmail, ChannelInbox},
	}
	for name, role := range map[string]workflow.Role{
		"dpo": workflow.RoleNotifier, "anna": workflow.RoleCaseworker, "bo": workflow.RoleCaseworker,
		"sara": workflow.RoleSupervisor, "rut": workflow.RoleRegistrar, "adam": workflow.RoleAdministrator,
	} {
		w.people[name] = Person{
			Account: name, Name: name, Email: name + "@example.org", Language: "sv", Roles: []workflow.Role{role}, Active: true,
			Channels: []ChannelKind{ChannelEmail},
		}
	}
	return w
}

// Person, Deputy and WithRole implement People.
func (w *world) Person(_ context.Context, account string) (Person, error) {
	p, known := w.people[account]
	if !known {
		return Person{}, cases.ErrNotFound
	}
	return p, nil
}

func (w *world) Deputy(_ context.Context, account string) (string, error) {
	return w.deputies[account], nil
}

func (w *world) WithRole(_ context.Context, role workflow.Role) ([]string, error) {
	var out []string
	for name, p := range w.people {
		if p.Active && slices.Contains(p.Roles, role) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out, nil
}

// channel is what an instance hands letters to.
type channel struct {
	w *world
	i *instance
}

func (c channel) Deliver(_ context.Context, l Letter) error {
	before, after := c.i.step()
	if before {
		return errCrashed
	}
	d := delivery{Letter: l, by: c.i, wall: c.w.now.Add(c.i.off), open: true}
	for _, item := range l.Items {
		d.open = d.open && c.w.runs(item)
	}
	if c.w.answer != nil {
		d.err = c.w.answer(l)
	}
	c.w.mu.Lock()
	c.w.sent = append(c.w.sent, d)
	c.w.mu.Unlock()
	if after {
		return errCrashed
	}
	return d.err
}

// runs says whether the clock of an item runs.
func (w *world) runs(item Item) bool {
	if item.Draft != "" {
		return slices.ContainsFunc(w.drafts, func(f Draft) bool { return f.ID == item.Draft })
	}
	c, _ := w.board.Watch(item.Case)
	return slices.ContainsFunc(c.Clocks, func(k cases.DueClock) bool { return k.Kind == item.Clock && k.DueAt.Equal(item.DueAt) })
}

// start starts an instance of the program.
func (w *world) start(name string) *instance {
	law, err := workflow.NewClocks(workflow.ClockSettings{})
	if err != nil {
		w.t.Fatal(err)
	}
	i := &instance{ledgerStore: w.store, name: name, crashIn: -1}
	channels := map[ChannelKind]Channel{}
	for _, kind := range w.kinds {
		channels[kind] = channel{w, i}
	}
	i.Dispatcher = NewDispatcher(Options{
		Store: i, Board: w.board, People: w, Law: func() *workflow.Clocks { return law }, Channels: channels, Logger: slog.New(slog.DiscardHandler), Instance: name,
		Now: func() time.Time { return w.now.Add(i.off) }, Elapsed: func() time.Duration { return w.elapsed },
		Drafts: func(context.Context) ([]Draft, error) { return w.drafts, nil },
		Contact: func(_ context.Context, id string) (string, string, string, error) {
			return "Kontakt", id + "@contact.example", "en", nil
		},
	})
	return i
}

// pass lets an instance make a pass that is to succeed.
func (w *world) pass(i *instance) Round {
	w.t.Helper()
	round := i.RunOnce(w.t.Context())
	if round.Err != nil {
		w.t.Fatalf("pass at %s: %v", w.now, round.Err)
	}
	return round
}

// wait lets time pass.
func (w *world) wait(d time.Duration) { w.now, w.elapsed = w.now.Add(d), w.elapsed+d }

// at waits until an instant.
func (w *world) at(t time.Time) { w.wait(t.Sub(w.now)) }

// put shows a case on the board with its open clocks.
func (w *world) put(id string, clocks ...cases.DueClock) {
	w.version++
	w.board.Put(cases.Summary{
		ID: id, Version: w.version, Number: strings.ToUpper(id), State: workflow.StateInvestigation, Source: cases.SourceNotification,
		Submitter: "dpo", Assignee: "anna", Clocks: clocks,
	})
}

// clock is an open clock, set now.
func (w *world) clock(kind workflow.ClockKind, revision int, due time.Time) cases.DueClock {
	return cases.DueClock{ID: fmt.Sprintf("%s-1", kind), Kind: kind, Revision: revision, SetAt: w.now, DueAt: due}
}

// told is what was delivered, one line for each letter.
func (w *world) told() []string {
	var out []string
	for _, d := range w.sent {
		line := fmt.Sprintf("%s %s:", d.To.Channel, d.To.Name)
		for _, i := range d.Items {
			line += fmt.Sprintf(" %s%s %s %s", i.Case, i.Draft, i.Clock, i.Rung)
			if i.LateSince != nil {
				line += " late since " + i.LateSince.Format("2 Jan 15:04")
			}
			if i.Escalation {
				line += " escalated"
			}
		}
		out = append(out, line)
	}
	return out
}

// endOf is the end of a day in Stockholm, when clocks counted in days run out.
func endOf(month time.Month, day int) time.Time {
	return time.Date(2026, month, day+1, 0, 0, 0, 0, workflow.Stockholm).UTC()
}

// local is an instant by the clock on the wall in Stockholm.
func local(month time.Month, day, hour, minute int) time.Time {
	return time.Date(2026, month, day, hour, minute, 0, 0, workflow.Stockholm).UTC()
}
