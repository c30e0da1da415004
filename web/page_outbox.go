package web

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/notifier"
	"github.com/vaka-project/vaka/workflow"
)

// outboxRoutes are the pages about the reminders that go out, for those who answer
// for them; what somebody gets stands under /inbox.
var outboxRoutes = []route{
	{Method: get, Path: "/reminders", Access: Oversight, Tag: tagPages, Page: true, Summary: "The reminders that go out", handle: (*call).outboxPages},
	{Method: post, Path: "/reminders/resend", Access: Oversight, Tag: tagPages, Page: true, Summary: "Send letters again that failed", handle: (*call).resendByForm},
	{Method: get, Path: "/reminders/{id}", Access: Oversight, Tag: tagPages, Page: true, Summary: "One letter", handle: (*call).letterPages},
}

// outboxPage shows how reminding stands and what went out.
type outboxPage struct {
	page
	Figures     outboxFigures
	Overdue     bool // the oldest reminder that has not gone out is too old
	Choices     []filterLink
	State       letterState
	Total       int
	Letters     []letterView
	Next, First string
	Reason      string
	Faults      []pageFault
	Picked      []string
	Sent, Left  int // of the letters that were just sent again
	Again       bool
}

// outboxItems is how many reminders of a letter stand in its row.
const outboxItems = 3

// Few are the first reminders of a letter.
func (outboxPage) Few(l letterView) []letterItemView { return l.Items[:min(len(l.Items), outboxItems)] }

// Rest is how many reminders a letter has besides.
func (outboxPage) Rest(l letterView) int { return max(0, len(l.Items)-outboxItems) }

// Ticked says whether a letter was picked in the form that was refused.
func (p outboxPage) Ticked(id string) bool { return slices.Contains(p.Picked, id) }

func (q *call) outboxPages() error { return q.showOutbox(fiber.StatusOK, nil) }

func (q *call) showOutbox(status int, refusal error) error {
	letters, figures, err := q.outbox()
	if err != nil {
		return err
	}
	p := outboxPage{page: q.page("reminders", "outbox.title"), Figures: figures}
	p.Path = "/reminders"
	p.Overdue = q.s.opt.Reminders.Figures().Overdue(p.now)
	if s := letterState(q.Query("state")); slices.Contains(letterStates, s) {
		p.State = s
	}
	if refusal != nil {
		p.State, p.Reason, p.Picked = letterFailed, q.FormValue("reason"), q.formValues("letter")
		for _, f := range faultsOf(refusal) {
			p.Faults = append(p.Faults, pageFault{Field: "reason", Message: p.T("outbox.reason") + ": " + p.fault(f.Code, f.Message)})
		}
	}
	p.Choices = []filterLink{{Label: p.T("outbox.all"), Href: "/reminders", Current: p.State == ""}}
	for _, s := range letterStates {
		p.Choices = append(p.Choices, filterLink{Label: p.T("outbox.state." + string(s)), Href: "/reminders?state=" + string(s), Current: p.State == s})
	}
	if _, again := q.queryValues()["sent"]; again {
		p.Again = true
		p.Sent, _ = strconv.Atoi(q.Query("sent"))
		p.Left, _ = strconv.Atoi(q.Query("left"))
	}
	letters = inState(letters, p.State)
	p.Total = len(letters)
	start := pageStart(q.Query("from"), len(letters))
	end := min(start+cases.DefaultLimit, len(letters))
	p.Letters = letters[start:end]
	q.nameLetters(p.Letters)
	p.First, p.Next = neighbours("/reminders", without(q.queryValues(), "sent", "left"), start, end, len(letters))
	return q.render(status, "outbox", p)
}

// resendByForm sends the letters again that were ticked, or the one of its page.
func (q *call) resendByForm() error {
	ids := q.formValues("letter")
	sent, left, err := q.resendMany(ids, q.FormValue("reason"))
	if forPeople(err) {
		if one := q.FormValue("page"); one != "" && len(ids) == 1 {
			return q.showLetter(http.StatusUnprocessableEntity, ids[0], err)
		}
		return q.showOutbox(http.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	if q.FormValue("page") != "" && len(ids) == 1 {
		return q.see("/reminders/" + ids[0])
	}
	return q.see("/reminders?state=failed&sent=" + strconv.Itoa(sent) + "&left=" + strconv.Itoa(left))
}

// letterPage is one letter, in words and with every try at it.
type letterPage struct {
	page
	Letter   letterView
	Attempts []attemptRow
	Subject  string
	Text     string // "" when whoever looks may not see every case in it
	Reason   string
	Faults   []pageFault
}

type attemptRow struct {
	notifier.Attempt
	Who string // asked for it by hand
}

func (q *call) letterPages() error { return q.showLetter(fiber.StatusOK, q.Params("id"), nil) }

func (q *call) showLetter(status int, id string, refusal error) error {
	r, l, err := q.readLetter(id)
	if err != nil {
		return err
	}
	p := letterPage{page: q.page("reminders", "outbox.letter"), Letter: l}
	p.Path = "/reminders/" + id
	p.Narrow = true
	for _, f := range faultsOf(refusal) {
		p.Reason = q.FormValue("reason")
		p.Faults = append(p.Faults, pageFault{Field: "reason", Message: p.T("outbox.reason") + ": " + p.fault(f.Code, f.Message)})
	}
	for _, a := range r.Attempts {
		if !q.actor.Has(workflow.RoleAdministrator) {
			for i := range a.Results {
				a.Results[i].Detail = ""
			}
		}
		row := attemptRow{Attempt: a}
		if a.Asked != "" {
			row.Who = p.who(a.Asked, q.names([]string{a.Asked}))
		}
		p.Attempts = append(p.Attempts, row)
	}
	whole := len(l.Items) == len(r.Items) && !slices.ContainsFunc(l.Items, func(i letterItemView) bool { return i.Hidden || i.Draft })
	if whole {
		m, err := q.s.composer.Compose(r.Letter)
		if err != nil {
			return err
		}
		p.Subject, p.Text = m.Subject, m.Text
	}
	return q.render(status, "letter", p)
}

// toldPart is the part of a case's page about its reminders.
type toldPart struct {
	Told   []toldRow
	Coming []notifier.Reminder
}

type toldRow struct {
	notifier.Told
	People []toldPerson
}

type toldPerson struct {
	notifier.ToldPerson
	Name string
}

// mostComing is how many coming reminders a case's page lists.
const mostComing = 5

// caseReminders is what was told about a case's clocks, and what comes next.
func (q *call) caseReminders(c *cases.Case) (toldPart, error) {
	var out toldPart
	told, err := q.s.opt.Reminders.History(q.ctx, subjectOf(c, func(cases.Clock) bool { return true }))
	if err != nil {
		return out, err
	}
	for _, t := range told {
		row := toldRow{Told: t}
		for _, person := range t.People {
			row.People = append(row.People, toldPerson{person, q.nameOf(person.Account)})
		}
		out.Told = append(out.Told, row)
	}
	open := subjectOf(c, func(k cases.Clock) bool { return k.Status == cases.ClockOpen })
	for _, r := range q.s.opt.Reminders.Next(open, q.s.now()) {
		if len(out.Coming) < mostComing {
			out.Coming = append(out.Coming, r)
		}
	}
	return out, nil
}
