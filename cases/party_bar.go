package cases

import (
	"slices"
	"strings"
	"time"
)

// PartyBar is a conflict of interest of a person with a controller (FL §§ 16-18):
// it bars the person from every case of a unit, or of all units of an organisation,
// those to come too. It stands with the person, not with the cases.
type PartyBar struct {
	ID           string    `json:"id"`
	Organisation string    `json:"organisation"`
	Unit         string    `json:"unit,omitempty"` // "" for all units of the organisation
	Until        time.Time `json:"until"`          // exclusive
	Reason       Text      `json:"reason"`
	By           string    `json:"by"`
	At           time.Time `json:"at"`
}

// BarsFrom says whether one of the bars, in force at now, bars its holder from the
// cases of a party.
func (s *Service) BarsFrom(bars []PartyBar, p Party, now time.Time) bool {
	return slices.ContainsFunc(bars, func(b PartyBar) bool { return now.Before(b.Until) && s.covers(b, p) })
}

// covers says whether a bar concerns a party. A party that was not recognised as a
// known unit is compared by its number or, without one, by its name: a conflict of
// interest does not end because somebody filed without a mandate.
func (s *Service) covers(b PartyBar, p Party) bool {
	if p.Unit != "" && p.Unit == b.Unit {
		return true
	}
	if o, _, known := s.units.Unit(p.Unit); known {
		return b.Unit == "" && o.ID == b.Organisation
	}
	o, known := s.units.Organisation(b.Organisation)
	if !known || !sameOrganisation(o, p) {
		return false
	}
	if b.Unit == "" || p.Board == "" { // which board it is nobody knows: better barred once too often
		return true
	}
	return slices.ContainsFunc(o.Units, func(u Unit) bool { return u.ID == b.Unit && foldText(u.Board) == foldText(p.Board) })
}

// sameOrganisation compares a party with an organisation by number, and by name
// where one of them has no number.
func sameOrganisation(o Organisation, p Party) bool {
	ours, theirs := strings.Map(lettersAndDigits, o.IDNumber), strings.Map(lettersAndDigits, p.IDNumber)
	if ours != "" && theirs != "" {
		return ours == theirs
	}
	return foldText(o.Name) == foldText(p.Name)
}

// bars says whether a conflict of interest of either kind bars an account from the
// case; of are the account's own with controllers.
func (s *Service) bars(c *Case, account string, of []PartyBar, now time.Time) bool {
	return c.IsBarred(account) || s.BarsFrom(of, c.Party, now)
}
