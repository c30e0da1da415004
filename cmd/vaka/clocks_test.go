package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/config"
	"github.com/vaka-project/vaka/workflow"
)

// The example file lists every clock that may be set as the procedure has it, and
// each of those lengths is one that the program takes.
func TestExampleClocks(t *testing.T) {
	_, got, _ := strings.Cut(config.Example(), "#[clocks]\n")
	var want strings.Builder
	for _, r := range workflow.DefaultClockRules() {
		if r.Configurable() {
			fmt.Fprintf(&want, "#%-27s # %s\n", fmt.Sprintf("%s = %q", r.Kind, r.Period), r.Kind.Meaning())
		}
	}
	if diff := cmp.Diff(want.String(), got); diff != "" {
		t.Errorf("config/example.go differs from workflow/clock.go (-workflow +config):\n%s", diff)
	}
}

// What the settings take as a length the procedure takes, and nothing else.
func TestClockLengths(t *testing.T) {
	for _, length := range []string{"1d", "999d", "1000d", "9999m", "0d", "01d", "3wd", "3h", "w", ""} {
		c, _, err := config.Load(config.Sources{Flags: map[string]string{"clocks": "TRIAGE_P1=1d"}})
		if err != nil {
			t.Fatal(err)
		}
		c.Clocks["TRIAGE_P1"] = length
		refused := len(c.Validate(config.Known{})) > 0
		if _, err := workflow.ParsePeriod(length); (err != nil) != refused {
			t.Errorf("%q: the settings refuse it: %v, the procedure: %v", length, refused, err)
		}
	}
}
