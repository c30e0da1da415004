package workflow

import (
	"fmt"
	"regexp"
	"time"
	_ "time/tzdata" // the rules of Europe/Stockholm, also on machines without zoneinfo
)

// Stockholm is the place whose dates and holidays count, and in whose time
// people are shown every instant.
var Stockholm = mustLoad("Europe/Stockholm")

func mustLoad(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(fmt.Sprintf("workflow: the embedded time zones lack %s: %v", name, err))
	}
	return zone
}

const (
	askRFC3339 = "Write the time as in 2026-11-18T14:20:00+01:00 (RFC 3339, with the offset from UTC)."
	askLocal   = "Write the time as in 2026-11-18T14:20 (local time) or 2026-11-18T14:20:00+01:00 (RFC 3339)."
)

// ParseInstant reads a time in RFC 3339, whose offset is required, and returns
// it in UTC, truncated to milliseconds. The *Error it may return has the code
// time_without_offset, time_unreadable or time_out_of_range.
func ParseInstant(s string) (time.Time, error) {
	if t, ok := strictRFC3339(s); ok {
		return inKnownYears(t)
	}
	if _, ok := wallClock(s); ok {
		return time.Time{}, Refuse(Invalid, "time_without_offset", "The time lacks its offset from UTC. "+askRFC3339)
	}
	return time.Time{}, Refuse(Invalid, "time_unreadable", "The time cannot be read. "+askRFC3339)
}

// ParseLocal reads a time in RFC 3339, or a local time of the zone without an
// offset ("2026-11-18T14:20", seconds optional), and returns it in UTC, truncated
// to milliseconds.
//
// In the hour that the clocks skip in spring a local time does not exist, and in
// the hour that they repeat in autumn it exists twice. An Article 33 deadline
// hangs on such an hour, so neither is guessed: the *Error (time_does_not_exist,
// time_exists_twice) asks which of the two offsets is meant. Anything else that
// is not a time is time_unreadable.
func ParseLocal(s string, zone *time.Location) (time.Time, error) {
	if t, ok := strictRFC3339(withSeconds(s)); ok {
		return inKnownYears(t)
	}
	wall, ok := wallClock(s)
	if !ok {
		return time.Time{}, Refuse(Invalid, "time_unreadable", "The time cannot be read. "+askLocal)
	}
	t := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), wall.Nanosecond(), zone)
	if err := askWhichOffset(wall, t); err != nil {
		return time.Time{}, err
	}
	return inKnownYears(t.UTC())
}

// inKnownYears refuses the years for which calendars and time zones mean nothing,
// and those at the edge that no longer fit four digits in another offset.
func inKnownYears(t time.Time) (time.Time, error) {
	if y := t.Year(); y < 1900 || y >= 2200 {
		return time.Time{}, Refuse(Invalid, "time_out_of_range", "The year lies outside 1900 to 2199. Correct it.")
	}
	return t, nil
}

// askWhichOffset refuses a wall clock time that a change of the clocks next to t
// skips or repeats; t is what the standard library made of it.
func askWhichOffset(wall, t time.Time) error {
	start, end := t.ZoneBounds()
	for _, change := range []time.Time{start, end} {
		if change.IsZero() { // the zone has no change on this side
			continue
		}
		_, before := change.Add(-1).In(t.Location()).Zone()
		_, after := change.In(t.Location()).Zone()
		// The wall clock shows [change+before, change+after) never when the
		// clocks go forward, and [change+after, change+before) twice when back.
		asUTC := wall.Sub(change)
		b, a := time.Duration(before)*time.Second, time.Duration(after)*time.Second
		switch {
		case b <= asUTC && asUTC < a:
			return Refuse(Invalid, "time_does_not_exist",
				"This local time does not exist: the clocks went forward over it. Is it meant with the offset %s or %s? Write the time with the one that is meant.",
				offsetText(before), offsetText(after))
		case a <= asUTC && asUTC < b:
			return Refuse(Invalid, "time_exists_twice",
				"This local time exists twice: the clocks went back over it. Is it the first, with the offset %s, or the second, with %s? Write the time with the one that is meant.",
				offsetText(before), offsetText(after))
		}
	}
	return nil
}

// rfc3339 is the shape of RFC 3339. time.Parse alone lets single digits, commas
// and impossible offsets pass.
var rfc3339 = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

func strictRFC3339(s string) (time.Time, bool) {
	if !rfc3339.MatchString(s) {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, false
	}
	return t.UTC().Truncate(time.Millisecond), true
}

// wallClock reads a local time as if it were in UTC.
func wallClock(s string) (time.Time, bool) {
	return strictRFC3339(withSeconds(s + "Z"))
}

// withSeconds adds the seconds that pages leave out of 2026-11-18T14:20.
func withSeconds(s string) string {
	const minutes = len("2006-01-02T15:04")
	if len(s) > minutes && (s[minutes] == 'Z' || s[minutes] == '+' || s[minutes] == '-') {
		return s[:minutes] + ":00" + s[minutes:]
	}
	return s
}

func offsetText(seconds int) string {
	return time.Time{}.In(time.FixedZone("", seconds)).Format("-07:00")
}
