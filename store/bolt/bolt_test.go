package bolt

import (
	"testing"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/cases/casestest"
)

func TestConformance(t *testing.T) {
	casestest.Run(t, func(t *testing.T) casestest.Engine {
		dir := t.TempDir()
		s := open(t, dir)
		return casestest.Engine{
			Store: s,
			Reopen: func(t *testing.T) cases.Store {
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				return open(t, dir)
			},
		}
	})
}

func open(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	return s
}
