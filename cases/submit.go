package cases

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// numberTries bounds how often a number that another instance took meanwhile is
// replaced by the next one.
const numberTries = 1000

// Submit makes a case out of a new notification: judges the 72 hours, starts the
// clocks, sets the priority, and records it all as one event. Anyone who is
// signed in may notify for any controller (Art. 33 burdens the controller, not
// whoever happens to file). A repeated keyed command returns the case as it was.
func (s *Service) Submit(ctx context.Context, a Actor, n Notification, warnings []Warning, cmd Command) (*Case, error) {
	s = s.steady()
	now := s.now()
	if err := s.checkFiling(a, &n, now); err != nil {
		return nil, err
	}
	if n.Kind != NotificationNew {
		return nil, workflow.RefuseFaults("invalid_notification", "The notification cannot be taken as a new one.", []workflow.Fault{{
			Path: "/notification_kind", Code: "not_new",
			Message: "A follow-up goes to the supplements of its case: POST /api/v1/cases/{id}/supplements.",
		}})
	}
	id := NewID(now)
	if cmd.ID != "" {
		id = DerivedID("case", cmd.ID)
		if c, err := s.begun(ctx, id, cmd); !errors.Is(err, ErrNotFound) {
			return c, err
		}
	}
	first, err := s.received(a, n, warnings, now)
	if err != nil {
		return nil, err
	}
	first.Body = cmd.Body
	return s.begin(ctx, a, id, cmd, now, EventReceived, func(number string) any {
		first.Number = number
		return first
	})
}

// begin writes the first event of a case under the next free number.
func (s *Service) begin(ctx context.Context, a Actor, id string, cmd Command, now time.Time, kind EventKind, payload func(number string) any) (*Case, error) {
	for range numberTries {
		number := s.numbers.next(s.policy().CasePrefix, now.In(s.policy().Zone).Year())
		c := &Case{}
		err := s.append(ctx, c, id, Entry{
			Kind: kind, At: now, Actor: a.Account, Command: cmd.ID,
			Payload: payload(number), Claims: []Claim{claim(number, id)},
		})
		switch {
		case err == nil:
			return c, nil
		case errors.Is(err, ErrNumberTaken):
			continue
		case errors.Is(err, ErrExists): // the same keyed command, sent twice at once
			return s.begun(ctx, id, cmd)
		default:
			return nil, Unavailable(fmt.Errorf("first event of %s: %w", id, err))
		}
	}
	return nil, Unavailable(fmt.Errorf("no free number in %d tries: %w", numberTries, ErrUnavailable))
}

// begun is the case that a command began, as it stood right after, or ErrNotFound.
func (s *Service) begun(ctx context.Context, id string, cmd Command) (*Case, error) {
	c, err := s.log.Load(ctx, id)
	if err != nil {
		return nil, Unavailable(err)
	}
	return s.asAfter(ctx, c, 1, cmd)
}

// checkFiling checks what depends on who files: only a registrar files for a
// channel other than the API and the pages, and says how it arrived. It settles
// the channel and the instants of n.
func (s *Service) checkFiling(a Actor, n *Notification, now time.Time) error {
	var faults []workflow.Fault
	fault := func(path, code, message string) {
		faults = append(faults, workflow.Fault{Path: path, Code: code, Message: message})
	}
	if n.Channel == "" {
		n.Channel = ChannelAPI
	}
	*n = n.settled()
	if WithoutAccount(a.Account) && n.Channel != ChannelPortal {
		fault("/submission_channel", "form_only", "Whoever has no account notifies by the form. Sign in to notify in another way.")
	}
	byHand := n.Channel != ChannelAPI && n.Channel != ChannelPortal
	if (byHand || n.DispatchedAt != nil || n.ArrivedAt != nil || n.RegistrarNote != "") && !a.Has(workflow.RoleRegistrar) {
		fault("/submission_channel", "registrars_only",
			"Only a registrar enters what came by another channel, with its dispatch, arrival and note. Leave these fields out.")
	}
	if n.DispatchedAt != nil && n.DispatchedAt.After(now) {
		fault("/dispatched_at", "in_the_future", "Nothing can have been dispatched after now.")
	}
	if n.DispatchedAt != nil && n.Channel != ChannelPost {
		fault("/dispatched_at", "post_only", "Only what comes by post is judged by its dispatch. Leave the date out or choose POST.")
	}
	if n.ArrivedAt != nil && n.ArrivedAt.After(now) {
		fault("/arrived_at", "in_the_future", "Nothing can have arrived after now.")
	}
	if n.ArrivedAt != nil && n.DispatchedAt != nil && n.DispatchedAt.After(*n.ArrivedAt) {
		fault("/arrived_at", "before_dispatch", "It cannot have arrived before it was sent.")
	}
	if n.ArrivedAt != nil && !byHand {
		fault("/arrived_at", "by_hand_only", "What comes through the service arrives when it comes. Leave the time out or choose how it came.")
	}
	if n.Controller.UnitID != "" {
		if _, _, ok := s.units.Unit(n.Controller.UnitID); !ok {
			fault("/controller/unit_id", "unknown_unit", "There is no such controller unit. Leave it out and name the controller instead.")
		}
	}
	if len(faults) > 0 {
		return workflow.RefuseFaults("invalid_notification", "The notification cannot be taken as it is.", faults)
	}
	return nil
}

// received works out everything that the first event holds.
func (s *Service) received(a Actor, n Notification, warnings []Warning, now time.Time) (Received, error) {
	sub := Submission{N: 1, Kind: SubmissionNew, ReceivedAt: now, By: a.Account, Warnings: warnings}
	if err := sub.take(n); err != nil {
		return Received{}, err
	}
	j := s.judge(n.AwareAt, sub.Effective(), BasisFiled)
	j.Submission = 1
	sub.completeness(j.Late)
	r := Received{
		Party: s.party(n), Submission: sub, Judgement: j,
		MandateVerified: n.Controller.UnitID != "" && (a.ActsFor(n.Controller.UnitID) || a.Has(workflow.RoleRegistrar)),
	}
	r.Clocks = append(r.Clocks, s.clock(workflow.ClockRegistration, now, 1))
	if !sub.Complete {
		r.Clocks = append(r.Clocks, s.clock(workflow.ClockSupplement, now, 1))
	}
	r.Priority = s.prioritise(&Case{Party: r.Party, Submissions: []Submission{sub}, Judgements: []Judgement{j}}, now)
	return r, nil
}

// take puts the notification into the submission with the salted digest that its
// receipt carries.
func (sub *Submission) take(n Notification) error {
	sub.Notification, sub.Channel = n, n.Channel
	sub.DispatchedAt, sub.ArrivedAt, sub.RegistrarNote = n.DispatchedAt, n.ArrivedAt, n.RegistrarNote
	body, err := canonical(n)
	if err != nil {
		return fmt.Errorf("canonical notification: %w", err)
	}
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return fmt.Errorf("salt: %w", err)
	}
	sub.Salt, sub.Digest = hex.EncodeToString(salt), digest(salt, body)
	return nil
}

// settled is the notification with its instants as they are kept.
func (n Notification) settled() Notification {
	n.AwareAt = toMillis(n.AwareAt)
	for _, t := range []**time.Time{
		&n.DispatchedAt, &n.ArrivedAt, &n.OccurredFrom, &n.OccurredTo, &n.DetectedAt, &n.ProcessorAwareAt, &n.ProcessorToldControllerAt, &n.ContainedAt,
	} {
		*t = settledTime(*t)
	}
	return n
}

// completeness lists what is missing. What was filed as complete and lacks
// something is kept as incomplete, never refused (Art. 33(4)).
func (sub *Submission) completeness(late bool) {
	_, sub.Missing = Completeness(sub.Notification, late)
	sub.Complete = len(sub.Missing) == 0 && sub.Notification.Subkind == SubkindComplete
}

// judge applies Art. 33(1) once. It says late or not and concludes nothing.
func (s *Service) judge(aware, effective time.Time, basis JudgementBasis) Judgement {
	rules := s.law().RuleSetAt(aware)
	cal := s.law().Calendar(workflow.CalendarEU)
	d := workflow.Notify(rules, cal, aware)
	return Judgement{
		Basis: basis, RuleSet: rules.ID, CalendarVersion: cal.Version(),
		AwareAt: aware, EffectiveAt: effective, Policy: rules.Policy, Deadlines: d,
		Late: workflow.Late(d.For(rules.Policy).DueAt, effective),
	}
}

// clock starts a clock of a kind; n makes its id unique in the case.
func (s *Service) clock(kind workflow.ClockKind, from time.Time, n int) Clock {
	st := s.current()
	span := st.law.Due(kind, from)
	return Clock{
		ID: clockID(kind, n), Kind: kind, Revision: 1, StartedAt: toMillis(from), DueAt: span.DueAt,
		Rule: span.RuleID, Calendar: span.Calendar, CalendarVersion: span.CalendarVersion,
		Article: span.Article, Explanation: span.Explanation, ExplanationSV: span.ExplanationSV, Status: ClockOpen,
		Settings: st.version,
	}
}

func clockID(kind workflow.ClockKind, n int) string { return fmt.Sprintf("%s-%d", kind, n) }

// Public says whether a legal form represents the public (det allmänna).
func (f LegalForm) Public() bool {
	return f == FormMunicipality || f == FormRegion || f == FormStateAuthority
}

// File adds a further version to a case: a supplement, a change, the statement
// that the earlier notification was wrong, or the wish to withdraw. It is an
// addition, so it is tried again by itself when somebody else was faster.
func (s *Service) File(ctx context.Context, a Actor, ref string, read func(base Notification) (Notification, []Warning, error), cmd Command) (*Case, error) {
	s = s.steady()
	return s.add(ctx, a, ref, cmd, func(c *Case, now time.Time) (Entry, error) {
		if !c.mayFile(a) {
			return Entry{}, workflow.Refuse(workflow.Forbidden, "not_yours_to_supplement",
				"Only who filed the notification, who acts for the controller, or a registrar may supplement it.")
		}
		if s.bars(c, a.Account, a.Bars, now) {
			return Entry{}, workflow.Refuse(workflow.Forbidden, "conflict_of_interest",
				"You are barred from this case by a conflict of interest; somebody else must enter this.")
		}
		if len(c.Submissions) == 0 {
			return Entry{}, workflow.Refuse(workflow.Conflict, "no_notification", "This case has no notification to supplement.")
		}
		n, warnings, err := read(c.Latest().Notification)
		if err != nil {
			return Entry{}, err
		}
		if err := s.checkFiling(a, &n, now); err != nil {
			return Entry{}, err
		}
		filed, err := s.filed(c, a, n, warnings, now)
		if err != nil {
			return Entry{}, err
		}
		filed.Body = cmd.Body
		return Entry{Kind: EventFiled, Payload: filed}, nil
	})
}

// mayFile says who may add a version: whoever sees the case on the notifier's
// side, and registrars for what arrives on paper.
func (c *Case) mayFile(a Actor) bool {
	return a.Has(workflow.RoleRegistrar) || c.OpenedBy == a.Account || c.MandateVerified && a.ActsFor(c.Party.Unit)
}

// add carries out an addition, again and again while others are faster.
func (s *Service) add(ctx context.Context, a Actor, ref string, cmd Command, entry func(*Case, time.Time) (Entry, error)) (*Case, error) {
	for {
		c, err := s.Case(ctx, a, ref)
		if err != nil {
			return nil, err
		}
		if then, err := s.repeated(ctx, c, cmd); then != nil || err != nil {
			return then, err
		}
		now := s.now()
		e, err := entry(c, now)
		if err != nil {
			return nil, err
		}
		e.At, e.Actor, e.Command = now, a.Account, cmd.ID
		switch err := s.append(ctx, c, c.ID, e); {
		case err == nil:
			return c, nil
		case errors.Is(err, ErrExists) && ctx.Err() == nil:
			continue
		default:
			return nil, Unavailable(err)
		}
	}
}

// filed works out what a further submission brings about.
func (s *Service) filed(c *Case, a Actor, n Notification, warnings []Warning, now time.Time) (Filed, error) {
	before := c.Latest()
	sub := Submission{
		N: before.N + 1, Kind: n.SubmissionKind, ReceivedAt: now, By: a.Account, Warnings: warnings,
		Reason: n.SubmissionReason, WithdrawReasonCode: n.WithdrawReasonCode,
	}
	if n.WithdrawReason != "" {
		sub.Reason = n.WithdrawReason
	}
	sub.Warnings = append(sub.Warnings, s.otherController(c, before.Notification, n)...)
	if err := sub.take(n); err != nil {
		return Filed{}, err
	}
	f := Filed{From: c.State, To: c.State}
	late := c.Late()
	if !n.AwareAt.Equal(before.Notification.AwareAt) {
		aware, effective := c.earliest(n.AwareAt, c.Submissions[0].Effective())
		j := s.judge(aware, effective, BasisCorrected)
		j.Submission = sub.N
		f.Judgement = &j
		if c.Awareness == nil {
			late = j.Late
		}
	}
	sub.completeness(late)
	f.Submission = sub
	for _, change := range Compare(before.Notification, n) {
		if change.Material && !slices.Contains(f.Material, change.Why) {
			f.Material = append(f.Material, change.Why)
		}
	}
	f.Priority = s.reprioritise(c, f, now)
	s.answerBySubmission(c, &f, now)
	return f, nil
}

// answerBySubmission lets a supplement answer what was asked: the case returns
// to triage, and the clock that waited for it ends.
func (s *Service) answerBySubmission(c *Case, f *Filed, now time.Time) {
	priority := c.Priority
	if f.Priority != nil {
		priority = f.Priority.Priority
	}
	if c.State == workflow.StateAwaitingSupplement && f.Submission.Kind != SubmissionWithdrawal {
		if r := c.OpenRequest(); r != nil {
			f.Answers = r.ID
		}
		f.To = workflow.StateTriage
		f.Clocks = s.moveClocks(c, workflow.StepSupplementReceived, f.To, priority, now)
	}
	if f.Submission.Complete {
		f.Clocks.endSupplements(c, func(k Clock) ClockStatus { return metOrMissed(k, now) })
	}
	s.retime(&f.Clocks, c, priority)
	s.rearm(&f.Clocks, c, f.To, now)
}

// endSupplements ends the supplement clocks that are not ended already.
func (p *ClockChanges) endSupplements(c *Case, status func(Clock) ClockStatus) {
	for _, k := range c.OpenClocks() {
		if isSupplement(k.Kind) && !p.ends(k.ID) {
			p.Ended = append(p.Ended, ClockEnd{ID: k.ID, Status: status(k)})
		}
	}
}

// ends says whether a clock is among those that end.
func (p *ClockChanges) ends(id string) bool {
	return slices.ContainsFunc(p.Ended, func(e ClockEnd) bool { return e.ID == id })
}

func isSupplement(k workflow.ClockKind) bool {
	return k == workflow.ClockSupplement || k == workflow.ClockSupplementUrgent
}

// Receipt is what whoever files gets: proof of what arrived and when, how the 72
// hours stand, and what is missing by when.
type Receipt struct {
	ID            string        `json:"id"`
	ReceivedAt    time.Time     `json:"received_at"`
	Digest        string        `json:"digest"` // SHA-256 over salt and the canonical notification, hex
	Salt          string        `json:"salt"`
	Late          bool          `json:"late"`
	Policy        string        `json:"policy"` // the policy that decides late
	Deadlines     []Deadline    `json:"deadlines"`
	Missing       []MissingItem `json:"missing"`
	SupplementDue *time.Time    `json:"supplement_due_at,omitempty"`
	Warnings      []Warning     `json:"warnings"`
}

// Deadline is one counting of the 72 hours in a receipt.
type Deadline struct {
	Policy        workflow.Policy `json:"policy"`
	DueAt         time.Time       `json:"due_at"`
	Explanation   string          `json:"explanation"`
	ExplanationSV string          `json:"explanation_sv"`
	Article       string          `json:"article"`
}

// Receipt is the receipt of the n-th submission, n counting from 1.
func (c *Case) Receipt(n int) Receipt {
	sub := c.Submissions[n-1]
	r := Receipt{
		ID: fmt.Sprintf("%s.%d", c.ID, n), ReceivedAt: sub.ReceivedAt, Digest: sub.Digest, Salt: sub.Salt,
		Missing: sub.Missing, Warnings: sub.Warnings, Deadlines: []Deadline{},
	}
	if r.Missing == nil {
		r.Missing = []MissingItem{}
	}
	if r.Warnings == nil {
		r.Warnings = []Warning{}
	}
	if j := c.judgementOf(n); j != nil {
		r.Late, r.Policy = j.Late, string(j.Policy)
		for _, d := range j.Deadlines {
			r.Deadlines = append(r.Deadlines, Deadline{d.Policy, d.DueAt, d.Explanation, d.ExplanationSV, d.Article})
		}
	}
	if len(sub.Missing) > 0 {
		for _, k := range c.OpenClocks() {
			if isSupplement(k.Kind) {
				r.SupplementDue = &k.DueAt
			}
		}
	}
	return r
}

// judgementOf is the judgement that held when the n-th submission was filed.
func (c *Case) judgementOf(n int) *Judgement {
	var found *Judgement
	for i := range c.Judgements {
		if j := &c.Judgements[i]; j.Submission != 0 && j.Submission <= n {
			found = j
		}
	}
	return found
}
