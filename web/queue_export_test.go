package web

import (
	"encoding/csv"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestHarmless(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "Hjortvikens kommun": "Hjortvikens kommun", "2026-11-19": "2026-11-19", "a=b": "a=b", "'quoted'": "'quoted'",
		"=1+1": "'=1+1", "+46": "'+46", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\rx": "'\rx", "\nx": "'\nx",
		"＝1": "'＝1", "＋1": "'＋1", "－1": "'－1", "＠x": "'＠x", "  =1": "'  =1", "\u00a0=1": "'\u00a0=1", "\u200b=1": "'\u200b=1", "\ufeff=1": "'\ufeff=1", "\x00=1": "'\x00=1",
		" x": " x", "é=": "é=",
	} {
		if got := harmless(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

// Whatever a stranger writes, a CSV file holds it in one cell that begins with no sign
// of a formula, and nothing of it is lost.
func FuzzHarmless(f *testing.F) {
	for _, seed := range []string{"=cmd|' /C calc'!A0", "\"=1\"", ";=1", "\r\n=1", "＝1", "\u200d\t@x", "'=1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		safe := harmless(text)
		if strings.TrimPrefix(safe, "'") != text && safe != text {
			t.Fatalf("%q became %q", text, safe)
		}
		if safe != harmless(safe) {
			t.Fatalf("%q is still not harmless", safe)
		}
		first, _ := utf8.DecodeRuneInString(strings.TrimSpace(safe))
		if strings.ContainsRune("=+-@＝＋－＠", first) || safe != "" && strings.ContainsRune("\t\r", rune(safe[0])) {
			t.Fatalf("%q begins like a formula", safe)
		}
		for _, comma := range []rune{';', ','} {
			var b strings.Builder
			w := csv.NewWriter(&b)
			w.Comma, w.UseCRLF = comma, true
			if err := w.Write([]string{safe, "next"}); err != nil {
				t.Fatal(err)
			}
			w.Flush()
			r := csv.NewReader(strings.NewReader(b.String()))
			r.Comma = comma
			record, err := r.Read()
			if err != nil || len(record) != 2 || record[1] != "next" {
				t.Fatalf("%q: %q, %v", b.String(), record, err)
			}
		}
	})
}
