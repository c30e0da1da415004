package web

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// outboxAPI is the outbox for programs, such as an installation's own watch.
var outboxAPI = []route{
	{
		Method: get, Path: "/api/v1/reminders", Access: Oversight, Tag: tagServer, handle: (*call).listLetters,
		Summary: "How reminding stands, and the letters that went out",
		Detail: "Supervisors see letters about cases that they may see; administrators see all of them, those of secret cases without the number. " +
			"No letter says more of a breach than the number of its case.",
		Query: []parameter{
			{Name: "state", What: "Only letters of this state.", Type: letterState("")},
			{Name: "from", What: "How many letters to pass over, the newest first.", Type: 0},
		},
		Answers: []answer{{Status: 200, What: "The figures and a page of letters, the newest first.", Body: letterList{}}},
	},
	{
		Method: post, Path: "/api/v1/reminders/{id}/resend", Access: Oversight, Tag: tagServer, handle: (*call).resendLetter,
		Summary: "Send a letter again that failed for good", Body: reasonRequest{}, Example: "reason",
		Answers: []answer{{Status: 200, What: "The letter after the new try.", Body: letterView{}}}, Also: []int{404, 409},
	},
}

type letterList struct {
	Figures outboxFigures `json:"figures"`
	Items   []letterView  `json:"items"`
	Next    int           `json:"next,omitempty" doc:"The from of the next page."`
}

func (q *call) listLetters() error {
	state := letterState(q.Query("state"))
	if state != "" && !slices.Contains(letterStates, state) {
		return workflow.RefuseFaults("invalid_query", "The list cannot be narrowed down so.", []workflow.Fault{
			{Path: "/state", Code: "unknown_code", Message: "Choose failed, waiting, sent or cancelled."},
		})
	}
	letters, figures, err := q.outbox()
	if err != nil {
		return err
	}
	letters = inState(letters, state)
	start, _ := strconv.Atoi(q.Query("from")) // what is no number begins with the newest
	start = min(max(start, 0), len(letters))
	end := min(start+cases.DefaultLimit, len(letters))
	out := letterList{Figures: figures, Items: list(letters[start:end])}
	q.nameLetters(out.Items)
	if end < len(letters) {
		out.Next = end
	}
	return q.answer(http.StatusOK, out)
}

func (q *call) resendLetter() error {
	var in reasonRequest
	if err := q.bind(&in); err != nil {
		return err
	}
	l, err := q.resend(q.Params("id"), in.Reason)
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, l)
}
