package cases

import (
	"cmp"
	"slices"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// Source says how a case came to be.
type Source string

// The sources. All but NOTIFICATION enter the procedure as REGISTERED and have
// no 72-hour judgement.
const (
	SourceNotification   Source = "NOTIFICATION"    // Art. 33(1)
	SourceOwnInitiative  Source = "OWN_INITIATIVE"  // Art. 57(1)(h)
	SourceTip            Source = "TIP"             // somebody told the authority
	SourceMedia          Source = "MEDIA"           // the authority read of it
	SourceOtherAuthority Source = "OTHER_AUTHORITY" // Art. 57(1)(g), or another national authority
	SourceComplaint      Source = "COMPLAINT"       // Art. 77
)

// Codes lists the sources.
func (Source) Codes() []string {
	return []string{"NOTIFICATION", "OWN_INITIATIVE", "TIP", "MEDIA", "OTHER_AUTHORITY", "COMPLAINT"}
}

// Case is one matter at the authority, as its events make it. It is stored whole
// as one readable document; nothing in it is lost when it is rebuilt.
type Case struct {
	ID      string `json:"id"`
	Version int64  `json:"version"` // sequence of the last event
	Head    string `json:"head"`    // hash of the last event's header

	Number            string `json:"number"`                       // of the yearly series, never reused
	DiaryNumber       string `json:"diary_number,omitempty"`       // of the authority's own diary
	SupervisionNumber string `json:"supervision_number,omitempty"` // once an investigation is opened

	State     workflow.State `json:"state"`
	Phase     workflow.Phase `json:"phase"`
	Episode   int            `json:"episode"` // 1, and one more at each reopening
	Source    Source         `json:"source"`
	Subject   string         `json:"subject,omitempty"` // of a case without a notification
	Party     Party          `json:"party"`
	OpenedBy  string         `json:"opened_by"`  // account that filed or opened it
	OpenedAt  time.Time      `json:"opened_at"`  // arrival at the authority
	UpdatedAt time.Time      `json:"updated_at"` // last event

	RegisteredAt *time.Time `json:"registered_at,omitempty"` // entered in the diary

	MandateVerified bool         `json:"mandate_verified"` // whoever has a mandate for the unit sees the case: the filer had one, or a registrar stated the unit
	Submissions     []Submission `json:"submissions,omitempty"`
	Judgements      []Judgement  `json:"judgements,omitempty"` // of the 72 hours; Judgement is the one that counts
	Clocks          []Clock      `json:"clocks,omitempty"`
	Requests        []Request    `json:"requests,omitempty"`

	Priority   workflow.Priority     `json:"priority"`
	Priorities []PriorityJudgement   `json:"priorities,omitempty"`
	Risk       *RiskAssessment       `json:"risk,omitempty"` // the authority's own view
	Severity   *SeverityAssessment   `json:"severity,omitempty"`
	Awareness  *AwarenessAssessment  `json:"awareness,omitempty"`
	Delay      *DelayAssessment      `json:"delay,omitempty"`
	Art34      *Article34Assessment  `json:"art34,omitempty"`
	OSS        *OneStopShop          `json:"oss,omitempty"`
	Withdrawal *Withdrawal           `json:"withdrawal,omitempty"`
	Opening    *InvestigationOpening `json:"opening,omitempty"`
	Memo       *Memo                 `json:"memo,omitempty"`
	Draft      *Draft                `json:"draft,omitempty"`
	Decision   *Decision             `json:"decision,omitempty"`
	Judgments  []CourtJudgment       `json:"judgments,omitempty"`
	Closing    *Closing              `json:"closing,omitempty"`
	Merged     []Member              `json:"merged,omitempty"`            // cases merged into this one
	Master     string                `json:"master,omitempty"`            // the case that this one was merged into
	Unread     int                   `json:"unread_submission,omitempty"` // the newest version that came after the end and that nobody has dealt with
	Ranking    *Ranking              `json:"ranking,omitempty"`           // among the investigations of its priority
	Commands   map[string]int64      `json:"commands,omitempty"`          // keyed commands and the event each became

	Assignee   string      `json:"assignee,omitempty"`
	Secret     bool        `json:"secret"`
	Named      []string    `json:"named,omitempty"` // staff who see a secret case
	Barred     []Bar       `json:"barred,omitempty"`
	Notes      []Note      `json:"notes,omitempty"`
	Incident   string      `json:"incident,omitempty"`   // id of the incident that it is linked to
	Deviations []Deviation `json:"deviations,omitempty"` // from what is established for that incident
	Distinct   []Dismissal `json:"distinct,omitempty"`   // cases that were said to be no duplicates of it

	Attachments []Attachment `json:"attachments,omitempty"`
	FileKey     string       `json:"file_key,omitempty"` // of the attachments' digests, hex; never shown
}

// Party is the controller unit, or the supplier, that a case is about. In a
// municipality the controller is usually a board (nämnd): Board names it.
type Party struct {
	Name             string           `json:"name"`
	Board            string           `json:"board,omitempty"`
	Unit             string           `json:"unit,omitempty"` // id of the known controller unit
	IDNumber         string           `json:"id_number,omitempty"`
	Sector           SectorOfActivity `json:"sector,omitempty"` // sector of activity (verksamhetsområde)
	LegalForm        LegalForm        `json:"legal_form,omitempty"`
	RepresentsPublic bool             `json:"represents_public"` // its appeal period runs from the decision's date (FL § 44)
	Role             PartyRole        `json:"role"`
}

// PartyRole says in what role a party is supervised.
type PartyRole string

// The roles of a party.
const (
	PartyController PartyRole = "CONTROLLER"
	PartyProcessor  PartyRole = "PROCESSOR"
)

// Codes lists the roles of a party.
func (PartyRole) Codes() []string { return []string{"CONTROLLER", "PROCESSOR"} }

// Label is how a party is named in a list: the board before its organisation.
func (p Party) Label() string {
	if p.Board == "" {
		return p.Name
	}
	return p.Board + ", " + p.Name
}

// Submission is one filed version of a notification. It never changes.
type Submission struct {
	N                  int                `json:"n"` // 1 for the first
	Kind               SubmissionKind     `json:"kind"`
	ReceivedAt         time.Time          `json:"received_at"`             // by the system
	DispatchedAt       *time.Time         `json:"dispatched_at,omitempty"` // by post: when it was sent
	ArrivedAt          *time.Time         `json:"arrived_at,omitempty"`    // of what a registrar entered later
	Channel            Channel            `json:"channel"`
	By                 string             `json:"by"` // account that filed or registered it
	RegistrarNote      Text               `json:"registrar_note,omitempty"`
	Reason             Text               `json:"reason,omitempty"`
	WithdrawReasonCode WithdrawReasonCode `json:"withdraw_reason_code,omitempty"`
	Complete           bool               `json:"complete"` // nothing that is needed is missing
	Notification       Notification       `json:"notification"`
	Warnings           []Warning          `json:"warnings,omitempty"`
	Missing            []MissingItem      `json:"missing,omitempty"`
	Digest             string             `json:"digest"` // SHA-256 over salt and canonical notification, hex
	Salt               string             `json:"salt"`   // hex; goes to the notifier with the receipt
}

// SenderUnverified says whether the submission came from somebody without an
// account.
func (s Submission) SenderUnverified() bool { return WithoutAccount(s.By) }

// SenderUnverified says whether the case was notified without an account: anyone
// may have sent it, in whoever's name.
func (c *Case) SenderUnverified() bool { return WithoutAccount(c.OpenedBy) }

// Effective is the instant by which timeliness is judged.
func (s Submission) Effective() time.Time { return s.Notification.Effective(s.ReceivedAt) }

// Effective is the instant by which the timeliness of a notification is judged:
// the dispatch for what came by post, else the arrival. What a registrar enters on
// Monday may have arrived on Friday; received is when it was entered.
func (n *Notification) Effective(received time.Time) time.Time {
	switch {
	case n.Channel == ChannelPost && n.DispatchedAt != nil:
		return *n.DispatchedAt
	case n.ArrivedAt != nil:
		return *n.ArrivedAt
	}
	return received
}

// JudgementBasis says why the 72 hours were judged.
type JudgementBasis string

// The bases of a judgement.
const (
	BasisFiled     JudgementBasis = "FILED"     // the first submission
	BasisCorrected JudgementBasis = "CORRECTED" // the controller corrected its awareness
	BasisAuthority JudgementBasis = "AUTHORITY" // the authority assessed the awareness
	BasisMerged    JudgementBasis = "MERGED"    // a merge brought an earlier awareness
	BasisUnmerged  JudgementBasis = "UNMERGED"  // and was undone
)

// Codes lists the bases of a judgement.
func (JudgementBasis) Codes() []string {
	return []string{"FILED", "CORRECTED", "AUTHORITY", "MERGED", "UNMERGED"}
}

// Judgement is how Art. 33(1) was applied once: by which rule set and calendar,
// from which awareness, with what result. Judgements are added, never changed,
// and none concludes an infringement: late means that reasons are asked for.
type Judgement struct {
	Basis           JudgementBasis     `json:"basis"`
	Submission      int                `json:"submission,omitempty"`
	RuleSet         string             `json:"rule_set"`
	CalendarVersion string             `json:"calendar_version"`
	AwareAt         time.Time          `json:"aware_at"`
	EffectiveAt     time.Time          `json:"effective_at"`
	Policy          workflow.Policy    `json:"policy"` // the policy that decides Late
	Late            bool               `json:"late"`
	Deadlines       workflow.Deadlines `json:"deadlines"`
	Reason          Text               `json:"reason,omitempty"`
}

// ClockStatus is how a clock stands.
type ClockStatus string

// The ways a clock can stand.
const (
	ClockOpen      ClockStatus = "OPEN"
	ClockMet       ClockStatus = "MET"
	ClockMissed    ClockStatus = "MISSED"  // what it waited for came after it had run out
	ClockExpired   ClockStatus = "EXPIRED" // it ran out, and the procedure went on without
	ClockCancelled ClockStatus = "CANCELLED"
)

// Codes lists the ways a clock can stand.
func (ClockStatus) Codes() []string {
	return []string{"OPEN", "MET", "MISSED", "EXPIRED", "CANCELLED"}
}

// Clock is a period that runs, or ran, in a case. A moved clock keeps its id and
// gets a new revision; a closed one never moves.
type Clock struct {
	ID              string              `json:"id"` // kind and a number, unique in the case
	Kind            workflow.ClockKind  `json:"kind"`
	Revision        int                 `json:"revision"`
	SetAt           time.Time           `json:"set_at,omitzero"` // when this revision was set; what it counts from may lie before
	StartedAt       time.Time           `json:"started_at"`
	DueAt           time.Time           `json:"due_at"`
	Rule            string              `json:"rule"` // what set the length
	Calendar        workflow.CalendarID `json:"calendar,omitempty"`
	CalendarVersion string              `json:"calendar_version,omitempty"`
	Article         string              `json:"article"`
	Explanation     string              `json:"explanation"`
	ExplanationSV   string              `json:"explanation_sv"`
	Status          ClockStatus         `json:"status"`
	ClosedAt        *time.Time          `json:"closed_at,omitempty"`
	MovedBecause    string              `json:"moved_because,omitempty"`
	Request         string              `json:"request,omitempty"`  // the request it runs for
	Settings        int64               `json:"settings,omitempty"` // version of the settings that it was counted by
}

// Request is a question to the party with its reply date.
type Request struct {
	ID         string             `json:"id"`
	Kind       workflow.ClockKind `json:"kind"` // SUPPLEMENT, REPLY or HEARING
	Questions  []Text             `json:"questions,omitempty"`
	AskedAt    time.Time          `json:"asked_at"`
	AskedBy    string             `json:"asked_by"`
	DueAt      time.Time          `json:"due_at"`
	AnsweredAt *time.Time         `json:"answered_at,omitempty"`
	Expired    bool               `json:"expired"`
	Cancelled  bool               `json:"cancelled,omitempty"` // the case ended before it was answered
	Answer     Text               `json:"answer,omitempty"`    // as noted by whoever registered it
	Draft      *DecisionDraft     `json:"draft,omitempty"`     // of a HEARING: what the party is to comment on (FL § 25)
}

// Open says whether a request still waits for its answer.
func (r Request) Open() bool { return r.AnsweredAt == nil && !r.Expired && !r.Cancelled }

// PriorityJudgement is a priority with the rules that fired, or the person and
// the reason that set it by hand.
type PriorityJudgement struct {
	Priority workflow.Priority `json:"priority"`
	Rules    []string          `json:"rules,omitempty"`
	By       string            `json:"by"`
	At       time.Time         `json:"at"`
	Reason   Text              `json:"reason,omitempty"`
}

// RiskAssessment is the authority's view of the risk (Art. 33(1), 34(1)), kept
// apart from the controller's.
type RiskAssessment struct {
	Risk   Risk      `json:"risk"`
	Reason Text      `json:"reason"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

// SeverityAssessment is the authority's severity by ENISA's method.
type SeverityAssessment struct {
	Input  workflow.SeverityInput `json:"input"`
	Result workflow.Severity      `json:"result"`
	By     string                 `json:"by"`
	At     time.Time              `json:"at"`
}

// Risk is the authority's own view of the risk to the people concerned.
type Risk string

// The risks.
const (
	RiskToPeopleHigh     Risk = "HIGH"          // Art. 34(1)
	RiskToPeople         Risk = "RISK_NOT_HIGH" // Art. 33(1)
	RiskToPeopleUnlikely Risk = "UNLIKELY"
)

// Codes lists the risks.
func (Risk) Codes() []string { return []string{"HIGH", "RISK_NOT_HIGH", "UNLIKELY"} }

// AwarenessAssessment is when the controller was aware in the authority's view.
type AwarenessAssessment struct {
	AwareAt time.Time `json:"aware_at"`
	Reason  Text      `json:"reason"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
}

// DelayAssessment is what the authority thinks of the reasons for the delay
// (Art. 33(1), second sentence).
type DelayAssessment struct {
	Assessment DelayVerdict `json:"assessment"`
	Reason     Text         `json:"reason"`
	By         string       `json:"by"`
	At         time.Time    `json:"at"`
}

// DelayVerdict is how stated reasons for a delay were taken.
type DelayVerdict string

// The verdicts on a delay.
const (
	DelayAccepted    DelayVerdict = "ACCEPTED"
	DelayNotAccepted DelayVerdict = "NOT_ACCEPTED"
	DelayAskedAgain  DelayVerdict = "ASKED_AGAIN"
)

// Codes lists the verdicts on a delay.
func (DelayVerdict) Codes() []string { return []string{"ACCEPTED", "NOT_ACCEPTED", "ASKED_AGAIN"} }

// Article34Finding is the authority's view whether a condition of Art. 34(3) is
// met, by which people need not be told of a high risk: its letter, or that none is.
type Article34Finding string

// The findings under Art. 34(3).
const (
	Art34ConditionA Article34Finding = "A"       // the data are unintelligible to others
	Art34ConditionB Article34Finding = "B"       // the high risk is no longer likely
	Art34ConditionC Article34Finding = "C"       // disproportionate effort; a public communication instead
	Art34NotMet     Article34Finding = "NOT_MET" // people are to be told (Art. 34(4))
)

// Codes lists the findings under Art. 34(3).
func (Article34Finding) Codes() []string { return []string{"A", "B", "C", "NOT_MET"} }

// Article34Assessment is what the authority found under Art. 34(3)-(4).
type Article34Assessment struct {
	Finding Article34Finding `json:"finding"`
	Reason  Text             `json:"reason"`
	By      string           `json:"by"`
	At      time.Time        `json:"at"`
}

// Exempt says whether the authority accepts that people need not be told. That a
// controller claims a condition makes no exception. Accepting one lowers no
// priority, since rules only ever raise them: it keeps the rule on people who were
// not told from firing when the case is looked at again.
func (a *Article34Assessment) Exempt() bool {
	return a != nil && (a.Finding == Art34ConditionA || a.Finding == Art34ConditionB || a.Finding == Art34ConditionC)
}

// OSSRole is the authority's role in the one-stop-shop (Art. 56, 60).
type OSSRole string

// The roles in the one-stop-shop.
const (
	OSSNotCrossBorder OSSRole = "NOT_CROSS_BORDER"
	OSSLead           OSSRole = "LEAD"
	OSSConcerned      OSSRole = "CONCERNED"
	OSSLocal          OSSRole = "LOCAL_56_2"
	OSSNonEEA         OSSRole = "NO_OSS_NON_EEA"
	OSSPublic         OSSRole = "NO_OSS_55_2"
	OSSUndetermined   OSSRole = "UNDETERMINED"
)

// Codes lists the roles in the one-stop-shop.
func (OSSRole) Codes() []string {
	return []string{
		"NOT_CROSS_BORDER", "LEAD", "CONCERNED", "LOCAL_56_2", "NO_OSS_NON_EEA", "NO_OSS_55_2", "UNDETERMINED",
	}
}

// OneStopShop is how a cross-border case stands among the authorities.
type OneStopShop struct {
	Role      OSSRole `json:"role"`
	LeadSA    string  `json:"lead_sa,omitempty"`
	Reason    Text    `json:"reason,omitempty"`
	IMINumber string  `json:"imi_number,omitempty"`
	Objection Text    `json:"objection,omitempty"` // one that waits for an answer
	Answered  []Text  `json:"answered,omitempty"`  // objections that were followed or referred
	Consulted bool    `json:"consulted"`           // a draft was shared under Art. 60(3)
}

// Withdrawal is a notifier's wish to withdraw, and what the authority said. A
// notification is never deleted; the authority may go on of its own motion.
type Withdrawal struct {
	RequestedAt time.Time `json:"requested_at"`
	Submission  int       `json:"submission"`
	Answer      string    `json:"answer,omitempty"` // ACCEPTED or REFUSED
	Reason      Text      `json:"reason,omitempty"`
	By          string    `json:"by,omitempty"`
}

// The answers to a wish to withdraw.
const (
	WithdrawalAccepted = "ACCEPTED"
	WithdrawalRefused  = "REFUSED"
)

// InvestigationOpening is the decision to supervise: what and on which ground
// (Art. 57(1)(h), 58(1)).
type InvestigationOpening struct {
	OpenedAt   time.Time `json:"opened_at"`
	By         string    `json:"by"`
	Scope      Text      `json:"scope"`
	LegalBasis []string  `json:"legal_basis"`
	FocusAreas []string  `json:"focus_areas,omitempty"`
	Reason     Text      `json:"reason"`
}

// Memo sums up an investigation before drafting: facts and law, and the factors
// of Art. 83(2) where a fine is considered.
type Memo struct {
	Text           Text            `json:"text"`
	FineConsidered bool            `json:"fine_considered"`
	FineFactors    map[string]Text `json:"fine_factors,omitempty"` // by letter a-k of Art. 83(2)
	By             string          `json:"by"`
	At             time.Time       `json:"at"`
}

// Draft is the decision as it is being written. Editors are all who changed it:
// none of them may adopt it.
type Draft struct {
	Version   int           `json:"version"`
	Text      DecisionDraft `json:"text"`
	Editors   []string      `json:"editors"`
	SignedBy  string        `json:"signed_by,omitempty"`  // legal sign-off of this version
	Heard     int           `json:"heard,omitempty"`      // version that the party could comment on
	HeardText *HeardDraft   `json:"heard_text,omitempty"` // and what it meant for the party
	At        time.Time     `json:"at"`
}

// HeardDraft is what a draft would have meant for the party when it was heard
// (FL § 25): the outcome, and of the measures their powers and amounts.
type HeardDraft struct {
	Outcome  workflow.Outcome `json:"outcome"`
	Measures []HeardMeasure   `json:"measures,omitempty"`
}

// HeardMeasure is a measure as the party could comment on it.
type HeardMeasure struct {
	Power     workflow.Measure `json:"power"`
	AmountSEK int64            `json:"amount_sek,omitempty"` // whole kronor
}

// heard is what the draft means for the party. The order in which measures are
// written means nothing.
func (d DecisionDraft) heard() HeardDraft {
	h := HeardDraft{Outcome: d.Outcome}
	for _, m := range d.Measures {
		h.Measures = append(h.Measures, HeardMeasure{m.Power, m.AmountSEK})
	}
	slices.SortFunc(h.Measures, func(a, b HeardMeasure) int {
		return cmp.Or(cmp.Compare(a.Power, b.Power), cmp.Compare(a.AmountSEK, b.AmountSEK))
	})
	return h
}

// HeardNow says whether the party was heard on what the draft means as it reads
// now. A text that was polished since is no news to the party; another outcome,
// power or amount is, and the party is heard on it before it is decided.
func (d *Draft) HeardNow() bool {
	if d == nil || d.HeardText == nil {
		return false
	}
	now := d.Text.heard()
	return d.HeardText.Outcome == now.Outcome && slices.Equal(d.HeardText.Measures, now.Measures)
}

// DecisionDraft is what a decision says (FL §§ 31-32).
type DecisionDraft struct {
	Outcome    workflow.Outcome   `json:"outcome"`
	LegalBasis []string           `json:"legal_basis"`
	Reasons    Text               `json:"reasons"`
	Conclusion Text               `json:"conclusion,omitempty"` // the operative part
	Rapporteur string             `json:"rapporteur"`           // account of the föredragande
	Others     []string           `json:"others,omitempty"`     // who else took part
	Measures   []CorrectiveAction `json:"measures,omitempty"`
}

// Complete says whether a draft holds what every decision must.
func (d DecisionDraft) Complete() bool {
	return d.Outcome != "" && len(d.LegalBasis) > 0 && d.Reasons != "" && d.Rapporteur != ""
}

// CorrectiveAction is one corrective power used (Art. 58(2)).
type CorrectiveAction struct {
	Power     workflow.Measure `json:"power"`
	Infringed []string         `json:"infringed,omitempty"` // articles
	Text      Text             `json:"text"`
	AmountSEK int64            `json:"amount_sek,omitempty"` // of a fine, whole kronor
	DueAt     *time.Time       `json:"due_at,omitempty"`     // by when the order must be followed
	DoneAt    *time.Time       `json:"done_at,omitempty"`
	Evidence  Text             `json:"evidence,omitempty"`
}

// Decision is an adopted decision with who decided, who reported, when it was
// served and when it becomes final (FL §§ 31, 33, 44).
type Decision struct {
	DecisionDraft
	DecidedAt         time.Time `json:"decided_at"`
	Decider           string    `json:"decider"`
	DraftVersion      int       `json:"draft_version"`
	ServedOn          Date      `json:"served_on"`
	AppealEndsAt      time.Time `json:"appeal_ends_at"`
	HearingSkipReason Text      `json:"hearing_skip_reason,omitempty"`
	BoardDecision     Text      `json:"board_decision,omitempty"`
}

// DueMeasures says whether a measure with a date is still to be followed up.
func (d *Decision) DueMeasures() bool {
	if d == nil {
		return false
	}
	for _, m := range d.Measures {
		if m.DueAt != nil && m.DoneAt == nil {
			return true
		}
	}
	return false
}

// CourtJudgment is a judgment on an appeal.
type CourtJudgment struct {
	Court  string          `json:"court"`
	Number string          `json:"number"`
	Date   Date            `json:"date"`
	Result workflow.StepID `json:"result,omitempty"` // the step that it led to
	Reason Text            `json:"reason,omitempty"`
}

// Closing is how a case ended: exactly one outcome, with its reason.
type Closing struct {
	Outcome   workflow.Outcome `json:"outcome"`
	Reason    Text             `json:"reason"`
	By        string           `json:"by"`
	At        time.Time        `json:"at"`
	Recipient string           `json:"recipient,omitempty"` // of a transfer
	IMINumber string           `json:"imi_number,omitempty"`
	Letter    Text             `json:"letter,omitempty"` // to the party, where one was written
}

// Member is a case that was merged into this one, or is about to be.
type Member struct {
	Case    string     `json:"case"`
	Number  string     `json:"number"`
	By      string     `json:"by"`
	Reason  Text       `json:"reason"`
	AwareAt *time.Time `json:"aware_at,omitempty"`
	Filed   *time.Time `json:"filed,omitempty"` // effective filing of the member
	Version int64      `json:"version"`         // of the member when it was intended
	Body    string     `json:"body,omitempty"`  // digest of a keyed request's body
	Command string     `json:"command"`         // of the member's step, so that whoever carries it on takes the same one
	Intent  int64      `json:"intent"`          // sequence of the master's event that intends it
	Status  string     `json:"status"`          // a stage of a merge
	Told    int        `json:"told,omitempty"`  // the newest of its versions from after the merge that this case was told of
	Undo    *Undoing   `json:"undo,omitempty"`  // the newest reopening of the member that was begun
}

// Undoing is the reopening of a member, which undoes its merge. The case that it
// was merged into is told of it first.
type Undoing struct {
	Case    string       `json:"case"`
	Number  string       `json:"number"`
	By      string       `json:"by"`
	Reason  Text         `json:"reason"`
	Ground  ReopenGround `json:"ground"`
	Version int64        `json:"version"` // of the member when it was intended
	Body    string       `json:"body,omitempty"`
	Command string       `json:"command"` // of the member's step
	Intent  int64        `json:"intent"`  // sequence of the master's event that intends it
}

// The stages of a merge.
const (
	MergeIntended  = "INTENDED"
	MergeDone      = "DONE"
	MergeAbandoned = "ABANDONED"
	MergeUndoing   = "UNDOING" // done, and about to be undone
	MergeUndone    = "UNDONE"
)

// Bar is a conflict of interest (FL §§ 16-18): the account takes no step.
type Bar struct {
	Account string    `json:"account"`
	Reason  Text      `json:"reason"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
}

// Note is a file note (tjänsteanteckning, FL § 27).
type Note struct {
	N    int       `json:"n"`
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	Text Text      `json:"text"`
}

// Latest is the newest filed version, or nil for a case without a notification.
func (c *Case) Latest() *Submission {
	if len(c.Submissions) == 0 {
		return nil
	}
	return &c.Submissions[len(c.Submissions)-1]
}

// Judgement is the judgement of the 72 hours that counts, or nil: the last one,
// except that a correction by the controller does not undo what the authority
// found for itself. What merges brought to a case without a notification goes when
// the last of them is undone.
func (c *Case) Judgement() *Judgement {
	if len(c.Submissions) == 0 && !slices.ContainsFunc(c.Merged, Member.in) {
		return nil
	}
	for i := len(c.Judgements) - 1; i >= 0; i-- {
		if j := &c.Judgements[i]; c.Awareness == nil || j.Basis != BasisCorrected {
			return j
		}
	}
	return nil
}

// Late says whether the notification came after the deadline that counts.
func (c *Case) Late() bool {
	j := c.Judgement()
	return j != nil && j.Late
}

// OpenClocks are the clocks that run.
func (c *Case) OpenClocks() []Clock {
	var out []Clock
	for _, k := range c.Clocks {
		if k.Status == ClockOpen {
			out = append(out, k)
		}
	}
	return out
}

// NextDue is when the next open clock runs out, or nil when none runs.
func (c *Case) NextDue() *time.Time {
	var next *time.Time
	for i := range c.Clocks {
		k := &c.Clocks[i]
		if k.Status == ClockOpen && (next == nil || k.DueAt.Before(*next)) {
			next = &k.DueAt
		}
	}
	return next
}

// OpenRequest is the request that waits for its answer, or nil.
func (c *Case) OpenRequest() *Request {
	for i := len(c.Requests) - 1; i >= 0; i-- {
		if c.Requests[i].Open() {
			return &c.Requests[i]
		}
	}
	return nil
}

// IsBarred says whether a conflict of interest bars the account from the case.
func (c *Case) IsBarred(account string) bool {
	for _, b := range c.Barred {
		if b.Account == account {
			return true
		}
	}
	return false
}
