package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/valyala/fasthttp"
)

// password is that of every account of the bench.
const password = "measured with patience"

// build makes the program that is measured.
func build(ctx context.Context, dir string) (string, error) {
	binary := filepath.Join(dir, "vaka")
	out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/vaka").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("building vaka (start the bench in the project's directory): %w\n%s", err, out)
	}
	return binary, nil
}

// environment is what the program runs in: no settings but those of the bench.
// The rate of one account is not held down, and sweeps come often enough to be
// measured.
func environment() []string {
	env := []string{"VAKA_NOTIFICATIONS_PER_SECOND_PER_ACCOUNT=0", "VAKA_SWEEP_SECONDS=1", "VAKA_LOG_LEVEL=warn"}
	for _, line := range os.Environ() {
		if !strings.HasPrefix(line, "VAKA_") {
			env = append(env, line)
		}
	}
	return env
}

// addUser makes an account while no server runs.
func addUser(ctx context.Context, binary, data, email string, roles ...string) error {
	args := []string{"user", "add", email, "--name", "Bench", "--data", data, "--password-file", "-"}
	for _, role := range roles {
		args = append(args, "--role", role)
	}
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Env, cmd.Stdin = environment(), strings.NewReader(password+"\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("vaka user add: %w\n%s", err, out)
	}
	return nil
}

// server is a running program.
type server struct {
	*client
	cmd     *exec.Cmd
	metrics string
	loaded  time.Duration // from its start to "ready"
	lines   chan string
}

// startPatience bounds a start.
const startPatience = 5 * time.Minute

// start starts vaka serve, with further flags, and waits until it has loaded everything.
func start(ctx context.Context, binary, data string, further ...string) (*server, error) {
	metrics, err := freeAddress()
	if err != nil {
		return nil, err
	}
	args := append([]string{"serve", "--listen", "127.0.0.1:0", "--metrics-listen", metrics, "--data", data}, further...)
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Env, cmd.Stderr = environment(), os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{cmd: cmd, metrics: "http://" + metrics + "/metrics", lines: make(chan string, 16)}
	go s.readLines(stdout)
	address, err := s.line("listening on ")
	if err == nil {
		_, err = s.line("ready")
	}
	if err != nil {
		s.stop()
		return nil, err
	}
	s.loaded, s.client = time.Since(began), newClient(address)
	return s, nil
}

func (s *server) readLines(out io.Reader) {
	for lines := bufio.NewScanner(out); lines.Scan(); {
		select {
		case s.lines <- lines.Text():
		default: // nobody waits for it
		}
	}
	close(s.lines)
}

// line waits for a line of standard output and returns what follows the prefix.
func (s *server) line(prefix string) (string, error) {
	patience := time.After(startPatience)
	for {
		select {
		case line, open := <-s.lines:
			if !open {
				return "", errors.New("vaka ended before it was ready")
			}
			if rest, ok := strings.CutPrefix(line, prefix); ok {
				return rest, nil
			}
		case <-patience:
			return "", fmt.Errorf("vaka was not ready within %s", startPatience)
		}
	}
}

// stop ends the server as an administrator would.
func (s *server) stop() {
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		_ = s.cmd.Process.Kill()
	}
	_ = s.cmd.Wait() // how it ends is not what is measured
}

// memory is what the process holds: all of it, and the part that is not pages of
// its own file, in MB.
func (s *server) memory() (resident, private int, err error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(status)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		kb, _ := strconv.Atoi(fields[1]) // other lines than these two hold other things
		switch fields[0] {
		case "VmRSS:":
			resident = kb / 1000
		case "RssAnon:":
			private = kb / 1000
		}
	}
	return resident, private, nil
}

// worked is how much processor time the server has used. Unlike the time that
// clients wait, it does not depend on what else the machine does.
func (s *server) worked() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(stat), ") ") // the name may hold spaces
	fields := strings.Fields(after)
	if len(fields) < 13 {
		return 0, errors.New("the kernel tells no processor times")
	}
	var ticks int
	for _, field := range fields[11:13] { // in user and in system mode
		n, err := strconv.Atoi(field)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * time.Second / ticksPerSecond, nil
}

// ticksPerSecond is the unit of /proc, the same on every Linux that Go runs on.
const ticksPerSecond = 100

// passes is how many passes of a kind the server has made, and how long they took.
func (s *server) passes(histogram string) (n int, sum time.Duration, err error) {
	status, body, err := fasthttp.Get(nil, s.metrics)
	if err != nil || status != 200 {
		return 0, 0, fmt.Errorf("metrics: status %d: %w", status, err)
	}
	for line := range bytes.Lines(body) {
		name, value, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
		x, _ := strconv.ParseFloat(value, 64) // comments are not asked for
		switch name {
		case histogram + "_count":
			n = int(x)
		case histogram + "_sum":
			sum = time.Duration(x * float64(time.Second))
		}
	}
	return n, sum, nil
}
