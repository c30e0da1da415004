package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// formPath is where a topic of the form is saved: what may take long to write, so
// that a session can end before it is sent.
const formPath = "/notify/{draft}/{topic}"

// resumePage lets whoever signed in again save what was typed before.
type resumePage struct {
	page
	Next   string
	Values []resumeValue
}

type resumeValue struct{ Name, Value string }

// signInAgain asks for the password and carries along what was typed: a session
// that ended is no reason to write everything again.
func (q *call) signInAgain() error {
	typed := q.sentFields()
	delete(typed, "form_token")
	p := signInPage{page: q.page("sign-in", "sign_in.title"), Next: q.OriginalURL(), Resume: url.Values(typed).Encode()}
	p.Narrow = true
	return q.render(http.StatusUnauthorized, "sign_in", p)
}

// resume shows a form with what was typed. It is saved only when the person says
// so: whoever signed in need not be who typed it.
func (q *call) resume(token, next, typed string) error {
	values, err := url.ParseQuery(typed)
	if err != nil || !strings.HasPrefix(next, "/notify/") {
		return q.see(next)
	}
	q.bearer = token
	if actor, session, err := q.s.opt.Auth.Authenticate(q.ctx, token); err == nil {
		q.actor, q.session = actor, session
	}
	p := resumePage{page: q.page("notify", "resume.back_title"), Next: next}
	p.Narrow = true
	var names []string
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range values[name] {
			p.Values = append(p.Values, resumeValue{name, value})
		}
	}
	return q.render(fiber.StatusOK, "resume", p)
}
