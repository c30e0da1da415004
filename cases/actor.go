package cases

import (
	"context"
	"slices"

	"github.com/vaka-project/vaka/workflow"
)

// Actor is whoever does something: an account with its roles and mandates, as
// the auth room established them for this request, or the system itself.
type Actor struct {
	Account string          // account id, or "system:" and the rule
	Roles   []workflow.Role // roles held now
	Units   []string        // controller units that the account may act for (mandates)
}

// System is the actor of a rule that acts by itself; rule names it for ever.
func System(rule string) Actor {
	return Actor{Account: "system:" + rule, Roles: []workflow.Role{workflow.RoleSystem}}
}

// Has says whether the actor holds a role.
func (a Actor) Has(role workflow.Role) bool { return slices.Contains(a.Roles, role) }

// Staff says whether the actor works at the authority on cases.
func (a Actor) Staff() bool { return slices.ContainsFunc(a.Roles, workflow.Role.Staff) }

// ActsFor says whether the actor has a recorded mandate for a controller unit.
func (a Actor) ActsFor(unit string) bool { return unit != "" && slices.Contains(a.Units, unit) }

// Person is what the cases room must know of an account.
type Person struct {
	Account string
	Name    string
	Roles   []workflow.Role
	Active  bool
}

// Directory knows the accounts; the auth room implements it.
type Directory interface {
	// Person returns ErrNotFound when there is no such account.
	Person(ctx context.Context, account string) (Person, error)
}
