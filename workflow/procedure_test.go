package workflow

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The rows of the procedure as the authority's lawyers describe it, written
// out by hand: row, from, to, who. The table must say the same.
func TestTableSaysWhatTheDescriptionSays(t *testing.T) {
	const (
		transfer = "RECEIVED REGISTERED TRIAGE AWAITING_SUPPLEMENT INVESTIGATION AWAITING_REPLY"
		before   = transfer + " DRAFTING HEARING ART60_CONSULTATION ART65_DISPUTE"
		open     = before + " DECIDED UNDER_APPEAL FOLLOW_UP"
		owner    = "caseworker/actor_is_owner"
	)
	want := []string{
		"1 receive: DRAFT > RECEIVED by notifier registrar system",
		"3 register: RECEIVED > REGISTERED by registrar system supervisor",
		"4 start_triage: REGISTERED > TRIAGE by supervisor system " + owner,
		"5 request_supplement: TRIAGE > AWAITING_SUPPLEMENT by " + owner + " supervisor",
		"6 supplement_received: AWAITING_SUPPLEMENT > TRIAGE by system",
		"6 supplement_expired: AWAITING_SUPPLEMENT > TRIAGE by system",
		"7 open_investigation: TRIAGE > INVESTIGATION by supervisor",
		"8 close: TRIAGE > CLOSED by caseworker/actor_is_owner_and_p3 supervisor",
		"9 draft_urgent_order: TRIAGE > DRAFTING by supervisor",
		"10 request_reply: INVESTIGATION > AWAITING_REPLY by " + owner,
		"10 reply_received: AWAITING_REPLY > INVESTIGATION by registrar " + owner + " system",
		"10 reply_expired: AWAITING_REPLY > INVESTIGATION by system",
		"11 start_drafting: INVESTIGATION > DRAFTING by " + owner,
		"12 close_investigation: INVESTIGATION > CLOSED by supervisor decision_maker",
		"13 send_hearing: DRAFTING > HEARING by " + owner,
		"14 hearing_answered: HEARING > DRAFTING by registrar " + owner + " system",
		"14 hearing_expired: HEARING > DRAFTING by system",
		"15 consult_art60: DRAFTING > ART60_CONSULTATION by supervisor",
		"16 follow_objection: ART60_CONSULTATION > DRAFTING by " + owner,
		"17 refer_art65: ART60_CONSULTATION > ART65_DISPUTE by decision_maker",
		"18 adopt_consulted: ART60_CONSULTATION ART65_DISPUTE > DECIDED by decision_maker",
		"19 decide: DRAFTING > DECIDED by decision_maker",
		"20 appeal_received: DECIDED FOLLOW_UP CLOSED > UNDER_APPEAL by registrar " + owner,
		"21 start_follow_up: DECIDED > FOLLOW_UP by system " + owner,
		"22 close_final: DECIDED > CLOSED by " + owner + " supervisor system",
		"23 judgment_upheld: UNDER_APPEAL > DECIDED by " + owner,
		"23 judgment_remitted: UNDER_APPEAL > INVESTIGATION by " + owner,
		"23 judgment_varied: UNDER_APPEAL > FOLLOW_UP by " + owner,
		"23 judgment_annulled: UNDER_APPEAL > CLOSED by " + owner,
		"24 accept_compliance: FOLLOW_UP > CLOSED by " + owner + " supervisor",
		"25 order_not_complied: FOLLOW_UP > INVESTIGATION by supervisor",
		"26 transfer: " + transfer + " > TRANSFERRED by supervisor",
		"27 merge: " + open + " > MERGED by caseworker/actor_owns_both supervisor",
		"28 accept_withdrawal: " + before + " > CLOSED by " + owner + " supervisor",
		"29 reopen: CLOSED TRANSFERRED MERGED > TRIAGE by supervisor",
		"28 refuse_withdrawal: " + before + " > - by " + owner + " supervisor",
		"30 file_follow_up: CLOSED TRANSFERRED MERGED > - by " + owner + " supervisor registrar",
	}
	var got []string
	for _, s := range Steps() {
		if s.Row == 0 {
			continue
		}
		to := string(s.To)
		if to == "" {
			to = "-"
		}
		var who []string
		for _, g := range s.By {
			who = append(who, strings.TrimSuffix(fmt.Sprintf("%s/%s", g.Role, g.When), "/"))
		}
		got = append(got, fmt.Sprintf("%d %s: %s > %s by %s",
			s.Row, s.ID, strings.Join(texts(s.From), " "), to, strings.Join(who, " ")))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the table (-description +table):\n%s", diff)
	}
}

func TestTableIsWellFormed(t *testing.T) {
	usedGuards := map[Guard]bool{}
	for _, s := range Steps() {
		if len(s.From) == 0 || len(s.By) == 0 || s.Law == "" {
			t.Errorf("%s lacks a from, a who or a law", s.ID)
		}
		if (s.Row == 0) && s.To != "" {
			t.Errorf("%s moves a case and stands in no row", s.ID)
		}
		for _, state := range append(slices.Clone(s.From), s.To) {
			if state != "" && !slices.Contains(States(), state) {
				t.Errorf("%s names the state %q", s.ID, state)
			}
		}
		for _, g := range s.By {
			if !slices.Contains(Roles(), g.Role) {
				t.Errorf("%s names the role %q", s.ID, g.Role)
			}
			usedGuards[g.When] = true
		}
		for _, g := range s.Guards {
			usedGuards[g] = true
			if field := g.MetBy(); field != "" && !s.Uses(field) {
				t.Errorf("%s cannot be given %s, which would meet %s", s.ID, field, g)
			}
		}
		for field, g := range s.Excused {
			usedGuards[g] = true
			if !slices.Contains(s.Requires, field) {
				t.Errorf("%s excuses %s, which it does not require", s.ID, field)
			}
		}
		for _, k := range s.Open {
			if !slices.Contains(ClockKind("").Codes(), string(k)) {
				t.Errorf("%s starts the clock %q, which no rule knows", s.ID, k)
			}
		}
		for i, field := range slices.Concat(s.Requires, s.Takes) {
			if slices.Contains(slices.Concat(s.Requires, s.Takes)[:i], field) {
				t.Errorf("%s names %s twice", s.ID, field)
			}
		}
	}
	delete(usedGuards, "")
	for _, g := range Guards() {
		if !usedGuards[g] {
			t.Errorf("no step asks for %s", g)
		}
		delete(usedGuards, g)
	}
	if len(usedGuards) > 0 {
		t.Errorf("steps ask for guards that are not defined: %v", usedGuards)
	}
}

// reach are the states that can be reached from one by the steps that pass.
func reach(from State, pass func(Step) bool) map[State]bool {
	seen := map[State]bool{from: true}
	for queue := []State{from}; len(queue) > 0; queue = queue[1:] {
		for _, s := range Steps() {
			if s.To != "" && !seen[s.To] && slices.Contains(s.From, queue[0]) && pass(s) {
				seen[s.To] = true
				queue = append(queue, s.To)
			}
		}
	}
	return seen
}

func every(Step) bool { return true }

func TestNoStateIsUnreachableOrADeadEnd(t *testing.T) {
	fromDraft := reach(StateDraft, every)
	for _, state := range States() {
		if !fromDraft[state] {
			t.Errorf("%s cannot be reached", state)
		}
		onward := reach(state, every)
		if !onward[StateClosed] {
			t.Errorf("a case in %s can never be closed", state)
		}
		if state != StateDraft && !onward[StateTriage] {
			t.Errorf("a case in %s can never be worked on again", state)
		}
	}
	for _, ended := range endedStates {
		if len(reach(ended, func(s Step) bool { return s.ID != StepReopen && s.ID != StepAppealReceived })) != 1 {
			t.Errorf("a case in %s is left by something other than reopening it or an appeal", ended)
		}
	}
}

// From the end an appeal leads back only where the decision stands, so that it is
// no way round registering, deciding or reopening.
func TestAppealNeedsADecisionThatStands(t *testing.T) {
	step, _ := StepByID(StepAppealReceived)
	if !slices.Contains(step.Guards, GuardDecisionStands) {
		t.Fatal("an appeal is recorded where nothing is decided")
	}
	f := Facts{State: StateClosed, Given: map[string]bool{"received_at": true}}
	if v := Judge(StepAppealReceived, f, []Role{RoleRegistrar}); v.Allowed || v.Refusal.Code != string(GuardDecisionStands) {
		t.Errorf("closed without a decision: %+v", v)
	}
	f.DecisionStands = true
	if v := Judge(StepAppealReceived, f, []Role{RoleRegistrar}); !v.Allowed || v.To != StateUnderAppeal {
		t.Errorf("closed with a decision: %+v", v)
	}
	for _, s := range []State{StateTransferred, StateMerged, StateDrafting} {
		f.State = s
		if v := Judge(StepAppealReceived, f, []Role{RoleRegistrar}); v.Allowed {
			t.Errorf("an appeal of a case in %s", s)
		}
	}
}

func TestRegistrationIsNeverSkipped(t *testing.T) {
	// Without registering, a received case can only be ended, and an ended one
	// reopens only when it is registered (TestReopenNeedsRegistration).
	around := func(s Step) bool {
		return s.ID != StepRegister && s.ID != StepReopen && s.ID != StepAppealReceived // TestAppealNeedsADecisionThatStands
	}
	for state := range reach(StateReceived, around) {
		if state != StateReceived && state.Phase() != PhaseClosed {
			t.Errorf("%s is reached from RECEIVED without registration", state)
		}
	}
}

func TestEndingNeedsOutcomeAndReason(t *testing.T) {
	afterDecision := []StepID{StepCloseFinal, StepAcceptCompliance}
	for _, s := range Steps() {
		if s.To.Phase() != PhaseClosed {
			continue
		}
		if slices.Contains(afterDecision, s.ID) {
			// The outcome and the reasons are the decision's.
			for _, from := range s.From {
				if slices.Contains([]State{StateDecided, StateFollowUp}, from) {
					continue
				}
				t.Errorf("%s ends a case from %s by a decision that is not there", s.ID, from)
			}
			continue
		}
		asks := slices.Contains(s.Requires, "outcome") && slices.Contains(s.Guards, GuardOutcomeAllowed)
		if asks == (s.Outcome != "") {
			t.Errorf("%s must either ask for one outcome or give one", s.ID)
		}
		if !slices.Contains(s.Requires, "reason") {
			t.Errorf("%s ends a case without a reason", s.ID)
		}
	}
	undecided := reach(StateReceived, func(s Step) bool {
		return s.ID != StepDecide && s.ID != StepAdoptConsulted && s.ID != StepAppealReceived // TestAppealNeedsADecisionThatStands
	})
	for _, state := range []State{StateDecided, StateFollowUp, StateUnderAppeal} {
		if undecided[state] {
			t.Errorf("%s is reached without a decision", state)
		}
	}
}

func TestDecidingNeedsServiceAndAnotherPerson(t *testing.T) {
	for _, s := range Steps() {
		if s.To != StateDecided || s.ID == StepJudgmentUpheld {
			continue
		}
		if !slices.Contains(s.Requires, "service_date") {
			t.Errorf("%s decides without a service date", s.ID)
		}
		for _, g := range []Guard{GuardFourEyes, GuardDraftComplete, GuardSignedOffIfRequired} {
			if !slices.Contains(s.Guards, g) {
				t.Errorf("%s decides without %s", s.ID, g)
			}
		}
	}
}

func TestOpeningNeedsScopeAndLegalBasis(t *testing.T) {
	for _, s := range Steps() {
		first := s.To == StateInvestigation && slices.Contains(s.From, StateTriage)
		if first && !(slices.Contains(s.Requires, "scope") && slices.Contains(s.Requires, "legal_basis")) {
			t.Errorf("%s opens an investigation without scope and legal basis", s.ID)
		}
	}
}

func TestStepsAreCopied(t *testing.T) {
	Steps()[0].ID = "changed"
	Outcomes()[0].Outcome = "CHANGED"
	if Steps()[0].ID != StepReceive || Outcomes()[0].Outcome != OutcomeNoFurtherAction {
		t.Error("a caller changed the procedure")
	}
}
