package auth

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// What happens to the absences of an account.
const (
	AbsenceSet   cases.EventKind = "account.absence_set"
	AbsenceEnded cases.EventKind = "account.absence_ended"
)

// Absence is a time during which somebody else of the staff acts for the holder.
type Absence struct {
	ID     string    `json:"id"`
	From   time.Time `json:"from"`
	Until  time.Time `json:"until"`  // exclusive
	Deputy string    `json:"deputy"` // account id
	SetBy  string    `json:"set_by"`
	SetAt  time.Time `json:"set_at"`
}

// covers says whether the absence lasts at an instant.
func (b Absence) covers(at time.Time) bool { return !at.Before(b.From) && at.Before(b.Until) }

// NewAbsence is what makes an absence.
type NewAbsence struct {
	From   time.Time `json:"from"`
	Until  time.Time `json:"until"` // exclusive
	Deputy string    `json:"deputy"`
}

// longestAbsence bounds how long one absence is. Who is away for longer says so
// again, and the deputy with them.
const longestAbsence = 366 * 24 * time.Hour

type absencePayload struct {
	ID     string    `json:"id"`
	From   time.Time `json:"from"`
	Until  time.Time `json:"until"`
	Deputy string    `json:"deputy"`
}

type endedPayload struct {
	ID     string `json:"id"`
	Reason string `json:"reason,omitempty"`
}

// SetAbsence records that somebody of the staff is away and who acts for them, for
// the holder or an administrator. The deputy is active staff with one of the same
// roles, and is not to be away in the same time: a chain of deputies is not followed.
func (s *Service) SetAbsence(ctx context.Context, actor cases.Actor, account string, want NewAbsence) (Profile, error) {
	if actor.Account != account && !administers(actor) {
		return Profile{}, administratorsOnly()
	}
	now := s.now()
	want.From, want.Until = want.From.UTC().Truncate(time.Millisecond), want.Until.UTC().Truncate(time.Millisecond)
	faults := absenceFaults(want, now)
	deputy, err := s.accounts.current(ctx, want.Deputy)
	if err != nil && !errors.Is(err, cases.ErrNotFound) {
		return Profile{}, cases.Unavailable(err)
	}
	a, err := s.change(ctx, actor, account, func(a *Account) (entry, error) {
		faults := slices.Clone(faults)
		if deputy == nil {
			faults = append(faults, notADeputy())
		} else {
			faults = append(faults, a.deputyFaults(deputy.account, want)...)
		}
		if faults != nil {
			return entry{}, workflow.RefuseFaults("invalid_absence", "The absence was not recorded.", faults)
		}
		switch {
		case !a.Active:
			return entry{}, inactive()
		case a.absentWithin(want.From, want.Until):
			return entry{}, workflow.Refuse(workflow.Conflict, "absence_overlaps",
				"An absence is recorded for a part of this time already. End that one first.")
		}
		return entry{AbsenceSet, absencePayload{ID: cases.NewID(now), From: want.From, Until: want.Until, Deputy: want.Deputy}}, nil
	})
	if err != nil {
		return Profile{}, err
	}
	return a.Profile(), nil
}

func absenceFaults(want NewAbsence, now time.Time) []workflow.Fault {
	switch {
	case want.From.IsZero():
		return []workflow.Fault{{Path: "/from", Code: "required", Message: "Say from when."}}
	case want.Until.IsZero():
		return []workflow.Fault{{Path: "/until", Code: "required", Message: "Say until when."}}
	case !want.Until.After(want.From):
		return []workflow.Fault{{Path: "/until", Code: "ends_before", Message: "The end must lie after the beginning."}}
	case !want.Until.After(now):
		return []workflow.Fault{{Path: "/until", Code: "in_the_past", Message: "Give an end that is still to come."}}
	case want.Until.Sub(want.From) > longestAbsence:
		return []workflow.Fault{{Path: "/until", Code: "too_far", Message: "An absence lasts a year at most; record the rest when it comes."}}
	}
	return nil
}

func notADeputy() workflow.Fault {
	return workflow.Fault{Path: "/deputy", Code: "not_a_deputy", Message: "Choose somebody else of the active staff who has one of the same roles."}
}

// deputyFaults judge a deputy for a time.
func (a *Account) deputyFaults(deputy *Account, want NewAbsence) []workflow.Fault {
	if !a.canBeDeputisedBy(deputy) {
		return []workflow.Fault{notADeputy()}
	}
	if deputy.absentWithin(want.From, want.Until) {
		return []workflow.Fault{{
			Path: "/deputy", Code: "deputy_absent", Message: "This person is away in a part of the same time. Choose somebody else, or divide the time.",
		}}
	}
	return nil
}

// canBeDeputisedBy says whether another account can act for this one.
func (a *Account) canBeDeputisedBy(deputy *Account) bool {
	return deputy.Active && deputy.ID != a.ID && slices.ContainsFunc(a.Roles, func(r workflow.Role) bool {
		return r.Staff() && deputy.has(r)
	})
}

// absentWithin says whether an absence overlaps a time.
func (a *Account) absentWithin(from, until time.Time) bool {
	return slices.ContainsFunc(a.Absences, func(b Absence) bool { return b.From.Before(until) && from.Before(b.Until) })
}

// EndAbsence takes an absence back, or ends it early, for the holder or an
// administrator.
func (s *Service) EndAbsence(ctx context.Context, actor cases.Actor, account, absence string) (Profile, error) {
	if actor.Account != account && !administers(actor) {
		return Profile{}, administratorsOnly()
	}
	a, err := s.change(ctx, actor, account, func(a *Account) (entry, error) {
		if !slices.ContainsFunc(a.Absences, func(b Absence) bool { return b.ID == absence }) {
			return entry{}, workflow.Refuse(workflow.NotFound, "no_absence", "There is no such absence.")
		}
		return entry{AbsenceEnded, endedPayload{ID: absence}}, nil
	})
	if err != nil {
		return Profile{}, err
	}
	return a.Profile(), nil
}

// absenceSet adds an absence and forgets those that were over by then.
func (a *Account) absenceSet(p absencePayload, h cases.Header) {
	a.Absences = slices.DeleteFunc(a.Absences, func(b Absence) bool { return !h.At.Before(b.Until) })
	a.Absences = append(a.Absences, Absence{ID: p.ID, From: p.From, Until: p.Until, Deputy: p.Deputy, SetBy: h.Actor, SetAt: h.At})
}

// absence is the one that lasts at an instant.
func (a *Account) absence(at time.Time) (Absence, bool) {
	i := slices.IndexFunc(a.Absences, func(b Absence) bool { return b.covers(at) })
	if i < 0 {
		return Absence{}, false
	}
	return a.Absences[i], true
}

// DeputyOf is the account that acts for another one at an instant, "" for nobody:
// it is not away, or its deputy has left, changed work or is away too.
func (s *Service) DeputyOf(ctx context.Context, account string, at time.Time) (string, error) {
	known, err := s.accounts.current(ctx, account)
	if err != nil {
		return "", s.refused(err)
	}
	absence, away := known.account.absence(at)
	if !away || !known.account.Active {
		return "", nil
	}
	deputy, err := s.accounts.current(ctx, absence.Deputy)
	if errors.Is(err, cases.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", cases.Unavailable(err)
	}
	if !known.account.isDeputisedBy(deputy.account, at) {
		return "", nil
	}
	return absence.Deputy, nil
}

// isDeputisedBy says whether deputy acts for this account at an instant.
func (a *Account) isDeputisedBy(deputy *Account, at time.Time) bool {
	absence, away := a.absence(at)
	if !away || !a.Active || absence.Deputy != deputy.ID || !a.canBeDeputisedBy(deputy) {
		return false
	}
	_, too := deputy.absence(at)
	return !too
}

// Undeputised lists who has named an account as deputy for a time in which that is
// itself away: nobody acts for them then, for a chain of deputies is not followed.
func (s *Service) Undeputised(ctx context.Context, account string) ([]Deputising, error) {
	known, err := s.accounts.current(ctx, account)
	if err != nil {
		return nil, s.refused(err)
	}
	now := s.now()
	var out []Deputising
	for _, a := range s.accounts.all() {
		for _, b := range a.Absences {
			if a.Active && b.Deputy == account && now.Before(b.Until) && known.account.absentWithin(b.From, b.Until) {
				out = append(out, Deputising{a.ID, a.Name, b.Until})
			}
		}
	}
	return out, nil
}

// Deputising is somebody for whom an account acts, and until when.
type Deputising struct {
	Account string
	Name    string
	Until   time.Time
}

// DeputisesFor lists for whom an account acts at an instant.
func (s *Service) DeputisesFor(ctx context.Context, account string, at time.Time) ([]Deputising, error) {
	known, err := s.accounts.current(ctx, account)
	if err != nil {
		return nil, s.refused(err)
	}
	var out []Deputising
	for _, a := range s.accounts.deputised(known.account, at) {
		absence, _ := a.absence(at)
		out = append(out, Deputising{a.ID, a.Name, absence.Until})
	}
	return out, nil
}
