package demo

import (
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// scenario is all that a plan depends on.
type scenario struct {
	until   time.Time
	law     *workflow.Clocks
	zone    *time.Location
	cast    cast
	country country
}

// plan is every matter with the acts that come before the scenario's end, in the
// order in which the matters begin.
func (s *scenario) plan() []*matter {
	var all []*matter
	all = append(all, s.kumla())
	all = append(all, s.miljodata()...)
	all = append(all, s.ordinaryYear()...)
	var plan []*matter
	for _, m := range all {
		m.before(s.until)
		if len(m.acts) > 0 {
			plan = append(plan, m)
		}
	}
	inTime(plan)
	return plan
}

// local is an instant of the authority's wall clock.
func (s *scenario) local(year int, month time.Month, day, hour, minute int) time.Time {
	return time.Date(year, month, day, hour, minute, 0, 0, s.zone)
}

// taken up: the ways in which a case comes from the diary to somebody's desk.

// register enters the case in the diary.
func (s *scenario) register(m *matter, at time.Time) {
	m.take(at, s.cast.registrar, workflow.StepRegister, "", cases.StepData{})
}

// assign gives the case to a caseworker; what follows by itself follows.
func (s *scenario) assign(m *matter, at time.Time, to cases.Actor) {
	m.take(at, s.cast.supervisor, workflow.StepAssign, "", cases.StepData{Assignee: to.Account})
	m.take(at.Add(8*time.Second), cases.System("owner_assigned"), workflow.StepStartTriage, "", cases.StepData{})
}

// close ends the case: the caseworker does, and the supervisor where the priority
// asks for it.
func (s *scenario) close(m *matter, at time.Time, by cases.Actor, reason cases.Text, data cases.StepData) {
	m.decide(at, by, func(c *cases.Case, owner cases.Actor) (cases.Actor, cases.StepRequest) {
		if c.Priority != workflow.P3 {
			owner = s.cast.supervisor
		}
		return owner, cases.StepRequest{Step: workflow.StepClose, Reason: reason, Data: data}
	})
}

// expires is when a clock that starts at from has run out, and the system has seen it.
func (s *scenario) expires(kind workflow.ClockKind, from time.Time) time.Time {
	return s.law.Due(kind, from).DueAt.Add(5 * time.Second)
}
