package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

// How somebody looks at a page besides by day and by night.
func (b *tab) media(medium, colours string) {
	b.t.Helper()
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Media: medium, Features: []*emulation.MediaFeature{{Name: "forced-colors", Value: colours}},
	})
}

// paper is the width in pixels of an A4 sheet between margins of 15 mm.
const paper = 680

// On paper a page is what it says: no menu, no form, nothing cut off. A decision
// carries the authority's head and not the program's.
func TestPrint(t *testing.T) {
	t.Parallel()
	b := newTab(t, look{account: "supervisor"})
	for _, path := range []string{"/cases/" + example(t, "decided"), "/cases/" + example(t, "decided") + "/decision", "/overview", "/investigations"} {
		b.see(path)
		b.media("print", "none")
		b.width(paper)
		b.fits(func(format string, values ...any) { t.Errorf("%s: %s", path, fmt.Sprintf(format, values...)) }, paper)
		for _, gone := range []string{".nav", ".foot", "main form:not([method=get]) button"} {
			if n := b.shown(gone); n > 0 {
				t.Errorf("%s prints %d of %s", path, n, gone)
			}
		}
		if b.shown("h1") != 1 {
			t.Errorf("%s prints no heading", path)
		}
	}
	b.see("/cases/" + example(t, "decided") + "/decision")
	if n := b.shown(".brand"); n > 0 {
		t.Error("the decision is printed under the program's name")
	}
	b.media("screen", "none")
	if b.shown(".brand") != 1 || b.shown(".nav") != 1 {
		t.Error("what is not printed is not shown either")
	}
}

// With the person's own colours it can still be told which filter is chosen and
// how far a case has come.
func TestForcedColours(t *testing.T) {
	t.Parallel()
	b := newTab(t, look{account: "caseworker"})
	b.media("screen", "active")
	b.see("/queue?phase=triage")
	if got := eval[string](b, `getComputedStyle(document.querySelector(".filters a[aria-current]")).outlineStyle`); got != "solid" {
		t.Errorf("the chosen filter has an outline of style %q", got)
	}
	if got := eval[string](b, `getComputedStyle(document.querySelector(".filters a:not([aria-current]):not(.active)")).outlineStyle`); got != "none" {
		t.Errorf("a filter that is not chosen has an outline of style %q", got)
	}
	b.see("/cases/" + example(t, "triage"))
	if got := eval[[]string](b, `[...document.querySelectorAll(".phases li")].map((e) => getComputedStyle(e).borderBlockStartStyle)`); got[0] != "solid" || got[4] != "dotted" {
		t.Errorf("the phases of a case in triage look %q", got)
	}
}

// shown counts the elements that are to be seen.
func (b *tab) shown(selector string) int {
	b.t.Helper()
	return eval[int](b, fmt.Sprintf(`[...document.querySelectorAll(%q)].filter((e) => e.checkVisibility()).length`, selector))
}
