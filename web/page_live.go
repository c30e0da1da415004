package web

import (
	"bufio"
	"context"
	"fmt"
	"net/url"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// liveRoutes are what the pages' script asks to tell people what others do. None
// of them is for the notifier's side.
var liveRoutes = slices.Concat([]route{
	{Method: get, Path: "/live", Access: Staff, Tag: tagPages, Page: true, Summary: "Changes of cases as they happen", handle: (*call).live},
	{Method: get, Path: "/live/changes", Access: Staff, Tag: tagPages, Page: true, Summary: "Changes of cases since a page was made", handle: (*call).liveChanges},
	{Method: get, Path: "/queue/news", Access: Staff, Tag: tagPages, Page: true, Summary: "What is new in a list, in words", handle: (*call).queueNews},
	{Method: get, Path: "/cases/{id}/news", Access: CaseStaff, Tag: tagPages, Page: true, Summary: "What happened in a case since a version, in words", handle: (*call).caseNews},
}, severityRoutes, helpRoutes, draftRoutes)

// live holds a stream open (text/event-stream). What it needs is taken out of the
// request first: the request is gone when the stream is written.
func (q *call) live() error {
	after := q.s.hub.places.read(q.Get("Last-Event-ID", q.Query("after")))
	q.Set(fiber.HeaderContentType, "text/event-stream; charset=utf-8")
	q.Set("X-Accel-Buffering", "no")
	if q.Method() == fiber.MethodHead {
		return nil
	}
	s := q.s.hub.join(q.actor.Account, q.session.ID, q.bearer)
	if s == nil {
		return workflow.Refuse(workflow.Unavailable, notReady, "The server is stopping. Try again in a moment.")
	}
	conn, hub, log := q.Context().Conn(), q.s.hub, q.s.log
	q.Context().SetConnectionClose() // nothing else comes over it, and the server need not wait for it
	q.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer func() {
			if r := recover(); r != nil { // nobody above would catch it
				hub.leave(s)
				log.Error("a stream of news failed", "error", fmt.Errorf("panic: %v\n%s", r, debug.Stack()))
			}
		}()
		_ = hub.run(s, after, flusher{w, conn}) // a client that is gone is no fault
	})
	return nil
}

// admitStream establishes who listens.
func (s *Server) admitStream(ctx context.Context, bearer string) (cases.Actor, error) {
	actor, _, err := s.opt.Auth.Authenticate(ctx, bearer)
	return actor, err
}

// livePlace is how far the news had come when a page was made.
func (s *Server) livePlace() string { return s.hub.places.spell(s.opt.Cases.Board().NewsNow()) }

// liveNow is what a page missed between being made and listening.
type liveNow struct {
	message
	After string `json:"after"`
}

// liveChanges tells what happened since a page was made, for a page that listens
// to the stream of another one in the same browser.
func (q *call) liveChanges() error {
	m, last, _ := q.s.hub.since(q.actor, q.s.hub.places.read(q.Query("after")))
	return q.JSON(liveNow{m, q.s.hub.places.spell(last)})
}

// newsText is a sentence for a live region, and what of the asked for it counts.
type newsText struct {
	Text    string `json:"text"`
	Details string `json:"details,omitempty"`
}

// mostNews are how many cases a page asks about; beyond that it is told so.
const mostNews = 200

// queueNews words what is new in the list that a query asks for: cases that
// arrived, and cases that changed. Those that the page shows count whatever they
// have become.
func (q *call) queueNews() error {
	p, l := q.page("queue", "queue.title"), &listing{q: q, params: listParameters}
	arrived, changed, shown := idList(q.Query("arrived")), idList(q.Query("changed")), idList(q.Query("shown"))
	if len(arrived)+len(changed)+len(shown) > mostNews {
		return q.JSON(newsText{Text: p.T("live.many")})
	}
	if err := l.read("arrived", "changed", "shown"); err != nil {
		return err
	}
	l.query.Cursor = ""
	board := q.s.opt.Cases.Board()
	count := func(ids []string) (int, error) {
		found, err := board.Among(l.query, q.actor, q.s.now(), ids)
		return len(found), err
	}
	came, err := count(arrived)
	if err != nil {
		return err
	}
	others, err := count(changed)
	if err != nil {
		return err
	}
	for _, id := range shown {
		if _, ok := board.Seen(q.actor, id); ok {
			others++
		}
	}
	var parts []string
	if came > 0 {
		parts = append(parts, p.T("live.arrived", "Count", came))
	}
	if others > 0 {
		parts = append(parts, p.T("live.changed", "Count", others))
	}
	return q.JSON(newsText{Text: strings.Join(parts, ", ")})
}

// idList are the ids of a parameter.
func idList(text string) []string {
	var out []string
	for one := range strings.SplitSeq(text, ",") {
		if cases.IsID(one) {
			out = append(out, one)
		}
	}
	return out
}

// caseNews words what happened in a case after the version that a page shows.
func (q *call) caseNews() error {
	version, err := strconv.ParseInt(q.Query("since"), 10, 64)
	if err != nil || version < 1 {
		return workflow.Refuse(workflow.Invalid, "news_since", "Say since which version, as a whole number from 1.")
	}
	happened, err := q.happenedSince(q.Params("id"), version)
	if err != nil {
		return err
	}
	if len(happened) == 0 {
		return q.JSON(newsText{})
	}
	p := q.page("queue", "case.title")
	words := newsText{Text: p.T("live.case", "Count", len(happened))}
	for i, one := range happened {
		if i > 0 {
			words.Details += " "
		}
		words.Details += one.Clock + " " + one.Sentence
	}
	return q.JSON(words)
}

// told is an event that somebody missed.
type missed struct {
	Clock    string // of the day, with the day where it was another
	Sentence string
	Reason   string
}

// happenedSince are the events of a case after a version, the oldest first.
func (q *call) happenedSince(ref string, version int64) ([]missed, error) {
	events, err := q.s.opt.Cases.History(q.ctx, q.actor, ref)
	if err != nil {
		return nil, err
	}
	if version >= int64(len(events)) {
		return nil, nil
	}
	p, out := q.page("queue", "case.title"), []missed{}
	for _, e := range events[version:] {
		who := p.who(e.Header.Actor, q.names([]string{e.Header.Actor}))
		out = append(out, missed{p.Moment(e.Header.At), p.happened(e, who), reasonOf(e)})
	}
	return out, nil
}

// Moment writes an instant of today by its time alone.
func (p page) Moment(t time.Time) string {
	local, today := t.In(p.zone), p.now.In(p.zone)
	if local.Year() == today.Year() && local.YearDay() == today.YearDay() {
		return p.T("live.at", "Clock", p.clock(local))
	}
	return p.DateTime(t)
}

// livePart is what a page tells its script of itself.
type livePart struct {
	Kind    string // "queue", "case" or "step"
	After   string
	Case    string // id
	Number  string
	Version int64
	Script  string
	Reload  string // where the news are to be seen
}

// liveQueue lets a list hear of what is new in it.
func (q *call) liveQueue(place string, asked url.Values) *livePart {
	return &livePart{Kind: "queue", After: place, Script: assets.path("live.js"), Reload: address("/queue", asked)}
}

// liveCase lets a page of a case hear of what others do with it.
func (q *call) liveCase(kind, place string, c *cases.Case) *livePart {
	return &livePart{Kind: kind, After: place, Case: c.ID, Number: c.Number, Version: c.Version, Script: assets.path("live.js"), Reload: "/cases/" + c.Number}
}
