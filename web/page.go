package web

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

//go:embed templates/*.html
var templateFiles embed.FS

// templates are the pages by name, each with the layout and the parts that all
// share. A page that does not parse fails the start, and every test.
var templates = parseTemplates(templateFiles)

func parseTemplates(files fs.FS) map[string]*template.Template {
	shared := template.Must(template.New("layout.html").Funcs(template.FuncMap{"dict": dict, "join": strings.Join}).
		ParseFS(files, "templates/layout.html", "templates/part_*.html"))
	names, err := fs.Glob(files, "templates/page_*.html")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	sets := make(map[string]*template.Template, len(names))
	for _, name := range names {
		set := template.Must(template.Must(shared.Clone()).ParseFS(files, name))
		sets[strings.TrimSuffix(strings.TrimPrefix(path.Base(name), "page_"), ".html")] = set
	}
	return sets
}

// dict lets a template hand several named values to a part.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("dict needs pairs, got %d values", len(pairs))
	}
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		key, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict needs text as key, got %T", pairs[i])
		}
		m[key] = pairs[i+1]
	}
	return m, nil
}

// page is what every page's data embeds: who looks, in which language, and the
// words and numbers as that language writes them.
type page struct {
	*speech
	Title     string
	Path      string // of the request, for the language switch
	Section   string // of the main menu that the page belongs to
	Authority string
	Demo      bool         // all of it is made up
	Person    cases.Person // zero when nobody is signed in
	letters   int          // that the person has not read
	Alarm     string       // key of a warning that reminders do not go out; "" for none
	Form      string       // token that every form sends back
	Narrow    bool
	ByKey     bool   // they have the key of a case
	Guest     bool   // whoever looks has no account, and came in by a draft's link or a case's key
	Done      string // key of a sentence about what was just done
	Again     bool   // shown with what was typed before the session ended
	zone      *time.Location
	now       time.Time
	styles    string
	script    string
}

// page begins the data of a page.
func (q *call) page(section, titleKey string) page {
	p := page{
		speech: q.speech(), Path: q.OriginalURL(), Section: section,
		Authority: q.s.opt.AuthorityName, Demo: q.s.opt.Demo, zone: q.s.opt.Zone, now: q.s.opt.Now(),
		styles: assets.path("vaka.css"), script: assets.path("vaka.js"),
	}
	p.Title = p.T(titleKey)
	if done := q.Query("done"); done != "" && p.has("done."+done) {
		p.Done = "done." + done
	}
	p.Again, p.Guest = q.again, q.guest()
	if p.ByKey = p.Guest && q.held == nil; q.actor.Account != "" {
		p.Form = formToken(q.bearer)
		if person, err := q.s.opt.Auth.Person(q.ctx, q.actor.Account); err == nil {
			p.Person = person
		}
		p.Alarm = q.alarmed(section)
		if unread, err := q.s.opt.Inbox.Unread(q.ctx, q.actor.Account); err == nil {
			p.letters = unread // a page without the number is better than none
		}
	}
	return p
}

// Date writes the day of an instant where the authority is.
func (p page) Date(t time.Time) string { return p.date(t.In(p.zone)) }

// DateTime writes an instant where the authority is.
func (p page) DateTime(t time.Time) string {
	local := t.In(p.zone)
	return p.T("time.at", "Date", p.date(local), "Clock", p.clock(local))
}

// Due writes by when something is due. What may be done until a day is over is
// written as that day, not as the midnight that ends it.
func (p page) Due(t time.Time) string {
	local := t.In(p.zone)
	if h, m, s := local.Clock(); h == 0 && m == 0 && s == 0 {
		return p.T("time.end_of", "Date", p.date(local.AddDate(0, 0, -1)))
	}
	return p.DateTime(t)
}

// Short writes an instant in little room: "21 nov 14.05", with the year where it
// is another one.
func (p page) Short(t time.Time) string {
	local := t.In(p.zone)
	month := []rune(p.months[local.Month()-1])
	text := fmt.Sprintf("%d %s", local.Day(), string(month[:3]))
	if local.Year() != p.now.In(p.zone).Year() {
		return text + " " + local.Format("2006")
	}
	return text + " " + p.clock(local)
}

// Stamp writes an instant for machines, as the datetime of a time element.
func (p page) Stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Remaining says how long it is to an instant, or how long ago it was.
func (p page) Remaining(due time.Time) string {
	left := due.Sub(p.now)
	key := "due.in"
	if left < 0 {
		key, left = "due.over", -left
	}
	if hours := int(left.Hours()); hours < 48 {
		return p.T(key+".hours", "Count", hours)
	}
	return p.T(key+".days", "Count", int(left.Hours())/24)
}

// Urgency says how near an instant is: "over", "soon" (within 24 hours) or "later".
func (p page) Urgency(due time.Time) string {
	switch left := due.Sub(p.now); {
	case left < 0:
		return "over"
	case left < 24*time.Hour:
		return "soon"
	default:
		return "later"
	}
}

// Styles is the address of the style sheet, which changes with its content.
func (p page) Styles() string { return p.styles }

// Script is the address of the page's script.
func (p page) Script() string { return p.script }

// UnreadLetters is how many letters in the inbox the person has not read, "" for none.
func (p page) UnreadLetters() string {
	if p.letters == 0 {
		return ""
	}
	return p.number(p.letters)
}

// Icon is the address of the picture that stands for the pages in a browser.
func (p page) Icon() string { return assets.path("icon.svg") }

// Signed says whether somebody is signed in.
func (p page) Signed() bool { return p.Person.Account != "" }

// Is says whether the person has one of the roles.
func (p page) Is(roles ...workflow.Role) bool {
	for _, want := range roles {
		for _, have := range p.Person.Roles {
			if have == want {
				return true
			}
		}
	}
	return false
}

// LinkExpires is until when a draft without an account is kept, unless it is saved
// again.
func (p page) LinkExpires() time.Time { return p.now.Add(guestDraftLife) }

// Staff says whether the person works at the authority on cases.
func (p page) Staff() bool {
	for _, r := range p.Person.Roles {
		if r.Staff() {
			return true
		}
	}
	return false
}

// render writes a page. It is made whole before the first byte goes out, so that
// a fault in a template is an error page and never half a page.
func (q *call) render(status int, name string, data any) error {
	set, ok := templates[name]
	if !ok {
		return fmt.Errorf("no page %q", name)
	}
	var b bytes.Buffer
	if err := set.ExecuteTemplate(&b, "layout.html", data); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	q.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	q.Set(fiber.HeaderContentSecurityPolicy, deskPolicy)
	q.Status(status)
	return q.Send(b.Bytes())
}

// deskPolicy lets a page use what comes from here and nothing else: no inline
// script, no inline style, no other origin.
const deskPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// asPage carries out a row that is a page: who is signed in stands in a cookie, a
// form must come from this site and this session, and a refusal is a page too.
func (q *call) asPage(row *route) error {
	q.bearer = q.Cookies(q.s.sessionCookie())
	err := q.admit(row)
	switch {
	case err != nil:
	case q.FormValue(againField) != "" && q.s.carries(row):
		err = q.showAgain()
	default:
		err = row.handle(q)
	}
	if err == nil {
		return nil
	}
	return q.failPage(err)
}

// admit lets somebody on to a page. Pages that anyone sees still greet whoever is
// signed in.
func (q *call) admit(row *route) error {
	if row.Method != fiber.MethodGet {
		if err := q.sameOrigin(); err != nil {
			return err
		}
		if encoding := string(q.Request().Header.ContentEncoding()); encoding != "" && encoding != "identity" {
			return refuse(http.StatusUnsupportedMediaType, "compressed_body", "Send the body as it is, without Content-Encoding.")
		}
	}
	if row.Access == Anyone {
		if actor, session, err := q.s.opt.Auth.Authenticate(q.ctx, q.bearer); err == nil {
			q.actor, q.session = actor, session
		}
		return nil
	}
	if err := q.authorise(); err != nil {
		if !row.Guest || workflow.KindOf(err) != workflow.Unauthenticated {
			return err
		}
		if err := q.admitGuest(); err != nil {
			return err
		}
	}
	if row.Method == fiber.MethodGet {
		return nil
	}
	err := q.checkForm()
	if err != nil && q.sentBefore() {
		return nil
	}
	return err
}

// sameOrigin refuses a form that a page of another site sends.
func (q *call) sameOrigin() error {
	r := &http.Request{Method: q.Method(), Host: string(q.Request().Host()), Header: http.Header{}}
	for _, name := range []string{"Sec-Fetch-Site", "Origin"} {
		if v := q.Get(name); v != "" {
			r.Header.Set(name, v)
		}
	}
	if err := q.s.origin.Check(r); err != nil {
		return forbidden("A page of another site sent this form. Open the link yourself.")
	}
	return nil
}

// sessionCookie holds the token of a session in the browser. Under HTTPS the
// name's prefix makes the browser refuse it from anywhere else.
func (s *Server) sessionCookie() string {
	if s.overHTTPS() {
		return "__Host-vaka"
	}
	return "vaka"
}

func (s *Server) overHTTPS() bool { return s.opt.TLS != nil || isHTTPS(s.opt.PublicURL) }

// setCookie gives the browser a cookie that scripts cannot read and other sites
// do not send.
func (q *call) setCookie(name, value string, until time.Time) {
	q.Cookie(&fiber.Cookie{
		Name: name, Value: value, Path: "/", Expires: until,
		HTTPOnly: true, Secure: q.s.overHTTPS(), SameSite: fiber.CookieSameSiteLaxMode,
	})
}

// formToken is what every form of a session sends back. It is worked out from
// the session's own secret, so there is nothing to keep.
func formToken(bearer string) string {
	sum := sha256.Sum256([]byte("form|" + bearer))
	return hex.EncodeToString(sum[:16])
}

// checkForm refuses a form that another site's page sent. A script, which sends no
// form, has the token in a header.
func (q *call) checkForm() error {
	token := q.Get("X-Form-Token")
	if token == "" {
		token = q.FormValue("form_token")
	}
	if subtle.ConstantTimeCompare([]byte(token), []byte(formToken(q.bearer))) != 1 {
		return workflow.Refuse(workflow.Forbidden, "form_token", "The form is too old, or was not made for your session. Go back, reload the page and send it again.")
	}
	return nil
}

// see sends the browser on to another page after a form was taken.
func (q *call) see(where string) error { return q.Redirect(where, fiber.StatusSeeOther) }

// toSignIn sends somebody who is not signed in to the sign-in page and then back.
func (q *call) toSignIn() error {
	back := q.OriginalURL()
	if q.Method() != fiber.MethodGet && q.s.rowOf(get, back) == nil {
		back = "/"
	}
	return q.see("/sign-in?next=" + url.QueryEscape(back))
}

// localPath is a path on this site that a parameter may lead to, "/" for all else.
func localPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n") {
		return "/"
	}
	return next
}
