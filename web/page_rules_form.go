package web

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// rulesForm asks for one change of the rules. It is made in two steps: what it would
// do is shown first, and then it is saved.
type rulesForm struct {
	page
	Topic   string
	Version int64
	Key     string
	Fields  []formField
	Faults  []pageFault
	Since   []string // what others changed since the form was opened
}

// rulesPreview shows what a change would do before it is made.
type rulesPreview struct {
	page
	Topic   string
	Version int64
	Key     string
	Typed   []typedField
	Reason  string
	Changes []string
	Preview cases.SettingsPreview
	Named   bool // whoever looks may see cases
}

// typedField carries what was typed through the preview.
type typedField struct{ Name, Value string }

// ruleTopics are what can be changed, each by a form of its own.
var ruleTopics = []string{"clock", "day", "rule-set", "withdraw", "policy"}

// rulesForm shows an empty form.
func (q *call) rulesForm() error {
	typed := map[string][]string{}
	for _, name := range []string{"clock", "calendar", "id"} {
		if v := q.Query(name); v != "" {
			typed[name] = []string{v}
		}
	}
	return q.askRules(fiber.StatusOK, typed, nil)
}

// askRules shows the form with what was typed and what is wrong with it.
func (q *call) askRules(status int, typed map[string][]string, refusal error) error {
	topic := q.Params("topic")
	if !slices.Contains(ruleTopics, topic) {
		return workflow.Refuse(workflow.NotFound, "not_found", "There is no such page.")
	}
	v, err := q.s.opt.Cases.Settings(q.actor)
	if err != nil {
		return err
	}
	p := rulesForm{page: q.page("rules", "rules.change."+topic), Topic: topic, Version: v.Version, Key: q.id}
	p.Narrow = true
	p.Fields = append(p.fieldsOf(topic, settingsOf(v, q.s.now()), typed), formField{
		Name: "reason", Label: p.T("rules.reason"), Hint: p.T("rules.reason.hint"), Widget: textWidget, Required: true,
	})
	for i := range p.Fields {
		f := &p.Fields[i]
		f.Values = typed[f.Name]
		f.Value = strings.Join(f.Values, "\n")
	}
	if workflow.KindOf(refusal) == workflow.Stale {
		p.Since, err = q.settingsSince(&p.page)
		if err != nil {
			return err
		}
	} else {
		p.mark(refusal)
	}
	return q.render(status, "rules_form", p)
}

// settingsSince says what was changed after the version that a form was made on.
func (q *call) settingsSince(p *page) ([]string, error) {
	entries, err := q.s.opt.Cases.Journal(q.ctx, q.actor)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if e.Version > q.seenSettings() {
			for _, d := range e.Changes {
				out = append(out, p.settingDiff(d))
			}
		}
	}
	if out == nil {
		out = []string{p.T("rules.stale.nothing")}
	}
	return out, nil
}

// seenSettings is the version of the settings that a form was made on, -1 for none.
func (q *call) seenSettings() int64 {
	n, err := strconv.ParseInt(q.FormValue("version"), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// fieldsOf are the questions of a topic. What stands now is where nothing was typed.
func (p *rulesForm) fieldsOf(topic string, v settingsView, typed map[string][]string) []formField {
	start := func(name, value string) {
		if _, ok := typed[name]; !ok && value != "" {
			typed[name] = []string{value}
		}
	}
	switch topic {
	case "clock":
		var clocks []formOption
		for _, k := range v.Clocks {
			if k.Configurable {
				clocks = append(clocks, formOption{string(k.Kind), p.Code(k.Kind) + " (" + p.Period(k.Period) + ")"})
				if slices.Equal(typed["clock"], []string{string(k.Kind)}) {
					start("n", strconv.Itoa(k.Period.N))
					start("unit", string(k.Period.Unit))
				}
			}
		}
		return []formField{
			{Name: "clock", Label: p.T("rules.clock"), Widget: choiceWidget, Required: true, Options: clocks},
			{Name: "n", Label: p.T("rules.length"), Hint: p.T("rules.length.hint"), Widget: numberWidget, Required: true},
			{Name: "unit", Label: p.T("rules.unit"), Widget: choiceWidget, Required: true, Options: codeOptions[workflow.Unit](&p.page)},
			{Name: "open", Label: p.T("rules.open"), Hint: p.T("rules.open.hint"), Widget: tickWidget},
		}
	case "day":
		return []formField{
			{Name: "calendar", Label: p.T("rules.calendar"), Hint: p.T("rules.calendar.hint"), Widget: choiceWidget, Required: true, Options: codeOptions[workflow.CalendarID](&p.page)},
			{Name: "act", Label: p.T("rules.act"), Widget: choiceWidget, Required: true, Options: []formOption{{"close", p.T("rules.act.close")}, {"open", p.T("rules.act.open")}}},
			{Name: "date", Label: p.T("rules.date"), Widget: dateWidget, Required: true},
			{Name: "name", Label: p.T("rules.day_name"), Hint: p.T("rules.day_name.hint"), Widget: lineWidget},
		}
	case "rule-set":
		start("hours", "72")
		start("policy", string(workflow.Reg1182Hours))
		return []formField{
			{Name: "id", Label: p.T("rules.set.id"), Hint: p.T("rules.set.id.hint"), Widget: lineWidget, Required: true},
			{Name: "valid_from", Label: p.T("rules.set.from"), Hint: p.T("rules.set.from.hint"), Widget: dateWidget, Required: true},
			{Name: "hours", Label: p.T("rules.set.hours"), Widget: numberWidget, Required: true},
			{Name: "threshold", Label: p.T("rules.set.threshold"), Widget: choiceWidget, Required: true, Options: codeOptions[workflow.Threshold](&p.page)},
			{Name: "policy", Label: p.T("rules.set.policy"), Widget: choiceWidget, Required: true, Options: codeOptions[workflow.Policy](&p.page)},
			{Name: "article", Label: p.T("rules.set.article"), Widget: lineWidget, Required: true},
		}
	case "withdraw":
		var coming []formOption
		for _, r := range v.RuleSets {
			if r.Withdrawable {
				coming = append(coming, formOption{r.ID, r.ID})
			}
		}
		return []formField{{Name: "id", Label: p.T("rules.set.coming"), Widget: choiceWidget, Required: true, Options: coming}}
	}
	yesNo := []formOption{{"true", p.T("yes")}, {"false", p.T("no")}}
	start("legal_sign_off", strconv.FormatBool(v.LegalSignOff))
	start("auto_register", strconv.FormatBool(v.AutoRegister))
	if _, ok := typed["reason"]; !ok { // nothing ticked is an answer, once the form was sent
		for _, s := range v.EssentialSectors {
			typed["essential_sectors"] = append(typed["essential_sectors"], string(s))
		}
	}
	return []formField{
		{Name: "legal_sign_off", Label: p.T("rules.setting.legal_sign_off"), Widget: choiceWidget, Required: true, Options: yesNo},
		{Name: "auto_register", Label: p.T("rules.setting.auto_register"), Widget: choiceWidget, Required: true, Options: yesNo},
		{Name: "essential_sectors", Label: p.T("rules.setting.essential_sectors"), Hint: p.T("rules.sectors.hint"), Widget: manyWidget, Options: codeOptions[cases.SectorOfActivity](&p.page)},
	}
}

// fieldOfChange are the names of a change that the forms ask for by another one.
var fieldOfChange = map[string]string{"period": "n", "withdraw_rule_sets": "id"}

// mark puts faults beside their fields: a fault's last name is the field's.
func (p *rulesForm) mark(refusal error) {
	faults := slices.Clone(faultsOf(refusal))
	for i := range faults {
		parts := slices.DeleteFunc(strings.Split(faults[i].Path, "/"), func(part string) bool {
			_, err := strconv.Atoi(part)
			return part == "" || err == nil
		})
		name := ""
		if len(parts) > 0 {
			name = parts[len(parts)-1]
		}
		if field, other := fieldOfChange[name]; other {
			name = field
		}
		faults[i].Path = "/" + name
	}
	if len(faults) > 0 {
		p.Faults = p.markFields(p.Fields, workflow.RefuseFaults("settings", "", faults))
	}
}

// ruleChange reads what was typed as the API reads a change, so that both refuse the
// same things in the same words.
func (q *call) ruleChange(typed map[string][]string) (cases.SettingsChange, []byte, error) {
	one := func(name string) string { return strings.TrimSpace(strings.Join(typed[name], "\n")) }
	want := map[string]any{"version": q.seenSettings(), "reason": strings.ReplaceAll(one("reason"), "\r\n", "\n")}
	number := func(text string) any {
		if _, err := strconv.ParseInt(text, 10, 64); err == nil {
			return json.Number(text)
		}
		return text
	}
	switch q.Params("topic") {
	case "clock":
		suffix := map[string]string{"DAYS": "d", "WEEKS": "w", "MONTHS": "m", "WORKING_DAYS": "wd"}[one("unit")]
		want["lengths"] = []any{map[string]any{"clock": one("clock"), "period": one("n") + suffix, "open": one("open") == "true"}}
	case "day":
		day := map[string]any{"calendar": one("calendar"), "date": one("date")}
		if one("act") == "open" {
			want["open_days"] = []any{day}
		} else {
			day["name"] = one("name")
			want["close_days"] = []any{day}
		}
	case "rule-set":
		want["add_rule_sets"] = []any{map[string]any{
			"id": one("id"), "valid_from": one("valid_from"), "hours": number(one("hours")), "threshold": one("threshold"),
			"policy": one("policy"), "article": one("article"),
		}}
	case "withdraw":
		want["withdraw_rule_sets"] = []string{one("id")}
	case "policy":
		want["legal_sign_off"], want["auto_register"] = one("legal_sign_off") == "true", one("auto_register") == "true"
		want["essential_sectors"] = slices.Concat([]string{}, typed["essential_sectors"])
	}
	raw, err := json.Marshal(want)
	if err != nil {
		panic("texts and numbers marshal: " + err.Error())
	}
	var in cases.SettingsChange
	faults := cases.Bind(raw, &in, q.s.opt.Zone)
	if q.Params("topic") == "day" && one("act") == "" {
		faults = append(faults, workflow.Fault{Path: "/act", Code: "required", Message: "Say whether the day is to be closed or a working day."})
	}
	err = cases.Refusal(faults)
	return in, raw, err
}

// rulesByForm shows what a change would do, or makes it.
func (q *call) rulesByForm() error {
	typed := q.posted()
	if q.FormValue("then") == "edit" || !slices.Contains(ruleTopics, q.Params("topic")) {
		return q.askRules(fiber.StatusOK, typed, nil)
	}
	change, raw, err := q.ruleChange(typed)
	if err == nil && q.FormValue("then") == "save" {
		if _, err = q.s.opt.Cases.ChangeSettings(q.ctx, q.actor, change, q.formCommand(raw)); err == nil {
			return q.see("/rules?done=rules#journal")
		}
	} else if err == nil {
		var preview cases.SettingsPreview
		if preview, err = q.s.opt.Cases.PreviewSettings(q.ctx, q.actor, change); err == nil {
			return q.showPreview(typed, change, preview)
		}
	}
	switch {
	case !forPeople(err):
		return err
	case workflow.KindOf(err) == workflow.Stale:
		return q.askRules(http.StatusConflict, typed, err)
	}
	return q.askRules(http.StatusUnprocessableEntity, typed, err)
}

func (q *call) showPreview(typed map[string][]string, change cases.SettingsChange, preview cases.SettingsPreview) error {
	p := rulesPreview{
		page: q.page("rules", "rules.preview"), Topic: q.Params("topic"), Version: preview.Version, Key: q.FormValue("key"),
		Reason: string(change.Reason), Preview: preview, Named: q.actor.Staff(),
	}
	for _, d := range preview.Changes {
		p.Changes = append(p.Changes, p.settingDiff(d))
	}
	for _, name := range slices.Sorted(maps.Keys(typed)) {
		if !slices.Contains([]string{"form_token", "version", "key", "then"}, name) {
			for _, value := range typed[name] {
				p.Typed = append(p.Typed, typedField{name, value})
			}
		}
	}
	return q.render(fiber.StatusOK, "rules_preview", p)
}

// Shift says by how many days clocks move: "1 dag senare", "2 till 4 dagar senare".
func (p rulesPreview) Shift(m cases.MoveCount) string {
	way := func(days int) string {
		switch {
		case days < 0:
			return p.T("rules.earlier", "Count", -days)
		default:
			return p.T("rules.later", "Count", days)
		}
	}
	if m.MinDays == m.MaxDays {
		return way(m.MinDays)
	}
	return p.T("rules.between", "From", way(m.MinDays), "To", way(m.MaxDays))
}
