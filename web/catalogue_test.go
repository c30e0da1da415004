package web

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// Whatever can happen to a case, and whatever a step can be given, has its words in
// both languages: a step that the procedure gains is said nowhere until it has.
func TestCatalogueNamesTheProcedure(t *testing.T) {
	keys := []string{}
	for _, step := range workflow.Steps() {
		keys = append(keys, "event."+string(step.ID))
	}
	// The kinds besides the steps are constants of one file, which no type lists.
	source, err := os.ReadFile("../cases/fold.go")
	if err != nil {
		t.Fatal(err)
	}
	kinds := regexp.MustCompile(`EventKind\s+= "(\w+)"`).FindAllStringSubmatch(string(source), -1)
	if len(kinds) < 11 {
		t.Fatalf("found only %d kinds of event", len(kinds))
	}
	for _, kind := range kinds {
		keys = append(keys, "event."+kind[1])
	}
	keys = append(keys, "event."+string(cases.EventRanked), "event."+string(cases.EventDuplicatesDismissed))
	for _, code := range cases.EvidenceCode("").Codes() {
		keys = append(keys, "evidence."+code)
	}
	data := reflect.TypeFor[cases.StepData]()
	for i := range data.NumField() {
		name, _, _ := strings.Cut(data.Field(i).Tag.Get("json"), ",")
		keys = append(keys, "field."+name)
	}
	for tag, s := range speeches {
		for _, key := range keys {
			if !s.has(key) {
				t.Errorf("web/lang has no %s in %s", key, tag)
			}
		}
	}
}

// The API says what happened in the sentences of the pages, with what it adds.
func TestTold(t *testing.T) {
	event := func(kind cases.EventKind, payload string) cases.Event {
		e := cases.Event{Header: cases.Header{Kind: kind}}
		if payload != "" {
			e.Payload = []byte(payload)
		}
		return e
	}
	for _, tt := range []struct {
		event cases.Event
		want  string
	}{
		{event("assess_risk", `{}`), "Kim assessed the risk."},
		{event("open_investigation", `{"from":"TRIAGE","to":"INVESTIGATION"}`), "Kim opened an investigation. The case went from triage to investigation."},
		{event("close", `{"from":"TRIAGE","to":"CLOSED","closing":{"outcome":"NOT_A_BREACH"}}`), "Kim closed the case. The case went from triage to closed. Outcome: not a breach."},
		{event("note", ""), "Kim wrote a file note. The content of this event has been erased."},
		{event("note", `[]`), "Kim wrote a file note. Its content cannot be read."},
		{event(cases.EventMergeDone, `{}`), "Another case was merged into this one."},
		{event(cases.EventMemberFiled, `{"number":"PUI-2026-00002","submission":3}`), "A new submission came in on a case that was merged into this one. It is version 3 of PUI-2026-00002."},
	} {
		if got := told(tt.event, "Kim"); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.event.Header.Kind, got, tt.want)
		}
	}
}
