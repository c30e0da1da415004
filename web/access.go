package web

import (
	"strings"

	"github.com/vaka-project/vaka/workflow"
)

// Access says who may call a row of the table.
type Access string

// The sorts of access.
const (
	Anyone        Access = "ANYONE"
	SignedIn      Access = "SIGNED_IN"
	Staff         Access = "STAFF"
	Administrator Access = "ADMINISTRATOR"
	// Authority is whoever works at the authority: staff and administrators.
	Authority Access = "AUTHORITY"
	// Oversight is whoever answers for what the program does by itself: supervisors and
	// administrators.
	Oversight Access = "OVERSIGHT"
	// Holder is the account that the URL names, or an administrator.
	Holder Access = "HOLDER"
	// CaseViewer is whoever may see the case that the URL names; for everybody else
	// it is not there.
	CaseViewer Access = "CASE_VIEWER"
	// CaseStaff is staff who may see the case; for everybody else what lies behind
	// the URL is not there.
	CaseStaff Access = "CASE_STAFF"
	// CaseActor is staff who may see the case. Whoever sees it from the notifier's
	// side is told that it is not theirs to do; for everybody else it is not there.
	CaseActor Access = "CASE_ACTOR"
)

// sentence says in words who may call.
func (a Access) sentence() string {
	switch a {
	case Anyone:
		return "Anyone, without signing in."
	case SignedIn:
		return "Anyone who is signed in."
	case Staff:
		return "Staff: registrars, caseworkers, legal reviewers, supervisors and decision-makers."
	case Administrator:
		return "Administrators."
	case Authority:
		return "Staff and administrators."
	case Oversight:
		return "Supervisors and administrators."
	case Holder:
		return "The account's holder, and administrators."
	case CaseViewer:
		return "Whoever may see the case: staff, who filed it, and who acts for its controller by a recorded mandate. A secret case: its named staff only."
	case CaseStaff, CaseActor:
		return "Staff who may see the case."
	}
	return ""
}

// authorise establishes who calls and whether they may. Cases check visibility
// themselves; what is judged here is what the table says.
func (q *call) authorise() error {
	if q.row.Access == Anyone {
		return nil
	}
	actor, session, err := q.s.opt.Auth.Authenticate(q.ctx, q.bearer)
	if err != nil {
		return err
	}
	q.actor, q.session = actor, session
	admin := actor.Has(workflow.RoleAdministrator)
	switch q.row.Access {
	case Staff:
		if !actor.Staff() {
			return forbidden("Only staff of the authority may do this.")
		}
	case Administrator:
		if !admin {
			return forbidden("Only an administrator may do this.")
		}
	case Authority:
		if !admin && !actor.Staff() {
			return forbidden("Only staff of the authority may do this.")
		}
	case Oversight:
		if !admin && !actor.Has(workflow.RoleSupervisor) {
			return forbidden("Only supervisors and administrators may do this.")
		}
	case Holder:
		if !admin && q.Params("id") != actor.Account {
			return forbidden("Only the account's holder or an administrator may do this.")
		}
	case CaseStaff:
		if !actor.Staff() {
			return noSuchCase()
		}
	case CaseActor:
		if !actor.Staff() {
			if _, err := q.s.opt.Cases.Case(q.ctx, actor, q.Params("id")); err != nil {
				return err
			}
			return forbidden("Only staff of the authority act on a case. Send what you have to add as a supplement.")
		}
	}
	return nil
}

func forbidden(message string) error {
	return workflow.Refuse(workflow.Forbidden, "role", "%s", message)
}

// noSuchCase is the answer of the case room to what may not be seen.
func noSuchCase() error {
	return workflow.Refuse(workflow.NotFound, "not_found", "There is no such case, or you may not see it.")
}

// bearer is the token of an Authorization header, "" where there is none.
func bearer(header string) string {
	scheme, token, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
