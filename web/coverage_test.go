package web_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// breach opens an incident.
func (h *house) breach() cases.Incident {
	h.t.Helper()
	i, err := h.cases.Incidents().Open(ctx, cases.Actor{Account: h.ids["caseworker"], Roles: []workflow.Role{workflow.RoleCaseworker}},
		cases.IncidentDescription{Title: "The payroll breach", Supplier: "Lönebolaget"}, "Many notify.", cases.Command{})
	must(h.t, err)
	return i
}

// sendList sends a customer list by the form.
func (b *browser) sendList(home string, content []byte) screen {
	b.h.t.Helper()
	b.get(home + "/list").want(200)
	body, kind := multipartOf(b.h.t, []sent{{"kunder.csv", content}}, "form_token", b.screen.form(home+"/list").Get("form_token"), "source", "Lönebolaget")
	body = bytes.Replace(body, []byte(`name="files"`), []byte(`name="file"`), 1)
	req, err := http.NewRequest(http.MethodPost, b.h.base+home+"/list", bytes.NewReader(body))
	must(b.h.t, err)
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(req)
}

func spreadsheet(t *testing.T, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, row := range rows {
		must(t, f.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &row))
	}
	must(t, f.SetCellFormula("Sheet1", "A3", `=CONCATENATE("evil","formula")`))
	b, err := f.WriteToBuffer()
	must(t, err)
	return b.Bytes()
}

// bomb is a spreadsheet whose sheet unpacks to far more than is read.
func bomb(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	out, err := w.Create("xl/worksheets/sheet1.xml")
	must(t, err)
	piece := bytes.Repeat([]byte(" "), 1<<20)
	for range 80 {
		_, err = out.Write(piece)
		must(t, err)
	}
	must(t, w.Close())
	return b.Bytes()
}

func TestCoverage_FromListToLetters(t *testing.T) {
	h := open(t)
	home := "/incidents/" + h.breach().Number + "/coverage"
	b := h.signedIn("caseworker")
	b.get(home).want(200, "There is no customer list yet.")
	b.sendList(home, []byte("Organisation;Orgnr;E-post\nAle kommun;212000-1439;=dso@ale.example\n;1;\nLerums kommun;212000-1234;\nAle kommun;2120001439;\n")).want(200, "Nothing is kept yet", "The organisation's name is missing.", "wrong length or check digit", "The same organisation and unit as on line 2.", "0 of 2 customers have notified", "Separator: semicolon.")
	preview := b.screen.Path
	b.send(preview).want(422, "Say why the list is taken.")
	b.send(preview, "reason", "It was asked for.").want(200, "The customer list is taken.", "0 of 2 customers have notified", "Version 1 from Lönebolaget")
	b.get(preview).want(404)

	b.get(home+"/chase").want(200, "2 customers have not notified")
	b.send(home+"/chase", "text", "x").want(422, "Choose at least one customer.")
	ids := regexp.MustCompile(`name="customer" value="([^"]+)"`).FindAllStringSubmatch(b.screen.Body, -1)
	b.send(home+"/chase", "customer", ids[0][1], "customer", ids[1][1], "text", "To {organisation} of {supplier}", "channel", "LETTER", "date", "2026-11-19").want(200, "The letters are made.", "To Ale kommun of Lönebolaget", "To Lerums kommun of Lönebolaget")
	if csv := b.get(strings.TrimSuffix(b.screen.Path, "?done=coverage_letters") + "/csv").want(200); !strings.Contains(csv.Body, "Ale kommun,'=dso@ale.example,") {
		t.Errorf("letters: %s", csv.Body)
	}
	b.get(home+"/customers/"+ids[1][1]).want(200, "2026-11-19")
	b.send(home+"/customers/"+ids[1][1], "source", "Telephone").want(422)
	b.send(home+"/customers/"+ids[1][1], "source", "Telephone", "date", "2026-11-19").want(200, "says that it is not affected", "Take it back")
	if csv := b.get(home + ".csv").want(200); !strings.Contains(csv.Body, "Lerums kommun,,Municipality,,says that it is not affected") {
		t.Errorf("coverage: %s", csv.Body)
	}

	// A further list says what changed, and keeps what was said.
	b.sendList(home, []byte("Namn,Typ\nLerums kommun,Kommun\nKungälv,Kommun\n")).want(200, "1 added", "1 removed")
	b.send(b.screen.Path, "reason", "Corrected.").want(200, "Version 2", "says that it is not affected")
	b.get(home+"?state=NOT_NOTIFIED").want(200, "Kungälv")
	h.signedIn("dpo").get(home).want(403)
	h.signedIn("second", "sv").get(home).want(200, "0 av 2 kunder har anmält")
}

func TestCoverage_RefusesFilesWithTheLine(t *testing.T) {
	h := open(t)
	home := "/incidents/" + h.breach().Number + "/coverage"
	b := h.signedIn("caseworker")
	for name, c := range map[string]struct {
		content []byte
		want    string
	}{
		"nothing":           {nil, "Choose a file."},
		"broken encoding":   {[]byte("Organisation\nÅre\nBor\xe5s\n"), "Line 3: From this line on the file is neither UTF-8 nor Windows-1252."},
		"no heading":        {[]byte("Ale kommun|212000-1439\n"), "Line 1: The first line has no heading"},
		"quotation marks":   {[]byte("Organisation\nA\"b\n"), "Line 2: The quotation marks do not fit together"},
		"100,000 lines":     {[]byte("Organisation\n" + strings.Repeat("Ale\n", 100_000)), "more than 20,000 lines"},
		"an old sheet":      {[]byte("\xd0\xcf\x11\xe0...."), "a spreadsheet of an old kind"},
		"no sheet":          {[]byte("PK\x03\x04nothing"), "The spreadsheet cannot be read."},
		"a bomb":            {bomb(t), "The spreadsheet cannot be read."},
		"more than is read": {bytes.Repeat([]byte("x"), cases.MaxListBytes+1), "The file is larger than 10 MB."},
	} {
		t.Run(name, func(t *testing.T) {
			if s := b.sendList(home, c.content).want(422); !strings.Contains(html.UnescapeString(s.Body), c.want) {
				t.Errorf("not told %q: %s", c.want, s.Body)
			}
		})
	}
	b.sendList(home, []byte("Namn\nBor\xe5s stad\n")).want(200, "Encoding: Windows-1252.", "Check that å, ä and ö look right.")
	b.sendList(home, spreadsheet(t, []any{"Organisation", "Organisation number"}, []any{"Ale kommun", 2120001439}, []any{"x"})).want(200).lacks("evil", "wrong length")
	// A list is its sender's until it is taken, and goes with a click.
	path := b.screen.Path
	h.signedIn("second").get(path).want(404)
	b.get(path)
	b.send(path, "discard", "true").want(200, "There is no customer list yet.")
	b.sendList(home, []byte("Namn\nAle\n")).want(200)
	left := b.screen.Path
	h.clock.pass(25 * 3600 * 1e9)
	if n, err := h.server.Sweep(ctx, h.clock.now()); err != nil || n < 1 {
		t.Errorf("swept %d, %v", n, err)
	}
	h.signedIn("caseworker").get(left).want(404)
}

func TestCoverage_API(t *testing.T) {
	h := open(t)
	at := "/api/v1/incidents/" + h.breach().Number + "/coverage"
	list := func(version int, more ...string) string {
		return fmt.Sprintf(`{"source": "S", "reason": "R", "version": %d, "lines": [{"organisation": "Ale kommun"}, {"organisation": ""}%s]}`, version, strings.Join(more, ""))
	}
	h.get("dpo", at).want(403)
	h.get("caseworker", at).want(200)
	h.post("caseworker", "/api/v1/incidents/INC-2026-9/coverage/list", list(0)).want(404, "no_such_incident")
	h.post("caseworker", at+"/list", `{"source": "", "reason": "", "lines": [{"organisation": "Ale"}]}`).want(422)
	h.post("caseworker", at+"/list", strings.Replace(list(0), `"version"`, `"dry_run": true, "version"`, 1)).want(200)
	if n := h.get("caseworker", at).want(200).value()["total"]; n != 0.0 {
		t.Errorf("a dry run kept %v", n)
	}
	h.post("caseworker", at+"/list", list(0)).want(200)
	h.post("second", at+"/list", list(0)).want(412, "changed_meanwhile")
	var found struct {
		Customers []cases.CoveredCustomer `json:"customers"`
	}
	must(t, json.Unmarshal(h.get("caseworker", at+"/customers").want(200).Body, &found))
	id := found.Customers[0].ID
	h.post("caseworker", at+"/contacts", fmt.Sprintf(`{"customers": [%q], "channel": "TELEPHONE", "date": "2026-11-19", "text": "They will look."}`, id)).want(200)
	h.post("caseworker", at+"/matches", `{"answers": [{"customer": "nobody"}]}`).want(422)
	if n := h.post("caseworker", at+"/statements", fmt.Sprintf(`{"customer": %q, "source": "Telephone", "date": "2026-11-19"}`, id)).want(200).value()["not_affected"]; n != 1.0 {
		t.Errorf("%v not affected", n)
	}
	h.post("caseworker", at+"/list", list(3, strings.Repeat(`, {"organisation": "Ale"}`, 10_000))).want(422, "invalid")
}
