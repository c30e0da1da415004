package casestest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/cases"
)

// race lets n goroutines start do at once and returns their answers.
func race(n int, do func(i int) error) []error {
	answers := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			answers[i] = do(i)
		})
	}
	close(start)
	wg.Wait()
	return answers
}

// winner is the one whose answer is nil; all others must have the sentinel.
func winner(t *testing.T, answers []error, sentinel error) int {
	t.Helper()
	won := -1
	for i, err := range answers {
		switch {
		case err == nil && won >= 0:
			t.Fatalf("writers %d and %d both won", won, i)
		case err == nil:
			won = i
		case !errors.Is(err, sentinel):
			t.Fatalf("writer %d: got %v, want %v", i, err, sentinel)
		}
	}
	if won < 0 {
		t.Fatal("nobody won")
	}
	return won
}

const racers = 64

func raceForKey(t *testing.T, id string, storeOf func(i int) cases.Store) {
	t.Helper()
	changes := make([]cases.Change, racers)
	for i := range changes {
		changes[i] = change(t, id, &Tally{}, int64(i))
	}
	won := winner(t, race(racers, func(i int) error {
		return storeOf(i).Append(t.Context(), changes[i:i+1])[0]
	}), cases.ErrExists)
	events, err := storeOf(0).Events(t.Context(), id, 1)
	must(t, err)
	if len(events) != 1 || events[0].Header != changes[won].Event.Header {
		t.Fatalf("the event is not the winner's: %d events", len(events))
	}
	got, err := Tallies(storeOf(1)).Load(t.Context(), id)
	must(t, err)
	if got.Sum != int64(won) {
		t.Fatalf("the record is not the winner's: %d, want %d", got.Sum, won)
	}
}

func oneWinner(t *testing.T, e Engine) {
	for n := range 5 {
		raceForKey(t, record(n), func(int) cases.Store { return e.Store })
	}
}

func oneWinnerOfTwoInstances(t *testing.T, e Engine) {
	if e.Another == nil {
		t.Skip("one instance only: opening a second is refused, which the engine's own tests check")
	}
	stores := [2]cases.Store{e.Store, e.Another(t)}
	for n := range 5 {
		raceForKey(t, record(n), func(i int) cases.Store { return stores[i%2] })
	}
}

func oneInsertWins(t *testing.T, e Engine) {
	type session struct {
		Writer int `json:"writer"`
	}
	won := winner(t, race(racers, func(i int) error {
		return e.Store.Insert(t.Context(), cases.Sessions, "s", session{i})
	}), cases.ErrExists)
	var got session
	must(t, e.Store.Get(t.Context(), cases.Sessions, "s", &got))
	if got.Writer != won {
		t.Fatalf("the document is writer %d's, but %d was told it won", got.Writer, won)
	}
}

func batchAnswers(t *testing.T, e Engine) {
	must(t, appendOne(t, e.Store, change(t, "old", &Tally{}, 1, cases.Claim{In: cases.Numbers, ID: "N-1"})))
	changes := []cases.Change{
		change(t, "a", &Tally{}, 1),
		change(t, "old", &Tally{}, 2),
		change(t, "b", &Tally{}, 3, cases.Claim{In: cases.Numbers, ID: "N-2"}),
		change(t, "c", &Tally{}, 4, cases.Claim{In: cases.Numbers, ID: "N-1"}),
		change(t, "d", &Tally{}, 5, cases.Claim{In: cases.Numbers, ID: "N-3"}),
	}
	answers := e.Store.Append(t.Context(), changes)
	for i, sentinel := range []error{nil, cases.ErrExists, nil, cases.ErrNumberTaken, nil} {
		want(t, fmt.Sprintf("change %d", i), answers[i], sentinel)
	}
	for id, sum := range map[string]int64{"a": 1, "old": 1, "b": 3, "d": 5} {
		got, err := Tallies(e.Store).Load(t.Context(), id)
		must(t, err)
		if got.Sum != sum {
			t.Errorf("%s is %d, want %d", id, got.Sum, sum)
		}
	}
	_, err := Tallies(e.Store).Load(t.Context(), "c")
	want(t, "the refused record", err, cases.ErrNotFound)
	if got := e.Store.Append(t.Context(), nil); len(got) != 0 {
		t.Errorf("no changes have %d answers", len(got))
	}
}

func claimTaken(t *testing.T, e Engine) {
	type number struct {
		Case string `json:"case"`
	}
	claims := func(id string) []cases.Claim {
		return []cases.Claim{{In: cases.Numbers, ID: "2026-1", Doc: number{id}}}
	}
	changes := make([]cases.Change, racers)
	for i := range changes {
		changes[i] = change(t, record(i), &Tally{}, 1, claims(record(i))...)
	}
	won := winner(t, race(racers, func(i int) error {
		return e.Store.Append(t.Context(), changes[i:i+1])[0]
	}), cases.ErrNumberTaken)
	var got number
	must(t, e.Store.Get(t.Context(), cases.Numbers, "2026-1", &got))
	if got.Case != record(won) {
		t.Fatalf("the number is %s's, but %s was told it has it", got.Case, record(won))
	}
	for i := range racers {
		events, err := e.Store.Events(t.Context(), record(i), 1)
		must(t, err)
		if (len(events) == 1) != (i == won) {
			t.Fatalf("%s has %d events; the winner is %s", record(i), len(events), record(won))
		}
	}
}

func refusedKeepsPicture(t *testing.T, e Engine) {
	must(t, appendOne(t, e.Store, change(t, "r", &Tally{}, 7)))
	want(t, "the same key again", appendOne(t, e.Store, change(t, "r", &Tally{}, 9)), cases.ErrExists)
	var picture Tally
	must(t, e.Store.Get(t.Context(), cases.Cases, "r", &picture))
	if picture.Sum != 7 {
		t.Fatalf("the loser's picture was written: %d", picture.Sum)
	}
}

// addOnce adds 1 to a record, however often somebody is faster.
func addOnce(ctx context.Context, s cases.Store, id string, tries *atomic.Int64) error {
	log := TalliesWithTotals(s, id)
	for {
		tries.Add(1)
		p, err := log.Load(ctx, id)
		if errors.Is(err, cases.ErrNotFound) {
			p, err = &Tally{}, nil
		}
		if err != nil {
			return err
		}
		if _, err = log.Append(ctx, id, p, addition(1, "")); !errors.Is(err, cases.ErrExists) {
			return err
		}
	}
}

func chainUnderLoad(t *testing.T, e Engine) {
	stores := []cases.Store{e.Store}
	if e.Another != nil {
		stores = append(stores, e.Another(t))
	}
	const writers, each = 8, 5
	var tries atomic.Int64
	for _, err := range race(writers, func(i int) error {
		for range each {
			if err := addOnce(t.Context(), stores[i%len(stores)], "shared", &tries); err != nil {
				return err
			}
		}
		return nil
	}) {
		must(t, err)
	}
	intact(t, e.Store, "shared", writers*each)
	got, err := Tallies(e.Store).Load(t.Context(), "shared")
	must(t, err)
	if got.Sum != writers*each {
		t.Fatalf("%d additions of 1 make %d", writers*each, got.Sum)
	}
	t.Logf("%d additions took %d tries", writers*each, tries.Load())
}

func crashBetween(t *testing.T, e Engine) {
	f := NewFaulty(e.Store)
	log := TalliesWithTotals(f, "r")
	p := &Tally{}
	_, err := log.Append(t.Context(), "r", p, addition(1, "one"))
	must(t, err)
	f.Inject(Fault{Op: Append, Mode: WithoutPictures, Times: 2})
	for _, note := range []string{"two", "three"} {
		_, err = log.Append(t.Context(), "r", p, addition(1, note))
		must(t, err)
	}
	var picture Tally
	must(t, e.Store.Get(t.Context(), cases.Cases, "r", &picture))
	if picture.Version != 1 {
		t.Fatalf("the picture is at %d: the fault did not take", picture.Version)
	}
	got, err := log.Load(t.Context(), "r")
	must(t, err)
	if diff := cmp.Diff(p, got); diff != "" {
		t.Fatalf("the record is not whole (-want +got):\n%s", diff)
	}
}

func olderPicture(t *testing.T, e Engine) {
	log := Tallies(e.Store)
	p := &Tally{}
	_, err := log.Append(t.Context(), "r", p, addition(1, ""))
	must(t, err)
	older := *p
	_, err = log.Append(t.Context(), "r", p, addition(1, ""))
	must(t, err)
	must(t, e.Store.Put(t.Context(), cases.Cases, "r", older))
	got, err := log.Load(t.Context(), "r")
	must(t, err)
	if diff := cmp.Diff(p, got); diff != "" {
		t.Fatalf("the older picture is seen (-want +got):\n%s", diff)
	}
}

func lostAnswer(t *testing.T, e Engine) {
	f := NewFaulty(e.Store)
	log := Tallies(f)
	p := &Tally{}
	f.Inject(Fault{Op: Append, Mode: Unacknowledged, Times: 1})
	_, err := log.Append(t.Context(), "r", p, addition(1, ""))
	want(t, "a written event whose answer is lost", err, nil)

	f.Inject(Fault{Op: Append, Mode: NotWritten, Times: 1})
	next := *p
	_, err = log.Append(t.Context(), "r", &next, addition(1, ""))
	want(t, "an event that was not written", err, cases.ErrUnavailable)
	_, err = log.Append(t.Context(), "r", p, addition(1, ""))
	must(t, err)
	intact(t, e.Store, "r", 2)
}

func insertPutDelete(t *testing.T, e Engine) {
	ctx, s := t.Context(), e.Store
	type doc struct {
		A int64 `json:"a"`
		B int64 `json:"b,omitempty"`
	}
	var got doc
	want(t, "get before", s.Get(ctx, cases.Tokens, "x", &got), cases.ErrNotFound)
	must(t, s.Delete(ctx, cases.Tokens, "x"))
	must(t, s.Put(ctx, cases.Tokens, "x", doc{1, 2}))
	want(t, "insert over put", s.Insert(ctx, cases.Tokens, "x", doc{3, 4}), cases.ErrExists)
	must(t, s.Put(ctx, cases.Tokens, "x", &doc{A: 5}))
	must(t, s.Get(ctx, cases.Tokens, "x", &got))
	if got != (doc{A: 5}) {
		t.Fatalf("put replaces the whole document: got %+v", got)
	}
	must(t, s.Delete(ctx, cases.Tokens, "x"))
	want(t, "get after delete", s.Get(ctx, cases.Tokens, "x", &got), cases.ErrNotFound)
	must(t, s.Insert(ctx, cases.Tokens, "x", doc{6, 7}))
	must(t, s.Get(ctx, cases.Tokens, "x", &got))
	if got != (doc{6, 7}) {
		t.Fatalf("insert after delete: got %+v", got)
	}
}

func endedContext(t *testing.T, e Engine) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := e.Store
	want(t, "append", s.Append(ctx, []cases.Change{change(t, "r", &Tally{}, 1)})[0], context.Canceled)
	want(t, "insert", s.Insert(ctx, cases.Tokens, "x", Total{}), context.Canceled)
	want(t, "put", s.Put(ctx, cases.Tokens, "x", Total{}), context.Canceled)
	want(t, "get", s.Get(ctx, cases.Tokens, "x", &Total{}), context.Canceled)
	want(t, "scan", s.Scan(ctx, cases.Tokens, nil), context.Canceled)
	_, err := s.Events(ctx, "r", 1)
	want(t, "events", err, context.Canceled)
	intact(t, s, "r", 0)
	want(t, "the document", s.Get(t.Context(), cases.Tokens, "x", &Total{}), cases.ErrNotFound)
}

func concurrentReaders(t *testing.T, e Engine) {
	const id, additions = "busy", 30
	must(t, appendOne(t, e.Store, change(t, id, &Tally{}, 1)))
	ended := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for last := int64(0); ; {
				p, err := Tallies(e.Store).Load(t.Context(), id)
				if err != nil || p.Version < last || p.Sum != p.Version {
					t.Errorf("after version %d a reader saw %+v, %v", last, p, err)
					return
				}
				last = p.Version
				select {
				case <-ended:
					return
				default:
				}
			}
		})
	}
	var tries atomic.Int64
	for range additions {
		if err := addOnce(t.Context(), e.Store, id, &tries); err != nil {
			t.Error(err)
			break
		}
	}
	close(ended)
	wg.Wait()
}

func durable(t *testing.T, e Engine) {
	log := TalliesWithTotals(e.Store, "r")
	p := &Tally{}
	for range 3 {
		_, err := log.Append(t.Context(), "r", p, addition(1, "å"))
		must(t, err)
	}
	must(t, e.Store.Put(t.Context(), cases.Meta, "installation", Total{Sum: 9}))
	s := e.Reopen(t)
	got, err := Tallies(s).Load(t.Context(), "r")
	must(t, err)
	if diff := cmp.Diff(p, got); diff != "" {
		t.Fatalf("after opening again (-want +got):\n%s", diff)
	}
	var total, meta Total
	must(t, s.Get(t.Context(), cases.Summaries, "r", &total))
	must(t, s.Get(t.Context(), cases.Meta, "installation", &meta))
	if total.Sum != 3 || meta.Sum != 9 {
		t.Fatalf("after opening again: %+v, %+v", total, meta)
	}
	intact(t, s, "r", 3)
	want(t, "an old key", appendOne(t, s, change(t, "r", &Tally{}, 1)), cases.ErrExists)
}
