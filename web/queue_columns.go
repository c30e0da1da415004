package web

import (
	"slices"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// queueColumn is one column that the queue may have. Its heading is the word
// "column.NAME"; what stands in it is a text, an instant, or nil for nothing.
type queueColumn struct {
	Name  string
	Sort  cases.SortKey // the order that its heading leads to, "" for none
	width float64       // in a spreadsheet, in characters
	value func(t *teller, s *cases.Summary) any
	// cell shows the value on the page where it is more than its text.
	cell func(t *teller, s *cases.Summary) queueCell
}

// queueCell is what stands in one cell of the page's table.
type queueCell struct {
	Label  string // of its column, for cards on a narrow screen
	Text   string
	Stamp  string // of an instant, for machines
	Tag    string // classes of the label that the text stands in, "" for plain text
	Sign   string // beside the text: "over" or "soon"
	Nowrap bool
	Marks  []cellMark
}

// cellMark is a label that stands beside the text.
type cellMark struct {
	Text string
	Warn bool
}

// teller says the values of a list in somebody's language. It remembers names and
// the words of codes, which come again in every line.
type teller struct {
	page
	q     *call
	names map[string]string
	words map[any]string
}

func (q *call) teller(p page) *teller {
	return &teller{page: p, q: q, names: map[string]string{}, words: map[any]string{}}
}

func (t *teller) name(account string) string {
	name, known := t.names[account]
	if !known {
		name = t.q.nameOf(account)
		t.names[account] = name
	}
	return name
}

// incident is the number of an incident, nothing for none.
func (t *teller) incident(id string) any {
	if id == "" {
		return nil
	}
	i, err := t.q.s.opt.Cases.Incidents().Get(t.q.actor, id)
	if err != nil {
		return t.word("column.linked")
	}
	return i.Number
}

// say is what a code means, remembered.
func say[T ~string](t *teller, code T) string {
	if code == "" {
		return ""
	}
	text, known := t.words[code]
	if !known {
		text = t.Code(code)
		t.words[code] = text
	}
	return text
}

// word is the word of a key, remembered.
func (t *teller) word(key string) string {
	text, known := t.words[key]
	if !known {
		text = t.T(key)
		t.words[key] = text
	}
	return text
}

// mark is a word where it holds, and nothing where not.
func (t *teller) mark(holds bool, key string) any {
	if !holds {
		return nil
	}
	return t.word(key)
}

// queueColumns are all columns, in the order in which they are offered. The case's
// number always comes first: it leads to the case.
var queueColumns = []queueColumn{
	{Name: "number", width: 16, value: func(_ *teller, s *cases.Summary) any { return s.Number }},
	{Name: "controller", width: 40, value: func(_ *teller, s *cases.Summary) any { return s.Controller }, cell: controllerCell},
	{Name: "priority", Sort: cases.SortPriority, width: 9, value: func(_ *teller, s *cases.Summary) any { return string(s.Priority) }, cell: priorityCell},
	{Name: "state", width: 24, value: func(t *teller, s *cases.Summary) any { return say(t, s.State) }, cell: stateCell},
	{Name: "received", Sort: cases.SortNewest, width: 17, value: func(_ *teller, s *cases.Summary) any { return s.ReceivedAt }},
	{Name: "due", Sort: cases.SortNextDue, width: 17, value: func(_ *teller, s *cases.Summary) any { return orNothing(s.NextDueAt()) }, cell: dueCell},
	{Name: "holder", width: 24, value: func(t *teller, s *cases.Summary) any { return t.name(s.Assignee) }},
	{Name: "clock", width: 28, value: func(t *teller, s *cases.Summary) any {
		if len(s.Clocks) == 0 {
			return nil
		}
		return say(t, s.Clocks[0].Kind)
	}},
	{Name: "updated", width: 17, value: func(_ *teller, s *cases.Summary) any { return s.UpdatedAt }},
	{Name: "phase", width: 18, value: func(t *teller, s *cases.Summary) any { return say(t, s.Phase) }},
	{Name: "late", width: 14, value: func(t *teller, s *cases.Summary) any { return t.mark(s.Late, "case.late") }},
	{Name: "unread", width: 14, value: func(t *teller, s *cases.Summary) any { return t.mark(s.Unread, "case.unread") }},
	{Name: "sender", width: 24, value: func(t *teller, s *cases.Summary) any { return t.mark(s.Unverified, "key.unverified") }},
	{Name: "sector", width: 28, value: func(t *teller, s *cases.Summary) any { return say(t, s.Sector) }},
	{Name: "cause", width: 34, value: func(t *teller, s *cases.Summary) any { return say(t, cases.Cause(s.Cause)) }},
	{Name: "source", width: 24, value: func(t *teller, s *cases.Summary) any { return say(t, s.Source) }},
	{Name: "incident", width: 16, value: func(t *teller, s *cases.Summary) any { return t.incident(s.Incident) }},
	{Name: "reference", width: 24, value: func(_ *teller, s *cases.Summary) any { return s.Reference }},
	{Name: "diary", width: 16, value: func(_ *teller, s *cases.Summary) any { return s.DiaryNumber }},
	{Name: "supervision", width: 16, value: func(_ *teller, s *cases.Summary) any { return s.SupervisionNumber }},
	{Name: "secret", width: 10, value: func(t *teller, s *cases.Summary) any { return t.mark(s.Secret, "case.secret") }},
}

// usualColumns are those of somebody who has chosen none.
var usualColumns = []string{"number", "controller", "priority", "state", "received", "due", "holder"}

// columnNames lists the columns.
func columnNames() []string {
	var names []string
	for _, c := range queueColumns {
		names = append(names, c.Name)
	}
	return names
}

// columnsOf are the columns of these names, the number first whether it is named or
// not. A name that an earlier version knew and this one does not is left out.
func columnsOf(names []string) []queueColumn {
	out := []queueColumn{queueColumns[0]}
	for _, name := range names {
		i := slices.IndexFunc(queueColumns, func(c queueColumn) bool { return c.Name == name })
		if i > 0 && !slices.ContainsFunc(out, func(c queueColumn) bool { return c.Name == name }) {
			out = append(out, queueColumns[i])
		}
	}
	return out
}

func orNothing(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at
}

// show is the cell of a case in the column.
func (c *queueColumn) show(t *teller, s *cases.Summary) queueCell {
	cell := queueCell{Label: t.word("column." + c.Name)}
	switch v := c.value(t, s).(type) {
	case string:
		cell.Text = v
	case time.Time:
		cell.Text, cell.Stamp, cell.Nowrap = t.Short(v), t.Stamp(v), true
	}
	if c.cell == nil {
		return cell
	}
	label := cell.Label
	cell = c.cell(t, s)
	if c.Name != "controller" { // which is the heading of its card
		cell.Label = label
	}
	return cell
}

func controllerCell(t *teller, s *cases.Summary) queueCell {
	cell := queueCell{Text: s.Controller}
	if s.Secret {
		cell.Marks = append(cell.Marks, cellMark{Text: t.word("case.secret")})
	}
	return cell
}

func priorityCell(_ *teller, s *cases.Summary) queueCell {
	cell := queueCell{Text: string(s.Priority), Tag: "tag"}
	switch s.Priority {
	case workflow.P1:
		cell.Tag = "tag alarm"
	case workflow.P2:
		cell.Tag = "tag warn"
	}
	return cell
}

func stateCell(t *teller, s *cases.Summary) queueCell {
	cell := queueCell{Text: say(t, s.State)}
	if s.Late {
		cell.Marks = append(cell.Marks, cellMark{t.word("case.late"), true})
	}
	if s.Unverified {
		cell.Marks = append(cell.Marks, cellMark{t.word("key.unverified"), false})
	}
	if s.Unread {
		cell.Marks = append(cell.Marks, cellMark{t.word("case.unread"), true})
	}
	return cell
}

// dueCell says how long it is to the next clock, with a sign and a colour that say
// how near it is.
func dueCell(t *teller, s *cases.Summary) queueCell {
	due := s.NextDueAt()
	if due.IsZero() {
		return queueCell{}
	}
	cell := queueCell{Text: t.Remaining(due), Stamp: t.Stamp(due), Tag: "tag", Sign: t.Urgency(due)}
	switch cell.Sign {
	case "over":
		cell.Tag = "tag alarm"
	case "soon":
		cell.Tag = "tag warn"
	}
	return cell
}
