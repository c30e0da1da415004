package cases

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// What happens to a case besides the steps of the procedure.
const (
	EventReceived       EventKind = "notification_received" // payload Received
	EventOpened         EventKind = "case_opened"           // payload Opened
	EventFiled          EventKind = "submission_filed"      // payload Filed
	EventMergeIntended  EventKind = "merge_intended"        // payload Member, on the master
	EventMergeDone      EventKind = "merge_done"            // payload MergeEnd, on the master
	EventMergeAbandoned EventKind = "merge_abandoned"       // payload MergeEnd, on the master
	EventUndoIntended   EventKind = "merge_undo_intended"   // payload Undoing, on the master
	EventMergeUndone    EventKind = "merge_undone"          // payload MergeEnd, on the master
	EventUndoAbandoned  EventKind = "merge_undo_abandoned"  // payload MergeEnd, on the master
	EventMemberFiled    EventKind = "member_filed"          // payload MemberFiled, on the master
	EventClocksLapsed   EventKind = "clocks_lapsed"         // payload ClockChanges
	EventClockMoved     EventKind = "clock_moved"           // payload ClockMoved
)

// Received is the first event of a case that begins with a notification.
type Received struct {
	Number          string            `json:"number"`
	Party           Party             `json:"party"`
	MandateVerified bool              `json:"mandate_verified"`
	Submission      Submission        `json:"submission"`
	Judgement       Judgement         `json:"judgement"`
	Clocks          []Clock           `json:"clocks"`
	Priority        PriorityJudgement `json:"priority"`
	Body            string            `json:"body,omitempty"` // digest of a keyed request's body
}

// Opened is the first event of a case without a notification.
type Opened struct {
	Number   string            `json:"number"`
	Source   Source            `json:"source"`
	Subject  string            `json:"subject"`
	Reason   Text              `json:"reason"`
	Party    Party             `json:"party"`
	OpenedAt time.Time         `json:"opened_at"` // arrival of the tip, or the decision to look
	Clocks   []Clock           `json:"clocks,omitempty"`
	Priority PriorityJudgement `json:"priority"`
	Body     string            `json:"body,omitempty"`
}

// Filed is a further submission on a case.
type Filed struct {
	Submission Submission         `json:"submission"`
	Judgement  *Judgement         `json:"judgement,omitempty"` // where the awareness was corrected
	From       workflow.State     `json:"from"`
	To         workflow.State     `json:"to"` // differs where the submission answers a request
	Answers    string             `json:"answers,omitempty"`
	Clocks     ClockChanges       `json:"clocks"`
	Priority   *PriorityJudgement `json:"priority,omitempty"`
	Material   []string           `json:"material,omitempty"` // reasons why the change is material
	Body       string             `json:"body,omitempty"`
}

// Taken is a step of the procedure, with everything that was worked out when it
// was taken: a later change of rules, calendars or settings never rewrites it.
type Taken struct {
	From            workflow.State     `json:"from"`
	To              workflow.State     `json:"to"`
	Reason          Text               `json:"reason,omitempty"`
	Data            StepData           `json:"data"`
	Clocks          ClockChanges       `json:"clocks"`
	Request         *Request           `json:"request,omitempty"`  // a request that the step sends
	Number          string             `json:"number,omitempty"`   // a supervision number that the step gives
	Severity        *workflow.Severity `json:"severity,omitempty"` // worked out from Data.Severity
	Priority        *PriorityJudgement `json:"priority,omitempty"`
	Judged          *Judgement         `json:"judged,omitempty"`
	Decision        *Decision          `json:"decision,omitempty"`
	Party           *Party             `json:"party,omitempty"`            // as it was corrected
	MandateVerified bool               `json:"mandate_verified,omitempty"` // with Party
	Closing         *Closing           `json:"closing,omitempty"`
	DeputyFor       string             `json:"deputy_for,omitempty"` // the caseworker who was away and in whose place it was taken
	Body            string             `json:"body,omitempty"`       // digest of a keyed request's body
	Batch           string             `json:"batch,omitempty"`      // id of the batch that it was part of
}

// MergeEnd tells the master how a merge ended, or how the undoing of one did.
type MergeEnd struct {
	Case      string     `json:"case"`
	Intent    int64      `json:"intent"`              // sequence of the event that intends what it ends
	Judgement *Judgement `json:"judgement,omitempty"` // where the member was aware earlier, or no longer counts
	Reason    Text       `json:"reason,omitempty"`
}

// MemberFiled tells the master of a further submission on a case that was merged
// into it.
type MemberFiled struct {
	Case       string `json:"case"`
	Number     string `json:"number"`
	Submission int    `json:"submission"`
}

// ClockChanges are the clocks that an event starts, ends or moves.
type ClockChanges struct {
	Opened []Clock    `json:"opened,omitempty"`
	Ended  []ClockEnd `json:"ended,omitempty"`
	Moved  []Clock    `json:"moved,omitempty"` // the clock as it runs from now on
}

// ClockEnd is how a clock ended.
type ClockEnd struct {
	ID     string      `json:"id"`
	Status ClockStatus `json:"status"`
}

// errForeign tells that a record is there and is not a case: an id may be any record's.
var errForeign = errors.New("the record is not a case")

// Stand tells how far the case has come.
func (c *Case) Stand() (int64, string) { return c.Version, c.Head }

// Apply folds the next event into the case. It computes nothing that an event
// does not hold, so folding gives the same case for ever.
func (c *Case) Apply(e Event) error { return c.applyValue(e, nil) }

// applyValue folds an event of which the payload is at hand, so that it need not
// be read from its bytes; nil when it is not.
func (c *Case) applyValue(e Event, payload any) error {
	if err := e.follows(c.ID, c.Version, c.Head); err != nil {
		return err
	}
	begins := e.Header.Kind == EventReceived || e.Header.Kind == EventOpened
	if c.Version == 0 && !begins {
		return fmt.Errorf("%w: it begins with %q", errForeign, e.Header.Kind)
	}
	if begins && c.Version > 0 {
		return fmt.Errorf("a case cannot have %q as its event %d", e.Header.Kind, e.Header.Seq)
	}
	if err := c.applyPayload(e, payload); err != nil {
		return err
	}
	c.ID, c.Version, c.Head = e.Header.Record, e.Header.Seq, e.Header.Hash()
	c.UpdatedAt = e.Header.At
	c.Phase = c.State.Phase()
	return nil
}

func (c *Case) applyPayload(e Event, payload any) error {
	switch e.Header.Kind {
	case EventReceived:
		return fold(c, e, payload, c.received)
	case EventOpened:
		return fold(c, e, payload, c.opened)
	case EventFiled:
		return fold(c, e, payload, c.filed)
	case EventMergeIntended:
		return fold(c, e, payload, func(h Header, m Member) error {
			m.Intent = h.Seq
			c.Merged = append(c.Merged, m)
			return nil
		})
	case EventMergeDone, EventMergeAbandoned:
		return fold(c, e, payload, c.mergeEnded)
	case EventUndoIntended:
		return fold(c, e, payload, c.undoIntended)
	case EventMergeUndone, EventUndoAbandoned:
		return fold(c, e, payload, c.undoEnded)
	case EventMemberFiled:
		return fold(c, e, payload, func(_ Header, p MemberFiled) error {
			if m := c.member(p.Case); m != nil {
				m.Told = max(m.Told, p.Submission)
			}
			return nil
		})
	case EventHandedOver:
		return fold(c, e, payload, c.handedOver)
	case EventClocksLapsed:
		return fold(c, e, payload, func(h Header, p ClockChanges) error { return c.clocked(h, p) })
	case EventClockMoved:
		return fold(c, e, payload, c.clockMoved)
	case EventAttachmentAdded:
		return fold(c, e, payload, c.attachmentAdded)
	case EventAttachmentRemoved:
		return fold(c, e, payload, c.attachmentRemoved)
	}
	if e.Header.Kind == EventRanked {
		return fold(c, e, payload, c.ranked)
	}
	if e.Header.Kind == EventDuplicatesDismissed {
		return fold(c, e, payload, c.duplicatesDismissed)
	}
	if _, ok := workflow.StepByID(workflow.StepID(e.Header.Kind)); ok {
		return fold(c, e, payload, c.taken)
	}
	return fmt.Errorf("no such kind of event: %q", e.Header.Kind)
}

// keyed is a payload that came from a request with an idempotency key; body is
// the digest of the request's body, "" where there was no key.
type keyed interface{ body() string }

func (p Received) body() string { return p.Body }
func (p Opened) body() string   { return p.Body }
func (p Filed) body() string    { return p.Body }
func (p Taken) body() string    { return p.Body }

// fold hands an event's payload on as T, read from its bytes when it is not at hand. It notes keyed commands,
// so that a repeated request finds the event that it became.
func fold[T any](c *Case, e Event, atHand any, apply func(Header, T) error) error {
	payload, ok := atHand.(T)
	if !ok {
		if err := e.Read(&payload); err != nil {
			return err
		}
	}
	if err := apply(e.Header, payload); err != nil {
		return err
	}
	if k, ok := any(payload).(keyed); ok && k.body() != "" {
		if c.Commands == nil {
			c.Commands = map[string]int64{}
		}
		c.Commands[e.Header.Command] = e.Header.Seq
	}
	return nil
}

func (c *Case) received(h Header, p Received) error {
	c.Number, c.Party, c.MandateVerified = p.Number, p.Party, p.MandateVerified
	c.Source, c.State, c.Episode = SourceNotification, workflow.StateReceived, 1
	c.OpenedBy, c.OpenedAt = h.Actor, p.Submission.ReceivedAt
	c.Submissions = []Submission{p.Submission}
	c.Judgements = []Judgement{p.Judgement}
	c.Clocks = setAt(h.At, p.Clocks)
	c.prioritised(p.Priority)
	return nil
}

func (c *Case) opened(h Header, p Opened) error {
	c.Number, c.Party, c.Source, c.Subject = p.Number, p.Party, p.Source, p.Subject
	c.State, c.Episode = workflow.StateRegistered, 1
	c.OpenedBy, c.OpenedAt, c.MandateVerified = h.Actor, p.OpenedAt, true
	c.Clocks, c.RegisteredAt = setAt(h.At, p.Clocks), &h.At
	c.prioritised(p.Priority)
	return nil
}

func (c *Case) prioritised(p PriorityJudgement) {
	c.Priority = p.Priority
	c.Priorities = append(c.Priorities, p)
}

func (c *Case) filed(h Header, p Filed) error {
	c.Submissions = append(c.Submissions, p.Submission)
	if c.State = p.To; !c.State.Open() {
		c.Unread = p.Submission.N
	}
	if p.Judgement != nil {
		c.Judgements = append(c.Judgements, *p.Judgement)
	}
	if p.Priority != nil {
		c.prioritised(*p.Priority)
	}
	if p.Answers != "" {
		c.answered(p.Answers, p.Submission.ReceivedAt, "")
	}
	if p.Submission.Kind == SubmissionWithdrawal {
		c.Withdrawal = &Withdrawal{RequestedAt: h.At, Submission: p.Submission.N}
	}
	return c.clocked(h, p.Clocks)
}

func (c *Case) answered(id string, at time.Time, answer Text) {
	for i := range c.Requests {
		if c.Requests[i].ID == id {
			c.Requests[i].AnsweredAt, c.Requests[i].Answer = &at, answer
		}
	}
}

// clocked ends, moves and starts clocks. One that is not open never changes.
func (c *Case) clocked(h Header, p ClockChanges) error {
	for _, end := range p.Ended {
		k := c.openClock(end.ID)
		if k == nil {
			return fmt.Errorf("no open clock %q to end", end.ID)
		}
		at := h.At
		k.Status, k.ClosedAt = end.Status, &at
	}
	for _, moved := range p.Moved {
		k := c.openClock(moved.ID)
		if k == nil {
			return fmt.Errorf("no open clock %q to move", moved.ID)
		}
		*k = moved
		k.SetAt = h.At
		c.putOff(moved.Request, moved.DueAt)
	}
	c.Clocks = append(c.Clocks, setAt(h.At, p.Opened)...)
	return nil
}

// setAt are clocks that an event starts. The event's own time says when, so that
// it need not be told twice, and events of every version tell it.
func setAt(at time.Time, opened []Clock) []Clock {
	opened = slices.Clone(opened)
	for i := range opened {
		opened[i].SetAt = at
	}
	return opened
}

func (c *Case) openClock(id string) *Clock {
	for i := range c.Clocks {
		if c.Clocks[i].ID == id && c.Clocks[i].Status == ClockOpen {
			return &c.Clocks[i]
		}
	}
	return nil
}

// putOff gives a request the date of its clock.
func (c *Case) putOff(request string, due time.Time) {
	for i := range c.Requests {
		if r := &c.Requests[i]; r.ID == request && r.Open() {
			r.DueAt = due
		}
	}
}

func (c *Case) mergeEnded(h Header, p MergeEnd) error {
	status := MergeAbandoned
	if h.Kind == EventMergeDone {
		status = MergeDone
	}
	for i := range c.Merged {
		if m := &c.Merged[i]; m.Intent == p.Intent && m.Status == MergeIntended {
			m.Status = status
		}
	}
	if p.Judgement != nil {
		c.Judgements = append(c.Judgements, *p.Judgement)
	}
	return nil
}

func (c *Case) undoIntended(h Header, p Undoing) error {
	if m := c.member(p.Case); m != nil {
		p.Intent = h.Seq
		m.Status, m.Undo = MergeUndoing, &p
	}
	return nil
}

func (c *Case) undoEnded(h Header, p MergeEnd) error {
	for i := range c.Merged {
		m := &c.Merged[i]
		if m.Status != MergeUndoing || m.Undo == nil || m.Undo.Intent != p.Intent {
			continue
		}
		m.Status = MergeDone
		if h.Kind == EventMergeUndone {
			m.Status = MergeUndone
		}
	}
	if p.Judgement != nil {
		c.Judgements = append(c.Judgements, *p.Judgement)
	}
	return nil
}

// taken folds a step: first what every step may bring, then what is the step's own.
func (c *Case) taken(h Header, p Taken) error {
	step := workflow.StepID(h.Kind)
	if has, ok := stepNeeds[step]; ok && !has(c, p) {
		return fmt.Errorf("the event lacks what %q is about", step)
	}
	c.State = p.To
	if err := c.clocked(h, p.Clocks); err != nil {
		return err
	}
	if p.Request != nil {
		c.Requests = append(c.Requests, *p.Request)
	}
	if p.Number != "" {
		c.SupervisionNumber = p.Number
	}
	if p.Priority != nil {
		c.prioritised(*p.Priority)
	}
	if p.Judged != nil {
		c.Judgements = append(c.Judgements, *p.Judged)
	}
	if p.Decision != nil {
		c.Decision = p.Decision
	}
	if p.Closing != nil {
		c.Closing = p.Closing
		c.Master = p.Data.MasterCase
		c.dropRequests()
	}
	if apply, ok := stepFolds[step]; ok {
		apply(c, h, p)
	}
	return nil
}

// dropRequests lets nothing be waited for in a case that has ended.
func (c *Case) dropRequests() {
	for i := range c.Requests {
		if r := &c.Requests[i]; r.Open() {
			r.Cancelled = true
		}
	}
}

// stepNeeds says for steps what the case or the event must have for them. The
// procedure saw to it when the step was taken; an event that comes from elsewhere
// may be anything.
var stepNeeds = map[workflow.StepID]func(*Case, Taken) bool{
	workflow.StepEditDraft:        func(_ *Case, p Taken) bool { return p.Data.Draft != nil },
	workflow.StepSignOff:          func(c *Case, _ Taken) bool { return c.Draft != nil },
	workflow.StepSendHearing:      func(c *Case, _ Taken) bool { return c.Draft != nil },
	workflow.StepAssessSeverity:   func(_ *Case, p Taken) bool { return p.Data.Severity != nil && p.Severity != nil },
	workflow.StepAssessAwareness:  func(_ *Case, p Taken) bool { return p.Data.AwareAt != nil },
	workflow.StepMeasureDone:      func(_ *Case, p Taken) bool { return p.Data.Measure != nil },
	workflow.StepCorrectParty:     func(_ *Case, p Taken) bool { return p.Party != nil },
	workflow.StepAcceptWithdrawal: func(c *Case, _ Taken) bool { return c.Withdrawal != nil },
	workflow.StepRefuseWithdrawal: func(c *Case, _ Taken) bool { return c.Withdrawal != nil },
	workflow.StepJudgmentUpheld:   holdsJudgment,
	workflow.StepJudgmentRemitted: holdsJudgment,
	workflow.StepJudgmentVaried:   holdsJudgment,
	workflow.StepJudgmentAnnulled: holdsJudgment,
}

func holdsJudgment(_ *Case, p Taken) bool { return p.Data.Judgment != nil }

// stepFolds are the effects of single steps on the case.
var stepFolds = map[workflow.StepID]func(*Case, Header, Taken){
	workflow.StepRegister: func(c *Case, h Header, p Taken) {
		c.diary(p.Data.DiaryNumber)
		c.RegisteredAt = &h.At
	},
	workflow.StepSetDiaryNumber:    func(c *Case, _ Header, p Taken) { c.diary(p.Data.DiaryNumber) },
	workflow.StepStartTriage:       func(c *Case, _ Header, p Taken) { c.assign(p.Data.Assignee) },
	workflow.StepAssign:            func(c *Case, _ Header, p Taken) { c.assign(p.Data.Assignee) },
	workflow.StepSupplementExpired: foldExpired,
	workflow.StepReplyExpired:      foldExpired,
	workflow.StepHearingExpired:    foldExpired,
	workflow.StepReplyReceived:     foldAnswered,
	workflow.StepHearingAnswered:   foldAnswered,
	workflow.StepOpenInvestigation: foldOpening,
	workflow.StepDetermineOSS:      func(c *Case, _ Header, p Taken) { c.oneStopShop(p) },
	workflow.StepStartDrafting: func(c *Case, h Header, p Taken) {
		c.Memo = &Memo{
			Text: p.Data.Memo, FineConsidered: p.Data.FineConsidered, FineFactors: p.Data.FineFactors,
			By: h.Actor, At: h.At,
		}
	},
	workflow.StepEditDraft: foldDraft,
	workflow.StepSignOff:   func(c *Case, h Header, _ Taken) { c.Draft.SignedBy = h.Actor },
	workflow.StepSendHearing: func(c *Case, _ Header, _ Taken) {
		heard := c.Draft.Text.heard()
		c.Draft.Heard, c.Draft.HeardText = c.Draft.Version, &heard
	},
	workflow.StepConsultArt60:     foldConsultation,
	workflow.StepRecordObjection:  func(c *Case, _ Header, p Taken) { c.ossRecord().Objection = p.Data.Objection },
	workflow.StepFollowObjection:  foldObjection,
	workflow.StepReferArt65:       foldObjection,
	workflow.StepMeasureDone:      foldMeasure,
	workflow.StepAcceptCompliance: foldCompliance,
	workflow.StepJudgmentUpheld:   foldJudgment,
	workflow.StepJudgmentRemitted: func(c *Case, h Header, p Taken) {
		foldJudgment(c, h, p)
		c.Decision, c.Draft = nil, nil // it is no longer in force, and what comes is heard and decided anew
	},
	workflow.StepOrderNotComplied: func(c *Case, _ Header, _ Taken) { c.Draft = nil }, // the order stands; what comes is another decision
	workflow.StepJudgmentVaried:   foldJudgment,
	workflow.StepJudgmentAnnulled: foldJudgment,
	workflow.StepReopen:           foldReopen,
	workflow.StepAppealReceived:   foldAppeal,
	workflow.StepFileFollowUp:     func(c *Case, _ Header, _ Taken) { c.Unread = 0 },
	workflow.StepAcceptWithdrawal: foldWithdrawal,
	workflow.StepRefuseWithdrawal: foldWithdrawal,
	workflow.StepAssessRisk: func(c *Case, h Header, p Taken) {
		c.Risk = &RiskAssessment{Risk: p.Data.Risk, Reason: p.Reason, By: h.Actor, At: h.At}
	},
	workflow.StepAssessSeverity: func(c *Case, h Header, p Taken) {
		c.Severity = &SeverityAssessment{Input: *p.Data.Severity, Result: *p.Severity, By: h.Actor, At: h.At}
	},
	workflow.StepAssessAwareness: func(c *Case, h Header, p Taken) {
		c.Awareness = &AwarenessAssessment{AwareAt: *p.Data.AwareAt, Reason: p.Reason, By: h.Actor, At: h.At}
	},
	workflow.StepAssessDelay: func(c *Case, h Header, p Taken) {
		c.Delay = &DelayAssessment{Assessment: p.Data.DelayAssessment, Reason: p.Reason, By: h.Actor, At: h.At}
	},
	workflow.StepLinkIncident:   func(c *Case, _ Header, p Taken) { c.Incident = p.Data.Incident },
	workflow.StepUnlinkIncident: func(c *Case, _ Header, _ Taken) { c.Incident = "" },
	workflow.StepDeviateFact:    func(c *Case, h Header, p Taken) { c.deviate(h, p) },
	workflow.StepAssessArt34: func(c *Case, h Header, p Taken) {
		c.Art34 = &Article34Assessment{Finding: p.Data.Art34, Reason: p.Reason, By: h.Actor, At: h.At}
	},
	workflow.StepCorrectParty: func(c *Case, _ Header, p Taken) { c.Party, c.MandateVerified = *p.Party, p.MandateVerified },
	workflow.StepFlagSecret:   func(c *Case, _ Header, p Taken) { c.Secret, c.Named = true, p.Data.NamedStaff },
	workflow.StepUnflagSecret: func(c *Case, _ Header, _ Taken) { c.Secret, c.Named = false, nil },
	workflow.StepDeclareConflict: func(c *Case, h Header, p Taken) {
		c.Barred = append(c.Barred, Bar{Account: p.Data.Account, Reason: p.Reason, By: h.Actor, At: h.At})
		if c.Assignee == p.Data.Account {
			c.Assignee = ""
		}
	},
	workflow.StepLiftConflict: func(c *Case, _ Header, p Taken) {
		c.Barred = slices.DeleteFunc(c.Barred, func(b Bar) bool { return b.Account == p.Data.Account })
	},
	workflow.StepNote: func(c *Case, h Header, p Taken) {
		c.Notes = append(c.Notes, Note{N: len(c.Notes) + 1, At: h.At, By: h.Actor, Text: p.Data.Text})
	},
}

func (c *Case) diary(number string) {
	if number != "" {
		c.DiaryNumber = number
	}
}

func (c *Case) assign(account string) {
	if account != "" {
		c.Assignee = account
	}
}

func (c *Case) ossRecord() *OneStopShop {
	if c.OSS == nil {
		c.OSS = &OneStopShop{Role: OSSUndetermined}
	}
	return c.OSS
}

func (c *Case) oneStopShop(p Taken) {
	if p.Data.OSSRole == "" {
		return
	}
	o := c.ossRecord()
	o.Role, o.LeadSA, o.Reason = p.Data.OSSRole, p.Data.LeadSA, p.Reason
}

func foldExpired(c *Case, _ Header, _ Taken) {
	if r := c.OpenRequest(); r != nil {
		r.Expired = true
	}
}

func foldAnswered(c *Case, h Header, p Taken) {
	at := h.At
	if p.Data.ReceivedAt != nil {
		at = *p.Data.ReceivedAt
	}
	if r := c.OpenRequest(); r != nil {
		c.answered(r.ID, at, p.Data.Note)
	}
}

func foldOpening(c *Case, h Header, p Taken) {
	c.oneStopShop(p)
	c.Opening = &InvestigationOpening{
		OpenedAt: h.At, By: h.Actor, Scope: p.Data.Scope,
		LegalBasis: p.Data.LegalBasis, FocusAreas: p.Data.FocusAreas, Reason: p.Reason,
	}
}

// foldDraft makes a new version of the draft: a sign-off holds for the version
// that was read only.
func foldDraft(c *Case, h Header, p Taken) {
	if c.Draft == nil {
		c.Draft = &Draft{}
	}
	c.Draft.Version++
	c.Draft.Text, c.Draft.SignedBy, c.Draft.At = *p.Data.Draft, "", h.At
	if !slices.Contains(c.Draft.Editors, h.Actor) {
		c.Draft.Editors = append(c.Draft.Editors, h.Actor)
	}
}

func foldConsultation(c *Case, _ Header, p Taken) {
	o := c.ossRecord()
	o.IMINumber, o.Consulted, o.Objection = p.Data.IMINumber, true, ""
}

// foldObjection notes the objection that is followed or referred: it no longer
// waits for an answer.
func foldObjection(c *Case, _ Header, p Taken) {
	o := c.ossRecord()
	o.Objection, o.Answered = "", append(o.Answered, p.Data.Objection)
}

func foldMeasure(c *Case, h Header, p Taken) {
	i := *p.Data.Measure - 1
	if c.Decision != nil && i >= 0 && i < len(c.Decision.Measures) {
		at := h.At
		c.Decision.Measures[i].DoneAt, c.Decision.Measures[i].Evidence = &at, p.Data.Evidence
	}
}

// foldCompliance marks every measure that was still open as done.
func foldCompliance(c *Case, h Header, p Taken) {
	if c.Decision == nil {
		return
	}
	for i := range c.Decision.Measures {
		if m := &c.Decision.Measures[i]; m.DoneAt == nil {
			at := h.At
			m.DoneAt, m.Evidence = &at, p.Data.Evidence
		}
	}
}

func foldJudgment(c *Case, h Header, p Taken) {
	j := *p.Data.Judgment
	j.Result, j.Reason = workflow.StepID(h.Kind), p.Reason
	c.Judgments = append(c.Judgments, j)
}

// foldReopen begins a new episode under the same number. What the episode before
// decided stays in the events; the case is open again without it. A wish to
// withdraw that nobody answered still waits.
func foldReopen(c *Case, _ Header, _ Taken) {
	c.Episode++
	c.Closing, c.Decision, c.Draft, c.Memo, c.Master, c.Unread = nil, nil, nil, nil, "", 0
	if c.Withdrawal != nil && c.Withdrawal.Answer != "" {
		c.Withdrawal = nil
	}
	if o := c.OSS; o != nil {
		c.OSS = &OneStopShop{Role: o.Role, LeadSA: o.LeadSA, Reason: o.Reason}
	}
}

// foldAppeal takes a case that was closed with its decision back as it was before:
// whoever works on it again has every version before them.
func foldAppeal(c *Case, _ Header, _ Taken) {
	c.Closing, c.Master, c.Unread = nil, "", 0
}

func foldWithdrawal(c *Case, h Header, p Taken) {
	c.Withdrawal.Reason, c.Withdrawal.By = p.Reason, h.Actor
	c.Withdrawal.Answer = WithdrawalRefused
	if workflow.StepID(h.Kind) == workflow.StepAcceptWithdrawal {
		c.Withdrawal.Answer = WithdrawalAccepted
	}
}
