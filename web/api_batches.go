package web

import (
	"net/http"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

const tagBatches = "Batches"

// batchAPI is one step on many cases, for programs.
var batchAPI = []route{
	{
		Method: get, Path: "/api/v1/batches", Access: Staff, Tag: tagBatches, handle: (*call).listBatches,
		Summary: "The batches", Detail: "The newest first. The numbers are of the cases that the caller sees.",
		Answers: []answer{{Status: 200, What: "The batches, without their cases.", Body: batchList{}}},
	},
	{
		Method: post, Path: "/api/v1/batches/preview", Access: Staff, Tag: tagBatches, handle: (*call).previewBatch,
		Summary: "What a step would do to many cases", Detail: "Writes nothing. Says for each case whether the step is allowed and why not, and how a letter would read. At most 5,000 cases.",
		Body: cases.BatchRequest{}, Example: "batch",
		Answers: []answer{{Status: 200, What: "Case by case, in the order of the request.", Body: batchPreviewList{}}},
	},
	{
		Method: post, Path: "/api/v1/batches", Access: Staff, Tag: tagBatches, handle: (*call).beginBatch,
		Summary: "Take a step in many cases",
		Detail: "Each case needs the version that was seen; one that changed since is left alone, and its outcome says so. Each case gets its own event. " +
			"The answer waits two seconds; what takes longer goes on, across restarts too.",
		Body: cases.BatchRequest{}, Example: "batch", Key: keyTaken,
		Answers: []answer{{Status: 201, What: "The batch has begun.", Body: batchView{}, Place: true}}, Also: []int{409},
	},
	{
		Method: get, Path: "/api/v1/batches/{id}", Access: Staff, Tag: tagBatches, handle: (*call).getBatch,
		Summary: "How far a batch has come", Answers: []answer{{Status: 200, What: "The batch.", Body: batchView{}}},
	},
	{
		Method: get, Path: "/api/v1/batches/{id}/outcomes", Access: Staff, Tag: tagBatches, handle: (*call).batchOutcomes,
		Summary: "What came of each case of a batch", Detail: "Of those that the caller sees, in the order of the request.",
		Answers: []answer{{Status: 200, What: "Case by case; one without a result has not had its turn.", Body: batchOutcomeList{}}},
	},
	{
		Method: post, Path: "/api/v1/batches/{id}/stop", Access: Staff, Tag: tagBatches, handle: (*call).stopBatch,
		Summary: "Stop a batch", Detail: "Cases that have not had their turn are left alone. Whoever began it may, and supervisors.",
		Body: reasonRequest{}, Example: "reason", Answers: []answer{{Status: 200, What: "The batch.", Body: batchView{}}}, Also: []int{409},
	},
}

// batchView is a batch without its cases, with what came of those that the caller sees.
type batchView struct {
	ID       string            `json:"id"`
	Step     workflow.StepID   `json:"step"`
	Reason   cases.Text        `json:"reason"`
	Incident string            `json:"incident,omitempty"`
	By       string            `json:"by"`
	BegunAt  time.Time         `json:"begun_at"`
	EndedAt  *time.Time        `json:"ended_at,omitempty"`
	Status   cases.BatchStatus `json:"status"`
	Stopped  cases.Text        `json:"stopped,omitempty" doc:"Why it was stopped."`
	Cases    int               `json:"cases"`
	Done     int               `json:"done" doc:"That have had their turn."`
	Taken    int               `json:"taken"`
	Left     int               `json:"left" doc:"In which the step was not taken."`
}

type batchList struct {
	Items []batchView `json:"items"`
}

type batchPreviewList struct {
	Items []cases.BatchView `json:"items"`
}

type batchOutcomeList struct {
	Items []cases.BatchItem `json:"items"`
}

func batchViewOf(b cases.BatchHead) batchView {
	return batchView{
		ID: b.ID, Step: b.Step, Reason: b.Reason, Incident: b.Incident, By: b.By, BegunAt: b.BegunAt, EndedAt: b.EndedAt, Status: b.Status, Stopped: b.Stopped,
		Cases: b.Cases, Done: b.Done, Taken: b.Taken, Left: b.Left,
	}
}

func (q *call) listBatches() error {
	all, err := q.s.opt.Cases.Batches().List(q.ctx, q.actor)
	if err != nil {
		return err
	}
	out := batchList{Items: []batchView{}}
	for _, b := range all {
		out.Items = append(out.Items, batchViewOf(b))
	}
	return q.answer(http.StatusOK, out)
}

func (q *call) previewBatch() error {
	var in cases.BatchRequest
	if err := q.bind(&in); err != nil {
		return err
	}
	views, err := q.s.opt.Cases.Batches().Preview(q.ctx, q.actor, in)
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, batchPreviewList{Items: list(views)})
}

func (q *call) beginBatch() error {
	var in cases.BatchRequest
	cmd, err := q.bindKeyed(&in)
	if err != nil {
		return err
	}
	b, err := q.s.opt.Cases.Batches().Begin(q.ctx, q.actor, in, cmd)
	if err != nil {
		return err
	}
	q.runBatch(b.ID)
	q.Set("Location", "/api/v1/batches/"+b.ID)
	return q.batchAnswer(http.StatusCreated, b.ID)
}

// batchAnswer answers with a batch as it stands now.
func (q *call) batchAnswer(status int, id string) error {
	b, err := q.s.opt.Cases.Batches().Get(q.ctx, q.actor, id)
	if err != nil {
		return err
	}
	return q.answer(status, batchViewOf(cases.BatchHead{Batch: *b, Cases: len(b.Items), Done: b.Done(), Taken: b.Taken(), Left: b.Left()}))
}

func (q *call) getBatch() error { return q.batchAnswer(http.StatusOK, q.Params("id")) }

func (q *call) batchOutcomes() error {
	b, err := q.s.opt.Cases.Batches().Get(q.ctx, q.actor, q.Params("id"))
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, batchOutcomeList{Items: list(b.Items)})
}

func (q *call) stopBatch() error {
	var in reasonRequest
	if err := q.bind(&in); err != nil {
		return err
	}
	if _, err := q.s.opt.Cases.Batches().Stop(q.ctx, q.actor, q.Params("id"), cases.Text(in.Reason)); err != nil {
		return err
	}
	return q.batchAnswer(http.StatusOK, q.Params("id"))
}
