package web

import (
	"net/url"
	"strings"
	"testing"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// TestPointlessSteps: a page neither offers nor refuses what has nothing to do.
func TestPointlessSteps(t *testing.T) {
	t.Parallel()
	open, barred := &cases.Case{}, &cases.Case{Secret: true, Barred: []cases.Bar{{}}}
	for step, want := range map[workflow.StepID][2]bool{
		workflow.StepReceive:      {true, true},
		workflow.StepFlagSecret:   {false, true},
		workflow.StepUnflagSecret: {true, false},
		workflow.StepLiftConflict: {true, false},
		workflow.StepClose:        {false, false},
	} {
		if got := [2]bool{pointless(open, step), pointless(barred, step)}; got != want {
			t.Errorf("%s has nothing to do in an open and in a secret, barred case: %v, want %v", step, got, want)
		}
	}
}

// TestAnswersNameLanguages: people read the name of a language and no id of a unit.
func TestAnswersNameLanguages(t *testing.T) {
	t.Parallel()
	n := cases.Notification{Language: "en"}
	n.Controller.UnitID = "3f8k2m9q4r7t1v5x6y8z0a1b2c"
	for tag, want := range map[string]string{"sv": "engelska", "en": "English"} {
		var said []string
		for _, section := range (page{speech: speeches[tag]}).answers(n) {
			for _, a := range section.Answers {
				said = append(said, a.Value)
			}
		}
		if got := strings.Join(said, "|"); got != want {
			t.Errorf("in %s the answers are %q, want %q", tag, got, want)
		}
	}
}

// TestMineCountsWhatItSays: the link to one's own cases says when ended ones are among them.
func TestMineCountsWhatItSays(t *testing.T) {
	t.Parallel()
	for phase, want := range map[string]string{"": "Mine (all)", openPhases: "Mine"} {
		p := queuePage{page: page{speech: speeches["en"]}}
		if got := p.filters(url.Values{"phase": {phase}}, cases.Facets{})[1].Links[3].Label; got != want {
			t.Errorf("with the phase %q the link is %q, want %q", phase, got, want)
		}
	}
}
