package web

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

func (q *call) getCase() error {
	c, err := q.theCase()
	if err != nil {
		return err
	}
	if q.actor.Staff() {
		if q.unchanged(etag(c.Version)) {
			return q.notModified(etag(c.Version))
		}
		return q.answerCase(http.StatusOK, c)
	}
	if err := q.answer(http.StatusOK, q.partyCaseOf(c)); err != nil {
		return err
	}
	// The tag is of what is shown: the case's own version would tell when
	// something happens inside the authority.
	sum := sha256.Sum256(q.Response().Body())
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	if q.unchanged(tag) {
		q.Response().ResetBody()
		return q.notModified(tag)
	}
	q.Set(fiber.HeaderETag, tag)
	return nil
}

func (q *call) notModified(tag string) error {
	q.Set(fiber.HeaderETag, tag)
	q.Status(http.StatusNotModified)
	return nil
}

// answerCase answers staff with a case.
func (q *call) answerCase(status int, c *cases.Case) error {
	q.Set(fiber.HeaderETag, etag(c.Version))
	return q.answer(status, q.caseViewOf(c))
}

func (q *call) openCase() error {
	var in cases.Opening
	cmd, err := q.bindKeyed(&in)
	if err != nil {
		return err
	}
	c, err := q.s.opt.Cases.Open(q.ctx, q.actor, in, cmd)
	if err != nil {
		return err
	}
	q.located(c.ID)
	return q.answerCase(http.StatusCreated, c)
}

// bindKeyed reads the body and the Idempotency-Key that goes with it.
func (q *call) bindKeyed(into any) (cases.Command, error) {
	raw, err := q.rawBody()
	if err != nil {
		return cases.Command{}, err
	}
	if err := cases.Refusal(cases.Bind(raw, into, nil)); err != nil {
		return cases.Command{}, err
	}
	return q.command(raw)
}

// stepsView is what the caller may do with a case now.
type stepsView struct {
	State   workflow.State `json:"state,omitempty" doc:"For staff."`
	Version int64          `json:"version,omitempty" doc:"For staff."`
	Steps   []stepView     `json:"steps"`
}

type stepView struct {
	Step     workflow.StepID   `json:"step"`
	Title    string            `json:"title"`
	TitleSV  string            `json:"title_sv"`
	Law      string            `json:"law"`
	Allowed  bool              `json:"allowed"`
	To       workflow.State    `json:"to,omitempty" doc:"The state after the step."`
	Needs    []string          `json:"needs" doc:"Fields that are still to be given with the step."`
	Requires []string          `json:"requires" doc:"Fields that the step always needs."`
	Takes    []string          `json:"takes" doc:"Fields that may be given."`
	Refusal  *workflow.Refusal `json:"refusal,omitempty" doc:"Why the step cannot be taken."`
}

func (q *call) steps() error {
	if !q.actor.Staff() {
		if _, err := q.theCase(); err != nil {
			return err
		}
		// Judged without the case: why a step is refused must not tell its state.
		return q.answer(http.StatusOK, stepsView{Steps: stepViews(workflow.Available(workflow.Facts{}, nil))})
	}
	c, verdicts, err := q.s.opt.Cases.Steps(q.ctx, q.actor, q.Params("id"))
	if err != nil {
		return err
	}
	q.Set(fiber.HeaderETag, etag(c.Version))
	return q.answer(http.StatusOK, stepsView{State: c.State, Version: c.Version, Steps: stepViews(verdicts)})
}

func stepViews(verdicts []workflow.Verdict) []stepView {
	out := []stepView{}
	for _, v := range verdicts {
		step, _ := workflow.StepByID(v.Step)
		out = append(out, stepView{
			Step: v.Step, Title: step.Title, TitleSV: step.TitleSV, Law: step.Law, Allowed: v.Allowed, To: v.To,
			Needs: list(v.Needs), Requires: list(step.Requires), Takes: list(step.Takes), Refusal: v.Refusal,
		})
	}
	return out
}

type stepRequest struct {
	Step   workflow.StepID `json:"step"`
	Reason cases.Text      `json:"reason,omitempty"`
	Data   cases.StepData  `json:"data,omitzero" doc:"The fields that the step requires or takes."`
}

func (q *call) takeStep() error {
	version, err := q.seenVersion()
	if err != nil {
		return err
	}
	var in stepRequest
	cmd, err := q.bindKeyed(&in)
	if err != nil {
		return err
	}
	return q.take(cases.StepRequest{Step: in.Step, Reason: in.Reason, Data: in.Data, Version: version, Command: cmd})
}

func (q *call) take(r cases.StepRequest) error {
	c, err := q.s.opt.Cases.Take(q.ctx, q.actor, q.Params("id"), r)
	if err != nil {
		return err
	}
	if !c.VisibleTo(q.actor) { // a supervisor restricted the case to others
		q.Set(fiber.HeaderETag, etag(c.Version))
		return q.answer(http.StatusOK, caseRef{c.ID, c.Number, c.State, c.Phase})
	}
	return q.answerCase(http.StatusOK, c)
}

type assignRequest struct {
	Assignee string `json:"assignee" doc:"An account's id."`
}

func (q *call) assign() error {
	version, err := q.seenVersion()
	if err != nil {
		return err
	}
	var in assignRequest
	if err := q.bind(&in); err != nil {
		return err
	}
	return q.take(cases.StepRequest{Step: workflow.StepAssign, Data: cases.StepData{Assignee: in.Assignee}, Version: version})
}

type noteRequest struct {
	Text cases.Text `json:"text"`
}

// noteTries bounds how often a note is written again because somebody else was
// faster; each time somebody else got on.
const noteTries = 100

func (q *call) writeNote() error {
	var in noteRequest
	cmd, err := q.bindKeyed(&in)
	if err != nil {
		return err
	}
	c, err := q.note(in.Text, cmd)
	if err != nil {
		return err
	}
	return q.answer(http.StatusCreated, c.Notes[len(c.Notes)-1])
}

// note writes a file note on the case that the URL names, whatever happens to the
// case meanwhile: a note is an addition and fits whatever was faster.
func (q *call) note(text cases.Text, cmd cases.Command) (*cases.Case, error) {
	for range noteTries {
		c, err := q.theCase()
		if err != nil {
			return nil, err
		}
		c, err = q.s.opt.Cases.Take(q.ctx, q.actor, c.ID, cases.StepRequest{
			Step: workflow.StepNote, Data: cases.StepData{Text: text}, Version: c.Version, Command: cmd,
		})
		if workflow.KindOf(err) != workflow.Stale {
			return c, err
		}
	}
	return nil, workflow.Refuse(workflow.Unavailable, "busy", "Others write to this case all the time. Send the note again in a moment.")
}

func (q *call) counts() error {
	return q.answer(http.StatusOK, q.s.opt.Cases.Board().Counts(q.actor, q.s.now()))
}

type staffList struct {
	Items []staffMember `json:"items"`
}

type staffMember struct {
	ID    string          `json:"id"`
	Name  string          `json:"name"`
	Roles []workflow.Role `json:"roles"`
}

func (q *call) staffDirectory() error {
	// Staff see each other's names and roles; the rest of the accounts stays with
	// the administrators.
	all, err := q.s.opt.Auth.Accounts(q.ctx, cases.System("staff_directory"))
	if err != nil {
		return err
	}
	out := staffList{Items: []staffMember{}}
	for _, p := range all {
		if p.Active && slices.ContainsFunc(p.Roles, workflow.Role.Staff) {
			out.Items = append(out.Items, staffMember{p.ID, p.Name, p.Roles})
		}
	}
	slices.SortFunc(out.Items, func(a, b staffMember) int { return strings.Compare(a.Name+a.ID, b.Name+b.ID) })
	return q.answer(http.StatusOK, out)
}

// procedureView is the procedure and the time limits as this authority has them.
type procedureView struct {
	States        []stateView            `json:"states"`
	Steps         []workflow.Step        `json:"steps"`
	Outcomes      []workflow.OutcomeRule `json:"outcomes"`
	PriorityRules []firedRule            `json:"priority_rules"`
	Clocks        []workflow.ClockRule   `json:"clocks"`
}

type stateView struct {
	State     workflow.State `json:"state"`
	Phase     workflow.Phase `json:"phase,omitempty"`
	Title     string         `json:"title"`
	TitleSV   string         `json:"title_sv"`
	Meaning   string         `json:"meaning"`
	MeaningSV string         `json:"meaning_sv"`
}

func (q *call) procedure() error {
	out := procedureView{Steps: workflow.Steps(), Outcomes: workflow.Outcomes(), Clocks: q.s.opt.Cases.Law().Rules(), PriorityRules: []firedRule{}}
	for _, s := range workflow.States() {
		out.States = append(out.States, stateView{s, s.Phase(), s.Title(), s.TitleSV(), s.Meaning(), s.MeaningSV()})
	}
	for _, r := range workflow.PriorityRules() {
		out.PriorityRules = append(out.PriorityRules, ruleByID[r.ID])
	}
	return q.answer(http.StatusOK, out)
}
