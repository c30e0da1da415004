package cases

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// outagePrefix begins the numbers of outages, as in OUT-2026-1.
const outagePrefix = "OUT"

// Outages keeps the outages, all in memory: there are few, or should be.
type Outages struct {
	log     Log[Outage, *Outage]
	numbers *numbers
	now     func() time.Time
	zone    *time.Location

	mu   *sync.RWMutex
	byID map[string]*Outage
}

func newOutages(store Store, numbers *numbers, now func() time.Time, zone *time.Location) *Outages {
	return &Outages{
		log: Log[Outage, *Outage]{Store: store, In: OutagePictures}, numbers: numbers, now: now, zone: zone,
		mu: &sync.RWMutex{}, byID: map[string]*Outage{},
	}
}

// at is the same by another clock.
func (s *Outages) at(now func() time.Time) *Outages {
	other := *s
	other.now = now
	return &other
}

func (s *Outages) start(ctx context.Context) error {
	err := s.log.Store.Scan(ctx, OutagePictures, func(_ string, decode func(any) error) error {
		o := &Outage{}
		if err := decode(o); err != nil {
			return err
		}
		s.keep(o)
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading the outages: %w", err)
	}
	return nil
}

// Refresh takes in what another instance did to an outage.
func (s *Outages) Refresh(ctx context.Context, id string, seq int64) (bool, error) {
	o, err := s.log.Load(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	s.numbers.taken(o.Number)
	s.keep(o)
	return o.Version >= seq, nil
}

// Heal folds an outage from its events and writes its picture anew.
func (s *Outages) Heal(ctx context.Context, id string) error {
	o, err := s.log.Heal(ctx, id)
	if err == nil {
		s.keep(o)
	}
	return err
}

func (s *Outages) keep(o *Outage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if have := s.byID[o.ID]; have == nil || have.Version < o.Version {
		s.byID[o.ID] = o
	}
}

func noOutage() error {
	return workflow.Refuse(workflow.NotFound, "no_such_outage", "There is no such outage.")
}

// Get is an outage by number, for staff.
func (s *Outages) Get(a Actor, number string) (Outage, error) {
	all, err := s.List(a)
	if err != nil {
		return Outage{}, err
	}
	if at := slices.IndexFunc(all, func(o Outage) bool { return strings.EqualFold(o.Number, number) }); at >= 0 {
		return all[at], nil
	}
	return Outage{}, noOutage()
}

// List is every outage, the latest first, for staff.
func (s *Outages) List(a Actor) ([]Outage, error) {
	if !a.Staff() {
		return nil, noOutage()
	}
	return s.all(func(*Outage) bool { return true }), nil
}

// Public are the outages that everybody is told of which went on at that time or
// later: when they were and what was wrong, not who said so.
func (s *Outages) Public(since time.Time) []Outage {
	found := s.all(func(o *Outage) bool {
		return o.Public && o.Withdrawn == "" && (o.To == nil || !o.To.Before(since))
	})
	out := make([]Outage, len(found))
	for n, o := range found {
		out[n] = Outage{Number: o.Number, From: o.From, To: o.To, What: o.What, Public: true}
	}
	return out
}

func (s *Outages) all(want func(*Outage) bool) []Outage {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := []Outage{}
	for _, o := range s.byID {
		if want(o) {
			out = append(out, *o)
		}
	}
	slices.SortFunc(out, func(a, b Outage) int {
		if c := b.From.Compare(a.From); c != 0 {
			return c
		}
		return strings.Compare(b.ID, a.ID)
	})
	return out
}

// MayRecord says whether somebody records, corrects and withdraws outages.
func (s *Outages) MayRecord(a Actor) bool {
	return a.Has(workflow.RoleRegistrar) || a.Has(workflow.RoleSupervisor)
}

func (s *Outages) mayRecord(a Actor) error {
	switch {
	case s.MayRecord(a):
		return nil
	case a.Staff():
		return workflow.Refuse(workflow.Forbidden, "role", "Registrars and supervisors record outages.")
	}
	return noOutage()
}

// Record enters an outage by hand.
func (s *Outages) Record(ctx context.Context, a Actor, o OutageRecorded, cmd Command) (Outage, error) {
	if err := s.mayRecord(a); err != nil {
		return Outage{}, err
	}
	now := toMillis(s.now())
	o.From, o.To, o.Source = toMillis(o.From), settledTime(o.To), OutageByHand
	faults := append(outageTimes(o.From, o.To, now), neededText("/what", o.What, "Say what did not work.")...)
	if len(faults) > 0 {
		return Outage{}, workflow.RefuseFaults("invalid_outage", "The outage was not recorded.", faults)
	}
	id := NewID(now)
	if cmd.ID != "" {
		id = DerivedID("outage", cmd.ID)
	}
	return s.record(ctx, id, a.Account, cmd.ID, o)
}

// RecordGap enters the silence after the last heartbeat of all instances. Of the same
// heartbeat there is one outage, however many instances start at once.
func (s *Outages) RecordGap(ctx context.Context, from, to time.Time, what Text) (Outage, error) {
	from, to = toMillis(from), toMillis(to)
	id := DerivedID("heartbeat gap", from.Format(time.RFC3339Nano))
	return s.record(ctx, id, System("heartbeat").Account, "", OutageRecorded{From: from, To: &to, What: what, Source: OutageHeartbeat, Public: true})
}

func (s *Outages) record(ctx context.Context, id, account, command string, o OutageRecorded) (Outage, error) {
	now := toMillis(s.now())
	for range numberTries {
		if have, err := s.log.Load(ctx, id); err == nil {
			s.keep(have)
			return *have, nil
		} else if !errors.Is(err, ErrNotFound) {
			return Outage{}, Unavailable(err)
		}
		made := &Outage{}
		o.Number = s.numbers.next(outagePrefix, now.In(s.zone).Year())
		_, err := s.log.Append(ctx, id, made, Entry{
			Kind: EventOutageRecorded, At: now, Actor: account, Command: command, Payload: o,
			Claims: []Claim{{In: Numbers, ID: o.Number, Doc: NumberClaim{Number: o.Number, Outage: id}}},
		})
		if errors.Is(err, ErrNumberTaken) || errors.Is(err, ErrExists) {
			continue
		}
		if err != nil {
			return Outage{}, Unavailable(err)
		}
		s.keep(made)
		return *made, nil
	}
	return Outage{}, Unavailable(ErrUnavailable)
}

// Correct replaces the times of an outage, on the version that the person saw.
func (s *Outages) Correct(ctx context.Context, a Actor, number string, version int64, c OutageCorrected) (Outage, error) {
	c.From, c.To = toMillis(c.From), settledTime(c.To)
	faults := append(outageTimes(c.From, c.To, toMillis(s.now())), neededText("/reason", c.Reason, "Say why it is changed.")...)
	return s.change(ctx, a, number, version, faults, EventOutageCorrected, c)
}

// Withdraw says why it was no outage after all; it stays readable.
func (s *Outages) Withdraw(ctx context.Context, a Actor, number string, version int64, reason Text) (Outage, error) {
	return s.change(ctx, a, number, version, neededText("/reason", reason, "Say why."), EventOutageWithdrawn, because{Reason: reason})
}

func (s *Outages) change(ctx context.Context, a Actor, number string, version int64, faults []workflow.Fault, kind EventKind, payload any) (Outage, error) {
	have, err := s.Get(a, number)
	if err != nil {
		return Outage{}, err
	}
	if err := s.mayRecord(a); err != nil {
		return Outage{}, err
	}
	if len(faults) > 0 {
		return have, workflow.RefuseFaults("invalid_outage", "The outage was not changed.", faults)
	}
	o, err := s.log.Load(ctx, have.ID)
	if err != nil {
		return Outage{}, Unavailable(err)
	}
	s.keep(o)
	if o.Version != version {
		return *o, outageStale(o.Version)
	}
	if o.Withdrawn != "" {
		return *o, workflow.Refuse(workflow.Conflict, "outage_withdrawn", "The outage is withdrawn already.")
	}
	changed := *o
	_, err = s.log.Append(ctx, o.ID, &changed, Entry{Kind: kind, At: s.now(), Actor: a.Account, Payload: payload})
	if errors.Is(err, ErrExists) {
		return *o, outageStale(o.Version + 1)
	}
	if err != nil {
		return Outage{}, Unavailable(err)
	}
	s.keep(&changed)
	return changed, nil
}

func outageStale(version int64) error {
	e := workflow.Refuse(workflow.Stale, "changed_meanwhile", "Somebody changed the outage meanwhile. Look at it as it is now, and send it again if it still fits.")
	e.Version = version
	return e
}

func outageTimes(from time.Time, to *time.Time, now time.Time) []workflow.Fault {
	switch {
	case from.IsZero():
		return []workflow.Fault{{Path: "/from", Code: "required", Message: "Say when it began."}}
	case from.After(now):
		return []workflow.Fault{{Path: "/from", Code: "in_the_future", Message: "It cannot have happened after now."}}
	case to != nil && to.After(now):
		return []workflow.Fault{{Path: "/to", Code: "in_the_future", Message: "It cannot have happened after now."}}
	case to != nil && !to.After(from):
		return []workflow.Fault{{Path: "/to", Code: "range", Message: "The end is before the beginning."}}
	}
	return nil
}

// longestPost bounds how long what was dispatched during an outage may take until it
// is registered, so that an old outage does not ask for every late case since.
const longestPost = 14 * 24 * time.Hour

// TouchedNotification is one that may be late because of an outage.
type TouchedNotification struct {
	Case       *Case
	DueAt      time.Time
	ReceivedAt time.Time // the instant that was judged
}

// TouchedClock is an open clock of a party that ran out during an outage.
type TouchedClock struct {
	Case Summary
	DueClock
}

// Touched is what an outage touched of the cases that the actor sees.
func (s *Service) Touched(ctx context.Context, a Actor, o Outage) (late []TouchedNotification, clocks []TouchedClock, err error) {
	if !a.Staff() {
		return nil, nil, noOutage()
	}
	if o.Withdrawn != "" {
		return nil, nil, nil
	}
	now := s.now()
	end, isLate := o.end(now), true
	q := Query{Late: &isLate, ReceivedFrom: o.From, ReceivedTo: end.Add(OutageGrace + longestPost), Sort: SortOldest, Limit: MaxLimit}
	for {
		page, err := s.board.List(q, a, now)
		if err != nil {
			return nil, nil, err
		}
		for _, sum := range page.Items {
			c, err := s.Case(ctx, a, sum.ID)
			if workflow.KindOf(err) == workflow.NotFound {
				continue // it became secret meanwhile
			}
			if err != nil {
				return nil, nil, err
			}
			if j := c.Judgement(); o.Touches(j, now) {
				late = append(late, TouchedNotification{Case: c, DueAt: j.Deadlines.For(j.Policy).DueAt, ReceivedAt: j.EffectiveAt})
			}
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			break
		}
	}
	overdue := true
	q = Query{Overdue: &overdue, Limit: MaxLimit}
	for {
		page, err := s.board.List(q, a, now)
		if err != nil {
			return nil, nil, err
		}
		for _, sum := range page.Items {
			for _, k := range sum.Clocks {
				if ofParty(k.Kind) && !k.DueAt.Before(o.From) && !k.DueAt.After(end) {
					clocks = append(clocks, TouchedClock{sum, k})
				}
			}
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return late, clocks, nil
		}
	}
}
