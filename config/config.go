package config

import "net/netip"

// Config holds every setting. Its zero value is not meant to run; [Load] starts
// from the defaults. Tags: key is the name in the file, section opens a new
// heading in the example file, oneof, min and max are checked by Validate, path
// marks what is relative to the file's folder.
type Config struct {
	// Listen is the address and port of the API, host:port. An empty host means
	// every interface. Zero: refused. Default: 127.0.0.1:8080.
	Listen string `key:"listen" section:"Network" default:"127.0.0.1:8080" help:"Address and port to serve on, host:port. Away from loopback it needs tls_cert and tls_key, or trusted_proxies."`
	// PublicURL is the address under which people reach the program, for links in
	// letters and in the first administrator's invitation; no slash at its end.
	// Zero (the default): links are built from the listen address.
	PublicURL string `key:"public_url" help:"Address under which people reach the program, such as https://vaka.example.se; links are built from it. Empty: from listen."`
	// TLSCert is the path of the PEM file with the certificate and its chain.
	// Zero (the default): the program itself speaks plain HTTP.
	TLSCert string `key:"tls_cert" path:"true" help:"PEM file with the certificate and its chain. Given with tls_key or not at all."`
	// TLSKey is the path of the PEM file with the certificate's private key.
	// Zero (the default): the program itself speaks plain HTTP.
	TLSKey string `key:"tls_key" path:"true" help:"PEM file with the certificate's private key. Given with tls_cert or not at all."`
	// TrustedProxies are the networks whose word about the caller's address and
	// scheme (X-Forwarded-For, X-Forwarded-Proto) is believed. Zero (the default):
	// nobody's.
	TrustedProxies []netip.Prefix `key:"trusted_proxies" help:"Networks of the proxies in front, such as 10.1.0.0/16; only what they say about the caller's address is believed."`
	// MetricsListen is the address and port of the Prometheus metrics, host:port,
	// on a listener of its own. Zero: no metrics ("off" in any source means the
	// same). Default: 127.0.0.1:9464.
	MetricsListen string `key:"metrics_listen" default:"127.0.0.1:9464" help:"Address and port of the Prometheus metrics, host:port; off for none. They hold counts, never personal data."`

	// Data is the directory of everything that the program keeps itself. Zero:
	// refused. Default: ./data.
	Data string `key:"data" section:"Storage" default:"./data" path:"true" help:"Directory of everything that the program keeps itself."`
	// Store is the engine, bolt or mongo. Zero: refused by Validate; Load never
	// leaves it so. Default: bolt, or mongo where mongo_uri is given.
	Store string `key:"store" default:"bolt" oneof:"bolt,mongo" help:"Engine: bolt, one file in the data directory; or mongo. When it is not given, mongo_uri makes it mongo."`
	// MongoURI is the MongoDB connection string, password and all. Zero (the
	// default): no MongoDB.
	MongoURI Secret `key:"mongo_uri" help:"MongoDB connection string, mongodb://user:password@host:27017/."`
	// MongoDatabase is the name of the database in MongoDB. Zero: refused.
	// Default: vaka.
	MongoDatabase string `key:"mongo_database" default:"vaka" help:"Name of the database in MongoDB."`

	// AuthorityName is the authority's name on receipts, letters and pages. Zero
	// (the default): "the supervisory authority" in the language of the reader.
	AuthorityName string `key:"authority_name" section:"The authority" help:"Name of the authority, as it stands on receipts, letters and pages."`
	// AuthorityCode is the authority's short designation, such as IMY, by which
	// other systems and authorities know it. Zero (the default): none.
	AuthorityCode string `key:"authority_code" help:"Short designation of the authority, such as IMY."`
	// Language is the language of what no reader has chosen a language for, sv or
	// en. Zero: refused. Default: sv.
	Language string `key:"language" default:"sv" oneof:"sv,en" help:"Language wherever a reader has not chosen one."`
	// Timezone is the IANA name of the zone in which times are shown, local times are
	// read and the years of case numbers begin. Time limits are counted in days of
	// Stockholm whatever it says. Zero: refused. Default: Europe/Stockholm.
	Timezone string `key:"timezone" default:"Europe/Stockholm" help:"Zone in which times are shown and read, by its IANA name. Time limits are counted in days of Stockholm whatever it says."`
	// CasePrefix opens the number of every case, PUI-2026-1234. Zero: refused.
	// Default: PUI.
	CasePrefix string `key:"case_prefix" default:"PUI" help:"What a case number begins with: 1 to 8 capital letters. Cases that have a number keep it."`
	// SupervisionPrefix opens the number that an investigation gets for itself.
	// Zero: refused. Default: TIL.
	SupervisionPrefix string `key:"supervision_prefix" default:"TIL" help:"What the number of an investigation begins with: 1 to 8 capital letters, other than case_prefix."`

	// LegalSignOff asks for a legal adviser's approval of a decision besides the
	// decider's. Zero (the default): not asked for.
	LegalSignOff bool `key:"legal_sign_off" section:"Procedure" default:"false" help:"Whether a decision also needs the approval of a legal adviser."`
	// AutoRegister lets the system register a notification as it arrives. Zero
	// (the default): a registrar does it.
	AutoRegister bool `key:"auto_register" default:"false" help:"Whether the system registers a notification on arrival, instead of a registrar."`
	// EssentialSectors are the codes of the sectors whose cases triage treats as
	// essential public services. Zero: none. Default: HEALTH_CARE,
	// SOCIAL_SERVICES.
	EssentialSectors []string `key:"essential_sectors" default:"HEALTH_CARE,SOCIAL_SERVICES" help:"Sectors, by code, that triage treats as essential public services."`
	// ExtraClosingDays are days, YYYY-MM-DD, on which the authority is closed
	// besides the Swedish holidays. They move internal and national deadlines,
	// never those of Article 33. Zero (the default): none.
	ExtraClosingDays []string `key:"extra_closing_days" help:"Days, YYYY-MM-DD, on which the authority is closed besides the Swedish holidays. They never move a deadline of Article 33."`

	// OutageMinutes is after how long a silence of all instances a start records an
	// outage, in minutes. Zero: refused. Default: 5.
	OutageMinutes int `key:"outage_minutes" default:"5" min:"2" max:"1440" help:"After how long a silence of all instances a start records an outage, in minutes."`

	// SessionHours is how long a session lasts, in hours. Zero: refused.
	// Default: 12.
	SessionHours int `key:"session_hours" section:"Limits" default:"12" min:"1" max:"168" help:"How long a session lasts, in hours."`
	// MaxBodyKB is the largest request body that is read, in KiB. Zero: refused.
	// Default: 1024.
	MaxBodyKB int `key:"max_body_kb" default:"1024" min:"64" max:"65536" help:"Largest request body that is read, in KiB."`
	// LoginAttemptsPerAccount is how many failed logins one account may have in 15
	// minutes, from anywhere. Zero: refused. Default: 10.
	LoginAttemptsPerAccount int `key:"login_attempts_per_account" default:"10" min:"1" max:"10000" help:"Failed logins that one account may have in 15 minutes."`
	// LoginAttemptsPerAddress is how many failed logins one address may have in 15
	// minutes, over all accounts; a whole office may stand behind one address.
	// Zero: refused. Default: 100.
	LoginAttemptsPerAddress int `key:"login_attempts_per_address" default:"100" min:"1" max:"1000000" help:"Failed logins that one address may have in 15 minutes. A whole office may stand behind one address."`
	// NotificationsPerSecondPerAccount is how many notifications one account may
	// send in a second. Zero: no limit. Default: 50.
	NotificationsPerSecondPerAccount int `key:"notifications_per_second_per_account" default:"50" min:"0" max:"1000000" help:"Notifications that one account may send in a second; 0 for no limit."`
	// NotificationsPerSecondWithoutAccount is how many notifications, and how many
	// drafts begun, are taken in a second from all who have no account together.
	// Zero: no limit. Default: 50.
	NotificationsPerSecondWithoutAccount int `key:"notifications_per_second_without_account" default:"50" min:"0" max:"1000000" help:"Notifications that all who have no account may send in a second together, and drafts that they may begin; 0 for no limit."`

	// SMTPHost is the name of the mail server that reminders go out by. Zero (the
	// default): no e-mail; people read their reminders in the program.
	SMTPHost string `key:"smtp_host" section:"Mail and webhooks" help:"Name of the mail server that reminders go out by. Empty: no e-mail; people read their reminders in the program."`
	// SMTPPort is the port of the mail server. Zero: refused. Default: 587.
	SMTPPort int `key:"smtp_port" default:"587" min:"1" max:"65535" help:"Port of the mail server: usually 587 with starttls and 465 with tls."`
	// SMTPSecurity says how the connection to the mail server is protected. Zero:
	// refused. Default: starttls.
	SMTPSecurity string `key:"smtp_security" default:"starttls" oneof:"starttls,tls,none" help:"How the connection to the mail server is protected. Nothing is sent where TLS fails; none sends everything as plain text."`
	// SMTPUser is the name to sign in to the mail server with. Zero (the default):
	// the program does not sign in.
	SMTPUser string `key:"smtp_user" help:"Name to sign in to the mail server with. Empty: the program does not sign in."`
	// SMTPPassword is the password that goes with smtp_user. Zero (the default): none.
	SMTPPassword Secret `key:"smtp_password" help:"Password that goes with smtp_user."`
	// SMTPSeconds is how long the delivery of one letter may take, in seconds. Zero:
	// refused. Default: 30.
	SMTPSeconds int `key:"smtp_seconds" default:"30" min:"1" max:"60" help:"How long the delivery of one letter may take, in seconds."`
	// MailFrom is the bare address that letters come from. Zero (the default): no
	// sender, which is refused where smtp_host is given.
	MailFrom string `key:"mail_from" help:"Address that letters come from, such as no-reply@example.se; the authority's name stands before it."`
	// MailDomain is the domain in the Message-IDs of letters. Zero (the default):
	// that of mail_from.
	MailDomain string `key:"mail_domain" help:"Domain in the Message-IDs of letters. Once letters have gone out, keep it. Empty: that of mail_from."`
	// DKIMKey is the path of the PEM file with the private key that letters are
	// signed with. Zero (the default): the mail server signs, or nobody.
	DKIMKey string `key:"dkim_key" path:"true" help:"PEM file with the private key, RSA or Ed25519, that letters are signed with. Empty: the mail server signs, or nobody."`
	// DKIMSelector names the key among those of the sender's domain. Zero (the
	// default): none, which is refused where dkim_key is given.
	DKIMSelector string `key:"dkim_selector" help:"Name of the key: its public half is published at SELECTOR._domainkey.DOMAIN, the domain being that of mail_from."`
	// Webhooks says which addresses people may have called. Zero: refused.
	// Default: https.
	Webhooks string `key:"webhooks" default:"https" oneof:"off,https,any" help:"Which addresses people may have called: none, those with https, or any."`
	// WebhookNetworks are the private networks into which webhooks may lead. Zero
	// (the default): only to the open internet.
	WebhookNetworks []netip.Prefix `key:"webhook_networks" help:"Private networks, such as 10.1.2.0/24, into which webhooks may lead besides the open internet."`
	// WebhookSeconds is how long a webhook may take to answer, in seconds. Zero:
	// refused. Default: 10.
	WebhookSeconds int `key:"webhook_seconds" default:"10" min:"1" max:"60" help:"How long a webhook may take to answer, in seconds."`

	// AttachmentMaxMB is the largest file that is taken as an attachment, in MiB.
	// Zero: refused. Default: 25.
	AttachmentMaxMB int `key:"attachment_max_mb" section:"Attachments" default:"25" min:"1" max:"200" help:"Largest file that is taken as an attachment, in MiB."`
	// AttachmentsMaxMB is how much all files of one case may be together, in MiB.
	// Zero: refused. Default: 500.
	AttachmentsMaxMB int `key:"attachments_max_mb" default:"500" min:"1" max:"100000" help:"All attachments of one case together, in MiB."`
	// AttachmentKinds are the kinds of files that are taken, each by the ending it
	// is known by. Zero (the default): all that the program knows.
	AttachmentKinds []string `key:"attachment_kinds" help:"Kinds of files that are taken as attachments, by their endings. Empty: pdf, png, jpg, tif, txt, csv, eml, msg, docx, xlsx, odt and ods. Archives such as zip are never taken."`
	// Clamd is where clamd listens, which searches every attachment for malicious
	// software before it is taken: host:port, or unix: and the path of its socket.
	// Zero (the default): attachments are not scanned, and the pages say so.
	Clamd string `key:"clamd" help:"Where clamd of ClamAV listens, host:port or unix:/run/clamav/clamd.ctl. Every attachment is scanned before it is taken, and none is taken while clamd cannot be reached. Empty: not scanned."`

	// LetterSeconds is how long the delivery of one letter may take by all its
	// channels together, in seconds. Zero: refused. Default: 45.
	LetterSeconds int `key:"letter_seconds" default:"45" min:"5" max:"300" help:"How long the delivery of one letter may take by all ways together, in seconds. The same on every instance: one that has crashed is taken for alive five times as long, and 15 seconds."`

	// SweepSeconds is the time between two looks for clocks that ran out and work
	// that a crash left, in seconds. Zero: refused. Default: 10.
	SweepSeconds int `key:"sweep_seconds" section:"Running" default:"10" min:"1" max:"3600" help:"Time between two looks for clocks that ran out, in seconds."`
	// ShutdownSeconds is how long requests under way may take to end after the
	// signal to stop, in seconds. Zero: they are cut off. Default: 20.
	ShutdownSeconds int `key:"shutdown_seconds" default:"20" min:"0" max:"600" help:"How long requests under way may take to end when the program is told to stop, in seconds."`
	// LogLevel is the least grave kind of line that is logged. Zero: refused.
	// Default: info.
	LogLevel string `key:"log_level" default:"info" oneof:"debug,info,warn,error" help:"Least grave kind of line that is logged."`
	// LogFormat is the form of a log line, json or text. Zero: refused. Default:
	// json.
	LogFormat string `key:"log_format" default:"json" oneof:"json,text" help:"Form of a log line."`

	// The table stands last: in TOML, every key after its heading would be one of
	// its own.

	// Clocks overrides how long internal and national clocks run, by the clock's
	// code: a number and wd (working days), d (days), w (weeks) or m (months).
	// Zero (the default): every clock runs as its rule set says.
	Clocks map[string]string `key:"clocks" section:"Clocks" help:"How long a clock of the authority's own runs, by the clock's code, such as TRIAGE_P1 = \"1wd\": a number and wd (working days), d (days), w (weeks) or m (months)."`
}
