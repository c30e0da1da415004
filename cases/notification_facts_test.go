package cases

import "testing"

func TestFacts(t *testing.T) {
	n := readSample(t, "notification-complete")
	night := readSample(t, "notification-night")
	for _, fact := range []struct {
		name        string
		of          func(*Notification) bool
		want, night bool
	}{
		{"Art. 9 or 10", (*Notification).HasArt9or10, true, false},
		{"national ID", (*Notification).HasNationalID, false, false},
		{"children", (*Notification).HasChildren, true, false},
		{"children or vulnerable", (*Notification).ChildrenOrVulnerable, true, false},
		{"protected identity", (*Notification).ConcernsProtectedIdentity, false, false},
		{"ongoing", (*Notification).Ongoing, false, true},
		{"high risk, not informed", (*Notification).HighRiskNotInformed, false, false},
		{"exfiltrated", (*Notification).Exfiltrated, true, false},
	} {
		if got := fact.of(&n); got != fact.want {
			t.Errorf("%s: got %v, want %v", fact.name, got, fact.want)
		}
		if got := fact.of(&night); got != fact.night {
			t.Errorf("at night, %s: got %v, want %v", fact.name, got, fact.night)
		}
	}
}

func TestFactsThatWeighSpecially(t *testing.T) {
	tests := []struct {
		name string
		n    Notification
		of   func(*Notification) bool
		want bool
	}{
		{"sick notes are health data", Notification{DataCategories: []DataCategory{CategoryEmploymentHealth}}, (*Notification).HasArt9or10, true},
		{"criminal records", Notification{DataCategories: []DataCategory{CategoryCriminal}}, (*Notification).HasArt9or10, true},
		{"a claim of Art. 34(3) is not yet accepted", Notification{Risk: RiskHigh, SubjectsInformed: InformedNo343}, (*Notification).HighRiskNotInformed, true},
		{"not asked yet", Notification{Risk: RiskHigh}, (*Notification).HighRiskNotInformed, true},
		{"stopped", Notification{OccurrenceMode: OccurredOngoingSince, Contained: ContainedYes}, (*Notification).Ongoing, false},
		{"partly stopped", Notification{OccurrenceMode: OccurredOngoingSince, Contained: ContainedPartly}, (*Notification).Ongoing, true},
		{"exfiltration as the second kind", Notification{IncidentKindSecondary: IncidentExfiltration}, (*Notification).Exfiltrated, true},
		{"protected identity by the group alone", Notification{SubjectCategories: []SubjectCategory{SubjectsProtectedIdentity}}, (*Notification).ConcernsProtectedIdentity, true},
		{"vulnerable people", Notification{SubjectCategories: []SubjectCategory{SubjectsVulnerable}}, (*Notification).ChildrenOrVulnerable, true},
	}
	for _, tt := range tests {
		if got := tt.of(&tt.n); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestSubjectsMax(t *testing.T) {
	three, nine := int64(3), int64(9)
	for _, tt := range []struct {
		count  Count
		people int64
		ok     bool
	}{
		{Count{}, 0, false}, {Count{Min: &three}, 3, true}, {Count{Max: &nine}, 9, true}, {Count{Min: &three, Max: &nine}, 9, true},
	} {
		n := Notification{Subjects: tt.count}
		if people, ok := n.SubjectsMax(); people != tt.people || ok != tt.ok {
			t.Errorf("%+v: got %d %v", tt.count, people, ok)
		}
	}
}

func TestMainSector(t *testing.T) {
	for form, want := range map[LegalForm]SectorOfActivity{
		FormMunicipality: ActivityMunicipality, FormRegion: ActivityHealthCare, FormStateAuthority: ActivityStateAuthority,
		FormCompany: ActivityOtherBusiness, FormSoleTrader: ActivityOtherBusiness, FormAssociation: ActivityNonProfit, FormOther: "", "": "",
	} {
		n := Notification{Controller: Controller{LegalForm: form}}
		if got := n.MainSector(); got != want {
			t.Errorf("%s: got %q, want %q", form, got, want)
		}
		n.Controller.SectorOfActivity = ActivitySchool
		if got := n.MainSector(); got != ActivitySchool {
			t.Errorf("%s: the stated sector gave way to %q", form, got)
		}
	}
}
