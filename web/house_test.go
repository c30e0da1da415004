package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/cases/casestest"
	"github.com/vaka-project/vaka/notifier"
	"github.com/vaka-project/vaka/store/bolt"
	"github.com/vaka-project/vaka/web"
	"github.com/vaka-project/vaka/workflow"
)

// start is a Thursday forenoon, a day after the awareness of the examples.
var start = time.Date(2026, 11, 19, 9, 0, 0, 0, time.UTC)

const secret = "four quiet herons wade"

// clock is moved by hand; it ticks a millisecond each time that it is read, so that
// no two events share an instant.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(time.Millisecond)
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// people are the accounts of a house, by name, with their roles.
var people = map[string][]workflow.Role{
	"dpo":        {workflow.RoleNotifier},
	"other":      {workflow.RoleNotifier},
	"registrar":  {workflow.RoleRegistrar},
	"caseworker": {workflow.RoleCaseworker},
	"second":     {workflow.RoleCaseworker},
	"legal":      {workflow.RoleLegal},
	"supervisor": {workflow.RoleSupervisor},
	"decider":    {workflow.RoleDecisionMaker},
	"admin":      {workflow.RoleAdministrator},
}

// house is a whole server on a real listener, over a real store.
type house struct {
	t      testing.TB
	clock  *clock
	store  *casestest.Faulty
	cases  *cases.Service
	auth   *auth.Service
	units  *cases.Registry
	server *web.Server
	base   string
	log    *lockedBuffer
	ids    map[string]string // account ids by name
	tokens map[string]string // sessions by name
	client *http.Client

	reminders *notifier.Dispatcher
	mailed    *mailbox
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

var ctx = context.Background()

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// build makes a house that does not listen yet.
func build(t testing.TB, change ...func(*web.Options)) *house {
	t.Helper()
	return buildFor(t, people, change...)
}

// buildFor makes a house for some of the people.
func buildFor(t testing.TB, people map[string][]workflow.Role, change ...func(*web.Options)) *house {
	t.Helper()
	engine, err := bolt.Open(t.TempDir())
	must(t, err)
	t.Cleanup(func() { _ = engine.Close() })
	zone, err := time.LoadLocation("Europe/Stockholm")
	must(t, err)
	law, err := workflow.NewClocks(workflow.ClockSettings{})
	must(t, err)
	h := &house{t: t, clock: &clock{at: start}, store: casestest.NewFaulty(engine), log: &lockedBuffer{}, ids: map[string]string{}, tokens: map[string]string{}}
	h.units = cases.NewRegistry(h.store, h.clock.now)
	h.auth = auth.New(auth.Options{Store: h.store, Now: h.clock.now, Argon: auth.Argon{Memory: 8, Time: 1, Threads: 1}})
	h.cases = cases.NewService(cases.Options{
		Store: h.store, People: h.auth, Units: h.units, Law: law, Now: h.clock.now, Logger: slog.New(slog.DiscardHandler),
		Policy: cases.Policy{CasePrefix: "PUI", SupervisionPrefix: "TIL", Zone: zone},
	})
	h.mailed = &mailbox{}
	h.reminders = notifier.NewDispatcher(notifier.Options{
		Store: h.store, Board: h.cases.Board(), People: housePeople{h.auth}, Law: h.cases.Law, Instance: "house", Now: h.clock.now, Logger: slog.New(slog.DiscardHandler),
		Channels: map[notifier.ChannelKind]notifier.Channel{notifier.ChannelEmail: h.mailed},
		Contact: func(ctx context.Context, id string) (name, email, language string, err error) {
			c, err := h.cases.Correspondent(ctx, id)
			return c.Name, c.Email, c.Language, err
		},
		Drafts: func(ctx context.Context) ([]notifier.Draft, error) { return web.OpenDrafts(ctx, h.store) },
	})
	o := web.Options{
		Reminders: h.reminders,
		Store:     h.store, Cases: h.cases, Auth: h.auth, Units: h.units, Zone: zone, Now: h.clock.now,
		Logger: slog.New(slog.NewJSONHandler(h.log, nil)), Metrics: prometheus.NewRegistry(), AuthorityName: "Exempelmyndigheten",
	}
	for _, f := range change {
		f(&o)
	}
	h.server = web.New(o)
	for name, roles := range people {
		p, err := h.auth.Create(ctx, cases.System("test"), auth.NewAccount{Name: strings.ToUpper(name[:1]) + name[1:] + " Exempel", Email: name + "@demo.example", Roles: roles, Password: secret})
		must(t, err)
		h.ids[name] = p.ID
		h.tokens[name], _, err = h.auth.SignIn(ctx, name+"@demo.example", secret, "192.0.2.1")
		must(t, err)
	}
	return h
}

// open makes a house that listens.
func open(t testing.TB, change ...func(*web.Options)) *house {
	t.Helper()
	h := build(t, change...)
	h.listen()
	return h
}

// listen opens the house's door for the length of the test.
func (h *house) listen() {
	t := h.t
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	h.base = "http://" + ln.Addr().String()
	h.client = &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 64},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	done := make(chan error, 1)
	go func() { done <- h.server.Serve(ln) }()
	t.Cleanup(func() {
		h.client.CloseIdleConnections()
		if err := h.server.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// in is the house for a subtest.
func (h *house) in(t testing.TB) *house {
	sub := *h
	sub.t = t
	return &sub
}

// reply is an answer of the server.
type reply struct {
	t      testing.TB
	Status int
	Header http.Header
	Body   []byte
}

// value reads the body.
func (r reply) value() map[string]any {
	r.t.Helper()
	var v map[string]any
	if err := json.Unmarshal(r.Body, &v); err != nil {
		r.t.Fatalf("%d: %v: %s", r.Status, err, r.Body)
	}
	return v
}

// at follows keys and indices into the body.
func (r reply) at(path ...any) any {
	r.t.Helper()
	var v any = r.value()
	for _, step := range path {
		switch step := step.(type) {
		case string:
			v = v.(map[string]any)[step]
		case int:
			v = v.([]any)[step]
		}
	}
	return v
}

func (r reply) text(path ...any) string {
	r.t.Helper()
	s, _ := r.at(path...).(string)
	return s
}

// want checks the status, and of a problem its code.
func (r reply) want(status int, code ...string) reply {
	r.t.Helper()
	if r.Status != status {
		r.t.Fatalf("status %d, want %d: %s", r.Status, status, r.Body)
	}
	if len(code) > 0 && r.text("code") != code[0] {
		r.t.Fatalf("code %q, want %q: %s", r.text("code"), code[0], r.Body)
	}
	return r
}

// faults are the pointers and codes of a problem's faults.
func (r reply) faults() string {
	r.t.Helper()
	var out []string
	list, _ := r.at("errors").([]any)
	for _, f := range list {
		f := f.(map[string]any)
		out = append(out, fmt.Sprintf("%v %v", f["pointer"], f["code"]))
	}
	return strings.Join(out, "; ")
}

// request is one request, with headers as pairs.
type request struct {
	who, method, path string
	body              any // []byte and string as they are, else as JSON
	header            map[string]string
}

// do sends a request and holds the answer to the API's description.
func (h *house) do(r request) reply {
	h.t.Helper()
	var body io.Reader
	switch b := r.body.(type) {
	case nil:
	case string:
		body = strings.NewReader(b)
	case []byte:
		body = bytes.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		must(h.t, err)
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequest(r.method, h.base+r.path, body)
	must(h.t, err)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token, ok := h.tokens[r.who]; ok {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for name, value := range r.header {
		if value == "" {
			req.Header.Del(name)
			continue
		}
		req.Header.Set(name, value)
	}
	resp, err := h.client.Do(req)
	must(h.t, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	must(h.t, err)
	out := reply{h.t, resp.StatusCode, resp.Header, raw}
	if r.method != http.MethodHead && r.method != http.MethodOptions {
		for _, differs := range h.server.Check(r.method, r.path, out.Status, resp.Header.Get("Content-Type"), raw) {
			h.t.Errorf("%s %s: %d does not conform: %s\n%s", r.method, r.path, out.Status, differs, raw)
		}
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Server": ""} {
		if got := resp.Header.Get(name); got != want {
			h.t.Errorf("%s %s: header %s is %q", r.method, r.path, name, got)
		}
	}
	if resp.Header.Get("X-Request-Id") == "" || !strings.HasPrefix(resp.Header.Get("Content-Security-Policy"), "default-src 'none'") {
		h.t.Errorf("%s %s lacks its headers: %v", r.method, r.path, resp.Header)
	}
	return out
}

func (h *house) get(who, path string) reply {
	h.t.Helper()
	return h.do(request{who: who, method: http.MethodGet, path: path})
}

func (h *house) post(who, path string, body any) reply {
	h.t.Helper()
	return h.do(request{who: who, method: http.MethodPost, path: path, body: body})
}

// notification is the README's, with changes.
func notification(change ...func(map[string]any)) map[string]any {
	var v map[string]any
	if err := json.Unmarshal(web.BodyOf("notification"), &v); err != nil {
		panic(err)
	}
	for _, f := range change {
		f(v)
	}
	return v
}

// file files a notification and returns the case's id and number.
func (h *house) file(who string, change ...func(map[string]any)) (id, number string) {
	h.t.Helper()
	r := h.post(who, "/api/v1/notifications", notification(change...)).want(201)
	return r.text("case", "id"), r.text("case", "number")
}

// step takes a step on the case as it is.
func (h *house) step(who, id, step, reason string, data map[string]any) reply {
	h.t.Helper()
	body := map[string]any{"step": step, "data": data}
	if reason != "" {
		body["reason"] = reason
	}
	seen := h.get("supervisor", "/api/v1/cases/"+id)
	tag := seen.Header.Get("ETag")
	if seen.Status == http.StatusNotFound {
		tag = h.get(who, "/api/v1/cases/"+id).Header.Get("ETag")
	}
	return h.do(request{who: who, method: http.MethodPost, path: "/api/v1/cases/" + id + "/steps", body: body, header: map[string]string{"If-Match": tag}})
}

// login signs people in anew, after their sessions have ended.
func (h *house) login(names ...string) {
	h.t.Helper()
	for _, name := range names {
		r := h.post("", "/api/v1/session", map[string]any{"email": name + "@demo.example", "password": secret}).want(200)
		h.tokens[name] = r.text("token")
	}
}

func exampleOf(name string) []byte { return web.BodyOf(name) }
