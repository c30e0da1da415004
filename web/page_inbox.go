package web

import (
	"net/http"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/notifier"
	"github.com/vaka-project/vaka/workflow"
)

// inboxRoutes are the pages about the letters that somebody gets. Each person sees
// the own ones only: no URL names whose they are.
var inboxRoutes = []route{
	{Method: get, Path: "/inbox", Access: SignedIn, Tag: tagPages, Page: true, Summary: "The own inbox", handle: (*call).inbox},
	{Method: post, Path: "/inbox/read", Access: SignedIn, Tag: tagPages, Page: true, Summary: "Mark letters as read", handle: (*call).inboxRead},
	{Method: get, Path: "/me/reminders", Access: SignedIn, Tag: tagPages, Page: true, Summary: "How one is reminded", handle: (*call).reminders},
	{Method: post, Path: "/me/reminders", Access: SignedIn, Tag: tagPages, Page: true, Summary: "Change how one is reminded", handle: (*call).remindersByForm},
}

const (
	// inboxPage is how many letters a page shows; each is read by itself.
	inboxPage = 25
	// inboxItems is how many reminders of one letter are shown before the rest is
	// folded.
	inboxItems = 5
)

type inboxView struct {
	page
	Letters []inboxLetter
	Newest  int64 // number of the newest letter that the page shows
	Next    string
}

// inboxLetter is a letter with what is folded of it.
type inboxLetter struct {
	notifier.InboxMessage
	Rest []notifier.ItemLine
}

// inbox shows the letters that somebody got.
func (q *call) inbox() error {
	before, _ := strconv.ParseInt(q.Query("before"), 10, 64) // what is no number begins with the newest
	p := inboxView{page: q.page("inbox", "inbox.title")}
	p.Narrow = true
	found, next, err := q.s.opt.Inbox.List(q.ctx, q.actor.Account, before, inboxPage)
	if err != nil {
		return err
	}
	for _, m := range found {
		l := inboxLetter{InboxMessage: m}
		if len(m.Items) > inboxItems+1 {
			l.Items, l.Rest = m.Items[:inboxItems], m.Items[inboxItems:]
		}
		p.Letters = append(p.Letters, l)
		p.Newest = max(p.Newest, m.N)
	}
	if next != 0 {
		p.Next = address("/inbox", with(nil, "before", strconv.FormatInt(next, 10)))
	}
	return q.render(fiber.StatusOK, "inbox", p)
}

// inboxRead marks one letter as read, or all up to the newest that was on the page.
func (q *call) inboxRead() error {
	mark, field := q.s.opt.Inbox.MarkAllRead, "through"
	if q.FormValue("n") != "" {
		mark, field = q.s.opt.Inbox.MarkRead, "n"
	}
	n, err := strconv.ParseInt(q.FormValue(field), 10, 64)
	if err != nil {
		return workflow.Refuse(workflow.Invalid, "invalid_number", "This is no number of a letter. Load the page again.")
	}
	if err := mark(q.ctx, q.actor.Account, n); err != nil {
		return err
	}
	return q.see("/inbox")
}

type remindersView struct {
	page
	Fields []formField
	Secret string // of a webhook, made just now; it is shown this once
	Faults []pageFault
}

// reminders shows how somebody is reminded.
func (q *call) reminders() error {
	chosen, err := q.s.opt.Auth.Reminders(q.ctx, q.actor)
	if err != nil {
		return err
	}
	return q.showReminders(fiber.StatusOK, auth.RemindersChoice{Reminders: chosen}, "", nil)
}

func (q *call) showReminders(status int, chosen auth.RemindersChoice, secret string, refusal error) error {
	p := remindersView{page: q.page("me", "reminders.title"), Secret: secret}
	p.Narrow = true
	tick := func(name string, on bool) formField {
		return formField{Name: name, Label: p.T("reminders." + name), Widget: tickWidget, Value: strconv.FormatBool(on)}
	}
	hour := func(name string, at *int) formField {
		f := formField{Name: name, Label: p.T("reminders." + name), Hint: p.T("reminders." + name + ".hint"), Widget: choiceWidget}
		for h := range 24 {
			label := strconv.Itoa(h) + ":00"
			if p.Tag == "sv" {
				label = strconv.Itoa(h) + ".00"
			}
			f.Options = append(f.Options, formOption{strconv.Itoa(h), label})
		}
		if at != nil {
			f.Value = strconv.Itoa(*at)
		}
		return f
	}
	renew := tick("new_secret", chosen.NewSecret)
	p.Fields = []formField{
		tick("email", chosen.Email), tick("inbox", chosen.Inbox), hour("digest_hour", chosen.DigestHour),
		hour("quiet_from", chosen.QuietFrom), hour("quiet_until", chosen.QuietUntil),
		{Name: "webhook", Label: p.T("reminders.webhook"), Hint: p.T("reminders.webhook.hint"), Widget: lineWidget, Value: chosen.Webhook},
	}
	if chosen.Webhook != "" {
		p.Fields = append(p.Fields, renew)
	}
	p.Faults = p.markFields(p.Fields, refusal)
	return q.render(status, "reminders", p)
}

// remindersByForm changes how somebody is reminded.
func (q *call) remindersByForm() error {
	hour := func(name string) *int {
		n, err := strconv.Atoi(q.FormValue(name))
		if err != nil {
			return nil
		}
		return &n
	}
	want := auth.RemindersChoice{
		Reminders: auth.Reminders{
			Email: q.FormValue("email") == "true", Inbox: q.FormValue("inbox") == "true",
			DigestHour: hour("digest_hour"), QuietFrom: hour("quiet_from"), QuietUntil: hour("quiet_until"), Webhook: q.FormValue("webhook"),
		},
		NewSecret: q.FormValue("new_secret") == "true",
	}
	made, secret, err := q.s.opt.Auth.SetReminders(q.ctx, q.actor, q.session, want)
	switch {
	case forPeople(err):
		return q.showReminders(http.StatusUnprocessableEntity, want, "", err)
	case err != nil:
		return err
	case secret != "":
		return q.showReminders(fiber.StatusOK, auth.RemindersChoice{Reminders: made}, secret, nil)
	}
	return q.see("/me/reminders?done=reminders")
}
