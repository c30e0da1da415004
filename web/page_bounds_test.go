package web_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// Nobody leaves while a secret case names nobody else: with the account the case
// would be lost to all.
func TestLastNamedDoesNotLeave(t *testing.T) {
	h := openDesk(t)
	admin, account := h.signedIn("admin", "sv"), "/accounts/"+h.ids["supervisor"]
	admin.get(account + "/deactivate").want(200)
	admin.send(account+"/deactivate", "successor", h.ids["second"], "reason", "Slutar.").want(422, "som ingen annan aktiv medarbetare får se", "ge en kollega tillgång")
	if !strings.Contains(admin.screen.Body, "Slutar.") {
		t.Error("the reason is not kept")
	}
	r := h.post("admin", "/api/v1"+account+"/deactivate", map[string]any{"reason": "Left."})
	if r.Status != 409 || r.text("code") != "sole_named" {
		t.Errorf("%d %s", r.Status, r.Body)
	}
	h.step("supervisor", h.caseID(h.secret), "flag_secret", "Protected people.", map[string]any{"named_staff": []string{h.ids["supervisor"], h.ids["second"]}}).want(200)
	admin.get(account + "/deactivate")
	admin.send(account+"/deactivate", "successor", h.ids["second"], "reason", "Slutar.").want(200, "Kontot är avstängt.")
}

func (h *house) caseID(number string) string {
	return h.get("supervisor", "/api/v1/cases/"+number).want(200).text("id")
}

// A deputy who goes away as well is told whom that leaves without one.
func TestDeputyGoesAwayToo(t *testing.T) {
	h := open(t)
	away := h.signedIn("caseworker")
	away.get("/me")
	away.send("/me/absences", "from", "2026-11-18", "until", "2026-11-25", "deputy", h.ids["second"]).want(200)
	deputy := h.signedIn("second")
	if strings.Contains(deputy.get("/me").text(), "has named this person as deputy") {
		t.Error("a deputy who is here is warned")
	}
	third, err := h.auth.Create(ctx, cases.System("test"), auth.NewAccount{
		Name: "Third Exempel", Email: "third@demo.example", Roles: []workflow.Role{workflow.RoleCaseworker}, Password: secret,
	})
	must(t, err)
	deputy.get("/me")
	deputy.send("/me/absences", "from", "2026-11-24", "until", "2026-11-30", "deputy", third.ID).
		want(200, "The absence is recorded.", "Caseworker Exempel has named this person as deputy until")
}

// The overview counts what nobody vouches for, and leads to it.
func TestOverviewCountsUnverifiedSenders(t *testing.T) {
	h := open(t)
	boss := h.signedIn("supervisor")
	if strings.Contains(boss.get("/overview").Body, "unverified=true") {
		t.Error("nothing is counted")
	}
	number, _ := h.browse("sv").fileAsGuest()
	if s := boss.get("/overview"); !strings.Contains(s.Body, "unverified=true") {
		t.Errorf("an unverified sender is not counted: %s", s.text())
	}
	boss.get("/queue?unverified=true").want(200, number)
}

// A draft of nobody takes only so much, and what is too much stays before whoever
// typed it.
func TestDraftOfNobodyIsBounded(t *testing.T) {
	h := open(t)
	b := h.browse("sv")
	at := b.begin()
	long := strings.Repeat("Mycket text. ", 50_000)
	form := b.get(at + "/what").want(200).form(at + "/what")
	form.Set("description", long)
	if s := b.post(at+"/what", form).want(422, "Utkastet rymmer inte mer utan konto"); !strings.Contains(s.Body, long[:1000]) {
		t.Error("what was typed is lost")
	}
	if strings.Contains(b.get(at+"/what").Body, "Mycket text.") {
		t.Error("it was saved")
	}
	form = url.Values{"form_token": form["form_token"], "description": {"Kort."}, "then": {"review"}}
	b.post(at+"/what", form).want(200)
}
