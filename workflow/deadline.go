package workflow

import (
	"strconv"
	"time"
)

// Policy is a way of counting the hours of GDPR Art. 33(1). Which one is right is
// disputed, so all are computed, and a rule set names the one that lateness is
// judged by. The names keep their "72" when a rule set has another number of hours.
type Policy string

// The policies.
const (
	// Plain72h counts elapsed hours from the very instant of awareness: the
	// earliest end, and so the one to remind by.
	Plain72h Policy = "PLAIN_72H"
	// Reg1182Hours follows Regulation 1182/71: the hour of the event is not
	// counted (Art. 3(1)), weekends and holidays are (Art. 3(3)), and a period in
	// hours is not moved off them (Art. 3(4)).
	Reg1182Hours Policy = "REG1182_HOURS"
	// Reg1182Min2WD reads Art. 3(5), at least two working days in any period of two
	// days or more, as holding for hours too: 48 hours that lie on working days.
	Reg1182Min2WD Policy = "REG1182_MIN2WD"
)

// Codes lists the policies, in the order of Deadlines.
func (Policy) Codes() []string {
	return []string{string(Plain72h), string(Reg1182Hours), string(Reg1182Min2WD)}
}

// Deadline is the end of the time limit for notifying by one policy.
type Deadline struct {
	Policy        Policy    `json:"policy"`
	DueAt         time.Time `json:"due_at"`         // UTC; an act at this instant is in time
	Explanation   string    `json:"explanation"`    // one sentence, times of Stockholm
	ExplanationSV string    `json:"explanation_sv"` // the same in Swedish
	Article       string    `json:"article"`
}

// Deadlines holds one Deadline for each policy, earliest first.
type Deadlines [3]Deadline

// For is the deadline by the policy; an unknown policy has the zero Deadline.
func (d Deadlines) For(p Policy) Deadline {
	for _, deadline := range d {
		if deadline.Policy == p {
			return deadline
		}
	}
	return Deadline{}
}

// Notify computes when a controller that became aware at this instant must have
// notified, by each policy. cal is the calendar of EU law; only Reg1182Min2WD
// looks at it. Hours are elapsed hours: across a change of the clocks the wall
// clock shows one hour more or less.
func Notify(rs RuleSet, cal Calendar, aware time.Time) Deadlines {
	aware = aware.UTC()
	length := time.Duration(rs.Hours) * time.Hour
	// Stockholm differs from UTC by whole hours, so its clock hours are UTC's.
	start := aware.Truncate(time.Hour).Add(time.Hour)
	plain, hours := aware.Add(length), start.Add(length)
	worked := afterWorkingHours(cal, start, minWorkingHours)
	min2wd := hours
	if worked.After(hours) {
		min2wd = worked
	}
	inEnglish := explainHours(english, rs.Hours, aware, start, plain, hours, min2wd)
	inSwedish := explainHours(swedish, rs.Hours, aware, start, plain, hours, min2wd)
	return Deadlines{
		{Plain72h, plain, inEnglish[0], inSwedish[0], rs.Article},
		{Reg1182Hours, hours, inEnglish[1], inSwedish[1], rs.Article + "; Regulation 1182/71 Art. 3(1), 3(2)(a), 3(3)"},
		{Reg1182Min2WD, min2wd, inEnglish[2], inSwedish[2], rs.Article + "; Regulation 1182/71 Art. 3(5)"},
	}
}

// explainHours says in one sentence for each policy how its end came about.
func explainHours(lang language, length int, awareAt, startAt, plainAt, hoursAt, min2wdAt time.Time) [3]string {
	n := strconv.Itoa(length)
	aware, start := localText(awareAt, lang), localText(startAt, lang)
	plain, hours := localText(plainAt, lang), localText(hoursAt, lang)
	prolonged := min2wdAt.After(hoursAt)
	min2wd := hours
	if prolonged {
		min2wd = localText(min2wdAt, lang)
	}
	if lang == swedish {
		s := [3]string{
			n + " timmar räknade från den minut då den personuppgiftsansvarige fick vetskap, " + aware + ", löper ut " + plain + ".",
			"Timmen då den personuppgiftsansvarige fick vetskap, " + aware + ", räknas inte, så de " + n + " timmarna löper från " + start +
				", även över helger, och löper ut " + hours + ".",
			"De " + n + " timmarna från " + start + " rymmer minst 48 timmar på arbetsdagar, så de löper ut " + hours + " utan förlängning.",
		}
		if prolonged {
			s[2] = "De " + n + " timmarna från " + start + " löper ut " + hours +
				" men rymmer färre än 48 timmar på arbetsdagar, så de förlängs tills det är 48, " + min2wd + "."
		}
		return s
	}
	s := [3]string{
		n + " hours counted from the minute of awareness, " + aware + ", end on " + plain + ".",
		"The hour of awareness, " + aware + ", is not counted, so the " + n + " hours run from " + start +
			", over weekends and holidays too, and end on " + hours + ".",
		"The " + n + " hours from " + start + " hold at least 48 hours on working days, so they end on " + hours + " and are not prolonged.",
	}
	if prolonged {
		s[2] = "The " + n + " hours from " + start + " end on " + hours +
			" but hold fewer than 48 hours on working days, so they are prolonged until there are 48, on " + min2wd + "."
	}
	return s
}

// minWorkingHours is what two working days amount to.
const minWorkingHours = 48 * time.Hour

// afterWorkingHours is the instant at which this much time on working days has
// elapsed since start.
func afterWorkingHours(cal Calendar, start time.Time, need time.Duration) time.Time {
	for at, d := start, dayOf(start); ; d++ {
		end := d.ends()
		if cal.working(d) {
			have := end.Sub(at)
			if have >= need {
				return at.Add(need)
			}
			need -= have
		}
		at = end
	}
}

// Late says whether an act that took effect at this instant came after the time
// limit. What is sent by post takes effect when it was dispatched, everything
// else when it was received. Late is a fact about two instants and concludes no
// infringement: reasons for a delay are judged by people (GDPR Art. 33(1)).
func Late(due, effective time.Time) bool { return effective.After(due) }
