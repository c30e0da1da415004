package cases

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// StepData is what a person gives with a step. Which fields a step needs and
// which it takes stands in the procedure's table, by the names below.
type StepData struct {
	Questions         []Text                  `json:"questions,omitempty"`
	DueAt             *time.Time              `json:"due_at,omitempty"` // instead of the default period
	Urgent            bool                    `json:"urgent,omitempty"`
	Scope             Text                    `json:"scope,omitempty"`
	LegalBasis        []string                `json:"legal_basis,omitempty"`
	FocusAreas        []string                `json:"focus_areas,omitempty"`
	OSSRole           OSSRole                 `json:"oss_role,omitempty"`
	LeadSA            string                  `json:"lead_sa,omitempty"`
	Outcome           workflow.Outcome        `json:"outcome,omitempty"`
	Letter            Text                    `json:"letter,omitempty"`
	Memo              Text                    `json:"memo,omitempty"`
	FineConsidered    bool                    `json:"fine_considered,omitempty"`
	FineFactors       map[string]Text         `json:"fine_factors,omitempty"`
	Draft             *DecisionDraft          `json:"draft,omitempty"`
	IMINumber         string                  `json:"imi_number,omitempty"`
	Revised           bool                    `json:"revised,omitempty"`
	Objection         Text                    `json:"objection,omitempty"`
	ServiceDate       Date                    `json:"service_date,omitempty"`
	HearingSkipReason Text                    `json:"hearing_skip_reason,omitempty"`
	BoardDecision     Text                    `json:"board_decision,omitempty"`
	ReceivedAt        *time.Time              `json:"received_at,omitempty"`
	Note              Text                    `json:"note,omitempty"`
	Judgment          *CourtJudgment          `json:"judgment,omitempty"`
	Evidence          Text                    `json:"evidence,omitempty"`
	Measure           *int                    `json:"measure,omitempty"` // 1 for the decision's first measure
	Recipient         string                  `json:"recipient,omitempty"`
	MasterCase        string                  `json:"master_case,omitempty"`
	Ground            ReopenGround            `json:"ground,omitempty"`
	Assignee          string                  `json:"assignee,omitempty"`
	Text              Text                    `json:"text,omitempty"`
	Risk              Risk                    `json:"risk,omitempty"`
	Severity          *workflow.SeverityInput `json:"severity,omitempty"`
	Priority          workflow.Priority       `json:"priority,omitempty"`
	AwareAt           *time.Time              `json:"aware_at,omitempty"`
	DelayAssessment   DelayVerdict            `json:"delay_assessment,omitempty"`
	NamedStaff        []string                `json:"named_staff,omitempty"`
	Account           string                  `json:"account,omitempty"`
	DiaryNumber       string                  `json:"diary_number,omitempty"`
	Clock             string                  `json:"clock,omitempty"`
	SentAt            *time.Time              `json:"sent_at,omitempty"`          // to the other authorities or the Board; now when left out
	IMIDueAt          *time.Time              `json:"imi_due_at,omitempty"`       // the binding end that IMI shows
	LeadInformedAt    *time.Time              `json:"lead_informed_at,omitempty"` // under Art. 56(3)
	Art34             Article34Finding        `json:"art34,omitempty"`
	Party             *PartyCorrection        `json:"party,omitempty"`
	Incident          string                  `json:"incident,omitempty"` // id or number
	Fact              string                  `json:"fact,omitempty"`     // id of one of the incident's shared facts
}

// settled is the data with its instants as they are kept.
func (d StepData) settled() StepData {
	for _, t := range []**time.Time{&d.DueAt, &d.ReceivedAt, &d.AwareAt, &d.SentAt, &d.IMIDueAt, &d.LeadInformedAt} {
		*t = settledTime(*t)
	}
	if d.Draft != nil {
		draft := *d.Draft
		draft.Measures = slices.Clone(draft.Measures)
		for i := range draft.Measures {
			m := &draft.Measures[i]
			m.DueAt, m.DoneAt = settledTime(m.DueAt), settledTime(m.DoneAt)
		}
		d.Draft = &draft
	}
	return d
}

func settledTime(t *time.Time) *time.Time {
	if t == nil || *t == toMillis(*t) {
		return t
	}
	at := toMillis(*t)
	return &at
}

// ReopenGround says why a closed case is opened again.
type ReopenGround string

// The grounds for reopening.
const (
	GroundNewFacts    ReopenGround = "NEW_FACTS"
	GroundFollowUp    ReopenGround = "FOLLOW_UP_FILED"
	GroundComplaint   ReopenGround = "COMPLAINT"
	GroundCourt       ReopenGround = "COURT"
	GroundReturned    ReopenGround = "RETURNED_BY_OTHER_SA"
	GroundMergeUndone ReopenGround = "MERGE_UNDONE"
)

// Codes lists the grounds for reopening.
func (ReopenGround) Codes() []string {
	return []string{"NEW_FACTS", "FOLLOW_UP_FILED", "COMPLAINT", "COURT", "RETURNED_BY_OTHER_SA", "MERGE_UNDONE"}
}

// stepFields are the JSON names of StepData in their order, by field index.
var stepFields = func() []string {
	t := reflect.TypeFor[StepData]()
	names := make([]string, t.NumField())
	for i := range names {
		names[i], _, _ = strings.Cut(t.Field(i).Tag.Get("json"), ",")
	}
	return names
}()

// given names the fields that hold something.
func (d StepData) given(reason string) map[string]bool {
	out := map[string]bool{"reason": strings.TrimSpace(reason) != ""}
	v := reflect.ValueOf(d)
	for i, name := range stepFields {
		f := v.Field(i)
		switch f.Kind() {
		case reflect.String:
			out[name] = strings.TrimSpace(f.String()) != ""
		case reflect.Slice, reflect.Map:
			out[name] = f.Len() > 0
		default:
			out[name] = !f.IsZero()
		}
	}
	return out
}

// surplus lists the fields that are given although the step takes no such field.
func (d StepData) surplus(step workflow.Step) []workflow.Fault {
	var faults []workflow.Fault
	given := d.given("")
	for _, name := range stepFields {
		if given[name] && !step.Uses(name) {
			faults = append(faults, workflow.Fault{
				Path: "/data/" + name, Code: "not_used",
				Message: "This step takes no such field. GET the case's steps to see which fields each step takes.",
			})
		}
	}
	return faults
}
