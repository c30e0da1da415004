package cases_test

import (
	"testing"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/cases/casestest"
	"github.com/vaka-project/vaka/workflow"
)

// joined are a master and its member, already merged.
func (o *office) joined() (master, member string) {
	o.t.Helper()
	master, member = o.twins()
	o.wait(time.Hour)
	o.take(supervisor, member, workflow.StepMerge, cases.StepData{MasterCase: master})
	return master, member
}

// unmerged checks that both sides of an undone merge tell the same, once.
func (o *office) unmerged(master, member string) {
	o.t.Helper()
	m, c := o.load(master), o.load(member)
	if c.State != workflow.StateTriage || c.Master != "" || c.Episode != 2 {
		o.t.Fatalf("the member is in %s, of master %q, episode %d", c.State, c.Master, c.Episode)
	}
	j := m.Judgement()
	if len(m.Merged) != 1 || m.Merged[0].Status != cases.MergeUndone || len(m.Judgements) != 3 || j.Basis != cases.BasisUnmerged || m.Late() {
		o.t.Fatalf("%+v, %+v", m.Merged, j)
	}
	if !j.AwareAt.Equal(m.Submissions[0].Notification.AwareAt) || !j.EffectiveAt.Equal(m.Submissions[0].ReceivedAt) {
		o.t.Fatalf("judged by what the member brought: %s, %s", j.AwareAt, j.EffectiveAt)
	}
	o.sound(master)
	o.sound(member)
}

// TestUnmergeSurvivesEveryCrash lets each of the three writes fail as
// TestMergeSurvivesEveryCrash does.
func TestUnmergeSurvivesEveryCrash(t *testing.T) {
	for _, mode := range []casestest.Mode{casestest.NotWritten, casestest.Unacknowledged} {
		for crash := range 3 {
			store := casestest.NewFaulty(openStore(t))
			o := officeOn(t, store, cases.Policy{})
			master, member := o.joined()
			writes := 0
			var gone []func()
			store.Inject(casestest.Fault{Op: casestest.Append, Mode: mode, Times: 1, Match: func(cases.Collection, string) bool {
				writes++
				return writes == crash+1
			}})
			dead := func(cases.Collection, string) bool { return writes > crash }
			for _, op := range []casestest.Op{casestest.Append, casestest.Events, casestest.Get} {
				gone = append(gone, store.Inject(casestest.Fault{Op: op, Match: dead}))
			}
			_, err := o.Take(t.Context(), supervisor, member, cases.StepRequest{
				Step: workflow.StepReopen, Reason: "Not the same.", Data: cases.StepData{Ground: cases.GroundMergeUndone}, Version: 4,
			})
			if crash < 2 {
				refused(t, err, workflow.Unavailable, "store_unavailable")
			} else if err != nil {
				t.Fatalf("the member is reopened: %v", err)
			}
			for _, live := range gone {
				live()
			}
			restarted := officeOn(t, store, cases.Policy{})
			restarted.set(o.time())
			if err := restarted.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			for range 3 {
				restarted.sweep()
			}
			if crash == 0 && mode == casestest.NotWritten {
				restarted.merged(master, member)
				continue
			}
			restarted.unmerged(master, member)
			if swept := restarted.sweep(); swept.Acted != 0 {
				t.Fatalf("crash %d mode %d: swept again: %+v", crash, mode, swept)
			}
		}
	}
}

// TestUnmergeAbandoned: when the member moved on after the intent, it stays merged;
// and whoever reopens it after that undoes the merge.
func TestUnmergeAbandoned(t *testing.T) {
	store := casestest.NewFaulty(openStore(t))
	o := officeOn(t, store, cases.Policy{})
	master, member := o.joined()
	stop := func() (remove func()) {
		return store.Inject(casestest.Fault{Op: casestest.Append, Match: func(_ cases.Collection, record string) bool { return record == member }})
	}
	data := cases.StepData{Ground: cases.GroundMergeUndone}
	remove := stop()
	_, err := o.try(supervisor, member, workflow.StepReopen, "No.", data)
	refused(t, err, workflow.Unavailable, "store_unavailable")
	if m := o.load(master); m.Merged[0].Status != cases.MergeUndoing || m.Judgement().Basis != cases.BasisMerged {
		t.Fatalf("%+v", m.Merged)
	}
	remove()
	o.take(caseworker, member, workflow.StepNote, cases.StepData{Text: "Meanwhile."})
	if swept := o.sweep(); swept.Acted != 1 || swept.Failed != 0 {
		t.Fatalf("%+v", swept)
	}
	o.merged(master, member)

	// Two begin it on the same version; the second carries both to their end.
	remove = stop()
	_, err = o.try(supervisor, member, workflow.StepReopen, "No.", data)
	refused(t, err, workflow.Unavailable, "store_unavailable")
	remove()
	o.take(supervisor, member, workflow.StepReopen, data)
	o.unmerged(master, member)
	if swept := o.sweep(); swept.Acted != 0 {
		t.Fatalf("swept again: %+v", swept)
	}
}

// TestUnmergeKeepsTheOthers: what the remaining members brought goes on to count,
// and a keyed request that is sent again has the first answer.
func TestUnmergeKeepsTheOthers(t *testing.T) {
	o := newOffice(t)
	master, member := o.joined()
	other := o.triage(map[string]any{"aware_at": "2026-11-15T10:20:00+01:00", "detected_at": nil, "processor_aware_at": nil, "processor_told_controller_at": nil})
	o.take(supervisor, other, workflow.StepMerge, cases.StepData{MasterCase: master})
	r := cases.StepRequest{
		Step: workflow.StepReopen, Reason: "No.", Data: cases.StepData{Ground: cases.GroundMergeUndone}, Version: 4, Command: key("supervisor", "u", "b"),
	}
	first, err := o.Take(t.Context(), supervisor, member, r)
	if err != nil {
		t.Fatal(err)
	}
	o.take(caseworker, member, workflow.StepNote, cases.StepData{Text: "Later."})
	again, err := o.Take(t.Context(), supervisor, member, r)
	if err != nil || asJSON(t, first) != asJSON(t, again) {
		t.Fatalf("%v %d %d", err, first.Version, again.Version)
	}
	m, rest := o.load(master), o.load(other)
	if j := m.Judgement(); !j.AwareAt.Equal(rest.Judgement().AwareAt) || !j.EffectiveAt.Equal(m.Submissions[0].ReceivedAt) {
		t.Fatalf("%+v", j)
	}
	if m.Merged[0].Status != cases.MergeUndone || m.Merged[1].Status != cases.MergeDone {
		t.Fatalf("%+v", m.Merged)
	}
	o.sound(master)
}

// TestSubmissionAfterTheEnd marks the case until somebody files it or reopens the
// case for it; the master of a merged case is told once of each.
func TestSubmissionAfterTheEnd(t *testing.T) {
	o := newOffice(t)
	master, member := o.joined()
	unread := func(id string, want int) {
		t.Helper()
		if c := o.load(id); c.Unread != want || c.Summary().Unread != (want > 0) {
			t.Fatalf("unread: %d", c.Unread)
		}
	}
	told := func(want int) {
		t.Helper()
		for range 2 {
			o.sweep()
		}
		if m := o.load(master); m.Merged[0].Told != want {
			t.Fatalf("told of %d: %+v", want, m.Merged)
		}
	}
	file := func(id string) {
		t.Helper()
		if _, err := o.follow(notifier, id, cases.SubmissionSupplement, nil); err != nil {
			t.Fatal(err)
		}
	}
	_, err := o.try(supervisor, member, workflow.StepFileFollowUp, "Read.", cases.StepData{})
	refused(t, err, workflow.Unprocessable, string(workflow.GuardUnreadSubmission))
	file(master)
	unread(master, 0)
	file(member)
	unread(member, 2)
	before := o.load(master).Version
	told(2)
	if v := o.load(master).Version; v != before+1 {
		t.Fatalf("told %d times", v-before)
	}
	_, err = o.try(caseworker2, member, workflow.StepFileFollowUp, "Read.", cases.StepData{})
	refused(t, err, workflow.Forbidden, string(workflow.GuardActorIsOwner))
	_, err = o.try(caseworker, member, workflow.StepFileFollowUp, "", cases.StepData{})
	refused(t, err, workflow.Unprocessable, "needs_reason")
	if c := o.take(caseworker, member, workflow.StepFileFollowUp, cases.StepData{}); c.State != workflow.StateMerged || c.Closing == nil {
		t.Fatalf("filing moved the case: %s", c.State)
	}
	unread(member, 0)
	file(member)
	unread(member, 3)
	told(3)
	o.take(supervisor, member, workflow.StepReopen, cases.StepData{Ground: cases.GroundFollowUp})
	unread(member, 0)
	file(member)
	unread(member, 0)
	o.sound(master)
	o.sound(member)
}

// TestAppealAfterTheEnd goes on under the decision with which the case was closed,
// and closes again with it. Where no decision stands there is nothing to appeal.
func TestAppealAfterTheEnd(t *testing.T) {
	o := newOffice(t)
	id := o.decided(draft(workflow.OutcomeReprimand))
	decision := o.load(id).Decision
	o.set(decision.AppealEndsAt.AddDate(0, 0, 30))
	o.sweep()
	if c := o.load(id); c.State != workflow.StateClosed {
		t.Fatal(c.State)
	}
	at := o.time()
	c := o.take(registrar, id, workflow.StepAppealReceived, cases.StepData{ReceivedAt: &at})
	if c.State != workflow.StateUnderAppeal || c.Closing != nil || c.Decision == nil || c.Decision.Outcome != workflow.OutcomeReprimand || c.Episode != 1 {
		t.Fatalf("%s %+v %+v", c.State, c.Closing, c.Decision)
	}
	o.sound(id)
	judgment := &cases.CourtJudgment{Court: "FR", Number: "1-26", Date: o.today()}
	o.take(caseworker, id, workflow.StepJudgmentUpheld, cases.StepData{Judgment: judgment})
	o.sweep()
	if c = o.load(id); c.State != workflow.StateClosed || c.Closing.Outcome != workflow.OutcomeReprimand {
		t.Fatalf("%s %+v", c.State, c.Closing)
	}
	o.take(registrar, id, workflow.StepAppealReceived, cases.StepData{ReceivedAt: &at})
	o.take(caseworker, id, workflow.StepJudgmentAnnulled, cases.StepData{Judgment: judgment, Outcome: workflow.OutcomeNoInfringement})
	o.sound(id)
	undecided := o.triage(nil)
	o.take(caseworker, undecided, workflow.StepAssessRisk, cases.StepData{Risk: cases.RiskToPeople})
	o.take(supervisor, undecided, workflow.StepClose, cases.StepData{Outcome: workflow.OutcomeNoFurtherAction})
	for _, closed := range []string{id, undecided} {
		_, err := o.try(registrar, closed, workflow.StepAppealReceived, "", cases.StepData{ReceivedAt: &at})
		refused(t, err, workflow.Unprocessable, string(workflow.GuardDecisionStands))
	}
}
