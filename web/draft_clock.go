package web

import (
	"context"
	"fmt"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/notifier"
)

// draftClock is what a draft of a new notification says of awareness, kept beside
// the answer itself so that the 72 hours can be watched without reading the form.
type draftClock struct {
	AwareAt  time.Time `json:"aware_at"`
	Revision int       `json:"revision"` // one more whenever the answer changes
	SetAt    time.Time `json:"set_at"`
}

// clocked notes when awareness was answered otherwise than before. An answer that
// cannot be read, or lies in the future, starts no clock; nor does a supplement,
// whose 72 hours were judged when the case began.
func (d *draft) clocked(now time.Time, zone *time.Location) {
	const path = "aware_at"
	t, said := d.of(path)
	if d.Case != "" || !said {
		d.Clock = nil
		return
	}
	whole := map[string]any{}
	place(whole, path, asks[path].answer(t, path))
	var n cases.Notification
	cases.Bind(marshal(whole), &n, zone)
	if n.AwareAt.IsZero() || n.AwareAt.After(now) {
		// The revision is kept, so that the next answer is another one.
		if d.Clock != nil {
			d.Clock.AwareAt = time.Time{}
		}
		return
	}
	if d.Clock == nil {
		d.Clock = &draftClock{}
	}
	if !d.Clock.AwareAt.Equal(n.AwareAt) {
		*d.Clock = draftClock{AwareAt: n.AwareAt, Revision: d.Clock.Revision + 1, SetAt: now}
	}
}

// OpenDrafts are the drafts of new notifications in which awareness is answered,
// for whoever watches the 72 hours. It reads the drafts of all accounts, which are
// few.
func OpenDrafts(ctx context.Context, store cases.Store) ([]notifier.Draft, error) {
	var out []notifier.Draft
	err := store.Scan(ctx, cases.Drafts, func(id string, decode func(any) error) error {
		var d struct {
			Account string      `json:"account"`
			Sent    string      `json:"sent"`
			Clock   *draftClock `json:"clock"`
		}
		if err := decode(&d); err != nil {
			return err
		}
		if d.Sent == "" && d.Clock != nil && !d.Clock.AwareAt.IsZero() {
			out = append(out, notifier.Draft{
				ID: id, Account: d.Account, AwareAt: d.Clock.AwareAt, Revision: d.Clock.Revision, SetAt: d.Clock.SetAt,
			})
		}
		return nil
	})
	if err != nil {
		return nil, cases.Unavailable(fmt.Errorf("looking for drafts in which the 72 hours run: %w", err))
	}
	return out, nil
}
