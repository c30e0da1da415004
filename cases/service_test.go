package cases_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/cases/casestest"
	"github.com/vaka-project/vaka/workflow"
)

// TestRefusals: who, from where, with what. Each answer has its kind and names
// what is missing.
func TestRefusals(t *testing.T) {
	o := newOffice(t)
	id := o.triage(nil)
	later, past := o.time().Add(time.Hour), o.time().Add(-time.Hour)
	closing := cases.StepData{Outcome: workflow.OutcomeNoFurtherAction}
	for _, tc := range []struct {
		name  string
		who   cases.Actor
		step  workflow.StepID
		data  cases.StepData
		kind  workflow.Kind
		code  string
		fault string // "path code"
	}{
		{"not the party's", notifier, workflow.StepNote, cases.StepData{Text: "x"}, workflow.Forbidden, "role", ""},
		{"not even from no state", notifier, workflow.StepReceive, cases.StepData{}, workflow.Forbidden, "role", ""},
		{"of another role", registrar, workflow.StepClose, closing, workflow.Forbidden, "role", ""},
		{"of the owner", caseworker2, workflow.StepRequestSupplement, cases.StepData{Questions: []cases.Text{"?"}}, workflow.Forbidden, "actor_is_owner", ""},
		{"from another state", decider, workflow.StepDecide, cases.StepData{ServiceDate: o.today()}, workflow.Conflict, "state", ""},
		{"guarded", caseworker, workflow.StepClose, closing, workflow.Unprocessable, "risk_assessed", ""},
		{"without data", supervisor, workflow.StepSetPriority, cases.StepData{}, workflow.Unprocessable, "needs_priority", "/data/priority required"},
		{"unknown", supervisor, "dance", cases.StepData{}, workflow.Invalid, "unknown_step", "/step unknown_code"},
		{"with too much", supervisor, workflow.StepNote, cases.StepData{Text: "x", Memo: "y"}, workflow.Unprocessable, "step_data", "/data/memo not_used"},
		{"unknown code", supervisor, workflow.StepSetPriority, cases.StepData{Priority: "P0"}, workflow.Unprocessable, "step_data", "/data/priority unknown_code"},
		{"due in the past", caseworker, workflow.StepRequestSupplement, cases.StepData{Questions: []cases.Text{"?"}, DueAt: &past}, workflow.Unprocessable, "step_data", "/data/due_at in_the_past"},
		{"blank question", caseworker, workflow.StepRequestSupplement, cases.StepData{Questions: []cases.Text{"?", " "}}, workflow.Unprocessable, "step_data", "/data/questions/1 required"},
		{"aware to come", caseworker, workflow.StepAssessAwareness, cases.StepData{AwareAt: &later}, workflow.Unprocessable, "step_data", "/data/aware_at in_the_future"},
		{"impossible severity", caseworker, workflow.StepAssessSeverity, cases.StepData{Severity: &workflow.SeverityInput{DPC: 9, EI: 1}}, workflow.Unprocessable, "step_data", "/data/severity/dpc no_such_score"},
		{"nobody", supervisor, workflow.StepAssign, cases.StepData{Assignee: "nobody"}, workflow.Unprocessable, "step_data", "/data/assignee not_a_caseworker"},
		{"somebody gone", supervisor, workflow.StepAssign, cases.StepData{Assignee: "gone"}, workflow.Unprocessable, "step_data", "/data/assignee not_a_caseworker"},
		{"outsider named", supervisor, workflow.StepFlagSecret, cases.StepData{NamedStaff: []string{"supervisor", "dpo", "caseworker"}}, workflow.Unprocessable, "step_data", "/data/named_staff/1 not_staff"},
		{"no supervisor named", supervisor, workflow.StepFlagSecret, cases.StepData{NamedStaff: []string{"caseworker"}}, workflow.Unprocessable, "step_data", "/data/named_staff no_supervisor"},
		{"owner not named", supervisor, workflow.StepFlagSecret, cases.StepData{NamedStaff: []string{"supervisor"}}, workflow.Unprocessable, "step_data", "/data/named_staff caseworker_not_named"},
		{"no such clock", caseworker, workflow.StepExtendClock, cases.StepData{Clock: "X-1", DueAt: &later}, workflow.Unprocessable, "step_data", "/data/clock no_such_clock"},
		{"closed clock", caseworker, workflow.StepExtendClock, cases.StepData{Clock: "REGISTRATION-1", DueAt: &later}, workflow.Unprocessable, "step_data", "/data/clock clock_closed"},
		{"shorter", caseworker, workflow.StepExtendClock, cases.StepData{Clock: "STALE_TRIAGE-1", DueAt: &later}, workflow.Unprocessable, "step_data", "/data/due_at not_later"},
		{"into itself", supervisor, workflow.StepMerge, cases.StepData{MasterCase: id}, workflow.Unprocessable, "master_open", ""},
		{"into nothing", supervisor, workflow.StepMerge, cases.StepData{MasterCase: "PUI-1999-1"}, workflow.Unprocessable, "master_open", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := o.try(tc.who, id, tc.step, "Reason.", tc.data)
			e := refused(t, err, tc.kind, tc.code)
			if tc.fault != "" {
				path, code, _ := strings.Cut(tc.fault, " ")
				faulted(t, err, path, code)
			}
			if !tc.who.Staff() && (e.State != "" || e.Version != 0 || strings.Contains(e.Message, "TRIAGE")) {
				t.Errorf("tells the party the state: %+v", e)
			}
		})
	}
	if got := o.load(id); got.Version != 3 {
		t.Errorf("a refused step was recorded: version %d", got.Version)
	}
	_, err := o.Take(t.Context(), notifier, id, cases.StepRequest{Step: workflow.StepNote, Version: 1})
	refused(t, err, workflow.Forbidden, "role")
	if _, verdicts, err := o.Steps(t.Context(), notifier, id); err != nil || len(verdicts) != 0 {
		t.Errorf("the party is told of steps: %v %v", verdicts, err)
	}
}

// TestPeopleCannotBeLookedUp: a directory that fails is no reason to say that a
// person does not exist.
func TestPeopleCannotBeLookedUp(t *testing.T) {
	o := newOffice(t)
	id := o.triage(nil)
	s := cases.NewService(cases.Options{
		Store: o.store, People: directory{failing: fmt.Errorf("%w: gone", cases.ErrUnavailable)}, Units: o.units, Law: o.law,
		Policy: cases.Policy{Zone: workflow.Stockholm}, Now: o.time,
	})
	_, err := s.Take(t.Context(), supervisor, id, cases.StepRequest{Step: workflow.StepAssign, Data: cases.StepData{Assignee: "caseworker2"}, Version: 3})
	refused(t, err, workflow.Unavailable, "store_unavailable")
}

// TestDuplicate names another case that the closer sees, by number too.
func TestDuplicate(t *testing.T) {
	o := newOffice(t)
	id, other := o.triage(nil), o.submit(notifier, mild)
	o.take(caseworker, id, workflow.StepAssessRisk, cases.StepData{Risk: cases.RiskToPeopleUnlikely})
	for master, code := range map[string]string{id: "itself", cases.NewID(begin): "no_such_case", "PUI-1-1": "no_such_case"} {
		_, err := o.try(caseworker, id, workflow.StepClose, "Twice.", cases.StepData{Outcome: workflow.OutcomeDuplicate, MasterCase: master})
		faulted(t, err, "/data/master_case", code)
	}
	c := o.take(caseworker, id, workflow.StepClose, cases.StepData{Outcome: workflow.OutcomeDuplicate, MasterCase: strings.ToLower(other.Number)})
	if c.Master != other.ID {
		t.Errorf("points to %q", c.Master)
	}
}

// TestConflictOfInterest bars a person from every step, from filing, and from
// getting the case.
func TestConflictOfInterest(t *testing.T) {
	o := newOffice(t)
	id := o.triage(nil)
	_, err := o.try(caseworker2, id, workflow.StepDeclareConflict, "Kin.", cases.StepData{Account: "caseworker"})
	refused(t, err, workflow.Forbidden, string(workflow.GuardOwnAccount))
	if c := o.take(caseworker, id, workflow.StepDeclareConflict, cases.StepData{Account: "caseworker"}); c.Assignee != "" || !c.IsBarred("caseworker") {
		t.Fatalf("%q %+v", c.Assignee, c.Barred)
	}
	_, err = o.try(caseworker, id, workflow.StepNote, "", cases.StepData{Text: "Still here."})
	refused(t, err, workflow.Forbidden, "conflict_of_interest")
	_, err = o.try(supervisor, id, workflow.StepAssign, "", cases.StepData{Assignee: "caseworker"})
	faulted(t, err, "/data/assignee", "conflict_of_interest")
	o.take(supervisor, id, workflow.StepDeclareConflict, cases.StepData{Account: "registrar"})
	_, err = o.follow(registrar, id, cases.SubmissionSupplement, map[string]any{"description": "x"})
	refused(t, err, workflow.Forbidden, "conflict_of_interest")
	o.take(supervisor, id, workflow.StepLiftConflict, cases.StepData{Account: "caseworker"})
	o.take(supervisor, id, workflow.StepAssign, cases.StepData{Assignee: "caseworker"})
	o.sound(id)
}

// TestSecrecy: a secret case is there for its named staff and its party only, and
// for anybody else it is not there at all.
func TestSecrecy(t *testing.T) {
	o := newOffice(t)
	id := o.triage(nil)
	o.take(supervisor, id, workflow.StepFlagSecret, cases.StepData{NamedStaff: []string{"supervisor", "caseworker"}})
	for _, who := range everybody {
		_, err := o.Case(t.Context(), who, id)
		sees := who.Account == "supervisor" || who.Account == "caseworker" || who.Account == "dpo"
		if (err == nil) != sees {
			t.Errorf("%s: %v", who.Account, err)
		}
		if sees {
			continue
		}
		_, err = o.Take(t.Context(), who, id, cases.StepRequest{Step: workflow.StepNote})
		refused(t, err, workflow.NotFound, "not_found")
		_, _, err = o.Steps(t.Context(), who, "PUI-2026-1")
		refused(t, err, workflow.NotFound, "not_found")
		_, err = o.History(t.Context(), who, id)
		refused(t, err, workflow.NotFound, "not_found")
		_, err = o.follow(who, id, cases.SubmissionSupplement, map[string]any{"description": "x"})
		refused(t, err, workflow.NotFound, "not_found")
	}
	_, err := o.History(t.Context(), notifier, id)
	refused(t, err, workflow.NotFound, "not_found")
	_, err = o.try(supervisor, id, workflow.StepAssign, "", cases.StepData{Assignee: "caseworker2"})
	faulted(t, err, "/data/assignee", "not_named")
	o.take(supervisor, id, workflow.StepUnflagSecret, cases.StepData{})
	if _, err := o.Case(t.Context(), lawyer, id); err != nil {
		t.Error(err)
	}
}

// TestMandates: with a recorded mandate everybody who acts for the unit sees the
// case, and without one only who filed it.
func TestMandates(t *testing.T) {
	o := newOffice(t)
	org, err := o.units.Create(t.Context(), admin, cases.Organisation{
		Name: "Hjortvikens kommun", IDNumber: "212000-9994", LegalForm: cases.FormMunicipality, Units: []cases.Unit{{Board: "Barn- och utbildningsnämnden", Sector: "SCHOOL"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	unit := org.Units[0].ID
	mandated, other := notifier, colleague
	mandated.Units, other.Units = []string{unit}, []string{unit}
	n := notification(t, nil)
	n.Controller.UnitID = unit
	for _, tc := range []struct {
		filer    cases.Actor
		verified bool
	}{{mandated, true}, {notifier, false}, {registrar, true}} {
		c, err := o.Submit(t.Context(), tc.filer, n, nil, cases.Command{})
		if err != nil {
			t.Fatal(err)
		}
		if c.MandateVerified != tc.verified || c.VisibleTo(other) != tc.verified || c.VisibleTo(colleague) || c.Party.Unit != unit || !c.Party.RepresentsPublic {
			t.Errorf("%s: %+v verified %v", tc.filer.Account, c.Party, c.MandateVerified)
		}
		o.sound(c.ID)
		_, err = o.follow(other, c.ID, cases.SubmissionSupplement, map[string]any{"description": "More."})
		if (err == nil) != tc.verified {
			t.Errorf("%s: %v", tc.filer.Account, err)
		}
	}
	n.Controller.UnitID = cases.NewID(begin)
	_, err = o.Submit(t.Context(), mandated, n, nil, cases.Command{})
	faulted(t, err, "/controller/unit_id", "unknown_unit")
	_, err = o.units.Create(t.Context(), admin, cases.Organisation{Name: "HJORTVIKENS  Kommun", IDNumber: "2120009994"})
	refused(t, err, workflow.Conflict, "organisation_exists")
	_, err = o.units.Create(t.Context(), supervisor, cases.Organisation{Name: "X"})
	refused(t, err, workflow.Forbidden, "role")
}

// TestFilingByHand: only registrars enter what came by another way, and what came
// by post is judged by its dispatch.
func TestFilingByHand(t *testing.T) {
	o := newOffice(t)
	o.set(begin.AddDate(0, 0, 5))
	sent := begin.Add(123456 * time.Nanosecond).In(workflow.Stockholm)
	n := notification(t, nil)
	n.Channel, n.DispatchedAt, n.RegistrarNote = cases.ChannelPost, &sent, "By post."
	_, err := o.Submit(t.Context(), notifier, n, nil, cases.Command{})
	faulted(t, err, "/submission_channel", "registrars_only")
	c, err := o.Submit(t.Context(), registrar, n, nil, cases.Command{})
	if err != nil || c.Late() || !c.Judgement().EffectiveAt.Equal(sent.Truncate(time.Millisecond)) {
		t.Fatalf("%v %+v", err, c)
	}
	o.sound(c.ID)
	if late := o.submit(notifier, nil); !late.Late() || !late.Receipt(1).Late {
		t.Error("five days later is late")
	}
	future := o.time().Add(time.Hour)
	n.DispatchedAt = &future
	_, err = o.Submit(t.Context(), registrar, n, nil, cases.Command{})
	faulted(t, err, "/dispatched_at", "in_the_future")

	// What came by e-mail is judged by its arrival, not by when it was entered.
	n.Channel, n.DispatchedAt, n.ArrivedAt = cases.ChannelEmail, nil, &sent
	if c, err = o.Submit(t.Context(), registrar, n, nil, cases.Command{}); err != nil || c.Late() || !c.Submissions[0].ReceivedAt.Equal(o.time()) {
		t.Fatalf("%v %+v", err, c)
	}
	o.sound(c.ID)
	_, err = o.Submit(t.Context(), notifier, n, nil, cases.Command{})
	faulted(t, err, "/submission_channel", "registrars_only")
	n.ArrivedAt = &future
	_, err = o.Submit(t.Context(), registrar, n, nil, cases.Command{})
	faulted(t, err, "/arrived_at", "in_the_future")
	n.Channel, n.DispatchedAt, n.ArrivedAt = cases.ChannelPost, new(sent.Add(time.Hour)), &sent
	_, err = o.Submit(t.Context(), registrar, n, nil, cases.Command{})
	faulted(t, err, "/arrived_at", "before_dispatch")
	n.Channel, n.DispatchedAt = cases.ChannelAPI, nil
	_, err = o.Submit(t.Context(), registrar, n, nil, cases.Command{})
	faulted(t, err, "/arrived_at", "by_hand_only")
}

func key(account, key, body string) cases.Command {
	return cases.KeyedCommand(account, "POST", key, []byte(body))
}

// TestRepeatedSubmission: the same key and body get the first answer for ever, and
// another body a conflict.
func TestRepeatedSubmission(t *testing.T) {
	o := newOffice(t)
	n := notification(t, mild)
	send := func(cmd cases.Command) (*cases.Case, error) { return o.Submit(t.Context(), notifier, n, nil, cmd) }
	first, err := send(key("dpo", "k", "body"))
	if err != nil {
		t.Fatal(err)
	}
	o.take(registrar, first.ID, workflow.StepRegister, cases.StepData{})
	o.wait(time.Hour)
	again, err := send(key("dpo", "k", "body"))
	if diff := cmp.Diff(asJSON(t, first), asJSON(t, again)); err != nil || diff != "" {
		t.Fatalf("%v %s", err, diff)
	}
	_, err = send(key("dpo", "k", "other"))
	refused(t, err, workflow.Conflict, "idempotency_key_reused")
	if other, err := send(key("dpo2", "k", "body")); err != nil || other.ID == first.ID {
		t.Errorf("the key of another account: %v", err)
	}
	unbodied := cases.Command{ID: "told"}
	for range 2 {
		if c, err := send(unbodied); err != nil || c == nil {
			t.Fatalf("%v %v", c, err)
		}
	}
	if o.Board().Len() != 3 {
		t.Errorf("%d cases", o.Board().Len())
	}
}

// TestRepeatedAtOnce: a request sent 32 times at once becomes one case.
func TestRepeatedAtOnce(t *testing.T) {
	o := newOffice(t)
	n := notification(t, mild)
	answers := make([]*cases.Case, 32)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() {
			c, err := o.Submit(t.Context(), notifier, n, nil, key("dpo", "k", "body"))
			if err != nil {
				t.Error(err)
			}
			answers[i] = c
		})
	}
	all.Wait()
	for _, c := range answers {
		if c == nil || c.ID != answers[0].ID || c.Number != answers[0].Number || c.Submissions[0].Digest != answers[0].Submissions[0].Digest {
			t.Fatalf("%+v", c)
		}
	}
	if o.Board().Len() != 1 {
		t.Errorf("%d cases", o.Board().Len())
	}
}

// TestRepeatedStep gives the first answer again, also when it is sent twice at
// once and the case went on since.
func TestRepeatedStep(t *testing.T) {
	o := newOffice(t)
	id := o.triage(nil)
	r := cases.StepRequest{
		Step: workflow.StepRequestSupplement, Data: cases.StepData{Questions: []cases.Text{"?"}}, Version: 3, Command: key("caseworker", "s", "b"),
	}
	answers := make([]*cases.Case, 8)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() {
			c, err := o.Take(t.Context(), caseworker, id, r)
			if err != nil {
				t.Error(err)
				return
			}
			answers[i] = c
		})
	}
	all.Wait()
	if _, err := o.follow(notifier, id, cases.SubmissionSupplement, map[string]any{"description": "More."}); err != nil {
		t.Fatal(err)
	}
	last, err := o.Take(t.Context(), caseworker, id, r)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range append(answers, last) {
		if c == nil || c.Version != 4 || c.State != workflow.StateAwaitingSupplement {
			t.Fatalf("%+v", c)
		}
	}
	r.Command.Body = "other"
	_, err = o.Take(t.Context(), caseworker, id, r)
	refused(t, err, workflow.Conflict, "idempotency_key_reused")
}

// TestRaces: of many who decide on the same version one wins, and the others learn
// of the new state; additions all get in.
func TestRaces(t *testing.T) {
	o := newOffice(t)
	id := o.triage(nil)
	var all sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for i := range 16 {
		all.Go(func() {
			_, err := o.Take(t.Context(), supervisor, id, cases.StepRequest{
				Step: workflow.StepSetPriority, Reason: "R.", Data: cases.StepData{Priority: workflow.P2}, Version: 3,
			})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			} else if e := refused(t, err, workflow.Stale, "changed_meanwhile"); e.State != workflow.StateTriage || e.Version < 4 {
				t.Errorf("%+v", e)
			}
		})
		all.Go(func() {
			if _, err := o.follow(notifier, id, cases.SubmissionSupplement, map[string]any{"description": fmt.Sprint("More ", i)}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if c := o.load(id); won > 1 || len(c.Submissions) != 17 {
		t.Fatalf("%d won, %d submissions", won, len(c.Submissions))
	}
	o.sound(id)
}

// TestNumbers: two instances on one store never give a number twice, each year has
// its series by the authority's calendar, and a number that is taken is passed over.
func TestNumbers(t *testing.T) {
	store := openStore(t)
	a, b := officeOn(t, store, cases.Policy{}), officeOn(t, store, cases.Policy{})
	var mu sync.Mutex
	seen := map[string]bool{}
	var all sync.WaitGroup
	for _, o := range []*office{a, b} {
		n := notification(t, mild)
		for range 4 {
			all.Go(func() {
				for range 5 {
					c, err := o.Submit(t.Context(), notifier, n, nil, cases.Command{})
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					if seen[c.Number] {
						t.Errorf("%s is given twice", c.Number)
					}
					seen[c.Number] = true
					mu.Unlock()
				}
			})
		}
	}
	all.Wait()
	eve := time.Date(2026, 12, 31, 22, 59, 59, 0, time.UTC) // a second before midnight in Stockholm
	for at, want := range map[time.Time]string{eve: "PUI-2026-", eve.Add(time.Second): "PUI-2027-1"} {
		a.set(at)
		if c := a.submit(notifier, mild); !strings.HasPrefix(c.Number, want) {
			t.Errorf("at %s: %s", at, c.Number)
		}
	}
	// The instance that comes later supervises under a number of its own too.
	one, two := a.triage(nil), b.triage(nil)
	open := cases.StepData{Scope: "x", LegalBasis: []string{"y"}, OSSRole: cases.OSSPublic}
	a.set(begin)
	x, y := a.take(supervisor, one, workflow.StepOpenInvestigation, open), b.take(supervisor, two, workflow.StepOpenInvestigation, open)
	if x.SupervisionNumber != "TS-2026-1" || y.SupervisionNumber != "TS-2026-2" {
		t.Errorf("%s %s", x.SupervisionNumber, y.SupervisionNumber)
	}
	b.sound(two)
	if c, err := b.Case(t.Context(), lawyer, "ts-2026-2"); err != nil || c.ID != two {
		t.Errorf("by its supervision number: %v", err)
	}
	fresh := officeOn(t, store, cases.Policy{})
	if err := fresh.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c := fresh.submit(notifier, mild); seen[c.Number] {
		t.Errorf("%s is given again", c.Number)
	}
	if fresh.Board().Len() != len(seen)+5 {
		t.Errorf("%d on the board, want %d", fresh.Board().Len(), len(seen)+5)
	}
}

// TestNumberTakenMeanwhile: a person's decision is not carried over to a case that
// changed while the number was looked for.
func TestNumberTakenMeanwhile(t *testing.T) {
	store := casestest.NewFaulty(openStore(t))
	o := officeOn(t, store, cases.Policy{})
	id := o.triage(nil)
	store.Inject(casestest.Fault{Op: casestest.Append, Times: 1, Err: cases.ErrNumberTaken, Match: func(_ cases.Collection, record string) bool {
		if record == id { // somebody else is faster just then
			if _, err := officeOn(t, store.Store, cases.Policy{}).follow(notifier, id, cases.SubmissionWithdrawal, nil); err != nil {
				t.Error(err)
			}
		}
		return record == id
	}})
	open := cases.StepData{Scope: "x", LegalBasis: []string{"y"}, OSSRole: cases.OSSPublic}
	_, err := o.try(supervisor, id, workflow.StepOpenInvestigation, "R.", open)
	refused(t, err, workflow.Stale, "changed_meanwhile")
	if c := o.load(id); c.State != workflow.StateTriage || c.Version != 4 {
		t.Fatalf("%s at version %d", c.State, c.Version)
	}
	if c := o.take(supervisor, id, workflow.StepOpenInvestigation, open); c.SupervisionNumber != "TS-2026-2" {
		t.Errorf("%s", c.SupervisionNumber)
	}
}

// TestLostAnswer: a write whose answer was lost is known again by its command.
func TestLostAnswer(t *testing.T) {
	for _, mode := range []casestest.Mode{casestest.NotWritten, casestest.Unacknowledged, casestest.WithoutPictures} {
		store := casestest.NewFaulty(openStore(t))
		o := officeOn(t, store, cases.Policy{})
		store.Inject(casestest.Fault{Op: casestest.Append, Mode: mode, Times: 1})
		n := notification(t, mild)
		c, err := o.Submit(t.Context(), notifier, n, nil, key("dpo", "k", "b"))
		if mode == casestest.NotWritten {
			refused(t, err, workflow.Unavailable, "store_unavailable")
			if c, err = o.Submit(t.Context(), notifier, n, nil, key("dpo", "k", "b")); err != nil {
				t.Fatal(err)
			}
		} else if err != nil {
			t.Fatal(err)
		}
		o.sound(c.ID)
		if o.Board().Len() != 1 {
			t.Errorf("%d cases", o.Board().Len())
		}
	}
}

// TestStoreCannotBeRead answers everybody that it can be tried again.
func TestStoreCannotBeRead(t *testing.T) {
	store := casestest.NewFaulty(openStore(t))
	o := officeOn(t, store, cases.Policy{})
	id := o.triage(nil)
	for _, op := range []casestest.Op{casestest.Get, casestest.Events} {
		remove := store.Inject(casestest.Fault{Op: op})
		_, err := o.Case(t.Context(), lawyer, id)
		refused(t, err, workflow.Unavailable, "store_unavailable")
		_, err = o.Case(t.Context(), lawyer, "PUI-2026-1")
		refused(t, err, workflow.Unavailable, "store_unavailable")
		_, err = o.Submit(t.Context(), notifier, notification(t, nil), nil, key("dpo", "k", "b"))
		refused(t, err, workflow.Unavailable, "store_unavailable")
		remove()
	}
	remove := store.Inject(casestest.Fault{Op: casestest.Scan})
	if err := o.Start(t.Context()); !errors.Is(err, cases.ErrUnavailable) {
		t.Errorf("started: %v", err)
	}
	remove()
}
