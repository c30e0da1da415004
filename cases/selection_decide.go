package cases

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/vaka-project/vaka/workflow"
)

// DecisionRequest decides a selection as its proposal stands: who is chosen follows
// from the rank and from what people changed, with what follows from this.
type DecisionRequest struct {
	Reason Text             `json:"reason"`           // of the choice as a whole
	Order  Order            `json:"order"`            // for every case that is chosen
	Orders map[string]Order `json:"orders,omitempty"` // by case number: instead of the common one, field by field
	Lead   *LeadCase        `json:"lead,omitempty"`   // the case against the supplier
}

// Decide closes the proposal and draws the control sample. The selection then waits
// for a supervisor who had no part in it.
func (l *Selections) Decide(ctx context.Context, a Actor, id string, version int64, r DecisionRequest) (*Selection, error) {
	return l.edit(ctx, a, id, version, func(have *Selection) (EventKind, any, error) {
		d, faults := have.decision(r)
		if lead := d.Lead; lead != nil && lead.Assignee != "" {
			p, err := l.s.people.Person(ctx, lead.Assignee)
			if err != nil && !errors.Is(err, ErrNotFound) {
				return "", nil, Unavailable(err)
			}
			if err != nil || !p.Active || !holdsCases(p) {
				faults = append(faults, workflow.Fault{Path: "/lead/assignee", Code: "not_a_caseworker", Message: "A case is assigned to an active caseworker or supervisor."})
			}
		}
		if len(faults) > 0 {
			return "", nil, workflow.RefuseFaults("invalid_selection", "The selection was not decided.", faults)
		}
		return EventSelectionDecided, d, nil
	})
}

// decision words the choice as it stands.
func (s *Selection) decision(r DecisionRequest) (SelectionDecision, []workflow.Fault) {
	d := SelectionDecision{Reason: r.Reason}
	if r.Lead != nil {
		lead := *r.Lead
		lead.Order = lead.Order.over(r.Order)
		d.Lead = &lead
	}
	w := s.Weighing()
	ranked := s.Ranking()
	line := ranked[min(w.Choose, len(ranked))-1].Sum
	var numbers []string
	for i := range ranked {
		c := &ranked[i]
		if c.Chosen {
			d.Chosen = append(d.Chosen, Chosen{
				Case: c.Case, Number: c.Number, Rank: c.Rank, Sum: c.Sum, ByHand: c.ByHand, Order: r.Orders[c.Number].over(r.Order),
			})
			continue
		}
		numbers = append(numbers, c.Number)
		d.Left = append(d.Left, c.leftOut(line))
	}
	d.Sample = s.Seed.Draw(numbers, w.Sample)
	return d, append(d.faults(r), strays(reflect.ValueOf(r), planFor(reflect.TypeFor[DecisionRequest]()), "")...)
}

// leftOut says why a candidate is not chosen; line is the sum of the last one that the
// rank proposes.
func (c *RankedCandidate) leftOut(line int) LeftOut {
	out := LeftOut{Case: c.Case, Number: c.Number, Rank: c.Rank, Sum: c.Sum, Why: LeftByRank}
	switch {
	case c.ByHand:
		out.Why = LeftByHand
	case c.Sum == line:
		out.Why = LeftByTie
	}
	if n := len(c.Words); n > 0 {
		out.Words = c.Words[n-1].Reason
	}
	if out.Why == LeftByHand {
		out.Words = c.Change.Reason
	}
	return out
}

// over is the order of one case: what it does not say itself the common one says.
func (o Order) over(common Order) Order {
	if strings.TrimSpace(string(o.Scope)) == "" {
		o.Scope = common.Scope
	}
	if len(o.LegalBasis) == 0 {
		o.LegalBasis = common.LegalBasis
	}
	if len(o.FocusAreas) == 0 {
		o.FocusAreas = common.FocusAreas
	}
	if o.OSSRole == "" {
		o.OSSRole = common.OSSRole
	}
	return o
}

func (d *SelectionDecision) faults(r DecisionRequest) []workflow.Fault {
	faults := neededText("/reason", d.Reason, "Say why these are chosen.")
	if len(d.Chosen) == 0 && d.Lead == nil {
		faults = append(faults, workflow.Fault{Path: "/order", Code: "nobody_chosen", Message: "Nobody is chosen. Take a case in, or give the selection up."})
	}
	if len(d.Chosen) > MaxChosen {
		faults = append(faults, workflow.Fault{Path: "/order", Code: "choose_range", Message: fmt.Sprintf("Between 1 and %d cases are chosen.", MaxChosen)})
	}
	for number := range r.Orders {
		if !slices.ContainsFunc(d.Chosen, func(c Chosen) bool { return c.Number == number }) {
			faults = append(faults, workflow.Fault{Path: "/orders", Code: "no_candidate", Message: "An order is given for a case that is not chosen."})
		}
	}
	if lacks := slices.IndexFunc(d.Chosen, func(c Chosen) bool { return len(c.Order.faults("")) > 0 }); lacks >= 0 {
		faults = append(faults, d.Chosen[lacks].Order.faults("/order")...)
	}
	if d.Lead != nil {
		faults = append(faults, neededText("/lead/name", Text(d.Lead.Name), "Name the supplier.")...)
		faults = append(faults, neededText("/lead/subject", Text(d.Lead.Subject), "Say in a line what the case is about.")...)
		faults = append(faults, neededText("/lead/assignee", Text(d.Lead.Assignee), "Say who leads the investigation of the supplier.")...)
		faults = append(faults, d.Lead.Order.faults("/lead/order")...)
	}
	return faults
}

func (o Order) faults(at string) []workflow.Fault {
	faults := neededText(at+"/scope", o.Scope, "Say what is investigated.")
	if len(o.LegalBasis) == 0 {
		faults = append(faults, workflow.Fault{Path: at + "/legal_basis", Code: "required", Message: "Name the articles that it rests on."})
	}
	return faults
}

// Approve makes the choice the authority's. Whoever approves has had no part in it,
// and approves exactly the version that they saw.
func (l *Selections) Approve(ctx context.Context, a Actor, id string, version int64, reason Text) (*Selection, error) {
	return l.act(ctx, a, id, version, func(have *Selection) (EventKind, any, error) {
		switch {
		case have.Status.Settled():
			return "", nil, settled(have)
		case have.Status != SelectionDecided:
			return "", nil, selectionStands(have, "The selection is not decided yet, so there is nothing to approve.")
		case !a.Has(workflow.RoleSupervisor):
			return "", nil, workflow.Refuse(workflow.Forbidden, "role", "Only a supervisor approves a selection.")
		case slices.Contains(have.Editors, a.Account):
			return "", nil, workflow.Refuse(workflow.Forbidden, "four_eyes_selection", "Whoever had a part in a selection does not approve it. Let another supervisor look at it.")
		}
		return EventSelectionApproved, because{Reason: reason}, nil
	})
}

// Retry gives the cases that were refused another turn, when a person has seen to them.
func (l *Selections) Retry(ctx context.Context, a Actor, id string, version int64, reason Text) (*Selection, error) {
	return l.act(ctx, a, id, version, func(have *Selection) (EventKind, any, error) {
		if have.Status != SelectionWaiting {
			return "", nil, selectionStands(have, "No case of this selection waits for a person.")
		}
		if !a.Has(workflow.RoleSupervisor) {
			return "", nil, workflow.Refuse(workflow.Forbidden, "role", "Only a supervisor lets the investigations be opened again.")
		}
		return EventSelectionRetried, because{Reason: reason}, needed(reason)
	})
}

// Recheck works a selection out anew from the events of its cases: the scores from
// exactly the versions that were frozen, the order, and the control sample from the
// seed. How often a controller was here before is not worked out again: that was
// counted among all cases of that day.
func (l *Selections) Recheck(ctx context.Context, a Actor, id string) (SelectionCheck, error) {
	have, err := l.Get(ctx, a, id)
	if err != nil {
		return SelectionCheck{}, err
	}
	check := SelectionCheck{Cases: len(have.Candidates), SampleAgrees: true}
	differs := make([]bool, len(have.Candidates))
	err = eachOf(ctx, len(have.Candidates), func(n int) error {
		frozen := &have.Candidates[n]
		c, err := l.s.AsOf(ctx, a, frozen.Case, frozen.Version)
		if err != nil {
			return Unavailable(err)
		}
		cells := Score(c, have.EssentialSectors, 0)
		for k := range cells {
			if cells[k].Criterion != CriterionEarlierCases && !reflect.DeepEqual(cells[k], frozen.Cells[k]) {
				differs[n] = true
			}
		}
		return nil
	})
	if err != nil {
		return SelectionCheck{}, err
	}
	for n, d := range differs {
		if d {
			check.Differing = append(check.Differing, have.Candidates[n].Number)
		}
	}
	if d := have.Decision; d != nil {
		numbers := make([]string, len(d.Left))
		for i := range d.Left {
			numbers[i] = d.Left[i].Number
		}
		check.SampleAgrees = slices.Equal(have.Seed.Draw(numbers, have.Weighing().Sample), d.Sample)
	}
	return check, nil
}

// SelectionCheck is what working a selection out anew gave.
type SelectionCheck struct {
	Cases        int      `json:"cases"`               // candidates that were scored anew
	Differing    []string `json:"differing,omitempty"` // numbers of those whose scores differ
	SampleAgrees bool     `json:"sample_agrees"`
}

// Agrees says whether all of it came out as it is recorded.
func (c SelectionCheck) Agrees() bool { return len(c.Differing) == 0 && c.SampleAgrees }
