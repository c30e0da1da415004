package cases_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/store/bolt"
	"github.com/vaka-project/vaka/workflow"
)

// nothing is a store that takes everything and keeps nothing, to measure what is
// done before a store is asked.
type nothing struct{ cases.Store }

func (nothing) Append(_ context.Context, changes []cases.Change) []error {
	return make([]error, len(changes))
}

// BenchmarkSubmit is a notification's way to the store and back, without the store.
func BenchmarkSubmit(b *testing.B) {
	o := officeOn(b, nothing{}, cases.Policy{})
	n := notification(b, nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := o.Submit(b.Context(), notifier, n, nil, cases.Command{}); err != nil {
			b.Fatal(err)
		}
	}
}

// everyEvent are the events of cases that between them met most kinds of event.
func everyEvent(t testing.TB) [][]cases.Event {
	store, err := bolt.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	o := officeOn(t, store, cases.Policy{})
	due := o.time().AddDate(0, 6, 0)
	order := cases.CorrectiveAction{Power: workflow.MeasureOrderCompliance, Text: "Test.", DueAt: &due}
	ids := []string{o.decided(draft(workflow.OutcomeOrderCompliance, order)), o.triage(nil), o.triage(nil)}
	at := o.time()
	o.take(registrar, ids[0], workflow.StepAppealReceived, cases.StepData{ReceivedAt: &at})
	o.take(caseworker, ids[0], workflow.StepJudgmentVaried, cases.StepData{Judgment: &cases.CourtJudgment{Court: "FR", Number: "1", Date: o.today()}})
	one := 1
	o.take(caseworker, ids[0], workflow.StepMeasureDone, cases.StepData{Measure: &one, Evidence: "Seen."})
	aware := o.time().Add(-100 * time.Hour)
	o.take(caseworker, ids[1], workflow.StepAssessAwareness, cases.StepData{AwareAt: &aware})
	o.take(caseworker, ids[1], workflow.StepAssessSeverity, cases.StepData{Severity: &workflow.SeverityInput{DPC: 2, EI: 3, C: 1}})
	o.take(caseworker, ids[1], workflow.StepRequestSupplement, cases.StepData{Questions: []cases.Text{"Who?"}})
	if _, err := o.follow(notifier, ids[1], cases.SubmissionEarlierWrong, map[string]any{"aware_at": "2026-11-16T10:00:00+01:00"}); err != nil {
		t.Fatal(err)
	}
	if _, err := o.follow(notifier, ids[1], cases.SubmissionWithdrawal, nil); err != nil {
		t.Fatal(err)
	}
	o.take(caseworker, ids[1], workflow.StepRefuseWithdrawal, cases.StepData{})
	o.take(supervisor, ids[2], workflow.StepMerge, cases.StepData{MasterCase: ids[1]})
	if _, err := o.follow(notifier, ids[2], cases.SubmissionSupplement, nil); err != nil {
		t.Fatal(err)
	}
	o.sweep()
	o.take(supervisor, ids[2], workflow.StepFileFollowUp, cases.StepData{})
	o.take(supervisor, ids[2], workflow.StepReopen, cases.StepData{Ground: cases.GroundMergeUndone})
	for _, who := range []cases.Actor{notifier, caseworker} { // the first with the case's key, the second without
		if _, _, err := o.Attach(t.Context(), who, ids[1], cases.NewFile{Name: "bilaga.txt", Content: []byte("En bilaga.")}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := o.RemoveAttachment(t.Context(), caseworker, ids[1], o.load(ids[1]).Attachments[0].ID, "Fel fil.", cases.Command{}); err != nil {
		t.Fatal(err)
	}
	var all [][]cases.Event
	for _, id := range ids {
		o.sound(id)
		events, err := store.Events(t.Context(), id, 1)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, events)
	}
	return all
}

// FuzzEventDecoding: events come from imports and other instances too. Whatever
// they hold, folding them says what is wrong, and never panics; what was folded
// can be summed up, stored and receipted.
func FuzzEventDecoding(f *testing.F) {
	histories := everyEvent(f)
	for h, events := range histories {
		for i, e := range events {
			f.Add(uint8(h), uint8(i), string(e.Header.Kind), []byte(e.Payload))
			f.Add(uint8(h), uint8(i), string(e.Header.Kind), []byte(`{}`))
			f.Add(uint8(h), uint8(i), string(e.Header.Kind), []byte(`null`))
		}
	}
	for _, step := range workflow.Steps() {
		for h := range histories {
			f.Add(uint8(h), uint8(3), string(step.ID), []byte(`{"to":"TRIAGE","data":{},"closing":{}}`))
		}
	}
	f.Fuzz(func(t *testing.T, h, at uint8, kind string, payload []byte) {
		events := histories[int(h)%len(histories)]
		c := &cases.Case{}
		for _, e := range events[:int(at)%(len(events)+1)] {
			if err := c.Apply(e); err != nil {
				t.Fatal(err)
			}
		}
		version, head := c.Stand()
		foreign := cases.Event{Header: cases.Header{
			Record: events[0].Header.Record, Seq: version + 1, Kind: cases.EventKind(kind), At: begin, Prev: head,
		}, Payload: payload}
		if c.Apply(foreign) != nil {
			return
		}
		if _, err := json.Marshal(c); err != nil {
			return // a year that JSON has no words for, and so no engine keeps
		}
		c.Summary()
		for n := range c.Submissions {
			c.Receipt(n + 1)
		}
		cases.NewBoard().Put(c.Summary())
		c.VisibleTo(notifier)
	})
}

// TestApplyRefuses what does not follow.
func TestApplyRefuses(t *testing.T) {
	events := everyEvent(t)[0]
	for name, change := range map[string]func(*cases.Event){
		"a gap":             func(e *cases.Event) { e.Header.Seq++ },
		"another record":    func(e *cases.Event) { e.Header.Record = cases.NewID(begin) },
		"another history":   func(e *cases.Event) { e.Header.Prev = "0000" },
		"an unknown kind":   func(e *cases.Event) { e.Header.Kind = "case_eaten" },
		"a second first":    func(e *cases.Event) { e.Header.Kind, e.Payload = events[0].Header.Kind, events[0].Payload },
		"a missing payload": func(e *cases.Event) { e.Payload = nil },
		"no JSON":           func(e *cases.Event) { e.Payload = []byte("{") },
		"no such clock":     func(e *cases.Event) { e.Payload = []byte(`{"clocks":{"ended":[{"id":"X-1","status":"MET"}]}}`) },
	} {
		c := &cases.Case{}
		if err := c.Apply(events[0]); err != nil {
			t.Fatal(err)
		}
		bad := events[1]
		change(&bad)
		if c.Apply(bad) == nil {
			t.Errorf("%s was folded", name)
		}
	}
	if (&cases.Case{}).Apply(cases.Event{Header: cases.Header{Record: "x", Seq: 1, Kind: "note"}, Payload: []byte("{}")}) == nil {
		t.Error("a case began with a note")
	}
}

// TestFoldedAsSpelled: a text that is no UTF-8 is folded as its event spells it,
// not as it was given.
func TestFoldedAsSpelled(t *testing.T) {
	o := newOffice(t)
	id := o.triage(nil)
	c := o.take(caseworker, id, workflow.StepNote, cases.StepData{Text: "torn \xff off"})
	if got := c.Notes[0].Text; got != "torn \ufffd off" {
		t.Errorf("%q", got)
	}
	o.sound(id)
}

// TestVerifyTellsEveryBreak in a chain.
func TestVerifyTellsEveryBreak(t *testing.T) {
	for name, change := range map[string]func([]cases.Event) []cases.Event{
		"a payload changed": func(e []cases.Event) []cases.Event { e[1].Payload = []byte("{}"); return e },
		"a payload gone":    func(e []cases.Event) []cases.Event { e[1].Payload = nil; return e },
		"a header changed":  func(e []cases.Event) []cases.Event { e[1].Header.Actor = "other"; return e },
		"an event left out": func(e []cases.Event) []cases.Event { return append(e[:1], e[2:]...) },
		"events turned":     func(e []cases.Event) []cases.Event { e[1], e[2] = e[2], e[1]; return e },
	} {
		events := everyEvent(t)[0]
		record := events[0].Header.Record
		if breaks := cases.Verify(record, events); len(breaks) != 0 {
			t.Fatalf("%v", breaks)
		}
		if breaks := cases.Verify(record, change(events)); len(breaks) == 0 {
			t.Errorf("%s: not noticed", name)
		}
	}
}
