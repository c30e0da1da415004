package cases_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/cases/casestest"
	"github.com/vaka-project/vaka/workflow"
)

// TestCorrectedParty: a correction names the party anew, whole, and shows the case
// to nobody without a recorded mandate for the unit that a registrar states.
func TestCorrectedParty(t *testing.T) {
	o := newOffice(t)
	org, err := o.units.Create(t.Context(), admin, cases.Organisation{
		Name: "Hjortvikens kommun", IDNumber: "212000-9994", LegalForm: cases.FormMunicipality, Units: []cases.Unit{{Board: "Socialnämnden"}, {Board: "Skolnämnden"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	first, second := org.Units[0].ID, org.Units[1].ID
	one, two := actor("one", workflow.RoleNotifier), actor("two", workflow.RoleNotifier)
	one.Units, two.Units = []string{first}, []string{second}
	n := notification(t, nil)
	n.Controller.UnitID = first
	c, err := o.Submit(t.Context(), one, n, nil, cases.Command{})
	if err != nil {
		t.Fatal(err)
	}
	mate := one
	mate.Account = "one's mate"
	for i, tc := range []struct {
		by        cases.Actor
		to        cases.PartyCorrection
		ones, two bool
		public    bool
	}{
		{supervisor, cases.PartyCorrection{Unit: first}, true, false, true}, // the same unit stays as it was
		{supervisor, cases.PartyCorrection{Unit: second}, false, false, true},
		{registrar, cases.PartyCorrection{Unit: first}, true, false, true},
		{registrar, cases.PartyCorrection{Name: "Bolaget AB", LegalForm: cases.FormCompany}, false, false, false},
		{registrar, cases.PartyCorrection{Unit: second, Role: cases.PartyProcessor}, false, true, true},
		{supervisor, cases.PartyCorrection{Name: "Bolaget AB"}, false, false, false},
	} {
		c = o.take(tc.by, c.ID, workflow.StepCorrectParty, cases.StepData{Party: &tc.to})
		if !c.VisibleTo(one) || c.VisibleTo(mate) != tc.ones || c.VisibleTo(two) != tc.two {
			t.Errorf("%d: one's mate %v, two %v", i, c.VisibleTo(mate), c.VisibleTo(two))
		}
		if c.Party.Unit != tc.to.Unit || c.Party.RepresentsPublic != tc.public || c.Party.Name == "" {
			t.Errorf("%d: %+v", i, c.Party)
		}
		o.sound(c.ID)
	}
	if c.Party.Role != cases.PartyProcessor || len(c.Submissions) != 1 || c.Submissions[0].Notification.Controller.UnitID != first {
		t.Errorf("%+v", c.Party)
	}
	_, err = o.try(registrar, c.ID, workflow.StepCorrectParty, "R.", cases.StepData{Party: &cases.PartyCorrection{Unit: cases.NewID(begin)}})
	faulted(t, err, "/data/party/unit", "unknown_unit")
	_, err = o.try(registrar, c.ID, workflow.StepCorrectParty, "R.", cases.StepData{Party: &cases.PartyCorrection{Name: " ", Board: "Nämnden"}})
	faulted(t, err, "/data/party/name", "required")
	_, err = o.try(registrar, c.ID, workflow.StepCorrectParty, "R.", cases.StepData{Party: &cases.PartyCorrection{Name: "X", LegalForm: "CLUB"}})
	faulted(t, err, "/data/party/legal_form", "unknown_code")
	_, err = o.try(caseworker, c.ID, workflow.StepCorrectParty, "R.", cases.StepData{Party: &cases.PartyCorrection{Name: "X"}})
	refused(t, err, workflow.Forbidden, "role")
}

// TestCorrectedPartyMovesTheAppealPeriod: for a party that represents the public it
// runs from the decision, not from its service (FL § 44).
func TestCorrectedPartyMovesTheAppealPeriod(t *testing.T) {
	o := newOffice(t)
	id := o.drafting(draft(workflow.OutcomeReprimand))
	town, company := &cases.PartyCorrection{Name: "A town", LegalForm: cases.FormMunicipality}, &cases.PartyCorrection{Name: "A company", LegalForm: cases.FormCompany}
	o.take(registrar, id, workflow.StepCorrectParty, cases.StepData{Party: company})
	served := cases.Date(begin.AddDate(0, 0, 14).Format(time.DateOnly))
	before := o.take(decider, id, workflow.StepDecide, cases.StepData{HearingSkipReason: "Urgent.", ServiceDate: served})
	after := o.take(registrar, id, workflow.StepCorrectParty, cases.StepData{Party: town})
	k := clock(t, after, "APPEAL-1")
	if want := before.Decision.AppealEndsAt.AddDate(0, 0, -14); !after.Decision.AppealEndsAt.Equal(want) || !k.DueAt.Equal(want) || k.MovedBecause == "" {
		t.Fatalf("%s, want %s; %+v", after.Decision.AppealEndsAt, want, k)
	}
	if after.Decision.ServedOn != served || after.State != workflow.StateDecided {
		t.Fatalf("%+v", after.Decision)
	}
	o.sound(id)
}

// TestOtherControllerIsWarnedOf once, and not when it is what the case was corrected to.
func TestOtherControllerIsWarnedOf(t *testing.T) {
	o := newOffice(t)
	id := o.triage(nil)
	was := o.load(id).Party
	named := func(name string) map[string]any {
		return map[string]any{"controller": map[string]any{"name": name, "contact": map[string]any{"email": "a@b.example"}}}
	}
	for i, tc := range []struct {
		says map[string]any
		want bool
	}{{named("Bolaget AB"), true}, {map[string]any{"description": "More."}, false}, {named("Firman AB"), true}} {
		c, err := o.follow(notifier, id, cases.SubmissionChange, tc.says)
		if err != nil {
			t.Fatal(err)
		}
		warned := false
		for _, w := range c.Latest().Warnings {
			warned = warned || w.Code == "controller_changed" && w.Path == "/controller"
		}
		if warned != tc.want || cmp.Diff(was, c.Party) != "" {
			t.Errorf("%d: warned %v of %+v", i, warned, c.Party)
		}
	}
	o.take(registrar, id, workflow.StepCorrectParty, cases.StepData{Party: &cases.PartyCorrection{
		Name: "Bolaget  AB", Board: was.Board, IDNumber: was.IDNumber,
	}})
	c, err := o.follow(notifier, id, cases.SubmissionChange, named("Bolaget AB"))
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range c.Latest().Warnings {
		if w.Code == "controller_changed" {
			t.Errorf("the party that the case has is warned of")
		}
	}
	o.sound(id)
}

// TestRegisterNumberIsOfOneCase: whatever way it is written, until the case that has
// it gets another.
func TestRegisterNumberIsOfOneCase(t *testing.T) {
	o := newOffice(t)
	a, b := o.submit(notifier, mild).ID, o.submit(notifier, mild).ID
	number := func(n string) cases.StepData { return cases.StepData{DiaryNumber: n} }
	o.take(registrar, a, workflow.StepRegister, number("DI-2026-1"))
	version := o.load(b).Version
	_, err := o.try(registrar, b, workflow.StepRegister, "", number(" di-2026-1 "))
	faulted(t, err, "/data/diary_number", "diary_number_taken")
	if got := o.load(b).Version; got != version {
		t.Fatalf("a refused number was recorded as version %d", got)
	}
	o.take(registrar, a, workflow.StepSetDiaryNumber, number("DI-2026-1"))
	o.take(registrar, a, workflow.StepSetDiaryNumber, number("DI-2026-2"))
	o.take(registrar, b, workflow.StepRegister, number("DI-2026-1"))
	_, err = o.try(registrar, a, workflow.StepSetDiaryNumber, "", number("DI-2026-1"))
	faulted(t, err, "/data/diary_number", "diary_number_taken")
	if x, y := o.load(a).DiaryNumber, o.load(b).DiaryNumber; x != "DI-2026-2" || y != "DI-2026-1" {
		t.Errorf("%s %s", x, y)
	}
	o.sound(a)
	o.sound(b)
}

// TestRegisterNumberTakenMeanwhile: another case is faster between the look and the
// write; whoever was slower is told, and does not try for ever.
func TestRegisterNumberTakenMeanwhile(t *testing.T) {
	store := casestest.NewFaulty(openStore(t))
	o := officeOn(t, store, cases.Policy{})
	a, b := o.submit(notifier, mild).ID, o.submit(notifier, mild).ID
	store.Inject(casestest.Fault{Op: casestest.Append, Times: 1, Err: cases.ErrNumberTaken, Match: func(_ cases.Collection, record string) bool {
		if record == a {
			officeOn(t, store.Store, cases.Policy{}).take(registrar, b, workflow.StepRegister, cases.StepData{DiaryNumber: "DI-1"})
		}
		return record == a
	}})
	_, err := o.try(registrar, a, workflow.StepRegister, "", cases.StepData{DiaryNumber: "DI-1"})
	faulted(t, err, "/data/diary_number", "diary_number_taken")
	if c := o.load(a); c.State != workflow.StateReceived || c.DiaryNumber != "" {
		t.Errorf("%s %q", c.State, c.DiaryNumber)
	}
	o.take(registrar, a, workflow.StepRegister, cases.StepData{DiaryNumber: "DI-2"})
	o.sound(a)
}
