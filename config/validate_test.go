package config

import (
	"net/netip"
	"strings"
	"testing"
)

func TestValidate_PlainHTTPOnLoopbackOnly(t *testing.T) {
	proxy := []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}
	for _, tt := range []struct {
		listen   string
		loopback bool
	}{
		{"127.0.0.1:8080", true},
		{"127.8.9.10:0", true},
		{"[::1]:8080", true},
		{"[::ffff:127.0.0.1]:8080", true},
		{"localhost:8080", true},
		{"LocalHost.:8080", true},
		{":8080", false},
		{"0.0.0.0:8080", false},
		{"[::]:8080", false},
		{"192.168.1.5:8080", false},
		{"[::ffff:10.0.0.1]:8080", false},
		{"[fe80::1%eth0]:8080", false},
		{"vaka.example.se:8080", false},
		{"localhost.example.se:8080", false},
		{"127.1:8080", false}, // a name to Go, and whatever the resolver makes of it
		{"my_service:8080", false},
	} {
		t.Run(tt.listen, func(t *testing.T) {
			if got := Loopback(tt.listen); got != tt.loopback {
				t.Errorf("Loopback = %v", got)
			}
			c := defaults()
			c.Listen = tt.listen
			if refused := len(c.Validate(Known{})) > 0; refused == tt.loopback {
				t.Errorf("plain: %v", c.Validate(Known{}))
			}
			c.TrustedProxies = proxy
			if faults := c.Validate(Known{}); len(faults) > 0 {
				t.Errorf("behind a proxy: %v", faults)
			}
			c.TrustedProxies, c.TLSCert, c.TLSKey = nil, "cert.pem", "key.pem"
			if faults := c.Validate(Known{}); len(faults) > 0 {
				t.Errorf("with a certificate: %v", faults)
			}
		})
	}
}

func TestLoopback_RefusesWhatIsNoAddress(t *testing.T) {
	for _, listen := range []string{"", "127.0.0.1", "localhost", "::1"} {
		if Loopback(listen) {
			t.Errorf("%q counts as loopback", listen)
		}
	}
}

// Each case breaks one thing of settings that are otherwise right.
func TestValidate(t *testing.T) {
	for _, tt := range []struct {
		name    string
		set     func(*Config)
		setting string // at fault; none when empty
		says    string
	}{
		{"nothing", func(*Config) {}, "", ""},
		{"no listen", func(c *Config) { c.Listen = "" }, "listen", "host:port"},
		{"no port", func(c *Config) { c.Listen = "127.0.0.1" }, "listen", "host:port"},
		{"port beyond 16 bits", func(c *Config) { c.Listen = "127.0.0.1:65536" }, "listen", "host:port"},
		{"port by name", func(c *Config) { c.Listen = "127.0.0.1:http" }, "listen", "host:port"},
		{"port with a sign", func(c *Config) { c.Listen = "127.0.0.1:+80" }, "listen", "host:port"},
		{"host with a space", func(c *Config) { c.Listen = "local host:80" }, "listen", "host:port"},
		{"a URL", func(c *Config) { c.Listen = "http://127.0.0.1:80" }, "listen", "host:port"},
		{"bare IPv6", func(c *Config) { c.Listen = "::1:80" }, "listen", "host:port"},
		{"public URL", func(c *Config) { c.PublicURL = "https://vaka.example.se:8443/sv" }, "", ""},
		{"public URL without scheme", func(c *Config) { c.PublicURL = "vaka.example.se" }, "public_url", "https"},
		{"public URL of another scheme", func(c *Config) { c.PublicURL = "javascript://x" }, "public_url", "https"},
		{"public URL without host", func(c *Config) { c.PublicURL = "https://:80" }, "public_url", "host"},
		{"public URL with a user", func(c *Config) { c.PublicURL = "https://u:p@vaka" }, "public_url", "without user"},
		{"public URL with a query", func(c *Config) { c.PublicURL = "https://vaka/?a" }, "public_url", "query"},
		{"certificate alone", func(c *Config) { c.TLSCert = "c" }, "tls_key", "tls_cert is"},
		{"key alone", func(c *Config) { c.TLSKey = "k" }, "tls_cert", "tls_key is"},
		{"key alone, off loopback", func(c *Config) { c.Listen, c.TLSKey = ":443", "k" }, "tls_cert", "tls_key is"},
		{"everybody a proxy", func(c *Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")} }, "trusted_proxies", "whole internet"},
		{"no metrics", func(c *Config) { c.MetricsListen = "" }, "", ""},
		{"metrics nowhere", func(c *Config) { c.MetricsListen = "9464" }, "metrics_listen", "off"},
		{"metrics on the API's port", func(c *Config) { c.MetricsListen = c.Listen }, "metrics_listen", "another"},
		{"both on any port", func(c *Config) { c.MetricsListen, c.Listen = "127.0.0.1:0", "127.0.0.1:0" }, "", ""},
		{"no data", func(c *Config) { c.Data = "" }, "data", "directory"},
		{"a control character", func(c *Config) { c.Data = "da\x00ta" }, "data", "control"},
		{"broken UTF-8", func(c *Config) { c.AuthorityName = "\xff" }, "authority_name", "text"},
		{"another engine", func(c *Config) { c.Store = "sqlite" }, "store", "bolt or mongo"},
		{"mongo nowhere", func(c *Config) { c.Store = "mongo" }, "mongo_uri", "store is mongo"},
		{"mongo by service record", func(c *Config) { c.Store, c.MongoURI = "mongo", "mongodb+srv://u:p@db" }, "", ""},
		{"mongo by http", func(c *Config) { c.MongoURI = "http://db" }, "mongo_uri", "mongodb://"},
		{"mongo without a host", func(c *Config) { c.MongoURI = "mongodb:///db" }, "mongo_uri", "host"},
		{"database with a dot", func(c *Config) { c.MongoDatabase = "a.b" }, "mongo_database", "letters"},
		{"a book for a name", func(c *Config) { c.AuthorityName = strings.Repeat("å", 201) }, "authority_name", "200"},
		{"200 letters of two bytes", func(c *Config) { c.AuthorityName = strings.Repeat("å", 200) }, "", ""},
		{"small code", func(c *Config) { c.AuthorityCode = "imy" }, "authority_code", "capital"},
		{"another language", func(c *Config) { c.Language = "fi" }, "language", "sv or en"},
		{"no zone", func(c *Config) { c.Timezone = "" }, "timezone", "zone"},
		{"the machine's zone", func(c *Config) { c.Timezone = "Local" }, "timezone", "zone"},
		{"a zone outside", func(c *Config) { c.Timezone = "../../etc/passwd" }, "timezone", "zone"},
		{"no prefix", func(c *Config) { c.CasePrefix = "" }, "case_prefix", "capital"},
		{"nine letters", func(c *Config) { c.CasePrefix = "ABCDEFGHI" }, "case_prefix", "1 to 8"},
		{"eight letters", func(c *Config) { c.CasePrefix = "ABCDEFGÖ" }, "", ""},
		{"a digit", func(c *Config) { c.SupervisionPrefix = "T1" }, "supervision_prefix", "capital"},
		{"one prefix for both", func(c *Config) { c.SupervisionPrefix = "PUI" }, "supervision_prefix", "another"},
		{"a sector in small letters", func(c *Config) { c.EssentialSectors = []string{"ENERGY", "energy"} }, "essential_sectors", "item 2"},
		{"the leap day of no leap year", func(c *Config) { c.ExtraClosingDays = []string{"2026-02-29"} }, "extra_closing_days", "item 1"},
		{"a clock in small letters", func(c *Config) { c.Clocks = map[string]string{"triage": "1d"} }, "clocks.triage", "code"},
		{"a clock of zero", func(c *Config) { c.Clocks = map[string]string{"TRIAGE_P1": "0d"} }, "clocks.TRIAGE_P1", "number"},
		{"a clock of a thousand days", func(c *Config) { c.Clocks = map[string]string{"TRIAGE_P1": "1000d"} }, "clocks.TRIAGE_P1", "1 to 999"},
		{"a clock in hours", func(c *Config) { c.Clocks = map[string]string{"TRIAGE_P1": "1h"} }, "clocks.TRIAGE_P1", "working days"},
		{"clocks", func(c *Config) { c.Clocks = map[string]string{"A": "1wd", "B": "2d", "C": "3w", "D": "999m"} }, "", ""},
		{"a case smaller than a file", func(c *Config) { c.AttachmentsMaxMB = 24 }, "attachments_max_mb", "at least attachment_max_mb"},
		{"no attachments", func(c *Config) { c.AttachmentKinds = nil }, "", ""},
		{"an ending with its dot", func(c *Config) { c.AttachmentKinds = []string{"pdf", ".png"} }, "attachment_kinds", "item 2"},
		{"clamd by socket", func(c *Config) { c.Clamd = "unix:/run/clamav/clamd.ctl" }, "", ""},
		{"clamd by host", func(c *Config) { c.Clamd = "clamd:3310" }, "", ""},
		{"clamd without a port", func(c *Config) { c.Clamd = "clamd" }, "clamd", "host:port"},
		{"clamd by a path of its own", func(c *Config) { c.Clamd = "unix:clamd.ctl" }, "clamd", "path"},
		{"session of nothing", func(c *Config) { c.SessionHours = 0 }, "session_hours", "1 to 168"},
		{"a week", func(c *Config) { c.SessionHours = 168 }, "", ""},
		{"a week and an hour", func(c *Config) { c.SessionHours = 169 }, "session_hours", "1 to 168"},
		{"no limit of notifications", func(c *Config) { c.NotificationsPerSecondPerAccount = 0 }, "", ""},
		{"a negative limit without account", func(c *Config) { c.NotificationsPerSecondWithoutAccount = -1 }, "notifications_per_second_without_account", "0 to"},
		{"a negative limit", func(c *Config) { c.NotificationsPerSecondPerAccount = -1 }, "notifications_per_second_per_account", "0 to"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := defaults()
			tt.set(&c)
			faults := c.Validate(Known{})
			if tt.setting == "" {
				if len(faults) > 0 {
					t.Errorf("refused: %v", faults)
				}
				return
			}
			if len(faults) != 1 || faults[0].Setting != tt.setting || !strings.Contains(faults[0].Message, tt.says) {
				t.Errorf("got %v, want one about %s that says %q", faults, tt.setting, tt.says)
			}
		})
	}
}

func TestValidate_CodesOfOtherRooms(t *testing.T) {
	known := Known{Sectors: []string{"HEALTH_CARE", "SOCIAL_SERVICES"}, Clocks: []string{"TRIAGE_P1"}}
	c := defaults()
	c.Clocks = map[string]string{"TRIAGE_P1": "1d"}
	if faults := c.Validate(known); len(faults) > 0 {
		t.Errorf("refused: %v", faults)
	}
	c.EssentialSectors = []string{"HEALTH_CARE", "BAKERIES"}
	c.Clocks = map[string]string{"TRIAGE_P9": "1d"}
	want := "essential_sectors: item 2 is no sector; the sectors are HEALTH_CARE, SOCIAL_SERVICES\n" +
		"clocks.TRIAGE_P9: no such clock; the clocks are TRIAGE_P1"
	if got := c.Validate(known).Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if faults := c.Validate(Known{}); len(faults) > 0 {
		t.Errorf("refused codes that nobody named: %v", faults)
	}
}

// An empty Config is what a caller gets who forgot to load one: it must not run.
func TestValidate_RefusesTheZeroValue(t *testing.T) {
	refused := map[string]bool{}
	for _, f := range (Config{}).Validate(Known{}) {
		refused[f.Setting] = true
	}
	for _, key := range []string{
		"listen", "data", "store", "mongo_database", "language", "timezone", "case_prefix", "supervision_prefix", "session_hours", "outage_minutes",
		"max_body_kb", "login_attempts_per_account", "login_attempts_per_address", "sweep_seconds", "log_level", "log_format",
		"smtp_port", "smtp_security", "smtp_seconds", "webhooks", "webhook_seconds", "letter_seconds",
		"attachment_max_mb", "attachments_max_mb",
	} {
		if !refused[key] {
			t.Errorf("%s is not refused though its comment says so", key)
		}
		delete(refused, key)
	}
	for key := range refused {
		t.Errorf("%s is refused though its comment says what empty means", key)
	}
}
