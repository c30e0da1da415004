package auth

import (
	"context"
	"errors"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// HandoverBegun deactivates an account like Deactivated and names who is to have
// its open cases. It is the intent that the cases room carries to its end, case by
// case and at every sweep until none is left; so it needs no event of its end.
const HandoverBegun cases.EventKind = "account.handover_begun"

// Handover is how a deactivated account's open cases go on.
type Handover struct {
	Successor string    `json:"successor"`
	Reason    string    `json:"reason"`
	By        string    `json:"by"` // account id, or "system:" and the rule
	At        time.Time `json:"at"`
}

type handoverPayload struct {
	Successor string `json:"successor"`
	Reason    string `json:"reason"`
}

// DeactivateTo deactivates an account and hands its open cases to a successor, who
// is an active caseworker or supervisor; "" leaves them to the unassigned queue, as
// Deactivate does.
func (s *Service) DeactivateTo(ctx context.Context, actor cases.Actor, account, successor, reason string) (Profile, error) {
	if successor == "" || !administers(actor) {
		return s.Deactivate(ctx, actor, account, reason)
	}
	faults := textFaults("/reason", reason, maxReason)
	known, err := s.accounts.current(ctx, successor)
	if err != nil && !errors.Is(err, cases.ErrNotFound) {
		return Profile{}, cases.Unavailable(err)
	}
	if err != nil || !known.account.holdsCases() || successor == account {
		faults = append(faults, workflow.Fault{
			Path: "/successor", Code: "not_a_caseworker", Message: "Choose another active caseworker or supervisor, or nobody.",
		})
	}
	return s.administer(ctx, actor, account, faults, func(a *Account) (entry, error) {
		if !a.Active {
			return entry{}, inactive()
		}
		return entry{HandoverBegun, handoverPayload{Successor: successor, Reason: reason}}, nil
	})
}

// holdsCases says whether cases can be assigned to the account.
func (a *Account) holdsCases() bool {
	return a.Active && (a.has(workflow.RoleCaseworker) || a.has(workflow.RoleSupervisor))
}

// end takes away what lets anybody in.
func (a *Account) end(h cases.Header, to *Handover) {
	a.Active, a.Tokens, a.Link, a.SessionsSince, a.Handover = false, nil, nil, h.Seq, to
}
