package cases

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// Open makes a case without a notification: on the authority's own initiative, a
// tip, the media, another authority or a complaint. So begins the lead case
// against a supplier. It enters the procedure as registered.
func (s *Service) Open(ctx context.Context, a Actor, o Opening, cmd Command) (*Case, error) {
	if !a.Staff() {
		return nil, workflow.Refuse(workflow.Forbidden, "role", "Only staff of the authority open a case without a notification.")
	}
	s = s.steady()
	now := s.now()
	if faults := o.faults(now); len(faults) > 0 {
		return nil, workflow.RefuseFaults("invalid_case", "The case cannot be opened.", faults)
	}
	id := NewID(now)
	if cmd.ID != "" {
		id = DerivedID("case", cmd.ID)
		if c, err := s.begun(ctx, id, cmd); !errors.Is(err, ErrNotFound) {
			return c, err
		}
	}
	opened := now
	if o.ArrivedAt != nil {
		opened = toMillis(*o.ArrivedAt)
	}
	priority := o.Priority
	if priority == "" {
		priority = workflow.P3
	}
	party := Party{
		Name: o.Name, Board: o.Board, IDNumber: o.IDNumber, Sector: o.Sector, LegalForm: o.LegalForm,
		Role: o.Role, RepresentsPublic: o.LegalForm.Public(),
	}
	return s.begin(ctx, a, id, cmd, now, EventOpened, func(number string) any {
		return Opened{
			Number: number, Source: o.Source, Subject: o.Subject, Reason: o.Reason, OpenedAt: opened, Body: cmd.Body,
			Party:    party,
			Priority: PriorityJudgement{Priority: priority, By: a.Account, At: now, Reason: o.Reason},
		}
	})
}

// Opening is what is said when a case is opened without a notification.
type Opening struct {
	Source    Source            `json:"source"`
	Subject   string            `json:"subject"`
	Reason    Text              `json:"reason"`
	Name      string            `json:"name"` // of the controller or supplier
	Board     string            `json:"board,omitempty"`
	IDNumber  string            `json:"id_number,omitempty"`
	LegalForm LegalForm         `json:"legal_form,omitempty"`
	Sector    SectorOfActivity  `json:"sector,omitempty"`
	Role      PartyRole         `json:"role"`
	Priority  workflow.Priority `json:"priority,omitempty"`
	ArrivedAt *time.Time        `json:"arrived_at,omitempty"` // when the tip or the like arrived
}

func (o Opening) faults(now time.Time) []workflow.Fault {
	var faults []workflow.Fault
	need := func(path, value, message string) {
		if strings.TrimSpace(value) == "" {
			faults = append(faults, workflow.Fault{Path: path, Code: "required", Message: message})
		}
	}
	need("/source", string(o.Source), "Say what the case comes from.")
	need("/subject", o.Subject, "Say in a line what the case is about.")
	need("/reason", string(o.Reason), "Say why the case is opened.")
	need("/name", o.Name, "Name the controller or supplier.")
	need("/role", string(o.Role), "Say whether it is supervised as controller or as processor.")
	if o.Source == SourceNotification {
		faults = append(faults, workflow.Fault{
			Path: "/source", Code: "needs_notification", Message: "A notification is filed with POST /api/v1/notifications.",
		})
	}
	faults = append(faults, strays(reflect.ValueOf(o), planFor(reflect.TypeFor[Opening]()), "")...)
	if o.ArrivedAt != nil && o.ArrivedAt.After(now) {
		faults = append(faults, workflow.Fault{Path: "/arrived_at", Code: "in_the_future", Message: "It cannot have arrived after now."})
	}
	return faults
}
