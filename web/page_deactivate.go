package web

import (
	"context"
	"log/slog"
	"net/http"
	"slices"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// deactivatePage asks who is to go on with the cases of somebody who leaves. It
// shows numbers only: an administrator sees no case.
type deactivatePage struct {
	page
	Account auth.Profile
	Holds   cases.Holdings
	Fields  []formField
	Faults  []pageFault
}

func (q *call) accountLeave() error { return q.askLeave(fiber.StatusOK, nil) }

func (q *call) askLeave(status int, refusal error) error {
	a, err := q.s.opt.Auth.Profile(q.ctx, q.actor, q.Params("id"))
	if err != nil {
		return err
	}
	p := deactivatePage{page: q.page("accounts", "account.deactivate"), Account: a, Holds: q.s.opt.Cases.Holdings(a.ID)}
	p.Narrow, p.Path = true, "/accounts/"+a.ID+"/deactivate"
	p.Title = p.T("leave.title", "Name", a.Name)
	if p.Holds.Open > 0 {
		others := slices.DeleteFunc(q.staffChoices(holdsCases), func(o formOption) bool { return o.Value == a.ID })
		p.Fields = append(p.Fields, formField{
			Name: "successor", Label: p.T("leave.successor"), Hint: p.T("leave.successor.hint"), Widget: choiceWidget, Required: true,
			Options: append([]formOption{{noSuccessor, p.T("leave.queue")}}, others...), Value: noSuccessor, Values: []string{noSuccessor},
		})
	}
	p.Fields = append(p.Fields, formField{Name: "reason", Label: p.T("account.reason"), Widget: lineWidget, Required: true})
	if refusal != nil {
		q.retype(p.Fields)
	}
	p.Faults = p.markFields(p.Fields, refusal)
	return q.render(status, "deactivate", p)
}

// noSuccessor is chosen when the cases are to go back to the unassigned queue.
const noSuccessor = "queue"

// accountDeactivate deactivates an account and hands its cases over at once.
func (q *call) accountDeactivate() error {
	id, successor := q.Params("id"), q.FormValue("successor")
	if successor == noSuccessor {
		successor = ""
	}
	_, err := q.deactivateTo(id, successor, q.FormValue("reason"))
	if err == nil {
		q.handCasesOver(id)
		return q.see("/accounts/" + id + "?done=account_deactivate")
	}
	if !forPeople(err) {
		return err
	}
	return q.askLeave(http.StatusUnprocessableEntity, err)
}

// deactivateTo deactivates an account, unless secret cases would be left that nobody
// can see: a decree of secrecy is no way to lose a case.
func (q *call) deactivateTo(account, successor, reason string) (auth.Profile, error) {
	held, others, err := q.s.opt.Cases.SoleNamed(q.ctx, account)
	switch {
	case err != nil:
		return auth.Profile{}, err
	case others > 0:
		return auth.Profile{}, workflow.Refuse(workflow.Conflict, "sole_named",
			"Secret cases name nobody else who is active. Somebody must first name a colleague in them, with the step that makes a case secret.")
	case held > 0 && successor == "":
		return auth.Profile{}, workflow.Refuse(workflow.Conflict, "sole_named_held",
			"Secret cases name nobody else who is active. Name a successor, who is then named in them.")
	}
	return q.s.opt.Auth.DeactivateTo(q.ctx, q.actor, account, successor, reason)
}

// handCasesOver does now what the next sweep would do. The intent is durable by
// then, so what fails here, or is not done within the request's time, is done there.
func (q *call) handCasesOver(account string) {
	if _, err := q.s.opt.Cases.HandOver(context.WithoutCancel(q.ctx), account); err != nil {
		q.s.log.LogAttrs(q.ctx, slog.LevelWarn, "cases are left to be handed over in the next sweep",
			slog.String("request_id", q.id), slog.String("account", account), slog.Any("error", err))
	}
}
