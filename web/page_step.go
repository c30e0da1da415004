package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// stepPage asks for what a step needs.
type stepPage struct {
	page
	Number  string
	Heading string
	Law     string
	Version int64
	Fields  []formField
	Faults  []pageFault
	Changed string // what the case is now, when somebody was faster
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
)

// formField is one question of a form, with what was answered so far.
type formField struct {
	Name     string
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

// stepWidgets says how each field of a step's data is asked for. A test holds it
// against the data itself.
var stepWidgets = map[string]widget{
	"reason": textWidget, "questions": linesWidget, "due_at": instantWidget, "urgent": tickWidget, "scope": textWidget,
	"legal_basis": linesWidget, "focus_areas": linesWidget, "oss_role": choiceWidget, "lead_sa": lineWidget,
	"outcome": choiceWidget, "letter": textWidget, "memo": textWidget, "fine_considered": tickWidget,
	"imi_number": lineWidget, "revised": tickWidget, "objection": textWidget, "service_date": dateWidget,
	"hearing_skip_reason": textWidget, "board_decision": textWidget, "received_at": instantWidget, "note": textWidget,
	"evidence": textWidget, "measure": numberWidget, "recipient": lineWidget, "master_case": lineWidget, "ground": choiceWidget,
	"assignee": choiceWidget, "text": textWidget, "risk": choiceWidget, "priority": choiceWidget, "aware_at": instantWidget,
	"delay_assessment": choiceWidget, "named_staff": manyWidget, "account": choiceWidget, "diary_number": lineWidget,
	"clock": choiceWidget,
	// The fields below lie within others.
	"draft.outcome": choiceWidget, "draft.legal_basis": linesWidget, "draft.reasons": textWidget, "draft.conclusion": textWidget,
	"draft.rapporteur": choiceWidget, "draft.measures.power": choiceWidget, "draft.measures.text": textWidget,
	"draft.measures.infringed": linesWidget, "draft.measures.due_at": instantWidget, "draft.measures.amount_sek": numberWidget,
	"judgment.court": lineWidget, "judgment.number": lineWidget, "judgment.date": dateWidget,
	"severity.dpc": choiceWidget, "severity.ei_quarters": choiceWidget, "severity.c_quarters": choiceWidget,
	"severity.i_quarters": choiceWidget, "severity.a_quarters": choiceWidget, "severity.m_quarters": choiceWidget,
	"severity.subjects": numberWidget, "severity.unintelligible": choiceWidget,
	"severity.reasons.dpc": lineWidget, "severity.reasons.ei": lineWidget, "severity.reasons.c": lineWidget,
	"severity.reasons.i": lineWidget, "severity.reasons.a": lineWidget, "severity.reasons.m": lineWidget,
}

// parts are the fields that a field of several parts is asked for by.
var parts = map[string][]string{
	"draft": {
		"draft.outcome", "draft.legal_basis", "draft.conclusion", "draft.reasons", "draft.rapporteur", "draft.measures.power",
		"draft.measures.text", "draft.measures.infringed", "draft.measures.due_at", "draft.measures.amount_sek",
	},
	"judgment": {"judgment.court", "judgment.number", "judgment.date"},
	"severity": {
		"severity.dpc", "severity.reasons.dpc", "severity.ei_quarters", "severity.reasons.ei", "severity.c_quarters", "severity.reasons.c",
		"severity.i_quarters", "severity.reasons.i", "severity.a_quarters", "severity.reasons.a", "severity.m_quarters",
		"severity.reasons.m", "severity.subjects", "severity.unintelligible",
	},
	"fine_factors": {
		"fine_factors.a", "fine_factors.b", "fine_factors.c", "fine_factors.d", "fine_factors.e", "fine_factors.f",
		"fine_factors.g", "fine_factors.h", "fine_factors.i", "fine_factors.j", "fine_factors.k",
	},
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
	p := stepPage{page: q.page("queue", "case.title"), Number: c.Number, Version: c.Version, Law: step.Law, Heading: step.Title}
	if p.Tag == "sv" {
		p.Heading = step.TitleSV
	}
	p.Title, p.Narrow = p.Heading+" – "+c.Number, true
	if typed == nil {
		typed = q.startValues(c, step)
	}
	for _, name := range slices.Concat(step.Requires, step.Takes) {
		names := parts[name]
		if names == nil {
			names = []string{name}
		}
		for _, one := range names {
			f := q.formField(&p, c, step, one, slices.Contains(step.Requires, name))
			f.Values = typed[one]
			f.Value = strings.Join(f.Values, "\n")
			p.Fields = append(p.Fields, f)
		}
	}
	for _, fault := range faults {
		p.mark(fault)
	}
	return p
}

// mark puts a fault beside its field and into the summary.
func (p *stepPage) mark(fault workflow.Fault) {
	name := strings.ReplaceAll(strings.Trim(strings.TrimPrefix(fault.Path, "/data"), "/"), "/", ".")
	message := p.fault(fault.Code, fault.Message)
	for i := range p.Fields {
		f := &p.Fields[i]
		if f.Name == name || strings.HasPrefix(f.Name, name+".") || strings.HasPrefix(name, f.Name+".") {
			f.Fault = message
			p.Faults = append(p.Faults, pageFault{Field: f.Name, Message: f.Label + ": " + message})
			return
		}
	}
	p.Faults = append(p.Faults, pageFault{Message: message})
}

// startValues fill a form with what the case already says.
func (q *call) startValues(c *cases.Case, step workflow.Step) map[string][]string {
	values := map[string][]string{"account": {q.actor.Account}}
	if step.ID == workflow.StepEditDraft && c.Draft != nil {
		d := c.Draft.Text
		values["draft.outcome"], values["draft.legal_basis"] = []string{string(d.Outcome)}, d.LegalBasis
		values["draft.reasons"], values["draft.conclusion"] = []string{string(d.Reasons)}, []string{string(d.Conclusion)}
		values["draft.rapporteur"] = []string{d.Rapporteur}
		if len(d.Measures) > 0 {
			m := d.Measures[0]
			values["draft.measures.power"], values["draft.measures.text"] = []string{string(m.Power)}, []string{string(m.Text)}
			values["draft.measures.infringed"] = m.Infringed
		}
	}
	if c.Assignee != "" {
		values["assignee"] = []string{c.Assignee}
	} else {
		values["assignee"] = []string{q.actor.Account}
	}
	return values
}

// formField is how a field is asked for, with its choices.
func (q *call) formField(p *stepPage, c *cases.Case, step workflow.Step, name string, required bool) formField {
	f := formField{Name: name, Label: p.T("field." + name), Widget: stepWidgets[name], Required: required}
	if p.has("field." + name + ".hint") {
		f.Hint = p.T("field." + name + ".hint")
	}
	if f.Widget == "" { // a factor of a fine
		f.Widget = textWidget
	}
	if strings.Contains(name, ".") {
		f.Required = false // the case room says what a part needs
	}
	if f.Widget == choiceWidget || f.Widget == manyWidget {
		f.Options = q.choices(p, c, step, name)
	}
	return f
}

// choices are the answers that a field can have.
func (q *call) choices(p *stepPage, c *cases.Case, step workflow.Step, name string) []formOption {
	switch name {
	case "outcome":
		return outcomeChoices(p, func(r workflow.OutcomeRule) bool { return slices.Contains(r.By, step.ID) })
	case "draft.outcome":
		return outcomeChoices(p, func(r workflow.OutcomeRule) bool { return r.Outcome.ByDecision() })
	case "assignee", "account", "named_staff", "draft.rapporteur":
		return q.staffChoices()
	case "clock":
		var out []formOption
		for _, k := range c.OpenClocks() {
			if q.s.opt.Law.Movable(k.Kind) {
				out = append(out, formOption{k.ID, p.Code(k.Kind) + ", " + p.DateTime(k.DueAt)})
			}
		}
		return out
	case "draft.measures.power":
		out := []formOption{{"", p.T("field.none")}}
		for _, m := range workflow.Measures() {
			text := m.Text()
			if p.Tag == "sv" {
				text = m.TextSV()
			}
			out = append(out, formOption{string(m), m.Article() + ": " + text})
		}
		return out
	case "oss_role":
		return codeChoices[cases.OSSRole](p)
	case "ground":
		return codeChoices[cases.ReopenGround](p)
	case "risk":
		return codeChoices[cases.Risk](p)
	case "priority":
		return codeChoices[workflow.Priority](p)
	case "delay_assessment":
		return codeChoices[cases.DelayVerdict](p)
	case "severity.unintelligible":
		return codeChoices[workflow.Answer](p)
	}
	return scoreChoices(p, name)
}

func codeChoices[T interface {
	~string
	Codes() []string
}](p *stepPage) []formOption {
	var zero T
	var out []formOption
	for _, code := range zero.Codes() {
		out = append(out, formOption{code, p.Code(T(code))})
	}
	return out
}

func outcomeChoices(p *stepPage, fits func(workflow.OutcomeRule) bool) []formOption {
	var out []formOption
	for _, r := range workflow.Outcomes() {
		if fits(r) {
			out = append(out, formOption{string(r.Outcome), p.Code(r.Outcome)})
		}
	}
	return out
}

// scoreChoices are ENISA's values of one score, with what each means.
func scoreChoices(p *stepPage, name string) []formOption {
	field := strings.TrimSuffix(strings.TrimPrefix(name, "severity."), "_quarters")
	var out []formOption
	for _, m := range workflow.Scores(field) {
		text := m.Meaning
		if p.Tag == "sv" {
			text = m.MeaningSV
		}
		out = append(out, formOption{m.Value, m.Shown + " – " + text})
	}
	return out
}

// staffChoices are the people who work on cases.
func (q *call) staffChoices() []formOption {
	var out []formOption
	accounts, err := q.s.opt.Auth.Accounts(q.ctx, cases.System("directory"))
	if err != nil {
		return nil // the form still takes what it is given; the case room checks it
	}
	for _, a := range accounts {
		if a.Active && slices.ContainsFunc(a.Roles, workflow.Role.Staff) {
			out = append(out, formOption{a.ID, a.Name})
		}
	}
	return out
}

// stepByForm takes a step. Whatever is refused, what was typed stays in the form.
func (q *call) stepByForm() error {
	c, step, err := q.stepOn()
	if err != nil {
		return err
	}
	typed := q.typed(step)
	request, faults := q.stepRequest(step, typed)
	if len(faults) == 0 {
		_, err = q.s.opt.Cases.Take(q.ctx, q.actor, c.ID, request)
		if err == nil {
			return q.see("/cases/" + c.Number + "?done=step")
		}
	}
	var refusal *workflow.Error
	if err != nil && !errors.As(err, &refusal) {
		return err
	}
	status := http.StatusUnprocessableEntity
	now, findErr := q.s.opt.Cases.Case(q.ctx, q.actor, c.ID)
	if findErr != nil {
		return findErr
	}
	if refusal != nil {
		faults = append(faults, refusal.Faults...)
		if len(refusal.Faults) == 0 {
			faults = append(faults, workflow.Fault{Code: refusal.Code, Message: refusal.Message})
		}
	}
	p := q.stepPage(now, step, typed, faults)
	if refusal != nil && refusal.Kind == workflow.Stale {
		status, p.Changed = http.StatusConflict, p.Code(now.State)
	}
	return q.render(status, "step", p)
}

// typed is everything that was typed into the form of a step.
func (q *call) typed(step workflow.Step) map[string][]string {
	out := map[string][]string{}
	for _, name := range slices.Concat(step.Requires, step.Takes) {
		names := parts[name]
		if names == nil {
			names = []string{name}
		}
		for _, one := range names {
			var values []string
			for _, v := range q.Context().PostArgs().PeekMulti(one) {
				values = append(values, strings.ReplaceAll(string(v), "\r\n", "\n"))
			}
			out[one] = values
		}
	}
	return out
}

// stepRequest turns what was typed into the request that the API takes, and reads
// it the same way, so that both refuse the same things in the same words.
func (q *call) stepRequest(step workflow.Step, typed map[string][]string) (cases.StepRequest, []workflow.Fault) {
	data := map[string]any{}
	for name, values := range typed {
		if name != "reason" {
			place(data, name, answerOf(stepWidgets[name], values))
		}
	}
	if draft, ok := data["draft"].(map[string]any); ok {
		if m, ok := draft["measures"].(map[string]any); ok {
			draft["measures"] = []any{m}
		}
	}
	raw, err := json.Marshal(map[string]any{"data": data})
	if err != nil {
		panic("texts and numbers marshal: " + err.Error())
	}
	var in stepRequest
	faults := cases.Bind(raw, &in, q.s.opt.Zone)
	version, _ := parseETag(`"` + q.FormValue("version") + `"`)
	return cases.StepRequest{
		Step: step.ID, Reason: cases.Text(strings.Join(typed["reason"], "\n")), Data: in.Data, Version: version,
	}, faults
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

// answerOf is what was answered in a widget, nil for nothing.
func answerOf(w widget, values []string) any {
	text := strings.TrimSpace(strings.Join(values, "\n"))
	if text == "" {
		return nil
	}
	switch w {
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
	case numberWidget:
		return json.Number(strings.Join(strings.Fields(text), ""))
	}
	return text
}
