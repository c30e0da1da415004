package config

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	_ "time/tzdata" // a test must not depend on the machine's zones

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// samePrefix lets cmp compare networks, whose fields it may not see.
var samePrefix = cmpopts.EquateComparable(netip.Prefix{})

// write puts a file into a new folder and returns its path.
func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// defaults is what no source at all gives.
func defaults() Config {
	return Config{
		Listen: "127.0.0.1:8080", MetricsListen: "127.0.0.1:9464",
		Data: "./data", Store: "bolt", MongoDatabase: "vaka",
		Language: "sv", Timezone: "Europe/Stockholm", CasePrefix: "PUI", SupervisionPrefix: "TIL",
		EssentialSectors: []string{"HEALTH_CARE", "SOCIAL_SERVICES"},
		OutageMinutes:    5,
		SessionHours:     12, MaxBodyKB: 1024,
		LoginAttemptsPerAccount: 10, LoginAttemptsPerAddress: 100, NotificationsPerSecondPerAccount: 50, NotificationsPerSecondWithoutAccount: 50,
		SMTPPort: 587, SMTPSecurity: "starttls", SMTPSeconds: 30, Webhooks: "https", WebhookSeconds: 10, LetterSeconds: 45,
		AttachmentMaxMB: 25, AttachmentsMaxMB: 500,
		SweepSeconds: 10, ShutdownSeconds: 20, LogLevel: "info", LogFormat: "json",
	}
}

func TestLoad_Defaults(t *testing.T) {
	got, warnings, err := Load(Sources{})
	if err != nil || len(warnings) > 0 {
		t.Fatalf("nothing given: warnings %q, error %v", warnings, err)
	}
	if diff := cmp.Diff(defaults(), got, samePrefix); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
}

// Every setting, in another value than its default, through every source.
func TestLoad_EverySettingFromEverySource(t *testing.T) {
	want := Config{
		Listen: "0.0.0.0:443", PublicURL: "https://vaka.example.se/sv",
		TLSCert: "/etc/vaka/cert.pem", TLSKey: "/etc/vaka/key.pem",
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00::1/128")},
		MetricsListen:  ":9000", Data: "/var/lib/vaka", Store: "mongo",
		MongoURI: "mongodb://u:p@db/?w=majority", MongoDatabase: "tillsyn",
		AuthorityName: "Dataskyddsmyndigheten på Åland", AuthorityCode: "DSMÅ", Language: "en", Timezone: "Europe/Helsinki",
		CasePrefix: "ÅPU", SupervisionPrefix: "ÅTI", LegalSignOff: true, AutoRegister: true,
		EssentialSectors: []string{"ENERGY", "TRANSPORT"}, ExtraClosingDays: []string{"2026-12-24", "2028-02-29"},
		Clocks:        map[string]string{"TRIAGE_P1": "2wd", "SUPPLEMENT": "3w"},
		OutageMinutes: 7,
		SessionHours:  8, MaxBodyKB: 2048, LoginAttemptsPerAccount: 5, LoginAttemptsPerAddress: 50,
		SMTPHost: "mail.example.se", SMTPPort: 465, SMTPSecurity: "tls", SMTPUser: "vaka", SMTPPassword: "h=m, l", SMTPSeconds: 20,
		MailFrom: "no-reply@example.se", MailDomain: "vaka.example.se", DKIMKey: "/etc/vaka/dkim.pem", DKIMSelector: "v1",
		Webhooks: "any", WebhookNetworks: []netip.Prefix{netip.MustParsePrefix("10.1.2.0/24")}, WebhookSeconds: 5, LetterSeconds: 30,
		NotificationsPerSecondPerAccount: 0, NotificationsPerSecondWithoutAccount: 7, SweepSeconds: 30, ShutdownSeconds: 0, LogLevel: "debug", LogFormat: "text",
		AttachmentMaxMB: 10, AttachmentsMaxMB: 100, AttachmentKinds: []string{"pdf", "png"}, Clamd: "unix:/run/clamd.ctl",
	}
	text := map[string]string{
		"listen": "0.0.0.0:443", "public_url": "https://vaka.example.se/sv/", "tls_cert": "/etc/vaka/cert.pem",
		"tls_key": "/etc/vaka/key.pem", "trusted_proxies": "10.1.2.3/16, fd00::1", "metrics_listen": ":9000",
		"data": "/var/lib/vaka", "store": "mongo", "mongo_uri": "mongodb://u:p@db/?w=majority", "mongo_database": "tillsyn",
		"authority_name": " Dataskyddsmyndigheten på Åland ", "authority_code": "DSMÅ", "language": "en", "timezone": "Europe/Helsinki",
		"case_prefix": "ÅPU", "supervision_prefix": "ÅTI", "legal_sign_off": "true", "auto_register": "true",
		"essential_sectors": "ENERGY, TRANSPORT,", "extra_closing_days": "2026-12-24,2028-02-29",
		"clocks": "TRIAGE_P1=2wd, SUPPLEMENT = 3w", "outage_minutes": "7", "session_hours": "8", "max_body_kb": "2048",
		"login_attempts_per_account": "5", "login_attempts_per_address": "50", "notifications_per_second_per_account": "0", "notifications_per_second_without_account": "7",
		"smtp_host": "mail.example.se", "smtp_port": "465", "smtp_security": "tls", "smtp_user": "vaka", "smtp_password": "h=m, l", "smtp_seconds": "20", "mail_from": "no-reply@example.se",
		"mail_domain": "vaka.example.se", "dkim_key": "/etc/vaka/dkim.pem", "dkim_selector": "v1", "webhooks": "any", "webhook_networks": "10.1.2.0/24", "webhook_seconds": "5", "letter_seconds": "30",
		"attachment_max_mb": "10", "attachments_max_mb": "100", "attachment_kinds": "pdf,png", "clamd": "unix:/run/clamd.ctl",
		"sweep_seconds": "30", "shutdown_seconds": "0", "log_level": "debug", "log_format": "text",
	}
	file := `
listen = "0.0.0.0:443"
public_url = "https://vaka.example.se/sv/"
tls_cert = "/etc/vaka/cert.pem"
tls_key = "/etc/vaka/key.pem"
trusted_proxies = ["10.1.2.3/16", "fd00::1"]
metrics_listen = ":9000"
data = "/var/lib/vaka"
store = "mongo"
mongo_uri = "mongodb://u:p@db/?w=majority"
mongo_database = "tillsyn"
authority_name = "Dataskyddsmyndigheten på Åland"
authority_code = "DSMÅ"
language = "en"
timezone = "Europe/Helsinki"
case_prefix = "ÅPU"
supervision_prefix = "ÅTI"
legal_sign_off = true
auto_register = true
essential_sectors = ["ENERGY", "TRANSPORT"]
extra_closing_days = [2026-12-24, "2028-02-29"]
outage_minutes = 7
session_hours = 8
max_body_kb = 2048
login_attempts_per_account = 5
login_attempts_per_address = 50
notifications_per_second_per_account = 0
notifications_per_second_without_account = 7
smtp_host = "mail.example.se"
smtp_port = 465
smtp_security = "tls"
smtp_user = "vaka"
smtp_password = "h=m, l"
smtp_seconds = 20
mail_from = "no-reply@example.se"
mail_domain = "vaka.example.se"
dkim_key = "/etc/vaka/dkim.pem"
dkim_selector = "v1"
webhooks = "any"
webhook_networks = ["10.1.2.0/24"]
webhook_seconds = 5
letter_seconds = 30
attachment_max_mb = 10
attachments_max_mb = 100
attachment_kinds = ["pdf", "png"]
clamd = "unix:/run/clamd.ctl"
sweep_seconds = 30
shutdown_seconds = 0
log_level = "debug"
log_format = "text"
[clocks]
TRIAGE_P1 = "2wd"
SUPPLEMENT = "3w"
`
	env := []string{}
	for _, s := range Settings() {
		if text[s.Key] == "" || !strings.Contains(file, s.Key) {
			t.Fatalf("%s is missing in this test", s.Key)
		}
		env = append(env, s.Env+"="+text[s.Key])
	}
	for name, from := range map[string]Sources{
		"file":                      {File: write(t, "vaka.toml", file)},
		"file named by VAKA_CONFIG": {Env: []string{"VAKA_CONFIG=" + write(t, "vaka.toml", file)}},
		"environment":               {Env: env},
		"flags":                     {Flags: text},
	} {
		t.Run(name, func(t *testing.T) {
			got, warnings, err := Load(from)
			if err != nil || len(warnings) > 0 {
				t.Fatalf("warnings %q, error %v", warnings, err)
			}
			if diff := cmp.Diff(want, got, samePrefix); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLoad_Precedence(t *testing.T) {
	file := write(t, "vaka.toml", "session_hours = 1\nlog_level = \"warn\"\nessential_sectors = [\"ENERGY\"]\n[clocks]\nTRIAGE_P1 = \"1d\"\nSUPPLEMENT = \"1w\"\n")
	for _, tt := range []struct {
		name  string
		from  Sources
		hours int
		level string
	}{
		{"file over default", Sources{File: file}, 1, "warn"},
		{"environment over file", Sources{File: file, Env: []string{"VAKA_SESSION_HOURS=2"}}, 2, "warn"},
		{"flag over environment", Sources{File: file, Env: []string{"VAKA_SESSION_HOURS=2"}, Flags: map[string]string{"session_hours": "3"}}, 3, "warn"},
		{"flag over file", Sources{File: file, Flags: map[string]string{"log_level": "error"}}, 1, "error"},
		{"an empty variable is not set", Sources{File: file, Env: []string{"VAKA_LOG_LEVEL="}}, 1, "warn"},
		{"the first of a doubled variable", Sources{Env: []string{"VAKA_SESSION_HOURS=4", "VAKA_SESSION_HOURS=5"}}, 4, "info"},
		{"--config over VAKA_CONFIG", Sources{File: file, Env: []string{"VAKA_CONFIG=/nowhere"}}, 1, "warn"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, _, err := Load(tt.from)
			if err != nil {
				t.Fatal(err)
			}
			if got.SessionHours != tt.hours || got.LogLevel != tt.level {
				t.Errorf("got %d and %s, want %d and %s", got.SessionHours, got.LogLevel, tt.hours, tt.level)
			}
		})
	}
	t.Run("lists and tables are replaced whole", func(t *testing.T) {
		got, _, err := Load(Sources{
			File: file, Env: []string{"VAKA_CLOCKS=SUPPLEMENT=9w"},
			Flags: map[string]string{"essential_sectors": ""},
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]string{"SUPPLEMENT": "9w"}, got.Clocks); diff != "" {
			t.Errorf("clocks (-want +got):\n%s", diff)
		}
		if len(got.EssentialSectors) != 0 {
			t.Errorf("an empty flag leaves %q", got.EssentialSectors)
		}
	})
}

func TestLoad_StoreFollowsTheURI(t *testing.T) {
	const uri = "VAKA_MONGO_URI=mongodb://db"
	for _, tt := range []struct {
		name  string
		env   []string
		store string
		warns int
	}{
		{"neither", nil, "bolt", 0},
		{"the URI alone", []string{uri}, "mongo", 0},
		{"both", []string{uri, "VAKA_STORE=mongo"}, "mongo", 0},
		{"bolt in spite of the URI", []string{uri, "VAKA_STORE=bolt"}, "bolt", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, warnings, err := Load(Sources{Env: tt.env})
			if err != nil || got.Store != tt.store || len(warnings) != tt.warns {
				t.Errorf("got %s, warnings %q, error %v", got.Store, warnings, err)
			}
		})
	}
}

func TestLoad_Paths(t *testing.T) {
	file := write(t, "vaka.toml", "data = \"var/data\"\ntls_cert = \"../cert.pem\"\ntls_key = \"/etc/key.pem\"\nmongo_uri_file = \"uri\"\n")
	dir := filepath.Dir(file)
	if err := os.WriteFile(filepath.Join(dir, "uri"), []byte("mongodb://db\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, _, err := Load(Sources{File: file})
	if err != nil {
		t.Fatal(err)
	}
	have := []string{got.Data, got.TLSCert, got.TLSKey, string(got.MongoURI)}
	want := []string{filepath.Join(dir, "var/data"), filepath.Join(filepath.Dir(dir), "cert.pem"), "/etc/key.pem", "mongodb://db"}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("in the file (-want +got):\n%s", diff)
	}
	got, _, err = Load(Sources{File: file, Env: []string{"VAKA_DATA=elsewhere"}})
	if err != nil || got.Data != "elsewhere" {
		t.Errorf("in the environment: %s, %v; want it as given", got.Data, err)
	}
}

func TestLoad_OffTurnsMetricsOff(t *testing.T) {
	for _, flag := range []string{"off", ""} {
		got, _, err := Load(Sources{Flags: map[string]string{"metrics_listen": flag}})
		if err != nil || got.MetricsListen != "" {
			t.Errorf("%q: %q, %v", flag, got.MetricsListen, err)
		}
	}
}

func TestLoad_EnvironmentWarnings(t *testing.T) {
	_, warnings, err := Load(Sources{Env: []string{
		"VAKA_LISTN=127.0.0.1:1", "VAKA_QUITE_ELSE=hunter2", "VAKA_TEST_MONGO_URI=mongodb://db", "HOME=/root", "VAKA_ODD NAME=hunter2",
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"environment: VAKA_LISTN is ignored: no such setting; did you mean VAKA_LISTEN?",
		"environment: a name is ignored: no such setting",
		"environment: VAKA_QUITE_ELSE is ignored: no such setting",
	}
	if diff := cmp.Diff(want, warnings); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLoad_AllFaultsAtOnce(t *testing.T) {
	file := write(t, "vaka.toml", `listne = "127.0.0.1:1"
session_hours = "8"
legal_sign_off = 1
essential_sectors = "HEALTH_CARE"
trusted_proxies = ["ten dot one"]
extra_closing_days = [2026-02-28T10:00:00]
log_format = "xml"
timezone = "Europe/Atlantis"
"odd name" = 1

[server]
port = 1

[clocks]
TRIAGE_P1 = "soon"
SUPPLEMENT = 4
`)
	_, _, err := Load(Sources{
		File:  file,
		Env:   []string{"VAKA_SWEEP_SECONDS=ten", "VAKA_MAX_BODY_KB=1"},
		Flags: map[string]string{"listen": "8080", "auto_register": "yes", "speed": "1", "clocks_": ""},
	})
	want := strings.ReplaceAll(`listne (FILE line 1): no such setting; did you mean listen?
session_hours (FILE line 2): must be a whole number from 1 to 168, without quotes
legal_sign_off (FILE line 3): must be true or false, without quotes
essential_sectors (FILE line 4): must be a list of texts in quotes, ["a", "b"]
trusted_proxies (FILE line 5): must be networks such as 10.1.0.0/16 or single addresses
extra_closing_days (FILE line 6): must be a list of texts in quotes, ["a", "b"]
a name (FILE line 9): no such setting
server (FILE line 11): no such setting
clocks.SUPPLEMENT (FILE line 16): must be a text in quotes
sweep_seconds (VAKA_SWEEP_SECONDS): must be a whole number from 1 to 3600
auto_register (--auto-register): must be true or false
a name (flags): no such setting; did you mean clocks?
speed (flags): no such setting
listen (--listen): must be host:port, such as 127.0.0.1:8080 or [::1]:8080
timezone (FILE line 8): must be the name of a zone, such as Europe/Stockholm
max_body_kb (VAKA_MAX_BODY_KB): must be a whole number from 64 to 65536
log_format (FILE line 7): must be json or text
clocks.TRIAGE_P1 (FILE line 15): must be a number from 1 to 999 and wd (working days), d (days), w (weeks) or m (months), such as 3wd`, "FILE", file)
	if err == nil {
		t.Fatal("no fault found")
	}
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A rule over several settings says nothing when one of them could not be read:
// the one fault is the cause, the other would only follow from it.
func TestLoad_WhatFollowsFromAFaultIsNotReported(t *testing.T) {
	_, _, err := Load(Sources{Env: []string{"VAKA_LISTEN=:8080", "VAKA_TRUSTED_PROXIES=proxy"}})
	want := "trusted_proxies (VAKA_TRUSTED_PROXIES): must be networks such as 10.1.0.0/16 or single addresses"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// A fault of a setting that nobody gave says so.
func TestLoad_FaultsOfWhatWasNotGiven(t *testing.T) {
	_, _, err := Load(Sources{Env: []string{"VAKA_STORE=mongo", "VAKA_CASE_PREFIX=TIL"}})
	want := "mongo_uri (not given): must be given, because store is mongo\n" +
		"supervision_prefix (the default): must be another than case_prefix, or two records could have one number"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
