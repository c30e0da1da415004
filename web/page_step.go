package web

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// stepPage asks for what a step needs.
type stepPage struct {
	page
	Number   string
	Heading  string
	Law      string
	Version  int64
	Key      string // so that the form counts once, however often it is sent
	Fields   []formField
	More     []formField // what is seldom asked for, folded away
	Open     bool        // but not where something stands in it
	Faults   []pageFault
	Conflict *conflict // when somebody was faster
	Severity *severityWork
	Beside   []answerRow // what the case says of what is asked
	Live     *livePart
}

// widget says how a field is asked for.
type widget string

const (
	lineWidget    widget = "line"
	textWidget    widget = "text"
	linesWidget   widget = "lines" // one answer a line
	choiceWidget  widget = "choice"
	manyWidget    widget = "many"
	tickWidget    widget = "tick"
	dateWidget    widget = "date"
	instantWidget widget = "instant" // in the authority's local time
	numberWidget  widget = "number"
	secretWidget  widget = "secret" // a new password
	unitWidget    widget = "unit"   // a controller unit by its name
)

// formField is one question of a form, with what was answered so far.
type formField struct {
	Name     string
	Heading  string // over the field, where a group of fields begins
	Label    string
	Hint     string
	Widget   widget
	Required bool
	Options  []formOption
	Value    string
	Values   []string
	Fault    string
}

type formOption struct {
	Value string
	Label string
}

// stepForm asks for what a step needs.
func (q *call) stepForm() error {
	c, step, err := q.stepOn()
	if err != nil {
		return err
	}
	p := q.stepPage(c, step, nil, nil)
	return q.render(fiber.StatusOK, "step", p)
}

// stepOn is the case and the step that the URL names.
func (q *call) stepOn() (*cases.Case, workflow.Step, error) {
	c, err := q.s.opt.Cases.Case(q.ctx, q.actor, q.Params("id"))
	if err != nil {
		return nil, workflow.Step{}, err
	}
	step, ok := workflow.StepByID(workflow.StepID(q.Params("step")))
	if !ok || step.BySystemOnly() {
		return nil, step, workflow.Refuse(workflow.NotFound, "unknown_step", "There is no such step.")
	}
	return c, step, nil
}

// stepPage is the form with what was typed and what is wrong with it.
func (q *call) stepPage(c *cases.Case, step workflow.Step, typed map[string][]string, faults []workflow.Fault) stepPage {
	p := stepPage{page: q.page("queue", "case.title"), Number: c.Number, Version: c.Version, Law: step.Law, Key: q.id}
	if strings.HasPrefix(step.Law, "practice") {
		p.Law = p.T("step.practice")
	}
	p.Live = q.liveCase("step", q.s.livePlace(), c)
	p.Heading = p.Either(step.Title, step.TitleSV)
	p.Title, p.Narrow = p.Heading+" – "+c.Number, true
	if typed == nil {
		typed = q.startValues(c, step)
	}
	for _, name := range slices.Concat(step.Requires, step.Takes) {
		for _, one := range fieldParts(name, typed) {
			f := q.formField(&p, c, step, one, slices.Contains(step.Requires, name))
			f.Values = typed[one]
			f.Value = strings.Join(f.Values, "\n")
			if f.Widget == unitWidget {
				q.nameUnit(&f)
			}
			if name == "fine_factors" {
				p.More, p.Open = append(p.More, f), p.Open || f.Value != ""
				continue
			}
			p.Fields = append(p.Fields, f)
		}
	}
	q.beside(&p, c, step, typed)
	for _, fault := range faults {
		p.mark(fault)
	}
	return p
}

// mark puts a fault beside its field and into the summary.
func (p *stepPage) mark(fault workflow.Fault) {
	name := strings.ReplaceAll(strings.Trim(strings.TrimPrefix(fault.Path, "/data"), "/"), "/", ".")
	message := p.fault(fault.Code, fault.Message)
	for _, fields := range [][]formField{p.Fields, p.More} {
		for i := range fields {
			f := &fields[i]
			if f.Name == name || strings.HasPrefix(f.Name, name+".") || strings.HasPrefix(name, f.Name+".") {
				f.Fault = message
				p.Faults = append(p.Faults, pageFault{Field: f.Name, Message: f.Label + ": " + message})
				return
			}
		}
	}
	p.Faults = append(p.Faults, pageFault{Message: message})
}

// stepByForm takes a step. Whatever is refused, what was typed stays in the form.
func (q *call) stepByForm() error {
	c, step, err := q.stepOn()
	if err != nil {
		return err
	}
	typed := q.typed(step)
	if q.FormValue("then") == "work_out" { // without a script: nothing is taken
		p := q.stepPage(c, step, typed, nil)
		p.Version, p.Key = cmp.Or(formVersionOf(q), p.Version), cmp.Or(q.FormValue("key"), p.Key)
		return q.render(http.StatusOK, "step", p)
	}
	request, faults := q.stepRequest(step, typed)
	if len(faults) == 0 {
		c, err = q.s.opt.Cases.Take(q.ctx, q.actor, c.ID, request)
		if err == nil {
			return q.afterStep(c, step)
		}
	}
	if err != nil && !forPeople(err) {
		return err
	}
	now, findErr := q.theCase()
	if findErr != nil {
		return findErr
	}
	if workflow.KindOf(err) == workflow.Stale {
		p := q.stepPage(now, step, typed, nil)
		if p.Conflict, err = q.conflict(&p, now, step, typed, request.Version); err != nil {
			return err
		}
		return q.render(http.StatusConflict, "step", p)
	}
	return q.render(http.StatusUnprocessableEntity, "step", q.stepPage(now, step, typed, append(faults, faultsOf(err)...)))
}

// stepAgain shows the form with what was typed before the session ended. Where the
// case was changed meanwhile it says so, as it does to whoever was slower.
func (q *call) stepAgain() error {
	c, step, err := q.stepOn()
	if err != nil {
		return err
	}
	p := q.stepPage(c, step, q.typed(step), nil)
	if version, ok := parseETag(`"` + q.FormValue("version") + `"`); ok && version != c.Version {
		if p.Conflict, err = q.conflict(&p, c, step, q.typed(step), version); err != nil {
			return err
		}
	}
	return q.render(http.StatusOK, "step", p)
}

// afterStep goes back to the case, or to the list where the case was just closed
// to whoever took the step.
func (q *call) afterStep(c *cases.Case, step workflow.Step) error {
	if !c.VisibleTo(q.actor) {
		return q.see("/queue?done=step")
	}
	if step.ID == workflow.StepAssessDelay && c.Delay.Assessment == cases.DelayAskedAgain {
		if ask, err := q.asking(c); err != nil || ask != "" {
			if err != nil {
				return err
			}
			return q.see(ask)
		}
	}
	return q.see("/cases/" + c.Number + "?done=step")
}

// typed is everything that was typed into the form of a step.
func (q *call) typed(step workflow.Step) map[string][]string {
	posted, out := q.posted(), map[string][]string{}
	for _, name := range slices.Concat(step.Requires, step.Takes) {
		for _, one := range fieldParts(name, posted) {
			out[one] = posted[one]
			if widgetOf(one) == unitWidget {
				text := chosenUnit(posted, one)
				if id, _ := q.unitNamed(text); id != "" {
					text = id
				}
				out[one] = []string{text}
			}
		}
	}
	return out
}

// nameUnit shows a unit by its name, or which ones fit what was typed.
func (q *call) nameUnit(f *formField) {
	if _, _, known := q.s.opt.Units.Unit(f.Value); known {
		f.Value = q.unitName(f.Value)
		return
	}
	_, f.Options = q.unitNamed(f.Value)
}

// stepRequest turns what was typed into the request that the API takes, and reads
// it the same way, so that both refuse the same things in the same words.
func (q *call) stepRequest(step workflow.Step, typed map[string][]string) (cases.StepRequest, []workflow.Fault) {
	data := map[string]any{}
	var faults []workflow.Fault
	for name, values := range typed {
		answer := answerOf(name, values)
		if answer == nil && neededParts[name] {
			faults = append(faults, workflow.Fault{
				Path: "/data/" + strings.ReplaceAll(name, ".", "/"), Code: "required", Message: "This step needs it.",
			})
		}
		if text := strings.Join(values, ""); widgetOf(name) == unitWidget && text != "" {
			if _, _, known := q.s.opt.Units.Unit(text); !known {
				_, fits := q.unitNamed(text)
				faults = append(faults, unitFault("/data/"+strings.ReplaceAll(name, ".", "/"), len(fits)))
				answer = nil
			}
		}
		if name != "reason" {
			place(data, name, answer)
		}
	}
	if draft, ok := data["draft"].(map[string]any); ok {
		listMeasures(draft)
	}
	reason := strings.Join(typed["reason"], "\n")
	raw, err := json.Marshal(map[string]any{"data": data, "reason": reason})
	if err != nil {
		panic("texts and numbers marshal: " + err.Error())
	}
	var in stepRequest
	faults = append(faults, cases.Bind(raw, &in, q.s.opt.Zone)...)
	return cases.StepRequest{
		Step: step.ID, Reason: in.Reason, Data: in.Data, Version: formVersionOf(q),
		Command: q.formCommand(append([]byte(string(step.ID)+"|"), raw...)),
	}, sortedFaults(faults)
}

// formVersionOf is the version on which somebody wrote in a form, 0 for none.
func formVersionOf(q *call) int64 {
	version, _ := parseETag(`"` + q.FormValue("version") + `"`)
	return version
}

// sortedFaults gives faults one order, whatever the order of a map was.
func sortedFaults(faults []workflow.Fault) []workflow.Fault {
	slices.SortStableFunc(faults, func(a, b workflow.Fault) int { return strings.Compare(a.Path, b.Path) })
	return faults
}

// listMeasures makes a list of the measures of a draft, which the form names by
// their numbers. Groups that nothing was typed into are not there.
func listMeasures(draft map[string]any) {
	numbered, ok := draft["measures"].(map[string]any)
	if !ok {
		return
	}
	var list []any
	for n := range mostMeasures {
		if m, ok := numbered[strconv.Itoa(n)]; ok {
			list = append(list, m)
		}
	}
	draft["measures"] = list
}

// place puts an answer under a dotted name; no answer is not put anywhere.
func place(into map[string]any, name string, answer any) {
	if answer == nil {
		return
	}
	head, rest, deeper := strings.Cut(name, ".")
	if !deeper {
		into[head] = answer
		return
	}
	inner, ok := into[head].(map[string]any)
	if !ok {
		inner = map[string]any{}
		into[head] = inner
	}
	place(inner, rest, answer)
}

// answerOf is what was answered to a field, nil for nothing. A number that is none
// goes on as the text that it is, so that it is refused beside its field.
func answerOf(name string, values []string) any {
	text := strings.TrimSpace(strings.Join(values, "\n"))
	if text == "" {
		return nil
	}
	switch widgetOf(name) {
	case linesWidget:
		var lines []string
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); line != "" {
				lines = append(lines, line)
			}
		}
		return lines
	case manyWidget:
		return values
	case tickWidget:
		return true
	}
	if numeric[plainName(name)] {
		digits := strings.Join(strings.Fields(text), "")
		if _, err := strconv.ParseInt(digits, 10, 64); err == nil {
			return json.Number(digits)
		}
	}
	return text
}
