package cases

import (
	"slices"
	"strings"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// Criterion is one of the things by which cases are compared when the authority
// chooses whom to investigate.
type Criterion string

// The criteria.
const (
	CriterionCriticality       Criterion = "CRITICALITY"
	CriterionChildren          Criterion = "CHILDREN"
	CriterionProtectedIdentity Criterion = "PROTECTED_IDENTITY"
	CriterionFormerEmployees   Criterion = "FORMER_EMPLOYEES"
	CriterionHealth            Criterion = "HEALTH"
	CriterionNumbers           Criterion = "NUMBERS"
	CriterionLate              Criterion = "LATE"
	CriterionOwnFailings       Criterion = "OWN_FAILINGS"
	CriterionEarlierCases      Criterion = "EARLIER_CASES"
)

// Codes lists the criteria, in the order of a candidate's cells.
func (Criterion) Codes() []string {
	return []string{
		"CRITICALITY", "CHILDREN", "PROTECTED_IDENTITY", "FORMER_EMPLOYEES", "HEALTH", "NUMBERS", "LATE", "OWN_FAILINGS", "EARLIER_CASES",
	}
}

// Criteria lists the criteria, in the order of a candidate's cells.
func Criteria() []Criterion {
	codes := Criterion("").Codes()
	out := make([]Criterion, len(codes))
	for i, c := range codes {
		out[i] = Criterion(c)
	}
	return out
}

// The bounds of weights and scores.
const (
	MaxWeight = 100
	MaxScore  = 4
)

// Cell is how one case stands by one criterion, and on what that rests.
type Cell struct {
	Criterion Criterion `json:"criterion"`
	Score     int       `json:"score"`               // 0 to 4
	NotKnown  bool      `json:"not_known,omitempty"` // nothing is known: it counts as 0
	Because   string    `json:"because"`             // names the rule that gave the score
	Field     string    `json:"field"`               // what it rests on: a field of the notification, or of the case
	Found     []string  `json:"found,omitempty"`     // what stands there: Type.CODE
	Count     *int64    `json:"count,omitempty"`     // or how many
}

// criterionFacts is what the criteria look at: one version of a case, and what the
// board knew of its controller.
type criterionFacts struct {
	c         *Case
	said      *Notification // nil without a notification
	essential []SectorOfActivity
	earlier   int
}

// criteria gives each criterion its rule. A rule looks at its facts and at nothing
// else, so that the score of a version is the same whenever it is worked out.
var criteria = map[Criterion]func(criterionFacts) Cell{
	CriterionCriticality:       criticality,
	CriterionChildren:          children,
	CriterionProtectedIdentity: protectedIdentity,
	CriterionFormerEmployees:   formerEmployees,
	CriterionHealth:            health,
	CriterionNumbers:           numbersConcerned,
	CriterionLate:              lateness,
	CriterionOwnFailings:       ownFailings,
	CriterionEarlierCases:      earlierCases,
}

// Score works out the cells of a case, in the order of the criteria. essential are
// the sectors that the authority holds to be essential; earlier is how many earlier
// cases of the same controller count.
func Score(c *Case, essential []SectorOfActivity, earlier int) []Cell {
	f := criterionFacts{c: c, essential: essential, earlier: earlier}
	if n := c.latestStatement(); n != nil {
		f.said = &n.Notification
	}
	out := make([]Cell, 0, len(criteria))
	for _, criterion := range Criteria() {
		cell := criteria[criterion](f)
		cell.Criterion = criterion
		out = append(out, cell)
	}
	return out
}

// unsaid is the cell of what nobody has said, or nobody knows yet.
func unsaid(field string, found ...string) Cell {
	return Cell{NotKnown: true, Because: "not_known", Field: field, Found: found}
}

// criticality is how much people depend on the operations.
func criticality(f criterionFacts) Cell {
	const field = "party.sector"
	sector := f.c.Party.Sector
	found := []string{"SectorOfActivity." + string(sector)}
	switch {
	case sector == "":
		return unsaid(field)
	case slices.Contains(f.essential, sector):
		return Cell{Score: 4, Because: "essential", Field: field, Found: found}
	}
	switch sector {
	case ActivityMunicipality, ActivityStateAuthority:
		return Cell{Score: 3, Because: "public_tasks", Field: field, Found: found}
	case ActivitySchool, ActivitySocialServices, ActivityHealthCare, ActivityFinanceInsurance:
		return Cell{Score: 2, Because: "depended_on", Field: field, Found: found}
	}
	return Cell{Score: 1, Because: "other_operations", Field: field, Found: found}
}

// groups looks for groups of people. Groups that are still to be found out say
// nothing of which are not among them.
func groups(f criterionFacts, want SubjectCategory) (cell Cell, found bool) {
	const field = "subject_categories"
	if f.said == nil || len(f.said.SubjectCategories) == 0 {
		return unsaid(field), false
	}
	named := []string{"SubjectCategory." + string(want)}
	switch {
	case slices.Contains(f.said.SubjectCategories, want):
		return Cell{Score: MaxScore, Because: "group_named", Field: field, Found: named}, true
	case slices.Contains(f.said.SubjectCategories, SubjectsNotYetKnown):
		return unsaid(field, "SubjectCategory."+string(SubjectsNotYetKnown)), false
	}
	return Cell{Because: "group_not_named", Field: field, Found: named}, false
}

func children(f criterionFacts) Cell {
	cell, found := groups(f, SubjectsChildren)
	if !found && f.said != nil && slices.Contains(f.said.SubjectCategories, SubjectsStudents) {
		return Cell{Score: 2, Because: "pupils", Field: cell.Field, Found: []string{"SubjectCategory." + string(SubjectsStudents)}}
	}
	return cell
}

func formerEmployees(f criterionFacts) Cell {
	cell, found := groups(f, SubjectsFormerEmployees)
	if !found && f.said != nil && slices.Contains(f.said.SubjectCategories, SubjectsEmployees) {
		return Cell{Score: 1, Because: "employees", Field: cell.Field, Found: []string{"SubjectCategory." + string(SubjectsEmployees)}}
	}
	return cell
}

// protectedIdentity weighs many, and the two stronger kinds of protection, most. That
// nobody knows is an honest answer, and stays one here.
func protectedIdentity(f criterionFacts) Cell {
	const field = "protected_identity"
	if f.said == nil {
		return unsaid(field)
	}
	found := []string{"ProtectedIdentity." + string(f.said.ProtectedIdentity)}
	many := f.said.ProtectedIdentityBand != "" && f.said.ProtectedIdentityBand != BandFrom1To9 && f.said.ProtectedIdentityBand != BandNotKnown ||
		f.said.ProtectedIdentityCount != nil && *f.said.ProtectedIdentityCount >= 10
	strong := slices.ContainsFunc(f.said.ProtectedIdentityLevels, func(l ProtectedLevel) bool { return l != LevelSekretessmarkering })
	switch {
	case f.said.ConcernsProtectedIdentity() && (many || strong):
		return Cell{Score: 4, Because: "protected_many", Field: field, Found: []string{"ProtectedIdentity." + string(ProtectedYes)}}
	case f.said.ConcernsProtectedIdentity():
		return Cell{Score: 3, Because: "protected_some", Field: field, Found: []string{"ProtectedIdentity." + string(ProtectedYes)}}
	case f.said.ProtectedIdentity == ProtectedNo:
		return Cell{Because: "protected_none", Field: field, Found: found}
	case f.said.ProtectedIdentity == "":
		return unsaid(field)
	}
	return unsaid(field, found...)
}

// health is data about health (Art. 9(1)), in the care or at work.
func health(f criterionFacts) Cell {
	const field = "data_categories"
	if f.said == nil || len(f.said.DataCategories) == 0 {
		return unsaid(field)
	}
	for _, known := range []struct {
		category DataCategory
		score    int
	}{{CategoryHealth, 4}, {CategoryGenetic, 4}, {CategoryEmploymentHealth, 3}} {
		if slices.Contains(f.said.DataCategories, known.category) {
			return Cell{Score: known.score, Because: "data_named", Field: field, Found: []string{"DataCategory." + string(known.category)}}
		}
	}
	if slices.Contains(f.said.DataCategories, CategoryNotYetKnown) {
		return unsaid(field, "DataCategory."+string(CategoryNotYetKnown))
	}
	return Cell{Because: "no_health", Field: field}
}

// numbersConcerned counts by powers of ten, since the numbers themselves are seldom
// known better.
func numbersConcerned(f criterionFacts) Cell {
	const field = "subjects"
	if f.said == nil {
		return unsaid(field)
	}
	most, ok := f.said.SubjectsMax()
	if !ok {
		return unsaid(field)
	}
	score := 0
	for bound := int64(100); score < MaxScore && most >= bound; bound *= 10 {
		score++
	}
	return Cell{Score: score, Because: "people", Field: field, Count: &most}
}

// lateness is whether the 72 hours were kept (Art. 33(1)), and what the authority
// thought of the reasons.
func lateness(f criterionFacts) Cell {
	j := f.c.Judgement()
	switch {
	case j == nil:
		return unsaid("judgements")
	case !j.Late:
		return Cell{Because: "in_time", Field: "judgements"}
	case f.c.Delay != nil && f.c.Delay.Assessment == DelayAccepted:
		return Cell{Score: 1, Because: "late", Field: "delay", Found: []string{"DelayVerdict." + string(DelayAccepted)}}
	case f.c.Delay != nil && f.c.Delay.Assessment == DelayNotAccepted:
		return Cell{Score: 4, Because: "late", Field: "delay", Found: []string{"DelayVerdict." + string(DelayNotAccepted)}}
	case f.said == nil || strings.TrimSpace(string(f.said.DelayReasons)) == "" && len(f.said.DelayReasonCodes) == 0:
		return Cell{Score: 3, Because: "late_without_reasons", Field: "delay_reasons"}
	}
	return Cell{Score: 2, Because: "late_with_reasons", Field: "delay_reasons"}
}

// ownFailings is what the controller says of the cause. What an investigation would
// find nobody knows yet, so that people may score it by hand.
func ownFailings(f criterionFacts) Cell {
	const field = "cause"
	if f.said == nil || f.said.Cause == "" {
		return unsaid(field)
	}
	found := []string{"Cause." + string(f.said.Cause)}
	switch f.said.Cause {
	case CauseInternalNonMalicious:
		return Cell{Score: 3, Because: "own_cause", Field: field, Found: found}
	case CauseInternalMalicious:
		return Cell{Score: 2, Because: "own_cause", Field: field, Found: found}
	case CauseExternalMalicious, CauseExternalNonMalicious:
		return Cell{Because: "outside_cause", Field: field, Found: found}
	}
	return unsaid(field, found...)
}

// earlierCases is how often the same controller was here before.
func earlierCases(f criterionFacts) Cell {
	n := int64(f.earlier)
	score := f.earlier
	switch {
	case f.earlier >= 5:
		score = MaxScore
	case f.earlier >= 3:
		score = 3
	}
	return Cell{Score: score, Because: "earlier", Field: "party", Count: &n}
}

// earlierYears is for how long an earlier case of a controller counts.
const earlierYears = 3

// earlier counts for each case how many cases of the same controller arrived before
// it, within some years. Cases of the same incident are the same breach told again,
// and secret ones count nowhere: the number would tell whoever sees it that there is
// one.
func (b *Board) earlier(of []Summary) map[string]int {
	type arrival struct {
		at       int64
		incident uint32
		id       string
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	wanted := map[uint32][]arrival{}
	for i := range of {
		if key, ok := b.words.find(of[i].ControllerKey); ok {
			wanted[key] = nil
		}
	}
	unwanted := markSecret | stateMarks.of(workflow.StateMerged)
	for i := range b.rows {
		key := b.cards[i].key
		if have, ok := wanted[key]; ok && b.rows[i].marks&unwanted == 0 {
			wanted[key] = append(have, arrival{b.rows[i].received, b.rows[i].incident, b.cards[i].id()})
		}
	}
	out := make(map[string]int, len(of))
	for i := range of {
		key, _ := b.words.find(of[i].ControllerKey)
		incident, _ := b.words.find(of[i].Incident)
		until, since := of[i].ReceivedAt, of[i].ReceivedAt.AddDate(-earlierYears, 0, 0)
		for _, a := range wanted[key] {
			same := a.incident != 0 && a.incident == incident
			if at := time.UnixMilli(a.at); a.id != of[i].ID && !same && at.Before(until) && !at.Before(since) {
				out[of[i].ID]++
			}
		}
	}
	return out
}
