package auth

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vaka-project/vaka/workflow"
)

var (
	noon   = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	limits = Limits{AccountFailures: 3, AddressFailures: 5, Window: 15 * time.Minute, KnownFor: 30 * 24 * time.Hour, Keys: 100}
)

// A script of attempts: at so many minutes, on an account from an address, with
// the right password or not; and the minutes that it is told to wait.
func TestThrottle(t *testing.T) {
	type try struct {
		at               float64 // minutes after noon
		account, address string
		right            bool
		wait             float64 // minutes; 0 goes through
	}
	const office, home, evil = "192.0.2.1", "198.51.100.2", "203.0.113.3"
	for name, script := range map[string][]try{
		"the account's limit slides": {
			{0, "a", home, false, 0},
			{5, "a", home, false, 0},
			{10, "a", home, false, 0},
			{11, "a", home, true, 4},
			{14, "a", home, false, 1}, // refused whatever the password
			{15, "a", home, false, 0},
			{16, "a", home, true, 4},
			{20, "a", home, true, 0},
		},
		"refused attempts do not count": {
			{0, "a", home, false, 0},
			{0, "a", home, false, 0},
			{0, "a", home, false, 0},
			{5, "a", home, false, 10},
			{10, "a", home, false, 5},
			{14, "a", home, false, 1},
			{15, "a", home, true, 0},
		},
		"a success clears the account": {
			{0, "a", home, false, 0},
			{0, "a", home, false, 0},
			{1, "a", home, true, 0},
			{2, "a", home, false, 0},
			{2, "a", home, false, 0},
			{2, "a", home, true, 0},
		},
		"a success anywhere gives the account its tries back": {
			{0, "a", home, false, 0},
			{0, "a", home, false, 0},
			{1, "a", home, true, 0},
			{2, "a", evil, false, 0},
			{2, "a", evil, false, 0},
			{2, "a", evil, false, 0},
			{3, "a", evil, false, 14},
		},
		"a success at a known desk gives the desk its tries back": {
			{0, "a", office, true, 0},
			{1, "a", office, false, 0},
			{1, "a", office, false, 0},
			{1, "a", office, true, 0},
			{2, "a", office, false, 0},
			{2, "a", office, false, 0},
			{2, "a", office, true, 0},
		},
		"failures at a known desk count for the address": {
			{0, "a", office, true, 0},
			{1, "a", office, false, 0},
			{1, "a", office, false, 0},
			{1, "a", office, false, 0},
			{1, "b", office, false, 0},
			{1, "c", office, false, 0},
			{2, "d", office, true, 14},
		},
		"accounts do not share": {
			{0, "a", home, false, 0},
			{0, "a", home, false, 0},
			{0, "a", home, false, 0},
			{1, "a", home, true, 14},
			{1, "b", home, true, 0},
		},
		"the address has a limit over all accounts": {
			{0, "a", evil, false, 0},
			{0, "b", evil, false, 0},
			{0, "c", evil, false, 0},
			{0, "d", evil, false, 0},
			{0, "e", evil, false, 0},
			{1, "f", evil, true, 14},
			{1, "f", home, true, 0},
			{15, "g", evil, true, 0},
		},
		"an account of one's own does not clear the address": {
			{0, "a", evil, false, 0},
			{0, "b", evil, false, 0},
			{0, "mine", evil, true, 0},
			{0, "c", evil, false, 0},
			{0, "d", evil, false, 0},
			{0, "e", evil, false, 0},
			{1, "f", evil, false, 14},
		},
		"known at the desk, guessed at from elsewhere": {
			{0, "a", office, true, 0},
			{1, "a", evil, false, 0},
			{1, "a", evil, false, 0},
			{1, "a", evil, false, 0},
			{1, "a", evil, false, 15},
			{2, "a", office, true, 0},
			{2, "b", office, true, 0},
		},
		"known at an address that is used up": {
			{0, "a", office, true, 0},
			{1, "v", office, false, 0},
			{1, "w", office, false, 0},
			{1, "x", office, false, 0},
			{1, "y", office, false, 0},
			{1, "z", office, false, 0},
			{2, "b", office, true, 14},
			{2, "a", office, true, 0},
		},
		"guessing at a known desk has the account's limit": {
			{0, "a", office, true, 0},
			{1, "a", office, false, 0},
			{1, "a", office, false, 0},
			{1, "a", office, false, 0},
			{2, "a", office, true, 14},
			{2, "a", home, true, 0},
		},
		"an address is known for thirty days": {
			{0, "a", office, true, 0},
			{30 * 24 * 60, "a", evil, false, 0},
			{30 * 24 * 60, "a", evil, false, 0},
			{30 * 24 * 60, "a", evil, false, 0},
			{30*24*60 + 1, "a", office, true, 14},
		},
		"an IPv6 customer is one address": {
			{0, "a", "2001:db8::1", false, 0},
			{0, "b", "2001:db8::2", false, 0},
			{0, "c", "2001:db8:0:0:ffff::3", false, 0},
			{0, "d", "2001:db8::4%eth0", false, 0},
			{0, "e", "2001:db8::5", false, 0},
			{1, "f", "2001:db8::6", true, 14},
			{1, "f", "2001:db8:0:1::6", true, 0},
		},
		"IPv4 in IPv6 is IPv4": {
			{0, "a", "::ffff:203.0.113.3", false, 0},
			{0, "b", evil, false, 0},
			{0, "c", evil, false, 0},
			{0, "d", evil, false, 0},
			{0, "e", evil, false, 0},
			{1, "f", "::ffff:203.0.113.3", true, 14},
		},
		"no address is nobody's": {
			{0, "a", "", true, 0},
			{0, "b", "", false, 0},
			{0, "c", "", false, 0},
			{0, "d", "", false, 0},
			{0, "e", "", false, 0},
			{0, "f", "", false, 0},
			{0, "g", "", true, 0},
			{0, "a", "", false, 0},
			{0, "a", "", false, 0},
			{0, "a", "", false, 0},
			{0, "a", "", true, 15},
		},
	} {
		t.Run(name, func(t *testing.T) {
			th := newThrottle(limits)
			for i, try := range script {
				at := noon.Add(time.Duration(try.at * float64(time.Minute)))
				want := time.Duration(try.wait * float64(time.Minute))
				got := th.wait(try.account, try.address, at)
				if settled := th.settle(try.account, try.address, try.right, at); settled != got {
					t.Fatalf("attempt %d waits %v before and %v after", i, got, settled)
				}
				if got != want {
					t.Fatalf("attempt %d waits %v, want %v", i, got, want)
				}
			}
		})
	}
}

// Attempts that were let in together are answered as if they came one by one.
func TestThrottleAttemptsSentAtOnce(t *testing.T) {
	th := newThrottle(limits)
	for range 64 {
		if th.wait("a", "192.0.2.1", noon) != 0 {
			t.Fatal("refused before anything failed")
		}
	}
	answered := 0
	for range 64 {
		if th.settle("a", "192.0.2.1", false, noon) == 0 {
			answered++
		}
	}
	if answered != limits.AccountFailures {
		t.Errorf("%d guesses were answered, want %d", answered, limits.AccountFailures)
	}
	if th.settle("a", "192.0.2.1", true, noon) == 0 {
		t.Error("the right guess is told apart after the limit")
	}
}

// However attempts are spread, no window ever answers more wrong guesses than
// the account's limit, and whoever waits as told is let in.
func TestThrottleNeverAnswersMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		th, at := newThrottle(limits), noon
		var answered []time.Time
		for range rapid.IntRange(1, 200).Draw(t, "attempts") {
			at = at.Add(time.Duration(rapid.Int64Range(0, int64(4*time.Minute)).Draw(t, "pause")))
			address := fmt.Sprintf("192.0.2.%d", rapid.IntRange(1, 9).Draw(t, "address"))
			if wait := th.settle("a", address, false, at); wait > 0 {
				if wait > limits.Window {
					t.Fatalf("waits %v, longer than the window", wait)
				}
				if th.wait("a", "", at.Add(wait)) > 0 {
					t.Fatal("whoever waited as told is refused")
				}
				continue
			}
			answered = append(answered, at)
			if n := len(answered) - limits.AccountFailures - 1; n >= 0 && at.Sub(answered[n]) < limits.Window {
				t.Fatalf("%d guesses answered within %v", limits.AccountFailures+1, at.Sub(answered[n]))
			}
		}
	})
}

func TestThrottleMemoryIsBounded(t *testing.T) {
	th := newThrottle(limits)
	for i := range 1000 {
		th.settle(fmt.Sprint("account ", i), fmt.Sprint("address ", i), i%2 == 0, noon)
	}
	for name, n := range map[string]int{
		"accounts": len(th.accounts.items), "addresses": len(th.addresses.items),
		"pairs": len(th.pairs.items), "known": len(th.known.items),
		"order": th.accounts.order.Len(),
	} {
		if n > limits.Keys {
			t.Errorf("%d %s are remembered, at most %d should be", n, name, limits.Keys)
		}
	}
	if _, ok := th.accounts.get("account 999"); !ok {
		t.Error("the newest is forgotten")
	}
	if _, ok := th.accounts.get("account 1"); ok {
		t.Error("the oldest is remembered")
	}
}

func TestRetryAfter(t *testing.T) {
	err := fmt.Errorf("signing in: %w", tooMany(89*time.Second+time.Millisecond))
	wait, ok := RetryAfter(err)
	if !ok || wait != 90*time.Second || workflow.KindOf(err) != workflow.TooMany {
		t.Errorf("retry after %v, %v, kind %s", wait, ok, workflow.KindOf(err))
	}
	for _, err := range []error{nil, errors.New("x"), workflow.Refuse(workflow.TooMany, "other", "Other.")} {
		if _, ok := RetryAfter(err); ok {
			t.Errorf("%v has a time to wait", err)
		}
	}
}
