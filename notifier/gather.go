package notifier

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// addressed is what one person is to be told now.
type addressed struct {
	to     string // account, or contact
	caseID string // whose contact
	items  []letterItem
}

// gather puts what people are to be told by now into letters: one for each person,
// however many reminders came due for them, and one for each reminder that the law
// makes urgent. The urgent ones come first.
func (d *Dispatcher) gather(ctx context.Context, now time.Time) ([]addressed, error) {
	plans := map[string][]Reminder{}
	people := map[string]Person{}
	groups := map[string]*addressed{}
	var urgent []addressed
	var failed error
	for _, key := range slices.Sorted(maps.Keys(d.waiting)) {
		w, subject := d.waiting[key], subjectOf(key)
		plan, known := plans[subject]
		if !known {
			plan = d.planOf(subject)
			plans[subject] = plan
		}
		r, open := find(plan, key)
		if !open {
			failed = errors.Join(failed, d.cancel(ctx, key, w))
			continue
		}
		w.held = true
		for _, who := range w.to {
			item, ready, err := d.itemFor(ctx, people, who, key, r, w.line, now)
			if err != nil {
				failed = err
				continue
			}
			if !ready {
				continue
			}
			w.held = false
			one := addressed{to: who, caseID: r.Case, items: []letterItem{item}}
			if who != contact {
				one.caseID = ""
			}
			if r.Urgent {
				urgent = append(urgent, one)
				continue
			}
			if g := groups[who+"/"+one.caseID]; g != nil {
				g.items = append(g.items, item)
			} else {
				groups[who+"/"+one.caseID] = &one
			}
		}
	}
	return append(urgent, chunks(groups)...), failed
}

// itemFor is a reminder as a letter to somebody tells it, and whether it is to go
// out by now. Somebody of whom nothing is known any more is written to all the
// same: the letter fails where administrators see it.
func (d *Dispatcher) itemFor(ctx context.Context, people map[string]Person, who, key string, r Reminder, line rungLine, now time.Time) (letterItem, bool, error) {
	p, known := people[who]
	if !known && who != contact {
		var err error
		p, err = d.opt.People.Person(ctx, who)
		if err != nil && !errors.Is(err, cases.ErrNotFound) {
			return letterItem{}, false, fmt.Errorf("whom to remind: %w", err)
		}
		people[who] = p
	}
	item := letterItem{
		Key: key, Case: r.Case, Number: r.Number, Draft: r.Draft, Clock: r.Clock, Article: r.Article, DueAt: r.DueAt,
		Rung: r.Rung.Name, Escalation: r.Rung.Escalation(), Urgent: r.Urgent, Party: r.Rung.For == ForParty && (who == contact || p.party()),
		Ready: line.At,
	}
	if r.Urgent {
		return item, true, nil
	}
	item.Ready = p.release(line.At)
	seen := line.At
	if line.Seen.Sub(line.At) > lateAfter {
		seen = line.Seen // after a time in which nobody was reminded, it waits for the next digest
	}
	until := p.release(seen)
	if until.Equal(seen) {
		until = line.At // nothing puts it off, and whoever saw it may have had a clock that is ahead
	}
	return item, !until.After(now), nil
}

// chunks are the groups in order, none with more reminders than a letter has.
func chunks(groups map[string]*addressed) []addressed {
	var out []addressed
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		g := groups[name]
		slices.SortStableFunc(g.items, func(a, b letterItem) int {
			if c := a.DueAt.Compare(b.DueAt); c != 0 {
				return c
			}
			return strings.Compare(a.Key, b.Key)
		})
		for part := range slices.Chunk(g.items, mostItems) {
			out = append(out, addressed{g.to, g.caseID, part})
		}
	}
	return out
}

// cancel writes down that people are no longer told of a rung, since its clock
// ended or got another end.
func (d *Dispatcher) cancel(ctx context.Context, key string, w *waiter) error {
	for _, who := range slices.Clone(w.to) {
		line := claimLine{Fate: cancelled}
		if _, err := insert(ctx, d.opt.Store, cases.Reminders, claimKey(key, who), &line); err != nil {
			return err
		}
		d.told(key, who)
	}
	return nil
}

// told takes somebody off those who are still to be told of a rung.
func (d *Dispatcher) told(key, who string) {
	w := d.waiting[key]
	if w == nil {
		return
	}
	w.to = slices.DeleteFunc(slices.Clone(w.to), func(other string) bool { return other == who })
	if len(w.to) == 0 {
		delete(d.waiting, key)
	}
}

// stillOpen says whether a reminder is still to be told: its clock runs, by the
// same revision.
func (d *Dispatcher) stillOpen(key string) bool {
	if f, is := d.drafts[subjectOf(key)]; is {
		return clockOf(key) == clockKey(f.ID, cases.DueClock{ID: string(workflow.ClockNotification), Revision: f.Revision})
	}
	c, _ := d.opt.Board.Watch(subjectOf(key))
	return slices.ContainsFunc(c.Clocks, func(k cases.DueClock) bool { return clockKey(c.ID, k) == clockOf(key) })
}

// The parts of a reminder's key.
func subjectOf(key string) string {
	subject, _, _ := strings.Cut(key, "/")
	return subject
}

// clockOf is the key without the rung: a clock in one revision.
func clockOf(key string) string { return key[:strings.LastIndexByte(key, '/')] }

func clockKey(subject string, k cases.DueClock) string {
	return fmt.Sprintf("%s/%s/%d", subject, k.ID, k.Revision)
}
