package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// draftLife is how long a draft is kept after its last save. Drafts are no part of
// any case, so nothing obliges the authority to keep them longer.
const draftLife = 90 * 24 * time.Hour

// maxDrafts is how many drafts an account has at once: more than anyone who acts
// for forty organisations needs, and few enough that nobody fills the store.
const maxDrafts = 200

// guestDraftLife is the same for a draft of nobody: it keeps the room of a server
// that anyone may write to, and is meant for a notification within 72 hours.
const guestDraftLife = 14 * 24 * time.Hour

// maxGuestDraft bounds in bytes what one draft of nobody holds: some hundred pages of
// text, so that whoever fills a server's store must at least begin many.
const maxGuestDraft = 512 << 10

// untouchedLife is how long a draft of nobody is kept that was begun and never
// saved, or that was sent: there is nothing in it.
const untouchedLife = 24 * time.Hour

// maxGuestDrafts is how many drafts of nobody are kept at once, and maxKeyDrafts how
// many follow-ups somebody with the key of a case has.
const (
	maxGuestDrafts = 10_000
	maxKeyDrafts   = 10
)

// draft is a form that somebody has begun: what was typed, as it was typed, valid
// or not, so that nothing is lost to a mistake, a break or a session that ended.
type draft struct {
	ID        string        `json:"id"`
	Account   string        `json:"account"`          // or the hash of the private link that opens it
	Case      string        `json:"case,omitempty"`   // id of the case that it follows up
	Number    string        `json:"number,omitempty"` // and its number
	Title     string        `json:"title"`            // whom it is about, for lists
	Version   int64         `json:"version"`          // one more with each save
	UpdatedAt time.Time     `json:"updated_at"`
	Sent      string        `json:"sent,omitempty"`    // where the receipt is, once it was sent; nothing else is kept then
	Visited   []string      `json:"visited,omitempty"` // topics that were saved
	Answers   []draftAnswer `json:"answers,omitempty"`
	Clock     *draftClock   `json:"clock,omitempty"` // once awareness is answered in a new notification
}

// draftAnswer is what was typed into one control of a form. An answer that was
// taken away has no values.
type draftAnswer struct {
	Field  string   `json:"field"` // as in cases.Field
	Name   string   `json:"name"`  // of the control
	Values []string `json:"values,omitempty"`
}

// typed is what was typed into each control of a field, by the control's name.
type typed map[string][]string

// of is what the draft holds for a field; ok is false when it says nothing of it.
func (d *draft) of(field string) (t typed, ok bool) {
	t = typed{}
	for _, a := range d.Answers {
		if a.Field == field {
			t[a.Name], ok = a.Values, true
		}
	}
	return t, ok
}

// set replaces what the draft holds for a field.
func (d *draft) set(field string, t typed) {
	d.forget(field)
	for name, values := range t {
		d.Answers = append(d.Answers, draftAnswer{Field: field, Name: name, Values: values})
	}
	if len(t) == 0 {
		d.Answers = append(d.Answers, draftAnswer{Field: field, Name: field})
	}
}

// bytes is how much was typed into the draft.
func (d *draft) bytes() (n int) {
	for _, a := range d.Answers {
		for _, v := range a.Values {
			n += len(v)
		}
	}
	return n
}

func (d *draft) forget(field string) {
	d.Answers = slices.DeleteFunc(d.Answers, func(a draftAnswer) bool { return a.Field == field })
}

// one is the only value of a control, "" for none.
func (d *draft) one(field string) string {
	t, _ := d.of(field)
	if len(t[field]) == 0 {
		return ""
	}
	return t[field][0]
}

// drafts keeps the drafts of all accounts. Each belongs to one account; to any
// other it is not there.
type drafts struct {
	store cases.Store
	now   func() time.Time
	zone  *time.Location
	mu    sync.Mutex // lets this instance's saves of one draft follow each other

	guests  atomic.Int64 // drafts of nobody, as the last count found and as were begun since
	counted atomic.Bool
}

// noSuchDraft is the one answer for what is not there, has expired, or is another's.
func noSuchDraft() error {
	return workflow.Refuse(workflow.NotFound, "no_such_draft", "There is no such draft. It may have been sent, deleted, or have expired.")
}

// begin keeps a new draft under an id that nobody can guess.
func (s *drafts) begin(ctx context.Context, d draft) (*draft, error) {
	most := maxDrafts
	if cases.WithoutAccount(d.Account) {
		most = maxKeyDrafts
		if err := s.room(ctx); err != nil {
			return nil, err
		}
	}
	var have []draftHead
	if d.ID == "" { // one that has an id is the only one of its link
		var err error
		if have, err = s.list(ctx, d.Account); err != nil {
			return nil, err
		}
	}
	if len(have) >= most {
		return nil, workflow.Refuse(workflow.Conflict, "too_many_drafts", "You have as many drafts as are kept for one account. Send or delete one first.")
	}
	now := s.now().UTC().Truncate(time.Millisecond)
	d.ID, d.Version, d.UpdatedAt = cmp.Or(d.ID, cases.NewID(now)), 1, now
	d.clocked(now, s.zone)
	if err := s.store.Insert(ctx, cases.Drafts, d.ID, d); err != nil {
		return nil, cases.Unavailable(fmt.Errorf("beginning a draft: %w", err))
	}
	if cases.WithoutAccount(d.Account) {
		s.guests.Add(1)
	}
	return &d, nil
}

// room refuses a draft of nobody where there are as many as are kept. Every sweep
// counts them anew; until the first one they are counted here.
func (s *drafts) room(ctx context.Context) error {
	if !s.counted.Load() {
		if err := s.count(ctx); err != nil {
			return err
		}
	}
	if s.guests.Load() < maxGuestDrafts {
		return nil
	}
	return workflow.Refuse(workflow.TooMany, "too_many_guest_drafts",
		"There are as many drafts without an account as are kept. Sign in, try again in an hour, or notify by telephone.").Because(retryLater(time.Hour))
}

func (s *drafts) count(ctx context.Context) error {
	n := int64(0)
	err := s.store.Scan(ctx, cases.Drafts, func(_ string, decode func(any) error) error {
		var h draftHead
		if err := decode(&h); err != nil {
			return err
		}
		if h.ofNobody() {
			n++
		}
		return nil
	})
	if err != nil {
		return cases.Unavailable(fmt.Errorf("counting drafts: %w", err))
	}
	s.counted.Store(true)
	s.guests.Store(n)
	return nil
}

// open is a draft of the account.
func (s *drafts) open(ctx context.Context, account, id string) (*draft, error) {
	if !cases.IsID(id) {
		return nil, noSuchDraft()
	}
	var d draft
	err := s.store.Get(ctx, cases.Drafts, id, &d)
	switch {
	case errors.Is(err, cases.ErrNotFound):
		return nil, noSuchDraft()
	case err != nil:
		return nil, cases.Unavailable(fmt.Errorf("draft %s: %w", id, err))
	case d.Account != account || d.head().expired(s.now()): // to others it is not there
		return nil, noSuchDraft()
	}
	return &d, nil
}

// head is what lists show of the draft.
func (d *draft) head() draftHead {
	return draftHead{ID: d.ID, Account: d.Account, Number: d.Number, Title: d.Title, Sent: d.Sent, Version: d.Version, UpdatedAt: d.UpdatedAt}
}

// first is the page on which the draft is taken up.
func (d *draft) first() string {
	if d.Number != "" {
		return "/notify/" + d.ID + "/" + followUpTopic
	}
	return "/notify/" + d.ID + "/who"
}

// save changes a draft and keeps it.
//
// What is more than is kept is refused, and returned with what is refused in it.
func (s *drafts) save(ctx context.Context, account, id string, change func(*draft)) (*draft, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.open(ctx, account, id)
	if err != nil {
		return nil, err
	}
	change(d)
	if cases.WithoutAccount(d.Account) && d.bytes() > maxGuestDraft {
		return d, workflow.Refuse(workflow.Invalid, "draft_full",
			"The draft holds as much as is kept without an account, and this page was not saved. Shorten the longest answers, or send the form and supplement it.")
	}
	d.Version++
	d.UpdatedAt = s.now().UTC().Truncate(time.Millisecond)
	d.clocked(d.UpdatedAt, s.zone)
	if err := s.store.Put(ctx, cases.Drafts, d.ID, *d); err != nil {
		return nil, cases.Unavailable(fmt.Errorf("saving draft %s: %w", id, err))
	}
	return d, nil
}

// drop deletes a draft of the account.
func (s *drafts) drop(ctx context.Context, account, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.open(ctx, account, id)
	if err != nil {
		return err
	}
	if err := s.store.Delete(ctx, cases.Drafts, d.ID); err != nil {
		return cases.Unavailable(fmt.Errorf("deleting draft %s: %w", id, err))
	}
	return nil
}

// sent empties a draft that was sent. What stays leads whoever goes back in the
// browser to the receipt.
func (s *drafts) sent(ctx context.Context, account, id, receipt string) error {
	_, err := s.save(ctx, account, id, func(d *draft) {
		*d = draft{ID: d.ID, Account: d.Account, Version: d.Version, Sent: receipt}
	})
	return err
}

// sentAs is where the receipt of a draft is that was sent, "" for every other.
func (s *drafts) sentAs(ctx context.Context, id string) (receipt string, err error) {
	if !cases.IsID(id) {
		return "", nil
	}
	var d draft
	err = s.store.Get(ctx, cases.Drafts, id, &d)
	if errors.Is(err, cases.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", cases.Unavailable(fmt.Errorf("draft %s: %w", id, err))
	}
	return d.Sent, nil
}

// draftHead is what lists show of a draft.
type draftHead struct {
	ID        string    `json:"id"`
	Account   string    `json:"account"`
	Number    string    `json:"number"`
	Title     string    `json:"title"`
	Sent      string    `json:"sent"`
	Version   int64     `json:"version"`
	UpdatedAt time.Time `json:"updated_at"`
}

// ofNobody says whether the draft takes up the room of those without an account.
func (h draftHead) ofNobody() bool { return cases.WithoutAccount(h.Account) && h.Sent == "" }

// Expires is when the draft is deleted, unless it is saved again.
func (h draftHead) Expires() time.Time {
	switch {
	case !cases.WithoutAccount(h.Account):
		return h.UpdatedAt.Add(draftLife)
	case h.Version == 1 || h.Sent != "":
		return h.UpdatedAt.Add(untouchedLife)
	}
	return h.UpdatedAt.Add(guestDraftLife)
}

func (h draftHead) expired(now time.Time) bool { return now.After(h.Expires()) }

// list are the drafts of an account, the one saved last first. It reads them all,
// which are few: what is begun is sent or expires.
func (s *drafts) list(ctx context.Context, account string) ([]draftHead, error) {
	var out []draftHead
	err := s.store.Scan(ctx, cases.Drafts, func(_ string, decode func(any) error) error {
		var h draftHead
		if err := decode(&h); err != nil {
			return err
		}
		if h.Account == account && h.Sent == "" && !h.expired(s.now()) {
			out = append(out, h)
		}
		return nil
	})
	if err != nil {
		return nil, cases.Unavailable(fmt.Errorf("listing drafts: %w", err))
	}
	slices.SortFunc(out, func(a, b draftHead) int { return b.UpdatedAt.Compare(a.UpdatedAt) })
	return out, nil
}

// Sweep deletes the drafts and the feedback that have expired, and says how many
// those were.
func (s *Server) Sweep(ctx context.Context, now time.Time) (int, error) {
	drafts, err := s.sweepDrafts(ctx, now)
	feedback, feedbackErr := s.sweepFeedback(ctx, now)
	lists, listsErr := s.sweepUploads(ctx, now)
	return drafts + feedback + lists, errors.Join(err, feedbackErr, listsErr)
}

func (s *Server) sweepDrafts(ctx context.Context, now time.Time) (int, error) {
	var old []string
	guests := int64(0)
	err := s.opt.Store.Scan(ctx, cases.Drafts, func(id string, decode func(any) error) error {
		var h draftHead
		if err := decode(&h); err != nil {
			return err
		}
		switch {
		case h.expired(now):
			old = append(old, id)
		case h.ofNobody():
			guests++
		}
		return nil
	})
	if err != nil {
		return 0, cases.Unavailable(fmt.Errorf("looking for expired drafts: %w", err))
	}
	s.drafts.guests.Store(guests)
	s.drafts.counted.Store(true)
	for i, id := range old {
		if err := s.opt.Store.Delete(ctx, cases.Drafts, id); err != nil {
			return i, cases.Unavailable(fmt.Errorf("deleting an expired draft: %w", err))
		}
	}
	return len(old), nil
}
