package notifier

import (
	"testing"

	"github.com/vaka-project/vaka/workflow"
)

// Every rung of every ladder has words for whoever it is for.
func TestWords_KnowEveryRung(t *testing.T) {
	c := testComposer(t)
	for _, code := range workflow.ClockKind("").Codes() {
		kind := workflow.ClockKind(code)
		for _, r := range Ladder(kind) {
			l := letterOf(kind, 0, func(l *Letter) { l.To.Party = r.For == ForParty })
			if _, err := c.Compose(l); err != nil {
				t.Errorf("%s: %v", kind, err)
			}
		}
	}
}
