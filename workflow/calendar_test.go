package workflow

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/se"
)

func closing(dates ...string) (days CalendarDays) {
	for _, d := range dates {
		days.Closed = append(days.Closed, ClosedDay{Date: d})
	}
	return days
}

func calendar(t testing.TB, id CalendarID, closed ...string) Calendar {
	t.Helper()
	c, err := NewCalendar(id, closing(closed...))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func onDate(t testing.TB, s string) day {
	t.Helper()
	at, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return date(at.Date())
}

// Every day from 2018 to 2060, against an independent package of holidays.
func TestWorkingDaysAgainstOracle(t *testing.T) {
	eu, sweden := calendar(t, CalendarEU), calendar(t, CalendarSE)
	for year := 2018; year <= 2060; year++ {
		public, eves := map[string]bool{}, map[string]bool{}
		for _, h := range se.Holidays {
			actual, _ := h.Calc(year)
			if h.Type == cal.ObservancePublic {
				public[actual.Format(time.DateOnly)] = true
			} else {
				eves[actual.Format(time.DateOnly)] = true
			}
		}
		for at := time.Date(year, 1, 1, 12, 0, 0, 0, Stockholm); at.Year() == year; at = at.AddDate(0, 0, 1) {
			on := at.Format(time.DateOnly)
			weekend := at.Weekday() == time.Saturday || at.Weekday() == time.Sunday
			if got, want := eu.WorkingDay(at), !weekend && !public[on]; got != want {
				t.Errorf("EU %s: working day %t, want %t", on, got, want)
			}
			if got, want := sweden.WorkingDay(at), !weekend && !public[on] && !eves[on]; got != want {
				t.Errorf("SE %s: working day %t, want %t", on, got, want)
			}
		}
	}
}

// The dates as published for four years, and how many working days they leave.
func TestSwedishHolidays(t *testing.T) {
	names := []string{
		"nyårsdagen", "trettondedag jul", "långfredagen", "påskdagen", "annandag påsk", "första maj", "Kristi himmelsfärdsdag",
		"pingstdagen", "nationaldagen", "midsommarafton", "midsommardagen", "alla helgons dag", "julafton", "juldagen", "annandag jul", "nyårsafton",
	}
	dates := map[int]string{
		2025: "01-01 01-06 04-18 04-20 04-21 05-01 05-29 06-08 06-06 06-20 06-21 11-01 12-24 12-25 12-26 12-31",
		2026: "01-01 01-06 04-03 04-05 04-06 05-01 05-14 05-24 06-06 06-19 06-20 10-31 12-24 12-25 12-26 12-31",
		2027: "01-01 01-06 03-26 03-28 03-29 05-01 05-06 05-16 06-06 06-25 06-26 11-06 12-24 12-25 12-26 12-31",
		2028: "01-01 01-06 04-14 04-16 04-17 05-01 05-25 06-04 06-06 06-23 06-24 11-04 12-24 12-25 12-26 12-31",
	}
	working := map[int]int{2025: 249, 2026: 251, 2027: 253, 2028: 251}
	c := calendar(t, CalendarSE)
	for year, list := range dates {
		got, want := map[string]string{}, map[string]string{}
		for _, h := range holidays(year) {
			got[h.swedish] = h.day.utc().Format("01-02")
		}
		for i, d := range strings.Fields(list) {
			want[names[i]] = d
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d (-want +got):\n%s", year, diff)
		}
		n := 0
		for d := date(year, 1, 1); d < date(year+1, 1, 1); d++ {
			if c.working(d) {
				n++
			}
		}
		if n != working[year] {
			t.Errorf("%d has %d working days, want %d", year, n, working[year])
		}
	}
}

func TestEasterFarAway(t *testing.T) {
	// The earliest and the latest Easter there can be, and a table's edges.
	for _, want := range []string{"1818-03-22", "2285-03-22", "1943-04-25", "2038-04-25", "2000-04-23", "2100-03-28"} {
		d := onDate(t, want)
		if got := easterSunday(d.utc().Year()); got != d {
			t.Errorf("Easter is on %s, want %s", got.utc().Format(time.DateOnly), want)
		}
	}
}

// The table and the computation agree, at the table's edges and beyond them.
func TestTableAgreesWithComputation(t *testing.T) {
	for _, id := range []CalendarID{CalendarEU, CalendarSE} {
		c := calendar(t, id, "2026-07-01", "2081-03-03", "2014-03-03")
		for d := date(firstTableYear-1, 1, 1); d < date(lastTableYear+2, 1, 1); d++ {
			if got, want := c.working(d), c.computeWorking(d); got != want {
				t.Fatalf("%s %s: table %t, computation %t", id, d.utc().Format(time.DateOnly), got, want)
			}
			if named := c.why(d, english) != ""; named == c.working(d) {
				t.Fatalf("%s %s: working %t, but its reason is %q", id, d.utc().Format(time.DateOnly), c.working(d), c.why(d, english))
			}
		}
	}
}

func TestWorkingDayIsAboutStockholmsDate(t *testing.T) {
	c := calendar(t, CalendarSE)
	for at, want := range map[string]bool{
		"2026-03-13T22:59:59Z":      true,  // Friday 23:59:59 in Stockholm
		"2026-03-13T23:00:00Z":      false, // Saturday 00:00
		"2026-07-12T22:00:00Z":      true,  // Monday 00:00 in summer
		"2026-03-13T18:00:00-05:00": false,
	} {
		if got := c.WorkingDay(instant(t, at)); got != want {
			t.Errorf("%s: working day %t, want %t", at, got, want)
		}
	}
}

func TestClosedDays(t *testing.T) {
	plain := calendar(t, CalendarSE)
	extended := calendar(t, CalendarSE, "2026-12-28", "2026-07-01", "2026-12-28")
	reordered := calendar(t, CalendarSE, "2026-07-01", "2026-12-28")
	at := instant(t, "2026-12-28T12:00:00+01:00")
	if !plain.WorkingDay(at) || extended.WorkingDay(at) {
		t.Error("the closed day makes no difference")
	}
	if plain.Version() == extended.Version() || extended.Version() != reordered.Version() {
		t.Errorf("versions %q, %q, %q: want the last two alike", plain.Version(), extended.Version(), reordered.Version())
	}
	if got := extended.why(dayOf(at), swedish); got != "en stängd dag" {
		t.Errorf("the closed day is called %q", got)
	}
	if plain.ID() != CalendarSE {
		t.Error(plain.ID())
	}
}

func TestNewCalendarRefusesAllAtOnce(t *testing.T) {
	_, err := NewCalendar("FI", closing("2026-12-28", "28/12/2026", "2026-02-30"))
	want := RefuseFaults("calendar", "The calendar cannot be made.", []Fault{
		{"", "unknown_code", "There is no such calendar; there are EU_1182_71 and SE_1930_173."},
		{"/closed/1", "date_unreadable", "Write the date as in 2026-12-28."},
		{"/closed/2", "date_unreadable", "Write the date as in 2026-12-28."},
	})
	if diff := cmp.Diff(want.Error(), err.Error()); diff != "" {
		t.Error(diff)
	}
}

func TestDays(t *testing.T) {
	for _, s := range []string{"1969-12-31", "1970-01-01", "2024-02-29", "2026-03-29", "2026-10-25", "2400-02-29"} {
		d := onDate(t, s)
		if d.utc().Format(time.DateOnly) != s || dayOf(d.begins()) != d || dayOf(d.ends().Add(-1)) != d || dayOf(d.ends()) != d+1 {
			t.Errorf("%s does not hold itself", s)
		}
		if d.weekday() != d.utc().Weekday() {
			t.Errorf("%s is a %s, not a %s", s, d.utc().Weekday(), d.weekday())
		}
	}
}

// A holiday that was opened is a working day, one that was closed has its name, and
// undoing both is the calendar as it was, by its version too.
func TestCalendar_FollowsTheAuthority(t *testing.T) {
	plain := calendar(t, CalendarSE)
	made, err := NewCalendar(CalendarSE, CalendarDays{
		Closed: []ClosedDay{{"2026-12-28", "an extra day"}}, Opened: []string{"2026-06-19", "2026-12-25"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for date, working := range map[string]bool{"2026-12-28": false, "2026-12-29": true, "2026-06-19": true, "2026-12-25": true, "2026-12-24": false} {
		if d := onDate(t, date); made.working(d) != working || made.computeWorking(d) != working {
			t.Errorf("%s is a working day: %t", date, !working)
		}
	}
	if got := made.why(onDate(t, "2026-12-28"), swedish); got != "en stängd dag: an extra day" {
		t.Error(got)
	}
	if got := made.why(onDate(t, "2026-12-25"), english); got != "" {
		t.Error(got)
	}
	if made.Version() == plain.Version() || made.Version() == calendar(t, CalendarSE, "2026-12-28").Version() {
		t.Error("another calendar has the same version")
	}
	_, err = NewCalendar(CalendarSE, CalendarDays{Closed: []ClosedDay{{Date: "2026-12-28"}}, Opened: []string{"2026-12-28", "x"}})
	if err == nil || err.Error() != "The calendar cannot be made.; /opened/0: day_twice; /opened/1: date_unreadable" {
		t.Error(err)
	}
}

func TestCalendar_ListsTheSpecialDaysOfAYear(t *testing.T) {
	c, err := NewCalendar(CalendarEU, CalendarDays{Closed: []ClosedDay{{"2026-12-28", "x"}, {"2027-01-04", "y"}}, Opened: []string{"2026-01-06"}})
	if err != nil {
		t.Fatal(err)
	}
	days := c.SpecialDays(2026)
	if len(days) != 14 { // the thirteen of lag (1989:253), and one more
		t.Errorf("%d days: %+v", len(days), days)
	}
	want := []SpecialDay{
		{"2026-01-06", "Epiphany", "trettondedag jul", true, true}, {"2026-12-28", "x", "x", false, true},
	}
	if diff := cmp.Diff(want, []SpecialDay{days[1], days[13]}); diff != "" {
		t.Error(diff)
	}
	midsummerEve := onDate(t, "2026-06-19").begins()
	if c.Holiday(midsummerEve) || !calendar(t, CalendarSE).Holiday(midsummerEve) {
		t.Error("midsommarafton is a holiday of the Swedish calendar only")
	}
}
