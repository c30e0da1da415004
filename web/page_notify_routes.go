package web

import "slices"

// notifyRoutes are the pages for those who notify. What has a fixed name in its
// path stands before what has any.
var notifyRoutes = slices.Concat([]route{
	{Method: get, Path: "/", Access: Anyone, Tag: tagPages, Page: true, Unready: true, Summary: "Where to begin", handle: (*call).start},
	{Method: get, Path: "/notify", Access: Anyone, Tag: tagPages, Page: true, Summary: "Before a notification is begun", handle: (*call).notifyIntro},
	{Method: post, Path: "/notify", Access: Anyone, Tag: tagPages, Page: true, Summary: "Begin a notification", handle: (*call).notifyBegin},
	{Method: get, Path: "/notify/clock", Access: Anyone, Tag: tagPages, Page: true, Summary: "When the 72 hours end", handle: (*call).notifyClock},
	{Method: get, Path: "/notify/{draft}/review", Access: SignedIn, Guest: true, Tag: tagPages, Page: true, Summary: "A form before it is sent", handle: (*call).notifyReview},
	{Method: post, Path: "/notify/{draft}/review", Access: SignedIn, Guest: true, Tag: tagPages, Page: true, Summary: "Send a form", handle: (*call).notifySubmit},
	{Method: post, Path: "/notify/{draft}/delete", Access: SignedIn, Guest: true, Tag: tagPages, Page: true, Summary: "Delete a draft", handle: (*call).notifyDelete},
	{Method: get, Path: "/notify/{draft}/{topic}", Access: SignedIn, Guest: true, Tag: tagPages, Page: true, Summary: "A topic of a form", handle: (*call).notifyTopic},
	{Method: post, Path: "/notify/{draft}/{topic}", Access: SignedIn, Guest: true, Tag: tagPages, Page: true, Summary: "Save a topic of a form", handle: (*call).notifySave},
	{Method: get, Path: "/cases/{id}/supplement", Access: CaseViewer, Guest: true, Tag: tagPages, Page: true, Summary: "Before a follow-up is begun", handle: (*call).supplementForm},
	{Method: post, Path: "/cases/{id}/supplement", Access: CaseViewer, Guest: true, Tag: tagPages, Page: true, Summary: "Begin a follow-up", handle: (*call).supplementBegin},
	{Method: get, Path: "/cases/{id}/receipt/{n}.json", Access: CaseViewer, Guest: true, Tag: tagPages, Page: true, Summary: "A receipt as a file", handle: (*call).receiptJSON},
	{Method: get, Path: "/cases/{id}/receipt/{n}", Access: CaseViewer, Guest: true, Tag: tagPages, Page: true, Summary: "A receipt", handle: (*call).receipt},
}, guestRoutes, choiceRoutes)
