package config

import (
	"net/netip"
	"strings"
	"testing"
)

func TestValidate_MailAndWebhooks(t *testing.T) {
	mail := func(change func(*Config)) func(*Config) {
		return func(c *Config) {
			c.SMTPHost, c.MailFrom, c.PublicURL = "mail.example.se", "no-reply@example.se", "https://vaka.example.se"
			change(c)
		}
	}
	for name, tt := range map[string]struct {
		change func(*Config)
		want   string // the setting at fault; "" for none
	}{
		"no mail":   {func(*Config) {}, ""},
		"the least": {mail(func(*Config) {}), ""},
		"everything": {mail(func(c *Config) {
			c.SMTPUser, c.SMTPPassword, c.DKIMKey, c.DKIMSelector, c.MailDomain = "vaka", "x", "k.pem", "v1", "example.se"
		}), ""},
		"a port in the host":      {mail(func(c *Config) { c.SMTPHost = "mail.example.se:25" }), "smtp_host"},
		"no public address":       {mail(func(c *Config) { c.PublicURL = "" }), "smtp_host"},
		"no sender":               {mail(func(c *Config) { c.MailFrom = "" }), "mail_from"},
		"a sender with a name":    {mail(func(c *Config) { c.MailFrom = "Vaka <no-reply@example.se>" }), "mail_from"},
		"a sender of two":         {mail(func(c *Config) { c.MailFrom = "a@example.se, b@example.se" }), "mail_from"},
		"a user alone":            {mail(func(c *Config) { c.SMTPUser = "vaka" }), "smtp_password"},
		"a password alone":        {mail(func(c *Config) { c.SMTPPassword = "x" }), "smtp_user"},
		"a password in the clear": {mail(func(c *Config) { c.SMTPUser, c.SMTPPassword, c.SMTPSecurity = "vaka", "x", "none" }), "smtp_user"},
		"the same, at home": {mail(func(c *Config) {
			c.SMTPHost, c.SMTPUser, c.SMTPPassword, c.SMTPSecurity = "localhost", "vaka", "x", "none"
		}), ""},
		"a key without a name": {mail(func(c *Config) { c.DKIMKey = "k.pem" }), "dkim_selector"},
		"a name without a key": {mail(func(c *Config) { c.DKIMSelector = "v1" }), "dkim_key"},
		"any security":         {mail(func(c *Config) { c.SMTPSecurity = "opportunistic" }), "smtp_security"},
		"webhooks everywhere":  {func(c *Config) { c.WebhookNetworks = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")} }, "webhook_networks"},
		"webhooks at home":     {func(c *Config) { c.WebhookNetworks = []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")} }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := defaults()
			tt.change(&c)
			faults := c.Validate(Known{})
			var at []string
			for _, f := range faults {
				at = append(at, f.Setting)
			}
			if got := strings.Join(at, ","); got != tt.want {
				t.Errorf("faults at %q, want %q: %v", got, tt.want, faults)
			}
		})
	}
}
