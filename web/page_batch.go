package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// batchRoutes are the pages for one step on many cases: choose the cases and the step,
// look at what it would do to each, begin, and see what came of it.
var batchRoutes = []route{
	{Method: get, Path: "/batches", Access: Staff, Tag: tagPages, Page: true, Summary: "The batches", handle: (*call).batches},
	{Method: post, Path: "/batches", Access: Staff, Tag: tagPages, Page: true, Summary: "Begin a batch", handle: (*call).batchBegin, Again: (*call).batchAgain},
	{Method: get, Path: "/batches/new", Access: Staff, Tag: tagPages, Page: true, Summary: "Choose a step for many cases", handle: (*call).batchNew},
	{Method: post, Path: "/batches/new", Access: Staff, Tag: tagPages, Page: true, Summary: "What a step would do to many cases", handle: (*call).batchPreview, Again: (*call).batchAgain},
	{Method: get, Path: "/batches/{id}", Access: Staff, Tag: tagPages, Page: true, Summary: "A batch and what came of it", handle: (*call).batchShow},
	{Method: get, Path: "/batches/{id}/outcome.csv", Access: Staff, Tag: tagPages, Page: true, Summary: "What came of a batch, as a file", handle: (*call).batchCSV},
	{Method: post, Path: "/batches/{id}/stop", Access: Staff, Tag: tagPages, Page: true, Summary: "Stop a batch", handle: (*call).batchStop},
}

// chooseParameters are the filters that choose cases, as the queue has them.
var chooseParameters = withoutParameters(queueParameters, "limit", "cursor", "view", "sort")

// batchNewPage asks for the step, and then for what the step needs.
type batchNewPage struct {
	stepPage
	Step     workflow.StepID // "" while it is asked for
	Steps    []stepLink
	Cases    string // the chosen cases, packed
	Count    int
	Incident string
	Asked    []resumeValue // what chose the cases, for the next page
	Places   []string      // of a letter, where the step takes one
}

// batchNew shows the form for the cases that the address chooses: those that it names,
// or all that its filters find.
func (q *call) batchNew() error {
	p := batchNewPage{stepPage: stepPage{page: q.page("batches", "batches.title"), Key: q.id}}
	p.Narrow = true
	asked := q.queryValues()
	chosen, err := q.chosenCases(asked, &p)
	if err != nil {
		if !forPeople(err) {
			return err
		}
		for _, f := range faultsOf(err) {
			p.Faults = append(p.Faults, pageFault{Message: p.fault(f.Code, f.Message)})
		}
		return q.render(http.StatusUnprocessableEntity, "batch_new", p)
	}
	p.Cases, p.Count = packed(chosen), len(chosen)
	step, ok := workflow.StepByID(workflow.StepID(asked.Get("step")))
	if ok && slices.Contains(cases.BatchSteps(), step.ID) {
		typed := map[string][]string{}
		if step.Uses("incident") && p.Incident != "" {
			typed["incident"] = []string{p.Incident}
		}
		q.askBatch(&p, step, typed, nil)
		return q.render(fiber.StatusOK, "batch_new", p)
	}
	for _, id := range cases.BatchSteps() {
		s, _ := workflow.StepByID(id)
		p.Steps = append(p.Steps, stepLink{Step: s})
	}
	p.Asked = listed(without(asked, "step"))
	return q.render(fiber.StatusOK, "batch_new", p)
}

// chosenCases are the cases that the address of the form chooses, of those that the
// person sees.
func (q *call) chosenCases(asked url.Values, p *batchNewPage) ([]cases.BatchChoice, error) {
	l := &listing{q: q, params: chooseParameters}
	if err := l.read("case", "step", "all", "done", "sort"); err != nil {
		return nil, err
	}
	if l.query.Incident != cases.NoAssignee {
		p.Incident = l.query.Incident
	}
	var out []cases.BatchChoice
	if asked.Get("all") == "" {
		for _, id := range asked["case"] {
			if s, seen := q.s.opt.Cases.Board().Seen(q.actor, id); seen {
				out = append(out, cases.BatchChoice{Case: s.ID})
			}
		}
	} else {
		found, err := q.s.opt.Cases.Board().Extract(l.query, q.actor, q.s.now(), exportRows)
		if err != nil {
			return nil, err
		}
		if err := found.Each(func(s *cases.Summary) error {
			out = append(out, cases.BatchChoice{Case: s.ID})
			return nil
		}); err != nil {
			return nil, err
		}
	}
	switch {
	case len(out) == 0:
		return nil, workflow.Refuse(workflow.Invalid, "batch_empty", "Choose at least one case.")
	case len(out) > cases.MaxBatch:
		return nil, workflow.Refuse(workflow.Invalid, "batch_too_many", "A batch takes at most %d cases. Narrow the list down.", cases.MaxBatch)
	}
	return out, nil
}

// perCase are fields that hold what only a single case can have.
var perCase = []string{"diary_number"}

// askBatch makes the form of a step for many cases, with the widgets of the step's own.
func (q *call) askBatch(p *batchNewPage, step workflow.Step, typed map[string][]string, faults []workflow.Fault) {
	p.Step, p.Heading, p.Law = step.ID, p.Either(step.Title, step.TitleSV), step.Law
	p.Title = p.Heading
	none := &cases.Case{}
	for _, name := range slices.Concat(step.Requires, step.Takes) {
		if slices.Contains(perCase, name) {
			continue
		}
		for _, one := range fieldParts(name, typed) {
			f := q.formField(&p.stepPage, none, step, one, slices.Contains(step.Requires, name))
			f.Values = typed[one]
			f.Value = strings.Join(f.Values, "\n")
			p.Fields = append(p.Fields, f)
		}
	}
	if !step.Uses("reason") {
		p.Fields = append(p.Fields, formField{Name: "reason", Label: p.T("field.reason"), Widget: textWidget, Value: strings.Join(typed["reason"], "\n")})
	}
	if step.Uses("letter") {
		p.Places = cases.LetterPlaces()
	}
	for _, f := range faults {
		p.mark(f)
	}
}

// batchForm is what the forms of a batch carry from page to page.
type batchForm struct {
	step     workflow.Step
	typed    map[string][]string
	chosen   []cases.BatchChoice // with the versions as they were looked at, 0 before that
	able     int                 // how many of them a preview said the step can be taken in; they come first
	from     int                 // of the page of the preview
	out      map[string]bool     // cases that were taken out
	texts    map[string]string   // for single cases
	incident string
	request  cases.BatchRequest
}

// readBatch reads what a form of a batch carries, and what is wrong with the step's data
// whatever the cases.
func (q *call) readBatch() (*batchForm, []workflow.Fault, error) {
	f := &batchForm{out: map[string]bool{}, texts: map[string]string{}, incident: q.FormValue("incident_of")}
	var ok bool
	f.step, ok = workflow.StepByID(workflow.StepID(q.FormValue("step")))
	if !ok || !slices.Contains(cases.BatchSteps(), f.step.ID) {
		return nil, nil, workflow.Refuse(workflow.NotFound, "unknown_step", "There is no such step.")
	}
	f.chosen = unpacked(q.FormValue("cases"))
	f.able = len(f.chosen)
	f.chosen = append(f.chosen, unpacked(q.FormValue("blocked"))...)
	f.from = max(0, atoi(q.FormValue("from")))
	for id := range strings.FieldsSeq(q.FormValue("left_out")) {
		f.out[id] = true
	}
	posted := q.posted()
	for _, id := range posted["out"] {
		f.out[id] = true
	}
	for name, values := range posted {
		if id, is := strings.CutPrefix(name, "text."); is {
			f.texts[id] = strings.TrimSpace(strings.Join(values, "\n"))
		}
	}
	f.typed = q.typed(f.step)
	f.typed["reason"] = posted["reason"]
	step, faults := q.stepRequest(f.step, f.typed)
	for _, name := range f.step.Requires {
		if strings.TrimSpace(strings.Join(f.typed[name], "")) == "" {
			faults = append(faults, workflow.Fault{Path: "/" + name, Code: "required", Message: "This step needs it."})
		}
	}
	f.request = cases.BatchRequest{Step: f.step.ID, Reason: step.Reason, Data: step.Data, Incident: f.incident}
	return f, faults, nil
}

// atoi reads a number, 0 for what is none.
func atoi(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}

// packed spells cases with their versions in little room: 5,000 of them in 160 KB.
func packed(chosen []cases.BatchChoice) string {
	var b strings.Builder
	for _, c := range chosen {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(c.Case)
		if c.Version > 0 {
			b.WriteByte('.')
			b.WriteString(strconv.FormatInt(c.Version, 10))
		}
	}
	return b.String()
}

// unpacked reads them; what is none is left out.
func unpacked(text string) []cases.BatchChoice {
	var out []cases.BatchChoice
	for one := range strings.FieldsSeq(text) {
		id, version, _ := strings.Cut(one, ".")
		n, _ := strconv.ParseInt(version, 10, 64)
		if cases.IsID(id) && n >= 0 {
			out = append(out, cases.BatchChoice{Case: id, Version: n})
		}
	}
	return out
}

// showBatchForm shows the form of the step again.
func (q *call) showBatchForm(status int, f *batchForm, faults []workflow.Fault) error {
	p := batchNewPage{stepPage: stepPage{page: q.page("batches", "batches.title"), Key: cmp.Or(q.FormValue("key"), q.id)}}
	p.Narrow, p.Path = true, "/batches"
	p.Cases, p.Count, p.Incident = packed(f.chosen), len(f.chosen), f.incident
	q.askBatch(&p, f.step, f.typed, faults)
	return q.render(status, "batch_new", p)
}

// batchAgain shows the form with what was typed before the session ended.
func (q *call) batchAgain() error {
	f, _, err := q.readBatch()
	if err != nil {
		return err
	}
	return q.showBatchForm(fiber.StatusOK, f, nil)
}

// batchPreviewPage shows what a batch would do, before it does it.
type batchPreviewPage struct {
	page
	Heading  string
	Reason   string
	Key      string
	Step     workflow.StepID
	Incident string
	Typed    []resumeValue
	Cases    string // in which the step can be taken, packed with their versions
	Blocked  string // in which it cannot
	LeftOut  string // taken out, on other pages than this
	Texts    []resumeValue
	Rows     []previewRow
	From     int // of the rows on this page, from 0
	First    int // the same from 1
	Last     int
	Earlier  bool // there are rows before these, and after
	Later    bool
	Allowed  int
	Taking   int // allowed and not taken out
	Not      []refusedGroup
	HasText  string // key of what the text for a single case is added to
	Faults   []pageFault
}

type previewRow struct {
	cases.BatchView
	Out  bool
	Text string
	Open bool // the letter lies open
}

// refusedGroup are cases in which the step cannot be taken, for one reason.
type refusedGroup struct {
	Message string
	Rows    []cases.BatchView
}

// previewRows are the cases on one page of a preview, and openLetters those of them whose
// letter is shown at once.
const (
	previewRows = 50
	openLetters = 3
)

// batchPreview shows what the step would do to each case.
func (q *call) batchPreview() error {
	f, faults, err := q.readBatch()
	if err != nil {
		return err
	}
	if q.FormValue("then") == "edit" || len(faults) > 0 {
		status := fiber.StatusOK
		if len(faults) > 0 && q.FormValue("then") != "edit" {
			status = http.StatusUnprocessableEntity
		} else {
			faults = nil
		}
		return q.showBatchForm(status, f, faults)
	}
	return q.showPreviewOf(fiber.StatusOK, f, nil)
}

// showPreviewOf shows a preview, with what was refused when it was to begin.
func (q *call) showPreviewOf(status int, f *batchForm, refusal error) error {
	r := f.request
	for _, c := range f.chosen {
		r.Cases = append(r.Cases, cases.BatchChoice{Case: c.Case, Text: cases.Text(f.texts[c.Case])})
	}
	views, err := q.s.opt.Cases.Batches().Preview(q.ctx, q.actor, r)
	if err != nil {
		if !forPeople(err) {
			return err
		}
		return q.showBatchForm(http.StatusUnprocessableEntity, f, faultsOf(err))
	}
	p := batchPreviewPage{
		page: q.page("batches", "batch.preview"), Heading: q.speech().Either(f.step.Title, f.step.TitleSV), Reason: string(f.request.Reason),
		Key: cmp.Or(q.FormValue("key"), q.id), Step: f.step.ID, Incident: f.incident, HasText: textPlace(f.step),
	}
	p.Path = "/batches"
	p.Title = p.Heading
	for _, fault := range faultsOf(refusal) {
		p.Faults = append(p.Faults, pageFault{Message: p.fault(fault.Code, fault.Message)})
	}
	p.Typed = listed(f.typed)
	p.sort(f, views)
	return q.render(status, "batch_preview", p)
}

// textPlace says where the text for a single case goes.
func textPlace(step workflow.Step) string {
	switch {
	case step.Uses("letter"):
		return "batch.text.letter"
	case step.Uses("text"):
		return "batch.text.text"
	}
	return "batch.text.reason"
}

// sort parts what can be done from what cannot, and cuts out one page. What the person
// does not see is left out as if it had never been chosen.
func (p *batchPreviewPage) sort(f *batchForm, views []cases.BatchView) {
	var able, unable []cases.BatchChoice
	var rows []previewRow
	for n, v := range views {
		if v.Case == "" {
			continue
		}
		seen := cmp.Or(f.chosen[n].Version, v.Version)
		carried := cases.BatchChoice{Case: v.Case, Version: seen}
		switch {
		case seen != v.Version:
			unable = append(unable, carried)
			p.refuse(p.T("batch.changed"), v)
		case !v.Allowed:
			unable = append(unable, carried)
			p.refuse(p.fault(v.Code, v.Message), v)
		default:
			able = append(able, carried)
			row := previewRow{BatchView: v, Out: f.out[v.Case], Text: f.texts[v.Case], Open: len(rows) < openLetters}
			if !row.Out {
				p.Taking++
			}
			rows = append(rows, row)
		}
	}
	p.Cases, p.Blocked, p.Allowed = packed(able), packed(unable), len(rows)
	p.cut(f, rows)
}

// refuse puts a case with those that cannot be taken for the same reason.
func (p *batchPreviewPage) refuse(message string, v cases.BatchView) {
	at := slices.IndexFunc(p.Not, func(g refusedGroup) bool { return g.Message == message })
	if at < 0 {
		at = len(p.Not)
		p.Not = append(p.Not, refusedGroup{Message: message})
	}
	p.Not[at].Rows = append(p.Not[at].Rows, v)
}

// cut leaves the rows of one page, and carries along what was chosen on the others.
func (p *batchPreviewPage) cut(f *batchForm, rows []previewRow) {
	start := min(f.from, max(0, len(rows)-1)) / previewRows * previewRows
	end := min(start+previewRows, len(rows))
	var out []string
	for n, row := range rows {
		if n >= start && n < end {
			continue
		}
		if row.Out {
			out = append(out, row.Case)
		}
		if row.Text != "" {
			p.Texts = append(p.Texts, resumeValue{"text." + row.Case, row.Text})
		}
	}
	p.LeftOut, p.Rows = strings.Join(out, " "), rows[start:end]
	p.First, p.Last, p.From = start+1, end, start
	p.Earlier, p.Later = start > 0, end < len(rows)
}

// Previous and Next are where the pages beside this one begin.
func (p batchPreviewPage) Previous() int { return p.From - previewRows }
func (p batchPreviewPage) Next() int     { return p.From + previewRows }

// batchBegin begins the batch that was looked at, and leads to what comes of it.
func (q *call) batchBegin() error {
	f, faults, err := q.readBatch()
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return q.showBatchForm(http.StatusUnprocessableEntity, f, faults)
	}
	r := f.request
	for _, c := range f.chosen[:f.able] {
		if !f.out[c.Case] {
			r.Cases = append(r.Cases, cases.BatchChoice{Case: c.Case, Version: c.Version, Text: cases.Text(f.texts[c.Case])})
		}
	}
	content := fmt.Sprintf("%s|%v|%s|%v", r.Step, f.typed, packed(r.Cases), f.texts)
	batch, err := q.s.opt.Cases.Batches().Begin(q.ctx, q.actor, r, q.formCommand([]byte(content)))
	if err != nil {
		if !forPeople(err) {
			return err
		}
		return q.showPreviewOf(http.StatusUnprocessableEntity, f, err)
	}
	q.runBatch(batch.ID)
	return q.see("/batches/" + batch.ID)
}

// Place says what stands in one of the places of a letter.
func (p batchNewPage) Place(place string) string {
	return p.T("batch.place." + strings.Trim(place, "{}"))
}

// Refused is in how many cases the step cannot be taken.
func (p batchPreviewPage) Refused() int {
	n := 0
	for _, g := range p.Not {
		n += len(g.Rows)
	}
	return n
}
