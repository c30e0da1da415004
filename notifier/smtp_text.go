package notifier

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	netmail "net/mail"
	"regexp"
	"strings"
	"unicode"

	"github.com/wneessen/go-mail"
)

// message makes the e-mail of a letter. An error means that this letter can never
// go out by e-mail.
func (s *SMTP) message(l Letter) (*mail.Msg, error) {
	words, err := s.o.Composer.Compose(l)
	if err != nil {
		return nil, err
	}
	to, err := plainAddress(l.To.Email)
	if err != nil {
		return nil, fmt.Errorf("letter %s: %w", l.ID, err)
	}
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	msg.FromMailAddress(&netmail.Address{Name: oneLine(s.o.FromName), Address: s.o.From})
	msg.ToMailAddress(&netmail.Address{Name: oneLine(l.To.Name), Address: to})
	msg.Subject(words.Subject)
	msg.SetDateWithValue(l.ComposedAt.In(s.o.Composer.office.Zone))
	msg.SetMessageIDWithValue(messageID(l.ID) + "@" + s.o.Domain)
	msg.SetGenHeader("List-Id", "<reminders."+s.o.Domain+">")
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: nothing is to answer it by itself
	msg.SetGenHeader(mail.HeaderXAutoResponseSuppress, "All")
	msg.SetGenHeader(mail.HeaderContentLang, l.To.Language)
	msg.SetBodyString(mail.TypeTextPlain, words.Text)
	msg.AddAlternativeString(mail.TypeTextHTML, words.HTML)
	if s.o.DKIMDomain != "" {
		// A signer keeps state while it signs, so each letter gets its own.
		msg.SetDKIM(mail.NewDKIMSigner(s.o.DKIMDomain, s.o.DKIMSelector, s.o.DKIMKey))
	}
	return msg, nil
}

// dotAtom is what the left part of a Message-ID may be made of (RFC 5322, 3.2.3),
// less what is only confusing there.
var dotAtom = regexp.MustCompile(`^[A-Za-z0-9_/=+-]+(?:\.[A-Za-z0-9_/=+-]+)*$`)

// messageID is the left part of a letter's Message-ID: the same whenever and
// wherever the letter is sent.
func messageID(letter string) string {
	if len(letter) <= 128 && dotAtom.MatchString(letter) {
		return letter
	}
	sum := sha256.Sum256([]byte(letter))
	return hex.EncodeToString(sum[:16])
}

// plainAddress takes one bare address and nothing that could end a line or begin
// a second address.
func plainAddress(text string) (string, error) {
	address, err := netmail.ParseAddress(text)
	hidden := strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) || unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar
	})
	if err != nil || hidden || address.Address != text || strings.ContainsAny(text, `"<>(),;:\`) {
		return "", errors.New("the person has no e-mail address that letters can be sent to")
	}
	return text, nil
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

// ParseDKIMKey reads the private key that letters are signed with, RSA or Ed25519,
// from a PEM file. An error tells nothing of what stands in it.
func ParseDKIMKey(pem []byte) (crypto.Signer, error) {
	key, err := mail.PrivKeyFromPEM(pem)
	if err != nil {
		return nil, errors.New("the DKIM key must be an RSA or Ed25519 private key in PEM")
	}
	if small, ok := key.(*rsa.PrivateKey); ok && small.N.BitLen() < 1024 {
		return nil, errors.New("the DKIM key must have at least 1024 bits") // RFC 8301, 3.2
	}
	return key, nil
}
