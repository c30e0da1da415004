package notifier

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/workflow"
)

type hook struct{ address, secret string }

func (h hook) Webhook(context.Context, string) (string, string, error) {
	return h.address, h.secret, nil
}

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// hooked is a webhook of somebody that handle answers, over TLS.
func hooked(t *testing.T, handle http.HandlerFunc, change ...func(*WebhookOptions)) (*Webhook, *httptest.Server) {
	t.Helper()
	server := httptest.NewUnstartedServer(handle)
	server.Config.ErrorLog = nil
	server.StartTLS()
	t.Cleanup(server.Close)
	o := WebhookOptions{
		Hooks: hook{server.URL + "/vaka", "vaka_w_secret"}, PublicURL: "https://vaka.example.se", Networks: loopback,
		Now: func() time.Time { return composing }, Client: server.Client().Transport.(*http.Transport),
	}
	for _, f := range change {
		f(&o)
	}
	w := NewWebhook(o)
	t.Cleanup(w.Close)
	return w, server
}

func TestWebhook_SendsASignedLetter(t *testing.T) {
	var head http.Header
	var body []byte
	w, _ := hooked(t, func(_ http.ResponseWriter, r *http.Request) {
		head = r.Header
		body, _ = io.ReadAll(r.Body)
	})
	l := letterOf(workflow.ClockSupplement, 62*time.Hour, asLate)
	if err := w.Deliver(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	if head.Get("Vaka-Timestamp") != "1795417200" || head.Get("Vaka-Delivery") != l.ID {
		t.Errorf("headers %v", head)
	}
	if want := "v1=" + sign("vaka_w_secret", "1795417200", body); head.Get("Vaka-Signature") != want {
		t.Errorf("signature %s, want %s", head.Get("Vaka-Signature"), want)
	}
	var got map[string]any
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"id": l.ID, "sent_at": "2026-11-23T07:00:00Z", "items": []any{map[string]any{
		"case": l.Items[0].Case, "number": "PUI-2026-12", "clock": "SUPPLEMENT", "article": "GDPR Art. 33(4)", "rung": "test",
		"due_at": "2026-11-25T21:00:00Z", "late_since": "2026-11-22T05:00:00Z", "link": "https://vaka.example.se/cases/" + l.Items[0].Case,
	}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}

// The signature is the one of the documentation's example, so that what is
// written there verifies.
func TestSign_IsWhatTheDocumentationSays(t *testing.T) {
	const want = "57a10cbcb09cde4143d6fa8582c80d603960604279bbab64e4b4758def246b26"
	if got := sign("vaka_w_example", "1795417200", []byte(`{"id":"01JDBX"}`)); got != want {
		t.Errorf("signature %s", got)
	}
}

func TestWebhook_TellsWhatBecameOfALetter(t *testing.T) {
	for status, want := range map[int]error{
		200: nil, 202: nil, 204: nil,
		400: ErrRefused, 401: ErrRefused, 404: ErrRefused, 410: ErrRefused, 422: ErrRefused,
		301: errLater, 307: errLater, 408: errLater, 425: errLater, 429: errLater, 500: errLater, 503: errLater,
	} {
		calls := 0
		w, _ := hooked(t, func(rw http.ResponseWriter, _ *http.Request) {
			calls++
			rw.Header().Set("Location", "https://127.0.0.1:1/elsewhere")
			rw.WriteHeader(status)
		})
		wantOutcome(t, w.Deliver(t.Context(), testLetter), want)
		if calls != 1 {
			t.Errorf("%d: called %d times", status, calls)
		}
	}
}

// errLater stands for every error that says that a letter did not go out.
var errLater = errors.New("later")

func wantOutcome(t *testing.T, err, want error) {
	t.Helper()
	got := want
	switch {
	case err == nil:
		got = nil
	case errors.Is(err, ErrRefused):
		got = ErrRefused
	case errors.Is(err, ErrUnknown):
		got = ErrUnknown
	default:
		got = errLater
	}
	if got != want {
		t.Errorf("delivered: %v, want %v", err, want)
	}
	if err != nil && (strings.Contains(err.Error(), "127.0.0.1") || strings.Contains(err.Error(), "/vaka")) {
		t.Errorf("the error names the address: %v", err)
	}
}

// What is called and does not answer in time may have taken the letter.
func TestWebhook_DoesNotWaitForASlowAnswer(t *testing.T) {
	called, end := make(chan struct{}), make(chan struct{})
	w, _ := hooked(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		close(called)
		<-end
	})
	defer close(end)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-called; cancel() }()
	wantOutcome(t, w.Deliver(ctx, testLetter), ErrUnknown)
}

func TestWebhook_BoundsItsOwnTime(t *testing.T) {
	end := make(chan struct{})
	w, _ := hooked(t, func(http.ResponseWriter, *http.Request) { <-end }, func(o *WebhookOptions) { o.Timeout = 50 * time.Millisecond })
	defer close(end)
	err := w.Deliver(t.Context(), testLetter)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("delivered: %v", err)
	}
}

func TestWebhook_TriesLaterWhenNobodyListens(t *testing.T) {
	w, server := hooked(t, func(http.ResponseWriter, *http.Request) {})
	server.Close()
	wantOutcome(t, w.Deliver(t.Context(), testLetter), errLater)
}

func TestWebhook_CallsNothingThatIsNotOpen(t *testing.T) {
	var calls atomic.Int32
	count := func(http.ResponseWriter, *http.Request) { calls.Add(1) }
	plain := httptest.NewServer(http.HandlerFunc(count))
	defer plain.Close()
	for _, c := range []struct {
		name   string
		change func(*WebhookOptions)
	}{
		{"this machine", func(o *WebhookOptions) { o.Networks = nil }},
		{"another network than the one that is open", func(o *WebhookOptions) { o.Networks = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")} }},
		{"this machine by name", func(o *WebhookOptions) {
			o.Networks = nil
			o.Hooks = hook{strings.Replace(o.Hooks.(hook).address, "127.0.0.1", "localhost", 1), "s"}
		}},
		{"no TLS", func(o *WebhookOptions) { o.Hooks = hook{plain.URL, "s"} }},
		{"no address", func(o *WebhookOptions) { o.Hooks = hook{} }},
		{"another scheme", func(o *WebhookOptions) { o.Hooks = hook{"file:///etc/passwd", "s"} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, _ := hooked(t, count, c.change)
			wantOutcome(t, w.Deliver(t.Context(), testLetter), ErrRefused)
		})
	}
	if n := calls.Load(); n != 0 {
		t.Errorf("%d calls", n)
	}
	w, _ := hooked(t, count, func(o *WebhookOptions) { o.Hooks, o.PlainHTTP = hook{plain.URL, "s"}, true })
	wantOutcome(t, w.Deliver(t.Context(), testLetter), nil)
}

func TestIsPublic(t *testing.T) {
	for address, want := range map[string]bool{
		"93.184.215.14": true, "2606:2800:21f:cb07:6820:80da:af6b:8b2c": true,
		"127.0.0.1": false, "127.9.9.9": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false,
		"0.0.0.0": false, "100.64.0.1": false, "224.0.0.1": false, "255.255.255.255": false, "198.18.0.1": false, "240.0.0.1": false,
		"::1": false, "::": false, "fe80::1": false, "fc00::1": false, "ff02::1": false, "64:ff9b::a00:1": false, "2002:a00:1::": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::127.0.0.1": false, "fec0::1": false, "2001:db8::1": false,
	} {
		w := NewWebhook(WebhookOptions{})
		if got := w.guard("tcp", net.JoinHostPort(address, "443"), nil) == nil; got != want {
			t.Errorf("%s is open: %t, want %t", address, got, want)
		}
	}
}
