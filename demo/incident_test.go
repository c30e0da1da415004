package demo

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// programOf is the program's own service on a store that was told.
func programOf(t *testing.T, o Options) *cases.Service {
	t.Helper()
	units := cases.NewRegistry(o.Store, func() time.Time { return now })
	if err := units.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	service := cases.NewService(cases.Options{
		Store: o.Store, People: auth.New(auth.Options{Store: o.Store, Now: func() time.Time { return now }}),
		Units: units, Law: o.Law, Policy: o.Policy, Now: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler),
	})
	if err := service.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return service
}

// checkIncident checks the record of the incident, how far the supplier's customers
// are covered, and that the rest can be closed together.
func checkIncident(t *testing.T, o Options, all map[string]*cases.Case) {
	service, supervisor := programOf(t, o), actors(nil).supervisor
	open, err := service.Incidents().List(supervisor)
	if err != nil || len(open) != 1 {
		t.Fatalf("%d incidents, %v", len(open), err)
	}
	i := open[0]
	if i.Number != "INC-2025-1" || i.Supplier != supplierName || len(i.Timeline) != 6 || len(i.Statements) != 2 || len(i.Facts) != 3 {
		t.Errorf("the incident is %s of %s with %d moments, %d statements, %d facts", i.Number, i.Supplier, len(i.Timeline), len(i.Statements), len(i.Facts))
	}
	for _, c := range all {
		if (c.Incident == i.ID) != (ofMiljodata(c) || c.Party.Name == supplierName) {
			t.Errorf("%s about %s belongs to incident %q", c.Number, c.Party.Name, c.Incident)
		}
	}
	cover, err := service.Coverage().Of(t.Context(), supervisor, i.ID)
	if err != nil {
		t.Fatal(err)
	}
	sum := cover.Summary(o.Policy.Zone)
	if sum.Total != municipalCustomers || sum.Notified != notifiedMunicipalities || sum.Missing != 68 || sum.NotAffected != 0 || sum.Asked != 0 || sum.Late == 0 {
		t.Errorf("the coverage is %+v", sum.CoverFigures)
	}
	if k := cover.Record.Contacts; len(k) != 1 || len(k[0].To) != 68 {
		t.Errorf("%d letters went out", len(k))
	}
	checkSelection(t, service, supervisor, i.ID, all)
	request := cases.BatchRequest{
		Step: workflow.StepClose, Reason: "Test.", Incident: i.ID, Data: cases.StepData{Outcome: workflow.OutcomeInformationLetter, Letter: "Till {controller}"},
	}
	for _, c := range filter(all, func(c *cases.Case) bool { return ofMiljodata(c) && c.State == workflow.StateTriage }) {
		request.Cases = append(request.Cases, cases.BatchChoice{Case: c.ID})
	}
	views, err := service.Batches().Preview(t.Context(), supervisor, request)
	if err != nil {
		t.Fatal(err)
	}
	allowed := 0
	for _, v := range views {
		if v.Allowed {
			allowed++
		} else {
			t.Errorf("%s cannot be closed: %s %s", v.Number, v.Code, v.Message)
		}
	}
	if allowed != 247 {
		t.Errorf("%d cases can be closed together, want 247", allowed)
	}
}

// checkSelection checks that the choice is recorded whole, was approved by somebody
// without a part in it, and comes out the same when it is worked out anew.
func checkSelection(t *testing.T, service *cases.Service, supervisor cases.Actor, incident string, all map[string]*cases.Case) {
	found, err := service.Selections().List(t.Context(), supervisor, incident)
	if err != nil || len(found) != 1 {
		t.Fatalf("%d selections, %v", len(found), err)
	}
	have := found[0]
	if have.Status != cases.SelectionDone || len(have.Candidates) != 250 || slices.Contains(have.Editors, have.Approval.By) {
		t.Fatalf("the selection is %s, with %d candidates, approved by %s", have.Status, len(have.Candidates), have.Approval.By)
	}
	var chosen []string
	for _, c := range have.Decision.Chosen {
		k := all[c.Case]
		chosen = append(chosen, k.Party.Name)
		if k.Opening == nil || k.Opening.Reason != have.Decision.Reason || !slices.Equal(k.Opening.FocusAreas, focusAreas) {
			t.Errorf("%s was opened as %+v", k.Number, k.Opening)
		}
	}
	slices.Sort(chosen)
	if want := []string{"Göteborgs stad", "Region Västmanland", "Älmhults kommun"}; !slices.Equal(chosen, want) {
		t.Errorf("chosen are %v, want %v", chosen, want)
	}
	if lead := have.LeadOutcome(); lead == nil || all[lead.Opened].Party.Name != supplierName {
		t.Errorf("the case against the supplier: %+v", lead)
	}
	if len(have.Decision.Left) != 247 || len(have.Decision.Sample) != controlSample || len(have.Changes) > 8 {
		t.Errorf("%d are left, %d drawn, %d changes", len(have.Decision.Left), len(have.Decision.Sample), len(have.Changes))
	}
	check, err := service.Selections().Recheck(t.Context(), supervisor, have.ID)
	if err != nil || !check.Agrees() {
		t.Errorf("worked out anew: %+v, %v", check, err)
	}
}
