package web

import (
	"net/http"
	"slices"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// supplementPage asks what a follow-up does. What was sent before stands below,
// and what the authority asks above.
type supplementPage struct {
	page
	Number     string
	Controller string
	Kinds      []formOption
	Kind       string
	Asked      *partyRequest
	Missing    []cases.MissingItem
	MissingDue *cases.Clock
	Answers    []answerSection
	Drafts     []draftHead
	Files      filesPart
	Faults     []pageFault
}

// supplementForm begins a follow-up to a case.
func (q *call) supplementForm() error {
	c, err := q.caseToFollowUp()
	if err != nil {
		return err
	}
	p, err := q.supplementPage(c)
	if err != nil {
		return err
	}
	return q.render(fiber.StatusOK, "supplement", p)
}

// caseToFollowUp is the case that the URL names, where the person may add to it.
func (q *call) caseToFollowUp() (*cases.Case, error) {
	c, err := q.theCase()
	switch {
	case err != nil:
		return nil, err
	case q.actor.Staff() && !q.actor.Has(workflow.RoleRegistrar):
		return nil, workflow.Refuse(workflow.Forbidden, "not_yours_to_supplement",
			"Only who filed the notification, who acts for the controller, or a registrar may supplement it.")
	case len(c.Submissions) == 0:
		return nil, workflow.Refuse(workflow.Conflict, "no_notification", "This case has no notification to supplement.")
	}
	return c, nil
}

func (q *call) supplementPage(c *cases.Case) (*supplementPage, error) {
	p := &supplementPage{page: q.page("mine", "supplement.title"), Number: c.Number, Controller: c.Party.Label(), Asked: askedOf(c)}
	p.Title, p.Narrow = p.T("supplement.of", "Number", c.Number), true
	p.Files = q.files(p.page, c, 0, backToFiles)
	p.Files.Heading = true
	for _, kind := range followUpKinds {
		p.Kinds = append(p.Kinds, formOption{string(kind), p.Code(kind)})
	}
	p.Missing = c.Latest().Missing
	for _, k := range c.OpenClocks() {
		if k.Kind == workflow.ClockSupplement || k.Kind == workflow.ClockSupplementUrgent {
			p.MissingDue = &k
		}
	}
	p.Answers = p.answers(*partySubmissionOf(c, len(c.Submissions), true).Notification)
	drafts, err := q.s.drafts.list(q.ctx, q.actor.Account)
	if err != nil {
		return nil, err
	}
	p.Drafts = slices.DeleteFunc(drafts, func(d draftHead) bool { return d.Number != c.Number })
	return p, nil
}

// followUpKinds are what a follow-up can do; a new notification is none.
var followUpKinds = []cases.SubmissionKind{
	cases.SubmissionSupplement, cases.SubmissionChange, cases.SubmissionEarlierWrong, cases.SubmissionWithdrawal,
}

// supplementBegin makes a draft of a follow-up of the kind that was chosen.
func (q *call) supplementBegin() error {
	c, err := q.caseToFollowUp()
	if err != nil {
		return err
	}
	kind := cases.SubmissionKind(q.FormValue("submission_kind"))
	if !slices.Contains(followUpKinds, kind) {
		p, err := q.supplementPage(c)
		if err != nil {
			return err
		}
		p.Faults = []pageFault{{"submission_kind", p.T("supplement.choose")}}
		return q.render(http.StatusUnprocessableEntity, "supplement", p)
	}
	d := draft{Account: q.actor.Account, Case: c.ID, Number: c.Number, Title: c.Party.Label()}
	d.set("submission_kind", typed{"submission_kind": {string(kind)}})
	made, err := q.s.drafts.begin(q.ctx, d)
	if err != nil {
		return err
	}
	return q.see("/notify/" + made.ID + "/" + followUpTopic)
}
