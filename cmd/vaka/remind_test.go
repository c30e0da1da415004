package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/store/bolt"
	"github.com/vaka-project/vaka/workflow"
)

// filedThen files a notification at some other time in a store of its own.
func filedThen(t *testing.T, at time.Time) (data, number string) {
	t.Helper()
	data = t.TempDir()
	e, err := bolt.Open(data)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}()
	law, err := workflow.NewClocks(workflow.ClockSettings{})
	if err != nil {
		t.Fatal(err)
	}
	then := func() time.Time { return at }
	s := cases.NewService(cases.Options{
		Store: e, Units: cases.NewRegistry(e, then), Law: law, Now: then,
		Policy: cases.Policy{CasePrefix: "PUI", SupervisionPrefix: "TIL", Zone: workflow.Stockholm},
	})
	text, err := os.ReadFile("../../web/examples/notification.json")
	if err != nil {
		t.Fatal(err)
	}
	n, warnings, err := cases.ReadNotification(text, cases.ReadOptions{Zone: workflow.Stockholm, Now: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	n.AwareAt = at
	c, err := s.Submit(t.Context(), cases.Actor{Account: "dpo", Roles: []workflow.Role{workflow.RoleNotifier}}, n, warnings, cases.Command{})
	if err != nil {
		t.Fatal(err)
	}
	return data, c.Number
}

func TestReminders(t *testing.T) {
	data, number := filedThen(t, time.Date(2025, 8, 28, 10, 0, 0, 0, time.UTC)) // a Thursday
	reminders := func(args ...string) outcome {
		return here(t, nil, append([]string{"reminders", "--data", data, "--log-level", "error"}, args...)...)
	}
	past := reminders("plan", "--at", "2025-08-28T12:00:00+02:00", "--until", "2025-09-02T00:00:00+02:00", "--json")
	var rungs []string
	for line := range strings.Lines(past.out) {
		var r plannedText
		if err := json.Unmarshal([]byte(line), &r); err != nil || r.Number != number {
			t.Fatalf("%q: %v", line, err)
		}
		rungs = append(rungs, r.At+" "+string(r.Clock)+" "+r.Rung+" "+string(r.For))
	}
	want := "2025-08-29T08:00:00+02:00 REGISTRATION DUE REGISTRARS; 2025-09-01T08:00:00+02:00 REGISTRATION WD+1 SUPERVISORS"
	if got := strings.Join(rungs, "; "); past.code != 0 || got != want {
		t.Errorf("replayed %q (%s), want %q", got, past.err, want)
	}
	for _, c := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"of a case at some other time", []string{"plan", "--case", number, "--at", "2025-08-28T12:00:00+02:00"}, 0, "7 reminders"},
		{"of a case that is none", []string{"plan", "--case", "PUI-1900-1"}, exitFailed, "no such case"},
		{"a time without its offset", []string{"plan", "--at", "2025-08-28T12:00:00"}, exitFailed, "--at: The time lacks its offset"},
		{"an end before the beginning", []string{"plan", "--at", "2025-08-28T12:00:00Z", "--until", "2025-08-27T12:00:00Z"}, exitFailed, "--until: "},
		{"nobody is there to be told", []string{"run-once"}, 0, "sent 0 letters"},
		{"nothing failed", []string{"failed"}, 0, "0 letters"},
		{"no letter and not all", []string{"resend", "--reason", "Again."}, exitFailed, "name the letters, or give --all"},
		{"no reason", []string{"resend", "--all"}, exitUsage, "--reason"},
		{"an empty reason", []string{"resend", "--all", "--reason", " "}, exitFailed, "--reason: say"},
		{"a letter that is none", []string{"resend", "none", "--reason", "Again."}, exitFailed, "There is no such letter."},
		{"all of none", []string{"resend", "--all", "--reason", "Again."}, 0, "sent 0 of 0 letters"},
	} {
		if got := reminders(c.args...); got.code != c.code || !strings.Contains(got.out+got.err, c.says) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	e, err := bolt.Open(data)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if got := reminders("failed"); got.code != exitFailed || !strings.Contains(got.err, "opening the store") {
		t.Errorf("while a service has the store: %+v", got)
	}
}
