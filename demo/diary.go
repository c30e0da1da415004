package demo

import (
	"math/rand/v2"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// seed makes every telling the same.
const seed = 33_2016_679 // Art. 33 of Regulation (EU) 2016/679

// diary finds instants at which people work, and everything else that is left to
// chance. Each matter has one of its own, so that changing one changes no other.
type diary struct {
	*rand.Rand
	calendar workflow.Calendar
	zone     *time.Location
}

func (s *scenario) diary(stream uint64) diary {
	return diary{rand.New(rand.NewPCG(seed, stream)), s.law.Calendar(workflow.CalendarSE), s.zone}
}

// chance is true in percent of 100 cases.
func (d diary) chance(percent int) bool { return d.IntN(100) < percent }

// between is a whole number from low to high.
func (d diary) between(low, high int) int { return low + d.IntN(high-low+1) }

// pick is one of several.
func pick[T any](d diary, of []T) T { return of[d.IntN(len(of))] }

// atWork is an instant of office hours on the n-th working day after the day of t;
// with 0 it is the same day, if enough of it is left.
func (d diary) atWork(t time.Time, n int) time.Time {
	local := t.In(d.zone)
	if n == 0 && d.calendar.WorkingDay(local) && local.Hour() < 16 {
		from := max(local.Hour()*60+local.Minute()+5, 8*60)
		if at := d.onDay(local, d.between(from, min(from+120, 17*60))); at.After(t) {
			return at
		}
	}
	for n = max(n, 1); n > 0; {
		local = local.AddDate(0, 0, 1)
		if d.calendar.WorkingDay(local) {
			n--
		}
	}
	return d.onDay(local, d.between(8*60, 17*60))
}

// onDay is a minute of the day of t, with some seconds.
func (d diary) onDay(t time.Time, minute int) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, minute, d.IntN(60), d.IntN(1000)*1_000_000, d.zone)
}

// arrival is an instant at which a notification comes in between two others:
// mostly in office hours, sometimes in the evening, at night or on a Sunday.
func (d diary) arrival(from, to time.Time) time.Time {
	for {
		t := from.Add(time.Duration(d.Int64N(int64(to.Sub(from))))).In(d.zone)
		if !d.calendar.WorkingDay(t) && !d.chance(12) {
			continue
		}
		minute := d.between(8*60, 17*60)
		if d.chance(15) {
			minute = d.between(0, 24*60-1)
		}
		if t = d.onDay(t, minute); t.After(from) && t.Before(to) {
			return t
		}
	}
}
