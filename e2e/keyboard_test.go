package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Somebody who uses no mouse signs in, skips the menu, finds a case and writes a
// note in it. Wherever the keys lead, it is seen where that is.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	b := newTab(t, look{})
	b.see("/sign-in?next=/queue")
	b.reach("#email")
	b.typed("caseworker@demo.example")
	b.key(kb.Tab)
	b.focused("#password")
	b.typed(password)
	b.enter("Enter in the password")
	if got := b.path(); got != "/queue" {
		t.Fatalf("signing in led to %s", got)
	}

	b.key(kb.Tab)
	b.focused(".skip")
	if box := eval[bool](b, `(() => { const r = document.activeElement.getBoundingClientRect(); return r.left >= 0 && r.top >= 0 && r.width > 0 })()`); !box {
		t.Error("the link past the menu is not to be seen when it has the focus")
	}
	b.key(kb.Enter)
	b.await(`document.activeElement.id === "main"`)
	b.key(kb.Tab)
	if inside := eval[bool](b, `document.activeElement.closest("main") !== null`); !inside {
		t.Error("after the link past the menu the next key leads back to the menu")
	}

	b.reach("#q")
	b.typed(example(t, "triage"))
	b.enter("Enter in the search")
	b.reach("tbody th a")
	b.enter("Enter on the case")

	const note = "Ringt registratorn om bilagan."
	b.reach("form[action$='/notes'] textarea")
	b.typed(note)
	b.reach("form[action$='/notes'] button")
	b.enter("Enter on the button")
	if seen := b.text("main"); !strings.Contains(seen, note) {
		t.Errorf("%s does not show the note: %s", b.path(), seen)
	}
}

// reach presses Tab until an element has the focus, and sees on the way that
// every stop shows where it is and that none is hidden.
func (b *tab) reach(selector string) {
	b.t.Helper()
	b.there(selector)
	for range 300 {
		b.key(kb.Tab)
		stop := eval[struct {
			Wanted  bool   `json:"wanted"`
			Visible bool   `json:"visible"`
			What    string `json:"what"`
		}](b, `(() => {
			const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
			return {
				wanted: e.matches(`+"`"+selector+"`"+`),
				visible: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && box.width > 0 && box.height > 0,
				what: e.outerHTML.slice(0, 120),
			};
		})()`)
		if !stop.Visible && !strings.HasPrefix(stop.What, "<body") {
			b.t.Errorf("on %s the focus is not to be seen on %s", b.path(), stop.What)
		}
		if stop.Wanted {
			return
		}
	}
	b.t.Fatalf("%s on %s is not reached by the Tab key", selector, b.path())
}

// focused holds that an element has the focus.
func (b *tab) focused(selector string) {
	b.t.Helper()
	if at := eval[string](b, `document.activeElement.matches(`+"`"+selector+"`"+`) ? "" : document.activeElement.outerHTML.slice(0, 120)`); at != "" {
		b.t.Fatalf("on %s the focus is on %s, not on %s", b.path(), at, selector)
	}
}

// typed types into what has the focus, key by key.
func (b *tab) typed(text string) {
	b.t.Helper()
	b.key(text)
}

// enter presses Enter, which leads to another page.
func (b *tab) enter(what string) {
	b.t.Helper()
	if status := b.lead(what, chromedp.KeyEvent(kb.Enter)); status != 200 {
		b.t.Fatalf("%s led to %s, which answered %d", what, b.path(), status)
	}
}
