package cases

// The codes of consequences, measures, communication and other authorities.

// ConfidentialityConsequence is a likely consequence of a disclosure (T79).
type ConfidentialityConsequence string

// The codes of ConfidentialityConsequence.
const (
	DisclosureDisclosedBeyondPurpose        ConfidentialityConsequence = "DISCLOSED_BEYOND_PURPOSE"
	DisclosureLinkableWithOtherData         ConfidentialityConsequence = "LINKABLE_WITH_OTHER_DATA"
	DisclosureUsedForOtherOrUnlawfulPurpose ConfidentialityConsequence = "USED_FOR_OTHER_OR_UNLAWFUL_PURPOSE"
	DisclosureOther                         ConfidentialityConsequence = "OTHER"
	DisclosureTBD                           ConfidentialityConsequence = "TBD"
)

// Codes lists every code of ConfidentialityConsequence.
func (ConfidentialityConsequence) Codes() []string {
	return []string{
		string(DisclosureDisclosedBeyondPurpose), string(DisclosureLinkableWithOtherData),
		string(DisclosureUsedForOtherOrUnlawfulPurpose), string(DisclosureOther), string(DisclosureTBD),
	}
}

// IntegrityConsequence is a likely consequence of an alteration (T81).
type IntegrityConsequence string

// The codes of IntegrityConsequence.
const (
	AlterationInvalidDataUsed           IntegrityConsequence = "INVALID_DATA_USED"
	AlterationValidlyLookingDataMisused IntegrityConsequence = "VALIDLY_LOOKING_DATA_MISUSED"
	AlterationOther                     IntegrityConsequence = "OTHER"
	AlterationTBD                       IntegrityConsequence = "TBD"
)

// Codes lists every code of IntegrityConsequence.
func (IntegrityConsequence) Codes() []string {
	return []string{
		string(AlterationInvalidDataUsed), string(AlterationValidlyLookingDataMisused), string(AlterationOther),
		string(AlterationTBD),
	}
}

// AvailabilityConsequence is a likely consequence of a loss (T83).
type AvailabilityConsequence string

// The codes of AvailabilityConsequence.
const (
	LossNoAccessToService AvailabilityConsequence = "NO_ACCESS_TO_SERVICE"
	LossServiceDisruption AvailabilityConsequence = "SERVICE_DISRUPTION"
	LossOther             AvailabilityConsequence = "OTHER"
	LossTBD               AvailabilityConsequence = "TBD"
)

// Codes lists every code of AvailabilityConsequence.
func (AvailabilityConsequence) Codes() []string {
	return []string{
		string(LossNoAccessToService), string(LossServiceDisruption), string(LossOther), string(LossTBD),
	}
}

// Impact is what people may suffer (T85; recitals 75 and 85).
type Impact string

// The codes of Impact.
const (
	ImpactLossOfControl              Impact = "LOSS_OF_CONTROL"
	ImpactLimitationOfRights         Impact = "LIMITATION_OF_RIGHTS"
	ImpactDiscrimination             Impact = "DISCRIMINATION"
	ImpactIdentityTheft              Impact = "IDENTITY_THEFT"
	ImpactFraud                      Impact = "FRAUD"
	ImpactFinancialLoss              Impact = "FINANCIAL_LOSS"
	ImpactReversalOfPseudonymisation Impact = "REVERSAL_OF_PSEUDONYMISATION"
	ImpactReputation                 Impact = "REPUTATION"
	ImpactLossOfProfessionalSecrecy  Impact = "LOSS_OF_PROFESSIONAL_SECRECY"
	ImpactDisclosureToThirdParties   Impact = "DISCLOSURE_TO_THIRD_PARTIES"
	ImpactEconomicSocialDisadvantage Impact = "ECONOMIC_SOCIAL_DISADVANTAGE"
	ImpactPhysicalOrMentalHarm       Impact = "PHYSICAL_OR_MENTAL_HARM"
	ImpactPropertyDamage             Impact = "PROPERTY_DAMAGE"
	ImpactOther                      Impact = "OTHER"
	ImpactTBD                        Impact = "TBD"
)

// Codes lists every code of Impact.
func (Impact) Codes() []string {
	return []string{
		string(ImpactLossOfControl), string(ImpactLimitationOfRights), string(ImpactDiscrimination),
		string(ImpactIdentityTheft), string(ImpactFraud), string(ImpactFinancialLoss),
		string(ImpactReversalOfPseudonymisation), string(ImpactReputation), string(ImpactLossOfProfessionalSecrecy),
		string(ImpactDisclosureToThirdParties), string(ImpactEconomicSocialDisadvantage),
		string(ImpactPhysicalOrMentalHarm), string(ImpactPropertyDamage), string(ImpactOther), string(ImpactTBD),
	}
}

// ControllerSeverity is how grave the controller holds the impacts to be (T87). The
// authority's own assessment is kept apart from it.
type ControllerSeverity string

// The codes of ControllerSeverity.
const (
	SeverityMinor    ControllerSeverity = "MINOR"
	SeverityModerate ControllerSeverity = "MODERATE"
	SeveritySevere   ControllerSeverity = "SEVERE"
	SeverityTBD      ControllerSeverity = "TBD"
)

// Codes lists every code of ControllerSeverity.
func (ControllerSeverity) Codes() []string {
	return []string{
		string(SeverityMinor), string(SeverityModerate), string(SeveritySevere), string(SeverityTBD),
	}
}

// ControllerRisk is the outcome of the controller's own assessment (T89).
type ControllerRisk string

// The codes of ControllerRisk.
const (
	RiskHigh           ControllerRisk = "HIGH"
	RiskNotHigh        ControllerRisk = "RISK_NOT_HIGH"
	RiskUnlikely       ControllerRisk = "UNLIKELY"
	RiskMoreInfoNeeded ControllerRisk = "MORE_INFO_NEEDED"
)

// Codes lists every code of ControllerRisk.
func (ControllerRisk) Codes() []string {
	return []string{
		string(RiskHigh), string(RiskNotHigh), string(RiskUnlikely), string(RiskMoreInfoNeeded),
	}
}

// Measure is a technical or organisational measure (Art. 32; T75, T94). The last three
// make sense only as measures against a repetition.
type Measure string

// The codes of Measure.
const (
	MeasurePseudonymisation Measure = "PSEUDONYMISATION"
	MeasureBackupRecovery   Measure = "BACKUP_RECOVERY"
	MeasureEncryption       Measure = "ENCRYPTION"
	MeasurePolicies         Measure = "POLICIES"
	MeasureTraining         Measure = "TRAINING"
	MeasureIncidentLog      Measure = "INCIDENT_LOG"
	MeasureAccessLevels     Measure = "ACCESS_LEVELS"
	MeasureLogicalAccessMFA Measure = "LOGICAL_ACCESS_MFA"
	MeasureAudits           Measure = "AUDITS"
	MeasurePhysicalAccess   Measure = "PHYSICAL_ACCESS"
	MeasurePatchedSystems   Measure = "PATCHED_SYSTEMS"
	MeasureOther            Measure = "OTHER"
	MeasureAnonymisation    Measure = "ANONYMISATION"
	MeasureProcessChange    Measure = "PROCESS_CHANGE"
	MeasureErasure          Measure = "ERASURE"
)

// Codes lists every code of Measure.
func (Measure) Codes() []string {
	return []string{
		string(MeasurePseudonymisation), string(MeasureBackupRecovery), string(MeasureEncryption), string(MeasurePolicies),
		string(MeasureTraining), string(MeasureIncidentLog), string(MeasureAccessLevels), string(MeasureLogicalAccessMFA),
		string(MeasureAudits), string(MeasurePhysicalAccess), string(MeasurePatchedSystems), string(MeasureOther),
		string(MeasureAnonymisation), string(MeasureProcessChange), string(MeasureErasure),
	}
}

// Containment says whether the breach has been stopped.
type Containment string

// The codes of Containment.
const (
	ContainedYes    Containment = "YES"
	ContainedNo     Containment = "NO"
	ContainedPartly Containment = "PARTLY"
)

// Codes lists every code of Containment.
func (Containment) Codes() []string {
	return []string{
		string(ContainedYes), string(ContainedNo), string(ContainedPartly),
	}
}

// SubjectsInformed says whether the people concerned have been told (T97, Art. 34).
type SubjectsInformed string

// The codes of SubjectsInformed.
const (
	InformedYes                SubjectsInformed = "YES"
	InformedPlannedDate        SubjectsInformed = "PLANNED_DATE"
	InformedPlannedNoDate      SubjectsInformed = "PLANNED_NO_DATE"
	InformedUnderInvestigation SubjectsInformed = "UNDER_INVESTIGATION"
	InformedNoNotHighRisk      SubjectsInformed = "NO_NOT_HIGH_RISK"
	InformedNo343              SubjectsInformed = "NO_34_3"
)

// Codes lists every code of SubjectsInformed.
func (SubjectsInformed) Codes() []string {
	return []string{
		string(InformedYes), string(InformedPlannedDate), string(InformedPlannedNoDate),
		string(InformedUnderInvestigation), string(InformedNoNotHighRisk), string(InformedNo343),
	}
}

// Article34Ground is the letter of Art. 34(3) that makes telling people unnecessary (T100).
type Article34Ground string

// The codes of Article34Ground.
const (
	GroundA Article34Ground = "A"
	GroundB Article34Ground = "B"
	GroundC Article34Ground = "C"
)

// Codes lists every code of Article34Ground.
func (Article34Ground) Codes() []string {
	return []string{
		string(GroundA), string(GroundB), string(GroundC),
	}
}

// InformedCoverage says whether everybody was told (T102).
type InformedCoverage string

// The codes of InformedCoverage.
const (
	CoverageAll    InformedCoverage = "ALL"
	CoverageNotAll InformedCoverage = "NOT_ALL"
)

// Codes lists every code of InformedCoverage.
func (InformedCoverage) Codes() []string {
	return []string{
		string(CoverageAll), string(CoverageNotAll),
	}
}

// InformedMeans is how people were told (T104).
type InformedMeans string

// The codes of InformedMeans.
const (
	MeansIndividual InformedMeans = "INDIVIDUAL"
	MeansPublic     InformedMeans = "PUBLIC"
	MeansOther      InformedMeans = "OTHER"
)

// Codes lists every code of InformedMeans.
func (InformedMeans) Codes() []string {
	return []string{
		string(MeansIndividual), string(MeansPublic), string(MeansOther),
	}
}

// Regulator is another authority with a claim on the same incident (T110).
type Regulator string

// The codes of Regulator.
const (
	RegulatorCSIRTNIS2       Regulator = "CSIRT_NIS2"
	RegulatorNIS2Authority   Regulator = "NIS2_AUTHORITY"
	RegulatorFinancialDORA   Regulator = "FINANCIAL_DORA"
	RegulatorTelecomEprivacy Regulator = "TELECOM_EPRIVACY"
	RegulatorEIDASSupervisor Regulator = "EIDAS_SUPERVISOR"
	RegulatorSecurityService Regulator = "SECURITY_SERVICE"
	RegulatorHealth          Regulator = "HEALTH"
	RegulatorOtherSA         Regulator = "OTHER_SA"
	RegulatorOther           Regulator = "OTHER"
)

// Codes lists every code of Regulator.
func (Regulator) Codes() []string {
	return []string{
		string(RegulatorCSIRTNIS2), string(RegulatorNIS2Authority), string(RegulatorFinancialDORA),
		string(RegulatorTelecomEprivacy), string(RegulatorEIDASSupervisor), string(RegulatorSecurityService),
		string(RegulatorHealth), string(RegulatorOtherSA), string(RegulatorOther),
	}
}
