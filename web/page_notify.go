package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// notifyStart is where a new notification begins, or a draft is taken up again.
type notifyStart struct {
	page
	Drafts []draftHead
	Held   []draftHead // that this browser remembers without an account
	Choice unitChoice
	Topics []string

	Incidents []formOption // that a notification may begin from
}

// notifyIntro says what is asked, and lists the drafts.
func (q *call) notifyIntro() error {
	p := notifyStart{page: q.page("notify", "notify.title")}
	p.Narrow = true
	var err error
	if p.Signed() {
		if p.Drafts, err = q.s.drafts.list(q.ctx, q.actor.Account); err != nil {
			return err
		}
	}
	if p.Held, err = q.heldHeads(); err != nil {
		return err
	}
	p.Choice = q.unitChoice("/notify")
	p.Incidents = q.notifiable()
	for _, t := range topics {
		if t.ID != followUpTopic && (t.ID != registrarTopic || q.actor.Has(workflow.RoleRegistrar)) {
			p.Topics = append(p.Topics, t.ID)
		}
	}
	return q.render(fiber.StatusOK, "notify_intro", p)
}

// notifyBegin makes a draft, with what is known of whoever notifies. Whoever is
// signed in notifies as themselves; for everybody else it is a draft of nobody.
func (q *call) notifyBegin() error {
	if q.actor.Account != "" {
		if err := q.checkForm(); err != nil {
			return err
		}
	}
	d := draft{Account: q.actor.Account}
	answer := func(field, name, value string) {
		if value != "" {
			d.Answers = append(d.Answers, draftAnswer{field, name, []string{value}})
		}
	}
	answer("language", "language", q.speech().Tag)
	first := "who"
	if q.actor.Has(workflow.RoleRegistrar) {
		first = registrarTopic
	} else if q.actor.Account == "" {
		first = "who"
	} else if profile, err := q.s.opt.Auth.Profile(q.ctx, q.actor, q.actor.Account); err == nil {
		answer("reporter.name", "reporter.name", profile.Name)
		answer("reporter.contact", "reporter.contact.email", profile.Email)
	}
	if unit := q.unitToNotify(); unit != "" {
		answer("controller.unit_id", "controller.unit_id", unit)
		q.nameController(&d)
	}
	if t, ok := topicByID(q.FormValue("topic")); ok && t.ID != followUpTopic && (t.ID != registrarTopic || first == registrarTopic) {
		// What was typed into a draft that is there no more goes on in this one.
		q.keepTyped(&d, &filing{draft: &d}, t, q.sentFields())
		first = t.ID
	}
	q.fromIncident(&d, q.FormValue("incident"))
	begin := q.s.drafts.begin
	if q.actor.Account == "" {
		begin = func(_ context.Context, d draft) (*draft, error) { return q.beginWithoutAccount(d) }
	}
	made, err := begin(q.ctx, d)
	if err != nil {
		return err
	}
	return q.see("/notify/" + made.ID + "/" + first)
}

// unitToNotify is the controller that a notification begins with: the only one that
// the account acts for, or the one that was chosen.
func (q *call) unitToNotify() string {
	if len(q.actor.Units) == 1 && !q.actor.Has(workflow.RoleRegistrar) {
		return q.actor.Units[0]
	}
	return q.unitChoice("").Unit
}

// nameController fills in what the authority knows of the chosen controller, where
// nothing else was written.
func (q *call) nameController(d *draft) {
	o, u, ok := q.s.opt.Units.Unit(d.one("controller.unit_id"))
	if !ok || d.one("controller.name") != "" {
		return
	}
	fill := func(field, value string) {
		if value != "" && d.one(field) == "" {
			d.set(field, typed{field: {value}})
		}
	}
	fill("controller.name", o.Name)
	fill("controller.board", u.Board)
	fill("controller.id", o.IDNumber)
	fill("controller.legal_form", string(o.LegalForm))
	fill("controller.sector_of_activity", string(u.Sector))
	if o.LegalForm.Public() {
		fill("controller.sector", string(cases.SectorPublic))
	}
	fill("controller.established_in_eea", "true")
}

// filing is the form that the URL names, as it stands.
func (q *call) filing() (*filing, error) {
	d, err := q.s.drafts.open(q.ctx, q.actor.Account, q.Params("draft"))
	if workflow.KindOf(err) == workflow.NotFound && q.guest() {
		return nil, q.sentWithKey(err)
	}
	if err != nil {
		return nil, err
	}
	return q.filingOf(d)
}

func (q *call) filingOf(d *draft) (*filing, error) {
	if d.Sent != "" {
		return nil, wasSent(d.Sent)
	}
	f := &filing{draft: d, zone: q.s.opt.Zone, now: q.s.now()}
	if d.Case != "" {
		c, err := q.s.opt.Cases.Case(q.ctx, q.actor, d.Case)
		if err != nil {
			return nil, err
		}
		base := c.Latest().Notification
		base.ForgetFiling()
		f.c, f.base = c, &base
	}
	f.judge(q.s.opt.Cases.Law())
	return f, nil
}

// notifyTopic shows one topic of the form.
func (q *call) notifyTopic() error {
	f, err := q.filing()
	if err != nil {
		return q.sentAlready(err)
	}
	t, err := q.topicOf(f)
	if err != nil {
		return err
	}
	var wrong []workflow.Fault
	if slices.Contains(f.Visited, t.ID) {
		wrong = f.faultsIn(t)
	}
	return q.render(fiber.StatusOK, "notify", q.notifyPage(f, t, wrong))
}

// wasSent says that a form was sent before, and where its receipt is.
type wasSent string

func (w wasSent) Error() string { return "the form was sent; its receipt is " + string(w) }

// sentAlready leads from a form that was sent to its receipt.
func (q *call) sentAlready(err error) error {
	receipt, ok := errors.AsType[wasSent](err)
	switch {
	case !ok:
		return err
	case q.guest():
		return q.sentByGuest(string(receipt))
	}
	return q.see(string(receipt) + "?done=form_sent")
}

// filingCommand is the command that sends a draft, the same for ever: however often
// it is sent, it is one submission.
func (q *call) filingCommand(draft string) cases.Command {
	return cases.KeyedCommand(q.actor.Account, "form", draft, []byte(draft))
}

// topicOf is the topic that the URL names, where the form has it.
func (q *call) topicOf(f *filing) (topic, error) {
	for _, t := range f.topics(q.actor.Has(workflow.RoleRegistrar)) {
		if t.ID == q.Params("topic") {
			return t, nil
		}
	}
	return topic{}, workflow.Refuse(workflow.NotFound, "not_found", "There is nothing here.")
}

// notifyPage is a topic with its questions and what is wrong with the answers.
func (q *call) notifyPage(f *filing, t topic, wrong []workflow.Fault) *notifyPage {
	p := &notifyPage{
		page: q.page("notify", "topic."+t.ID), Draft: f.draft, Topic: t.ID, Clock: f.shownClock(), script: assets.path("notify.js"),
		Link: q.linkOf(), f: f, wrong: wrong, seen: make([]bool, len(wrong)), person: q.actor, units: q.s.opt.Units,
	}
	p.mark(q.actor.Has(workflow.RoleRegistrar))
	for _, path := range t.Fields {
		field := p.question(path)
		if field.Moot && !decidedIn(t, path) && len(field.Faults) == 0 {
			p.More = append(p.More, field)
			continue
		}
		p.Fields = append(p.Fields, field)
	}
	for _, path := range t.More {
		field := p.question(path)
		p.MoreOpen = p.MoreOpen || len(field.Faults) > 0
		p.More = append(p.More, field)
	}
	p.summarise(p.Fields, "")
	p.summarise(p.More, "")
	p.Onward = len(p.Faults) > 0
	p.Asked = askedOf(f.c)
	return p
}

// shownClock is how the 72 hours stand, where that still matters: those of a case
// ran out or were kept with its first filing, unless its awareness is corrected.
func (f *filing) shownClock() *notifyClock {
	if f.base != nil && f.base.AwareAt.Equal(f.n.AwareAt) {
		return nil
	}
	return f.clock
}

// decidedIn says whether the question that another depends on is asked on the same
// page.
func decidedIn(t topic, path string) bool {
	return slices.ContainsFunc(arises[path], func(w arising) bool { return w.On == lateField || slices.Contains(t.all(), w.On) })
}

// mark lists the topics with how far each has come.
func (p *notifyPage) mark(registrar bool) {
	all := p.f.topics(registrar)
	p.Steps = len(all) + 1
	for i, t := range all {
		mark := notifyMark{ID: t.ID, Current: t.ID == p.Topic, Visited: slices.Contains(p.f.Visited, t.ID), Missing: p.f.missingIn(t), Faults: len(p.f.faultsIn(t))}
		p.Progress = append(p.Progress, mark)
		if !mark.Current {
			continue
		}
		p.Step = i + 1
		if i > 0 {
			p.Back = all[i-1].ID
		}
	}
}

// askedOf is the open question of the authority, for the notifier's side.
func askedOf(c *cases.Case) *partyRequest {
	if c == nil {
		return nil
	}
	r := c.OpenRequest()
	if r == nil {
		return nil
	}
	return &partyRequest{ID: r.ID, Kind: r.Kind, Questions: r.Questions, AskedAt: r.AskedAt, DueAt: dueOf(c, *r), Open: true}
}

// notifySave keeps what was typed, and only then looks at it.
func (q *call) notifySave() error {
	sent := q.sentFields()
	f, err := q.filing()
	if receipt, ok := leftoverIn(err); ok {
		return q.leftover(q.Params("topic"), sent, receipt)
	}
	if err != nil {
		return err
	}
	t, err := q.topicOf(f)
	if err != nil {
		return err
	}
	awareBefore := f.n.AwareAt
	d, err := q.s.drafts.save(q.ctx, q.actor.Account, f.ID, func(d *draft) { q.keepTyped(d, f, t, sent) })
	if err != nil && d == nil {
		return err
	}
	full := err
	if f, err = q.filingOf(d); err != nil {
		return err
	}
	if full != nil {
		p := q.notifyPage(f, t, nil)
		p.Faults = append(p.Faults, pageFault{Message: p.sentence(full)})
		return q.render(http.StatusUnprocessableEntity, "notify", p)
	}
	if q.held != nil {
		q.holdDraft(q.held.link) // for as long again as the draft
	}
	then := cmp.Or(q.FormValue("then"), "next")
	wrong := f.faultsIn(t)
	if len(wrong) > 0 && then == "next" {
		return q.render(http.StatusUnprocessableEntity, "notify", q.notifyPage(f, t, wrong))
	}
	if then == "next" && t.ID == "when" && f.clock != nil && f.clock.Late && !f.n.AwareAt.Equal(awareBefore) && f.n.DelayReasons == "" && len(f.n.DelayReasonCodes) == 0 {
		return q.see("/notify/" + d.ID + "/when#delay_reasons_code")
	}
	return q.see(f.after(t, then, q.actor.Has(workflow.RoleRegistrar)))
}

// after is the page that follows a topic, by the button that was pressed.
func (f *filing) after(t topic, then string, registrar bool) string {
	all := f.topics(registrar)
	at := slices.IndexFunc(all, func(o topic) bool { return o.ID == t.ID })
	to := reviewPage
	switch wanted, ok := strings.CutPrefix(then, "topic:"); {
	case ok && slices.ContainsFunc(all, func(o topic) bool { return o.ID == wanted }):
		to = wanted
	case then != reviewPage && at+1 < len(all):
		to = all[at+1].ID
	}
	return "/notify/" + f.ID + "/" + to
}

// sentFields is everything that the form sent, by the names of the controls, made
// valid where it is no text at all.
func (q *call) sentFields() typed {
	out := typed{}
	for k, v := range q.Context().PostArgs().All() {
		value := strings.ToValidUTF8(strings.ReplaceAll(string(v), "\r\n", "\n"), "\uFFFD")
		out[string(k)] = append(out[string(k)], value)
	}
	return out
}

// keepTyped puts what was sent for a topic into the draft. In a supplement only what
// differs from the version before is kept: an answer that somebody else changes
// meanwhile is not to be changed back by a form that merely showed it.
func (q *call) keepTyped(d *draft, f *filing, t topic, sent typed) {
	for _, path := range t.all() {
		field := typed{}
		for name, values := range sent {
			if rest, ok := strings.CutPrefix(name, path); ok && asks[path].has(rest) {
				field[name] = values
			}
		}
		field = asks[path].compact(field, path)
		if f.base != nil && topicOf(path) != followUpTopic && same(asks[path], field, f.spelled(path), path) {
			d.forget(path)
			continue
		}
		d.set(path, field)
	}
	if !slices.Contains(d.Visited, t.ID) {
		d.Visited = append(d.Visited, t.ID)
	}
	q.nameController(d)
	if d.Case == "" {
		d.Title = cases.Party{Name: d.one("controller.name"), Board: d.one("controller.board")}.Label()
	}
}

// same says whether two ways to answer a field say the same.
func same(a *ask, one, other typed, path string) bool {
	return string(marshal(a.answer(one, path))) == string(marshal(a.answer(other, path)))
}

// notifyDelete deletes a draft.
func (q *call) notifyDelete() error {
	if err := q.s.drafts.drop(q.ctx, q.actor.Account, q.Params("draft")); err != nil {
		return err
	}
	if q.guest() {
		if q.held != nil {
			q.letGo(*q.held)
		}
		return q.see("/?done=draft_deleted")
	}
	return q.see("/mine?done=draft_deleted")
}

// clockView tells the form's script how the 72 hours stand.
type clockView struct {
	Late  bool   `json:"late"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

// notifyClock says when the 72 hours end that begin at an awareness.
func (q *call) notifyClock() error {
	aware, err := workflow.ParseLocal(q.Query("aware_at"), q.s.opt.Zone)
	if err != nil {
		return q.answer(http.StatusOK, clockView{})
	}
	f := filing{draft: &draft{}, now: q.s.now(), n: cases.Notification{AwareAt: aware}}
	if aware.After(f.now) {
		return q.answer(http.StatusOK, clockView{})
	}
	f.judgeClock(q.s.opt.Cases.Law())
	p := &notifyPage{page: q.page("notify", "notify.title"), Clock: f.clock}
	return q.answer(http.StatusOK, clockView{Late: f.clock.Late, Title: p.ClockTitle(), Text: p.Explanation()})
}

// ClockTitle says when the 72 hours end, or that they have.
func (p *notifyPage) ClockTitle() string {
	if p.Clock.Late {
		return p.T("notify.clock_over", "At", p.Due(p.Clock.Deadline.DueAt))
	}
	return p.T("notify.clock_runs", "At", p.Due(p.Clock.Deadline.DueAt), "Left", p.Remaining(p.Clock.Deadline.DueAt))
}
