package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// What happens to the one-time link of an account. That it was used is told by
// the event of the password that it set.
const (
	Invited      cases.EventKind = "account.invited"
	ResetOffered cases.EventKind = "account.reset_offered"
	LinkRevoked  cases.EventKind = "account.link_revoked"
)

// LinkPurpose says what a one-time link is for.
type LinkPurpose string

// The purposes of a link.
const (
	ForInvitation LinkPurpose = "INVITATION" // the first password of an account
	ForReset      LinkPurpose = "RESET"      // another one, for somebody who has lost theirs
)

// Codes lists the purposes.
func (LinkPurpose) Codes() []string { return []string{string(ForInvitation), string(ForReset)} }

// How long a link works. An invitation may lie over a weekend; a reset is asked
// for by somebody who waits for it.
const (
	InvitationLife = 7 * 24 * time.Hour
	ResetLife      = 24 * time.Hour
)

// Link is the one-time link of an account as the account knows it, without its
// secret. An account has one at most: a new one takes the place of the old.
type Link struct {
	ID        string      `json:"id"`
	Purpose   LinkPurpose `json:"purpose"`
	MadeAt    time.Time   `json:"made_at"`
	MadeBy    string      `json:"made_by"` // account id, or "system:" and the rule
	ExpiresAt time.Time   `json:"expires_at"`
}

// linkPrefix begins the secret of a one-time link.
const linkPrefix = "vaka_l_"

type linkPayload struct {
	ID        string    `json:"id"`
	ExpiresAt time.Time `json:"expires_at"`
}

// NewInvitation is an account that its holder is to complete: it has no password
// until the link is used. What else it has is there from its first event on.
type NewInvitation struct {
	Name     string          `json:"name"`
	Email    string          `json:"email"`
	Roles    []workflow.Role `json:"roles"`
	Language string          `json:"language,omitempty"` // "sv" (the default) or "en"
	Mandates []NewMandate    `json:"mandates,omitempty"`
	How      How             `json:"-"` // ByAdministrator where nothing is said
}

// NewMandate is a mandate that comes with an invitation.
type NewMandate struct {
	Unit         string `json:"unit"`
	Organisation string `json:"-"` // that the unit belongs to
	Reason       string `json:"reason"`
}

// Invite makes an account without a password and the link by which its holder
// chooses one. The secret is returned this once. A crash between the two leaves an
// account without a link, for which OfferLink makes one.
func (s *Service) Invite(ctx context.Context, actor cases.Actor, want NewInvitation) (secret string, p Profile, err error) {
	if !administers(actor) {
		return "", Profile{}, administratorsOnly()
	}
	a, err := s.create(ctx, actor, want.account())
	if err != nil {
		return "", Profile{}, err
	}
	return s.OfferLink(ctx, actor, a.ID, ForInvitation)
}

// account is what an invitation makes, trimmed and with its defaults.
func (n NewInvitation) account() NewAccount {
	set(&n.How, ByAdministrator)
	set(&n.Language, "sv")
	return NewAccount{
		Name: strings.TrimSpace(n.Name), Email: plainEmail(n.Email), Roles: n.Roles, Language: n.Language, How: n.How, mandates: n.Mandates,
	}
}

// FaultsOf finds everything that is wrong with an invitation, so that a form that
// found something by itself can tell all of it at once.
func (s *Service) FaultsOf(want NewInvitation) []workflow.Fault { return s.faultsOf(want.account()) }

// OfferLink makes the one-time link of an account: an invitation where it has no
// password yet, a reset where it has one. The secret is returned this once; a link
// that was made before stops working. Sessions go on until a password is set.
func (s *Service) OfferLink(ctx context.Context, actor cases.Actor, account string, purpose LinkPurpose) (secret string, p Profile, err error) {
	switch {
	case !administers(actor):
		return "", Profile{}, administratorsOnly()
	case actor.Account == account:
		return "", Profile{}, workflow.Refuse(workflow.Forbidden, "own_link",
			"Change your own password with the one in use, or ask another administrator for a link.")
	}
	now := s.now()
	life, kind := InvitationLife, Invited
	if purpose == ForReset {
		life, kind = ResetLife, ResetOffered
	}
	secret = mint(linkPrefix)
	// As with an API token the document comes first: without its event it opens
	// nothing, and Sweep deletes it.
	doc := &pass{ID: cases.NewID(now), Account: account, CreatedAt: now, ExpiresAt: now.Add(life)}
	a, err := s.change(ctx, actor, account, func(a *Account) (entry, error) {
		if err := mayHaveLink(a, purpose); err != nil {
			return entry{}, err
		}
		doc.Version = a.Version + 1
		if err := s.store.Insert(ctx, cases.Links, hashOf(secret).key(), doc); err != nil {
			return entry{}, cases.Unavailable(fmt.Errorf("keeping a link of account %s: %w", account, err))
		}
		return entry{kind, linkPayload{ID: doc.ID, ExpiresAt: doc.ExpiresAt}}, nil
	})
	if err != nil {
		return "", Profile{}, err
	}
	return secret, a.Profile(), nil
}

func mayHaveLink(a *Account, purpose LinkPurpose) error {
	switch {
	case !a.Active:
		return inactive()
	case purpose == ForInvitation && a.Password != "":
		return workflow.Refuse(workflow.Conflict, "has_password",
			"This account has a password already. Make a link for a new password instead.")
	case purpose == ForReset && a.Password == "":
		return workflow.Refuse(workflow.Conflict, "no_password",
			"This account has no password yet. Make an invitation instead.")
	}
	return nil
}

// RevokeLink ends the link of an account before it is used.
func (s *Service) RevokeLink(ctx context.Context, actor cases.Actor, account, reason string) (Profile, error) {
	var faults []workflow.Fault
	if reason != "" {
		faults = textFaults("/reason", reason, maxReason)
	}
	return s.administer(ctx, actor, account, faults, func(a *Account) (entry, error) {
		if a.Link == nil {
			return entry{}, workflow.Refuse(workflow.NotFound, "no_link", "This account has no link that could be revoked.")
		}
		return entry{LinkRevoked, reasonPayload{Reason: reason}}, nil
	})
}

// Invitee is what the page of a link may say of its account.
type Invitee struct {
	Name      string
	Email     string
	Language  string
	Purpose   LinkPurpose
	ExpiresAt time.Time
}

// LinkFor says for whom a secret works now, or refuses it. It uses nothing up.
func (s *Service) LinkFor(ctx context.Context, secret string) (Invitee, error) {
	a, _, err := s.linked(ctx, secret)
	if err != nil {
		return Invitee{}, err
	}
	return Invitee{a.Name, a.Email, a.Language, a.Link.Purpose, a.Link.ExpiresAt}, nil
}

// linked is the account for which a secret works now, with the link's id. The
// account's events say which link is in force, so a used or revoked one is dead
// whatever documents are left; the account is read past every cache.
func (s *Service) linked(ctx context.Context, secret string) (*Account, string, error) {
	if !wellFormed(secret, linkPrefix) {
		return nil, "", linkRefused()
	}
	var doc pass
	err := s.store.Get(ctx, cases.Links, hashOf(secret).key(), &doc)
	if err == nil {
		known, loadErr := s.accounts.load(ctx, doc.Account)
		if err = loadErr; err == nil && !known.account.opens(doc.ID, s.now()) {
			return nil, "", linkRefused()
		}
		if err == nil {
			return known.account, doc.ID, nil
		}
	}
	if errors.Is(err, cases.ErrNotFound) {
		return nil, "", linkRefused()
	}
	return nil, "", cases.Unavailable(fmt.Errorf("looking for a link: %w", err))
}

// opens says whether a link is the one in force.
func (a *Account) opens(link string, now time.Time) bool {
	return a.Active && a.Link != nil && a.Link.ID == link && now.Before(a.Link.ExpiresAt)
}

// linkRefused is the one answer to every link that does not work, so that it tells
// nobody which ones ever existed.
func linkRefused() error {
	return workflow.Refuse(workflow.Forbidden, "link_refused",
		"This link does not work: it was used, has expired, was revoked or was replaced by another. Ask an administrator for a new one.")
}

// redeemTries is how often a password is set anew when something else happened to
// the account at the same moment, such as a new mandate.
const redeemTries = 4

// Redeem sets the password that the holder of a link chose. Of several uses of one
// link exactly one succeeds. Earlier sessions of the account end with it.
func (s *Service) Redeem(ctx context.Context, secret, password string) (Profile, error) {
	known, link, err := s.linked(ctx, secret)
	if err != nil {
		return Profile{}, err
	}
	if faults := checkPassword("/password", password, known.Email, s.opt.MinPassword); faults != nil {
		return Profile{}, workflow.RefuseFaults("invalid_password", "This password cannot be used.", faults)
	}
	hash, err := s.passwords.hash(ctx, password)
	if err != nil {
		return Profile{}, err
	}
	var a *Account
	for range redeemTries {
		a, err = s.change(ctx, cases.Actor{Account: known.ID}, known.ID, func(a *Account) (entry, error) {
			if !a.opens(link, s.now()) {
				return entry{}, linkRefused()
			}
			return entry{PasswordSet, passwordPayload{Password: hash, Link: link}}, nil
		})
		if workflow.KindOf(err) != workflow.Stale {
			break
		}
	}
	if err != nil {
		return Profile{}, err
	}
	return a.Profile(), nil
}
