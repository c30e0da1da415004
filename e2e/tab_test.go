package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// password is that of every account of the demo.
const password = "vaka-demo"

// look is how somebody looks at the pages; the zero value is a Swede who is not
// signed in, on a wide screen by day.
type look struct {
	account    string // "caseworker"; "" is nobody
	language   string // "sv" where nothing is said
	dark       bool
	scriptless bool
}

// tab is somebody's tab in the browser, with cookies of its own.
type tab struct {
	t   testing.TB
	ctx context.Context

	mu        sync.Mutex
	trouble   []string
	documents map[string]bool // addresses that were asked for as pages
}

// newTab opens a tab, and fails the test in the end for what went wrong in it.
func newTab(t testing.TB, l look) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	b := &tab{t: t, ctx: ctx, documents: map[string]bool{}}
	t.Cleanup(func() {
		cancel()
		for _, trouble := range b.troubles() {
			t.Error(trouble)
		}
	})
	b.must(chromedp.Listen(ctx, b.heard))
	if l.language == "" {
		l.language = "sv"
	}
	// The pages speak the account's language unless somebody chose another one.
	call(b, network.SetCookie, network.SetCookieParams{Name: "vaka_language", Value: l.language, URL: site, HTTPOnly: new(true)})
	call(b, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": l.language}})
	call(b, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}) // a tab in the background counts as looked at
	if l.scriptless {
		call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	}
	b.theme(l.dark)
	b.width(1440)
	if l.account != "" {
		b.signedIn(l.account)
	}
	return b
}

// heard notes what a page should not do. The browser calls it in the order in
// which things happen.
func (b *tab) heard(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	note := func(format string, values ...any) { b.trouble = append(b.trouble, fmt.Sprintf(format, values...)) }
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if e.Type == network.ResourceTypeDocument {
			b.documents[e.Request.URL] = true
		}
		if !strings.HasPrefix(e.Request.URL, site+"/") && !strings.HasPrefix(e.Request.URL, "data:") {
			note("a request to %s from %s", e.Request.URL, e.DocumentURL)
		}
	case *runtime.EventExceptionThrown:
		what := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			what = e.ExceptionDetails.Exception.Description
		}
		note("an exception on %s: %s", e.ExceptionDetails.URL, what)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning || e.Type == runtime.ConsoleAPICalledTypeAssert {
			note("the console says: %s", consoleText(e))
		}
	case *log.EventEntryAdded:
		// That a page itself was refused is no trouble here: whoever opened it sees its status.
		refused := e.Entry.Source == log.EntrySourceNetwork && b.documents[e.Entry.URL]
		if !refused && (e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning) {
			note("the browser says of %s: %s", e.Entry.URL, e.Entry.Text)
		}
	}
}

func consoleText(e *runtime.EventConsoleAPICalled) string {
	var words []string
	for _, arg := range e.Args {
		words = append(words, string(arg.Value)+arg.Description)
	}
	return strings.Join(words, " ")
}

// troubles are what went wrong since they were last asked for.
func (b *tab) troubles() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := b.trouble
	b.trouble = nil
	return all
}

func (b *tab) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// within bounds what is done in a tab.
func (b *tab) within() (context.Context, context.CancelFunc) {
	return context.WithTimeout(b.ctx, patience)
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := b.within()
	defer cancel()
	b.must(chromedp.Do(ctx, steps...))
}

// open goes to a page and returns the status of the answer.
func (b *tab) open(path string) int {
	b.t.Helper()
	ctx, cancel := b.within()
	defer cancel()
	answer, err := chromedp.Run(ctx, chromedp.NavigateResponse(site+path))
	if err != nil {
		b.t.Fatalf("opening %s: %v", path, err)
	}
	return int(answer.Status)
}

// see goes to a page that has to be there.
func (b *tab) see(path string) {
	b.t.Helper()
	if status := b.open(path); status != http.StatusOK {
		b.t.Fatalf("%s answered %d: %s", path, status, b.text("main"))
	}
}

// there fails at once where the driver would wait.
func (b *tab) there(selector string) {
	b.t.Helper()
	if b.count(selector) == 0 {
		b.t.Fatalf("%s has no %s: %s", b.path(), selector, b.text("main"))
	}
}

// press clicks on what leads to another page, and returns the status of that.
func (b *tab) press(selector string) int {
	b.t.Helper()
	b.there(selector)
	return b.lead(selector, chromedp.Click(chromedp.CSS(selector)))
}

// lead does what makes the browser go to another page, and waits until it is there.
func (b *tab) lead(what string, step chromedp.Action[chromedp.Void]) int {
	b.t.Helper()
	ctx, cancel := b.within()
	defer cancel()
	answer, err := chromedp.RunResponse(ctx, step)
	if err != nil {
		b.t.Fatalf("%s on %s: %v", what, b.path(), err)
	}
	return int(answer.Status)
}

// take presses what has to lead to a page that answers.
func (b *tab) take(selector string) {
	b.t.Helper()
	if status := b.press(selector); status != http.StatusOK {
		b.t.Fatalf("%s led to %s, which answered %d: %s", selector, b.path(), status, b.text("main"))
	}
}

// tick clicks on what changes the page itself.
func (b *tab) tick(selector string) {
	b.t.Helper()
	b.there(selector)
	b.do(chromedp.Click(chromedp.CSS(selector)))
}

// fill replaces what a text field holds by what is typed.
func (b *tab) fill(selector, text string) {
	b.t.Helper()
	b.there(selector)
	b.do(chromedp.Focus(chromedp.CSS(selector)))
	eval[chromedp.Void](b, "document.activeElement.select()")
	call(b, input.InsertText, input.InsertTextParams{Text: text})
}

// set gives a list, a date or a time its value.
func (b *tab) set(selector, value string) {
	b.t.Helper()
	if got := eval[string](b, fmt.Sprintf(`(() => {
		const field = document.querySelector(%q);
		if (!field) return "no such field";
		field.value = %q;
		field.dispatchEvent(new Event("change", {bubbles: true}));
		return field.value;
	})()`, selector, value)); got != value {
		b.t.Fatalf("%s on %s is %q after %q was chosen", selector, b.path(), got, value)
	}
}

// value is what a field holds.
func (b *tab) value(selector string) string {
	b.t.Helper()
	return eval[string](b, fmt.Sprintf(`document.querySelector(%q)?.value ?? "no such field"`, selector))
}

// text is what can be read in an element, "" where there is none.
func (b *tab) text(selector string) string {
	b.t.Helper()
	return eval[string](b, fmt.Sprintf(`document.querySelector(%q)?.innerText ?? ""`, selector))
}

// count is how many elements match.
func (b *tab) count(selector string) int {
	b.t.Helper()
	return eval[int](b, fmt.Sprintf(`document.querySelectorAll(%q).length`, selector))
}

// href is where a link leads.
func (b *tab) href(selector string) string {
	b.t.Helper()
	return eval[string](b, fmt.Sprintf(`document.querySelector(%q)?.getAttribute("href") ?? ""`, selector))
}

// await waits for what a script of the page brings about.
func (b *tab) await(condition string) {
	b.t.Helper()
	ctx, cancel := b.within()
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](condition)); err != nil {
		b.t.Fatalf("on %s: waiting for %s: %v", b.path(), condition, err)
	}
}

// path is the path and query of the page that is shown.
func (b *tab) path() string {
	b.t.Helper()
	return eval[string](b, `location.pathname + location.search`)
}

// key presses a key, as "\t" or kb.Enter.
func (b *tab) key(keys string, options ...chromedp.KeyOption) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(keys, options...))
}

// width makes the tab as wide as a screen is.
func (b *tab) width(pixels int64) {
	b.t.Helper()
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: pixels, Height: 1000, DeviceScaleFactor: 1, Mobile: pixels < 600})
}

// theme makes it night or day.
func (b *tab) theme(dark bool) {
	b.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme},
		{Name: "prefers-reduced-motion", Value: "reduce"}, // so that nothing is looked at half-way
	}})
}

// signIn signs somebody in as people do, at the page for it.
func (b *tab) signIn(account string) {
	b.t.Helper()
	b.see("/sign-in")
	b.fill("#email", account+"@demo.example")
	b.fill("#password", password)
	b.take("main button")
}

// signedIn gives the tab a session that somebody has already.
func (b *tab) signedIn(account string) {
	b.t.Helper()
	name, value := session(b.t, account)
	call(b, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: site, HTTPOnly: new(true)})
}

// call gives the tab a command of the debugging protocol.
func call[P, R any](b *tab, command cdp.Command[P, R], params P) {
	b.t.Helper()
	ctx, cancel := b.within()
	defer cancel()
	_, err := chromedp.Call(ctx, command, params)
	b.must(err)
}

// eval works out an expression in the page.
func eval[T any](b *tab, expression string, options ...chromedp.EvaluateOption) T {
	b.t.Helper()
	ctx, cancel := b.within()
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, options...))
	b.must(err)
	return v
}

var sessions sync.Map // of http.Cookie by account

// session is the cookie of a session of somebody, begun once for all tests.
func session(t testing.TB, account string) (name, value string) {
	t.Helper()
	if c, ok := sessions.Load(account); ok {
		return c.(*http.Cookie).Name, c.(*http.Cookie).Value
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.PostForm(site+"/sign-in", url.Values{"email": {account + "@demo.example"}, "password": {password}})
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	at, err := url.Parse(site)
	if err != nil {
		t.Fatal(err)
	}
	cookies := jar.Cookies(at)
	if answer.StatusCode != http.StatusSeeOther || len(cookies) != 1 {
		t.Fatalf("signing %s in: status %d, cookies %v", account, answer.StatusCode, cookies)
	}
	sessions.Store(account, cookies[0])
	return cookies[0].Name, cookies[0].Value
}

// ask asks the API as an account, whose session's secret is its token too.
func ask[T any](t testing.TB, account, path string) T {
	t.Helper()
	_, token := session(t, account)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, site+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := (&http.Client{Timeout: patience}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var v T
	if err := json.NewDecoder(answer.Body).Decode(&v); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s as %s: status %d, error %v", path, account, answer.StatusCode, err)
	}
	return v
}
