package web

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// chasePage lists the customers that have not notified, with how they were reached.
type chasePage struct {
	coverageForm
	Missing []cases.CoveredCustomer
	Chosen  map[string]bool
	Sent    []cases.CustomerContact // what was written, the newest first
}

func (q *call) coverageChase() error { return q.askChase(http.StatusOK, nil) }

func (q *call) askChase(status int, refusal error) error {
	v, err := q.coverageView()
	if err != nil {
		return err
	}
	p := chasePage{coverageForm: q.coverageForm(v, "coverage.chase"), Chosen: map[string]bool{}}
	p.Path = p.Home() + "/chase"
	for _, c := range v.Customers {
		if c.State == cases.CoverMissing {
			p.Missing = append(p.Missing, c)
		}
	}
	for _, k := range slices.Backward(v.Record.Contacts) {
		if k.Channel.Written() {
			p.Sent = append(p.Sent, k)
		}
	}
	p.Fields = []formField{
		{Name: "channel", Label: p.T("coverage.channel"), Widget: choiceWidget, Required: true, Options: codeOptions[cases.ContactWay](&p.page), Values: []string{string(cases.ContactLetter)}},
		{Name: "date", Label: p.T("coverage.contact_date"), Widget: dateWidget, Required: true, Value: p.now.In(p.zone).Format(time.DateOnly)},
		{Name: "text", Label: p.T("coverage.letter"), Hint: p.T("coverage.letter.hint", "Places", strings.Join(cases.ChasePlaces(), ", ")), Widget: textWidget, Required: true, Value: p.T("coverage.letter.text")},
	}
	p.fill(q, refusal)
	for _, id := range q.formValues("customer") {
		p.Chosen[id] = true
	}
	return q.render(status, "coverage_chase", p)
}

// coverageContact records that the chosen customers were written to or called.
func (q *call) coverageContact() error {
	v, err := q.s.opt.Cases.Coverage().Contact(q.ctx, q.actor, q.Params("id"), q.formValues("customer"), cases.CustomerContact{
		Channel: cases.ContactWay(q.FormValue("channel")), Date: cases.Date(q.FormValue("date")),
		Text: cases.Text(strings.TrimSpace(strings.ReplaceAll(q.FormValue("text"), "\r\n", "\n"))),
	})
	if err != nil {
		if !forPeople(err) {
			return err
		}
		return q.askChase(http.StatusUnprocessableEntity, err)
	}
	last := v.Record.Contacts[len(v.Record.Contacts)-1]
	if last.Channel.Written() {
		return q.see(coverageHome(v.Incident) + "/letters/" + last.ID + "?done=coverage_letters")
	}
	return q.see(coverageHome(v.Incident) + "/chase?done=coverage_called")
}

// lettersPage is one dispatch as it is printed: a letter for each customer.
type lettersPage struct {
	coverageForm
	Contact cases.CustomerContact
	By      string
}

// dispatch is the written contact of the URL.
func (q *call) dispatch() (cases.CoverageView, cases.CustomerContact, error) {
	v, err := q.coverageView()
	if err != nil {
		return v, cases.CustomerContact{}, err
	}
	at := slices.IndexFunc(v.Record.Contacts, func(k cases.CustomerContact) bool {
		return k.ID == q.Params("contact") && k.Channel.Written()
	})
	if at < 0 {
		return v, cases.CustomerContact{}, workflow.Refuse(workflow.NotFound, "no_such_letters", "There are no such letters.")
	}
	return v, v.Record.Contacts[at], nil
}

func (q *call) coverageLetters() error {
	v, k, err := q.dispatch()
	if err != nil {
		return err
	}
	p := lettersPage{coverageForm: q.coverageForm(v, "coverage.letters"), Contact: k, By: q.nameOf(k.RecordedBy)}
	p.Path = p.Home() + "/letters/" + k.ID
	return q.render(http.StatusOK, "coverage_letters", p)
}

// coverageLettersFile is a dispatch for whatever program prints or sends it.
func (q *call) coverageLettersFile() error {
	v, k, err := q.dispatch()
	if err != nil {
		return err
	}
	p := q.page("incidents", "coverage.letters")
	rows := [][]string{{p.T("coverage.customer"), p.T("coverage.email"), p.T("coverage.letter")}}
	for _, to := range k.To {
		rows = append(rows, []string{to.Name, to.Email, string(k.Letter(to.Name))})
	}
	return q.sendRows(p, v.Incident.Number+"-"+p.T("coverage.letters_file"), rows)
}

// writeRows writes a table as the list of cases is written: see writeCSV.
func writeRows(language string, rows [][]string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(byteOrderMark)
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	if language == "sv" {
		w.Comma = ';'
	}
	for _, row := range rows {
		for i := range row {
			row[i] = harmless(row[i])
		}
		if err := w.Write(row); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}
