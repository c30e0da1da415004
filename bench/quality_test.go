package main

import "testing"

// The weights of suggestions may be tuned, but not until they mislead.
func TestSuggestions_FindWhatBelongsAmongLookalikes(t *testing.T) {
	incidents, duplicates, n, err := onLookalikes(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("of %d: incidents %+v, duplicates %+v", n, incidents, duplicates)
	for what, h := range map[string]hits{"incidents": incidents, "duplicates": duplicates} {
		if h.wanted == 0 || h.precision() < 90 || h.recall() < 90 {
			t.Errorf("%s: precision %d %%, recall %d %% (%+v)", what, h.precision(), h.recall(), h)
		}
	}
}
