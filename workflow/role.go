package workflow

import "slices"

// Role is what an account may act as. One account may hold several.
type Role string

// The roles. RoleSystem is the program itself; no account holds it.
const (
	RoleNotifier      Role = "notifier"
	RoleRegistrar     Role = "registrar"
	RoleCaseworker    Role = "caseworker"
	RoleLegal         Role = "legal"
	RoleSupervisor    Role = "supervisor"
	RoleDecisionMaker Role = "decision_maker"
	RoleAdministrator Role = "administrator"
	RoleSystem        Role = "system"
)

type roleText struct {
	role           Role
	staff          bool
	title, titleSV string
}

// An administrator runs the installation and takes no part in any case, so
// administrators are not staff in the procedure's sense.
var roleTexts = []roleText{
	{RoleNotifier, false, "Notifier", "Anmälare"},
	{RoleRegistrar, true, "Registrar", "Registrator"},
	{RoleCaseworker, true, "Caseworker", "Handläggare"},
	{RoleLegal, true, "Legal reviewer", "Jurist"},
	{RoleSupervisor, true, "Supervisor", "Enhetschef"},
	{RoleDecisionMaker, true, "Decision-maker", "Beslutsfattare"},
	{RoleAdministrator, false, "Administrator", "Administratör"},
	{RoleSystem, false, "System", "Systemet"},
}

// Roles are all roles.
func Roles() []Role {
	all := make([]Role, len(roleTexts))
	for i, r := range roleTexts {
		all[i] = r.role
	}
	return all
}

// Codes are all roles as text, for the description of the API.
func (Role) Codes() []string { return texts(Roles()) }

func (r Role) text() roleText {
	i := slices.IndexFunc(roleTexts, func(t roleText) bool { return t.role == r })
	if i < 0 {
		return roleText{}
	}
	return roleTexts[i]
}

// Staff says whether the role works on cases for the authority.
func (r Role) Staff() bool { return r.text().staff }

// Title is the role's name for people, in English.
func (r Role) Title() string { return r.text().title }

// TitleSV is the role's name for people, in Swedish.
func (r Role) TitleSV() string { return r.text().titleSV }
