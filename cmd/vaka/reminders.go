package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/notifier"
	"github.com/vaka-project/vaka/web"
	"github.com/vaka-project/vaka/workflow"
)

// reminders puts the dispatcher together on the parts of an installation. It is to
// be asked only after they are loaded.
func (p *Parts) reminders(channels map[notifier.ChannelKind]notifier.Channel, sending time.Duration, passed func(notifier.Round), log *slog.Logger) *notifier.Dispatcher {
	return notifier.NewDispatcher(notifier.Options{
		Store: p.Store, Board: p.Cases.Board(), Law: p.Cases.Law, Channels: channels, Now: time.Now, Logger: log, Passed: passed,
		Instance: cases.NewID(time.Now()), SendTimeout: sending,
		People: people{p.Auth, channels},
		Contact: func(ctx context.Context, id string) (name, email, language string, err error) {
			c, err := p.Cases.Correspondent(ctx, id)
			return c.Name, c.Email, c.Language, err
		},
		Drafts: func(ctx context.Context) ([]notifier.Draft, error) { return web.OpenDrafts(ctx, p.Store) },
	})
}

// people are the accounts as the notifier sees them.
type people struct {
	auth *auth.Service
	on   map[notifier.ChannelKind]notifier.Channel // those that the installation uses
}

// Person implements notifier.People. What the installation does not use is not
// chosen; the dispatcher sees to it that one way is left.
func (p people) Person(ctx context.Context, account string) (notifier.Person, error) {
	a, err := p.auth.Correspondent(ctx, account)
	if err != nil {
		return notifier.Person{}, err
	}
	chosen := a.Reminders
	out := notifier.Person{
		Account: a.Account, Name: a.Name, Email: a.Email, Language: a.Language, Roles: a.Roles, Active: a.Active,
		DigestHour: chosen.DigestHour, QuietFrom: chosen.QuietFrom, QuietUntil: chosen.QuietUntil,
	}
	if chosen.Inbox {
		out.Channels = append(out.Channels, notifier.ChannelInbox)
	}
	if chosen.Email && p.on[notifier.ChannelEmail] != nil {
		out.Channels = append(out.Channels, notifier.ChannelEmail)
	}
	if chosen.Webhook != "" && p.on[notifier.ChannelWebhook] != nil {
		out.Channels = append(out.Channels, notifier.ChannelWebhook)
	}
	return out, nil
}

// Deputy implements notifier.People.
func (p people) Deputy(ctx context.Context, account string) (string, error) {
	return p.auth.DeputyOf(ctx, account, time.Now())
}

// WithRole implements notifier.People.
func (p people) WithRole(_ context.Context, role workflow.Role) ([]string, error) {
	return p.auth.WithRole(role), nil
}

// countReminders shows how reminding stands.
func (p *Program) countReminders() {
	figures := p.Reminders.Figures
	p.metrics.gauge("vaka_reminders_due", "Reminders that are to go out and have not yet.",
		func() float64 { return float64(figures().Due) })
	p.metrics.gauge("vaka_reminders_failed", "Letters that failed for good and wait for somebody.",
		func() float64 { return float64(figures().Failed) })
	p.metrics.gauge("vaka_reminders_oldest_due_seconds", "Age of the oldest reminder that is to go out and has not; above 600 something is wrong.",
		func() float64 { return figures().OldestSeconds(time.Now()) })
}
