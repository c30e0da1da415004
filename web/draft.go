package web

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
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

// draft is a form that somebody has begun: what was typed, as it was typed, valid
// or not, so that nothing is lost to a mistake, a break or a session that ended.
type draft struct {
	ID        string        `json:"id"`
	Account   string        `json:"account"`
	Case      string        `json:"case,omitempty"`   // id of the case that it follows up
	Number    string        `json:"number,omitempty"` // and its number
	Title     string        `json:"title"`            // whom it is about, for lists
	Version   int64         `json:"version"`          // one more with each save
	UpdatedAt time.Time     `json:"updated_at"`
	Sent      string        `json:"sent,omitempty"`    // where the receipt is, once it was sent; nothing else is kept then
	Visited   []string      `json:"visited,omitempty"` // topics that were saved
	Answers   []draftAnswer `json:"answers,omitempty"`
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
	mu    sync.Mutex // lets this instance's saves of one draft follow each other
}

// noSuchDraft is the one answer for what is not there, has expired, or is another's.
func noSuchDraft() error {
	return workflow.Refuse(workflow.NotFound, "no_such_draft", "There is no such draft. It may have been sent, deleted, or have expired.")
}

// begin keeps a new draft under an id that nobody can guess.
func (s *drafts) begin(ctx context.Context, d draft) (*draft, error) {
	have, err := s.list(ctx, d.Account)
	if err != nil {
		return nil, err
	}
	if len(have) >= maxDrafts {
		return nil, workflow.Refuse(workflow.Conflict, "too_many_drafts", "You have as many drafts as are kept for one account. Send or delete one first.")
	}
	now := s.now().UTC().Truncate(time.Millisecond)
	d.ID, d.Version, d.UpdatedAt = cases.NewID(now), 1, now
	if err := s.store.Insert(ctx, cases.Drafts, d.ID, d); err != nil {
		return nil, cases.Unavailable(fmt.Errorf("beginning a draft: %w", err))
	}
	return &d, nil
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
	case d.Account != account || s.expired(d.UpdatedAt, s.now()): // to others it is not there
		return nil, noSuchDraft()
	}
	return &d, nil
}

func (s *drafts) expired(updated, now time.Time) bool { return now.Sub(updated) > draftLife }

// save changes a draft and keeps it.
func (s *drafts) save(ctx context.Context, account, id string, change func(*draft)) (*draft, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.open(ctx, account, id)
	if err != nil {
		return nil, err
	}
	change(d)
	d.Version++
	d.UpdatedAt = s.now().UTC().Truncate(time.Millisecond)
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

// draftHead is what lists show of a draft.
type draftHead struct {
	ID        string    `json:"id"`
	Account   string    `json:"account"`
	Number    string    `json:"number"`
	Title     string    `json:"title"`
	Sent      string    `json:"sent"`
	UpdatedAt time.Time `json:"updated_at"`
}

// Expires is when the draft is deleted, unless it is saved again.
func (h draftHead) Expires() time.Time { return h.UpdatedAt.Add(draftLife) }

// list are the drafts of an account, the one saved last first. It reads them all,
// which are few: what is begun is sent or expires.
func (s *drafts) list(ctx context.Context, account string) ([]draftHead, error) {
	var out []draftHead
	err := s.store.Scan(ctx, cases.Drafts, func(_ string, decode func(any) error) error {
		var h draftHead
		if err := decode(&h); err != nil {
			return err
		}
		if h.Account == account && h.Sent == "" && !s.expired(h.UpdatedAt, s.now()) {
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
	return drafts + feedback, errors.Join(err, feedbackErr)
}

func (s *Server) sweepDrafts(ctx context.Context, now time.Time) (int, error) {
	var old []string
	err := s.opt.Store.Scan(ctx, cases.Drafts, func(id string, decode func(any) error) error {
		var h draftHead
		if err := decode(&h); err != nil {
			return err
		}
		if s.drafts.expired(h.UpdatedAt, now) {
			old = append(old, id)
		}
		return nil
	})
	if err != nil {
		return 0, cases.Unavailable(fmt.Errorf("looking for expired drafts: %w", err))
	}
	for i, id := range old {
		if err := s.opt.Store.Delete(ctx, cases.Drafts, id); err != nil {
			return i, cases.Unavailable(fmt.Errorf("deleting an expired draft: %w", err))
		}
	}
	return len(old), nil
}
