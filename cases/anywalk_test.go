package cases_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// walker takes random steps on one case, sensible ones and others.
type walker struct {
	*office
	t    *rapid.T
	id   string
	kin  string // another open case of the same controller
	last *cases.Case
}

// fields are ways to fill a field of a step's data; the first ones fit.
func (w *walker) fields() map[string][]func(*cases.StepData) {
	type set = func(*cases.StepData)
	now, c := w.time(), w.last
	at := func(d time.Duration) *time.Time { t := now.Add(d).In(workflow.Stockholm); return &t }
	num := func(n int) *int { return &n }
	var clocks, outcomes []set
	for _, k := range c.Clocks {
		clocks = append(clocks, func(d *cases.StepData) { d.Clock = k.ID })
	}
	for _, o := range workflow.Outcome("").Codes() {
		outcomes = append(outcomes, func(d *cases.StepData) { d.Outcome = workflow.Outcome(o) })
	}
	orders := cases.CorrectiveAction{Power: workflow.MeasureOrderCompliance, Text: "Do it.", DueAt: at(40*24*time.Hour + 1234567)}
	return map[string][]set{
		"questions":    {func(d *cases.StepData) { d.Questions = []cases.Text{"Why?", "Who?"} }, func(d *cases.StepData) { d.Questions = []cases.Text{" "} }},
		"due_at":       {func(d *cases.StepData) { d.DueAt = at(72*time.Hour + 999) }, func(d *cases.StepData) { d.DueAt = at(-time.Hour) }},
		"urgent":       {func(d *cases.StepData) { d.Urgent = true }},
		"scope":        {func(d *cases.StepData) { d.Scope = "Security" }},
		"legal_basis":  {func(d *cases.StepData) { d.LegalBasis = []string{"GDPR Art. 58"} }, func(d *cases.StepData) { d.LegalBasis = []string{""} }},
		"focus_areas":  {func(d *cases.StepData) { d.FocusAreas = []string{"ACCESS"} }},
		"oss_role":     {func(d *cases.StepData) { d.OSSRole = cases.OSSNotCrossBorder }, func(d *cases.StepData) { d.OSSRole = cases.OSSLead }, func(d *cases.StepData) { d.OSSRole = "BOSS" }},
		"lead_sa":      {func(d *cases.StepData) { d.LeadSA = "DK" }},
		"outcome":      outcomes,
		"letter":       {func(d *cases.StepData) { d.Letter = "Dear board" }},
		"memo":         {func(d *cases.StepData) { d.Memo = "Facts, <b> & law \u2028" }},
		"fine_factors": {func(d *cases.StepData) { d.FineFactors = map[string]cases.Text{"b": "2", "a": "1"} }, func(d *cases.StepData) { d.FineFactors = map[string]cases.Text{"z": "1"} }},
		"draft": {
			func(d *cases.StepData) { d.Draft = draft(workflow.OutcomeReprimand) },
			func(d *cases.StepData) { d.Draft = draft(workflow.OutcomeOrderCompliance, orders) },
			func(d *cases.StepData) { d.Draft = &cases.DecisionDraft{Others: []string{}} },
			func(d *cases.StepData) { d.Draft = draft(workflow.OutcomeDuplicate) },
		},
		"imi_number":          {func(d *cases.StepData) { d.IMINumber = "IMI-1" }},
		"revised":             {func(d *cases.StepData) { d.Revised = true }},
		"objection":           {func(d *cases.StepData) { d.Objection = "Too mild" }},
		"service_date":        {func(d *cases.StepData) { d.ServiceDate = w.today() }, func(d *cases.StepData) { d.ServiceDate = "2026-13-01" }},
		"hearing_skip_reason": {func(d *cases.StepData) { d.HearingSkipReason = "Urgent" }},
		"board_decision":      {func(d *cases.StepData) { d.BoardDecision = "Binding" }},
		"received_at":         {func(d *cases.StepData) { d.ReceivedAt = at(-time.Minute + 1) }, func(d *cases.StepData) { d.ReceivedAt = at(time.Hour) }},
		"note":                {func(d *cases.StepData) { d.Note = "By post" }},
		"judgment":            {func(d *cases.StepData) { d.Judgment = &cases.CourtJudgment{Court: "FR", Number: "1", Date: w.today()} }, func(d *cases.StepData) { d.Judgment = &cases.CourtJudgment{} }},
		"evidence":            {func(d *cases.StepData) { d.Evidence = "Seen" }},
		"measure":             {func(d *cases.StepData) { d.Measure = num(1) }, func(d *cases.StepData) { d.Measure = num(7) }},
		"recipient":           {func(d *cases.StepData) { d.Recipient = "Datatilsynet" }},
		"master_case":         {func(d *cases.StepData) { d.MasterCase = w.kin }, func(d *cases.StepData) { d.MasterCase = w.id }, func(d *cases.StepData) { d.MasterCase = "PUI-1999-1" }},
		"ground":              {func(d *cases.StepData) { d.Ground = cases.GroundNewFacts }},
		"assignee":            {func(d *cases.StepData) { d.Assignee = "caseworker" }, func(d *cases.StepData) { d.Assignee = "gone" }, func(d *cases.StepData) { d.Assignee = "lawyer" }},
		"text":                {func(d *cases.StepData) { d.Text = "A note" }},
		"risk":                {func(d *cases.StepData) { d.Risk = cases.RiskToPeople }},
		"severity": {
			func(d *cases.StepData) { d.Severity = &workflow.SeverityInput{DPC: 4, EI: 4, C: 2, M: 2} },
			func(d *cases.StepData) { d.Severity = &workflow.SeverityInput{DPC: 9} },
		},
		"priority":         {func(d *cases.StepData) { d.Priority = workflow.P3 }, func(d *cases.StepData) { d.Priority = workflow.P1 }},
		"aware_at":         {func(d *cases.StepData) { d.AwareAt = at(-100*time.Hour + 1) }, func(d *cases.StepData) { d.AwareAt = at(time.Hour) }},
		"delay_assessment": {func(d *cases.StepData) { d.DelayAssessment = cases.DelayAccepted }},
		"named_staff":      {func(d *cases.StepData) { d.NamedStaff = []string{"supervisor", "caseworker"} }, func(d *cases.StepData) { d.NamedStaff = []string{"dpo"} }},
		"account":          {func(d *cases.StepData) { d.Account = "caseworker2" }, func(d *cases.StepData) { d.Account = "dpo" }},
		"diary_number":     {func(d *cases.StepData) { d.DiaryNumber = "DI-" + w.id }, func(d *cases.StepData) { d.DiaryNumber = "DI-1" }},
		"sent_at":          {func(d *cases.StepData) { d.SentAt = at(-1) }, func(d *cases.StepData) { d.SentAt = at(-48 * time.Hour) }, func(d *cases.StepData) { d.SentAt = at(time.Hour) }},
		"imi_due_at":       {func(d *cases.StepData) { d.IMIDueAt = at(500*time.Hour + 1) }, func(d *cases.StepData) { d.IMIDueAt = at(-time.Hour) }},
		"lead_informed_at": {func(d *cases.StepData) { d.LeadInformedAt = at(-time.Hour + 1) }, func(d *cases.StepData) { d.LeadInformedAt = at(time.Hour) }},
		"art34":            {func(d *cases.StepData) { d.Art34 = cases.Art34ConditionB }, func(d *cases.StepData) { d.Art34 = cases.Art34NotMet }, func(d *cases.StepData) { d.Art34 = "D" }},
		"party": {
			func(d *cases.StepData) {
				d.Party = &cases.PartyCorrection{Name: "Another AB", LegalForm: cases.FormCompany}
			},
			func(d *cases.StepData) {
				d.Party = &cases.PartyCorrection{Name: "A town", LegalForm: cases.FormMunicipality}
			},
			func(d *cases.StepData) { d.Party = &cases.PartyCorrection{Unit: "none"} },
		},
		"clock":           clocks,
		"fine_considered": {func(d *cases.StepData) { d.FineConsidered = true }},
	}
}

// request draws a step with data: mostly one that is possible now, with what it needs.
func (w *walker) request() (cases.Actor, cases.StepRequest) {
	a := rapid.SampledFrom(everybody).Draw(w.t, "actor")
	var open []workflow.StepID
	_, verdicts, err := w.Steps(w.office.t.Context(), a, w.id)
	if err != nil && workflow.KindOf(err) != workflow.NotFound {
		w.t.Fatal(err)
	}
	for _, v := range verdicts {
		if v.Allowed {
			open = append(open, v.Step)
		}
	}
	step := rapid.SampledFrom(workflow.Steps()).Draw(w.t, "step")
	if len(open) > 0 && rapid.IntRange(0, 9).Draw(w.t, "sensible") > 0 {
		step, _ = workflow.StepByID(rapid.SampledFrom(open).Draw(w.t, "open"))
	}
	r := cases.StepRequest{Step: step.ID, Reason: "Reason.", Version: w.last.Version}
	fields := w.fields()
	for _, name := range slices.Concat(step.Requires, step.Takes) {
		ways := fields[name]
		if name == "reason" || len(ways) == 0 {
			continue
		}
		required := slices.Contains(step.Requires, name)
		if odds := rapid.IntRange(0, 9).Draw(w.t, "odds of "+name); odds == 0 || !required && odds < 6 {
			continue
		}
		at := 0
		if rapid.IntRange(0, 4).Draw(w.t, "other "+name) == 0 || name == "outcome" || name == "clock" {
			at = rapid.IntRange(0, len(ways)-1).Draw(w.t, "way of "+name)
		}
		ways[at](&r.Data)
	}
	if rapid.IntRange(0, 19).Draw(w.t, "stale") == 0 {
		r.Version--
	}
	return a, r
}

func (w *walker) step() {
	a, r := w.request()
	c, err := w.Take(w.office.t.Context(), a, w.id, r)
	if err != nil {
		if workflow.KindOf(err) == "" {
			w.t.Fatalf("%s: %v", r.Step, err)
		}
		if got := w.load(w.id).Version; got != w.last.Version {
			w.t.Fatalf("a refused step (%v) moved the case from version %d to %d", err, w.last.Version, got)
		}
		return
	}
	if want, got := asJSON(w.t, w.load(w.id)), asJSON(w.t, c); got != want {
		w.t.Fatalf("%s answers another case than is stored:\n%s", r.Step, cmp.Diff(want, got))
	}
	w.look()
}

// file sends a follow-up.
func (w *walker) file() {
	kind := rapid.SampledFrom([]cases.SubmissionKind{
		cases.SubmissionSupplement, cases.SubmissionChange, cases.SubmissionEarlierWrong, cases.SubmissionWithdrawal,
	}).Draw(w.t, "kind")
	changes := rapid.SampledFrom([]map[string]any{
		nil,
		{"description": "More."},
		{"aware_at": "2026-11-13T10:20:00+01:00"},
		{"protected_identity": "YES"},
		{"subjects": map[string]any{"mode": "EXACT", "min": 20000, "max": 20000}},
		{"notification_subkind": "INCOMPLETE"},
		{"notification_subkind": "COMPLETE"},
	}).Draw(w.t, "changes")
	a := rapid.SampledFrom([]cases.Actor{notifier, notifier, registrar, colleague, caseworker}).Draw(w.t, "filer")
	c, err := w.follow(a, w.id, kind, changes)
	if err != nil && workflow.KindOf(err) == "" {
		w.t.Fatal(err)
	}
	if err == nil && asJSON(w.t, c) != asJSON(w.t, w.load(w.id)) {
		w.t.Fatalf("filing answers another case than is stored: %s", cmp.Diff(asJSON(w.t, w.load(w.id)), asJSON(w.t, c)))
	}
	w.look()
}

// look checks what must be so after anything that happened.
func (w *walker) look() {
	before, c := w.last, w.load(w.id)
	w.last = c
	w.sound(w.id)
	if c.Number != before.Number || !c.OpenedAt.Equal(before.OpenedAt) || c.Episode < before.Episode {
		w.t.Fatalf("the case changed what it is: %+v", c)
	}
	if diff := cmp.Diff(before.Submissions, c.Submissions[:len(before.Submissions)]); diff != "" {
		w.t.Fatalf("a filed version changed: %s", diff)
	}
	if diff := cmp.Diff(before.Judgements, c.Judgements[:len(before.Judgements)]); diff != "" {
		w.t.Fatalf("a judgement changed: %s", diff)
	}
	for i, k := range before.Clocks {
		now := c.Clocks[i]
		if k.Status != cases.ClockOpen && cmp.Diff(k, now) != "" {
			w.t.Fatalf("a closed clock changed: %s", cmp.Diff(k, now))
		}
		if now.Status == cases.ClockOpen && !now.DueAt.Equal(k.DueAt) && now.Revision <= k.Revision {
			w.t.Fatalf("clock %s moved within revision %d", k.ID, k.Revision)
		}
	}
}

// TestAnyWalk: whatever anybody tries in whatever order, nothing that the procedure
// promises is ever broken, and other rules and settings would fold the same case.
func TestAnyWalk(t *testing.T) {
	o := officeOn(t, newMemory(), cases.Policy{})
	reached := map[workflow.State]int{}
	rapid.Check(t, func(t *rapid.T) {
		o.set(begin)
		w := &walker{office: o, t: t}
		w.id = rapid.SampledFrom([]func() string{
			func() string { return o.submit(notifier, mild).ID },
			func() string { return o.triage(nil) },
			func() string { return o.investigation() },
			func() string { return o.drafting(draft(workflow.OutcomeReprimand)) },
			func() string { return o.decided(draft(workflow.OutcomeReprimand)) },
			func() string {
				due := begin.AddDate(0, 2, 0)
				return o.decided(draft(workflow.OutcomeOrderCompliance, cases.CorrectiveAction{Power: workflow.MeasureOrderCompliance, Text: "Do.", DueAt: &due}))
			},
		}).Draw(t, "start")()
		w.last, w.kin = o.load(w.id), o.triage(nil)
		for range rapid.IntRange(5, 25).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				o.wait(time.Duration(rapid.IntRange(1, 20*24).Draw(t, "hours")) * time.Hour)
				o.sweep()
				w.look()
			case 1:
				w.file()
			default:
				w.step()
			}
			reached[w.last.State]++
		}
		o.sound(w.kin)
		in := 0
		for _, m := range o.load(w.kin).Merged {
			if m.Case == w.id && m.Status == cases.MergeDone {
				in++
			}
		}
		if merged := w.last.State == workflow.StateMerged; in > 1 || merged != (in == 1) {
			t.Fatalf("in %s, and %d times a member of its master", w.last.State, in)
		}
		if err := otherRules(t, o).Heal(o.t.Context(), w.id); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(asJSON(t, w.last), asJSON(t, o.load(w.id))); diff != "" {
			t.Fatalf("other rules fold another case: %s", diff)
		}
	})
	t.Log(reached)
}

// otherRules is an office on the same store that works by other periods.
func otherRules(t rapid.TB, o *office) *cases.Service {
	law, err := workflow.NewClocks(workflow.ClockSettings{Periods: map[workflow.ClockKind]workflow.Period{
		workflow.ClockTriageP3: {N: 99, Unit: workflow.Days}, workflow.ClockAppeal: {N: 1, Unit: workflow.Days},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return cases.NewService(cases.Options{
		Store: o.store, People: directory{}, Units: o.units, Law: law, Now: o.time,
		Policy: cases.Policy{CasePrefix: "X", Zone: time.UTC, LegalSignOff: true, EssentialSectors: []cases.SectorOfActivity{"SCHOOL"}},
	})
}
