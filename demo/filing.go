package demo

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// party is a controller as it files: its own words for itself, and a contact.
type party struct {
	controller cases.Controller
	contact    cases.Contact
	reporter   string
}

// of makes the party of a unit in the registry, or of a made-up organisation
// where unit is empty.
func (d diary) party(o cases.Organisation, u cases.Unit) party {
	contact := cases.Contact{
		Email: "dataskydd@" + hostOf(o.Name) + ".example",
		// The series 08-465 004 xx is set aside for fiction.
		Phone: fmt.Sprintf("08-465 004 %02d", d.IntN(100)),
	}
	c := cases.Controller{
		UnitID: u.ID, Name: o.Name, Board: u.Board, Contact: contact, LegalForm: o.LegalForm,
		Sector: cases.SectorPrivate, SectorOfActivity: u.Sector, IDType: cases.IDNone, EstablishedInEEA: new(true),
	}
	if o.LegalForm.Public() {
		c.Sector = cases.SectorPublic
	} else {
		c.Size = pick(d, []cases.OrganisationSize{cases.SizeSME, cases.SizeLarge, cases.SizeMicroOrSole})
	}
	return party{controller: c, contact: contact, reporter: pick(d, givenNames) + " Exempelsson"}
}

var givenNames = []string{"Alva", "Bo", "Cecilia", "Dan", "Elin", "Farid", "Greta", "Hugo", "Ida", "Johan", "Maja", "Nils", "Olle", "Pia", "Samira", "Tove"}

// hostOf spells an organisation's name as the first part of a host name.
func hostOf(name string) string {
	plain := strings.NewReplacer("å", "a", "ä", "a", "ö", "o", "é", "e", " ", "-", ".", "", "/", "-")
	return plain.Replace(strings.ToLower(name))
}

// filing is one breach as its controller knows it.
type filing struct {
	diary
	party
	plot     *plot
	sector   *sector
	received time.Time
	aware    time.Time
	ref      string
	whole    cases.Notification // with every answer, also those that are given later
}

// words puts the sector's words into a text of the plot.
func (f *filing) words(text string) cases.Text {
	s := f.sector
	text = strings.NewReplacer("{person}", s.person, "{people}", s.people, "{paper}", s.paper, "{system}", s.system).Replace(text)
	runes := []rune(text)
	runes[0] = unicode.ToUpper(runes[0])
	return cases.Text(runes)
}

// complete is the notification with every answer that it needs.
func (f *filing) complete() cases.Notification {
	n := cases.Notification{
		Kind: cases.NotificationNew, Subkind: cases.SubkindComplete, SubmissionKind: cases.SubmissionNew,
		Regime: cases.RegimeGDPR33, Channel: cases.ChannelPortal, Language: "sv", ControllerReference: f.ref,
		Controller:           f.controller,
		Reporter:             cases.Reporter{Name: f.reporter, Contact: f.contact, Function: cases.ReporterDPO},
		DPO:                  cases.DPO{Appointed: new(true)},
		OtherPartiesInvolved: cases.AnswerNo, CrossBorder: cases.AnswerNo, PoliceReport: cases.AnswerNo,
		DeclarationAccuracy: new(true),
	}
	f.timeline(&n)
	f.breach(&n)
	f.people(&n)
	f.risk(&n)
	f.measures(&n)
	return n
}

func (f *filing) timeline(n *cases.Notification) {
	detected := f.aware.Add(-time.Duration(f.between(10, 20*60)) * time.Minute)
	from := detected.Add(-time.Duration(f.between(1, 96*60)) * time.Minute)
	n.OccurrenceMode, n.OccurredFrom = cases.OccurredSpecificDay, instant(from)
	n.DetectedAt, n.AwareAt = instant(detected), *instant(f.aware)
	n.DiscoverySource, n.DiscoveryText = f.plot.finder, f.words(pick(f.diary, f.plot.found))
	if n.DiscoverySource != cases.DiscoveredByController {
		n.ExternalNoticeAt = f.date(detected)
	}
}

// instant is t as a notification holds it.
func instant(t time.Time) *time.Time { return new(t.UTC().Truncate(time.Minute)) }

func (d diary) date(t time.Time) cases.Date { return cases.Date(t.In(d.zone).Format(time.DateOnly)) }

func (f *filing) breach(n *cases.Notification) {
	p := f.plot
	n.BreachTypes = []cases.BreachType{p.breach}
	switch p.breach {
	case cases.BreachConfidentiality:
		n.ConfidentialityDetail, n.Intelligibility = cases.ConfidentialityExfiltratedOrDisclosed, cases.DataIntelligible
		if p.risk == cases.RiskUnlikely {
			n.ConfidentialityDetail, n.Intelligibility = cases.ConfidentialityLikelyNoEvidence, cases.DataCannotAssess
		}
		n.ConsequencesConfidentiality = []cases.ConfidentialityConsequence{cases.DisclosureDisclosedBeyondPurpose}
	case cases.BreachIntegrity:
		n.IntegrityDetail = cases.IntegrityAlteredNoMisuse
		n.ConsequencesIntegrity = []cases.IntegrityConsequence{cases.AlterationInvalidDataUsed}
	case cases.BreachAvailability:
		n.AvailabilityDetail, n.UnavailableHours = cases.AvailabilityTemporary, new(int64(f.between(2, 90)))
		n.ConsequencesAvailability = []cases.AvailabilityConsequence{cases.LossServiceDisruption}
	}
	n.IncidentKind, n.Cause = p.kind, p.cause
	n.Description = f.words(pick(f.diary, p.what))
	n.SystemsDescription = f.words("{system}.")
	n.SystemsLocation = []cases.Country{"SE"}
	if p.finder == cases.DiscoveredByProcessor {
		n.OtherPartiesInvolved = cases.AnswerYes
		n.OtherParties = []cases.OtherParty{{
			Role: cases.InvolvedProcessor, Name: "Driftleverantören Exempel AB",
			Contact: cases.Contact{Email: "incident@driftleverantoren-exempel.example"}, RootCauseParty: new(true),
		}}
	}
}

func (f *filing) people(n *cases.Notification) {
	s, p := f.sector, f.plot
	n.SubjectCategories = slices.Clone(s.subjects)
	n.SubjectCategoriesText = f.words("De berörda är {people}.")
	most := int64(p.people[0])
	if span := p.people[1] - p.people[0]; span > 0 {
		// Squared, so that small breaches are more frequent than large ones.
		x := f.Float64()
		most += int64(x * x * float64(span))
	}
	n.Subjects = count(most, cases.UnitPersons, f.date(f.received))
	n.Records = count(most*int64(f.between(1, 3)), cases.UnitRecords, f.date(f.received))
	n.ProtectedIdentity = cases.ProtectedNo
	switch {
	case f.chance(3):
		n.ProtectedIdentity = cases.ProtectedYes
		n.ProtectedIdentityBand = cases.BandFrom1To9
	case f.chance(20):
		n.ProtectedIdentity = cases.ProtectedNotKnown
	}
	n.DataCategories = append(slices.Clone(s.data), p.data...)
	n.DataText = cases.Text(s.dataText)
}

// count is a number of people or records: exact when it is small.
func count(most int64, unit cases.CountUnit, asOf cases.Date) cases.Count {
	c := cases.Count{Mode: cases.CountExact, Min: &most, Max: &most, Unit: unit, Source: "Egen genomgång", AsOf: asOf}
	if most > 20 {
		c.Mode, c.Min = cases.CountApproximate, new(most*9/10)
	}
	return c
}

func (f *filing) risk(n *cases.Notification) {
	n.Impacts = []cases.Impact{cases.ImpactLossOfControl, cases.ImpactReputation}
	n.Risk, n.Severity = f.plot.risk, cases.SeverityMinor
	switch {
	case n.Risk == cases.RiskHigh:
		n.Severity = cases.SeveritySevere
		n.Impacts = append(n.Impacts, cases.ImpactIdentityTheft, cases.ImpactFraud)
	case n.HasArt9or10() && f.chance(15):
		n.Risk, n.Severity = cases.RiskHigh, cases.SeverityModerate
	}
	n.RiskMethodText = pick(f.diary, []cases.Text{
		"Bedömd efter uppgifternas art, antalet berörda och hur troligt missbruk är.",
		"Bedömd med vår mall för personuppgiftsincidenter.",
		"Bedömd tillsammans med dataskyddsombudet.",
	})
	switch {
	case n.Risk == cases.RiskHigh && f.chance(30):
		n.SubjectsInformed, n.PlannedDate = cases.InformedPlannedDate, f.date(f.received.AddDate(0, 0, f.between(2, 9)))
	case n.Risk == cases.RiskHigh || f.chance(35):
		n.SubjectsInformed, n.InformedFrom = cases.InformedYes, f.date(f.received)
		n.InformedCoverage, n.InformedMeans = cases.CoverageAll, []cases.InformedMeans{cases.MeansIndividual}
		n.InformedContent = "Vad som hänt, vilka uppgifter det gäller, vad vi gjort och vart man kan vända sig."
	default:
		n.SubjectsInformed = cases.InformedNoNotHighRisk
	}
}

func (f *filing) measures(n *cases.Notification) {
	n.MeasuresBefore = []cases.Measure{cases.MeasurePolicies, cases.MeasureTraining}
	n.MeasuresBeforeText = "Rutiner för hantering av personuppgifter och årlig utbildning."
	n.MeasuresResponse = f.words(pick(f.diary, f.plot.did))
	n.MeasuresPrevent, n.MeasuresPreventText = []cases.Measure{f.plot.measure}, f.words(f.plot.prevent)
	n.Contained, n.ContainedAt = cases.ContainedYes, instant(f.aware.Add(-time.Minute))
	if f.plot.risk == cases.RiskHigh {
		n.PoliceReport, n.PoliceReportedOn = cases.AnswerYes, f.date(f.aware)
	}
}

// withheld is what is not known yet when a notification is filed in a hurry.
func (f *filing) withheld(n cases.Notification) cases.Notification {
	n.Subkind = cases.SubkindIncomplete
	n.Subjects, n.Records = cases.Count{Mode: cases.CountTBD}, cases.Count{Mode: cases.CountTBD}
	n.Risk, n.Severity, n.RiskMethodText = cases.RiskMoreInfoNeeded, cases.SeverityTBD, ""
	n.Impacts = []cases.Impact{cases.ImpactTBD}
	n.MeasuresPrevent, n.MeasuresPreventText = nil, ""
	n.SubjectsInformed, n.InformedFrom, n.PlannedDate = cases.InformedUnderInvestigation, "", ""
	n.InformedCoverage, n.InformedMeans, n.InformedContent = "", nil, ""
	n.ProtectedIdentity, n.ProtectedIdentityBand = cases.ProtectedNotKnown, ""
	return n
}

// delayed gives the reasons for a notification that came late.
func (f *filing) delayed(n *cases.Notification) {
	r := pick(f.diary, []struct {
		code cases.DelayReason
		text cases.Text
	}{
		{cases.DelayInternalEscalation, "Händelsen nådde dataskyddsombudet först efter några dagar."},
		{cases.DelayWeekendHoliday, "Händelsen inträffade inför en helg och togs upp först efter den."},
		{cases.DelayInvestigationComplex, "Det tog tid att utreda om personuppgifter berördes."},
		{cases.DelayUnawareOfDuty, "Enheten kände inte till att händelsen skulle anmälas."},
	})
	n.DelayReasonCodes, n.DelayReasons = []cases.DelayReason{r.code}, r.text
}

// late says whether a notification comes after its deadline.
func (s *scenario) late(aware, received time.Time) bool {
	set := s.law.RuleSetAt(aware)
	return workflow.Late(s.law.Notify(aware).For(set.Policy).DueAt, received)
}

// followUp turns a whole notification into a follow-up of this kind.
func followUp(n cases.Notification, kind cases.SubmissionKind, reason cases.Text) cases.Notification {
	n.Kind, n.SubmissionKind, n.SubmissionReason = cases.NotificationFollowUp, kind, reason
	return n
}
