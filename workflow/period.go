package workflow

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Unit is what a Period counts in.
type Unit string

// The units.
const (
	Days        Unit = "DAYS"
	Weeks       Unit = "WEEKS"
	Months      Unit = "MONTHS"
	WorkingDays Unit = "WORKING_DAYS"
)

// Codes lists the units.
func (Unit) Codes() []string {
	return []string{string(Days), string(Weeks), string(Months), string(WorkingDays)}
}

// units holds each unit's suffix in text, and its word for one and for several
// in English and in Swedish.
var units = []struct {
	unit   Unit
	suffix string
	words  [2][2]string
}{
	{Days, "d", [2][2]string{{"day", "days"}, {"dag", "dagar"}}},
	{Weeks, "w", [2][2]string{{"week", "weeks"}, {"vecka", "veckor"}}},
	{Months, "m", [2][2]string{{"month", "months"}, {"månad", "månader"}}},
	{WorkingDays, "wd", [2][2]string{{"working day", "working days"}, {"arbetsdag", "arbetsdagar"}}},
}

// maxPeriod bounds the count of any unit: longer than every time limit there is,
// and short enough that counting working days one by one stays instant.
const maxPeriod = 999

// Period is a length of time in whole days or more. Its text form, which is also
// its form in JSON and in settings, is a number with its unit: 30d, 4w, 1m, 10wd.
type Period struct {
	N    int
	Unit Unit
}

// ParsePeriod reads the text form of a period of 1 to 999 units; otherwise the
// *Error has the code period_unreadable.
func ParsePeriod(s string) (Period, error) {
	digits := strings.TrimRight(s, "dmw")
	n, err := strconv.ParseUint(digits, 10, 16)
	for _, u := range units {
		if err == nil && u.suffix == s[len(digits):] {
			if p := (Period{int(n), u.unit}); p.valid() {
				return p, nil
			}
		}
	}
	return Period{}, Refuse(Invalid, "period_unreadable",
		"Write the period as a number from 1 to 999 with d (days), w (weeks), m (months) or wd (working days), as in 4w or 10wd.")
}

// String is the text form.
func (p Period) String() string {
	for _, u := range units {
		if u.unit == p.Unit {
			return strconv.Itoa(p.N) + u.suffix
		}
	}
	return ""
}

// IsZero says whether there is no period; what is stored leaves it out then.
func (p Period) IsZero() bool { return p == Period{} }

// MarshalText writes the text form.
func (p Period) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads the text form; see ParsePeriod.
func (p *Period) UnmarshalText(text []byte) error {
	read, err := ParsePeriod(string(text))
	if err == nil {
		*p = read
	}
	return err
}

func (p Period) valid() bool {
	return p.N >= 1 && p.N <= maxPeriod && slices.Contains(p.Unit.Codes(), string(p.Unit))
}

// words is the period in a sentence: "4 weeks", "1 arbetsdag".
func (p Period) words(lang language) string {
	for _, u := range units {
		if u.unit == p.Unit {
			word := u.words[lang][1]
			if p.N == 1 {
				word = u.words[lang][0]
			}
			return strconv.Itoa(p.N) + " " + word
		}
	}
	return ""
}

// End is the instant at which the period after start ends: the midnight that
// follows its last day. The day of the event itself is not counted.
//
// Regulation 1182/71 Art. 3(1), 3(2)(c) and lag (1930:173) § 1 agree on the last
// day: weeks end on the weekday of the event, months on its number or, where the
// month has none, on its last day. They agree too (Art. 3(4), § 2) that a last day
// that is no working day gives way to the next one, but not on which days those
// are: that is what cal says. By the Regulation a period of two days or more also
// holds at least two working days (Art. 3(5)).
func End(cal Calendar, start time.Time, p Period) time.Time {
	_, last := lastDay(cal, dayOf(start), p)
	return last.ends()
}

// lastDay is the day that the period ends on by its count alone, and the working
// day that it ends on by law.
func lastDay(cal Calendar, start day, p Period) (nominal, last day) {
	switch p.Unit {
	case WorkingDays:
		nominal = cal.plus(start, p.N)
		return nominal, nominal
	case Weeks:
		nominal = start + day(7*p.N)
	case Months:
		nominal = monthsAfter(start, p.N)
	default:
		nominal = start + day(p.N)
	}
	last = cal.next(nominal)
	if cal.id == CalendarEU && nominal >= start+2 {
		last = max(last, cal.plus(start, 2))
	}
	return nominal, last
}

// monthsAfter is the day with the same number n months on, or that month's last.
func monthsAfter(start day, n int) day {
	y, m, number := start.utc().Date()
	month := m + time.Month(n)
	return min(date(y, month, number), date(y, month+1, 0))
}
