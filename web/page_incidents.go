package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// incidentRoutes are the pages of what happened once and reached the authority many
// times. What has a fixed name in its path stands before what has any.
var incidentRoutes = []route{
	{Method: get, Path: "/incidents", Access: Staff, Tag: tagPages, Page: true, Summary: "The incidents", handle: (*call).incidents},
	{Method: post, Path: "/incidents", Access: Staff, Tag: tagPages, Page: true, Summary: "Open an incident", handle: (*call).incidentOpen, Again: (*call).incidentNewAgain},
	{Method: get, Path: "/incidents/new", Access: Staff, Tag: tagPages, Page: true, Summary: "The form of a new incident", handle: (*call).incidentNew},
	{Method: get, Path: "/incidents/{id}", Access: Staff, Tag: tagPages, Page: true, Summary: "An incident", handle: (*call).incidentShow},
	{Method: get, Path: "/incidents/{id}/description", Access: Staff, Tag: tagPages, Page: true, Summary: "The form of an incident's description", handle: (*call).incidentEdit},
	{Method: post, Path: "/incidents/{id}/description", Access: Staff, Tag: tagPages, Page: true, Summary: "Describe an incident", handle: (*call).incidentDescribe, Again: (*call).incidentEditAgain},
	{Method: post, Path: "/incidents/{id}/moments", Access: Staff, Tag: tagPages, Page: true, Summary: "Add to an incident's timeline", handle: (*call).incidentMoment, Again: (*call).incidentMomentAgain},
	{Method: post, Path: "/incidents/{id}/statements", Access: Staff, Tag: tagPages, Page: true, Summary: "Record a statement of numbers", handle: (*call).incidentStatement, Again: (*call).incidentStatementAgain},
	{Method: post, Path: "/incidents/{id}/statements/{statement}/withdraw", Access: Staff, Tag: tagPages, Page: true, Summary: "Withdraw a statement of numbers", handle: (*call).incidentStatementWithdraw},
	{Method: post, Path: "/incidents/{id}/facts", Access: Staff, Tag: tagPages, Page: true, Summary: "Establish a fact for all cases of an incident", handle: (*call).incidentFact, Again: (*call).incidentFactAgain},
	{Method: post, Path: "/incidents/{id}/facts/{fact}/withdraw", Access: Staff, Tag: tagPages, Page: true, Summary: "Withdraw a shared fact", handle: (*call).incidentFactWithdraw},
	{Method: post, Path: "/incidents/{id}/close", Access: Staff, Tag: tagPages, Page: true, Summary: "Close an incident", handle: (*call).incidentClose},
	{Method: post, Path: "/incidents/{id}/reopen", Access: Staff, Tag: tagPages, Page: true, Summary: "Reopen an incident", handle: (*call).incidentReopen},
}

// incidentsPage lists the incidents.
type incidentsPage struct {
	page
	Filters []filterLink
	Items   []listedIncident
}

type listedIncident struct {
	cases.Incident
	Cases, OpenCases int
	LastAt           time.Time // when it or one of its cases changed last
}

// incidents lists them, the open ones unless others are asked for.
func (q *call) incidents() error {
	p := incidentsPage{page: q.page("incidents", "incidents.title")}
	all, err := q.s.opt.Cases.Incidents().List(q.actor)
	if err != nil {
		return err
	}
	want := cmp.Or(q.Query("status"), string(cases.IncidentOpen))
	for _, status := range append(cases.IncidentStatus("").Codes(), "all") {
		l := filterLink{Label: p.T("incidents.filter." + strings.ToLower(status)), Href: "/incidents?status=" + status, Current: status == want, Counted: true}
		for _, i := range all {
			if status == "all" || string(i.Status) == status {
				l.Count++
			}
		}
		p.Filters = append(p.Filters, l)
	}
	counts := q.s.opt.Cases.Board().IncidentCounts(q.actor)
	for _, i := range all {
		if want != "all" && string(i.Status) != want {
			continue
		}
		n := counts[i.ID]
		row := listedIncident{Incident: i, Cases: n.Cases, OpenCases: n.Open, LastAt: i.UpdatedAt}
		if n.LastAt.After(row.LastAt) {
			row.LastAt = n.LastAt
		}
		p.Items = append(p.Items, row)
	}
	return q.render(fiber.StatusOK, "incidents", p)
}

// incidentRequest is a description with why it is given.
type incidentRequest struct {
	cases.IncidentDescription

	Reason cases.Text `json:"reason,omitempty"`
}

// incidentFormPage asks for the description of an incident.
type incidentFormPage struct {
	page
	boundForm
	ID      string // of an incident that is there
	Number  string
	Version int64
	Key     string
	Faults  []pageFault
	Changed []answerRow // what stands there now and differs from what was typed
	Stale   bool
}

// descriptionForm is the form of a description.
func (p *page) descriptionForm(reasonNeeded bool) boundForm {
	field := func(name string, w widget, needed bool) formField {
		f := formField{Name: name, Label: p.T("incident." + name), Widget: w, Required: needed}
		if hint := "incident." + name + ".hint"; p.has(hint) {
			f.Hint = p.T(hint)
		}
		return f
	}
	cause, kind := field("cause", choiceWidget, false), field("kind", choiceWidget, false)
	cause.Options, kind.Options = codeOptions[cases.Cause](p), codeOptions[cases.IncidentKind](p)
	return boundForm{Fields: []formField{
		field("title", lineWidget, true), field("supplier", lineWidget, true), field("supplier_id_number", lineWidget, false),
		field("systems", linesWidget, false), field("occurred_from", instantWidget, false), field("occurred_to", instantWidget, false),
		field("disclosed_at", instantWidget, false), cause, kind, field("summary", textWidget, false), field("public", tickWidget, false),
		field("reason", textWidget, reasonNeeded),
	}}
}

// typedOf is a description as it is typed into its form.
func (q *call) typedOf(d cases.IncidentDescription) map[string][]string {
	typed := map[string][]string{
		"title": {d.Title}, "supplier": {d.Supplier}, "supplier_id_number": {d.SupplierID}, "systems": d.Systems,
		"cause": {string(d.Cause)}, "kind": {string(d.Kind)}, "summary": {string(d.Summary)},
	}
	for name, at := range map[string]*time.Time{"occurred_from": d.OccurredFrom, "occurred_to": d.OccurredTo, "disclosed_at": d.DisclosedAt} {
		if at != nil {
			typed[name] = []string{at.In(q.s.opt.Zone).Format(localInstant)}
		}
	}
	if d.Public {
		typed["public"] = []string{"true"}
	}
	return typed
}

func (q *call) incidentNew() error { return q.askIncident(fiber.StatusOK, nil, q.queryValues(), nil) }

func (q *call) incidentNewAgain() error { return q.askIncident(fiber.StatusOK, nil, q.posted(), nil) }

// askIncident shows the form of a description, of a new incident where there is none.
func (q *call) askIncident(status int, i *cases.Incident, typed map[string][]string, refusal error) error {
	p := incidentFormPage{page: q.page("incidents", "incident.new"), Key: cmp.Or(q.FormValue("key"), q.id)}
	p.Narrow = true
	p.boundForm = p.descriptionForm(i != nil)
	if i != nil {
		p.Title = p.T("incident.edit") + " – " + i.Number
		p.ID, p.Number, p.Version = i.ID, i.Number, i.Version
		if p.Stale = workflow.KindOf(refusal) == workflow.Stale; p.Stale {
			p.Changed, refusal = p.differences(q.typedOf(i.IncidentDescription), typed), nil
		}
	}
	p.fill(typed)
	p.Faults = p.mark(&p.page, refusal)
	return q.render(status, "incident_form", p)
}

// differences are the fields of the form that now hold something else than what was
// typed.
func (p *incidentFormPage) differences(now, typed map[string][]string) []answerRow {
	var out []answerRow
	for _, f := range p.Fields {
		have, mine := strings.TrimSpace(strings.Join(now[f.Name], "\n")), strings.TrimSpace(strings.Join(typed[f.Name], "\n"))
		if f.Name == "reason" || have == mine {
			continue
		}
		if at := slices.IndexFunc(f.Options, func(o formOption) bool { return o.Value == have }); at >= 0 {
			have = f.Options[at].Label
		}
		if f.Widget == tickWidget {
			have = p.yesNo(have == "true")
		}
		out = append(out, answerRow{Title: f.Label, Value: cmp.Or(have, p.T("rules.nothing")), Long: f.Widget == textWidget})
	}
	return out
}

// incidentOpen opens an incident.
func (q *call) incidentOpen() error {
	var in incidentRequest
	p := q.page("incidents", "incident.new")
	raw, err := p.descriptionForm(false).read(q, &in)
	if err == nil {
		var made cases.Incident
		if made, err = q.s.opt.Cases.Incidents().Open(q.ctx, q.actor, in.IncidentDescription, in.Reason, q.formCommand(raw)); err == nil {
			return q.see("/incidents/" + made.Number + "?done=incident_opened")
		}
	}
	if !forPeople(err) {
		return err
	}
	return q.askIncident(http.StatusUnprocessableEntity, nil, q.posted(), err)
}

// theIncident is the incident that the URL names, by id or number.
func (q *call) theIncident() (cases.Incident, error) {
	return q.s.opt.Cases.Incidents().Get(q.actor, q.Params("id"))
}

func (q *call) incidentEdit() error {
	i, err := q.theIncident()
	if err != nil {
		return err
	}
	return q.askIncident(fiber.StatusOK, &i, q.typedOf(i.IncidentDescription), nil)
}

func (q *call) incidentEditAgain() error {
	i, err := q.theIncident()
	if err != nil {
		return err
	}
	if formVersionOf(q) != i.Version {
		err = workflow.Refuse(workflow.Stale, "changed_meanwhile", "")
	}
	return q.askIncident(fiber.StatusOK, &i, q.posted(), err)
}

// incidentDescribe replaces the description. Whoever was slower sees what stands there
// now beside what they typed.
func (q *call) incidentDescribe() error {
	i, err := q.theIncident()
	if err != nil {
		return err
	}
	var in incidentRequest
	p := q.page("incidents", "incident.edit")
	if _, err = p.descriptionForm(true).read(q, &in); err == nil {
		i, err = q.s.opt.Cases.Incidents().Describe(q.ctx, q.actor, i.ID, formVersionOf(q), in.IncidentDescription, in.Reason)
	}
	switch {
	case err == nil:
		return q.see("/incidents/" + i.Number + "?done=incident_described")
	case !forPeople(err):
		return err
	case workflow.KindOf(err) == workflow.Stale:
		return q.askIncident(http.StatusConflict, &i, q.posted(), err)
	}
	now, findErr := q.theIncident()
	if findErr != nil {
		return findErr
	}
	return q.askIncident(http.StatusUnprocessableEntity, &now, q.posted(), err)
}
