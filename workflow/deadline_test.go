package workflow

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

type deadlineVector struct {
	ID     string    `json:"id"`
	Case   string    `json:"case"`
	Hours  int       `json:"hours"`
	Aware  time.Time `json:"aware"`
	Plain  time.Time `json:"PLAIN_72H"`
	Reg    time.Time `json:"REG1182_HOURS"`
	Min2WD time.Time `json:"REG1182_MIN2WD"`
}

func readVectors[T any](t testing.TB, name string) []T {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var vectors []T
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) == 0 {
		t.Fatalf("%s holds nothing", name)
	}
	return vectors
}

func TestNotifyVectors(t *testing.T) {
	c := calendar(t, CalendarEU)
	vectors := append(readVectors[deadlineVector](t, "deadline-vectors.json"), readVectors[deadlineVector](t, "deadline-vectors-more.json")...)
	if len(vectors) != 17+7 {
		t.Fatalf("%d vectors", len(vectors))
	}
	for _, v := range vectors {
		t.Run(v.ID, func(t *testing.T) {
			rs := DefaultRuleSets()[0]
			if v.Hours == 96 {
				rs = DefaultRuleSets()[1]
			}
			got := Notify(rs, c, v.Aware)
			for policy, want := range map[Policy]time.Time{Plain72h: v.Plain, Reg1182Hours: v.Reg, Reg1182Min2WD: v.Min2WD} {
				d := got.For(policy)
				if !d.DueAt.Equal(want) || d.DueAt.Location() != time.UTC || d.Policy != policy {
					t.Errorf("%s, %s: %v, want %v in UTC", v.Case, policy, d.DueAt, want.UTC())
				}
			}
		})
	}
}

func TestNotifyExplains(t *testing.T) {
	c := calendar(t, CalendarEU)
	gdpr, draft := DefaultRuleSets()[0], DefaultRuleSets()[1]
	ordinary, friday := instant(t, "2026-03-10T09:20:00+01:00"), instant(t, "2026-03-27T16:10:30+01:00")
	tests := []struct {
		set                  RuleSet
		aware                time.Time
		policy               Policy
		article, en, swedish string
	}{
		{
			gdpr, ordinary, Plain72h, "GDPR Art. 33(1)",
			"72 hours counted from the minute of awareness, Tue 10 Mar 2026 09:20 CET, end on Fri 13 Mar 2026 09:20 CET.",
			"72 timmar räknade från den minut då den personuppgiftsansvarige fick vetskap, tis 10 mars 2026 kl. 09.20 CET, löper ut fre 13 mars 2026 kl. 09.20 CET.",
		},
		{
			gdpr, friday, Reg1182Hours, "GDPR Art. 33(1); Regulation 1182/71 Art. 3(1), 3(2)(a), 3(3)",
			"The hour of awareness, Fri 27 Mar 2026 16:10:30 CET, is not counted, so the 72 hours run from Fri 27 Mar 2026 17:00 CET, over weekends and holidays too, and end on Mon 30 Mar 2026 18:00 CEST.",
			"Timmen då den personuppgiftsansvarige fick vetskap, fre 27 mars 2026 kl. 16.10.30 CET, räknas inte, så de 72 timmarna löper från fre 27 mars 2026 kl. 17.00 CET, även över helger, och löper ut mån 30 mars 2026 kl. 18.00 CEST.",
		},
		{
			gdpr, ordinary, Reg1182Min2WD, "GDPR Art. 33(1); Regulation 1182/71 Art. 3(5)",
			"The 72 hours from Tue 10 Mar 2026 10:00 CET hold at least 48 hours on working days, so they end on Fri 13 Mar 2026 10:00 CET and are not prolonged.",
			"De 72 timmarna från tis 10 mars 2026 kl. 10.00 CET rymmer minst 48 timmar på arbetsdagar, så de löper ut fre 13 mars 2026 kl. 10.00 CET utan förlängning.",
		},
		{
			draft, instant(t, "2026-04-02T16:30:00+02:00"), Reg1182Min2WD, "GDPR Art. 33(1) as proposed in COM(2025) 837; Regulation 1182/71 Art. 3(5)",
			"The 96 hours from Thu 2 Apr 2026 17:00 CEST end on Mon 6 Apr 2026 17:00 CEST but hold fewer than 48 hours on working days, so they are prolonged until there are 48, on Wed 8 Apr 2026 17:00 CEST.",
			"De 96 timmarna från tors 2 apr 2026 kl. 17.00 CEST löper ut mån 6 apr 2026 kl. 17.00 CEST men rymmer färre än 48 timmar på arbetsdagar, så de förlängs tills det är 48, ons 8 apr 2026 kl. 17.00 CEST.",
		},
	}
	for _, tt := range tests {
		d := Notify(tt.set, c, tt.aware).For(tt.policy)
		if d.Article != tt.article || d.Explanation != tt.en || d.ExplanationSV != tt.swedish {
			t.Errorf("%s:\n%s\n%s\n%s\nwant\n%s\n%s\n%s", tt.policy, d.Article, d.Explanation, d.ExplanationSV, tt.article, tt.en, tt.swedish)
		}
	}
}

func TestDeadlineJSON(t *testing.T) {
	d := Notify(DefaultRuleSets()[0], calendar(t, CalendarEU), instant(t, "2026-03-10T09:20:00+01:00"))
	data, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	if want := `[{"policy":"PLAIN_72H","due_at":"2026-03-13T08:20:00Z","explanation":"72 hours`; !strings.HasPrefix(string(data), want) {
		t.Errorf("%s does not start with %s", data, want)
	}
	var again Deadlines
	if err := json.Unmarshal(data, &again); err != nil || again != d {
		t.Errorf("read back %+v (%v), want %+v", again, err, d)
	}
	if (d.For("OTHER") != Deadline{}) {
		t.Error("an unknown policy has a deadline")
	}
}

// The relations between the policies that hold for every instant.
func TestNotifyInvariants(t *testing.T) {
	c := calendar(t, CalendarEU)
	sets := DefaultRuleSets()
	rapid.Check(t, func(t *rapid.T) {
		aware := drawInstant().Draw(t, "aware")
		rs := rapid.SampledFrom(sets).Draw(t, "rule set")
		d := Notify(rs, c, aware)
		plain, hours, min2wd := d.For(Plain72h).DueAt, d.For(Reg1182Hours).DueAt, d.For(Reg1182Min2WD).DueAt

		if !plain.Before(hours) || hours.After(plain.Add(time.Hour)) {
			t.Fatalf("want plain %v < hours %v <= plain + 1 h", plain, hours)
		}
		onTheHour := aware.Equal(aware.Truncate(time.Hour))
		if hours.Equal(plain.Add(time.Hour)) != onTheHour {
			t.Fatalf("a whole further hour exactly when awareness is on the hour: aware %v, hours %v", aware, hours)
		}
		if m := hours.In(Stockholm); m.Minute() != 0 || m.Second() != 0 || m.Nanosecond() != 0 {
			t.Fatalf("hours %v do not end on the hour", m)
		}
		if min2wd.Before(hours) {
			t.Fatalf("min2wd %v < hours %v", min2wd, hours)
		}
		if plain.Sub(aware) != time.Duration(rs.Hours)*time.Hour {
			t.Fatalf("plain is %v after awareness", plain.Sub(aware))
		}
		zone := time.FixedZone("", rapid.IntRange(-14*60, 14*60).Draw(t, "zone")*60)
		if again := Notify(rs, c, aware.In(zone)); again != d {
			t.Fatalf("the zone of the input matters: %v, %v", again, d)
		}
	})
}

// Reg1182Min2WD against the plainest reading of its definition: look at each hour.
func TestMin2WDHourByHour(t *testing.T) {
	c := calendar(t, CalendarEU, "2026-12-28", "2030-05-06")
	rapid.Check(t, func(t *rapid.T) {
		aware := drawInstant().Draw(t, "aware")
		d := Notify(DefaultRuleSets()[0], c, aware)
		at := d.For(Reg1182Hours).DueAt.Add(-72 * time.Hour)
		for worked := 0; worked < 48 || at.Before(d.For(Reg1182Hours).DueAt); at = at.Add(time.Hour) {
			if c.WorkingDay(at) {
				worked++
			}
		}
		if got := d.For(Reg1182Min2WD).DueAt; !got.Equal(at) {
			t.Fatalf("aware %v: %v, hour by hour %v", aware, got, at)
		}
	})
}

func TestLate(t *testing.T) {
	due := instant(t, "2026-03-13T10:00:00+01:00")
	if Late(due, due) || Late(due, due.Add(-time.Millisecond).In(Stockholm)) || !Late(due, due.Add(time.Millisecond)) {
		t.Error("timely is what takes effect at the deadline or before")
	}
}

func BenchmarkNotify(b *testing.B) {
	c, rs := calendar(b, CalendarEU), DefaultRuleSets()[0]
	aware := instant(b, "2026-04-02T16:30:00+02:00")
	b.ReportAllocs()
	for b.Loop() {
		Notify(rs, c, aware)
	}
}
