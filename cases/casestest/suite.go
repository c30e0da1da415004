package casestest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/vaka-project/vaka/cases"
)

// Engine is an engine with empty data, as the suite needs it.
type Engine struct {
	Store cases.Store
	// Reopen closes Store in good order and opens the same data again. The
	// suite then uses what it returns.
	Reopen func(t *testing.T) cases.Store
	// Another opens a further instance on the same data while Store is open. It
	// is nil for an engine that only one instance can have open.
	Another func(t *testing.T) cases.Store
	// Large is how many bytes of payload the engine must take in one event.
	// 0 is 5 MiB.
	Large int
}

// Run holds an engine against the contract of cases.Store. Open is called for
// each part with a fresh, empty engine, and uses t.Cleanup to close it.
func Run(t *testing.T, open func(t *testing.T) Engine) {
	parts := []struct {
		name string
		test func(*testing.T, Engine)
	}{
		{"one writer wins a key", oneWinner},
		{"one writer wins a key over two instances", oneWinnerOfTwoInstances},
		{"one writer wins an id", oneInsertWins},
		{"a batch is answered change by change", batchAnswers},
		{"a claim that is taken keeps the event out", claimTaken},
		{"a refused change leaves the picture", refusedKeepsPicture},
		{"a chain stays whole under many writers", chainUnderLoad},
		{"a crash between event and picture is not seen", crashBetween},
		{"an older picture over a newer is not seen", olderPicture},
		{"a lost answer is found out", lostAnswer},
		{"events come in order from any sequence", eventsInOrder},
		{"scans visit everything in text order", scanOrder},
		{"a visit ends a scan with its error", scanStops},
		{"a visit may write", scanWrites},
		{"values come back as they went in", valuesRoundTrip},
		{"instants come back in UTC with milliseconds", instants},
		{"any map key comes back", mapKeys},
		{"any text is an id", oddIDs},
		{"large documents", largeDocuments},
		{"pieces of a file", filePieces},
		{"missing is not empty", missing},
		{"insert, put and delete", insertPutDelete},
		{"an ended context writes nothing", endedContext},
		{"readers and writers at once", concurrentReaders},
		{"what was acknowledged is there after opening again", durable},
		{"a follower sees another instance's changes", following},
		{"following ends with its context", followingEnds},
	}
	for _, p := range parts {
		t.Run(p.name, func(t *testing.T) { p.test(t, open(t)) })
	}
}

// noon is when everything in the suite happens.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// addition is an entry that adds n.
func addition(n int64, note string) cases.Entry {
	return cases.Entry{Kind: Added, At: noon, Actor: "suite", Payload: Addition{N: n, Note: note}}
}

// change prepares the change that adds n to a tally as it stands.
func change(t *testing.T, id string, p *Tally, n int64, claims ...cases.Claim) cases.Change {
	t.Helper()
	e := addition(n, "")
	e.Claims = claims
	c, err := Tallies(nil).Prepare(id, p, e)
	if err != nil {
		t.Fatalf("preparing a change of %s: %v", id, err)
	}
	// The picture is a copy: the caller goes on with the tally.
	picture := *p
	c.Pictures[0].Doc = picture
	return c
}

// appendOne appends one change and returns its answer.
func appendOne(t *testing.T, s cases.Store, c cases.Change) error {
	t.Helper()
	answers := s.Append(t.Context(), []cases.Change{c})
	if len(answers) != 1 {
		t.Fatalf("one change has %d answers", len(answers))
	}
	return answers[0]
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// want fails unless err is the sentinel, or nil for nil.
func want(t *testing.T, what string, err, sentinel error) {
	t.Helper()
	if !errors.Is(err, sentinel) {
		t.Fatalf("%s: got %v, want %v", what, err, sentinel)
	}
}

// intact fails unless a record's events are n and their chain holds.
func intact(t *testing.T, s cases.Store, record string, n int) {
	t.Helper()
	events, err := s.Events(t.Context(), record, 1)
	must(t, err)
	if len(events) != n {
		t.Fatalf("%s has %d events, want %d", record, len(events), n)
	}
	if breaks := cases.Verify(record, events); len(breaks) > 0 {
		t.Fatalf("the chain of %s is broken: %+v", record, breaks)
	}
}

// eventually asks until ask says yes, for at most limit.
func eventually(t *testing.T, limit time.Duration, what string, ask func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ask() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%s: not within %s", what, limit)
		}
	}
}

// record names the n-th record of a test.
func record(n int) string { return fmt.Sprintf("record-%05d", n) }
