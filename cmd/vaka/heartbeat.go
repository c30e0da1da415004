package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/vaka-project/vaka/cases"
)

const (
	beatEvery  = time.Minute
	beatPrefix = "heartbeat/" // of the ids in Meta, before the instance
	// beatsKept is how long the last beat of an instance that is gone is kept.
	beatsKept = 30 * 24 * time.Hour
	// gapText is what everybody is told of a gap until somebody knows more.
	gapText = "Tjänsten gick inte att nå. / The service could not be reached."
)

// heartbeat is the document by which an instance tells that it lives.
type heartbeat struct {
	At time.Time `json:"at"`
}

// heart tells that an instance lives, and finds out when none did.
type heart struct {
	store    cases.Store
	outages  *cases.Outages
	instance string
	most     time.Duration // the longest silence that is no outage
}

// beat records an outage where no instance has lived for too long, and then lets this
// one tell that it lives until beside ends.
func (p *Program) beat(ctx, beside context.Context, working *sync.WaitGroup) error {
	h := heart{store: p.Store, outages: p.Cases.Outages(), instance: cases.NewID(time.Now()), most: time.Duration(p.options.Config.OutageMinutes) * time.Minute}
	if err := h.begin(ctx, time.Now()); err != nil {
		return err
	}
	working.Go(func() {
		tick := time.NewTicker(beatEvery)
		defer tick.Stop()
		for {
			select {
			case <-beside.Done():
				return
			case now := <-tick.C:
				if err := h.tell(beside, now); err != nil && beside.Err() == nil {
					p.options.Logger.WarnContext(beside, "the heartbeat was not written", slog.Any("error", err))
				}
			}
		}
	})
	return nil
}

// begin looks for a gap that ends now, before the first beat of this instance closes
// it. The first start of an installation follows no beat and so ends no gap.
func (h heart) begin(ctx context.Context, now time.Time) error {
	var newest time.Time
	var gone []string
	err := h.store.Scan(ctx, cases.Meta, func(id string, decode func(any) error) error {
		if !strings.HasPrefix(id, beatPrefix) {
			return nil
		}
		var b heartbeat
		if err := decode(&b); err != nil {
			return err
		}
		if b.At.After(newest) {
			newest = b.At
		}
		if now.Sub(b.At) > beatsKept {
			gone = append(gone, id)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading the heartbeats: %w", err)
	}
	if !newest.IsZero() && now.Sub(newest) > h.most {
		if _, err := h.outages.RecordGap(ctx, newest, now, gapText); err != nil {
			return fmt.Errorf("recording an outage: %w", err)
		}
	}
	for _, id := range gone {
		if err := h.store.Delete(ctx, cases.Meta, id); err != nil {
			return fmt.Errorf("forgetting the heartbeat of an instance that is gone: %w", err)
		}
	}
	return h.tell(ctx, now)
}

// tell writes that this instance lives.
func (h heart) tell(ctx context.Context, now time.Time) error {
	at := now.UTC().Truncate(time.Millisecond)
	if err := h.store.Put(ctx, cases.Meta, beatPrefix+h.instance, heartbeat{At: at}); err != nil {
		return fmt.Errorf("writing the heartbeat: %w", err)
	}
	return nil
}
