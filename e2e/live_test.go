package e2e

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp/kb"
)

// file files the API's example of a notification as an account, and returns the
// number of the case.
func file(t testing.TB, account string) string {
	t.Helper()
	body, err := os.ReadFile("../web/examples/notification.json")
	if err != nil {
		t.Fatal(err)
	}
	_, token := session(t, account)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, site+"/api/v1/notifications", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	answer, err := (&http.Client{Timeout: patience}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var filed struct {
		Case struct {
			Number string `json:"number"`
		} `json:"case"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&filed); err != nil || filed.Case.Number == "" {
		t.Fatalf("filing: status %d, %v", answer.StatusCode, err)
	}
	return filed.Case.Number
}

// A new arrival is announced on the list, and neither the focus nor what is being
// read moves.
func TestLive_ListTellsOfArrivals(t *testing.T) {
	t.Parallel()
	b := newTab(t, look{account: "caseworker", language: "en"})
	b.see("/queue?sort=received_at")
	b.await(`!document.querySelector("#live").hidden`)
	stand := `JSON.stringify({
		focus: document.activeElement.textContent,
		at: document.activeElement.getBoundingClientRect().top,
		rows: [...document.querySelectorAll("tbody th a")].map((a) => a.textContent).join(" "),
	})`
	eval[bool](b, `(() => { const a = document.querySelectorAll("tbody th a")[8]; a.focus(); a.scrollIntoView({block: "center"}); return true; })()`)
	before := eval[string](b, stand)
	number := file(t, "dpo")
	b.await(`/new case/.test(document.querySelector("#live .live-text").textContent)`)
	if after := eval[string](b, stand); after != before {
		t.Errorf("something moved: %s became %s", before, after)
	}
	if role := eval[string](b, `document.querySelector("#live .live-text").closest("[role]").getAttribute("role")`); role != "status" {
		t.Errorf("what is new is told in a %q", role)
	}
	b.see("/queue")
	b.await(`!document.querySelector("#live").hidden`)
	b.tick("#live button")
	b.await(`document.querySelector("#live button").getAttribute("aria-pressed") === "true"`)
	if text := b.text("main"); !strings.Contains(text, number) || !strings.Contains(text, "News are paused") {
		t.Errorf("the list: %s", text)
	}
}

// Two people on one case: what one does is told to the other, whose words stay; and
// whoever was slower sees both.
func TestLive_TwoOnOneCase(t *testing.T) {
	t.Parallel()
	number := file(t, "dpo")
	one, two := newTab(t, look{account: "supervisor", language: "en"}), newTab(t, look{account: "registrar", language: "en"})
	reader := newTab(t, look{account: "caseworker", language: "en"})
	reader.see("/cases/" + number)
	reader.await(`!document.querySelector("#live").hidden`)
	reader.fill("#note", "Half a sentence")

	form := "/cases/" + number + "/steps/set_priority"
	one.see(form)
	one.await(`!document.querySelector("#live").hidden`)
	one.tick("[name='priority'][value='P2']")
	one.fill("[name='reason']", "Many people are affected.")

	two.see("/cases/" + number + "/steps/register")
	two.fill("[name='diary_number']", "DI-LIVE-"+number)
	two.take("main form button")

	for _, b := range []*tab{one, reader} {
		b.await(`document.querySelector("#live").classList.contains("news")`)
		if told := b.text("#live"); !strings.Contains(told, "registered the case") {
			t.Errorf("the other is told: %s", told)
		}
	}
	if got := one.value("[name='reason']"); got != "Many people are affected." {
		t.Errorf("what was typed became %q", got)
	}
	reader.take("#live a")
	if got := reader.value("#note"); got != "Half a sentence" {
		t.Errorf("the note that was begun became %q", got)
	}
	if status := one.press("main form .row button"); status != http.StatusConflict {
		t.Fatalf("the slower one is answered %d: %s", status, one.text("main"))
	}
	if seen := one.text("main"); !strings.Contains(seen, "registered the case") || one.value("[name='reason']") != "Many people are affected." {
		t.Errorf("the slower one sees: %s", seen)
	}
	one.judge(func(format string, values ...any) { t.Errorf(format, values...) }, everyRule)
	one.take("main form .row button")
}

// The severity is worked out while its scores are chosen.
func TestSeverityAsOneChooses(t *testing.T) {
	t.Parallel()
	b := newTab(t, look{account: "supervisor", language: "en"})
	b.see("/cases/" + example(t, "triage") + "/steps/assess_severity")
	for name, value := range map[string]string{"dpc": "4", "ei_quarters": "4", "c_quarters": "2", "i_quarters": "0", "a_quarters": "1", "m_quarters": "2"} {
		b.tick("[name='severity." + name + "'][value='" + value + "']")
	}
	b.await(`document.querySelector(".severity-sum").textContent === "SE = 4 × 1 + 0.5 + 0 + 0.25 + 0.5 = 5.25"`)
	if told := b.text("#severity"); !strings.Contains(told, "Very high") {
		t.Errorf("worked out: %s", told)
	}
}

// The key ? opens the list of shortcuts, none of them acts while somebody types,
// and they can be switched off.
func TestShortcuts(t *testing.T) {
	t.Parallel()
	b := newTab(t, look{account: "caseworker", language: "en"})
	b.see("/queue")
	b.key("?")
	b.await(`document.querySelector("dialog")?.open`)
	b.judge(func(format string, values ...any) { t.Errorf(format, values...) }, everyRule)
	if list := b.text("dialog"); !strings.Contains(list, "Write a file note") {
		t.Errorf("the list: %s", list)
	}
	b.key(kb.Escape)
	b.await(`!document.querySelector("dialog").open`)
	b.key("j")
	b.key("j")
	if row := eval[int](b, `[...document.querySelectorAll("tbody th a")].indexOf(document.activeElement)`); row != 1 {
		t.Errorf("after two j the focus is on row %d", row)
	}
	// A key as a keyboard sends it: what it would write comes with it.
	call(b, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "/", Text: "/"})
	b.await(`document.activeElement.id === "q"`)
	b.key("?j")
	if typed := b.value("#q"); typed != "?j" || b.count("dialog[open]") != 0 {
		t.Errorf("while typing, the keys wrote %q", typed)
	}
	eval[bool](b, `(document.activeElement.blur(), true)`)
	b.key("?")
	b.await(`document.querySelector("dialog").open`)
	b.tick("dialog [data-keys-switch] input")
	b.key(kb.Escape)
	b.await(`!document.querySelector("dialog").open`)
	b.key("j")
	b.key("/")
	if at := eval[string](b, `document.activeElement.id`); at == "q" {
		t.Error("shortcuts that are switched off act")
	}
}
