package auth

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/vaka-project/vaka/cases"
)

// However a key was written down, it is read as the key that it is.
func TestKeyIsReadAsPeopleWriteIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var k Key
		copy(k[:], rapid.SliceOfN(rapid.Byte(), keyBytes, keyBytes).Draw(t, "key"))
		text := k.String()
		if len(text) != 34 || strings.ContainsAny(text, "ILOU") {
			t.Fatalf("spelled %q", text)
		}
		slips := map[string]string{"0": "o", "1": rapid.SampledFrom([]string{"l", "I"}).Draw(t, "one")}
		sloppy := ""
		for _, r := range text {
			letter := string(r)
			if other, ok := slips[letter]; ok && rapid.Bool().Draw(t, "mistaken") {
				letter = other
			}
			if rapid.Bool().Draw(t, "small") {
				letter = strings.ToLower(letter)
			}
			sloppy += letter + strings.Repeat(" ", rapid.IntRange(0, 1).Draw(t, "space"))
		}
		for _, spelling := range []string{text, k.Compact(), sloppy, "\n" + strings.ReplaceAll(text, "-", "")} {
			if got, ok := ReadKey(spelling); !ok || got != k {
				t.Fatalf("%q is read as %v, %v", spelling, got, ok)
			}
		}
	})
}

// One wrong letter is told, but for one in a thousand that the check cannot tell.
func TestKeyTellsASlip(t *testing.T) {
	k := Key([]byte("sixteen bytes ok"))
	compact, slipped := k.Compact(), 0
	for at := range compact {
		for _, letter := range "0123456789abcdefghjkmnpqrstvwxyz" {
			other := compact[:at] + string(letter) + compact[at+1:]
			if got, ok := ReadKey(other); ok && got != k {
				slipped++
			}
		}
	}
	if slipped > 10 {
		t.Errorf("%d of 868 slips pass", slipped)
	}
}

// What a key is of stands in its hash: the key of a draft opens no case, and the
// actor holds nothing but the role of those who notify.
func TestKeyHolders(t *testing.T) {
	k := NewKey()
	ofCase, ofDraft := k.CaseHolder(), k.DraftHolder()
	if ofCase.Account == ofDraft.Account || !cases.WithoutAccount(ofCase.Account) || !cases.WithoutAccount(ofDraft.Account) {
		t.Errorf("%q and %q", ofCase.Account, ofDraft.Account)
	}
	if len(ofCase.Roles) != 1 || ofCase.Staff() || len(ofCase.Units) != 0 || strings.Contains(ofCase.Account, k.Compact()) {
		t.Errorf("%+v", ofCase)
	}
	draft, other := NewKey(), NewKey()
	if draft == other || k.CaseKey(draft) == k.CaseKey(other) {
		t.Error("two keys are the same")
	}
	if first, again := k.CaseKey(draft), k.CaseKey(draft); first != again || first == draft.CaseKey(k) {
		t.Error("the key of a draft's case does not follow from the draft and the browser")
	}
}

// Whatever is typed for a key is read as one key or none, and a key that is read
// is spelled so that it is read again.
func FuzzReadKey(f *testing.F) {
	for _, seed := range []string{"", NewKey().String(), NewKey().Compact(), "0000-0000-0000-0000-0000-0000-0000", strings.Repeat("o", 28), "I-L", strings.Repeat("é", 100), "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		k, ok := ReadKey(text)
		if !ok {
			if k != (Key{}) {
				t.Fatalf("%q is no key and gives %v", text, k)
			}
			return
		}
		if again, ok := ReadKey(k.String()); !ok || again != k {
			t.Fatalf("%q is read as %v, which is not read again", text, k)
		}
	})
}
