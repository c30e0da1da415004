package workflow

import (
	"testing"
	"time"
)

func TestRuleSetAt(t *testing.T) {
	later := RuleSet{ID: "LATER", ValidFrom: instant(t, "2027-10-01T00:00:00+02:00"), Enabled: true, Hours: 96, Threshold: HighRisk, Policy: Reg1182Hours}
	defaults := DefaultRuleSets()
	tests := []struct {
		name  string
		sets  []RuleSet
		aware string
		want  string
	}{
		{"today", defaults, "2026-11-21T12:00:00Z", "GDPR_2018"},
		{"a draft is never chosen", defaults, "2059-11-21T12:00:00Z", "GDPR_2018"},
		{"the first instant", defaults, "2018-05-24T22:00:00Z", "GDPR_2018"},
		{"before the first", defaults, "2018-05-24T21:59:59Z", "GDPR_2018"},
		{"before the first of two", append([]RuleSet{later}, defaults...), "2017-01-01T00:00:00Z", "GDPR_2018"},
		{"the last instant of the old", append([]RuleSet{later}, defaults...), "2027-09-30T21:59:59.999Z", "GDPR_2018"},
		{"the first instant of the new", append([]RuleSet{later}, defaults...), "2027-09-30T22:00:00Z", "LATER"},
		{"in any order", append(DefaultRuleSets(), later), "2028-01-01T00:00:00Z", "LATER"},
		{"none enabled", defaults[1:], "2028-01-01T00:00:00Z", ""},
	}
	for _, tt := range tests {
		if got := RuleSetAt(tt.sets, instant(t, tt.aware)).ID; got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestDefaultRuleSets(t *testing.T) {
	gdpr, draft := DefaultRuleSets()[0], DefaultRuleSets()[1]
	if !gdpr.ValidFrom.Equal(time.Date(2018, 5, 25, 0, 0, 0, 0, Stockholm)) || gdpr.Hours != 72 || gdpr.Threshold != Risk || !gdpr.Enabled {
		t.Errorf("%+v", gdpr)
	}
	if draft.Enabled || draft.Hours != 96 || draft.Threshold != HighRisk || !draft.ValidFrom.IsZero() {
		t.Errorf("%+v", draft)
	}
}
