package notifier

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"
	"github.com/wneessen/go-mail/smtp"

	"github.com/vaka-project/vaka/workflow"
)

// sink is a real mail server that does as it is told.
type sink struct {
	host string
	port int

	mu          sync.Mutex
	mailErr     error // answers MAIL
	rcptErr     error // answers RCPT
	dataErr     error // answers the text
	drop        string
	hold        chan struct{} // DATA waits for it where it is not nil
	holding     chan struct{} // told when DATA waits
	sessions    int
	got         []received
	utf8        []bool // whether MAIL asked for SMTPUTF8
	closeOnMail bool
	conns       []net.Conn
}

type received struct {
	from, to string
	raw      []byte
}

// set changes what the server does.
func (s *sink) set(change func(*sink)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
}

func (s *sink) letters() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]received(nil), s.got...)
}

type sinkSession struct {
	s    *sink
	conn *gosmtp.Conn
	in   received
	auth bool
}

func (x *sinkSession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (x *sinkSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "vaka" || password != "hunter2" {
			return &gosmtp.SMTPError{Code: 535, EnhancedCode: gosmtp.EnhancedCode{5, 7, 8}, Message: "wrong password for vaka"}
		}
		x.auth = true
		return nil
	}), nil
}

func (x *sinkSession) Mail(from string, opts *gosmtp.MailOptions) error {
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	x.in = received{from: from}
	x.s.utf8 = append(x.s.utf8, opts.UTF8)
	if x.s.closeOnMail {
		x.s.closeOnMail = false
		_ = x.conn.Conn().Close()
		return errors.New("gone")
	}
	return x.s.mailErr
}

func (x *sinkSession) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	x.in.to = to
	return x.s.rcptErr
}

func (x *sinkSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	x.s.mu.Lock()
	hold := x.s.hold
	x.s.mu.Unlock()
	if hold != nil {
		x.s.holding <- struct{}{}
		<-hold
	}
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	if x.s.drop == "after the text" {
		_ = x.conn.Conn().Close()
		return errors.New("gone")
	}
	if x.s.dataErr == nil {
		x.in.raw = raw
		x.s.got = append(x.s.got, x.in)
	}
	return x.s.dataErr
}

func (x *sinkSession) Reset()        {}
func (x *sinkSession) Logout() error { return nil }

// newSink starts a server on this machine; secure is nil for plain text.
func newSink(t testing.TB, security Security, change ...func(*gosmtp.Server)) (*sink, *tls.Config) {
	t.Helper()
	s := &sink{host: "127.0.0.1", holding: make(chan struct{}, 16)}
	certificate, roots := testCertificate(t)
	server := gosmtp.NewServer(gosmtp.BackendFunc(func(c *gosmtp.Conn) (gosmtp.Session, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.sessions++
		s.conns = append(s.conns, c.Conn())
		return &sinkSession{s: s, conn: c}, nil
	}))
	server.Domain, server.AllowInsecureAuth, server.ErrorLog = "sink.example", true, silent{}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.port = listener.Addr().(*net.TCPAddr).Port
	secure := &tls.Config{Certificates: []tls.Certificate{certificate}}
	switch security {
	case StartTLS:
		server.TLSConfig = secure
	case ImplicitTLS:
		listener = tls.NewListener(listener, secure)
	}
	for _, f := range change {
		f(server)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Serve(listener) }()
	t.Cleanup(func() {
		_ = server.Close()
		_ = listener.Close() // by hand, for a server that was closed before it began to serve does not know of it
		<-ended
	})
	return s, &tls.Config{RootCAs: roots}
}

type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

// testCertificate is one for 127.0.0.1 and the roots that trust it.
func testCertificate(t testing.TB) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

// channelTo is a channel that delivers to a sink.
func channelTo(t testing.TB, s *sink, security Security, roots *tls.Config, change ...func(*SMTPOptions)) *SMTP {
	t.Helper()
	o := SMTPOptions{
		Composer: testComposer(t), Host: s.host, Port: s.port, Security: security, Roots: roots,
		From: "no-reply@imy.example", FromName: "Exempelmyndigheten", Domain: "vaka.example.se", Timeout: 10 * time.Second,
	}
	for _, f := range change {
		f(&o)
	}
	channel, err := NewSMTP(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(channel.Close)
	return channel
}

var testLetter = letterOf(workflow.ClockSupplement, 62*time.Hour)

func TestSMTP_SendsALetterWhole(t *testing.T) {
	for _, security := range []Security{StartTLS, ImplicitTLS, NoSecurity} {
		t.Run(string(security), func(t *testing.T) {
			s, roots := newSink(t, security)
			channel := channelTo(t, s, security, roots, func(o *SMTPOptions) { o.User, o.Password = "vaka", "hunter2" })
			l := testLetter
			l.To.Name = "Åsa \"Öst\" Exempel"
			if err := channel.Deliver(t.Context(), l); err != nil {
				t.Fatal(err)
			}
			got := s.letters()
			if len(got) != 1 || got[0].from != "no-reply@imy.example" || got[0].to != "kim@demo.example" {
				t.Fatalf("the server got %+v", got)
			}
			checkMessage(t, channel, l, got[0].raw)
		})
	}
}

func checkMessage(t *testing.T, channel *SMTP, l Letter, raw []byte) {
	t.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Message-Id": "<" + l.ID + "@vaka.example.se>", "List-Id": "<reminders.vaka.example.se>", "Auto-Submitted": "auto-generated",
		"From": `"Exempelmyndigheten" <no-reply@imy.example>`, "Date": "Mon, 23 Nov 2026 08:00:00 +0100", "Content-Language": "sv",
	} {
		if got := m.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	to, err := m.Header.AddressList("To")
	if err != nil || len(to) != 1 || to[0].Address != l.To.Email || to[0].Name != l.To.Name {
		t.Errorf("To %v, %v", to, err)
	}
	words, err := channel.o.Composer.Compose(l)
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != words.Subject {
		t.Errorf("subject %q, %v", subject, err)
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for _, want := range []string{words.Text, words.HTML} {
		part, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil || strings.TrimRight(strings.ReplaceAll(string(body), "\r\n", "\n"), "\n") != strings.TrimRight(want, "\n") {
			t.Errorf("part %q, %v", body, err)
		}
	}
	if bytes.ContainsFunc(raw, func(r rune) bool { return r > 127 }) {
		t.Error("the message is not 7-bit, though no server was asked for more")
	}
}

// What the server answers, and when it goes away, says what became of the letter.
func TestSMTP_TellsWhatBecameOfALetter(t *testing.T) {
	answer := func(code int) error {
		return &gosmtp.SMTPError{Code: code, EnhancedCode: gosmtp.EnhancedCode{code / 100, 1, 1}, Message: "about kim@demo.example"}
	}
	for _, c := range []struct {
		name   string
		set    func(*sink)
		want   error  // ErrRefused, ErrUnknown or nil for "did not go out"
		saying string // in the error
	}{
		{"an address that there is not", func(s *sink) { s.rcptErr = answer(550) }, ErrRefused, "550 5.1.1 to RCPT"},
		{"a sender that is refused", func(s *sink) { s.mailErr = answer(550) }, ErrRefused, "550 5.1.1 to MAIL"},
		{"a text that is refused", func(s *sink) { s.dataErr = answer(554) }, ErrRefused, "554 5.1.1 to the text"},
		{"greylisting", func(s *sink) { s.rcptErr = answer(451) }, nil, "451 4.1.1 to RCPT"},
		{"a full disk", func(s *sink) { s.dataErr = answer(452) }, nil, "452 4.1.1 to the text"},
		{"a server that closes", func(s *sink) { s.mailErr = answer(421) }, nil, "421 4.1.1 to MAIL"},
		{"a sender that has to sign in", func(s *sink) { s.mailErr = answer(530) }, nil, "530 5.1.1 to MAIL"},
		{"a connection lost after the text", func(s *sink) { s.drop = "after the text" }, ErrUnknown, "no answer after the text"},
		{"a connection lost before the text", func(s *sink) { s.closeOnMail = true }, nil, "lost before"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, _ := newSink(t, NoSecurity)
			s.set(c.set)
			channel := channelTo(t, s, NoSecurity, nil)
			err := channel.Deliver(t.Context(), testLetter)
			if err == nil || !strings.Contains(err.Error(), c.saying) {
				t.Fatalf("delivered: %v", err)
			}
			for _, kind := range []error{ErrRefused, ErrUnknown} {
				if errors.Is(err, kind) != (c.want == kind) {
					t.Errorf("%v: is %v: %t", err, kind, errors.Is(err, kind))
				}
			}
			if strings.Contains(err.Error(), "kim") {
				t.Errorf("the error repeats the address: %v", err)
			}
			s.set(func(s *sink) { s.mailErr, s.rcptErr, s.dataErr, s.drop = nil, nil, nil, "" })
			if err := channel.Deliver(t.Context(), testLetter); err != nil {
				t.Errorf("once the server is well again: %v", err)
			}
			if n := len(s.letters()); n != 1 {
				t.Errorf("the server has %d letters", n)
			}
		})
	}
}

// A server that takes the text and says nothing leaves it unknown, within the
// time that a delivery may take.
func TestSMTP_DoesNotWaitForEver(t *testing.T) {
	s, _ := newSink(t, NoSecurity)
	hold := make(chan struct{})
	s.set(func(s *sink) { s.hold = hold })
	t.Cleanup(func() { close(hold) })
	channel := channelTo(t, s, NoSecurity, nil)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- channel.Deliver(ctx, testLetter) }()
	<-s.holding
	cancel()
	if err := <-done; !errors.Is(err, ErrUnknown) || !errors.Is(err, context.Canceled) {
		t.Errorf("delivered: %v", err)
	}
}

// A server that accepts connections and never says a word did not get the letter.
func TestSMTP_GivesUpOnASilentServer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		cancel()
		_, _ = io.Copy(io.Discard, conn)
	}()
	s := &sink{host: "127.0.0.1", port: listener.Addr().(*net.TCPAddr).Port}
	err = channelTo(t, s, NoSecurity, nil).Deliver(ctx, testLetter)
	if err == nil || errors.Is(err, ErrUnknown) || errors.Is(err, ErrRefused) {
		t.Errorf("delivered: %v", err)
	}
}

func TestSMTP_TriesLaterWhenNobodyListens(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &sink{host: "127.0.0.1", port: listener.Addr().(*net.TCPAddr).Port}
	_ = listener.Close()
	err = channelTo(t, s, NoSecurity, nil).Deliver(t.Context(), testLetter)
	if err == nil || errors.Is(err, ErrUnknown) || errors.Is(err, ErrRefused) {
		t.Errorf("delivered: %v", err)
	}
}

// A connection that the server has ended while it was idle is no failure of the
// next letter.
func TestSMTP_ConnectsAgain(t *testing.T) {
	s, _ := newSink(t, NoSecurity)
	channel := channelTo(t, s, NoSecurity, nil)
	for n := range 3 {
		if err := channel.Deliver(t.Context(), testLetter); err != nil {
			t.Fatalf("letter %d: %v", n, err)
		}
		if n == 1 { // the second letter took the connection of the first
			s.set(func(s *sink) {
				if s.sessions != 1 {
					t.Errorf("%d connections for two letters", s.sessions)
				}
				_ = s.conns[0].Close()
			})
		}
	}
	if n := len(s.letters()); n != 3 {
		t.Errorf("the server has %d letters", n)
	}
}

func TestSMTP_InsistsOnTLS(t *testing.T) {
	t.Run("a server without STARTTLS", func(t *testing.T) {
		s, roots := newSink(t, NoSecurity)
		refusesToSend(t, s, channelTo(t, s, StartTLS, roots))
	})
	t.Run("a certificate that nobody trusts", func(t *testing.T) {
		s, _ := newSink(t, StartTLS)
		refusesToSend(t, s, channelTo(t, s, StartTLS, nil))
	})
	t.Run("the same from the first byte", func(t *testing.T) {
		s, _ := newSink(t, ImplicitTLS)
		refusesToSend(t, s, channelTo(t, s, ImplicitTLS, nil))
	})
	t.Run("a wrong password", func(t *testing.T) {
		s, roots := newSink(t, StartTLS)
		channel := channelTo(t, s, StartTLS, roots, func(o *SMTPOptions) { o.User, o.Password = "vaka", "wrong" })
		refusesToSend(t, s, channel)
	})
}

func refusesToSend(t *testing.T, s *sink, channel *SMTP) {
	t.Helper()
	err := channel.Deliver(t.Context(), testLetter)
	if err == nil || errors.Is(err, ErrRefused) || errors.Is(err, ErrUnknown) {
		t.Errorf("delivered: %v", err)
	}
	if err != nil && strings.Contains(err.Error(), "wrong password") {
		t.Errorf("the error repeats the server: %v", err)
	}
	if n := len(s.letters()); n != 0 {
		t.Errorf("the server has %d letters", n)
	}
}

// No password goes over a connection that others can read; a way that proves it
// without showing it may.
func TestAnyAuth_ShowsNoPasswordInTheClear(t *testing.T) {
	for _, c := range []struct {
		host    string
		secure  bool
		offered []string
		want    string
	}{
		{"mail.example", false, []string{"PLAIN", "LOGIN"}, ""},
		{"mail.example", false, []string{"PLAIN", "CRAM-MD5"}, "CRAM-MD5"},
		{"mail.example", false, []string{"PLAIN", "SCRAM-SHA-256"}, "SCRAM-SHA-256"},
		{"mail.example", true, []string{"LOGIN", "PLAIN"}, "PLAIN"},
		{"mail.example", true, []string{"CRAM-MD5", "login"}, "LOGIN"},
		{"mail.example", true, []string{"PLAIN", "SCRAM-SHA-1", "XOAUTH2"}, "SCRAM-SHA-1"},
		{"mail.example", true, []string{"NTLM"}, ""},
		{"mail.example", true, nil, ""},
		{"localhost.evil.example", false, []string{"PLAIN"}, ""},
		{"127.0.0.1", false, []string{"PLAIN"}, "PLAIN"},
	} {
		auth := &anyAuth{user: "vaka", password: "hunter2", host: c.host}
		way, first, err := auth.Start(&smtp.ServerInfo{Name: c.host, TLS: c.secure, Auth: c.offered})
		if way != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s, TLS %t, %v: %q, %v", c.host, c.secure, c.offered, way, err)
		}
		if way != "PLAIN" && bytes.Contains(first, []byte("hunter2")) {
			t.Errorf("%s begins with the password", way)
		}
	}
}

// An address with other letters than ASCII goes where the server can take it, and
// is refused in so many words where not.
func TestSMTP_TakesAddressesOfEveryAlphabet(t *testing.T) {
	l := testLetter
	l.To.Email = "åsa@exempel.se"
	s, _ := newSink(t, NoSecurity)
	err := channelTo(t, s, NoSecurity, nil).Deliver(t.Context(), l)
	if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "SMTPUTF8") {
		t.Errorf("delivered: %v", err)
	}
	s, _ = newSink(t, NoSecurity, func(g *gosmtp.Server) { g.EnableSMTPUTF8 = true })
	channel := channelTo(t, s, NoSecurity, nil)
	for _, letter := range []Letter{l, testLetter} {
		if err := channel.Deliver(t.Context(), letter); err != nil {
			t.Fatal(err)
		}
	}
	got := s.letters()
	if len(got) != 2 || got[0].to != l.To.Email {
		t.Fatalf("the server got %+v", got)
	}
	if fmt.Sprint(s.utf8) != "[true false]" {
		t.Errorf("SMTPUTF8 asked for: %v", s.utf8)
	}
}

func TestSMTP_RefusesWhatIsNoAddress(t *testing.T) {
	s, _ := newSink(t, NoSecurity)
	channel := channelTo(t, s, NoSecurity, nil)
	for _, address := range []string{
		"", "kim", "kim@demo.example, all@demo.example", "Kim <kim@demo.example>", "kim@demo.example\r\nBcc: all@demo.example",
		"kim@demo.example\u202e", `"a b"@demo.example`,
	} {
		l := testLetter
		l.To.Email = address
		if err := channel.Deliver(t.Context(), l); !errors.Is(err, ErrRefused) {
			t.Errorf("%q: %v", address, err)
		}
	}
	if n := len(s.letters()); n != 0 {
		t.Errorf("the server has %d letters", n)
	}
}

// Whatever stands in names, numbers and ids, a message has the headers that it is
// to have and no other.
func FuzzSMTP_Headers(f *testing.F) {
	f.Add("Kim", "PUI-2026-1", "01JDBX", "kim@demo.example")
	f.Add("Kim\r\nBcc: all@demo.example", "PUI\n\nHello", "a\r\nX: y", "kim@demo.example\r\n")
	f.Add("=?utf-8?q?=0d=0aBcc:?=", "\u2028", "<x>", "a@b>c")
	f.Add(strings.Repeat("å", 300), strings.Repeat("9", 2000), strings.Repeat("x", 300), "å@b.example")
	s := &sink{host: "127.0.0.1", port: 25}
	channel := channelTo(f, s, NoSecurity, nil)
	id := regexp.MustCompile(`^<[A-Za-z0-9_/=+.-]+@vaka\.example\.se>$`)
	f.Fuzz(func(t *testing.T, name, number, letter, address string) {
		l := testLetter
		l.Items = append([]Item(nil), l.Items...)
		l.ID, l.To.Name, l.To.Email, l.Items[0].Number = letter, name, address, number
		msg, err := channel.message(l)
		if err != nil {
			return // refused in words; what is refused is another test's matter
		}
		var b bytes.Buffer
		if _, err := msg.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		m, err := netmail.ReadMessage(&b)
		if err != nil {
			t.Fatalf("%v in\n%s", err, b.String())
		}
		allowed := "|From|To|Subject|Date|Message-Id|List-Id|Auto-Submitted|X-Auto-Response-Suppress|Content-Language|Mime-Version|Content-Type|Content-Transfer-Encoding|"
		for header, values := range m.Header {
			if !strings.Contains(allowed, "|"+header+"|") || len(values) != 1 {
				t.Errorf("header %s: %q", header, values)
			}
		}
		if got := m.Header.Get("Message-Id"); !id.MatchString(got) {
			t.Errorf("Message-ID %q", got)
		}
		to, err := m.Header.AddressList("To")
		if err != nil || len(to) != 1 || to[0].Address != address {
			t.Errorf("To %v, %v", to, err)
		}
	})
}

// The signature is one that the published key verifies.
func TestSMTP_SignsByDKIM(t *testing.T) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s, _ := newSink(t, NoSecurity)
	channel := channelTo(t, s, NoSecurity, nil, func(o *SMTPOptions) {
		o.DKIMDomain, o.DKIMSelector, o.DKIMKey = "imy.example", "vaka", private
	})
	if err := channel.Deliver(t.Context(), testLetter); err != nil {
		t.Fatal(err)
	}
	raw := s.letters()[0].raw
	head, body, _ := strings.Cut(string(raw), "\r\n\r\n")
	fields := map[string]string{} // name in lower case to the whole field, unfolded
	for _, field := range strings.Split(regexp.MustCompile(`\r\n[ \t]+`).ReplaceAllString(head, " "), "\r\n") {
		name, value, _ := strings.Cut(field, ":")
		fields[strings.ToLower(name)] = regexp.MustCompile(`[ \t]+`).ReplaceAllString(strings.TrimSpace(value), " ")
	}
	tags := map[string]string{}
	for _, tag := range strings.Split(fields["dkim-signature"], ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(tag), "=")
		tags[name] = strings.ReplaceAll(value, " ", "")
	}
	if tags["d"] != "imy.example" || tags["s"] != "vaka" || tags["a"] != "ed25519-sha256" || tags["c"] != "relaxed/relaxed" {
		t.Fatalf("signature %v", tags)
	}
	body = regexp.MustCompile(`[ \t]+`).ReplaceAllString(body, " ")
	body = strings.TrimRight(strings.ReplaceAll(body, " \r\n", "\r\n"), "\r\n") + "\r\n"
	if sum := sha256.Sum256([]byte(body)); base64.StdEncoding.EncodeToString(sum[:]) != tags["bh"] {
		t.Error("the hash of the body differs")
	}
	var signed strings.Builder
	for _, name := range strings.Split(tags["h"], ":") {
		fmt.Fprintf(&signed, "%s:%s\r\n", strings.ToLower(name), fields[strings.ToLower(name)])
	}
	signed.WriteString("dkim-signature:" + regexp.MustCompile(`\bb=[^;]*`).ReplaceAllString(fields["dkim-signature"], "b="))
	signature, err := base64.StdEncoding.DecodeString(tags["b"])
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256([]byte(signed.String())); !ed25519.Verify(public, sum[:], signature) {
		t.Errorf("the signature does not verify over\n%s", signed.String())
	}
}

// A burst goes over a few connections, not one each.
func TestSMTP_SharesConnectionsInABurst(t *testing.T) {
	s, _ := newSink(t, NoSecurity)
	channel := channelTo(t, s, NoSecurity, nil)
	const letters = 300
	errs := make(chan error, letters)
	var working sync.WaitGroup
	work := make(chan int)
	for range 8 {
		working.Go(func() {
			for n := range work {
				l := testLetter
				l.ID = fmt.Sprintf("letter-%d", n)
				errs <- channel.Deliver(t.Context(), l)
			}
		})
	}
	for n := range letters {
		work <- n
	}
	close(work)
	working.Wait()
	for range letters {
		if err := <-errs; err != nil {
			t.Fatal(err)
		}
	}
	if n := len(s.letters()); n != letters {
		t.Errorf("the server has %d letters", n)
	}
	s.set(func(s *sink) {
		if s.sessions > 8 {
			t.Errorf("%d connections", s.sessions)
		}
	})
}

func BenchmarkSMTP_Deliver(b *testing.B) {
	s, _ := newSink(b, NoSecurity)
	channel := channelTo(b, s, NoSecurity, nil)
	b.SetParallelism(4)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := channel.Deliver(context.Background(), testLetter); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "letters/s")
}
