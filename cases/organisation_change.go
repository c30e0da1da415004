package cases

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vaka-project/vaka/workflow"
)

// What changes an organisation after it was recorded. Cases keep the names that
// their controllers had; ids never change.
const (
	EventOrganisationRenamed EventKind = "organisation_renamed" // payload UnitChange without a unit
	EventUnitRenamed         EventKind = "unit_renamed"         // payload UnitChange
	EventUnitRetired         EventKind = "unit_retired"         // payload UnitChange without a name
	EventUnitRestored        EventKind = "unit_restored"        // payload UnitChange without a name
)

// UnitChange is a change of an organisation or of one of its units.
type UnitChange struct {
	Unit   string `json:"unit,omitempty"`
	Name   string `json:"name,omitempty"` // the new one: of the organisation, or of the unit's board
	Former string `json:"former,omitempty"`
	Reason Text   `json:"reason"`
}

// applyChange folds a change.
func (o *Organisation) applyChange(e Event) error {
	switch e.Header.Kind {
	case EventOrganisationRenamed, EventUnitRenamed, EventUnitRetired, EventUnitRestored:
	default:
		return fmt.Errorf("no such kind of event: %q", e.Header.Kind)
	}
	var p UnitChange
	if err := e.Read(&p); err != nil {
		return err
	}
	if e.Header.Kind == EventOrganisationRenamed {
		o.Name = p.Name
		return nil
	}
	o.Units = slices.Clone(o.Units) // what was handed out before keeps its own
	i := slices.IndexFunc(o.Units, func(u Unit) bool { return u.ID == p.Unit })
	if i < 0 {
		return fmt.Errorf("the organisation has no unit %q", p.Unit)
	}
	at := e.Header.At
	switch e.Header.Kind {
	case EventUnitRenamed:
		o.Units[i].Board = p.Name
	case EventUnitRetired:
		o.Units[i].Retired = &at
	case EventUnitRestored:
		o.Units[i].Retired = nil
	}
	return nil
}

// unit finds a unit by its id.
func (o *Organisation) unit(id string) (Unit, bool) {
	i := slices.IndexFunc(o.Units, func(u Unit) bool { return u.ID == id })
	if i < 0 {
		return Unit{}, false
	}
	return o.Units[i], true
}

// hasUnit says whether a unit that is in use, other than except, has a board's name.
func (o *Organisation) hasUnit(board, except string) bool {
	return slices.ContainsFunc(o.Units, func(u Unit) bool {
		return u.Retired == nil && u.ID != except && foldText(u.Board) == foldText(board)
	})
}

// hasBoard says whether a board's name contains a folded text.
func (o *Organisation) hasBoard(text string) bool {
	return slices.ContainsFunc(o.Units, func(u Unit) bool { return u.Board != "" && strings.Contains(foldText(u.Board), text) })
}

func unitExists() error {
	return workflow.Refuse(workflow.Conflict, "unit_exists", "The organisation already has this unit.")
}

// mostOfAName is how long a name may be, in bytes.
const mostOfAName = 300

// Rename gives an organisation another name.
func (r *Registry) Rename(ctx context.Context, a Actor, organisation, name string, reason Text) (Organisation, error) {
	name = strings.TrimSpace(name)
	return r.change(ctx, a, organisation, EventOrganisationRenamed, reason, func(o *Organisation, p *UnitChange) error {
		if name == "" {
			return workflow.RefuseFaults("organisation", "The organisation was not changed.",
				[]workflow.Fault{{Path: "/name", Code: "required", Message: "Give the organisation's name."}})
		}
		p.Name, p.Former = name, o.Name
		return nameFaults(name)
	})
}

// RenameUnit gives a unit's board another name; "" makes it the organisation itself.
func (r *Registry) RenameUnit(ctx context.Context, a Actor, organisation, unit, board string, reason Text) (Organisation, error) {
	board = strings.TrimSpace(board)
	return r.change(ctx, a, organisation, EventUnitRenamed, reason, func(o *Organisation, p *UnitChange) error {
		u, ok := o.unit(unit)
		switch {
		case !ok:
			return noUnit()
		case o.hasUnit(board, unit):
			return unitExists()
		}
		p.Unit, p.Name, p.Former = unit, board, u.Board
		return nameFaults(board)
	})
}

// Retire takes a unit out of use, when a board is dissolved; retired false brings
// it back. Its cases and mandates stay as they are, so that who acts for it can
// still see what was filed.
func (r *Registry) Retire(ctx context.Context, a Actor, organisation, unit string, retired bool, reason Text) (Organisation, error) {
	kind := EventUnitRetired
	if !retired {
		kind = EventUnitRestored
	}
	return r.change(ctx, a, organisation, kind, reason, func(o *Organisation, p *UnitChange) error {
		u, ok := o.unit(unit)
		switch {
		case !ok:
			return noUnit()
		case retired == (u.Retired != nil):
			return workflow.Refuse(workflow.Conflict, "unit_is_so", "The unit is so already.")
		case !retired && o.hasUnit(u.Board, unit):
			return unitExists()
		}
		p.Unit, p.Former = unit, u.Board
		return nil
	})
}

func noUnit() error {
	return workflow.Refuse(workflow.NotFound, "no_unit", "The organisation has no such unit.")
}

func nameFaults(name string) error {
	fault := workflow.Fault{Path: "/name", Code: "too_long", Message: "This is too long."}
	switch {
	case strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == '\u007f' || r == '\ufffd' }):
		fault.Code, fault.Message = "invalid_text", "This must not hold control characters."
	case len(name) <= mostOfAName:
		return nil
	}
	return workflow.RefuseFaults("organisation", "The organisation was not changed.", []workflow.Fault{fault})
}

// change appends one change that decide allows, for an administrator with a reason.
func (r *Registry) change(ctx context.Context, a Actor, organisation string, kind EventKind, reason Text, decide func(*Organisation, *UnitChange) error) (Organisation, error) {
	if err := mayAdminister(a); err != nil {
		return Organisation{}, err
	}
	if strings.TrimSpace(string(reason)) == "" {
		return Organisation{}, workflow.RefuseFaults("organisation", "The organisation was not changed.",
			[]workflow.Fault{{Path: "/reason", Code: "required", Message: "Give the reason."}})
	}
	o, err := r.load(ctx, organisation)
	if err != nil {
		return Organisation{}, err
	}
	p := UnitChange{Reason: reason}
	if err := decide(o, &p); err != nil {
		return Organisation{}, err
	}
	_, err = r.log.Append(ctx, organisation, o, Entry{Kind: kind, At: r.now(), Actor: a.Account, Payload: p})
	if errors.Is(err, ErrExists) {
		return Organisation{}, workflow.Refuse(workflow.Conflict, "changed_meanwhile", "Somebody changed the organisation meanwhile. Try again.")
	}
	if err != nil {
		return Organisation{}, Unavailable(err)
	}
	r.keep(o)
	return *o, nil
}

func (r *Registry) load(ctx context.Context, organisation string) (*Organisation, error) {
	o, err := r.log.Load(ctx, organisation)
	if errors.Is(err, ErrNotFound) {
		return nil, workflow.Refuse(workflow.NotFound, "no_organisation", "There is no such organisation.")
	}
	return o, Unavailable(err)
}

// History tells administrators everything that happened to an organisation, the
// first event first.
func (r *Registry) History(ctx context.Context, a Actor, organisation string) ([]Event, error) {
	if err := mayAdminister(a); err != nil {
		return nil, err
	}
	if _, ok := r.Organisation(organisation); !ok {
		return nil, workflow.Refuse(workflow.NotFound, "no_organisation", "There is no such organisation.")
	}
	events, err := r.log.Store.Events(ctx, organisation, 1)
	return events, Unavailable(err)
}
