package demo

import (
	"bytes"
	"context"
	"encoding/csv"
	"slices"
	"time"

	"github.com/vaka-project/vaka/cases"
)

// municipalCustomers is how many municipalities are on the supplier's list: four in
// five of the country's. Which ones is made up.
const municipalCustomers = 232

// coverage is who of the supplier's municipal customers has notified: the list as the
// supplier sent it, and a letter to those of whom nothing was heard.
func (s *scenario) coverage(customers []*customer) []*matter {
	by := s.cast.caseworkers[1]
	file := s.customerList(customers)
	return []*matter{
		s.scene("customers", s.local(2025, time.August, 27, 10, 5), by, func(ctx context.Context, d deed) error {
			i, err := theIncident(d)
			if err != nil {
				return err
			}
			if now, err := d.service.Coverage().Of(ctx, d.by, i.ID); err != nil || now.Record.Version > 0 {
				return err
			}
			table, err := cases.SplitCSV(file)
			if err != nil {
				return err
			}
			read, _, err := cases.ReadCustomers(table)
			if err != nil {
				return err
			}
			_, err = d.service.Coverage().TakeList(ctx, d.by, i.ID, 0, cases.CustomerList{
				Source: supplierName, AsOf: "2025-08-26", File: "Kommunala kunder.csv", Reason: "Leverantören har på begäran skickat sina kommunala kunder. (Påhittad lista.)",
				Customers: read,
			})
			return err
		}),
		s.scene("chased", s.local(2025, time.September, 8, 13, 30), by, func(ctx context.Context, d deed) error {
			i, err := theIncident(d)
			if err != nil {
				return err
			}
			now, err := d.service.Coverage().Of(ctx, d.by, i.ID)
			if err != nil || len(now.Record.Contacts) > 0 {
				return err
			}
			var silent []string
			for _, c := range now.Customers {
				if c.State == cases.CoverMissing {
					silent = append(silent, c.ID)
				}
			}
			_, err = d.service.Coverage().Contact(ctx, d.by, i.ID, silent, cases.CustomerContact{
				Channel: cases.ContactLetter, Date: "2025-09-08",
				Text: "Till {organisation}\n\nNi är kund hos {supplier}. Vi har inte fått någon anmälan från er om {incident}. Om personuppgifter som ni ansvarar för berörs ska ni " +
					"anmäla det inom 72 timmar från att ni fick vetskap om det. Berörs ni inte ber vi er att meddela oss det.",
			})
			return err
		}),
	}
}

// customerList is the supplier's list as a file: every municipality that notified, and
// as many others as there are customers.
func (s *scenario) customerList(customers []*customer) []byte {
	var listed []cases.Organisation
	for _, c := range customers {
		if c.organisation.LegalForm == cases.FormMunicipality {
			listed = append(listed, c.organisation)
		}
	}
	others := slices.Clone(s.country.municipalities)
	s.diary(9101).Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
	for _, o := range others {
		if len(listed) < municipalCustomers && !slices.ContainsFunc(listed, func(have cases.Organisation) bool { return have.ID == o.ID }) {
			listed = append(listed, o)
		}
	}
	slices.SortFunc(listed, func(a, b cases.Organisation) int { return bytes.Compare([]byte(a.Name), []byte(b.Name)) })
	var file bytes.Buffer
	w := csv.NewWriter(&file)
	w.Comma = ';'
	rows := [][]string{{"Organisation", "Typ", "Län", "E-post"}}
	for _, o := range listed {
		rows = append(rows, []string{o.Name, "Kommun", o.County, "dataskydd@" + hostOf(o.Name) + ".example"})
	}
	if err := w.WriteAll(rows); err != nil {
		panic("demo: a list in memory cannot be written: " + err.Error())
	}
	return file.Bytes()
}
