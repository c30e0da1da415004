package web

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// accountsPage lists the accounts for administrators.
type accountsPage struct {
	page
	Query string
	Total int
	Items []auth.Profile
	Next  string
	First string
}

// accountForm is what makes an account, as it was typed.
type accountForm struct {
	page
	Faults []pageFault
	Fields []formField
}

// accounts lists the accounts, narrowed down by a text.
func (q *call) accounts() error {
	p := accountsPage{page: q.page("accounts", "accounts.title"), Query: q.Query("q")}
	all, err := q.s.opt.Auth.Accounts(q.ctx, q.actor)
	if err != nil {
		return err
	}
	wanted := strings.ToLower(strings.TrimSpace(p.Query))
	all = slices.DeleteFunc(all, func(a auth.Profile) bool {
		return !strings.Contains(strings.ToLower(a.Name+" "+a.Email), wanted)
	})
	p.Total = len(all)
	start := pageStart(q.Query("from"), len(all))
	end := min(start+cases.DefaultLimit, len(all))
	p.Items = all[start:end]
	p.First, p.Next = neighbours("/accounts", q.queryValues(), start, end, len(all))
	return q.render(fiber.StatusOK, "accounts", p)
}

// markFields puts each fault of a refusal beside its field, and all of them into
// the summary.
func (p *page) markFields(fields []formField, refusal error) []pageFault {
	var faults []pageFault
	for _, fault := range faultsOf(refusal) {
		message := p.fault(fault.Code, fault.Message)
		name, _, _ := strings.Cut(strings.TrimPrefix(fault.Path, "/"), "/")
		i := slices.IndexFunc(fields, func(f formField) bool { return f.Name == name })
		if i < 0 {
			faults = append(faults, pageFault{Message: message})
			continue
		}
		fields[i].Fault = message
		faults = append(faults, pageFault{Field: name, Message: fields[i].Label + ": " + message})
	}
	return faults
}

// faultsOf are the faults of a refusal; one without faults is a fault itself.
func faultsOf(err error) []workflow.Fault {
	refusal, ok := errors.AsType[*workflow.Error](err)
	if !ok {
		return nil
	}
	if len(refusal.Faults) == 0 {
		return []workflow.Fault{{Path: faultPlaces[refusal.Code], Code: refusal.Code, Message: refusal.Message}}
	}
	return refusal.Faults
}

// faultPlaces are the fields that a refusal without faults is about.
var faultPlaces = map[string]string{"account_exists": "/email", "organisation_exists": "/name", "unit_exists": "/board"}

// forPeople says whether an error is one that a form can show: a refusal of what
// was typed, and none that concerns the whole page.
func forPeople(err error) bool {
	switch workflow.KindOf(err) {
	case workflow.Invalid, workflow.Unprocessable, workflow.Conflict, workflow.Stale, workflow.Malformed, workflow.TooMany:
		return true
	}
	return false
}

// roleOptions are the roles that an account can have.
func (p *page) roleOptions() []formOption {
	var out []formOption
	for _, r := range workflow.Roles() {
		if r != workflow.RoleSystem {
			out = append(out, formOption{string(r), p.Code(r)})
		}
	}
	return out
}

// formValues are all values of a form's field.
func (q *call) formValues(name string) []string {
	var out []string
	for _, v := range q.Context().PostArgs().PeekMulti(name) {
		out = append(out, strings.ReplaceAll(string(v), "\r\n", "\n"))
	}
	return out
}

func rolesOf(texts []string) []workflow.Role {
	var roles []workflow.Role
	for _, t := range texts {
		roles = append(roles, workflow.Role(t))
	}
	return roles
}

func (q *call) accountRoles() error {
	return q.changeAccount("roles", func(id string) error {
		_, err := q.s.opt.Auth.SetRoles(q.ctx, q.actor, id, rolesOf(q.formValues("roles")), q.FormValue("reason"))
		return err
	})
}

func (q *call) accountMandate() error {
	return q.changeAccount("mandate", func(id string) error {
		unit := q.FormValue("unit")
		organisation, _, known := q.s.opt.Units.Unit(unit)
		if !known {
			return workflow.RefuseFaults("invalid_change", "The account was not changed.", []workflow.Fault{{
				Path: "/unit", Code: "unknown_unit", Message: "Search for the controller unit, and choose it.",
			}})
		}
		_, err := q.s.opt.Auth.GrantMandate(q.ctx, q.actor, id, unit, organisation.ID, q.FormValue("reason"))
		return err
	})
}

func (q *call) accountMandateEnd() error {
	unit := q.Params("unit")
	return q.changeAccount("mandate_end", func(id string) error {
		_, err := q.s.opt.Auth.RevokeMandate(q.ctx, q.actor, id, unit, q.FormValue("reason"))
		return err
	})
}

func (q *call) accountActivate() error {
	return q.changeAccount("activate", func(id string) error {
		_, err := q.s.opt.Auth.Activate(q.ctx, q.actor, id, q.FormValue("reason"))
		return err
	})
}

func (q *call) accountPassword() error {
	return q.changeAccount("password", func(id string) error {
		return q.s.opt.Auth.SetPassword(q.ctx, q.actor, id, "", q.FormValue("password"))
	})
}

// neighbours are the addresses of the first and the next page of a list, "" where
// there is none.
func neighbours(path string, asked map[string][]string, start, end, n int) (first, next string) {
	if start > 0 {
		first = address(path, without(asked, "from"))
	}
	if end < n {
		next = address(path, with(asked, "from", strconv.Itoa(end)))
	}
	return first, next
}

// mandateAgain shows the form of a mandate, which stands below a search for its unit.
func (q *call) mandateAgain() error {
	return q.showAccount(fiber.StatusOK, accountShown{Form: "mandate"})
}
