package cases_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/cases/casestest"
	"github.com/vaka-project/vaka/workflow"
)

// roster is a directory whose people leave, come back and are barred.
type roster map[string]cases.Person

func (r roster) Person(_ context.Context, account string) (cases.Person, error) {
	if p, ok := r[account]; ok {
		return p, nil
	}
	return cases.Person{}, cases.ErrNotFound
}

// everyone is a roster of the office's people, all of them at work.
func everyone() roster {
	r := roster{}
	for _, a := range everybody {
		r[a.Account] = cases.Person{Account: a.Account, Roles: a.Roles, Active: true}
	}
	return r
}

// leaves deactivates somebody; "" hands their cases to nobody.
func (r roster) leaves(account, successor string) {
	p := r[account]
	p.Active, p.Handover = false, nil
	if successor != "" {
		p.Handover = &cases.Handover{Successor: successor, Reason: "Has left.", By: "admin"}
	}
	r[account] = p
}

// served is a service on the office's store that knows these people.
func (o *office) served(r roster, store cases.Store) *cases.Service {
	o.t.Helper()
	s := cases.NewService(cases.Options{
		Store: store, People: r, Units: o.units, Law: o.law, Now: o.time,
		Policy: cases.Policy{CasePrefix: "PUI", SupervisionPrefix: "TS", Zone: workflow.Stockholm},
	})
	if err := s.Start(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
	return s
}

// lastEvent is the newest event of a case, as a hand-over.
func (o *office) handedOver(id string) (cases.Header, cases.HandedOver) {
	o.t.Helper()
	events, err := o.store.Events(o.t.Context(), id, 1)
	if err != nil {
		o.t.Fatal(err)
	}
	last := events[len(events)-1]
	var p cases.HandedOver
	if last.Header.Kind != cases.EventHandedOver {
		o.t.Fatalf("the last event is %s", last.Header.Kind)
	}
	if err := last.Read(&p); err != nil {
		o.t.Fatal(err)
	}
	return last.Header, p
}

// Whoever leaves hands each open case over by an event of its own; a secret one names
// the successor; what the successor may not have goes to the queue; what has ended stays.
func TestHandOver(t *testing.T) {
	o := newOffice(t)
	plain, secret, barred, ended := o.triage(nil), o.triage(nil), o.triage(nil), o.triage(nil)
	o.take(supervisor, secret, workflow.StepFlagSecret, cases.StepData{NamedStaff: []string{"supervisor", "caseworker"}})
	o.take(supervisor, barred, workflow.StepDeclareConflict, cases.StepData{Account: "caseworker2"})
	o.take(caseworker, ended, workflow.StepAssessRisk, cases.StepData{Risk: cases.RiskToPeopleUnlikely})
	o.take(supervisor, ended, workflow.StepClose, cases.StepData{Outcome: workflow.OutcomeNoFurtherAction})
	people := everyone()
	s := o.served(people, o.store)
	if got := s.Holdings("caseworker"); got != (cases.Holdings{Open: 3, Secret: 1}) {
		t.Errorf("holds %+v", got)
	}
	if swept, err := s.Sweep(t.Context()); err != nil || swept.Acted != 0 {
		t.Errorf("somebody at work is swept: %+v, %v", swept, err)
	}
	people.leaves("caseworker", "caseworker2")
	swept, err := s.HandOver(t.Context(), "caseworker")
	if err != nil || swept.Acted != 3 {
		t.Fatalf("%+v, %v", swept, err)
	}
	for id, want := range map[string]cases.HandedOver{
		plain:  {From: "caseworker", To: "caseworker2", Reason: "Has left.", OrderedBy: "admin"},
		secret: {From: "caseworker", To: "caseworker2", Named: true, Reason: "Has left.", OrderedBy: "admin"},
		barred: {From: "caseworker", Reason: "Has left.", OrderedBy: "admin"},
	} {
		h, got := o.handedOver(id)
		if got != want || h.Actor != "system:handover" {
			t.Errorf("%+v by %s, want %+v", got, h.Actor, want)
		}
	}
	if _, err := s.Case(t.Context(), caseworker2, secret); err != nil {
		t.Errorf("the successor does not see the secret case: %v", err)
	}
	if c := o.load(ended); c.Assignee != "caseworker" {
		t.Errorf("the ended case went to %q", c.Assignee)
	}
	if again, err := s.Sweep(t.Context()); err != nil || again.Acted != 0 {
		t.Errorf("handed over twice: %+v, %v", again, err)
	}
	// The successor leaves too, for nobody.
	people.leaves("caseworker2", "")
	if swept, err := s.Sweep(t.Context()); err != nil || swept.Acted != 2 {
		t.Errorf("%+v, %v", swept, err)
	}
	if c := o.load(plain); c.Assignee != "" || c.State != workflow.StateTriage {
		t.Errorf("held by %q in %s", c.Assignee, c.State)
	}
}

// A hand-over that is cut off anywhere is carried to its end by the next sweeps,
// also by those of a program that starts anew.
func TestHandOverCutOff(t *testing.T) {
	for _, mode := range []casestest.Mode{casestest.NotWritten, casestest.Unacknowledged, casestest.WithoutPictures} {
		for cut := range 4 {
			o := newOffice(t)
			var ids []string
			for range 4 {
				ids = append(ids, o.triage(nil))
			}
			people, faulty := everyone(), casestest.NewFaulty(o.store)
			s := o.served(people, faulty)
			people.leaves("caseworker", "caseworker2")
			n := 0
			remove := faulty.Inject(casestest.Fault{Op: casestest.Append, Mode: mode, Match: func(_ cases.Collection, id string) bool {
				n++
				return n > cut
			}})
			swept, err := s.HandOver(t.Context(), "caseworker")
			if mode == casestest.NotWritten && (err == nil || swept.Failed == 0) {
				t.Fatalf("cut at %d: %+v, %v", cut, swept, err)
			}
			remove()
			fresh := o.served(people, o.store) // the program starts anew
			for range 2 {
				if _, err := fresh.Sweep(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			for _, id := range ids {
				if c := o.load(id); c.Assignee != "caseworker2" {
					t.Errorf("mode %d, cut at %d: held by %q", mode, cut, c.Assignee)
				}
				times := 0
				events, err := o.store.Events(t.Context(), id, 1)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range events {
					if e.Header.Kind == cases.EventHandedOver {
						times++
					}
				}
				if times != 1 {
					t.Errorf("mode %d, cut at %d: handed over %d times", mode, cut, times)
				}
			}
		}
	}
}

// Whoever leaves and whoever follows, after the sweep no open case is left with
// somebody who cannot work on it.
func TestNoCaseIsLeftBehind(t *testing.T) {
	o := newOffice(t)
	holders := []string{"caseworker", "caseworker2", "supervisor", "supervisor2"}
	var ids []string
	for range 6 {
		ids = append(ids, o.triage(nil))
	}
	rapid.Check(t, func(t *rapid.T) {
		people := everyone()
		s := o.served(people, o.store)
		for _, id := range ids {
			c := o.load(id)
			to := rapid.SampledFrom(holders).Draw(t, "holder")
			if _, err := s.Take(context.Background(), supervisor, id, cases.StepRequest{Step: workflow.StepAssign, Data: cases.StepData{Assignee: to}, Version: c.Version}); err != nil {
				t.Fatal(err)
			}
		}
		for _, gone := range rapid.SliceOfDistinct(rapid.SampledFrom(holders), func(s string) string { return s }).Draw(t, "gone") {
			people.leaves(gone, rapid.SampledFrom(append([]string{"", "registrar", "nobody"}, holders...)).Draw(t, "successor"))
		}
		if _, err := s.Sweep(context.Background()); err != nil {
			t.Fatal(err)
		}
		for _, id := range ids {
			c := o.load(id)
			if p := people[c.Assignee]; c.Assignee != "" && (!p.Active || !slices.Contains(holders, c.Assignee)) {
				t.Fatalf("case %s is left with %q", id, c.Assignee)
			}
			if sum, _ := s.Board().Get(id); sum.Assignee != c.Assignee {
				t.Fatalf("the board shows %q, the case is with %q", sum.Assignee, c.Assignee)
			}
		}
	})
}

// A deputy takes the steps of whoever is away, and the event says so; nobody else
// may, nor a deputy who is barred or may not see the case.
func TestDeputyTakesSteps(t *testing.T) {
	o := newOffice(t)
	id := o.triage(nil)
	deputy := caseworker2
	deputy.Deputises = []string{"caseworker"}
	asked := cases.StepData{Questions: []cases.Text{"What happened?"}}
	_, err := o.try(caseworker2, id, workflow.StepRequestSupplement, "", asked)
	refused(t, err, workflow.Forbidden, "actor_is_owner")
	if _, err := o.try(deputy, id, workflow.StepRequestSupplement, "", asked); err != nil {
		t.Fatal(err)
	}
	if got := o.deputyFor(id); got != "caseworker" {
		t.Errorf("taken as deputy for %q", got)
	}
	if _, err := o.try(deputy, id, workflow.StepNote, "", cases.StepData{Text: "Anybody may."}); err != nil {
		t.Fatal(err)
	}
	if got := o.deputyFor(id); got != "" {
		t.Errorf("a note, which anybody may write, was taken as deputy for %q", got)
	}
	barred := o.triage(nil)
	o.take(supervisor, barred, workflow.StepDeclareConflict, cases.StepData{Account: "caseworker2"})
	_, err = o.try(deputy, barred, workflow.StepRequestSupplement, "", asked)
	refused(t, err, workflow.Forbidden, "conflict_of_interest")
	secret := o.triage(nil)
	o.take(supervisor, secret, workflow.StepFlagSecret, cases.StepData{NamedStaff: []string{"supervisor", "caseworker"}})
	_, err = o.Case(t.Context(), deputy, secret)
	refused(t, err, workflow.NotFound, "not_found")
}

// deputyFor is in whose place the last step of a case was taken.
func (o *office) deputyFor(id string) string {
	o.t.Helper()
	events, err := o.store.Events(o.t.Context(), id, 1)
	if err != nil {
		o.t.Fatal(err)
	}
	var p cases.Taken
	if err := events[len(events)-1].Read(&p); err != nil {
		o.t.Fatal(err)
	}
	return p.DeputyFor
}

// A conflict of interest with a unit bars from its cases, those of before and those
// to come, until its end; the assignment refuses, and held cases leave.
func TestBarredFromUnit(t *testing.T) {
	o := newOffice(t)
	org, err := o.units.Create(t.Context(), admin, cases.Organisation{
		Name: "Exempelköpings kommun", IDNumber: "212000-0000", Units: []cases.Unit{{Board: "Socialnämnden"}, {Board: "Skolnämnden"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	until := o.time().AddDate(0, 0, 10)
	whole := cases.PartyBar{ID: "1", Organisation: org.ID, Until: until}
	one := cases.PartyBar{ID: "2", Organisation: org.ID, Unit: org.Units[0].ID, Until: until}
	people := everyone()
	s := o.served(people, o.store)
	for name, c := range map[string]struct {
		bar   cases.PartyBar
		party cases.Party
		want  bool
	}{
		"the unit":                      {one, cases.Party{Unit: org.Units[0].ID}, true},
		"another unit":                  {one, cases.Party{Unit: org.Units[1].ID}, false},
		"any unit of the organisation":  {whole, cases.Party{Unit: org.Units[1].ID}, true},
		"the unit by number and board":  {one, cases.Party{Name: "Kommunen", Board: "socialnämnden", IDNumber: "2120000000"}, true},
		"another by number and board":   {one, cases.Party{Name: "Kommunen", Board: "Skolnämnden", IDNumber: "2120000000"}, false},
		"which board nobody knows":      {one, cases.Party{Name: "exempelköpings  KOMMUN"}, true},
		"the organisation by name":      {whole, cases.Party{Name: "Exempelköpings kommun", Board: "Byggnadsnämnden"}, true},
		"the same name, another number": {whole, cases.Party{Name: "Exempelköpings kommun", IDNumber: "556000-0000"}, false},
		"a company":                     {whole, cases.Party{Name: "Bolaget AB"}, false},
	} {
		if got := s.BarsFrom([]cases.PartyBar{c.bar}, c.party, o.time()); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
		if s.BarsFrom([]cases.PartyBar{c.bar}, c.party, until) {
			t.Errorf("%s: it outlives its end", name)
		}
	}
	id := o.triage(nil)
	o.take(registrar, id, workflow.StepCorrectParty, cases.StepData{Party: &cases.PartyCorrection{Unit: org.Units[0].ID}})
	p := people["caseworker"]
	p.Bars = []cases.PartyBar{one}
	people["caseworker"] = p
	s = o.served(people, o.store) // the board shows the case
	if swept, err := s.Sweep(t.Context()); err != nil || swept.Acted != 1 {
		t.Fatalf("%+v, %v", swept, err)
	}
	if h, got := o.handedOver(id); h.Actor != "system:barred" || got != (cases.HandedOver{From: "caseworker"}) {
		t.Errorf("%s: %+v", h.Actor, got)
	}
	c := o.load(id)
	_, err = s.Take(t.Context(), supervisor, id, cases.StepRequest{Step: workflow.StepAssign, Data: cases.StepData{Assignee: "caseworker"}, Version: c.Version})
	faulted(t, err, "/data/assignee", "conflict_of_interest")
	barred := caseworker
	barred.Bars = p.Bars
	_, err = s.Take(t.Context(), barred, id, cases.StepRequest{Step: workflow.StepNote, Data: cases.StepData{Text: "x"}, Version: c.Version})
	refused(t, err, workflow.Forbidden, "conflict_of_interest")
	o.set(until)
	if _, err = s.Take(t.Context(), barred, id, cases.StepRequest{Step: workflow.StepNote, Data: cases.StepData{Text: "x"}, Version: c.Version}); err != nil {
		t.Errorf("after its end: %v", err)
	}
}

// An organisation and its units change their names and go out of use, with a reason;
// ids stay, so that nothing that names them is lost.
func TestOrganisationChanges(t *testing.T) {
	o := newOffice(t)
	u := o.units
	org, err := u.Create(t.Context(), admin, cases.Organisation{Name: "Exempelköpings kommun", Units: []cases.Unit{{Board: "Socialnämnden"}, {Board: "Skolnämnden"}}})
	if err != nil {
		t.Fatal(err)
	}
	social, school := org.Units[0].ID, org.Units[1].ID
	try := func(kind workflow.Kind, code string, do func() (cases.Organisation, error)) {
		t.Helper()
		_, err := do()
		refused(t, err, kind, code)
	}
	try(workflow.Forbidden, "role", func() (cases.Organisation, error) { return u.Rename(t.Context(), supervisor, org.ID, "X", "r") })
	try(workflow.NotFound, "no_organisation", func() (cases.Organisation, error) { return u.Rename(t.Context(), admin, cases.NewID(begin), "X", "r") })
	try(workflow.Invalid, "organisation", func() (cases.Organisation, error) { return u.Rename(t.Context(), admin, org.ID, " ", "r") })
	try(workflow.Invalid, "organisation", func() (cases.Organisation, error) { return u.Rename(t.Context(), admin, org.ID, "X", " ") })
	try(workflow.Invalid, "organisation", func() (cases.Organisation, error) {
		return u.Rename(t.Context(), admin, org.ID, strings.Repeat("x", 301), "r")
	})
	try(workflow.NotFound, "no_unit", func() (cases.Organisation, error) { return u.RenameUnit(t.Context(), admin, org.ID, "x", "Y", "r") })
	try(workflow.Conflict, "unit_exists", func() (cases.Organisation, error) {
		return u.RenameUnit(t.Context(), admin, org.ID, social, "skolnämnden", "r")
	})
	try(workflow.Conflict, "unit_is_so", func() (cases.Organisation, error) { return u.Retire(t.Context(), admin, org.ID, social, false, "r") })
	if got, err := u.Rename(t.Context(), admin, org.ID, "Nya Exempelköpings kommun", "Merged."); err != nil || got.Name != "Nya Exempelköpings kommun" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := u.RenameUnit(t.Context(), admin, org.ID, social, "Omsorgsnämnden", "Reorganised."); err != nil {
		t.Fatal(err)
	}
	_, fresh, err := u.AddUnit(t.Context(), admin, org.ID, cases.Unit{Board: "Socialnämnden"})
	if err != nil || fresh.ID == social {
		t.Errorf("the old name's new unit is %+v, %v", fresh, err)
	}
	if _, err := u.Retire(t.Context(), admin, org.ID, school, true, "Dissolved."); err != nil {
		t.Fatal(err)
	}
	if _, _, err := u.AddUnit(t.Context(), admin, org.ID, cases.Unit{Board: "Skolnämnden"}); err != nil {
		t.Errorf("a retired unit's name is taken: %v", err)
	}
	try(workflow.Conflict, "unit_exists", func() (cases.Organisation, error) { return u.Retire(t.Context(), admin, org.ID, school, false, "r") })
	if _, unit, known := u.Unit(school); !known || unit.Retired == nil {
		t.Errorf("the retired unit is %+v, %v", unit, known)
	}
	if found := u.List("omsorg"); len(found) != 1 {
		t.Errorf("by a board's name: %+v", found)
	}
	anew := cases.NewRegistry(o.store, o.time)
	if err := anew.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, _ := anew.Organisation(org.ID); got.Name != "Nya Exempelköpings kommun" || len(got.Units) != 4 || got.Units[0].Board != "Omsorgsnämnden" {
		t.Errorf("after a start: %+v", got)
	}
	events, err := u.History(t.Context(), admin, org.ID)
	if err != nil || len(events) != 8 || len(cases.Verify(org.ID, events)) != 0 {
		t.Errorf("%d events, %v", len(events), err)
	}
	_, err = u.History(t.Context(), supervisor, org.ID)
	refused(t, err, workflow.Forbidden, "role")
}
