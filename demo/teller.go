package demo

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/vaka-project/vaka/cases"
)

// teller carries out a plan.
type teller struct {
	service  *cases.Service
	zone     *time.Location
	progress func(done, total int)

	uploads sync.Mutex // held while a file is added

	total int
	mu    sync.Mutex
	done  int
}

// tell begins the cases in the order of time, so that their numbers follow it,
// while what happens to them later is told for many at once.
func (t *teller) tell(ctx context.Context, plan []*matter) error {
	for _, m := range plan {
		t.total += len(m.acts)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	begun := make(chan begunMatter, len(plan))
	var workers sync.WaitGroup
	for range tellers {
		workers.Go(func() {
			for b := range begun {
				if err := t.goOn(ctx, b); err != nil {
					cancel(err)
				}
			}
		})
	}
	ordered, err := t.beginAll(ctx, plan, begun)
	close(begun)
	if err == nil {
		err = t.inOrder(ctx, ordered)
	}
	if err != nil {
		cancel(err)
	}
	workers.Wait()
	return context.Cause(ctx)
}

// beginAll takes the first act of every matter. A case begins as soon as the one
// before it has its number, not only when that one is on disk, so that many share
// a commit; but a controller's case waits for the controller's case before it,
// for its priority depends on how many there were. It hands the matters on, and
// returns those that are told in order.
func (t *teller) beginAll(ctx context.Context, plan []*matter, begun chan<- begunMatter) ([]begunMatter, error) {
	made := make([]begunMatter, len(plan))
	done := make([]chan struct{}, len(plan))
	latest := map[string]int{} // by controller
	errs := make(chan error, len(plan))
	var beginning sync.WaitGroup
	for i, m := range plan {
		if k, ok := latest[m.about]; ok {
			<-done[k]
		}
		if i >= tellers {
			<-done[i-tellers]
		}
		numbered := make(chan struct{}, 1)
		latest[m.about], done[i] = i, make(chan struct{})
		beginning.Go(func() {
			defer close(done[i])
			c, err := t.act(context.WithValue(ctx, turnKey{}, numbered), m, 0, nil)
			if err != nil {
				errs <- err
			} else if made[i] = (begunMatter{m, c}); !m.ordered {
				begun <- made[i]
			}
		})
		select {
		case <-numbered:
		case <-done[i]:
		}
		if len(errs) > 0 {
			break
		}
	}
	beginning.Wait()
	select {
	case err := <-errs:
		return nil, err
	default:
	}
	return slices.DeleteFunc(made, func(b begunMatter) bool { return !b.ordered }), nil
}

// turnstile is a store that tells when a case that begins has its number: that is
// so as soon as its first event comes to be written.
type turnstile struct{ cases.Store }

// turnKey is where a context holds the channel that tells it.
type turnKey struct{}

// Append implements cases.Store.
func (s turnstile) Append(ctx context.Context, changes []cases.Change) []error {
	if numbered, ok := ctx.Value(turnKey{}).(chan struct{}); ok {
		select {
		case numbered <- struct{}{}:
		default: // it was told already, and another number had to be found
		}
	}
	return s.Store.Append(ctx, changes)
}

// begunMatter is a matter after its first act.
type begunMatter struct {
	*matter
	c *cases.Case
}

// goOn tells a matter from its second act to its end.
func (t *teller) goOn(ctx context.Context, b begunMatter) error {
	c := b.c
	for i := 1; i < len(b.acts); i++ {
		var err error
		if c, err = t.act(ctx, b.matter, i, c); err != nil {
			return err
		}
	}
	return nil
}

// inOrder tells several matters one act after the other, in the order of time.
func (t *teller) inOrder(ctx context.Context, matters []begunMatter) error {
	type turn struct{ matter, act int }
	var turns []turn
	for k, b := range matters {
		for i := 1; i < len(b.acts); i++ {
			turns = append(turns, turn{k, i})
		}
	}
	slices.SortStableFunc(turns, func(a, b turn) int {
		return matters[a.matter].acts[a.act].at.Compare(matters[b.matter].acts[b.act].at)
	})
	for _, at := range turns {
		b := &matters[at.matter]
		c, err := t.act(ctx, b.matter, at.act, b.c)
		if err != nil {
			return err
		}
		b.c = c
	}
	return nil
}

// act carries out one act at its instant.
func (t *teller) act(ctx context.Context, m *matter, i int, c *cases.Case) (*cases.Case, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	a := m.acts[i]
	now := func() time.Time { return a.at }
	c, err := a.do(ctx, deed{
		service: t.service.At(now), by: a.by, command: m.command(i), c: c,
		uploads: &t.uploads, read: cases.ReadOptions{Now: a.at, Zone: t.zone},
	})
	if err != nil {
		return nil, m.refused(i, err)
	}
	t.told()
	return c, nil
}

// told counts an act and lets whoever waits know.
func (t *teller) told() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done++
	if t.progress != nil && (t.done%100 == 0 || t.done == t.total) {
		t.progress(t.done, t.total)
	}
}

// inTime puts matters in the order in which they began.
func inTime(plan []*matter) {
	slices.SortStableFunc(plan, func(a, b *matter) int {
		return cmp.Or(a.acts[0].at.Compare(b.acts[0].at), cmp.Compare(a.key, b.key))
	})
}
