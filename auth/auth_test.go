package auth_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// cheap hashes in microseconds; what the tests are about does not depend on it.
var cheap = auth.Argon{Memory: 8, Time: 1, Threads: 1}

const (
	secret = "four quiet herons wade"
	desk   = "192.0.2.7"
)

var start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// clock is moved by hand.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// house is one service with its store and clock.
type house struct {
	*auth.Service
	t     *testing.T
	store *memory
	clock *clock
}

func newHouse(t *testing.T, opt ...func(*auth.Options)) *house {
	t.Helper()
	return (&house{t: t, store: newMemory(), clock: &clock{at: start}}).instance(opt...)
}

// instance is another service over the same store, as another process is.
func (h *house) instance(opt ...func(*auth.Options)) *house {
	h.t.Helper()
	o := auth.Options{Store: h.store, Now: h.clock.now, Argon: cheap}
	for _, f := range opt {
		f(&o)
	}
	s := auth.New(o)
	if err := s.Load(context.Background()); err != nil {
		h.t.Fatal(err)
	}
	return &house{Service: s, t: h.t, store: h.store, clock: h.clock}
}

var ctx = context.Background()

var system = cases.System("test")

// add makes an account that can sign in with secret.
func (h *house) add(name string, roles ...workflow.Role) cases.Actor {
	h.t.Helper()
	p, err := h.Create(ctx, system, auth.NewAccount{
		Name: name, Email: name + "@demo.example", Roles: roles, Password: secret,
	})
	if err != nil {
		h.t.Fatalf("adding %s: %v", name, err)
	}
	return cases.Actor{Account: p.ID, Roles: roles}
}

// in signs somebody in.
func (h *house) in(name string) string {
	h.t.Helper()
	token, _, err := h.SignIn(ctx, name+"@demo.example", secret, desk)
	if err != nil {
		h.t.Fatalf("signing %s in: %v", name, err)
	}
	return token
}

// open says whether a bearer token opens.
func (h *house) open(bearer string) bool {
	h.t.Helper()
	_, _, err := h.Authenticate(ctx, bearer)
	if err != nil && workflow.KindOf(err) != workflow.Unauthenticated {
		h.t.Fatalf("authenticating: %v", err)
	}
	return err == nil
}

// refusal is an error's kind and code.
func refusal(err error) string {
	if err == nil {
		return ""
	}
	var e *workflow.Error
	if !errors.As(err, &e) {
		return "internal: " + err.Error()
	}
	out := string(e.Kind) + " " + e.Code
	for _, f := range e.Faults {
		out += " " + f.Path + ":" + f.Code
	}
	return out
}

func wantRefusal(t *testing.T, err error, want string) {
	t.Helper()
	if got := refusal(err); got != want {
		t.Errorf("refused with %q, want %q", got, want)
	}
}

func TestSignInAndOut(t *testing.T) {
	h := newHouse(t)
	dpo := h.add("dpo", workflow.RoleNotifier)
	if _, err := h.GrantMandate(ctx, system, dpo.Account, "unit-1", "org-1", "letter of 1 March"); err != nil {
		t.Fatal(err)
	}
	token, expires, err := h.SignIn(ctx, "  DPO@Demo.Example ", secret, desk)
	if err != nil {
		t.Fatal(err)
	}
	if want := start.Add(12 * time.Hour); !expires.Equal(want) {
		t.Errorf("expires %v, want %v", expires, want)
	}
	actor, session, err := h.Authenticate(ctx, token)
	if err != nil {
		t.Fatal(err)
	}
	if actor.Account != dpo.Account || !slices.Equal(actor.Roles, dpo.Roles) || !actor.ActsFor("unit-1") || actor.ActsFor("unit-2") {
		t.Errorf("actor is %+v", actor)
	}
	if session.Means != auth.BySession || session.Account != dpo.Account || !session.ExpiresAt.Equal(expires) || session.Language != "sv" {
		t.Errorf("session is %+v", session)
	}
	if err := h.SignOut(ctx, token); err != nil {
		t.Fatal(err)
	}
	if h.open(token) {
		t.Error("the token opens after signing out")
	}
	if err := h.SignOut(ctx, token); err != nil {
		t.Errorf("signing out twice: %v", err)
	}
}

func TestSignInRefusalsAreAlike(t *testing.T) {
	h := newHouse(t)
	h.add("dpo", workflow.RoleNotifier)
	gone := h.add("gone", workflow.RoleNotifier)
	if _, err := h.Deactivate(ctx, system, gone.Account, "left"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Create(ctx, system, auth.NewAccount{
		Name: "Machine", Email: "machine@demo.example", Roles: []workflow.Role{workflow.RoleNotifier},
	}); err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, c := range []struct{ name, email, password string }{
		{"wrong password", "dpo@demo.example", "four quiet herons"},
		{"empty password", "dpo@demo.example", ""},
		{"another's form", "dpo@demo.example", strings.ToUpper(secret)},
		{"too long", "dpo@demo.example", strings.Repeat("x", 10_000)},
		{"not UTF-8", "dpo@demo.example", "\xff\xfe" + secret},
		{"unknown", "nobody@demo.example", secret},
		{"empty address", "", ""},
		{"deactivated", "gone@demo.example", secret},
		{"without password", "machine@demo.example", ""},
	} {
		_, _, err := h.SignIn(ctx, c.email, c.password, desk)
		if got := refusal(err); got != "unauthenticated sign_in_failed" {
			t.Errorf("%s: %s", c.name, got)
			continue
		}
		said = append(said, err.Error())
	}
	if len(slices.Compact(said)) != 1 {
		t.Errorf("the refusals differ: %q", slices.Compact(said))
	}
}

func TestPasswordInAnotherSpelling(t *testing.T) {
	h := newHouse(t)
	roles := []workflow.Role{workflow.RoleNotifier}
	if _, err := h.Create(ctx, system, auth.NewAccount{
		Name: "Åsa", Email: "asa@demo.example", Roles: roles, Password: "blå räv på isen", // composed
	}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.SignIn(ctx, "asa@demo.example", "bla\u030a ra\u0308v pa\u030a isen", desk); err != nil {
		t.Errorf("the decomposed spelling does not sign in: %v", err)
	}
}

func TestAuthenticateRefusesAlike(t *testing.T) {
	h := newHouse(t)
	dpo := h.add("dpo", workflow.RoleNotifier)
	live := h.in("dpo")
	api, made, err := h.CreateToken(ctx, dpo, auth.Session{}, dpo.Account, auth.NewToken{Name: "tool", ExpiresAt: start.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if !h.open(live) || !h.open(api) {
		t.Fatal("the good tokens do not open")
	}
	if err := h.RevokeToken(ctx, dpo, dpo.Account, made.ID); err != nil {
		t.Fatal(err)
	}
	ended := h.in("dpo")
	if err := h.SignOut(ctx, ended); err != nil {
		t.Fatal(err)
	}
	old := h.in("dpo")
	h.clock.pass(12 * time.Hour)
	var said []string
	for name, bearer := range map[string]string{
		"none":            "",
		"word":            "open sesame",
		"prefix only":     "vaka_s_",
		"truncated":       live[:len(live)-1],
		"longer":          live + "A",
		"another kind":    "vaka_t_" + strings.TrimPrefix(live, "vaka_s_"),
		"bootstrap":       "vaka_b_" + strings.TrimPrefix(live, "vaka_s_"),
		"upper case":      strings.ToUpper(live),
		"unknown session": "vaka_s_" + strings.Repeat("A", 43),
		"unknown token":   "vaka_t_" + strings.Repeat("A", 43),
		"not base64":      "vaka_s_" + strings.Repeat("!", 43),
		"a hash":          "vaka_s_" + strings.Repeat("0", 64),
		"expired":         old,
		"signed out":      ended,
		"revoked":         api,
	} {
		actor, session, err := h.Authenticate(ctx, bearer)
		if got := refusal(err); got != "unauthenticated unauthenticated" {
			t.Errorf("%s: %q", name, got)
			continue
		}
		if actor.Account != "" || session != (auth.Session{}) {
			t.Errorf("%s: told something with the refusal: %+v %+v", name, actor, session)
		}
		said = append(said, err.Error())
	}
	if len(slices.Compact(said)) != 1 {
		t.Errorf("the refusals differ: %q", slices.Compact(said))
	}
}

// What changes on one instance is seen on another within two seconds, and on its
// own at once.
func TestChangesReachOtherInstances(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(h *house, dpo cases.Actor, token string) error
		seen   func(h *house, token string) bool
	}{
		{"sign-out", func(h *house, _ cases.Actor, token string) error { return h.SignOut(ctx, token) }, closed},
		{"deactivation", func(h *house, dpo cases.Actor, _ string) error {
			_, err := h.Deactivate(ctx, system, dpo.Account, "left")
			return err
		}, closed},
		{"password", func(h *house, dpo cases.Actor, _ string) error {
			return h.SetPassword(ctx, dpo, dpo.Account, secret, "another good sentence")
		}, closed},
		{"password by an administrator", func(h *house, dpo cases.Actor, _ string) error {
			return h.SetPassword(ctx, system, dpo.Account, "", "another good sentence")
		}, closed},
		{"roles", func(h *house, dpo cases.Actor, _ string) error {
			_, err := h.SetRoles(ctx, system, dpo.Account, []workflow.Role{workflow.RoleCaseworker}, "")
			return err
		}, func(h *house, token string) bool {
			actor, _, err := h.Authenticate(ctx, token)
			return err == nil && actor.Has(workflow.RoleCaseworker) && !actor.Has(workflow.RoleNotifier)
		}},
		{"mandate", func(h *house, dpo cases.Actor, _ string) error {
			_, err := h.GrantMandate(ctx, system, dpo.Account, "unit-1", "", "letter")
			return err
		}, func(h *house, token string) bool {
			actor, _, err := h.Authenticate(ctx, token)
			return err == nil && actor.ActsFor("unit-1")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			here := newHouse(t)
			dpo := here.add("dpo", workflow.RoleNotifier)
			there := here.instance()
			token := here.in("dpo")
			if !here.open(token) || !there.open(token) || c.seen(here, token) || c.seen(there, token) {
				t.Fatal("the session does not begin as it should")
			}
			if err := c.change(here, dpo, token); err != nil {
				t.Fatal(err)
			}
			if !c.seen(here, token) {
				t.Error("not seen at once where it was done")
			}
			here.clock.pass(2 * time.Second)
			if !c.seen(there, token) {
				t.Error("not seen elsewhere after two seconds")
			}
		})
	}
}

func closed(h *house, token string) bool { return !h.open(token) }

func TestDeactivatedSessionsStayEnded(t *testing.T) {
	h := newHouse(t)
	dpo := h.add("dpo", workflow.RoleNotifier)
	token := h.in("dpo")
	api, _, err := h.CreateToken(ctx, dpo, auth.Session{}, dpo.Account, auth.NewToken{Name: "tool", ExpiresAt: start.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Deactivate(ctx, system, dpo.Account, "on leave"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Activate(ctx, system, dpo.Account, "back"); err != nil {
		t.Fatal(err)
	}
	if h.open(token) || h.open(api) {
		t.Error("what was ended by the deactivation opens again")
	}
	if !h.open(h.in("dpo")) {
		t.Error("a new session does not open")
	}
}

// A request that read the session before it was ended must not bring it back
// into memory afterwards.
func TestSignOutBeatsAReadUnderWay(t *testing.T) {
	here := newHouse(t)
	here.add("dpo", workflow.RoleNotifier)
	token := here.in("dpo")
	there := here.instance() // remembers nothing of the session yet
	ended := false
	there.store.setTrouble(func(op string, in cases.Collection, _ string) error {
		if op == "got" && in == cases.Sessions {
			there.store.setTrouble(nil)
			ended = true
			there.clock.pass(time.Millisecond)
			return there.SignOut(ctx, token)
		}
		return nil
	})
	if there.open(token) || !ended {
		t.Errorf("the read that was under way opens; ended meanwhile: %v", ended)
	}
	if there.open(token) {
		t.Error("the ended session opens")
	}
}

func TestBusyClientsDoNotReadTheStore(t *testing.T) {
	h := newHouse(t)
	h.add("dpo", workflow.RoleNotifier)
	token := h.in("dpo")
	before := h.store.reads
	for range 1000 {
		if !h.open(token) {
			t.Fatal("the session does not open")
		}
	}
	if got := h.store.reads - before; got > 3 {
		t.Errorf("%d reads for a thousand requests within one second", got)
	}
}

// A password must be set anew while somebody signs in with the old one: whoever
// comes first, the old password's session does not outlive the change.
func TestSignInWhileThePasswordChanges(t *testing.T) {
	h := newHouse(t)
	dpo := h.add("dpo", workflow.RoleNotifier)
	h.store.setTrouble(func(op string, in cases.Collection, _ string) error {
		if op == "insert" && in == cases.Sessions {
			h.store.setTrouble(nil)
			return h.SetPassword(ctx, system, dpo.Account, "", "another good sentence")
		}
		return nil
	})
	token, _, err := h.SignIn(ctx, "dpo@demo.example", secret, desk)
	if err != nil {
		t.Fatal(err)
	}
	if h.open(token) {
		t.Error("a session of the old password is open")
	}
}

// Signing in looks at the account as it is this moment, not a second ago.
func TestSignInAfterADeactivationElsewhere(t *testing.T) {
	here := newHouse(t)
	dpo := here.add("dpo", workflow.RoleNotifier)
	there := here.instance()
	if _, err := here.Deactivate(ctx, system, dpo.Account, "left"); err != nil {
		t.Fatal(err)
	}
	_, _, err := there.SignIn(ctx, "dpo@demo.example", secret, desk)
	wantRefusal(t, err, "unauthenticated sign_in_failed")
}

func TestSweep(t *testing.T) {
	h := newHouse(t)
	dpo := h.add("dpo", workflow.RoleNotifier)
	for range 3 {
		h.in("dpo")
	}
	h.clock.pass(time.Hour)
	young := h.in("dpo")
	var ids []string
	for _, life := range []time.Duration{2 * time.Hour, 48 * time.Hour, 48 * time.Hour} {
		_, made, err := h.CreateToken(ctx, dpo, auth.Session{}, dpo.Account, auth.NewToken{Name: "tool", ExpiresAt: h.clock.now().Add(life)})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, made.ID)
	}
	if err := h.RevokeToken(ctx, dpo, dpo.Account, ids[1]); err != nil {
		t.Fatal(err)
	}
	if n, err := h.Sweep(ctx, h.clock.now()); n != 0 || err != nil {
		t.Errorf("swept %d early, %v", n, err)
	}
	h.clock.pass(11 * time.Hour) // three sessions, one expired token, one revoked token
	if n, err := h.Sweep(ctx, h.clock.now()); n != 5 || err != nil {
		t.Errorf("swept %d, %v; want 5", n, err)
	}
	if h.store.count(cases.Sessions) != 1 || h.store.count(cases.Tokens) != 1 || !h.open(young) {
		t.Errorf("left %d sessions and %d tokens", h.store.count(cases.Sessions), h.store.count(cases.Tokens))
	}
	h.store.setTrouble(func(op string, _ cases.Collection, _ string) error {
		if op == "scan" {
			return cases.ErrUnavailable
		}
		return nil
	})
	if _, err := h.Sweep(ctx, h.clock.now()); workflow.KindOf(err) != workflow.Unavailable {
		t.Errorf("a store that is away: %v", err)
	}
}

// When the store cannot be asked, nobody gets in on what is remembered, and what
// people are told is that it will pass.
func TestStoreAway(t *testing.T) {
	h := newHouse(t)
	dpo := h.add("dpo", workflow.RoleNotifier)
	token := h.in("dpo")
	h.clock.pass(2 * time.Second)
	h.store.setTrouble(func(string, cases.Collection, string) error { return cases.ErrUnavailable })
	want := "unavailable store_unavailable"
	_, _, err := h.Authenticate(ctx, token)
	wantRefusal(t, err, want)
	_, _, err = h.SignIn(ctx, "dpo@demo.example", secret, desk)
	wantRefusal(t, err, want)
	wantRefusal(t, h.SignOut(ctx, token), want)
	_, err = h.Person(ctx, dpo.Account)
	wantRefusal(t, err, want)
	_, err = h.Accounts(ctx, system)
	wantRefusal(t, err, want)
	_, err = h.SetRoles(ctx, system, dpo.Account, []workflow.Role{workflow.RoleLegal}, "")
	wantRefusal(t, err, want)
	_, _, err = h.BootstrapToken(ctx)
	wantRefusal(t, err, want)
	_, err = h.Bootstrap(ctx, "", "", "", "")
	wantRefusal(t, err, want)
	wantRefusal(t, h.Load(ctx), want)
	if err := h.Refresh(ctx, dpo.Account); !errors.Is(err, cases.ErrUnavailable) {
		t.Errorf("refreshing: %v", err)
	}
	h.store.setTrouble(nil)
	h.clock.pass(2 * time.Minute)
	if !h.open(token) {
		t.Error("a session that could not be ended is gone although its document is there")
	}
}

func TestManySignInsAtOnce(t *testing.T) {
	h := newHouse(t)
	h.add("dpo", workflow.RoleNotifier)
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			if i%8 == 0 { // fewer than the account's limit
				if _, _, err := h.SignIn(ctx, "dpo@demo.example", "wrong", desk); err == nil {
					t.Error("a wrong password signs in")
				}
				return
			}
			token, _, err := h.SignIn(ctx, "dpo@demo.example", secret, desk)
			if err != nil {
				t.Errorf("signing in: %v", err)
				return
			}
			for range 20 {
				if _, _, err := h.Authenticate(ctx, token); err != nil {
					t.Errorf("authenticating: %v", err)
				}
			}
			if err := h.SignOut(ctx, token); err != nil {
				t.Errorf("signing out: %v", err)
			}
			if _, _, err := h.Authenticate(ctx, token); err == nil {
				t.Error("an ended session opens")
			}
		})
	}
	wg.Wait()
}

func TestGuessingIsThrottled(t *testing.T) {
	h := newHouse(t)
	h.add("dpo", workflow.RoleNotifier)
	h.add("colleague", workflow.RoleNotifier)
	h.in("dpo") // known at the desk
	signedIn := h.in("colleague")
	const evil = "203.0.113.9"
	for _, email := range []string{"dpo@demo.example", "nobody@demo.example"} {
		for range 10 {
			_, _, err := h.SignIn(ctx, email, "a guess", evil)
			wantRefusal(t, err, "unauthenticated sign_in_failed")
		}
		_, _, err := h.SignIn(ctx, email, secret, evil)
		wantRefusal(t, err, "too_many too_many_sign_ins") // also where there is no account
		if wait, ok := auth.RetryAfter(err); !ok || wait != 15*time.Minute {
			t.Errorf("told to wait %v", wait)
		}
	}
	before := h.store.reads
	if _, _, err := h.SignIn(ctx, "dpo@demo.example", "a guess", evil); err == nil || h.store.reads != before {
		t.Error("work is done for an attempt that is refused anyway")
	}
	h.in("dpo") // at the desk it works all the while
	for i := range 100 {
		_, _, err := h.SignIn(ctx, strings.Repeat("x", i+1)+"@demo.example", "a guess", desk)
		wantRefusal(t, err, "unauthenticated sign_in_failed")
	}
	_, _, err := h.SignIn(ctx, "new@demo.example", secret, desk)
	wantRefusal(t, err, "too_many too_many_sign_ins")
	h.in("colleague") // known behind the same address
	if !h.open(signedIn) {
		t.Error("somebody signed in behind the address is shut out")
	}
	h.clock.pass(15 * time.Minute)
	if _, _, err := h.SignIn(ctx, "dpo@demo.example", secret, evil); err != nil {
		t.Errorf("after the window: %v", err)
	}
}

// Guesses sent at the same moment are answered no further than one by one.
func TestGuessingInParallel(t *testing.T) {
	h := newHouse(t, func(o *auth.Options) { o.Hashing = 8 })
	h.add("dpo", workflow.RoleNotifier)
	var wg sync.WaitGroup
	var mu sync.Mutex
	tally := map[string]int{}
	for range 64 {
		wg.Go(func() {
			_, _, err := h.SignIn(ctx, "dpo@demo.example", "a guess", "203.0.113.9")
			mu.Lock()
			defer mu.Unlock()
			tally[refusal(err)]++
		})
	}
	wg.Wait()
	if want := map[string]int{"unauthenticated sign_in_failed": 10, "too_many too_many_sign_ins": 54}; !maps.Equal(tally, want) {
		t.Errorf("outcomes are %v", tally)
	}
}

// A hash made with other parameters is replaced at the next sign-in, and nobody's
// session ends for it.
func TestRehash(t *testing.T) {
	h := newHouse(t)
	dpo := h.add("dpo", workflow.RoleNotifier)
	first := h.in("dpo")
	better := h.instance(func(o *auth.Options) { o.Argon.Memory = 16 })
	second := better.in("dpo")
	third := better.in("dpo")
	if got, want := h.store.kinds(dpo.Account), "created password_set"; got != want {
		t.Errorf("the chain holds %s, want %s", got, want)
	}
	events, err := h.store.Events(ctx, dpo.Account, 2)
	if err != nil || events[0].Header.Actor != "system:rehash" || !strings.Contains(string(events[0].Payload), "m=16,") {
		t.Errorf("the rehash is recorded as %+v, %v", events[0].Header, err)
	}
	if !better.open(first) || !better.open(second) || !better.open(third) {
		t.Error("a session ended with the rehash")
	}
	// Nor does a new password that is set meanwhile.
	reads := 0
	h.store.setTrouble(func(op string, in cases.Collection, _ string) error {
		if op != "get" || in != cases.Accounts {
			return nil
		}
		if reads++; reads < 2 { // the sign-in's own; the next is the rehash's
			return nil
		}
		h.store.setTrouble(nil)
		return h.SetPassword(ctx, system, dpo.Account, "", "another good sentence")
	})
	late := h.in("dpo")
	if h.open(late) {
		t.Error("a session of the old password is open")
	}
	if _, _, err := h.SignIn(ctx, "dpo@demo.example", "another good sentence", desk); err != nil {
		t.Errorf("the rehash undid the new password: %v", err)
	}
	if err := h.SetPassword(ctx, system, dpo.Account, "", secret); err != nil {
		t.Fatal(err)
	}
	// When the new hash cannot be written, the sign-in does not suffer.
	h.store.setTrouble(func(op string, _ cases.Collection, _ string) error {
		if op == "append" {
			return cases.ErrUnavailable
		}
		return nil
	})
	if !better.open(better.in("dpo")) {
		t.Error("no sign-in while the rehash fails")
	}
}
