package web

import (
	"slices"
	"strings"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// conflict is what stands beside a form whose writer was slower than somebody else.
type conflict struct {
	State   string // in which the case is now
	Since   []missed
	Differs []difference
	Refusal string // why the step cannot be taken any more, "" where it can
}

// difference is a field of the form of which the case now holds something else than
// when the form was opened.
type difference struct {
	Label  string
	Before string
	Now    string
	Parts  []span // how the one became the other, of a text that was edited
	Yours  string
}

// conflict finds what changed since the version that somebody wrote on.
func (q *call) conflict(p *stepPage, now *cases.Case, step workflow.Step, typed map[string][]string, seen int64) (*conflict, error) {
	out := &conflict{State: p.Code(now.State)}
	_, verdicts, err := q.s.opt.Cases.Steps(q.ctx, q.actor, now.ID)
	if err != nil {
		return nil, err
	}
	for _, v := range verdicts {
		if v.Step == step.ID && !v.Allowed {
			out.Refusal = p.fault(v.Refusal.Code, v.Refusal.Message)
		}
	}
	then, err := q.s.opt.Cases.AsOf(q.ctx, q.actor, now.ID, seen)
	if workflow.KindOf(err) == workflow.NotFound {
		return out, nil // the form names no version: what is now is still true
	}
	if err != nil {
		return nil, err
	}
	if out.Since, err = q.happenedSince(now.ID, seen); err != nil {
		return nil, err
	}
	before, after := q.heldValues(then, step), q.heldValues(now, step)
	for _, name := range slices.Concat(step.Requires, step.Takes) {
		for _, one := range longest(fieldParts(name, typed), fieldParts(name, before), fieldParts(name, after)) {
			if slices.Equal(before[one], after[one]) {
				continue
			}
			f := q.formField(p, now, step, one, false)
			d := difference{Label: f.Label, Before: p.shown(f, before[one]), Now: p.shown(f, after[one]), Yours: p.shown(f, typed[one])}
			if d.Before == d.Now {
				continue
			}
			if f.Heading != "" {
				d.Label = f.Heading + ": " + d.Label
			}
			if f.Widget == textWidget {
				d.Parts = compareWords(d.Before, d.Now)
			}
			out.Differs = append(out.Differs, d)
		}
	}
	return out, nil
}

// longest is the list with the most fields: forms of a draft have as many as the
// draft has measures.
func longest(lists ...[]string) []string {
	return slices.MaxFunc(lists, func(a, b []string) int { return len(a) - len(b) })
}

// heldValues are what the case holds of a step's fields. It is more than a form
// begins with: the reason of the last assessment is no reason for the next.
func (q *call) heldValues(c *cases.Case, step workflow.Step) map[string][]string {
	values := q.startValues(c, step)
	var reason cases.Text
	switch {
	case step.ID == workflow.StepAssessRisk && c.Risk != nil:
		reason = c.Risk.Reason
	case step.ID == workflow.StepAssessDelay && c.Delay != nil:
		reason = c.Delay.Reason
	case step.ID == workflow.StepAssessAwareness && c.Awareness != nil:
		reason = c.Awareness.Reason
	case step.ID == workflow.StepAssessArt34 && c.Art34 != nil:
		reason = c.Art34.Reason
	case step.ID == workflow.StepSetPriority && len(c.Priorities) > 0:
		reason = c.Priorities[len(c.Priorities)-1].Reason
	case step.ID == workflow.StepDetermineOSS && c.OSS != nil:
		reason = c.OSS.Reason
	}
	if reason != "" {
		values["reason"] = []string{string(reason)}
	}
	return values
}

// shown writes the answers of a field as its form would show them.
func (p *stepPage) shown(f formField, values []string) string {
	var out []string
	for _, v := range values {
		switch f.Widget {
		case choiceWidget, manyWidget:
			for _, o := range f.Options {
				if o.Value == v {
					v = o.Label
					break
				}
			}
		case tickWidget:
			v = p.yesNo(v == "true")
		case dateWidget:
			v = p.day(cases.Date(v))
		case instantWidget:
			if at, err := time.ParseInLocation(localInstant, v, p.zone); err == nil {
				v = p.DateTime(at)
			}
		}
		if v != "" {
			out = append(out, v)
		}
	}
	return strings.Join(out, "\n")
}
