package web

import (
	"errors"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/workflow"
)

type errorPage struct {
	page
	Message string
	ID      string
}

// sentence says a refusal in the person's language: by its code where the
// catalogue has it, else in the words of whoever refused.
func (s *speech) sentence(err error) string {
	var refusal *workflow.Error
	if !errors.As(err, &refusal) {
		return s.T("fault.internal")
	}
	return s.fault(refusal.Code, refusal.Message)
}

// fault says a fault by its code.
func (s *speech) fault(code, message string) string {
	if code == "unknown_code" {
		return s.T("fault.unknown_code") // the message speaks to programs
	}
	if s.Tag == "sv" {
		if g := workflow.Guard(code); g.SentenceSV() != "" {
			return g.SentenceSV()
		}
		if s.has("fault." + code) {
			return s.T("fault." + code)
		}
	}
	return message
}

// failPage answers a page's error with a page. Whoever is not signed in is sent
// to sign in, and comes back.
func (q *call) failPage(err error) error {
	if workflow.KindOf(err) == workflow.Unauthenticated {
		if q.row != nil && q.s.carries(q.row) {
			return q.signInAgain()
		}
		return q.toSignIn()
	}
	told := q.problem(err)
	p := errorPage{page: q.page("", "error.title"), ID: q.id, Message: q.speech().fault(told.Code, told.Detail)}
	if told.Code == "internal" {
		p.Message = p.T("fault.internal")
	}
	p.Narrow = true
	switch told.Status {
	case http.StatusTooManyRequests:
		q.retrySoon(err)
	case http.StatusServiceUnavailable:
		q.Response().Header.Set(fiber.HeaderRetryAfter, "5")
	}
	q.logFailure(err, told.Status)
	return q.render(told.Status, "error", p)
}
