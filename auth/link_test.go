package auth_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

const another = "five calm otters swim here"

const deadLink = "forbidden link_refused"

// invite invites somebody and returns the link's secret.
func (h *house) invite(admin cases.Actor, name string) (string, auth.Profile) {
	h.t.Helper()
	secret, p, err := h.Invite(ctx, admin, auth.NewInvitation{
		Name: name, Email: name + "@demo.example", Roles: []workflow.Role{workflow.RoleNotifier}, Language: "en",
		Mandates: []auth.NewMandate{{Unit: "unit-1", Organisation: "org-1", Reason: "letter"}},
	})
	if err != nil {
		h.t.Fatalf("inviting %s: %v", name, err)
	}
	return secret, p
}

// An invitation makes an account that nobody can sign in to until its holder has
// chosen a password by the link, once.
func TestInvitation(t *testing.T) {
	h := newHouse(t)
	admin := h.add("admin", workflow.RoleAdministrator)
	secret, p := h.invite(admin, "nora")
	if p.HasPassword || p.Link == nil || p.Link.Purpose != auth.ForInvitation || len(p.Mandates) != 1 || p.Mandates[0].GrantedBy != admin.Account {
		t.Fatalf("invited: %+v", p)
	}
	if _, _, err := h.SignIn(ctx, "nora@demo.example", "", desk); workflow.KindOf(err) != workflow.Unauthenticated {
		t.Errorf("signed in without a password: %v", err)
	}
	who, err := h.LinkFor(ctx, secret)
	if err != nil || who.Name != "nora" || who.Language != "en" || !who.ExpiresAt.Equal(start.Add(auth.InvitationLife)) {
		t.Fatalf("the link is for %+v, %v", who, err)
	}
	_, err = h.Redeem(ctx, secret, "short")
	wantRefusal(t, err, "invalid invalid_password /password:too_short")
	if _, err := h.Redeem(ctx, secret, another); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.SignIn(ctx, "nora@demo.example", another, desk); err != nil {
		t.Error(err)
	}
	_, err = h.Redeem(ctx, secret, secret)
	wantRefusal(t, err, deadLink)
	_, _, err = h.OfferLink(ctx, admin, p.ID, auth.ForInvitation)
	wantRefusal(t, err, "conflict has_password")
	_, _, err = h.Invite(ctx, admin, auth.NewInvitation{Name: "x", Email: "nora@demo.example", Roles: p.Roles})
	wantRefusal(t, err, "conflict account_exists")
}

// Every link that does not work is refused in the same words.
func TestDeadLinks(t *testing.T) {
	h := newHouse(t)
	admin := h.add("admin", workflow.RoleAdministrator)
	replaced, p := h.invite(admin, "nora")
	revoked, _, err := h.OfferLink(ctx, admin, p.ID, auth.ForInvitation)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.RevokeLink(ctx, admin, p.ID, "Sent to the wrong person."); err != nil {
		t.Fatal(err)
	}
	_, err = h.RevokeLink(ctx, admin, p.ID, "")
	wantRefusal(t, err, "not_found no_link")
	expired, q := h.invite(admin, "expired")
	overtaken, r := h.invite(admin, "overtaken")
	if err := h.SetPassword(ctx, admin, r.ID, "", secret); err != nil {
		t.Fatal(err)
	}
	left, s := h.invite(admin, "left")
	if _, err := h.Deactivate(ctx, admin, s.ID, "left"); err != nil {
		t.Fatal(err)
	}
	h.clock.pass(auth.InvitationLife)
	for name, link := range map[string]string{
		"replaced": replaced, "revoked": revoked, "expired": expired, "overtaken by a password": overtaken, "of somebody who left": left,
		"unknown": "vaka_l_" + strings.Repeat("A", 43), "a session's": h.in("admin"), "nothing": "", "cut off": replaced[:20],
	} {
		_, err := h.LinkFor(ctx, link)
		if refusal(err) != deadLink {
			t.Errorf("a link %s: %s", name, refusal(err))
		}
		_, err = h.Redeem(ctx, link, another)
		if refusal(err) != deadLink {
			t.Errorf("a password by a link %s: %s", name, refusal(err))
		}
	}
	if _, _, err := h.OfferLink(ctx, admin, q.ID, auth.ForInvitation); err != nil {
		t.Errorf("an invitation that expired is not renewed: %v", err)
	}
	if n, err := h.Sweep(ctx, h.clock.now().Add(2*auth.InvitationLife)); err != nil || n < 6 {
		t.Errorf("swept %d documents, %v", n, err)
	}
}

// A reset ends the sessions when the new password is set, and not before.
func TestReset(t *testing.T) {
	h := newHouse(t)
	admin, kim := h.add("admin", workflow.RoleAdministrator), h.add("kim", workflow.RoleCaseworker)
	session := h.in("kim")
	_, _, err := h.OfferLink(ctx, kim, kim.Account, auth.ForReset)
	wantRefusal(t, err, "forbidden administrators_only")
	_, _, err = h.OfferLink(ctx, admin, admin.Account, auth.ForReset)
	wantRefusal(t, err, "forbidden own_link")
	link, p, err := h.OfferLink(ctx, admin, kim.Account, auth.ForReset)
	if err != nil || !p.Link.ExpiresAt.Equal(start.Add(auth.ResetLife)) {
		t.Fatalf("%+v, %v", p.Link, err)
	}
	if !h.open(session) {
		t.Error("the session ended before the password was set")
	}
	if _, _, err := h.SignIn(ctx, "kim@demo.example", secret, desk); err != nil {
		t.Errorf("the old password ended before the new one was set: %v", err)
	}
	if _, err := h.Redeem(ctx, link, another); err != nil {
		t.Fatal(err)
	}
	if h.open(session) {
		t.Error("the session outlived the password")
	}
	history, err := h.History(ctx, admin, kim.Account)
	if err != nil || history[len(history)-1].Kind != auth.PasswordSet || !history[len(history)-1].ByLink || history[len(history)-1].By != kim.Account {
		t.Errorf("told as %+v, %v", history, err)
	}
	_, err = h.History(ctx, kim, kim.Account)
	wantRefusal(t, err, "forbidden administrators_only")
}

// Of many uses of one link at the same time one sets its password.
func TestLinkWorksOnce(t *testing.T) {
	h := newHouse(t)
	admin := h.add("admin", workflow.RoleAdministrator)
	link, p := h.invite(admin, "nora")
	passwords := []string{"one two three four", "five six seven eight", "nine ten eleven twelve", "red green blue black"}
	set := make([]error, len(passwords))
	var uses sync.WaitGroup
	for i, password := range passwords {
		uses.Go(func() { _, set[i] = h.instance().Redeem(ctx, link, password) })
	}
	uses.Wait()
	won := 0
	for i, err := range set {
		_, _, in := h.SignIn(ctx, p.Email, passwords[i], desk)
		switch {
		case (err == nil) != (in == nil):
			t.Errorf("password %d: set %v, signed in %v", i, err, in)
		case err == nil:
			won++
		case refusal(err) != deadLink:
			t.Errorf("password %d: %s", i, refusal(err))
		}
	}
	if won != 1 {
		t.Errorf("%d uses succeeded", won)
	}
}

// A crash between the account and its link leaves an account that can be invited
// again, and a document that opens nothing and is swept.
func TestInvitationCutOff(t *testing.T) {
	h := newHouse(t)
	admin := h.add("admin", workflow.RoleAdministrator)
	h.store.setTrouble(func(op string, _ cases.Collection, id string) error {
		if op == "append" && id == string(auth.Invited) {
			return cases.ErrUnavailable
		}
		return nil
	})
	_, _, err := h.Invite(ctx, admin, auth.NewInvitation{Name: "nora", Email: "nora@demo.example", Roles: []workflow.Role{workflow.RoleNotifier}})
	wantRefusal(t, err, "unavailable store_unavailable")
	h.store.setTrouble(nil)
	h.clock.pass(2 * time.Hour)
	if n, err := h.Sweep(ctx, h.clock.now()); err != nil || n != 1 {
		t.Errorf("swept %d, %v", n, err)
	}
	secret, _, err := h.OfferLink(ctx, admin, auth.AccountID("nora@demo.example"), auth.ForInvitation)
	if err == nil {
		_, err = h.Redeem(ctx, secret, another)
	}
	if err != nil {
		t.Error(err)
	}
}
