package web

import (
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// guestRoutes are the pages by which somebody without an account comes back.
var guestRoutes = []route{
	{Method: get, Path: "/draft", Access: Anyone, Tag: tagPages, Page: true, Summary: "Continue a draft without an account", handle: (*call).draftForm},
	{Method: post, Path: "/draft", Access: Anyone, Tag: tagPages, Page: true, Summary: "Open a draft by its private link", handle: (*call).draftByLink},
	{Method: post, Path: "/draft/take-over", Access: SignedIn, Tag: tagPages, Page: true, Summary: "Take a draft over to the own account", handle: (*call).draftTakeOver},
	{Method: get, Path: "/supplement", Access: Anyone, Tag: tagPages, Page: true, Summary: "Supplement or withdraw with number and key", handle: (*call).keyForm},
	{Method: post, Path: "/supplement", Access: Anyone, Tag: tagPages, Page: true, Summary: "Open a case by number and key", handle: (*call).enterByKey},
	{Method: post, Path: "/leave", Access: SignedIn, Guest: true, Tag: tagPages, Page: true, Summary: "Close a case that was opened by key", handle: (*call).leave},
}

// linkPage opens a draft by its private link.
type linkPage struct {
	page
	Drafts []draftHead // those that this browser remembers
	Link   string      // as it was typed
	Faults []pageFault
	again
	script string
}

// Opener is the address of the script that takes the key out of the link.
func (p linkPage) Opener() string { return p.script }

// again is what was typed before a session ended, on its way through a form that
// lets somebody in again.
type again struct {
	Next   string
	Resume string
}

// draftForm asks for the link, and lists what the browser remembers.
func (q *call) draftForm() error { return q.askLink(http.StatusOK, "", nil) }

func (q *call) askLink(status int, typed string, refusal error) error {
	p := linkPage{page: q.page("notify", "guest.draft_title"), Link: typed, script: assets.path("draft_link.js"), again: q.carried()}
	p.Narrow, p.Path = true, "/draft"
	for _, f := range faultsOf(refusal) {
		p.Faults = append(p.Faults, pageFault{"link", p.fault(f.Code, f.Message)})
	}
	if refusal != nil && len(p.Faults) == 0 {
		p.Faults = []pageFault{{"link", p.sentence(refusal)}}
	}
	var err error
	if p.Drafts, err = q.heldHeads(); err != nil {
		return err
	}
	return q.render(status, "draft_link", p)
}

// carried is what a form carries along for the page to which it leads.
func (q *call) carried() again {
	return again{Next: localPath(q.FormValue("next", "/")), Resume: q.FormValue("resume")}
}

// draftByLink lets the browser open a draft.
func (q *call) draftByLink() error {
	text, carried := q.FormValue("link"), q.carried()
	link, d, err := q.openHeld(text)
	switch {
	case workflow.KindOf(err) == workflow.NotFound && carried.Resume != "":
		return q.leftoverOf(carried, "")
	case forPeople(err) || workflow.KindOf(err) == workflow.NotFound:
		return q.askLink(statusOf[workflow.KindOf(err)], text, err)
	case err != nil:
		return err
	}
	q.become(q.holdDraft(link))
	switch {
	case d.Sent != "" && carried.Resume != "":
		return q.leftoverOf(carried, d.Sent)
	case d.Sent != "":
		return q.sentByGuest(d.Sent)
	case carried.Resume != "":
		return q.resume(carried)
	}
	return q.see(d.first())
}

// draftTakeOver makes a draft that the browser remembers the signed-in account's.
// It is gone from under the link only once the account has it.
func (q *call) draftTakeOver() error {
	for _, h := range q.heldDrafts() {
		if h.id() != q.FormValue("draft") {
			continue
		}
		d, err := q.s.drafts.open(q.ctx, h.link.DraftHolder().Account, h.id())
		if err != nil {
			return err
		}
		if d.Sent != "" {
			return noSuchDraft()
		}
		mine := draft{Account: q.actor.Account, Title: d.Title, Visited: d.Visited, Answers: d.Answers}
		made, err := q.s.drafts.begin(q.ctx, mine)
		if err != nil {
			return err
		}
		if err := q.s.drafts.drop(q.ctx, d.Account, d.ID); err != nil {
			return err
		}
		q.letGo(h)
		return q.see(made.first() + "?done=taken_over")
	}
	return noSuchDraft()
}

// keyPage opens a case by its number and key.
type keyPage struct {
	page
	Number string
	Key    string
	Faults []pageFault
	again
}

// keyForm asks for number and key.
func (q *call) keyForm() error { return q.askKey(http.StatusOK, nil) }

func (q *call) askKey(status int, faults []pageFault) error {
	p := keyPage{page: q.page("mine", "guest.key_title"), Number: q.FormValue("number", q.Query("number")), Faults: faults, again: q.carried()}
	p.Narrow, p.Path = true, "/supplement"
	if status == http.StatusUnprocessableEntity {
		p.Key = q.FormValue("key") // it is corrected, not written again
	}
	return q.render(status, "key", p)
}

// enterByKey opens the case whose number and key were typed. The answer to a number
// that there is not and to a key that is another's is the same.
func (q *call) enterByKey() error {
	s := q.speech()
	k, ok := auth.ReadKey(q.FormValue("key"))
	if !ok {
		return q.askKey(http.StatusUnprocessableEntity, []pageFault{{"key", s.T("guest.key_misspelled")}})
	}
	var c *cases.Case
	ok, token, until, err := q.s.opt.Auth.EnterByKey(q.ctx, k, q.s.clientAddress(q.Ctx), func(holder cases.Actor) (bool, error) {
		var err error
		c, err = q.s.opt.Cases.Case(q.ctx, holder, numberTyped(q.FormValue("number")))
		if workflow.KindOf(err) == workflow.NotFound {
			return false, nil
		}
		return err == nil, err
	})
	switch {
	case workflow.KindOf(err) == workflow.TooMany:
		q.retrySoon(err)
		return q.askKey(http.StatusTooManyRequests, []pageFault{{"", s.sentence(err)}})
	case err != nil:
		return err
	case !ok:
		return q.askKey(http.StatusUnprocessableEntity, []pageFault{{"number", s.T("guest.key_wrong")}})
	}
	q.setCookie(q.s.cookieName("case"), token, until)
	q.actor, q.bearer = k.CaseHolder(), token
	if carried := q.carried(); carried.Resume != "" {
		return q.resume(carried)
	}
	return q.see("/cases/" + c.Number)
}

// numberTyped is a case's number as somebody typed it.
func numberTyped(text string) string {
	if text = strings.Join(strings.Fields(text), ""); text == "" || len(text) > maxNumber {
		return "-" // no case has it
	}
	return text
}

// maxNumber is longer than any number of a case, in bytes.
const maxNumber = 64

// linkOf is the private link of the draft that a guest is at, "" for all others.
func (q *call) linkOf() string {
	if q.held == nil {
		return ""
	}
	return q.privateLink(*q.held)
}

// guestKey is the key that a receipt shows, once: with this answer the browser
// forgets what it follows from.
func (q *call) guestKey(c *cases.Case, n int) string {
	held := q.heldFor(c)
	if held == nil || n != 1 || q.Method() != fiber.MethodGet {
		return ""
	}
	q.letGo(*held)
	return held.caseKey().String()
}
