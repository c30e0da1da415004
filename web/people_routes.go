package web

import (
	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
)

// peopleRoutes are the pages about who works here, who is away, who may not act in
// what, and the one-time links by which people choose their passwords.
var peopleRoutes = []route{
	{Method: get, Path: "/invitation/{token}", Access: Anyone, Tag: tagPages, Page: true, Summary: "The form of an invitation", handle: (*call).invitationForm},
	{Method: post, Path: "/invitation", Access: Anyone, Tag: tagPages, Page: true, Summary: "Choose the first password", handle: (*call).invitationByForm},
	{Method: get, Path: "/new-password/{token}", Access: Anyone, Tag: tagPages, Page: true, Summary: "The form of a new password", handle: (*call).invitationForm},
	{Method: post, Path: "/new-password", Access: Anyone, Tag: tagPages, Page: true, Summary: "Choose a new password", handle: (*call).invitationByForm},
	{Method: post, Path: "/accounts/{id}/link", Access: Administrator, Tag: tagPages, Page: true, Summary: "Make an account's one-time link", handle: (*call).accountLink},
	{Method: post, Path: "/accounts/{id}/link/revoke", Access: Administrator, Tag: tagPages, Page: true, Summary: "Revoke an account's one-time link", handle: (*call).accountLinkRevoke},
	{Method: post, Path: "/accounts/{id}/details", Access: Administrator, Tag: tagPages, Page: true, Summary: "Change an account's name and language", handle: (*call).accountDetails},
	{Method: get, Path: "/accounts/{id}/deactivate", Access: Administrator, Tag: tagPages, Page: true, Summary: "What somebody who leaves holds", handle: (*call).accountLeave},
	{Method: post, Path: "/accounts/{id}/absences", Access: Administrator, Tag: tagPages, Page: true, Summary: "Record an absence with its deputy", handle: (*call).accountAbsence},
	{Method: post, Path: "/accounts/{id}/absences/{absence}/end", Access: Administrator, Tag: tagPages, Page: true, Summary: "End an absence", handle: (*call).accountAbsenceEnd},
	{Method: post, Path: "/me/details", Access: SignedIn, Tag: tagPages, Page: true, Summary: "Change the own name and language", handle: (*call).meDetails},
	{Method: post, Path: "/me/absences", Access: SignedIn, Tag: tagPages, Page: true, Summary: "Record the own absence", handle: (*call).meAbsence},
	{Method: post, Path: "/me/absences/{absence}/end", Access: SignedIn, Tag: tagPages, Page: true, Summary: "End the own absence", handle: (*call).meAbsenceEnd},
	{Method: get, Path: "/conflicts", Access: Authority, Tag: tagPages, Page: true, Summary: "Conflicts of interest with controllers", handle: (*call).conflicts},
	{Method: post, Path: "/conflicts", Access: Authority, Tag: tagPages, Page: true, Summary: "Record a conflict of interest", handle: (*call).conflictRecord},
	{Method: post, Path: "/conflicts/{id}/{conflict}/lift", Access: Authority, Tag: tagPages, Page: true, Summary: "Lift a conflict of interest", handle: (*call).conflictLift},
	{Method: post, Path: "/organisations/{id}/name", Access: Administrator, Tag: tagPages, Page: true, Summary: "Rename an organisation", handle: (*call).organisationRename},
	{Method: post, Path: "/organisations/{id}/units/{unit}/name", Access: Administrator, Tag: tagPages, Page: true, Summary: "Rename a controller unit", handle: (*call).unitRename},
	{Method: post, Path: "/organisations/{id}/units/{unit}/retire", Access: Administrator, Tag: tagPages, Page: true, Summary: "Take a controller unit out of use", handle: (*call).unitRetire},
	{Method: post, Path: "/organisations/{id}/units/{unit}/restore", Access: Administrator, Tag: tagPages, Page: true, Summary: "Bring a controller unit back into use", handle: (*call).unitRestore},
}

// peopleAPI is the same for programs.
var peopleAPI = []route{
	{
		Method: post, Path: "/api/v1/invitations", Access: Administrator, Tag: tagAccounts, handle: (*call).invite,
		Summary: "Make an account whose holder chooses the password by a one-time link", Body: auth.NewInvitation{}, Example: "invitation",
		Answers: []answer{{Status: 201, What: "The account, and the link to hand over; it works once, for seven days.", Body: invitedView{}, Place: true}}, Also: []int{409},
	},
	{
		Method: post, Path: "/api/v1/accounts/{id}/link", Access: Administrator, Tag: tagAccounts, handle: (*call).makeLink,
		Summary: "Make a new one-time link for an account", Body: linkRequest{}, Example: "link",
		Detail:  "An invitation where the account has no password, a reset (24 hours) where it has one. A link made before stops working; sessions end when the new password is set.",
		Answers: []answer{{Status: 201, What: "The link to hand over.", Body: linkView{}}}, Also: []int{409, 412},
	},
	{
		Method: del, Path: "/api/v1/accounts/{id}/link", Access: Administrator, Tag: tagAccounts, handle: (*call).revokeLink,
		Summary: "Revoke an account's one-time link", Answers: []answer{{Status: 200, What: "The account.", Body: auth.Profile{}}}, Also: []int{412},
	},
	{
		Method: post, Path: "/api/v1/links", Access: Anyone, Tag: tagAccounts, handle: (*call).redeemLink,
		Summary: "Choose a password by a one-time link", Body: redeemRequest{}, Example: "redeem",
		Answers: []answer{{Status: 204, What: "The password is set; earlier sessions have ended."}}, Also: []int{403, 412},
	},
	{
		Method: put, Path: "/api/v1/accounts/{id}/details", Access: Holder, Tag: tagAccounts, handle: (*call).setDetails,
		Summary: "Change an account's name and language", Body: auth.Details{}, Example: "details",
		Answers: []answer{{Status: 200, What: "The account.", Body: auth.Profile{}}}, Also: []int{409, 412},
	},
	{
		Method: get, Path: "/api/v1/accounts/{id}/holdings", Access: Administrator, Tag: tagAccounts, handle: (*call).holdings,
		Summary: "How many open cases an account holds", Detail: "Numbers only: administrators see no case.",
		Answers: []answer{{Status: 200, What: "The numbers.", Body: cases.Holdings{}}},
	},
	{
		Method: get, Path: "/api/v1/accounts/{id}/history", Access: Administrator, Tag: tagAccounts, handle: (*call).accountEvents,
		Summary: "Everything that happened to an account", Answers: []answer{{Status: 200, What: "The events, the first one first.", Body: accountEventList{}}},
	},
	{
		Method: post, Path: "/api/v1/accounts/{id}/absences", Access: Holder, Tag: tagAccounts, handle: (*call).setAbsence,
		Summary: "Record that somebody is away, and their deputy", Body: auth.NewAbsence{}, Example: "absence",
		Detail:  "While it lasts the deputy may take the steps that need the case's own caseworker. A chain of deputies is not followed.",
		Answers: []answer{{Status: 201, What: "The account.", Body: auth.Profile{}}}, Also: []int{409, 412},
	},
	{
		Method: del, Path: "/api/v1/accounts/{id}/absences/{absence}", Access: Holder, Tag: tagAccounts, handle: (*call).endAbsence,
		Summary: "End an absence", Answers: []answer{{Status: 200, What: "The account.", Body: auth.Profile{}}}, Also: []int{412},
	},
	{
		Method: get, Path: "/api/v1/conflicts", Access: Authority, Tag: tagAccounts, handle: (*call).listConflicts,
		Summary: "Conflicts of interest with controllers", Detail: "Everybody's for supervisors, registrars and administrators; the own ones for other staff.",
		Answers: []answer{{Status: 200, What: "Those in force.", Body: conflictList{}}},
	},
	{
		Method: post, Path: "/api/v1/conflicts", Access: Authority, Tag: tagAccounts, handle: (*call).recordConflict,
		Summary: "Record a conflict of interest with a controller", Body: conflictRequest{}, Example: "conflict",
		Detail:  "It bars the person from every case of the unit, or of all units of the organisation, those to come too. Supervisors, registrars and administrators record it for others.",
		Answers: []answer{{Status: 201, What: "It is recorded; cases that it concerns have left the person.", Body: cases.PartyBar{}}}, Also: []int{404, 409, 412},
	},
	{
		Method: del, Path: "/api/v1/conflicts/{id}/{conflict}", Access: Authority, Tag: tagAccounts, handle: (*call).liftConflict,
		Summary: "Lift a conflict of interest before its time", Body: reasonRequest{}, Example: "reason",
		Answers: []answer{{Status: 204, What: "It is lifted."}}, Also: []int{412},
	},
	{
		Method: put, Path: "/api/v1/organisations/{id}/name", Access: Administrator, Tag: tagOrganisations, handle: (*call).renameOrganisation,
		Summary: "Rename an organisation", Body: renameRequest{}, Example: "rename",
		Answers: []answer{{Status: 200, What: "The organisation.", Body: organisationView{}}}, Also: []int{409},
	},
	{
		Method: put, Path: "/api/v1/organisations/{id}/units/{unit}/name", Access: Administrator, Tag: tagOrganisations, handle: (*call).renameUnit,
		Summary: "Rename a controller unit", Body: renameRequest{}, Example: "rename",
		Answers: []answer{{Status: 200, What: "The organisation.", Body: organisationView{}}}, Also: []int{409},
	},
	{
		Method: post, Path: "/api/v1/organisations/{id}/units/{unit}/retire", Access: Administrator, Tag: tagOrganisations, handle: (*call).retireUnit,
		Summary: "Take a controller unit out of use", Detail: "Its cases and mandates stay.", Body: reasonRequest{}, Example: "reason",
		Answers: []answer{{Status: 200, What: "The organisation.", Body: organisationView{}}}, Also: []int{409},
	},
	{
		Method: post, Path: "/api/v1/organisations/{id}/units/{unit}/restore", Access: Administrator, Tag: tagOrganisations, handle: (*call).restoreUnit,
		Summary: "Bring a controller unit back into use", Body: reasonRequest{}, Example: "reason",
		Answers: []answer{{Status: 200, What: "The organisation.", Body: organisationView{}}}, Also: []int{409},
	},
	{
		Method: get, Path: "/api/v1/organisations/{id}/mandates", Access: Administrator, Tag: tagOrganisations, handle: (*call).actingFor,
		Summary: "Who acts for an organisation's units", Answers: []answer{{Status: 200, What: "The mandates, unit by unit.", Body: actingList{}}},
	},
	{
		Method: get, Path: "/api/v1/organisations/{id}/history", Access: Administrator, Tag: tagOrganisations, handle: (*call).organisationEvents,
		Summary: "Everything that happened to an organisation", Answers: []answer{{Status: 200, What: "The events, the first one first.", Body: organisationEventList{}}},
	},
}
