package web

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// preference is how somebody has set the queue up: one small document for each
// account, and one for what all staff share. It is no part of any record, so it is
// no event: nobody ever has to prove which columns somebody liked.
type preference struct {
	ID        string      `json:"id"`
	Version   int64       `json:"version"` // one more with each change
	UpdatedAt time.Time   `json:"updated_at"`
	Columns   []string    `json:"columns,omitempty"` // of the queue, in their order; none are the usual ones
	Views     []savedView `json:"views,omitempty"`
	Opens     string      `json:"opens,omitempty"` // id of the view that the queue opens with
}

// sharedPreference is the document of what all staff share. No account has such an id.
const sharedPreference = "shared"

// preferences keeps them. Each member of staff reads and changes their own.
type preferences struct {
	store cases.Store
	now   func() time.Time
	mu    sync.Mutex // lets this instance's changes follow each other
}

// of is what is kept under an id; where nothing is, it is version 0 of it.
func (s *preferences) of(ctx context.Context, id string) (*preference, error) {
	p := preference{ID: id}
	if err := s.store.Get(ctx, cases.Preferences, id, &p); err != nil && !errors.Is(err, cases.ErrNotFound) {
		return nil, cases.Unavailable(fmt.Errorf("preferences of %s: %w", id, err))
	}
	return &p, nil
}

// change makes a change that was decided on a version that somebody saw. When it has
// been changed in another tab since, the change is refused, and nothing gets lost.
func (s *preferences) change(ctx context.Context, id string, seen int64, change func(*preference) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.of(ctx, id)
	if err != nil {
		return err
	}
	if p.Version != seen {
		return workflow.Refuse(workflow.Stale, "preferences_changed",
			"This was changed in another window meanwhile. Here it is as it is now; send what you wanted again if it still fits.")
	}
	if err := change(p); err != nil {
		return err
	}
	p.Version++
	p.UpdatedAt = s.now().UTC().Truncate(time.Millisecond)
	if err := s.store.Put(ctx, cases.Preferences, id, *p); err != nil {
		return cases.Unavailable(fmt.Errorf("saving preferences of %s: %w", id, err))
	}
	return nil
}
