package cases

import (
	"fmt"
	"slices"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// share starts the clock of what was sent to other authorities or to the Board:
// from when it was sent, which may be before it was recorded here. An end that IMI
// shows is the binding one, and the clock tells how it differs from the one counted.
func (s *Service) share(t *Taken, c *Case, kind workflow.ClockKind, now time.Time) {
	from := now
	if t.Data.SentAt != nil {
		from = *t.Data.SentAt
	}
	k := s.start(&t.Clocks, c, kind, from, nil)
	if end := t.Data.IMIDueAt; end != nil {
		apart, apartSV := difference(end.Sub(k.DueAt))
		k.DueAt, k.Rule = *end, string(kind)+"/imi"
		k.Explanation = "IMI shows this end, which binds; it is " + apart + ". " + k.Explanation
		k.ExplanationSV = "IMI anger denna tidpunkt, som är bindande; den är " + apartSV + ". " + k.ExplanationSV
	}
}

// difference words how far the end that IMI shows is from the one counted here.
func difference(d time.Duration) (english, swedish string) {
	if d == 0 {
		return "the one counted here", "densamma som räknats fram här"
	}
	side, sideSV := "later", "senare"
	if d < 0 {
		d, side, sideSV = -d, "earlier", "tidigare"
	}
	days, hours, minutes := int(d/(24*time.Hour)), int(d/time.Hour)%24, int(d/time.Minute)%60
	return fmt.Sprintf("%d d %d h %d min %s than the one counted here", days, hours, minutes, side),
		fmt.Sprintf("%d d %d h %d min %s än den som räknats fram här", days, hours, minutes, sideSV)
}

// leadAnswer lets the three weeks run in which the lead authority says whether it
// takes the case (Art. 56(3)). Determining the role anew is the answer.
func (s *Service) leadAnswer(t *Taken, c *Case, now time.Time) {
	if k := c.openOf(workflow.ClockLeadAnswer); k != nil {
		t.Clocks.Ended = append(t.Clocks.Ended, ClockEnd{ID: k.ID, Status: metOrMissed(*k, now)})
	}
	local := t.Data.OSSRole == OSSLocal && (c.OSS == nil || c.OSS.Role != OSSLocal)
	switch {
	case t.Data.LeadInformedAt != nil:
		s.start(&t.Clocks, c, workflow.ClockLeadAnswer, *t.Data.LeadInformedAt, nil)
	case local:
		s.start(&t.Clocks, c, workflow.ClockLeadAnswer, now, nil)
	}
}

// assisted ends the clock of the request for assistance that was answered: the one
// that is named, or the oldest.
func (s *Service) assisted(t *Taken, c *Case, now time.Time) {
	k := c.openOf(workflow.ClockAssistance)
	if t.Data.Clock != "" {
		k = c.openClock(t.Data.Clock)
	}
	if k == nil {
		return
	}
	came := now
	if t.Data.ReceivedAt != nil {
		came = *t.Data.ReceivedAt
	}
	t.Clocks.Ended = append(t.Clocks.Ended, ClockEnd{ID: k.ID, Status: metOrMissed(*k, came)})
}

// openOf is the oldest open clock of a kind, or nil.
func (c *Case) openOf(kind workflow.ClockKind) *Clock {
	i := slices.IndexFunc(c.Clocks, func(k Clock) bool { return k.Kind == kind && k.Status == ClockOpen })
	if i < 0 {
		return nil
	}
	return &c.Clocks[i]
}

// shared checks when something was sent to other authorities, and by when they answer.
func (k *stepCheck) shared() {
	sent := k.now
	if at := k.d.SentAt; at != nil {
		sent = *at
		draft := k.step == workflow.StepConsultArt60 || k.step == workflow.StepReferArt65
		switch {
		case at.After(k.now):
			k.fault("sent_at", "in_the_future", "It cannot have been sent after now.")
		case draft && k.c.Draft != nil && at.Before(k.c.Draft.At):
			k.fault("sent_at", "before_draft", "The draft was written later than this; give the time when it was sent as it reads now.")
		}
	}
	if end := k.d.IMIDueAt; end != nil && !end.After(sent) {
		k.fault("imi_due_at", "before_sent", "The period cannot end before it begins.")
	}
	if at := k.d.LeadInformedAt; at != nil && at.After(k.now) {
		k.fault("lead_informed_at", "in_the_future", "The lead authority cannot have been informed after now.")
	}
	if k.step == workflow.StepAssistanceReceived && k.d.Clock != "" {
		if have := k.c.openClock(k.d.Clock); have == nil || have.Kind != workflow.ClockAssistance {
			k.fault("clock", "no_such_clock", "No request for assistance waits under this name.")
		}
	}
}
