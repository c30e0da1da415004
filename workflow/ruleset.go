package workflow

import "time"

// Threshold is the risk from which a breach must be notified to the authority.
type Threshold string

// The thresholds.
const (
	Risk     Threshold = "RISK"      // a risk is not unlikely: GDPR Art. 33(1) as in force
	HighRisk Threshold = "HIGH_RISK" // a high risk is likely: as proposed in COM(2025) 837
)

// Codes lists the thresholds.
func (Threshold) Codes() []string { return []string{string(Risk), string(HighRisk)} }

// RuleSet is the law on notifying breaches as it stands from one instant on. A
// case keeps the ID of the set that it was judged by.
type RuleSet struct {
	ID          string    `json:"id"`
	ValidFrom   time.Time `json:"valid_from,omitzero"` // zero while it is no law
	Enabled     bool      `json:"enabled"`
	Hours       int       `json:"hours"` // from awareness to the end of the time limit
	Threshold   Threshold `json:"threshold"`
	FormVersion string    `json:"form_version"`
	Policy      Policy    `json:"policy"`  // the count by which lateness is judged
	Article     string    `json:"article"` // the provision that sets Hours
}

// DefaultRuleSets are the law in force, GDPR Art. 33(1), and the European
// Commission's proposal of 19 November 2025 (the Digital Omnibus), which is not
// law: it is disabled and has no date.
func DefaultRuleSets() []RuleSet {
	return []RuleSet{
		{
			ID:        "GDPR_2018",
			ValidFrom: date(2018, time.May, 25).begins(), // GDPR Art. 99(2)
			Enabled:   true,
			Hours:     72, Threshold: Risk, FormVersion: "EDPB_1.0", Policy: Reg1182Hours,
			Article: "GDPR Art. 33(1)",
		},
		{
			ID:    "OMNIBUS_DRAFT",
			Hours: 96, Threshold: HighRisk, FormVersion: "EDPB_1.0", Policy: Reg1182Hours,
			Article: "GDPR Art. 33(1) as proposed in COM(2025) 837",
		},
	}
}

// RuleSetAt is the enabled rule set that was in force when the controller became
// aware. Awareness before the first of them is judged by the first, because the
// duty to notify what was known already began with it. It is the zero RuleSet
// only when none is enabled.
func RuleSetAt(sets []RuleSet, aware time.Time) RuleSet {
	var current, first RuleSet
	for _, s := range sets {
		if !s.Enabled {
			continue
		}
		if first.ID == "" || s.ValidFrom.Before(first.ValidFrom) {
			first = s
		}
		if !aware.Before(s.ValidFrom) && (current.ID == "" || s.ValidFrom.After(current.ValidFrom)) {
			current = s
		}
	}
	if current.ID == "" {
		return first
	}
	return current
}
