package cases

import (
	"context"
	"slices"
	"strings"

	"github.com/vaka-project/vaka/workflow"
)

// Actor is whoever does something: an account with its roles and mandates, as
// the auth room established them for this request, or the system itself.
type Actor struct {
	Account string          // account id; "system:" and the rule; or "key:" and the hash of what stands for an account
	Roles   []workflow.Role // roles held now
	Units   []string        // controller units that the account may act for (mandates)

	Deputises []string   // accounts that are away and for which this one acts now
	Bars      []PartyBar // conflicts of interest with controllers, over or not
}

// System is the actor of a rule that acts by itself; rule names it for ever.
func System(rule string) Actor {
	return Actor{Account: "system:" + rule, Roles: []workflow.Role{workflow.RoleSystem}}
}

// keyPrefix begins the name of an actor who has no account.
const keyPrefix = "key:"

// KeyHolder is whoever notifies without an account. They are known by the hash of
// a secret that they keep, and by nothing else: who they are nobody has checked.
func KeyHolder(hash string) Actor {
	return Actor{Account: keyPrefix + hash, Roles: []workflow.Role{workflow.RoleNotifier}}
}

// WithoutAccount says whether an actor of a record had no account, so that who
// sent it is unverified.
func WithoutAccount(actor string) bool { return strings.HasPrefix(actor, keyPrefix) }

// Has says whether the actor holds a role.
func (a Actor) Has(role workflow.Role) bool { return slices.Contains(a.Roles, role) }

// Staff says whether the actor works at the authority on cases.
func (a Actor) Staff() bool { return slices.ContainsFunc(a.Roles, workflow.Role.Staff) }

// ActsFor says whether the actor has a recorded mandate for a controller unit.
func (a Actor) ActsFor(unit string) bool { return unit != "" && slices.Contains(a.Units, unit) }

// Owns says whether the actor answers for the cases of an account: it is their own,
// or that of somebody who is away and whom they deputise for.
func (a Actor) Owns(assignee string) bool {
	return assignee != "" && (a.Account == assignee || slices.Contains(a.Deputises, assignee))
}

// Person is what the cases room must know of an account.
type Person struct {
	Account string
	Name    string
	Roles   []workflow.Role
	Active  bool

	Bars     []PartyBar // conflicts of interest with controllers, over or not
	Handover *Handover  // of somebody who is not active: who gets their open cases; nil for nobody
}

// Handover says how the open cases of somebody who left go on.
type Handover struct {
	Successor string // account id
	Reason    Text
	By        string // who decided it: account id, or "system:" and the rule
}

// Directory knows the accounts; the auth room implements it.
type Directory interface {
	// Person returns ErrNotFound when there is no such account.
	Person(ctx context.Context, account string) (Person, error)
}
