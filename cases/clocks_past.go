package cases

import (
	"context"
	"fmt"
	"time"
)

// ClocksFrom is how the open clocks of a case stood from an instant on, until the
// next one of its history.
type ClocksFrom struct {
	From     time.Time
	Number   string
	Assignee string
	Clocks   []DueClock
}

// ClocksThrough is how a case's clocks stood after each of its events, in order.
func ClocksThrough(events []Event) ([]ClocksFrom, error) {
	c := &Case{}
	out := make([]ClocksFrom, 0, len(events))
	for _, e := range events {
		if err := c.Apply(e); err != nil {
			return nil, fmt.Errorf("folding %s: %w", Key(e.Header.Record, e.Header.Seq), err)
		}
		s := c.Summary()
		out = append(out, ClocksFrom{From: e.Header.At, Number: s.Number, Assignee: s.Assignee, Clocks: s.Clocks})
	}
	return out, nil
}

// ClockHistory is ClocksThrough of one case, by id or number, for whoever may see it.
func (s *Service) ClockHistory(ctx context.Context, a Actor, ref string) (id string, through []ClocksFrom, err error) {
	c, err := s.Case(ctx, a, ref)
	if err != nil {
		return "", nil, err
	}
	events, err := s.store.Events(ctx, c.ID, 1)
	if err != nil {
		return "", nil, Unavailable(err)
	}
	through, err = ClocksThrough(events)
	return c.ID, through, err
}

// ClockHistories visits the history of every case's clocks, for the program itself.
// It reads every event there is: it is for looking back, not for a page that many ask
// for.
func (s *Service) ClockHistories(ctx context.Context, visit func(id string, through []ClocksFrom) error) error {
	var events []Event
	flush := func() error {
		if len(events) == 0 {
			return nil
		}
		id := events[0].Header.Record
		if _, is := s.board.Watch(id); !is {
			return nil // another kind of record
		}
		through, err := ClocksThrough(events)
		if err != nil {
			return err
		}
		return visit(id, through)
	}
	err := s.store.ScanEvents(ctx, func(e Event) error {
		if len(events) > 0 && events[0].Header.Record != e.Header.Record {
			if err := flush(); err != nil {
				return err
			}
			events = events[:0]
		}
		events = append(events, e)
		return nil
	})
	if err == nil {
		err = flush()
	}
	return Unavailable(err)
}
