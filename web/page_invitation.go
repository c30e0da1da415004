package web

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/workflow"
)

// invitationPage lets whoever holds a one-time link choose a password. Nobody is
// signed in yet: the secret is what shows that the form is ours.
type invitationPage struct {
	page
	Token   string
	For     auth.Invitee
	Reset   bool // a new password for somebody who has an account already
	Fields  []formField
	Faults  []pageFault
	Made    bool
	Refused bool
}

// invitationForm shows the form to whoever follows a link that still works.
func (q *call) invitationForm() error {
	token := q.Params("token")
	invitee, err := q.s.opt.Auth.LinkFor(q.ctx, token)
	if workflow.KindOf(err) == workflow.Forbidden {
		return q.linkRefused()
	}
	if err != nil {
		return err
	}
	return q.askPassword(http.StatusOK, token, invitee, nil)
}

// invitationByForm sets the password, once.
func (q *call) invitationByForm() error {
	// The body alone counts: what stands in a URL ends in the logs of proxies.
	field := func(name string) string { return string(q.Request().PostArgs().Peek(name)) }
	token := field("token")
	invitee, err := q.s.opt.Auth.LinkFor(q.ctx, token)
	if err == nil {
		_, err = q.s.opt.Auth.Redeem(q.ctx, token, field("password"))
	}
	switch {
	case err == nil:
		p := q.invitationPage("invitation.made", invitee)
		p.Made, p.Path = true, "/sign-in" // the link is spent, in any language
		return q.render(http.StatusOK, "invitation", p)
	case workflow.KindOf(err) == workflow.Forbidden:
		return q.linkRefused()
	case !forPeople(err):
		return err
	}
	return q.askPassword(http.StatusUnprocessableEntity, token, invitee, err)
}

func (q *call) invitationPage(title string, invitee auth.Invitee) invitationPage {
	q.invited = invitee.Language
	p := invitationPage{page: q.page("", title), For: invitee, Reset: invitee.Purpose == auth.ForReset}
	p.Narrow = true
	return p
}

// askPassword shows the form with what is wrong with the password; what was typed
// is never sent back.
func (q *call) askPassword(status int, token string, invitee auth.Invitee, refusal error) error {
	title := "invitation.title"
	if invitee.Purpose == auth.ForReset {
		title = "reset.title"
	}
	p := q.invitationPage(title, invitee)
	p.Token, p.Path = token, linkPath(invitee.Purpose)+token
	p.Fields = []formField{{
		Name: "password", Label: p.T("sign_in.password"), Hint: p.T("setup.password.hint", "Least", q.s.opt.Auth.MinPassword()), Widget: secretWidget, Required: true,
	}}
	p.Faults = p.markFields(p.Fields, refusal)
	return q.render(status, "invitation", p)
}

// linkRefused is the one page for every link that does not work: it does not tell a
// used link from one that never was, and says what to do.
func (q *call) linkRefused() error {
	p := invitationPage{page: q.page("", "link.refused"), Refused: true}
	p.Narrow = true
	return q.render(http.StatusForbidden, "invitation", p)
}

// linkPath is where the link of a purpose leads, without its secret.
func linkPath(purpose auth.LinkPurpose) string {
	if purpose == auth.ForReset {
		return "/new-password/"
	}
	return "/invitation/"
}

// linkView is a one-time link as it is handed over, this once.
type linkView struct {
	URL       string           `json:"url" doc:"Hand it to the account's holder in a safe way: it is not shown again, and whoever has it sets the password."`
	Purpose   auth.LinkPurpose `json:"purpose"`
	ExpiresAt time.Time        `json:"expires_at"`
}

// handOver makes the whole address of a link that was just made. Every one-time
// link passes here on its way to its holder; now it is shown to the administrator,
// who hands it over.
func (q *call) handOver(secret string, l auth.Link) linkView {
	base := cmp.Or(q.s.opt.PublicURL, q.BaseURL())
	return linkView{URL: base + linkPath(l.Purpose) + secret, Purpose: l.Purpose, ExpiresAt: l.ExpiresAt}
}

// accountLink makes the link of an account and shows it, this once.
func (q *call) accountLink() error {
	id, purpose := q.Params("id"), auth.LinkPurpose(q.FormValue("purpose"))
	secret, a, err := q.s.opt.Auth.OfferLink(q.ctx, q.actor, id, purpose)
	if forPeople(err) {
		return q.showAccount(http.StatusUnprocessableEntity, accountShown{Form: "link", Refusal: err})
	}
	if err != nil {
		return err
	}
	return q.showAccount(fiber.StatusOK, accountShown{Link: new(q.handOver(secret, *a.Link))})
}

// accountLinkRevoke ends a link that nobody has used.
func (q *call) accountLinkRevoke() error {
	return q.changeAccount("link_revoke", func(id string) error {
		_, err := q.s.opt.Auth.RevokeLink(q.ctx, q.actor, id, strings.TrimSpace(q.FormValue("reason")))
		return err
	})
}

// accountNew asks for whom to invite.
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
		{Name: "language", Label: p.T("people.language"), Widget: choiceWidget, Required: true, Options: p.languageOptions()},
		{Name: "mandates", Label: p.T("account.mandates"), Hint: p.T("invite.mandates.hint"), Widget: linesWidget},
		{Name: "reason", Label: p.T("invite.reason"), Hint: p.T("invite.reason.hint"), Widget: lineWidget},
	}
	for i := range p.Fields {
		f := &p.Fields[i]
		f.Values = typed[f.Name]
		f.Value = strings.Join(f.Values, "\n")
	}
	p.Faults = p.markFields(p.Fields, refusal)
	return q.render(status, "account_new", p)
}

func (p *page) languageOptions() []formOption {
	return []formOption{{"sv", p.T("account.language.sv")}, {"en", p.T("account.language.en")}}
}

// accountMake makes an account without a password and shows its invitation.
func (q *call) accountMake() error {
	want := auth.NewInvitation{
		Name: q.FormValue("name"), Email: q.FormValue("email"), Language: q.FormValue("language"), Roles: rolesOf(q.formValues("roles")),
	}
	err := q.mandatesTyped(&want)
	var secret string
	var made auth.Profile
	if err == nil {
		secret, made, err = q.s.opt.Auth.Invite(q.ctx, q.actor, want)
	}
	if err == nil {
		return q.showAccount(fiber.StatusOK, accountShown{ID: made.ID, Link: new(q.handOver(secret, *made.Link))})
	}
	if !forPeople(err) {
		return err
	}
	return q.askAccount(http.StatusUnprocessableEntity, q.posted(), err)
}

// mandatesTyped reads the units that were named, one a line.
func (q *call) mandatesTyped(want *auth.NewInvitation) error {
	var faults []workflow.Fault
	for line := range strings.Lines(q.FormValue("mandates")) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		id, fits := q.unitNamed(line)
		if id == "" {
			faults = append(faults, unitFault("/mandates", len(fits)))
			continue
		}
		organisation, _, _ := q.s.opt.Units.Unit(id)
		want.Mandates = append(want.Mandates, auth.NewMandate{Unit: id, Organisation: organisation.ID, Reason: q.FormValue("reason")})
	}
	if len(want.Mandates) > 0 && strings.TrimSpace(q.FormValue("reason")) == "" {
		faults = append(faults, workflow.Fault{Path: "/reason", Code: "required", Message: "Say what the mandates rest on."})
		want.Mandates = nil // each lacks the same reason: it is said once
	}
	if faults != nil {
		faults = append(q.s.opt.Auth.FaultsOf(*want), faults...)
		return workflow.RefuseFaults("invalid_account", "The account was not made.", faults)
	}
	return nil
}
