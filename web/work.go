package web

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// work is what goes on after the answer was given: batches, which may take longer than
// anybody waits. It ends with the server; what is left then the sweep carries on.
type work struct {
	ctx  context.Context
	stop context.CancelFunc

	mu    sync.Mutex
	ended bool
	going sync.WaitGroup
}

func newWork() *work {
	ctx, stop := context.WithCancel(context.Background())
	return &work{ctx: ctx, stop: stop}
}

// begin does something in the background. The channel closes when it is done, at once
// where the server is at its end already.
func (w *work) begin(do func(context.Context)) <-chan struct{} {
	done := make(chan struct{})
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		close(done)
		return done
	}
	w.going.Go(func() {
		defer close(done)
		do(w.ctx)
	})
	return done
}

// end stops what goes on. Nothing begins after it.
func (w *work) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
	w.stop()
}

// wait waits for what was stopped, until ctx ends.
func (w *work) wait(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		w.going.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// batchWait is how long an answer waits for a batch: most are done by then, and whoever
// began them sees what came of it at once.
const batchWait = 2 * time.Second

// runBatch carries a batch out, and waits a little for it.
func (q *call) runBatch(id string) {
	s := q.s
	done := s.work.begin(func(ctx context.Context) {
		if err := s.opt.Cases.Batches().Run(ctx, id); err != nil && !errors.Is(err, context.Canceled) {
			s.log.LogAttrs(ctx, slog.LevelError, "batch interrupted; the sweep carries it on", slog.String("batch", id), slog.Any("error", err))
		}
	})
	patience := time.NewTimer(batchWait)
	defer patience.Stop()
	select {
	case <-done:
	case <-patience.C:
	case <-q.ctx.Done():
	}
}
