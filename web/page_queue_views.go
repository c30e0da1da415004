package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

var queueRoutes = []route{
	{Method: get, Path: "/queue.csv", Access: Staff, Tag: tagPages, Page: true, Summary: "The list that is shown, as a CSV file", handle: (*call).queueAsCSV},
	{Method: get, Path: "/queue.xlsx", Access: Staff, Tag: tagPages, Page: true, Summary: "The list that is shown, as a spreadsheet", handle: (*call).queueAsXLSX},
	{Method: get, Path: "/queue/columns", Access: Staff, Tag: tagPages, Page: true, Summary: "Which columns the queue has", handle: (*call).columnsForm},
	{Method: post, Path: "/queue/columns", Access: Staff, Tag: tagPages, Page: true, Summary: "Choose the columns", handle: (*call).columnsByForm},
	{Method: get, Path: "/queue/views", Access: Staff, Tag: tagPages, Page: true, Summary: "The saved views", handle: (*call).views},
	{Method: post, Path: "/queue/views", Access: Staff, Tag: tagPages, Page: true, Summary: "Save a view", handle: (*call).viewByForm, Again: (*call).views},
	{Method: post, Path: "/queue/views/{view}", Access: Staff, Tag: tagPages, Page: true, Summary: "Rename, share or delete a view", handle: (*call).viewChange},
}

// viewsPage is where views are named, shared, chosen and deleted.
type viewsPage struct {
	page
	Own, Shared   []viewRow
	Version       int64 // of the own views
	SharedVersion int64
	Saving        bool   // a view that was refused
	Keep          string // query of a view that is being saved
	View          string // the one it was begun from
	Name          string // typed for it
	Wrong         string // what is wrong with the name
	Faults        []pageFault
	Most          int
}

// viewRow is one view of the page.
type viewRow struct {
	savedView
	Href  string
	By    string // name of who shared it
	Opens bool   // the queue opens with it
	Asks  string // what is wrong with what it asks for, "" for nothing
	Typed string // a name that was refused
	Wrong string
}

// views shows the saved views.
func (q *call) views() error {
	return q.showViews(fiber.StatusOK, "", nil)
}

// showViews shows the page; refused is the view whose form was refused, "" for the
// form that saves a new one.
func (q *call) showViews(status int, refused string, refusal error) error {
	setup, err := q.queueSetup("")
	if err != nil {
		return err
	}
	p := viewsPage{
		page: q.page("queue", "views.title"), Version: setup.own.Version, SharedVersion: setup.shared.Version,
		Most: maxViews, Keep: q.FormValue("query"), View: q.FormValue("view"),
	}
	p.Narrow = true
	row := func(v savedView) viewRow {
		r := viewRow{savedView: v, Href: v.address(), Opens: v.ID == setup.own.Opens}
		if v.By != "" {
			r.By = p.who(v.By, q.names([]string{v.By}))
		}
		if _, err := q.queryOf(&v); err != nil {
			r.Asks = p.T("views.broken")
		}
		if refused == v.ID && refusal != nil {
			r.Typed, r.Wrong = q.FormValue("name"), p.sentence(refusal)
		}
		return r
	}
	for _, v := range setup.own.Views {
		p.Own = append(p.Own, row(v))
	}
	for _, v := range setup.shared.Views {
		p.Shared = append(p.Shared, row(v))
	}
	if refusal == nil {
		if q.again && q.row.Method == post { // the form of a new view, which stands on the queue's page
			p.Saving, p.Name = true, q.FormValue("name")
		}
		return q.render(status, "views", p)
	}
	fault := pageFault{Message: p.sentence(refusal)}
	switch {
	case len(faultsOf(refusal)) == 0 || faultsOf(refusal)[0].Path != "/name":
	case refused == "":
		fault.Field, p.Wrong = "name", fault.Message
	default:
		fault.Field = "name-" + refused
	}
	if refused == "" {
		p.Saving, p.Name = true, q.FormValue("name")
	}
	p.Faults = append(p.Faults, fault)
	return q.render(status, "views", p)
}

// viewByForm keeps what the queue shows as a view.
func (q *call) viewByForm() error {
	view, err := q.newView()
	if err == nil {
		err = q.s.preferences.change(q.ctx, q.actor.Account, q.formVersion("version"), func(p *preference) error { return p.addView(view) })
	}
	if err != nil {
		return q.refusedView("", err)
	}
	return q.see(view.address() + "&done=view_saved")
}

// newView is the view that a form asks to keep, with the columns that it shows.
func (q *call) newView() (savedView, error) {
	view := savedView{ID: cases.NewID(q.s.now()), Name: q.FormValue("name")}
	asked, err := url.ParseQuery(q.FormValue("query"))
	view.Query = viewQuery(asked)
	if err != nil || len(view.Query) > maxViewQuery {
		return view, workflow.Refuse(workflow.Invalid, "view_query_long", "The list is asked for in more words than a view keeps. Take some filters away.")
	}
	if _, err := q.queryOf(&view); err != nil {
		return view, err
	}
	setup, err := q.queueSetup(q.FormValue("view"))
	view.Columns = slices.Clone(setup.columns)
	return view, err
}

// refusedView shows why a form of the views was refused, with what was typed.
func (q *call) refusedView(view string, err error) error {
	switch {
	case workflow.KindOf(err) == workflow.Stale:
		return q.showViews(http.StatusConflict, view, err)
	case forPeople(err):
		return q.showViews(http.StatusUnprocessableEntity, view, err)
	}
	return err
}

// formVersion is the version that a form was made on.
func (q *call) formVersion(name string) int64 {
	v, err := strconv.ParseInt(q.FormValue(name), 10, 64)
	if err != nil {
		return -1 // no document has such a version, so the form counts as too old
	}
	return v
}

// viewChange carries out what a button beside a view says.
func (q *call) viewChange() error {
	id, act := q.Params("view"), q.FormValue("act")
	setup, err := q.queueSetup("")
	if err != nil {
		return err
	}
	view := setup.find(id)
	if view == nil {
		return workflow.Refuse(workflow.NotFound, "no_such_view", "There is no such view any more. Go back to the list of views.")
	}
	if err := q.changeView(act, *view, setup.shared.viewAt(id) != nil); err != nil {
		return q.refusedView(id, err)
	}
	return q.see("/queue/views?done=view_" + act)
}

// changeView does what was asked. Everybody sets up their own queue; what all staff
// share is a supervisor's.
func (q *call) changeView(act string, view savedView, shared bool) error {
	change, where, seen := viewActs[act], q.actor.Account, q.formVersion("version")
	switch act {
	case "share":
		return q.shareView(view, shared)
	case "opens", "opens_not":
	default:
		if shared {
			where, seen = sharedPreference, q.formVersion("shared_version")
		}
	}
	if change == nil {
		return workflow.Refuse(workflow.Invalid, "unknown_act", "There is no such button. Go back to the list of views.")
	}
	if where == sharedPreference && !q.actor.Has(workflow.RoleSupervisor) {
		return forbidden("Only supervisors change what all staff share.")
	}
	return q.s.preferences.change(q.ctx, where, seen, func(p *preference) error { return change(p, view.ID, q.FormValue("name")) })
}

// viewActs are the changes of one document that the buttons ask for.
var viewActs = map[string]func(p *preference, id, name string) error{
	"rename": func(p *preference, id, typed string) error {
		name, err := p.viewName(typed, id)
		if v := p.viewAt(id); v != nil && err == nil {
			v.Name = name
		}
		return err
	},
	"delete":    func(p *preference, id, _ string) error { p.dropView(id); return nil },
	"opens":     func(p *preference, id, _ string) error { p.Opens = id; return nil },
	"opens_not": func(p *preference, _, _ string) error { p.Opens = ""; return nil },
}

// shareView gives a copy of a supervisor's own view to all staff. The own one stays:
// should the program end between two changes, nothing is lost.
func (q *call) shareView(view savedView, shared bool) error {
	if !q.actor.Has(workflow.RoleSupervisor) {
		return forbidden("Only supervisors change what all staff share.")
	}
	if shared {
		return workflow.Refuse(workflow.Conflict, "view_is_shared", "All staff have this view already.")
	}
	view.ID, view.By = cases.NewID(q.s.now()), q.actor.Account
	return q.s.preferences.change(q.ctx, sharedPreference, q.formVersion("shared_version"), func(p *preference) error { return p.addView(view) })
}

// columnsPage asks which columns the queue has, in which order.
type columnsPage struct {
	page
	Version int64
	Columns []columnChoice
	Faults  []pageFault
}

type columnChoice struct {
	Name, Label string
	Place       int
	Shown       bool
}

func (q *call) columnsForm() error {
	own, err := q.s.preferences.of(q.ctx, q.actor.Account)
	if err != nil {
		return err
	}
	shown := own.Columns
	if len(shown) == 0 {
		shown = usualColumns
	}
	return q.showColumns(fiber.StatusOK, own.Version, shown, nil)
}

// showColumns shows the form with the columns that are chosen first, in their order.
func (q *call) showColumns(status int, version int64, shown []string, refusal error) error {
	p := columnsPage{page: q.page("queue", "columns.title"), Version: version}
	p.Narrow = true
	var names []string
	for _, c := range columnsOf(shown) {
		names = append(names, c.Name)
	}
	count := len(names)
	for _, name := range columnNames() {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for i, name := range names[1:] {
		p.Columns = append(p.Columns, columnChoice{Name: name, Label: p.T("column." + name), Place: i + 1, Shown: i+1 < count})
	}
	if refusal != nil {
		p.Faults = append(p.Faults, pageFault{Message: p.sentence(refusal)})
	}
	return q.render(status, "columns", p)
}

// columnsByForm keeps the columns that are ticked, in the order of their numbers.
// Equal numbers stay in the order of the form; the usual columns are kept as none.
func (q *call) columnsByForm() error {
	var shown []string
	if q.FormValue("act") != "usual" {
		shown = q.formValues("show")
		if len(shown) > len(queueColumns) {
			shown = shown[:len(queueColumns)]
		}
		place := func(name string) int {
			n, err := strconv.Atoi(strings.TrimSpace(q.FormValue("place_" + name)))
			if err != nil {
				return len(queueColumns)
			}
			return n
		}
		slices.SortStableFunc(shown, func(a, b string) int { return place(a) - place(b) })
		var names []string
		for _, c := range columnsOf(shown) {
			names = append(names, c.Name)
		}
		if shown = names; slices.Equal(shown, usualColumns) {
			shown = nil
		}
	}
	err := q.s.preferences.change(q.ctx, q.actor.Account, q.formVersion("version"), func(p *preference) error {
		p.Columns = shown
		return nil
	})
	if workflow.KindOf(err) == workflow.Stale {
		own, readErr := q.s.preferences.of(q.ctx, q.actor.Account)
		if readErr != nil {
			return readErr
		}
		return q.showColumns(http.StatusConflict, own.Version, shown, err) // what was chosen stays in the form
	}
	if err != nil {
		return err
	}
	return q.see("/queue?view=" + noView + "&done=columns")
}
