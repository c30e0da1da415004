package notifier

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/vaka-project/vaka/cases"
)

// accountsEvery is the time between two looks for ended sessions. They open
// nothing once they have ended, so they may lie about for a while; and looking
// reads all of them.
const accountsEvery = 10 * time.Minute

// Cases is what a pass asks of the cases room.
type Cases interface {
	// Sweep takes every step that a rule of the system is due to take. It returns
	// what it did even when it also returns an error.
	Sweep(ctx context.Context) (cases.Swept, error)
}

// Accounts is what a pass asks of the auth room.
type Accounts interface {
	// Sweep deletes what has ended by now, and says how many documents that were.
	Sweep(ctx context.Context, now time.Time) (int, error)
}

// Sweeper makes passes. Its fields are set before Run and not changed after.
type Sweeper struct {
	Cases    Cases
	Accounts Accounts
	Every    time.Duration // between the beginnings of two passes; above 0
	Now      func() time.Time
	Logger   *slog.Logger
	Passed   func(Pass) // told of each pass that Run made, after it; may be nil

	accountsAt time.Time // when ended sessions were last looked for
}

// Pass is what one pass did and how long it took.
type Pass struct {
	Cases   cases.Swept
	Cleared int // documents of ended sessions and tokens that were deleted
	Took    time.Duration
	Err     error // the parts that failed, joined; what they left comes in the next pass
}

// Run makes a pass at once, so that what became due while the program was down
// is done first, and then one every Every, until ctx ends. It logs what each
// pass did, when that was anything.
func (s *Sweeper) Run(ctx context.Context) {
	tick := time.NewTicker(s.Every)
	defer tick.Stop()
	for {
		pass := s.RunOnce(ctx, s.Now())
		if ctx.Err() != nil {
			return // a pass that was cut short by the end is no failure
		}
		s.report(ctx, pass)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// RunOnce makes one pass. now is the instant for which ended sessions are
// judged; cases are judged by the clock of their own room. It is not to be
// called from two goroutines at once.
func (s *Sweeper) RunOnce(ctx context.Context, now time.Time) Pass {
	var pass Pass
	began := time.Now()
	inCases := guarded("cases", func() (err error) {
		pass.Cases, err = s.Cases.Sweep(ctx)
		return err
	})
	var inAccounts error
	if s.accountsAt.IsZero() || now.Sub(s.accountsAt) >= accountsEvery || now.Before(s.accountsAt) {
		s.accountsAt = now
		inAccounts = guarded("sessions", func() (err error) {
			pass.Cleared, err = s.Accounts.Sweep(ctx, now)
			return err
		})
	}
	pass.Took, pass.Err = time.Since(began), errors.Join(inCases, inAccounts)
	return pass
}

// guarded runs one part of a pass and turns a panic into an error that holds the
// stack, so that the other part and the next pass still run.
func guarded(what string, part func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("sweeping %s: panic: %v\n%s", what, p, debug.Stack())
		}
	}()
	if err := part(); err != nil {
		return fmt.Errorf("sweeping %s: %w", what, err)
	}
	return nil
}

func (s *Sweeper) report(ctx context.Context, pass Pass) {
	if s.Passed != nil {
		s.Passed(pass)
	}
	level, message := slog.LevelDebug, "swept"
	switch {
	case pass.Err != nil:
		level, message = slog.LevelError, "a sweep failed in part; the next one tries again"
	case pass.Cases.Acted > 0 || pass.Cleared > 0:
		level = slog.LevelInfo
	}
	attributes := []slog.Attr{
		slog.Int("looked", pass.Cases.Looked), slog.Int("acted", pass.Cases.Acted),
		slog.Int("failed", pass.Cases.Failed), slog.Int("cleared", pass.Cleared),
		slog.Int64("milliseconds", pass.Took.Milliseconds()),
	}
	if pass.Err != nil {
		attributes = append(attributes, slog.String("error", pass.Err.Error()))
	}
	s.Logger.LogAttrs(ctx, level, message, attributes...)
}
