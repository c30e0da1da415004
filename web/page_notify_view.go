package web

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// notifyPage is one topic of the form.
type notifyPage struct {
	page
	Draft    *draft
	Topic    string
	Step     int // from 1
	Steps    int // with the review
	Progress []notifyMark
	Fields   []notifyField
	More     []notifyField
	MoreOpen bool
	Clock    *notifyClock
	Asked    *partyRequest // what the authority asks, for a supplement
	Faults   []pageFault
	Back     string // topic before, "" for none
	Link     string // private, by which somebody without an account takes the draft up again
	Onward   bool   // something is to be corrected, and may be left for later
	script   string

	f      *filing
	seen   []bool // faults that stand beside a question
	wrong  []workflow.Fault
	person cases.Actor
	units  *cases.Registry
}

// notifyMark is one line of the list of topics.
type notifyMark struct {
	ID      string
	Current bool
	Visited bool
	Missing int
	Faults  int
}

// notifyField is a question, or a part of one.
type notifyField struct {
	Name, Label, Help string
	Kind              askKind
	Head              string // heading that it stands under
	Need              string // "always", "optional" or "" for what a complete notification has
	When              string // when to answer it
	Arises            string // the same for the script
	Moot              bool   // it does not arise by what was answered so far
	Options           []formOption
	Value             string
	Values            []string
	Type              string // of an input
	Complete          string // autocomplete
	Limit             int    // characters
	Faults            []string
	Offsets           []formOption // of a local time that does not say which instant it is
	Offset            string
	Parts             []notifyField
	Groups            []notifyField
	Before            string // what the version before says, in a supplement
	Bare              bool   // a part, not a question
}

// Has says whether an option is chosen.
func (f notifyField) Has(value string) bool { return slices.Contains(f.Values, value) }

// LinkHere is the private link as an address of this server.
func (p *notifyPage) LinkHere() string { return p.Link[strings.Index(p.Link, "/draft#"):] }

// Saves says whether what leads away from the page saves it first: the review has
// nothing to save.
func (p *notifyPage) Saves() bool { return p.Topic != reviewPage }

// Countries are the names of all countries, for the browser to suggest.
func (p *notifyPage) Countries() []string {
	var out []string
	for _, code := range countries {
		out = append(out, p.country(code))
	}
	slices.Sort(out)
	return out
}

// FormScript is the address of the form's script.
func (p *notifyPage) FormScript() string { return p.script }

// Explanation says in the language why the 72 hours end when they do.
func (p *notifyPage) Explanation() string {
	if p.Tag == "sv" {
		return p.Clock.Deadline.ExplanationSV
	}
	return p.Clock.Deadline.Explanation
}

// question is a field as it is asked.
func (p *notifyPage) question(path string) notifyField {
	field, _ := cases.FieldAt(path)
	label := field.Title
	if p.Tag == "sv" {
		label = field.TitleSV
	}
	if p.has("ask." + path) {
		label = p.T("ask." + path)
	}
	f := p.control(asks[path], p.f.typedOf(path), path, path, label)
	f.Help, f.Need = p.T("help."+path), map[cases.Need]string{cases.NeedAlways: "always", cases.NeedOptional: "optional"}[field.Need]
	if p.Topic == followUpTopic {
		f.Need = "" // what a supplement needs depends on what it does
	}
	if heads[path] {
		f.Head = p.T("head." + path)
	}
	if when := arises[path]; when != nil {
		f.When, f.Arises, f.Moot, f.Need = p.words(when), attribute(when), !p.f.asked(path), ""
	}
	if _, changed := p.f.of(path); changed && p.f.base != nil && topicOf(path) != followUpTopic {
		f.Before = p.Value(valueOf(*p.f.base, path).Interface())
	}
	return f
}

// words says after which answers a question arises.
func (p *notifyPage) words(when []arising) string {
	var out []string
	for _, w := range when {
		if w.On == lateField {
			return p.T("notify.when_late")
		}
		other, _ := cases.FieldAt(w.On)
		title := other.Title
		if p.Tag == "sv" {
			title = other.TitleSV
		}
		if p.has("ask." + w.On) {
			title = p.T("ask." + w.On)
		}
		var answers []string
		for _, code := range w.In {
			answers = append(answers, p.answerWord(asks[w.On], code))
		}
		out = append(out, p.T("notify.when_one", "Question", title, "Answers", strings.Join(answers, p.T("notify.or"))))
	}
	return p.T("notify.when", "Conditions", strings.Join(out, p.T("notify.or")))
}

// answerWord is one answer of a choice in words.
func (p *notifyPage) answerWord(a *ask, code string) string {
	switch {
	case a.kind == askYesNo:
		return p.yesNo(code == "true")
	case a.code != nil:
		return p.Code(reflect.ValueOf(code).Convert(a.code).Interface())
	}
	return code
}

// control is a control, or a group of them, with what was typed and what is wrong.
func (p *notifyPage) control(a *ask, t typed, path, name, label string) notifyField {
	f := notifyField{Name: name, Label: label, Kind: a.kind, Values: t[name], Type: "text", Limit: 500}
	f.Value = strings.Join(f.Values, "\n")
	switch a.kind {
	case askRecord:
		f.Parts = p.parts(a, t, path, name)
	case askList, askNumbers:
		f.Groups = p.groups(a, t, path, name)
	case askCode, askCodes:
		for _, code := range a.codes() {
			if path == "notification_subkind" && code == string(cases.SubkindWithdraw) || path == "submission_kind" && code == string(cases.SubmissionNew) {
				continue // a supplement says that it withdraws, and is never new
			}
			f.Options = append(f.Options, formOption{code, p.answerWord(a, code)})
		}
	case askYesNo:
		f.Options = []formOption{{"true", capital(p.T("yes"))}, {"false", capital(p.T("no"))}}
	case askLanguage:
		f.Options = []formOption{{"sv", p.T("language.sv")}, {"en", p.T("language.en")}}
	case askUnit:
		f.Options = p.unitOptions()
	case askKeys:
		f.Options = p.keyOptions(f.Values)
	case askCountries:
		f.Value = p.countryNames(f.Value)
	case askText:
		f.Limit = cases.Text("").MaxCharacters()
	case askInstant:
		f.Type = "datetime-local"
		f.Offset = strings.Join(t[name+".offset"], "")
		f.Offsets = p.offsets(f.Value)
	case askDate:
		f.Type = "date"
	}
	if strings.HasSuffix(name, ".country") {
		f.Value = p.country(f.Value)
	}
	f.Type, f.Complete = inputType(name, f.Type), autocomplete(path, name)
	f.Faults = p.take(name, len(f.Parts)+len(f.Groups) > 0)
	return f
}

// capital begins a text with a capital letter.
func capital(s string) string {
	r := []rune(s)
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}

func (p *notifyPage) parts(a *ask, t typed, path, name string) []notifyField {
	var out []notifyField
	for _, part := range a.parts {
		f := p.control(part.ask, t, path, name+"."+part.key, p.T("part."+part.key))
		f.Bare = true
		if p.has("part." + part.key + ".help") {
			f.Help = p.T("part." + part.key + ".help")
		}
		out = append(out, f)
	}
	return out
}

// groups are the records of a list, with room for two more; after each save there
// is room again.
func (p *notifyPage) groups(a *ask, t typed, path, name string) []notifyField {
	var out []notifyField
	for i := range groupsOf(t, name) + 2 {
		at := name + "." + strconv.Itoa(i)
		out = append(out, notifyField{Name: at, Label: p.T("notify.group", "N", i+1), Parts: p.parts(a, t, path, at)})
	}
	return out
}

// unitOptions are the controllers that the person may act for; a registrar enters
// for all.
func (p *notifyPage) unitOptions() []formOption {
	var out []formOption
	if p.person.Has(workflow.RoleRegistrar) {
		for _, o := range p.units.List("") {
			for _, u := range o.Units {
				if u.Retired == nil {
					out = append(out, formOption{u.ID, unitLabel(o, u)})
				}
			}
		}
		return out
	}
	for _, id := range p.person.Units {
		if o, u, ok := p.units.Unit(id); ok {
			out = append(out, formOption{id, unitLabel(o, u)})
		}
	}
	slices.SortFunc(out, func(a, b formOption) int { return strings.Compare(a.Label, b.Label) })
	return out
}

func unitLabel(o cases.Organisation, u cases.Unit) string {
	return cases.Party{Name: o.Name, Board: u.Board}.Label()
}

// keyOptions are the answers that may hold what is secret: those in free text, and
// whatever was chosen before.
func (p *notifyPage) keyOptions(chosen []string) []formOption {
	var out []formOption
	for _, f := range cases.Fields() {
		if !slices.Contains(settled, f.Path) && (f.FreeText || slices.Contains(chosen, f.Path)) {
			title := f.Title
			if p.Tag == "sv" {
				title = f.TitleSV
			}
			out = append(out, formOption{f.Path, title})
		}
	}
	return out
}

func (p *notifyPage) countryNames(typed string) string {
	var out []string
	for one := range strings.FieldsFuncSeq(typed, func(r rune) bool { return r == ',' || r == '\n' }) {
		out = append(out, p.country(strings.TrimSpace(one)))
	}
	return strings.Join(out, ", ")
}

// take are the faults of a control, in the language; each is noted for the summary.
// Those of a group's parts stand beside the parts.
func (p *notifyPage) take(name string, group bool) []string {
	var out []string
	for i, fault := range p.wrong {
		at := nameOfFault(fault.Path)
		if p.seen[i] || at != name && (group || !strings.HasPrefix(at, name+".")) {
			continue
		}
		p.seen[i] = true
		out = append(out, p.fault(fault.Code, fault.Message))
	}
	return out
}

// summarise lists the faults of the questions, each with the place to correct it.
func (p *notifyPage) summarise(fields []notifyField, before string) {
	for _, f := range fields {
		label := f.Label
		if before != "" {
			label = before + ", " + strings.ToLower(f.Label)
		}
		for _, message := range f.Faults {
			p.Faults = append(p.Faults, pageFault{Field: f.focus(), Message: label + ": " + message})
		}
		p.summarise(f.Parts, label)
		p.summarise(f.Groups, label)
	}
}

// focus is the control that a question's fault leads to.
func (f notifyField) focus() string {
	switch {
	case len(f.Groups) > 0:
		return f.Groups[0].focus()
	case len(f.Parts) > 0:
		return f.Parts[0].focus()
	}
	return f.Name
}

// offsets are the two readings of a local time that does not say by itself which
// instant is meant; none for all other times.
func (p *notifyPage) offsets(text string) []formOption {
	_, err := workflow.ParseLocal(text, p.zone)
	faults := faultsOf(err)
	if len(faults) == 0 || faults[0].Code != "time_exists_twice" && faults[0].Code != "time_does_not_exist" {
		return nil
	}
	wall, err := time.ParseInLocation("2006-01-02T15:04", text[:min(16, len(text))], p.zone)
	if err != nil {
		return nil
	}
	var out []formOption
	for _, side := range []struct {
		key  string
		near time.Time
	}{{"notify.offset_before", wall.Add(-6 * time.Hour)}, {"notify.offset_after", wall.Add(6 * time.Hour)}} {
		offset := side.near.Format("-07:00")
		out = append(out, formOption{text + offset, p.T(side.key, "Offset", offset)})
	}
	return out
}

func inputType(name, otherwise string) string {
	switch {
	case strings.HasSuffix(name, ".email"):
		return "email"
	case strings.HasSuffix(name, ".phone"):
		return "tel"
	case strings.HasSuffix(name, ".url"):
		return "url"
	}
	return otherwise
}

// autocomplete tells the browser which of the person's own details fit. Those of
// others are kept apart under the name of the field.
func autocomplete(path, name string) string {
	token := map[string]string{"email": "email", "phone": "tel", "address": "street-address"}[name[strings.LastIndexByte(name, '.')+1:]]
	switch {
	case name == "reporter.name":
		return "name"
	case name == "controller.name" || name == "controller.board":
		return "organization"
	case token == "" || path == "other_parties":
		return ""
	case path == "reporter.contact":
		return token
	}
	return "section-" + strings.ReplaceAll(path, ".", "-") + " " + token
}
