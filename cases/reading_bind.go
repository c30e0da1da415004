package cases

import (
	"errors"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vaka-project/vaka/workflow"
)

const (
	maxFields = 192    // of one object type: the width of the set of seen keys
	maxList   = 10_000 // elements of a list or a map
	maxFaults = 200    // that are told at once

	firstYear, lastYear = 1900, 2199 // of a time that is believed
)

// Bind reads a JSON object into the struct that into points to, and returns
// everything that is wrong with it at once. It is strict: unknown keys, keys given
// twice, codes outside an enumeration, control characters, over-long texts,
// fractions for whole numbers and invalid UTF-8 are faults. An explicit null
// clears a field, a field that is not given keeps what into holds, and a list that
// is given replaces the old one, so a partial object can be read over a whole.
//
// Where zone is nil a time must have its offset; otherwise a local time of the zone
// is read too, and one that does not exist or exists twice is a fault that asks.
//
// When there is a fault, what into holds is of no use. Refusal makes an error of
// faults.
func Bind(raw []byte, into any, zone *time.Location) []workflow.Fault {
	return bindAt(raw, into, zone, "")
}

// bindAt is Bind for an object that lies at a JSON Pointer of a larger one.
func bindAt(raw []byte, into any, zone *time.Location, at string) []workflow.Fault {
	v := reflect.ValueOf(into).Elem()
	b := binder{scanner: scanner{raw: raw}, zone: zone, at: at}
	if b.checkUTF8() && b.value(planFor(v.Type()), v, 0) && b.end() {
		return b.faults
	}
	return []workflow.Fault{*b.broken}
}

// Refusal makes the error of the faults that Bind found: Malformed when the input
// cannot be read at all, otherwise Invalid with all of them. It is nil without
// faults.
func Refusal(faults []workflow.Fault) error {
	if len(faults) == 0 {
		return nil
	}
	switch f := faults[0]; f.Code {
	case codeMalformed, codeDuplicateKey, codeInvalidUTF8, codeTooDeep:
		return &workflow.Error{Kind: workflow.Malformed, Code: f.Code, Message: f.Message, Faults: faults}
	}
	return workflow.RefuseFaults("invalid", "Some fields need to be corrected; each is listed with what to do.", faults)
}

// binder reads one input into one value.
type binder struct {
	scanner
	zone   *time.Location
	at     string // pointer to the whole
	path   []step // to where the binder is
	faults []workflow.Fault
}

// step is one step of a JSON Pointer: a key, or an index where key is empty.
type step struct {
	key   string
	index int
}

func (b *binder) pointer() string {
	var p strings.Builder
	p.WriteString(b.at)
	for _, s := range b.path {
		p.WriteByte('/')
		if s.key == "" {
			p.WriteString(strconv.Itoa(s.index))
		} else {
			p.WriteString(s.key)
		}
	}
	return p.String()
}

// fault notes something wrong with the value at the path; reading goes on.
func (b *binder) fault(code, message string) {
	switch {
	case len(b.faults) < maxFaults:
		b.faults = append(b.faults, workflow.Fault{Path: b.pointer(), Code: code, Message: message})
	case len(b.faults) == maxFaults:
		b.faults = append(b.faults, workflow.Fault{Code: "more_faults", Message: "There are more faults than are listed."})
	}
}

// wrongType skips a value of another type than the one that is wanted.
func (b *binder) wrongType(wanted string, depth int) bool {
	b.fault("wrong_type", "This must be "+wanted+".")
	return b.skip(depth)
}

// value reads the value at the position into v.
func (b *binder) value(p *plan, v reflect.Value, depth int) bool {
	c := b.peek()
	if c == 'n' && p.form != formRaw {
		v.SetZero()
		return b.word("null")
	}
	switch p.form {
	case formPointer:
		return b.pointed(p, v, depth)
	case formText:
		return b.stringInto(p, v, c, depth)
	case formNumber:
		return b.numberInto(v, c, depth)
	case formBool:
		return b.boolInto(v, c, depth)
	case formTime:
		return b.timeInto(v, c, depth)
	case formRaw:
		start := b.pos
		ok := b.skip(depth)
		v.SetBytes(append([]byte(nil), b.raw[start:b.pos]...))
		return ok
	case formList:
		return b.listInto(p, v, c, depth)
	case formMap:
		return b.mapInto(p, v, c, depth)
	default:
		return b.objectInto(p, v, c, depth)
	}
}

// pointed reads into a fresh copy of what a pointer points to: the old one may
// belong to another version.
func (b *binder) pointed(p *plan, v reflect.Value, depth int) bool {
	fresh := reflect.New(p.elem.typ)
	if !v.IsNil() {
		fresh.Elem().Set(v.Elem())
	}
	ok := b.value(p.elem, fresh.Elem(), depth)
	v.Set(fresh)
	return ok
}

func (b *binder) stringInto(p *plan, v reflect.Value, c byte, depth int) bool {
	if c != '"' {
		return b.wrongType("a text", depth)
	}
	raw, ok := b.text()
	if !ok {
		return false
	}
	if p.codes != nil {
		code, known := p.codes[string(raw)]
		if !known && len(raw) > 0 {
			b.fault("unknown_code", "This is not one of the codes of the field; the API's description lists them.")
		}
		v.SetString(code)
		return true
	}
	s, code, message := readText(raw, p.limit)
	if code == "" && p.check != nil && s != "" {
		code, message = p.check(s)
	}
	if code != "" {
		b.fault(code, message)
	}
	v.SetString(s)
	return true
}

// readText makes a text of the bytes of a JSON string. A line end of two
// characters, as forms and some systems send it, becomes one.
func readText(raw []byte, limit int) (s, code, message string) {
	s = string(raw)
	plain := true
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\n' && c != '\t' || c >= 0x7f {
			plain = false
			break
		}
	}
	if !plain {
		s = strings.ReplaceAll(s, "\r\n", "\n")
		if strings.ContainsFunc(s, isControl) {
			return s, "control_character", "The text holds a control character; only line ends and tabulators are allowed."
		}
	}
	code, message = tooLong(s, limit)
	return s, code, message
}

func tooLong(s string, limit int) (code, message string) {
	if len(s) > limit && utf8.RuneCountInString(s) > limit {
		return "too_long", "The text is too long; at most " + strconv.Itoa(limit) + " characters are accepted."
	}
	return "", ""
}

func (b *binder) numberInto(v reflect.Value, c byte, depth int) bool {
	if c != '-' && (c < '0' || c > '9') {
		return b.wrongType("a whole number", depth)
	}
	raw, ok := b.number()
	if !ok {
		return false
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	switch {
	case err != nil && !errors.Is(err, strconv.ErrRange):
		b.fault("wrong_type", "This must be a whole number, without decimals.")
	case err != nil || v.OverflowInt(n):
		b.fault("number_too_large", "This number is larger than can be kept.")
	default:
		v.SetInt(n)
	}
	return true
}

func (b *binder) boolInto(v reflect.Value, c byte, depth int) bool {
	switch c {
	case 't':
		v.SetBool(true)
		return b.word("true")
	case 'f':
		v.SetBool(false)
		return b.word("false")
	}
	return b.wrongType("true or false", depth)
}

func (b *binder) timeInto(v reflect.Value, c byte, depth int) bool {
	if c != '"' {
		return b.wrongType("a time, as a text", depth)
	}
	raw, ok := b.text()
	if !ok {
		return false
	}
	t, f := readTime(string(raw), b.zone)
	if f != nil {
		b.fault(f.Code, f.Message)
		return true
	}
	*v.Addr().Interface().(*time.Time) = t
	return true
}

// readTime reads an instant, or, where a zone is given, a local time.
func readTime(s string, zone *time.Location) (time.Time, *workflow.Error) {
	var t time.Time
	var err error
	if zone == nil {
		t, err = workflow.ParseInstant(s)
	} else {
		t, err = workflow.ParseLocal(s, zone)
	}
	if err != nil {
		if refused, ok := errors.AsType[*workflow.Error](err); ok {
			return t, refused
		}
		return t, workflow.Refuse(workflow.Invalid, "time_unreadable", "The time cannot be read.")
	}
	if t.Year() < firstYear || t.Year() > lastYear {
		return t, workflow.Refuse(workflow.Invalid, "time_out_of_range", "The year must lie between %d and %d.", firstYear, lastYear)
	}
	return t, nil
}

func (b *binder) listInto(p *plan, v reflect.Value, c byte, depth int) bool {
	if c != '[' {
		return b.wrongType("a list", depth)
	}
	// A fresh list: the elements of the old one may belong to another version.
	v.Set(reflect.MakeSlice(p.typ, 0, 4))
	b.path = append(b.path, step{})
	last := len(b.path) - 1
	full := false
	ok := b.list(depth+1, func(i int) bool {
		if i >= maxList {
			if !full {
				full = true
				b.path[last].index = i
				b.fault("too_many", "The list is too long; at most 10,000 elements are accepted.")
			}
			return b.skip(depth + 1)
		}
		if i == v.Cap() {
			v.Grow(1)
		}
		v.SetLen(i + 1)
		b.path[last].index = i
		return b.value(p.elem, v.Index(i), depth+1)
	})
	b.path = b.path[:last]
	return ok
}

func (b *binder) mapInto(p *plan, v reflect.Value, c byte, depth int) bool {
	if c != '{' {
		return b.wrongType("an object", depth)
	}
	fresh := reflect.MakeMap(p.typ)
	ok := b.object(depth+1, func(raw []byte) bool {
		key := string(raw)
		b.path = append(b.path, step{key: shownKey(key)})
		defer func() { b.path = b.path[:len(b.path)-1] }()
		if _, code, message := readText(raw, maxLine); code != "" {
			b.fault(code, message)
			return b.skip(depth + 1)
		}
		k := reflect.ValueOf(key).Convert(p.typ.Key())
		if fresh.MapIndex(k).IsValid() {
			return b.fail(codeDuplicateKey, "A key is given twice in the same object")
		}
		if fresh.Len() == maxList {
			b.fault("too_many", "There are too many entries; at most 10,000 are accepted.")
			return b.skip(depth + 1)
		}
		elem := reflect.New(p.elem.typ).Elem()
		read := b.value(p.elem, elem, depth+1)
		fresh.SetMapIndex(k, elem)
		return read
	})
	v.Set(fresh)
	return ok
}

func (b *binder) objectInto(p *plan, v reflect.Value, c byte, depth int) bool {
	if c != '{' {
		return b.wrongType("an object", depth)
	}
	var seen [maxFields / 64]uint64
	return b.object(depth+1, func(key []byte) bool {
		i, known := p.byKey[string(key)]
		if !known {
			b.path = append(b.path, step{key: shownKey(string(key))})
			b.fault("unknown_field", "There is no such field; the API's description lists those that exist.")
			b.path = b.path[:len(b.path)-1]
			return b.skip(depth + 1)
		}
		if seen[i/64]&(1<<(i%64)) != 0 {
			return b.fail(codeDuplicateKey, "A key is given twice in the same object")
		}
		seen[i/64] |= 1 << (i % 64)
		f := &p.fields[i]
		b.path = append(b.path, step{key: f.key})
		ok := b.value(f.plan, v.FieldByIndex(f.index), depth+1)
		b.path = b.path[:len(b.path)-1]
		return ok
	})
}

// shownKey is a key as a fault may show it. A key that does not look like one may
// be anything, personal data too, and is not repeated.
func shownKey(key string) string {
	if len(key) == 0 || len(key) > 64 {
		return "-"
	}
	for i := range len(key) {
		c := key[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return "-"
		}
	}
	return key
}
