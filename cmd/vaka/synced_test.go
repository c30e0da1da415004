package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/vaka-project/vaka/store/bolt"
)

// A kill keeps what the system holds in memory, so it cannot show that the data
// reached the disk. This watches the system calls of one request: after the
// request was read, the data is written to the file; the page that makes it the
// file's latest state follows; the file is synced; and only then is the answer
// written.
func TestAnswerFollowsSync(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed; make tools installs it, and make test runs that first")
	}
	if out, err := exec.Command(strace, "-o", os.DevNull, "true").CombinedOutput(); err != nil {
		t.Skipf("this machine does not permit ptrace: %s", out)
	}
	data, trace := t.TempDir(), filepath.Join(t.TempDir(), "trace")
	account(t, "dpo@example.org", "notifier", "--data", data)
	s := launch(t, exec.Command(strace, "-D", "-f", "-y", "-s", "64", "-o", trace,
		"-e", "trace=read,recvfrom,write,writev,sendto,pwrite64,fdatasync,fsync", "-e", "signal=none",
		binary, "serve", "--data", data, "--listen", "127.0.0.1:0", "--metrics-listen", "off", "--log-level", "warn"))
	s.line(t, "ready")
	c := signIn(t, s.url, "dpo@example.org")
	for n := range 3 {
		if _, status, _, err := c.file(s.url, fmt.Sprint("traced-", n)); err != nil || status != http.StatusCreated {
			t.Fatalf("status %d, error %v", status, err)
		}
	}
	s.stop(t)
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	requests := tracedRequests(t, string(text))
	if len(requests) != 3 {
		t.Fatalf("the trace shows %d requests, want 3:\n%.20000s", len(requests), text)
	}
	for i, r := range requests {
		if why := r.unsynced(); why != "" {
			t.Errorf("request %d: %s\n%s", i+1, why, strings.Join(r.lines, "\n"))
		}
	}
}

// traced is what the trace shows from the reading of a request to the moment at
// which its answer begins to be written.
type traced struct{ lines []string }

var (
	requestRead   = regexp.MustCompile(`(read|recvfrom)(\(| resumed>).*"POST /api/v1/notifications `)
	answerWritten = regexp.MustCompile(`(write|writev|sendto)\(.*"HTTP/1\.1 201 `)
	dataWritten   = regexp.MustCompile(`^\d+ +pwrite64\(\d+<[^>]*/` + regexp.QuoteMeta(bolt.FileName) + `>.*, (\d+), (\d+)( <unfinished|\))`)
	syncBegun     = regexp.MustCompile(`^(\d+) +f(?:data)?sync\(\d+<[^>]*/` + regexp.QuoteMeta(bolt.FileName) + `>(\) += 0)?`)
	syncEnded     = regexp.MustCompile(`^(\d+) +<\.\.\. f(?:data)?sync resumed>\) += 0`)
)

func tracedRequests(t *testing.T, text string) []traced {
	t.Helper()
	var all []traced
	var open []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		switch {
		case requestRead.MatchString(line):
			open = []string{line}
		case open != nil && answerWritten.MatchString(line):
			all, open = append(all, traced{open}), nil
		case open != nil:
			open = append(open, line)
		}
	}
	return all
}

// unsynced says what was missing before the answer; "" when nothing was.
func (r traced) unsynced() string {
	const pages, states, synced = 1, 2, 3
	reached := 0
	begun := map[string]bool{} // threads in a sync that began after the latest state was written
	for _, line := range r.lines {
		if m := dataWritten.FindStringSubmatch(line); m != nil {
			page := strconv.Itoa(os.Getpagesize())
			switch isState := m[1] == page && (m[2] == "0" || m[2] == page); { // one of the file's first two pages
			case isState && reached >= pages:
				reached = states
				clear(begun)
			case !isState && reached == 0:
				reached = pages
			}
			continue
		}
		if m := syncBegun.FindStringSubmatch(line); m != nil && reached == states {
			if m[2] != "" {
				reached = synced
			} else {
				begun[m[1]] = true
			}
			continue
		}
		if m := syncEnded.FindStringSubmatch(line); m != nil && begun[m[1]] {
			reached = synced
		}
	}
	switch reached {
	case 0:
		return "no page was written before the answer"
	case pages:
		return "the file's latest state was not written before the answer"
	case states:
		return "the file was not synced after its latest state was written and before the answer"
	}
	return ""
}

// The judgement itself must be able to fail.
func TestAnswerFollowsSync_Judgement(t *testing.T) {
	const (
		page  = `11 pwrite64(7</d/vaka.db>, "..."..., 8192, 8192) = 8192`
		sync  = `11 fdatasync(7</d/vaka.db>) = 0`
		begun = `11 fdatasync(7</d/vaka.db> <unfinished ...>`
		ended = `11 <... fdatasync resumed>) = 0`
		bad   = `11 fdatasync(7</d/vaka.db>) = -1 EIO (Input/output error)`
	)
	state := fmt.Sprintf(`11 pwrite64(7</d/vaka.db>, "..."..., %[1]d, %[1]d) = %[1]d`, os.Getpagesize())
	for _, c := range []struct {
		name  string
		lines []string
		fine  bool
	}{
		{"in order", []string{page, sync, state, sync}, true},
		{"in two parts", []string{page, begun, ended, state, begun, ended}, true},
		{"nothing", nil, false},
		{"never synced", []string{page, state}, false},
		{"synced before the state only", []string{page, sync, state}, false},
		{"a sync that began before the state", []string{page, begun, state, ended}, false},
		{"not ended yet", []string{page, sync, state, begun}, false},
		{"a sync that failed", []string{page, sync, state, bad}, false},
		{"no state", []string{page, sync}, false},
	} {
		if got := (traced{c.lines}).unsynced(); (got == "") != c.fine {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}
