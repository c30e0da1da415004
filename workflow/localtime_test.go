package workflow

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestParseLocal(t *testing.T) {
	for in, want := range map[string]string{
		"2026-11-18T14:20":              "2026-11-18T13:20:00Z",
		"2026-11-18T14:20:05":           "2026-11-18T13:20:05Z",
		"2026-06-18T14:20":              "2026-06-18T12:20:00Z",
		"2026-06-18T14:20:05.123987":    "2026-06-18T12:20:05.123Z",
		"2026-11-18T14:20:00+01:00":     "2026-11-18T13:20:00Z",
		"2026-11-18T14:20:00.9999Z":     "2026-11-18T14:20:00.999Z",
		"2026-11-18T14:20-05:00":        "2026-11-18T19:20:00Z",
		"2026-03-29T01:59:59":           "2026-03-29T00:59:59Z", // the last second before the gap
		"2026-03-29T03:00":              "2026-03-29T01:00:00Z", // the first minute after it
		"2026-10-25T01:59":              "2026-10-24T23:59:00Z", // the last minute that exists once
		"2026-10-25T03:00":              "2026-10-25T02:00:00Z",
		"2026-10-25T02:30+02:00":        "2026-10-25T00:30:00Z", // the answers to the question
		"2026-10-25T02:30+01:00":        "2026-10-25T01:30:00Z",
		"2026-03-29T02:30:00.000+01:00": "2026-03-29T01:30:00Z",
		"1900-01-01T12:00:00Z":          "1900-01-01T12:00:00Z",
	} {
		got, err := ParseLocal(in, Stockholm)
		if err != nil || !got.Equal(instant(t, want)) || got.Location() != time.UTC {
			t.Errorf("ParseLocal(%q) = %v, %v; want %s in UTC", in, got, err, want)
		}
	}
}

func TestParseLocalAsks(t *testing.T) {
	tests := []struct{ in, zone, code, before, after string }{
		{"2026-03-29T02:00", "Europe/Stockholm", "time_does_not_exist", "+01:00", "+02:00"},
		{"2026-03-29T02:59:59.999", "Europe/Stockholm", "time_does_not_exist", "+01:00", "+02:00"},
		{"2058-03-31T02:30", "Europe/Stockholm", "time_does_not_exist", "+01:00", "+02:00"},
		{"2026-10-25T02:00", "Europe/Stockholm", "time_exists_twice", "+02:00", "+01:00"},
		{"2026-10-25T02:59:59.999", "Europe/Stockholm", "time_exists_twice", "+02:00", "+01:00"},
		{"2026-03-08T02:30", "America/New_York", "time_does_not_exist", "-05:00", "-04:00"},
		{"2026-04-05T01:45", "Australia/Lord_Howe", "time_exists_twice", "+11:00", "+10:30"}, // half an hour
		{"2011-12-30T12:00", "Pacific/Apia", "time_does_not_exist", "-10:00", "+14:00"},      // a whole day skipped
	}
	for _, tt := range tests {
		zone, err := time.LoadLocation(tt.zone)
		if err != nil {
			t.Fatal(err)
		}
		_, err = ParseLocal(tt.in, zone)
		refusal, ok := errors.AsType[*Error](err)
		if !ok || refusal.Kind != Invalid || refusal.Code != tt.code {
			t.Errorf("ParseLocal(%q, %s): %v, want %s", tt.in, tt.zone, err, tt.code)
			continue
		}
		first, second := strings.Index(refusal.Message, tt.before), strings.Index(refusal.Message, tt.after)
		if first < 0 || second < first || !strings.Contains(refusal.Message, "?") {
			t.Errorf("%s: %q does not ask for %s or %s, in this order", tt.in, refusal.Message, tt.before, tt.after)
		}
		if strings.Contains(refusal.Message, tt.in[:len("2026-03-29")]) {
			t.Errorf("%q echoes what was given", refusal.Message)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct{ in, instant, local string }{
		{"2026-11-18T14:20:00", "time_without_offset", ""},
		{"2026-11-18T14:20", "time_without_offset", ""},
		{"2026-11-18T14:20Z", "time_unreadable", ""},
		{"", "time_unreadable", "time_unreadable"},
		{"Z", "time_unreadable", "time_unreadable"},
		{"2026-11-18", "time_unreadable", "time_unreadable"},
		{"2026-11-18 14:20", "time_unreadable", "time_unreadable"},
		{"2026-02-29T14:20:00Z", "time_unreadable", "time_unreadable"},
		{"2026-11-18T24:00:00Z", "time_unreadable", "time_unreadable"},
		{"2026-11-18T14:20:00,5Z", "time_unreadable", "time_unreadable"},
		{"2026-11-18T4:20:00Z", "time_unreadable", "time_unreadable"},
		{"2026-11-18T14:20:00+25:00", "time_unreadable", "time_unreadable"},
		{"2026-11-18T14:20:00ZZ", "time_unreadable", "time_unreadable"},
		{"1899-12-31T23:59:59Z", "time_out_of_range", "time_out_of_range"},
		{"2199-12-31T23:59:59-00:30", "time_out_of_range", "time_out_of_range"},
		{"9999-12-31T23:59:59-10:00", "time_out_of_range", "time_out_of_range"},
	}
	for _, tt := range tests {
		_, err := ParseInstant(tt.in)
		if code := codeOf(err); code != tt.instant {
			t.Errorf("ParseInstant(%q): %q, want %q", tt.in, code, tt.instant)
		}
		_, err = ParseLocal(tt.in, Stockholm)
		if code := codeOf(err); code != tt.local {
			t.Errorf("ParseLocal(%q): %q, want %q", tt.in, code, tt.local)
		}
	}
}

func codeOf(err error) string {
	if refusal, ok := errors.AsType[*Error](err); ok {
		return refusal.Code
	}
	if err != nil {
		return "internal"
	}
	return ""
}

// A local time is understood exactly when it is the local time of one instant.
func TestParseLocalIsUnique(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := drawInstant().Draw(t, "instant")
		if rapid.Bool().Draw(t, "near a change") {
			start, _ := at.In(Stockholm).ZoneBounds()
			at = start.Add(time.Duration(rapid.Int64Range(-3*3600, 3*3600).Draw(t, "seconds")) * time.Second).UTC()
		}
		const layout = "2006-01-02T15:04:05.999"
		wall := at.In(Stockholm).Format(layout)
		twin := false
		for _, shift := range []time.Duration{-time.Hour, time.Hour} {
			twin = twin || at.Add(shift).In(Stockholm).Format(layout) == wall
		}
		got, err := ParseLocal(wall, Stockholm)
		switch {
		case twin && codeOf(err) != "time_exists_twice":
			t.Fatalf("%s stands for two instants and was read as %v (%v)", wall, got, err)
		case !twin && !got.Equal(at):
			t.Fatalf("%s was read as %v (%v), want %v", wall, got, err, at)
		}
	})
}

// drawInstant draws milliseconds from 2018 to 2060.
func drawInstant() *rapid.Generator[time.Time] {
	from := time.Date(2018, 5, 25, 0, 0, 0, 0, time.UTC).UnixMilli()
	to := time.Date(2060, 12, 31, 0, 0, 0, 0, time.UTC).UnixMilli()
	return rapid.Custom(func(t *rapid.T) time.Time {
		at := time.UnixMilli(rapid.Int64Range(from, to).Draw(t, "ms")).UTC()
		// Half of them on a full hour or day of UTC, where the rules have their edges.
		return at.Truncate(rapid.SampledFrom([]time.Duration{1, 1, time.Hour, 24 * time.Hour}).Draw(t, "edge"))
	})
}

func FuzzParseLocal(f *testing.F) {
	for _, seed := range []string{
		"2026-11-18T14:20", "2026-11-18T14:20:05", "2026-03-29T02:30", "2026-10-25T02:30", "2026-11-18T14:20:00+01:00",
		"2026-10-25T02:30+02:00", "9999-12-31T23:59:59-23:59", "0000-01-01T00:00", "", "Z", "2026-11-18T14:20:00-",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, err := ParseLocal(s, Stockholm)
		if err != nil {
			if KindOf(err) != Invalid || !at.IsZero() {
				t.Fatalf("%q: %v, %v", s, at, err)
			}
			return
		}
		// Whatever was read is an instant that can be written and read again.
		again, err := ParseInstant(at.Format(time.RFC3339Nano))
		if err != nil || !again.Equal(at) {
			t.Fatalf("%q was read as %v, which reads back as %v (%v)", s, at, again, err)
		}
		// And when it had no offset, Stockholm's clocks show what was written.
		if wall, ok := wallClock(s); ok && at.In(Stockholm).Format(time.DateTime) != wall.Format(time.DateTime) {
			t.Fatalf("%q was read as %v", s, at.In(Stockholm))
		}
	})
}
