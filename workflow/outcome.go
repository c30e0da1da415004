package workflow

import "slices"

// Outcome is the one result with which a case ends.
type Outcome string

// The outcomes.
const (
	OutcomeNoFurtherAction           Outcome = "NO_FURTHER_ACTION"
	OutcomeFiledIncomplete           Outcome = "FILED_INCOMPLETE"
	OutcomeInformationLetter         Outcome = "INFORMATION_LETTER"
	OutcomeNotABreach                Outcome = "NOT_A_BREACH"
	OutcomeNoPersonalDataAffected    Outcome = "NO_PERSONAL_DATA_AFFECTED"
	OutcomeOutOfScope                Outcome = "OUT_OF_SCOPE"
	OutcomeDuplicate                 Outcome = "DUPLICATE"
	OutcomeControllerCeased          Outcome = "CONTROLLER_CEASED"
	OutcomeNoInfringement            Outcome = "NO_INFRINGEMENT"
	OutcomeInfringementNoMeasure     Outcome = "INFRINGEMENT_NO_MEASURE"
	OutcomeDecision343Met            Outcome = "DECISION_34_3_MET"
	OutcomeOrderCommunicate          Outcome = "ORDER_COMMUNICATE"
	OutcomeWarning                   Outcome = "WARNING"
	OutcomeReprimand                 Outcome = "REPRIMAND"
	OutcomeOrderCompliance           Outcome = "ORDER_COMPLIANCE"
	OutcomeLimitationBan             Outcome = "LIMITATION_BAN"
	OutcomeFine                      Outcome = "FINE"
	OutcomeOther582                  Outcome = "OTHER_58_2"
	OutcomeTransferredLeadSA         Outcome = "TRANSFERRED_LEAD_SA"
	OutcomeTransferredOtherAuthority Outcome = "TRANSFERRED_OTHER_AUTHORITY"
	OutcomeWithdrawn                 Outcome = "WITHDRAWN"
	OutcomeMerged                    Outcome = "MERGED"
)

// OutcomeRule is what the procedure asks of an outcome.
type OutcomeRule struct {
	Outcome   Outcome  `json:"outcome"`
	Meaning   string   `json:"meaning"`
	MeaningSV string   `json:"meaning_sv"`
	By        []StepID `json:"by"`              // the steps that can give it; no other can
	Needs     []string `json:"needs,omitempty"` // data fields that must come with it
	Law       string   `json:"law"`
}

// The ways to an outcome. A finding that burdens somebody is only reached by
// a decision: after a hearing, by somebody other than its author, and open to
// appeal.
var (
	byClosing  = []StepID{StepClose, StepCloseInvestigation}
	byDecision = []StepID{StepDecide, StepAdoptConsulted}
)

var outcomeRules = []OutcomeRule{
	{
		OutcomeNoFurtherAction, "Filed; no measure is needed.", "Avslutas utan åtgärd.",
		[]StepID{StepClose, StepCloseInvestigation, StepJudgmentAnnulled},
		nil, "practice",
	},
	{
		OutcomeFiledIncomplete,
		"The supplement never came; the case was judged on the existing material.",
		"Kompletteringen kom aldrig in; ärendet bedömdes på befintlig information.",
		[]StepID{StepClose},
		nil, "practice (four weeks)",
	},
	{
		OutcomeInformationLetter,
		"Closed with guidance to the controller, which is no corrective measure.",
		"Avslutas med vägledning till den personuppgiftsansvarige, vilket inte är en korrigerande åtgärd.",
		byClosing,
		[]string{"letter"},
		"GDPR Art. 57(1)(d)",
	},
	{
		OutcomeNotABreach, "What happened is no personal data breach.",
		"Det som hänt är inte en personuppgiftsincident.",
		byClosing, nil, "GDPR Art. 4(12)",
	},
	{
		OutcomeNoPersonalDataAffected, "It turned out that no personal data were affected.",
		"Det visade sig att inga personuppgifter berördes.",
		byClosing, nil, "GDPR Art. 4(1), 4(12)",
	},
	{
		OutcomeOutOfScope,
		"Outside the Regulation: law enforcement, national security, household, or deceased persons only.",
		"Utanför förordningen: brottsbekämpning, nationell säkerhet, privat natur eller enbart avlidna.",
		byClosing, nil, "GDPR Art. 2(2), recital 27",
	},
	{
		OutcomeDuplicate, "The same breach is already handled in another case, which is named.",
		"Samma incident handläggs redan i ett annat ärende, som anges.",
		byClosing,
		[]string{"master_case"},
		"practice",
	},
	{
		OutcomeControllerCeased, "The controller no longer exists and has no successor.",
		"Den personuppgiftsansvarige finns inte längre och har ingen efterföljare.",
		byClosing,
		[]string{"evidence"},
		"practice",
	},
	{
		OutcomeNoInfringement, "Investigated; no infringement was found.",
		"Tillsynen visade ingen överträdelse.",
		[]StepID{StepCloseInvestigation, StepDecide, StepAdoptConsulted, StepJudgmentAnnulled},
		nil, "GDPR Art. 57(1)(h)",
	},
	{
		OutcomeInfringementNoMeasure, "An infringement was found, and no measure is needed.",
		"En överträdelse konstaterades, men ingen åtgärd behövs.",
		[]StepID{StepDecide, StepAdoptConsulted, StepJudgmentAnnulled},
		nil, "GDPR Art. 58(2); C-768/21",
	},
	{
		OutcomeDecision343Met, "A condition of Article 34(3) is met; data subjects need not be informed.",
		"Ett villkor i artikel 34.3 är uppfyllt; de registrerade behöver inte informeras.",
		byDecision, nil, "GDPR Art. 34(3), 34(4)",
	},
	{
		OutcomeOrderCommunicate, "The controller is ordered to communicate the breach to the data subjects.",
		"Den personuppgiftsansvarige föreläggs att informera de registrerade.",
		byDecision, nil, "GDPR Art. 34(4), 58(2)(e)",
	},
	{
		OutcomeWarning, "A warning that intended processing is likely to infringe.",
		"Varning om att en planerad behandling sannolikt strider mot förordningen.",
		byDecision, nil, "GDPR Art. 58(2)(a)",
	},
	{
		OutcomeReprimand, "A reprimand for an infringement.", "Reprimand för en överträdelse.",
		byDecision, nil, "GDPR Art. 58(2)(b)",
	},
	{
		OutcomeOrderCompliance, "An order to bring the processing into compliance.",
		"Föreläggande att se till att behandlingen följer förordningen.",
		byDecision, nil, "GDPR Art. 58(2)(d)",
	},
	{
		OutcomeLimitationBan, "The processing is limited or banned.", "Behandlingen begränsas eller förbjuds.",
		byDecision, nil, "GDPR Art. 58(2)(f)",
	},
	{
		OutcomeFine, "An administrative fine.", "Administrativ sanktionsavgift.",
		byDecision, nil, "GDPR Art. 58(2)(i), 83",
	},
	{
		OutcomeOther582, "Another corrective measure.", "En annan korrigerande åtgärd.",
		byDecision, nil, "GDPR Art. 58(2)(c), (g), (h), (j)",
	},
	{
		OutcomeTransferredLeadSA, "Another supervisory authority is the lead and takes over.",
		"En annan tillsynsmyndighet är ansvarig och tar över.",
		[]StepID{StepTransfer},
		nil, "GDPR Art. 56(1)",
	},
	{
		OutcomeTransferredOtherAuthority, "Another authority is competent and takes over.",
		"En annan myndighet är behörig och tar över.",
		[]StepID{StepTransfer},
		nil, "GDPR Art. 55",
	},
	{
		OutcomeWithdrawn, "The controller withdrew the notification and the authority accepted it; the record is kept.",
		"Den personuppgiftsansvarige återkallade anmälan och myndigheten godtog det; handlingarna bevaras.",
		[]StepID{StepAcceptWithdrawal},
		nil, "practice",
	},
	{
		OutcomeMerged, "Carried on in another case about the same breach, which is named.",
		"Förs vidare i ett annat ärende om samma incident, som anges.",
		[]StepID{StepMerge},
		nil, "practice",
	},
}

// Outcomes are all outcomes with what the procedure asks of them. The caller
// owns the slice.
func Outcomes() []OutcomeRule { return slices.Clone(outcomeRules) }

// Codes are all outcomes as text, for the description of the API.
func (Outcome) Codes() []string {
	all := make([]string, len(outcomeRules))
	for i, r := range outcomeRules {
		all[i] = string(r.Outcome)
	}
	return all
}

// Rule is what the procedure asks of the outcome; ok is false for a code that
// is no outcome.
func (o Outcome) Rule() (rule OutcomeRule, ok bool) {
	i := slices.IndexFunc(outcomeRules, func(r OutcomeRule) bool { return r.Outcome == o })
	if i < 0 {
		return OutcomeRule{}, false
	}
	return outcomeRules[i], true
}

// Meaning is one English sentence on what the outcome means.
func (o Outcome) Meaning() string {
	rule, _ := o.Rule()
	return rule.Meaning
}

// MeaningSV is one Swedish sentence on what the outcome means.
func (o Outcome) MeaningSV() string {
	rule, _ := o.Rule()
	return rule.MeaningSV
}

// ByDecision says whether a formal decision can have the outcome.
func (o Outcome) ByDecision() bool {
	rule, _ := o.Rule()
	return slices.Contains(rule.By, StepDecide)
}

// OnlyByDecision says whether nothing short of a formal decision can give the
// outcome.
func (o Outcome) OnlyByDecision() bool {
	return o.ByDecision() && len(o.ClosesFrom()) == 0
}

// ClosesFrom are the states from which a case can be ended with the outcome
// in one step, without a decision before it.
func (o Outcome) ClosesFrom() []State {
	var from []State
	rule, _ := o.Rule()
	for _, id := range rule.By {
		step, ok := StepByID(id)
		// A court's annulment ends a case whose decision already was.
		if ok && step.To.Phase() == PhaseClosed && id != StepJudgmentAnnulled {
			from = append(from, step.From...)
		}
	}
	return from
}

// Measure is a corrective power of Article 58(2).
type Measure string

// The corrective powers, each with its letter in Article 58(2).
const (
	MeasureWarning          Measure = "A_WARNING"
	MeasureReprimand        Measure = "B_REPRIMAND"
	MeasureOrderDSRequest   Measure = "C_ORDER_DS_REQUEST"
	MeasureOrderCompliance  Measure = "D_ORDER_COMPLIANCE"
	MeasureOrderCommunicate Measure = "E_ORDER_COMMUNICATE"
	MeasureLimitationBan    Measure = "F_LIMITATION_BAN"
	MeasureRectifyErase     Measure = "G_RECTIFY_ERASE"
	MeasureCertification    Measure = "H_CERTIFICATION"
	MeasureFine             Measure = "I_FINE"
	MeasureSuspendTransfer  Measure = "J_SUSPEND_TRANSFER"
)

type power struct {
	measure      Measure
	article      string
	text, textSV string
}

var powers = []power{
	{
		MeasureWarning, "Art. 58(2)(a)",
		"Warn that intended processing operations are likely to infringe the Regulation.",
		"Varna för att planerade behandlingar sannolikt kommer att bryta mot förordningen.",
	},
	{
		MeasureReprimand, "Art. 58(2)(b)",
		"Reprimand for processing operations that have infringed the Regulation.",
		"Utfärda en reprimand för behandling som har brutit mot förordningen.",
	},
	{
		MeasureOrderDSRequest, "Art. 58(2)(c)",
		"Order to comply with the data subject's requests to exercise his or her rights.",
		"Förelägga att tillmötesgå den registrerades begäran att få utöva sina rättigheter.",
	},
	{
		MeasureOrderCompliance, "Art. 58(2)(d)",
		"Order to bring processing operations into compliance, where appropriate in a specified manner and within a specified period.",
		"Förelägga att se till att behandlingen följer förordningen, om så krävs på ett visst sätt och inom en viss tid.",
	},
	{
		MeasureOrderCommunicate, "Art. 58(2)(e)",
		"Order the controller to communicate a personal data breach to the data subjects.",
		"Förelägga den personuppgiftsansvarige att informera de registrerade om personuppgiftsincidenten.",
	},
	{
		MeasureLimitationBan, "Art. 58(2)(f)",
		"Impose a temporary or definitive limitation of processing, including a ban.",
		"Införa en tillfällig eller definitiv begränsning av behandling, inklusive ett förbud.",
	},
	{
		MeasureRectifyErase, "Art. 58(2)(g)",
		"Order rectification, erasure or restriction, and the notification of recipients.",
		"Förelägga om rättelse, radering eller begränsning och om underrättelse till mottagare.",
	},
	{
		MeasureCertification, "Art. 58(2)(h)",
		"Withdraw a certification, or order that it is withdrawn or not issued.",
		"Återkalla en certifiering, eller beordra att den återkallas eller inte utfärdas.",
	},
	{
		MeasureFine, "Art. 58(2)(i)",
		"Impose an administrative fine under Article 83, in addition to or instead of other measures.",
		"Påföra en administrativ sanktionsavgift enligt artikel 83, utöver eller i stället för andra åtgärder.",
	},
	{
		MeasureSuspendTransfer, "Art. 58(2)(j)",
		"Order the suspension of data flows to a third country or an international organisation.",
		"Förelägga om att uppgiftsflödet till ett tredjeland eller en internationell organisation ska avbrytas.",
	},
}

// Measures are all corrective powers in the order of the article.
func Measures() []Measure {
	all := make([]Measure, len(powers))
	for i, p := range powers {
		all[i] = p.measure
	}
	return all
}

// Codes are all corrective powers as text, for the description of the API.
func (Measure) Codes() []string { return texts(Measures()) }

func (m Measure) power() power {
	i := slices.IndexFunc(powers, func(p power) bool { return p.measure == m })
	if i < 0 {
		return power{}
	}
	return powers[i]
}

// Article is the provision that the power rests on, "" for an unknown code.
func (m Measure) Article() string { return m.power().article }

// Text is the power in English, worded after the article.
func (m Measure) Text() string { return m.power().text }

// TextSV is the power in Swedish, worded after the article.
func (m Measure) TextSV() string { return m.power().textSV }
