package cases

import "slices"

// specialCategories are the kinds of data of Art. 9(1). Proof of sick leave and the
// like are data about health and count among them.
var specialCategories = []DataCategory{
	CategoryEmploymentHealth, CategoryRacialEthnic, CategoryPolitical, CategoryReligiousPhilosophical, CategoryTradeUnion,
	CategoryGenetic, CategoryBiometric, CategoryHealth, CategorySexLifeOrientation,
}

// IsArt9 says whether a kind of data is a special category (Art. 9(1)).
func (c DataCategory) IsArt9() bool { return slices.Contains(specialCategories, c) }

// IsArt10 says whether a kind of data is about criminal convictions and offences.
func (c DataCategory) IsArt10() bool { return c == CategoryCriminal }

// HasArt9or10 says whether data of Art. 9 or 10 are concerned.
func (n *Notification) HasArt9or10() bool {
	return slices.ContainsFunc(n.DataCategories, func(c DataCategory) bool { return c.IsArt9() || c.IsArt10() })
}

// HasNationalID says whether national identification numbers are concerned (Art. 87).
func (n *Notification) HasNationalID() bool {
	return slices.Contains(n.DataCategories, CategoryIdentificationNumber)
}

// HasChildren says whether children are among the people concerned.
func (n *Notification) HasChildren() bool {
	return slices.Contains(n.SubjectCategories, SubjectsChildren)
}

// ChildrenOrVulnerable says whether children or vulnerable people are concerned.
func (n *Notification) ChildrenOrVulnerable() bool {
	return n.HasChildren() || slices.Contains(n.SubjectCategories, SubjectsVulnerable)
}

// ConcernsProtectedIdentity says whether people with protected personal data are
// said to be concerned, by the answer or by the groups of people.
func (n *Notification) ConcernsProtectedIdentity() bool {
	return n.ProtectedIdentity == ProtectedYes || slices.Contains(n.SubjectCategories, SubjectsProtectedIdentity)
}

// Ongoing says whether the breach goes on: it was not said to have ended or to have
// been stopped.
func (n *Notification) Ongoing() bool {
	return n.OccurrenceMode == OccurredOngoingSince && n.Contained != ContainedYes
}

// SubjectsMax is the largest number of people that may be concerned; ok is false
// when no number was given.
func (n *Notification) SubjectsMax() (people int64, ok bool) {
	for _, p := range []*int64{n.Subjects.Max, n.Subjects.Min} {
		if p != nil {
			return *p, true
		}
	}
	return 0, false
}

// HighRiskNotInformed says whether the controller sees a high risk and has not told
// the people concerned. A condition of Art. 34(3) that is only claimed does not
// change that; accepting it is for the authority (Art. 34(4)).
func (n *Notification) HighRiskNotInformed() bool {
	return n.Risk == RiskHigh && n.SubjectsInformed != InformedYes
}

// Exfiltrated says whether data are known to have left the controller's hands.
func (n *Notification) Exfiltrated() bool {
	return n.ConfidentialityDetail == ConfidentialityExfiltratedOrDisclosed ||
		n.IncidentKind == IncidentExfiltration || n.IncidentKindSecondary == IncidentExfiltration
}

// MainSector is the sector of activity as stated, or as the legal form suggests.
func (n *Notification) MainSector() SectorOfActivity {
	if n.Controller.SectorOfActivity != "" {
		return n.Controller.SectorOfActivity
	}
	switch n.Controller.LegalForm {
	case FormMunicipality:
		return ActivityMunicipality
	case FormRegion:
		return ActivityHealthCare // IMY's statistics have no class of their own for regions
	case FormStateAuthority:
		return ActivityStateAuthority
	case FormCompany, FormSoleTrader:
		return ActivityOtherBusiness
	case FormAssociation:
		return ActivityNonProfit
	}
	return ""
}

// awarenessLagged says whether more than 24 hours passed between the first alert
// and awareness.
func (n *Notification) awarenessLagged() bool {
	return n.DetectedAt != nil && !n.AwareAt.IsZero() && n.AwareAt.Sub(*n.DetectedAt) > awarenessLag
}

// eachText calls f with every free text and its JSON Pointer, except for contact
// details.
func (n *Notification) eachText(f func(pointer, text string)) {
	for i := range fieldTable {
		field := &fieldTable[i]
		if !field.FreeText || field.Personal {
			continue
		}
		if s := field.of(n).String(); s != "" {
			f(field.Pointer(), s)
		}
	}
	for i, m := range n.BundleMembers {
		if m.Text != "" {
			f(pointerTo("bundle_members", i, "text"), string(m.Text))
		}
	}
	for _, key := range sortedKeys(n.EDPBText) {
		f("/edpb_text/"+key, n.EDPBText[key])
	}
}
