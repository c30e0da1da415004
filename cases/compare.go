package cases

import (
	"reflect"
	"slices"
	"sort"
	"time"
)

// FieldChange is one field that differs between two versions of a notification.
// Old and New are the values as JSON shows them; nil is "not answered".
type FieldChange struct {
	Path        string `json:"path"` // as in Field.Path
	Title       string `json:"title"`
	TitleSV     string `json:"title_sv"`
	Row         string `json:"row,omitempty"` // of the EDPB template
	Old         any    `json:"old"`
	New         any    `json:"new"`
	Material    bool   `json:"material"`              // may change the priority or the risk
	Why         string `json:"why,omitempty"`         // code of why it is material
	Explanation string `json:"explanation,omitempty"` // the same as a sentence
}

// Why a change is material.
const (
	WhyPeopleUp        = "PEOPLE_AFFECTED_UP"
	WhyPeopleStated    = "PEOPLE_AFFECTED_FIRST_STATED"
	WhyArt9            = "NEW_ART9_CATEGORY"
	WhyArt10           = "NEW_ART10_CATEGORY"
	WhyConfidentiality = "CONFIDENTIALITY_NOW_CERTAIN"
	WhyProtected       = "PROTECTED_IDENTITY"
	WhyChildren        = "CHILDREN_NEWLY_CONCERNED"
)

var whySentences = map[string]string{
	WhyPeopleUp:        "More people are affected than was said before.",
	WhyPeopleStated:    "The number of people affected is stated for the first time.",
	WhyArt9:            "Special categories of data (Art. 9) are concerned that were not before.",
	WhyArt10:           "Data about criminal convictions or offences (Art. 10) are concerned that were not before.",
	WhyConfidentiality: "It is now certain that data were disclosed.",
	WhyProtected:       "People with protected personal data are now known to be concerned.",
	WhyChildren:        "Children are concerned who were not before.",
}

// Compare lists the fields that differ between two versions, in the order of the
// form. Sets are equal in any order. What describes a filing and not the breach is
// left out.
func Compare(old, new Notification) []FieldChange {
	var changes []FieldChange
	for i := range fieldTable {
		f := &fieldTable[i]
		if f.Filing || same(f, f.of(&old), f.of(&new)) {
			continue
		}
		change := FieldChange{
			Path: f.Path, Title: f.Title, TitleSV: f.TitleSV, Row: f.Row,
			Old: plain(f.of(&old)), New: plain(f.of(&new)),
		}
		if change.Why = whyMaterial(f.Path, &old, &new); change.Why != "" {
			change.Material, change.Explanation = true, whySentences[change.Why]
		}
		changes = append(changes, change)
	}
	return changes
}

// same says whether a field has the same value in both versions.
func same(f *Field, a, b reflect.Value) bool {
	if f.plan.form == formList && f.plan.elem.form == formText {
		return slices.Equal(sortedTexts(a), sortedTexts(b))
	}
	if a.Kind() == reflect.Slice || a.Kind() == reflect.Map {
		if a.Len() == 0 && b.Len() == 0 {
			return true // an empty list answers as little as none
		}
	}
	if t, ok := a.Interface().(time.Time); ok {
		return t.Equal(b.Interface().(time.Time))
	}
	if t, ok := a.Interface().(*time.Time); ok && t != nil && !b.IsNil() {
		return t.Equal(*b.Interface().(*time.Time))
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}

// sortedTexts is a list of texts as a set.
func sortedTexts(v reflect.Value) []string {
	texts := make([]string, v.Len())
	for i := range texts {
		texts[i] = v.Index(i).String()
	}
	sort.Strings(texts)
	return slices.Compact(texts)
}

// plain is a value without its pointer, and nil where there is none.
func plain(v reflect.Value) any {
	switch {
	case v.IsZero():
		return nil
	case (v.Kind() == reflect.Slice || v.Kind() == reflect.Map) && v.Len() == 0:
		return nil
	case v.Kind() == reflect.Pointer:
		return v.Elem().Interface()
	}
	if c, ok := v.Interface().(Contact); ok {
		return c.String()
	}
	return v.Interface()
}

// whyMaterial says why a change of the field at path may change what the authority
// thinks of the case, or "".
func whyMaterial(path string, old, new *Notification) string {
	switch path {
	case "subjects.max":
		return whyPeople(old.SubjectsMax, new.SubjectsMax)
	case "subjects.min":
		if new.Subjects.Max == nil { // else the larger end tells it
			return whyPeople(old.SubjectsMax, new.SubjectsMax)
		}
		if up(old.Subjects.Min, new.Subjects.Min) {
			return WhyPeopleUp
		}
	case "data_categories":
		return whyCategories(old, new)
	case "confidentiality_detail":
		if new.ConfidentialityDetail == ConfidentialityExfiltratedOrDisclosed {
			return WhyConfidentiality
		}
	case "protected_identity":
		if new.ProtectedIdentity == ProtectedYes {
			return WhyProtected
		}
	case "subject_categories":
		switch {
		case !old.ConcernsProtectedIdentity() && slices.Contains(new.SubjectCategories, SubjectsProtectedIdentity):
			return WhyProtected
		case !old.HasChildren() && new.HasChildren():
			return WhyChildren
		}
	}
	return ""
}

func whyPeople(old, new func() (int64, bool)) string {
	before, had := old()
	after, has := new()
	switch {
	case has && !had:
		return WhyPeopleStated
	case has && after > before:
		return WhyPeopleUp
	}
	return ""
}

func up(old, new *int64) bool { return old != nil && new != nil && *new > *old }

func whyCategories(old, new *Notification) string {
	added := func(is func(DataCategory) bool) bool {
		return slices.ContainsFunc(new.DataCategories, func(c DataCategory) bool {
			return is(c) && !slices.Contains(old.DataCategories, c)
		})
	}
	switch {
	case added(DataCategory.IsArt9):
		return WhyArt9
	case added(DataCategory.IsArt10):
		return WhyArt10
	}
	return ""
}
