package demo

import (
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// kumla is the attack on Kumla kommun in November 2024: one controller that works
// on paper, so it tells by telephone and by post what it knows, in three phases.
// That it happened is true; what the notification says and how the case ends is
// made up. The original of the second phase is scanned, that of the third is not.
func (s *scenario) kumla() *matter {
	d := s.diary(9000)
	o := s.country.called("Kumla kommun")
	p := d.party(o, o.Units[0])
	owner := s.cast.caseworkers[0]
	m := &matter{key: "kumla"}

	called := s.local(2024, time.October, 30, 10, 20)
	m.submit(called, s.cast.registrar, s.kumlaFirst(p))
	s.register(m, called.Add(15*time.Minute))
	s.assign(m, s.local(2024, time.October, 30, 13, 5), owner)
	m.take(s.local(2024, time.October, 31, 9, 40), owner, workflow.StepNote, "", cases.StepData{
		Text: "Tjänsteanteckning: kommunen har stängt sitt nät och nås bara per telefon och brev. Komplettering kommer med post.",
	})

	m.file(s.local(2024, time.November, 11, 9, 15), s.cast.registrar, cases.Notification{
		Subkind: cases.SubkindIncomplete, SubmissionKind: cases.SubmissionSupplement, SubmissionReason: "Vad som är känt efter den första veckan.",
		Channel: cases.ChannelPost, DispatchedAt: new(s.local(2024, time.November, 8, 15, 0).UTC()),
		RegistrarNote:         "Inkom med post; poststämpel 8 november.",
		SubjectCategories:     []cases.SubjectCategory{cases.SubjectsEmployees, cases.SubjectsStudents, cases.SubjectsChildren, cases.SubjectsCitizensClientsOfAuthority},
		SubjectCategoriesText: "Anställda, elever och invånare med ärenden hos kommunen.",
		Subjects:              count(21_000, cases.UnitPersons, "2024-11-08"),
		DataCategories:        []cases.DataCategory{cases.CategoryBasic, cases.CategoryIdentificationNumber, cases.CategoryHealth, cases.CategorySecrecyProtected},
		DataText:              "Namn, personnummer, uppgifter om hälsa och uppgifter som skyddas av sekretess.",
		PoliceReport:          cases.AnswerYes, PoliceReportedOn: "2024-10-29",
	})

	m.attach(s.local(2024, time.November, 11, 9, 25), s.cast.registrar, "Kumla kommun, brev 8 november.pdf", page("Komplettering av anmälan",
		"Kumla kommun, Kommunstyrelsen                                             2024-11-08",
		"", "Inskannat original. Inkom med post den 11 november 2024.", "",
		"Vi kompletterar vår anmälan per telefon den 30 oktober 2024.",
		"Anställda, elever och invånare med ärenden hos kommunen berörs, omkring 21 000 personer.",
		"Händelsen är polisanmäld den 29 oktober 2024.", "", "(Påhittat brev i Vakas demo.)"), 2)

	// Nobody has scanned the original of the last letter: the case says so.
	m.file(s.local(2024, time.November, 18, 11, 0), s.cast.registrar, s.kumlaLast())

	m.take(s.local(2024, time.November, 19, 10, 0), owner, workflow.StepAssessSeverity, "", cases.StepData{Severity: &workflow.SeverityInput{
		DPC: 4, EI: 4, C: 2, I: 0, A: 2, M: 2, Subjects: new(int64(21_000)), Unintelligible: workflow.No,
		Reasons: workflow.SeverityReasons{DPC: "Känsliga och sekretesskyddade uppgifter.", C: "Publicerade på ett öppet ställe.", M: "Utpressning."},
	}})
	m.take(s.local(2024, time.November, 19, 10, 30), owner, workflow.StepAssessRisk,
		"Känsliga uppgifter om många, också barn, är publicerade.", cases.StepData{Risk: cases.RiskToPeopleHigh})
	s.close(m, s.local(2025, time.February, 12, 14, 10), owner,
		"Kommunen har informerat de berörda, återställt sina system och redovisat åtgärder. (Påhittat utfall.)", cases.StepData{
			Outcome: workflow.OutcomeInformationLetter,
			Letter:  "Vi avslutar ärendet med vägledning om säkerhetskopior, uppdelning av nät och rutiner för arbete utan egna system.",
		})
	return m
}

// kumlaFirst is what was said on the telephone.
func (s *scenario) kumlaFirst(p party) cases.Notification {
	return cases.Notification{
		Kind: cases.NotificationNew, Subkind: cases.SubkindIncomplete, SubmissionKind: cases.SubmissionNew,
		Regime: cases.RegimeGDPR33, Language: "sv", ControllerReference: "DEMO-KUMLA", Channel: cases.ChannelPhone,
		RegistrarNote: "Kommunens dataskyddsombud ringde 10.20 och läste upp anmälan; registratorn skrev ned den och läste upp den för godkännande.",
		Controller:    p.controller, Reporter: cases.Reporter{Name: p.reporter, Contact: p.contact, Function: cases.ReporterDPO},
		DPO: cases.DPO{Appointed: new(true)}, OtherPartiesInvolved: cases.AnswerUnknown, CrossBorder: cases.AnswerNo,
		OccurrenceMode: cases.OccurredOngoingSince, OccurredFrom: new(s.local(2024, time.October, 28, 2, 0).UTC()), DatesEstimated: new(true),
		DetectedAt: new(s.local(2024, time.October, 28, 6, 30).UTC()), AwareAt: s.local(2024, time.October, 28, 8, 15).UTC(),
		DiscoverySource: cases.DiscoveredByController, DiscoveryText: "Personalen kunde inte logga in, och ett meddelande krävde en lösensumma.",
		BreachTypes:           []cases.BreachType{cases.BreachConfidentiality, cases.BreachAvailability},
		ConfidentialityDetail: cases.ConfidentialityTBD, Intelligibility: cases.DataTBD, AvailabilityDetail: cases.AvailabilityNotDetermined,
		IncidentKind: cases.IncidentRansomware, Cause: cases.CauseExternalMalicious,
		Description:        "Någon har tagit sig in i kommunens hela it-miljö. Nätet är nedstängt och verksamheten arbetar på papper.",
		SystemsDescription: "Hela it-miljön.", SubjectCategories: []cases.SubjectCategory{cases.SubjectsNotYetKnown},
		Subjects: cases.Count{Mode: cases.CountTBD}, Records: cases.Count{Mode: cases.CountTBD},
		DataCategories: []cases.DataCategory{cases.CategoryNotYetKnown}, ProtectedIdentity: cases.ProtectedNotKnown,
		Risk: cases.RiskMoreInfoNeeded, SubjectsInformed: cases.InformedUnderInvestigation,
		MeasuresResponse: "Nätet är nedstängt. Polis och krisberedskapsmyndigheten är underrättade.", Contained: cases.ContainedPartly,
		PoliceReport: cases.AnswerYes, PoliceReportedOn: "2024-10-29",
	}
}

// kumlaLast is the third phase, after the data had been published.
func (s *scenario) kumlaLast() cases.Notification {
	return cases.Notification{
		Subkind: cases.SubkindComplete, SubmissionKind: cases.SubmissionChange,
		SubmissionReason: "Uppgifterna är publicerade sedan den 15 november.", Channel: cases.ChannelPost,
		DispatchedAt: new(s.local(2024, time.November, 15, 17, 0).UTC()), RegistrarNote: "Inkom med bud måndagen den 18 november.",
		ConfidentialityDetail: cases.ConfidentialityExfiltratedOrDisclosed, Intelligibility: cases.DataIntelligible,
		AvailabilityDetail: cases.AvailabilityTemporary, UnavailableHours: new(int64(430)),
		IncidentKindSecondary: cases.IncidentExfiltration,
		Description:           "Någon tog sig in i kommunens hela it-miljö, krävde en lösensumma och publicerade uppgifter den 15 november.",
		Records:               count(64_000, cases.UnitRecords, "2024-11-15"), ProtectedIdentity: cases.ProtectedYes, ProtectedIdentityBand: cases.BandFrom10To99,
		ConsequencesConfidentiality: []cases.ConfidentialityConsequence{cases.DisclosureDisclosedBeyondPurpose, cases.DisclosureUsedForOtherOrUnlawfulPurpose},
		ConsequencesAvailability:    []cases.AvailabilityConsequence{cases.LossServiceDisruption},
		Impacts:                     []cases.Impact{cases.ImpactIdentityTheft, cases.ImpactFraud, cases.ImpactPhysicalOrMentalHarm},
		Severity:                    cases.SeveritySevere, Risk: cases.RiskHigh, RiskMethodText: "Bedömd med kommunens mall och tillsammans med polisen.",
		MeasuresPrevent:     []cases.Measure{cases.MeasureLogicalAccessMFA, cases.MeasureBackupRecovery},
		MeasuresPreventText: "Nätet delas upp, inloggning sker med två faktorer och kopior hålls avskilda.",
		SubjectsInformed:    cases.InformedYes, InformedFrom: "2024-11-16", InformedCoverage: cases.CoverageAll,
		InformedMeans: []cases.InformedMeans{cases.MeansPublic, cases.MeansIndividual}, InformedContent: "Vad som hänt, vad som publicerats och vart man kan vända sig.",
		OtherPartiesInvolved: cases.AnswerNo, OccurrenceMode: cases.OccurredRangeEnded, OccurredTo: new(s.local(2024, time.October, 28, 9, 0).UTC()),
		Contained:      cases.ContainedYes,
		MeasuresBefore: []cases.Measure{cases.MeasurePolicies, cases.MeasureBackupRecovery}, MeasuresBeforeText: "Säkerhetskopior, brandväggar och virusskydd.",
	}
}
