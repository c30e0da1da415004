package web

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// description is the API as the table of URLs describes it.
type description struct {
	rows       []route
	doc        *huma.OpenAPI
	schemas    *schemas
	json, yaml []byte
}

// examples are bodies that each request can begin from. The tests send them.
//
//go:embed examples/*.json
var examples embed.FS

const apiVersion = "1.0.0"

// describe makes the OpenAPI document of the table.
func describe(rows []route, publicURL string) (*description, error) {
	rows = slices.DeleteFunc(slices.Clone(rows), func(r route) bool { return r.Page })
	d := &description{rows: rows, schemas: newSchemas()}
	d.doc = &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: "Vaka", Version: apiVersion,
			Description: "Notifications of personal data breaches (GDPR Art. 33), and the cases that they become. " +
				"Every refusal is a problem document (RFC 9457). Times are RFC 3339 with an offset; answers are in UTC.",
			License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
		},
		Servers: []*huma.Server{{URL: cmp.Or(publicURL, "/")}},
		Components: &huma.Components{
			Schemas: d.schemas.registry,
			SecuritySchemes: map[string]*huma.SecurityScheme{"bearer": {
				Type: "http", Scheme: "bearer", Description: "A session's token from POST /api/v1/session, or an API token.",
			}},
		},
		Tags: []*huma.Tag{
			{Name: tagSession, Description: "Signing in and out."},
			{Name: tagNotifications, Description: "What controllers file, and what they get back."},
			{Name: tagCases, Description: "What the authority does with it."},
			{Name: tagAttachments, Description: "The files of a case."},
			{Name: tagIncidents, Description: "What happened once and reached the authority many times."},
			{Name: tagBatches, Description: "One step on many cases."},
			{Name: tagSelections, Description: "Choosing whom to investigate, with the reasons."},
			{Name: tagAccounts, Description: "Who may do what."},
			{Name: tagOrganisations, Description: "Known controllers and their units."},
			{Name: tagSettings, Description: "Time limits, calendars and rule sets, as administrators set them."},
			{Name: tagIncidentCoverage, Description: "Who of a breached supplier's customers has notified, and who has not."},
			{Name: tagServer, Description: "The server itself, and its description."},
		},
	}
	for _, row := range rows {
		op, err := d.operation(row)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", row.Method, row.Path, err)
		}
		d.doc.AddOperation(op)
	}
	var err error
	if d.json, err = json.Marshal(d.doc); err != nil {
		return nil, fmt.Errorf("spelling the document: %w", err)
	}
	if d.yaml, err = d.doc.YAML(); err != nil {
		return nil, fmt.Errorf("spelling the document as YAML: %w", err)
	}
	return d, nil
}

// operation describes one row.
func (d *description) operation(row route) (*huma.Operation, error) {
	op := &huma.Operation{
		Method: row.Method, Path: row.Path, Tags: []string{row.Tag}, Summary: row.Summary,
		OperationID: operationID(row), Parameters: d.parameters(row), Responses: map[string]*huma.Response{},
		Description: strings.TrimSpace(row.Detail + "\n\nWho: " + row.Access.sentence()),
		Extensions:  map[string]any{"x-access": string(row.Access)},
	}
	if row.Access != Anyone {
		op.Security = []map[string][]string{{"bearer": {}}}
	}
	if row.Body != nil {
		content := &huma.MediaType{Schema: d.schemas.of(row.Body)}
		raw, err := examples.ReadFile("examples/" + row.Example + ".json")
		if err != nil {
			return nil, fmt.Errorf("its example: %w", err)
		}
		if err := json.Unmarshal(raw, &content.Example); err != nil {
			return nil, fmt.Errorf("its example: %w", err)
		}
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{jsonType: content}}
	}
	if row.Octets {
		op.RequestBody = &huma.RequestBody{Required: true, Content: bytesAs(octetType)}
	}
	for _, a := range row.Answers {
		op.Responses[strconv.Itoa(a.Status)] = d.response(a)
	}
	for _, status := range problemsOf(row) {
		p := d.problemResponse(status)
		if page := op.Responses[strconv.Itoa(status)]; page != nil {
			page.Content[problemType] = p.Content[problemType] // some refusals are pages, others are not
			continue
		}
		op.Responses[strconv.Itoa(status)] = p
	}
	return op, nil
}

// operationID is the handler's name, which is one of a kind.
func operationID(row route) string {
	name := runtime.FuncForPC(reflect.ValueOf(row.handle).Pointer()).Name()
	name = name[strings.LastIndexByte(name, '.')+1:]
	return strings.TrimSuffix(name, "-fm")
}

var pathParameter = regexp.MustCompile(`\{(\w+)\}`)

func (d *description) parameters(row route) []*huma.Param {
	var out []*huma.Param
	for _, m := range pathParameter.FindAllStringSubmatch(row.Path, -1) {
		what := map[string]string{"n": "The version's number, 1 for the first.", "unit": "A controller unit's id.", "token": "An API token's id.", "attachment": "An attachment's id.", "upload": "An upload's id.", "offset": "Where the piece begins, in bytes.", "statement": "The statement's id.", "fact": "The fact's id."}[m[1]]
		if what == "" && strings.HasPrefix(row.Path, "/api/v1/incidents/") {
			what = "The incident's id or number."
		}
		if what == "" && strings.HasPrefix(row.Path, "/api/v1/cases/") {
			what = "The case's id or number."
		}
		out = append(out, &huma.Param{Name: m[1], In: "path", Required: true, Description: cmp.Or(what, "The id."), Schema: &huma.Schema{Type: huma.TypeString}})
	}
	for _, p := range row.Query {
		out = append(out, d.queryParameter(p))
	}
	header := func(name, what string, required bool) {
		out = append(out, &huma.Param{Name: name, In: "header", Required: required, Description: what, Schema: &huma.Schema{Type: huma.TypeString}})
	}
	if row.IfMatch {
		header("If-Match", "The ETag of the case, or of what else is changed, as the caller saw it.", true)
	}
	switch row.Key {
	case keyTaken:
		header("Idempotency-Key", "Makes a repeat of the request safe: the same key and body get the first answer again. 1 to 128 visible ASCII characters.", false)
	case keyNeeded:
		header("Idempotency-Key", "A UUID. The same key and body get the first answer again.", true)
	}
	return out
}

func (d *description) queryParameter(p parameter) *huma.Param {
	schema := &huma.Schema{Type: huma.TypeString}
	if p.Type != nil {
		schema = d.schemas.of(p.Type)
	}
	what := p.What
	if p.Hidden {
		what += " For staff."
	}
	if p.Many {
		schema = &huma.Schema{Type: huma.TypeArray, Items: schema}
		what += " Repeated or separated by commas."
	}
	schema.PrecomputeMessages()
	return &huma.Param{Name: p.Name, In: "query", Description: what, Schema: schema}
}

func (d *description) response(a answer) *huma.Response {
	r := &huma.Response{Description: a.What, Headers: map[string]*huma.Param{}}
	header := func(name, what string) {
		r.Headers[name] = &huma.Param{Description: what, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	if a.ETag {
		header("ETag", "Of the case: its version for staff.")
	}
	if a.Place {
		header("Location", "Where what was made is found.")
	}
	if a.Body == nil && a.Type != "" {
		r.Content = bytesAs(a.Type)
	}
	if a.Body == nil {
		return r
	}
	schema := &huma.Schema{}
	if several, ok := a.Body.([]any); ok {
		for _, one := range several {
			schema.AnyOf = append(schema.AnyOf, d.schemas.of(one))
		}
	} else {
		schema = d.schemas.of(a.Body)
	}
	r.Content = map[string]*huma.MediaType{cmp.Or(a.Type, jsonType): {Schema: schema}}
	return r
}

// bytesAs describes a body that is bytes as they are.
func bytesAs(media string) map[string]*huma.MediaType {
	return map[string]*huma.MediaType{media: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
}

func (d *description) problemResponse(status int) *huma.Response {
	r := &huma.Response{
		Description: problemMeaning[status],
		Content:     map[string]*huma.MediaType{problemType: {Schema: d.schemas.of(problem{})}},
	}
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		r.Headers = map[string]*huma.Param{"Retry-After": {Description: "Seconds.", Schema: &huma.Schema{Type: huma.TypeInteger}}}
	}
	return r
}

var problemMeaning = map[int]string{
	400: "The request cannot be read: it is not JSON, or a header is malformed.",
	401: "Who calls is not established: sign in, or send a valid token.",
	403: "The caller is known and may not do this.",
	404: "It is not there, or the caller may not see it.",
	409: "The state of things does not allow it, or the Idempotency-Key was used for another body.",
	412: "Somebody was faster; the problem tells the state now.",
	413: "The body is too large.",
	415: "The body must be JSON, or bytes as they are where it is said so.",
	422: "It was read and cannot be accepted; every fault is listed. A guard of the procedure is named by its code.",
	428: "If-Match is missing.",
	429: "Too many requests; Retry-After says when it works again.",
	500: "Something went wrong in the server.",
	503: "The server cannot answer just now; send the same request again.",
}

// problemsOf are the statuses of the problems that a row can answer with.
func problemsOf(row route) []int {
	out := append([]int{http.StatusInternalServerError}, row.Also...)
	add := func(holds bool, statuses ...int) {
		if holds {
			out = append(out, statuses...)
		}
	}
	api := row.Access != Anyone
	add(api, 401)
	add(api || !row.Unready || row.Path == "/readyz", 503)
	add(row.Access == Staff || row.Access == Administrator || row.Access == Authority || row.Access == Oversight || row.Access == Holder || row.Access == CaseActor, 403)
	add(strings.Contains(row.Path, "{"), 404)
	add(row.Body != nil, 400, 413, 415, 422)
	add(row.Octets, 413, 415, 422)
	add(row.IfMatch, 400, 412, 428)
	add(row.Limited, 429)
	add(slices.ContainsFunc(row.Query, func(p parameter) bool { return p.read != nil }), 422)
	slices.Sort(out)
	return slices.Compact(out)
}
