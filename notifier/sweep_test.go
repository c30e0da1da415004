package notifier

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vaka-project/vaka/cases"
)

// sweptCases answers each sweep with the next of its answers, and the last for ever.
type sweptCases struct {
	answers []func() (cases.Swept, error)
	calls   int
}

func (s *sweptCases) Sweep(context.Context) (cases.Swept, error) {
	answer := s.answers[min(s.calls, len(s.answers)-1)]
	s.calls++
	return answer()
}

type sweptAccounts struct {
	at  []time.Time
	err error
}

func (s *sweptAccounts) Sweep(_ context.Context, now time.Time) (int, error) {
	s.at = append(s.at, now)
	return 3, s.err
}

func acted(n int) func() (cases.Swept, error) {
	return func() (cases.Swept, error) { return cases.Swept{Looked: n + 1, Acted: n}, nil }
}

func sweeper(c *sweptCases, a *sweptAccounts, log *bytes.Buffer) *Sweeper {
	return &Sweeper{
		Cases: c, Accounts: a, Every: 10 * time.Second, Now: time.Now,
		Logger: slog.New(slog.NewTextHandler(log, nil)),
	}
}

func TestRunOnce_TellsWhatWasDone(t *testing.T) {
	s := sweeper(&sweptCases{answers: []func() (cases.Swept, error){acted(2)}}, &sweptAccounts{}, &bytes.Buffer{})
	pass := s.RunOnce(t.Context(), time.Now())
	if pass.Err != nil || pass.Cases.Acted != 2 || pass.Cases.Looked != 3 || pass.Cleared != 3 {
		t.Errorf("pass %+v", pass)
	}
}

// Ended sessions are looked for at the first pass and then every ten minutes,
// also after the clock of the machine was set back.
func TestRunOnce_LooksAtSessionsNowAndThen(t *testing.T) {
	accounts := &sweptAccounts{}
	s := sweeper(&sweptCases{answers: []func() (cases.Swept, error){acted(0)}}, accounts, &bytes.Buffer{})
	start := time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)
	for _, after := range []time.Duration{0, time.Minute, 10 * time.Minute, 11 * time.Minute, -time.Hour, -59 * time.Minute} {
		s.RunOnce(t.Context(), start.Add(after))
	}
	want := []time.Time{start, start.Add(10 * time.Minute), start.Add(-time.Hour)}
	if len(accounts.at) != len(want) {
		t.Fatalf("looked at %v, want %v", accounts.at, want)
	}
	for i := range want {
		if !accounts.at[i].Equal(want[i]) {
			t.Errorf("look %d at %v, want %v", i, accounts.at[i], want[i])
		}
	}
}

// One room that fails keeps nothing from the other.
func TestRunOnce_KeepsEveryError(t *testing.T) {
	inCases, inAccounts := errors.New("no cases"), errors.New("no accounts")
	s := sweeper(&sweptCases{answers: []func() (cases.Swept, error){
		func() (cases.Swept, error) { return cases.Swept{Looked: 5, Acted: 4, Failed: 1}, inCases },
	}}, &sweptAccounts{err: inAccounts}, &bytes.Buffer{})
	pass := s.RunOnce(t.Context(), time.Now())
	if !errors.Is(pass.Err, inCases) || !errors.Is(pass.Err, inAccounts) || pass.Cases.Acted != 4 {
		t.Errorf("pass %+v", pass)
	}
}

func TestRun_GoesOnAfterAPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		swept := &sweptCases{answers: []func() (cases.Swept, error){
			func() (cases.Swept, error) { panic("a nil map") }, acted(1),
		}}
		accounts, log := &sweptAccounts{}, &bytes.Buffer{}
		s := sweeper(swept, accounts, log)
		var passes []Pass
		s.Passed = func(p Pass) { passes = append(passes, p) }
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); s.Run(ctx) }()

		time.Sleep(25 * time.Second) // in the bubble's own time: passes at 0, 10 and 20 s
		synctest.Wait()
		cancel()
		<-ended

		if len(passes) != 3 {
			t.Fatalf("%d passes, want 3", len(passes))
		}
		if passes[0].Err == nil || passes[1].Err != nil || passes[1].Cases.Acted != 1 {
			t.Errorf("passes %+v", passes)
		}
		if len(accounts.at) != 1 {
			t.Error("the panic kept the other room from being swept")
		}
		for _, part := range []string{"level=ERROR", "a nil map", "sweep_test.go", "acted=1"} {
			if !strings.Contains(log.String(), part) {
				t.Errorf("the log lacks %q:\n%s", part, log)
			}
		}
	})
}

// The end of the program in the middle of a pass is not reported as a failure.
func TestRun_EndsQuietly(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	log := &bytes.Buffer{}
	s := sweeper(&sweptCases{answers: []func() (cases.Swept, error){
		func() (cases.Swept, error) { cancel(); return cases.Swept{}, context.Canceled },
	}}, &sweptAccounts{}, log)
	s.Run(ctx)
	if log.Len() > 0 {
		t.Errorf("the log reads\n%s", log)
	}
}
