package auth

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// The kinds of event in an account's chain.
const (
	Created        cases.EventKind = "account.created"
	RolesSet       cases.EventKind = "account.roles_set"
	PasswordSet    cases.EventKind = "account.password_set"
	MandateGranted cases.EventKind = "account.mandate_granted"
	MandateRevoked cases.EventKind = "account.mandate_revoked"
	TokenCreated   cases.EventKind = "account.token_created"
	TokenRevoked   cases.EventKind = "account.token_revoked"
	Deactivated    cases.EventKind = "account.deactivated"
	Activated      cases.EventKind = "account.activated"
)

// How says by which way an account came to be.
type How string

// The ways to an account.
const (
	ByAdministrator How = "ADMINISTRATOR" // an administrator made it
	ByBootstrap     How = "BOOTSTRAP"     // the one-time link of the first start
	ByCommandLine   How = "COMMAND_LINE"  // vaka user
	ByDemo          How = "DEMO"          // the demo's scenario
)

// Codes lists every way.
func (How) Codes() []string {
	return []string{string(ByAdministrator), string(ByBootstrap), string(ByCommandLine), string(ByDemo)}
}

// Mandate is a recorded right to act for one controller unit towards the
// authority.
type Mandate struct {
	Unit         string    `json:"unit"`                   // id of the unit in the registry
	Organisation string    `json:"organisation,omitempty"` // id of the organisation it belongs to
	Reason       string    `json:"reason"`                 // what the mandate rests on
	GrantedAt    time.Time `json:"granted_at"`
	GrantedBy    string    `json:"granted_by"` // account id, or "system:" and the rule
}

// Token is an API token as the account knows it, without its secret.
type Token struct {
	ID        string          `json:"id"`
	Name      string          `json:"name"`            // what it is for, in the holder's words
	Roles     []workflow.Role `json:"roles,omitempty"` // only these of the account's roles; none means all
	CreatedAt time.Time       `json:"created_at"`
	CreatedBy string          `json:"created_by"` // account id, or "system:" and the rule
	ExpiresAt time.Time       `json:"expires_at"`
}

// Account is the picture of an account. It holds the password's hash, so it goes
// to the store and never to a client: Profile is what people see.
type Account struct {
	ID            string            `json:"id"`
	Name          string            `json:"name"`
	Email         string            `json:"email"` // trimmed and in lower case
	Roles         []workflow.Role   `json:"roles"`
	Language      string            `json:"language"` // of letters and pages: "sv" or "en"
	How           How               `json:"how"`
	Password      string            `json:"password,omitempty"` // argon2id in PHC form; "" cannot sign in
	Mandates      []Mandate         `json:"mandates,omitempty"`
	Tokens        []Token           `json:"tokens,omitempty"`
	Reminders     *remindersPayload `json:"reminders,omitempty"` // nil where nothing was chosen
	Active        bool              `json:"active"`
	Link          *Link             `json:"link,omitempty"`     // the one-time link in force, until it is used
	Handover      *Handover         `json:"handover,omitempty"` // of a deactivated account: who gets its open cases
	Absences      []Absence         `json:"absences,omitempty"`
	Bars          []cases.PartyBar  `json:"bars,omitempty"` // conflicts of interest with controllers
	CreatedAt     time.Time         `json:"created_at"`
	SessionsSince int64             `json:"sessions_since"` // sessions begun at an earlier version are ended
	Version       int64             `json:"version"`        // sequence of the last event
	Head          string            `json:"head"`           // hash of the last header
}

// Profile is what the account's holder and administrators see of it.
type Profile struct {
	ID          string           `json:"id"`
	Name        string           `json:"name"`
	Email       string           `json:"email"`
	Roles       []workflow.Role  `json:"roles"`
	Language    string           `json:"language"`
	How         How              `json:"how"`
	Mandates    []Mandate        `json:"mandates"`
	Tokens      []Token          `json:"tokens"`
	Active      bool             `json:"active"`
	HasPassword bool             `json:"has_password"` // false: signs in by API token only, until a link is used
	Link        *Link            `json:"link,omitempty"`
	Handover    *Handover        `json:"handover,omitempty"`
	Absences    []Absence        `json:"absences"`
	Bars        []cases.PartyBar `json:"bars"`
	CreatedAt   time.Time        `json:"created_at"`
	Version     int64            `json:"version"`
}

// What the events carry. A new field may be added; none may change its meaning.
type (
	createdPayload struct {
		Name     string           `json:"name"`
		Email    string           `json:"email"`
		Roles    []workflow.Role  `json:"roles"`
		Language string           `json:"language"`
		How      How              `json:"how"`
		Password string           `json:"password,omitempty"` // with the first event, so that no crash leaves an account half made
		Mandates []mandatePayload `json:"mandates,omitempty"` // the same
	}
	rolesPayload struct {
		Roles  []workflow.Role `json:"roles"`
		Reason string          `json:"reason,omitempty"`
	}
	passwordPayload struct {
		Password string `json:"password"`
		Rehash   bool   `json:"rehash,omitempty"` // the same password under new parameters: sessions go on
		Link     string `json:"link,omitempty"`   // id of the one-time link that it was set by
	}
	mandatePayload struct {
		Unit         string `json:"unit"`
		Organisation string `json:"organisation,omitempty"`
		Reason       string `json:"reason"`
	}
	tokenPayload struct {
		ID        string          `json:"id"`
		Name      string          `json:"name"`
		Roles     []workflow.Role `json:"roles,omitempty"`
		ExpiresAt time.Time       `json:"expires_at"`
	}
	tokenRevokedPayload struct {
		ID string `json:"id"`
	}
	reasonPayload struct {
		Reason string `json:"reason"`
	}
)

// errForeign tells that a record is there and is not an account.
var errForeign = errors.New("the record is not an account")

// AccountID is the id of the account that an e-mail address belongs to, whether
// there is one or not.
func AccountID(email string) string { return cases.DerivedID("account", plainEmail(email)) }

// plainEmail is the form in which addresses are compared.
func plainEmail(email string) string {
	return norm.NFC.String(strings.ToLower(strings.TrimSpace(email)))
}

// Stand tells how far the picture has come.
func (a *Account) Stand() (version int64, head string) { return a.Version, a.Head }

// Apply folds the next event in.
func (a *Account) Apply(e cases.Event) error {
	if a.Version == 0 && e.Header.Kind != Created {
		return errForeign
	}
	if err := a.fold(e); err != nil {
		return err
	}
	a.Version, a.Head = e.Header.Seq, e.Header.Hash()
	return nil
}

func (a *Account) fold(e cases.Event) error {
	switch e.Header.Kind {
	case Created:
		return a.created(e)
	case RolesSet:
		return with(e, func(p rolesPayload) { a.Roles = p.Roles })
	case PasswordSet:
		return with(e, func(p passwordPayload) {
			a.Password = p.Password
			if !p.Rehash {
				a.SessionsSince, a.Link = e.Header.Seq, nil // a link to set another is of no use now
			}
		})
	case MandateGranted:
		return with(e, func(p mandatePayload) { a.Mandates = append(a.Mandates, p.granted(e.Header)) })
	case MandateRevoked:
		return with(e, func(p mandatePayload) {
			a.Mandates = slices.DeleteFunc(a.Mandates, func(m Mandate) bool { return m.Unit == p.Unit })
		})
	case TokenCreated:
		return with(e, func(p tokenPayload) { a.tokenCreated(p, e.Header) })
	case TokenRevoked:
		return with(e, func(p tokenRevokedPayload) {
			a.Tokens = slices.DeleteFunc(a.Tokens, func(t Token) bool { return t.ID == p.ID })
		})
	case RemindersSet:
		return with(e, func(p remindersPayload) { a.Reminders = &p })
	case Deactivated:
		a.end(e.Header, nil)
		return nil
	case Activated:
		a.Active, a.Handover = true, nil
		return nil
	}
	return a.foldHolder(e)
}

// foldHolder folds what happens to the person rather than to what they may do.
func (a *Account) foldHolder(e cases.Event) error {
	switch e.Header.Kind {
	case Invited, ResetOffered:
		return with(e, func(p linkPayload) { a.linkMade(p, e.Header) })
	case LinkRevoked:
		a.Link = nil
		return nil
	case DetailsChanged:
		return with(e, func(p Details) { a.Name, a.Language = p.Name, p.Language })
	case HandoverBegun:
		return with(e, func(p handoverPayload) {
			a.end(e.Header, &Handover{Successor: p.Successor, Reason: p.Reason, By: e.Header.Actor, At: e.Header.At})
		})
	case AbsenceSet:
		return with(e, func(p absencePayload) { a.absenceSet(p, e.Header) })
	case AbsenceEnded:
		return with(e, func(p endedPayload) {
			a.Absences = slices.DeleteFunc(a.Absences, func(b Absence) bool { return b.ID == p.ID })
		})
	case Barred:
		return with(e, func(p barPayload) { a.barred(p, e.Header) })
	case BarLifted:
		return with(e, func(p endedPayload) {
			a.Bars = slices.DeleteFunc(a.Bars, func(b cases.PartyBar) bool { return b.ID == p.ID })
		})
	}
	return fmt.Errorf("no account knows events of kind %s", e.Header.Kind)
}

func (a *Account) linkMade(p linkPayload, h cases.Header) {
	purpose := ForInvitation
	if h.Kind == ResetOffered {
		purpose = ForReset
	}
	a.Link = &Link{ID: p.ID, Purpose: purpose, MadeAt: h.At, MadeBy: h.Actor, ExpiresAt: p.ExpiresAt}
}

// granted is the mandate that an event gives.
func (p mandatePayload) granted(h cases.Header) Mandate {
	return Mandate{Unit: p.Unit, Organisation: p.Organisation, Reason: p.Reason, GrantedAt: h.At, GrantedBy: h.Actor}
}

func (a *Account) created(e cases.Event) error {
	return with(e, func(p createdPayload) {
		a.ID, a.Name, a.Email, a.Roles = e.Header.Record, p.Name, p.Email, p.Roles
		a.Language, a.How, a.Password = p.Language, p.How, p.Password
		for _, m := range p.Mandates {
			a.Mandates = append(a.Mandates, m.granted(e.Header))
		}
		a.Active, a.CreatedAt, a.SessionsSince = true, e.Header.At, e.Header.Seq
	})
}

// tokenCreated adds a token and forgets those that had expired by then, so that
// an account does not grow for ever.
func (a *Account) tokenCreated(p tokenPayload, h cases.Header) {
	a.Tokens = slices.DeleteFunc(a.Tokens, func(t Token) bool { return !h.At.Before(t.ExpiresAt) })
	a.Tokens = append(a.Tokens, Token{
		ID: p.ID, Name: p.Name, Roles: p.Roles,
		CreatedAt: h.At, CreatedBy: h.Actor, ExpiresAt: p.ExpiresAt,
	})
}

// with reads an event's payload and hands it to use.
func with[T any](e cases.Event, use func(T)) error {
	var p T
	if err := e.Read(&p); err != nil {
		return err
	}
	use(p)
	return nil
}

// Profile is the account without what nobody may see.
func (a *Account) Profile() Profile {
	return Profile{
		ID: a.ID, Name: a.Name, Email: a.Email, Roles: slices.Clone(a.Roles), Language: a.Language, How: a.How,
		Mandates: append([]Mandate{}, a.Mandates...), Tokens: append([]Token{}, a.Tokens...),
		Active: a.Active, HasPassword: a.Password != "", CreatedAt: a.CreatedAt, Version: a.Version,
		Link: a.Link, Handover: a.Handover, Absences: append([]Absence{}, a.Absences...), Bars: append([]cases.PartyBar{}, a.Bars...),
	}
}

// has says whether the account holds a role.
func (a *Account) has(role workflow.Role) bool { return slices.Contains(a.Roles, role) }

// administers says whether the account can sign in and administer.
func (a *Account) administers() bool {
	return a.Active && a.Password != "" && a.has(workflow.RoleAdministrator)
}

// units lists the units of the account's mandates.
func (a *Account) units() []string {
	var out []string
	for _, m := range a.Mandates {
		out = append(out, m.Unit)
	}
	return out
}

// actsFor says whether the account has a mandate for a unit.
func (a *Account) actsFor(unit string) bool {
	return slices.ContainsFunc(a.Mandates, func(m Mandate) bool { return m.Unit == unit })
}

// token finds one of the account's API tokens.
func (a *Account) token(id string) (Token, bool) {
	i := slices.IndexFunc(a.Tokens, func(t Token) bool { return t.ID == id })
	if i < 0 {
		return Token{}, false
	}
	return a.Tokens[i], true
}
