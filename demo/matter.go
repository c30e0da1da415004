package demo

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// matter is one case as the scenario tells it: its acts in the order of time, of
// which the first makes the case.
type matter struct {
	key   string // unique in the scenario and the same for ever
	about string // whom the case is about
	acts  []act
	// ordered matters are told one act after the other over all of them: their
	// supervision numbers follow time, or one is merged into another.
	ordered bool
	// meets says that scenes concern the case: it is told up to each of them first.
	meets bool
	// scene is no case but one act that concerns many: what belongs to an incident,
	// and steps that are taken on many cases at once.
	scene bool
}

// act is one thing that somebody does at one instant.
type act struct {
	at time.Time
	by cases.Actor
	do func(ctx context.Context, d deed) (*cases.Case, error)
}

// deed is what an act is carried out with.
type deed struct {
	service *cases.Service // by a clock that stands at the act's instant
	by      cases.Actor
	command cases.Command
	read    cases.ReadOptions
	uploads *sync.Mutex
	c       *cases.Case // as the act before left it; nil for the first
}

// command of the i-th act. Its body says nothing: the plan tells which act it is.
func (m *matter) command(i int) cases.Command {
	return cases.Command{ID: cases.DerivedID("demo", m.key, strconv.Itoa(i)), Body: "demo"}
}

// id is the id that the case has, or will have.
func (m *matter) id() string { return cases.DerivedID("case", m.command(0).ID) }

func (m *matter) add(at time.Time, by cases.Actor, do func(context.Context, deed) (*cases.Case, error)) {
	m.acts = append(m.acts, act{at: at.UTC().Truncate(time.Millisecond), by: by, do: do})
}

// last is the instant of the last act so far.
func (m *matter) last() time.Time { return m.acts[len(m.acts)-1].at }

// submit begins the case with a notification.
func (m *matter) submit(at time.Time, by cases.Actor, n cases.Notification) {
	m.about = n.Controller.Name + "/" + n.Controller.Board
	m.add(at, by, func(ctx context.Context, d deed) (*cases.Case, error) {
		warnings, err := cases.Validate(n, d.read)
		if err != nil {
			return nil, err
		}
		return d.service.Submit(ctx, d.by, n, warnings, d.command)
	})
}

// open begins the case without a notification.
func (m *matter) open(at time.Time, by cases.Actor, o cases.Opening) {
	m.about = o.Name + "/" + o.Board
	m.add(at, by, func(ctx context.Context, d deed) (*cases.Case, error) {
		return d.service.Open(ctx, d.by, o, d.command)
	})
}

// file adds a further version: what the follow-up answers is laid over the
// version before.
func (m *matter) file(at time.Time, by cases.Actor, followUp cases.Notification) {
	m.add(at, by, func(ctx context.Context, d deed) (*cases.Case, error) {
		return d.service.File(ctx, d.by, d.c.ID, func(base cases.Notification) (cases.Notification, []cases.Warning, error) {
			n := cases.Merge(base, followUp)
			warnings, err := cases.Validate(n, d.read)
			return n, warnings, err
		}, d.command)
	})
}

// take takes a step of the procedure.
func (m *matter) take(at time.Time, by cases.Actor, step workflow.StepID, reason cases.Text, data cases.StepData) {
	m.decide(at, by, func(*cases.Case, cases.Actor) (cases.Actor, cases.StepRequest) {
		return by, cases.StepRequest{Step: step, Reason: reason, Data: data}
	})
}

// decide takes the step that choose finds right when it sees the case.
func (m *matter) decide(at time.Time, by cases.Actor, choose func(*cases.Case, cases.Actor) (cases.Actor, cases.StepRequest)) {
	m.add(at, by, func(ctx context.Context, d deed) (*cases.Case, error) {
		who, r := choose(d.c, d.by)
		r.Version, r.Command = d.c.Version, d.command
		c, err := d.service.Take(ctx, who, d.c.ID, r)
		if workflow.KindOf(err) != workflow.Stale {
			return c, err
		}
		// A scene, or a case that was merged into this one, has moved it on.
		now, err := d.service.Case(ctx, who, d.c.ID)
		if err != nil {
			return nil, err
		}
		r.Version = now.Version
		return d.service.Take(ctx, who, d.c.ID, r)
	})
}

// before keeps the acts that come before an instant.
func (m *matter) before(until time.Time) {
	for i, a := range m.acts {
		if !a.at.Before(until) {
			m.acts = m.acts[:i]
			return
		}
	}
}

// refused says which act went wrong.
func (m *matter) refused(i int, err error) error {
	return fmt.Errorf("act %d of %s at %s: %w", i, m.key, m.acts[i].at.Format(time.RFC3339), err)
}
