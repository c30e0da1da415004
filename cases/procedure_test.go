package cases_test

import (
	"testing"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// TestHearingHoldsForWhatWasHeard: words may be polished after the hearing; another
// outcome, power or amount is heard anew, or the reason not to is given.
func TestHearingHoldsForWhatWasHeard(t *testing.T) {
	fine := func(kronor int64) cases.CorrectiveAction {
		return cases.CorrectiveAction{Power: workflow.MeasureFine, Text: "Pay.", AmountSEK: kronor}
	}
	warn := cases.CorrectiveAction{Power: workflow.MeasureReprimand, Text: "Beware."}
	polished := draft(workflow.OutcomeFine, warn, fine(100))
	polished.Reasons, polished.Measures[0].Text = "Because of this.", "Mind this."
	for name, tc := range map[string]struct {
		then  *cases.DecisionDraft
		heard bool
	}{
		"other words, another order": {polished, true},
		"another outcome":            {draft(workflow.OutcomeReprimand, fine(100), warn), false},
		"another amount":             {draft(workflow.OutcomeFine, fine(101), warn), false},
		"one power more":             {draft(workflow.OutcomeFine, fine(100), warn, warn), false},
		"one power less":             {draft(workflow.OutcomeFine, fine(100)), false},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			id := o.drafting(draft(workflow.OutcomeFine, fine(100), warn))
			o.take(caseworker, id, workflow.StepSendHearing, cases.StepData{})
			o.take(registrar, id, workflow.StepHearingAnswered, cases.StepData{})
			o.take(caseworker, id, workflow.StepEditDraft, cases.StepData{Draft: tc.then})
			_, err := o.try(decider, id, workflow.StepDecide, "", cases.StepData{ServiceDate: o.today()})
			if tc.heard {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			refused(t, err, workflow.Unprocessable, string(workflow.GuardHearingDoneOrSkipped))
			o.take(caseworker, id, workflow.StepSendHearing, cases.StepData{})
			o.take(registrar, id, workflow.StepHearingAnswered, cases.StepData{})
			o.take(decider, id, workflow.StepDecide, cases.StepData{ServiceDate: o.today()})
			o.sound(id)
		})
	}
}

// TestFiledIncompleteNeedsSilence: a case is filed as incomplete only while what was
// asked for has not come, late or not.
func TestFiledIncompleteNeedsSilence(t *testing.T) {
	for name, tc := range map[string]struct {
		first string // subkind of the notification
		came  cases.SubmissionKind
		says  map[string]any
		files bool
	}{
		"nothing came":                 {first: "INCOMPLETE", files: true},
		"what is missing came late":    {"INCOMPLETE", cases.SubmissionSupplement, map[string]any{"notification_subkind": "COMPLETE"}, false},
		"something came late":          {"INCOMPLETE", cases.SubmissionSupplement, map[string]any{"description": "More."}, false},
		"only the wish to withdraw":    {"INCOMPLETE", cases.SubmissionWithdrawal, nil, true},
		"it never lacked anything":     {first: "COMPLETE", files: false},
		"a wish to withdraw all of it": {"COMPLETE", cases.SubmissionWithdrawal, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			id := o.triage(map[string]any{"notification_subkind": tc.first})
			c := o.take(caseworker, id, workflow.StepRequestSupplement, cases.StepData{Questions: []cases.Text{"What?"}})
			o.take(caseworker, id, workflow.StepAssessRisk, cases.StepData{Risk: cases.RiskToPeople})
			o.set(c.NextDue().Add(time.Second))
			o.sweep()
			if got := o.load(id).State; got != workflow.StateTriage {
				t.Fatal(got)
			}
			if tc.came != "" {
				o.wait(time.Hour)
				if _, err := o.follow(notifier, id, tc.came, tc.says); err != nil {
					t.Fatal(err)
				}
			}
			_, err := o.try(supervisor, id, workflow.StepClose, "R.", cases.StepData{Outcome: workflow.OutcomeFiledIncomplete})
			if !tc.files {
				refused(t, err, workflow.Unprocessable, string(workflow.GuardSupplementExpired))
			} else if err != nil {
				t.Fatal(err)
			}
			o.sound(id)
		})
	}
}

// TestSecretCaseMergesIntoSecretOnesOnly: a master shows its members and why they
// were merged to everybody who sees it.
func TestSecretCaseMergesIntoSecretOnesOnly(t *testing.T) {
	o := newOffice(t)
	master, member := o.twins()
	named := cases.StepData{NamedStaff: []string{"supervisor", "caseworker"}}
	o.take(supervisor, member, workflow.StepFlagSecret, named)
	_, err := o.try(supervisor, member, workflow.StepMerge, "R.", cases.StepData{MasterCase: master})
	faulted(t, err, "/data/master_case", "master_not_secret")
	if got := o.load(master).Merged; len(got) > 0 {
		t.Fatalf("the master tells of %+v", got)
	}
	o.take(supervisor, master, workflow.StepFlagSecret, named)
	o.take(supervisor, member, workflow.StepMerge, cases.StepData{MasterCase: master})
	o.merged(master, member)
}
