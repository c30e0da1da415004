package cases

import (
	"reflect"
	"slices"
	"strings"
)

func valueOf(v any) reflect.Value { return reflect.ValueOf(v) }

// pointerValue is v, or a pointer to v if it is none yet.
func pointerValue(v any) reflect.Value {
	value := reflect.ValueOf(v)
	if value.Kind() == reflect.Pointer {
		return value
	}
	p := reflect.New(value.Type())
	p.Elem().Set(value)
	return p
}

// codeList is a list of the model's codes for letters of the contract.
func codeList(t reflect.Type, row *edpbRow, letters []string) reflect.Value {
	list := reflect.MakeSlice(t, len(letters), len(letters))
	for i, letter := range letters {
		code, _ := row.code(letter)
		list.Index(i).SetString(code)
	}
	return list
}

// splitContact finds the e-mail address in contact details written as prose, and
// keeps the prose unless it is nothing else.
func splitContact(s string) Contact {
	var found []string
	for _, word := range strings.Fields(s) {
		if word = strings.Trim(word, "<>()[],;:."); isEmail(word) {
			found = append(found, word)
		}
	}
	switch {
	case len(found) == 1 && found[0] == s && len(s) <= maxLine:
		return Contact{Email: s}
	case len(found) == 1 && len(found[0]) <= maxLine:
		return Contact{Email: found[0], Details: Text(s)}
	}
	return Contact{Details: Text(s)}
}

// yesNoWord understands yes and no as people and forms write them, in English and
// Swedish.
func yesNoWord(s string) (yes, known bool) {
	switch strings.ToLower(s) {
	case "yes", "ja", "a", "true", "1":
		return true, true
	case "no", "nej", "b", "false", "0":
		return false, true
	}
	return false, false
}

func (r *edpbReader) dpoAppointed(v edpbValue) {
	word, rest, _ := strings.Cut(v.first(), " ")
	yes, known := yesNoWord(strings.TrimRight(word, ",.;:"))
	if known && (rest == "" || len(word) > 1) {
		r.n.DPO.Appointed = &yes
	}
	if !known || rest != "" {
		r.keep(v)
	}
}

// party is the i-th other party, made when the payload names it first.
func (r *edpbReader) party(i int) *OtherParty {
	for len(r.n.OtherParties) <= i {
		r.n.OtherParties = append(r.n.OtherParties, OtherParty{})
	}
	return &r.n.OtherParties[i]
}

func (r *edpbReader) partyRoles(v edpbValue) {
	understood := true
	for i, text := range v.texts {
		role, exact := partyRole(text)
		r.party(i).Role = role
		understood = understood && (exact || text == "")
	}
	if !understood {
		r.keep(v)
	}
}

// partyRole reads what a party is; exact is false when the text says more than that.
func partyRole(text string) (role OtherPartyRole, exact bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	for _, w := range []struct {
		role  OtherPartyRole
		words []string
	}{
		{InvolvedSubProcessor, []string{"sub-processor", "subprocessor", "sub_processor", "underbiträde"}},
		{InvolvedProcessor, []string{"data processor", "processor", "personuppgiftsbiträde"}},
		{InvolvedJointController, []string{"joint controller", "joint_controller", "joint data controller", "gemensamt personuppgiftsansvarig"}},
		{InvolvedSeparateController, []string{"separate controller", "separate_controller", "independent controller", "självständigt personuppgiftsansvarig"}},
	} {
		if slices.Contains(w.words, text) {
			return w.role, true
		}
		if slices.ContainsFunc(w.words, func(word string) bool { return strings.Contains(text, word) }) {
			return w.role, false
		}
	}
	return "", false
}

func (r *edpbReader) partyNames(v edpbValue) {
	for i, name := range v.texts {
		if len([]rune(name)) > maxLine {
			r.keep(v)
			return
		}
		r.party(i).Name = name
	}
}

func (r *edpbReader) partyContacts(v edpbValue) {
	for i, details := range v.texts {
		if details != "" {
			r.party(i).Contact = splitContact(details)
		}
	}
}

// risk reads row 89, in which the transcription runs two answers together under c.
func (r *edpbReader) risk(v edpbValue) {
	code, _ := r.row.code(v.first())
	r.n.Risk = ControllerRisk(code)
	if r.n.Risk != RiskUnlikely {
		return
	}
	if r.n.Subkind != SubkindComplete {
		r.n.Risk = RiskMoreInfoNeeded
	}
	r.warn("ambiguous_code", "The letter c stands for two answers in the template: unlikely risk in a complete notification, more information needed in any other. It was read so.")
}

// informed reads row 97, whose letter b stands for telling people on a date that is
// known or is not.
func (r *edpbReader) informed(v edpbValue) {
	code, _ := r.row.code(v.first())
	r.n.SubjectsInformed = SubjectsInformed(code)
	if _, dated := r.values[99]; !dated && r.n.SubjectsInformed == InformedPlannedDate {
		r.n.SubjectsInformed = InformedPlannedNoDate
	}
}

func (r *edpbReader) establishments(v edpbValue) {
	r.n.EstablishmentCountries = r.countries(v)
}

// affected reads where the people concerned are, which two sections ask for.
func (r *edpbReader) affected(v edpbValue) {
	for _, c := range r.countries(v) {
		if !slices.Contains(r.n.AffectedCountries, c) {
			r.n.AffectedCountries = append(r.n.AffectedCountries, c)
		}
	}
	r.twinGivenInVain()
}

// twinGivenInVain warns of an answer in the section for controllers outside the EEA
// when the controller is not said to be there.
func (r *edpbReader) twinGivenInVain() {
	if r.row.number > 120 && r.n.NonEEAController != AnswerYes && r.n.CrossBorder == AnswerYes {
		r.warn("condition_not_met", "This was answered, and the question arises only for a controller outside the EEA.")
	}
}

// countries reads countries from prose, and keeps the prose when any of it was not
// understood.
func (r *edpbReader) countries(v edpbValue) []Country {
	var countries []Country
	understood := true
	for _, word := range countryWords(v.texts) {
		c, known := eeaCountries[strings.ToLower(word)]
		if !known && isCountry(word) && isEEA(Country(word)) {
			c, known = Country(word), true
		}
		if known {
			countries = append(countries, c)
		}
		understood = understood && known
	}
	if !understood {
		r.keep(v)
	}
	return unique(countries)
}

func countryWords(texts []string) []string {
	joined := strings.NewReplacer(" and ", ",", " och ", ",", "&", ",", ";", ",", "/", ",", "\n", ",").Replace(strings.Join(texts, ","))
	var words []string
	for word := range strings.SplitSeq(joined, ",") {
		if word = strings.Trim(word, " ."); word != "" {
			words = append(words, word)
		}
	}
	return words
}

// peopleAbroad reads the one number that the contract has for all countries.
func (r *edpbReader) peopleAbroad(v edpbValue) {
	r.twinGivenInVain()
	if countries := r.n.AffectedCountries; len(countries) == 1 && r.n.EDPBText["field_116"] == "" && r.n.EDPBText["field_121"] == "" {
		r.n.SubjectsByCountry = map[string]int64{string(countries[0]): *v.number}
		return
	}
	r.keep(v)
}

// authorities reads the other authorities told. The list of the contract is cut off
// after its first letter, so names are taken too.
func (r *edpbReader) authorities(v edpbValue) {
	r.twinGivenInVain()
	for _, name := range v.texts {
		if name == "a" || len([]rune(name)) > maxLine {
			r.keep(v)
			return
		}
	}
	for _, name := range v.texts {
		if name != "" {
			r.n.AuthoritiesNotified = append(r.n.AuthoritiesNotified, AuthorityNotified{Authority: name})
		}
	}
}

// outsideEEA reads row 120. The contract does not ask where the controller is
// established; this answer tells it.
func (r *edpbReader) outsideEEA(v edpbValue) {
	code, _ := r.row.code(v.first())
	r.n.NonEEAController = YesNoUnknown(code)
	if r.n.NonEEAController != AnswerUnknown {
		inside := r.n.NonEEAController == AnswerNo
		r.n.Controller.EstablishedInEEA = &inside
	}
}

func isEEA(c Country) bool {
	for _, known := range eeaCountries {
		if known == c {
			return true
		}
	}
	return false
}

// eeaCountries are the names of the EEA's countries in English and Swedish, in
// small letters.
var eeaCountries = map[string]Country{
	"austria": "AT", "österrike": "AT", "belgium": "BE", "belgien": "BE", "bulgaria": "BG", "bulgarien": "BG",
	"croatia": "HR", "kroatien": "HR", "cyprus": "CY", "cypern": "CY", "czech republic": "CZ", "czechia": "CZ", "tjeckien": "CZ",
	"denmark": "DK", "danmark": "DK", "estonia": "EE", "estland": "EE", "finland": "FI", "france": "FR", "frankrike": "FR",
	"germany": "DE", "tyskland": "DE", "greece": "GR", "grekland": "GR", "el": "GR", "hungary": "HU", "ungern": "HU",
	"iceland": "IS", "island": "IS", "ireland": "IE", "irland": "IE", "italy": "IT", "italien": "IT", "latvia": "LV", "lettland": "LV",
	"liechtenstein": "LI", "lithuania": "LT", "litauen": "LT", "luxembourg": "LU", "luxemburg": "LU", "malta": "MT",
	"netherlands": "NL", "the netherlands": "NL", "nederländerna": "NL", "norway": "NO", "norge": "NO", "poland": "PL", "polen": "PL",
	"portugal": "PT", "romania": "RO", "rumänien": "RO", "slovakia": "SK", "slovakien": "SK", "slovenia": "SI", "slovenien": "SI",
	"spain": "ES", "spanien": "ES", "sweden": "SE", "sverige": "SE",
}
