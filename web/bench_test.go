package web_test

import (
	"fmt"
	"log/slog"
	"runtime"
	"testing"

	"github.com/valyala/fasthttp"

	"github.com/vaka-project/vaka/web"
)

func uuidOf(n int) string { return fmt.Sprintf("0b6d9f0e-3f5c-4f2a-9c58-%012x", n) }

// The two handlers that are called most, without a connection around them.
func BenchmarkNotify(b *testing.B) {
	h := build(b, func(o *web.Options) { o.Logger = slog.New(slog.DiscardHandler) })
	body := web.BodyOf("notification")
	b.ReportAllocs()
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if r := h.answerOf("POST", "/api/v1/notifications", "dpo", body, nil); r.StatusCode() != 201 {
				b.Fatalf("%d %s", r.StatusCode(), r.Body())
			}
		}
	})
}

// The same from 64 clients over loopback, with the clients on the same machine.
func BenchmarkNotifyOverLoopback(b *testing.B) {
	h := build(b, func(o *web.Options) { o.Logger = slog.New(slog.DiscardHandler) })
	h.listen()
	client := &fasthttp.Client{MaxConnsPerHost: 64}
	body := web.BodyOf("notification")
	b.SetParallelism(64 / runtime.GOMAXPROCS(0))
	b.RunParallel(func(pb *testing.PB) {
		req, resp := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
		req.Header.SetMethod("POST")
		req.SetRequestURI(h.base + "/api/v1/notifications")
		req.Header.SetContentType("application/json")
		req.Header.Set("Authorization", "Bearer "+h.tokens["dpo"])
		req.SetBody(body)
		for pb.Next() {
			if err := client.Do(req, resp); err != nil || resp.StatusCode() != 201 {
				b.Fatalf("%v %d %s", err, resp.StatusCode(), resp.Body())
			}
		}
	})
}

func BenchmarkList(b *testing.B) {
	h := build(b, func(o *web.Options) { o.Logger = slog.New(slog.DiscardHandler) })
	h.show(100_000, nil)
	for _, query := range []string{"", "?priority=P1&sort=priority", "?q=2026-77", "?assignee=me&sort=next_due_at"} {
		b.Run(query, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if r := h.answerOf("GET", "/api/v1/cases"+query, "caseworker", nil, nil); r.StatusCode() != 200 {
					b.Fatalf("%d %s", r.StatusCode(), r.Body())
				}
			}
		})
	}
}

// The queue as a page, with its counts and its words.
func BenchmarkQueuePage(b *testing.B) {
	h := build(b, func(o *web.Options) { o.Logger = slog.New(slog.DiscardHandler) })
	h.show(100_000, nil)
	for _, query := range []string{"", "?priority=P1&sort=priority", "?q=2026-77", "?assignee=me&sort=next_due_at"} {
		b.Run(query, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if r := h.answerOf("GET", "/queue"+query, "", nil, map[string]string{"Cookie": "vaka=" + h.tokens["caseworker"]}); r.StatusCode() != 200 {
					b.Fatalf("%d %s", r.StatusCode(), r.Body())
				}
			}
		})
	}
}
