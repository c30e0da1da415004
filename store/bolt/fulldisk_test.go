//go:build unix

package bolt

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/cases/casestest"
)

// limitedDir tells the child process of TestFullDisk where to work.
const limitedDir = "VAKA_TEST_LIMITED_DIR"

// TestFullDisk runs out of room and gets it back. A limit on the size of files
// stands in for the disk; it holds for a whole process, so this needs its own.
func TestFullDisk(t *testing.T) {
	if dir := os.Getenv(limitedDir); dir != "" {
		fillDisk(t, dir)
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestFullDisk$", "-test.v")
	cmd.Env = append(os.Environ(), limitedDir+"="+t.TempDir())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// limit bounds the size of files that this process writes.
func limit(t *testing.T, bytes uint64) {
	t.Helper()
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &l); err != nil {
		t.Fatal(err)
	}
	l.Cur = min(bytes, l.Max)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &l); err != nil {
		t.Fatal(err)
	}
}

func fillDisk(t *testing.T, dir string) {
	signal.Ignore(syscall.SIGXFSZ) // as on a full disk, the write fails and nothing else happens
	s := open(t, dir)
	var mu sync.Mutex
	acknowledged, refused := map[string]bool{}, map[string]bool{}
	add := func(id string) {
		entry := cases.Entry{Kind: casestest.Added, Actor: "a", Payload: casestest.Addition{N: 1, Note: strings.Repeat("x", 20_000)}}
		c, err := casestest.Tallies(s).Prepare(id, &casestest.Tally{}, entry)
		if err != nil {
			t.Error(err)
			return
		}
		err = s.Append(t.Context(), []cases.Change{c})[0]
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err == nil:
			acknowledged[id] = true
		case errors.Is(err, cases.ErrUnavailable):
			refused[id] = true
		default:
			t.Errorf("%s: %v", id, err)
		}
	}
	round := func(n int) {
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() { add(fmt.Sprintf("%d-%d", n, i)) })
		}
		wg.Wait()
	}
	round(0)
	info, err := os.Stat(filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	limit(t, uint64(info.Size()))
	for n := 1; len(refused) == 0 && n < 1000; n++ {
		round(n)
	}
	if len(refused) == 0 {
		t.Fatal("the disk never became full")
	}
	for n := range 3 { // refused again and again, and readable all the while
		round(2000 + n)
		whole(t, s, acknowledged, refused)
	}
	limit(t, ^uint64(0))
	before := len(acknowledged)
	round(3000)
	if len(acknowledged) != before+40 {
		t.Fatalf("with room again, %d of 40 were written", len(acknowledged)-before)
	}
	whole(t, s, acknowledged, refused)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	whole(t, open(t, dir), acknowledged, refused)
}

// whole fails unless exactly the acknowledged records are there, each with its
// event and its picture.
func whole(t *testing.T, s *Store, acknowledged, refused map[string]bool) {
	t.Helper()
	for id := range acknowledged {
		var picture casestest.Tally
		events, err := s.Events(t.Context(), id, 1)
		if err := errors.Join(err, s.Get(t.Context(), cases.Cases, id, &picture)); err != nil || len(events) != 1 {
			t.Fatalf("%s was acknowledged: %d events, %v", id, len(events), err)
		}
	}
	for id := range refused {
		events, err := s.Events(t.Context(), id, 1)
		if err != nil || len(events) != 0 {
			t.Fatalf("%s was refused: %d events, %v", id, len(events), err)
		}
		if err := s.Get(t.Context(), cases.Cases, id, &casestest.Tally{}); !errors.Is(err, cases.ErrNotFound) {
			t.Fatalf("%s was refused, its picture: %v", id, err)
		}
	}
}
