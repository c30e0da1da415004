package casestest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/cases"
)

// grow appends n additions to a record.
func grow(t *testing.T, s cases.Store, id string, n int) {
	t.Helper()
	p := &Tally{}
	for i := range n {
		if _, err := Tallies(s).Append(t.Context(), id, p, addition(int64(i), "")); err != nil {
			t.Fatal(err)
		}
	}
}

func eventsInOrder(t *testing.T, e Engine) {
	grow(t, e.Store, "r", 25)
	grow(t, e.Store, "r-2", 2) // a neighbour whose name begins the same
	grow(t, e.Store, "q", 2)
	intact(t, e.Store, "r", 25)
	for _, from := range []int64{-1, 0, 1, 2, 10, 25, 26, 1000} {
		events, err := e.Store.Events(t.Context(), "r", from)
		must(t, err)
		first := max(from, 1)
		if len(events) != int(max(26-first, 0)) {
			t.Fatalf("from %d: %d events", from, len(events))
		}
		for i, ev := range events {
			if ev.Header.Record != "r" || ev.Header.Seq != first+int64(i) {
				t.Fatalf("from %d: event %d is %s/%d", from, i, ev.Header.Record, ev.Header.Seq)
			}
		}
	}
}

// many is enough documents that no engine reads them in one go.
const many = 1100

// fillWith writes many documents and many records of one event, in an order that
// is not theirs.
func fillWith(t *testing.T, s cases.Store) {
	t.Helper()
	order := make([]int, many)
	for i := range order {
		order[i] = i * 7 % many
	}
	for piece := range slices.Chunk(order, 200) {
		changes := make([]cases.Change, 0, len(piece))
		for _, n := range piece {
			changes = append(changes, change(t, record(n), &Tally{}, int64(n)))
		}
		for i, err := range s.Append(t.Context(), changes) {
			if err != nil {
				t.Fatalf("change %d of a large batch: %v", i, err)
			}
		}
	}
}

func scanOrder(t *testing.T, e Engine) {
	fillWith(t, e.Store)
	grow(t, e.Store, "zz", 3)
	n := 0
	must(t, e.Store.Scan(t.Context(), cases.Cases, func(id string, decode func(any) error) error {
		if n < many {
			var p Tally
			if err := decode(&p); err != nil {
				return err
			}
			if id != record(n) || p.Sum != int64(n) {
				return fmt.Errorf("place %d holds %s with %d", n, id, p.Sum)
			}
		}
		n++
		return nil
	}))
	if n != many+1 {
		t.Fatalf("%d documents visited, want %d", n, many+1)
	}
	var keys []string
	must(t, e.Store.ScanEvents(t.Context(), func(ev cases.Event) error {
		keys = append(keys, cases.Key(ev.Header.Record, ev.Header.Seq))
		return nil
	}))
	if len(keys) != many+3 || !slices.IsSorted(keys) || keys[many+2] != "zz/00000003" {
		t.Fatalf("%d events visited, want %d in order", len(keys), many+3)
	}
	must(t, e.Store.Scan(t.Context(), cases.Tokens, func(string, func(any) error) error {
		return errors.New("an empty collection has a document")
	}))
}

func scanStops(t *testing.T, e Engine) {
	enough := errors.New("enough")
	for i := range 5 {
		must(t, e.Store.Put(t.Context(), cases.Meta, record(i), Total{}))
		grow(t, e.Store, record(i), 1)
	}
	n := 0
	err := e.Store.Scan(t.Context(), cases.Meta, func(string, func(any) error) error {
		if n++; n == 3 {
			return enough
		}
		return nil
	})
	if err != enough || n != 3 {
		t.Fatalf("a scan: %v after %d visits", err, n)
	}
	err = e.Store.ScanEvents(t.Context(), func(cases.Event) error { n++; return enough })
	if err != enough || n != 4 {
		t.Fatalf("a scan of events: %v after %d visits", err, n-3)
	}
}

func scanWrites(t *testing.T, e Engine) {
	for i := range 20 {
		must(t, e.Store.Put(t.Context(), cases.Meta, record(i), Total{Sum: int64(i)}))
	}
	must(t, e.Store.Scan(t.Context(), cases.Meta, func(id string, decode func(any) error) error {
		var d Total
		if err := decode(&d); err != nil {
			return err
		}
		d.Sum++
		return e.Store.Put(t.Context(), cases.Meta, id, d)
	}))
	var last Total
	must(t, e.Store.Get(t.Context(), cases.Meta, record(19), &last))
	if last.Sum != 20 {
		t.Fatalf("got %d, want 20", last.Sum)
	}
}

// Word, Inner and Wide have every shape that a domain type may have.
type Word string

// Inner is embedded in Wide and is spelled inline.
type Inner struct {
	Shared string `json:"shared"`
	Depth  *int64 `json:"depth,omitempty"`
}

// Wide is what valuesRoundTrip sends through a store.
type Wide struct {
	Inner
	ID       string            `json:"id"`
	Plain    string            // no tag keeps its name
	Int      int               `json:"int"`
	Small    int32             `json:"small"`
	Big      int64             `json:"big"`
	Unsigned uint16            `json:"unsigned"`
	Float    float64           `json:"float"`
	Yes      bool              `json:"yes"`
	Word     Word              `json:"word"`
	Words    []Word            `json:"words"`
	Bytes    []byte            `json:"bytes"`
	Raw      json.RawMessage   `json:"raw"`
	At       time.Time         `json:"at"`
	Never    time.Time         `json:"never"`
	Omitted  time.Time         `json:"omitted,omitzero"`
	When     *time.Time        `json:"when,omitempty"`
	Yesno    *bool             `json:"yesno"`
	Nested   *Inner            `json:"nested"`
	List     []Inner           `json:"list,omitempty"`
	ByWord   map[Word][]int64  `json:"by_word"`
	ByNumber map[int]string    `json:"by_number"`
	Strings  map[string]string `json:"strings,omitempty"`
	Any      any               `json:"any"`
	Pair     [2]int64          `json:"pair"`
	Address  netip.Addr        `json:"address"` // spells itself, has no exported field
	Secret   string            `json:"-"`
}

func wideSamples() map[string]Wide {
	depth, no := int64(math.MinInt64), false
	at := noon.Add(123 * time.Millisecond)
	return map[string]Wide{
		"zero": {},
		"full": {
			Inner: Inner{Shared: "inline", Depth: &depth},
			ID:    "own id", Plain: "åäö 🙂", Int: math.MaxInt, Small: -1, Big: math.MaxInt64, Unsigned: 65535, Float: 0.1, Yes: true,
			Word: "W", Words: []Word{"a", ""}, Bytes: []byte{0, 255}, Raw: json.RawMessage(`{"a": [1,2.50]}`),
			At: at, Omitted: at, When: &at, Yesno: &no, Nested: &Inner{Shared: "n"}, List: []Inner{{}, {Depth: &depth}},
			ByWord: map[Word][]int64{"A": {1}, "B": {}, "C": nil}, ByNumber: map[int]string{-7: "x"}, Strings: map[string]string{"k": "v"},
			Any:  map[string]any{"n": int64(1) << 60, "f": 1.5, "s": "t", "l": []any{true, nil, int64(0)}, "t": at, "b": []byte{1}},
			Pair: [2]int64{1, 2}, Address: netip.MustParseAddr("192.0.2.1"),
		},
		"empty": {Words: []Word{}, Bytes: []byte{}, ByWord: map[Word][]int64{}, ByNumber: map[int]string{}, Nested: &Inner{}, Any: []any{}},
	}
}

func valuesRoundTrip(t *testing.T, e Engine) {
	for name, in := range wideSamples() {
		must(t, e.Store.Put(t.Context(), cases.Meta, name, in))
		got := Wide{Secret: "what was there before", Words: []Word{"is gone"}}
		must(t, e.Store.Get(t.Context(), cases.Meta, name, &got))
		if diff := cmp.Diff(in, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
			t.Errorf("%s (-in +out):\n%s", name, diff)
		}
	}
	in := map[string]any{"a": int64(1), "_id": "mine", "_v": int64(2), "list": []any{map[string]any{"x": "y"}}}
	must(t, e.Store.Put(t.Context(), cases.Meta, "map", in))
	var got map[string]any
	must(t, e.Store.Get(t.Context(), cases.Meta, "map", &got))
	if diff := cmp.Diff(in, got); diff != "" {
		t.Errorf("a map (-in +out):\n%s", diff)
	}
}

func instants(t *testing.T, e Engine) {
	stockholm, err := time.LoadLocation("Europe/Stockholm")
	must(t, err)
	type doc struct {
		At time.Time `json:"at"`
	}
	for i, at := range []time.Time{
		time.Date(2026, 10, 25, 2, 30, 0, 987_654_321, stockholm), // an hour that there is twice
		time.Date(1969, 12, 31, 23, 59, 59, 999_000_000, time.UTC),
		time.Date(2060, 2, 29, 0, 0, 0, 1_000_000, time.FixedZone("", -11*3600)),
		{},
	} {
		id := record(i)
		must(t, e.Store.Put(t.Context(), cases.Meta, id, doc{at}))
		var got doc
		must(t, e.Store.Get(t.Context(), cases.Meta, id, &got))
		if truth := at.UTC().Truncate(time.Millisecond); got.At != truth {
			t.Errorf("%s came back as %s, want %s", at, got.At, truth)
		}
		entry := addition(1, "")
		entry.At = at
		p := &Tally{}
		written, err := Tallies(e.Store).Append(t.Context(), id, p, entry)
		must(t, err)
		events, err := e.Store.Events(t.Context(), id, 1)
		must(t, err)
		if events[0].Header != written.Header || events[0].Header.Hash() != p.Head {
			t.Errorf("the header of %s came back as %+v", at, events[0].Header)
		}
	}
}

func mapKeys(t *testing.T, e Engine) {
	in := map[string]map[string]string{"": {"": ""}}
	for _, k := range []string{"a.b", "$x", "$", ".", "..", "%", "%2E", "a%", "_id", "_v", "åäö", "日本", " ", "a b", "\t\n", "\x7f", "x\x00y", "\"", "\\", "'", "0", "constructor"} {
		in[k] = map[string]string{k: k}
	}
	must(t, e.Store.Put(t.Context(), cases.Meta, "keys", in))
	var got map[string]map[string]string
	must(t, e.Store.Get(t.Context(), cases.Meta, "keys", &got))
	if diff := cmp.Diff(in, got); diff != "" {
		t.Fatalf("(-in +out):\n%s", diff)
	}
}

func oddIDs(t *testing.T, e Engine) {
	ids := []string{"$where", "a.b", "a/b", "a", "A", "Ö", "ö", "z", "日本", " ", "1", "{}", "null", strings.Repeat("x", 900)}
	for i, id := range ids {
		must(t, e.Store.Insert(t.Context(), cases.Meta, id, Total{Sum: int64(i)}))
	}
	slices.Sort(ids)
	var seen []string
	must(t, e.Store.Scan(t.Context(), cases.Meta, func(id string, _ func(any) error) error {
		seen = append(seen, id)
		return nil
	}))
	if diff := cmp.Diff(ids, seen); diff != "" {
		t.Fatalf("text order is the order of bytes (-want +got):\n%s", diff)
	}
}

func largeDocuments(t *testing.T, e Engine) {
	large := e.Large
	if large == 0 {
		large = 5 << 20
	}
	for i, size := range []int{1 << 20, large} {
		entry := addition(1, strings.Repeat("ö", size/2))
		p := &Tally{}
		written, err := Tallies(e.Store).Append(t.Context(), record(i), p, entry)
		must(t, err)
		events, err := e.Store.Events(t.Context(), record(i), 1)
		must(t, err)
		if len(events) != 1 || !bytes.Equal(events[0].Payload, written.Payload) || !bytes.Equal(events[0].Salt, written.Salt) {
			t.Fatalf("a payload of %d bytes did not come back", size)
		}
		var picture Tally
		must(t, e.Store.Get(t.Context(), cases.Cases, record(i), &picture))
		if diff := cmp.Diff(p.Head, picture.Head); diff != "" || len(picture.Notes[0]) != len(p.Notes[0]) {
			t.Fatalf("a picture of %d bytes did not come back", size)
		}
	}
}

// filePieces keeps two files in pieces, as attachments are kept: written many at a
// time in any order, one of them taken away again, and read after opening anew.
func filePieces(t *testing.T, e Engine) {
	type piece struct {
		Data []byte `json:"data"`
	}
	const size, count = 256 << 10, 9
	ctx, name := t.Context(), func(file string, n int) string { return fmt.Sprintf("case/%s/%06d", file, n) }
	content := func(file string, n int) []byte {
		part := bytes.Repeat([]byte{0, 0xff, file[0], byte(n)}, size/4)
		if n == count-1 {
			part = part[:1] // the last one has the rest
		}
		return part
	}
	for _, file := range []string{"kept", "given up"} {
		for _, err := range race(count, func(n int) error {
			return e.Store.Put(ctx, cases.Files, name(file, count-1-n), piece{content(file, count-1-n)})
		}) {
			must(t, err)
		}
	}
	for _, err := range race(count, func(n int) error { return e.Store.Delete(ctx, cases.Files, name("given up", n)) }) {
		must(t, err)
	}
	s, n := e.Reopen(t), 0
	must(t, s.Scan(ctx, cases.Files, func(id string, decode func(any) error) error {
		var p piece
		if err := decode(&p); err != nil {
			return err
		}
		if id != name("kept", n) || !bytes.Equal(p.Data, content("kept", n)) {
			t.Errorf("piece %d is %s with %d bytes", n, id, len(p.Data))
		}
		n++
		return nil
	}))
	if n != count {
		t.Errorf("%d pieces are there, want %d", n, count)
	}
	var gone piece
	want(t, "a piece that was taken away", s.Get(ctx, cases.Files, name("given up", 0), &gone), cases.ErrNotFound)
}

func missing(t *testing.T, e Engine) {
	ctx, s := t.Context(), e.Store
	want(t, "get", s.Get(ctx, cases.Cases, "none", &Tally{}), cases.ErrNotFound)
	want(t, "get in a collection nobody has written to", s.Get(ctx, "nothing_here", "none", &Tally{}), cases.ErrNotFound)
	events, err := s.Events(ctx, "none", 1)
	if err != nil || len(events) != 0 {
		t.Fatalf("events of no record: %d, %v", len(events), err)
	}
	must(t, s.Scan(ctx, "nothing_here", func(string, func(any) error) error { return errors.New("a visit") }))
	must(t, s.Put(ctx, cases.Meta, "empty", struct{}{}))
	must(t, s.Put(ctx, cases.Meta, "nil", nil))
	for _, id := range []string{"empty", "nil"} {
		got := Total{Sum: 1}
		must(t, s.Get(ctx, cases.Meta, id, &got))
		if got != (Total{}) {
			t.Errorf("%s came back as %+v", id, got)
		}
	}
	_, err = Tallies(s).Load(ctx, "none")
	want(t, "load", err, cases.ErrNotFound)
}

// notices collects what a follower is told.
type notices struct {
	mu   sync.Mutex
	seen map[string]int64 // highest sequence told of each record
}

func (n *notices) add(x cases.Notice) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.seen[x.Record] = max(n.seen[x.Record], x.Seq)
}

func (n *notices) told(record string) int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.seen[record]
}

// follow starts to follow a store and returns when that is ready.
func follow(t *testing.T, s cases.Store) *notices {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	n := &notices{seen: map[string]int64{}}
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- s.Follow(ctx, func() { close(ready) }, n.add) }()
	select {
	case <-ready:
	case err := <-ended:
		t.Fatalf("following ended before it was ready: %v", err)
	}
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("following ended with %v", err)
		}
	})
	return n
}

func following(t *testing.T, e Engine) {
	if e.Another == nil {
		t.Skip("one instance only: there is nobody to follow")
	}
	// A further instance was there before, one comes after: both are followed.
	before := e.Another(t)
	grow(t, before, "old", 1)
	n := follow(t, e.Store)
	after := e.Another(t)
	for i := range 10 {
		for name, s := range map[string]cases.Store{"before": before, "after": after} {
			id := fmt.Sprintf("%s-%d", name, i)
			grow(t, s, id, 2)
		}
	}
	for i := range 10 {
		for _, name := range []string{"before", "after"} {
			id := fmt.Sprintf("%s-%d", name, i)
			eventually(t, 2*time.Second, "told of "+id, func() bool { return n.told(id) == 2 })
			p, err := Tallies(e.Store).Load(t.Context(), id)
			must(t, err)
			if p.Version != 2 {
				t.Fatalf("%s is at %d", id, p.Version)
			}
		}
	}
}

func followingEnds(t *testing.T, e Engine) {
	ctx, cancel := context.WithCancel(t.Context())
	ready, ended := 0, make(chan error, 1)
	go func() {
		ended <- e.Store.Follow(ctx, func() { ready++; cancel() }, func(cases.Notice) {})
	}()
	select {
	case err := <-ended:
		if err != nil || ready != 1 {
			t.Fatalf("ended with %v, ready was told %d times", err, ready)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("following goes on after its context ended")
	}
}
