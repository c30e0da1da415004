package auth

import (
	"slices"

	"github.com/vaka-project/vaka/workflow"
)

// WithRole are the ids of the active accounts that hold a role, in order, as far
// as this instance knows: it may miss what another one changed within the last
// moment.
func (s *Service) WithRole(role workflow.Role) []string {
	var out []string
	for _, a := range s.accounts.all() {
		if a.Active && slices.Contains(a.Roles, role) {
			out = append(out, a.ID)
		}
	}
	slices.Sort(out)
	return out
}
