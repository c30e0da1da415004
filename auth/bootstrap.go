package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// BootstrapLife is how long the one-time link of the first start works.
const BootstrapLife = 24 * time.Hour

// bootstrapID is where the hash of the one-time secret lies in cases.Meta.
const bootstrapID = "bootstrap"

type (
	// bootstrapSecret is the secret that counts: the one made last.
	bootstrapSecret struct {
		Hash      string    `json:"hash"`
		MadeAt    time.Time `json:"made_at"`
		ExpiresAt time.Time `json:"expires_at"`
	}
	// bootstrapUse is taken once for each secret, and names the account that the
	// secret is for. Without its account it is the trace of a crash.
	bootstrapUse struct {
		Account string    `json:"account"`
		At      time.Time `json:"at"`
	}
)

func useID(hash string) string { return "bootstrap-used/" + hash }

// BootstrapToken makes the one-time secret for the first administrator's link,
// or returns "" when somebody can administer already. The program calls it at
// each start: a secret from an earlier start stops working, and only the
// person before the program's output ever sees one.
func (s *Service) BootstrapToken(ctx context.Context) (token string, expiresAt time.Time, err error) {
	if done, err := s.bootstrapped(ctx); done || err != nil {
		return "", time.Time{}, cases.Unavailable(err)
	}
	token = mint(bootstrapPrefix)
	now := s.now()
	secret := bootstrapSecret{Hash: hashOf(token).key(), MadeAt: now, ExpiresAt: now.Add(BootstrapLife)}
	err = s.store.Insert(ctx, cases.Meta, bootstrapID, secret)
	if errors.Is(err, cases.ErrExists) {
		err = s.store.Put(ctx, cases.Meta, bootstrapID, secret)
	}
	if err != nil {
		return "", time.Time{}, cases.Unavailable(fmt.Errorf("keeping the bootstrap secret: %w", err))
	}
	return token, secret.ExpiresAt, nil
}

// bootstrapped says whether somebody can administer. It also looks at the
// account of the last secret's use by its id: a crash may have kept its picture
// from being written.
func (s *Service) bootstrapped(ctx context.Context) (bool, error) {
	if done, err := s.hasAdministrator(ctx, ""); done || err != nil {
		return done, err
	}
	var secret bootstrapSecret
	if err := s.store.Get(ctx, cases.Meta, bootstrapID, &secret); err != nil {
		return false, unlessMissing(err)
	}
	var use bootstrapUse
	if err := s.store.Get(ctx, cases.Meta, useID(secret.Hash), &use); err != nil {
		return false, unlessMissing(err)
	}
	known, err := s.accounts.load(ctx, use.Account)
	if err != nil {
		return false, unlessMissing(err)
	}
	return known.account.administers(), nil
}

func unlessMissing(err error) error {
	if errors.Is(err, cases.ErrNotFound) {
		return nil
	}
	return fmt.Errorf("looking for the first administrator: %w", err)
}

// BootstrapValid says whether a secret would make the first administrator now: nil,
// or the refusal that Bootstrap would answer with. It uses nothing up.
func (s *Service) BootstrapValid(ctx context.Context, token string) error {
	_, err := s.bootstrapSecret(ctx, token)
	return err
}

// Bootstrap makes the first administrator for whoever holds the one-time secret.
// Of several uses of it exactly one succeeds. One that failed after the secret
// was claimed (the store went away) can be sent again for the same e-mail
// address, or with the secret of a new start.
func (s *Service) Bootstrap(ctx context.Context, token, name, email, password string) (Profile, error) {
	secret, err := s.bootstrapSecret(ctx, token)
	if err != nil {
		return Profile{}, err
	}
	want := NewAccount{Name: name, Email: plainEmail(email), Password: password, How: ByBootstrap}
	want.Roles = []workflow.Role{workflow.RoleAdministrator}
	if password == "" {
		return Profile{}, workflow.RefuseFaults("invalid_account", "The account was not made.", []workflow.Fault{{
			Path: "/password", Code: "required", Message: "The first administrator signs in with a password; choose one.",
		}})
	}
	set(&want.Language, "sv")
	if faults := s.faultsOf(want); faults != nil {
		return Profile{}, workflow.RefuseFaults("invalid_account", "The account was not made.", faults)
	}
	id := AccountID(want.Email)
	if _, err := s.accounts.load(ctx, id); !errors.Is(err, cases.ErrNotFound) {
		if err == nil {
			err = accountExists()
		}
		return Profile{}, cases.Unavailable(err)
	}
	if err := s.claimBootstrap(ctx, secret, id); err != nil {
		return Profile{}, err
	}
	a, err := s.create(ctx, cases.System("bootstrap"), want)
	if err != nil {
		return Profile{}, err
	}
	// From here on the account itself keeps the door shut; the secret's hash is
	// only clutter, and may stay where it cannot be deleted.
	_ = s.store.Delete(ctx, cases.Meta, bootstrapID)
	return a.Profile(), nil
}

// bootstrapSecret is the secret in force, when token is it and is still needed.
func (s *Service) bootstrapSecret(ctx context.Context, token string) (bootstrapSecret, error) {
	refused := workflow.Refuse(workflow.Forbidden, "bootstrap_refused",
		"This link does not work: it was used, has expired, or a later start printed another. Start Vaka again for a new one.")
	var secret bootstrapSecret
	err := s.store.Get(ctx, cases.Meta, bootstrapID, &secret)
	if errors.Is(err, cases.ErrNotFound) {
		return secret, refused
	}
	if err != nil {
		return secret, cases.Unavailable(fmt.Errorf("reading the bootstrap secret: %w", err))
	}
	same := subtle.ConstantTimeCompare([]byte(hashOf(token).key()), []byte(secret.Hash)) == 1
	if !same || !wellFormed(token, bootstrapPrefix) || !s.now().Before(secret.ExpiresAt) {
		return secret, refused
	}
	if done, err := s.bootstrapped(ctx); done || err != nil {
		if err != nil {
			return secret, cases.Unavailable(err)
		}
		return secret, refused
	}
	return secret, nil
}

// claimBootstrap takes a secret for one account by a unique insert. Taken for the
// same account, it may go on: the account's own first event has one winner.
func (s *Service) claimBootstrap(ctx context.Context, secret bootstrapSecret, account string) error {
	id := useID(secret.Hash)
	err := s.store.Insert(ctx, cases.Meta, id, bootstrapUse{Account: account, At: s.now()})
	if errors.Is(err, cases.ErrExists) {
		var use bootstrapUse
		if err = s.store.Get(ctx, cases.Meta, id, &use); err == nil && use.Account != account {
			return workflow.Refuse(workflow.Conflict, "bootstrap_claimed",
				"Somebody used this link for another e-mail address. Start Vaka again for a new link if that was not you.")
		}
	}
	if err != nil {
		return cases.Unavailable(fmt.Errorf("claiming the bootstrap secret: %w", err))
	}
	return nil
}
