package web

import (
	"net/http"

	"github.com/vaka-project/vaka/cases"
)

// tagIncidentCoverage groups what programs ask about an incident's customers.
const tagIncidentCoverage = "Coverage"

var coverageAPI = []route{
	{
		Method: get, Path: "/api/v1/incidents/{id}/coverage", Access: Staff, Tag: tagIncidentCoverage, handle: (*call).coverageFigures,
		Summary: "How many of a supplier's customers have notified", Detail: "Organisations are counted, whatever number of units each has. Secret cases count for nobody.",
		Answers: []answer{{Status: 200, What: "The figures, by kind, by county and by day.", Body: coverageFiguresView{}, ETag: true}}, Also: []int{404},
	},
	{
		Method: get, Path: "/api/v1/incidents/{id}/coverage/customers", Access: Staff, Tag: tagIncidentCoverage, handle: (*call).coverageCustomers,
		Summary: "The customers and how each stands, the lines that are asked about, and who else has notified",
		Answers: []answer{{Status: 200, What: "All of them.", Body: coverageCustomersView{}}}, Also: []int{404},
	},
	{
		Method: post, Path: "/api/v1/incidents/{id}/coverage/list", Access: Staff, Tag: tagIncidentCoverage, handle: (*call).takeCoverageList,
		Summary: "Take a customer list", Body: coverageListRequest{}, Example: "coverage-list",
		Detail: "At most 10,000 lines; the form takes a file of twice as many. Lines that cannot be taken are left out and told in faults, with their place from 1 on. " +
			"With dry_run nothing is kept. version is that of the coverage as it was seen, 0 before the first list.",
		Answers: []answer{{Status: 200, What: "What came of it.", Body: coverageListView{}}}, Also: []int{404, 409, 412},
	},
	{
		Method: post, Path: "/api/v1/incidents/{id}/coverage/matches", Access: Staff, Tag: tagIncidentCoverage, handle: (*call).answerCoverage,
		Summary: "Say which organisations lines are", Body: coverageAnswersRequest{}, Example: "coverage-matches",
		Answers: []answer{{Status: 200, What: "The figures.", Body: coverageFiguresView{}, ETag: true}}, Also: []int{404, 409},
	},
	{
		Method: post, Path: "/api/v1/incidents/{id}/coverage/statements", Access: Staff, Tag: tagIncidentCoverage, handle: (*call).stateCoverage,
		Summary: "Record that a customer says it is not affected", Body: coverageStatementRequest{}, Example: "coverage-statement",
		Answers: []answer{{Status: 200, What: "The figures.", Body: coverageFiguresView{}, ETag: true}}, Also: []int{404, 409},
	},
	{
		Method: post, Path: "/api/v1/incidents/{id}/coverage/contacts", Access: Staff, Tag: tagIncidentCoverage, handle: (*call).contactCoverage,
		Summary: "Record that customers were written to or called", Body: coverageContactRequest{}, Example: "coverage-contact",
		Detail:  "The text of a letter may hold {organisation}, {supplier} and {incident}. Nothing is sent from here.",
		Answers: []answer{{Status: 200, What: "The figures.", Body: coverageFiguresView{}, ETag: true}}, Also: []int{404, 409},
	},
}

type coverageFiguresView struct {
	Incident string `json:"incident"`
	Version  int64  `json:"version" doc:"Of the coverage; 0 before the first list."`
	cases.CoverSummary
	Lists []cases.ListVersion `json:"lists"`
}

// figures answers with the figures and the version, unless there was an error.
func (q *call) figures(v cases.CoverageView, err error) error {
	if err != nil {
		return err
	}
	q.Set("ETag", etag(v.Record.Version))
	return q.answer(http.StatusOK, coverageFiguresView{v.Incident.ID, v.Record.Version, v.Summary(q.s.opt.Zone), list(v.Record.Lists)})
}

func (q *call) coverageFigures() error { return q.figures(q.coverageView()) }

type coverageCustomersView struct {
	Customers []cases.CoveredCustomer `json:"customers"`
	Questions []cases.Question        `json:"questions"`
	Others    []cases.LinkedCase      `json:"others"`
}

func (q *call) coverageCustomers() error {
	v, err := q.coverageView()
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, coverageCustomersView{list(v.Customers), list(v.Questions), list(v.Others)})
}

type coverageListRequest struct {
	Source  string              `json:"source" doc:"Who made the list."`
	AsOf    cases.Date          `json:"as_of,omitempty"`
	Reason  cases.Text          `json:"reason"`
	Version int64               `json:"version,omitempty" doc:"Of the coverage as it was seen."`
	DryRun  bool                `json:"dry_run,omitempty"`
	Lines   []coverageListEntry `json:"lines"`
}

type coverageListEntry struct {
	Organisation string `json:"organisation"`
	Number       string `json:"organisation_number,omitempty"`
	Unit         string `json:"unit,omitempty"`
	Kind         string `json:"kind,omitempty" doc:"A code, or a word such as kommun."`
	County       string `json:"county,omitempty"`
	Email        string `json:"email,omitempty"`
}

type coverageListView struct {
	Version   int64             `json:"version"`
	Lines     int               `json:"lines"`
	Customers int               `json:"customers"`
	Faults    []cases.LineFault `json:"faults"`
	Added     []string          `json:"added"`
	Removed   []string          `json:"removed"`
}

// takeCoverageList reads lines as a file's are read, so that both are judged alike.
func (q *call) takeCoverageList() error {
	var in coverageListRequest
	if err := q.bind(&in); err != nil {
		return err
	}
	t := cases.Table{Rows: []cases.TableRow{{Cells: []string{"name", "organisation number", "unit", "kind", "county", "email"}}}}
	for i, l := range in.Lines {
		t.Rows = append(t.Rows, cases.TableRow{Line: i + 1, Cells: []string{l.Organisation, l.Number, l.Unit, l.Kind, l.County, l.Email}})
	}
	customers, faults, err := cases.ReadCustomers(t)
	if err != nil {
		return err
	}
	all := q.s.opt.Cases.Coverage()
	seen, err := all.Preview(q.ctx, q.actor, q.Params("id"), customers, faults)
	if err != nil {
		return err
	}
	out := coverageListView{
		Version: in.Version, Lines: seen.Lines, Customers: seen.Customers, Faults: list(seen.Faults), Added: list(seen.Added), Removed: list(seen.Removed),
	}
	if !in.DryRun {
		v, err := all.TakeList(q.ctx, q.actor, q.Params("id"), in.Version, cases.CustomerList{Source: in.Source, AsOf: in.AsOf, Reason: in.Reason, Customers: customers})
		if err != nil {
			return err
		}
		out.Version = v.Record.Version
	}
	return q.answer(http.StatusOK, out)
}

type coverageAnswersRequest struct {
	Answers []coverageAnswerEntry `json:"answers"`
}

type coverageAnswerEntry struct {
	Customer string `json:"customer" doc:"The key of the line that is asked about."`
	Target   string `json:"target,omitempty" doc:"The candidate; left out: none of them."`
}

func (q *call) answerCoverage() error {
	var in coverageAnswersRequest
	if err := q.bind(&in); err != nil {
		return err
	}
	var answers []cases.MatchAnswer
	for _, a := range in.Answers {
		answers = append(answers, cases.MatchAnswer{Customer: a.Customer, Target: a.Target})
	}
	return q.figures(q.s.opt.Cases.Coverage().Answer(q.ctx, q.actor, q.Params("id"), answers))
}

type coverageStatementRequest struct {
	Customer string     `json:"customer" doc:"The customer's id."`
	Source   string     `json:"source" doc:"Who said it, and how."`
	Date     cases.Date `json:"date"`
	Note     cases.Text `json:"note,omitempty"`
}

func (q *call) stateCoverage() error {
	var in coverageStatementRequest
	if err := q.bind(&in); err != nil {
		return err
	}
	return q.figures(q.s.opt.Cases.Coverage().StateNotAffected(q.ctx, q.actor, q.Params("id"), in.Customer, cases.CustomerStatement{
		Source: in.Source, Date: in.Date, Note: in.Note,
	}))
}

type coverageContactRequest struct {
	Customers []string         `json:"customers" doc:"Their ids."`
	Channel   cases.ContactWay `json:"channel"`
	Date      cases.Date       `json:"date"`
	Text      cases.Text       `json:"text"`
}

func (q *call) contactCoverage() error {
	var in coverageContactRequest
	if err := q.bind(&in); err != nil {
		return err
	}
	return q.figures(q.s.opt.Cases.Coverage().Contact(q.ctx, q.actor, q.Params("id"), in.Customers, cases.CustomerContact{
		Channel: in.Channel, Date: in.Date, Text: in.Text,
	}))
}
