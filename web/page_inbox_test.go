package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vaka-project/vaka/notifier"
	"github.com/vaka-project/vaka/web"
	"github.com/vaka-project/vaka/workflow"
)

// letter is one about so many cases.
func letter(account string, n, cases int) notifier.Letter {
	l := notifier.Letter{ID: fmt.Sprintf("letter-%d", n), To: notifier.Recipient{Account: account}, ComposedAt: start}
	for i := range cases {
		l.Items = append(l.Items, notifier.Item{
			Case: "01JDBX0000000000000000CASE", Number: fmt.Sprintf("PUI-2026-%d%02d", n, i), Clock: workflow.ClockSupplement, DueAt: start.Add(48 * time.Hour),
		})
	}
	return l
}

func TestInboxPage_ShowsOnesOwnLetters(t *testing.T) {
	var inbox *notifier.Inbox
	h := build(t, func(o *web.Options) {
		inbox = notifier.NewInbox(o.Store, o.Now)
		o.Inbox = inbox
	})
	h.listen()
	must(t, inbox.Deliver(ctx, letter(h.ids["caseworker"], 1, 1)))
	must(t, inbox.Deliver(ctx, letter(h.ids["caseworker"], 2, 9)))
	h.clock.pass(2 * time.Second)

	b := h.signedIn("caseworker", "sv")
	wantText(t, b.get("/inbox").Body, `href="/cases/01JDBX0000000000000000CASE"`, "PUI-2026-100", "PUI-2026-208", "4 till", "2<span", "Oläst")
	b.send("/inbox/read", "n", "1")
	wantText(t, b.get("/inbox").Body, "1<span")
	b.send("/inbox/read", "through", "2", "n", "")
	if body := b.get("/inbox").Body; strings.Contains(body, "Oläst") {
		t.Error("something is unread after all was read")
	}
	if body := h.signedIn("dpo", "sv").get("/inbox").Body; strings.Contains(body, "PUI-2026-1") || !strings.Contains(body, "Du har inga meddelanden") {
		t.Error("somebody else's letters are shown")
	}
}

func TestRemindersPage_KeepsWhatIsChosen(t *testing.T) {
	h := build(t)
	h.listen()
	b := h.signedIn("caseworker", "sv")
	b.get("/me/reminders")
	done := b.send("/me/reminders", "email", "true", "digest_hour", "8", "webhook", "https://tool.example.org/vaka")
	wantText(t, done.Body, "vaka_w_", "https://tool.example.org/vaka")
	if body := b.get("/me/reminders").Body; strings.Contains(body, "vaka_w_") || !strings.Contains(body, "https://tool.example.org/vaka") {
		t.Error("the secret is shown again, or the address is not")
	}
	b.get("/me/reminders")
	refused := b.send("/me/reminders", "email", "false", "inbox", "false", "webhook", "http://tool.example.org")
	if refused.Status != http.StatusUnprocessableEntity {
		t.Errorf("status %d", refused.Status)
	}
	wantText(t, refused.Body, "Handläggare får alltid påminnelser", "Adressen måste börja med https", "http://tool.example.org")
}

func wantText(t *testing.T, body string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(body, part) {
			t.Errorf("the page lacks %q", part)
		}
	}
}
