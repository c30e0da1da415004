package web

import (
	"net/http"

	"github.com/vaka-project/vaka/cases"
)

var accessibilityRoutes = []route{
	{Method: get, Path: "/accessibility", Access: Anyone, Tag: tagPages, Page: true, Summary: "How far everybody can use the pages", handle: (*call).accessibility},
	{Method: post, Path: "/accessibility", Access: Anyone, Tag: tagPages, Page: true, Summary: "Say what cannot be used", handle: (*call).accessibilityFeedback},
	{Method: get, Path: "/feedback", Access: Administrator, Tag: tagPages, Page: true, Summary: "What people say of the pages", handle: (*call).feedbackList},
	{Method: post, Path: "/feedback/{id}/done", Access: Administrator, Tag: tagPages, Page: true, Summary: "Delete a message that was dealt with", handle: (*call).feedbackDone},
}

// accessibilityPage is the statement that Directive (EU) 2016/2102, Art. 7, asks of
// public bodies (in Sweden lagen (2018:1937) and the regulations under it), with the
// form by which anybody tells what does not work.
type accessibilityPage struct {
	page
	Fields []formField
	Faults []pageFault
	Sent   bool
}

func (q *call) accessibility() error { return q.showAccessibility(http.StatusOK, feedback{}, nil) }

func (q *call) showAccessibility(status int, typed feedback, refusal error) error {
	p := accessibilityPage{page: q.page("", "accessibility.title"), Sent: q.Query("sent") != ""}
	p.Narrow = true
	p.Fields = []formField{
		{Name: "text", Label: p.T("accessibility.text"), Hint: p.T("accessibility.text.hint"), Widget: textWidget, Required: true, Value: typed.Text},
		{Name: "contact", Label: p.T("accessibility.contact"), Hint: p.T("accessibility.contact.hint"), Widget: lineWidget, Value: typed.Contact},
	}
	p.Faults = p.markFields(p.Fields, refusal)
	return q.render(status, "accessibility", p)
}

// accessibilityFeedback takes a message from anybody. It changes nothing and shows
// nothing that is somebody's, so that it comes from this site is all that is asked.
func (q *call) accessibilityFeedback() error {
	field := func(name string) string { return string(q.Request().PostArgs().Peek(name)) }
	typed := feedback{Language: q.speech().Tag, Text: field("text"), Contact: field("contact")}
	err := q.s.keepFeedback(q.ctx, typed)
	if forPeople(err) {
		return q.showAccessibility(q.problem(err).Status, typed, err)
	}
	if err != nil {
		return err
	}
	return q.see("/accessibility?sent=1")
}

// feedbackPage lists what people said of the pages.
type feedbackPage struct {
	page
	Items []feedback
}

func (q *call) feedbackList() error {
	p := feedbackPage{page: q.page("feedback", "feedback.title")}
	var err error
	if p.Items, err = q.s.feedback(q.ctx); err != nil {
		return err
	}
	return q.render(http.StatusOK, "feedback", p)
}

// feedbackDone deletes a message. One that a colleague deleted meanwhile is gone
// just the same.
func (q *call) feedbackDone() error {
	if id := q.Params("id"); cases.IsID(id) {
		if err := q.s.opt.Store.Delete(q.ctx, cases.Feedback, id); err != nil {
			return cases.Unavailable(err)
		}
	}
	return q.see("/feedback?done=feedback")
}
