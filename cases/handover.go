package cases

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/vaka-project/vaka/workflow"
)

// EventHandedOver says that the system took a case from somebody who has left, or
// who has come to be barred from it.
const EventHandedOver EventKind = "handed_over" // payload HandedOver

// HandedOver is how a case came to its next caseworker, or back to the queue of
// cases that nobody holds.
type HandedOver struct {
	From      string `json:"from"`
	To        string `json:"to,omitempty"` // "" for nobody
	Named     bool   `json:"named,omitempty"`
	Reason    Text   `json:"reason,omitempty"`
	OrderedBy string `json:"ordered_by,omitempty"` // the administrator who named the successor
}

// handedOver gives the case to its next holder. In a secret case the successor is
// named with it: whoever answers for a case must see it. The one before stays named;
// somebody who is deactivated sees nothing.
func (c *Case) handedOver(_ Header, p HandedOver) error {
	c.Assignee = p.To
	if p.Named && c.Secret && !slices.Contains(c.Named, p.To) {
		c.Named = append(slices.Clone(c.Named), p.To)
	}
	return nil
}

// Holdings count what somebody holds, without a word of what it is about: this is
// what administrators, who see no case, are shown.
type Holdings struct {
	Open           int `json:"open"`           // open cases assigned to the account,
	Investigations int `json:"investigations"` // of which investigations,
	Decisions      int `json:"decisions"`      // and drafts and decisions on their way to approval or carried out
	Secret         int `json:"secret"`         // open secret cases that name the account, held or not
}

// Holdings counts what an account holds.
func (s *Service) Holdings(account string) Holdings {
	var out Holdings
	for _, sum := range s.board.heldBy(account, true) {
		if sum.Secret && slices.Contains(sum.Named, account) {
			out.Secret++
		}
		if sum.Assignee != account {
			continue
		}
		out.Open++
		switch sum.Phase {
		case workflow.PhaseInvestigation:
			out.Investigations++
		case workflow.PhaseDecision:
			out.Decisions++
		}
	}
	return out
}

// SoleNamed counts the open secret cases that name an account and nobody else who is
// active: held by the account, so that a successor is named with them, and others.
// Nobody would see those any more if it left.
func (s *Service) SoleNamed(ctx context.Context, account string) (held, others int, err error) {
	for _, sum := range s.board.heldBy(account, true) {
		if !sum.Secret || !slices.Contains(sum.Named, account) {
			continue
		}
		seen := false
		for _, named := range sum.Named {
			p, err := s.people.Person(ctx, named)
			if err != nil && !errors.Is(err, ErrNotFound) {
				return 0, 0, Unavailable(fmt.Errorf("account %s: %w", named, err))
			}
			seen = seen || err == nil && named != account && p.Active
		}
		switch {
		case seen:
		case sum.Assignee == account:
			held++
		default:
			others++
		}
	}
	return held, others, nil
}

// ended are the marks of the states in which a case is over.
var ended = func() (marks uint64) {
	for _, st := range workflow.States() {
		if !st.Open() {
			marks |= stateMarks.of(st)
		}
	}
	return marks
}()

// heldBy are the open cases that are assigned to an account; with named, also the
// secret ones that name it.
func (b *Board) heldBy(account string, named bool) []Summary {
	b.mu.RLock()
	defer b.mu.RUnlock()
	holder, known := b.words.find(account)
	var out []Summary
	for i := range b.rows {
		r := &b.rows[i]
		held := known && r.assignee == holder
		if r.marks&ended == 0 && (held || named && r.marks&markSecret != 0 && slices.Contains(b.cards[i].named, account)) {
			out = append(out, b.summary(int32(i)))
		}
	}
	return out
}

// holders are the accounts to which open cases are assigned.
func (b *Board) holders() []string {
	seen := map[uint32]bool{0: true} // nobody
	var out []string
	b.mu.RLock()
	defer b.mu.RUnlock()
	for i := range b.rows {
		r := &b.rows[i]
		if r.marks&ended == 0 && !seen[r.assignee] {
			seen[r.assignee] = true
			out = append(out, b.words.text[r.assignee])
		}
	}
	return out
}

// HandOver takes every open case from an account that is deactivated, and those
// from which a conflict of interest bars it. It acts for the administrator or the
// supervisor who decided that, and who need not see the cases: under the rule
// "handover" of the system, each case by an event of its own that names who ordered
// it. It is the sweep's work, done at once for whoever waits; a case that is left,
// for whatever reason, comes in the next sweep.
func (s *Service) HandOver(ctx context.Context, account string) (Swept, error) {
	var out Swept
	holder, err := s.people.Person(ctx, account)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return out, Unavailable(fmt.Errorf("account %s: %w", account, err))
	}
	if err == nil && holder.Active && len(holder.Bars) == 0 {
		return out, nil
	}
	var failed error
	for _, sum := range s.board.heldBy(account, false) {
		out.Looked++
		acted, err := s.handOne(ctx, sum.ID, holder, account)
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

// handOne takes one case from its holder, judged by the case as the store has it.
func (s *Service) handOne(ctx context.Context, id string, holder Person, account string) (acted bool, err error) {
	c, err := s.find(ctx, id)
	if err != nil {
		return false, err
	}
	s.board.Put(c.Summary())
	now := s.now()
	if c.Assignee != account || !c.State.Open() || holder.Active && !s.BarsFrom(holder.Bars, c.Party, now) {
		return false, nil
	}
	p := HandedOver{From: account}
	if h := holder.Handover; h != nil && !holder.Active {
		p.Reason, p.OrderedBy = h.Reason, h.By
		fits, err := s.canTakeOver(ctx, c, h.Successor)
		if err != nil {
			return false, err
		}
		if fits {
			p.To, p.Named = h.Successor, c.Secret
		}
	}
	// The clocks run on: that the case changed hands is nothing that happened in it.
	rule := System("handover")
	if holder.Active {
		rule = System("barred")
	}
	err = s.append(ctx, c, c.ID, Entry{Kind: EventHandedOver, At: now, Actor: rule.Account, Payload: p})
	return err == nil, err
}

// canTakeOver says whether a successor can have the case: an active caseworker or
// supervisor whom nothing bars from it. Otherwise it goes to the unassigned queue.
func (s *Service) canTakeOver(ctx context.Context, c *Case, account string) (bool, error) {
	p, err := s.people.Person(ctx, account)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, Unavailable(fmt.Errorf("account %s: %w", account, err))
	}
	return p.Active && holdsCases(p) && !s.bars(c, account, p.Bars, s.now()), nil
}

// holdsCases says whether cases are assigned to a person of these roles.
func holdsCases(p Person) bool {
	return slices.Contains(p.Roles, workflow.RoleCaseworker) || slices.Contains(p.Roles, workflow.RoleSupervisor)
}

// sweepHolders looks through everybody who holds open cases for those who have left
// or are barred.
func (s *Service) sweepHolders(ctx context.Context, out *Swept) error {
	var failed error
	for _, account := range s.board.holders() {
		one, err := s.HandOver(ctx, account)
		out.Looked, out.Acted, out.Failed = out.Looked+one.Looked, out.Acted+one.Acted, out.Failed+one.Failed
		if err != nil {
			failed = err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return failed
}
