package notifier

import (
	"fmt"
	"slices"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// Subject is what clocks run in: a case, or a draft that nobody has sent.
type Subject struct {
	Case   string // id; "" for a draft
	Number string // of the case
	Draft  string // id; "" for a case
	Clocks []cases.DueClock
}

// ID is the subject's own id.
func (s Subject) ID() string {
	if s.Draft != "" {
		return s.Draft
	}
	return s.Case
}

// Reminder is one rung of one open clock.
type Reminder struct {
	Case, Number, Draft string // as in Subject
	ClockID             string
	Revision            int
	Clock               workflow.ClockKind
	Article             string
	DueAt               time.Time // when the clock runs out
	Rung                Rung
	At                  time.Time // when people are to be reminded
	Urgent              bool      // by law: the clock is one of EU law
}

// Key names the reminder for ever. It is made of what never changes: a clock that
// gets another end gets a new revision, and with it a ladder of its own.
func (r Reminder) Key() string {
	id := r.Case
	if r.Draft != "" {
		id = r.Draft
	}
	return fmt.Sprintf("%s/%s/%d/%s", id, r.ClockID, r.Revision, r.Rung.Name)
}

// Planner says which reminders there are. It is a pure function of the law and of
// what it is asked about; it only remembers what it worked out before, since many
// clocks run out on the same day. It is not to be used from two goroutines at once.
type Planner struct {
	rules     map[workflow.ClockKind]workflow.ClockRule
	calendars map[workflow.CalendarID]workflow.Calendar
	times     map[ending][]time.Time
}

// ending is all that the times of a ladder follow from.
type ending struct {
	kind workflow.ClockKind
	due  int64 // milliseconds
}

// maxTimes is how many ladders are remembered: those of every kind for a year.
const maxTimes = 10_000

// NewPlanner makes a planner by the clocks as the authority has them configured.
func NewPlanner(law *workflow.Clocks) *Planner {
	p := &Planner{
		rules:     map[workflow.ClockKind]workflow.ClockRule{},
		calendars: map[workflow.CalendarID]workflow.Calendar{},
		times:     map[ending][]time.Time{},
	}
	for _, r := range law.Rules() {
		p.rules[r.Kind] = r
		p.calendars[r.Calendar] = law.Calendar(r.Calendar)
	}
	return p
}

// Plan lists every reminder of the subject's open clocks, clock by clock, each
// ladder in the order of its times.
//
// A rung that lay behind already when its clock was set is none: nobody could have
// been reminded in time. But a clock that had run out when it was set has its
// latest rung at once, so that somebody hears of it.
func (p *Planner) Plan(s Subject) []Reminder {
	var out []Reminder
	for _, k := range s.Clocks {
		out = p.climb(out, s, k)
	}
	return out
}

// climb adds the reminders of one clock.
func (p *Planner) climb(out []Reminder, s Subject, k cases.DueClock) []Reminder {
	times, first, over := p.rungsOf(k)
	ladder, rule := Ladder(k.Kind), p.rules[k.Kind]
	for i := first; i < len(times); i++ {
		r := Reminder{
			Case: s.Case, Number: s.Number, Draft: s.Draft, ClockID: k.ID, Revision: k.Revision, Clock: k.Kind,
			Article: rule.Article, DueAt: k.DueAt, Rung: ladder[i], At: times[i], Urgent: rule.Nature == workflow.Statutory,
		}
		if i == first && over {
			r.At = k.SetAt
		}
		out = append(out, r)
	}
	return out
}

// rungsOf are the times of a clock's rungs and the first of them that is one. over
// says that the clock had run out already when it was set.
func (p *Planner) rungsOf(k cases.DueClock) (times []time.Time, first int, over bool) {
	times = p.timesOf(k)
	for first < len(times) && !times[first].After(k.SetAt) {
		first++
	}
	if over = first > 0 && !k.DueAt.After(k.SetAt); over {
		first--
	}
	return times, first, over
}

// Quiet says whether no rung of any of the clocks was reached by an instant, and
// when the next one is, zero for never: what [Planner.Plan] and [Reached] would say,
// without making a reminder of every rung. Of a hundred thousand cases, all but a
// few are quiet.
func (p *Planner) Quiet(clocks []cases.DueClock, now time.Time) (quiet bool, next time.Time) {
	for _, k := range clocks {
		times, first, over := p.rungsOf(k)
		switch {
		case first == len(times):
			continue
		case over && !k.SetAt.After(now), !over && !times[first].After(now):
			return false, time.Time{}
		}
		at := times[first]
		if over {
			at = k.SetAt
		}
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	return true, next
}

// timesOf are the times of a clock's rungs.
func (p *Planner) timesOf(k cases.DueClock) []time.Time {
	key := ending{k.Kind, k.DueAt.UnixMilli()}
	times, known := p.times[key]
	if known {
		return times
	}
	if len(p.times) >= maxTimes {
		clear(p.times)
	}
	cal := p.calendars[p.rules[k.Kind].Calendar]
	for _, r := range Ladder(k.Kind) {
		times = append(times, r.at(k.DueAt, cal))
	}
	p.times[key] = times
	return times
}

// Reached parts the reminders of a subject at an instant: of each ladder the
// latest rung that was reached, those before it, and when the next rung of any is
// reached, zero for never.
//
// After a time in which nobody was reminded, only the latest goes out: a person
// who hears four times at once of the same clock learns nothing from the first
// three.
func Reached(plan []Reminder, now time.Time) (latest, earlier []Reminder, next time.Time) {
	for i, r := range plan {
		if r.At.After(now) {
			if next.IsZero() || r.At.Before(next) {
				next = r.At
			}
			continue
		}
		last := i == len(plan)-1 || plan[i+1].ClockID != r.ClockID || plan[i+1].At.After(now)
		if last {
			latest = append(latest, r)
		} else {
			earlier = append(earlier, r)
		}
	}
	return latest, earlier, next
}

// find is the reminder with a key in the plan of a subject.
func find(plan []Reminder, key string) (Reminder, bool) {
	i := slices.IndexFunc(plan, func(r Reminder) bool { return r.Key() == key })
	if i < 0 {
		return Reminder{}, false
	}
	return plan[i], true
}
