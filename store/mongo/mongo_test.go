package mongo

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/cases/casestest"
)

// TestConformance runs against a real server, where there is one. The nested
// module ferret runs the same suite on every machine.
func TestConformance(t *testing.T) {
	uri := os.Getenv("VAKA_TEST_MONGO_URI")
	if uri == "" {
		t.Skip("VAKA_TEST_MONGO_URI is not set: the suite runs on FerretDB, in store/mongo/ferret")
	}
	open := func(t *testing.T, name string) *Store {
		s, err := Open(t.Context(), Config{URI: uri, Database: name})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	n := 0
	casestest.Run(t, func(t *testing.T) casestest.Engine {
		n++
		name := fmt.Sprintf("vaka_test_%d_%d", time.Now().UnixNano(), n)
		s := open(t, name)
		t.Cleanup(func() {
			last := open(t, name)
			if err := errors.Join(last.db.Drop(t.Context()), s.Close()); err != nil {
				t.Log(err)
			}
		})
		return casestest.Engine{
			Store: s,
			Reopen: func(t *testing.T) cases.Store {
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				s = open(t, name)
				return s
			},
			Another: func(t *testing.T) cases.Store {
				further := open(t, name)
				t.Cleanup(func() { _ = further.Close() })
				return further
			},
		}
	})
}

// secret stands in every URI below, and must stand in no error.
const secret = "hunter2"

func TestErrorsHoldNoCredentials(t *testing.T) {
	for _, uri := range []string{
		"",
		secret,
		"postgres://u:" + secret + "@127.0.0.1/",
		"mongodb://u:" + secret,
		"mongodb://u:" + secret + "@",
		"mongodb://u:" + secret + ":" + secret + "@127.0.0.1/",
		"mongodb://u:%zz" + secret + "@127.0.0.1/",
		"mongodb://u:p/" + secret + "@127.0.0.1/",
		"mongodb://u:" + secret + "@127.0.0.1:99999/",
		"mongodb://u:" + secret + "@127.0.0.1:1/?authMechanism=" + secret,
		"mongodb://u:" + secret + "@127.0.0.1:1/?w=-7",
		"mongodb://u:" + secret + "@127.0.0.1:1/?tls=" + secret,
		"mongodb://u:" + secret + "@127.0.0.1:1/?tlsCAFile=/nowhere/" + secret,
		"mongodb://u:" + secret + "@127.0.0.1:1/?directConnection=true",
	} {
		s, err := Open(t.Context(), Config{URI: uri, Timeout: 50 * time.Millisecond})
		if err == nil {
			_ = s.Close()
			t.Errorf("%q was opened", uri)
			continue
		}
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error holds the password: %v", err)
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("the error is not one line: %q", err)
		}
	}
}

func TestUnreachableServer(t *testing.T) {
	_, err := Open(t.Context(), Config{URI: "mongodb://u:" + secret + "@127.0.0.1:1/vaka", Timeout: 50 * time.Millisecond})
	if !errors.Is(err, cases.ErrUnavailable) || !strings.HasPrefix(err.Error(), "MongoDB does not answer: ") {
		t.Errorf("got %v", err)
	}
}

func TestRedact(t *testing.T) {
	const uri = "mongodb://user:p%40ss@host/"
	got := redact(errors.New("dial "+uri+": user:p%40ss, p@ss, p%40ss"), uri)
	if want := "dial (the MongoDB URI): ***, ***, ***"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
