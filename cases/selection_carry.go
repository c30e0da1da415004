package cases

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// selectionPatience is after how long without progress another instance, or this one
// after a restart, carries an approved selection out.
const selectionPatience = 10 * time.Second

// Run opens the investigations of an approved selection, each exactly once: every
// step goes by a command that follows from the selection and the case, so that one
// that was taken before a crash is found and not taken again. What is left is carried
// on by Sweep. Only one run of a selection goes on in this instance.
func (l *Selections) Run(ctx context.Context, id string) error {
	l.mu.Lock()
	if l.busy[id] {
		l.mu.Unlock()
		return nil
	}
	l.busy[id] = true
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.busy, id)
	}()
	have, err := l.log.Load(ctx, id)
	if err != nil {
		return fmt.Errorf("selection %s: %w", id, err)
	}
	for have.Status == SelectionApproved {
		left := have.left()
		if len(left) == 0 || ctx.Err() != nil {
			return ctx.Err()
		}
		outcome, err := l.carry(ctx, have, left[0])
		if err != nil {
			return err
		}
		if have, err = l.tell(ctx, have, outcome); err != nil {
			return err
		}
	}
	return nil
}

// carry opens one investigation. An error means that it has not had its turn.
func (l *Selections) carry(ctx context.Context, have *Selection, item string) (SelectionOutcome, error) {
	a, err := l.approver(ctx, have.Approval.By)
	if err != nil {
		return SelectionOutcome{}, err
	}
	out := SelectionOutcome{Case: item}
	if item == leadItem {
		err = l.openLead(ctx, a, have, &out)
	} else {
		for _, c := range have.Decision.Chosen {
			if c.Case == item {
				out.Number = c.Number
				err = l.investigate(ctx, a, have, c.Case, c.Order, &out)
			}
		}
	}
	if code, message, refused := whyNot(err); refused {
		out.Result, out.Code, out.Message = SelectionRefused, code, message
		return out, nil
	}
	return out, err
}

// approver is whoever approved, with the roles and conflicts of interest that the
// person has by now: who has left meanwhile opens no investigation.
func (l *Selections) approver(ctx context.Context, account string) (Actor, error) {
	p, err := l.s.people.Person(ctx, account)
	switch {
	case errors.Is(err, ErrNotFound) || err == nil && !p.Active:
		return Actor{Account: account}, nil
	case err != nil:
		return Actor{}, fmt.Errorf("account %s: %w", account, err)
	}
	return Actor{Account: account, Roles: p.Roles, Bars: p.Bars}, nil
}

// investigate moves a case into an investigation. The case is taken as it is by now:
// what was noted since the candidates were frozen does not stop it, unless the
// procedure says so.
func (l *Selections) investigate(ctx context.Context, a Actor, have *Selection, id string, o Order, out *SelectionOutcome) error {
	cmd := have.command(id, workflow.StepOpenInvestigation)
	c, err := l.s.find(ctx, id)
	if err != nil {
		return err
	}
	if _, mine := c.Commands[cmd.ID]; !mine && c.Opening != nil && c.State.Open() && c.VisibleTo(a) {
		out.Result, out.TS = SelectionAlready, c.SupervisionNumber
		return nil
	}
	c, err = l.take(ctx, a, id, StepRequest{
		Step: workflow.StepOpenInvestigation, Reason: have.Decision.Reason, Command: cmd,
		Data: StepData{Scope: o.Scope, LegalBasis: o.LegalBasis, FocusAreas: o.FocusAreas, OSSRole: o.OSSRole},
	})
	if err == nil {
		out.Result, out.TS = SelectionOpened, c.SupervisionNumber
	}
	return err
}

// openLead opens the case against the supplier and leads it to its investigation.
func (l *Selections) openLead(ctx context.Context, a Actor, have *Selection, out *SelectionOutcome) error {
	lead := have.Decision.Lead
	c, err := l.s.Open(ctx, a, Opening{
		Source: SourceOwnInitiative, Role: PartyProcessor, Name: lead.Name, IDNumber: lead.IDNumber, LegalForm: lead.LegalForm,
		Subject: lead.Subject, Reason: have.Decision.Reason, Priority: lead.Priority,
	}, have.command(leadItem, "open"))
	if err != nil {
		return err
	}
	out.Opened, out.Number = c.ID, c.Number
	steps := []StepRequest{{Step: workflow.StepStartTriage, Data: StepData{Assignee: lead.Assignee}}}
	if have.Incident != "" {
		steps = append([]StepRequest{{Step: workflow.StepLinkIncident, Reason: have.Decision.Reason, Data: StepData{Incident: have.Incident}}}, steps...)
	}
	for _, r := range steps {
		r.Command = have.command(leadItem, r.Step)
		if _, err := l.take(ctx, a, c.ID, r); err != nil {
			return err
		}
	}
	return l.investigate(ctx, a, have, c.ID, lead.Order, out)
}

// command is the command of one step of carrying the selection out.
func (s *Selection) command(item string, step workflow.StepID) Command {
	return Command{ID: DerivedID("command", "selection", s.ID, item, string(step)), Body: s.ID}
}

// takeTries is how often a step is tried again on a case that somebody changed just
// then. The choice was made on the frozen version, not on this one.
const takeTries = 5

func (l *Selections) take(ctx context.Context, a Actor, id string, r StepRequest) (*Case, error) {
	for n := 1; ; n++ {
		c, err := l.s.find(ctx, id)
		if err != nil {
			return nil, Unavailable(err)
		}
		r.Version = c.Version
		then, err := l.s.Take(ctx, a, id, r)
		if workflow.KindOf(err) != workflow.Stale || n == takeTries {
			return then, err
		}
	}
}

// tell records what came of one item and returns the selection with it. What another
// instance told meanwhile stays.
func (l *Selections) tell(ctx context.Context, have *Selection, o SelectionOutcome) (*Selection, error) {
	for ctx.Err() == nil {
		if have.Status != SelectionApproved || have.Outcome(o.Case) != nil {
			return have, nil
		}
		_, err := l.log.Append(ctx, have.ID, have, Entry{
			Kind: EventSelectionOutcomes, At: l.s.now(), Actor: System("selection").Account,
			Payload: selectionOutcomes{Outcomes: []SelectionOutcome{o}},
		})
		switch {
		case err == nil:
			l.note(have)
			return have, nil
		case !errors.Is(err, ErrExists):
			return nil, Unavailable(err)
		}
		if have, err = l.log.Load(ctx, have.ID); err != nil {
			return nil, Unavailable(err)
		}
	}
	return nil, ctx.Err()
}

// sweep carries out the approved selections that nobody carries out.
func (l *Selections) sweep(ctx context.Context) (carried int, err error) {
	now := l.s.now()
	still := l.known(func(h *selectionHead) bool {
		return h.status == SelectionApproved && now.Sub(h.movedAt) >= selectionPatience
	})
	for _, h := range still {
		if runErr := l.Run(ctx, h.id); runErr != nil {
			err = errors.Join(err, fmt.Errorf("carrying selection %s out: %w", h.id, runErr))
			continue
		}
		carried++
	}
	return carried, err
}
