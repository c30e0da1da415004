package ferret

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/cases/casestest"
	"github.com/vaka-project/vaka/store/archive"
	"github.com/vaka-project/vaka/store/bolt"
	"github.com/vaka-project/vaka/store/mongo"
)

func add(n int64) cases.Entry {
	return cases.Entry{Kind: casestest.Added, At: time.UnixMilli(1_772_452_800_000), Actor: "a", Payload: casestest.Addition{N: n}}
}

// stale collects the records that a store asks to have written anew, and does so.
func stale(s *mongo.Store) chan string {
	asked := make(chan string, 100)
	s.OnStale(func(ctx context.Context, record string) error {
		log := casestest.TalliesWithTotals(s, record)
		p, err := log.Load(ctx, record)
		if err != nil {
			return err
		}
		for _, d := range log.Pictures(record, p) {
			if err := s.Put(ctx, d.In, d.ID, d.Doc); err != nil {
				return err
			}
		}
		asked <- record
		return nil
	})
	return asked
}

func expect(t *testing.T, asked chan string, record string) {
	t.Helper()
	select {
	case got := <-asked:
		if got != record {
			t.Fatalf("%s was written anew, not %s", got, record)
		}
	case <-time.After(10 * time.Second):
		t.Fatalf("%s was not written anew", record)
	}
}

// picture is the version of a record's picture and of the total beside it.
func picture(t *testing.T, s cases.Store, record string) [2]int64 {
	t.Helper()
	var p casestest.Tally
	var total casestest.Total
	if err := s.Get(t.Context(), cases.Cases, record, &p); err != nil && !errors.Is(err, cases.ErrNotFound) {
		t.Fatal(err)
	}
	if err := s.Get(t.Context(), cases.Summaries, record, &total); err != nil && !errors.Is(err, cases.ErrNotFound) {
		t.Fatal(err)
	}
	return [2]int64{p.Version, total.Version}
}

// TestOlderPictureIsWrittenAnew: instance B has appended event 2 and written its
// picture before A writes that of event 1. A notices.
func TestOlderPictureIsWrittenAnew(t *testing.T) {
	name := database()
	a, b := open(t, name), open(t, name)
	asked := stale(a)
	p := &casestest.Tally{}
	log := casestest.TalliesWithTotals(a, "r")
	first, err := log.Prepare("r", p, add(1))
	if err != nil {
		t.Fatal(err)
	}
	older := *p
	first.Pictures[0].Doc = older
	second, err := log.Prepare("r", p, add(1))
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range []struct {
		s *mongo.Store
		c cases.Change
	}{{b, second}, {a, first}} {
		if err := w.s.Append(t.Context(), []cases.Change{w.c})[0]; err != nil {
			t.Fatalf("append %d: %v", i, err)
		}
	}
	expect(t, asked, "r")
	if got := picture(t, b, "r"); got != [2]int64{2, 2} {
		t.Errorf("pictures are at %v", got)
	}
}

// TestFailedPicturesFollow: an event is acknowledged even though its pictures
// could not be written, and they are written later.
func TestFailedPicturesFollow(t *testing.T) {
	s := open(t, database())
	asked := stale(s)
	log := casestest.TalliesWithTotals(s, "r")
	c, err := log.Prepare("r", &casestest.Tally{}, add(1))
	if err != nil {
		t.Fatal(err)
	}
	c.Pictures = []cases.Picture{{In: "no$such", ID: "r", Version: 1, Doc: c.Pictures[0].Doc}}
	if err := s.Append(t.Context(), []cases.Change{c})[0]; err != nil {
		t.Fatalf("the event was written: %v", err)
	}
	expect(t, asked, "r")
	if got := picture(t, s, "r"); got != [2]int64{1, 1} {
		t.Errorf("pictures are at %v", got)
	}
}

// TestLostAnswerIsSettled: the server takes an event and its answer is lost. The
// caller finds its event, the pictures follow, and the other instance hears of it.
func TestLostAnswerIsSettled(t *testing.T) {
	name, p := database(), newProxy(t)
	s, err := mongo.Open(t.Context(), mongo.Config{URI: p.uri(), Database: name, Timeout: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, s) })
	asked := stale(s)
	other := open(t, name)
	told := make(chan cases.Notice, 100)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- other.Follow(ctx, func() { close(ready) }, func(n cases.Notice) { told <- n }) }()
	<-ready

	p.loseAnswerTo(string(cases.Events), false)
	log := casestest.TalliesWithTotals(s, "r")
	tally := &casestest.Tally{}
	c, err := log.Prepare("r", tally, add(1))
	if err != nil {
		t.Fatal(err)
	}
	err = s.Append(t.Context(), []cases.Change{c})[0]
	if !errors.Is(err, cases.ErrUnavailable) {
		t.Fatalf("the answer was lost: %v", err)
	}
	if err := log.Settle(t.Context(), c.Event, err); err != nil {
		t.Fatalf("the event is there: %v", err)
	}
	if n := <-told; n.Record != "r" || n.Seq != 1 {
		t.Errorf("told of %+v", n)
	}
	expect(t, asked, "r")
	if got := picture(t, other, "r"); got != [2]int64{1, 1} {
		t.Errorf("pictures are at %v", got)
	}
	if _, err := log.Append(t.Context(), "r", tally, add(1)); err != nil {
		t.Errorf("the next event: %v", err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestSpread: once it returns, the other instance has been told.
func TestSpread(t *testing.T) {
	name := database()
	other := open(t, name)
	told := make(chan cases.Notice, 100)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- other.Follow(ctx, func() { close(ready) }, func(n cases.Notice) { told <- n }) }()
	<-ready

	s := open(t, name)
	if _, err := casestest.Tallies(s).Append(t.Context(), "r", &casestest.Tally{}, add(1)); err != nil {
		t.Fatal(err)
	}
	for range 20 { // the other finds a new instance within some heartbeats
		s.Spread(t.Context())
		if len(told) > 0 {
			break
		}
	}
	if n := <-told; n.Record != "r" || n.Seq != 1 {
		t.Errorf("told of %+v", n)
	}
	if _, err := casestest.Tallies(s).Append(t.Context(), "r2", &casestest.Tally{}, add(1)); err != nil {
		t.Fatal(err)
	}
	s.Spread(t.Context())
	select {
	case n := <-told:
		if n.Record != "r2" {
			t.Errorf("told of %+v", n)
		}
	default:
		t.Error("the other instance, known by now, has not been told")
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestLostAnnouncement: when the answer to a feed entry is lost, nothing is
// appended, and the feed goes on without a gap.
func TestLostAnnouncement(t *testing.T) {
	name, p := database(), newProxy(t)
	s, err := mongo.Open(t.Context(), mongo.Config{URI: p.uri(), Database: name, Timeout: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, s) })
	log := casestest.Tallies(s)
	p.loseAnswerTo("feed", false)
	if _, err := log.Append(t.Context(), "r", &casestest.Tally{}, add(1)); !errors.Is(err, cases.ErrUnavailable) {
		t.Fatalf("got %v", err)
	}
	if _, err := log.Append(t.Context(), "q", &casestest.Tally{}, add(1)); err != nil {
		t.Fatal(err)
	}
	unsettled, err := open(t, name).Unsettled(t.Context())
	if err != nil || !slices.Equal(unsettled, []string{"q", "r"}) {
		t.Errorf("the feed names %v, %v", unsettled, err)
	}
}

func TestServerGoesAndComesBack(t *testing.T) {
	p := newProxy(t)
	s, err := mongo.Open(t.Context(), mongo.Config{URI: p.uri(), Database: database(), Timeout: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, s) })
	log := casestest.Tallies(s)
	tally := &casestest.Tally{}
	if _, err := log.Append(t.Context(), "r", tally, add(1)); err != nil {
		t.Fatal(err)
	}
	p.set(true)
	gone := *tally
	for what, err := range map[string]error{
		"append": s.Append(t.Context(), []cases.Change{mustPrepare(t, log, "q")})[0],
		"get":    s.Get(t.Context(), cases.Cases, "r", &gone),
		"put":    s.Put(t.Context(), cases.Meta, "x", nil),
		"insert": s.Insert(t.Context(), cases.Meta, "x", nil),
		"delete": s.Delete(t.Context(), cases.Meta, "x"),
		"scan":   s.Scan(t.Context(), cases.Meta, nil),
	} {
		if !errors.Is(err, cases.ErrUnavailable) {
			t.Errorf("%s without a server: %v", what, err)
		}
	}
	p.set(false)
	for deadline := time.Now().Add(10 * time.Second); ; {
		next := *tally
		_, err := log.Append(t.Context(), "r", &next, add(1))
		if err == nil {
			break
		}
		if !errors.Is(err, cases.ErrUnavailable) || time.Now().After(deadline) {
			t.Fatalf("with the server back: %v", err)
		}
	}
	events, err := s.Events(t.Context(), "r", 1)
	if err != nil || len(events) != 2 || len(cases.Verify("r", events)) > 0 {
		t.Errorf("%d events, %v", len(events), err)
	}
}

func mustPrepare(t *testing.T, log cases.Log[casestest.Tally, *casestest.Tally], id string) cases.Change {
	t.Helper()
	c, err := log.Prepare(id, &casestest.Tally{}, add(1))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestUnsettled: what an instance announced and did not finish is named to the
// next ones, until it has stopped in good order.
func TestUnsettled(t *testing.T) {
	name := database()
	ends := open(t, name)
	for i := range 3 {
		id := fmt.Sprintf("r%d", i)
		if _, err := casestest.Tallies(ends).Append(t.Context(), id, &casestest.Tally{}, add(1)); err != nil {
			t.Fatal(err)
		}
	}
	// It has not told yet that its entries are finished, as if it had just crashed.
	next := open(t, name)
	got, err := next.Unsettled(t.Context())
	if err != nil || !slices.Equal(got, []string{"r0", "r1", "r2"}) {
		t.Errorf("unsettled after a crash: %v, %v", got, err)
	}
	next.Settled()
	shut(t, ends)
	if got, err = open(t, name).Unsettled(t.Context()); err != nil || len(got) != 0 {
		t.Errorf("unsettled after a good end: %v, %v", got, err)
	}
}

// TestSilentServer: a caller whose context ends is not kept waiting, and a server
// that says nothing is given up on after the time limit.
func TestSilentServer(t *testing.T) {
	p := newProxy(t)
	s, err := mongo.Open(t.Context(), mongo.Config{URI: p.uri(), Database: database(), Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, s) })
	log := casestest.Tallies(s)
	p.loseAnswerTo("feed", true)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	begun := time.Now()
	err = s.Append(ctx, []cases.Change{mustPrepare(t, log, "r")})[0]
	if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, cases.ErrUnavailable) || time.Since(begun) > time.Second {
		t.Errorf("after %s: %v", time.Since(begun), err)
	}
	p.loseAnswerTo(string(cases.Events), true)
	err = s.Append(t.Context(), []cases.Change{mustPrepare(t, log, "q")})[0]
	if !errors.Is(err, cases.ErrUnavailable) {
		t.Errorf("after the time limit: %v", err)
	}
	if _, err := log.Append(t.Context(), "x", &casestest.Tally{}, add(1)); err != nil {
		t.Errorf("with a server that answers again: %v", err)
	}
}

// TestExportBetweenEngines: from the local file to MongoDB and back, byte for byte.
func TestExportBetweenEngines(t *testing.T) {
	local := func() *bolt.Store {
		s, err := bolt.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	from, there, back := local(), open(t, database()), local()
	for i := range 40 {
		id := fmt.Sprintf("record-%d", i)
		p := &casestest.Tally{}
		for n := range i%6 + 1 {
			e := add(int64(n))
			e.Payload = casestest.Addition{N: 1, Note: "<å> \u2028 \" 🙂"}
			if n == 0 {
				e.Claims = []cases.Claim{{In: cases.Numbers, ID: id, Doc: map[string]string{"case": id}}}
			}
			if _, err := casestest.Tallies(from).Append(t.Context(), id, p, e); err != nil {
				t.Fatal(err)
			}
		}
	}
	odd := map[string]any{"a.b$": []any{nil, 0.5, int64(7), time.UnixMilli(3).UTC(), []byte{0, 255}}, "": map[string]any{}}
	if err := from.Put(t.Context(), cases.Meta, "odd", odd); err != nil {
		t.Fatal(err)
	}
	var files [3]bytes.Buffer
	for i, s := range []cases.Store{from, there, back} {
		if i > 0 {
			if _, err := archive.Import(t.Context(), bytes.NewReader(files[i-1].Bytes()), s); err != nil {
				t.Fatalf("import %d: %v", i, err)
			}
		}
		if _, err := archive.Export(t.Context(), s, &files[i]); err != nil {
			t.Fatalf("export %d: %v", i, err)
		}
		if files[i].String() != files[0].String() {
			t.Fatalf("export %d differs from the first", i)
		}
	}
	if n := strings.Count(files[2].String(), "\n"); n != 1+136+40+1+1 {
		t.Errorf("%d lines", n)
	}
}
