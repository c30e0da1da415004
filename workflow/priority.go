package workflow

// Priority is how soon a case is triaged. P1 comes first.
type Priority string

// The priorities.
const (
	P1 Priority = "P1"
	P2 Priority = "P2"
	P3 Priority = "P3"
)

// Codes lists the priorities, most urgent first.
func (Priority) Codes() []string { return []string{string(P1), string(P2), string(P3)} }

// PriorityFacts is what the rules of priority look at. The zero value is a case of
// which nothing is known yet; it fires no rule.
type PriorityFacts struct {
	Severity             SeverityLevel // as the authority assesses it; "" while it has not
	ProtectedIdentity    Answer        // people whose identity or address is protected are affected
	ChildrenOrVulnerable bool
	Art9or10             bool   // special categories of data, or data on crimes
	NationalID           bool   // personal identity numbers
	HighRisk             bool   // to rights and freedoms, as the controller or the authority judges it
	SubjectsInformed     bool   // by the controller, GDPR Art. 34(1)
	Art34Exempt          bool   // the authority accepts an exception of Art. 34(3)
	Ongoing              bool   // the breach has not ended
	Subjects             *int64 // people affected at most; nil is unknown
	EssentialService     bool   // the controller's sector is an essential public service
	ExternalMalicious    bool   // somebody from outside did it on purpose
	Exfiltration         bool   // data were taken out
	Late                 bool   // notified after the time limit
	DelayReasonsGiven    bool   // GDPR Art. 33(1), second sentence
	RepeatSameCause      int    // breaches of this controller by this cause in 12 months, this one included
	CrossBorderLead      bool   // this authority leads a cross-border case, GDPR Art. 56(1)
}

// PriorityRule is one reason for a priority. ID is stable: a case keeps the ids
// of the rules that fired.
type PriorityRule struct {
	ID       string                   `json:"id"`
	Priority Priority                 `json:"priority"`
	Text     string                   `json:"text"`    // what is the case when it fires, one sentence
	TextSV   string                   `json:"text_sv"` // the same in Swedish
	Fires    func(PriorityFacts) bool `json:"-"`
}

// PriorityRules are the rules, those of P1 first. A case in which none fires is P3.
func PriorityRules() []PriorityRule {
	return []PriorityRule{
		{
			"P1_SEVERITY_VERY_HIGH", P1, "The authority assesses the severity as very high.", "Myndigheten bedömer allvarlighetsgraden som mycket hög.",
			func(f PriorityFacts) bool { return f.Severity == SeverityVeryHigh },
		},
		{
			"P1_PROTECTED_IDENTITY", P1, "People with protected personal data are affected.", "Personer med skyddade personuppgifter berörs.",
			func(f PriorityFacts) bool { return f.ProtectedIdentity == Yes },
		},
		{
			"P1_VULNERABLE_SENSITIVE", P1, "Sensitive data or data on crimes of children or vulnerable people are affected.",
			"Känsliga uppgifter eller uppgifter om brott rörande barn eller utsatta personer berörs.",
			func(f PriorityFacts) bool { return f.ChildrenOrVulnerable && f.Art9or10 },
		},
		{
			"P1_SUBJECTS_NOT_INFORMED", P1, "The risk is high, the people affected have not been informed, and no exception from informing them is accepted.",
			"Risken är hög, de registrerade har inte informerats, och inget undantag från att informera dem är godtaget.",
			func(f PriorityFacts) bool { return f.HighRisk && !f.SubjectsInformed && !f.Art34Exempt },
		},
		{
			"P1_ONGOING", P1, "The breach is still going on.", "Incidenten pågår fortfarande.",
			func(f PriorityFacts) bool { return f.Ongoing },
		},
		{
			"P1_MANY_SUBJECTS", P1, "More than 10,000 people are affected.", "Fler än 10 000 personer berörs.",
			func(f PriorityFacts) bool { return f.moreThan(10_000) },
		},
		{
			"P1_ESSENTIAL_SERVICE", P1, "The controller provides an essential public service.", "Den personuppgiftsansvarige bedriver samhällsviktig offentlig verksamhet.",
			func(f PriorityFacts) bool { return f.EssentialService },
		},
		{
			"P2_SEVERITY_HIGH", P2, "The authority assesses the severity as high.", "Myndigheten bedömer allvarlighetsgraden som hög.",
			func(f PriorityFacts) bool { return f.Severity == SeverityHigh },
		},
		{
			"P2_SENSITIVE_OVER_100", P2, "Sensitive data, data on crimes or personal identity numbers of more than 100 people are affected.",
			"Känsliga uppgifter, uppgifter om brott eller personnummer för fler än 100 personer berörs.",
			func(f PriorityFacts) bool { return (f.Art9or10 || f.NationalID) && f.moreThan(100) },
		},
		{
			"P2_EXFILTRATION", P2, "Somebody from outside took data on purpose.", "Någon utifrån har avsiktligt fört ut uppgifter.",
			func(f PriorityFacts) bool { return f.ExternalMalicious && f.Exfiltration },
		},
		{
			"P2_LATE_WITHOUT_REASONS", P2, "The notification came late and gives no reasons for it.", "Anmälan kom in för sent och anger inga skäl till det.",
			func(f PriorityFacts) bool { return f.Late && !f.DelayReasonsGiven },
		},
		{
			"P2_REPEATED", P2, "It is at least the third breach of this controller by the same cause in 12 months.",
			"Det är minst den tredje incidenten hos samma personuppgiftsansvarige med samma orsak på 12 månader.",
			func(f PriorityFacts) bool { return f.RepeatSameCause >= 3 },
		},
		{
			"P2_CROSS_BORDER_LEAD", P2, "This authority leads a cross-border case.", "Myndigheten är ansvarig tillsynsmyndighet i ett gränsöverskridande ärende.",
			func(f PriorityFacts) bool { return f.CrossBorderLead },
		},
	}
}

func (f PriorityFacts) moreThan(n int64) bool { return f.Subjects != nil && *f.Subjects > n }

// priorityRules is the one copy that Prioritise reads, on every notification.
var priorityRules = PriorityRules()

// Prioritise is the most urgent priority that any rule asks for, and the ids of
// all rules that fired, in the order of PriorityRules.
func Prioritise(f PriorityFacts) (Priority, []string) {
	priority := P3
	var fired []string
	for _, rule := range priorityRules {
		if rule.Fires(f) {
			priority = min(priority, rule.Priority) // P1 sorts before P2
			fired = append(fired, rule.ID)
		}
	}
	return priority, fired
}
