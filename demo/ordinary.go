package demo

import (
	"fmt"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// everyday is how many notifications the ordinary year has, a sixth of a real one.
const everyday = 1000

// ordinaryYear is the twelve months before the scenario's end: everyday
// notifications, some of which lead further than most, and a few cases that did
// not begin with a notification.
func (s *scenario) ordinaryYear() []*matter {
	from := s.until.AddDate(-1, 0, 0)
	d := s.diary(0)
	plotOf, sectorOf := weighted(len(plots), func(i int) int { return plots[i].weight }),
		weighted(len(sectors), func(i int) int { return sectors[i].weight })
	d.Shuffle(everyday, func(i, j int) { plotOf[i], plotOf[j] = plotOf[j], plotOf[i] })
	d.Shuffle(everyday, func(i, j int) { sectorOf[i], sectorOf[j] = sectorOf[j], sectorOf[i] })
	out := s.specials()
	for i := len(out); i < everyday; i++ {
		f := s.filing(uint64(1+i), &plots[plotOf[i]], &sectors[sectorOf[i]])
		f.ref = fmt.Sprintf("DEMO-%04d", i+1)
		f.received = f.arrival(from, s.until.Add(-2*time.Minute))
		out = append(out, s.ordinary(f))
	}
	return append(out, s.withoutNotification()...)
}

// weighted lists 0 to n-1, each as often as its weight says.
func weighted(n int, weight func(int) int) []int {
	var out []int
	for i := range n {
		for range weight(i) {
			out = append(out, i)
		}
	}
	return out
}

// filing finds a controller of the sector and somebody who files for it.
func (s *scenario) filing(stream uint64, p *plot, sec *sector) *filing {
	d := s.diary(stream)
	o, u := s.controller(d, sec.code)
	return &filing{diary: d, party: d.party(o, u), plot: p, sector: sec}
}

// controller is a unit of the sector: of a municipality or region where the
// sector is theirs, else of an organisation that is made up.
func (s *scenario) controller(d diary, sector cases.SectorOfActivity) (cases.Organisation, cases.Unit) {
	from := s.country.municipalities
	switch sector {
	case cases.ActivityMunicipality, cases.ActivitySchool, cases.ActivitySocialServices:
	case cases.ActivityHealthCare:
		from = s.country.regions
	default:
		return madeUp(pick(d, madeUpNames[sector]), sector)
	}
	for {
		o := pick(d, from)
		if u := pick(d, o.Units); u.Sector == sector {
			return o, u
		}
	}
}

// madeUp is an organisation that does not exist and is in no registry.
func madeUp(name string, sector cases.SectorOfActivity) (cases.Organisation, cases.Unit) {
	form := cases.FormCompany
	switch sector {
	case cases.ActivityStateAuthority:
		form = cases.FormStateAuthority
	case cases.ActivityNonProfit, cases.ActivityOther:
		form = cases.FormAssociation
	}
	return cases.Organisation{Name: name, LegalForm: form}, cases.Unit{Sector: sector}
}

// begun files the notification: as a rule in time and over the portal, sometimes
// late, sometimes by post or telephone, so that the registrar enters it.
func (s *scenario) begun(f *filing, complete bool) *matter {
	delay := time.Duration(f.between(90, 66*60)) * time.Minute
	if f.chance(12) {
		delay = time.Duration(f.between(96, 400)) * time.Hour
	}
	f.aware = f.received.Add(-delay)
	f.whole = f.complete()
	if s.late(f.aware, f.received) && f.chance(60) {
		f.delayed(&f.whole)
	}
	n := f.whole
	if !complete {
		n = f.withheld(n)
	}
	m := &matter{key: "ordinary/" + f.ref}
	by := s.cast.filer(f.controller.UnitID, f.controller.LegalForm)
	switch x := f.IntN(100); {
	case x < 2:
		by, n.Channel = s.cast.registrar, cases.ChannelPost
		n.DispatchedAt = instant(f.received.AddDate(0, 0, -1))
		n.RegistrarNote = "Inkom med post; kuvertet är stämplat dagen innan."
	case x < 4:
		by, n.Channel = s.cast.registrar, cases.ChannelPhone
		n.RegistrarNote = "Lämnades per telefon av den som anges som anmälare och lästes upp för godkännande."
	case x < 30:
		n.Channel = cases.ChannelAPI
	}
	m.submit(f.received, by, n)
	if n.Channel == cases.ChannelPost {
		m.attach(f.received.Add(40*time.Second), by, "Anmälan, inskannat original.pdf", page("Anmälan av personuppgiftsincident",
			n.Controller.Name, n.Controller.Board, "", "Inskannat original. "+string(n.RegistrarNote), "", "(Påhittat brev i Vakas demo.)"), 1)
	}
	return m
}

// ordinary is an everyday case from its filing to its end. What lies after the
// scenario's end is cut off later, and so the open queue comes about.
func (s *scenario) ordinary(f *filing) *matter {
	way := f.IntN(1000)
	complete := way < 660
	m := s.begun(f, complete)
	owner := s.cast.caseworkers[max(0, f.IntN(5)-2)] // the demo's own caseworker has more than half
	at := f.atWork(f.received, 0)
	s.register(m, at)
	at = f.atWork(at, f.skewed(5))
	s.assign(m, at, owner)
	at = f.atWork(at, f.skewed(4))
	switch {
	case way < 660:
		s.judged(m, f, at, owner)
	case way < 780: // the notifier sends the rest unasked
		s.rest(m, f, f.atWork(m.last(), f.between(1, 8)))
		s.judged(m, f, f.atWork(m.last(), f.skewed(6)), owner)
	case way < 900: // the rest is asked for, and comes
		s.asked(m, f, at, owner)
		s.rest(m, f, f.atWork(at, f.between(2, 14)))
		s.judged(m, f, f.atWork(m.last(), f.skewed(6)), owner)
	case way < 955: // it is asked for, and does not come
		s.asked(m, f, at, owner)
		m.take(s.expires(workflow.ClockSupplement, at), cases.System("supplement_expired"), workflow.StepSupplementExpired, "", cases.StepData{})
		s.unanswered(m, f, f.atWork(m.last(), f.skewed(5)), owner)
	case way < 985:
		s.withdrawn(m, f, at, owner)
	default:
		s.transferred(m, f, at)
	}
	return m
}

// skewed is a number of working days: mostly few, sometimes up to seven times as many.
func (d diary) skewed(usual int) int {
	if d.chance(8) {
		return d.between(usual, usual*7)
	}
	return d.IntN(usual + 1)
}

// judged is the end of most cases: the risk, sometimes a severity, and the outcome.
func (s *scenario) judged(m *matter, f *filing, at time.Time, owner cases.Actor) {
	s.assessed(m, f, at, owner)
	data := cases.StepData{Outcome: workflow.OutcomeNoFurtherAction}
	reason := cases.Text("Den personuppgiftsansvarige har vidtagit åtgärder som framstår som tillräckliga. Inget ytterligare behövs.")
	switch x := f.IntN(100); {
	case x < 18:
		data.Outcome = workflow.OutcomeInformationLetter
		data.Letter = "Vi avslutar ärendet. Vi påminner om skyldigheten att dokumentera incidenten (artikel 33.5) och att se över rutinerna (artikel 32)."
		reason = "Vägledning räcker; incidenten är av mindre allvarligt slag."
	case x < 22:
		data.Outcome = workflow.OutcomeNotABreach
		reason = "Uppgifterna var inte personuppgifter i den mening som avses i artikel 4.12."
	case x < 24:
		data.Outcome = workflow.OutcomeNoPersonalDataAffected
		reason = "Den fortsatta utredningen visade att inga personuppgifter berördes."
	}
	s.close(m, f.atWork(m.last(), f.skewed(3)), owner, reason, data)
}

// assessed is the authority's own view of a case, with what belongs to it.
func (s *scenario) assessed(m *matter, f *filing, at time.Time, owner cases.Actor) {
	if f.chance(15) {
		m.take(at, owner, workflow.StepNote, "", cases.StepData{Text: pick(f.diary, []cases.Text{
			"Tjänsteanteckning: talade med anmälaren, som bekräftade vad som står i anmälan.",
			"Tjänsteanteckning: jämfört med tidigare ärenden hos samma ansvarig; inget mönster.",
		})})
	}
	if f.chance(30) {
		m.take(m.last().Add(4*time.Minute), owner, workflow.StepAssessSeverity, "", cases.StepData{Severity: f.severity()})
	}
	risk, why := cases.RiskToPeople, cases.Text("Uppgifterna kan missbrukas, men de berörda är få eller åtgärderna snabba.")
	switch f.plot.risk {
	case cases.RiskHigh:
		risk, why = cases.RiskToPeopleHigh, "Många berörs och uppgifterna är kända av någon som avser att missbruka dem."
	case cases.RiskUnlikely:
		risk, why = cases.RiskToPeopleUnlikely, "Inget tyder på att någon obehörig har tagit del av uppgifterna."
	}
	m.take(later(at, m.last().Add(5*time.Minute)), owner, workflow.StepAssessRisk, why, cases.StepData{Risk: risk})
	if f.chance(35) && risk != cases.RiskToPeopleHigh {
		m.take(m.last().Add(time.Minute), owner, workflow.StepSetPriority, "Risken är begränsad och åtgärderna är redan vidtagna.",
			cases.StepData{Priority: workflow.P3})
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// severity is an assessment by ENISA's method that fits the plot.
func (f *filing) severity() *workflow.SeverityInput {
	in := &workflow.SeverityInput{
		DPC: 1 + f.IntN(2), EI: f.between(2, 4), C: 1, Unintelligible: workflow.No,
		Reasons: workflow.SeverityReasons{
			DPC: "Vanliga uppgifter; höjt där sammanhanget säger mer.", EI: "De berörda kan pekas ut direkt eller med annat underlag.",
			C: "Kända mottagare.",
		},
	}
	for _, c := range f.sector.data {
		if c.IsArt9() {
			in.DPC, in.Reasons.DPC = 3, "Uppgifter om hälsa."
		}
	}
	if f.plot.cause == cases.CauseExternalMalicious {
		in.C, in.M, in.Reasons.C, in.Reasons.M = 2, 2, "Okända mottagare.", "Uppsåtligt angrepp."
	}
	return in
}

// asked sends the request for what is missing.
func (s *scenario) asked(m *matter, f *filing, at time.Time, owner cases.Actor) {
	m.take(at, owner, workflow.StepRequestSupplement, "", cases.StepData{Questions: []cases.Text{
		"Hur många personer berörs?", "Vilken risk bedömer ni att händelsen medför, och hur har ni kommit fram till det?",
		"Vilka åtgärder har ni vidtagit för att det inte ska hända igen?",
	}})
}

// rest files what was withheld.
func (s *scenario) rest(m *matter, f *filing, at time.Time) {
	by := s.cast.filer(f.controller.UnitID, f.controller.LegalForm)
	first := m.acts[0].by
	n := followUp(f.whole, cases.SubmissionSupplement, "Kompletterande uppgifter efter avslutad intern utredning.")
	n.Channel = cases.ChannelPortal
	if first.Account == s.cast.registrar.Account {
		by, n.Channel = first, cases.ChannelEmail
		n.RegistrarNote = "Inkom med e-post från anmälaren."
	}
	m.file(at, by, n)
}

// unanswered ends a case whose supplement never came.
func (s *scenario) unanswered(m *matter, f *filing, at time.Time, owner cases.Actor) {
	s.assessed(m, f, at, owner)
	s.close(m, f.atWork(m.last(), f.skewed(3)), owner, "Kompletteringen uteblev; ärendet bedöms på det underlag som finns.",
		cases.StepData{Outcome: workflow.OutcomeFiledIncomplete})
}

// withdrawn is a notification that its sender takes back; now and then the
// authority goes on all the same.
func (s *scenario) withdrawn(m *matter, f *filing, at time.Time, owner cases.Actor) {
	by := m.acts[0].by
	m.file(at, by, cases.Notification{
		Subkind: cases.SubkindWithdraw, SubmissionKind: cases.SubmissionWithdrawal, Channel: cases.ChannelPortal,
		WithdrawReasonCode: cases.WithdrawNotABreach, WithdrawReason: "Vid närmare utredning var det ingen personuppgiftsincident.",
		SubmissionReason: "Vid närmare utredning var det ingen personuppgiftsincident.",
	})
	at = f.atWork(m.last(), f.skewed(3))
	if f.chance(25) {
		m.take(at, owner, workflow.StepRefuseWithdrawal, "Det som beskrivs är en incident enligt artikel 4.12; prövningen fortsätter.", cases.StepData{})
		s.judged(m, f, f.atWork(at, f.skewed(4)), owner)
		return
	}
	m.take(at, owner, workflow.StepAcceptWithdrawal, "Det finns inget skäl att pröva saken vidare.", cases.StepData{})
}

// transferred is a case for somebody else.
func (s *scenario) transferred(m *matter, f *filing, at time.Time) {
	data := cases.StepData{Recipient: "Post- och telestyrelsen", Outcome: workflow.OutcomeTransferredOtherAuthority}
	reason := cases.Text("Händelsen gäller en elektronisk kommunikationstjänst och prövas av en annan myndighet.")
	if f.chance(40) {
		data = cases.StepData{Recipient: "Datatilsynet (Danmark)", Outcome: workflow.OutcomeTransferredLeadSA, IMINumber: fmt.Sprintf("IMI-DEMO-%d", f.between(100, 999))}
		reason = "Den personuppgiftsansvariges huvudsakliga verksamhetsställe ligger i Danmark."
	}
	m.take(at, s.cast.supervisor, workflow.StepTransfer, reason, data)
}
