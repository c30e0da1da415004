package web

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// severityWork is the severity as it is being worked out: the sum, what it means,
// and how it stands to what the controller says.
type severityWork struct {
	Sum        string      `json:"sum"` // "" until every score is chosen
	Level      string      `json:"level"`
	Meaning    string      `json:"meaning"`
	Flags      []string    `json:"flags"`
	Difference string      `json:"difference"`
	Missing    string      `json:"missing"` // what is still to be chosen
	Script     string      `json:"-"`
	Address    string      `json:"-"` // of the same for the script
	OwnView    []answerRow `json:"-"`
}

// beside puts what is needed for judging next to the form of a step, so that nobody
// has to remember it from another page.
func (q *call) beside(p *stepPage, c *cases.Case, step workflow.Step, values map[string][]string) {
	n := c.Latest()
	switch {
	case step.ID == workflow.StepAssessSeverity:
		w := p.workOut(c, func(name string) string { return strings.Join(values["severity."+name], "") })
		w.Script, w.Address, w.OwnView = assets.path("severity.js"), "/cases/"+c.Number+"/severity", p.ownView(c)
		p.Severity = &w
	case step.ID == workflow.StepAssessDelay && n != nil:
		p.Beside = p.delayOf(c)
	}
}

// severityInputs are the inputs of the severity by their fields in the form, in the
// order of the sum.
var severityInputs = []struct{ name, field string }{
	{"dpc", "dpc"}, {"ei", "ei_quarters"}, {"c", "c_quarters"}, {"i", "i_quarters"}, {"a", "a_quarters"}, {"m", "m_quarters"},
}

// workOut computes the severity from what is chosen so far.
func (p page) workOut(c *cases.Case, value func(string) string) severityWork {
	var in workflow.SeverityInput
	var missing []string
	w := severityWork{Flags: []string{}}
	into := []*int{&in.DPC, &in.EI, &in.C, &in.I, &in.A, &in.M}
	for i, input := range severityInputs {
		n, err := strconv.Atoi(value(input.field))
		if err != nil {
			missing = append(missing, strings.ToUpper(input.name))
			continue
		}
		*into[i] = n
	}
	if n, err := strconv.ParseInt(strings.Join(strings.Fields(value("subjects")), ""), 10, 64); err == nil && n >= 0 {
		in.Subjects = &n
	}
	in.Unintelligible = workflow.Answer(value("unintelligible"))
	if len(missing) > 0 {
		w.Missing = p.T("severity.missing", "Inputs", strings.Join(missing, ", "))
		return w
	}
	result, err := workflow.AssessSeverity(in)
	if err != nil {
		w.Missing = p.T("severity.cannot")
		return w
	}
	return p.worded(c, in, result)
}

// worded puts a severity into words.
func (p page) worded(c *cases.Case, in workflow.SeverityInput, result workflow.Severity) severityWork {
	shown := map[string]any{}
	for _, m := range in.Meanings() {
		shown[m.Input] = p.decimal(m.Score)
	}
	w := severityWork{
		Sum:   fmt.Sprintf("SE = %s × %s + %s + %s + %s + %s = %s", shown["dpc"], shown["ei"], shown["c"], shown["i"], shown["a"], shown["m"], p.decimal(result.SE.String())),
		Level: p.T("severity.level", "Level", p.Code(result.Level)), Meaning: p.Either(result.Level.Meaning(), result.Level.MeaningSV()),
		Flags: []string{}, Difference: p.riskDifference(c, result.Level),
	}
	for _, f := range result.Flags {
		if f.Value == workflow.Yes {
			w.Flags = append(w.Flags, p.T("code.SeverityFlag."+f.Flag))
		}
	}
	return w
}

// decimal writes a number with a fraction as the language does.
func (p page) decimal(text string) string {
	if p.Tag == "sv" {
		return strings.ReplaceAll(text, ".", ",")
	}
	return text
}

// riskDifference says how the authority's severity stands to the risk that the
// controller sees. The levels of the one are no levels of the other: LOW is compared
// with an unlikely risk, MEDIUM with a risk, and what lies above with a high risk.
func (p page) riskDifference(c *cases.Case, level workflow.SeverityLevel) string {
	n := c.Latest()
	if n == nil {
		return ""
	}
	theirs, known := map[cases.ControllerRisk]int{cases.RiskUnlikely: 0, cases.RiskNotHigh: 1, cases.RiskHigh: 2}[n.Notification.Risk]
	if !known {
		return p.T("severity.no_view")
	}
	ours := map[workflow.SeverityLevel]int{workflow.SeverityLow: 0, workflow.SeverityMedium: 1, workflow.SeverityHigh: 2, workflow.SeverityVeryHigh: 2}[level]
	key := "severity.same"
	if ours > theirs {
		key = "severity.graver"
	} else if ours < theirs {
		key = "severity.milder"
	}
	return p.T(key, "Theirs", p.Code(n.Notification.Risk), "Ours", p.Code(level))
}

// ownView is what the controller says of risk and consequences.
func (p page) ownView(c *cases.Case) []answerRow {
	if c.Latest() == nil {
		return nil
	}
	return p.fieldsOf(c.Latest().Notification, "risk_controller", "severity_controller", "risk_method_text", "consequences_confidentiality", "consequences_confidentiality_text",
		"consequences_integrity", "consequences_integrity_text", "consequences_availability", "consequences_availability_text", "impacts", "impacts_text", "subjects")
}

// fieldsOf are what a notification answers to some fields.
func (p page) fieldsOf(n cases.Notification, paths ...string) []answerRow {
	rows := map[string]answerRow{}
	for _, change := range cases.Compare(cases.Notification{}, n) {
		if value := p.Value(change.New); value != "" {
			rows[change.Path] = answerRow{Title: p.Either(change.Title, change.TitleSV), Value: value}
		}
	}
	for _, f := range cases.Fields() {
		if row, ok := rows[f.Path]; ok {
			row.Long = f.FreeText
			rows[f.Path] = row
		}
	}
	var out []answerRow
	for _, path := range paths {
		if row, ok := rows[path]; ok {
			out = append(out, row)
		}
	}
	return out
}

// severity works the severity out while its scores are being chosen. The reasons
// are no part of what is asked: an address is kept in too many places.
func (q *call) severity() error {
	c, err := q.s.opt.Cases.Case(q.ctx, q.actor, q.Params("id"))
	if err != nil {
		return err
	}
	return q.JSON(q.page("queue", "case.title").workOut(c, func(name string) string { return q.Query("severity." + name) }))
}

// severityRoutes are what the form of the severity asks as it is filled in.
var severityRoutes = []route{
	{Method: get, Path: "/cases/{id}/severity", Access: CaseStaff, Tag: tagPages, Page: true, Summary: "The severity as it would be", handle: (*call).severity},
}

// severityView is the severity on the page of a case: each score with its reason.
type severityView struct {
	severityWork
	Rows []severityRow
	By   string
	At   string
}

type severityRow struct {
	Input   string
	Score   string
	Meaning string
	Reason  string
}

func (p page) severityOf(c *cases.Case, people map[string]string) *severityView {
	if c.Severity == nil {
		return nil
	}
	s := c.Severity
	v := &severityView{severityWork: p.worded(c, s.Input, s.Result), By: people[s.By], At: p.DateTime(s.At)}
	v.OwnView = p.ownView(c)
	reasons := scoreReasons(s.Input.Reasons)
	for i, m := range s.Input.Meanings() {
		v.Rows = append(v.Rows, severityRow{
			Input: p.T("field.severity." + severityInputs[i].field), Score: p.decimal(m.Score), Meaning: p.Either(m.Meaning, m.MeaningSV), Reason: reasons[m.Input],
		})
	}
	return v
}

func scoreReasons(r workflow.SeverityReasons) map[string]string {
	return map[string]string{"dpc": r.DPC, "ei": r.EI, "c": r.C, "i": r.I, "a": r.A, "m": r.M}
}

// severityTold is an assessment in the history: the sum, and each score that was
// given a reason.
func (p page) severityTold(e cases.Event) []string {
	var given cases.Taken
	if e.Header.Kind != cases.EventKind(workflow.StepAssessSeverity) || e.Payload == nil || e.Read(&given) != nil || given.Severity == nil || given.Data.Severity == nil {
		return nil
	}
	in := *given.Data.Severity
	w := p.worded(&cases.Case{}, in, *given.Severity)
	out := []string{w.Sum + ". " + w.Level}
	reasons := scoreReasons(in.Reasons)
	for _, m := range in.Meanings() {
		if reason := reasons[m.Input]; reason != "" {
			out = append(out, strings.ToUpper(m.Input)+" "+p.decimal(m.Score)+": "+reason)
		}
	}
	return out
}

// askingSteps are the ways to ask the party, in the states in which there is one.
var askingSteps = []workflow.StepID{workflow.StepRequestSupplement, workflow.StepRequestReply}

// asking is the form by which the party can be asked for the reasons of its delay
// now, "" where there is none.
func (q *call) asking(c *cases.Case) (string, error) {
	_, verdicts, err := q.s.opt.Cases.Steps(q.ctx, q.actor, c.ID)
	if err != nil {
		return "", err
	}
	for _, step := range askingSteps {
		for _, v := range verdicts {
			if v.Step == step && v.Allowed {
				return "/cases/" + c.Number + "/steps/" + string(step) + "?ask=delay", nil
			}
		}
	}
	return "", nil
}

// delayOf is what there is to judge of a delay: how late, and the stated reasons.
func (p page) delayOf(c *cases.Case) []answerRow {
	var rows []answerRow
	if j := c.Judgement(); j != nil {
		rows = append(rows, answerRow{Title: p.T("delay.aware"), Value: p.DateTime(j.AwareAt)}, answerRow{Title: p.T("delay.filed"), Value: p.DateTime(j.EffectiveAt)})
		d := j.Deadlines.For(j.Policy)
		rows = append(rows, answerRow{Title: p.T("version.deadline"), Value: p.Either(d.Explanation, d.ExplanationSV)})
	}
	stated := p.fieldsOf(c.Latest().Notification, "delay_reasons_code", "delay_reasons")
	if len(stated) == 0 {
		stated = []answerRow{{Title: p.T("delay.stated"), Value: p.T("delay.none")}}
	}
	return append(rows, stated...)
}

// delayView is the lateness on the page of a case.
type delayView struct {
	Rows   []answerRow
	Found  *cases.DelayAssessment
	By     string
	Ask    string // where the party can be asked again, as long as nobody has
	Asked  bool   // and it has not answered yet
	Assess bool   // nobody has judged the reasons yet, and whoever looks may
}

// delayView is nil for a notification that came in time and was not judged.
func (q *call) delayView(p *casePage, c *cases.Case) (*delayView, error) {
	if c.Latest() == nil || !c.Late() && c.Delay == nil {
		return nil, nil
	}
	v := &delayView{Rows: p.delayOf(c), Found: c.Delay}
	for _, s := range p.Acts {
		v.Assess = v.Assess || s.Step.ID == workflow.StepAssessDelay
	}
	if c.Delay == nil {
		return v, nil
	}
	v.By = p.Case.People[c.Delay.By]
	if c.Delay.Assessment != cases.DelayAskedAgain {
		return v, nil
	}
	for _, r := range c.Requests {
		if r.AskedAt.After(c.Delay.At) {
			v.Asked = r.Open()
			return v, nil
		}
	}
	var err error
	v.Ask, err = q.asking(c)
	return v, err
}
