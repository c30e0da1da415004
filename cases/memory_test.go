package cases_test

import (
	"context"
	"slices"
	"sync"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/store/document"
)

// memory is a store that forgets, for tests of many thousand events. It spells
// documents as the engines do, so that what is read has been through their form.
type memory struct {
	mu   sync.Mutex
	docs map[cases.Collection]map[string][]byte
}

func newMemory() *memory { return &memory{docs: map[cases.Collection]map[string][]byte{}} }

// put writes a document; the lock is held.
func (m *memory) put(in cases.Collection, id string, doc any, replace bool) error {
	if m.docs[in] == nil {
		m.docs[in] = map[string][]byte{}
	}
	if _, there := m.docs[in][id]; there && !replace {
		return cases.ErrExists
	}
	var b []byte
	var err error
	if e, ok := doc.(cases.Event); ok {
		b, err = document.EncodeEvent(e)
	} else {
		b, err = document.Encode(id, doc)
	}
	m.docs[in][id] = b
	return err
}

func (m *memory) Append(_ context.Context, changes []cases.Change) []error {
	m.mu.Lock()
	defer m.mu.Unlock()
	answers := make([]error, len(changes))
	for i, c := range changes {
		answers[i] = m.appendOne(c)
	}
	return answers
}

func (m *memory) appendOne(c cases.Change) error {
	for _, claim := range c.Claims {
		if m.put(claim.In, claim.ID, claim.Doc, false) != nil {
			return cases.ErrNumberTaken
		}
	}
	if err := m.put(cases.Events, cases.Key(c.Event.Header.Record, c.Event.Header.Seq), c.Event, false); err != nil {
		return err
	}
	for _, p := range c.Pictures {
		if err := m.put(p.In, p.ID, p.Doc, true); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) Events(_ context.Context, record string, from int64) ([]cases.Event, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []cases.Event
	for seq := from; ; seq++ {
		b, ok := m.docs[cases.Events][cases.Key(record, seq)]
		if !ok {
			return out, nil
		}
		e, err := document.DecodeEvent(b)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
}

func (m *memory) Get(_ context.Context, in cases.Collection, id string, into any) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	b, ok := m.docs[in][id]
	if !ok {
		return cases.ErrNotFound
	}
	return document.Decode(b, into)
}

func (m *memory) Insert(_ context.Context, in cases.Collection, id string, doc any) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.put(in, id, doc, false)
}

func (m *memory) Put(_ context.Context, in cases.Collection, id string, doc any) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.put(in, id, doc, true)
}

func (m *memory) Delete(_ context.Context, in cases.Collection, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.docs[in], id)
	return nil
}

func (m *memory) Scan(_ context.Context, in cases.Collection, visit func(string, func(any) error) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var ids []string
	for id := range m.docs[in] {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		if err := visit(id, func(into any) error { return document.Decode(m.docs[in][id], into) }); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) ScanEvents(_ context.Context, visit func(cases.Event) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var keys []string
	for key := range m.docs[cases.Events] {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		e, err := document.DecodeEvent(m.docs[cases.Events][key])
		if err != nil {
			return err
		}
		if err := visit(e); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) Follow(ctx context.Context, ready func(), _ func(cases.Notice)) error {
	ready()
	<-ctx.Done()
	return ctx.Err()
}
