package notifier

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// mailLine is one connection to the mail server.
type mailLine struct {
	mail    *mail.Client
	client  *smtp.Client
	raw     net.Conn
	sent    int
	unwatch func() bool // while it is being made
	expiry  *time.Timer // while it is idle
}

// dial connects and authenticates.
func (s *SMTP) dial(ctx context.Context) (*mailLine, error) {
	line := &mailLine{}
	secure := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.o.Roots != nil {
		secure = s.o.Roots.Clone()
	}
	secure.ServerName = s.o.Host
	policy := mail.NoTLS
	if s.o.Security == StartTLS {
		policy = mail.TLSMandatory
	}
	options := []mail.Option{
		mail.WithPort(s.o.Port), mail.WithTimeout(s.o.Timeout), mail.WithTLSPolicy(policy), mail.WithTLSConfig(secure),
		mail.WithoutNoop(), mail.WithoutRset(),
		mail.WithDialContextFunc(func(dialling context.Context, network, address string) (net.Conn, error) {
			raw, err := (&net.Dialer{}).DialContext(dialling, network, address)
			if err != nil {
				return nil, err
			}
			// go-mail watches a context while it dials and not while it talks.
			line.raw, line.unwatch = raw, context.AfterFunc(ctx, func() { _ = raw.Close() })
			if s.o.Security != ImplicitTLS {
				return raw, nil
			}
			conn := tls.Client(raw, secure)
			return conn, conn.HandshakeContext(dialling)
		}),
	}
	if s.o.User != "" {
		options = append(options, mail.WithSMTPAuthCustom(&anyAuth{user: s.o.User, password: s.o.Password, host: s.o.Host}))
	}
	client, err := mail.NewClient(s.o.Host, options...)
	if err != nil {
		return nil, fmt.Errorf("preparing to connect to the mail server: %w", err)
	}
	line.mail = client
	line.client, err = client.DialToSMTPClientWithContext(ctx)
	inTime := line.unwatch == nil || line.unwatch()
	if err == nil && inTime {
		return line, nil
	}
	if line.raw != nil {
		_ = line.raw.Close()
	}
	return nil, fmt.Errorf("connecting to the mail server: %w", errors.Join(plainly(err), ctx.Err()))
}

// plainly is an error without the words of the server, which may repeat what it
// was told.
func plainly(err error) error {
	var answer *textproto.Error
	if errors.As(err, &answer) {
		return fmt.Errorf("the mail server answered %d", answer.Code)
	}
	return err
}

// hangUp ends a connection: politely when the server still listens.
func (c *mailLine) hangUp() {
	_ = c.raw.SetDeadline(time.Now().Add(goodbye))
	if c.client.HasConnection() {
		_ = c.client.Quit()
	}
	_ = c.raw.Close()
}

// takeIdle hands out the connection that was used last, nil where there is none.
func (s *SMTP) takeIdle() *mailLine {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.idle) > 0 {
		line := s.idle[len(s.idle)-1]
		s.idle = s.idle[:len(s.idle)-1]
		if line.expiry.Stop() {
			return line
		}
	}
	return nil
}

// keep puts a connection by for the next letter.
func (s *SMTP) keep(line *mailLine) {
	s.mu.Lock()
	if !s.closed {
		line.expiry = time.AfterFunc(idleFor, func() { s.expire(line) })
		s.idle = append(s.idle, line)
		s.mu.Unlock()
		return
	}
	s.mu.Unlock()
	line.hangUp()
}

func (s *SMTP) expire(line *mailLine) {
	s.mu.Lock()
	s.idle = slices.DeleteFunc(s.idle, func(other *mailLine) bool { return other == line })
	s.mu.Unlock()
	line.hangUp()
}

// anyAuth signs in by the best way that the server offers. Ways that show the
// password to the server are used under TLS only, or to this machine itself when
// the operator has done without TLS.
type anyAuth struct {
	user, password, host string
	chosen               smtp.Auth
}

// Start implements smtp.Auth.
func (a *anyAuth) Start(server *smtp.ServerInfo) (string, []byte, error) {
	ways := []struct {
		name  string
		plain bool
		auth  smtp.Auth
	}{
		{"SCRAM-SHA-256", false, smtp.ScramSHA256Auth(a.user, a.password)},
		{"SCRAM-SHA-1", false, smtp.ScramSHA1Auth(a.user, a.password)},
		{"PLAIN", true, smtp.PlainAuth("", a.user, a.password, a.host, false)},
		{"LOGIN", true, smtp.LoginAuth(a.user, a.password, a.host, false)},
		{"CRAM-MD5", false, smtp.CRAMMD5Auth(a.user, a.password)},
	}
	for _, way := range ways {
		offered := slices.ContainsFunc(server.Auth, func(name string) bool { return strings.EqualFold(name, way.name) })
		if offered && (!way.plain || server.TLS || isThisMachine(a.host)) {
			a.chosen = way.auth
			return a.chosen.Start(server)
		}
	}
	return "", nil, errors.New("the mail server offers no way to sign in that is safe over this connection")
}

// Next implements smtp.Auth.
func (a *anyAuth) Next(from []byte, more bool) ([]byte, error) { return a.chosen.Next(from, more) }

func isThisMachine(host string) bool {
	return host == "localhost" || host == "127.0.0.1" || host == "::1"
}
