package cases_test

import (
	"strings"
	"testing"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// consultable brings a case that the authority leads to where its draft is shared.
func (o *office) consultable() string {
	o.t.Helper()
	id := o.drafting(draft(workflow.OutcomeReprimand))
	o.take(supervisor, id, workflow.StepDetermineOSS, cases.StepData{OSSRole: cases.OSSLead})
	o.take(caseworker, id, workflow.StepSendHearing, cases.StepData{})
	o.take(registrar, id, workflow.StepHearingAnswered, cases.StepData{})
	return id
}

// TestConsultationRunsFromWhenItWasSent, and ends when IMI says so.
func TestConsultationRunsFromWhenItWasSent(t *testing.T) {
	o := newOffice(t)
	id := o.consultable()
	o.wait(10 * 24 * time.Hour)
	sent, early, late := o.time().AddDate(0, 0, -7), begin.Add(-time.Second), o.time().Add(time.Second)
	for code, at := range map[string]*time.Time{"before_draft": &early, "in_the_future": &late} {
		_, err := o.try(supervisor, id, workflow.StepConsultArt60, "R.", cases.StepData{IMINumber: "A60-1", SentAt: at})
		faulted(t, err, "/data/sent_at", code)
	}
	_, err := o.try(supervisor, id, workflow.StepConsultArt60, "R.", cases.StepData{IMINumber: "A60-1", SentAt: &sent, IMIDueAt: &sent})
	faulted(t, err, "/data/imi_due_at", "before_sent")

	c := o.take(supervisor, id, workflow.StepConsultArt60, cases.StepData{IMINumber: "A60-1", SentAt: &sent})
	counted := o.law.Due(workflow.ClockObjection, sent)
	if k := clock(t, c, "ART60-1"); !k.StartedAt.Equal(sent) || !k.DueAt.Equal(counted.DueAt) || k.Explanation != counted.Explanation {
		t.Fatalf("%+v", k)
	}
	o.take(registrar, id, workflow.StepRecordObjection, cases.StepData{Objection: "Too mild."})
	binding := o.law.Due(workflow.ClockBoard, o.time()).DueAt.Add(26 * time.Hour)
	c = o.take(decider, id, workflow.StepReferArt65, cases.StepData{Objection: "Too mild.", IMIDueAt: &binding})
	k := clock(t, c, "ART65-1")
	if !k.DueAt.Equal(binding) || !k.StartedAt.Equal(o.time()) || k.Rule != "ART65/imi" || k.Article != "GDPR Art. 65(2)" {
		t.Fatalf("%+v", k)
	}
	if !strings.Contains(k.Explanation, "1 d 2 h 0 min later") || !strings.Contains(k.ExplanationSV, "1 d 2 h 0 min senare") {
		t.Fatalf("%s\n%s", k.Explanation, k.ExplanationSV)
	}
	o.sound(id)
}

// TestIMIMayEndEarlier than what is counted here, or say the same.
func TestIMIMayEndEarlier(t *testing.T) {
	for words, by := range map[string]time.Duration{"0 d 1 h 30 min earlier": -90 * time.Minute, "the one counted here": 0} {
		o := newOffice(t)
		id := o.consultable()
		end := o.law.Due(workflow.ClockObjectionRevised, o.time()).DueAt.Add(by)
		c := o.take(supervisor, id, workflow.StepConsultArt60, cases.StepData{IMINumber: "A60-1", Revised: true, IMIDueAt: &end})
		if k := clock(t, c, "ART60_REVISED-1"); !k.DueAt.Equal(end) || !strings.Contains(k.Explanation, words) {
			t.Errorf("%+v", k)
		}
	}
}

// TestLeadAnswersInThreeWeeks: the time of Art. 56(3) runs once, and the role that
// is determined next is the answer.
func TestLeadAnswersInThreeWeeks(t *testing.T) {
	o := newOffice(t)
	id := o.triage(nil)
	c := o.take(supervisor, id, workflow.StepDetermineOSS, cases.StepData{OSSRole: cases.OSSLocal, LeadSA: "DK"})
	if k := clock(t, c, "ART56-1"); k.Status != cases.ClockOpen || !k.DueAt.Equal(o.law.Due(workflow.ClockLeadAnswer, begin).DueAt) {
		t.Fatalf("%+v", k)
	}
	o.take(supervisor, id, workflow.StepOpenInvestigation, cases.StepData{Scope: "All.", LegalBasis: []string{"Art. 58"}})
	o.wait(24 * time.Hour)
	c = o.take(supervisor, id, workflow.StepDetermineOSS, cases.StepData{OSSRole: cases.OSSLocal, LeadSA: "DK"})
	if k := clock(t, c, "ART56-1"); k.Status != cases.ClockMet || c.NextDue() == nil || len(clocks(c, cases.ClockOpen)) != 1 {
		t.Fatalf("%+v", c.Clocks)
	}
	informed, later := o.time().Add(-time.Hour), o.time().Add(time.Hour)
	_, err := o.try(supervisor, id, workflow.StepDetermineOSS, "R.", cases.StepData{OSSRole: cases.OSSConcerned, LeadInformedAt: &later})
	faulted(t, err, "/data/lead_informed_at", "in_the_future")
	c = o.take(supervisor, id, workflow.StepDetermineOSS, cases.StepData{OSSRole: cases.OSSConcerned, LeadInformedAt: &informed})
	k := clock(t, c, "ART56-2")
	if !k.StartedAt.Equal(informed) {
		t.Fatalf("%+v", k)
	}
	o.set(k.DueAt.Add(time.Second))
	c = o.take(supervisor, id, workflow.StepDetermineOSS, cases.StepData{OSSRole: cases.OSSLead})
	if clock(t, c, "ART56-2").Status != cases.ClockMissed {
		t.Fatalf("%+v", c.Clocks)
	}
	o.sound(id)
}

// TestAssistance is asked of several authorities at once, beside the procedure, and
// each answer ends the month of its own request (Art. 61(2)).
func TestAssistance(t *testing.T) {
	o := newOffice(t)
	id := o.triage(nil)
	_, err := o.try(registrar, id, workflow.StepAssistanceReceived, "", cases.StepData{Note: "From nobody."})
	refused(t, err, workflow.Unprocessable, string(workflow.GuardAssistanceAsked))
	ask := cases.StepData{Recipient: "Datatilsynet", Questions: []cases.Text{"Who else?"}}
	o.take(caseworker, id, workflow.StepRequestAssistance, ask)
	o.take(caseworker, id, workflow.StepRequestAssistance, ask)
	o.take(supervisor, id, workflow.StepOpenInvestigation, cases.StepData{
		Scope: "All.", LegalBasis: []string{"Art. 58"}, OSSRole: cases.OSSConcerned,
	})
	_, err = o.try(registrar, id, workflow.StepAssistanceReceived, "", cases.StepData{Note: "?", Clock: "STALE_INVESTIGATION-1"})
	faulted(t, err, "/data/clock", "no_such_clock")
	c := o.take(registrar, id, workflow.StepAssistanceReceived, cases.StepData{Note: "They answer.", Clock: "ART61-2"})
	if clock(t, c, "ART61-2").Status != cases.ClockMet || clock(t, c, "ART61-1").Status != cases.ClockOpen {
		t.Fatalf("%+v", c.Clocks)
	}
	came := clock(t, c, "ART61-1").DueAt
	o.set(came.Add(48 * time.Hour)) // it came in time, and is recorded later
	c = o.take(registrar, id, workflow.StepAssistanceReceived, cases.StepData{Note: "They too.", ReceivedAt: &came})
	if clock(t, c, "ART61-1").Status != cases.ClockMet {
		t.Fatalf("%+v", c.Clocks)
	}
	_, err = o.try(registrar, id, workflow.StepAssistanceReceived, "", cases.StepData{Note: "Again."})
	refused(t, err, workflow.Unprocessable, string(workflow.GuardAssistanceAsked))
	o.sound(id)
}

// TestExceptionFromInforming: what the authority accepts under Art. 34(3) keeps the
// rule from firing later. It lowers nothing by itself, and taking it back raises.
func TestExceptionFromInforming(t *testing.T) {
	o := newOffice(t)
	untold := with(mild, "risk_controller", "HIGH", "subjects_informed", "NO_34_3")
	for _, key := range []string{"informed_from", "informed_count", "information_channels", "informed_coverage", "information_content"} {
		untold[key] = nil
	}
	id := o.triage(untold)
	if c := o.load(id); c.Priority != workflow.P1 {
		t.Fatalf("%s %+v", c.Priority, c.Priorities)
	}
	_, err := o.try(caseworker, id, workflow.StepAssessArt34, "R.", cases.StepData{Art34: "D"})
	faulted(t, err, "/data/art34", "unknown_code")
	c := o.take(caseworker, id, workflow.StepAssessArt34, cases.StepData{Art34: cases.Art34ConditionA})
	if c.Priority != workflow.P1 || !c.Art34.Exempt() || c.Art34.By != "caseworker" {
		t.Fatalf("%s %+v", c.Priority, c.Art34)
	}
	o.take(caseworker, id, workflow.StepSetPriority, cases.StepData{Priority: workflow.P3})
	if c = o.take(caseworker, id, workflow.StepAssessRisk, cases.StepData{Risk: cases.RiskToPeopleHigh}); c.Priority != workflow.P3 {
		t.Fatalf("an exception that is accepted does not count: %+v", c.Priorities)
	}
	if c = o.take(supervisor, id, workflow.StepAssessArt34, cases.StepData{Art34: cases.Art34NotMet}); c.Priority != workflow.P1 || c.Art34.Exempt() {
		t.Fatalf("%s %+v", c.Priority, c.Art34)
	}
	o.sound(id)
}
