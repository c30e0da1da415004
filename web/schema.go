package web

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/notifier"
	"github.com/vaka-project/vaka/workflow"
)

// schemas makes JSON Schemas of Go types. huma reads the struct tags; what the types
// say by their methods (their codes, their longest text, their form) is added here.
type schemas struct {
	registry huma.Registry
	done     map[reflect.Type]bool
	enums    map[string]reflect.Type // by the name of their schema
}

const schemaPrefix = "#/components/schemas/"

// schemaNames tells types of the same name apart.
var schemaNames = map[reflect.Type]string{
	reflect.TypeFor[workflow.Deadline]():  "JudgedDeadline",
	reflect.TypeFor[cases.Deadline]():     "ReceiptDeadline",
	reflect.TypeFor[workflow.Measure]():   "CorrectivePower",
	reflect.TypeFor[cases.Risk]():         "RiskToPeople",
	reflect.TypeFor[filedView]():          "Filed",
	reflect.TypeFor[stateView]():          "StateDescription",
	reflect.TypeFor[workflow.Step]():      "StepDescription",
	reflect.TypeFor[caseView]():           "Case",
	reflect.TypeFor[auth.Profile]():       "Account",
	reflect.TypeFor[auth.Token]():         "APIToken",
	reflect.TypeFor[newTokenView]():       "NewAPIToken",
	reflect.TypeFor[auth.NewToken]():      "NewAPITokenRequest",
	reflect.TypeFor[auth.NewAccount]():    "NewAccountRequest",
	reflect.TypeFor[edpbPayload]():        "EDPBBreachNotification",
	reflect.TypeFor[sessionView]():        "Session",
	reflect.TypeFor[auth.Link]():          "OneTimeLink",
	reflect.TypeFor[linkView]():           "OneTimeLinkToHandOver",
	reflect.TypeFor[auth.NewInvitation](): "InvitationRequest",
	reflect.TypeFor[auth.Happening]():     "AccountEvent",
	reflect.TypeFor[auth.NewAbsence]():    "AbsenceRequest",
	reflect.TypeFor[cases.PartyBar]():     "ConflictOfInterest",
	reflect.TypeFor[auth.StaffBar]():      "StaffConflictOfInterest",
	reflect.TypeFor[workflow.Refusal]():   "StepRefusal",
	reflect.TypeFor[cases.BatchView]():    "BatchPreviewOfCase",
	reflect.TypeFor[notifier.Outcome]():   "LetterOutcome",
	reflect.TypeFor[notifier.Reason]():    "LetterReason",
	reflect.TypeFor[notifier.Result]():    "LetterResult",
}

func newSchemas() *schemas {
	return &schemas{done: map[reflect.Type]bool{}, enums: map[string]reflect.Type{}, registry: huma.NewMapRegistry(schemaPrefix, schemaName)}
}

func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if name, ok := schemaNames[t]; ok {
		return name
	}
	return strings.TrimSuffix(huma.DefaultSchemaNamer(t, hint), "View")
}

// of is the schema of a value's type.
func (s *schemas) of(v any) *huma.Schema {
	t := reflect.TypeOf(v)
	if t == reflect.TypeFor[edpbPayload]() {
		return s.contract(t)
	}
	schema := s.registry.Schema(t, true, "")
	return s.enrich(schema, t)
}

// contract is the EDPB's payload, which has a hundred fields that its template
// explains: here only their names are told.
func (s *schemas) contract(t reflect.Type) *huma.Schema {
	name := schemaName(t, "")
	s.registry.Map()[name] = &huma.Schema{
		Type: huma.TypeObject, AdditionalProperties: true,
		Description: "The fields field_3 to field_126 of the EDPB template for Article 33 notifications, v1.0, with its letters as codes. " +
			"Multi-select fields may be lists of letters, numbers may be texts, date-times may lack seconds and offset (then they are local times of the authority), and empty texts are as if they were left out.",
		Extensions: map[string]any{"patternProperties": map[string]any{"^field_[0-9]+$": map[string]any{}}},
	}
	return &huma.Schema{Ref: schemaPrefix + name}
}

// enrich adds to a schema what its type says by its methods, and returns the schema
// to use in its place.
func (s *schemas) enrich(schema *huma.Schema, t reflect.Type) *huma.Schema {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[time.Time](), t == reflect.TypeFor[json.RawMessage]():
	case t == reflect.TypeFor[json.Number]():
		schema.Type = huma.TypeNumber
	case t.Kind() == reflect.String:
		return s.text(schema, t)
	case t.Kind() == reflect.Slice || t.Kind() == reflect.Array:
		schema.Items = s.enrich(schema.Items, t.Elem())
	case t.Kind() == reflect.Map:
		if values, ok := schema.AdditionalProperties.(*huma.Schema); ok {
			schema.AdditionalProperties = s.enrich(values, t.Elem())
		}
	case t.Kind() == reflect.Struct && schema.Ref != "":
		s.object(t)
	}
	return schema
}

// object enriches the fields of a registered struct, once.
func (s *schemas) object(t reflect.Type) {
	if s.done[t] {
		return
	}
	s.done[t] = true
	whole := s.registry.Map()[schemaName(t, "")]
	ours := strings.HasSuffix(t.PkgPath(), "/web")
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		property := whole.Properties[name]
		if property == nil {
			continue
		}
		what := property.Description
		enriched := s.enrich(property, f.Type)
		if enriched.Ref != "" && what != "" {
			enriched = &huma.Schema{Ref: enriched.Ref, Description: what}
		}
		if ours && enriched.Type == huma.TypeArray {
			enriched.Nullable = false // the answers of this package have [] for nothing
		}
		enriched.PrecomputeMessages()
		whole.Properties[name] = enriched
	}
	if t == reflect.TypeFor[cases.Notification]() {
		s.titleFields(whole)
	}
	whole.PrecomputeMessages()
}

// text is the schema of a text: of an enumeration the one that all its places
// share, else the text with the limits that its type sets.
func (s *schemas) text(schema *huma.Schema, t reflect.Type) *huma.Schema {
	zero := reflect.Zero(t).Interface()
	if coded, ok := zero.(interface{ Codes() []string }); ok {
		name := schemaName(t, "")
		if other := s.enums[name]; other != nil && other != t {
			panic("two enumerations are called " + name) // give one of them a name in schemaNames
		}
		s.enums[name] = t
		if s.registry.Map()[name] == nil {
			enum := &huma.Schema{Type: huma.TypeString}
			for _, code := range coded.Codes() {
				enum.Enum = append(enum.Enum, code)
			}
			enum.PrecomputeMessages()
			s.registry.Map()[name] = enum
		}
		return &huma.Schema{Ref: schemaPrefix + name, Description: schema.Description}
	}
	if limited, ok := zero.(interface{ MaxCharacters() int }); ok {
		most := limited.MaxCharacters()
		schema.MaxLength = &most
	}
	switch t {
	case reflect.TypeFor[cases.Date]():
		schema.Format = "date"
	case reflect.TypeFor[cases.Country]():
		schema.Pattern = "^[A-Z]{2}$"
	case reflect.TypeFor[cases.Language]():
		schema.Pattern = "^[a-z]{2}$"
	}
	schema.PrecomputeMessages()
	return schema
}

// titleFields names the fields of a notification as its form does.
func (s *schemas) titleFields(whole *huma.Schema) {
	for _, f := range cases.Fields() {
		at := whole
		var holder *huma.Schema
		var last string
		for key := range strings.SplitSeq(f.Path, ".") {
			for at != nil && at.Ref != "" {
				at = s.registry.SchemaFromRef(at.Ref)
			}
			if at == nil {
				break
			}
			holder, last = at, key
			at = at.Properties[key]
		}
		if at == nil || holder == nil || at.Description != "" {
			continue
		}
		what := f.Title
		if f.Row != "" {
			what += " (EDPB " + f.Row + ")"
		}
		titled := *at
		titled.Description = what
		holder.Properties[last] = &titled
	}
}
