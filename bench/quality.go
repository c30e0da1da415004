package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/demo"
	"github.com/vaka-project/vaka/store/bolt"
	"github.com/vaka-project/vaka/workflow"
)

// hits says how good suggestions are, in counts: what was suggested, what of it is
// true, and how much there was to be found.
type hits struct{ suggested, right, wanted int }

// precision and recall in per cent; nothing suggested and nothing to be found is whole.
func (h hits) precision() int { return share(h.right, h.suggested) }
func (h hits) recall() int    { return share(h.right, h.wanted) }

func share(part, whole int) int {
	if whole == 0 {
		return 100
	}
	return part * 100 / whole
}

func (h hits) row(what string, n int) row {
	return row{
		what: what, cases: n, value: fmt.Sprintf("precision %d %%, recall %d %% of %d", h.precision(), h.recall(), h.wanted),
		wanted: "≥ 90 % each",
	}
}

// firstBreach is when the look-alikes begin.
var firstBreach = time.Date(2026, time.March, 2, 8, 0, 0, 0, time.UTC)

// quality prints how good the suggestions are, on look-alikes and on the demo.
func quality(ctx context.Context, dir string, t *table) error {
	incidents, duplicates, n, err := onLookalikes(ctx, dir)
	if err != nil {
		return err
	}
	t.add(incidents.row("suggested for incidents, of generated look-alikes", n))
	t.add(duplicates.row("suggested as duplicates, of generated look-alikes", n))
	told, n, err := onDemo(ctx, dir)
	if err != nil {
		return err
	}
	t.add(told.row("suggested for the incident of the demo, knowing its supplier and day", n))
	return nil
}

// strangers is a directory that knows nobody: no step is taken.
type strangers struct{}

func (strangers) Person(context.Context, string) (cases.Person, error) {
	return cases.Person{}, cases.ErrNotFound
}

var looker = cases.Actor{Account: "bench", Roles: []workflow.Role{workflow.RoleCaseworker}}

func serviceOn(store cases.Store, now time.Time) (*cases.Service, error) {
	law, err := workflow.NewClocks(workflow.ClockSettings{})
	clock := func() time.Time { return now }
	return cases.NewService(cases.Options{
		Store: store, People: strangers{}, Units: cases.NewRegistry(store, clock), Law: law, Now: clock,
		Policy: cases.Policy{CasePrefix: "PUI", SupervisionPrefix: "TS", Zone: workflow.Stockholm},
	}), err
}

// onLookalikes files the look-alikes and holds what is suggested against what is true.
func onLookalikes(ctx context.Context, dir string) (incidents, duplicates hits, n int, err error) {
	store, err := openIn(dir, "lookalikes")
	if err != nil {
		return hits{}, hits{}, 0, err
	}
	defer func() { err = cmp.Or(err, store.Close()) }()
	service, err := serviceOn(store, firstBreach.AddDate(0, 2, 0))
	if err != nil {
		return hits{}, hits{}, 0, err
	}
	set := lookalikes(firstBreach)
	ids := make([]string, len(set))
	truth := map[string]lookalike{}
	for i, one := range set {
		c, err := service.At(func() time.Time { return one.at }).Submit(ctx, cases.Actor{Account: "dpo", Roles: []workflow.Role{workflow.RoleNotifier}}, one.n, nil, cases.Command{})
		if err != nil {
			return hits{}, hits{}, 0, fmt.Errorf("look-alike %d: %w", i, err)
		}
		ids[i], truth[c.ID] = c.ID, one
	}
	for of, s := range suppliers {
		if err := incidents.ofSupplier(ctx, service, of, s, truth); err != nil {
			return hits{}, hits{}, 0, err
		}
	}
	for i, one := range set {
		found, err := service.Suggestions(ctx, looker, ids[i])
		if err != nil {
			return hits{}, hits{}, 0, err
		}
		if one.again != 0 {
			duplicates.wanted++
		}
		for _, d := range found.Duplicates {
			duplicates.suggested++
			if one.again != 0 && truth[d.Case.ID].again == one.again {
				duplicates.right++
			}
		}
	}
	return incidents, duplicates, len(set), nil
}

// ofSupplier opens a supplier's incident and counts what is suggested for it.
func (h *hits) ofSupplier(ctx context.Context, service *cases.Service, of int, s supplier, truth map[string]lookalike) error {
	from := firstBreach.AddDate(0, 0, 3*of)
	i, err := service.Incidents().Open(ctx, looker, cases.IncidentDescription{
		Title: s.name, Supplier: s.name, SupplierID: fmt.Sprintf("556100-%04d", of+1), Systems: []string{s.systems}, OccurredFrom: &from,
	}, "Bench.", cases.Command{})
	if err != nil {
		return err
	}
	found, err := service.IncidentSuggestions(looker, i.ID)
	if err != nil {
		return err
	}
	h.suggested += len(found)
	for _, one := range found {
		if truth[one.Case.ID].of == of {
			h.right++
		}
	}
	for _, one := range truth {
		if one.of == of {
			h.wanted++
		}
	}
	return nil
}

// onDemo looks for the cases of the demo's great incident among all of the demo's, as
// if none of them were linked yet.
func onDemo(ctx context.Context, dir string) (h hits, n int, err error) {
	told, err := openIn(dir, "demo")
	if err != nil {
		return hits{}, 0, err
	}
	defer func() { err = cmp.Or(err, told.Close()) }()
	law, err := workflow.NewClocks(workflow.ClockSettings{})
	if err != nil {
		return hits{}, 0, err
	}
	_, err = demo.Tell(ctx, demo.Options{
		Store: told, Law: law, Now: time.Now(), Policy: cases.Policy{CasePrefix: "PUI", SupervisionPrefix: "TS", Zone: workflow.Stockholm},
	})
	if err != nil {
		return hits{}, 0, err
	}
	apart, err := openIn(dir, "demo-apart")
	if err != nil {
		return hits{}, 0, err
	}
	defer func() { err = cmp.Or(err, apart.Close()) }()
	err = told.Scan(ctx, cases.Summaries, func(id string, decode func(any) error) error {
		var sum cases.Summary
		if err := decode(&sum); err != nil {
			return err
		}
		n++
		if demo.OfMiljodata(&sum) {
			h.wanted++
		}
		sum.Incident = ""
		return apart.Put(ctx, cases.Summaries, id, sum)
	})
	if err != nil {
		return hits{}, 0, err
	}
	service, err := serviceOn(apart, time.Now())
	if err != nil {
		return hits{}, 0, err
	}
	if err := service.Start(ctx); err != nil {
		return hits{}, 0, err
	}
	day := time.Date(2025, time.August, 23, 0, 0, 0, 0, time.UTC)
	i, err := service.Incidents().Open(ctx, looker, cases.IncidentDescription{Title: "Miljödata", Supplier: "Miljödata", OccurredFrom: &day}, "Bench.", cases.Command{})
	if err != nil {
		return hits{}, 0, err
	}
	found, err := service.IncidentSuggestions(looker, i.ID)
	h.suggested = len(found)
	for _, one := range found {
		if demo.OfMiljodata(&one.Case) {
			h.right++
		}
	}
	return h, n, err
}

func openIn(dir, name string) (*bolt.Store, error) {
	path := dir + "/" + name
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, err
	}
	return bolt.Open(path)
}
