package web

import (
	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
)

// minePage lists what somebody notified, or may see for whom they act.
type minePage struct {
	page
	Drafts []draftHead
	Items  []cases.Summary
	Choice unitChoice
	Next   string
}

// mine shows the notifications of whoever notifies.
func (q *call) mine() error {
	p := minePage{page: q.page("mine", "mine.title"), Choice: q.unitChoice("/mine")}
	found, err := q.s.opt.Cases.Board().List(cases.Query{Cursor: q.Query("cursor"), Unit: p.Choice.Unit}, q.actor, q.s.now())
	if err != nil {
		return err
	}
	p.Items = found.Items
	if p.Drafts, err = q.s.drafts.list(q.ctx, q.actor.Account); err != nil {
		return err
	}
	if found.Next != "" {
		p.Next = address("/mine", with(nil, "cursor", found.Next))
	}
	return q.render(fiber.StatusOK, "mine", p)
}

// partyReceipt is a receipt with the number of what was filed.
type partyReceipt struct {
	N int
	cases.Receipt
}

// partyCasePage is a case as the notifier's side sees it.
type partyPage struct {
	page
	Case     partyCase
	Phases   []phaseMark
	Answers  []answerSection
	Receipts []partyReceipt
	Missing  []cases.MissingItem
	Files    filesPart
}

// partyCasePage shows a notifier the own case: receipts, what is missing, what
// the authority asks, and what it decided.
func (q *call) partyCasePage(c *cases.Case) error {
	p := partyPage{page: q.page("mine", "case.title"), Case: q.partyCaseOf(c), Phases: phaseMarks(c.Phase)}
	p.Title = c.Number
	p.Files = q.files(p.page, c, 0, backToCase)
	if n := c.Latest(); n != nil {
		filed := partySubmissionOf(c, n.N, true)
		p.Answers = p.answers(*filed.Notification)
		p.Missing = n.Missing
	}
	for n := range c.Submissions {
		p.Receipts = append(p.Receipts, partyReceipt{n + 1, c.Receipt(n + 1)})
	}
	return q.render(fiber.StatusOK, "party", p)
}
