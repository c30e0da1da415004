package web_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/cases/casestest"
	"github.com/vaka-project/vaka/workflow"
)

var headTag = regexp.MustCompile(`(?s)<th scope="col"[^>]*>(.*?)</th>`)

// heads are the headings of the table in sight.
func (s screen) heads() []string {
	var out []string
	for _, m := range headTag.FindAllStringSubmatch(s.Body, -1) {
		out = append(out, strings.Join(strings.Fields(html.UnescapeString(anyTag.ReplaceAllString(m[1], " "))), " "))
	}
	return out
}

func (s screen) lacks(says ...string) {
	s.t.Helper()
	for _, say := range says {
		if strings.Contains(s.text(), say) {
			s.t.Errorf("%s says %q:\n%s", s.Path, say, s.text())
		}
	}
}

func TestColumns_AreKeptPerPerson(t *testing.T) {
	h := open(t)
	h.show(3, func(i int, s *cases.Summary) { s.Reference, s.Cause = fmt.Sprint("Ref-", i), "EXTERNAL_MALICIOUS" })
	b := h.signedIn("caseworker")
	usual := []string{"Number", "Controller", "Priority", "State", "Received ↓", "Next time limit", "Caseworker"}
	if got := b.get("/queue").want(200).heads(); !slices.Equal(got, usual) {
		t.Fatalf("headings %q", got)
	}
	form := b.get("/queue/columns").want(200).form("/queue/columns")
	form["show"] = []string{"due", "reference", "cause", "nonsense", "due"}
	form["place_reference"], form["place_cause"], form["place_due"] = []string{"1"}, []string{"x"}, []string{"2"}
	want := []string{"Number", "Controller's reference", "Next time limit", "Cause"}
	if got := b.post("/queue/columns", form).want(200, "The columns are saved.", "Ref-0", "External, intentional").heads(); !slices.Equal(got, want) {
		t.Errorf("headings %q", got)
	}
	elsewhere := h.signedIn("caseworker", "sv") // another machine
	if got := elsewhere.get("/queue").want(200).heads(); len(got) != 4 || got[1] != "Anmälarens referens" {
		t.Errorf("headings elsewhere %q", got)
	}
	if got := h.signedIn("second").get("/queue").heads(); !slices.Equal(got, usual) {
		t.Errorf("somebody else's headings %q", got)
	}
	// The form of before is refused, with what was chosen in it.
	form["show"] = []string{"sector"}
	again := b.post("/queue/columns", form).want(409, "another window")
	if !strings.Contains(again.Body, `value="sector" checked`) {
		t.Error("what was chosen is lost")
	}
	if got := b.send("/queue/columns", "act", "usual").want(200).heads(); !slices.Equal(got, usual) {
		t.Errorf("headings %q", got)
	}
	h.signedIn("dpo").get("/queue/columns").want(403)
}

func TestHeadings_LeadToOrders(t *testing.T) {
	h := open(t)
	b := h.signedIn("caseworker")
	h.show(1, nil)
	for path, says := range map[string]string{
		"/queue":                    `aria-sort="descending"><a href="/queue?sort=received_at">`,
		"/queue?sort=received_at":   `aria-sort="ascending"><a href="/queue?sort=-received_at">`,
		"/queue?sort=priority":      `aria-sort="ascending"><a href="/queue?sort=priority">`,
		"/queue?priority=P1&q=prov": `<a href="/queue?priority=P1&amp;q=prov&amp;sort=next_due_at">`,
	} {
		if s := b.get(path).want(200); !strings.Contains(s.Body, says) {
			t.Errorf("%s lacks %s", path, says)
		}
	}
}

// saveView saves what a browser shows at an address.
func saveView(b *browser, path, name string) screen {
	b.h.t.Helper()
	b.get(path).want(200)
	return b.send("/queue/views", "name", name)
}

func TestViews_AreSavedAndOpened(t *testing.T) {
	h := open(t)
	h.show(30, nil)
	b := h.signedIn("caseworker")
	saveView(b, "/queue?priority=P1&sort=next_due_at&cursor=", "  Bråttom <b>  nu ").want(200, "The view is saved.", "Bråttom <b> nu 10")
	if path, _ := url.Parse(b.screen.Path); path.Query().Get("priority") != "P1" || path.Query().Get("sort") != "next_due_at" {
		t.Fatalf("opened %s", b.screen.Path)
	}
	if !strings.Contains(b.screen.Body, `aria-current="true">Bråttom`) {
		t.Error("the view in sight is not marked")
	}
	h.show(3, nil)
	b.get("/queue").want(200, "Bråttom <b> nu 11")
	h.signedIn("second").get("/queue").want(200).lacks("Bråttom")

	// What is asked for is read anew when the view is opened, and its columns are its own.
	form := b.get("/queue/columns").form("/queue/columns")
	form["show"] = []string{"sector"}
	b.post("/queue/columns", form).want(200)
	view := regexp.MustCompile(`href="(/queue\?priority=P1[^"]*view=[^"]*)"`).FindStringSubmatch(b.screen.Body)
	if got := b.get(strings.ReplaceAll(view[1], "&amp;", "&")).want(200).heads(); len(got) != 7 {
		t.Errorf("the view has the columns %q", got)
	}
	if got := b.get("/queue").heads(); len(got) != 2 {
		t.Errorf("the queue has the columns %q", got)
	}
	b.get("/queue?view=nonsense").want(422)
	b.get("/queue?view=" + uuidLike).want(200) // one that is gone
}

// uuidLike is an id that nothing has.
const uuidLike = "00000000000000000000000000"

func TestViews_AreChanged(t *testing.T) {
	h := open(t)
	h.show(9, nil)
	b := h.signedIn("supervisor")
	saveView(b, "/queue?late=true", "Sena").want(200)
	saveView(b, "/queue?assignee=me", "Mina").want(200)
	action := func(name string) string {
		t.Helper()
		for _, m := range regexp.MustCompile(`(?s)>([^<]*)</a>[^<]*(?:<span[^>]*>[^<]*</span>|<br>|[^<])*</p>\s*<form method="post" action="([^"]*)"`).FindAllStringSubmatch(b.screen.Body, -1) {
			if m[1] == name {
				return m[2]
			}
		}
		t.Fatalf("no view %q in %s", name, b.screen.Body)
		return ""
	}
	b.get("/queue/views").want(200, "Sena", "Mina")
	sena := action("Sena")
	b.send(sena, "act", "rename", "name", "mina").want(422, "There is a view with this name")
	if !strings.Contains(b.screen.Body, `value="mina" aria-invalid="true"`) {
		t.Error("the name that was refused is not there any more")
	}
	b.send(sena, "act", "rename", "name", "För sena").want(200, "The view has a new name.", "För sena")

	// Another tab that was opened before is told, and loses nothing.
	old := b.screen
	b.send(sena, "act", "opens").want(200, "Opens first")
	b.screen = old
	b.send(sena, "act", "delete").want(409, "another window", "För sena")

	// The queue opens with it, and the whole queue is a link away.
	b.get("/queue").want(200, "5 cases")
	if !strings.HasPrefix(b.screen.Path, "/queue?late=true&view=") {
		t.Errorf("/queue opens %s", b.screen.Path)
	}
	b.get("/queue?view=all").want(200)

	b.get("/queue/views")
	b.send(sena, "act", "share").want(200, "shared with all staff", "Shared by")
	b.send(sena, "act", "share").want(422, "There is a view with this name")
	other := h.signedIn("caseworker")
	other.get("/queue").want(200, "För sena")
	other.get("/queue/views").want(200, "För sena").lacks("Rename", "Share with all")
	shared := regexp.MustCompile(`action="(/queue/views/[^"]+)"`).FindStringSubmatch(other.screen.Body)[1]
	other.send(shared, "act", "delete").want(403)
	other.get("/queue/views")
	other.send(shared, "act", "share").want(403)
	other.get("/queue/views")
	other.send(shared, "act", "opens").want(200, "Opens first")

	b.get("/queue/views")
	b.send(shared, "act", "share").want(422, "All staff have this view already")
	b.get("/queue/views")
	b.send(shared, "act", "delete").want(200, "The view is deleted.")
	other.get("/queue").want(200).lacks("För sena")
	if other.screen.Path != "/queue" {
		t.Errorf("the queue opens a view that is gone: %s", other.screen.Path)
	}
	b.get("/queue/views")
	b.send(sena, "act", "opens_not").want(200)
	b.send(sena, "act", "explode").want(422)
	b.get("/queue/views")
	b.send(sena, "act", "delete").want(200).lacks("För sena")
	b.send("/queue/views/"+lastPart(action("Mina")), "act", "rename", "name", "").want(422, "Give the view a name.")
	b.post(sena, url.Values{"act": {"delete"}, "form_token": b.get("/queue/views").form(action("Mina"))["form_token"]}).want(404)
}

func lastPart(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

func TestViews_HaveLimits(t *testing.T) {
	h := open(t)
	b := h.signedIn("caseworker")
	for i := range 12 {
		saveView(b, "/queue?priority=P1", fmt.Sprint("View ", i)).want(200, "The view is saved.")
	}
	saveView(b, "/queue", "One more").want(422, "as many views as can be kept", "Save what is shown")
	if b.screen.form("/queue/views").Get("version") != "12" {
		t.Error("the form cannot be sent again")
	}
	b = h.signedIn("second")
	saveView(b, "/queue", strings.Repeat("å", 61)).want(422, "at most 60 characters")
	saveView(b, "/queue", "a\u0085b\x7f").want(422, "at most 60 characters")
	saveView(b, "/queue", strings.Repeat("å", 60)).want(200)
	saveView(b, "/queue", "Second").want(200)
	form := b.screen.form("/queue/views")
	form.Set("name", "Third")
	form.Set("query", "priority=P9&colour=red")
	b.post("/queue/views", form).want(422, "cannot be made")
	form.Set("query", "q="+strings.Repeat("x", 190)+"&sector="+strings.Repeat("SCHOOL,", 200))
	b.post("/queue/views", form).want(422, "more words than a view keeps")
	form.Set("query", "%zz")
	b.post("/queue/views", form).want(422)
	form.Set("query", "")
	form.Set("version", "")
	b.post("/queue/views", form).want(409)
}

// Two tabs that save at once: one of them is told, and both views can be kept.
func TestViews_TwoTabsLoseNothing(t *testing.T) {
	h := open(t)
	b := h.signedIn("caseworker")
	first := b.get("/queue").form("/queue/views")
	second := b.get("/queue?late=true").form("/queue/views")
	first.Set("name", "First")
	second.Set("name", "Second")
	b.post("/queue/views", first).want(200, "The view is saved.")
	b.post("/queue/views", second).want(409, "another window", "First")
	if !strings.Contains(b.screen.Body, `value="Second"`) {
		t.Error("the name that was typed is gone")
	}
	b.send("/queue/views", "name", "Second").want(200, "First", "Second")
}

func TestPreferences_TellWhenTheStoreFails(t *testing.T) {
	h := open(t)
	h.show(1, nil)
	b := h.signedIn("caseworker")
	form := b.get("/queue/columns").form("/queue/columns")
	prefs := func(in cases.Collection, _ string) bool { return in == cases.Preferences }
	h.store.Inject(casestest.Fault{Op: casestest.Put, Match: prefs, Err: cases.ErrUnavailable})
	form["show"] = []string{"sector"}
	b.post("/queue/columns", form).want(503)
	if got := b.get("/queue").want(200).heads(); len(got) != 7 {
		t.Errorf("headings %q", got)
	}
	h.store.Inject(casestest.Fault{Op: casestest.Get, Match: prefs, Err: cases.ErrUnavailable})
	b.get("/queue").want(503)
}

func TestExport_IsWhatIsShown(t *testing.T) {
	h := open(t)
	h.show(120, func(i int, s *cases.Summary) {
		switch i {
		case 0:
			s.Controller = "=HYPERLINK(\"x\")"
		case 3:
			s.Controller, s.Secret, s.Named = "Hemliga nämnden", true, []string{h.ids["supervisor"]}
		}
	})
	for _, tt := range []struct {
		language, comma, name, head, guarded string
	}{{"sv", ";", "arenden-2026-11-19.csv", "Personuppgiftsansvarig", "'=HYPERLINK(\"x\")"}, {"en", ",", "cases-2026-11-19.csv", "Controller", "'=HYPERLINK(\"x\")"}} {
		b := h.signedIn("caseworker", tt.language)
		b.get("/queue?priority=P1&sort=received_at")
		link := regexp.MustCompile(`href="(/queue\.csv[^"]*)"`).FindStringSubmatch(b.screen.Body)
		s := b.get(strings.ReplaceAll(link[1], "&amp;", "&")).want(200)
		if got := s.Header.Get("Content-Disposition"); got != "attachment; filename="+tt.name {
			t.Errorf("disposition %q", got)
		}
		if s.Header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(s.Body, "\ufeff") || !strings.Contains(s.Body, "\r\n") {
			t.Errorf("headers %v and %q", s.Header, s.Body[:20])
		}
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(s.Body, "\ufeff")))
		r.Comma = rune(tt.comma[0])
		lines, err := r.ReadAll()
		must(t, err)
		// 40 of P1, one of them secret, on all pages, in the order of the page.
		if len(lines) != 40 || lines[0][1] != tt.head || !slices.ContainsFunc(lines, func(l []string) bool { return l[1] == tt.guarded }) {
			t.Errorf("%d lines, first %q", len(lines), lines[0])
		}
		if !slices.IsSortedFunc(lines[1:], func(x, y []string) int { return strings.Compare(x[4], y[4]) }) {
			t.Error("not in the order that was asked for")
		}
		if strings.Contains(s.Body, "Hemliga") {
			t.Error("a secret case is in the file")
		}
	}
	named := h.signedIn("supervisor", "sv")
	if s := named.get("/queue.csv").want(200); !strings.Contains(s.Body, "Hemliga") {
		t.Error("a named member of staff misses the secret case")
	}
	h.signedIn("dpo").get("/queue.csv").want(403)
	named.get("/queue.csv?sort=nonsense").want(422)
}

func TestExport_AsSpreadsheet(t *testing.T) {
	h := open(t)
	received := time.Date(2026, 7, 1, 22, 30, 0, 0, time.UTC)
	h.show(3, func(i int, s *cases.Summary) {
		s.ReceivedAt, s.Controller, s.Clocks = received.Add(time.Duration(i)*time.Hour), "=1+1\x01\ufffe", nil
		if i == 1 {
			s.Clocks = []cases.DueClock{{ID: "a", Kind: workflow.ClockTriageP1, DueAt: start}}
		}
	})
	r := h.get("caseworker", "/api/v1/cases.xlsx?columns=controller,received,due&columns=number").want(200)
	f, err := excelize.OpenReader(bytes.NewReader(r.Body))
	must(t, err)
	defer f.Close()
	name := f.GetSheetName(0)
	for cell, want := range map[string]string{"A1": "Nummer", "B1": "Personuppgiftsansvarig", "A2": "PUI-2026-0003", "C4": "2026-07-02 00:30", "C2": "2026-07-02 02:30", "D2": "", "D3": "2026-11-19 10:00"} {
		if got, err := f.GetCellValue(name, cell); err != nil || got != want {
			t.Errorf("%s is %q, want %q (%v)", cell, got, want, err)
		}
	}
	if formula, err := f.GetCellFormula(name, "B2"); err != nil || formula != "" {
		t.Errorf("the formula %q, %v", formula, err)
	}
	if kind, err := f.GetCellType(name, "C2"); err != nil || kind == excelize.CellTypeInlineString || kind == excelize.CellTypeSharedString {
		t.Errorf("an instant is of the kind %v, %v", kind, err)
	}
	if panes, err := f.GetPanes(name); err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("panes %+v, %v", panes, err)
	}
	h.get("caseworker", "/api/v1/cases.csv?columns=colour").want(422)
	h.get("caseworker", "/api/v1/cases.csv?limit=5").want(422)
	h.get("dpo", "/api/v1/cases.csv").want(403)
	if r := h.get("caseworker", "/api/v1/cases.csv?columns=number&priority=P1").want(200); string(r.Body) != "\ufeffNummer\r\nPUI-2026-0001\r\n" {
		t.Errorf("%q", r.Body)
	}
}
