package web

import (
	"strings"
	"time"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
)

// accountHistory tells what happened to an account, the newest first.
func (q *call) accountHistory(p *page, account string) ([]happening, error) {
	events, err := q.s.opt.Auth.History(q.ctx, q.actor, account)
	if err != nil {
		return nil, err
	}
	var mentioned []string
	for _, h := range events {
		mentioned = append(mentioned, h.By, h.Successor, h.Deputy)
	}
	names := q.names(mentioned)
	var out []happening
	for i := len(events) - 1; i >= 0; i-- {
		h := events[i]
		out = append(out, happening{
			Seq: h.Seq, At: p.DateTime(h.At), Stamp: p.Stamp(h.At), Reason: h.Reason, Sentence: q.accountSentence(p, h, names),
		})
	}
	return out, nil
}

// accountSentence says in the person's language what happened.
func (q *call) accountSentence(p *page, h auth.Happening, names map[string]string) string {
	var roles []string
	for _, r := range h.Roles {
		roles = append(roles, strings.ToLower(p.Code(r)))
	}
	what := q.unitName(h.Unit)
	if o, known := q.s.opt.Units.Organisation(h.Organisation); known && h.Unit == "" {
		what = o.Name
	}
	key := "history." + string(h.Kind)
	if h.ByLink {
		key += ".link"
	}
	return p.T(key, "Actor", p.who(h.By, names), "Roles", strings.Join(roles, ", "), "Name", h.Name, "What", what,
		"Successor", names[h.Successor], "Deputy", names[h.Deputy], "From", dayOf(p, h.From, 0), "Until", dayOf(p, h.Until, -1))
}

// dayOf writes the day of an instant that may be missing. An end of whole days is
// written as the last of them.
func dayOf(p *page, at *time.Time, shift time.Duration) string {
	if at == nil {
		return ""
	}
	return p.Date(at.Add(shift))
}

// organisationHistory tells what happened to an organisation, the newest first.
func (q *call) organisationHistory(p *page, id string) ([]happening, error) {
	events, err := q.s.opt.Units.History(q.ctx, q.actor, id)
	if err != nil {
		return nil, err
	}
	var out []happening
	for i := len(events) - 1; i >= 0; i-- {
		h, err := q.organisationHappening(p, events[i])
		if err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	return out, nil
}

func (q *call) organisationHappening(p *page, e cases.Event) (happening, error) {
	var said struct {
		cases.UnitChange
		Board string `json:"board"` // of a unit that was added
	}
	if e.Payload != nil {
		if err := e.Read(&said); err != nil {
			return happening{}, err
		}
	}
	named := func(board string) string {
		if board == "" {
			return p.T("organisation.itself")
		}
		return board
	}
	if e.Header.Kind == cases.EventUnitAdded || e.Header.Kind == cases.EventUnitRenamed {
		said.Former, said.Name = named(said.Former), named(said.Name+said.Board)
	} else if e.Header.Kind != cases.EventOrganisationRenamed {
		said.Former = named(said.Former)
	}
	sentence := p.T("history."+string(e.Header.Kind), "Actor", p.who(e.Header.Actor, q.names([]string{e.Header.Actor})), "Name", said.Name, "Former", said.Former)
	return happening{
		Seq: e.Header.Seq, At: p.DateTime(e.Header.At), Stamp: p.Stamp(e.Header.At), Sentence: sentence, Reason: string(said.Reason),
	}, nil
}
