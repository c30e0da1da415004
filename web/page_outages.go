package web

import (
	"cmp"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// outageRoutes are the pages of the service's own outages: for staff what each touched,
// for everybody how the service stands.
var outageRoutes = []route{
	{Method: get, Path: "/status", Access: Anyone, Tag: tagPages, Page: true, Summary: "How the service stands", handle: (*call).status},
	{Method: get, Path: "/outages", Access: Staff, Tag: tagPages, Page: true, Summary: "The outages", handle: (*call).outages},
	{Method: post, Path: "/outages", Access: Staff, Tag: tagPages, Page: true, Summary: "Record an outage", handle: (*call).outageRecord, Again: (*call).outagesAgain},
	{Method: get, Path: "/outages/{number}", Access: Staff, Tag: tagPages, Page: true, Summary: "An outage", handle: (*call).outageShow},
	{Method: post, Path: "/outages/{number}/correct", Access: Staff, Tag: tagPages, Page: true, Summary: "Correct the times of an outage", handle: (*call).outageCorrect, Again: (*call).outageCorrectAgain},
	{Method: post, Path: "/outages/{number}/withdraw", Access: Staff, Tag: tagPages, Page: true, Summary: "Withdraw an outage", handle: (*call).outageWithdraw, Again: (*call).outageWithdrawAgain},
}

const (
	outageTold   = 24 * time.Hour      // how long after its end the start page tells of an outage
	outageListed = 30 * 24 * time.Hour // and the page of how the service stands
)

// statusPage tells everybody of outages, and how to notify meanwhile.
type statusPage struct {
	page
	Ongoing bool
	Items   []cases.Outage
}

func (q *call) status() error {
	p := statusPage{page: q.page("", "outage.status")}
	p.Narrow = true
	p.Items = q.s.opt.Cases.Outages().Public(p.now.Add(-outageListed))
	for _, o := range p.Items {
		p.Ongoing = p.Ongoing || o.To == nil
	}
	return q.render(http.StatusOK, "status", p)
}

// outagesPage lists the outages and asks for one.
type outagesPage struct {
	page
	boundForm
	Items  []cases.Outage
	May    bool
	Key    string
	Faults []pageFault
}

func (q *call) outages() error { return q.listOutages(http.StatusOK, nil) }

func (q *call) outagesAgain() error { return q.listOutages(http.StatusOK, nil) }

func (q *call) listOutages(status int, refusal error) error {
	p := outagesPage{page: q.page("outages", "outages.title"), Key: cmp.Or(q.FormValue("key"), q.id)}
	all := q.s.opt.Cases.Outages()
	var err error
	if p.Items, err = all.List(q.actor); err != nil {
		return err
	}
	p.May, p.boundForm = all.MayRecord(q.actor), p.outageForm()
	p.fill(q.posted())
	p.Faults = p.mark(&p.page, refusal)
	return q.render(status, "outages", p)
}

func (p *page) outageForm() boundForm {
	return boundForm{Fields: []formField{
		{Name: "from", Label: p.T("outage.from"), Widget: instantWidget, Required: true},
		{Name: "to", Label: p.T("outage.to"), Hint: p.T("outage.to.hint"), Widget: instantWidget},
		{Name: "what", Label: p.T("outage.what"), Hint: p.T("outage.what.hint"), Widget: textWidget, Required: true},
		{Name: "public", Label: p.T("outage.public"), Widget: tickWidget},
	}}
}

// outageRequest is an outage as it is entered by hand.
type outageRequest struct {
	From   time.Time  `json:"from"`
	To     *time.Time `json:"to,omitempty"`
	What   cases.Text `json:"what"`
	Public bool       `json:"public"`
}

func (q *call) outageRecord() error {
	var in outageRequest
	p := q.page("outages", "outages.title")
	raw, err := p.outageForm().read(q, &in)
	if err == nil {
		var made cases.Outage
		made, err = q.s.opt.Cases.Outages().Record(q.ctx, q.actor, cases.OutageRecorded{From: in.From, To: in.To, What: in.What, Public: in.Public}, q.formCommand(raw))
		if err == nil {
			return q.see("/outages/" + made.Number + "?done=outage_recorded")
		}
	}
	if !forPeople(err) {
		return err
	}
	return q.listOutages(http.StatusUnprocessableEntity, err)
}

// outagePage is an outage with what it touched.
type outagePage struct {
	page
	Outage cases.Outage
	By     string
	Late   []touchedRow
	Clocks []cases.TouchedClock
	May    bool
	Forms  map[string]boundForm
	Asking string
	Faults []pageFault
}

// touchedRow is a notification with the step by which its delay is assessed, where the
// reader may take it.
type touchedRow struct {
	cases.TouchedNotification
	Assess string
}

func (q *call) outageShow() error { return q.showOutage(fiber.StatusOK, "", nil) }

func (q *call) outageCorrectAgain() error { return q.showOutage(fiber.StatusOK, "correct", nil) }

func (q *call) outageWithdrawAgain() error { return q.showOutage(fiber.StatusOK, "withdraw", nil) }

// showOutage shows the outage of the URL; form is the one that was refused, or is shown
// again.
func (q *call) showOutage(status int, form string, refusal error) error {
	all := q.s.opt.Cases.Outages()
	o, err := all.Get(q.actor, q.Params("number"))
	if err != nil {
		return err
	}
	p := outagePage{page: q.page("outages", "outages.title"), Outage: o, Asking: form, May: all.MayRecord(q.actor) && o.Withdrawn == ""}
	p.Title, p.By = p.T("outage.title", "Number", o.Number), p.who(o.RecordedBy, q.names([]string{o.RecordedBy}))
	if o.Source == cases.OutageHeartbeat {
		p.By = p.Code(o.Source)
	}
	late, clocks, err := q.s.opt.Cases.Touched(q.ctx, q.actor, o)
	if err != nil {
		return err
	}
	p.Clocks = clocks
	for _, one := range late {
		row := touchedRow{TouchedNotification: one}
		_, verdicts, err := q.s.opt.Cases.Steps(q.ctx, q.actor, one.Case.ID)
		if err != nil {
			return err
		}
		for _, v := range verdicts {
			if v.Step == workflow.StepAssessDelay && v.Allowed {
				row.Assess = "/cases/" + one.Case.Number + "/steps/assess_delay?outage=" + o.Number
			}
		}
		p.Late = append(p.Late, row)
	}
	p.Forms = q.correctForms(&p.page, o)
	if f, ok := p.Forms[form]; ok {
		f.fill(q.posted())
		p.Faults = f.mark(&p.page, refusal)
	}
	return q.render(status, "outage", p)
}

// correctForms are the forms on the face of an outage, as it stands.
func (q *call) correctForms(p *page, o cases.Outage) map[string]boundForm {
	local := func(t time.Time) string { return t.In(q.s.opt.Zone).Format(localInstant) }
	reason := formField{Name: "reason", Label: p.T("outage.reason"), Widget: textWidget, Required: true}
	from := formField{Name: "from", Label: p.T("outage.from"), Widget: instantWidget, Required: true, Value: local(o.From)}
	to := formField{Name: "to", Label: p.T("outage.to"), Hint: p.T("outage.to.hint"), Widget: instantWidget}
	if o.To != nil {
		to.Value = local(*o.To)
	}
	return map[string]boundForm{
		"correct":  boundForm{Name: "correct", Fields: []formField{from, to, reason}}.named(),
		"withdraw": boundForm{Name: "withdraw", Fields: []formField{reason}}.named(),
	}
}

// onOutage carries out one of the forms on the face of an outage.
func (q *call) onOutage(form, done string, into any, do func(number string, version int64) error) error {
	o, err := q.s.opt.Cases.Outages().Get(q.actor, q.Params("number"))
	if err != nil {
		return err
	}
	p := q.page("outages", "outages.title")
	if _, err = q.correctForms(&p, o)[form].read(q, into); err == nil {
		err = do(o.Number, formVersionOf(q))
	}
	switch {
	case err == nil:
		return q.see("/outages/" + o.Number + "?done=" + done)
	case !forPeople(err):
		return err
	case workflow.KindOf(err) == workflow.Conflict, workflow.KindOf(err) == workflow.Stale:
		return q.showOutage(http.StatusConflict, form, err)
	}
	return q.showOutage(http.StatusUnprocessableEntity, form, err)
}

func (q *call) outageCorrect() error {
	var in cases.OutageCorrected
	return q.onOutage("correct", "outage_corrected", &in, func(number string, version int64) error {
		_, err := q.s.opt.Cases.Outages().Correct(q.ctx, q.actor, number, version, in)
		return err
	})
}

func (q *call) outageWithdraw() error {
	var in struct {
		Reason cases.Text `json:"reason"`
	}
	return q.onOutage("withdraw", "outage_withdrawn", &in, func(number string, version int64) error {
		_, err := q.s.opt.Cases.Outages().Withdraw(q.ctx, q.actor, number, version, in.Reason)
		return err
	})
}
