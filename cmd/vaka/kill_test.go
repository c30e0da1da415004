package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// kills is how often the server is killed: 50 times, or as VAKA_TEST_KILLS says.
func kills(t *testing.T) int {
	if testing.Short() {
		return 5
	}
	if n, err := strconv.Atoi(os.Getenv("VAKA_TEST_KILLS")); err == nil && n > 0 {
		return n
	}
	return 50
}

const submitters = 64

// ledger is what the clients know: what was acknowledged, and what they sent
// without learning its fate.
type ledger struct {
	mu           sync.Mutex
	acknowledged map[string]filed // by key
	unsure       []string         // keys
	wrong        []string
}

func (l *ledger) acknowledge(key string, f filed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if before, again := l.acknowledged[key]; again && before != f {
		l.wrong = append(l.wrong, fmt.Sprintf("%s was first answered %+v and then %+v", key, before, f))
	}
	l.acknowledged[key] = f
}

// next is a key to send: one whose fate is unknown, or a new one.
func (l *ledger) next(round, client, n int) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.unsure) > 0 {
		key := l.unsure[len(l.unsure)-1]
		l.unsure = l.unsure[:len(l.unsure)-1]
		return key
	}
	return fmt.Sprintf("round-%d-client-%d-%d", round, client, n)
}

// submit sends notifications until the server is gone.
func (l *ledger) submit(c *client, url string, round, client int) {
	for n := 0; ; n++ {
		key := l.next(round, client, n)
		f, status, _, err := c.file(url, key)
		if err == nil && status == http.StatusCreated {
			l.acknowledge(key, f)
			continue
		}
		l.mu.Lock()
		l.unsure = append(l.unsure, key)
		if err == nil {
			l.wrong = append(l.wrong, fmt.Sprintf("a notification was answered %d", status))
		}
		l.mu.Unlock()
		return
	}
}

// Nothing that was acknowledged is lost when the server is killed under load,
// however often; no number is given twice; and every chain holds. A request whose
// answer never came is sent again and makes no second case.
func TestKilledUnderLoad(t *testing.T) {
	data := t.TempDir()
	account(t, "dpo@example.org", "notifier", "--data", data)
	l := &ledger{acknowledged: map[string]filed{}}
	serveLoad := func() *server {
		return serve(t, "--data", data, "--notifications-per-second-per-account", "0")
	}

	c := newClient()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	rounds := kills(t)
	for round := range rounds {
		s := serveLoad()
		if c.token == "" { // sessions outlive the server, so one is enough
			c = signIn(t, s.url, "dpo@example.org")
		}
		l.spotCheck(t, c, s.url, random)
		var clients sync.WaitGroup
		for client := range submitters {
			clients.Go(func() { l.submit(c, s.url, round, client) })
		}
		time.Sleep(time.Duration(50+random.IntN(200)) * time.Millisecond) // the moment of the kill is what is tried out
		s.kill()
		clients.Wait()
		if len(l.wrong) > 0 {
			t.Fatalf("after kill %d: %s", round+1, strings.Join(l.wrong, "\n"))
		}
	}

	s := serveLoad()
	for _, key := range l.unsure {
		f, status, _, err := c.file(s.url, key)
		if err != nil || status != http.StatusCreated {
			t.Fatalf("sending %s again: status %d, error %v", key, status, err)
		}
		l.acknowledge(key, f)
	}
	l.checkAll(t, c, s.url)
	if code := s.stop(t); code != 0 {
		t.Errorf("exit code %d after SIGTERM:\n%s", code, s.errs.String())
	}
	report := must(t, "", "verify", "--data", data)
	t.Logf("%d kills, %d notifications acknowledged; %s", rounds, len(l.acknowledged), strings.TrimSpace(report))
	if want := fmt.Sprintf("of %d records; 0 breaks", len(l.acknowledged)+2); !strings.Contains(report, want) { // and the account, and the settings
		t.Errorf("verify says %q, want %q", report, want)
	}
	if len(l.wrong) > 0 {
		t.Error(strings.Join(l.wrong, "\n"))
	}
}

// spotCheck looks at some of what was acknowledged.
func (l *ledger) spotCheck(t *testing.T, c *client, url string, random *rand.Rand) {
	t.Helper()
	looked := 0
	for key, f := range l.acknowledged { // in an order of its own each time
		if looked++; looked > 20 {
			return
		}
		l.check(t, c, url, key, f)
	}
}

func (l *ledger) check(t *testing.T, c *client, url, key string, want filed) {
	var got struct {
		ID     string `json:"id"`
		Number string `json:"number"`
	}
	status, _, err := c.do(http.MethodGet, url+"/api/v1/cases/"+want.Case.ID, nil, "", &got)
	if err != nil || status != http.StatusOK || got.ID != want.Case.ID || got.Number != want.Case.Number {
		t.Errorf("%s was acknowledged as %s %s, and is now answered %d %+v (%v)", key, want.Case.ID, want.Case.Number, status, got, err)
	}
}

// checkAll looks at everything that was acknowledged, and for numbers and cases
// that were given twice.
func (l *ledger) checkAll(t *testing.T, c *client, url string) {
	t.Helper()
	work := make(chan string)
	var checking sync.WaitGroup
	for range submitters {
		checking.Go(func() {
			for key := range work {
				l.check(t, c, url, key, l.acknowledged[key])
			}
		})
	}
	numbers, ids := map[string]string{}, map[string]string{}
	for key, f := range l.acknowledged {
		if other, taken := numbers[f.Case.Number]; taken {
			t.Errorf("%s and %s have the number %s", key, other, f.Case.Number)
		}
		if other, taken := ids[f.Case.ID]; taken {
			t.Errorf("%s and %s are one case", key, other)
		}
		numbers[f.Case.Number], ids[f.Case.ID] = key, key
		work <- key
	}
	close(work)
	checking.Wait()
}
