package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/danielgtaylor/huma/v2"
)

// Row is what the tests see of a row of the table.
type Row struct {
	Method, Path, Example string
	Access                Access
	IfMatch, Limited      bool
	Keyed                 bool
	HasBody               bool
}

// Rows is the table of URLs.
func Rows() []Row { return rowsOf(routes()) }

// PageRows is the table of the pages.
func PageRows() []Row {
	return rowsOf(slices.Concat(pageRoutes, guestRoutes, incidentRoutes, batchRoutes))
}

func rowsOf(table []route) []Row {
	var out []Row
	for _, r := range table {
		out = append(out, Row{r.Method, r.Path, r.Example, r.Access, r.IfMatch, r.Limited, r.Key != noKey, r.Body != nil})
	}
	return out
}

// SessionForms are the addresses of the forms that need a session, and whether each
// keeps what was typed over its end.
func (s *Server) SessionForms() map[string]bool {
	out := map[string]bool{}
	for i := range s.table {
		if row := &s.table[i]; row.Page && row.Method == post && row.Access != Anyone {
			out[row.Path] = s.carries(row)
		}
	}
	return out
}

// SecretFields are the names of fields that are carried nowhere.
func SecretFields() []string { return secretFields }

// BodyOf is a body from examples/.
func BodyOf(name string) []byte {
	b, err := examples.ReadFile("examples/" + name + ".json")
	if err != nil {
		panic(err)
	}
	return b
}

// OpenAPI is the description of the API.
func (s *Server) OpenAPI() (*huma.OpenAPI, error) {
	d, err := s.doc()
	if err != nil {
		return nil, err
	}
	return d.doc, nil
}

// Check says how an answer differs from the description of its row.
func (s *Server) Check(method, path string, status int, kind string, body []byte) []string {
	d, err := s.doc()
	if err != nil {
		return []string{err.Error()}
	}
	row := s.rowOf(cmp.Or(map[string]string{"HEAD": get}[method], method), path)
	if row == nil {
		return s.checkBody(d, &huma.Schema{Ref: schemaPrefix + "Problem"}, body)
	}
	item := d.doc.Paths[row.Path]
	op := map[string]*huma.Operation{get: item.Get, post: item.Post, put: item.Put, del: item.Delete}[row.Method]
	r := op.Responses[fmt.Sprint(status)]
	if r == nil {
		return []string{fmt.Sprintf("%s %s does not say that it answers %d", row.Method, row.Path, status)}
	}
	if len(r.Content) == 0 {
		if len(body) > 0 {
			return []string{"a body that is not described"}
		}
		return nil
	}
	content := r.Content[kind]
	if content == nil && kind != problemType && kind != jsonType {
		content = r.Content[anyType]
	}
	if content == nil {
		return []string{fmt.Sprintf("%s %s does not say that it answers %d with %s", row.Method, row.Path, status, kind)}
	}
	if kind != jsonType && kind != problemType {
		return nil
	}
	return s.checkBody(d, content.Schema, body)
}

func (s *Server) checkBody(d *description, schema *huma.Schema, body []byte) []string {
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return []string{"not JSON: " + err.Error()}
	}
	res := &huma.ValidateResult{}
	huma.Validate(d.schemas.registry, schema, huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, v, res)
	var out []string
	for _, err := range res.Errors {
		out = append(out, err.Error())
	}
	return out
}

// CheckRequest says how a body differs from the description of what a row takes.
func (s *Server) CheckRequest(method, path string, body []byte) []string {
	d, err := s.doc()
	if err != nil {
		return []string{err.Error()}
	}
	row := s.rowOf(cmp.Or(map[string]string{"HEAD": get}[method], method), path)
	return s.checkBody(d, d.schemas.of(row.Body), body)
}

// LocalPath is where a parameter may lead.
func LocalPath(next string) string { return localPath(next) }

// Chart is a chart of columns of which half is the part.
func Chart(values []int) columnChart {
	var columns []columnValue
	for _, n := range values {
		columns = append(columns, columnValue{Whole: n, Part: n / 2})
	}
	return newColumnChart(columns, func(any) string { return "" })
}

// Spell writes a document as text.
func Spell(v any) string { return string(marshal(v)) }
