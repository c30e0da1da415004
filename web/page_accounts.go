package web

import (
	"errors"
	"net/http"
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

// accountPage is one account with what an administrator may do about it. Every form
// has a name of its own, which begins the ids of its fields.
type accountPage struct {
	page
	Account  auth.Profile
	Own      bool
	Mandates []mandateRow
	Roles    []formOption
	Held     []string // the roles that are ticked
	Find     string   // what units are searched for
	Found    []formOption
	Typed    map[string]string // what stands in the fields, by id
	Wrong    map[string]string // what is wrong with them, by id
	Faults   []pageFault
}

type mandateRow struct {
	auth.Mandate
	Name string
	By   string
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

// accountNew asks for a new account.
func (q *call) accountNew() error { return q.askAccount(fiber.StatusOK, nil, nil) }

// askAccount shows the form with what was typed and what is wrong with it.
func (q *call) askAccount(status int, typed map[string][]string, refusal error) error {
	p := accountForm{page: q.page("accounts", "accounts.new")}
	p.Narrow = true
	if typed == nil {
		typed = map[string][]string{"language": {"sv"}, "roles": {string(workflow.RoleNotifier)}}
	}
	p.Fields = []formField{
		{Name: "name", Label: p.T("account.name"), Widget: lineWidget, Required: true},
		{Name: "email", Label: p.T("account.email"), Hint: p.T("account.email.hint"), Widget: lineWidget, Required: true},
		{Name: "roles", Label: p.T("account.roles"), Widget: manyWidget, Required: true, Options: p.roleOptions()},
		{Name: "language", Label: p.T("account.language"), Widget: choiceWidget, Required: true, Options: []formOption{
			{"sv", p.T("account.language.sv")}, {"en", p.T("account.language.en")},
		}},
		{Name: "password", Label: p.T("account.password_first"), Hint: p.T("account.password.hint"), Widget: secretWidget},
	}
	for i := range p.Fields {
		f := &p.Fields[i]
		f.Values = typed[f.Name]
		f.Value = strings.Join(f.Values, "\n")
	}
	p.Faults = p.markFields(p.Fields, refusal)
	return q.render(status, "account_new", p)
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

// accountMake makes an account, with its first password where one was given.
func (q *call) accountMake() error {
	want := auth.NewAccount{
		Name: q.FormValue("name"), Email: q.FormValue("email"), Language: q.FormValue("language"),
		Password: q.FormValue("password"), Roles: rolesOf(q.formValues("roles")),
	}
	made, err := q.s.opt.Auth.Create(q.ctx, q.actor, want)
	if err == nil {
		return q.see("/accounts/" + made.ID + "?done=account_made")
	}
	if !forPeople(err) {
		return err
	}
	return q.askAccount(http.StatusUnprocessableEntity, map[string][]string{
		"name": {want.Name}, "email": {want.Email}, "language": {want.Language}, "roles": q.formValues("roles"),
	}, err)
}

// account shows an account to an administrator.
func (q *call) accountShow() error { return q.showAccount(fiber.StatusOK, "", nil) }

// showAccount shows the account of the URL; form is the one whose fields were
// refused, with what was typed.
func (q *call) showAccount(status int, form string, refusal error) error {
	a, err := q.s.opt.Auth.Profile(q.ctx, q.actor, q.Params("id"))
	if err != nil {
		return err
	}
	p := accountPage{
		page: q.page("accounts", "accounts.title"), Account: a, Own: a.ID == q.actor.Account, Find: q.Query("unit"),
		Typed: map[string]string{}, Wrong: map[string]string{},
	}
	p.Title, p.Roles = a.Name, p.roleOptions()
	for _, r := range a.Roles {
		p.Held = append(p.Held, string(r))
	}
	for _, m := range a.Mandates {
		p.Mandates = append(p.Mandates, mandateRow{m, q.unitName(m.Unit), p.who(m.GrantedBy, q.names([]string{m.GrantedBy}))})
	}
	if form != "" {
		p.refuse(q, form, refusal)
	}
	if p.Find != "" {
		p.Found = q.unitOptions(p.Find)
	}
	return q.render(status, "account", p)
}

// refuse keeps what was typed into a form and says what is wrong with it.
func (p *accountPage) refuse(q *call, form string, refusal error) {
	p.Typed[form+"-reason"] = q.FormValue("reason")
	if form == "roles" {
		p.Held = q.formValues("roles")
	}
	if form == "mandate" {
		p.Find, p.Typed["mandate-unit"] = q.FormValue("find"), q.FormValue("unit")
	}
	for _, f := range faultsOf(refusal) {
		name, _, _ := strings.Cut(strings.TrimPrefix(f.Path, "/"), "/")
		message := p.fault(f.Code, f.Message)
		if name == "" {
			p.Faults = append(p.Faults, pageFault{Message: message})
			continue
		}
		id := form + "-" + name
		if form == "mandate_end" {
			id = "end-" + q.Params("unit") // every mandate has such a form
		}
		p.Wrong[id] = message
		p.Faults = append(p.Faults, pageFault{Field: id, Message: message})
	}
}

// unitName names a controller unit with its organisation.
func (q *call) unitName(id string) string {
	o, u, ok := q.s.opt.Units.Unit(id)
	if !ok {
		return id
	}
	return cases.Party{Name: o.Name, Board: u.Board}.Label()
}

// mostUnits are how many units a search shows; who sees none of theirs says more.
const mostUnits = 30

// unitOptions are the controller units whose organisation or board holds a text.
func (q *call) unitOptions(text string) []formOption {
	var out []formOption
	wanted := strings.ToLower(strings.TrimSpace(text))
	for _, o := range q.s.opt.Units.List("") {
		for _, u := range o.Units {
			label := cases.Party{Name: o.Name, Board: u.Board}.Label()
			if strings.Contains(strings.ToLower(label+" "+o.IDNumber), wanted) && len(out) < mostUnits {
				out = append(out, formOption{u.ID, label})
			}
		}
	}
	return out
}

// changeAccount carries out one of the forms on an account's page.
func (q *call) changeAccount(form string, change func(account string) error) error {
	id := q.Params("id")
	err := change(id)
	if err == nil {
		return q.see("/accounts/" + id + "?done=account_" + form)
	}
	if !forPeople(err) {
		return err
	}
	return q.showAccount(http.StatusUnprocessableEntity, form, err)
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

func (q *call) accountDeactivate() error {
	return q.changeAccount("deactivate", func(id string) error {
		_, err := q.s.opt.Auth.Deactivate(q.ctx, q.actor, id, q.FormValue("reason"))
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
