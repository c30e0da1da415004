package web_test

import (
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vaka-project/vaka/cases/casestest"
	"github.com/vaka-project/vaka/web"
	"github.com/vaka-project/vaka/workflow"
)

// browser is somebody at the pages: it keeps cookies, follows links and sends
// forms with what stands hidden in them, as a browser without scripts does.
type browser struct {
	h      *house
	client *http.Client
	screen screen
}

// screen is the page that somebody looks at.
type screen struct {
	t      testing.TB
	Status int
	Path   string // where the browser ended
	Header http.Header
	Body   string
}

// cookies are a browser's. They go by the house's clock, which is not the machine's.
type cookies struct {
	clock *clock
	mu    sync.Mutex
	held  map[string]*http.Cookie
}

func (c *cookies) SetCookies(_ *url.URL, set []*http.Cookie) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, one := range set {
		c.held[one.Name] = one
	}
}

func (c *cookies) Cookies(*url.URL) []*http.Cookie {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []*http.Cookie
	for _, one := range c.held {
		if one.Expires.IsZero() || one.Expires.After(c.clock.now()) {
			out = append(out, one)
		}
	}
	return out
}

// browse opens a browser in a language; nobody is signed in.
func (h *house) browse(language string) *browser {
	jar := &cookies{clock: h.clock, held: map[string]*http.Cookie{}}
	jar.SetCookies(nil, []*http.Cookie{{Name: "vaka_language", Value: language}})
	return &browser{h: h, client: &http.Client{Jar: jar}}
}

// signedIn opens a browser in which somebody has signed in by the form.
func (h *house) signedIn(name string, language ...string) *browser {
	h.t.Helper()
	b := h.browse(append(language, "en")[0])
	b.get("/sign-in").want(200)
	b.send("/sign-in", "email", name+"@demo.example", "password", secret)
	if b.screen.Path == "/sign-in" {
		h.t.Fatalf("%s cannot sign in: %s", name, b.screen.Body)
	}
	return b
}

func (b *browser) do(req *http.Request) screen {
	b.h.t.Helper()
	resp, err := b.client.Do(req)
	must(b.h.t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(b.h.t, err)
	b.screen = screen{b.h.t, resp.StatusCode, resp.Request.URL.RequestURI(), resp.Header, string(body)}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		b.screen.wellMade()
	}
	return b.screen
}

func (b *browser) get(path string) screen {
	b.h.t.Helper()
	req, err := http.NewRequest(http.MethodGet, b.h.base+path, nil)
	must(b.h.t, err)
	return b.do(req)
}

// post sends a form as it is given, from the site itself.
func (b *browser) post(path string, form url.Values) screen {
	b.h.t.Helper()
	req, err := http.NewRequest(http.MethodPost, b.h.base+path, strings.NewReader(form.Encode()))
	must(b.h.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(req)
}

// send fills in a form of the page in sight, given as names and values, and sends it.
func (b *browser) send(action string, pairs ...string) screen {
	b.h.t.Helper()
	form := b.screen.form(action)
	for i := 0; i < len(pairs); i += 2 {
		if i == 0 || pairs[i] != pairs[i-2] {
			form.Del(pairs[i])
		}
		form.Add(pairs[i], pairs[i+1])
	}
	if action == "" {
		action = b.screen.Path
	}
	return b.post(action, form)
}

var (
	formTag   = regexp.MustCompile(`(?s)<form(?:[^>]*?action="([^"]*)")?[^>]*>(.*?)</form>`)
	inputTag  = regexp.MustCompile(`<input[^>]*>`)
	attribute = regexp.MustCompile(`([a-z-]+)="([^"]*)"`)
)

func attributes(tag string) map[string]string {
	out := map[string]string{}
	for _, a := range attribute.FindAllStringSubmatch(tag, -1) {
		out[a[1]] = html.UnescapeString(a[2])
	}
	return out
}

// form is what stands in a form that sends to an address, without what somebody
// would type or choose.
func (s screen) form(action string) url.Values {
	s.t.Helper()
	for _, f := range formTag.FindAllStringSubmatch(s.Body, -1) {
		if html.UnescapeString(f[1]) != action {
			continue
		}
		values := url.Values{}
		for _, tag := range inputTag.FindAllString(f[2], -1) {
			if a := attributes(tag); a["type"] == "hidden" {
				values.Add(a["name"], a["value"])
			}
		}
		return values
	}
	s.t.Fatalf("%s has no form to %q:\n%s", s.Path, action, s.Body)
	return nil
}

// want checks the status and that the page says these things.
func (s screen) want(status int, says ...string) screen {
	s.t.Helper()
	if s.Status != status {
		s.t.Fatalf("%s: status %d, want %d: %s", s.Path, s.Status, status, s.Body)
	}
	text := s.text()
	for _, say := range says {
		if !strings.Contains(text, say) {
			s.t.Fatalf("%s does not say %q:\n%s", s.Path, say, text)
		}
	}
	return s
}

var (
	anyTag  = regexp.MustCompile(`(?s)<[^>]*>`)
	leftKey = regexp.MustCompile(`\[[a-z_]+\.[A-Za-z_.0-9]+\]`)
	idTag   = regexp.MustCompile(`\sid="([^"]*)"`)
	refTag  = regexp.MustCompile(`\s(?:for|aria-describedby|aria-labelledby)="([^"]*)"`)
	hashTag = regexp.MustCompile(`href="#([^"]*)"`)
	badTag  = regexp.MustCompile(`\sstyle="|\son[a-z]+="|<script>|<style|javascript:|(?:src|href)="(?:https?:)?//`)
)

// text is what the page says, in one line.
func (s screen) text() string {
	return strings.Join(strings.Fields(html.UnescapeString(anyTag.ReplaceAllString(s.Body, " "))), " ")
}

// wellMade checks what holds for every page: all its words are there, its policy
// lets in what it uses, and what refers to an id finds it, once.
func (s screen) wellMade() {
	s.t.Helper()
	if key := leftKey.FindString(s.Body); key != "" {
		s.t.Errorf("%s leaves the key %s", s.Path, key)
	}
	if bad := badTag.FindString(s.Body); bad != "" {
		s.t.Errorf("%s has %q, which its policy refuses", s.Path, bad)
	}
	if strings.Contains(s.Body, "<no value>") || strings.Contains(s.Body, "ZgotmplZ") || strings.Contains(s.Body, "%!") {
		s.t.Errorf("%s holds what a template could not write", s.Path)
	}
	if !strings.Contains(s.Body, "<title>") || !strings.Contains(s.Body, `<html lang="`) || strings.Count(s.Body, "<h1") != 1 {
		s.t.Errorf("%s lacks a title, a language or its one heading", s.Path)
	}
	if s.Header.Get("Content-Security-Policy") == "" || strings.Contains(s.Header.Get("Content-Security-Policy"), "unsafe") {
		s.t.Errorf("%s has the policy %q", s.Path, s.Header.Get("Content-Security-Policy"))
	}
	ids := map[string]int{}
	for _, m := range idTag.FindAllStringSubmatch(s.Body, -1) {
		ids[m[1]]++
	}
	for id, n := range ids {
		if n > 1 {
			s.t.Errorf("%s has the id %q %d times", s.Path, id, n)
		}
	}
	var refs []string
	for _, m := range slices.Concat(refTag.FindAllStringSubmatch(s.Body, -1), hashTag.FindAllStringSubmatch(s.Body, -1)) {
		refs = append(refs, strings.Fields(html.UnescapeString(m[1]))...)
	}
	for _, ref := range refs {
		if ids[ref] == 0 {
			s.t.Errorf("%s refers to the id %q, which is not there", s.Path, ref)
		}
	}
}

// deskHouse is a house with a case in every sort of shape.
type deskHouse struct {
	*house
	fresh, investigated, decided, secret string // numbers
	decidedID                            string
}

func openDesk(t *testing.T) *deskHouse {
	t.Helper()
	h := &deskHouse{house: open(t)}
	ok := func(r reply) { t.Helper(); r.want(200) }
	_, h.fresh = h.file("dpo")
	id, number := h.file("dpo")
	h.investigated = number
	ok(h.step("supervisor", id, "register", "", map[string]any{"diary_number": "DI-1"}))
	ok(h.step("supervisor", id, "assign", "", map[string]any{"assignee": h.ids["caseworker"]}))
	ok(h.step("caseworker", id, "start_triage", "", nil))
	ok(h.step("supervisor", id, "open_investigation", "Repeated.", map[string]any{"scope": "Letters.", "legal_basis": []string{"Art. 58(1)(a)"}, "focus_areas": []string{"dispatch of letters"}, "oss_role": "NOT_CROSS_BORDER"}))
	h.decidedID, h.decided = h.file("dpo")
	h.decide(h.decidedID)
	id, h.secret = h.file("other")
	ok(h.step("supervisor", id, "flag_secret", "Protected people.", map[string]any{"named_staff": []string{h.ids["supervisor"]}}))
	return h
}

// decide takes a case to its decision, served a day later.
func (h *deskHouse) decide(id string) {
	h.t.Helper()
	ok := func(r reply) { h.t.Helper(); r.want(200) }
	ok(h.step("supervisor", id, "register", "", map[string]any{"diary_number": "DI-2"}))
	ok(h.step("supervisor", id, "assign", "", map[string]any{"assignee": h.ids["caseworker"]}))
	ok(h.step("caseworker", id, "start_triage", "", nil))
	h.post("dpo", "/api/v1/cases/"+id+"/supplements", string(exampleOf("supplement"))).want(201)
	ok(h.step("supervisor", id, "open_investigation", "Repeated.", map[string]any{"scope": "Letters.", "legal_basis": []string{"Art. 58(1)(a)"}, "oss_role": "NOT_CROSS_BORDER"}))
	ok(h.step("caseworker", id, "assess_risk", "Data reached strangers.", map[string]any{"risk": "HIGH"}))
	ok(h.step("caseworker", id, "start_drafting", "", map[string]any{"memo": "What happened."}))
	ok(h.step("caseworker", id, "edit_draft", "", map[string]any{"draft": map[string]any{
		"outcome": "ORDER_COMPLIANCE", "legal_basis": []string{"Art. 58(2)(d)"}, "reasons": "Letters went astray.", "conclusion": "You shall check letters.",
		"rapporteur": h.ids["caseworker"], "others": []string{h.ids["legal"], "Berit Exempel"},
		"measures": []any{
			map[string]any{"power": "B_REPRIMAND", "text": "A reprimand.", "infringed": []string{"Art. 32"}},
			map[string]any{"power": "D_ORDER_COMPLIANCE", "text": "Check each letter.", "infringed": []string{"Art. 32"}, "due_at": h.clock.now().AddDate(0, 2, 0)},
		},
	}}))
	ok(h.step("decider", id, "decide", "", map[string]any{"service_date": "2026-11-20", "hearing_skip_reason": "The party has said all."}))
}

// pagesFor are the pages of each role.
func (h *deskHouse) pagesFor(name string) []string {
	all := []string{
		"/", "/sign-in", "/api", "/setup?token=none", "/me", "/help/shortcuts", "/queue", "/overview", "/overview?linked=without", "/investigations", "/investigations?sort=quiet", "/incidents", "/incidents?status=all", "/incidents/new", "/mine",
		"/accounts", "/accounts?q=dpo", "/accounts/new", "/accounts/" + h.ids["dpo"], "/accounts/" + h.ids["dpo"] + "?unit=a", "/organisations", "/organisations/new",
		"/rules", "/rules?year=2027&aware=2026-03-13T17:40", "/rules?aware=soon", "/rules/clock?clock=REPLY", "/rules/day", "/rules/rule-set", "/rules/withdraw", "/rules/policy",
	}
	for _, number := range []string{h.fresh, h.investigated, h.decided, h.secret} {
		all = append(all, "/cases/"+number, "/cases/"+number+"/submissions/1", "/cases/"+number+"/submissions/2", "/cases/"+number+"/decision", "/cases/"+number+"/steps/note")
	}
	return append(all, "/queue?phase=closed&overdue=true&sector=MUNICIPALITY,FINANCE_INSURANCE&received_from=2026-01-01&received_to=2026-02-01&incident=none&q=x", "/queue?sort=nonsense")
}

// Every page that anybody can come to is whole in both languages, and what one may
// not see is refused with a page.
func TestEveryPageForEveryRole(t *testing.T) {
	h := openDesk(t)
	h.clock.pass(25 * time.Hour) // the decision is served
	for name, roles := range people {
		for _, language := range []string{"sv", "en"} {
			b := h.signedIn(name, language)
			for _, path := range h.pagesFor(name) {
				s := b.get(path)
				if s.Status >= 500 || s.Status == http.StatusUnauthorized {
					t.Errorf("%s gets %d for %s", name, s.Status, path)
				}
				if !strings.Contains(s.Body, `<html lang="`+language+`"`) {
					t.Errorf("%s in %s is not in that language", path, language)
				}
				if want := mayOpen(h, roles, name, path); want != s.Status {
					t.Errorf("%s gets %d for %s, want %d", name, s.Status, path, want)
				}
			}
		}
	}
}

// mayOpen is the status that the table of access asks for.
func mayOpen(h *deskHouse, roles []workflow.Role, name, path string) int {
	staff, admin := isStaffName(name), slices.Contains(roles, workflow.RoleAdministrator)
	bare, query, _ := strings.Cut(path, "?")
	section := strings.Split(bare, "/")[1]
	switch section {
	case "setup":
		return 403 // somebody can administer
	case "queue", "overview", "investigations", "incidents", "batches":
		if !staff {
			return 403
		}
	case "rules":
		if !admin && (!staff || bare != "/rules") {
			return 403
		}
	case "accounts", "organisations":
		if !admin {
			return 403
		}
	case "cases":
		number := strings.Split(bare, "/")[2]
		sees := staff && (number != h.secret || name == "supervisor") || name == "dpo" && number != h.secret || name == "other" && number == h.secret
		switch {
		case !sees:
			return 404
		case strings.HasSuffix(bare, "/steps/note") && !staff:
			return 403
		case strings.HasSuffix(bare, "/submissions/2") && number != h.decided, strings.HasSuffix(bare, "/decision") && number != h.decided:
			return 404
		}
	}
	if query == "sort=nonsense" {
		return 422
	}
	return 200
}

// Every step's form says all its words in both languages, and offers choices
// wherever it asks for one.
func TestFormOfEveryStep(t *testing.T) {
	h := openDesk(t)
	for _, language := range []string{"sv", "en"} {
		b := h.signedIn("supervisor", language)
		for _, step := range workflow.Steps() {
			for _, number := range []string{h.investigated, h.decided} {
				s := b.get("/cases/" + number + "/steps/" + string(step.ID))
				if step.BySystemOnly() {
					s.want(404)
					continue
				}
				title := map[string]string{"sv": step.TitleSV, "en": step.Title}[language]
				s.want(200, title)
				for _, field := range slices.Concat(step.Requires, step.Takes) {
					if !strings.Contains(s.Body, `name="`+field) && !strings.Contains(s.Body, `id="`+field) {
						t.Errorf("%s does not ask for %s", step.ID, field)
					}
				}
				for _, f := range formTag.FindAllStringSubmatch(s.Body, -1) {
					if empty := regexp.MustCompile(`(?s)<select[^>]*>\s*<option value=""></option>\s*</select>`).FindString(f[2]); empty != "" {
						t.Errorf("%s asks to choose from nothing: %s", step.ID, empty)
					}
				}
			}
		}
		severity := b.get("/cases/" + h.investigated + "/steps/assess_severity").want(200)
		for _, name := range []string{"dpc", "ei", "c", "i", "a", "m"} {
			for _, m := range workflow.Scores(name) {
				severity.want(200, map[string]string{"sv": m.MeaningSV, "en": m.Meaning}[language])
			}
		}
	}
}

// Where a page comes from a parameter it stays on this site.
func TestAfterSignInOneStaysHere(t *testing.T) {
	for next, want := range map[string]string{
		"/queue": "/queue", "/cases/PUI-2026-1?x=1": "/cases/PUI-2026-1?x=1", "/queue#e1": "/queue#e1", "": "/",
		"//evil.example": "/", "https://evil.example": "/", "/\\evil.example": "/", "\\\\evil.example": "/", "javascript:alert(1)": "/",
		"evil": "/", "/a\r\nSet-Cookie: x=1": "/", "http:/evil.example": "/", "///evil.example": "/", "/%0d%0aX: 1": "/%0d%0aX: 1",
		"/\tevil": "/", " //evil.example": "/", "/.//evil.example": "/.//evil.example",
	} {
		if got := web.LocalPath(next); got != want {
			t.Errorf("%q leads to %q, want %q", next, got, want)
		}
	}
}

// Every form's address is refused to whoever may not send the form, whatever the
// form holds: signed out one is sent to sign in, and nothing is changed.
func TestAccessOfEveryForm(t *testing.T) {
	h := openDesk(t)
	before := h.get("supervisor", "/api/v1/cases/"+h.secret).want(200).Header.Get("ETag")
	tokens := map[string]url.Values{}
	browsers := map[string]*browser{"": h.browse("en")}
	for name := range people {
		browsers[name] = h.signedIn(name)
		tokens[name] = url.Values{"form_token": {browsers[name].get("/me").form("/sign-out").Get("form_token")}}
	}
	for _, row := range web.PageRows() {
		if row.Method != http.MethodPost || row.Access == web.Anyone || row.Path == "/sign-out" {
			continue
		}
		path := strings.NewReplacer("{id}", h.secret, "{step}", "note", "{unit}", "none", "{token}", "none").Replace(row.Path)
		if s := browsers[""].post(path, url.Values{}); !strings.HasPrefix(s.Path, "/sign-in") && !strings.HasPrefix(path, "/notify") {
			t.Errorf("signed out, %s leads to %s", path, s.Path)
		}
		for name, b := range browsers {
			want := 0
			switch row.Access {
			case web.Administrator:
				if name != "admin" {
					want = 403
				}
			case web.Staff:
				if !isStaffName(name) {
					want = 403
				}
			case web.CaseActor:
				switch {
				case name == "other":
					want = 403
				case name != "supervisor":
					want = 404
				}
			}
			if name == "" || want == 0 {
				continue
			}
			if s := b.post(path, tokens[name]); s.Status != want {
				t.Errorf("%s gets %d for %s, want %d", name, s.Status, row.Path, want)
			}
		}
	}
	if after := h.get("supervisor", "/api/v1/cases/"+h.secret).Header.Get("ETag"); after != before {
		t.Errorf("the case went from %s to %s", before, after)
	}
}

// Somebody in a browser who goes astray sees a page, and a program a problem.
func TestAstray(t *testing.T) {
	h := open(t)
	b := h.browse("sv")
	req, err := http.NewRequest(http.MethodGet, h.base+"/nowhere", nil)
	must(t, err)
	req.Header.Set("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
	b.do(req).want(404, "Det gick inte", "Sidan finns inte.")
	h.get("", "/nowhere").want(404, "no_such_url")
	req, err = http.NewRequest(http.MethodGet, h.base+"/api/v1/nowhere", nil)
	must(t, err)
	req.Header.Set("Accept", "text/html")
	if s := b.do(req); !strings.HasPrefix(s.Header.Get("Content-Type"), "application/problem+json") {
		t.Errorf("the API answers with %s", s.Header.Get("Content-Type"))
	}
	h.store.Inject(casestest.Fault{Op: casestest.Get})
	h.clock.pass(2 * time.Second)
	supervisor := h.browse("en")
	supervisor.get("/sign-in").want(200)
	supervisor.send("/sign-in", "email", "supervisor@demo.example", "password", secret).want(503)
}
