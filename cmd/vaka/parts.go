package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/config"
	"github.com/vaka-project/vaka/notifier"
	"github.com/vaka-project/vaka/workflow"
)

// Parts are the rooms of one installation, put together on its store.
type Parts struct {
	Store cases.Store
	Law   *workflow.Clocks
	Units *cases.Registry
	Auth  *auth.Service
	Cases *cases.Service
	Inbox *notifier.Inbox

	policy cases.Policy
	engine engine // Store without what is measured around it
}

// joinParts puts the rooms together. Nothing is read yet; see load.
func joinParts(c config.Config, e engine, store cases.Store, now func() time.Time, log *slog.Logger) (*Parts, error) {
	law, err := lawOf(c)
	if err != nil {
		return nil, err
	}
	policy, err := policyOf(c)
	if err != nil {
		return nil, err
	}
	files, scanner, err := filesOf(c)
	if err != nil {
		return nil, err
	}
	p := &Parts{Store: store, Law: law, policy: policy, engine: e}
	p.Units = cases.NewRegistry(store, now)
	p.Auth = auth.New(auth.Options{
		Store: store, Now: now, SessionLife: time.Duration(c.SessionHours) * time.Hour,
		Limits:   auth.Limits{AccountFailures: c.LoginAttemptsPerAccount, AddressFailures: c.LoginAttemptsPerAddress},
		Webhooks: webhooksOf(c),
	})
	p.Inbox = notifier.NewInbox(store, now)
	p.Cases = cases.NewService(cases.Options{
		Store: store, People: p.Auth, Units: p.Units, Law: law, Policy: policy, Files: files, Scan: scanner, Now: now, Logger: log,
	})
	return p, nil
}

// opener opens a store: openEngine or openExisting.
type opener func(context.Context, config.Config, *slog.Logger) (engine, error)

// withParts opens the store of an installation for a command that looks after it,
// and closes it again.
func withParts(ctx context.Context, open opener, c config.Config, log *slog.Logger, use func(*Parts) error) error {
	e, err := open(ctx, c, log)
	if err != nil {
		return err
	}
	p, err := joinParts(c, e, e, time.Now, log)
	if err == nil {
		err = use(p)
	}
	if closing := e.Close(); err == nil {
		err = closing
	}
	return err
}

// load reads everything that is kept in memory. What a crash left unsettled is
// healed first, so that the summaries that the board reads are the current ones.
func (p *Parts) load(ctx context.Context) error {
	if err := p.heal(ctx); err != nil {
		return err
	}
	if err := p.Units.Start(ctx); err != nil {
		return err
	}
	if err := p.Auth.Load(ctx); err != nil {
		return err
	}
	if err := p.Inbox.Load(ctx); err != nil {
		return err
	}
	return p.Cases.Start(ctx)
}

// heal writes the pictures of the records anew whose events were written by an
// instance that ended before it wrote the pictures.
func (p *Parts) heal(ctx context.Context) error {
	records, err := p.engine.Unsettled(ctx)
	if err != nil {
		return fmt.Errorf("looking for unsettled records: %w", err)
	}
	for _, id := range records {
		events, err := p.Store.Events(ctx, id, 1)
		if err != nil {
			return fmt.Errorf("events of %s: %w", id, err)
		}
		if len(events) == 0 {
			continue // it was announced and never written
		}
		if err := p.repaint(ctx, id, events[0].Header.Kind); err != nil {
			return fmt.Errorf("healing: %w", err)
		}
	}
	return nil
}
