package notifier

import (
	"cmp"
	"context"
	"crypto"
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wneessen/go-mail"
)

// Security says how a connection to a mail server is protected.
type Security string

// The ways to protect a connection.
const (
	StartTLS    Security = "starttls" // TLS from the server's first answer on, or no letter
	ImplicitTLS Security = "tls"      // TLS from the first byte
	NoSecurity  Security = "none"     // as plain text: only where the operator says so
)

// SMTPOptions are what an [SMTP] needs. Composer, Host, Port, Security, From and
// Domain are required.
type SMTPOptions struct {
	Composer *Composer
	Host     string
	Port     int
	Security Security
	User     string // "" does not authenticate
	Password string
	From     string // bare address of the sender, in ASCII
	FromName string
	Domain   string        // of Message-IDs and List-Ids
	Timeout  time.Duration // of one delivery, dialling and all; 30 seconds
	Parallel int           // most connections at once; 4

	DKIMDomain   string // signs letters when it is not ""
	DKIMSelector string
	DKIMKey      crypto.Signer // RSA or Ed25519

	Roots *tls.Config // nil trusts what the machine trusts
}

const (
	// idleFor is how long a connection is kept for the next letter: longer than
	// the gap between two letters of a sweep, shorter than servers' patience.
	idleFor = 5 * time.Second
	// lettersEach is how many letters go over one connection. Some servers count.
	lettersEach = 200
	// goodbye bounds the polite end of a connection.
	goodbye = 2 * time.Second
)

// SMTP delivers letters by e-mail. It keeps a few connections open during a burst
// and lets go of them soon after. All its methods may be called from many
// goroutines at once. Its errors hold codes of the server and never its words,
// for servers repeat addresses. Make one with [NewSMTP].
type SMTP struct {
	o     SMTPOptions
	slots chan struct{} // one for each connection in use

	mu     sync.Mutex
	idle   []*mailLine
	closed bool
}

// NewSMTP makes a channel; it connects when there is something to deliver.
func NewSMTP(o SMTPOptions) (*SMTP, error) {
	o.Timeout, o.Parallel = cmp.Or(o.Timeout, 30*time.Second), cmp.Or(o.Parallel, 4)
	if _, err := plainAddress(o.From); err != nil {
		return nil, errors.New("the sender of letters must be one bare e-mail address")
	}
	if !slices.Contains([]Security{StartTLS, ImplicitTLS, NoSecurity}, o.Security) {
		return nil, fmt.Errorf("no such security of mail: %q", o.Security)
	}
	return &SMTP{o: o, slots: make(chan struct{}, o.Parallel)}, nil
}

// Close ends the connections that are idle; later ones end after their letter.
func (s *SMTP) Close() {
	s.mu.Lock()
	idle := s.idle
	s.idle, s.closed = nil, true
	s.mu.Unlock()
	for _, line := range idle {
		line.hangUp()
	}
}

// Deliver implements [Channel].
func (s *SMTP) Deliver(ctx context.Context, l Letter) error {
	msg, err := s.message(l)
	if err != nil {
		return fmt.Errorf("%w: %w", err, ErrRefused)
	}
	ctx, cancel := context.WithTimeout(ctx, s.o.Timeout)
	defer cancel()
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return fmt.Errorf("waiting for a connection to the mail server: %w", ctx.Err())
	}
	if line := s.takeIdle(); line != nil {
		if err = s.over(ctx, line, l, msg); !errors.Is(err, errStale) {
			return err
		}
		// The server hung up while the connection was idle, before it had the
		// letter: that is no failure yet.
	}
	line, err := s.dial(ctx)
	if err != nil {
		return err
	}
	return s.over(ctx, line, l, msg)
}

// errStale means that a connection was lost before the server was given the text.
var errStale = errors.New("the connection was lost before the letter was sent")

// over sends a letter over a connection, and keeps that for the next one or ends it.
func (s *SMTP) over(ctx context.Context, line *mailLine, l Letter, msg *mail.Msg) error {
	wide := !isASCII(l.To.Email)
	if offered, _ := line.client.Extension("SMTPUTF8"); wide && !offered {
		s.keep(line)
		return fmt.Errorf("the address has letters that the mail server cannot take (no SMTPUTF8): %w", ErrRefused)
	}
	line.client.SkipSMTPUTF8(!wide) // asked for without need, it keeps a letter from older servers further on
	stop := context.AfterFunc(ctx, func() { _ = line.raw.Close() })
	err := line.mail.SendWithSMTPClient(line.client, msg)
	intact := stop()
	line.sent++
	outcome, reusable := judgeSending(err, msg.IsDelivered())
	if intact && reusable && line.sent < lettersEach {
		s.keep(line)
	} else {
		line.hangUp()
	}
	if outcome != nil && ctx.Err() != nil {
		return fmt.Errorf("%w: %w", outcome, ctx.Err())
	}
	return outcome
}

// judgeSending says what an error of go-mail means for the letter, and whether the
// connection can carry another one.
func judgeSending(err error, delivered bool) (outcome error, reusable bool) {
	var failed *mail.SendError
	switch {
	case err == nil:
		return nil, true
	case delivered:
		return nil, false // what failed came after the server had taken it
	case !errors.As(err, &failed):
		return fmt.Errorf("sending failed before the text: %w", errStale), false
	}
	code, at := failed.ErrorCode(), ""
	switch failed.Reason {
	case mail.ErrSMTPMailFrom:
		at = "MAIL"
	case mail.ErrSMTPRcptTo:
		at = "RCPT"
	case mail.ErrSMTPData:
		at = "DATA"
	case mail.ErrSMTPDataClose:
		at = "the text"
		if code == 0 {
			return fmt.Errorf("no answer after the text: %w", ErrUnknown), false
		}
	case mail.ErrConnCheck:
		return errStale, false
	default:
		// The text broke off before its end, so the server has to throw it away.
		return fmt.Errorf("%s, before the end of the text", failed.Reason), false
	}
	if code == 0 {
		return fmt.Errorf("no answer to %s: %w", at, errStale), false
	}
	answer := strings.TrimSpace(strconv.Itoa(code) + " " + failed.EnhancedStatusCode())
	outcome = fmt.Errorf("the mail server answered %s to %s", answer, at)
	if code >= 500 && !slices.Contains(aboutTheSession, code) {
		outcome = fmt.Errorf("%w: %w", outcome, ErrRefused)
	}
	// go-mail ends the transaction by itself after MAIL and RCPT only, and 421
	// announces that the server hangs up.
	return outcome, code != 421 && (at == "MAIL" || at == "RCPT")
}

// aboutTheSession are permanent answers (RFC 4954, RFC 5321) that say something of
// how this program signs in and nothing of the letter: once that is set right, the
// letter can go.
var aboutTheSession = []int{530, 534, 535, 538}
