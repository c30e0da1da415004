package auth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// Means says by what somebody proved who they are.
type Means string

// The means of proof.
const (
	BySession Means = "SESSION" // signed in with a password
	ByToken   Means = "TOKEN"   // an API token
)

// Codes lists every means.
func (Means) Codes() []string { return []string{string(BySession), string(ByToken)} }

// Session is what is known of a request besides its actor. It is not stored.
type Session struct {
	ID        string    `json:"id"` // of the session or the API token; opens nothing
	Means     Means     `json:"means"`
	Account   string    `json:"account"`
	Language  string    `json:"language"`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

// pass is what is stored under the hash of a bearer token, for sessions in
// cases.Sessions and for API tokens in cases.Tokens. It is written once and then
// only deleted: a document that is also updated could be put back by a slow
// writer after somebody ended it.
type pass struct {
	ID        string    `json:"id"`
	Account   string    `json:"account"`
	Version   int64     `json:"version"` // of the account when this began
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

// The beginnings of tokens tell people and secret scanners what they are.
const (
	sessionPrefix   = "vaka_s_"
	tokenPrefix     = "vaka_t_"
	bootstrapPrefix = "vaka_b_"
)

// secretSize is the strength of a token, in bytes.
const secretSize = 32

// tokenHash is the SHA-256 of a token. The token has 256 random bits, so a plain
// hash is as hard to turn back as the token is to guess.
type tokenHash [sha256.Size]byte

func hashOf(token string) tokenHash { return sha256.Sum256([]byte(token)) }

// key is the id of a token's document.
func (h tokenHash) key() string { return hex.EncodeToString(h[:]) }

// mint makes a token that nobody can guess.
func mint(prefix string) string {
	return prefix + base64.RawURLEncoding.EncodeToString(randomBytes(secretSize))
}

// wellFormed says whether a token is spelled as mint spells it.
func wellFormed(token, prefix string) bool {
	secret, ok := strings.CutPrefix(token, prefix)
	if !ok || len(secret) != base64.RawURLEncoding.EncodedLen(secretSize) {
		return false
	}
	_, err := base64.RawURLEncoding.Strict().DecodeString(secret)
	return err == nil
}

// collectionOf is where the document of a bearer token lies.
func collectionOf(bearer string) (cases.Collection, bool) {
	switch {
	case wellFormed(bearer, sessionPrefix):
		return cases.Sessions, true
	case wellFormed(bearer, tokenPrefix):
		return cases.Tokens, true
	}
	return "", false
}

// unauthenticated is the one answer to every token that does not open, so that
// it tells nothing of why.
func unauthenticated() error {
	return workflow.Refuse(workflow.Unauthenticated, "unauthenticated",
		"Sign in first, or send a valid token: this one is missing, unknown, expired or ended.")
}

// begin starts a session of an account.
func (s *Service) begin(ctx context.Context, a *Account, now time.Time) (string, time.Time, error) {
	token := mint(sessionPrefix)
	p := &pass{
		ID: cases.NewID(now), Account: a.ID, Version: a.Version,
		CreatedAt: now, ExpiresAt: now.Add(s.opt.SessionLife),
	}
	if err := s.store.Insert(ctx, cases.Sessions, hashOf(token).key(), p); err != nil {
		return "", time.Time{}, cases.Unavailable(fmt.Errorf("beginning a session of account %s: %w", a.ID, err))
	}
	return token, p.ExpiresAt, nil
}

// Authenticate establishes who sends a bearer token. Whatever is wrong with it,
// the answer is the same refusal of the kind workflow.Unauthenticated.
func (s *Service) Authenticate(ctx context.Context, bearer string) (cases.Actor, Session, error) {
	in, ok := collectionOf(bearer)
	if !ok {
		return cases.Actor{}, Session{}, unauthenticated()
	}
	p, err := s.pass(ctx, in, hashOf(bearer))
	if errors.Is(err, cases.ErrNotFound) {
		return cases.Actor{}, Session{}, unauthenticated()
	}
	if err != nil {
		return cases.Actor{}, Session{}, cases.Unavailable(err)
	}
	known, err := s.accounts.current(ctx, p.Account)
	if err == nil && known.account.Version < p.Version { // what is remembered is older than the token itself
		known, err = s.accounts.load(ctx, p.Account)
	}
	if errors.Is(err, cases.ErrNotFound) {
		return cases.Actor{}, Session{}, unauthenticated()
	}
	if err != nil {
		return cases.Actor{}, Session{}, cases.Unavailable(err)
	}
	now := s.now()
	actor, session, ok := admit(known, p, in, now)
	if !ok {
		return cases.Actor{}, Session{}, unauthenticated()
	}
	for _, absent := range s.accounts.deputised(known.account, now) {
		actor.Deputises = append(actor.Deputises, absent.ID)
	}
	return actor, session, nil
}

// admit judges a pass against its account as it is now.
func admit(known *knownAccount, p *pass, in cases.Collection, now time.Time) (cases.Actor, Session, bool) {
	a := known.account
	session := Session{
		ID: p.ID, Means: BySession, Account: a.ID, Language: a.Language,
		CreatedAt: p.CreatedAt, ExpiresAt: p.ExpiresAt,
	}
	roles, ok := a.Roles, p.Version >= a.SessionsSince
	if in == cases.Tokens {
		session.Means = ByToken
		roles, ok = a.rolesOfToken(p.ID)
	}
	if !ok || !a.Active || !now.Before(p.ExpiresAt) {
		return cases.Actor{}, Session{}, false
	}
	return cases.Actor{
		Account: a.ID, Roles: slices.Clone(roles), Units: slices.Clone(known.units), Bars: slices.Clone(a.Bars),
	}, session, true
}

// pass reads a token's document, from memory where that is fresh.
func (s *Service) pass(ctx context.Context, in cases.Collection, hash tokenHash) (*pass, error) {
	now := s.now()
	if p, ok := s.passes.get(hash, now); ok {
		if p == nil {
			return nil, cases.ErrNotFound
		}
		return p, nil
	}
	p := new(pass)
	if err := s.store.Get(ctx, in, hash.key(), p); err != nil {
		if errors.Is(err, cases.ErrNotFound) {
			return nil, err
		}
		return nil, fmt.Errorf("looking for a token in %s: %w", in, err)
	}
	if !s.passes.put(hash, p, now) {
		return nil, cases.ErrNotFound
	}
	return p, nil
}

// SignOut ends the session of a token: at once here, and within two seconds on
// other instances. A session that has ended already is no error. An API token is
// not a session: it is ended by RevokeToken.
func (s *Service) SignOut(ctx context.Context, bearer string) error {
	switch in, ok := collectionOf(bearer); {
	case !ok:
		return unauthenticated()
	case in == cases.Tokens:
		return workflow.Refuse(workflow.Forbidden, "not_a_session",
			"This is an API token, not a session. Revoke the token to end it.")
	}
	hash := hashOf(bearer)
	s.passes.end(hash, s.now())
	if err := s.store.Delete(ctx, cases.Sessions, hash.key()); err != nil {
		return cases.Unavailable(fmt.Errorf("ending a session: %w", err))
	}
	return nil
}

// orphanAge is how long a token's document may wait for its event.
const orphanAge = time.Hour

// Sweep deletes the documents of sessions that have expired and of API tokens and
// one-time links that no account names, and says how many. Every instance may run it at any
// time; what it deletes opens nothing any more.
func (s *Service) Sweep(ctx context.Context, now time.Time) (int, error) {
	s.passes.sweep(now)
	deleted := 0
	for _, in := range []cases.Collection{cases.Sessions, cases.Tokens, cases.Links} {
		dead, err := s.dead(ctx, in, now)
		if err != nil {
			return deleted, cases.Unavailable(err)
		}
		for _, id := range dead {
			if err := s.store.Delete(ctx, in, id); err != nil {
				return deleted, cases.Unavailable(fmt.Errorf("deleting from %s: %w", in, err))
			}
			deleted++
		}
	}
	return deleted, nil
}

// dead lists the ids of what can be deleted from a collection. Nothing is
// deleted, and no account read, while the scan is under way: an engine may hold
// a read of its own open for as long.
func (s *Service) dead(ctx context.Context, in cases.Collection, now time.Time) ([]string, error) {
	var dead []string
	orphans := map[string]pass{}
	err := s.store.Scan(ctx, in, func(id string, decode func(any) error) error {
		var p pass
		if err := decode(&p); err != nil {
			return fmt.Errorf("a document in %s: %w", in, err)
		}
		if !now.Before(p.ExpiresAt) {
			dead = append(dead, id)
		} else if in != cases.Sessions && now.Sub(p.CreatedAt) > orphanAge {
			orphans[id] = p
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("sweeping %s: %w", in, err)
	}
	for id, p := range orphans {
		known, err := s.accounts.current(ctx, p.Account)
		if err != nil && !errors.Is(err, cases.ErrNotFound) {
			return nil, fmt.Errorf("sweeping %s: %w", in, err)
		}
		if err == nil {
			if known.account.names(p.ID) {
				continue
			}
		}
		dead = append(dead, id)
	}
	return dead, nil
}

// names says whether an API token or a link is the account's own.
func (a *Account) names(id string) bool {
	_, token := a.token(id)
	return token || a.Link != nil && a.Link.ID == id
}

// passCache remembers tokens' documents for a moment, so that a busy client does
// not read its session from the store with each request.
type passCache struct {
	fresh time.Duration

	mu     sync.RWMutex
	byHash map[tokenHash]cachedPass
}

type cachedPass struct {
	pass *pass // nil: ended here; a read that began before must not bring it back
	read time.Time
}

const (
	mostPasses = 100_000     // remembered at once
	endedFor   = time.Minute // how long an ended session is remembered as such
)

func newPassCache(fresh time.Duration) *passCache {
	return &passCache{fresh: fresh, byHash: map[tokenHash]cachedPass{}}
}

// get finds a pass that was read within the fresh moment, or nil for one that
// has ended; ok is false where the store must be asked.
func (c *passCache) get(hash tokenHash, now time.Time) (p *pass, ok bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	e, there := c.byHash[hash]
	if !there || !c.alive(e, now) {
		return nil, false
	}
	return e.pass, true
}

func (c *passCache) alive(e cachedPass, now time.Time) bool {
	if e.pass == nil {
		return within(now, e.read, endedFor)
	}
	return within(now, e.read, c.fresh)
}

// put remembers a pass as read at some instant, and says false when it has been
// ended here since.
func (c *passCache) put(hash tokenHash, p *pass, read time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, there := c.byHash[hash]; there && e.pass == nil && read.Sub(e.read) < endedFor {
		return false // also when the read began before the end
	}
	c.makeRoom(read)
	c.byHash[hash] = cachedPass{pass: p, read: read}
	return true
}

// end remembers that a pass has ended.
func (c *passCache) end(hash tokenHash, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.makeRoom(now)
	c.byHash[hash] = cachedPass{read: now}
}

// sweep forgets what is no longer fresh.
func (c *passCache) sweep(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forgetOld(now)
}

func (c *passCache) forgetOld(now time.Time) {
	for hash, e := range c.byHash {
		if !c.alive(e, now) {
			delete(c.byHash, hash)
		}
	}
}

// makeRoom keeps the cache bounded. When it is full of what is fresh it forgets
// everything: passes are read again, which costs a moment and loses nothing.
func (c *passCache) makeRoom(now time.Time) {
	if len(c.byHash) < mostPasses {
		return
	}
	c.forgetOld(now)
	if len(c.byHash) >= mostPasses {
		clear(c.byHash)
	}
}
