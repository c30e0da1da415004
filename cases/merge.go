package cases

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// merge puts a case into its master. Two records change, so the master is told
// first what is intended; whatever crashes after that, the sweep carries the
// merge to its end, or abandons it when the case has moved on meanwhile.
func (s *Service) merge(ctx context.Context, a Actor, c *Case, r StepRequest) (*Case, error) {
	if _, err := s.judgeStep(ctx, a, c, r, s.now()); err != nil {
		return nil, err
	}
	intent := Member{
		Case: c.ID, Number: c.Number, By: a.Account, Reason: r.Reason, Version: c.Version,
		Command: r.Command.ID, Body: r.Command.Body, Status: MergeIntended,
	}
	if intent.Command == "" {
		intent.Command = randomCommand()
	}
	if j := c.Judgement(); j != nil {
		intent.AwareAt, intent.Filed = &j.AwareAt, &j.EffectiveAt
	}
	_, err := s.add(ctx, System("merge"), r.Data.MasterCase, Command{}, func(m *Case, _ time.Time) (Entry, error) {
		if !m.State.Open() {
			return Entry{}, workflow.Refuse(workflow.Unprocessable, string(workflow.GuardMasterOpen), "%s", workflow.GuardMasterOpen.Sentence())
		}
		return Entry{Kind: EventMergeIntended, Payload: intent}, nil
	})
	if err != nil {
		return nil, err
	}
	return s.carryMerge(ctx, r.Data.MasterCase, intent, a.Roles)
}

// carryMerge takes the member's step and tells the master, from wherever the
// merge stands. Doing it twice does nothing twice: the member's event carries the
// intent's command, and the master ends an intent only once.
func (s *Service) carryMerge(ctx context.Context, master string, m Member, roles []workflow.Role) (*Case, error) {
	c, err := s.find(ctx, m.Case)
	if err != nil {
		return nil, err
	}
	stepped := c.Master == master && c.State == workflow.StateMerged
	if !stepped {
		if c.Version != m.Version {
			return nil, errors.Join(s.endMerge(ctx, master, m, nil, "The case changed before it could be merged."), stale(c))
		}
		err := s.append(ctx, c, c.ID, Entry{
			Kind: EventKind(workflow.StepMerge), At: s.now(), Actor: m.By, Command: m.Command,
			Payload: s.mergeStep(c, master, m, roles),
		})
		if errors.Is(err, ErrExists) {
			return s.carryMerge(ctx, master, m, roles)
		}
		if err != nil {
			return nil, Unavailable(err)
		}
	}
	return c, s.endMerge(ctx, master, m, c, "")
}

// mergeStep is the member's step into the state MERGED.
func (s *Service) mergeStep(c *Case, master string, m Member, roles []workflow.Role) Taken {
	r := StepRequest{
		Step: workflow.StepMerge, Reason: m.Reason, Data: StepData{MasterCase: master},
		Command: Command{ID: m.Command, Body: m.Body},
	}
	t, _ := s.effects(Actor{Account: m.By, Roles: roles}, c, r, workflow.StateMerged, s.now())
	return t
}

// endMerge tells the master how the merge ended. Where the member was aware
// earlier, the 72 hours of the master are judged anew from there: a merge keeps
// the earliest awareness, and the earliest filing.
func (s *Service) endMerge(ctx context.Context, master string, m Member, merged *Case, why string) error {
	ended := errors.New("the merge has ended already")
	_, err := s.add(ctx, System("merge"), master, Command{}, func(c *Case, _ time.Time) (Entry, error) {
		if !c.intends(m) {
			return Entry{}, ended
		}
		end := MergeEnd{Case: m.Case, Reason: Text(why)}
		if merged == nil {
			return Entry{Kind: EventMergeAbandoned, Payload: end}, nil
		}
		if j := c.Judgement(); j != nil && m.AwareAt != nil && (m.AwareAt.Before(j.AwareAt) || m.Filed.Before(j.EffectiveAt)) {
			again := s.judge(earlier(j.AwareAt, *m.AwareAt), earlier(j.EffectiveAt, *m.Filed), BasisMerged)
			again.Reason = Text(fmt.Sprintf("Merged with %s.", m.Number))
			end.Judgement = &again
		}
		return Entry{Kind: EventMergeDone, Payload: end}, nil
	})
	if errors.Is(err, ended) {
		return nil
	}
	return err
}

func (c *Case) intends(m Member) bool {
	for _, have := range c.Merged {
		if have.Case == m.Case && have.Command == m.Command {
			return have.Status == MergeIntended
		}
	}
	return false
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
