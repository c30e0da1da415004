package auth_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// link makes a bootstrap token, which the test expects.
func (h *house) link() string {
	h.t.Helper()
	token, expires, err := h.BootstrapToken(ctx)
	if err != nil || token == "" || !expires.Equal(h.clock.now().Add(24*time.Hour)) {
		h.t.Fatalf("link %q until %v, %v", token, expires, err)
	}
	return token
}

// noLink expects that there is none to be had.
func (h *house) noLink() {
	h.t.Helper()
	if token, _, err := h.BootstrapToken(ctx); token != "" || err != nil {
		h.t.Errorf("there is a link although somebody administers, or %v", err)
	}
}

const usedUp = "forbidden bootstrap_refused"

func TestBootstrap(t *testing.T) {
	h := newHouse(t)
	token := h.link()
	_, err := h.Bootstrap(ctx, token, "", "root", "")
	wantRefusal(t, err, "invalid invalid_account /password:required")
	_, err = h.Bootstrap(ctx, token, "", "root", "short")
	wantRefusal(t, err, "invalid invalid_account /name:required /email:invalid_email /password:too_short")
	if err := h.BootstrapValid(ctx, token); err != nil {
		t.Errorf("refused forms used the link up: %v", err)
	}
	p, err := h.Bootstrap(ctx, token, "Root", "Root@Demo.example", secret)
	if err != nil {
		t.Fatal(err)
	}
	if p.How != auth.ByBootstrap || len(p.Roles) != 1 || p.Roles[0] != workflow.RoleAdministrator || !p.HasPassword {
		t.Errorf("made %+v", p)
	}
	if !h.open(h.in("root")) {
		t.Error("the first administrator cannot sign in")
	}
	wantRefusal(t, h.BootstrapValid(ctx, token), usedUp)
	_, err = h.Bootstrap(ctx, token, "Eve", "eve@demo.example", secret)
	wantRefusal(t, err, usedUp)
	h.noLink()
	h.instance().noLink()
	if n := h.store.count(cases.Meta); n != 1 {
		t.Errorf("%d documents tell of the link, want only that it was used", n)
	}
}

func TestBootstrapRefuses(t *testing.T) {
	for _, c := range []struct {
		name string
		use  func(h *house) string
	}{
		{"no token", func(h *house) string { h.link(); return "" }},
		{"no link was ever made", func(h *house) string { return "vaka_b_" + strings.Repeat("A", 43) }},
		{"another token", func(h *house) string { h.link(); return "vaka_b_" + strings.Repeat("A", 43) }},
		{"expired", func(h *house) string {
			token := h.link()
			h.clock.pass(24 * time.Hour)
			return token
		}},
		{"from an earlier start", func(h *house) string {
			token := h.link()
			h.instance().link()
			return token
		}},
		{"an administrator was made otherwise", func(h *house) string {
			token := h.link()
			h.instance().add("admin", workflow.RoleAdministrator)
			return token
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			token := c.use(h)
			wantRefusal(t, h.BootstrapValid(ctx, token), usedUp)
			_, err := h.Bootstrap(ctx, token, "Root", "root@demo.example", secret)
			wantRefusal(t, err, usedUp)
			if list, err := h.Accounts(ctx, system); err != nil || len(list) > 1 {
				t.Errorf("accounts %+v, %v", list, err)
			}
		})
	}
}

// Of many uses at once, on two instances, for one address or several, one wins.
func TestBootstrapRace(t *testing.T) {
	for name, address := range map[string]string{"one address": "root@demo.example", "many addresses": "root%d@demo.example"} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			token := h.link()
			instances := []*house{h, h.instance()}
			var wg sync.WaitGroup
			var mu sync.Mutex
			won := 0
			for i := range 16 {
				email := address
				if strings.Contains(address, "%") {
					email = fmt.Sprintf(address, i)
				}
				wg.Go(func() {
					_, err := instances[i%2].Bootstrap(ctx, token, "Root", email, secret)
					mu.Lock()
					defer mu.Unlock()
					switch got := refusal(err); got {
					case "":
						won++
					case usedUp, "conflict account_exists", "conflict bootstrap_claimed":
					default:
						t.Errorf("refused with %q", got)
					}
				})
			}
			wg.Wait()
			list, err := h.instance().Accounts(ctx, system)
			if err != nil || won != 1 || len(list) != 1 {
				t.Errorf("%d won and %d accounts are there, %v", won, len(list), err)
			}
		})
	}
}

// A crash at any point leaves either an administrator or a way to become one.
func TestBootstrapAfterACrash(t *testing.T) {
	fail := func(h *house, what string, in cases.Collection) {
		h.store.setTrouble(func(op string, c cases.Collection, _ string) error {
			if op == what && c == in {
				return cases.ErrUnavailable
			}
			return nil
		})
	}
	t.Run("before the claim", func(t *testing.T) {
		h := newHouse(t)
		token := h.link()
		fail(h, "insert", cases.Meta)
		_, err := h.Bootstrap(ctx, token, "Root", "root@demo.example", secret)
		wantRefusal(t, err, "unavailable store_unavailable")
		h.store.setTrouble(nil)
		if _, err := h.Bootstrap(ctx, token, "Eve", "eve@demo.example", secret); err != nil {
			t.Errorf("the link does not work afterwards: %v", err)
		}
	})
	t.Run("after the claim", func(t *testing.T) {
		h := newHouse(t)
		token := h.link()
		fail(h, "append", cases.Events)
		_, err := h.Bootstrap(ctx, token, "Root", "root@demo.example", secret)
		wantRefusal(t, err, "unavailable store_unavailable")
		h.store.setTrouble(nil)
		_, err = h.Bootstrap(ctx, token, "Eve", "eve@demo.example", secret)
		wantRefusal(t, err, "conflict bootstrap_claimed")
		restarted := h.instance()
		again := restarted.link()
		_, err = h.Bootstrap(ctx, token, "Root", "root@demo.example", secret)
		wantRefusal(t, err, usedUp)
		if _, err := restarted.Bootstrap(ctx, again, "Eve", "eve@demo.example", secret); err != nil {
			t.Errorf("the new link does not work: %v", err)
		}
	})
	t.Run("after the claim, the same again", func(t *testing.T) {
		h := newHouse(t)
		token := h.link()
		fail(h, "append", cases.Events)
		_, err := h.Bootstrap(ctx, token, "Root", "root@demo.example", secret)
		wantRefusal(t, err, "unavailable store_unavailable")
		h.store.setTrouble(nil)
		if _, err := h.Bootstrap(ctx, token, "Root", "root@demo.example", secret); err != nil {
			t.Errorf("the same request does not work: %v", err)
		}
	})
	t.Run("before the picture", func(t *testing.T) {
		h := newHouse(t)
		token := h.link()
		h.store.noPictures = true
		fail(h, "delete", cases.Meta)
		if _, err := h.Bootstrap(ctx, token, "Root", "root@demo.example", secret); err != nil {
			t.Fatal(err)
		}
		h.store.noPictures = false
		h.store.setTrouble(nil)
		restarted := h.instance()
		restarted.noLink()
		_, err := restarted.Bootstrap(ctx, token, "Eve", "eve@demo.example", secret)
		wantRefusal(t, err, usedUp)
	})
}

// An address that has an account already must not use the link up.
func TestBootstrapForAnAccountThatIsThere(t *testing.T) {
	h := newHouse(t)
	h.add("dpo", workflow.RoleNotifier)
	token := h.link()
	_, err := h.Bootstrap(ctx, token, "DPO", "dpo@demo.example", secret)
	wantRefusal(t, err, "conflict account_exists")
	if _, err := h.Bootstrap(ctx, token, "Root", "root@demo.example", secret); err != nil {
		t.Errorf("the link was used up: %v", err)
	}
	if got, want := h.store.kinds(auth.AccountID("root@demo.example")), "created"; !cmp.Equal(got, want) {
		t.Errorf("the chain holds %s, want %s", got, want)
	}
}
