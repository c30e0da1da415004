package workflow

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// fewStates is up to how many states a step is drawn from each of them. A step
// from more is drawn once, from a node that lists them: thirty arrows that say
// the same hide the procedure instead of showing it.
const fewStates = 3

// Mermaid draws every step that moves a case as a Mermaid state diagram. States
// are coloured by phase, not boxed: Mermaid cannot draw arrows between the
// insides of two boxes.
func Mermaid() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n    direction TB\n    [*] --> DRAFT\n")
	var wide []Step
	var edges [][2]State
	labels := map[[2]State][]string{}
	for _, step := range table {
		switch {
		case step.To == "":
		case len(step.From) > fewStates:
			wide = append(wide, step)
		default:
			for _, from := range step.From {
				edge := [2]State{from, step.To}
				if labels[edge] == nil {
					edges = append(edges, edge)
				}
				labels[edge] = append(labels[edge], string(step.ID))
			}
		}
	}
	for _, e := range edges {
		fmt.Fprintf(&b, "    %s --> %s : %s\n", e[0], e[1], strings.Join(labels[e], ", "))
	}
	for _, step := range wide {
		fmt.Fprintf(&b, "    state \"%s\" as from_%s\n    from_%s --> %s : %s\n",
			statesText(step.From), step.ID, step.ID, step.To, step.ID)
	}
	writePhaseColours(&b)
	return b.String()
}

// phaseFill are light fills under black text, a contrast of more than 12 to 1.
var phaseFill = map[Phase]string{
	PhaseReceived:      "#e8eef7",
	PhaseTriage:        "#fff3cd",
	PhaseInvestigation: "#fde2cf",
	PhaseDecision:      "#e3d9f2",
	PhaseClosed:        "#dcefdc",
}

func writePhaseColours(b *strings.Builder) {
	for _, phase := range Phases() {
		var in []string
		for _, state := range States() {
			if state.Phase() == phase {
				in = append(in, string(state))
			}
		}
		fmt.Fprintf(b, "    classDef %s fill:%s,stroke:#333,color:#000\n    class %s %s\n",
			phase, phaseFill[phase], strings.Join(in, ","), phase)
	}
}

// statesText names a set of states shortly: by what it is where that is
// shorter than listing it.
func statesText(states []State) string {
	switch {
	case slices.Equal(states, keptStates):
		return "any but DRAFT"
	case slices.Equal(states, openStates):
		return "any open"
	case slices.Equal(states, undecidedStates):
		return "any open before DECIDED"
	}
	return strings.Join(texts(states), ", ")
}

// MarkdownTable is the table of all steps for the documentation.
func MarkdownTable() string {
	var b strings.Builder
	b.WriteString("| step | from | to | who | needs | may take | guards | clocks | law |\n")
	b.WriteString("|---|---|---|---|---|---|---|---|---|\n")
	for _, s := range table {
		to := "–"
		if s.To != "" {
			to = string(s.To)
		}
		fmt.Fprintf(&b, "| %s<br>`%s` | %s | %s | %s | %s | %s | %s | %s | %s |\n",
			s.Title, s.ID, statesText(s.From), to, s.grantsText(), s.requiresText(), codes(s.Takes),
			codes(texts(s.Guards)), strings.Join(texts(s.Open), ", "), s.Law)
	}
	return b.String()
}

func (s Step) grantsText() string {
	who := make([]string, len(s.By))
	for i, g := range s.By {
		who[i] = strings.ToLower(g.Role.Title())
		if g.When != "" {
			who[i] += " (`" + string(g.When) + "`)"
		}
	}
	return strings.Join(who, ", ")
}

func (s Step) requiresText() string {
	fields := make([]string, len(s.Requires))
	for i, field := range s.Requires {
		fields[i] = "`" + field + "`"
		if excuse, ok := s.Excused[field]; ok {
			fields[i] += " (unless `" + string(excuse) + "`)"
		}
	}
	return strings.Join(fields, ", ")
}

// codes sets words as code.
func codes(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return "`" + strings.Join(words, "`, `") + "`"
}

// procedureDocument is the procedure as others read it.
type procedureDocument struct {
	Phases   []phaseEntry   `json:"phases"`
	States   []stateEntry   `json:"states"`
	Roles    []roleEntry    `json:"roles"`
	Steps    []Step         `json:"steps"`
	Guards   []guardEntry   `json:"guards"`
	Outcomes []OutcomeRule  `json:"outcomes"`
	Measures []measureEntry `json:"measures"`
}

type phaseEntry struct {
	Phase   Phase  `json:"phase"`
	Title   string `json:"title"`
	TitleSV string `json:"title_sv"`
}

type stateEntry struct {
	State     State  `json:"state"`
	Phase     Phase  `json:"phase,omitempty"`
	Open      bool   `json:"open"`
	Title     string `json:"title"`
	TitleSV   string `json:"title_sv"`
	Meaning   string `json:"meaning"`
	MeaningSV string `json:"meaning_sv"`
}

type roleEntry struct {
	Role    Role   `json:"role"`
	Staff   bool   `json:"staff"`
	Title   string `json:"title"`
	TitleSV string `json:"title_sv"`
}

type guardEntry struct {
	Guard      Guard  `json:"guard"`
	MetBy      string `json:"met_by,omitempty"`
	Sentence   string `json:"sentence"`
	SentenceSV string `json:"sentence_sv"`
}

type measureEntry struct {
	Measure Measure `json:"measure"`
	Article string  `json:"article"`
	Text    string  `json:"text"`
	TextSV  string  `json:"text_sv"`
}

// ProcedureJSON is the whole procedure as one indented JSON document: phases,
// states, roles, steps, guards, outcomes and measures.
func ProcedureJSON() ([]byte, error) {
	doc := procedureDocument{Steps: table, Outcomes: outcomeRules}
	for _, p := range Phases() {
		doc.Phases = append(doc.Phases, phaseEntry{p, p.Title(), p.TitleSV()})
	}
	for _, p := range places {
		doc.States = append(doc.States, stateEntry{
			p.state, p.phase, p.state.Open(), p.title, p.titleSV, p.meaning, p.meaningSV,
		})
	}
	for _, r := range roleTexts {
		doc.Roles = append(doc.Roles, roleEntry{r.role, r.staff, r.title, r.titleSV})
	}
	for _, g := range guardRules {
		doc.Guards = append(doc.Guards, guardEntry{g.guard, g.metBy, g.sentence, g.swedish})
	}
	for _, p := range powers {
		doc.Measures = append(doc.Measures, measureEntry{p.measure, p.article, p.text, p.textSV})
	}
	out, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the procedure: %w", err)
	}
	return append(out, '\n'), nil
}
