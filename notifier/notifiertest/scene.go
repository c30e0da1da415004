package notifiertest

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/notifier"
	"github.com/vaka-project/vaka/workflow"
)

// began is when every part begins: a Monday morning before any reminder.
var began = time.Date(2026, 1, 12, 6, 0, 0, 0, time.UTC)

var supervisor = []workflow.Role{workflow.RoleSupervisor}

// morning is when what [scene.hold] begins comes due: at eight of the last day.
var morning = time.Date(2026, 1, 13, 7, 0, 0, 0, time.UTC)

// The dispatcher leaves a try that is under way alone for a lease of four minutes.
const (
	withinLease = 2 * time.Minute
	afterLease  = 10 * time.Minute
)

// scene is an authority whose people wait for reminders: its cases, and a clock
// that passes as the test says.
type scene struct {
	testing.TB
	engine   Engine
	law      *workflow.Clocks
	channels map[notifier.ChannelKind]notifier.Channel

	mu      sync.Mutex
	now     time.Time
	elapsed time.Duration
	people  map[string]notifier.Person
	held    []cases.Summary
	boards  []*cases.Board
}

func newScene(t testing.TB, e Engine) *scene {
	law, err := workflow.NewClocks(workflow.ClockSettings{})
	if err != nil {
		t.Fatal(err)
	}
	return &scene{TB: t, engine: e, law: law, now: began, people: map[string]notifier.Person{}, channels: map[notifier.ChannelKind]notifier.Channel{}}
}

// person adds somebody who is reminded by e-mail.
func (s *scene) person(account string, change ...func(*notifier.Person)) {
	p := notifier.Person{
		Account: account, Name: account, Email: account + "@example.org", Language: "sv", Roles: []workflow.Role{workflow.RoleCaseworker},
		Active: true, Channels: []notifier.ChannelKind{notifier.ChannelEmail},
	}
	for _, f := range change {
		f(&p)
	}
	s.people[account] = p
}

// hold gives somebody a case whose triage is due on the next day: they are reminded
// on that morning, and the supervisors a working day later.
func (s *scene) hold(account string) {
	n := len(s.held) + 1
	c := cases.Summary{
		ID: fmt.Sprintf("case%03d", n), Version: 1, Number: fmt.Sprintf("PUI-2026-%d", n), State: workflow.StateRegistered, Source: cases.SourceTip,
		Assignee: account, Clocks: []cases.DueClock{{
			ID: "TRIAGE_P1-1", Kind: workflow.ClockTriageP1, Revision: 1, SetAt: s.now,
			DueAt: time.Date(2026, 1, 14, 0, 0, 0, 0, workflow.Stockholm).UTC(),
		}},
	}
	s.held = append(s.held, c)
	for _, board := range s.boards {
		board.Put(c)
	}
}

// each makes so many people who hold a case each.
func (s *scene) each(n int) {
	for i := range n {
		account := fmt.Sprintf("p%02d", i)
		s.person(account)
		s.hold(account)
	}
}

// Person, Deputy and WithRole implement notifier.People.
func (s *scene) Person(_ context.Context, account string) (notifier.Person, error) {
	p, known := s.people[account]
	if !known {
		return notifier.Person{}, cases.ErrNotFound
	}
	return p, nil
}

// Deputy is nobody's: that is for tests that need no engine.
func (s *scene) Deputy(context.Context, string) (string, error) { return "", nil }

// WithRole are the accounts that hold a role.
func (s *scene) WithRole(_ context.Context, role workflow.Role) ([]string, error) {
	var out []string
	for account, p := range s.people {
		if slices.Contains(p.Roles, role) {
			out = append(out, account)
		}
	}
	slices.Sort(out)
	return out, nil
}

// start starts an instance on a store, with a clock that is wrong by so much and a
// board of its own.
func (s *scene) start(store cases.Store, wrong time.Duration) *notifier.Dispatcher {
	board := cases.NewBoard()
	for _, c := range s.held {
		board.Put(c)
	}
	s.boards = append(s.boards, board)
	return notifier.NewDispatcher(notifier.Options{
		Store: store, Board: board, People: s, Law: func() *workflow.Clocks { return s.law }, Channels: s.channels,
		Logger: slog.New(slog.DiscardHandler), Instance: fmt.Sprintf("instance-%d", len(s.boards)),
		Now:     func() time.Time { s.mu.Lock(); defer s.mu.Unlock(); return s.now.Add(wrong) },
		Elapsed: func() time.Duration { s.mu.Lock(); defer s.mu.Unlock(); return s.elapsed },
	})
}

// another is the store as a further instance has it.
func (s *scene) another() cases.Store {
	if s.engine.Another == nil {
		return s.engine.Store
	}
	return s.engine.Another()
}

// wait lets time pass.
func (s *scene) wait(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now, s.elapsed = s.now.Add(d), s.elapsed+d
}

// set sets the clocks on the walls, by which no time passes.
func (s *scene) set(by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(by)
}

// until waits until an instant.
func (s *scene) until(t time.Time) { s.wait(t.Sub(s.now)) }

// pass lets an instance make a pass in which nothing inside may fail.
func (s *scene) pass(d *notifier.Dispatcher) notifier.Round {
	s.Helper()
	round := d.RunOnce(s.Context())
	if round.Err != nil {
		s.Fatalf("pass at %s: %v", s.now, round.Err)
	}
	return round
}

// outcomes are how the letters of the ledger ended, by whom they are to.
func (s *scene) outcomes(d *notifier.Dispatcher) map[string]string {
	s.Helper()
	letters, err := d.Recent(s.Context(), -1)
	if err != nil {
		s.Fatal(err)
	}
	out := map[string]string{}
	for _, l := range letters {
		line := string(l.Outcome)
		for _, r := range l.Results {
			if r.Reason != "" {
				line += " " + string(r.Reason)
			}
		}
		if out[l.Account] != "" {
			line = out[l.Account] + ", " + line
		}
		out[l.Account] = line
	}
	return out
}

// paper is a channel that writes down whom it reached with which letter.
type paper struct {
	mu   sync.Mutex
	ids  map[string][]string // letters by account
	fail map[string]error    // by account
}

// Deliver implements notifier.Channel.
func (p *paper) Deliver(_ context.Context, l notifier.Letter) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ids == nil {
		p.ids = map[string][]string{}
	}
	p.ids[l.To.Account] = append(p.ids[l.To.Account], l.ID)
	return p.fail[l.To.Account]
}

// counts are how often each account was reached.
func (p *paper) counts() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := map[string]int{}
	for account, ids := range p.ids {
		out[account] = len(ids)
	}
	return out
}
