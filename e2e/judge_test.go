package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// A page without fault passes whoever looks the other way too: each kind of
// fault is made on purpose here, and has to be found.
func TestFaultsAreFound(t *testing.T) {
	b := newTab(t, look{})
	b.width(320)
	for _, fault := range []struct{ made, found string }{
		{`document.querySelector("main p, main label").style.color = getComputedStyle(document.body).backgroundColor`, "color-contrast"},
		{`document.querySelector("main").append(document.createElement("input"))`, "axe label"},
		{`document.querySelector("html").removeAttribute("lang")`, "html-has-lang"},
		{`document.querySelector("main").append(Object.assign(document.createElement("p"), {textContent: "x".repeat(200), className: "nowrap"}))`, "wider than 320"},
		{`console.error("a fault made on purpose")`, "made on purpose"},
		{`setTimeout(() => { throw new Error("thrown on purpose") })`, "thrown on purpose"},
		{`fetch("https://elsewhere.example/").catch(() => {})`, "elsewhere.example"},
		{`document.body.append(Object.assign(document.createElement("script"), {textContent: "1"}))`, "Content Security Policy"},
		{`document.body.append(Object.assign(document.createElement("img"), {alt: "", src: "https://elsewhere.example/x.png"}))`, "elsewhere.example"},
	} {
		b.see("/sign-in")
		eval[chromedp.Void](b, fault.made)
		var found []string
		note := func(format string, values ...any) { found = append(found, fmt.Sprintf(format, values...)) }
		b.fits(note, 320)
		b.judge(note, everyRule)
		eval[chromedp.Void](b, `new Promise((done) => setTimeout(done, 50))`, func(p *runtime.EvaluateParams) { p.AwaitPromise = new(true) })
		found = append(found, b.troubles()...)
		if !strings.Contains(strings.Join(found, "\n"), fault.found) {
			t.Errorf("%s is not found: %q", fault.made, found)
		}
	}
}
