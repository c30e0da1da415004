package web_test

import (
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
)

var linkShown = regexp.MustCompile(`<code>https?://[^/]+((?:/invitation|/new-password)/vaka_l_[A-Za-z0-9_-]{43})</code>`)

// Somebody is invited, chooses a password by the link and signs in; every link that
// does not work leads to one page, and the log holds no secret.
func TestInvitationByForms(t *testing.T) {
	h := open(t)
	admin := h.signedIn("admin")
	admin.get("/accounts/new")
	admin.send("/accounts", "name", "Inga Exempel", "email", "inga@demo.example", "roles", "caseworker", "language", "en").want(200, "The invitation is ready")
	link := linkShown.FindStringSubmatch(admin.screen.Body)[1]
	account := regexp.MustCompile(`action="(/accounts/[^"/]+)/details"`).FindStringSubmatch(admin.screen.Body)[1]
	admin.get(account).want(200, "A link waits to be used", "made an invitation")
	if linkShown.MatchString(admin.screen.Body) {
		t.Error("the link is shown again")
	}
	inga := h.browse("en")
	inga.get(link).want(200, "Welcome to Vaka", "inga@demo.example")
	if s := inga.send("/invitation", "password", "short").want(422, "There is something to correct"); strings.Contains(s.Body, `value="short"`) {
		t.Error("the password is sent back")
	}
	inga.send("/invitation", "password", "five calm otters swim here").want(200, "The password is saved")
	inga.get(link).want(403, "The link does not work", "ask an administrator")
	inga.post("/invitation", url.Values{"token": {strings.TrimPrefix(link, "/invitation/")}, "password": {"six calm otters swim here"}}).want(403)
	for _, dead := range []string{"/invitation/nonsense", "/new-password/vaka_l_" + strings.Repeat("A", 43)} {
		h.browse("sv").get(dead).want(403, "Länken fungerar inte")
	}
	inga.get("/sign-in")
	inga.send("/sign-in", "email", "inga@demo.example", "password", "five calm otters swim here")
	inga.get("/me").want(200, "Inga Exempel")

	admin.get(account)
	admin.send(account+"/link").want(200, "The link for a new password is ready")
	reset := linkShown.FindStringSubmatch(admin.screen.Body)[1]
	inga.get("/me").want(200) // the session goes on
	h.browse("en").get(reset).want(200, "Choose a new password")
	admin.send(account+"/link/revoke").want(200, "The link is revoked.")
	h.browse("en").get(reset).want(403)
	if strings.Contains(h.log.String(), "vaka_l_") {
		t.Error("the log holds the secret of a link")
	}
}

// Who leaves hands cases over; the administrator sees numbers and no case.
func TestLeavingByForms(t *testing.T) {
	h := open(t)
	id, number := h.file("dpo")
	h.step("supervisor", id, "register", "", nil).want(200)
	h.step("supervisor", id, "assign", "", map[string]any{"assignee": h.ids["caseworker"]}).want(200)
	admin, account := h.signedIn("admin"), "/accounts/"+h.ids["caseworker"]
	if s := admin.get(account+"/deactivate").want(200, "Open cases 1", "Second Exempel"); strings.Contains(s.Body, number) {
		t.Error("an administrator is shown a case")
	}
	admin.send(account+"/deactivate", "successor", h.ids["legal"], "reason", "Left.").want(422, "Who takes over the open cases?")
	admin.send(account+"/deactivate", "successor", h.ids["second"], "reason", "Left.").want(200, "The account is deactivated.", "handed over to Second Exempel")
	h.signedIn("supervisor").get("/cases/"+number).want(200, "From Caseworker Exempel to Second Exempel.", "Decided by Admin Exempel.")
}

// A deputy sees whose cases are theirs too, and the history says for whom they acted.
func TestDeputyByForms(t *testing.T) {
	h := open(t)
	id, number := h.file("dpo")
	h.step("supervisor", id, "register", "", nil).want(200)
	h.step("supervisor", id, "assign", "", map[string]any{"assignee": h.ids["caseworker"]}).want(200)
	away := h.signedIn("caseworker")
	away.get("/me").want(200, "Absence and deputy")
	away.send("/me/absences", "from", "2026-11-18", "until", "2026-11-25", "deputy", h.ids["legal"]).want(422, "There is something to correct")
	away.send("/me/absences", "from", "2026-11-18", "until", "2026-11-25", "deputy", h.ids["second"]).want(200, "The absence is recorded.", "Deputy: Second Exempel")
	away.send("/me/absences", "from", "2026-11-20", "until", "2026-11-21", "deputy", h.ids["second"]).want(422, "already")
	deputy := h.signedIn("second")
	deputy.get("/queue").want(200, "Deputising", "Caseworker Exempel (until 25 November 2026)")
	deputy.get("/cases/"+number).want(200, "You deputise for Caseworker Exempel")
	deputy.get("/cases/" + number + "/steps/assess_risk")
	deputy.send("", "risk", "HIGH", "reason", "Data reached strangers.").want(200, "As deputy for Caseworker Exempel.")
}

// A conflict of interest with a unit, found by its name, bars its holder; only others
// lift it.
func TestConflictByForms(t *testing.T) {
	h := open(t)
	_, err := h.units.Create(ctx, cases.System("test"), cases.Organisation{Name: "Hjortvikens kommun", Units: []cases.Unit{{Board: "Socialnämnden"}, {Board: "Skolnämnden"}}})
	must(t, err)
	h.signedIn("dpo").get("/conflicts").want(403)
	b := h.signedIn("caseworker")
	b.get("/conflicts").want(200, "None recorded.")
	b.send("/conflicts", "unit", "hjortvikens", "until", "2027-11-30", "reason", "Employed there.").want(422, "Which of these?", "Skolnämnden, Hjortvikens kommun")
	b.send("/conflicts", "unit", "nowhere", "until", "2027-11-30", "reason", "Employed there.").want(422, "No controller unit fits.")
	b.send("/conflicts", "unit", "social hjort", "until", "2027-11-30", "reason", "Employed there.").want(200, "The conflict of interest is recorded.", "Socialnämnden, Hjortvikens kommun")
	if strings.Contains(b.screen.Body, "/lift\"") {
		t.Error("the holder is offered to lift it")
	}
	boss := h.signedIn("supervisor")
	boss.get("/conflicts").want(200, "Caseworker Exempel")
	lift := regexp.MustCompile(`action="(/conflicts/[^"]+/lift)"`).FindStringSubmatch(boss.screen.Body)[1]
	form := boss.screen.form(lift)
	form.Set("reason", "")
	boss.post(lift, form).want(422, "There is something to correct")
	form.Set("reason", "It was another unit.")
	boss.post(lift, form).want(200, "The conflict of interest is lifted.")
}

// Every kind of event of an account and of an organisation has its sentence.
func TestHistoriesAreTold(t *testing.T) {
	words, err := os.ReadFile("lang/people.en.json")
	must(t, err)
	files, err := os.ReadDir("../auth")
	must(t, err)
	n := 0
	for _, f := range files {
		source, err := os.ReadFile("../auth/" + f.Name())
		must(t, err)
		for _, kind := range regexp.MustCompile(`EventKind\s*= "(account\.\w+)"`).FindAllSubmatch(source, -1) {
			n++
			if !strings.Contains(string(words), `"history.`+string(kind[1])+`"`) {
				t.Errorf("nothing says %s", kind[1])
			}
		}
	}
	if n < 17 || auth.Created == "" {
		t.Errorf("found only %d kinds", n)
	}
}
