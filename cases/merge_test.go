package cases_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/cases/casestest"
	"github.com/vaka-project/vaka/workflow"
)

// twins are two cases of the same controller: the master, and a member that was
// aware three days earlier.
func (o *office) twins() (master, member string) {
	o.t.Helper()
	member = o.triage(map[string]any{"aware_at": "2026-11-14T10:20:00+01:00", "detected_at": nil, "processor_aware_at": nil, "processor_told_controller_at": nil})
	master = o.triage(nil)
	return master, member
}

// merged checks that both sides of a merge tell the same, once.
func (o *office) merged(master, member string) {
	o.t.Helper()
	m, c := o.load(master), o.load(member)
	if c.State != workflow.StateMerged || c.Master != master || c.Closing.Outcome != workflow.OutcomeMerged {
		o.t.Fatalf("the member is in %s, of master %q", c.State, c.Master)
	}
	done := 0
	for _, have := range m.Merged {
		if have.Status == cases.MergeIntended {
			o.t.Fatalf("still intended: %+v", have)
		}
		if have.Status == cases.MergeDone {
			done++
		}
	}
	j := m.Judgement()
	if done != 1 || j.Basis != cases.BasisMerged || !m.Late() || !j.AwareAt.Equal(c.Judgement().AwareAt) || len(m.Judgements) != 2 {
		o.t.Fatalf("%d done, %+v", done, j)
	}
	if !j.EffectiveAt.Equal(c.Submissions[0].ReceivedAt) {
		o.t.Fatalf("the earliest filing is lost: %s", j.EffectiveAt)
	}
	o.sound(master)
	o.sound(member)
}

// TestMergeKeepsTheEarliest keeps the earliest awareness, whatever is corrected afterwards, and can
// be undone.
func TestMergeKeepsTheEarliest(t *testing.T) {
	o := newOffice(t)
	master, member := o.twins()
	o.wait(time.Hour)
	c := o.take(supervisor, member, workflow.StepMerge, cases.StepData{MasterCase: o.load(master).Number})
	if c.State != workflow.StateMerged || c.Master != master {
		t.Fatalf("%s %q", c.State, c.Master)
	}
	o.merged(master, member)
	if swept := o.sweep(); swept.Acted != 0 {
		t.Errorf("swept again: %+v", swept)
	}
	m, err := o.follow(notifier, master, cases.SubmissionEarlierWrong, map[string]any{"aware_at": "2026-11-17T12:00:00+01:00"})
	if err != nil || !m.Judgement().AwareAt.Equal(c.Judgement().AwareAt) || len(m.Judgements) != 3 {
		t.Fatalf("%v %+v", err, m.Judgement())
	}
	c = o.take(supervisor, member, workflow.StepReopen, cases.StepData{Ground: cases.GroundMergeUndone})
	if c.State != workflow.StateTriage || c.Master != "" || c.Episode != 2 {
		t.Fatalf("%+v", c)
	}
	if m = o.load(master); m.Merged[0].Status != cases.MergeUndone || m.Judgement().Basis != cases.BasisUnmerged ||
		!m.Judgement().AwareAt.Equal(m.Latest().Notification.AwareAt) || !m.Judgement().EffectiveAt.Equal(m.Submissions[0].ReceivedAt) {
		t.Fatalf("the member still counts: %+v, %+v", m.Merged, m.Judgement())
	}
	o.take(supervisor, member, workflow.StepMerge, cases.StepData{MasterCase: master})
	o.sound(master)
	o.sound(member)
}

// TestMergeIntoACaseWithoutANotification brings it the member's 72 hours.
func TestMergeIntoACaseWithoutANotification(t *testing.T) {
	o := newOffice(t)
	_, member := o.twins()
	p := o.load(member).Party
	lead, err := o.Open(t.Context(), registrar, cases.Opening{
		Source: cases.SourceMedia, Subject: "x", Reason: "y", Name: p.Name, Board: p.Board, IDNumber: p.IDNumber, Role: cases.PartyController,
	}, cases.Command{})
	if err != nil {
		t.Fatal(err)
	}
	o.take(supervisor, member, workflow.StepMerge, cases.StepData{MasterCase: lead.ID})
	if m := o.load(lead.ID); m.Judgement() == nil || !m.Late() {
		t.Fatalf("%+v", m.Judgements)
	}
	o.take(supervisor, member, workflow.StepReopen, cases.StepData{Ground: cases.GroundMergeUndone})
	if m := o.load(lead.ID); m.Judgement() != nil || m.Late() || len(m.Judgements) != 1 {
		t.Fatalf("72 hours without a notification: %+v", m.Judgement())
	}
	o.sound(lead.ID)
}

func TestMergeRefusals(t *testing.T) {
	o := newOffice(t)
	master, member := o.twins()
	other := o.triage(map[string]any{"controller": map[string]any{"name": "Bolaget AB", "contact": map[string]any{"email": "a@b.example"}}})
	_, err := o.try(supervisor, member, workflow.StepMerge, "R.", cases.StepData{MasterCase: other})
	refused(t, err, workflow.Unprocessable, string(workflow.GuardMasterSameController))
	o.take(supervisor, master, workflow.StepAssign, cases.StepData{Assignee: "caseworker2"})
	_, err = o.try(caseworker, member, workflow.StepMerge, "R.", cases.StepData{MasterCase: master})
	refused(t, err, workflow.Forbidden, string(workflow.GuardActorOwnsBoth))
	o.take(supervisor, master, workflow.StepTransfer, cases.StepData{Recipient: "X", Outcome: workflow.OutcomeTransferredOtherAuthority})
	_, err = o.try(supervisor, member, workflow.StepMerge, "R.", cases.StepData{MasterCase: master})
	refused(t, err, workflow.Unprocessable, string(workflow.GuardMasterOpen))
	secret := o.triage(nil)
	o.take(supervisor, secret, workflow.StepFlagSecret, cases.StepData{NamedStaff: []string{"supervisor", "caseworker"}})
	_, hidden := o.try(supervisor2, member, workflow.StepMerge, "R.", cases.StepData{MasterCase: secret})
	_, absent := o.try(supervisor2, member, workflow.StepMerge, "R.", cases.StepData{MasterCase: cases.NewID(begin)})
	if diff := cmp.Diff(absent.Error(), hidden.Error()); diff != "" {
		t.Errorf("a secret case is told from none: %s", diff)
	}
}

// TestMergeSurvivesEveryCrash lets each of the merge's three writes fail, unwritten
// and written but not acknowledged, with nothing to be read afterwards as when the
// process is gone. The sweep carries on what was begun, and nothing happens twice.
func TestMergeSurvivesEveryCrash(t *testing.T) {
	for _, mode := range []casestest.Mode{casestest.NotWritten, casestest.Unacknowledged} {
		for crash := range 3 {
			store := casestest.NewFaulty(openStore(t))
			o := officeOn(t, store, cases.Policy{})
			master, member := o.twins()
			o.wait(time.Hour)
			writes := 0
			var gone []func()
			store.Inject(casestest.Fault{Op: casestest.Append, Mode: mode, Times: 1, Match: func(cases.Collection, string) bool {
				writes++
				return writes == crash+1
			}})
			// From the crash on nothing more is read or written.
			dead := func(cases.Collection, string) bool { return writes > crash }
			for _, op := range []casestest.Op{casestest.Append, casestest.Events, casestest.Get} {
				gone = append(gone, store.Inject(casestest.Fault{Op: op, Match: dead}))
			}
			_, err := o.Take(t.Context(), supervisor, member, cases.StepRequest{
				Step: workflow.StepMerge, Reason: "Same.", Data: cases.StepData{MasterCase: master}, Version: 3,
			})
			if crash < 2 {
				refused(t, err, workflow.Unavailable, "store_unavailable")
			} else if err != nil {
				t.Fatalf("the member is merged: %v", err)
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
				if c := restarted.load(member); c.State != workflow.StateTriage {
					t.Fatalf("never begun, and yet in %s", c.State)
				}
				continue
			}
			restarted.merged(master, member)
			if n := len(restarted.load(master).Merged); n != 1 {
				t.Fatalf("crash %d mode %d: %d merges", crash, mode, n)
			}
		}
	}
}

// TestMergeAbandoned: when the member moved on after the intent, the merge is given
// up, and both go on.
func TestMergeAbandoned(t *testing.T) {
	store := casestest.NewFaulty(openStore(t))
	o := officeOn(t, store, cases.Policy{})
	master, member := o.twins()
	remove := store.Inject(casestest.Fault{Op: casestest.Append, Match: func(_ cases.Collection, record string) bool { return record == member }})
	_, err := o.try(supervisor, member, workflow.StepMerge, "Same.", cases.StepData{MasterCase: master})
	refused(t, err, workflow.Unavailable, "store_unavailable")
	remove()
	o.take(caseworker, member, workflow.StepNote, cases.StepData{Text: "Meanwhile."})
	if swept := o.sweep(); swept.Acted != 1 || swept.Failed != 0 {
		t.Fatalf("%+v", swept)
	}
	m, c := o.load(master), o.load(member)
	if c.State != workflow.StateTriage || m.Merged[0].Status != cases.MergeAbandoned || m.Judgement().Basis != cases.BasisFiled {
		t.Fatalf("%s %+v", c.State, m.Merged)
	}
	o.take(supervisor, member, workflow.StepMerge, cases.StepData{MasterCase: master})
	o.merged(master, member)
}

// TestMergeRepeated: the same keyed merge again, before and after the sweep, is one
// merge with one answer.
func TestMergeRepeated(t *testing.T) {
	store := casestest.NewFaulty(openStore(t))
	o := officeOn(t, store, cases.Policy{})
	master, member := o.twins()
	r := cases.StepRequest{
		Step: workflow.StepMerge, Reason: "Same.", Data: cases.StepData{MasterCase: master}, Version: 3, Command: key("supervisor", "m", "b"),
	}
	remove := store.Inject(casestest.Fault{Op: casestest.Append, Match: func(_ cases.Collection, record string) bool { return record == member }})
	_, err := o.Take(t.Context(), supervisor, member, r)
	refused(t, err, workflow.Unavailable, "store_unavailable")
	remove()
	first, err := o.Take(t.Context(), supervisor, member, r)
	if err != nil {
		t.Fatal(err)
	}
	o.sweep()
	o.take(lawyer, member, workflow.StepNote, cases.StepData{Text: "Later."})
	again, err := o.Take(t.Context(), supervisor, member, r)
	if diff := cmp.Diff(asJSON(t, first), asJSON(t, again)); err != nil || diff != "" {
		t.Fatalf("%v %s", err, diff)
	}
	o.merged(master, member)
	if n := len(o.load(master).Merged); n != 1 {
		t.Errorf("%d merges", n)
	}
}

// TestMergeCrosswise: two cases that are merged into each other at once do not both
// vanish.
func TestMergeCrosswise(t *testing.T) {
	store := casestest.NewFaulty(openStore(t))
	o := officeOn(t, store, cases.Policy{})
	a, b := o.triage(nil), o.triage(nil)
	steps := 0
	remove := store.Inject(casestest.Fault{Op: casestest.Append, Match: func(_ cases.Collection, record string) bool {
		steps++
		return steps%2 == 0 // each tells its master and then is stopped
	}})
	ra := cases.StepRequest{Step: workflow.StepMerge, Reason: "R.", Data: cases.StepData{MasterCase: b}, Version: 3}
	if _, err := o.Take(t.Context(), supervisor, a, ra); workflow.KindOf(err) != workflow.Unavailable {
		t.Fatal(err)
	}
	rb := ra
	rb.Data.MasterCase, rb.Version = a, 4
	if _, err := o.Take(t.Context(), supervisor, b, rb); workflow.KindOf(err) != workflow.Unavailable {
		t.Fatal(err)
	}
	remove()
	for range 3 {
		o.sweep()
	}
	open := 0
	for _, id := range []string{a, b} {
		if c := o.load(id); c.State.Open() {
			open++
		}
		o.sound(id)
	}
	if open == 0 {
		t.Error("both cases are merged away")
	}
}
