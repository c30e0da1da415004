package web

import (
	"net/http"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

const tagIncidents = "Incidents"

// incidentAPI is what happened once and reached the authority many times, for
// programs. The cases of an incident are a list of cases: /api/v1/cases?incident=ID.
var incidentAPI = []route{
	{
		Method: get, Path: "/api/v1/incidents", Access: Staff, Tag: tagIncidents, handle: (*call).listIncidents,
		Summary: "The incidents", Detail: "The newest first. The numbers of cases are of those that the caller sees.",
		Answers: []answer{{Status: 200, What: "Every incident.", Body: incidentList{}}},
	},
	{
		Method: post, Path: "/api/v1/incidents", Access: Staff, Tag: tagIncidents, handle: (*call).openIncident,
		Summary: "Open an incident", Body: incidentRequest{}, Example: "incident", Key: keyTaken,
		Answers: []answer{{Status: 201, What: "The incident.", Body: incidentView{}, ETag: true, Place: true}}, Also: []int{409},
	},
	{
		Method: get, Path: "/api/v1/incidents/{id}", Access: Staff, Tag: tagIncidents, handle: (*call).getIncident,
		Summary: "An incident", Detail: "By id or number, with how it stands by the cases that the caller sees. The figures of the cases are a sum of what controllers say, never a number of people: whoever is known to two controllers is counted by both.",
		Answers: []answer{{Status: 200, What: "The incident.", Body: incidentView{}, ETag: true}},
	},
	{
		Method: put, Path: "/api/v1/incidents/{id}/description", Access: Staff, Tag: tagIncidents, handle: (*call).describeIncident,
		Summary: "Describe an incident", Detail: "Replaces the whole description.", Body: incidentRequest{}, Example: "incident", IfMatch: true,
		Answers: []answer{{Status: 200, What: "The incident.", Body: incidentView{}, ETag: true}},
	},
	{
		Method: post, Path: "/api/v1/incidents/{id}/moments", Access: Staff, Tag: tagIncidents, handle: (*call).addMoment,
		Summary: "Add to an incident's timeline", Body: momentRequest{}, Example: "moment", Key: keyTaken,
		Answers: []answer{{Status: 201, What: "The incident.", Body: incidentView{}, ETag: true}},
	},
	{
		Method: post, Path: "/api/v1/incidents/{id}/statements", Access: Staff, Tag: tagIncidents, handle: (*call).addStatement,
		Summary: "Record what somebody said of how many there are", Detail: "Statements stand side by side and are never added up.",
		Body: statementRequest{}, Example: "statement", Key: keyTaken,
		Answers: []answer{{Status: 201, What: "The incident.", Body: incidentView{}, ETag: true}},
	},
	{
		Method: post, Path: "/api/v1/incidents/{id}/statements/{statement}/withdraw", Access: Staff, Tag: tagIncidents, handle: (*call).withdrawStatement,
		Summary: "Withdraw a statement of numbers", Detail: "It stays readable, with the reason.", Body: reasonRequest{}, Example: "reason",
		Answers: []answer{{Status: 200, What: "The incident.", Body: incidentView{}, ETag: true}},
	},
	{
		Method: post, Path: "/api/v1/incidents/{id}/facts", Access: Staff, Tag: tagIncidents, handle: (*call).establishFact,
		Summary: "Establish a fact for all cases of an incident", Body: factRequest{}, Example: "fact", Key: keyTaken,
		Answers: []answer{{Status: 201, What: "The incident.", Body: incidentView{}, ETag: true}},
	},
	{
		Method: post, Path: "/api/v1/incidents/{id}/facts/{fact}/withdraw", Access: Staff, Tag: tagIncidents, handle: (*call).withdrawFact,
		Summary: "Withdraw a shared fact", Detail: "It stays readable, with the reason.", Body: reasonRequest{}, Example: "reason",
		Answers: []answer{{Status: 200, What: "The incident.", Body: incidentView{}, ETag: true}},
	},
	{
		Method: post, Path: "/api/v1/incidents/{id}/close", Access: Staff, Tag: tagIncidents, handle: (*call).closeIncident,
		Summary: "Close an incident", Detail: "Supervisors do. Its cases stay linked, and no more can be linked to it.", Body: reasonRequest{}, Example: "reason",
		Answers: []answer{{Status: 200, What: "The incident.", Body: incidentView{}, ETag: true}}, Also: []int{409},
	},
	{
		Method: post, Path: "/api/v1/incidents/{id}/reopen", Access: Staff, Tag: tagIncidents, handle: (*call).reopenIncident,
		Summary: "Reopen an incident", Detail: "Supervisors do.", Body: reasonRequest{}, Example: "reason",
		Answers: []answer{{Status: 200, What: "The incident.", Body: incidentView{}, ETag: true}}, Also: []int{409},
	},
	{
		Method: get, Path: "/api/v1/incidents/{id}/history", Access: Staff, Tag: tagIncidents, handle: (*call).incidentEvents,
		Summary: "Everything that happened to an incident", Detail: "What cases belong to it is told by their own histories.",
		Answers: []answer{{Status: 200, What: "The events, the first one first.", Body: incidentEventList{}}},
	},
}

// incidentItem is an incident in a list.
type incidentItem struct {
	ID        string               `json:"id"`
	Version   int64                `json:"version"`
	Number    string               `json:"number"`
	Status    cases.IncidentStatus `json:"status"`
	OpenedAt  time.Time            `json:"opened_at"`
	OpenedBy  string               `json:"opened_by"`
	UpdatedAt time.Time            `json:"updated_at"`
	Cases     int                  `json:"cases" doc:"That belong to it and that the caller sees."`
	OpenCases int                  `json:"open_cases"`
	cases.IncidentDescription
}

// incidentView is an incident for staff. What was dismissed is left out: it names
// cases, and not everybody may know of each.
type incidentView struct {
	ID        string               `json:"id"`
	Version   int64                `json:"version"`
	Number    string               `json:"number"`
	Status    cases.IncidentStatus `json:"status"`
	OpenedAt  time.Time            `json:"opened_at"`
	OpenedBy  string               `json:"opened_by"`
	UpdatedAt time.Time            `json:"updated_at"`
	cases.IncidentDescription

	Timeline   []cases.IncidentMoment    `json:"timeline"`
	Statements []cases.IncidentStatement `json:"statements"`
	Facts      []cases.SharedFact        `json:"facts"`
	Standing   cases.IncidentStanding    `json:"standing"`
	People     map[string]string         `json:"people" doc:"Names of the accounts above."`
}

type incidentList struct {
	Items []incidentItem `json:"items"`
}

func incidentItemOf(i cases.Incident, n cases.IncidentCount) incidentItem {
	return incidentItem{
		ID: i.ID, Version: i.Version, Number: i.Number, Status: i.Status, OpenedAt: i.OpenedAt, OpenedBy: i.OpenedBy, UpdatedAt: i.UpdatedAt,
		Cases: n.Cases, OpenCases: n.Open, IncidentDescription: i.IncidentDescription,
	}
}

func (q *call) listIncidents() error {
	all, err := q.s.opt.Cases.Incidents().List(q.actor)
	if err != nil {
		return err
	}
	counts := q.s.opt.Cases.Board().IncidentCounts(q.actor)
	out := incidentList{Items: []incidentItem{}}
	for _, i := range all {
		out.Items = append(out.Items, incidentItemOf(i, counts[i.ID]))
	}
	return q.answer(http.StatusOK, out)
}

func (q *call) getIncident() error {
	i, err := q.theIncident()
	return q.incidentAnswer(http.StatusOK, i, err)
}

// incidentAnswer answers with an incident, unless there was an error.
func (q *call) incidentAnswer(status int, i cases.Incident, err error) error {
	if err != nil {
		return err
	}
	standing, err := q.s.opt.Cases.IncidentStanding(q.ctx, q.actor, i.ID)
	if err != nil {
		return err
	}
	people := []string{i.OpenedBy}
	for _, m := range i.Timeline {
		people = append(people, m.RecordedBy)
	}
	for _, s := range i.Statements {
		people = append(people, s.RecordedBy)
	}
	for _, f := range i.Facts {
		people = append(people, f.By)
	}
	q.Set("ETag", etag(i.Version))
	return q.answer(status, incidentView{
		ID: i.ID, Version: i.Version, Number: i.Number, Status: i.Status, OpenedAt: i.OpenedAt, OpenedBy: i.OpenedBy, UpdatedAt: i.UpdatedAt,
		IncidentDescription: i.IncidentDescription,
		Timeline:            list(i.Timeline), Statements: list(i.Statements), Facts: list(i.Facts), Standing: standing, People: q.names(people),
	})
}

func (q *call) openIncident() error {
	var in incidentRequest
	cmd, err := q.bindKeyed(&in)
	if err != nil {
		return err
	}
	i, err := q.s.opt.Cases.Incidents().Open(q.ctx, q.actor, in.IncidentDescription, in.Reason, cmd)
	if err == nil {
		q.Set("Location", "/api/v1/incidents/"+i.ID)
	}
	return q.incidentAnswer(http.StatusCreated, i, err)
}

func (q *call) describeIncident() error {
	version, err := q.seenVersion()
	if err != nil {
		return err
	}
	var in incidentRequest
	if err := q.bind(&in); err != nil {
		return err
	}
	i, err := q.s.opt.Cases.Incidents().Describe(q.ctx, q.actor, q.Params("id"), version, in.IncidentDescription, in.Reason)
	return q.incidentAnswer(http.StatusOK, i, err)
}

func (q *call) addMoment() error {
	var in momentRequest
	cmd, err := q.bindKeyed(&in)
	if err != nil {
		return err
	}
	i, err := q.s.opt.Cases.Incidents().AddMoment(q.ctx, q.actor, q.Params("id"), cases.IncidentMoment{At: in.At, Text: in.Text, Source: in.Source}, cmd)
	return q.incidentAnswer(http.StatusCreated, i, err)
}

func (q *call) addStatement() error {
	var in statementRequest
	cmd, err := q.bindKeyed(&in)
	if err != nil {
		return err
	}
	i, err := q.s.opt.Cases.Incidents().AddStatement(q.ctx, q.actor, q.Params("id"), cases.IncidentStatement{Count: in.Count, Note: in.Note}, cmd)
	return q.incidentAnswer(http.StatusCreated, i, err)
}

func (q *call) establishFact() error {
	var in factRequest
	cmd, err := q.bindKeyed(&in)
	if err != nil {
		return err
	}
	i, err := q.s.opt.Cases.Incidents().EstablishFact(q.ctx, q.actor, q.Params("id"), in.Text, in.Basis, cmd)
	return q.incidentAnswer(http.StatusCreated, i, err)
}

// becauseOf reads a reason and does something with it.
func (q *call) becauseOf(do func(reason cases.Text) (cases.Incident, error)) error {
	var in reasonRequest
	if err := q.bind(&in); err != nil {
		return err
	}
	i, err := do(cases.Text(in.Reason))
	return q.incidentAnswer(http.StatusOK, i, err)
}

func (q *call) withdrawStatement() error {
	return q.becauseOf(func(reason cases.Text) (cases.Incident, error) {
		return q.s.opt.Cases.Incidents().WithdrawStatement(q.ctx, q.actor, q.Params("id"), q.Params("statement"), reason)
	})
}

func (q *call) withdrawFact() error {
	return q.becauseOf(func(reason cases.Text) (cases.Incident, error) {
		return q.s.opt.Cases.Incidents().WithdrawFact(q.ctx, q.actor, q.Params("id"), q.Params("fact"), reason)
	})
}

func (q *call) closeIncident() error {
	return q.becauseOf(func(reason cases.Text) (cases.Incident, error) {
		return q.s.opt.Cases.Incidents().Close(q.ctx, q.actor, q.Params("id"), reason)
	})
}

func (q *call) reopenIncident() error {
	return q.becauseOf(func(reason cases.Text) (cases.Incident, error) {
		return q.s.opt.Cases.Incidents().Reopen(q.ctx, q.actor, q.Params("id"), reason)
	})
}

type incidentEventList struct {
	Items []incidentEvent `json:"items"`
}

// incidentEvent is what happened and who did it. What it changed stands in the
// incident itself.
type incidentEvent struct {
	Seq    int64           `json:"seq"`
	At     time.Time       `json:"at"`
	Kind   cases.EventKind `json:"kind"`
	By     string          `json:"by"`
	Text   string          `json:"text" doc:"In a sentence, in the language of Accept-Language."`
	Reason string          `json:"reason,omitempty" doc:"Why, or what was added."`
}

func (q *call) incidentEvents() error {
	events, err := q.s.opt.Cases.Incidents().History(q.ctx, q.actor, q.Params("id"))
	if err != nil {
		return err
	}
	var actors []string
	for _, e := range events {
		actors = append(actors, e.Header.Actor)
	}
	p, names := q.page("incidents", "incidents.title"), q.names(actors)
	out := incidentEventList{Items: []incidentEvent{}}
	for _, e := range events {
		h := e.Header
		out.Items = append(out.Items, incidentEvent{
			Seq: h.Seq, At: h.At, Kind: h.Kind, By: h.Actor, Text: p.happened(e, p.who(h.Actor, names)), Reason: p.incidentTold(e),
		})
	}
	return q.answer(http.StatusOK, out)
}

// incidentRef is the id of an incident that a text names, by id or number.
func (q *call) incidentRef(text string) (id string, ok bool) {
	if cases.IsID(text) {
		return text, true
	}
	i, err := q.s.opt.Cases.Incidents().Get(q.actor, text)
	return i.ID, workflow.KindOf(err) == "" && err == nil
}
