package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

type deadlineCommand struct {
	Aware string `required:"" placeholder:"TIME" help:"When the controller became aware: 2026-11-18T14:20+01:00, or the local time of --zone, 2026-11-18T14:20."`
	Zone  string `default:"Europe/Stockholm" placeholder:"ZONE" help:"IANA name of the zone of a local time, and of the answers. Default: ${default}."`
	JSON  bool   `name:"json" help:"Print JSON."`
}

// Help is shown below the command's summary.
func (deadlineCommand) Help() string {
	return `How the 72 hours are counted is disputed, so three counts are shown, each with its explanation and article. Lateness is judged by reg1182_hours. A local time that the change of the clocks skips or repeats is asked about, not guessed at. It counts by the law as delivered and asks no installation: what administrators set there, coming rule sets and closed days, shows on its page /rules.

Examples:

    vaka deadline --aware 2026-03-13T17:40
    vaka deadline --aware 2026-03-13T16:40Z --json
    vaka deadline --aware 2026-10-25T02:30+01:00 --zone Europe/Helsinki`
}

// dueText is one deadline as it is printed.
type dueText struct {
	DueAt       string `json:"due_at"` // RFC 3339, in the zone's offset
	Explanation string `json:"explanation"`
	Article     string `json:"article"`
}

// deadlinesText are the three counts, under names that do not change.
type deadlinesText struct {
	Plain72h      dueText `json:"plain_72h"`
	Reg1182Hours  dueText `json:"reg1182_hours"`
	Reg1182Min2WD dueText `json:"reg1182_min2wd"`
}

// Run computes and prints the deadlines by the law as delivered.
func (c *deadlineCommand) Run(t Terminal) error {
	zone, err := zoneOf(c.Zone)
	if err != nil {
		return err
	}
	aware, err := workflow.ParseLocal(c.Aware, zone)
	if err != nil {
		return fmt.Errorf("--aware: %w", err)
	}
	law, err := workflow.NewClocks(workflow.ClockSettings{})
	if err != nil {
		return err
	}
	due := law.Notify(aware)
	text := func(p workflow.Policy) dueText {
		d := due.For(p)
		return dueText{DueAt: d.DueAt.In(zone).Format(time.RFC3339Nano), Explanation: d.Explanation, Article: d.Article}
	}
	all := deadlinesText{text(workflow.Plain72h), text(workflow.Reg1182Hours), text(workflow.Reg1182Min2WD)}
	if c.JSON {
		return printJSON(t, all)
	}
	fmt.Fprintf(t.Out, "Aware %s\n", aware.In(zone).Format("Monday 2 January 2006 15:04 MST"))
	for _, p := range []workflow.Policy{workflow.Plain72h, workflow.Reg1182Hours, workflow.Reg1182Min2WD} {
		d := due.For(p)
		fmt.Fprintf(t.Out, "\n%-16s %s\n%-16s %s\n%-16s %s\n", p, d.DueAt.In(zone).Format("Monday 2 January 2006 15:04 MST"), "", d.Explanation, "", d.Article)
	}
	return nil
}

// zoneOf refuses Local, which is another zone on every machine.
func zoneOf(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return nil, fmt.Errorf("--zone: there is no such zone; give its IANA name, such as Europe/Stockholm")
	}
	return zone, nil
}

// printJSON prints v as indented JSON.
func printJSON(t Terminal, v any) error {
	enc := json.NewEncoder(t.Out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return nil
}
