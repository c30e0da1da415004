package web

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// filedView answers whoever filed: the case that there is now, and the receipt.
type filedView struct {
	Case    caseRef       `json:"case"`
	Receipt cases.Receipt `json:"receipt"`
}

type caseRef struct {
	ID     string         `json:"id"`
	Number string         `json:"number"`
	State  workflow.State `json:"state,omitempty" doc:"Of a new case; later it is for staff only."`
	Phase  workflow.Phase `json:"phase"`
}

func (q *call) notify() error {
	raw, err := q.rawBody()
	if err != nil {
		return err
	}
	cmd, err := q.command(raw)
	if err != nil {
		return err
	}
	n, warnings, err := cases.ReadNotification(raw, q.readOptions())
	if err != nil {
		return err
	}
	c, err := q.s.opt.Cases.Submit(q.ctx, q.actor, n, warnings, cmd)
	if err != nil {
		return err
	}
	q.Set(fiber.HeaderETag, etag(c.Version))
	q.located(c.ID)
	return q.answer(http.StatusCreated, filedView{
		Case: caseRef{c.ID, c.Number, c.State, c.Phase}, Receipt: c.Receipt(len(c.Submissions)),
	})
}

// located says where what was made is found.
func (q *call) located(id string) { q.Set(fiber.HeaderLocation, "/api/v1/cases/"+id) }

// supplementRequest describes the body for people; cases.ReadSupplement reads it.
type supplementRequest struct {
	Kind               cases.SubmissionKind     `json:"submission_kind"`
	Reason             cases.Text               `json:"reason,omitempty" doc:"Needed for EARLIER_WRONG and WITHDRAWAL."`
	WithdrawReasonCode cases.WithdrawReasonCode `json:"withdraw_reason_code,omitempty"`
	Notification       json.RawMessage          `json:"notification,omitempty" doc:"The fields of a Notification that are new or changed; null clears one."`
}

func (q *call) supplement() error {
	raw, err := q.rawBody()
	if err != nil {
		return err
	}
	cmd, err := q.command(raw)
	if err != nil {
		return err
	}
	c, err := q.s.opt.Cases.File(q.ctx, q.actor, q.Params("id"), func(base cases.Notification) (cases.Notification, []cases.Warning, error) {
		s, warnings, err := cases.ReadSupplement(raw, base, q.readOptions())
		return s.Notification, warnings, err
	}, cmd)
	if err != nil {
		return err
	}
	ref := caseRef{ID: c.ID, Number: c.Number, Phase: c.Phase}
	if q.actor.Staff() {
		ref.State = c.State
		q.Set(fiber.HeaderETag, etag(c.Version))
	}
	n := len(c.Submissions)
	q.Set(fiber.HeaderLocation, "/api/v1/cases/"+c.ID+"/submissions/"+strconv.Itoa(n))
	return q.answer(http.StatusCreated, filedView{Case: ref, Receipt: c.Receipt(n)})
}

type (
	submissionList struct {
		Items []submissionView `json:"items"`
	}
	partySubmissionList struct {
		Items []partySubmission `json:"items"`
	}
)

func (q *call) submissions() error {
	c, err := q.theCase()
	if err != nil {
		return err
	}
	if !q.actor.Staff() {
		out := partySubmissionList{Items: []partySubmission{}}
		for i := range c.Submissions {
			out.Items = append(out.Items, partySubmissionOf(c, i+1, true))
		}
		return q.answer(http.StatusOK, out)
	}
	out := submissionList{Items: []submissionView{}}
	for i := range c.Submissions {
		out.Items = append(out.Items, submissionOf(c, i+1, true))
	}
	return q.answer(http.StatusOK, out)
}

func (q *call) submission() error {
	c, n, err := q.theSubmission()
	if err != nil {
		return err
	}
	if !q.actor.Staff() {
		return q.answer(http.StatusOK, partySubmissionOf(c, n, true))
	}
	return q.answer(http.StatusOK, submissionOf(c, n, true))
}

// changesView is what one version changed in the one before.
type changesView struct {
	N       int                 `json:"n"`
	Against int                 `json:"against" doc:"The version before; 0 for the first, which changes nothing."`
	Changes []cases.FieldChange `json:"changes"`
}

func (q *call) changes() error {
	c, n, err := q.theSubmission()
	if err != nil {
		return err
	}
	out := changesView{N: n, Against: n - 1, Changes: []cases.FieldChange{}}
	if n > 1 {
		out.Changes = list(cases.Compare(c.Submissions[n-2].Notification, c.Submissions[n-1].Notification))
	}
	return q.answer(http.StatusOK, out)
}

// theCase is the case that the URL names, where the caller may see it.
func (q *call) theCase() (*cases.Case, error) {
	return q.s.opt.Cases.Case(q.ctx, q.actor, q.Params("id"))
}

// theSubmission is the case and the number of the version that the URL names.
func (q *call) theSubmission() (*cases.Case, int, error) {
	c, err := q.theCase()
	if err != nil {
		return nil, 0, err
	}
	n, ok := q.number("n")
	if !ok || n > len(c.Submissions) {
		return nil, 0, workflow.Refuse(workflow.NotFound, "no_such_submission", "The case has no such version of its notification.")
	}
	return c, n, nil
}
