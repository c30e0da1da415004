package cases_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vaka-project/vaka/cases"
)

// known are organisations as an authority has them.
var known = []cases.Organisation{
	{ID: "gbg", Name: "Göteborg", IDNumber: "212000-1355", LegalForm: cases.FormMunicipality, County: "Västra Götalands län", Units: []cases.Unit{{ID: "gbg1", Board: "Grundskolenämnden"}}},
	{ID: "boras", Name: "Borås stad", LegalForm: cases.FormMunicipality, County: "Västra Götalands län"},
	{ID: "kalmar", Name: "Kalmar", LegalForm: cases.FormMunicipality, County: "Kalmar län"},
	{ID: "rkalmar", Name: "Region Kalmar län", LegalForm: cases.FormRegion, County: "Kalmar län"},
	{ID: "gotland", Name: "Region Gotland", LegalForm: cases.FormRegion, County: "Gotlands län"},
	{ID: "vgr", Name: "Västra Götalandsregionen", LegalForm: cases.FormRegion},
	{ID: "volvo", Name: "AB Volvo (publ)", LegalForm: cases.FormCompany},
	{ID: "alm", Name: "Älmhults kommun", LegalForm: cases.FormMunicipality},
}

func customerList(customers ...cases.Customer) *cases.Coverage {
	c := &cases.Coverage{}
	for i, one := range customers {
		one.Line = i + 2
		one.Key = fmt.Sprintf("%s|%s|%s", one.Name, one.Number, one.Unit)
		c.List.Customers = append(c.List.Customers, one)
	}
	return c
}

func TestCover_MatchesSpellings(t *testing.T) {
	const asked, none = "asked", "none"
	for _, tt := range []struct {
		line cases.Customer
		want string
	}{
		{cases.Customer{Name: "Göteborgs stad"}, "org:gbg"},
		{cases.Customer{Name: "Goteborg kommun"}, "org:gbg"},
		{cases.Customer{Name: "GÖTEBORGS KOMMUN"}, "org:gbg"},
		{cases.Customer{Name: "Göteborg"}, "org:gbg"},
		{cases.Customer{Name: "Stadsledningskontoret", Number: "2120001355"}, "org:gbg"},
		{cases.Customer{Name: "Göteborg Energi AB"}, none},
		{cases.Customer{Name: "Göteborgs stad", Number: "5560125790"}, asked},
		{cases.Customer{Name: "Göteborgs stad", County: "Skåne län"}, asked},
		{cases.Customer{Name: "Göteborgs stad", County: "Västra Götaland"}, "org:gbg"},
		{cases.Customer{Name: "Götborgs stad"}, asked},
		{cases.Customer{Name: "Grundskolenämnden"}, asked},
		{cases.Customer{Name: "Borås"}, "org:boras"},
		{cases.Customer{Name: "Borås kommun"}, "org:boras"},
		{cases.Customer{Name: "Kalmar kommun"}, "org:kalmar"},
		{cases.Customer{Name: "Kalmar"}, asked},
		{cases.Customer{Name: "Kalmar", Kind: cases.CustomerMunicipality}, "org:kalmar"},
		{cases.Customer{Name: "Landstinget i Kalmar län"}, none},
		{cases.Customer{Name: "Region Kalmar"}, "org:rkalmar"},
		{cases.Customer{Name: "Region Gotland"}, "org:gotland"},
		{cases.Customer{Name: "Gotlands kommun"}, "org:gotland"},
		{cases.Customer{Name: "Region Västra Götaland"}, "org:vgr"},
		{cases.Customer{Name: "Volvo Aktiebolag"}, "org:volvo"},
		{cases.Customer{Name: "Volvo AB"}, "org:volvo"},
		{cases.Customer{Name: "Almhult"}, "org:alm"},
		{cases.Customer{Name: "Riksbyggen"}, none},
	} {
		got := none
		v := cases.Cover(customerList(tt.line), known, nil)
		switch one := v.Customers[0]; {
		case one.Asked:
			got = asked
		case one.Match != nil:
			got = one.Match.Target
		}
		if got != tt.want {
			t.Errorf("%+v is %s, want %s (%+v)", tt.line, got, tt.want, v.Questions)
		}
	}
}

func TestCover_CountsAnOrganisationOnce(t *testing.T) {
	at := begin
	linked := []cases.LinkedCase{
		{ID: "1", Number: "PUI-1", Name: "Gotlands kommun", Board: "Socialnämnden", ReceivedAt: at.Add(time.Hour), Late: true},
		{ID: "2", Number: "PUI-2", Name: "Region Gotland", Board: "Hälso- och sjukvårdsnämnden", ReceivedAt: at},
		{ID: "3", Number: "PUI-3", Name: "Någon annan AB", ReceivedAt: at},
		{ID: "4", Number: "PUI-4", Name: "Okänd Förening", ReceivedAt: at, Unaffected: true},
		{ID: "5", Number: "PUI-5", Name: "AB Volvo", ReceivedAt: at.AddDate(0, 0, 2), Late: true},
		{ID: "6", Number: "PUI-6", Name: "Göteborg", ReceivedAt: at, Secret: true},
	}
	c := customerList(
		cases.Customer{Name: "Gotlands kommun", Unit: "Socialnämnden", Kind: cases.CustomerMunicipality},
		cases.Customer{Name: "Region Gotland"},
		cases.Customer{Name: "Okänd förening"},
		cases.Customer{Name: "Volvo AB"},
		cases.Customer{Name: "Göteborgs stad"},
		cases.Customer{Name: "Borås stad"},
	)
	c.Statements = []cases.CustomerStatement{
		{ID: "s1", Keys: []string{"Borås stad||"}, Source: "Telephone"},
		{ID: "s2", Keys: []string{"org:gbg"}, Source: "Letter", Withdrawn: "It was another one."},
	}
	v := cases.Cover(c, known, linked)
	got := map[string]cases.CoverState{}
	for _, one := range v.Customers {
		got[one.Name] = one.State
	}
	want := map[string]cases.CoverState{
		"Region Gotland": cases.CoverNotified, "Okänd Förening": cases.CoverNotAffected, "AB Volvo (publ)": cases.CoverLate,
		"Göteborg": cases.CoverMissing, "Borås stad": cases.CoverNotAffected,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, one := range v.Customers {
		switch one.Name {
		case "Region Gotland":
			if len(one.Units) != 3 || len(one.Units[0].Cases) != 1 || !one.NotifiedAt.Equal(at) {
				t.Errorf("Gotland: %+v", one)
			}
		case "Göteborg":
			if len(one.Secret) != 1 || len(one.Cases) != 0 || one.NotifiedAt != nil {
				t.Errorf("a secret case counts: %+v", one)
			}
		}
	}
	if len(v.Others) != 1 || v.Others[0].ID != "3" {
		t.Errorf("not on the list: %+v", v.Others)
	}
	s := v.Summary(time.UTC)
	if diff := cmp.Diff(cases.CoverFigures{Total: 5, Notified: 2, Late: 1, NotAffected: 2, Missing: 1}, s.CoverFigures); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]cases.CoverDay{{Day: "2026-11-18", New: 1, Total: 1}, {Day: "2026-11-20", New: 1, Total: 2}}, s.Days); diff != "" {
		t.Error(diff)
	}
}

// Whatever is listed, linked, answered and stated: each line belongs to one customer,
// each customer has one state, and the parts make the whole.
func TestCover_StatesPartTheList(t *testing.T) {
	names := []string{"Göteborgs stad", "Göteborg", "Kalmar", "Gotlands kommun", "Region Gotland", "Volvo AB", "Okänd AB", "Götborg", "Borås", "Älmhult", "Grundskolenämnden"}
	boards := []string{"", "Socialnämnden", "Grundskolenämnden"}
	targets := []string{"", "org:gbg", "org:kalmar", "nr:5560125790", "name:okand|COMPANY"}
	rapid.Check(t, func(t *rapid.T) {
		var lines []cases.Customer
		seen := map[string]bool{}
		for range rapid.IntRange(0, 12).Draw(t, "lines") {
			c := cases.Customer{
				Name: rapid.SampledFrom(names).Draw(t, "name"), Unit: rapid.SampledFrom(boards).Draw(t, "unit"),
				Number: rapid.SampledFrom([]string{"", "", "2120001355", "5560125790"}).Draw(t, "number"),
				County: rapid.SampledFrom([]string{"", "Kalmar län"}).Draw(t, "county"),
			}
			if key := c.Name + c.Number + c.Unit; !seen[key] {
				seen[key] = true
				lines = append(lines, c)
			}
		}
		c := customerList(lines...)
		for _, line := range c.List.Customers {
			if rapid.Bool().Draw(t, "answered") {
				c.Answers = append(c.Answers, cases.MatchAnswer{Customer: line.Key, Target: rapid.SampledFrom(targets).Draw(t, "target")})
			}
			if rapid.Bool().Draw(t, "stated") {
				c.Statements = append(c.Statements, cases.CustomerStatement{Keys: []string{line.Key}})
			}
		}
		var linked []cases.LinkedCase
		visible := 0
		for i := range rapid.IntRange(0, 8).Draw(t, "cases") {
			l := cases.LinkedCase{
				ID: fmt.Sprint(i), Name: rapid.SampledFrom(names).Draw(t, "party"), Board: rapid.SampledFrom(boards).Draw(t, "board"),
				ReceivedAt: begin.Add(time.Duration(i) * time.Hour), Late: rapid.Bool().Draw(t, "late"),
				Unaffected: rapid.Bool().Draw(t, "unaffected"), Secret: rapid.Bool().Draw(t, "secret"),
			}
			if !l.Secret {
				visible++
			}
			linked = append(linked, l)
		}
		v := cases.Cover(c, known, linked)
		s := v.Summary(time.UTC)
		ids, held := map[string]bool{}, len(v.Others)
		for _, one := range v.Customers {
			if ids[one.ID] {
				t.Fatalf("%s is counted twice", one.Name)
			}
			ids[one.ID] = true
			held += len(one.Cases)
			if one.State.Notified() != (one.NotifiedAt != nil) {
				t.Fatalf("%s: %s at %v", one.Name, one.State, one.NotifiedAt)
			}
		}
		if held != visible {
			t.Fatalf("%d of %d notifications are somewhere", held, visible)
		}
		if s.Total != len(v.Customers) || s.Notified+s.NotAffected+s.Missing != s.Total || s.Late > s.Notified {
			t.Fatalf("%+v of %d", s.CoverFigures, len(v.Customers))
		}
		var kinds, counties cases.CoverFigures
		for _, g := range s.ByKind {
			kinds.Total, kinds.Notified = kinds.Total+g.Total, kinds.Notified+g.Notified
		}
		for _, g := range s.ByCounty {
			counties.Total, counties.Notified = counties.Total+g.Total, counties.Notified+g.Notified
		}
		if kinds != counties || kinds.Total != s.Total || kinds.Notified != s.Notified {
			t.Fatalf("by kind %+v, by county %+v, all %+v", kinds, counties, s.CoverFigures)
		}
		if n := len(s.Days); n > 0 && s.Days[n-1].Total != s.Notified || n == 0 && s.Notified != 0 {
			t.Fatalf("the curve ends at %+v, %d notified", s.Days, s.Notified)
		}
		// What secret cases there are changes nothing that is counted.
		open := cases.Cover(c, known, openOnes(linked)).Summary(time.UTC)
		if diff := cmp.Diff(open, s); diff != "" {
			t.Fatalf("secret cases show in the figures:\n%s", diff)
		}
	})
}

func openOnes(linked []cases.LinkedCase) []cases.LinkedCase {
	var out []cases.LinkedCase
	for _, l := range linked {
		if !l.Secret {
			out = append(out, l)
		}
	}
	return out
}
