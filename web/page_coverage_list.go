package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// uploadLife is how long a customer list waits to be looked over.
const uploadLife = 24 * time.Hour

// listUpload is a customer list that somebody has sent and not taken yet.
type listUpload struct {
	ID        string            `json:"id"`
	Account   string            `json:"account"`
	Incident  string            `json:"incident"`
	Version   int64             `json:"version"` // of the coverage when the list was sent
	At        time.Time         `json:"at"`
	File      string            `json:"file"`
	Encoding  string            `json:"encoding,omitempty"`
	Separator string            `json:"separator,omitempty"`
	Source    string            `json:"source"`
	AsOf      cases.Date        `json:"as_of,omitempty"`
	Customers []cases.Customer  `json:"customers"`
	Faults    []cases.LineFault `json:"faults"`
}

// maxUnzipped is the largest spreadsheet that is read, when it is unpacked: one that
// grows beyond is no list of customers.
const maxUnzipped = 64 << 20

// readList makes rows of a file: by what is in it, whatever it is called.
func readList(data []byte) (cases.Table, error) {
	switch {
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return readSheet(data)
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		return cases.Table{}, listRefusal("list_old_excel", "This is a spreadsheet of an old kind, or one with a password. Save it as XLSX without a password, or as CSV UTF-8, and try again.")
	}
	return cases.SplitCSV(data)
}

func listRefusal(code, message string) error {
	return workflow.RefuseFaults("invalid_list", "The list cannot be read.", []workflow.Fault{{Path: "/file", Code: code, Message: message}})
}

// maxSheetColumns is more than any list of customers has.
const maxSheetColumns = 100

// readSheet makes rows of the first sheet of a spreadsheet. Values are read, never
// formulas: a cell with one has the value that it had when it was saved.
func readSheet(data []byte) (cases.Table, error) {
	unreadable := listRefusal("list_unreadable", "The spreadsheet cannot be read. Save it again as XLSX, or as CSV UTF-8, and try again.")
	if len(data) > cases.MaxListBytes {
		return cases.Table{}, listRefusal("list_too_large", "The file is larger than 10 MB. Save only the list's own columns, and try again.")
	}
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxUnzipped, // nothing is written to a folder
	})
	if err != nil {
		return cases.Table{}, unreadable
	}
	defer func() { _ = f.Close() }()
	sheets := f.GetSheetList()
	if len(sheets) == 0 {
		return cases.Table{}, unreadable
	}
	rows, err := f.Rows(sheets[0])
	if err != nil {
		return cases.Table{}, unreadable
	}
	defer func() { _ = rows.Close() }()
	var t cases.Table
	for line := 1; rows.Next(); line++ {
		cells, err := rows.Columns(excelize.Options{RawCellValue: true})
		switch {
		case err != nil:
			return cases.Table{}, unreadable
		case len(cells) > maxSheetColumns:
			return cases.Table{}, listRefusal("list_too_wide", "The sheet has more than 100 columns. Save only the list's own columns, and try again.")
		case len(strings.Join(cells, "")) == 0:
			continue
		}
		if t.Rows = append(t.Rows, cases.TableRow{Line: line, Cells: cells}); len(t.Rows) > cases.MaxCustomers+1 {
			return cases.Table{}, cases.TooManyCustomers()
		}
	}
	if rows.Error() != nil {
		return cases.Table{}, unreadable
	}
	return t, nil
}

func (q *call) coverageListForm() error { return q.askList(http.StatusOK, nil) }

func (q *call) askList(status int, refusal error) error {
	v, err := q.coverageView()
	if err != nil {
		return err
	}
	p := q.coverageForm(v, "coverage.take_list")
	p.Narrow = true
	p.Fields = []formField{
		{Name: "source", Label: p.T("coverage.source"), Hint: p.T("coverage.source.hint"), Widget: lineWidget, Required: true, Value: v.Incident.Supplier},
		{Name: "as_of", Label: p.T("coverage.as_of"), Widget: dateWidget},
	}
	p.fill(q, refusal)
	for i, f := range faultsOf(refusal) {
		line, ok := strings.CutPrefix(f.Path, "/file")
		if !ok {
			continue
		}
		p.Faults[i].Field = "file"
		if line = strings.TrimPrefix(line, "/"); line != "" {
			p.Faults[i].Message = p.T("coverage.line", "N", line) + ": " + p.Faults[i].Message
		}
		p.Typed["file"] = p.Faults[i].Message
	}
	return q.render(status, "coverage_list", p)
}

// coverageListRead reads a file and keeps it for a day, until somebody has looked it
// over and takes it.
func (q *call) coverageListRead() error {
	v, err := q.coverageView()
	if err != nil {
		return err
	}
	u, err := q.uploaded(v)
	if err != nil {
		if !forPeople(err) {
			return err
		}
		return q.askList(http.StatusUnprocessableEntity, err)
	}
	if err := q.s.opt.Store.Insert(q.ctx, cases.CoverageUploads, u.ID, u); err != nil {
		return cases.Unavailable(fmt.Errorf("keeping a customer list: %w", err))
	}
	return q.see(coverageHome(v.Incident) + "/list/" + u.ID)
}

func (q *call) uploaded(v cases.CoverageView) (*listUpload, error) {
	name, data, err := q.formFile("file")
	if err != nil {
		return nil, err
	}
	t, err := readList(data)
	if err != nil {
		return nil, err
	}
	customers, faults, err := cases.ReadCustomers(t)
	if err != nil {
		return nil, err
	}
	u := &listUpload{
		ID: cases.NewID(q.s.now()), Account: q.actor.Account, Incident: v.Incident.ID, Version: v.Record.Version, At: q.s.now(),
		File: name, Encoding: t.Encoding, Source: strings.TrimSpace(q.FormValue("source")), AsOf: cases.Date(q.FormValue("as_of")),
		Customers: customers, Faults: faults,
	}
	if t.Separator != 0 {
		u.Separator = string(t.Separator)
	}
	return u, nil
}

// formFile is the one file of a form.
func (q *call) formFile(field string) (name string, data []byte, err error) {
	head, err := q.FormFile(field)
	if err != nil || head.Size == 0 {
		return "", nil, listRefusal("list_missing", "Choose a file.")
	}
	file, err := head.Open()
	if err != nil {
		return "", nil, fmt.Errorf("opening a form's file: %w", err)
	}
	defer func() { _ = file.Close() }() // it is in memory
	if data, err = io.ReadAll(file); err != nil {
		return "", nil, fmt.Errorf("reading a form's file: %w", err)
	}
	return cases.CleanFileName(head.Filename), data, nil
}

// sentList is the list of the URL, of whoever sent it and of nobody else.
func (q *call) sentList(v cases.CoverageView) (*listUpload, error) {
	gone := workflow.Refuse(workflow.NotFound, "no_such_upload", "There is no such list. It may have been taken, or more than a day has passed. Send it again.")
	if !cases.IsID(q.Params("upload")) {
		return nil, gone
	}
	var u listUpload
	err := q.s.opt.Store.Get(q.ctx, cases.CoverageUploads, q.Params("upload"), &u)
	switch {
	case errors.Is(err, cases.ErrNotFound):
		return nil, gone
	case err != nil:
		return nil, cases.Unavailable(fmt.Errorf("customer list: %w", err))
	case u.Account != q.actor.Account || u.Incident != v.Incident.ID || q.s.now().Sub(u.At) > uploadLife:
		return nil, gone
	}
	return &u, nil
}

// coverageListPage shows what a list would bring.
type coverageListPage struct {
	coverageForm
	Upload  *listUpload
	Preview cases.ListPreview
	Figures cases.CoverSummary
	Wrong   []cases.LineFault // as many as are shown
	Out     int               // lines that are left out
	Asked   int               // lines that will be asked about
	Unknown int               // organisations that nobody here knows
	More    int               // faults that are not shown
}

// Separator names what parts the columns.
func (p coverageListPage) Separator() string {
	switch p.Upload.Separator {
	case ",":
		return "comma"
	case "\t":
		return "tab"
	}
	return "semicolon"
}

// shownFaults is how many faults a preview shows.
const shownFaults = 200

func (q *call) coverageListPreview() error { return q.previewList(http.StatusOK, nil) }

func (q *call) previewList(status int, refusal error) error {
	v, err := q.coverageView()
	if err != nil {
		return err
	}
	u, err := q.sentList(v)
	if err != nil {
		return err
	}
	p := coverageListPage{coverageForm: q.coverageForm(v, "coverage.preview"), Upload: u}
	p.Path = p.Home() + "/list/" + u.ID
	if p.Preview, err = q.s.opt.Cases.Coverage().Preview(q.ctx, q.actor, v.Incident.ID, u.Customers, u.Faults); err != nil {
		return err
	}
	p.Figures = p.Preview.Summary(q.s.opt.Zone)
	for _, f := range p.Preview.Faults {
		switch {
		case f.LeftOut:
			p.Out++
		case f.Code == cases.LineNotCertain:
			p.Asked++
		case f.Code == cases.LineUnknown:
			p.Unknown++
		}
	}
	p.Wrong = p.Preview.Faults[:min(len(p.Preview.Faults), shownFaults)]
	p.More = len(p.Preview.Faults) - len(p.Wrong)
	p.Fields = []formField{{Name: "reason", Label: p.T("coverage.reason"), Hint: p.T("coverage.reason.hint"), Widget: textWidget, Required: true}}
	p.fill(q, refusal)
	return q.render(status, "coverage_preview", p)
}

// coverageListTake makes a list that was looked over the newest one.
func (q *call) coverageListTake() error {
	v, err := q.coverageView()
	if err != nil {
		return err
	}
	u, err := q.sentList(v)
	if err != nil {
		return err
	}
	if q.FormValue("discard") == "" {
		_, err = q.s.opt.Cases.Coverage().TakeList(q.ctx, q.actor, v.Incident.ID, u.Version, cases.CustomerList{
			Source: u.Source, AsOf: u.AsOf, File: u.File, Customers: u.Customers, Reason: cases.Text(strings.TrimSpace(q.FormValue("reason"))),
		})
		if err != nil && !forPeople(err) {
			return err
		}
		if err != nil {
			return q.previewList(http.StatusUnprocessableEntity, err)
		}
	}
	if err := q.s.opt.Store.Delete(q.ctx, cases.CoverageUploads, u.ID); err != nil {
		return cases.Unavailable(fmt.Errorf("forgetting a customer list: %w", err))
	}
	if q.FormValue("discard") != "" {
		return q.see(coverageHome(v.Incident))
	}
	return q.see(coverageHome(v.Incident) + "?done=coverage_list")
}

// sweepUploads deletes the lists that nobody took.
func (s *Server) sweepUploads(ctx context.Context, now time.Time) (int, error) {
	var old []string
	err := s.opt.Store.Scan(ctx, cases.CoverageUploads, func(id string, decode func(any) error) error {
		var u struct {
			At time.Time `json:"at"`
		}
		if err := decode(&u); err != nil {
			return err
		}
		if now.Sub(u.At) > uploadLife {
			old = append(old, id)
		}
		return nil
	})
	if err != nil {
		return 0, cases.Unavailable(fmt.Errorf("looking for old customer lists: %w", err))
	}
	for i, id := range old {
		if err := s.opt.Store.Delete(ctx, cases.CoverageUploads, id); err != nil {
			return i, cases.Unavailable(fmt.Errorf("deleting an old customer list: %w", err))
		}
	}
	return len(old), nil
}
