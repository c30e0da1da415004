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
}
