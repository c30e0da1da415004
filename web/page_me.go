package web

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/workflow"
)

// mePage is one's own account.
type mePage struct {
	page
	Account  auth.Profile
	Mandates []mandateRow
	Password []formField
	Token    []formField
	Tokens   []tokenRow
	Secret   string // of a token that was made just now; it is shown this once
	Works    bool   // staff: may be away, and be barred from cases
	Details  []formField
	Absence  absenceForm
	Deputies []auth.Deputising // for whom the person acts now
	Bars     []barRow
	Faults   []pageFault
}

type tokenRow struct {
	auth.Token
	Expired bool
}

// me shows one's own account.
func (q *call) me() error { return q.showMe(fiber.StatusOK, "", "", nil) }

// showMe shows the own account; form is the one whose fields were refused.
func (q *call) showMe(status int, secret, form string, refusal error) error {
	a, err := q.s.opt.Auth.Profile(q.ctx, q.actor, q.actor.Account)
	if err != nil {
		return err
	}
	p := mePage{page: q.page("me", "me.title"), Account: a, Secret: secret}
	p.Narrow = true
	for _, m := range a.Mandates {
		p.Mandates = append(p.Mandates, mandateRow{m, q.unitName(m.Unit), ""})
	}
	for _, t := range a.Tokens {
		p.Tokens = append(p.Tokens, tokenRow{t, !p.now.Before(t.ExpiresAt)})
	}
	p.Password = []formField{
		{Name: "old_password", Label: p.T("me.old_password"), Widget: secretWidget, Required: true},
		{Name: "password", Label: p.T("me.new_password"), Hint: p.T("account.password.hint"), Widget: secretWidget, Required: true},
	}
	inAYear := p.now.In(p.zone).AddDate(1, 0, -1).Format(time.DateOnly)
	p.Token = []formField{
		{Name: "name", Label: p.T("me.token_name"), Hint: p.T("me.token_name.hint"), Widget: lineWidget, Required: true},
		{Name: "expires_at", Label: p.T("me.token_until"), Widget: dateWidget, Required: true, Value: inAYear},
	}
	if len(a.Roles) > 1 {
		roles := formField{Name: "roles", Label: p.T("me.token_roles"), Hint: p.T("me.token_roles.hint"), Widget: manyWidget}
		for _, r := range a.Roles {
			roles.Options = append(roles.Options, formOption{string(r), p.Code(r)})
		}
		p.Token = append(p.Token, roles)
	}
	if err := q.standing(&p, a); err != nil {
		return err
	}
	switch form {
	case "details":
		q.retype(p.Details)
		p.Faults = p.markFields(p.Details, refusal)
	case "absence":
		q.retype(p.Absence.Fields)
		p.Faults = p.markFields(p.Absence.Fields, refusal)
	case "password":
		p.Faults = p.markFields(p.Password, refusal)
	case "token":
		for i := range p.Token {
			f := &p.Token[i]
			f.Values = q.formValues(f.Name)
			f.Value = strings.Join(f.Values, "\n")
		}
		p.Faults = p.markFields(p.Token, refusal)
	}
	return q.render(status, "me", p)
}

// standing fills in what concerns the person rather than the account: how they are
// called, when they are away, for whom they act, what they are barred from.
func (q *call) standing(p *mePage, a auth.Profile) (err error) {
	p.Works, p.Details, p.Bars = q.actor.Staff(), p.detailFields(a), q.barRows(&p.page, a)
	for i := range p.Details {
		p.Details[i].Name = "own_" + p.Details[i].Name // the form of a token asks for a name too
	}
	if p.Absence, err = q.absenceForm(&p.page, a, "/me"); err != nil {
		return err
	}
	p.Deputies, err = q.s.opt.Auth.DeputisesFor(q.ctx, a.ID, p.now)
	return err
}

// changeMe carries out one of the forms on the own page.
func (q *call) changeMe(form, done string, err error) error {
	if err == nil {
		return q.see("/me?done=" + done)
	}
	if !forPeople(err) {
		return err
	}
	return q.showMe(http.StatusUnprocessableEntity, "", form, err)
}

// meDetails changes name and language. From then on the pages follow the account's
// language here too, whatever this browser was switched to.
func (q *call) meDetails() error {
	want := auth.Details{Name: strings.TrimSpace(q.FormValue("own_name")), Language: q.FormValue("own_language")}
	_, err := q.s.opt.Auth.SetDetails(q.ctx, q.actor, q.actor.Account, want)
	if err == nil {
		q.setCookie(languageCookie, "", time.Unix(1, 0))
	}
	return q.changeMe("details", "own_details", inFields(err, "own_"))
}

// inFields lets the faults of a refusal stand at fields whose names begin so.
func inFields(err error, prefix string) error {
	refusal, ok := errors.AsType[*workflow.Error](err)
	if !ok {
		return err
	}
	for i := range refusal.Faults {
		refusal.Faults[i].Path = "/" + prefix + strings.TrimPrefix(refusal.Faults[i].Path, "/")
	}
	return err
}

func (q *call) meAbsence() error {
	_, err := q.s.opt.Auth.SetAbsence(q.ctx, q.actor, q.actor.Account, q.absenceTyped())
	return q.changeMe("absence", "absence", err)
}

func (q *call) meAbsenceEnd() error {
	_, err := q.s.opt.Auth.EndAbsence(q.ctx, q.actor, q.actor.Account, q.Params("absence"))
	return q.changeMe("absence", "absence_end", err)
}

// mePassword sets another password. It ends every session of the account, so this
// browser begins a new one.
func (q *call) mePassword() error {
	password := q.FormValue("password")
	err := q.s.opt.Auth.SetPassword(q.ctx, q.actor, q.actor.Account, q.FormValue("old_password"), password)
	if forPeople(err) {
		return q.showMe(http.StatusUnprocessableEntity, "", "password", err)
	}
	if err != nil {
		return err
	}
	a, err := q.s.opt.Auth.Profile(q.ctx, q.actor, q.actor.Account)
	if err != nil {
		return err
	}
	token, until, err := q.s.opt.Auth.SignIn(q.ctx, a.Email, password, q.s.clientAddress(q.Ctx))
	if err != nil {
		return q.see("/sign-in?next=/me") // the password is set; the door says what is the matter
	}
	q.setCookie(q.s.sessionCookie(), token, until)
	return q.see("/me?done=password")
}

// meToken makes an API token and shows it, this once.
func (q *call) meToken() error {
	want := auth.NewToken{Name: strings.TrimSpace(q.FormValue("name")), Roles: rolesOf(q.formValues("roles"))}
	if day, err := time.ParseInLocation(time.DateOnly, q.FormValue("expires_at"), q.s.opt.Zone); err == nil {
		want.ExpiresAt = day.AddDate(0, 0, 1) // that day is the last one
	}
	secret, _, err := q.s.opt.Auth.CreateToken(q.ctx, q.actor, q.session, q.actor.Account, want)
	if forPeople(err) {
		return q.showMe(http.StatusUnprocessableEntity, "", "token", err)
	}
	if err != nil {
		return err
	}
	return q.showMe(fiber.StatusOK, secret, "", nil)
}

// meTokenRevoke ends an API token.
func (q *call) meTokenRevoke() error {
	err := q.s.opt.Auth.RevokeToken(q.ctx, q.actor, q.actor.Account, q.Params("token"))
	if err != nil && workflow.KindOf(err) != workflow.NotFound {
		return err
	}
	return q.see("/me?done=token_revoked")
}
