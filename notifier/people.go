package notifier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// Person is somebody who is reminded, with what they have chosen. Hours are those
// of the wall clock where the authority is.
type Person struct {
	Account    string
	Name       string
	Email      string
	Language   string // "sv" or "en"
	Roles      []workflow.Role
	Active     bool
	Channels   []ChannelKind // chosen; the first is the one that others fall back on
	DigestHour *int          // everything that is not urgent in one message at this hour; nil for each by itself
	QuietFrom  *int          // from this hour only what the law makes urgent; nil with QuietUntil for never
	QuietUntil *int
}

// People knows who somebody is. The auth room does, through an adapter.
type People interface {
	// Person is the holder of an account, cases.ErrNotFound without one.
	Person(ctx context.Context, account string) (Person, error)
	// Deputy is the account that acts for another one now, "" for nobody.
	Deputy(ctx context.Context, account string) (string, error)
	// WithRole are the ids of the active accounts that hold a role.
	WithRole(ctx context.Context, role workflow.Role) ([]string, error)
}

// contact stands for the contact of a filing in place of an account: nobody who
// could sign in, but somebody who gave an address with the notification.
const contact = "contact"

// party says whether the person is on the notifier's side.
func (p Person) party() bool { return !slices.ContainsFunc(p.Roles, workflow.Role.Staff) }

// release is when a reminder that is ready at an instant goes to the person: at
// once, or at the hour of their digest, and then not in their quiet hours. It
// follows from its arguments only, so every instance finds the same. What the law
// makes urgent is not to be asked for.
func (p Person) release(ready time.Time) time.Time {
	at := ready
	if p.DigestHour != nil {
		at = nextHour(at, *p.DigestHour)
	}
	if p.QuietFrom == nil || p.QuietUntil == nil || *p.QuietFrom == *p.QuietUntil {
		return at
	}
	hour := at.In(workflow.Stockholm).Hour()
	quiet := hour >= *p.QuietFrom && hour < *p.QuietUntil
	if *p.QuietFrom > *p.QuietUntil { // over midnight
		quiet = hour >= *p.QuietFrom || hour < *p.QuietUntil
	}
	if quiet {
		return nextHour(at, *p.QuietUntil)
	}
	return at
}

// nextHour is the first instant at or after t at which the clock on the wall shows
// a full hour.
func nextHour(t time.Time, hour int) time.Time {
	local := t.In(workflow.Stockholm)
	for day := 0; ; day++ {
		at := time.Date(local.Year(), local.Month(), local.Day()+day, hour, 0, 0, 0, workflow.Stockholm)
		if !at.Before(t) {
			return at.UTC()
		}
	}
}

// audience finds who is meant by a rung. It is never empty but where nobody is
// left who could be meant: an authority without a supervisor, say.
func (d *Dispatcher) audience(ctx context.Context, r Reminder) ([]string, error) {
	if r.Draft != "" {
		return d.drafterOf(ctx, d.drafts[r.Draft])
	}
	c, known := d.opt.Board.Watch(r.Case)
	if !known {
		return nil, nil
	}
	to, err := d.meant(ctx, r.Rung.For, c)
	if err != nil || len(to) > 0 || c.Secret {
		return to, err
	}
	// Whoever runs the installation can give somebody the role that nobody has.
	return d.opt.People.WithRole(ctx, workflow.RoleAdministrator)
}

func (d *Dispatcher) meant(ctx context.Context, who Audience, c cases.Watched) ([]string, error) {
	switch who {
	case ForParty:
		return d.partyOf(ctx, c)
	case ForRegistrars:
		return d.staffFor(ctx, c, workflow.RoleRegistrar)
	case ForSupervisors:
		return d.staffFor(ctx, c, workflow.RoleSupervisor)
	default:
		return d.holderOf(ctx, c)
	}
}

// drafterOf is whoever began a draft. What staff begin has come in already, on
// paper or by word of mouth: its 72 hours no longer run.
func (d *Dispatcher) drafterOf(ctx context.Context, f Draft) ([]string, error) {
	p, err := d.opt.People.Person(ctx, f.Account)
	switch {
	case errors.Is(err, cases.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("whose draft %s is: %w", f.ID, err)
	case !p.Active || !p.party():
		return nil, nil
	}
	return []string{f.Account}, nil
}

// partyOf is the account that filed. Where staff filed for a controller, or nobody
// with an account did, it is the contact that the notification names. A case that
// did not begin with a notification has nobody on that side whom Vaka knows.
func (d *Dispatcher) partyOf(ctx context.Context, c cases.Watched) ([]string, error) {
	if !c.Filed {
		return d.holderOf(ctx, c)
	}
	p, err := d.opt.People.Person(ctx, c.Submitter)
	switch {
	case errors.Is(err, cases.ErrNotFound):
		return []string{contact}, nil
	case err != nil:
		return nil, fmt.Errorf("who filed case %s: %w", c.ID, err)
	case !p.Active || !p.party():
		return []string{contact}, nil
	}
	return []string{c.Submitter}, nil
}

// holderOf is whoever holds the case, and without one those who hand cases out.
func (d *Dispatcher) holderOf(ctx context.Context, c cases.Watched) ([]string, error) {
	if c.Assignee != "" {
		p, err := d.opt.People.Person(ctx, c.Assignee)
		if err != nil && !errors.Is(err, cases.ErrNotFound) {
			return nil, fmt.Errorf("who holds case %s: %w", c.ID, err)
		}
		if err == nil && p.Active {
			return d.withDeputy(ctx, c)
		}
	}
	return d.staffFor(ctx, c, workflow.RoleSupervisor)
}

// withDeputy is whoever holds the case, and while they are away also their deputy.
// Of a secret case a deputy hears only where the case names them.
func (d *Dispatcher) withDeputy(ctx context.Context, c cases.Watched) ([]string, error) {
	deputy, err := d.opt.People.Deputy(ctx, c.Assignee)
	switch {
	case err != nil:
		return nil, fmt.Errorf("who acts for the holder of case %s: %w", c.ID, err)
	case deputy == "" || deputy == c.Assignee || c.Secret && !slices.Contains(c.Named, deputy):
		return []string{c.Assignee}, nil
	}
	return []string{c.Assignee, deputy}, nil
}

// staffFor are those with a role. Of a secret case only the staff that it names
// may hear; where none of them holds the role, all of them do.
func (d *Dispatcher) staffFor(ctx context.Context, c cases.Watched, role workflow.Role) ([]string, error) {
	all, err := d.opt.People.WithRole(ctx, role)
	if err != nil {
		return nil, fmt.Errorf("who is %s: %w", role, err)
	}
	if !c.Secret {
		return all, nil
	}
	some := slices.DeleteFunc(slices.Clone(all), func(account string) bool { return !slices.Contains(c.Named, account) })
	if len(some) == 0 {
		return slices.Clone(c.Named), nil
	}
	return some, nil
}

// person is somebody who was written down for a reminder, as they are now.
func (d *Dispatcher) person(ctx context.Context, who, caseID string) (Person, error) {
	if who != contact {
		return d.opt.People.Person(ctx, who)
	}
	name, email, language, err := d.opt.Contact(ctx, caseID)
	if err != nil {
		return Person{}, fmt.Errorf("the contact of case %s: %w", caseID, err)
	}
	return Person{Name: name, Email: email, Language: language, Active: true, Channels: []ChannelKind{ChannelEmail}}, nil
}

// channelsOf are the ways by which a letter goes to a person. The list of messages
// in the program gets its copy whenever no other way is sure.
func (d *Dispatcher) channelsOf(p Person) []ChannelKind {
	out := slices.Clone(p.Channels)
	if p.Account == "" {
		return out
	}
	sure := slices.ContainsFunc(out, func(kind ChannelKind) bool {
		return d.opt.Channels[kind] != nil && (kind != ChannelEmail || p.Email != "")
	})
	if !sure && !slices.Contains(out, ChannelInbox) {
		out = append([]ChannelKind{ChannelInbox}, out...)
	}
	return out
}
