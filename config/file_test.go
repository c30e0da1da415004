package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLoad_UnreadableFile(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct {
		name, path, want string
	}{
		{"missing", filepath.Join(dir, "none.toml"), "FILE: the settings file does not exist"},
		{"a folder", dir, "FILE: the settings file cannot be read as a file"},
		{"huge", write(t, "vaka.toml", strings.Repeat("#\n", maxFile)), "FILE: the settings file is larger than 256 KiB"},
		{"not UTF-8", write(t, "vaka.toml", "authority_name = \"\xff\""), "FILE: the settings file must be UTF-8"},
		{"a value without quotes", write(t, "vaka.toml", "\n\nlisten = localhost:80"), "FILE line 3: is not TOML here: write key = value, one on a line, texts in \"quotes\", numbers and true or false without; every later line is unread"},
		{"a key twice", write(t, "vaka.toml", "data = \"a\"\ndata = \"b\""), "FILE line 2: the same key or table is given a second time; every later line is unread"},
		{"a table twice", write(t, "vaka.toml", "[clocks]\n[clocks]"), "FILE line 2: the same key or table is given a second time; every later line is unread"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := Load(Sources{File: tt.path})
			want := strings.ReplaceAll(tt.want, "FILE", tt.path)
			if err == nil || err.Error() != want {
				t.Errorf("got  %v\nwant %s", err, want)
			}
		})
	}
}

// What a broken file would have said is not known, so no rule that rests on it
// speaks; what is wrong elsewhere is still reported.
func TestLoad_BrokenFileMisleadsNobody(t *testing.T) {
	file := write(t, "vaka.toml", "oops\ntls_cert = \"c\"\ntls_key = \"k\"\n")
	_, _, err := Load(Sources{
		File: file, Flags: map[string]string{"listen": "0.0.0.0:443", "log_level": "loud", "store": "mongo", "tls_key": "k"},
	})
	var faults Faults
	if !errors.As(err, &faults) {
		t.Fatalf("got %v", err)
	}
	var about []string
	for _, f := range faults {
		about = append(about, f.Setting)
	}
	if diff := cmp.Diff([]string{"", "log_level"}, about); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLoad_FilesPlaces(t *testing.T) {
	for _, tt := range []struct {
		name, content, want string
	}{
		{"in a list over lines", "\nessential_sectors = [\n \"A\",\n 2]", "essential_sectors (FILE line 2): must be a list of texts in quotes, [\"a\", \"b\"]"},
		{"a table for a text", "[listen]\na = 1", "listen (FILE line 1): must be a text in quotes"},
		{"tables for a number", "[[session_hours]]\na = 1", "session_hours (FILE line 1): must be a whole number from 1 to 168, without quotes"},
		{"a fraction", "session_hours = 1.0", "session_hours (FILE line 1): must be a whole number from 1 to 168, without quotes"},
		{"beyond the range", "session_hours = 9223372036854775807", "session_hours (FILE line 1): must be a whole number from 1 to 168"},
		{"a text for the table", "clocks = \"TRIAGE_P1\"", "clocks (FILE line 1): must be a table, [clocks], with a line NAME = \"value\" for each entry"},
		{"a clock by its whole name", "data = \"d\"\nclocks.TRIAGE_P1 = \"1h\"", "clocks.TRIAGE_P1 (FILE line 2): must be a number from 1 to 999 and wd (working days), d (days), w (weeks) or m (months), such as 3wd"},
		{"an unknown table that is only implied", "\n[database.main]\nname = 1", "database (FILE line 2): no such setting"},
		{"an unknown dotted key", "\ndatabase.main.name = 1", "database (FILE line 2): no such setting"},
		{"another case", "Listen = \"127.0.0.1:1\"", "Listen (FILE line 1): no such setting; did you mean listen?"},
		{"a secret's path that is a number", "mongo_uri_file = 1", "mongo_uri (FILE line 1): mongo_uri_file must be the path of a file, in quotes"},
		{"a secret twice", "mongo_uri = \"mongodb://a\"\nmongo_uri_file = \"uri\"", "mongo_uri (FILE line 2): give either mongo_uri_file or mongo_uri, not both"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := write(t, "vaka.toml", tt.content)
			_, _, err := Load(Sources{File: file})
			want := strings.ReplaceAll(tt.want, "FILE", file)
			if err == nil || err.Error() != want {
				t.Errorf("got  %v\nwant %s", err, want)
			}
		})
	}
}

func TestLoad_SecretFromAFile(t *testing.T) {
	const uri = "mongodb://u:p@db/?w=majority"
	file := func(content string) string { return write(t, "uri", content) }
	for _, tt := range []struct {
		name string
		from Sources
		want string // the fault, or nothing
	}{
		{"plain", Sources{Env: []string{"VAKA_MONGO_URI_FILE=" + file(uri)}}, ""},
		{"newline", Sources{Env: []string{"VAKA_MONGO_URI_FILE=" + file(uri+"\n")}}, ""},
		{"newlines of Windows", Sources{Env: []string{"VAKA_MONGO_URI_FILE=" + file(uri+"\r\n\r\n")}}, ""},
		{"by flag", Sources{Flags: map[string]string{"mongo_uri_file": file(uri)}}, ""},
		{"the other one empty", Sources{Env: []string{"VAKA_MONGO_URI=", "VAKA_MONGO_URI_FILE=" + file(uri)}}, ""},
		{
			"a later source over an earlier one's file",
			Sources{Env: []string{"VAKA_MONGO_URI_FILE=" + file("mongodb://other")}, Flags: map[string]string{"mongo_uri": uri}},
			"",
		},
		{
			"missing",
			Sources{Env: []string{"VAKA_STORE=mongo", "VAKA_MONGO_URI_FILE=/nowhere/" + uri}},
			"mongo_uri (VAKA_MONGO_URI_FILE): the file named for it does not exist",
		},
		{
			"empty",
			Sources{Env: []string{"VAKA_MONGO_URI_FILE=" + file("\n")}},
			"mongo_uri (VAKA_MONGO_URI_FILE): the file named for it is empty",
		},
		{
			"a folder",
			Sources{Env: []string{"VAKA_MONGO_URI_FILE=" + t.TempDir()}},
			"mongo_uri (VAKA_MONGO_URI_FILE): the file named for it cannot be read as a file",
		},
		{
			"two lines",
			Sources{Env: []string{"VAKA_MONGO_URI_FILE=" + file(uri+"\n# comment")}},
			"mongo_uri (VAKA_MONGO_URI_FILE): the file named for it must hold the secret as one line of text",
		},
		{
			"not text",
			Sources{Env: []string{"VAKA_MONGO_URI_FILE=" + file("\xff\xfe")}},
			"mongo_uri (VAKA_MONGO_URI_FILE): the file named for it must hold the secret as one line of text",
		},
		{
			"huge",
			Sources{Env: []string{"VAKA_MONGO_URI_FILE=" + file(strings.Repeat("x", maxSecret+1))}},
			"mongo_uri (VAKA_MONGO_URI_FILE): the file named for it is larger than 64 KiB",
		},
		{
			"both in the environment",
			Sources{Env: []string{"VAKA_MONGO_URI=" + uri, "VAKA_MONGO_URI_FILE=" + file(uri)}},
			"mongo_uri (VAKA_MONGO_URI_FILE): give either VAKA_MONGO_URI_FILE or VAKA_MONGO_URI, not both",
		},
		{
			"both as flags",
			Sources{Flags: map[string]string{"mongo_uri": uri, "mongo_uri_file": "uri"}},
			"mongo_uri (--mongo-uri-file): give either --mongo-uri-file or --mongo-uri, not both",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, _, err := Load(tt.from)
			if tt.want == "" {
				if err != nil || string(got.MongoURI) != uri || got.Store != "mongo" {
					t.Errorf("got %s, %v", string(got.MongoURI), err)
				}
				return
			}
			if err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

// FuzzLoadFile reads any text as a settings file: it is taken or refused with a
// place, and what is taken can be written and read again as the same.
func FuzzLoadFile(f *testing.F) {
	for _, seed := range []string{
		"", Example(), strings.ReplaceAll(Example(), "\n#", "\n"),
		"listen = \"127.0.0.1:1\"\n[clocks]\nTRIAGE_P1 = \"1wd\"", "extra_closing_days = [2026-12-24]", "[[clocks]]\na.b.c = {d = 1}",
		"mongo_uri_file = \"\"\nmongo_uri = 'mongodb://x'", "trusted_proxies = [\"::/1\"]", "\"\" = {}", "a.\"\".b = 1", "x = \"\"\"\n\n\"\"\"", "s = nan\r\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "_file") {
			return // it would read files of this machine
		}
		read := func(text string) (Config, Faults) {
			l := loader{origin: map[string]string{}}
			l.readDefaults()
			l.readTOML("vaka.toml", text)
			l.settle()
			l.check(Known{})
			return l.config, l.faults
		}
		c, faults := read(text)
		for _, fault := range faults {
			if fault.Source == "" || fault.Message == "" || strings.ContainsAny(fault.Error(), "\n\x00") {
				t.Errorf("a fault without its place or its sentence: %+v", fault)
			}
		}
		if len(faults) > 0 || c.MongoURI != "" {
			return
		}
		c.Data = filepath.Clean(c.Data) // as a path in a file always is
		again, faults := read(c.Redacted())
		if len(faults) > 0 {
			t.Fatalf("what was taken is refused when written again: %v\n%s", faults, c.Redacted())
		}
		if first, second := c.Redacted(), again.Redacted(); first != second {
			t.Errorf("(-first +second):\n%s", cmp.Diff(first, second))
		}
	})
}

func TestExample_IsTheFileInDocs(t *testing.T) {
	path := filepath.Join("..", "docs", "vaka.example.toml")
	if *update {
		if err := os.WriteFile(path, []byte(Example()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Example(), string(have)); diff != "" {
		t.Errorf("run go test ./config -update (-generated +docs):\n%s", diff)
	}
}

func TestExample_SaysTheDefaults(t *testing.T) {
	lines := strings.Split(Example(), "\n")
	for i, line := range lines {
		if len(line) > 1 && line[0] == '#' && line[1] != ' ' {
			lines[i] = line[1:]
		}
		if len(line) > 80 {
			t.Errorf("line %d is longer than 80: %s", i+1, line)
		}
	}
	for name, text := range map[string]string{"as it is": Example(), "every # taken away": strings.Join(lines, "\n")} {
		t.Run(name, func(t *testing.T) {
			file := write(t, "vaka.toml", text)
			got, warnings, err := Load(Sources{File: file})
			if err != nil || len(warnings) > 0 {
				t.Fatalf("warnings %q, error %v", warnings, err)
			}
			want := defaults()
			if name != "as it is" {
				want.Clocks = map[string]string{}
				for _, c := range clocks {
					want.Clocks[c.code] = c.period
				}
				want.Data = filepath.Join(filepath.Dir(file), "data")
			}
			if got.Redacted() != want.Redacted() {
				t.Errorf("(-want +got):\n%s", cmp.Diff(want.Redacted(), got.Redacted()))
			}
		})
	}
}
