package web

import (
	"github.com/vaka-project/vaka/cases"
)

// incidentChoices are the incidents that a case can be linked to.
func (q *call) incidentChoices() []formOption {
	all, err := q.s.opt.Cases.Incidents().List(q.actor)
	if err != nil {
		return nil // only staff link cases, and for them there is a list
	}
	var out []formOption
	for _, i := range all {
		if i.Status == cases.IncidentOpen {
			out = append(out, formOption{i.ID, i.Number + ", " + i.Title})
		}
	}
	return out
}

// factChoices are what is established for the incident that a case is linked to.
func (q *call) factChoices(c *cases.Case) []formOption {
	i, err := q.s.opt.Cases.Incidents().Get(q.actor, c.Incident)
	if err != nil {
		return nil
	}
	var out []formOption
	for _, f := range i.Holding() {
		out = append(out, formOption{f.ID, string(f.Text)})
	}
	return out
}
