package notifier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vaka-project/vaka/cases"
)

// The ledger is trimmed now and then.
const (
	trimEvery = 24 * time.Hour
	trimFirst = time.Hour // after the start, when everything else has been done
	// keepFor is how long it can be seen what was sent to whom. The lines of rungs
	// are kept for as long as their clocks run, however long that is.
	keepFor = 180 * 24 * time.Hour
)

// load reads the ledger once, in order: which rungs of open clocks have their
// lines, who is still to be told, and which letters are under way.
func (d *Dispatcher) load(ctx context.Context) error {
	err := d.opt.Store.Scan(ctx, cases.Reminders, func(key string, decode func(any) error) error {
		if rung, who, is := cutClaim(key); is {
			d.told(rung, who)
			return nil
		}
		var line rungLine
		if err := decode(&line); err != nil {
			return fmt.Errorf("line %s: %w", key, err)
		}
		if line.Fate == fixed || d.stillOpen(key) {
			d.know(key, line)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading the ledger of reminders: %w", err)
	}
	err = d.eachLetter(ctx, func(t *tracked) error {
		switch {
		case t.lineless():
		case !t.done():
			d.letters[t.id] = t
			for _, i := range t.line.Items {
				d.told(i.Key, t.line.To) // claimed before the crash, or by whoever takes the letter over
			}
		case t.receipt.Outcome == OutcomeRefused:
			d.dead[t.id] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	for subject, keys := range d.seen { // what only waited for nobody is not worth its memory
		for key := range keys {
			if d.waiting[key] == nil && !d.stillOpen(key) {
				delete(keys, key)
			}
		}
		if len(keys) == 0 {
			delete(d.seen, subject)
		}
	}
	return nil
}

// lineless says that the letter's own line was trimmed already.
func (t *tracked) lineless() bool { return len(t.line.Items) == 0 }

// cutClaim parts the key of a claim line into the rung's and the person; false for
// the line of a rung.
func cutClaim(key string) (rung, who string, is bool) {
	if strings.Count(key, "/") != 4 {
		return "", "", false
	}
	at := strings.LastIndexByte(key, '/')
	return key[:at], key[at+1:], true
}

// eachLetter visits every letter as its lines make it, with the time at which they
// were read as the time since which it stands so.
func (d *Dispatcher) eachLetter(ctx context.Context, visit func(*tracked) error) error {
	var t *tracked
	flush := func() error {
		if t == nil {
			return nil
		}
		return visit(t)
	}
	err := d.opt.Store.Scan(ctx, cases.Letters, func(key string, decode func(any) error) error {
		id, n, receipt, err := parsedLetterKey(key)
		if err != nil {
			return err
		}
		if t == nil || t.id != id {
			if err := flush(); err != nil {
				return err
			}
			t = &tracked{id: id, n: 1, since: d.opt.Elapsed()}
			if key == id {
				return decode(&t.line)
			}
			t.n = n // trimming was cut short after the letter's own line
		}
		if !receipt {
			t.n, t.receipt = n, nil
			return nil
		}
		var r receiptLine
		if err := decode(&r); err != nil {
			return fmt.Errorf("receipt %s: %w", key, err)
		}
		if n == t.n {
			t.close(&r, d.opt.Elapsed())
		}
		return nil
	})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return fmt.Errorf("reading the ledger of letters: %w", err)
	}
	return nil
}

// trim deletes what is old and done: letters, and the rungs of clocks that have
// long ended. No rung can repeat for that: a plan has only the rungs of clocks that
// run, and a clock that has ended never runs again under its id and revision.
func (d *Dispatcher) trim(ctx context.Context, now time.Time) error {
	before := now.Add(-keepFor)
	var old []string
	last := "" // the rung whose claims go with it
	err := d.opt.Store.Scan(ctx, cases.Reminders, func(key string, decode func(any) error) error {
		if rung, _, is := cutClaim(key); is {
			if rung == last {
				old = append(old, key)
			}
			return nil
		}
		var line rungLine
		if err := decode(&line); err != nil {
			return fmt.Errorf("line %s: %w", key, err)
		}
		if line.Seen.Before(before) && d.waiting[key] == nil && !d.stillOpen(key) {
			old, last = append(old, key), key
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("trimming the ledger: %w", err)
	}
	// The claims of a rung go first: a line without claims tells nobody of anything,
	// and claims without their line would be left for ever.
	slices.Reverse(old)
	if err := d.deleteAll(ctx, cases.Reminders, old); err != nil {
		return err
	}
	return d.trimLetters(ctx, before)
}

func (d *Dispatcher) trimLetters(ctx context.Context, before time.Time) error {
	var old []string
	err := d.eachLetter(ctx, func(t *tracked) error {
		if !t.lineless() && (!t.done() || !t.receipt.At.Before(before)) {
			return nil
		}
		// The letter's own line goes first: with it, and without its receipt, it would
		// look like one that is under way.
		for n := range t.n {
			old = append(old, tryKey(t.id, n+1), receiptKey(t.id, n+1))
		}
		delete(d.dead, t.id)
		return nil
	})
	if err != nil {
		return err
	}
	return d.deleteAll(ctx, cases.Letters, old)
}

func (d *Dispatcher) deleteAll(ctx context.Context, in cases.Collection, keys []string) error {
	var failed error
	for _, key := range keys {
		if err := d.opt.Store.Delete(ctx, in, key); err != nil {
			failed = errors.Join(failed, fmt.Errorf("trimming the ledger of %s: %w", in, err))
			break
		}
	}
	return failed
}
