package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// binary is the program, built once for all tests.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "vaka-test")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	binary = filepath.Join(dir, "vaka")
	code := 1
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the program: %v\n%s", err, out)
	} else {
		code = m.Run()
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// password is that of every account that tests make.
const password = "correct horse battery staple"

// patience bounds every wait for the program.
const startPatience = 30 * time.Second

// cleanEnv is the environment without settings of whoever runs the tests.
func cleanEnv() []string {
	var env []string
	for _, line := range os.Environ() {
		if !strings.HasPrefix(line, "VAKA_") {
			env = append(env, line)
		}
	}
	return env
}

// outcome is what a command that ended left behind.
type outcome struct {
	out, err string
	code     int
}

// vaka runs a command of the binary to its end.
func vaka(t testing.TB, in string, args ...string) outcome {
	t.Helper()
	return vakaWith(t, in, nil, args...)
}

func vakaWith(t testing.TB, in string, env []string, args ...string) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, args...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Env = strings.NewReader(in), &out, &errs, append(cleanEnv(), env...)
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return outcome{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// must is for commands that have to succeed.
func must(t testing.TB, in string, args ...string) string {
	t.Helper()
	got := vaka(t, in, args...)
	if got.code != 0 {
		t.Fatalf("vaka %s: exit code %d\n%s%s", strings.Join(args, " "), got.code, got.out, got.err)
	}
	return got.out
}

// server is a running vaka.
type server struct {
	url   string
	cmd   *exec.Cmd
	lines chan string // of standard output, as far as nobody has read them
	errs  lockedBuffer
	ended chan struct{} // closed when the process has ended
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// serve starts vaka serve with these arguments and waits until it is ready.
func serve(t testing.TB, args ...string) *server {
	t.Helper()
	s := launch(t, exec.Command(binary, append([]string{"serve", "--listen", "127.0.0.1:0", "--metrics-listen", "off", "--log-level", "warn"}, args...)...))
	s.line(t, "ready")
	return s
}

// launch starts a command that runs the program, and waits until that listens.
func launch(t testing.TB, cmd *exec.Cmd) *server {
	t.Helper()
	s := &server{cmd: cmd, lines: make(chan string, 100), ended: make(chan struct{})}
	cmd.Env, cmd.Stderr = cleanEnv(), &s.errs
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(s.ended)
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			select {
			case s.lines <- lines.Text():
			default: // nobody reads so much of it
			}
		}
		_ = cmd.Wait()
	}()
	t.Cleanup(func() { _ = cmd.Process.Kill(); <-s.ended })
	s.url = strings.TrimPrefix(s.line(t, "listening on "), "listening on ")
	return s
}

// line waits for a line of standard output that begins so.
func (s *server) line(t testing.TB, prefix string) string {
	t.Helper()
	deadline := time.After(startPatience)
	for {
		select {
		case line := <-s.lines:
			if strings.HasPrefix(line, prefix) {
				return line
			}
		case <-s.ended:
			t.Fatalf("vaka ended before it said %q:\n%s", prefix, s.errs.String())
		case <-deadline:
			t.Fatalf("vaka did not say %q in %s:\n%s", prefix, startPatience, s.errs.String())
		}
	}
}

// kill ends the server as a power cut would, as far as a process can.
func (s *server) kill() {
	_ = s.cmd.Process.Kill()
	<-s.ended
}

// stop ends the server in order and returns its exit code.
func (s *server) stop(t testing.TB) int {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.ended:
	case <-time.After(startPatience):
		t.Fatalf("vaka did not end within %s of SIGTERM", startPatience)
	}
	return s.cmd.ProcessState.ExitCode()
}

// client talks to the API as one account.
type client struct {
	http  *http.Client
	token string
}

func newClient() *client {
	return &client{http: &http.Client{
		Timeout:   startPatience,
		Transport: &http.Transport{MaxIdleConns: 200, MaxIdleConnsPerHost: 200},
	}}
}

// do sends a request and decodes the answer's JSON into the value; the error is
// one of the connection.
func (c *client) do(method, url string, header map[string]string, body string, into any) (int, http.Header, error) {
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for k, v := range header {
		r.Header.Set(k, v)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, nil, err
	}
	if into != nil && len(text) > 0 {
		if err := json.Unmarshal(text, into); err != nil {
			return 0, nil, fmt.Errorf("%s %s answered %d with %q: %w", method, url, answer.StatusCode, text, err)
		}
	}
	return answer.StatusCode, answer.Header, nil
}

// account makes an account on a stopped installation.
func account(t testing.TB, email, role string, store ...string) {
	t.Helper()
	must(t, password+"\n", append([]string{"user", "add", email, "--name", "Test", "--role", role, "--password-file", "-"}, store...)...)
}

// signIn begins a session.
func signIn(t testing.TB, url, email string) *client {
	t.Helper()
	c := newClient()
	var session struct {
		Token string `json:"token"`
	}
	body := fmt.Sprintf(`{"email":%q,"password":%q}`, email, password)
	status, _, err := c.do(http.MethodPost, url+"/api/v1/session", nil, body, &session)
	if err != nil || status != http.StatusOK {
		t.Fatalf("signing in: status %d, error %v", status, err)
	}
	c.token = session.Token
	return c
}

// aware is one instant for a whole run, so that the same reference makes the same body.
var aware = time.Now().Add(-3 * time.Hour).UTC().Format(time.RFC3339)

// notification is one that makes a case, with a reference of the controller's own.
func notification(reference string) string {
	return fmt.Sprintf(`{
		"notification_kind": "NEW", "notification_subkind": "INCOMPLETE", "controller_reference": %q,
		"controller": {"name": "Norrälvens kommun", "board": "Socialnämnden", "contact": {"phone": "+46 10 000 00 01"}},
		"reporter": {"name": "Test", "contact": {"phone": "+46 10 000 00 01"}, "function": "AUTHORISED_OTHER"},
		"aware_at": %q, "breach_types": ["CONFIDENTIALITY"], "description": "Ett brev kom till fel mottagare."
	}`, reference, aware)
}

// filed is what the answer to a notification says.
type filed struct {
	Case struct {
		ID     string `json:"id"`
		Number string `json:"number"`
	} `json:"case"`
	Receipt struct {
		ID     string `json:"id"`
		Digest string `json:"digest"`
	} `json:"receipt"`
}

// file sends a notification under an idempotency key.
func (c *client) file(url, key string) (filed, int, http.Header, error) {
	var f filed
	status, header, err := c.do(http.MethodPost, url+"/api/v1/notifications", map[string]string{"Idempotency-Key": key}, notification(key), &f)
	return f, status, header, err
}
