package workflow

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestEndVectors(t *testing.T) {
	for _, v := range readVectors[struct {
		Calendar CalendarID `json:"calendar"`
		Start    string     `json:"start"`
		Period   Period     `json:"period"`
		Nominal  string     `json:"nominal"`
		Last     string     `json:"last"`
	}](t, "period-vectors.json") {
		c, start := calendar(t, v.Calendar), onDate(t, v.Start)
		want := onDate(t, v.Last)
		if nominal, last := lastDay(c, start, v.Period); nominal != onDate(t, v.Nominal) || last != want {
			t.Errorf("%s %s + %s: %s, by law %s; want %s, %s", v.Calendar, v.Start, v.Period, nominal.text(english), last.text(english), v.Nominal, v.Last)
		}
		// Any instant of the day starts the same period, and it ends at 24:00.
		midnight := time.Date(want.utc().Year(), want.utc().Month(), want.utc().Day()+1, 0, 0, 0, 0, Stockholm)
		for _, at := range []time.Time{start.begins(), start.begins().Add(9 * time.Hour), start.ends().Add(-time.Millisecond)} {
			if got := End(c, at, v.Period); !got.Equal(midnight) || got.Location() != time.UTC {
				t.Errorf("%s %v + %s ends at %v, want %v", v.Calendar, at, v.Period, got, midnight)
			}
		}
	}
}

func drawPeriod() *rapid.Generator[Period] {
	return rapid.Custom(func(t *rapid.T) Period {
		return Period{rapid.IntRange(1, 60).Draw(t, "n"), Unit(rapid.SampledFrom(Unit("").Codes()).Draw(t, "unit"))}
	})
}

func TestEndInvariants(t *testing.T) {
	eu, sweden := calendar(t, CalendarEU), calendar(t, CalendarSE, "2026-12-28")
	rapid.Check(t, func(t *rapid.T) {
		start, p := drawInstant().Draw(t, "start"), drawPeriod().Draw(t, "period")
		c := rapid.SampledFrom([]Calendar{eu, sweden}).Draw(t, "calendar")
		end := End(c, start, p)
		if local := end.In(Stockholm); local.Hour() != 0 || local.Minute() != 0 || local.Nanosecond() != 0 {
			t.Fatalf("ends at %v, not at midnight", local)
		}
		if last := end.Add(-1); !c.WorkingDay(last) || dayOf(last) <= dayOf(start) {
			t.Fatalf("ends with %v", last.In(Stockholm))
		}
		if longer := End(c, start, Period{p.N + 1, p.Unit}); longer.Before(end) {
			t.Fatalf("one %s more ends earlier: %v, %v", p.Unit, longer, end)
		}
		if later := End(c, start.Add(24*time.Hour), p); later.Before(end) {
			t.Fatalf("starting a day later ends earlier: %v, %v", later, end)
		}
		if n := workingDaysIn(eu, start, End(eu, start, p)); (p.N > 1 || p.Unit == Weeks || p.Unit == Months) && n < 2 {
			t.Fatalf("%s holds %d working days of EU law", p, n)
		}
		if p.Unit == WorkingDays && workingDaysIn(c, start, end) != p.N {
			t.Fatalf("%s holds %d working days", p, workingDaysIn(c, start, end))
		}
	})
}

func workingDaysIn(c Calendar, start, end time.Time) int {
	n := 0
	for d := dayOf(start) + 1; d < dayOf(end); d++ {
		if c.working(d) {
			n++
		}
	}
	return n
}

func TestParsePeriod(t *testing.T) {
	for in, want := range map[string]Period{
		"30d": {30, Days}, "4w": {4, Weeks}, "1m": {1, Months}, "10wd": {10, WorkingDays}, "999d": {999, Days}, "007d": {7, Days},
	} {
		got, err := ParsePeriod(in)
		if err != nil || got != want {
			t.Errorf("ParsePeriod(%q) = %v, %v; want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "4", "w", "0d", "-1d", "+1d", "1000d", "99999999999d", "4 w", "4W", "4dw", "1y", "1.5w", "4ww", "wd4"} {
		if got, err := ParsePeriod(in); codeOf(err) != "period_unreadable" || got != (Period{}) {
			t.Errorf("ParsePeriod(%q) = %v, %v; want period_unreadable", in, got, err)
		}
	}
}

func TestPeriodText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPeriod().Draw(t, "period")
		data, err := json.Marshal(map[string]Period{"period": p})
		if err != nil {
			t.Fatal(err)
		}
		var again map[string]Period
		if err := json.Unmarshal(data, &again); err != nil || again["period"] != p {
			t.Fatalf("%s reads as %v (%v)", data, again, err)
		}
	})
	if (Period{3, "YEARS"}).String() != "" || (Period{}).words(english) != "" {
		t.Error("a period without a unit has a text")
	}
}
