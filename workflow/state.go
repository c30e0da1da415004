package workflow

import "slices"

// State says where in the procedure a case stands. A case has exactly one.
type State string

// The states of a case, in the order in which an ordinary case meets them.
const (
	StateDraft              State = "DRAFT"
	StateReceived           State = "RECEIVED"
	StateRegistered         State = "REGISTERED"
	StateTriage             State = "TRIAGE"
	StateAwaitingSupplement State = "AWAITING_SUPPLEMENT"
	StateInvestigation      State = "INVESTIGATION"
	StateAwaitingReply      State = "AWAITING_REPLY"
	StateDrafting           State = "DRAFTING"
	StateHearing            State = "HEARING"
	StateArt60Consultation  State = "ART60_CONSULTATION"
	StateArt65Dispute       State = "ART65_DISPUTE"
	StateDecided            State = "DECIDED"
	StateUnderAppeal        State = "UNDER_APPEAL"
	StateFollowUp           State = "FOLLOW_UP"
	StateClosed             State = "CLOSED"
	StateTransferred        State = "TRANSFERRED"
	StateMerged             State = "MERGED"
)

// Phase is the coarse place of a case. It is all that the notifier is shown of
// the procedure: finer states would tell what the authority thinks.
type Phase string

// The five phases.
const (
	PhaseReceived      Phase = "received"
	PhaseTriage        Phase = "triage"
	PhaseInvestigation Phase = "investigation"
	PhaseDecision      Phase = "decision"
	PhaseClosed        Phase = "closed"
)

// place is what there is to know of a state without a case.
type place struct {
	state              State
	phase              Phase
	title, titleSV     string
	meaning, meaningSV string
}

var places = []place{
	{
		StateDraft, "", "Draft", "Utkast",
		"The notifier's unsent form, which the authority's staff do not see.",
		"Anmälarens ej inskickade formulär, som myndighetens personal inte ser.",
	},
	{
		StateReceived, PhaseReceived, "Received", "Inkommen",
		"Submitted; the receipt is issued and the deadlines are computed.",
		"Inskickad; mottagningsbevis är utfärdat och tidsfristerna beräknade.",
	},
	{
		StateRegistered, PhaseReceived, "Registered", "Diarieförd",
		"Entered in the register and waiting to be taken up.",
		"Införd i diariet och väntar på att tas upp.",
	},
	{
		StateTriage, PhaseTriage, "Triage", "Inledande bedömning",
		"The caseworker assesses the risk and what is to be done.",
		"Handläggaren bedömer risken och vad som ska göras.",
	},
	{
		StateAwaitingSupplement, PhaseTriage, "Awaiting supplement", "Väntar på komplettering",
		"A requested or promised supplement is outstanding and its time limit runs.",
		"En begärd eller utlovad komplettering saknas och fristen löper.",
	},
	{
		StateInvestigation, PhaseInvestigation, "Investigation", "Tillsyn",
		"Supervision is formally opened.",
		"Tillsyn är formellt inledd.",
	},
	{
		StateAwaitingReply, PhaseInvestigation, "Awaiting reply", "Väntar på yttrande",
		"The party's reply to questions is outstanding and its time limit runs.",
		"Partens yttrande över frågor saknas och fristen löper.",
	},
	{
		StateDrafting, PhaseDecision, "Drafting", "Beslut bereds",
		"The draft decision is being written.",
		"Utkastet till beslut skrivs.",
	},
	{
		StateHearing, PhaseDecision, "Hearing", "Kommunicering",
		"The draft is with the party for comments.",
		"Utkastet är hos parten för synpunkter.",
	},
	{
		StateArt60Consultation, PhaseDecision, "Article 60 consultation", "Samråd enligt artikel 60",
		"The draft is with the supervisory authorities concerned, for four weeks or, when revised, two.",
		"Utkastet är hos berörda tillsynsmyndigheter, i fyra veckor eller, när det är reviderat, två.",
	},
	{
		StateArt65Dispute, PhaseDecision, "Article 65 dispute", "Tvist enligt artikel 65",
		"An objection that was not followed is before the European Data Protection Board.",
		"En invändning som inte följts prövas av Europeiska dataskyddsstyrelsen.",
	},
	{
		StateDecided, PhaseDecision, "Decided", "Beslutad",
		"The decision is adopted and served; the appeal period runs.",
		"Beslutet är fattat och delgivet; överklagandetiden löper.",
	},
	{
		StateUnderAppeal, PhaseDecision, "Under appeal", "Överklagad",
		"The decision is before a court.",
		"Beslutet prövas i domstol.",
	},
	{
		StateFollowUp, PhaseDecision, "Follow-up", "Uppföljning",
		"The authority watches that what was ordered is done.",
		"Myndigheten följer upp att det som förelagts blir gjort.",
	},
	{
		StateClosed, PhaseClosed, "Closed", "Avslutad",
		"Ended with exactly one outcome.",
		"Avslutad med exakt ett utfall.",
	},
	{
		StateTransferred, PhaseClosed, "Transferred", "Överlämnad",
		"Handed to another authority, which is named.",
		"Överlämnad till en annan myndighet, som är angiven.",
	},
	{
		StateMerged, PhaseClosed, "Merged", "Sammanförd",
		"Carried on in another case, which is named.",
		"Förs vidare i ett annat ärende, som är angivet.",
	},
}

// States are all states in the order of the procedure.
func States() []State {
	all := make([]State, len(places))
	for i, p := range places {
		all[i] = p.state
	}
	return all
}

// Codes are all states as text, for the description of the API.
func (State) Codes() []string { return texts(States()) }

func (s State) place() place {
	i := slices.IndexFunc(places, func(p place) bool { return p.state == s })
	if i < 0 {
		return place{state: s, title: string(s), titleSV: string(s)}
	}
	return places[i]
}

// Phase is the phase that the state lies in; a draft lies in none.
func (s State) Phase() Phase { return s.place().phase }

// Open says whether the authority still has something to do: received, and
// neither closed, transferred nor merged.
func (s State) Open() bool {
	phase := s.Phase()
	return phase != "" && phase != PhaseClosed
}

// Title is the state's name for people, in English.
func (s State) Title() string { return s.place().title }

// TitleSV is the state's name for people, in Swedish.
func (s State) TitleSV() string { return s.place().titleSV }

// Meaning is one English sentence on what the state means.
func (s State) Meaning() string { return s.place().meaning }

// MeaningSV is one Swedish sentence on what the state means.
func (s State) MeaningSV() string { return s.place().meaningSV }

// Phases are the five phases in order.
func Phases() []Phase {
	return []Phase{PhaseReceived, PhaseTriage, PhaseInvestigation, PhaseDecision, PhaseClosed}
}

// Codes are all phases as text, for the description of the API.
func (Phase) Codes() []string { return texts(Phases()) }

// Title is the phase's name for people, in English.
func (p Phase) Title() string {
	switch p {
	case PhaseReceived:
		return "Received"
	case PhaseTriage:
		return "Triage"
	case PhaseInvestigation:
		return "Investigation"
	case PhaseDecision:
		return "Decision"
	case PhaseClosed:
		return "Closed"
	}
	return ""
}

// TitleSV is the phase's name for people, in Swedish.
func (p Phase) TitleSV() string {
	switch p {
	case PhaseReceived:
		return "Inkommen"
	case PhaseTriage:
		return "Inledande bedömning"
	case PhaseInvestigation:
		return "Tillsyn"
	case PhaseDecision:
		return "Beslut"
	case PhaseClosed:
		return "Avslutad"
	}
	return ""
}

// texts turns the codes of an enumeration into plain strings.
func texts[T ~string](codes []T) []string {
	out := make([]string, len(codes))
	for i, c := range codes {
		out[i] = string(c)
	}
	return out
}
