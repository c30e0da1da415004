package web

import (
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// TopicFields are the fields of each topic of the form, by topic, and those that
// nobody is asked for under "".
func TopicFields() map[string][]string {
	out := map[string][]string{"": settled}
	for _, t := range topics {
		out[t.ID] = t.all()
	}
	return out
}

// FormKinds says how each field of the form is asked for.
func FormKinds() map[string]string {
	out := map[string]string{}
	for path, a := range asks {
		out[path] = string(a.kind)
	}
	return out
}

// Arising is an answer after which a question arises.
type Arising struct {
	Field, On string
	In, All   []string
}

// Arisings are all answers after which a question arises.
func Arisings() []Arising {
	var out []Arising
	for path, when := range arises {
		for _, w := range when {
			one := Arising{Field: path, On: w.On, In: w.In}
			if a := asks[w.On]; a != nil && a.code != nil {
				one.All = a.codes()
			} else {
				one.All = []string{"true", "false"}
			}
			out = append(out, one)
		}
	}
	return out
}

// ReadForm is the notification that a form makes of what was typed, and what is
// wrong with it.
func ReadForm(fields map[string]map[string][]string, zone *time.Location, now time.Time, law *workflow.Clocks) (cases.Notification, []workflow.Fault, []cases.MissingItem) {
	f := filing{draft: &draft{}, zone: zone, now: now}
	for field, typed := range fields {
		f.set(field, asks[field].compact(typed, field))
	}
	f.judge(law)
	return f.n, f.faults, f.missing
}

// SpellForm is what somebody would have typed to say what a notification says.
func SpellForm(n cases.Notification, zone *time.Location) map[string]map[string][]string {
	out := map[string]map[string][]string{}
	for path, a := range asks {
		t := typed{}
		a.spell(valueOf(n, path), path, zone, t)
		out[path] = t
	}
	return out
}
