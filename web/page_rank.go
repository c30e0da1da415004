package web

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

var rankRoutes = []route{
	{Method: get, Path: "/investigations/{id}/place", Access: CaseActor, Tag: tagPages, Page: true, Summary: "The form of an investigation's place", handle: (*call).rankForm},
	{Method: post, Path: "/investigations/{id}/place", Access: CaseActor, Tag: tagPages, Page: true, Summary: "Place an investigation", handle: (*call).rankByForm},
}

// rankPage asks for the place of an investigation among those of its priority.
type rankPage struct {
	page
	Case     *cases.Case
	Priority workflow.Priority
	Order    []cases.Summary // by hand, the case itself included
	Place    int             // of the case, 0 for none by hand
	Seen     string          // the order as it was seen, by its tag
	Key      string
	Reason   string
	Before   string // id that was chosen
	Wrong    map[string]string
	Faults   []pageFault
	Changed  bool // somebody was faster
}

// Others are the cases that it can be placed before.
func (p rankPage) Others() []cases.Summary {
	return slices.DeleteFunc(slices.Clone(p.Order), func(s cases.Summary) bool { return s.ID == p.Case.ID })
}

// Last is how many cases are placed by hand.
func (p rankPage) Last() int { return len(p.Order) }

func (q *call) rankForm() error { return q.showRank(fiber.StatusOK, nil) }

// showRank shows the form, with what was typed where it was refused.
func (q *call) showRank(status int, refusal error) error {
	c, err := q.rankedCase()
	if err != nil {
		return err
	}
	p := rankPage{page: q.page("investigations", "rank.title"), Case: c, Priority: c.Priority, Key: q.id, Wrong: map[string]string{}}
	p.Title, p.Narrow = p.T("rank.title")+" – "+c.Number, true
	p.Order = q.s.opt.Cases.Board().ByHand(q.actor, c.Priority)
	p.Seen = cases.OrderTag(p.Order)
	p.Place = 1 + slices.IndexFunc(p.Order, func(s cases.Summary) bool { return s.ID == c.ID })
	if refusal == nil {
		return q.render(status, "rank", p)
	}
	p.Reason, p.Before = q.FormValue("reason"), q.FormValue("before")
	p.Changed = workflow.KindOf(refusal) == workflow.Stale
	if p.Changed {
		return q.render(status, "rank", p)
	}
	for _, f := range faultsOf(refusal) {
		fault := pageFault{Message: p.fault(f.Code, f.Message)}
		if len(f.Path) > 1 && (f.Path == "/reason" || f.Path == "/before" && len(p.Others()) > 0) {
			fault.Field = f.Path[1:]
			p.Wrong[fault.Field] = fault.Message
		}
		p.Faults = append(p.Faults, fault)
	}
	return q.render(status, "rank", p)
}

// rankedCase is the case of the URL, for supervisors.
func (q *call) rankedCase() (*cases.Case, error) {
	c, err := q.s.opt.Cases.Case(q.ctx, q.actor, q.Params("id"))
	if err != nil {
		return nil, err
	}
	if !q.actor.Has(workflow.RoleSupervisor) {
		return nil, forbidden("Only a supervisor places investigations by hand.")
	}
	return c, nil
}

// rankByForm gives the case its place.
func (q *call) rankByForm() error {
	c, err := q.rankedCase()
	if err != nil {
		return err
	}
	order := q.s.opt.Cases.Board().ByHand(q.actor, c.Priority)
	act := q.FormValue("act")
	before, out, ok := rankMove(order, c.ID, act, q.FormValue("before"))
	if !ok {
		return q.showRank(http.StatusUnprocessableEntity, workflow.RefuseFaults("rank_before", "Choose a case from the order by hand.",
			[]workflow.Fault{{Path: "/before", Code: "rank_before", Message: "Choose a case from the order by hand."}}))
	}
	raw, err := json.Marshal(map[string]string{"reason": q.FormValue("reason")})
	if err != nil {
		panic("a text marshals: " + err.Error())
	}
	var typed struct {
		Reason cases.Text `json:"reason"`
	}
	if faults := cases.Bind(raw, &typed, nil); len(faults) > 0 {
		return q.showRank(http.StatusUnprocessableEntity, cases.Refusal(faults))
	}
	_, err = q.s.opt.Cases.Rank(q.ctx, q.actor, c.ID, cases.RankRequest{
		Before: before, Out: out, Reason: typed.Reason, Version: q.formVersion("version"), Order: q.FormValue("order"),
		Command: q.formCommand([]byte("rank|" + act + "|" + q.FormValue("before") + "|" + q.FormValue("order") + "|" + string(typed.Reason))),
	})
	switch {
	case err == nil:
		return q.see("/investigations?done=ranked")
	case workflow.KindOf(err) == workflow.Stale:
		return q.showRank(http.StatusConflict, err)
	case forPeople(err):
		return q.showRank(http.StatusUnprocessableEntity, err)
	}
	return err
}

// rankMove is what a button of the form asks for: before which case the case goes, ""
// for the end, or out of the order.
func rankMove(order []cases.Summary, id, act, chosen string) (before string, out, ok bool) {
	at := slices.IndexFunc(order, func(s cases.Summary) bool { return s.ID == id })
	switch {
	case act == "last":
		return "", false, true
	case act == "before":
		return chosen, false, chosen != ""
	case act == "out":
		return "", true, at >= 0
	case act == "up" && at > 0:
		return order[at-1].ID, false, true
	case act == "down" && at >= 0 && at+1 < len(order):
		if at+2 < len(order) {
			return order[at+2].ID, false, true
		}
		return "", false, true
	}
	return "", false, false
}
