package main

import (
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/vaka-project/vaka/demo"
)

// A telling that is killed is carried on by the next start, and then everybody
// who was promised can sign in.
func TestDemo(t *testing.T) {
	data := t.TempDir()
	begin := func() *server {
		return launch(t, exec.Command(binary, "demo", "--listen", "127.0.0.1:0", "--metrics-listen", "off", "--log-level", "warn", "--data", data))
	}
	s := begin()
	s.line(t, "telling the scenario: 20 %")
	s.kill()

	s = begin()
	told := s.line(t, "told ")
	s.line(t, "The demo is ready: "+s.url+"/")
	c := newClient()
	for _, name := range []string{"dpo", "caseworker", "supervisor", "registrar", "admin"} {
		status, _, err := c.do(http.MethodPost, s.url+"/api/v1/session", nil,
			fmt.Sprintf(`{"email":"%s@demo.example","password":%q}`, name, demo.Password), nil)
		if err != nil || status != http.StatusOK {
			t.Errorf("%s@demo.example: status %d, error %v", name, status, err)
		}
	}
	if code := s.stop(t); code != 0 {
		t.Errorf("exit code %d\n%s", code, s.errs.String())
	}
	if got := must(t, "", "verify", "--data", data); !strings.Contains(got, "; 0 breaks") {
		t.Error(got)
	}

	s = begin() // told already
	s.line(t, "ready")
	s.stop(t)
	for line := range drained(s.lines) {
		if strings.HasPrefix(line, "tell") {
			t.Errorf("%q was told twice: %s", told, line)
		}
	}
}
