package e2e

import (
	"strings"
	"testing"
)

// Somebody is invited, chooses a password by the link and signs in with it; the link
// works no second time.
func TestInvitation(t *testing.T) {
	for name, scriptless := range map[string]bool{"with scripts": false, "without scripts": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			admin := newTab(t, look{scriptless: scriptless})
			admin.signIn("admin")
			email := strings.ReplaceAll(name, " ", "-") + "@demo.example"
			link := strings.TrimPrefix(invite(admin, email), site)

			inga := newTab(t, look{scriptless: scriptless})
			inga.see(link)
			inga.fill("#password", "four quiet herons wade")
			inga.take("main form button")
			inga.take("main a[href='/sign-in']")
			inga.fill("#email", email)
			inga.fill("#password", "four quiet herons wade")
			inga.take("main button")
			inga.see("/me")
			if got := inga.text("main h2"); got != "Inga Exempelsson" {
				t.Errorf("signed in as %q", got)
			}
			if status := inga.open(link); status != 403 {
				t.Errorf("the used link answers %d", status)
			}
		})
	}
}
