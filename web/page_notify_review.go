package web

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// reviewData is everything that was answered, before it is sent.
type reviewData struct {
	notifyPage
	Sections []reviewSection
	Empty    []string     // topics without an answer
	Always   []reviewItem // without these there is no case
	Missing  []reviewItem
	Warnings []reviewItem
	Changed  bool // the draft changed after it was shown
	Refusal  string
	Number   string // of the case that is followed up
	Kind     cases.SubmissionKind
	Reason   string
}

// reviewSection is a topic with its answers.
type reviewSection struct {
	ID      string
	Answers []reviewAnswer
}

type reviewAnswer struct {
	answerRow
	Before string // what the version before says
}

// reviewItem is something to look at, with its place in the form.
type reviewItem struct {
	Topic, Field, Title, Text string
	Later                     bool // promised for later
}

// notifyReview shows everything before it is sent.
func (q *call) notifyReview() error {
	f, err := q.filing()
	if err != nil {
		return q.sentAlready(err)
	}
	return q.render(fiber.StatusOK, "notify_review", q.reviewPage(f, f.reviewFaults()))
}

// reviewFaults are all faults of a form that can be sent only without them.
func (f *filing) reviewFaults() []workflow.Fault {
	faults := slices.Clone(f.faults)
	if f.c == nil {
		return faults
	}
	_, _, err := cases.ReadSupplement(f.changes(), f.c.Latest().Notification, cases.ReadOptions{Zone: f.zone, Now: f.now, LocalTimes: true})
	for _, fault := range faultsOf(err) {
		if !slices.ContainsFunc(faults, func(g workflow.Fault) bool { return nameOfFault(g.Path) == nameOfFault(fault.Path) }) {
			faults = append(faults, fault)
		}
	}
	return faults
}

func (q *call) reviewPage(f *filing, faults []workflow.Fault) *reviewData {
	p := &reviewData{notifyPage: notifyPage{
		page: q.page("notify", "topic.review"), Draft: f.draft, Topic: reviewPage, script: assets.path("notify.js"),
		Link: q.linkOf(), f: f, person: q.actor, units: q.s.opt.Units,
	}}
	p.Clock = f.shownClock()
	registrar := q.actor.Has(workflow.RoleRegistrar)
	p.mark(registrar)
	p.Step, p.Back, p.Asked = p.Steps, p.Progress[len(p.Progress)-1].ID, askedOf(f.c)
	for _, fault := range faults {
		at := p.item(fieldOfFault(fault.Path), p.fault(fault.Code, fault.Message))
		if fault.Code == "nothing_given" {
			at.Topic, at.Field = followUpTopic, "submission_reason"
		}
		message := at.Text
		if at.Title != "" {
			message = at.Title + ": " + at.Text
		}
		p.Faults = append(p.Faults, pageFault{Field: p.place(at), Message: message})
	}
	if f.c != nil {
		p.Number, p.Kind = f.c.Number, cases.SubmissionKind(f.one("submission_kind"))
		p.Reason = f.one("submission_reason")
	}
	if f.withdrawal() {
		return p
	}
	for _, m := range f.missing {
		item := p.item(m.Path, "")
		item.Later = m.ToBeDetermined
		if field, _ := cases.FieldAt(m.Path); field.Need == cases.NeedAlways {
			if !slices.ContainsFunc(faults, func(g workflow.Fault) bool { return fieldOfFault(g.Path) == m.Path }) {
				p.Always = append(p.Always, item)
			}
			continue
		}
		p.Missing = append(p.Missing, item)
	}
	for _, w := range f.warnings {
		p.Warnings = append(p.Warnings, p.item(fieldOfFault(w.Path), p.fault(w.Code, w.Message)))
	}
	p.sections(registrar)
	return p
}

// place is where something can be corrected.
func (p *reviewData) place(at reviewItem) string {
	if at.Topic == "" {
		return ""
	}
	return "/notify/" + p.Draft.ID + "/" + at.Topic + "#" + at.Field
}

func (p *reviewData) item(path, text string) reviewItem {
	field, _ := cases.FieldAt(path)
	item := reviewItem{Topic: topicOf(path), Field: path, Title: field.Title, Text: text}
	if p.Tag == "sv" {
		item.Title = field.TitleSV
	}
	if asks[path] != nil {
		item.Field = firstControl(asks[path], path)
	}
	return item
}

// firstControl is the first control of a field.
func firstControl(a *ask, name string) string {
	if a.grouped() {
		name += ".0"
	}
	if len(a.parts) > 0 {
		return firstControl(a.parts[0].ask, name+"."+a.parts[0].key)
	}
	return name
}

// sections are the answers by topic; of a supplement only what is new or changed.
func (p *reviewData) sections(registrar bool) {
	before := cases.Notification{}
	if p.f.base != nil {
		before = *p.f.base
	}
	changed := map[string]cases.FieldChange{}
	for _, c := range cases.Compare(before, p.f.n) {
		changed[c.Path] = c
	}
	for _, t := range p.f.topics(registrar) {
		s := reviewSection{ID: t.ID}
		if t.ID == missingTopic || t.ID == followUpTopic {
			continue
		}
		for _, path := range t.all() {
			field, _ := cases.FieldAt(path)
			c, ok := changed[path]
			value := c.New
			if field.Filing && !valueOf(p.f.n, path).IsZero() {
				ok, value = true, valueOf(p.f.n, path).Interface()
			}
			if !ok {
				continue
			}
			a := reviewAnswer{answerRow: answerRow{Title: p.item(path, "").Title, Value: p.Value(value), Long: field.FreeText}, Before: p.Value(c.Old)}
			switch path {
			case "controller.unit_id":
				a.Value = p.T("notify.unit_known")
			case "language":
				if p.has("language." + a.Value) {
					a.Value = p.T("language." + a.Value)
				}
			}
			s.Answers = append(s.Answers, a)
		}
		switch {
		case len(s.Answers) > 0:
			p.Sections = append(p.Sections, s)
		case p.f.base == nil:
			p.Empty = append(p.Empty, t.ID)
		}
	}
}

// notifySubmit sends the form. However often it is sent, it is one submission.
func (q *call) notifySubmit() error {
	f, err := q.filing()
	if err != nil {
		return q.sentAlready(err)
	}
	if q.FormValue("version") != strconv.FormatInt(f.Version, 10) {
		p := q.reviewPage(f, f.reviewFaults())
		p.Changed = true
		return q.render(http.StatusConflict, "notify_review", p)
	}
	if err := q.takeTurn(); err != nil {
		q.retrySoon(err)
		return q.render(http.StatusTooManyRequests, "notify_review", q.reviewPage(f, faultsOf(err)))
	}
	filer := q.actor
	if q.held != nil {
		filer = q.held.caseKey().CaseHolder()
	}
	c, err := q.file(f, filer)
	if err != nil {
		faults := faultsOf(err)
		if len(faults) == 0 || workflow.KindOf(err) == workflow.Unavailable {
			return err
		}
		return q.render(http.StatusUnprocessableEntity, "notify_review", q.reviewPage(f, faults))
	}
	receipt := "/cases/" + c.Number + "/receipt/" + strconv.Itoa(len(c.Submissions))
	if q.held != nil {
		if c.OpenedBy != filer.Account { // another browser sent the same draft just before
			return q.sentByGuest(receipt)
		}
		sender := q.actor
		if err := q.enterCase(filer); err != nil {
			return err
		}
		q.actor = sender
	}
	// If the draft stays now, sending it again finds the same submission.
	if err := q.s.drafts.sent(q.ctx, q.actor.Account, f.ID, receipt); err != nil {
		q.s.log.WarnContext(q.ctx, "a draft that was sent stays", "draft", f.ID, "error", err)
	}
	return q.see(receipt)
}

// file makes a submission of the form. filer is whoever the case will belong to; what
// makes sending twice one submission is whose draft it is.
func (q *call) file(f *filing, filer cases.Actor) (*cases.Case, error) {
	opts := cases.ReadOptions{Zone: f.zone, Now: f.now, LocalTimes: true}
	cmd := q.filingCommand(f.ID)
	if f.c == nil {
		n, warnings, err := cases.ReadNotification(f.whole(nil), opts)
		if err != nil {
			return nil, err
		}
		return q.s.opt.Cases.Submit(q.ctx, filer, n, warnings, cmd)
	}
	raw := f.changes()
	return q.s.opt.Cases.File(q.ctx, q.actor, f.c.ID, func(base cases.Notification) (cases.Notification, []cases.Warning, error) {
		s, warnings, err := cases.ReadSupplement(raw, base, opts)
		if err == nil && s.Notification.Channel == "" {
			s.Notification.Channel = cases.ChannelPortal
		}
		return s.Notification, warnings, err
	}, cmd)
}
