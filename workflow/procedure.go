package workflow

import "slices"

// StepID names a step of the procedure.
type StepID string

// The steps that can move a case.
const (
	StepReceive            StepID = "receive"
	StepRegister           StepID = "register"
	StepStartTriage        StepID = "start_triage"
	StepRequestSupplement  StepID = "request_supplement"
	StepSupplementReceived StepID = "supplement_received"
	StepSupplementExpired  StepID = "supplement_expired"
	StepOpenInvestigation  StepID = "open_investigation"
	StepClose              StepID = "close"
	StepDraftUrgentOrder   StepID = "draft_urgent_order"
	StepRequestReply       StepID = "request_reply"
	StepReplyReceived      StepID = "reply_received"
	StepReplyExpired       StepID = "reply_expired"
	StepStartDrafting      StepID = "start_drafting"
	StepCloseInvestigation StepID = "close_investigation"
	StepSendHearing        StepID = "send_hearing"
	StepHearingAnswered    StepID = "hearing_answered"
	StepHearingExpired     StepID = "hearing_expired"
	StepConsultArt60       StepID = "consult_art60"
	StepFollowObjection    StepID = "follow_objection"
	StepReferArt65         StepID = "refer_art65"
	StepAdoptConsulted     StepID = "adopt_consulted"
	StepDecide             StepID = "decide"
	StepAppealReceived     StepID = "appeal_received"
	StepStartFollowUp      StepID = "start_follow_up"
	StepCloseFinal         StepID = "close_final"
	StepJudgmentUpheld     StepID = "judgment_upheld"
	StepJudgmentRemitted   StepID = "judgment_remitted"
	StepJudgmentVaried     StepID = "judgment_varied"
	StepJudgmentAnnulled   StepID = "judgment_annulled"
	StepAcceptCompliance   StepID = "accept_compliance"
	StepOrderNotComplied   StepID = "order_not_complied"
	StepTransfer           StepID = "transfer"
	StepMerge              StepID = "merge"
	StepAcceptWithdrawal   StepID = "accept_withdrawal"
	StepReopen             StepID = "reopen"
)

// Grant lets a role take a step, always or only when a guard holds.
type Grant struct {
	Role Role  `json:"role"`
	When Guard `json:"when,omitempty"`
}

// Step is one row of the procedure: who may take it, from where, to where,
// and what it needs.
type Step struct {
	ID       StepID           `json:"id"`
	From     []State          `json:"from"`
	To       State            `json:"to,omitempty"` // "" stays where it is
	By       []Grant          `json:"by"`
	Requires []string         `json:"requires,omitempty"` // data fields that must be given
	Takes    []string         `json:"takes,omitempty"`    // data fields that may be given
	Excused  map[string]Guard `json:"excused,omitempty"`  // required fields that a guard makes superfluous
	Guards   []Guard          `json:"guards,omitempty"`   // facts that must hold
	Outcome  Outcome          `json:"outcome,omitempty"`  // the outcome that the step itself gives
	Open     []ClockKind      `json:"opens,omitempty"`    // clocks that the step starts; of variants, the one that fits the case
	Law      string           `json:"law"`                // article, statute or "practice"
	Title    string           `json:"title"`
	TitleSV  string           `json:"title_sv"`
	Row      int              `json:"row,omitempty"` // row of the procedure's description; 0 moves nothing
}

// BySystemOnly says whether the step only follows from something else, such as
// a time limit that ran out. It is never offered to people.
func (s Step) BySystemOnly() bool {
	return len(s.By) == 1 && s.By[0].Role == RoleSystem
}

// Uses says whether the step reads the data field.
func (s Step) Uses(field string) bool {
	return slices.Contains(s.Requires, field) || slices.Contains(s.Takes, field)
}

// Grants that recur. The case's own caseworker acts; others of the same role
// do not, so that a case always has one person who answers for it.
var (
	byOwner         = Grant{Role: RoleCaseworker, When: GuardActorIsOwner}
	byRegistrar     = Grant{Role: RoleRegistrar}
	byLegal         = Grant{Role: RoleLegal}
	bySupervisor    = Grant{Role: RoleSupervisor}
	byDecisionMaker = Grant{Role: RoleDecisionMaker}
	bySystem        = Grant{Role: RoleSystem}
)

// The groups of states that several steps share.
var (
	// Another authority can take a case over until a decision is drafted.
	transferableStates = []State{
		StateReceived, StateRegistered, StateTriage, StateAwaitingSupplement,
		StateInvestigation, StateAwaitingReply,
	}
	// A notification can be withdrawn until the case is decided.
	undecidedStates = append(slices.Clone(transferableStates),
		StateDrafting, StateHearing, StateArt60Consultation, StateArt65Dispute)
	decidedStates = []State{StateDecided, StateUnderAppeal, StateFollowUp}
	openStates    = slices.Concat(undecidedStates, decidedStates)
	endedStates   = []State{StateClosed, StateTransferred, StateMerged}
	keptStates    = slices.Concat(openStates, endedStates) // everything that the authority has
)

// table is the whole procedure: first the steps that move a case, in the order
// of its life, then the acts that move nothing.
var table = slices.Concat(receiving, triaging, investigating, deciding, afterDecision, leaving, acts)

var receiving = []Step{
	{
		ID: StepReceive, Row: 1, From: []State{StateDraft}, To: StateReceived,
		By:   []Grant{{Role: RoleNotifier}, byRegistrar, bySystem},
		Open: []ClockKind{ClockRegistration},
		Law:  "GDPR Art. 33(1); FL § 22", Title: "Submit a notification", TitleSV: "Lämna in en anmälan",
	},
	{
		ID: StepRegister, Row: 3, From: []State{StateReceived}, To: StateRegistered,
		By:    []Grant{byRegistrar, bySystem, bySupervisor},
		Takes: []string{"diary_number", "note"},
		Law:   "OSL ch. 5 § 1", Title: "Register the case", TitleSV: "Diarieför ärendet",
	},
	{
		ID: StepStartTriage, Row: 4, From: []State{StateRegistered}, To: StateTriage,
		By:    []Grant{bySupervisor, bySystem, byOwner},
		Takes: []string{"assignee"}, Guards: []Guard{GuardOwnerAssigned},
		Open: []ClockKind{ClockTriageP1, ClockTriageP2, ClockTriageP3, ClockStaleTriage},
		Law:  "practice", Title: "Start triage", TitleSV: "Påbörja inledande bedömning",
	},
}

var triaging = []Step{
	{
		ID: StepRequestSupplement, Row: 5, From: []State{StateTriage}, To: StateAwaitingSupplement,
		By:       []Grant{byOwner, bySupervisor},
		Requires: []string{"questions"}, Takes: []string{"due_at", "urgent"},
		// What an incomplete notification lacks is the question.
		Excused: map[string]Guard{"questions": GuardNotificationIncomplete},
		Open:    []ClockKind{ClockSupplement, ClockSupplementUrgent},
		Law:     "GDPR Art. 33(4), 58(1)(a)", Title: "Request a supplement", TitleSV: "Begär komplettering",
	},
	{
		ID: StepSupplementReceived, Row: 6, From: []State{StateAwaitingSupplement}, To: StateTriage,
		By:  []Grant{bySystem},
		Law: "GDPR Art. 33(4)", Title: "A supplement came in", TitleSV: "Komplettering inkom",
	},
	{
		ID: StepSupplementExpired, Row: 6, From: []State{StateAwaitingSupplement}, To: StateTriage,
		By:  []Grant{bySystem},
		Law: "practice (four weeks)", Title: "The supplement did not come in time", TitleSV: "Kompletteringen uteblev",
	},
	{
		ID: StepOpenInvestigation, Row: 7, From: []State{StateTriage}, To: StateInvestigation,
		By:       []Grant{bySupervisor},
		Requires: []string{"scope", "legal_basis", "reason"}, Takes: []string{"focus_areas", "oss_role", "questions"},
		Guards: []Guard{GuardOSSDetermined}, Open: []ClockKind{ClockStaleInvestigation},
		Law: "GDPR Art. 57(1)(h), 58(1)", Title: "Open an investigation", TitleSV: "Inled tillsyn",
	},
	{
		ID: StepClose, Row: 8, From: []State{StateTriage}, To: StateClosed,
		By:       []Grant{{Role: RoleCaseworker, When: GuardActorIsOwnerAndP3}, bySupervisor},
		Requires: []string{"outcome", "reason"}, Takes: []string{"letter", "master_case", "evidence"},
		Guards: []Guard{GuardRiskAssessed, GuardNoOpenRequest, GuardOutcomeAllowed, GuardSupplementExpired},
		Law:    "practice", Title: "Close the case", TitleSV: "Avsluta ärendet",
	},
	{
		ID: StepDraftUrgentOrder, Row: 9, From: []State{StateTriage}, To: StateDrafting,
		By:       []Grant{bySupervisor},
		Requires: []string{"reason", "legal_basis"},
		Law:      "GDPR Art. 34(4), 58(2)(e)", Title: "Draft an urgent order", TitleSV: "Bered ett brådskande föreläggande",
	},
}

var investigating = []Step{
	{
		ID: StepRequestReply, Row: 10, From: []State{StateInvestigation}, To: StateAwaitingReply,
		By:       []Grant{byOwner},
		Requires: []string{"questions"}, Takes: []string{"due_at"},
		Open: []ClockKind{ClockReply},
		Law:  "GDPR Art. 58(1)(a), 58(1)(e)", Title: "Ask the party", TitleSV: "Begär yttrande",
	},
	{
		ID: StepReplyReceived, Row: 10, From: []State{StateAwaitingReply}, To: StateInvestigation,
		By:    []Grant{byRegistrar, byOwner, bySystem},
		Takes: []string{"note", "received_at"},
		Law:   "FL §§ 22, 23", Title: "Record the reply", TitleSV: "Notera inkommet yttrande",
	},
	{
		ID: StepReplyExpired, Row: 10, From: []State{StateAwaitingReply}, To: StateInvestigation,
		By:  []Grant{bySystem},
		Law: "practice", Title: "The reply did not come in time", TitleSV: "Yttrandet uteblev",
	},
	{
		ID: StepStartDrafting, Row: 11, From: []State{StateInvestigation}, To: StateDrafting,
		By:       []Grant{byOwner},
		Requires: []string{"memo"}, Takes: []string{"fine_considered", "fine_factors"},
		Guards: []Guard{GuardFineFactorsGiven},
		Law:    "FL § 32; GDPR Art. 83(2)", Title: "Start drafting a decision", TitleSV: "Börja bereda beslut",
	},
	{
		ID: StepCloseInvestigation, Row: 12, From: []State{StateInvestigation}, To: StateClosed,
		By:       []Grant{bySupervisor, byDecisionMaker},
		Requires: []string{"outcome", "reason"}, Takes: []string{"letter", "master_case", "evidence"},
		Guards: []Guard{GuardNoOpenRequest, GuardOutcomeAllowed},
		Law:    "GDPR Art. 57(1)(h)", Title: "Close the investigation", TitleSV: "Avsluta tillsynen",
	},
}

var deciding = []Step{
	{
		ID: StepSendHearing, Row: 13, From: []State{StateDrafting}, To: StateHearing,
		By:    []Grant{byOwner},
		Takes: []string{"due_at"}, Guards: []Guard{GuardHasDraft}, Open: []ClockKind{ClockHearing},
		Law: "FL § 25; GDPR Art. 58(4)", Title: "Send the draft to the party", TitleSV: "Kommunicera utkastet",
	},
	{
		ID: StepHearingAnswered, Row: 14, From: []State{StateHearing}, To: StateDrafting,
		By:    []Grant{byRegistrar, byOwner, bySystem},
		Takes: []string{"note", "received_at"},
		Law:   "FL § 25", Title: "Record the party's comments", TitleSV: "Notera partens synpunkter",
	},
	{
		ID: StepHearingExpired, Row: 14, From: []State{StateHearing}, To: StateDrafting,
		By:  []Grant{bySystem},
		Law: "FL § 25", Title: "No comments came in time", TitleSV: "Synpunkter uteblev",
	},
	{
		ID: StepConsultArt60, Row: 15, From: []State{StateDrafting}, To: StateArt60Consultation,
		By:       []Grant{bySupervisor},
		Requires: []string{"imi_number"}, Takes: []string{"revised", "sent_at", "imi_due_at"},
		Guards: []Guard{GuardOSSLead, GuardHearingDone, GuardDraftComplete}, Open: []ClockKind{ClockObjection, ClockObjectionRevised},
		Law: "GDPR Art. 60(3)-(5)", Title: "Send the draft to the authorities concerned", TitleSV: "Sänd utkastet till berörda tillsynsmyndigheter",
	},
	{
		ID: StepFollowObjection, Row: 16, From: []State{StateArt60Consultation}, To: StateDrafting,
		By:       []Grant{byOwner},
		Requires: []string{"objection"},
		Law:      "GDPR Art. 60(5)", Title: "Follow an objection", TitleSV: "Följ en invändning",
	},
	{
		ID: StepReferArt65, Row: 17, From: []State{StateArt60Consultation}, To: StateArt65Dispute,
		By:       []Grant{byDecisionMaker},
		Requires: []string{"objection", "reason"}, Takes: []string{"sent_at", "imi_due_at"},
		Open: []ClockKind{ClockBoard},
		Law:  "GDPR Art. 60(4), 65(1)(a)", Title: "Refer the dispute to the Board", TitleSV: "Hänskjut tvisten till dataskyddsstyrelsen",
	},
	{
		ID: StepAdoptConsulted, Row: 18, From: []State{StateArt60Consultation, StateArt65Dispute}, To: StateDecided,
		By:       []Grant{byDecisionMaker},
		Requires: []string{"service_date"}, Takes: []string{"board_decision"},
		Guards: []Guard{
			GuardDraftComplete, GuardFourEyes, GuardSignedOffIfRequired,
			GuardConsultationOver, GuardNoObjectionOpen, GuardBoardDecisionGiven, GuardOutcomeAllowed,
		},
		Open: []ClockKind{ClockAppeal, ClockOrder},
		Law:  "GDPR Art. 60(6)-(7), 65(6)", Title: "Adopt the consulted decision", TitleSV: "Fatta beslut efter samråd",
	},
	{
		ID: StepDecide, Row: 19, From: []State{StateDrafting}, To: StateDecided,
		By:       []Grant{byDecisionMaker},
		Requires: []string{"service_date"}, Takes: []string{"reason", "hearing_skip_reason"},
		Guards: []Guard{
			GuardDraftComplete, GuardFourEyes, GuardHearingDoneOrSkipped,
			GuardSignedOffIfRequired, GuardNotLead, GuardOutcomeAllowed,
		},
		Open: []ClockKind{ClockAppeal, ClockOrder},
		Law:  "FL §§ 25, 28, 31–33; GDPR Art. 58", Title: "Decide", TitleSV: "Fatta beslut",
	},
}

var afterDecision = []Step{
	{
		// An order can already be followed up when the appeal arrives; or the case is
		// closed, when the appeal lay with the court (FL § 45) or the time is restored.
		ID: StepAppealReceived, Row: 20, From: []State{StateDecided, StateFollowUp, StateClosed}, To: StateUnderAppeal,
		By:       []Grant{byRegistrar, byOwner},
		Requires: []string{"received_at"}, Takes: []string{"note"},
		Guards: []Guard{GuardDecisionStands},
		Law:    "FL §§ 40–46; GDPR Art. 78", Title: "Record an appeal", TitleSV: "Notera ett överklagande",
	},
	{
		ID: StepStartFollowUp, Row: 21, From: []State{StateDecided}, To: StateFollowUp,
		By:     []Grant{bySystem, byOwner},
		Guards: []Guard{GuardMeasuresDue},
		Law:    "GDPR Art. 57(1)(a)", Title: "Start the follow-up", TitleSV: "Påbörja uppföljning",
	},
	{
		ID: StepCloseFinal, Row: 22, From: []State{StateDecided}, To: StateClosed,
		By:     []Grant{byOwner, bySupervisor, bySystem},
		Guards: []Guard{GuardAppealPeriodOver, GuardNothingToFollowUp},
		Law:    "FL § 44", Title: "Close the decided case", TitleSV: "Avsluta det beslutade ärendet",
	},
	{
		ID: StepJudgmentUpheld, Row: 23, From: []State{StateUnderAppeal}, To: StateDecided,
		By:       []Grant{byOwner},
		Requires: []string{"judgment", "reason"},
		Law:      "GDPR Art. 78", Title: "Record a judgment: upheld", TitleSV: "Notera dom: överklagandet avslås",
	},
	{
		ID: StepJudgmentRemitted, Row: 23, From: []State{StateUnderAppeal}, To: StateInvestigation,
		By:       []Grant{byOwner},
		Requires: []string{"judgment", "reason"}, Open: []ClockKind{ClockStaleInvestigation},
		Law: "GDPR Art. 78", Title: "Record a judgment: remitted", TitleSV: "Notera dom: återförvisat",
	},
	{
		ID: StepJudgmentVaried, Row: 23, From: []State{StateUnderAppeal}, To: StateFollowUp,
		By:       []Grant{byOwner},
		Requires: []string{"judgment", "reason"}, Open: []ClockKind{ClockOrder},
		Law: "GDPR Art. 78", Title: "Record a judgment: varied", TitleSV: "Notera dom: beslutet ändras",
	},
	{
		ID: StepJudgmentAnnulled, Row: 23, From: []State{StateUnderAppeal}, To: StateClosed,
		By:       []Grant{byOwner},
		Requires: []string{"judgment", "reason", "outcome"}, Guards: []Guard{GuardOutcomeAllowed},
		Law: "GDPR Art. 78", Title: "Record a judgment: annulled", TitleSV: "Notera dom: beslutet upphävs",
	},
	{
		ID: StepAcceptCompliance, Row: 24, From: []State{StateFollowUp}, To: StateClosed,
		By:       []Grant{byOwner, bySupervisor},
		Requires: []string{"evidence"},
		Law:      "GDPR Art. 57(1)(a)", Title: "Accept that the order is complied with", TitleSV: "Godta att föreläggandet följts",
	},
	{
		ID: StepOrderNotComplied, Row: 25, From: []State{StateFollowUp}, To: StateInvestigation,
		By:       []Grant{bySupervisor},
		Requires: []string{"reason"}, Open: []ClockKind{ClockStaleInvestigation},
		Law: "GDPR Art. 83(6)", Title: "The order is not complied with", TitleSV: "Föreläggandet har inte följts",
	},
}

var leaving = []Step{
	{
		ID: StepTransfer, Row: 26, From: transferableStates, To: StateTransferred,
		By:       []Grant{bySupervisor},
		Requires: []string{"recipient", "outcome", "reason"}, Takes: []string{"imi_number"},
		Guards: []Guard{GuardOutcomeAllowed},
		Law:    "GDPR Art. 55, 56", Title: "Transfer to another authority", TitleSV: "Överlämna till en annan myndighet",
	},
	{
		ID: StepMerge, Row: 27, From: openStates, To: StateMerged, Outcome: OutcomeMerged,
		By:       []Grant{{Role: RoleCaseworker, When: GuardActorOwnsBoth}, bySupervisor},
		Requires: []string{"master_case", "reason"},
		Guards:   []Guard{GuardMasterOpen, GuardMasterSameController},
		Law:      "practice", Title: "Merge into another case", TitleSV: "För samman med ett annat ärende",
	},
	{
		ID: StepAcceptWithdrawal, Row: 28, From: undecidedStates, To: StateClosed, Outcome: OutcomeWithdrawn,
		By:       []Grant{byOwner, bySupervisor},
		Requires: []string{"reason"}, Guards: []Guard{GuardWithdrawalRequested},
		Law: "practice", Title: "Accept the withdrawal", TitleSV: "Godta återkallelsen",
	},
	{
		ID: StepReopen, Row: 29, From: endedStates, To: StateTriage,
		By:       []Grant{bySupervisor},
		Requires: []string{"reason", "ground"}, Guards: []Guard{GuardRegistered},
		Open: []ClockKind{ClockTriageP1, ClockTriageP2, ClockTriageP3, ClockStaleTriage},
		Law:  "practice", Title: "Reopen the case", TitleSV: "Återuppta ärendet",
	},
}

// Steps is the whole procedure, in order. The caller owns the slice, not what
// its elements point to.
func Steps() []Step { return slices.Clone(table) }

// StepByID finds a step.
func StepByID(id StepID) (Step, bool) {
	i, ok := tableIndex[id]
	if !ok {
		return Step{}, false
	}
	return table[i], true
}

var tableIndex = func() map[StepID]int {
	index := make(map[StepID]int, len(table))
	for i, s := range table {
		index[s.ID] = i
	}
	return index
}()

// Codes are all steps as text, for the description of the API.
func (StepID) Codes() []string {
	all := make([]string, len(table))
	for i, s := range table {
		all[i] = string(s.ID)
	}
	return all
}
