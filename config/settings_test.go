package config

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var update = flag.Bool("update", false, "write docs/vaka.example.toml anew")

func TestSettings_Names(t *testing.T) {
	byKey := map[string]Setting{}
	for _, s := range Settings() {
		if _, twice := byKey[s.Key]; twice || s.Key == "" {
			t.Errorf("key %q is missing or given twice", s.Key)
		}
		if s.Help == "" || !strings.HasSuffix(s.Help, ".") || s.Section == "" {
			t.Errorf("%s needs a section and help in whole sentences", s.Key)
		}
		byKey[s.Key] = s
	}
	want := Setting{
		Key: "session_hours", Env: "VAKA_SESSION_HOURS", Flag: "session-hours", Section: "Limits",
		Help: "How long a session lasts, in hours.", Default: "12", Kind: Number, Min: 1, Max: 168,
	}
	if diff := cmp.Diff(want, byKey["session_hours"], cmpopts.IgnoreUnexported(Setting{})); diff != "" {
		t.Errorf("session_hours (-want +got):\n%s", diff)
	}
	uri := byKey["mongo_uri"]
	if !uri.Secret || uri.FileKey() != "mongo_uri_file" || uri.FileEnv() != "VAKA_MONGO_URI_FILE" || uri.FileFlag() != "mongo-uri-file" {
		t.Errorf("mongo_uri: %+v", uri)
	}
	if got := byKey["log_format"].OneOf; !cmp.Equal(got, []string{"json", "text"}) {
		t.Errorf("log_format is one of %q", got)
	}
}

func TestSettings_AreACopy(t *testing.T) {
	Settings()[0].Key = "changed"
	if Settings()[0].Key != "listen" {
		t.Error("a caller can change the table")
	}
}

// The comment of every field says what its zero value means and what its
// default is, in words that agree with the tag.
func TestConfig_CommentsAgreeWithTags(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "config.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var fields []*ast.Field
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.StructType); ok {
			fields = s.Fields.List
		}
		return true
	})
	for i, s := range Settings() {
		comment := strings.Join(strings.Fields(fields[i].Doc.Text()), " ")
		if !strings.HasPrefix(comment, fields[i].Names[0].Name+" ") || !strings.Contains(comment, "Zero") {
			t.Errorf("%s: the comment must begin with the field's name and say what zero means", s.Key)
		}
		want := "Default: " + strings.ReplaceAll(s.Default, ",", ", ")
		if s.Default == "" || s.Default == "false" {
			want = "Zero (the default)"
		}
		if !strings.Contains(comment, want) {
			t.Errorf("%s: the comment does not say %q", s.Key, want)
		}
	}
}

func TestNearest(t *testing.T) {
	known := []string{"listen", "language", "log_level", "data"}
	for name, want := range map[string]string{
		"listne": "listen", "lisen": "listen", "loglevel": "log_level", "langauge": "language", "dat": "data", "date": "data",
		"x": "", "entirely": "", "LISTEN": "", strings.Repeat("listen", 50): "",
	} {
		if got := nearest(name, known); got != want {
			t.Errorf("nearest(%s) = %q, want %q", name, got, want)
		}
	}
}
