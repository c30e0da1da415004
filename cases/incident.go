package cases

import (
	"fmt"
	"slices"
	"time"
)

// Incident is what happened once and reached the authority many times: one
// supplier's breach that hundreds of controllers notify. It is a record of its own,
// with events like a case; a case belongs to at most one.
//
// Which cases belong to it is told by their own events alone (the steps link_incident
// and unlink_incident), so that no list of members can ever disagree with them.
type Incident struct {
	ID      string `json:"id"`
	Version int64  `json:"version"` // sequence of the last event
	Head    string `json:"head"`    // hash of the last event's header

	Number    string         `json:"number"` // of the yearly series INC
	Status    IncidentStatus `json:"status"`
	OpenedAt  time.Time      `json:"opened_at"`
	OpenedBy  string         `json:"opened_by"`
	UpdatedAt time.Time      `json:"updated_at"`

	IncidentDescription

	Timeline   []IncidentMoment    `json:"timeline,omitempty"`
	Statements []IncidentStatement `json:"statements,omitempty"`
	Facts      []SharedFact        `json:"facts,omitempty"`
	Dismissed  []Dismissal         `json:"dismissed,omitempty"` // cases that were said not to belong to it
}

// IncidentDescription is what the authority says of an incident, as it stands now.
type IncidentDescription struct {
	Title        string       `json:"title"`
	Supplier     string       `json:"supplier"` // the processor that was breached, or whoever else it happened at
	SupplierID   string       `json:"supplier_id_number,omitempty"`
	Systems      []string     `json:"systems,omitempty"`       // that were affected, as customers name them
	OccurredFrom *time.Time   `json:"occurred_from,omitempty"` // the breach itself
	OccurredTo   *time.Time   `json:"occurred_to,omitempty"`
	DisclosedAt  *time.Time   `json:"disclosed_at,omitempty"` // when customers could know of it
	Cause        Cause        `json:"cause,omitempty"`
	Kind         IncidentKind `json:"kind,omitempty"`
	Summary      Text         `json:"summary,omitempty"`
	Public       bool         `json:"public"` // those who notify may choose it ("I notify about …") and are told the facts for the form
}

// IncidentStatus says whether an incident still grows.
type IncidentStatus string

// The ways an incident stands.
const (
	IncidentOpen   IncidentStatus = "OPEN"
	IncidentClosed IncidentStatus = "CLOSED"
)

// Codes lists the ways an incident stands.
func (IncidentStatus) Codes() []string { return []string{"OPEN", "CLOSED"} }

// IncidentMoment is a point of the incident's own history, as somebody reported it.
type IncidentMoment struct {
	ID         string    `json:"id"`
	At         time.Time `json:"at"`
	Text       Text      `json:"text"`
	Source     string    `json:"source,omitempty"`
	RecordedBy string    `json:"recorded_by"`
	RecordedAt time.Time `json:"recorded_at"`
}

// IncidentStatement is what somebody said of how many there are. Statements stand
// side by side, each with its unit, its precision, its source and its date; they are
// never added up.
type IncidentStatement struct {
	ID         string    `json:"id"`
	Count      Count     `json:"count"` // Source and AsOf are needed
	Note       Text      `json:"note,omitempty"`
	RecordedBy string    `json:"recorded_by"`
	RecordedAt time.Time `json:"recorded_at"`
	Withdrawn  Text      `json:"withdrawn,omitempty"` // why it no longer counts
}

// SharedFact is what the authority has established about an incident once for all
// of its cases, where it is shown with its date.
type SharedFact struct {
	ID        string    `json:"id"`
	Text      Text      `json:"text"`
	Basis     Text      `json:"basis"` // what it rests on
	By        string    `json:"by"`
	At        time.Time `json:"at"`
	Withdrawn Text      `json:"withdrawn,omitempty"` // why it no longer holds
}

// Dismissal says that a suggested case does not belong to the incident, so that it
// is not suggested again.
type Dismissal struct {
	Case   string    `json:"case"`
	Reason Text      `json:"reason,omitempty"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

// What happens to an incident.
const (
	EventIncidentOpened     EventKind = "incident_opened"              // payload IncidentOpened
	EventIncidentDescribed  EventKind = "incident_described"           // payload IncidentDescribed
	EventIncidentMoment     EventKind = "incident_moment_added"        // payload IncidentMoment
	EventIncidentStatement  EventKind = "incident_statement_added"     // payload IncidentStatement
	EventStatementWithdrawn EventKind = "incident_statement_withdrawn" // payload withdrawal
	EventFactEstablished    EventKind = "incident_fact_established"    // payload SharedFact
	EventFactWithdrawn      EventKind = "incident_fact_withdrawn"      // payload withdrawal
	EventIncidentClosed     EventKind = "incident_closed"              // payload because
	EventIncidentReopened   EventKind = "incident_reopened"            // payload because
	EventIncidentDismissed  EventKind = "incident_case_dismissed"      // payload dismissed
)

// IncidentOpened is the first event of an incident.
type IncidentOpened struct {
	Number      string              `json:"number"`
	Description IncidentDescription `json:"description"`
	Reason      Text                `json:"reason,omitempty"`
}

// IncidentDescribed replaces what is said of an incident.
type IncidentDescribed struct {
	Description IncidentDescription `json:"description"`
	Reason      Text                `json:"reason"`
}

// withdrawal takes back a statement or a fact; what was said stays readable.
type withdrawal struct {
	ID     string `json:"id"`
	Reason Text   `json:"reason"`
}

type because struct {
	Reason Text `json:"reason"`
}

type dismissed struct {
	Cases  []string `json:"cases"`
	Reason Text     `json:"reason,omitempty"`
}

// Stand tells how far the incident has come.
func (i *Incident) Stand() (int64, string) { return i.Version, i.Head }

// Apply folds the next event into the incident.
func (i *Incident) Apply(e Event) error {
	if err := e.follows(i.ID, i.Version, i.Head); err != nil {
		return err
	}
	if begins := e.Header.Kind == EventIncidentOpened; begins != (i.Version == 0) {
		return fmt.Errorf("an incident cannot have %q as its event %d", e.Header.Kind, e.Header.Seq)
	}
	if err := i.fold(e); err != nil {
		return err
	}
	i.ID, i.Version, i.Head, i.UpdatedAt = e.Header.Record, e.Header.Seq, e.Header.Hash(), e.Header.At
	return nil
}

func (i *Incident) fold(e Event) error {
	switch h := e.Header; h.Kind {
	case EventIncidentOpened:
		return foldIncident(e, func(p IncidentOpened) {
			i.Number, i.IncidentDescription = p.Number, p.Description
			i.Status, i.OpenedAt, i.OpenedBy = IncidentOpen, h.At, h.Actor
		})
	case EventIncidentDescribed:
		return foldIncident(e, func(p IncidentDescribed) { i.IncidentDescription = p.Description })
	case EventIncidentMoment:
		return foldIncident(e, func(p IncidentMoment) {
			i.Timeline = append(i.Timeline, p)
			slices.SortStableFunc(i.Timeline, func(a, b IncidentMoment) int { return a.At.Compare(b.At) })
		})
	case EventIncidentStatement:
		return foldIncident(e, func(p IncidentStatement) { i.Statements = append(i.Statements, p) })
	case EventStatementWithdrawn:
		return foldIncident(e, func(p withdrawal) {
			for n := range i.Statements {
				if i.Statements[n].ID == p.ID {
					i.Statements[n].Withdrawn = p.Reason
				}
			}
		})
	case EventFactEstablished:
		return foldIncident(e, func(p SharedFact) { i.Facts = append(i.Facts, p) })
	case EventFactWithdrawn:
		return foldIncident(e, func(p withdrawal) {
			if f := i.Fact(p.ID); f != nil {
				f.Withdrawn = p.Reason
			}
		})
	case EventIncidentClosed:
		i.Status = IncidentClosed
	case EventIncidentReopened:
		i.Status = IncidentOpen
	case EventIncidentDismissed:
		return foldIncident(e, func(p dismissed) {
			for _, id := range p.Cases {
				i.Dismissed = append(i.Dismissed, Dismissal{Case: id, Reason: p.Reason, By: h.Actor, At: h.At})
			}
		})
	default:
		return fmt.Errorf("no such kind of event: %q", h.Kind)
	}
	return nil
}

func foldIncident[T any](e Event, apply func(T)) error {
	var p T
	if err := e.Read(&p); err != nil {
		return err
	}
	apply(p)
	return nil
}

// Fact finds a shared fact by its id; nil where there is none.
func (i *Incident) Fact(id string) *SharedFact {
	at := slices.IndexFunc(i.Facts, func(f SharedFact) bool { return f.ID == id })
	if at < 0 {
		return nil
	}
	return &i.Facts[at]
}

// Holding are the facts that hold.
func (i *Incident) Holding() []SharedFact {
	var out []SharedFact
	for _, f := range i.Facts {
		if f.Withdrawn == "" {
			out = append(out, f)
		}
	}
	return out
}

// IsDismissed says whether a case was said not to belong to the incident.
func (i *Incident) IsDismissed(id string) bool {
	return slices.ContainsFunc(i.Dismissed, func(d Dismissal) bool { return d.Case == id })
}
