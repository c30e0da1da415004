package workflow

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The ways to each outcome, written out by hand from the law and from what
// authorities are known to do.
func TestWaysToOutcomes(t *testing.T) {
	const (
		triage   = "TRIAGE"
		triInv   = "TRIAGE INVESTIGATION"
		transfer = "RECEIVED REGISTERED TRIAGE AWAITING_SUPPLEMENT INVESTIGATION AWAITING_REPLY"
		before   = transfer + " DRAFTING HEARING ART60_CONSULTATION ART65_DISPUTE"
		open     = before + " DECIDED UNDER_APPEAL FOLLOW_UP"
	)
	tests := []struct {
		outcome  Outcome
		from     string // directly, without a decision
		decision bool   // a decision can have it
	}{
		{"NO_FURTHER_ACTION", triInv, false},
		{"FILED_INCOMPLETE", triage, false},
		{"INFORMATION_LETTER", triInv, false},
		{"NOT_A_BREACH", triInv, false},
		{"NO_PERSONAL_DATA_AFFECTED", triInv, false},
		{"OUT_OF_SCOPE", triInv, false},
		{"DUPLICATE", triInv, false},
		{"CONTROLLER_CEASED", triInv, false},
		{"NO_INFRINGEMENT", "INVESTIGATION", true},
		{"INFRINGEMENT_NO_MEASURE", "", true},
		{"DECISION_34_3_MET", "", true},
		{"ORDER_COMMUNICATE", "", true},
		{"WARNING", "", true},
		{"REPRIMAND", "", true},
		{"ORDER_COMPLIANCE", "", true},
		{"LIMITATION_BAN", "", true},
		{"FINE", "", true},
		{"OTHER_58_2", "", true},
		{"TRANSFERRED_LEAD_SA", transfer, false},
		{"TRANSFERRED_OTHER_AUTHORITY", transfer, false},
		{"WITHDRAWN", before, false},
		{"MERGED", open, false},
	}
	if len(tests) != len(Outcomes()) {
		t.Errorf("%d outcomes are tested, there are %d", len(tests), len(Outcomes()))
	}
	for _, tt := range tests {
		got := strings.Join(texts(tt.outcome.ClosesFrom()), " ")
		if got != tt.from {
			t.Errorf("%s closes from %q, want %q", tt.outcome, got, tt.from)
		}
		if tt.outcome.ByDecision() != tt.decision {
			t.Errorf("%s.ByDecision() = %v", tt.outcome, !tt.decision)
		}
		if want := tt.decision && tt.from == ""; tt.outcome.OnlyByDecision() != want {
			t.Errorf("%s.OnlyByDecision() = %v", tt.outcome, !want)
		}
	}
}

func TestOutcomeNeedsAreTaken(t *testing.T) {
	for _, rule := range Outcomes() {
		if rule.Law == "" || len(rule.By) == 0 {
			t.Errorf("%s rests on nothing or cannot be reached", rule.Outcome)
		}
		for _, id := range rule.By {
			step, ok := StepByID(id)
			if !ok {
				t.Fatalf("%s comes by %q, which is no step", rule.Outcome, id)
			}
			for _, field := range rule.Needs {
				if !step.Uses(field) {
					t.Errorf("%s needs %s, which step %s does not take", rule.Outcome, field, id)
				}
			}
		}
	}
}

func TestMeasuresFollowTheArticle(t *testing.T) {
	var articles []string
	for i, m := range Measures() {
		letter := string(rune('a' + i))
		articles = append(articles, m.Article())
		if !strings.HasPrefix(string(m), strings.ToUpper(letter)+"_") || m.Article() != "Art. 58(2)("+letter+")" {
			t.Errorf("%s is not letter %s of the article: %s", m, letter, m.Article())
		}
	}
	if len(articles) != 10 || !slices.IsSorted(articles) {
		t.Error(cmp.Diff([]string(nil), articles))
	}
}
