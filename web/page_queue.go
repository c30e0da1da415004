package web

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// queuePage is the board as a table.
type queuePage struct {
	page
	Groups []filterGroup
	Items  []queueItem
	Total  int // cases that the person sees
	Query  string
	Keep   url.Values // the other filters, for the search form
	Sorts  []filterLink
	Next   string // address of the next page
	First  string // address of the first page, "" on it
	Faults []pageFault
}

// queueItem is one line of the table.
type queueItem struct {
	cases.Summary
	Holder string // name of the assignee
}

// filterGroup is a row of links that narrow the list down.
type filterGroup struct {
	Label string
	Links []filterLink
}

// filterLink is one way to narrow the list down, with how many cases there are.
type filterLink struct {
	Label   string
	Href    string
	Count   int
	Counted bool
	Current bool
}

// queue shows the cases that a query asks for.
func (q *call) queue() error {
	l := &listing{q: q}
	p := queuePage{page: q.page("queue", "queue.title")}
	status := fiber.StatusOK
	asked := q.queryValues()
	if err := l.read(); err != nil {
		p.Faults = append(p.Faults, pageFault{Message: p.sentence(err)})
		status, l.query, asked = fiber.StatusUnprocessableEntity, cases.Query{}, url.Values{}
	}
	board := q.s.opt.Cases.Board()
	found, err := board.List(l.query, q.actor, q.s.now())
	if err != nil {
		return err
	}
	counts := board.Counts(q.actor, q.s.now())
	p.Total, p.Query, p.Keep = counts.Total, asked.Get("q"), without(asked, "q", "cursor")
	p.Groups = p.filters(asked, counts)
	for _, key := range cases.SortKey("").Codes() {
		p.Sorts = append(p.Sorts, p.link(p.Code(cases.SortKey(key)), asked, "sort", key, sortOf(asked)))
	}
	for _, s := range found.Items {
		p.Items = append(p.Items, queueItem{Summary: s, Holder: q.nameOf(s.Assignee)})
	}
	if found.Next != "" {
		p.Next = address("/queue", with(asked, "cursor", found.Next))
	}
	if asked.Get("cursor") != "" {
		p.First = address("/queue", without(asked, "cursor"))
	}
	return q.render(status, "queue", p)
}

// filters are the links above the table. Phases and priorities show how many
// cases the person sees there in all.
func (p *queuePage) filters(asked url.Values, counts cases.Counts) []filterGroup {
	phases := filterGroup{Label: p.T("queue.phase")}
	phases.Links = append(phases.Links, counted(p.link(p.T("queue.all"), asked, "phase", "", asked.Get("phase")), counts.Total))
	for _, phase := range workflow.Phases() {
		phases.Links = append(phases.Links,
			counted(p.link(p.Code(phase), asked, "phase", string(phase), asked.Get("phase")), counts.Phase[phase]))
	}
	watch := filterGroup{Label: p.T("queue.watch"), Links: []filterLink{
		counted(p.link(p.T("queue.overdue"), asked, "overdue", "true", asked.Get("overdue")), counts.Overdue),
		counted(p.link(p.T("queue.late"), asked, "late", "true", asked.Get("late")), counts.Late),
		p.link(p.T("queue.mine"), asked, "assignee", "me", asked.Get("assignee")),
		p.link(p.T("queue.unassigned"), asked, "assignee", cases.NoAssignee, asked.Get("assignee")),
	}}
	priorities := filterGroup{Label: p.T("queue.priority")}
	for _, code := range workflow.Priority("").Codes() {
		priorities.Links = append(priorities.Links,
			counted(p.link(code, asked, "priority", code, asked.Get("priority")), counts.Priority[workflow.Priority(code)]))
	}
	return []filterGroup{phases, watch, priorities}
}

// link sets a filter, or takes it away when it is set already.
func (p *queuePage) link(label string, asked url.Values, key, value, now string) filterLink {
	l := filterLink{Label: label, Current: value == now}
	next := with(asked, key, value)
	if value == "" || l.Current {
		next = without(asked, key)
	}
	l.Href = address("/queue", without(next, "cursor"))
	return l
}

func counted(l filterLink, n int) filterLink {
	l.Count, l.Counted = n, true
	return l
}

func sortOf(asked url.Values) string {
	if s := asked.Get("sort"); s != "" {
		return s
	}
	return string(cases.SortNewest)
}

// queryValues are the parameters of the URL.
func (q *call) queryValues() url.Values {
	values := url.Values{}
	for key, value := range q.Context().QueryArgs().All() {
		if len(value) > 0 {
			values.Add(string(key), string(value))
		}
	}
	return values
}

func with(values url.Values, key, value string) url.Values {
	out := without(values, key)
	out.Set(key, value)
	return out
}

func without(values url.Values, keys ...string) url.Values {
	out := url.Values{}
	for k, v := range values {
		out[k] = v
	}
	for _, k := range keys {
		out.Del(k)
	}
	return out
}

func address(path string, values url.Values) string {
	if len(values) == 0 {
		return path
	}
	return path + "?" + values.Encode()
}

// nameOf is the name of an account, "" for none.
func (q *call) nameOf(account string) string { return q.names([]string{account})[account] }
