package workflow

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func defaultClocks(t testing.TB) *Clocks {
	t.Helper()
	c, err := NewClocks(ClockSettings{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Each clock from the same instant, an ordinary Monday before Christmas.
func TestDueDefaults(t *testing.T) {
	c := defaultClocks(t)
	from := instant(t, "2026-11-30T14:20:00+01:00")
	want := map[ClockKind]string{
		ClockNotification:       "2026-12-03T15:00:00+01:00 EU_1182_71 GDPR_2018/REG1182_HOURS",
		ClockRegistration:       "2026-12-02T00:00:00+01:00 SE_1930_173 REGISTRATION/1wd",
		ClockTriageP1:           "2026-12-02T00:00:00+01:00 SE_1930_173 TRIAGE_P1/1wd",
		ClockTriageP2:           "2026-12-04T00:00:00+01:00 SE_1930_173 TRIAGE_P2/3wd",
		ClockTriageP3:           "2026-12-15T00:00:00+01:00 SE_1930_173 TRIAGE_P3/10wd",
		ClockSupplement:         "2026-12-29T00:00:00+01:00 SE_1930_173 SUPPLEMENT/4w",
		ClockSupplementUrgent:   "2026-12-04T00:00:00+01:00 SE_1930_173 SUPPLEMENT_URGENT/3wd",
		ClockReply:              "2026-12-22T00:00:00+01:00 SE_1930_173 REPLY/3w",
		ClockHearing:            "2026-12-22T00:00:00+01:00 SE_1930_173 HEARING/3w",
		ClockLeadAnswer:         "2026-12-22T00:00:00+01:00 EU_1182_71 ART56/3w",
		ClockObjection:          "2026-12-29T00:00:00+01:00 EU_1182_71 ART60/4w",
		ClockObjectionRevised:   "2026-12-15T00:00:00+01:00 EU_1182_71 ART60_REVISED/2w",
		ClockAssistance:         "2026-12-31T00:00:00+01:00 EU_1182_71 ART61/1m",
		ClockBoard:              "2026-12-31T00:00:00+01:00 EU_1182_71 ART65/1m",
		ClockAppeal:             "2026-12-22T00:00:00+01:00 SE_1930_173 APPEAL/3w",
		ClockOrder:              "2026-12-01T00:00:00+01:00 SE_1930_173 ORDER",
		ClockStaleTriage:        "2026-12-31T00:00:00+01:00 SE_1930_173 STALE_TRIAGE/30d",
		ClockStaleInvestigation: "2027-01-30T00:00:00+01:00 SE_1930_173 STALE_INVESTIGATION/60d",
	}
	got := map[ClockKind]string{}
	for _, code := range ClockKind("").Codes() {
		s := c.Due(ClockKind(code), from)
		got[ClockKind(code)] = s.DueAt.In(Stockholm).Format("2006-01-02T15:04:05Z07:00") + " " + string(s.Calendar) + " " + s.RuleID
		if s.CalendarVersion != "1" || s.Explanation == "" || s.ExplanationSV == "" {
			t.Errorf("%s: %+v", code, s)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if (c.Due("OTHER", from) != ClockSpan{}) {
		t.Error("an unknown clock runs")
	}
}

func TestDueExplains(t *testing.T) {
	c, err := NewClocks(ClockSettings{Days: map[CalendarID]CalendarDays{CalendarSE: closing("2026-06-22")}})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		kind        ClockKind
		from        string
		en, swedish string
	}{
		{
			ClockObjection, "2026-11-23T10:00:00+01:00",
			"The period of 4 weeks from Mon 23 Nov 2026 ends at the end of Mon 21 Dec 2026.",
			"Tiden, 4 veckor från mån 23 nov 2026, löper ut när mån 21 dec 2026 är slut.",
		},
		{
			ClockObjection, "2026-11-27T10:00:00+01:00",
			"The period of 4 weeks from Fri 27 Nov 2026 would end on Fri 25 Dec 2026 (Christmas Day), so it ends at the end of the next working day, Mon 28 Dec 2026.",
			"Tiden, 4 veckor från fre 27 nov 2026, skulle löpa ut fre 25 dec 2026 (juldagen), så den löper ut när nästa arbetsdag, mån 28 dec 2026, är slut.",
		},
		{
			ClockReply, "2026-05-29T10:00:00+02:00",
			"The period of 3 weeks from Fri 29 May 2026 would end on Fri 19 Jun 2026 (Midsummer Eve), so it ends at the end of the next working day, Tue 23 Jun 2026.",
			"Tiden, 3 veckor från fre 29 maj 2026, skulle löpa ut fre 19 juni 2026 (midsommarafton), så den löper ut när nästa arbetsdag, tis 23 juni 2026, är slut.",
		},
		{
			ClockRegistration, "2026-03-13T23:30:00Z",
			"The period of 1 working day from Sat 14 Mar 2026 ends at the end of Mon 16 Mar 2026.",
			"Tiden, 1 arbetsdag från lör 14 mars 2026, löper ut när mån 16 mars 2026 är slut.",
		},
		{
			ClockOrder, "2026-03-13T00:00:00+01:00",
			"The period ends at the end of the date that the order sets, Fri 13 Mar 2026.",
			"Tiden löper ut när dagen som föreläggandet anger, fre 13 mars 2026, är slut.",
		},
		{
			ClockOrder, "2026-03-14T00:00:00+01:00",
			"The period set by the order would end on Sat 14 Mar 2026 (a Saturday), so it ends at the end of the next working day, Mon 16 Mar 2026.",
			"Tiden enligt föreläggandet skulle löpa ut lör 14 mars 2026 (en lördag), så den löper ut när nästa arbetsdag, mån 16 mars 2026, är slut.",
		},
	}
	for _, tt := range tests {
		s := c.Due(tt.kind, instant(t, tt.from))
		if s.Explanation != tt.en || s.ExplanationSV != tt.swedish {
			t.Errorf("%s from %s:\n%s\n%s", tt.kind, tt.from, s.Explanation, s.ExplanationSV)
		}
	}

	// A period of days under EU law that must grow to hold two working days.
	cal, start := c.Calendar(CalendarEU), onDate(t, "2026-03-13")
	nominal, last := lastDay(cal, start, Period{2, Days})
	for lang, want := range map[language]string{
		english: "The period of 2 days from Fri 13 Mar 2026 would end on Sun 15 Mar 2026 and hold fewer than two working days, so it ends at the end of Tue 17 Mar 2026.",
		swedish: "Tiden, 2 dagar från fre 13 mars 2026, skulle löpa ut sön 15 mars 2026 men rymmer inte två arbetsdagar, så den löper ut när tis 17 mars 2026 är slut.",
	} {
		if got := explainSpan(lang, cal, Period{2, Days}, start, nominal, last); got != want {
			t.Error(got)
		}
	}
}

func TestClocksAsConfigured(t *testing.T) {
	c, err := NewClocks(ClockSettings{
		RuleSets: []RuleSet{{ID: "X", ValidFrom: instant(t, "2020-01-01T00:00:00Z"), Enabled: true, Hours: 96, Threshold: HighRisk, Policy: Plain72h, Article: "Art. X"}},
		Days:     map[CalendarID]CalendarDays{CalendarEU: closing("2026-12-01")},
		Periods:  map[ClockKind]Period{ClockReply: {2, Weeks}, ClockTriageP1: {2, WorkingDays}},
	})
	if err != nil {
		t.Fatal(err)
	}
	from := instant(t, "2026-11-30T14:20:00+01:00")
	if got, want := c.Due(ClockReply, from).DueAt, instant(t, "2026-12-15T00:00:00+01:00"); !got.Equal(want) {
		t.Errorf("reply due at %v, want %v", got, want)
	}
	if got := c.Due(ClockReply, from).RuleID; got != "REPLY/2w" {
		t.Error(got)
	}
	span := c.Due(ClockNotification, from)
	if want := instant(t, "2026-12-04T14:20:00+01:00"); !span.DueAt.Equal(want) || span.RuleID != "X/PLAIN_72H" || span.Article != "Art. X" {
		t.Errorf("%+v", span)
	}
	if span.CalendarVersion == "1" || c.Calendar(CalendarSE).Version() != "1" {
		t.Error("the closed day belongs to one calendar, and shows in its version")
	}
	if c.Notify(from).For(Plain72h).DueAt != span.DueAt || c.RuleSetAt(from).ID != "X" {
		t.Error("Notify and Due disagree")
	}
	i := slices.IndexFunc(c.Rules(), func(r ClockRule) bool { return r.Kind == ClockTriageP1 })
	if got := c.Rules()[i].Period; got != (Period{2, WorkingDays}) {
		t.Errorf("the rules list %v", got)
	}
}

func TestNewClocksRefusesAllAtOnce(t *testing.T) {
	_, err := NewClocks(ClockSettings{
		RuleSets: []RuleSet{
			{ID: "A", Hours: 72, Threshold: Risk, Policy: Reg1182Hours},
			{ID: "A", Hours: 0, Threshold: "SOME", Policy: "GUESS"},
		},
		Days: map[CalendarID]CalendarDays{CalendarSE: closing("2026-12-28", "soon"), "FI": closing("2026-01-01")},
		Periods: map[ClockKind]Period{
			ClockReply: {2, Weeks}, ClockHearing: {0, Weeks}, ClockNotification: {3, Days}, ClockObjection: {5, Weeks}, ClockOrder: {1, Days}, "OTHER": {1, Days},
		},
	})
	refusal, ok := errors.AsType[*Error](err)
	if !ok || refusal.Kind != Invalid {
		t.Fatal(err)
	}
	var got []string
	for _, f := range refusal.Faults {
		got = append(got, f.Path+" "+f.Code)
	}
	want := []string{
		"/rule_sets/1/id not_unique", "/rule_sets/1/hours out_of_range", "/rule_sets/1/threshold unknown_code", "/rule_sets/1/policy unknown_code",
		"/rule_sets none_enabled", "/closed unknown_code", "/closed/SE_1930_173/1 date_unreadable",
		"/periods/ART33 set_by_law", "/periods/ART60 set_by_law", "/periods/HEARING period_unreadable", "/periods/ORDER set_by_order", "/periods unknown_code",
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNewClocksNeedsADate(t *testing.T) {
	sets := DefaultRuleSets()
	sets[1].Enabled = true
	_, err := NewClocks(ClockSettings{RuleSets: sets})
	if err == nil || err.Error() != "The settings of the clocks cannot be used.; /rule_sets/1/valid_from: missing" {
		t.Error(err)
	}
}

func TestMovable(t *testing.T) {
	c := defaultClocks(t)
	fixed := []ClockKind{ClockNotification, ClockLeadAnswer, ClockObjection, ClockObjectionRevised, ClockAssistance, ClockBoard}
	for _, r := range c.Rules() {
		if c.Movable(r.Kind) == slices.Contains(fixed, r.Kind) {
			t.Errorf("%s: movable %t", r.Kind, c.Movable(r.Kind))
		}
		if (r.Nature == Statutory) != (r.Calendar == CalendarEU) {
			t.Errorf("%s is %s and counted by %s", r.Kind, r.Nature, r.Calendar)
		}
	}
	if c.Movable("OTHER") {
		t.Error("an unknown clock can be moved")
	}
}

func TestTriageClock(t *testing.T) {
	for p, want := range map[Priority]ClockKind{P1: ClockTriageP1, P2: ClockTriageP2, P3: ClockTriageP3} {
		if got := TriageClock(p); got != want {
			t.Errorf("%s: %s", p, got)
		}
	}
}

func TestCountedBy_ReadsWhatDueWrote(t *testing.T) {
	c := defaultClocks(t)
	from := instant(t, "2026-11-30T14:20:00+01:00")
	for _, r := range c.Rules() {
		span := c.Due(r.Kind, from)
		p, ok := CountedBy(span.RuleID)
		if ok != (r.Kind != ClockNotification) || p != r.Period {
			t.Errorf("%s: %v %t", span.RuleID, p, ok)
		}
		if ok && (!c.EndBy(r.Kind, p, from).Equal(span.DueAt) || c.DueBy(r.Kind, p, from) != span) {
			t.Errorf("%s does not end by its own period", r.Kind)
		}
	}
	for _, set := range []string{"REPLY/set", "REPLY", "", "REPLY/0w", "REPLY/10000d"} {
		if _, ok := CountedBy(set); ok {
			t.Errorf("%q is counted", set)
		}
	}
}

func TestNewClocks_RefusesRuleSetsThatBeginTogether(t *testing.T) {
	sets := append(DefaultRuleSets(), DefaultRuleSets()[0])
	sets[2].ID = "TWIN"
	_, err := NewClocks(ClockSettings{RuleSets: sets})
	if err == nil || err.Error() != "The settings of the clocks cannot be used.; /rule_sets/2/valid_from: overlaps" {
		t.Error(err)
	}
}
