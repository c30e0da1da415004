package web

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// heardOut is a client that keeps what it is sent, until it goes away.
type heardOut struct {
	mu   sync.Mutex
	sent []string
	gone error
}

func (o *heardOut) send(text string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.gone != nil {
		return o.gone
	}
	o.sent = append(o.sent, text)
	return nil
}

func (o *heardOut) all() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(o.sent, "")
}

func (o *heardOut) leave() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.gone = errors.New("the client is gone")
}

var liveStaff = cases.Actor{Account: "kim", Roles: []workflow.Role{workflow.RoleCaseworker}}

func liveID(n int) string { return fmt.Sprintf("%026d", n) }

func liveCase(n int, version int64, change ...func(*cases.Summary)) cases.Summary {
	s := cases.Summary{ID: liveID(n), Number: fmt.Sprintf("PUI-2026-%05d", n), Version: version, State: workflow.StateTriage, ReceivedAt: time.Unix(int64(n), 0)}
	for _, f := range change {
		f(&s)
	}
	return s
}

func secretFrom(s *cases.Summary) { s.Secret, s.Named = true, []string{"somebody else"} }

// beginLive runs a stream in a bubble.
func beginLive(h *hub, account string) (*heardOut, *stream, chan error) {
	out, done := &heardOut{}, make(chan error, 1)
	s := h.join(account, "session-"+account, "token")
	after := h.board.NewsNow()
	go func() { done <- h.run(s, after, out) }()
	return out, s, done
}

func welcome(actor cases.Actor) func(context.Context, string) (cases.Actor, error) {
	return func(context.Context, string) (cases.Actor, error) { return actor, nil }
}

func TestHub_TellsWhatChangedOnceAndInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHub(cases.NewBoard(), welcome(liveStaff))
		out, _, done := beginLive(h, "kim")
		time.Sleep(2 * liveGap)
		h.board.Put(liveCase(1, 1))
		synctest.Wait()
		if got := out.all(); !strings.Contains(got, `"number":"PUI-2026-00001","version":1,"arrived":true`) {
			t.Fatalf("an arrival is not told at once: %s", got)
		}
		for v := int64(2); v <= 40; v++ { // a busy second is one message, with the case as it stands last
			h.board.Put(liveCase(1, v))
		}
		time.Sleep(liveGap)
		synctest.Wait()
		if got := out.all(); strings.Count(got, "event: news") != 2 || !strings.Contains(got, `"version":40}`) || strings.Contains(got, `"version":39`) {
			t.Errorf("forty changes are told as %s", got)
		}
		before := strings.Count(out.all(), ": still here")
		time.Sleep(4 * liveBeat)
		synctest.Wait()
		if beats := strings.Count(out.all(), ": still here") - before; beats < 3 || beats > 5 {
			t.Errorf("%d signs of life in four beats", beats)
		}
		h.close()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestHub_SaysNothingOfWhatOneMayNotSee(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHub(cases.NewBoard(), welcome(liveStaff))
		out, _, done := beginLive(h, "kim")
		time.Sleep(2 * liveGap)
		before := out.all()
		for v := int64(1); v <= 3; v++ {
			h.board.Put(liveCase(7, v, secretFrom))
			time.Sleep(2 * liveGap)
		}
		synctest.Wait()
		if got := strings.ReplaceAll(strings.TrimPrefix(out.all(), before), ": still here\n\n", ""); got != "" {
			t.Errorf("a secret case brings %q", got)
		}
		// A place tells neither how much happened nor that anything did.
		if a, b := h.places.spell(4), h.places.spell(4); a == b || len(a) != len(h.places.spell(4_000_000)) {
			t.Errorf("places tell what they hide: %s, %s", a, b)
		}
		h.close()
		<-done
	})
}

func TestHub_BeatsEvenWhenNothingMayBeTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHub(cases.NewBoard(), welcome(liveStaff))
		out, _, done := beginLive(h, "kim")
		synctest.Wait()
		quiet := len(out.all())
		time.Sleep(liveBeat - 2*liveGap)
		h.board.Put(liveCase(7, 1, secretFrom))
		synctest.Wait()
		if grown := len(out.all()) - quiet; grown > 0 {
			t.Errorf("a secret case is to be seen in when something is sent: %q", out.all()[quiet:])
		}
		h.close()
		<-done
	})
}

func TestHub_EndsWithTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var expired atomic.Bool
		h := newHub(cases.NewBoard(), func(context.Context, string) (cases.Actor, error) {
			if expired.Load() {
				return cases.Actor{}, errors.New("expired")
			}
			return liveStaff, nil
		})
		_, _, kim := beginLive(h, "kim")
		_, _, robin := beginLive(h, "robin")
		synctest.Wait()
		h.endSession("session-kim")
		if err := <-kim; err != nil || h.count() != 1 {
			t.Errorf("signing out: %v, %d streams are left", err, h.count())
		}
		expired.Store(true)
		if err := <-robin; err != nil || h.count() != 0 {
			t.Errorf("an expired session: %v, %d streams are left", err, h.count())
		}
	})
}

func TestHub_LosesTheOldestStreamOfAnAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHub(cases.NewBoard(), welcome(liveStaff))
		_, _, oldest := beginLive(h, "kim")
		_, _, other := beginLive(h, "robin")
		for range livePerUser {
			beginLive(h, "kim")
		}
		if err := <-oldest; err != nil || h.count() != livePerUser+1 {
			t.Errorf("%v, %d streams", err, h.count())
		}
		select {
		case <-other:
			t.Error("another account's stream ended too")
		default:
		}
		h.close()
		if h.join("kim", "s", "b") != nil {
			t.Error("a stream begins after the end")
		}
		synctest.Wait()
		if h.count() != 0 {
			t.Errorf("%d streams outlive the server", h.count())
		}
	})
}

func TestHub_LetsGoOfAClientThatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHub(cases.NewBoard(), welcome(liveStaff))
		out, _, done := beginLive(h, "kim")
		time.Sleep(2 * liveGap)
		out.leave()
		if err := <-done; err == nil || h.count() != 0 {
			t.Errorf("%v, %d streams are left", err, h.count())
		}
	})
}

func TestHub_SaysThatItForgot(t *testing.T) {
	h := newHub(cases.NewBoard(), welcome(liveStaff))
	for n := range 5000 {
		h.board.Put(liveCase(n, 1))
	}
	for _, after := range []int64{0, -1, 9999} {
		if m, last, _ := h.since(liveStaff, after); m.Whole || len(m.Changes) > 0 || last != 5000 {
			t.Errorf("after %d: whole %v, %d changes, last %d", after, m.Whole, len(m.Changes), last)
		}
	}
	if m, _, _ := h.since(liveStaff, 4998); !m.Whole || len(m.Changes) != 2 || m.Changes[1].ID != liveID(4999) {
		t.Errorf("the newest two are %+v", m)
	}
	if m, _, _ := h.since(cases.Actor{Account: "dpo", Roles: []workflow.Role{workflow.RoleNotifier}}, 4998); len(m.Changes) != 0 {
		t.Errorf("the notifier's side hears of %+v", m.Changes)
	}
	for _, forged := range []string{"", "x", h.places.spell(3)[1:], newPlaces().spell(3)} {
		if n := h.places.read(forged); n != -1 {
			t.Errorf("%q is read as %d", forged, n)
		}
	}
	if n := h.places.read(h.places.spell(3)); n != 3 {
		t.Errorf("a place is read as %d", n)
	}
}
