package cases

import (
	"fmt"
	"slices"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// Batch is one step taken on many cases with one reason. It is a record of its own,
// which begins with its intent: what is to be done, on which cases, as each of them
// was seen. Every case gets its own event, under a command that is derived from the
// batch, so that a batch that was interrupted is carried on without anything being
// done twice.
type Batch struct {
	ID      string `json:"id"`
	Version int64  `json:"version"`
	Head    string `json:"head"`

	Step      workflow.StepID `json:"step"`
	Reason    Text            `json:"reason"`
	Data      StepData        `json:"data"`               // the same for every case; a letter may name the case's own facts
	Incident  string          `json:"incident,omitempty"` // that it is about
	By        string          `json:"by"`
	BegunAt   time.Time       `json:"begun_at"`
	UpdatedAt time.Time       `json:"updated_at"`
	EndedAt   *time.Time      `json:"ended_at,omitempty"`
	Status    BatchStatus     `json:"status"`
	Stopped   Text            `json:"stopped,omitempty"` // why it was stopped
	Items     []BatchItem     `json:"items"`
}

// BatchStatus says how far a batch has come.
type BatchStatus string

// The ways a batch stands.
const (
	BatchRunning BatchStatus = "RUNNING"
	BatchDone    BatchStatus = "DONE"
	BatchStopped BatchStatus = "STOPPED"
)

// Codes lists the ways a batch stands.
func (BatchStatus) Codes() []string { return []string{"RUNNING", "DONE", "STOPPED"} }

// BatchItem is one case of a batch, and what came of it.
type BatchItem struct {
	Case    string      `json:"case"`
	Number  string      `json:"number"`
	Version int64       `json:"version"`        // as it was seen; a case that changed since is left alone
	Text    Text        `json:"text,omitempty"` // for this case only
	Result  BatchResult `json:"result,omitempty"`
	Code    string      `json:"code,omitempty"`    // why not
	Message string      `json:"message,omitempty"` // why not, in a sentence
	Seq     int64       `json:"seq,omitempty"`     // of the case's event
}

// BatchResult is what came of a batch in one case.
type BatchResult string

// The results. A case without one has not had its turn.
const (
	BatchTaken   BatchResult = "TAKEN"
	BatchChanged BatchResult = "CHANGED" // somebody changed the case after it was looked at; it is left alone
	BatchRefused BatchResult = "REFUSED" // the procedure does not allow the step
)

// Codes lists the results.
func (BatchResult) Codes() []string { return []string{"TAKEN", "CHANGED", "REFUSED"} }

// Done is how many cases have had their turn.
func (b *Batch) Done() int { return len(b.Items) - b.count("") }

// Taken is in how many cases the step was taken.
func (b *Batch) Taken() int { return b.count(BatchTaken) }

// Left is in how many cases it was not taken, although they had their turn.
func (b *Batch) Left() int { return b.count(BatchChanged) + b.count(BatchRefused) }

func (b *Batch) count(r BatchResult) int {
	n := 0
	for i := range b.Items {
		if b.Items[i].Result == r {
			n++
		}
	}
	return n
}

// What happens to a batch.
const (
	EventBatchBegun    EventKind = "batch_begun"    // payload BatchBegun
	EventBatchProgress EventKind = "batch_progress" // payload BatchProgress
	EventBatchStopped  EventKind = "batch_stopped"  // payload because
)

// BatchBegun is the intent.
type BatchBegun struct {
	Step     workflow.StepID `json:"step"`
	Reason   Text            `json:"reason"`
	Data     StepData        `json:"data"`
	Incident string          `json:"incident,omitempty"`
	Items    []BatchItem     `json:"items"`
	Body     string          `json:"body,omitempty"` // digest of a keyed request's body
}

// BatchProgress tells what came of some of the cases.
type BatchProgress struct {
	Outcomes []BatchOutcome `json:"outcomes"`
}

// BatchOutcome is what came of the case at place N of the batch.
type BatchOutcome struct {
	N       int         `json:"n"`
	Result  BatchResult `json:"result"`
	Code    string      `json:"code,omitempty"`
	Message string      `json:"message,omitempty"`
	Seq     int64       `json:"seq,omitempty"`
}

// Stand tells how far the batch has come.
func (b *Batch) Stand() (int64, string) { return b.Version, b.Head }

// Apply folds the next event into the batch.
func (b *Batch) Apply(e Event) error {
	if err := e.follows(b.ID, b.Version, b.Head); err != nil {
		return err
	}
	if begins := e.Header.Kind == EventBatchBegun; begins != (b.Version == 0) {
		return fmt.Errorf("a batch cannot have %q as its event %d", e.Header.Kind, e.Header.Seq)
	}
	h := e.Header
	switch h.Kind {
	case EventBatchBegun:
		var p BatchBegun
		if err := e.Read(&p); err != nil {
			return err
		}
		b.Step, b.Reason, b.Data, b.Incident, b.Items = p.Step, p.Reason, p.Data, p.Incident, p.Items
		b.By, b.BegunAt, b.Status = h.Actor, h.At, BatchRunning
	case EventBatchProgress:
		var p BatchProgress
		if err := e.Read(&p); err != nil {
			return err
		}
		if err := b.progress(p, h.At); err != nil {
			return err
		}
	case EventBatchStopped:
		var p because
		if err := e.Read(&p); err != nil {
			return err
		}
		b.Status, b.Stopped, b.EndedAt = BatchStopped, p.Reason, &h.At
	default:
		return fmt.Errorf("no such kind of event: %q", h.Kind)
	}
	b.ID, b.Version, b.Head, b.UpdatedAt = h.Record, h.Seq, h.Hash(), h.At
	return nil
}

func (b *Batch) progress(p BatchProgress, at time.Time) error {
	b.Items = slices.Clone(b.Items) // whoever was given the batch keeps it as it was
	for _, o := range p.Outcomes {
		if o.N < 0 || o.N >= len(b.Items) {
			return fmt.Errorf("a batch of %d cases has no outcome %d", len(b.Items), o.N)
		}
		item := &b.Items[o.N]
		item.Result, item.Code, item.Message, item.Seq = o.Result, o.Code, o.Message, o.Seq
	}
	if b.Status == BatchRunning && b.Done() == len(b.Items) {
		b.Status, b.EndedAt = BatchDone, &at
	}
	return nil
}

// batchSteps are the steps that one reason can carry for many cases: none of them
// needs what only a single case can tell, and none is a decision.
var batchSteps = []workflow.StepID{
	workflow.StepRegister, workflow.StepStartTriage, workflow.StepAssign, workflow.StepAssessRisk, workflow.StepSetPriority,
	workflow.StepAssessDelay, workflow.StepRequestSupplement, workflow.StepLinkIncident, workflow.StepUnlinkIncident,
	workflow.StepNote, workflow.StepClose, workflow.StepFileFollowUp, workflow.StepTransfer,
}

// BatchSteps are the steps that can be taken on many cases at once.
func BatchSteps() []workflow.StepID { return slices.Clone(batchSteps) }
