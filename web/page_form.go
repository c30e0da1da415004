package web

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// boundForm is a form whose fields are named after the parts of what the API takes in
// the same place, so that both read the same and refuse the same. Where several forms
// stand on one page, each has a name that goes before those of its fields.
type boundForm struct {
	Name   string // "" for a page's only form
	Fields []formField
}

// prefix goes before the names of the form's fields.
func (f boundForm) prefix() string {
	if f.Name == "" {
		return ""
	}
	return f.Name + "."
}

// named gives the fields their names on the page.
func (f boundForm) named() boundForm {
	for i := range f.Fields {
		f.Fields[i].Name = f.prefix() + f.Fields[i].Name
	}
	return f
}

// fill puts into the fields what was typed.
func (f boundForm) fill(typed map[string][]string) {
	for i := range f.Fields {
		one := &f.Fields[i]
		one.Values = typed[one.Name]
		one.Value = strings.Join(one.Values, "\n")
	}
}

// read reads what was typed into what the API takes. The raw text of it is what tells
// two forms apart.
func (f boundForm) read(q *call, into any) (raw []byte, err error) {
	data := map[string]any{}
	for _, one := range f.Fields {
		if answer := one.answer(q.formValues(one.Name)); answer != nil {
			place(data, strings.TrimPrefix(one.Name, f.prefix()), answer)
		}
	}
	raw, err = json.Marshal(data)
	if err != nil {
		panic("texts and numbers marshal: " + err.Error())
	}
	return raw, cases.Refusal(cases.Bind(raw, into, q.s.opt.Zone))
}

// answer is what was typed as the API takes it, nil for nothing. A number that is none
// goes on as the text that it is, to be refused beside its field.
func (f formField) answer(values []string) any {
	text := strings.TrimSpace(strings.Join(values, "\n"))
	switch f.Widget {
	case tickWidget:
		return text == "true"
	case linesWidget:
		var lines []any
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); line != "" {
				lines = append(lines, line)
			}
		}
		return anyOrNil(lines)
	case numberWidget:
		digits := strings.Join(strings.Fields(text), "")
		if _, err := strconv.ParseInt(digits, 10, 64); err == nil {
			return json.Number(digits)
		}
	}
	if text == "" {
		return nil
	}
	return text
}

// mark puts each fault of a refusal beside its field, and all of them into the summary.
func (f boundForm) mark(p *page, refusal error) []pageFault {
	var out []pageFault
	for _, fault := range faultsOf(refusal) {
		message := p.fault(fault.Code, fault.Message)
		at := f.at(fault)
		if at < 0 {
			out = append(out, pageFault{Message: message})
			continue
		}
		one := &f.Fields[at]
		one.Fault = message
		out = append(out, pageFault{Field: one.Name, Message: one.Label + ": " + message})
	}
	return out
}

// at is the field that a fault is about, or else the first one of the record that it is
// about; -1 for none.
func (f boundForm) at(fault workflow.Fault) int {
	name := f.prefix() + strings.ReplaceAll(strings.TrimPrefix(fault.Path, "/"), "/", ".")
	within := -1
	for i, one := range f.Fields {
		switch {
		case one.Name == name || strings.HasPrefix(name, one.Name+"."):
			return i
		case within < 0 && fault.Path != "" && strings.HasPrefix(one.Name, name+"."):
			within = i
		}
	}
	return within
}
