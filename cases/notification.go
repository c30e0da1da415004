package cases

import (
	"strings"
	"time"
)

// Notification is the content of one filed version of a breach notification, as
// the notifier states it (Art. 33(3)); the authority's own view is kept beside it,
// never in it. An empty field was not answered. "Not known" and "to be determined"
// are answers of their own. A Notification is not changed once it has been read:
// versions share what they have in common.
//
// The keys are stable and independent of language; docs/notification-fields.md
// lists them with the rows of the EDPB template.
type Notification struct {
	// The envelope.
	Kind                NotificationKind    `json:"notification_kind"`
	Subkind             NotificationSubkind `json:"notification_subkind"`
	SubmissionKind      SubmissionKind      `json:"submission_kind,omitempty"`
	SubmissionReason    Text                `json:"submission_reason,omitempty"` // of a change, or why the earlier filing was wrong
	WithdrawReasonCode  WithdrawReasonCode  `json:"withdraw_reason_code,omitempty"`
	WithdrawReason      Text                `json:"withdraw_reason,omitempty"`
	PreviousCaseID      string              `json:"previous_case_id,omitempty"` // id or number of the case followed up
	ControllerReference string              `json:"controller_reference,omitempty"`
	Regime              LegalRegime         `json:"legal_basis_regime,omitempty"`
	Channel             Channel             `json:"submission_channel,omitempty"` // other than API and PORTAL: registrars only
	DispatchedAt        *time.Time          `json:"dispatched_at,omitempty"`      // by post: when it was sent
	ArrivedAt           *time.Time          `json:"arrived_at,omitempty"`         // what a registrar enters: when it reached the authority
	RegistrarNote       Text                `json:"registrar_note,omitempty"`
	Language            Language            `json:"language,omitempty"`
	FormVersion         string              `json:"form_version,omitempty"`
	DeclarationAccuracy *bool               `json:"declaration_accuracy,omitempty"`
	SecrecyClaim        SecrecyClaim        `json:"secrecy_claim,omitzero"`
	AttachmentTypes     []AttachmentType    `json:"attachment_types,omitempty"`
	AttachmentsText     Text                `json:"attachments_text,omitempty"`

	// The parties.
	Controller           Controller     `json:"controller"`
	Representative       Representative `json:"representative,omitzero"` // Art. 27
	Reporter             Reporter       `json:"reporter"`
	DPO                  DPO            `json:"dpo,omitzero"`
	ContactPoint         ContactPoint   `json:"contact_point,omitzero"`
	OtherPartiesInvolved YesNoUnknown   `json:"other_parties_involved,omitempty"`
	OtherParties         []OtherParty   `json:"other_parties,omitempty"`

	// The timeline. AwareAt starts the 72 hours; DetectedAt is the first alert and
	// may precede it (Guidelines 9/2022, II.A.2).
	OccurrenceMode            OccurrenceMode  `json:"occurrence_mode,omitempty"`
	OccurredFrom              *time.Time      `json:"occurred_from,omitempty"`
	OccurredTo                *time.Time      `json:"occurred_to,omitempty"`
	DatesEstimated            *bool           `json:"dates_estimated,omitempty"`
	DetectedAt                *time.Time      `json:"detected_at,omitempty"`
	AwareAt                   time.Time       `json:"aware_at,omitzero"`
	AwarenessExplanation      Text            `json:"awareness_explanation,omitempty"`
	DelayReasonCodes          []DelayReason   `json:"delay_reasons_code,omitempty"`
	DelayReasons              Text            `json:"delay_reasons,omitempty"` // Art. 33(1), second sentence
	DiscoverySource           DiscoverySource `json:"discovery_source,omitempty"`
	DiscoveryText             Text            `json:"discovery_text,omitempty"`
	ExternalNoticeAt          Date            `json:"external_notice_at,omitempty"`
	ProcessorAwareAt          *time.Time      `json:"processor_aware_at,omitempty"` // Art. 33(2)
	ProcessorToldControllerAt *time.Time      `json:"processor_told_controller_at,omitempty"`
	TimelineComments          Text            `json:"timeline_comments,omitempty"`
	IsBundled                 *bool           `json:"is_bundled,omitempty"`
	BundleMembers             []BundleMember  `json:"bundle_members,omitempty"`

	// The breach (Art. 33(3)(a)).
	BreachTypes           []BreachType          `json:"breach_types,omitempty"`
	ConfidentialityDetail ConfidentialityDetail `json:"confidentiality_detail,omitempty"`
	Intelligibility       Intelligibility       `json:"intelligibility,omitempty"`
	IntegrityDetail       IntegrityDetail       `json:"integrity_detail,omitempty"`
	AvailabilityDetail    AvailabilityDetail    `json:"availability_detail,omitempty"`
	UnavailableHours      *int64                `json:"unavailable_hours,omitempty"`
	IncidentKind          IncidentKind          `json:"incident_kind,omitempty"`
	IncidentKindSecondary IncidentKind          `json:"incident_kind_secondary,omitempty"`
	Cause                 Cause                 `json:"cause,omitempty"`
	Description           Text                  `json:"description,omitempty"`
	SystemsDescription    Text                  `json:"systems_description,omitempty"`
	SystemsLocation       []Country             `json:"systems_location,omitempty"`

	// The people and the data (Art. 33(3)(a)).
	SubjectCategories          []SubjectCategory  `json:"subject_categories,omitempty"`
	SubjectCategoriesText      Text               `json:"subject_categories_text,omitempty"`
	Subjects                   Count              `json:"subjects,omitzero"`
	SubjectsInSE               *int64             `json:"subjects_in_se,omitempty"`
	SubjectsByCountry          map[string]int64   `json:"subjects_by_country,omitempty"`
	ProtectedIdentity          ProtectedIdentity  `json:"protected_identity,omitempty"`
	ProtectedIdentityBand      CountBand          `json:"protected_identity_band,omitempty"`
	ProtectedIdentityCount     *int64             `json:"protected_identity_count,omitempty"`
	ProtectedIdentityLevels    []ProtectedLevel   `json:"protected_identity_levels,omitempty"`
	ProtectedIdentityContacted []ProtectedContact `json:"protected_identity_contacted,omitempty"`
	DataCategories             []DataCategory     `json:"data_categories,omitempty"`
	DataText                   Text               `json:"data_text,omitempty"`
	Records                    Count              `json:"records,omitzero"`

	// Consequences and risk (Art. 33(3)(c)).
	ConsequencesConfidentiality     []ConfidentialityConsequence `json:"consequences_confidentiality,omitempty"`
	ConsequencesConfidentialityText Text                         `json:"consequences_confidentiality_text,omitempty"`
	ConsequencesIntegrity           []IntegrityConsequence       `json:"consequences_integrity,omitempty"`
	ConsequencesIntegrityText       Text                         `json:"consequences_integrity_text,omitempty"`
	ConsequencesAvailability        []AvailabilityConsequence    `json:"consequences_availability,omitempty"`
	ConsequencesAvailabilityText    Text                         `json:"consequences_availability_text,omitempty"`
	Impacts                         []Impact                     `json:"impacts,omitempty"`
	ImpactsText                     Text                         `json:"impacts_text,omitempty"`
	Severity                        ControllerSeverity           `json:"severity_controller,omitempty"`
	Risk                            ControllerRisk               `json:"risk_controller,omitempty"`
	RiskMethodText                  Text                         `json:"risk_method_text,omitempty"`

	// Measures (Art. 33(3)(d)).
	MeasuresBefore         []Measure   `json:"measures_before,omitempty"`
	MeasuresBeforeText     Text        `json:"measures_before_text,omitempty"`
	MeasuresResponse       Text        `json:"measures_response,omitempty"`
	Contained              Containment `json:"contained,omitempty"`
	ContainedAt            *time.Time  `json:"contained_at,omitempty"`
	MeasuresPrevent        []Measure   `json:"measures_prevent,omitempty"`
	MeasuresPreventText    Text        `json:"measures_prevent_text,omitempty"`
	MeasuresPreventPlanned Date        `json:"measures_prevent_planned,omitempty"`

	// Communication to the people concerned (Art. 34).
	SubjectsInformed    SubjectsInformed    `json:"subjects_informed,omitempty"`
	InformedFrom        Date                `json:"informed_from,omitempty"`
	PlannedDate         Date                `json:"planned_date,omitempty"`
	Article34Ground     Article34Ground     `json:"art34_3_ground,omitempty"`
	Article34Text       Text                `json:"art34_3_text,omitempty"`
	PublicCommunication PublicCommunication `json:"public_communication,omitzero"`
	InformedCoverage    InformedCoverage    `json:"informed_coverage,omitempty"`
	InformedWhyNotAll   Text                `json:"informed_why_not_all,omitempty"`
	InformedCount       *int64              `json:"informed_count,omitempty"`
	InformedMeans       []InformedMeans     `json:"informed_means,omitempty"`
	InformedMeansText   Text                `json:"informed_means_text,omitempty"`
	InformedContent     Text                `json:"informed_content,omitempty"`

	// Other countries and authorities.
	CrossBorder             YesNoUnknown        `json:"cross_border,omitempty"` // Art. 4(23)
	LeadAuthority           string              `json:"lead_sa_claimed,omitempty"`
	EstablishmentCountries  []Country           `json:"establishment_countries,omitempty"`
	AffectedCountries       []Country           `json:"affected_countries,omitempty"`
	AuthoritiesNotified     []AuthorityNotified `json:"sas_notified,omitempty"`
	NonEEAController        YesNoUnknown        `json:"non_eea_controller,omitempty"` // Art. 3(2)
	PoliceReport            YesNoUnknown        `json:"police_report,omitempty"`
	PoliceReference         string              `json:"police_reference,omitempty"`
	PoliceReportedOn        Date                `json:"police_reported_on,omitempty"`
	OtherRegulatorsNotified YesNoUnknown        `json:"other_regulators_notified,omitempty"`
	OtherRegulators         []RegulatorNotified `json:"other_regulators,omitempty"`
	OtherRegulatorsText     Text                `json:"other_regulators_text,omitempty"`

	// EDPBText keeps what came by the EDPB contract and could not be turned into
	// a field above, as it was written, under the contract's own name of the field.
	EDPBText map[string]string `json:"edpb_text,omitempty"`
}

// SecrecyClaim is what the notifier holds to be secret, and why. The authority
// decides when somebody asks for the document.
type SecrecyClaim struct {
	Claimed *bool    `json:"claimed,omitempty"`
	Fields  []string `json:"fields,omitempty"` // keys of this notification
	Text    Text     `json:"text,omitempty"`
	Reason  Text     `json:"reason,omitempty"`
}

// Contact is a way to reach somebody. Details holds it as it was written where
// the sender's form did not split it.
type Contact struct {
	Email   string `json:"email,omitempty"`
	Phone   string `json:"phone,omitempty"`
	Address Text   `json:"address,omitempty"`
	Details Text   `json:"details,omitempty"`
}

// String is the contact on one line.
func (c Contact) String() string {
	if c.Details != "" {
		return string(c.Details)
	}
	var ways []string
	for _, way := range []string{c.Email, c.Phone, string(c.Address)} {
		if way != "" {
			ways = append(ways, way)
		}
	}
	return strings.Join(ways, ", ")
}

// Controller is the organisational unit that decides over the processing. In a
// municipality that is usually a board (nämnd), not the municipality: Name is the
// organisation, Board its unit.
type Controller struct {
	UnitID           string           `json:"unit_id,omitempty"` // of a controller unit that the authority knows
	Name             string           `json:"name"`
	Board            string           `json:"board,omitempty"`
	IDType           IDType           `json:"id_type,omitempty"`
	ID               string           `json:"id,omitempty"` // left empty by a sole trader, whose number is personal
	Contact          Contact          `json:"contact"`
	Sector           Sector           `json:"sector,omitempty"`
	LegalForm        LegalForm        `json:"legal_form,omitempty"`
	SectorOfActivity SectorOfActivity `json:"sector_of_activity,omitempty"`
	Size             OrganisationSize `json:"size,omitempty"`
	SizeText         Text             `json:"size_text,omitempty"`
	Activity         string           `json:"activity,omitempty"` // NACE
	EstablishedInEEA *bool            `json:"established_in_eea,omitempty"`
}

// Representative is who stands for a controller outside the EEA (Art. 27).
type Representative struct {
	Name    string  `json:"name,omitempty"`
	Contact Contact `json:"contact,omitzero"`
}

// Reporter is the person who files.
type Reporter struct {
	Name         string           `json:"name"`
	Contact      Contact          `json:"contact"`
	Function     ReporterFunction `json:"function,omitempty"`
	FunctionText Text             `json:"function_text,omitempty"`
}

// DPO is the controller's data protection officer (Art. 33(3)(b), 37).
type DPO struct {
	Appointed *bool   `json:"appointed,omitempty"`
	Name      string  `json:"name,omitempty"`
	Contact   Contact `json:"contact,omitzero"`
}

// ContactPoint is where more can be learnt, if not from the DPO (Art. 33(3)(b)).
type ContactPoint struct {
	Source   ContactSource `json:"source,omitempty"`
	Name     string        `json:"name,omitempty"`
	Function string        `json:"function,omitempty"`
	Contact  Contact       `json:"contact,omitzero"`
}

// OtherParty is a processor or another controller that is involved (Art. 26, 28).
type OtherParty struct {
	Role           OtherPartyRole `json:"role,omitempty"`
	Name           string         `json:"name,omitempty"`
	Contact        Contact        `json:"contact,omitzero"`
	RootCauseParty *bool          `json:"root_cause_party,omitempty"` // the breach happened there
}

// BundleMember is one of several similar breaches that are filed as one.
type BundleMember struct {
	OccurredOn    Date   `json:"occurred_on,omitempty"`
	Count         *int64 `json:"count,omitempty"` // people concerned
	RecipientType string `json:"recipient_type,omitempty"`
	Text          Text   `json:"text,omitempty"`
}

// Count is a number of people or records, with how it is known. An exact number
// has equal ends.
type Count struct {
	Mode   CountMode `json:"mode,omitempty"`
	Min    *int64    `json:"min,omitempty"`
	Max    *int64    `json:"max,omitempty"`
	Unit   CountUnit `json:"unit,omitempty"`
	Source string    `json:"source,omitempty"` // where the number comes from
	AsOf   Date      `json:"as_of,omitempty"`
}

// PublicCommunication takes the place of telling everybody (Art. 34(3)(c)).
type PublicCommunication struct {
	Method string `json:"method,omitempty"`
	Date   Date   `json:"date,omitempty"`
	URL    string `json:"url,omitempty"`
}

// AuthorityNotified is another supervisory authority that was told (T118, T123).
type AuthorityNotified struct {
	Authority string `json:"authority"`
	Date      Date   `json:"date,omitempty"`
	Reference string `json:"reference,omitempty"`
}

// RegulatorNotified is an authority under another law that was told (T111).
type RegulatorNotified struct {
	Regulator Regulator `json:"regulator"`
	Date      Date      `json:"date,omitempty"`
	Reference string    `json:"reference,omitempty"`
}
