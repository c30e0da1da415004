package web

import (
	"iter"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// savedView is a list that somebody keeps under a name: the public parameters of the
// queue's address, and the columns. What it asks for is read anew, with the rights
// of whoever opens it, each time that it is opened.
type savedView struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Query   string   `json:"query"`
	Columns []string `json:"columns,omitempty"`
	By      string   `json:"by,omitempty"` // who shared it; only with what all staff share
}

// The limits of saved views. All of them are counted on every queue page.
const (
	maxViews     = 12 // of one account, and of all staff together
	maxViewName  = 60 // characters
	maxViewQuery = 1000
)

// queueParameters are what the queue's address may hold: the list's, and what only
// the page knows of.
var queueParameters = append(slices.Clone(listParameters),
	parameter{Name: "view", What: "The saved view that gives the columns; all opens the queue without one.", Type: "", Hidden: true, read: (*listing).savedView},
)

// noView opens the whole queue even for somebody whose queue opens with a view.
const noView = "all"

func (l *listing) savedView(text string) (code, message string) {
	if text != noView && !cases.IsID(text) {
		return "not_an_id", "Choose one of the saved views."
	}
	l.view = text
	return "", ""
}

// queueSetup is how the queue is set up for a person and a view.
type queueSetup struct {
	own, shared *preference
	view        *savedView // the one that was asked for, nil for none
	columns     []string
}

// queueSetup reads how the queue is set up. A view that is gone is no view.
func (q *call) queueSetup(view string) (queueSetup, error) {
	var s queueSetup
	var err error
	if s.own, err = q.s.preferences.of(q.ctx, q.actor.Account); err != nil {
		return s, err
	}
	if s.shared, err = q.s.preferences.of(q.ctx, sharedPreference); err != nil {
		return s, err
	}
	s.view = s.find(view)
	s.columns = s.own.Columns
	if s.view != nil && len(s.view.Columns) > 0 {
		s.columns = s.view.Columns
	}
	if len(s.columns) == 0 {
		s.columns = usualColumns
	}
	return s, nil
}

// find is the view with an id, nil where there is none.
func (s *queueSetup) find(id string) *savedView {
	for _, p := range []*preference{s.own, s.shared} {
		if v := p.viewAt(id); v != nil {
			return v
		}
	}
	return nil
}

func (p *preference) viewAt(id string) *savedView {
	if i := slices.IndexFunc(p.Views, func(v savedView) bool { return v.ID == id && id != "" }); i >= 0 {
		return &p.Views[i]
	}
	return nil
}

// address is where the queue stands when the view is opened.
func (v *savedView) address() string {
	values := v.values()
	values.Set("view", v.ID)
	return address("/queue", values)
}

// values are the parameters of the view. What cannot be read as any is none; it was
// written by the program itself.
func (v *savedView) values() url.Values {
	values, err := url.ParseQuery(v.Query)
	if err != nil {
		return url.Values{}
	}
	return values
}

// pairs are the parameters in the order of their names.
func pairs(values url.Values) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for key, several := range values {
			for _, text := range several {
				if !yield(key, text) {
					return
				}
			}
		}
	}
}

// query is what the view asks for, by the rights of whoever opens it.
func (q *call) queryOf(v *savedView) (cases.Query, error) {
	l := &listing{q: q, params: listParameters}
	err := l.readFrom(pairs(v.values()))
	return l.query, err
}

// viewQuery is the part of an address that a view keeps: what the list asks for, and
// not on which page somebody was, nor by which view they came there.
func viewQuery(asked url.Values) string {
	return without(asked, "cursor", "view", "done").Encode()
}

// viewLinks are the saved views as links, with how many cases each finds. One that
// cannot be opened any more is counted as nothing; its page says why.
func (q *call) viewLinks(s queueSetup, asked url.Values) ([]filterLink, error) {
	var links []filterLink
	var queries []cases.Query
	var counts []int // of which link
	for _, views := range [][]savedView{s.own.Views, s.shared.Views} {
		for i := range views {
			v := &views[i]
			query, err := q.queryOf(v)
			if err == nil {
				queries, counts = append(queries, query), append(counts, len(links))
			}
			label := v.Name
			if v.By != "" {
				label = q.speech().T("views.common", "Name", v.Name)
			}
			links = append(links, filterLink{
				Label: label, Href: v.address(), Current: s.view == v && viewQuery(asked) == v.Query,
			})
		}
	}
	found, err := q.s.opt.Cases.Board().Count(queries, q.actor, q.s.now())
	if err != nil {
		return nil, err
	}
	for i, n := range found {
		links[counts[i]] = counted(links[counts[i]], n)
	}
	return links, nil
}

// viewName checks the name of a view among the others. except is the one that it
// may have already.
func (p *preference) viewName(text, except string) (string, error) {
	fault := func(code, message string) (string, error) {
		return "", workflow.RefuseFaults(code, message, []workflow.Fault{{Path: "/name", Code: code, Message: message}})
	}
	name := strings.Join(strings.Fields(strings.ToValidUTF8(text, "")), " ")
	switch {
	case name == "":
		return fault("view_name_missing", "Give the view a name.")
	case utf8.RuneCountInString(name) > maxViewName || strings.ContainsFunc(name, isControl):
		return fault("view_name_long", "A name has at most 60 characters, in one line.")
	}
	for _, v := range p.Views {
		if v.ID != except && strings.EqualFold(v.Name, name) {
			return fault("view_name_taken", "There is a view with this name. Choose another name, or delete that view first.")
		}
	}
	return name, nil
}

func isControl(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }

// addView keeps one more view.
func (p *preference) addView(v savedView) error {
	if len(p.Views) >= maxViews {
		return workflow.Refuse(workflow.Unprocessable, "too_many_views", "There are as many views as can be kept. Delete one first.")
	}
	name, err := p.viewName(v.Name, "")
	if err != nil {
		return err
	}
	v.Name = name
	p.Views = append(p.Views, v)
	return nil
}

// dropView forgets a view; one that is not there is gone already.
func (p *preference) dropView(id string) {
	p.Views = slices.DeleteFunc(p.Views, func(v savedView) bool { return v.ID == id })
	if p.Opens == id {
		p.Opens = ""
	}
}
