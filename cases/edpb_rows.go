package cases

import (
	"maps"
	"strconv"
)

// edpbForm is how the EDPB contract writes a field.
type edpbForm int

const (
	edpbProse   edpbForm = iota
	edpbCode             // one letter
	edpbCodes            // several letters
	edpbNumber           // a whole number of at least 0
	edpbDate             // 2026-11-18
	edpbInstant          // RFC 3339, or a local time of the authority's zone
	edpbFlag             // true or false
	edpbContact          // ways to reach somebody, in prose
	edpbList             // prose that may be a list of texts
)

// edpbRow is one input field of the contract. A row without a path has a hand-made
// reader, for the template asks for it in another shape than the model keeps it in.
type edpbRow struct {
	number int
	form   edpbForm
	path   string   // of the field that it fills, or ""
	codes  []string // the model's codes for a, b, c ... in this order
	also   map[string]string
	read   func(*edpbReader, edpbValue)
	key    string // the contract's name of the field
}

// letter is the contract's letter for one of the model's codes, or "".
func (r *edpbRow) letter(code string) string {
	for i, c := range r.codes {
		if c == code {
			return string(rune('a' + i))
		}
	}
	return r.also[code]
}

// code is the model's code for a letter of the contract.
func (r *edpbRow) code(letter string) (string, bool) {
	if len(letter) != 1 || letter[0] < 'a' || int(letter[0]-'a') >= len(r.codes) {
		return "", false
	}
	return r.codes[letter[0]-'a'], true
}

func prose(number int, path string) edpbRow {
	return edpbRow{number: number, form: edpbProse, path: path}
}

func contactDetails(number int, path string) edpbRow {
	return edpbRow{number: number, form: edpbContact, path: path}
}

func letters(number int, path string, codes ...string) edpbRow {
	return edpbRow{number: number, form: edpbCode, path: path, codes: codes}
}

func manyLetters(number int, path string, codes ...string) edpbRow {
	return edpbRow{number: number, form: edpbCodes, path: path, codes: codes}
}

func byHand(number int, form edpbForm, read func(*edpbReader, edpbValue), codes ...string) edpbRow {
	return edpbRow{number: number, form: form, read: read, codes: codes}
}

// or adds letters for codes of the model that the template does not have.
func (r edpbRow) or(letter string, codes ...string) edpbRow {
	also := maps.Clone(r.also)
	if also == nil {
		also = make(map[string]string, len(codes))
	}
	for _, c := range codes {
		also[c] = letter
	}
	r.also = also
	return r
}

var measuresPrevent = []string{
	"ANONYMISATION", "BACKUP_RECOVERY", "PROCESS_CHANGE", "ENCRYPTION", "POLICIES", "TRAINING", "ERASURE", "INCIDENT_LOG",
	"ACCESS_LEVELS", "LOGICAL_ACCESS_MFA", "AUDITS", "PHYSICAL_ACCESS", "PSEUDONYMISATION", "PATCHED_SYSTEMS", "OTHER",
}

// edpbTable is the input fields of the template v1.0 in their order. Known slips of
// its transcription are not followed: row 83 belongs to availability, 95 is a
// description and no date.
var edpbTable = []edpbRow{
	letters(3, "notification_kind", NotificationKind("").Codes()...),
	letters(4, "notification_subkind", NotificationSubkind("").Codes()...),
	prose(5, "withdraw_reason"),
	prose(6, "previous_case_id"),
	prose(7, "controller_reference"),
	letters(10, "controller.id_type", "COMPANY_ID", "ORG_NR", "VAT"),
	prose(11, "controller.id"),
	prose(12, "controller.name"),
	contactDetails(13, "controller.contact"),
	letters(14, "controller.sector", Sector("").Codes()...),
	letters(15, "controller.size", OrganisationSize("").Codes()...),
	prose(16, "controller.size_text"),
	prose(17, "controller.activity"),
	prose(18, "representative.name"),
	contactDetails(19, "representative.contact"),
	prose(21, "reporter.name"),
	contactDetails(22, "reporter.contact"),
	letters(23, "reporter.function", ReporterFunction("").Codes()...),
	prose(24, "reporter.function_text"),
	byHand(25, edpbProse, (*edpbReader).keep),
	{number: 26, form: edpbFlag, path: "declaration_accuracy"},
	byHand(29, edpbProse, (*edpbReader).dpoAppointed),
	prose(30, "dpo.name"),
	contactDetails(31, "dpo.contact"),
	letters(33, "contact_point.source", ContactSource("").Codes()...),
	prose(34, "contact_point.name"),
	prose(35, "contact_point.function"),
	contactDetails(36, "contact_point.contact"),
	letters(38, "other_parties_involved", "YES", "NO"),
	byHand(39, edpbList, (*edpbReader).partyRoles),
	byHand(40, edpbList, (*edpbReader).partyNames),
	byHand(41, edpbList, (*edpbReader).partyContacts),
	letters(44, "occurrence_mode", OccurrenceMode("").Codes()...),
	{number: 45, form: edpbFlag, path: "dates_estimated"},
	{number: 46, form: edpbInstant, path: "occurred_from"},
	{number: 47, form: edpbInstant, path: "occurred_to"},
	{number: 48, form: edpbInstant, path: "aware_at"},
	prose(49, "delay_reasons"),
	letters(50, "discovery_source", DiscoverySource("").Codes()...),
	prose(51, "discovery_text"),
	{number: 52, form: edpbDate, path: "external_notice_at"},
	prose(53, "timeline_comments"),
	manyLetters(55, "breach_types", BreachType("").Codes()...),
	letters(56, "confidentiality_detail", ConfidentialityDetail("").Codes()...),
	letters(57, "intelligibility", Intelligibility("").Codes()...),
	letters(58, "integrity_detail", IntegrityDetail("").Codes()...),
	letters(59, "availability_detail", AvailabilityDetail("").Codes()...),
	letters(60, "incident_kind", IncidentKind("").Codes()...),
	letters(61, "cause", "INTERNAL_NON_MALICIOUS", "INTERNAL_MALICIOUS", "EXTERNAL_NON_MALICIOUS", "EXTERNAL_MALICIOUS", "TBD", "UNKNOWN"),
	prose(62, "description"),
	prose(63, "systems_description"),
	manyLetters(65, "subject_categories", "CUSTOMERS", "EMPLOYEES", "MILITARY_OR_POLICE", "CHILDREN", "PATIENTS", "STUDENTS",
		"SUBSCRIBERS", "USERS", "VULNERABLE", "OTHER", "NOT_YET_KNOWN").
		or("b", "FORMER_EMPLOYEES", "APPLICANTS").
		or("j", "PROTECTED_IDENTITY", "CITIZENS_CLIENTS_OF_AUTHORITY", "MEMBERS", "SUPPLIER_CONTACTS"),
	prose(66, "subject_categories_text"),
	letters(67, "subjects.mode", CountMode("").Codes()...),
	{number: 68, form: edpbNumber, path: "subjects.max"},
	manyLetters(70, "data_categories", "BASIC", "CONTACT", "BIOMETRIC", "CRIMINAL", "POLITICAL", "RACIAL_ETHNIC",
		"RELIGIOUS_PHILOSOPHICAL", "SEX_LIFE_ORIENTATION", "TRADE_UNION", "GENETIC", "HEALTH", "ECONOMIC", "EMPLOYMENT_HEALTH",
		"IDENTIFICATION_NUMBER", "LOCATION", "OFFICIAL_DOCUMENTS", "PAYMENT", "PROFILE", "CREDENTIALS", "NOT_YET_KNOWN", "OTHER").
		or("u", "COMMUNICATION_CONTENT", "TRAFFIC_DATA", "IMAGE_AUDIO_VIDEO", "SECRECY_PROTECTED"),
	prose(71, "data_text"),
	letters(72, "records.mode", CountMode("").Codes()...),
	{number: 73, form: edpbNumber, path: "records.max"},
	manyLetters(75, "measures_before", Measure("").Codes()[:12]...).or("l", "ANONYMISATION", "PROCESS_CHANGE", "ERASURE"),
	prose(76, "measures_before_text"),
	manyLetters(79, "consequences_confidentiality", ConfidentialityConsequence("").Codes()...),
	prose(80, "consequences_confidentiality_text"),
	manyLetters(81, "consequences_integrity", IntegrityConsequence("").Codes()...),
	prose(82, "consequences_integrity_text"),
	manyLetters(83, "consequences_availability", AvailabilityConsequence("").Codes()...),
	prose(84, "consequences_availability_text"),
	manyLetters(85, "impacts", Impact("").Codes()...),
	prose(86, "impacts_text"),
	letters(87, "severity_controller", ControllerSeverity("").Codes()...),
	byHand(89, edpbCode, (*edpbReader).risk, "HIGH", "RISK_NOT_HIGH", "UNLIKELY"),
	prose(90, "risk_method_text"),
	prose(92, "measures_response"),
	manyLetters(94, "measures_prevent", measuresPrevent...),
	prose(95, "measures_prevent_text"),
	byHand(97, edpbCode, (*edpbReader).informed, "YES", "PLANNED_DATE", "UNDER_INVESTIGATION", "NO_NOT_HIGH_RISK", "NO_34_3"),
	{number: 98, form: edpbDate, path: "informed_from"},
	{number: 99, form: edpbDate, path: "planned_date"},
	letters(100, "art34_3_ground", Article34Ground("").Codes()...),
	prose(101, "art34_3_text"),
	letters(102, "informed_coverage", InformedCoverage("").Codes()...),
	prose(103, "informed_why_not_all"),
	manyLetters(104, "informed_means", InformedMeans("").Codes()...),
	prose(105, "informed_means_text"),
	prose(106, "informed_content"),
	letters(109, "police_report", YesNoUnknown("").Codes()...),
	letters(110, "other_regulators_notified", YesNoUnknown("").Codes()...),
	prose(111, "other_regulators_text"),
	letters(113, "cross_border", YesNoUnknown("").Codes()...),
	prose(114, "lead_sa_claimed"),
	byHand(115, edpbList, (*edpbReader).establishments),
	byHand(116, edpbList, (*edpbReader).affected),
	byHand(117, edpbNumber, (*edpbReader).peopleAbroad),
	byHand(118, edpbList, (*edpbReader).authorities),
	byHand(120, edpbCode, (*edpbReader).outsideEEA, "YES", "NO", "UNKNOWN"),
	byHand(121, edpbList, (*edpbReader).affected),
	byHand(122, edpbNumber, (*edpbReader).peopleAbroad),
	byHand(123, edpbList, (*edpbReader).authorities),
	manyLetters(125, "attachment_types", AttachmentType("").Codes()...),
	prose(126, "attachments_text"),
}

// edpbTwins are the rows of the section for controllers outside the EEA that ask
// again what the section for those inside asks.
var edpbTwins = map[int]int{116: 121, 117: 122, 118: 123}

// edpbRowOf is the row of a key of the contract.
func edpbRowOf(key string) (*edpbRow, bool) {
	row, ok := edpbByKey[key]
	return row, ok
}

var edpbByKey = func() map[string]*edpbRow {
	byKey := make(map[string]*edpbRow, len(edpbTable))
	for i := range edpbTable {
		row := &edpbTable[i]
		row.key = "field_" + strconv.Itoa(row.number)
		byKey[row.key] = row
	}
	return byKey
}()
