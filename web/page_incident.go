package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// incidentPage is the face of an incident.
type incidentPage struct {
	page
	Incident   cases.Incident
	Standing   cases.IncidentStanding
	People     map[string]string
	States     []stateRow
	Chart      columnChart
	Days       []dayRow
	Figures    string // sum of what the controllers say, "" where none gives a number
	History    []happening
	Forms      map[string]boundForm // by name
	Asking     string               // name of the form that was refused, so that it lies open
	Faults     []pageFault
	Key        string
	CanTurn    bool   // close or reopen
	QueueHref  string // its cases in the queue, and the open ones
	OpenHref   string
	BatchHref  string
	Priorities []string
}

// stateRow is how many cases are in a state, by priority.
type stateRow struct {
	State workflow.State
	Whole linkedNumber
	Cells []linkedNumber
}

// dayRow is one day or one week of the arrivals.
type dayRow struct {
	Label          string
	Received, Late int
}

func (q *call) incidentShow() error { return q.showIncident(fiber.StatusOK, "", nil) }

// showIncident shows the incident of the URL; form is the one that was refused, or is
// shown again.
func (q *call) showIncident(status int, form string, refusal error) error {
	i, err := q.theIncident()
	if err != nil {
		return err
	}
	p := incidentPage{page: q.page("incidents", "incidents.title"), Incident: i, Key: cmp.Or(q.FormValue("key"), q.id), Asking: form}
	p.Title, p.Path = i.Number+" "+i.Title, "/incidents/"+i.Number
	p.CanTurn, p.Priorities = q.actor.Has(workflow.RoleSupervisor), workflow.Priority("").Codes()
	if p.Standing, err = q.s.opt.Cases.IncidentStanding(q.ctx, q.actor, i.ID); err != nil {
		return err
	}
	p.links()
	p.arrivals()
	p.Figures = p.sumOf(p.Standing.Figures)
	if err := q.incidentHistory(&p); err != nil {
		return err
	}
	p.Forms = p.incidentForms()
	if f, ok := p.Forms[form]; ok {
		f.fill(q.posted())
		p.Faults = f.mark(&p.page, refusal)
	}
	return q.render(status, "incident", p)
}

// links lead from the counts into the queue.
func (p *incidentPage) links() {
	of := func(pairs ...string) url.Values {
		v := url.Values{"incident": {p.Incident.ID}}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v
	}
	p.QueueHref, p.OpenHref = address("/queue", of()), address("/queue", of("phase", openPhases))
	p.BatchHref = address("/batches/new", of("phase", openPhases, "all", "true"))
	for _, s := range p.Standing.States {
		row := stateRow{State: s.State, Whole: linkedNumber{N: s.Cases, Href: address("/queue", of("state", string(s.State)))}}
		for _, code := range p.Priorities {
			row.Cells = append(row.Cells, linkedNumber{N: s.Priority[workflow.Priority(code)], Href: address("/queue", of("state", string(s.State), "priority", code))})
		}
		p.States = append(p.States, row)
	}
}

// mostDays are as many columns as can be told apart; a longer time is told in weeks.
const mostDays = 28

// arrivals draws what came in, by day, or by week where it took long.
func (p *incidentPage) arrivals() {
	if len(p.Standing.Days) == 0 {
		return
	}
	byWeek := len(p.Standing.Days) > mostDays
	var week time.Time
	for _, d := range p.Standing.Days {
		day, _ := d.Date.Time(p.zone)
		monday := day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
		if !byWeek || !monday.Equal(week) {
			label := p.Date(day)
			if byWeek {
				label = p.T("incident.week_of", "Date", p.Date(monday))
			}
			p.Days, week = append(p.Days, dayRow{Label: label}), monday
		}
		row := &p.Days[len(p.Days)-1]
		row.Received, row.Late = row.Received+d.Cases, row.Late+d.Late
	}
	var values []columnValue
	every := (len(p.Days) + 9) / 10 // as many labels as have room
	for n, row := range p.Days {
		v := columnValue{Whole: row.Received, Part: row.Late}
		if n%every == 0 {
			day, _ := p.Standing.Days[0].Date.Time(p.zone)
			step := 1
			if byWeek {
				step, day = 7, day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
			}
			day = day.AddDate(0, 0, n*step)
			v.Label = strings.TrimSuffix(p.Short(day), " "+p.clock(day))
		}
		if len(p.Days) <= 20 && row.Received > 0 {
			v.Value = p.Number(row.Received)
		}
		values = append(values, v)
	}
	p.Chart = newColumnChart(values, p.Number)
	p.Chart.ID = "arrivals"
	p.Chart.Title = p.T("incident.arrivals")
	p.Chart.Desc = p.T("incident.arrivals.desc", "Count", p.Standing.Cases, "From", p.Days[0].Label, "To", p.Days[len(p.Days)-1].Label)
}

// sumOf is the sum of what the controllers say, in words.
func (p *page) sumOf(f cases.CaseFigures) string {
	switch {
	case f.Cases == 0:
		return ""
	case f.Least == f.Most:
		return p.Number(f.Most)
	}
	return p.Number(f.Least) + "–" + p.Number(f.Most)
}

// incidentForms are the forms on the face of an incident.
func (p *incidentPage) incidentForms() map[string]boundForm {
	out := map[string]boundForm{}
	add := func(name string, fields ...formField) {
		for i := range fields {
			f := &fields[i]
			f.Label = p.T("incident." + name + "." + f.Name)
			if hint := "incident." + name + "." + f.Name + ".hint"; p.has(hint) {
				f.Hint = p.T(hint)
			}
		}
		out[name] = boundForm{Name: name, Fields: fields}.named()
	}
	add("moment", formField{Name: "at", Widget: instantWidget, Required: true}, formField{Name: "text", Widget: textWidget, Required: true},
		formField{Name: "source", Widget: lineWidget})
	add("statement", formField{Name: "count.min", Widget: numberWidget}, formField{Name: "count.max", Widget: numberWidget},
		formField{Name: "count.unit", Widget: choiceWidget, Required: true, Options: codeOptions[cases.CountUnit](&p.page)},
		formField{Name: "count.mode", Widget: choiceWidget, Required: true, Options: codeOptions[cases.CountMode](&p.page)[:2]},
		formField{Name: "count.source", Widget: lineWidget, Required: true}, formField{Name: "count.as_of", Widget: dateWidget, Required: true},
		formField{Name: "note", Widget: textWidget})
	add("fact", formField{Name: "text", Widget: textWidget, Required: true}, formField{Name: "basis", Widget: textWidget, Required: true})
	because := func(name, label string) {
		out[name] = boundForm{Name: name, Fields: []formField{{Name: "reason", Label: p.T(label), Widget: textWidget, Required: true}}}.named()
	}
	because("close", "incident.close.reason")
	because("reopen", "incident.reopen.reason")
	for _, s := range p.Incident.Statements {
		because("statement-"+s.ID, "incident.withdraw.reason")
	}
	for _, f := range p.Incident.Facts {
		because("fact-"+f.ID, "incident.withdraw.reason")
	}
	return out
}

// Stated writes how many somebody said that there are, without who said it.
func (p incidentPage) Stated(c cases.Count) string {
	c.Source, c.AsOf, c.Mode = "", "", ""
	return p.Value(c)
}

// Day writes a date.
func (p incidentPage) Day(d cases.Date) string { return p.day(d) }

// incidentHistory tells every event in a sentence, the newest first, and names whoever
// did something.
func (q *call) incidentHistory(p *incidentPage) error {
	events, err := q.s.opt.Cases.Incidents().History(q.ctx, q.actor, p.Incident.ID)
	if err != nil {
		return err
	}
	var actors []string
	for _, e := range events {
		actors = append(actors, e.Header.Actor)
	}
	p.People = q.names(actors)
	for _, e := range slices.Backward(events) {
		p.History = append(p.History, happening{
			Seq: e.Header.Seq, At: p.DateTime(e.Header.At), Stamp: p.Stamp(e.Header.At),
			Sentence: p.happened(e, p.who(e.Header.Actor, p.People)), Reason: p.incidentTold(e),
		})
	}
	return nil
}

// incidentTold is what an event of an incident is about: what was added, or why.
func (p *page) incidentTold(e cases.Event) string {
	var said struct {
		Text   string      `json:"text"`
		Reason string      `json:"reason"`
		Count  cases.Count `json:"count"`
	}
	if e.Payload == nil || e.Read(&said) != nil {
		return ""
	}
	if e.Header.Kind == cases.EventIncidentStatement {
		return p.Value(said.Count)
	}
	return cmp.Or(said.Text, said.Reason)
}

// onIncident carries out one of the forms on the face of an incident: what was typed is
// read as the API reads it, and kept where it is refused.
func (q *call) onIncident(form, done string, into any, do func(id string, cmd cases.Command) error) error {
	i, err := q.theIncident()
	if err != nil {
		return err
	}
	p := incidentPage{page: q.page("incidents", "incidents.title"), Incident: i}
	asked, known := p.incidentForms()[form]
	if !known {
		return workflow.Refuse(workflow.NotFound, "not_found", "There is no such page.")
	}
	raw, err := asked.read(q, into)
	if err == nil {
		err = do(i.ID, q.formCommand([]byte(form+"|"+i.ID+"|"+string(raw))))
	}
	switch {
	case err == nil:
		return q.see("/incidents/" + i.Number + "?done=" + done)
	case !forPeople(err):
		return err
	case workflow.KindOf(err) == workflow.Conflict:
		return q.showIncident(http.StatusConflict, form, err)
	}
	return q.showIncident(http.StatusUnprocessableEntity, form, err)
}

// momentRequest, statementRequest and factRequest are what is added to an incident.
type momentRequest struct {
	At     time.Time  `json:"at"`
	Text   cases.Text `json:"text"`
	Source string     `json:"source,omitempty" doc:"Who says so."`
}

type statementRequest struct {
	Count cases.Count `json:"count" doc:"With its unit, mode, source and day."`
	Note  cases.Text  `json:"note,omitempty"`
}

type factRequest struct {
	Text  cases.Text `json:"text"`
	Basis cases.Text `json:"basis" doc:"What it rests on."`
}

func (q *call) incidentMoment() error {
	var in momentRequest
	return q.onIncident("moment", "incident_moment", &in, func(id string, cmd cases.Command) error {
		_, err := q.s.opt.Cases.Incidents().AddMoment(q.ctx, q.actor, id, cases.IncidentMoment{At: in.At, Text: in.Text, Source: in.Source}, cmd)
		return err
	})
}

func (q *call) incidentStatement() error {
	var in statementRequest
	return q.onIncident("statement", "incident_statement", &in, func(id string, cmd cases.Command) error {
		_, err := q.s.opt.Cases.Incidents().AddStatement(q.ctx, q.actor, id, cases.IncidentStatement{Count: in.Count, Note: in.Note}, cmd)
		return err
	})
}

func (q *call) incidentFact() error {
	var in factRequest
	return q.onIncident("fact", "incident_fact", &in, func(id string, cmd cases.Command) error {
		_, err := q.s.opt.Cases.Incidents().EstablishFact(q.ctx, q.actor, id, in.Text, in.Basis, cmd)
		return err
	})
}

func (q *call) incidentMomentAgain() error { return q.showIncident(fiber.StatusOK, "moment", nil) }

func (q *call) incidentStatementAgain() error {
	return q.showIncident(fiber.StatusOK, "statement", nil)
}

func (q *call) incidentFactAgain() error { return q.showIncident(fiber.StatusOK, "fact", nil) }

func (q *call) incidentStatementWithdraw() error {
	id := q.Params("statement")
	return q.incidentBecause("statement-"+id, "incident_withdrawn", func(incident string, reason cases.Text) error {
		_, err := q.s.opt.Cases.Incidents().WithdrawStatement(q.ctx, q.actor, incident, id, reason)
		return err
	})
}

func (q *call) incidentFactWithdraw() error {
	id := q.Params("fact")
	return q.incidentBecause("fact-"+id, "incident_withdrawn", func(incident string, reason cases.Text) error {
		_, err := q.s.opt.Cases.Incidents().WithdrawFact(q.ctx, q.actor, incident, id, reason)
		return err
	})
}

func (q *call) incidentClose() error {
	return q.incidentBecause("close", "incident_closed", func(incident string, reason cases.Text) error {
		_, err := q.s.opt.Cases.Incidents().Close(q.ctx, q.actor, incident, reason)
		return err
	})
}

func (q *call) incidentReopen() error {
	return q.incidentBecause("reopen", "incident_reopened", func(incident string, reason cases.Text) error {
		_, err := q.s.opt.Cases.Incidents().Reopen(q.ctx, q.actor, incident, reason)
		return err
	})
}

// incidentBecause carries out a form that asks for a reason alone.
func (q *call) incidentBecause(form, done string, do func(incident string, reason cases.Text) error) error {
	var in struct {
		Reason cases.Text `json:"reason"`
	}
	return q.onIncident(form, done, &in, func(id string, _ cases.Command) error { return do(id, in.Reason) })
}

// Named names whoever did something.
func (p incidentPage) Named(account string) string { return p.who(account, p.People) }
