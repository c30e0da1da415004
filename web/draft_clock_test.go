package web

import (
	"testing"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// The 72 hours of a draft run from what it says of awareness, and another answer is
// another time limit.
func TestDraft_KeepsWhatItsClockRunsFrom(t *testing.T) {
	now := time.Date(2026, 11, 18, 15, 0, 0, 0, time.UTC)
	d := &draft{}
	for i, step := range []struct {
		typed    string
		aware    time.Time
		revision int
	}{
		{"2026-11-18T14:20", time.Date(2026, 11, 18, 13, 20, 0, 0, time.UTC), 1},
		{"2026-11-18T14:20", time.Date(2026, 11, 18, 13, 20, 0, 0, time.UTC), 1},
		{"2026-11-18T09:00", time.Date(2026, 11, 18, 8, 0, 0, 0, time.UTC), 2},
		{"2027-11-18T09:00", time.Time{}, 2}, // not yet
		{"tomorrow", time.Time{}, 2},
		{"2026-11-18T09:00", time.Date(2026, 11, 18, 8, 0, 0, 0, time.UTC), 3},
	} {
		d.set("aware_at", typed{"aware_at": {step.typed}})
		d.clocked(now, workflow.Stockholm)
		if d.Clock == nil || !d.Clock.AwareAt.Equal(step.aware) || d.Clock.Revision != step.revision {
			t.Errorf("step %d, %s: %+v", i, step.typed, d.Clock)
		}
	}
	d.Case = "a supplement"
	if d.clocked(now, workflow.Stockholm); d.Clock != nil {
		t.Errorf("a supplement's clock: %+v", d.Clock)
	}
}
