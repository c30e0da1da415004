package web

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/gofiber/fiber/v2"
	"github.com/xuri/excelize/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// exportRows is the longest list that becomes a file.
const exportRows = 100_000

// The kinds of file that a list becomes.
const (
	csvType  = "text/csv; charset=utf-8"
	xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// exportParameters are the filters and orders of the list, and the columns. A file
// has no pages.
var exportParameters = append(withoutParameters(listParameters, "limit", "cursor"), parameter{
	Name: "columns", What: "The columns in their order; the usual ones where nothing is said.", Type: columnName(""), Many: true, read: (*listing).columnNames,
})

// columnName is a column of the queue, for the description of the API.
type columnName string

// Codes lists the columns.
func (columnName) Codes() []string { return columnNames() }

var exportRoutes = []route{
	{
		Method: get, Path: "/api/v1/cases.csv", Access: Staff, Tag: tagCases, handle: (*call).casesAsCSV, Query: exportParameters,
		Summary: "A list of cases as a CSV file",
		Detail: "Every case of the list, at most 100,000. Words are in the language of Accept-Language, instants in the authority's time. " +
			"Fields are separated by semicolons in Swedish, where the comma is the decimal sign, and by commas in English. A text that a spreadsheet would take for a formula begins with an apostrophe.",
		Answers: []answer{{Status: 200, What: "The file, in UTF-8 with a byte order mark.", Body: "", Type: csvType}},
	},
	{
		Method: get, Path: "/api/v1/cases.xlsx", Access: Staff, Tag: tagCases, handle: (*call).casesAsXLSX, Query: exportParameters,
		Summary: "A list of cases as a spreadsheet", Detail: "As the CSV file, with dates as dates.",
		Answers: []answer{{Status: 200, What: "The file.", Body: "", Type: xlsxType}},
	},
}

func (q *call) casesAsCSV() error  { return q.exportAsked(writeCSV, "csv", csvType) }
func (q *call) casesAsXLSX() error { return q.exportAsked(writeXLSX, "xlsx", xlsxType) }

// exportAsked makes a file of what a program asks for.
func (q *call) exportAsked(write sheetWriter, suffix, kind string) error {
	l := &listing{q: q, params: exportParameters}
	if err := l.read(); err != nil {
		return err
	}
	if len(l.columns) == 0 {
		l.columns = usualColumns
	}
	return q.export(l.query, l.columns, write, suffix, kind)
}

// queueAsCSV and queueAsXLSX make a file of what the page shows, on all its pages.
func (q *call) queueAsCSV() error  { return q.exportShown(writeCSV, "csv", csvType) }
func (q *call) queueAsXLSX() error { return q.exportShown(writeXLSX, "xlsx", xlsxType) }

func (q *call) exportShown(write sheetWriter, suffix, kind string) error {
	l := &listing{q: q, params: queueParameters}
	if err := l.read("done"); err != nil {
		return err
	}
	setup, err := q.queueSetup(l.view)
	if err != nil {
		return err
	}
	return q.export(l.query, setup.columns, write, suffix, kind)
}

// sheet is a table on its way into a file.
type sheet struct {
	title   string
	headers []string
	columns []queueColumn
	teller  *teller
	cases   *cases.Extract
}

type sheetWriter func(*sheet) (*bytes.Buffer, error)

// export answers with a file. Few are made at once: each takes as much memory as it
// is long.
func (q *call) export(query cases.Query, columns []string, write sheetWriter, suffix, kind string) error {
	select {
	case q.s.exports <- struct{}{}:
		defer func() { <-q.s.exports }()
	case <-q.ctx.Done():
		return workflow.Refuse(workflow.Unavailable, "exports_busy", "Others are making files just now. Try again in a moment.")
	}
	found, err := q.s.opt.Cases.Board().Extract(query, q.actor, q.s.now(), exportRows)
	if err != nil {
		return err
	}
	p := q.page("queue", "queue.title")
	s := &sheet{title: p.Title, columns: columnsOf(columns), teller: q.teller(p), cases: found}
	for _, c := range s.columns {
		s.headers = append(s.headers, p.T("column."+c.Name))
	}
	file, err := write(s)
	if err != nil {
		return fmt.Errorf("writing a list as %s: %w", suffix, err)
	}
	name := p.T("export.file", "Date", p.now.In(p.zone).Format(time.DateOnly)) + "." + suffix
	q.Set(fiber.HeaderContentType, kind)
	q.Set(fiber.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	q.Status(http.StatusOK)
	return q.Send(file.Bytes())
}

// byteOrderMark tells spreadsheets that a file is UTF-8.
const byteOrderMark = "\ufeff"

// newCSV begins a file as RFC 4180 says, with the separator that a spreadsheet of the
// language expects.
func newCSV(b *bytes.Buffer, language string) *csv.Writer {
	b.WriteString(byteOrderMark)
	w := csv.NewWriter(b)
	w.UseCRLF = true
	if language == "sv" {
		w.Comma = ';'
	}
	return w
}

// writeCSV writes a table as a CSV file.
func writeCSV(s *sheet) (*bytes.Buffer, error) {
	var b bytes.Buffer
	w := newCSV(&b, s.teller.Tag)
	if err := w.Write(s.headers); err != nil {
		return nil, err
	}
	record := make([]string, len(s.columns))
	err := s.cases.Each(func(one *cases.Summary) error {
		for i := range s.columns {
			record[i] = s.text(s.columns[i].value(s.teller, one))
		}
		return w.Write(record)
	})
	if err != nil {
		return nil, err
	}
	w.Flush()
	return &b, w.Error()
}

// text is a value as a CSV file holds it.
func (s *sheet) text(value any) string {
	switch v := value.(type) {
	case time.Time:
		return v.In(s.teller.zone).Format("2006-01-02 15:04")
	case string:
		return harmless(v)
	}
	return ""
}

// harmless keeps a spreadsheet from taking what a stranger wrote for a formula: such
// a text gets an apostrophe before it. Spaces and what cannot be seen may stand before
// the sign, and the wide forms of the signs count too.
func harmless(text string) string {
	if text == "" {
		return ""
	}
	visible := strings.TrimLeftFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
	})
	if strings.ContainsAny(text[:1], "\t\r\n") || visible != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(visible)[0]) {
		return "'" + text
	}
	return text
}

// writeXLSX writes a table as a spreadsheet. Texts are texts there, never formulas,
// and instants are dates by the authority's clock.
func writeXLSX(s *sheet) (*bytes.Buffer, error) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	if err := f.SetSheetName("Sheet1", s.title); err != nil {
		return nil, err
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, err
	}
	format := "yyyy-mm-dd hh:mm"
	instant, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
	if err != nil {
		return nil, err
	}
	w, err := f.NewStreamWriter(s.title)
	if err != nil {
		return nil, err
	}
	for i, c := range s.columns {
		if err := w.SetColWidth(i+1, i+1, c.width); err != nil {
			return nil, err
		}
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	row := make([]any, len(s.columns))
	for i, h := range s.headers {
		row[i] = excelize.Cell{StyleID: bold, Value: h}
	}
	if err := w.SetRow("A1", row); err != nil {
		return nil, err
	}
	n := 1
	err = s.cases.Each(func(one *cases.Summary) error {
		for i := range s.columns {
			row[i] = s.columns[i].value(s.teller, one)
			if at, ok := row[i].(time.Time); ok {
				row[i] = excelize.Cell{StyleID: instant, Value: at.In(s.teller.zone)}
			}
		}
		n++
		return w.SetRow(fmt.Sprint("A", n), row)
	})
	if err != nil {
		return nil, err
	}
	if err := w.Flush(); err != nil {
		return nil, err
	}
	return f.WriteToBuffer()
}
