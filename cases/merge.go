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
	if _, err := s.judgeStep(ctx, a, c, &r, s.now()); err != nil {
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
	master, err := s.intend(ctx, r.Data.MasterCase, &intent)
	if err != nil {
		return nil, err
	}
	merged, err := s.carryMerge(ctx, master, intent)
	if merged != nil && err != nil { // the case is merged; the sweep will tell the master
		s.logger.Warn("merge not yet noted on its master", "case", c.ID, "master", master, "error", err)
		return merged, nil
	}
	return merged, err
}

// errSettled stops an addition that has nothing to add any more.
var errSettled = errors.New("it has happened already")

// intend tells the master, once for each command, and returns the master's id.
func (s *Service) intend(ctx context.Context, master string, intent *Member) (string, error) {
	m, err := s.add(ctx, System("merge"), master, Command{}, func(m *Case, _ time.Time) (Entry, error) {
		for _, have := range m.Merged {
			if have.Case == intent.Case && have.Command == intent.Command && have.Version == intent.Version {
				*intent, master = have, m.ID
				return Entry{}, errSettled
			}
		}
		if !m.State.Open() {
			return Entry{}, workflow.Refuse(workflow.Unprocessable, string(workflow.GuardMasterOpen), "%s", workflow.GuardMasterOpen.Sentence())
		}
		return Entry{Kind: EventMergeIntended, Payload: intent}, nil
	})
	if errors.Is(err, errSettled) {
		return master, nil
	}
	if err != nil {
		return "", err
	}
	intent.Intent = m.Version
	return m.ID, nil
}

// carryOn carries a merge, or its undoing, on from wherever it stands.
func (s *Service) carryOn(ctx context.Context, master string, m Member) error {
	var err error
	if m.Status == MergeUndoing {
		_, err = s.carryUndo(ctx, master, *m.Undo)
	} else {
		_, err = s.carryMerge(ctx, master, m)
	}
	return err
}

// carryMerge takes the member's step and tells the master, from wherever the
// merge stands.
func (s *Service) carryMerge(ctx context.Context, master string, m Member) (*Case, error) {
	return s.carry(ctx, carried{
		member: m.Case, version: m.Version, step: workflow.StepMerge, to: workflow.StateMerged,
		by: m.By, reason: m.Reason, data: StepData{MasterCase: master}, command: Command{ID: m.Command, Body: m.Body},
		end: func(next *Header) error {
			return s.endMerge(ctx, master, m, next != nil && next.Command == m.Command)
		},
	})
}

// carried is a member's step that its master was told of before it was taken.
type carried struct {
	member  string
	version int64 // of the member on which the step was decided
	step    workflow.StepID
	to      workflow.State
	by      string
	reason  Text
	data    StepData
	command Command
	end     func(next *Header) error // tells the master, by the event after that version
}

// carry takes the member's step and tells the master. Doing it twice does nothing
// twice: the step is the event that follows the version on which it was decided,
// or it never is, and the master ends an intent only once. The case is nil when
// the step was not taken by this command.
func (s *Service) carry(ctx context.Context, k carried) (*Case, error) {
	c, err := s.find(ctx, k.member)
	if err != nil {
		return nil, err
	}
	if c.Version == k.version {
		r := StepRequest{Step: k.step, Reason: k.reason, Data: k.data, Command: k.command}
		taken, _ := s.effects(Actor{Account: k.by}, c, r, k.to, s.now())
		e := Entry{Kind: EventKind(k.step), At: s.now(), Actor: k.by, Command: k.command.ID, Payload: taken}
		err := s.append(ctx, c, c.ID, e)
		if err == nil {
			return c, k.end(&Header{Kind: e.Kind, Command: e.Command})
		}
		if !errors.Is(err, ErrExists) {
			return nil, Unavailable(err)
		}
	}
	events, err := s.store.Events(ctx, k.member, k.version+1)
	if err != nil {
		return nil, Unavailable(fmt.Errorf("events of %s: %w", k.member, err))
	}
	if c, err = s.find(ctx, k.member); err != nil {
		return nil, err
	}
	var next *Header
	if len(events) > 0 {
		next = &events[0].Header
	}
	if next != nil && next.Command == k.command.ID {
		return c, k.end(next)
	}
	return nil, errors.Join(k.end(next), stale(c))
}

// endMerge tells the master how the merge ended. Where the member was aware
// earlier, the 72 hours of the master are judged anew from there: a merge keeps
// the earliest awareness, and the earliest filing.
func (s *Service) endMerge(ctx context.Context, master string, m Member, merged bool) error {
	_, err := s.add(ctx, System("merge"), master, Command{}, func(c *Case, _ time.Time) (Entry, error) {
		if !c.intends(m) {
			return Entry{}, errSettled
		}
		end := MergeEnd{Case: m.Case, Intent: m.Intent}
		if !merged {
			end.Reason = "The case changed before it could be merged."
			return Entry{Kind: EventMergeAbandoned, Payload: end}, nil
		}
		end.Judgement = s.judgeMerged(c, m)
		return Entry{Kind: EventMergeDone, Payload: end}, nil
	})
	if errors.Is(err, errSettled) {
		return nil
	}
	return err
}

func (c *Case) intends(m Member) bool {
	for _, have := range c.Merged {
		if have.Intent == m.Intent {
			return have.Status == MergeIntended
		}
	}
	return false
}

// judgeMerged judges the 72 hours of a master anew where the member brings an
// earlier awareness or filing; nil where it does not.
func (s *Service) judgeMerged(c *Case, m Member) *Judgement {
	if m.AwareAt == nil || m.Filed == nil {
		return nil
	}
	aware, filed := *m.AwareAt, *m.Filed
	if j := c.Judgement(); j != nil {
		if !aware.Before(j.AwareAt) && !filed.Before(j.EffectiveAt) {
			return nil
		}
		aware, filed = earlier(aware, j.AwareAt), earlier(filed, j.EffectiveAt)
	}
	j := s.judge(aware, filed, BasisMerged)
	j.Reason = Text(fmt.Sprintf("Merged with %s.", m.Number))
	return &j
}

// earliest is the earliest awareness and filing among those given and those of
// the cases that were merged into c.
func (c *Case) earliest(aware, filed time.Time) (time.Time, time.Time) {
	for _, m := range c.Merged {
		if m.in() && m.AwareAt != nil && m.Filed != nil {
			aware, filed = earlier(aware, *m.AwareAt), earlier(filed, *m.Filed)
		}
	}
	return aware, filed
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
