package cases_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// changed tells what a step did to the clocks: "+TRIAGE_P3-1", "REPLY-1=MET",
// "STALE_TRIAGE-1>2" for a new revision.
func changed(before, after *cases.Case) []string {
	out := []string{}
	for i, k := range after.Clocks {
		switch {
		case i >= len(before.Clocks):
			out = append(out, "+"+k.ID)
		case k.Status != before.Clocks[i].Status:
			out = append(out, k.ID+"="+string(k.Status))
		case k.Revision != before.Clocks[i].Revision:
			out = append(out, fmt.Sprintf("%s>%d", k.ID, k.Revision))
		}
	}
	return out
}

// TestClocksOfSteps says for every step which clocks it starts, ends and moves.
func TestClocksOfSteps(t *testing.T) {
	o := officeOn(t, newMemory(), cases.Policy{})
	day := 24 * time.Hour
	judgment := cases.StepData{Judgment: &cases.CourtJudgment{Court: "FR", Number: "1", Date: "2026-11-18"}}
	due, one := begin.AddDate(0, 2, 0), 1
	ordered := draft(workflow.OutcomeOrderCompliance, cases.CorrectiveAction{Power: workflow.MeasureOrderCompliance, Text: "Do.", DueAt: &due})
	decided := func() string { return o.decided(ordered) }
	appealed := func() string {
		id, at := decided(), o.time()
		o.take(registrar, id, workflow.StepAppealReceived, cases.StepData{ReceivedAt: &at})
		return id
	}
	then := func(start func() string, who cases.Actor, step workflow.StepID, d cases.StepData) func() string {
		return func() string {
			id := start()
			o.take(who, id, step, d)
			return id
		}
	}
	received := func() string { return o.submit(notifier, mild).ID }
	incomplete := func() string { return o.triage(map[string]any{"notification_subkind": "INCOMPLETE"}) }
	triage, investigation := func() string { return o.triage(nil) }, o.investigation
	asked := then(triage, caseworker, workflow.StepRequestSupplement, cases.StepData{Questions: []cases.Text{"?"}})
	queried := then(investigation, caseworker, workflow.StepRequestReply, cases.StepData{Questions: []cases.Text{"?"}})
	drafting := func() string { return o.drafting(draft(workflow.OutcomeReprimand)) }
	heard := then(drafting, caseworker, workflow.StepSendHearing, cases.StepData{})
	followed := then(decided, caseworker, workflow.StepStartFollowUp, cases.StepData{})
	assessed := then(triage, caseworker, workflow.StepAssessRisk, cases.StepData{Risk: cases.RiskToPeopleUnlikely})
	for _, tc := range []struct {
		start func() string
		wait  time.Duration
		who   cases.Actor
		step  workflow.StepID
		data  cases.StepData
		want  []string
	}{
		{received, 0, registrar, workflow.StepRegister, cases.StepData{}, []string{"REGISTRATION-1=MET"}},
		{received, 5 * day, registrar, workflow.StepRegister, cases.StepData{}, []string{"REGISTRATION-1=MISSED"}},
		{received, 0, supervisor, workflow.StepTransfer, cases.StepData{Recipient: "x", Outcome: workflow.OutcomeTransferredLeadSA}, []string{"REGISTRATION-1=CANCELLED"}},
		{then(received, registrar, workflow.StepRegister, cases.StepData{}), 0, supervisor, workflow.StepStartTriage, cases.StepData{Assignee: "caseworker"}, []string{"+TRIAGE_P3-1", "+STALE_TRIAGE-1"}},
		{triage, 0, caseworker, workflow.StepNote, cases.StepData{Text: "x"}, []string{"STALE_TRIAGE-1>2"}},
		{triage, 0, caseworker, workflow.StepSetPriority, cases.StepData{Priority: workflow.P1}, []string{"TRIAGE_P3-1>2", "STALE_TRIAGE-1>2"}},
		{triage, 0, caseworker, workflow.StepSetPriority, cases.StepData{Priority: workflow.P3}, []string{"STALE_TRIAGE-1>2"}},
		{triage, 0, caseworker, workflow.StepRequestSupplement, cases.StepData{Questions: []cases.Text{"?"}}, []string{"TRIAGE_P3-1=MET", "STALE_TRIAGE-1=MET", "+SUPPLEMENT-1"}},
		{triage, 0, caseworker, workflow.StepRequestSupplement, cases.StepData{Questions: []cases.Text{"?"}, Urgent: true}, []string{"TRIAGE_P3-1=MET", "STALE_TRIAGE-1=MET", "+SUPPLEMENT_URGENT-1"}},
		{incomplete, 20 * day, caseworker, workflow.StepRequestSupplement, cases.StepData{}, []string{"SUPPLEMENT-1=CANCELLED", "TRIAGE_P3-1=MISSED", "STALE_TRIAGE-1=MET", "+SUPPLEMENT-2"}},
		{asked, 0, supervisor, workflow.StepTransfer, cases.StepData{Recipient: "x", Outcome: workflow.OutcomeTransferredLeadSA}, []string{"SUPPLEMENT-1=CANCELLED"}},
		{asked, 0, caseworker, workflow.StepExtendClock, cases.StepData{Clock: "SUPPLEMENT-1", DueAt: &due}, []string{"SUPPLEMENT-1>2"}},
		{triage, 0, supervisor, workflow.StepOpenInvestigation, cases.StepData{Scope: "x", LegalBasis: []string{"y"}, OSSRole: cases.OSSLocal}, []string{"TRIAGE_P3-1=MET", "STALE_TRIAGE-1=MET", "+STALE_INVESTIGATION-1"}},
		{assessed, 0, caseworker, workflow.StepClose, cases.StepData{Outcome: workflow.OutcomeNotABreach}, []string{"TRIAGE_P3-1=MET", "STALE_TRIAGE-1=MET"}},
		{triage, 0, supervisor, workflow.StepDraftUrgentOrder, cases.StepData{LegalBasis: []string{"x"}}, []string{"TRIAGE_P3-1=MET", "STALE_TRIAGE-1=MET"}},
		{investigation, 0, caseworker, workflow.StepRequestReply, cases.StepData{Questions: []cases.Text{"?"}, DueAt: &due}, []string{"STALE_INVESTIGATION-1=MET", "+REPLY-1"}},
		{queried, day, registrar, workflow.StepReplyReceived, cases.StepData{}, []string{"REPLY-1=MET", "+STALE_INVESTIGATION-2"}},
		{queried, 30 * day, registrar, workflow.StepReplyReceived, cases.StepData{}, []string{"REPLY-1=MISSED", "+STALE_INVESTIGATION-2"}},
		{drafting, 0, caseworker, workflow.StepSendHearing, cases.StepData{}, []string{"+HEARING-1"}},
		{heard, day, registrar, workflow.StepHearingAnswered, cases.StepData{}, []string{"HEARING-1=MET"}},
		{heard, 30 * day, registrar, workflow.StepHearingAnswered, cases.StepData{}, []string{"HEARING-1=MISSED"}},
		{func() string { return o.drafting(ordered) }, 0, decider, workflow.StepDecide, cases.StepData{ServiceDate: "2026-11-18", HearingSkipReason: "x"}, []string{"+APPEAL-1", "+ORDER-1"}},
		{decided, 0, caseworker, workflow.StepStartFollowUp, cases.StepData{}, []string{}},
		{decided, 40 * day, caseworker, workflow.StepStartFollowUp, cases.StepData{}, []string{"APPEAL-1=EXPIRED"}},
		{decided, 0, caseworker, workflow.StepMeasureDone, cases.StepData{Measure: &one, Evidence: "x"}, []string{"ORDER-1=MET"}},
		{decided, 90 * day, caseworker, workflow.StepMeasureDone, cases.StepData{Measure: &one, Evidence: "x"}, []string{"ORDER-1=MISSED"}},
		{decided, 0, registrar, workflow.StepAppealReceived, cases.StepData{ReceivedAt: &begin}, []string{"APPEAL-1=MET"}},
		{appealed, 0, caseworker, workflow.StepJudgmentUpheld, judgment, []string{}},
		{appealed, 0, caseworker, workflow.StepJudgmentRemitted, judgment, []string{"ORDER-1=CANCELLED", "+STALE_INVESTIGATION-2"}},
		{followed, 0, caseworker, workflow.StepAcceptCompliance, cases.StepData{Evidence: "x"}, []string{"APPEAL-1=CANCELLED", "ORDER-1=MET"}},
		{followed, 90 * day, supervisor, workflow.StepOrderNotComplied, cases.StepData{}, []string{"APPEAL-1=EXPIRED", "ORDER-1=EXPIRED", "+STALE_INVESTIGATION-2"}},
	} {
		t.Run(string(tc.step), func(t *testing.T) {
			o.set(begin)
			id := tc.start()
			before := o.load(id)
			o.wait(tc.wait)
			after := o.take(tc.who, id, tc.step, tc.data)
			if diff := cmp.Diff(tc.want, changed(before, after)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(before.Judgements, after.Judgements); diff != "" {
				t.Errorf("the 72 hours moved: %s", diff)
			}
			o.sound(id)
		})
	}
}

// TestClockOfAnotherPriority keeps its id, and no later clock gets the same.
func TestClockOfAnotherPriority(t *testing.T) {
	o := officeOn(t, newMemory(), cases.Policy{})
	id := o.triage(nil)
	o.take(caseworker, id, workflow.StepSetPriority, cases.StepData{Priority: workflow.P2})
	o.take(caseworker, id, workflow.StepRequestSupplement, cases.StepData{Questions: []cases.Text{"?"}})
	o.take(supervisor, id, workflow.StepSetPriority, cases.StepData{Priority: workflow.P3})
	c, err := o.follow(notifier, id, cases.SubmissionSupplement, map[string]any{"description": "More."})
	if err != nil || clock(t, c, "TRIAGE_P3-1").Kind != workflow.ClockTriageP2 || clock(t, c, "TRIAGE_P3-2").Status != cases.ClockOpen {
		t.Fatalf("%v %+v", err, c.Clocks)
	}
	o.sound(id)
}

// TestClocksOfFollowUps: a supplement answers a request, a complete one ends the
// wait for what was missing, a rule that it fires retimes the triage, and only what
// was asked for returns a case to triage.
func TestClocksOfFollowUps(t *testing.T) {
	o := officeOn(t, newMemory(), cases.Policy{})
	protected := map[string]any{"protected_identity": "YES"}
	for _, tc := range []struct {
		name    string
		asked   bool
		kind    cases.SubmissionKind
		changes map[string]any
		state   workflow.State
		want    []string
	}{
		{"promised", false, cases.SubmissionSupplement, map[string]any{"notification_subkind": "COMPLETE"}, workflow.StateTriage, []string{"SUPPLEMENT-1=MET", "STALE_TRIAGE-1>2"}},
		{"not all yet", false, cases.SubmissionSupplement, map[string]any{"description": "More."}, workflow.StateTriage, []string{"STALE_TRIAGE-1>2"}},
		{"urgent", false, cases.SubmissionChange, protected, workflow.StateTriage, []string{"TRIAGE_P3-1>2", "STALE_TRIAGE-1>2"}},
		{"asked for", true, cases.SubmissionSupplement, map[string]any{"description": "More."}, workflow.StateTriage, []string{"SUPPLEMENT-2=MET", "+TRIAGE_P3-2", "+STALE_TRIAGE-2"}},
		{"asked for and urgent", true, cases.SubmissionEarlierWrong, protected, workflow.StateTriage, []string{"SUPPLEMENT-2=MET", "+TRIAGE_P1-1", "+STALE_TRIAGE-2"}},
		{"withdrawn", true, cases.SubmissionWithdrawal, nil, workflow.StateAwaitingSupplement, []string{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			id := o.triage(map[string]any{"notification_subkind": "INCOMPLETE"})
			if tc.asked {
				o.take(caseworker, id, workflow.StepRequestSupplement, cases.StepData{})
			}
			before := o.load(id)
			after, err := o.follow(notifier, id, tc.kind, tc.changes)
			if err != nil || after.State != tc.state {
				t.Fatalf("%v %s", err, after.State)
			}
			if diff := cmp.Diff(tc.want, changed(before, after)); diff != "" {
				t.Error(diff)
			}
			if answered := tc.asked && tc.state == workflow.StateTriage; answered != (after.OpenRequest() == nil && tc.asked) {
				t.Errorf("%+v", after.Requests)
			}
			o.sound(id)
		})
	}
}

// TestSweepActsJustAfterTheTime: an act at the very instant is in time; a
// millisecond later the time has run out, and several sweepers note it once.
func TestSweepActsJustAfterTheTime(t *testing.T) {
	store := openStore(t)
	o := officeOn(t, store, cases.Policy{})
	for _, tc := range []struct {
		clock string
		to    workflow.State
		start func() string
	}{
		{"SUPPLEMENT-1", workflow.StateTriage, func() string {
			id := o.triage(nil)
			o.take(caseworker, id, workflow.StepRequestSupplement, cases.StepData{Questions: []cases.Text{"?"}})
			return id
		}},
		{"REPLY-1", workflow.StateInvestigation, func() string {
			id := o.investigation()
			o.take(caseworker, id, workflow.StepRequestReply, cases.StepData{Questions: []cases.Text{"?"}})
			return id
		}},
		{"HEARING-1", workflow.StateDrafting, func() string {
			id := o.drafting(draft(workflow.OutcomeReprimand))
			o.take(caseworker, id, workflow.StepSendHearing, cases.StepData{})
			return id
		}},
		{"APPEAL-1", workflow.StateDecided, func() string { return o.decided(draft(workflow.OutcomeReprimand)) }},
		{"APPEAL-1", workflow.StateFollowUp, func() string {
			due := o.time().AddDate(0, 6, 0)
			id := o.decided(draft(workflow.OutcomeOrderCompliance, cases.CorrectiveAction{Power: workflow.MeasureOrderCompliance, Text: "Do.", DueAt: &due}))
			o.take(caseworker, id, workflow.StepStartFollowUp, cases.StepData{})
			return id
		}},
	} {
		t.Run(tc.clock, func(t *testing.T) {
			o.set(begin)
			id := tc.start()
			before := o.load(id)
			due := clock(t, before, tc.clock).DueAt
			for _, early := range []time.Duration{-time.Millisecond, 0} {
				o.set(due.Add(early))
				o.sweep()
				if c := o.load(id); c.Version != before.Version {
					t.Fatalf("acted %s before the end", -early)
				}
			}
			o.set(due.Add(time.Millisecond))
			var all sync.WaitGroup
			for range 4 {
				other := officeOn(t, store, cases.Policy{})
				other.set(o.time())
				if err := other.Start(t.Context()); err != nil {
					t.Fatal(err)
				}
				all.Go(func() {
					if swept, err := other.Sweep(t.Context()); err != nil || swept.Failed > 0 {
						t.Errorf("%+v %v", swept, err)
					}
				})
			}
			all.Wait()
			c := o.load(id)
			if c.Version != before.Version+1 || c.State != tc.to || clock(t, c, tc.clock).Status != cases.ClockExpired {
				t.Fatalf("version %d in %s: %+v", c.Version, c.State, c.Clocks)
			}
			if _, err := o.Refresh(t.Context(), id, c.Version); err != nil {
				t.Fatal(err)
			}
			o.sound(id)
		})
	}
}

// TestArticle33NeverMoves: whatever happens to a case, the deadlines of Article 33 that
// were judged stay as they were; a new view is a new judgement.
func TestArticle33NeverMoves(t *testing.T) {
	o := newOffice(t)
	id := o.triage(nil)
	filed := o.load(id).Judgements[0]
	aware := begin.Add(-100*time.Hour + 123456)
	c := o.take(caseworker, id, workflow.StepAssessAwareness, cases.StepData{AwareAt: &aware})
	if !c.Late() || c.Judgement().Basis != cases.BasisAuthority || c.Priority != workflow.P2 {
		t.Fatalf("%+v %s", c.Judgement(), c.Priority)
	}
	o.sound(id)
	// The controller's own correction is kept, and does not undo the authority's view.
	c, err := o.follow(notifier, id, cases.SubmissionEarlierWrong, map[string]any{"aware_at": "2026-11-17T12:00:00+01:00"})
	if err != nil || len(c.Judgements) != 3 || c.Judgement().Basis != cases.BasisAuthority || !c.Late() {
		t.Fatalf("%v %+v", err, c.Judgement())
	}
	if r := c.Receipt(2); r.Late {
		t.Error("the receipt tells the authority's view")
	}
	if diff := cmp.Diff(filed, c.Judgements[0]); diff != "" {
		t.Error(diff)
	}
	o.sound(id)
}

// TestPriorityIsRaisedByRulesOnly, and lowered by people with a reason; a rule that
// a person has overruled does not fire again.
func TestPriorityIsRaisedByRulesOnly(t *testing.T) {
	o := newOffice(t)
	id := o.triage(nil)
	file := func(changes map[string]any) workflow.Priority {
		t.Helper()
		c, err := o.follow(notifier, id, cases.SubmissionSupplement, changes)
		if err != nil {
			t.Fatal(err)
		}
		return c.Priority
	}
	steps := []struct {
		do   func() workflow.Priority
		want workflow.Priority
	}{
		{func() workflow.Priority { return file(map[string]any{"description": "More."}) }, workflow.P3},
		{func() workflow.Priority { return file(map[string]any{"protected_identity": "YES"}) }, workflow.P1},
		{func() workflow.Priority { return file(map[string]any{"protected_identity": "NO"}) }, workflow.P1},
		{func() workflow.Priority { return file(map[string]any{"protected_identity": "YES"}) }, workflow.P1},
		{func() workflow.Priority {
			return o.take(caseworker, id, workflow.StepSetPriority, cases.StepData{Priority: workflow.P3}).Priority
		}, workflow.P3},
		{func() workflow.Priority { return file(map[string]any{"description": "Yet more."}) }, workflow.P3},
		{func() workflow.Priority {
			return o.take(caseworker, id, workflow.StepAssessSeverity, cases.StepData{Severity: &workflow.SeverityInput{DPC: 3, EI: 4, C: 1}}).Priority
		}, workflow.P2},
		{func() workflow.Priority {
			return file(map[string]any{"subjects": map[string]any{"mode": "EXACT", "min": 10001, "max": 10001}})
		}, workflow.P1},
	}
	for i, s := range steps {
		if got := s.do(); got != s.want {
			t.Errorf("after %d: %s, want %s", i, got, s.want)
		}
	}
	c := o.load(id)
	last := c.Priorities[len(c.Priorities)-1]
	if last.By != "system:priority" || len(last.Rules) == 0 {
		t.Errorf("%+v", last)
	}
	o.sound(id)
}

// TestThirdBreachOfTheSameCause within a year is P2.
func TestThirdBreachOfTheSameCause(t *testing.T) {
	o := newOffice(t)
	for i, want := range []workflow.Priority{workflow.P3, workflow.P3, workflow.P2} {
		o.wait(time.Minute)
		if c := o.submit(notifier, mild); c.Priority != want {
			t.Errorf("number %d: %s", i+1, c.Priority)
		}
	}
}

// TestDateOfService: the date that the decision was served moves the appeal period, and
// starts it again when it had run out by the wrong one; for a party that represents
// the public it runs from the decision.
func TestDateOfService(t *testing.T) {
	private := map[string]any{"controller": map[string]any{"name": "Bolaget AB", "legal_form": "COMPANY", "sector": "PRIVATE", "contact": map[string]any{"email": "a@b.example"}}}
	o := newOffice(t)
	decide := func(changes map[string]any) string {
		t.Helper()
		o.set(begin)
		id := o.triage(changes)
		o.take(supervisor, id, workflow.StepOpenInvestigation, cases.StepData{Scope: "x", LegalBasis: []string{"y"}, OSSRole: cases.OSSNotCrossBorder})
		o.take(caseworker, id, workflow.StepStartDrafting, cases.StepData{Memo: "x"})
		due := begin.AddDate(1, 0, 0)
		o.take(caseworker, id, workflow.StepEditDraft, cases.StepData{Draft: draft(workflow.OutcomeOrderCompliance, cases.CorrectiveAction{Power: workflow.MeasureOrderCompliance, Text: "Do.", DueAt: &due})})
		o.take(decider, id, workflow.StepDecide, cases.StepData{ServiceDate: o.today(), HearingSkipReason: "x"})
		return id
	}
	id := decide(private)
	first := o.load(id).Decision.AppealEndsAt
	o.wait(5 * 24 * time.Hour)
	for date, code := range map[cases.Date]string{"2026-11-17": "before_decision", "2026-11-24": "in_the_future", "2026-11-1x": "date_unreadable"} {
		_, err := o.try(registrar, id, workflow.StepRecordService, "", cases.StepData{ServiceDate: date})
		faulted(t, err, "/data/service_date", code)
	}
	c := o.take(registrar, id, workflow.StepRecordService, cases.StepData{ServiceDate: "2026-11-20"})
	if k := clock(t, c, "APPEAL-1"); k.Revision != 2 || !k.DueAt.After(first) || !k.DueAt.Equal(c.Decision.AppealEndsAt) {
		t.Fatalf("%+v %s", k, c.Decision.AppealEndsAt)
	}
	o.set(c.Decision.AppealEndsAt.Add(time.Hour))
	o.sweep()
	c = o.take(registrar, id, workflow.StepRecordService, cases.StepData{ServiceDate: "2026-11-27"})
	if c.State != workflow.StateFollowUp || clock(t, c, "APPEAL-2").Status != cases.ClockOpen {
		t.Fatalf("%s %+v", c.State, c.Clocks)
	}
	o.sound(id)

	public := decide(nil)
	before := o.load(public)
	o.wait(48 * time.Hour)
	if c := o.take(registrar, public, workflow.StepRecordService, cases.StepData{ServiceDate: "2026-11-19"}); !c.Decision.AppealEndsAt.Equal(before.Decision.AppealEndsAt) || len(changed(before, c)) != 0 {
		t.Errorf("%+v", changed(before, c))
	}
}

// TestAppealPeriodFurtherEast: an authority whose day begins before Stockholm's counts
// the three weeks from the date of service all the same.
func TestAppealPeriodFurtherEast(t *testing.T) {
	helsinki, err := time.LoadLocation("Europe/Helsinki")
	if err != nil {
		t.Fatal(err)
	}
	o := officeOn(t, openStore(t), cases.Policy{Zone: helsinki})
	private := map[string]any{"controller": map[string]any{"name": "Bolaget Ab", "legal_form": "COMPANY", "contact": map[string]any{"email": "a@b.example"}}}
	id := o.triage(private)
	o.take(supervisor, id, workflow.StepOpenInvestigation, cases.StepData{Scope: "x", LegalBasis: []string{"y"}, OSSRole: cases.OSSNotCrossBorder})
	o.take(caseworker, id, workflow.StepStartDrafting, cases.StepData{Memo: "x"})
	o.take(caseworker, id, workflow.StepEditDraft, cases.StepData{Draft: draft(workflow.OutcomeReprimand)})
	c := o.take(decider, id, workflow.StepDecide, cases.StepData{ServiceDate: "2026-11-20", HearingSkipReason: "x"})
	want := time.Date(2026, time.December, 12, 0, 0, 0, 0, workflow.Stockholm)
	if !c.Decision.AppealEndsAt.Equal(want) {
		t.Errorf("served on Friday 20 November, it can be appealed until %s", c.Decision.AppealEndsAt)
	}
}

// TestAutomaticSteps: the system registers when it is to, starts the triage of what
// has an owner, and closes nothing that it should not.
func TestAutomaticSteps(t *testing.T) {
	o := officeOn(t, newMemory(), cases.Policy{AutoRegister: true})
	id := o.submit(notifier, mild).ID
	o.sweep()
	if c := o.load(id); c.State != workflow.StateRegistered || c.RegisteredAt == nil {
		t.Fatalf("%s", c.State)
	}
	if swept := o.sweep(); swept.Looked != 0 {
		t.Errorf("looked at what has no owner: %+v", swept)
	}
	o.take(supervisor, id, workflow.StepAssign, cases.StepData{Assignee: "caseworker"})
	o.sweep()
	if c := o.load(id); c.State != workflow.StateTriage {
		t.Errorf("%s", c.State)
	}
	events, err := o.History(t.Context(), lawyer, id)
	if err != nil || events[1].Header.Actor != "system:auto_register" || events[3].Header.Actor != "system:owner_assigned" {
		t.Errorf("%v %+v", err, events)
	}
	o.set(begin.AddDate(1, 0, 0))
	if swept := o.sweep(); swept.Looked != 0 {
		t.Errorf("an overdue triage is for people: %+v", swept)
	}
}
