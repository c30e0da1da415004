package mongo

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/store/document"
)

// A commit is bounded in changes and in bytes, well below what one message to
// the server may hold.
const (
	maxBatch      = 512
	maxBatchBytes = 16 << 20
)

var errClosed = fmt.Errorf("%w: it is closed", cases.ErrUnavailable)

// place is where a document is.
type place struct {
	in cases.Collection
	id string
}

// spelled is a document ready to be sent.
type spelled struct {
	place
	version int64
	doc     bson.Raw
}

// change is a cases.Change ready to be sent, and its answer.
type change struct {
	record   string
	seq      int64
	event    bson.Raw
	claims   []spelled
	pictures []spelled
	answer   error
}

func (c *change) size() int {
	n := len(c.event)
	for _, d := range slices.Concat(c.claims, c.pictures) {
		n += len(d.doc)
	}
	return n
}

// request is what one caller hands to the committers. The answers are in its
// changes when done is closed; until then they belong to the committer.
type request struct {
	changes []*change
	done    chan struct{}
}

// Append implements cases.Store. When ctx ends while the server is still being
// asked, the changes are answered with ErrUnavailable and may yet be written.
func (s *Store) Append(ctx context.Context, changes []cases.Change) []error {
	answers := make([]error, len(changes))
	var ready []*change
	var of []int
	for i, c := range changes {
		spelt, err := encodeChange(c)
		if err != nil {
			answers[i] = err
			continue
		}
		ready, of = append(ready, spelt), append(of, i)
	}
	for len(ready) > 0 {
		n, bytes := 0, 0
		for n < len(ready) && n < maxBatch && (n == 0 || bytes+ready[n].size() <= maxBatchBytes) {
			bytes += ready[n].size()
			n++
		}
		for i, err := range s.commit(ctx, ready[:n]) {
			answers[of[i]] = err
		}
		ready, of = ready[n:], of[n:]
	}
	return answers
}

func encodeChange(c cases.Change) (*change, error) {
	h := c.Event.Header
	event, err := document.EncodeEvent(c.Event)
	if err != nil {
		return nil, fmt.Errorf("event %s: %w", cases.Key(h.Record, h.Seq), err)
	}
	out := &change{record: h.Record, seq: h.Seq, event: event}
	for _, claim := range c.Claims {
		d, err := encode(claim.In, claim.ID, 0, claim.Doc)
		if err != nil {
			return nil, err
		}
		out.claims = append(out.claims, d)
	}
	for _, p := range c.Pictures {
		d, err := encode(p.In, p.ID, p.Version, p.Doc)
		if err != nil {
			return nil, err
		}
		out.pictures = append(out.pictures, d)
	}
	return out, nil
}

func encode(in cases.Collection, id string, version int64, doc any) (spelled, error) {
	b, err := document.Encode(id, doc)
	if err != nil {
		return spelled{}, fmt.Errorf("%s: %w", in, err)
	}
	return spelled{place{in, id}, version, b}, nil
}

// commit hands changes to the committers and waits for their answers.
func (s *Store) commit(ctx context.Context, changes []*change) []error {
	answers := make([]error, len(changes))
	r := &request{changes: changes, done: make(chan struct{})}
	err := s.handIn(ctx, r)
	if err == nil {
		select {
		case <-r.done:
			for i, c := range changes {
				answers[i] = c.answer
			}
			return answers
		case <-ctx.Done():
			err = fmt.Errorf("%w: gave up waiting for its answer: %w", cases.ErrUnavailable, ctx.Err())
		}
	}
	for i := range answers {
		answers[i] = err
	}
	return answers
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

// commitAll is one committer: it runs until the queue is closed and empty.
func (s *Store) commitAll() {
	for first := range s.queue {
		batch, changes := s.drain(first)
		s.write(changes)
		for _, r := range batch {
			close(r.done)
		}
	}
}

// drain takes what waits behind first, within the bounds of a commit.
func (s *Store) drain(first *request) (batch []*request, changes []*change) {
	bytes := 0
	take := func(r *request) {
		batch, changes = append(batch, r), append(changes, r.changes...)
		for _, c := range r.changes {
			bytes += c.size()
		}
	}
	take(first)
	for len(changes) < maxBatch && bytes < maxBatchBytes {
		select {
		case r, open := <-s.queue:
			if !open {
				return batch, changes
			}
			take(r)
		default:
			return batch, changes
		}
	}
	return batch, changes
}

// write carries a commit out and leaves an answer in each change. The callers'
// contexts play no part: others share the commit.
func (s *Store) write(changes []*change) {
	ctx := context.Background()
	left := s.takeClaims(ctx, changes)
	if len(left) == 0 {
		return
	}
	names := make([]announced, len(left))
	for i, c := range left {
		names[i] = announced{c.record, c.seq}
	}
	entry, err := s.announce(ctx, names)
	if err != nil {
		for _, c := range left {
			c.answer = err
		}
		return
	}
	s.settle.depart(left)
	s.insertEvents(ctx, left)
	unsure := s.writePictures(ctx, left)
	s.settle.later(entry, unsure, 2*s.timeout)
}

// takeClaims inserts the claims and returns the changes that have all of theirs.
func (s *Store) takeClaims(ctx context.Context, changes []*change) []*change {
	byCollection := map[cases.Collection][]bson.Raw{}
	owner := map[cases.Collection][]*change{}
	for _, c := range changes {
		for _, d := range c.claims {
			byCollection[d.in] = append(byCollection[d.in], d.doc)
			owner[d.in] = append(owner[d.in], c)
		}
	}
	for in, docs := range byCollection {
		for i, err := range s.insertMany(ctx, in, docs) {
			c := owner[in][i]
			switch {
			case errors.Is(err, cases.ErrExists):
				c.answer = cases.ErrNumberTaken
			case err != nil && !errors.Is(c.answer, cases.ErrNumberTaken):
				c.answer = fmt.Errorf("claim in %s: %w", in, err)
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(changes), func(c *change) bool { return c.answer != nil })
}

func (s *Store) insertEvents(ctx context.Context, changes []*change) {
	docs := make([]bson.Raw, len(changes))
	for i, c := range changes {
		docs[i] = c.event
	}
	for i, err := range s.insertMany(ctx, cases.Events, docs) {
		changes[i].answer = err
	}
}

// insertMany inserts documents, each for itself, and answers for each.
func (s *Store) insertMany(ctx context.Context, in cases.Collection, docs []bson.Raw) []error {
	limited, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	answers := make([]error, len(docs))
	every := make([]any, len(docs))
	for i, d := range docs {
		every[i] = d
	}
	_, err := s.db.Collection(string(in)).InsertMany(limited, every, options.InsertMany().SetOrdered(false))
	if err == nil {
		return answers
	}
	var bulk driver.BulkWriteException
	if !errors.As(err, &bulk) || bulk.WriteConcernError != nil {
		// Nobody knows which documents were written, or whether they will last. One
		// that the server refused as taken was certainly not written.
		for i := range answers {
			answers[i] = unknown(ctx, err)
		}
	}
	for _, w := range bulk.WriteErrors {
		if w.Index < 0 || w.Index >= len(answers) {
			continue
		}
		if w.Code == duplicate {
			answers[w.Index] = cases.ErrExists
		} else {
			answers[w.Index] = failure(ctx, driver.WriteException{WriteErrors: driver.WriteErrors{w.WriteError}})
		}
	}
	return answers
}

// unknown is the answer to a write of which nobody knows whether it took place.
func unknown(ctx context.Context, err error) error {
	err = failure(ctx, err)
	if errors.Is(err, cases.ErrUnavailable) || !errors.As(err, new(driver.WriteException)) && !errors.As(err, new(driver.BulkWriteException)) {
		return err
	}
	return fmt.Errorf("%w: %w", cases.ErrUnavailable, err)
}

// writePictures replaces the pictures of the changes whose event was written. It
// returns the records whose pictures are not certain to be the latest.
func (s *Store) writePictures(ctx context.Context, changes []*change) (unsure []mark) {
	latest := map[place]spelled{}
	var written []*change
	for _, c := range changes {
		switch {
		case c.answer == nil:
			written = append(written, c)
			for _, d := range c.pictures {
				if had, ok := latest[d.place]; !ok || had.version <= d.version {
					latest[d.place] = d
				}
			}
		case !errors.Is(c.answer, cases.ErrExists):
			unsure = append(unsure, mark{record: c.record, seq: c.seq - 1, maybe: true})
		}
	}
	err := s.replaceAll(ctx, latest)
	crowded := s.settle.land(changes)
	if err == nil {
		return append(unsure, s.overtaken(ctx, written, crowded)...)
	}
	s.log.Warn("pictures were not written and are tried again", "records", len(written), "error", err)
	for _, c := range written {
		unsure = append(unsure, mark{record: c.record, seq: c.seq})
	}
	return unsure
}
