package main

import (
	"bytes"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// Attachments go from the local file to a database and back with everything else,
// and each of the three stores holds what was added.
func TestAttachmentsSurviveExportIntoTheOtherEngine(t *testing.T) {
	data, other, back := []string{"--data", t.TempDir()}, mongoStore(t), []string{"--data", t.TempDir()}
	account(t, "dpo@example.org", "notifier", data...)
	s := serve(t, data...)
	c := signIn(t, s.url, "dpo@example.org")
	f, _, _, err := c.file(s.url, "with-files")
	if err != nil {
		t.Fatal(err)
	}
	content := string(bytes.Repeat([]byte("Bilaga \xc3\xa5: en rad text.\n"), 12_000)) // two pieces
	id := c.attach(t, s.url, f.Case.ID, "bilaga.txt", content)
	c.attach(t, s.url, f.Case.ID, "en till.txt", "Kort.\n")
	s.stop(t)

	first, second := filepath.Join(t.TempDir(), "first.vaka"), filepath.Join(t.TempDir(), "second.vaka")
	must(t, "", append([]string{"export", first}, data...)...)
	must(t, "", append([]string{"import", first}, other...)...)
	must(t, "", append([]string{"export", second}, other...)...)
	must(t, "", append([]string{"import", second}, back...)...)
	for what, store := range map[string][]string{"the local file": data, "the database": other, "the file again": back} {
		if got := must(t, "", append([]string{"verify"}, store...)...); !strings.HasSuffix(got, ", 2 attachments; 0 breaks\n") {
			t.Errorf("%s: %s", what, got)
		}
	}
	s = serve(t, back...)
	c = signIn(t, s.url, "dpo@example.org")
	if got := c.content(t, s.url+"/api/v1/cases/"+f.Case.ID+"/attachments/"+id); got != content {
		t.Errorf("%d bytes came back of %d", len(got), len(content))
	}
}

// attach sends a file in pieces and returns the attachment's id.
func (c *client) attach(t *testing.T, base, caseID, name, content string) string {
	t.Helper()
	var u struct {
		ID        string `json:"id"`
		PieceSize int    `json:"piece_size"`
	}
	uploads := base + "/api/v1/cases/" + caseID + "/uploads"
	status, _, err := c.do(http.MethodPost, uploads, nil, fmt.Sprintf(`{"name":%q,"size":%d}`, name, len(content)), &u)
	if err != nil || status != http.StatusCreated {
		t.Fatalf("announcing a file: status %d, error %v", status, err)
	}
	for at := 0; at < len(content); at += u.PieceSize {
		piece := content[at:min(at+u.PieceSize, len(content))]
		status, _, err := c.do(http.MethodPut, fmt.Sprintf("%s/%s/%d", uploads, u.ID, at), map[string]string{"Content-Type": "application/octet-stream"}, piece, nil)
		if err != nil || status != http.StatusOK {
			t.Fatalf("the piece at %d: status %d, error %v", at, status, err)
		}
	}
	var made struct {
		ID string `json:"id"`
	}
	status, _, err = c.do(http.MethodPost, uploads+"/"+u.ID+"/finish", nil, "{}", &made)
	if err != nil || status != http.StatusCreated {
		t.Fatalf("finishing a file: status %d, error %v", status, err)
	}
	return made.ID
}

// content fetches what an address answers, as it is.
func (c *client) content(t *testing.T, url string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	answer, err := c.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(answer.Body); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d, error %v", url, answer.StatusCode, err)
	}
	return b.String()
}
