package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/vaka-project/vaka/cases"
)

// directory keeps every account in memory. What it hands out is shared and never
// changed; a newer version takes its place.
type directory struct {
	log   cases.Log[Account, *Account]
	now   func() time.Time
	fresh time.Duration

	mu       sync.RWMutex
	byID     map[string]*knownAccount
	deputies map[string][]string // by deputy: whose absences name them, over or not
}

// knownAccount is an account as it was at some instant.
type knownAccount struct {
	account *Account
	units   []string  // of its mandates
	read    time.Time // when reading it from the store began; zero where only its picture was seen
}

func newDirectory(log cases.Log[Account, *Account], now func() time.Time, fresh time.Duration) *directory {
	return &directory{log: log, now: now, fresh: fresh, byID: map[string]*knownAccount{}, deputies: map[string][]string{}}
}

// current is the account as it was within the last fresh moment; it reads the
// store when memory is older. cases.ErrNotFound where there is none.
func (d *directory) current(ctx context.Context, id string) (*knownAccount, error) {
	d.mu.RLock()
	known := d.byID[id]
	d.mu.RUnlock()
	if known != nil && within(d.now(), known.read, d.fresh) {
		return known, nil
	}
	return d.load(ctx, id)
}

// within says whether at lies less than span before now. An instant to come does
// not count: a clock that was set back must not keep old knowledge alive.
func within(now, at time.Time, span time.Duration) bool {
	age := now.Sub(at)
	return age >= 0 && age < span
}

// load reads an account from the store, events and all.
func (d *directory) load(ctx context.Context, id string) (*knownAccount, error) {
	began := d.now()
	a, err := d.log.Load(ctx, id)
	if errors.Is(err, errForeign) {
		err = cases.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return d.take(a, began), nil
}

// take publishes an account, unless a newer version is known already.
func (d *directory) take(a *Account, read time.Time) *knownAccount {
	d.mu.Lock()
	defer d.mu.Unlock()
	known := d.byID[a.ID]
	if known != nil && known.account.Version > a.Version {
		return known
	}
	if known != nil && known.account.Version == a.Version && known.read.After(read) {
		return known
	}
	known = &knownAccount{account: a, units: a.units(), read: read}
	d.byID[a.ID] = known
	for _, b := range a.Absences {
		// What is no longer true stays: whoever asks looks at the account itself.
		if !slices.Contains(d.deputies[b.Deputy], a.ID) {
			d.deputies[b.Deputy] = append(d.deputies[b.Deputy], a.ID)
		}
	}
	return known
}

// deputised are the accounts for which another one acts at an instant, as far as
// they are known.
func (d *directory) deputised(deputy *Account, at time.Time) []*Account {
	d.mu.RLock()
	defer d.mu.RUnlock()
	var out []*Account
	for _, id := range d.deputies[deputy.ID] {
		if a := d.byID[id].account; a.isDeputisedBy(deputy, at) {
			out = append(out, a)
		}
	}
	return out
}

func (d *directory) knows(id string) bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.byID[id] != nil
}

// all are the accounts as far as they are known.
func (d *directory) all() []*Account {
	d.mu.RLock()
	defer d.mu.RUnlock()
	out := make([]*Account, 0, len(d.byID))
	for _, known := range d.byID {
		out = append(out, known.account)
	}
	return out
}

// scan takes in every stored picture. A picture may lag behind its events, so
// what it shows is read again before it is relied on.
func (d *directory) scan(ctx context.Context) error {
	err := d.log.Store.Scan(ctx, cases.Accounts, func(id string, decode func(any) error) error {
		var a Account
		if err := decode(&a); err != nil {
			return fmt.Errorf("picture of account %s: %w", id, err)
		}
		d.take(&a, time.Time{})
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading the accounts: %w", err)
	}
	return nil
}

// loaders is how many accounts are read at once at the start: a database across
// a network answers slowly, and many at a time.
const loaders = 8

// loadAll takes in every account with its latest events.
func (d *directory) loadAll(ctx context.Context) error {
	if err := d.scan(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ids := make(chan string)
	var workers sync.WaitGroup
	for range loaders {
		workers.Go(func() {
			for id := range ids {
				if _, err := d.load(ctx, id); err != nil {
					cancel(fmt.Errorf("loading account %s: %w", id, err))
				}
			}
		})
	}
	for _, a := range d.all() {
		if ctx.Err() != nil {
			break
		}
		ids <- a.ID
	}
	close(ids)
	workers.Wait()
	return context.Cause(ctx)
}
