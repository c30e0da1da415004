package workflow

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/looplab/fsm"
)

// Refusal says why a step cannot be taken.
type Refusal struct {
	Kind    Kind     `json:"kind"`              // Forbidden, Conflict, Unprocessable, or Invalid for no such step
	Code    string   `json:"code"`              // "role", "state", "conflict_of_interest", a guard, or "needs_<field>"
	Message string   `json:"message"`           // one sentence for people: what is missing and what to do
	Missing []string `json:"missing,omitempty"` // required data fields that are not given
}

// Verdict is the procedure's answer on one step.
type Verdict struct {
	Step    StepID   `json:"step"`
	Allowed bool     `json:"allowed"`
	To      State    `json:"to,omitempty"`    // the state after the step; the same for an act that moves nothing
	Needs   []string `json:"needs,omitempty"` // data fields that are still to be given with the step
	Refusal *Refusal `json:"refusal,omitempty"`
}

// Judge answers whether somebody with the roles may take the step now, with
// what is given. It looks first at the person (a conflict of interest, then
// the role), then at the state, then at the case's facts, last at the data:
// nobody is asked for a form that would not help.
func Judge(id StepID, f Facts, roles []Role) Verdict {
	return judge(id, f, roles, false)
}

// Available answers for every step that people take, in the procedure's order,
// whether it can be taken now, and why not. Data that can still be given counts
// as given and is named in Needs.
func Available(f Facts, roles []Role) []Verdict {
	var verdicts []Verdict
	for _, step := range table {
		if !step.BySystemOnly() {
			verdicts = append(verdicts, judge(step.ID, f, roles, true))
		}
	}
	return verdicts
}

func judge(id StepID, f Facts, roles []Role, offering bool) Verdict {
	step, ok := StepByID(id)
	if !ok {
		return refuse(id, Invalid, "unknown_step", "There is no such step; the case's list of steps names those that there are.")
	}
	if f.ActorBarred {
		return refuse(id, Forbidden, "conflict_of_interest",
			"You are barred from this case by a conflict of interest; somebody else must take the step.")
	}
	if refusal := step.permit(f, roles); refusal != nil {
		return Verdict{Step: id, Refusal: refusal}
	}
	to, ok := step.destination(f.State)
	if !ok {
		return refuse(id, Conflict, "state", step.statesSentence(f.State))
	}
	needs := step.missing(f)
	for _, guard := range step.Guards {
		switch {
		case guard.holds(f, id):
		case offering && guard.MetBy() != "":
			needs = append(needs, guard.MetBy())
		default:
			return refuse(id, Unprocessable, string(guard), guard.Sentence())
		}
	}
	if len(needs) > 0 && !offering {
		v := refuse(id, Unprocessable, "needs_"+needs[0],
			"This step needs more data; give "+strings.Join(needs, ", ")+".")
		v.Refusal.Missing = needs
		return v
	}
	return Verdict{Step: id, Allowed: true, To: to, Needs: needs}
}

func refuse(id StepID, kind Kind, code, message string) Verdict {
	return Verdict{Step: id, Refusal: &Refusal{Kind: kind, Code: code, Message: message}}
}

// permit finds a grant for one of the roles. When roles match but no
// condition holds, the first such condition is the reason.
func (s Step) permit(f Facts, roles []Role) *Refusal {
	var unmet Guard
	for _, grant := range s.By {
		if !slices.Contains(roles, grant.Role) {
			continue
		}
		if grant.When.holds(f, s.ID) {
			return nil
		}
		if unmet == "" {
			unmet = grant.When
		}
	}
	if unmet != "" {
		return &Refusal{Kind: Forbidden, Code: string(unmet), Message: unmet.Sentence()}
	}
	return &Refusal{Kind: Forbidden, Code: "role", Message: s.rolesSentence()}
}

func (s Step) rolesSentence() string {
	if s.BySystemOnly() {
		return "This step is taken by the system itself, when what it waits for has happened."
	}
	var who []string
	for _, grant := range s.By {
		if grant.Role != RoleSystem {
			who = append(who, strings.ToLower(grant.Role.Title()))
		}
	}
	return "Your roles do not allow this step; it is for a " + anyOf(who) + "."
}

func (s Step) statesSentence(now State) string {
	from := make([]string, len(s.From))
	for i, state := range s.From {
		from[i] = string(state)
	}
	return "This step is possible from " + anyOf(from) + "; the case is in " + string(now) + "."
}

// anyOf joins alternatives as in "a, b or c".
func anyOf(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// missing are the required fields that are not given: the step's own and those
// of the outcome.
func (s Step) missing(f Facts) []string {
	required := s.Requires
	if rule, ok := f.Outcome.Rule(); ok && slices.Contains(s.Requires, "outcome") {
		required = slices.Concat(required, rule.Needs)
	}
	var missing []string
	for _, field := range required {
		excuse, excusable := s.Excused[field]
		if !f.Given[field] && !(excusable && excuse.holds(f, s.ID)) {
			missing = append(missing, field)
		}
	}
	return missing
}

// destination asks a machine that is made for this one question, so that
// nothing is shared between requests, whether the step leads on from the
// state, and where to.
func (s Step) destination(from State) (to State, ok bool) {
	machine := fsm.NewFSM(string(from), s.transitions(), nil)
	if machine.Cannot(string(s.ID)) {
		return "", false
	}
	err := machine.Event(context.Background(), string(s.ID))
	// A step that stays where it is has been taken all the same.
	var stayed fsm.NoTransitionError
	if err != nil && !errors.As(err, &stayed) {
		return "", false
	}
	return State(machine.Current()), true
}

// transitions is the step in the machine's terms: one row for a step that
// moves a case, one per state for an act that leaves the case where it is.
func (s Step) transitions() fsm.Events {
	if s.To != "" {
		return fsm.Events{{Name: string(s.ID), Src: texts(s.From), Dst: string(s.To)}}
	}
	events := make(fsm.Events, len(s.From))
	for i, state := range s.From {
		events[i] = fsm.EventDesc{Name: string(s.ID), Src: []string{string(state)}, Dst: string(state)}
	}
	return events
}
