package workflow

// The acts that are recorded on a case without moving it.
const (
	StepRefuseWithdrawal StepID = "refuse_withdrawal"
	StepEditDraft        StepID = "edit_draft"
	StepSignOff          StepID = "sign_off"
	StepAssign           StepID = "assign"
	StepNote             StepID = "note"
	StepAssessRisk       StepID = "assess_risk"
	StepAssessSeverity   StepID = "assess_severity"
	StepSetPriority      StepID = "set_priority"
	StepDetermineOSS     StepID = "determine_oss"
	StepAssessAwareness  StepID = "assess_awareness"
	StepAssessDelay      StepID = "assess_delay"
	StepFlagSecret       StepID = "flag_secret"
	StepUnflagSecret     StepID = "unflag_secret"
	StepDeclareConflict  StepID = "declare_conflict"
	StepLiftConflict     StepID = "lift_conflict"
	StepSetDiaryNumber   StepID = "set_diary_number"
	StepExtendClock      StepID = "extend_clock"
	StepRecordService    StepID = "record_service"
	StepMeasureDone      StepID = "measure_done"
	StepRecordObjection  StepID = "record_objection"
	StepAssessArt34      StepID = "assess_art34"
	StepCorrectParty     StepID = "correct_party"

	StepRequestAssistance  StepID = "request_assistance"
	StepAssistanceReceived StepID = "assistance_received"
	StepFileFollowUp       StepID = "file_follow_up"

	StepLinkIncident   StepID = "link_incident"
	StepUnlinkIncident StepID = "unlink_incident"
	StepDeviateFact    StepID = "deviate_fact"
)

// Secrecy, conflicts of interest, the register and notes outlive the case:
// those acts are possible on an ended case too.
var acts = []Step{
	{
		ID: StepRefuseWithdrawal, Row: 28, From: undecidedStates,
		By:       []Grant{byOwner, bySupervisor},
		Requires: []string{"reason"}, Guards: []Guard{GuardWithdrawalRequested},
		Law: "practice", Title: "Refuse the withdrawal and go on", TitleSV: "Avslå återkallelsen och fortsätt",
	},
	{
		// The alternative to reopening the case for it.
		ID: StepFileFollowUp, Row: 30, From: endedStates,
		By:       []Grant{byOwner, bySupervisor, byRegistrar},
		Requires: []string{"reason"}, Guards: []Guard{GuardUnreadSubmission},
		Law: "practice", Title: "File what came in after the end", TitleSV: "Lägg det som inkommit efter avslutet till handlingarna",
	},
	{
		ID: StepEditDraft, From: []State{StateDrafting},
		By:       []Grant{byOwner, byLegal, bySupervisor},
		Requires: []string{"draft"},
		Law:      "FL §§ 31–32", Title: "Edit the draft decision", TitleSV: "Redigera beslutsutkastet",
	},
	{
		ID: StepSignOff, From: []State{StateDrafting},
		By:     []Grant{byLegal},
		Guards: []Guard{GuardHasDraft, GuardDraftComplete, GuardNotDraftEditor},
		Law:    "practice", Title: "Sign the draft off", TitleSV: "Godkänn utkastet rättsligt",
	},
	{
		ID: StepAssign, From: openStates,
		By:       []Grant{bySupervisor, byRegistrar, {Role: RoleCaseworker, When: GuardTakeUnassigned}},
		Requires: []string{"assignee"},
		Law:      "practice", Title: "Assign the case", TitleSV: "Fördela ärendet",
	},
	{
		ID: StepNote, From: keptStates,
		By:       []Grant{byRegistrar, {Role: RoleCaseworker}, byLegal, bySupervisor, byDecisionMaker},
		Requires: []string{"text"},
		Law:      "FL § 27", Title: "Write a file note", TitleSV: "Skriv en tjänsteanteckning",
	},
	{
		ID: StepAssessRisk, From: openStates,
		By:       []Grant{byOwner, bySupervisor},
		Requires: []string{"risk", "reason"},
		Law:      "GDPR Art. 33(1), 34(1)", Title: "Assess the risk", TitleSV: "Bedöm risken",
	},
	{
		ID: StepAssessSeverity, From: openStates,
		By:       []Grant{byOwner, bySupervisor},
		Requires: []string{"severity"},
		Law:      "ENISA severity methodology (2013)", Title: "Assess the severity", TitleSV: "Bedöm allvarlighetsgraden",
	},
	{
		ID: StepSetPriority, From: openStates,
		By:       []Grant{byOwner, bySupervisor},
		Requires: []string{"priority", "reason"},
		Law:      "practice", Title: "Set the priority", TitleSV: "Sätt prioritet",
	},
	{
		ID: StepDetermineOSS, From: openStates,
		By:       []Grant{byOwner, bySupervisor},
		Requires: []string{"oss_role", "reason"}, Takes: []string{"lead_sa", "lead_informed_at"},
		Open: []ClockKind{ClockLeadAnswer},
		Law:  "GDPR Art. 4(22)-(23), 55, 56", Title: "Determine the authority's role across borders", TitleSV: "Fastställ myndighetens roll i gränsöverskridande ärenden",
	},
	{
		ID: StepAssessAwareness, From: openStates,
		By:       []Grant{byOwner, bySupervisor},
		Requires: []string{"aware_at", "reason"},
		Law:      "GDPR Art. 33(1); EDPB Guidelines 9/2022", Title: "Assess when the controller became aware", TitleSV: "Bedöm när den personuppgiftsansvarige fick vetskap",
	},
	{
		ID: StepAssessDelay, From: openStates,
		By:       []Grant{byOwner, bySupervisor},
		Requires: []string{"delay_assessment", "reason"}, Guards: []Guard{GuardHasNotification},
		Law: "GDPR Art. 33(1)", Title: "Assess the reasons for the delay", TitleSV: "Bedöm skälen till förseningen",
	},
	{
		ID: StepAssessArt34, From: openStates,
		By:       []Grant{byOwner, bySupervisor},
		Requires: []string{"art34", "reason"}, Guards: []Guard{GuardHasNotification},
		Law: "GDPR Art. 34(3)-(4)", Title: "Assess whether people need not be informed", TitleSV: "Bedöm om de registrerade inte behöver informeras",
	},
	{
		ID: StepCorrectParty, From: openStates,
		By:       []Grant{byRegistrar, bySupervisor},
		Requires: []string{"party", "reason"},
		Law:      "GDPR Art. 4(7); OSL ch. 5 § 2", Title: "Correct whom the case is about", TitleSV: "Rätta vem ärendet gäller",
	},
	{
		ID: StepRequestAssistance, From: openStates,
		By:       []Grant{byOwner, bySupervisor},
		Requires: []string{"recipient", "questions"}, Takes: []string{"sent_at"},
		Open: []ClockKind{ClockAssistance},
		Law:  "GDPR Art. 61", Title: "Ask another authority for assistance", TitleSV: "Begär bistånd av en annan tillsynsmyndighet",
	},
	{
		ID: StepAssistanceReceived, From: openStates,
		By:       []Grant{byRegistrar, byOwner, bySupervisor},
		Requires: []string{"note"}, Takes: []string{"clock", "received_at"},
		Guards: []Guard{GuardAssistanceAsked},
		Law:    "GDPR Art. 61(2), 61(5)", Title: "Record another authority's answer", TitleSV: "Notera svar från en annan tillsynsmyndighet",
	},
	{
		ID: StepLinkIncident, From: keptStates,
		By:       []Grant{byRegistrar, {Role: RoleCaseworker}, bySupervisor},
		Requires: []string{"incident", "reason"}, Guards: []Guard{GuardNotInIncident, GuardIncidentOpen},
		Law: "practice", Title: "Link the case to an incident", TitleSV: "Koppla ärendet till en samlad händelse",
	},
	{
		ID: StepUnlinkIncident, From: keptStates,
		By:       []Grant{byRegistrar, {Role: RoleCaseworker}, bySupervisor},
		Requires: []string{"reason"}, Guards: []Guard{GuardInIncident},
		Law: "practice", Title: "Remove the case from its incident", TitleSV: "Koppla bort ärendet från den samlade händelsen",
	},
	{
		ID: StepDeviateFact, From: openStates,
		By:       []Grant{byOwner, bySupervisor},
		Requires: []string{"fact", "reason"}, Guards: []Guard{GuardInIncident},
		Law: "FL §§ 23, 32", Title: "Depart from what is established for the incident", TitleSV: "Avvik från det som fastställts för den samlade händelsen",
	},
	{
		ID: StepFlagSecret, From: keptStates,
		By:       []Grant{bySupervisor},
		Requires: []string{"named_staff", "reason"},
		Law:      "practice; OSL ch. 18 § 8, ch. 21 § 3", Title: "Restrict the case to named staff", TitleSV: "Begränsa ärendet till namngiven personal",
	},
	{
		ID: StepUnflagSecret, From: keptStates,
		By:       []Grant{bySupervisor},
		Requires: []string{"reason"},
		Law:      "practice; OSL ch. 18 § 8, ch. 21 § 3", Title: "Lift the restriction to named staff", TitleSV: "Häv begränsningen till namngiven personal",
	},
	{
		ID: StepDeclareConflict, From: keptStates,
		By: []Grant{
			bySupervisor,
			{Role: RoleRegistrar, When: GuardOwnAccount},
			{Role: RoleCaseworker, When: GuardOwnAccount},
			{Role: RoleLegal, When: GuardOwnAccount},
			{Role: RoleDecisionMaker, When: GuardOwnAccount},
		},
		Requires: []string{"account", "reason"},
		Law:      "FL §§ 16–18", Title: "Declare a conflict of interest", TitleSV: "Anmäl jäv",
	},
	{
		ID: StepLiftConflict, From: keptStates,
		By:       []Grant{bySupervisor},
		Requires: []string{"account", "reason"},
		Law:      "FL §§ 16–18", Title: "Lift a conflict of interest", TitleSV: "Häv jäv",
	},
	{
		ID: StepSetDiaryNumber, From: keptStates,
		By:       []Grant{byRegistrar},
		Requires: []string{"diary_number"},
		Law:      "OSL ch. 5 § 1", Title: "Set the register number", TitleSV: "Ange diarienummer",
	},
	{
		ID: StepExtendClock, From: openStates,
		By:       []Grant{byOwner, bySupervisor},
		Requires: []string{"clock", "due_at", "reason"},
		Law:      "practice", Title: "Extend a time limit", TitleSV: "Medge anstånd",
	},
	{
		ID: StepRecordService, From: decidedStates,
		By:       []Grant{byRegistrar, byOwner},
		Requires: []string{"service_date"},
		Law:      "FL §§ 33, 44", Title: "Record when the decision was served", TitleSV: "Notera delgivning",
	},
	{
		ID: StepRecordObjection, From: []State{StateArt60Consultation},
		By:       []Grant{byRegistrar, byOwner},
		Requires: []string{"objection"},
		Law:      "GDPR Art. 60(4)", Title: "Record an objection by another authority", TitleSV: "Anteckna en invändning från en annan myndighet",
	},
	{
		ID: StepMeasureDone, From: []State{StateDecided, StateFollowUp},
		By:       []Grant{byOwner, bySupervisor},
		Requires: []string{"measure", "evidence"},
		Law:      "GDPR Art. 58(2)", Title: "Record that a measure is done", TitleSV: "Notera att en åtgärd är genomförd",
	},
}
