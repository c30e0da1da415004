package web

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/workflow"
)

// pageFault is one thing to correct on a form: the id of its field, and a sentence.
type pageFault struct {
	Field   string
	Message string
}

type signInPage struct {
	page
	Next    string
	Email   string
	Faults  []pageFault
	Resume  string // what a form sent when its session had ended
	Guests  bool   // the form is also for whoever has no account
	TooLong bool   // what was sent is too long to be carried along
}

// signInForm shows the form.
func (q *call) signInForm() error {
	p := signInPage{page: q.page("sign-in", "sign_in.title"), Next: localPath(q.Query("next", "/"))}
	p.Narrow = true
	return q.render(fiber.StatusOK, "sign_in", p)
}

// signInByForm begins a session in a cookie. The answer to a wrong address and to
// a wrong password is the same.
func (q *call) signInByForm() error {
	email := q.FormValue("email")
	token, until, err := q.s.opt.Auth.SignIn(q.ctx, email, q.FormValue("password"), q.s.clientAddress(q.Ctx))
	next := localPath(q.FormValue("next"))
	if err == nil {
		q.setCookie(q.s.sessionCookie(), token, until)
		if typed := q.FormValue("resume"); typed != "" {
			if actor, session, err := q.s.opt.Auth.Authenticate(q.ctx, token); err == nil {
				q.actor, q.session, q.bearer = actor, session, token
			}
			return q.resume(again{next, typed})
		}
		return q.see(next)
	}
	p := signInPage{page: q.page("sign-in", "sign_in.title"), Next: next, Email: email, Resume: q.FormValue("resume")}
	p.Narrow = true
	switch workflow.KindOf(err) {
	case workflow.Unauthenticated, workflow.Invalid:
		p.Faults = []pageFault{{"email", p.T("sign_in.failed")}}
		return q.render(fiber.StatusUnprocessableEntity, "sign_in", p)
	case workflow.TooMany:
		p.Faults = []pageFault{{"", p.sentence(err)}}
		return q.render(fiber.StatusTooManyRequests, "sign_in", p)
	}
	return err
}

// signOutByForm ends the session and forgets its cookie.
func (q *call) signOutByForm() error {
	if err := q.s.opt.Auth.SignOut(q.ctx, q.bearer); err != nil {
		return err
	}
	q.s.hub.endSession(q.session.ID)
	q.setCookie(q.s.sessionCookie(), "", time.Unix(1, 0))
	return q.see("/sign-in")
}

// otherLanguage changes the language of the pages, and goes back to where the
// person was.
func (q *call) otherLanguage() error {
	to := "en"
	if q.speech().Tag == "en" {
		to = "sv"
	}
	q.setCookie(languageCookie, to, q.s.opt.Now().AddDate(1, 0, 0))
	return q.see(localPath(q.Query("next", "/")))
}
