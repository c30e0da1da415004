package web

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
)

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

// apiPage is the description of the API, to read.
type apiPage struct {
	page
	Groups []apiGroup
}

// api shows the description of the API to people.
func (q *call) api() error {
	d, err := q.s.doc()
	if err != nil {
		return fmt.Errorf("describing the API: %w", err)
	}
	return q.render(fiber.StatusOK, "api", apiPage{page: q.page("", "api.title"), Groups: d.groups()})
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
	if row.Octets {
		out.Body = octetType
	} else if op.RequestBody != nil {
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
