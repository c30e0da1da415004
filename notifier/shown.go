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

// Attempt is one try at a letter, as the ledger has it.
type Attempt struct {
	N       int
	At      time.Time // when it began
	Asked   string    // account that asked for it by hand; "" for one that came about by itself
	Why     string    // what that account gave as the reason
	Outcome Outcome   // "" for one that nobody closed: it is under way, or ended with a crash
	Results []Result
	DoneAt  time.Time // zero for one that nobody closed
}

// Reading is a letter with every try at it, and as the channels get it.
type Reading struct {
	Dispatched
	Attempts []Attempt
	// Letter is the letter as it was handed over in the latest try that was closed,
	// or as it would be now. Its recipient is the person as they are now.
	Letter Letter
}

// Read is one letter of the ledger. The *workflow.Error it may return is not_found.
func (d *Dispatcher) Read(ctx context.Context, id string) (Reading, error) {
	t := &tracked{id: id, n: 1}
	err := d.opt.Store.Get(ctx, cases.Letters, id, &t.line)
	if errors.Is(err, cases.ErrNotFound) || err == nil && t.lineless() {
		return Reading{}, noSuchLetter()
	}
	if err != nil {
		return Reading{}, cases.Unavailable(fmt.Errorf("letter %s: %w", id, err))
	}
	out := Reading{}
	next := Attempt{N: 1, At: t.line.At}
	for more := true; more; {
		out.Attempts = append(out.Attempts, next)
		if next, more, err = d.readTry(ctx, t, &out.Attempts[len(out.Attempts)-1]); err != nil {
			return Reading{}, cases.Unavailable(fmt.Errorf("letter %s: %w", id, err))
		}
	}
	out.Dispatched = t.dispatched()
	at := d.opt.Now().UTC().Truncate(time.Millisecond)
	for _, a := range out.Attempts {
		if !a.DoneAt.IsZero() {
			at = a.DoneAt
		}
	}
	out.Letter = Letter{ID: id, Digest: t.line.Digest, ComposedAt: at, To: Recipient{Language: "sv", Party: t.line.Items[0].Party}}
	for _, i := range t.line.Items {
		out.Letter.Items = append(out.Letter.Items, i.item(at))
	}
	p, err := d.person(ctx, t.line.To, t.line.Case)
	switch {
	case err == nil:
		out.Letter.To.Account, out.Letter.To.Name, out.Letter.To.Language = p.Account, p.Name, p.Language
	case !errors.Is(err, cases.ErrNotFound) && workflow.KindOf(err) != workflow.NotFound:
		return Reading{}, cases.Unavailable(err)
	}
	return out, nil
}

// readTry closes an attempt by its receipt, and says whether another followed.
func (d *Dispatcher) readTry(ctx context.Context, t *tracked, a *Attempt) (next Attempt, more bool, err error) {
	var r receiptLine
	switch err := d.opt.Store.Get(ctx, cases.Letters, receiptKey(t.id, a.N), &r); {
	case err == nil:
		a.Outcome, a.Results, a.DoneAt = r.Outcome, r.Results, r.At
		t.close(&r, 0)
	case !errors.Is(err, cases.ErrNotFound):
		return next, false, err
	}
	var line tryLine
	err = d.opt.Store.Get(ctx, cases.Letters, tryKey(t.id, a.N+1), &line)
	if errors.Is(err, cases.ErrNotFound) {
		return next, false, nil
	}
	t.n, t.receipt = a.N+1, nil
	return Attempt{N: a.N + 1, At: line.At, Asked: line.Resent, Why: line.Why}, true, err
}

func noSuchLetter() error {
	return workflow.Refuse(workflow.NotFound, "no_such_letter", "There is no such letter.")
}

// Told is a rung of a case's clock that was reached, with what became of it.
type Told struct {
	ClockID  string
	Clock    workflow.ClockKind
	Revision int
	Rung     Rung
	At       time.Time // when it was reached
	Skipped  bool      // a later rung was reached before anybody was told
	People   []ToldPerson
}

// ToldPerson is somebody whom a rung concerned.
type ToldPerson struct {
	Account   string      // id; "" for the contact that the notification names
	Cancelled bool        // the clock ended first
	Letter    *Dispatched // nil while none is begun, and when it was trimmed long ago
}

// History is every rung that was reached of a case's clocks, the latest first, also
// of clocks that have ended and of revisions that they had. What became of one is
// asked for by its key: it depends on no list of what was sent.
func (d *Dispatcher) History(ctx context.Context, s Subject) ([]Told, error) {
	var asked []Told
	for _, k := range s.Clocks {
		for revision := range k.Revision {
			for _, r := range Ladder(k.Kind) {
				asked = append(asked, Told{ClockID: k.ID, Clock: k.Kind, Revision: revision + 1, Rung: r})
			}
		}
	}
	errs := make([]error, len(asked))
	each(len(asked), func(i int) { errs[i] = d.becameOf(ctx, s, &asked[i]) })
	if err := errors.Join(errs...); err != nil {
		return nil, cases.Unavailable(fmt.Errorf("reminders of %s: %w", s.ID(), err))
	}
	out := slices.DeleteFunc(asked, func(t Told) bool { return t.At.IsZero() })
	slices.SortStableFunc(out, func(a, b Told) int { return b.At.Compare(a.At) })
	return out, nil
}

// becameOf fills in what the ledger says of one rung; nothing for one not reached.
func (d *Dispatcher) becameOf(ctx context.Context, s Subject, t *Told) error {
	key := fmt.Sprintf("%s/%s/%d/%s", s.ID(), t.ClockID, t.Revision, t.Rung.Name)
	var line rungLine
	if err := d.opt.Store.Get(ctx, cases.Reminders, key, &line); err != nil {
		return unlessNotFound(err)
	}
	t.At, t.Skipped = line.At, line.Fate == skipped
	for _, who := range line.To {
		p := ToldPerson{Account: who}
		if who == contact {
			p.Account = ""
		}
		var claim claimLine
		err := d.opt.Store.Get(ctx, cases.Reminders, claimKey(key, who), &claim)
		if err == nil && claim.Letter != "" {
			p.Letter, err = d.letterOf(ctx, claim.Letter)
		}
		if err := unlessNotFound(err); err != nil {
			return err
		}
		p.Cancelled = claim.Fate == cancelled
		t.People = append(t.People, p)
	}
	return nil
}

func (d *Dispatcher) letterOf(ctx context.Context, id string) (*Dispatched, error) {
	t := &tracked{id: id, n: 1}
	if err := d.opt.Store.Get(ctx, cases.Letters, id, &t.line); err != nil {
		return nil, err
	}
	if err := d.refresh(ctx, t); err != nil {
		return nil, err
	}
	out := t.dispatched()
	return &out, nil
}

func unlessNotFound(err error) error {
	if errors.Is(err, cases.ErrNotFound) {
		return nil
	}
	return err
}

// Next are the reminders of a case's open clocks that are still to come, in the
// order of their times.
func (d *Dispatcher) Next(s Subject, now time.Time) []Reminder {
	out := slices.DeleteFunc(NewPlanner(d.opt.Law()).Plan(s), func(r Reminder) bool { return !r.At.After(now) })
	slices.SortFunc(out, byTime)
	return out
}

func byTime(a, b Reminder) int {
	if c := a.At.Compare(b.At); c != 0 {
		return c
	}
	return strings.Compare(a.Key(), b.Key())
}

// MessageID is the left part of a letter's Message-ID; what stands right of the @ is
// the sender's domain.
func (d Dispatched) MessageID() string { return messageID(d.ID) }

// recountEvery is how old what an instance knows of failed letters may be.
const recountEvery = 10 * time.Minute

// recount looks which letters failed for good, also at another instance, and which
// of them somebody sent again there: the warning on the pages is to begin and to end
// whichever instance answers.
func (d *Dispatcher) recount(ctx context.Context) error {
	if d.opt.Elapsed()-d.counted < recountEvery {
		return nil
	}
	dead := map[string]bool{}
	err := d.eachLetter(ctx, func(t *tracked) error {
		if !t.lineless() && t.done() && t.receipt.Outcome == OutcomeRefused {
			dead[t.id] = true
		}
		return nil
	})
	if err == nil {
		d.dead, d.counted = dead, d.opt.Elapsed()
	}
	return err
}
