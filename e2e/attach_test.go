package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// Two files are attached at once and one that is refused is told by name, with
// scripts in pieces and without in one form.
func TestAttach(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, scriptless := range map[string]bool{"with scripts": false, "without scripts": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kind := strings.ReplaceAll(name, " ", "-")
			long := write("logg-"+kind+".txt", strings.Repeat("en rad i en logg\n", 40_000))
			short := write("brev-"+kind+".pdf", "%PDF-1.7\n")
			wrong := write("program-"+kind+".pdf", "MZ\x90\x00")
			b := newTab(t, look{account: "dpo", scriptless: scriptless})
			number := example(t, "running")
			b.see("/cases/" + number + "/attachments")
			b.do(chromedp.SetUploadFiles(chromedp.CSS("#files"), []string{long, short}))
			b.take("form[action$='/attachments'] button")
			if !scriptless {
				b.await(`location.search === "?done=attached"`)
			}
			for _, file := range []string{long, short} {
				if listed := b.text(".files"); !strings.Contains(listed, filepath.Base(file)) {
					t.Errorf("the list lacks %s: %s", filepath.Base(file), listed)
				}
			}
			b.see("/cases/" + number + "/attachments")
			b.do(chromedp.SetUploadFiles(chromedp.CSS("#files"), []string{wrong}))
			told := "#faults"
			if scriptless {
				if status := b.press("form[action$='/attachments'] button"); status != http.StatusUnprocessableEntity {
					t.Errorf("a program called pdf is answered with %d", status)
				}
			} else {
				told = ".sending"
				b.do(chromedp.Click(chromedp.CSS("form[action$='/attachments'] button")))
				b.await(`!!document.querySelector(".sending .error")`)
			}
			for _, trouble := range b.troubles() { // the browser notes the refusal, which is what is tried here
				if scriptless || !strings.Contains(trouble, "/finish: Failed to load resource: the server responded with a status of 422") {
					t.Error(trouble)
				}
			}
			if says := b.text(told); !strings.Contains(says, filepath.Base(wrong)) || !strings.Contains(says, "ett annat slag") {
				t.Errorf("the refusal says %q", says)
			}
		})
	}
}
