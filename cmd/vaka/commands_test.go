package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/config"
)

// here runs a command line in this process.
func here(t *testing.T, env []string, args ...string) outcome {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(t.Context(), Terminal{In: strings.NewReader(""), Out: &out, Err: &errs, Env: env}, args)
	return outcome{out.String(), errs.String(), code}
}

func readVectors(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

func TestDeadline_Vectors(t *testing.T) {
	var vectors []struct {
		ID            string `json:"id"`
		Aware         string `json:"aware"`
		Plain72h      string `json:"PLAIN_72H"`
		Reg1182Hours  string `json:"REG1182_HOURS"`
		Reg1182Min2WD string `json:"REG1182_MIN2WD"`
	}
	readVectors(t, "deadline-vectors.json", &vectors)
	if len(vectors) < 17 {
		t.Fatalf("%d vectors", len(vectors))
	}
	for _, v := range vectors {
		got := here(t, nil, "deadline", "--aware", v.Aware, "--json")
		var due deadlinesText
		if err := json.Unmarshal([]byte(got.out), &due); err != nil || got.code != 0 {
			t.Fatalf("%s: exit code %d, %v\n%s%s", v.ID, got.code, err, got.out, got.err)
		}
		want := []string{v.Plain72h, v.Reg1182Hours, v.Reg1182Min2WD}
		if diff := cmp.Diff(want, []string{due.Plain72h.DueAt, due.Reg1182Hours.DueAt, due.Reg1182Min2WD.DueAt}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", v.ID, diff)
		}
		for _, d := range []dueText{due.Plain72h, due.Reg1182Hours, due.Reg1182Min2WD} {
			if !strings.HasSuffix(d.Explanation, ".") || !strings.Contains(d.Article, "Art. 33(1)") {
				t.Errorf("%s is explained with %q, %q", v.ID, d.Explanation, d.Article)
			}
		}
	}
}

func TestDeadline(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		want []string // in the answer, or in the complaint when it begins with vaka:
	}{
		{"local time", []string{"--aware", "2026-03-13T17:40"}, []string{"Monday 16 March 2026 17:40 CET", "Monday 16 March 2026 18:00 CET", "Tuesday 17 March 2026 18:00 CET", "Art. 3(5)"}},
		{"another zone", []string{"--aware", "2026-03-13T17:40", "--zone", "Europe/Helsinki", "--json"}, []string{`"2026-03-16T17:40:00+02:00"`}},
		{"an offset, shown in the zone", []string{"--aware", "2026-03-13T16:40Z", "--json"}, []string{`"2026-03-16T17:40:00+01:00"`}},
		{"an hour that is skipped", []string{"--aware", "2026-03-29T02:30"}, []string{"vaka: --aware: This local time does not exist", "+01:00 or +02:00?"}},
		{"an hour that comes twice", []string{"--aware", "2026-10-25T02:30"}, []string{"vaka: --aware: This local time exists twice"}},
		{"no time", []string{"--aware", "yesterday"}, []string{"vaka: --aware: The time cannot be read."}},
		{"no zone", []string{"--aware", "2026-03-13T17:40", "--zone", "Local"}, []string{"vaka: --zone: there is no such zone"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := here(t, nil, append([]string{"deadline"}, c.args...)...)
			text, code := got.out, 0
			if strings.HasPrefix(c.want[0], "vaka:") {
				text, code = got.err, exitFailed
				if strings.Count(got.err, "\n") != 1 || got.out != "" {
					t.Errorf("more than one line: %q %q", got.out, got.err)
				}
			}
			if got.code != code {
				t.Errorf("exit code %d, want %d", got.code, code)
			}
			for _, w := range c.want {
				if !strings.Contains(text, w) {
					t.Errorf("%q lacks %q", text, w)
				}
			}
		})
	}
}

func TestSeverity_Vectors(t *testing.T) {
	var vectors []struct {
		ID    string      `json:"id"`
		DPC   json.Number `json:"dpc"`
		EI    json.Number `json:"ei"`
		C     json.Number `json:"c"`
		I     json.Number `json:"i"`
		A     json.Number `json:"a"`
		M     json.Number `json:"m"`
		SE    float64     `json:"se"`
		Level string      `json:"level"`
	}
	readVectors(t, "severity-vectors.json", &vectors)
	if len(vectors) < 10 {
		t.Fatalf("%d vectors", len(vectors))
	}
	for _, v := range vectors {
		got := here(t, nil, "severity", "--dpc", v.DPC.String(), "--ei", v.EI.String(), "--c", v.C.String(),
			"--i", v.I.String(), "--a", v.A.String(), "--m", v.M.String(), "--json")
		var s struct {
			SE    float64 `json:"se"`
			Level string  `json:"level"`
		}
		if err := json.Unmarshal([]byte(got.out), &s); err != nil || s.SE != v.SE || s.Level != v.Level {
			t.Errorf("%s: got %+v, want %v %s (%v)\n%s", v.ID, s, v.SE, v.Level, err, got.err)
		}
	}
}

func TestSeverity(t *testing.T) {
	base := []string{"severity", "--dpc", "3", "--ei", "1", "--c", "0.25", "--i", "0", "--a", "0", "--m", "0"}
	got := here(t, nil, append(base, "--subjects", "101", "--unintelligible", "no", "--json")...)
	want := `{"se":3.25,"level":"HIGH","flags":[{"flag":"OVER_100","value":"YES"},{"flag":"UNINTELLIGIBLE","value":"NO"}]}`
	var flat bytes.Buffer
	if err := json.Compact(&flat, []byte(got.out)); err != nil || flat.String() != want {
		t.Errorf("got  %s (%v)\nwant %s", flat.String(), err, want)
	}
	if got := here(t, nil, base...); got.out != "SE 3.25, HIGH\nOVER_100: UNKNOWN\nUNINTELLIGIBLE: UNKNOWN\n" {
		t.Errorf("for people: %q", got.out)
	}
	// Every fault at once, and none repeats what was given.
	got = here(t, nil, "severity", "--dpc", "19121212", "--ei", "0.3", "--c", "0", "--i", "0", "--a", "0", "--m", "0.25", "--unintelligible", "perhaps")
	if got.code != exitFailed || strings.Count(got.err, "\n") != 4 || strings.Contains(got.err, "19121212") {
		t.Errorf("exit code %d, %q", got.code, got.err)
	}
}

func TestWorkflow(t *testing.T) {
	if got := here(t, nil, "workflow"); got.code != 0 || !strings.HasPrefix(got.out, "stateDiagram-v2\n") {
		t.Errorf("exit code %d, %.80q", got.code, got.out)
	}
	var procedure struct {
		Steps []any `json:"steps"`
	}
	got := here(t, nil, "workflow", "--format", "json")
	if err := json.Unmarshal([]byte(got.out), &procedure); err != nil || len(procedure.Steps) == 0 {
		t.Errorf("%d steps, %v", len(procedure.Steps), err)
	}
}

func TestUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"frobnicate"}, "frobnicate"},
		{[]string{"serve", "--lissten", ":80"}, "unknown flag --lissten"},
		{[]string{"serve", "extra"}, "extra"},
		{[]string{"deadline"}, "missing flags: --aware"},
		{[]string{"workflow", "--format", "svg"}, "mermaid"},
		{[]string{"export"}, "<file>"},
	} {
		got := here(t, nil, c.args...)
		if got.code != exitUsage || !strings.Contains(got.err, c.says) || !strings.Contains(got.err, "--help\n") || got.out != "" {
			t.Errorf("%q: exit code %d, %q %q", c.args, got.code, got.out, got.err)
		}
	}
}

// Every command teaches: its help has an example, and every setting is a flag of
// the commands that work on an installation.
func TestHelp(t *testing.T) {
	if got := here(t, nil); got.code != 0 || !strings.Contains(got.out, "vaka demo") {
		t.Errorf("exit code %d, %q", got.code, got.out)
	}
	for _, command := range []string{"serve", "demo", "deadline", "severity", "workflow", "check-config", "export", "import", "rebuild", "verify", "user", "reminders", "health"} {
		got := here(t, nil, command, "--help")
		if got.code != 0 || !strings.Contains(got.out, "\n    vaka "+command) && !strings.Contains(got.out, " vaka "+command) {
			t.Errorf("vaka %s --help (exit code %d) shows no example:\n%s", command, got.code, got.out)
		}
	}
	for _, command := range []string{"serve", "demo", "check-config"} {
		help := here(t, nil, command, "--help").out
		for _, s := range config.Settings() {
			if !strings.Contains(help, "--"+s.Flag+"=") && !strings.Contains(help, "--[no-]"+s.Flag) {
				t.Errorf("vaka %s --help lacks --%s", command, s.Flag)
			}
			if s.Secret && !strings.Contains(help, "--"+s.FileFlag()+"=") {
				t.Errorf("vaka %s --help lacks --%s", command, s.FileFlag())
			}
		}
	}
}

func TestVersion(t *testing.T) {
	if got := here(t, nil, "version"); got.code != 0 || !strings.HasPrefix(got.out, "vaka ") {
		t.Errorf("exit code %d, %q", got.code, got.out)
	}
}

// Every setting can be given as a flag, in another value than its default.
func TestCheckConfig_EveryFlag(t *testing.T) {
	given := map[string]string{
		"listen": "127.0.0.1:9", "public_url": "https://vaka.example.se", "trusted_proxies": "10.1.0.0/16",
		"metrics_listen": "127.0.0.1:10", "data": "/nowhere", "store": "mongo", "mongo_uri": "mongodb://u:hemlig@db/",
		"mongo_database": "tillsyn", "authority_name": "Myndigheten", "authority_code": "IMY", "language": "en",
		"timezone": "Europe/Helsinki", "case_prefix": "ÅPU", "supervision_prefix": "ÅTI", "legal_sign_off": "true",
		"auto_register": "true", "essential_sectors": "HEALTH_CARE", "extra_closing_days": "2026-12-28", "outage_minutes": "7", "session_hours": "8",
		"max_body_kb": "512", "login_attempts_per_account": "5", "login_attempts_per_address": "50",
		"notifications_per_second_per_account": "10", "notifications_per_second_without_account": "20", "sweep_seconds": "5", "shutdown_seconds": "7", "log_level": "debug",
		"attachment_max_mb": "10", "attachments_max_mb": "100", "attachment_kinds": "pdf", "clamd": "clamd:3310",
		"log_format": "text", "clocks": "TRIAGE_P1=2wd",
		"smtp_host": "mail.example.se", "smtp_port": "465", "smtp_security": "tls", "smtp_user": "vaka", "smtp_password": "hemlig",
		"smtp_seconds": "20", "mail_from": "no-reply@example.se", "mail_domain": "vaka.example.se", "dkim_key": "/nowhere/dkim.pem",
		"dkim_selector": "v1", "webhooks": "any", "webhook_networks": "10.1.2.0/24", "webhook_seconds": "5",
		"letter_seconds": "30",
	}
	args := []string{"check-config"}
	for _, s := range config.Settings() {
		switch value, ok := given[s.Key]; {
		case ok && s.Kind == config.YesNo:
			args = append(args, "--"+s.Flag)
		case ok:
			args = append(args, "--"+s.Flag, value)
		case s.Key != "tls_cert" && s.Key != "tls_key": // which need files
			t.Errorf("the test lacks a value for %s", s.Key)
		}
	}
	got := here(t, nil, args...)
	if got.code != 0 {
		t.Fatalf("exit code %d\n%s", got.code, got.err)
	}
	for _, s := range config.Settings() {
		want := given[s.Key]
		switch {
		case s.Secret:
			want = "(hidden)"
		case s.Kind == config.Table:
			want = `TRIAGE_P1 = "2wd"`
		}
		if !strings.Contains(got.out, want) {
			t.Errorf("%s is not %q in\n%s", s.Key, want, got.out)
		}
	}
	if strings.Contains(got.out+got.err, "hemlig") {
		t.Error("a secret was printed")
	}
	if got := here(t, []string{"VAKA_LEGAL_SIGN_OFF=true"}, "check-config", "--no-legal-sign-off"); !strings.Contains(got.out, "legal_sign_off = false") {
		t.Errorf("--no-legal-sign-off does not win over the environment:\n%s%s", got.out, got.err)
	}
}

func TestCheckConfig(t *testing.T) {
	file := func(text string) string {
		path := filepath.Join(t.TempDir(), "vaka.toml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	garbage := file("this is no certificate")
	for _, c := range []struct {
		name string
		env  []string
		args []string
		code int
		says []string // one for each line of standard error
	}{
		{name: "nothing given"},
		{
			name: "a slip in the environment is only warned of", env: []string{"VAKA_SESION_HOURS=8", "HOME=/root"},
			says: []string{"vaka: warning: environment: VAKA_SESION_HOURS is ignored: no such setting; did you mean VAKA_SESSION_HOURS?"},
		},
		{
			name: "everything at once", code: exitFailed, env: []string{"VAKA_SWEEP_SECONDS=soon"},
			args: []string{"--config", file("sesion_hours = 8\nlanguage = \"fr\"\n"), "--listen", ":80", "--max-body-kb", "1"},
			says: []string{"sesion_hours", "language", "sweep_seconds (VAKA_SWEEP_SECONDS)", "listen (--listen): plain HTTP", "max_body_kb (--max-body-kb)"},
		},
		{
			name: "clocks that nobody may set", code: exitFailed, args: []string{"--clocks", "ART33=80d,ORDER=3d,NEVER=1d"},
			says: []string{"clocks.ART33", "clocks.NEVER", "clocks.ORDER"},
		},
		{
			name: "a sector that is none", code: exitFailed, args: []string{"--essential-sectors", "HEALTHCARE"},
			says: []string{"essential_sectors (--essential-sectors): item 1 is no sector"},
		},
		{
			name: "certificates that are not there", code: exitFailed, args: []string{"--tls-cert", "/nowhere/c", "--tls-key", "/nowhere/k"},
			says: []string{"tls_cert: the file cannot be read: no such file or directory", "tls_key: the file cannot be read"},
		},
		{
			name: "certificates that are none", code: exitFailed, args: []string{"--tls-cert", garbage, "--tls-key", garbage},
			says: []string{"tls_cert: the certificate and tls_key cannot be used together"},
		},
		{
			name: "a secret in the wrong place is not repeated", code: exitFailed, args: []string{"--mongo-uri", "u:hemlig@db"},
			says: []string{"mongo_uri (--mongo-uri): must begin with mongodb://"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := here(t, c.env, append([]string{"check-config"}, c.args...)...)
			if got.code != c.code {
				t.Errorf("exit code %d, want %d", got.code, c.code)
			}
			lines := strings.Split(strings.TrimSuffix(got.err, "\n"), "\n")
			if got.err == "" {
				lines = nil
			}
			if len(lines) != len(c.says) {
				t.Errorf("%d lines, want %d:\n%s", len(lines), len(c.says), got.err)
			}
			for _, says := range c.says {
				if !strings.Contains(got.err, says) {
					t.Errorf("%q is not said:\n%s", says, got.err)
				}
			}
			if strings.Contains(got.err, "hemlig") {
				t.Errorf("a secret was repeated:\n%s", got.err)
			}
			if (got.out == "") != (c.code != 0) {
				t.Errorf("printed %q", got.out)
			}
		})
	}
}

// What check-config prints is a settings file that says the same.
func TestCheckConfig_PrintsAFile(t *testing.T) {
	first := here(t, nil, "check-config", "--session-hours", "3", "--clocks", "TRIAGE_P1=2wd", "--data", "/nowhere")
	path := filepath.Join(t.TempDir(), "vaka.toml")
	if err := os.WriteFile(path, []byte(first.out), 0o600); err != nil {
		t.Fatal(err)
	}
	second := here(t, nil, "check-config", "--config", path)
	if diff := cmp.Diff(first.out, second.out); diff != "" || second.code != 0 {
		t.Errorf("exit code %d, %s (-first +second):\n%s", second.code, second.err, diff)
	}
}

func TestUser(t *testing.T) {
	data := t.TempDir()
	user := func(args ...string) outcome {
		return here(t, nil, append([]string{"user", "--data", data}, args...)...)
	}
	made := user("add", "admin@example.org", "--name", "Adam", "--role", "administrator")
	if made.code != 0 || !strings.Contains(made.out, "made account ") || !strings.Contains(made.out, "password: ") {
		t.Fatalf("%+v", made)
	}
	for _, c := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"the same address", []string{"add", "Admin@example.org", "--name", "Eva", "--role", "notifier"}, exitFailed, "has an account already"},
		{"a role that is none", []string{"add", "a@example.org", "--name", "Eva", "--role", "system"}, exitFailed, "roles: No account can have this role."},
		{"several faults", []string{"add", "nobody", "--name", "", "--role", "boss"}, exitFailed, "email: "},
		{"one without a password", []string{"add", "machine@example.org", "--name", "Machine", "--role", "notifier", "--no-password"}, 0, ""},
		{"several roles", []string{"roles", "machine@example.org", "NOTIFIER", "registrar"}, 0, ""},
		{"nobody's roles", []string{"roles", "nobody@example.org", "notifier"}, exitFailed, "There is no such account."},
		{"the last administrator", []string{"deactivate", "admin@example.org", "--reason", "left"}, exitFailed, "last administrator"},
		{"a mandate for no unit", []string{"mandate", "machine@example.org", "nounit", "--reason", "agreement"}, exitFailed, "no such controller unit"},
		{"a mandate to take back that is none", []string{"mandate", "machine@example.org", "nounit", "--revoke", "--reason", "ended"}, exitFailed, "no mandate for the unit"},
		{"a new password", []string{"password", "machine@example.org"}, 0, ""},
		{"a file that is not there", []string{"password", "machine@example.org", "--password-file", "/nowhere/p"}, exitFailed, "--password-file: no such file"},
		{"a successor that is none", []string{"deactivate", "machine@example.org", "--reason", "ended", "--successor", "admin@example.org"}, exitFailed, "active caseworker or supervisor"},
		{"nobody's link", []string{"reset-link", "nobody@example.org"}, exitFailed, "There is no such account."},
		{"deactivated", []string{"deactivate", "machine@example.org", "--reason", "ended"}, 0, ""},
		{"a link for nobody active", []string{"reset-link", "machine@example.org"}, exitFailed, "deactivated"},
	} {
		got := user(c.args...)
		if got.code != c.code || !strings.Contains(got.err, c.says) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	if got := user("invite", "admin@example.org", "--name", "Eva", "--role", "notifier"); got.code != exitFailed || !strings.Contains(got.err, "has an account already") {
		t.Errorf("%+v", got)
	}
	link := regexp.MustCompile(`link, once, until [0-9T:Z-]+: http://[^/]+(/invitation|/new-password)/vaka_l_[A-Za-z0-9_-]{43}\n`)
	for path, args := range map[string][]string{
		"/invitation":   {"invite", "eva@example.org", "--name", "Eva", "--role", "caseworker"},
		"/new-password": {"reset-link", "admin@example.org"},
	} {
		if got := user(args...); got.code != 0 || len(link.FindStringSubmatch(got.out)) != 2 || link.FindStringSubmatch(got.out)[1] != path {
			t.Errorf("%v: %+v", args, got)
		}
	}
	list := user("list")
	for _, want := range []string{"admin@example.org    Adam     administrator       yes", "machine@example.org  Machine  notifier,registrar  no"} {
		if !strings.Contains(list.out, want) {
			t.Errorf("the list lacks %q:\n%s%s", want, list.out, list.err)
		}
	}
	if got := user("activate", "machine@example.org", "--reason", "back"); got.code != 0 {
		t.Errorf("%+v", got)
	}
	var all []struct {
		Email string `json:"email"`
		How   string `json:"how"`
	}
	if err := json.Unmarshal([]byte(user("list", "--json").out), &all); err != nil || len(all) != 3 || all[0].How != "COMMAND_LINE" {
		t.Errorf("as JSON: %+v, %v", all, err)
	}
	if got := here(t, nil, "verify", "--data", data); got.code != 0 || !strings.HasSuffix(got.out, " of 3 records; 0 breaks\n") {
		t.Errorf("%+v", got)
	}
}

// A slip in --data must not answer that an empty store is fine.
func TestNoStore(t *testing.T) {
	for _, args := range [][]string{
		{"verify"}, {"rebuild"}, {"export", filepath.Join(t.TempDir(), "x")}, {"user", "list"},
	} {
		data := filepath.Join(t.TempDir(), "slip")
		got := here(t, nil, append(args, "--data", data)...)
		if got.code != exitFailed || !strings.Contains(got.err, "there is no store in") || strings.Count(got.err, "\n") != 1 {
			t.Errorf("%q: %+v", args, got)
		}
		if _, err := os.Stat(data); err == nil {
			t.Errorf("%q made the directory", args)
		}
	}
}

func TestHealth(t *testing.T) {
	if got := here(t, nil, "health", "http://127.0.0.1:1/readyz"); got.code != exitFailed || got.err != "vaka: no answer: connection refused\n" {
		t.Errorf("%+v", got)
	}
}
