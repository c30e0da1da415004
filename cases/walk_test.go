package cases_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// TestFromSubmissionToClosing walks a case the whole way: supervised, heard,
// decided by another than who wrote the draft, followed up and closed.
func TestFromSubmissionToClosing(t *testing.T) {
	o := newOffice(t)
	id := o.investigation()
	if c := o.load(id); c.Number != "PUI-2026-1" || c.SupervisionNumber != "TS-2026-1" || c.State != workflow.StateInvestigation {
		t.Fatalf("%s %s %s", c.Number, c.SupervisionNumber, c.State)
	}
	o.take(caseworker, id, workflow.StepRequestReply, cases.StepData{Questions: []cases.Text{"Why?"}})
	o.wait(48 * time.Hour)
	o.take(registrar, id, workflow.StepReplyReceived, cases.StepData{Note: "By post."})
	o.take(caseworker, id, workflow.StepStartDrafting, cases.StepData{Memo: "Facts."})
	due := o.time().AddDate(0, 3, 0)
	order := cases.CorrectiveAction{Power: workflow.MeasureOrderCompliance, Text: "Test permissions.", DueAt: &due}
	o.take(caseworker, id, workflow.StepEditDraft, cases.StepData{Draft: draft(workflow.OutcomeOrderCompliance, order)})

	_, err := o.try(decider, id, workflow.StepDecide, "", cases.StepData{ServiceDate: o.today()})
	refused(t, err, workflow.Unprocessable, string(workflow.GuardHearingDoneOrSkipped))
	heard := o.take(caseworker, id, workflow.StepSendHearing, cases.StepData{}).OpenRequest()
	if diff := cmp.Diff(draft(workflow.OutcomeOrderCompliance, order), heard.Draft); diff != "" {
		t.Fatalf("the party cannot comment on what it does not see:\n%s", diff)
	}
	o.wait(24 * time.Hour)
	o.take(caseworker, id, workflow.StepHearingAnswered, cases.StepData{Note: "No objection."})
	o.take(supervisor, id, workflow.StepEditDraft, cases.StepData{Draft: draft(workflow.OutcomeOrderCompliance, order)})
	_, err = o.try(supervisor, id, workflow.StepDecide, "", cases.StepData{ServiceDate: o.today()})
	refused(t, err, workflow.Unprocessable, string(workflow.GuardFourEyes))
	c := o.take(decider, id, workflow.StepDecide, cases.StepData{ServiceDate: o.today()})

	if c.Decision.Decider != "decider" || c.Decision.Rapporteur != "caseworker" || len(c.Decision.LegalBasis) == 0 {
		t.Fatalf("decision: %+v", c.Decision)
	}
	if diff := cmp.Diff([]string{"APPEAL-1", "ORDER-1"}, clocks(c, cases.ClockOpen)); diff != "" {
		t.Fatal(diff)
	}
	o.set(c.Decision.AppealEndsAt)
	if swept := o.sweep(); swept.Acted != 0 {
		t.Fatalf("the appeal period is not over: %+v", swept)
	}
	o.wait(time.Millisecond)
	o.sweep()
	if c = o.load(id); c.State != workflow.StateFollowUp || clock(t, c, "APPEAL-1").Status != cases.ClockExpired {
		t.Fatalf("%s, %+v", c.State, c.Clocks)
	}
	one := 1
	o.take(caseworker, id, workflow.StepMeasureDone, cases.StepData{Measure: &one, Evidence: "A report."})
	c = o.take(caseworker, id, workflow.StepAcceptCompliance, cases.StepData{Evidence: "A report."})
	if c.State != workflow.StateClosed || c.Closing.Outcome != workflow.OutcomeOrderCompliance || clock(t, c, "ORDER-1").Status != cases.ClockMet {
		t.Fatalf("%s %+v %+v", c.State, c.Closing, c.Clocks)
	}
	o.sound(id)
}

// TestDecidedCaseClosesByItself: the appeal period ends, no appeal is on its way any
// more, and nothing is to be followed up. The same after a judgment, when no clock
// runs any more.
func TestDecidedCaseClosesByItself(t *testing.T) {
	o := newOffice(t)
	id := o.decided(draft(workflow.OutcomeReprimand))
	appealed := o.decided(draft(workflow.OutcomeReprimand))
	at := o.time()
	o.take(registrar, appealed, workflow.StepAppealReceived, cases.StepData{ReceivedAt: &at})
	end := o.load(id).Decision.AppealEndsAt
	o.set(end.Add(time.Millisecond))
	o.sweep()
	if c := o.load(id); c.State != workflow.StateDecided || clock(t, c, "APPEAL-1").Status != cases.ClockExpired {
		t.Fatalf("%s %+v: an appeal that came yesterday could not be recorded", c.State, c.Clocks)
	}
	o.set(end.AddDate(0, 0, 10).Add(time.Millisecond))
	o.sweep()
	if c := o.load(id); c.State != workflow.StateClosed || c.Closing.Outcome != workflow.OutcomeReprimand || c.Closing.By != "system:decision_final" {
		t.Fatalf("%s %+v", c.State, c.Closing)
	}
	o.take(caseworker, appealed, workflow.StepJudgmentUpheld, cases.StepData{Judgment: &cases.CourtJudgment{Court: "Förvaltningsrätten", Number: "1-26", Date: o.today()}})
	o.sweep()
	if c := o.load(appealed); c.State != workflow.StateClosed || clock(t, c, "APPEAL-1").Status != cases.ClockMet {
		t.Fatalf("%s %+v", c.State, c.Clocks)
	}
	o.sound(id)
	o.sound(appealed)
}

// TestRemittedCaseIsHeardAnew: what a court sends back is decided without the old
// draft, its hearing or its editors.
func TestRemittedCaseIsHeardAnew(t *testing.T) {
	o := newOffice(t)
	id := o.decided(draft(workflow.OutcomeReprimand))
	at := o.time()
	o.take(registrar, id, workflow.StepAppealReceived, cases.StepData{ReceivedAt: &at})
	judgment := &cases.CourtJudgment{Court: "Kammarrätten", Number: "2-26", Date: o.today()}
	c := o.take(caseworker, id, workflow.StepJudgmentRemitted, cases.StepData{Judgment: judgment})
	if c.Decision != nil || c.Draft != nil || len(c.Judgments) != 1 || c.SupervisionNumber != "TS-2026-1" {
		t.Fatalf("%+v", c)
	}
	o.take(caseworker, id, workflow.StepStartDrafting, cases.StepData{Memo: "Again."})
	o.take(lawyer, id, workflow.StepEditDraft, cases.StepData{Draft: draft(workflow.OutcomeReprimand)})
	_, err := o.try(decider, id, workflow.StepDecide, "", cases.StepData{ServiceDate: o.today()})
	refused(t, err, workflow.Unprocessable, string(workflow.GuardHearingDoneOrSkipped))
	o.sound(id)
}

// TestLegalSignOff: when the authority asks for it, a decision waits for the legal
// reviewer, and each edit of the draft asks for it anew.
func TestLegalSignOff(t *testing.T) {
	o := officeOn(t, openStore(t), cases.Policy{LegalSignOff: true})
	id := o.drafting(draft(workflow.OutcomeReprimand))
	decide := cases.StepData{ServiceDate: o.today(), HearingSkipReason: "Urgent."}
	_, err := o.try(decider, id, workflow.StepDecide, "", decide)
	refused(t, err, workflow.Unprocessable, string(workflow.GuardSignedOffIfRequired))
	o.take(lawyer, id, workflow.StepSignOff, cases.StepData{})
	o.take(caseworker, id, workflow.StepEditDraft, cases.StepData{Draft: draft(workflow.OutcomeReprimand)})
	_, err = o.try(decider, id, workflow.StepDecide, "", decide)
	refused(t, err, workflow.Unprocessable, string(workflow.GuardSignedOffIfRequired))
	o.take(lawyer, id, workflow.StepSignOff, cases.StepData{})
	if c := o.take(decider, id, workflow.StepDecide, decide); c.State != workflow.StateDecided {
		t.Fatal(c.State)
	}
}

// TestLeadAuthority consults the authorities concerned, meets an objection, and
// adopts what the Board decided.
func TestLeadAuthority(t *testing.T) {
	o := newOffice(t)
	id := o.triage(nil)
	c := o.take(supervisor, id, workflow.StepDetermineOSS, cases.StepData{OSSRole: cases.OSSLead})
	if c.Priority != workflow.P2 || clock(t, c, "TRIAGE_P3-1").Kind != workflow.ClockTriageP2 {
		t.Fatalf("%s %+v", c.Priority, c.Clocks)
	}
	o.take(supervisor, id, workflow.StepOpenInvestigation, cases.StepData{Scope: "All.", LegalBasis: []string{"Art. 58"}})
	o.take(caseworker, id, workflow.StepStartDrafting, cases.StepData{Memo: "Facts."})
	o.take(caseworker, id, workflow.StepEditDraft, cases.StepData{Draft: draft(workflow.OutcomeReprimand)})
	o.take(caseworker, id, workflow.StepSendHearing, cases.StepData{})
	o.take(registrar, id, workflow.StepHearingAnswered, cases.StepData{})
	_, err := o.try(decider, id, workflow.StepDecide, "", cases.StepData{ServiceDate: o.today()})
	refused(t, err, workflow.Unprocessable, string(workflow.GuardNotLead))

	c = o.take(supervisor, id, workflow.StepConsultArt60, cases.StepData{IMINumber: "A60-1"})
	later := o.time().AddDate(1, 0, 0)
	_, err = o.try(caseworker, id, workflow.StepExtendClock, "More time.", cases.StepData{Clock: "ART60-1", DueAt: &later})
	faulted(t, err, "/data/clock", "clock_fixed")
	o.take(registrar, id, workflow.StepRecordObjection, cases.StepData{Objection: "Too mild."})
	o.set(clock(t, c, "ART60-1").DueAt.Add(time.Second))
	_, err = o.try(decider, id, workflow.StepAdoptConsulted, "", cases.StepData{ServiceDate: o.today()})
	refused(t, err, workflow.Unprocessable, string(workflow.GuardNoObjectionOpen))
	c = o.take(decider, id, workflow.StepReferArt65, cases.StepData{Objection: "Too mild."})
	if diff := cmp.Diff([]string{"ART65-1"}, clocks(c, cases.ClockOpen)); diff != "" || clock(t, c, "ART60-1").Status != cases.ClockExpired {
		t.Fatalf("%s %+v", diff, c.Clocks)
	}
	o.wait(24 * time.Hour)
	c = o.take(decider, id, workflow.StepAdoptConsulted, cases.StepData{ServiceDate: o.today(), BoardDecision: "Binding decision 1/2026"})
	if clock(t, c, "ART65-1").Status != cases.ClockMet || c.Decision.BoardDecision == "" {
		t.Fatalf("%+v", c.Clocks)
	}
	o.sound(id)
}

// TestReopen begins a new episode under the same number, with nothing left of what
// the case waited for.
func TestReopen(t *testing.T) {
	o := newOffice(t)
	id := o.triage(nil)
	o.take(caseworker, id, workflow.StepRequestSupplement, cases.StepData{Questions: []cases.Text{"How many?"}})
	c := o.take(supervisor, id, workflow.StepTransfer, cases.StepData{Recipient: "Datatilsynet", Outcome: workflow.OutcomeTransferredLeadSA})
	if c.State != workflow.StateTransferred || !c.Requests[0].Cancelled || clock(t, c, "SUPPLEMENT-1").Status != cases.ClockCancelled {
		t.Fatalf("%s %+v %+v", c.State, c.Requests, c.Clocks)
	}
	o.sound(id)
	number := c.Number
	c = o.take(supervisor, id, workflow.StepReopen, cases.StepData{Ground: cases.GroundReturned})
	if c.State != workflow.StateTriage || c.Episode != 2 || c.Number != number || c.Closing != nil {
		t.Fatalf("%+v", c)
	}
	o.take(caseworker, id, workflow.StepAssessRisk, cases.StepData{Risk: cases.RiskToPeopleUnlikely})
	c = o.take(caseworker, id, workflow.StepClose, cases.StepData{Outcome: workflow.OutcomeNoFurtherAction})
	if c.State != workflow.StateClosed {
		t.Fatal(c.State)
	}
	o.sound(id)
}

// TestWithdrawal is answered by the authority: refused, the case goes on; accepted,
// it ends with that outcome. One that nobody answered outlives a reopening.
func TestWithdrawal(t *testing.T) {
	o := newOffice(t)
	id := o.triage(nil)
	withdraw := func() *cases.Case {
		c, err := o.follow(notifier, id, cases.SubmissionWithdrawal, nil)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	_, err := o.try(caseworker, id, workflow.StepAcceptWithdrawal, "None.", cases.StepData{})
	refused(t, err, workflow.Unprocessable, string(workflow.GuardWithdrawalRequested))
	if c := withdraw(); c.State != workflow.StateTriage || c.Withdrawal == nil || c.Withdrawal.Submission != 2 {
		t.Fatalf("%s %+v", c.State, c.Withdrawal)
	}
	c := o.take(caseworker, id, workflow.StepRefuseWithdrawal, cases.StepData{})
	if c.State != workflow.StateTriage || c.Withdrawal.Answer != cases.WithdrawalRefused || c.Withdrawal.By != "caseworker" {
		t.Fatalf("%s %+v", c.State, c.Withdrawal)
	}
	o.take(caseworker, id, workflow.StepRequestSupplement, cases.StepData{Questions: []cases.Text{"Why?"}})
	if c := withdraw(); c.State != workflow.StateAwaitingSupplement || c.OpenRequest() == nil {
		t.Fatalf("a withdrawal answers no question: %s", c.State)
	}
	c = o.take(caseworker, id, workflow.StepAcceptWithdrawal, cases.StepData{})
	if c.State != workflow.StateClosed || c.Closing.Outcome != workflow.OutcomeWithdrawn || len(c.Submissions) != 3 {
		t.Fatalf("%s %+v", c.State, c.Closing)
	}
	withdraw()
	if c := o.take(supervisor, id, workflow.StepReopen, cases.StepData{Ground: cases.GroundFollowUp}); c.Withdrawal == nil || c.Withdrawal.Answer != "" {
		t.Fatalf("%+v", c.Withdrawal)
	}
	o.sound(id)
}

// TestOpening: a case without a notification begins as registered, with no 72
// hours, and nobody on the notifier's side sees it.
func TestOpening(t *testing.T) {
	o := newOffice(t)
	arrived := o.time().Add(-90*time.Minute + 123456*time.Nanosecond).In(workflow.Stockholm)
	opening := cases.Opening{
		Source: cases.SourceTip, Subject: "A leak", Reason: "A tip.", Name: "Leverantören AB", IDNumber: "556677-8899",
		Role: cases.PartyProcessor, ArrivedAt: &arrived,
	}
	c, err := o.Open(t.Context(), registrar, opening, cases.Command{})
	if err != nil {
		t.Fatal(err)
	}
	if c.State != workflow.StateRegistered || c.Judgement() != nil || c.Late() || c.Priority != workflow.P3 {
		t.Fatalf("%+v", c)
	}
	o.sound(c.ID)
	if c.VisibleTo(notifier) || c.VisibleTo(actor("registrar", workflow.RoleNotifier)) {
		t.Fatal("seen from outside")
	}
	_, err = o.follow(registrar, c.ID, cases.SubmissionSupplement, map[string]any{"description": "More."})
	refused(t, err, workflow.Conflict, "no_notification")
	_, err = o.try(supervisor, c.ID, workflow.StepAssessDelay, "R.", cases.StepData{DelayAssessment: cases.DelayAccepted})
	refused(t, err, workflow.Unprocessable, string(workflow.GuardHasNotification))

	for name, change := range map[string]func(*cases.Opening){
		"/source":     func(o *cases.Opening) { o.Source = "RUMOUR" },
		"/role":       func(o *cases.Opening) { o.Role = "FRIEND" },
		"/priority":   func(o *cases.Opening) { o.Priority = "P9" },
		"/legal_form": func(o *cases.Opening) { o.LegalForm = "CLUB" },
	} {
		bad := opening
		change(&bad)
		_, err := o.Open(t.Context(), registrar, bad, cases.Command{})
		faulted(t, err, name, "unknown_code")
	}
	_, err = o.Open(t.Context(), notifier, opening, cases.Command{})
	refused(t, err, workflow.Forbidden, "role")
}
