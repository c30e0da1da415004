package main

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// spread is how long requests took, seen from the client.
type spread struct {
	p50, p99 time.Duration
	rate     float64 // per second, over all clients
	n        int
}

// into is the spread as a row of the table.
func (s spread) into(what string, cases int, wanted string) row {
	return row{what: what, cases: cases, p50: s.p50, p99: s.p99, rate: s.rate, wanted: wanted}
}

// limit ends a load after so many requests, or after a time, whichever is first.
type limit struct {
	requests int
	time     time.Duration
}

// load lets clients send requests one after the other, each its own, until the
// limit. one is told the client and the number of the request.
func load(ctx context.Context, clients int, l limit, one func(client, i int) error) (spread, error) {
	ctx, cancel := context.WithTimeout(ctx, l.time)
	defer cancel()
	var next atomic.Int64
	took := make([][]time.Duration, clients)
	errs := make([]error, clients)
	var working sync.WaitGroup
	began := time.Now()
	for client := range clients {
		working.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= l.requests {
					return
				}
				sent := time.Now()
				if err := one(client, i); err != nil {
					errs[client] = err
					cancel()
					return
				}
				took[client] = append(took[client], time.Since(sent))
			}
		})
	}
	working.Wait()
	all := time.Since(began)
	times := slices.Concat(took...)
	if err := errors.Join(errs...); err != nil || len(times) == 0 {
		return spread{}, errors.Join(err, ctx.Err())
	}
	slices.Sort(times)
	return spread{
		p50: times[len(times)/2], p99: times[len(times)*99/100],
		rate: float64(len(times)) / all.Seconds(), n: len(times),
	}, nil
}
