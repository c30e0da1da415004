package notifiertest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/cases/casestest"
	"github.com/vaka-project/vaka/notifier"
)

// Engine is a store under test, fresh and empty.
type Engine struct {
	Store cases.Store
	// Another opens the same data for a further instance. It is nil for an engine
	// that only one instance can have open: two dispatchers share it then.
	Another func() cases.Store
}

// Run holds reminding on an engine against what it promises. open is called for
// each part with a fresh engine, and uses t.Cleanup to close it.
func Run(t *testing.T, open func(t *testing.T) Engine) {
	for _, p := range []struct {
		name string
		test func(*testing.T, Engine)
	}{
		{"instances share the work", shareTheWork},
		{"a crash leaves its letter to another after the lease", crashes},
		{"a clock that is set back repeats nothing", setBack},
		{"a restart knows what was done", restarts},
		{"a mail server that is down for a day", downForADay},
		{"a mail server that hangs up after the text", hangsUp},
		{"who cannot be reached is seen and stops nobody", unreachable},
		{"a webhook that answers too late", lateWebhook},
	} {
		t.Run(p.name, func(t *testing.T) { p.test(t, open(t)) })
	}
}

// Two instances whose clocks are five seconds apart find the same reminders due at
// the same moment: each person is told once, by either.
func shareTheWork(t *testing.T, e Engine) {
	s, out := newScene(t, e), &paper{}
	s.channels[notifier.ChannelEmail] = out
	s.each(40)
	a, b := s.start(e.Store, 0), s.start(s.another(), 5*time.Second)
	s.until(morning.Add(-3 * time.Second)) // it has come by the clock of b alone
	if round := s.pass(a); round.Reached != 0 {
		t.Errorf("before the time: %+v", round)
	}
	s.wait(3 * time.Second)
	together(
		func() { s.pass(a) },
		func() { s.pass(b) },
	)
	for range 2 { // each learns what became of the other's
		s.wait(afterLease)
		s.pass(a)
		s.pass(b)
	}
	counts := out.counts()
	for n := range 40 {
		if who := fmt.Sprintf("p%02d", n); counts[who] != 1 {
			t.Errorf("%s was told %d times", who, counts[who])
		}
	}
	if f, g := a.Figures(), b.Figures(); f.Due+g.Due != 0 {
		t.Errorf("still due: %+v and %+v", f, g)
	}
	for who, outcome := range s.outcomes(a) {
		if outcome != "SENT" {
			t.Errorf("%s: %s", who, outcome)
		}
	}
}

func together(do ...func()) {
	var working sync.WaitGroup
	for _, f := range do {
		working.Go(f)
	}
	working.Wait()
}

// Wherever an instance crashes, another one carries on: at once where nothing was
// begun, after the lease where something was, and under the same name. A letter goes
// out twice only where nobody could know whether it had gone out.
func crashes(t *testing.T, e Engine) {
	receipt := func(in cases.Collection, id string) bool { return in == cases.Letters && strings.HasSuffix(id, "/r") }
	letter := func(in cases.Collection, id string) bool { return in == cases.Letters && !strings.Contains(id, "/") }
	claim := func(in cases.Collection, id string) bool { return in == cases.Reminders && strings.Count(id, "/") == 4 }
	rung := func(in cases.Collection, id string) bool { return in == cases.Reminders && strings.Count(id, "/") == 3 }
	for n, c := range []struct {
		name  string
		match func(cases.Collection, string) bool
		mode  casestest.Mode
		soon  int // how often everybody was told before the lease ran out
		late  int // and after it
	}{
		{"before anything was written", rung, casestest.NotWritten, 1, 1},
		{"after it was written who is told", rung, casestest.Unacknowledged, 1, 1},
		{"before a letter was begun", letter, casestest.NotWritten, 1, 1},
		{"after a letter was begun", letter, casestest.Unacknowledged, 0, 1},
		{"before a letter was claimed", claim, casestest.NotWritten, 0, 1},
		{"after a letter was claimed", claim, casestest.Unacknowledged, 0, 1},
		{"before the receipt", receipt, casestest.NotWritten, 1, 2},
		{"after the receipt", receipt, casestest.Unacknowledged, 1, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, out := newScene(t, e), &paper{}
			s.channels[notifier.ChannelEmail] = out
			who := fmt.Sprintf("q%d", n) // the parts share the engine
			s.person(who)
			s.held = make([]cases.Summary, n) // numbers of their own
			s.hold(who)
			s.held = s.held[n:]
			faulty := casestest.NewFaulty(e.Store)
			a, b := s.start(faulty, 0), s.start(s.another(), -time.Hour)
			s.pass(b) // it has read the ledger before the other one crashes
			s.until(morning.Add(time.Hour))
			// The receipt of a try that failed inside is one more write that does not
			// come about, for the instance is gone.
			faulty.Inject(casestest.Fault{Op: casestest.Insert, Mode: c.mode, Match: c.match, Times: 1})
			if !receiptFault(c.name) {
				faulty.Inject(casestest.Fault{Op: casestest.Insert, Match: receipt})
			}
			a.RunOnce(t.Context())
			s.wait(withinLease)
			s.pass(b)
			if got := out.counts()[who]; got != c.soon {
				t.Errorf("told %d times before the lease had run out, want %d", got, c.soon)
			}
			s.wait(afterLease)
			s.pass(b)
			s.wait(afterLease)
			s.pass(b)
			if got := out.counts()[who]; got != c.late {
				t.Errorf("told %d times in the end, want %d", got, c.late)
			}
			for _, id := range out.ids[who] {
				if id != out.ids[who][0] {
					t.Errorf("told under two names: %v", out.ids[who])
				}
			}
			if outcome := s.outcomes(b)[who]; outcome != "SENT" {
				t.Errorf("in the end %q", outcome)
			}
		})
	}
}

func receiptFault(name string) bool { return strings.HasSuffix(name, "the receipt") }

// A clock that is set back by an hour while reminders are under way costs time at
// most: what went out does not go out again, and what is to come comes.
func setBack(t *testing.T, e Engine) {
	s, out := newScene(t, e), &paper{}
	s.channels[notifier.ChannelEmail] = out
	s.each(3)
	s.person("sara", func(p *notifier.Person) { p.Roles = supervisor })
	a := s.start(e.Store, 0)
	s.until(morning)
	s.pass(a)
	s.set(-time.Hour)
	b := s.start(s.another(), 0) // and a new instance knows no other time
	for range 13 {
		s.pass(a)
		s.pass(b)
		s.wait(5 * time.Minute)
	}
	if diff := cmp.Diff(map[string]int{"p00": 1, "p01": 1, "p02": 1}, out.counts()); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	s.until(morning.Add(24 * time.Hour))
	together(func() { s.pass(a) }, func() { s.pass(b) })
	s.wait(afterLease)
	s.pass(a)
	s.pass(b)
	if got := out.counts()["sara"]; got != 1 {
		t.Errorf("the supervisor was told %d times, of three cases in one letter", got)
	}
}

// A start finds in the ledger what was done before it, and what was not.
func restarts(t *testing.T, e Engine) {
	s, out := newScene(t, e), &paper{fail: map[string]error{"p02": errors.New("down")}}
	s.channels[notifier.ChannelEmail] = out
	s.each(3)
	s.until(morning)
	if round := s.pass(s.start(e.Store, 0)); round.Sent != 2 || round.Failed != 1 {
		t.Errorf("round %+v", round)
	}
	out.fail = nil
	s.wait(afterLease)
	again := s.start(s.another(), 0)
	if round := s.pass(again); round.Sent != 1 || round.Reached != 0 {
		t.Errorf("round after the restart %+v", round)
	}
	s.pass(again)
	if diff := cmp.Diff(map[string]int{"p00": 1, "p01": 1, "p02": 2}, out.counts()); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	if ids := out.ids["p02"]; ids[0] != ids[1] {
		t.Errorf("tried again under another name: %v", ids)
	}
}
