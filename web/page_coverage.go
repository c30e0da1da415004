package web

import (
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// coverageRoutes are the pages about who of a supplier's customers has notified.
var coverageRoutes = []route{
	{Method: get, Path: "/incidents/{id}/coverage", Access: Staff, Tag: tagPages, Page: true, Summary: "Who of a supplier's customers has notified", handle: (*call).coverage},
	{Method: get, Path: "/incidents/{id}/coverage.csv", Access: Staff, Tag: tagPages, Page: true, Summary: "The same as a CSV file", handle: (*call).coverageFile},
	{Method: get, Path: "/incidents/{id}/coverage/list", Access: Staff, Tag: tagPages, Page: true, Summary: "The form of a customer list", handle: (*call).coverageListForm},
	{Method: post, Path: "/incidents/{id}/coverage/list", Access: Staff, Tag: tagPages, Page: true, Summary: "Read a customer list", handle: (*call).coverageListRead},
	{Method: get, Path: "/incidents/{id}/coverage/list/{upload}", Access: Staff, Tag: tagPages, Page: true, Summary: "A customer list before it is taken", handle: (*call).coverageListPreview},
	{Method: post, Path: "/incidents/{id}/coverage/list/{upload}", Access: Staff, Tag: tagPages, Page: true, Summary: "Take a customer list", handle: (*call).coverageListTake},
	{Method: get, Path: "/incidents/{id}/coverage/matches", Access: Staff, Tag: tagPages, Page: true, Summary: "Which organisation a line is", handle: (*call).coverageMatches},
	{Method: post, Path: "/incidents/{id}/coverage/matches", Access: Staff, Tag: tagPages, Page: true, Summary: "Say which organisation a line is", handle: (*call).coverageAnswer},
	{Method: get, Path: "/incidents/{id}/coverage/chase", Access: Staff, Tag: tagPages, Page: true, Summary: "Customers that have not notified", handle: (*call).coverageChase},
	{Method: post, Path: "/incidents/{id}/coverage/chase", Access: Staff, Tag: tagPages, Page: true, Summary: "Record that customers were reached", handle: (*call).coverageContact},
	{Method: get, Path: "/incidents/{id}/coverage/letters/{contact}", Access: Staff, Tag: tagPages, Page: true, Summary: "The letters of one dispatch, for printing", handle: (*call).coverageLetters},
	{Method: get, Path: "/incidents/{id}/coverage/letters/{contact}/csv", Access: Staff, Tag: tagPages, Page: true, Summary: "The same with their addresses as a CSV file", handle: (*call).coverageLettersFile},
	{Method: get, Path: "/incidents/{id}/coverage/customers/{customer}", Access: Staff, Tag: tagPages, Page: true, Summary: "A customer of the supplier", handle: (*call).coverageCustomer},
	{Method: post, Path: "/incidents/{id}/coverage/customers/{customer}", Access: Staff, Tag: tagPages, Page: true, Summary: "Record that a customer says it is not affected", handle: (*call).coverageState},
	{Method: post, Path: "/incidents/{id}/coverage/statements/{statement}/withdraw", Access: Staff, Tag: tagPages, Page: true, Summary: "Take such a statement back", handle: (*call).coverageTakeBack},
}

// coveragePage shows figures and customers.
type coveragePage struct {
	page
	View    cases.CoverageView
	Sum     cases.CoverSummary
	List    *cases.ListVersion // the newest, nil before the first
	ListBy  string
	Kinds   []coverRow
	County  []coverRow
	Chart   curveChart
	Days    []cases.CoverDay
	Filters []filterLink
	Items   []cases.CoveredCustomer
	Shown   int // customers that the filter finds
	First   string
	Next    string
}

// coverRow is the figures of some of the customers with the words for them.
type coverRow struct {
	Label string
	cases.CoverFigures
	Width int // of the bar, in thousandths
}

func (q *call) coverageView() (cases.CoverageView, error) {
	return q.s.opt.Cases.Coverage().Of(q.ctx, q.actor, q.Params("id"))
}

func coverageHome(i cases.Incident) string { return "/incidents/" + i.Number + "/coverage" }

// Home is the address of the coverage.
func (p coveragePage) Home() string { return coverageHome(p.View.Incident) }

// coverage shows who has notified and who has not.
func (q *call) coverage() error {
	v, err := q.coverageView()
	if err != nil {
		return err
	}
	p := coveragePage{page: q.page("incidents", "coverage.title"), View: v, Sum: v.Summary(q.s.opt.Zone)}
	if n := len(v.Record.Lists); n > 0 {
		p.List = &v.Record.Lists[n-1]
		p.ListBy = q.nameOf(p.List.By)
	}
	for _, g := range p.Sum.ByKind {
		p.Kinds = append(p.Kinds, coverRow{p.T("coverage.kind." + string(g.Of)), g.CoverFigures, shareOf(g.CoverFigures)})
	}
	for _, g := range p.Sum.ByCounty {
		label := g.Of
		if label == "" {
			label = p.T("coverage.no_county")
		}
		p.County = append(p.County, coverRow{label, g.CoverFigures, shareOf(g.CoverFigures)})
	}
	p.curve()
	p.customers(q)
	return q.render(http.StatusOK, "coverage", p)
}

func shareOf(f cases.CoverFigures) int { return barWidth(f.Notified, f.Total) }

// customers are those that the address asks for, a page of them.
func (p *coveragePage) customers(q *call) {
	state, kind := q.Query("state"), q.Query("kind")
	for _, code := range append([]string{""}, cases.CoverState("").Codes()...) {
		label, asked := p.T("coverage.all"), without(q.queryValues(), "from", "state", "done")
		if code != "" {
			label, asked = p.Code(cases.CoverState(code)), with(asked, "state", code)
		}
		p.Filters = append(p.Filters, filterLink{Label: label, Href: address(p.Home(), asked) + "#customers", Current: code == state})
	}
	var found []cases.CoveredCustomer
	for _, c := range p.View.Customers {
		if (state == "" || string(c.State) == state) && (kind == "" || string(c.Kind) == kind) {
			found = append(found, c)
		}
	}
	p.Shown = len(found)
	start := pageStart(q.Query("from"), len(found))
	end := min(start+cases.DefaultLimit, len(found))
	p.Items = found[start:end]
	p.First, p.Next = neighbours(p.Home(), without(q.queryValues(), "done"), start, end, len(found))
}

// curveChart is how many customers had notified by the end of each day, in the
// units of its view box.
type curveChart struct {
	ID, Title, Desc string
	Width, Height   int
	Base            int
	Lines           []chartLine
	Points          string // of the line
	Labels          []curveLabel
}

type curveLabel struct {
	X      int
	Text   string
	Anchor string
}

// curve draws the days from the first notification to the last one. A line needs two
// days; the table has the numbers in any case.
func (p *coveragePage) curve() {
	days := p.Sum.Days
	p.Days = days
	if len(days) < 2 {
		return
	}
	c := curveChart{ID: "chart-coverage", Width: chartWidth, Height: chartHeight, Base: chartHeight - chartFoot, Title: p.T("coverage.curve")}
	step := gridStep(p.Sum.Total)
	top := max(step, (p.Sum.Total+step-1)/step*step)
	height := func(n int) int { return c.Base - n*(c.Base-chartTop)/top }
	for n := 0; n <= top; n += step {
		c.Lines = append(c.Lines, chartLine{Y: height(n), Value: p.Number(n)})
	}
	at := func(d cases.Date) int { t, _ := time.Parse(time.DateOnly, string(d)); return int(t.Unix() / 86400) }
	first, last := at(days[0].Day), at(days[len(days)-1].Day)
	x := func(d cases.Date) int { return chartLeft + (at(d)-first)*(chartWidth-chartLeft-8)/(last-first) }
	var line strings.Builder
	was := 0
	for _, d := range days {
		fmt.Fprintf(&line, "%d,%d %d,%d ", x(d.Day), height(was), x(d.Day), height(d.Total))
		was = d.Total
	}
	c.Points = strings.TrimSpace(line.String())
	end := days[len(days)-1]
	c.Labels = []curveLabel{{x(days[0].Day), string(days[0].Day), "start"}, {x(end.Day), string(end.Day), "end"}}
	c.Desc = p.T("coverage.curve_desc", "Count", end.Total, "Total", p.Number(p.Sum.Total), "Day", p.day(end.Day))
	p.Chart = c
}

// coverageFile is the coverage as a CSV file, one customer a line.
func (q *call) coverageFile() error {
	v, err := q.coverageView()
	if err != nil {
		return err
	}
	p := q.page("incidents", "coverage.title")
	rows := [][]string{{
		p.T("coverage.customer"), p.T("coverage.number"), p.T("coverage.kind"), p.T("coverage.county"), p.T("coverage.state"),
		p.T("coverage.notified_on"), p.T("coverage.cases"), p.T("coverage.units"), p.T("coverage.email"), p.T("coverage.reached"),
	}}
	for i := range v.Customers {
		c := &v.Customers[i]
		var numbers, units []string
		for _, l := range c.Cases {
			numbers = append(numbers, l.Number)
		}
		for _, u := range c.Units {
			if len(u.Cases) > 0 && u.Name != "" {
				units = append(units, u.Name)
			}
		}
		on, reached := "", ""
		if c.NotifiedAt != nil {
			on = c.NotifiedAt.In(p.zone).Format(time.DateOnly)
		}
		if len(c.Contacts) > 0 {
			reached = string(c.Contacts[0].Date)
		}
		rows = append(rows, []string{
			c.Name, c.Number, p.T("coverage.kind." + string(c.Kind)), c.County, p.Code(c.State), on,
			strings.Join(numbers, ", "), strings.Join(units, "; "), c.Email, reached,
		})
	}
	return q.sendRows(p, v.Incident.Number+"-"+p.T("coverage.file"), rows)
}

// sendRows answers with a CSV file in which no text is a formula.
func (q *call) sendRows(p page, name string, rows [][]string) error {
	file, err := writeRows(p.Tag, rows)
	if err != nil {
		return fmt.Errorf("writing the coverage as csv: %w", err)
	}
	q.Set(fiber.HeaderContentType, csvType)
	q.Set(fiber.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": name + ".csv"}))
	return q.Send(file)
}

// coverageForm is a page of the coverage with a form.
type coverageForm struct {
	page
	View   cases.CoverageView
	Fields []formField
	Faults []pageFault
	Typed  map[string]string
}

// Home is the address of the coverage.
func (p coverageForm) Home() string { return coverageHome(p.View.Incident) }

func (q *call) coverageForm(v cases.CoverageView, title string) coverageForm {
	p := coverageForm{page: q.page("incidents", title), View: v, Typed: map[string]string{}}
	p.Path = coverageHome(v.Incident)
	return p
}

// fill puts what was typed, and what is wrong with it, into the fields.
func (p *coverageForm) fill(q *call, refusal error) {
	if refusal == nil {
		return
	}
	for i := range p.Fields {
		p.Fields[i].Value = strings.ReplaceAll(q.FormValue(p.Fields[i].Name), "\r\n", "\n")
		p.Fields[i].Values = []string{p.Fields[i].Value}
	}
	p.Faults = p.markFields(p.Fields, refusal)
}

// coverageMatchPage asks which organisations lines are.
type coverageMatchPage struct {
	coverageForm
	Questions []cases.Question
	More      int // questions that follow when these are answered
}

// coverageQuestions is how many lines are asked about on one page.
const coverageQuestions = 25

func (q *call) coverageMatches() error { return q.askMatches(http.StatusOK, nil) }

func (q *call) askMatches(status int, refusal error) error {
	v, err := q.coverageView()
	if err != nil {
		return err
	}
	p := coverageMatchPage{coverageForm: q.coverageForm(v, "coverage.matches")}
	p.Questions = v.Questions[:min(len(v.Questions), coverageQuestions)]
	p.More = len(v.Questions) - len(p.Questions)
	if refusal != nil {
		p.Faults = p.markFields(nil, refusal)
	}
	return q.render(status, "coverage_matches", p)
}

// noCandidate is the answer that a line is none of the candidates.
const noCandidate = "none"

func (q *call) coverageAnswer() error {
	var answers []cases.MatchAnswer
	for name, values := range q.posted() {
		if key, ok := strings.CutPrefix(name, "match."); ok && values[0] != "" {
			a := cases.MatchAnswer{Customer: key, Target: values[0]}
			if a.Target == noCandidate {
				a.Target = ""
			}
			answers = append(answers, a)
		}
	}
	slices.SortFunc(answers, func(a, b cases.MatchAnswer) int { return strings.Compare(a.Customer, b.Customer) })
	v, err := q.s.opt.Cases.Coverage().Answer(q.ctx, q.actor, q.Params("id"), answers)
	switch {
	case err == nil && len(v.Questions) > 0:
		return q.see(coverageHome(v.Incident) + "/matches?done=coverage_answered")
	case err == nil:
		return q.see(coverageHome(v.Incident) + "?done=coverage_answered")
	case !forPeople(err):
		return err
	}
	return q.askMatches(http.StatusUnprocessableEntity, err)
}

// coverageCustomerPage is one customer.
type coverageCustomerPage struct {
	coverageForm
	One  cases.CoveredCustomer
	Said string // who recorded its word
}

func (q *call) coverageCustomer() error { return q.showCustomer(http.StatusOK, nil) }

func (q *call) showCustomer(status int, refusal error) error {
	v, err := q.coverageView()
	if err != nil {
		return err
	}
	at := slices.IndexFunc(v.Customers, func(c cases.CoveredCustomer) bool { return c.ID == q.Params("customer") })
	if at < 0 {
		return workflow.Refuse(workflow.NotFound, "no_such_customer", "There is no such customer on the list.")
	}
	p := coverageCustomerPage{coverageForm: q.coverageForm(v, "coverage.title"), One: v.Customers[at]}
	p.Title = p.One.Name
	p.Path = p.Home() + "/customers/" + p.One.ID
	if p.One.Statement != nil {
		p.Said = q.nameOf(p.One.Statement.RecordedBy)
		p.Fields = []formField{{Name: "reason", Label: p.T("coverage.take_back_reason"), Widget: textWidget, Required: true}}
	} else {
		p.Fields = []formField{
			{Name: "source", Label: p.T("coverage.said_by"), Hint: p.T("coverage.said_by.hint"), Widget: lineWidget, Required: true},
			{Name: "date", Label: p.T("coverage.said_on"), Widget: dateWidget, Required: true},
			{Name: "note", Label: p.T("coverage.note"), Widget: textWidget},
		}
	}
	p.fill(q, refusal)
	return q.render(status, "coverage_customer", p)
}

func (q *call) coverageState() error {
	v, err := q.s.opt.Cases.Coverage().StateNotAffected(q.ctx, q.actor, q.Params("id"), q.Params("customer"), cases.CustomerStatement{
		Source: q.FormValue("source"), Date: cases.Date(q.FormValue("date")), Note: cases.Text(strings.TrimSpace(q.FormValue("note"))),
	})
	if err == nil {
		return q.see(coverageHome(v.Incident) + "/customers/" + url.PathEscape(q.Params("customer")) + "?done=coverage_stated")
	}
	if !forPeople(err) {
		return err
	}
	return q.showCustomer(http.StatusUnprocessableEntity, err)
}

func (q *call) coverageTakeBack() error {
	v, err := q.s.opt.Cases.Coverage().TakeBackStatement(q.ctx, q.actor, q.Params("id"), q.Params("statement"), cases.Text(strings.TrimSpace(q.FormValue("reason"))))
	if err != nil {
		return err
	}
	return q.see(coverageHome(v.Incident) + "?done=coverage_taken_back")
}
