package demo

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// The Miljödata incident by numbers. How many notified, and how many of them are
// municipalities and regions, is known; which they are is made up, but for those
// that the authority chose, and some that the press named.
const (
	notifiedMunicipalities = 164
	notifiedRegions        = 4
	notifiedAuthorities    = 14
	notifiedCompanies      = 68

	confirmedInLeak = 112 // a little over a hundred organisations were in the published data
	foundUntouched  = 9   // were told later that none of their data were concerned at all
	neverAnswered   = 20  // sent nothing more until they were asked
	lateCustomers   = 7   // notified after the time limit
	reported        = 16  // every so many of those in the data attached a report
)

// Named by the press or chosen by the authority.
var (
	investigatedMunicipalities = []string{"Göteborgs stad", "Älmhults kommun"}
	untouchedMunicipalities    = []string{"Öckerö kommun", "Hultsfreds kommun"}
	disturbedMunicipalities    = []string{"Skellefteå kommun", "Kalmar kommun", "Karlstads kommun", "Mönsterås kommun", "Halmstads kommun", "Varbergs kommun"}
	disturbedRegions           = []string{"Region Västmanland", "Region Halland", "Region Gotland", "Region Skåne"}
)

// customerReference begins the references of the customers' notifications.
const customerReference = "DEMO-MD-"

// OfMiljodata says whether a case of the demo belongs to its great incident: it is a
// customer's, or the one against the supplier itself.
func OfMiljodata(s *cases.Summary) bool {
	return strings.HasPrefix(s.Reference, customerReference) || s.Controller == supplierName
}

// investigatedCustomers are the first of the customers: those municipalities and a region.
const investigatedCustomers = 3

// customer is one of the 250 that notified.
type customer struct {
	*matter
	diary
	party
	organisation cases.Organisation

	place  int
	unit   cases.Unit
	filed  time.Time
	aware  time.Time
	people int64
	owner  cases.Actor
}

// miljodata is the incident with every notification of it, and the case against the
// supplier itself.
func (s *scenario) miljodata() []*matter {
	var customers []*customer
	for i, who := range s.customers() {
		c := s.customer(i, who)
		s.customerFiles(c)
		s.customerIsTriaged(c)
		switch {
		case i < confirmedInLeak:
			s.customerLearnsMore(c)
			s.customerIsInLeak(c)
		case i < confirmedInLeak+len(untouchedMunicipalities):
			s.customerIsSpared(c)
		case i < confirmedInLeak+len(untouchedMunicipalities)+foundUntouched:
			s.customerIsUntouched(c)
		case i < confirmedInLeak+len(untouchedMunicipalities)+foundUntouched+neverAnswered:
			s.customerIsAsked(c)
		default:
			s.customerLearnsMore(c)
			s.customerStaysUnsure(c)
		}
		if i < investigatedCustomers {
			s.customerIsInvestigated(c)
		} else {
			s.customerWaits(c)
		}
		customers = append(customers, c)
	}
	out := slices.Concat(s.incident(), s.linked(customers), s.riskOf(customers), s.coverage(customers), s.selection(customers), []*matter{s.supplier()})
	for _, c := range customers {
		out = append(out, c.matter)
	}
	return out
}

// customers are the 250 organisations: first the three that are investigated, then
// the others in the published data. The two municipalities that were spared begin the
// rest, and those follow whose notification was wrong: none of them is a municipality,
// for a municipality whose systems stood still was right to notify.
func (s *scenario) customers() []cases.Organisation {
	var chosen, rest []cases.Organisation
	for _, name := range investigatedMunicipalities {
		chosen = append(chosen, s.country.called(name))
	}
	for _, name := range disturbedRegions {
		chosen = append(chosen, s.country.called(name))
	}
	named := slices.Concat(investigatedMunicipalities, untouchedMunicipalities, disturbedMunicipalities)
	for _, name := range disturbedMunicipalities {
		rest = append(rest, s.country.called(name))
	}
	others := slices.Clone(s.country.municipalities)
	d := s.diary(9100)
	d.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
	wanted := notifiedMunicipalities - len(investigatedMunicipalities) - len(untouchedMunicipalities)
	for _, o := range others {
		if len(rest) < wanted && !slices.Contains(named, o.Name) {
			rest = append(rest, o)
		}
	}
	for _, name := range madeUpNames[cases.ActivityStateAuthority][:notifiedAuthorities] {
		rest = append(rest, cases.Organisation{Name: name, LegalForm: cases.FormStateAuthority})
	}
	for i := range notifiedCompanies {
		name := companyNames[i%len(companyNames)] + " Exempel " + companyTrades[i/len(companyNames)] + " AB"
		rest = append(rest, cases.Organisation{Name: name, LegalForm: cases.FormCompany})
	}
	d.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
	split := confirmedInLeak - len(chosen)
	out := slices.Concat(chosen, rest[:split])
	for _, name := range untouchedMunicipalities {
		out = append(out, s.country.called(name))
	}
	rest = rest[split:]
	municipality := func(o cases.Organisation) bool { return o.LegalForm == cases.FormMunicipality }
	for range foundUntouched {
		at := slices.IndexFunc(rest, func(o cases.Organisation) bool { return !municipality(o) })
		out, rest = append(out, rest[at]), slices.Delete(rest, at, at+1)
	}
	return append(out, rest...)
}

var (
	companyNames = []string{
		"Granit", "Norrsken", "Ekbacken", "Furan", "Älven", "Klippan", "Måsen", "Björken", "Fjället", "Havet", "Ängen", "Storm",
		"Kometen", "Polstjärnan", "Linden", "Rönnen", "Tallen",
	}
	companyTrades = []string{"Industri", "Vård", "Bygg", "Handel"}
)

func (s *scenario) customer(i int, o cases.Organisation) *customer {
	u := cases.Unit{Sector: cases.ActivityOtherBusiness}
	switch {
	case o.LegalForm == cases.FormStateAuthority:
		u.Sector = cases.ActivityStateAuthority
	case len(o.Units) > 0:
		u = o.Units[0]
	}
	d := s.diary(uint64(10_000 + i))
	c := &customer{
		matter: &matter{key: fmt.Sprintf("miljodata/%03d", i), meets: true}, diary: d, party: d.party(o, u), organisation: o, place: i, unit: u,
		owner: s.cast.caseworkers[i%len(s.cast.caseworkers)], people: int64(d.between(150, 9000)),
	}
	switch {
	case o.Name == "Göteborgs stad":
		c.people = 165_000 // 65,000 employees and 100,000 former ones
	case o.LegalForm == cases.FormRegion:
		c.people = int64(d.between(9_000, 42_000))
	}
	s.customerTimes(c)
	return c
}

// customerTimes finds when a customer was aware and when it notified: within four
// days of the disclosure on 25 August, and all but a few in time.
func (s *scenario) customerTimes(c *customer) {
	if c.place >= 250-lateCustomers {
		c.aware = s.local(2025, time.August, 23, 18, 0).Add(time.Duration(c.between(0, 15*60)) * time.Minute)
		c.filed = s.local(2025, time.August, 28, 10, 0).Add(time.Duration(c.between(0, 6*3600)) * time.Second)
		return
	}
	day := []int{25, 26, 26, 26, 27, 27, 27, 27, 28}[c.IntN(9)]
	c.filed = s.local(2025, time.August, day, 8, 30).Add(time.Duration(c.between(0, 9*3600)) * time.Second)
	if c.chance(8) {
		c.filed = s.local(2025, time.August, day, 17, 0).Add(time.Duration(c.between(0, 6*3600)) * time.Second)
	}
	first, last := s.local(2025, time.August, 25, 7, 15), s.local(2025, time.August, 26, 11, 0)
	if earliest := c.filed.Add(-70 * time.Hour); earliest.After(first) {
		first = earliest
	}
	if latest := c.filed.Add(-time.Hour); latest.Before(last) {
		last = latest
	}
	c.aware = first.Add(time.Duration(c.Int64N(int64(last.Sub(first)))))
}

// customerFiles is the notification in a hurry: most know only what the supplier
// told them.
func (s *scenario) customerFiles(c *customer) {
	told := instant(c.aware.Add(-5 * time.Minute))
	n := cases.Notification{
		Kind: cases.NotificationNew, Subkind: cases.SubkindIncomplete, SubmissionKind: cases.SubmissionNew,
		Regime: cases.RegimeGDPR33, Language: "sv", Channel: cases.ChannelPortal, ControllerReference: fmt.Sprintf("%s%03d", customerReference, c.place+1),
		Controller: c.controller, Reporter: cases.Reporter{Name: c.reporter, Contact: c.contact, Function: cases.ReporterDPO},
		DPO: cases.DPO{Appointed: new(true)}, CrossBorder: cases.AnswerNo,
		OtherPartiesInvolved: cases.AnswerYes, OtherParties: []cases.OtherParty{{
			Role: cases.InvolvedProcessor, Name: supplierName, Contact: cases.Contact{Email: "incident@miljodata-demo.example"}, RootCauseParty: new(true),
		}},
		OccurrenceMode: cases.OccurredSpecificDay, OccurredFrom: new(s.local(2025, time.August, 23, 0, 0).UTC()), DatesEstimated: new(true),
		DetectedAt: told, AwareAt: *instant(c.aware), ProcessorToldControllerAt: told,
		DiscoverySource: cases.DiscoveredByProcessor, DiscoveryText: "Leverantören meddelade driftstörning och misstänkt intrång.",
		ExternalNoticeAt: c.date(*told),
		BreachTypes:      []cases.BreachType{cases.BreachConfidentiality, cases.BreachAvailability},
		Intelligibility:  cases.DataTBD, ConfidentialityDetail: cases.ConfidentialityTBD,
		AvailabilityDetail: cases.AvailabilityTemporary, IncidentKind: cases.IncidentRansomware, Cause: cases.CauseExternalMalicious,
		Description: pick(c.diary, []cases.Text{
			"Vår leverantör Miljödata har utsatts för ett it-angrepp. Vi vet ännu inte om våra uppgifter har kommit ut.",
			"Systemen för rehabilitering och arbetsskador ligger nere efter ett angrepp mot leverantören. Omfattningen är okänd.",
			"Anmälan görs i förebyggande syfte: leverantören har fått sina system krypterade och en lösensumma har krävts.",
		}),
		SystemsDescription: "Leverantörens system för rehabilitering, arbetsskador och arbetsmiljö (Adato, Novi).", SystemsLocation: []cases.Country{"SE"},
		SubjectCategories: []cases.SubjectCategory{cases.SubjectsEmployees, cases.SubjectsNotYetKnown}, SubjectCategoriesText: "Anställda; fler grupper kan beröras.",
		Subjects: cases.Count{Mode: cases.CountTBD}, Records: cases.Count{Mode: cases.CountTBD},
		DataCategories: []cases.DataCategory{cases.CategoryBasic, cases.CategoryContact, cases.CategoryIdentificationNumber, cases.CategoryNotYetKnown},
		DataText:       "Namn, personnummer, kontaktuppgifter och anställning; övrigt utreds.", ProtectedIdentity: cases.ProtectedNotKnown,
		Risk: cases.RiskMoreInfoNeeded, Severity: cases.SeverityTBD, Impacts: []cases.Impact{cases.ImpactTBD},
		SubjectsInformed: cases.InformedUnderInvestigation, MeasuresResponse: "Kopplingar till leverantören är stängda och leverantören är ombedd om besked.",
		PoliceReport: cases.AnswerUnknown,
	}
	if c.place >= 250-lateCustomers && c.place%2 == 0 {
		n.DelayReasonCodes = []cases.DelayReason{cases.DelayAwaitingProcessor}
		n.DelayReasons = "Vi väntade på besked från leverantören om vilka uppgifter som berördes."
	}
	c.submit(c.filed, s.cast.filer(c.unit.ID, c.controller.LegalForm), n)
}

// customerIsTriaged registers the case and gives it to somebody.
func (s *scenario) customerIsTriaged(c *customer) {
	s.register(c.matter, c.atWork(c.filed, 0))
	s.assign(c.matter, c.atWork(later(c.last(), s.local(2025, time.August, 29, 9, 0)), c.between(0, 2)), c.owner)
}

// files is a follow-up by whoever filed.
func (c *customer) files(at time.Time, n cases.Notification) {
	n.Channel = cases.ChannelPortal
	c.file(at, c.acts[0].by, n)
}

// customerLearnsMore is the supplement of early September: who is concerned, and
// which data the systems held.
func (s *scenario) customerLearnsMore(c *customer) {
	at := c.atWork(s.local(2025, time.September, 2, 8, 0), c.between(1, 7))
	subjects := []cases.SubjectCategory{cases.SubjectsEmployees, cases.SubjectsFormerEmployees}
	text := cases.Text("Nuvarande och tidigare anställda.")
	if c.controller.LegalForm == cases.FormStateAuthority || c.controller.LegalForm == cases.FormMunicipality && c.chance(30) {
		subjects, text = append(subjects, cases.SubjectsStudents), "Nuvarande och tidigare anställda samt elever eller studenter med anmälda tillbud."
	}
	c.files(at, cases.Notification{
		Subkind: cases.SubkindIncomplete, SubmissionKind: cases.SubmissionSupplement, SubmissionReason: "Vi vet nu vilka som berörs.",
		SubjectCategories: subjects, SubjectCategoriesText: text,
		Subjects: count(c.people, cases.UnitPersons, c.date(at)), Records: count(c.people*2, cases.UnitRecords, c.date(at)),
		DataCategories: []cases.DataCategory{
			cases.CategoryBasic, cases.CategoryContact, cases.CategoryIdentificationNumber, cases.CategoryEmploymentHealth, cases.CategoryHealth,
		},
		DataText:              "Namn, personnummer, kontaktuppgifter, anställning, rehabiliteringsärenden, arbetsskador och läkarintyg.",
		ConfidentialityDetail: cases.ConfidentialityCannotAssess, Intelligibility: cases.DataCannotAssess,
		Severity: cases.SeverityModerate, Impacts: []cases.Impact{cases.ImpactLossOfControl, cases.ImpactLossOfProfessionalSecrecy},
	})
}

// answered is what every last supplement says.
func (c *customer) answered(at time.Time, n cases.Notification) cases.Notification {
	n.Subkind, n.DPO = cases.SubkindComplete, cases.DPO{Appointed: new(true)}
	n.MeasuresBefore, n.MeasuresBeforeText = []cases.Measure{cases.MeasurePolicies, cases.MeasureAccessLevels}, "Biträdesavtal med säkerhetskrav och årlig uppföljning."
	n.MeasuresPrevent, n.MeasuresPreventText = []cases.Measure{cases.MeasureErasure, cases.MeasureAudits}, "Gamla uppgifter gallras och leverantören följs upp."
	n.RiskMethodText = "Bedömd tillsammans med dataskyddsombudet och leverantören."
	n.ConsequencesConfidentiality = []cases.ConfidentialityConsequence{cases.DisclosureDisclosedBeyondPurpose, cases.DisclosureLinkableWithOtherData}
	n.ConsequencesAvailability = []cases.AvailabilityConsequence{cases.LossServiceDisruption}
	n.SubjectCategories = []cases.SubjectCategory{cases.SubjectsEmployees, cases.SubjectsFormerEmployees}
	n.SubjectCategoriesText = "Nuvarande och tidigare anställda."
	if n.Subjects.Mode == "" {
		n.Subjects, n.Records = count(c.people, cases.UnitPersons, c.date(at)), count(c.people*2, cases.UnitRecords, c.date(at))
	}
	n.DataCategories = []cases.DataCategory{
		cases.CategoryBasic, cases.CategoryContact, cases.CategoryIdentificationNumber, cases.CategoryEmploymentHealth, cases.CategoryHealth,
	}
	return n
}

// customerIsInLeak is the supplement after the publication of 13 and 14 September.
func (s *scenario) customerIsInLeak(c *customer) {
	at := c.atWork(s.local(2025, time.September, 14, 12, 0), c.between(1, 7))
	n := c.answered(at, cases.Notification{
		SubmissionKind: cases.SubmissionChange, SubmissionReason: "Uppgifterna finns i det arkiv som publicerats.",
		ConfidentialityDetail: cases.ConfidentialityExfiltratedOrDisclosed, Intelligibility: cases.DataIntelligible,
		IncidentKindSecondary: cases.IncidentExfiltration, Risk: cases.RiskHigh, Severity: cases.SeveritySevere,
		Impacts:          []cases.Impact{cases.ImpactIdentityTheft, cases.ImpactFraud, cases.ImpactLossOfProfessionalSecrecy},
		SubjectsInformed: cases.InformedYes, InformedFrom: c.date(at), InformedCoverage: cases.CoverageAll,
		InformedMeans:   []cases.InformedMeans{cases.MeansIndividual, cases.MeansPublic},
		InformedContent: "Att uppgifter har publicerats, vilka de är, och råd om skydd mot bedrägerier.",
		PoliceReport:    cases.AnswerYes, PoliceReportedOn: c.date(at),
		DataText: "Namn, personnummer, adress, e-postadress, telefonnummer, födelsedatum, anställning och i vissa fall sjukfrånvaro.",
	})
	n.Subjects = count(c.people+int64(c.between(0, 400)), cases.UnitPersons, c.date(at))
	n.Subjects.Source, n.Records = "Genomgång av det publicerade arkivet", count(c.people*3, cases.UnitRecords, c.date(at))
	if c.place == 1 || c.place == 0 || c.chance(4) {
		n.SubjectCategories = append(n.SubjectCategories, cases.SubjectsChildren)
		n.SubjectCategoriesText = "Nuvarande och tidigare anställda samt elever med anmälda tillbud."
	}
	c.files(at, n)
	if c.place%reported == 0 {
		c.attach(at.Add(4*time.Minute), c.acts[0].by, "Genomgång av det publicerade arkivet.pdf", page("Genomgång av det publicerade arkivet",
			c.organisation.Name, "", fmt.Sprintf("Berörda enligt genomgången: omkring %d personer.", *n.Subjects.Max),
			"Kategorier: "+string(n.SubjectCategoriesText), "", "(Påhittad rapport i Vakas demo.)"), 0)
	}
}

// customerIsSpared learns that none of its data were published. Its systems stood still
// all the same, so the notification was right.
func (s *scenario) customerIsSpared(c *customer) {
	at := c.atWork(s.local(2025, time.September, 15, 12, 0), c.between(1, 6))
	c.files(at, c.answered(at, cases.Notification{
		SubmissionKind: cases.SubmissionSupplement, SubmissionReason: "Leverantören har bekräftat att inga av våra uppgifter fanns i det publicerade arkivet.",
		ConfidentialityDetail: cases.ConfidentialityNotExfiltratedEvidenced, Intelligibility: cases.DataUnintelligibleIntact,
		Risk: cases.RiskUnlikely, Severity: cases.SeverityMinor, Impacts: []cases.Impact{cases.ImpactOther}, ImpactsText: "Fördröjd handläggning.",
		SubjectsInformed: cases.InformedNoNotHighRisk, ProtectedIdentity: cases.ProtectedNo, DataText: "Uppgifterna var otillgängliga under några dagar.",
	}))
}

// customerIsUntouched is told that none of its data were in the leak.
func (s *scenario) customerIsUntouched(c *customer) {
	at := c.atWork(s.local(2025, time.September, 15, 12, 0), c.between(1, 6))
	c.files(at, c.answered(at, cases.Notification{
		SubmissionKind: cases.SubmissionEarlierWrong, SubmissionReason: "Leverantören har bekräftat att inga av våra uppgifter fanns i de angripna systemen.",
		ConfidentialityDetail: cases.ConfidentialityNotExfiltratedEvidenced, Intelligibility: cases.DataUnintelligibleIntact,
		Risk: cases.RiskUnlikely, Severity: cases.SeverityMinor, Impacts: []cases.Impact{cases.ImpactOther}, ImpactsText: "Inga.",
		Subjects: count(0, cases.UnitPersons, c.date(at)), Records: count(0, cases.UnitRecords, c.date(at)),
		SubjectsInformed: cases.InformedNoNotHighRisk, ProtectedIdentity: cases.ProtectedNo, DataText: "Inga uppgifter berörs.",
	}))
}

// customerStaysUnsure finds no evidence of a disclosure.
func (s *scenario) customerStaysUnsure(c *customer) {
	at := c.atWork(s.local(2025, time.September, 12, 8, 0), c.between(1, 8))
	c.files(at, c.answered(at, cases.Notification{
		SubmissionKind: cases.SubmissionSupplement, SubmissionReason: "Slutlig redovisning.",
		ConfidentialityDetail: cases.ConfidentialityLikelyNoEvidence, Intelligibility: cases.DataCannotAssess,
		Risk: cases.RiskNotHigh, Severity: cases.SeverityModerate, Impacts: []cases.Impact{cases.ImpactLossOfControl},
		SubjectsInformed: cases.InformedYes, InformedFrom: c.date(at), InformedCoverage: cases.CoverageAll,
		InformedMeans: []cases.InformedMeans{cases.MeansPublic}, InformedContent: "Att leverantören har angripits och vad det kan innebära.",
		DataText: "Namn, personnummer, kontaktuppgifter och anställning.",
	}))
}

// customerIsAsked sent nothing more; half of them do when they are asked.
func (s *scenario) customerIsAsked(c *customer) {
	at := c.atWork(s.local(2025, time.September, 29, 8, 0), c.between(1, 5))
	c.take(at, c.owner, workflow.StepRequestSupplement, "", cases.StepData{Questions: []cases.Text{
		"Har ni fått besked om era uppgifter fanns i det publicerade arkivet?", "Hur många berörs, och har de informerats?",
	}})
	if c.place%2 == 0 {
		c.take(s.expires(workflow.ClockSupplement, at), cases.System("supplement_expired"), workflow.StepSupplementExpired, "", cases.StepData{})
		return
	}
	answer := c.atWork(at, c.between(3, 12))
	c.files(answer, c.answered(answer, cases.Notification{
		SubmissionKind: cases.SubmissionSupplement, SubmissionReason: "Svar på begäran om komplettering.",
		ConfidentialityDetail: cases.ConfidentialityLikelyNoEvidence, Intelligibility: cases.DataCannotAssess,
		Risk: cases.RiskNotHigh, Severity: cases.SeverityMinor, Impacts: []cases.Impact{cases.ImpactLossOfControl},
		SubjectsInformed: cases.InformedNoNotHighRisk, DataText: "Namn, kontaktuppgifter och anställning.",
	}))
}
