package web

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/net/html"
)

// A form that was typed into when its session ended is shown again on the page on
// which it stands, made anew: what the person sees round about it is how things are
// now, and what they typed stands in the fields. The page is not told; its fields are
// filled in the finished text, so that no form can forget to keep what was typed.

// secretFields are never carried anywhere and never filled in. (A test holds them
// against every field of the pages that hides what is typed.)
var secretFields = []string{"password", "old_password"}

// unspoken are fields that nobody typed: they are not listed where their form is gone.
var unspoken = []string{"form_token", againField, "version", "shared_version", "key", "act", "order", "query", "view", "find"}

// homeOf is the page on which a row's form stands.
func (s *Server) homeOf(row *route) *route {
	for path := cmp.Or(row.Home, row.Path); path != ""; path = path[:strings.LastIndexByte(path, '/')] {
		for i := range s.table {
			if r := &s.table[i]; r.Method == get && r.Page && r.Path == path {
				return r
			}
		}
	}
	return nil
}

// refill shows the page on which a form stands, with what was typed in its fields.
func (q *call) refill() error {
	sent, path := q.sentFields(), q.Path()
	row, home := q.row, q.s.homeOf(q.row)
	q.row = home
	defer func() { q.row = row }()
	if err := q.admit(home); err != nil {
		return err
	}
	if err := home.handle(q); err != nil {
		return err
	}
	if !strings.HasPrefix(string(q.Response().Header.ContentType()), fiber.MIMETextHTML) || q.Response().StatusCode() != http.StatusOK {
		return nil
	}
	at := strings.Split(home.Path, "/")
	for i, part := range at {
		if strings.HasPrefix(part, "{") {
			at[i] = q.Params(strings.Trim(part, "{}"))
		}
	}
	f := refilling{action: path, home: strings.Join(at, "/"), typed: sent, lost: q.speech().T("resume.lost")}
	out, err := f.page(q.Response().Body())
	if err != nil {
		return fmt.Errorf("filling in %s: %w", home.Path, err)
	}
	return q.Send(out)
}

// refilling is a page of Vaka's own whose fields are filled in.
type refilling struct {
	action string // of the form
	home   string // path of the page
	typed  typed
	lost   string // says that the form is not on the page any more

	out    bytes.Buffer
	form   int    // number of the form on the page, -1 where there is none
	open   []int  // numbers of the details in which it stands
	name   string // of the choice whose options are read
	skip   bool   // the old text of a text field is left out
	filled bool   // a field was filled in, and has the focus
}

func (f *refilling) page(page []byte) ([]byte, error) {
	if err := f.find(page); err != nil {
		return nil, err
	}
	forms, details, inside := -1, -1, false
	err := eachToken(page, func(kind html.TokenType, t html.Token, raw []byte) {
		switch {
		case t.Data == "details" && kind == html.StartTagToken:
			if details++; slices.Contains(f.open, details) {
				f.write(marked(t, "open", true))
				return
			}
		case t.Data == "form" && kind == html.StartTagToken:
			forms++
			inside = forms == f.form
			if attr(t, "action") == "" {
				f.write(setAttr(t, "action", f.home)) // the page's own address is another one now
				return
			}
		case t.Data == "form" && kind == html.EndTagToken:
			inside = false
		case t.Data == "p" && attr(t, "id") == "again" && kind == html.StartTagToken:
			f.out.Write(raw)
			if f.form < 0 && f.list() {
				f.skip = true
			}
			return
		case t.Data == "p" && kind == html.EndTagToken:
			f.skip = false
		case inside && kind != html.TextToken:
			f.field(kind, t, raw)
			return
		case f.skip:
			return
		}
		f.out.Write(raw)
	})
	return f.out.Bytes(), err
}

// find looks for the form that has the most of the typed fields.
func (f *refilling) find(page []byte) error {
	f.form = -1
	forms, details, score, most, inside := -1, -1, 0, 0, false
	var open []int
	return eachToken(page, func(kind html.TokenType, t html.Token, _ []byte) {
		switch {
		case t.Data == "form" && kind == html.StartTagToken:
			forms++
			score = 0
			action := attr(t, "action")
			inside = attr(t, "method") == "post" && (action == f.action || action == "" && f.home == f.action)
		case t.Data == "form" && kind == html.EndTagToken:
			if inside && score > most {
				f.form, f.open, most = forms, slices.Clone(open), score
			}
			inside = false
		case t.Data == "details" && kind == html.StartTagToken:
			details++
			open = append(open, details)
		case t.Data == "details" && kind == html.EndTagToken && len(open) > 0:
			open = open[:len(open)-1]
		case inside && (kind == html.StartTagToken || kind == html.SelfClosingTagToken):
			_, has := f.typed[attr(t, "name")]
			switch {
			case has && attr(t, "type") != "hidden" && t.Data != "button":
				score += 100
			case has:
				score++
			}
		}
	})
}

// field writes a tag inside the form, filled in.
func (f *refilling) field(kind html.TokenType, t html.Token, raw []byte) {
	if kind == html.EndTagToken {
		if t.Data == "textarea" {
			f.skip = false
		}
		f.out.Write(raw)
		return
	}
	name := attr(t, "name")
	values, has := f.typed[name]
	if slices.Contains(secretFields, name) {
		f.out.Write(raw)
		return
	}
	switch {
	case t.Data == "input" && (attr(t, "type") == "checkbox" || attr(t, "type") == "radio"):
		f.write(marked(t, "checked", slices.Contains(values, attr(t, "value"))))
	case t.Data == "input" && attr(t, "type") != "hidden" && has:
		f.typed[name] = values[min(1, len(values)-1):] // the next field of the name has the next value
		f.write(f.focused(setAttr(t, "value", values[0])))
	case t.Data == "textarea" && has:
		f.write(f.focused(t))
		f.out.WriteString("\n" + html.EscapeString(values[0])) // the first line break is not a part of the text
		f.skip = true
	case t.Data == "select":
		f.name = name
		f.out.Write(raw)
	case t.Data == "option" && f.typed[f.name] != nil:
		f.write(marked(t, "selected", slices.Contains(f.typed[f.name], attr(t, "value"))))
	default:
		f.out.Write(raw)
	}
}

// focused lets the first field that is filled in have the focus: it may stand far
// down on a long page.
func (f *refilling) focused(t html.Token) html.Token {
	if f.filled {
		return t
	}
	f.filled = true
	return marked(t, "autofocus", true)
}

// list writes what was typed where its form is gone, and whether there is any.
func (f *refilling) list() bool {
	before := f.out.Len()
	for _, v := range listed(f.typed) {
		if text := strings.TrimSpace(v.Value); text != "" && !slices.Contains(unspoken, v.Name) {
			if f.out.Len() == before {
				f.out.WriteString(html.EscapeString(f.lost))
			}
			f.out.WriteString("<br>" + strings.ReplaceAll(html.EscapeString(text), "\n", "<br>"))
		}
	}
	return f.out.Len() > before
}

func (f *refilling) write(t html.Token) { f.out.WriteString(t.String()) }

// eachToken reads a page of Vaka's own.
func eachToken(page []byte, do func(kind html.TokenType, t html.Token, raw []byte)) error {
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			if z.Err().Error() == "EOF" {
				return nil
			}
			return z.Err()
		}
		raw := slices.Clone(z.Raw()) // reading the token spoils it
		do(kind, z.Token(), raw)
	}
}

func attr(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// setAttr is a tag with an attribute.
func setAttr(t html.Token, name, value string) html.Token {
	t = marked(t, name, false)
	t.Attr = append(t.Attr, html.Attribute{Key: name, Val: value})
	return t
}

// marked is a tag with or without an attribute that has no value.
func marked(t html.Token, name string, is bool) html.Token {
	t.Attr = slices.DeleteFunc(slices.Clone(t.Attr), func(a html.Attribute) bool { return a.Key == name })
	if is {
		t.Attr = append(t.Attr, html.Attribute{Key: name})
	}
	return t
}
