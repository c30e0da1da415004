package cases_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/cases/casestest"
	"github.com/vaka-project/vaka/workflow"
)

// struck are cases of one incident: those at even places concern children.
func (o *office) struck(incident string, n int) []string {
	o.t.Helper()
	ids := make([]string, n)
	for i := range n {
		changes := map[string]any{"controller_reference": fmt.Sprintf("REF-%03d", i)}
		if i%2 == 0 {
			changes["subject_categories"] = []string{"CHILDREN"}
		}
		ids[i] = o.triage(changes)
		o.take(caseworker, ids[i], workflow.StepLinkIncident, cases.StepData{Incident: incident})
	}
	return ids
}

func choosing(incident string) cases.SelectionRequest {
	return cases.SelectionRequest{
		Incident: incident, Weights: map[cases.Criterion]int{cases.CriterionChildren: 10, cases.CriterionNumbers: 1},
		Choose: 2, Sample: 1, Reason: "We cannot investigate all of them.",
	}
}

func ordered() cases.DecisionRequest {
	return cases.DecisionRequest{Reason: "Children are at risk.", Order: cases.Order{
		Scope: "How data about children are kept.", LegalBasis: []string{"GDPR Art. 58(1)"}, FocusAreas: []string{"children"}, OSSRole: cases.OSSNotCrossBorder,
	}}
}

func (o *office) choose(r cases.SelectionRequest) *cases.Selection {
	o.t.Helper()
	s, err := o.Selections().Open(o.t.Context(), caseworker, r, cases.Command{})
	if err != nil {
		o.t.Fatal(err)
	}
	return s
}

// approved is a selection of two of six cases that a supervisor has approved.
func (o *office) approved(r cases.DecisionRequest) (*cases.Selection, []string) {
	o.t.Helper()
	i := o.incident()
	ids := o.struck(i.ID, 6)
	s := o.choose(choosing(i.ID))
	l, ctx := o.Selections(), o.t.Context()
	s, err := l.Decide(ctx, caseworker, s.ID, s.Version, r)
	if err != nil {
		o.t.Fatal(err)
	}
	if s, err = l.Approve(ctx, supervisor, s.ID, s.Version, "Agreed."); err != nil {
		o.t.Fatal(err)
	}
	return s, ids
}

func leadAgainst() *cases.LeadCase {
	return &cases.LeadCase{Name: "Lönebolaget", Subject: "The payroll breach", Assignee: "caseworker2", Order: cases.Order{
		Scope: "Security.", LegalBasis: []string{"GDPR Art. 32"}, FocusAreas: []string{"backups"}, OSSRole: cases.OSSNotCrossBorder,
	}}
}

// From the frozen candidates to the investigations and the next round.
func TestSelection_FromCandidatesToInvestigations(t *testing.T) {
	o := newOffice(t)
	i := o.incident()
	ids := o.struck(i.ID, 6)
	ctx, l := t.Context(), o.Selections()
	s := o.choose(choosing(i.Number))
	ranked := s.Ranking()
	if len(ranked) != 6 || ranked[0].Case != ids[0] || ranked[1].Case != ids[2] || !ranked[0].Chosen || !ranked[1].Tied || ranked[2].Chosen || ranked[0].Sum != 40 {
		t.Fatalf("ranked %+v", ranked)
	}
	change := func(c cases.SelectionChange) {
		t.Helper()
		var err error
		if s, err = l.Change(ctx, caseworker, s.ID, s.Version, c); err != nil {
			t.Fatal(err)
		}
	}
	three := 3
	change(cases.SelectionChange{Case: ranked[0].Number, Choice: cases.ChoiceOut, Reason: "Its system was never reached."})
	change(cases.SelectionChange{Case: ids[5], Choice: cases.ChoiceIn, Reason: "A small municipality, for comparison."})
	change(cases.SelectionChange{Case: ids[3], OwnFailings: &three, Reason: "It gave the supplier all rights."})
	change(cases.SelectionChange{Case: ids[3], Reason: "Told us so by telephone."})
	r := ordered()
	r.Orders = map[string]cases.Order{o.load(ids[5]).Number: {FocusAreas: []string{"agreements"}}}
	r.Lead = leadAgainst()
	s, err := l.Decide(ctx, caseworker, s.ID, s.Version, r)
	if err != nil {
		t.Fatal(err)
	}
	d := s.Decision
	if len(d.Chosen) != 2 || d.Chosen[0].Case != ids[2] || d.Chosen[1].Case != ids[5] || !d.Chosen[1].ByHand || len(d.Left) != 4 || len(d.Sample) != 1 {
		t.Fatalf("%+v", d)
	}
	if o := d.Chosen[1].Order; o.Scope != r.Order.Scope || !slices.Equal(o.FocusAreas, []string{"agreements"}) {
		t.Errorf("the order of one case is %+v", o)
	}
	why := map[string]cases.LeftOut{}
	for _, out := range d.Left {
		why[out.Case] = out
	}
	if why[ids[0]].Why != cases.LeftByHand || why[ids[0]].Words != "Its system was never reached." || why[ids[4]].Why != cases.LeftByTie ||
		why[ids[1]].Why != cases.LeftByRank || why[ids[3]].Words != "Told us so by telephone." {
		t.Errorf("left out: %+v", d.Left)
	}
	if s, err = l.Approve(ctx, supervisor, s.ID, s.Version, ""); err != nil {
		t.Fatal(err)
	}
	if err := l.Run(ctx, s.ID); err != nil {
		t.Fatal(err)
	}
	if s, err = l.Get(ctx, caseworker, s.ID); err != nil || s.Status != cases.SelectionDone || len(s.Outcomes) != 3 {
		t.Fatalf("%+v, %v", s, err)
	}
	lead := o.load(s.LeadOutcome().Opened)
	if lead.State != workflow.StateInvestigation || lead.Party.Role != cases.PartyProcessor || lead.Source != cases.SourceOwnInitiative ||
		lead.Incident != i.ID || lead.Assignee != "caseworker2" || lead.SupervisionNumber != s.LeadOutcome().TS {
		t.Errorf("the case against the supplier: %+v", lead)
	}
	for _, id := range []string{ids[2], ids[5]} {
		c := o.load(id)
		if c.State != workflow.StateInvestigation || c.Opening.By != "supervisor" || len(c.Opening.FocusAreas) == 0 || c.SupervisionNumber == "" {
			t.Errorf("%s: %+v", c.Number, c.Opening)
		}
		o.sound(id)
	}

	next := o.choose(choosing(i.ID))
	if next.Round != 2 || len(next.Candidates) != 4 || next.Candidate(ids[2]) != nil || next.Seed == s.Seed {
		t.Errorf("the next round: %+v", next)
	}
	list, err := l.List(ctx, supervisor, i.Number)
	if err != nil || len(list) != 2 || list[0].Round != 2 {
		t.Errorf("%+v, %v", list, err)
	}
}

// What a selection may not be, and what nobody may do to it.
func TestSelection_Refuses(t *testing.T) {
	o := newOffice(t)
	i := o.incident()
	ids := o.struck(i.ID, 4)
	ctx, l := t.Context(), o.Selections()
	open := func(a cases.Actor, change func(*cases.SelectionRequest)) error {
		r := choosing(i.ID)
		change(&r)
		_, err := l.Open(ctx, a, r, cases.Command{})
		return err
	}
	faultsAt(t, open(caseworker, func(r *cases.SelectionRequest) { r.Weights = map[cases.Criterion]int{cases.CriterionLate: 0} }), "/weights")
	faulted(t, open(caseworker, func(r *cases.SelectionRequest) { r.Weights = nil }), "/weights", "no_weight")
	faultsAt(t, open(caseworker, func(r *cases.SelectionRequest) {
		r.Weights = map[cases.Criterion]int{cases.CriterionLate: 101, "LUCK": 3}
		r.Choose, r.Sample, r.Reason, r.Incident = 0, -1, " ", ""
	}), "/choose", "/incident", "/reason", "/sample", "/weights", "/weights/LATE")
	faultsAt(t, open(caseworker, func(r *cases.SelectionRequest) { r.Incident, r.Cases = "", []string{ids[0], "PUI-1999-1", ids[0]} }), "/cases/1")
	faultsAt(t, open(caseworker, func(r *cases.SelectionRequest) { r.Incident, r.Cases = "", []string{ids[0], ids[0]} }), "/cases")
	faultsAt(t, open(caseworker, func(r *cases.SelectionRequest) { r.Incident, r.Cases = "", make([]string, cases.MaxCandidates+1) }), "/cases")
	refused(t, open(caseworker, func(r *cases.SelectionRequest) { r.Incident = "INC-1999-1" }), workflow.NotFound, "no_such_incident")
	refused(t, open(registrar, func(*cases.SelectionRequest) {}), workflow.Forbidden, "role")
	refused(t, open(notifier, func(*cases.SelectionRequest) {}), workflow.NotFound, "no_such_selection")
	o.take(supervisor, ids[0], workflow.StepDeclareConflict, cases.StepData{Account: "caseworker2"})
	refused(t, open(caseworker2, func(*cases.SelectionRequest) {}), workflow.Forbidden, "conflict_of_interest")

	s := o.choose(choosing(i.ID))
	refused(t, open(supervisor, func(*cases.SelectionRequest) {}), workflow.Conflict, "round_open")
	five := 5
	_, err := l.Change(ctx, caseworker, s.ID, s.Version, cases.SelectionChange{Case: "PUI-1999-1", OwnFailings: &five, Choice: "PERHAPS"})
	faultsAt(t, err, "/case", "/choice", "/own_failings", "/reason")
	_, err = l.Weigh(ctx, caseworker, s.ID, s.Version, cases.Weighing{Choose: 1})
	faultsAt(t, err, "/reason", "/weights")
	_, err = l.Change(ctx, caseworker, s.ID, s.Version+1, cases.SelectionChange{Case: ids[0], Choice: cases.ChoiceOut, Reason: "No."})
	refused(t, err, workflow.Stale, "selection_changed")
	_, err = l.Change(ctx, caseworker2, s.ID, s.Version, cases.SelectionChange{Case: ids[1], Choice: cases.ChoiceOut, Reason: "No."})
	refused(t, err, workflow.Forbidden, "conflict_of_interest")
	_, err = l.Approve(ctx, supervisor, s.ID, s.Version, "")
	refused(t, err, workflow.Conflict, "selection_open")
	_, err = l.Return(ctx, supervisor, s.ID, s.Version, "No.")
	refused(t, err, workflow.Conflict, "selection_open")
	r := ordered()
	r.Reason, r.Order.LegalBasis, r.Lead, r.Orders = "", nil, &cases.LeadCase{Assignee: "gone"}, map[string]cases.Order{"PUI-1999-1": {}}
	_, err = l.Decide(ctx, caseworker, s.ID, s.Version, r)
	faultsAt(t, err, "/lead/assignee", "/lead/name", "/lead/order/legal_basis", "/lead/subject", "/order/legal_basis", "/orders", "/reason")
	_, err = l.Get(ctx, notifier, s.ID)
	refused(t, err, workflow.NotFound, "no_such_selection")
	_, err = l.Get(ctx, caseworker, ids[0])
	refused(t, err, workflow.NotFound, "no_such_selection")
	_, err = l.List(ctx, notifier, "")
	refused(t, err, workflow.Forbidden, "role")

	if _, err = l.Abandon(ctx, caseworker, s.ID, s.Version, ""); err == nil {
		t.Error("given up without a reason")
	}
	if _, err = l.Abandon(ctx, caseworker, s.ID, s.Version, "Other cases come first."); err != nil {
		t.Fatal(err)
	}
	_, err = l.Weigh(ctx, caseworker, s.ID, s.Version+1, s.Weighing())
	refused(t, err, workflow.Conflict, "selection_abandoned")
	if again := o.choose(choosing(i.ID)); again.Round != 2 {
		t.Errorf("round %d", again.Round)
	}
}

// Whoever had a part in it does not approve it, nobody approves what they have not
// seen, and what is approved does not change.
func TestSelection_IsApprovedByAnother(t *testing.T) {
	o := newOffice(t)
	i := o.incident()
	ids := o.struck(i.ID, 4)
	ctx, l := t.Context(), o.Selections()
	s, err := l.Open(ctx, supervisor, choosing(i.ID), cases.Command{})
	if err != nil {
		t.Fatal(err)
	}
	must := func(then *cases.Selection, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		s = then
	}
	must(l.Decide(ctx, caseworker, s.ID, s.Version, ordered()))
	seen := s.Version
	_, err = l.Approve(ctx, supervisor, s.ID, seen, "")
	refused(t, err, workflow.Forbidden, "four_eyes_selection")
	_, err = l.Approve(ctx, caseworker2, s.ID, seen, "")
	refused(t, err, workflow.Forbidden, "role")
	_, err = l.Weigh(ctx, caseworker, s.ID, seen, s.Weighing())
	refused(t, err, workflow.Conflict, "selection_decided")
	_, err = l.Return(ctx, caseworker2, s.ID, seen, "Not mine.")
	refused(t, err, workflow.Forbidden, "role")
	must(l.Return(ctx, supervisor2, s.ID, seen, "Look at the second one again."))
	if s.Decision != nil || s.Returned.By != "supervisor2" || slices.Contains(s.Editors, "supervisor2") {
		t.Errorf("%+v", s)
	}
	must(l.Change(ctx, caseworker, s.ID, s.Version, cases.SelectionChange{Case: ids[1], Choice: cases.ChoiceIn, Reason: "It was looked at."}))
	_, err = l.Approve(ctx, supervisor2, s.ID, seen, "")
	refused(t, err, workflow.Stale, "selection_changed")
	must(l.Decide(ctx, caseworker, s.ID, s.Version, ordered()))
	_, err = l.Approve(ctx, supervisor2, s.ID, seen, "")
	refused(t, err, workflow.Stale, "selection_changed")
	must(l.Approve(ctx, supervisor2, s.ID, s.Version, "Good."))
	if s.Approval.By != "supervisor2" || s.Approval.On != s.Version-1 || len(s.Decision.Chosen) != 3 {
		t.Errorf("%+v", s.Approval)
	}
	for name, do := range map[string]func() (*cases.Selection, error){
		"weigh": func() (*cases.Selection, error) { return l.Weigh(ctx, caseworker, s.ID, s.Version, s.Weighing()) },
		"change": func() (*cases.Selection, error) {
			return l.Change(ctx, caseworker, s.ID, seen, cases.SelectionChange{Case: ids[0], Choice: cases.ChoiceOut, Reason: "Late."})
		},
		"decide":  func() (*cases.Selection, error) { return l.Decide(ctx, caseworker, s.ID, s.Version, ordered()) },
		"abandon": func() (*cases.Selection, error) { return l.Abandon(ctx, caseworker, s.ID, s.Version, "Late.") },
		"approve": func() (*cases.Selection, error) { return l.Approve(ctx, supervisor2, s.ID, s.Version, "Twice.") },
	} {
		_, err := do()
		if e := refused(t, err, workflow.Conflict, "selection_approved"); !strings.Contains(e.Message, "Open a new round") {
			t.Errorf("%s: %s", name, e.Message)
		}
	}
}

// A selection exists for whoever sees each of its candidates; secret cases are taken
// in only where that is asked for.
func TestSelection_IsWholeOrNotThere(t *testing.T) {
	o := newOffice(t)
	i := o.incident()
	ids := o.struck(i.ID, 4)
	o.take(supervisor, ids[0], workflow.StepFlagSecret, cases.StepData{NamedStaff: []string{"supervisor", "caseworker"}})
	ctx, l := t.Context(), o.Selections()
	without := o.choose(choosing(i.ID))
	if len(without.Candidates) != 3 || without.Candidate(ids[0]) != nil {
		t.Errorf("a secret case is a candidate: %+v", without.Candidates)
	}
	if _, err := l.Get(ctx, supervisor2, without.ID); err != nil {
		t.Error(err)
	}
	if _, err := l.Abandon(ctx, caseworker, without.ID, without.Version, "With the secret one."); err != nil {
		t.Fatal(err)
	}
	r := choosing(i.ID)
	r.Secret = true
	whole := o.choose(r)
	if len(whole.Candidates) != 4 {
		t.Errorf("%d candidates", len(whole.Candidates))
	}
	_, err := l.Get(ctx, supervisor2, whole.ID)
	refused(t, err, workflow.NotFound, "no_such_selection")
	_, err = l.Decide(ctx, supervisor2, whole.ID, whole.Version, ordered())
	refused(t, err, workflow.NotFound, "no_such_selection")
	if list, err := l.List(ctx, supervisor2, i.ID); err != nil || len(list) != 1 || list[0].ID != without.ID {
		t.Errorf("who does not see a candidate is shown %d selections, %v", len(list), err)
	}
	// Nor does it keep others, who cannot know of it, from a round of their own.
	if _, err := l.Open(ctx, supervisor2, choosing(i.ID), cases.Command{}); err != nil {
		t.Error(err)
	}
}

// What happens to a case later changes nothing of what was frozen, and the scores can
// be worked out again from the events.
func TestSelection_KeepsFrozenScores(t *testing.T) {
	o := newOffice(t)
	i := o.incident()
	ids := o.struck(i.ID, 4)
	ctx, l := t.Context(), o.Selections()
	s := o.choose(choosing(i.ID))
	before := asJSON(t, s.Ranking())
	if _, err := o.follow(notifier, ids[1], cases.SubmissionSupplement, map[string]any{"subject_categories": []string{"CHILDREN"}, "subjects": map[string]any{"mode": "EXACT", "min": 50_000, "max": 50_000, "unit": "PERSONS"}}); err != nil {
		t.Fatal(err)
	}
	o.set(o.time().Add(time.Hour))
	s, err := l.Get(ctx, caseworker, s.ID)
	if err != nil || asJSON(t, s.Ranking()) != before {
		t.Errorf("the scores moved with the case: %v\n%s", err, cmp.Diff(before, asJSON(t, s.Ranking())))
	}
	check, err := l.Recheck(ctx, caseworker, s.ID)
	if err != nil || !check.Agrees() || check.Cases != 4 {
		t.Errorf("%+v, %v", check, err)
	}
	// The check can fail.
	var picture cases.Selection
	if err := o.store.Get(ctx, cases.SelectionPictures, s.ID, &picture); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(asJSON(t, s), asJSON(t, picture)); diff != "" {
		t.Errorf("the picture differs: %s", diff)
	}
	picture.Candidates[1].Cells[1].Score = 4
	if err := o.store.Put(ctx, cases.SelectionPictures, s.ID, picture); err != nil {
		t.Fatal(err)
	}
	if check, err := l.Recheck(ctx, caseworker, s.ID); err != nil || check.Agrees() || !slices.Equal(check.Differing, []string{picture.Candidates[1].Number}) {
		t.Errorf("%+v, %v", check, err)
	}
	if err := l.Heal(ctx, s.ID); err != nil {
		t.Fatal(err)
	}
	if check, err := l.Recheck(ctx, caseworker, s.ID); err != nil || !check.Agrees() {
		t.Errorf("after healing: %+v, %v", check, err)
	}
}

// Wherever carrying out is interrupted, the sweep of another start completes it, and
// each investigation is opened by one event.
func TestSelection_IsCarriedOutAfterACrash(t *testing.T) {
	for failing := 1; failing <= 9; failing++ {
		t.Run(fmt.Sprint(failing), func(t *testing.T) {
			broken := casestest.NewFaulty(openStore(t))
			o := officeOn(t, broken, cases.Policy{})
			r := ordered()
			r.Lead = leadAgainst()
			s, ids := o.approved(r)
			ctx := t.Context()
			appended := 0
			dying, die := context.WithCancel(ctx)
			mend := broken.Inject(casestest.Fault{Op: casestest.Append, Mode: casestest.Unacknowledged, Match: func(cases.Collection, string) bool {
				if appended++; appended == failing {
					die()
				}
				return appended >= failing
			}})
			_ = o.Selections().Run(dying, s.ID) // what was written is found, so that it may even go through
			mend()

			after := officeOn(t, broken, cases.Policy{})
			if err := after.Start(ctx); err != nil {
				t.Fatal(err)
			}
			after.set(o.time().Add(time.Minute))
			after.sweep()
			got, err := after.Selections().Get(ctx, caseworker, s.ID)
			if err != nil || got.Status != cases.SelectionDone || len(got.Outcomes) != 3 {
				t.Fatalf("%+v, %v", got, err)
			}
			for _, id := range []string{ids[0], ids[2], got.LeadOutcome().Opened} {
				events, err := after.History(ctx, supervisor, id)
				opened := 0
				for _, e := range events {
					if e.Header.Kind == cases.EventKind(workflow.StepOpenInvestigation) {
						opened++
					}
				}
				if err != nil || opened != 1 {
					t.Errorf("%d investigations opened in %s, %v", opened, after.load(id).Number, err)
				}
			}
			if leads, err := after.Board().List(cases.Query{Text: "Lönebolaget"}, supervisor, after.time()); err != nil || len(leads.Items) != 1 {
				t.Errorf("%d cases against the supplier, %v", len(leads.Items), err)
			}
		})
	}
}

// A case that changed so that it cannot be investigated waits for a person; one that
// is being investigated already is left alone.
func TestSelection_TellsWhatCouldNotBeCarriedOut(t *testing.T) {
	o := newOffice(t)
	s, ids := o.approved(ordered())
	ctx, l := t.Context(), o.Selections()
	o.take(caseworker, ids[0], workflow.StepRequestSupplement, cases.StepData{Questions: []cases.Text{"Which children?"}})
	o.take(supervisor, ids[2], workflow.StepOpenInvestigation, cases.StepData{Scope: "All.", LegalBasis: []string{"GDPR Art. 58(1)"}, OSSRole: cases.OSSNotCrossBorder})
	if err := l.Run(ctx, s.ID); err != nil {
		t.Fatal(err)
	}
	s, err := l.Get(ctx, caseworker, s.ID)
	if err != nil || s.Status != cases.SelectionWaiting || s.Outcome(ids[0]).Result != cases.SelectionRefused || s.Outcome(ids[0]).Message == "" ||
		s.Outcome(ids[2]).Result != cases.SelectionAlready {
		t.Fatalf("%+v, %v", s.Outcomes, err)
	}
	_, err = l.Retry(ctx, caseworker, s.ID, s.Version, "It answered.")
	refused(t, err, workflow.Forbidden, "role")
	if _, err := o.follow(notifier, ids[0], cases.SubmissionSupplement, map[string]any{"description": "Pupils."}); err != nil {
		t.Fatal(err)
	}
	_, err = l.Retry(ctx, supervisor, s.ID, s.Version-1, "It answered.")
	refused(t, err, workflow.Stale, "selection_changed")
	if s, err = l.Retry(ctx, supervisor, s.ID, s.Version, "It answered."); err != nil {
		t.Fatal(err)
	}
	if err := l.Run(ctx, s.ID); err != nil {
		t.Fatal(err)
	}
	if s, err = l.Get(ctx, caseworker, s.ID); err != nil || s.Status != cases.SelectionDone || s.Outcome(ids[0]).TS == "" {
		t.Errorf("%+v, %v", s.Outcomes, err)
	}
	_, err = l.Retry(ctx, supervisor, s.ID, s.Version, "Again.")
	refused(t, err, workflow.Conflict, "selection_done")
}

// A request with a key that is sent twice opens one selection.
func TestSelection_IsOpenedOnce(t *testing.T) {
	o := newOffice(t)
	i := o.incident()
	ids := o.struck(i.ID, 3)
	ctx, l := t.Context(), o.Selections()
	for _, r := range []cases.SelectionRequest{choosing(i.ID), func() cases.SelectionRequest {
		r := choosing("")
		r.Cases = ids
		return r
	}()} {
		key := cases.KeyedCommand("caseworker", "selection", "k"+r.Incident, []byte("a"))
		first, err := l.Open(ctx, caseworker, r, key)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := l.Open(ctx, caseworker, r, key); err != nil || again.ID != first.ID {
			t.Errorf("the same request became %+v, %v", again, err)
		}
		_, err = l.Open(ctx, caseworker, r, cases.KeyedCommand("caseworker", "selection", "k"+r.Incident, []byte("b")))
		refused(t, err, workflow.Conflict, "idempotency_key_reused")
	}
}

// ranking makes a selection of generated candidates, without a case behind them.
func ranking(t *rapid.T) *cases.Selection {
	s := &cases.Selection{}
	w := cases.Weighing{Weights: map[cases.Criterion]int{}, Choose: rapid.IntRange(1, 12).Draw(t, "choose")}
	for _, c := range cases.Criteria() {
		w.Weights[c] = rapid.IntRange(0, cases.MaxWeight).Draw(t, "weight")
	}
	s.Weighings = []cases.Weighing{w}
	for i := range rapid.IntRange(1, 30).Draw(t, "candidates") {
		c := cases.Candidate{Case: fmt.Sprint("id", i), Number: fmt.Sprintf("PUI-2026-%d", i+1)}
		for _, criterion := range cases.Criteria() {
			c.Cells = append(c.Cells, cases.Cell{Criterion: criterion, Score: rapid.IntRange(0, cases.MaxScore).Draw(t, "score")})
		}
		s.Candidates = append(s.Candidates, c)
	}
	return s
}

func numbersOf(ranked []cases.RankedCandidate) []string {
	out := make([]string, len(ranked))
	for i := range ranked {
		out[i] = ranked[i].Number
	}
	return out
}

// The rank is a total order, whatever order the candidates came in, and all weights
// times the same keep it.
func TestSelection_RankIsATotalOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := ranking(t)
		ranked := s.Ranking()
		for i := range ranked {
			if ranked[i].Rank != i+1 || i > 0 && ranked[i].Sum > ranked[i-1].Sum {
				t.Fatalf("place %d: %+v", i+1, ranked[i])
			}
		}
		want := numbersOf(ranked)
		s.Candidates = rapid.Permutation(s.Candidates).Draw(t, "order")
		factor := rapid.IntRange(2, 9).Draw(t, "factor")
		for c := range s.Weighings[0].Weights {
			s.Weighings[0].Weights[c] *= factor
		}
		if got := numbersOf(s.Ranking()); !slices.Equal(got, want) {
			t.Fatalf("%v became %v", want, got)
		}
	})
}

// A tip is true: one step before it nothing changes, at it the two change places.
func TestSelection_TipsAreTrue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := ranking(t)
		top := func(criterion cases.Criterion, weight int) []string {
			moved := *s
			w := s.Weighing()
			w.Weights = maps.Clone(w.Weights)
			w.Weights[criterion] = weight
			moved.Weighings = []cases.Weighing{w}
			out := numbersOf(moved.Ranking())
			return slices.Sorted(slices.Values(out[:min(w.Choose, len(out))]))
		}
		now := top(cases.CriterionLate, s.Weighing().Weights[cases.CriterionLate])
		tips := map[cases.Criterion][2]int{}
		for _, c := range cases.Criteria() {
			tips[c] = [2]int{-1, cases.MaxWeight + 1}
		}
		for _, tip := range s.Tips() {
			bounds := tips[tip.Criterion]
			if tip.To < tip.From {
				bounds[0] = tip.To
			} else {
				bounds[1] = tip.To
			}
			tips[tip.Criterion] = bounds
			if slices.Equal(top(tip.Criterion, tip.To), now) {
				t.Fatalf("%+v changes nothing", tip)
			}
		}
		for c, bounds := range tips {
			for weight := bounds[0] + 1; weight < bounds[1]; weight++ {
				if got := top(c, weight); !slices.Equal(got, now) {
					t.Fatalf("%s at %d changes %v to %v, and no tip says so: %v", c, weight, now, got, tips)
				}
			}
		}
	})
}

// The control sample is reproducible, is among the numbers, holds none twice, and does
// not depend on the order in which they are given.
func TestSeed_Draw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := cases.Seed(fmt.Sprintf("%016x", rapid.Uint64().Draw(t, "seed")))
		var numbers []string
		for i := range rapid.IntRange(0, 60).Draw(t, "n") {
			numbers = append(numbers, fmt.Sprintf("PUI-2026-%d", i))
		}
		k := rapid.IntRange(0, 70).Draw(t, "k")
		first := seed.Draw(numbers, k)
		again := seed.Draw(rapid.Permutation(numbers).Draw(t, "order"), k)
		if !slices.Equal(first, again) || len(first) != min(k, len(numbers)) {
			t.Fatalf("%v and %v", first, again)
		}
		seen := map[string]bool{}
		for _, n := range first {
			if seen[n] || !slices.Contains(numbers, n) {
				t.Fatalf("%s in %v", n, first)
			}
			seen[n] = true
		}
	})
	// What was drawn once is drawn so for ever.
	got := cases.Seed("0123456789abcdef").Draw([]string{"A-1", "A-2", "A-3", "A-4", "A-5", "A-6", "A-7", "A-8", "A-9", "A-10"}, 3)
	if want := []string{"A-1", "A-8", "A-10"}; !slices.Equal(got, want) {
		t.Errorf("drew %v, want %v", got, want)
	}
}

// The sample of a decision is disjoint from the chosen, and nobody can tell the seed
// from what is committed to.
func TestSelection_SampleIsOfTheOthers(t *testing.T) {
	o := newOffice(t)
	i := o.incident()
	o.struck(i.ID, 8)
	r := choosing(i.ID)
	r.Sample = 8
	s := o.choose(r)
	if strings.Contains(s.Commitment(), string(s.Seed)) || len(s.Seed) != 16 {
		t.Errorf("seed %s, commitment %s", s.Seed, s.Commitment())
	}
	s, err := o.Selections().Decide(t.Context(), caseworker, s.ID, s.Version, ordered())
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Decision.Sample) != 6 {
		t.Errorf("the sample is %v", s.Decision.Sample)
	}
	for _, c := range s.Decision.Chosen {
		if slices.Contains(s.Decision.Sample, c.Number) {
			t.Errorf("%s is chosen and drawn", c.Number)
		}
	}
	if check, err := o.Selections().Recheck(t.Context(), caseworker, s.ID); err != nil || !check.SampleAgrees {
		t.Errorf("%+v, %v", check, err)
	}
}
