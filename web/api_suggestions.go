package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// suggestionAPI tells programs what a case may belong to, and takes what people say of it.
var suggestionAPI = []route{
	{
		Method: get, Path: "/api/v1/cases/{id}/suggestions", Access: CaseStaff, Tag: tagCases, handle: (*call).caseSuggestions,
		Summary: "The incidents that a case may belong to, and its likely duplicates",
		Detail:  "Each comes with its evidence and what that counts. Nothing is ever applied by itself: link the case by the step link_incident, merge it by the step merge, or dismiss the suggestion.",
		Answers: []answer{{Status: 200, What: "The suggestions, the likeliest first.", Body: caseSuggestionsView{}}},
	},
	{
		Method: post, Path: "/api/v1/cases/{id}/suggestions/dismissals", Access: CaseStaff, Tag: tagCases, handle: (*call).dismissForCase,
		Summary: "Dismiss suggestions for a case", Body: caseDismissal{}, Example: "case-dismissal",
		Answers: []answer{{Status: 204, What: "They are not suggested again."}},
	},
	{
		Method: get, Path: "/api/v1/incidents/{id}/suggestions", Access: Staff, Tag: tagCases, handle: (*call).incidentSuggestions,
		Summary: "The cases that likely belong to an incident",
		Detail:  "Link those that do by a batch of the step link_incident.",
		Answers: []answer{{Status: 200, What: "The cases that the caller sees, the likeliest first, at most 1,000.", Body: incidentSuggestionsView{}}}, Also: []int{404},
	},
	{
		Method: post, Path: "/api/v1/incidents/{id}/suggestions/dismissals", Access: Staff, Tag: tagCases, handle: (*call).dismissForIncident,
		Summary: "Say of cases that they do not belong to an incident", Body: incidentDismissal{}, Example: "incident-dismissal",
		Answers: []answer{{Status: 204, What: "They are not suggested again."}}, Also: []int{404},
	},
	{
		Method: get, Path: "/api/v1/suggestions", Access: Staff, Tag: tagCases, handle: (*call).clusters,
		Summary: "Processors that three or more controllers named within 72 hours, and of which there is no open incident",
		Answers: []answer{{Status: 200, What: "The processors.", Body: clusterList{}}},
	},
}

// evidenceView is one reason, with its sentence.
type evidenceView struct {
	cases.Evidence
	Text   string `json:"text"`
	TextSV string `json:"text_sv"`
}

func evidenceViews(evidence []cases.Evidence) []evidenceView {
	out := []evidenceView{}
	for _, e := range evidence {
		out = append(out, evidenceView{Evidence: e, Text: speeches["en"].evidence(e), TextSV: speeches["sv"].evidence(e)})
	}
	return out
}

// evidence says a reason in words.
func (s *speech) evidence(e cases.Evidence) string {
	key := "evidence." + string(e.Code)
	if e.What == "" && s.has(key+".plain") {
		key += ".plain"
	}
	return s.T(key, "What", e.What, "Count", e.Days, "Percent", e.Percent)
}

// suggestedCase is a case as a suggestion names it.
type suggestedCase struct {
	Case       string         `json:"case"`
	Number     string         `json:"number"`
	Version    int64          `json:"version"`
	Controller string         `json:"controller"`
	State      workflow.State `json:"state"`
	ReceivedAt time.Time      `json:"received_at"`
	Score      int            `json:"score"`
	Evidence   []evidenceView `json:"evidence"`
}

func suggestedCases(found []cases.CaseSuggestion) []suggestedCase {
	out := []suggestedCase{}
	for _, one := range found {
		c := one.Case
		out = append(out, suggestedCase{
			Case: c.ID, Number: c.Number, Version: c.Version, Controller: c.Controller, State: c.State, ReceivedAt: c.ReceivedAt,
			Score: one.Score, Evidence: evidenceViews(one.Evidence),
		})
	}
	return out
}

type suggestedIncident struct {
	Incident string         `json:"incident"`
	Number   string         `json:"number"`
	Title    string         `json:"title"`
	Supplier string         `json:"supplier"`
	Score    int            `json:"score"`
	Evidence []evidenceView `json:"evidence"`
}

type caseSuggestionsView struct {
	Incidents  []suggestedIncident `json:"incidents" doc:"None where the case is linked to one."`
	Duplicates []suggestedCase     `json:"duplicates"`
}

func (q *call) caseSuggestions() error {
	found, err := q.s.opt.Cases.Suggestions(q.ctx, q.actor, q.Params("id"))
	if err != nil {
		return err
	}
	out := caseSuggestionsView{Incidents: []suggestedIncident{}, Duplicates: suggestedCases(found.Duplicates)}
	for _, one := range found.Incidents {
		i := one.Incident
		out.Incidents = append(out.Incidents, suggestedIncident{
			Incident: i.ID, Number: i.Number, Title: i.Title, Supplier: i.Supplier, Score: one.Score, Evidence: evidenceViews(one.Evidence),
		})
	}
	return q.answer(http.StatusOK, out)
}

// caseDismissal says what a case has nothing to do with.
type caseDismissal struct {
	Incidents  []string   `json:"incidents,omitempty" doc:"Ids or numbers of incidents that the case does not belong to."`
	Duplicates []string   `json:"duplicates,omitempty" doc:"Ids or numbers of cases that are no duplicates of it."`
	Reason     cases.Text `json:"reason,omitempty"`
}

func (q *call) dismissForCase() error {
	c, err := q.theCase()
	if err != nil {
		return err
	}
	var in caseDismissal
	if err := q.bind(&in); err != nil {
		return err
	}
	if err := q.dismiss(c, in); err != nil {
		return err
	}
	return q.nothing()
}

// dismiss records what a case has nothing to do with.
func (q *call) dismiss(c *cases.Case, in caseDismissal) error {
	for _, incident := range in.Incidents {
		if _, err := q.s.opt.Cases.DismissFromIncident(q.ctx, q.actor, incident, []string{c.ID}, in.Reason); err != nil {
			return err
		}
	}
	if len(in.Duplicates) > 0 || len(in.Incidents) == 0 {
		_, err := q.s.opt.Cases.DismissDuplicates(q.ctx, q.actor, c.ID, in.Duplicates, in.Reason)
		return err
	}
	return nil
}

// mostSuggested is how many cases one answer suggests; what is left follows when these
// are linked or dismissed.
const mostSuggested = 1000

type incidentSuggestionsView struct {
	Total int             `json:"total"`
	Items []suggestedCase `json:"items"`
}

func (q *call) incidentSuggestions() error {
	found, err := q.s.opt.Cases.IncidentSuggestions(q.actor, q.Params("id"))
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, incidentSuggestionsView{Total: len(found), Items: suggestedCases(found[:min(len(found), mostSuggested)])})
}

type incidentDismissal struct {
	Cases  []string   `json:"cases" doc:"Ids or numbers."`
	Reason cases.Text `json:"reason,omitempty"`
}

func (q *call) dismissForIncident() error {
	var in incidentDismissal
	if err := q.bind(&in); err != nil {
		return err
	}
	if _, err := q.s.opt.Cases.DismissFromIncident(q.ctx, q.actor, q.Params("id"), in.Cases, in.Reason); err != nil {
		return err
	}
	return q.nothing()
}

type clusterList struct {
	Items []clusterView `json:"items"`
}

type clusterView struct {
	Supplier    string    `json:"supplier"`
	Controllers int       `json:"controllers"`
	Cases       int       `json:"cases"`
	Since       time.Time `json:"since"`
	Numbers     []string  `json:"numbers" doc:"Of the first five cases."`
}

func (q *call) clusters() error {
	found, err := q.s.opt.Cases.Clusters(q.ctx, q.actor)
	if err != nil {
		return err
	}
	out := clusterList{Items: []clusterView{}}
	for _, one := range found {
		v := clusterView{Supplier: one.Supplier, Controllers: one.Controllers, Cases: one.Count, Since: one.Since, Numbers: []string{}}
		for _, c := range one.Cases {
			v.Numbers = append(v.Numbers, c.Number)
		}
		out.Items = append(out.Items, v)
	}
	return q.answer(http.StatusOK, out)
}

// atVersion spells a case as it was seen, for the value of a box to tick.
func atVersion(id string, version int64) string { return id + ":" + strconv.FormatInt(version, 10) }
