package web

const tagPages = "Pages"

// pageRoutes are the pages for people. They are rows of the same table as the
// API: who may call what stands in one place.
var pageRoutes = []route{
	{Method: get, Path: "/sign-in", Access: Anyone, Tag: tagPages, Page: true, Summary: "Sign in", handle: (*call).signInForm},
	{Method: post, Path: "/sign-in", Access: Anyone, Tag: tagPages, Page: true, Summary: "Sign in", handle: (*call).signInByForm},
	{Method: post, Path: "/sign-out", Access: SignedIn, Tag: tagPages, Page: true, Summary: "Sign out", handle: (*call).signOutByForm},
	{Method: get, Path: "/language", Access: Anyone, Tag: tagPages, Page: true, Summary: "Change the language", handle: (*call).otherLanguage},
	{Method: get, Path: "/static/{file}", Access: Anyone, Tag: tagPages, Page: true, Unready: true, Summary: "Style sheet and script", handle: (*call).static},
	{Method: get, Path: "/queue", Access: Staff, Tag: tagPages, Page: true, Summary: "The cases as a table", handle: (*call).queue},
	{Method: get, Path: "/mine", Access: SignedIn, Tag: tagPages, Page: true, Summary: "My notifications", handle: (*call).mine},
	{Method: get, Path: "/cases/{id}", Access: CaseViewer, Tag: tagPages, Page: true, Summary: "A case", handle: (*call).casePages},
	{Method: get, Path: "/cases/{id}/steps/{step}", Access: CaseActor, Tag: tagPages, Page: true, Summary: "The form of a step", handle: (*call).stepForm},
	{Method: post, Path: "/cases/{id}/steps/{step}", Access: CaseActor, Tag: tagPages, Page: true, Summary: "Take a step", handle: (*call).stepByForm},
	{Method: get, Path: "/overview", Access: Staff, Tag: tagPages, Page: true, Summary: "How things stand", handle: (*call).overview},
	{Method: get, Path: "/investigations", Access: Staff, Tag: tagPages, Page: true, Summary: "The open investigations", handle: (*call).investigations},
	{Method: get, Path: "/cases/{id}/submissions/{n}", Access: CaseViewer, Tag: tagPages, Page: true, Summary: "One version of a notification", handle: (*call).version},
	{Method: get, Path: "/cases/{id}/decision", Access: CaseViewer, Tag: tagPages, Page: true, Summary: "The decision as a document", handle: (*call).decision},
	{Method: post, Path: "/cases/{id}/notes", Access: CaseActor, Tag: tagPages, Page: true, Summary: "Write a file note", handle: (*call).noteByForm},
	{Method: get, Path: "/accounts", Access: Administrator, Tag: tagPages, Page: true, Summary: "The accounts", handle: (*call).accounts},
	{Method: post, Path: "/accounts", Access: Administrator, Tag: tagPages, Page: true, Summary: "Make an account", handle: (*call).accountMake},
	{Method: get, Path: "/accounts/new", Access: Administrator, Tag: tagPages, Page: true, Summary: "The form of a new account", handle: (*call).accountNew},
	{Method: get, Path: "/accounts/{id}", Access: Administrator, Tag: tagPages, Page: true, Summary: "An account", handle: (*call).accountShow},
	{Method: post, Path: "/accounts/{id}/roles", Access: Administrator, Tag: tagPages, Page: true, Summary: "Give an account its roles", handle: (*call).accountRoles},
	{Method: post, Path: "/accounts/{id}/mandates", Access: Administrator, Tag: tagPages, Page: true, Summary: "Record a mandate", handle: (*call).accountMandate},
	{Method: post, Path: "/accounts/{id}/mandates/{unit}/end", Access: Administrator, Tag: tagPages, Page: true, Summary: "End a mandate", handle: (*call).accountMandateEnd},
	{Method: post, Path: "/accounts/{id}/password", Access: Administrator, Tag: tagPages, Page: true, Summary: "Set an account's password", handle: (*call).accountPassword},
	{Method: post, Path: "/accounts/{id}/deactivate", Access: Administrator, Tag: tagPages, Page: true, Summary: "Deactivate an account", handle: (*call).accountDeactivate},
	{Method: post, Path: "/accounts/{id}/activate", Access: Administrator, Tag: tagPages, Page: true, Summary: "Activate an account", handle: (*call).accountActivate},
	{Method: get, Path: "/organisations", Access: Administrator, Tag: tagPages, Page: true, Summary: "The organisations", handle: (*call).organisations},
	{Method: post, Path: "/organisations", Access: Administrator, Tag: tagPages, Page: true, Summary: "Record an organisation", handle: (*call).organisationMake},
	{Method: get, Path: "/organisations/new", Access: Administrator, Tag: tagPages, Page: true, Summary: "The form of a new organisation", handle: (*call).organisationNew},
	{Method: get, Path: "/organisations/{id}", Access: Administrator, Tag: tagPages, Page: true, Summary: "An organisation with its units", handle: (*call).organisationShow},
	{Method: post, Path: "/organisations/{id}/units", Access: Administrator, Tag: tagPages, Page: true, Summary: "Record a controller unit", handle: (*call).organisationUnit},
	{Method: get, Path: "/me", Access: SignedIn, Tag: tagPages, Page: true, Summary: "The own account", handle: (*call).me},
	{Method: post, Path: "/me/password", Access: SignedIn, Tag: tagPages, Page: true, Summary: "Change the own password", handle: (*call).mePassword},
	{Method: post, Path: "/me/tokens", Access: SignedIn, Tag: tagPages, Page: true, Summary: "Make an API token", handle: (*call).meToken},
	{Method: post, Path: "/me/tokens/{token}/revoke", Access: SignedIn, Tag: tagPages, Page: true, Summary: "Revoke an API token", handle: (*call).meTokenRevoke},
}
