package web_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/valyala/fasthttp"

	"github.com/vaka-project/vaka/web"
)

// answerOf puts a request through the whole server without a connection.
func (h *house) answerOf(method, path, who string, body []byte, header map[string]string) *fasthttp.Response {
	var r fasthttp.RequestCtx
	var req fasthttp.Request
	req.Header.SetMethod(method)
	req.SetRequestURI(path)
	req.Header.SetHost("localhost")
	req.Header.SetContentType("application/json")
	req.Header.Set("Authorization", "Bearer "+h.tokens[who])
	for name, value := range header {
		req.Header.Set(name, value)
	}
	req.SetBody(body)
	r.Init(&req, nil, nil)
	h.server.Handler()(&r)
	return &r.Response
}

// judge holds whatever an endpoint answers to its description: a receipt or a
// refusal, and never a fault of the server.
func (h *house) judge(t *testing.T, path string, body []byte, header map[string]string) {
	t.Helper()
	resp := h.answerOf("POST", path, "dpo", body, header)
	if resp.StatusCode() >= 500 {
		t.Fatalf("%d: %s", resp.StatusCode(), resp.Body())
	}
	for _, differs := range h.server.Check("POST", path, resp.StatusCode(), string(resp.Header.ContentType()), resp.Body()) {
		t.Errorf("%d does not conform: %s\n%s", resp.StatusCode(), differs, resp.Body())
	}
	if resp.StatusCode() < 300 && !json.Valid(body) {
		t.Errorf("what is not JSON was taken: %q", body)
	}
}

func seeds(f *testing.F, more ...[]byte) {
	for _, name := range []string{"testdata/notification-complete.json", "testdata/edpb-tool-export.json"} {
		body, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		more = append(more, body)
	}
	for _, body := range more {
		f.Add(body)
		f.Add(bytes.ReplaceAll(body, []byte(`"a"`), []byte(`["a"]`)))
		f.Add(body[:len(body)/2])
	}
	f.Add([]byte(`{"field_48": "2026-10-25T02:30", "field_3": "b", "field_6": "PUI-2026-1"}`))
	f.Add([]byte("{\"description\": \"\xff\"}"))
}

func FuzzNotificationsEndpoint(f *testing.F) {
	seeds(f, web.BodyOf("notification"))
	h := build(f)
	f.Fuzz(func(t *testing.T, body []byte) { h.judge(t, "/api/v1/notifications", body, nil) })
}

func FuzzBreachNotificationsEndpoint(f *testing.F) {
	seeds(f, web.BodyOf("breach-notification"))
	h := build(f)
	n := 0
	f.Fuzz(func(t *testing.T, body []byte) {
		n++
		h.judge(t, machines, body, map[string]string{"Idempotency-Key": uuidOf(n)})
	})
}
