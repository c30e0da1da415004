package web_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/notifier"
	"github.com/vaka-project/vaka/workflow"
)

// mailbox is a channel that keeps what it gets, and refuses while it is told to.
type mailbox struct {
	mu      sync.Mutex
	refuses bool
	got     []notifier.Letter
}

func (m *mailbox) Deliver(_ context.Context, l notifier.Letter) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.refuses {
		return fmt.Errorf("550 no such mailbox %s: %w", l.To.Email, notifier.ErrRefused)
	}
	m.got = append(m.got, l)
	return nil
}

func (m *mailbox) refuse(refuses bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refuses = refuses
}

// housePeople are the accounts of a house; everybody is written to by e-mail.
type housePeople struct{ auth *auth.Service }

func (p housePeople) Person(ctx context.Context, account string) (notifier.Person, error) {
	a, err := p.auth.Correspondent(ctx, account)
	return notifier.Person{
		Account: a.Account, Name: a.Name, Email: a.Email, Language: "en", Roles: a.Roles, Active: a.Active,
		Channels: []notifier.ChannelKind{notifier.ChannelEmail},
	}, err
}

func (p housePeople) Deputy(context.Context, string) (string, error) { return "", nil }

func (p housePeople) WithRole(_ context.Context, role workflow.Role) ([]string, error) {
	return p.auth.WithRole(role), nil
}

// remind makes a pass of the dispatcher.
func (h *house) remind() {
	h.t.Helper()
	if round := h.reminders.RunOnce(ctx); round.Err != nil {
		h.t.Fatal(round.Err)
	}
}

// late lets the registration of new cases run out, so that supervisors are told.
func (h *house) late(names ...string) {
	h.clock.pass(5 * 24 * time.Hour)
	h.login(names...)
}

func TestOutbox_SaysWhatBecameOfEachLetterAndSendsAgain(t *testing.T) {
	h := open(t)
	_, number := h.file("dpo")
	h.late("supervisor", "admin", "caseworker")
	h.mailed.refuse(true)
	h.remind()

	supervisor, admin := h.signedIn("supervisor"), h.signedIn("admin")
	list := supervisor.get("/reminders").want(200, "Supervisor Exempel", number, "Registration", "1 working day after", "the receiving end would not have it")
	if strings.Contains(list.Body, "550 no such mailbox") {
		t.Error("who is no administrator reads what a channel said, which may name an address")
	}
	admin.get("/reminders?state=failed").want(200, "550 no such mailbox", "Send the chosen ones again")
	supervisor.get("/overview").want(200, "Some reminders could not be sent.")
	admin.get("/accounts").want(200, "Some reminders could not be sent.")
	if s := h.signedIn("caseworker").get("/overview").want(200); strings.Contains(s.text(), "could not be sent") {
		t.Error("who can do nothing about it is warned")
	}

	api := h.get("supervisor", "/api/v1/reminders?state=failed").want(200)
	id := api.text("items", 0, "id")
	if api.at("figures", "failed").(float64) < 1 || api.text("items", 0, "outcome") != "REFUSED" || api.at("figures", "next_due") == nil {
		t.Errorf("the API says %s", api.Body)
	}
	admin.get("/reminders/"+id).want(200, "550 no such mailbox", "This is how the letter reads if it is sent.", number)
	admin.send("/reminders/resend").want(422, "Say why")
	h.mailed.refuse(false)
	admin.send("/reminders/resend", "reason", "The address was misspelt.").want(200, "Sent again by Admin Exempel", "The address was misspelt.", "This is how the letter read when it was sent.")
	h.post("supervisor", "/api/v1/reminders/"+id+"/resend", map[string]any{"reason": "Once more."}).want(409, "letter_not_failed")
	h.post("supervisor", "/api/v1/reminders/"+id+"/resend", map[string]any{"reason": " "}).want(422, "invalid_resend")
	h.post("supervisor", "/api/v1/reminders/none/resend", map[string]any{"reason": "Why not."}).want(404, "no_such_letter")

	h.mailed.refuse(true)
	h.login("dpo")
	h.file("dpo")
	h.late("supervisor", "admin")
	h.remind()
	h.mailed.refuse(false)
	supervisor = h.signedIn("supervisor")
	rest := h.get("supervisor", "/api/v1/reminders?state=failed").want(200).at("items").([]any)
	form := url.Values{"reason": {"The mail server is back."}}
	supervisor.get("/reminders?state=failed")
	form.Set("form_token", supervisor.screen.form("/reminders/resend").Get("form_token"))
	for _, l := range rest {
		form.Add("letter", l.(map[string]any)["id"].(string))
	}
	supervisor.post("/reminders/resend", form).want(200, fmt.Sprintf("%d letter", len(rest)), "There are no letters here.")
	if s := supervisor.get("/overview").want(200); strings.Contains(s.text(), "could not be sent") {
		t.Error("nothing failed any more, and there is a warning")
	}
	supervisor.get("/cases/"+number).want(200, "2 reminders so far", "Skipped: a later reminder was due already.", "Supervisor Exempel", "Read the letter")
}

func TestOutbox_OfASecretCaseNobodyLearnsWhoMayNotSeeIt(t *testing.T) {
	staff := maps.Clone(people)
	staff["boss"] = []workflow.Role{workflow.RoleSupervisor}
	h := buildFor(t, staff)
	h.listen()
	id, number := h.file("dpo")
	h.step("supervisor", id, "flag_secret", "Protected people.", map[string]any{"named_staff": []string{h.ids["boss"], h.ids["registrar"]}}).want(200)
	h.late("supervisor", "admin", "registrar")
	h.mailed.refuse(true)
	h.remind()

	letters := h.get("admin", "/api/v1/reminders").want(200)
	if strings.Contains(string(letters.Body), number) || strings.Contains(string(letters.Body), id) || letters.at("items", 0, "items", 0, "hidden") != true {
		t.Errorf("an administrator is told of a secret case: %s", letters.Body)
	}
	letter := letters.text("items", 0, "id")
	admin := h.signedIn("admin")
	s := admin.get("/reminders/"+letter).want(200, "A case that you may not see", "The text is not shown")
	if strings.Contains(s.Body, number) || strings.Contains(s.Body, id) {
		t.Error("the letter's page names the case")
	}
	seen := h.get("supervisor", "/api/v1/reminders").want(200)
	if items := seen.at("items").([]any); len(items) != 0 || seen.at("figures", "failed") != 0.0 {
		t.Errorf("a supervisor whom the case does not name sees %s", seen.Body)
	}
	h.signedIn("supervisor").get("/reminders/" + letter).want(404)
	h.post("supervisor", "/api/v1/reminders/"+letter+"/resend", map[string]any{"reason": "Curious."}).want(404, "no_such_letter")
	h.mailed.refuse(false)
	h.post("admin", "/api/v1/reminders/"+letter+"/resend", map[string]any{"reason": "The server is back."}).want(http.StatusOK)
}
