package cases

import (
	"slices"
	"time"
)

// The rows of the table say how much a field is needed by how they are made.

func always(path, row, title, sv string) Field {
	return Field{Path: path, Row: row, Need: NeedAlways, Title: title, TitleSV: sv}
}

func mandatory(path, row, title, sv string) Field {
	return Field{Path: path, Row: row, Need: NeedMandatory, Title: title, TitleSV: sv}
}

func optional(path, row, title, sv string) Field {
	return Field{Path: path, Row: row, Need: NeedOptional, Title: title, TitleSV: sv}
}

func (c condition) needs(path, row, title, sv string) Field {
	return Field{Path: path, Row: row, Need: NeedConditional, When: c.words, holds: c.holds, onlyThen: c.only, Title: title, TitleSV: sv}
}

func (f Field) minimum(letter string) Field { f.Minimum = letter; return f }

func (f Field) personal() Field { f.Personal = true; return f }

func (f Field) filing() Field { f.Filing = true; return f }

// condition is when a conditional field is needed.
type condition struct {
	words string
	holds func(n *Notification, late bool) bool
	only  bool // the question does not arise otherwise
}

// when makes a condition that does not depend on lateness.
func when(words string, holds func(n *Notification) bool) condition {
	return condition{words: words, holds: func(n *Notification, _ bool) bool { return holds(n) }}
}

// onlyWhen is when for a question that does not arise otherwise, so that an answer
// to it is worth a warning.
func onlyWhen(words string, holds func(n *Notification) bool) condition {
	c := when(words, holds)
	c.only = true
	return c
}

func hasBreach(t BreachType) func(*Notification) bool {
	return func(n *Notification) bool { return slices.Contains(n.BreachTypes, t) }
}

func isFalse(b *bool) bool { return b != nil && !*b }

func isTrue(b *bool) bool { return b != nil && *b }

// awarenessLag is how long the short investigation between the first alert and
// awareness may take before the controller is asked to explain it.
const awarenessLag = 24 * time.Hour

var (
	ifLate      = condition{words: "the first filing is late", holds: reasonsNeeded}
	ifWithdrawn = onlyWhen("withdrawn", func(n *Notification) bool { return n.Subkind == SubkindWithdraw })
	ifPost      = when("came by post", func(n *Notification) bool { return n.Channel == ChannelPost })
	ifPhone     = when("came by telephone", func(n *Notification) bool { return n.Channel == ChannelPhone })
	ifClaimed   = when("secrecy is claimed", func(n *Notification) bool { return isTrue(n.SecrecyClaim.Claimed) })
	ifOtherFile = onlyWhen("an attachment is OTHER", func(n *Notification) bool { return slices.Contains(n.AttachmentTypes, AttachmentOther) })

	ifPrivate   = onlyWhen("a private controller", func(n *Notification) bool { return n.Controller.Sector == SectorPrivate })
	ifOtherSize = onlyWhen("the size is OTHER", func(n *Notification) bool { return n.Controller.Size == SizeOther })
	ifNotInEEA  = onlyWhen("the controller is not established in the EEA", func(n *Notification) bool { return isFalse(n.Controller.EstablishedInEEA) })
	ifAskedOut  = when("the controller is not established in the EEA", func(n *Notification) bool { return isFalse(n.Controller.EstablishedInEEA) })
	ifInEEA     = when("the controller is not known to be outside the EEA", func(n *Notification) bool { return !isFalse(n.Controller.EstablishedInEEA) })
	ifOtherFunc = onlyWhen("the function is AUTHORISED_OTHER", func(n *Notification) bool { return n.Reporter.Function == ReporterAuthorisedOther })
	ifNotDPO    = when("the reporter is not the DPO", func(n *Notification) bool { return n.Reporter.Function != ReporterDPO })
	ifDPO       = when("a DPO is appointed who is not the reporter", func(n *Notification) bool {
		return isTrue(n.DPO.Appointed) && n.Reporter.Function != ReporterDPO
	})
	ifNoDPO = when("no DPO is appointed, or the contact is OTHER", func(n *Notification) bool {
		return n.ContactPoint.Source == ContactAtOther || (isFalse(n.DPO.Appointed) && n.ContactPoint.Source != ContactAtReporter)
	})
	ifOthers = onlyWhen("other parties are involved", func(n *Notification) bool { return n.OtherPartiesInvolved == AnswerYes })

	ifDated = onlyWhen("the beginning is known", func(n *Notification) bool {
		return n.OccurrenceMode == OccurredSpecificDay || n.OccurrenceMode == OccurredRangeEnded || n.OccurrenceMode == OccurredOngoingSince
	})
	ifEnded    = when("the breach lasted from a time to a time", func(n *Notification) bool { return n.OccurrenceMode == OccurredRangeEnded })
	ifSlow     = when("awareness came more than 24 h after detection", func(n *Notification) bool { return n.awarenessLagged() })
	ifExternal = onlyWhen("somebody else found the breach", func(n *Notification) bool {
		return n.DiscoverySource != "" && n.DiscoverySource != DiscoveredByController
	})
	ifBundled = when("a bundle", func(n *Notification) bool { return isTrue(n.IsBundled) })

	ifConfidentiality = onlyWhen("confidentiality was breached", hasBreach(BreachConfidentiality))
	ifIntegrity       = onlyWhen("integrity was breached", hasBreach(BreachIntegrity))
	ifAvailability    = onlyWhen("availability was breached", hasBreach(BreachAvailability))
	ifSubjectsCounted = onlyWhen("a number is known", func(n *Notification) bool { return n.Subjects.counted() })
	ifRecordsCounted  = onlyWhen("a number is known", func(n *Notification) bool { return n.Records.counted() })

	ifOtherDisclosure = onlyWhen("a consequence is OTHER", func(n *Notification) bool {
		return slices.Contains(n.ConsequencesConfidentiality, DisclosureOther)
	})
	ifOtherAlteration = onlyWhen("a consequence is OTHER", func(n *Notification) bool { return slices.Contains(n.ConsequencesIntegrity, AlterationOther) })
	ifOtherLoss       = onlyWhen("a consequence is OTHER", func(n *Notification) bool { return slices.Contains(n.ConsequencesAvailability, LossOther) })
	ifOtherImpact     = onlyWhen("an impact is OTHER", func(n *Notification) bool { return slices.Contains(n.Impacts, ImpactOther) })

	ifInformed    = onlyWhen("people were told", func(n *Notification) bool { return n.SubjectsInformed == InformedYes })
	ifPlanned     = onlyWhen("telling is planned for a date", func(n *Notification) bool { return n.SubjectsInformed == InformedPlannedDate })
	ifExempt      = onlyWhen("a condition of Art. 34(3) is claimed", func(n *Notification) bool { return n.SubjectsInformed == InformedNo343 })
	ifPublic      = onlyWhen("Art. 34(3)(c) is claimed", func(n *Notification) bool { return n.Article34Ground == GroundC })
	ifNotAll      = onlyWhen("not everybody was told", func(n *Notification) bool { return n.InformedCoverage == CoverageNotAll })
	ifOtherMeans  = onlyWhen("the means is OTHER", func(n *Notification) bool { return slices.Contains(n.InformedMeans, MeansOther) })
	ifCrossBorder = onlyWhen("cross-border", func(n *Notification) bool { return n.CrossBorder == AnswerYes })
	ifAbroad      = onlyWhen("cross-border, or the controller is outside the EEA", func(n *Notification) bool {
		return n.CrossBorder == AnswerYes || n.NonEEAController == AnswerYes
	})
	ifRegulators = when("other authorities were told and are not listed", func(n *Notification) bool {
		return n.OtherRegulatorsNotified == AnswerYes && len(n.OtherRegulators) == 0
	})
)

// reasonsNeeded says whether a late filing lacks its reasons; codes alone will do.
func reasonsNeeded(n *Notification, late bool) bool { return late && len(n.DelayReasonCodes) == 0 }

// counted says whether there should be a number.
func (c Count) counted() bool { return c.Mode == CountExact || c.Mode == CountApproximate }

// fieldTable is the notification as eight parts of the form. Rows that make T39 to
// T41 are one list here; T117 and T122 are one map.
var fieldTable = []Field{
	// The envelope.
	always("notification_kind", "T3", "Type of notification", "Typ av anmälan").filing(),
	always("notification_subkind", "T4", "Completeness stated", "Uppgiven fullständighet"),
	optional("submission_kind", "", "Kind of follow-up", "Typ av uppföljning").filing(),
	optional("submission_reason", "", "Reason for the follow-up", "Skäl till uppföljningen").filing(),
	optional("withdraw_reason_code", "T5", "Ground for withdrawing", "Grund för återkallelse"),
	ifWithdrawn.needs("withdraw_reason", "T5", "Reason for withdrawing", "Skäl till återkallelse"),
	optional("previous_case_id", "T6", "Case followed up", "Ärende som följs upp").filing(),
	optional("controller_reference", "T7", "Controller's own reference", "Egen referens"),
	mandatory("legal_basis_regime", "", "Notified under", "Regelverk"),
	optional("submission_channel", "", "Channel", "Inkom genom").filing(),
	ifPost.needs("dispatched_at", "", "Dispatched", "Avsänd").filing(),
	optional("arrived_at", "", "Arrived", "Inkom").filing(),
	ifPhone.needs("registrar_note", "", "Registrar's note", "Registratorns tjänsteanteckning").filing(),
	mandatory("language", "", "Language", "Språk"),
	optional("form_version", "", "Version of the form", "Formulärversion").filing(),
	optional("declaration_accuracy", "T26", "Declared to be accurate", "Uppgifterna intygas"),
	optional("secrecy_claim.claimed", "", "Secrecy claimed", "Sekretess begärs"),
	optional("secrecy_claim.fields", "", "Fields held to be secret", "Fält som anses sekretessbelagda"),
	optional("secrecy_claim.text", "", "What is held to be secret", "Vad som anses omfattas av sekretess"),
	ifClaimed.needs("secrecy_claim.reason", "", "Why it is held to be secret", "Varför det anses omfattas av sekretess"),
	optional("attachment_types", "T125", "Attachments", "Bilagor"),
	ifOtherFile.needs("attachments_text", "T126", "Other attachments", "Övriga bilagor"),

	// The parties.
	optional("controller.unit_id", "", "Controller unit", "Ansvarig enhet"),
	optional("controller.id_type", "T10", "Type of identifier", "Typ av identitetsbeteckning"),
	optional("controller.id", "T11", "Identifier", "Organisationsnummer"),
	always("controller.name", "T12", "Name of the organisation", "Organisationens namn"),
	optional("controller.board", "", "Board or unit", "Nämnd eller enhet"),
	always("controller.contact", "T13", "Controller's contact details", "Den ansvariges kontaktuppgifter").personal(),
	optional("controller.sector", "T14", "Private or public", "Privat eller offentlig"),
	optional("controller.legal_form", "", "Legal form", "Juridisk form"),
	optional("controller.sector_of_activity", "", "Sector of activity", "Verksamhetsområde"),
	ifPrivate.needs("controller.size", "T15", "Type of organisation", "Organisationens storlek"),
	ifOtherSize.needs("controller.size_text", "T16", "Type of organisation, described", "Organisationens storlek, beskrivning"),
	optional("controller.activity", "T17", "Economic activity (NACE)", "Näringsgren (SNI/NACE)"),
	mandatory("controller.established_in_eea", "", "Established in the EEA", "Etablerad inom EES"),
	ifNotInEEA.needs("representative.name", "T18", "Representative in the EEA", "Företrädare inom EES").personal(),
	ifNotInEEA.needs("representative.contact", "T19", "Representative's contact details", "Företrädarens kontaktuppgifter").personal(),
	always("reporter.name", "T21", "Reporting person", "Anmälarens namn").personal(),
	always("reporter.contact", "T22", "Reporting person's contact details", "Anmälarens kontaktuppgifter").personal(),
	always("reporter.function", "T23", "Function of the reporting person", "Anmälarens funktion"),
	ifOtherFunc.needs("reporter.function_text", "T24", "Function of the reporting person, described", "Anmälarens funktion, beskrivning"),
	ifNotDPO.needs("dpo.appointed", "T29", "Data protection officer appointed", "Dataskyddsombud utsett").minimum("b"),
	ifDPO.needs("dpo.name", "T30", "Name of the DPO", "Dataskyddsombudets namn").minimum("b").personal(),
	ifDPO.needs("dpo.contact", "T31", "DPO's contact details", "Dataskyddsombudets kontaktuppgifter").minimum("b").personal(),
	optional("contact_point.source", "T33", "Where more can be learnt", "Vem som lämnar upplysningar"),
	ifNoDPO.needs("contact_point.name", "T34", "Contact person", "Kontaktperson").minimum("b").personal(),
	optional("contact_point.function", "T35", "Function of the contact person", "Kontaktpersonens funktion"),
	ifNoDPO.needs("contact_point.contact", "T36", "Contact person's contact details", "Kontaktpersonens kontaktuppgifter").minimum("b").personal(),
	mandatory("other_parties_involved", "T38", "Other parties involved", "Andra aktörer inblandade"),
	ifOthers.needs("other_parties", "T40", "Other parties", "Andra aktörer").personal(),

	// The timeline.
	mandatory("occurrence_mode", "T44", "When the breach occurred", "När incidenten inträffade"),
	optional("dates_estimated", "T45", "Dates are estimated", "Tiderna är uppskattade"),
	ifDated.needs("occurred_from", "T46", "Beginning of the breach", "Incidentens början"),
	ifEnded.needs("occurred_to", "T47", "End of the breach", "Incidentens slut"),
	optional("detected_at", "", "First alert", "Första indikation"),
	always("aware_at", "T48", "Awareness", "Tidpunkt för vetskap"),
	ifSlow.needs("awareness_explanation", "", "Why awareness took that long", "Varför vetskapen dröjde"),
	optional("delay_reasons_code", "T49", "Grounds for the delay", "Grunder för förseningen"),
	ifLate.needs("delay_reasons", "T49", "Reasons for the delay", "Skäl till förseningen"),
	mandatory("discovery_source", "T50", "Discovered by", "Upptäckt av"),
	mandatory("discovery_text", "T51", "How it was discovered", "Hur incidenten upptäcktes"),
	ifExternal.needs("external_notice_at", "T52", "Told by the other party on", "Underrättelse från annan"),
	optional("processor_aware_at", "", "Processor's awareness", "Biträdets vetskap"),
	optional("processor_told_controller_at", "", "Processor told the controller", "Biträdets underrättelse"),
	optional("timeline_comments", "T53", "Comments on the timeline", "Kommentarer till tidslinjen"),
	optional("is_bundled", "", "A bundle of similar breaches", "Samlingsanmälan"),
	ifBundled.needs("bundle_members", "", "Breaches of the bundle", "Incidenter i samlingsanmälan"),

	// The breach.
	mandatory("breach_types", "T55", "Nature of the breach", "Typ av personuppgiftsincident").minimum("a"),
	ifConfidentiality.needs("confidentiality_detail", "T56", "Disclosure", "Röjande"),
	ifConfidentiality.needs("intelligibility", "T57", "Unintelligible to others", "Oläsbara för obehöriga"),
	ifIntegrity.needs("integrity_detail", "T58", "Alteration", "Förändring"),
	ifAvailability.needs("availability_detail", "T59", "Loss of availability", "Förlust av tillgänglighet"),
	optional("unavailable_hours", "", "Hours unavailable", "Otillgängligt, timmar"),
	mandatory("incident_kind", "T60", "What happened", "Vad som hände"),
	optional("incident_kind_secondary", "", "What happened besides", "Vad som hände i övrigt"),
	mandatory("cause", "T61", "Cause", "Orsak"),
	mandatory("description", "T62", "Description", "Beskrivning").minimum("a"),
	mandatory("systems_description", "T63", "Systems involved", "Berörda system"),
	optional("systems_location", "", "Countries of the systems", "Systemens länder"),

	// The people and the data.
	mandatory("subject_categories", "T65", "Groups of people concerned", "Grupper av registrerade").minimum("a"),
	mandatory("subject_categories_text", "T66", "Groups of people, described", "Grupper av registrerade, beskrivning"),
	mandatory("subjects.mode", "T67", "How sure the number of people is", "Hur säkert antalet registrerade är").minimum("a"),
	optional("subjects.min", "", "People concerned, at least", "Antal registrerade, minst"),
	ifSubjectsCounted.needs("subjects.max", "T68", "People concerned, at most", "Antal registrerade, högst").minimum("a"),
	optional("subjects.unit", "", "People were counted as", "Registrerade räknade som"),
	optional("subjects.source", "", "Source of the number of people", "Källa till antalet registrerade"),
	optional("subjects.as_of", "", "Number of people as of", "Antal registrerade per"),
	optional("subjects_in_se", "", "People concerned in Sweden", "Registrerade i Sverige"),
	ifAbroad.needs("subjects_by_country", "T117", "People concerned by country", "Registrerade per land"),
	optional("protected_identity", "", "People with protected personal data", "Skyddade personuppgifter"),
	optional("protected_identity_band", "", "People with protected personal data, about", "Skyddade personuppgifter, ungefär"),
	optional("protected_identity_count", "", "People with protected personal data, number", "Skyddade personuppgifter, antal"),
	optional("protected_identity_levels", "", "Levels of protection", "Skyddsnivåer"),
	optional("protected_identity_contacted", "", "Told because of protected personal data", "Kontaktade om skyddade personuppgifter"),
	mandatory("data_categories", "T70", "Kinds of data", "Slag av personuppgifter").minimum("a"),
	mandatory("data_text", "T71", "Kinds of data, described", "Slag av personuppgifter, beskrivning"),
	mandatory("records.mode", "T72", "How sure the number of records is", "Hur säkert antalet poster är").minimum("a"),
	optional("records.min", "", "Records concerned, at least", "Antal poster, minst"),
	ifRecordsCounted.needs("records.max", "T73", "Records concerned, at most", "Antal poster, högst").minimum("a"),
	optional("records.unit", "", "What one record is", "Vad som räknats som post"),
	optional("records.source", "", "Source of the number of records", "Källa till antalet poster"),
	optional("records.as_of", "", "Number of records as of", "Antal poster per"),

	// Consequences and risk.
	ifConfidentiality.needs("consequences_confidentiality", "T79", "Consequences of disclosure", "Följder av röjande").minimum("c"),
	ifOtherDisclosure.needs("consequences_confidentiality_text", "T80", "Other consequences of disclosure", "Andra följder av röjande"),
	ifIntegrity.needs("consequences_integrity", "T81", "Consequences of alteration", "Följder av förändring").minimum("c"),
	ifOtherAlteration.needs("consequences_integrity_text", "T82", "Other consequences of alteration", "Andra följder av förändring"),
	ifAvailability.needs("consequences_availability", "T83", "Consequences of loss", "Följder av förlust").minimum("c"),
	ifOtherLoss.needs("consequences_availability_text", "T84", "Other consequences of loss", "Andra följder av förlust"),
	mandatory("impacts", "T85", "Possible impact on people", "Möjliga konsekvenser för de registrerade").minimum("c"),
	ifOtherImpact.needs("impacts_text", "T86", "Other impact on people", "Andra konsekvenser för de registrerade"),
	mandatory("severity_controller", "T87", "Severity, by the controller", "Den ansvariges bedömning av allvaret"),
	mandatory("risk_controller", "T89", "Risk, by the controller", "Den ansvariges riskbedömning"),
	mandatory("risk_method_text", "T90", "How the risk was assessed", "Hur risken bedömts"),

	// Measures.
	mandatory("measures_before", "T75", "Measures in place", "Åtgärder som fanns"),
	mandatory("measures_before_text", "T76", "Measures in place, described", "Åtgärder som fanns, beskrivning"),
	mandatory("measures_response", "T92", "Measures taken", "Vidtagna åtgärder").minimum("d"),
	optional("contained", "", "Breach stopped", "Incidenten stoppad"),
	optional("contained_at", "", "Breach stopped at", "Incidenten stoppad, tidpunkt"),
	mandatory("measures_prevent", "T94", "Measures against a repetition", "Förebyggande åtgärder").minimum("d"),
	mandatory("measures_prevent_text", "T95", "Measures against a repetition, described", "Förebyggande åtgärder, beskrivning"),
	optional("measures_prevent_planned", "", "Measures against a repetition planned for", "Förebyggande åtgärder planerade till"),

	// Communication to the people concerned.
	mandatory("subjects_informed", "T97", "People told", "Registrerade informerade"),
	ifInformed.needs("informed_from", "T98", "People told from", "Registrerade informerade från"),
	ifPlanned.needs("planned_date", "T99", "People will be told on", "Registrerade informeras den"),
	ifExempt.needs("art34_3_ground", "T100", "Condition of Art. 34(3)", "Villkor i artikel 34.3"),
	ifExempt.needs("art34_3_text", "T101", "Why the condition is met", "Varför villkoret är uppfyllt"),
	ifPublic.needs("public_communication.method", "", "Public communication", "Information till allmänheten"),
	ifPublic.needs("public_communication.date", "", "Public communication on", "Information till allmänheten, datum"),
	optional("public_communication.url", "", "Public communication at", "Information till allmänheten, adress"),
	ifInformed.needs("informed_coverage", "T102", "All people told", "Alla registrerade informerade"),
	ifNotAll.needs("informed_why_not_all", "T103", "Why not all were told", "Varför inte alla informerats"),
	optional("informed_count", "", "Number of people told", "Antal informerade"),
	ifInformed.needs("informed_means", "T104", "Means of telling", "Hur information lämnats"),
	ifOtherMeans.needs("informed_means_text", "T105", "Other means of telling", "Andra sätt att informera"),
	ifInformed.needs("informed_content", "T106", "What people were told", "Informationens innehåll"),

	// Other countries and authorities.
	ifInEEA.needs("cross_border", "T113", "Cross-border processing", "Gränsöverskridande behandling"),
	ifCrossBorder.needs("lead_sa_claimed", "T114", "Lead supervisory authority", "Ansvarig tillsynsmyndighet"),
	ifCrossBorder.needs("establishment_countries", "T115", "Countries of establishment", "Etableringsländer"),
	ifAbroad.needs("affected_countries", "T116", "Countries of the people concerned", "De registrerades länder"),
	optional("sas_notified", "T118", "Supervisory authorities told", "Underrättade tillsynsmyndigheter"),
	ifAskedOut.needs("non_eea_controller", "T120", "GDPR applies to a controller outside the EEA", "Ansvarig utanför EES som omfattas"),
	optional("police_report", "T109", "Reported to the police", "Polisanmäld"),
	optional("police_reference", "", "Reference of the police", "Polisens referens"),
	optional("police_reported_on", "", "Reported to the police on", "Polisanmäld den"),
	optional("other_regulators_notified", "T110", "Other authorities told", "Andra myndigheter underrättade"),
	optional("other_regulators", "T111", "Which other authorities", "Vilka andra myndigheter"),
	ifRegulators.needs("other_regulators_text", "T111", "Other authorities, described", "Andra myndigheter, beskrivning"),
	optional("edpb_text", "", "Answers kept as written", "Svar som skrivna"),
}
