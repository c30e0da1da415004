package auth

import (
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/vaka-project/vaka/cases"
)

func TestTokensAreWellFormed(t *testing.T) {
	seen := map[string]bool{}
	for _, prefix := range []string{sessionPrefix, tokenPrefix, bootstrapPrefix} {
		for range 100 {
			token := mint(prefix)
			if !wellFormed(token, prefix) || len(token) != len(prefix)+43 || seen[token] {
				t.Fatalf("minted %.7s… of %d characters, seen %v", token, len(token), seen[token])
			}
			seen[token] = true
		}
	}
	// The last character carries two bits that mean nothing: only one spelling counts.
	if wellFormed("vaka_s_"+strings.Repeat("A", 42)+"B", sessionPrefix) {
		t.Error("a second spelling of one token is accepted")
	}
}

func hashNumber(n int) (h tokenHash) {
	binary.BigEndian.PutUint64(h[:], uint64(n))
	return h
}

func TestPassCache(t *testing.T) {
	c := newPassCache(time.Second)
	p, h := &pass{ID: "x"}, hashNumber(1)
	expect := func(when string, at time.Duration, want *pass, wantOK bool) {
		t.Helper()
		if got, ok := c.get(h, noon.Add(at)); got != want || ok != wantOK {
			t.Errorf("%s: got %v, %v", when, got, ok)
		}
	}
	expect("never seen", 0, nil, false)
	if !c.put(h, p, noon) {
		t.Error("a pass cannot be remembered")
	}
	expect("just read", 0, p, true)
	expect("still fresh", time.Second-1, p, true)
	expect("old", time.Second, nil, false)
	expect("the clock was set back", -time.Second, nil, false)
	c.end(h, noon.Add(time.Second))
	expect("ended", time.Second, nil, true)
	if c.put(h, p, noon) || c.put(h, p, noon.Add(30*time.Second)) {
		t.Error("an ended pass came back")
	}
	c.sweep(noon.Add(30 * time.Second))
	expect("ended, swept early", 30*time.Second, nil, true)
	c.sweep(noon.Add(2 * time.Minute))
	if len(c.byHash) != 0 {
		t.Error("an old end is remembered for ever")
	}
}

func TestPassCacheIsBounded(t *testing.T) {
	c := newPassCache(time.Second)
	for i := range mostPasses {
		if i%2 == 0 {
			c.put(hashNumber(i), &pass{}, noon)
		} else {
			c.end(hashNumber(i), noon)
		}
	}
	c.put(hashNumber(mostPasses), &pass{}, noon.Add(2*time.Second)) // the passes are old by now, the ends are not
	if got := len(c.byHash); got != mostPasses/2+1 {
		t.Errorf("%d are remembered, want the ends and the new one", got)
	}
	for i := range mostPasses {
		c.end(hashNumber(-i-1), noon.Add(2*time.Second))
	}
	if got := len(c.byHash); got > mostPasses {
		t.Errorf("%d are remembered, at most %d should be", got, mostPasses)
	}
}

// An API token's document in the place of a session's is not judged as a session.
func TestAdmitAsksTheAccount(t *testing.T) {
	a := &Account{ID: "a", Active: true, SessionsSince: 3, Version: 5}
	known := &knownAccount{account: a}
	for _, c := range []struct {
		name string
		in   cases.Collection
		p    pass
		want bool
	}{
		{"session", cases.Sessions, pass{Version: 3, ExpiresAt: noon.Add(1)}, true},
		{"ended by a later version", cases.Sessions, pass{Version: 2, ExpiresAt: noon.Add(1)}, false},
		{"expires now", cases.Sessions, pass{Version: 3, ExpiresAt: noon}, false},
		{"token that the account does not name", cases.Tokens, pass{ID: "t", Version: 5, ExpiresAt: noon.Add(1)}, false},
	} {
		if _, _, got := admit(known, &c.p, c.in, noon); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	a.Active = false
	if _, _, got := admit(known, &pass{Version: 3, ExpiresAt: noon.Add(1)}, cases.Sessions, noon); got {
		t.Error("a deactivated account gets in")
	}
}
