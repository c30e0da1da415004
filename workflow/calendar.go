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

// ClosedDay is a day that an authority closes besides the computed holidays: a
// holiday that a later law adds before this program knows of it.
type ClosedDay struct {
	Date string `json:"date"`           // 2026-12-28
	Name string `json:"name,omitempty"` // what the day is called in an explanation
}

// CalendarDays are the days by which a calendar differs from the computed one.
type CalendarDays struct {
	Closed []ClosedDay `json:"closed,omitempty"`
	Opened []string    `json:"opened,omitempty"` // computed holidays that are working days after all
}

// IsZero says whether the calendar is the computed one.
func (d CalendarDays) IsZero() bool { return len(d.Closed) == 0 && len(d.Opened) == 0 }

// Calendar says which dates of Stockholm are working days. It is immutable and
// may be copied and shared. It is made by NewCalendar only.
type Calendar struct {
	id      CalendarID
	version string
	closed  []namedDay // further days, ascending
	opened  []day      // holidays that are none, ascending
	first   day        // the day of the table's first bit
	off     []uint64   // a set bit is no working day
}

type namedDay struct {
	day  day
	name string
}

// NewCalendar makes the calendar with this id, as it differs from the computed
// one by days. All dates that cannot be read, and those that are both closed and
// opened, are returned at once, in an *Error of code calendar.
func NewCalendar(id CalendarID, days CalendarDays) (Calendar, error) {
	var faults []Fault
	if !slices.Contains(id.Codes(), string(id)) {
		faults = append(faults, Fault{"", "unknown_code", "There is no such calendar; there are " + strings.Join(id.Codes(), " and ") + "."})
	}
	c := Calendar{id: id}
	read := func(path, written string) (day, bool) {
		t, err := time.Parse(time.DateOnly, written)
		if err != nil {
			faults = append(faults, Fault{path, "date_unreadable", "Write the date as in 2026-12-28."})
			return 0, false
		}
		return date(t.Date()), true
	}
	for i, k := range days.Closed {
		if d, ok := read(fmt.Sprintf("/closed/%d", i), k.Date); ok {
			c.closed = append(c.closed, namedDay{d, k.Name})
		}
	}
	for i, written := range days.Opened {
		path := fmt.Sprintf("/opened/%d", i)
		d, ok := read(path, written)
		if ok && slices.ContainsFunc(c.closed, func(k namedDay) bool { return k.day == d }) {
			faults = append(faults, Fault{path, "day_twice", "A day is either closed or opened."})
		}
		c.opened = append(c.opened, d)
	}
	if len(faults) > 0 {
		return Calendar{}, RefuseFaults("calendar", "The calendar cannot be made.", faults)
	}
	slices.SortStableFunc(c.closed, byDay)
	c.closed = slices.CompactFunc(c.closed, func(a, b namedDay) bool { return a.day == b.day })
	slices.Sort(c.opened)
	c.opened = slices.Compact(c.opened)
	c.version = versionOf(c.closed, c.opened)
	c.fill()
	return c, nil
}

func byDay(a, b namedDay) int { return int(a.day - b.day) }

// ID is the law the calendar follows.
func (c Calendar) ID() CalendarID { return c.id }

// Version names the tables with the days by which the calendar differs from them:
// "1", or "1+" and a fingerprint of those days, whatever they are called. It is
// kept with whatever was judged by the calendar.
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
		words := [2]string{"a closed day", "en stängd dag"}[lang]
		if name := c.closedName(d); name != "" {
			words += ": " + name
		}
		return words
	}
	return ""
}

// closedName is what a day that the authority closed is called.
func (c Calendar) closedName(d day) string {
	i, closed := slices.BinarySearchFunc(c.closed, namedDay{day: d}, byDay)
	if !closed {
		return ""
	}
	return c.closed[i].name
}

func (c Calendar) computeWorking(d day) bool {
	if w := d.weekday(); w == time.Saturday || w == time.Sunday {
		return false
	}
	if _, ok := c.holidayOn(d); ok {
		return false
	}
	_, closed := slices.BinarySearchFunc(c.closed, namedDay{day: d}, byDay)
	return !closed
}

func (c Calendar) holidayOn(d day) (holiday, bool) {
	for _, h := range holidays(d.utc().Year()) {
		if h.day == d && c.keeps(h) {
			return h, true
		}
	}
	return holiday{}, false
}

// keeps says whether a computed holiday is one of this calendar.
func (c Calendar) keeps(h holiday) bool {
	if h.eve && c.id != CalendarSE {
		return false
	}
	_, opened := slices.BinarySearch(c.opened, h.day)
	return !opened
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
			if c.keeps(h) {
				set(h.day)
			}
		}
	}
	for d := saturdayFrom(c.first); int(d-c.first) < len(off)*64; d += 7 {
		set(d)
		set(d + 1)
	}
	set(saturdayFrom(c.first) - 6) // a Sunday before the first Saturday
	for _, k := range c.closed {
		set(k.day)
	}
	c.off = off
}

func versionOf(closed []namedDay, opened []day) string {
	if len(closed) == 0 && len(opened) == 0 {
		return tableEdition
	}
	sum := sha256.New()
	for _, k := range closed {
		fmt.Fprintln(sum, k.day.utc().Format(time.DateOnly))
	}
	for _, d := range opened {
		fmt.Fprintln(sum, "-"+d.utc().Format(time.DateOnly))
	}
	return tableEdition + "+" + hex.EncodeToString(sum.Sum(nil))[:8]
}
