package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
)

// call is one request on its way through the server.
type call struct {
	*fiber.Ctx
	s       *Server
	row     *route // nil where no row of the table answers
	ctx     context.Context
	id      string // of the request, for the log and for whoever asks about it
	began   time.Time
	bearer  string // the token that was sent
	actor   cases.Actor
	session auth.Session
	again   bool       // the page is shown with what was typed before the session ended
	invited string     // language of the account whose one-time link is looked at
	held    *heldDraft // by which somebody without an account is here
}

// callKey is where a call lies among the values of a request.
type callKey struct{}

// around is passed by every request that can be read: it gives the request its id
// and the answer its headers, turns errors into problems, and keeps the books.
func (s *Server) around(c *fiber.Ctx) error {
	q := s.begin(c)
	if err := q.safely(q.Next); err != nil {
		q.tell(err)
	}
	q.account()
	return nil
}

// unrouted answers what fasthttp refuses before any handler runs, such as a body
// that is too large.
func (s *Server) unrouted(c *fiber.Ctx, err error) error {
	q := s.begin(c)
	closeGently(c.Context().Conn())
	q.tell(err)
	q.account()
	return nil
}

func (s *Server) begin(c *fiber.Ctx) *call {
	q := &call{Ctx: c, s: s, ctx: c.UserContext(), id: requestID(c.Get(fiber.HeaderXRequestID)), began: time.Now()}
	c.Locals(callKey{}, q)
	h := &c.Response().Header
	h.Set(fiber.HeaderXRequestID, q.id)
	h.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	h.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	h.Set(fiber.HeaderXFrameOptions, "DENY")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set(fiber.HeaderCacheControl, "no-store")
	h.Set(fiber.HeaderContentSecurityPolicy, apiPolicy)
	if s.opt.TLS != nil || isHTTPS(s.opt.PublicURL) {
		h.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000")
	}
	return q
}

// apiPolicy lets a browser do nothing with data. Pages say their own; see deskPolicy.
const apiPolicy = "default-src 'none'; frame-ancestors 'none'"

func isHTTPS(url string) bool { return len(url) > 8 && url[:8] == "https://" }

// safely makes an error of a panic.
func (q *call) safely(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return f()
}

// tell answers with an error: people in a browser with a page, programs with a
// problem. So is whoever cannot be given the page either.
func (q *call) tell(err error) {
	browser := q.row != nil && q.row.Page ||
		q.row == nil && !strings.HasPrefix(q.Path(), "/api/") && strings.Contains(q.Get(fiber.HeaderAccept), "text/html")
	if !browser || q.safely(func() error { return q.failPage(err) }) != nil {
		q.fail(err)
	}
}

// account logs and counts a request that was answered: the pattern of its URL,
// never the URL, which names cases and may hold what people typed.
func (q *call) account() {
	took := time.Since(q.began)
	route, status := noRoute, q.Response().StatusCode()
	if q.row != nil {
		route = q.row.Path
	}
	method := q.Method()
	if !slices.Contains(fiber.DefaultMethods, method) {
		method = "other" // a client must not be able to make up labels
	}
	q.s.metrics.observe(method, route, status, took)
	q.s.log.LogAttrs(q.ctx, slog.LevelInfo, "request",
		slog.String("method", method), slog.String("route", route), slog.Int("status", status),
		slog.Float64("ms", float64(took.Microseconds())/1000),
		slog.String("account", q.actor.Account), slog.String("request_id", q.id))
}

// requestID takes over the id that a proxy gave the request where it is harmless,
// and makes one where not.
func requestID(given string) string {
	if len(given) >= 8 && len(given) <= 64 {
		for i := range len(given) {
			c := given[i]
			if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.') {
				return newRequestID()
			}
		}
		return given
	}
	return newRequestID()
}

func newRequestID() string {
	var b [12]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic("no randomness: " + err.Error()) // crypto/rand never fails on a supported system
	}
	return hex.EncodeToString(b[:])
}
