package web

import (
	"github.com/gofiber/fiber/v2"
)

// startPage says in plain words what a breach is and what to do.
type startPage struct {
	page
	Drafts []draftHead
}

// start greets whoever notifies, signed in or not. Staff have their work elsewhere.
func (q *call) start() error {
	p := startPage{page: q.page("", "start.title")}
	if p.Staff() {
		return q.see("/queue")
	}
	if p.Signed() {
		drafts, err := q.s.drafts.list(q.ctx, q.actor.Account)
		if err != nil {
			return err
		}
		p.Drafts = drafts
	}
	return q.render(fiber.StatusOK, "start", p)
}
