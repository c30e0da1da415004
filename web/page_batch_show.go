package web

import (
	"bytes"
	"cmp"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// batchesPage lists the batches.
type batchesPage struct {
	page
	Items []batchRow
	Next  string
	First string
}

type batchRow struct {
	cases.BatchHead
	Heading string
	Name    string // of whoever began it
}

func (q *call) batches() error {
	p := batchesPage{page: q.page("batches", "batches.title")}
	all, err := q.s.opt.Cases.Batches().List(q.ctx, q.actor)
	if err != nil {
		return err
	}
	start := pageStart(q.Query("from"), len(all))
	end := min(start+cases.DefaultLimit, len(all))
	for _, b := range all[start:end] {
		step, _ := workflow.StepByID(b.Step)
		p.Items = append(p.Items, batchRow{b, p.Either(step.Title, step.TitleSV), q.nameOf(b.By)})
	}
	p.First, p.Next = neighbours("/batches", q.queryValues(), start, end, len(all))
	return q.render(fiber.StatusOK, "batches", p)
}

// batchPage is a batch, with what came of each of its cases.
type batchPage struct {
	page
	Batch    *cases.Batch
	Heading  string
	Name     string
	Incident *cases.Incident
	Rows     []outcomeRow
	Cases    int
	Finished int
	Taken    int
	Changed  int
	Refused  int
	Running  bool
	CanStop  bool
	Typed    string // reason of a stop that was refused
	Faults   []pageFault
	Next     string
	First    string
	Script   string
	Reload   string
}

type outcomeRow struct {
	cases.BatchItem
	Controller string
	Why        string
}

// outcomeRows are the cases on one page of a batch.
const outcomeRows = 200

func (q *call) batchShow() error { return q.showBatch(fiber.StatusOK, nil) }

func (q *call) showBatch(status int, refusal error) error {
	batch, err := q.s.opt.Cases.Batches().Get(q.ctx, q.actor, q.Params("id"))
	if err != nil {
		return err
	}
	step, _ := workflow.StepByID(batch.Step)
	p := batchPage{
		page: q.page("batches", "batches.title"), Batch: batch, Name: q.nameOf(batch.By), Cases: len(batch.Items), Finished: batch.Done(), Taken: batch.Taken(),
		Running: batch.Status == cases.BatchRunning, Script: assets.path("batch.js"), Reload: "/batches/" + batch.ID,
	}
	p.Heading = p.Either(step.Title, step.TitleSV)
	p.Title, p.Path = p.Heading, "/batches/"+batch.ID
	p.CanStop = p.Running && (batch.By == q.actor.Account || q.actor.Has(workflow.RoleSupervisor))
	if i, err := q.s.opt.Cases.Incidents().Get(q.actor, batch.Incident); err == nil {
		p.Incident = &i
	}
	for _, f := range faultsOf(refusal) {
		p.Faults = append(p.Faults, pageFault{Field: "reason", Message: p.T("batch.stop.reason") + ": " + p.fault(f.Code, f.Message)})
		p.Typed = q.FormValue("reason")
	}
	for _, item := range batch.Items {
		switch item.Result {
		case cases.BatchChanged:
			p.Changed++
		case cases.BatchRefused:
			p.Refused++
		}
	}
	items := notTakenFirst(batch.Items)
	start := pageStart(q.Query("from"), len(items))
	end := min(start+outcomeRows, len(items))
	for _, item := range items[start:end] {
		p.Rows = append(p.Rows, outcomeRow{item, q.controllerOf(item.Case), p.whyNot(item)})
	}
	p.First, p.Next = neighbours("/batches/"+batch.ID, without(q.queryValues(), "done"), start, end, len(items))
	return q.render(status, "batch", p)
}

// notTakenFirst puts the cases that somebody has to look at before the others.
func notTakenFirst(items []cases.BatchItem) []cases.BatchItem {
	order := map[cases.BatchResult]int{cases.BatchRefused: 0, cases.BatchChanged: 1, "": 2, cases.BatchTaken: 3}
	out := slices.Clone(items)
	slices.SortStableFunc(out, func(a, b cases.BatchItem) int { return cmp.Compare(order[a.Result], order[b.Result]) })
	return out
}

// whyNot says in the person's language why a step was not taken.
func (p *page) whyNot(item cases.BatchItem) string {
	switch item.Result {
	case cases.BatchChanged:
		return p.T("batch.changed")
	case cases.BatchRefused:
		return p.fault(item.Code, item.Message)
	}
	return ""
}

// controllerOf is whom a case is about, "" for one that is not seen.
func (q *call) controllerOf(id string) string {
	s, _ := q.s.opt.Cases.Board().Seen(q.actor, id)
	return s.Controller
}

// batchStop stops a batch: cases that have not had their turn are left alone.
func (q *call) batchStop() error {
	var in struct {
		Reason cases.Text `json:"reason"`
	}
	form := boundForm{Fields: []formField{{Name: "reason", Widget: textWidget}}}
	_, err := form.read(q, &in)
	if err == nil {
		_, err = q.s.opt.Cases.Batches().Stop(q.ctx, q.actor, q.Params("id"), in.Reason)
	}
	switch {
	case err == nil:
		return q.see("/batches/" + q.Params("id") + "?done=batch_stopped")
	case workflow.KindOf(err) == workflow.Conflict:
		return q.see("/batches/" + q.Params("id"))
	case forPeople(err):
		return q.showBatch(http.StatusUnprocessableEntity, err)
	}
	return err
}

// batchCSV is what came of each case, as a file.
func (q *call) batchCSV() error {
	batch, err := q.s.opt.Cases.Batches().Get(q.ctx, q.actor, q.Params("id"))
	if err != nil {
		return err
	}
	p := q.page("batches", "batches.title")
	var b bytes.Buffer
	w := newCSV(&b, p.Tag)
	rows := [][]string{{p.T("column.number"), p.T("column.controller"), p.T("batch.result"), p.T("batch.why"), p.T("batch.code"), p.T("batch.own_text")}}
	for _, item := range batch.Items {
		rows = append(rows, []string{item.Number, q.controllerOf(item.Case), p.Result(item.Result), p.whyNot(item), item.Code, string(item.Text)})
	}
	for _, row := range rows {
		for i := range row {
			row[i] = harmless(row[i])
		}
		if err := w.Write(row); err != nil {
			return err
		}
	}
	if w.Flush(); w.Error() != nil {
		return w.Error()
	}
	name := p.T("batch.file", "Date", batch.BegunAt.In(p.zone).Format(time.DateOnly)) + ".csv"
	q.Set(fiber.HeaderContentType, csvType)
	q.Set(fiber.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	q.Status(http.StatusOK)
	return q.Send(b.Bytes())
}

// Result says what came of a case; one without a result has not had its turn.
func (p page) Result(r cases.BatchResult) string {
	if r == "" {
		return p.T("batch.waiting")
	}
	return p.Code(r)
}

// Percent is how much of the batch is done.
func (p batchPage) Percent() string {
	if p.Cases == 0 {
		return "100"
	}
	return strconv.Itoa(p.Finished * 100 / p.Cases)
}
