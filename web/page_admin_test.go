package web_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// An administrator makes an account, gives it a mandate and takes both away.
func TestAccountsByForms(t *testing.T) {
	h := open(t)
	b := h.signedIn("admin")
	b.get("/organisations/new").want(200)
	b.send("/organisations", "name", "", "legal_form", "NONSENSE", "boards", "a\x01b").want(422, "There is something to correct", "Legal form:", "Boards:")
	b.send("/organisations", "name", "").want(422, "Name:")
	b.send("/organisations", "name", "Hjortvikens kommun", "id_number", "212000-0001", "legal_form", "MUNICIPALITY", "boards", "Socialnämnden\n\nSkolnämnden\n", "sector", "MUNICIPALITY").
		want(200, "The organisation is recorded.", "Socialnämnden", "Skolnämnden")
	organisation := strings.TrimSuffix(b.screen.Path, "?done=organisation_made")
	b.send(organisation+"/units", "board", "Socialnämnden").want(422, "There is something to correct")
	b.send(organisation+"/units", "board", "Kulturnämnden").want(200, "The unit is recorded.", "Kulturnämnden")
	b.get("/organisations?q=hjort").want(200, "1 organisation", "Hjortvikens kommun")
	b.get("/organisations?q=zz").want(200, "No organisation fits.")
	b.get("/organisations/new")
	b.send("/organisations", "name", "Hjortvikens kommun", "id_number", "212000-0001").want(422, "There is something to correct")

	b.get("/accounts/new").want(200)
	s := b.send("/accounts", "name", "Nora Exempel", "email", "not an address", "roles", "notifier", "mandates", "nämnden").want(422, "E-mail address:", "Mandates:")
	if !strings.Contains(s.Body, `value="Nora Exempel"`) {
		t.Error("the name is lost")
	}
	b.send("/accounts", "name", "Nora Exempel", "email", "nora@demo.example", "roles", "notifier", "language", "en").
		want(200, "The invitation is ready", "Nora Exempel", "No mandates.")
	account := regexp.MustCompile(`action="(/accounts/[^"/]+)/details"`).FindStringSubmatch(b.screen.Body)[1]
	b.get(account+"?unit=social").want(200, "Socialnämnden, Hjortvikens kommun")
	unit := regexp.MustCompile(`name="unit" value="([^"]+)"`).FindStringSubmatch(b.screen.Body)[1]
	b.send(account+"/mandates", "unit", unit).want(422, "There is something to correct")
	if !strings.Contains(b.screen.Body, `value="`+unit+`" checked`) {
		t.Error("the chosen unit is lost")
	}
	b.send(account+"/mandates", "reason", "A letter of 18 November.").want(422)
	b.get(account + "?unit=social")
	b.send(account+"/mandates", "unit", unit, "reason", "A letter of 18 November.").want(200, "The mandate is recorded.", "A letter of 18 November.")
	b.send(account+"/mandates/"+unit+"/end", "reason", "").want(422)
	b.send(account+"/mandates/"+unit+"/end", "reason", "The board has another DPO.").want(200, "The mandate has ended.", "No mandates.")
	b.send(account+"/roles", "reason", "Changed work.").want(422, "There is something to correct")
	b.send(account+"/roles", "roles", "caseworker", "roles", "registrar").want(200, "The roles are changed.")
	b.send(account+"/password", "password", "no").want(422)
	b.send(account+"/password", "password", "five calm otters swim here").want(200, "The password is set.")

	nora := h.browse("en")
	nora.get("/sign-in?next=/queue")
	if s := nora.send("/sign-in", "email", "nora@demo.example", "password", "five calm otters swim here"); s.Path != "/queue" {
		t.Fatalf("Nora is at %s", s.Path)
	}
	b.get(account+"/deactivate").want(200, "Open cases 0")
	b.send(account+"/deactivate", "reason", "").want(422)
	b.send(account+"/deactivate", "reason", "Left.").want(200, "The account is deactivated.", "Deactivated")
	h.clock.pass(2 * time.Second)
	if s := nora.get("/queue"); !strings.HasPrefix(s.Path, "/sign-in") {
		t.Errorf("a deactivated account is at %s", s.Path)
	}
	b.send(account+"/activate", "reason", "Is back.").want(200, "The account is active again.")
	b.get("/accounts?q=NORA").want(200, "1 account", "Caseworker, Registrar")
	own := "/accounts/" + h.ids["admin"]
	b.get(own)
	b.send(own+"/roles", "roles", "registrar", "reason", "Enough.").want(422, "There is something to correct")
	b.get("/accounts/nobody").want(404)
}

// Somebody looks after the own account: the password, and API tokens that are
// shown once.
func TestOwnAccountByForms(t *testing.T) {
	h := open(t)
	b, elsewhere := h.signedIn("caseworker"), h.signedIn("caseworker")
	b.get("/me").want(200, "caseworker@demo.example", "Caseworker")
	b.send("/me/password", "old_password", "not this one at all", "password", "five calm otters swim here").want(422, "There is something to correct", "Current password:")
	b.send("/me/password", "old_password", secret, "password", "no").want(422, "New password:")
	b.send("/me/password", "old_password", secret, "password", "five calm otters swim here").want(200, "The password is changed.")
	if s := elsewhere.get("/me"); !strings.HasPrefix(s.Path, "/sign-in") {
		t.Errorf("the other session is at %s", s.Path)
	}
	b.send("/me/tokens", "name", "", "expires_at", "yesterday").want(422, "What it is for:", "Valid until:")
	b.send("/me/tokens", "name", "Case tool", "expires_at", "2026-12-31").want(200, "The token is made", "Case tool")
	token := regexp.MustCompile(`vaka_t_[A-Za-z0-9_-]+`).FindString(b.screen.Body)
	h.tokens["tool"] = token
	h.get("tool", "/api/v1/session").want(200)
	if s := b.get("/me").want(200, "Case tool", "end of 31 December 2026"); strings.Contains(s.Body, "vaka_t_") {
		t.Error("the token is shown again")
	}
	revoke := regexp.MustCompile(`action="(/me/tokens/[^"]+/revoke)"`).FindStringSubmatch(b.screen.Body)[1]
	other := h.signedIn("second")
	other.get("/me")
	form := url.Values{"form_token": {other.screen.form("/me/tokens").Get("form_token")}}
	other.post(revoke, form)
	h.get("tool", "/api/v1/session").want(200)
	b.send(revoke).want(200, "The API token is revoked.")
	h.clock.pass(2 * time.Second)
	h.get("tool", "/api/v1/session").want(401)
}
