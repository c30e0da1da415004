package cases

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// gdprApplies is when the GDPR began to apply (Art. 99(2)).
var gdprApplies = time.Date(2018, 5, 25, 0, 0, 0, 0, time.UTC)

// warner collects what looks wrong.
type warner []Warning

func (w *warner) warnIf(holds bool, pointer, code, message string) {
	if holds {
		*w = append(*w, Warning{Path: pointer, Code: code, Message: message})
	}
}

// warnings finds what looks wrong in a notification that can be accepted.
func warnings(n *Notification, opts ReadOptions) []Warning {
	var w warner
	w.risk(n)
	w.times(n, opts)
	w.people(n)
	w.parties(n)
	w.conditions(n)
	w.identityNumbers(n)
	return w
}

func (w *warner) risk(n *Notification) {
	w.warnIf(n.Risk == RiskUnlikely && n.Subkind != SubkindWithdraw, "/risk_controller", "risk_unlikely_yet_notified",
		"A breach that is unlikely to result in a risk need not be notified; check the assessment.")
	w.warnIf(n.Risk == RiskHigh && n.SubjectsInformed == InformedNoNotHighRisk, "/subjects_informed", "high_risk_not_told",
		"The risk is said to be high, and people are not told because it is not; one of the two is wrong.")
	w.warnIf(n.Kind == NotificationNew && n.PreviousCaseID != "", "/previous_case_id", "condition_not_met",
		"A case is named that is followed up, yet this is said to be a new notification.")
	w.warnIf(n.Article34Ground == GroundA && n.Intelligibility == DataIntelligible, "/art34_3_ground", "ground_a_but_intelligible",
		"Protection of the data is claimed as the reason for not telling people, yet the data are said to be readable.")
}

func (w *warner) times(n *Notification, opts ReadOptions) {
	w.warnIf(n.AwareAt.Before(gdprApplies), "/aware_at", "before_gdpr", "Awareness lies before 25 May 2018, when the GDPR began to apply.")
	w.warnIf(n.DetectedAt != nil && n.DetectedAt.After(n.AwareAt), "/detected_at", "detected_after_awareness",
		"The first alert lies after awareness.")
	w.warnIf(n.OccurredFrom != nil && n.OccurredFrom.After(n.AwareAt), "/occurred_from", "occurred_after_awareness",
		"The breach is said to have begun after the controller became aware of it.")
	w.warnIf(n.awarenessLagged() && n.AwarenessExplanation == "", "/awareness_explanation", "awareness_unexplained",
		"More than 24 hours passed between the first alert and awareness; say why.")
	w.warnIf(n.OccurredTo != nil && n.OccurrenceMode != OccurredRangeEnded && n.OccurrenceMode != OccurredSpecificDay, "/occurred_to", "condition_not_met",
		"The breach has an end, yet it is not said to have ended.")
	before := func(a, b *time.Time) bool { return a != nil && b != nil && a.Before(*b) }
	w.warnIf(before(n.ProcessorToldControllerAt, n.ProcessorAwareAt), "/processor_told_controller_at", "processor_times_out_of_order",
		"The processor told the controller before it was aware itself.")
	w.warnIf(before(&n.AwareAt, n.ProcessorToldControllerAt), "/processor_told_controller_at", "processor_times_out_of_order",
		"The processor told the controller after the controller was aware.")
	today := Date(opts.Now.In(zoneOr(opts.Zone)).Format(time.DateOnly))
	w.warnIf(n.SubjectsInformed == InformedYes && n.InformedFrom > today, "/informed_from", "in_the_future",
		"People are said to have been told, on a day that is still to come.")
	w.warnIf(n.SubjectsInformed == InformedPlannedDate && n.PlannedDate != "" && n.PlannedDate < today, "/planned_date", "planned_date_passed",
		"The day on which people were to be told has passed.")
}

func zoneOr(zone *time.Location) *time.Location {
	if zone == nil {
		return time.UTC
	}
	return zone
}

func (w *warner) people(n *Notification) {
	people, known := n.SubjectsMax()
	more := func(p *int64) bool { return known && p != nil && *p > people }
	w.warnIf(more(n.SubjectsInSE), "/subjects_in_se", "more_than_all", "More people in Sweden than in all.")
	w.warnIf(more(n.InformedCount), "/informed_count", "more_than_all", "More people were told than are concerned.")
	w.warnIf(more(n.ProtectedIdentityCount), "/protected_identity_count", "more_than_all",
		"More people have protected personal data than are concerned.")
	w.warnIf(n.ProtectedIdentity == ProtectedNo && slices.Contains(n.SubjectCategories, SubjectsProtectedIdentity),
		"/protected_identity", "protected_identity_contradicted",
		"People with protected personal data are among the groups concerned, and the answer says that there are none.")
}

func (w *warner) parties(n *Notification) {
	c := &n.Controller
	w.warnIf(c.IDType == IDOrgNumber && c.ID != "" && !isOrganisationNumber(c.ID) && !HoldsPersonalIdentityNumber(c.ID),
		"/controller/id", "organisation_number_unlikely", "This is not an organisation number: ten digits, of which the last checks the others.")
	for _, contact := range []struct {
		pointer string
		email   string
	}{
		{"/controller/contact/email", c.Contact.Email},
		{"/representative/contact/email", n.Representative.Contact.Email},
		{"/reporter/contact/email", n.Reporter.Contact.Email},
		{"/dpo/contact/email", n.DPO.Contact.Email},
		{"/contact_point/contact/email", n.ContactPoint.Contact.Email},
	} {
		w.warnIf(contact.email != "" && !isEmail(contact.email), contact.pointer, "email_unlikely", "This does not look like an e-mail address.")
	}
	for i, p := range n.OtherParties {
		w.warnIf(p.Contact != (Contact{}) && p.Contact == c.Contact, pointerTo("other_parties", i, "contact"), "contact_reused",
			"The other party has the same contact details as the controller.")
	}
	for i, key := range n.SecrecyClaim.Fields {
		_, known := FieldAt(key)
		w.warnIf(!known, "/secrecy_claim/fields/"+strconv.Itoa(i), "unknown_field", "There is no field with this key.")
	}
}

// isEmail says whether a text has the outer form of an address; whether mail
// arrives there, only mail can tell.
func isEmail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	return at > 0 && strings.Contains(s[at:], ".") && !strings.HasSuffix(s, ".") && !strings.ContainsAny(s, " \t\n<>,;")
}

// conditions warns of answers to questions that did not arise.
func (w *warner) conditions(n *Notification) {
	for i := range fieldTable {
		f := &fieldTable[i]
		if !f.onlyThen || f.holds(n, false) {
			continue
		}
		if answered, _ := f.answered(n); answered {
			w.warnIf(true, f.Pointer(), "condition_not_met", "This was answered, and the question arises only then: "+f.When+".")
		}
	}
}

// identityNumbers warns where a free text seems to hold the personal identity
// number of somebody: what is sent becomes a public document.
func (w *warner) identityNumbers(n *Notification) {
	const code = "personal_identity_number"
	n.eachText(func(pointer, text string) {
		w.warnIf(HoldsPersonalIdentityNumber(text), pointer, code,
			"The text seems to hold a personal identity number. Leave out what identifies the people concerned.")
	})
	w.warnIf(HoldsPersonalIdentityNumber(n.Controller.ID), "/controller/id", code,
		"This seems to be a person's number. A sole trader leaves the field empty.")
}
