package config

import (
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Known holds the codes that other rooms own and settings may name. A nil list
// means that it is not known, and only the form of a code is checked.
type Known struct {
	Sectors   []string // for essential_sectors
	Clocks    []string // for the table of clocks
	FileKinds []string // for attachment_kinds
}

var (
	databaseName  = regexp.MustCompile(`^[A-Za-z0-9_-]{1,63}$`)
	authorityCode = regexp.MustCompile(`^[A-ZÅÄÖ0-9]{2,16}$`)
	numberPrefix  = regexp.MustCompile(`^[A-ZÅÄÖ]{1,8}$`)
	code          = regexp.MustCompile(`^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$`)
	ending        = regexp.MustCompile(`^[a-z0-9]{1,8}$`)
	period        = regexp.MustCompile(`^0*[1-9][0-9]{0,2}(?:wd|d|w|m)$`)
)

// Validate returns everything that the settings break, in the order of Config;
// nil when nothing. The faults' Source is empty: only Load knows it.
func (c Config) Validate(known Known) Faults {
	var faults Faults
	for _, s := range table {
		if message := s.breaks(&c); message != "" {
			faults = append(faults, Fault{Setting: s.Key, Message: message})
			continue // its further rules would say the same again
		}
		faults = append(faults, c.rules(s.Key, known)...)
	}
	return faults
}

// breaks judges a setting by its tags. It returns "" or what is allowed.
func (s Setting) breaks(c *Config) string {
	value := s.value(c)
	switch {
	case s.Kind == Number && (value.Int() < int64(s.Min) || value.Int() > int64(s.Max)):
		return "must be " + s.allowed()
	case s.Kind == Text && !isLine(value.String()):
		return "must be one line of text without control characters"
	case s.OneOf != nil && !slices.Contains(s.OneOf, value.String()):
		return "must be " + s.allowed()
	}
	return ""
}

func isLine(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

// rules judges what a setting's tags cannot say.
func (c Config) rules(key string, known Known) Faults {
	switch key {
	case "essential_sectors":
		return c.sectorFaults(known.Sectors)
	case "extra_closing_days":
		return c.closingDayFaults()
	case "attachment_kinds":
		return c.fileKindFaults(known.FileKinds)
	case "clocks":
		return c.clockFaults(known.Clocks)
	}
	for _, r := range append(c.ruleTable(), c.deliveryRules()...) {
		if r.setting == key && r.broken {
			return Faults{{Setting: key, Message: r.message, restsOn: r.restsOn}}
		}
	}
	return nil
}

// rule is one line of the table below. Of several about one setting the first
// that is broken is reported.
type rule struct {
	setting string
	broken  bool
	message string
	restsOn []string // the other settings in the rule
}

func (c Config) ruleTable() []rule {
	everyone := func(network netip.Prefix) bool { return network.Bits() == 0 }
	return []rule{
		{"listen", !isListen(c.Listen), "must be host:port, such as 127.0.0.1:8080 or [::1]:8080", nil},
		{
			"listen", !Loopback(c.Listen) && c.TLSCert == "" && c.TLSKey == "" && len(c.TrustedProxies) == 0,
			"plain HTTP is served on loopback only: give tls_cert and tls_key, or name the proxy in front in trusted_proxies, or listen on 127.0.0.1",
			[]string{"tls_cert", "tls_key", "trusted_proxies"},
		},
		{
			"public_url", c.PublicURL != "" && !isPublicURL(c.PublicURL),
			"must be an http or https address with a host, without user, query or fragment, such as https://vaka.example.se", nil,
		},
		{"tls_cert", c.TLSCert == "" && c.TLSKey != "", "must be given too, because tls_key is", []string{"tls_key"}},
		{"tls_key", c.TLSKey == "" && c.TLSCert != "", "must be given too, because tls_cert is", []string{"tls_cert"}},
		{
			"trusted_proxies", slices.ContainsFunc(c.TrustedProxies, everyone),
			"must not be the whole internet: then every caller could claim any address", nil,
		},
		{"metrics_listen", c.MetricsListen != "" && !isListen(c.MetricsListen), "must be host:port, such as 127.0.0.1:9464, or off", nil},
		{
			"metrics_listen", c.MetricsListen != "" && c.MetricsListen == c.Listen && !strings.HasSuffix(c.Listen, ":0"),
			"must be another address or port than listen",
			[]string{"listen"},
		},
		{"data", c.Data == "", "must be the path of a directory", nil},
		{"mongo_uri", c.MongoURI == "" && c.Store == "mongo", "must be given, because store is mongo", []string{"store"}},
		{
			"mongo_uri", c.MongoURI != "" && !isMongoURI(string(c.MongoURI)),
			"must begin with mongodb:// or mongodb+srv:// and name a host", nil,
		},
		{"mongo_database", !databaseName.MatchString(c.MongoDatabase), "must be 1 to 63 letters (A-Z), digits, - or _", nil},
		{"authority_name", utf8.RuneCountInString(c.AuthorityName) > 200, "must be at most 200 characters", nil},
		{
			"authority_code", c.AuthorityCode != "" && !authorityCode.MatchString(c.AuthorityCode),
			"must be 2 to 16 capital letters or digits", nil,
		},
		{"timezone", !isTimezone(c.Timezone), "must be the name of a zone, such as Europe/Stockholm", nil},
		{"case_prefix", !numberPrefix.MatchString(c.CasePrefix), "must be 1 to 8 capital letters", nil},
		{"supervision_prefix", !numberPrefix.MatchString(c.SupervisionPrefix), "must be 1 to 8 capital letters", nil},
		{
			"supervision_prefix", c.SupervisionPrefix == c.CasePrefix,
			"must be another than case_prefix, or two records could have one number",
			[]string{"case_prefix"},
		},
		{
			"attachments_max_mb", c.AttachmentsMaxMB < c.AttachmentMaxMB,
			"must be at least attachment_max_mb, or no such file would fit",
			[]string{"attachment_max_mb"},
		},
		{
			"clamd", c.Clamd != "" && !isClamd(c.Clamd),
			"must be host:port, such as 127.0.0.1:3310, or unix: and the path of a socket, such as unix:/run/clamav/clamd.ctl", nil,
		},
	}
}

// deliveryRules are those of mail and webhooks.
func (c Config) deliveryRules() []rule {
	everyone := func(network netip.Prefix) bool { return network.Bits() == 0 }
	return []rule{
		{"smtp_host", c.SMTPHost != "" && !isHost(c.SMTPHost), "must be the name or the address of a mail server, without a port", nil},
		{
			"smtp_host", c.SMTPHost != "" && c.PublicURL == "",
			"needs public_url too: without it the links in letters lead nowhere",
			[]string{"public_url"},
		},
		{"smtp_user", c.SMTPUser == "" && c.SMTPPassword != "", "must be given too, because smtp_password is", []string{"smtp_password"}},
		{
			"smtp_user", c.SMTPUser != "" && c.SMTPSecurity == "none" && !isThisMachine(c.SMTPHost),
			"must not be given with smtp_security none: the password would be sent for anybody to read",
			[]string{"smtp_security"},
		},
		{"smtp_password", c.SMTPPassword == "" && c.SMTPUser != "", "must be given too, because smtp_user is", []string{"smtp_user"}},
		{"mail_from", c.MailFrom == "" && c.SMTPHost != "", "must be given, because smtp_host is", []string{"smtp_host"}},
		{"mail_from", c.MailFrom != "" && !isBareAddress(c.MailFrom), "must be one bare e-mail address in ASCII, such as no-reply@example.se", nil},
		{"mail_domain", c.MailDomain != "" && !isHost(c.MailDomain), "must be the name of a domain, such as vaka.example.se", nil},
		{"dkim_key", c.DKIMKey == "" && c.DKIMSelector != "", "must be given too, because dkim_selector is", []string{"dkim_selector"}},
		{"dkim_selector", c.DKIMSelector == "" && c.DKIMKey != "", "must be given too, because dkim_key is", []string{"dkim_key"}},
		{"dkim_selector", c.DKIMSelector != "" && !isHost(c.DKIMSelector), "must be letters, digits, - and points", nil},
		{
			"webhook_networks", slices.ContainsFunc(c.WebhookNetworks, everyone),
			"must not be the whole internet: name the networks that webhooks may lead into", nil,
		},
	}
}

func isClamd(address string) bool {
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		return strings.HasPrefix(path, "/")
	}
	host, port, err := net.SplitHostPort(address)
	return err == nil && host != "" && port != ""
}

func isMongoURI(uri string) bool {
	for _, scheme := range []string{"mongodb://", "mongodb+srv://"} {
		if rest, ok := strings.CutPrefix(uri, scheme); ok {
			return rest != "" && !strings.HasPrefix(rest, "/")
		}
	}
	return false
}

// isTimezone refuses Local, which is another zone on every machine, and the
// empty name, which Go takes for UTC.
func isTimezone(name string) bool {
	if name == "" || name == "Local" {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}

func (c Config) sectorFaults(known []string) (faults Faults) {
	for i, sector := range c.EssentialSectors {
		message := ""
		switch {
		case known != nil && !slices.Contains(known, sector):
			message = "is no sector; the sectors are " + strings.Join(known, ", ")
		case !code.MatchString(sector):
			message = "must be the code of a sector, such as HEALTH_CARE"
		default:
			continue
		}
		faults = append(faults, Fault{Setting: "essential_sectors", Message: fmt.Sprintf("item %d %s", i+1, message)})
	}
	return faults
}

func (c Config) fileKindFaults(known []string) (faults Faults) {
	for i, kind := range c.AttachmentKinds {
		message := ""
		switch {
		case known != nil && !slices.Contains(known, kind):
			message = "is no kind of file that is taken; the kinds are " + strings.Join(known, ", ")
		case !ending.MatchString(kind):
			message = "must be the ending of a file's name without its dot, such as pdf"
		default:
			continue
		}
		faults = append(faults, Fault{Setting: "attachment_kinds", Message: fmt.Sprintf("item %d %s", i+1, message)})
	}
	return faults
}

func (c Config) closingDayFaults() (faults Faults) {
	for i, day := range c.ExtraClosingDays {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			faults = append(faults, Fault{
				Setting: "extra_closing_days",
				Message: fmt.Sprintf("item %d must be a day of the calendar, such as 2026-12-24", i+1),
			})
		}
	}
	return faults
}

func (c Config) clockFaults(known []string) (faults Faults) {
	for _, name := range sortedKeys(c.Clocks) {
		entry := "clocks." + spoken(name)
		switch {
		case known != nil && !slices.Contains(known, name):
			faults = append(faults, Fault{Setting: entry, Message: "no such clock; the clocks are " + strings.Join(known, ", ")})
		case !code.MatchString(name):
			faults = append(faults, Fault{Setting: entry, Message: "must be the code of a clock, such as TRIAGE_P1"})
		}
		if !period.MatchString(c.Clocks[name]) {
			faults = append(faults, Fault{
				Setting: entry,
				Message: "must be a number from 1 to 999 and wd (working days), d (days), w (weeks) or m (months), such as 3wd",
			})
		}
	}
	return faults
}
