package web

import (
	"fmt"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
)

// versionPage is one filed version of a notification, and what it changed.
type versionPage struct {
	page
	Number   string
	Version  partySubmission
	By       string // who filed it; for staff
	Note     string // of the registrar; for staff
	Late     bool
	Rules    []string // how each rule set judged the 72 hours, in words
	Changes  []changeRow
	Material int // of the changes
	Answers  []answerSection
	Earlier  string // address of the version before
	Later    string
}

// changeRow is one field that differs from the version before.
type changeRow struct {
	Title    string
	Old, New string
	Why      string // of a material change, a sentence
	Long     bool
}

// version shows one version as it was filed, beside the one before it. The
// notifier's side sees what it filed itself, without the registrar's notes.
func (q *call) version() error {
	c, n, err := q.theSubmission()
	if err != nil {
		return err
	}
	section := "mine"
	if q.actor.Staff() {
		section = "queue"
	}
	p := versionPage{page: q.page(section, "case.title"), Number: c.Number, Version: partySubmissionOf(c, n, true)}
	p.Title = p.T("version.title", "N", n, "Number", c.Number)
	if q.actor.Staff() {
		whole := submissionOf(c, n, true)
		p.Version.Notification, p.By, p.Note = whole.Notification, p.who(whole.By, q.names([]string{whole.By})), string(whole.RegistrarNote)
	}
	p.Answers = p.answers(*p.Version.Notification)
	p.Late = p.Version.Receipt.Late
	for _, d := range p.Version.Receipt.Deadlines {
		p.Rules = append(p.Rules, p.Either(d.Explanation, d.ExplanationSV))
	}
	if n > 1 {
		p.Earlier = fmt.Sprintf("/cases/%s/submissions/%d", c.Number, n-1)
		p.compare(partySubmissionOf(c, n-1, true).Notification, p.Version.Notification)
	}
	if n < len(c.Submissions) {
		p.Later = fmt.Sprintf("/cases/%s/submissions/%d", c.Number, n+1)
	}
	return q.render(fiber.StatusOK, "version", p)
}

// Either is a text in the person's language.
func (s *speech) Either(english, swedish string) string {
	if s.Tag == "sv" {
		return swedish
	}
	return english
}

// compare lists the fields that differ, the material ones first: they may change
// the priority or the risk.
func (p *versionPage) compare(before, after *cases.Notification) {
	long := map[string]bool{}
	for _, f := range cases.Fields() {
		long[f.Path] = f.FreeText
	}
	var rest []changeRow
	for _, change := range cases.Compare(*before, *after) {
		if change.Path == "controller.unit_id" {
			continue // the name and the board that it stands for are compared
		}
		row := changeRow{
			Title: p.Either(change.Title, change.TitleSV), Old: p.Value(change.Old), New: p.Value(change.New), Long: long[change.Path],
		}
		if !change.Material {
			rest = append(rest, row)
			continue
		}
		row.Why = p.T("why." + change.Why)
		p.Changes = append(p.Changes, row)
		p.Material++
	}
	p.Changes = append(p.Changes, rest...)
}
