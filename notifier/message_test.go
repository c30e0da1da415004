package notifier

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/workflow"
)

var update = flag.Bool("update", false, "write the letters in testdata anew")

var stockholm = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		panic(err)
	}
	return zone
}()

// composing is when the letters of the tests are written: a Monday morning.
var composing = time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)

func testComposer(t testing.TB) *Composer {
	t.Helper()
	c, err := NewComposer(Office{Authority: "Exempelmyndigheten", PublicURL: "https://vaka.example.se", Zone: stockholm})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// letterOf is a letter about one clock that is due some time after it is composed.
func letterOf(clock workflow.ClockKind, left time.Duration, change ...func(*Letter)) Letter {
	l := Letter{
		ID: "01JDBX0000000000000000REM1", ComposedAt: composing,
		To: Recipient{Account: "01JDBX0000000000000000ACC1", Name: "Kim Exempel", Email: "kim@demo.example", Language: "sv", Channel: ChannelEmail},
		Items: []Item{{
			Case: "01JDBX0000000000000000CASE", Number: "PUI-2026-12", Clock: clock, Article: articleOf(clock), DueAt: composing.Add(left), Rung: "test",
		}},
	}
	for _, f := range change {
		f(&l)
	}
	return l
}

func articleOf(clock workflow.ClockKind) string {
	for _, r := range workflow.DefaultClockRules() {
		if r.Kind == clock {
			return r.Article
		}
	}
	return ""
}

func toParty(l *Letter) { l.To.Party = true }

func asDraft(l *Letter) {
	toParty(l)
	i := &l.Items[0]
	i.Case, i.Number, i.Draft = "", "", "01JDBX000000000000000DRAFT"
}

func asEscalation(l *Letter) { l.Items[0].Escalation = true }

func asLate(l *Letter) {
	since := l.ComposedAt.Add(-26 * time.Hour)
	l.Items[0].LateSince = &since
}

// burst is a letter about several clocks at once.
func burst(l *Letter) {
	l.Digest = true
	first := l.Items[0]
	l.Items = nil
	for n, left := range []time.Duration{30 * time.Hour, -time.Hour, 5 * 24 * time.Hour} {
		for m, clock := range []workflow.ClockKind{workflow.ClockRegistration, workflow.ClockSupplement} {
			i := first
			i.Number, i.Case = fmt.Sprintf("PUI-2026-%d", 20+2*n+m), fmt.Sprintf("case-%d%d", n, m)
			i.Clock, i.DueAt, i.Article = clock, composing.Add(left), articleOf(clock)
			l.Items = append(l.Items, i)
		}
	}
	asLate(l)
}

// goldenLetters are letters of every clock, stage and side, by what they show.
func goldenLetters() (names []string, letters map[string]Letter) {
	letters = map[string]Letter{}
	add := func(name string, l Letter) { names, letters[name] = append(names, name), l }
	stages := []struct {
		name   string
		left   time.Duration
		change func(*Letter)
	}{
		{"early", 62 * time.Hour, func(*Letter) {}},
		{"due", 16 * time.Hour, func(*Letter) {}}, // the midnight that ends the day
		{"overdue", -25 * time.Hour, asLate},
		{"escalation", -25 * time.Hour, asEscalation},
		{"escalation in time", 12 * time.Hour, asEscalation},
	}
	party := testTongue("sv").Party
	for _, r := range workflow.DefaultClockRules() {
		for _, s := range stages {
			if whole := r.Kind == workflow.ClockSupplement || s.name == "early" || s.name == "overdue"; !whole {
				continue // the rest differs in nothing but what these show
			}
			add(fmt.Sprintf("staff %s %s", r.Kind, s.name), letterOf(r.Kind, s.left, s.change))
			if _, told := party[r.Kind]; told && !strings.HasPrefix(s.name, "escalation") {
				add(fmt.Sprintf("party %s %s", r.Kind, s.name), letterOf(r.Kind, s.left, s.change, toParty))
			}
		}
	}
	add("draft early", letterOf(workflow.ClockNotification, 40*time.Hour, asDraft))
	add("draft overdue", letterOf(workflow.ClockNotification, -time.Hour, asDraft))
	add("digest", letterOf(workflow.ClockRegistration, 0, burst))
	add("digest of one", letterOf(workflow.ClockRegistration, 64*time.Hour, func(l *Letter) { l.Digest = true }))
	add("without an account", letterOf(workflow.ClockSupplement, 64*time.Hour, toParty, func(l *Letter) { l.To.Account = "" }))
	return names, letters
}

func testTongue(language string) *tongue {
	c, err := NewComposer(Office{Zone: time.UTC})
	if err != nil {
		panic(err)
	}
	return c.tongue[language]
}

// Every letter that the program writes stands in testdata, to be read as a whole.
func TestCompose_WritesTheLettersInTestdata(t *testing.T) {
	c := testComposer(t)
	names, letters := goldenLetters()
	for _, language := range []string{"sv", "en"} {
		var plain strings.Builder
		for _, name := range names {
			l := letters[name]
			l.To.Language = language
			m, err := c.Compose(l)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, text := range []string{m.Subject, m.Text, m.HTML} {
				for _, never := range []string{"no value", "<nil>", "%!", "{{", "Kim", "demo.example"} {
					if strings.Contains(text, never) {
						t.Errorf("%s in %s holds %q:\n%s", name, language, never, text)
					}
				}
			}
			body, foot, found := strings.Cut(m.Text, "\n-- \n")
			if !found || !strings.Contains(foot, "Exempelmyndigheten") {
				t.Errorf("%s ends without saying who writes:\n%s", name, m.Text)
			}
			if name == names[0] || name == "without an account" {
				body = m.Text // the foot is one of two
			}
			fmt.Fprintf(&plain, "==== %s\nSubject: %s\n\n%s\n", name, m.Subject, body)
			if file, ok := map[string]string{"party SUPPLEMENT overdue": "one", "draft overdue": "draft", "digest": "many"}[name]; ok {
				golden(t, fmt.Sprintf("letter_%s.%s.html", file, language), m.HTML)
			}
		}
		golden(t, "letters."+language+".txt", plain.String())
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got); run go test ./notifier -run Compose -update when this is meant:\n%s", name, diff)
	}
}

// The two languages say the same things of the same clocks, and of every clock.
func TestWords_AreWhole(t *testing.T) {
	sv, en := testTongue("sv"), testTongue("en")
	for _, code := range workflow.ClockKind("").Codes() {
		kind := workflow.ClockKind(code)
		for _, words := range []*tongue{sv, en} {
			s := words.Staff[kind]
			if s.Name == "" || s.Do == "" || s.DoLate == "" {
				t.Errorf("clock %s lacks words for staff", code)
			}
		}
		s, inSwedish := sv.Party[kind]
		e, inEnglish := en.Party[kind]
		if inSwedish != inEnglish || inSwedish && (s.Name == "" || s.Do == "" || s.DoLate == "" || e.Name == "" || e.Do == "" || e.DoLate == "") {
			t.Errorf("clock %s differs between the languages for the notifier's side", code)
		}
	}
	for _, r := range workflow.DefaultClockRules() {
		if _, ok := sv.Party[r.Kind]; !ok && (r.Addressee == workflow.ForNotifier || r.Addressee == workflow.ForParty) {
			t.Errorf("clock %s waits for the notifier's side and has no words for it", r.Kind)
		}
	}
}

// A letter that cannot be written whole is an error, never a letter with a hole.
func TestCompose_RefusesWhatItCannotWrite(t *testing.T) {
	words, err := templateFiles.ReadFile("templates/words.sv.json")
	if err != nil {
		t.Fatal(err)
	}
	broken := func(text, html string) (*Composer, error) {
		files := fstest.MapFS{}
		for _, l := range []string{"sv", "en"} {
			files["words."+l+".json"] = &fstest.MapFile{Data: words}
			files["letter."+l+".txt"] = &fstest.MapFile{Data: []byte(`{{define "subject_one"}}s{{end}}{{define "one"}}` + text + `{{end}}`)}
			files["letter."+l+".html"] = &fstest.MapFile{Data: []byte(`{{define "one"}}` + html + `{{end}}`)}
		}
		return newComposer(Office{Zone: stockholm}, files)
	}
	for _, c := range []struct {
		name, text, html, want string
		change                 func(*Letter)
	}{
		{"a field that there is not", "{{.Controller}}", "x", "Controller", func(*Letter) {}},
		{"the same in HTML", "x", "{{.One.Person}}", "Person", func(*Letter) {}},
		{"a language without words", "x", "x", `language "fi"`, func(l *Letter) { l.To.Language = "fi" }},
		{"a clock without words", "x", "x", "clock NONE", func(l *Letter) { l.Items[0].Clock = "NONE" }},
		{"a clock that is not the party's", "x", "x", "clock REGISTRATION", toParty},
		{"nothing", "x", "x", "about nothing", func(l *Letter) { l.Items = nil }},
		{"a form that is missing", "x", "x", "many", burst},
	} {
		t.Run(c.name, func(t *testing.T) {
			composer, err := broken(c.text, c.html)
			if err != nil {
				t.Fatal(err)
			}
			m, err := composer.Compose(letterOf(workflow.ClockRegistration, time.Hour, c.change))
			if err == nil || !strings.Contains(err.Error(), c.want) || m != (Message{}) {
				t.Errorf("composed %+v, %v", m, err)
			}
		})
	}
}

// What a number or a place holds cannot break out of where it stands.
func FuzzCompose(f *testing.F) {
	f.Add("PUI-2026-12", "case")
	f.Add("PUI\r\nBcc: all@example.org", "<script>alert(1)</script>")
	f.Add("\u2028{{.}}", `"><a href="javascript:`)
	c := testComposer(f)
	f.Fuzz(func(t *testing.T, number, id string) {
		for _, change := range []func(*Letter){func(*Letter) {}, burst} {
			l := letterOf(workflow.ClockRegistration, time.Hour, change)
			l.Items[0].Number, l.Items[0].Case = number, id
			m, err := c.Compose(l)
			if err != nil {
				t.Fatal(err)
			}
			if strings.ContainsAny(m.Subject, "\r\n") {
				t.Errorf("subject %q", m.Subject)
			}
			if strings.Contains(m.HTML, "<script") || strings.Contains(m.HTML, `href="javascript:`) {
				t.Errorf("HTML %q", m.HTML)
			}
		}
	})
}
