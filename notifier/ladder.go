package notifier

import (
	"fmt"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// Audience says who is reminded on a rung. Whoever is meant is looked for when the
// rung comes due, and then written down.
type Audience string

// The audiences.
const (
	ForHolder      Audience = "HOLDER"      // whoever holds the case, and their deputy while they are away; without one, the supervisors
	ForParty       Audience = "PARTY"       // whoever filed, on the notifier's side; without one, the holder
	ForRegistrars  Audience = "REGISTRARS"  // every registrar
	ForSupervisors Audience = "SUPERVISORS" // every supervisor: the last rungs of a ladder
)

// Codes lists the audiences.
func (Audience) Codes() []string {
	return []string{string(ForHolder), string(ForParty), string(ForRegistrars), string(ForSupervisors)}
}

// measure is what the distance of a rung is counted in.
type measure string

const (
	hours       measure = "H"  // from the very instant at which the clock runs out
	days        measure = "D"  // from its last day; the reminder goes out in the morning
	workingDays measure = "WD" // the same, by the clock's calendar
)

// morning is the hour, where the authority is, at which reminders counted in days
// go out: early enough to act on the same day, late enough to wake nobody.
const morning = 8

// Rung is one step of a ladder: so long before or after the clock runs out, these
// people are reminded.
type Rung struct {
	Name string // never changes its meaning: it is part of the key of what was sent
	For  Audience
	n    int // negative is before the clock runs out
	in   measure
}

// Escalation says whether the rung is for those who answer for whoever should have
// acted.
func (r Rung) Escalation() bool { return r.For == ForSupervisors }

// rung makes a rung and names it: WD-2, D+1, DUE on the last day.
func rung(n int, in measure, who Audience) Rung {
	name := "DUE"
	if n != 0 {
		name = fmt.Sprintf("%s%+d", in, n)
	}
	return Rung{Name: name, For: who, n: n, in: in}
}

// ladders are the rungs of each kind of clock, first things first. Every ladder
// ends with the supervisors but that of a draft: what nobody has filed yet is
// nobody's business at the authority.
//
// Those of EU law outside Art. 33 wait for other authorities, so whoever holds the
// case is told in time to ask; those of the party are told to the party before they
// run out, and to the authority after that.
var ladders = map[workflow.ClockKind][]Rung{
	// Counted backwards from 72 hours: 24, 48, 60 and 70 hours after awareness.
	workflow.ClockNotification: {
		rung(-48, hours, ForParty), rung(-24, hours, ForParty), rung(-12, hours, ForParty), rung(-2, hours, ForParty),
		rung(0, hours, ForParty),
	},
	workflow.ClockRegistration: {rung(0, days, ForRegistrars), rung(1, workingDays, ForSupervisors)},
	workflow.ClockTriageP1:     {rung(0, days, ForHolder), rung(1, workingDays, ForSupervisors)},
	workflow.ClockTriageP2:     {rung(-1, workingDays, ForHolder), rung(0, days, ForHolder), rung(1, workingDays, ForSupervisors)},
	workflow.ClockTriageP3:     {rung(-3, workingDays, ForHolder), rung(0, days, ForHolder), rung(2, workingDays, ForSupervisors)},
	workflow.ClockSupplement:   partyLadder,
	workflow.ClockSupplementUrgent: {
		rung(-1, workingDays, ForParty), rung(0, days, ForParty), rung(1, days, ForHolder), rung(2, workingDays, ForSupervisors),
	},
	workflow.ClockReply:   partyLadder,
	workflow.ClockHearing: partyLadder,
	workflow.ClockLeadAnswer: {
		rung(-5, workingDays, ForHolder), rung(-2, workingDays, ForHolder), rung(0, days, ForHolder), rung(1, workingDays, ForSupervisors),
	},
	workflow.ClockObjection:          peerLadder,
	workflow.ClockObjectionRevised:   peerLadder[1:],
	workflow.ClockAssistance:         peerLadder,
	workflow.ClockBoard:              peerLadder,
	workflow.ClockAppeal:             {rung(-2, workingDays, ForHolder), rung(3, workingDays, ForSupervisors)},
	workflow.ClockOrder:              {rung(-14, days, ForHolder), rung(-3, days, ForHolder), rung(1, days, ForHolder), rung(7, days, ForSupervisors)},
	workflow.ClockStaleTriage:        staleLadder,
	workflow.ClockStaleInvestigation: staleLadder,
}

var (
	partyLadder = []Rung{
		rung(-7, days, ForParty), rung(-2, days, ForParty), rung(0, days, ForParty), rung(1, days, ForHolder), rung(7, days, ForSupervisors),
	}
	peerLadder = []Rung{
		rung(-10, workingDays, ForHolder), rung(-5, workingDays, ForHolder), rung(-2, workingDays, ForHolder),
		rung(1, workingDays, ForHolder), rung(3, workingDays, ForSupervisors),
	}
	staleLadder = []Rung{rung(1, workingDays, ForHolder), rung(5, workingDays, ForSupervisors)}
)

// Ladder is the ladder of a kind of clock, nil for an unknown one.
func Ladder(kind workflow.ClockKind) []Rung { return ladders[kind] }

// at is when the rung of a clock that runs out at due is reached.
func (r Rung) at(due time.Time, cal workflow.Calendar) time.Time {
	if r.in == hours {
		return due.Add(time.Duration(r.n) * time.Hour)
	}
	// A clock that ends with its last day does so at the midnight after.
	last := due.Add(-time.Millisecond).In(workflow.Stockholm)
	day := func(n int) time.Time {
		return time.Date(last.Year(), last.Month(), last.Day()+n, morning, 0, 0, 0, workflow.Stockholm)
	}
	at := day(r.n)
	if r.in == workingDays {
		at = workingDayFrom(day, r.n, cal)
	}
	if r.n <= 0 && at.After(due) {
		at = due // it runs out before the morning
	}
	return at.UTC()
}

// workingDayFrom is the nth working day after or, when n is negative, before day 0.
func workingDayFrom(day func(int) time.Time, n int, cal workflow.Calendar) time.Time {
	step, left := 1, n
	if n < 0 {
		step, left = -1, -n
	}
	i := 0
	for left > 0 {
		i += step
		if cal.WorkingDay(day(i)) {
			left--
		}
	}
	return day(i)
}
