package cases_test

import (
	"slices"
	"testing"

	"github.com/vaka-project/vaka/cases"
)

// Every score of every criterion, and what is not known.
func TestScore(t *testing.T) {
	essential := []cases.SectorOfActivity{cases.ActivityHealthCare}
	said := func(n cases.Notification) *cases.Case {
		return &cases.Case{Submissions: []cases.Submission{{N: 1, Kind: cases.SubmissionNew, Notification: n}}}
	}
	sector := func(s cases.SectorOfActivity) *cases.Case { return &cases.Case{Party: cases.Party{Sector: s}} }
	people := func(n int64) *cases.Case { return said(cases.Notification{Subjects: cases.Count{Max: &n}}) }
	groups := func(g ...cases.SubjectCategory) *cases.Case { return said(cases.Notification{SubjectCategories: g}) }
	data := func(d ...cases.DataCategory) *cases.Case { return said(cases.Notification{DataCategories: d}) }
	late := func(late bool, n cases.Notification, verdict cases.DelayVerdict) *cases.Case {
		c := said(n)
		c.Judgements = []cases.Judgement{{Late: late}}
		if verdict != "" {
			c.Delay = &cases.DelayAssessment{Assessment: verdict}
		}
		return c
	}
	protected := func(n cases.Notification) *cases.Case {
		n.ProtectedIdentity = cases.ProtectedYes
		return said(n)
	}
	many, few := int64(10), int64(9)
	nothing := &cases.Case{}
	for _, tt := range []struct {
		name      string
		criterion cases.Criterion
		c         *cases.Case
		earlier   int
		score     int // -1 is not known
		because   string
	}{
		{"no sector", cases.CriterionCriticality, sector(""), 0, -1, "not_known"},
		{"essential", cases.CriterionCriticality, sector(cases.ActivityHealthCare), 0, 4, "essential"},
		{"municipality", cases.CriterionCriticality, sector(cases.ActivityMunicipality), 0, 3, "public_tasks"},
		{"state", cases.CriterionCriticality, sector(cases.ActivityStateAuthority), 0, 3, "public_tasks"},
		{"school", cases.CriterionCriticality, sector(cases.ActivitySchool), 0, 2, "depended_on"},
		{"social services that are not set as essential", cases.CriterionCriticality, sector(cases.ActivitySocialServices), 0, 2, "depended_on"},
		{"company", cases.CriterionCriticality, sector(cases.ActivityOtherBusiness), 0, 1, "other_operations"},

		{"no notification", cases.CriterionChildren, nothing, 0, -1, "not_known"},
		{"no groups", cases.CriterionChildren, groups(), 0, -1, "not_known"},
		{"groups to come", cases.CriterionChildren, groups(cases.SubjectsEmployees, cases.SubjectsNotYetKnown), 0, -1, "not_known"},
		{"children", cases.CriterionChildren, groups(cases.SubjectsNotYetKnown, cases.SubjectsChildren), 0, 4, "group_named"},
		{"pupils", cases.CriterionChildren, groups(cases.SubjectsStudents), 0, 2, "pupils"},
		{"grown-ups", cases.CriterionChildren, groups(cases.SubjectsEmployees), 0, 0, "group_not_named"},

		{"nobody knows", cases.CriterionProtectedIdentity, said(cases.Notification{ProtectedIdentity: cases.ProtectedNotKnown}), 0, -1, "not_known"},
		{"not answered", cases.CriterionProtectedIdentity, said(cases.Notification{}), 0, -1, "not_known"},
		{"no notification", cases.CriterionProtectedIdentity, nothing, 0, -1, "not_known"},
		{"none", cases.CriterionProtectedIdentity, said(cases.Notification{ProtectedIdentity: cases.ProtectedNo}), 0, 0, "protected_none"},
		{"some", cases.CriterionProtectedIdentity, protected(cases.Notification{ProtectedIdentityBand: cases.BandFrom1To9}), 0, 3, "protected_some"},
		{"nine", cases.CriterionProtectedIdentity, protected(cases.Notification{ProtectedIdentityCount: &few}), 0, 3, "protected_some"},
		{"ten", cases.CriterionProtectedIdentity, protected(cases.Notification{ProtectedIdentityCount: &many}), 0, 4, "protected_many"},
		{"a band", cases.CriterionProtectedIdentity, protected(cases.Notification{ProtectedIdentityBand: cases.BandFrom10To99}), 0, 4, "protected_many"},
		{"new identities", cases.CriterionProtectedIdentity, protected(cases.Notification{ProtectedIdentityLevels: []cases.ProtectedLevel{cases.LevelFingerade}}), 0, 4, "protected_many"},

		{"former", cases.CriterionFormerEmployees, groups(cases.SubjectsFormerEmployees), 0, 4, "group_named"},
		{"employees", cases.CriterionFormerEmployees, groups(cases.SubjectsEmployees), 0, 1, "employees"},
		{"neither", cases.CriterionFormerEmployees, groups(cases.SubjectsPatients), 0, 0, "group_not_named"},
		{"groups to come", cases.CriterionFormerEmployees, groups(cases.SubjectsNotYetKnown), 0, -1, "not_known"},

		{"health", cases.CriterionHealth, data(cases.CategoryBasic, cases.CategoryHealth), 0, 4, "data_named"},
		{"genetic", cases.CriterionHealth, data(cases.CategoryGenetic), 0, 4, "data_named"},
		{"sick notes", cases.CriterionHealth, data(cases.CategoryEmploymentHealth), 0, 3, "data_named"},
		{"addresses", cases.CriterionHealth, data(cases.CategoryContact), 0, 0, "no_health"},
		{"data to come", cases.CriterionHealth, data(cases.CategoryContact, cases.CategoryNotYetKnown), 0, -1, "not_known"},
		{"no data", cases.CriterionHealth, data(), 0, -1, "not_known"},

		{"99", cases.CriterionNumbers, people(99), 0, 0, "people"},
		{"100", cases.CriterionNumbers, people(100), 0, 1, "people"},
		{"1,000", cases.CriterionNumbers, people(1_000), 0, 2, "people"},
		{"10,000", cases.CriterionNumbers, people(10_000), 0, 3, "people"},
		{"100,000", cases.CriterionNumbers, people(100_000), 0, 4, "people"},
		{"a million", cases.CriterionNumbers, people(1_000_000), 0, 4, "people"},
		{"nobody counted", cases.CriterionNumbers, said(cases.Notification{}), 0, -1, "not_known"},

		{"no 72 hours", cases.CriterionLate, nothing, 0, -1, "not_known"},
		{"in time", cases.CriterionLate, late(false, cases.Notification{}, ""), 0, 0, "in_time"},
		{"good reasons", cases.CriterionLate, late(true, cases.Notification{}, cases.DelayAccepted), 0, 1, "late"},
		{"reasons", cases.CriterionLate, late(true, cases.Notification{DelayReasons: "A weekend."}, ""), 0, 2, "late_with_reasons"},
		{"reasons asked again", cases.CriterionLate, late(true, cases.Notification{DelayReasons: "A weekend."}, cases.DelayAskedAgain), 0, 2, "late_with_reasons"},
		{"no reasons", cases.CriterionLate, late(true, cases.Notification{DelayReasons: " "}, ""), 0, 3, "late_without_reasons"},
		{"bad reasons", cases.CriterionLate, late(true, cases.Notification{}, cases.DelayNotAccepted), 0, 4, "late"},

		{"own mistake", cases.CriterionOwnFailings, said(cases.Notification{Cause: cases.CauseInternalNonMalicious}), 0, 3, "own_cause"},
		{"own people", cases.CriterionOwnFailings, said(cases.Notification{Cause: cases.CauseInternalMalicious}), 0, 2, "own_cause"},
		{"others", cases.CriterionOwnFailings, said(cases.Notification{Cause: cases.CauseExternalMalicious}), 0, 0, "outside_cause"},
		{"no cause", cases.CriterionOwnFailings, said(cases.Notification{}), 0, -1, "not_known"},
		{"cause to come", cases.CriterionOwnFailings, said(cases.Notification{Cause: cases.CauseTBD}), 0, -1, "not_known"},

		{"first time", cases.CriterionEarlierCases, nothing, 0, 0, "earlier"},
		{"one", cases.CriterionEarlierCases, nothing, 1, 1, "earlier"},
		{"two", cases.CriterionEarlierCases, nothing, 2, 2, "earlier"},
		{"three", cases.CriterionEarlierCases, nothing, 3, 3, "earlier"},
		{"four", cases.CriterionEarlierCases, nothing, 4, 3, "earlier"},
		{"five", cases.CriterionEarlierCases, nothing, 5, 4, "earlier"},
	} {
		cells := cases.Score(tt.c, essential, tt.earlier)
		at := slices.IndexFunc(cells, func(c cases.Cell) bool { return c.Criterion == tt.criterion })
		if len(cells) != len(cases.Criteria()) || at < 0 {
			t.Fatalf("%d cells", len(cells))
		}
		got := cells[at]
		if got.NotKnown != (tt.score < 0) || got.Score != max(0, tt.score) || got.Because != tt.because || got.Field == "" {
			t.Errorf("%s by %s: %+v", tt.name, tt.criterion, got)
		}
	}
}
