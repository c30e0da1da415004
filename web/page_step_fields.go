package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// stepWidgets says how each field of a step's data is asked for. A test holds it
// against the data itself.
var stepWidgets = map[string]widget{
	"reason": textWidget, "questions": linesWidget, "due_at": instantWidget, "urgent": tickWidget, "scope": textWidget,
	"legal_basis": linesWidget, "focus_areas": linesWidget, "oss_role": choiceWidget, "lead_sa": lineWidget,
	"outcome": choiceWidget, "letter": textWidget, "memo": textWidget, "fine_considered": tickWidget,
	"imi_number": lineWidget, "revised": tickWidget, "objection": textWidget, "service_date": dateWidget,
	"hearing_skip_reason": textWidget, "board_decision": textWidget, "received_at": instantWidget, "note": textWidget,
	"evidence": textWidget, "measure": choiceWidget, "recipient": lineWidget, "master_case": lineWidget, "ground": choiceWidget,
	"assignee": choiceWidget, "text": textWidget, "risk": choiceWidget, "priority": choiceWidget, "aware_at": instantWidget,
	"delay_assessment": choiceWidget, "named_staff": manyWidget, "account": choiceWidget, "diary_number": lineWidget,
	"clock": choiceWidget, "sent_at": instantWidget, "imi_due_at": instantWidget, "lead_informed_at": instantWidget, "art34": choiceWidget,
	"incident": choiceWidget, "fact": choiceWidget,
	// The fields below lie within others.
	"draft.outcome": choiceWidget, "draft.legal_basis": linesWidget, "draft.reasons": textWidget, "draft.conclusion": textWidget,
	"draft.rapporteur": choiceWidget, "draft.others": linesWidget, "draft.measures.power": choiceWidget, "draft.measures.text": textWidget,
	"draft.measures.infringed": linesWidget, "draft.measures.due_at": instantWidget, "draft.measures.amount_sek": numberWidget,
	"party.name": lineWidget, "party.board": lineWidget, "party.unit": unitWidget, "party.id_number": lineWidget,
	"party.legal_form": choiceWidget, "party.sector": choiceWidget, "party.role": choiceWidget,
	"judgment.court": lineWidget, "judgment.number": lineWidget, "judgment.date": dateWidget,
	"severity.dpc": choiceWidget, "severity.ei_quarters": choiceWidget, "severity.c_quarters": choiceWidget,
	"severity.i_quarters": choiceWidget, "severity.a_quarters": choiceWidget, "severity.m_quarters": choiceWidget,
	"severity.subjects": numberWidget, "severity.unintelligible": choiceWidget,
	"severity.reasons.dpc": lineWidget, "severity.reasons.ei": lineWidget, "severity.reasons.c": lineWidget,
	"severity.reasons.i": lineWidget, "severity.reasons.a": lineWidget, "severity.reasons.m": lineWidget,
}

// numeric are the fields whose answers are whole numbers, by their names without
// the numbers of a list.
var numeric = map[string]bool{
	"measure": true, "draft.measures.amount_sek": true, "severity.subjects": true,
	"severity.dpc": true, "severity.ei_quarters": true, "severity.c_quarters": true,
	"severity.i_quarters": true, "severity.a_quarters": true, "severity.m_quarters": true,
}

// neededParts are the parts without which the whole is none: no score of the
// severity is taken for granted.
var neededParts = map[string]bool{
	"severity.dpc": true, "severity.ei_quarters": true, "severity.c_quarters": true,
	"severity.i_quarters": true, "severity.a_quarters": true, "severity.m_quarters": true,
	"judgment.court": true, "judgment.number": true, "judgment.date": true,
}

// parts are the fields that a field of several parts is asked for by.
var parts = map[string][]string{
	"draft": {
		"draft.outcome", "draft.legal_basis", "draft.conclusion", "draft.reasons", "draft.rapporteur", "draft.others",
	},
	"judgment": {"judgment.court", "judgment.number", "judgment.date"},
	"party": {
		"party.unit", "party.name", "party.board", "party.id_number", "party.legal_form", "party.sector", "party.role",
	},
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

// measureParts are what is asked for of each measure of a draft.
var measureParts = []string{"power", "text", "infringed", "due_at", "amount_sek"}

// mostMeasures are how many measures the form of a draft holds.
const mostMeasures = 20

// fieldParts are the fields that a field is asked for by. The form of a draft has the
// measures that it holds, and room for one more.
func fieldParts(name string, answers map[string][]string) []string {
	names := parts[name]
	switch {
	case names == nil:
		return []string{name}
	case name != "draft":
		return names
	}
	names = slices.Clone(names)
	last := 0
	for n := range mostMeasures {
		for _, part := range measureParts {
			if strings.Join(answers[measureField(n, part)], "") != "" {
				last = n + 1
			}
		}
	}
	for n := range min(last+1, mostMeasures) {
		for _, part := range measureParts {
			names = append(names, measureField(n, part))
		}
	}
	return names
}

// measureField names a field of the draft's measure n, counted from 0.
func measureField(n int, part string) string { return "draft.measures." + strconv.Itoa(n) + "." + part }

// plainName is a field's name without the numbers of a list.
func plainName(name string) string {
	if !strings.HasPrefix(name, "draft.measures.") {
		return name
	}
	return "draft.measures." + name[strings.LastIndexByte(name, '.')+1:]
}

// widgetOf says how a field is asked for; what is not in the table is a text, as
// the factors of a fine are.
func widgetOf(name string) widget {
	if w, ok := stepWidgets[plainName(name)]; ok {
		return w
	}
	return textWidget
}

// startValues fill a form with what the case already says.
func (q *call) startValues(c *cases.Case, step workflow.Step) map[string][]string {
	now := q.s.now().In(q.s.opt.Zone)
	values := map[string][]string{
		"account": {q.actor.Account}, "priority": {string(c.Priority)},
		"service_date": {now.Format(time.DateOnly)}, "received_at": {now.Format(localInstant)},
		"diary_number": {c.DiaryNumber}, "named_staff": c.Named,
		"incident": {q.Query("incident")}, "master_case": {q.Query("master_case")}, // from a suggestion
	}
	if o, err := q.s.opt.Cases.Outages().Get(q.actor, q.Query("outage")); err == nil && step.ID == workflow.StepAssessDelay {
		values["reason"] = []string{q.speech().T("outage.delay_reason", "Number", o.Number)}
	}
	switch {
	case c.Assignee != "":
		values["assignee"] = []string{c.Assignee}
	case q.actor.Has(workflow.RoleCaseworker):
		values["assignee"] = []string{q.actor.Account} // a supervisor hands the case to somebody else
	}
	if len(c.Named) == 0 {
		values["named_staff"] = []string{q.actor.Account, c.Assignee}
	}
	if c.Risk != nil {
		values["risk"] = []string{string(c.Risk.Risk)}
	}
	if c.OSS != nil {
		values["oss_role"], values["lead_sa"] = []string{string(c.OSS.Role)}, []string{c.OSS.LeadSA}
	}
	if j := c.Judgement(); j != nil {
		values["aware_at"] = []string{j.AwareAt.In(q.s.opt.Zone).Format(localInstant)}
	}
	if c.Risk != nil {
		values["risk"] = []string{string(c.Risk.Risk)}
	}
	if c.Delay != nil {
		values["delay_assessment"] = []string{string(c.Delay.Assessment)}
	}
	if q.Query("ask") == "delay" && slices.Contains(askingSteps, step.ID) {
		values["questions"] = []string{q.speech().T("delay.question")}
	}
	if c.Art34 != nil {
		values["art34"] = []string{string(c.Art34.Finding)}
	}
	if step.ID == workflow.StepDeviateFact {
		values["fact"] = []string{q.Query("fact")}
	}
	if step.ID == workflow.StepCorrectParty {
		startParty(c.Party, values)
	}
	if step.ID == workflow.StepExtendClock {
		q.startClock(c, values)
	}
	if step.ID == workflow.StepEditDraft {
		q.startDraft(c, values)
	}
	if step.ID == workflow.StepAssessSeverity && c.Severity != nil {
		startSeverity(c.Severity.Input, values)
	}
	if step.ID == workflow.StepRecordService && c.Decision != nil && c.Decision.ServedOn != "" {
		values["service_date"] = []string{string(c.Decision.ServedOn)}
	}
	return values
}

// localInstant is how a browser writes an instant of the authority's own time.
const localInstant = "2006-01-02T15:04"

// startParty fills the form of the party with the party as it stands.
func startParty(p cases.Party, values map[string][]string) {
	for name, value := range map[string]string{
		"name": p.Name, "board": p.Board, "unit": p.Unit, "id_number": p.IDNumber,
		"legal_form": string(p.LegalForm), "sector": string(p.Sector), "role": string(p.Role),
	} {
		values["party."+name] = []string{value}
	}
}

// startClock offers the clock that runs out next, with its present end.
func (q *call) startClock(c *cases.Case, values map[string][]string) {
	var next *cases.Clock
	for _, k := range c.OpenClocks() {
		if q.s.opt.Cases.Law().Movable(k.Kind) && (next == nil || k.DueAt.Before(next.DueAt)) {
			next = &k
		}
	}
	if next != nil {
		values["clock"] = []string{next.ID}
		values["due_at"] = []string{next.DueAt.In(q.s.opt.Zone).Format(localInstant)}
	}
}

// startDraft fills the form of a draft with the draft as it stands.
func (q *call) startDraft(c *cases.Case, values map[string][]string) {
	values["draft.rapporteur"] = []string{cmp.Or(c.Assignee, q.actor.Account)}
	if c.Draft == nil {
		return
	}
	d := c.Draft.Text
	values["draft.outcome"], values["draft.legal_basis"] = []string{string(d.Outcome)}, d.LegalBasis
	values["draft.reasons"], values["draft.conclusion"] = []string{string(d.Reasons)}, []string{string(d.Conclusion)}
	values["draft.rapporteur"], values["draft.others"] = []string{d.Rapporteur}, d.Others
	for n, m := range d.Measures {
		values[measureField(n, "power")], values[measureField(n, "text")] = []string{string(m.Power)}, []string{string(m.Text)}
		values[measureField(n, "infringed")] = m.Infringed
		if m.DueAt != nil {
			values[measureField(n, "due_at")] = []string{m.DueAt.In(q.s.opt.Zone).Format(localInstant)}
		}
		if m.AmountSEK != 0 {
			values[measureField(n, "amount_sek")] = []string{strconv.FormatInt(m.AmountSEK, 10)}
		}
	}
}

// startSeverity fills the form of the severity with the last assessment.
func startSeverity(in workflow.SeverityInput, values map[string][]string) {
	for name, score := range map[string]int{
		"dpc": in.DPC, "ei_quarters": in.EI, "c_quarters": in.C, "i_quarters": in.I, "a_quarters": in.A, "m_quarters": in.M,
	} {
		values["severity."+name] = []string{strconv.Itoa(score)}
	}
	for name, reason := range map[string]string{
		"dpc": in.Reasons.DPC, "ei": in.Reasons.EI, "c": in.Reasons.C, "i": in.Reasons.I, "a": in.Reasons.A, "m": in.Reasons.M,
	} {
		values["severity.reasons."+name] = []string{reason}
	}
	if in.Subjects != nil {
		values["severity.subjects"] = []string{strconv.FormatInt(*in.Subjects, 10)}
	}
	values["severity.unintelligible"] = []string{string(in.Unintelligible)}
}

// formField is how a field is asked for, with its choices.
func (q *call) formField(p *stepPage, c *cases.Case, step workflow.Step, name string, required bool) formField {
	key := "field." + plainName(name)
	f := formField{Name: name, Label: p.T(key), Widget: widgetOf(name), Required: required}
	if p.has(key + ".hint") {
		f.Hint = p.T(key + ".hint")
	}
	if number, ok := strings.CutSuffix(strings.TrimPrefix(name, "draft.measures."), ".power"); ok {
		n, _ := strconv.Atoi(number) // the name is of our making
		f.Heading = p.T("field.draft.measure", "N", n+1)
	}
	if name == "assignee" && c.Assignee == "" {
		f.Required = true // the step needs somebody to work on the case
	}
	if strings.Contains(name, ".") {
		f.Required = neededParts[name] // the case room says what the rest of a part needs
	}
	if f.Widget == choiceWidget || f.Widget == manyWidget {
		f.Options = q.choices(p, c, step, plainName(name))
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
	case "assignee":
		return q.staffChoices(holdsCases)
	case "account", "named_staff", "draft.rapporteur":
		return q.staffChoices(workflow.Role.Staff)
	case "clock":
		var out []formOption
		for _, k := range c.OpenClocks() {
			if step.ID == workflow.StepAssistanceReceived && k.Kind == workflow.ClockAssistance ||
				step.ID != workflow.StepAssistanceReceived && q.s.opt.Cases.Law().Movable(k.Kind) {
				out = append(out, formOption{k.ID, p.Code(k.Kind) + ", " + p.DateTime(k.DueAt)})
			}
		}
		return out
	case "incident":
		return q.incidentChoices()
	case "fact":
		return q.factChoices(c)
	case "measure":
		return measureChoices(p, c.Decision)
	case "draft.measures.power":
		var out []formOption
		for _, m := range workflow.Measures() {
			out = append(out, formOption{string(m), p.Cite(m.Article()) + ": " + p.Either(m.Text(), m.TextSV())})
		}
		return out
	case "oss_role":
		return codeOptions[cases.OSSRole](&p.page)
	case "art34":
		return codeOptions[cases.Article34Finding](&p.page)
	case "party.legal_form":
		return codeOptions[cases.LegalForm](&p.page)
	case "party.sector":
		return codeOptions[cases.SectorOfActivity](&p.page)
	case "party.role":
		return codeOptions[cases.PartyRole](&p.page)
	case "ground":
		return codeOptions[cases.ReopenGround](&p.page)
	case "risk":
		return codeOptions[cases.Risk](&p.page)
	case "priority":
		return codeOptions[workflow.Priority](&p.page)
	case "delay_assessment":
		return codeOptions[cases.DelayVerdict](&p.page)
	case "severity.unintelligible":
		return codeOptions[workflow.Answer](&p.page)
	}
	return scoreChoices(p, name)
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
		out = append(out, formOption{m.Value, p.decimal(m.Shown) + " – " + p.Either(m.Meaning, m.MeaningSV)})
	}
	return out
}

// holdsCases says whether cases are assigned to people of a role.
func holdsCases(r workflow.Role) bool {
	return r == workflow.RoleCaseworker || r == workflow.RoleSupervisor
}

// staffChoices are the people with a fitting role by name, the caseworkers first.
func (q *call) staffChoices(fits func(workflow.Role) bool) []formOption {
	var out []formOption
	accounts, err := q.s.opt.Auth.Accounts(q.ctx, cases.System("directory"))
	if err != nil {
		return nil // the form still takes what it is given; the case room checks it
	}
	slices.SortFunc(accounts, func(a, b auth.Profile) int {
		aWorks, bWorks := slices.Contains(a.Roles, workflow.RoleCaseworker), slices.Contains(b.Roles, workflow.RoleCaseworker)
		switch {
		case aWorks && !bWorks:
			return -1
		case bWorks && !aWorks:
			return 1
		}
		return cmp.Compare(a.Name, b.Name)
	})
	for _, a := range accounts {
		if a.Active && slices.ContainsFunc(a.Roles, fits) {
			out = append(out, formOption{a.ID, a.Name})
		}
	}
	return out
}

// measureChoices are the decision's measures that are still to be followed up.
func measureChoices(p *stepPage, d *cases.Decision) []formOption {
	if d == nil {
		return nil
	}
	var out []formOption
	for i, m := range d.Measures {
		if m.DueAt != nil && m.DoneAt == nil {
			out = append(out, formOption{strconv.Itoa(i + 1), p.PowerOf(m.Power) + ", " + p.Due(*m.DueAt)})
		}
	}
	return out
}
