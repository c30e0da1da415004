package workflow

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the generated parts of the documentation anew")

const documentPath = "../docs/workflow.md"

// TestDocument keeps the printed procedure the same as the one that runs.
func TestDocument(t *testing.T) {
	written, err := os.ReadFile(documentPath)
	if err != nil {
		t.Fatal(err)
	}
	want := string(written)
	for _, part := range []struct{ name, text string }{
		{"states", statesMarkdown()},
		{"diagram", "```mermaid\n" + Mermaid() + "```\n"},
		{"steps", MarkdownTable()},
		{"guards", guardsMarkdown()},
		{"clocks", clocksMarkdown()},
		{"outcomes", outcomesMarkdown()},
		{"measures", measuresMarkdown()},
	} {
		before, rest, ok := strings.Cut(want, "<!-- generated: "+part.name+" -->\n")
		_, after, closed := strings.Cut(rest, "<!-- end -->\n")
		if !ok || !closed {
			t.Fatalf("the document has no place for %s", part.name)
		}
		want = before + "<!-- generated: " + part.name + " -->\n" + part.text + "<!-- end -->\n" + after
	}
	if *update {
		if err := os.WriteFile(documentPath, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(written), want); diff != "" {
		t.Errorf("docs/workflow.md differs from the table; run this test with -update (-document +table):\n%s", diff)
	}
}

func statesMarkdown() string {
	var b strings.Builder
	b.WriteString("| phase | state | in Swedish | meaning |\n|---|---|---|---|\n")
	for _, s := range States() {
		phase := string(s.Phase())
		if phase == "" {
			phase = "–"
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s |\n", phase, s, s.TitleSV(), s.Meaning())
	}
	return b.String()
}

func guardsMarkdown() string {
	var b strings.Builder
	b.WriteString("| guard | what is said when it does not hold | met by giving |\n|---|---|---|\n")
	for _, g := range Guards() {
		field := g.MetBy()
		if field != "" {
			field = "`" + field + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", g, g.Sentence(), field)
	}
	return b.String()
}

func clocksMarkdown() string {
	var b strings.Builder
	b.WriteString("| clock | runs | waits for | default | calendar | nature | law | configured |\n|---|---|---|---|---|---|---|---|\n")
	for _, r := range DefaultClockRules() {
		period, configured := r.Period.String(), "no"
		switch {
		case r.Configurable():
			configured = "yes"
		case r.Kind == ClockNotification:
			period = "by the rule set: 72 hours"
		case r.Kind == ClockOrder:
			period = "by the order"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s | %s | %s |\n", r.Kind, r.Kind.Meaning(),
			strings.ToLower(strings.ReplaceAll(string(r.Addressee), "_", " ")), period, r.Calendar, strings.ToLower(string(r.Nature)), r.Article, configured)
	}
	return b.String()
}

func outcomesMarkdown() string {
	var b strings.Builder
	b.WriteString("| outcome | meaning | by | needs | law |\n|---|---|---|---|---|\n")
	for _, r := range Outcomes() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", r.Outcome, r.Meaning, codes(texts(r.By)), codes(r.Needs), r.Law)
	}
	return b.String()
}

func measuresMarkdown() string {
	var b strings.Builder
	b.WriteString("| measure | article | power |\n|---|---|---|\n")
	for _, m := range Measures() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", m, m.Article(), m.Text())
	}
	return b.String()
}

// Every move of the table is in the diagram, once, and nothing else is.
func TestMermaidDrawsEveryMove(t *testing.T) {
	drawn := map[string]int{}
	for line := range strings.Lines(Mermaid()) {
		arrow, label, ok := strings.Cut(strings.TrimSpace(line), " : ")
		if !ok {
			continue
		}
		from, to, _ := strings.Cut(arrow, " --> ")
		for id := range strings.SplitSeq(label, ", ") {
			step, ok := StepByID(StepID(id))
			if !ok || State(to) != step.To {
				t.Errorf("%q draws no step", line)
				continue
			}
			if from == "from_"+id {
				for _, state := range step.From {
					drawn[id+" from "+string(state)]++
				}
				continue
			}
			drawn[id+" from "+from]++
		}
	}
	want := map[string]int{}
	for _, s := range Steps() {
		for _, from := range s.From {
			if s.To != "" {
				want[string(s.ID)+" from "+string(from)] = 1
			}
		}
	}
	if diff := cmp.Diff(want, drawn); diff != "" {
		t.Errorf("the diagram (-table +drawn):\n%s", diff)
	}
}

func TestStatesText(t *testing.T) {
	tests := map[string][]State{
		"TRIAGE":                  {StateTriage},
		"DECIDED, FOLLOW_UP":      {StateDecided, StateFollowUp},
		"any open before DECIDED": undecidedStates,
		"any open":                openStates,
		"any but DRAFT":           keptStates,
	}
	for want, states := range tests {
		if got := statesText(states); got != want {
			t.Errorf("statesText = %q, want %q", got, want)
		}
	}
	for _, s := range States() {
		if slices.Contains(openStates, s) != s.Open() {
			t.Errorf("%s is open in one place and not in another", s)
		}
		if slices.Contains(keptStates, s) != (s != StateDraft) {
			t.Errorf("%s is kept in one place and not in another", s)
		}
	}
}

func TestProcedureJSON(t *testing.T) {
	raw, err := ProcedureJSON()
	if err != nil {
		t.Fatal(err)
	}
	var doc procedureDocument
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Steps(), doc.Steps); diff != "" {
		t.Errorf("steps (-table +document):\n%s", diff)
	}
	if diff := cmp.Diff(Outcomes(), doc.Outcomes); diff != "" {
		t.Errorf("outcomes (-table +document):\n%s", diff)
	}
	got := []int{len(doc.Phases), len(doc.States), len(doc.Roles), len(doc.Guards), len(doc.Measures)}
	want := []int{len(Phases()), len(States()), len(Roles()), len(Guards()), len(Measures())}
	if !slices.Equal(got, want) {
		t.Errorf("phases, states, roles, guards, measures: %v, want %v", got, want)
	}
	for _, s := range doc.States {
		if s.Open != s.State.Open() || s.Phase != s.State.Phase() || s.MeaningSV == "" {
			t.Errorf("state %+v differs", s)
		}
	}
}
