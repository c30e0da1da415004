package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Everything goes from one store to another and comes back as the same bytes,
// through files and through pipes, and the records are there again.
func TestExportImport(t *testing.T) {
	data := t.TempDir()
	account(t, "dpo@example.org", "notifier", "--data", data)
	s := serve(t, "--data", data)
	c := signIn(t, s.url, "dpo@example.org")
	for _, key := range []string{"first", "second"} {
		if _, status, _, err := c.file(s.url, key); err != nil || status != http.StatusCreated {
			t.Fatalf("status %d, error %v", status, err)
		}
	}
	last, _, _, err := c.file(s.url, "third")
	if err != nil {
		t.Fatal(err)
	}
	s.stop(t)

	whole, copied := filepath.Join(t.TempDir(), "whole.vaka"), t.TempDir()
	must(t, "", "export", "--data", data, whole)
	bytesOf := func(path string) []byte {
		t.Helper()
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	text := bytesOf(whole)
	if info, err := os.Stat(whole); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the export can be read by others: %v, %v", info.Mode(), err)
	}
	if got := vaka(t, "", "export", "--data", data, whole); got.code != exitFailed || !strings.Contains(got.err, "exists already") {
		t.Errorf("over an export: %+v", got)
	}

	for what, cut := range map[string][]byte{
		"cut short":   text[:len(text)*2/3],
		"without end": text[:bytes.LastIndexByte(text[:len(text)-1], '\n')+1],
		"altered":     bytes.Replace(text, []byte("PUI-"), []byte("PUJ-"), 1),
		"empty":       nil,
	} {
		into := t.TempDir()
		got := vaka(t, string(cut), "import", "--data", into, "-")
		if got.code != exitFailed || strings.Count(got.err, "\n") != 1 || got.out != "" {
			t.Errorf("%s: %+v", what, got)
		}
		if got := must(t, "", "verify", "--data", into); got != "0 events of 0 records; 0 breaks\n" {
			t.Errorf("%s, and yet %s", what, got)
		}
	}

	if got := must(t, string(text), "import", "--data", copied, "-"); !strings.Contains(got, "rebuilt 5 records") {
		t.Error(got)
	}
	if got := must(t, "", "export", "--data", copied, "-"); got != string(text) {
		t.Error("the second export differs from the first")
	}
	if got := vaka(t, "", "import", "--data", copied, whole); got.code != exitFailed || !strings.Contains(got.err, "not empty") {
		t.Errorf("into a store in use: %+v", got)
	}
	if got := must(t, "", "rebuild", "--data", copied); got != "rebuilt 5 records\n" {
		t.Error(got)
	}

	s = serve(t, "--data", copied)
	c = signIn(t, s.url, "dpo@example.org")
	var again struct {
		Number string `json:"number"`
	}
	if status, _, err := c.do(http.MethodGet, s.url+"/api/v1/cases/"+last.Case.ID, nil, "", &again); err != nil || status != http.StatusOK || again.Number != last.Case.Number {
		t.Errorf("the case is answered %d %+v, %v", status, again, err)
	}
	// The key of a notification went along: sent again, it makes no second case.
	if f, status, _, err := c.file(s.url, "third"); err != nil || status != http.StatusCreated || f != last {
		t.Errorf("sent again: %d %+v, %v", status, f, err)
	}
}
