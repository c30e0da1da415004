package web

import (
	"slices"

	"github.com/vaka-project/vaka/cases"
)

// barredRow is a conflict of interest in one case.
type barredRow struct {
	cases.Bar
	Name string
}

// people are who acts in another's place, and who may not act at all.
func (q *call) people(p *casePage, c *cases.Case) (err error) {
	p.Deputy = c.Assignee != q.actor.Account && q.actor.Owns(c.Assignee)
	if p.Bars, err = q.barredFrom(&p.page, c.Party); err != nil {
		return err
	}
	for _, b := range c.Barred {
		p.Conflict = append(p.Conflict, barredRow{b, p.Case.People[b.Account]})
	}
	p.Barred = c.IsBarred(q.actor.Account) || slices.ContainsFunc(p.Bars, func(b barRow) bool { return b.Account == q.actor.Account })
	return nil
}

// concerned are the accounts of an event besides who did it.
func concerned(e cases.Event) []string {
	p := placeOf(e)
	return []string{p.DeputyFor, p.From, p.To, p.OrderedBy}
}

// placeOf reads of an event in whose place it was done, and of a case that was handed
// over from whom it went to whom.
func placeOf(e cases.Event) (p struct {
	DeputyFor string `json:"deputy_for"`
	cases.HandedOver
},
) {
	if e.Payload == nil || e.Read(&p) != nil {
		p.DeputyFor, p.HandedOver = "", cases.HandedOver{}
	}
	if e.Header.Kind != cases.EventHandedOver {
		p.HandedOver = cases.HandedOver{}
	}
	return p
}

// inWhosePlace adds to an event's sentence for whom somebody deputised, or how a
// case that was handed over went on.
func (p *casePage) inWhosePlace(e cases.Event, names map[string]string) string {
	of := placeOf(e)
	name := func(id string) string { return p.who(id, names) }
	switch {
	case of.DeputyFor != "":
		return " " + p.T("history.as_deputy", "Name", name(of.DeputyFor))
	case e.Header.Kind != cases.EventHandedOver:
		return ""
	}
	text := p.T("history.handed_from", "Name", name(of.From))
	if of.To == "" {
		text = p.T("history.handed_back", "Name", name(of.From))
	} else {
		text += " " + p.T("history.handed_to", "Name", name(of.To))
	}
	if of.Named {
		text += " " + p.T("history.handed_named", "Name", name(of.To))
	}
	if of.OrderedBy != "" {
		text += " " + p.T("history.handed_order", "Name", name(of.OrderedBy))
	}
	return " " + text
}
