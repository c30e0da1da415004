package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Wherever the secret is put, and whatever is wrong around it, nothing that
// people get to read holds it.
func TestSecret_IsNeverSaid(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "vaka.toml")
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringMatching(`[a-z0-9]{12}[ "'\\\n#=]?[a-z0-9]{12}`).Draw(t, "secret")
		line := rapid.SampledFrom([]string{
			`mongo_uri = "mongodb://u:%s@db"`, `mongo_uri = "%s"`, `mongo_uri = %s`, `mongo_uri = '%s`, `mongo_uri "%s"`, `mongo_uri = [["%s"]]`,
			`mongo_uri = "mongodb://db" "%s"`, `mongo_uri_file = "%s"`, `mongo_uri_file = ["%s"]`, `mongo_url = "%s"`,
			`session_hours = "%s"`, `store = "%s"`, `clocks = "%s"`, `clocks.TRIAGE_P1 = "%s"`, `clocks."mongodb://%s" = "1d"`, `"mongodb://%s" = 1`,
			`trusted_proxies = ["%s"]`, `essential_sectors = ["%s"]`, `listen = "%s"`, `public_url = "%s"`, `timezone = "%s"`,
			`mongo_uri = "\x%s"`, `mongo_uri = 0x%s`, `mongo_uri = 1979-%s`, `mongo_uri = +%s`, `mongo_uri = "\u%s"`, `# %s`,
		}).Draw(t, "line")
		if err := os.WriteFile(file, []byte("log_level = \"warn\"\n"+fmt.Sprintf(line, secret)+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		from := Sources{File: file, Flags: map[string]string{}}
		name := rapid.SampledFrom([]string{
			"VAKA_MONGO_URI", "VAKA_MONGO_URI_FILE", "VAKA_MONGODB_URI", "VAKA_LISTEN", "VAKA_CLOCKS", "VAKA_STORE", "VAKA_SESSION_HOURS",
		}).Draw(t, "variable")
		prefix := rapid.SampledFrom([]string{"", "mongodb://", "mongodb://db/"}).Draw(t, "prefix")
		if rapid.Bool().Draw(t, "in the environment") {
			from.Env = []string{name + "=" + prefix + secret}
		}
		if rapid.Bool().Draw(t, "as a flag") {
			from.Flags[rapid.SampledFrom([]string{"mongo_uri", "mongo_uri_file", "listen", "mongodb"}).Draw(t, "flag")] = prefix + secret
		}

		config, warnings, err := Load(from)
		said := []string{strings.Join(warnings, "\n"), config.Redacted(), fmt.Sprint(err), fmt.Sprintf("%+v %#v", err, err), everyForm(t, config)}
		for _, s := range said {
			if strings.Contains(s, secret) {
				t.Fatalf("the secret is said: %s", s)
			}
		}
	})
}

// everyForm prints a value in every way that a careless line might.
func everyForm(t interface{ Fatal(...any) }, v any) string {
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%08.3f", "%T"} {
		fmt.Fprintf(&out, verb+"\n", v)
	}
	if err := json.NewEncoder(&out).Encode(v); err != nil {
		t.Fatal(err)
	}
	for _, h := range []slog.Handler{slog.NewJSONHandler(&out, nil), slog.NewTextHandler(&out, nil)} {
		slog.New(h).Info("settings", "value", v)
	}
	return out.String()
}

func TestSecret_Forms(t *testing.T) {
	printed := everyForm(t, Secret("hunter2")) + everyForm(t, struct{ S *Secret }{new(Secret("hunter2"))}) + everyForm(t, []Secret{"hunter2"})
	for _, form := range []string{"hunter2", fmt.Sprintf("%x", "hunter2")} {
		if strings.Contains(printed, form) {
			t.Errorf("the secret is printed: %s", printed)
		}
	}
	if !strings.Contains(printed, hidden) {
		t.Error("nothing says that there is a secret")
	}
	if got := fmt.Sprintf("%v|%s", Secret(""), Secret("")); got != "|" {
		t.Errorf("no secret prints as %q", got)
	}
	c := defaults()
	c.MongoURI = "mongodb://u:p@db"
	if got := c.Redacted(); !strings.Contains(got, `mongo_uri = "(hidden)"`) || strings.Contains(got, "u:p") {
		t.Errorf("redacted: %s", got)
	}
}
