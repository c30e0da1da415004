package main

import (
	"context"
	"fmt"

	"github.com/vaka-project/vaka/cases"
)

type verifyCommand struct{ settings }

// Help is shown below the command's summary.
func (verifyCommand) Help() string {
	return `It reads every event of every record and checks that sequences have no gaps, that each header is bound to the one before, that each payload is the one that was recorded, that no record has lost events that its current picture has seen, and that every piece of every attachment is there and has the content that was added. Each break is one line; exit code 1 says that there are any.

Example:

    vaka verify --data /var/lib/vaka`
}

// Run checks every chain.
func (c *verifyCommand) Run(ctx context.Context, t Terminal) error {
	conf, err := c.load(t)
	if err != nil {
		return err
	}
	e, err := openExisting(ctx, conf, newLogger(conf, t.Err))
	if err != nil {
		return err
	}
	defer func() { _ = e.Close() }() // it was only read from
	found, err := verifyStore(ctx, e)
	if err != nil {
		return err
	}
	for _, b := range found.breaks {
		fmt.Fprintf(t.Out, "%s: %s\n", cases.Key(b.Record, b.Seq), b.What)
	}
	files := ""
	if found.files > 0 {
		files = fmt.Sprintf(", %d attachments", found.files)
	}
	fmt.Fprintf(t.Out, "%d events of %d records%s; %d breaks\n", found.events, len(found.heads), files, len(found.breaks))
	if len(found.breaks) > 0 {
		return errSilent
	}
	return nil
}

// verification is what reading all events showed.
type verification struct {
	events int
	files  int             // attachments whose content was read
	heads  map[string]head // by record
	breaks []cases.Break
}

// head is the last event of a record.
type head struct {
	seq  int64
	hash string
}

// verifyStore reads every event once, with the files that it adds, and then every picture.
func verifyStore(ctx context.Context, s cases.Store) (verification, error) {
	v := verification{heads: map[string]head{}}
	err := eachRecord(ctx, s, func(record string, events []cases.Event) error {
		v.events += len(events)
		last := events[len(events)-1].Header
		v.heads[record] = head{last.Seq, last.Hash()}
		v.breaks = append(v.breaks, cases.Verify(record, events)...)
		n, breaks, err := cases.VerifyFiles(ctx, s, record, events)
		v.files += n
		v.breaks = append(v.breaks, breaks...)
		return err
	})
	if err != nil {
		return v, err
	}
	for _, in := range []cases.Collection{cases.Cases, cases.Accounts, cases.Organisations, cases.Settings} {
		if err := v.compare(ctx, s, in); err != nil {
			return v, err
		}
	}
	return v, nil
}

// compare finds the records whose picture has seen events that are no longer
// there: a chain alone cannot tell that its end was cut off. A picture that lags
// behind is no break; reading folds on what it lacks.
func (v *verification) compare(ctx context.Context, s cases.Store, in cases.Collection) error {
	err := s.Scan(ctx, in, func(id string, decode func(any) error) error {
		var picture struct {
			Version int64  `json:"version"`
			Head    string `json:"head"`
		}
		if err := decode(&picture); err != nil {
			return fmt.Errorf("picture of %s: %w", id, err)
		}
		last := v.heads[id]
		switch {
		case picture.Version > last.seq:
			v.breaks = append(v.breaks, cases.Break{Record: id, Seq: last.seq + 1, What: "the event is missing, and the record's picture has seen it"})
		case picture.Version == last.seq && picture.Head != last.hash:
			v.breaks = append(v.breaks, cases.Break{Record: id, Seq: last.seq, What: "the event is another than the one that the record's picture has seen"})
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading %s: %w", in, err)
	}
	return nil
}

// eachRecord visits the records with all of their events, one record at a time.
func eachRecord(ctx context.Context, s cases.Store, visit func(record string, events []cases.Event) error) error {
	var events []cases.Event
	finish := func() error {
		if len(events) == 0 {
			return nil
		}
		// A visit may keep what it is given, so each record gets a slice of its own.
		done := events
		events = nil
		return visit(done[0].Header.Record, done)
	}
	err := s.ScanEvents(ctx, func(e cases.Event) error {
		if len(events) > 0 && events[0].Header.Record != e.Header.Record {
			if err := finish(); err != nil {
				return err
			}
		}
		events = append(events, e)
		return nil
	})
	if err == nil {
		err = finish()
	}
	if err != nil {
		return fmt.Errorf("reading the events: %w", err)
	}
	return nil
}
