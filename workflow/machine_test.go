package workflow

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// A fact is how a guard comes to hold, and how it comes to fail.
type fact struct{ holds, fails func(*Facts) }

// facts has one for every guard, written apart from the guards themselves.
var facts = map[Guard]fact{
	GuardActorIsOwner: {
		func(f *Facts) { f.HasOwner, f.ActorIsOwner = true, true },
		func(f *Facts) { f.ActorIsOwner = false },
	},
	GuardActorIsOwnerAndP3: {
		func(f *Facts) { f.ActorIsOwner, f.Priority = true, P3 },
		func(f *Facts) { f.Priority = P2 },
	},
	GuardActorOwnsBoth: {
		func(f *Facts) { f.ActorIsOwner, f.ActorOwnsMaster = true, true },
		func(f *Facts) { f.ActorOwnsMaster = false },
	},
	GuardTakeUnassigned: {
		func(f *Facts) { f.HasOwner = false },
		func(f *Facts) { f.HasOwner, f.ActorIsOwner = true, false },
	},
	GuardOwnAccount: {
		func(f *Facts) { f.AccountIsActor = true },
		func(f *Facts) { f.AccountIsActor = false },
	},
	GuardOwnerAssigned: {
		func(f *Facts) { f.HasOwner = true },
		func(f *Facts) { f.HasOwner = false },
	},
	GuardRegistered: {
		func(f *Facts) { f.Unregistered = false },
		func(f *Facts) { f.Unregistered = true },
	},
	GuardDecisionStands: {
		func(f *Facts) { f.DecisionStands = true },
		func(f *Facts) { f.DecisionStands = false },
	},
	GuardInIncident: {
		func(f *Facts) { f.InIncident = true },
		func(f *Facts) { f.InIncident = false },
	},
	GuardNotInIncident: {
		func(f *Facts) { f.InIncident = false },
		func(f *Facts) { f.InIncident = true },
	},
	GuardIncidentOpen: {
		func(f *Facts) { f.IncidentOpen = true },
		func(f *Facts) { f.IncidentOpen = false },
	},
	GuardUnreadSubmission: {
		func(f *Facts) { f.UnreadSubmission = true },
		func(f *Facts) { f.UnreadSubmission = false },
	},
	GuardHasNotification: {
		func(f *Facts) { f.NoNotification = false },
		func(f *Facts) { f.NoNotification = true },
	},
	GuardRiskAssessed: {
		func(f *Facts) { f.RiskAssessed = true },
		func(f *Facts) { f.RiskAssessed = false },
	},
	GuardNoOpenRequest: {
		func(f *Facts) { f.OpenRequest = false },
		func(f *Facts) { f.OpenRequest = true },
	},
	GuardOutcomeAllowed: {
		func(*Facts) {},
		func(f *Facts) { f.Outcome = OutcomeMerged },
	},
	GuardSupplementExpired: {
		func(*Facts) {},
		func(f *Facts) { f.Outcome, f.SupplementExpired = OutcomeFiledIncomplete, false },
	},
	GuardOSSDetermined: {
		func(f *Facts) { f.OSSDetermined = true },
		func(f *Facts) { f.OSSDetermined = false },
	},
	GuardFineFactorsGiven: {
		func(f *Facts) { f.FineConsidered, f.Given["fine_factors"] = true, true },
		func(f *Facts) { f.FineConsidered, f.Given["fine_factors"] = true, false },
	},
	GuardHasDraft: {
		func(f *Facts) { f.HasDraft = true },
		func(f *Facts) { f.HasDraft = false },
	},
	GuardDraftComplete: {
		func(f *Facts) { f.HasDraft, f.DraftComplete = true, true },
		func(f *Facts) { f.DraftComplete = false },
	},
	GuardNotDraftEditor: {
		func(f *Facts) { f.ActorEditedDraft = false },
		func(f *Facts) { f.ActorEditedDraft = true },
	},
	GuardFourEyes: {
		func(f *Facts) { f.ActorEditedDraft = false },
		func(f *Facts) { f.ActorEditedDraft = true },
	},
	GuardSignedOffIfRequired: {
		func(f *Facts) { f.SignOffRequired, f.SignedOff = true, true },
		func(f *Facts) { f.SignOffRequired, f.SignedOff = true, false },
	},
	GuardHearingDone: {
		func(f *Facts) { f.HearingDone = true },
		func(f *Facts) { f.HearingDone, f.HearingSkipped = false, true },
	},
	GuardHearingDoneOrSkipped: {
		func(f *Facts) { f.HearingDone = true },
		func(f *Facts) { f.HearingDone, f.HearingSkipped = false, false },
	},
	GuardOSSLead: {
		func(f *Facts) { f.OSSDetermined, f.OSSLead = true, true },
		func(f *Facts) { f.OSSLead = false },
	},
	GuardNotLead: {
		func(f *Facts) { f.OSSLead = false },
		func(f *Facts) { f.OSSLead = true },
	},
	GuardConsultationOver: {
		func(f *Facts) { f.ConsultationOver = true },
		func(f *Facts) { f.State, f.ConsultationOver = StateArt60Consultation, false },
	},
	GuardNoObjectionOpen: {
		func(f *Facts) { f.ObjectionOpen = false },
		func(f *Facts) { f.State, f.ObjectionOpen = StateArt60Consultation, true },
	},
	GuardBoardDecisionGiven: {
		func(f *Facts) { f.Given["board_decision"] = true },
		func(f *Facts) { f.State, f.Given["board_decision"] = StateArt65Dispute, false },
	},
	GuardMeasuresDue: {
		func(f *Facts) { f.DecisionHasDueMeasures, f.MeasuresDone = true, false },
		func(f *Facts) { f.DecisionHasDueMeasures = false },
	},
	GuardNothingToFollowUp: {
		func(f *Facts) { f.DecisionHasDueMeasures, f.MeasuresDone = true, true },
		func(f *Facts) { f.DecisionHasDueMeasures, f.MeasuresDone = true, false },
	},
	GuardAppealPeriodOver: {
		func(f *Facts) { f.AppealPeriodOver = true },
		func(f *Facts) { f.AppealPeriodOver = false },
	},
	GuardWithdrawalRequested: {
		func(f *Facts) { f.WithdrawalRequested = true },
		func(f *Facts) { f.WithdrawalRequested = false },
	},
	GuardAssistanceAsked: {
		func(f *Facts) { f.AssistanceAsked = true },
		func(f *Facts) { f.AssistanceAsked = false },
	},
	GuardMasterOpen: {
		func(f *Facts) { f.MasterOpen = true },
		func(f *Facts) { f.MasterOpen = false },
	},
	GuardMasterSameController: {
		func(f *Facts) { f.MasterSameController = true },
		func(f *Facts) { f.MasterSameController = false },
	},
}

// someOutcome is one that the step may give.
var someOutcome = map[StepID]Outcome{
	StepClose:              OutcomeNoFurtherAction,
	StepCloseInvestigation: OutcomeNoInfringement,
	StepJudgmentAnnulled:   OutcomeInfringementNoMeasure,
	StepTransfer:           OutcomeTransferredLeadSA,
	StepDecide:             OutcomeFine,
	StepAdoptConsulted:     OutcomeReprimand,
}

// ready are facts with which the grant's holder may take the step from there.
func ready(s Step, from State, grant Grant) Facts {
	f := Facts{State: from, Given: map[string]bool{}, Outcome: someOutcome[s.ID]}
	for _, field := range s.Requires {
		f.Given[field] = true
	}
	for _, g := range s.Guards {
		facts[g].holds(&f)
	}
	if grant.When != "" {
		facts[grant.When].holds(&f)
	}
	return f
}

func wantRefusal(t *testing.T, what string, v Verdict, kind Kind, code string) {
	t.Helper()
	if v.Allowed || v.Refusal == nil {
		t.Errorf("%s: allowed, want %s %q", what, kind, code)
		return
	}
	if v.Refusal.Kind != kind || v.Refusal.Code != code || v.Refusal.Message == "" || v.To != "" {
		t.Errorf("%s: got %+v to %q, want %s %q", what, *v.Refusal, v.To, kind, code)
	}
}

// Every step, from each of its states, by each of its roles: allowed when all
// holds, and refused for its own reason for each thing that does not.
func TestEveryStepAndEachRefusal(t *testing.T) {
	for _, s := range Steps() {
		for _, from := range s.From {
			for _, grant := range s.By {
				t.Run(string(s.ID)+"/"+string(from)+"/"+string(grant.Role), func(t *testing.T) {
					testStep(t, s, from, grant)
				})
			}
		}
	}
}

func testStep(t *testing.T, s Step, from State, grant Grant) {
	roles := []Role{grant.Role}
	f := ready(s, from, grant)
	to := s.To
	if to == "" {
		to = from
	}
	if diff := cmp.Diff(Verdict{Step: s.ID, Allowed: true, To: to}, Judge(s.ID, f, roles)); diff != "" {
		t.Errorf("all holds (-want +got):\n%s", diff)
	}

	f.ActorBarred = true
	wantRefusal(t, "barred", Judge(s.ID, f, roles), Forbidden, "conflict_of_interest")

	if grant.When != "" {
		f = ready(s, from, grant)
		facts[grant.When].fails(&f)
		wantRefusal(t, "grant does not apply", Judge(s.ID, f, roles), Forbidden, string(grant.When))
	}
	for _, guard := range s.Guards {
		f = ready(s, from, grant)
		facts[guard].fails(&f)
		if f.State != from {
			continue // a guard of another of the step's states
		}
		wantRefusal(t, "guard", Judge(s.ID, f, roles), Unprocessable, string(guard))
	}
	for _, field := range s.Requires {
		f = ready(s, from, grant)
		delete(f.Given, field)
		v := Judge(s.ID, f, roles)
		wantRefusal(t, "without "+field, v, Unprocessable, "needs_"+field)
		if v.Refusal != nil && !slices.Equal(v.Refusal.Missing, []string{field}) {
			t.Errorf("without %s: missing %v", field, v.Refusal.Missing)
		}
	}
	for _, state := range append(States(), "", "NO_SUCH_STATE") {
		f = ready(s, from, grant)
		f.State = state
		if !slices.Contains(s.From, state) {
			wantRefusal(t, "from "+string(state), Judge(s.ID, f, roles), Conflict, "state")
		}
	}
	for _, role := range append(Roles(), "NO_SUCH_ROLE") {
		f = ready(s, from, grant)
		if !slices.ContainsFunc(s.By, func(g Grant) bool { return g.Role == role }) {
			wantRefusal(t, "as "+string(role), Judge(s.ID, f, []Role{role}), Forbidden, "role")
		}
	}
}

func TestEveryGuardHasFacts(t *testing.T) {
	for _, g := range Guards() {
		if _, ok := facts[g]; !ok && g != GuardNotificationIncomplete {
			t.Errorf("no facts make %s hold or fail", g)
		}
	}
}

func TestParticulars(t *testing.T) {
	given := func(fields ...string) map[string]bool {
		m := map[string]bool{}
		for _, f := range fields {
			m[f] = true
		}
		return m
	}
	tests := []struct {
		name string
		step StepID
		f    Facts
		role Role
		want string // "" allowed, else the refusal's code
	}{
		{
			"a P1 case is closed by a supervisor", StepClose,
			Facts{State: StateTriage, Priority: P1, RiskAssessed: true, Outcome: OutcomeNotABreach, Given: given("outcome", "reason")},
			RoleSupervisor, "",
		},
		{
			"another caseworker closes a P3 case", StepClose,
			Facts{State: StateTriage, Priority: P3, HasOwner: true, RiskAssessed: true, Outcome: OutcomeNotABreach, Given: given("outcome", "reason")},
			RoleCaseworker, "actor_is_owner_and_p3",
		},
		{
			"closing as incomplete after the time ran out", StepClose,
			Facts{State: StateTriage, RiskAssessed: true, SupplementExpired: true, Outcome: OutcomeFiledIncomplete, Given: given("outcome", "reason")},
			RoleSupervisor, "",
		},
		{
			"closing with a letter that is not given", StepClose,
			Facts{State: StateTriage, RiskAssessed: true, Outcome: OutcomeInformationLetter, Given: given("outcome", "reason")},
			RoleSupervisor, "needs_letter",
		},
		{
			"closing with the letter", StepClose,
			Facts{State: StateTriage, RiskAssessed: true, Outcome: OutcomeInformationLetter, Given: given("outcome", "reason", "letter")},
			RoleSupervisor, "",
		},
		{
			"a duplicate of nothing", StepClose,
			Facts{State: StateTriage, RiskAssessed: true, Outcome: OutcomeDuplicate, Given: given("outcome", "reason")},
			RoleSupervisor, "needs_master_case",
		},
		{
			"closing with a fine", StepCloseInvestigation,
			Facts{State: StateInvestigation, Outcome: OutcomeFine, Given: given("outcome", "reason")},
			RoleDecisionMaker, "outcome_allowed",
		},
		{
			"an older draft's outcome stands for none", StepCloseInvestigation,
			Facts{State: StateInvestigation, Outcome: OutcomeFine, Given: given("reason")},
			RoleSupervisor, "needs_outcome",
		},
		{
			"an outcome that does not exist", StepClose,
			Facts{State: StateTriage, RiskAssessed: true, Outcome: "NICE_TRY", Given: given("outcome", "reason")},
			RoleSupervisor, "outcome_allowed",
		},
		{
			"the facts of a case come before the data", StepClose,
			Facts{State: StateTriage, Given: given()},
			RoleSupervisor, "risk_assessed",
		},
		{
			"starting triage with an assignee", StepStartTriage,
			Facts{State: StateRegistered, Given: given("assignee")},
			RoleSupervisor, "",
		},
		{
			"opening an investigation with the role across borders", StepOpenInvestigation,
			Facts{State: StateTriage, Given: given("scope", "legal_basis", "reason", "oss_role")},
			RoleSupervisor, "",
		},
		{
			"what an incomplete notification lacks needs no questions", StepRequestSupplement,
			Facts{State: StateTriage, NotificationIncomplete: true, Given: given()},
			RoleSupervisor, "",
		},
		{
			"a complete one does", StepRequestSupplement,
			Facts{State: StateTriage, Given: given()},
			RoleSupervisor, "needs_questions",
		},
		{
			"drafting without a fine needs no factors", StepStartDrafting,
			Facts{State: StateInvestigation, HasOwner: true, ActorIsOwner: true, Given: given("memo")},
			RoleCaseworker, "",
		},
		{
			"deciding without a hearing, with a reason now", StepDecide,
			Facts{State: StateDrafting, HasDraft: true, DraftComplete: true, Given: given("service_date", "hearing_skip_reason")},
			RoleDecisionMaker, "",
		},
		{
			"deciding without a hearing, with a reason from before", StepDecide,
			Facts{State: StateDrafting, HasDraft: true, DraftComplete: true, HearingSkipped: true, Given: given("service_date")},
			RoleDecisionMaker, "",
		},
		{
			"deciding without sign-off where none is required", StepDecide,
			Facts{State: StateDrafting, HasDraft: true, DraftComplete: true, HearingDone: true, Given: given("service_date")},
			RoleDecisionMaker, "",
		},
		{
			"deciding a withdrawal", StepDecide,
			Facts{State: StateDrafting, HasDraft: true, DraftComplete: true, HearingDone: true, Outcome: OutcomeWithdrawn, Given: given("service_date")},
			RoleDecisionMaker, "outcome_allowed",
		},
		{
			"a dispute is decided although the consultation met an objection", StepAdoptConsulted,
			Facts{State: StateArt65Dispute, HasDraft: true, DraftComplete: true, ObjectionOpen: true, Given: given("service_date", "board_decision")},
			RoleDecisionMaker, "",
		},
		{
			"an undisputed consultation needs no Board", StepAdoptConsulted,
			Facts{State: StateArt60Consultation, HasDraft: true, DraftComplete: true, ConsultationOver: true, Given: given("service_date")},
			RoleDecisionMaker, "",
		},
		{
			"a decision without measures is final", StepCloseFinal,
			Facts{State: StateDecided, AppealPeriodOver: true},
			RoleSystem, "",
		},
		{
			"a measure that is done needs no follow-up", StepStartFollowUp,
			Facts{State: StateDecided, DecisionHasDueMeasures: true, MeasuresDone: true},
			RoleSystem, "measures_due",
		},
		{
			"an owner passes the case on", StepAssign,
			Facts{State: StateTriage, HasOwner: true, ActorIsOwner: true, Given: given("assignee")},
			RoleCaseworker, "",
		},
		{
			"a supervisor declares somebody else's conflict", StepDeclareConflict,
			Facts{State: StateClosed, Given: given("account", "reason")},
			RoleSupervisor, "",
		},
		{
			"an administrator is no caseworker", StepNote,
			Facts{State: StateTriage, Given: given("text")},
			RoleAdministrator, "role",
		},
		{
			"people do not take the system's steps", StepSupplementExpired,
			Facts{State: StateAwaitingSupplement},
			RoleSupervisor, "role",
		},
		{"no such step", "promote", Facts{State: StateTriage}, RoleSupervisor, "unknown_step"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := Judge(tt.step, tt.f, []Role{tt.role})
			code := ""
			if v.Refusal != nil {
				code = v.Refusal.Code
			}
			if code != tt.want || v.Allowed != (tt.want == "") {
				t.Errorf("got %v %q, want %q", v.Allowed, code, tt.want)
			}
		})
	}
}

func TestAnyRoleSuffices(t *testing.T) {
	f := Facts{
		State: StateTriage, Priority: P2, RiskAssessed: true, Outcome: OutcomeNotABreach,
		Given: map[string]bool{"outcome": true, "reason": true},
	}
	for _, roles := range [][]Role{{RoleCaseworker, RoleSupervisor}, {RoleSupervisor, RoleCaseworker}} {
		if v := Judge(StepClose, f, roles); !v.Allowed {
			t.Errorf("%v: refused with %+v", roles, *v.Refusal)
		}
	}
}

func TestRefusalsSayWhatToDo(t *testing.T) {
	f := Facts{State: StateDecided, Given: map[string]bool{}}
	tests := []struct {
		step StepID
		role Role
		want string
	}{
		{StepOpenInvestigation, RoleSupervisor, "This step is possible from TRIAGE; the case is in DECIDED."},
		{StepReopen, RoleSupervisor, "This step is possible from CLOSED, TRANSFERRED or MERGED; the case is in DECIDED."},
		{StepOpenInvestigation, RoleLegal, "Your roles do not allow this step; it is for a supervisor."},
		{StepCloseFinal, RoleLegal, "Your roles do not allow this step; it is for a caseworker or supervisor."},
		{StepReplyExpired, RoleLegal, "This step is taken by the system itself, when what it waits for has happened."},
		{StepMerge, RoleSupervisor, "This step needs more data; give master_case, reason."},
	}
	for _, tt := range tests {
		v := Judge(tt.step, f, []Role{tt.role})
		if v.Refusal == nil || v.Refusal.Message != tt.want {
			t.Errorf("%s: got %+v, want %q", tt.step, v.Refusal, tt.want)
		}
	}
}

func TestAvailable(t *testing.T) {
	f := Facts{State: StateTriage, Priority: P2, HasOwner: true, ActorIsOwner: true, RiskAssessed: true}
	verdicts := map[StepID]Verdict{}
	var order []StepID
	for _, v := range Available(f, []Role{RoleCaseworker}) {
		verdicts[v.Step] = v
		order = append(order, v.Step)
	}
	var want []StepID
	for _, s := range Steps() {
		if slices.ContainsFunc(s.By, func(g Grant) bool { return g.Role != RoleSystem }) {
			want = append(want, s.ID)
		}
	}
	if diff := cmp.Diff(want, order); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	wantRefusal(t, "closing a P2 case", verdicts[StepClose], Forbidden, "actor_is_owner_and_p3")
	wantRefusal(t, "opening", verdicts[StepOpenInvestigation], Forbidden, "role")
	wantRefusal(t, "asking the party", verdicts[StepRequestReply], Conflict, "state")
	wantRefusal(t, "withdrawal", verdicts[StepAcceptWithdrawal], Unprocessable, "withdrawal_requested")
	for step, want := range map[StepID]Verdict{
		StepRequestSupplement: {Step: StepRequestSupplement, Allowed: true, To: StateAwaitingSupplement, Needs: []string{"questions"}},
		StepNote:              {Step: StepNote, Allowed: true, To: StateTriage, Needs: []string{"text"}},
		StepMerge:             {Step: StepMerge, Allowed: true, To: StateMerged, Needs: []string{"master_case", "reason"}},
		StepDeclareConflict:   {Step: StepDeclareConflict, Allowed: true, To: StateTriage, Needs: []string{"account", "reason"}},
	} {
		if diff := cmp.Diff(want, verdicts[step]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step, diff)
		}
	}
	for _, v := range Available(Facts{State: StateRegistered}, []Role{RoleSupervisor}) {
		if v.Step == StepStartTriage && !slices.Equal(v.Needs, []string{"assignee"}) {
			t.Errorf("an unassigned case is not offered with an assignee to name: %+v", v)
		}
	}
}

// drawFacts draws any facts, consistent or not: the procedure must not rest on
// whoever computes them.
func drawFacts(t *rapid.T) Facts {
	flag := func(name string) bool { return rapid.Bool().Draw(t, name) }
	f := Facts{
		State:    rapid.SampledFrom(States()).Draw(t, "state"),
		Priority: rapid.SampledFrom([]Priority{P1, P2, P3}).Draw(t, "priority"),
		Outcome:  Outcome(rapid.SampledFrom(append(Outcome("").Codes(), "")).Draw(t, "outcome")),
		HasOwner: flag("owner"), ActorIsOwner: flag("is owner"), ActorBarred: flag("barred"),
		RiskAssessed: flag("risk"), OpenRequest: flag("request"),
		OSSDetermined: flag("oss"), OSSLead: flag("lead"),
		NoNotification: flag("own initiative"), NotificationIncomplete: flag("incomplete"),
		SupplementExpired: flag("expired"), WithdrawalRequested: flag("withdrawal"), Unregistered: flag("unregistered"),
		FineConsidered: flag("fine"), HasDraft: flag("draft"), DraftComplete: flag("complete"),
		ActorEditedDraft: flag("edited"), SignedOff: flag("signed"), SignOffRequired: flag("sign-off required"),
		HearingDone: flag("heard"), HearingSkipped: flag("skipped"),
		ConsultationOver: flag("consulted"), ObjectionOpen: flag("objection"), AssistanceAsked: flag("assistance"),
		DecisionHasDueMeasures: flag("measures"), MeasuresDone: flag("done"), AppealPeriodOver: flag("final"),
		MasterOpen: flag("master open"), MasterSameController: flag("same"), ActorOwnsMaster: flag("owns master"),
		InIncident: flag("in incident"), IncidentOpen: flag("incident open"),
		AccountIsActor: flag("own account"),
		Given:          map[string]bool{},
	}
	for _, s := range Steps() {
		for _, field := range slices.Concat(s.Requires, s.Takes) {
			if _, drawn := f.Given[field]; !drawn {
				f.Given[field] = flag(field)
			}
		}
	}
	return f
}

func drawRoles(t *rapid.T) []Role {
	return rapid.SliceOfDistinct(rapid.SampledFrom(Roles()), rapid.ID[Role]).Draw(t, "roles")
}

func TestWhateverTheFacts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, roles := drawFacts(t), drawRoles(t)
		offered := map[StepID]Verdict{}
		for _, v := range Available(f, roles) {
			offered[v.Step] = v
			if v.Allowed != (v.Refusal == nil) {
				t.Errorf("%s is both allowed and refused, or neither", v.Step)
			}
			if v.Allowed && f.ActorBarred {
				t.Errorf("a barred person is offered %s", v.Step)
			}
		}
		for _, s := range Steps() {
			v := Judge(s.ID, f, roles)
			if v.Allowed {
				checkAllowed(t, s, v, f, roles)
				if !s.BySystemOnly() && !offered[s.ID].Allowed {
					t.Errorf("%s is allowed and not offered", s.ID)
				}
				continue
			}
			// What is offered works once what it needs is given, unless what is
			// then given (an outcome, another case, an account) is refused for itself.
			if o := offered[s.ID]; o.Allowed {
				g := f
				g.Given = maps.Clone(f.Given)
				for _, field := range o.Needs {
					g.Given[field] = true
				}
				if slices.Contains(o.Needs, "outcome") {
					g.Outcome = someOutcome[s.ID]
				}
				g.MasterOpen, g.MasterSameController, g.ActorOwnsMaster, g.AccountIsActor, g.IncidentOpen = true, true, true, true, true
				if again := Judge(s.ID, g, roles); !again.Allowed {
					t.Errorf("%s is offered with %v, and then refused: %+v", s.ID, o.Needs, *again.Refusal)
				}
			}
		}
	})
}

// checkAllowed holds what must be true of every step that is taken.
func checkAllowed(t *rapid.T, s Step, v Verdict, f Facts, roles []Role) {
	to := s.To
	if to == "" {
		to = f.State
	}
	if !slices.Contains(s.From, f.State) || v.To != to {
		t.Errorf("%s leads from %s to %s", s.ID, f.State, v.To)
	}
	if f.ActorBarred {
		t.Errorf("a barred person takes %s", s.ID)
	}
	if s.To == StateDecided && f.State != StateUnderAppeal {
		if f.ActorEditedDraft || !slices.Contains(roles, RoleDecisionMaker) {
			t.Errorf("%s: an author of the draft, or somebody without the power, decides alone", s.ID)
		}
		if !f.Given["service_date"] || !f.DraftComplete || (f.SignOffRequired && !f.SignedOff) {
			t.Errorf("%s: decided without service date, complete draft or required sign-off", s.ID)
		}
		if f.OSSLead && f.State == StateDrafting {
			t.Errorf("%s: the lead authority decides without consulting", s.ID)
		}
	}
	if s.ID == StepSignOff && f.ActorEditedDraft {
		t.Error("an author signs off the own draft")
	}
	if v.To == StateClosed && (s.ID == StepClose || s.ID == StepCloseInvestigation) {
		if !f.Given["outcome"] || !f.Given["reason"] || f.Outcome.OnlyByDecision() || f.OpenRequest {
			t.Errorf("%s: closed with outcome %q, given %v", s.ID, f.Outcome, f.Given)
		}
	}
	onlyCaseworker := slices.Equal(roles, []Role{RoleCaseworker})
	if onlyCaseworker && f.HasOwner && !f.ActorIsOwner && s.ID != StepNote && s.ID != StepDeclareConflict {
		t.Errorf("%s: a caseworker acts in a colleague's case", s.ID)
	}
}

// A case that is walked at random through the procedure is never worked on
// before it is registered, and never ends without outcome.
func TestRandomWalk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		state, registered, decidedOnce := StateDraft, false, false
		for range rapid.IntRange(1, 30).Draw(t, "length") {
			onward := slices.DeleteFunc(Steps(), func(s Step) bool { return !slices.Contains(s.From, state) })
			s := rapid.SampledFrom(onward).Draw(t, "step")
			f := drawFacts(t)
			f.State, f.Unregistered = state, !registered
			v := Judge(s.ID, f, Roles())
			if !v.Allowed {
				continue
			}
			state = v.To
			registered = registered || s.ID == StepRegister || s.ID == StepSetDiaryNumber
			decidedOnce = decidedOnce || s.ID == StepDecide || s.ID == StepAdoptConsulted
			if phase := state.Phase(); phase != PhaseReceived && phase != PhaseClosed && !registered {
				t.Fatalf("%s leads to %s before registration", s.ID, state)
			}
			if state.Phase() == PhaseClosed && s.To != "" &&
				s.Outcome == "" && !f.Given["outcome"] && !decidedOnce {
				t.Fatalf("%s ends the case without an outcome", s.ID)
			}
		}
	})
}

func TestUnknownGuardHoldsNothing(t *testing.T) {
	if Guard("no_such_guard").holds(Facts{}, StepNote) {
		t.Error("a guard that is not defined lets a step pass")
	}
	if !strings.Contains(GuardFourEyes.Sentence(), "another decision-maker") {
		t.Error("the sentence on four eyes does not say whom to ask")
	}
}

func BenchmarkJudge(b *testing.B) {
	s, _ := StepByID(StepClose)
	f := ready(s, StateTriage, bySupervisor)
	roles := []Role{RoleSupervisor}
	b.ReportAllocs()
	for b.Loop() {
		if !Judge(StepClose, f, roles).Allowed {
			b.Fatal("refused")
		}
	}
}

func BenchmarkAvailable(b *testing.B) {
	f := Facts{State: StateTriage, Priority: P3, RiskAssessed: true, HasOwner: true, ActorIsOwner: true}
	roles := []Role{RoleCaseworker}
	b.ReportAllocs()
	for b.Loop() {
		Available(f, roles)
	}
}
