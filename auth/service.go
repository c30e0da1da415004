package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// Options are what a Service needs and may be told. The zero value of each field
// but Store and Now means its default.
type Options struct {
	Store cases.Store      // required
	Now   func() time.Time // required

	SessionLife  time.Duration // how long a signed-in session lasts, whatever is done in it; 12 hours
	MaxTokenLife time.Duration // longest life of an API token; 366 days
	Fresh        time.Duration // how old what is remembered of sessions and accounts may be; 1 second
	MinPassword  int           // shortest password in characters; DefaultMinPassword
	Argon        Argon         // of new hashes; DefaultArgon
	Hashing      int           // most passwords hashed at once; 2
	Limits       Limits        // of failed sign-ins; DefaultLimits
	Webhooks     Webhooks      // what people may have called; WebhooksHTTPS
}

// Webhooks says which webhooks people may have called.
type Webhooks int

// The sorts of webhooks.
const (
	WebhooksHTTPS Webhooks = iota
	WebhooksOff
	WebhooksAnyScheme // plain HTTP too
)

// orDefaults fills in what was left out.
func (o Options) orDefaults() Options {
	set(&o.SessionLife, 12*time.Hour)
	set(&o.MaxTokenLife, 366*24*time.Hour)
	set(&o.Fresh, time.Second)
	set(&o.MinPassword, DefaultMinPassword)
	set(&o.Argon, DefaultArgon)
	set(&o.Hashing, 2)
	set(&o.Limits.AccountFailures, DefaultLimits.AccountFailures)
	set(&o.Limits.AddressFailures, DefaultLimits.AddressFailures)
	set(&o.Limits.Window, DefaultLimits.Window)
	set(&o.Limits.KnownFor, DefaultLimits.KnownFor)
	set(&o.Limits.Keys, DefaultLimits.Keys)
	return o
}

func set[T comparable](field *T, fallback T) {
	var zero T
	if *field == zero {
		*field = fallback
	}
}

// Service is the auth room. All its methods may be called from many goroutines
// at once. Errors are *workflow.Error where they are meant for people; none of
// them names a person or an address.
type Service struct {
	opt       Options
	store     cases.Store
	log       cases.Log[Account, *Account]
	accounts  *directory
	passes    *passCache
	passwords *passwords
	throttle  *throttle

	// administering lets one administrator's change at a time be made on this
	// instance, so that two cannot take each other away, each relying on the other.
	administering sync.Mutex
}

// MinPassword is the shortest password that an account may get, in characters.
func (s *Service) MinPassword() int { return s.opt.MinPassword }

// New makes a Service. It reads nothing yet; see Load.
func New(opt Options) *Service {
	opt = opt.orDefaults()
	log := cases.Log[Account, *Account]{Store: opt.Store, In: cases.Accounts}
	return &Service{
		opt:       opt,
		store:     opt.Store,
		log:       log,
		accounts:  newDirectory(log, opt.Now, opt.Fresh),
		passes:    newPassCache(opt.Fresh),
		passwords: newPasswords(opt.Argon, opt.Hashing),
		throttle:  newThrottle(opt.Limits),
	}
}

// now is the instant of the request, as it will be stored.
func (s *Service) now() time.Time { return s.opt.Now().UTC().Truncate(time.Millisecond) }

// Load reads every account into memory, each with the events that came after its
// picture. Call it before serving, and once Follow is ready.
func (s *Service) Load(ctx context.Context) error {
	return cases.Unavailable(s.accounts.loadAll(ctx))
}

// Refresh takes in a change that another instance made to a record, when the
// record is an account. Records of other kinds cost one read by id.
func (s *Service) Refresh(ctx context.Context, record string) error {
	if !s.accounts.knows(record) {
		var there Account
		err := s.store.Get(ctx, cases.Accounts, record, &there)
		if errors.Is(err, cases.ErrNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("looking for account %s: %w", record, err)
		}
	}
	_, err := s.accounts.load(ctx, record)
	return err
}

// Person implements cases.Directory: it returns cases.ErrNotFound when there is
// no such account, and tells of deactivated ones too.
func (s *Service) Person(ctx context.Context, account string) (cases.Person, error) {
	if !cases.IsID(account) {
		return cases.Person{}, cases.ErrNotFound
	}
	known, err := s.accounts.current(ctx, account)
	if err != nil {
		return cases.Person{}, cases.Unavailable(err)
	}
	a := known.account
	p := cases.Person{Account: a.ID, Name: a.Name, Roles: slices.Clone(a.Roles), Active: a.Active, Bars: slices.Clone(a.Bars)}
	if h := a.Handover; h != nil {
		p.Handover = &cases.Handover{Successor: h.Successor, Reason: cases.Text(h.Reason), By: h.By}
	}
	return p, nil
}

// Profile shows an account to its holder or to an administrator.
func (s *Service) Profile(ctx context.Context, actor cases.Actor, account string) (Profile, error) {
	if actor.Account != account && !administers(actor) {
		return Profile{}, administratorsOnly()
	}
	known, err := s.accounts.current(ctx, account)
	if err != nil {
		return Profile{}, s.refused(err)
	}
	return known.account.Profile(), nil
}

// Accounts lists every account for an administrator, in the order of their
// e-mail addresses.
func (s *Service) Accounts(ctx context.Context, actor cases.Actor) ([]Profile, error) {
	if !administers(actor) {
		return nil, administratorsOnly()
	}
	if err := s.accounts.scan(ctx); err != nil {
		return nil, cases.Unavailable(err)
	}
	out := []Profile{}
	for _, a := range s.accounts.all() {
		out = append(out, a.Profile())
	}
	slices.SortFunc(out, func(a, b Profile) int { return strings.Compare(a.Email, b.Email) })
	return out, nil
}

// entry is one change of an account that a rule has allowed.
type entry struct {
	kind    cases.EventKind
	payload any
}

// change appends one event to an account: decide sees the account as it stands
// and gives the event or the reason against it. Whoever was slower than somebody
// else is told so, and decides again.
func (s *Service) change(ctx context.Context, actor cases.Actor, id string, decide func(*Account) (entry, error)) (*Account, error) {
	at := s.now()
	a, err := s.log.Load(ctx, id)
	if err != nil {
		return nil, s.refused(err)
	}
	e, err := decide(a)
	if err != nil {
		return nil, err
	}
	return s.append(ctx, actor.Account, a, at, e)
}

// append records e on a, which must be a copy of nobody else's, and publishes it.
func (s *Service) append(ctx context.Context, actor string, a *Account, at time.Time, e entry) (*Account, error) {
	id := a.ID
	_, err := s.log.Append(ctx, id, a, cases.Entry{Kind: e.kind, At: at, Actor: actor, Payload: e.payload})
	if errors.Is(err, cases.ErrExists) {
		stale := workflow.Refuse(workflow.Stale, "account_changed",
			"Somebody changed this account at the same moment. Look at it as it is now, and decide again.")
		if now, err := s.accounts.load(ctx, id); err == nil {
			stale.Version = now.account.Version
		}
		return nil, stale
	}
	if err != nil {
		return nil, cases.Unavailable(fmt.Errorf("recording %s on account %s: %w", e.kind, id, err))
	}
	s.accounts.take(a, at)
	return a, nil
}

// refused turns the absence of an account into words, and a dead store too.
func (s *Service) refused(err error) error {
	if errors.Is(err, cases.ErrNotFound) || errors.Is(err, errForeign) {
		return workflow.Refuse(workflow.NotFound, "no_such_account", "There is no such account.")
	}
	return cases.Unavailable(err)
}

// administers says whether an actor may change other people's accounts: an
// administrator, or the program itself on behalf of whoever runs it.
func administers(actor cases.Actor) bool {
	return actor.Has(workflow.RoleAdministrator) || actor.Has(workflow.RoleSystem)
}

func administratorsOnly() error {
	return workflow.Refuse(workflow.Forbidden, "administrators_only", "Only an administrator may do this.")
}
