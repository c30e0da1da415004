package notifier

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

func (w *world) want(lines ...string) {
	w.t.Helper()
	got := w.told()
	slices.Sort(got)
	if diff := cmp.Diff(lines, got); diff != "" {
		w.t.Errorf("told (-want +got):\n%s", diff)
	}
	w.sent = nil
}

// The ladder of a supplement, from the first rung to the escalation.
func TestDispatcher_ClimbsTheLadder(t *testing.T) {
	w := newWorld(t)
	i := w.start("a")
	w.put("c1", w.clock(workflow.ClockSupplement, 1, endOf(2, 9)))
	w.pass(i)
	w.want()
	for _, step := range []struct {
		at   time.Time
		line string
	}{
		{local(2, 2, 8, 0), "EMAIL dpo: c1 SUPPLEMENT D-7"},
		{local(2, 7, 8, 0), "EMAIL dpo: c1 SUPPLEMENT D-2"},
		{local(2, 9, 8, 0), "EMAIL dpo: c1 SUPPLEMENT DUE"},
		{local(2, 10, 8, 0), "EMAIL anna: c1 SUPPLEMENT D+1"},
		{local(2, 16, 8, 0), "EMAIL sara: c1 SUPPLEMENT D+7 escalated"},
	} {
		w.at(step.at.Add(-time.Second))
		w.pass(i)
		w.want()
		w.at(step.at)
		w.pass(i)
		w.want(step.line)
		w.pass(i) // once
		w.want()
	}
	i = w.start("b") // and not again after a restart
	w.pass(i)
	w.want()
}

func TestDispatcher_AfterDowntimeOnlyTheLatestRungGoesOut(t *testing.T) {
	w := newWorld(t)
	w.put("c1", w.clock(workflow.ClockSupplement, 1, endOf(2, 9)))
	w.at(local(2, 9, 12, 0))
	i := w.start("a")
	round := w.pass(i)
	w.want("EMAIL dpo: c1 SUPPLEMENT DUE late since 9 Feb 07:00")
	if round.Skipped != 2 || round.Late != 1 {
		t.Errorf("round %+v", round)
	}
	w.pass(w.start("b"))
	w.want()
}

func TestDispatcher_AMovedClockHasALadderOfItsOwn(t *testing.T) {
	w := newWorld(t)
	i := w.start("a")
	w.put("c1", w.clock(workflow.ClockReply, 1, endOf(2, 9)))
	w.at(local(2, 2, 8, 0))
	w.pass(i)
	w.want("EMAIL dpo: c1 REPLY D-7")
	w.wait(time.Hour)
	w.put("c1", w.clock(workflow.ClockReply, 2, endOf(3, 9)))
	w.at(local(2, 9, 9, 0))
	w.pass(i)
	w.want()
	w.at(local(3, 2, 9, 0))
	w.pass(i)
	w.want("EMAIL dpo: c1 REPLY D-7 late since 2 Mar 07:00")
	w.put("c1")
	w.at(local(3, 20, 9, 0))
	w.pass(i)
	w.want()
}

// 250 notifications from one supplier are one letter to the caseworker.
func TestDispatcher_ABurstIsOneLetter(t *testing.T) {
	w := newWorld(t)
	i := w.start("a")
	for n := range 250 {
		w.put(fmt.Sprintf("c%03d", n), w.clock(workflow.ClockTriageP1, 1, endOf(1, 13)))
	}
	w.at(local(1, 13, 8, 0))
	w.pass(i)
	if len(w.sent) != 1 || len(w.sent[0].Items) != 250 || !w.sent[0].Digest || w.sent[0].Items[7].Case != "c007" {
		t.Fatalf("%d letters", len(w.sent))
	}
}

func TestDispatcher_WhatTheLawMakesUrgentGoesAlone(t *testing.T) {
	w := newWorld(t)
	hour, from, until := 16, 20, 7
	p := w.people["anna"]
	p.DigestHour, p.QuietFrom, p.QuietUntil = &hour, &from, &until
	w.people["anna"] = p
	i := w.start("a")
	for n := range 3 {
		w.put(fmt.Sprintf("c%d", n), w.clock(workflow.ClockLeadAnswer, 1, endOf(2, 2)), w.clock(workflow.ClockTriageP3, 1, endOf(2, 2)))
	}
	w.at(local(2, 2, 8, 0))
	w.pass(i)
	w.want("EMAIL anna: c0 ART56 DUE", "EMAIL anna: c1 ART56 DUE", "EMAIL anna: c2 ART56 DUE")
}

// A digest gathers what came due since the last one, and quiet hours put it off.
func TestDispatcher_ADigestComesAtItsHour(t *testing.T) {
	w := newWorld(t)
	hour := 16
	p := w.people["anna"]
	p.DigestHour = &hour
	w.people["anna"] = p
	i := w.start("a")
	w.put("c1", w.clock(workflow.ClockTriageP2, 1, endOf(1, 14)))
	w.put("c2", w.clock(workflow.ClockTriageP2, 1, endOf(1, 15)), w.clock(workflow.ClockTriageP1, 1, endOf(1, 13)))
	w.put("c3", w.clock(workflow.ClockTriageP2, 1, endOf(1, 14)))
	w.at(local(1, 13, 9, 0))
	w.pass(i)
	w.want()
	i = w.start("b") // a restart loses nothing of it
	w.at(local(1, 13, 15, 59))
	w.pass(i)
	w.put("c3") // is dealt with before the digest
	w.at(local(1, 13, 16, 0))
	w.pass(i)
	w.want("EMAIL anna: c2 TRIAGE_P1 DUE c1 TRIAGE_P2 WD-1")
}

func TestDispatcher_TriesAgainWhatDidNotGoOut(t *testing.T) {
	w := newWorld(t)
	down := errors.New("connection refused")
	w.answer = func(Letter) error { return down }
	i := w.start("a")
	w.put("c1", w.clock(workflow.ClockReply, 1, endOf(2, 9)))
	w.at(local(2, 9, 8, 0))
	tries := 0
	for range 24 * 12 { // a day of five minutes each
		tries += w.pass(i).Failed
		w.wait(5 * time.Minute)
	}
	if f := i.Figures(); tries < 20 || tries > 40 || f.Due != 1 || !f.Overdue(w.now) || f.Failed != 0 {
		t.Errorf("%d tries, %+v", tries, f)
	}
	id := w.sent[0].ID
	w.answer, w.sent = nil, nil
	w.at(w.now.Add(time.Hour))
	w.pass(i)
	for _, d := range w.sent {
		if d.To.Name == "dpo" && d.ID != id {
			t.Errorf("the letter was %s and is %s", id, d.ID)
		}
	}
	w.want("EMAIL anna: c1 REPLY D+1 late since 10 Feb 07:00", "EMAIL dpo: c1 REPLY DUE late since 9 Feb 07:00")
}

func TestDispatcher_ARefusalIsFinalUntilSomebodyAsks(t *testing.T) {
	w := newWorld(t)
	w.answer = func(Letter) error { return fmt.Errorf("no such mailbox: %w", ErrRefused) }
	i := w.start("a")
	w.put("c1", w.clock(workflow.ClockReply, 1, endOf(2, 9)))
	w.at(local(2, 2, 8, 0))
	if round := w.pass(i); round.Refused != 1 {
		t.Errorf("round %+v", round)
	}
	w.wait(24 * time.Hour)
	w.pass(i)
	if len(w.sent) != 1 {
		t.Fatalf("%d tries", len(w.sent))
	}
	i = w.start("b")
	w.pass(i)
	failed, err := i.Failed(t.Context())
	if err != nil || len(failed) != 1 || failed[0].Results[0].Reason != ReasonRefused || i.Figures().Failed != 1 {
		t.Fatalf("%+v, %v, %+v", failed, err, i.Figures())
	}
	w.answer = nil
	again, err := i.Resend(t.Context(), "adam", "The address is right now.", failed[0].ID)
	if err != nil || again.Outcome != OutcomeSent || again.Tries != 2 || w.sent[1].ID != w.sent[0].ID || i.Figures().Failed != 0 {
		t.Fatalf("%+v, %v", again, err)
	}
	if _, err := i.Resend(t.Context(), "adam", "The address is right now.", failed[0].ID); workflow.KindOf(err) != workflow.Conflict {
		t.Errorf("a second time: %v", err)
	}
	if _, err := i.Resend(t.Context(), "adam", "The address is right now.", "none"); workflow.KindOf(err) != workflow.NotFound {
		t.Errorf("a letter that is none: %v", err)
	}
}

// Whichever instance a letter failed at or was sent again by, the others come to know.
func TestDispatcher_FailuresElsewhereAreCounted(t *testing.T) {
	w := newWorld(t)
	w.answer = func(Letter) error { return fmt.Errorf("no such mailbox: %w", ErrRefused) }
	a, b := w.start("a"), w.start("b")
	w.pass(b)
	w.put("c1", w.clock(workflow.ClockReply, 1, endOf(2, 9)))
	w.at(local(2, 2, 8, 0))
	w.pass(a)
	w.wait(recountEvery)
	w.pass(b)
	if a.Figures().Failed != 1 || b.Figures().Failed != 1 {
		t.Fatalf("a counts %d, b %d", a.Figures().Failed, b.Figures().Failed)
	}
	failed, err := b.Failed(t.Context())
	if err != nil || len(failed) != 1 {
		t.Fatal(failed, err)
	}
	w.answer = nil
	if _, err := b.Resend(t.Context(), "adam", "The address is right now.", failed[0].ID); err != nil {
		t.Fatal(err)
	}
	w.wait(recountEvery)
	w.pass(a)
	if a.Figures().Failed != 0 {
		t.Errorf("a still counts %d", a.Figures().Failed)
	}
}

// Nobody is lost without a trace: each of these is seen, and none stops the rest.
func TestDispatcher_WhoCannotBeReachedIsSeen(t *testing.T) {
	w := newWorld(t)
	bo, anna := w.people["bo"], w.people["anna"]
	bo.Email = ""
	anna.Channels = []ChannelKind{ChannelWebhook}
	w.people["bo"], w.people["anna"] = bo, anna
	i := w.start("a")
	for n, holder := range []string{"anna", "bo", "sara"} {
		s := cases.Summary{ID: fmt.Sprint("c", n), Version: 1, Source: cases.SourceTip, Assignee: holder, Clocks: []cases.DueClock{
			w.clock(workflow.ClockReply, 1, endOf(2, 9)),
		}}
		w.board.Put(s)
	}
	w.at(local(2, 2, 8, 0))
	if round := w.pass(i); round.Refused != 2 || round.Sent != 1 {
		t.Errorf("round %+v", round)
	}
	failed, err := i.Failed(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	reasons := map[string]Reason{}
	for _, f := range failed {
		for _, r := range f.Results {
			if r.Outcome == OutcomeRefused {
				reasons[f.Account] = r.Reason
			}
		}
	}
	if diff := cmp.Diff(map[string]Reason{"anna": ReasonNotConfigured, "bo": ReasonNoAddress}, reasons); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
	kinds := map[string]bool{}
	for _, d := range w.sent {
		kinds[string(d.To.Channel)+" "+d.To.Name] = true
	}
	if diff := cmp.Diff(map[string]bool{"INBOX anna": true, "INBOX bo": true, "EMAIL sara": true}, kinds); diff != "" {
		t.Errorf("delivered (-want +got):\n%s", diff)
	}
}

// An instance that crashed in the middle leaves its letter to another, under the
// same id, after its lease.
func TestDispatcher_TakesOverAfterACrash(t *testing.T) {
	for ops := range 12 {
		for _, late := range []bool{false, true} {
			w := newWorld(t)
			a, b := w.start("a"), w.start("b")
			b.off = -time.Hour // its clock was set back
			w.put("c1", w.clock(workflow.ClockReply, 1, endOf(2, 9)))
			w.put("c2", w.clock(workflow.ClockReply, 1, endOf(2, 9)))
			w.at(local(2, 2, 8, 0))
			a.crashIn, a.late = ops, late
			a.RunOnce(t.Context())
			before := len(w.sent)
			w.wait(2 * time.Hour)
			w.pass(b)
			if a.crashed && before > 0 && len(w.sent) > before {
				t.Errorf("crash at %d: taken over before the lease had run out", ops)
			}
			w.wait(lease)
			w.pass(b)
			if n := len(w.sent); n == 0 || n > 2 || n == 2 && (!a.crashed || w.sent[0].ID != w.sent[1].ID) {
				t.Errorf("crash at %d, late %v: sent %v", ops, late, w.told())
			}
			if f := b.Figures(); f.Due != 0 {
				t.Errorf("crash at %d: %+v", ops, f)
			}
		}
	}
}

// The 72 hours of a draft, counted from what its form says of awareness.
func TestDispatcher_RemindsOfADraft(t *testing.T) {
	w := newWorld(t)
	i := w.start("a")
	aware := local(1, 12, 9, 0) // the hour of the event itself does not count
	w.at(local(1, 12, 10, 0))
	w.drafts = []Draft{{ID: "d1", Account: "dpo", AwareAt: aware, Revision: 1, SetAt: w.now}, {ID: "d2", Account: "rut", AwareAt: aware, Revision: 1, SetAt: w.now}}
	for _, step := range []struct {
		hours int
		rung  string
	}{{25, "H-48"}, {49, "H-24"}, {61, "H-12"}, {71, "H-2"}} {
		w.at(aware.Add(time.Duration(step.hours) * time.Hour))
		w.pass(i)
		w.want("EMAIL dpo: d1 ART33 " + step.rung)
	}
	// Awareness was an hour later than was said first: the time limit is another one.
	w.drafts[0].AwareAt, w.drafts[0].Revision, w.drafts[0].SetAt = aware.Add(time.Hour), 2, w.now.Add(time.Minute)
	w.at(aware.Add(72 * time.Hour))
	w.pass(i)
	w.want("EMAIL dpo: d1 ART33 H-2")
	w.at(aware.Add(74 * time.Hour))
	w.pass(i)
	w.want("EMAIL dpo: d1 ART33 DUE")
	w.drafts = w.drafts[1:] // it is sent
	w.wait(72 * time.Hour)
	w.pass(i)
	w.want()
}

// While the holder is away the deputy is told too, but of a secret case only where
// it names the deputy.
func TestDispatcher_TellsTheDeputy(t *testing.T) {
	w := newWorld(t)
	w.deputies = map[string]string{"anna": "bo"}
	i := w.start("a")
	w.put("c1", w.clock(workflow.ClockTriageP1, 1, endOf(1, 13)))
	w.version++
	w.board.Put(cases.Summary{
		ID: "c2", Version: w.version, Source: cases.SourceNotification, Submitter: "dpo", Assignee: "anna", Secret: true, Named: []string{"anna"},
		Clocks: []cases.DueClock{w.clock(workflow.ClockTriageP1, 1, endOf(1, 13))},
	})
	w.at(local(1, 13, 8, 0))
	w.pass(i)
	w.want("EMAIL anna: c1 TRIAGE_P1 DUE c2 TRIAGE_P1 DUE", "EMAIL bo: c1 TRIAGE_P1 DUE")
	w.at(local(1, 14, 8, 0)) // no supervisor is named
	w.pass(i)
	w.want("EMAIL anna: c2 TRIAGE_P1 WD+1 escalated", "EMAIL sara: c1 TRIAGE_P1 WD+1 escalated")
}
