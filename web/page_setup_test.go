package web_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/web"
	"github.com/vaka-project/vaka/workflow"
)

// emptyHouse is one in which nobody can administer, with the token of its link.
func emptyHouse(t *testing.T) (*house, string) {
	t.Helper()
	h := buildFor(t, map[string][]workflow.Role{"dpo": people["dpo"]})
	h.listen()
	token, _, err := h.auth.BootstrapToken(ctx)
	must(t, err)
	return h, token
}

// The first administrator is made by the one-time link, once, and goes on to the
// accounts.
func TestSetup(t *testing.T) {
	h, token := emptyHouse(t)
	b := h.browse("en")
	link := "/setup?token=" + token
	b.get(link).want(200, "The first administrator", "At least 12 characters")
	b.send("/setup", "name", "", "email", "kim", "password", "short").want(422,
		"Name: ", "E-mail address: Give one", "Password: Choose a password of at least 12 characters")
	b.send("/setup", "name", "Kim", "email", "dpo@demo.example", "password", secret).want(422, "E-mail address: ")
	s := b.send("/setup", "name", `Kim "<b>" Exempel`, "email", "kim@authority.example", "password", "tooshort")
	s.want(422, `Password: `)
	if strings.Contains(s.Body, "<b>") || strings.Contains(s.Body, "tooshort") || !strings.Contains(s.Body, `value="kim@authority.example"`) {
		t.Errorf("the form again: %s", s.Body)
	}
	if !strings.Contains(s.Body, `href="/language?next=%2fsetup%3ftoken%3d`+token+`"`) {
		t.Errorf("the other language does not lead back to the link: %s", s.Body)
	}
	b.send("/setup", "name", "Kim", "email", "kim@authority.example", "password", "eight swans under clouds").want(200, "The account is made", "Record the organisations")
	if !strings.Contains(b.screen.Body, `href="/sign-in?next=/accounts"`) {
		t.Errorf("made: %s", b.screen.Body)
	}
	b.get(link).want(403, "The link does not work", "prints a new link each time")
	b.get("/sign-in?next=/accounts")
	if s := b.send("/sign-in", "email", "kim@authority.example", "password", "eight swans under clouds").want(200); s.Path != "/accounts" {
		t.Errorf("signed in at %s", s.Path)
	}
	if strings.Contains(h.log.String(), token) {
		t.Error("the log holds the secret of the link")
	}
}

// A form for the first administrator that should not count makes nobody one.
func TestSetupRefuses(t *testing.T) {
	h, token := emptyHouse(t)
	good := url.Values{"token": {token}, "name": {"Kim"}, "email": {"kim@authority.example"}, "password": {"eight swans under clouds"}}
	send := func(path, body string, header map[string]string) int {
		t.Helper()
		req, err := http.NewRequest(http.MethodPost, h.base+path, strings.NewReader(body))
		must(t, err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for k, v := range header {
			req.Header.Set(k, v)
		}
		return h.browse("sv").do(req).Status
	}
	other := maps.Clone(good)
	other.Set("token", "vaka_b_"+strings.Repeat("A", 43))
	for name, got := range map[string]int{
		"another site's":   send("/setup", good.Encode(), map[string]string{"Sec-Fetch-Site": "cross-site"}),
		"another origin's": send("/setup", good.Encode(), map[string]string{"Origin": "https://evil.example"}),
		"a wrong token's":  send("/setup", other.Encode(), nil),
		"one in the URL":   send("/setup?"+good.Encode(), "", nil),
		"one in JSON":      send("/setup", `{"token": "`+token+`"}`, map[string]string{"Content-Type": "application/json"}),
	} {
		if got != http.StatusForbidden {
			t.Errorf("%s form: %d", name, got)
		}
	}
	for _, path := range []string{"/setup", "/setup?token=", "/setup?token=" + other.Get("token")} {
		h.browse("sv").get(path).want(403, "Länken fungerar inte", "skriver ”vaka serve” ut en ny länk")
	}
	h.browse("sv").get("/setup?token="+token).want(200, "Den första administratören")
	h.clock.pass(auth.BootstrapLife + time.Second)
	h.browse("sv").get("/setup?token="+token).want(403, "Länken fungerar inte")
}

// The page of the API names every operation, and nothing that is a page itself.
func TestAPIPage(t *testing.T) {
	h := open(t)
	for language, says := range map[string]string{"sv": "Beskrivningarna är på engelska", "en": "who may call it"} {
		s := h.browse(language).get("/api").want(200, says, "Session", "openapi.yaml", "RFC 9457")
		for _, row := range web.Rows() {
			if !strings.Contains(s.Body, "<code>"+row.Method+" "+row.Path+"</code>") {
				t.Errorf("the page lacks %s %s", row.Method, row.Path)
			}
		}
		for _, row := range web.PageRows() {
			if strings.Contains(s.Body, "<code>"+row.Method+" "+row.Path+"</code>") {
				t.Errorf("the page names the page %s %s", row.Method, row.Path)
			}
		}
	}
}

// Whoever only administers begins at the accounts, and whoever also does something
// else where that is done.
func TestStartOfAdministrators(t *testing.T) {
	h := buildFor(t, map[string][]workflow.Role{
		"admin": {workflow.RoleAdministrator},
		"both":  {workflow.RoleAdministrator, workflow.RoleNotifier},
		"chief": {workflow.RoleAdministrator, workflow.RoleSupervisor},
	})
	h.listen()
	for name, want := range map[string]string{"admin": "/accounts", "both": "/", "chief": "/queue"} {
		if s := h.signedIn(name).get("/").want(200); s.Path != want {
			t.Errorf("%s begins at %s, want %s", name, s.Path, want)
		}
	}
}
