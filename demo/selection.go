package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// supplierName is the processor that was attacked.
const supplierName = "Miljödata"

// What the authority said that it would look at.
var focusAreas = []string{"uppgifter om barn", "personer med skyddade personuppgifter", "tidigare anställda"}

// controlSample is how many of those that are not chosen are looked at again.
const controlSample = 12

// selection is how those who are investigated were chosen: weighed by a caseworker,
// against the rank where there is a reason, and approved by a supervisor who had no part
// in it. The reasons are made up.
func (s *scenario) selection(customers []*customer) []*matter {
	author := s.cast.caseworkers[0]
	chosen := customers[:investigatedCustomers]
	return []*matter{
		s.scene("selection/opened", s.local(2025, time.October, 28, 10, 0), author, func(ctx context.Context, d deed) error {
			i, err := theIncident(d)
			if err != nil {
				return err
			}
			_, err = d.service.Selections().Open(ctx, d.by, cases.SelectionRequest{
				Incident: i.ID, Choose: investigatedCustomers, Sample: controlSample,
				Reason: "Alla 250 kan inte granskas. Urvalet görs efter hur viktig verksamheten är och vilka uppgifter som berörs.",
				Weights: map[cases.Criterion]int{
					cases.CriterionCriticality: 30, cases.CriterionChildren: 25, cases.CriterionProtectedIdentity: 20,
					cases.CriterionFormerEmployees: 15, cases.CriterionHealth: 10, cases.CriterionNumbers: 10,
				},
			}, d.command)
			return err
		}),
		s.scene("selection/changed", s.local(2025, time.October, 29, 14, 20), author, func(ctx context.Context, d deed) error {
			return s.choose(ctx, d, chosen)
		}),
		s.scene("selection/decided", s.local(2025, time.October, 30, 15, 10), author, func(ctx context.Context, d deed) error {
			have, err := theSelection(ctx, d)
			if err != nil || have.Status != cases.SelectionOpen {
				return err
			}
			_, err = d.service.Selections().Decide(ctx, d.by, have.ID, have.Version, s.decision(author))
			return err
		}),
		s.scene("selection/approved", s.local(2025, time.November, 3, 9, 30), s.cast.supervisor, func(ctx context.Context, d deed) error {
			have, err := theSelection(ctx, d)
			if err != nil {
				return err
			}
			if have.Status == cases.SelectionDecided {
				if have, err = d.service.Selections().Approve(ctx, d.by, have.ID, have.Version, "Urvalet är motiverat och ställer lika krav på alla som anmält."); err != nil {
					return err
				}
			}
			return d.service.Selections().Run(ctx, have.ID)
		}),
	}
}

// theSelection is the one that the scenes are about.
func theSelection(ctx context.Context, d deed) (*cases.Selection, error) {
	i, err := theIncident(d)
	if err != nil {
		return nil, err
	}
	all, err := d.service.Selections().List(ctx, d.by, i.ID)
	if err != nil {
		return nil, err
	}
	if len(all) != 1 {
		return nil, fmt.Errorf("there are %d selections", len(all))
	}
	return d.service.Selections().Get(ctx, d.by, all[0].ID)
}

// choose changes the proposal where there are reasons to depart from the rank.
func (s *scenario) choose(ctx context.Context, d deed, chosen []*customer) error {
	wanted := map[string]cases.Text{
		chosen[0].id(): "Landets näst största kommun, med uppgifter om mycket många tidigare anställda och om elever.",
		chosen[1].id(): "En mindre kommun behöver också granskas; uppgifter om barn berörs.",
		chosen[2].id(): "Regionens hälso- och sjukvård är samhällsviktig, och störningen var stor.",
	}
	for {
		have, err := theSelection(ctx, d)
		if err != nil || have.Status != cases.SelectionOpen {
			return err
		}
		ranking := have.Ranking()
		at := slices.IndexFunc(ranking, func(r cases.RankedCandidate) bool { return r.Chosen != (wanted[r.Case] != "") })
		if at < 0 {
			return nil
		}
		change := cases.SelectionChange{Case: ranking[at].Case, Choice: cases.ChoiceIn, Reason: wanted[ranking[at].Case]}
		if change.Reason == "" {
			change.Choice, change.Reason = cases.ChoiceOut, "Liknar de valda i verksamhet och uppgifter; en granskning till skulle inte tillföra något nytt nu."
		}
		if _, err := d.service.Selections().Change(ctx, d.by, have.ID, have.Version, change); err != nil {
			return err
		}
	}
}

// decision is what was decided, with the lead case against the supplier.
func (s *scenario) decision(lead cases.Actor) cases.DecisionRequest {
	return cases.DecisionRequest{
		Reason: "Urval efter verksamhetens art och den risk som anmälan visar: känsliga uppgifter, barn och personer med skydd kan beröras, " +
			"och uppgifter om tidigare anställda har sparats länge. Fler granskningar kan komma. (Påhittad motivering.)",
		Order: cases.Order{
			Scope:      "Hur den ansvarige har behandlat personuppgifter i leverantörens system.",
			LegalBasis: []string{"GDPR Art. 58.1", "GDPR Art. 5", "GDPR Art. 28"}, FocusAreas: focusAreas, OSSRole: cases.OSSPublic,
		},
		Lead: &cases.LeadCase{
			Name: supplierName, LegalForm: cases.FormCompany, Subject: "Angreppet mot Miljödata", Assignee: lead.Account, Priority: workflow.P1,
			Order: cases.Order{
				Scope:      "Om de tekniska och organisatoriska säkerhetsåtgärderna före angreppet var lämpliga.",
				LegalBasis: []string{"GDPR Art. 58.1", "GDPR Art. 32"}, FocusAreas: append([]string{"säkerhetsåtgärder"}, focusAreas...), OSSRole: cases.OSSNotCrossBorder,
			},
		},
	}
}

// supplier is the lead case: Miljödata as processor, opened by the selection without a
// notification, and investigated for its security.
func (s *scenario) supplier() *matter {
	m, owner := &matter{key: "miljodata/supplier", about: supplierName, ordered: true}, s.cast.caseworkers[0]
	m.add(s.local(2025, time.November, 3, 9, 31), owner, func(ctx context.Context, d deed) (*cases.Case, error) {
		have, err := theSelection(ctx, d)
		if err != nil {
			return nil, err
		}
		lead := have.LeadOutcome()
		if lead == nil || lead.Opened == "" {
			return nil, fmt.Errorf("the selection is %s, and the case against the supplier is not opened", have.Status)
		}
		return d.service.Case(ctx, d.by, lead.Opened)
	})
	m.take(s.local(2025, time.November, 3, 10, 40), owner, workflow.StepAssessRisk,
		"Uppgifter om hälsa och personnummer om mycket många är publicerade.", cases.StepData{Risk: cases.RiskToPeopleHigh})
	s.supervise(m, s.diary(9200), owner)
	return m
}

// customerIsInvestigated carries one of the three investigations of customers on.
func (s *scenario) customerIsInvestigated(c *customer) {
	c.ordered = true
	s.supervise(c.matter, c.diary, c.owner)
}

// supervise carries on an investigation that the selection opened: asks the party,
// receives its answer, and goes on; nothing is known of a decision yet.
func (s *scenario) supervise(m *matter, d diary, owner cases.Actor) {
	m.take(d.atWork(later(m.last(), s.local(2025, time.November, 3, 10, 45)), 1), owner, workflow.StepRequestReply, "", cases.StepData{Questions: []cases.Text{
		"Vilka uppgifter om barn, personer med skyddade personuppgifter och tidigare anställda fanns i systemen?",
		"Vilka säkerhetsåtgärder var avtalade, och hur följdes de upp?", "Hur länge sparas uppgifterna, och varför?",
	}})
	m.take(d.atWork(m.last(), 12), s.cast.registrar, workflow.StepReplyReceived, "", cases.StepData{Note: "Yttrande inkom."})
	for next := m.last().AddDate(0, 0, 40); next.Before(s.until); next = next.AddDate(0, 0, 40) {
		m.take(d.atWork(next, 1), owner, workflow.StepNote, "", cases.StepData{Text: pick(d, []cases.Text{
			"Tjänsteanteckning: granskning av inkomna handlingar pågår.", "Tjänsteanteckning: avstämning med polisen; inget nytt.",
			"Tjänsteanteckning: ytterligare avtal begärda in och lagda till akten.",
		})})
	}
}

// customerWaits leaves the case open: it is to be closed together with the
// others. A while before the scenario's end its time limit was extended, so that the
// queue shows what is overdue in earnest.
func (s *scenario) customerWaits(c *customer) {
	at := c.atWork(later(c.last(), s.until.AddDate(0, 0, -21)), 1)
	c.decide(at, s.cast.supervisor, func(k *cases.Case, by cases.Actor) (cases.Actor, cases.StepRequest) {
		return by, cases.StepRequest{
			Step: workflow.StepExtendClock, Reason: "Avvaktar gemensamt avslut av ärendena om angreppet mot Miljödata.",
			Data: cases.StepData{
				Clock: openClock(k, workflow.ClockTriageP1, workflow.ClockTriageP2, workflow.ClockTriageP3),
				DueAt: new(s.until.AddDate(0, 0, 40).UTC()),
			},
		}
	})
}
