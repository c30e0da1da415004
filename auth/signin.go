package auth

import (
	"context"
	"errors"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// SignIn begins a session for whoever knows an account's password, and returns
// its token, which is stored nowhere. address is the client's network address as
// the web room established it, "" where there is none.
//
// A wrong password, an unknown address, a deactivated account and one without a
// password are refused alike (workflow.Unauthenticated, "sign_in_failed") and
// after the same work. Too many failures are refused with workflow.TooMany;
// RetryAfter tells the time to wait.
func (s *Service) SignIn(ctx context.Context, email, password, address string) (token string, expiresAt time.Time, err error) {
	now, id := s.now(), AccountID(email)
	if wait := s.throttle.wait(id, address, now); wait > 0 {
		return "", time.Time{}, tooMany(wait)
	}
	a, hash, err := s.toSignIn(ctx, id)
	if err != nil {
		return "", time.Time{}, err
	}
	ok, stale, err := s.passwords.verify(ctx, hash, password)
	if err != nil {
		return "", time.Time{}, err
	}
	if wait := s.throttle.settle(id, address, ok, s.now()); wait > 0 {
		return "", time.Time{}, tooMany(wait)
	}
	if !ok {
		return "", time.Time{}, workflow.Refuse(workflow.Unauthenticated, "sign_in_failed",
			"The e-mail address or the password is wrong.")
	}
	if stale {
		s.rehash(ctx, id, hash, password)
	}
	return s.begin(ctx, a, now)
}

// toSignIn reads an account past every cache, for what it is this moment, and
// its password's hash; "" where nobody can sign in.
func (s *Service) toSignIn(ctx context.Context, id string) (*Account, string, error) {
	known, err := s.accounts.load(ctx, id)
	if errors.Is(err, cases.ErrNotFound) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", cases.Unavailable(err)
	}
	if !known.account.Active {
		return nil, "", nil
	}
	return known.account, known.account.Password, nil
}

// rehash replaces a hash that was made with other parameters, now that the
// password is at hand. When it fails it is done at the next sign-in: whoever
// signs in has nothing to do with it.
func (s *Service) rehash(ctx context.Context, id, old, password string) {
	hash, err := s.passwords.hash(ctx, password)
	if err != nil {
		return
	}
	_, _ = s.change(ctx, cases.System("rehash"), id, func(a *Account) (entry, error) {
		if a.Password != old {
			return entry{}, errors.New("the password was changed meanwhile")
		}
		return entry{PasswordSet, passwordPayload{Password: hash, Rehash: true}}, nil
	})
}

// SetPassword gives an account a new password and ends its sessions; API tokens
// go on. The holder must know the old one, also when they are an administrator;
// an administrator needs none for somebody else.
func (s *Service) SetPassword(ctx context.Context, actor cases.Actor, account, old, password string) error {
	own := actor.Account == account
	if !own && !administers(actor) {
		return administratorsOnly()
	}
	if own {
		if err := s.proveOld(ctx, account, old); err != nil {
			return err
		}
	}
	known, err := s.accounts.current(ctx, account)
	if err != nil {
		return s.refused(err)
	}
	if faults := checkPassword("/password", password, known.account.Email, s.opt.MinPassword); faults != nil {
		return workflow.RefuseFaults("invalid_password", "This password cannot be used.", faults)
	}
	hash, err := s.passwords.hash(ctx, password)
	if err != nil {
		return err
	}
	_, err = s.change(ctx, actor, account, func(*Account) (entry, error) {
		return entry{PasswordSet, passwordPayload{Password: hash}}, nil
	})
	return err
}

// proveOld makes the holder prove the old password, with as many tries as at the
// door: a session that somebody left open must not be a way to guess.
func (s *Service) proveOld(ctx context.Context, id, old string) error {
	key := id + " old"
	if wait := s.throttle.wait(key, "", s.now()); wait > 0 {
		return tooMany(wait)
	}
	_, hash, err := s.toSignIn(ctx, id)
	if err != nil {
		return err
	}
	ok, _, err := s.passwords.verify(ctx, hash, old)
	if err != nil {
		return err
	}
	if wait := s.throttle.settle(key, "", ok, s.now()); wait > 0 {
		return tooMany(wait)
	}
	if !ok {
		return workflow.RefuseFaults("wrong_password", "The password was not changed.", []workflow.Fault{{
			Path: "/old_password", Code: "wrong_password", Message: "This is not the password in use. Give that one to set another.",
		}})
	}
	return nil
}
