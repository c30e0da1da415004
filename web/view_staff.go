package web

import (
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// caseView is a case as staff see it: all that is known and decided, worded where
// words help. The histories of the judgements and priorities are kept whole.
type caseView struct {
	ID                string `json:"id"`
	Version           int64  `json:"version" doc:"Also in ETag; a step names it in If-Match."`
	Number            string `json:"number"`
	DiaryNumber       string `json:"diary_number,omitempty"`
	SupervisionNumber string `json:"supervision_number,omitempty"`

	State        workflow.State `json:"state"`
	StateTitle   string         `json:"state_title"`
	StateTitleSV string         `json:"state_title_sv"`
	Phase        workflow.Phase `json:"phase"`
	Episode      int            `json:"episode"`
	Source       cases.Source   `json:"source"`
	Subject      string         `json:"subject,omitempty"`
	Party        cases.Party    `json:"party"`
	Controller   string         `json:"controller" doc:"The party in one line, as lists show it."`
	OpenedBy     string         `json:"opened_by"`
	Unverified   bool           `json:"sender_unverified" doc:"It was notified without an account: nobody has checked who sent it."`
	ReceivedAt   time.Time      `json:"received_at"`
	RegisteredAt *time.Time     `json:"registered_at,omitempty"`
	UpdatedAt    time.Time      `json:"updated_at"`

	MandateVerified bool                  `json:"mandate_verified" doc:"Whoever acts for the controller unit sees the case: whoever filed had a recorded mandate for it, or a registrar stated it."`
	Late            bool                  `json:"late" doc:"By the judgement that counts. It concludes no infringement."`
	NextDueAt       *time.Time            `json:"next_due_at,omitempty"`
	Submissions     []submissionView      `json:"submissions"`
	Notification    *cases.Notification   `json:"notification,omitempty" doc:"The newest version, whole."`
	Lamps           *cases.MinimumContent `json:"lamps,omitempty" doc:"How much of the minimum content of Art. 33(3) is there."`
	Judgements      []cases.Judgement     `json:"judgements" doc:"Of the 72 hours; the last one counts."`
	Clocks          []cases.Clock         `json:"clocks"`
	Requests        []cases.Request       `json:"requests"`

	Priority      workflow.Priority         `json:"priority"`
	PriorityRules []firedRule               `json:"priority_rules" doc:"The rules that the priority follows from; none where a person set it or no rule fired."`
	Priorities    []cases.PriorityJudgement `json:"priorities"`

	Risk      *cases.RiskAssessment      `json:"risk,omitempty"`
	Severity  *cases.SeverityAssessment  `json:"severity,omitempty"`
	Awareness *cases.AwarenessAssessment `json:"awareness,omitempty"`
	Delay     *cases.DelayAssessment     `json:"delay,omitempty"`
	Art34     *cases.Article34Assessment `json:"art34,omitempty" doc:"The authority's view whether a condition of Art. 34(3) is met."`
	OSS       *cases.OneStopShop         `json:"oss,omitempty"`

	Withdrawal *cases.Withdrawal           `json:"withdrawal,omitempty"`
	Opening    *cases.InvestigationOpening `json:"opening,omitempty"`
	Memo       *cases.Memo                 `json:"memo,omitempty"`
	Draft      *cases.Draft                `json:"draft,omitempty"`
	Decision   *cases.Decision             `json:"decision,omitempty"`
	Judgments  []cases.CourtJudgment       `json:"judgments"`
	Closing    *cases.Closing              `json:"closing,omitempty"`
	Merged     []memberView                `json:"merged"`
	Master     string                      `json:"master,omitempty"`
	Unread     int                         `json:"unread_submission,omitempty" doc:"The newest version that came after the end and that nobody has dealt with."`

	Assignee string       `json:"assignee,omitempty"`
	Secret   bool         `json:"secret"`
	Named    []string     `json:"named"`
	Barred   []cases.Bar  `json:"barred"`
	Notes    []cases.Note `json:"notes"`
	Incident string       `json:"incident,omitempty"`

	Attachments []attachmentView `json:"attachments"`

	People map[string]string `json:"people" doc:"Names of the accounts that the case mentions, by id."`
}

// submissionView is one version of the notification with its receipt.
type submissionView struct {
	N                  int                      `json:"n"`
	Kind               cases.SubmissionKind     `json:"kind"`
	ReceivedAt         time.Time                `json:"received_at"`
	DispatchedAt       *time.Time               `json:"dispatched_at,omitempty"`
	ArrivedAt          *time.Time               `json:"arrived_at,omitempty"`
	Channel            cases.Channel            `json:"channel"`
	By                 string                   `json:"by"`
	Unverified         bool                     `json:"sender_unverified" doc:"It was sent without an account."`
	RegistrarNote      cases.Text               `json:"registrar_note,omitempty"`
	Reason             cases.Text               `json:"reason,omitempty"`
	WithdrawReasonCode cases.WithdrawReasonCode `json:"withdraw_reason_code,omitempty"`
	Complete           bool                     `json:"complete"`
	Receipt            cases.Receipt            `json:"receipt"`
	Notification       *cases.Notification      `json:"notification,omitempty"`
}

// firedRule is a rule of priority in words.
type firedRule struct {
	ID       string            `json:"id"`
	Priority workflow.Priority `json:"priority"`
	Text     string            `json:"text"`
	TextSV   string            `json:"text_sv"`
}

// memberView is a case that was merged into this one, or is about to be.
type memberView struct {
	Case   string     `json:"case"`
	Number string     `json:"number"`
	By     string     `json:"by"`
	Reason cases.Text `json:"reason"`
	Status string     `json:"status" enum:"INTENDED,DONE,ABANDONED,UNDOING,UNDONE"`
}

func submissionOf(c *cases.Case, n int, whole bool) submissionView {
	sub := &c.Submissions[n-1]
	v := submissionView{
		N: sub.N, Kind: sub.Kind, ReceivedAt: sub.ReceivedAt, DispatchedAt: sub.DispatchedAt, ArrivedAt: sub.ArrivedAt, Channel: sub.Channel, By: sub.By, Unverified: sub.SenderUnverified(),
		RegistrarNote: sub.RegistrarNote, Reason: sub.Reason, WithdrawReasonCode: sub.WithdrawReasonCode,
		Complete: sub.Complete, Receipt: c.Receipt(n),
	}
	if whole {
		v.Notification = &sub.Notification
	}
	return v
}

// caseViewOf is the whole case for staff.
func (q *call) caseViewOf(c *cases.Case) caseView {
	v := caseView{
		ID: c.ID, Version: c.Version, Number: c.Number, DiaryNumber: c.DiaryNumber, SupervisionNumber: c.SupervisionNumber,
		State: c.State, StateTitle: c.State.Title(), StateTitleSV: c.State.TitleSV(), Phase: c.Phase, Episode: c.Episode,
		Source: c.Source, Subject: c.Subject, Party: c.Party, Controller: c.Party.Label(), OpenedBy: c.OpenedBy, Unverified: c.SenderUnverified(),
		ReceivedAt: c.OpenedAt, RegisteredAt: c.RegisteredAt, UpdatedAt: c.UpdatedAt,
		MandateVerified: c.MandateVerified, Late: c.Late(), NextDueAt: c.NextDue(), Submissions: []submissionView{},
		Judgements: list(c.Judgements), Clocks: list(c.Clocks), Requests: list(c.Requests),
		Priority: c.Priority, PriorityRules: rulesOf(c), Priorities: list(c.Priorities),
		Risk: c.Risk, Severity: c.Severity, Awareness: c.Awareness, Delay: c.Delay, Art34: c.Art34, OSS: c.OSS, Withdrawal: c.Withdrawal,
		Opening: c.Opening, Memo: c.Memo, Draft: c.Draft, Decision: c.Decision, Judgments: list(c.Judgments),
		Closing: c.Closing, Merged: []memberView{}, Master: c.Master, Unread: c.Unread,
		Assignee: c.Assignee, Secret: c.Secret, Named: list(c.Named), Barred: list(c.Barred), Notes: list(c.Notes), Incident: c.Incident,
		Attachments: []attachmentView{},
	}
	for _, at := range c.Attachments {
		v.Attachments = append(v.Attachments, attachmentOf(at))
	}
	for i := range c.Submissions {
		v.Submissions = append(v.Submissions, submissionOf(c, i+1, false))
	}
	if latest := c.Latest(); latest != nil {
		lamps := cases.Lamps(latest.Notification)
		v.Notification, v.Lamps = &latest.Notification, &lamps
	}
	for _, m := range c.Merged {
		v.Merged = append(v.Merged, memberView{m.Case, m.Number, m.By, m.Reason, m.Status})
	}
	v.People = q.names(mentioned(c))
	return v
}

var ruleByID = func() map[string]firedRule {
	rules := map[string]firedRule{}
	for _, r := range workflow.PriorityRules() {
		rules[r.ID] = firedRule{r.ID, r.Priority, r.Text, r.TextSV}
	}
	return rules
}()

// rulesOf are the rules that the case's priority follows from, in words.
func rulesOf(c *cases.Case) []firedRule {
	out := []firedRule{}
	if len(c.Priorities) == 0 {
		return out
	}
	for _, id := range c.Priorities[len(c.Priorities)-1].Rules {
		rule, known := ruleByID[id]
		if !known {
			rule = firedRule{ID: id, Priority: c.Priority} // a rule of an earlier version of the program
		}
		out = append(out, rule)
	}
	return out
}

// mentioned are the accounts that a case names.
func mentioned(c *cases.Case) []string {
	ids := append([]string{c.OpenedBy, c.Assignee}, c.Named...)
	for i := range c.Submissions {
		ids = append(ids, c.Submissions[i].By)
	}
	for _, at := range c.Attachments {
		ids = append(ids, at.AddedBy)
		if at.Removed != nil {
			ids = append(ids, at.Removed.By)
		}
	}
	for _, r := range c.Requests {
		ids = append(ids, r.AskedBy)
	}
	for _, p := range c.Priorities {
		ids = append(ids, p.By)
	}
	for _, n := range c.Notes {
		ids = append(ids, n.By)
	}
	for _, b := range c.Barred {
		ids = append(ids, b.Account, b.By)
	}
	for _, m := range c.Merged {
		ids = append(ids, m.By)
	}
	if c.Risk != nil {
		ids = append(ids, c.Risk.By)
	}
	if c.Severity != nil {
		ids = append(ids, c.Severity.By)
	}
	if c.Awareness != nil {
		ids = append(ids, c.Awareness.By)
	}
	if c.Delay != nil {
		ids = append(ids, c.Delay.By)
	}
	if c.Art34 != nil {
		ids = append(ids, c.Art34.By)
	}
	if c.Withdrawal != nil {
		ids = append(ids, c.Withdrawal.By)
	}
	if c.Opening != nil {
		ids = append(ids, c.Opening.By)
	}
	if c.Memo != nil {
		ids = append(ids, c.Memo.By)
	}
	if c.Draft != nil {
		ids = append(append(ids, c.Draft.Editors...), c.Draft.SignedBy, c.Draft.Text.Rapporteur)
	}
	if c.Decision != nil {
		ids = append(ids, c.Decision.Decider, c.Decision.Rapporteur)
	}
	if c.Closing != nil {
		ids = append(ids, c.Closing.By)
	}
	return ids
}

// names are the names of accounts by id. What is not an account, such as the
// system, is left out; so is one that cannot be read just now.
func (q *call) names(ids []string) map[string]string {
	out := map[string]string{}
	for _, id := range ids {
		if _, known := out[id]; known || id == "" {
			continue
		}
		if p, err := q.s.opt.Auth.Person(q.ctx, id); err == nil {
			out[id] = p.Name
		}
	}
	return out
}
