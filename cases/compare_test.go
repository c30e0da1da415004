package cases

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestCompareMateriality(t *testing.T) {
	n := func(i int64) *int64 { return &i }
	tests := []struct {
		name     string
		old, new func(*Notification)
		want     []string // path and why
	}{
		{"nothing", func(*Notification) {}, func(*Notification) {}, nil},
		{
			"people up", nil, func(v *Notification) { v.Subjects.Min, v.Subjects.Max = n(500), n(500) },
			[]string{"subjects.min PEOPLE_AFFECTED_UP", "subjects.max PEOPLE_AFFECTED_UP"},
		},
		{"people down", nil, func(v *Notification) { v.Subjects.Min, v.Subjects.Max = n(5), n(5) }, []string{"subjects.min ", "subjects.max "}},
		{
			"at least more people", func(v *Notification) { v.Subjects.Mode = CountApproximate },
			func(v *Notification) { v.Subjects.Mode, v.Subjects.Min, v.Subjects.Max = CountApproximate, n(500), nil },
			[]string{"subjects.min PEOPLE_AFFECTED_UP", "subjects.max PEOPLE_AFFECTED_UP"},
		},
		{
			"people stated", func(v *Notification) { v.Subjects.Min, v.Subjects.Max = nil, nil }, func(v *Notification) { v.Subjects.Min = nil },
			[]string{"subjects.max PEOPLE_AFFECTED_FIRST_STATED"},
		},
		{"Art. 9 newly", func(v *Notification) { v.DataCategories = []DataCategory{CategoryBasic} }, nil, []string{"data_categories NEW_ART9_CATEGORY"}},
		{
			"sick notes newly", nil, func(v *Notification) { v.DataCategories = append(v.DataCategories[:3:3], CategoryEmploymentHealth) },
			[]string{"data_categories NEW_ART9_CATEGORY"},
		},
		{
			"Art. 10 newly", nil, func(v *Notification) { v.DataCategories = append(v.DataCategories[:3:3], CategoryCriminal) },
			[]string{"data_categories NEW_ART10_CATEGORY"},
		},
		{"Art. 9 no more", nil, func(v *Notification) { v.DataCategories = []DataCategory{CategoryBasic} }, []string{"data_categories "}},
		{"another order", nil, func(v *Notification) {
			v.DataCategories = []DataCategory{CategoryHealth, CategoryProfile, CategoryBasic}
		}, nil},
		{
			"disclosure certain", func(v *Notification) { v.ConfidentialityDetail = ConfidentialityLikelyNoEvidence }, nil,
			[]string{"confidentiality_detail CONFIDENTIALITY_NOW_CERTAIN"},
		},
		{"disclosure uncertain", nil, func(v *Notification) { v.ConfidentialityDetail = ConfidentialityCannotAssess }, []string{"confidentiality_detail "}},
		{
			"protected identity", func(v *Notification) { v.ProtectedIdentity = ProtectedNotKnown }, func(v *Notification) { v.ProtectedIdentity = ProtectedYes },
			[]string{"protected_identity PROTECTED_IDENTITY"},
		},
		{"protected identity not known", nil, func(v *Notification) { v.ProtectedIdentity = ProtectedNotKnown }, []string{"protected_identity "}},
		{"protected identity as a group", nil, func(v *Notification) {
			v.SubjectCategories = append(v.SubjectCategories[:2:2], SubjectsProtectedIdentity)
		}, []string{"subject_categories PROTECTED_IDENTITY"}},
		{
			"children newly", func(v *Notification) { v.SubjectCategories = []SubjectCategory{SubjectsStudents} }, nil,
			[]string{"subject_categories CHILDREN_NEWLY_CONCERNED"},
		},
		{"another filing of the same", nil, func(v *Notification) {
			v.Kind, v.SubmissionKind, v.Channel, v.SubmissionReason = NotificationFollowUp, SubmissionChange, ChannelPost, "x"
		}, nil},
		{"a text", nil, func(v *Notification) { v.Description = "Kort." }, []string{"description "}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before, after := readSample(t, "notification-complete"), readSample(t, "notification-complete")
			if tt.old != nil {
				tt.old(&before)
			}
			if tt.new != nil {
				tt.new(&after)
			}
			var got []string
			for _, c := range Compare(before, after) {
				if c.Material != (c.Why != "") || c.Material != (c.Explanation != "") || c.Title == "" {
					t.Errorf("half a change: %+v", c)
				}
				if c.Path != "subjects.mode" {
					got = append(got, c.Path+" "+c.Why)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The values of a change are what JSON shows of them, and nothing where there was none.
func TestCompareShowsOldAndNew(t *testing.T) {
	before := readSample(t, "notification-night")
	after := before
	people := int64(12)
	after.Subjects = Count{Mode: CountApproximate, Max: &people}
	after.Controller.Contact = Contact{Email: "soc@norralven.example", Phone: "+46 10 000 00 01"}
	after.BreachTypes = []BreachType{BreachAvailability}
	got, err := json.Marshal(Compare(before, after))
	if err != nil {
		t.Fatal(err)
	}
	want := `[` +
		`{"path":"controller.contact","title":"Controller's contact details","title_sv":"Den ansvariges kontaktuppgifter","row":"T13","old":"+46 10 000 00 01","new":"soc@norralven.example, +46 10 000 00 01","material":false},` +
		`{"path":"breach_types","title":"Nature of the breach","title_sv":"Typ av personuppgiftsincident","row":"T55","old":["AVAILABILITY","CONFIDENTIALITY"],"new":["AVAILABILITY"],"material":false},` +
		`{"path":"subjects.mode","title":"How sure the number of people is","title_sv":"Hur säkert antalet registrerade är","row":"T67","old":"TBD","new":"APPROXIMATE","material":false},` +
		`{"path":"subjects.max","title":"People concerned, at most","title_sv":"Antal registrerade, högst","row":"T68","old":null,"new":12,"material":true,"why":"PEOPLE_AFFECTED_FIRST_STATED","explanation":"The number of people affected is stated for the first time."}]`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}

// A version does not differ from itself, and the order of a set is no difference.
func TestCompareProperties(t *testing.T) {
	categories := rapid.SliceOfDistinct(rapid.SampledFrom(DataCategory("").Codes()), func(s string) string { return s })
	base := readSample(t, "notification-complete")
	rapid.Check(t, func(t *rapid.T) {
		n := base
		n.DataCategories = nil
		for _, c := range categories.Draw(t, "categories") {
			n.DataCategories = append(n.DataCategories, DataCategory(c))
		}
		shuffled := n
		shuffled.DataCategories = rapid.Permutation(n.DataCategories).Draw(t, "shuffled")
		if changes := Compare(n, shuffled); changes != nil {
			t.Fatalf("the order made a difference: %v", changes)
		}
	})
}

func TestMerge(t *testing.T) {
	base := readSample(t, "notification-complete")
	over := Notification{
		Kind: NotificationFollowUp, Subkind: SubkindComplete, PreviousCaseID: "PUI-2026-1",
		Controller: Controller{Name: "Hjortvikens kommun", Contact: Contact{Phone: "+46 10 000 00 09"}},
		Cause:      CauseUnknown, Subjects: Count{AsOf: "2026-11-19"},
	}
	got := Merge(base, over)
	want := base
	want.Kind, want.SubmissionKind, want.PreviousCaseID = NotificationFollowUp, SubmissionSupplement, "PUI-2026-1"
	want.Controller.Contact = over.Controller.Contact
	want.Cause, want.Subjects.AsOf = CauseUnknown, "2026-11-19"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if base.Cause == CauseUnknown {
		t.Error("the earlier version was changed")
	}
	withdrawn := Merge(base, Notification{Kind: NotificationFollowUp, Subkind: SubkindWithdraw, SubmissionKind: SubmissionWithdrawal, WithdrawReason: "Dubblett."})
	if withdrawn.Subkind != SubkindWithdraw || withdrawn.WithdrawReason != "Dubblett." || withdrawn.SubmissionReason != "Dubblett." {
		t.Errorf("withdrawn as %s %q", withdrawn.Subkind, withdrawn.WithdrawReason)
	}
	if _, err := Validate(withdrawn, readAt); err != nil {
		t.Error(err)
	}
	if _, err := Validate(Notification{}, readAt); err == nil {
		t.Error("a notification without anything is valid")
	}
}
