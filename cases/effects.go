package cases

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// effects works out everything that a step brings about, so that the event holds
// it and folding needs no rule.
func (s *Service) effects(a Actor, c *Case, r StepRequest, to workflow.State, now time.Time) (Taken, []Claim) {
	t := Taken{From: c.State, To: to, Reason: r.Reason, Data: r.Data, Body: r.Command.Body, Batch: r.Batch}
	t.Clocks = s.moveClocks(c, r.Step, to, c.Priority, now)
	var claims []Claim
	switch r.Step {
	case workflow.StepRequestSupplement:
		kind := workflow.ClockSupplement
		if r.Data.Urgent {
			kind = workflow.ClockSupplementUrgent
		}
		// The authority asks itself now, with a date of its own, for what was promised.
		t.Clocks.endSupplements(c, func(Clock) ClockStatus { return ClockCancelled })
		s.ask(&t, c, a, kind, now)
	case workflow.StepRequestReply:
		s.ask(&t, c, a, workflow.ClockReply, now)
	case workflow.StepSendHearing:
		s.ask(&t, c, a, workflow.ClockHearing, now)
	case workflow.StepOpenInvestigation:
		if c.SupervisionNumber == "" {
			t.Number = s.numbers.next(s.policy().SupervisionPrefix, now.In(s.policy().Zone).Year())
			claims = []Claim{claim(t.Number, c.ID)}
		}
		s.assess(&t, c, a, r, now)
	case workflow.StepConsultArt60:
		kind := workflow.ClockObjection
		if r.Data.Revised {
			kind = workflow.ClockObjectionRevised
		}
		s.share(&t, c, kind, now)
	case workflow.StepReferArt65:
		s.share(&t, c, workflow.ClockBoard, now)
	case workflow.StepRequestAssistance:
		s.share(&t, c, workflow.ClockAssistance, now)
	case workflow.StepAssistanceReceived:
		s.assisted(&t, c, now)
	case workflow.StepCorrectParty:
		s.correctParty(&t, c, a, now)
	case workflow.StepDecide, workflow.StepAdoptConsulted:
		s.decide(&t, c, a, now)
	case workflow.StepRecordService:
		s.serve(&t, c, r.Data.ServiceDate, now, "The decision was served on another date.")
	case workflow.StepMeasureDone, workflow.StepExtendClock:
		s.moveOne(&t, c, r, now)
	case workflow.StepAssessSeverity, workflow.StepAssessRisk, workflow.StepSetPriority,
		workflow.StepAssessAwareness, workflow.StepAssessArt34:
		s.assess(&t, c, a, r, now)
	case workflow.StepDetermineOSS:
		s.assess(&t, c, a, r, now)
		s.leadAnswer(&t, c, now)
	}
	if c.State.Open() && !to.Open() { // a note on an ended case ends it no second time
		t.Closing = closing(c, a, r, to, now)
	}
	s.rearm(&t.Clocks, c, to, now)
	return t, claims
}

// runsIn says in which states a kind of clock can run. One that is open when the
// case leaves them has ended.
var runsIn = map[workflow.ClockKind][]workflow.State{
	workflow.ClockRegistration:       {workflow.StateReceived},
	workflow.ClockTriageP1:           {workflow.StateTriage},
	workflow.ClockTriageP2:           {workflow.StateTriage},
	workflow.ClockTriageP3:           {workflow.StateTriage},
	workflow.ClockStaleTriage:        {workflow.StateTriage},
	workflow.ClockSupplement:         {workflow.StateReceived, workflow.StateRegistered, workflow.StateTriage, workflow.StateAwaitingSupplement},
	workflow.ClockSupplementUrgent:   {workflow.StateReceived, workflow.StateRegistered, workflow.StateTriage, workflow.StateAwaitingSupplement},
	workflow.ClockReply:              {workflow.StateAwaitingReply},
	workflow.ClockStaleInvestigation: {workflow.StateInvestigation},
	workflow.ClockHearing:            {workflow.StateHearing},
	workflow.ClockObjection:          {workflow.StateArt60Consultation},
	workflow.ClockObjectionRevised:   {workflow.StateArt60Consultation},
	workflow.ClockBoard:              {workflow.StateArt65Dispute},
	workflow.ClockLeadAnswer:         whileOpen,
	workflow.ClockAssistance:         whileOpen,
	workflow.ClockAppeal:             {workflow.StateDecided, workflow.StateFollowUp},
	workflow.ClockOrder:              {workflow.StateDecided, workflow.StateUnderAppeal, workflow.StateFollowUp},
}

// whileOpen are the states of an open case: what other authorities are asked goes
// on beside the procedure.
var whileOpen = slices.DeleteFunc(workflow.States(), func(st workflow.State) bool { return !st.Open() })

// answers says which steps bring what a kind of clock waits for.
var answers = map[workflow.ClockKind][]workflow.StepID{
	workflow.ClockRegistration:     {workflow.StepRegister},
	workflow.ClockSupplement:       {workflow.StepSupplementReceived},
	workflow.ClockSupplementUrgent: {workflow.StepSupplementReceived},
	workflow.ClockReply:            {workflow.StepReplyReceived},
	workflow.ClockHearing:          {workflow.StepHearingAnswered},
	workflow.ClockBoard:            {workflow.StepAdoptConsulted},
	workflow.ClockAppeal:           {workflow.StepAppealReceived},
	workflow.ClockOrder:            {workflow.StepAcceptCompliance},
}

// ownTargets are clocks that wait for the authority itself: carrying the case on
// is what they waited for.
var ownTargets = []workflow.ClockKind{
	workflow.ClockTriageP1, workflow.ClockTriageP2, workflow.ClockTriageP3,
	workflow.ClockStaleTriage, workflow.ClockStaleInvestigation,
}

// moveClocks ends the clocks that do not run in the state the case goes to, and
// starts those that every stay in it starts. p is the priority from then on.
func (s *Service) moveClocks(c *Case, by workflow.StepID, to workflow.State, p workflow.Priority, now time.Time) ClockChanges {
	var out ClockChanges
	if c.State == to {
		return out
	}
	for _, k := range c.OpenClocks() {
		if k.endsBy(by, to, now) {
			out.Ended = append(out.Ended, ClockEnd{ID: k.ID, Status: k.endStatus(by, now)})
		}
	}
	switch to {
	case workflow.StateTriage:
		s.start(&out, c, workflow.TriageClock(p), now, nil)
		s.start(&out, c, workflow.ClockStaleTriage, now, nil)
	case workflow.StateInvestigation:
		s.start(&out, c, workflow.ClockStaleInvestigation, now, nil)
	}
	return out
}

// endsBy says whether an open clock ends when the case goes to another state.
func (k *Clock) endsBy(by workflow.StepID, to workflow.State, now time.Time) bool {
	switch {
	case !slices.Contains(runsIn[k.Kind], to):
		return true
	case isSupplement(k.Kind):
		return by == workflow.StepSupplementReceived || by == workflow.StepSupplementExpired
	default:
		return k.lapses() && now.After(k.DueAt)
	}
}

// lapses says whether a clock has done its work when it has run out, so that
// nobody need act on it: when nobody has appealed, the decision stands.
func (k *Clock) lapses() bool { return k.Kind == workflow.ClockAppeal }

// endStatus is how an open clock stands once a step has ended it.
func (k *Clock) endStatus(by workflow.StepID, now time.Time) ClockStatus {
	abandoned := by == workflow.StepMerge || by == workflow.StepTransfer || by == workflow.StepAcceptWithdrawal
	switch {
	case slices.Contains(answers[k.Kind], by), slices.Contains(ownTargets, k.Kind) && !abandoned:
		return metOrMissed(*k, now)
	case now.After(k.DueAt):
		return ClockExpired
	default:
		return ClockCancelled
	}
}

func metOrMissed(k Clock, now time.Time) ClockStatus {
	if now.After(k.DueAt) {
		return ClockMissed
	}
	return ClockMet
}

// start starts a clock; due, when given, takes the place of the rule's period.
func (s *Service) start(out *ClockChanges, c *Case, kind workflow.ClockKind, from time.Time, due *time.Time) *Clock {
	have := slices.Concat(c.Clocks, out.Opened)
	n := 1 // by id: a clock keeps its id when a change of priority makes it another kind
	for slices.ContainsFunc(have, func(k Clock) bool { return k.ID == clockID(kind, n) }) {
		n++
	}
	k := s.clock(kind, from, n)
	if due != nil {
		k.set(*due, "The caseworker set this date when asking.", "Handläggaren satte detta datum i begäran.")
	}
	out.Opened = append(out.Opened, k)
	return &out.Opened[len(out.Opened)-1]
}

// set gives a clock an end that a person chose.
func (k *Clock) set(due time.Time, explanation, explanationSV string) {
	k.DueAt, k.Rule = due, string(k.Kind)+"/set"
	k.Explanation, k.ExplanationSV = explanation, explanationSV
}

// ask records a request to the party with the clock that runs for its answer.
func (s *Service) ask(t *Taken, c *Case, a Actor, kind workflow.ClockKind, now time.Time) {
	k := s.start(&t.Clocks, c, kind, now, t.Data.DueAt)
	k.Request = fmt.Sprintf("R%d", len(c.Requests)+1)
	t.Request = &Request{
		ID: k.Request, Kind: kind, Questions: t.Data.Questions, AskedAt: now, AskedBy: a.Account, DueAt: k.DueAt,
	}
	if kind == workflow.ClockHearing {
		draft := c.Draft.Text
		t.Request.Draft = &draft
	}
}

// decide adopts the draft as the decision, and starts the appeal period and the
// clocks of what it orders.
func (s *Service) decide(t *Taken, c *Case, a Actor, now time.Time) {
	d := &Decision{
		DecisionDraft: c.Draft.Text, DecidedAt: now, Decider: a.Account, DraftVersion: c.Draft.Version,
		ServedOn: t.Data.ServiceDate, HearingSkipReason: t.Data.HearingSkipReason, BoardDecision: t.Data.BoardDecision,
	}
	d.Measures = slices.Clone(d.Measures)
	k := s.start(&t.Clocks, c, workflow.ClockAppeal, s.appealStart(c, d), nil)
	d.AppealEndsAt = k.DueAt
	for i := range d.Measures {
		if due := d.Measures[i].DueAt; due != nil {
			s.orderClock(t, c, i, *due, now)
		}
	}
	t.Decision = d
}

// orderClock starts the clock of the decision's measure i.
func (s *Service) orderClock(t *Taken, c *Case, i int, due, now time.Time) {
	k := s.start(&t.Clocks, c, workflow.ClockOrder, due, nil)
	k.StartedAt, k.Request = now, measureRequest(i)
}

// measureRequest names what an order's clock waits for.
func measureRequest(i int) string { return fmt.Sprintf("M%d", i+1) }

// appealStart is the day from which the three weeks of FL § 44 run: the service,
// or for a party that represents the public the date of the decision. The calendars
// know days of Stockholm only: midnight of an authority further east is the day
// before there.
func (s *Service) appealStart(c *Case, d *Decision) time.Time {
	if c.Party.RepresentsPublic {
		return d.DecidedAt
	}
	if t, ok := d.ServedOn.Time(workflow.Stockholm); ok {
		return t
	}
	return d.DecidedAt
}

// serve corrects the date of service, and with it the end of the appeal period.
// One that had run out by the wrong date runs again, unless an appeal came.
func (s *Service) serve(t *Taken, c *Case, on Date, now time.Time, because string) {
	if c.Decision == nil {
		return
	}
	d := *c.Decision
	d.ServedOn = on
	from := s.appealStart(c, &d)
	d.AppealEndsAt = s.law().Due(workflow.ClockAppeal, from).DueAt
	t.Decision = &d
	appealed := c.State == workflow.StateUnderAppeal || len(c.Judgments) > 0
	if appealed || d.AppealEndsAt.Equal(c.Decision.AppealEndsAt) {
		return
	}
	for _, k := range c.OpenClocks() {
		if k.Kind == workflow.ClockAppeal {
			t.Clocks.Moved = append(t.Clocks.Moved, s.again(k, k.Kind, from, because))
			return
		}
	}
	if d.AppealEndsAt.After(now) {
		s.start(&t.Clocks, c, workflow.ClockAppeal, from, nil)
	}
}

// again is an open clock as it runs from another start, perhaps as another kind.
func (s *Service) again(k Clock, kind workflow.ClockKind, from time.Time, because string) Clock {
	next := s.clock(kind, from, 0)
	next.ID, next.Revision, next.Request, next.MovedBecause = k.ID, k.Revision+1, k.Request, because
	return next
}

// moveOne ends the clock of a measure that is done, or gives a clock another end.
func (s *Service) moveOne(t *Taken, c *Case, r StepRequest, now time.Time) {
	for _, k := range c.OpenClocks() {
		switch {
		case r.Step == workflow.StepMeasureDone && k.Kind == workflow.ClockOrder && k.Request == measureRequest(*r.Data.Measure-1):
			t.Clocks.Ended = append(t.Clocks.Ended, ClockEnd{ID: k.ID, Status: metOrMissed(k, now)})
		case r.Step == workflow.StepExtendClock && k.ID == r.Data.Clock:
			k.set(*r.Data.DueAt, "The time limit was extended to this date.", "Anstånd har medgetts till detta datum.")
			k.Revision++
			k.MovedBecause = string(r.Reason)
			t.Clocks.Moved = append(t.Clocks.Moved, k)
		}
	}
}

// rearm sets the clocks that watch for silence going anew whenever something
// happens in the case.
func (s *Service) rearm(out *ClockChanges, c *Case, to workflow.State, now time.Time) {
	for _, k := range c.OpenClocks() {
		watches := k.Kind == workflow.ClockStaleTriage || k.Kind == workflow.ClockStaleInvestigation
		moved := slices.ContainsFunc(out.Moved, func(m Clock) bool { return m.ID == k.ID })
		if watches && !moved && slices.Contains(runsIn[k.Kind], to) && !out.ends(k.ID) {
			out.Moved = append(out.Moved, s.again(k, k.Kind, now, "Something happened in the case."))
		}
	}
}

// assess works out what an assessment by the authority leads to: a severity, a
// judgement, and the priority by the rules.
func (s *Service) assess(t *Taken, c *Case, a Actor, r StepRequest, now time.Time) {
	view := *c
	switch r.Step {
	case workflow.StepSetPriority:
		t.Priority = &PriorityJudgement{Priority: r.Data.Priority, By: a.Account, At: now, Reason: r.Reason}
	case workflow.StepAssessSeverity:
		if severity, err := workflow.AssessSeverity(*r.Data.Severity); err == nil {
			t.Severity = &severity
			view.Severity = &SeverityAssessment{Input: *r.Data.Severity, Result: severity}
		}
	case workflow.StepAssessRisk:
		view.Risk = &RiskAssessment{Risk: r.Data.Risk}
	case workflow.StepAssessArt34:
		view.Art34 = &Article34Assessment{Finding: r.Data.Art34}
	case workflow.StepDetermineOSS, workflow.StepOpenInvestigation:
		if r.Data.OSSRole != "" {
			view.OSS = &OneStopShop{Role: r.Data.OSSRole}
		}
	case workflow.StepAssessAwareness:
		if len(c.Submissions) > 0 {
			_, effective := c.earliest(time.Time{}, c.Submissions[0].Effective())
			j := s.judge(*r.Data.AwareAt, effective, BasisAuthority)
			j.Reason = r.Reason
			t.Judged = &j
			view.Judgements = append(slices.Clone(c.Judgements), j)
		}
	}
	if t.Priority == nil {
		t.Priority = s.raise(c, &view, now)
	}
	if t.Priority != nil {
		s.retime(&t.Clocks, c, t.Priority.Priority)
	}
}

// retime moves the triage clock when the priority changes: it runs from the same
// start, by the period of the new priority.
func (s *Service) retime(out *ClockChanges, c *Case, p workflow.Priority) {
	next := workflow.TriageClock(p)
	for _, k := range c.OpenClocks() {
		triage := k.Kind == workflow.ClockTriageP1 || k.Kind == workflow.ClockTriageP2 || k.Kind == workflow.ClockTriageP3
		if triage && k.Kind != next && !out.ends(k.ID) {
			out.Moved = append(out.Moved, s.again(k, next, k.StartedAt, "The priority changed."))
		}
	}
}

// prioritise applies the rules to what is known of the case.
func (s *Service) prioritise(c *Case, now time.Time) PriorityJudgement {
	p, rules := workflow.Prioritise(s.priorityFacts(c, now))
	return PriorityJudgement{Priority: p, Rules: rules, By: System("priority").Account, At: now}
}

// raise applies the rules to a case as it is and as it is about to be. Only a rule
// that did not fire before raises a priority: lowering one takes a person and a
// reason, and what that person knew does not raise it again.
func (s *Service) raise(c, next *Case, now time.Time) *PriorityJudgement {
	before, after := s.prioritise(c, now), s.prioritise(next, now)
	best := workflow.Priority("")
	for _, rule := range workflow.PriorityRules() {
		if slices.Contains(after.Rules, rule.ID) && !slices.Contains(before.Rules, rule.ID) {
			best = cmp.Or(best, rule.Priority) // the rules of P1 come first
		}
	}
	if best == "" || best > c.Priority {
		return nil
	}
	after.Priority = best
	return &after
}

// reprioritise applies the rules to a case with one more submission.
func (s *Service) reprioritise(c *Case, f Filed, now time.Time) *PriorityJudgement {
	next := *c
	next.Submissions = append(slices.Clone(c.Submissions), f.Submission)
	if f.Judgement != nil {
		next.Judgements = append(slices.Clone(c.Judgements), *f.Judgement)
	}
	return s.raise(c, &next, now)
}

// manyRepeats is more than any rule asks for.
const manyRepeats = 10

func (s *Service) priorityFacts(c *Case, now time.Time) workflow.PriorityFacts {
	n := c.Latest()
	if n == nil {
		return workflow.PriorityFacts{}
	}
	said := &n.Notification
	f := workflow.PriorityFacts{
		ProtectedIdentity:    protectedAnswer(said),
		ChildrenOrVulnerable: said.ChildrenOrVulnerable(),
		Art9or10:             said.HasArt9or10(),
		NationalID:           said.HasNationalID(),
		HighRisk:             said.Risk == RiskHigh || c.Risk != nil && c.Risk.Risk == RiskToPeopleHigh,
		SubjectsInformed:     said.SubjectsInformed == InformedYes,
		Art34Exempt:          c.Art34.Exempt(),
		Ongoing:              said.Ongoing(),
		EssentialService:     slices.Contains(s.policy().EssentialSectors, said.Controller.SectorOfActivity),
		ExternalMalicious:    said.Cause == CauseExternalMalicious,
		Exfiltration:         said.Exfiltrated(),
		Late:                 c.Late(),
		DelayReasonsGiven:    strings.TrimSpace(string(said.DelayReasons)) != "" || len(said.DelayReasonCodes) > 0,
		CrossBorderLead:      c.OSS != nil && c.OSS.Role == OSSLead,
	}
	if c.Severity != nil {
		f.Severity = c.Severity.Result.Level
	}
	if most, ok := said.SubjectsMax(); ok {
		f.Subjects = &most
	}
	if said.Cause != "" {
		earlier := s.board.Repeats(c.Party.Key(), string(said.Cause), now.AddDate(-1, 0, 0), c.Submissions[0].ReceivedAt, manyRepeats)
		f.RepeatSameCause = earlier + 1
	}
	return f
}

// protectedAnswer is the notification's answer in the procedure's terms.
func protectedAnswer(n *Notification) workflow.Answer {
	switch {
	case n.ConcernsProtectedIdentity():
		return workflow.Yes
	case n.ProtectedIdentity == ProtectedNo:
		return workflow.No
	default:
		return workflow.Unknown
	}
}

// closing is how a step that ends the case ends it.
func closing(c *Case, a Actor, r StepRequest, to workflow.State, now time.Time) *Closing {
	out := &Closing{
		Outcome: r.Data.Outcome, Reason: r.Reason, By: a.Account, At: now,
		Recipient: r.Data.Recipient, IMINumber: r.Data.IMINumber, Letter: r.Data.Letter,
	}
	if step, ok := workflow.StepByID(r.Step); ok && step.Outcome != "" {
		out.Outcome = step.Outcome
	}
	if out.Outcome == "" && c.Decision != nil {
		out.Outcome = c.Decision.Outcome
	}
	switch r.Step {
	case workflow.StepCloseFinal:
		out.Reason = "The decision has become final, and nothing is left to follow up."
	case workflow.StepAcceptCompliance:
		out.Reason = r.Data.Evidence
	}
	return out
}
