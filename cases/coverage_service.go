package cases

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// Coverages keeps what is known of an incident's customers. Nothing of it is in
// memory: a list may be long, and is looked at now and then.
type Coverages struct {
	s   *Service
	log Log[Coverage, *Coverage]
}

// Coverage is who has notified of an incident, and who has not.
func (s *Service) Coverage() Coverages {
	return Coverages{s: s, log: Log[Coverage, *Coverage]{Store: s.store, In: CoveragePictures}}
}

// Heal folds a coverage from its events and writes its picture anew.
func (c Coverages) Heal(ctx context.Context, id string) error {
	_, err := c.log.Heal(ctx, id)
	return err
}

// CoverageView is an incident's coverage as it stands now.
type CoverageView struct {
	Incident Incident
	Record   Coverage // zero before the first list
	Covered
}

// coverageID is the id of the coverage of an incident.
func coverageID(incident string) string { return DerivedID("coverage", incident) }

// Of works out the coverage of an incident, for staff. Before the first list there
// are no customers, and every notifier is another.
func (c Coverages) Of(ctx context.Context, a Actor, incident string) (CoverageView, error) {
	i, record, err := c.load(ctx, a, incident)
	if err != nil {
		return CoverageView{}, err
	}
	linked, err := c.linked(a, i.ID)
	if err != nil {
		return CoverageView{}, err
	}
	return CoverageView{Incident: i, Record: *record, Covered: Cover(record, c.s.units.everyone(), linked)}, nil
}

func (c Coverages) load(ctx context.Context, a Actor, incident string) (Incident, *Coverage, error) {
	i, err := c.s.incidents.Get(a, incident)
	if err != nil {
		return Incident{}, nil, err
	}
	record, err := c.log.Load(ctx, coverageID(i.ID))
	if errors.Is(err, ErrNotFound) {
		return i, &Coverage{}, nil
	}
	return i, record, Unavailable(err)
}

// everyone is every known organisation, in no order.
func (r *Registry) everyone() []Organisation {
	r.mu.RLock()
	defer r.mu.RUnlock()
	out := make([]Organisation, 0, len(r.byID))
	for _, o := range r.byID {
		out = append(out, *o)
	}
	slices.SortFunc(out, func(a, b Organisation) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// linked are the notifications of an incident that the actor sees, the first one
// first. A case against the supplier, or of the authority's own accord, is none.
func (c Coverages) linked(a Actor, incident string) ([]LinkedCase, error) {
	found, err := c.s.board.Extract(Query{Incident: incident, Sort: SortOldest}, a, c.s.now(), math.MaxInt)
	if err != nil {
		return nil, err
	}
	var out []LinkedCase
	err = found.Each(func(s *Summary) error {
		if s.Source == SourceNotification {
			out = append(out, c.linkedCase(s))
		}
		return nil
	})
	return out, err
}

// linkedCase is what a summary tells of a notification. The key of its controller
// holds the unit, or the number, and the board; the name stands in the label.
func (c Coverages) linkedCase(s *Summary) LinkedCase {
	l := LinkedCase{ID: s.ID, Number: s.Number, Name: s.Controller, ReceivedAt: s.ReceivedAt, Late: s.Late, Unaffected: s.TakenBack, Secret: s.Secret}
	kind, rest, _ := strings.Cut(s.ControllerKey, ":")
	if kind == "unit" {
		if o, u, ok := c.s.units.Unit(rest); ok {
			l.Name, l.Board, l.organisation = o.Name, u.Board, o.ID
			if isOrganisationNumber(o.IDNumber) {
				l.IDNumber = organisationDigits(o.IDNumber)
			}
			return l
		}
	}
	of, board, _ := strings.Cut(rest, "|")
	if kind == "nr" && isOrganisationNumber(of) {
		l.IDNumber = organisationDigits(of)
	}
	if board == "" {
		l.Name, l.Board = partUnit(l.Name)
		return l
	}
	// A board may have commas of its own: the label parts where what stands before is it.
	for at := range len(s.Controller) {
		if strings.HasPrefix(s.Controller[at:], ", ") && foldText(s.Controller[:at]) == board {
			l.Board, l.Name = s.Controller[:at], s.Controller[at+2:]
			break
		}
	}
	return l
}

// takenBack says whether the controller's last word is that there was no breach: the
// newest version says that the earlier notification was wrong, or withdraws it for a
// reason that says so. A duplicate that is withdrawn leaves the other one standing.
func (c *Case) takenBack() bool {
	n := c.Latest()
	if n == nil {
		return false
	}
	switch n.Kind {
	case SubmissionEarlierWrong:
		return true
	case SubmissionWithdrawal:
		if c.Withdrawal != nil && c.Withdrawal.Answer == WithdrawalRefused {
			return false
		}
		return n.WithdrawReasonCode == WithdrawNotABreach || n.WithdrawReasonCode == WithdrawRiskReassessedUnlikely
	}
	return false
}

// ListPreview tells what taking a list would bring, before anything is kept.
type ListPreview struct {
	Covered
	Customers int         // organisations, however many lines each has
	Lines     int         // that would be taken
	Faults    []LineFault // in the order of lines
	Added     []string    // names beside the newest list
	Removed   []string
	First     bool // there is no list yet
}

// Preview says how a list would stand against what is known. It writes nothing.
func (c Coverages) Preview(ctx context.Context, a Actor, incident string, customers []Customer, faults []LineFault) (ListPreview, error) {
	i, record, err := c.load(ctx, a, incident)
	if err != nil {
		return ListPreview{}, err
	}
	linked, err := c.linked(a, i.ID)
	if err != nil {
		return ListPreview{}, err
	}
	was, then := record.List.Customers, *record
	then.List.Customers = customers
	p := ListPreview{Covered: Cover(&then, c.s.units.everyone(), linked), Lines: len(customers), First: record.Version == 0}
	p.Customers = len(p.Covered.Customers)
	p.Faults = append(slices.Clone(faults), p.Covered.Lines...)
	slices.SortStableFunc(p.Faults, func(x, y LineFault) int { return x.Line - y.Line })
	if !p.First {
		p.Added, p.Removed = namesBeside(customers, was), namesBeside(was, customers)
	}
	return p, nil
}

// TakeList makes a list the incident's newest, on the version of the coverage that
// the person saw.
func (c Coverages) TakeList(ctx context.Context, a Actor, incident string, version int64, l CustomerList) (CoverageView, error) {
	l.Source = strings.TrimSpace(l.Source)
	faults := append(neededText("/source", Text(l.Source), "Say who made the list."), neededText("/reason", l.Reason, "Say why the list is taken.")...)
	if len(l.Customers) == 0 {
		faults = append(faults, workflow.Fault{Path: "/customers", Code: "required", Message: "The list has no line that can be taken."})
	}
	if l.AsOf > Date(c.s.now().In(c.s.policy().Zone).Format(time.DateOnly)) {
		faults = append(faults, workflow.Fault{Path: "/as_of", Code: "in_the_future", Message: "A list cannot be of a day that is still to come."})
	}
	return c.change(ctx, a, incident, &version, faults, func(v *CoverageView, now time.Time) (EventKind, any, error) {
		l.Incident = v.Incident.ID
		return EventCoverageList, l, nil
	})
}

// Answer says of lines which organisation each is; "" is none of the candidates.
func (c Coverages) Answer(ctx context.Context, a Actor, incident string, answers []MatchAnswer) (CoverageView, error) {
	return c.change(ctx, a, incident, nil, nil, func(v *CoverageView, now time.Time) (EventKind, any, error) {
		var faults []workflow.Fault
		for i := range answers {
			given := &answers[i]
			given.By, given.At = a.Account, now
			at := slices.IndexFunc(v.Questions, func(q Question) bool { return q.Customer.Key == given.Customer })
			switch {
			case at < 0:
				faults = append(faults, workflow.Fault{Path: fmt.Sprintf("/answers/%d/customer", i), Code: "not_asked", Message: "This line is not asked about, or was answered already."})
			case given.Target != "" && !slices.ContainsFunc(v.Questions[at].Candidates, func(m MatchCandidate) bool { return m.Target == given.Target }):
				faults = append(faults, workflow.Fault{Path: fmt.Sprintf("/answers/%d/target", i), Code: "unknown_candidate", Message: "Choose one of the candidates, or none of them."})
			}
		}
		if len(answers) == 0 {
			faults = append(faults, workflow.Fault{Path: "/answers", Code: "required", Message: "Answer at least one line."})
		}
		return EventCoverageMatch, answers, coverageFaults(faults)
	})
}

// customersOf finds customers by their ids.
func (v *CoverageView) customersOf(path string, ids []string) ([]*CoveredCustomer, []workflow.Fault) {
	byID := make(map[string]*CoveredCustomer, len(v.Customers))
	for i := range v.Customers {
		byID[v.Customers[i].ID] = &v.Customers[i]
	}
	var out []*CoveredCustomer
	var faults []workflow.Fault
	for i, id := range ids {
		one := byID[id]
		if one == nil {
			faults = append(faults, workflow.Fault{Path: fmt.Sprintf("%s/%d", path, i), Code: "no_such_customer", Message: "There is no such customer on the list."})
			continue
		}
		if !slices.Contains(out, one) {
			out = append(out, one)
		}
	}
	if len(ids) == 0 {
		faults = append(faults, workflow.Fault{Path: path, Code: "required", Message: "Choose at least one customer."})
	}
	return out, faults
}

// StateNotAffected records a customer's word that it is not affected.
func (c Coverages) StateNotAffected(ctx context.Context, a Actor, incident, customer string, st CustomerStatement) (CoverageView, error) {
	now := toMillis(c.s.now())
	st.ID, st.RecordedBy, st.RecordedAt, st.Withdrawn, st.Source = NewID(now), a.Account, now, "", strings.TrimSpace(st.Source)
	faults := append(neededText("/source", Text(st.Source), "Say who said it, and how."), c.dayFaults(st.Date)...)
	return c.change(ctx, a, incident, nil, faults, func(v *CoverageView, _ time.Time) (EventKind, any, error) {
		found, faults := v.customersOf("/customer", []string{customer})
		if len(faults) > 0 {
			return "", nil, coverageFaults(faults)
		}
		st.Keys = found[0].keys()
		return EventCoverageStatement, st, nil
	})
}

// dayFaults are what is wrong with the day of something that has happened.
func (c Coverages) dayFaults(d Date) []workflow.Fault {
	switch _, err := time.Parse(time.DateOnly, string(d)); {
	case err != nil:
		return []workflow.Fault{{Path: "/date", Code: "invalid_date", Message: "Give the day, as in 2026-01-31."}}
	case d > Date(c.s.now().In(c.s.policy().Zone).Format(time.DateOnly)):
		return []workflow.Fault{{Path: "/date", Code: "in_the_future", Message: "It cannot have happened after today."}}
	}
	return nil
}

// TakeBackStatement says why a customer's word no longer counts; it stays readable.
func (c Coverages) TakeBackStatement(ctx context.Context, a Actor, incident, id string, reason Text) (CoverageView, error) {
	return c.change(ctx, a, incident, nil, neededText("/reason", reason, "Say why it no longer counts."), func(v *CoverageView, _ time.Time) (EventKind, any, error) {
		if !slices.ContainsFunc(v.Record.Statements, func(s CustomerStatement) bool { return s.ID == id && s.Withdrawn == "" }) {
			return "", nil, workflow.Refuse(workflow.NotFound, "no_such_statement", "There is no such statement, or it was withdrawn already.")
		}
		return EventCoverageTakenBack, withdrawal{ID: id, Reason: reason}, nil
	})
}

// The places of a letter to customers.
const (
	placeOrganisation = "{organisation}"
	placeSupplier     = "{supplier}"
	placeIncident     = "{incident}"
)

// ChasePlaces are the places of a letter to customers.
func ChasePlaces() []string { return []string{placeOrganisation, placeSupplier, placeIncident} }

// Letter is the text as it goes to one of the receivers.
func (k CustomerContact) Letter(to string) Text {
	return Text(strings.NewReplacer(placeOrganisation, to, placeSupplier, k.Supplier, placeIncident, k.Title).Replace(string(k.Text)))
}

// Contact records that customers were written to or called. It returns the view with
// the contact as its record's last.
func (c Coverages) Contact(ctx context.Context, a Actor, incident string, customers []string, k CustomerContact) (CoverageView, error) {
	now := toMillis(c.s.now())
	k.ID, k.RecordedBy, k.RecordedAt = NewID(now), a.Account, now
	faults := c.dayFaults(k.Date)
	if !slices.Contains(k.Channel.Codes(), string(k.Channel)) {
		faults = append(faults, workflow.Fault{Path: "/channel", Code: "required", Message: "Say how they were reached."})
	}
	faults = append(faults, neededText("/text", k.Text, "Write the letter, or what was said.")...)
	if len(k.Text) > maxContactText {
		faults = append(faults, workflow.Fault{Path: "/text", Code: "too_long", Message: "This is too long."})
	}
	if k.Channel.Written() {
		for _, place := range letterPlace.FindAllString(string(k.Text), -1) {
			if !slices.Contains(ChasePlaces(), place) {
				faults = append(faults, workflow.Fault{
					Path: "/text", Code: "unknown_place", Message: "The letter has a place in braces that is none. The places are " + strings.Join(ChasePlaces(), ", ") + ".",
				})
				break
			}
		}
	}
	return c.change(ctx, a, incident, nil, nil, func(v *CoverageView, _ time.Time) (EventKind, any, error) {
		found, unknown := v.customersOf("/customers", customers)
		if all := append(slices.Clone(faults), unknown...); len(all) > 0 {
			return "", nil, coverageFaults(all)
		}
		k.Supplier, k.Title, k.To = v.Incident.Supplier, v.Incident.Title, nil
		for _, one := range found {
			k.To = append(k.To, ContactedAs{Keys: one.keys(), Name: one.Name, Email: one.Email})
		}
		return EventCoverageContact, k, nil
	})
}

// maxContactText is the longest letter, in bytes.
const maxContactText = 20_000

func coverageFaults(faults []workflow.Fault) error {
	if len(faults) == 0 {
		return nil
	}
	return workflow.RefuseFaults("invalid_coverage", "Nothing was recorded.", faults)
}

// History is every event of an incident's coverage, for staff.
func (c Coverages) History(ctx context.Context, a Actor, incident string) ([]Event, error) {
	i, err := c.s.incidents.Get(a, incident)
	if err != nil {
		return nil, err
	}
	events, err := c.s.store.Events(ctx, coverageID(i.ID), 1)
	return events, Unavailable(err)
}

// change records an event. With a version it is a decision on what the person saw;
// without one it is an addition, which is tried again.
func (c Coverages) change(ctx context.Context, a Actor, incident string, version *int64, faults []workflow.Fault, what func(*CoverageView, time.Time) (EventKind, any, error)) (CoverageView, error) {
	for ctx.Err() == nil {
		v, err := c.Of(ctx, a, incident)
		if err != nil {
			return v, err
		}
		if version != nil && v.Record.Version != *version {
			e := workflow.Refuse(workflow.Stale, "changed_meanwhile", "Somebody changed the coverage meanwhile. Look at it as it is now, and send it again if it still fits.")
			e.Version = v.Record.Version
			return v, e
		}
		if err := coverageFaults(faults); err != nil {
			return v, err
		}
		if v.Record.Version == 0 && version == nil {
			return v, workflow.Refuse(workflow.Conflict, "no_list", "There is no customer list yet. Take one first.")
		}
		now := toMillis(c.s.now())
		kind, payload, err := what(&v, now)
		if err != nil {
			return v, err
		}
		record := v.Record
		_, err = c.log.Append(ctx, coverageID(v.Incident.ID), &record, Entry{Kind: kind, At: now, Actor: a.Account, Payload: payload})
		if errors.Is(err, ErrExists) {
			continue
		}
		if err != nil {
			return v, Unavailable(err)
		}
		return c.Of(ctx, a, incident)
	}
	return CoverageView{}, Unavailable(ctx.Err())
}
