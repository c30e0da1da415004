package cases

// The codes of the envelope and of the parties.

// NotificationKind says whether a filing opens a matter or follows one up (T3).
type NotificationKind string

// The codes of NotificationKind.
const (
	NotificationNew      NotificationKind = "NEW"
	NotificationFollowUp NotificationKind = "FOLLOW_UP"
)

// Codes lists every code of NotificationKind.
func (NotificationKind) Codes() []string {
	return []string{
		string(NotificationNew), string(NotificationFollowUp),
	}
}

// NotificationSubkind is what the notifier says of the filing's completeness (T4);
// information may come in phases (Art. 33(4)).
type NotificationSubkind string

// The codes of NotificationSubkind.
const (
	SubkindComplete   NotificationSubkind = "COMPLETE"
	SubkindIncomplete NotificationSubkind = "INCOMPLETE"
	SubkindWithdraw   NotificationSubkind = "WITHDRAW"
)

// Codes lists every code of NotificationSubkind.
func (NotificationSubkind) Codes() []string {
	return []string{
		string(SubkindComplete), string(SubkindIncomplete), string(SubkindWithdraw),
	}
}

// SubmissionKind says what a filing does: NEW opens the matter; the others follow it
// up in one of the three ways that IMY knows (addition, change, "the earlier
// notification was wrong"), or withdraw it.
type SubmissionKind string

// The codes of SubmissionKind.
const (
	SubmissionNew          SubmissionKind = "NEW"
	SubmissionSupplement   SubmissionKind = "SUPPLEMENT"
	SubmissionChange       SubmissionKind = "CHANGE"
	SubmissionEarlierWrong SubmissionKind = "EARLIER_WRONG"
	SubmissionWithdrawal   SubmissionKind = "WITHDRAWAL"
)

// Codes lists every code of SubmissionKind.
func (SubmissionKind) Codes() []string {
	return []string{
		string(SubmissionNew), string(SubmissionSupplement), string(SubmissionChange), string(SubmissionEarlierWrong),
		string(SubmissionWithdrawal),
	}
}

// WithdrawReasonCode is why a notification is taken back (T5).
type WithdrawReasonCode string

// The codes of WithdrawReasonCode.
const (
	WithdrawDuplicate              WithdrawReasonCode = "DUPLICATE"
	WithdrawNotABreach             WithdrawReasonCode = "NOT_A_BREACH"
	WithdrawRiskReassessedUnlikely WithdrawReasonCode = "RISK_REASSESSED_UNLIKELY"
	WithdrawWrongAuthority         WithdrawReasonCode = "WRONG_AUTHORITY"
	WithdrawFilingError            WithdrawReasonCode = "FILING_ERROR"
	WithdrawOther                  WithdrawReasonCode = "OTHER"
)

// Codes lists every code of WithdrawReasonCode.
func (WithdrawReasonCode) Codes() []string {
	return []string{
		string(WithdrawDuplicate), string(WithdrawNotABreach), string(WithdrawRiskReassessedUnlikely),
		string(WithdrawWrongAuthority), string(WithdrawFilingError), string(WithdrawOther),
	}
}

// LegalRegime is the law under which the notification is made.
type LegalRegime string

// The codes of LegalRegime.
const (
	RegimeGDPR33          LegalRegime = "GDPR_33"
	RegimeLED30           LegalRegime = "LED_30"
	RegimeEprivacy6112013 LegalRegime = "EPRIVACY_611_2013"
	RegimeEUDPR34         LegalRegime = "EUDPR_34"
)

// Codes lists every code of LegalRegime.
func (LegalRegime) Codes() []string {
	return []string{
		string(RegimeGDPR33), string(RegimeLED30), string(RegimeEprivacy6112013), string(RegimeEUDPR34),
	}
}

// Channel is the way by which a filing reached the authority. Lateness is
// judged on dispatch for POST and on arrival for every other channel.
type Channel string

// The codes of Channel.
const (
	ChannelPortal  Channel = "PORTAL"
	ChannelAPI     Channel = "API"
	ChannelPost    Channel = "POST"
	ChannelEmail   Channel = "EMAIL"
	ChannelPhone   Channel = "PHONE"
	ChannelOtherSA Channel = "OTHER_SA"
)

// Codes lists every code of Channel.
func (Channel) Codes() []string {
	return []string{
		string(ChannelPortal), string(ChannelAPI), string(ChannelPost), string(ChannelEmail), string(ChannelPhone),
		string(ChannelOtherSA),
	}
}

// AttachmentType is what an attached document is (T125).
type AttachmentType string

// The codes of AttachmentType.
const (
	AttachmentCommunicationToSubjects  AttachmentType = "COMMUNICATION_TO_SUBJECTS"
	AttachmentRiskAssessment           AttachmentType = "RISK_ASSESSMENT"
	AttachmentInvestigationReport      AttachmentType = "INVESTIGATION_REPORT"
	AttachmentRansomNote               AttachmentType = "RANSOM_NOTE"
	AttachmentPhishingMessage          AttachmentType = "PHISHING_MESSAGE"
	AttachmentInternalBreachProcedure  AttachmentType = "INTERNAL_BREACH_PROCEDURE"
	AttachmentRetentionPolicy          AttachmentType = "RETENTION_POLICY"
	AttachmentMessageToWrongRecipients AttachmentType = "MESSAGE_TO_WRONG_RECIPIENTS"
	AttachmentExternalReport           AttachmentType = "EXTERNAL_REPORT"
	AttachmentOther                    AttachmentType = "OTHER"
)

// Codes lists every code of AttachmentType.
func (AttachmentType) Codes() []string {
	return []string{
		string(AttachmentCommunicationToSubjects), string(AttachmentRiskAssessment), string(AttachmentInvestigationReport),
		string(AttachmentRansomNote), string(AttachmentPhishingMessage), string(AttachmentInternalBreachProcedure),
		string(AttachmentRetentionPolicy), string(AttachmentMessageToWrongRecipients), string(AttachmentExternalReport),
		string(AttachmentOther),
	}
}

// YesNoUnknown is a three-valued answer as the EDPB template gives it; an empty one
// means that the question was not answered.
type YesNoUnknown string

// The codes of YesNoUnknown.
const (
	AnswerYes     YesNoUnknown = "YES"
	AnswerNo      YesNoUnknown = "NO"
	AnswerUnknown YesNoUnknown = "UNKNOWN"
)

// Codes lists every code of YesNoUnknown.
func (YesNoUnknown) Codes() []string {
	return []string{
		string(AnswerYes), string(AnswerNo), string(AnswerUnknown),
	}
}

// IDType says which register a controller's identifier comes from (T10).
type IDType string

// The codes of IDType.
const (
	IDOrgNumber IDType = "ORG_NR"
	IDCompanyID IDType = "COMPANY_ID"
	IDVAT       IDType = "VAT"
	IDNone      IDType = "NONE"
)

// Codes lists every code of IDType.
func (IDType) Codes() []string {
	return []string{
		string(IDOrgNumber), string(IDCompanyID), string(IDVAT), string(IDNone),
	}
}

// Sector is private or public (T14).
type Sector string

// The codes of Sector.
const (
	SectorPrivate Sector = "PRIVATE"
	SectorPublic  Sector = "PUBLIC"
)

// Codes lists every code of Sector.
func (Sector) Codes() []string {
	return []string{
		string(SectorPrivate), string(SectorPublic),
	}
}

// LegalForm is what sort of legal person the controller belongs to. It is independent
// of the sector of activity: a school may be municipal or a company.
type LegalForm string

// The codes of LegalForm.
const (
	FormMunicipality   LegalForm = "MUNICIPALITY"
	FormRegion         LegalForm = "REGION"
	FormStateAuthority LegalForm = "STATE_AUTHORITY"
	FormCompany        LegalForm = "COMPANY"
	FormAssociation    LegalForm = "ASSOCIATION"
	FormSoleTrader     LegalForm = "SOLE_TRADER"
	FormOther          LegalForm = "OTHER"
)

// Codes lists every code of LegalForm.
func (LegalForm) Codes() []string {
	return []string{
		string(FormMunicipality), string(FormRegion), string(FormStateAuthority), string(FormCompany),
		string(FormAssociation), string(FormSoleTrader), string(FormOther),
	}
}

// SectorOfActivity is the verksamhetsområde of IMY's statistics.
type SectorOfActivity string

// The codes of SectorOfActivity.
const (
	ActivityFinanceInsurance SectorOfActivity = "FINANCE_INSURANCE"
	ActivityStateAuthority   SectorOfActivity = "STATE_AUTHORITY"
	ActivityMunicipality     SectorOfActivity = "MUNICIPALITY"
	ActivityHealthCare       SectorOfActivity = "HEALTH_CARE"
	ActivitySchool           SectorOfActivity = "SCHOOL"
	ActivitySocialServices   SectorOfActivity = "SOCIAL_SERVICES"
	ActivityOtherBusiness    SectorOfActivity = "OTHER_BUSINESS"
	ActivityNonProfit        SectorOfActivity = "NON_PROFIT"
	ActivityOther            SectorOfActivity = "OTHER"
)

// Codes lists every code of SectorOfActivity.
func (SectorOfActivity) Codes() []string {
	return []string{
		string(ActivityFinanceInsurance), string(ActivityStateAuthority), string(ActivityMunicipality),
		string(ActivityHealthCare), string(ActivitySchool), string(ActivitySocialServices), string(ActivityOtherBusiness),
		string(ActivityNonProfit), string(ActivityOther),
	}
}

// OrganisationSize is asked of private controllers (T15).
type OrganisationSize string

// The codes of OrganisationSize.
const (
	SizeMicroOrSole OrganisationSize = "MICRO_OR_SOLE"
	SizeSME         OrganisationSize = "SME"
	SizeLarge       OrganisationSize = "LARGE"
	SizeOther       OrganisationSize = "OTHER"
)

// Codes lists every code of OrganisationSize.
func (OrganisationSize) Codes() []string {
	return []string{
		string(SizeMicroOrSole), string(SizeSME), string(SizeLarge), string(SizeOther),
	}
}

// ReporterFunction is in which capacity somebody files (T23).
type ReporterFunction string

// The codes of ReporterFunction.
const (
	ReporterDPO                 ReporterFunction = "DPO"
	ReporterLegalRepresentative ReporterFunction = "LEGAL_REPRESENTATIVE"
	ReporterAuthorisedOther     ReporterFunction = "AUTHORISED_OTHER"
)

// Codes lists every code of ReporterFunction.
func (ReporterFunction) Codes() []string {
	return []string{
		string(ReporterDPO), string(ReporterLegalRepresentative), string(ReporterAuthorisedOther),
	}
}

// ContactSource says who answers questions about the breach (T33).
type ContactSource string

// The codes of ContactSource.
const (
	ContactAtDPO      ContactSource = "DPO"
	ContactAtReporter ContactSource = "REPORTER"
	ContactAtOther    ContactSource = "OTHER"
)

// Codes lists every code of ContactSource.
func (ContactSource) Codes() []string {
	return []string{
		string(ContactAtDPO), string(ContactAtReporter), string(ContactAtOther),
	}
}

// OtherPartyRole is what another involved party is to the processing (T39).
type OtherPartyRole string

// The codes of OtherPartyRole.
const (
	InvolvedProcessor          OtherPartyRole = "PROCESSOR"
	InvolvedSubProcessor       OtherPartyRole = "SUB_PROCESSOR"
	InvolvedJointController    OtherPartyRole = "JOINT_CONTROLLER"
	InvolvedSeparateController OtherPartyRole = "SEPARATE_CONTROLLER"
)

// Codes lists every code of OtherPartyRole.
func (OtherPartyRole) Codes() []string {
	return []string{
		string(InvolvedProcessor), string(InvolvedSubProcessor), string(InvolvedJointController),
		string(InvolvedSeparateController),
	}
}
