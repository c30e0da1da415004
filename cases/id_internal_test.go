package cases

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The board orders equal keys by the heads of ids before it reads the ids.
func TestIDHeadsAreInTheOrderOfIDs(t *testing.T) {
	text := rapid.OneOf(
		rapid.Custom(func(t *rapid.T) string {
			return NewID(time.UnixMilli(rapid.Int64Range(0, 1<<47).Draw(t, "at")))
		}),
		rapid.Custom(func(t *rapid.T) string { return DerivedID(rapid.String().Draw(t, "word")) }),
		rapid.String(),
		rapid.StringMatching(`[0-9a-z]{26}`),
	)
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		x, y := idHead(a), idHead(b)
		if x != 0 && y != 0 && x != y && (x < y) != (a < b) {
			t.Fatalf("heads %d and %d are not in the order of %q and %q", x, y, a, b)
		}
		if !IsID(a) && len(a) != idLength && x != 0 {
			t.Fatalf("%q is no id and has the head %d", a, x)
		}
	})
}
