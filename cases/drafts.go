package cases

import (
	"fmt"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// DraftVersion is the draft of a decision as somebody left it.
type DraftVersion struct {
	N    int // as Draft.Version counts
	Text DecisionDraft
	By   string
	At   time.Time
	Seq  int64 // of the event that it came with
}

// DraftVersions are the versions of the draft that the events of a case lead to,
// the first one first. A draft that was given up, as when a case is remitted, is
// none of them.
func DraftVersions(events []Event) ([]DraftVersion, error) {
	c, out := &Case{}, []DraftVersion(nil)
	for _, e := range events {
		if err := c.Apply(e); err != nil {
			return nil, fmt.Errorf("folding %s: %w", Key(e.Header.Record, e.Header.Seq), err)
		}
		switch {
		case c.Draft == nil:
			out = nil
		case e.Header.Kind == EventKind(workflow.StepEditDraft):
			out = append(out, DraftVersion{c.Draft.Version, c.Draft.Text, e.Header.Actor, e.Header.At, e.Header.Seq})
		}
	}
	return out, nil
}
