package web

import (
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// receiptPage proves what arrived and when, and says what happens next.
type receiptPage struct {
	page
	Number     string
	Controller string
	N          int
	Submission partySubmission
	Deadlines  []workflow.Deadline
	Late       bool
	Judged     bool
	Next       string // the sentence on what the authority does next
	Supplement bool   // the person may add to the case
	Key        string // of a case without an account, shown once
	Files      filesPart
}

// receiptFile is a receipt as it is downloaded: with the notification, so that
// whoever holds it can work out the digest anew.
type receiptFile struct {
	Number     string          `json:"number"`
	Controller string          `json:"controller"`
	Authority  string          `json:"authority,omitempty"`
	Submission partySubmission `json:"submission"`
}

// receipt shows the receipt of one submission.
func (q *call) receipt() error {
	c, n, err := q.theSubmission()
	if err != nil {
		return err
	}
	p := receiptPage{
		page: q.page("mine", "receipt.title"), Number: c.Number, Controller: c.Party.Label(), N: n,
		Submission: partySubmissionOf(c, n, false), Supplement: !q.actor.Staff() || q.actor.Has(workflow.RoleRegistrar),
	}
	p.Key = q.guestKey(c, n)
	p.Next = p.nextSentence(c)
	p.Files = q.files(p.page, c, n, backToReceipt)
	p.Title, p.Narrow = p.T("receipt.of", "Number", c.Number), true
	if j := judgementAt(c, n); j != nil {
		p.Judged, p.Late, p.Deadlines = true, j.Late, j.Deadlines[:]
	}
	return q.render(fiber.StatusOK, "receipt", p)
}

// nextSentence says what the authority does next in a case. It tells no more than
// the phase, which the party sees, and of a case that is not in the diary yet by when
// it will be.
func (p page) nextSentence(c *cases.Case) string {
	for _, k := range c.OpenClocks() {
		if k.Kind == workflow.ClockRegistration && c.Phase == workflow.PhaseReceived {
			return p.T("receipt.next.registered_by", "At", p.Due(k.DueAt))
		}
	}
	return p.T("receipt.next." + string(c.Phase))
}

// Explained says in the language why a deadline is when it is.
func (p receiptPage) Explained(d workflow.Deadline) string {
	if p.Tag == "sv" {
		return d.ExplanationSV
	}
	return d.Explanation
}

// judgementAt is the judgement of the 72 hours that held when a submission was
// filed, as its receipt has it.
func judgementAt(c *cases.Case, n int) *cases.Judgement {
	var found *cases.Judgement
	for i := range c.Judgements {
		if j := &c.Judgements[i]; j.Submission != 0 && j.Submission <= n {
			found = j
		}
	}
	return found
}

// receiptJSON is the receipt for a file of one's own.
func (q *call) receiptJSON() error {
	c, n, err := q.theSubmission()
	if err != nil {
		return err
	}
	name := strings.ToLower(c.Number) + "-" + q.Params("n") + ".json"
	q.Set(fiber.HeaderContentDisposition, `attachment; filename="`+name+`"`)
	return q.answer(http.StatusOK, receiptFile{c.Number, c.Party.Label(), q.s.opt.AuthorityName, partySubmissionOf(c, n, true)})
}
