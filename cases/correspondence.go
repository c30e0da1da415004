package cases

import (
	"cmp"
	"context"

	"github.com/vaka-project/vaka/workflow"
)

// Correspondent is whom the authority writes to about a case when nobody with an
// account filed it: the contact that the notification gives.
type Correspondent struct {
	Name     string
	Email    string // "" where none was given
	Language string // of the notification: "sv" or "en"
}

// Correspondent is the contact of a case's latest version: the person who filed
// it, else the data protection officer, else the contact point (Art. 33(3)(b)),
// whoever of them gave an e-mail address. It is for the program itself, which
// writes there, and asks for no actor.
func (s *Service) Correspondent(ctx context.Context, id string) (Correspondent, error) {
	c, err := s.find(ctx, id)
	if err != nil {
		return Correspondent{}, err
	}
	latest := c.Latest()
	if latest == nil {
		return Correspondent{}, workflow.Refuse(workflow.NotFound, "no_contact", "The case did not begin with a notification, so it names no contact.")
	}
	n := &latest.Notification
	out := Correspondent{Language: "sv"}
	if n.Language == "en" {
		out.Language = "en"
	}
	switch {
	case n.Reporter.Contact.Email != "":
		out.Name, out.Email = n.Reporter.Name, n.Reporter.Contact.Email
	case n.DPO.Contact.Email != "":
		out.Name, out.Email = n.DPO.Name, n.DPO.Contact.Email
	default:
		out.Name, out.Email = cmp.Or(n.ContactPoint.Name, n.Reporter.Name), n.ContactPoint.Contact.Email
	}
	return out, nil
}
