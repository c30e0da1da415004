package web

import (
	"net/http"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
)

// route is one row of the table of URLs.
type route struct {
	Method  string
	Path    string // {name} stands for a parameter
	Access  Access
	Tag     string
	Summary string
	Detail  string // what the summary and the types do not say

	Query   []parameter // parameters of the URL
	Body    any         // zero value of what the body is read as; nil takes none
	Example string      // name of the body's example in examples/
	Answers []answer    // when all is well
	Also    []int       // problems besides those that follow from the row

	Octets  bool       // takes bytes as they are
	Patient bool       // may take as long as a file takes to be scanned and kept
	IfMatch bool       // needs the version that the caller saw
	Key     keyRequest // what becomes of an Idempotency-Key
	Limited bool       // counts as a notification for the account's rate
	Unready bool       // answers before everything is loaded
	Page    bool       // for people in a browser: signed in by cookie, refused by a page
	Guest   bool       // of a page: also for whoever has no account and holds the draft's link or the case's key

	Again func(*call) error // shows a form with what was posted to it, where its page cannot simply be filled in

	Home string // path of the page on which the form stands, where that is not the nearest above it

	handle func(*call) error
}

// answer is one way to answer when all is well. Body is the zero value of its type,
// []any of several alternatives, or nil; Type is "" for JSON.
type answer struct {
	Status int
	What   string
	Body   any
	Type   string
	ETag   bool
	Place  bool // Location names what was made
}

// keyRequest says what becomes of an Idempotency-Key.
type keyRequest int

const (
	noKey keyRequest = iota
	keyTaken
	keyNeeded
)

const (
	tagSession       = "Session"
	tagNotifications = "Notifications"
	tagCases         = "Cases"
	tagAccounts      = "Accounts"
	tagOrganisations = "Organisations"
	tagSettings      = "Settings"
	tagServer        = "Server"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
	put  = http.MethodPut
	del  = http.MethodDelete
)

// routes is every URL there is.
func routes() []route {
	var all []route
	for _, part := range [][]route{
		sessionRoutes, notificationRoutes, caseRoutes, attachmentRoutes, exportRoutes, accountRoutes, organisationRoutes, peopleAPI, settingsRoutes,
		incidentAPI,
		batchAPI,
		suggestionAPI,
		coverageAPI,
		outboxAPI,
		selectionAPI,
		serverRoutes,
	} {
		all = append(all, part...)
	}
	return all
}

var sessionRoutes = []route{
	{
		Method: post, Path: "/api/v1/session", Access: Anyone, Tag: tagSession, handle: (*call).signIn,
		Summary: "Sign in", Detail: "The token goes into the header Authorization: Bearer TOKEN of every other request.",
		Body: signInRequest{}, Example: "session",
		Answers: []answer{{Status: 200, What: "A session began.", Body: sessionToken{}}},
		Also:    []int{401, 429},
	},
	{
		Method: get, Path: "/api/v1/session", Access: SignedIn, Tag: tagSession, handle: (*call).whoAmI,
		Summary: "Who am I", Answers: []answer{{Status: 200, What: "The account, and what it may act as.", Body: sessionView{}}},
	},
	{
		Method: del, Path: "/api/v1/session", Access: SignedIn, Tag: tagSession, handle: (*call).signOut,
		Summary: "Sign out", Answers: []answer{{Status: 204, What: "The session has ended."}}, Also: []int{403},
	},
}

var notificationRoutes = []route{
	{
		Method: post, Path: "/api/v1/notifications", Access: SignedIn, Tag: tagNotifications, handle: (*call).notify,
		Summary: "File a breach notification (Art. 33)",
		Detail: "Anyone who is signed in may notify for any controller. What is not known yet is left out and follows in a supplement: " +
			"only what makes no case possible is refused. Registrars also enter what came by post, e-mail or telephone.",
		Body: cases.Notification{}, Example: "notification", Key: keyTaken, Limited: true,
		Answers: []answer{{Status: 201, What: "The notification is received; keep the receipt.", Body: filedView{}, ETag: true, Place: true}},
		Also:    []int{409},
	},
	{
		Method: post, Path: "/api/v1/breach-notifications", Access: SignedIn, Tag: tagNotifications, handle: (*call).notifyByMachine,
		Summary: "File a breach notification in the EDPB's machine-to-machine contract",
		Detail: "The contract that goes with the EDPB template for Article 33 notifications v1.0, as controllers' tools send it. A follow-up " +
			"(field_3 = b) names the case in field_6 by its notification_id or number.",
		Body: edpbPayload{}, Example: "breach-notification", Key: keyNeeded, Limited: true,
		Answers: []answer{
			{Status: 201, What: "Received.", Body: machineReceipt{}, Place: true},
			{Status: 202, What: "Received as incomplete; what is missing follows in a supplement.", Body: machineReceipt{}, Place: true},
		},
		Also: []int{409},
	},
	{
		Method: post, Path: "/api/v1/cases/{id}/supplements", Access: CaseViewer, Tag: tagNotifications, handle: (*call).supplement,
		Summary: "Supplement, change, correct or withdraw a notification",
		Detail:  "Only what is new or changed is sent: a field that is given replaces the earlier one, null clears it.",
		Body:    supplementRequest{}, Example: "supplement", Key: keyTaken, Limited: true,
		Answers: []answer{{Status: 201, What: "A new version is received.", Body: filedView{}, Place: true}},
		Also:    []int{403, 409},
	},
	{
		Method: get, Path: "/api/v1/cases/{id}/submissions", Access: CaseViewer, Tag: tagNotifications, handle: (*call).submissions,
		Summary: "The versions of a case's notification",
		Answers: []answer{{Status: 200, What: "Every version, the first one first.", Body: []any{submissionList{}, partySubmissionList{}}}},
	},
	{
		Method: get, Path: "/api/v1/cases/{id}/submissions/{n}", Access: CaseViewer, Tag: tagNotifications, handle: (*call).submission,
		Summary: "One version of a case's notification",
		Answers: []answer{{Status: 200, What: "The version.", Body: []any{submissionView{}, partySubmission{}}}},
	},
	{
		Method: get, Path: "/api/v1/cases/{id}/submissions/{n}/changes", Access: CaseViewer, Tag: tagNotifications, handle: (*call).changes,
		Summary: "What a version changed",
		Answers: []answer{{Status: 200, What: "The fields that differ from the version before.", Body: changesView{}}},
	},
}

var caseRoutes = []route{
	{
		Method: get, Path: "/api/v1/cases", Access: SignedIn, Tag: tagCases, handle: (*call).listCases,
		Summary: "List cases", Query: listParameters,
		Detail:  "The notifier's side lists its own cases, with fewer fields, filters and orders.",
		Answers: []answer{{Status: 200, What: "A page of the list.", Body: []any{caseList{}, partyCaseList{}}}},
	},
	{
		Method: post, Path: "/api/v1/cases", Access: Staff, Tag: tagCases, handle: (*call).openCase,
		Summary: "Open a case without a notification", Body: cases.Opening{}, Example: "opening", Key: keyTaken,
		Answers: []answer{{Status: 201, What: "The case is opened.", Body: caseView{}, ETag: true, Place: true}}, Also: []int{409},
	},
	{
		Method: get, Path: "/api/v1/cases/{id}", Access: CaseViewer, Tag: tagCases, handle: (*call).getCase,
		Summary: "A case, by id or number",
		Answers: []answer{
			{Status: 200, What: "The case: all of it for staff; for the notifier's side what concerns it.", Body: []any{caseView{}, partyCase{}}, ETag: true},
			{Status: 304, What: "The case is as If-None-Match says."},
		},
	},
	{
		Method: get, Path: "/api/v1/cases/{id}/events", Access: CaseStaff, Tag: tagCases, handle: (*call).events,
		Summary: "Everything that happened in a case", Answers: []answer{{Status: 200, What: "The events, the first one first.", Body: eventList{}}},
	},
	{
		Method: get, Path: "/api/v1/cases/{id}/steps", Access: CaseViewer, Tag: tagCases, handle: (*call).steps,
		Summary: "What I may do with a case now, and why not the rest",
		Answers: []answer{{Status: 200, What: "Every step that people take.", Body: stepsView{}, ETag: true}},
	},
	{
		Method: post, Path: "/api/v1/cases/{id}/steps", Access: CaseActor, Tag: tagCases, handle: (*call).takeStep,
		Summary: "Take a step", Body: stepRequest{}, Example: "step", IfMatch: true, Key: keyTaken,
		Answers: []answer{{Status: 200, What: "The case after the step; in brief where the step took it out of the caller's sight.", Body: []any{caseView{}, caseRef{}}, ETag: true}},
		Also:    []int{409},
	},
	{
		Method: put, Path: "/api/v1/cases/{id}/assignee", Access: CaseActor, Tag: tagCases, handle: (*call).assign,
		Summary: "Assign a case", Body: assignRequest{}, Example: "assignee", IfMatch: true,
		Answers: []answer{{Status: 200, What: "The case as assigned.", Body: caseView{}, ETag: true}}, Also: []int{409},
	},
	{
		Method: post, Path: "/api/v1/cases/{id}/notes", Access: CaseActor, Tag: tagCases, handle: (*call).writeNote,
		Summary: "Write a file note", Detail: "A note decides nothing, so it needs no If-Match.",
		Body: noteRequest{}, Example: "note", Key: keyTaken,
		Answers: []answer{{Status: 201, What: "The note as it was written.", Body: cases.Note{}}}, Also: []int{409, 412},
	},
	{
		Method: get, Path: "/api/v1/counts", Access: Staff, Tag: tagCases, handle: (*call).counts,
		Summary: "How many cases there are", Detail: "By state, phase and, for open cases, priority; late, overdue, notified without an account and, for ended cases, with something unread.",
		Answers: []answer{{Status: 200, What: "The numbers of the cases that the caller may see.", Body: cases.Counts{}}},
	},
	{
		Method: get, Path: "/api/v1/staff", Access: Staff, Tag: tagCases, handle: (*call).staffDirectory,
		Summary: "Whom a case can be assigned to, and who else works here",
		Answers: []answer{{Status: 200, What: "Active staff, by name.", Body: staffList{}}},
	},
	{
		Method: get, Path: "/api/v1/procedure", Access: SignedIn, Tag: tagCases, handle: (*call).procedure,
		Summary: "The procedure and the time limits", Detail: "States, steps, outcomes, rules of priority and clocks, with their names in English and Swedish.",
		Answers: []answer{{Status: 200, What: "The procedure.", Body: procedureView{}}},
	},
}

var accountRoutes = []route{
	{
		Method: get, Path: "/api/v1/accounts", Access: Administrator, Tag: tagAccounts, handle: (*call).listAccounts,
		Summary: "List accounts", Answers: []answer{{Status: 200, What: "Every account, by e-mail address.", Body: accountList{}}},
	},
	{
		Method: post, Path: "/api/v1/accounts", Access: Administrator, Tag: tagAccounts, handle: (*call).makeAccount,
		Summary: "Make an account", Body: auth.NewAccount{}, Example: "account",
		Answers: []answer{{Status: 201, What: "The account is made.", Body: auth.Profile{}, Place: true}}, Also: []int{409},
	},
	{
		Method: get, Path: "/api/v1/accounts/{id}", Access: Holder, Tag: tagAccounts, handle: (*call).getAccount,
		Summary: "An account", Answers: []answer{{Status: 200, What: "The account.", Body: auth.Profile{}}},
	},
	{
		Method: put, Path: "/api/v1/accounts/{id}/roles", Access: Administrator, Tag: tagAccounts, handle: (*call).setRoles,
		Summary: "Give an account exactly these roles", Body: rolesRequest{}, Example: "roles",
		Answers: []answer{{Status: 200, What: "The account.", Body: auth.Profile{}}}, Also: []int{409, 412},
	},
	{
		Method: post, Path: "/api/v1/accounts/{id}/mandates", Access: Administrator, Tag: tagAccounts, handle: (*call).grantMandate,
		Summary: "Record that an account may act for a controller unit", Body: mandateRequest{}, Example: "mandate",
		Answers: []answer{{Status: 201, What: "The account.", Body: auth.Profile{}}}, Also: []int{409, 412},
	},
	{
		Method: del, Path: "/api/v1/accounts/{id}/mandates/{unit}", Access: Administrator, Tag: tagAccounts, handle: (*call).revokeMandate,
		Summary: "End a mandate", Body: reasonRequest{}, Example: "reason",
		Answers: []answer{{Status: 200, What: "The account.", Body: auth.Profile{}}}, Also: []int{409, 412},
	},
	{
		Method: post, Path: "/api/v1/accounts/{id}/deactivate", Access: Administrator, Tag: tagAccounts, handle: (*call).deactivate,
		Summary: "Let nobody in with an account, and hand its open cases over", Body: deactivateRequest{}, Example: "deactivate",
		Answers: []answer{{Status: 200, What: "The account.", Body: auth.Profile{}}}, Also: []int{409, 412},
	},
	{
		Method: post, Path: "/api/v1/accounts/{id}/activate", Access: Administrator, Tag: tagAccounts, handle: (*call).activate,
		Summary: "Let a deactivated account be used again", Body: reasonRequest{}, Example: "reason",
		Answers: []answer{{Status: 200, What: "The account.", Body: auth.Profile{}}}, Also: []int{409, 412},
	},
	{
		Method: put, Path: "/api/v1/accounts/{id}/password", Access: Holder, Tag: tagAccounts, handle: (*call).setPassword,
		Summary: "Set a password", Detail: "The holder gives the old one; sessions of the account end.",
		Body: passwordRequest{}, Example: "password", Answers: []answer{{Status: 204, What: "The password is set."}}, Also: []int{412, 429},
	},
	{
		Method: get, Path: "/api/v1/accounts/{id}/tokens", Access: Holder, Tag: tagAccounts, handle: (*call).listTokens,
		Summary: "List an account's API tokens", Answers: []answer{{Status: 200, What: "The tokens, without their secrets.", Body: tokenList{}}},
	},
	{
		Method: post, Path: "/api/v1/accounts/{id}/tokens", Access: Holder, Tag: tagAccounts, handle: (*call).makeToken,
		Summary: "Make an API token", Detail: "For programs. It takes a session: an API token makes no other. This is the only time that the token is shown.",
		Body: auth.NewToken{}, Example: "token", Answers: []answer{{Status: 201, What: "The token.", Body: newTokenView{}, Place: true}}, Also: []int{409, 412},
	},
	{
		Method: del, Path: "/api/v1/accounts/{id}/tokens/{token}", Access: Holder, Tag: tagAccounts, handle: (*call).revokeToken,
		Summary: "Revoke an API token", Answers: []answer{{Status: 204, What: "The token opens nothing any more."}}, Also: []int{412},
	},
}

var organisationRoutes = []route{
	{
		Method: get, Path: "/api/v1/organisations", Access: SignedIn, Tag: tagOrganisations, handle: (*call).listOrganisations,
		Summary: "Find organisations and their controller units",
		Query:   []parameter{{Name: "q", What: "Part of the name, number or code.", Type: ""}},
		Answers: []answer{{Status: 200, What: "The organisations, by name.", Body: organisationList{}}},
	},
	{
		Method: post, Path: "/api/v1/organisations", Access: Administrator, Tag: tagOrganisations, handle: (*call).makeOrganisation,
		Summary: "Record an organisation with its controller units", Body: organisationRequest{}, Example: "organisation",
		Answers: []answer{{Status: 201, What: "The organisation.", Body: organisationView{}}}, Also: []int{409},
	},
	{
		Method: post, Path: "/api/v1/organisations/{id}/units", Access: Administrator, Tag: tagOrganisations, handle: (*call).addUnit,
		Summary: "Record a further controller unit", Body: unitRequest{}, Example: "unit",
		Answers: []answer{{Status: 201, What: "The unit.", Body: cases.Unit{}}}, Also: []int{409},
	},
}

const yamlType = "application/yaml"

var serverRoutes = []route{
	{
		Method: get, Path: "/healthz", Access: Anyone, Tag: tagServer, handle: (*call).healthz, Unready: true,
		Summary: "Is the server up", Answers: []answer{{Status: 200, What: "It is.", Body: statusView{}}},
	},
	{
		Method: get, Path: "/readyz", Access: Anyone, Tag: tagServer, handle: (*call).readyz, Unready: true,
		Summary: "Has the server loaded everything", Answers: []answer{{Status: 200, What: "It has.", Body: statusView{}}},
	},
	{
		Method: get, Path: "/openapi.json", Access: Anyone, Tag: tagServer, handle: (*call).openAPIJSON, Unready: true,
		Summary: "This description", Answers: []answer{{Status: 200, What: "OpenAPI 3.1.", Body: map[string]any{}}},
	},
	{
		Method: get, Path: "/openapi.yaml", Access: Anyone, Tag: tagServer, handle: (*call).openAPIYAML, Unready: true,
		Summary: "This description, as YAML", Answers: []answer{{Status: 200, What: "OpenAPI 3.1.", Body: "", Type: yamlType}},
	},
}
