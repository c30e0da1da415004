package cases

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/workflow"
)

const edpbSample = "edpb-tool-export"

func readEDPB(t testing.TB, changes map[string]any) (Notification, []Warning) {
	t.Helper()
	n, found, err := ReadEDPB(edited(t, edpbSample, changes), readAt)
	if err != nil {
		t.Fatal(err)
	}
	return n, found
}

// What the tool of controllers exports is read with all its peculiarities.
func TestReadEDPB(t *testing.T) {
	n, found := readEDPB(t, nil)
	yes := true
	people := int64(4200)
	from := time.Date(2026, 11, 17, 22, 15, 0, 0, time.UTC)
	want := Notification{
		Kind: NotificationNew, Subkind: SubkindIncomplete, SubmissionKind: SubmissionNew, ControllerReference: "INC-2026-118",
		Regime: RegimeGDPR33, Language: "sv", FormVersion: "EDPB-1.0", DeclarationAccuracy: &yes,
		AttachmentTypes: []AttachmentType{AttachmentRansomNote},
		Controller: Controller{
			Name: "Nordlinje Resor AB", IDType: IDOrgNumber, ID: "556000-9994", Sector: SectorPrivate, Size: SizeLarge, EstablishedInEEA: &yes,
			Contact: Contact{Email: "privacy@nordlinje.example", Details: "Nordlinje Resor AB, Box 1, 111 11 Stockholm, privacy@nordlinje.example"},
		},
		Reporter: Reporter{
			Name: "Petra Ek", Contact: Contact{Email: "petra.ek@nordlinje.example"}, Function: ReporterAuthorisedOther, FunctionText: "Privacy counsel",
		},
		DPO:                  DPO{Appointed: &yes, Name: "Group DPO office", Contact: Contact{Email: "dpo@nordlinje.example"}},
		ContactPoint:         ContactPoint{Source: ContactAtDPO},
		OtherPartiesInvolved: AnswerYes,
		OtherParties:         []OtherParty{{Role: InvolvedProcessor, Name: "Molnhuset AB", Contact: Contact{Email: "soc@molnhuset.example"}}},
		OccurrenceMode:       OccurredOngoingSince, OccurredFrom: &from, DatesEstimated: &yes,
		AwareAt:         time.Date(2026, 11, 18, 13, 20, 0, 0, time.UTC),
		DiscoverySource: DiscoveredByProcessor, DiscoveryText: "The processor called our on-call engineer.", ExternalNoticeAt: "2026-11-18",
		BreachTypes:           []BreachType{BreachConfidentiality, BreachAvailability},
		ConfidentialityDetail: ConfidentialityLikelyNoEvidence, Intelligibility: DataIntelligible,
		IntegrityDetail: IntegrityAlteredNoMisuse, AvailabilityDetail: AvailabilityTemporary,
		IncidentKind: IncidentRansomware, Cause: CauseExternalMalicious,
		Description:        "The booking database was encrypted and a ransom note was found.",
		SystemsDescription: "Booking database, hosted in Sweden.",
		SubjectCategories:  []SubjectCategory{SubjectsCustomers, SubjectsUsers}, SubjectCategoriesText: "Travellers of the last three years.",
		Subjects:       Count{Mode: CountApproximate, Max: &people},
		DataCategories: []DataCategory{CategoryBasic, CategoryContact, CategoryPayment}, DataText: "Names, contact details, the last four digits of cards.",
		Records:                     Count{Mode: CountCannotBeDetermined},
		ConsequencesConfidentiality: []ConfidentialityConsequence{DisclosureDisclosedBeyondPurpose, DisclosureUsedForOtherOrUnlawfulPurpose},
		ConsequencesAvailability:    []AvailabilityConsequence{LossServiceDisruption},
		Impacts:                     []Impact{ImpactLossOfControl, ImpactFraud}, Severity: SeverityModerate,
		Risk: RiskMoreInfoNeeded, RiskMethodText: "Still under assessment.",
		MeasuresBefore: []Measure{MeasureBackupRecovery, MeasureEncryption, MeasureLogicalAccessMFA}, MeasuresBeforeText: "Daily backup, kept apart.",
		MeasuresResponse: "The servers were isolated and are being restored.",
		MeasuresPrevent:  []Measure{MeasureLogicalAccessMFA, MeasurePatchedSystems}, MeasuresPreventText: "Sign-in with a second factor for all administrators.",
		SubjectsInformed: InformedPlannedNoDate, InformedMeans: []InformedMeans{MeansIndividual},
		CrossBorder: AnswerYes, LeadAuthority: "Integritetsskyddsmyndigheten", EstablishmentCountries: []Country{"SE", "DK"},
		AffectedCountries: []Country{"SE", "DK"}, NonEEAController: AnswerNo,
		PoliceReport: AnswerYes, OtherRegulatorsNotified: AnswerNo,
		EDPBText: map[string]string{
			"field_29": "Yes, a group DPO since 2021", "field_39": "Hosting provider (processor)",
			"field_116": "Sweden, Denmark, some of Norway's fjords", "field_117": "4200", "field_118": "a",
		},
	}
	if diff := cmp.Diff(want, n); diff != "" {
		t.Error(diff)
	}
	wantWarned := []string{
		"/field_29 kept_as_written", "/field_39 kept_as_written", "/field_89 ambiguous_code", "/field_116 kept_as_written",
		"/field_117 kept_as_written", "/field_118 kept_as_written", "/field_58 condition_not_met", "/field_104 condition_not_met",
	}
	if diff := cmp.Diff(wantWarned, warned(found)); diff != "" {
		t.Error(diff)
	}
}

func TestReadEDPBVariants(t *testing.T) {
	tests := []struct {
		name    string
		changes map[string]any
		is      func(*Notification) bool
	}{
		{"letters as a list", map[string]any{"field_75": []string{"b", "l"}}, func(n *Notification) bool {
			return slices.Equal(n.MeasuresBefore, []Measure{MeasureBackupRecovery, MeasureOther})
		}},
		{"letters with spaces", map[string]any{"field_75": "b, l"}, func(n *Notification) bool { return len(n.MeasuresBefore) == 2 }},
		{"one letter in a list", map[string]any{"field_60": []string{"y"}}, func(n *Notification) bool { return n.IncidentKind == IncidentOther }},
		{"an empty list", map[string]any{"field_75": []string{}}, func(n *Notification) bool { return n.MeasuresBefore == nil }},
		{"a list of nothing", map[string]any{"field_75": []string{""}}, func(n *Notification) bool { return n.MeasuresBefore == nil }},
		{"the last kind of incident", map[string]any{"field_60": "x"}, func(n *Notification) bool { return n.IncidentKind == IncidentTBD }},
		{"a number", map[string]any{"field_68": 12}, func(n *Notification) bool { return *n.Subjects.Max == 12 && n.Subjects.Min == nil }},
		{"an exact number", map[string]any{"field_67": "a"}, func(n *Notification) bool { return *n.Subjects.Min == 4200 }},
		{"null", map[string]any{"field_62": json.RawMessage("null")}, func(n *Notification) bool { return n.Description == "" }},
		{"a flag as a text", map[string]any{"field_45": "false"}, func(n *Notification) bool { return !*n.DatesEstimated }},
		{"an offset", map[string]any{"field_48": "2026-11-18T14:20:00Z"}, func(n *Notification) bool { return n.AwareAt.Hour() == 14 }},
		{"local time with seconds", map[string]any{"field_48": "2026-11-18T14:20:30"}, func(n *Notification) bool { return n.AwareAt.Second() == 30 }},
		{"midnight behind a date", map[string]any{"field_52": "2026-11-18T00:00"}, func(n *Notification) bool { return n.ExternalNoticeAt == "2026-11-18" }},
		{"a date for telling people", map[string]any{"field_99": "2026-12-01"}, func(n *Notification) bool {
			return n.SubjectsInformed == InformedPlannedDate && n.PlannedDate == "2026-12-01"
		}},
		{"unlikely in a complete one", map[string]any{"field_4": "a"}, func(n *Notification) bool { return n.Risk == RiskUnlikely }},
		{"cause not known", map[string]any{"field_61": "f"}, func(n *Notification) bool { return n.Cause == CauseUnknown }},
		{"cause to be determined", map[string]any{"field_61": "e"}, func(n *Notification) bool { return n.Cause == CauseTBD }},
		{"no DPO, in Swedish", map[string]any{"field_29": "Nej"}, func(n *Notification) bool { return !*n.DPO.Appointed && n.EDPBText["field_29"] == "" }},
		{"a DPO as a flag", map[string]any{"field_29": true}, func(n *Notification) bool { return *n.DPO.Appointed }},
		{"no answer about a DPO", map[string]any{"field_29": "A new one is being hired"}, func(n *Notification) bool {
			return n.DPO.Appointed == nil && n.EDPBText["field_29"] != ""
		}},
		{"several parties", map[string]any{
			"field_39": []string{"processor", "joint controller"}, "field_40": []string{"A", "B"}, "field_41": []string{"", "b@b.example"},
		}, func(n *Notification) bool {
			return len(n.OtherParties) == 2 && n.OtherParties[1] == (OtherParty{Role: InvolvedJointController, Name: "B", Contact: Contact{Email: "b@b.example"}}) &&
				n.OtherParties[0].Contact == (Contact{})
		}},
		{"people in one country", map[string]any{"field_116": "Danmark", "field_117": 7}, func(n *Notification) bool {
			return n.SubjectsByCountry["DK"] == 7 && n.EDPBText["field_117"] == ""
		}},
		{"countries by code", map[string]any{"field_115": []string{"SE", "EL", "NO"}}, func(n *Notification) bool {
			return slices.Equal(n.EstablishmentCountries, []Country{"SE", "GR", "NO"}) && n.EDPBText["field_115"] == ""
		}},
		{"authorities by name", map[string]any{"field_118": []string{"Datatilsynet", "CNIL"}}, func(n *Notification) bool {
			return len(n.AuthoritiesNotified) == 2 && n.AuthoritiesNotified[1].Authority == "CNIL"
		}},
		{"outside the EEA", map[string]any{"field_113": "", "field_120": "a", "field_116": "", "field_121": "Sweden", "field_122": "9"}, func(n *Notification) bool {
			return !*n.Controller.EstablishedInEEA && n.SubjectsByCountry["SE"] == 9
		}},
		{"an identity number of the reporter", map[string]any{"field_25": "19800101-1231"}, func(n *Notification) bool { return n.EDPBText["field_25"] != "" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if n, _ := readEDPB(t, tt.changes); !tt.is(&n) {
				t.Errorf("read otherwise: %+v", n)
			}
		})
	}
}

func TestReadEDPBBreaksTheContract(t *testing.T) {
	raw := edited(t, edpbSample, map[string]any{
		"field_3": "z", "field_8": "there is no such field", "field_12": 12, "field_12a": "secret", "field_13": []string{"a list"},
		"field_45": "perhaps", "field_46": "last Tuesday", "field_52": "18/11/2026", "field_55": []any{"a", 1}, "field_60": "a,b",
		"field_62": "secret\u0000", "field_68": "ca 4200", "field_70": "a,z", "field_72": true, "field_117": -1, "field_012": "x",
	})
	_, _, err := ReadEDPB(raw, readAt)
	want := []string{
		"/field_012 unknown_field", "/field_117 negative", "/field_12 wrong_type", "/field_12a unknown_field", "/field_13 wrong_type",
		"/field_3 unknown_code", "/field_45 wrong_type", "/field_46 time_unreadable", "/field_52 date_unreadable", "/field_55/1 wrong_type",
		"/field_60 wrong_type", "/field_62 control_character", "/field_68 wrong_type", "/field_70 unknown_code", "/field_72 wrong_type",
		"/field_8 unknown_field",
	}
	if diff := cmp.Diff(want, refused(t, err, workflow.Malformed)); diff != "" {
		t.Error(diff)
	}
	if e := err.(*workflow.Error); e.Code != "schema" || strings.Contains(err.Error(), "secret") {
		t.Errorf("%s %v", e.Code, err)
	}
	for raw, code := range map[string]string{"[]": "schema", "3": "schema", "": "malformed_json", `{"field_3": "a", "field_3": "a"}`: "duplicate_key", "{}{}": "malformed_json"} {
		_, _, err := ReadEDPB([]byte(raw), readAt)
		if e, ok := err.(*workflow.Error); !ok || e.Kind != workflow.Malformed || e.Code != code {
			t.Errorf("%q: got %v, want %s", raw, err, code)
		}
	}
}

func TestReadEDPBInvalid(t *testing.T) {
	tests := []struct {
		name    string
		changes map[string]any
		want    []string
	}{
		{"a time that does not exist", map[string]any{"field_48": "2026-03-29T02:30"}, []string{"/field_48 time_does_not_exist"}},
		{"a time that exists twice", map[string]any{"field_46": "2026-10-25T02:30"}, []string{"/field_46 time_exists_twice"}},
		{"awareness in the future", map[string]any{"field_48": "2026-11-20T10:01"}, []string{"/field_48 in_the_future"}},
		{"what a case needs", map[string]any{"field_3": "", "field_4": nil, "field_12": " ", "field_13": nil, "field_21": nil, "field_22": nil, "field_23": nil, "field_48": nil}, []string{
			"/field_3 required", "/field_4 required", "/field_12 required", "/field_13 required", "/field_21 required", "/field_22 required",
			"/field_23 required", "/field_48 required",
		}},
		{"ended before it began", map[string]any{"field_47": "2026-11-01T00:00"}, []string{"/field_47 ends_before_beginning"}},
		{"withdrawing a new one", map[string]any{"field_4": "c"}, []string{"/field_4 withdraw_needs_follow_up"}},
		{"following up nothing", map[string]any{"field_3": "b"}, []string{"/field_6 required"}},
		{"withdrawing without a reason", map[string]any{"field_3": "b", "field_4": "c", "field_6": "PUI-2026-1"}, []string{"/field_5 required"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := ReadEDPB(edited(t, edpbSample, tt.changes), readAt)
			if diff := cmp.Diff(tt.want, refused(t, err, workflow.Invalid)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A follow-up carries what is new; laid over the earlier version it is whole again.
func TestReadEDPBFollowUp(t *testing.T) {
	base, _ := readEDPB(t, nil)
	raw := `{"field_3": "b", "field_4": "a", "field_6": "PUI-2026-118", "field_68": 5000, "field_39": "the vendor", "field_97": "a", "field_98": "2026-11-19"}`
	followUp, _, err := ReadEDPB([]byte(raw), readAt)
	if err != nil {
		t.Fatal(err)
	}
	if followUp.PreviousCaseID != "PUI-2026-118" || followUp.SubmissionKind != SubmissionSupplement {
		t.Errorf("follows up %q as %s", followUp.PreviousCaseID, followUp.SubmissionKind)
	}
	merged := Merge(base, followUp)
	if _, err := Validate(merged, readAt); err != nil {
		t.Fatal(err)
	}
	if *merged.Subjects.Max != 5000 || merged.Subjects.Mode != CountApproximate || merged.SubjectsInformed != InformedYes || merged.Controller.Name == "" {
		t.Errorf("merged to %+v", merged)
	}
	if merged.EDPBText["field_39"] != "the vendor" || merged.EDPBText["field_29"] == "" || base.EDPBText["field_39"] == "the vendor" {
		t.Errorf("kept %v", merged.EDPBText)
	}
	raw = `{"field_3": "b", "field_4": "c", "field_5": "Filed twice.", "field_6": "PUI-2026-118"}`
	withdrawal, _, err := ReadEDPB([]byte(raw), readAt)
	if err != nil {
		t.Fatal(err)
	}
	if n := Merge(base, withdrawal); n.Subkind != SubkindWithdraw || n.WithdrawReason != "Filed twice." || n.SubmissionKind != SubmissionWithdrawal {
		t.Errorf("withdrawn as %s %q", n.Subkind, n.WithdrawReason)
	}
}

// A mandatory row of the template that is left open makes a filing incomplete and
// never refused.
func TestReadEDPBIncomplete(t *testing.T) {
	n, _ := readEDPB(t, map[string]any{"field_4": "a", "field_51": nil, "field_76": ""})
	subkind, missing := Completeness(n, false)
	rows := map[string]bool{}
	for _, item := range missing {
		rows[item.Row] = true
	}
	if subkind != SubkindIncomplete || !rows["T51"] || !rows["T76"] || rows["T62"] {
		t.Errorf("%s, missing %v", subkind, missing)
	}
	if rows["T116"] || rows["T117"] {
		t.Error("an answer that was kept as it was written is said to be missing")
	}
}

// What is written in the contract and read again is what it was.
func TestEDPBRoundTrip(t *testing.T) {
	for name, changes := range map[string]map[string]any{
		"as exported": nil,
		"outside the EEA": {
			"field_113": "c", "field_120": "a", "field_115": nil, "field_116": nil, "field_117": nil, "field_118": nil,
			"field_121": "Norway", "field_122": 3, "field_123": []string{"Datatilsynet"}, "field_18": "Rep", "field_19": "rep@rep.example",
		},
		"several parties": {"field_39": []string{"sub-processor", ""}, "field_40": []string{"", "B"}, "field_41": []string{"a@a.example", "tel 1"}},
		"complete":        {"field_4": "a", "field_99": "2026-12-01", "field_67": "a", "field_29": "No"},
	} {
		t.Run(name, func(t *testing.T) {
			want, _ := readEDPB(t, changes)
			raw, err := json.Marshal(EDPB(want))
			if err != nil {
				t.Fatal(err)
			}
			got, _, err := ReadEDPB(raw, readAt)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Whatever is filed in the model can be written in the contract and is accepted there.
func TestEDPBOfOwnNotifications(t *testing.T) {
	for _, name := range []string{"notification-complete", "notification-night"} {
		n := readSample(t, name)
		n.SubjectCategories = append(slices.Clip(n.SubjectCategories), SubjectsFormerEmployees, SubjectsApplicants, SubjectsMembers)
		n.DataCategories = append(slices.Clip(n.DataCategories), CategoryTrafficData)
		out := EDPB(n)
		raw, err := json.Marshal(out)
		if err != nil {
			t.Fatal(err)
		}
		again, _, err := ReadEDPB(raw, readAt)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !again.AwareAt.Equal(n.AwareAt) || again.Description != n.Description || !slices.Contains(again.SubjectCategories, SubjectsEmployees) {
			t.Errorf("%s became %+v", name, again)
		}
		if letters := out["field_70"].([]string); letters[len(letters)-1] != "u" {
			t.Errorf("traffic data became %v", letters)
		}
	}
}

// The mapping has every input field of the template, and each of the model's codes
// has at most one letter.
func TestEDPBTable(t *testing.T) {
	if len(edpbTable) != 100 {
		t.Errorf("%d input fields, want 100", len(edpbTable))
	}
	for i := range edpbTable {
		row := &edpbTable[i]
		if i > 0 && row.number <= edpbTable[i-1].number {
			t.Errorf("field_%d is out of order", row.number)
		}
		if (row.path == "") == (row.read == nil) {
			t.Errorf("field_%d has two ways of reading, or none", row.number)
		}
		if row.path == "" {
			continue
		}
		f, ok := FieldAt(row.path)
		if !ok || f.Path != row.path {
			t.Errorf("field_%d fills %q, which is no row", row.number, row.path)
			continue
		}
		if want := "T" + strings.TrimPrefix(row.key, "field_"); f.Row != want {
			t.Errorf("%s belongs to row %s, is mapped to %s", f.Path, f.Row, want)
		}
		if codes := f.codeList(); codes != nil && f.Path != "controller.id_type" && f.Path != "other_parties_involved" {
			for _, code := range codes {
				if row.letter(code) == "" {
					t.Errorf("field_%d has no letter for %s", row.number, code)
				}
			}
		}
		for _, code := range row.codes {
			if codes := f.codeList(); !slices.Contains(codes, code) {
				t.Errorf("field_%d: %s is no code of %s", row.number, code, f.Path)
			}
		}
	}
}

func FuzzReadEDPB(f *testing.F) {
	f.Add(sample(f, edpbSample))
	f.Add([]byte(`{"field_3": "b", "field_4": "c", "field_5": "x", "field_6": "y"}`))
	f.Add([]byte(`{"field_39": ["", "processor"], "field_116": ["SE and DK"], "field_118": "a", "field_29": false, "field_68": "12"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		n, _, err := ReadEDPB(raw, readAt)
		if err != nil {
			if kind := workflow.KindOf(err); kind != workflow.Invalid && kind != workflow.Malformed {
				t.Fatalf("refused as %q: %v", kind, err)
			}
			return
		}
		again, err := json.Marshal(EDPB(n))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := ReadEDPB(again, readAt); err != nil {
			t.Fatalf("what was accepted is refused when it is sent again: %v", err)
		}
		if _, err := json.Marshal(Merge(n, n)); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkReadEDPB(b *testing.B) {
	raw := sample(b, edpbSample)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := ReadEDPB(raw, readAt); err != nil {
			b.Fatal(err)
		}
	}
}
