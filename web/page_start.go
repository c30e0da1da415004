package web

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/workflow"
)

// startPage says in plain words what a breach is and what to do.
type startPage struct {
	page
	Drafts []draftHead
	Outage bool        // the service does not work, or lately did not
	Held   []draftHead // that this browser remembers without an account
}

// start greets whoever notifies, signed in or not. Staff have their work elsewhere,
// and so have those who only administer.
func (q *call) start() error {
	p := startPage{page: q.page("", "start.title")}
	if p.Staff() {
		return q.see("/queue")
	}
	if slices.Equal(p.Person.Roles, []workflow.Role{workflow.RoleAdministrator}) {
		return q.see("/accounts")
	}
	if p.Signed() {
		drafts, err := q.s.drafts.list(q.ctx, q.actor.Account)
		if err != nil {
			return err
		}
		p.Drafts = drafts
	}
	p.Outage = len(q.s.opt.Cases.Outages().Public(p.now.Add(-outageTold))) > 0
	var err error
	if p.Held, err = q.heldHeads(); err != nil {
		return err
	}
	return q.render(fiber.StatusOK, "start", p)
}
