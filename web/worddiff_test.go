package web

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestCompareWords(t *testing.T) {
	for _, tt := range []struct {
		before, after string
		want          []span
	}{
		{"", "", nil},
		{"the same", "the same", []span{{kept, "the same"}}},
		{"", "new", []span{{inserted, "new"}}},
		{"old", "", []span{{taken, "old"}}},
		{"a fine of 100 000 kronor", "a fine of 200 000 kronor", []span{{kept, "a fine of "}, {taken, "100 "}, {inserted, "200 "}, {kept, "000 kronor"}}},
		{"a b c d", "a c d e", []span{{kept, "a "}, {taken, "b "}, {kept, "c "}, {taken, "d"}, {inserted, "d e"}}},
		{"one two three", "zero one three", []span{{inserted, "zero "}, {kept, "one "}, {taken, "two "}, {kept, "three"}}},
	} {
		if diff := cmp.Diff(tt.want, compareWords(tt.before, tt.after)); diff != "" {
			t.Errorf("%q to %q: %s", tt.before, tt.after, diff)
		}
	}
}

// Whatever two texts say, what was kept and taken is the one, and what was kept and
// inserted the other.
func TestCompareWords_HoldsBothTexts(t *testing.T) {
	texts := rapid.StringOfN(rapid.RuneFrom([]rune("ab \nö")), 0, 60, -1)
	rapid.Check(t, func(t *rapid.T) { bothTexts(t, texts.Draw(t, "before"), texts.Draw(t, "after")) })
	bothTexts(t, strings.Repeat("x y ", 2000), strings.Repeat("z ", 3000)) // beyond comparing
}

func bothTexts(t interface{ Errorf(string, ...any) }, before, after string) {
	var was, is string
	for _, s := range compareWords(before, after) {
		if s.Kind != inserted {
			was += s.Text
		}
		if s.Kind != taken {
			is += s.Text
		}
	}
	if was != before || is != after {
		t.Errorf("%q to %q is told as %q to %q", before, after, was, is)
	}
}
