package web

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// queuePage is the board as a table.
type queuePage struct {
	page
	Views    []filterLink // saved ones
	Version  int64        // of the person's preferences, for the form that saves a view
	View     string       // id of the view that gives the columns
	Asked    string       // what a view would keep
	Groups   []filterGroup
	Filtered bool         // something is asked for, so that the filters lie open on a small screen
	Active   []filterLink // filters that no group shows; each link takes its own away
	Columns  []columnHead // all but the first, which is the case's number
	Items    []queueItem
	Total    int // cases that the person sees
	Query    string
	Keep     url.Values // the other filters, for the search form
	Sorts    []filterLink
	Next     string // address of the next page
	First    string // address of the first page, "" on it
	CSV      string // addresses of the list as files
	XLSX     string
	TooLong  bool // for a file
	Faults   []pageFault
	Live     *livePart
	Pick     []resumeValue // what the list asks for, for a step in all of its cases
	PickBy   string        // address of the script
	opens    bool          // the bare address opens a saved view
}

// columnHead is the heading of a column; it leads to the order that goes by it.
type columnHead struct {
	Label string
	Href  string
	Order string // "ascending" or "descending" where the list is in its order
}

// queueItem is one line of the table.
type queueItem struct {
	ID      string
	Version int64
	Number  string
	Cells   []queueCell
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
	l := &listing{q: q, params: queueParameters}
	place := q.s.livePlace() // before the list is made: what comes while it is made is told
	p := queuePage{page: q.page("queue", "queue.title")}
	status := fiber.StatusOK
	asked := without(q.queryValues(), "done")
	if err := l.read("done"); err != nil {
		p.Faults = append(p.Faults, pageFault{Message: p.sentence(err)})
		status, l.query, l.view, asked = fiber.StatusUnprocessableEntity, cases.Query{}, "", url.Values{}
	}
	setup, err := q.queueSetup(l.view)
	if err != nil {
		return err
	}
	opens := setup.find(setup.own.Opens)
	if opens != nil && len(asked) == 0 && status == fiber.StatusOK {
		return q.see(opens.address())
	}
	found, facets, err := q.s.opt.Cases.Board().Browse(l.query, q.actor, q.s.now())
	if err != nil {
		return err
	}
	if p.Views, err = q.viewLinks(setup, asked); err != nil {
		return err
	}
	p.opens, p.Version, p.View, p.Asked = opens != nil, setup.own.Version, l.view, viewQuery(asked)
	p.Query, p.Keep = asked.Get("q"), without(asked, "q", "cursor")
	p.Groups = p.filters(asked, facets)
	if err := p.deputising(q, l.query, asked); err != nil {
		return err
	}
	if err := p.incidents(q, l.query, asked); err != nil {
		return err
	}
	p.Total = facets.Wanted
	p.Active, p.Filtered = p.active(q, asked), len(without(asked, "cursor", "view")) > 0
	for _, key := range cases.SortKey("").Codes() {
		p.Sorts = append(p.Sorts, p.link(p.Code(cases.SortKey(key)), asked, "sort", key, sortOf(asked)))
	}
	p.fill(q, columnsOf(setup.columns), found.Items, asked)
	if found.Next != "" {
		p.Next = address("/queue", with(asked, "cursor", found.Next))
	}
	if asked.Get("cursor") != "" {
		p.First = p.at(without(asked, "cursor"))
	}
	p.Live = q.liveQueue(place, without(asked, "cursor", "view"))
	p.Pick, p.PickBy = listed(without(asked, "cursor", "limit", "view", "sort")), assets.path("pick.js")
	file := without(asked, "cursor", "limit")
	p.CSV, p.XLSX, p.TooLong = address("/queue.csv", file), address("/queue.xlsx", file), facets.Wanted > exportRows
	return q.render(status, "queue", p)
}

// at is the address of the queue with these parameters. Without any it would open a
// saved view for some.
func (p *queuePage) at(values url.Values) string {
	if len(values) == 0 && p.opens {
		return "/queue?view=" + noView
	}
	return address("/queue", values)
}

// fill makes the table.
func (p *queuePage) fill(q *call, columns []queueColumn, items []cases.Summary, asked url.Values) {
	tell := q.teller(p.page)
	for _, c := range columns[1:] {
		p.Columns = append(p.Columns, p.head(c, asked))
	}
	for i := range items {
		item := queueItem{ID: items[i].ID, Version: items[i].Version, Number: items[i].Number}
		for k := range columns[1:] {
			item.Cells = append(item.Cells, columns[k+1].show(tell, &items[i]))
		}
		p.Items = append(p.Items, item)
	}
}

// head is the heading of a column. Received goes both ways: newest and oldest first.
func (p *queuePage) head(c queueColumn, asked url.Values) columnHead {
	h := columnHead{Label: p.T("column." + c.Name)}
	if c.Sort == "" {
		return h
	}
	now, next := cases.SortKey(sortOf(asked)), c.Sort
	switch {
	case now == cases.SortOldest && c.Sort == cases.SortNewest:
		h.Order = "ascending"
	case now == cases.SortNewest && c.Sort == cases.SortNewest:
		h.Order, next = "descending", cases.SortOldest
	case now == c.Sort:
		h.Order = "ascending"
	}
	h.Href = address("/queue", with(without(asked, "cursor"), "sort", string(next)))
	return h
}

// filters are the links above the table, each with how many cases the list would
// then hold.
func (p *queuePage) filters(asked url.Values, n cases.Facets) []filterGroup {
	open := 0
	phases := filterGroup{Label: p.T("queue.phase")}
	for _, phase := range workflow.Phases() {
		if phase != workflow.PhaseClosed {
			open += n.Phase[phase]
		}
		phases.Links = append(phases.Links,
			counted(p.link(p.Code(phase), asked, "phase", string(phase), asked.Get("phase")), n.Phase[phase]))
	}
	phases.Links = append([]filterLink{
		counted(p.link(p.T("queue.all"), asked, "phase", "", asked.Get("phase")), n.AnyPhase),
		counted(p.link(p.T("queue.open"), asked, "phase", openPhases, asked.Get("phase")), open),
	}, phases.Links...)
	mine := asked.Get("assignee")
	if mine == p.Person.Account {
		mine = "me"
	}
	mineWords := "queue.mine"
	if asked.Get("phase") == "" {
		mineWords = "queue.mine_all"
	}
	watch := filterGroup{Label: p.T("queue.watch"), Links: []filterLink{
		counted(p.link(p.T("queue.overdue"), asked, "overdue", "true", asked.Get("overdue")), n.Overdue),
		counted(p.link(p.T("queue.late"), asked, "late", "true", asked.Get("late")), n.Late),
		counted(p.link(p.T("queue.unread"), asked, "unread", "true", asked.Get("unread")), n.Unread),
		counted(p.link(p.T(mineWords), asked, "assignee", "me", mine), n.Mine),
		counted(p.link(p.T("queue.unassigned"), asked, "assignee", cases.NoAssignee, asked.Get("assignee")), n.Unheld),
		counted(p.link(p.T("key.unverified"), asked, "unverified", "true", asked.Get("unverified")), n.Unverified),
	}}
	priorities := filterGroup{Label: p.T("queue.priority")}
	for _, code := range workflow.Priority("").Codes() {
		priorities.Links = append(priorities.Links,
			counted(p.link(code, asked, "priority", code, asked.Get("priority")), n.Priority[workflow.Priority(code)]))
	}
	return []filterGroup{phases, watch, priorities}
}

// deputising are links to the cases of those who are away and for whom the person
// acts, so that nothing of theirs lies unseen.
func (p *queuePage) deputising(q *call, query cases.Query, asked url.Values) error {
	if len(q.actor.Deputises) == 0 {
		return nil
	}
	away, err := q.s.opt.Auth.DeputisesFor(q.ctx, q.actor.Account, p.now)
	if err != nil {
		return err
	}
	queries := make([]cases.Query, len(away))
	for i, d := range away {
		queries[i] = query
		queries[i].Assignee = d.Account
	}
	counts, err := q.s.opt.Cases.Board().Count(queries, q.actor, q.s.now())
	if err != nil {
		return err
	}
	group := filterGroup{Label: p.T("queue.deputising")}
	for i, d := range away {
		label := p.T("queue.deputising_for", "Name", d.Name, "Until", p.Date(d.Until.Add(-1)))
		group.Links = append(group.Links, counted(p.link(label, asked, "assignee", d.Account, asked.Get("assignee")), counts[i]))
	}
	p.Groups = append([]filterGroup{group}, p.Groups...)
	return nil
}

// mostIncidents are as many open incidents as the filters offer, the newest first.
const mostIncidents = 5

// incidents are links to the cases of the open incidents, and to those of none.
func (p *queuePage) incidents(q *call, query cases.Query, asked url.Values) error {
	all, err := q.s.opt.Cases.Incidents().List(q.actor)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(i cases.Incident) bool { return i.Status != cases.IncidentOpen })
	if len(all) == 0 {
		return nil
	}
	all = all[:min(len(all), mostIncidents)]
	wanted := []string{cases.NoAssignee}
	labels := []string{p.T("incident.filter.none")}
	for _, i := range all {
		wanted, labels = append(wanted, i.ID), append(labels, i.Number+" "+i.Title)
	}
	queries := make([]cases.Query, len(wanted))
	for n, id := range wanted {
		queries[n] = query
		queries[n].Incident = id
	}
	counts, err := q.s.opt.Cases.Board().Count(queries, q.actor, q.s.now())
	if err != nil {
		return err
	}
	group := filterGroup{Label: p.T("incident.filter")}
	for n, id := range wanted {
		group.Links = append(group.Links, counted(p.link(labels[n], asked, "incident", id, query.Incident), counts[n]))
	}
	p.Groups = append(p.Groups, group)
	return nil
}

// active are the filters that came with a link from elsewhere, in words.
func (p *queuePage) active(q *call, asked url.Values) []filterLink {
	var out []filterLink
	for _, key := range []string{"sector", "state", "assignee", "incident", "received_from", "received_to"} {
		value := asked.Get(key)
		if label := p.filterWords(q, key, value); value != "" && label != "" {
			out = append(out, filterLink{Label: label, Href: p.at(without(asked, key, "cursor"))})
		}
	}
	return out
}

// filterWords says what a filter asks for, "" for one that a group shows.
func (p *queuePage) filterWords(q *call, key, value string) string {
	switch key {
	case "sector":
		return p.T("overview.sector") + ": " + codeWords[cases.SectorOfActivity](p, value)
	case "state":
		return p.T("queue.state") + ": " + codeWords[workflow.State](p, value)
	case "assignee":
		if value == "me" || value == cases.NoAssignee || value == p.Person.Account || slices.Contains(q.actor.Deputises, value) {
			return ""
		}
		if name := q.nameOf(value); name != "" {
			return p.T("queue.holder") + ": " + name
		}
		return p.T("queue.holder") + ": " + p.T("actor.somebody")
	case "incident":
		if value == cases.NoAssignee {
			return p.T("overview.without_linked")
		}
		if i, err := q.s.opt.Cases.Incidents().Get(q.actor, value); err == nil {
			return p.T("incident.filter") + ": " + i.Number + " " + i.Title
		}
		return p.T("queue.incident")
	case "received_from":
		return p.T("queue.from", "Date", p.filterDay(value))
	}
	return p.T("queue.to", "Date", p.filterDay(value))
}

// codeWords are the codes of a filter by their meanings.
func codeWords[T ~string](p *queuePage, value string) string {
	var words []string
	for code := range strings.SplitSeq(value, ",") {
		words = append(words, p.Code(T(code)))
	}
	return strings.Join(words, ", ")
}

// filterDay writes a day or an instant of a filter.
func (p *queuePage) filterDay(text string) string {
	if day, err := time.ParseInLocation(time.DateOnly, text, p.zone); err == nil {
		return p.Date(day)
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return p.DateTime(at)
	}
	return text
}

// link sets a filter, or takes it away when it is set already.
func (p *queuePage) link(label string, asked url.Values, key, value, now string) filterLink {
	l := filterLink{Label: label, Current: value == now}
	next := with(asked, key, value)
	if value == "" || l.Current {
		next = without(asked, key)
	}
	l.Href = p.at(without(next, "cursor"))
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
