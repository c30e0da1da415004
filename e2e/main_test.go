package e2e

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

var (
	site    string          // address of the running demo
	browser context.Context // of the one Chromium
	axe     string          // source of axe-core
)

// patience bounds every wait for the program, the browser and a page.
const patience = 40 * time.Second

func TestMain(m *testing.M) {
	flag.Parse()
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// run starts what the tests look at, and ends it after them.
func run(m *testing.M) (code int, err error) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") == "" {
			fmt.Println("the browser tests are skipped: there is no chromium. `make test` installs it, or: apt-get install chromium")
			return 0, nil
		}
		return 1, fmt.Errorf("the browser tests need Debian's chromium: %w", err)
	}
	source, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	if err != nil {
		return 1, fmt.Errorf("the browser tests need axe-core; run npm ci --ignore-scripts in e2e: %w", err)
	}
	axe = string(source)

	dir, err := os.MkdirTemp("", "vaka-e2e")
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	stop, err := startDemo(dir)
	if err != nil {
		return 1, err
	}
	defer stop()
	stopBrowser, err := startBrowser(chromium, dir)
	if err != nil {
		return 1, err
	}
	defer stopBrowser()
	return m.Run(), nil
}

// startDemo builds the program and starts its demo in a folder.
func startDemo(dir string) (stop func(), err error) {
	binary := filepath.Join(dir, "vaka")
	build := exec.Command("go", "build", "-o", binary, "./cmd/vaka")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building the program: %w\n%s", err, out)
	}
	demo := exec.Command(binary, "demo", "--listen", "127.0.0.1:0", "--metrics-listen", "off", "--log-level", "warn", "--data", filepath.Join(dir, "data"))
	for _, line := range os.Environ() {
		if !strings.HasPrefix(line, "VAKA_") {
			demo.Env = append(demo.Env, line)
		}
	}
	var errs bytes.Buffer
	demo.Stderr = &errs
	stdout, err := demo.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := demo.Start(); err != nil {
		return nil, err
	}
	stop = func() { _ = demo.Process.Kill(); _ = demo.Wait() }
	ready := make(chan string, 1)
	go func() {
		defer close(ready)
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			if at, ok := strings.CutPrefix(lines.Text(), "The demo is ready: "); ok {
				ready <- strings.TrimSuffix(at, "/")
			}
		}
	}()
	select {
	case at, ok := <-ready:
		if ok {
			site = at
			return stop, nil
		}
		stop()
		return nil, fmt.Errorf("the demo ended before it was ready:\n%s", errs.String())
	case <-time.After(patience):
		stop()
		return nil, fmt.Errorf("the demo was not ready in %s", patience)
	}
}

// startBrowser starts a Chromium that knows nobody and talks to nobody else.
func startBrowser(path, dir string) (stop func(), err error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.UserDataDir(filepath.Join(dir, "browser")),
		chromedp.NoSandbox, // as root there is none
		chromedp.DisableGPU,
		chromedp.Flag("lang", "en-GB"), // in which the browser's own parts, as those of a date, are written
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("hide-scrollbars", true),
		chromedp.WSURLReadTimeout(patience),
	)
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	if err := chromedp.Do(ctx); err != nil {
		cancel()
		end()
		return nil, fmt.Errorf("starting %s: %w", path, err)
	}
	browser = ctx
	return func() { _ = chromedp.Cancel(ctx); cancel(); end() }, nil
}
