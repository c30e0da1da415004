package bolt

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	bbolt "go.etcd.io/bbolt"

	"github.com/vaka-project/vaka/cases"
)

// maxBatch bounds how many units share one transaction, and with it how long
// the first of them waits for the last.
const maxBatch = 512

// errClosed is the cause when a write comes after Close.
var errClosed = fmt.Errorf("%w: it is closed", cases.ErrUnavailable)

// write is one document to be written, or removed where value is nil.
type write struct {
	in    cases.Collection
	id    string
	value []byte
	taken error // for an insert: the answer when the id is there
}

// unit is what is written whole or not at all, with one answer.
type unit []write

// request is what one caller hands to the committer. The answers are set when
// done is closed.
type request struct {
	units   []unit
	answers []error
	done    chan struct{}
}

// commit hands units to the committer and waits for their answers. It does not
// give up waiting when ctx ends: the disk answers soon, and a known outcome is
// worth more than an early return.
func (s *Store) commit(ctx context.Context, units []unit) []error {
	r := &request{units: units, answers: make([]error, len(units)), done: make(chan struct{})}
	if err := s.handIn(ctx, r); err != nil {
		for i := range r.answers {
			r.answers[i] = err
		}
		return r.answers
	}
	<-r.done
	return r.answers
}

// handIn queues a request, unless ctx has ended or the store is closed.
func (s *Store) handIn(ctx context.Context, r *request) error {
	s.closing.RLock()
	defer s.closing.RUnlock()
	if s.closed {
		return errClosed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case s.queue <- r:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// commitAll is the committer: it runs until the queue is closed and empty.
func (s *Store) commitAll() {
	defer close(s.done)
	for first := range s.queue {
		batch := s.drain(first)
		s.writeBatch(batch)
		for _, r := range batch {
			close(r.done)
		}
		// Those who were just answered often have a next change at hand. Letting
		// them run first puts it into this batch instead of the one after.
		runtime.Gosched()
	}
}

// drain takes everything that waits behind first, up to maxBatch units.
func (s *Store) drain(first *request) []*request {
	batch := []*request{first}
	for n := len(first.units); n < maxBatch; {
		select {
		case r, open := <-s.queue:
			if !open {
				return batch
			}
			batch = append(batch, r)
			n += len(r.units)
		default:
			return batch
		}
	}
	return batch
}

// writeBatch writes the units of a batch in one transaction and sets the
// answers. When it fails, nothing of the batch is written.
func (s *Store) writeBatch(batch []*request) {
	err := s.failed()
	if err == nil {
		err = s.transaction(batch)
	}
	if err == nil {
		return
	}
	for _, r := range batch {
		for i := range r.answers {
			r.answers[i] = fmt.Errorf("%w: %w", cases.ErrUnavailable, err)
		}
	}
}

func (s *Store) transaction(batch []*request) error {
	id := 0
	err := s.db.Update(func(tx *bbolt.Tx) error {
		id = tx.ID()
		p := pending{tx: tx, writes: map[place][]byte{}}
		for _, r := range batch {
			for i, u := range r.units {
				r.answers[i] = p.take(u)
			}
		}
		return p.store()
	})
	if err != nil && id != 0 {
		s.judge(id, err)
	}
	return err
}

// judge finds out whether a failed transaction can be taken for never begun. It
// can, unless the file already names it as its latest state: then its pages were
// handed over, and the sync failed that should have made them durable.
func (s *Store) judge(id int, cause error) {
	latest := 0
	if err := s.db.View(func(tx *bbolt.Tx) error { latest = tx.ID(); return nil }); err != nil || latest >= id {
		s.fault.CompareAndSwap(nil, &faulted{cause})
	}
}

// place is where a document is.
type place struct {
	in cases.Collection
	id string
}

// pending gathers the writes of a batch. Units are decided in the order they
// came, each seeing those before it; the documents are then written in the order
// of their keys, which is the order in which the file takes them fastest.
type pending struct {
	tx     *bbolt.Tx
	writes map[place][]byte // nil removes
}

// take accepts a unit, or refuses it and leaves nothing of it.
func (p pending) take(u unit) error {
	for i, w := range u {
		if w.taken != nil && (p.has(place{w.in, w.id}) || u[:i].writes(place{w.in, w.id})) {
			return w.taken
		}
	}
	for _, w := range u {
		p.writes[place{w.in, w.id}] = w.value
	}
	return nil
}

func (u unit) writes(at place) bool {
	return slices.ContainsFunc(u, func(w write) bool { return w.in == at.in && w.id == at.id })
}

func (p pending) has(at place) bool {
	if v, ok := p.writes[at]; ok {
		return v != nil
	}
	b := p.tx.Bucket([]byte(at.in))
	return b != nil && b.Get([]byte(at.id)) != nil
}

// store writes everything that was accepted.
func (p pending) store() error {
	places := make([]place, 0, len(p.writes))
	for at := range p.writes {
		places = append(places, at)
	}
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Or(strings.Compare(string(a.in), string(b.in)), strings.Compare(a.id, b.id))
	})
	var bucket *bbolt.Bucket
	for i, at := range places {
		if i == 0 || places[i-1].in != at.in {
			var err error
			if bucket, err = p.tx.CreateBucketIfNotExists([]byte(at.in)); err != nil {
				return fmt.Errorf("collection %s: %w", at.in, err)
			}
			bucket.FillPercent = fill(at.in)
		}
		if err := put(bucket, []byte(at.id), p.writes[at]); err != nil {
			return fmt.Errorf("document in %s: %w", at.in, err)
		}
	}
	return nil
}

func put(b *bbolt.Bucket, id, value []byte) error {
	if value == nil {
		return b.Delete(id)
	}
	return b.Put(id, value)
}

// fill is how full a page is made before it is split. Ids begin with the time, so
// most collections grow at their end, where full pages waste nothing. Hashes as
// ids fall anywhere and need room.
func fill(in cases.Collection) float64 {
	switch in {
	case cases.Sessions, cases.Tokens, cases.Reminders, cases.Letters, cases.Links:
		return bbolt.DefaultFillPercent
	}
	return 0.9
}

// checkID refuses what the file cannot hold as a key, before it is part of a
// batch that others share.
func checkID(in cases.Collection, id string) error {
	switch {
	case in == "" || id == "":
		return errors.New("a document needs a collection and an id")
	case len(id) > bbolt.MaxKeySize:
		return fmt.Errorf("an id of %d bytes is too long", len(id))
	}
	return nil
}
