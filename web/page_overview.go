package web

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// overviewPage tells a supervisor how things stand. Every number leads to its cases.
type overviewPage struct {
	page
	At      string
	Choices []filterLink // with and without linked incidents
	Tiles   []tile
	Same    []comparison
	Chart   columnChart
	Weeks   []weekRow
	Tables  []loadTable

	Clusters []clusterRow
}

// tile is one number that is read from across the room.
type tile struct {
	Label, Value, Note, Href string
	Mark                     string // "alarm" or "warn" where somebody should look
}

// comparison is this week beside another one, until the same time of the week.
type comparison struct {
	Label string
	linkedNumber
}

// linkedNumber is a number with the list of its cases.
type linkedNumber struct {
	N    int
	Href string
}

type weekRow struct {
	Label, Days            string
	Received, Late, Linked linkedNumber
	Share                  string // late, of those received
}

// loadTable shows open cases by something, with a bar for each row.
type loadTable struct {
	ID, Title, First string
	Rows             []loadRow
}

type loadRow struct {
	Label                       string
	Open, Overdue, Late, Urgent linkedNumber
	Width                       int // of the bar, in thousandths
	Oldest                      string
	OldestHref                  string
}

// The weeks of the chart, and those that the mean is of.
const (
	chartWeeks = 13
	meanWeeks  = 12
)

// overview shows what came in, what is overdue, and who has how much.
func (q *call) overview() error {
	linked := q.Query("linked") != "without"
	board, now := q.s.opt.Cases.Board(), q.s.now()
	o := board.Overview(q.actor, now, q.s.opt.Zone, linked)
	p := overviewPage{page: q.page("overview", "overview.title")}
	p.At = p.DateTime(now)
	p.Choices = []filterLink{
		{Label: p.T("overview.with_linked"), Href: "/overview", Current: linked},
		{Label: p.T("overview.without_linked"), Href: "/overview?linked=without", Current: !linked},
	}
	l := overviewLinks{zone: q.s.opt.Zone, linked: linked}
	p.Tiles = p.tiles(o, l)
	p.Same = p.sameTime(o.Weeks, l, now)
	p.weeks(o.Weeks[len(o.Weeks)-chartWeeks:], l)
	var err error
	if p.Clusters, err = q.clusterRows(); err != nil {
		return err
	}
	names := map[string]string{}
	for _, h := range o.Holders {
		names[h.Account] = q.nameOf(h.Account)
	}
	p.Tables = p.tables(o, l, names)
	return q.render(fiber.StatusOK, "overview", p)
}

// overviewLinks make the addresses behind the numbers.
type overviewLinks struct {
	zone   *time.Location
	linked bool
}

// openPhases is the filter for all cases that have not ended.
var openPhases = func() string {
	var open []string
	for _, p := range workflow.Phases() {
		if p != workflow.PhaseClosed {
			open = append(open, string(p))
		}
	}
	return strings.Join(open, ",")
}()

// list is the queue with these filters, given as names and values.
func (l overviewLinks) list(pairs ...string) string {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	if !l.linked {
		v.Set("incident", cases.NoAssignee)
	}
	return address("/queue", v)
}

// open is the queue of open cases with further filters.
func (l overviewLinks) open(pairs ...string) string {
	return l.list(append([]string{"phase", openPhases}, pairs...)...)
}

// days are the filters for what came in on the days in [from, to).
func (l overviewLinks) days(from, to time.Time) []string {
	pairs := []string{"received_to", to.In(l.zone).AddDate(0, 0, -1).Format(time.DateOnly)}
	if !from.IsZero() {
		pairs = append(pairs, "received_from", from.In(l.zone).Format(time.DateOnly))
	}
	return pairs
}

func (p *overviewPage) tiles(o cases.Overview, l overviewLinks) []tile {
	held := cases.Load{}
	for _, h := range o.Holders {
		if h.Account == "" {
			held = h
		}
	}
	alarm := func(n int, mark string) string {
		if n > 0 {
			return mark
		}
		return ""
	}
	tiles := []tile{
		{Label: p.T("overview.open"), Value: p.Number(o.Open.Open), Href: l.open()},
		{Label: p.T("queue.overdue"), Value: p.Number(o.Open.Overdue), Note: p.share(o.Open.Overdue, o.Open.Open), Href: l.open("overdue", "true", "sort", "next_due_at"), Mark: alarm(o.Open.Overdue, "alarm")},
		{Label: p.T("queue.unassigned"), Value: p.Number(held.Open), Note: p.share(held.Open, o.Open.Open), Href: l.open("assignee", cases.NoAssignee), Mark: alarm(held.Open, "warn")},
		{Label: p.T("overview.urgent"), Value: p.Number(o.Open.Urgent), Note: p.share(o.Open.Urgent, o.Open.Open), Href: l.open("priority", "P1")},
		{Label: p.T("queue.late"), Value: p.Number(o.Open.Late), Note: p.share(o.Open.Late, o.Open.Open), Href: l.open("late", "true")},
	}
	if n := o.Open.Unverified; n > 0 { // where everybody has an account, a nought tells nothing
		tiles = append(tiles, tile{Label: p.T("key.unverified"), Value: p.Number(n), Note: p.share(n, o.Open.Open), Href: l.open("unverified", "true")})
	}
	if !o.Open.Oldest.IsZero() {
		tiles = append(tiles, tile{Label: p.T("overview.oldest_days"), Value: p.Number(p.daysSince(o.Open.Oldest)), Note: p.Date(o.Open.Oldest), Href: l.open("sort", "received_at")})
	}
	return tiles
}

// share is a part of a whole in per cent, "" of nothing.
func (p *overviewPage) share(part, whole int) string {
	if whole == 0 {
		return ""
	}
	return p.T("overview.of_open", "Share", p.percent(part, whole))
}

func (p *overviewPage) percent(part, whole int) string {
	if whole == 0 {
		return "–"
	}
	return p.T("percent", "N", p.Number((part*100+whole/2)/whole))
}

// age says for how many days something has been here.
func (p *page) age(since time.Time) string {
	return p.T("days", "Count", p.daysSince(since))
}

func (p *page) daysSince(t time.Time) int { return int(p.now.Sub(t).Hours()) / 24 }

// sameTime sets this week beside the ones before it, each until the same hour of
// the same weekday: a Tuesday is not held against whole weeks.
func (p *overviewPage) sameTime(weeks []cases.WeekCount, l overviewLinks, now time.Time) []comparison {
	last := len(weeks) - 1
	until := func(i int) linkedNumber {
		to := now.In(l.zone).AddDate(0, 0, -7*(last-i)).Add(time.Millisecond)
		return linkedNumber{weeks[i].ByNow, l.list(
			"received_from", weeks[i].From.In(l.zone).Format(time.DateOnly), "received_to", to.UTC().Format(time.RFC3339Nano))}
	}
	sum := 0
	for _, w := range weeks[last-meanWeeks : last] {
		sum += w.ByNow
	}
	mean := linkedNumber{(sum + meanWeeks/2) / meanWeeks, l.list(l.days(weeks[last-meanWeeks].From, weeks[last].From)...)}
	return []comparison{
		{p.T("overview.this_week"), until(last)},
		{p.T("overview.last_week"), until(last - 1)},
		{p.T("overview.mean_week", "Count", meanWeeks), mean},
		{p.T("overview.last_year"), until(0)},
	}
}

// weeks fills the chart of what came in, and the table of the same numbers.
func (p *overviewPage) weeks(weeks []cases.WeekCount, l overviewLinks) {
	var columns []columnValue
	total, late := 0, 0
	for i, w := range weeks {
		local := w.From.In(l.zone)
		_, n := local.ISOWeek()
		label, days := p.T("overview.week", "N", n), l.days(w.From, w.To)
		columns = append(columns, columnValue{
			Label: strconv.Itoa(n), Value: p.Number(w.Received), Whole: w.Received, Part: w.Late, Now: i == len(weeks)-1,
		})
		p.Weeks = append(p.Weeks, weekRow{
			Label: label, Days: p.Short(w.From) + " – " + p.Short(w.To.In(l.zone).AddDate(0, 0, -1)),
			Received: linkedNumber{w.Received, l.list(days...)},
			Late:     linkedNumber{w.Late, l.list(append(days, "late", "true")...)},
			Linked:   linkedNumber{N: w.Linked},
			Share:    p.percent(w.Late, w.Received),
		})
		total, late = total+w.Received, late+w.Late
	}
	p.Chart = newColumnChart(columns, p.Number)
	p.Chart.ID, p.Chart.Title = "chart-weeks", p.T("overview.chart")
	p.Chart.Desc = p.T("overview.chart_desc", "Count", total, "Late", p.Number(late), "Share", p.percent(late, total))
}

// tables are the open cases by who has them, how old they are, and what they are.
func (p *overviewPage) tables(o cases.Overview, l overviewLinks, names map[string]string) []loadTable {
	holders := loadTable{ID: "holders", Title: p.T("overview.holders"), First: p.T("queue.holder")}
	for _, h := range o.Holders {
		account, label := h.Account, names[h.Account]
		if account == "" {
			account, label = cases.NoAssignee, p.T("queue.unassigned")
		} else if label == "" {
			label = p.T("actor.somebody")
		}
		holders.add(p, label, h, l, "assignee", account)
	}
	ages := loadTable{ID: "ages", Title: p.T("overview.ages"), First: p.T("overview.age")}
	before := 0
	for _, a := range o.Ages {
		label := p.T("overview.older", "Count", before)
		if a.Days > 0 {
			label = p.T("overview.days", "From", before, "To", a.Days-1)
		}
		ages.add(p, label, a.Load, l, l.days(a.From, a.To)...)
		before = a.Days
	}
	phases := loadTable{ID: "phases", Title: p.T("overview.phases"), First: p.T("queue.phase")}
	for _, phase := range workflow.Phases() {
		if phase != workflow.PhaseClosed {
			phases.add(p, p.Code(phase), o.Phases[phase], l, "phase", string(phase))
		}
	}
	priorities := loadTable{ID: "priorities", Title: p.T("overview.priorities"), First: p.T("queue.priority")}
	for _, code := range workflow.Priority("").Codes() {
		priorities.add(p, p.Code(workflow.Priority(code)), o.Priority[workflow.Priority(code)], l, "priority", code)
	}
	sectors := loadTable{ID: "sectors", Title: p.T("overview.sectors"), First: p.T("overview.sector")}
	for _, code := range cases.SectorOfActivity("").Codes() {
		if load := o.Sectors[cases.SectorOfActivity(code)]; load.Open > 0 {
			sectors.add(p, p.Code(cases.SectorOfActivity(code)), load, l, "sector", code)
		}
	}
	out := []loadTable{holders, ages, phases, priorities, sectors}
	for i := range out {
		out[i].measure()
	}
	return out
}

// add makes a row whose numbers lead to the queue with the row's filters.
func (t *loadTable) add(p *overviewPage, label string, load cases.Load, l overviewLinks, pairs ...string) {
	with := func(more ...string) string { return l.open(append(append([]string{}, pairs...), more...)...) }
	row := loadRow{
		Label: label, Open: linkedNumber{load.Open, with()},
		Overdue: linkedNumber{load.Overdue, with("overdue", "true")},
		Late:    linkedNumber{load.Late, with("late", "true")},
		Urgent:  linkedNumber{load.Urgent, with("priority", "P1")},
	}
	if !load.Oldest.IsZero() {
		row.Oldest, row.OldestHref = p.age(load.Oldest), with("sort", "received_at")
	}
	t.Rows = append(t.Rows, row)
}

func (t *loadTable) measure() {
	most := 0
	for _, r := range t.Rows {
		most = max(most, r.Open.N)
	}
	for i := range t.Rows {
		t.Rows[i].Width = barWidth(t.Rows[i].Open.N, most)
	}
}
