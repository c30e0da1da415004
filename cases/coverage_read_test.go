package cases_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/text/encoding/charmap"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

func inWindows1252(t *testing.T, s string) string {
	t.Helper()
	out, err := charmap.Windows1252.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// readList reads a list from its bytes as an upload does.
func readList(data string) ([]cases.Customer, []cases.LineFault, cases.Table, error) {
	table, err := cases.SplitCSV([]byte(data))
	if err != nil {
		return nil, nil, table, err
	}
	customers, faults, err := cases.ReadCustomers(table)
	return customers, faults, table, err
}

func TestReadCustomers_TakesWhatSuppliersSend(t *testing.T) {
	göteborg := cases.Customer{Name: "Göteborgs stad", Number: "2120001355", Unit: "Grundskolenämnden", Kind: cases.CustomerMunicipality, County: "Västra Götalands län", Email: "dso@goteborg.example"}
	plain := "Organisation;Organisationsnummer;Nämnd;Typ;Län;E-post\nGöteborgs stad;212000-1355;Grundskolenämnden;Kommun;Västra Götalands län;dso@goteborg.example\n"
	for name, c := range map[string]struct {
		data, encoding string
		separator      rune
		want           cases.Customer
	}{
		"Swedish, semicolons":      {plain, "UTF-8", ';', göteborg},
		"with a byte order mark":   {"\ufeff" + plain, "UTF-8", ';', göteborg},
		"Windows-1252":             {inWindows1252(t, plain), "Windows-1252", ';', göteborg},
		"carriage returns, blanks": {"\r\n" + strings.ReplaceAll(plain, "\n", "\r\n\r\n"), "UTF-8", ';', göteborg},
		"English, commas, another order, a column more": {
			"County,Remark,Kind,Customer,Board,Contact e-mail,Organisation number\n\"Västra Götalands län\",x,municipality, Göteborgs  stad ,Grundskolenämnden,dso@goteborg.example,162120001355\n", "UTF-8", ',', göteborg,
		},
		"tabs, only names":           {"Namn\tAnmärkning\nBorås stad\t\n", "UTF-8", '\t', cases.Customer{Name: "Borås stad"}},
		"the board stands in a name": {"Namn\n\"Socialnämnden, Borås stad\"\n", "UTF-8", ';', cases.Customer{Name: "Borås stad", Unit: "Socialnämnden"}},
	} {
		t.Run(name, func(t *testing.T) {
			customers, faults, table, err := readList(c.data)
			if err != nil || len(faults) > 0 || len(customers) != 1 {
				t.Fatalf("%v, %v, %v", customers, faults, err)
			}
			if table.Encoding != c.encoding || table.Separator != c.separator {
				t.Errorf("%s by %q", table.Encoding, table.Separator)
			}
			if diff := cmp.Diff(c.want, customers[0], cmpopts.IgnoreFields(cases.Customer{}, "Key", "Line")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadCustomers_TellsFaultsByLine(t *testing.T) {
	data := "Organisation;Orgnr;Nämnd;Typ;E-post\n" +
		"Ale kommun;212000-1439;;Kommun;dso@ale.example\n" +
		";212000-1355;;Kommun;\n" +
		"Borås stad;212000-1234;;Kommun;\n" +
		"Kim Exempel;850709-9805;;Privat;kim\n" +
		"Ale k:n;2120001439;;Rymdstation;\n" +
		"Tomt, men, kommatecken\n" +
		"För;många;celler;här;i;raden\n" +
		strings.Repeat("å", 200) + ";;;;\n" +
		"Fel\ufffdtecken;;;;\n" +
		"Älmhults kommun;;;Kommunalt;\n"
	customers, faults, _, err := readList(data)
	if err != nil {
		t.Fatal(err)
	}
	want := []cases.LineFault{
		{Line: 3, Code: cases.LineNoName, Column: "name", LeftOut: true},
		{Line: 4, Code: cases.LineNumber, Column: "number"},
		{Line: 5, Code: cases.LinePerson, Column: "number"},
		{Line: 5, Code: cases.LineEmail, Column: "email"},
		{Line: 6, Code: cases.LineKind, Column: "kind"},
		{Line: 6, Code: cases.LineDuplicate, Of: 2, LeftOut: true},
		{Line: 7, Code: cases.LineSeparator, LeftOut: true},
		{Line: 8, Code: cases.LineColumns, LeftOut: true},
		{Line: 9, Code: cases.LineTooLong, Column: "name", LeftOut: true},
		{Line: 10, Code: cases.LineBadText, Column: "name", LeftOut: true},
		{Line: 11, Code: cases.LineKind, Column: "kind"},
	}
	if diff := cmp.Diff(want, faults); diff != "" {
		t.Error(diff)
	}
	if len(customers) != 4 || customers[2].Number != "" || customers[2].Email != "" {
		t.Errorf("taken: %+v", customers)
	}
}

func TestSplitCSV_RefusesWithTheLine(t *testing.T) {
	heading := "Organisation;Typ\n"
	for name, c := range map[string]struct{ data, path, code string }{
		"both encodings in one file":  {heading + "Ale;Kommun\nGöteborg;x\nBor\xe5s;x\n", "/file/4", "list_encoding"},
		"an encoding of the eighties": {heading + "G\x94teborg;x\n", "/file/2", "list_encoding"},
		"no text at all":              {heading + "Ale\x00;x\n", "/file/2", "list_encoding"},
		"UTF-16":                      {"\xff\xfeO\x00r\x00g\x00", "/file", "list_utf16"},
		"a quotation mark alone":      {heading + "Ale;Kommun\nBor\"ås;x\n", "/file/3", "list_quotes"},
		"nothing":                     {"\n\n", "/file", "list_empty"},
		"a heading alone":             {heading, "/file", "list_empty"},
		"no heading":                  {"Ale kommun;212000-1439\nBorås stad;\n", "/file/1", "list_heading"},
		"another separator":           {"Organisation|Typ\nAle|Kommun\n", "/file/1", "list_heading"},
		"100,000 lines":               {"Organisation\n" + strings.Repeat("Ale kommun\n", 100_000), "/file", "list_too_long"},
		"more than 10 MB":             {heading + strings.Repeat("x", cases.MaxListBytes), "/file", "list_too_large"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, _, err := readList(c.data)
			refusal, ok := errors.AsType[*workflow.Error](err)
			if !ok || len(refusal.Faults) != 1 {
				t.Fatalf("not refused: %v", err)
			}
			if f := refusal.Faults[0]; f.Path != c.path || f.Code != c.code {
				t.Errorf("%s %s", f.Path, f.Code)
			}
		})
	}
}

func TestReadCustomers_TakesAsManyAsItSays(t *testing.T) {
	var b strings.Builder
	b.WriteString("Organisation;Typ\n")
	for i := range cases.MaxCustomers {
		fmt.Fprintf(&b, "Företag nummer %d AB;Bolag\n", i)
	}
	customers, faults, _, err := readList(b.String())
	if err != nil || len(faults) > 0 || len(customers) != cases.MaxCustomers {
		t.Fatalf("%d customers, %d faults, %v", len(customers), len(faults), err)
	}
}

func FuzzReadCustomers(f *testing.F) {
	f.Add([]byte("Organisation;Orgnr;Nämnd\nGöteborgs stad;212000-1355;\"Nämnden; för\"\n"))
	f.Add([]byte("\ufeffName,Email\r\nX,\"a@b.c\"\r\n,\r\n"))
	f.Add([]byte("Namn\nBor\xe5s"))
	f.Add([]byte("Namn\t\"\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := cases.SplitCSV(data)
		if err != nil {
			if workflow.KindOf(err) == "" {
				t.Fatalf("refused in words for nobody: %v", err)
			}
			return
		}
		customers, faults, err := cases.ReadCustomers(table)
		if err != nil {
			if workflow.KindOf(err) == "" {
				t.Fatalf("refused in words for nobody: %v", err)
			}
			return
		}
		keys := map[string]bool{}
		for _, c := range customers {
			if c.Name == "" || c.Line == 0 || keys[c.Key] {
				t.Fatalf("taken: %+v", c)
			}
			keys[c.Key] = true
		}
		for _, l := range faults {
			if l.Line < 1 {
				t.Fatalf("a fault nowhere: %+v", l)
			}
		}
		cases.Cover(&cases.Coverage{List: cases.CustomerList{Customers: customers}}, nil, nil)
	})
}
