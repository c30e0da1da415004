package main

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/vaka-project/vaka/cases"
)

const (
	// patience is how long an announced event may take to appear. An instance
	// announces before it appends; one that ended in between never appends, and
	// whatever it may yet have written is found when its record is next read.
	patience = 10 * time.Second
	// lookAgain is the time between two looks for events that are not there yet.
	lookAgain = 100 * time.Millisecond
	// readers is how many records are read at once: a database across a network
	// answers slowly, and many at a time.
	readers = 8
)

// follower takes in what other instances announce. Notices are only noted as
// they come, so that the feed is never held up by the reading of a record.
type follower struct {
	refresh func(context.Context, cases.Notice) (done bool, err error)
	logger  *slog.Logger

	mu      sync.Mutex
	waiting map[string]announced // by record
	wake    chan struct{}
}

// announced is what is known of a record that another instance changes.
type announced struct {
	seq   int64
	until time.Time // when to give up
}

func newFollower(refresh func(context.Context, cases.Notice) (bool, error), logger *slog.Logger) *follower {
	return &follower{refresh: refresh, logger: logger, waiting: map[string]announced{}, wake: make(chan struct{}, 1)}
}

// note keeps a notice until its event has been taken in, or patience ends.
func (f *follower) note(n cases.Notice) {
	f.mu.Lock()
	f.waiting[n.Record] = announced{seq: max(n.Seq, f.waiting[n.Record].seq), until: time.Now().Add(patience)}
	f.mu.Unlock()
	select {
	case f.wake <- struct{}{}:
	default: // it is awake, or will be
	}
}

// run takes in what was noted until ctx ends.
func (f *follower) run(ctx context.Context) {
	again := time.NewTimer(lookAgain)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.wake:
		case <-again.C:
		}
		if f.round(ctx) {
			again.Reset(lookAgain)
		} else {
			again.Stop()
		}
	}
}

// round looks once at every record that waits. It says whether some still do.
func (f *follower) round(ctx context.Context) bool {
	f.mu.Lock()
	due := maps.Clone(f.waiting)
	f.mu.Unlock()
	slots := make(chan struct{}, readers)
	var reading sync.WaitGroup
	for record, a := range due {
		slots <- struct{}{}
		reading.Go(func() {
			defer func() { <-slots }()
			f.take(ctx, record, a)
		})
	}
	reading.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.waiting) > 0
}

// take looks once at one record. An event that is not there is given up after
// patience; a store that cannot be asked is asked again for as long as it takes,
// since what it holds would otherwise be missed.
func (f *follower) take(ctx context.Context, record string, a announced) {
	done, err := f.refresh(ctx, cases.Notice{Record: record, Seq: a.seq})
	unreachable := errors.Is(err, cases.ErrUnavailable) || errors.Is(err, context.DeadlineExceeded)
	switch {
	case ctx.Err() != nil || unreachable:
		return
	case err != nil:
		f.logger.ErrorContext(ctx, "a change of another instance cannot be read", "record", record, "seq", a.seq, "error", err)
	case !done && time.Now().Before(a.until):
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.waiting[record].seq == a.seq {
		delete(f.waiting, record)
	}
}
