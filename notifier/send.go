package notifier

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/vaka-project/vaka/cases"
)

// tracked is a letter that was begun and that is not known to be done.
type tracked struct {
	id      string
	line    letterLine
	n       int           // the latest try that is known
	receipt *receiptLine  // of that try; nil while it is under way
	results []Result      // of every channel, as the latest receipt says
	since   time.Duration // when this was first seen, as Elapsed says
	// unwritten is a receipt that could not be written yet. Until it is, others take
	// the try for one that is under way, and after the lease for a crash.
	unwritten *receiptLine
}

// urgent says whether the law makes the letter urgent.
func (t *tracked) urgent() bool { return t.line.Items[0].Urgent }

// done says whether a letter is not tried again by itself.
func (t *tracked) done() bool { return t.receipt != nil && !t.receipt.Outcome.again() }

// close takes in the receipt of the latest try.
func (t *tracked) close(r *receiptLine, at time.Duration) {
	t.receipt, t.since = r, at
	if len(r.Results) > 0 {
		t.results = r.Results
	}
}

// ripe says whether somebody may try again: after the wait that the receipt names,
// or after the lease of a try that was left without one. The clock on the wall is
// only believed where it shortens nothing but a wait.
func (t *tracked) ripe(now time.Time, elapsed, lease time.Duration) bool {
	if t.receipt == nil {
		return elapsed-t.since >= lease
	}
	return elapsed-t.since >= t.receipt.Wait || now.Sub(t.receipt.At) >= t.receipt.Wait
}

// try is a letter on its way through one pass.
type try struct {
	*tracked
	to      addressed // of a letter that is to be begun; without items for one that was
	late    bool
	foreign []string // letters of other instances that tell of what this one was to tell
	err     error
	made    bool // a try was made here
}

// send begins the letters of a batch and tries those again that are ripe.
func (d *Dispatcher) send(ctx context.Context, now time.Time, batch []addressed, until time.Duration, round *Round) error {
	var tries []*try
	for _, a := range batch {
		tries = append(tries, &try{to: a})
	}
	for _, t := range d.letters {
		if t.unwritten != nil || t.ripe(now, d.opt.Elapsed(), leaseOf(d.opt.SendTimeout)) {
			tries = append(tries, &try{tracked: t})
		}
	}
	b := &breaker{}
	each(len(tries), func(i int) {
		if ctx.Err() == nil && d.opt.Elapsed() < until {
			d.attempt(ctx, tries[i], b)
		}
	})
	var failed error
	for _, t := range tries {
		failed = errors.Join(failed, d.concluded(ctx, t, round))
	}
	return failed
}

// attempt carries one try out. A panic in it is its error, and no other's.
func (d *Dispatcher) attempt(ctx context.Context, t *try, b *breaker) {
	defer func() {
		if p := recover(); p != nil {
			t.err = fmt.Errorf("sending a letter: panic: %v\n%s", p, debug.Stack())
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, d.opt.SendTimeout)
	defer cancel()
	mine, err := false, error(nil)
	switch {
	case t.tracked == nil:
		mine, err = d.begin(ctx, t)
	case t.unwritten != nil:
		t.err = d.writeReceipt(ctx, t.tracked)
		return
	default:
		mine, err = d.claimAgain(ctx, t.tracked, "", "")
	}
	if err != nil || !mine {
		t.err = err
		return
	}
	t.made = true
	t.err = d.deliver(ctx, t, b)
}

// begin writes the line of a new letter, which claims its first try. When another
// instance was about to write the same letter, one of them does.
func (d *Dispatcher) begin(ctx context.Context, t *try) (mine bool, err error) {
	for again := 0; ; again++ {
		id := letterID(t.to.to+"/"+t.to.caseID, t.to.items, again)
		line := letterLine{
			To: t.to.to, Case: t.to.caseID, Items: t.to.items, Digest: len(t.to.items) > 1, By: d.opt.Instance, At: d.opt.Now().UTC().Truncate(time.Millisecond),
		}
		wrote, err := insert(ctx, d.opt.Store, cases.Letters, id, &line)
		if err != nil {
			return false, err
		}
		t.tracked = &tracked{id: id, line: line, n: 1, since: d.opt.Elapsed()}
		if wrote {
			return true, nil
		}
		if err := d.refresh(ctx, t.tracked); err != nil {
			return false, err
		}
		if !t.done() {
			return false, nil
		}
		// It is done. Either it told of these things, or it was ended without.
		var claim claimLine
		err = d.opt.Store.Get(ctx, cases.Reminders, claimKey(t.to.items[0].Key, t.to.to), &claim)
		if err == nil {
			return false, nil
		}
		if !errors.Is(err, cases.ErrNotFound) {
			return false, fmt.Errorf("looking for who tells of a reminder: %w", err)
		}
	}
}

// refresh reads on from the latest try of a letter that is known.
func (d *Dispatcher) refresh(ctx context.Context, t *tracked) error {
	for {
		if t.receipt == nil {
			var r receiptLine
			err := d.opt.Store.Get(ctx, cases.Letters, receiptKey(t.id, t.n), &r)
			if err != nil && !errors.Is(err, cases.ErrNotFound) {
				return fmt.Errorf("reading a receipt: %w", err)
			}
			if err == nil {
				t.close(&r, d.opt.Elapsed())
			}
		}
		var next tryLine
		err := d.opt.Store.Get(ctx, cases.Letters, tryKey(t.id, t.n+1), &next)
		if errors.Is(err, cases.ErrNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading a try: %w", err)
		}
		// A try that nobody closed was taken over; what came of it is not known.
		t.n, t.receipt, t.since = t.n+1, nil, d.opt.Elapsed()
	}
}

// claimAgain claims the next try, unless the letter has moved on meanwhile. by is
// the account that asks for it and why its reason, "" when it is ripe by itself.
func (d *Dispatcher) claimAgain(ctx context.Context, t *tracked, by, why string) (mine bool, err error) {
	n, had := t.n, t.receipt
	if err := d.refresh(ctx, t); err != nil {
		return false, err
	}
	if by == "" && (t.n != n || t.receipt != had) {
		return false, nil // another instance was here; the next pass looks again
	}
	line := tryLine{By: d.opt.Instance, At: d.opt.Now().UTC().Truncate(time.Millisecond), Resent: by, Why: why}
	wrote, err := insert(ctx, d.opt.Store, cases.Letters, tryKey(t.id, t.n+1), &line)
	if err != nil {
		return false, err
	}
	t.n, t.receipt, t.since = t.n+1, nil, d.opt.Elapsed()
	return wrote, nil
}

// deliver claims what the letter tells of, hands it to the channels, and writes
// the receipt.
func (d *Dispatcher) deliver(ctx context.Context, t *try, b *breaker) error {
	receipt := receiptLine{Outcome: OutcomeCancelled, Results: t.results, By: d.opt.Instance}
	items, failed := d.own(ctx, t)
	if failed == nil && len(items) > 0 {
		letter := d.letter(t.tracked, items)
		t.late = slices.ContainsFunc(letter.Items, func(i Item) bool { return i.LateSince != nil })
		receipt.Results, failed = d.handOver(ctx, t.tracked, letter, b)
		receipt.Outcome = outcomeOf(receipt.Results)
	}
	if failed != nil { // nothing was handed over in this try
		receipt.Outcome, receipt.Results = OutcomeFailed, t.results
	}
	if receipt.Outcome.again() {
		receipt.Wait = waitAfter(t.id, t.n, t.urgent())
		if t.n >= mostTries {
			giveUp(&receipt)
		}
	}
	receipt.At = d.opt.Now().UTC().Truncate(time.Millisecond)
	t.unwritten = &receipt
	// The letter is out, whatever becomes of ctx: that is to be known.
	kept, cancel := context.WithTimeout(context.WithoutCancel(ctx), receiptTimeout(d.opt.SendTimeout))
	defer cancel()
	return errors.Join(failed, d.writeReceipt(kept, t.tracked))
}

func giveUp(r *receiptLine) {
	for i := range r.Results {
		if r.Results[i].Outcome.again() {
			r.Results[i].Outcome, r.Results[i].Reason = OutcomeRefused, ReasonGivenUp
		}
	}
	r.Outcome, r.Wait = OutcomeRefused, 0
}

func (d *Dispatcher) writeReceipt(ctx context.Context, t *tracked) error {
	line := *t.unwritten
	if _, err := insert(ctx, d.opt.Store, cases.Letters, receiptKey(t.id, t.n), &line); err != nil {
		return err
	}
	t.unwritten = nil
	t.close(&line, d.opt.Elapsed())
	return nil
}

// own claims what the letter is to tell of and returns what is its own: not what
// another letter tells of, and not what nobody is to be told of any more.
func (d *Dispatcher) own(ctx context.Context, t *try) ([]letterItem, error) {
	lines := make([]claimLine, len(t.line.Items))
	errs := make([]error, len(lines))
	each(len(lines), func(i int) {
		key := t.line.Items[i].Key
		lines[i] = claimLine{Fate: claimed, Letter: t.id}
		if !d.stillOpen(key) {
			lines[i] = claimLine{Fate: cancelled}
		}
		_, errs[i] = insert(ctx, d.opt.Store, cases.Reminders, claimKey(key, t.line.To), &lines[i])
	})
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	var mine []letterItem
	for i, item := range t.line.Items {
		switch {
		case lines[i].Fate == claimed && lines[i].Letter != t.id:
			t.foreign = append(t.foreign, lines[i].Letter)
		case lines[i].Fate == claimed && d.stillOpen(item.Key):
			mine = append(mine, item)
		}
	}
	return mine, nil
}

// letter is the letter as the channels get it, still without its recipient.
func (d *Dispatcher) letter(t *tracked, items []letterItem) Letter {
	now := d.opt.Now().UTC().Truncate(time.Millisecond)
	l := Letter{ID: t.id, Digest: t.line.Digest, ComposedAt: now}
	for _, i := range items {
		l.Items = append(l.Items, i.item(now))
	}
	return l
}

// item is the reminder as a letter tells it that is written at an instant.
func (i letterItem) item(at time.Time) Item {
	out := Item{
		Case: i.Case, Number: i.Number, Draft: i.Draft, Clock: i.Clock, Article: i.Article, DueAt: i.DueAt,
		Rung: i.Rung, Escalation: i.Escalation, Urgent: i.Urgent,
	}
	if at.Sub(i.Ready) > lateAfter {
		out.LateSince = &i.Ready
	}
	return out
}

// handOver gives the letter to every channel of its person that has not taken it
// yet, and returns how each stands.
func (d *Dispatcher) handOver(ctx context.Context, t *tracked, l Letter, b *breaker) ([]Result, error) {
	results := slices.Clone(t.results)
	p, err := d.person(ctx, t.line.To, t.line.Case)
	if errors.Is(err, cases.ErrNotFound) || err == nil && !p.Active {
		return []Result{{Channel: ChannelInbox, Outcome: OutcomeRefused, Reason: ReasonNobody}}, nil
	}
	if err != nil {
		return nil, err
	}
	l.To = Recipient{Account: p.Account, Name: p.Name, Email: p.Email, Language: p.Language, Party: t.line.Items[0].Party}
	kinds := d.channelsOf(p)
	results = slices.DeleteFunc(results, func(r Result) bool { // one that the person no longer chooses
		return r.Outcome != OutcomeSent && !slices.Contains(kinds, r.Channel)
	})
	for _, kind := range inOrder(kinds) {
		at := slices.IndexFunc(results, func(r Result) bool { return r.Channel == kind })
		if at >= 0 && results[at].Outcome == OutcomeSent {
			continue
		}
		l.To.Channel = kind
		result := d.handTo(ctx, l, b)
		if at >= 0 {
			results[at] = result
		} else {
			results = append(results, result)
		}
	}
	return results, nil
}

// inOrder puts the program's own list first: it takes the letter at once, and
// nothing that other machines do keeps it from being read there.
func inOrder(kinds []ChannelKind) []ChannelKind {
	out := slices.Clone(kinds)
	slices.SortStableFunc(out, func(a, b ChannelKind) int {
		switch {
		case a == ChannelInbox && b != ChannelInbox:
			return -1
		case b == ChannelInbox && a != ChannelInbox:
			return 1
		}
		return 0
	})
	return out
}

// handTo gives the letter to one channel.
func (d *Dispatcher) handTo(ctx context.Context, l Letter, b *breaker) Result {
	out := Result{Channel: l.To.Channel, Outcome: OutcomeSent}
	channel := d.opt.Channels[l.To.Channel]
	switch {
	case channel == nil:
		out.Outcome, out.Reason = OutcomeRefused, ReasonNotConfigured
		return out
	case l.To.Channel == ChannelEmail && l.To.Email == "":
		out.Outcome, out.Reason = OutcomeRefused, ReasonNoAddress
		return out
	case b.open(l.To.Channel):
		out.Outcome, out.Reason = OutcomeFailed, ReasonUnreachable
		return out
	}
	err := deliver(ctx, channel, l)
	switch {
	case err == nil:
	case errors.Is(err, ErrRefused):
		out.Outcome, out.Reason = OutcomeRefused, ReasonRefused
	case errors.Is(err, ErrUnknown):
		out.Outcome, out.Reason = OutcomeUnknown, ReasonNoAnswer
	default:
		out.Outcome, out.Reason = OutcomeFailed, ReasonUnreachable
	}
	b.note(l.To.Channel, out.Outcome)
	if err != nil {
		out.Detail = shortened(err.Error())
	}
	return out
}

// deliver hands a letter to a channel. Nobody knows how far one came that panicked.
func deliver(ctx context.Context, c Channel, l Letter) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: panic: %v", ErrUnknown, p)
		}
	}()
	return c.Deliver(ctx, l)
}

// shortened keeps what is worth keeping of what a channel said.
func shortened(s string) string {
	const most = 300
	s = strings.ToValidUTF8(s, "")
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "")
	}
	return s
}

// breaker spares a pass from asking a channel again and again that does not answer:
// the mail server is down, and every letter would wait for it.
// Webhooks lead to many places, and the program's own list to none, so only e-mail
// is let be.
type breaker struct{ email atomic.Int32 }

// tooMany is how many letters in a row a channel fails before a pass lets it be.
const tooMany = 20

// open says whether a channel is let be.
func (b *breaker) open(kind ChannelKind) bool {
	return kind == ChannelEmail && b.email.Load() >= tooMany
}

func (b *breaker) note(kind ChannelKind, o Outcome) {
	switch {
	case kind != ChannelEmail:
	case o.again():
		b.email.Add(1)
	default:
		b.email.Store(0)
	}
}

// concluded takes in what came of a try.
func (d *Dispatcher) concluded(ctx context.Context, t *try, round *Round) error {
	if t.tracked == nil {
		return t.err
	}
	if t.made || t.err == nil {
		for _, i := range t.line.Items {
			d.told(i.Key, t.line.To)
		}
	}
	if t.done() {
		delete(d.letters, t.id)
	} else {
		d.letters[t.id] = t.tracked
	}
	failed := t.err
	for _, id := range t.foreign {
		failed = errors.Join(failed, d.learn(ctx, id))
	}
	if t.made && t.receipt != nil {
		d.count(t, round)
	}
	return failed
}

// learn takes in a letter of another instance, so that it is taken over if that
// one has crashed.
func (d *Dispatcher) learn(ctx context.Context, id string) error {
	if d.letters[id] != nil {
		return nil
	}
	t := &tracked{id: id, n: 1, since: d.opt.Elapsed()}
	err := d.opt.Store.Get(ctx, cases.Letters, id, &t.line)
	if errors.Is(err, cases.ErrNotFound) {
		return nil // trimmed long ago
	}
	if err == nil {
		err = d.refresh(ctx, t)
	}
	if err != nil {
		return fmt.Errorf("reading a letter: %w", err)
	}
	if !t.done() {
		d.letters[id] = t
	}
	return nil
}
