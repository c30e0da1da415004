package cases

import (
	"reflect"
	"strings"
	"time"
)

// EDPB writes a notification in the contract of the EDPB template v1.0: letters,
// lists of letters, whole numbers, times in UTC. What the template has no room for
// is left out; what it could not be read from is given back as it was written.
func EDPB(n Notification) map[string]any {
	out := make(map[string]any, len(edpbTable))
	for i := range edpbTable {
		row := &edpbTable[i]
		var value any
		if row.path != "" {
			value = row.export(&n)
		} else {
			value = row.exportByHand(&n)
		}
		if value != nil {
			out[row.key] = value
		}
	}
	for key, text := range n.EDPBText {
		out[key] = text
	}
	return out
}

// export writes a row that has a field of its own in the model, or nil.
func (r *edpbRow) export(n *Notification) any {
	v := fieldTable[fieldByPath[r.path]].of(n)
	if v.IsZero() {
		return nil
	}
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch r.form {
	case edpbCode:
		if letter := r.letter(v.String()); letter != "" {
			return letter
		}
		return nil
	case edpbCodes:
		return r.exportLetters(v)
	case edpbInstant:
		return v.Interface().(time.Time).UTC().Format(time.RFC3339Nano)
	case edpbContact:
		return v.Interface().(Contact).String()
	case edpbNumber:
		return v.Int()
	case edpbFlag:
		return v.Bool()
	}
	return v.String()
}

func (r *edpbRow) exportLetters(v reflect.Value) any {
	var letters []string
	for i := range v.Len() {
		if letter := r.letter(v.Index(i).String()); letter != "" {
			letters = append(letters, letter)
		}
	}
	if letters = unique(letters); letters == nil {
		return nil
	}
	return letters
}

// exportByHand writes the rows whose shape differs from the model's, or nil.
func (r *edpbRow) exportByHand(n *Notification) any {
	outside := n.NonEEAController == AnswerYes
	var text string
	switch r.number {
	case 29:
		if n.DPO.Appointed != nil {
			text = map[bool]string{true: "Yes", false: "No"}[*n.DPO.Appointed]
		}
	case 39, 40, 41:
		return r.exportParties(n.OtherParties)
	case 89:
		if text = r.letter(string(n.Risk)); n.Risk == RiskMoreInfoNeeded {
			text = "c"
		}
	case 97:
		if text = r.letter(string(n.SubjectsInformed)); n.SubjectsInformed == InformedPlannedNoDate {
			text = "b"
		}
	case 115:
		text = joinCountries(n.EstablishmentCountries)
	case 120:
		text = r.letter(string(n.NonEEAController))
	case 116, 117, 118, 121, 122, 123:
		if outside != (r.number > 120) {
			return nil
		}
		return r.exportAbroad(n)
	}
	if text == "" {
		return nil
	}
	return text
}

// exportParties writes one column of the other parties as a list, or as nil when
// no party has anything in it.
func (r *edpbRow) exportParties(parties []OtherParty) any {
	column := make([]string, len(parties))
	empty := true
	for i, p := range parties {
		switch r.number {
		case 39:
			column[i] = strings.ToLower(strings.ReplaceAll(string(p.Role), "_", " "))
			if p.Role == InvolvedSubProcessor {
				column[i] = "sub-processor"
			}
		case 40:
			column[i] = p.Name
		case 41:
			column[i] = p.Contact.String()
		}
		empty = empty && column[i] == ""
	}
	if empty {
		return nil
	}
	return column
}

func (r *edpbRow) exportAbroad(n *Notification) any {
	switch r.number {
	case 116, 121:
		if len(n.AffectedCountries) > 0 {
			return joinCountries(n.AffectedCountries)
		}
	case 117, 122:
		if len(n.SubjectsByCountry) == 1 {
			for _, people := range n.SubjectsByCountry {
				return people
			}
		}
	default:
		var names []string
		for _, a := range n.AuthoritiesNotified {
			names = append(names, a.Authority)
		}
		if names != nil {
			return names
		}
	}
	return nil
}

func joinCountries(countries []Country) string {
	words := make([]string, len(countries))
	for i, c := range countries {
		words[i] = string(c)
	}
	return strings.Join(words, ", ")
}
