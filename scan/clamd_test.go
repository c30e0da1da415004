package scan

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// daemon is a clamd that answers with what say makes of the file that it was sent.
func daemon(t *testing.T, network, address string, say func(content []byte) string) string {
	t.Helper()
	ln, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go serve(conn, say)
		}
	}()
	return ln.Addr().String()
}

func serve(conn net.Conn, say func([]byte) string) {
	defer conn.Close()
	command := make([]byte, len("zINSTREAM\x00"))
	if _, err := io.ReadFull(conn, command); err != nil || string(command) != "zINSTREAM\x00" {
		io.WriteString(conn, "UNKNOWN COMMAND\x00")
		return
	}
	var content bytes.Buffer
	for {
		var n uint32
		if binary.Read(conn, binary.BigEndian, &n) != nil {
			return
		}
		if n == 0 {
			io.WriteString(conn, say(content.Bytes()))
			return
		}
		if _, err := io.CopyN(&content, conn, int64(n)); err != nil {
			return
		}
	}
}

func TestClamd_Scan(t *testing.T) {
	large := bytes.Repeat([]byte("abc"), chunk)
	for name, tt := range map[string]struct {
		content []byte
		answer  string
		found   string
		fails   bool
	}{
		"clean":                  {content: []byte("text"), answer: "stream: OK\x00"},
		"empty":                  {answer: "stream: OK\x00"},
		"several chunks":         {content: large, answer: "stream: OK\x00"},
		"infected":               {content: []byte("x"), answer: "stream: Eicar-Test-Signature FOUND\x00", found: "Eicar-Test-Signature"},
		"longer than it takes":   {content: []byte("x"), answer: "INSTREAM size limit exceeded. ERROR\x00", fails: true},
		"not understood":         {content: []byte("x"), answer: "stream: PERHAPS OK\x00", fails: true},
		"found without a name":   {content: []byte("x"), answer: "stream:  FOUND\x00", fails: true},
		"cut off in its answer":  {content: []byte("x"), answer: "stream: OK", fails: true},
		"hangs up":               {content: []byte("x"), fails: true},
		"another command's word": {content: []byte("x"), answer: "PONG\x00", fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			got := make(chan []byte, 1)
			c, err := NewClamd(daemon(t, "tcp", "127.0.0.1:0", func(content []byte) string {
				got <- bytes.Clone(content)
				return tt.answer
			}))
			if err != nil {
				t.Fatal(err)
			}
			found, err := c.Scan(t.Context(), tt.content)
			if found != tt.found || (err != nil) != tt.fails {
				t.Errorf("found %q, %v", found, err)
			}
			if sent := <-got; !bytes.Equal(sent, tt.content) {
				t.Errorf("the daemon got %d bytes of %d", len(sent), len(tt.content))
			}
		})
	}
}

func TestClamd_ScansOverALocalSocket(t *testing.T) {
	dir, err := os.MkdirTemp("", "clamd") // a test's own folder has too long a name for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "clamd.ctl")
	daemon(t, "unix", path, func([]byte) string { return "stream: OK\x00" })
	c, err := NewClamd("unix:" + path)
	if err != nil {
		t.Fatal(err)
	}
	if found, err := c.Scan(t.Context(), []byte("x")); found != "" || err != nil {
		t.Errorf("found %q, %v", found, err)
	}
}

func TestClamd_FailsWithoutADaemon(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := ln.Addr().String()
	ln.Close()
	c, err := NewClamd(address)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Scan(t.Context(), []byte("x")); err == nil {
		t.Error("nobody answered, and the file is clean")
	}
}

// A daemon that says nothing does not hold up whoever asks longer than they wait.
func TestClamd_EndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c, err := NewClamd(daemon(t, "tcp", "127.0.0.1:0", func([]byte) string {
		cancel()
		<-t.Context().Done()
		return ""
	}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Scan(ctx, []byte("x")); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("the scan ended with %v", err)
	}
}

func TestNewClamd_RefusesWhatIsNoAddress(t *testing.T) {
	for _, bad := range []string{"", "localhost", "unix:relative", "/run/clamd.ctl"} {
		if _, err := NewClamd(bad); err == nil || strings.Contains(err.Error(), "localhost") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
