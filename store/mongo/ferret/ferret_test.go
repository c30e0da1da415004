package ferret

import (
	"fmt"
	"os"
	"sync/atomic"
	"testing"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/cases/casestest"
	"github.com/vaka-project/vaka/store/mongo"
)

// server is shared by all tests; each has a database of its own.
var server *Server

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "ferret")
		if err == nil {
			defer os.RemoveAll(dir)
			server, err = Start(dir)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer server.Stop()
		return m.Run()
	}())
}

var databases atomic.Int64

// database names a database that no other test uses.
func database() string { return fmt.Sprintf("vaka_%d", databases.Add(1)) }

// open opens an instance on a database of the shared server.
func open(t testing.TB, name string) *mongo.Store {
	t.Helper()
	s, err := mongo.Open(t.Context(), mongo.Config{URI: server.URI, Database: name})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, s) })
	return s
}

func shut(t testing.TB, s *mongo.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Errorf("closing: %v", err)
	}
}

func TestConformance(t *testing.T) {
	casestest.Run(t, func(t *testing.T) casestest.Engine {
		name := database()
		s := open(t, name)
		return casestest.Engine{
			Store:   s,
			Reopen:  func(t *testing.T) cases.Store { shut(t, s); return open(t, name) },
			Another: func(t *testing.T) cases.Store { return open(t, name) },
		}
	})
}
