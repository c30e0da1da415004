package web

import (
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// partyCase is a case as the notifier's side sees it. It shares no type with the
// case itself but what the notifier wrote: a field that is added to a case is not
// shown here unless somebody decides so. It holds no version and no time that moves
// with what the authority does inside.
type partyCase struct {
	ID          string            `json:"id"`
	Number      string            `json:"number"`
	Phase       workflow.Phase    `json:"phase"`
	Controller  string            `json:"controller"`
	ReceivedAt  time.Time         `json:"received_at"`
	Submissions []partySubmission `json:"submissions"`
	Requests    []partyRequest    `json:"requests"`
	Attachments []partyAttachment `json:"attachments" doc:"What came from the notifier's side."`
	Withdrawal  *partyWithdrawal  `json:"withdrawal,omitempty"`
	Decision    *partyDecision    `json:"decision,omitempty" doc:"From the day on which it is served."`
	Closing     *partyClosing     `json:"closing,omitempty" doc:"Once the party was told: by a decision that is served or by a letter."`
}

// partySubmission is what was filed, without who entered it and what they noted.
type partySubmission struct {
	N                  int                      `json:"n"`
	Kind               cases.SubmissionKind     `json:"kind"`
	ReceivedAt         time.Time                `json:"received_at"`
	DispatchedAt       *time.Time               `json:"dispatched_at,omitempty"`
	ArrivedAt          *time.Time               `json:"arrived_at,omitempty"`
	Channel            cases.Channel            `json:"channel"`
	Reason             cases.Text               `json:"reason,omitempty"`
	WithdrawReasonCode cases.WithdrawReasonCode `json:"withdraw_reason_code,omitempty"`
	Complete           bool                     `json:"complete"`
	Receipt            cases.Receipt            `json:"receipt"`
	Notification       *cases.Notification      `json:"notification,omitempty"`
}

// partyRequest is what the authority asked.
type partyRequest struct {
	ID         string             `json:"id"`
	Kind       workflow.ClockKind `json:"kind"`
	Questions  []cases.Text       `json:"questions"`
	AskedAt    time.Time          `json:"asked_at"`
	DueAt      time.Time          `json:"due_at"`
	AnsweredAt *time.Time         `json:"answered_at,omitempty"`
	Open       bool               `json:"open"`
	Draft      *partyDraft        `json:"draft,omitempty" doc:"Of a hearing: what the party is to comment on."`
}

// partyDraft is the draft of a decision as the party may comment on it (FL § 25).
type partyDraft struct {
	Outcome    workflow.Outcome `json:"outcome"`
	LegalBasis []string         `json:"legal_basis"`
	Reasons    cases.Text       `json:"reasons"`
	Conclusion cases.Text       `json:"conclusion,omitempty"`
	Measures   []partyMeasure   `json:"measures"`
}

type partyWithdrawal struct {
	RequestedAt time.Time `json:"requested_at"`
	Answer      string    `json:"answer,omitempty" enum:"ACCEPTED,REFUSED"`
}

// partyDecision is a decision as it was served (FL §§ 31-33).
type partyDecision struct {
	Outcome      workflow.Outcome `json:"outcome"`
	LegalBasis   []string         `json:"legal_basis"`
	Reasons      cases.Text       `json:"reasons"`
	Conclusion   cases.Text       `json:"conclusion,omitempty"`
	Measures     []partyMeasure   `json:"measures"`
	DecidedAt    time.Time        `json:"decided_at"`
	Decider      string           `json:"decider" doc:"Who decided, by name."`
	Rapporteur   string           `json:"rapporteur,omitempty" doc:"Who reported the case, by name."`
	ServedOn     cases.Date       `json:"served_on"`
	AppealEndsAt time.Time        `json:"appeal_ends_at"`
}

type partyMeasure struct {
	Power     workflow.Measure `json:"power"`
	Infringed []string         `json:"infringed"`
	Text      cases.Text       `json:"text"`
	AmountSEK int64            `json:"amount_sek,omitempty"`
	DueAt     *time.Time       `json:"due_at,omitempty"`
}

type partyClosing struct {
	Outcome workflow.Outcome `json:"outcome"`
	At      time.Time        `json:"at"`
	Letter  cases.Text       `json:"letter,omitempty"`
}

// partyCaseOf is the case for the notifier's side. Whoever notified without an
// account may be anybody: what the authority means to decide about the controller,
// and has decided, goes to the controller itself and is not shown by a key.
func (q *call) partyCaseOf(c *cases.Case) partyCase {
	v := partyCase{
		ID: c.ID, Number: c.Number, Phase: c.Phase, Controller: c.Party.Label(), ReceivedAt: c.OpenedAt,
		Submissions: []partySubmission{}, Requests: []partyRequest{}, Attachments: []partyAttachment{},
	}
	for _, at := range c.AttachmentsFor(q.actor) {
		v.Attachments = append(v.Attachments, partyAttachmentOf(at))
	}
	for i := range c.Submissions {
		v.Submissions = append(v.Submissions, partySubmissionOf(c, i+1, false))
	}
	for _, r := range c.Requests {
		v.Requests = append(v.Requests, partyRequest{
			ID: r.ID, Kind: r.Kind, Questions: list(r.Questions), AskedAt: r.AskedAt, DueAt: dueOf(c, r),
			AnsweredAt: r.AnsweredAt, Open: r.Open(),
		})
		if !q.guest() {
			v.Requests[len(v.Requests)-1].Draft = partyDraftOf(r.Draft)
		}
	}
	if w := c.Withdrawal; w != nil {
		v.Withdrawal = &partyWithdrawal{RequestedAt: w.RequestedAt, Answer: w.Answer}
	}
	if q.served(c) && !q.guest() {
		v.Decision = q.partyDecisionOf(c.Decision)
	}
	if end := c.Closing; end != nil && !c.State.Open() && (v.Decision != nil || end.Letter != "") {
		v.Closing = &partyClosing{Outcome: end.Outcome, At: end.At, Letter: end.Letter}
	}
	return v
}

// dueOf is by when a request is to be answered: the authority may have given more
// time, and then the clock has moved.
func dueOf(c *cases.Case, r cases.Request) time.Time {
	for _, k := range c.Clocks {
		if k.Request == r.ID {
			return k.DueAt
		}
	}
	return r.DueAt
}

func partySubmissionOf(c *cases.Case, n int, whole bool) partySubmission {
	sub := &c.Submissions[n-1]
	v := partySubmission{
		N: sub.N, Kind: sub.Kind, ReceivedAt: sub.ReceivedAt, DispatchedAt: sub.DispatchedAt, ArrivedAt: sub.ArrivedAt, Channel: sub.Channel,
		Reason: sub.Reason, WithdrawReasonCode: sub.WithdrawReasonCode, Complete: sub.Complete, Receipt: c.Receipt(n),
	}
	if whole {
		filed := sub.Notification
		filed.RegistrarNote = "" // of the authority's registrar, not of the notifier
		v.Notification = &filed
	}
	return v
}

// served says whether the decision has reached the party: its day of service has
// come.
func (q *call) served(c *cases.Case) bool {
	if c.Decision == nil || c.Decision.ServedOn == "" {
		return false
	}
	today := q.s.now().In(q.s.opt.Zone).Format(time.DateOnly)
	return string(c.Decision.ServedOn) <= today
}

func (q *call) partyDecisionOf(d *cases.Decision) *partyDecision {
	names := q.names([]string{d.Decider, d.Rapporteur})
	v := &partyDecision{
		Outcome: d.Outcome, LegalBasis: list(d.LegalBasis), Reasons: d.Reasons, Conclusion: d.Conclusion, Measures: partyMeasures(d.Measures),
		DecidedAt: d.DecidedAt, Decider: names[d.Decider], Rapporteur: names[d.Rapporteur],
		ServedOn: d.ServedOn, AppealEndsAt: d.AppealEndsAt,
	}
	return v
}

func partyMeasures(of []cases.CorrectiveAction) []partyMeasure {
	out := []partyMeasure{}
	for _, m := range of {
		out = append(out, partyMeasure{m.Power, list(m.Infringed), m.Text, m.AmountSEK, m.DueAt})
	}
	return out
}

func partyDraftOf(d *cases.DecisionDraft) *partyDraft {
	if d == nil {
		return nil
	}
	return &partyDraft{
		Outcome: d.Outcome, LegalBasis: list(d.LegalBasis), Reasons: d.Reasons, Conclusion: d.Conclusion,
		Measures: partyMeasures(d.Measures),
	}
}
