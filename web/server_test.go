package web_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/vaka-project/vaka/web"
)

func TestMethods(t *testing.T) {
	h := open(t)
	id, _ := h.file("dpo")
	r := h.do(request{who: "dpo", method: "PATCH", path: "/api/v1/cases/" + id}).want(405, "method_not_allowed")
	if allow := r.Header.Get("Allow"); !strings.Contains(allow, "GET") || strings.Contains(allow, "PUT") {
		t.Errorf("Allow %q", allow)
	}
	if r := h.do(request{method: "OPTIONS", path: "/api/v1/notifications"}); r.Status != 204 || r.Header.Get("Allow") != "POST, OPTIONS" || r.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("OPTIONS %d %v", r.Status, r.Header)
	}
	get := h.get("caseworker", "/api/v1/cases/"+id).want(200)
	if r := h.do(request{who: "caseworker", method: "HEAD", path: "/api/v1/cases/" + id}); r.Status != 200 || len(r.Body) != 0 || r.Header.Get("ETag") != get.Header.Get("ETag") || r.Header.Get("Content-Length") != fmt.Sprint(len(get.Body)) {
		t.Errorf("HEAD %d %v", r.Status, r.Header)
	}
	h.do(request{method: "BREW", path: "/api/v1/cases"}).want(501)
	h.get("", "/api/v1/cases/").want(404, "no_such_url")
	h.get("", "/API/v1/cases").want(404, "no_such_url")
}

// The answer to a body that is too large arrives although the client still writes.
func TestLargeBodyIsAnswered(t *testing.T) {
	h := open(t)
	for range 5 {
		h.do(request{who: "dpo", method: "POST", path: "/api/v1/notifications", body: bytes.Repeat([]byte("x"), 10<<20)}).want(413, "body_too_large")
	}
	h.file("dpo")
}

func TestMalformedHTTP(t *testing.T) {
	h := open(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.base, "http://"))
	must(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "nonsense\r\n\r\n")
	must(t, err)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	must(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(t, err)
	if resp.StatusCode != 400 || !strings.Contains(string(body), `"code":"bad_request"`) || strings.Contains(string(body), "nonsense") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}

func TestLongHeaders(t *testing.T) {
	h := open(t)
	h.do(request{method: "GET", path: "/healthz", header: map[string]string{"X-Long": strings.Repeat("x", 8<<10)}}).want(200)
	if r := h.do(request{method: "GET", path: "/nowhere?" + strings.Repeat("x", 32<<10)}); r.Status != 431 || r.text("code") != "headers_too_large" {
		t.Errorf("%d %s", r.Status, r.Body)
	}
}

func TestRequestID(t *testing.T) {
	h := open(t)
	for given, kept := range map[string]bool{"abc-DEF.0123": true, "short": false, "with space in it": false, strings.Repeat("x", 65): false, "<script>alert": false} {
		got := h.do(request{method: "GET", path: "/healthz", header: map[string]string{"X-Request-ID": given}}).Header.Get("X-Request-Id")
		if (got == given) != kept || got == "" {
			t.Errorf("%q becomes %q", given, got)
		}
	}
}

// Guesses are counted by the client's address, which only a trusted proxy may tell.
func TestClientAddress(t *testing.T) {
	for name, c := range map[string]struct {
		trusted []netip.Prefix
		header  func(i int) string
		blocked bool
	}{
		"nobody is trusted":             {nil, func(i int) string { return fmt.Sprintf("198.51.100.%d", i) }, true},
		"a trusted proxy tells":         {[]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, func(i int) string { return fmt.Sprintf("198.51.100.%d", i) }, false},
		"the client adds to the left":   {[]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, func(i int) string { return fmt.Sprintf("203.0.113.%d, 198.51.100.7", i) }, true},
		"two proxies, the client lies":  {[]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")}, func(i int) string { return fmt.Sprintf("203.0.113.%d, 198.51.100.7, 10.1.1.1", i) }, true},
		"two proxies, with ports":       {[]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")}, func(i int) string { return fmt.Sprintf("198.51.100.%d:4711, 10.1.1.1:80", i) }, false},
		"what is no address ends there": {[]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, func(i int) string { return fmt.Sprintf("198.51.100.%d, unknown", i) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, func(o *web.Options) { o.TrustedProxies = c.trusted })
			last := 0
			for i := range 110 {
				last = h.do(request{
					method: "POST", path: "/api/v1/session", body: fmt.Sprintf(`{"email": "nobody%d@example.org", "password": "x"}`, i),
					header: map[string]string{"X-Forwarded-For": c.header(i)},
				}).Status
			}
			if (last == 429) != c.blocked {
				t.Errorf("the last guess is answered %d", last)
			}
		})
	}
}

// Until everything is loaded only the server's own state and description answer.
func TestNotReady(t *testing.T) {
	var ready atomic.Bool
	h := open(t, func(o *web.Options) {
		o.Ready = func() error {
			if ready.Load() {
				return nil
			}
			return errors.New("reading the board")
		}
	})
	h.get("", "/healthz").want(200)
	h.get("", "/readyz").want(503, "not_ready")
	h.get("", "/openapi.json").want(200)
	h.post("dpo", "/api/v1/notifications", notification()).want(503, "not_ready")
	ready.Store(true)
	h.get("", "/readyz").want(200)
	h.post("dpo", "/api/v1/notifications", notification()).want(201)
	ready.Store(false) // shutting down: the balancer is told, requests under way go on
	h.get("", "/readyz").want(503)
	h.get("dpo", "/api/v1/cases").want(200)
	if strings.Contains(h.log.String(), `"level":"ERROR"`) {
		t.Errorf("a start that is waited for is logged as a failure: %s", h.log.String())
	}
}

func TestMetrics(t *testing.T) {
	registry := prometheus.NewRegistry()
	h := open(t, func(o *web.Options) { o.Metrics = registry })
	id, _ := h.file("dpo")
	h.get("dpo", "/api/v1/cases/"+id)
	h.get("dpo", "/nowhere/"+id)
	families, err := registry.Gather()
	must(t, err)
	text := fmt.Sprint(families)
	for _, want := range []string{"vaka_http_requests_total", "vaka_http_request_duration_seconds", "vaka_board_cases", "/api/v1/cases/{id}", `"none"`} {
		if !strings.Contains(text, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	if strings.Contains(text, id) {
		t.Error("a label names a case")
	}
}

// A request under way ends before the server does.
func TestShutdownWaits(t *testing.T) {
	h := build(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	done := make(chan error, 1)
	go func() { done <- h.server.Serve(ln) }()
	conn, err := net.Dial("tcp", ln.Addr().String())
	must(t, err)
	defer conn.Close()
	body := web.BodyOf("notification")
	_, err = fmt.Fprintf(conn, "POST /api/v1/notifications HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", h.tokens["dpo"], len(body), body)
	must(t, err)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	must(t, err)
	_, err = io.Copy(io.Discard, resp.Body)
	must(t, err)
	began := time.Now()
	must(t, h.server.Shutdown(ctx))
	must(t, <-done)
	if resp.StatusCode != 201 {
		t.Errorf("answered %d", resp.StatusCode)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("an idle connection held the server for %v", took)
	}
	if _, err := net.Dial("tcp", ln.Addr().String()); err == nil {
		t.Error("the server still listens")
	}
}

// Over TLS browsers are told to stay with it, and large bodies are answered too.
func TestTLS(t *testing.T) {
	made := httptest.NewTLSServer(http.NotFoundHandler()) // only for its certificate
	defer made.Close()
	h := open(t, func(o *web.Options) {
		o.TLS = &tls.Config{Certificates: made.TLS.Certificates, MinVersion: tls.VersionTLS12}
	})
	h.base = strings.Replace(h.base, "http://", "https://", 1)
	h.client = made.Client()
	if r := h.get("dpo", "/api/v1/session").want(200); r.Header.Get("Strict-Transport-Security") == "" {
		t.Error("no Strict-Transport-Security")
	}
	h.do(request{who: "dpo", method: "POST", path: "/api/v1/notifications", body: bytes.Repeat([]byte("x"), 10<<20)}).want(413, "body_too_large")
	h.file("dpo")
	h.client.CloseIdleConnections()
}
