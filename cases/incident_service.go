package cases

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// incidentPrefix begins the numbers of incidents, as in INC-2026-3.
const incidentPrefix = "INC"

// Incidents keeps the incidents, all in memory: an authority has some dozens a year.
// All staff see them; whoever is not staff sees of a public one what helps to notify.
type Incidents struct {
	log     Log[Incident, *Incident]
	numbers *numbers
	now     func() time.Time
	zone    *time.Location

	mu   *sync.RWMutex
	byID map[string]*Incident
}

func newIncidents(store Store, numbers *numbers, now func() time.Time, zone *time.Location) *Incidents {
	return &Incidents{
		log: Log[Incident, *Incident]{Store: store, In: IncidentPictures}, numbers: numbers, now: now, zone: zone,
		mu: &sync.RWMutex{}, byID: map[string]*Incident{},
	}
}

// at is the same by another clock.
func (s *Incidents) at(now func() time.Time) *Incidents {
	other := *s
	other.now = now
	return &other
}

func (s *Incidents) start(ctx context.Context) error {
	err := s.log.Store.Scan(ctx, IncidentPictures, func(_ string, decode func(any) error) error {
		i := &Incident{}
		if err := decode(i); err != nil {
			return err
		}
		s.keep(i)
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading the incidents: %w", err)
	}
	return nil
}

// Refresh takes in what another instance did to an incident.
func (s *Incidents) Refresh(ctx context.Context, id string, seq int64) (bool, error) {
	i, err := s.log.Load(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	s.numbers.taken(i.Number)
	s.keep(i)
	return i.Version >= seq, nil
}

// Heal folds an incident from its events and writes its picture anew.
func (s *Incidents) Heal(ctx context.Context, id string) error {
	i, err := s.log.Heal(ctx, id)
	if err == nil {
		s.keep(i)
	}
	return err
}

func (s *Incidents) keep(i *Incident) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if have := s.byID[i.ID]; have == nil || have.Version < i.Version {
		s.byID[i.ID] = i
	}
}

// find is an incident by id or number, as this instance knows it.
func (s *Incidents) find(ref string) (*Incident, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if i, ok := s.byID[ref]; ok {
		return i, true
	}
	for _, i := range s.byID {
		if strings.EqualFold(i.Number, ref) {
			return i, true
		}
	}
	return nil, false
}

func noIncident() error {
	return workflow.Refuse(workflow.NotFound, "no_such_incident", "There is no such incident.")
}

func incidentStaff(a Actor) error {
	if a.Staff() || a.Has(workflow.RoleSystem) {
		return nil
	}
	return noIncident()
}

// Get is an incident by id or number, for staff.
func (s *Incidents) Get(a Actor, ref string) (Incident, error) {
	if err := incidentStaff(a); err != nil {
		return Incident{}, err
	}
	i, ok := s.find(ref)
	if !ok {
		return Incident{}, noIncident()
	}
	return *i, nil
}

// List is every incident, the newest first, for staff.
func (s *Incidents) List(a Actor) ([]Incident, error) {
	if err := incidentStaff(a); err != nil {
		return nil, err
	}
	return s.all(func(*Incident) bool { return true }), nil
}

// Notifiable are the incidents that anybody who notifies may name. What they are
// told of each is its title, its supplier and what describes the breach; nothing of
// how the authority handles it.
func (s *Incidents) Notifiable() []Incident {
	found := s.all(func(i *Incident) bool { return i.Public && i.Status == IncidentOpen })
	out := make([]Incident, len(found))
	for n, i := range found {
		out[n] = Incident{ID: i.ID, Number: i.Number, Status: i.Status, IncidentDescription: i.IncidentDescription}
		out[n].Summary = ""
	}
	return out
}

func (s *Incidents) all(want func(*Incident) bool) []Incident {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := []Incident{}
	for _, i := range s.byID {
		if want(i) {
			out = append(out, *i)
		}
	}
	slices.SortFunc(out, func(a, b Incident) int {
		if c := b.OpenedAt.Compare(a.OpenedAt); c != 0 {
			return c
		}
		return strings.Compare(b.ID, a.ID)
	})
	return out
}

// History is every event of an incident, for staff.
func (s *Incidents) History(ctx context.Context, a Actor, ref string) ([]Event, error) {
	i, err := s.Get(a, ref)
	if err != nil {
		return nil, err
	}
	events, err := s.log.Store.Events(ctx, i.ID, 1)
	return events, Unavailable(err)
}

// Open makes an incident.
func (s *Incidents) Open(ctx context.Context, a Actor, d IncidentDescription, reason Text, cmd Command) (Incident, error) {
	if !a.Staff() {
		return Incident{}, workflow.Refuse(workflow.Forbidden, "role", "Only staff of the authority open an incident.")
	}
	now := toMillis(s.now())
	d = d.settled()
	if faults := d.faults(now); len(faults) > 0 {
		return Incident{}, workflow.RefuseFaults("invalid_incident", "The incident cannot be opened.", faults)
	}
	id := NewID(now)
	if cmd.ID != "" {
		id = DerivedID("incident", cmd.ID)
		if have, err := s.log.Load(ctx, id); err == nil {
			return *have, nil
		} else if !errors.Is(err, ErrNotFound) {
			return Incident{}, Unavailable(err)
		}
	}
	for range numberTries {
		made := &Incident{}
		number := s.numbers.next(incidentPrefix, now.In(s.zone).Year())
		_, err := s.log.Append(ctx, id, made, Entry{
			Kind: EventIncidentOpened, At: now, Actor: a.Account, Command: cmd.ID,
			Payload: IncidentOpened{Number: number, Description: d, Reason: reason},
			Claims:  []Claim{{In: Numbers, ID: number, Doc: NumberClaim{Number: number, Incident: id}}},
		})
		if errors.Is(err, ErrNumberTaken) {
			continue
		}
		if err != nil {
			return Incident{}, Unavailable(err)
		}
		s.keep(made)
		return *made, nil
	}
	return Incident{}, Unavailable(ErrUnavailable)
}

// Describe replaces what is said of an incident, on the version that the person saw.
func (s *Incidents) Describe(ctx context.Context, a Actor, ref string, version int64, d IncidentDescription, reason Text) (Incident, error) {
	now := toMillis(s.now())
	d = d.settled()
	faults := append(d.faults(now), neededText("/reason", reason, "Say why it is changed.")...)
	return s.change(ctx, a, ref, &version, faults, func(*Incident) (EventKind, any, error) {
		return EventIncidentDescribed, IncidentDescribed{Description: d, Reason: reason}, nil
	})
}

// additionID is the id of something that is added to an incident: of a repeated
// command the same one again, so that it is added once.
func additionID(cmd Command, now time.Time) string {
	if cmd.ID == "" {
		return NewID(now)
	}
	return DerivedID("incident addition", cmd.ID)
}

// AddMoment records a point of the incident's history.
func (s *Incidents) AddMoment(ctx context.Context, a Actor, ref string, m IncidentMoment, cmd Command) (Incident, error) {
	now := toMillis(s.now())
	m.ID, m.RecordedBy, m.RecordedAt, m.At = additionID(cmd, now), a.Account, now, toMillis(m.At)
	faults := neededText("/text", m.Text, "Say what happened.")
	switch {
	case m.At.IsZero():
		faults = append(faults, workflow.Fault{Path: "/at", Code: "required", Message: "Say when it happened."})
	case m.At.After(now):
		faults = append(faults, workflow.Fault{Path: "/at", Code: "in_the_future", Message: "It cannot have happened after now."})
	}
	faults = append(faults, strays(reflect.ValueOf(m), planFor(reflect.TypeFor[IncidentMoment]()), "")...)
	return s.change(ctx, a, ref, nil, faults, func(i *Incident) (EventKind, any, error) {
		if slices.ContainsFunc(i.Timeline, func(have IncidentMoment) bool { return have.ID == m.ID }) {
			return "", nil, errSettled
		}
		return EventIncidentMoment, m, nil
	})
}

// AddStatement records what somebody said of how many there are.
func (s *Incidents) AddStatement(ctx context.Context, a Actor, ref string, st IncidentStatement, cmd Command) (Incident, error) {
	now := toMillis(s.now())
	st.ID, st.RecordedBy, st.RecordedAt, st.Withdrawn = additionID(cmd, now), a.Account, now, ""
	var faults []workflow.Fault
	if st.Count.Min == nil && st.Count.Max == nil {
		faults = append(faults, workflow.Fault{Path: "/count", Code: "required", Message: "Give a number, or a least and a greatest one."})
	}
	if st.Count.Unit == "" {
		faults = append(faults, workflow.Fault{Path: "/count/unit", Code: "required", Message: "Say what was counted: 870,000 e-mail addresses are not as many persons."})
	}
	if st.Count.Mode == "" {
		faults = append(faults, workflow.Fault{Path: "/count/mode", Code: "required", Message: "Say how sure the number is."})
	}
	faults = append(faults, neededText("/count/source", Text(st.Count.Source), "Say who counted.")...)
	faults = append(faults, neededText("/count/as_of", Text(st.Count.AsOf), "Say of which day the number is.")...)
	if st.Count.AsOf > Date(now.In(s.zone).Format(time.DateOnly)) {
		faults = append(faults, workflow.Fault{Path: "/count/as_of", Code: "in_the_future", Message: "A number cannot be of a day that is still to come."})
	}
	faults = append(faults, st.Count.faults("/count")...)
	faults = append(faults, strays(reflect.ValueOf(st), planFor(reflect.TypeFor[IncidentStatement]()), "")...)
	return s.change(ctx, a, ref, nil, faults, func(i *Incident) (EventKind, any, error) {
		if slices.ContainsFunc(i.Statements, func(have IncidentStatement) bool { return have.ID == st.ID }) {
			return "", nil, errSettled
		}
		return EventIncidentStatement, st, nil
	})
}

// faults are what cannot be counted so.
func (c Count) faults(at string) []workflow.Fault {
	var faults []workflow.Fault
	for _, n := range []*int64{c.Min, c.Max} {
		if n != nil && *n < 0 {
			faults = append(faults, workflow.Fault{Path: at, Code: "negative", Message: "A number of people or things is not below 0."})
			break
		}
	}
	if c.Min != nil && c.Max != nil && *c.Min > *c.Max {
		faults = append(faults, workflow.Fault{Path: at + "/max", Code: "range", Message: "The greatest number is less than the least one."})
	}
	return faults
}

// WithdrawStatement says why a statement no longer counts; it stays readable.
func (s *Incidents) WithdrawStatement(ctx context.Context, a Actor, ref, id string, reason Text) (Incident, error) {
	return s.change(ctx, a, ref, nil, neededText("/reason", reason, "Say why it no longer counts."), func(i *Incident) (EventKind, any, error) {
		at := slices.IndexFunc(i.Statements, func(st IncidentStatement) bool { return st.ID == id && st.Withdrawn == "" })
		if at < 0 {
			return "", nil, workflow.Refuse(workflow.NotFound, "no_such_statement", "There is no such statement, or it was withdrawn already.")
		}
		return EventStatementWithdrawn, withdrawal{ID: id, Reason: reason}, nil
	})
}

// EstablishFact writes down what the authority has established for all cases of
// the incident.
func (s *Incidents) EstablishFact(ctx context.Context, a Actor, ref string, text, basis Text, cmd Command) (Incident, error) {
	now := toMillis(s.now())
	f := SharedFact{ID: additionID(cmd, now), Text: text, Basis: basis, By: a.Account, At: now}
	faults := append(neededText("/text", text, "Say what is established."), neededText("/basis", basis, "Say what it rests on.")...)
	faults = append(faults, strays(reflect.ValueOf(f), planFor(reflect.TypeFor[SharedFact]()), "")...)
	return s.change(ctx, a, ref, nil, faults, func(i *Incident) (EventKind, any, error) {
		if i.Fact(f.ID) != nil {
			return "", nil, errSettled
		}
		return EventFactEstablished, f, nil
	})
}

// WithdrawFact says why a fact no longer holds; it stays readable.
func (s *Incidents) WithdrawFact(ctx context.Context, a Actor, ref, id string, reason Text) (Incident, error) {
	return s.change(ctx, a, ref, nil, neededText("/reason", reason, "Say why it no longer holds."), func(i *Incident) (EventKind, any, error) {
		if f := i.Fact(id); f == nil || f.Withdrawn != "" {
			return "", nil, workflow.Refuse(workflow.NotFound, "no_such_fact", "There is no such fact, or it was withdrawn already.")
		}
		return EventFactWithdrawn, withdrawal{ID: id, Reason: reason}, nil
	})
}

// Close says that nothing more is expected. Supervisors do; cases stay linked.
func (s *Incidents) Close(ctx context.Context, a Actor, ref string, reason Text) (Incident, error) {
	return s.turn(ctx, a, ref, IncidentOpen, EventIncidentClosed, reason)
}

// Reopen lets an incident grow again.
func (s *Incidents) Reopen(ctx context.Context, a Actor, ref string, reason Text) (Incident, error) {
	return s.turn(ctx, a, ref, IncidentClosed, EventIncidentReopened, reason)
}

func (s *Incidents) turn(ctx context.Context, a Actor, ref string, from IncidentStatus, kind EventKind, reason Text) (Incident, error) {
	if a.Staff() && !a.Has(workflow.RoleSupervisor) {
		return Incident{}, workflow.Refuse(workflow.Forbidden, "role", "Supervisors close and reopen incidents.")
	}
	return s.change(ctx, a, ref, nil, neededText("/reason", reason, "Say why."), func(i *Incident) (EventKind, any, error) {
		if i.Status != from {
			return "", nil, workflow.Refuse(workflow.Conflict, "incident_status", "The incident is closed, or open, already.")
		}
		return kind, because{Reason: reason}, nil
	})
}

// Dismiss says of suggested cases that they do not belong to the incident. Those
// that were dismissed already are left out; cases that the actor does not see are
// none of theirs to judge, and the caller has checked that.
func (s *Incidents) Dismiss(ctx context.Context, a Actor, ref string, cases []string, reason Text) (Incident, error) {
	if len(cases) == 0 {
		return Incident{}, workflow.RefuseFaults("invalid_incident", "Nothing was dismissed.", []workflow.Fault{{
			Path: "/cases", Code: "required", Message: "Choose at least one case.",
		}})
	}
	return s.change(ctx, a, ref, nil, nil, func(i *Incident) (EventKind, any, error) {
		fresh := slices.DeleteFunc(slices.Clone(cases), i.IsDismissed)
		if len(fresh) == 0 {
			return "", nil, errSettled
		}
		return EventIncidentDismissed, dismissed{Cases: fresh, Reason: reason}, nil
	})
}

// change records an event on an incident. With a version it is a person's decision
// on what they saw; without one it is an addition, which is tried again.
func (s *Incidents) change(ctx context.Context, a Actor, ref string, version *int64, faults []workflow.Fault, what func(*Incident) (EventKind, any, error)) (Incident, error) {
	have, err := s.Get(a, ref)
	if err != nil {
		return Incident{}, err
	}
	if len(faults) > 0 {
		return Incident{}, workflow.RefuseFaults("invalid_incident", "The incident was not changed.", faults)
	}
	for ctx.Err() == nil {
		i, err := s.log.Load(ctx, have.ID)
		if err != nil {
			return Incident{}, Unavailable(err)
		}
		if version != nil && i.Version != *version {
			s.keep(i)
			return *i, incidentStale(i)
		}
		kind, payload, err := what(i)
		if errors.Is(err, errSettled) {
			return *i, nil
		}
		if err != nil {
			return *i, err
		}
		_, err = s.log.Append(ctx, i.ID, i, Entry{Kind: kind, At: s.now(), Actor: a.Account, Payload: payload})
		if errors.Is(err, ErrExists) {
			continue
		}
		if err != nil {
			return Incident{}, Unavailable(err)
		}
		s.keep(i)
		return *i, nil
	}
	return Incident{}, Unavailable(ctx.Err())
}

func incidentStale(i *Incident) error {
	e := workflow.Refuse(workflow.Stale, "changed_meanwhile", "Somebody changed the incident meanwhile. Look at it as it is now, and send it again if it still fits.")
	e.Version = i.Version
	return e
}

func neededText(path string, text Text, message string) []workflow.Fault {
	if strings.TrimSpace(string(text)) != "" {
		return nil
	}
	return []workflow.Fault{{Path: path, Code: "required", Message: message}}
}

// settled is the description with its instants as they are kept, and without blanks.
func (d IncidentDescription) settled() IncidentDescription {
	d.Title, d.Supplier, d.SupplierID = strings.TrimSpace(d.Title), strings.TrimSpace(d.Supplier), strings.TrimSpace(d.SupplierID)
	d.OccurredFrom, d.OccurredTo, d.DisclosedAt = settledTime(d.OccurredFrom), settledTime(d.OccurredTo), settledTime(d.DisclosedAt)
	var systems []string
	for _, name := range d.Systems {
		if name = strings.TrimSpace(name); name != "" && !slices.Contains(systems, name) {
			systems = append(systems, name)
		}
	}
	d.Systems = systems
	return d
}

func (d IncidentDescription) faults(now time.Time) []workflow.Fault {
	faults := append(neededText("/title", Text(d.Title), "Give the incident a name that people know it by."),
		neededText("/supplier", Text(d.Supplier), "Name the supplier, or whoever else it happened at.")...)
	for path, t := range map[string]*time.Time{"/occurred_from": d.OccurredFrom, "/occurred_to": d.OccurredTo, "/disclosed_at": d.DisclosedAt} {
		if t != nil && t.After(now) {
			faults = append(faults, workflow.Fault{Path: path, Code: "in_the_future", Message: "It cannot have happened after now."})
		}
	}
	if d.OccurredFrom != nil && d.OccurredTo != nil && d.OccurredTo.Before(*d.OccurredFrom) {
		faults = append(faults, workflow.Fault{Path: "/occurred_to", Code: "range", Message: "The end is before the beginning."})
	}
	faults = append(faults, strays(reflect.ValueOf(d), planFor(reflect.TypeFor[IncidentDescription]()), "")...)
	slices.SortStableFunc(faults, func(a, b workflow.Fault) int { return strings.Compare(a.Path, b.Path) })
	return faults
}
