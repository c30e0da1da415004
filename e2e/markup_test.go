package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// markupRules are the HTML standard and what follows from it for people who use
// aids; how the source is laid out is nobody's business. A list without bullets says
// that it is one, because VoiceOver takes it for none.
const markupRules = `{
	"root": true,
	"extends": ["html-validate:standard", "html-validate:a11y"],
	"rules": {
		"no-redundant-role": ["error", {"include": ["!search"]}],
		"prefer-native-element": ["error", {"exclude": ["list"]}],
		"aria-label-misuse": ["error", {"allowAnyNamable": true}],
		"no-implicit-button-type": "off"
	}
}`

// The pages are HTML as the standard has it, as they leave the service: a browser
// mends what is wrong and shows nothing of it.
func TestMarkup(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(validator); err != nil {
		t.Fatalf("the test needs html-validate; run npm ci --ignore-scripts in e2e: %v", err)
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, ".htmlvalidate.json"), []byte(markupRules))
	served := map[string]string{} // address of each file
	for i, p := range pages {
		for _, who := range p.who {
			name := fmt.Sprintf("%03d-%s.html", i, who)
			path := p.address(t)
			served[name] = path + " for " + strings.Trim(who+" ", " ")
			write(t, filepath.Join(dir, name), source(t, who, path, max(p.status, http.StatusOK)))
		}
	}
	for _, fault := range validate(t, dir) {
		t.Errorf("%s: %s", served[filepath.Base(fault.file)], fault.what)
	}

	// What is wrong on purpose is found.
	wrong := t.TempDir()
	write(t, filepath.Join(wrong, ".htmlvalidate.json"), []byte(markupRules))
	write(t, filepath.Join(wrong, "wrong.html"), []byte("<!doctype html><html lang=sv><head><title>x</title></head><body><p><div></p></div><ul><p></ul></body></html>"))
	if len(validate(t, wrong)) == 0 {
		t.Error("a page full of faults passes")
	}
}

const validator = "node_modules/.bin/html-validate"

type markupFault struct{ file, what string }

// validate lets html-validate read every page of a folder.
func validate(t testing.TB, dir string) []markupFault {
	t.Helper()
	report := filepath.Join(dir, "report.json") // node cuts off what it writes into a pipe when it ends
	cmd := exec.CommandContext(t.Context(), validator, "--formatter", "json="+report, "--config", filepath.Join(dir, ".htmlvalidate.json"), dir)
	said, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	out, err := os.ReadFile(report)
	if err != nil {
		t.Fatalf("html-validate wrote no report: %s", said)
	}
	var files []struct {
		FilePath string `json:"filePath"`
		Messages []struct {
			Rule    string `json:"ruleId"`
			Message string `json:"message"`
			Line    int    `json:"line"`
			Column  int    `json:"column"`
		} `json:"messages"`
	}
	if err := json.Unmarshal(out, &files); err != nil {
		t.Fatalf("html-validate's report: %v", err)
	}
	var faults []markupFault
	for _, f := range files {
		for _, m := range f.Messages {
			faults = append(faults, markupFault{f.FilePath, fmt.Sprintf("line %d:%d %s (%s)", m.Line, m.Column, m.Message, m.Rule)})
		}
	}
	return faults
}

// source is a page as it leaves the service, with the status that it has to have.
func source(t testing.TB, who, path string, status int) []byte {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, site+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if who != nobody {
		name, token := session(t, who)
		r.AddCookie(&http.Cookie{Name: name, Value: token})
	}
	answer, err := (&http.Client{Timeout: patience}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != status {
		t.Errorf("%s for %s answered %d, want %d", path, who, answer.StatusCode, status)
	}
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func write(t testing.TB, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
