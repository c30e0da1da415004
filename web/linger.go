package web

import (
	"crypto/tls"
	"io"
	"net"
	"sync/atomic"
	"time"
)

// What is still read of a request that was refused before it was read.
const (
	lingerBytes = 64 << 20
	lingerTime  = 2 * time.Second
)

// lingering is a listener whose connections can be closed gently. When a body is
// refused for its size, closing at once would reset the connection while the
// client still writes, and the client would see the reset instead of the answer.
type lingering struct{ net.Listener }

// Accept waits for the next connection.
func (l lingering) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &lingerConn{Conn: c}, nil
}

type lingerConn struct {
	net.Conn
	gently atomic.Bool
}

// Close closes the connection; gently, after the answer was sent, where that was
// asked for.
func (c *lingerConn) Close() error {
	if c.gently.Swap(false) {
		if half, ok := c.Conn.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
			_ = c.SetReadDeadline(time.Now().Add(lingerTime))
			_, _ = io.Copy(io.Discard, io.LimitReader(c.Conn, lingerBytes))
		}
	}
	return c.Conn.Close()
}

// closeGently asks for a gentle close of a request's connection.
func closeGently(c net.Conn) {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	if l, ok := c.(*lingerConn); ok {
		l.gently.Store(true)
	}
}
