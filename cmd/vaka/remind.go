package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/demo"
	"github.com/vaka-project/vaka/notifier"
	"github.com/vaka-project/vaka/workflow"
)

type remindersCommand struct {
	settings
	Plan    remindersPlan    `cmd:"" help:"List which reminders are planned, or were at some other time."`
	RunOnce remindersRunOnce `cmd:"" help:"Send what is to be sent by now, once."`
	Failed  remindersFailed  `cmd:"" help:"List the letters that failed for good."`
	Resend  remindersResend  `cmd:"" help:"Send letters again that failed for good."`
}

// Help is shown below the command's summary.
func (remindersCommand) Help() string {
	return `A running service sends reminders by itself; this is for looking after it. The local store must not be open in a running service: use its page /reminders, or GET /api/v1/reminders, instead. With MongoDB the service goes on meanwhile, and shares the work with run-once like with another instance.

Examples:

    vaka reminders plan
    vaka reminders plan --case PUI-2026-17 --json
    vaka reminders plan --at 2025-08-28T12:00:00+02:00 --until 2025-09-30T00:00:00+02:00 --data demo-data
    vaka reminders failed
    vaka reminders resend --all --reason "The mail server is back."`
}

// with loads an installation and puts its dispatcher together.
func (c *remindersCommand) with(ctx context.Context, t Terminal, use func(*Parts, *notifier.Dispatcher) error) error {
	conf, err := c.load(t)
	if err != nil {
		return err
	}
	log := newLogger(conf, t.Err)
	return withParts(ctx, openExisting, conf, log, func(p *Parts) error {
		made, err := demo.Is(ctx, p.Store)
		if err != nil {
			return err
		}
		if err := p.load(ctx); err != nil {
			return fmt.Errorf("loading: %w", err)
		}
		ways, err := newDelivery(conf, made, p)
		if err != nil {
			return err
		}
		defer ways.close()
		return use(p, p.reminders(ways.channels, time.Duration(conf.LetterSeconds)*time.Second, nil, log))
	})
}

type remindersPlan struct {
	Case  string `placeholder:"NUMBER" help:"Only of this case, by number or id."`
	At    string `placeholder:"INSTANT" help:"From this instant on, as 2025-08-28T12:00:00+02:00. Default: now. Of a time that is past it tells what went out, or would have."`
	Until string `placeholder:"INSTANT" help:"Before this instant. Default: seven days after the first; with --case a year."`
	JSON  bool   `name:"json" help:"Print JSON, one object a line."`
}

// plannedText is a planned reminder as it is printed.
type plannedText struct {
	At      string             `json:"at"` // RFC 3339, in the authority's zone
	Number  string             `json:"number,omitempty"`
	Case    string             `json:"case,omitempty"`
	Draft   string             `json:"draft,omitempty"`
	Clock   workflow.ClockKind `json:"clock"`
	Article string             `json:"article,omitempty"`
	Rung    string             `json:"rung"`
	For     notifier.Audience  `json:"for"`
	DueAt   string             `json:"due_at"`
	Urgent  bool               `json:"urgent,omitempty"`
}

// Run lists the plan.
func (c *remindersPlan) Run(ctx context.Context, t Terminal, reminders *remindersCommand) error {
	now := time.Now()
	from, until, err := c.span(now)
	if err != nil {
		return err
	}
	return reminders.with(ctx, t, func(p *Parts, d *notifier.Dispatcher) error {
		found, err := c.find(ctx, p, d, now, from, until)
		if err != nil {
			return err
		}
		return c.print(t, found, p.policy.Zone)
	})
}

// span is the time that is asked about.
func (c *remindersPlan) span(now time.Time) (from, until time.Time, err error) {
	from = now
	if c.At != "" {
		if from, err = workflow.ParseInstant(c.At); err != nil {
			return from, until, fmt.Errorf("--at: %w", err)
		}
	}
	until = from.AddDate(0, 0, 7)
	if c.Case != "" {
		until = from.AddDate(1, 0, 0)
	}
	if c.Until != "" {
		if until, err = workflow.ParseInstant(c.Until); err != nil {
			return from, until, fmt.Errorf("--until: %w", err)
		}
	}
	if !from.Before(until) {
		return from, until, errors.New("--until: this is not after the beginning; give a later instant")
	}
	return from, until, nil
}

// find works the plan out. What is past follows from the events of the cases; drafts
// have none, so they are in the plan from now on only.
func (c *remindersPlan) find(ctx context.Context, p *Parts, d *notifier.Dispatcher, now, from, until time.Time) ([]notifier.Reminder, error) {
	planner := notifier.NewPlanner(p.Cases.Law())
	replay := func(id string, through []cases.ClocksFrom) []notifier.Reminder {
		return planner.Replay(notifier.StandsOf(id, through), from, until)
	}
	switch {
	case c.Case != "":
		id, through, err := p.Cases.ClockHistory(ctx, commandLine, c.Case)
		if err != nil {
			return nil, err
		}
		return replay(id, through), nil
	case !from.Before(now):
		return d.Plan(ctx, from, until)
	}
	var out []notifier.Reminder
	err := p.Cases.ClockHistories(ctx, func(id string, through []cases.ClocksFrom) error {
		out = append(out, replay(id, through)...)
		return nil
	})
	slices.SortStableFunc(out, func(a, b notifier.Reminder) int { return a.At.Compare(b.At) })
	return out, err
}

func (c *remindersPlan) print(t Terminal, found []notifier.Reminder, zone *time.Location) error {
	table := tabwriter.NewWriter(t.Out, 0, 0, 2, ' ', 0)
	lines := json.NewEncoder(t.Out)
	for _, r := range found {
		text := plannedText{
			At: r.At.In(zone).Format(time.RFC3339), Number: r.Number, Case: r.Case, Draft: r.Draft, Clock: r.Clock, Article: r.Article,
			Rung: r.Rung.Name, For: r.Rung.For, DueAt: r.DueAt.In(zone).Format(time.RFC3339), Urgent: r.Urgent,
		}
		if c.JSON {
			if err := lines.Encode(text); err != nil {
				return err
			}
			continue
		}
		what := text.Number
		if what == "" {
			what = "draft " + text.Draft
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\tto %s\truns out %s\n", text.At, what, text.Clock, text.Rung, strings.ToLower(string(text.For)), text.DueAt)
	}
	if c.JSON {
		return nil
	}
	fmt.Fprintf(table, "%d reminders\n", len(found))
	return table.Flush()
}

type remindersRunOnce struct{}

// Run makes one pass.
func (c *remindersRunOnce) Run(ctx context.Context, t Terminal, reminders *remindersCommand) error {
	return reminders.with(ctx, t, func(_ *Parts, d *notifier.Dispatcher) error {
		round := d.RunOnce(ctx)
		fmt.Fprintf(t.Out, "sent %d letters, %d of them late; %d are tried again, %d failed for good, %d were not needed any more\n",
			round.Sent, round.Late, round.Failed, round.Refused, round.Cancelled)
		return round.Err
	})
}

type remindersFailed struct{}

// Run lists the letters that wait for somebody: ids and numbers, nobody's address.
func (c *remindersFailed) Run(ctx context.Context, t Terminal, reminders *remindersCommand) error {
	return reminders.with(ctx, t, func(p *Parts, d *notifier.Dispatcher) error {
		failed, err := d.Failed(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(t.Out, 0, 0, 2, ' ', 0)
		for _, l := range failed {
			to := l.Account
			if to == "" {
				to = "contact"
			}
			var why []string
			for _, r := range l.Results {
				if r.Outcome == notifier.OutcomeRefused {
					why = append(why, string(r.Channel)+" "+string(r.Reason))
				}
			}
			fmt.Fprintf(table, "%s\t%s\tto %s\t%d reminders\t%s\n", l.ID, l.DoneAt.In(p.policy.Zone).Format(time.RFC3339), to, len(l.Items), strings.Join(why, ", "))
		}
		fmt.Fprintf(table, "%d letters\n", len(failed))
		return table.Flush()
	})
}

type remindersResend struct {
	ID     []string `arg:"" optional:"" help:"Letters, by the ids that failed lists."`
	All    bool     `help:"Every letter that failed for good."`
	Reason string   `required:"" placeholder:"TEXT" help:"Why: what was wrong, and what was mended. It is kept with the try."`
}

// Run sends them again; one that fails once more keeps no other from going out.
func (c *remindersResend) Run(ctx context.Context, t Terminal, reminders *remindersCommand) error {
	if c.All == (len(c.ID) > 0) {
		return errors.New("name the letters, or give --all")
	}
	if strings.TrimSpace(c.Reason) == "" {
		return errors.New("--reason: say what was wrong, and what was mended")
	}
	return reminders.with(ctx, t, func(_ *Parts, d *notifier.Dispatcher) error {
		ids := c.ID
		if c.All {
			failed, err := d.Failed(ctx)
			if err != nil {
				return err
			}
			for _, l := range failed {
				ids = append(ids, l.ID)
			}
		}
		sent := 0
		for _, id := range ids {
			l, err := d.Resend(ctx, commandLine.Account, strings.TrimSpace(c.Reason), id)
			switch {
			case err != nil:
				fmt.Fprintf(t.Err, "vaka: letter %s: %s\n", id, firstLine(err))
			case l.Outcome == notifier.OutcomeSent:
				sent++
			default:
				fmt.Fprintf(t.Err, "vaka: letter %s: it did not go out: %s\n", id, l.Outcome)
			}
		}
		fmt.Fprintf(t.Out, "sent %d of %d letters\n", sent, len(ids))
		if sent < len(ids) {
			return errSilent
		}
		return nil
	})
}
