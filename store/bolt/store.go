package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	bbolt "go.etcd.io/bbolt"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/store/document"
)

// Store is one open data directory.
type Store struct {
	db    *bbolt.DB
	queue chan *request
	done  chan struct{} // closed when the committer has ended

	closing sync.RWMutex // held for reading while handing in
	closed  bool

	fault atomic.Pointer[faulted] // set once nobody knows what the disk holds
}

var _ cases.Store = (*Store)(nil)

// faulted is a failure after which only opening the store again helps.
type faulted struct{ cause error }

func (s *Store) failed() error {
	if f := s.fault.Load(); f != nil {
		return fmt.Errorf("%w: the disk failed while syncing, check it and start vaka again: %w", cases.ErrUnavailable, f.cause)
	}
	return nil
}

// Close waits for everything that was handed in, and closes the file. What
// comes afterwards is answered with ErrUnavailable.
func (s *Store) Close() error {
	s.closing.Lock()
	already := s.closed
	if !already {
		s.closed = true
		close(s.queue)
	}
	s.closing.Unlock()
	<-s.done
	if already {
		return nil
	}
	return s.db.Close()
}

// Unsettled names the records whose pictures may lag behind their events. There
// are none: they are written in one transaction.
func (s *Store) Unsettled(context.Context) ([]string, error) { return nil, nil }

// Append implements cases.Store. A refused change leaves nothing behind, not
// even its claims.
func (s *Store) Append(ctx context.Context, changes []cases.Change) []error {
	answers := make([]error, len(changes))
	var units []unit
	var of []int // the change of each unit
	for i, c := range changes {
		u, err := encodeChange(c)
		if err != nil {
			answers[i] = err
			continue
		}
		units, of = append(units, u), append(of, i)
	}
	for at := 0; at < len(units); at += maxBatch {
		end := min(at+maxBatch, len(units))
		for i, err := range s.commit(ctx, units[at:end]) {
			answers[of[at+i]] = err
		}
	}
	return answers
}

// encodeChange spells the documents of a change.
func encodeChange(c cases.Change) (unit, error) {
	u := make(unit, 0, len(c.Claims)+1+len(c.Pictures))
	for _, claim := range c.Claims {
		w, err := encode(claim.In, claim.ID, claim.Doc)
		if err != nil {
			return nil, err
		}
		w.taken = cases.ErrNumberTaken
		u = append(u, w)
	}
	key := cases.Key(c.Event.Header.Record, c.Event.Header.Seq)
	event, err := document.EncodeEvent(c.Event)
	if err := errors.Join(err, checkID(cases.Events, key)); err != nil {
		return nil, fmt.Errorf("event %s: %w", key, err)
	}
	u = append(u, write{in: cases.Events, id: key, value: event, taken: cases.ErrExists})
	for _, p := range c.Pictures {
		w, err := encode(p.In, p.ID, p.Doc)
		if err != nil {
			return nil, err
		}
		u = append(u, w)
	}
	return u, nil
}

func encode(in cases.Collection, id string, doc any) (write, error) {
	if err := checkID(in, id); err != nil {
		return write{}, fmt.Errorf("%s: %w", in, err)
	}
	value, err := document.Encode(id, doc)
	if err != nil {
		return write{}, fmt.Errorf("%s: %w", in, err)
	}
	return write{in: in, id: id, value: value}, nil
}

// Insert implements cases.Store.
func (s *Store) Insert(ctx context.Context, in cases.Collection, id string, doc any) error {
	w, err := encode(in, id, doc)
	if err != nil {
		return err
	}
	w.taken = cases.ErrExists
	return s.commit(ctx, []unit{{w}})[0]
}

// Put implements cases.Store.
func (s *Store) Put(ctx context.Context, in cases.Collection, id string, doc any) error {
	w, err := encode(in, id, doc)
	if err != nil {
		return err
	}
	return s.commit(ctx, []unit{{w}})[0]
}

// Delete implements cases.Store.
func (s *Store) Delete(ctx context.Context, in cases.Collection, id string) error {
	if err := checkID(in, id); err != nil {
		return fmt.Errorf("%s: %w", in, err)
	}
	return s.commit(ctx, []unit{{{in: in, id: id}}})[0]
}

// view reads in a transaction. What it finds must be copied before it ends.
func (s *Store) view(ctx context.Context, read func(*bbolt.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.failed(); err != nil {
		return err
	}
	tx, err := s.db.Begin(false)
	if err != nil {
		return fmt.Errorf("%w: %w", cases.ErrUnavailable, err)
	}
	return errors.Join(read(tx), tx.Rollback())
}

// Get implements cases.Store.
func (s *Store) Get(ctx context.Context, in cases.Collection, id string, into any) error {
	return s.view(ctx, func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(in))
		if b == nil {
			return cases.ErrNotFound
		}
		v := b.Get([]byte(id))
		if v == nil {
			return cases.ErrNotFound
		}
		return document.Decode(v, into)
	})
}

// Events implements cases.Store.
func (s *Store) Events(ctx context.Context, record string, from int64) ([]cases.Event, error) {
	var out []cases.Event
	err := s.view(ctx, func(tx *bbolt.Tx) error {
		cursor := tx.Bucket([]byte(cases.Events)).Cursor()
		for seq := max(from, 1); ; seq++ {
			key := []byte(cases.Key(record, seq))
			var k, v []byte
			if len(out) == 0 {
				k, v = cursor.Seek(key)
			} else {
				k, v = cursor.Next()
			}
			if !bytes.Equal(k, key) {
				return nil
			}
			e, err := document.DecodeEvent(v)
			if err != nil {
				return fmt.Errorf("event %s: %w", key, err)
			}
			out = append(out, e)
		}
	})
	return out, err
}

// A scan reads in pieces, each in a transaction of its own, and visits between
// them: a visit may then write, and no reader keeps old pages from being reused.
const (
	scanDocs  = 512
	scanBytes = 4 << 20
)

// Scan implements cases.Store.
func (s *Store) Scan(ctx context.Context, in cases.Collection, visit func(string, func(any) error) error) error {
	return s.scan(ctx, in, func(id string, value []byte) error {
		return visit(id, func(into any) error { return document.Decode(value, into) })
	})
}

// ScanEvents implements cases.Store.
func (s *Store) ScanEvents(ctx context.Context, visit func(cases.Event) error) error {
	return s.scan(ctx, cases.Events, func(id string, value []byte) error {
		e, err := document.DecodeEvent(value)
		if err != nil {
			return fmt.Errorf("event %s: %w", id, err)
		}
		return visit(e)
	})
}

// stored is a document on its way through a scan.
type stored struct {
	id    string
	value []byte
}

// longScan is how many documents make a scan after which memory is given back.
const longScan = 10_000

func (s *Store) scan(ctx context.Context, in cases.Collection, visit func(id string, value []byte) error) error {
	after := ""
	for visited := 0; ; {
		piece, err := s.piece(ctx, in, after)
		if err != nil {
			return err
		}
		if len(piece) == 0 {
			if visited >= longScan {
				s.rest()
			}
			return nil
		}
		visited += len(piece)
		for _, d := range piece {
			if err := visit(d.id, d.value); err != nil {
				return err
			}
		}
		after = piece[len(piece)-1].id
	}
}

// piece reads the documents that follow the id after.
func (s *Store) piece(ctx context.Context, in cases.Collection, after string) ([]stored, error) {
	var out []stored
	err := s.view(ctx, func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(in))
		if b == nil {
			return nil
		}
		c := b.Cursor()
		size := 0
		for k, v := c.Seek([]byte(after)); k != nil && len(out) < scanDocs && size < scanBytes; k, v = c.Next() {
			if string(k) == after {
				continue
			}
			out = append(out, stored{string(k), bytes.Clone(v)})
			size += len(v)
		}
		return nil
	})
	return out, err
}

// Follow implements cases.Store. No other instance can have the file open, so
// there is nothing to follow.
func (s *Store) Follow(ctx context.Context, ready func(), _ func(cases.Notice)) error {
	ready()
	<-ctx.Done()
	return nil
}
