package cases

// The codes of the timeline, of the breach and of what it hit.

// OccurrenceMode says how well the time of the breach is known (T44).
type OccurrenceMode string

// The codes of OccurrenceMode.
const (
	OccurredSpecificDay        OccurrenceMode = "SPECIFIC_DAY"
	OccurredRangeEnded         OccurrenceMode = "RANGE_ENDED"
	OccurredOngoingSince       OccurrenceMode = "ONGOING_SINCE"
	OccurredCannotBeDetermined OccurrenceMode = "CANNOT_BE_DETERMINED"
	OccurredTBD                OccurrenceMode = "TBD"
)

// Codes lists every code of OccurrenceMode.
func (OccurrenceMode) Codes() []string {
	return []string{
		string(OccurredSpecificDay), string(OccurredRangeEnded), string(OccurredOngoingSince),
		string(OccurredCannotBeDetermined), string(OccurredTBD),
	}
}

// DelayReason is why a notification came later than Art. 33(1) says (T49).
type DelayReason string

// The codes of DelayReason.
const (
	DelayInternalEscalation     DelayReason = "INTERNAL_ESCALATION"
	DelayWeekendHoliday         DelayReason = "WEEKEND_HOLIDAY"
	DelayAwaitingProcessor      DelayReason = "AWAITING_PROCESSOR"
	DelayInvestigationComplex   DelayReason = "INVESTIGATION_COMPLEX"
	DelayRiskReassessedUpward   DelayReason = "RISK_REASSESSED_UPWARD"
	DelayBundled                DelayReason = "BUNDLED"
	DelayLawEnforcementRequest  DelayReason = "LAW_ENFORCEMENT_REQUEST"
	DelayTechnicalPortalFailure DelayReason = "TECHNICAL_PORTAL_FAILURE"
	DelayUnawareOfDuty          DelayReason = "UNAWARE_OF_DUTY"
	DelayOther                  DelayReason = "OTHER"
)

// Codes lists every code of DelayReason.
func (DelayReason) Codes() []string {
	return []string{
		string(DelayInternalEscalation), string(DelayWeekendHoliday), string(DelayAwaitingProcessor),
		string(DelayInvestigationComplex), string(DelayRiskReassessedUpward), string(DelayBundled),
		string(DelayLawEnforcementRequest), string(DelayTechnicalPortalFailure), string(DelayUnawareOfDuty),
		string(DelayOther),
	}
}

// DiscoverySource is who found the breach (T50).
type DiscoverySource string

// The codes of DiscoverySource.
const (
	DiscoveredByController    DiscoverySource = "CONTROLLER"
	DiscoveredByProcessor     DiscoverySource = "PROCESSOR"
	DiscoveredByDataSubject   DiscoverySource = "DATA_SUBJECT"
	DiscoveredByExternalParty DiscoverySource = "EXTERNAL_PARTY"
	DiscoveredByPress         DiscoverySource = "PRESS"
	DiscoveredByOther         DiscoverySource = "OTHER"
)

// Codes lists every code of DiscoverySource.
func (DiscoverySource) Codes() []string {
	return []string{
		string(DiscoveredByController), string(DiscoveredByProcessor), string(DiscoveredByDataSubject),
		string(DiscoveredByExternalParty), string(DiscoveredByPress), string(DiscoveredByOther),
	}
}

// BreachType is one of the three natures of a breach (Art. 4(12), T55); they combine.
type BreachType string

// The codes of BreachType.
const (
	BreachConfidentiality BreachType = "CONFIDENTIALITY"
	BreachIntegrity       BreachType = "INTEGRITY"
	BreachAvailability    BreachType = "AVAILABILITY"
)

// Codes lists every code of BreachType.
func (BreachType) Codes() []string {
	return []string{
		string(BreachConfidentiality), string(BreachIntegrity), string(BreachAvailability),
	}
}

// ConfidentialityDetail says how sure a disclosure is (T56).
type ConfidentialityDetail string

// The codes of ConfidentialityDetail.
const (
	ConfidentialityExfiltratedOrDisclosed  ConfidentialityDetail = "EXFILTRATED_OR_DISCLOSED"
	ConfidentialityLikelyNoEvidence        ConfidentialityDetail = "LIKELY_NO_EVIDENCE"
	ConfidentialityNotExfiltratedEvidenced ConfidentialityDetail = "NOT_EXFILTRATED_EVIDENCED"
	ConfidentialityCannotAssess            ConfidentialityDetail = "CANNOT_ASSESS"
	ConfidentialityTBD                     ConfidentialityDetail = "TBD"
)

// Codes lists every code of ConfidentialityDetail.
func (ConfidentialityDetail) Codes() []string {
	return []string{
		string(ConfidentialityExfiltratedOrDisclosed), string(ConfidentialityLikelyNoEvidence),
		string(ConfidentialityNotExfiltratedEvidenced), string(ConfidentialityCannotAssess), string(ConfidentialityTBD),
	}
}

// Intelligibility says whether whoever got the data can read them (T57, Art. 34(3)(a)).
type Intelligibility string

// The codes of Intelligibility.
const (
	DataUnintelligibleIntact    Intelligibility = "UNINTELLIGIBLE_INTACT"
	DataProtectedButSubvertible Intelligibility = "PROTECTED_BUT_SUBVERTIBLE"
	DataIntelligible            Intelligibility = "INTELLIGIBLE"
	DataCannotAssess            Intelligibility = "CANNOT_ASSESS"
	DataTBD                     Intelligibility = "TBD"
)

// Codes lists every code of Intelligibility.
func (Intelligibility) Codes() []string {
	return []string{
		string(DataUnintelligibleIntact), string(DataProtectedButSubvertible), string(DataIntelligible),
		string(DataCannotAssess), string(DataTBD),
	}
}

// IntegrityDetail is what became of altered data (T58).
type IntegrityDetail string

// The codes of IntegrityDetail.
const (
	IntegrityAlteredNoMisuse             IntegrityDetail = "ALTERED_NO_MISUSE"
	IntegrityAlteredMisusedRecoverable   IntegrityDetail = "ALTERED_MISUSED_RECOVERABLE"
	IntegrityAlteredMisusedIrrecoverable IntegrityDetail = "ALTERED_MISUSED_IRRECOVERABLE"
)

// Codes lists every code of IntegrityDetail.
func (IntegrityDetail) Codes() []string {
	return []string{
		string(IntegrityAlteredNoMisuse), string(IntegrityAlteredMisusedRecoverable),
		string(IntegrityAlteredMisusedIrrecoverable),
	}
}

// AvailabilityDetail is how long data were gone, seen from the people concerned (T59).
type AvailabilityDetail string

// The codes of AvailabilityDetail.
const (
	AvailabilityTemporary     AvailabilityDetail = "TEMPORARY"
	AvailabilityPermanent     AvailabilityDetail = "PERMANENT"
	AvailabilityNotDetermined AvailabilityDetail = "NOT_DETERMINED"
)

// Codes lists every code of AvailabilityDetail.
func (AvailabilityDetail) Codes() []string {
	return []string{
		string(AvailabilityTemporary), string(AvailabilityPermanent), string(AvailabilityNotDetermined),
	}
}

// IncidentKind is what happened (T60): one main kind for the statistics, and a second
// where one does not say it.
type IncidentKind string

// The codes of IncidentKind.
const (
	IncidentAccessAbuseEmployee       IncidentKind = "ACCESS_ABUSE_EMPLOYEE"
	IncidentRansomware                IncidentKind = "RANSOMWARE"
	IncidentHackingMalware            IncidentKind = "HACKING_MALWARE"
	IncidentPhishingSocialEngineering IncidentKind = "PHISHING_SOCIAL_ENG"
	IncidentVulnerabilityExploited    IncidentKind = "VULN_EXPLOITED"
	IncidentUnauthorisedITAccess      IncidentKind = "UNAUTHORISED_IT_ACCESS"
	IncidentExfiltration              IncidentKind = "EXFILTRATION"
	IncidentWrongPersonsDataShown     IncidentKind = "WRONG_PERSONS_DATA_SHOWN"
	IncidentDeviceLostStolen          IncidentKind = "DEVICE_LOST_STOLEN"
	IncidentEWaste                    IncidentKind = "E_WASTE"
	IncidentPaperDisposal             IncidentKind = "PAPER_DISPOSAL"
	IncidentMailLostOpened            IncidentKind = "MAIL_LOST_OPENED"
	IncidentMisconfiguration          IncidentKind = "MISCONFIGURATION"
	IncidentWrongPermissions          IncidentKind = "WRONG_PERMISSIONS"
	IncidentPaperLostStolenExposed    IncidentKind = "PAPER_LOST_STOLEN_EXPOSED"
	IncidentDataDestroyed             IncidentKind = "DATA_DESTROYED"
	IncidentShownToWrongRecipient     IncidentKind = "SHOWN_TO_WRONG_RECIPIENT"
	IncidentSentToWrongRecipient      IncidentKind = "SENT_TO_WRONG_RECIPIENT"
	IncidentOpenDistributionList      IncidentKind = "OPEN_DISTRIBUTION_LIST"
	IncidentTechnicalMalfunction      IncidentKind = "TECHNICAL_MALFUNCTION"
	IncidentUnauthorisedModification  IncidentKind = "UNAUTHORISED_MODIFICATION"
	IncidentUnintendedPublication     IncidentKind = "UNINTENDED_PUBLICATION"
	IncidentVerbalDisclosure          IncidentKind = "VERBAL_DISCLOSURE"
	IncidentTBD                       IncidentKind = "TBD"
	IncidentOther                     IncidentKind = "OTHER"
)

// Codes lists every code of IncidentKind.
func (IncidentKind) Codes() []string {
	return []string{
		string(IncidentAccessAbuseEmployee), string(IncidentRansomware), string(IncidentHackingMalware),
		string(IncidentPhishingSocialEngineering), string(IncidentVulnerabilityExploited),
		string(IncidentUnauthorisedITAccess), string(IncidentExfiltration), string(IncidentWrongPersonsDataShown),
		string(IncidentDeviceLostStolen), string(IncidentEWaste), string(IncidentPaperDisposal),
		string(IncidentMailLostOpened), string(IncidentMisconfiguration), string(IncidentWrongPermissions),
		string(IncidentPaperLostStolenExposed), string(IncidentDataDestroyed), string(IncidentShownToWrongRecipient),
		string(IncidentSentToWrongRecipient), string(IncidentOpenDistributionList), string(IncidentTechnicalMalfunction),
		string(IncidentUnauthorisedModification), string(IncidentUnintendedPublication), string(IncidentVerbalDisclosure),
		string(IncidentTBD), string(IncidentOther),
	}
}

// Cause is where the breach came from (T61).
type Cause string

// The codes of Cause.
const (
	CauseInternalNonMalicious Cause = "INTERNAL_NON_MALICIOUS"
	CauseInternalMalicious    Cause = "INTERNAL_MALICIOUS"
	CauseExternalNonMalicious Cause = "EXTERNAL_NON_MALICIOUS"
	CauseExternalMalicious    Cause = "EXTERNAL_MALICIOUS"
	CauseUnknown              Cause = "UNKNOWN"
	CauseTBD                  Cause = "TBD"
)

// Codes lists every code of Cause.
func (Cause) Codes() []string {
	return []string{
		string(CauseInternalNonMalicious), string(CauseInternalMalicious), string(CauseExternalNonMalicious),
		string(CauseExternalMalicious), string(CauseUnknown), string(CauseTBD),
	}
}

// SubjectCategory is a group of people concerned (T65, with the additions that a
// Swedish authority needs).
type SubjectCategory string

// The codes of SubjectCategory.
const (
	SubjectsCustomers                  SubjectCategory = "CUSTOMERS"
	SubjectsEmployees                  SubjectCategory = "EMPLOYEES"
	SubjectsFormerEmployees            SubjectCategory = "FORMER_EMPLOYEES"
	SubjectsApplicants                 SubjectCategory = "APPLICANTS"
	SubjectsMilitaryOrPolice           SubjectCategory = "MILITARY_OR_POLICE"
	SubjectsChildren                   SubjectCategory = "CHILDREN"
	SubjectsPatients                   SubjectCategory = "PATIENTS"
	SubjectsStudents                   SubjectCategory = "STUDENTS"
	SubjectsSubscribers                SubjectCategory = "SUBSCRIBERS"
	SubjectsUsers                      SubjectCategory = "USERS"
	SubjectsVulnerable                 SubjectCategory = "VULNERABLE"
	SubjectsProtectedIdentity          SubjectCategory = "PROTECTED_IDENTITY"
	SubjectsCitizensClientsOfAuthority SubjectCategory = "CITIZENS_CLIENTS_OF_AUTHORITY"
	SubjectsMembers                    SubjectCategory = "MEMBERS"
	SubjectsSupplierContacts           SubjectCategory = "SUPPLIER_CONTACTS"
	SubjectsOther                      SubjectCategory = "OTHER"
	SubjectsNotYetKnown                SubjectCategory = "NOT_YET_KNOWN"
)

// Codes lists every code of SubjectCategory.
func (SubjectCategory) Codes() []string {
	return []string{
		string(SubjectsCustomers), string(SubjectsEmployees), string(SubjectsFormerEmployees), string(SubjectsApplicants),
		string(SubjectsMilitaryOrPolice), string(SubjectsChildren), string(SubjectsPatients), string(SubjectsStudents),
		string(SubjectsSubscribers), string(SubjectsUsers), string(SubjectsVulnerable), string(SubjectsProtectedIdentity),
		string(SubjectsCitizensClientsOfAuthority), string(SubjectsMembers), string(SubjectsSupplierContacts),
		string(SubjectsOther), string(SubjectsNotYetKnown),
	}
}

// CountMode says how precise a number is (T67, T72).
type CountMode string

// The codes of CountMode.
const (
	CountExact              CountMode = "EXACT"
	CountApproximate        CountMode = "APPROXIMATE"
	CountCannotBeDetermined CountMode = "CANNOT_BE_DETERMINED"
	CountTBD                CountMode = "TBD"
)

// Codes lists every code of CountMode.
func (CountMode) Codes() []string {
	return []string{
		string(CountExact), string(CountApproximate), string(CountCannotBeDetermined), string(CountTBD),
	}
}

// CountUnit is what was counted: addresses and accounts are not yet persons.
type CountUnit string

// The codes of CountUnit.
const (
	UnitPersons        CountUnit = "PERSONS"
	UnitEmailAddresses CountUnit = "EMAIL_ADDRESSES"
	UnitAccounts       CountUnit = "ACCOUNTS"
	UnitRecords        CountUnit = "RECORDS"
)

// Codes lists every code of CountUnit.
func (CountUnit) Codes() []string {
	return []string{
		string(UnitPersons), string(UnitEmailAddresses), string(UnitAccounts), string(UnitRecords),
	}
}

// ProtectedIdentity says whether people with protected personal data (skyddade
// personuppgifter) are concerned. A fingerad identity has no mark to search for, so
// "not known" is an honest answer.
type ProtectedIdentity string

// The codes of ProtectedIdentity.
const (
	ProtectedYes      ProtectedIdentity = "YES"
	ProtectedNo       ProtectedIdentity = "NO"
	ProtectedNotKnown ProtectedIdentity = "NOT_KNOWN"
)

// Codes lists every code of ProtectedIdentity.
func (ProtectedIdentity) Codes() []string {
	return []string{
		string(ProtectedYes), string(ProtectedNo), string(ProtectedNotKnown),
	}
}

// ProtectedLevel is one of the three Swedish levels of protected personal data.
type ProtectedLevel string

// The codes of ProtectedLevel.
const (
	LevelSekretessmarkering   ProtectedLevel = "SEKRETESSMARKERING"
	LevelSkyddadFolkbokforing ProtectedLevel = "SKYDDAD_FOLKBOKFORING"
	LevelFingerade            ProtectedLevel = "FINGERADE"
)

// Codes lists every code of ProtectedLevel.
func (ProtectedLevel) Codes() []string {
	return []string{
		string(LevelSekretessmarkering), string(LevelSkyddadFolkbokforing), string(LevelFingerade),
	}
}

// CountBand is a number of people given as a band, so that nobody is singled out.
type CountBand string

// The codes of CountBand.
const (
	BandFrom1To9     CountBand = "FROM_1_TO_9"
	BandFrom10To99   CountBand = "FROM_10_TO_99"
	BandFrom100To999 CountBand = "FROM_100_TO_999"
	BandFrom1000     CountBand = "FROM_1000"
	BandNotKnown     CountBand = "NOT_KNOWN"
)

// Codes lists every code of CountBand.
func (CountBand) Codes() []string {
	return []string{
		string(BandFrom1To9), string(BandFrom10To99), string(BandFrom100To999), string(BandFrom1000), string(BandNotKnown),
	}
}

// ProtectedContact is who has been told about people with protected personal data.
type ProtectedContact string

// The codes of ProtectedContact.
const (
	ToldSkatteverket ProtectedContact = "SKATTEVERKET"
	ToldPolice       ProtectedContact = "POLICE"
	ToldIndividuals  ProtectedContact = "INDIVIDUALS"
)

// Codes lists every code of ProtectedContact.
func (ProtectedContact) Codes() []string {
	return []string{
		string(ToldSkatteverket), string(ToldPolice), string(ToldIndividuals),
	}
}

// DataCategory is a kind of personal data (T70).
type DataCategory string

// The codes of DataCategory.
const (
	CategoryBasic                  DataCategory = "BASIC"
	CategoryContact                DataCategory = "CONTACT"
	CategoryIdentificationNumber   DataCategory = "IDENTIFICATION_NUMBER"
	CategoryOfficialDocuments      DataCategory = "OFFICIAL_DOCUMENTS"
	CategoryEconomic               DataCategory = "ECONOMIC"
	CategoryPayment                DataCategory = "PAYMENT"
	CategoryCredentials            DataCategory = "CREDENTIALS"
	CategoryLocation               DataCategory = "LOCATION"
	CategoryProfile                DataCategory = "PROFILE"
	CategoryEmploymentHealth       DataCategory = "EMPLOYMENT_HEALTH"
	CategoryRacialEthnic           DataCategory = "RACIAL_ETHNIC"
	CategoryPolitical              DataCategory = "POLITICAL"
	CategoryReligiousPhilosophical DataCategory = "RELIGIOUS_PHILOSOPHICAL"
	CategoryTradeUnion             DataCategory = "TRADE_UNION"
	CategoryGenetic                DataCategory = "GENETIC"
	CategoryBiometric              DataCategory = "BIOMETRIC"
	CategoryHealth                 DataCategory = "HEALTH"
	CategorySexLifeOrientation     DataCategory = "SEX_LIFE_ORIENTATION"
	CategoryCriminal               DataCategory = "CRIMINAL"
	CategoryCommunicationContent   DataCategory = "COMMUNICATION_CONTENT"
	CategoryTrafficData            DataCategory = "TRAFFIC_DATA"
	CategoryImageAudioVideo        DataCategory = "IMAGE_AUDIO_VIDEO"
	CategorySecrecyProtected       DataCategory = "SECRECY_PROTECTED"
	CategoryOther                  DataCategory = "OTHER"
	CategoryNotYetKnown            DataCategory = "NOT_YET_KNOWN"
)

// Codes lists every code of DataCategory.
func (DataCategory) Codes() []string {
	return []string{
		string(CategoryBasic), string(CategoryContact), string(CategoryIdentificationNumber),
		string(CategoryOfficialDocuments), string(CategoryEconomic), string(CategoryPayment), string(CategoryCredentials),
		string(CategoryLocation), string(CategoryProfile), string(CategoryEmploymentHealth), string(CategoryRacialEthnic),
		string(CategoryPolitical), string(CategoryReligiousPhilosophical), string(CategoryTradeUnion),
		string(CategoryGenetic), string(CategoryBiometric), string(CategoryHealth), string(CategorySexLifeOrientation),
		string(CategoryCriminal), string(CategoryCommunicationContent), string(CategoryTrafficData),
		string(CategoryImageAudioVideo), string(CategorySecrecyProtected), string(CategoryOther),
		string(CategoryNotYetKnown),
	}
}
