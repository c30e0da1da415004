package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	bbolt "go.etcd.io/bbolt"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/cases/casestest"
)

func TestOneProcessPerDirectory(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	_, err := Open(dir)
	if !errors.Is(err, ErrInUse) {
		t.Fatalf("opened twice: %v", err)
	}
	want := "the data directory " + dir + " is already in use by another running vaka"
	if err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, dir)
}

func TestOnlyTheOwnerReads(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "here")
	open(t, dir)
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, FileName): 0o600} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", path, got, want)
		}
	}
}

func TestDamagedFilesAreRefused(t *testing.T) {
	whole := t.TempDir()
	s := open(t, whole)
	for i := range 2000 {
		putMeta(t, s, fmt.Sprint(i))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(whole, FileName))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"text":      []byte(strings.Repeat("no database\n", 4096)),
		"two pages": file[:8192],
		"cut short": file[:1<<17],
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, FileName), content, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(dir)
		if err == nil {
			_ = s.Close()
			t.Errorf("%s: opened", name)
			continue
		}
		if !strings.Contains(err.Error(), filepath.Join(dir, FileName)) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %q does not name the file in one line", name, err)
		}
	}
	if _, err := Open(filepath.Join(whole, FileName)); err == nil {
		t.Error("a file as data directory: opened")
	}
}

func putMeta(t testing.TB, s *Store, id string) {
	t.Helper()
	if err := s.Put(t.Context(), cases.Meta, id, map[string]any{"text": strings.Repeat(id, 100)}); err != nil {
		t.Fatal(err)
	}
}

func TestCloseFinishesWhatWasHandedIn(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	const writers = 200
	answers := make([]error, writers)
	begun := make(chan struct{}, writers)
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			begun <- struct{}{}
			answers[i] = s.Insert(context.Background(), cases.Meta, fmt.Sprint(i), nil)
		})
	}
	for range writers / 2 {
		<-begun
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	again := open(t, dir)
	for i, err := range answers {
		got := again.Get(t.Context(), cases.Meta, fmt.Sprint(i), &struct{}{})
		switch {
		case err == nil && got != nil:
			t.Errorf("insert %d was acknowledged and is lost: %v", i, got)
		case err != nil && !errors.Is(err, cases.ErrUnavailable):
			t.Errorf("insert %d after Close: %v", i, err)
		case err != nil && !errors.Is(got, cases.ErrNotFound):
			t.Errorf("insert %d was refused and is there: %v", i, got)
		}
	}
	if err := s.Get(t.Context(), cases.Meta, "1", &struct{}{}); !errors.Is(err, cases.ErrUnavailable) {
		t.Errorf("get after Close: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}

// TestRefusedChangeLeavesNoClaim: in this engine a change is written whole or
// not at all, claims included.
func TestRefusedChangeLeavesNoClaim(t *testing.T) {
	s := open(t, t.TempDir())
	log := casestest.Tallies(s)
	entry := cases.Entry{Kind: casestest.Added, Actor: "a", Payload: casestest.Addition{N: 1}}
	if _, err := log.Append(t.Context(), "r", &casestest.Tally{}, entry); err != nil {
		t.Fatal(err)
	}
	entry.Claims = []cases.Claim{{In: cases.Numbers, ID: "free"}}
	if _, err := log.Append(t.Context(), "r", &casestest.Tally{}, entry); !errors.Is(err, cases.ErrExists) {
		t.Fatalf("the same key: %v", err)
	}
	if err := s.Get(t.Context(), cases.Numbers, "free", &struct{}{}); !errors.Is(err, cases.ErrNotFound) {
		t.Errorf("the refused change's claim: %v", err)
	}
	entry.Claims = append(entry.Claims, entry.Claims[0])
	if _, err := log.Append(t.Context(), "s", &casestest.Tally{}, entry); !errors.Is(err, cases.ErrNumberTaken) {
		t.Errorf("one number claimed twice in a change: %v", err)
	}
}

// TestBadDocumentHarmsNobodyElse: a change that cannot be stored is answered by
// itself, and shares no transaction with others.
func TestBadDocumentHarmsNobodyElse(t *testing.T) {
	s := open(t, t.TempDir())
	event := func(record string) cases.Event {
		return cases.Event{Header: cases.Header{Record: record, Seq: 1}, Payload: []byte("{}")}
	}
	answers := s.Append(t.Context(), []cases.Change{
		{Event: event("good")},
		{Event: event("bad picture"), Pictures: []cases.Picture{{In: cases.Cases, ID: "x", Doc: "no document"}}},
		{Event: event(strings.Repeat("long", 10_000))},
		{Event: event("bad claim"), Claims: []cases.Claim{{In: cases.Numbers, ID: ""}}},
		{Event: event("also good")},
	})
	for i, bad := range []bool{false, true, true, true, false} {
		if (answers[i] != nil) != bad {
			t.Errorf("change %d: %v", i, answers[i])
		}
	}
	for i, record := range []string{"good", "bad picture", "bad claim", "also good"} {
		events, err := s.Events(t.Context(), record, 1)
		if err != nil || (len(events) == 1) != (i%3 == 0) {
			t.Errorf("%s: %d events, %v", record, len(events), err)
		}
	}
}

// TestUnknownStateOfTheDiskIsFinal: once a sync has failed behind a written
// transaction, nothing is answered any more, neither writes nor reads.
func TestUnknownStateOfTheDiskIsFinal(t *testing.T) {
	s := open(t, t.TempDir())
	putMeta(t, s, "1")
	cause := errors.New("input/output error")
	var latest int
	if err := s.db.View(func(tx *bbolt.Tx) error { latest = tx.ID(); return nil }); err != nil {
		t.Fatal(err)
	}
	s.judge(latest+1, cause)
	putMeta(t, s, "2") // the failed transaction never became the latest: nothing has happened
	s.judge(latest+1, cause)
	err := s.Put(t.Context(), cases.Meta, "3", nil)
	if !errors.Is(err, cases.ErrUnavailable) || !errors.Is(err, cause) {
		t.Errorf("put: %v", err)
	}
	if err := s.Get(t.Context(), cases.Meta, "1", &struct{}{}); !errors.Is(err, cases.ErrUnavailable) {
		t.Errorf("get: %v", err)
	}
}
