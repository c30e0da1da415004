package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/demo"
	"github.com/vaka-project/vaka/store/bolt"
	"github.com/vaka-project/vaka/workflow"
)

// serveDemo starts the demo on a data directory and waits until it is ready.
func serveDemo(t *testing.T, data string) *server {
	t.Helper()
	s := launch(t, exec.Command(binary, "demo", "--listen", "127.0.0.1:0", "--metrics-listen", "off", "--log-level", "warn", "--sweep-seconds", "1", "--data", data))
	s.line(t, "ready")
	return s
}

// signInDemo begins a session of one of the demo's accounts.
func signInDemo(t *testing.T, base, name string) *client {
	t.Helper()
	c := newClient()
	var session struct {
		Token string `json:"token"`
	}
	status, _, err := c.do(http.MethodPost, base+"/api/v1/session", nil, fmt.Sprintf(`{"email":"%s@demo.example","password":%q}`, name, demo.Password), &session)
	if err != nil || status != http.StatusOK {
		t.Fatalf("signing in: status %d, error %v", status, err)
	}
	c.token = session.Token
	return c
}

// ready asks for the cases of the Miljödata incident that wait to be closed, and what
// closing them together would do.
func (c *client) ready(t *testing.T, base string) cases.BatchRequest {
	t.Helper()
	request := cases.BatchRequest{
		Step: workflow.StepClose, Reason: "Angreppet prövas i de fyra granskningarna.", Incident: "INC-2025-1",
		Data: cases.StepData{Outcome: workflow.OutcomeInformationLetter, Letter: "Till {controller}\n\nVi avslutar ärendet {diary_number}."},
	}
	for cursor := ""; ; {
		var page struct {
			Items []seen `json:"items"`
			Next  string `json:"next_cursor"`
		}
		status, _, err := c.do(http.MethodGet, base+"/api/v1/cases?incident=INC-2025-1&state=TRIAGE&limit=200"+cursor, nil, "", &page)
		if err != nil || status != http.StatusOK {
			t.Fatalf("the list is answered %d, %v", status, err)
		}
		for _, item := range page.Items {
			request.Cases = append(request.Cases, cases.BatchChoice{Case: item.ID})
		}
		if page.Next == "" {
			break
		}
		cursor = "&cursor=" + page.Next
	}
	var preview struct {
		Items []cases.BatchView `json:"items"`
	}
	status, _, err := c.do(http.MethodPost, base+"/api/v1/batches/preview", nil, jsonOf(t, request), &preview)
	if err != nil || status != http.StatusOK || len(preview.Items) != 247 {
		t.Fatalf("the preview is answered %d with %d cases, %v", status, len(preview.Items), err)
	}
	for n, v := range preview.Items {
		if !v.Allowed {
			t.Errorf("%s cannot be closed: %s", v.Number, v.Message)
		}
		request.Cases[n].Version = v.Version
	}
	return request
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// closings counts the events by which the cases were closed, in a store that nobody
// has open, and the batches that there are.
func closings(t *testing.T, data string, request cases.BatchRequest) (by map[string]int, closed int) {
	t.Helper()
	store, err := bolt.Open(data)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	by = map[string]int{}
	for _, c := range request.Cases {
		events, err := store.Events(t.Context(), c.Case, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.Header.Kind == cases.EventKind(workflow.StepClose) {
				by[c.Case]++
			}
		}
		if by[c.Case] > 0 {
			closed++
		}
	}
	return by, closed
}

// beginUntilKilled begins to close the cases, and kills the server as soon as one of
// them is seen to be closed.
func beginUntilKilled(t *testing.T, s *server, c *client, request cases.BatchRequest, watched string) {
	t.Helper()
	answered := make(chan struct{})
	go func() {
		defer close(answered) // whether the answer came before the kill is left open
		_, _, _ = c.do(http.MethodPost, s.url+"/api/v1/batches", map[string]string{"Idempotency-Key": "close-the-rest"}, jsonOf(t, request), nil)
	}()
	within(t, startPatience, "one of the cases is closed", func() bool {
		var got seen
		_, _, err := c.do(http.MethodGet, s.url+"/api/v1/cases/"+watched, nil, "", &got)
		return err != nil || got.State == string(workflow.StateClosed)
	})
	s.kill()
	<-answered
}

// The demo's 247 cases are closed together over the API. The server is killed half-way;
// started again, it carries the batch to its end by itself, and each case has exactly one
// closing event. The same request sent again finds the same batch.
func TestBatchClosingIsCompletedAfterAKill(t *testing.T) {
	told := t.TempDir()
	s := serveDemo(t, told)
	c := signInDemo(t, s.url, "supervisor")
	request := c.ready(t, s.url)
	s.stop(t)

	// The moment of the kill is chance: a copy of the data is tried until it is half-way.
	var data string
	for try := 0; ; try++ {
		data = t.TempDir()
		if err := os.CopyFS(data, os.DirFS(told)); err != nil {
			t.Fatal(err)
		}
		s = serveDemo(t, data)
		beginUntilKilled(t, s, c, request, request.Cases[len(request.Cases)/2-12*try].Case)
		_, closed := closings(t, data, request)
		t.Logf("killed when %d of %d were closed", closed, len(request.Cases))
		if 0 < closed && closed < len(request.Cases) {
			break
		}
		if try == 9 {
			t.Fatal("the batch was never killed half-way")
		}
	}

	s = serveDemo(t, data)
	var batches struct {
		Items []struct {
			ID, Status  string
			Taken, Left int
		} `json:"items"`
	}
	closing := func() int {
		status, _, err := c.do(http.MethodGet, s.url+"/api/v1/batches", nil, "", &batches)
		if err != nil || status != http.StatusOK {
			t.Fatalf("the batches are answered %d, %v", status, err)
		}
		n := 0
		for _, b := range batches.Items {
			if b.Status != string(cases.BatchDone) {
				n++
			}
		}
		return n
	}
	within(t, time.Minute, "the batch is carried to its end", func() bool { return closing() == 0 })
	var again struct{ ID, Status string }
	status, _, err := c.do(http.MethodPost, s.url+"/api/v1/batches", map[string]string{"Idempotency-Key": "close-the-rest"}, jsonOf(t, request), &again)
	if err != nil || status != http.StatusCreated || again.ID != batches.Items[0].ID || batches.Items[0].Taken != len(request.Cases) || batches.Items[0].Left != 0 {
		t.Errorf("sent again: %d %+v, %v; the batch: %+v", status, again, err, batches.Items[0])
	}
	s.stop(t)
	by, closed := closings(t, data, request)
	for id, n := range by {
		if n != 1 {
			t.Errorf("case %s was closed %d times", id, n)
		}
	}
	if closed != 247 {
		t.Errorf("%d cases are closed, want 247", closed)
	}
	must(t, "", "verify", "--data", data)
}
