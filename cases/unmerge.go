package cases

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// in says whether the case counts as merged into its master.
func (m Member) in() bool { return m.Status == MergeDone || m.Status == MergeUndoing }

// pending says whether the merge, or its undoing, waits to be carried on.
func (m Member) pending() bool {
	return m.Status == MergeIntended || m.Status == MergeUndoing && m.Undo != nil
}

// member is the case with that id where it counts as merged into c, or nil.
func (c *Case) member(id string) *Member {
	for i := len(c.Merged) - 1; i >= 0; i-- {
		if m := &c.Merged[i]; m.Case == id && m.in() {
			return m
		}
	}
	return nil
}

// unmerge reopens a case that was merged into another. As with the merge itself
// two records change, so the master is told first what is intended, and the sweep
// carries on whatever crashes after that.
func (s *Service) unmerge(ctx context.Context, a Actor, c *Case, r StepRequest) (*Case, error) {
	if _, err := s.judgeStep(ctx, a, c, &r, s.now()); err != nil {
		return nil, err
	}
	undo := Undoing{
		Case: c.ID, Number: c.Number, By: a.Account, Reason: r.Reason, Ground: r.Data.Ground,
		Version: c.Version, Command: r.Command.ID, Body: r.Command.Body,
	}
	if undo.Command == "" {
		undo.Command = randomCommand()
	}
	master := c.Master
	known, err := s.intendUndo(ctx, master, &undo)
	if err != nil {
		return nil, err
	}
	if !known {
		return s.step(ctx, a, c, r)
	}
	reopened, err := s.carryUndo(ctx, master, undo)
	if reopened != nil && err != nil { // the case is reopened; the sweep will tell the master
		s.logger.Warn("undone merge not yet noted on its master", "case", reopened.ID, "master", master, "error", err)
		return reopened, nil
	}
	return reopened, err
}

// intendUndo tells the master, once for each command. A master that does not hold
// the case as a member needs to be told nothing.
func (s *Service) intendUndo(ctx context.Context, master string, undo *Undoing) (known bool, err error) {
	m, err := s.add(ctx, System("merge"), master, Command{}, func(m *Case, _ time.Time) (Entry, error) {
		have := m.member(undo.Case)
		if known = have != nil; !known {
			return Entry{}, errSettled
		}
		if u := have.Undo; have.Status == MergeUndoing && u != nil && u.Command == undo.Command && u.Version == undo.Version {
			*undo = *u
			return Entry{}, errSettled
		}
		return Entry{Kind: EventUndoIntended, Payload: *undo}, nil
	})
	if errors.Is(err, errSettled) || workflow.KindOf(err) == workflow.NotFound {
		return known, nil
	}
	if err != nil {
		return known, err
	}
	undo.Intent = m.Version
	return known, nil
}

// carryUndo reopens the member and tells the master, from wherever the undoing
// stands. Whoever else reopened the member on that version undid the merge as well.
func (s *Service) carryUndo(ctx context.Context, master string, u Undoing) (*Case, error) {
	return s.carry(ctx, carried{
		member: u.Case, version: u.Version, step: workflow.StepReopen, to: workflow.StateTriage,
		by: u.By, reason: u.Reason, data: StepData{Ground: u.Ground}, command: Command{ID: u.Command, Body: u.Body},
		end: func(next *Header) error {
			return s.endUndo(ctx, master, u, next != nil && next.Kind == EventKind(workflow.StepReopen))
		},
	})
}

// endUndo tells the master how the undoing ended, and judges its 72 hours anew
// without the member.
func (s *Service) endUndo(ctx context.Context, master string, u Undoing, reopened bool) error {
	_, err := s.add(ctx, System("merge"), master, Command{}, func(c *Case, _ time.Time) (Entry, error) {
		m := c.undoes(u)
		if m == nil {
			return Entry{}, errSettled
		}
		end := MergeEnd{Case: u.Case, Intent: u.Intent}
		if !reopened {
			end.Reason = "The case changed before it could be reopened."
			return Entry{Kind: EventUndoAbandoned, Payload: end}, nil
		}
		end.Judgement = s.judgeUnmerged(c, m.Intent, u.Number)
		return Entry{Kind: EventMergeUndone, Payload: end}, nil
	})
	if errors.Is(err, errSettled) {
		return nil
	}
	return err
}

// undoes is the member whose merge is being undone by u, or nil.
func (c *Case) undoes(u Undoing) *Member {
	for i := range c.Merged {
		if m := &c.Merged[i]; m.Status == MergeUndoing && m.Undo != nil && m.Undo.Intent == u.Intent {
			return m
		}
	}
	return nil
}

// judgeUnmerged judges the 72 hours of a master by its own filing and by the
// members that remain without the one of that intent; nil where that changes
// nothing, or nothing is left to be judged.
func (s *Service) judgeUnmerged(c *Case, without int64, number string) *Judgement {
	now := c.Judgement()
	if now == nil {
		return nil
	}
	rest := *c
	rest.Merged = nil
	for _, m := range c.Merged {
		if m.in() && m.Intent != without && m.AwareAt != nil && m.Filed != nil {
			rest.Merged = append(rest.Merged, m)
		}
	}
	aware, filed, ok := rest.ownTimes()
	if !ok {
		if len(rest.Merged) == 0 {
			return nil
		}
		aware, filed = *rest.Merged[0].AwareAt, *rest.Merged[0].Filed
	}
	earliest, filed := rest.earliest(aware, filed)
	if c.Awareness == nil || now.Basis != BasisAuthority { // what the authority found last needs no member
		aware = earliest
	}
	if aware.Equal(now.AwareAt) && filed.Equal(now.EffectiveAt) {
		return nil
	}
	j := s.judge(aware, filed, BasisUnmerged)
	j.Reason = Text(fmt.Sprintf("The merge with %s was undone.", number))
	return &j
}

// ownTimes are the awareness and the filing of the case itself, whatever was merged
// into it: the awareness as the authority assessed it, else as the notifier said last.
func (c *Case) ownTimes() (aware, filed time.Time, ok bool) {
	if len(c.Submissions) == 0 {
		return aware, filed, false
	}
	aware, filed = c.Latest().Notification.AwareAt, c.Submissions[0].Effective()
	if c.Awareness != nil {
		aware = c.Awareness.AwareAt
	}
	return aware, filed, true
}

// tellMaster tells the case that c was merged into what came in on c since, once
// for each newest version.
func (s *Service) tellMaster(ctx context.Context, c *Case) (acted bool, err error) {
	_, err = s.add(ctx, System("merge"), c.Master, Command{}, func(master *Case, _ time.Time) (Entry, error) {
		if m := master.member(c.ID); m == nil || m.Told >= c.Unread {
			return Entry{}, errSettled
		}
		return Entry{Kind: EventMemberFiled, Payload: MemberFiled{Case: c.ID, Number: c.Number, Submission: c.Unread}}, nil
	})
	if errors.Is(err, errSettled) || workflow.KindOf(err) == workflow.NotFound {
		return false, nil
	}
	return err == nil, err
}
