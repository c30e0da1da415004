package auth_test

import (
	"testing"
	"time"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

const homeAddress, otherAddress = "198.51.100.2", "203.0.113.3"

// Whoever holds the key of a case comes in for some hours, on every instance, and is
// nobody who has an account.
func TestGuestComesInByKey(t *testing.T) {
	h := newHouse(t)
	k := auth.NewKey()
	opens := func(a cases.Actor) (bool, error) { return a.Account == k.CaseHolder().Account, nil }
	ok, token, _, err := h.EnterByKey(ctx, k, homeAddress, opens)
	if !ok || err != nil {
		t.Fatalf("the key opens %v, %v", ok, err)
	}
	elsewhere := h.instance()
	for _, instance := range []*house{h, elsewhere} {
		if a, err := instance.Guest(ctx, token); err != nil || a.Account != k.CaseHolder().Account || a.Staff() {
			t.Errorf("came in as %+v, %v", a, err)
		}
		if _, _, err := instance.Authenticate(ctx, token); err == nil {
			t.Error("a session by key is taken for an account's")
		}
	}
	h.add("dpo", workflow.RoleNotifier)
	member := h.in("dpo")
	if _, err := h.Guest(ctx, member); err == nil {
		t.Error("an account's session is taken for one by key")
	}
	wantRefusal(t, func() error { _, err := h.Guest(ctx, token+"x"); return err }(), "unauthenticated unauthenticated")
	if err := h.EndGuest(ctx, token); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, func() error { _, err := h.Guest(ctx, token); return err }(), "unauthenticated unauthenticated")

	var until time.Time
	_, token, until, err = h.EnterByKey(ctx, k, homeAddress, opens)
	if err != nil || until.Sub(h.clock.now()) > auth.GuestLife {
		t.Fatalf("until %v, %v", until, err)
	}
	h.clock.pass(auth.GuestLife)
	wantRefusal(t, func() error { _, err := h.Guest(ctx, token); return err }(), "unauthenticated unauthenticated")
	if n, err := h.Sweep(ctx, h.clock.now()); err != nil || n == 0 {
		t.Errorf("swept %d, %v", n, err)
	}
}

// Wrong keys are slowed by address; elsewhere, and for accounts at the same
// address, nothing changes.
func TestWrongKeysAreSlowedByAddress(t *testing.T) {
	h := newHouse(t, func(o *auth.Options) { o.Limits = auth.Limits{AddressFailures: 3} })
	never := func(cases.Actor) (bool, error) { return false, nil }
	always := func(cases.Actor) (bool, error) { return true, nil }
	for range 3 {
		if ok, _, _, err := h.EnterByKey(ctx, auth.NewKey(), homeAddress, never); ok || err != nil {
			t.Fatalf("%v, %v", ok, err)
		}
	}
	_, _, _, err := h.EnterByKey(ctx, auth.NewKey(), homeAddress, always)
	wantRefusal(t, err, "too_many too_many_sign_ins")
	if wait, ok := auth.RetryAfter(err); !ok || wait <= 0 || wait > 15*time.Minute {
		t.Errorf("to wait %v", wait)
	}
	if ok, _, _, err := h.EnterByKey(ctx, auth.NewKey(), otherAddress, always); !ok || err != nil {
		t.Errorf("from elsewhere %v, %v", ok, err)
	}
	h.add("dpo", workflow.RoleNotifier)
	if _, _, err := h.SignIn(ctx, "dpo@demo.example", secret, homeAddress); err != nil {
		t.Errorf("an account cannot sign in there: %v", err)
	}
	h.clock.pass(15 * time.Minute)
	if ok, _, _, err := h.EnterByKey(ctx, auth.NewKey(), homeAddress, always); !ok || err != nil {
		t.Errorf("after the window %v, %v", ok, err)
	}
}
