package workflow

import "time"

// ClockKind is a clock that can run in a case; Meaning says from what to what.
type ClockKind string

// The clocks.
const (
	ClockNotification       ClockKind = "ART33"
	ClockRegistration       ClockKind = "REGISTRATION"
	ClockTriageP1           ClockKind = "TRIAGE_P1"
	ClockTriageP2           ClockKind = "TRIAGE_P2"
	ClockTriageP3           ClockKind = "TRIAGE_P3"
	ClockSupplement         ClockKind = "SUPPLEMENT"
	ClockSupplementUrgent   ClockKind = "SUPPLEMENT_URGENT"
	ClockReply              ClockKind = "REPLY"
	ClockHearing            ClockKind = "HEARING"
	ClockLeadAnswer         ClockKind = "ART56"
	ClockObjection          ClockKind = "ART60"
	ClockObjectionRevised   ClockKind = "ART60_REVISED"
	ClockAssistance         ClockKind = "ART61"
	ClockBoard              ClockKind = "ART65"
	ClockAppeal             ClockKind = "APPEAL"
	ClockOrder              ClockKind = "ORDER"
	ClockStaleTriage        ClockKind = "STALE_TRIAGE"
	ClockStaleInvestigation ClockKind = "STALE_INVESTIGATION"
)

// Codes lists the clocks.
func (ClockKind) Codes() []string {
	rules := DefaultClockRules()
	codes := make([]string, len(rules))
	for i, r := range rules {
		codes[i] = string(r.Kind)
	}
	return codes
}

// clockMeanings say from what to what each clock runs.
var clockMeanings = map[ClockKind]string{
	ClockNotification:       "awareness to the notification",
	ClockRegistration:       "receipt to the entry in the register",
	ClockTriageP1:           "receipt to the end of triage, P1",
	ClockTriageP2:           "receipt to the end of triage, P2",
	ClockTriageP3:           "receipt to the end of triage, P3",
	ClockSupplement:         "first filing to what was missing",
	ClockSupplementUrgent:   "the same at high risk, subjects not informed",
	ClockReply:              "questions to the party's reply",
	ClockHearing:            "draft decision to the party's comments",
	ClockLeadAnswer:         "being informed to taking the lead or not",
	ClockObjection:          "draft decision to objections",
	ClockObjectionRevised:   "revised draft to objections",
	ClockAssistance:         "request for assistance to its answer",
	ClockBoard:              "referral to the binding decision",
	ClockAppeal:             "service of the decision to its appeal",
	ClockOrder:              "the decision to the date its order sets",
	ClockStaleTriage:        "last event to an alarm, in triage",
	ClockStaleInvestigation: "last event to an alarm, investigating",
}

// Meaning says from what to what the clock runs; "" for an unknown one.
func (k ClockKind) Meaning() string { return clockMeanings[k] }

// TriageClock is the clock of a triage of this priority.
func TriageClock(p Priority) ClockKind {
	switch p {
	case P1:
		return ClockTriageP1
	case P2:
		return ClockTriageP2
	default:
		return ClockTriageP3
	}
}

// Nature says where a clock's length comes from, and so who may change it.
type Nature string

// The natures.
const (
	Statutory Nature = "STATUTORY" // EU law: nobody may move it or set another length
	National  Nature = "NATIONAL"  // Swedish law
	Practice  Nature = "PRACTICE"  // what the authority is used to giving
	Internal  Nature = "INTERNAL"  // the authority's own target
)

// Codes lists the natures.
func (Nature) Codes() []string {
	return []string{string(Statutory), string(National), string(Practice), string(Internal)}
}

// Addressee is whom a clock waits for.
type Addressee string

// The addressees.
const (
	ForAuthority Addressee = "AUTHORITY"       // this authority
	ForNotifier  Addressee = "NOTIFIER"        // the controller, or who notifies for it
	ForParty     Addressee = "PARTY"           // whom a decision concerns
	ForPeer      Addressee = "OTHER_AUTHORITY" // a supervisory authority of another state
	ForBoard     Addressee = "BOARD"           // the European Data Protection Board
)

// Codes lists the addressees.
func (Addressee) Codes() []string {
	return []string{string(ForAuthority), string(ForNotifier), string(ForParty), string(ForPeer), string(ForBoard)}
}

// ClockRule says how long a clock runs and by which calendar. The Period is zero
// where the length comes from elsewhere: for ClockNotification from the rule set,
// for ClockOrder from the order.
type ClockRule struct {
	Kind      ClockKind  `json:"kind"`
	Period    Period     `json:"period,omitzero"`
	Calendar  CalendarID `json:"calendar"`
	Nature    Nature     `json:"nature"`
	Article   string     `json:"article,omitempty"` // "" for the authority's own targets
	Addressee Addressee  `json:"addressee"`
}

// Configurable says whether an authority may give the clock another length: not
// where EU law sets it, nor where each order sets its own.
func (r ClockRule) Configurable() bool { return r.Nature != Statutory && r.Kind != ClockOrder }

// DefaultClockRules are the clocks as delivered, in the order in which a case
// usually meets them. FL is förvaltningslagen (2017:900), OSL offentlighets- och
// sekretesslagen (2009:400).
func DefaultClockRules() []ClockRule {
	return []ClockRule{
		{ClockNotification, Period{}, CalendarEU, Statutory, "GDPR Art. 33(1)", ForNotifier},
		{ClockRegistration, Period{1, WorkingDays}, CalendarSE, National, "OSL ch. 5 § 1", ForAuthority},
		{ClockTriageP1, Period{1, WorkingDays}, CalendarSE, Internal, "", ForAuthority},
		{ClockTriageP2, Period{3, WorkingDays}, CalendarSE, Internal, "", ForAuthority},
		{ClockTriageP3, Period{10, WorkingDays}, CalendarSE, Internal, "", ForAuthority},
		{ClockSupplement, Period{4, Weeks}, CalendarSE, Practice, "GDPR Art. 33(4)", ForNotifier},
		{ClockSupplementUrgent, Period{3, WorkingDays}, CalendarSE, Practice, "GDPR Art. 33(4), 34(4)", ForNotifier},
		{ClockReply, Period{3, Weeks}, CalendarSE, Practice, "GDPR Art. 58(1)(a)", ForParty},
		{ClockHearing, Period{3, Weeks}, CalendarSE, Practice, "FL § 25", ForParty},
		{ClockLeadAnswer, Period{3, Weeks}, CalendarEU, Statutory, "GDPR Art. 56(3)", ForAuthority},
		{ClockObjection, Period{4, Weeks}, CalendarEU, Statutory, "GDPR Art. 60(4)", ForPeer},
		{ClockObjectionRevised, Period{2, Weeks}, CalendarEU, Statutory, "GDPR Art. 60(5)", ForPeer},
		{ClockAssistance, Period{1, Months}, CalendarEU, Statutory, "GDPR Art. 61(2)", ForPeer},
		{ClockBoard, Period{1, Months}, CalendarEU, Statutory, "GDPR Art. 65(2)", ForBoard},
		{ClockAppeal, Period{3, Weeks}, CalendarSE, National, "FL § 44", ForParty},
		{ClockOrder, Period{}, CalendarSE, Practice, "GDPR Art. 58(2)", ForParty},
		{ClockStaleTriage, Period{30, Days}, CalendarSE, Internal, "", ForAuthority},
		{ClockStaleInvestigation, Period{60, Days}, CalendarSE, Internal, "", ForAuthority},
	}
}

// ClockSpan is a clock set going: when it ends, and all that is needed to check
// that later, after rules and calendars have changed.
type ClockSpan struct {
	DueAt           time.Time  `json:"due_at"` // UTC; an act at this instant is in time
	Article         string     `json:"article,omitempty"`
	Explanation     string     `json:"explanation"`    // one sentence
	ExplanationSV   string     `json:"explanation_sv"` // the same in Swedish
	Calendar        CalendarID `json:"calendar"`
	CalendarVersion string     `json:"calendar_version"`
	RuleID          string     `json:"rule_id"` // what set the length: "SUPPLEMENT/4w", "GDPR_2018/REG1182_HOURS"
}
