package web

import (
	"bytes"
	"encoding/csv"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
)

// Evidence says in a sentence what a score rests on.
func (p page) Evidence(c cases.Cell) string {
	var found []string
	for _, code := range c.Found {
		found = append(found, p.T("code."+code))
	}
	count := int64(0)
	if c.Count != nil {
		count = *c.Count
	}
	text := p.T("evidence."+c.Because, "Found", strings.Join(found, ", "), "Count", count)
	if c.NotKnown && len(found) > 0 {
		text = p.T("evidence.not_known_said", "Found", strings.Join(found, ", "))
	}
	return text
}

// Tip says how far a weight is from changing what the rank proposes.
func (p page) Tip(t cases.Tip) string {
	key := "selection.tip.up"
	if t.To < t.From {
		key = "selection.tip.down"
	}
	return p.T(key, "Criterion", p.Code(t.Criterion), "From", t.From, "To", t.To, "Enters", t.Enters, "Leaves", t.Leaves)
}

// LeftBecause says why a candidate was not chosen.
func (s *selectionShown) LeftBecause(l cases.LeftOut) string {
	w := s.S.Weighing()
	return s.T("selection.left."+string(l.Why), "Rank", l.Rank, "Of", len(s.Ranked), "Sum", l.Sum, "Choose", min(w.Choose, len(s.Ranked)))
}

// selectionAsCSV is the candidates as a file, in the order of their rank.
func (q *call) selectionAsCSV() error {
	s, err := q.theSelection()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString(byteOrderMark)
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	if s.Tag == "sv" {
		w.Comma = ';'
	}
	head := []string{s.T("selection.rank"), s.T("selection.case"), s.T("queue.controller"), s.T("selection.sum")}
	for _, c := range cases.Criteria() {
		head = append(head, s.Code(c)+" ("+strconv.Itoa(s.Weight(c))+")", s.T("selection.evidence"))
	}
	if err := w.Write(append(head, s.T("selection.stands"), s.T("selection.because"))); err != nil {
		return err
	}
	for _, c := range s.Ranked {
		if err := w.Write(s.record(c)); err != nil {
			return err
		}
	}
	if w.Flush(); w.Error() != nil {
		return w.Error()
	}
	q.Set(fiber.HeaderContentType, csvType)
	q.Set(fiber.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": s.T("selection.file", "Round", s.S.Round) + ".csv"}))
	q.Status(http.StatusOK)
	return q.Send(b.Bytes())
}

// record is one line of the file.
func (s *selectionShown) record(c cases.RankedCandidate) []string {
	out := []string{strconv.Itoa(c.Rank), harmless(c.Number), harmless(c.Controller), strconv.Itoa(c.Sum)}
	for _, cell := range c.Cells {
		score := strconv.Itoa(cell.Score)
		if cell.NotKnown {
			score = s.T("selection.not_known")
		}
		out = append(out, score, harmless(s.Evidence(cell)))
	}
	because := ""
	if left := s.Left(c.Case); left != nil {
		because = s.LeftBecause(*left)
	}
	if n := len(c.Words); n > 0 {
		because = strings.TrimSpace(because + " " + string(c.Words[n-1].Reason))
	}
	return append(out, s.Stands(c.Chosen), harmless(because))
}

// Stands says whether a candidate is chosen: as a proposal, until it is decided.
func (s *selectionShown) Stands(chosen bool) string {
	switch {
	case !chosen:
		return s.T("selection.stands.out")
	case s.S.Decision == nil:
		return s.T("selection.stands.proposed")
	}
	return s.T("selection.stands.in")
}

// Product is what a score adds to the sum.
func (s *selectionShown) Product(c cases.Cell) int { return s.Weight(c.Criterion) * c.Score }

// Weighed writes the weights of a weighing on a line, without those that weigh nothing.
func (s *selectionShown) Weighed(w cases.Weighing) string {
	var out []string
	for _, c := range cases.Criteria() {
		if n := w.Weights[c]; n > 0 {
			out = append(out, s.Code(c)+" "+strconv.Itoa(n))
		}
	}
	return strings.Join(out, ", ")
}

// Sentence says why an investigation could not be opened.
func (s *selectionShown) Sentence(o cases.SelectionOutcome) string { return s.fault(o.Code, o.Message) }
