package web_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// ear is a browser's open stream.
type ear struct {
	t     testing.TB
	lines chan string // closed when the stream ends
	stop  context.CancelFunc
}

var livePart = regexp.MustCompile(`data-after="([^"]+)"`)

// listen opens the stream of the page in sight.
func (b *browser) listen() *ear {
	b.h.t.Helper()
	found := livePart.FindStringSubmatch(b.screen.Body)
	if found == nil {
		b.h.t.Fatalf("%s has nothing live", b.screen.Path)
	}
	ctx, stop := context.WithCancel(context.Background())
	b.h.t.Cleanup(stop)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, b.h.base+"/live?after="+url.QueryEscape(found[1]), nil)
	must(b.h.t, err)
	answer, err := b.client.Do(r)
	must(b.h.t, err)
	for name, want := range map[string]string{"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store", "X-Accel-Buffering": "no", "Content-Encoding": ""} {
		if got := answer.Header.Get(name); got != want || answer.StatusCode != 200 {
			b.h.t.Errorf("status %d, %s is %q, want %q", answer.StatusCode, name, got, want)
		}
	}
	e := &ear{t: b.h.t, lines: make(chan string, 100), stop: stop}
	go func() {
		defer close(e.lines)
		defer answer.Body.Close()
		for s := bufio.NewScanner(answer.Body); s.Scan(); {
			e.lines <- s.Text()
		}
	}()
	return e
}

// hear waits for the next line that begins with something, and returns the rest.
func (e *ear) hear(prefix string) string {
	e.t.Helper()
	patience := time.After(20 * time.Second)
	for {
		select {
		case line, open := <-e.lines:
			if !open {
				e.t.Fatalf("the stream ended before %q", prefix)
			}
			if rest, ok := strings.CutPrefix(line, prefix); ok {
				return rest
			}
		case <-patience:
			e.t.Fatalf("nothing like %q is heard", prefix)
		}
	}
}

// ended waits until the stream has ended, and returns what else it said.
func (e *ear) ended() string {
	e.t.Helper()
	patience, said := time.After(20*time.Second), ""
	for {
		select {
		case line, open := <-e.lines:
			if !open {
				return said
			}
			said += line + "\n"
		case <-patience:
			e.t.Fatal("the stream does not end")
		}
	}
}

func TestLive_TellsOthersOfAChange(t *testing.T) {
	h := open(t)
	id, number := h.file("dpo")
	reader, named := h.signedIn("second"), h.signedIn("supervisor")
	reader.get("/queue").want(200)
	named.get("/queue").want(200)
	all, some := reader.listen(), named.listen()
	all.hear(": open")
	some.hear(": open")
	h.step("supervisor", id, "flag_secret", "Protected people.", map[string]any{"named_staff": []string{h.ids["supervisor"]}}).want(200)
	if said := some.hear("data: "); !strings.Contains(said, `"number":"`+number+`","version":2`) {
		t.Errorf("who is named hears %s", said)
	}
	h.step("supervisor", id, "note", "", map[string]any{"text": "Called."}).want(200)
	some.hear("data: ")
	_, open := h.file("dpo")
	said := all.hear("data: ") // the first that it hears at all
	if strings.Contains(said, id) || !strings.Contains(said, open) || !strings.Contains(said, `"arrived":true`) {
		t.Errorf("who is not named hears %s", said)
	}
}

func TestLive_IsForStaff(t *testing.T) {
	h := open(t)
	id, _ := h.file("dpo")
	for _, path := range []string{"/live", "/live/changes", "/queue/news", "/cases/" + id + "/news?since=1"} {
		for who, want := range map[string]int{"dpo": 403, "admin": 403, "": 200} {
			b := h.browse("en")
			if who != "" {
				b = h.signedIn(who)
			}
			s := b.get(path)
			if strings.HasPrefix(path, "/cases/") && who != "" {
				want = 404
			}
			if s.Status != want || who == "" && !strings.HasPrefix(s.Path, "/sign-in") {
				t.Errorf("%s as %q: %d at %s, want %d", path, who, s.Status, s.Path, want)
			}
		}
	}
	if s := h.signedIn("dpo").get("/cases/" + id); strings.Contains(s.Body, "live.") {
		t.Error("the notifier's page listens")
	}
}

func TestLive_EndsWithTheSessionAndTheServer(t *testing.T) {
	h := open(t)
	one, two := h.signedIn("caseworker"), h.signedIn("supervisor")
	one.get("/queue").want(200)
	two.get("/queue").want(200)
	first, second := one.listen(), two.listen()
	first.hear(": open")
	second.hear(": open")
	one.send("/sign-out")
	first.ended()
	began := time.Now()
	must(t, h.server.Shutdown(ctx))
	second.ended()
	if took := time.Since(began); took > 10*time.Second { // it would have waited for ever
		t.Errorf("stopping took %s with a stream open", took)
	}
}

func TestLive_WordsWhatIsNew(t *testing.T) {
	h := open(t)
	id, number := h.file("dpo")
	hidden, _ := h.file("other")
	h.step("supervisor", hidden, "flag_secret", "Protected people.", map[string]any{"named_staff": []string{h.ids["supervisor"]}}).want(200)
	news := func(b *browser, path string) (text, details string) {
		t.Helper()
		var said struct{ Text, Details string }
		must(t, json.Unmarshal([]byte(b.get(path).want(200).Body), &said))
		return said.Text, said.Details
	}
	b := h.signedIn("caseworker")
	for _, tt := range []struct{ path, want string }{
		{"/queue/news?arrived=" + id, "1 new case"},
		{"/queue/news?arrived=" + id + "," + hidden, "1 new case"},
		{"/queue/news?arrived=" + id + "&phase=closed", ""},
		{"/queue/news?shown=" + id + "&phase=closed&cursor=x", "1 changed"},
		{"/queue/news?changed=" + id + "&arrived=" + hidden, "1 changed"},
		{"/queue/news?shown=" + hidden + "&changed=nonsense", ""},
		{"/queue/news?arrived=" + strings.Repeat(id+",", 201), "Many cases are new or changed"},
	} {
		if got, _ := news(b, tt.path); got != tt.want {
			t.Errorf("%s says %q, want %q", tt.path, got, tt.want)
		}
	}
	b.get("/queue/news?phase=nonsense").want(422)

	h.step("supervisor", id, "register", "", map[string]any{"diary_number": "DI-1"}).want(200)
	text, details := news(b, "/cases/"+number+"/news?since=1")
	if text != "The case has changed since you opened the page:" || !strings.Contains(details, "10:00: Supervisor Exempel registered the case.") {
		t.Errorf("%q %q", text, details)
	}
	if text, details := news(b, "/cases/"+number+"/news?since=99"); text+details != "" {
		t.Errorf("nothing is told as %q %q", text, details)
	}
	b.get("/cases/" + number + "/news?since=0").want(422)
	b.get("/cases/" + hidden + "/news?since=1").want(404)

	var now struct {
		Changes []map[string]any
		Whole   bool
		After   string
	}
	b.get("/queue").want(200)
	after := livePart.FindStringSubmatch(b.screen.Body)[1]
	h.file("dpo")
	must(t, json.Unmarshal([]byte(b.get("/live/changes?after="+url.QueryEscape(after)).want(200).Body), &now))
	if len(now.Changes) != 1 || !now.Whole || now.After == "" {
		t.Errorf("since the page was made: %+v", now)
	}
	must(t, json.Unmarshal([]byte(b.get("/live/changes?after=unknown").want(200).Body), &now))
	if now.Whole {
		t.Error("a place of another server is taken for one of this")
	}
}
