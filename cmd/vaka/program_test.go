package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/config"
	"github.com/vaka-project/vaka/workflow"
)

// settingsFor is a configuration for tests: no fixed port, and a directory of its own.
func settingsFor(t *testing.T, flags map[string]string) config.Config {
	t.Helper()
	all := map[string]string{"listen": "127.0.0.1:0", "metrics_listen": "127.0.0.1:0", "data": t.TempDir(), "log_level": "error"}
	for k, v := range flags {
		all[k] = v
	}
	c, _, err := config.Load(config.Sources{Flags: all, Known: knownCodes()})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

// runHere runs a program in this process. ready is closed when it is.
func runHere(t *testing.T, o Options) (p *Program, ready chan struct{}, stop func() error) {
	t.Helper()
	ready = make(chan struct{})
	if o.Out == nil {
		o.Out = io.Discard
	}
	o.Logger, o.Welcome = discard(), func(context.Context, *Program) error { close(ready); return nil }
	p, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	stop = func() error {
		cancel()
		return errors.Join(<-ended, p.Close())
	}
	return p, ready, stop
}

// While it loads, the program says that it is alive and that it is not ready,
// and turns everything else away in a way that is worth trying again.
func TestProgram_Loading(t *testing.T) {
	loading, go_on := make(chan struct{}), make(chan struct{})
	p, ready, stop := runHere(t, Options{Config: settingsFor(t, nil), Before: func(context.Context, *Parts) error {
		close(loading)
		<-go_on
		return nil
	}})
	<-loading
	c := newClient()
	get := func(path string) (int, http.Header) {
		t.Helper()
		status, header, err := c.do(http.MethodGet, p.URL()+path, nil, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		return status, header
	}
	if status, _ := get("/healthz"); status != http.StatusOK {
		t.Errorf("/healthz answers %d while loading", status)
	}
	for _, path := range []string{"/readyz", "/api/v1/cases"} {
		status, header := get(path)
		if status != http.StatusServiceUnavailable || header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s answers %d (%s) while loading", path, status, header.Get("Content-Type"))
		}
	}
	if _, header := get("/api/v1/cases"); header.Get("Retry-After") == "" {
		t.Error("nothing says when to try again")
	}
	close(go_on)
	<-ready
	if status, _ := get("/readyz"); status != http.StatusOK {
		t.Errorf("/readyz answers %d when ready", status)
	}
	if got := here(t, nil, "health", p.URL()+"/readyz"); got.code != 0 {
		t.Errorf("vaka health: %+v", got)
	}
	if status, _ := get("/api/v1/cases"); status != http.StatusUnauthorized {
		t.Errorf("the API answers %d when ready", status)
	}
	if err := stop(); err != nil {
		t.Errorf("ending: %v", err)
	}
	if p.Ready() == nil {
		t.Error("it is ready after its end")
	}
}

// A telling that fails ends the program with its error, and what was opened is
// free again.
func TestProgram_FailsToBegin(t *testing.T) {
	c, broken := settingsFor(t, nil), errors.New("the story has no end")
	p, err := Open(t.Context(), Options{Config: c, Out: io.Discard, Logger: discard(), Before: func(context.Context, *Parts) error { return broken }})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(t.Context()); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	_, ready, stop := runHere(t, Options{Config: c})
	<-ready
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// Told to stop while it loads, the program stops, and that is no failure.
func TestProgram_StoppedWhileLoading(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p, err := Open(ctx, Options{Config: settingsFor(t, nil), Out: io.Discard, Logger: discard(), Before: func(ctx context.Context, _ *Parts) error {
		cancel()
		return ctx.Err()
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(p.Run(ctx), p.Close()); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestProgram_Metrics(t *testing.T) {
	p, ready, stop := runHere(t, Options{Config: settingsFor(t, nil)})
	<-ready
	answer, err := http.Get("http://" + p.metering.Addr().String() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"vaka_ready 1", "vaka_board_cases 0", "vaka_store_append_seconds_count", "vaka_sweep_seconds_count", "go_goroutines", "process_start_time_seconds"} {
		if !strings.Contains(string(text), "\n"+name) {
			t.Errorf("the metrics lack %s", name)
		}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// Two programs cannot have one port, and the complaint says what to do.
func TestOpen_PortTaken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, setting := range []string{"listen", "metrics_listen"} {
		c := settingsFor(t, map[string]string{setting: taken.Addr().String()})
		_, err := Open(t.Context(), Options{Config: c, Out: io.Discard, Logger: discard()})
		if err == nil || !strings.Contains(err.Error(), "address already in use; give another") {
			t.Errorf("%s: %v", setting, err)
		}
	}
}

// Made-up cases and real ones never meet.
func TestDemoData(t *testing.T) {
	data := t.TempDir()
	c := settingsFor(t, map[string]string{"data": data})
	e, err := openEngine(t.Context(), c, discard())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(e.Insert(t.Context(), cases.Meta, "demo", map[string]time.Time{"until": time.Now()}), e.Close()); err != nil {
		t.Fatal(err)
	}
	got := vaka(t, "", "serve", "--listen", "127.0.0.1:0", "--metrics-listen", "off", "--data", data)
	if got.code != exitFailed || !strings.Contains(got.err, "holds the made-up cases of a demo") || strings.Count(got.err, "\n") != 1 {
		t.Errorf("serve on a demo's data: %+v", got)
	}

	real := t.TempDir()
	account(t, "admin@example.org", "administrator", "--data", real)
	got = vaka(t, "", "demo", "--listen", "127.0.0.1:0", "--metrics-listen", "off", "--data", real)
	if got.code != exitFailed || !strings.Contains(got.err, "holds data that is no demo's") {
		t.Errorf("demo on real data: %+v", got)
	}
	got = vaka(t, "", "demo", "--listen", ":0", "--trusted-proxies", "10.0.0.0/8", "--data", t.TempDir())
	if got.code != exitFailed || !strings.Contains(got.err, "a demo is served on loopback only") {
		t.Errorf("demo for everybody: %+v", got)
	}
}

// Each refusal to start is one line, exit code 1, and comes soon.
func TestRefusesToStart(t *testing.T) {
	data := t.TempDir()
	serve(t, "--data", data)
	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and never answers
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	notADirectory := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(notADirectory, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args []string
		says string
	}{
		{"a data directory in use", []string{"--data", data}, "already in use by another running vaka"},
		{"a data directory that is a file", []string{"--data", notADirectory}, "data directory"},
		{"a MongoDB that is not there", []string{"--mongo-uri", "mongodb://vaka:hemlig@127.0.0.1:1/"}, "MongoDB"},
		{"a MongoDB that does not answer", []string{"--mongo-uri", "mongodb://vaka:hemlig@" + silent.Addr().String() + "/"}, "MongoDB"},
		{"plain HTTP for everybody", []string{"--listen", ":0", "--data", t.TempDir()}, "plain HTTP is served on loopback only"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			got := vaka(t, "", append([]string{"serve", "--listen", "127.0.0.1:0", "--metrics-listen", "off", "--log-level", "error"}, c.args...)...)
			if got.code != exitFailed || strings.Count(got.err, "\n") != 1 || !strings.Contains(got.err, c.says) || got.out != "" {
				t.Errorf("%+v", got)
			}
			if strings.Contains(got.err, "hemlig") {
				t.Error("the password was printed")
			}
			if took := time.Since(began); took > 15*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

// The link for the first administrator is printed until somebody can administer,
// a new one at each start, and is in no log.
func TestFirstAdministrator(t *testing.T) {
	data := t.TempDir()
	link := func() (string, *server) {
		s := serve(t, "--data", data, "--log-level", "debug")
		return strings.TrimSpace(s.line(t, "    http://")), s
	}
	first, s := link()
	if !strings.HasPrefix(first, s.url+"/setup?token=") {
		t.Errorf("the link is %q", first)
	}
	_, token, _ := strings.Cut(first, "token=")
	s.stop(t)
	if strings.Contains(s.errs.String(), token) {
		t.Error("the token was logged")
	}
	second, s := link()
	if strings.HasSuffix(second, token) {
		t.Error("the second start printed the same token")
	}
	s.stop(t)
	account(t, "admin@example.org", "administrator", "--data", data)
	s = serve(t, "--data", data)
	s.stop(t)
	for line := range drained(s.lines) {
		if strings.Contains(line, "token=") {
			t.Error("a link was printed although somebody can administer")
		}
	}
}

// drained gives what is left in a channel.
func drained(lines chan string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for {
			select {
			case line := <-lines:
				if !yield(line) {
					return
				}
			default:
				return
			}
		}
	}
}

// SIGTERM lets a request that has begun finish, while nobody new is let in.
func TestTermFinishesRequests(t *testing.T) {
	data := t.TempDir()
	account(t, "dpo@example.org", "notifier", "--data", data)
	s := serve(t, "--data", data)
	c := signIn(t, s.url, "dpo@example.org")
	address := strings.TrimPrefix(s.url, "http://")
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	body := notification("slow")
	fmt.Fprintf(conn, "POST /api/v1/notifications HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n",
		address, c.token, len(body))
	answers := bufio.NewReader(conn)
	if line, err := answers.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("%q, %v", line, err)
	}
	fmt.Fprint(conn, body[:len(body)/2])

	stopped := make(chan int)
	go func() { stopped <- s.stop(t) }()
	for { // until the door is closed
		other, err := net.DialTimeout("tcp", address, time.Second)
		if err != nil {
			break
		}
		other.Close()
		time.Sleep(5 * time.Millisecond)
	}
	fmt.Fprint(conn, body[len(body)/2:])
	if _, err := answers.ReadString('\n'); err != nil { // the empty line of 100 Continue
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(answers, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusCreated {
		t.Errorf("the request under way was answered %d", answer.StatusCode)
	}
	if code := <-stopped; code != 0 {
		t.Errorf("exit code %d\n%s", code, s.errs.String())
	}
	if got := must(t, "", "verify", "--data", data); !strings.Contains(got, "of 3 records; 0 breaks") {
		t.Error(got)
	}
}

func fixedNow() time.Time { return time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC) }

// addHere makes a notifier's account on a running program.
func addHere(t *testing.T, p *Program, email string) error {
	t.Helper()
	_, err := p.Auth.Create(t.Context(), commandLine, auth.NewAccount{
		Name: "Test", Email: email, Password: password, Roles: []workflow.Role{workflow.RoleNotifier}, How: auth.ByCommandLine,
	})
	return err
}
