package demo

import (
	"fmt"
	"slices"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// special is one notification of the ordinary year that leads further than most.
type special struct {
	*scenario
	*matter
	*filing
	owner cases.Actor
}

// specials are the notifications of the year that lead further than most. They
// lie so many days before the scenario's end that each state of the procedure has a
// case in it then.
func (s *scenario) specials() []*matter {
	var out []*matter
	for i, tell := range []func(n int) []*matter{
		s.justReceived, s.justRegistered, s.reprimanded, s.orderRunning, s.orderFollowed, s.finedUnderAppeal, s.finedJustNow,
		s.drafted, s.heardNow, s.askedForReply, s.consultedAbroad, s.disputedAbroad, s.appealLost, s.noInfringement,
		s.reopenedNow, s.reopenedAndClosed, s.mergedIntoOpen, s.mergedAndClosed, s.secret, s.conflicted, s.lateWithBadReasons,
		s.orderedUrgently, s.extended, s.withdrawalRefused,
	} {
		out = append(out, tell(i)...)
	}
	return out
}

// begin files a special notification so many days before the end.
func (s *scenario) begin(n, daysAgo int, kind cases.IncidentKind, sec cases.SectorOfActivity) special {
	plotAt := slices.IndexFunc(plots, func(p plot) bool { return p.kind == kind })
	sectorAt := slices.IndexFunc(sectors, func(x sector) bool { return x.code == sec })
	f := s.filing(uint64(5000+n), &plots[plotAt], &sectors[sectorAt])
	f.ref = fmt.Sprintf("DEMO-S%03d", n+1)
	f.received = f.atWork(s.until.AddDate(0, 0, -daysAgo-1), 1)
	return special{s, s.begun(f, true), f, s.cast.caseworkers[n%len(s.cast.caseworkers)]}
}

// next is an instant so many working days after the last act.
func (x special) next(workingDays int) time.Time { return x.atWork(x.last(), workingDays) }

// triaged brings the case to triage with an assessment.
func (x special) triaged() {
	x.register(x.matter, x.atWork(x.received, 0))
	x.assign(x.matter, x.next(1), x.owner)
	x.take(x.next(1), x.owner, workflow.StepAssessSeverity, "", cases.StepData{Severity: x.severity()})
	x.take(x.last().Add(20*time.Minute), x.owner, workflow.StepAssessRisk,
		"Uppgifternas art och antalet berörda gör att incidenten bör granskas närmare.", cases.StepData{Risk: cases.RiskToPeopleHigh})
}

// investigated opens the investigation and asks the party once.
func (x special) investigated(role cases.OSSRole) {
	x.ordered = true
	x.triaged()
	x.take(x.next(2), x.cast.supervisor, workflow.StepOpenInvestigation,
		"Incidenten väcker frågor om säkerheten som inte kan besvaras utan tillsyn.", cases.StepData{
			Scope: "Om säkerhetsåtgärderna före incidenten var lämpliga.", LegalBasis: []string{"GDPR Art. 58.1 a", "GDPR Art. 32"},
			FocusAreas: []string{"säkerhetsåtgärder"}, OSSRole: role,
		})
	x.questioned(3)
}

// questioned asks the party a question.
func (x special) questioned(workingDays int) {
	x.take(x.next(workingDays), x.owner, workflow.StepRequestReply, "", cases.StepData{Questions: []cases.Text{
		"Vilka säkerhetsåtgärder fanns före incidenten?", "Hur hade riskerna bedömts, och när?",
	}})
}

// replied records the party's answer.
func (x special) replied() {
	x.take(x.next(8), x.cast.registrar, workflow.StepReplyReceived, "", cases.StepData{Note: "Yttrande inkom med bilagor."})
}

// written brings the case to a draft.
func (x special) written(draft cases.DecisionDraft, fine bool) {
	data := cases.StepData{Memo: "Utredningen visar att uppgifterna inte skyddades på det sätt som artikel 32 kräver."}
	if fine {
		data.FineConsidered = true
		data.FineFactors = map[string]cases.Text{
			"a": "Överträdelsen pågick i flera månader och rörde många.", "b": "Oaktsamhet.", "c": "Åtgärder vidtogs snabbt efter upptäckten.",
			"d": "Ansvaret är stort med hänsyn till artikel 25 och 32.", "g": "Kontaktuppgifter och inloggningsuppgifter.",
			"h": "Genom den ansvariges egen anmälan.", "k": "Ingen vinst har konstaterats.",
		}
	}
	x.take(x.next(5), x.owner, workflow.StepStartDrafting, "", data)
	draft.LegalBasis, draft.Rapporteur = []string{"GDPR Art. 32.1", "GDPR Art. 58.2"}, x.owner.Account
	draft.Reasons = "Behörigheterna var inte begränsade och loggarna följdes inte upp. Åtgärderna var inte lämpliga i förhållande till risken."
	x.take(x.next(4), x.owner, workflow.StepEditDraft, "", cases.StepData{Draft: &draft})
	x.take(x.next(2), x.cast.legal, workflow.StepSignOff, "", cases.StepData{})
}

// heard lets the party comment on the draft.
func (x special) heard() {
	x.take(x.next(1), x.owner, workflow.StepSendHearing, "", cases.StepData{})
	x.take(x.next(10), x.cast.registrar, workflow.StepHearingAnswered, "", cases.StepData{Note: "Parten vidhåller att åtgärderna var tillräckliga."})
}

// decided adopts the draft.
func (x special) decided(by cases.Actor) {
	at := x.next(3)
	x.take(at, by, workflow.StepDecide, "", cases.StepData{ServiceDate: x.date(at)})
}

// final closes the case when the appeal period has run out.
func (x special) final() {
	x.take(x.expires(workflow.ClockAppeal, x.last()), cases.System("decision_final"), workflow.StepCloseFinal, "", cases.StepData{})
}

// What decisions say.

func reprimand() cases.DecisionDraft {
	return cases.DecisionDraft{
		Outcome: workflow.OutcomeReprimand, Conclusion: "Myndigheten ger en reprimand för överträdelsen av artikel 32.1.",
		Measures: []cases.CorrectiveAction{{Power: workflow.MeasureReprimand, Infringed: []string{"Art. 32.1"}, Text: "Reprimand för bristande säkerhet."}},
	}
}

func order(due time.Time) cases.DecisionDraft {
	return cases.DecisionDraft{
		Outcome: workflow.OutcomeOrderCompliance, Conclusion: "Myndigheten förelägger den ansvarige att begränsa behörigheterna.",
		Measures: []cases.CorrectiveAction{{
			Power: workflow.MeasureOrderCompliance, Infringed: []string{"Art. 32.1"}, DueAt: new(due.UTC().Truncate(time.Minute)),
			Text: "Begränsa behörigheterna till dem som behöver uppgifterna och inför regelbundna loggkontroller.",
		}},
	}
}

func fine(sek int64) cases.DecisionDraft {
	return cases.DecisionDraft{
		Outcome: workflow.OutcomeFine, Conclusion: "Den ansvarige ska betala en administrativ sanktionsavgift.",
		Measures: []cases.CorrectiveAction{{
			Power: workflow.MeasureFine, Infringed: []string{"Art. 5.1 f", "Art. 32.1"}, AmountSEK: sek, Text: "Sanktionsavgift för bristande säkerhet.",
		}},
	}
}

// The specials, each by its place in the list.

func (s *scenario) justReceived(n int) []*matter {
	x := s.begin(n, 1, cases.IncidentSentToWrongRecipient, cases.ActivityStateAuthority)
	x.received = s.until.Add(-23 * time.Minute)
	again := s.begun(x.filing, true)
	again.attach(x.received.Add(2*time.Minute), again.acts[0].by, "Skärmbild av utskicket.png", screenshot(), 1)
	return []*matter{again}
}

func (s *scenario) justRegistered(n int) []*matter {
	x := s.begin(n, 4, cases.IncidentVerbalDisclosure, cases.ActivityMunicipality)
	x.register(x.matter, x.received.Add(50*time.Minute))
	return []*matter{x.matter}
}

func (s *scenario) reprimanded(n int) []*matter {
	x := s.begin(n, 290, cases.IncidentWrongPermissions, cases.ActivityHealthCare)
	x.investigated(cases.OSSPublic)
	x.replied()
	x.written(reprimand(), false)
	x.heard()
	x.decided(s.cast.supervisor)
	x.final()
	return []*matter{x.matter}
}

func (s *scenario) orderRunning(n int) []*matter {
	x := s.begin(n, 170, cases.IncidentUnauthorisedITAccess, cases.ActivitySchool)
	x.investigated(cases.OSSPublic)
	x.replied()
	x.written(order(s.until.AddDate(0, 0, 45)), false)
	x.heard()
	x.decided(s.cast.supervisor)
	x.take(x.expires(workflow.ClockAppeal, x.last()), cases.System("order_to_follow_up"), workflow.StepStartFollowUp, "", cases.StepData{})
	return []*matter{x.matter}
}

func (s *scenario) orderFollowed(n int) []*matter {
	x := s.begin(n, 330, cases.IncidentWrongPermissions, cases.ActivitySocialServices)
	x.investigated(cases.OSSPublic)
	x.replied()
	x.written(order(s.until.AddDate(0, 0, -120)), false)
	x.heard()
	x.decided(s.cast.supervisor)
	x.take(x.expires(workflow.ClockAppeal, x.last()), cases.System("order_to_follow_up"), workflow.StepStartFollowUp, "", cases.StepData{})
	x.take(x.next(30), x.owner, workflow.StepAcceptCompliance, "", cases.StepData{Evidence: "Behörighetsförteckning och loggrapport inkomna och granskade."})
	return []*matter{x.matter}
}

func (s *scenario) finedUnderAppeal(n int) []*matter {
	x := s.begin(n, 240, cases.IncidentVulnerabilityExploited, cases.ActivityOtherBusiness)
	x.appealed(1_400_000)
	return []*matter{x.matter}
}

// appealed is a fine that the party brings before the court.
func (x special) appealed(sek int64) {
	x.investigated(cases.OSSNotCrossBorder)
	x.replied()
	x.written(fine(sek), true)
	x.heard()
	x.decided(x.cast.director)
	at := x.next(9)
	x.take(at, x.cast.registrar, workflow.StepAppealReceived, "", cases.StepData{
		ReceivedAt: new(at.UTC().Truncate(time.Minute)), Note: "Överklagandet kom in i rätt tid och överlämnas till förvaltningsrätten.",
	})
}

func (s *scenario) finedJustNow(n int) []*matter {
	x := s.begin(n, 78, cases.IncidentRansomware, cases.ActivityFinanceInsurance)
	x.investigated(cases.OSSNotCrossBorder)
	x.replied()
	x.written(fine(3_500_000), true)
	x.heard()
	at := x.atWork(later(x.last(), s.until.AddDate(0, 0, -10)), 1)
	x.take(at, s.cast.director, workflow.StepDecide, "", cases.StepData{ServiceDate: x.date(at)})
	return []*matter{x.matter}
}

func (s *scenario) drafted(n int) []*matter {
	x := s.begin(n, 70, cases.IncidentWrongPermissions, cases.ActivityStateAuthority)
	x.investigated(cases.OSSPublic)
	x.replied()
	x.written(reprimand(), false)
	return []*matter{x.matter}
}

func (s *scenario) heardNow(n int) []*matter {
	x := s.begin(n, 75, cases.IncidentUnintendedPublication, cases.ActivityMunicipality)
	x.investigated(cases.OSSPublic)
	x.replied()
	x.written(reprimand(), false)
	x.take(x.atWork(later(x.last(), s.until.AddDate(0, 0, -9)), 1), x.owner, workflow.StepSendHearing, "", cases.StepData{})
	return []*matter{x.matter}
}

func (s *scenario) askedForReply(n int) []*matter {
	x := s.begin(n, 18, cases.IncidentPhishingSocialEngineering, cases.ActivityHealthCare)
	x.investigated(cases.OSSPublic)
	return []*matter{x.matter}
}

// consulted brings a case that this authority leads before the others concerned.
func (x special) consulted(at func() time.Time) {
	x.investigated(cases.OSSLead)
	x.replied()
	x.written(fine(12_000_000), true)
	x.heard()
	x.take(at(), x.cast.supervisor, workflow.StepConsultArt60, "", cases.StepData{IMINumber: fmt.Sprintf("IMI-DEMO-%d", x.between(1000, 9999))})
}

func (s *scenario) consultedAbroad(n int) []*matter {
	x := s.begin(n, 95, cases.IncidentVulnerabilityExploited, cases.ActivityFinanceInsurance)
	x.consulted(func() time.Time { return x.atWork(later(x.last(), s.until.AddDate(0, 0, -12)), 1) })
	return []*matter{x.matter}
}

func (s *scenario) disputedAbroad(n int) []*matter {
	x := s.begin(n, 150, cases.IncidentVulnerabilityExploited, cases.ActivityOtherBusiness)
	x.consulted(func() time.Time { return x.next(3) })
	objection := cases.Text("Datatilsynet (Danmark) anser att avgiften är för låg.")
	x.take(x.next(8), s.cast.registrar, workflow.StepRecordObjection, "", cases.StepData{Objection: objection})
	x.take(x.atWork(later(x.last(), s.until.AddDate(0, 0, -14)), 1), s.cast.director, workflow.StepReferArt65,
		"Invändningen är relevant men kan inte följas.", cases.StepData{Objection: objection})
	return []*matter{x.matter}
}

func (s *scenario) appealLost(n int) []*matter {
	x := s.begin(n, 345, cases.IncidentVulnerabilityExploited, cases.ActivityFinanceInsurance)
	x.appealed(900_000)
	at := x.next(60)
	x.take(at, x.owner, workflow.StepJudgmentUpheld, "Förvaltningsrätten delar myndighetens bedömning.", cases.StepData{
		Judgment: &cases.CourtJudgment{Court: "Förvaltningsrätten i Exempelstad", Number: "DEMO 1234-26", Date: x.date(at)},
	})
	x.take(x.next(20), x.owner, workflow.StepCloseFinal, "", cases.StepData{})
	return []*matter{x.matter}
}

func (s *scenario) noInfringement(n int) []*matter {
	x := s.begin(n, 200, cases.IncidentAccessAbuseEmployee, cases.ActivityHealthCare)
	x.investigated(cases.OSSPublic)
	x.replied()
	x.take(x.next(15), s.cast.supervisor, workflow.StepCloseInvestigation, "Åtgärderna före incidenten var lämpliga.",
		cases.StepData{Outcome: workflow.OutcomeNoInfringement})
	return []*matter{x.matter}
}

// closedOnce brings a case to a first end.
func (x special) closedOnce() {
	x.triaged()
	x.close(x.matter, x.next(2), x.owner, "Åtgärderna framstår som tillräckliga.", cases.StepData{Outcome: workflow.OutcomeNoFurtherAction})
}

func (s *scenario) reopenedNow(n int) []*matter {
	x := s.begin(n, 60, cases.IncidentUnintendedPublication, cases.ActivitySocialServices)
	x.closedOnce()
	x.take(x.atWork(later(x.last(), s.until.AddDate(0, 0, -7)), 1), s.cast.supervisor, workflow.StepReopen,
		"Nya uppgifter visar att fler personer berörs.", cases.StepData{Ground: cases.GroundNewFacts})
	return []*matter{x.matter}
}

func (s *scenario) reopenedAndClosed(n int) []*matter {
	x := s.begin(n, 130, cases.IncidentOpenDistributionList, cases.ActivityNonProfit)
	x.closedOnce()
	x.take(x.next(15), s.cast.supervisor, workflow.StepReopen, "En berörd medlem har klagat.", cases.StepData{Ground: cases.GroundComplaint})
	x.close(x.matter, x.next(8), x.owner, "Klagomålet tillför inget nytt i sak; vägledning ges.", cases.StepData{
		Outcome: workflow.OutcomeInformationLetter, Letter: "Vi påminner om att utskick till grupper ska göras med dold kopia.",
	})
	return []*matter{x.matter}
}

// twice is a breach that one controller notifies twice, the second time by
// somebody who knew of it earlier.
func (s *scenario) twice(n, daysAgo int) (first, second special) {
	first = s.begin(n, daysAgo, cases.IncidentPhishingSocialEngineering, cases.ActivityMunicipality)
	first.ordered = true
	first.triaged()
	second = first
	again := *first.filing
	again.ref, again.received = first.ref+"b", first.next(2)
	second.filing = &again
	second.matter = s.begun(&again, true)
	second.ordered = true
	second.register(second.matter, second.atWork(again.received, 0))
	second.take(second.next(2), s.cast.supervisor, workflow.StepMerge, "Båda anmälningarna gäller samma händelse.",
		cases.StepData{MasterCase: first.id()})
	return first, second
}

func (s *scenario) mergedIntoOpen(n int) []*matter {
	first, second := s.twice(n, 16)
	return []*matter{first.matter, second.matter}
}

func (s *scenario) mergedAndClosed(n int) []*matter {
	first, second := s.twice(n, 110)
	first.close(first.matter, first.atWork(second.last(), 5), first.owner, "Åtgärderna framstår som tillräckliga.",
		cases.StepData{Outcome: workflow.OutcomeNoFurtherAction})
	return []*matter{first.matter, second.matter}
}

func (s *scenario) secret(n int) []*matter {
	x := s.begin(n, 12, cases.IncidentAccessAbuseEmployee, cases.ActivitySocialServices)
	x.owner = s.cast.caseworkers[0]
	x.register(x.matter, x.atWork(x.received, 0))
	x.take(x.next(0), s.cast.supervisor, workflow.StepFlagSecret, "Anmälan rör personer med skyddade personuppgifter.",
		cases.StepData{NamedStaff: []string{x.owner.Account, s.cast.supervisor.Account, s.cast.registrar.Account}})
	x.assign(x.matter, x.next(1), x.owner)
	return []*matter{x.matter}
}

func (s *scenario) conflicted(n int) []*matter {
	x := s.begin(n, 40, cases.IncidentVerbalDisclosure, cases.ActivitySchool)
	x.owner = s.cast.caseworkers[1]
	x.register(x.matter, x.atWork(x.received, 0))
	x.assign(x.matter, x.next(1), x.owner)
	x.take(x.next(0), x.owner, workflow.StepDeclareConflict, "Handläggarens barn går på skolan.", cases.StepData{Account: x.owner.Account})
	x.owner = s.cast.caseworkers[2]
	x.take(x.next(1), s.cast.supervisor, workflow.StepAssign, "", cases.StepData{Assignee: x.owner.Account})
	s.judged(x.matter, x.filing, x.next(3), x.owner)
	return []*matter{x.matter}
}

func (s *scenario) lateWithBadReasons(n int) []*matter {
	x := s.begin(n, 25, cases.IncidentUnauthorisedITAccess, cases.ActivityFinanceInsurance)
	x.register(x.matter, x.atWork(x.received, 0))
	x.take(x.last().Add(3*time.Minute), s.cast.registrar, workflow.StepSetDiaryNumber, "", cases.StepData{DiaryNumber: "DEMO-2026/0815"})
	x.assign(x.matter, x.next(1), x.owner)
	x.take(x.next(2), x.owner, workflow.StepAssessAwareness, "It-avdelningens larm nådde den ansvarige tre dagar tidigare än vad som anges.",
		cases.StepData{AwareAt: instant(x.aware.AddDate(0, 0, -3))})
	x.take(x.last().Add(9*time.Minute), x.owner, workflow.StepAssessDelay, "Skälen förklarar inte hela förseningen.",
		cases.StepData{DelayAssessment: cases.DelayNotAccepted})
	return []*matter{x.matter}
}

func (s *scenario) orderedUrgently(n int) []*matter {
	x := s.begin(n, 100, cases.IncidentRansomware, cases.ActivityHealthCare)
	x.triaged()
	x.take(x.next(0), s.cast.supervisor, workflow.StepDraftUrgentOrder, "Risken är hög och de berörda har inte informerats.",
		cases.StepData{LegalBasis: []string{"GDPR Art. 34.4", "GDPR Art. 58.2 e"}})
	x.take(x.next(1), x.owner, workflow.StepEditDraft, "", cases.StepData{Draft: &cases.DecisionDraft{
		Outcome: workflow.OutcomeOrderCommunicate, LegalBasis: []string{"GDPR Art. 34.4"}, Rapporteur: x.owner.Account,
		Reasons: "Uppgifterna kan komma att spridas, och de berörda kan bara skydda sig om de får veta det.",
		Measures: []cases.CorrectiveAction{{
			Power: workflow.MeasureOrderCommunicate, Infringed: []string{"Art. 34.1"}, Text: "Informera de berörda.",
			DueAt: new(x.last().AddDate(0, 0, 20).UTC().Truncate(time.Minute)),
		}},
	}})
	at := x.next(1)
	x.take(at, s.cast.director, workflow.StepDecide, "", cases.StepData{
		ServiceDate: x.date(at), HearingSkipReason: "Beslutet brådskar (25 § 3 förvaltningslagen).",
	})
	x.take(x.next(6), x.owner, workflow.StepMeasureDone, "", cases.StepData{Measure: new(1), Evidence: "Brevet till de berörda har kommit in."})
	x.take(x.expires(workflow.ClockAppeal, at), cases.System("decision_final"), workflow.StepCloseFinal, "", cases.StepData{})
	return []*matter{x.matter}
}

func (s *scenario) extended(n int) []*matter {
	x := s.begin(n, 33, cases.IncidentPhishingSocialEngineering, cases.ActivityOtherBusiness)
	x.register(x.matter, x.atWork(x.received, 0))
	x.assign(x.matter, x.next(1), x.owner)
	at := x.next(2)
	s.asked(x.matter, x.filing, at, x.owner)
	x.decide(x.next(6), x.owner, func(c *cases.Case, owner cases.Actor) (cases.Actor, cases.StepRequest) {
		return owner, cases.StepRequest{
			Step: workflow.StepExtendClock, Reason: "Den ansvarige väntar på en rapport från sin leverantör.",
			Data: cases.StepData{Clock: openClock(c, workflow.ClockSupplement), DueAt: new(s.until.AddDate(0, 0, 12).UTC())},
		}
	})
	return []*matter{x.matter}
}

// openClock is the id of an open clock of one of the kinds.
func openClock(c *cases.Case, kinds ...workflow.ClockKind) string {
	for _, k := range c.OpenClocks() {
		if slices.Contains(kinds, k.Kind) {
			return k.ID
		}
	}
	return ""
}

func (s *scenario) withdrawalRefused(n int) []*matter {
	x := s.begin(n, 14, cases.IncidentUnauthorisedITAccess, cases.ActivityHealthCare)
	x.triaged()
	x.file(x.next(1), x.acts[0].by, cases.Notification{
		Subkind: cases.SubkindWithdraw, SubmissionKind: cases.SubmissionWithdrawal, Channel: cases.ChannelPortal,
		WithdrawReasonCode: cases.WithdrawRiskReassessedUnlikely, SubmissionReason: "Vi har gjort en ny riskbedömning.",
	})
	x.take(x.next(2), x.owner, workflow.StepRefuseWithdrawal, "Uppgifter om hälsa har varit åtkomliga; prövningen fortsätter.", cases.StepData{})
	return []*matter{x.matter}
}

// withoutNotification are cases that the authority opened otherwise.
func (s *scenario) withoutNotification() []*matter {
	d := s.diary(7000)
	openings := []struct {
		daysAgo int
		o       cases.Opening
		closed  bool
	}{
		{9, cases.Opening{
			Source: cases.SourceTip, Subject: "Öppen server med kunduppgifter", Reason: "En säkerhetsforskare har tipsat.",
			Name: "Exempel Telekom AB", LegalForm: cases.FormCompany, Sector: cases.ActivityOtherBusiness, Role: cases.PartyController, Priority: workflow.P2,
		}, false},
		{85, cases.Opening{
			Source: cases.SourceComplaint, Subject: "Klagomål över utlämnade uppgifter", Reason: "En enskild har klagat.",
			Name: "Exempelverket", LegalForm: cases.FormStateAuthority, Sector: cases.ActivityStateAuthority, Role: cases.PartyController,
		}, true},
		{3, cases.Opening{
			Source: cases.SourceMedia, Subject: "Uppgifter i pressen om läckta lönelistor", Reason: "Uppgifterna bör kontrolleras.",
			Name: "Exempel Redovisning AB", LegalForm: cases.FormCompany, Sector: cases.ActivityOtherBusiness, Role: cases.PartyProcessor,
		}, false},
	}
	var out []*matter
	for i, x := range openings {
		m := &matter{key: fmt.Sprintf("opened/%d", i)}
		m.open(d.atWork(s.until.AddDate(0, 0, -x.daysAgo-1), 1), s.cast.registrar, x.o)
		if x.closed {
			owner := s.cast.caseworkers[i]
			s.assign(m, d.atWork(m.last(), 1), owner)
			m.take(d.atWork(m.last(), 4), owner, workflow.StepAssessRisk, "Det som sägs är inte styrkt.", cases.StepData{Risk: cases.RiskToPeopleUnlikely})
			s.close(m, d.atWork(m.last(), 3), owner, "Uppgifterna ger inte skäl till tillsyn.", cases.StepData{Outcome: workflow.OutcomeNoFurtherAction})
		}
		out = append(out, m)
	}
	return out
}
