package auth

import (
	"container/list"
	"errors"
	"net/netip"
	"sync"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// Limits bound the guessing of passwords. They are counted in memory by each
// instance, so with n instances an attacker has n times as many guesses, and a
// restart forgets them; both are small beside the strength of a password.
type Limits struct {
	AccountFailures int           // failures for one account within Window
	AddressFailures int           // failures from one address within Window
	Window          time.Duration // sliding
	KnownFor        time.Duration // how long an address counts as known for an account after a success
	Keys            int           // most keys remembered of each sort; the oldest go first
}

// DefaultLimits leave a person ten tries in a quarter of an hour, and an office
// behind one address a hundred.
var DefaultLimits = Limits{
	AccountFailures: 10,
	AddressFailures: 100,
	Window:          15 * time.Minute,
	KnownFor:        30 * 24 * time.Hour,
	Keys:            100_000,
}

// throttle counts failed sign-ins in sliding windows: per account, per address,
// and per pair of both where the account signed in from the address lately. Such
// a pair is judged by its own window alone. So guessing from elsewhere shuts
// nobody out of an account at the usual desk, and one broken program does not
// shut an office out; while whoever guesses behind a known address still has no
// more tries than the account's limit.
//
// A refused attempt is not counted: after the window it works again, however
// long somebody hammered. It concerns signing in only. Whoever holds a session
// or a token is never asked.
type throttle struct {
	limits Limits

	mu        sync.Mutex
	accounts  *recent[[]time.Time] // failures by account
	addresses *recent[[]time.Time] // failures by address
	pairs     *recent[[]time.Time] // failures by account and known address
	known     *recent[time.Time]   // last success by account and address
	keys      *recent[[]time.Time] // wrong keys of cases by address
}

func newThrottle(l Limits) *throttle {
	return &throttle{
		limits:    l,
		accounts:  newRecent[[]time.Time](l.Keys),
		addresses: newRecent[[]time.Time](l.Keys),
		pairs:     newRecent[[]time.Time](l.Keys),
		known:     newRecent[time.Time](l.Keys),
		keys:      newRecent[[]time.Time](l.Keys),
	}
}

// wait tells how long an attempt has to wait; 0 lets it go on.
func (t *throttle) wait(account, address string, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.waitLocked(account, plainAddress(address), now)
}

// settle records how an attempt ended. It judges again first: of many attempts
// sent at once only so many are answered as one after the other would be, and
// for the rest it tells the time to wait, whether the password was right or not.
func (t *throttle) settle(account, address string, ok bool, now time.Time) time.Duration {
	address = plainAddress(address)
	t.mu.Lock()
	defer t.mu.Unlock()
	if wait := t.waitLocked(account, address, now); wait > 0 {
		return wait
	}
	pair := account + " " + address
	switch {
	case ok:
		// The address keeps its count: else a guesser with an account of their
		// own would clear it at will.
		t.accounts.drop(account)
		t.pairs.drop(pair)
		if address != "" {
			t.known.put(pair, now)
		}
	case t.isKnown(pair, now):
		t.fail(t.pairs, pair, t.limits.AccountFailures, now)
		t.fail(t.addresses, address, t.limits.AddressFailures, now)
	default:
		t.fail(t.accounts, account, t.limits.AccountFailures, now)
		if address != "" {
			t.fail(t.addresses, address, t.limits.AddressFailures, now)
		}
	}
	return 0
}

func (t *throttle) waitLocked(account, address string, now time.Time) time.Duration {
	if pair := account + " " + address; t.isKnown(pair, now) {
		return t.left(t.pairs, pair, t.limits.AccountFailures, now)
	}
	return max(
		t.left(t.accounts, account, t.limits.AccountFailures, now),
		t.left(t.addresses, address, t.limits.AddressFailures, now))
}

// waitKeys tells how long an address has to wait with the next key of a case.
func (t *throttle) waitKeys(address string, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.left(t.keys, plainAddress(address), t.limits.AddressFailures, now)
}

// wrongKey counts a key of a case that opened nothing.
func (t *throttle) wrongKey(address string, now time.Time) {
	if address == "" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fail(t.keys, plainAddress(address), t.limits.AddressFailures, now)
}

func (t *throttle) isKnown(pair string, now time.Time) bool {
	at, ok := t.known.get(pair)
	return ok && now.Sub(at) < t.limits.KnownFor
}

// left tells when the window of a key has room again.
func (t *throttle) left(in *recent[[]time.Time], key string, limit int, now time.Time) time.Duration {
	failures, _ := in.get(key)
	failures = t.within(failures, now)
	if len(failures) < limit {
		return 0
	}
	return failures[len(failures)-limit].Add(t.limits.Window).Sub(now)
}

// fail counts a failure; no more than limit of them need be remembered.
func (t *throttle) fail(in *recent[[]time.Time], key string, limit int, now time.Time) {
	failures, _ := in.get(key)
	failures = append(t.within(failures, now), now)
	if over := len(failures) - limit; over > 0 {
		failures = failures[over:]
	}
	in.put(key, failures)
}

// within leaves the failures of the window that ends now.
func (t *throttle) within(failures []time.Time, now time.Time) []time.Time {
	for len(failures) > 0 && now.Sub(failures[0]) >= t.limits.Window {
		failures = failures[1:]
	}
	return failures
}

// plainAddress is the key of an address: an IPv6 customer has a whole /64.
func plainAddress(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	prefix, err := ip.Prefix(64)
	if err != nil {
		return ip.String()
	}
	return prefix.String()
}

// recent is a map that forgets the key written longest ago when it is full.
type recent[V any] struct {
	most  int
	items map[string]*list.Element
	order *list.List // of *recentItem[V], the newest in front
}

type recentItem[V any] struct {
	key   string
	value V
}

func newRecent[V any](most int) *recent[V] {
	return &recent[V]{most: most, items: map[string]*list.Element{}, order: list.New()}
}

func (r *recent[V]) get(key string) (V, bool) {
	if e, ok := r.items[key]; ok {
		return e.Value.(*recentItem[V]).value, true
	}
	var none V
	return none, false
}

func (r *recent[V]) put(key string, value V) {
	if e, ok := r.items[key]; ok {
		e.Value.(*recentItem[V]).value = value
		r.order.MoveToFront(e)
		return
	}
	if r.order.Len() >= r.most {
		r.drop(r.order.Back().Value.(*recentItem[V]).key)
	}
	r.items[key] = r.order.PushFront(&recentItem[V]{key: key, value: value})
}

func (r *recent[V]) drop(key string) {
	if e, ok := r.items[key]; ok {
		r.order.Remove(e)
		delete(r.items, key)
	}
}

// throttled is the cause of a refusal that time heals.
type throttled struct{ wait time.Duration }

func (t throttled) Error() string { return "throttled for " + t.wait.String() }

// tooMany is the refusal of an attempt that came too early.
func tooMany(wait time.Duration) error {
	wait = (wait + time.Second - 1).Truncate(time.Second)
	return workflow.Refuse(workflow.TooMany, "too_many_sign_ins",
		"There were too many failed attempts to sign in. Try again in %d seconds.", int64(wait/time.Second)).
		Because(throttled{wait})
}

// RetryAfter tells, of a refusal of the kind workflow.TooMany, after how long the
// attempt may be made again, in whole seconds.
func RetryAfter(err error) (time.Duration, bool) {
	t, ok := errors.AsType[throttled](err)
	return t.wait, ok
}
