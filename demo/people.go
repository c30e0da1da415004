package demo

import (
	"context"
	"fmt"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// Password is that of every account of the demo.
const Password = "vaka-demo"

// Account is somebody in the demo who can sign in.
type Account struct {
	Name  string
	Email string
	Roles []workflow.Role
	About string // what the account is for, one English phrase
}

// accounts are all that can sign in. Their surnames tell that they are made up.
var accounts = []Account{
	{"Dina Exempelsson", "dpo@demo.example", []workflow.Role{workflow.RoleNotifier}, "notifies for forty boards, as a consultancy's DPO does"},
	{"Karin Exempelsson", "caseworker@demo.example", []workflow.Role{workflow.RoleCaseworker}, "triages and investigates"},
	{"Sara Exempelsson", "supervisor@demo.example", []workflow.Role{workflow.RoleSupervisor, workflow.RoleDecisionMaker}, "assigns, opens investigations, decides"},
	{"Rolf Exempelsson", "registrar@demo.example", []workflow.Role{workflow.RoleRegistrar}, "registers, and enters what came by post"},
	{"Adam Exempelsson", "admin@demo.example", []workflow.Role{workflow.RoleAdministrator}, "manages accounts and settings"},
	{"Kofi Exempelsson", "caseworker2@demo.example", []workflow.Role{workflow.RoleCaseworker}, "a colleague"},
	{"Klara Exempelsson", "caseworker3@demo.example", []workflow.Role{workflow.RoleCaseworker}, "a colleague"},
	{"Lina Exempelsson", "legal@demo.example", []workflow.Role{workflow.RoleLegal}, "signs drafts off"},
	{"Gun Exempelsson", "director@demo.example", []workflow.Role{workflow.RoleDecisionMaker}, "decides on fines"},
	{"Majken Exempelsson", "municipality@demo.example", []workflow.Role{workflow.RoleNotifier}, "notifies for municipalities"},
	{"Rune Exempelsson", "region@demo.example", []workflow.Role{workflow.RoleNotifier}, "notifies for the regions' health care"},
	{"Mio Exempelsson", "authority@demo.example", []workflow.Role{workflow.RoleNotifier}, "notifies for state authorities"},
	{"Fia Exempelsson", "company@demo.example", []workflow.Role{workflow.RoleNotifier}, "notifies for companies"},
	{"Foad Exempelsson", "association@demo.example", []workflow.Role{workflow.RoleNotifier}, "notifies for associations"},
}

// Accounts lists who can sign in, the five of the first session first.
func Accounts() []Account { return append([]Account(nil), accounts...) }

// cast is the accounts as actors.
type cast struct {
	dpo, municipality, region, authority, company, association cases.Actor

	caseworkers []cases.Actor // the demo's own caseworker first
	supervisor  cases.Actor
	director    cases.Actor
	legal       cases.Actor
	registrar   cases.Actor
}

// mandates are the units that an account may act for.
type mandates struct {
	email  string
	units  []string
	reason string
}

// engage makes the accounts that are not there yet, with their mandates.
func engage(ctx context.Context, people *auth.Service, c country) (cast, error) {
	if err := people.Load(ctx); err != nil {
		return cast{}, err
	}
	err := each(ctx, len(accounts), func(ctx context.Context, i int) error {
		a := accounts[i]
		_, err := people.Create(ctx, founder, auth.NewAccount{
			Name: a.Name, Email: a.Email, Roles: a.Roles, Password: Password, How: auth.ByDemo,
		})
		return unlessThere(err)
	})
	if err != nil {
		return cast{}, fmt.Errorf("making the accounts: %w", err)
	}
	given := mandatesOf(c)
	err = each(ctx, len(given), func(ctx context.Context, i int) error {
		for _, unit := range given[i].units {
			_, err := people.GrantMandate(ctx, founder, auth.AccountID(given[i].email), unit, "", given[i].reason)
			if unlessThere(err) != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return cast{}, fmt.Errorf("giving the mandates: %w", err)
	}
	return actors(given), nil
}

func unlessThere(err error) error {
	if workflow.KindOf(err) == workflow.Conflict {
		return nil
	}
	return err
}

// mandatesOf gives the consultancy's DPO every board of ten municipalities, and
// others one board in each of many.
func mandatesOf(c country) []mandates {
	dpo := mandates{email: "dpo@demo.example", reason: "Demo: uppdragsavtal om dataskyddsombud (påhittat)."}
	for i := range 10 {
		for _, u := range c.municipalities[i*29].Units {
			dpo.units = append(dpo.units, u.ID)
		}
	}
	municipal := mandates{email: "municipality@demo.example", reason: "Demo: delegationsbeslut (påhittat)."}
	for i := range 60 {
		municipal.units = append(municipal.units, c.municipalities[i*4+1].Units[0].ID)
	}
	regional := mandates{email: "region@demo.example", reason: "Demo: delegationsbeslut (påhittat)."}
	for _, o := range c.regions {
		regional.units = append(regional.units, o.Units[1].ID)
	}
	return []mandates{dpo, municipal, regional}
}

func actors(given []mandates) cast {
	units := map[string][]string{}
	for _, m := range given {
		units[m.email] = m.units
	}
	byEmail := map[string]cases.Actor{}
	for _, a := range accounts {
		byEmail[a.Email] = cases.Actor{Account: auth.AccountID(a.Email), Roles: a.Roles, Units: units[a.Email]}
	}
	return cast{
		dpo: byEmail["dpo@demo.example"], municipality: byEmail["municipality@demo.example"],
		region: byEmail["region@demo.example"], authority: byEmail["authority@demo.example"],
		company: byEmail["company@demo.example"], association: byEmail["association@demo.example"],
		caseworkers: []cases.Actor{
			byEmail["caseworker@demo.example"], byEmail["caseworker2@demo.example"], byEmail["caseworker3@demo.example"],
		},
		supervisor: byEmail["supervisor@demo.example"], director: byEmail["director@demo.example"],
		legal: byEmail["legal@demo.example"], registrar: byEmail["registrar@demo.example"],
	}
}

// filer is who files for a controller: whoever has its mandate, or somebody who
// files without one.
func (c cast) filer(unit string, form cases.LegalForm) cases.Actor {
	for _, a := range []cases.Actor{c.dpo, c.municipality, c.region} {
		if a.ActsFor(unit) {
			return a
		}
	}
	switch form {
	case cases.FormMunicipality:
		return c.municipality
	case cases.FormRegion:
		return c.region
	case cases.FormStateAuthority:
		return c.authority
	case cases.FormAssociation:
		return c.association
	default:
		return c.company
	}
}
