package workflow

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// Answer is yes, no, or not known yet.
type Answer string

// The answers.
const (
	Yes     Answer = "YES"
	No      Answer = "NO"
	Unknown Answer = "UNKNOWN"
)

// Codes lists the answers.
func (Answer) Codes() []string { return []string{string(Yes), string(No), string(Unknown)} }

// SeverityInput is what ENISA's methodology of 2013 asks for. All scores but DPC
// are in quarters, because every value of the methodology is a multiple of 0.25:
// whole numbers add up exactly, so the bounds between the levels hold exactly.
type SeverityInput struct {
	DPC int `json:"dpc"`         // data processing context, 1 to 4
	EI  int `json:"ei_quarters"` // ease of identification, 1 to 4
	C   int `json:"c_quarters"`  // loss of confidentiality, 0 to 2
	I   int `json:"i_quarters"`  // loss of integrity, 0 to 2
	A   int `json:"a_quarters"`  // loss of availability, 0 to 2
	M   int `json:"m_quarters"`  // malicious intent, 0 or 2

	Subjects       *int64          `json:"subjects,omitempty"` // people affected at most; nil is unknown
	Unintelligible Answer          `json:"unintelligible"`     // to those who may not read the data; "" is unknown
	Reasons        SeverityReasons `json:"reasons,omitzero"`
}

// SeverityReasons is why the assessor chose each score, in free text.
type SeverityReasons struct {
	DPC string `json:"dpc,omitempty"`
	EI  string `json:"ei,omitempty"`
	C   string `json:"c,omitempty"`
	I   string `json:"i,omitempty"`
	A   string `json:"a,omitempty"`
	M   string `json:"m,omitempty"`
}

// SeverityLevel is how bad a breach is for the people affected.
type SeverityLevel string

// The levels, with the lowest score of each.
const (
	SeverityLow      SeverityLevel = "LOW"       //
	SeverityMedium   SeverityLevel = "MEDIUM"    // 2.00
	SeverityHigh     SeverityLevel = "HIGH"      // 3.00
	SeverityVeryHigh SeverityLevel = "VERY_HIGH" // 4.00
)

// Codes lists the levels, lowest first.
func (SeverityLevel) Codes() []string {
	return []string{string(SeverityLow), string(SeverityMedium), string(SeverityHigh), string(SeverityVeryHigh)}
}

// SeverityFlag is a circumstance that stands beside the score and is no part of it.
type SeverityFlag struct {
	Flag  string `json:"flag"` // FlagOver100 or FlagUnintelligible
	Value Answer `json:"value"`
}

// The flags.
const (
	FlagOver100        = "OVER_100"       // more than 100 people are affected
	FlagUnintelligible = "UNINTELLIGIBLE" // whoever got the data cannot read them
)

// Severity is the outcome of ENISA's methodology.
type Severity struct {
	SEQuarters int            `json:"se_quarters"` // 1 to 24
	SE         json.Number    `json:"se"`          // the same as ENISA writes it: 0.25 to 6
	Level      SeverityLevel  `json:"level"`
	Flags      []SeverityFlag `json:"flags"` // always both, in the order of the constants
}

// AssessSeverity computes SE = DPC x EI + C + I + A + M. Scores that the
// methodology does not have are returned at once, in an *Error of code severity
// whose paths are those of SeverityInput in JSON.
func AssessSeverity(in SeverityInput) (Severity, error) {
	if faults := in.faults(false); len(faults) > 0 {
		return Severity{}, RefuseFaults("severity", "The severity cannot be computed.", faults)
	}
	se := in.DPC*in.EI + in.C + in.I + in.A + in.M
	over, unintelligible := Unknown, Unknown
	if in.Subjects != nil {
		over = No
		if *in.Subjects > 100 {
			over = Yes
		}
	}
	if in.Unintelligible != "" {
		unintelligible = in.Unintelligible
	}
	return Severity{
		SEQuarters: se,
		SE:         json.Number(quartersText(se)),
		Level:      levelOf(se),
		Flags:      []SeverityFlag{{FlagOver100, over}, {FlagUnintelligible, unintelligible}},
	}, nil
}

// levelOf has the lower bound of each level inclusive.
func levelOf(quarters int) SeverityLevel {
	switch {
	case quarters < 2*4:
		return SeverityLow
	case quarters < 3*4:
		return SeverityMedium
	case quarters < 4*4:
		return SeverityHigh
	}
	return SeverityVeryHigh
}

// severityScores holds, for each input, its name, its name in SeverityInput's JSON,
// how to reach it, and the values it may have, all in quarters.
var severityScores = []struct {
	name    string
	field   string
	of      func(*SeverityInput) *int
	allowed []int
	unit    int // quarters in 1 of the field
}{
	{"dpc", "dpc", func(in *SeverityInput) *int { return &in.DPC }, []int{4, 8, 12, 16}, 4},
	{"ei", "ei_quarters", func(in *SeverityInput) *int { return &in.EI }, []int{1, 2, 3, 4}, 1},
	{"c", "c_quarters", func(in *SeverityInput) *int { return &in.C }, []int{0, 1, 2}, 1},
	{"i", "i_quarters", func(in *SeverityInput) *int { return &in.I }, []int{0, 1, 2}, 1},
	{"a", "a_quarters", func(in *SeverityInput) *int { return &in.A }, []int{0, 1, 2}, 1},
	{"m", "m_quarters", func(in *SeverityInput) *int { return &in.M }, []int{0, 2}, 1},
}

// faults names every input that the methodology does not have: as text by its
// name with ENISA's decimals, otherwise by its field with what the field holds.
func (in SeverityInput) faults(text bool) []Fault {
	var faults []Fault
	for _, score := range severityScores {
		if slices.Contains(score.allowed, *score.of(&in)*score.unit) {
			continue
		}
		path, values := "/"+score.field, make([]string, len(score.allowed))
		for i, quarters := range score.allowed {
			values[i] = strconv.Itoa(quarters / score.unit)
			if text {
				path, values[i] = "/"+score.name, quartersText(quarters)
			}
		}
		faults = append(faults, Fault{path, "no_such_score", "Choose one of " + strings.Join(values, ", ") + "."})
	}
	if in.Subjects != nil && *in.Subjects < 0 {
		faults = append(faults, Fault{"/subjects", "out_of_range", "Give the number of people as a whole number from 0."})
	}
	if in.Unintelligible != "" && !slices.Contains(Unknown.Codes(), string(in.Unintelligible)) {
		faults = append(faults, Fault{"/unintelligible", "unknown_code", "Choose YES, NO or UNKNOWN."})
	}
	return faults
}

// SeverityText is a SeverityInput as people write it: scores as ENISA's decimals
// ("0.25"), the number of people as digits or "" where it is not known, and
// Unintelligible as yes, no or unknown in any case, "" being unknown.
type SeverityText struct {
	DPC, EI, C, I, A, M      string
	Subjects, Unintelligible string
}

// ParseSeverity reads the text form and returns everything that is wrong with it
// at once, in an *Error of code severity with the paths /dpc, /ei, /c, /i, /a, /m,
// /subjects and /unintelligible.
func ParseSeverity(text SeverityText) (SeverityInput, error) {
	in := SeverityInput{Unintelligible: Unknown}
	scores := []string{text.DPC, text.EI, text.C, text.I, text.A, text.M}
	for i, score := range severityScores {
		quarters, ok := parseQuarters(scores[i])
		if !ok || quarters%score.unit != 0 {
			quarters = -score.unit // in no list of allowed values
		}
		*score.of(&in) = quarters / score.unit
	}
	if text.Subjects != "" {
		n, err := strconv.ParseInt(text.Subjects, 10, 64)
		if err != nil {
			n = -1
		}
		in.Subjects = &n
	}
	if text.Unintelligible != "" {
		in.Unintelligible = Answer(strings.ToUpper(text.Unintelligible))
	}
	if faults := in.faults(true); len(faults) > 0 {
		return SeverityInput{}, RefuseFaults("severity", "The severity cannot be computed.", faults)
	}
	return in, nil
}

// fractions are the decimals of 0, 1, 2 and 3 quarters without closing zeros.
var fractions = [4]string{"", "25", "5", "75"}

// parseQuarters reads a number of one digit and a fraction of whole quarters.
func parseQuarters(s string) (int, bool) {
	whole, fraction, point := strings.Cut(s, ".")
	if point && fraction == "" || len(whole) > 1 || len(fraction) > 2 {
		return 0, false
	}
	if whole == "" && point {
		whole = "0"
	}
	ones, err := strconv.ParseUint(whole, 10, 8)
	quarters := slices.Index(fractions[:], strings.TrimRight(fraction, "0"))
	return 4*int(ones) + quarters, err == nil && quarters >= 0
}

// quartersText writes quarters as ENISA does: "3", "3.25", "3.5".
func quartersText(quarters int) string {
	s := strconv.Itoa(quarters / 4)
	if f := fractions[quarters%4]; f != "" {
		s += "." + f
	}
	return s
}
