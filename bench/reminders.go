package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/notifier/mailtest"
	"github.com/vaka-project/vaka/store/bolt"
	"github.com/vaka-project/vaka/workflow"
)

// dueAtOnce is how many reminders come due at the same moment.
const dueAtOnce = 10_000

// planning looks how long the server's first look at the clocks of all cases took,
// when it knows nothing of them yet, and then those that follow.
func (s *scene) planning() error {
	first, sum, err := s.passes("vaka_reminding_seconds")
	for began := time.Now(); err == nil && first == 0 && time.Since(began) < time.Minute; {
		time.Sleep(10 * time.Millisecond)
		first, sum, err = s.passes("vaka_reminding_seconds")
	}
	if err != nil {
		return err
	}
	s.t.add(row{
		what: "planning of reminders, the first look after a start", cases: s.n,
		value: took(sum / time.Duration(max(first, 1))), wanted: "≤ 100 ms (100,000)",
	})
	later, all := first, sum
	for waited := 0; err == nil && later < first+3 && waited < 30; waited++ {
		time.Sleep(time.Second)
		later, all, err = s.passes("vaka_reminding_seconds")
	}
	if err != nil || later == first {
		return errors.Join(err, fmt.Errorf("the server does not look for reminders"))
	}
	s.t.add(row{
		what: "planning of reminders, mean of later looks", cases: s.n,
		value: took((all - sum) / time.Duration(later-first)), wanted: "≤ 100 ms (100,000)",
	})
	return nil
}

// reminders lets a server find ten thousand reminders due at its start, and counts
// what a mail server beside it gets. Each letter goes into the inbox too.
func reminders(ctx context.Context, binary string, t *table) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	say("%s reminders:", thousands(dueAtOnce))
	data, err := os.MkdirTemp("", "vaka-bench-data")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(data) }()
	for i := range filers {
		if err := addUser(ctx, binary, data, filer(i), "notifier"); err != nil {
			return err
		}
	}
	if err := overdueDrafts(ctx, data, dueAtOnce); err != nil {
		return err
	}
	mail, err := mailtest.Serve()
	if err != nil {
		return err
	}
	defer mail.Down()
	s, err := start(ctx, binary, data, "--smtp-host", mail.Host, "--smtp-port", fmt.Sprint(mail.Port), "--smtp-security", "none",
		"--mail-from", "no-reply@bench.example", "--public-url", "https://vaka.example")
	if err != nil {
		return err
	}
	defer s.stop()
	began := time.Now()
	for n := 0; n < dueAtOnce; {
		have, more := mail.Count()
		if n = have; n < dueAtOnce {
			select {
			case <-more:
			case <-ctx.Done():
				return fmt.Errorf("%d of %d letters came: %w", n, dueAtOnce, ctx.Err())
			}
		}
	}
	all := time.Since(began)
	names := map[string]bool{}
	for _, m := range mail.Mails() {
		names[m.MessageID] = true
	}
	if len(names) != dueAtOnce {
		return fmt.Errorf("%d letters came, of which %d are different ones", dueAtOnce, len(names))
	}
	worked, err := s.worked()
	if err != nil {
		return err
	}
	t.add(row{
		what: "10,000 reminders due at once: claimed, composed, in the inbox and at the mail server",
		rate: dueAtOnce / all.Seconds(), value: fmt.Sprintf("%s, server's CPU %s each", took(all), took(worked/dueAtOnce)), wanted: "≥ 500/s",
	})
	return nil
}

// overdueDrafts keeps drafts of the filers in which the 72 hours are over, as the
// forms keep them: each has a reminder that goes by itself, for the law makes it
// urgent.
func overdueDrafts(ctx context.Context, data string, n int) (err error) {
	store, err := bolt.Open(data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	accounts := auth.New(auth.Options{Store: store, Now: time.Now})
	if err := accounts.Load(ctx); err != nil {
		return err
	}
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
	now, who := time.Now().UTC().Truncate(time.Millisecond), accounts.WithRole(workflow.RoleNotifier)
	_, err = load(ctx, 64, limit{n, time.Minute}, func(_, i int) error {
		d := draft{cases.NewID(now), who[i%len(who)], 1, now, clock{now.Add(-100 * time.Hour), 1, now}}
		return store.Insert(ctx, cases.Drafts, d.ID, d)
	})
	return err
}
