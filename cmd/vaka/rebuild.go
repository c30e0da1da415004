package main

import (
	"context"
	"fmt"
	"sync"

	"github.com/vaka-project/vaka/cases"
)

type rebuildCommand struct{ settings }

// Help is shown below the command's summary.
func (rebuildCommand) Help() string {
	return `The events are the truth; the current records beside them are derived. This folds each record from its events again and replaces its picture. It never changes an event, and may be run again at any time. With MongoDB other instances may go on meanwhile; the local store must not be open elsewhere.

Example:

    vaka rebuild --data /var/lib/vaka`
}

// Run writes every picture anew.
func (c *rebuildCommand) Run(ctx context.Context, t Terminal) error {
	conf, err := c.load(t)
	if err != nil {
		return err
	}
	return withParts(ctx, openExisting, conf, newLogger(conf, t.Err), func(p *Parts) error {
		n, err := p.rebuild(ctx)
		if err != nil {
			return fmt.Errorf("rebuilding, after %d records: %w", n, err)
		}
		fmt.Fprintf(t.Out, "rebuilt %d records\n", n)
		return nil
	})
}

// painters is how many records are written at once, so that a store that gathers
// writes has some to gather.
const painters = 64

// rebuild writes the pictures of all records, and says how many records those are.
func (p *Parts) rebuild(ctx context.Context) (int, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	slots := make(chan struct{}, painters)
	var painting sync.WaitGroup
	n := 0
	err := eachRecord(ctx, p.Store, func(record string, events []cases.Event) error {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		n++
		slots <- struct{}{}
		painting.Go(func() {
			defer func() { <-slots }()
			if err := p.repaint(ctx, record, events[0].Header.Kind); err != nil {
				cancel(err)
			}
		})
		return nil
	})
	painting.Wait()
	if cause := context.Cause(ctx); cause != nil {
		return n, cause
	}
	return n, err
}
