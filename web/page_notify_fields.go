package web

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// askKind is the sort of control, or of group of controls, that a value is asked
// for with.
type askKind string

const (
	askLine      askKind = "line"
	askText      askKind = "text"
	askCode      askKind = "code"
	askCodes     askKind = "codes"
	askYesNo     askKind = "yesno"
	askNumber    askKind = "number"
	askDate      askKind = "date"
	askInstant   askKind = "instant"
	askLanguage  askKind = "language"
	askUnit      askKind = "unit"
	askCountries askKind = "countries"
	askKeys      askKind = "keys"
	askRecord    askKind = "record"
	askList      askKind = "list"
	askNumbers   askKind = "numbers" // a number for each of some countries
)

// ask says how a value of a notification is asked for. It follows from the value's
// type, so that a field that is added is asked for without more ado.
type ask struct {
	kind  askKind
	code  reflect.Type // of an enumeration's codes
	parts []askPart    // of a record, or of each record of a list
}

type askPart struct {
	key string
	*ask
}

// asks says how each field is asked for.
var asks = func() map[string]*ask {
	out := map[string]*ask{}
	for _, f := range cases.Fields() {
		if slices.Contains(settled, f.Path) {
			continue
		}
		t := reflect.TypeFor[cases.Notification]()
		for key := range strings.SplitSeq(f.Path, ".") {
			t = fieldByKey(t, key).Type
		}
		out[f.Path] = askFor(t)
	}
	out["controller.unit_id"] = &ask{kind: askUnit}
	return out
}()

func fieldByKey(t reflect.Type, key string) reflect.StructField {
	for i := range t.NumField() {
		if jsonKey(t.Field(i)) == key {
			return t.Field(i)
		}
	}
	panic(fmt.Sprintf("web: %s has no field %q", t, key))
}

func jsonKey(f reflect.StructField) string {
	key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return key
}

type coded interface{ Codes() []string }

func askFor(t reflect.Type) *ask {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	_, isCode := reflect.Zero(t).Interface().(coded)
	switch {
	case t == reflect.TypeFor[time.Time]():
		return &ask{kind: askInstant}
	case t == reflect.TypeFor[cases.Date]():
		return &ask{kind: askDate}
	case t == reflect.TypeFor[cases.Text]():
		return &ask{kind: askText}
	case t == reflect.TypeFor[cases.Language]():
		return &ask{kind: askLanguage}
	case isCode:
		return &ask{kind: askCode, code: t}
	}
	switch t.Kind() {
	case reflect.String:
		return &ask{kind: askLine}
	case reflect.Int64:
		return &ask{kind: askNumber}
	case reflect.Bool:
		return &ask{kind: askYesNo}
	case reflect.Map:
		return &ask{kind: askNumbers, parts: []askPart{{"country", &ask{kind: askLine}}, {"count", &ask{kind: askNumber}}}}
	case reflect.Struct:
		return &ask{kind: askRecord, parts: partsOf(t)}
	case reflect.Slice:
		return askForList(t.Elem())
	}
	panic(fmt.Sprintf("web: the form cannot ask for a %s", t))
}

func askForList(elem reflect.Type) *ask {
	_, isCode := reflect.Zero(elem).Interface().(coded)
	switch {
	case isCode:
		return &ask{kind: askCodes, code: elem}
	case elem == reflect.TypeFor[cases.Country]():
		return &ask{kind: askCountries}
	case elem.Kind() == reflect.Struct:
		return &ask{kind: askList, parts: partsOf(elem)}
	}
	return &ask{kind: askKeys}
}

func partsOf(t reflect.Type) []askPart {
	var out []askPart
	for i := range t.NumField() {
		out = append(out, askPart{jsonKey(t.Field(i)), askFor(t.Field(i).Type)})
	}
	return out
}

// codes lists the answers of an enumeration.
func (a *ask) codes() []string { return reflect.Zero(a.code).Interface().(coded).Codes() }

// grouped says whether the answers are several records, each with a number in the
// names of its controls.
func (a *ask) grouped() bool { return a.kind == askList || a.kind == askNumbers }

// has says whether a control belongs to the value, by what follows the value's own
// name in the control's. Nothing else that is sent is kept.
func (a *ask) has(rest string) bool {
	if a.grouped() {
		index, after, _ := strings.Cut(strings.TrimPrefix(rest, "."), ".")
		if i, err := strconv.Atoi(index); err != nil || i < 0 || i >= maxGroups || !strings.HasPrefix(rest, ".") {
			return false
		}
		rest = "." + after
	}
	for _, p := range a.parts {
		if after, ok := strings.CutPrefix(rest, "."+p.key); ok && p.has(after) {
			return true
		}
	}
	return len(a.parts) == 0 && (rest == "" || a.kind == askInstant && rest == ".offset")
}

// answer is what was typed into the controls under a name, as the API takes it: nil
// where that is nothing. Whatever cannot be right is passed on as it was typed, for
// the reading to refuse in its own words.
func (a *ask) answer(t typed, name string) any {
	text := strings.TrimSpace(strings.Join(t[name], "\n"))
	switch a.kind {
	case askRecord:
		return a.record(t, name)
	case askList:
		var out []any
		for i := range groupsOf(t, name) {
			if r := a.record(t, name+"."+strconv.Itoa(i)); r != nil {
				out = append(out, r)
			}
		}
		return anyOrNil(out)
	case askNumbers:
		return a.numbers(t, name)
	case askCountries:
		return countriesOf(text)
	case askCodes, askKeys:
		return nonEmpty(t[name])
	case askText:
		if text == "" {
			return nil
		}
		return strings.Join(t[name], "\n") // a text keeps its indentation
	}
	if text == "" {
		return nil
	}
	switch a.kind {
	case askYesNo:
		return yesOrNo(text)
	case askNumber:
		return numberOf(text)
	case askInstant:
		if meant := strings.Join(t[name+".offset"], ""); strings.HasPrefix(meant, text) { // not of a time that was there before
			return meant
		}
	}
	return text
}

// record is what was typed of a record. Parts without an answer are said to have
// none, so that an earlier answer can be taken away.
func (a *ask) record(t typed, name string) any {
	out, some := map[string]any{}, false
	for _, p := range a.parts {
		v := p.answer(t, name+"."+p.key)
		out[p.key], some = v, some || v != nil
	}
	if !some {
		return nil
	}
	return out
}

func (a *ask) numbers(t typed, name string) any {
	out := map[string]any{}
	for i := range groupsOf(t, name) {
		at := name + "." + strconv.Itoa(i)
		country := strings.TrimSpace(strings.Join(t[at+".country"], ""))
		if n := a.parts[1].answer(t, at+".count"); country != "" || n != nil {
			out[countryCode(country)] = n
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func anyOrNil(list []any) any {
	if len(list) == 0 {
		return nil
	}
	return list
}

func nonEmpty(values []string) any {
	var out []any
	for _, v := range values {
		if v != "" {
			out = append(out, v)
		}
	}
	return anyOrNil(out)
}

func countriesOf(text string) any {
	var out []any
	for one := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
		if one = strings.TrimSpace(one); one != "" {
			out = append(out, countryCode(one))
		}
	}
	return anyOrNil(out)
}

func yesOrNo(text string) any {
	if b, err := strconv.ParseBool(text); err == nil {
		return b
	}
	return text
}

// numberOf reads a whole number as people write it, with spaces between thousands.
func numberOf(text string) any {
	digits := strings.Join(strings.FieldsFunc(text, unicode.IsSpace), "")
	if len(digits) > 0 && len(strings.TrimLeft(digits, "0")) < len(digits) {
		digits = strings.TrimLeft(digits, "0")
		if digits == "" {
			digits = "0"
		}
	}
	number := json.Number(digits)
	if _, err := number.Int64(); err != nil && strings.ContainsFunc(strings.TrimPrefix(digits, "-"), notDigit) {
		return text
	}
	if digits == "-" {
		return text
	}
	return number
}

func notDigit(r rune) bool { return r < '0' || r > '9' }

// groupsOf is how many records were typed under a name, as their numbers tell.
func groupsOf(t typed, name string) int {
	n := 0
	for control := range t {
		rest, ok := strings.CutPrefix(control, name+".")
		if !ok {
			continue
		}
		index, _, _ := strings.Cut(rest, ".")
		if i, err := strconv.Atoi(index); err == nil && i >= n && i < maxGroups {
			n = i + 1
		}
	}
	return n
}

// maxGroups bounds the numbers that a form's names can hold; a list of notifications
// is never that long.
const maxGroups = 10_000

// compact leaves records out in which nothing was typed, and numbers the rest anew.
func (a *ask) compact(t typed, name string) typed {
	if !a.grouped() {
		return t
	}
	out, next := typed{}, 0
	for i := range groupsOf(t, name) {
		from, to, some := name+"."+strconv.Itoa(i)+".", name+"."+strconv.Itoa(next)+".", false
		group := typed{}
		for control, values := range t {
			if rest, ok := strings.CutPrefix(control, from); ok {
				group[to+rest] = values
				some = some || strings.TrimSpace(strings.Join(values, "")) != ""
			}
		}
		if some {
			for control, values := range group {
				out[control] = values
			}
			next++
		}
	}
	return out
}

// spell writes a value of a notification as somebody would have typed it.
func (a *ask) spell(v reflect.Value, name string, zone *time.Location, into typed) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return
		}
		v = v.Elem()
		if a.kind == askYesNo || a.kind == askNumber { // an answer of no or nought is one
			into[name] = []string{fmt.Sprint(v.Interface())}
			return
		}
	}
	if v.IsZero() {
		return
	}
	switch a.kind {
	case askRecord:
		for i, p := range a.parts {
			p.spell(v.Field(i), name+"."+p.key, zone, into)
		}
	case askList:
		for i := range v.Len() {
			at := name + "." + strconv.Itoa(i)
			for j, p := range a.parts {
				p.spell(v.Index(i).Field(j), at+"."+p.key, zone, into)
			}
		}
	case askNumbers:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for i, k := range keys {
			at := name + "." + strconv.Itoa(i)
			into[at+".country"], into[at+".count"] = []string{k.String()}, []string{fmt.Sprint(v.MapIndex(k).Int())}
		}
	case askCodes, askKeys:
		for i := range v.Len() {
			into[name] = append(into[name], v.Index(i).String())
		}
	case askCountries:
		var all []string
		for i := range v.Len() {
			all = append(all, v.Index(i).String())
		}
		into[name] = []string{strings.Join(all, ", ")}
	case askInstant:
		spellInstant(v.Interface().(time.Time), name, zone, into)
	default:
		into[name] = []string{fmt.Sprint(v.Interface())}
	}
}

// spellInstant writes an instant as the local time that a control holds, with the
// offset where the local time alone would not say which of two it is.
func spellInstant(t time.Time, name string, zone *time.Location, into typed) {
	local := t.In(zone)
	layout := "2006-01-02T15:04"
	switch {
	case local.Nanosecond() != 0:
		layout = "2006-01-02T15:04:05.000"
	case local.Second() != 0:
		layout = "2006-01-02T15:04:05"
	}
	into[name] = []string{local.Format(layout)}
	if _, err := workflow.ParseLocal(local.Format(layout), zone); err != nil {
		into[name+".offset"] = []string{local.Format(layout + "-07:00")}
	}
}

// valueOf is a field's value in a notification.
func valueOf(n cases.Notification, path string) reflect.Value {
	v := reflect.ValueOf(n)
	for key := range strings.SplitSeq(path, ".") {
		v = v.FieldByIndex(fieldByKey(v.Type(), key).Index)
	}
	return v
}
