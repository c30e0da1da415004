package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/vaka-project/vaka/config"
	"github.com/vaka-project/vaka/demo"
)

type demoCommand struct{ settings }

// Help is shown below the command's summary.
func (demoCommand) Help() string {
	return `The first start tells the scenario: the attack on a supplier that 250 organisations notified in four days, and a year of ordinary days. After that it is an installation like any other, on real time. It listens on loopback only, and keeps its data in ./demo-data unless --data says otherwise: only the flag counts, so that no setting of a real installation can lead a demo to its data.

Examples:

    vaka demo
    vaka demo --listen 127.0.0.1:8088 --data ./another-demo`
}

// demoData is where a demo keeps its data unless --data says otherwise.
const demoData = "./demo-data"

// demoMetrics leaves the usual port of the metrics to a real installation beside
// the demo.
const demoMetrics = "127.0.0.1:0"

// Run tells the scenario where it is not told yet, and serves.
func (c *demoCommand) Run(ctx context.Context, t Terminal) error {
	flags := c.flags()
	if flags["data"] == "" {
		flags["data"] = demoData
	}
	if flags["metrics_listen"] == "" {
		flags["metrics_listen"] = demoMetrics
	}
	if flags["log_level"] == "" {
		flags["log_level"] = "warn" // a line for each request would hide where to go
	}
	conf, err := loadSettings(t, c.Config, flags)
	if err != nil {
		return err
	}
	if !config.Loopback(conf.Listen) {
		return config.Faults{{
			Setting: "listen", Message: "a demo is served on loopback only, since everybody knows its passwords; give an address such as 127.0.0.1:8080",
		}}
	}
	log := newLogger(conf, t.Err)
	return runProgram(ctx, Options{
		Config: conf, Demo: true, Out: t.Out, Logger: log,
		Before:  func(ctx context.Context, p *Parts) error { return tell(ctx, p, conf, log, t.Out) },
		Welcome: func(_ context.Context, p *Program) error { return showAround(t.Out, p.URL()) },
	})
}

// tell tells the scenario, and shows how far it has come.
func tell(ctx context.Context, p *Parts, c config.Config, log *slog.Logger, out io.Writer) error {
	shown := 0
	told, err := demo.Tell(ctx, demo.Options{
		Store: p.Store, Auth: p.Auth, Units: p.Units, Law: p.Law, Policy: p.policy, Now: time.Now(), Logger: log,
		Progress: func(done, total int) {
			if tenth := 10 * done / total; tenth > shown {
				shown = tenth
				fmt.Fprintf(out, "telling the scenario: %d %%\n", 10*tenth)
			}
		},
	})
	if errors.Is(err, demo.ErrOtherData) {
		return fmt.Errorf("%s holds data that is no demo's: give the demo a --data of its own", whereOf(c))
	}
	if err == nil && !told.Already {
		fmt.Fprintf(out, "told %d cases of %d organisations in %s\n", told.Cases, told.Organisations, told.Took.Round(100*time.Millisecond))
	}
	return err
}

// showAround says where to go and as whom.
func showAround(out io.Writer, url string) error {
	fmt.Fprintf(out, "\n%s\n\nThe demo is ready: %s/\nThe password of every account is %s.\n\n", demo.Notice, url, demo.Password)
	for _, a := range demo.Accounts() {
		roles := make([]string, len(a.Roles))
		for i, r := range a.Roles {
			roles[i] = string(r)
		}
		fmt.Fprintf(out, "    %-28s %-28s %s\n", a.Email, strings.Join(roles, ", "), a.About)
	}
	_, err := fmt.Fprintln(out, "\nCtrl-C ends it; the next start goes on where this one ended.")
	return err
}
