package web

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/notifier"
	"github.com/vaka-project/vaka/workflow"
)

// letterState is how far a letter has come, as lists are narrowed down by it.
type letterState string

const (
	letterFailed    letterState = "failed"  // for good: it waits for somebody
	letterWaiting   letterState = "waiting" // under way, or tried again by itself
	letterSent      letterState = "sent"
	letterCancelled letterState = "cancelled"
)

var letterStates = []letterState{letterFailed, letterWaiting, letterSent, letterCancelled}

// Codes lists the states.
func (letterState) Codes() []string {
	var out []string
	for _, s := range letterStates {
		out = append(out, string(s))
	}
	return out
}

func stateOfLetter(o notifier.Outcome) letterState {
	switch o {
	case notifier.OutcomeRefused:
		return letterFailed
	case notifier.OutcomeSent:
		return letterSent
	case notifier.OutcomeCancelled:
		return letterCancelled
	}
	return letterWaiting
}

// letterView is a letter as whoever looks may see it.
type letterView struct {
	ID        string            `json:"id"`
	MessageID string            `json:"message_id" doc:"What stands left of the @ in its Message-ID, the same in every try."`
	Account   string            `json:"account,omitempty" doc:"To whom; absent for the contact that a notification names."`
	Name      string            `json:"name,omitempty"`
	Items     []letterItemView  `json:"items"`
	BegunAt   time.Time         `json:"begun_at"`
	Tries     int               `json:"tries"`
	Outcome   notifier.Outcome  `json:"outcome,omitempty" doc:"Of the latest try; absent while it is under way. FAILED and UNKNOWN are tried again by themselves."`
	Results   []notifier.Result `json:"results,omitempty" doc:"Channel by channel."`
	DoneAt    *time.Time        `json:"done_at,omitempty"`
	NextAt    *time.Time        `json:"next_at,omitempty" doc:"When it is tried again by itself."`
}

// State is how far the letter has come.
func (l letterView) State() letterState { return stateOfLetter(l.Outcome) }

// letterItemView is one reminder of a letter. Of a case that whoever looks may not
// see an administrator learns that there is one, so that the letter can be sent.
type letterItemView struct {
	Hidden     bool               `json:"hidden,omitempty" doc:"A case that you may not see; nothing else is said of it."`
	Draft      bool               `json:"draft,omitempty" doc:"A notification that somebody has begun and not sent."`
	Case       string             `json:"case,omitempty"`
	Number     string             `json:"number,omitempty"`
	Clock      workflow.ClockKind `json:"clock,omitempty"`
	Rung       string             `json:"rung,omitempty" doc:"How long before or after the clock runs out: WD-2, D+1, DUE."`
	DueAt      *time.Time         `json:"due_at,omitempty" doc:"When the clock runs out."`
	Escalation bool               `json:"escalation,omitempty"`
	LateSince  *time.Time         `json:"late_since,omitempty" doc:"When it should have gone out, where it went out late."`
}

// letterSeen is a letter as whoever asks may see it; false when they see nothing of
// it. Supervisors see what is about cases that they see. Administrators see every
// letter, since somebody has to mend a delivery: of a secret case without its number,
// and of a draft that it is one.
func (q *call) letterSeen(d notifier.Dispatched) (letterView, bool) {
	admin := q.actor.Has(workflow.RoleAdministrator)
	out := letterView{
		ID: d.ID, MessageID: d.MessageID(), Account: d.Account, BegunAt: d.BegunAt, Tries: d.Tries, Outcome: d.Outcome,
		Results: slices.Clone(d.Results), DoneAt: given(d.DoneAt), NextAt: given(d.NextAt), Items: []letterItemView{},
	}
	for _, i := range d.Items {
		item := letterItemView{Clock: i.Clock, Rung: i.Rung, DueAt: &i.DueAt, Escalation: i.Escalation, LateSince: i.LateSince}
		switch {
		case i.Case == "" && admin:
			item.Draft = true
		case i.Case != "" && q.seesCase(i.Case):
			item.Case, item.Number = i.Case, i.Number
		case admin:
			item = letterItemView{Hidden: true}
		default:
			continue
		}
		out.Items = append(out.Items, item)
	}
	if !admin {
		for i := range out.Results {
			out.Results[i].Detail = "" // it may name an address
		}
	}
	return out, len(out.Items) > 0
}

// seesCase says whether whoever asks may see a case, or, being no staff, its number.
func (q *call) seesCase(id string) bool {
	w, known := q.s.opt.Cases.Board().Watch(id)
	return known && (!w.Secret || q.actor.Staff() && slices.Contains(w.Named, q.actor.Account))
}

func given(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// outboxFigures say how reminding stands, for whoever asks.
type outboxFigures struct {
	Due          int        `json:"due" doc:"Reminders that are to go out and have not yet, on this instance."`
	OldestUnsent *time.Time `json:"oldest_unsent,omitempty" doc:"Since when the oldest of them was to go out. More than ten minutes is a fault."`
	NextDue      *time.Time `json:"next_due,omitempty" doc:"When the next reminder is to go out."`
	Sent         int        `json:"sent" doc:"Letters of the last 180 days that every channel took, like the figures below."`
	Late         int        `json:"late" doc:"Of those, letters that had to say that they are late."`
	Waiting      int        `json:"waiting" doc:"Letters that are under way or tried again by themselves."`
	Failed       int        `json:"failed" doc:"Letters that failed for good and wait for somebody."`
}

// outbox is every letter that whoever asks may see, the newest first, with what
// they come to.
func (q *call) outbox() ([]letterView, outboxFigures, error) {
	now := q.s.now()
	all, err := q.s.opt.Reminders.Recent(q.ctx, -1)
	if err != nil {
		return nil, outboxFigures{}, err
	}
	stand := q.s.opt.Reminders.Figures()
	f := outboxFigures{Due: stand.Due, OldestUnsent: given(stand.Oldest), NextDue: q.nextReminder(now)}
	var out []letterView
	for _, d := range all {
		l, seen := q.letterSeen(d)
		if !seen {
			continue
		}
		out = append(out, l)
		switch l.State() {
		case letterFailed:
			f.Failed++
		case letterWaiting:
			f.Waiting++
		case letterSent:
			f.Sent++
			if slices.ContainsFunc(l.Items, func(i letterItemView) bool { return i.LateSince != nil }) {
				f.Late++
			}
		}
	}
	return out, f, nil
}

// nextReminder is when the next reminder about a case that whoever asks may see is
// to go out; nil without one. What nobody has filed yet is not counted.
func (q *call) nextReminder(now time.Time) *time.Time {
	planner := notifier.NewPlanner(q.s.opt.Cases.Law())
	var next time.Time
	for _, w := range q.s.opt.Cases.Board().Running() {
		if w.Secret && !slices.Contains(w.Named, q.actor.Account) {
			continue
		}
		_, _, at := notifier.Reached(planner.Plan(notifier.Subject{Case: w.ID, Clocks: w.Clocks}), now)
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return given(next)
}

// nameLetters adds the names of those to whom letters go.
func (q *call) nameLetters(letters []letterView) {
	var ids []string
	for _, l := range letters {
		ids = append(ids, l.Account)
	}
	names := q.names(ids)
	for i := range letters {
		letters[i].Name = names[letters[i].Account]
	}
}

// inState are the letters of one state, or all of them for "".
func inState(letters []letterView, s letterState) []letterView {
	if s == "" {
		return letters
	}
	return slices.DeleteFunc(slices.Clone(letters), func(l letterView) bool { return l.State() != s })
}

// readLetter is a letter that whoever asks may see.
func (q *call) readLetter(id string) (notifier.Reading, letterView, error) {
	r, err := q.s.opt.Reminders.Read(q.ctx, id)
	if err != nil {
		return notifier.Reading{}, letterView{}, err
	}
	l, seen := q.letterSeen(r.Dispatched)
	if !seen {
		return notifier.Reading{}, letterView{}, workflow.Refuse(workflow.NotFound, "no_such_letter", "There is no such letter.")
	}
	l.Name = q.names([]string{l.Account})[l.Account]
	return r, l, nil
}

// maxWhy is the longest reason for sending a letter again, in characters.
const maxWhy = 500

// resend sends a letter again that failed for good.
func (q *call) resend(id, why string) (letterView, error) {
	why, err := resendReason(why)
	if err != nil {
		return letterView{}, err
	}
	if _, _, err := q.readLetter(id); err != nil {
		return letterView{}, err
	}
	d, err := q.s.opt.Reminders.Resend(q.ctx, q.actor.Account, why, id)
	if err != nil {
		return letterView{}, err
	}
	l, _ := q.letterSeen(d)
	l.Name = q.names([]string{l.Account})[l.Account]
	return l, nil
}

// resendReason is the reason as it is kept, or what is wrong with it.
func resendReason(typed string) (string, error) {
	why := plainText(typed)
	fault := workflow.Fault{Path: "/reason"}
	switch {
	case why == "":
		fault.Code, fault.Message = "required", "Say why it is sent again: what was wrong, and what was mended."
	case utf8.RuneCountInString(why) > maxWhy:
		fault.Code, fault.Message = "too_long", fmt.Sprintf("At most %d characters.", maxWhy)
	default:
		return why, nil
	}
	return "", workflow.RefuseFaults("invalid_resend", "The letter was not sent again.", []workflow.Fault{fault})
}

// resendTime is how long one request goes on sending letters again: each may take a
// mail server that does not answer its own time.
const resendTime = 12 * time.Second

// resendMany sends letters again until they are done or the time is up, and says how
// many went out and how many are left. One that is refused keeps no other back.
func (q *call) resendMany(ids []string, why string) (sent, left int, err error) {
	if _, err := resendReason(why); err != nil {
		return 0, len(ids), err
	}
	ctx, cancel := context.WithTimeout(q.ctx, resendTime)
	defer cancel()
	for _, id := range ids {
		if ctx.Err() != nil {
			left++
			continue
		}
		l, err := q.resend(id, why)
		var refusal *workflow.Error
		switch {
		case errors.As(err, &refusal) && refusal.Kind != workflow.Unavailable:
			left++ // somebody else was here, or it is not to be seen
		case err != nil:
			return sent, left, err
		case l.State() == letterSent:
			sent++
		default:
			left++
		}
	}
	return sent, left, nil
}

// alarmedSections are the parts of the desk from which it is looked after.
var alarmedSections = []string{"overview", "accounts", "organisations", "rules"}

// alarmed says whether whoever looks after reminders has to look now: letters failed
// for good, or none go out.
func (q *call) alarmed(section string) (key string) {
	if !slices.Contains(alarmedSections, section) {
		return ""
	}
	if !q.actor.Has(workflow.RoleAdministrator) && !q.actor.Has(workflow.RoleSupervisor) {
		return ""
	}
	switch f := q.s.opt.Reminders.Figures(); {
	case f.Overdue(q.s.now()):
		return "outbox.alarm_overdue"
	case f.Failed > 0:
		return "outbox.alarm_failed"
	}
	return ""
}

// subjectOf is a case with all its clocks, as the notifier asks for it.
func subjectOf(c *cases.Case, want func(cases.Clock) bool) notifier.Subject {
	s := notifier.Subject{Case: c.ID, Number: c.Number}
	for _, k := range c.Clocks {
		if want(k) {
			s.Clocks = append(s.Clocks, cases.DueClock{ID: k.ID, Kind: k.Kind, DueAt: k.DueAt, Revision: k.Revision, SetAt: k.SetAt})
		}
	}
	return s
}
