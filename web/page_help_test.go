package web

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What the list promises, the script listens for, and nothing else.
func TestShortcuts_AreThoseOfTheScript(t *testing.T) {
	source, err := os.ReadFile("static/keys.js")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(source), "const keys = {")
	single, rest, _ := strings.Cut(table, "\n};")
	_, pairs, _ := strings.Cut(rest, "const after = {")
	pairs, _, _ = strings.Cut(pairs, "\n")
	var heard []string
	for _, m := range regexp.MustCompile(`(?m)^  "?([^" :]+)"?: `).FindAllStringSubmatch(single, -1) {
		heard = append(heard, m[1])
	}
	for _, m := range regexp.MustCompile(`([a-z]): go\(`).FindAllStringSubmatch(pairs, -1) {
		heard = append(heard, "g "+m[1])
	}
	var listed []string
	for _, s := range shortcuts {
		if keys := strings.Join(s.Keys, " "); keys != "Enter" { // which links do by themselves
			listed = append(listed, keys)
		}
	}
	slices.Sort(heard)
	slices.Sort(listed)
	if !slices.Equal(heard, listed) {
		t.Errorf("the script hears %q, the list says %q", heard, listed)
	}
}
