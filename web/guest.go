package web

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// A guest is somebody without an account. Their browser holds two cookies: one of
// the drafts that they began or opened by a private link, and one of the case that
// they opened by its key. Neither is known to the other: a draft is handed on by its
// link, and whoever gets it does not get the case.

// heldDraft is a draft that a browser may open. The link is what the private link
// holds; browser is what this browser alone holds, from which the key of the case
// follows that the draft becomes.
type heldDraft struct{ link, browser auth.Key }

// heldFor is how long a browser remembers a draft: longer than the draft is kept, so
// that whoever comes too late is told so, and keeps what they typed.
const heldFor = 2 * guestDraftLife

// mostHeld is how many drafts a browser remembers; the oldest goes first, and its
// link still opens it.
const mostHeld = 5

// id is the draft's id, which follows from its link, so that the link needs no index.
func (h heldDraft) id() string { return cases.DerivedID("draft", h.link.DraftHolder().Account) }

// caseKey is the key of the case that the draft becomes.
func (h heldDraft) caseKey() auth.Key { return h.browser.CaseKey(h.link) }

func (h heldDraft) String() string { return h.link.Compact() + "." + h.browser.Compact() }

// heldDrafts are the drafts that the browser remembers, the newest first.
func (q *call) heldDrafts() []heldDraft {
	var out []heldDraft
	for text := range strings.SplitSeq(q.Cookies(q.s.cookieName("draft")), "~") {
		link, browser, _ := strings.Cut(text, ".")
		l, ok := auth.ReadKey(link)
		b, fine := auth.ReadKey(browser)
		if ok && fine && len(out) < mostHeld {
			out = append(out, heldDraft{l, b})
		}
	}
	return out
}

// holdDraft lets the browser open a draft from now on. What the browser holds of it
// already stays as it is: the key of its case follows from that.
func (q *call) holdDraft(link auth.Key) heldDraft {
	held := q.heldDrafts()
	h := heldDraft{link, auth.NewKey()}
	if at := slices.IndexFunc(held, func(o heldDraft) bool { return o.link == link }); at >= 0 {
		h = held[at]
		held = slices.Delete(held, at, at+1)
	}
	q.keepHeld(append([]heldDraft{h}, held...))
	return h
}

// letGo makes the browser forget a draft.
func (q *call) letGo(h heldDraft) {
	q.keepHeld(slices.DeleteFunc(q.heldDrafts(), func(o heldDraft) bool { return o.link == h.link }))
}

func (q *call) keepHeld(held []heldDraft) {
	held = held[:min(mostHeld, len(held))]
	if len(held) == 0 {
		q.setCookie(q.s.cookieName("draft"), "", time.Unix(1, 0))
		return
	}
	var texts []string
	for _, h := range held {
		texts = append(texts, h.String())
	}
	q.setCookie(q.s.cookieName("draft"), strings.Join(texts, "~"), q.s.now().Add(heldFor))
}

// cookieName is the name of one of the server's cookies. Under HTTPS its prefix
// makes the browser refuse it from anywhere else.
func (s *Server) cookieName(of string) string {
	if s.overHTTPS() {
		return "__Host-vaka-" + of
	}
	return "vaka-" + of
}

// guest says whether whoever calls has no account.
func (q *call) guest() bool { return cases.WithoutAccount(q.actor.Account) }

// admitGuest lets somebody without an account on to a page of their draft or case.
// What is theirs the page itself asks, as of everybody.
func (q *call) admitGuest() error {
	if id := q.Params("draft"); id != "" {
		for _, h := range q.heldDrafts() {
			if h.id() == id {
				q.become(h)
				return nil
			}
		}
	}
	token := q.Cookies(q.s.cookieName("case"))
	actor, err := q.s.opt.Auth.Guest(q.ctx, token)
	if err != nil {
		return err
	}
	q.actor, q.bearer = actor, token
	return nil
}

// become goes on as whoever holds a draft.
func (q *call) become(h heldDraft) { q.actor, q.bearer, q.held = h.link.DraftHolder(), h.String(), &h }

// enterCase lets the browser open the case of a key for some hours.
func (q *call) enterCase(holder cases.Actor) error {
	token, until, err := q.s.opt.Auth.BeginGuest(q.ctx, holder)
	if err != nil {
		return err
	}
	q.setCookie(q.s.cookieName("case"), token, until)
	q.actor, q.bearer = holder, token
	return nil
}

// heldFor is the draft that became a case, where this browser sent it and has not
// been shown its key; nil for every other.
func (q *call) heldFor(c *cases.Case) *heldDraft {
	if !q.guest() || q.actor.Account != c.OpenedBy {
		return nil
	}
	for _, h := range q.heldDrafts() {
		if h.caseKey().CaseHolder().Account == c.OpenedBy {
			return &h
		}
	}
	return nil
}

// takeGuestTurn holds everybody without an account together to so many a second.
func (q *call) takeGuestTurn(what string) error {
	wait := q.s.guests.wait(what, q.s.opt.Now())
	if wait == 0 {
		return nil
	}
	return workflow.Refuse(workflow.TooMany, "too_many_guests",
		"Very many notify without an account at this moment. What you wrote is kept. Wait a moment and try again.").Because(retryLater(wait))
}

// takeTurn holds whoever files to their rate.
func (q *call) takeTurn() error {
	if q.guest() {
		return q.takeGuestTurn("filing")
	}
	return q.s.limits.take(q.actor.Account, q.s.opt.Now())
}

// beginWithoutAccount keeps a draft of nobody, and gives the browser what opens it.
func (q *call) beginWithoutAccount(d draft) (*draft, error) {
	if err := q.takeGuestTurn("draft"); err != nil {
		return nil, err
	}
	link := auth.NewKey()
	d.Account, d.ID = link.DraftHolder().Account, heldDraft{link: link}.id()
	made, err := q.s.drafts.begin(q.ctx, d)
	if err != nil {
		return nil, err
	}
	q.holdDraft(link)
	return made, nil
}

// heldHeads are the drafts that the browser remembers and that are still there.
func (q *call) heldHeads() ([]draftHead, error) {
	var out []draftHead
	for _, h := range q.heldDrafts() {
		d, err := q.s.drafts.open(q.ctx, h.link.DraftHolder().Account, h.id())
		switch {
		case workflow.KindOf(err) == workflow.NotFound:
			continue
		case err != nil:
			return nil, err
		case d.Sent == "":
			out = append(out, d.head())
		}
	}
	return out, nil
}

// privateLink opens a draft on another machine. What opens it stands behind the #,
// which no browser sends on: it ends in no log.
func (q *call) privateLink(h heldDraft) string {
	return q.base() + "/draft#" + h.link.Compact()
}

// base is the address of the server as whoever calls knows it.
func (q *call) base() string {
	if q.s.opt.PublicURL != "" {
		return q.s.opt.PublicURL
	}
	scheme := "http://"
	if q.s.overHTTPS() {
		scheme = "https://"
	}
	return scheme + string(q.Request().Host())
}

// openHeld is the draft behind a link or key that somebody typed.
func (q *call) openHeld(text string) (auth.Key, *draft, error) {
	if _, behind, ok := strings.Cut(text, "#"); ok {
		text = behind
	}
	link, ok := auth.ReadKey(text)
	if !ok {
		return link, nil, workflow.RefuseFaults("invalid_link", "This is no private link.", []workflow.Fault{{
			Path: "/link", Code: "invalid_link", Message: "This is no private link to a draft. Copy the whole link, or the 28 letters and digits at its end.",
		}})
	}
	d, err := q.s.drafts.open(q.ctx, link.DraftHolder().Account, heldDraft{link: link}.id())
	return link, d, err
}

// sentByGuest leads whoever comes back to a form that was sent: to the receipt
// where the browser may open the case, else to number and key.
func (q *call) sentByGuest(receipt string) error {
	number := caseOfReceipt(receipt)
	holders := []cases.Actor{}
	if actor, err := q.s.opt.Auth.Guest(q.ctx, q.Cookies(q.s.cookieName("case"))); err == nil {
		holders = append(holders, actor)
	}
	if q.held != nil {
		holders = append(holders, q.held.caseKey().CaseHolder())
	}
	for i, holder := range holders {
		_, err := q.s.opt.Cases.Case(q.ctx, holder, number)
		if workflow.KindOf(err) == workflow.NotFound {
			continue
		}
		if err == nil && i == len(holders)-1 && q.held != nil {
			err = q.enterCase(holder) // the answer that gave out this session was lost
		}
		if err != nil {
			return err
		}
		return q.see(receipt + "?done=form_sent")
	}
	return q.see("/supplement?done=form_sent_key&number=" + number)
}

// sentWithKey looks, for whoever holds the key of a case, whether the draft that is
// not theirs is the one that became it: they went back in the browser.
func (q *call) sentWithKey(gone error) error {
	receipt, err := q.s.drafts.sentAs(q.ctx, q.Params("draft"))
	if err != nil || receipt == "" {
		return cmp.Or(err, gone)
	}
	if _, err := q.s.opt.Cases.Case(q.ctx, q.actor, caseOfReceipt(receipt)); err != nil {
		return gone
	}
	return wasSent(receipt)
}

// sentBefore says whether a form comes from before its draft was sent: the browser
// has the case since, and with it another token. Nothing can be done with the form
// but to tell so.
func (q *call) sentBefore() bool {
	if !q.guest() || q.held != nil || q.Params("draft") == "" {
		return false
	}
	_, sent := errors.AsType[wasSent](q.sentWithKey(nil))
	return sent
}

// caseOfReceipt is the number of the case that a receipt's address names.
func caseOfReceipt(receipt string) string {
	return strings.Split(strings.TrimPrefix(receipt, "/cases/"), "/")[0]
}

// leave ends what a browser may open of a case.
func (q *call) leave() error {
	if err := q.s.opt.Auth.EndGuest(q.ctx, q.bearer); err != nil {
		return err
	}
	q.setCookie(q.s.cookieName("case"), "", time.Unix(1, 0))
	return q.see("/?done=left")
}

// retrySoon tells when a refused attempt may be made again.
func (q *call) retrySoon(err error) {
	q.Response().Header.Set(fiber.HeaderRetryAfter, strconv.Itoa(retryAfter(err)))
}
