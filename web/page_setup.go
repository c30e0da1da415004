package web

import (
	"net/http"
	"net/url"

	"github.com/vaka-project/vaka/workflow"
)

// setupPage makes the first administrator. Whoever holds the one-time secret of the
// link may, and nobody is signed in yet: the secret is what shows that the form is ours.
type setupPage struct {
	page
	Token  string
	Fields []formField // name, e-mail address and password, in that order
	Faults []pageFault
	Made   bool
	Spent  bool
}

// setupForm shows the form to whoever follows a link that still works.
func (q *call) setupForm() error {
	token := q.Query("token")
	err := q.s.opt.Auth.BootstrapValid(q.ctx, token)
	switch {
	case workflow.KindOf(err) == workflow.Forbidden:
		return q.setupSpent()
	case err != nil:
		return err
	}
	return q.askSetup(http.StatusOK, token, "", "", nil)
}

// setupByForm makes the account, once.
func (q *call) setupByForm() error {
	// The body alone counts: what stands in a URL ends in the logs of proxies.
	field := func(name string) string { return string(q.Request().PostArgs().Peek(name)) }
	token, name, email := field("token"), field("name"), field("email")
	_, err := q.s.opt.Auth.Bootstrap(q.ctx, token, name, email, field("password"))
	switch {
	case err == nil:
		p := setupPage{page: q.page("", "setup.made"), Made: true}
		p.Narrow, p.Path = true, "/sign-in?next=/accounts" // the link is spent, in any language
		return q.render(http.StatusOK, "setup", p)
	case workflow.KindOf(err) == workflow.Forbidden:
		return q.setupSpent()
	case !forPeople(err):
		return err
	}
	return q.askSetup(http.StatusUnprocessableEntity, token, name, email, err)
}

// askSetup shows the form with what was typed and what is wrong with it.
func (q *call) askSetup(status int, token, name, email string, refusal error) error {
	p := setupPage{page: q.page("", "setup.title"), Token: token}
	p.Narrow, p.Path = true, "/setup?token="+url.QueryEscape(token)
	p.Fields = []formField{
		{Name: "name", Label: p.T("account.name"), Value: name},
		{Name: "email", Label: p.T("account.email"), Hint: p.T("account.email.hint"), Value: email},
		{Name: "password", Label: p.T("sign_in.password"), Hint: p.T("setup.password.hint", "Least", q.s.opt.Auth.MinPassword())},
	}
	p.Faults = p.markFields(p.Fields, refusal)
	return q.render(status, "setup", p)
}

// setupSpent says that a link does not work, and where a new one comes from. It
// does not tell a used link from one that never was.
func (q *call) setupSpent() error {
	p := setupPage{page: q.page("", "setup.spent"), Spent: true}
	p.Narrow = true
	return q.render(http.StatusForbidden, "setup", p)
}
