package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"
)

// The accounts of the bench. Notifications are shared among the filers, as an
// authority's are among many; the consultant files for forty units.
const (
	registrar  = "registrar@bench.example"
	admin      = "admin@bench.example"
	consultant = "consultant@bench.example"
	filers     = 16
	mandates   = 40
)

func filer(i int) string { return fmt.Sprintf("filer%d@bench.example", i) }

// scene is one server with so many cases.
type scene struct {
	options
	binary, data string
	n            int
	*server
	t      *table
	tokens map[string]string // by account
	bodies [][]byte
}

// measure fills a server and takes every figure that was asked for.
func measure(ctx context.Context, o options, binary string, n int, t *table) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute+time.Duration(n)*2*time.Millisecond)
	defer cancel()
	say("%s cases:", thousands(n))
	data, err := os.MkdirTemp("", "vaka-bench-data")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(data) }()
	s := &scene{options: o, binary: binary, data: data, n: n, t: t, tokens: map[string]string{}}
	if err := s.people(ctx); err != nil {
		return err
	}
	if s.server, err = start(ctx, binary, data); err != nil {
		return err
	}
	defer func() {
		if s.server != nil {
			s.stop()
		}
	}()
	for _, step := range []struct {
		group string
		take  func(context.Context) error
	}{
		{"", s.signInAll},
		{"", s.units},
		{"", s.fill},
		{"start", s.restart},
		{"start", s.sweep},
		{"queue", s.queue},
		{"step", s.steps},
		{"notification", s.notifications},
	} {
		if step.group != "" && !o.wants(step.group) {
			continue
		}
		if err := step.take(ctx); err != nil {
			return err
		}
	}
	return nil
}

// people makes the accounts.
func (s *scene) people(ctx context.Context) error {
	roles := map[string][]string{registrar: {"registrar", "supervisor"}, admin: {"administrator"}, consultant: {"notifier"}}
	for i := range filers {
		roles[filer(i)] = []string{"notifier"}
	}
	for email, of := range roles {
		if err := addUser(ctx, s.binary, s.data, email, of...); err != nil {
			return err
		}
		s.tokens[email] = ""
	}
	return nil
}

func (s *scene) signInAll(context.Context) error {
	for email := range s.tokens {
		token, err := s.signIn(email)
		if err != nil {
			return err
		}
		s.tokens[email] = token
	}
	return nil
}

// units makes forty controller units and gives the consultant their mandates.
func (s *scene) units(context.Context) error {
	var me struct {
		Account string `json:"account"`
	}
	if err := s.call(request{method: "GET", path: "/api/v1/session", token: s.tokens[consultant], want: 200}, nil, &me); err != nil {
		return err
	}
	var ids []string
	for i := range mandates {
		var made struct {
			Units []struct {
				ID string `json:"id"`
			} `json:"units"`
		}
		err := s.call(request{method: "POST", path: "/api/v1/organisations", token: s.tokens[admin], want: 201},
			map[string]any{"name": fmt.Sprintf("Exempelkommun %d", i), "legal_form": "MUNICIPALITY"}, &made)
		if err != nil {
			return err
		}
		ids = append(ids, made.Units[0].ID)
		err = s.call(request{method: "POST", path: "/api/v1/accounts/" + me.Account + "/mandates", token: s.tokens[admin], want: 201},
			map[string]string{"unit": made.Units[0].ID, "reason": "Bench."}, nil)
		if err != nil {
			return err
		}
	}
	var err error
	s.bodies, err = samples(ids)
	return err
}

// notify files the i-th notification.
func (s *scene) notify(i int) error {
	token := s.tokens[filer(i%filers)]
	if i%variety%32 == 0 {
		token = s.tokens[consultant]
	}
	return s.do(request{method: "POST", path: "/api/v1/notifications", token: token, body: s.bodies[i%variety], want: 201}, nil)
}

// fill files as many notifications as there are to be cases.
func (s *scene) fill(ctx context.Context) error {
	f, err := load(ctx, 64, limit{s.n, time.Hour}, func(_, i int) error { return s.notify(i) })
	if err != nil {
		return err
	}
	if f.n < s.n {
		return fmt.Errorf("only %d of %d cases were made: %w", f.n, s.n, ctx.Err())
	}
	s.t.add(f.into("notifications while the store grows from nothing, 64 clients", s.n, "≥ 5,000/s"))
	return nil
}

// restart starts the program anew on what there is, and looks at it at rest.
func (s *scene) restart(ctx context.Context) error {
	s.stop()
	s.server = nil
	again, err := start(ctx, s.binary, s.data)
	if err != nil {
		return err
	}
	s.server = again
	s.t.add(row{what: "start until everything is loaded", cases: s.n, value: took(s.loaded), wanted: "≤ 5 s (100,000)"})
	if err := s.planning(); err != nil {
		return err
	}
	// The runtime returns what loading took; wait until it has, within reason.
	lowest := 0
	for range 10 {
		time.Sleep(time.Second)
		resident, private, err := s.memory()
		if err != nil {
			return err
		}
		if lowest != 0 && private >= lowest {
			s.t.add(row{
				what: "memory at rest; the rest of it is pages of the store's file", cases: s.n,
				value: fmt.Sprintf("%d MB, own %d MB", resident, private), wanted: "≤ 300 MB (100,000)",
			})
			break
		}
		lowest = private
	}
	return nil
}

// sweep looks how long the server's own sweeps take.
func (s *scene) sweep(ctx context.Context) error {
	before, sum, err := s.passes("vaka_sweep_seconds")
	for waited := 0; err == nil && waited < 30; waited++ {
		var n int
		var now time.Duration
		time.Sleep(time.Second)
		if n, now, err = s.passes("vaka_sweep_seconds"); err == nil && n >= before+3 {
			s.t.add(row{
				what: "one sweep for overdue clocks, mean", cases: s.n,
				value: took((now - sum) / time.Duration(n-before)), wanted: "≤ 100 ms (100,000)",
			})
			return nil
		}
	}
	return err
}

// queue asks for pages of 50 and for counts, one request after the other.
func (s *scene) queue(ctx context.Context) error {
	staff, party := s.tokens[registrar], s.tokens[consultant]
	for _, q := range []struct{ what, path, token, wanted string }{
		{"queue of 50: newest", "/api/v1/cases?sort=-received_at", staff, "≤ 1 ms"},
		{"queue of 50: received, P1 and P2, next due first", "/api/v1/cases?state=RECEIVED&priority=P1,P2&sort=next_due_at", staff, "≤ 1 ms"},
		{"queue of 50: two sectors, late, by priority", "/api/v1/cases?sector=SCHOOL,HEALTH_CARE&late=true&sort=priority", staff, "≤ 1 ms"},
		{"queue of 50: nobody's, not overdue, oldest first", "/api/v1/cases?assignee=none&overdue=false&sort=received_at", staff, "≤ 1 ms"},
		{"queue of 50: text in controller, next due first", "/api/v1/cases?q=organisation+39&sort=next_due_at", staff, "≤ 1 ms"},
		{"a notifier's 50 of 40 units: newest", "/api/v1/cases?sort=-received_at", party, "≤ 1 ms"},
		{"a notifier's 50 of 40 units: one sector, oldest first", "/api/v1/cases?sector=SCHOOL&sort=received_at", party, "≤ 1 ms"},
		{"counts by state, phase and priority", "/api/v1/counts", staff, "≤ 1 ms"},
		{"the queue as a page: newest, with all counts", "/queue", staff, "p50 ≤ 10 ms"},
		{"the queue as a page: text in controller, next due first", "/queue?q=organisation+39&sort=next_due_at", staff, "p50 ≤ 10 ms"},
	} {
		r := request{method: "GET", path: q.path, token: q.token, page: !strings.HasPrefix(q.path, "/api/"), want: 200}
		for range 20 { // connections, sessions, caches
			if err := s.do(r, nil); err != nil {
				return err
			}
		}
		got, err := load(ctx, 1, limit{1000, 5 * time.Second}, func(int, int) error { return s.do(r, nil) })
		if err != nil {
			return err
		}
		wanted := q.wanted
		if s.n > 100_000 {
			wanted = strings.NewReplacer("10 ms", "50 ms", "1 ms", "5 ms").Replace(wanted)
		}
		s.t.add(got.into(q.what, s.n, wanted))
	}
	return nil
}

// steps registers cases: one client, and then many.
func (s *scene) steps(ctx context.Context) error {
	ids, err := s.received(2400)
	if err != nil {
		return err
	}
	first := 0
	for _, x := range []struct {
		what    string
		clients int
		n       int
		wanted  string
	}{
		{"one step with its event, durable, 1 client", 1, len(ids) / 4, "p50 ≤ 1 ms"},
		{"one step with its event, durable, 64 clients", 64, len(ids) * 3 / 4, ""},
	} {
		from := first
		got, err := load(ctx, x.clients, limit{x.n, 10 * time.Second}, func(_, i int) error {
			return s.do(request{
				method: "POST", path: "/api/v1/cases/" + ids[from+i] + "/steps", token: s.tokens[registrar], match: `"1"`,
				body: []byte(`{"step":"register"}`), want: 200,
			}, nil)
		})
		if err != nil {
			return err
		}
		first += x.n
		s.t.add(got.into(x.what, s.n, x.wanted))
	}
	return nil
}

// received lists so many cases on which nothing has been done yet, page by page.
func (s *scene) received(most int) ([]string, error) {
	var ids []string
	most = min(most, s.n)
	cursor := ""
	for len(ids) < most {
		var page struct {
			Items []struct {
				ID string `json:"id"`
			} `json:"items"`
			Next string `json:"next_cursor"`
		}
		path := "/api/v1/cases?state=RECEIVED&sort=received_at&limit=200&cursor=" + cursor
		if cursor == "" {
			path = strings.TrimSuffix(path, "&cursor=")
		}
		if err := s.call(request{method: "GET", path: path, token: s.tokens[registrar], want: 200}, nil, &page); err != nil {
			return nil, err
		}
		for _, item := range page.Items {
			ids = append(ids, item.ID)
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	return ids[:min(len(ids), most)], nil
}

// notifications files more of them, by few clients and by many.
func (s *scene) notifications(ctx context.Context) error {
	sent := s.n
	for _, x := range []struct {
		clients int
		wanted  string
	}{{1, ""}, {16, ""}, {64, "≥ 5,000/s"}} {
		from := sent
		before, err := s.worked()
		if err != nil {
			return err
		}
		got, err := load(ctx, x.clients, limit{1_000_000, 4 * time.Second}, func(_, i int) error { return s.notify(from + i) })
		if err != nil {
			return err
		}
		after, err := s.worked()
		if err != nil {
			return err
		}
		sent += got.n
		r := got.into(fmt.Sprintf("a notification over HTTP, durable, receipt returned; clients: %d", x.clients), s.n, x.wanted)
		r.value = fmt.Sprintf("server's CPU %s each", took((after-before)/time.Duration(got.n)))
		s.t.add(r)
	}
	return nil
}
