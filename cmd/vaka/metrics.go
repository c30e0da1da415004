package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/notifier"
)

// metrics are the program's own measurements; the web room adds those of
// requests to the same registry. They hold counts and durations, never ids.
type metrics struct {
	registry *prometheus.Registry
	appends  *prometheus.CounterVec
	appended prometheus.Histogram
	sweeps   prometheus.Histogram
	swept    *prometheus.CounterVec
	passes   prometheus.Histogram
	letters  *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		appends: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "vaka_store_appends_total", Help: "Events handed to the store, by outcome: written, refused (somebody was faster, or a number was taken) or failed.",
		}, []string{"outcome"}),
		appended: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "vaka_store_append_seconds", Help: "Time until the store had answered for the events of one call.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1, 5},
		}),
		sweeps: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "vaka_sweep_seconds", Help: "Time of one look for clocks that ran out.",
			Buckets: []float64{.001, .005, .01, .05, .1, .5, 1, 5, 30},
		}),
		swept: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "vaka_swept_total", Help: "Cases that sweeps looked at, acted on, or failed at.",
		}, []string{"outcome"}),
		passes: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "vaka_reminding_seconds", Help: "Time of one look for reminders, with the sending of those that were due.",
			Buckets: []float64{.001, .01, .1, .5, 1, 5, 30, 120},
		}),
		letters: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "vaka_reminder_letters_total", Help: "Letters of reminders, by outcome: sent, late (of those), failed (tried again), refused (not tried again) or cancelled.",
		}, []string{"outcome"}),
	}
	m.registry.MustRegister(
		m.appends, m.appended, m.sweeps, m.swept, m.passes, m.letters,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return m
}

// gauge adds a value that is read whenever somebody asks for the metrics.
func (m *metrics) gauge(name, help string, value func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
}

// passed counts one sweep.
func (m *metrics) passed(p notifier.Pass) {
	m.sweeps.Observe(p.Took.Seconds())
	m.swept.WithLabelValues("looked").Add(float64(p.Cases.Looked))
	m.swept.WithLabelValues("acted").Add(float64(p.Cases.Acted))
	m.swept.WithLabelValues("failed").Add(float64(p.Cases.Failed))
}

// reminded counts one pass of the dispatcher.
func (m *metrics) reminded(r notifier.Round) {
	m.passes.Observe(r.Took.Seconds())
	for outcome, n := range map[string]int{
		"sent": r.Sent, "late": r.Late, "failed": r.Failed, "refused": r.Refused, "cancelled": r.Cancelled,
	} {
		m.letters.WithLabelValues(outcome).Add(float64(n))
	}
}

// measured is a store whose appends are counted.
type measured struct {
	cases.Store
	metrics *metrics
}

// Append implements cases.Store.
func (m measured) Append(ctx context.Context, changes []cases.Change) []error {
	began := time.Now()
	answers := m.Store.Append(ctx, changes)
	m.metrics.appended.Observe(time.Since(began).Seconds())
	for _, err := range answers {
		m.metrics.appends.WithLabelValues(outcomeOf(err)).Inc()
	}
	return answers
}

// listenMetrics serves the metrics on a listener of their own, so that they can
// be kept inside while the service is open to the world.
func (m *metrics) listen(address string) (*http.Server, net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, nil, fmt.Errorf("listening for metrics on %s: %w; give another metrics_listen, or off", address, plainCause(err))
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry}))
	return &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}, listener, nil
}

func outcomeOf(err error) string {
	switch {
	case err == nil:
		return "written"
	case errors.Is(err, cases.ErrExists), errors.Is(err, cases.ErrNumberTaken):
		return "refused"
	}
	return "failed"
}
