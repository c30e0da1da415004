package web

import (
	"slices"
	"strings"
)

// topic is one page of the form.
type topic struct {
	ID     string
	Fields []string // paths of cases.Fields, in the order in which they are asked
	More   []string // asked in a part that can be opened, for those who have the answer
}

func (t topic) all() []string { return slices.Concat(t.Fields, t.More) }

// The topics that are not for everybody.
const (
	registrarTopic = "registrar" // how a filing reached the authority
	followUpTopic  = "follow-up" // what a supplement does, and why
	missingTopic   = "missing"   // of a supplement: what the last version lacks
	reviewPage     = "review"
)

// topics are the pages of the form. A test holds them against the table of fields:
// together with what the form settles itself they name each exactly once.
var topics = []topic{
	{ID: registrarTopic, Fields: []string{"submission_channel", "dispatched_at", "arrived_at", "registrar_note"}},
	{ID: followUpTopic, Fields: []string{"submission_kind", "submission_reason", "withdraw_reason_code"}},
	{
		ID: "who",
		Fields: []string{
			"controller.unit_id", "controller.name", "controller.board", "controller.id", "controller.contact", "controller.sector",
			"controller.legal_form", "controller.sector_of_activity", "controller.established_in_eea", "representative.name", "representative.contact",
		},
		More: []string{
			"controller.id_type", "controller.size", "controller.size_text", "controller.activity", "controller_reference", "legal_basis_regime",
		},
	},
	{
		ID: "reporter",
		Fields: []string{
			"reporter.name", "reporter.function", "reporter.function_text", "reporter.contact", "dpo.appointed", "dpo.name", "dpo.contact",
			"contact_point.source", "contact_point.name", "contact_point.function", "contact_point.contact", "other_parties_involved", "other_parties",
		},
	},
	{
		ID: "when",
		Fields: []string{
			"aware_at", "delay_reasons_code", "delay_reasons", "detected_at", "awareness_explanation", "occurrence_mode", "occurred_from",
			"occurred_to", "dates_estimated", "discovery_source", "discovery_text", "external_notice_at",
		},
		More: []string{"processor_aware_at", "processor_told_controller_at", "timeline_comments", "is_bundled", "bundle_members"},
	},
	{
		ID: "what",
		Fields: []string{
			"incident_kind", "incident_kind_secondary", "description", "cause", "breach_types", "confidentiality_detail", "intelligibility",
			"integrity_detail", "availability_detail", "unavailable_hours", "systems_description",
		},
		More: []string{"systems_location"},
	},
	{
		ID: "people",
		Fields: []string{
			"subject_categories", "subject_categories_text", "subjects.mode", "subjects.max", "subjects.min", "protected_identity",
			"protected_identity_band", "protected_identity_count", "protected_identity_levels", "protected_identity_contacted",
		},
		More: []string{"subjects.unit", "subjects.source", "subjects.as_of", "subjects_in_se"},
	},
	{
		ID:     "data",
		Fields: []string{"data_categories", "data_text", "records.mode", "records.max", "records.min"},
		More:   []string{"records.unit", "records.source", "records.as_of"},
	},
	{
		ID: "risk",
		Fields: []string{
			"consequences_confidentiality", "consequences_confidentiality_text", "consequences_integrity", "consequences_integrity_text",
			"consequences_availability", "consequences_availability_text", "impacts", "impacts_text", "severity_controller", "risk_controller", "risk_method_text",
		},
	},
	{
		ID: "measures",
		Fields: []string{
			"measures_before", "measures_before_text", "measures_response", "contained", "contained_at", "measures_prevent",
			"measures_prevent_text", "measures_prevent_planned",
		},
	},
	{
		ID: "informed",
		Fields: []string{
			"subjects_informed", "planned_date", "informed_from", "informed_coverage", "informed_why_not_all", "informed_count",
			"informed_means", "informed_means_text", "informed_content", "art34_3_ground", "art34_3_text", "public_communication.method",
			"public_communication.date", "public_communication.url",
		},
	},
	{
		ID: "elsewhere",
		Fields: []string{
			"cross_border", "lead_sa_claimed", "establishment_countries", "affected_countries", "subjects_by_country", "sas_notified",
			"non_eea_controller", "police_report", "police_reference", "police_reported_on", "other_regulators_notified", "other_regulators",
			"other_regulators_text",
		},
	},
	{
		ID: "closing",
		Fields: []string{
			"secrecy_claim.claimed", "secrecy_claim.fields", "secrecy_claim.text", "secrecy_claim.reason", "attachment_types", "attachments_text",
			"language", "notification_subkind", "declaration_accuracy",
		},
	},
}

// settled are the fields that nobody is asked for: the form says what it is
// itself, the case of a supplement stands in its address, the reason of a
// withdrawal is that of the follow-up, and what came by another contract stays as
// it was written.
var settled = []string{"notification_kind", "previous_case_id", "form_version", "withdraw_reason", "edpb_text"}

// formVersion names this form in what is filed with it.
const formVersion = "vaka-1"

func topicByID(id string) (topic, bool) {
	i := slices.IndexFunc(topics, func(t topic) bool { return t.ID == id })
	if i < 0 {
		return topic{}, false
	}
	return topics[i], true
}

// topicOf is the topic that asks for a field.
func topicOf(path string) string {
	for _, t := range topics {
		if slices.Contains(t.all(), path) {
			return t.ID
		}
	}
	return ""
}

// heads are the headings within topics, by the field that they stand before.
var heads = map[string]bool{
	"controller.contact": true, "controller.sector": true, "representative.name": true, "dpo.appointed": true, "contact_point.source": true, "other_parties_involved": true,
	"detected_at": true, "occurrence_mode": true, "discovery_source": true, "breach_types": true, "systems_description": true,
	"subjects.mode": true, "protected_identity": true, "records.mode": true, "impacts": true, "severity_controller": true,
	"measures_response": true, "measures_prevent": true, "police_report": true, "other_regulators_notified": true,
	"attachment_types": true, "language": true, "non_eea_controller": true,
}

// arising is an answer after which a question arises.
type arising struct {
	On string   // field, or lateField
	In []string // its answers, any of which will do
}

// lateField stands for a filing that comes after its time.
const lateField = "late"

func on(field string, answers ...string) []arising { return []arising{{field, answers}} }

// arises says after which answers a question arises, any of which will do. A
// question that does not arise is still asked of whoever has no script, with when
// to answer it. A test holds the table against what the rules call missing.
var arises = map[string][]arising{
	"delay_reasons_code": on(lateField, "true"),
	"delay_reasons":      on(lateField, "true"),

	"dispatched_at":        on("submission_channel", "POST"),
	"arrived_at":           on("submission_channel", "PHONE", "POST", "EMAIL", "OTHER_SA"),
	"registrar_note":       on("submission_channel", "PHONE", "POST", "EMAIL", "OTHER_SA"),
	"withdraw_reason_code": on("submission_kind", "WITHDRAWAL"),

	"controller.size":         on("controller.sector", "PRIVATE"),
	"controller.size_text":    on("controller.size", "OTHER"),
	"representative.name":     on("controller.established_in_eea", "false"),
	"representative.contact":  on("controller.established_in_eea", "false"),
	"reporter.function_text":  on("reporter.function", "AUTHORISED_OTHER"),
	"dpo.name":                on("dpo.appointed", "true"),
	"dpo.contact":             on("dpo.appointed", "true"),
	"contact_point.name":      {{"contact_point.source", []string{"OTHER"}}, {"dpo.appointed", []string{"false"}}},
	"contact_point.function":  {{"contact_point.source", []string{"OTHER"}}, {"dpo.appointed", []string{"false"}}},
	"contact_point.contact":   {{"contact_point.source", []string{"OTHER"}}, {"dpo.appointed", []string{"false"}}},
	"other_parties":           on("other_parties_involved", "YES"),
	"occurred_from":           on("occurrence_mode", "SPECIFIC_DAY", "RANGE_ENDED", "ONGOING_SINCE"),
	"occurred_to":             on("occurrence_mode", "RANGE_ENDED", "SPECIFIC_DAY"),
	"dates_estimated":         on("occurrence_mode", "SPECIFIC_DAY", "RANGE_ENDED", "ONGOING_SINCE"),
	"external_notice_at":      on("discovery_source", "PROCESSOR", "DATA_SUBJECT", "EXTERNAL_PARTY", "PRESS", "OTHER"),
	"bundle_members":          on("is_bundled", "true"),
	"confidentiality_detail":  on("breach_types", "CONFIDENTIALITY"),
	"intelligibility":         on("breach_types", "CONFIDENTIALITY"),
	"integrity_detail":        on("breach_types", "INTEGRITY"),
	"availability_detail":     on("breach_types", "AVAILABILITY"),
	"unavailable_hours":       on("breach_types", "AVAILABILITY"),
	"subjects.max":            on("subjects.mode", "EXACT", "APPROXIMATE"),
	"subjects.min":            on("subjects.mode", "APPROXIMATE"),
	"records.max":             on("records.mode", "EXACT", "APPROXIMATE"),
	"records.min":             on("records.mode", "APPROXIMATE"),
	"protected_identity_band": {{"protected_identity", []string{"YES"}}, {"subject_categories", []string{"PROTECTED_IDENTITY"}}},

	"protected_identity_count":     {{"protected_identity", []string{"YES"}}, {"subject_categories", []string{"PROTECTED_IDENTITY"}}},
	"protected_identity_levels":    {{"protected_identity", []string{"YES"}}, {"subject_categories", []string{"PROTECTED_IDENTITY"}}},
	"protected_identity_contacted": {{"protected_identity", []string{"YES"}}, {"subject_categories", []string{"PROTECTED_IDENTITY"}}},

	"consequences_confidentiality":      on("breach_types", "CONFIDENTIALITY"),
	"consequences_confidentiality_text": on("consequences_confidentiality", "OTHER"),
	"consequences_integrity":            on("breach_types", "INTEGRITY"),
	"consequences_integrity_text":       on("consequences_integrity", "OTHER"),
	"consequences_availability":         on("breach_types", "AVAILABILITY"),
	"consequences_availability_text":    on("consequences_availability", "OTHER"),
	"impacts_text":                      on("impacts", "OTHER"),
	"contained_at":                      on("contained", "YES"),

	"planned_date":                on("subjects_informed", "PLANNED_DATE"),
	"informed_from":               on("subjects_informed", "YES"),
	"informed_coverage":           on("subjects_informed", "YES"),
	"informed_why_not_all":        on("informed_coverage", "NOT_ALL"),
	"informed_count":              on("subjects_informed", "YES"),
	"informed_means":              on("subjects_informed", "YES"),
	"informed_means_text":         on("informed_means", "OTHER"),
	"informed_content":            on("subjects_informed", "YES"),
	"art34_3_ground":              on("subjects_informed", "NO_34_3"),
	"art34_3_text":                on("subjects_informed", "NO_34_3"),
	"public_communication.method": on("art34_3_ground", "C"),
	"public_communication.date":   on("art34_3_ground", "C"),
	"public_communication.url":    on("art34_3_ground", "C"),

	"lead_sa_claimed":         on("cross_border", "YES"),
	"establishment_countries": on("cross_border", "YES"),
	"affected_countries":      {{"cross_border", []string{"YES"}}, {"non_eea_controller", []string{"YES"}}},
	"subjects_by_country":     {{"cross_border", []string{"YES"}}, {"non_eea_controller", []string{"YES"}}},
	"sas_notified":            {{"cross_border", []string{"YES"}}, {"non_eea_controller", []string{"YES"}}},
	"non_eea_controller":      on("controller.established_in_eea", "false"),
	"police_reference":        on("police_report", "YES"),
	"police_reported_on":      on("police_report", "YES"),
	"other_regulators":        on("other_regulators_notified", "YES"),
	"other_regulators_text":   on("other_regulators_notified", "YES"),
	"secrecy_claim.fields":    on("secrecy_claim.claimed", "true"),
	"secrecy_claim.text":      on("secrecy_claim.claimed", "true"),
	"secrecy_claim.reason":    on("secrecy_claim.claimed", "true"),
	"attachments_text":        on("attachment_types", "OTHER"),
}

// attribute spells when a question arises for the page's script.
func attribute(when []arising) string {
	var out []string
	for _, w := range when {
		out = append(out, w.On+"="+strings.Join(w.In, ","))
	}
	return strings.Join(out, ";")
}
