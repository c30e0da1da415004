package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"time"
)

// groups are the parts of a run that -only can choose; the fill is always made.
var groups = []string{"reference", "suggestion", "start", "queue", "step", "notification", "reminders"}

type options struct {
	sizes []int
	only  []string
	write bool
}

func (o options) wants(group string) bool { return len(o.only) == 0 || slices.Contains(o.only, group) }

func main() {
	if len(os.Args) == 2 && os.Args[1] == bareArgument {
		fmt.Fprintln(os.Stderr, serveBare())
		os.Exit(1)
	}
	o, err := parse(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		err = run(ctx, o)
		stop()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	sizes := flags.String("n", "10000,100000", "numbers of cases, separated by commas")
	only := flags.String("only", "", "only these figures: "+strings.Join(groups, ","))
	flags.BoolVar(&o.write, "write", false, "put the table into docs/performance.md")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	for size := range strings.SplitSeq(*sizes, ",") {
		n, err := strconv.Atoi(size)
		if err != nil || n < 1000 || n > 10_000_000 {
			return o, errors.New("-n wants numbers from 1000 to 10000000, as in 10000,100000")
		}
		o.sizes = append(o.sizes, n)
	}
	if *only != "" {
		o.only = strings.Split(*only, ",")
	}
	for _, group := range o.only {
		if !slices.Contains(groups, group) {
			return o, fmt.Errorf("-only wants some of %s", strings.Join(groups, ","))
		}
	}
	return o, nil
}

// run measures everything that was asked for, and prints it.
func run(ctx context.Context, o options) error {
	dir, err := os.MkdirTemp("", "vaka-bench")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	t := &table{began: time.Now()}
	if o.wants("reference") {
		if err := reference(ctx, dir, t); err != nil {
			return fmt.Errorf("measuring the bare machine: %w", err)
		}
	}
	if o.wants("suggestion") {
		if err := quality(ctx, dir, t); err != nil {
			return fmt.Errorf("measuring the suggestions: %w", err)
		}
	}
	binary, err := build(ctx, dir)
	if err != nil {
		return err
	}
	for _, n := range o.sizes {
		if err := measure(ctx, o, binary, n, t); err != nil {
			return fmt.Errorf("with %d cases: %w", n, err)
		}
	}
	if o.wants("reminders") {
		if err := reminders(ctx, binary, t); err != nil {
			return fmt.Errorf("with %d reminders: %w", dueAtOnce, err)
		}
	}
	text := t.markdown()
	fmt.Print(text)
	if o.write {
		return writeInto("docs/performance.md", text)
	}
	return nil
}

// say tells whoever waits how far it is.
func say(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
