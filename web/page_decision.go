package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// decisionPage is a decision as a document (FL §§ 31-33).
type decisionPage struct {
	page
	Number      string
	Diary       string
	Supervision string
	Party       string
	Text        partyDecision
	Outcome     string
	Others      []string // who else took part
	Served      bool
	Public      bool // the party represents the public (FL § 44)
	Back        string
}

// decision shows the decision of a case: to staff once it is made, to the party
// once it is served.
func (q *call) decision() error {
	c, err := q.theCase()
	if err != nil {
		return err
	}
	staff := q.actor.Staff()
	if c.Decision == nil || !staff && !q.served(c) {
		return workflow.Refuse(workflow.NotFound, "no_decision", "There is no decision to show in this case.")
	}
	section := "mine"
	if staff {
		section = "queue"
	}
	p := decisionPage{
		page: q.page(section, "decision.title"), Number: c.Number, Supervision: c.SupervisionNumber, Diary: c.DiaryNumber,
		Party: c.Party.Label(), Text: *q.partyDecisionOf(c.Decision), Others: q.peopleOf(c.Decision.Others),
		Served: q.served(c), Public: c.Party.RepresentsPublic, Back: "/cases/" + c.Number,
	}
	p.Title, p.Outcome = p.T("decision.document", "Number", c.Number), unended(p.Code(c.Decision.Outcome))
	return q.render(fiber.StatusOK, "decision", p)
}

// peopleOf names those who took part: accounts by name, others as they were written.
func (q *call) peopleOf(others []string) []string {
	var out []string
	for _, one := range others {
		if cases.IsID(one) {
			one = q.nameOf(one)
		}
		if one != "" {
			out = append(out, one)
		}
	}
	return out
}

// Kronor writes an amount of money.
func (p decisionPage) Kronor(amount int64) string { return p.number(amount) }

// PowerOf names a corrective power with its place in Art. 58(2).
func (p page) PowerOf(m workflow.Measure) string {
	letter := strings.TrimSuffix(strings.TrimPrefix(m.Article(), "Art. 58(2)("), ")")
	return unended(p.Either(m.Text(), m.TextSV())) + " " + p.T("decision.article", "Letter", letter)
}

// unended is a sentence as a heading, without the stop at its end.
func unended(sentence string) string { return strings.TrimSuffix(sentence, ".") }
