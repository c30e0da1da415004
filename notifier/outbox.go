package notifier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// Dispatched is a letter as the ledger has it: to whom, of what, when, by which
// channels and with what outcome. Whoever shows it looks the person up.
type Dispatched struct {
	ID      string
	Account string // id; "" for the contact of a filing
	Contact string // id of the case whose contact it is; "" for an account
	Items   []Item
	Digest  bool
	BegunAt time.Time
	Tries   int
	// Outcome is "" while the latest try is under way. A letter that is FAILED or
	// UNKNOWN is tried again at NextAt.
	Outcome Outcome
	Results []Result
	DoneAt  time.Time // of the latest try; zero while it is under way
	NextAt  time.Time // zero for a letter that is not tried again by itself
}

// Plan lists the reminders of open clocks and drafts that are reached from now on
// and before until, and those that were reached and have not gone out, in the
// order of their times.
func (d *Dispatcher) Plan(ctx context.Context, now, until time.Time) ([]Reminder, error) {
	if err := d.pass.take(ctx); err != nil {
		return nil, err
	}
	defer d.pass.give()
	if err := d.look(ctx); err != nil {
		return nil, err
	}
	var out []Reminder
	add := func(s Subject) {
		latest, _, _ := Reached(d.planner.Plan(s), now)
		for _, r := range latest {
			if !d.seen[s.ID()][r.Key()] || d.waiting[r.Key()] != nil {
				out = append(out, r)
			}
		}
		for _, r := range d.planner.Plan(s) {
			if r.At.After(now) && r.At.Before(until) {
				out = append(out, r)
			}
		}
	}
	for _, f := range d.drafts {
		add(d.subjectOfDraft(f))
	}
	for _, c := range d.opt.Board.Running() {
		add(subjectOfCase(c))
	}
	slices.SortFunc(out, byTime)
	return out, nil
}

// Recent are the letters that were begun last, the newest first, at most so many,
// by whichever instance. It reads the whole ledger of letters.
func (d *Dispatcher) Recent(ctx context.Context, most int) ([]Dispatched, error) {
	return d.listed(ctx, most, func(*tracked) bool { return true })
}

// Failed are the letters that failed for good and wait for somebody to see to it,
// the newest first. It reads the whole ledger of letters.
func (d *Dispatcher) Failed(ctx context.Context) ([]Dispatched, error) {
	return d.listed(ctx, -1, func(t *tracked) bool { return t.done() && t.receipt.Outcome == OutcomeRefused })
}

func (d *Dispatcher) listed(ctx context.Context, most int, want func(*tracked) bool) ([]Dispatched, error) {
	out := []Dispatched{}
	err := d.eachLetter(ctx, func(t *tracked) error {
		if !t.lineless() && want(t) {
			out = append(out, t.dispatched())
		}
		return nil
	})
	if err != nil {
		return nil, cases.Unavailable(err)
	}
	slices.SortFunc(out, func(a, b Dispatched) int {
		if c := b.BegunAt.Compare(a.BegunAt); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	if most >= 0 && len(out) > most {
		out = out[:most]
	}
	return out, nil
}

func (t *tracked) dispatched() Dispatched {
	out := Dispatched{
		ID: t.id, Account: t.line.To, Digest: t.line.Digest, BegunAt: t.line.At, Tries: t.n, Results: t.results,
	}
	if t.line.To == contact {
		out.Account, out.Contact = "", t.line.Case
	}
	for _, i := range t.line.Items {
		out.Items = append(out.Items, i.item(t.line.At))
	}
	if t.receipt != nil {
		out.Outcome, out.DoneAt = t.receipt.Outcome, t.receipt.At
		if out.Outcome.again() {
			out.NextAt = t.receipt.At.Add(t.receipt.Wait)
		}
	}
	return out
}

// Resend tries a letter again that failed for good, at once; who asks for it and why
// is written down with the try. It returns the letter as it stands then. Who may ask
// is for the caller to say. The *workflow.Error it may return is not_found, conflict,
// or unavailable when a pass takes longer than ctx allows to wait.
func (d *Dispatcher) Resend(ctx context.Context, by, why, id string) (Dispatched, error) {
	if err := d.pass.take(ctx); err != nil {
		return Dispatched{}, err
	}
	defer d.pass.give()
	if err := d.look(ctx); err != nil {
		return Dispatched{}, cases.Unavailable(err)
	}
	t := &try{tracked: &tracked{id: id, n: 1, since: d.opt.Elapsed()}}
	err := d.opt.Store.Get(ctx, cases.Letters, id, &t.line)
	if errors.Is(err, cases.ErrNotFound) || err == nil && t.lineless() {
		return Dispatched{}, noSuchLetter()
	}
	if err == nil {
		err = d.refresh(ctx, t.tracked)
	}
	if err != nil {
		return Dispatched{}, cases.Unavailable(fmt.Errorf("letter %s: %w", id, err))
	}
	if !t.done() || t.receipt.Outcome != OutcomeRefused {
		return Dispatched{}, workflow.Refuse(workflow.Conflict, "letter_not_failed",
			"This letter has not failed for good: it went out, nothing in it was to be told any more, or it is tried again by itself.")
	}
	sending, cancel := context.WithTimeout(ctx, d.opt.SendTimeout)
	defer cancel()
	mine, err := d.claimAgain(sending, t.tracked, by, why)
	if err == nil && !mine {
		return Dispatched{}, workflow.Refuse(workflow.Conflict, "letter_under_way", "Somebody else has just sent this letter again.")
	}
	if err == nil {
		t.made = true
		err = d.deliver(sending, t, &breaker{})
	}
	var round Round
	t.err = err
	if err := d.concluded(ctx, t, &round); err != nil {
		return Dispatched{}, cases.Unavailable(err)
	}
	d.takeStock(ctx, d.opt.Now().UTC().Truncate(time.Millisecond), round)
	return t.dispatched(), nil
}
