package auth_test

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/vaka-project/vaka/cases"
)

// memory is a store that forgets, for the failures that a real engine cannot be
// asked to produce. It keeps documents as JSON, so what a test reads back was
// really stored.
type memory struct {
	mu     sync.Mutex
	docs   map[cases.Collection]map[string][]byte
	events map[string]cases.Event

	// trouble is asked before each operation, without the lock: it may fail the
	// operation, or do something else first.
	trouble func(op string, in cases.Collection, id string) error
	// noPictures loses the pictures of appended events, as a crash does.
	noPictures bool
	reads      int // how often Get and Events were called
}

func newMemory() *memory {
	return &memory{docs: map[cases.Collection]map[string][]byte{}, events: map[string]cases.Event{}}
}

func (m *memory) ask(op string, in cases.Collection, id string) error {
	m.mu.Lock()
	trouble := m.trouble
	m.mu.Unlock()
	if trouble == nil {
		return nil
	}
	return trouble(op, in, id)
}

func (m *memory) setTrouble(trouble func(op string, in cases.Collection, id string) error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.trouble = trouble
}

func (m *memory) put(in cases.Collection, id string, doc any) {
	b, err := json.Marshal(doc)
	if err != nil {
		panic(err)
	}
	if m.docs[in] == nil {
		m.docs[in] = map[string][]byte{}
	}
	m.docs[in][id] = b
}

func (m *memory) Append(_ context.Context, changes []cases.Change) []error {
	out := make([]error, len(changes))
	for i, c := range changes {
		out[i] = m.append(c)
	}
	return out
}

func (m *memory) append(c cases.Change) error {
	if err := m.ask("append", cases.Events, string(c.Event.Header.Kind)); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	key := cases.Key(c.Event.Header.Record, c.Event.Header.Seq)
	if _, there := m.events[key]; there {
		return cases.ErrExists
	}
	m.events[key] = c.Event
	if m.noPictures {
		return nil
	}
	for _, p := range c.Pictures {
		m.put(p.In, p.ID, p.Doc)
	}
	return nil
}

func (m *memory) Events(_ context.Context, record string, from int64) ([]cases.Event, error) {
	if err := m.ask("events", cases.Events, record); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reads++
	var out []cases.Event
	for seq := from; ; seq++ {
		e, ok := m.events[cases.Key(record, seq)]
		if !ok {
			return out, nil
		}
		out = append(out, e)
	}
}

func (m *memory) Get(_ context.Context, in cases.Collection, id string, into any) error {
	if err := m.ask("get", in, id); err != nil {
		return err
	}
	m.mu.Lock()
	m.reads++
	b, ok := m.docs[in][id]
	m.mu.Unlock()
	if !ok {
		return cases.ErrNotFound
	}
	if err := json.Unmarshal(b, into); err != nil {
		return err
	}
	return m.ask("got", in, id) // read, and the answer is still on its way
}

func (m *memory) Insert(_ context.Context, in cases.Collection, id string, doc any) error {
	if err := m.ask("insert", in, id); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, there := m.docs[in][id]; there {
		return cases.ErrExists
	}
	m.put(in, id, doc)
	return nil
}

func (m *memory) Put(_ context.Context, in cases.Collection, id string, doc any) error {
	if err := m.ask("put", in, id); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.put(in, id, doc)
	return nil
}

func (m *memory) Delete(_ context.Context, in cases.Collection, id string) error {
	if err := m.ask("delete", in, id); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.docs[in], id)
	return nil
}

func (m *memory) Scan(_ context.Context, in cases.Collection, visit func(string, func(any) error) error) error {
	if err := m.ask("scan", in, ""); err != nil {
		return err
	}
	m.mu.Lock()
	there := maps.Clone(m.docs[in])
	m.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(there)) {
		if err := visit(id, func(into any) error { return json.Unmarshal(there[id], into) }); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) ScanEvents(_ context.Context, visit func(cases.Event) error) error {
	m.mu.Lock()
	there := maps.Clone(m.events)
	m.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(there)) {
		if err := visit(there[key]); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) Follow(ctx context.Context, ready func(), _ func(cases.Notice)) error {
	ready()
	<-ctx.Done()
	return nil
}

// count is how many documents a collection has.
func (m *memory) count(in cases.Collection) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.docs[in])
}

// everything is all that is stored, in one text.
func (m *memory) everything() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var b bytes.Buffer
	for in, docs := range m.docs {
		for id, doc := range docs {
			b.WriteString(string(in) + " " + id + " " + string(doc) + "\n")
		}
	}
	for key, e := range m.events {
		header, err := json.Marshal(e.Header)
		if err != nil {
			panic(err)
		}
		b.WriteString(key + " " + string(header) + " " + string(e.Payload) + "\n")
	}
	return b.String()
}

// kinds lists the kinds of a record's events, in order.
func (m *memory) kinds(record string) string {
	events, err := m.Events(context.Background(), record, 1)
	if err != nil {
		panic(err)
	}
	var out []string
	for _, e := range events {
		out = append(out, strings.TrimPrefix(string(e.Header.Kind), "account."))
	}
	return strings.Join(out, " ")
}
