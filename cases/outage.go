package cases

import (
	"fmt"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// Outage is a time during which the service could not be reached: a record of its
// own, with events like a case. It changes no judgement: it is what an authority
// refers to when it accepts the reasons for a delay (Art. 33(1), second sentence).
type Outage struct {
	ID      string `json:"id"`
	Version int64  `json:"version"` // sequence of the last event
	Head    string `json:"head"`    // hash of the last event's header

	Number     string       `json:"number"` // of the yearly series OUT
	Source     OutageSource `json:"source"`
	RecordedAt time.Time    `json:"recorded_at"`
	RecordedBy string       `json:"recorded_by"` // the system's own account for a gap in the heartbeats
	From       time.Time    `json:"from"`
	To         *time.Time   `json:"to,omitempty"` // nil while it goes on
	What       Text         `json:"what"`
	Public     bool         `json:"public"`              // told to everybody on the page of how the service stands
	Corrected  Text         `json:"corrected,omitempty"` // why its times were last changed
	Withdrawn  Text         `json:"withdrawn,omitempty"` // why it was none after all
}

// OutageSource says how the authority knows of an outage.
type OutageSource string

// The sources of outages.
const (
	OutageHeartbeat OutageSource = "HEARTBEAT"
	OutageByHand    OutageSource = "BY_HAND"
)

// Codes lists the sources of outages.
func (OutageSource) Codes() []string { return []string{"HEARTBEAT", "BY_HAND"} }

// What happens to an outage.
const (
	EventOutageRecorded  EventKind = "outage_recorded"  // payload OutageRecorded
	EventOutageCorrected EventKind = "outage_corrected" // payload OutageCorrected
	EventOutageWithdrawn EventKind = "outage_withdrawn" // payload because
)

// OutageRecorded is the first event of an outage.
type OutageRecorded struct {
	Number string       `json:"number"`
	From   time.Time    `json:"from"`
	To     *time.Time   `json:"to,omitempty"`
	What   Text         `json:"what"`
	Source OutageSource `json:"source"`
	Public bool         `json:"public"`
}

// OutageCorrected replaces the times of an outage, for instance when it has ended.
type OutageCorrected struct {
	From   time.Time  `json:"from"`
	To     *time.Time `json:"to,omitempty"`
	Reason Text       `json:"reason"`
}

// Stand tells how far the outage has come.
func (o *Outage) Stand() (int64, string) { return o.Version, o.Head }

// Apply folds the next event into the outage.
func (o *Outage) Apply(e Event) error {
	if err := e.follows(o.ID, o.Version, o.Head); err != nil {
		return err
	}
	if begins := e.Header.Kind == EventOutageRecorded; begins != (o.Version == 0) {
		return fmt.Errorf("an outage cannot have %q as its event %d", e.Header.Kind, e.Header.Seq)
	}
	if err := o.fold(e); err != nil {
		return err
	}
	o.ID, o.Version, o.Head = e.Header.Record, e.Header.Seq, e.Header.Hash()
	return nil
}

func (o *Outage) fold(e Event) error {
	switch h := e.Header; h.Kind {
	case EventOutageRecorded:
		return foldIncident(e, func(p OutageRecorded) {
			o.Number, o.From, o.To, o.What, o.Source, o.Public = p.Number, p.From, p.To, p.What, p.Source, p.Public
			o.RecordedAt, o.RecordedBy = h.At, h.Actor
		})
	case EventOutageCorrected:
		return foldIncident(e, func(p OutageCorrected) { o.From, o.To, o.Corrected = p.From, p.To, p.Reason })
	case EventOutageWithdrawn:
		return foldIncident(e, func(p because) { o.Withdrawn = p.Reason })
	default:
		return fmt.Errorf("no such kind of event: %q", h.Kind)
	}
}

// OutageGrace is how long after an outage a late notification may still be late
// because of it: whoever was turned away in the evening comes back the next day. It
// chooses only what people are shown; whether a delay is excused they decide.
const OutageGrace = 24 * time.Hour

// end is when the outage ended, or now while it goes on.
func (o *Outage) end(now time.Time) time.Time {
	if o.To == nil {
		return now
	}
	return *o.To
}

// Touches says whether a notification may be late because of the outage: its deadline
// fell within it or its grace, and it came, late, before the grace was over. The
// deadline is that of the policy that decided.
func (o *Outage) Touches(j *Judgement, now time.Time) bool {
	if j == nil || !j.Late || o.Withdrawn != "" {
		return false
	}
	due, until := j.Deadlines.For(j.Policy).DueAt, o.end(now).Add(OutageGrace)
	return !due.Before(o.From) && !due.After(until) && j.EffectiveAt.Before(until)
}

// ofParty says whether it is the party that a clock waits for.
func ofParty(k workflow.ClockKind) bool {
	switch k {
	case workflow.ClockSupplement, workflow.ClockSupplementUrgent, workflow.ClockReply, workflow.ClockHearing:
		return true
	}
	return false
}
