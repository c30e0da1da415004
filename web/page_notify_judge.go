package web

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// filing is a form on its way to becoming a submission: the draft, the case and
// version that it follows up, and what the rules say of it as it stands.
type filing struct {
	*draft
	c        *cases.Case         // nil for a new notification
	base     *cases.Notification // the version that is followed up
	zone     *time.Location
	now      time.Time
	n        cases.Notification // as far as it can be read
	faults   []workflow.Fault   // what cannot be right
	missing  []cases.MissingItem
	warnings []cases.Warning
	clock    *notifyClock // once awareness is given
}

// notifyClock is how the 72 hours stand.
type notifyClock struct {
	Deadline workflow.Deadline
	Late     bool
}

// typedOf is what a field's controls hold: what was typed, else what the version
// that is followed up says.
func (f *filing) typedOf(path string) typed {
	if t, ok := f.of(path); ok {
		return t
	}
	t := typed{}
	if f.base != nil && asks[path] != nil {
		asks[path].spell(valueOf(*f.base, path), path, f.zone, t)
	}
	return t
}

// whole is everything that is answered, as the API takes a notification. The
// fields in without are left out.
func (f *filing) whole(without map[string]bool) []byte {
	out := map[string]any{}
	for path, a := range asks {
		if topicOf(path) != followUpTopic && !without[path] {
			place(out, path, a.answer(f.typedOf(path), path))
		}
	}
	out["notification_kind"], out["form_version"] = cases.NotificationNew, formVersion
	if out["submission_channel"] == nil {
		out["submission_channel"] = cases.ChannelPortal
	}
	if out["notification_subkind"] == nil {
		out["notification_subkind"] = cases.SubkindIncomplete
	}
	return marshal(out)
}

// changes is what is new or changed against the version that is followed up, as
// the API takes a supplement.
func (f *filing) changes() []byte {
	partial := map[string]any{}
	for path, a := range asks {
		t, said := f.of(path)
		if topicOf(path) == followUpTopic || !said {
			continue
		}
		if v := a.answer(t, path); !reflect.DeepEqual(v, a.answer(f.spelled(path), path)) {
			set(partial, path, v)
		}
	}
	body := map[string]any{
		"submission_kind": f.one("submission_kind"), "reason": asks["submission_reason"].answer(f.typedOf("submission_reason"), "submission_reason"),
	}
	if code := f.one("withdraw_reason_code"); code != "" && f.withdrawal() {
		body["withdraw_reason_code"] = code
	}
	if len(partial) > 0 && !f.withdrawal() {
		if partial["submission_channel"] == nil {
			partial["submission_channel"] = cases.ChannelPortal
		}
		partial["form_version"] = formVersion
		body["notification"] = partial
	}
	return marshal(body)
}

// spelled is what the version that is followed up says of a field.
func (f *filing) spelled(path string) typed {
	t := typed{}
	asks[path].spell(valueOf(*f.base, path), path, f.zone, t)
	return t
}

func (f *filing) withdrawal() bool {
	return f.c != nil && f.one("submission_kind") == string(cases.SubmissionWithdrawal)
}

// set puts an answer under a dotted name; nil takes an earlier one away.
func set(into map[string]any, name string, answer any) {
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
	set(inner, rest, answer)
}

func marshal(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("texts and numbers marshal: " + err.Error())
	}
	return raw
}

// judge reads the form as it stands and finds what is wrong with it and what is
// missing. Fields that cannot be read are left out for the second look, so that
// one mistake does not hide the rest.
func (f *filing) judge(law *workflow.Clocks) {
	start := cases.Notification{}
	if f.base != nil {
		start.EDPBText = f.base.EDPBText // nobody is asked for it, and it answers what it answers
	}
	f.n = start
	f.faults = cases.Bind(f.whole(nil), &f.n, f.zone)
	if len(f.faults) > 0 {
		unreadable := map[string]bool{}
		for _, fault := range f.faults {
			if path := fieldOfFault(fault.Path); path != "" {
				unreadable[path] = true
			}
		}
		f.n = start
		cases.Bind(f.whole(unreadable), &f.n, f.zone)
	}
	opts := cases.ReadOptions{Zone: f.zone, Now: f.now}
	warnings, err := cases.Validate(f.n, opts)
	f.warnings = warnings
	for _, fault := range faultsOf(err) {
		if fault.Code != "required" && !slices.ContainsFunc(f.faults, func(g workflow.Fault) bool { return g.Path == fault.Path }) {
			f.faults = append(f.faults, fault)
		}
	}
	late := false
	if !f.n.AwareAt.IsZero() && !f.n.AwareAt.After(f.now) {
		late = f.judgeClock(law)
	}
	if f.c != nil {
		late = f.c.Late()
	}
	f.missing = cases.Missing(f.n, late)
}

func (f *filing) judgeClock(law *workflow.Clocks) (late bool) {
	rules := law.RuleSetAt(f.n.AwareAt)
	deadline := law.Notify(f.n.AwareAt).For(rules.Policy)
	effective := f.n.Effective(f.now)
	if f.c != nil {
		effective = f.c.Submissions[0].Effective()
	}
	f.clock = &notifyClock{Deadline: deadline, Late: workflow.Late(deadline.DueAt, effective)}
	return f.clock.Late
}

// fieldOfFault is the field that a fault's pointer lies in.
func fieldOfFault(pointer string) string {
	field, ok := cases.FieldAt(nameOfFault(pointer))
	if !ok {
		return ""
	}
	return field.Path
}

// nameOfFault is the name of the control that a fault's pointer speaks of.
func nameOfFault(pointer string) string {
	name := strings.ReplaceAll(strings.Trim(strings.TrimPrefix(pointer, "/notification/"), "/"), "/", ".")
	if name == "reason" {
		return "submission_reason"
	}
	return name
}

// asked says whether a question arises by what was answered so far.
func (f *filing) asked(path string) bool {
	when, conditional := arises[path]
	if !conditional {
		return true
	}
	for _, w := range when {
		if w.On == lateField {
			if f.clock != nil && f.clock.Late {
				return true
			}
			continue
		}
		for _, v := range f.typedOf(w.On)[w.On] {
			if slices.Contains(w.In, v) {
				return true
			}
		}
	}
	return false
}

// faultsIn are the faults of a topic's fields.
func (f *filing) faultsIn(t topic) []workflow.Fault {
	var out []workflow.Fault
	for _, fault := range f.faults {
		if slices.Contains(t.all(), fieldOfFault(fault.Path)) {
			out = append(out, fault)
		}
	}
	return out
}

// topics are the pages of this form, in order.
func (f *filing) topics(registrar bool) []topic {
	var out []topic
	if f.c != nil {
		t, _ := topicByID(followUpTopic)
		out = append(out, t)
		if f.withdrawal() {
			return out
		}
		if lacking := f.lacking(); len(lacking.Fields) > 0 {
			out = append(out, lacking)
		}
	}
	for _, t := range topics {
		if t.ID == followUpTopic || t.ID == registrarTopic && !registrar {
			continue
		}
		out = append(out, t)
	}
	return out
}

// lacking is the topic of what the version that is followed up lacks, with the
// questions that follow from the answers.
func (f *filing) lacking() topic {
	t := topic{ID: missingTopic}
	for _, m := range f.c.Latest().Missing {
		t.Fields = append(t.Fields, m.Path)
	}
	if f.n.Subkind == cases.SubkindIncomplete || len(t.Fields) > 0 {
		t.Fields = append(t.Fields, "notification_subkind")
	}
	t.Fields = slices.DeleteFunc(t.Fields, func(path string) bool { return asks[path] == nil })
	for _, path := range slices.Clone(t.Fields) {
		for _, other := range followers(path) {
			if !slices.Contains(t.Fields, other) {
				t.Fields = append(t.Fields, other)
			}
		}
	}
	slices.SortStableFunc(t.Fields, func(a, b string) int { return formOrder[a] - formOrder[b] })
	return t
}

// followers are the fields whose question arises by the answer to another.
func followers(path string) []string {
	var out []string
	for other, when := range arises {
		if slices.ContainsFunc(when, func(w arising) bool { return w.On == path }) {
			out = append(out, other)
		}
	}
	return out
}

// formOrder is the place of each field in the form.
var formOrder = func() map[string]int {
	out := map[string]int{}
	for _, t := range topics {
		for _, path := range t.all() {
			out[path] = len(out)
		}
	}
	return out
}()

// missingIn is how many of a topic's fields a complete notification would have and
// this one lacks.
func (f *filing) missingIn(t topic) int {
	n := 0
	for _, m := range f.missing {
		if slices.Contains(t.all(), m.Path) {
			n++
		}
	}
	return n
}
