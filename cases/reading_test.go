package cases

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/workflow"
)

// readAt is a moment after everything in the sample notifications.
var readAt = ReadOptions{Zone: workflow.Stockholm, Now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}

func sample(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func readSample(t testing.TB, name string) Notification {
	t.Helper()
	n, _, err := ReadNotification(sample(t, name), readAt)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// edited is a sample with some of its top-level fields replaced, or removed by nil.
func edited(t testing.TB, name string, changes map[string]any) []byte {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal(sample(t, name), &fields); err != nil {
		t.Fatal(err)
	}
	for key, value := range changes {
		if value == nil {
			delete(fields, key)
		} else {
			fields[key] = value
		}
	}
	raw, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// refused is the paths and codes of a refusal.
func refused(t testing.TB, err error, kind workflow.Kind) []string {
	t.Helper()
	e, ok := err.(*workflow.Error)
	if !ok || e.Kind != kind {
		t.Fatalf("got %v, want a refusal of kind %s", err, kind)
	}
	return pathsAndCodes(e.Faults)
}

func warned(found []Warning) []string {
	var out []string
	for _, w := range found {
		out = append(out, w.Path+" "+w.Code)
	}
	return out
}

func TestReadCompleteNotification(t *testing.T) {
	n, found, err := ReadNotification(sample(t, "notification-complete"), readAt)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string(nil), warned(found)); diff != "" {
		t.Error(diff)
	}
	if subkind, missing := Completeness(n, false); subkind != SubkindComplete || missing != nil {
		t.Errorf("read as %s, missing %v", subkind, missing)
	}
	if want := (MinimumContent{LampYes, LampYes, LampYes, LampYes}); Lamps(n) != want {
		t.Errorf("lamps %v", Lamps(n))
	}
	if n.SubmissionKind != SubmissionNew || n.Regime != RegimeGDPR33 || n.Language != "sv" {
		t.Errorf("kind %s, regime %s, language %s", n.SubmissionKind, n.Regime, n.Language)
	}
	if n.Subjects.Min == nil || *n.Subjects.Min != 412 {
		t.Error("an exact number has equal ends")
	}
	if want := time.Date(2026, 11, 17, 9, 20, 0, 0, time.UTC); !n.AwareAt.Equal(want) {
		t.Errorf("aware at %s, want %s", n.AwareAt, want)
	}
}

// What was read, stored as JSON and read again is the same notification.
func TestNotificationSurvivesItsOwnJSON(t *testing.T) {
	for _, name := range []string{"notification-complete", "notification-night"} {
		n := readSample(t, name)
		raw, err := json.Marshal(n)
		if err != nil {
			t.Fatal(err)
		}
		again, _, err := ReadNotification(raw, readAt)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(n, again); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestReadNotificationOfTheNight(t *testing.T) {
	n := readSample(t, "notification-night")
	subkind, missing := Completeness(n, false)
	if subkind != SubkindIncomplete {
		t.Errorf("read as %s", subkind)
	}
	later := map[string]bool{}
	for _, item := range missing {
		later[item.Path] = item.ToBeDetermined
		if item.Title == "" || item.TitleSV == "" {
			t.Errorf("%s has no title", item.Path)
		}
	}
	for path, want := range map[string]bool{
		"confidentiality_detail": true, "subjects.mode": true, "subjects_informed": true, "risk_controller": true,
		"data_categories": false, "measures_response": false, "dpo.appointed": false, "occurred_from": false,
	} {
		if got, ok := later[path]; !ok || got != want {
			t.Errorf("%s: missing %v, to be determined %v, want %v", path, ok, got, want)
		}
	}
	for _, path := range []string{"aware_at", "protected_identity", "description", "integrity_detail", "subjects.max"} {
		if _, ok := later[path]; ok {
			t.Errorf("%s is said to be missing", path)
		}
	}
	if got, want := Lamps(n), (MinimumContent{A: LampPartly, B: LampNo, C: LampNo, D: LampNo}); got != want {
		t.Errorf("lamps %v, want %v", got, want)
	}
}

func TestReadNotificationFaults(t *testing.T) {
	tests := []struct {
		name    string
		changes map[string]any
		want    []string
	}{
		{"nothing that makes a case", map[string]any{
			"notification_kind": nil, "notification_subkind": nil, "controller": nil, "reporter": nil, "aware_at": nil,
		}, []string{
			"/notification_kind required", "/notification_subkind required", "/controller/name required", "/controller/contact required",
			"/reporter/name required", "/reporter/contact required", "/reporter/function required", "/aware_at required",
		}},
		{
			"a name of white space",
			map[string]any{"controller": map[string]any{"name": " ", "contact": map[string]any{"phone": "1"}}},
			[]string{"/controller/name required"},
		},
		{"a wrong type is not missing as well", map[string]any{"aware_at": 1, "reporter": []int{}}, []string{
			"/aware_at wrong_type", "/reporter wrong_type",
		}},
		{"awareness in the future", map[string]any{"aware_at": "2026-11-20T09:00:00.001Z"}, []string{"/aware_at in_the_future"}},
		{"everything in the future", map[string]any{
			"occurred_from": "2026-12-01T00:00:00Z", "occurred_to": "2026-12-02T00:00:00Z", "detected_at": "2026-12-01T00:00:00Z",
			"contained_at": "2026-12-01T00:00:00Z", "processor_aware_at": "2026-12-01T00:00:00Z",
		}, []string{
			"/occurred_from in_the_future", "/occurred_to in_the_future", "/detected_at in_the_future",
			"/processor_aware_at in_the_future", "/contained_at in_the_future",
		}},
		{"ended before it began", map[string]any{"occurred_to": "2026-11-15T00:00:00Z"}, []string{"/occurred_to ends_before_beginning"}},
		{"local time", map[string]any{"aware_at": "2026-11-17T10:20"}, []string{"/aware_at time_without_offset"}},
		{"least above most", map[string]any{"subjects": map[string]any{"mode": "APPROXIMATE", "min": 2, "max": 1}}, []string{"/subjects/max max_below_min"}},
		{"an exact range", map[string]any{"records": map[string]any{"mode": "EXACT", "min": 1, "max": 2}}, []string{"/records/max exact_is_one_number"}},
		{"negative numbers", map[string]any{
			"subjects": map[string]any{"max": -1}, "subjects_in_se": -1, "informed_count": -1, "unavailable_hours": -1,
			"subjects_by_country": map[string]any{"SE": -1}, "bundle_members": []any{map[string]any{"count": -1}},
		}, []string{
			"/subjects/max negative", "/unavailable_hours negative", "/subjects_in_se negative", "/informed_count negative",
			"/bundle_members/0/count negative", "/subjects_by_country/SE negative",
		}},
		{"no such country", map[string]any{"subjects_by_country": map[string]any{"Sweden": 1}}, []string{"/subjects_by_country/Sweden country_unknown"}},
		{"a long reference", map[string]any{"controller_reference": strings.Repeat("ö", 65)}, []string{"/controller_reference too_long"}},
		{"withdrawing what was never filed", map[string]any{"notification_subkind": "WITHDRAW"}, []string{"/notification_subkind withdraw_needs_follow_up"}},
		{"following up nothing", map[string]any{"notification_kind": "FOLLOW_UP"}, []string{"/previous_case_id required"}},
		{"by telephone without a note", map[string]any{"submission_channel": "PHONE"}, []string{"/registrar_note needs_note"}},
		{"dispatched in the future", map[string]any{"submission_channel": "POST", "dispatched_at": "2026-11-21T00:00:00Z"}, []string{"/dispatched_at in_the_future"}},
		{"text of a field that the contract lacks", map[string]any{"edpb_text": map[string]any{"field_8": "x", "field_29": "x"}}, []string{"/edpb_text/field_8 unknown_field"}},
		{"unknown field", map[string]any{"contoller": 1}, []string{"/contoller unknown_field"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := ReadNotification(edited(t, "notification-complete", tt.changes), readAt)
			if diff := cmp.Diff(tt.want, refused(t, err, workflow.Invalid)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadNotificationMalformed(t *testing.T) {
	for _, raw := range []string{"", "{", `{"aware_at": 1, "aware_at": 2}`, "{\"controller\": \"\xff\"}", `{"a": {"b": }}`} {
		_, _, err := ReadNotification([]byte(raw), readAt)
		if got := refused(t, err, workflow.Malformed); len(got) != 1 {
			t.Errorf("%q: %v", raw, got)
		}
	}
}

func TestReadNotificationWarnings(t *testing.T) {
	tests := []struct {
		name    string
		changes map[string]any
		want    []string
	}{
		{"unlikely risk", map[string]any{"risk_controller": "UNLIKELY"}, []string{"/risk_controller risk_unlikely_yet_notified"}},
		{"high risk that is not high", map[string]any{
			"subjects_informed": "NO_NOT_HIGH_RISK", "informed_from": nil, "informed_coverage": nil, "informed_means": nil, "informed_content": nil,
		}, []string{"/subjects_informed high_risk_not_told"}},
		{"processor told late", map[string]any{"processor_told_controller_at": "2026-11-17T12:00:00+01:00"}, []string{"/processor_told_controller_at processor_times_out_of_order"}},
		{"processor told before it knew", map[string]any{"processor_told_controller_at": "2026-11-17T09:00:00+01:00"}, []string{"/processor_told_controller_at processor_times_out_of_order"}},
		{"slow awareness", map[string]any{"detected_at": "2026-11-16T10:19:00+01:00"}, []string{"/awareness_explanation awareness_unexplained"}},
		{"slow awareness, explained", map[string]any{"detected_at": "2026-11-16T10:19:00+01:00", "awareness_explanation": "Loggarna kom först då."}, nil},
		{"awareness after just 24 hours", map[string]any{"detected_at": "2026-11-16T10:20:00+01:00"}, nil},
		{"detected after awareness", map[string]any{"detected_at": "2026-11-17T11:00:00+01:00"}, []string{"/detected_at detected_after_awareness"}},
		{"before the GDPR", map[string]any{
			"aware_at": "2018-05-24T21:59:59Z", "detected_at": nil, "occurred_from": nil, "occurred_to": nil, "processor_told_controller_at": nil,
		}, []string{"/aware_at before_gdpr"}},
		{"identity number in the description", map[string]any{"description": "Brevet till 19800101-1231 gick fel."}, []string{"/description personal_identity_number"}},
		{"sole trader's number", map[string]any{"controller": map[string]any{
			"name": "Snickare", "id_type": "ORG_NR", "id": "800101-1231", "contact": map[string]any{"phone": "1"}, "established_in_eea": true,
		}}, []string{"/controller/id personal_identity_number"}},
		{"organisation number with a slip, odd e-mail", map[string]any{"controller": map[string]any{
			"name": "Kommun", "id_type": "ORG_NR", "id": "212000-9995", "contact": map[string]any{"email": "bun at kommun"}, "established_in_eea": true,
		}}, []string{"/controller/id organisation_number_unlikely", "/controller/contact/email email_unlikely"}},
		{"answer to a question that does not arise", map[string]any{"integrity_detail": "ALTERED_NO_MISUSE"}, []string{"/integrity_detail condition_not_met"}},
		{"protected identities contradicted", map[string]any{"subject_categories": []string{"STUDENTS", "PROTECTED_IDENTITY"}}, []string{"/protected_identity protected_identity_contradicted"}},
		{"more told than concerned", map[string]any{"informed_count": 413}, []string{"/informed_count more_than_all"}},
		{"told tomorrow", map[string]any{"informed_from": "2026-11-21"}, []string{"/informed_from in_the_future"}},
		{"secrecy of a field that is none", map[string]any{"secrecy_claim": map[string]any{"fields": []string{"description", "dpo.shoe_size"}}}, []string{"/secrecy_claim/fields/1 unknown_field"}},
		{"the processor is the controller", map[string]any{"other_parties": []any{map[string]any{
			"name": "X", "contact": map[string]any{"email": "bun@hjortviken.example", "address": "Barn- och utbildningsnämnden\n123 45 Hjortviken"},
		}}}, []string{"/other_parties/0/contact contact_reused"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, found, err := ReadNotification(edited(t, "notification-complete", tt.changes), readAt)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, warned(found)); diff != "" {
				t.Error(diff)
			}
			for _, w := range found {
				if strings.Contains(w.Message, "800101") || w.Message == "" {
					t.Errorf("message %q", w.Message)
				}
			}
		})
	}
}

func TestReadNotificationLocalTimes(t *testing.T) {
	opts := readAt
	opts.LocalTimes = true
	raw := edited(t, "notification-complete", map[string]any{"aware_at": "2026-11-17T10:20"})
	n, _, err := ReadNotification(raw, opts)
	if err != nil {
		t.Fatal(err)
	}
	if want := time.Date(2026, 11, 17, 9, 20, 0, 0, time.UTC); !n.AwareAt.Equal(want) {
		t.Errorf("aware at %s", n.AwareAt)
	}
	_, _, err = ReadNotification(edited(t, "notification-complete", map[string]any{"aware_at": "2026-10-25T02:30"}), opts)
	if diff := cmp.Diff([]string{"/aware_at time_exists_twice"}, refused(t, err, workflow.Invalid)); diff != "" {
		t.Error(diff)
	}
}

func TestSetsNameNothingTwice(t *testing.T) {
	n, _, err := ReadNotification(edited(t, "notification-complete", map[string]any{"data_categories": []string{"BASIC", "HEALTH", "BASIC", "HEALTH"}}), readAt)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]DataCategory{CategoryBasic, CategoryHealth}, n.DataCategories); diff != "" {
		t.Error(diff)
	}
}

func TestReadSupplement(t *testing.T) {
	base := readSample(t, "notification-night")
	before, err := json.Marshal(base)
	if err != nil {
		t.Fatal(err)
	}
	raw := `{"submission_kind": "SUPPLEMENT", "notification": {
		"controller": {"contact": {"email": "soc@norralven.example", "phone": null}},
		"subjects": {"mode": "APPROXIMATE", "max": 3000}, "breach_types": ["AVAILABILITY"], "confidentiality_detail": null,
		"aware_at": "2026-11-18T01:55:00+01:00", "dpo": {"appointed": false}}}`
	s, _, err := ReadSupplement([]byte(raw), base, readAt)
	if err != nil {
		t.Fatal(err)
	}
	n := s.Notification
	if s.Kind != SubmissionSupplement || n.Kind != NotificationFollowUp || n.SubmissionKind != SubmissionSupplement || n.Subkind != SubkindIncomplete {
		t.Errorf("envelope %s %s %s %s", s.Kind, n.Kind, n.SubmissionKind, n.Subkind)
	}
	if n.Controller.Board != "Socialnämnden" || n.Controller.Contact != (Contact{Email: "soc@norralven.example"}) || n.IncidentKind != IncidentRansomware {
		t.Errorf("merged to %+v", n.Controller)
	}
	var changed []string
	for _, c := range Compare(base, n) {
		changed = append(changed, strings.TrimSpace(c.Path+" "+c.Why))
	}
	want := []string{
		"controller.contact", "dpo.appointed", "aware_at", "breach_types", "confidentiality_detail", "subjects.mode",
		"subjects.max PEOPLE_AFFECTED_FIRST_STATED",
	}
	if diff := cmp.Diff(want, changed); diff != "" {
		t.Error(diff)
	}
	if after, _ := json.Marshal(base); string(after) != string(before) {
		t.Error("the earlier version was changed")
	}
}

func TestReadSupplementForgetsTheEarlierFiling(t *testing.T) {
	base := readSample(t, "notification-complete")
	sent := base.AwareAt
	base.Channel, base.DispatchedAt, base.ArrivedAt, base.RegistrarNote = ChannelPost, &sent, &sent, "Inkom med brev."
	s, _, err := ReadSupplement([]byte(`{"submission_kind": "WITHDRAWAL", "reason": "Anmäld två gånger.", "withdraw_reason_code": "DUPLICATE"}`), base, readAt)
	if err != nil {
		t.Fatal(err)
	}
	n := s.Notification
	if n.Channel != "" || n.DispatchedAt != nil || n.ArrivedAt != nil || n.RegistrarNote != "" {
		t.Errorf("handed down: %s %v %q", n.Channel, n.DispatchedAt, n.RegistrarNote)
	}
	if n.Subkind != SubkindWithdraw || n.WithdrawReason != "Anmäld två gånger." || n.WithdrawReasonCode != WithdrawDuplicate {
		t.Errorf("withdrawn as %s %q %s", n.Subkind, n.WithdrawReason, n.WithdrawReasonCode)
	}
	if subkind, missing := Completeness(n, true); subkind != SubkindWithdraw || missing != nil {
		t.Errorf("a withdrawal misses %v", missing)
	}
	// The withdrawal is refused, and the notifier goes on.
	s, _, err = ReadSupplement([]byte(`{"submission_kind": "CHANGE", "notification": {"cause": "UNKNOWN"}}`), n, readAt)
	if err != nil {
		t.Fatal(err)
	}
	if n := s.Notification; n.Subkind != SubkindIncomplete || n.WithdrawReason != "" || n.WithdrawReasonCode != "" {
		t.Errorf("after a refused withdrawal: %s %q %s", n.Subkind, n.WithdrawReason, n.WithdrawReasonCode)
	}
}

func TestReadSupplementFaults(t *testing.T) {
	tests := []struct {
		name, raw string
		kind      workflow.Kind
		want      []string
	}{
		{"nothing", `{}`, workflow.Invalid, []string{"/submission_kind required"}},
		{"a new one", `{"submission_kind": "NEW", "reason": "x"}`, workflow.Invalid, []string{"/submission_kind required"}},
		{"says nothing", `{"submission_kind": "SUPPLEMENT", "notification": null}`, workflow.Invalid, []string{"/notification nothing_given"}},
		{"wrong without a reason", `{"submission_kind": "EARLIER_WRONG", "notification": {}, "reason": " "}`, workflow.Invalid, []string{"/reason required"}},
		{"withdrawn without a reason", `{"submission_kind": "WITHDRAWAL"}`, workflow.Invalid, []string{"/reason required"}},
		{"clears what a case needs", `{"submission_kind": "CHANGE", "notification": {"controller": null, "aware_at": null}}`, workflow.Invalid, []string{
			"/notification/controller/name required", "/notification/controller/contact required", "/notification/aware_at required",
		}},
		{"faults in both", `{"submission_kind": "X", "notification": {"cause": "X", "no_such": 1, "aware_at": "2027-01-01T00:00:00Z"}}`, workflow.Invalid, []string{
			"/submission_kind unknown_code", "/notification/cause unknown_code", "/notification/no_such unknown_field",
			"/notification/aware_at in_the_future",
		}},
		{"a list for a notification", `{"submission_kind": "CHANGE", "notification": []}`, workflow.Invalid, []string{"/notification wrong_type"}},
		{"a key twice inside", `{"submission_kind": "CHANGE", "notification": {"cause": "TBD", "cause": "TBD"}}`, workflow.Malformed, []string{" duplicate_key"}},
		{"broken", `{"submission_kind": "CHANGE", "notification": {`, workflow.Malformed, []string{" malformed_json"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := ReadSupplement([]byte(tt.raw), readSample(t, "notification-complete"), readAt)
			if diff := cmp.Diff(tt.want, refused(t, err, tt.kind)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDateTime(t *testing.T) {
	got, ok := Date("2026-11-18").Time(workflow.Stockholm)
	if want := time.Date(2026, 11, 17, 23, 0, 0, 0, time.UTC); !ok || !got.Equal(want) {
		t.Errorf("got %s %v", got, ok)
	}
	if _, ok := Date("").Time(time.UTC); ok {
		t.Error("no date has a time")
	}
}

// Whatever is accepted is a notification that can be stored, read again and judged;
// whatever is refused says so in words that do not repeat the input.
func FuzzReadNotification(f *testing.F) {
	f.Add(sample(f, "notification-complete"))
	f.Add(sample(f, "notification-night"))
	f.Add([]byte(`{"notification_kind": "NEW", "subjects": {"mode": "EXACT", "min": 3}, "edpb_text": {"field_29": "x"}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		n, _, err := ReadNotification(raw, readAt)
		if err != nil {
			if kind := workflow.KindOf(err); kind != workflow.Invalid && kind != workflow.Malformed {
				t.Fatalf("refused as %q: %v", kind, err)
			}
			return
		}
		stored, err := json.Marshal(n)
		if err != nil {
			t.Fatal(err)
		}
		again, _, err := ReadNotification(stored, readAt)
		if err != nil {
			t.Fatalf("what was accepted is refused when it is read again: %v", err)
		}
		if changes := Compare(n, again); changes != nil {
			t.Fatal(changes)
		}
		Lamps(n)
		Completeness(n, true)
		if _, err := json.Marshal(EDPB(n)); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkReadNotification(b *testing.B) {
	for _, name := range []string{"notification-complete", "notification-night"} {
		b.Run(name, func(b *testing.B) {
			raw := sample(b, name)
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := ReadNotification(raw, readAt); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCompleteness(b *testing.B) {
	n := readSample(b, "notification-complete")
	b.ReportAllocs()
	for b.Loop() {
		Completeness(n, false)
	}
}
