package cases

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/workflow"
)

// everything has a field of each sort that can be read.
type everything struct {
	Line     string           `json:"line"`
	Text     Text             `json:"text"`
	Code     BreachType       `json:"code"`
	Codes    []BreachType     `json:"codes"`
	Date     Date             `json:"date"`
	Country  Country          `json:"country"`
	Number   int64            `json:"number"`
	Small    int8             `json:"small"`
	Pointer  *int64           `json:"pointer"`
	Flag     bool             `json:"flag"`
	Flags    []*bool          `json:"flags"`
	Time     time.Time        `json:"time"`
	Times    []*time.Time     `json:"times"`
	Raw      json.RawMessage  `json:"raw"`
	Numbers  map[string]int64 `json:"numbers"`
	Names    map[string]string
	Inner    inner   `json:"inner"`
	InnerPtr *inner  `json:"inner_ptr"`
	Inners   []inner `json:"inners"`
	Hidden   string  `json:"-"`
	embedded
}

type embedded struct {
	Embedded string `json:"embedded"`
}

type inner struct {
	Name string `json:"name"`
	Deep *inner `json:"deep"`
}

func TestBindReads(t *testing.T) {
	raw := `{
		"line": "Å \"quoted\" \u00e5 \ud83d\ude00", "text": "one\r\ntwo\n", "code": "INTEGRITY",
		"codes": ["CONFIDENTIALITY", "AVAILABILITY"], "date": "2026-11-18", "country": "SE",
		"number": -12, "small": 127, "pointer": 7, "flag": true, "flags": [true, null, false],
		"time": "2026-11-18T14:20:00.123456+01:00", "raw": {"any": [1.5e3]}, "numbers": {"SE": 4, "DK": 0},
		"Names": {"k": "v"}, "inner": {"name": "a", "deep": {"name": "b"}}, "inners": [{"name": "c"}, {}], "embedded": "e"
	}`
	var got everything
	if faults := Bind([]byte(raw), &got, nil); faults != nil {
		t.Fatal(faults)
	}
	yes, no, seven := true, false, int64(7)
	want := everything{
		Line: "Å \"quoted\" å 😀", Text: "one\ntwo\n", Code: BreachIntegrity,
		Codes: []BreachType{BreachConfidentiality, BreachAvailability}, Date: "2026-11-18", Country: "SE",
		Number: -12, Small: 127, Pointer: &seven, Flag: true, Flags: []*bool{&yes, nil, &no},
		Time: time.Date(2026, 11, 18, 13, 20, 0, 123e6, time.UTC), Raw: json.RawMessage(`{"any": [1.5e3]}`),
		Numbers: map[string]int64{"SE": 4, "DK": 0}, Names: map[string]string{"k": "v"},
		Inner: inner{Name: "a", Deep: &inner{Name: "b"}}, Inners: []inner{{Name: "c"}, {}},
		embedded: embedded{Embedded: "e"},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(everything{})); diff != "" {
		t.Error(diff)
	}
}

// Every fault is told at once, at its place, and none repeats what was written.
func TestBindTellsEveryFault(t *testing.T) {
	raw := `{"line": 1, "text": "secret\u0000", "code": "secret", "codes": ["INTEGRITY", "secret", 3], "date": "secret",
		"country": "secret", "number": 1.5, "small": 128, "pointer": "secret", "flag": "secret", "time": "2026-11-18T14:20",
		"numbers": {"SE": "secret", "199001011234": 9.5}, "inner": [], "inners": [{"name": {"secret": 1}}, {"secret_key": 1}], "Line": 1,
		"a secret": 1, "times": ["2026-11-18T14:20:00+01:00", "secret", "1066-10-14T00:00:00Z"]}`
	var got everything
	faults := Bind([]byte(raw), &got, nil)
	want := []string{
		"/line wrong_type", "/text control_character", "/code unknown_code", "/codes/1 unknown_code", "/codes/2 wrong_type",
		"/date date_unreadable", "/country country_unknown", "/number wrong_type", "/small number_too_large", "/pointer wrong_type",
		"/flag wrong_type", "/time time_without_offset", "/numbers/SE wrong_type", "/numbers/- wrong_type", "/inner wrong_type",
		"/inners/0/name wrong_type", "/inners/1/secret_key unknown_field", "/Line unknown_field", "/- unknown_field",
		"/times/1 time_unreadable", "/times/2 time_out_of_range",
	}
	if diff := cmp.Diff(want, pathsAndCodes(faults)); diff != "" {
		t.Error(diff)
	}
	for _, f := range faults {
		if strings.Contains(f.Message, "secret") || strings.Contains(f.Message, "1990") {
			t.Errorf("%s repeats what was written: %s", f.Path, f.Message)
		}
		if f.Message == "" {
			t.Errorf("%s has no message", f.Path)
		}
	}
	if kind := workflow.KindOf(Refusal(faults)); kind != workflow.Invalid {
		t.Errorf("refused as %q", kind)
	}
}

func pathsAndCodes(faults []workflow.Fault) []string {
	var out []string
	for _, f := range faults {
		out = append(out, f.Path+" "+f.Code)
	}
	return out
}

func TestBindRefusesWhatCannotBeRead(t *testing.T) {
	tests := []struct{ name, raw, code string }{
		{"nothing", "", "malformed_json"},
		{"cut off", `{"line": "a`, "malformed_json"},
		{"cut off after a key", `{"line"`, "malformed_json"},
		{"comma at the end", `{"line": "a",}`, "malformed_json"},
		{"list with a comma at the end", `{"codes": ["INTEGRITY",]}`, "malformed_json"},
		{"something after the end", `{} {}`, "malformed_json"},
		{"a byte order mark", "\ufeff{}", "malformed_json"},
		{"a leading zero", `{"number": 01}`, "malformed_json"},
		{"a lone minus", `{"number": -}`, "malformed_json"},
		{"a bare fraction", `{"number": 1.}`, "malformed_json"},
		{"a bare exponent", `{"number": 1e+}`, "malformed_json"},
		{"not a number", `{"number": NaN}`, "malformed_json"},
		{"a line end in a text", "{\"line\": \"a\nb\"}", "malformed_json"},
		{"an unknown escape", `{"line": "\x41"}`, "malformed_json"},
		{"an escape without digits", `{"line": "\u00g0"}`, "malformed_json"},
		{"an escape with a sign", `{"line": "\u+041"}`, "malformed_json"},
		{"single quotes", `{'line': 'a'}`, "malformed_json"},
		{"a misspelt word", `{"flag": trve}`, "malformed_json"},
		{"broken within what is skipped", `{"what": [1, {"a": tru}]}`, "malformed_json"},
		{"a key twice", `{"line": "a", "line": "b"}`, "duplicate_key"},
		{"a key twice, once escaped", `{"line": "a", "l\u0069ne": "b"}`, "duplicate_key"},
		{"a key of a map twice", `{"numbers": {"SE": 1, "SE": 2}}`, "duplicate_key"},
		{"a byte that is not UTF-8", "{\"line\": \"\xff\"}", "invalid_utf8"},
		{"half a character", `{"line": "\ud800"}`, "invalid_utf8"},
		{"the halves in the wrong order", `{"line": "\ude00\ud83d"}`, "invalid_utf8"},
		{"nested too deeply", `{"what": ` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`, "too_deep"},
		{"nested too deeply in a known field", strings.Repeat(`{"inner": `, 1) + strings.Repeat(`{"deep": `, 40) + `{}` + strings.Repeat("}", 41), "too_deep"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got everything
			faults := Bind([]byte(tt.raw), &got, nil)
			if len(faults) != 1 || faults[0].Code != tt.code {
				t.Fatalf("got %v, want one fault %s", faults, tt.code)
			}
			if kind := workflow.KindOf(Refusal(faults)); kind != workflow.Malformed {
				t.Errorf("refused as %q", kind)
			}
		})
	}
}

func TestBindSaysWhereTheTextBreaks(t *testing.T) {
	var got everything
	faults := Bind([]byte("{\n  \"line\": \"a\",\n  \"text\": oops\n}"), &got, nil)
	if want := "This is not valid JSON at byte 27, line 3."; len(faults) != 1 || faults[0].Message != want {
		t.Errorf("got %v, want %q", faults, want)
	}
}

// A partial object is read over a whole one without touching what the whole one
// shares with other versions.
func TestBindOverlays(t *testing.T) {
	seven := int64(7)
	before := everything{
		Line: "kept", Text: "cleared", Pointer: &seven, Codes: []BreachType{BreachIntegrity, BreachAvailability},
		Numbers: map[string]int64{"SE": 1}, InnerPtr: &inner{Name: "kept", Deep: &inner{Name: "old"}}, Inners: []inner{{Name: "old"}},
	}
	after := before
	raw := `{"text": null, "pointer": 8, "codes": ["CONFIDENTIALITY"], "numbers": {"DK": 2}, "inner_ptr": {"deep": {"name": "new"}}, "inners": [{"deep": {}}]}`
	if faults := Bind([]byte(raw), &after, nil); faults != nil {
		t.Fatal(faults)
	}
	eight := int64(8)
	want := everything{
		Line: "kept", Pointer: &eight, Codes: []BreachType{BreachConfidentiality}, Numbers: map[string]int64{"DK": 2},
		InnerPtr: &inner{Name: "kept", Deep: &inner{Name: "new"}}, Inners: []inner{{Deep: &inner{}}},
	}
	if diff := cmp.Diff(want, after, cmp.AllowUnexported(everything{})); diff != "" {
		t.Error(diff)
	}
	if *before.Pointer != 7 || before.Codes[0] != BreachIntegrity || before.Numbers["SE"] != 1 || before.InnerPtr.Deep.Name != "old" || before.Inners[0].Name != "old" {
		t.Error("the earlier version was changed")
	}
}

func TestBindLocalTimes(t *testing.T) {
	for raw, want := range map[string]string{
		`"2026-11-18T14:20"`:          "2026-11-18T13:20:00Z",
		`"2026-07-18T14:20:30"`:       "2026-07-18T12:20:30Z",
		`"2026-11-18T14:20:00+02:00"`: "2026-11-18T12:20:00Z",
		`"2026-03-29T02:30"`:          "time_does_not_exist",
		`"2026-10-25T02:30"`:          "time_exists_twice",
		`"2026-10-25T02:30:00+02:00"`: "2026-10-25T00:30:00Z",
		`"yesterday"`:                 "time_unreadable",
	} {
		var got everything
		faults := Bind([]byte(`{"time": `+raw+`}`), &got, workflow.Stockholm)
		said := got.Time.Format(time.RFC3339)
		if faults != nil {
			said = faults[0].Code
		}
		if said != want {
			t.Errorf("%s: got %s, want %s", raw, said, want)
		}
	}
}

func TestBindLimits(t *testing.T) {
	tests := []struct {
		name, raw string
		want      []string
	}{
		{"500 characters of two bytes", `{"line": "` + strings.Repeat("å", 500) + `"}`, nil},
		{"501 characters", `{"line": "` + strings.Repeat("å", 501) + `"}`, []string{"/line too_long"}},
		{"100,000 characters of text", `{"text": "` + strings.Repeat("ö", 100_000) + `"}`, nil},
		{"100,001 characters of text", `{"text": "` + strings.Repeat("ö", 100_001) + `"}`, []string{"/text too_long"}},
		{"10,001 elements", `{"codes": [` + strings.Repeat(`"INTEGRITY",`, 10_001) + `"INTEGRITY"]}`, []string{"/codes/10000 too_many"}},
		{"a number beyond 64 bits", `{"number": 9223372036854775808}`, []string{"/number number_too_large"}},
		{"an empty code is no answer", `{"code": ""}`, nil},
		{"an empty date is no answer", `{"date": ""}`, nil},
		{"tabulators and line ends", `{"line": "a\tb\nc\r\nd"}`, nil},
		{"a lone carriage return", `{"line": "a\rb"}`, []string{"/line control_character"}},
		{"an escape sequence of a terminal", `{"line": "\u001b[2J"}`, []string{"/line control_character"}},
		{"a C1 control character", `{"line": "\u0085"}`, []string{"/line control_character"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got everything
			if diff := cmp.Diff(tt.want, pathsAndCodes(Bind([]byte(tt.raw), &got, nil))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBindStopsListingFaults(t *testing.T) {
	var got everything
	faults := Bind([]byte(`{"codes": [`+strings.Repeat(`1,`, 5000)+`1]}`), &got, nil)
	if len(faults) != maxFaults+1 || faults[maxFaults].Code != "more_faults" {
		t.Errorf("%d faults, the last %v", len(faults), faults[len(faults)-1])
	}
}

func TestRefusalOfNothing(t *testing.T) {
	if err := Refusal(nil); err != nil {
		t.Error(err)
	}
}

// Whatever Bind accepts, the standard library reads too, and reads the same.
func FuzzBind(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"line": "a\u00e5\n"}`, `{"codes": ["INTEGRITY"], "flags": [true, null]}`, `{"numbers": {"SE": 1}, "inner": {"deep": {"name": ""}}}`,
		`{"raw": [1, 2.5e-3, {"a": null}], "small": -128}`, `{"time": "2026-11-18T14:20:00Z", "pointer": 9}`, `null`, ` { "inners" : [ ] } `,
		`{"line": "\ud83d\ude00", "Names": {"": ""}}`, `{"line": "\r\n"}`, `{"line": "a", "line": "b"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var got, want everything
		faults := Bind(raw, &got, nil)
		for _, fault := range faults {
			if fault.Code == "" || fault.Message == "" {
				t.Fatalf("a fault without words: %+v", fault)
			}
		}
		if faults != nil {
			return
		}
		if err := json.Unmarshal(raw, &want); err != nil {
			t.Fatalf("accepted what is not JSON for the type: %v", err)
		}
		normalLineEnds(reflect.ValueOf(&want).Elem())
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(everything{}), cmp.Comparer(sameMillisecond), cmp.Comparer(sameRaw)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func sameMillisecond(a, b time.Time) bool {
	return math.Abs(float64(a.Sub(b))) < float64(time.Millisecond)
}

func sameRaw(a, b json.RawMessage) bool { return bytes.Equal(bytes.TrimSpace(a), bytes.TrimSpace(b)) }

// normalLineEnds does to every text what reading does.
func normalLineEnds(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() {
			v.SetString(strings.ReplaceAll(v.String(), "\r\n", "\n"))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			normalLineEnds(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			normalLineEnds(v.Index(i))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			if s := v.MapIndex(key); s.Kind() == reflect.String {
				v.SetMapIndex(key, reflect.ValueOf(strings.ReplaceAll(s.String(), "\r\n", "\n")))
			}
		}
	case reflect.Struct:
		if v.Type() != timeType {
			for i := range v.NumField() {
				normalLineEnds(v.Field(i))
			}
		}
	}
}
