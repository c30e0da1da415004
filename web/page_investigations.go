package web

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// investigationsPage is the board of the open investigations (Art. 58(1)).
type investigationsPage struct {
	page
	Total   int
	Waiting []approval
	Items   []investigation
	Sorts   []filterLink
	Next    string
	First   string
}

// investigation is one line of the board.
type investigation struct {
	cases.Summary
	Holder string
	Focus  []string
	Opened time.Time // zero where the investigation was not opened by a step
	Days   string
	Clock  string         // of the next one
	Place  *cases.Ranking // by hand, nil where there is none
	Placed string         // name of who gave it
	Last   string         // what happened last, in a sentence
	LastAt time.Time
}

// approval is a draft that waits for whoever looks: to sign it off, or to decide.
type approval struct {
	cases.Summary
	Step    stepLink
	Version int // of the draft
	At      time.Time
	Holder  string
	Changes string // in the draft since whoever looks has most likely seen it
}

// approvalSteps are what is done to a finished draft.
var approvalSteps = []workflow.StepID{workflow.StepSignOff, workflow.StepDecide, workflow.StepAdoptConsulted}

// mostApprovals are how many drafts are looked at, those with the next time limit
// first.
const mostApprovals = 50

// approvals are the drafts that wait for whoever looks.
func (q *call) approvals(p page) ([]approval, error) {
	drafts, err := q.s.opt.Cases.Board().List(cases.Query{
		States: []workflow.State{workflow.StateDrafting, workflow.StateArt60Consultation, workflow.StateArt65Dispute}, Sort: cases.SortNextDue, Limit: mostApprovals,
	}, q.actor, q.s.now())
	if err != nil {
		return nil, err
	}
	var out []approval
	for _, s := range drafts.Items {
		c, verdicts, err := q.s.opt.Cases.Steps(q.ctx, q.actor, s.ID)
		if workflow.KindOf(err) == workflow.NotFound {
			continue // closed to this viewer since the board was read
		}
		if err != nil {
			return nil, err
		}
		for _, v := range verdicts {
			if !v.Allowed || !approves(c, v.Step) {
				continue
			}
			step, _ := workflow.StepByID(v.Step)
			changes, err := q.changesFor(p, c)
			if err != nil {
				return nil, err
			}
			out = append(out, approval{s, stepLink{Step: step}, c.Draft.Version, c.Draft.At, q.nameOf(c.Assignee), changes})
			break
		}
	}
	return out, nil
}

// investigationSorts are the orders of the board; the first is the one where
// nothing is asked for.
var investigationSorts = []struct {
	name  string
	order func(a, b *cases.Summary) int
}{
	{"priority", func(a, b *cases.Summary) int {
		if c := strings.Compare(string(a.Priority), string(b.Priority)); c != 0 {
			return c
		}
		return byHand(a, b)
	}},
	{"due", byDue},
	{"oldest", func(a, b *cases.Summary) int { return a.ReceivedAt.Compare(b.ReceivedAt) }},
	{"quiet", func(a, b *cases.Summary) int { return a.UpdatedAt.Compare(b.UpdatedAt) }},
}

// byHand orders as supervisors did; cases that nobody placed come after, by the next
// clock.
func byHand(a, b *cases.Summary) int {
	switch {
	case a.Rank == 0 && b.Rank == 0:
		return byDue(a, b)
	case a.Rank == 0:
		return 1
	case b.Rank == 0:
		return -1
	}
	return cmp.Compare(a.Rank, b.Rank)
}

// byDue orders by the next clock; cases without one come last.
func byDue(a, b *cases.Summary) int {
	x, y := a.NextDueAt(), b.NextDueAt()
	switch {
	case x.IsZero() && y.IsZero():
		return 0
	case x.IsZero():
		return 1
	case y.IsZero():
		return -1
	}
	return x.Compare(y)
}

// investigations shows the open investigations, a page at a time.
func (q *call) investigations() error {
	p := investigationsPage{page: q.page("investigations", "investigations.title")}
	all := q.s.opt.Cases.Board().Investigations(q.actor)
	p.Total = len(all)
	waiting, err := q.approvals(p.page)
	if err != nil {
		return err
	}
	p.Waiting = waiting
	chosen := investigationSorts[0]
	for _, s := range investigationSorts {
		if s.name == q.Query("sort") {
			chosen = s
		}
	}
	for i, s := range investigationSorts {
		link := filterLink{Label: p.T("investigations.sort." + s.name), Href: "/investigations", Current: s.name == chosen.name}
		if i > 0 {
			link.Href = address("/investigations", url.Values{"sort": {s.name}})
		}
		p.Sorts = append(p.Sorts, link)
	}
	slices.SortFunc(all, func(a, b cases.Summary) int {
		if c := chosen.order(&a, &b); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	start := pageStart(q.Query("from"), len(all))
	end := min(start+cases.DefaultLimit, len(all))
	p.First, p.Next = neighbours("/investigations", q.queryValues(), start, end, len(all))
	for _, s := range all[start:end] {
		item, err := q.investigation(&p, s)
		if workflow.KindOf(err) == workflow.NotFound {
			continue // closed to this viewer since the board was read
		}
		if err != nil {
			return err
		}
		p.Items = append(p.Items, item)
	}
	return q.render(fiber.StatusOK, "investigations", p)
}

// pageStart is where a page of a list of n begins, 0 for what is no such place.
func pageStart(text string, n int) int {
	start, err := strconv.Atoi(text)
	if err != nil || start < 0 || start >= n {
		return 0
	}
	return start
}

// investigation adds to a summary what only the case itself knows.
func (q *call) investigation(p *investigationsPage, s cases.Summary) (investigation, error) {
	item := investigation{Summary: s, Holder: q.nameOf(s.Assignee)}
	c, err := q.s.opt.Cases.Case(q.ctx, q.actor, s.ID)
	if err != nil {
		return item, err
	}
	since := c.OpenedAt
	if c.Opening != nil {
		item.Focus, since = c.Opening.FocusAreas, c.Opening.OpenedAt
	}
	item.Opened, item.Days = since, p.age(since)
	if c.Rank() != 0 {
		item.Place, item.Placed = c.Ranking, p.who(c.Ranking.By, q.names([]string{c.Ranking.By}))
	}
	if len(s.Clocks) > 0 {
		item.Clock = p.Code(s.Clocks[0].Kind)
	}
	events, err := q.s.opt.Cases.History(q.ctx, q.actor, s.ID)
	if err != nil || len(events) == 0 {
		return item, err
	}
	// That somebody placed it is said beside it, and is nothing that happened in the matter.
	last := events[0]
	for _, e := range events {
		if e.Header.Kind != cases.EventRanked {
			last = e
		}
	}
	item.Last = p.happened(last, p.who(last.Header.Actor, q.names([]string{last.Header.Actor})))
	item.LastAt = last.Header.At
	return item, nil
}
