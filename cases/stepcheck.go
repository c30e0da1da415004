package cases

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// stepCheck collects everything that is wrong with the data of a step, measured
// against the case and the people: all at once, under the JSON Pointer of each.
type stepCheck struct {
	s      *Service
	actor  Actor
	c      *Case
	step   workflow.StepID
	d      StepData
	now    time.Time
	today  Date
	faults []workflow.Fault
}

// dataFaults are the faults of what is given. The error is one of the people's
// directory or of the store.
func (s *Service) dataFaults(ctx context.Context, a Actor, c *Case, r *StepRequest, now time.Time) ([]workflow.Fault, error) {
	k := &stepCheck{
		s: s, actor: a, c: c, step: r.Step, d: r.Data, now: now,
		today: Date(now.In(s.policy().Zone).Format(time.DateOnly)),
	}
	k.codes()
	k.blanks()
	k.times()
	k.judgment()
	k.severity()
	k.service()
	k.clock()
	k.shared()
	k.measures()
	k.party()
	k.fact()
	for _, people := range []func(context.Context) error{k.assignee, k.named, k.draft, k.master} {
		if err := people(ctx); err != nil {
			return nil, Unavailable(err)
		}
	}
	return k.faults, nil
}

// fault notes what is wrong at a place below /data, as in "draft/measures/0".
func (k *stepCheck) fault(at, code, message string) {
	k.faults = append(k.faults, workflow.Fault{Path: dataPath(at), Code: code, Message: message})
}

// person is an account of the directory; ok is false when there is no such account.
func (k *stepCheck) person(ctx context.Context, account string) (p Person, ok bool, err error) {
	p, err = k.s.people.Person(ctx, account)
	if errors.Is(err, ErrNotFound) {
		return p, false, nil
	}
	if err != nil {
		return p, false, fmt.Errorf("account %s: %w", account, err)
	}
	return p, true, nil
}

// codes checks that every code is one of its type, whoever put the data together.
func (k *stepCheck) codes() {
	d := k.d
	d.Severity = nil // AssessSeverity says more about its own
	k.faults = append(k.faults, strays(reflect.ValueOf(d), planFor(reflect.TypeFor[StepData]()), "/data")...)
}

// strays are the faults of the texts within v that are no codes of their type, or
// not of its form.
func strays(v reflect.Value, p *plan, at string) []workflow.Fault {
	var faults []workflow.Fault
	switch p.form {
	case formPointer:
		if !v.IsNil() {
			return strays(v.Elem(), p.elem, at)
		}
	case formObject:
		for _, f := range p.fields {
			faults = append(faults, strays(v.FieldByIndex(f.index), f.plan, at+"/"+f.key)...)
		}
	case formList:
		for i := range v.Len() {
			faults = append(faults, strays(v.Index(i), p.elem, fmt.Sprintf("%s/%d", at, i))...)
		}
	case formText:
		if v.String() == "" {
			break
		}
		if _, ok := p.codes[v.String()]; p.codes != nil && !ok {
			return []workflow.Fault{{Path: at, Code: "unknown_code", Message: "This is not one of the codes of this field."}}
		}
		if p.check == nil {
			break
		}
		if code, message := p.check(v.String()); code != "" {
			return []workflow.Fault{{Path: at, Code: code, Message: message}}
		}
	}
	return faults
}

// blanks checks that no list holds a line without words.
func (k *stepCheck) blanks() {
	for i, q := range k.d.Questions {
		if strings.TrimSpace(string(q)) == "" {
			k.fault(fmt.Sprintf("questions/%d", i), "required", "Write the question, or leave it out.")
		}
	}
	for i, basis := range k.d.LegalBasis {
		if strings.TrimSpace(basis) == "" {
			k.fault(fmt.Sprintf("legal_basis/%d", i), "required", "Name the provision, or leave it out.")
		}
	}
	for letter := range k.d.FineFactors {
		if len(letter) != 1 || letter < "a" || letter > "k" {
			k.fault("fine_factors", "unknown_factor", "Name the factors by their letters in Art. 83(2), a to k.")
			break
		}
	}
}

func (k *stepCheck) times() {
	if at := k.d.DueAt; at != nil && !at.After(k.now) {
		k.fault("due_at", "in_the_past", "Give a time that is still to come.")
	}
	if at := k.d.ReceivedAt; at != nil && at.After(k.now) {
		k.fault("received_at", "in_the_future", "It cannot have been received after now.")
	}
	if at := k.d.AwareAt; at != nil && at.After(k.now) {
		k.fault("aware_at", "in_the_future", "The controller cannot have become aware after now.")
	}
}

func (k *stepCheck) judgment() {
	j := k.d.Judgment
	switch {
	case j == nil:
	case strings.TrimSpace(j.Court) == "" || strings.TrimSpace(j.Number) == "" || j.Date == "":
		k.fault("judgment", "required", "Name the court, the case number and the date of the judgment.")
	case j.Date > k.today:
		k.fault("judgment/date", "in_the_future", "A judgment cannot bear a date that is still to come.")
	}
}

func (k *stepCheck) severity() {
	if k.d.Severity == nil {
		return
	}
	_, err := workflow.AssessSeverity(*k.d.Severity)
	if refusal, ok := errors.AsType[*workflow.Error](err); ok {
		for _, f := range refusal.Faults {
			k.fault("severity"+f.Path, f.Code, f.Message)
		}
	}
}

// latestService is how many days after the decision it may be expected to be served.
const latestService = 60

// service checks a date of service: never before the decision; when deciding, one
// soon to come; when it is recorded afterwards, today at the latest.
func (k *stepCheck) service() {
	on := k.d.ServiceDate
	if _, ok := on.Time(time.UTC); !ok {
		return // codes has told it
	}
	made, last := k.today, k.today.plus(latestService)
	if k.c.Decision != nil && k.step == workflow.StepRecordService {
		made, last = Date(k.c.Decision.DecidedAt.In(k.s.policy().Zone).Format(time.DateOnly)), k.today
	}
	switch {
	case on < made:
		k.fault("service_date", "before_decision", "A decision is served on the day that it is made, or later.")
	case on > last && last == k.today:
		k.fault("service_date", "in_the_future", "Service is recorded when it has taken place.")
	case on > last:
		k.fault("service_date", "too_late", "A decision is served within 60 days.")
	}
}

// plus is the date n days later.
func (d Date) plus(n int) Date {
	t, ok := d.Time(time.UTC)
	if !ok {
		return d
	}
	return Date(t.AddDate(0, 0, n).Format(time.DateOnly))
}

// clock checks that a clock may be given the end that is asked for.
func (k *stepCheck) clock() {
	if k.step != workflow.StepExtendClock {
		return
	}
	i := slices.IndexFunc(k.c.Clocks, func(have Clock) bool { return have.ID == k.d.Clock })
	switch {
	case i < 0:
		k.fault("clock", "no_such_clock", "The case has no such clock.")
	case k.c.Clocks[i].Status != ClockOpen:
		k.fault("clock", "clock_closed", "A closed clock never moves.")
	case !k.s.law().Movable(k.c.Clocks[i].Kind):
		k.fault("clock", "clock_fixed", "EU law fixes this time limit; the authority cannot move it.")
	case k.c.Clocks[i].Kind == workflow.ClockAppeal:
		k.fault("clock", "clock_fixed", "Förvaltningslagen fixes the time for an appeal; the authority cannot move it.")
	case k.d.DueAt != nil && !k.d.DueAt.After(k.c.Clocks[i].DueAt):
		k.fault("due_at", "not_later", "A time limit is only ever extended; give a time after the present one.")
	}
}

// fact checks that a case departs from a fact of its own incident that holds, once.
func (k *stepCheck) fact() {
	if k.d.Fact == "" {
		return
	}
	i, ok := k.s.incidents.find(k.c.Incident)
	if !ok {
		return // the guard has told it
	}
	if f := i.Fact(k.d.Fact); f == nil || f.Withdrawn != "" {
		k.fault("fact", "no_such_fact", "The incident has no such fact, or it was withdrawn.")
	}
}

func (k *stepCheck) measures() {
	if n := k.d.Measure; n != nil && (k.c.Decision == nil || *n < 1 || *n > len(k.c.Decision.Measures)) {
		k.fault("measure", "no_such_measure", "Number the decision's measures from 1 on.")
	}
}

// assignee checks that a case is given to somebody who can work on it.
func (k *stepCheck) assignee(ctx context.Context) error {
	account := k.d.Assignee
	if account == "" {
		return nil
	}
	p, ok, err := k.person(ctx, account)
	if err != nil {
		return err
	}
	switch {
	case !ok || !p.Active || !holdsCases(p):
		k.fault("assignee", "not_a_caseworker", "A case is assigned to an active caseworker or supervisor.")
	case k.s.bars(k.c, account, p.Bars, k.now):
		k.fault("assignee", "conflict_of_interest", "This person is barred from the case by a conflict of interest.")
	case k.c.Secret && !slices.Contains(k.c.Named, account):
		k.fault("assignee", "not_named", "The case is secret; name the person among its staff first.")
	case k.step == workflow.StepAssign && account != k.actor.Account && !k.actor.Has(workflow.RoleSupervisor) && !k.actor.Has(workflow.RoleRegistrar):
		k.fault("assignee", "only_oneself", "A caseworker takes a case for oneself; a supervisor assigns it to others.")
	}
	return nil
}

// named checks the accounts that a step is about. Of those who may see a secret
// case one must be able to lift its secrecy, or nobody ever could.
func (k *stepCheck) named(ctx context.Context) error {
	if k.d.Account != "" {
		if p, ok, err := k.person(ctx, k.d.Account); err != nil {
			return err
		} else if !ok || k.step == workflow.StepDeclareConflict && !isStaff(p) {
			k.fault("account", "not_staff", "Name an account of the authority's staff.")
		}
	}
	supervised := false
	for i, account := range k.d.NamedStaff {
		p, ok, err := k.person(ctx, account)
		if err != nil {
			return err
		}
		if !ok || !isStaff(p) {
			k.fault(fmt.Sprintf("named_staff/%d", i), "not_staff", "Name accounts of the authority's staff.")
		}
		supervised = supervised || slices.Contains(p.Roles, workflow.RoleSupervisor) && !k.s.bars(k.c, account, p.Bars, k.now)
	}
	if len(k.d.NamedStaff) == 0 {
		return nil
	}
	if !supervised {
		k.fault("named_staff", "no_supervisor", "Name a supervisor too: only one who sees the case can lift its secrecy.")
	}
	if owner := k.c.Assignee; owner != "" && !slices.Contains(k.d.NamedStaff, owner) {
		k.fault("named_staff", "caseworker_not_named", "Name the case's caseworker too, or assign the case to somebody else first.")
	}
	return nil
}

func isStaff(p Person) bool { return p.Active && slices.ContainsFunc(p.Roles, workflow.Role.Staff) }

func (k *stepCheck) draft(ctx context.Context) error {
	d := k.d.Draft
	if d == nil {
		return nil
	}
	if d.Outcome != "" && !d.Outcome.ByDecision() {
		k.fault("draft/outcome", "not_by_decision", "This outcome is not one that a decision gives.")
	}
	for i, m := range d.Measures {
		at := fmt.Sprintf("draft/measures/%d", i)
		if m.Text == "" || m.Power == "" {
			k.fault(at, "required", "Each measure names the power that is used and says what is ordered.")
		}
		if m.AmountSEK < 0 || m.AmountSEK > 0 && m.Power != workflow.MeasureFine {
			k.fault(at+"/amount_sek", "amount", "Only a fine has an amount, in whole kronor.")
		}
		if m.DoneAt != nil {
			k.fault(at+"/done_at", "done_before", "A measure of a draft cannot be done yet.")
		}
		if m.DueAt != nil && !m.DueAt.After(k.now) {
			k.fault(at+"/due_at", "in_the_past", "Give a time that is still to come.")
		}
	}
	if d.Rapporteur == "" {
		return nil
	}
	p, ok, err := k.person(ctx, d.Rapporteur)
	if err == nil && (!ok || !isStaff(p)) {
		k.fault("draft/rapporteur", "not_staff", "Name an account of the authority's staff as rapporteur.")
	}
	return err
}

// master checks the case that is pointed to: another one, which the actor sees.
func (k *stepCheck) master(ctx context.Context) error {
	if k.d.MasterCase == "" {
		return nil
	}
	m, err := k.s.Case(ctx, k.actor, k.d.MasterCase)
	switch {
	case workflow.KindOf(err) == workflow.NotFound:
		k.fault("master_case", "no_such_case", "There is no such case, or you may not see it.")
	case err != nil:
		return err
	case m.ID == k.c.ID:
		k.fault("master_case", "itself", "Name another case than this one.")
	case k.step == workflow.StepMerge && k.c.Secret && !m.Secret:
		// The master shows the number of each of its members and why it was merged.
		k.fault("master_case", "master_not_secret",
			"This case is restricted to named staff and the other is not; restrict that one first, or merge it into this one.")
	}
	return nil
}
