package auth_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

func hour(n int) *int { return &n }

// Whoever has chosen nothing hears by e-mail and in the inbox.
func TestReminders_HoldWithoutAChoice(t *testing.T) {
	h := newHouse(t)
	who := h.add("dpo", workflow.RoleNotifier)
	c, err := h.Correspondent(ctx, who.Account)
	if err != nil || !c.Reminders.Email || !c.Reminders.Inbox || c.Language != "sv" || c.Email != "dpo@demo.example" || !c.Active {
		t.Errorf("correspondent %+v, %v", c, err)
	}
}

func TestSetReminders(t *testing.T) {
	both := auth.Reminders{Email: true, Inbox: true}
	with := func(change func(*auth.Reminders)) auth.RemindersChoice {
		r := both
		change(&r)
		return auth.RemindersChoice{Reminders: r}
	}
	for _, c := range []struct {
		name string
		role workflow.Role
		via  auth.Means
		want auth.RemindersChoice
		code string
	}{
		{"everything", workflow.RoleCaseworker, auth.BySession, with(func(r *auth.Reminders) {
			r.DigestHour, r.QuietFrom, r.QuietUntil, r.Webhook = hour(8), hour(22), hour(6), "https://tool.example.org/vaka?key=1"
		}), ""},
		{"inbox only", workflow.RoleCaseworker, auth.BySession, with(func(r *auth.Reminders) { r.Email = false }), ""},
		{"staff and nothing", workflow.RoleCaseworker, auth.BySession, auth.RemindersChoice{}, "invalid invalid_reminders /email:reminders_needed"},
		{"staff and a webhook only", workflow.RoleSupervisor, auth.BySession, auth.RemindersChoice{Reminders: auth.Reminders{Webhook: "https://tool.example.org"}}, "invalid invalid_reminders /email:reminders_needed"},
		{"the notifier's side and nothing", workflow.RoleNotifier, auth.BySession, auth.RemindersChoice{}, ""},
		{"an hour", workflow.RoleNotifier, auth.BySession, with(func(r *auth.Reminders) { r.DigestHour = hour(24) }), "invalid invalid_reminders /digest_hour:out_of_range"},
		{"half of quiet", workflow.RoleNotifier, auth.BySession, with(func(r *auth.Reminders) { r.QuietFrom = hour(22) }), "invalid invalid_reminders /quiet_until:required"},
		{"quiet for no time", workflow.RoleNotifier, auth.BySession, with(func(r *auth.Reminders) { r.QuietFrom, r.QuietUntil = hour(3), hour(3) }), "invalid invalid_reminders /quiet_until:quiet_hours_empty"},
		{"plain HTTP", workflow.RoleNotifier, auth.BySession, with(func(r *auth.Reminders) { r.Webhook = "http://tool.example.org/" }), "invalid invalid_reminders /webhook:https_required"},
		{"an address with a user", workflow.RoleNotifier, auth.BySession, with(func(r *auth.Reminders) { r.Webhook = "https://a:b@tool.example.org/" }), "invalid invalid_reminders /webhook:invalid_url"},
		{"no address", workflow.RoleNotifier, auth.BySession, with(func(r *auth.Reminders) { r.Webhook = "javascript:alert(1)" }), "invalid invalid_reminders /webhook:invalid_url"},
		{"two lines", workflow.RoleNotifier, auth.BySession, with(func(r *auth.Reminders) { r.Webhook = "https://tool.example.org/\r\nX: y" }), "invalid invalid_reminders /webhook:invalid_url"},
		{"a webhook by a token", workflow.RoleNotifier, auth.ByToken, with(func(r *auth.Reminders) { r.Webhook = "https://tool.example.org" }), "forbidden session_required"},
		{"the rest by a token", workflow.RoleNotifier, auth.ByToken, with(func(r *auth.Reminders) { r.DigestHour = hour(7) }), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			who := h.add("who", c.role)
			made, secret, err := h.SetReminders(ctx, who, auth.Session{Means: c.via}, c.want)
			wantRefusal(t, err, c.code)
			if err != nil {
				return
			}
			if diff := cmp.Diff(c.want.Reminders, made); diff != "" {
				t.Errorf("made (-want +got):\n%s", diff)
			}
			if (secret != "") != (c.want.Webhook != "") {
				t.Errorf("secret %q", secret)
			}
			again, err := h.instance().Reminders(ctx, who)
			if diff := cmp.Diff(c.want.Reminders, again); diff != "" || err != nil {
				t.Errorf("kept (-want +got):\n%s%v", diff, err)
			}
		})
	}
}

// The secret of a webhook is shown when it is made and never again; it stays as
// long as the address does, and changes when it is asked to.
func TestSetReminders_GivesTheSecretOutOnce(t *testing.T) {
	h := newHouse(t)
	who := h.add("who", workflow.RoleNotifier)
	set := func(address string, renew bool) string {
		t.Helper()
		_, secret, err := h.SetReminders(ctx, who, auth.Session{}, auth.RemindersChoice{
			Reminders: auth.Reminders{Email: true, Webhook: address}, NewSecret: renew,
		})
		if err != nil {
			t.Fatal(err)
		}
		return secret
	}
	wantSecret := func(address, secret string) {
		t.Helper()
		if a, s, err := h.Webhook(ctx, who.Account); a != address || s != secret || err != nil {
			t.Errorf("webhook %q with %q, want %q with %q: %v", a, s, address, secret, err)
		}
	}
	first := set("https://a.example/", false)
	wantSecret("https://a.example/", first)
	if again := set("https://a.example/", false); again != "" {
		t.Error("the secret was shown again")
	}
	wantSecret("https://a.example/", first)
	second := set("https://a.example/", true)
	third := set("https://b.example/", false)
	if first == second || second == third || !strings.HasPrefix(third, "vaka_w_") {
		t.Errorf("secrets %q, %q, %q", first, second, third)
	}
	wantSecret("https://b.example/", third)
	if _, err := h.Deactivate(ctx, system, who.Account, "has left"); err != nil {
		t.Fatal(err)
	}
	wantSecret("", "")
	if _, err := h.Activate(ctx, system, who.Account, "is back"); err != nil {
		t.Fatal(err)
	}
	if set("", true) != "" {
		t.Error("a secret without a webhook")
	}
	wantSecret("", "")
}

// Somebody who chose nothing before they came to work on cases is told all the same.
func TestCorrespondent_StaffAreAlwaysTold(t *testing.T) {
	h := newHouse(t)
	who := h.add("who", workflow.RoleNotifier)
	if _, _, err := h.SetReminders(ctx, who, auth.Session{}, auth.RemindersChoice{}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.SetRoles(ctx, system, who.Account, []workflow.Role{workflow.RoleCaseworker}, "works here now"); err != nil {
		t.Fatal(err)
	}
	if c, err := h.Correspondent(ctx, who.Account); err != nil || !c.Reminders.Inbox {
		t.Errorf("correspondent %+v, %v", c, err)
	}
	if _, err := h.Correspondent(ctx, cases.NewID(start)); err != cases.ErrNotFound {
		t.Errorf("a stranger: %v", err)
	}
}

func TestSetReminders_AsTheOperatorAllows(t *testing.T) {
	for sort, code := range map[auth.Webhooks]string{
		auth.WebhooksOff:       "invalid invalid_reminders /webhook:webhooks_off",
		auth.WebhooksHTTPS:     "invalid invalid_reminders /webhook:https_required",
		auth.WebhooksAnyScheme: "",
	} {
		h := newHouse(t, func(o *auth.Options) { o.Webhooks = sort })
		who := h.add("who", workflow.RoleNotifier)
		_, _, err := h.SetReminders(ctx, who, auth.Session{}, auth.RemindersChoice{Reminders: auth.Reminders{Webhook: "http://tool.example.org/"}})
		wantRefusal(t, err, code)
	}
}
