package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

var suggestionRoutes = []route{
	{Method: post, Path: "/cases/{id}/suggestions", Access: CaseStaff, Tag: tagPages, Page: true, Summary: "Dismiss suggestions for a case", handle: (*call).suggestionsByForm},
	{Method: get, Path: "/incidents/{id}/suggestions", Access: Staff, Tag: tagPages, Page: true, Summary: "The cases that likely belong to an incident", handle: (*call).belongingPage},
	{Method: post, Path: "/incidents/{id}/suggestions", Access: Staff, Tag: tagPages, Page: true, Summary: "Link or dismiss suggested cases", handle: (*call).belongingByForm},
}

// suggestedPart is what a case's page suggests.
type suggestedPart struct {
	Incidents  []incidentRow
	Duplicates []duplicateRow
	Judges     bool // whoever looks may link and dismiss
}

// Any says whether anything is suggested.
func (p suggestedPart) Any() bool { return len(p.Incidents)+len(p.Duplicates) > 0 }

type incidentRow struct {
	cases.Incident
	Evidence []string
	Href     string // of the step that links the case
}

type duplicateRow struct {
	cases.Summary
	Evidence []string
	Href     string // of the step that merges, or that corrects the party first
	First    bool   // the party has to be corrected first
}

// suggestedFor is what the page of a case suggests to whoever looks.
func (q *call) suggestedFor(p page, c *cases.Case) (suggestedPart, error) {
	found, err := q.s.opt.Cases.Suggestions(q.ctx, q.actor, c.ID)
	if err != nil {
		return suggestedPart{}, err
	}
	part := suggestedPart{Judges: p.Is(workflow.RoleRegistrar, workflow.RoleCaseworker, workflow.RoleSupervisor)}
	step := func(name string, pairs url.Values) string { return address("/cases/"+c.Number+"/steps/"+name, pairs) }
	for _, one := range found.Incidents {
		part.Incidents = append(part.Incidents, incidentRow{
			Incident: one.Incident, Evidence: p.evidences(one.Evidence), Href: step("link_incident", url.Values{"incident": {one.Incident.ID}}),
		})
	}
	for _, one := range found.Duplicates {
		row := duplicateRow{Summary: one.Case, Evidence: p.evidences(one.Evidence)}
		switch {
		case !one.Case.State.Open() || !c.State.Open(): // nothing is merged into or out of what has ended
		case one.Case.ControllerKey != c.Party.Key():
			row.Href, row.First = step("correct_party", nil), true
		default:
			row.Href = step("merge", url.Values{"master_case": {one.Case.Number}})
		}
		part.Duplicates = append(part.Duplicates, row)
	}
	return part, nil
}

func (p page) evidences(evidence []cases.Evidence) []string {
	var out []string
	for _, e := range evidence {
		out = append(out, p.evidence(e))
	}
	return out
}

// suggestionsByForm dismisses what is ticked on the page of a case.
func (q *call) suggestionsByForm() error {
	c, err := q.theCase()
	if err != nil {
		return err
	}
	in := caseDismissal{Incidents: q.formValues("incident"), Duplicates: q.formValues("duplicate")}
	if in.Reason, err = q.typedReason(); err == nil {
		err = q.dismiss(c, in)
	}
	switch {
	case err == nil:
		return q.see("/cases/" + c.Number + "?done=dismissed")
	case forPeople(err):
		p := q.page("queue", "suggest.title")
		return q.showCaseWith(http.StatusUnprocessableEntity, c, "", p.suggestionFaults(err))
	}
	return err
}

// typedReason reads the reason of a form as the API reads it.
func (q *call) typedReason() (cases.Text, error) {
	raw, err := json.Marshal(map[string]string{"reason": strings.ReplaceAll(q.FormValue("reason"), "\r\n", "\n")})
	if err != nil {
		panic("a text marshals: " + err.Error())
	}
	var typed struct {
		Reason cases.Text `json:"reason"`
	}
	err = cases.Refusal(cases.Bind(raw, &typed, nil))
	return typed.Reason, err
}

// suggestionFaults words a refusal; what was not chosen leads to the boxes.
func (p page) suggestionFaults(err error) []pageFault {
	faults := faultsOf(err)
	if len(faults) == 0 {
		return []pageFault{{Message: p.sentence(err)}}
	}
	var out []pageFault
	for _, f := range faults {
		fault := pageFault{Message: p.fault(f.Code, f.Message)}
		switch {
		case f.Path == "/reason":
			fault.Field, fault.Message = "reason", p.T("field.reason")+": "+fault.Message
		case f.Path == "/cases" && f.Code == "required":
			fault.Field, fault.Message = "suggested", p.T("suggest.choose")
		}
		out = append(out, fault)
	}
	return out
}

// belongingList is the page of the cases that likely belong to an incident.
type belongingList struct {
	page
	Incident cases.Incident
	Total    int
	Items    []belongingRow
	Judges   bool
	Reason   string
	Key      string
	Outcome  *linkOutcome
	Faults   []pageFault
}

// Refused says why a case was left alone.
func (p belongingList) Refused(code, message string) string { return p.fault(code, message) }

type belongingRow struct {
	cases.Summary
	Value    string
	Chosen   bool
	Evidence []string
}

// linkOutcome is what came of linking the chosen cases.
type linkOutcome struct {
	Linked int
	Alone  []cases.BatchItem // left alone, with why
}

// shownSuggested is how many cases one page suggests.
const shownSuggested = 200

func (q *call) belongingPage() error { return q.showBelonging(fiber.StatusOK, nil) }

func (q *call) showBelonging(status int, refusal error) error {
	incident, err := q.s.opt.Cases.Incidents().Get(q.actor, q.Params("id"))
	if err != nil {
		return err
	}
	found, err := q.s.opt.Cases.IncidentSuggestions(q.actor, incident.ID)
	if err != nil {
		return err
	}
	p := belongingList{page: q.page("incidents", "suggest.title"), Incident: incident, Total: len(found), Key: q.id, Reason: q.FormValue("reason")}
	p.Title = p.T("suggest.belonging_title", "Number", incident.Number)
	p.Judges = p.Is(workflow.RoleRegistrar, workflow.RoleCaseworker, workflow.RoleSupervisor)
	chosen := q.formValues("case")
	for _, one := range found[:min(len(found), shownSuggested)] {
		value := atVersion(one.Case.ID, one.Case.Version)
		p.Items = append(p.Items, belongingRow{
			Summary: one.Case, Value: value, Evidence: p.evidences(one.Evidence), Chosen: slices.Contains(chosen, value),
		})
	}
	if p.Outcome, err = q.linkOutcome(); err != nil {
		return err
	}
	if refusal != nil {
		p.Faults = p.suggestionFaults(refusal)
	}
	return q.render(status, "suggestions", p)
}

// linkOutcome is what came of the batch that the address names; nil where it names none.
func (q *call) linkOutcome() (*linkOutcome, error) {
	id := q.Query("batch")
	if id == "" {
		return nil, nil
	}
	batch, err := q.s.opt.Cases.Batches().Get(q.ctx, q.actor, id)
	if err != nil {
		return nil, err
	}
	out := &linkOutcome{}
	for _, item := range batch.Items {
		if item.Result == cases.BatchTaken {
			out.Linked++
		} else {
			out.Alone = append(out.Alone, item)
		}
	}
	return out, nil
}

// belongingByForm links the chosen cases by a batch, or dismisses them.
func (q *call) belongingByForm() error {
	incident, err := q.s.opt.Cases.Incidents().Get(q.actor, q.Params("id"))
	if err != nil {
		return err
	}
	chosen := q.formValues("case")
	here := "/incidents/" + incident.Number + "/suggestions"
	reason, err := q.typedReason()
	switch {
	case err != nil:
	case len(chosen) == 0:
		err = workflow.RefuseFaults("invalid_dismissal", "Nothing was chosen.", []workflow.Fault{{Path: "/cases", Code: "required", Message: "Choose at least one case."}})
	case q.FormValue("act") == "dismiss":
		var ids []string
		for _, one := range chosen {
			id, _, _ := strings.Cut(one, ":")
			ids = append(ids, id)
		}
		if _, err = q.s.opt.Cases.DismissFromIncident(q.ctx, q.actor, incident.ID, ids, reason); err == nil {
			return q.see(here + "?done=dismissed")
		}
	default:
		var batch *cases.Batch
		if batch, err = q.linkChosen(incident, chosen, reason); err == nil {
			return q.see(here + "?done=linked&batch=" + batch.ID)
		}
	}
	if !forPeople(err) {
		return err
	}
	return q.showBelonging(http.StatusUnprocessableEntity, err)
}

// linkChosen links cases as they were seen: one that changed since is left alone.
func (q *call) linkChosen(incident cases.Incident, chosen []string, reason cases.Text) (*cases.Batch, error) {
	if strings.TrimSpace(string(reason)) == "" {
		return nil, workflow.RefuseFaults("invalid_batch", "The cases were not linked.", []workflow.Fault{{Path: "/reason", Code: "required", Message: "Say why they belong to the incident."}})
	}
	r := cases.BatchRequest{Step: workflow.StepLinkIncident, Reason: reason, Data: cases.StepData{Incident: incident.ID}, Incident: incident.ID}
	for _, one := range chosen {
		id, text, _ := strings.Cut(one, ":")
		version, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			version = 0 // refused by the batch
		}
		r.Cases = append(r.Cases, cases.BatchChoice{Case: id, Version: version})
	}
	batches := q.s.opt.Cases.Batches()
	batch, err := batches.Begin(q.ctx, q.actor, r, q.formCommand([]byte(incident.ID+"|"+string(reason)+"|"+strings.Join(chosen, ","))))
	if err != nil {
		return nil, err
	}
	return batch, batches.Run(q.ctx, batch.ID)
}

// clusterRow is a processor that several controllers named, on the overview.
type clusterRow struct {
	cases.Cluster
	Href string // of the form of a new incident
}

func (q *call) clusterRows() ([]clusterRow, error) {
	found, err := q.s.opt.Cases.Clusters(q.ctx, q.actor)
	var out []clusterRow
	for _, one := range found {
		out = append(out, clusterRow{Cluster: one, Href: address("/incidents/new", url.Values{"supplier": {one.Supplier}})})
	}
	return out, err
}
