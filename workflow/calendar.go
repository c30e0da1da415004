package workflow

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// CalendarID names the body of law whose working days are meant.
type CalendarID string

// The two calendars, which must not be mixed.
const (
	// CalendarEU is Regulation (EEC, Euratom) No 1182/71, Art. 2: no working days
	// are Saturdays, Sundays and the public holidays that the Member State has
	// reported, for Sweden the thirteen of lag (1989:253). The three eves are
	// working days.
	CalendarEU CalendarID = "EU_1182_71"
	// CalendarSE is lag (1930:173) om beräkning av lagstadgad tid, § 2: also
	// midsommarafton, julafton and nyårsafton are like Sundays.
	CalendarSE CalendarID = "SE_1930_173"
)

// Codes lists the calendars.
func (CalendarID) Codes() []string { return []string{string(CalendarEU), string(CalendarSE)} }

// Years outside this span are counted all the same, only slower: their holidays
// are computed at every question.
const (
	firstTableYear = 2015
	lastTableYear  = 2080
)

// tableEdition is the version of the computed holidays; it changes with
// holidays(), so that a case tells by which tables it was judged.
const tableEdition = "1"

// Calendar says which dates of Stockholm are working days. It is immutable and
// may be copied and shared. It is made by NewCalendar only.
type Calendar struct {
	id      CalendarID
	version string
	closed  []day    // further days, ascending
	first   day      // the day of the table's first bit
	off     []uint64 // a set bit is no working day
}

// NewCalendar makes the calendar with this id. The closed dates, written
// 2026-12-28, are further days that are no working days: the way to enter a
// holiday that a later law adds before this program knows of it. All dates that
// cannot be read are returned at once, in an *Error of code calendar.
func NewCalendar(id CalendarID, closed ...string) (Calendar, error) {
	var faults []Fault
	if !slices.Contains(id.Codes(), string(id)) {
		faults = append(faults, Fault{"", "unknown_code", "There is no such calendar; there are " + strings.Join(id.Codes(), " and ") + "."})
	}
	c := Calendar{id: id}
	for i, s := range closed {
		t, err := time.Parse(time.DateOnly, s)
		if err != nil {
			faults = append(faults, Fault{fmt.Sprintf("/%d", i), "date_unreadable", "Write the date as in 2026-12-28."})
			continue
		}
		c.closed = append(c.closed, date(t.Date()))
	}
	if len(faults) > 0 {
		return Calendar{}, RefuseFaults("calendar", "The calendar cannot be made.", faults)
	}
	slices.Sort(c.closed)
	c.closed = slices.Compact(c.closed)
	c.version = versionOf(c.closed)
	c.fill()
	return c, nil
}

// ID is the law the calendar follows.
func (c Calendar) ID() CalendarID { return c.id }

// Version names the tables with the further closed days: "1", or "1+" and a
// fingerprint of those days. It is kept with whatever was judged by the calendar.
func (c Calendar) Version() string { return c.version }

// WorkingDay says whether the date in Stockholm on which t falls is a working day.
func (c Calendar) WorkingDay(t time.Time) bool { return c.working(dayOf(t)) }

func (c Calendar) working(d day) bool {
	i := int(d - c.first)
	if i < 0 || i >= len(c.off)*64 {
		return c.computeWorking(d)
	}
	return c.off[i/64]&(1<<(i%64)) == 0
}

// next is the first working day on or after d.
func (c Calendar) next(d day) day {
	for !c.working(d) {
		d++
	}
	return d
}

// plus is the nth working day after d.
func (c Calendar) plus(d day, n int) day {
	for range n {
		d = c.next(d + 1)
	}
	return d
}

// why names the reason for which d is no working day, "" if it is one.
func (c Calendar) why(d day, lang language) string {
	if h, ok := c.holidayOn(d); ok {
		return [2]string{h.english, h.swedish}[lang]
	}
	switch {
	case d.weekday() == time.Sunday:
		return [2]string{"a Sunday", "en söndag"}[lang]
	case d.weekday() == time.Saturday:
		return [2]string{"a Saturday", "en lördag"}[lang]
	case !c.working(d):
		return [2]string{"a closed day", "en stängd dag"}[lang]
	}
	return ""
}

func (c Calendar) computeWorking(d day) bool {
	if w := d.weekday(); w == time.Saturday || w == time.Sunday {
		return false
	}
	if _, ok := c.holidayOn(d); ok {
		return false
	}
	_, closed := slices.BinarySearch(c.closed, d)
	return !closed
}

func (c Calendar) holidayOn(d day) (holiday, bool) {
	for _, h := range holidays(d.utc().Year()) {
		if h.day == d && (!h.eve || c.id == CalendarSE) {
			return h, true
		}
	}
	return holiday{}, false
}

// fill makes the table, one bit for each day of its years.
func (c *Calendar) fill() {
	c.first = date(firstTableYear, time.January, 1)
	off := make([]uint64, (date(lastTableYear+1, time.January, 1)-c.first)/64)
	set := func(d day) {
		if i := int(d - c.first); i >= 0 && i < len(off)*64 {
			off[i/64] |= 1 << (i % 64)
		}
	}
	for year := firstTableYear; year <= lastTableYear; year++ {
		for _, h := range holidays(year) {
			if !h.eve || c.id == CalendarSE {
				set(h.day)
			}
		}
	}
	for d := saturdayFrom(c.first); int(d-c.first) < len(off)*64; d += 7 {
		set(d)
		set(d + 1)
	}
	set(saturdayFrom(c.first) - 6) // a Sunday before the first Saturday
	for _, d := range c.closed {
		set(d)
	}
	c.off = off
}

func versionOf(closed []day) string {
	if len(closed) == 0 {
		return tableEdition
	}
	sum := sha256.New()
	for _, d := range closed {
		fmt.Fprintln(sum, d.utc().Format(time.DateOnly))
	}
	return tableEdition + "+" + hex.EncodeToString(sum.Sum(nil))[:8]
}
