package demo

import (
	"context"
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vaka-project/vaka/cases"
)

// founded is when the demo's organisations and accounts were entered.
var founded = time.Date(2024, time.January, 8, 8, 0, 0, 0, time.UTC)

// organisationsCSV holds Sweden's 290 municipalities and 21 regions: SCB's code,
// short name, kind and county. It has no organisation numbers: no complete list
// was found that could be relied on, and made-up ones might be somebody's.
//
//go:embed data/organisations.csv
var organisationsCSV string

// country is the organisations as the registry knows them.
type country struct {
	organisations  []cases.Organisation // in the order of the file
	municipalities []cases.Organisation // Gotland is among the regions only
	regions        []cases.Organisation
}

// boards are the controllers within an organisation: in a municipality or region
// each board (nämnd) is one.
var (
	municipalBoards = []cases.Unit{
		{Board: "Kommunstyrelsen", Sector: cases.ActivityMunicipality},
		{Board: "Barn- och utbildningsnämnden", Sector: cases.ActivitySchool},
		{Board: "Socialnämnden", Sector: cases.ActivitySocialServices},
		{Board: "Samhällsbyggnadsnämnden", Sector: cases.ActivityMunicipality},
	}
	regionalBoards = []cases.Unit{
		{Board: "Regionstyrelsen", Sector: cases.ActivityHealthCare},
		{Board: "Hälso- och sjukvårdsnämnden", Sector: cases.ActivityHealthCare},
		{Board: "Patientnämnden", Sector: cases.ActivityHealthCare},
	}
)

// readOrganisations reads the file. Gotland stands in it twice, as municipality
// and as region, and is one legal person: it becomes one region with both tasks.
func readOrganisations() ([]cases.Organisation, error) {
	rows, err := csv.NewReader(strings.NewReader(organisationsCSV)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("the list of organisations: %w", err)
	}
	var out []cases.Organisation
	for _, row := range rows[1:] {
		o := cases.Organisation{Code: row[0], Name: row[1], County: row[3]}
		switch {
		case row[2] == "region" && row[0] == "09":
			o.LegalForm, o.Units = cases.FormRegion, slices.Concat(regionalBoards, municipalBoards[1:])
		case row[2] == "region":
			o.LegalForm, o.Units = cases.FormRegion, regionalBoards
		case row[1] == "Gotland":
			continue
		default:
			o.Name, o.LegalForm, o.Units = formalName(row[1]), cases.FormMunicipality, municipalBoards
		}
		out = append(out, o)
	}
	return out, nil
}

// cities are the municipalities that call themselves stad.
var cities = []string{
	"Borås", "Göteborg", "Haparanda", "Helsingborg", "Landskrona", "Lidingö", "Malmö", "Mölndal",
	"Solna", "Stockholm", "Sundbyberg", "Trollhättan", "Vaxholm", "Västerås",
}

// formalName is a municipality's name with the genitive that it uses: none after
// a vowel or an s-sound, and some have their own.
func formalName(short string) string {
	kind := " kommun"
	if slices.Contains(cities, short) {
		kind = " stad"
	}
	switch short {
	case "Falun":
		return "Falu kommun"
	case "Kalmar", "Orust":
		return short + kind
	}
	last := []rune(short)[len([]rune(short))-1]
	if strings.ContainsRune("aeiouyåäösxz", last) {
		return short + kind
	}
	return short + "s" + kind
}

// found enters the organisations that are not there yet.
func found(ctx context.Context, units *cases.Registry) (country, error) {
	wanted, err := readOrganisations()
	if err != nil {
		return country{}, err
	}
	there := map[string]cases.Organisation{}
	for _, o := range units.List("") {
		there[o.Name] = o
	}
	made := make([]cases.Organisation, len(wanted))
	err = each(ctx, len(wanted), func(ctx context.Context, i int) error {
		have, ok := there[wanted[i].Name]
		var err error
		if !ok {
			made[i], err = units.Create(ctx, founder, wanted[i])
		} else {
			made[i], err = complete(ctx, units, have, wanted[i].Units)
		}
		return err
	})
	if err != nil {
		return country{}, fmt.Errorf("entering the organisations: %w", err)
	}
	c := country{organisations: made}
	for _, o := range made {
		if o.LegalForm == cases.FormRegion {
			c.regions = append(c.regions, o)
		} else {
			c.municipalities = append(c.municipalities, o)
		}
	}
	return c, nil
}

// complete adds the units that an interrupted telling left out.
func complete(ctx context.Context, units *cases.Registry, o cases.Organisation, wanted []cases.Unit) (cases.Organisation, error) {
	for _, u := range wanted {
		if slices.ContainsFunc(o.Units, func(have cases.Unit) bool { return have.Board == u.Board }) {
			continue
		}
		var err error
		if o, _, err = units.AddUnit(ctx, founder, o.ID, u); err != nil {
			return o, err
		}
	}
	return o, nil
}

// called finds an organisation by its name; the scenario names only some that
// the file holds.
func (c country) called(name string) cases.Organisation {
	i := slices.IndexFunc(c.organisations, func(o cases.Organisation) bool { return o.Name == name })
	if i < 0 {
		panic("demo: the list of organisations lacks " + name)
	}
	return c.organisations[i]
}

// founder enters what the demo begins with.
var founder = cases.System("demo")

// tellers is how many act at once: enough for a store that commits in groups.
const tellers = 32

// each calls do for 0 to n-1 on several goroutines and returns the first error,
// after which the others are told to stop.
func each(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(tellers, n) {
		workers.Go(func() {
			for i := range next {
				if err := do(ctx, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	for i := range n {
		select {
		case next <- i:
		case <-ctx.Done():
		}
	}
	close(next)
	workers.Wait()
	return context.Cause(ctx)
}
