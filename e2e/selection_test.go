package e2e

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"
)

// selection opens a choice among some of the demo's cases, and returns its id.
func selection(t testing.TB) string {
	t.Helper()
	found := ask[struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}](t, "caseworker", "/api/v1/cases?phase=triage&limit=12")
	var ids []string
	for _, c := range found.Items {
		ids = append(ids, c.ID)
	}
	body, err := json.Marshal(map[string]any{
		"cases": ids, "choose": 4, "sample": 2, "reason": "Alla kan inte granskas.",
		"weights": map[string]int{"CRITICALITY": 20, "CHILDREN": 20, "PROTECTED_IDENTITY": 20, "HEALTH": 10, "NUMBERS": 5, "LATE": 5},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, token := session(t, "caseworker")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, site+"/api/v1/selections", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	answer, err := (&http.Client{Timeout: patience}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var made struct {
		ID string `json:"id"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&made); err != nil || answer.StatusCode != http.StatusCreated {
		t.Fatalf("status %d, error %v", answer.StatusCode, err)
	}
	return made.ID
}
