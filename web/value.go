package web

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/vaka-project/vaka/cases"
)

// Value writes an answer of a notification in words: codes by their meaning,
// instants and numbers as the language writes them.
func (p page) Value(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case time.Time:
		return p.DateTime(x)
	case *time.Time:
		return p.optional(x == nil, func() string { return p.DateTime(*x) })
	case *bool:
		return p.optional(x == nil, func() string { return p.yesNo(*x) })
	case *int64:
		return p.optional(x == nil, func() string { return p.Number(*x) })
	case cases.Date:
		return p.day(x)
	case cases.Contact:
		return x.String()
	case cases.Count:
		return p.count(x)
	case cases.Language:
		return p.languageName(x)
	}
	return p.byKind(reflect.ValueOf(v))
}

func (p page) optional(missing bool, write func() string) string {
	if missing {
		return ""
	}
	return write()
}

func (p page) yesNo(yes bool) string {
	if yes {
		return p.T("yes")
	}
	return p.T("no")
}

// day writes a date without a time.
func (p page) day(d cases.Date) string {
	t, ok := d.Time(time.UTC)
	if !ok {
		return string(d)
	}
	return p.date(t)
}

// languageName names a language in the person's own.
func (p page) languageName(code cases.Language) string {
	tag, err := language.Parse(string(code))
	if err != nil {
		return string(code)
	}
	return display.Languages(language.Make(p.Tag)).Name(tag)
}

// count writes how many there are, and how that is known.
func (p page) count(c cases.Count) string {
	var b strings.Builder
	switch {
	case c.Min != nil && c.Max != nil && *c.Min != *c.Max:
		b.WriteString(p.Number(*c.Min) + "–" + p.Number(*c.Max))
	case c.Max != nil:
		b.WriteString(p.Number(*c.Max))
	case c.Min != nil:
		b.WriteString(p.T("count.at_least", "Least", p.Number(*c.Min)))
	default:
		return p.Code(c.Mode)
	}
	if c.Unit != "" {
		b.WriteString(" " + strings.ToLower(p.Code(c.Unit)))
	}
	var how []string
	if c.Mode != "" {
		how = append(how, strings.ToLower(p.Code(c.Mode)))
	}
	if c.Source != "" {
		how = append(how, p.T("count.source", "Source", c.Source))
	}
	if c.AsOf != "" {
		how = append(how, p.T("count.as_of", "Date", p.day(c.AsOf)))
	}
	if len(how) > 0 {
		b.WriteString(" (" + strings.Join(how, ", ") + ")")
	}
	return b.String()
}

// byKind writes what has no way of its own: lists one after the other, records
// by their fields, codes by their meaning.
func (p page) byKind(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Slice:
		parts := make([]string, 0, v.Len())
		for i := range v.Len() {
			parts = append(parts, p.Value(v.Index(i).Interface()))
		}
		between := ", "
		if v.Type().Elem().Kind() == reflect.Struct {
			between = "; "
		}
		return strings.Join(parts, between)
	case reflect.Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		parts := make([]string, 0, len(keys))
		for _, k := range keys {
			parts = append(parts, k.String()+": "+p.Value(v.MapIndex(k).Interface()))
		}
		return strings.Join(parts, "; ")
	case reflect.Struct:
		var parts []string
		for i := range v.NumField() {
			if f := v.Field(i); !f.IsZero() {
				parts = append(parts, p.Value(f.Interface()))
			}
		}
		return strings.Join(parts, ", ")
	case reflect.Pointer:
		if v.IsNil() {
			return ""
		}
		return p.Value(v.Elem().Interface())
	case reflect.String:
		if coded, ok := v.Interface().(interface{ Codes() []string }); ok && slices.Contains(coded.Codes(), v.String()) {
			return p.Code(v.Interface())
		}
		return v.String()
	case reflect.Int, reflect.Int64:
		return p.Number(v.Int())
	case reflect.Bool:
		return p.yesNo(v.Bool())
	}
	return fmt.Sprint(v.Interface())
}
