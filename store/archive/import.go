package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/store/document"
)

// Import reads a file that Export wrote into an empty store. The file is checked
// whole before anything is written; an error names the first line that is wrong.
// What r cannot rewind is first copied to a temporary file. The caller rebuilds
// pictures and summaries afterwards.
func Import(ctx context.Context, r io.Reader, s cases.Store) (Counts, error) {
	if err := empty(ctx, s); err != nil {
		return nil, err
	}
	file, done, err := rewindable(r)
	if err != nil {
		return nil, err
	}
	defer done()
	check := checker{counts: Counts{}}
	if err := readLines(ctx, file, check.document, check.end); err != nil {
		return nil, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("reading the export a second time: %w", err)
	}
	load := loader{store: s}
	none := func() error { return nil }
	err = readLines(ctx, file, func(it item) error { return load.document(ctx, it) }, none)
	if err == nil {
		err = load.flush(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("the store now holds a part of the export; empty it before importing again: %w", err)
	}
	return check.counts, nil
}

// empty refuses a store that holds anything an import would write.
func empty(ctx context.Context, s cases.Store) error {
	full := errors.New("the store is not empty: import into a new one")
	visit := func(string, func(any) error) error { return full }
	for _, in := range exported {
		var err error
		if in == cases.Events {
			err = s.ScanEvents(ctx, func(cases.Event) error { return full })
		} else {
			err = s.Scan(ctx, in, visit)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// rewindable makes r readable a second time.
func rewindable(r io.Reader) (file io.ReadSeeker, done func(), err error) {
	if rs, ok := r.(io.ReadSeeker); ok {
		if _, err := rs.Seek(0, io.SeekCurrent); err == nil { // a pipe is a file that cannot
			return rs, func() {}, nil
		}
	}
	temp, err := os.CreateTemp("", "vaka-import-*") // readable by its owner only
	if err != nil {
		return nil, nil, fmt.Errorf("keeping the export for a second reading: %w", err)
	}
	done = func() {
		_ = temp.Close()
		_ = os.Remove(temp.Name())
	}
	_, err = io.Copy(temp, r)
	if err == nil {
		_, err = temp.Seek(0, io.SeekStart)
	}
	if err != nil {
		done()
		return nil, nil, fmt.Errorf("keeping the export for a second reading: %w", err)
	}
	return temp, done, nil
}

// checker checks the documents of a file: their order and the records' chains.
type checker struct {
	counts Counts
	last   item
	record string // whose events are being gathered
	events []cases.Event
}

func (c *checker) document(it item) error {
	at, before := slices.Index(exported, it.in), slices.Index(exported, c.last.in)
	switch {
	case at < 0:
		return errors.New("an export has no such collection")
	case at < before || at == before && it.id <= c.last.id:
		return errors.New("the documents are not in order")
	}
	if it.in != cases.Events || it.event.Header.Record != c.record {
		if err := c.end(); err != nil {
			return err
		}
	}
	if it.in == cases.Events {
		c.record, c.events = it.event.Header.Record, append(c.events, it.event)
	}
	c.counts[it.in]++
	c.last = it
	return nil
}

// end checks the chain of the record whose events came last.
func (c *checker) end() error {
	breaks := cases.Verify(c.record, c.events)
	c.events = c.events[:0]
	if len(breaks) > 0 {
		return fmt.Errorf("the chain of record %s is broken at event %d: %s", c.record, breaks[0].Seq, breaks[0].What)
	}
	return nil
}

// A window of events is gathered before it is written, bounded in number and bytes.
const (
	windowEvents = 2048
	windowBytes  = 32 << 20
)

// loader writes the documents of a file.
type loader struct {
	store  cases.Store
	rounds [][]cases.Change // a change per record in each, since changes of one call are of different records
	round  map[string]int   // the round of each record's next event
	events int
	bytes  int
}

func (l *loader) document(ctx context.Context, it item) error {
	if it.in != cases.Events {
		if err := l.flush(ctx); err != nil {
			return err
		}
		raw, err := document.Value(it.stored)
		if err != nil {
			return err
		}
		return l.store.Insert(ctx, it.in, it.id, raw)
	}
	if l.round == nil {
		l.round = map[string]int{}
	}
	n := l.round[it.event.Header.Record]
	l.round[it.event.Header.Record]++
	if n == len(l.rounds) {
		l.rounds = append(l.rounds, nil)
	}
	l.rounds[n] = append(l.rounds[n], cases.Change{Event: it.event})
	l.events, l.bytes = l.events+1, l.bytes+len(it.stored)
	if l.events < windowEvents && l.bytes < windowBytes {
		return nil
	}
	return l.flush(ctx)
}

// flush writes the gathered events, round by round.
func (l *loader) flush(ctx context.Context) error {
	for _, changes := range l.rounds {
		for i, err := range l.store.Append(ctx, changes) {
			if err != nil {
				h := changes[i].Event.Header
				return fmt.Errorf("event %s: %w", cases.Key(h.Record, h.Seq), err)
			}
		}
	}
	*l = loader{store: l.store}
	return nil
}
