package workflow

import "slices"

// Guard is a fact that the procedure asks for before a step. Its code is what
// a refusal names.
type Guard string

// The guards. The first five say when a grant applies to the one who asks; a
// step that they stop is forbidden to that person. The others concern the
// case; a step that they stop is not ready.
const (
	GuardActorIsOwner      Guard = "actor_is_owner"
	GuardActorIsOwnerAndP3 Guard = "actor_is_owner_and_p3"
	GuardActorOwnsBoth     Guard = "actor_owns_both"
	GuardTakeUnassigned    Guard = "take_unassigned"
	GuardOwnAccount        Guard = "own_account"

	GuardOwnerAssigned          Guard = "owner_assigned"
	GuardRegistered             Guard = "registered"
	GuardHasNotification        Guard = "has_notification"
	GuardNotificationIncomplete Guard = "notification_incomplete"
	GuardRiskAssessed           Guard = "risk_assessed"
	GuardNoOpenRequest          Guard = "no_open_request"
	GuardOutcomeAllowed         Guard = "outcome_allowed"
	GuardSupplementExpired      Guard = "supplement_expired"
	GuardOSSDetermined          Guard = "oss_determined"
	GuardFineFactorsGiven       Guard = "fine_factors_given"
	GuardHasDraft               Guard = "has_draft"
	GuardDraftComplete          Guard = "draft_complete"
	GuardNotDraftEditor         Guard = "not_draft_editor"
	GuardFourEyes               Guard = "four_eyes"
	GuardSignedOffIfRequired    Guard = "signed_off_if_required"
	GuardHearingDone            Guard = "hearing_done"
	GuardHearingDoneOrSkipped   Guard = "hearing_done_or_skipped"
	GuardOSSLead                Guard = "oss_lead"
	GuardNotLead                Guard = "not_lead"
	GuardConsultationOver       Guard = "consultation_over"
	GuardNoObjectionOpen        Guard = "no_objection_open"
	GuardBoardDecisionGiven     Guard = "board_decision_given"
	GuardMeasuresDue            Guard = "measures_due"
	GuardNothingToFollowUp      Guard = "nothing_to_follow_up"
	GuardAppealPeriodOver       Guard = "appeal_period_over"
	GuardDecisionStands         Guard = "decision_stands"
	GuardUnreadSubmission       Guard = "unread_submission"
	GuardWithdrawalRequested    Guard = "withdrawal_requested"
	GuardAssistanceAsked        Guard = "assistance_asked"
	GuardMasterOpen             Guard = "master_open"
	GuardMasterSameController   Guard = "master_same_controller"
	GuardInIncident             Guard = "in_incident"
	GuardNotInIncident          Guard = "not_in_incident"
	GuardIncidentOpen           Guard = "incident_open"
)

// Facts is what the procedure must know of a case, of who asks and of what is
// given. Whoever keeps the case computes it; the procedure looks nothing up.
type Facts struct {
	State    State
	Priority Priority

	HasOwner     bool // a caseworker is assigned
	ActorIsOwner bool // and it is the one who asks
	ActorBarred  bool // by a conflict of interest: can take no step at all

	RiskAssessed bool // the authority's own assessment of the risk is recorded
	OpenRequest  bool // a request to the party is unanswered and has not run out

	OSSDetermined bool // the authority's role across borders is determined
	OSSLead       bool // and it is the lead supervisory authority

	NoNotification         bool // opened on own initiative, tip, media, another authority
	NotificationIncomplete bool // the notification lacks something that the law asks for
	SupplementExpired      bool // the time for a supplement ran out
	WithdrawalRequested    bool // the controller asked to withdraw, and is not answered
	Unregistered           bool // the case never was registered and has no register number

	FineConsidered   bool // the memo says so
	HasDraft         bool
	DraftComplete    bool // legal basis, reasons, rapporteur and outcome
	ActorEditedDraft bool // the one who asks wrote any of the draft's versions
	SignedOff        bool // the draft's present version
	SignOffRequired  bool // a setting of the authority
	HearingDone      bool // answered or expired, on the outcome and the measures that the draft now holds
	HearingSkipped   bool // with the reason recorded

	ConsultationOver bool // the Article 60 period ran out or all agreed
	ObjectionOpen    bool // an objection is neither followed nor referred
	AssistanceAsked  bool // another authority was asked under Article 61 and has not answered

	DecisionHasDueMeasures bool
	MeasuresDone           bool
	AppealPeriodOver       bool
	DecisionStands         bool // there is a decision, and a case that has ended, ended with it

	UnreadSubmission bool // something came in after the end that nobody has dealt with

	MasterOpen           bool // merge only: the case to merge into is open,
	MasterSameController bool // concerns the same controller and breach,
	ActorOwnsMaster      bool // and is assigned to the one who asks

	InIncident   bool // the case is linked to an incident
	IncidentOpen bool // linking only: the incident that is named is there and open

	AccountIsActor bool // conflict of interest only: the account named is the asker's own

	Given   map[string]bool // data fields that the input gives, by JSON name
	Outcome Outcome         // the outcome in the input or, when deciding, in the draft; "" if none
}

// inDispute says that the Board's decision, not the end of the consultation, is
// what the case waits for.
func (f Facts) inDispute() bool { return f.State == StateArt65Dispute }

// guardRule is a guard's condition and what people are told when it fails.
type guardRule struct {
	guard    Guard
	holds    func(f Facts, id StepID) bool
	metBy    string // a data field that meets the guard when it is given
	sentence string
	swedish  string
}

var guardRules = []guardRule{
	{
		guard:    GuardActorIsOwner,
		holds:    func(f Facts, _ StepID) bool { return f.ActorIsOwner },
		sentence: "Only the caseworker to whom the case is assigned may do this; have the case assigned to you first.",
		swedish:  "Bara den handläggare som ärendet är fördelat till får göra detta; låt fördela ärendet till dig först.",
	},
	{
		guard:    GuardActorIsOwnerAndP3,
		holds:    func(f Facts, _ StepID) bool { return f.ActorIsOwner && f.Priority == P3 },
		sentence: "A caseworker may close only an own case, and only with priority P3; ask a supervisor to close this one.",
		swedish:  "En handläggare får bara avsluta ett eget ärende, och bara med prioritet P3; be en enhetschef avsluta detta.",
	},
	{
		guard:    GuardActorOwnsBoth,
		holds:    func(f Facts, _ StepID) bool { return f.ActorIsOwner && (f.ActorOwnsMaster || !f.Given["master_case"]) },
		sentence: "A caseworker may merge only cases that both are assigned to that caseworker; ask a supervisor to merge these.",
		swedish:  "En handläggare får bara sammanföra ärenden som båda är fördelade till handläggaren; be en enhetschef sammanföra dessa.",
	},
	{
		guard:    GuardTakeUnassigned,
		holds:    func(f Facts, _ StepID) bool { return !f.HasOwner || f.ActorIsOwner },
		sentence: "The case is assigned to somebody else; ask a supervisor or the registrar to reassign it.",
		swedish:  "Ärendet är fördelat till någon annan; be en enhetschef eller registratorn att fördela om det.",
	},
	{
		guard:    GuardOwnAccount,
		holds:    func(f Facts, _ StepID) bool { return f.AccountIsActor || !f.Given["account"] },
		sentence: "You may declare a conflict of interest for yourself only; tell a supervisor about somebody else's.",
		swedish:  "Du får bara anmäla jäv för egen del; tala med en enhetschef om någon annans.",
	},
	{
		guard:    GuardOwnerAssigned,
		holds:    func(f Facts, _ StepID) bool { return f.HasOwner || f.Given["assignee"] },
		metBy:    "assignee",
		sentence: "The case has no caseworker; assign it, or name an assignee with this step.",
		swedish:  "Ärendet saknar handläggare; fördela det, eller ange en handläggare i detta steg.",
	},
	{
		guard:    GuardRegistered,
		holds:    func(f Facts, _ StepID) bool { return !f.Unregistered },
		sentence: "The case was ended before it was registered; let the registrar set its register number first.",
		swedish:  "Ärendet avslutades innan det diariefördes; låt registratorn ange diarienummer först.",
	},
	{
		guard:    GuardHasNotification,
		holds:    func(f Facts, _ StepID) bool { return !f.NoNotification },
		sentence: "The case was opened without a notification, so there is no delay to assess; write a file note instead.",
		swedish:  "Ärendet öppnades utan anmälan, så det finns ingen försening att bedöma; skriv en tjänsteanteckning i stället.",
	},
	{
		guard:    GuardNotificationIncomplete,
		holds:    func(f Facts, _ StepID) bool { return f.NotificationIncomplete },
		sentence: "The notification lacks nothing by itself; give the questions that are to be answered.",
		swedish:  "Anmälan saknar inget i sig; ange de frågor som ska besvaras.",
	},
	{
		guard:    GuardRiskAssessed,
		holds:    func(f Facts, _ StepID) bool { return f.RiskAssessed },
		sentence: "The authority's own assessment of the risk is missing; assess the risk first.",
		swedish:  "Myndighetens egen riskbedömning saknas; bedöm risken först.",
	},
	{
		guard:    GuardNoOpenRequest,
		holds:    func(f Facts, _ StepID) bool { return !f.OpenRequest },
		sentence: "A request to the party is still unanswered; wait for the answer or for its time limit.",
		swedish:  "En begäran till parten är ännu obesvarad; vänta på svaret eller på att fristen går ut.",
	},
	{
		guard:    GuardOutcomeAllowed,
		holds:    outcomeAllowed,
		sentence: "This step cannot end a case with that outcome; choose one that the step can give, or take the way that leads to it.",
		swedish:  "Detta steg kan inte ge det utfallet; välj ett som steget kan ge, eller ta den väg som leder till det.",
	},
	{
		guard: GuardSupplementExpired,
		holds: func(f Facts, _ StepID) bool {
			return f.Outcome != OutcomeFiledIncomplete || f.SupplementExpired
		},
		sentence: "A case is filed as incomplete only after the time for a supplement ran out; request the supplement and wait for it.",
		swedish:  "Ett ärende avslutas som ofullständigt först när fristen för komplettering gått ut; begär kompletteringen och invänta den.",
	},
	{
		guard:    GuardOSSDetermined,
		holds:    func(f Facts, _ StepID) bool { return f.OSSDetermined || f.Given["oss_role"] },
		metBy:    "oss_role",
		sentence: "It is not determined whether the case is cross-border and which authority leads; determine the authority's role first.",
		swedish:  "Det är inte fastställt om ärendet är gränsöverskridande och vilken myndighet som är ansvarig; fastställ myndighetens roll först.",
	},
	{
		guard:    GuardFineFactorsGiven,
		holds:    func(f Facts, _ StepID) bool { return !f.FineConsidered || f.Given["fine_factors"] },
		metBy:    "fine_factors",
		sentence: "A fine is considered, so the factors of Article 83(2) must be recorded one by one; give them with the memo.",
		swedish:  "En sanktionsavgift övervägs, så omständigheterna i artikel 83.2 måste redovisas en för en; ange dem med promemorian.",
	},
	{
		guard:    GuardHasDraft,
		holds:    func(f Facts, _ StepID) bool { return f.HasDraft },
		sentence: "There is no draft decision; write one first.",
		swedish:  "Det finns inget beslutsutkast; skriv ett först.",
	},
	{
		guard:    GuardDraftComplete,
		holds:    func(f Facts, _ StepID) bool { return f.HasDraft && f.DraftComplete },
		sentence: "The draft decision must hold its legal basis, reasons, rapporteur and outcome; complete it first.",
		swedish:  "Beslutsutkastet måste innehålla rättslig grund, skäl, föredragande och utfall; komplettera det först.",
	},
	{
		guard:    GuardNotDraftEditor,
		holds:    func(f Facts, _ StepID) bool { return !f.ActorEditedDraft },
		sentence: "You have edited the draft, so you cannot sign it off; ask another legal reviewer.",
		swedish:  "Du har redigerat utkastet och kan därför inte godkänna det; be en annan jurist.",
	},
	{
		guard:    GuardFourEyes,
		holds:    func(f Facts, _ StepID) bool { return !f.ActorEditedDraft },
		sentence: "You have edited the draft, so you cannot decide alone on it; ask another decision-maker.",
		swedish:  "Du har redigerat utkastet och kan därför inte ensam besluta; be en annan beslutsfattare.",
	},
	{
		guard:    GuardSignedOffIfRequired,
		holds:    func(f Facts, _ StepID) bool { return f.SignedOff || !f.SignOffRequired },
		sentence: "The draft is not signed off by a legal reviewer, as this authority requires; have it signed off first.",
		swedish:  "Utkastet är inte godkänt av en jurist, vilket myndigheten kräver; låt godkänna det först.",
	},
	{
		guard:    GuardHearingDone,
		holds:    func(f Facts, _ StepID) bool { return f.HearingDone },
		sentence: "The party has not been heard on the outcome and the measures that the draft now holds; send it for comments first.",
		swedish:  "Parten har inte fått yttra sig över det utfall och de åtgärder som utkastet nu innehåller; kommunicera det först.",
	},
	{
		guard: GuardHearingDoneOrSkipped,
		holds: func(f Facts, _ StepID) bool {
			return f.HearingDone || f.HearingSkipped || f.Given["hearing_skip_reason"]
		},
		metBy:    "hearing_skip_reason",
		sentence: "The party has not been heard on the outcome and the measures that the draft now holds; send it for comments, or give the reason to decide without (FL § 25).",
		swedish:  "Parten har inte fått yttra sig över det utfall och de åtgärder som utkastet nu innehåller; kommunicera det, eller ange skälet att besluta ändå (FL 25 §).",
	},
	{
		guard:    GuardOSSLead,
		holds:    func(f Facts, _ StepID) bool { return f.OSSLead },
		sentence: "Only the lead authority sends a draft to the authorities concerned; determine the authority's role, or decide directly.",
		swedish:  "Bara den ansvariga tillsynsmyndigheten sänder utkast till berörda myndigheter; fastställ myndighetens roll, eller besluta direkt.",
	},
	{
		guard:    GuardNotLead,
		holds:    func(f Facts, _ StepID) bool { return !f.OSSLead },
		sentence: "As the lead authority you decide only after consulting the authorities concerned; send them the draft first.",
		swedish:  "Som ansvarig tillsynsmyndighet beslutar ni först efter samråd med berörda myndigheter; sänd dem utkastet först.",
	},
	{
		guard:    GuardConsultationOver,
		holds:    func(f Facts, _ StepID) bool { return f.ConsultationOver || f.inDispute() },
		sentence: "The Article 60 consultation still runs; wait until its period is over.",
		swedish:  "Samrådet enligt artikel 60 pågår; vänta tills perioden är över.",
	},
	{
		guard:    GuardNoObjectionOpen,
		holds:    func(f Facts, _ StepID) bool { return !f.ObjectionOpen || f.inDispute() },
		sentence: "An objection is open; follow it in a revised draft, or refer it to the Board.",
		swedish:  "En invändning är obesvarad; följ den i ett reviderat utkast, eller hänskjut den till dataskyddsstyrelsen.",
	},
	{
		guard:    GuardBoardDecisionGiven,
		holds:    func(f Facts, _ StepID) bool { return !f.inDispute() || f.Given["board_decision"] },
		metBy:    "board_decision",
		sentence: "A case in dispute is decided on the Board's binding decision; give it with this step.",
		swedish:  "Ett ärende i tvist avgörs utifrån dataskyddsstyrelsens bindande beslut; ange det i detta steg.",
	},
	{
		guard:    GuardMeasuresDue,
		holds:    func(f Facts, _ StepID) bool { return f.DecisionHasDueMeasures && !f.MeasuresDone },
		sentence: "The decision orders nothing that is still to be done; there is nothing to follow up.",
		swedish:  "Beslutet förelägger inget som återstår att göra; det finns inget att följa upp.",
	},
	{
		guard:    GuardNothingToFollowUp,
		holds:    func(f Facts, _ StepID) bool { return !f.DecisionHasDueMeasures || f.MeasuresDone },
		sentence: "The decision orders measures that are not done; start the follow-up, or record that they are done.",
		swedish:  "Beslutet förelägger åtgärder som inte är genomförda; påbörja uppföljning, eller notera att de är genomförda.",
	},
	{
		guard:    GuardAppealPeriodOver,
		holds:    func(f Facts, _ StepID) bool { return f.AppealPeriodOver },
		sentence: "The decision can still be appealed; wait until the appeal period is over.",
		swedish:  "Beslutet kan ännu överklagas; vänta tills överklagandetiden är över.",
	},
	{
		guard:    GuardDecisionStands,
		holds:    func(f Facts, _ StepID) bool { return f.DecisionStands },
		sentence: "The case did not end with a decision that stands; there is nothing to appeal. Reopen the case if it is to be examined again.",
		swedish:  "Ärendet har inte avslutats med ett beslut som står fast; det finns inget att överklaga. Återuppta ärendet om det ska prövas på nytt.",
	},
	{
		guard:    GuardUnreadSubmission,
		holds:    func(f Facts, _ StepID) bool { return f.UnreadSubmission },
		sentence: "Nothing that came in after the case had ended waits to be dealt with; there is nothing to file.",
		swedish:  "Inget som kommit in efter att ärendet avslutats väntar på åtgärd; det finns inget att lägga till handlingarna.",
	},
	{
		guard:    GuardWithdrawalRequested,
		holds:    func(f Facts, _ StepID) bool { return f.WithdrawalRequested },
		sentence: "The controller has not asked to withdraw the notification; there is nothing to answer.",
		swedish:  "Den personuppgiftsansvarige har inte återkallat anmälan; det finns inget att ta ställning till.",
	},
	{
		guard:    GuardAssistanceAsked,
		holds:    func(f Facts, _ StepID) bool { return f.AssistanceAsked },
		sentence: "No request for assistance waits for an answer; record the request first.",
		swedish:  "Ingen begäran om bistånd väntar på svar; notera begäran först.",
	},
	{
		guard:    GuardMasterOpen,
		holds:    func(f Facts, _ StepID) bool { return f.MasterOpen || !f.Given["master_case"] },
		sentence: "The case to merge into is not open; choose an open case, or reopen that one first.",
		swedish:  "Ärendet att sammanföra med är inte öppet; välj ett öppet ärende, eller återuppta det först.",
	},
	{
		guard:    GuardMasterSameController,
		holds:    func(f Facts, _ StepID) bool { return f.MasterSameController || !f.Given["master_case"] },
		sentence: "Only cases of the same controller about the same breach are merged; link cases of others through an incident instead.",
		swedish:  "Bara ärenden om samma personuppgiftsansvarige och samma incident sammanförs; koppla andras ärenden genom en samlad händelse i stället.",
	},
	{
		guard:    GuardInIncident,
		holds:    func(f Facts, _ StepID) bool { return f.InIncident },
		sentence: "The case is not linked to any incident.",
		swedish:  "Ärendet är inte kopplat till någon samlad händelse.",
	},
	{
		guard:    GuardNotInIncident,
		holds:    func(f Facts, _ StepID) bool { return !f.InIncident },
		sentence: "The case is linked to an incident already; take it out of that one first.",
		swedish:  "Ärendet är redan kopplat till en samlad händelse; koppla bort det från den först.",
	},
	{
		guard:    GuardIncidentOpen,
		holds:    func(f Facts, _ StepID) bool { return f.IncidentOpen || !f.Given["incident"] },
		sentence: "There is no such incident, or it is closed; choose an open one, or let a supervisor reopen it.",
		swedish:  "Den samlade händelsen finns inte eller är avslutad; välj en öppen, eller låt en chef öppna den igen.",
	},
}

// outcomeAllowed leaves a missing outcome to the step's required fields. A step
// that asks for an outcome is not judged by the one of an older draft.
func outcomeAllowed(f Facts, id StepID) bool {
	if step, _ := StepByID(id); f.Outcome == "" || step.Uses("outcome") && !f.Given["outcome"] {
		return true
	}
	rule, ok := f.Outcome.Rule()
	return ok && slices.Contains(rule.By, id)
}

// Guards are all guards.
func Guards() []Guard {
	all := make([]Guard, len(guardRules))
	for i, r := range guardRules {
		all[i] = r.guard
	}
	return all
}

// Codes are all guards as text, for the description of the API.
func (Guard) Codes() []string { return texts(Guards()) }

var guardIndex = func() map[Guard]guardRule {
	index := make(map[Guard]guardRule, len(guardRules))
	for _, r := range guardRules {
		index[r.guard] = r
	}
	return index
}()

// Sentence says in English what is missing and what to do.
func (g Guard) Sentence() string { return guardIndex[g].sentence }

// SentenceSV says in Swedish what is missing and what to do.
func (g Guard) SentenceSV() string { return guardIndex[g].swedish }

// MetBy is the data field that, given with a step, meets the guard; "" when
// nothing that is given can.
func (g Guard) MetBy() string { return guardIndex[g].metBy }

// holds is the guard's answer. "" always holds; an unknown guard never does.
func (g Guard) holds(f Facts, id StepID) bool {
	if g == "" {
		return true
	}
	rule, ok := guardIndex[g]
	return ok && rule.holds(f, id)
}
