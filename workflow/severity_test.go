package workflow

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestSeverityVectors(t *testing.T) {
	vectors := readVectors[struct {
		ID    string        `json:"id"`
		DPC   json.Number   `json:"dpc"`
		EI    json.Number   `json:"ei"`
		C     json.Number   `json:"c"`
		I     json.Number   `json:"i"`
		A     json.Number   `json:"a"`
		M     json.Number   `json:"m"`
		SE    float64       `json:"se"`
		Level SeverityLevel `json:"level"`
	}](t, "severity-vectors.json")
	if len(vectors) != 15 {
		t.Fatalf("%d vectors", len(vectors))
	}
	for _, v := range vectors {
		in, err := ParseSeverity(SeverityText{
			DPC: v.DPC.String(), EI: v.EI.String(), C: v.C.String(), I: v.I.String(), A: v.A.String(), M: v.M.String(),
		})
		if err != nil {
			t.Errorf("%s: %v", v.ID, err)
			continue
		}
		got, err := AssessSeverity(in)
		if err != nil {
			t.Errorf("%s: %v", v.ID, err)
		}
		if se, _ := got.SE.Float64(); se != v.SE || float64(got.SEQuarters)/4 != v.SE || got.Level != v.Level {
			t.Errorf("%s: %+v, want %v %s", v.ID, got, v.SE, v.Level)
		}
	}
}

func TestSeverityFlags(t *testing.T) {
	number := func(n int64) *int64 { return &n }
	tests := []struct {
		subjects       *int64
		unintelligible Answer
		want           []SeverityFlag
	}{
		{nil, "", []SeverityFlag{{FlagOver100, Unknown}, {FlagUnintelligible, Unknown}}},
		{number(0), No, []SeverityFlag{{FlagOver100, No}, {FlagUnintelligible, No}}},
		{number(100), Yes, []SeverityFlag{{FlagOver100, No}, {FlagUnintelligible, Yes}}},
		{number(101), Unknown, []SeverityFlag{{FlagOver100, Yes}, {FlagUnintelligible, Unknown}}},
	}
	for _, tt := range tests {
		in := SeverityInput{DPC: 1, EI: 1, Subjects: tt.subjects, Unintelligible: tt.unintelligible}
		got, err := AssessSeverity(in)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, got.Flags); diff != "" {
			t.Error(diff)
		}
		if got.SEQuarters != 1 {
			t.Error("a flag changes the score")
		}
	}
}

func TestSeverityJSON(t *testing.T) {
	got, err := AssessSeverity(SeverityInput{DPC: 3, EI: 4, C: 1, Unintelligible: No})
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"se_quarters":13,"se":3.25,"level":"HIGH","flags":[{"flag":"OVER_100","value":"UNKNOWN"},{"flag":"UNINTELLIGIBLE","value":"NO"}]}`
	if string(data) != want {
		t.Errorf("%s\nwant %s", data, want)
	}
}

func TestParseSeverity(t *testing.T) {
	in, err := ParseSeverity(SeverityText{DPC: "4.0", EI: ".75", C: "0.50", I: "0", A: "0.25", M: "0.5", Subjects: "12300", Unintelligible: "no"})
	if err != nil {
		t.Fatal(err)
	}
	subjects := int64(12300)
	want := SeverityInput{DPC: 4, EI: 3, C: 2, I: 0, A: 1, M: 2, Subjects: &subjects, Unintelligible: No}
	if diff := cmp.Diff(want, in); diff != "" {
		t.Error(diff)
	}
}

func TestParseSeverityRefusesAllAtOnce(t *testing.T) {
	_, err := ParseSeverity(SeverityText{DPC: "5", EI: "0", C: "0.75", I: "-1", A: "", M: "0.25", Subjects: "many", Unintelligible: "perhaps"})
	refusal, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatal(err)
	}
	want := []Fault{
		{"/dpc", "no_such_score", "Choose one of 1, 2, 3, 4."},
		{"/ei", "no_such_score", "Choose one of 0.25, 0.5, 0.75, 1."},
		{"/c", "no_such_score", "Choose one of 0, 0.25, 0.5."},
		{"/i", "no_such_score", "Choose one of 0, 0.25, 0.5."},
		{"/a", "no_such_score", "Choose one of 0, 0.25, 0.5."},
		{"/m", "no_such_score", "Choose one of 0, 0.5."},
		{"/subjects", "out_of_range", "Give the number of people as a whole number from 0."},
		{"/unintelligible", "unknown_code", "Choose YES, NO or UNKNOWN."},
	}
	if diff := cmp.Diff(want, refusal.Faults); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, dpc := range []string{"", ".", "1.", "1.5", "3.25", "1.001", "01", "1e0", "+1", " 1", "1,0", "x", "1.x", "١"} {
		if _, err := ParseSeverity(SeverityText{DPC: dpc, EI: "1", C: "0", I: "0", A: "0", M: "0"}); err == nil {
			t.Errorf("DPC %q was read", dpc)
		}
	}
}

func TestAssessSeverityRefuses(t *testing.T) {
	minusOne := int64(-1)
	for path, in := range map[string]SeverityInput{
		"/dpc":            {DPC: 0, EI: 1},
		"/ei_quarters":    {DPC: 1, EI: 5},
		"/c_quarters":     {DPC: 1, EI: 1, C: 3},
		"/m_quarters":     {DPC: 1, EI: 1, M: 1},
		"/subjects":       {DPC: 1, EI: 1, Subjects: &minusOne},
		"/unintelligible": {DPC: 1, EI: 1, Unintelligible: "MAYBE"},
	} {
		got, err := AssessSeverity(in)
		refusal, ok := errors.AsType[*Error](err)
		if !ok || len(refusal.Faults) != 1 || refusal.Faults[0].Path != path || got.SEQuarters != 0 {
			t.Errorf("%+v: %+v, %v; want a fault at %s", in, got, err, path)
		}
	}
}

// A path of a fault points into the JSON that the input came from.
func TestSeverityPathsAreFields(t *testing.T) {
	data, err := json.Marshal(SeverityInput{DPC: 9, EI: 9, C: 9, I: 9, A: 9, M: 1})
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(data, &fields); err != nil {
		t.Fatal(err)
	}
	_, err = AssessSeverity(SeverityInput{DPC: 9, EI: 9, C: 9, I: 9, A: 9, M: 1})
	refusal, ok := errors.AsType[*Error](err)
	if !ok || len(refusal.Faults) != len(severityScores) {
		t.Fatal(err)
	}
	for _, f := range refusal.Faults {
		if _, ok := fields[f.Path[1:]]; !ok {
			t.Errorf("%s is not in %s", f.Path, data)
		}
	}
	if got, want := refusal.Faults[5].Message, "Choose one of 0, 2."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func drawSeverity() *rapid.Generator[SeverityInput] {
	return rapid.Custom(func(t *rapid.T) SeverityInput {
		in := SeverityInput{}
		for _, score := range severityScores {
			*score.of(&in) = rapid.SampledFrom(score.allowed).Draw(t, score.name) / score.unit
		}
		return in
	})
}

func TestSeverityInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawSeverity().Draw(t, "input")
		got, err := AssessSeverity(in)
		if err != nil {
			t.Fatal(err)
		}
		if got.SEQuarters < 1 || got.SEQuarters > 24 {
			t.Fatalf("%d quarters", got.SEQuarters)
		}
		// The circumstances add what they are, and nothing else does.
		bare := in
		bare.C, bare.I, bare.A, bare.M = 0, 0, 0, 0
		base, err := AssessSeverity(bare)
		if err != nil {
			t.Fatal(err)
		}
		if got.SEQuarters-base.SEQuarters != in.C+in.I+in.A+in.M {
			t.Fatalf("%+v: %d quarters above %d", in, got.SEQuarters, base.SEQuarters)
		}
		// A worse input never makes a better outcome.
		score := rapid.SampledFrom(severityScores).Draw(t, "worse")
		worse := in
		*score.of(&worse) = score.allowed[len(score.allowed)-1] / score.unit
		w, err := AssessSeverity(worse)
		if err != nil {
			t.Fatal(err)
		}
		levels := SeverityLow.Codes()
		rank := func(l SeverityLevel) int { return strings.Index(strings.Join(levels, " ")+" ", string(l)+" ") }
		if w.SEQuarters < got.SEQuarters || rank(w.Level) < rank(got.Level) {
			t.Fatalf("%+v is %v, %+v is %v", in, got, worse, w)
		}
		// The text form of the score reads back as the score.
		if q, ok := parseQuarters(string(got.SE)); !ok || q != got.SEQuarters {
			t.Fatalf("%s reads as %d quarters, want %d", got.SE, q, got.SEQuarters)
		}
		if m := in.Meanings(); len(m) != 6 {
			t.Fatalf("%d meanings", len(m))
		}
	})
}

func TestMeanings(t *testing.T) {
	m := SeverityInput{DPC: 3, EI: 4, C: 1, I: 9}.Meanings()
	if len(m) != 5 { // the score that does not exist means nothing
		t.Fatalf("%d meanings", len(m))
	}
	want := ScoreMeaning{"c", "0.25", "The data reached a known number of recipients.", "Uppgifterna nådde ett känt antal mottagare."}
	if m[2] != want {
		t.Errorf("%+v", m[2])
	}
	// Every score there is has a sentence of its own, in both languages.
	seen := map[string]bool{}
	for _, score := range severityScores {
		for _, quarters := range score.allowed {
			for _, text := range scoreMeanings[score.name][quarters] {
				if seen[text] || !strings.HasSuffix(text, ".") {
					t.Errorf("%s %d: %q", score.name, quarters, text)
				}
				seen[text] = true
			}
		}
	}
	for _, code := range SeverityLow.Codes() {
		en, sv := SeverityLevel(code).Meaning(), SeverityLevel(code).MeaningSV()
		if !strings.HasSuffix(en, ".") || !strings.HasSuffix(sv, ".") || en == sv {
			t.Errorf("%s: %q, %q", code, en, sv)
		}
	}
	if SeverityLevel("").Meaning() != "" || SeverityLevel("").MeaningSV() != "" {
		t.Error("no level means something")
	}
}
