package casestest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/vaka-project/vaka/cases"
)

// noted is a store that only notes what reaches it.
type noted struct {
	cases.Store
	got []string
}

func (n *noted) Append(_ context.Context, changes []cases.Change) []error {
	answers := make([]error, len(changes))
	for i, c := range changes {
		n.got = append(n.got, c.Event.Header.Record)
		for range c.Pictures {
			n.got = append(n.got, "picture")
		}
		if c.Event.Header.Record == "taken" {
			answers[i] = cases.ErrExists
		}
	}
	return answers
}

func (n *noted) Put(_ context.Context, _ cases.Collection, id string, _ any) error {
	n.got = append(n.got, id)
	return nil
}

func of(record string) cases.Change {
	return cases.Change{Event: cases.Event{Header: cases.Header{Record: record}}, Pictures: []cases.Picture{{}}}
}

func TestFaultyAppend(t *testing.T) {
	only := func(record string) func(cases.Collection, string) bool {
		return func(_ cases.Collection, id string) bool { return id == record }
	}
	behind := &noted{}
	f := NewFaulty(behind)
	f.Inject(Fault{Op: Append, Mode: NotWritten, Match: only("not")})
	f.Inject(Fault{Op: Append, Mode: Unacknowledged, Match: only("lost")})
	f.Inject(Fault{Op: Append, Mode: WithoutPictures, Match: only("bare")})
	records := []string{"good", "not", "lost", "taken", "bare"}
	var changes []cases.Change
	for _, r := range records {
		changes = append(changes, of(r))
	}
	answers := f.Append(t.Context(), changes)
	for i, sentinel := range []error{nil, cases.ErrUnavailable, cases.ErrUnavailable, cases.ErrExists, nil} {
		want(t, records[i], answers[i], sentinel)
	}
	behind.expect(t, "good", "picture", "lost", "picture", "taken", "picture", "bare")
}

func TestFaultyTimes(t *testing.T) {
	behind := &noted{}
	f := NewFaulty(behind)
	mine := errors.New("mine")
	f.Inject(Fault{Op: Put, Times: 2, Err: mine})
	remove := f.Inject(Fault{Op: Put, Mode: Unacknowledged})
	put := func() error { return f.Put(t.Context(), cases.Meta, "x", nil) }
	want(t, "first", put(), mine)
	want(t, "second", put(), mine)
	behind.expect(t)
	want(t, "third", put(), cases.ErrUnavailable)
	behind.expect(t, "x")
	remove()
	want(t, "fourth", put(), nil)
	behind.expect(t, "x", "x")
}

func (n *noted) expect(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(n.got, want) {
		t.Fatalf("the store got %v, want %v", n.got, want)
	}
}
