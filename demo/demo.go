package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// Notice and NoticeSV say what is made up. Whoever shows the demo shows them too.
const (
	Notice = "This is a demo. The attack on Miljödata (2025) and the one on Kumla (2024) happened; what is told here of single " +
		"organisations is made up, and so is every other case, every person, every contact, and every organisation with \"Exempel\" in its name."
	NoticeSV = "Det här är en demo. Angreppen mot Miljödata (2025) och Kumla (2024) har inträffat; det som berättas här om enskilda " +
		"organisationer är påhittat, liksom alla andra ärenden, personer, kontaktuppgifter och organisationer med \"Exempel\" i namnet."
)

// earliest is the first instant up to which the scenario can be told: before it,
// the investigations of November 2025 would lie in the future.
var earliest = time.Date(2025, time.December, 1, 0, 0, 0, 0, time.UTC)

// Errors of Tell.
var (
	ErrOtherData = errors.New("the store holds data that are not the demo's")
	ErrTooEarly  = errors.New("this machine's clock stands before the scenario's end; set it right")
)

// Options are what Tell needs. Auth and Units may be nil; where they are given
// they learn the accounts and organisations that were told, as if another
// instance had made them.
type Options struct {
	Store    cases.Store
	Auth     *auth.Service
	Units    *cases.Registry
	Law      *workflow.Clocks
	Policy   cases.Policy
	Now      time.Time             // the scenario is told up to here, unless an earlier telling began
	Logger   *slog.Logger          // nil logs nothing
	Progress func(done, total int) // acts; one call at a time; may be nil
}

// Told is what a telling brought about.
type Told struct {
	Until         time.Time // the instant up to which it is told
	Already       bool      // an earlier start had told it all
	Organisations int
	Cases         int
	Acts          int // notifications, steps and supplements
	Took          time.Duration
}

// mark is what a store says of the demo in it.
type mark struct {
	Until  time.Time  `json:"until"`
	ToldAt *time.Time `json:"told_at,omitempty"` // nil while the telling is under way
}

// markID is where the mark lies in cases.Meta.
const markID = "demo"

// Is says whether a store holds a demo, told or half told. Such a store must not
// become an authority's own.
func Is(ctx context.Context, store cases.Store) (bool, error) {
	_, err := readMark(ctx, store)
	if errors.Is(err, cases.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

func readMark(ctx context.Context, store cases.Store) (mark, error) {
	var m mark
	if err := store.Get(ctx, cases.Meta, markID, &m); err != nil {
		return m, fmt.Errorf("looking for the demo's mark: %w", err)
	}
	return m, nil
}

// begin finds the mark of an earlier telling, or sets it in an empty store.
func begin(ctx context.Context, o Options) (mark, error) {
	m, err := readMark(ctx, o.Store)
	if !errors.Is(err, cases.ErrNotFound) {
		return m, err
	}
	for _, in := range []cases.Collection{cases.Events, cases.Accounts} {
		err := o.Store.Scan(ctx, in, func(string, func(any) error) error { return ErrOtherData })
		if err != nil {
			return m, fmt.Errorf("looking for other data: %w", err)
		}
	}
	if o.Now.Before(earliest) {
		return m, ErrTooEarly
	}
	m.Until = o.Now.UTC().Truncate(time.Millisecond)
	if err := o.Store.Insert(ctx, cases.Meta, markID, m); err != nil {
		return m, fmt.Errorf("marking the store as a demo: %w", err)
	}
	return m, nil
}

// Tell tells the scenario in a store that is empty, or in which an earlier telling
// was interrupted. Where it is told already, it only says so. It writes by
// services of its own, so it comes before the program's own read the store.
func Tell(ctx context.Context, o Options) (Told, error) {
	began := time.Now()
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	m, err := begin(ctx, o)
	if err != nil {
		return Told{}, err
	}
	if m.ToldAt != nil {
		return Told{Until: m.Until, Already: true}, nil
	}
	told, err := tellAll(ctx, o, m.Until)
	if err != nil {
		return Told{}, fmt.Errorf("telling the demo's scenario: %w", err)
	}
	at := time.Now().UTC().Truncate(time.Millisecond)
	m.ToldAt = &at
	if err := o.Store.Put(ctx, cases.Meta, markID, m); err != nil {
		return Told{}, fmt.Errorf("marking the demo as told: %w", err)
	}
	if err := learn(ctx, o); err != nil {
		return Told{}, fmt.Errorf("reading what was told: %w", err)
	}
	told.Took = time.Since(began)
	o.Logger.InfoContext(ctx, "the demo's scenario is told",
		"cases", told.Cases, "acts", told.Acts, "milliseconds", told.Took.Milliseconds())
	return told, nil
}

// learn lets the program's own services know what was told.
func learn(ctx context.Context, o Options) error {
	if o.Auth != nil {
		if err := o.Auth.Load(ctx); err != nil {
			return err
		}
	}
	if o.Units != nil {
		return o.Units.Start(ctx)
	}
	return nil
}

func tellAll(ctx context.Context, o Options, until time.Time) (Told, error) {
	units := cases.NewRegistry(o.Store, func() time.Time { return founded })
	if err := units.Start(ctx); err != nil {
		return Told{}, err
	}
	country, err := found(ctx, units)
	if err != nil {
		return Told{}, err
	}
	people := auth.New(auth.Options{
		Store: o.Store, Now: func() time.Time { return founded }, MinPassword: len(Password),
	})
	cast, err := engage(ctx, people, country)
	if err != nil {
		return Told{}, err
	}
	service := cases.NewService(cases.Options{
		Store: turnstile{o.Store}, People: people, Units: units, Law: o.Law, Policy: o.Policy,
		Now: func() time.Time { return founded }, Logger: o.Logger,
	})
	if err := service.Start(ctx); err != nil {
		return Told{}, err
	}
	s := scenario{until: until, law: o.Law, zone: o.Policy.Zone, cast: cast, country: country}
	plan := s.plan()
	t := teller{service: service, zone: o.Policy.Zone, progress: o.Progress}
	if err := t.tell(ctx, plan); err != nil {
		return Told{}, err
	}
	plan = slices.DeleteFunc(plan, func(m *matter) bool { return m.scene })
	return Told{Until: until, Organisations: len(country.organisations), Cases: len(plan), Acts: t.total}, nil
}
