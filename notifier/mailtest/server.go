package mailtest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"

	gosmtp "github.com/emersion/go-smtp"
)

// Turn is what a Server does with a letter.
type Turn int

// The turns.
const (
	Take   Turn = iota // and say so
	Refuse             // the address, for good: 550
	Later              // the address, for now: 451
	Drop               // take the letter, and hang up instead of saying so
	Hang               // take the letter, and say nothing for as long as the server is up
)

// Mail is a letter that the server had in its hands.
type Mail struct {
	To, MessageID string
	Answered      bool // whoever sent it was told that it was taken
}

// Server is a mail server without TLS on a port of this machine.
type Server struct {
	Host string
	Port int

	mu      sync.Mutex
	server  *gosmtp.Server // nil while it is down
	silent  chan struct{}  // closed when those that hang may go
	turn    func(to string) Turn
	mails   []Mail
	arrived chan struct{} // closed when a letter arrives, and made anew
}

// Serve starts a mail server that takes everything.
func Serve() (*Server, error) {
	m := &Server{Host: "127.0.0.1", arrived: make(chan struct{})}
	return m, m.Up()
}

// Up starts it again after Down, on the same port.
func (m *Server) Up() error {
	listener, err := net.Listen("tcp", fmt.Sprintf("%s:%d", m.Host, m.Port))
	if err != nil {
		return err
	}
	silent := make(chan struct{})
	server := gosmtp.NewServer(gosmtp.BackendFunc(func(c *gosmtp.Conn) (gosmtp.Session, error) {
		return &session{m: m, conn: c, silent: silent}, nil
	}))
	server.Domain, server.ErrorLog = "mail.example", quiet{}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.Port, m.server, m.silent = listener.Addr().(*net.TCPAddr).Port, server, silent
	go func() {
		_ = server.Serve(listener) // ends with Down
		_ = listener.Close()       // a server that was closed before it served does not know of it
	}()
	return nil
}

// Down ends it with every connection. What it took is still known.
func (m *Server) Down() {
	m.mu.Lock()
	server, silent := m.server, m.silent
	m.server = nil
	m.mu.Unlock()
	if server != nil {
		close(silent)
		_ = server.Close()
	}
}

// Behave says what it does with letters to an address from now on; nil takes all.
func (m *Server) Behave(turn func(to string) Turn) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turn = turn
}

// Mails are the letters that it has had in its hands, in order.
func (m *Server) Mails() []Mail {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.mails)
}

// Count is how many letters it has had in its hands, and Arrived is closed when one
// more comes.
func (m *Server) Count() (n int, arrived <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.mails), m.arrived
}

func (m *Server) turnOf(to string) Turn {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.turn == nil {
		return Take
	}
	return m.turn(to)
}

// session is one connection.
type session struct {
	m      *Server
	conn   *gosmtp.Conn
	silent chan struct{}
	to     string
}

func (s *session) Mail(string, *gosmtp.MailOptions) error { return nil }

func (s *session) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	s.to = to
	switch s.m.turnOf(to) {
	case Refuse:
		return &gosmtp.SMTPError{Code: 550, EnhancedCode: gosmtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
	case Later:
		return &gosmtp.SMTPError{Code: 451, EnhancedCode: gosmtp.EnhancedCode{4, 7, 1}, Message: "come again"}
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	turn := s.m.turnOf(s.to)
	s.m.took(Mail{To: s.to, MessageID: messageIDIn(text), Answered: turn == Take})
	switch turn {
	case Drop:
		_ = s.conn.Conn().Close()
		return errors.New("gone")
	case Hang:
		<-s.silent
	}
	return nil
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

func (m *Server) took(mail Mail) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mails = append(m.mails, mail)
	close(m.arrived)
	m.arrived = make(chan struct{})
}

// messageIDIn is the Message-ID in the head of a letter.
func messageIDIn(text []byte) string {
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan() && lines.Text() != ""; {
		if name, value, _ := strings.Cut(lines.Text(), ":"); strings.EqualFold(name, "Message-ID") {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// quiet is the log of a server whose connections break on purpose.
type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}
