package mongo

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/store/document"
)

// byID selects one document.
func byID(id string) bson.D { return bson.D{{Key: "_id", Value: id}} }

// ask runs one operation within the time limit.
func (s *Store) ask(ctx context.Context, op func(ctx context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	return failure(ctx, op(limited))
}

// find reads one document as it is stored, or returns ErrNotFound.
func (s *Store) find(ctx context.Context, in cases.Collection, id string) (raw bson.Raw, err error) {
	err = s.ask(ctx, func(ctx context.Context) error {
		raw, err = s.db.Collection(string(in)).FindOne(ctx, byID(id)).Raw()
		return err
	})
	return raw, err
}

// insertOne inserts a document that is spelled already, or returns ErrExists.
func (s *Store) insertOne(ctx context.Context, in cases.Collection, id string, doc any) error {
	d, err := encode(in, id, 0, doc)
	if err != nil {
		return err
	}
	return s.ask(ctx, func(ctx context.Context) error {
		_, err := s.db.Collection(string(in)).InsertOne(ctx, d.doc)
		return err
	})
}

// replace writes a document over what is there, if anything. Two that write
// the same new document at once may collide in the server's insert; the loser's
// second try finds the document there.
func (s *Store) replace(ctx context.Context, d spelled) error {
	var err error
	for range 3 {
		err = s.ask(ctx, func(ctx context.Context) error {
			_, err := s.db.Collection(string(d.in)).ReplaceOne(ctx, byID(d.id), d.doc, options.Replace().SetUpsert(true))
			return err
		})
		if !errors.Is(err, cases.ErrExists) {
			return err
		}
	}
	return fmt.Errorf("replacing a document in %s: it keeps colliding: %w", d.in, err)
}

// replacers is how many documents of a commit are replaced at once.
const replacers = 8

// replaceAll replaces documents, several at once, and returns the first failure.
func (s *Store) replaceAll(ctx context.Context, docs map[place]spelled) error {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed error
	slots := make(chan struct{}, replacers)
	for _, d := range docs {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := s.replace(ctx, d); err != nil {
				mu.Lock()
				defer mu.Unlock()
				failed = err
			}
		})
	}
	wg.Wait()
	return failed
}

// Insert implements cases.Store.
func (s *Store) Insert(ctx context.Context, in cases.Collection, id string, doc any) error {
	return s.insertOne(ctx, in, id, doc)
}

// Put implements cases.Store.
func (s *Store) Put(ctx context.Context, in cases.Collection, id string, doc any) error {
	d, err := encode(in, id, 0, doc)
	if err != nil {
		return err
	}
	return s.replace(ctx, d)
}

// Delete implements cases.Store.
func (s *Store) Delete(ctx context.Context, in cases.Collection, id string) error {
	return s.ask(ctx, func(ctx context.Context) error {
		_, err := s.db.Collection(string(in)).DeleteOne(ctx, byID(id))
		return err
	})
}

// Get implements cases.Store.
func (s *Store) Get(ctx context.Context, in cases.Collection, id string, into any) error {
	raw, err := s.find(ctx, in, id)
	if err != nil {
		return err
	}
	return document.Decode(raw, into)
}

// windows is how many events are asked for at once: usually the first question,
// for the one event that may have come after a picture, has no answer, and a
// whole history is had in a few turns.
var windows = []int{1, 4, 16}

// Events implements cases.Store. It asks for each event by its key, which every
// server and every sharding answers from its first index.
func (s *Store) Events(ctx context.Context, record string, from int64) ([]cases.Event, error) {
	var out []cases.Event
	for turn, seq := 0, max(from, 1); ; turn++ {
		n := windows[min(turn, len(windows)-1)]
		found := make([]bson.Raw, n)
		errs := make([]error, n)
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() { found[i], errs[i] = s.find(ctx, cases.Events, cases.Key(record, seq+int64(i))) })
		}
		wg.Wait()
		for i := range n {
			if errors.Is(errs[i], cases.ErrNotFound) {
				return out, nil
			}
			key := cases.Key(record, seq+int64(i))
			if errs[i] != nil {
				return nil, fmt.Errorf("event %s: %w", key, errs[i])
			}
			e, err := document.DecodeEvent(found[i])
			if err != nil {
				return nil, fmt.Errorf("event %s: %w", key, err)
			}
			out = append(out, e)
		}
		seq += int64(n)
	}
}

// Scan implements cases.Store.
func (s *Store) Scan(ctx context.Context, in cases.Collection, visit func(string, func(any) error) error) error {
	return s.scan(ctx, in, func(raw bson.Raw) error {
		id, err := document.ID(raw)
		if err != nil {
			return fmt.Errorf("%s: %w", in, err)
		}
		return visit(id, func(into any) error { return document.Decode(raw, into) })
	})
}

// ScanEvents implements cases.Store.
func (s *Store) ScanEvents(ctx context.Context, visit func(cases.Event) error) error {
	return s.scan(ctx, cases.Events, func(raw bson.Raw) error {
		e, err := document.DecodeEvent(raw)
		if err != nil {
			id, _ := document.ID(raw)
			return fmt.Errorf("event %s: %w", id, err)
		}
		return visit(e)
	})
}

// scan reads a collection in the order of _id. Each fetch has the time limit, the
// whole has none. A document is valid during its visit.
func (s *Store) scan(ctx context.Context, in cases.Collection, visit func(bson.Raw) error) error {
	var cursor *driver.Cursor
	err := s.ask(ctx, func(ctx context.Context) (err error) {
		order := options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}).SetBatchSize(500)
		cursor, err = s.db.Collection(string(in)).Find(ctx, bson.D{}, order)
		return err
	})
	if err != nil {
		return fmt.Errorf("scanning %s: %w", in, err)
	}
	defer cursor.Close(context.WithoutCancel(ctx))
	for {
		more := false
		err := s.ask(ctx, func(ctx context.Context) error {
			more = cursor.Next(ctx)
			return cursor.Err()
		})
		if err != nil {
			return fmt.Errorf("scanning %s: %w", in, err)
		}
		if !more {
			return nil
		}
		if err := visit(cursor.Current); err != nil {
			return err
		}
	}
}
