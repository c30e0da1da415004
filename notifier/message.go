package notifier

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	htmltemplate "html/template"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

//go:embed templates
var templateFiles embed.FS

// Office is who letters come from, and where their links lead.
type Office struct {
	Authority string         // name of the authority; "" is "the supervisory authority" in the reader's language
	PublicURL string         // under which people reach the program, without a slash at its end
	Zone      *time.Location // in which times are written
}

// Message is a letter in words.
type Message struct {
	Subject string // one line
	Text    string
	HTML    string
}

// Composer puts letters into words. Make one with [NewComposer].
type Composer struct {
	office Office
	tongue map[string]*tongue
}

// tongue is one language that letters are written in.
type tongue struct {
	Authority string                          `json:"authority"` // where the office has no name
	Days      [7]string                       `json:"days"`      // from Sunday
	Months    [12]string                      `json:"months"`
	At        string                          `json:"at"`         // between a day and a time of day
	Clock     string                          `json:"clock"`      // layout of a time of day
	EndOfDay  string                          `json:"end_of_day"` // after a day that may be used up
	Staff     map[workflow.ClockKind]sentence `json:"staff"`
	Party     map[workflow.ClockKind]sentence `json:"party"`

	text *template.Template
	html *htmltemplate.Template
	cite func(string) string
}

// sentence is what letters say of a clock.
type sentence struct {
	Name   string `json:"name"`
	Do     string `json:"do"`      // what is to be done while there is time
	DoLate string `json:"do_late"` // what is to be done when there is none left
}

// NewComposer reads the templates and words that the program carries.
func NewComposer(o Office) (*Composer, error) {
	files, err := fs.Sub(templateFiles, "templates")
	if err != nil {
		return nil, fmt.Errorf("templates of letters: %w", err)
	}
	return newComposer(o, files)
}

func newComposer(o Office, files fs.FS) (*Composer, error) {
	c := &Composer{office: o, tongue: map[string]*tongue{}}
	cites := map[string]func(string) string{"sv": workflow.ArticleSV, "en": func(s string) string { return s }}
	for language, cite := range cites {
		raw, err := fs.ReadFile(files, "words."+language+".json")
		if err != nil {
			return nil, fmt.Errorf("words of letters: %w", err)
		}
		t := &tongue{cite: cite}
		if err := json.Unmarshal(raw, t); err != nil {
			return nil, fmt.Errorf("words of letters in %s: %w", language, err)
		}
		// Letters without a word would go out quietly; so they do not go out.
		if t.text, err = template.New("text").Option("missingkey=error").ParseFS(files, "letter."+language+".txt"); err != nil {
			return nil, fmt.Errorf("templates of letters: %w", err)
		}
		if t.html, err = htmltemplate.New("html").Option("missingkey=error").ParseFS(files, "letter."+language+".html"); err != nil {
			return nil, fmt.Errorf("templates of letters: %w", err)
		}
		c.tongue[language] = t
	}
	return c, nil
}

// stage says how far a clock has come when a letter about it is written. It is
// judged anew at each try, so that a letter that was held up for a day does not
// say that there is a day left.
type stage string

const (
	early     stage = "early"
	dueSoon   stage = "due" // within 24 hours
	overdue   stage = "overdue"
	escalated stage = "escalation" // to the supervisor
)

func (i Item) stage(at time.Time) stage {
	switch {
	case i.Escalation:
		return escalated
	case at.After(i.DueAt): // an act at the instant itself is in time
		return overdue
	case i.DueAt.Sub(at) <= 24*time.Hour:
		return dueSoon
	}
	return early
}

// The data of the templates.
type (
	letterView struct {
		Authority string
		Party     bool
		Stage     stage // of a letter with one item
		Count     int   // of its items
		Overdue   int   // of its items
		Groups    []*groupView
		Settings  string // where to change how one is reminded; "" without an account
	}
	// groupView is the items of one clock.
	groupView struct {
		Name, Do, Article string
		Items             []itemView
	}
	itemView struct {
		Number string // "" for a draft
		Due    string
		Link   string
		Late   string // when it should have gone out; "" when it is in time
		Stage  stage
		Past   bool // the clock has run out
	}
)

// One is the only item of a letter with one.
func (v letterView) One() itemView { return v.Groups[0].Items[0] }

// Compose puts a letter into words. An error means that it cannot be written at
// all, now or later: a language or a clock without words, a template at fault.
func (c *Composer) Compose(l Letter) (Message, error) {
	t, ok := c.tongue[l.To.Language]
	if !ok {
		return Message{}, fmt.Errorf("letter %s: no words in the language %q", l.ID, l.To.Language)
	}
	if len(l.Items) == 0 {
		return Message{}, fmt.Errorf("letter %s is about nothing", l.ID)
	}
	view, err := c.view(l, t)
	if err != nil {
		return Message{}, fmt.Errorf("letter %s: %w", l.ID, err)
	}
	form := "one"
	if len(l.Items) > 1 { // a digest of one reads as the one that it is
		form = "many"
	}
	var m Message
	for _, part := range []struct {
		into *string
		name string
	}{{&m.Subject, "subject_" + form}, {&m.Text, form}} {
		var b strings.Builder
		if err := t.text.ExecuteTemplate(&b, part.name, view); err != nil {
			return Message{}, fmt.Errorf("letter %s: %w", l.ID, err)
		}
		*part.into = b.String()
	}
	m.Subject = oneLine(m.Subject)
	m.Text = strings.TrimSpace(m.Text) + "\n"
	var b strings.Builder
	if err := t.html.ExecuteTemplate(&b, form, view); err != nil {
		return Message{}, fmt.Errorf("letter %s: %w", l.ID, err)
	}
	m.HTML = b.String()
	return m, nil
}

func (c *Composer) view(l Letter, t *tongue) (letterView, error) {
	v := letterView{Authority: cmp.Or(c.office.Authority, t.Authority), Party: l.To.Party, Count: len(l.Items), Stage: l.Items[0].stage(l.ComposedAt)}
	if l.To.Account != "" {
		v.Settings = c.office.PublicURL + "/me/reminders"
	}
	items := slices.Clone(l.Items)
	slices.SortStableFunc(items, func(a, b Item) int {
		return cmp.Or(a.DueAt.Compare(b.DueAt), strings.Compare(a.Number, b.Number))
	})
	type key struct {
		words   sentence
		article string
	}
	groups := map[key]*groupView{}
	for _, i := range items {
		words, err := t.words(i, l)
		if err != nil {
			return letterView{}, err
		}
		one := itemView{
			Number: i.Number, Due: t.due(i.DueAt.In(c.office.Zone)), Link: linkTo(c.office.PublicURL, i),
			Stage: i.stage(l.ComposedAt), Past: l.ComposedAt.After(i.DueAt),
		}
		if one.Past {
			v.Overdue++
		}
		if i.LateSince != nil {
			one.Late = t.moment(i.LateSince.In(c.office.Zone))
		}
		g := groups[key{words, i.Article}]
		if g == nil {
			g = &groupView{Name: words.Name, Do: words.Do, Article: t.cite(i.Article)}
			groups[key{words, i.Article}] = g
			v.Groups = append(v.Groups, g)
		}
		g.Items = append(g.Items, one)
	}
	return v, nil
}

// words are what a letter says of an item: what is to be done now stands in Do.
func (t *tongue) words(i Item, l Letter) (sentence, error) {
	of := t.Staff
	if l.To.Party {
		of = t.Party
	}
	s, ok := of[i.Clock]
	if !ok || s.Name == "" || s.Do == "" || s.DoLate == "" {
		return sentence{}, fmt.Errorf("no words for the clock %s in %s", i.Clock, l.To.Language)
	}
	if l.ComposedAt.After(i.DueAt) {
		s.Do = s.DoLate
	}
	s.DoLate = ""
	return s, nil
}

// linkTo leads to where something can be done about an item.
func linkTo(publicURL string, i Item) string {
	if i.Case == "" {
		return publicURL + "/notify/" + url.PathEscape(i.Draft) + "/review"
	}
	return publicURL + "/cases/" + url.PathEscape(i.Case)
}

// due writes until when something may be done. What may be done until a day is
// over is written as that day, not as the midnight that ends it.
func (t *tongue) due(local time.Time) string {
	if h, m, s := local.Clock(); h == 0 && m == 0 && s == 0 {
		return t.day(local.AddDate(0, 0, -1)) + t.EndOfDay
	}
	return t.moment(local)
}

func (t *tongue) moment(local time.Time) string {
	return t.day(local) + t.At + local.Format(t.Clock)
}

func (t *tongue) day(d time.Time) string {
	return fmt.Sprintf("%s %d %s %d", t.Days[d.Weekday()], d.Day(), t.Months[d.Month()-1], d.Year())
}

// oneLine makes one line of a text, so that nothing in it can begin another
// header of a message.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
