package cases

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// StepRequest is a person's wish to take a step, made on the version that they saw.
type StepRequest struct {
	Step    workflow.StepID
	Reason  Text
	Data    StepData
	Version int64 // the version that the decision was made on (If-Match)
	Command Command
}

// Take carries out a step of the procedure on a case. A person's decision is
// never tried again by itself: whoever was slower is told what changed.
func (s *Service) Take(ctx context.Context, a Actor, ref string, r StepRequest) (*Case, error) {
	c, err := s.Case(ctx, a, ref)
	if err != nil {
		return nil, err
	}
	if then, err := s.repeated(ctx, c, r.Command); then != nil || err != nil {
		return then, err
	}
	if r.Version != c.Version {
		return nil, stale(c)
	}
	if r.Step == workflow.StepMerge {
		return s.merge(ctx, a, c, r)
	}
	if err := s.step(ctx, a, c, r); !errors.Is(err, ErrExists) {
		return c, Unavailable(err)
	}
	now, err := s.find(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	return nil, stale(now)
}

// step judges and records one step on c, which is changed by it.
func (s *Service) step(ctx context.Context, a Actor, c *Case, r StepRequest) error {
	now := s.now()
	verdict, err := s.judgeStep(ctx, a, c, r, now)
	if err != nil {
		return err
	}
	for range numberTries {
		taken, claims := s.effects(a, c, r, verdict.To, now)
		err := s.append(ctx, c, c.ID, Entry{
			Kind: EventKind(r.Step), At: now, Actor: a.Account, Command: r.Command.ID, Payload: taken, Claims: claims,
		})
		if !errors.Is(err, ErrNumberTaken) {
			return err
		}
		if c, err = s.find(ctx, c.ID); err != nil {
			return err
		}
	}
	return ErrUnavailable
}

// judgeStep asks the procedure, and then checks what only the case room knows of
// the data.
func (s *Service) judgeStep(ctx context.Context, a Actor, c *Case, r StepRequest, now time.Time) (workflow.Verdict, error) {
	step, ok := workflow.StepByID(r.Step)
	if !ok {
		return workflow.Verdict{}, workflow.RefuseFaults("unknown_step", "There is no such step.", []workflow.Fault{{
			Path: "/step", Code: "unknown_code", Message: "GET the case's steps to see which there are.",
		}})
	}
	facts, err := s.facts(ctx, a, c, r.Reason, &r.Data, now)
	if err != nil {
		return workflow.Verdict{}, err
	}
	verdict := workflow.Judge(r.Step, facts, a.Roles)
	if !verdict.Allowed {
		e := workflow.Refuse(verdict.Refusal.Kind, verdict.Refusal.Code, "%s", verdict.Refusal.Message)
		e.State, e.Version = c.State, c.Version
		for _, name := range verdict.Refusal.Missing {
			e.Faults = append(e.Faults, workflow.Fault{
				Path: dataPath(name), Code: "required", Message: "This step needs it.",
			})
		}
		return verdict, e
	}
	faults := append(r.Data.surplus(step), s.dataFaults(ctx, a, c, r, now)...)
	if len(faults) > 0 {
		e := workflow.RefuseFaults("step_data", "The step cannot be taken with this data.", faults)
		e.Kind = workflow.Unprocessable
		return verdict, e
	}
	return verdict, nil
}

func dataPath(name string) string {
	if name == "reason" {
		return "/reason"
	}
	return "/data/" + name
}

// Steps says for every step of the procedure whether the actor may take it now,
// and why not.
func (s *Service) Steps(ctx context.Context, a Actor, ref string) (*Case, []workflow.Verdict, error) {
	c, err := s.Case(ctx, a, ref)
	if err != nil {
		return nil, nil, err
	}
	facts, err := s.facts(ctx, a, c, "", &StepData{}, s.now())
	if err != nil {
		return nil, nil, err
	}
	return c, workflow.Available(facts, a.Roles), nil
}

// facts is what the procedure must know of the case, the actor and the data.
func (s *Service) facts(ctx context.Context, a Actor, c *Case, reason Text, d *StepData, now time.Time) (workflow.Facts, error) {
	f := workflow.Facts{
		State: c.State, Priority: c.Priority,
		HasOwner: c.Assignee != "", ActorIsOwner: c.Assignee == a.Account, ActorBarred: c.IsBarred(a.Account),
		RiskAssessed: c.Risk != nil, OpenRequest: c.OpenRequest() != nil,
		OSSDetermined: c.OSS != nil && c.OSS.Role != OSSUndetermined, OSSLead: c.OSS != nil && c.OSS.Role == OSSLead,
		NoNotification: len(c.Submissions) == 0, SupplementExpired: c.supplementExpired(now),
		WithdrawalRequested: c.Withdrawal != nil && c.Withdrawal.Answer == "",
		Unregistered:        c.RegisteredAt == nil && c.DiaryNumber == "",
		FineConsidered:      d.FineConsidered, SignOffRequired: s.policy.LegalSignOff,
		HearingSkipped:         d.HearingSkipReason != "",
		ObjectionOpen:          c.OSS != nil && c.OSS.Objection != "",
		ConsultationOver:       c.clockOver(now, workflow.ClockObjection, workflow.ClockObjectionRevised),
		DecisionHasDueMeasures: c.Decision.DueMeasures(), MeasuresDone: !c.Decision.DueMeasures(),
		AppealPeriodOver: c.Decision != nil && now.After(c.Decision.AppealEndsAt),
		AccountIsActor:   d.Account == a.Account,
		Given:            d.given(string(reason)), Outcome: d.Outcome,
	}
	if n := c.Latest(); n != nil {
		f.NotificationIncomplete = !n.Complete
	}
	if c.Draft != nil {
		f.HasDraft, f.DraftComplete = true, c.Draft.Text.Complete()
		f.ActorEditedDraft = slices.Contains(c.Draft.Editors, a.Account)
		f.SignedOff = c.Draft.SignedBy != ""
		f.HearingDone = c.Draft.Heard > 0 && !f.OpenRequest
		if f.Outcome == "" {
			f.Outcome = c.Draft.Text.Outcome
		}
	}
	if d.MasterCase != "" {
		if err := s.masterFacts(ctx, a, c, d, &f); err != nil {
			return f, err
		}
	}
	return f, nil
}

// masterFacts looks at the case to merge into. One that the actor may not see is
// as good as none.
func (s *Service) masterFacts(ctx context.Context, a Actor, c *Case, d *StepData, f *workflow.Facts) error {
	m, err := s.Case(ctx, a, d.MasterCase)
	if workflow.KindOf(err) == workflow.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	d.MasterCase = m.ID
	f.MasterOpen = m.State.Open() && m.ID != c.ID
	f.MasterSameController = m.Party.Key() == c.Party.Key()
	f.ActorOwnsMaster = m.Assignee == a.Account
	return nil
}

// supplementExpired says whether the time for a supplement has run out without one.
func (c *Case) supplementExpired(now time.Time) bool {
	for _, k := range c.Clocks {
		if isSupplement(k.Kind) && (k.Status == ClockExpired || k.Status == ClockOpen && k.DueAt.Before(now)) {
			return true
		}
	}
	return false
}

// clockOver says whether an open clock of one of the kinds has run out.
func (c *Case) clockOver(now time.Time, kinds ...workflow.ClockKind) bool {
	return slices.ContainsFunc(c.OpenClocks(), func(k Clock) bool {
		return slices.Contains(kinds, k.Kind) && k.DueAt.Before(now)
	})
}

// dataFaults checks what is given against the case and the people: everything
// that is wrong, at once.
func (s *Service) dataFaults(ctx context.Context, a Actor, c *Case, r StepRequest, now time.Time) []workflow.Fault {
	var faults []workflow.Fault
	fault := func(name, code, message string) {
		faults = append(faults, workflow.Fault{Path: dataPath(name), Code: code, Message: message})
	}
	d := r.Data
	today := Date(now.In(s.policy.Zone).Format(time.DateOnly))
	if d.Assignee != "" {
		switch p, err := s.people.Person(ctx, d.Assignee); {
		case err != nil || !p.Active || !slices.Contains(p.Roles, workflow.RoleCaseworker) && !slices.Contains(p.Roles, workflow.RoleSupervisor):
			fault("assignee", "not_a_caseworker", "A case is assigned to an active caseworker or supervisor.")
		case c.IsBarred(d.Assignee):
			fault("assignee", "conflict_of_interest", "This person is barred from the case by a conflict of interest.")
		case c.Secret && !slices.Contains(c.Named, d.Assignee):
			fault("assignee", "not_named", "The case is secret; name the person among its staff first.")
		case r.Step == workflow.StepAssign && !a.Has(workflow.RoleSupervisor) && !a.Has(workflow.RoleRegistrar) && d.Assignee != a.Account:
			fault("assignee", "only_oneself", "A caseworker takes a case for oneself; a supervisor assigns it to others.")
		}
	}
	for _, name := range append(slices.Clone(d.NamedStaff), d.Account) {
		if p, err := s.people.Person(ctx, name); name != "" && (err != nil || !isStaff(p)) {
			fault(map[bool]string{true: "account", false: "named_staff"}[name == d.Account], "not_staff", "Name accounts of the authority's staff.")
		}
	}
	if d.DueAt != nil && !d.DueAt.After(now) {
		fault("due_at", "in_the_past", "Give a time that is still to come.")
	}
	if d.ReceivedAt != nil && d.ReceivedAt.After(now) {
		fault("received_at", "in_the_future", "It cannot have been received after now.")
	}
	if d.AwareAt != nil && d.AwareAt.After(now) {
		fault("aware_at", "in_the_future", "The controller cannot have become aware after now.")
	}
	if d.Judgment != nil && d.Judgment.Date > today {
		fault("judgment", "in_the_future", "A judgment cannot bear a date that is still to come.")
	}
	if d.Judgment != nil && (d.Judgment.Court == "" || d.Judgment.Number == "" || d.Judgment.Date == "") {
		fault("judgment", "required", "Name the court, the case number and the date of the judgment.")
	}
	if d.Severity != nil {
		_, err := workflow.AssessSeverity(*d.Severity)
		if refusal, ok := errors.AsType[*workflow.Error](err); ok {
			for _, f := range refusal.Faults {
				faults = append(faults, workflow.Fault{Path: "/data/severity" + f.Path, Code: f.Code, Message: f.Message})
			}
		}
	}
	if d.ServiceDate != "" {
		faults = append(faults, s.serviceFaults(c, d.ServiceDate, today)...)
	}
	if d.Draft != nil {
		faults = append(faults, s.draftFaults(ctx, *d.Draft)...)
	}
	if r.Step == workflow.StepExtendClock {
		faults = append(faults, s.extensionFaults(c, d)...)
	}
	if r.Step == workflow.StepMeasureDone && (c.Decision == nil || *d.Measure < 1 || *d.Measure > len(c.Decision.Measures)) {
		fault("measure", "no_such_measure", "Number the decision's measures from 1 on.")
	}
	if d.MasterCase != "" && !IsID(d.MasterCase) {
		fault("master_case", "no_such_case", "There is no such case, or you may not see it.")
	}
	for letter := range d.FineFactors {
		if len(letter) != 1 || letter < "a" || letter > "k" {
			fault("fine_factors", "unknown_factor", "Name the factors by their letters in Art. 83(2), a to k.")
			break
		}
	}
	return faults
}

func isStaff(p Person) bool { return p.Active && slices.ContainsFunc(p.Roles, workflow.Role.Staff) }

// serviceFaults checks a date of service: a decision is served when it has been
// made, and today at the latest.
func (s *Service) serviceFaults(c *Case, on, today Date) []workflow.Fault {
	made := today
	if c.Decision != nil {
		made = Date(c.Decision.DecidedAt.In(s.policy.Zone).Format(time.DateOnly))
	}
	if on < made {
		return []workflow.Fault{{Path: "/data/service_date", Code: "before_decision", Message: "A decision is served on the day that it is made, or later."}}
	}
	if on > Date(addDays(today, 60)) {
		return []workflow.Fault{{Path: "/data/service_date", Code: "too_late", Message: "A decision is served within 60 days."}}
	}
	return nil
}

// addDays is the date n days later.
func addDays(d Date, n int) string {
	t, ok := d.Time(time.UTC)
	if !ok {
		return string(d)
	}
	return t.AddDate(0, 0, n).Format(time.DateOnly)
}

func (s *Service) draftFaults(ctx context.Context, d DecisionDraft) []workflow.Fault {
	var faults []workflow.Fault
	fault := func(path, code, message string) {
		faults = append(faults, workflow.Fault{Path: "/data/draft" + path, Code: code, Message: message})
	}
	if d.Outcome != "" && !d.Outcome.ByDecision() {
		fault("/outcome", "not_by_decision", "This outcome is not one that a decision gives.")
	}
	if d.Rapporteur != "" {
		if p, err := s.people.Person(ctx, d.Rapporteur); err != nil || !isStaff(p) {
			fault("/rapporteur", "not_staff", "Name an account of the authority's staff as rapporteur.")
		}
	}
	for _, m := range d.Measures {
		if m.Text == "" || m.Power == "" {
			fault("/measures", "required", "Each measure names the power that is used and says what is ordered.")
		}
		if m.AmountSEK < 0 || m.AmountSEK > 0 && m.Power != workflow.MeasureFine {
			fault("/measures", "amount", "Only a fine has an amount, in whole kronor.")
		}
		if m.DoneAt != nil {
			fault("/measures", "done_before", "A measure of a draft cannot be done yet.")
		}
	}
	return faults
}

func (s *Service) extensionFaults(c *Case, d StepData) []workflow.Fault {
	i := slices.IndexFunc(c.Clocks, func(k Clock) bool { return k.ID == d.Clock })
	switch {
	case i < 0:
		return []workflow.Fault{{Path: "/data/clock", Code: "no_such_clock", Message: "The case has no such clock."}}
	case c.Clocks[i].Status != ClockOpen:
		return []workflow.Fault{{Path: "/data/clock", Code: "clock_closed", Message: "A closed clock never moves."}}
	case !s.law.Movable(c.Clocks[i].Kind):
		return []workflow.Fault{{Path: "/data/clock", Code: "clock_fixed", Message: "EU law fixes this time limit; the authority cannot move it."}}
	}
	return nil
}
