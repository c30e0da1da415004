package mongo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/vaka-project/vaka/cases"
)

// A picture can be left behind its events in three ways: writing it failed; the
// outcome of writing the event was unknown; or somebody else wrote a newer
// picture in between and this one landed on top. The writer of a picture finds the last
// out by asking afterwards whether the next event is there. In all three the
// record is written anew, by those who can fold it: see OnStale.

// mark is a record whose pictures may not be the latest.
type mark struct {
	record string
	seq    int64 // its events up to this one are known to be there
	maybe  bool  // the event after seq was sent, and nobody knows whether it arrived
}

// task is what is left to settle of one commit.
type task struct {
	of    ticket
	marks []mark
	due   time.Time
}

// settler keeps what is left to settle.
type settler struct {
	mu      sync.Mutex
	hook    func(ctx context.Context, record string) error
	tasks   []task
	flights map[string]*flight
	wake    chan struct{}
}

// flight counts the commits under way that change one record.
type flight struct {
	commits int
	crowded bool // there were several at once
}

// OnStale names who writes a record's pictures anew: load it with all its events
// and put every picture. It may be called for any record at any time after, and
// again when it returns an error. Until it is named, what is stale stays so.
func (s *Store) OnStale(write func(ctx context.Context, record string) error) {
	s.settle.mu.Lock()
	s.settle.hook = write
	s.settle.mu.Unlock()
	s.settle.ring()
}

func (q *settler) ring() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// depart notes that a commit is about to change records; land, which must
// follow, returns those that another commit changed at the same time.
func (q *settler) depart(changes []*change) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.flights == nil {
		q.flights = map[string]*flight{}
	}
	for _, c := range changes {
		f := q.flights[c.record]
		if f == nil {
			f = &flight{}
			q.flights[c.record] = f
		}
		f.commits++
		f.crowded = f.crowded || f.commits > 1
	}
}

func (q *settler) land(changes []*change) (crowded map[string]bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	crowded = map[string]bool{}
	for _, c := range changes {
		f := q.flights[c.record]
		if f.crowded {
			crowded[c.record] = true
		}
		if f.commits--; f.commits == 0 {
			delete(q.flights, c.record)
		}
	}
	return crowded
}

// overtaken returns the records among written for which a next event is there
// already, so that a newer picture may lie under the one just written.
func (s *Store) overtaken(ctx context.Context, written []*change, crowded map[string]bool) (marks []mark) {
	alone, err := s.alone(ctx)
	for _, c := range written {
		if err == nil && alone && !crowded[c.record] {
			continue
		}
		if there, err := s.exists(ctx, c.record, c.seq+1); there || err != nil {
			marks = append(marks, mark{record: c.record, seq: c.seq})
		}
	}
	return marks
}

// later hands over what is left of a commit; with nothing left it is finished.
func (q *settler) later(of ticket, marks []mark, patience time.Duration) {
	if len(marks) == 0 {
		of.finish()
		return
	}
	due := time.Now()
	if slices.ContainsFunc(marks, func(m mark) bool { return m.maybe }) {
		due = due.Add(patience) // what was sent may still arrive
	}
	q.mu.Lock()
	q.tasks = append(q.tasks, task{of, marks, due})
	q.mu.Unlock()
	q.ring()
}

// settleAll works off the tasks until ctx ends.
func (s *Store) settleAll(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.settle.wake:
		case <-tick.C:
		}
		for _, t := range s.settle.take(time.Now()) {
			left, err := s.settleTask(ctx, t)
			if err == nil {
				continue
			}
			if ctx.Err() == nil {
				s.log.Warn("pictures could not be settled yet", "records", len(left.marks), "error", err)
			}
			s.settle.mu.Lock()
			s.settle.tasks = append(s.settle.tasks, left)
			s.settle.mu.Unlock()
		}
	}
}

// take removes the tasks that are due. While nobody can settle them there are none.
func (q *settler) take(now time.Time) (due []task) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.hook == nil {
		return nil
	}
	q.tasks = slices.DeleteFunc(q.tasks, func(t task) bool {
		if t.due.After(now) {
			return false
		}
		due = append(due, t)
		return true
	})
	return due
}

// settleTask settles a task's records, and finishes its entry when all are. It
// returns what is left of it otherwise.
func (s *Store) settleTask(ctx context.Context, t task) (left task, err error) {
	for len(t.marks) > 0 {
		if err := s.settleRecord(ctx, t.marks[0]); err != nil {
			t.due = time.Now().Add(time.Second)
			return t, err
		}
		t.marks = t.marks[1:]
	}
	t.of.finish()
	return task{}, nil
}

func (s *Store) settleRecord(ctx context.Context, m mark) error {
	if m.maybe {
		there, err := s.exists(ctx, m.record, m.seq+1)
		if err != nil || !there {
			return err
		}
		// The followers have given up on this event: it is announced once more.
		k, err := s.announce(ctx, []announced{{m.record, m.seq + 1}})
		if err != nil {
			return err
		}
		defer k.finish()
	}
	return s.rewrite(ctx, m.record, m.seq)
}

// rewrite has a record's pictures written anew until no event has come in the
// meantime. The events up to seq are known to be there.
func (s *Store) rewrite(ctx context.Context, record string, seq int64) error {
	s.settle.mu.Lock()
	hook := s.settle.hook
	s.settle.mu.Unlock()
	for first := true; ; first = false {
		before := seq
		for {
			there, err := s.exists(ctx, record, seq+1)
			if err != nil {
				return err
			}
			if !there {
				break
			}
			seq++
		}
		if seq == before && !first {
			return nil
		}
		if err := hook(ctx, record); err != nil {
			return fmt.Errorf("writing %s anew: %w", record, err)
		}
	}
}

// Unsettled names the records that instances which have not stopped in good
// order announced and did not finish: their pictures may lag behind. After a
// start, each is to be written anew, and then Settled called.
func (s *Store) Unsettled(ctx context.Context) ([]string, error) {
	found := map[string]bool{}
	for _, p := range s.registry.list() {
		n := p.Done + 1
		for ; ; n++ {
			var e feedEntry
			err := s.Get(ctx, feeds, entryID(instanceName(p.number), n), &e)
			if errors.Is(err, cases.ErrNotFound) {
				break
			}
			if err != nil {
				return nil, fmt.Errorf("feed of instance %s: %w", instanceName(p.number), err)
			}
			for _, c := range e.Changes {
				found[c.Record] = true
			}
		}
		s.registry.note(p.number, n-1, false)
	}
	out := make([]string, 0, len(found))
	for record := range found {
		out = append(out, record)
	}
	slices.Sort(out)
	return out, nil
}

// Settled says that every record that Unsettled named was written anew. Those
// instances that are then not heard of for a minute are written off.
func (s *Store) Settled() {
	for _, p := range s.registry.list() {
		s.registry.note(p.number, 0, true)
	}
}

// note remembers up to which entry an instance's feed was read by Unsettled, and,
// when it is said so, that this is settled.
func (r *registry) note(number int, read int64, settled bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.peers[number]
	switch {
	case p == nil:
	case settled:
		p.settled = p.read
	default:
		p.read = read
	}
}
