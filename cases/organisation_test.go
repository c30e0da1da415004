package cases_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/cases/casestest"
	"github.com/vaka-project/vaka/workflow"
)

// TestRegistry keeps organisations and their units over a restart and between
// instances, each known once.
func TestRegistry(t *testing.T) {
	store := casestest.NewFaulty(openStore(t))
	o := officeOn(t, store, cases.Policy{})
	ctx := t.Context()
	made, err := o.units.Create(ctx, admin, cases.Organisation{Name: "Region Väst", IDNumber: "232100-0131", LegalForm: cases.FormRegion})
	if err != nil || len(made.Units) != 1 || made.Units[0].Board != "" {
		t.Fatalf("%v %+v", err, made)
	}
	made, board, err := o.units.AddUnit(ctx, admin, made.ID, cases.Unit{Board: "Regionstyrelsen", Sector: "HEALTH_CARE"})
	if err != nil || len(made.Units) != 2 {
		t.Fatalf("%v %+v", err, made)
	}
	_, _, err = o.units.AddUnit(ctx, admin, made.ID, cases.Unit{Board: "regionstyrelsen "})
	refused(t, err, workflow.Conflict, "unit_exists")
	_, _, err = o.units.AddUnit(ctx, admin, cases.NewID(begin), cases.Unit{Board: "x"})
	refused(t, err, workflow.NotFound, "no_organisation")
	_, _, err = o.units.AddUnit(ctx, registrar, made.ID, cases.Unit{Board: "x"})
	refused(t, err, workflow.Forbidden, "role")
	_, err = o.units.Create(ctx, admin, cases.Organisation{Name: " "})
	faulted(t, err, "/name", "required")
	if got := o.units.List("väst"); len(got) != 1 || cmp.Diff(made, got[0]) != "" {
		t.Errorf("%+v", got)
	}

	fresh := cases.NewRegistry(store, o.time)
	remove := store.Inject(casestest.Fault{Op: casestest.Scan})
	if err := fresh.Start(ctx); !errors.Is(err, cases.ErrUnavailable) {
		t.Error(err)
	}
	remove()
	if ok, err := fresh.Refresh(ctx, cases.NewID(begin), 1); ok || err != nil {
		t.Errorf("%v %v", ok, err)
	}
	if err := fresh.Start(ctx); err != nil {
		t.Fatal(err)
	}
	if org, unit, ok := fresh.Unit(board.ID); !ok || unit != board || org.Name != "Region Väst" {
		t.Errorf("%+v %+v %v", org, unit, ok)
	}
	if _, _, err := o.units.AddUnit(ctx, admin, made.ID, cases.Unit{Board: "Tandvården"}); err != nil {
		t.Fatal(err)
	}
	if ok, err := fresh.Refresh(ctx, made.ID, 4); !ok || err != nil || len(fresh.List("")[0].Units) != 3 {
		t.Errorf("%v %v %+v", ok, err, fresh.List(""))
	}
	events, err := store.Events(ctx, made.ID, 1)
	if err != nil || len(cases.Verify(made.ID, events)) > 0 {
		t.Errorf("%v %v", err, cases.Verify(made.ID, events))
	}
	for _, kind := range []cases.EventKind{cases.EventOrganisationCreated, "eaten"} {
		org := fresh.List("")[0]
		if org.Apply(cases.Event{Header: cases.Header{Record: made.ID, Seq: org.Version + 1, Kind: kind, Prev: org.Head}, Payload: []byte("{}")}) == nil {
			t.Errorf("%s was folded", kind)
		}
	}
}

// TestPartyKey is the same for the same controller only.
func TestPartyKey(t *testing.T) {
	same := [][2]cases.Party{
		{{Name: "A B", Board: "Styrelsen"}, {Name: " a  b", Board: "STYRELSEN"}},
		{{Name: "A", IDNumber: "556677-8899"}, {Name: "Other", IDNumber: "5566778899"}},
		{{Name: "A", Unit: "u"}, {Name: "B", Unit: "u", IDNumber: "1"}},
	}
	for _, p := range same {
		if p[0].Key() != p[1].Key() {
			t.Errorf("%q and %q", p[0].Key(), p[1].Key())
		}
	}
	different := [][2]cases.Party{
		{{Name: "A", IDNumber: "-"}, {Name: "B", IDNumber: "-"}},
		{{Name: "A", IDNumber: "DE 123"}, {Name: "A", IDNumber: "FR 123"}},
		{{Name: "A", IDNumber: "1", Board: "x"}, {Name: "A", IDNumber: "1", Board: "y"}},
	}
	for _, p := range different {
		if p[0].Key() == p[1].Key() {
			t.Errorf("%+v and %+v", p[0], p[1])
		}
	}
}
