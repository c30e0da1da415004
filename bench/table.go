package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// row is one figure. Zero fields are left out of the table.
type row struct {
	what     string
	cases    int
	p50, p99 time.Duration
	rate     float64 // per second
	value    string  // of a figure that is neither a time nor a rate
	wanted   string
}

// table is the figures in the order in which they were measured.
type table struct {
	began time.Time
	rows  []row
}

func (t *table) add(r row) {
	t.rows = append(t.rows, r)
	say("  %s: %s", r.what, strings.Join(r.cells()[2:6], " | "))
}

func (r row) cells() []string {
	cells := []string{r.what, "", took(r.p50), took(r.p99), "", r.value, r.wanted}
	if r.cases > 0 {
		cells[1] = thousands(r.cases)
	}
	if r.rate > 0 {
		cells[4] = thousands(int(r.rate))
	}
	return cells
}

// took writes a duration with three digits that count.
func took(d time.Duration) string {
	switch {
	case d == 0:
		return ""
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
	case d < time.Second:
		return fmt.Sprintf("%.0f ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

// thousands writes a number with a comma after each three digits.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func (t *table) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s/%s, %d cores, on %s; the load generator runs beside the server.\n\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), t.began.Format(time.DateOnly))
	b.WriteString("| what | cases | p50 | p99 | per second | value | wanted |\n|---|---:|---:|---:|---:|---:|---|\n")
	for _, r := range t.rows {
		b.WriteString("| " + strings.Join(r.cells(), " | ") + " |\n")
	}
	return b.String()
}

const (
	tableBegins = "<!-- bench begins -->\n"
	tableEnds   = "<!-- bench ends -->\n"
)

// writeInto puts the table between the marks in a document.
func writeInto(path, text string) error {
	old, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, ok := bytes.Cut(old, []byte(tableBegins))
	_, after, ended := bytes.Cut(rest, []byte(tableEnds))
	if !ok || !ended {
		return errors.New(path + " lacks the marks between which the table stands")
	}
	return os.WriteFile(path, slices.Concat(before, []byte(tableBegins), []byte(text), []byte(tableEnds), after), 0o644)
}
