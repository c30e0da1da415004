package web_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vaka-project/vaka/web"
	"github.com/vaka-project/vaka/workflow"
)

// The description is whole: every reference leads somewhere, every row is there
// with what it answers, and every enumeration has the codes of its type.
func TestDescription(t *testing.T) {
	h := open(t)
	r := h.get("", "/openapi.json").want(200)
	doc := r.value()
	if doc["openapi"] != "3.1.0" || strings.Contains(string(r.Body), "$schema") || strings.Contains(string(r.Body), "cdn") {
		t.Error("the document's head")
	}
	schemas := doc["components"].(map[string]any)["schemas"].(map[string]any)
	var walk func(v any, at string)
	walk = func(v any, at string) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				if schemas[strings.TrimPrefix(ref, "#/components/schemas/")] == nil {
					t.Errorf("%s: %s leads nowhere", at, ref)
				}
			}
			for k, inner := range v {
				walk(inner, at+"/"+k)
			}
		case []any:
			for i, inner := range v {
				walk(inner, fmt.Sprint(at, "/", i))
			}
		}
	}
	walk(doc, "")
	paths := doc["paths"].(map[string]any)
	operations := 0
	for _, item := range paths {
		operations += len(item.(map[string]any))
	}
	if operations != len(web.Rows()) {
		t.Errorf("%d operations for %d rows", operations, len(web.Rows()))
	}
	ids := map[string]bool{}
	for _, row := range web.Rows() {
		item, _ := paths[row.Path].(map[string]any)
		op, ok := item[strings.ToLower(row.Method)].(map[string]any)
		if !ok {
			t.Errorf("%s %s is not described", row.Method, row.Path)
			continue
		}
		id := op["operationId"].(string)
		if ids[id] || op["summary"] == "" || op["x-access"] != string(row.Access) {
			t.Errorf("%s %s: %v", row.Method, row.Path, op)
		}
		ids[id] = true
		responses := op["responses"].(map[string]any)
		if row.Access != web.Anyone && responses["401"] == nil || responses["500"] == nil {
			t.Errorf("%s %s answers %v", row.Method, row.Path, responses)
		}
		if row.HasBody {
			for _, differs := range h.server.CheckRequest(row.Method, row.Path, web.BodyOf(row.Example)) {
				t.Errorf("the example of %s %s: %s", row.Method, row.Path, differs)
			}
		}
	}
	for name, codes := range map[string][]string{"State": workflow.State("").Codes(), "StepID": workflow.StepID("").Codes(), "Outcome": workflow.Outcome("").Codes()} {
		var got []string
		for _, c := range schemas[name].(map[string]any)["enum"].([]any) {
			got = append(got, c.(string))
		}
		if !slices.Equal(got, codes) {
			t.Errorf("the codes of %s are %v", name, got)
		}
	}
	if yaml := h.get("", "/openapi.yaml").want(200); !strings.HasPrefix(string(yaml.Body), "components:") && !strings.Contains(string(yaml.Body), "openapi: 3.1.0") {
		t.Errorf("the YAML begins with %.60s", yaml.Body)
	}
}

// The check of answers against the description can fail.
func TestConformanceCheckBites(t *testing.T) {
	h := build(t)
	good := []byte(`{"status": "up"}`)
	if found := h.server.Check("GET", "/healthz", 200, "application/json", good); len(found) > 0 {
		t.Errorf("a good answer: %v", found)
	}
	for name, c := range map[string]struct {
		status int
		kind   string
		body   string
	}{
		"another code": {200, "application/json", `{"status": "down"}`}, "another field": {200, "application/json", `{"status": "up", "x": 1}`},
		"no field": {200, "application/json", `{}`}, "another status": {418, "application/json", `{"status": "up"}`}, "another type": {200, "text/plain", `{"status": "up"}`},
	} {
		if len(h.server.Check("GET", "/healthz", c.status, c.kind, []byte(c.body))) == 0 {
			t.Errorf("%s is let through", name)
		}
	}
	var party map[string]any
	if err := json.Unmarshal([]byte(`{"items": [{"id": "x", "number": "x", "phase": "triage", "controller": "x", "received_at": "2026-11-18T14:20:00Z", "late": true, "priority": "P1"}], "next_cursor": null}`), &party); err != nil {
		t.Fatal(err)
	}
	raw, _ := json.Marshal(party)
	if len(h.server.Check("GET", "/api/v1/cases", 200, "application/json", raw)) == 0 {
		t.Error("a hidden field in the notifier's list is let through")
	}
}
