package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/config"
	"github.com/vaka-project/vaka/demo"
	"github.com/vaka-project/vaka/notifier"
	"github.com/vaka-project/vaka/web"
)

// Options say which program is to be run.
type Options struct {
	Config config.Config
	Demo   bool         // may run on a demo's data; otherwise Open refuses it
	Out    io.Writer    // for whoever started it: where it listens, the first link
	Logger *slog.Logger // what happens while it runs

	// Before is called when the program listens and before it reads its store; nil
	// for nothing. The demo tells its story in it.
	Before func(context.Context, *Parts) error
	// Welcome is called when the program is ready; nil for nothing.
	Welcome func(context.Context, *Program) error
}

// Program is a running Vaka: parts, a server, and what works beside it. Open
// makes one that listens and answers /healthz; Run loads it, makes it ready and
// serves; Close lets go of what it holds.
type Program struct {
	*Parts
	Reminders *notifier.Dispatcher
	options   Options
	metrics   *metrics
	server    *web.Server
	delivery  *delivery
	listener  net.Listener
	meters    *http.Server // of the metrics; nil where they are off
	metering  net.Listener
	secure    bool
	unready   atomic.Pointer[string] // why not; nil when ready
}

// Open checks what the settings name, opens the store, and begins to listen, in
// this order: whatever is wrong is found before anybody could be answered.
func Open(ctx context.Context, o Options) (*Program, error) {
	secure, err := certificateOf(o.Config)
	if err != nil {
		return nil, err
	}
	e, err := openEngine(ctx, o.Config, o.Logger)
	if err != nil {
		return nil, err
	}
	p := &Program{options: o, metrics: newMetrics(), secure: secure != nil}
	p.notReady("Vaka is loading its cases.")
	if p.Parts, err = joinParts(o.Config, e, measured{e, p.metrics}, time.Now, o.Logger); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	if err := p.open(ctx, secure); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// open does what must be undone by Close when it fails in the middle.
func (p *Program) open(ctx context.Context, secure *tls.Config) (err error) {
	c := p.options.Config
	if err := p.refuseDemoData(ctx); err != nil {
		return err
	}
	p.metrics.gauge("vaka_ready", "1 when everything is loaded and requests are answered.", func() float64 {
		if p.Ready() != nil {
			return 0
		}
		return 1
	})
	if p.delivery, err = newDelivery(c, p.options.Demo, p.Parts); err != nil {
		return err
	}
	p.Reminders = p.reminders(p.delivery.channels, time.Duration(c.LetterSeconds)*time.Second, p.metrics.reminded, p.options.Logger)
	p.server = web.New(web.Options{
		Cases: p.Cases, Auth: p.Auth, Reminders: p.Reminders, Units: p.Units, Zone: p.policy.Zone, Store: p.Store, Inbox: p.Inbox,
		Logger: p.options.Logger, Metrics: p.metrics.registry, Ready: p.Ready, TLS: secure,
		TrustedProxies: c.TrustedProxies, MaxBody: c.MaxBodyKB << 10,
		PerAccountPerSecond: c.NotificationsPerSecondPerAccount,
		GuestsPerSecond:     c.NotificationsPerSecondWithoutAccount,
		PublicURL:           c.PublicURL, AuthorityName: c.AuthorityName, Demo: p.options.Demo,
	})
	p.countReminders()
	if c.MetricsListen != "" {
		if p.meters, p.metering, err = p.metrics.listen(c.MetricsListen); err != nil {
			return err
		}
	}
	p.listener, err = listen(c.Listen)
	return err
}

// refuseDemoData keeps made-up cases from becoming an authority's own.
func (p *Program) refuseDemoData(ctx context.Context) error {
	if p.options.Demo {
		return nil
	}
	isDemo, err := demo.Is(ctx, p.Store)
	if err != nil {
		return err
	}
	if isDemo {
		return fmt.Errorf("%s holds the made-up cases of a demo: run vaka demo on it, or give serve other data", whereOf(p.options.Config))
	}
	return nil
}

// Close lets go of what Open took: the listeners, then the store. After Run it
// only closes the store.
func (p *Program) Close() error {
	for _, l := range []net.Listener{p.listener, p.metering} {
		if l != nil {
			_ = l.Close() // after Run it is closed already
		}
	}
	p.delivery.close()
	if err := p.engine.Close(); err != nil {
		return fmt.Errorf("closing the store: %w", err)
	}
	return nil
}

// Ready returns nil when everything is loaded and requests are answered, and why
// not otherwise.
func (p *Program) Ready() error {
	if why := p.unready.Load(); why != nil {
		return errors.New(*why)
	}
	return nil
}

func (p *Program) notReady(why string) { p.unready.Store(&why) }

// URL is where this program itself listens, without a slash at its end. An
// address for every interface is spelled as the loopback one, which is where
// whoever started it can reach it.
func (p *Program) URL() string {
	address := p.listener.Addr().(*net.TCPAddr)
	host := address.IP.String()
	if address.IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	scheme := "http"
	if p.secure {
		scheme = "https"
	}
	u := url.URL{Scheme: scheme, Host: net.JoinHostPort(host, fmt.Sprint(address.Port))}
	return u.String()
}

// Run loads everything and serves until ctx ends, and then ends in order: it
// stops being ready, lets the requests under way finish within the time that the
// settings give, and only then stops what they may still need. It returns nil
// after such an end.
func (p *Program) Run(ctx context.Context) error {
	fmt.Fprintln(p.options.Out, "listening on "+p.URL())
	if p.metering != nil {
		fmt.Fprintf(p.options.Out, "metrics on http://%s/metrics\n", p.metering.Addr())
	}
	failed := make(chan error, 2)
	p.serve(failed)

	// What runs beside the server ends after the last request, not with ctx.
	beside, stop := context.WithCancel(context.WithoutCancel(ctx))
	var working sync.WaitGroup
	err := p.begin(ctx, beside, &working)
	if err == nil {
		select {
		case <-ctx.Done():
		case err = <-failed:
		}
	}
	if ctx.Err() != nil {
		err = nil // told to stop, perhaps while it was loading
	}
	p.notReady("Vaka is stopping.")
	p.shutDown()
	stop()
	working.Wait()
	return err
}

// serve answers requests and hands out metrics; what ends either too soon comes
// through failed.
func (p *Program) serve(failed chan<- error) {
	go func() {
		if err := p.server.Serve(p.listener); err != nil {
			failed <- fmt.Errorf("serving: %w", err)
		}
	}()
	if p.meters == nil {
		return
	}
	go func() {
		if err := p.meters.Serve(p.metering); err != nil && !errors.Is(err, http.ErrServerClosed) {
			failed <- fmt.Errorf("serving metrics: %w", err)
		}
	}()
}

// begin loads everything, starts what works beside the server, and makes the
// program ready. ctx ends the loading; beside ends what was started.
func (p *Program) begin(ctx, beside context.Context, working *sync.WaitGroup) error {
	if p.options.Before != nil {
		if err := p.options.Before(ctx, p.Parts); err != nil {
			return err
		}
	}
	began := time.Now()
	if err := p.follow(ctx, beside, working); err != nil {
		return err
	}
	if err := p.load(ctx); err != nil {
		return fmt.Errorf("loading: %w", err)
	}
	p.options.Logger.InfoContext(ctx, "loaded", "cases", p.Cases.Board().Len(), "milliseconds", time.Since(began).Milliseconds())
	sweeper := &notifier.Sweeper{
		Cases: p.Cases, Accounts: brooms{p.Auth, p.server, p.Inbox, uploads{p.Cases}}, Every: time.Duration(p.options.Config.SweepSeconds) * time.Second,
		Now: time.Now, Logger: p.options.Logger, Passed: p.metrics.passed,
	}
	if !p.options.Demo {
		if err := p.beat(ctx, beside, working); err != nil {
			return err
		}
	}
	working.Go(func() { sweeper.Run(beside) })
	working.Go(func() { p.Reminders.Run(beside, sweeper.Every) })
	p.unready.Store(nil)
	fmt.Fprintln(p.options.Out, "ready")
	if p.options.Welcome != nil {
		return p.options.Welcome(ctx, p)
	}
	return nil
}

// brooms sweep one after the other: sessions that have ended, drafts and uploads
// that nobody goes on with, letters in inboxes that are old.
type brooms []notifier.Accounts

// uploads sweeps what is left of files that never came whole.
type uploads struct{ in *cases.Service }

// Sweep clears away what nobody works on any more.
func (u uploads) Sweep(ctx context.Context, now time.Time) (int, error) {
	return u.in.SweepUploads(ctx, now)
}

// Sweep lets each sweep, whatever goes wrong in one.
func (b brooms) Sweep(ctx context.Context, now time.Time) (cleared int, err error) {
	for _, one := range b {
		n, oneErr := one.Sweep(ctx, now)
		cleared, err = cleared+n, errors.Join(err, oneErr)
	}
	return cleared, err
}

// follow begins to take in what other instances do, and returns when nothing
// that they do from now on can be missed.
func (p *Program) follow(ctx, beside context.Context, working *sync.WaitGroup) error {
	f := newFollower(p.refresh, p.options.Logger)
	ready, ended := make(chan struct{}), make(chan error, 1)
	working.Go(func() { ended <- p.Store.Follow(beside, func() { close(ready) }, f.note) })
	working.Go(func() { f.run(beside) })
	select {
	case <-ready:
		return nil
	case err := <-ended:
		return fmt.Errorf("following other instances: %w", err)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// shutDown lets requests finish, for as long as the settings say.
func (p *Program) shutDown() {
	patience := time.Duration(p.options.Config.ShutdownSeconds) * time.Second
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := p.server.Shutdown(ctx); err != nil {
		p.options.Logger.Warn("requests were cut off at the end", "patience", patience, "error", err)
	}
	if p.meters != nil {
		_ = p.meters.Close() // metrics have no request worth waiting for
	}
}

// newLogger logs as the settings say. Lines hold ids, never personal data.
func newLogger(c config.Config, to io.Writer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		level = slog.LevelInfo // config allows known levels only
	}
	if strings.EqualFold(c.LogFormat, "text") {
		return slog.New(slog.NewTextHandler(to, &slog.HandlerOptions{Level: level}))
	}
	return slog.New(slog.NewJSONHandler(to, &slog.HandlerOptions{Level: level}))
}
