package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/vaka-project/vaka/cases"
)

// guestPrefix begins the token of whoever came in by the key of a case.
const guestPrefix = "vaka_k_"

// GuestLife is how long the key of a case need not be given again. The case is
// shown for as long, so it is short: the browser may be anybody's.
const GuestLife = 4 * time.Hour

// EnterByKey begins a session of whoever holds the key of a case. opens says
// whether it is the key of the case that was named; what it refuses counts as a
// guess from the address, and too many of these are refused with workflow.TooMany.
// They are counted apart from sign-ins, and by address only: nobody can shut
// somebody else out of a case, nor an office out of its accounts.
//
// The first result is false where the key does not open.
func (s *Service) EnterByKey(ctx context.Context, k Key, address string, opens func(cases.Actor) (bool, error)) (ok bool, token string, expiresAt time.Time, err error) {
	holder := k.CaseHolder()
	if wait := s.throttle.waitKeys(address, s.now()); wait > 0 {
		return false, "", time.Time{}, tooMany(wait)
	}
	ok, err = opens(holder)
	if err != nil {
		return false, "", time.Time{}, err
	}
	if !ok {
		s.throttle.wrongKey(address, s.now())
		return false, "", time.Time{}, nil
	}
	token, expiresAt, err = s.BeginGuest(ctx, holder)
	return err == nil, token, expiresAt, err
}

// BeginGuest begins a session of whoever holds the key of a case, as after it was
// given out.
func (s *Service) BeginGuest(ctx context.Context, holder cases.Actor) (token string, expiresAt time.Time, err error) {
	now := s.now()
	token = mint(guestPrefix)
	p := &pass{ID: cases.NewID(now), Account: holder.Account, CreatedAt: now, ExpiresAt: now.Add(GuestLife)}
	if err := s.store.Insert(ctx, cases.Sessions, hashOf(token).key(), p); err != nil {
		return "", time.Time{}, cases.Unavailable(fmt.Errorf("beginning a session by key: %w", err))
	}
	return token, p.ExpiresAt, nil
}

// Guest establishes who sends the token of a session by key. It is a name that
// only such a session has: an account's token is refused here, and this one by
// Authenticate.
func (s *Service) Guest(ctx context.Context, token string) (cases.Actor, error) {
	if !wellFormed(token, guestPrefix) {
		return cases.Actor{}, unauthenticated()
	}
	p, err := s.pass(ctx, cases.Sessions, hashOf(token))
	switch {
	case errors.Is(err, cases.ErrNotFound):
		return cases.Actor{}, unauthenticated()
	case err != nil:
		return cases.Actor{}, cases.Unavailable(err)
	case !s.now().Before(p.ExpiresAt) || !cases.WithoutAccount(p.Account):
		return cases.Actor{}, unauthenticated()
	}
	_, hash, _ := strings.Cut(p.Account, ":")
	return cases.KeyHolder(hash), nil
}

// EndGuest ends a session by key; one that has ended already is no error.
func (s *Service) EndGuest(ctx context.Context, token string) error {
	if !wellFormed(token, guestPrefix) {
		return nil
	}
	hash := hashOf(token)
	s.passes.end(hash, s.now())
	if err := s.store.Delete(ctx, cases.Sessions, hash.key()); err != nil {
		return cases.Unavailable(fmt.Errorf("ending a session by key: %w", err))
	}
	return nil
}
