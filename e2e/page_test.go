package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// nobody looks without being signed in.
const nobody = ""

// page is a row of the table of pages: what is looked at, and by whom.
type page struct {
	route  string   // as the service's table of URLs names it
	path   string   // "" is the route itself; {name} is one of the examples
	who    []string // accounts of the demo
	status int      // 0 is 200
}

var (
	staff    = []string{"caseworker", "supervisor", "registrar"}
	everyone = []string{nobody, "dpo", "caseworker", "supervisor", "registrar", "admin"}
)

// pages is every page there is, with an example of each kind of content that it
// may show. A test compares it with the service's own table.
var pages = []page{
	{route: "/", who: []string{nobody, "dpo"}}, // the others are sent on
	{route: "/sign-in", who: []string{nobody}},
	{route: "/setup", path: "/setup?token=spent", who: []string{nobody}, status: http.StatusForbidden},
	{route: "/invitation/{token}", path: "/invitation/spent", who: []string{nobody}, status: http.StatusForbidden},
	{route: "/invitation/{token}", path: "/invitation/{invitation}", who: []string{nobody}},
	{route: "/new-password/{token}", path: "/new-password/spent", who: []string{nobody}, status: http.StatusForbidden},
	{route: "/api", who: []string{nobody, "dpo", "admin"}},
	{route: "/accessibility", who: []string{nobody, "caseworker"}},
	{route: "/accessibility", path: "/accessibility?sent=1", who: []string{nobody}},
	{route: "/feedback", who: []string{"admin"}},
	{route: "/mine", who: []string{"dpo"}},
	{route: "/notify", who: []string{nobody, "dpo"}},
	{route: "/draft", who: []string{nobody, "dpo"}},
	{route: "/supplement", who: []string{nobody, "dpo"}},
	{route: "/notify/{draft}/{topic}", path: "/notify/{draft}/who", who: []string{"dpo"}},
	{route: "/notify/{draft}/{topic}", path: "/notify/{draft}/reporter", who: []string{"dpo"}},
	{route: "/notify/{draft}/{topic}", path: "/notify/{draft}/when", who: []string{"dpo"}},
	{route: "/notify/{draft}/{topic}", path: "/notify/{draft}/what", who: []string{"dpo"}},
	{route: "/notify/{draft}/{topic}", path: "/notify/{draft}/people", who: []string{"dpo"}},
	{route: "/notify/{draft}/{topic}", path: "/notify/{draft}/data", who: []string{"dpo"}},
	{route: "/notify/{draft}/{topic}", path: "/notify/{draft}/risk", who: []string{"dpo"}},
	{route: "/notify/{draft}/{topic}", path: "/notify/{draft}/measures", who: []string{"dpo"}},
	{route: "/notify/{draft}/{topic}", path: "/notify/{draft}/informed", who: []string{"dpo"}},
	{route: "/notify/{draft}/{topic}", path: "/notify/{draft}/elsewhere", who: []string{"dpo"}},
	{route: "/notify/{draft}/{topic}", path: "/notify/{draft}/closing", who: []string{"dpo"}},
	{route: "/notify/{draft}/{topic}", path: "/notify/{entry}/registrar", who: []string{"registrar"}},
	{route: "/notify/{draft}/review", path: "/notify/{draft}/review", who: []string{"dpo"}},
	{route: "/cases/{id}/receipt/{n}", path: "/cases/{own}/receipt/1", who: []string{"dpo"}},
	{route: "/cases/{id}/supplement", path: "/cases/{own}/supplement", who: []string{"dpo"}},
	{route: "/queue", who: staff},
	{route: "/queue", path: "/queue?priority=P1&late=true&sort=next_due_at", who: []string{"caseworker"}},
	{route: "/queue", path: "/queue?q=finns+inte", who: []string{"caseworker"}},
	{route: "/queue", path: "/queue?sort=nonsense", who: []string{"caseworker"}, status: http.StatusUnprocessableEntity},
	{route: "/queue/columns", who: []string{"caseworker"}},
	{route: "/queue/views", who: []string{"caseworker", "supervisor"}},
	{route: "/overview", who: []string{"caseworker", "supervisor"}},
	{route: "/incidents/{id}/coverage", path: "/incidents/INC-1999-1/coverage", who: []string{"caseworker"}, status: http.StatusNotFound},
	{route: "/incidents/{id}/coverage/list", path: "/incidents/INC-1999-1/coverage/list", who: []string{"caseworker"}, status: http.StatusNotFound},
	{route: "/incidents/{id}/coverage/list/{upload}", path: "/incidents/INC-1999-1/coverage/list/gone", who: []string{"caseworker"}, status: http.StatusNotFound},
	{route: "/incidents/{id}/coverage/matches", path: "/incidents/INC-1999-1/coverage/matches", who: []string{"caseworker"}, status: http.StatusNotFound},
	{route: "/incidents/{id}/coverage/chase", path: "/incidents/INC-1999-1/coverage/chase", who: []string{"caseworker"}, status: http.StatusNotFound},
	{route: "/incidents/{id}/coverage/letters/{contact}", path: "/incidents/INC-1999-1/coverage/letters/none", who: []string{"caseworker"}, status: http.StatusNotFound},
	{route: "/incidents/{id}/coverage/customers/{customer}", path: "/incidents/INC-1999-1/coverage/customers/none", who: []string{"caseworker"}, status: http.StatusNotFound},
	{route: "/investigations", who: []string{"caseworker", "supervisor"}},
	{route: "/batches", who: []string{"caseworker"}},
	{route: "/batches/new", path: "/batches/new", who: []string{"caseworker"}, status: http.StatusUnprocessableEntity},
	{route: "/batches/new", path: "/batches/new?all=true&phase=triage", who: []string{"caseworker"}},
	{route: "/batches/new", path: "/batches/new?all=true&phase=triage&step=close", who: []string{"caseworker"}},
	{route: "/batches/{id}", path: "/batches/{batch}", who: []string{"caseworker"}},
	{route: "/status", who: []string{nobody, "caseworker"}},
	{route: "/outages", who: []string{"caseworker", "registrar"}},
	{route: "/outages/{number}", path: "/outages/OUT-1999-1", who: []string{"caseworker"}, status: http.StatusNotFound},
	{route: "/incidents", who: []string{"caseworker", "supervisor"}},
	{route: "/incidents", path: "/incidents?status=CLOSED", who: []string{"caseworker"}},
	{route: "/incidents/new", who: []string{"caseworker"}},
	{route: "/incidents/{id}", path: "/incidents/{incident}", who: []string{"caseworker", "supervisor"}},
	{route: "/incidents/{id}/description", path: "/incidents/{incident}/description", who: []string{"caseworker"}},
	{route: "/investigations/{id}/place", path: "/investigations/{investigation}/place", who: []string{"supervisor"}},
	{route: "/incidents/{id}/selection", path: "/incidents/{incident}/selection", who: []string{"caseworker", "registrar"}},
	{route: "/selections/{id}", path: "/selections/{selection}", who: []string{"caseworker", "registrar"}},
	{route: "/selections/{id}", path: "/selections/{selection}?check=1", who: []string{"supervisor"}},
	{route: "/selections/{id}/decision", path: "/selections/{selection}/decision", who: []string{"caseworker"}},
	{route: "/selections/{id}/cases/{case}", path: "/selections/{selection}/cases/{triage}", who: []string{"caseworker"}},
	{route: "/cases/{id}", path: "/cases/{triage}", who: staff},
	{route: "/cases/{id}", path: "/cases/{investigation}", who: []string{"caseworker", "supervisor"}},
	{route: "/cases/{id}", path: "/cases/{decided}", who: []string{"supervisor"}},
	{route: "/cases/{id}", path: "/cases/{ended}", who: []string{"caseworker"}},
	{route: "/cases/{id}", path: "/cases/{own}", who: []string{"dpo"}},
	{route: "/cases/{id}", path: "/cases/no-such-case", who: []string{"caseworker", "dpo"}, status: http.StatusNotFound},
	{route: "/cases/{id}/attachments", path: "/cases/{running}/attachments", who: []string{"dpo", "caseworker"}},
	{route: "/cases/{id}/attachments", path: "/cases/{own}/attachments", who: []string{"dpo", "caseworker"}},
	{route: "/cases/{id}/submissions/{n}", path: "/cases/{supplemented}/submissions/1", who: []string{"caseworker"}},
	{route: "/cases/{id}/submissions/{n}", path: "/cases/{supplemented}/submissions/2", who: []string{"caseworker"}},
	{route: "/cases/{id}/decision", path: "/cases/{decided}/decision", who: []string{"caseworker", "supervisor"}},
	{route: "/cases/{id}/steps/{step}", path: "/cases/{triage}/steps/assess_risk", who: []string{"caseworker"}},
	{route: "/cases/{id}/steps/{step}", path: "/cases/{triage}/steps/assess_severity", who: []string{"caseworker"}},
	{route: "/cases/{id}/steps/{step}", path: "/cases/{triage}/steps/request_supplement", who: []string{"caseworker"}},
	{route: "/cases/{id}/steps/{step}", path: "/cases/{triage}/steps/open_investigation", who: []string{"supervisor"}},
	{route: "/cases/{id}/steps/{step}", path: "/cases/{investigation}/steps/start_drafting", who: []string{"supervisor"}},
	{route: "/cases/{id}/steps/{step}", path: "/cases/{drafting}/steps/edit_draft", who: []string{"supervisor"}},
	{route: "/cases/{id}/steps/{step}", path: "/cases/{drafting}/steps/decide", who: []string{"supervisor"}},
	{route: "/cases/{id}/draft", path: "/cases/{drafting}/draft", who: []string{"supervisor", "caseworker"}},
	{route: "/incidents/{id}/suggestions", path: "/incidents/{incident}/suggestions", who: []string{"caseworker"}},
	{route: "/help/shortcuts", who: []string{"caseworker", "dpo"}},
	{route: "/accounts", who: []string{"admin"}},
	{route: "/accounts", path: "/accounts?q=finns+inte", who: []string{"admin"}},
	{route: "/accounts/new", who: []string{"admin"}},
	{route: "/accounts/{id}", path: "/accounts/{account}", who: []string{"admin"}},
	{route: "/accounts/{id}", path: "/accounts/{account}?unit=exempel", who: []string{"admin"}},
	{route: "/accounts/{id}", path: "/accounts/{caseworker}", who: []string{"admin"}},
	{route: "/accounts/{id}/deactivate", path: "/accounts/{caseworker}/deactivate", who: []string{"admin"}},
	{route: "/conflicts", who: []string{"caseworker", "supervisor", "admin"}},
	{route: "/cases/{id}/steps/{step}", path: "/cases/{triage}/steps/correct_party", who: []string{"registrar"}},
	{route: "/organisations", who: []string{"admin"}},
	{route: "/organisations/new", who: []string{"admin"}},
	{route: "/organisations/{id}", path: "/organisations/{organisation}", who: []string{"admin"}},
	{route: "/rules", who: []string{"caseworker", "admin"}},
	{route: "/rules", path: "/rules?year=2027&aware=2026-03-13T17:40", who: []string{"caseworker"}},
	{route: "/rules", path: "/rules?aware=soon", who: []string{"caseworker"}},
	{route: "/rules/{topic}", path: "/rules/clock?clock=REPLY", who: []string{"admin"}},
	{route: "/rules/{topic}", path: "/rules/day", who: []string{"admin"}},
	{route: "/rules/{topic}", path: "/rules/rule-set", who: []string{"admin"}},
	{route: "/rules/{topic}", path: "/rules/withdraw", who: []string{"admin"}},
	{route: "/rules/{topic}", path: "/rules/policy", who: []string{"admin"}},
	{route: "/reminders", who: []string{"supervisor", "admin"}},
	{route: "/reminders", path: "/reminders?state=failed", who: []string{"admin"}},
	{route: "/reminders/{id}", path: "/reminders/{letter}", who: []string{"supervisor", "admin"}},
	{route: "/me", who: []string{"dpo", "caseworker", "admin"}},
	{route: "/me/reminders", who: []string{"dpo", "caseworker"}},
	{route: "/inbox", who: []string{"dpo", "caseworker"}},
}

// apart are addresses of the table that hold nothing to look at.
var apart = []string{"/language", "/queue.csv", "/batches/{id}/outcome.csv", "/queue.xlsx", "/static/{file}", "/notify/clock", "/cases/{id}/receipt/{n}.json", "/cases/{id}/attachments/{attachment}", "/cases/{id}/uploads/{upload}", "/incidents/{id}/coverage.csv", "/incidents/{id}/coverage/letters/{contact}/csv", "/live", "/live/changes", "/queue/news", "/cases/{id}/news", "/cases/{id}/severity", "/selections/{id}/candidates.csv"}

// examples find what is in the demo, by what it is an example of.
var examples = map[string]func(testing.TB) string{
	"triage":        caseIn("supervisor", "phase=triage"),
	"investigation": caseIn("supervisor", "state=INVESTIGATION"),
	"drafting":      caseIn("supervisor", "state=DRAFTING,HEARING"),
	"decided":       caseIn("supervisor", "state=DECIDED"),
	"ended":         caseIn("supervisor", "phase=closed"),
	"supplemented":  caseIn("supervisor", "q=PUI-2024-1"),
	"own":           caseIn("dpo", ""),
	"running":       caseIn("dpo", "phase=received,triage,investigation"),
	"draft":         draftOf("dpo"),
	"entry":         draftOf("registrar"),
	"account":       firstOf("/api/v1/accounts"),
	"organisation":  firstOf("/api/v1/organisations"),
	"caseworker":    accountOf("caseworker"),
	"incident":      incident,
	"batch":         batch,
	"invitation":    invitation,
	"letter":        letter,
	"selection":     selection,
}

// caseIn finds the number of the newest case that a query finds.
func caseIn(account, query string) func(testing.TB) string {
	return func(t testing.TB) string {
		t.Helper()
		list := ask[struct {
			Items []struct {
				Number string `json:"number"`
			} `json:"items"`
		}](t, account, "/api/v1/cases?limit=1&"+query)
		if len(list.Items) == 0 {
			t.Fatalf("the demo has no case for %s", query)
		}
		return list.Items[0].Number
	}
}

// letter is one that a supervisor may see.
func letter(t testing.TB) string {
	t.Helper()
	found := ask[struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}](t, "supervisor", "/api/v1/reminders?state=sent")
	if len(found.Items) == 0 {
		t.Fatal("the demo has sent nothing")
	}
	return found.Items[0].ID
}

// firstOf finds the first item of what administrators list.
func firstOf(list string) func(testing.TB) string {
	return func(t testing.TB) string {
		t.Helper()
		found := ask[struct {
			Items []struct {
				ID string `json:"id"`
			} `json:"items"`
		}](t, "admin", list)
		if len(found.Items) == 0 {
			t.Fatalf("%s is empty", list)
		}
		return found.Items[0].ID
	}
}

// accountOf finds the id of one of the demo's accounts.
func accountOf(name string) func(testing.TB) string {
	return func(t testing.TB) string {
		t.Helper()
		list := ask[struct {
			Items []struct {
				ID    string `json:"id"`
				Email string `json:"email"`
			} `json:"items"`
		}](t, "admin", "/api/v1/accounts")
		for _, a := range list.Items {
			if a.Email == name+"@demo.example" {
				return a.ID
			}
		}
		t.Fatalf("the demo has no %s", name)
		return ""
	}
}

// invitation invites somebody by the form and returns the secret of the link.
func invitation(t testing.TB) string {
	t.Helper()
	return path.Base(invite(newTab(t, look{account: "admin"}), "invited@demo.example"))
}

// invite invites somebody as an administrator does, and returns the link.
func invite(b *tab, email string) string {
	b.t.Helper()
	b.see("/accounts/new")
	b.fill("#name", "Inga Exempelsson")
	b.fill("#email", email)
	b.take("main form[action='/accounts'] button")
	return b.text("#link code")
}

// incident opens an incident, with something in each of its parts.
func incident(t testing.TB) string {
	t.Helper()
	b := newTab(t, look{account: "caseworker"})
	b.see("/incidents/new")
	b.fill("#title", "Exempelbolaget, augusti")
	b.fill("#supplier", "Exempelbolaget AB")
	b.take("main form[action='/incidents'] button")
	number, _, _ := strings.Cut(strings.Split(b.path(), "/")[2], "?")
	b.tick("details:has(form[action$='/facts']) summary")
	b.fill("[id='fact.text']", "Säkerhetskopiorna krypterades.")
	b.fill("[id='fact.basis']", "Leverantörens rapport.")
	b.take("form[action$='/facts'] button")
	return number
}

// batch writes a note on every case in triage, by way of the preview.
func batch(t testing.TB) string {
	t.Helper()
	b := newTab(t, look{account: "caseworker"})
	b.see("/batches/new?all=true&phase=triage&step=note")
	b.fill("#text", "Samma leverantör.")
	b.take("main form[action='/batches/new'] .button")
	b.take("button[formaction='/batches']")
	return strings.Split(b.path(), "/")[2]
}

// draftOf begins a notification that is not sent.
func draftOf(account string) func(testing.TB) string {
	return func(t testing.TB) string {
		t.Helper()
		b := newTab(t, look{account: account})
		b.see("/notify")
		b.take("main form[action='/notify'] button")
		return strings.Split(b.path(), "/")[2]
	}
}

// found are the examples by name, each looked for once.
var found = struct {
	sync.Mutex
	examples map[string]string
}{examples: map[string]string{}}

func example(t testing.TB, name string) string {
	t.Helper()
	found.Lock()
	defer found.Unlock()
	if _, ok := found.examples[name]; !ok {
		find := examples[name]
		if find == nil {
			t.Fatalf("there is no example %q", name)
		}
		found.examples[name] = find(t)
	}
	return found.examples[name]
}

var placeholder = regexp.MustCompile(`\{([a-z]+)\}`)

// address is the path of a page with its examples filled in.
func (p page) address(t testing.TB) string {
	t.Helper()
	if p.path == "" {
		return p.route
	}
	return placeholder.ReplaceAllStringFunc(p.path, func(name string) string { return example(t, strings.Trim(name, "{}")) })
}

// Every page is looked at by everybody who may, in both languages, in both themes
// and at three widths.
func TestPages(t *testing.T) {
	for _, who := range everyone {
		for _, language := range []string{"sv", "en"} {
			t.Run(strings.Trim(who+"-"+language, "-"), func(t *testing.T) {
				t.Parallel()
				b := newTab(t, look{account: who, language: language})
				for _, p := range pages {
					if slices.Contains(p.who, who) {
						b.inspect(p, language)
					}
				}
			})
		}
	}
}

// inspect looks at a page from all sides. Rules that depend on neither theme nor
// width are judged once, those that do in the other theme and on a phone too.
func (b *tab) inspect(p page, language string) {
	b.theme(false)
	b.width(1440)
	path := p.address(b.t)
	want := p.status
	if want == 0 {
		want = http.StatusOK
	}
	fault := func(format string, values ...any) {
		b.t.Helper()
		b.t.Errorf("%s: %s", path, fmt.Sprintf(format, values...))
	}
	if got := b.open(path); got != want {
		fault("status %d, want %d", got, want)
		return
	}
	if got := b.path(); got != path {
		fault("led to %s", got)
	}
	b.judge(fault, everyRule)
	seen := eval[anatomy](b, lookAround)
	if seen.Language != language {
		fault("the page says that its language is %q", seen.Language)
	}
	if !strings.Contains(seen.Title, "Vaka") {
		fault("the title is %q", seen.Title)
	}
	if seen.Headings != 1 || seen.Mains != 1 {
		fault("%d h1 and %d main", seen.Headings, seen.Mains)
	}
	if strings.Contains(seen.Text, "[") && bracketed.MatchString(seen.Text) || strings.Contains(seen.Text, "<no value>") {
		fault("a word is missing: %s", bracketed.FindString(seen.Text))
	}
	b.fits(fault, 1440)
	b.width(768)
	b.fits(fault, 768)
	b.theme(true)
	b.width(320) // 1280 pixels at 400 %
	b.fits(fault, 320)
	b.judge(fault, ruleOfLooks)
	for _, trouble := range b.troubles() {
		fault("%s", trouble)
	}
}

// bracketed is how a page shows a word that its catalogue lacks.
var bracketed = regexp.MustCompile(`\[[a-z_]+(\.[a-zA-Z_0-9]+)+\]`)

// anatomy is what every page has.
type anatomy struct {
	Language string `json:"language"`
	Title    string `json:"title"`
	Headings int    `json:"headings"`
	Mains    int    `json:"mains"`
	Text     string `json:"text"`
}

const lookAround = `({
	language: document.documentElement.lang,
	title: document.title,
	headings: document.querySelectorAll("h1").length,
	mains: document.querySelectorAll("main").length,
	text: document.body.textContent,
})`

// fits holds that nothing makes the page wider than the screen.
func (b *tab) fits(fault func(string, ...any), width int) {
	b.t.Helper()
	wide := eval[[]string](b, `(() => {
		const room = document.documentElement.clientWidth;
		if (document.documentElement.scrollWidth <= room) return [];
		return [...document.body.querySelectorAll("*")]
			.filter((e) => e.getBoundingClientRect().right > room + 1 && !e.closest(".scroll, .sr, .skip"))
			.slice(-3)
			.map((e) => e.tagName.toLowerCase() + "." + e.className + " to " + Math.round(e.getBoundingClientRect().right))
			.concat("the page itself: " + document.documentElement.scrollWidth);
	})()`)
	if len(wide) > 0 {
		fault("wider than %d pixels: %s", width, strings.Join(wide, ", "))
	}
}

// What axe-core is asked for. The second is what may change with theme and width.
const (
	everyRule   = `{type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}`
	ruleOfLooks = `{type: "rule", values: ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable", "empty-table-header"]}`
)

// violation is a rule that a page breaks.
type violation struct {
	ID    string   `json:"id"`
	Help  string   `json:"help"`
	Where []string `json:"where"`
}

// judge lets axe-core look at the page. Its source goes in through the debugger,
// since the page's own policy rightly refuses it.
func (b *tab) judge(fault func(string, ...any), rules string) {
	b.t.Helper()
	if !eval[bool](b, `typeof axe === "object"`) {
		eval[chromedp.Void](b, axe+"\n;0")
	}
	broken := eval[[]violation](b, `axe.run(document, {preload: false, resultTypes: ["violations"], runOnly: `+rules+`}).then((found) => found.violations.map((v) => ({
		id: v.id, help: v.help,
		where: v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200) + " " + (n.any[0]?.message ?? n.failureSummary)),
	})))`, func(p *runtime.EvaluateParams) { p.AwaitPromise = new(true) })
	for _, v := range broken {
		fault("axe %s: %s\n\t%s", v.ID, v.Help, strings.Join(v.Where, "\n\t"))
	}
}

var servedPage = regexp.MustCompile(`\{Method: get, Path: "([^"]+)", .*Page: true`)

// A page that is added to the service is added here too.
func TestTableIsComplete(t *testing.T) {
	files, err := filepath.Glob("../web/*.go")
	if err != nil {
		t.Fatal(err)
	}
	served := 0
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range servedPage.FindAllStringSubmatch(string(source), -1) {
			served++
			if !slices.Contains(apart, m[1]) && !slices.ContainsFunc(pages, func(p page) bool { return p.route == m[1] }) {
				t.Errorf("nobody looks at %s", m[1])
			}
		}
	}
	if served < len(apart) {
		t.Errorf("found only %d pages in the service's tables", served)
	}
}
