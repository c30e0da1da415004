package auth

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// What happens to the conflicts of interest of an account.
const (
	Barred    cases.EventKind = "account.barred"
	BarLifted cases.EventKind = "account.bar_lifted"
)

// NewBar is a conflict of interest of a person with a controller: a former
// employer, a relative's company. It concerns every case of the controller, those
// to come too.
type NewBar struct {
	Organisation string    `json:"organisation"`
	Unit         string    `json:"unit,omitempty"` // "" for all units of the organisation
	Until        time.Time `json:"until"`          // exclusive
	Reason       string    `json:"reason"`
}

// longestBar bounds how far ahead a conflict of interest is recorded.
const longestBar = 20 * 366 * 24 * time.Hour

type barPayload struct {
	ID           string    `json:"id"`
	Organisation string    `json:"organisation"`
	Unit         string    `json:"unit,omitempty"`
	Until        time.Time `json:"until"`
	Reason       string    `json:"reason"`
}

// Bar records a conflict of interest: for oneself when one is staff; supervisors,
// registrars and administrators record it for others.
func (s *Service) Bar(ctx context.Context, actor cases.Actor, account string, want NewBar) (cases.PartyBar, error) {
	own := actor.Account == account && actor.Staff()
	if !own && !administers(actor) && !actor.Has(workflow.RoleSupervisor) && !actor.Has(workflow.RoleRegistrar) {
		return cases.PartyBar{}, workflow.Refuse(workflow.Forbidden, "bar_others",
			"You may declare a conflict of interest for yourself only; tell a supervisor about somebody else's.")
	}
	now := s.now()
	want.Until = want.Until.UTC().Truncate(time.Millisecond)
	if faults := barFaults(want, now); faults != nil {
		return cases.PartyBar{}, workflow.RefuseFaults("invalid_bar", "The conflict of interest was not recorded.", faults)
	}
	id := cases.NewID(now)
	a, err := s.change(ctx, actor, account, func(a *Account) (entry, error) {
		switch {
		case !a.Active || !a.staff():
			return entry{}, workflow.RefuseFaults("invalid_bar", "The conflict of interest was not recorded.", []workflow.Fault{{
				Path: "/account", Code: "not_staff", Message: "Name an account of the authority's staff.",
			}})
		case slices.ContainsFunc(a.Bars, func(b cases.PartyBar) bool {
			return b.Organisation == want.Organisation && b.Unit == want.Unit && now.Before(b.Until)
		}):
			return entry{}, workflow.Refuse(workflow.Conflict, "bar_exists", "This conflict of interest is recorded already.")
		}
		return entry{Barred, barPayload{id, want.Organisation, want.Unit, want.Until, want.Reason}}, nil
	})
	if err != nil {
		return cases.PartyBar{}, err
	}
	return a.Bars[len(a.Bars)-1], nil
}

func barFaults(want NewBar, now time.Time) []workflow.Fault {
	faults := append(textFaults("/organisation", want.Organisation, maxName), textFaults("/reason", want.Reason, maxReason)...)
	switch {
	case want.Until.IsZero():
		faults = append(faults, workflow.Fault{Path: "/until", Code: "required", Message: "Say until when; it can be recorded again."})
	case !want.Until.After(now):
		faults = append(faults, workflow.Fault{Path: "/until", Code: "in_the_past", Message: "Give an end that is still to come."})
	case want.Until.Sub(now) > longestBar:
		faults = append(faults, workflow.Fault{Path: "/until", Code: "too_far", Message: "Give an end within twenty years."})
	}
	return faults
}

// LiftBar ends a conflict of interest before its time. A supervisor or an
// administrator may, and nobody for themselves.
func (s *Service) LiftBar(ctx context.Context, actor cases.Actor, account, bar, reason string) error {
	switch {
	case !administers(actor) && !actor.Has(workflow.RoleSupervisor):
		return workflow.Refuse(workflow.Forbidden, "lift_bar", "Only a supervisor or an administrator may lift a conflict of interest.")
	case actor.Account == account:
		return workflow.Refuse(workflow.Forbidden, "own_bar", "Nobody lifts a conflict of interest of their own; ask another supervisor.")
	}
	if faults := textFaults("/reason", reason, maxReason); faults != nil {
		return workflow.RefuseFaults("invalid_bar", "The conflict of interest was not lifted.", faults)
	}
	_, err := s.change(ctx, actor, account, func(a *Account) (entry, error) {
		if !slices.ContainsFunc(a.Bars, func(b cases.PartyBar) bool { return b.ID == bar }) {
			return entry{}, workflow.Refuse(workflow.NotFound, "no_bar", "There is no such conflict of interest.")
		}
		return entry{BarLifted, endedPayload{ID: bar, Reason: reason}}, nil
	})
	return err
}

// barred adds a conflict of interest and forgets those that had ended by then.
func (a *Account) barred(p barPayload, h cases.Header) {
	a.Bars = slices.DeleteFunc(a.Bars, func(b cases.PartyBar) bool { return !h.At.Before(b.Until) })
	a.Bars = append(a.Bars, cases.PartyBar{
		ID: p.ID, Organisation: p.Organisation, Unit: p.Unit, Until: p.Until, Reason: cases.Text(p.Reason), By: h.Actor, At: h.At,
	})
}

// StaffBar is a conflict of interest with whose it is.
type StaffBar struct {
	Account string `json:"account"`
	Name    string `json:"name"`
	cases.PartyBar
}

// Bars lists the conflicts of interest in force: everybody's for supervisors,
// registrars and administrators, the own ones for other staff. The system sees all.
func (s *Service) Bars(_ context.Context, actor cases.Actor) ([]StaffBar, error) {
	all := administers(actor) || actor.Has(workflow.RoleSupervisor) || actor.Has(workflow.RoleRegistrar)
	if !all && !actor.Staff() {
		return nil, workflow.Refuse(workflow.Forbidden, "role", "Only staff of the authority may do this.")
	}
	now, out := s.now(), []StaffBar{}
	for _, a := range s.accounts.all() {
		for _, b := range a.Bars {
			if a.Active && now.Before(b.Until) && (all || a.ID == actor.Account) {
				out = append(out, StaffBar{a.ID, a.Name, b})
			}
		}
	}
	slices.SortFunc(out, func(a, b StaffBar) int { return cmp.Or(cmp.Compare(a.Name, b.Name), a.Until.Compare(b.Until)) })
	return out, nil
}
