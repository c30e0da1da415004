package web

import (
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// incidentCard is the incident that a case belongs to, with what is established for all
// of its cases.
type incidentCard struct {
	Incident   cases.Incident
	Facts      []factRow
	CanDeviate bool
}

// factRow is a shared fact, and why the case departs from it.
type factRow struct {
	cases.SharedFact
	Name    string
	Departs cases.Text
}

// incidentCard is nil for a case that belongs to none.
func (q *call) incidentCard(c *cases.Case, acts []stepLink) (*incidentCard, error) {
	if c.Incident == "" {
		return nil, nil
	}
	i, err := q.s.opt.Cases.Incidents().Get(q.actor, c.Incident)
	if err != nil {
		return nil, err
	}
	card := &incidentCard{Incident: i}
	for _, act := range acts {
		card.CanDeviate = card.CanDeviate || act.Step.ID == workflow.StepDeviateFact
	}
	for _, f := range i.Holding() {
		card.Facts = append(card.Facts, factRow{f, q.nameOf(f.By), c.Departs(f.ID)})
	}
	return card, nil
}
