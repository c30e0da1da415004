package cases

import (
	"context"
	"errors"
	"slices"
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
		return s.policy().AutoRegister && c.State == workflow.StateReceived
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
		return c.State == workflow.StateDecided && !c.Decision.DueMeasures() && now.After(c.finalAt())
	}},
}

// appealsOnTheirWay is how many days the system waits after the end of the appeal
// period before it closes a case. What arrived on the last day is recorded on a
// later one, and an appeal that was sent to the court in time reaches the authority
// through it (FL § 45): the wait spares most cases being closed and taken back for
// it. People may close a case at once.
const appealsOnTheirWay = 10

// finalAt is when the system takes the decision for final. Once a court has
// judged, no appeal is on its way here any more.
func (c *Case) finalAt() time.Time {
	if len(c.Judgments) > 0 {
		return c.Decision.AppealEndsAt
	}
	return c.Decision.AppealEndsAt.AddDate(0, 0, appealsOnTheirWay)
}

// timed are the states in which a rule may have to act when a clock runs out.
var timed = []workflow.State{
	workflow.StateAwaitingSupplement, workflow.StateAwaitingReply, workflow.StateHearing,
	workflow.StateDecided, workflow.StateFollowUp,
}

// untimed are the states that a rule may leave although no clock ran out.
func (s *Service) untimed() []workflow.State {
	states := []workflow.State{workflow.StateRegistered, workflow.StateDecided}
	if s.policy().AutoRegister {
		states = append(states, workflow.StateReceived)
	}
	return states
}

// idle says of a case in a state that rules leave that none has to act yet: it
// still lacks an owner, or its decision can still be appealed.
func idle(sum *Summary, now time.Time) bool {
	switch {
	case sum.Merging:
		return false
	case sum.State == workflow.StateRegistered:
		return sum.Assignee == ""
	case sum.State == workflow.StateDecided:
		return slices.ContainsFunc(sum.Clocks, func(k DueClock) bool {
			return k.Kind == workflow.ClockAppeal && !now.After(k.DueAt)
		})
	}
	return false
}

// Sweep looks once through the board for cases in which a rule has to act: a
// clock ran out, a merge waits to be carried on, an owner was found, a master does
// not know what came in on a member, whoever holds a case has left. Several
// instances may sweep at once: the unique insert lets each event happen once.
func (s *Service) Sweep(ctx context.Context) (Swept, error) {
	s = s.steady()
	now := s.now()
	var out Swept
	var failed error
	for _, sum := range s.board.Pending(now, timed, s.untimed()) {
		if idle(&sum, now) {
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
	moved, err := s.moveClocksAlong(ctx, movesInASweep)
	out.Looked, out.Acted = out.Looked+moved, out.Acted+moved
	carried, batchErr := s.batches.sweep(ctx)
	opened, selectionErr := s.selections.sweep(ctx)
	out.Acted += carried + opened
	return out, errors.Join(failed, err, batchErr, selectionErr, s.sweepHolders(ctx, &out))
}

func (s *Service) sweepCase(ctx context.Context, id string, now time.Time) (acted bool, err error) {
	c, err := s.find(ctx, id)
	if err != nil {
		return false, err
	}
	s.board.Put(c.Summary()) // it may have been behind what another instance did
	for _, m := range c.Merged {
		if m.pending() {
			err := ignoreStale(s.carryOn(ctx, c.ID, m))
			return err == nil, err
		}
	}
	if c.State == workflow.StateMerged && c.Unread > 0 {
		return s.tellMaster(ctx, c)
	}
	for _, rule := range systemRules {
		if !rule.due(s, c, now) {
			continue
		}
		_, err := s.step(ctx, System(rule.name), c, StepRequest{Step: rule.step})
		return err == nil, err
	}
	return s.lapse(ctx, c, now)
}

// lapse ends the clocks that have done their work by running out, in a state that
// goes on without them.
func (s *Service) lapse(ctx context.Context, c *Case, now time.Time) (acted bool, err error) {
	var over ClockChanges
	for _, k := range c.OpenClocks() {
		if k.lapses() && now.After(k.DueAt) {
			over.Ended = append(over.Ended, ClockEnd{ID: k.ID, Status: ClockExpired})
		}
	}
	if len(over.Ended) == 0 {
		return false, nil
	}
	err = s.append(ctx, c, c.ID, Entry{Kind: EventClocksLapsed, At: now, Actor: System("clock_lapsed").Account, Payload: over})
	return err == nil, err
}

// ignoreStale lets a merge that was abandoned count as done with.
func ignoreStale(err error) error {
	if workflow.KindOf(err) == workflow.Stale {
		return nil
	}
	return err
}
