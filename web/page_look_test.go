package web_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/web"
)

// catalogue reads every file of words of a language: what each key says, in each
// of its plurals.
func catalogue(t *testing.T, language string) map[string]map[string]string {
	t.Helper()
	names, err := filepath.Glob("lang/*" + language + ".json")
	must(t, err)
	out := map[string]map[string]string{}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		must(t, err)
		var words map[string]any
		must(t, json.Unmarshal(raw, &words))
		for key, value := range words {
			if out[key] != nil {
				t.Errorf("%s has %s, which another file has too", name, key)
			}
			switch v := value.(type) {
			case string:
				out[key] = map[string]string{"": v}
			case map[string]any:
				out[key] = map[string]string{}
				for form, text := range v {
					out[key][form] = text.(string)
				}
			}
		}
	}
	return out
}

var placeholder = regexp.MustCompile(`\{\{\.[A-Za-z]+\}\}`)

// Both languages have the same words, with the same plurals and placeholders.
func TestLanguagesSayTheSame(t *testing.T) {
	sv, en := catalogue(t, "sv"), catalogue(t, "en")
	shape := func(words map[string]map[string]string) map[string][]string {
		out := map[string][]string{}
		for key, forms := range words {
			for form, text := range forms {
				if strings.TrimSpace(text) == "" {
					t.Errorf("%s says nothing", key)
				}
				used := placeholder.FindAllString(text, -1)
				if form == "one" { // "one" may say the number in words
					used = nil
				}
				slices.Sort(used)
				out[key+"/"+form] = slices.Compact(used)
			}
		}
		return out
	}
	if diff := cmp.Diff(shape(sv), shape(en)); diff != "" {
		t.Errorf("the catalogues differ (-sv +en):\n%s", diff)
	}
}

var keyText = regexp.MustCompile(`^[a-z_]+(\.[a-z_0-9]+)+$`)

// Every key that a template or the program names is in the catalogues.
func TestEveryNamedKeyIsThere(t *testing.T) {
	words := catalogue(t, "en")
	named := map[string]string{}
	templates, err := filepath.Glob("templates/*.html")
	must(t, err)
	for _, name := range templates {
		raw, err := os.ReadFile(name)
		must(t, err)
		for _, m := range regexp.MustCompile(`\.T "([^"]+)"`).FindAllStringSubmatch(string(raw), -1) {
			named[m[1]] = name
		}
	}
	files, err := filepath.Glob("*.go")
	must(t, err)
	for _, name := range files {
		if !strings.HasSuffix(name, "_test.go") {
			keysOf(t, name, named)
		}
	}
	if len(named) < 200 {
		t.Fatalf("only %d keys are named: the search is broken", len(named))
	}
	for key, where := range named {
		if words[key] == nil {
			t.Errorf("%s names %s, which no catalogue has", where, key)
		}
	}
}

// keysOf finds the keys that a file of the program hands to T, p.T and page.
func keysOf(t *testing.T, name string, named map[string]string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	must(t, err)
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		method, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || method.Sel.Name != "T" && method.Sel.Name != "page" {
			return true
		}
		for _, arg := range call.Args[:min(2, len(call.Args))] {
			if text, ok := arg.(*ast.BasicLit); ok && text.Kind == token.STRING {
				if key, err := strconv.Unquote(text.Value); err == nil && keyText.MatchString(key) {
					named[key] = name
				}
			}
		}
		return true
	})
}

// themes are the colours of the style sheet's tokens, light and dark.
func themes(t *testing.T) [2]map[string]string {
	t.Helper()
	raw, err := os.ReadFile("static/vaka.css")
	must(t, err)
	out := [2]map[string]string{{}, {}}
	for _, m := range regexp.MustCompile(`--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)`).FindAllStringSubmatch(string(raw), -1) {
		out[0][m[1]], out[1][m[1]] = m[2], m[3]
	}
	if len(out[0]) < 15 {
		t.Fatalf("found %d colours", len(out[0]))
	}
	return out
}

// contrast is the contrast of two colours by WCAG 2.2.
func contrast(a, b string) float64 {
	light := func(colour string) float64 {
		sum := 0.0
		for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
			n, _ := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8) // the expression took hex only
			c := float64(n) / 255
			if c <= 0.04045 {
				c /= 12.92
			} else {
				c = math.Pow((c+0.055)/1.055, 2.4)
			}
			sum += weight * c
		}
		return sum
	}
	x, y := light(a), light(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// Texts stand out from what they stand on by 4.5 to 1, and edges, marks and the
// focus by 3 to 1 (WCAG 2.2, 1.4.3 and 1.4.11), in both themes.
func TestContrast(t *testing.T) {
	if got := contrast("#000000", "#ffffff"); math.Abs(got-21) > 0.01 {
		t.Fatalf("black on white is %.2f", got)
	}
	pairs := []struct {
		least float64
		ink   string
		on    []string
	}{
		{4.5, "ink", []string{"paper", "surface", "sunken", "accent-wash", "alarm-wash", "warn-wash", "fine-wash"}},
		{4.5, "quiet", []string{"paper", "surface", "sunken", "alarm-wash", "warn-wash", "fine-wash"}},
		{4.5, "accent", []string{"paper", "surface", "sunken", "accent-wash", "alarm-wash", "warn-wash", "fine-wash"}},
		{4.5, "accent-ink", []string{"accent"}},
		{4.5, "alarm", []string{"paper", "surface", "alarm-wash"}},
		{4.5, "warn", []string{"paper", "surface", "warn-wash"}},
		{4.5, "fine", []string{"paper", "surface", "fine-wash"}},
		{3, "edge", []string{"paper", "surface", "sunken"}},
		{3, "focus", []string{"paper", "surface", "sunken", "accent-wash", "alarm-wash", "warn-wash", "fine-wash"}},
	}
	for i, theme := range themes(t) {
		name := []string{"light", "dark"}[i]
		for _, p := range pairs {
			for _, on := range p.on {
				if theme[p.ink] == "" || theme[on] == "" {
					t.Errorf("there is no colour %s or %s", p.ink, on)
					continue
				}
				if got := contrast(theme[p.ink], theme[on]); got < p.least {
					t.Errorf("%s: %s on %s is %.2f, want %.1f", name, p.ink, on, got, p.least)
				}
			}
		}
	}
}

// The style sheet takes its colours from the tokens, so that the test above sees
// them all. Paper is white.
func TestColoursAreTokens(t *testing.T) {
	raw, err := os.ReadFile("static/vaka.css")
	must(t, err)
	sheet := regexp.MustCompile(`--[a-z-]+: light-dark\([^)]*\);`).ReplaceAllString(string(raw), "")
	for _, colour := range regexp.MustCompile(`:[^;{}]*?(#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\()`).FindAllString(sheet, -1) {
		if !strings.Contains(colour, "#fff") {
			t.Errorf("a colour of its own: %s", colour)
		}
	}
	for _, name := range regexp.MustCompile(`var\(--([a-z0-9-]+)`).FindAllStringSubmatch(string(raw), -1) {
		if !strings.Contains(string(raw), "--"+name[1]+":") {
			t.Errorf("--%s is used and nowhere set", name[1])
		}
	}
}

// The first load of any page with what it fetches is 60 KB at most. Pages go out as
// they are: a page holds a secret of the session, and compressing it together with
// what somebody else chose would give the secret away. Only its files are compressed.
func TestFirstLoadIsSmall(t *testing.T) {
	h := openDesk(t)
	for range 60 {
		h.file("dpo")
	}
	for name, paths := range map[string][]string{
		"supervisor": {"/", "/queue", "/overview", "/investigations", "/cases/" + h.decided, "/cases/" + h.decided + "/submissions/2", "/cases/" + h.decided + "/steps/assess_severity"},
		"admin":      {"/accounts", "/organisations", "/accounts/" + h.ids["dpo"]},
		"dpo":        {"/mine", "/me", "/cases/" + h.decided},
	} {
		b := h.signedIn(name, "sv")
		for _, path := range paths {
			s := b.get(path).want(200)
			size := len(s.Body)
			for _, m := range regexp.MustCompile(`(?:href|src)="(/static/[^"]+)"`).FindAllStringSubmatch(s.Body, -1) {
				size += h.fetched(m[1])
			}
			if size > 60<<10 {
				t.Errorf("%s is %d bytes with its files", path, size)
			}
		}
	}
}

// fetched is how many bytes a file is on the way.
func (h *house) fetched(path string) int {
	h.t.Helper()
	req, err := http.NewRequest(http.MethodGet, h.base+path, nil)
	must(h.t, err)
	req.Header.Set("Accept-Encoding", "br, gzip")
	resp, err := h.client.Do(req)
	must(h.t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(h.t, err)
	if resp.StatusCode != 200 || resp.Header.Get("Content-Encoding") != "br" || !strings.Contains(resp.Header.Get("Cache-Control"), "immutable") {
		h.t.Errorf("%s: %d %v", path, resp.StatusCode, resp.Header)
	}
	return len(body)
}

// Columns stand on their base within the chart, as tall as their values.
func TestChart(t *testing.T) {
	for _, values := range [][]int{{}, {0, 0, 0}, {1}, {3, 7, 0, 12}, {1000000, 1}, {5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5}} {
		chart := web.Chart(values)
		if len(chart.Columns) != len(values) || len(chart.Lines) < 2 || len(chart.Lines) > 6 {
			t.Fatalf("%v: %d columns, %d lines", values, len(chart.Columns), len(chart.Lines))
		}
		for i, c := range chart.Columns {
			if c.Top < 20 || c.Top+c.Tall != chart.Base || c.X < 40 || c.X+c.Width > chart.Width || (c.Tall == 0) != (values[i]*190/max(1, slices.Max(values)) == 0) {
				t.Errorf("%v: column %d is %+v", values, i, c)
			}
			if i > 0 && values[i] > values[i-1] && c.Tall < chart.Columns[i-1].Tall {
				t.Errorf("%v: column %d is lower than one of less", values, i)
			}
			if c.Part > c.Tall || c.Mark+c.Part != chart.Base {
				t.Errorf("%v: the part of column %d is %+v", values, i, c)
			}
		}
	}
}
