package demo

import (
	"log/slog"
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
