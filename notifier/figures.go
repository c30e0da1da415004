package notifier

import (
	"context"
	"log/slog"
	"time"
)

// Figures say how reminding stands on this instance. The counts of what went out
// are since its start.
type Figures struct {
	Due    int       // reminders that are to go out and have not yet
	Sent   int       // letters that every channel took
	Late   int       // of those, letters that had to say that they are late
	Failed int       // letters that failed for good and wait for somebody
	Oldest time.Time // since when the oldest of Due was to go out; zero without one
}

// Overdue says whether the oldest reminder that has not gone out is so old that
// something must be wrong.
func (f Figures) Overdue(now time.Time) bool {
	return !f.Oldest.IsZero() && now.Sub(f.Oldest) > lateAfter
}

// OldestSeconds is the age of the oldest reminder that has not gone out, 0 without one.
func (f Figures) OldestSeconds(now time.Time) float64 {
	if f.Oldest.IsZero() || now.Before(f.Oldest) {
		return 0
	}
	return now.Sub(f.Oldest).Seconds()
}

// Figures are those after the latest pass.
func (d *Dispatcher) Figures() Figures { return *d.figures.Load() }

// count takes in how a try ended.
func (d *Dispatcher) count(t *try, round *Round) {
	delete(d.dead, t.id)
	switch t.receipt.Outcome {
	case OutcomeSent:
		round.Sent++
		if t.late {
			round.Late++
		}
	case OutcomeRefused:
		round.Refused++
		d.dead[t.id] = true
	case OutcomeCancelled:
		round.Cancelled++
	default:
		round.Failed++
	}
}

// takeStock works the figures out after a pass, and raises the alarm when something
// is wrong that was not wrong before: once, so that it is read.
func (d *Dispatcher) takeStock(ctx context.Context, now time.Time, round Round) {
	before := d.Figures()
	f := Figures{Sent: before.Sent + round.Sent, Late: before.Late + round.Late, Failed: len(d.dead)}
	add := func(since time.Time) {
		f.Due++
		if f.Oldest.IsZero() || since.Before(f.Oldest) {
			f.Oldest = since
		}
	}
	for _, t := range d.letters {
		for _, i := range t.line.Items {
			add(i.Ready)
		}
	}
	for _, w := range d.waiting {
		if !w.held {
			add(w.line.At)
		}
	}
	d.figures.Store(&f)
	if round.Refused > 0 {
		d.opt.Logger.ErrorContext(ctx, "letters failed for good; see vaka reminders failed", "letters", round.Refused, "all", f.Failed)
	}
	overdue := f.Overdue(now)
	switch {
	case overdue && !d.overdue:
		d.opt.Logger.ErrorContext(ctx, "reminders do not go out", "due", f.Due, "oldest", f.Oldest)
	case d.overdue && !overdue:
		d.opt.Logger.InfoContext(ctx, "reminders go out again")
	}
	d.overdue = overdue
}

// report logs what a pass did, when that was anything.
func (d *Dispatcher) report(ctx context.Context, r Round) {
	if d.opt.Passed != nil {
		d.opt.Passed(r)
	}
	level, message := slog.LevelDebug, "reminded"
	switch {
	case r.Err != nil:
		level, message = slog.LevelError, "reminding failed in part; the next pass tries again"
	case r.Reached+r.Sent+r.Failed+r.Refused+r.Cancelled > 0:
		level = slog.LevelInfo
	}
	attributes := []slog.Attr{
		slog.Int("reached", r.Reached), slog.Int("skipped", r.Skipped), slog.Int("sent", r.Sent), slog.Int("late", r.Late),
		slog.Int("failed", r.Failed), slog.Int("refused", r.Refused), slog.Int("cancelled", r.Cancelled),
		slog.Int64("milliseconds", r.Took.Milliseconds()),
	}
	if r.Err != nil {
		attributes = append(attributes, slog.String("error", r.Err.Error()))
	}
	d.opt.Logger.LogAttrs(ctx, level, message, attributes...)
}
