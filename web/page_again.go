package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// A session may end while somebody types. Then the page that lets them in again
// carries along what they typed, and afterwards it is put before them. Nothing is
// carried out by that: whoever comes in again need not be who typed it. What is
// saved as a draft is saved when they say so; every other form is shown with what was
// typed in it, to be sent by its own button: where its row says how (route.Again), else
// filled into the page on which it stands (refill).

// formPath is where a topic of the form is saved.
const formPath = "/notify/{draft}/{topic}"

// againField marks what was carried along: the form is shown, and not carried out.
const againField = "again"

// resumePage puts what was typed before the session ended before whoever is in again.
type resumePage struct {
	page
	Next   string
	Saves  bool // it goes into a draft; else the form is shown with it
	Values []resumeValue
}

type resumeValue struct{ Name, Value string }

// carries says whether what was typed into a row's form is carried through a
// session's end.
func (s *Server) carries(row *route) bool {
	return row.Page && row.Method == post && row.Access != Anyone && (row.Again != nil || s.homeOf(row) != nil)
}

// signInAgain asks whoever typed to come in again, and carries along what was typed.
func (q *call) signInAgain() error {
	sent := q.sentFields()
	delete(sent, "form_token")
	for _, name := range secretFields {
		delete(sent, name)
	}
	if len(sent) == 0 {
		return q.toSignIn()
	}
	p := signInPage{page: q.page("sign-in", "sign_in.title"), Next: q.OriginalURL(), Guests: q.row.Guest}
	p.Narrow, p.Path = true, "/sign-in"
	if p.Resume = url.Values(sent).Encode(); len(p.Resume) > q.s.opt.MaxBody/4 {
		// Spelled once more it could become more than the server reads.
		p.Resume, p.TooLong = "", true
	}
	return q.render(http.StatusUnauthorized, "sign_in", p)
}

// resume shows what was typed to whoever came in again.
func (q *call) resume(carried again) error {
	values, err := url.ParseQuery(carried.Resume)
	row := q.s.rowOf(post, carried.Next)
	if err != nil || row == nil || !q.s.carries(row) {
		if q.s.rowOf(get, carried.Next) == nil {
			carried.Next = "/"
		}
		return q.see(carried.Next)
	}
	p := resumePage{page: q.page("", "resume.back_title"), Next: carried.Next, Saves: row.Path == formPath}
	p.Narrow, p.Path = true, "/"
	p.Form = formToken(q.bearer)
	if !p.Saves {
		values.Set(againField, "yes")
	}
	p.Values = listed(values)
	return q.render(fiber.StatusOK, "resume", p)
}

// showAgain shows a form with what was posted to it, and carries out nothing.
func (q *call) showAgain() error {
	q.again = true
	if q.row.Again != nil {
		return q.row.Again(q)
	}
	return q.refill()
}

// listed are typed values in one order, for hidden fields.
func listed(values map[string][]string) []resumeValue {
	var out []resumeValue
	for name, all := range values {
		for _, value := range all {
			out = append(out, resumeValue{name, value})
		}
	}
	slices.SortStableFunc(out, func(a, b resumeValue) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// rowOf is the row of the table that answers a path, nil for none.
func (s *Server) rowOf(method, path string) *route {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(path, "/")
rows:
	for i := range s.table {
		r := &s.table[i]
		want := strings.Split(r.Path, "/")
		if len(want) != len(parts) || r.Method != method {
			continue
		}
		for j := range want {
			if !strings.HasPrefix(want[j], "{") && want[j] != parts[j] {
				continue rows
			}
		}
		return r
	}
	return nil
}

// leftoverPage keeps what was typed into a form whose draft is gone or was sent.
type leftoverPage struct {
	page
	Receipt string // of the form that was sent; "" where the draft is gone
	Number  string // of its case
	Topic   string
	Answers []answerRow
	Values  []resumeValue
}

// leftover shows what was typed into a topic that can be saved no more: nothing
// that was typed is lost to a draft that expired, was deleted or was sent.
func (q *call) leftover(id string, sent typed, receipt string) error {
	status, title := http.StatusNotFound, "leftover.gone_title"
	if receipt != "" {
		status, title = http.StatusConflict, "leftover.sent_title"
	}
	p := leftoverPage{page: q.page("notify", title), Receipt: receipt, Topic: id}
	p.Narrow, p.Path = true, "/notify"
	if receipt != "" {
		p.Number = caseOfReceipt(receipt)
	}
	t, ok := topicByID(id)
	if !ok {
		t = topic{ID: missingTopic}
		for path := range asks { // what a version lacks may be asked of every topic
			t.Fields = append(t.Fields, path)
		}
		slices.Sort(t.Fields)
		p.Topic = ""
	}
	kept := draft{}
	q.keepTyped(&kept, &filing{draft: &kept}, t, sent)
	values := map[string][]string{}
	for _, path := range t.all() {
		field, _ := cases.FieldAt(path)
		row := answerRow{Title: p.Either(field.Title, field.TitleSV), Long: true}
		of, _ := kept.of(path)
		for _, v := range listed(of) {
			if strings.TrimSpace(v.Value) != "" {
				values[v.Name] = append(values[v.Name], v.Value)
				row.Value += v.Value + "\n"
			}
		}
		if row.Value = strings.TrimSpace(row.Value); row.Value != "" {
			p.Answers = append(p.Answers, row)
		}
	}
	p.Values = listed(values)
	return q.render(status, "leftover", p)
}

// leftoverOf is the same of what was carried through a session's end.
func (q *call) leftoverOf(carried again, receipt string) error {
	values, err := url.ParseQuery(carried.Resume)
	if err != nil {
		return noSuchDraft()
	}
	return q.leftover(carried.Next[strings.LastIndexByte(carried.Next, '/')+1:], typed(values), receipt)
}

// leftoverIn says whether an error of a form leaves over what was typed, and where
// the receipt is.
func leftoverIn(err error) (receipt string, ok bool) {
	if sent, isSent := errors.AsType[wasSent](err); isSent {
		return string(sent), true
	}
	return "", workflow.KindOf(err) == workflow.NotFound
}
