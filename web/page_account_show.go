package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// accountPage is one account with what an administrator may do about it. Every form
// has a name of its own, which begins the ids of its fields.
type accountPage struct {
	page
	Account  auth.Profile
	Own      bool
	Works    bool // staff: may be away, hold cases and be barred from some
	Mandates []mandateRow
	Roles    []formOption
	Held     []string // the roles that are ticked
	Find     string   // what units are searched for
	Found    []formOption
	Details  []formField
	Absence  absenceForm
	Bars     []barRow
	Link     *linkView // that was made just now; it is shown this once
	Expired  bool      // the link that the account has
	Left     cases.Holdings
	Next     string // name of the successor of a deactivated account
	History  []happening
	Typed    map[string]string // what stands in the fields, by id
	Wrong    map[string]string // what is wrong with them, by id
	Faults   []pageFault
}

type mandateRow struct {
	auth.Mandate
	Name string
	By   string
}

// accountShown says what the page of an account is shown with besides the account.
type accountShown struct {
	ID      string // "" is the account of the URL
	Form    string // whose fields were refused, with what was typed
	Refusal error
	Link    *linkView
}

// account shows an account to an administrator.
func (q *call) accountShow() error { return q.showAccount(fiber.StatusOK, accountShown{}) }

func (q *call) showAccount(status int, with accountShown) error {
	if with.ID == "" {
		with.ID = q.Params("id")
	}
	a, err := q.s.opt.Auth.Profile(q.ctx, q.actor, with.ID)
	if err != nil {
		return err
	}
	p := accountPage{
		page: q.page("accounts", "accounts.title"), Account: a, Own: a.ID == q.actor.Account, Find: q.Query("unit"), Link: with.Link,
		Works: slices.ContainsFunc(a.Roles, workflow.Role.Staff), Typed: map[string]string{}, Wrong: map[string]string{},
	}
	p.Title, p.Roles, p.Path = a.Name, p.roleOptions(), "/accounts/"+a.ID
	for _, r := range a.Roles {
		p.Held = append(p.Held, string(r))
	}
	for _, m := range a.Mandates {
		p.Mandates = append(p.Mandates, mandateRow{m, q.unitName(m.Unit), p.who(m.GrantedBy, q.names([]string{m.GrantedBy}))})
	}
	p.Expired = a.Link != nil && !p.now.Before(a.Link.ExpiresAt)
	p.Details = p.detailFields(a)
	if p.Absence, err = q.absenceForm(&p.page, a, "/accounts/"+a.ID); err != nil {
		return err
	}
	p.Bars = q.barRows(&p.page, a)
	if !a.Active {
		p.Left = q.s.opt.Cases.Holdings(a.ID)
		if a.Handover != nil {
			p.Next = q.nameOf(a.Handover.Successor)
		}
	}
	if p.History, err = q.accountHistory(&p.page, a.ID); err != nil {
		return err
	}
	if with.Form != "" {
		p.refuse(q, with.Form, with.Refusal)
	}
	if p.Find != "" {
		p.Found = q.unitOptions(p.Find)
	}
	return q.render(status, "account", p)
}

// detailFields ask for what an account is called and its language.
func (p *page) detailFields(a auth.Profile) []formField {
	return []formField{
		{Name: "name", Label: p.T("account.name"), Widget: lineWidget, Required: true, Value: a.Name},
		{Name: "language", Label: p.T("people.language"), Widget: choiceWidget, Required: true, Options: p.languageOptions(), Value: a.Language, Values: []string{a.Language}},
	}
}

// retype puts what was typed into the fields of a refused form.
func (q *call) retype(fields []formField) {
	for i := range fields {
		f := &fields[i]
		f.Values = q.formValues(f.Name)
		f.Value = strings.Join(f.Values, "\n")
	}
}

// refuse keeps what was typed into a form and says what is wrong with it.
func (p *accountPage) refuse(q *call, form string, refusal error) {
	switch form {
	case "details":
		q.retype(p.Details)
		p.Faults = p.markFields(p.Details, refusal)
		return
	case "absence":
		q.retype(p.Absence.Fields)
		p.Faults = p.markFields(p.Absence.Fields, refusal)
		return
	case "roles":
		p.Held = q.formValues("roles")
	case "mandate":
		p.Find, p.Typed["mandate-unit"] = q.FormValue("find"), q.FormValue("unit")
	}
	p.Typed[form+"-reason"] = q.FormValue("reason")
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
	return q.showAccount(http.StatusUnprocessableEntity, accountShown{Form: form, Refusal: err})
}

func (q *call) accountDetails() error {
	return q.changeAccount("details", func(id string) error {
		_, err := q.s.opt.Auth.SetDetails(q.ctx, q.actor, id, auth.Details{Name: strings.TrimSpace(q.FormValue("name")), Language: q.FormValue("language")})
		return err
	})
}

// absenceForm is the absences of somebody, and asks for a further one. It stands on
// the account's page and on the own one; Action is where its forms begin.
type absenceForm struct {
	Action string
	Rows   []absenceRow
	Left   []auth.Deputising // who has this person as deputy while this person is away too
	Fields []formField
}

type absenceRow struct {
	auth.Absence
	Deputy string // name
	Now    bool
	Over   bool
	Broken bool // it lasts, and nobody deputises after all
}

func (q *call) absenceForm(p *page, a auth.Profile, action string) (absenceForm, error) {
	out := absenceForm{Action: action + "/absences"}
	for _, b := range a.Absences {
		row := absenceRow{Absence: b, Deputy: q.nameOf(b.Deputy), Over: !p.now.Before(b.Until)}
		if row.Now = !row.Over && !p.now.Before(b.From); row.Now {
			deputy, err := q.s.opt.Auth.DeputyOf(q.ctx, a.ID, p.now)
			if err != nil {
				return out, err
			}
			row.Broken = deputy == ""
		}
		out.Rows = append(out.Rows, row)
	}
	var err error
	if out.Left, err = q.s.opt.Auth.Undeputised(q.ctx, a.ID); err != nil {
		return out, err
	}
	shares := func(r workflow.Role) bool { return r.Staff() && slices.Contains(a.Roles, r) }
	deputies := slices.DeleteFunc(q.staffChoices(shares), func(o formOption) bool { return o.Value == a.ID })
	out.Fields = []formField{
		{Name: "from", Label: p.T("absence.from"), Widget: dateWidget, Required: true},
		{Name: "until", Label: p.T("absence.until"), Hint: p.T("absence.until.hint"), Widget: dateWidget, Required: true},
		{Name: "deputy", Label: p.T("absence.deputy"), Hint: p.T("absence.deputy.hint"), Widget: choiceWidget, Required: true, Options: deputies},
	}
	return out, nil
}

// absenceTyped reads an absence of whole days; the last one is a part of it.
func (q *call) absenceTyped() auth.NewAbsence {
	want := auth.NewAbsence{Deputy: q.FormValue("deputy")}
	if day, err := time.ParseInLocation(time.DateOnly, q.FormValue("from"), q.s.opt.Zone); err == nil {
		want.From = day
	}
	if day, err := time.ParseInLocation(time.DateOnly, q.FormValue("until"), q.s.opt.Zone); err == nil {
		want.Until = day.AddDate(0, 0, 1)
	}
	return want
}

func (q *call) accountAbsence() error {
	return q.changeAccount("absence", func(id string) error {
		_, err := q.s.opt.Auth.SetAbsence(q.ctx, q.actor, id, q.absenceTyped())
		return err
	})
}

func (q *call) accountAbsenceEnd() error {
	return q.changeAccount("absence_end", func(id string) error {
		_, err := q.s.opt.Auth.EndAbsence(q.ctx, q.actor, id, q.Params("absence"))
		return err
	})
}
