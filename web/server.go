package web

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/valyala/fasthttp"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/notifier"
	"github.com/vaka-project/vaka/workflow"
)

// How long a client may take. They bound slow clients, not slow disks: a request
// is read whole before it is handled.
const (
	readTimeout    = 30 * time.Second
	writeTimeout   = 30 * time.Second
	idleTimeout    = 2 * time.Minute
	requestTimeout = 20 * time.Second // for the store to answer
)

// maxHead is the largest URL and headers together: a long filter, a cursor, a token
// and what proxies add fit with room to spare.
const maxHead = 16 << 10

// defaultMaxBody is the largest body that is read where nothing else is said.
const defaultMaxBody = 1 << 20

// Options are what a Server needs. Cases, Auth, Units, Store and Reminders are required.
type Options struct {
	Store cases.Store // keeps the drafts of forms
	Cases *cases.Service
	Inbox *notifier.Inbox // of the same store; nil makes one
	Auth  *auth.Service
	Units *cases.Registry
	Zone  *time.Location // of the authority; nil is UTC
	// Reminders sends them; required. The pages show what it sent, and send again.
	Reminders *notifier.Dispatcher

	Now     func() time.Time      // nil is time.Now
	Logger  *slog.Logger          // nil logs nothing
	Metrics prometheus.Registerer // nil counts nothing
	Ready   func() error          // nil is ready at once; until it is, only /healthz answers

	TLS                 *tls.Config    // nil speaks plain HTTP
	TrustedProxies      []netip.Prefix // whose X-Forwarded-For is believed
	MaxBody             int            // bytes of a request body; 0 is 1 MiB
	PerAccountPerSecond int            // notifications of one account; 0 is no limit
	GuestsPerSecond     int            // notifications without an account, all together, and drafts begun; 0 is no limit
	PublicURL           string         // under which the server is reached, without a slash at its end
	AuthorityName       string         // "" is "the supervisory authority"
	Demo                bool           // every page says that all of it is made up
}

// Server answers HTTP. Make one with New.
type Server struct {
	opt           Options
	table         []route
	app           *fiber.App
	log           *slog.Logger
	metrics       *metrics
	limits        *limiter
	guests        *limiter // of all without an account together
	origin        *http.CrossOriginProtection
	drafts        *drafts
	preferences   *preferences
	exports       chan struct{}      // holds as many as files are being made
	composer      *notifier.Composer // shows letters as they were sent
	hub           *hub
	work          *work
	feedbackLimit *limiter
	doc           func() (*description, error)
	ready         atomic.Bool // was ready once
}

// New makes a server; nothing listens yet.
func New(o Options) *Server {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Inbox == nil {
		o.Inbox = notifier.NewInbox(o.Store, o.Now)
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.MaxBody == 0 {
		o.MaxBody = defaultMaxBody
	}
	s := &Server{
		opt: o, log: o.Logger, limits: newLimiter(o.PerAccountPerSecond),
		table: slices.Concat(
			routes(), pageRoutes, notifyRoutes, accessibilityRoutes, liveRoutes, attachmentPageRoutes, queueRoutes, rankRoutes, peopleRoutes, rulesRoutes,
			inboxRoutes,
			outboxRoutes,
			incidentRoutes,
			batchRoutes,
			outageRoutes,
			suggestionRoutes,
			coverageRoutes,
			selectionRoutes,
		),
		guests: newLimiter(o.GuestsPerSecond),
		origin: http.NewCrossOriginProtection(),
		drafts: &drafts{store: o.Store, now: o.Now, zone: o.Zone}, feedbackLimit: newLimiter(feedbackPerSecond),
		preferences: &preferences{store: o.Store, now: o.Now}, exports: make(chan struct{}, 2), work: newWork(),
	}
	composer, err := notifier.NewComposer(notifier.Office{Authority: o.AuthorityName, PublicURL: o.PublicURL, Zone: o.Zone})
	if err != nil {
		panic("the templates of letters do not parse: " + err.Error()) // they are part of the program
	}
	s.composer = composer
	s.doc = sync.OnceValues(func() (*description, error) { return describe(s.table, o.PublicURL) })
	s.hub = newHub(o.Cases.Board(), s.admitStream)
	if o.Metrics != nil {
		s.hub.measure(o.Metrics)
		s.metrics = newMetrics(o.Metrics, o.Cases.Board())
	}
	s.app = fiber.New(fiber.Config{
		Immutable: true, CaseSensitive: true, StrictRouting: true,
		BodyLimit: o.MaxBody, StreamRequestBody: false, // what is larger is let through by transfer
		DisablePreParseMultipartForm: true, // or large files would be written to a folder of the system's
		ReadBufferSize:               maxHead,
		ReadTimeout:                  readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		DisableStartupMessage: true, ErrorHandler: s.unrouted,
	})
	s.app.Use(s.around)
	s.mount()
	inner := s.app.Handler()
	s.app.Server().HeaderReceived = s.transfer
	s.app.Server().Handler = func(r *fasthttp.RequestCtx) { s.enter(inner, r) }
	return s
}

// enter keeps methods that HTTP does not define from the router, which would answer
// them in its own words.
func (s *Server) enter(inner fasthttp.RequestHandler, r *fasthttp.RequestCtx) {
	if slices.Contains(fiber.DefaultMethods, string(r.Method())) {
		inner(r)
		return
	}
	c := s.app.AcquireCtx(r)
	defer s.app.ReleaseCtx(c)
	_ = s.unrouted(c, fiber.NewError(http.StatusNotImplemented))
}

// mount gives every row of the table its handler. HEAD follows GET, and OPTIONS
// tells which methods there are.
func (s *Server) mount() {
	allow := map[string][]string{}
	var paths []string
	for i := range s.table {
		row := &s.table[i]
		path := fiberPath(row.Path)
		handler := s.handler(row)
		s.app.Add(row.Method, path, handler)
		if allow[path] == nil {
			paths = append(paths, path)
		}
		allow[path] = append(allow[path], row.Method)
		if row.Method == fiber.MethodGet {
			s.app.Add(fiber.MethodHead, path, handler)
			allow[path] = append(allow[path], fiber.MethodHead)
		}
	}
	for _, path := range paths {
		methods := strings.Join(append(allow[path], fiber.MethodOptions), ", ")
		s.app.Add(fiber.MethodOptions, path, func(c *fiber.Ctx) error {
			c.Set(fiber.HeaderAllow, methods)
			c.Status(fiber.StatusNoContent)
			return nil
		})
	}
}

// fiberPath spells a path of the table as the router wants it.
func fiberPath(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}

// handler carries out one row: who may, then how.
func (s *Server) handler(row *route) fiber.Handler {
	return func(c *fiber.Ctx) error {
		q := c.Locals(callKey{}).(*call)
		q.row = row
		if !row.Unready && !s.isReady() {
			return workflow.Refuse(workflow.Unavailable, notReady, "The server is starting and still reads what it knows. Try again in a moment.")
		}
		limit := requestTimeout
		if row.Patient {
			limit = keepTimeout
		}
		ctx, cancel := context.WithTimeout(c.UserContext(), limit)
		defer cancel()
		q.ctx = ctx
		if row.Page {
			return q.asPage(row)
		}
		q.bearer = bearer(q.Get(fiber.HeaderAuthorization))
		if err := q.authorise(); err != nil {
			return err
		}
		if row.Limited {
			if err := s.limits.take(q.actor.Account, s.opt.Now()); err != nil {
				return err
			}
		}
		return row.handle(q)
	}
}

// isReady asks until the answer was yes once; from then on the store's own errors
// tell how it is.
func (s *Server) isReady() bool {
	if s.ready.Load() || s.opt.Ready == nil {
		return true
	}
	if s.opt.Ready() != nil {
		return false
	}
	s.ready.Store(true)
	return true
}

// now is the instant of the request in UTC, in whole milliseconds.
func (s *Server) now() time.Time { return s.opt.Now().UTC().Truncate(time.Millisecond) }

// Handler is the whole server as one function, for programs that bring their own
// connection.
func (s *Server) Handler() fasthttp.RequestHandler { return s.app.Server().Handler }

// Serve answers on a listener until Shutdown; it returns nil after one.
func (s *Server) Serve(ln net.Listener) error {
	ln = lingering{ln}
	if s.opt.TLS != nil {
		ln = tls.NewListener(ln, s.opt.TLS)
	}
	if err := s.app.Listener(ln); err != nil {
		return fmt.Errorf("serving on %s: %w", ln.Addr(), err)
	}
	return nil
}

// Shutdown stops accepting, ends the streams of news and the batches at once, lets
// requests under way end until ctx does, and closes what is idle.
func (s *Server) Shutdown(ctx context.Context) error {
	s.hub.close()
	s.work.end()
	err := errors.Join(s.app.ShutdownWithContext(ctx), s.work.wait(ctx))
	if err != nil {
		return fmt.Errorf("shutting the server down: %w", err)
	}
	return nil
}
