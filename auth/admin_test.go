package auth_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

func TestCreateRefuses(t *testing.T) {
	good := func() auth.NewAccount {
		return auth.NewAccount{
			Name: "Dana", Email: "dana@demo.example", Language: "en",
			Roles: []workflow.Role{workflow.RoleNotifier}, Password: secret,
		}
	}
	for _, c := range []struct {
		name string
		bend func(*auth.NewAccount)
		want string
	}{
		{"nothing", func(a *auth.NewAccount) {}, ""},
		{"no password is allowed", func(a *auth.NewAccount) { a.Password = "" }, ""},
		{"language left out", func(a *auth.NewAccount) { a.Language = "" }, ""},
		{"Swedish address", func(a *auth.NewAccount) { a.Email = "åsa@näs.example" }, ""},
		{"no name", func(a *auth.NewAccount) { a.Name = " \t" }, "/name:required"},
		{"long name", func(a *auth.NewAccount) { a.Name = strings.Repeat("å", 201) }, "/name:too_long"},
		{"name with escape", func(a *auth.NewAccount) { a.Name = "Dana\x1b[2J" }, "/name:invalid_text"},
		{"name not UTF-8", func(a *auth.NewAccount) { a.Name = "Dana\xff" }, "/name:invalid_text"},
		{"no address", func(a *auth.NewAccount) { a.Email = "" }, "/email:invalid_email"},
		{"no domain", func(a *auth.NewAccount) { a.Email = "dana" }, "/email:invalid_email"},
		{"two addresses", func(a *auth.NewAccount) { a.Email = "a@x.example, b@x.example" }, "/email:invalid_email"},
		{"display name", func(a *auth.NewAccount) { a.Email = "Dana <dana@x.example>" }, "/email:invalid_email"},
		{"header injection", func(a *auth.NewAccount) { a.Email = "dana@x.example\r\nBcc: b@x.example" }, "/email:invalid_email"},
		{"long address", func(a *auth.NewAccount) { a.Email = strings.Repeat("a", 250) + "@x.example" }, "/email:too_long"},
		{"no roles", func(a *auth.NewAccount) { a.Roles = nil }, "/roles:required"},
		{"unknown role", func(a *auth.NewAccount) { a.Roles = append(a.Roles, "king") }, "/roles/1:unknown_code"},
		{"the system's role", func(a *auth.NewAccount) { a.Roles = append(a.Roles, workflow.RoleSystem) }, "/roles/1:unknown_code"},
		{"a role twice", func(a *auth.NewAccount) { a.Roles = append(a.Roles, a.Roles[0]) }, "/roles/1:repeated"},
		{"unknown language", func(a *auth.NewAccount) { a.Language = "tlh" }, "/language:unknown_code"},
		{"unknown way", func(a *auth.NewAccount) { a.How = "MAGIC" }, "/how:unknown_code"},
		{"short password", func(a *auth.NewAccount) { a.Password = "elevenchars" }, "/password:too_short"},
		{"short once composed", func(a *auth.NewAccount) { a.Password = strings.Repeat("a\u030a", 11) }, "/password:too_short"},
		{"twelve", func(a *auth.NewAccount) { a.Password = "twelve chars" }, ""},
		{"two hundred", func(a *auth.NewAccount) { a.Password = strings.Repeat("å", 200) }, ""},
		{"more than that", func(a *auth.NewAccount) { a.Password = strings.Repeat("å", 201) }, "/password:too_long"},
		{"the address as password", func(a *auth.NewAccount) { a.Password = " DANA@demo.example" }, "/password:password_is_email"},
		{"password not UTF-8", func(a *auth.NewAccount) { a.Password = secret + "\xff" }, "/password:invalid_text"},
		{
			"everything at once", func(a *auth.NewAccount) { *a = auth.NewAccount{Language: "x", Password: "short"} },
			"/name:required /email:invalid_email /roles:required /language:unknown_code /password:too_short",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, a := newHouse(t), good()
			c.bend(&a)
			_, err := h.Create(ctx, system, a)
			want := c.want
			if want != "" {
				want = "invalid invalid_account " + want
			}
			wantRefusal(t, err, want)
		})
	}
}

func TestDemoPasswords(t *testing.T) {
	h := newHouse(t, func(o *auth.Options) { o.MinPassword = 9 })
	a := auth.NewAccount{Name: "DPO", Email: "dpo@demo.example", Roles: []workflow.Role{workflow.RoleNotifier}, How: auth.ByDemo}
	a.Password = "vaka-dem"
	_, err := h.Create(ctx, system, a)
	wantRefusal(t, err, "invalid invalid_account /password:too_short")
	a.Password = "vaka-demo"
	if _, err := h.Create(ctx, system, a); err != nil {
		t.Error(err)
	}
}

func TestOneAccountPerAddress(t *testing.T) {
	h := newHouse(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	tally := map[string]int{}
	for i := range 16 {
		wg.Go(func() {
			_, err := h.Create(ctx, system, auth.NewAccount{
				Name: fmt.Sprint("Dana ", i), Email: " Dana@Demo.EXAMPLE ", Roles: []workflow.Role{workflow.RoleNotifier},
			})
			mu.Lock()
			defer mu.Unlock()
			tally[refusal(err)]++
		})
	}
	wg.Wait()
	if want := map[string]int{"": 1, "conflict account_exists": 15}; !cmp.Equal(tally, want) {
		t.Errorf("outcomes are %v", tally)
	}
	list, err := h.Accounts(ctx, system)
	if err != nil || len(list) != 1 || list[0].Email != "dana@demo.example" || list[0].ID != auth.AccountID("dana@demo.example") {
		t.Errorf("accounts are %+v, %v", list, err)
	}
}

// Who may do what, each against each.
func TestWhoMay(t *testing.T) {
	h := newHouse(t)
	admin, dpo, other := h.add("admin", workflow.RoleAdministrator), h.add("dpo", workflow.RoleNotifier), h.add("other", workflow.RoleNotifier)
	supervisor := h.add("supervisor", workflow.RoleSupervisor, workflow.RoleDecisionMaker)
	const no = "forbidden administrators_only"
	roles := []workflow.Role{workflow.RoleNotifier}
	n := 0
	for _, c := range []struct {
		name string
		do   func(as cases.Actor) error
		may  map[string]string // by actor: the refusal
	}{
		{"create", func(as cases.Actor) error {
			n++
			_, err := h.Create(ctx, as, auth.NewAccount{Name: "X", Email: fmt.Sprintf("x%d@demo.example", n), Roles: roles})
			return err
		}, map[string]string{"dpo": no, "other": no, "supervisor": no}},
		{"list", func(as cases.Actor) error {
			_, err := h.Accounts(ctx, as)
			return err
		}, map[string]string{"dpo": no, "other": no, "supervisor": no}},
		{"look", func(as cases.Actor) error {
			_, err := h.Profile(ctx, as, dpo.Account)
			return err
		}, map[string]string{"other": no, "supervisor": no}},
		{"roles", func(as cases.Actor) error {
			_, err := h.SetRoles(ctx, as, dpo.Account, roles, "why not")
			return err
		}, map[string]string{"dpo": no, "other": no, "supervisor": no}},
		{"mandate", func(as cases.Actor) error {
			n++
			_, err := h.GrantMandate(ctx, as, dpo.Account, fmt.Sprint("unit-", n), "", "letter")
			return err
		}, map[string]string{"dpo": no, "other": no, "supervisor": no}},
		{"mandate revoked", func(as cases.Actor) error {
			_, err := h.RevokeMandate(ctx, as, dpo.Account, "unit-none", "letter")
			if refusal(err) == "not_found no_such_mandate" {
				return nil
			}
			return err
		}, map[string]string{"dpo": no, "other": no, "supervisor": no}},
		{"activate", func(as cases.Actor) error {
			_, err := h.Activate(ctx, as, dpo.Account, "back")
			if refusal(err) == "conflict account_active" {
				return nil
			}
			return err
		}, map[string]string{"dpo": no, "other": no, "supervisor": no}},
		{"deactivate", func(as cases.Actor) error {
			_, err := h.Deactivate(ctx, as, dpo.Account, "left")
			if err == nil {
				_, err = h.Activate(ctx, as, dpo.Account, "back")
			}
			return err
		}, map[string]string{"dpo": no, "other": no, "supervisor": no}},
		{"token", func(as cases.Actor) error {
			_, made, err := h.CreateToken(ctx, as, auth.Session{}, dpo.Account, auth.NewToken{Name: "tool", ExpiresAt: start.Add(time.Hour)})
			if err == nil {
				err = h.RevokeToken(ctx, as, dpo.Account, made.ID)
			}
			return err
		}, map[string]string{"other": no, "supervisor": no}},
		{"revoke token", func(as cases.Actor) error {
			err := h.RevokeToken(ctx, as, dpo.Account, "none")
			if refusal(err) == "not_found no_such_token" {
				return nil
			}
			return err
		}, map[string]string{"other": no, "supervisor": no}},
		{"password without the old", func(as cases.Actor) error {
			return h.SetPassword(ctx, as, dpo.Account, "", secret)
		}, map[string]string{"dpo": "invalid wrong_password /old_password:wrong_password", "other": no, "supervisor": no}},
		{"password with the old", func(as cases.Actor) error {
			return h.SetPassword(ctx, as, dpo.Account, secret, secret)
		}, map[string]string{"other": no, "supervisor": no}},
	} {
		for name, as := range map[string]cases.Actor{
			"admin": admin, "system": system, "dpo": dpo, "other": other, "supervisor": supervisor,
		} {
			if got := refusal(c.do(as)); got != c.may[name] {
				t.Errorf("%s by %s: %q, want %q", c.name, name, got, c.may[name])
			}
		}
	}
}

func TestAdministratorsNeedTheirOwnOldPassword(t *testing.T) {
	h := newHouse(t)
	admin := h.add("admin", workflow.RoleAdministrator)
	wantRefusal(t, h.SetPassword(ctx, admin, admin.Account, "guess", "another good sentence"),
		"invalid wrong_password /old_password:wrong_password")
	wantRefusal(t, h.SetPassword(ctx, admin, admin.Account, secret, "short"),
		"invalid invalid_password /password:too_short")
	if err := h.SetPassword(ctx, admin, admin.Account, secret, "another good sentence"); err != nil {
		t.Error(err)
	}
}

func TestGuessingTheOldPassword(t *testing.T) {
	h := newHouse(t)
	dpo := h.add("dpo", workflow.RoleNotifier)
	for range 10 {
		wantRefusal(t, h.SetPassword(ctx, dpo, dpo.Account, "guess", "another good sentence"),
			"invalid wrong_password /old_password:wrong_password")
	}
	wantRefusal(t, h.SetPassword(ctx, dpo, dpo.Account, secret, "another good sentence"), "too_many too_many_sign_ins")
	h.in("dpo") // the door itself is open
	h.clock.pass(15 * time.Minute)
	if err := h.SetPassword(ctx, dpo, dpo.Account, secret, "another good sentence"); err != nil {
		t.Errorf("after the window: %v", err)
	}
}

func TestReasonsAndStates(t *testing.T) {
	h := newHouse(t)
	admin, dpo := h.add("admin", workflow.RoleAdministrator), h.add("dpo", workflow.RoleNotifier)
	long := strings.Repeat("x", 2001)
	both := []workflow.Role{workflow.RoleAdministrator, workflow.RoleDecisionMaker}
	third := func(_ any, err error) error { return err }
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"deactivate without reason", third(h.Deactivate(ctx, admin, dpo.Account, "")), "invalid invalid_change /reason:required"},
		{"deactivate with a book", third(h.Deactivate(ctx, admin, dpo.Account, long)), "invalid invalid_change /reason:too_long"},
		{"activate the active", third(h.Activate(ctx, admin, dpo.Account, "x")), "conflict account_active"},
		{"mandate of nothing", third(h.GrantMandate(ctx, admin, dpo.Account, "", "\x00", "")), "invalid invalid_change /unit:required /reason:required /organisation:invalid_text"},
		{"mandate", third(h.GrantMandate(ctx, admin, dpo.Account, "unit-1", "org-1", "letter")), ""},
		{"mandate again", third(h.GrantMandate(ctx, admin, dpo.Account, "unit-1", "org-1", "letter")), "conflict mandate_exists"},
		{"revoke without reason", third(h.RevokeMandate(ctx, admin, dpo.Account, "unit-1", "")), "invalid invalid_change /reason:required"},
		{"revoke", third(h.RevokeMandate(ctx, admin, dpo.Account, "unit-1", "ended")), ""},
		{"revoke again", third(h.RevokeMandate(ctx, admin, dpo.Account, "unit-1", "ended")), "not_found no_such_mandate"},
		{"own roles silently", third(h.SetRoles(ctx, admin, admin.Account, both, "")), "invalid invalid_change /reason:required"},
		{"own roles", third(h.SetRoles(ctx, admin, admin.Account, both, "holiday cover")), ""},
		{"roles of nobody", third(h.SetRoles(ctx, admin, auth.AccountID("nobody@demo.example"), both, "")), "not_found no_such_account"},
		{"no roles", third(h.SetRoles(ctx, admin, dpo.Account, nil, "")), "invalid invalid_change /roles:required"},
		{"deactivate", third(h.Deactivate(ctx, admin, dpo.Account, "left")), ""},
		{"deactivate again", third(h.Deactivate(ctx, admin, dpo.Account, "left")), "conflict account_inactive"},
		{"password of nobody", h.SetPassword(ctx, admin, "nobody", "", secret), "not_found no_such_account"},
		{"profile of nobody", third(h.Profile(ctx, admin, "nobody")), "not_found no_such_account"},
	} {
		if got := refusal(c.err); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if got, want := h.store.kinds(dpo.Account), "created mandate_granted mandate_revoked deactivated"; got != want {
		t.Errorf("the chain holds %s, want %s", got, want)
	}
	// Roles that an administrator took for themselves are in the chain with the hand that did it.
	events, err := h.store.Events(ctx, admin.Account, 2)
	if err != nil || len(events) != 1 || events[0].Header.Actor != admin.Account {
		t.Errorf("the administrator's own roles are recorded as %+v, %v", events, err)
	}
	for _, id := range []string{admin.Account, dpo.Account} {
		all, err := h.store.Events(ctx, id, 1)
		if breaks := cases.Verify(id, all); err != nil || len(breaks) > 0 {
			t.Errorf("the chain of %s breaks: %v %v", id, breaks, err)
		}
	}
}

func TestSomebodyWasFaster(t *testing.T) {
	h := newHouse(t)
	dpo := h.add("dpo", workflow.RoleNotifier)
	there := h.instance()
	h.store.setTrouble(func(op string, _ cases.Collection, kind string) error {
		if op == "append" && kind == string(auth.RolesSet) {
			h.store.setTrouble(nil)
			_, err := there.GrantMandate(ctx, system, dpo.Account, "unit-1", "", "letter")
			return err
		}
		return nil
	})
	_, err := h.SetRoles(ctx, system, dpo.Account, []workflow.Role{workflow.RoleLegal}, "")
	wantRefusal(t, err, "stale account_changed")
	var stale *workflow.Error
	if !errors.As(err, &stale) || stale.Version != 2 {
		t.Errorf("told version %d, want 2", stale.Version)
	}
	p, err := h.Profile(ctx, system, dpo.Account)
	if err != nil || p.Roles[0] != workflow.RoleNotifier || len(p.Mandates) != 1 {
		t.Errorf("the account shows %+v, %v", p, err)
	}
}

func TestLastAdministrator(t *testing.T) {
	const last = "conflict last_administrator"
	notifier := []workflow.Role{workflow.RoleNotifier}
	for _, c := range []struct {
		name   string
		others func(h *house)
		want   string
	}{
		{"alone", func(h *house) {}, last},
		{"with a notifier", func(h *house) { h.add("dpo", workflow.RoleNotifier) }, last},
		{"with another", func(h *house) { h.add("second", workflow.RoleAdministrator) }, ""},
		{"with one deactivated", func(h *house) {
			second := h.add("second", workflow.RoleAdministrator)
			if _, err := h.Deactivate(ctx, system, second.Account, "left"); err != nil {
				h.t.Fatal(err)
			}
		}, last},
		{"with one who cannot sign in", func(h *house) {
			if _, err := h.Create(ctx, system, auth.NewAccount{
				Name: "Robot", Email: "robot@demo.example", Roles: []workflow.Role{workflow.RoleAdministrator},
			}); err != nil {
				h.t.Fatal(err)
			}
		}, last},
		{"with one made elsewhere", func(h *house) { h.instance().add("second", workflow.RoleAdministrator) }, ""},
		{"with one who ceased elsewhere", func(h *house) {
			second := h.add("second", workflow.RoleAdministrator)
			h.store.noPictures = true // the event alone must do
			if _, err := h.instance().SetRoles(ctx, system, second.Account, notifier, ""); err != nil {
				h.t.Fatal(err)
			}
		}, last},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, way := range []string{"roles", "deactivate"} {
				h := newHouse(t)
				admin := h.add("admin", workflow.RoleAdministrator)
				c.others(h)
				var err error
				if way == "roles" {
					_, err = h.SetRoles(ctx, admin, admin.Account, notifier, "enough")
				} else {
					_, err = h.Deactivate(ctx, admin, admin.Account, "enough")
				}
				if got := refusal(err); got != c.want {
					t.Errorf("%s: %q, want %q", way, got, c.want)
				}
				if got := h.store.kinds(admin.Account); err != nil && got != "created" {
					t.Errorf("%s: refused, and recorded %s", way, got)
				}
			}
		})
	}
}

func TestAdministratorsCannotTakeEachOtherAway(t *testing.T) {
	for range 50 {
		h := newHouse(t)
		a, b := h.add("a", workflow.RoleAdministrator), h.add("b", workflow.RoleAdministrator)
		h.store.setTrouble(func(op string, _ cases.Collection, _ string) error {
			for range 20 {
				runtime.Gosched() // lets the other come between
			}
			return nil
		})
		var wg sync.WaitGroup
		var errs [2]error
		wg.Go(func() { _, errs[0] = h.Deactivate(ctx, a, b.Account, "rival") })
		wg.Go(func() { _, errs[1] = h.Deactivate(ctx, b, a.Account, "rival") })
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("outcomes are %v and %v, want one of each", errs[0], errs[1])
		}
	}
}

// On two instances neither sees the other's change in time; the later takes its
// own back, and the chain shows it.
func TestAdministratorsOnTwoInstances(t *testing.T) {
	for _, way := range []string{"roles", "deactivate"} {
		here := newHouse(t)
		a, b := here.add("a", workflow.RoleAdministrator), here.add("b", workflow.RoleAdministrator)
		there := here.instance()
		takeAway := func(h *house, as cases.Actor, whom string) (err error) {
			if way == "roles" {
				_, err = h.SetRoles(ctx, as, whom, []workflow.Role{workflow.RoleNotifier}, "rival")
			} else {
				_, err = h.Deactivate(ctx, as, whom, "rival")
			}
			return err
		}
		here.store.setTrouble(func(op string, _ cases.Collection, kind string) error {
			if op == "append" {
				here.store.setTrouble(nil)
				err := takeAway(there, b, a.Account)
				here.store.setTrouble(func(op string, _ cases.Collection, _ string) error {
					if op != "append" {
						return nil
					}
					here.store.setTrouble(nil) // and somebody is faster than the undoing
					_, err := there.GrantMandate(ctx, system, b.Account, "unit-1", "", "letter")
					return err
				})
				return err
			}
			return nil
		})
		wantRefusal(t, takeAway(here, a, b.Account), "conflict last_administrator")
		list, err := here.instance().Accounts(ctx, system)
		if err != nil || !list[1].Active || list[1].Roles[0] != workflow.RoleAdministrator {
			t.Errorf("b is left as %+v, %v", list[1], err)
		}
		events, err := here.store.Events(ctx, b.Account, 4)
		if err != nil || len(events) != 1 || events[0].Header.Actor != "system:last_administrator" {
			t.Errorf("the undoing is recorded as %+v, %v", events, err)
		}
	}
}

func TestProfilesHideTheHash(t *testing.T) {
	h := newHouse(t)
	admin := h.add("admin", workflow.RoleAdministrator)
	list, err := h.Accounts(ctx, admin)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(b), "argon2") || !strings.Contains(string(b), `"has_password":true`) {
		t.Errorf("people see %s", b)
	}
	if !strings.Contains(h.store.everything(), "$argon2id$v=19$m=8,t=1,p=1$") {
		t.Error("the hash is not where it belongs either")
	}
}

func TestDirectory(t *testing.T) {
	h := newHouse(t)
	dpo := h.add("dpo", workflow.RoleNotifier)
	got, err := h.Person(ctx, dpo.Account)
	want := cases.Person{Account: dpo.Account, Name: "dpo", Roles: dpo.Roles, Active: true}
	if err != nil || !cmp.Equal(got, want) {
		t.Errorf("person is %+v, %v", got, err)
	}
	for _, id := range []string{"", "system:rehash", "nobody", auth.AccountID("nobody@demo.example")} {
		if _, err := h.Person(ctx, id); !errors.Is(err, cases.ErrNotFound) {
			t.Errorf("%q: %v", id, err)
		}
	}
	if _, err := h.Deactivate(ctx, system, dpo.Account, "left"); err != nil {
		t.Fatal(err)
	}
	if got, err := h.Person(ctx, dpo.Account); err != nil || got.Active {
		t.Errorf("a deactivated person is %+v, %v", got, err)
	}
}

// other is a record that is no account.
type other struct {
	Version int64  `json:"version"`
	Head    string `json:"head"`
}

func (o *other) Stand() (int64, string) { return o.Version, o.Head }

func (o *other) Apply(e cases.Event) error {
	o.Version, o.Head = e.Header.Seq, e.Header.Hash()
	return nil
}

func TestOtherRecordsAreNoAccounts(t *testing.T) {
	h := newHouse(t)
	log := cases.Log[other, *other]{Store: h.store, In: cases.Cases}
	id := cases.NewID(start)
	if _, err := log.Append(ctx, id, new(other), cases.Entry{Kind: "case.received", At: start, Actor: "x", Payload: map[string]string{}}); err != nil {
		t.Fatal(err)
	}
	if err := h.Refresh(ctx, id); err != nil {
		t.Errorf("refreshing a case: %v", err)
	}
	if _, err := h.Person(ctx, id); !errors.Is(err, cases.ErrNotFound) {
		t.Errorf("a case as a person: %v", err)
	}
	_, err := h.Profile(ctx, system, id)
	wantRefusal(t, err, "not_found no_such_account")
	_, err = h.Deactivate(ctx, system, id, "left")
	wantRefusal(t, err, "not_found no_such_account")
}

func TestRefresh(t *testing.T) {
	here := newHouse(t)
	dpo := here.add("dpo", workflow.RoleNotifier)
	there := here.instance()
	if _, err := here.SetRoles(ctx, system, dpo.Account, []workflow.Role{workflow.RoleLegal}, ""); err != nil {
		t.Fatal(err)
	}
	fresh := here.add("fresh", workflow.RoleNotifier)
	for _, id := range []string{dpo.Account, fresh.Account} {
		if err := there.Refresh(ctx, id); err != nil {
			t.Fatal(err)
		}
	}
	before := here.store.reads
	for id, want := range map[string]workflow.Role{dpo.Account: workflow.RoleLegal, fresh.Account: workflow.RoleNotifier} {
		if p, err := there.Person(ctx, id); err != nil || p.Roles[0] != want {
			t.Errorf("after refreshing: %+v, %v", p, err)
		}
	}
	if here.store.reads != before {
		t.Error("the store was read for what had been refreshed")
	}
}

// A crash between an event and its picture loses nothing.
func TestPicturesLagBehind(t *testing.T) {
	h := newHouse(t)
	dpo := h.add("dpo", workflow.RoleNotifier)
	h.store.noPictures = true
	if _, err := h.Deactivate(ctx, system, dpo.Account, "left"); err != nil {
		t.Fatal(err)
	}
	late := h.add("late", workflow.RoleNotifier) // an account without any picture
	h.store.noPictures = false
	restarted := h.instance()
	list, err := restarted.Accounts(ctx, system)
	if err != nil || len(list) != 1 || list[0].Active {
		t.Errorf("accounts after the restart: %+v, %v", list, err)
	}
	if _, _, err := restarted.SignIn(ctx, "late@demo.example", secret, desk); err != nil {
		t.Errorf("the account without a picture cannot sign in: %v", err)
	}
	if p, err := restarted.Person(ctx, late.Account); err != nil || p.Name != "late" {
		t.Errorf("person %+v, %v", p, err)
	}
	h.store.noPictures = true
	if _, err := h.SetRoles(ctx, system, late.Account, []workflow.Role{workflow.RoleLegal}, ""); err != nil {
		t.Fatal(err)
	}
	h.store.noPictures = false
	if err := restarted.Refresh(ctx, late.Account); err != nil {
		t.Fatal(err)
	}
	if p, err := restarted.Person(ctx, late.Account); err != nil || p.Roles[0] != workflow.RoleLegal {
		t.Errorf("refreshed without a picture: %+v, %v", p, err)
	}
	_, err = restarted.Create(ctx, system, auth.NewAccount{Name: "Late", Email: "late@demo.example", Roles: dpo.Roles})
	wantRefusal(t, err, "conflict account_exists")
}

// Nothing that people or logs are told holds an address or a name.
func TestErrorsNameNobody(t *testing.T) {
	h := newHouse(t)
	dpo := h.add("dpo", workflow.RoleNotifier)
	boom := errors.New("the disk is on fire")
	h.store.setTrouble(func(op string, in cases.Collection, _ string) error {
		if op == "append" || op == "insert" {
			return boom
		}
		return nil
	})
	_, _, signIn := h.SignIn(ctx, "dpo@demo.example", secret, desk)
	_, wrong := func() (string, error) { _, _, err := h.SignIn(ctx, "dpo@demo.example", "wrong", desk); return "", err }()
	_, create := h.Create(ctx, system, auth.NewAccount{Name: "Eve Adams", Email: "eve@demo.example", Roles: dpo.Roles, Password: secret})
	_, faults := h.Create(ctx, system, auth.NewAccount{Name: "Eve\x00Adams", Email: "eve demo.example", Roles: dpo.Roles, Password: "eve"})
	_, roles := h.SetRoles(ctx, system, dpo.Account, dpo.Roles, "Eve Adams asked")
	for _, err := range []error{signIn, wrong, create, faults, roles} {
		if err == nil {
			t.Fatal("no error")
		}
		for _, word := range []string{"@", "demo.example", "eve", "Eve", secret, desk} {
			if strings.Contains(err.Error(), word) {
				t.Errorf("%q tells %q", err, word)
			}
		}
	}
	if !errors.Is(signIn, boom) || !errors.Is(create, boom) {
		t.Errorf("the causes are lost: %v, %v", signIn, create)
	}
}
