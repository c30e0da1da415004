package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vaka-project/vaka/cases"
)

// instance is what another instance's records look like from here: each has the
// event that it has, or fails.
type instance struct {
	mu    sync.Mutex
	there map[string]int64
	fails map[string]error
	asked map[string]int
	taken map[string]int64
}

func (i *instance) refresh(_ context.Context, n cases.Notice) (bool, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.asked[n.Record]++
	if err := i.fails[n.Record]; err != nil {
		return false, err
	}
	if i.there[n.Record] < n.Seq {
		return false, nil
	}
	i.taken[n.Record] = i.there[n.Record]
	return true, nil
}

func (i *instance) set(record string, seq int64, err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.there[record], i.fails[record] = seq, err
}

func (i *instance) was(record string) (taken int64, asked int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.taken[record], i.asked[record]
}

func TestFollower(t *testing.T) {
	for name, check := range map[string]func(t *testing.T, f *follower, i *instance, log *bytes.Buffer){
		"an event that is there is taken in at once": func(t *testing.T, f *follower, i *instance, _ *bytes.Buffer) {
			i.set("a", 3, nil)
			f.note(cases.Notice{Record: "a", Seq: 3})
			synctest.Wait()
			if taken, asked := i.was("a"); taken != 3 || asked != 1 {
				t.Errorf("took %d after asking %d times", taken, asked)
			}
		},
		"one that comes later is waited for": func(t *testing.T, f *follower, i *instance, _ *bytes.Buffer) {
			f.note(cases.Notice{Record: "a", Seq: 1})
			time.Sleep(9 * time.Second)
			i.set("a", 1, nil)
			time.Sleep(lookAgain)
			synctest.Wait()
			if taken, _ := i.was("a"); taken != 1 {
				t.Error("it was not taken in")
			}
		},
		"one that never comes is given up": func(t *testing.T, f *follower, i *instance, log *bytes.Buffer) {
			f.note(cases.Notice{Record: "a", Seq: 1})
			time.Sleep(patience + time.Second)
			_, before := i.was("a")
			time.Sleep(time.Minute)
			if _, after := i.was("a"); after != before || before < 50 {
				t.Errorf("asked %d times, and then %d", before, after)
			}
			if log.Len() > 0 {
				t.Errorf("logged %s", log)
			}
		},
		"a store that cannot be asked is asked for as long as it takes": func(t *testing.T, f *follower, i *instance, _ *bytes.Buffer) {
			i.set("a", 0, fmt.Errorf("reading: %w", cases.ErrUnavailable))
			f.note(cases.Notice{Record: "a", Seq: 1})
			time.Sleep(10 * patience)
			i.set("a", 1, nil)
			time.Sleep(lookAgain)
			synctest.Wait()
			if taken, _ := i.was("a"); taken != 1 {
				t.Error("the outage lost the change")
			}
		},
		"what cannot be read is said once": func(t *testing.T, f *follower, i *instance, log *bytes.Buffer) {
			i.set("a", 0, errors.New("no such kind of event"))
			f.note(cases.Notice{Record: "a", Seq: 1})
			time.Sleep(patience)
			synctest.Wait()
			if _, asked := i.was("a"); asked != 1 || strings.Count(log.String(), "no such kind of event") != 1 {
				t.Errorf("asked %d times, logged %s", asked, log)
			}
		},
		"a later notice is not lost behind an earlier one": func(t *testing.T, f *follower, i *instance, _ *bytes.Buffer) {
			i.set("a", 1, nil)
			f.note(cases.Notice{Record: "a", Seq: 2})
			f.note(cases.Notice{Record: "a", Seq: 1})
			time.Sleep(time.Second)
			i.set("a", 2, nil)
			time.Sleep(lookAgain)
			synctest.Wait()
			if taken, _ := i.was("a"); taken != 2 {
				t.Errorf("took %d", taken)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				i := &instance{there: map[string]int64{}, fails: map[string]error{}, asked: map[string]int{}, taken: map[string]int64{}}
				var log bytes.Buffer
				f := newFollower(i.refresh, slog.New(slog.NewTextHandler(&log, nil)))
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan struct{})
				go func() { defer close(ended); f.run(ctx) }()
				check(t, f, i, &log)
				cancel()
				<-ended
			})
		})
	}
}
