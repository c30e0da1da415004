package auth

import (
	"context"
	"fmt"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// MaxTokens is how many unexpired API tokens an account can have.
const MaxTokens = 50

// NewToken is what makes an API token.
type NewToken struct {
	Name      string          `json:"name"`            // what it is for
	Roles     []workflow.Role `json:"roles,omitempty"` // only these of the account's roles; none means all it has at any time
	ExpiresAt time.Time       `json:"expires_at"`      // at most Options.MaxTokenLife ahead
}

// CreateToken makes an API token for an account, for its holder or an
// administrator, and returns the token: this is the only time that it is seen.
// via is the session of the request (the zero Session for the program itself):
// an API token can make no other, so that one that leaks ends when it expires.
// Nobody can pass on with a token for themselves what they do not hold.
func (s *Service) CreateToken(ctx context.Context, actor cases.Actor, via Session, account string, want NewToken) (string, Token, error) {
	switch {
	case via.Means == ByToken:
		return "", Token{}, workflow.Refuse(workflow.Forbidden, "session_required",
			"An API token cannot make API tokens. Sign in with the password to make one.")
	case actor.Account != account && !administers(actor):
		return "", Token{}, administratorsOnly()
	}
	now := s.now()
	want.ExpiresAt = want.ExpiresAt.UTC().Truncate(time.Millisecond)
	if faults := s.faultsOfToken(want, now); faults != nil {
		return "", Token{}, workflow.RefuseFaults("invalid_token", "The API token was not made.", faults)
	}
	bearer, id := mint(tokenPrefix), cases.NewID(now)
	// The document comes first: without the event it opens nothing, and Sweep
	// deletes it, while an event without its document would be a token in vain.
	p := &pass{ID: id, Account: account, CreatedAt: now, ExpiresAt: want.ExpiresAt}
	made, err := s.change(ctx, actor, account, func(a *Account) (entry, error) {
		if err := mayHaveToken(a, actor, want, now); err != nil {
			return entry{}, err
		}
		p.Version = a.Version + 1 // the version that names the token
		if err := s.store.Insert(ctx, cases.Tokens, hashOf(bearer).key(), p); err != nil {
			return entry{}, cases.Unavailable(fmt.Errorf("keeping an API token of account %s: %w", account, err))
		}
		return entry{TokenCreated, tokenPayload{ID: id, Name: want.Name, Roles: want.Roles, ExpiresAt: want.ExpiresAt}}, nil
	})
	if err != nil {
		return "", Token{}, err
	}
	token, _ := made.token(id)
	return bearer, token, nil
}

func (s *Service) faultsOfToken(want NewToken, now time.Time) []workflow.Fault {
	faults := textFaults("/name", want.Name, maxName)
	if len(want.Roles) > 0 {
		faults = append(faults, roleFaults(want.Roles)...)
	}
	switch life := want.ExpiresAt.Sub(now); {
	case want.ExpiresAt.IsZero():
		faults = append(faults, workflow.Fault{Path: "/expires_at", Code: "required", Message: "Say when the token expires."})
	case life <= 0:
		faults = append(faults, workflow.Fault{Path: "/expires_at", Code: "in_the_past", Message: "The token must expire in the future."})
	case life > s.opt.MaxTokenLife:
		faults = append(faults, workflow.Fault{
			Path: "/expires_at", Code: "too_far",
			Message: fmt.Sprintf("A token lives at most %d days.", int(s.opt.MaxTokenLife/(24*time.Hour))),
		})
	}
	return faults
}

// mayHaveToken judges a new token against the account as it stands.
func mayHaveToken(a *Account, actor cases.Actor, want NewToken, now time.Time) error {
	if !a.Active {
		return inactive()
	}
	for i, role := range want.Roles {
		if !a.has(role) || (actor.Account == a.ID && !actor.Has(role)) {
			return workflow.RefuseFaults("invalid_token", "The API token was not made.", []workflow.Fault{{
				Path: fmt.Sprintf("/roles/%d", i), Code: "role_not_held", Message: "The account does not hold this role.",
			}})
		}
	}
	live := 0
	for _, t := range a.Tokens {
		if now.Before(t.ExpiresAt) {
			live++
		}
	}
	if live >= MaxTokens {
		return workflow.Refuse(workflow.Conflict, "too_many_tokens",
			"An account has at most %d API tokens. Revoke one that is not needed.", MaxTokens)
	}
	return nil
}

// RevokeToken ends an API token, for its holder or an administrator: at once
// here, and within two seconds on other instances.
func (s *Service) RevokeToken(ctx context.Context, actor cases.Actor, account, token string) error {
	if actor.Account != account && !administers(actor) {
		return administratorsOnly()
	}
	_, err := s.change(ctx, actor, account, func(a *Account) (entry, error) {
		if _, ok := a.token(token); !ok {
			return entry{}, workflow.Refuse(workflow.NotFound, "no_such_token", "The account has no such API token.")
		}
		return entry{TokenRevoked, tokenRevokedPayload{ID: token}}, nil
	})
	return err
}

// rolesOfToken are the roles that a token carries now; ok is false when the
// account names no such token any more.
func (a *Account) rolesOfToken(id string) (roles []workflow.Role, ok bool) {
	t, ok := a.token(id)
	if !ok || len(t.Roles) == 0 {
		return a.Roles, ok
	}
	for _, role := range t.Roles {
		if a.has(role) {
			roles = append(roles, role)
		}
	}
	return roles, ok
}
