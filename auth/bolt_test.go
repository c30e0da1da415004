package auth_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/store/bolt"
	"github.com/vaka-project/vaka/workflow"
)

// The embedded engine keeps all that this room relies on over a restart.
func TestOnTheEmbeddedEngine(t *testing.T) {
	dir, clock := t.TempDir(), &clock{at: start}
	open := func() (*bolt.Store, *auth.Service) {
		t.Helper()
		store, err := bolt.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		s := auth.New(auth.Options{Store: store, Now: clock.now, Argon: cheap})
		if err := s.Load(ctx); err != nil {
			t.Fatal(err)
		}
		return store, s
	}
	store, s := open()
	link, _, err := s.BootstrapToken(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	store, s = open()
	_, err = s.Bootstrap(ctx, "vaka_b_"+link[8:]+"A", "Root", "root@demo.example", secret)
	wantRefusal(t, err, usedUp)
	root, err := s.Bootstrap(ctx, link, "Root", "root@demo.example", secret)
	if err != nil {
		t.Fatal(err)
	}
	admin := cases.Actor{Account: root.ID, Roles: root.Roles}
	dpo, err := s.Create(ctx, admin, auth.NewAccount{
		Name: "Åsa Öberg", Email: "asa@demo.example", Roles: []workflow.Role{workflow.RoleNotifier}, Password: secret,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = s.GrantMandate(ctx, admin, dpo.ID, "unit-1", "org-1", "letter"); err != nil {
		t.Fatal(err)
	}
	session, _, err := s.SignIn(ctx, "asa@demo.example", secret, desk)
	if err != nil {
		t.Fatal(err)
	}
	api, _, err := s.CreateToken(ctx, admin, auth.Session{}, dpo.ID, auth.NewToken{
		Name: "tool", Roles: dpo.Roles, ExpiresAt: start.Add(time.Hour + 1234567*time.Nanosecond),
	})
	if err != nil {
		t.Fatal(err)
	}
	ended, _, err := s.SignIn(ctx, "asa@demo.example", secret, desk)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SignOut(ctx, ended); err != nil {
		t.Fatal(err)
	}
	before, err := s.Accounts(ctx, admin)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}

	store, s = open()
	defer func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}()
	after, err := s.Accounts(ctx, admin)
	if err != nil || !cmp.Equal(before, after) {
		t.Errorf("the accounts differ after the restart: %s %v", cmp.Diff(before, after), err)
	}
	for bearer, means := range map[string]auth.Means{session: auth.BySession, api: auth.ByToken} {
		actor, got, err := s.Authenticate(ctx, bearer)
		if err != nil || actor.Account != dpo.ID || !actor.ActsFor("unit-1") || got.Means != means {
			t.Errorf("after the restart: %+v by %s, %v", actor, got.Means, err)
		}
	}
	_, _, err = s.Authenticate(ctx, ended)
	wantRefusal(t, err, "unauthenticated unauthenticated")
	if token, _, err := s.BootstrapToken(ctx); token != "" || err != nil {
		t.Errorf("a link although there is an administrator, %v", err)
	}
	clock.pass(13 * time.Hour)
	if n, err := s.Sweep(ctx, clock.now()); n != 2 || err != nil {
		t.Errorf("swept %d, %v; want the session and the token", n, err)
	}
	for _, a := range after {
		events, err := store.Events(ctx, a.ID, 1)
		if breaks := cases.Verify(a.ID, events); err != nil || len(events) == 0 || len(breaks) > 0 {
			t.Errorf("the chain of an account: %v, %v", breaks, err)
		}
	}
}
