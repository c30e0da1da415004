package web

import (
	"strings"

	"github.com/vaka-project/vaka/workflow"
)

// unitName names a controller unit with its organisation.
func (q *call) unitName(id string) string {
	o, u, ok := q.s.opt.Units.Unit(id)
	if !ok {
		return id
	}
	return unitLabel(o, u)
}

// mostUnits are how many units a search shows; who sees none of theirs says more.
const mostUnits = 30

// unitOptions are the controller units in use whose organisation or board holds a
// text, each word of it in any order.
func (q *call) unitOptions(text string) []formOption {
	var out []formOption
	words := strings.Fields(strings.ToLower(strings.ReplaceAll(text, ",", " ")))
	for _, o := range q.s.opt.Units.List("") {
		for _, u := range o.Units {
			label := unitLabel(o, u)
			if u.Retired == nil && len(out) < mostUnits && holdsAll(strings.ToLower(label+" "+o.IDNumber), words) {
				out = append(out, formOption{u.ID, label})
			}
		}
	}
	return out
}

func holdsAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// unitNamed is the controller unit that somebody means: by its id, by its name as
// the pages write it, or by a part of the name that no other has. Where several fit,
// or none, id is "" and the fitting ones are offered.
func (q *call) unitNamed(text string) (id string, fits []formOption) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", nil
	}
	if _, _, known := q.s.opt.Units.Unit(text); known {
		return text, nil
	}
	if same := q.unitsCalled(text); len(same) > 0 {
		if len(same) == 1 {
			return same[0].Value, nil
		}
		return "", same
	}
	fits = q.unitOptions(text)
	if len(fits) == 1 {
		return fits[0].Value, nil
	}
	return "", fits
}

// unitsCalled are the units of exactly this name: those in use, or else a retired
// one, which an older case may still be about.
func (q *call) unitsCalled(name string) []formOption {
	var inUse, retired []formOption
	for _, o := range q.s.opt.Units.List("") {
		for _, u := range o.Units {
			switch label := unitLabel(o, u); {
			case !strings.EqualFold(label, name):
			case u.Retired == nil:
				inUse = append(inUse, formOption{u.ID, label})
			default:
				retired = append(retired, formOption{u.ID, label})
			}
		}
	}
	if len(inUse) > 0 {
		return inUse
	}
	return retired
}

// chosenUnit is what a form says of a unit: the one that was chosen among those that
// fitted, else what was typed.
func chosenUnit(posted map[string][]string, name string) string {
	if choice := strings.Join(posted[name+".choice"], ""); choice != "" {
		return choice
	}
	return strings.TrimSpace(strings.Join(posted[name], ""))
}

// unitFault says why a text names no unit.
func unitFault(path string, fits int) workflow.Fault {
	if fits == 0 {
		return workflow.Fault{Path: path, Code: "no_unit_fits", Message: "No controller unit fits. Try a part of its name."}
	}
	return workflow.Fault{Path: path, Code: "units_fit", Message: "Several controller units fit. Write more of the name, or choose one of them."}
}
