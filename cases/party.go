package cases

import (
	"cmp"
	"strings"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// PartyCorrection states whom a case is about, whole: what it leaves out is left
// out of the case. A known controller unit names the controller itself.
type PartyCorrection struct {
	Name      string           `json:"name,omitempty"`
	Board     string           `json:"board,omitempty"`
	Unit      string           `json:"unit,omitempty"` // id of a known controller unit
	IDNumber  string           `json:"id_number,omitempty"`
	LegalForm LegalForm        `json:"legal_form,omitempty"`
	Sector    SectorOfActivity `json:"sector,omitempty"`
	Role      PartyRole        `json:"role,omitempty"` // as before when left out
}

// party is the controller as the notification and the registry name it.
func (s *Service) party(n Notification) Party {
	p := s.registered(Party{
		Name: n.Controller.Name, Board: n.Controller.Board, Unit: n.Controller.UnitID, IDNumber: n.Controller.ID,
		Sector: n.Controller.SectorOfActivity, LegalForm: n.Controller.LegalForm, Role: PartyController,
	})
	p.RepresentsPublic = n.Controller.Sector == SectorPublic || p.LegalForm.Public()
	return p
}

// registered is the party as the registry knows its unit.
func (s *Service) registered(p Party) Party {
	o, u, ok := s.units.Unit(p.Unit)
	if !ok {
		return p
	}
	p.Name, p.Board = o.Name, u.Board
	p.IDNumber = cmp.Or(o.IDNumber, p.IDNumber)
	p.LegalForm = cmp.Or(o.LegalForm, p.LegalForm)
	p.Sector = cmp.Or(p.Sector, u.Sector)
	return p
}

// corrected is the party of c after a correction. Whether it represents the public
// follows from its legal form; without one, the same party stays what it was.
func (s *Service) corrected(c *Case, d PartyCorrection) Party {
	p := s.registered(Party{
		Name: strings.TrimSpace(d.Name), Board: strings.TrimSpace(d.Board), Unit: d.Unit, IDNumber: strings.TrimSpace(d.IDNumber),
		Sector: d.Sector, LegalForm: d.LegalForm, Role: cmp.Or(d.Role, c.Party.Role),
	})
	p.RepresentsPublic = p.LegalForm.Public() || p.LegalForm == "" && c.Party.RepresentsPublic && p.Key() == c.Party.Key()
	return p
}

// mandateAfter says whether those who act for the unit of the corrected party see
// the case. Of the same unit they do as before. Of another one only when a
// registrar states it, as when a registrar files for a unit: whoever then sees the
// case has a recorded mandate for the unit. Nobody gains sight through a supervisor's
// correction, and none through one that names no unit. The account that filed
// sees the case in any event.
func (c *Case) mandateAfter(a Actor, p Party) bool {
	if p.Unit == c.Party.Unit {
		return c.MandateVerified
	}
	return p.Unit != "" && a.Has(workflow.RoleRegistrar)
}

// correctParty works out a correction of the party. Where it changes from which
// day an appeal counts, the end of the appeal period is corrected with it.
func (s *Service) correctParty(t *Taken, c *Case, a Actor, now time.Time) {
	p := s.corrected(c, *t.Data.Party)
	t.Party, t.MandateVerified = &p, c.mandateAfter(a, p)
	if c.Decision != nil && p.RepresentsPublic != c.Party.RepresentsPublic {
		view := *c
		view.Party = p
		s.serve(t, &view, c.Decision.ServedOn, now, "The party of the case was corrected.")
	}
}

// otherController warns of a version that names another controller than the case
// and than the version before: the case keeps its party until staff correct it.
func (s *Service) otherController(c *Case, before, n Notification) []Warning {
	stated := s.party(n)
	if stated.namedAs(c.Party) || stated.namedAs(s.party(before)) {
		return nil
	}
	return []Warning{{
		Path: "/controller", Code: "controller_changed",
		Message: "This version names another controller than the case; the case stays with the first until the authority has corrected it.",
	}}
}

// namedAs says whether two parties are the same by all that names them: a number
// that was left as it was under another name is worth a look.
func (p Party) namedAs(o Party) bool {
	return p.Key() == o.Key() && foldText(p.Name) == foldText(o.Name) && foldText(p.Board) == foldText(o.Board)
}

// party checks whom a case is corrected to be about.
func (k *stepCheck) party() {
	d := k.d.Party
	if d == nil {
		return
	}
	if d.Unit == "" {
		if strings.TrimSpace(d.Name) == "" {
			k.fault("party/name", "required", "Name the controller or supplier, or its unit.")
		}
		return
	}
	if _, _, ok := k.s.units.Unit(d.Unit); !ok {
		k.fault("party/unit", "unknown_unit", "There is no such controller unit. Leave it out and name the controller instead.")
	}
}
