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
	Batch   string // id of the batch that it belongs to
}

// Take carries out a step of the procedure on a case. A person's decision is
// never tried again by itself: whoever was slower is told what changed.
func (s *Service) Take(ctx context.Context, a Actor, ref string, r StepRequest) (*Case, error) {
	s = s.steady()
	c, err := s.Case(ctx, a, ref)
	if err != nil {
		return nil, err
	}
	if then, err := s.repeated(ctx, c, r.Command); then != nil || err != nil {
		return then, err
	}
	// Any other answer would tell the party the state that the case is in.
	if !a.Staff() && !a.Has(workflow.RoleSystem) {
		return nil, workflow.Refuse(workflow.Forbidden, "role", "The steps of the procedure are taken by the authority's staff.")
	}
	if r.Version != c.Version {
		return nil, stale(c)
	}
	r.Data = r.Data.settled()
	var then *Case
	switch {
	case r.Step == workflow.StepMerge:
		then, err = s.merge(ctx, a, c, r)
	case r.Step == workflow.StepReopen && c.State == workflow.StateMerged:
		then, err = s.unmerge(ctx, a, c, r)
	default:
		then, err = s.step(ctx, a, c, r)
	}
	if errors.Is(err, ErrExists) {
		return s.outrun(ctx, a, c.ID, r.Command)
	}
	if err == nil && r.Step == workflow.StepFlagSecret {
		s.spread(ctx)
	}
	return then, Unavailable(err)
}

// spread lets a case become secret everywhere before whoever flagged it is told
// so: other instances show lists from their own boards.
func (s *Service) spread(ctx context.Context) {
	if shared, ok := s.store.(interface{ Spread(context.Context) }); ok {
		shared.Spread(ctx)
	}
}

// outrun is the answer when another event was written first: the first answer
// when it came from the same command, sent twice at once.
func (s *Service) outrun(ctx context.Context, a Actor, id string, cmd Command) (*Case, error) {
	c, err := s.Case(ctx, a, id)
	if err != nil {
		return nil, err
	}
	if then, err := s.repeated(ctx, c, cmd); then != nil || err != nil {
		return then, err
	}
	return nil, stale(c)
}

// step judges and records one step on c, which must not be used afterwards, and
// returns the case with it.
func (s *Service) step(ctx context.Context, a Actor, c *Case, r StepRequest) (*Case, error) {
	now, judged := s.now(), c.Version
	verdict, err := s.judgeStep(ctx, a, c, &r, now)
	if err != nil {
		return nil, err
	}
	deputyFor, err := s.deputyFor(ctx, a, c, r, now)
	if err != nil {
		return nil, err
	}
	for range numberTries {
		taken, claims := s.effects(a, c, r, verdict.To, now)
		taken.DeputyFor = deputyFor
		// Asked again in every round: the number that was taken may be this one.
		diary, err := s.diaryClaim(ctx, c, r.Data.DiaryNumber)
		if err != nil {
			return nil, err
		}
		claims, had := append(claims, diary...), c.DiaryNumber
		err = s.append(ctx, c, c.ID, Entry{
			Kind: EventKind(r.Step), At: now, Actor: a.Account, Command: r.Command.ID, Payload: taken, Claims: claims,
		})
		if err == nil {
			s.freeDiary(ctx, c, had)
			return c, nil
		}
		if !errors.Is(err, ErrNumberTaken) {
			return nil, err
		}
		if c, err = s.find(ctx, c.ID); err != nil {
			return nil, err
		}
		if c.Version != judged {
			return nil, ErrExists
		}
	}
	return nil, ErrUnavailable
}

// deputyFor is the caseworker in whose place an actor takes a step that is allowed:
// "" when the actor might take it without deputising too.
func (s *Service) deputyFor(ctx context.Context, a Actor, c *Case, r StepRequest, now time.Time) (string, error) {
	if a.Account == c.Assignee || !a.Owns(c.Assignee) {
		return "", nil
	}
	alone := a
	alone.Deputises = nil
	facts, err := s.facts(ctx, alone, c, r.Reason, &r.Data, now)
	if err != nil || workflow.Judge(r.Step, facts, a.Roles).Allowed {
		return "", err
	}
	return c.Assignee, nil
}

// judgeStep asks the procedure, and then checks what only the case room knows of
// the data. It replaces the number of a master case by its id.
func (s *Service) judgeStep(ctx context.Context, a Actor, c *Case, r *StepRequest, now time.Time) (workflow.Verdict, error) {
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
	faults, err := s.dataFaults(ctx, a, c, r, now)
	if err != nil {
		return verdict, err
	}
	if faults = append(r.Data.surplus(step), faults...); len(faults) > 0 {
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
// and why not. Whoever is not staff may take none, and is told no reasons: they
// would say where the case stands.
func (s *Service) Steps(ctx context.Context, a Actor, ref string) (*Case, []workflow.Verdict, error) {
	s = s.steady()
	c, err := s.Case(ctx, a, ref)
	if err != nil {
		return nil, nil, err
	}
	if !a.Staff() && !a.Has(workflow.RoleSystem) {
		return c, []workflow.Verdict{}, nil
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
		HasOwner: c.Assignee != "", ActorIsOwner: a.Owns(c.Assignee), ActorBarred: s.bars(c, a.Account, a.Bars, now),
		RiskAssessed: c.Risk != nil, OpenRequest: c.OpenRequest() != nil,
		OSSDetermined: c.OSS != nil && c.OSS.Role != OSSUndetermined, OSSLead: c.OSS != nil && c.OSS.Role == OSSLead,
		NoNotification: len(c.Submissions) == 0, SupplementExpired: c.supplementExpired(now),
		WithdrawalRequested: c.Withdrawal != nil && c.Withdrawal.Answer == "",
		Unregistered:        c.RegisteredAt == nil && c.DiaryNumber == "",
		FineConsidered:      d.FineConsidered, SignOffRequired: s.policy().LegalSignOff,
		HearingSkipped:         d.HearingSkipReason != "",
		AssistanceAsked:        c.openOf(workflow.ClockAssistance) != nil,
		ObjectionOpen:          c.OSS != nil && c.OSS.Objection != "",
		ConsultationOver:       c.clockOver(now, workflow.ClockObjection, workflow.ClockObjectionRevised),
		DecisionHasDueMeasures: c.Decision.DueMeasures(), MeasuresDone: !c.Decision.DueMeasures(),
		AppealPeriodOver: c.Decision != nil && now.After(c.Decision.AppealEndsAt),
		DecisionStands:   c.decisionStands(), UnreadSubmission: c.Unread > 0,
		InIncident:     c.Incident != "",
		AccountIsActor: d.Account == a.Account,
		Given:          d.given(string(reason)), Outcome: d.Outcome,
	}
	if n := c.Latest(); n != nil {
		f.NotificationIncomplete = !n.Complete
	}
	if c.Draft != nil {
		f.HasDraft, f.DraftComplete = true, c.Draft.Text.Complete()
		f.ActorEditedDraft = slices.Contains(c.Draft.Editors, a.Account)
		f.SignedOff = c.Draft.SignedBy != ""
		f.HearingDone = c.Draft.HeardNow() && !f.OpenRequest
		if f.Outcome == "" {
			f.Outcome = c.Draft.Text.Outcome
		}
	}
	if d.Incident != "" {
		if i, ok := s.incidents.find(d.Incident); ok {
			d.Incident, f.IncidentOpen = i.ID, i.Status == IncidentOpen
		}
	}
	if d.MasterCase != "" {
		if err := s.masterFacts(ctx, a, c, d, &f); err != nil {
			return f, err
		}
	}
	return f, nil
}

// decisionStands says whether there is a decision that an appeal can be about: no
// court has annulled it, and a case that has ended, ended with it.
func (c *Case) decisionStands() bool {
	if c.Decision == nil || c.Closing != nil && c.Closing.Outcome != c.Decision.Outcome {
		return false
	}
	return len(c.Judgments) == 0 || c.Judgments[len(c.Judgments)-1].Result != workflow.StepJudgmentAnnulled
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
	f.ActorOwnsMaster = a.Owns(m.Assignee)
	return nil
}

// supplementExpired says whether the time for a supplement has run out, none has
// come since, and what there is lacks something. A late supplement is one: the case
// is judged by it, or asked for more.
func (c *Case) supplementExpired(now time.Time) bool {
	said := c.latestStatement()
	if said == nil || said.Complete {
		return false
	}
	return slices.ContainsFunc(c.Clocks, func(k Clock) bool {
		over := k.Status == ClockExpired || k.Status == ClockOpen && k.DueAt.Before(now)
		return isSupplement(k.Kind) && over && !said.ReceivedAt.After(k.DueAt)
	})
}

// latestStatement is the newest version that says something of the breach: the
// wish to withdraw brings nothing that was missing, and takes nothing away.
func (c *Case) latestStatement() *Submission {
	for i := len(c.Submissions) - 1; i >= 0; i-- {
		if s := &c.Submissions[i]; s.Kind != SubmissionWithdrawal {
			return s
		}
	}
	return nil
}

// clockOver says whether an open clock of one of the kinds has run out.
func (c *Case) clockOver(now time.Time, kinds ...workflow.ClockKind) bool {
	return slices.ContainsFunc(c.OpenClocks(), func(k Clock) bool {
		return slices.Contains(kinds, k.Kind) && k.DueAt.Before(now)
	})
}
