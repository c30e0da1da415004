package notifier

import (
	"slices"
	"time"

	"github.com/vaka-project/vaka/cases"
)

// Stand is a subject as it was from an instant on, until its next stand.
type Stand struct {
	Subject
	From time.Time
}

// Replay lists the reminders of a subject that were reached from one instant on and
// before another, as its clocks stood at the time: what went out, or would have gone
// out if reminders had been sent then. The last stand lasts for ever, so with an end
// that is still to come the list goes on with what is planned. It is a pure function;
// what a pass would have passed over since a later rung was reached is listed too.
func (p *Planner) Replay(stands []Stand, from, until time.Time) []Reminder {
	var out []Reminder
	known := map[string]bool{}
	for i, s := range stands {
		begin, end := s.From, until
		if i+1 < len(stands) && stands[i+1].From.Before(until) {
			end = stands[i+1].From
		}
		if !begin.Before(end) {
			continue
		}
		for _, r := range p.Plan(s.Subject) {
			// A rung reached before the stand began was one of an earlier stand's, if any.
			if known[r.Key()] || r.At.Before(begin) || r.At.Before(from) || !r.At.Before(end) {
				continue
			}
			known[r.Key()] = true
			out = append(out, r)
		}
	}
	slices.SortFunc(out, byTime)
	return out
}

// StandsOf are the stands of a case, from the history of its clocks.
func StandsOf(id string, through []cases.ClocksFrom) []Stand {
	out := make([]Stand, len(through))
	for i, c := range through {
		out[i] = Stand{Subject{Case: id, Number: c.Number, Clocks: c.Clocks}, c.From}
	}
	return out
}
