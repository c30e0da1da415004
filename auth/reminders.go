package auth

import (
	"context"
	"net/url"
	"strings"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// RemindersSet is the event by which somebody says how they want to be reminded.
const RemindersSet cases.EventKind = "account.reminders_set"

// maxWebhook is the longest address of a webhook, in bytes.
const maxWebhook = 2000

// webhookPrefix begins the secret that a webhook's messages are signed with.
const webhookPrefix = "vaka_w_"

// Reminders says how somebody wants to be reminded of time limits. Hours are
// those of the wall clock where the authority is, 0 to 23.
type Reminders struct {
	Email      bool   `json:"email"`                 // by e-mail
	Inbox      bool   `json:"inbox"`                 // in the program itself
	DigestHour *int   `json:"digest_hour,omitempty"` // everything of a day in one message at this hour; nil is each by itself
	QuietFrom  *int   `json:"quiet_from,omitempty"`  // from this hour only what the law makes urgent; nil with QuietUntil is never
	QuietUntil *int   `json:"quiet_until,omitempty"` // up to this hour
	Webhook    string `json:"webhook,omitempty"`     // address that is told too; "" is none
}

// remindersPayload is what the event carries: the choice, and the secret of the
// webhook, which is asked for whenever one of its messages is signed and so
// cannot be kept as a hash.
type remindersPayload struct {
	Reminders
	WebhookSecret string `json:"webhook_secret,omitempty"`
}

// RemindersChoice is what SetReminders is asked for.
type RemindersChoice struct {
	Reminders
	NewSecret bool `json:"new_secret,omitempty"` // give the webhook another secret
}

// Correspondent is an account as whoever writes to its holder knows it.
type Correspondent struct {
	Account   string
	Name      string
	Email     string
	Language  string // "sv" or "en", of letters
	Roles     []workflow.Role
	Active    bool
	Reminders Reminders
}

// defaultReminders hold for whoever has chosen nothing.
var defaultReminders = Reminders{Email: true, Inbox: true}

// reminders is what the account has chosen, or what holds without a choice.
func (a *Account) reminders() remindersPayload {
	if a.Reminders == nil {
		return remindersPayload{Reminders: defaultReminders}
	}
	return *a.Reminders
}

// staff says whether the account works on cases for the authority.
func (a *Account) staff() bool {
	for _, r := range a.Roles {
		if r.Staff() {
			return true
		}
	}
	return false
}

// Correspondent says how to write to the holder of an account, and
// cases.ErrNotFound when there is none.
func (s *Service) Correspondent(ctx context.Context, account string) (Correspondent, error) {
	if !cases.IsID(account) {
		return Correspondent{}, cases.ErrNotFound
	}
	known, err := s.accounts.current(ctx, account)
	if err != nil {
		return Correspondent{}, cases.Unavailable(err)
	}
	return known.account.correspondent(), nil
}

func (a *Account) correspondent() Correspondent {
	c := Correspondent{
		Account: a.ID, Name: a.Name, Email: a.Email, Language: a.Language, Roles: a.Roles, Active: a.Active,
		Reminders: a.reminders().Reminders,
	}
	// Roles change after the choice was made: who works on cases is always told.
	if a.staff() && !c.Reminders.Email && !c.Reminders.Inbox {
		c.Reminders.Inbox = true
	}
	return c
}

// Webhook is the address of an account's webhook and the secret that its messages
// are signed with; both are "" where it has none or is not active.
func (s *Service) Webhook(ctx context.Context, account string) (address, secret string, err error) {
	if !cases.IsID(account) {
		return "", "", cases.ErrNotFound
	}
	known, err := s.accounts.current(ctx, account)
	if err != nil {
		return "", "", cases.Unavailable(err)
	}
	chosen := known.account.reminders()
	if !known.account.Active || chosen.Webhook == "" {
		return "", "", nil
	}
	return chosen.Webhook, chosen.WebhookSecret, nil
}

// Reminders shows an account's choice to its holder.
func (s *Service) Reminders(ctx context.Context, actor cases.Actor) (Reminders, error) {
	known, err := s.accounts.current(ctx, actor.Account)
	if err != nil {
		return Reminders{}, s.refused(err)
	}
	return known.account.reminders().Reminders, nil
}

// SetReminders changes how the actor is reminded. It returns the secret of the
// webhook when it made one: this is the only time that it is seen. A webhook is
// set in a session only, as API tokens are made: a token that leaks must not turn
// an account's messages to another address.
func (s *Service) SetReminders(ctx context.Context, actor cases.Actor, via Session, want RemindersChoice) (Reminders, string, error) {
	want.Webhook = strings.TrimSpace(want.Webhook)
	secret := ""
	made, err := s.change(ctx, actor, actor.Account, func(a *Account) (entry, error) {
		before := a.reminders()
		if faults := s.faultsOfReminders(want.Reminders, a); faults != nil {
			return entry{}, workflow.RefuseFaults("invalid_reminders", "The reminders were not changed.", faults)
		}
		turned := want.Webhook != before.Webhook || want.NewSecret && want.Webhook != ""
		if turned && via.Means == ByToken {
			return entry{}, workflow.Refuse(workflow.Forbidden, "session_required",
				"An API token cannot change a webhook. Sign in with the password to change it.")
		}
		next := remindersPayload{want.Reminders, before.WebhookSecret}
		switch {
		case next.Webhook == "":
			next.WebhookSecret, secret = "", ""
		case turned:
			secret = mint(webhookPrefix)
			next.WebhookSecret = secret
		}
		return entry{RemindersSet, next}, nil
	})
	if err != nil {
		return Reminders{}, "", err
	}
	return made.reminders().Reminders, secret, nil
}

// faultsOfReminders finds everything that is wrong with a choice at once.
func (s *Service) faultsOfReminders(want Reminders, a *Account) []workflow.Fault {
	var faults []workflow.Fault
	fault := func(path, code, message string) {
		faults = append(faults, workflow.Fault{Path: path, Code: code, Message: message})
	}
	// The program watches clocks for people: whoever must act cannot be let go.
	if a.staff() && !want.Email && !want.Inbox {
		fault("/email", "reminders_needed", "Staff are always reminded: keep e-mail or the inbox.")
	}
	for _, hour := range []struct {
		path  string
		value *int
	}{{"/digest_hour", want.DigestHour}, {"/quiet_from", want.QuietFrom}, {"/quiet_until", want.QuietUntil}} {
		if hour.value != nil && (*hour.value < 0 || *hour.value > 23) {
			fault(hour.path, "out_of_range", "Give an hour from 0 to 23.")
		}
	}
	switch {
	case (want.QuietFrom == nil) != (want.QuietUntil == nil):
		fault("/quiet_until", "required", "Give both hours between which it is to be quiet, or neither.")
	case want.QuietFrom != nil && *want.QuietFrom == *want.QuietUntil:
		fault("/quiet_until", "quiet_hours_empty", "Quiet hours must begin and end at different hours.")
	}
	if want.Webhook != "" && want.Webhook != a.reminders().Webhook {
		if code, message := s.faultOfWebhook(want.Webhook); code != "" {
			fault("/webhook", code, message)
		}
	}
	return faults
}

// faultOfWebhook judges an address by its spelling; where it leads is judged
// whenever something is sent there.
func (s *Service) faultOfWebhook(address string) (code, message string) {
	u, err := url.Parse(address)
	switch {
	case s.opt.Webhooks == WebhooksOff:
		return "webhooks_off", "This installation calls no webhooks."
	case len(address) > maxWebhook || err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" ||
		u.Scheme != "https" && u.Scheme != "http" || strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r > '~' }):
		return "invalid_url", "Give an address such as https://tool.example.org/vaka, without user or #."
	case u.Scheme == "http" && s.opt.Webhooks != WebhooksAnyScheme:
		return "https_required", "The address must begin with https."
	}
	return "", ""
}
