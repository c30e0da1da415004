package auth

import (
	"context"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// DetailsChanged says that the holder or an administrator changed what an account
// is called or which language it is written to in.
const DetailsChanged cases.EventKind = "account.details_changed"

// Details are what may change of an account besides what it may do. Its address
// never changes: it is what the account is.
type Details struct {
	Name     string `json:"name"`
	Language string `json:"language"` // of letters and pages: "sv" or "en"
}

// SetDetails changes the details of an account, for its holder or an administrator.
func (s *Service) SetDetails(ctx context.Context, actor cases.Actor, account string, want Details) (Profile, error) {
	if actor.Account != account && !administers(actor) {
		return Profile{}, administratorsOnly()
	}
	faults := textFaults("/name", want.Name, maxName)
	if want.Language != "sv" && want.Language != "en" {
		faults = append(faults, workflow.Fault{Path: "/language", Code: "unknown_code", Message: "Choose sv or en."})
	}
	if faults != nil {
		return Profile{}, workflow.RefuseFaults("invalid_change", "The account was not changed.", faults)
	}
	a, err := s.change(ctx, actor, account, func(a *Account) (entry, error) {
		if !a.Active {
			return entry{}, inactive()
		}
		return entry{DetailsChanged, want}, nil
	})
	if err != nil {
		return Profile{}, err
	}
	return a.Profile(), nil
}
