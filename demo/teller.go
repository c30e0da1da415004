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
// while what happens to them later is told for many at once. Where the scenario has
// a scene, the cases that it concerns are told up to it, and go on after it.
func (t *teller) tell(ctx context.Context, plan []*matter) error {
	for _, m := range plan {
		t.total += len(m.acts)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	begun := make(chan *begunMatter, len(plan))
	var workers sync.WaitGroup
	for range tellers {
		workers.Go(func() {
			for b := range begun {
				if err := t.goOn(ctx, b, future); err != nil {
					cancel(err)
				}
			}
		})
	}
	made, err := t.beginAll(ctx, plan, begun)
	for _, b := range made {
		if err == nil && b.meets && !b.ordered {
			begun <- b
		}
	}
	close(begun)
	if err == nil {
		err = t.inOrder(ctx, made, future)
	}
	if err != nil {
		cancel(err)
	}
	workers.Wait()
	return context.Cause(ctx)
}

// future is an instant that no act reaches.
var future = time.Unix(1<<40, 0)

// beginAll takes the first act of every matter. A case begins as soon as the one
// before it has its number, not only when that one is on disk, so that many share
// a commit; but a controller's case waits for the controller's case before it,
// for its priority depends on how many there were. It hands the matters on, but
// for those that are told in order or meet in scenes, and returns all.
func (t *teller) beginAll(ctx context.Context, plan []*matter, begun chan<- *begunMatter) ([]*begunMatter, error) {
	made := make([]*begunMatter, len(plan))
	done := make([]chan struct{}, len(plan))
	latest := map[string]int{} // by controller
	errs := make(chan error, len(plan))
	var beginning sync.WaitGroup
	for i, m := range plan {
		done[i] = make(chan struct{})
		if m.scene {
			if beginning.Wait(); len(errs) > 0 {
				break
			}
			made[i] = &begunMatter{matter: m, next: 1}
			if err := t.meet(ctx, made[:i], m); err != nil {
				errs <- err
			}
			close(done[i])
		} else {
			t.wait(done, latest, m, i)
			numbered := make(chan struct{}, 1)
			beginning.Go(func() {
				defer close(done[i])
				c, err := t.act(context.WithValue(ctx, turnKey{}, numbered), m, 0, nil)
				made[i] = &begunMatter{m, c, 1}
				if err != nil {
					errs <- err
				} else if !m.ordered && !m.meets {
					begun <- made[i]
				}
			})
			select {
			case <-numbered:
			case <-done[i]:
			}
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
		return made, nil
	}
}

// wait holds the i-th matter back until its controller's matter before it has begun,
// and while too many are beginning.
func (t *teller) wait(done []chan struct{}, latest map[string]int, m *matter, i int) {
	if k, ok := latest[m.about]; ok {
		<-done[k]
	}
	if i >= tellers {
		<-done[i-tellers]
	}
	latest[m.about] = i
}

// meet tells every matter that scenes concern, and those that are told in order, up to
// a scene, and then the scene.
func (t *teller) meet(ctx context.Context, made []*begunMatter, scene *matter) error {
	at := scene.acts[0].at
	concerned := slices.DeleteFunc(slices.Clone(made), func(b *begunMatter) bool { return !b.meets || b.ordered })
	err := each(ctx, len(concerned), func(ctx context.Context, i int) error { return t.goOn(ctx, concerned[i], at) })
	if err != nil {
		return err
	}
	if err := t.inOrder(ctx, made, at); err != nil {
		return err
	}
	_, err = t.act(ctx, scene, 0, nil)
	return err
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
	c    *cases.Case
	next int // the act that comes next
}

// goOn tells a matter's acts that come before an instant.
func (t *teller) goOn(ctx context.Context, b *begunMatter, until time.Time) error {
	for ; b.next < len(b.acts) && b.acts[b.next].at.Before(until); b.next++ {
		c, err := t.act(ctx, b.matter, b.next, b.c)
		if err != nil {
			return err
		}
		b.c = c
	}
	return nil
}

// inOrder tells the ordered matters up to an instant, one act after the other, in the
// order of time.
func (t *teller) inOrder(ctx context.Context, matters []*begunMatter, until time.Time) error {
	type turn struct {
		b   *begunMatter
		act act
	}
	var turns []turn
	for _, b := range matters {
		if !b.ordered {
			continue
		}
		for _, a := range b.acts[b.next:] {
			if a.at.Before(until) {
				turns = append(turns, turn{b, a})
			}
		}
	}
	slices.SortStableFunc(turns, func(a, b turn) int { return a.act.at.Compare(b.act.at) })
	for _, at := range turns {
		c, err := t.act(ctx, at.b.matter, at.b.next, at.b.c)
		if err != nil {
			return err
		}
		at.b.c = c
		at.b.next++
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
