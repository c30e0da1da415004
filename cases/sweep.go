package cases

import (
	"context"
	"errors"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// Swept is what one sweep did.
type Swept struct {
	Looked int // cases in which a rule might have had to act
	Acted  int // steps that the system took
	Failed int // cases that are looked at again in the next sweep
}

// systemRule is a step that the system takes by itself when due says so.
type systemRule struct {
	name string // names the rule for ever in the events that it writes
	step workflow.StepID
	due  func(s *Service, c *Case, now time.Time) bool
}

// systemRules are looked through in order; the first that is due acts. The guards
// of the procedure hold for the system as for anybody.
var systemRules = []systemRule{
	{"auto_register", workflow.StepRegister, func(s *Service, c *Case, _ time.Time) bool {
		return s.policy.AutoRegister && c.State == workflow.StateReceived
	}},
	{"owner_assigned", workflow.StepStartTriage, func(_ *Service, c *Case, _ time.Time) bool {
		return c.State == workflow.StateRegistered && c.Assignee != ""
	}},
	{"supplement_expired", workflow.StepSupplementExpired, func(_ *Service, c *Case, now time.Time) bool {
		return c.State == workflow.StateAwaitingSupplement &&
			c.clockOver(now, workflow.ClockSupplement, workflow.ClockSupplementUrgent)
	}},
	{"reply_expired", workflow.StepReplyExpired, func(_ *Service, c *Case, now time.Time) bool {
		return c.State == workflow.StateAwaitingReply && c.clockOver(now, workflow.ClockReply)
	}},
	{"hearing_expired", workflow.StepHearingExpired, func(_ *Service, c *Case, now time.Time) bool {
		return c.State == workflow.StateHearing && c.clockOver(now, workflow.ClockHearing)
	}},
	{"order_to_follow_up", workflow.StepStartFollowUp, func(_ *Service, c *Case, now time.Time) bool {
		return c.State == workflow.StateDecided && c.Decision.DueMeasures() && now.After(c.Decision.AppealEndsAt)
	}},
	{"decision_final", workflow.StepCloseFinal, func(_ *Service, c *Case, now time.Time) bool {
		return c.State == workflow.StateDecided && !c.Decision.DueMeasures() && now.After(c.Decision.AppealEndsAt)
	}},
}

// leftBySystem are the states that a rule may leave although no clock ran out.
func (s *Service) leftBySystem(st workflow.State) bool {
	return st == workflow.StateRegistered || st == workflow.StateReceived && s.policy.AutoRegister
}

// Sweep looks once through the board for cases in which a rule has to act: a
// clock ran out, a merge waits to be carried on, an owner was found. Several
// instances may sweep at once: the unique insert lets each event happen once.
func (s *Service) Sweep(ctx context.Context) (Swept, error) {
	now := s.now()
	var out Swept
	var failed error
	for _, sum := range s.board.Pending(now, s.leftBySystem) {
		if !sum.Merging && sum.State == workflow.StateRegistered && sum.Assignee == "" {
			continue
		}
		out.Looked++
		acted, err := s.sweepCase(ctx, sum.ID, now)
		if acted {
			out.Acted++
		}
		if err != nil && !errors.Is(err, ErrExists) {
			out.Failed++
			failed = err
		}
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
	}
	return out, failed
}

func (s *Service) sweepCase(ctx context.Context, id string, now time.Time) (acted bool, err error) {
	c, err := s.find(ctx, id)
	if err != nil {
		return false, err
	}
	for _, m := range c.Merged {
		if m.Status == MergeIntended {
			_, err := s.carryMerge(ctx, c.ID, m, nil)
			return workflow.KindOf(err) == "" && err == nil, ignoreStale(err)
		}
	}
	for _, rule := range systemRules {
		if !rule.due(s, c, now) {
			continue
		}
		err := s.step(ctx, System(rule.name), c, StepRequest{Step: rule.step})
		return err == nil, err
	}
	return false, nil
}

// ignoreStale lets a merge that was abandoned count as done with.
func ignoreStale(err error) error {
	if workflow.KindOf(err) == workflow.Stale {
		return nil
	}
	return err
}
