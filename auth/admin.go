package auth

import (
	"context"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// NewAccount is what makes an account.
type NewAccount struct {
	Name     string          `json:"name"`
	Email    string          `json:"email"`
	Roles    []workflow.Role `json:"roles"`
	Language string          `json:"language,omitempty"` // "sv" (the default) or "en"
	Password string          `json:"password,omitempty"` // "" for one that uses API tokens only
	How      How             `json:"-"`                  // ByAdministrator where nothing is said

	mandates []NewMandate // of an invitation
}

// The longest texts, in characters.
const (
	maxName   = 200
	maxEmail  = 254 // RFC 5321, 4.5.3.1.3, less the angle brackets
	maxReason = 2000
)

// Create makes an account. Of several for one address at the same time, one is
// made; the others are refused with workflow.Conflict, "account_exists".
func (s *Service) Create(ctx context.Context, actor cases.Actor, want NewAccount) (Profile, error) {
	if !administers(actor) {
		return Profile{}, administratorsOnly()
	}
	if want.How == "" {
		want.How = ByAdministrator
	}
	a, err := s.create(ctx, actor, want)
	if err != nil {
		return Profile{}, err
	}
	return a.Profile(), nil
}

func (s *Service) create(ctx context.Context, actor cases.Actor, want NewAccount) (*Account, error) {
	want.Name, want.Email = strings.TrimSpace(want.Name), plainEmail(want.Email)
	set(&want.Language, "sv")
	if faults := s.faultsOf(want); faults != nil {
		return nil, workflow.RefuseFaults("invalid_account", "The account was not made.", faults)
	}
	created := createdPayload{
		Name: want.Name, Email: want.Email, Roles: want.Roles, Language: want.Language, How: want.How,
	}
	for _, m := range want.mandates {
		created.Mandates = append(created.Mandates, mandatePayload(m))
	}
	if want.Password != "" {
		hash, err := s.passwords.hash(ctx, want.Password)
		if err != nil {
			return nil, err
		}
		created.Password = hash
	}
	at, id := s.now(), AccountID(want.Email)
	a, err := s.append(ctx, actor.Account, &Account{ID: id}, at, entry{Created, created})
	if workflow.KindOf(err) == workflow.Stale {
		return nil, accountExists()
	}
	return a, err
}

func accountExists() error {
	return workflow.Refuse(workflow.Conflict, "account_exists", "This e-mail address has an account already.")
}

// faultsOf finds everything that is wrong with a new account at once.
func (s *Service) faultsOf(want NewAccount) []workflow.Fault {
	faults := textFaults("/name", want.Name, maxName)
	switch address, err := mail.ParseAddress(want.Email); {
	case len(want.Email) > maxEmail:
		faults = append(faults, workflow.Fault{
			Path: "/email", Code: "too_long", Message: fmt.Sprintf("An e-mail address has at most %d bytes.", maxEmail),
		})
	case err != nil || address.Address != want.Email || strings.ContainsFunc(want.Email, unicode.IsControl):
		faults = append(faults, workflow.Fault{
			Path: "/email", Code: "invalid_email", Message: "Give one e-mail address, such as name@example.org.",
		})
	}
	faults = append(faults, roleFaults(want.Roles)...)
	if want.Language != "sv" && want.Language != "en" {
		faults = append(faults, workflow.Fault{Path: "/language", Code: "unknown_code", Message: "Choose sv or en."})
	}
	if !slices.Contains(want.How.Codes(), string(want.How)) {
		faults = append(faults, workflow.Fault{Path: "/how", Code: "unknown_code", Message: "This is no way to make an account."})
	}
	if want.Password != "" {
		faults = append(faults, checkPassword("/password", want.Password, want.Email, s.opt.MinPassword)...)
	}
	for i, m := range want.mandates {
		at := fmt.Sprintf("/mandates/%d", i)
		faults = append(append(faults, textFaults(at+"/unit", m.Unit, maxName)...), textFaults(at+"/reason", m.Reason, maxReason)...)
		if slices.ContainsFunc(want.mandates[:i], func(o NewMandate) bool { return o.Unit == m.Unit }) {
			faults = append(faults, workflow.Fault{Path: at + "/unit", Code: "repeated", Message: "This unit is given twice."})
		}
	}
	return faults
}

// textFaults asks for a text of one character to most, without control characters.
func textFaults(path, text string, most int) []workflow.Fault {
	fault := workflow.Fault{Path: path}
	switch {
	case strings.TrimSpace(text) == "":
		fault.Code, fault.Message = "required", "This must be given."
	case !utf8.ValidString(text):
		fault.Code, fault.Message = "invalid_text", "This must be text in UTF-8."
	case utf8.RuneCountInString(text) > most:
		fault.Code, fault.Message = "too_long", fmt.Sprintf("At most %d characters fit here.", most)
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }):
		fault.Code, fault.Message = "invalid_text", "This must not hold control characters."
	default:
		return nil
	}
	return []workflow.Fault{fault}
}

// roleFaults asks for one role or more, each once, and none that only the
// program itself may have.
func roleFaults(roles []workflow.Role) []workflow.Fault {
	if len(roles) == 0 {
		return []workflow.Fault{{
			Path: "/roles", Code: "required", Message: "Give at least one role; to take everything away, deactivate the account.",
		}}
	}
	var faults []workflow.Fault
	for i, role := range roles {
		path := fmt.Sprintf("/roles/%d", i)
		switch {
		case role == workflow.RoleSystem || !slices.Contains(workflow.Roles(), role):
			faults = append(faults, workflow.Fault{Path: path, Code: "unknown_code", Message: "No account can have this role."})
		case slices.Contains(roles[:i], role):
			faults = append(faults, workflow.Fault{Path: path, Code: "repeated", Message: "This role is given twice."})
		}
	}
	return faults
}

// SetRoles gives an account exactly these roles. An administrator who changes
// their own must give a reason; for others it may be "".
func (s *Service) SetRoles(ctx context.Context, actor cases.Actor, account string, roles []workflow.Role, reason string) (Profile, error) {
	faults := roleFaults(roles)
	if reason != "" || actor.Account == account {
		faults = append(faults, textFaults("/reason", reason, maxReason)...)
	}
	return s.administer(ctx, actor, account, faults, func(*Account) (entry, error) {
		return entry{RolesSet, rolesPayload{Roles: slices.Clone(roles), Reason: reason}}, nil
	})
}

// Deactivate ends an account's sessions and API tokens and lets nobody in with it
// until it is activated. Its history, roles and mandates stay; open cases that it
// holds go back to the unassigned queue. See DeactivateTo.
func (s *Service) Deactivate(ctx context.Context, actor cases.Actor, account, reason string) (Profile, error) {
	return s.administer(ctx, actor, account, textFaults("/reason", reason, maxReason), func(a *Account) (entry, error) {
		if !a.Active {
			return entry{}, inactive()
		}
		return entry{Deactivated, reasonPayload{Reason: reason}}, nil
	})
}

// Activate lets a deactivated account be used again.
func (s *Service) Activate(ctx context.Context, actor cases.Actor, account, reason string) (Profile, error) {
	return s.administer(ctx, actor, account, textFaults("/reason", reason, maxReason), func(a *Account) (entry, error) {
		if a.Active {
			return entry{}, workflow.Refuse(workflow.Conflict, "account_active", "This account is active.")
		}
		return entry{Activated, reasonPayload{Reason: reason}}, nil
	})
}

// GrantMandate records that an account may act for a controller unit of an
// organisation, and on what that rests.
func (s *Service) GrantMandate(ctx context.Context, actor cases.Actor, account, unit, organisation, reason string) (Profile, error) {
	faults := append(textFaults("/unit", unit, maxName), textFaults("/reason", reason, maxReason)...)
	if organisation != "" {
		faults = append(faults, textFaults("/organisation", organisation, maxName)...)
	}
	return s.administer(ctx, actor, account, faults, func(a *Account) (entry, error) {
		if a.actsFor(unit) {
			return entry{}, workflow.Refuse(workflow.Conflict, "mandate_exists", "This account has a mandate for the unit already.")
		}
		return entry{MandateGranted, mandatePayload{Unit: unit, Organisation: organisation, Reason: reason}}, nil
	})
}

// RevokeMandate ends an account's mandate for a controller unit. What was done
// under it stands.
func (s *Service) RevokeMandate(ctx context.Context, actor cases.Actor, account, unit, reason string) (Profile, error) {
	return s.administer(ctx, actor, account, textFaults("/reason", reason, maxReason), func(a *Account) (entry, error) {
		if !a.actsFor(unit) {
			return entry{}, workflow.Refuse(workflow.NotFound, "no_such_mandate", "This account has no mandate for the unit.")
		}
		return entry{MandateRevoked, mandatePayload{Unit: unit, Reason: reason}}, nil
	})
}

func inactive() error {
	return workflow.Refuse(workflow.Conflict, "account_inactive", "This account is deactivated.")
}

// administer makes one change that takes an administrator to make, and sees to
// it that one is left afterwards.
func (s *Service) administer(ctx context.Context, actor cases.Actor, id string, faults []workflow.Fault, decide func(*Account) (entry, error)) (Profile, error) {
	if !administers(actor) {
		return Profile{}, administratorsOnly()
	}
	if faults != nil {
		return Profile{}, workflow.RefuseFaults("invalid_change", "The account was not changed.", faults)
	}
	s.administering.Lock()
	defer s.administering.Unlock()
	var undo *entry
	a, err := s.change(ctx, actor, id, func(a *Account) (entry, error) {
		e, err := decide(a)
		if err != nil {
			return entry{}, err
		}
		if undo = undoing(a, e); undo != nil {
			err = s.mustAdminister(ctx, id)
		}
		return e, err
	})
	if err != nil {
		return Profile{}, err
	}
	if undo != nil {
		if err := s.keepOne(ctx, id, *undo); err != nil {
			return Profile{}, err
		}
	}
	return a.Profile(), nil
}

// undoing gives the change that would make an account administer again, when e
// keeps it from that; else nil.
func undoing(a *Account, e entry) *entry {
	const reason = "no other administrator was left"
	if !a.administers() {
		return nil
	}
	switch p := e.payload.(type) {
	case rolesPayload:
		if !slices.Contains(p.Roles, workflow.RoleAdministrator) {
			return &entry{RolesSet, rolesPayload{Roles: slices.Clone(a.Roles), Reason: reason}}
		}
	case reasonPayload:
		if e.kind == Deactivated {
			return &entry{Activated, reasonPayload{Reason: reason}}
		}
	case handoverPayload:
		return &entry{Activated, reasonPayload{Reason: reason}}
	}
	return nil
}

// keepOne looks again after an administrator was taken away. On two instances
// two administrators may have taken each other away at the same moment; at least
// the later of the two sees both, and takes its change back.
func (s *Service) keepOne(ctx context.Context, id string, undo entry) error {
	ctx = context.WithoutCancel(ctx) // whoever asked may go away, the installation stays
	refusal := s.mustAdminister(ctx, id)
	if workflow.KindOf(refusal) != workflow.Conflict {
		return refusal
	}
	for {
		_, err := s.change(ctx, cases.System("last_administrator"), id, func(a *Account) (entry, error) { return undo, nil })
		switch workflow.KindOf(err) {
		case workflow.Stale: // somebody else changed the account; the system tries its own step again
			continue
		case "":
			if err == nil {
				return refusal
			}
		}
		return err
	}
}

// mustAdminister refuses unless an account other than this one can administer.
func (s *Service) mustAdminister(ctx context.Context, except string) error {
	ok, err := s.hasAdministrator(ctx, except)
	if err != nil || ok {
		return err
	}
	return workflow.Refuse(workflow.Conflict, "last_administrator",
		"This is the last administrator who can sign in. Make somebody else an administrator first.")
}

// hasAdministrator says whether an account other than except can administer, by
// what the store says now.
func (s *Service) hasAdministrator(ctx context.Context, except string) (bool, error) {
	if err := s.accounts.scan(ctx); err != nil {
		return false, cases.Unavailable(err)
	}
	for _, a := range s.accounts.all() {
		if a.ID == except || !a.administers() {
			continue
		}
		known, err := s.accounts.load(ctx, a.ID)
		if err != nil {
			return false, cases.Unavailable(fmt.Errorf("looking for an administrator: %w", err))
		}
		if known.account.administers() {
			return true, nil
		}
	}
	return false, nil
}
