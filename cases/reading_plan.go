package cases

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"
	"unicode"
)

// form is the sort of JSON value that a Go type is read from.
type form int

const (
	formText form = iota
	formNumber
	formBool
	formTime
	formRaw
	formPointer
	formList
	formMap
	formObject
)

// plan says how a Go type is read. It is worked out once for each type, so that
// reading spends its time on the input and not on reflection.
type plan struct {
	form   form
	typ    reflect.Type
	elem   *plan                               // of a pointer, list or map
	codes  map[string]string                   // of an enumeration
	check  func(string) (code, message string) // of a text with a form of its own
	limit  int                                 // of a text, in characters
	fields []planField                         // of an object, in the order of the type
	byKey  map[string]int                      // index into fields
}

type planField struct {
	key   string
	index []int
	plan  *plan
}

// What a type can say about how its texts are read.
type (
	coded   interface{ Codes() []string }
	limited interface{ MaxCharacters() int }
	checked interface{ Check() (code, message string) }
)

var (
	plans sync.Map // reflect.Type -> *plan

	timeType = reflect.TypeFor[time.Time]()
	rawType  = reflect.TypeFor[json.RawMessage]()
)

// planFor is the plan of a type. A type that cannot be read is a mistake in the
// program and panics at its first use.
func planFor(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	made := planner{}
	p := made.plan(t)
	for t, p := range made { // only now are they whole
		plans.LoadOrStore(t, p)
	}
	return p
}

// planner holds the plans that are being made, so that a type may hold itself.
type planner map[reflect.Type]*plan

func (made planner) plan(t reflect.Type) *plan {
	if p, ok := made[t]; ok {
		return p
	}
	p := &plan{typ: t}
	made[t] = p
	switch {
	case t == timeType:
		p.form = formTime
	case t == rawType:
		p.form = formRaw
	case t.Kind() == reflect.String:
		p.compileText()
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Int64:
		p.form = formNumber
	case t.Kind() == reflect.Bool:
		p.form = formBool
	case t.Kind() == reflect.Pointer:
		p.form, p.elem = formPointer, made.plan(t.Elem())
	case t.Kind() == reflect.Slice:
		p.form, p.elem = formList, made.plan(t.Elem())
	case t.Kind() == reflect.Map && t.Key().Kind() == reflect.String:
		p.form, p.elem = formMap, made.plan(t.Elem())
	case t.Kind() == reflect.Struct:
		p.compileObject(made)
	default:
		panic(fmt.Sprintf("cases: cannot read a %s from JSON", t))
	}
	return p
}

func (p *plan) compileText() {
	p.form, p.limit = formText, maxLine
	zero := reflect.Zero(p.typ).Interface()
	if c, ok := zero.(coded); ok {
		p.codes = make(map[string]string)
		for _, code := range c.Codes() {
			p.codes[code] = code
		}
	}
	if l, ok := zero.(limited); ok {
		p.limit = l.MaxCharacters()
	}
	if _, ok := zero.(checked); ok {
		p.check = func(s string) (code, message string) {
			return reflect.ValueOf(s).Convert(p.typ).Interface().(checked).Check()
		}
	}
}

func (p *plan) compileObject(made planner) {
	p.form, p.byKey = formObject, make(map[string]int)
	for _, f := range reflect.VisibleFields(p.typ) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "-" || (f.Anonymous && name == "") {
			continue // the fields of an embedded type are visible by themselves
		}
		if name == "" {
			name = f.Name
		}
		p.byKey[name] = len(p.fields)
		p.fields = append(p.fields, planField{key: name, index: f.Index, plan: made.plan(f.Type)})
	}
	if len(p.fields) > maxFields {
		panic(fmt.Sprintf("cases: %s has more than %d fields", p.typ, maxFields))
	}
}

// isControl says whether a character has no place in a text. Line ends and
// tabulators have.
func isControl(r rune) bool {
	return r != '\n' && r != '\t' && unicode.IsControl(r)
}
