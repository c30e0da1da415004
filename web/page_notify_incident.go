package web

import (
	"slices"
	"strings"
	"time"

	"github.com/vaka-project/vaka/cases"
)

// notifiable are the incidents that whoever notifies may begin from: one supplier's
// breach reaches hundreds of controllers, and each would type the same of it.
func (q *call) notifiable() []formOption {
	var out []formOption
	for _, i := range q.s.opt.Cases.Incidents().Notifiable() {
		out = append(out, formOption{i.ID, i.Title + " (" + i.Supplier + ")"})
	}
	return out
}

// fromIncident fills a new draft with what the authority tells of an incident. They
// are answers like any other: whoever notifies answers for them and may change them.
// Nothing links the case; that its processor, systems and days agree is what the
// suggestions see.
func (q *call) fromIncident(d *draft, id string) {
	all := q.s.opt.Cases.Incidents().Notifiable()
	at := slices.IndexFunc(all, func(i cases.Incident) bool { return i.ID == id })
	if at < 0 {
		return
	}
	i := all[at]
	answer := func(field, name, value string) {
		if value != "" {
			d.Answers = append(d.Answers, draftAnswer{field, name, []string{value}})
		}
	}
	instant := func(field string, t *time.Time) {
		if t != nil {
			answer(field, field, t.In(q.s.opt.Zone).Format(localInstant))
		}
	}
	answer("other_parties_involved", "other_parties_involved", string(cases.AnswerYes))
	answer("other_parties", "other_parties.0.role", string(cases.InvolvedProcessor))
	answer("other_parties", "other_parties.0.name", i.Supplier)
	switch {
	case i.OccurredFrom != nil && i.OccurredTo != nil:
		answer("occurrence_mode", "occurrence_mode", string(cases.OccurredRangeEnded))
		instant("occurred_to", i.OccurredTo)
	case i.OccurredFrom != nil:
		answer("occurrence_mode", "occurrence_mode", string(cases.OccurredSpecificDay))
	}
	instant("occurred_from", i.OccurredFrom)
	answer("systems_description", "systems_description", strings.Join(i.Systems, ", "))
	answer("cause", "cause", string(i.Cause))
	answer("incident_kind", "incident_kind", string(i.Kind))
}
