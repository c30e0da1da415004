package web

import (
	"encoding/json"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// parameter is a parameter of a URL. Type is the zero value of what its text is.
type parameter struct {
	Name   string
	What   string
	Type   any
	Many   bool // repeated, or separated by commas
	Hidden bool // refused on the notifier's side: the answer would tell what it may not see

	read func(l *listing, text string) (code, message string)
}

// listing is a list that is being asked for.
type listing struct {
	q       *call
	params  []parameter
	query   cases.Query
	columns []string // of a file
	view    string   // id of the saved view that the queue is seen through
}

// listParameters are the filters and orders of the list of cases.
var listParameters = []parameter{
	{Name: "state", What: "The case's state.", Type: workflow.State(""), Many: true, Hidden: true, read: codes(func(q *cases.Query) *[]workflow.State { return &q.States })},
	{Name: "phase", What: "The phase of its state.", Type: workflow.Phase(""), Many: true, read: codes(func(q *cases.Query) *[]workflow.Phase { return &q.Phases })},
	{Name: "priority", What: "Its priority.", Type: workflow.Priority(""), Many: true, Hidden: true, read: codes(func(q *cases.Query) *[]workflow.Priority { return &q.Priorities })},
	{Name: "sector", What: "The controller's sector of activity.", Type: cases.SectorOfActivity(""), Many: true, read: codes(func(q *cases.Query) *[]cases.SectorOfActivity { return &q.Sectors })},
	{Name: "assignee", What: "An account's id, me, or none.", Type: "", Hidden: true, read: (*listing).assignee},
	{Name: "late", What: "Notified after the deadline that counts.", Type: false, Hidden: true, read: flag(func(q *cases.Query) **bool { return &q.Late })},
	{Name: "overdue", What: "A clock has run out.", Type: false, Hidden: true, read: flag(func(q *cases.Query) **bool { return &q.Overdue })},
	{Name: "unread", What: "A submission came in after the case had ended, and nobody has dealt with it.", Type: false, Hidden: true, read: flag(func(q *cases.Query) **bool { return &q.Unread })},
	{Name: "unverified", What: "It was notified without an account.", Type: false, Hidden: true, read: flag(func(q *cases.Query) **bool { return &q.Unverified })},
	{Name: "incident", What: "The incident's id or number, or none.", Type: "", Hidden: true, read: (*listing).incident},
	{Name: "received_from", What: "Received at this instant (RFC 3339) or on this day, or later.", Type: "", read: (*listing).receivedFrom},
	{Name: "received_to", What: "Received before this instant (RFC 3339), or on this day at the latest.", Type: "", read: (*listing).receivedTo},
	{Name: "q", What: "In its number, the controller's name or the controller's reference.", Type: "", read: (*listing).text},
	{Name: "sort", What: "The order; the newest first where nothing is said.", Type: cases.SortKey(""), read: (*listing).sort},
	{Name: "limit", What: "How many at most, 1 to 200; 50 where nothing is said.", Type: 0, read: (*listing).limit},
	{Name: "cursor", What: "The next_cursor of the page before, with everything else unchanged.", Type: "", read: (*listing).cursor},
}

// codes reads codes of an enumeration into a filter.
func codes[T interface {
	~string
	Codes() []string
}](filter func(*cases.Query) *[]T) func(*listing, string) (string, string) {
	return func(l *listing, text string) (code, message string) {
		var zero T
		known := zero.Codes()
		for one := range strings.SplitSeq(text, ",") {
			if !slices.Contains(known, one) {
				return "unknown_code", "Choose from " + strings.Join(known, ", ") + "."
			}
			into := filter(&l.query)
			*into = append(*into, T(one))
		}
		return "", ""
	}
}

// flag reads true or false into a filter.
func flag(filter func(*cases.Query) **bool) func(*listing, string) (string, string) {
	return func(l *listing, text string) (code, message string) {
		yes := text == "true"
		if !yes && text != "false" {
			return "wrong_type", "Choose true or false."
		}
		*filter(&l.query) = &yes
		return "", ""
	}
}

func (l *listing) assignee(text string) (code, message string) {
	switch {
	case text == "me":
		l.query.Assignee = l.q.actor.Account
	case text == cases.NoAssignee || cases.IsID(text):
		l.query.Assignee = text
	default:
		return "not_an_id", "Give an account's id, me, or none."
	}
	return "", ""
}

func (l *listing) incident(text string) (code, message string) {
	if text != cases.NoAssignee {
		id, ok := l.q.incidentRef(text)
		if !ok {
			return "not_an_id", "Give an incident's id or number, or none."
		}
		text = id
	}
	l.query.Incident = text
	return "", ""
}

func (l *listing) receivedFrom(text string) (code, message string) {
	l.query.ReceivedFrom, code, message = l.instant(text, 0)
	return code, message
}

func (l *listing) receivedTo(text string) (code, message string) {
	l.query.ReceivedTo, code, message = l.instant(text, 1)
	return code, message
}

// instant reads an instant, or the beginning of the day that lies so many days after
// the one that is given.
func (l *listing) instant(text string, later int) (t time.Time, code, message string) {
	if day, err := time.ParseInLocation(time.DateOnly, text, l.q.s.opt.Zone); err == nil {
		return day.AddDate(0, 0, later), "", ""
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, "time_unreadable", "Give a day, as in 2026-11-18, or an instant with its offset, as in 2026-11-18T14:20:00Z."
	}
	return t, "", ""
}

// maxSearch is the longest text that is searched for, in bytes.
const maxSearch = 200

func (l *listing) text(text string) (code, message string) {
	if len(text) > maxSearch || !utf8.ValidString(text) {
		return "too_long", "Search for at most 200 bytes of text in UTF-8."
	}
	l.query.Text = text
	return "", ""
}

func (l *listing) sort(text string) (code, message string) {
	known := cases.SortKey("").Codes()
	if !l.q.actor.Staff() {
		known = []string{string(cases.SortNewest), string(cases.SortOldest)}
	}
	if !slices.Contains(known, text) {
		return "unknown_code", "Choose from " + strings.Join(known, ", ") + "."
	}
	l.query.Sort = cases.SortKey(text)
	return "", ""
}

func (l *listing) limit(text string) (code, message string) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > cases.MaxLimit {
		return "out_of_range", "Give a number from 1 to 200."
	}
	l.query.Limit = n
	return "", ""
}

func (l *listing) cursor(text string) (code, message string) {
	l.query.Cursor = text
	return "", ""
}

// read takes the whole query string in, but for what the page that asks has of its
// own, and tells everything that is wrong with it.
func (l *listing) read(but ...string) error { return l.readFrom(l.q.queryPairs(), but...) }

// readFrom does so with parameters from wherever they are kept.
func (l *listing) readFrom(pairs iter.Seq2[string, string], but ...string) error {
	var faults []workflow.Fault
	fault := func(path, code, message string) {
		if len(faults) < 50 {
			faults = append(faults, workflow.Fault{Path: path, Code: code, Message: message})
		}
	}
	seen := map[string]bool{}
	for key, text := range pairs {
		if slices.Contains(but, key) {
			continue
		}
		i := slices.IndexFunc(l.params, func(p parameter) bool { return p.Name == key })
		if i < 0 || l.params[i].Hidden && !l.q.actor.Staff() {
			fault("/query", "unknown_parameter", "There is no such parameter for this caller. Known are "+strings.Join(l.known(), ", ")+".")
			continue
		}
		p := &l.params[i]
		if seen[p.Name] && !p.Many {
			fault("/query/"+p.Name, "repeated", "Give this parameter once.")
			continue
		}
		seen[p.Name] = true
		if text == "" {
			continue // a form's empty field asks for nothing
		}
		if code, message := p.read(l, text); code != "" {
			fault("/query/"+p.Name, code, message)
		}
	}
	if len(faults) > 0 {
		return workflow.RefuseFaults("invalid_query", "The list cannot be made as it is asked for.", faults)
	}
	return nil
}

// queryPairs are the parameters of the URL, in their order.
func (q *call) queryPairs() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for key, value := range q.Context().QueryArgs().All() {
			if !yield(string(key), string(value)) {
				return
			}
		}
	}
}

func (l *listing) known() []string {
	var names []string
	for _, p := range l.params {
		if !p.Hidden || l.q.actor.Staff() {
			names = append(names, p.Name)
		}
	}
	return names
}

// withoutParameters are the parameters but those of these names.
func withoutParameters(params []parameter, names ...string) []parameter {
	return slices.DeleteFunc(slices.Clone(params), func(p parameter) bool { return slices.Contains(names, p.Name) })
}

func (l *listing) columnNames(text string) (code, message string) {
	known := columnNames()
	for one := range strings.SplitSeq(text, ",") {
		if !slices.Contains(known, one) {
			return "unknown_code", "Choose from " + strings.Join(known, ", ") + "."
		}
		l.columns = append(l.columns, one)
	}
	return "", ""
}

// caseList and partyCaseList describe what appendPage and appendPartyPage write.
type (
	caseList struct {
		Items []caseItem `json:"items"`
		Next  *string    `json:"next_cursor" doc:"null on the last page."`
	}
	caseItem struct {
		ID                string                 `json:"id"`
		Version           int64                  `json:"version"`
		Number            string                 `json:"number"`
		SupervisionNumber string                 `json:"supervision_number,omitempty"`
		State             workflow.State         `json:"state"`
		Phase             workflow.Phase         `json:"phase"`
		Priority          workflow.Priority      `json:"priority"`
		Controller        string                 `json:"controller"`
		Sector            cases.SectorOfActivity `json:"sector,omitempty"`
		ReceivedAt        time.Time              `json:"received_at"`
		Late              bool                   `json:"late"`
		NextDueAt         *time.Time             `json:"next_due_at" doc:"null when no clock runs."`
		Assignee          *string                `json:"assignee" doc:"null when nobody holds the case."`
		Incident          string                 `json:"incident,omitempty"`
		Secret            bool                   `json:"secret"`
		Unverified        bool                   `json:"sender_unverified" doc:"It was notified without an account."`
		Unread            bool                   `json:"unread" doc:"A submission came in after the end, and nobody has dealt with it."`
	}
	partyCaseList struct {
		Items []partyCaseItem `json:"items"`
		Next  *string         `json:"next_cursor" doc:"null on the last page."`
	}
	partyCaseItem struct {
		ID         string                 `json:"id"`
		Number     string                 `json:"number"`
		Phase      workflow.Phase         `json:"phase"`
		Controller string                 `json:"controller"`
		Sector     cases.SectorOfActivity `json:"sector,omitempty"`
		ReceivedAt time.Time              `json:"received_at"`
		Late       bool                   `json:"late" doc:"As the receipt of the newest version says."`
	}
)

var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 32<<10); return &b }}

func (q *call) listCases() error {
	l := &listing{q: q, params: listParameters}
	if err := l.read(); err != nil {
		return err
	}
	page, err := q.s.opt.Cases.Board().List(l.query, q.actor, q.s.now())
	if err != nil {
		return err
	}
	p := buffers.Get().(*[]byte)
	defer buffers.Put(p)
	item := appendItem
	if !q.actor.Staff() {
		item = appendPartyItem
	}
	b := append((*p)[:0], `{"items":[`...)
	for i := range page.Items {
		if i > 0 {
			b = append(b, ',')
		}
		b = item(b, &page.Items[i])
	}
	b = append(b, `],"next_cursor":`...)
	b = appendOrNull(b, page.Next)
	*p = append(b, "}\n"...)
	q.Response().Header.SetContentType(jsonType)
	q.Response().SetStatusCode(http.StatusOK)
	q.Response().SetBody(*p)
	return nil
}

// appendItem writes a caseItem. A page of the list is the most frequent answer, and
// encoding it by reflection takes several times as long as finding it.
func appendItem(b []byte, s *cases.Summary) []byte {
	b = appendText(append(b, `{"id":`...), s.ID)
	b = strconv.AppendInt(append(b, `,"version":`...), s.Version, 10)
	b = appendText(append(b, `,"number":`...), s.Number)
	if s.SupervisionNumber != "" {
		b = appendText(append(b, `,"supervision_number":`...), s.SupervisionNumber)
	}
	b = appendText(append(b, `,"state":`...), string(s.State))
	b = appendText(append(b, `,"phase":`...), string(s.Phase))
	b = appendText(append(b, `,"priority":`...), string(s.Priority))
	b = appendText(append(b, `,"controller":`...), s.Controller)
	if s.Sector != "" {
		b = appendText(append(b, `,"sector":`...), string(s.Sector))
	}
	b = appendTime(append(b, `,"received_at":`...), s.ReceivedAt)
	b = strconv.AppendBool(append(b, `,"late":`...), s.Late)
	b = append(b, `,"next_due_at":`...)
	if due := s.NextDueAt(); due.IsZero() {
		b = append(b, "null"...)
	} else {
		b = appendTime(b, due)
	}
	b = appendOrNull(append(b, `,"assignee":`...), s.Assignee)
	if s.Incident != "" {
		b = appendText(append(b, `,"incident":`...), s.Incident)
	}
	b = strconv.AppendBool(append(b, `,"secret":`...), s.Secret)
	b = strconv.AppendBool(append(b, `,"sender_unverified":`...), s.Unverified)
	return append(strconv.AppendBool(append(b, `,"unread":`...), s.Unread), '}')
}

// appendPartyItem writes a partyCaseItem.
func appendPartyItem(b []byte, s *cases.Summary) []byte {
	b = appendText(append(b, `{"id":`...), s.ID)
	b = appendText(append(b, `,"number":`...), s.Number)
	b = appendText(append(b, `,"phase":`...), string(s.Phase))
	b = appendText(append(b, `,"controller":`...), s.Controller)
	if s.Sector != "" {
		b = appendText(append(b, `,"sector":`...), string(s.Sector))
	}
	b = appendTime(append(b, `,"received_at":`...), s.ReceivedAt)
	return append(strconv.AppendBool(append(b, `,"late":`...), s.FiledLate), '}')
}

func appendOrNull(b []byte, s string) []byte {
	if s == "" {
		return append(b, "null"...)
	}
	return appendText(b, s)
}

// appendTime writes an instant as encoding/json does.
func appendTime(b []byte, t time.Time) []byte {
	return append(t.UTC().AppendFormat(append(b, '"'), time.RFC3339Nano), '"')
}

// appendText writes a text as encoding/json does without HTML escaping.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return appendOddText(b, s)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

func appendOddText(b []byte, s string) []byte {
	if utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r < ' ' || r == '"' || r == '\\' || r == '\u2028' || r == '\u2029'
	}) {
		return append(append(append(b, '"'), s...), '"')
	}
	var text strings.Builder
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		panic("a text marshals: " + err.Error())
	}
	return append(b, strings.TrimSuffix(text.String(), "\n")...)
}
