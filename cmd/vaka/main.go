package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/vaka-project/vaka/config"
	"github.com/vaka-project/vaka/workflow"
)

// Exit codes.
const (
	exitFailed = 1 // the command was understood and did not succeed
	exitUsage  = 2 // the command line was not understood
)

func main() {
	// A notification leaves a hundred times the memory behind that it keeps.
	// Collecting half as often takes a sixth off its cost, and the board is small.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks for an orderly end. A second one then meets the
	// system's own handling, and ends a program that takes too long about it.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, Terminal{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Env: os.Environ()}, os.Args[1:]))
}

// Terminal is what a command has around it, in tests as at a keyboard.
type Terminal struct {
	In  io.Reader
	Out io.Writer // answers
	Err io.Writer // faults, warnings and the log
	Env []string  // as os.Environ returns it
}

// commands is the whole command line.
type commands struct {
	Serve       serveCommand       `cmd:"" help:"Run the service."`
	Demo        demoCommand        `cmd:"" help:"Run the service on loopback with a year of made-up cases to try it on."`
	Deadline    deadlineCommand    `cmd:"" help:"Compute the deadlines of Article 33 from the moment of awareness."`
	Severity    severityCommand    `cmd:"" help:"Compute the severity of a breach by ENISA's methodology."`
	Workflow    workflowCommand    `cmd:"" help:"Print the procedure: states, steps, roles and guards."`
	CheckConfig checkConfigCommand `cmd:"" help:"Check the settings, and print what would be used."`
	Export      exportCommand      `cmd:"" help:"Write everything that the store holds into one file."`
	Import      importCommand      `cmd:"" help:"Read what export wrote into an empty store."`
	Rebuild     rebuildCommand     `cmd:"" help:"Make every current record anew from its events."`
	Verify      verifyCommand      `cmd:"" help:"Check every chain of events, and say where one does not hold."`
	User        userCommand        `cmd:"" help:"Look after accounts."`
	Reminders   remindersCommand   `cmd:"" help:"Look after the reminders of time limits."`
	Health      healthCommand      `cmd:"" help:"Ask a running service whether it is ready."`
	Version     versionCommand     `cmd:"" help:"Print the version."`
}

// newCommands gives the commands that work on an installation their settings.
// Those that do not serve show only what says where the data is.
func newCommands() commands {
	var c commands
	for _, s := range []*settings{&c.Serve.settings, &c.Demo.settings, &c.CheckConfig.settings} {
		*s = newSettings()
	}
	for _, s := range []*settings{&c.Export.settings, &c.Import.settings, &c.Rebuild.settings, &c.Verify.settings, &c.User.settings, &c.Reminders.settings} {
		*s = newSettings("Storage")
	}
	return c
}

const about = `Vaka receives notifications of personal data breaches (GDPR Article 33), computes their deadlines, and carries each case to a decision with every step on record.

To look around:  vaka demo
To run it:       vaka serve --data /var/lib/vaka`

// run carries out one command line and returns the exit code.
func run(ctx context.Context, t Terminal, args []string) int {
	line := newCommands()
	shown := false
	parser, err := kong.New(
		&line, kong.Name("vaka"), kong.Description(about), kong.Writers(t.Out, t.Err),
		kong.Exit(func(int) { shown = true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, NoAppDescFormat: true, WrapUpperBound: 100}),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(t), kong.Vars{"roles": roleNames()},
	)
	if err != nil {
		panic("the command line's own description is wrong: " + err.Error())
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	switch {
	case shown: // kong printed the help that was asked for
		return 0
	case err != nil:
		fmt.Fprintf(t.Err, "vaka: %s\nTry: %s --help\n", firstLine(err), commandPath(err))
		return exitUsage
	}
	if err := command.Run(); err != nil {
		complain(t.Err, err)
		return exitFailed
	}
	return 0
}

// commandPath is the command that a usage error belongs to, as far as it was
// understood.
func commandPath(err error) string {
	if parse, ok := errors.AsType[*kong.ParseError](err); ok && parse.Context != nil {
		if selected := parse.Context.Selected(); selected != nil {
			return selected.FullPath()
		}
	}
	return "vaka"
}

// errSilent ends a command with exit code 1 when all has been said.
var errSilent = errors.New("what is wrong has been said")

// complain says what went wrong: one line, or one for each fault where there are
// several.
func complain(to io.Writer, err error) {
	if errors.Is(err, errSilent) {
		return
	}
	if faults, ok := errors.AsType[config.Faults](err); ok {
		for _, fault := range faults {
			fmt.Fprintln(to, "vaka: "+fault.Error())
		}
		return
	}
	refusal, ok := errors.AsType[*workflow.Error](err)
	if !ok {
		fmt.Fprintln(to, "vaka: "+firstLine(err))
		return
	}
	if len(refusal.Faults) == 0 {
		fmt.Fprintln(to, "vaka: "+firstLine(err))
		if cause := errors.Unwrap(refusal); cause != nil {
			fmt.Fprintln(to, "vaka: the cause: "+firstLine(cause))
		}
		return
	}
	for _, fault := range refusal.Faults {
		fmt.Fprintln(to, "vaka: "+argumentOf(fault.Path)+": "+fault.Message)
	}
}

// firstLine keeps an error to the one line that was promised.
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// argumentOf names the argument or flag that a fault's path stands for; of a list
// it is the whole.
func argumentOf(path string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return name
}
