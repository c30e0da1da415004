package cases

import (
	"os"
	"strings"
	"testing"

	"github.com/vaka-project/vaka/workflow"
)

// What happens when a clock runs out stands in the document of the procedure, clock
// by clock, with the rule of the system that does it.
func TestDocument_SaysWhatHappensWhenAClockRunsOut(t *testing.T) {
	text, err := os.ReadFile("../docs/workflow.md")
	if err != nil {
		t.Fatal(err)
	}
	_, part, _ := strings.Cut(string(text), "### When a clock runs out")
	part, _, _ = strings.Cut(part, "\n## ")
	for _, kind := range workflow.ClockKind("").Codes() {
		family, _, _ := strings.Cut(kind, "_")
		if !strings.Contains(part, "`"+kind+"`") && !strings.Contains(part, "`"+family+"_*`") {
			t.Errorf("nothing is said of %s", kind)
		}
	}
	for _, rule := range systemRules {
		timed := rule.name != "auto_register" && rule.name != "owner_assigned" // no clock has to run out for these
		if timed && !strings.Contains(part, "`"+rule.name+"`") {
			t.Errorf("the rule %s is not named", rule.name)
		}
	}
}
