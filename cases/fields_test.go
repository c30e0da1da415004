package cases

import (
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var writeFields = flag.Bool("write-fields", false, "write docs/notification-fields.md")

const fieldsDocument = "../docs/notification-fields.md"

func TestFieldsDocument(t *testing.T) {
	want := FieldsMarkdown()
	if *writeFields {
		if err := os.WriteFile(fieldsDocument, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(fieldsDocument)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("the document is out of date; run go test ./cases -run TestFieldsDocument -write-fields\n%s", diff)
	}
}

// Every field of a notification lies in a row of the table.
func TestTableCoversTheNotification(t *testing.T) {
	var walk func(p *plan, path string)
	walk = func(p *plan, path string) {
		for _, f := range p.fields {
			at := strings.TrimPrefix(path+"."+f.key, ".")
			if _, ok := FieldAt(at); ok {
				continue
			}
			if f.plan.form != formObject {
				t.Errorf("no row for %s", at)
				continue
			}
			walk(f.plan, at)
		}
	}
	walk(planFor(reflect.TypeFor[Notification]()), "")
}

func TestFields(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Fields() {
		if seen[f.Path] {
			t.Errorf("%s has two rows", f.Path)
		}
		seen[f.Path] = true
		if f.Title == "" || f.TitleSV == "" {
			t.Errorf("%s has no title", f.Path)
		}
		if (f.Need == NeedConditional) != (f.When != "") {
			t.Errorf("%s is %s, with the condition %q", f.Path, f.Need, f.When)
		}
		if f.Minimum != "" && f.Need == NeedOptional {
			t.Errorf("%s is minimum content and optional", f.Path)
		}
	}
	for path, want := range map[string]bool{"description": true, "cause": false, "edpb_text": false} {
		if f, _ := FieldAt(path); f.FreeText != want {
			t.Errorf("%s: free text %v", path, f.FreeText)
		}
	}
	if f, ok := FieldAt("other_parties.0.name"); !ok || f.Path != "other_parties" || f.Pointer() != "/other_parties" {
		t.Errorf("found %q", f.Path)
	}
	if _, ok := FieldAt("no_such.field"); ok {
		t.Error("found what does not exist")
	}
}

// Each condition asks for its field when it holds, and not otherwise.
func TestConditions(t *testing.T) {
	yes, no := true, false
	tests := []struct {
		path  string
		holds func(*Notification)
	}{
		{"registrar_note", func(n *Notification) { n.Channel = ChannelPhone }},
		{"dispatched_at", func(n *Notification) { n.Channel = ChannelPost }},
		{"attachments_text", func(n *Notification) { n.AttachmentTypes = []AttachmentType{AttachmentOther} }},
		{"controller.size", func(n *Notification) { n.Controller.Sector = SectorPrivate }},
		{"controller.size_text", func(n *Notification) { n.Controller.Size = SizeOther }},
		{"representative.name", func(n *Notification) { n.Controller.EstablishedInEEA = &no }},
		{"non_eea_controller", func(n *Notification) { n.Controller.EstablishedInEEA = &no }},
		{"reporter.function_text", func(n *Notification) { n.Reporter.Function = ReporterAuthorisedOther }},
		{"dpo.appointed", func(n *Notification) { n.Reporter.Function = ReporterLegalRepresentative }},
		{"dpo.name", func(n *Notification) { n.Reporter.Function, n.DPO.Appointed = ReporterLegalRepresentative, &yes }},
		{"contact_point.name", func(n *Notification) { n.DPO.Appointed = &no }},
		{"contact_point.contact", func(n *Notification) { n.ContactPoint.Source = ContactAtOther }},
		{"bundle_members", func(n *Notification) { n.IsBundled = &yes }},
		{"integrity_detail", func(n *Notification) { n.BreachTypes = []BreachType{BreachIntegrity} }},
		{"availability_detail", func(n *Notification) { n.BreachTypes = []BreachType{BreachAvailability} }},
		{"consequences_availability", func(n *Notification) { n.BreachTypes = []BreachType{BreachAvailability} }},
		{"consequences_confidentiality_text", func(n *Notification) {
			n.ConsequencesConfidentiality = []ConfidentialityConsequence{DisclosureOther}
		}},
		{"consequences_integrity_text", func(n *Notification) { n.ConsequencesIntegrity = []IntegrityConsequence{AlterationOther} }},
		{"consequences_availability_text", func(n *Notification) { n.ConsequencesAvailability = []AvailabilityConsequence{LossOther} }},
		{"impacts_text", func(n *Notification) { n.Impacts = []Impact{ImpactOther} }},
		{"planned_date", func(n *Notification) { n.SubjectsInformed = InformedPlannedDate }},
		{"art34_3_ground", func(n *Notification) { n.SubjectsInformed = InformedNo343 }},
		{"public_communication.date", func(n *Notification) { n.Article34Ground = GroundC }},
		{"informed_why_not_all", func(n *Notification) { n.InformedCoverage = CoverageNotAll }},
		{"informed_means_text", func(n *Notification) { n.InformedMeans = []InformedMeans{MeansOther} }},
		{"lead_sa_claimed", func(n *Notification) { n.CrossBorder = AnswerYes }},
		{"affected_countries", func(n *Notification) { n.NonEEAController = AnswerYes }},
		{"other_regulators_text", func(n *Notification) { n.OtherRegulatorsNotified = AnswerYes }},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			n := readSample(t, "notification-complete")
			if isMissing(n, tt.path) {
				t.Fatal("asked for although its condition does not hold")
			}
			tt.holds(&n)
			if !isMissing(n, tt.path) {
				t.Error("not asked for although its condition holds")
			}
		})
	}
}

func isMissing(n Notification, path string) bool {
	for _, item := range Missing(n, false) {
		if item.Path == path {
			return true
		}
	}
	return false
}

// A late filing needs its reasons, as text or as codes (Art. 33(1)).
func TestLateFilingNeedsReasons(t *testing.T) {
	n := readSample(t, "notification-complete")
	subkind, missing := Completeness(n, true)
	if subkind != SubkindIncomplete || len(missing) != 1 || missing[0].Path != "delay_reasons" || missing[0].Row != "T49" {
		t.Errorf("%s, missing %v", subkind, missing)
	}
	n.DelayReasonCodes = []DelayReason{DelayWeekendHoliday}
	if subkind, missing := Completeness(n, true); subkind != SubkindComplete || missing != nil {
		t.Errorf("with a code: %s, missing %v", subkind, missing)
	}
}

func TestAnswersStillToCome(t *testing.T) {
	n := readSample(t, "notification-complete")
	n.DataCategories = append(n.DataCategories[:3:3], CategoryNotYetKnown)
	subkind, missing := Completeness(n, false)
	want := []MissingItem{{
		Path: "data_categories", Row: "T70", Title: "Kinds of data", TitleSV: "Slag av personuppgifter", MinimumContent: "a", ToBeDetermined: true,
	}}
	if diff := cmp.Diff(want, missing); diff != "" || subkind != SubkindIncomplete {
		t.Errorf("%s %s", subkind, diff)
	}
	if got := Lamps(n); got.A != LampPartly {
		t.Errorf("lamp a is %s", got.A)
	}
	n.Subjects = Count{Mode: CountCannotBeDetermined}
	if isMissing(n, "subjects.max") || isMissing(n, "subjects.mode") {
		t.Error("a number that cannot be determined is asked for")
	}
}

// Every enumeration lists its codes once, in capital letters.
func TestCodes(t *testing.T) {
	for i := range fieldTable {
		codes := fieldTable[i].codeList()
		seen := map[string]bool{}
		for _, code := range codes {
			if seen[code] || code != strings.ToUpper(code) || strings.ContainsAny(code, " -") {
				t.Errorf("%s: code %q", fieldTable[i].Path, code)
			}
			seen[code] = true
		}
	}
}
