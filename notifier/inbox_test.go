package notifier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/cases/casestest"
	"github.com/vaka-project/vaka/store/bolt"
	"github.com/vaka-project/vaka/workflow"
)

// desk is a store with a clock, for several instances of inboxes.
type desk struct {
	store *casestest.Faulty
	mu    sync.Mutex
	at    time.Time
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	engine, err := bolt.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	return &desk{store: casestest.NewFaulty(engine), at: composing}
}

func (d *desk) now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.at
}

func (d *desk) pass(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.at = d.at.Add(by)
}

func (d *desk) instance(t rapid.TB) *Inbox {
	t.Helper()
	b := NewInbox(d.store, d.now)
	if err := b.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	return b
}

var (
	kim = cases.DerivedID("account", "kim@demo.example")
	alo = cases.DerivedID("account", "alo@demo.example")
)

// letterTo is a letter with an id of its own to an account.
func letterTo(account string, n int) Letter {
	l := letterOf(workflow.ClockSupplement, time.Hour)
	l.ID, l.To.Account, l.To.Channel = fmt.Sprintf("letter-%d", n), account, ChannelInbox
	l.Items = slices.Clone(l.Items)
	l.Items[0].Number = fmt.Sprintf("PUI-2026-%d", n)
	return l
}

// shown are the numbers of cases in an inbox, newest first, a star before what is
// unread.
func shown(t rapid.TB, b *Inbox, account string) []string {
	t.Helper()
	out := []string{}
	var before int64
	for {
		page, next, err := b.List(context.Background(), account, before, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range page {
			star := ""
			if m.Unread {
				star = "*"
			}
			out = append(out, star+m.Items[0].Number[len("PUI-2026-"):])
		}
		if next == 0 {
			return out
		}
		before = next
	}
}

func wantShown(t *testing.T, b *Inbox, account string, want ...string) {
	t.Helper()
	if got := shown(t, b, account); !slices.Equal(got, want) {
		t.Errorf("inbox %v, want %v", got, want)
	}
	unread := 0
	for _, w := range want {
		if w[0] == '*' {
			unread++
		}
	}
	if n, err := b.Unread(t.Context(), account); err != nil || n != unread {
		t.Errorf("%d unread, want %d: %v", n, unread, err)
	}
}

func succeed(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestInbox_KeepsLettersAndWhatWasRead(t *testing.T) {
	d := newDesk(t)
	b := d.instance(t)
	wantShown(t, b, kim)
	for n := range 5 {
		succeed(t, b.Deliver(t.Context(), letterTo(kim, n)))
	}
	succeed(t, b.Deliver(t.Context(), letterTo(alo, 9)))
	succeed(t, b.MarkRead(t.Context(), kim, 2))
	wantShown(t, b, kim, "*4", "*3", "*2", "1", "*0")
	wantShown(t, b, alo, "*9")
	succeed(t, b.MarkAllRead(t.Context(), kim, 4)) // the newest came after the page was made
	wantShown(t, b, kim, "*4", "3", "2", "1", "0")
	wantShown(t, d.instance(t), kim, "*4", "3", "2", "1", "0")
}

// Marking what is not there, or is another's, writes nothing.
func TestInbox_MarksOnlyWhatIsUnread(t *testing.T) {
	d := newDesk(t)
	b := d.instance(t)
	succeed(t, b.Deliver(t.Context(), letterTo(kim, 1)))
	succeed(t, b.MarkRead(t.Context(), kim, 1))
	for _, n := range []int64{-1, 0, 1, 2, 99} {
		succeed(t, b.MarkRead(t.Context(), kim, n))
		succeed(t, b.MarkRead(t.Context(), alo, n))
	}
	succeed(t, b.MarkAllRead(t.Context(), kim, 99))
	count := 0
	succeed(t, d.store.Scan(t.Context(), cases.Inbox, func(string, func(any) error) error { count++; return nil }))
	if count != 2 {
		t.Errorf("%d documents, want the letter and one mark", count)
	}
}

// A letter that was written, though the answer was lost, is delivered again and
// there once; on whatever instance.
func TestInbox_ShowsALetterOnce(t *testing.T) {
	d := newDesk(t)
	b := d.instance(t)
	d.store.Inject(casestest.Fault{Op: casestest.Insert, Mode: casestest.Unacknowledged, Times: 1})
	err := b.Deliver(t.Context(), letterTo(kim, 1))
	if err == nil || errors.Is(err, ErrUnknown) || errors.Is(err, ErrRefused) {
		t.Errorf("delivered: %v", err)
	}
	succeed(t, b.Deliver(t.Context(), letterTo(kim, 1)))
	succeed(t, d.instance(t).Deliver(t.Context(), letterTo(kim, 1)))
	wantShown(t, b, kim, "*1")
}

func TestInbox_RefusesALetterToNobody(t *testing.T) {
	b := newDesk(t).instance(t)
	for _, account := range []string{"", "kim", "../x/1"} {
		if err := b.Deliver(t.Context(), letterTo(account, 1)); !errors.Is(err, ErrRefused) {
			t.Errorf("%q: %v", account, err)
		}
	}
}

func TestInbox_SaysWhenTheStoreIsGone(t *testing.T) {
	d := newDesk(t)
	b := d.instance(t)
	d.store.Inject(casestest.Fault{Op: casestest.Get})
	if err := b.Deliver(t.Context(), letterTo(kim, 1)); !errors.Is(err, cases.ErrUnavailable) {
		t.Errorf("delivered: %v", err)
	}
	d.pass(2 * inboxFresh)
	if _, err := b.Unread(t.Context(), kim); workflow.KindOf(err) != workflow.Unavailable {
		t.Errorf("unread: %v", err)
	}
}

// What is 90 days old goes, and the numbers go on, also on an instance that has
// slept meanwhile.
func TestInbox_ForgetsAfterNinetyDays(t *testing.T) {
	d := newDesk(t)
	b, sleeper, other := d.instance(t), d.instance(t), d.instance(t)
	for n := range 3 {
		succeed(t, b.Deliver(t.Context(), letterTo(kim, n)))
	}
	d.pass(2 * inboxFresh)
	wantShown(t, other, kim, "*2", "*1", "*0")
	d.pass(inboxLife + time.Hour)
	if n, err := b.Sweep(t.Context(), d.now()); n != 2 || err != nil {
		t.Errorf("deleted %d: %v", n, err)
	}
	wantShown(t, b, kim)
	succeed(t, b.Deliver(t.Context(), letterTo(kim, 3)))
	wantShown(t, b, kim, "*3")
	wantShown(t, sleeper, kim, "*3")
	wantShown(t, d.instance(t), kim, "*3")
	if _, err := b.Sweep(t.Context(), d.now()); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Sweep(t.Context(), d.now()); err != nil {
		t.Fatal(err)
	}
	wantShown(t, other, kim, "*3")
	succeed(t, sleeper.Deliver(t.Context(), letterTo(kim, 4)))
	d.pass(2 * inboxFresh)
	wantShown(t, b, kim, "*4", "*3")
}

// Whatever instances do by turns, each shows the same, and that is what was done.
func TestInbox_AgreesBetweenInstances(t *testing.T) {
	engine := newDesk(t)
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		account := cases.DerivedID("account", fmt.Sprintf("%d@demo.example", round))
		instances := []*Inbox{engine.instance(rt), engine.instance(rt), engine.instance(rt)}
		var letters []int // delivered, oldest first
		read := map[int]bool{}
		numbers := map[int]int64{}
		for step := range rapid.IntRange(1, 12).Draw(rt, "steps") {
			b := rapid.SampledFrom(instances).Draw(rt, "instance")
			engine.pass(2 * inboxFresh)
			var err error
			switch rapid.IntRange(0, 3).Draw(rt, "what") {
			case 0, 1:
				err = b.Deliver(ctx, letterTo(account, step))
				letters = append(letters, step)
				numbers[step] = newest(rt, b, account)
			case 2:
				if len(letters) > 0 {
					n := rapid.SampledFrom(letters).Draw(rt, "read")
					err, read[n] = b.MarkRead(ctx, account, numbers[n]), true
				}
			case 3:
				if len(letters) > 0 {
					at := rapid.IntRange(0, len(letters)-1).Draw(rt, "through")
					err = b.MarkAllRead(ctx, account, numbers[letters[at]])
					for _, n := range letters[:at+1] {
						read[n] = true
					}
				}
			}
			if err != nil {
				rt.Fatal(err)
			}
		}
		engine.pass(2 * inboxFresh)
		want := []string{}
		for _, n := range slices.Backward(letters) {
			star := "*"
			if read[n] {
				star = ""
			}
			want = append(want, fmt.Sprint(star, n))
		}
		for i, b := range append(instances, engine.instance(rt)) {
			if got := shown(rt, b, account); !slices.Equal(got, want) {
				rt.Fatalf("instance %d shows %v, want %v", i, got, want)
			}
		}
	})
}

var ctx = context.Background()

// newest is the number of the letter that is shown first.
func newest(t rapid.TB, b *Inbox, account string) int64 {
	page, _, err := b.List(ctx, account, 0, 1)
	if err != nil || len(page) != 1 {
		t.Fatalf("%d letters: %v", len(page), err)
	}
	return page[0].N
}

// Instances that write at the same moment lose nothing.
func TestInbox_IsSharedByInstances(t *testing.T) {
	d := newDesk(t)
	const each = 20
	var working sync.WaitGroup
	errs := make(chan error, 3*each)
	for i := range 3 {
		b := d.instance(t)
		working.Go(func() {
			for n := range each {
				errs <- b.Deliver(ctx, letterTo(kim, i*each+n))
			}
		})
	}
	working.Wait()
	for range 3 * each {
		succeed(t, <-errs)
	}
	if got := shown(t, d.instance(t), kim); len(got) != 3*each {
		t.Errorf("%d letters, want %d: %v", len(got), 3*each, got)
	}
}
