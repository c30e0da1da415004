package demo

import (
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// supplierName is the processor that was attacked.
const supplierName = "Miljödata"

// What the authority said that it would look at.
var focusAreas = []string{"uppgifter om barn", "personer med skyddade personuppgifter", "tidigare anställda"}

// selection is why these and no others: the demo's own words.
const selection = cases.Text("Urval efter verksamhetens art och den risk som anmälan visar: känsliga uppgifter, barn och personer med skydd kan beröras, " +
	"och uppgifter om tidigare anställda har sparats länge. Fler granskningar kan komma. (Påhittad motivering.)")

// supplier is the lead case: Miljödata as processor, opened without a notification
// and investigated for its security.
func (s *scenario) supplier() *matter {
	d := s.diary(9200)
	m := &matter{key: "miljodata/supplier", ordered: true}
	owner := s.cast.caseworkers[0]
	m.open(s.local(2025, time.August, 25, 13, 40), s.cast.supervisor, cases.Opening{
		Source: cases.SourceOwnInitiative, Subject: "Angreppet mot Miljödata",
		Reason: "Angreppet rör en stor del av landets kommuner och prövas samlat hos leverantören.",
		Name:   supplierName, LegalForm: cases.FormCompany, Sector: cases.ActivityOtherBusiness, Role: cases.PartyProcessor, Priority: workflow.P1,
	})
	s.assign(m, s.local(2025, time.August, 25, 15, 0), owner)
	m.take(s.local(2025, time.August, 25, 15, 20), owner, workflow.StepLinkIncident, "Ärendet gäller leverantören själv.", cases.StepData{Incident: "INC-2025-1"})
	for _, note := range []struct {
		at   time.Time
		text cases.Text
	}{
		{s.local(2025, time.August, 28, 16, 30), "Tjänsteanteckning: omkring 250 kunder har anmält, däribland minst 164 kommuner och 4 regioner."},
		{s.local(2025, time.September, 15, 9, 10), "Tjänsteanteckning: ett arkiv på 224 MB har publicerats den 13 eller 14 september; källorna skiljer sig åt."},
		{s.local(2025, time.September, 16, 14, 0), "Tjänsteanteckning: åklagaren uppger fler än 1,5 miljoner personer (16 september). Avser enskilda personer."},
		{s.local(2025, time.September, 18, 10, 20), "Tjänsteanteckning: Have I Been Pwned räknar 870 000 e-postadresser (september). Annan enhet än åklagarens uppgift; talen ska inte läggas ihop."},
	} {
		m.take(note.at, owner, workflow.StepNote, "", cases.StepData{Text: note.text})
	}
	m.take(s.local(2025, time.October, 27, 10, 0), owner, workflow.StepAssessRisk,
		"Uppgifter om hälsa och personnummer om mycket många är publicerade.", cases.StepData{Risk: cases.RiskToPeopleHigh})
	s.supervise(m, d, s.local(2025, time.November, 3, 9, 30), owner, cases.StepData{
		Scope: "Om de tekniska och organisatoriska säkerhetsåtgärderna före angreppet var lämpliga.", LegalBasis: []string{"GDPR Art. 58.1", "GDPR Art. 32"},
		FocusAreas: append([]string{"säkerhetsåtgärder"}, focusAreas...), OSSRole: cases.OSSNotCrossBorder,
	})
	return m
}

// customerIsInvestigated opens one of the three investigations of customers.
func (s *scenario) customerIsInvestigated(c *customer) {
	c.ordered = true
	s.supervise(c.matter, c.diary, s.local(2025, time.November, 3, 10+c.place, 15), c.owner, cases.StepData{
		Scope:      "Hur den ansvarige har behandlat personuppgifter i leverantörens system.",
		LegalBasis: []string{"GDPR Art. 58.1", "GDPR Art. 5", "GDPR Art. 28"}, FocusAreas: focusAreas, OSSRole: cases.OSSPublic,
	})
}

// supervise opens an investigation, asks the party, receives its answer, and goes
// on with it: nothing is known of a decision yet.
func (s *scenario) supervise(m *matter, d diary, at time.Time, owner cases.Actor, data cases.StepData) {
	m.take(at, s.cast.supervisor, workflow.StepOpenInvestigation, selection, data)
	m.take(d.atWork(m.last(), 1), owner, workflow.StepRequestReply, "", cases.StepData{Questions: []cases.Text{
		"Vilka uppgifter om barn, personer med skyddade personuppgifter och tidigare anställda fanns i systemen?",
		"Vilka säkerhetsåtgärder var avtalade, och hur följdes de upp?", "Hur länge sparas uppgifterna, och varför?",
	}})
	m.take(d.atWork(m.last(), 12), s.cast.registrar, workflow.StepReplyReceived, "", cases.StepData{Note: "Yttrande inkom."})
	for next := m.last().AddDate(0, 0, 40); next.Before(s.until); next = next.AddDate(0, 0, 40) {
		m.take(d.atWork(next, 1), owner, workflow.StepNote, "", cases.StepData{Text: pick(d, []cases.Text{
			"Tjänsteanteckning: granskning av inkomna handlingar pågår.", "Tjänsteanteckning: avstämning med polisen; inget nytt.",
			"Tjänsteanteckning: ytterligare avtal begärda in och lagda till akten.",
		})})
	}
}

// customerWaits leaves the case open: it is to be closed together with the
// others. A while before the scenario's end its time limit was extended, so that the
// queue shows what is overdue in earnest.
func (s *scenario) customerWaits(c *customer) {
	at := c.atWork(later(c.last(), s.until.AddDate(0, 0, -21)), 1)
	c.decide(at, s.cast.supervisor, func(k *cases.Case, by cases.Actor) (cases.Actor, cases.StepRequest) {
		return by, cases.StepRequest{
			Step: workflow.StepExtendClock, Reason: "Avvaktar gemensamt avslut av ärendena om angreppet mot Miljödata.",
			Data: cases.StepData{
				Clock: openClock(k, workflow.ClockTriageP1, workflow.ClockTriageP2, workflow.ClockTriageP3),
				DueAt: new(s.until.AddDate(0, 0, 40).UTC()),
			},
		}
	})
}
