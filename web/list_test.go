package web_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// show puts made-up summaries on the board: what a list shows comes from there.
func (h *house) show(n int, draw func(i int, s *cases.Summary)) []string {
	sectors := cases.SectorOfActivity("").Codes()
	var ids []string
	for i := range n {
		at := start.Add(-time.Duration(i*i%997) * time.Hour)
		s := cases.Summary{
			ID: cases.NewID(at), Version: 1, Number: fmt.Sprintf("PUI-2026-%04d", h.cases.Board().Len()+1), State: workflow.StateTriage, Phase: workflow.PhaseTriage,
			Priority: []workflow.Priority{workflow.P1, workflow.P2, workflow.P3}[i%3], Episode: 1, Source: cases.SourceNotification,
			Controller: "Nämnden för “prov” \\ \u2028 & <b>", ControllerKey: "x", Sector: cases.SectorOfActivity(sectors[i%len(sectors)]),
			ReceivedAt: at, UpdatedAt: at, Late: i%2 == 0, Submitter: h.ids["dpo"],
		}
		if i%4 > 0 {
			s.Clocks = []cases.DueClock{{ID: "a", Kind: workflow.ClockTriageP1, DueAt: start.Add(time.Duration(i%7-3) * time.Hour)}}
		}
		if i%5 == 0 {
			s.Assignee = h.ids["caseworker"]
		}
		if draw != nil {
			draw(i, &s)
		}
		h.cases.Board().Put(s)
		ids = append(ids, s.ID)
	}
	return ids
}

// pages follows the cursors of a list and returns the ids in order.
func (h *house) pages(t interface{ Fatalf(string, ...any) }, who, query string, between func()) []string {
	var ids []string
	cursor := ""
	for range 1000 {
		path := "/api/v1/cases?" + query
		if cursor != "" {
			path += "&cursor=" + cursor
		}
		r := h.get(who, path)
		if r.Status != 200 {
			t.Fatalf("%s: %d %s", path, r.Status, r.Body)
		}
		var page struct {
			Items []struct{ ID string }
			Next  *string `json:"next_cursor"`
		}
		if err := json.Unmarshal(r.Body, &page); err != nil {
			t.Fatalf("%v: %s", err, r.Body)
		}
		for _, item := range page.Items {
			ids = append(ids, item.ID)
		}
		if page.Next == nil {
			return ids
		}
		if cursor = *page.Next; url.QueryEscape(cursor) != cursor {
			t.Fatalf("the cursor %q is not safe in a URL", cursor)
		}
		if between != nil {
			between()
		}
	}
	t.Fatalf("the list does not end")
	return nil
}

// The pages of a list, put together, are the list; what arrives meanwhile neither
// repeats nor hides what was there.
func TestPagesMakeTheList(t *testing.T) {
	h := open(t)
	h.show(150, nil)
	rapid.Check(t, func(t *rapid.T) {
		query := "sort=" + rapid.SampledFrom(cases.SortKey("").Codes()).Draw(t, "sort")
		limit := rapid.IntRange(1, 60).Draw(t, "limit")
		for _, filter := range []string{"priority=P1,P2", "late=true", "overdue=true", "assignee=" + cases.NoAssignee, "phase=triage", "q=pui"} {
			if rapid.Bool().Draw(t, filter) {
				query += "&" + filter
			}
		}
		whole := h.pages(t, "caseworker", query+"&limit=200", nil)
		known := map[string]bool{}
		for _, id := range whole {
			known[id] = true
		}
		if len(known) != len(whole) {
			t.Fatalf("%s: the whole list repeats itself", query)
		}
		parts := h.pages(t, "caseworker", fmt.Sprintf("%s&limit=%d", query, limit), func() {
			if h.cases.Board().Len() < 190 {
				h.show(1, nil)
			}
		})
		parts = slices.DeleteFunc(parts, func(id string) bool { return !known[id] })
		if !slices.Equal(parts, whole) {
			t.Fatalf("%s: the pages are not the list", query)
		}
	})
}

// The list is written by hand; it must read like what encoding/json writes.
func TestListIsWrittenLikeJSON(t *testing.T) {
	h := open(t)
	h.show(40, func(i int, s *cases.Summary) {
		switch i % 4 {
		case 1:
			s.Controller, s.Incident, s.Secret, s.Named = "a\"b\tc\x01\xff", "inc", true, []string{h.ids["caseworker"]}
		case 2:
			s.Sector, s.SupervisionNumber = "", "TIL-2026-1"
		}
	})
	r := h.get("caseworker", "/api/v1/cases?limit=200").want(200)
	items := r.at("items").([]any)
	if len(items) != 40 {
		t.Fatalf("%d items", len(items))
	}
	for _, item := range items {
		item := item.(map[string]any)
		s, ok := h.cases.Board().Get(item["id"].(string))
		if !ok {
			t.Fatal("an id that the board does not have")
		}
		controller, _ := json.Marshal(s.Controller)
		var spelled string
		_ = json.Unmarshal(controller, &spelled)
		if item["controller"] != spelled || item["received_at"] != s.ReceivedAt.Format(time.RFC3339Nano) || item["number"] != s.Number || item["late"] != s.Late || item["priority"] != string(s.Priority) {
			t.Errorf("%v is not %+v", item, s)
		}
		if due := s.NextDueAt(); due.IsZero() != (item["next_due_at"] == nil) || (s.Assignee == "") != (item["assignee"] == nil) {
			t.Errorf("%v is not %+v", item, s)
		}
	}
}

func TestFilters(t *testing.T) {
	h := open(t)
	h.show(60, func(i int, s *cases.Summary) { s.ReceivedAt = start.Add(-time.Duration(i) * 24 * time.Hour) })
	count := func(query string) int {
		t.Helper()
		return len(h.pages(t, "caseworker", query, nil))
	}
	for query, want := range map[string]int{
		"": 60, "priority=P1": 20, "priority=P1&priority=P2": 40, "priority=P1,P2": 40, "late=true": 30, "late=": 60, "assignee=me": 12, "assignee=none": 48,
		"received_from=2026-11-19": 1, "received_to=2026-11-18": 59, "received_from=2026-11-17&received_to=2026-11-18": 2,
		"received_from=2026-11-18T09:00:00Z": 2, "received_to=2026-11-18T09:00:00Z": 58, "state=CLOSED": 0, "phase=triage,closed": 60, "q=PUI-2026-0007": 1,
	} {
		if got := count(query); got != want {
			t.Errorf("%q finds %d, want %d", query, got, want)
		}
	}
	for query, fault := range map[string]string{
		"state=OPEN": "/query/state unknown_code", "limit=0": "/query/limit out_of_range", "limit=201": "/query/limit out_of_range", "limit=x": "/query/limit out_of_range",
		"late=1": "/query/late wrong_type", "received_from=yesterday": "/query/received_from time_unreadable", "received_to=2026-11-18T09:00": "/query/received_to time_unreadable",
		"sort=number": "/query/sort unknown_code", "colour=red": "/query unknown_parameter", "limit=5&limit=6": "/query/limit repeated", "assignee=Kim": "/query/assignee not_an_id",
		"q=" + strings.Repeat("x", 201): "/query/q too_long", "incident=x": "/query/incident not_an_id",
	} {
		if got := h.get("caseworker", "/api/v1/cases?"+query).want(422).faults(); got != fault {
			t.Errorf("%q: %q, want %q", query, got, fault)
		}
	}
	if got := h.get("caseworker", "/api/v1/cases?limit=x&late=x&a=b").want(422).faults(); strings.Count(got, ";") != 2 {
		t.Errorf("not all faults at once: %q", got)
	}
	h.get("caseworker", "/api/v1/cases?cursor=nonsense").want(422, "cursor")
	next := h.get("caseworker", "/api/v1/cases?limit=1").want(200).text("next_cursor")
	h.get("caseworker", "/api/v1/cases?limit=1&sort=priority&cursor="+next).want(422, "cursor")
}

func TestCounts(t *testing.T) {
	h := open(t)
	h.show(30, nil)
	r := h.get("caseworker", "/api/v1/counts").want(200)
	if r.at("total") != 30.0 || r.at("priority", "P1") != 10.0 || r.at("phase", "triage") != 30.0 || r.at("late") != 15.0 {
		t.Errorf("counts %s", r.Body)
	}
	h.get("dpo", "/api/v1/counts").want(403)
}
