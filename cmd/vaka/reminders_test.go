package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/notifier/mailtest"
	"github.com/vaka-project/vaka/workflow"
)

// dueAtOnce is how many reminders come due at the same moment. FerretDB, with one
// writer and no index but the unique one, is worked with near 2,000 documents, and
// a draft with its reminder makes five: the draft, the rung, the claim, the letter
// and its receipt.
const dueAtOnce = 400

// Two servers share hundreds of reminders that are due at the same moment, one of
// them is killed in the middle and started again. None is lost. Twice goes out only
// what the killed one had handed over and not yet receipted, and that under the same
// Message-ID.
func TestTwoInstances_OneKilledWhileReminding(t *testing.T) {
	store := mongoStore(t)
	account(t, "dpo@example.org", "notifier", store...)
	books := openBooks(t, store)
	books.beginDrafts(dueAtOnce)
	mail, err := mailtest.Serve()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(mail.Down)
	args := append([]string{
		"--sweep-seconds", "1", "--letter-seconds", "5", "--smtp-host", mail.Host, "--smtp-port", fmt.Sprint(mail.Port),
		"--smtp-security", "none", "--mail-from", "no-reply@example.se", "--public-url", "https://vaka.example.se",
	}, store...)
	a, b := serve(t, args...), serve(t, args...)

	await(t, mail, dueAtOnce/4)
	a.kill()
	inHand, _ := mail.Count()
	unsure := books.withoutReceipt()
	t.Logf("killed after %d letters, when %d had no receipt", inHand, len(unsure))
	if inHand >= dueAtOnce {
		t.Fatal("all of it was done before the kill")
	}
	a = serve(t, args...)

	within(t, 3*time.Minute, "every reminder has a receipt", func() bool {
		n, _ := mail.Count()
		return n >= dueAtOnce && len(books.withoutReceipt()) == 0
	})
	for _, s := range []*server{a, b} {
		if code := s.stop(t); code != 0 {
			t.Errorf("exit code %d\n%s", code, s.errs.String())
		}
	}
	books.compare(mail.Mails(), unsure)
}

// books is the ledger of letters, read beside the servers.
type books struct {
	*testing.T
	engine engine
	parts  *Parts
}

func openBooks(t *testing.T, store []string) *books {
	t.Helper()
	c := settingsFor(t, map[string]string{"mongo_uri_file": store[1], "mongo_database": store[3]})
	e, err := openEngine(t.Context(), c, discard())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	p, err := joinParts(c, e, e, time.Now, discard())
	if err == nil {
		err = p.load(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return &books{t, e, p}
}

// beginDrafts keeps so many drafts of the one notifier in which the 72 hours are
// over: their last reminder is due as soon as somebody looks, each in a letter of its
// own, for the law makes it urgent.
func (b *books) beginDrafts(n int) {
	b.Helper()
	type clock struct {
		AwareAt  time.Time `json:"aware_at"`
		Revision int       `json:"revision"`
		SetAt    time.Time `json:"set_at"`
	}
	type draft struct {
		ID        string    `json:"id"`
		Account   string    `json:"account"`
		Version   int64     `json:"version"`
		UpdatedAt time.Time `json:"updated_at"`
		Clock     clock     `json:"clock"`
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	dpo := b.parts.Auth.WithRole(workflow.RoleNotifier)[0]
	for range n {
		d := draft{cases.NewID(now), dpo, 1, now, clock{now.Add(-100 * time.Hour), 1, now}}
		if err := b.engine.Insert(b.Context(), cases.Drafts, d.ID, d); err != nil {
			b.Fatal(err)
		}
	}
}

// tries are the lines of every letter: who claimed each try, and which are closed.
func (b *books) tries() (by map[string][]string, closed map[string]bool) {
	b.Helper()
	by, closed = map[string][]string{}, map[string]bool{}
	err := b.engine.Scan(b.Context(), cases.Letters, func(key string, decode func(any) error) error {
		letter, _, _ := strings.Cut(key, "/")
		if strings.HasSuffix(key, "/r") {
			closed[letter] = true
			return nil
		}
		var line struct {
			By string `json:"by"`
		}
		err := decode(&line)
		by[letter] = append(by[letter], line.By)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return by, closed
}

// withoutReceipt are the letters of which nobody knows now whether they went out.
func (b *books) withoutReceipt() map[string]bool {
	b.Helper()
	by, closed := b.tries()
	out := map[string]bool{}
	for letter := range by {
		if !closed[letter] {
			out[letter] = true
		}
	}
	return out
}

// compare holds what the mail server had in its hands against the ledger: every
// letter came, and those that came twice had been left by the server that was killed.
func (b *books) compare(mails []mailtest.Mail, unsure map[string]bool) {
	b.Helper()
	by, _ := b.tries()
	times := map[string]int{}
	for _, m := range mails {
		letter, _, _ := strings.Cut(strings.TrimPrefix(m.MessageID, "<"), "@")
		times[letter]++
	}
	if len(by) != dueAtOnce || len(times) != dueAtOnce {
		b.Errorf("%d letters are in the ledger and %d came, want %d", len(by), len(times), dueAtOnce)
	}
	killed := map[string]bool{}
	for letter, n := range times {
		switch tries := by[letter]; {
		case n == 1:
		case n == 2 && len(tries) == 2 && unsure[letter]:
			killed[tries[0]] = true
		default:
			b.Errorf("letter %s came %d times, tried by %v, unsure at the kill: %t", letter, n, tries, unsure[letter])
		}
	}
	if len(killed) > 1 {
		b.Errorf("more than one instance left letters behind: %v", killed)
	}
	b.Logf("%d letters came, %d of them twice", len(times), len(mails)-len(times))
}

// await waits until the mail server has had so many letters in its hands.
func await(t *testing.T, mail *mailtest.Server, n int) {
	t.Helper()
	patience := time.After(2 * time.Minute)
	for {
		have, more := mail.Count()
		if have >= n {
			return
		}
		select {
		case <-more:
		case <-patience:
			t.Fatalf("%d letters came, want %d", have, n)
		}
	}
}
