package scan

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

// Clamd is a scanner at an address.
type Clamd struct {
	network string // tcp or unix
	address string
}

// patience bounds one question to the daemon: a large file takes it some seconds.
const patience = 15 * time.Second

// NewClamd makes a scanner of an address: host:port, or the path of a local socket
// as unix:/run/clamav/clamd.ctl. Nothing is asked yet.
func NewClamd(address string) (*Clamd, error) {
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		if !strings.HasPrefix(path, "/") {
			return nil, errors.New("the path of clamd's socket must begin with a slash")
		}
		return &Clamd{"unix", path}, nil
	}
	if _, _, err := net.SplitHostPort(address); err != nil {
		return nil, errors.New("the address of clamd must be host:port, or unix: and the path of its socket")
	}
	return &Clamd{"tcp", address}, nil
}

// chunk is how much of a file is sent at a time.
const chunk = 64 << 10

// Scan returns the name of what the daemon found in a content, "" for nothing.
func (c *Clamd) Scan(ctx context.Context, content []byte) (found string, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var d net.Dialer
	conn, err := d.DialContext(ctx, c.network, c.address)
	if err != nil {
		return "", fmt.Errorf("reaching clamd: %w", err)
	}
	defer conn.Close()
	// The connection ends with the context, whatever is being read or written.
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()

	sending := send(conn, content)
	// The daemon answers before the end when the file is longer than it takes, and
	// closes: what it said is worth more than that sending failed.
	answer, err := bufio.NewReader(conn).ReadString(0)
	if err != nil {
		return "", fmt.Errorf("asking clamd: %w", errors.Join(sending, err))
	}
	return verdict(strings.TrimSuffix(answer, "\x00"))
}

// send writes the command and the content, each chunk after its length, and a
// length of zero as the end.
func send(conn net.Conn, content []byte) error {
	if _, err := conn.Write([]byte("zINSTREAM\x00")); err != nil {
		return err
	}
	for len(content) > 0 {
		n := min(chunk, len(content))
		parts := net.Buffers{binary.BigEndian.AppendUint32(nil, uint32(n)), content[:n]}
		if _, err := parts.WriteTo(conn); err != nil {
			return err
		}
		content = content[n:]
	}
	_, err := conn.Write(make([]byte, 4))
	return err
}

// verdict reads the daemon's answer: "stream: OK", "stream: NAME FOUND", or
// something that went wrong there.
func verdict(answer string) (string, error) {
	rest, ok := strings.CutPrefix(answer, "stream: ")
	if ok && rest == "OK" {
		return "", nil
	}
	if name, ok := strings.CutSuffix(rest, " FOUND"); ok && name != "" {
		return name, nil
	}
	return "", errors.New("clamd could not scan the file; its own log says why")
}
