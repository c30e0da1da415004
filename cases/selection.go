package cases

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// Selection is how the authority chose whom to investigate: by which criteria with
// which weights, among which cases, as each of them was known when the candidates
// were frozen, and who was not chosen and why. Years later it answers why these and
// not the others (equal treatment and objectivity, RF 1:9).
//
// It goes from OPEN, when caseworkers weigh and change, over DECIDED, when it waits
// for a supervisor who had no part in it, to APPROVED. From then on nothing of it
// changes; what is carried out is told on it.
//
// A selection is whole or it is not there. It exists for whoever sees each of its
// candidates, and for nobody else: a part of it would be no record of a choice among
// all, and a gap in it would tell of what is secret. Secret cases are therefore taken
// in only where the author asks for it, and then the selection is theirs who see them.
type Selection struct {
	ID      string `json:"id"`
	Version int64  `json:"version"`
	Head    string `json:"head"`

	SelectionOpening
	By        string             `json:"by"`
	OpenedAt  time.Time          `json:"opened_at"`
	UpdatedAt time.Time          `json:"updated_at"`
	Status    SelectionStatus    `json:"status"`
	Editors   []string           `json:"editors"`            // all who had a part in it: none of them approves it
	Weighings []Weighing         `json:"weighings"`          // the last one counts
	Changes   []SelectionChange  `json:"changes,omitempty"`  // by people, each with its reason
	Decision  *SelectionDecision `json:"decision,omitempty"` // the one that waits, or was approved
	Returned  *SelectionApproval `json:"returned,omitempty"` // the last time that it was not approved
	Approval  *SelectionApproval `json:"approval,omitempty"`
	Outcomes  []SelectionOutcome `json:"outcomes,omitempty"`
	Abandoned *SelectionApproval `json:"abandoned,omitempty"`
}

// SelectionStatus says how far a selection has come.
type SelectionStatus string

// The ways a selection stands.
const (
	SelectionOpen      SelectionStatus = "OPEN"
	SelectionDecided   SelectionStatus = "DECIDED"   // waits for approval
	SelectionApproved  SelectionStatus = "APPROVED"  // is being carried out
	SelectionWaiting   SelectionStatus = "WAITING"   // carried out as far as it could be; the rest waits for a person
	SelectionDone      SelectionStatus = "DONE"      // every investigation is opened
	SelectionAbandoned SelectionStatus = "ABANDONED" // given up before its approval
)

// Codes lists the ways a selection stands.
func (SelectionStatus) Codes() []string {
	return []string{"OPEN", "DECIDED", "APPROVED", "WAITING", "DONE", "ABANDONED"}
}

// Settled says whether nothing of the choice itself can change any more.
func (s SelectionStatus) Settled() bool { return s != SelectionOpen && s != SelectionDecided }

// SelectionOpening is the first event of a selection: what was frozen.
type SelectionOpening struct {
	Incident         string             `json:"incident,omitempty"` // "" where the candidates are a list of somebody's own
	Round            int                `json:"round"`              // 1, and one more each time that the choice is taken up again
	Reason           Text               `json:"reason"`
	Seed             Seed               `json:"seed"` // of the control sample, drawn before anybody chose
	EssentialSectors []SectorOfActivity `json:"essential_sectors,omitempty"`
	Candidates       []Candidate        `json:"candidates"`
	Command          string             `json:"command,omitempty"`
	Body             string             `json:"body,omitempty"` // digest of a keyed request's body
}

// Candidate is a case as it was when the candidates were frozen.
type Candidate struct {
	Case       string           `json:"case"`
	Number     string           `json:"number"`
	Version    int64            `json:"version"` // that was scored
	Controller string           `json:"controller"`
	Sector     SectorOfActivity `json:"sector,omitempty"`
	Secret     bool             `json:"secret,omitempty"` // then
	Cells      []Cell           `json:"cells"`            // one for each criterion, in their order
}

// Weighing is the weight of each criterion, and how many are to be chosen.
type Weighing struct {
	Weights map[Criterion]int `json:"weights"` // 0 to 100; a criterion that is not named weighs nothing
	Choose  int               `json:"choose"`  // how many the rank proposes
	Sample  int               `json:"sample"`  // how many of the others are drawn as a control sample
	Reason  Text              `json:"reason,omitempty"`
	By      string            `json:"by,omitempty"`
	At      time.Time         `json:"at,omitzero"`
}

// Choice is what people say of a candidate against or with the rank.
type Choice string

// The choices.
const (
	ChoiceIn     Choice = "IN"
	ChoiceOut    Choice = "OUT"
	ChoiceByRank Choice = "BY_RANK" // takes an earlier choice back
)

// Codes lists the choices.
func (Choice) Codes() []string { return []string{"IN", "OUT", "BY_RANK"} }

// SelectionChange is what somebody said of one candidate: a choice, a score for its
// own failings, or both, with the reason. With neither it is a remark.
type SelectionChange struct {
	Case        string    `json:"case"`
	Choice      Choice    `json:"choice,omitempty"`
	OwnFailings *int      `json:"own_failings,omitempty"` // 0 to 4
	Reason      Text      `json:"reason"`
	By          string    `json:"by,omitempty"`
	At          time.Time `json:"at,omitzero"`
}

// Order is with what an investigation is opened (GDPR Art. 57(1)(h), 58(1)).
type Order struct {
	Scope      Text     `json:"scope"`
	LegalBasis []string `json:"legal_basis"`
	FocusAreas []string `json:"focus_areas,omitempty"`
	OSSRole    OSSRole  `json:"oss_role,omitempty"`
}

// LeadCase is the case that is opened against the supplier, which has notified
// nothing itself.
type LeadCase struct {
	Name      string            `json:"name"`
	IDNumber  string            `json:"id_number,omitempty"`
	LegalForm LegalForm         `json:"legal_form,omitempty"`
	Subject   string            `json:"subject"`
	Assignee  string            `json:"assignee"` // account id: an investigation has somebody who leads it
	Priority  workflow.Priority `json:"priority,omitempty"`
	Order     Order             `json:"order"`
}

// SelectionDecision is the choice with its reasons, as it is approved.
type SelectionDecision struct {
	Reason Text      `json:"reason"` // of the choice as a whole
	Chosen []Chosen  `json:"chosen"`
	Left   []LeftOut `json:"left"` // every other candidate
	Sample []string  `json:"sample,omitempty"`
	Lead   *LeadCase `json:"lead,omitempty"`
	By     string    `json:"by,omitempty"`
	At     time.Time `json:"at,omitzero"`
}

// Chosen is a case that is to be investigated.
type Chosen struct {
	Case   string `json:"case"`
	Number string `json:"number"`
	Rank   int    `json:"rank"`
	Sum    int    `json:"sum"`
	ByHand bool   `json:"by_hand,omitempty"` // taken in against the rank
	Order  Order  `json:"order"`
}

// LeftOut is a case that was not chosen, and why.
type LeftOut struct {
	Case   string     `json:"case"`
	Number string     `json:"number"`
	Rank   int        `json:"rank"`
	Sum    int        `json:"sum"`
	Why    LeftReason `json:"why"`
	Words  Text       `json:"words,omitempty"` // of whoever left it out, or remarked on it
}

// LeftReason says why a candidate was not chosen.
type LeftReason string

// The reasons.
const (
	LeftByRank LeftReason = "RANK"    // its sum is less than that of the last one that the rank proposed
	LeftByTie  LeftReason = "TIE"     // the same sum, and a later case number
	LeftByHand LeftReason = "BY_HAND" // proposed, and left out for the reason given
)

// Codes lists the reasons for which a candidate is not chosen.
func (LeftReason) Codes() []string { return []string{"RANK", "TIE", "BY_HAND"} }

// SelectionApproval is what a person said to a selection as a whole.
type SelectionApproval struct {
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Reason Text      `json:"reason,omitempty"`
	On     int64     `json:"on"` // version of the selection that they saw
}

// SelectionOutcome is what came of opening one investigation.
type SelectionOutcome struct {
	Case    string          `json:"case"`             // "lead" is the case against the supplier until it is opened
	Opened  string          `json:"opened,omitempty"` // id of the case against the supplier
	Number  string          `json:"number,omitempty"`
	Result  SelectionResult `json:"result"`
	Code    string          `json:"code,omitempty"`
	Message string          `json:"message,omitempty"`
	TS      string          `json:"supervision_number,omitempty"`
	At      time.Time       `json:"at,omitzero"`
}

// leadItem names the case against the supplier among what is carried out.
const leadItem = "lead"

// SelectionResult is what came of opening an investigation.
type SelectionResult string

// The results.
const (
	SelectionOpened  SelectionResult = "OPENED"
	SelectionAlready SelectionResult = "ALREADY" // somebody had opened it otherwise
	SelectionRefused SelectionResult = "REFUSED" // the case has changed so that it cannot be; it waits for a person
)

// Codes lists the results.
func (SelectionResult) Codes() []string { return []string{"OPENED", "ALREADY", "REFUSED"} }

// What happens to a selection.
const (
	EventSelectionOpened    EventKind = "selection_opened"    // payload selectionOpened
	EventSelectionWeighed   EventKind = "selection_weighed"   // payload Weighing
	EventSelectionChanged   EventKind = "selection_changed"   // payload SelectionChange
	EventSelectionDecided   EventKind = "selection_decided"   // payload SelectionDecision
	EventSelectionReturned  EventKind = "selection_returned"  // payload because
	EventSelectionApproved  EventKind = "selection_approved"  // payload because
	EventSelectionOutcomes  EventKind = "selection_outcomes"  // payload selectionOutcomes
	EventSelectionRetried   EventKind = "selection_retried"   // payload because
	EventSelectionAbandoned EventKind = "selection_abandoned" // payload because
)

type selectionOpened struct {
	SelectionOpening
	Weighing Weighing `json:"weighing"`
}

type selectionOutcomes struct {
	Outcomes []SelectionOutcome `json:"outcomes"`
}

// Stand tells how far the selection has come.
func (s *Selection) Stand() (int64, string) { return s.Version, s.Head }

// Apply folds the next event into the selection.
func (s *Selection) Apply(e Event) error {
	if err := e.follows(s.ID, s.Version, s.Head); err != nil {
		return err
	}
	if begins := e.Header.Kind == EventSelectionOpened; begins != (s.Version == 0) {
		return fmt.Errorf("a selection cannot have %q as its event %d", e.Header.Kind, e.Header.Seq)
	}
	if err := s.fold(e); err != nil {
		return err
	}
	s.ID, s.Version, s.Head, s.UpdatedAt = e.Header.Record, e.Header.Seq, e.Header.Hash(), e.Header.At
	return nil
}

func (s *Selection) fold(e Event) error {
	h := e.Header
	switch h.Kind {
	case EventSelectionOpened:
		return foldIncident(e, func(p selectionOpened) {
			s.SelectionOpening, s.By, s.OpenedAt, s.Status = p.SelectionOpening, h.Actor, h.At, SelectionOpen
			s.weigh(h, p.Weighing)
		})
	case EventSelectionWeighed:
		return foldIncident(e, func(p Weighing) { s.weigh(h, p) })
	case EventSelectionChanged:
		return foldIncident(e, func(p SelectionChange) {
			p.By, p.At = h.Actor, h.At
			s.Changes = append(slices.Clip(s.Changes), p)
			s.edited(h.Actor)
		})
	case EventSelectionDecided:
		return foldIncident(e, func(p SelectionDecision) {
			p.By, p.At = h.Actor, h.At
			s.Decision, s.Status = &p, SelectionDecided
			s.edited(h.Actor)
		})
	case EventSelectionOutcomes:
		return foldIncident(e, func(p selectionOutcomes) { s.told(p.Outcomes, h.At) })
	}
	if !slices.Contains(turnsOfSelection, h.Kind) {
		return fmt.Errorf("no such kind of event: %q", h.Kind)
	}
	return foldIncident(e, func(p because) { s.turn(h, p.Reason) })
}

// turnsOfSelection are the events that say something of the selection as a whole.
var turnsOfSelection = []EventKind{EventSelectionReturned, EventSelectionApproved, EventSelectionRetried, EventSelectionAbandoned}

// turn folds what is said of the selection as a whole.
func (s *Selection) turn(h Header, reason Text) {
	said := &SelectionApproval{By: h.Actor, At: h.At, Reason: reason, On: h.Seq - 1}
	switch h.Kind {
	case EventSelectionReturned:
		s.Status, s.Returned, s.Decision = SelectionOpen, said, nil
	case EventSelectionApproved:
		s.Status, s.Approval = SelectionApproved, said
	case EventSelectionRetried:
		s.Status = SelectionApproved
		s.Outcomes = slices.DeleteFunc(slices.Clone(s.Outcomes), func(o SelectionOutcome) bool { return o.Result == SelectionRefused })
	case EventSelectionAbandoned:
		s.Status, s.Abandoned = SelectionAbandoned, said
	}
}

func (s *Selection) weigh(h Header, w Weighing) {
	w.By, w.At = h.Actor, h.At
	s.Weighings = append(slices.Clip(s.Weighings), w)
	s.edited(h.Actor)
}

func (s *Selection) edited(account string) {
	if !slices.Contains(s.Editors, account) {
		s.Editors = append(slices.Clip(s.Editors), account)
	}
}

// told takes in what came of some of the chosen. What was told before stays.
func (s *Selection) told(outcomes []SelectionOutcome, at time.Time) {
	for _, o := range outcomes {
		if s.Outcome(o.Case) == nil {
			o.At = at
			s.Outcomes = append(slices.Clip(s.Outcomes), o)
		}
	}
	switch {
	case len(s.left()) > 0:
	case slices.ContainsFunc(s.Outcomes, func(o SelectionOutcome) bool { return o.Result == SelectionRefused }):
		s.Status = SelectionWaiting
	default:
		s.Status = SelectionDone
	}
}

// left are the items of the decision that have not had their turn.
func (s *Selection) left() []string {
	if s.Decision == nil {
		return nil
	}
	var out []string
	for _, c := range s.Decision.Chosen {
		if s.Outcome(c.Case) == nil {
			out = append(out, c.Case)
		}
	}
	if s.Decision.Lead != nil && s.Outcome(leadItem) == nil {
		out = append(out, leadItem)
	}
	return out
}

// Outcome is what came of a chosen case, nil while it has not had its turn.
func (s *Selection) Outcome(item string) *SelectionOutcome {
	at := slices.IndexFunc(s.Outcomes, func(o SelectionOutcome) bool { return o.Case == item })
	if at < 0 {
		return nil
	}
	return &s.Outcomes[at]
}

// LeadOutcome is what came of the case against the supplier.
func (s *Selection) LeadOutcome() *SelectionOutcome { return s.Outcome(leadItem) }

// Weighing is the weights that count.
func (s *Selection) Weighing() Weighing { return s.Weighings[len(s.Weighings)-1] }

// Candidate is a candidate by the id or number of its case, nil where there is none.
func (s *Selection) Candidate(ref string) *Candidate {
	at := slices.IndexFunc(s.Candidates, func(c Candidate) bool { return c.Case == ref || c.Number == ref })
	if at < 0 {
		return nil
	}
	return &s.Candidates[at]
}

// Commitment is what everybody may know of the seed before the choice is made: its
// digest, as `printf '%s' 'ID|SEED' | sha256sum` computes it. Who could see the seed
// itself could choose so that a certain case is drawn, or is not.
func (s *Selection) Commitment() string {
	sum := sha256.Sum256([]byte(s.ID + "|" + string(s.Seed)))
	return hex.EncodeToString(sum[:])
}
