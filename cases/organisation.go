package cases

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// Organisation is a legal person with its controller units. Within a
// municipality it is usually each board (nämnd) that is controller, not the
// municipality: notifications, mandates and cases name the unit.
type Organisation struct {
	ID        string    `json:"id"`
	Version   int64     `json:"version"`
	Head      string    `json:"head"`
	Name      string    `json:"name"`
	IDNumber  string    `json:"id_number,omitempty"` // organisationsnummer
	Code      string    `json:"code,omitempty"`      // municipality or county code
	LegalForm LegalForm `json:"legal_form,omitempty"`
	County    string    `json:"county,omitempty"`
	Units     []Unit    `json:"units"`
}

// Unit is one controller within an organisation. An organisation that is itself
// the controller has a unit without a board's name.
type Unit struct {
	ID      string           `json:"id"`
	Board   string           `json:"board,omitempty"`
	Sector  SectorOfActivity `json:"sector,omitempty"`
	Retired *time.Time       `json:"retired,omitempty"` // from then on it is not offered any more; its cases stay
}

// What happens to an organisation.
const (
	EventOrganisationCreated EventKind = "organisation_created" // payload Organisation without units
	EventUnitAdded           EventKind = "unit_added"           // payload Unit
)

// Stand tells how far the organisation has come.
func (o *Organisation) Stand() (int64, string) { return o.Version, o.Head }

// Apply folds the next event into the organisation.
func (o *Organisation) Apply(e Event) error {
	if err := e.follows(o.ID, o.Version, o.Head); err != nil {
		return err
	}
	if begins := e.Header.Kind == EventOrganisationCreated; begins != (o.Version == 0) {
		return fmt.Errorf("an organisation cannot have %q as its event %d", e.Header.Kind, e.Header.Seq)
	}
	switch e.Header.Kind {
	case EventOrganisationCreated:
		if err := e.Read(o); err != nil {
			return err
		}
	case EventUnitAdded:
		var u Unit
		if err := e.Read(&u); err != nil {
			return err
		}
		o.Units = append(o.Units, u)
	default:
		if err := o.applyChange(e); err != nil {
			return err
		}
	}
	o.ID, o.Version, o.Head = e.Header.Record, e.Header.Seq, e.Header.Hash()
	return nil
}

// Registry keeps the known organisations and their units, all in memory: an
// authority knows some thousands.
type Registry struct {
	log   Log[Organisation, *Organisation]
	now   func() time.Time
	mu    sync.RWMutex
	byID  map[string]*Organisation
	units map[string]*Organisation // by unit id
}

// NewRegistry makes an empty registry; Start fills it.
func NewRegistry(store Store, now func() time.Time) *Registry {
	return &Registry{
		log: Log[Organisation, *Organisation]{Store: store, In: Organisations}, now: now,
		byID: map[string]*Organisation{}, units: map[string]*Organisation{},
	}
}

// Start reads all organisations.
func (r *Registry) Start(ctx context.Context) error {
	err := r.log.Store.Scan(ctx, Organisations, func(_ string, decode func(any) error) error {
		o := &Organisation{}
		if err := decode(o); err != nil {
			return err
		}
		r.keep(o)
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading the organisations: %w", err)
	}
	return nil
}

// Refresh takes in what another instance did to an organisation.
func (r *Registry) Refresh(ctx context.Context, id string, seq int64) (bool, error) {
	o, err := r.log.Load(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	r.keep(o)
	return o.Version >= seq, nil
}

func (r *Registry) keep(o *Organisation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if have := r.byID[o.ID]; have != nil && have.Version >= o.Version {
		return
	}
	r.byID[o.ID] = o
	for _, u := range o.Units {
		r.units[u.ID] = o
	}
}

// Unit is a known controller unit with its organisation.
func (r *Registry) Unit(id string) (Organisation, Unit, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	o, ok := r.units[id]
	if !ok {
		return Organisation{}, Unit{}, false
	}
	i := slices.IndexFunc(o.Units, func(u Unit) bool { return u.ID == id })
	return *o, o.Units[i], true
}

// Organisation is a known organisation by its id.
func (r *Registry) Organisation(id string) (Organisation, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	o, ok := r.byID[id]
	if !ok {
		return Organisation{}, false
	}
	return *o, true
}

// List returns the organisations whose name, number, code or a board's name contains
// text, by name.
func (r *Registry) List(text string) []Organisation {
	text = foldText(text)
	r.mu.RLock()
	defer r.mu.RUnlock()
	out := []Organisation{}
	for _, o := range r.byID {
		if strings.Contains(foldText(o.Name+" "+o.IDNumber+" "+o.Code), text) || o.hasBoard(text) {
			out = append(out, *o)
		}
	}
	slices.SortFunc(out, func(a, b Organisation) int {
		return strings.Compare(foldText(a.Name)+a.ID, foldText(b.Name)+b.ID)
	})
	return out
}

// Create records a new organisation with its units; a unit's id is made here.
// Only administrators may. The id is derived from the number, or from the name
// where there is none, so that an organisation is not created twice.
func (r *Registry) Create(ctx context.Context, a Actor, o Organisation) (Organisation, error) {
	if err := mayAdminister(a); err != nil {
		return Organisation{}, err
	}
	if strings.TrimSpace(o.Name) == "" {
		return Organisation{}, workflow.RefuseFaults("organisation", "The organisation cannot be created.",
			[]workflow.Fault{{Path: "/name", Code: "required", Message: "Give the organisation's name."}})
	}
	id := DerivedID("organisation", foldText(o.Name), "")
	if n := strings.Map(lettersAndDigits, o.IDNumber); n != "" {
		id = DerivedID("organisation", "", n)
	}
	units := o.Units
	if len(units) == 0 {
		units = []Unit{{}}
	}
	o.Units, o.ID, o.Version, o.Head = nil, "", 0, ""
	made := &Organisation{}
	_, err := r.log.Append(ctx, id, made, Entry{Kind: EventOrganisationCreated, At: r.now(), Actor: a.Account, Payload: o})
	if errors.Is(err, ErrExists) {
		return Organisation{}, workflow.Refuse(workflow.Conflict, "organisation_exists", "This organisation is already known; add units to it.")
	}
	if err != nil {
		return Organisation{}, Unavailable(err)
	}
	r.keep(made)
	for _, u := range units {
		if _, _, err := r.AddUnit(ctx, a, id, u); err != nil {
			return Organisation{}, err
		}
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	return *r.byID[id], nil
}

// AddUnit records a further controller unit of an organisation.
func (r *Registry) AddUnit(ctx context.Context, a Actor, organisation string, u Unit) (Organisation, Unit, error) {
	if err := mayAdminister(a); err != nil {
		return Organisation{}, Unit{}, err
	}
	o, err := r.load(ctx, organisation)
	if err != nil {
		return Organisation{}, Unit{}, err
	}
	if o.hasUnit(u.Board, "") {
		return Organisation{}, Unit{}, unitExists()
	}
	u.ID, u.Retired = DerivedID("unit", organisation, foldText(u.Board)), nil
	if _, taken := o.unit(u.ID); taken { // by one that was renamed or retired since
		u.ID = DerivedID("unit", organisation, foldText(u.Board), fmt.Sprint(o.Version))
	}
	if _, err := r.log.Append(ctx, organisation, o, Entry{Kind: EventUnitAdded, At: r.now(), Actor: a.Account, Payload: u}); err != nil {
		if errors.Is(err, ErrExists) {
			return Organisation{}, Unit{}, workflow.Refuse(workflow.Conflict, "changed_meanwhile", "Somebody changed the organisation meanwhile. Try again.")
		}
		return Organisation{}, Unit{}, Unavailable(err)
	}
	r.keep(o)
	return *o, u, nil
}

func mayAdminister(a Actor) error {
	if a.Has(workflow.RoleAdministrator) || a.Has(workflow.RoleSystem) {
		return nil
	}
	return workflow.Refuse(workflow.Forbidden, "role", "Only an administrator may do this.")
}
