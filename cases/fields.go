package cases

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Need says how much a field of a notification is needed.
type Need string

// The needs. Only what is ALWAYS_NEEDED can make a filing be refused; whatever
// else is missing makes it incomplete (Art. 33(4)).
const (
	NeedAlways      Need = "ALWAYS_NEEDED" // without it there is no case
	NeedMandatory   Need = "MANDATORY"     // a complete notification has it
	NeedConditional Need = "CONDITIONAL"   // a complete notification has it when the condition holds
	NeedOptional    Need = "OPTIONAL"
)

// Codes lists every code of Need.
func (Need) Codes() []string {
	return []string{string(NeedAlways), string(NeedMandatory), string(NeedConditional), string(NeedOptional)}
}

// Field is one row of the table that the form, the list of what is missing, the
// comparison of versions, the EDPB mapping and the documentation rest on.
type Field struct {
	Path     string // keys from the notification down, joined by dots
	Row      string // of the EDPB template v1.0, as in T12, or ""
	Need     Need
	When     string // the condition of a conditional field, in words
	Minimum  string // letter of Art. 33(3) that the field answers, or ""
	Title    string
	TitleSV  string
	FreeText bool // may hold anything, so also what should not be there
	Personal bool // names or reaches the people who file or answer
	Filing   bool // describes the filing and not the breach: not compared between versions

	holds    func(n *Notification, late bool) bool
	onlyThen bool // an answer makes no sense unless the condition holds
	pointer  string
	plan     *plan
	index    []int
}

// Pointer is the field's place in a notification as a JSON Pointer.
func (f Field) Pointer() string { return f.pointer }

// Fields lists the fields of a notification in the order of the form.
func Fields() []Field { return append([]Field(nil), fieldTable...) }

// FieldAt is the field with a path, or the one that a longer path lies in:
// "subjects.max", or "other_parties" for "other_parties.0.name".
func FieldAt(path string) (Field, bool) {
	for path != "" {
		if i, ok := fieldByPath[path]; ok {
			return fieldTable[i], true
		}
		path = path[:max(0, strings.LastIndexByte(path, '.'))]
	}
	return Field{}, false
}

// of is the field's value in a notification; it can be set.
func (f *Field) of(n *Notification) reflect.Value {
	return reflect.ValueOf(n).Elem().FieldByIndex(f.index)
}

// needed says whether a complete notification has the field.
func (f *Field) needed(n *Notification, late bool) bool {
	switch f.Need {
	case NeedAlways, NeedMandatory:
		return true
	case NeedConditional:
		return f.holds(n, late)
	default:
		return false
	}
}

// answered says whether a field holds an answer, and whether that answer is only
// that it will be known later. The mode of a number that cannot be determined is
// an answer; "to be determined" is none. An answer by the EDPB contract that is kept
// as it was written is one: only a person can tell what it says.
func (f *Field) answered(n *Notification) (answered, later bool) {
	if answered, later = f.filled(n); !answered && len(n.EDPBText) > 0 && f.Row != "" {
		answered = f.keptAsWritten(n)
	}
	return answered, later
}

func (f *Field) filled(n *Notification) (filled, later bool) {
	v := f.of(n)
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			later = later || isLater(f.plan.elem, v.Index(i))
		}
		return v.Len() > 0, later
	case reflect.Map:
		return v.Len() > 0, false
	default:
		return !v.IsZero(), isLater(f.plan, v)
	}
}

func (f *Field) keptAsWritten(n *Notification) bool {
	number, err := strconv.Atoi(f.Row[1:])
	if err != nil {
		return false
	}
	for _, row := range []int{number, edpbTwins[number]} {
		if n.EDPBText["field_"+strconv.Itoa(row)] != "" {
			return true
		}
	}
	return false
}

// isLater says whether a code stands for an answer that is still to come; the
// EDPB template offers these only to incomplete notifications.
func isLater(p *plan, v reflect.Value) bool {
	if p.codes == nil {
		return false
	}
	switch v.String() {
	case "TBD", "NOT_YET_KNOWN", string(RiskMoreInfoNeeded), string(InformedUnderInvestigation):
		return true
	}
	return false
}

var fieldByPath = indexFields()

// indexFields finds every row of the table in the Notification type, so that a
// row that names no field stops the program at its start.
func indexFields() map[string]int {
	byPath := make(map[string]int, len(fieldTable))
	for i := range fieldTable {
		f := &fieldTable[i]
		f.plan = planFor(reflect.TypeFor[Notification]())
		for key := range strings.SplitSeq(f.Path, ".") {
			at, ok := f.plan.byKey[key]
			if !ok {
				panic(fmt.Sprintf("cases: the table of fields names %q, which a notification does not have", f.Path))
			}
			next := f.plan.fields[at]
			f.index = append(f.index, next.index...)
			f.plan = next.plan
		}
		f.FreeText = f.plan.typ == reflect.TypeFor[Text]()
		f.pointer = "/" + strings.ReplaceAll(f.Path, ".", "/")
		byPath[f.Path] = i
	}
	return byPath
}

// FieldsMarkdown is the table as docs/notification-fields.md shows it.
func FieldsMarkdown() string {
	var b strings.Builder
	b.WriteString(`# The fields of a notification

<!-- Generated from the table in cases/fields_table.go: go test ./cases -run TestFieldsDocument -write-fields -->

*Key*: the stable key, with dots for what lies inside an object. *Row*: the row of the EDPB template v1.0 (8 June 2026).
*Needed*: ` + "`ALWAYS_NEEDED`" + ` - without it there is no case; ` + "`MANDATORY`" + ` - a complete notification has it; a condition - a complete
notification has it then. *Min.*: the letter of Art. 33(3) GDPR whose minimum content the field belongs to. What is missing
never stops a filing, except for what is always needed.

| Key | Row | Needed | Min. | Title | Titel |
|---|---|---|---|---|---|
`)
	for _, f := range fieldTable {
		need := "`" + string(f.Need) + "`"
		switch f.Need {
		case NeedConditional:
			need = f.When
		case NeedOptional:
			need = ""
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", f.Path, f.Row, need, f.Minimum, f.Title, f.TitleSV)
	}
	b.WriteString("\n# The codes\n\n| Key | Codes |\n|---|---|\n")
	for _, f := range fieldTable {
		if codes := f.codeList(); codes != nil {
			fmt.Fprintf(&b, "| `%s` | `%s` |\n", f.Path, strings.Join(codes, "` `"))
		}
	}
	return b.String()
}

// codeList is the enumeration of a field, if it has one.
func (f *Field) codeList() []string {
	p := f.plan
	if p.form == formList {
		p = p.elem
	}
	if c, ok := reflect.Zero(p.typ).Interface().(coded); ok {
		return c.Codes()
	}
	return nil
}
