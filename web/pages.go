package web

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
	"golang.org/x/text/language"

	"github.com/vaka-project/vaka/workflow"
)

//go:embed pages/*.html pages/vaka.css
var pageFiles embed.FS

// pageTemplates are all read at start, so that a broken one is seen at once.
var pageTemplates = template.Must(template.New("").Funcs(template.FuncMap{"lower": strings.ToLower}).ParseFS(pageFiles, "pages/*.html"))

var (
	css    = mustRead("pages/vaka.css")
	cssTag = func() string {
		sum := sha256.Sum256(css)
		return `"` + hex.EncodeToString(sum[:12]) + `"`
	}()
)

func mustRead(name string) []byte {
	b, err := pageFiles.ReadFile(name)
	if err != nil {
		panic("an embedded file is missing: " + err.Error())
	}
	return b
}

// sheet is what every page of this file shows.
type sheet struct {
	Lang      string
	Authority string
	Words     map[string]string
	Body      any
}

// languages are those of the pages; the first is for whoever asks for none.
var languages = language.NewMatcher([]language.Tag{language.Swedish, language.English})

// show answers with a page in the reader's language.
func (q *call) show(status int, name string, body any) error {
	lang := q.language()
	words := pageWords[lang]
	var out bytes.Buffer
	err := pageTemplates.ExecuteTemplate(&out, name, sheet{
		Lang: lang, Authority: cmp.Or(q.s.opt.AuthorityName, words["authority"]), Words: words, Body: body,
	})
	if err != nil {
		return fmt.Errorf("showing %s: %w", name, err)
	}
	h := &q.Response().Header
	h.Set(fiber.HeaderContentSecurityPolicy, pagePolicy)
	h.Set(fiber.HeaderContentLanguage, lang)
	h.Set(fiber.HeaderVary, fiber.HeaderAcceptLanguage)
	h.SetContentType(htmlType)
	q.Status(status)
	return q.Send(out.Bytes())
}

func (q *call) language() string {
	header := q.Get(fiber.HeaderAcceptLanguage)
	if len(header) > 200 {
		return "sv"
	}
	wanted, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return "sv"
	}
	if _, i, _ := languages.Match(wanted...); i == 1 {
		return "en"
	}
	return "sv"
}

func (q *call) stylesheet() error {
	q.Set(fiber.HeaderCacheControl, "public, max-age=3600")
	if q.unchanged(cssTag) {
		return q.notModified(cssTag)
	}
	q.Set(fiber.HeaderETag, cssTag)
	q.Response().Header.SetContentType(cssType)
	return q.Send(css)
}

// setupBody is what the form of the first administrator shows.
type setupBody struct {
	Token       string
	Name, Email string
	Faults      []string
	Done        bool
	Refused     bool
}

func (q *call) setupForm() error {
	return q.show(http.StatusOK, "setup.html", setupBody{Token: q.Query("token"), Refused: q.Query("token") == ""})
}

func (q *call) setup() error {
	if err := q.sameOrigin(); err != nil {
		return err
	}
	if kind, _, _ := strings.Cut(string(q.Request().Header.ContentType()), ";"); kind != fiber.MIMEApplicationForm {
		return refuse(http.StatusUnsupportedMediaType, "form_required", "Use the form at /setup.")
	}
	field := func(name string) string { return string(q.Request().PostArgs().Peek(name)) }
	in := setupBody{Token: field("token"), Name: field("name"), Email: field("email")}
	_, err := q.s.opt.Auth.Bootstrap(q.ctx, in.Token, in.Name, in.Email, field("password"))
	e, forPeople := errors.AsType[*workflow.Error](err)
	words := pageWords[q.language()]
	switch {
	case err == nil:
		return q.show(http.StatusOK, "setup.html", setupBody{Done: true})
	case !forPeople || e.Kind == workflow.Unavailable:
		return err
	case e.Kind == workflow.Forbidden:
		return q.show(http.StatusForbidden, "setup.html", setupBody{Refused: true})
	}
	for _, f := range e.Faults {
		in.Faults = append(in.Faults, cmp.Or(words[f.Path], f.Path)+": "+cmp.Or(words[f.Code], f.Message))
	}
	if len(e.Faults) == 0 {
		in.Faults = []string{cmp.Or(words[e.Code], e.Message)}
	}
	return q.show(http.StatusUnprocessableEntity, "setup.html", in)
}

// sameOrigin refuses a form that a page of another site sends.
func (q *call) sameOrigin() error {
	r := &http.Request{Method: q.Method(), Host: string(q.Request().Host()), Header: http.Header{}}
	for _, name := range []string{"Sec-Fetch-Site", "Origin"} {
		if v := q.Get(name); v != "" {
			r.Header.Set(name, v)
		}
	}
	if err := q.s.origin.Check(r); err != nil {
		return forbidden("A page of another site sent this form. Open the link yourself.")
	}
	return nil
}

// apiGroup is what the page of the API shows of one tag.
type apiGroup struct {
	Name, What string
	Operations []apiOperation
}

type apiOperation struct {
	Method, Path, Summary, Detail string
	Parameters                    []apiField
	Body                          string
	Fields                        []apiField
	Answers                       []apiField
}

type apiField struct {
	Name, Type, What string
	Needed           bool
}

func (q *call) apiPage() error {
	d, err := q.s.doc()
	if err != nil {
		return fmt.Errorf("describing the API: %w", err)
	}
	return q.show(http.StatusOK, "api.html", d.groups())
}

// groups is the description, as its page shows it.
func (d *description) groups() []apiGroup {
	var out []apiGroup
	for _, tag := range d.doc.Tags {
		g := apiGroup{Name: tag.Name, What: tag.Description}
		for _, row := range d.rows {
			if row.Tag == tag.Name {
				g.Operations = append(g.Operations, d.shown(row))
			}
		}
		out = append(out, g)
	}
	return out
}

func (d *description) shown(row route) apiOperation {
	item := d.doc.Paths[row.Path]
	op := map[string]*huma.Operation{get: item.Get, post: item.Post, put: item.Put, del: item.Delete}[row.Method]
	out := apiOperation{Method: row.Method, Path: row.Path, Summary: row.Summary, Detail: op.Description}
	for _, p := range op.Parameters {
		out.Parameters = append(out.Parameters, apiField{Name: p.Name, Type: p.In, What: p.Description, Needed: p.Required})
	}
	if op.RequestBody != nil {
		schema := op.RequestBody.Content[jsonType].Schema
		out.Body = strings.TrimPrefix(schema.Ref, schemaPrefix)
		out.Fields = d.fields(schema)
	}
	for status, r := range op.Responses {
		a := apiField{Name: status, What: r.Description}
		for kind, content := range r.Content {
			a.Type = cmp.Or(d.typeName(content.Schema), kind)
		}
		out.Answers = append(out.Answers, a)
	}
	slices.SortFunc(out.Answers, func(a, b apiField) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// fields are the fields of an object, the needed ones first.
func (d *description) fields(schema *huma.Schema) []apiField {
	if schema.Ref != "" {
		schema = d.schemas.registry.SchemaFromRef(schema.Ref)
	}
	var out []apiField
	for name, p := range schema.Properties {
		out = append(out, apiField{Name: name, Type: d.typeName(p), What: p.Description, Needed: slices.Contains(schema.Required, name)})
	}
	slices.SortFunc(out, func(a, b apiField) int {
		if a.Needed != b.Needed {
			if a.Needed {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out
}

// typeName names a schema in a word or two.
func (d *description) typeName(s *huma.Schema) string {
	switch {
	case s.Ref != "":
		return strings.TrimPrefix(s.Ref, schemaPrefix)
	case len(s.AnyOf) > 0:
		var names []string
		for _, one := range s.AnyOf {
			names = append(names, d.typeName(one))
		}
		return strings.Join(names, " / ")
	case s.Type == huma.TypeArray:
		return "[" + d.typeName(s.Items) + "]"
	case s.Format != "":
		return s.Format
	case s.MaxLength != nil:
		return s.Type + " ≤ " + strconv.Itoa(*s.MaxLength)
	}
	return s.Type
}
