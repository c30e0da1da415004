package auth_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

func TestCreateToken(t *testing.T) {
	both := []workflow.Role{workflow.RoleNotifier, workflow.RoleAdministrator}
	in := func(d time.Duration) time.Time { return start.Add(d) }
	for _, c := range []struct {
		name  string
		roles []workflow.Role // of the one who asks, now
		via   auth.Session
		want  auth.NewToken
		code  string
	}{
		{"all roles", both, auth.Session{Means: auth.BySession}, auth.NewToken{Name: "tool", ExpiresAt: in(time.Hour)}, ""},
		{"one role", both, auth.Session{}, auth.NewToken{Name: "tool", Roles: both[:1], ExpiresAt: in(time.Hour)}, ""},
		{"a whole year", both, auth.Session{}, auth.NewToken{Name: "tool", ExpiresAt: in(366 * 24 * time.Hour)}, ""},
		{"more than a year", both, auth.Session{}, auth.NewToken{Name: "tool", ExpiresAt: in(366*24*time.Hour + time.Second)}, "invalid invalid_token /expires_at:too_far"},
		{"expired", both, auth.Session{}, auth.NewToken{Name: "tool", ExpiresAt: start}, "invalid invalid_token /expires_at:in_the_past"},
		{"for ever", both, auth.Session{}, auth.NewToken{Name: "tool"}, "invalid invalid_token /expires_at:required"},
		{"no name", both, auth.Session{}, auth.NewToken{ExpiresAt: in(time.Hour)}, "invalid invalid_token /name:required"},
		{"unknown role", both, auth.Session{}, auth.NewToken{Name: "tool", Roles: []workflow.Role{"king"}, ExpiresAt: in(time.Hour)}, "invalid invalid_token /roles/0:unknown_code"},
		{
			"role not held by the account", both,
			auth.Session{},
			auth.NewToken{Name: "tool", Roles: []workflow.Role{workflow.RoleLegal}, ExpiresAt: in(time.Hour)},
			"invalid invalid_token /roles/0:role_not_held",
		},
		{
			"role not held by the one who asks", both[:1],
			auth.Session{},
			auth.NewToken{Name: "tool", Roles: both, ExpiresAt: in(time.Hour)},
			"invalid invalid_token /roles/1:role_not_held",
		},
		{"by a token", both, auth.Session{Means: auth.ByToken}, auth.NewToken{Name: "tool", ExpiresAt: in(time.Hour)}, "forbidden session_required"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			who := h.add("who", both...)
			who.Roles = c.roles
			_, made, err := h.CreateToken(ctx, who, c.via, who.Account, c.want)
			wantRefusal(t, err, c.code)
			if err == nil && (made.Name != c.want.Name || !made.ExpiresAt.Equal(c.want.ExpiresAt) || !slices.Equal(made.Roles, c.want.Roles)) {
				t.Errorf("made %+v", made)
			}
			if err != nil && h.store.count(cases.Tokens) != 0 {
				t.Error("a refused token left a document")
			}
		})
	}
}

func TestTokenRoles(t *testing.T) {
	h := newHouse(t)
	who := h.add("who", workflow.RoleNotifier, workflow.RoleCaseworker)
	make := func(roles ...workflow.Role) string {
		bearer, _, err := h.CreateToken(ctx, who, auth.Session{}, who.Account, auth.NewToken{Name: "tool", Roles: roles, ExpiresAt: start.Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		return bearer
	}
	all, one := make(), make(workflow.RoleCaseworker)
	for _, step := range []struct {
		roles, all, one []workflow.Role
	}{
		{who.Roles, who.Roles, []workflow.Role{workflow.RoleCaseworker}},
		{[]workflow.Role{workflow.RoleLegal}, []workflow.Role{workflow.RoleLegal}, nil},
		{[]workflow.Role{workflow.RoleCaseworker}, []workflow.Role{workflow.RoleCaseworker}, []workflow.Role{workflow.RoleCaseworker}},
	} {
		if _, err := h.SetRoles(ctx, system, who.Account, step.roles, ""); err != nil {
			t.Fatal(err)
		}
		for bearer, want := range map[string][]workflow.Role{all: step.all, one: step.one} {
			actor, session, err := h.Authenticate(ctx, bearer)
			if err != nil || !slices.Equal(actor.Roles, want) || session.Means != auth.ByToken {
				t.Errorf("with roles %v: %v by %s, %v; want %v", step.roles, actor.Roles, session.Means, err, want)
			}
		}
	}
}

func TestTokenLife(t *testing.T) {
	h := newHouse(t)
	who := h.add("who", workflow.RoleNotifier)
	there := h.instance()
	bearer, made, err := h.CreateToken(ctx, who, auth.Session{}, who.Account, auth.NewToken{Name: "tool", ExpiresAt: start.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if !h.open(bearer) || !there.open(bearer) {
		t.Fatal("the token does not open")
	}
	wantRefusal(t, h.SignOut(ctx, bearer), "forbidden not_a_session")
	if err := h.SetPassword(ctx, who, who.Account, secret, "another good sentence"); err != nil {
		t.Fatal(err)
	}
	h.clock.pass(59 * time.Minute)
	if !h.open(bearer) || !there.open(bearer) {
		t.Error("the token ended with the password")
	}
	if err := h.RevokeToken(ctx, who, who.Account, made.ID); err != nil {
		t.Fatal(err)
	}
	if h.open(bearer) {
		t.Error("revoked, and opens at once where it was revoked")
	}
	h.clock.pass(2 * time.Second)
	if there.open(bearer) {
		t.Error("revoked, and opens elsewhere after two seconds")
	}
	if got, want := h.store.kinds(who.Account), "created token_created password_set token_revoked"; got != want {
		t.Errorf("the chain holds %s, want %s", got, want)
	}
}

func TestTokensExpire(t *testing.T) {
	h := newHouse(t)
	who := h.add("who", workflow.RoleNotifier)
	bearer, _, err := h.CreateToken(ctx, who, auth.Session{}, who.Account, auth.NewToken{Name: "tool", ExpiresAt: start.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	h.clock.pass(time.Hour - time.Millisecond)
	if !h.open(bearer) {
		t.Error("ended a millisecond early")
	}
	h.clock.pass(time.Millisecond)
	if h.open(bearer) {
		t.Error("opens when it has expired")
	}
}

func TestTokensAreBounded(t *testing.T) {
	h := newHouse(t)
	who := h.add("who", workflow.RoleNotifier)
	add := func(life time.Duration) error {
		_, _, err := h.CreateToken(ctx, who, auth.Session{}, who.Account, auth.NewToken{Name: "tool", ExpiresAt: h.clock.now().Add(life)})
		return err
	}
	for range auth.MaxTokens {
		if err := add(time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	wantRefusal(t, add(time.Hour), "conflict too_many_tokens")
	h.clock.pass(time.Hour)
	if err := add(time.Hour); err != nil {
		t.Errorf("expired tokens count: %v", err)
	}
	if p, err := h.Profile(ctx, who, who.Account); err != nil || len(p.Tokens) != 1 {
		t.Errorf("the account still names %d tokens, %v", len(p.Tokens), err)
	}
}

func TestNoTokensForTheDeactivated(t *testing.T) {
	h := newHouse(t)
	who := h.add("who", workflow.RoleNotifier)
	if _, err := h.Deactivate(ctx, system, who.Account, "left"); err != nil {
		t.Fatal(err)
	}
	_, _, err := h.CreateToken(ctx, system, auth.Session{}, who.Account, auth.NewToken{Name: "tool", ExpiresAt: start.Add(time.Hour)})
	wantRefusal(t, err, "conflict account_inactive")
}

// A token's document whose event was never written opens nothing.
func TestTokenWithoutItsEvent(t *testing.T) {
	h := newHouse(t)
	who := h.add("who", workflow.RoleNotifier)
	h.store.setTrouble(func(op string, _ cases.Collection, _ string) error {
		if op == "append" {
			return cases.ErrUnavailable
		}
		return nil
	})
	bearer, _, err := h.CreateToken(ctx, who, auth.Session{}, who.Account, auth.NewToken{Name: "tool", ExpiresAt: start.Add(24 * time.Hour)})
	wantRefusal(t, err, "unavailable store_unavailable")
	if bearer != "" || h.store.count(cases.Tokens) != 1 {
		t.Fatalf("gave %q and left %d documents", bearer, h.store.count(cases.Tokens))
	}
	h.store.setTrouble(nil)
	h.clock.pass(2 * time.Hour)
	if n, err := h.Sweep(ctx, h.clock.now()); n != 1 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
}

// Whatever is done, no token, and no password, is to be found in the store.
func TestSecretsAreNeverStored(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		store, clock := newMemory(), &clock{at: start}
		s := auth.New(auth.Options{Store: store, Now: clock.now, Argon: cheap})
		boot, _, err := s.BootstrapToken(ctx)
		if err != nil {
			t.Fatal(err)
		}
		secrets := []string{boot}
		password := rapid.StringMatching(`[a-zåäö ]{20,40}x`).Draw(t, "password")
		secrets = append(secrets, password)
		admin, err := s.Bootstrap(ctx, boot, "Root", "root@demo.example", password)
		if err != nil {
			t.Fatal(err)
		}
		actor := cases.Actor{Account: admin.ID, Roles: admin.Roles}
		for i := range rapid.IntRange(1, 12).Draw(t, "steps") {
			token, err := step(s, rapid.IntRange(0, 3).Draw(t, "step"), i, actor, password, clock.now())
			if err != nil {
				t.Fatal(err)
			}
			secrets = append(secrets, token)
		}
		all := store.everything()
		for _, secret := range secrets {
			if strings.HasPrefix(secret, "vaka_") {
				secret = secret[len("vaka_s_"):] // also not without its prefix
			}
			if secret != "" && strings.Contains(all, secret) {
				t.Fatalf("a secret of %d characters is stored", len(secret))
			}
		}
	})
}

// step does one thing that makes or uses a secret, and returns it.
func step(s *auth.Service, which, i int, actor cases.Actor, password string, now time.Time) (string, error) {
	ctx := context.Background()
	switch which {
	case 0:
		token, _, err := s.SignIn(ctx, "root@demo.example", password, desk)
		return token, err
	case 1:
		token, _, err := s.CreateToken(ctx, actor, auth.Session{}, actor.Account, auth.NewToken{Name: fmt.Sprint("tool ", i), ExpiresAt: now.Add(time.Hour)})
		return token, err
	case 2:
		other := fmt.Sprintf("quite another sentence %d", i)
		_, err := s.Create(ctx, actor, auth.NewAccount{
			Name: "Other", Email: fmt.Sprintf("o%d@demo.example", i), Password: other, Roles: []workflow.Role{workflow.RoleNotifier},
		})
		return other, err
	default:
		return "", s.SetPassword(ctx, actor, actor.Account, password, password)
	}
}
