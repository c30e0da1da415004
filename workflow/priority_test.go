package workflow

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Each rule alone: what makes it fire, and what is just not enough.
func TestPriorityRules(t *testing.T) {
	number := func(n int64) *int64 { return &n }
	tests := map[string]struct{ on, off []PriorityFacts }{
		"P1_SEVERITY_VERY_HIGH": {
			[]PriorityFacts{{Severity: SeverityVeryHigh}},
			[]PriorityFacts{{}, {Severity: SeverityMedium}, {Severity: SeverityLow}},
		},
		"P1_PROTECTED_IDENTITY": {
			[]PriorityFacts{{ProtectedIdentity: Yes}},
			[]PriorityFacts{{ProtectedIdentity: No}, {ProtectedIdentity: Unknown}},
		},
		"P1_VULNERABLE_SENSITIVE": {
			[]PriorityFacts{{ChildrenOrVulnerable: true, Art9or10: true}},
			[]PriorityFacts{{ChildrenOrVulnerable: true}, {Art9or10: true}, {ChildrenOrVulnerable: true, NationalID: true}},
		},
		"P1_SUBJECTS_NOT_INFORMED": {
			[]PriorityFacts{{HighRisk: true}},
			[]PriorityFacts{{HighRisk: true, SubjectsInformed: true}, {HighRisk: true, Art34Exempt: true}, {SubjectsInformed: false}},
		},
		"P1_ONGOING":           {[]PriorityFacts{{Ongoing: true}}, []PriorityFacts{{}}},
		"P1_MANY_SUBJECTS":     {[]PriorityFacts{{Subjects: number(10_001)}}, []PriorityFacts{{Subjects: number(10_000)}, {Subjects: nil}}},
		"P1_ESSENTIAL_SERVICE": {[]PriorityFacts{{EssentialService: true}}, []PriorityFacts{{}}},
		"P2_SEVERITY_HIGH":     {[]PriorityFacts{{Severity: SeverityHigh}}, []PriorityFacts{{Severity: SeverityMedium}}},
		"P2_SENSITIVE_OVER_100": {
			[]PriorityFacts{{Art9or10: true, Subjects: number(101)}, {NationalID: true, Subjects: number(10_000)}},
			[]PriorityFacts{{Art9or10: true, Subjects: number(100)}, {NationalID: true}, {Subjects: number(101)}},
		},
		"P2_EXFILTRATION": {
			[]PriorityFacts{{ExternalMalicious: true, Exfiltration: true}},
			[]PriorityFacts{{ExternalMalicious: true}, {Exfiltration: true}},
		},
		"P2_LATE_WITHOUT_REASONS": {
			[]PriorityFacts{{Late: true}},
			[]PriorityFacts{{Late: true, DelayReasonsGiven: true}, {DelayReasonsGiven: true}},
		},
		"P2_REPEATED":          {[]PriorityFacts{{RepeatSameCause: 3}, {RepeatSameCause: 4}}, []PriorityFacts{{RepeatSameCause: 2}, {RepeatSameCause: 1}}},
		"P2_CROSS_BORDER_LEAD": {[]PriorityFacts{{CrossBorderLead: true}}, []PriorityFacts{{}}},
	}
	for _, rule := range PriorityRules() {
		tt, ok := tests[rule.ID]
		if !ok {
			t.Errorf("%s has no test", rule.ID)
			continue
		}
		delete(tests, rule.ID)
		if rule.ID[:2] != string(rule.Priority) || rule.Text == "" || rule.TextSV == "" {
			t.Errorf("%+v", rule)
		}
		for _, facts := range tt.on {
			priority, fired := Prioritise(facts)
			if priority != rule.Priority || !cmp.Equal(fired, []string{rule.ID}) {
				t.Errorf("%s: %s by %v for %+v", rule.ID, priority, fired, facts)
			}
		}
		for _, facts := range tt.off {
			if priority, fired := Prioritise(facts); priority != P3 || len(fired) > 0 {
				t.Errorf("%s must not fire: %s by %v for %+v", rule.ID, priority, fired, facts)
			}
		}
	}
	for id := range tests {
		t.Errorf("there is no rule %s", id)
	}
}

func TestPrioritiseTakesTheMostUrgent(t *testing.T) {
	priority, fired := Prioritise(PriorityFacts{CrossBorderLead: true, Late: true, Ongoing: true})
	if priority != P1 || !cmp.Equal(fired, []string{"P1_ONGOING", "P2_LATE_WITHOUT_REASONS", "P2_CROSS_BORDER_LEAD"}) {
		t.Errorf("%s by %v", priority, fired)
	}
	if priority, fired = Prioritise(PriorityFacts{}); priority != P3 || fired != nil {
		t.Errorf("%s by %v", priority, fired)
	}
}
