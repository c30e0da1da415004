package workflow

import (
	"cmp"
	"slices"
	"time"
)

// SpecialDay is a day that a calendar does not judge by its day of the week alone.
type SpecialDay struct {
	Date    string `json:"date"` // 2026-12-28
	Name    string `json:"name"`
	NameSV  string `json:"name_sv"`
	Working bool   `json:"working"` // a holiday of the law that the authority opened
	Set     bool   `json:"set"`     // by the authority, not by the law as computed
}

// SpecialDays are the special days of a year, in order. Plain Saturdays and Sundays
// are none.
func (c Calendar) SpecialDays(year int) []SpecialDay {
	var out []SpecialDay
	for _, h := range holidays(year) {
		_, opened := slices.BinarySearch(c.opened, h.day)
		if opened || c.keeps(h) {
			out = append(out, SpecialDay{h.day.utc().Format(time.DateOnly), h.english, h.swedish, opened, opened})
		}
	}
	for _, k := range c.closed {
		if k.day.utc().Year() == year {
			out = append(out, SpecialDay{k.day.utc().Format(time.DateOnly), k.name, k.name, false, true})
		}
	}
	slices.SortStableFunc(out, func(a, b SpecialDay) int { return cmp.Compare(a.Date, b.Date) })
	return out
}

// Holiday says whether the law itself makes a date a holiday of this calendar,
// whatever the authority opened.
func (c Calendar) Holiday(t time.Time) bool {
	d := dayOf(t)
	return slices.ContainsFunc(holidays(d.utc().Year()), func(h holiday) bool {
		return h.day == d && (!h.eve || c.id == CalendarSE)
	})
}
