package cases

import (
	"slices"
	"strings"
	"unicode"
)

// EvidenceCode names one reason for a suggestion.
type EvidenceCode string

// The reasons. Those that speak against it are shown as well.
const (
	EvidenceProcessor      EvidenceCode = "SAME_PROCESSOR"      // the same name, or the same number
	EvidenceMentioned      EvidenceCode = "PROCESSOR_MENTIONED" // in the text, not among the parties
	EvidenceSystem         EvidenceCode = "SAME_SYSTEM"
	EvidenceSameDays       EvidenceCode = "SAME_DAYS"
	EvidenceNearDays       EvidenceCode = "NEAR_DAYS"
	EvidenceFarDays        EvidenceCode = "FAR_DAYS"
	EvidenceText           EvidenceCode = "SIMILAR_TEXT"
	EvidenceOtherProcessor EvidenceCode = "OTHER_PROCESSOR"
	EvidenceController     EvidenceCode = "SAME_CONTROLLER"    // as Party.Key sees it
	EvidenceNumber         EvidenceCode = "CONTROLLER_NUMBER"  // the same number, spelled otherwise
	EvidenceSpelled        EvidenceCode = "CONTROLLER_SPELLED" // the same name, or one much like it
	EvidenceReference      EvidenceCode = "SAME_REFERENCE"     // of the controller's own
)

// Codes lists the reasons.
func (EvidenceCode) Codes() []string {
	return []string{
		"SAME_PROCESSOR", "PROCESSOR_MENTIONED", "SAME_SYSTEM", "SAME_DAYS", "NEAR_DAYS", "FAR_DAYS", "SIMILAR_TEXT", "OTHER_PROCESSOR",
		"SAME_CONTROLLER", "CONTROLLER_NUMBER", "CONTROLLER_SPELLED", "SAME_REFERENCE",
	}
}

// Evidence is one reason for a suggestion, or against it, and what it counts.
type Evidence struct {
	Code    EvidenceCode `json:"code"`
	Points  int          `json:"points"` // below 0 where it speaks against
	What    string       `json:"what,omitempty"`
	Days    int          `json:"days"`              // apart, for reasons about days
	Percent int          `json:"percent,omitempty"` // alike, for texts and names
}

// What each reason counts. No single one suffices: a large supplier has many breaches,
// many breaches happen on one day, and controllers share templates. The weights were
// set so that two strong reasons do, and are measured by `make bench`.
const (
	pointsProcessor      = 50
	pointsMentioned      = 40
	pointsSystem         = 25 // and pointsMoreSystems for each further one, up to mostMoreSystems
	pointsMoreSystems    = 10
	mostMoreSystems      = 2
	pointsSameDays       = 25
	pointsNearDays       = 15
	pointsFarDays        = -40
	pointsText           = 15
	pointsSameText       = 30
	pointsOtherProcessor = -40

	pointsController    = 40
	pointsNumber        = 35
	pointsSpelled       = 30
	pointsReference     = 30
	pointsSameBreach    = 20 // a duplicate of the same days
	pointsOtherBreach   = -20
	pointsSameSupplier  = 10
	incidentThreshold   = 60
	duplicateThreshold  = 65
	sameDays            = 3  // whoever was told on Monday may notify of Friday
	nearDays            = 10 // a supplier tells its customers one after the other
	farDays             = 45 // the same supplier, but another breach
	sameBreachDays      = 2
	textAlike           = 40 // per cent
	textSame            = 70
	spelledAlike        = 75
	wordsAlike          = 60 // of the words that are not the same
	shortestToBeSpelled = 6  // letters of a name that is compared by its spelling
)

// weighing collects evidence without allocating: most pairs come to nothing.
type weighing struct {
	found [8]Evidence
	n     int
	score int
}

func (w *weighing) add(e Evidence) {
	w.found[w.n] = e
	w.n++
	w.score += e.Points
}

// evidence is what was found, the weightiest first.
func (w *weighing) evidence() []Evidence {
	out := slices.Clone(w.found[:w.n])
	slices.SortStableFunc(out, func(a, b Evidence) int { return b.Points - a.Points })
	return out
}

// profile is an incident as cases are held against it: what the authority says of
// it, and what the cases that are linked to it say.
type profile struct {
	supplier string
	marksOf
	first    uint32            // first word of the supplier's name
	names    map[uint32]string // words of the systems as they are written
	sketches [][]uint32        // of what linked cases tell, a few different ones
}

// mostSketches is how many texts of linked cases a case is held against.
const mostSketches = 16

// profile is what the authority says of the incident.
func (d *IncidentDescription) profile() *profile {
	p := &profile{supplier: d.Supplier, first: firstNameMark(d.Supplier)}
	p.addParty(d.Supplier, d.SupplierID)
	systems := strings.Join(d.Systems, "\n")
	p.addSystems(systems)
	p.names = namesIn(systems)
	p.from, p.to, p.found = dayOf(d.OccurredFrom), dayOf(d.OccurredTo), dayOf(d.DisclosedAt)
	p.to = max(p.to, p.from)
	p.settle()
	return p
}

// namesIn are the words of a text by their hash, so that a reason can say which.
func namesIn(text string) map[uint32]string {
	out := map[uint32]string{}
	for w := range wordsIn(text) {
		if _, ok := out[w.hash]; !ok {
			out[w.hash] = text[w.at:w.end]
		}
	}
	return out
}

// learn takes in what a linked case tells.
func (p *profile) learn(m *marksOf) {
	if len(m.sketch) < enoughText || len(p.sketches) == mostSketches {
		return
	}
	if !slices.ContainsFunc(p.sketches, func(s []uint32) bool { return slices.Equal(s, m.sketch) }) {
		p.sketches = append(p.sketches, slices.Clone(m.sketch))
	}
}

// weigh says how likely a case belongs to the incident.
func (p *profile) weigh(m *marksOf, w *weighing) {
	switch {
	case meet(p.parties, m.parties):
		w.add(Evidence{Code: EvidenceProcessor, Points: pointsProcessor, What: p.supplier})
	case meet(p.parties, m.mentions) || p.first != 0 && has(m.mentions, p.first):
		w.add(Evidence{Code: EvidenceMentioned, Points: pointsMentioned, What: p.supplier})
	case len(m.parties) > 0:
		w.add(Evidence{Code: EvidenceOtherProcessor, Points: pointsOtherProcessor})
	}
	p.weighSystems(m, w)
	weighDays(&p.marksOf, m, w)
	best := 0
	for _, sketch := range p.sketches {
		best = max(best, likeness(sketch, m.sketch))
	}
	weighText(best, w)
}

func (p *profile) weighSystems(m *marksOf, w *weighing) {
	n := 0
	var named []string
	for _, system := range p.systems {
		if has(m.systems, system) || has(m.mentions, system) {
			n++
			if len(named) < 3 {
				named = append(named, p.names[system])
			}
		}
	}
	if n > 0 {
		w.add(Evidence{Code: EvidenceSystem, Points: pointsSystem + pointsMoreSystems*min(n-1, mostMoreSystems), What: strings.Join(named, ", ")})
	}
}

func weighDays(a, b *marksOf, w *weighing) {
	days, ok := a.daysApart(b)
	switch {
	case !ok:
	case days <= sameDays:
		w.add(Evidence{Code: EvidenceSameDays, Points: pointsSameDays, Days: days})
	case days <= nearDays:
		w.add(Evidence{Code: EvidenceNearDays, Points: pointsNearDays, Days: days})
	case days > farDays:
		w.add(Evidence{Code: EvidenceFarDays, Points: pointsFarDays, Days: days})
	}
}

func weighText(percent int, w *weighing) {
	switch {
	case percent >= textSame:
		w.add(Evidence{Code: EvidenceText, Points: pointsSameText, Percent: percent})
	case percent >= textAlike:
		w.add(Evidence{Code: EvidenceText, Points: pointsText, Percent: percent})
	}
}

// likeCase is a case as others are held against it.
type likeCase struct {
	marksOf
	key, label, reference string
}

// weigh says how likely two cases notify one breach of one controller. It is the same
// both ways. Boards of one municipality are controllers of their own: where both name
// one and they differ, there is no duplicate, whatever else is the same.
func (a *likeCase) weigh(b *likeCase, w *weighing) {
	otherBoard := a.board != b.board && a.board != 0 && b.board != 0
	switch {
	case a.key == b.key:
		w.add(Evidence{Code: EvidenceController, Points: pointsController})
	case otherBoard:
		return
	case a.number != 0 && a.number == b.number:
		w.add(Evidence{Code: EvidenceNumber, Points: pointsNumber, What: b.label})
	case a.number != 0 && b.number != 0:
		return // two numbers are two organisations
	case a.name != 0 && a.name == b.name:
		w.add(Evidence{Code: EvidenceSpelled, Points: pointsSpelled, What: b.label, Percent: 100})
	default:
		percent := spelling(a.label, b.label)
		if percent < spelledAlike {
			return
		}
		w.add(Evidence{Code: EvidenceSpelled, Points: pointsSpelled, What: b.label, Percent: percent})
	}
	if a.reference != "" && foldText(a.reference) == foldText(b.reference) {
		w.add(Evidence{Code: EvidenceReference, Points: pointsReference, What: b.reference})
	}
	if meet(a.parties, b.parties) {
		w.add(Evidence{Code: EvidenceProcessor, Points: pointsSameSupplier})
	}
	switch days, ok := a.daysApart(&b.marksOf); {
	case !ok:
	case days <= sameBreachDays:
		w.add(Evidence{Code: EvidenceSameDays, Points: pointsSameBreach, Days: days})
	default:
		w.add(Evidence{Code: EvidenceFarDays, Points: pointsOtherBreach, Days: days})
	}
	weighText(likeness(a.sketch, b.sketch), w)
}

// meet says whether two sorted lists have a value in common.
func meet(a, b []uint32) bool {
	for _, x := range a {
		if has(b, x) {
			return true
		}
	}
	return false
}

func has(list []uint32, x uint32) bool {
	return slices.Contains(list, x) // a dozen numbers: faster than to search
}

// spelling is how alike two names are, in per cent of their pairs of letters (Dice). It
// is 0 for short names, of which one letter makes another name, for names with other
// digits (a chain numbers its shops), and for names of which one word is another word:
// those are sisters, not misspellings.
func spelling(a, b string) int {
	if digitsOf(a) != digitsOf(b) {
		return 0
	}
	x, y := pairsOf(a, nil), pairsOf(b, nil)
	if min(len(x), len(y)) < shortestToBeSpelled {
		return 0
	}
	whole := dice(x, y)
	if whole < spelledAlike || whole == 100 {
		return whole
	}
	if dice(pairsOf(a, namesIn(b)), pairsOf(b, namesIn(a))) < wordsAlike {
		return 0
	}
	return whole
}

// dice compares two sorted lists: twice what they share, of both together.
func dice(x, y []uint64) int {
	if len(x) == 0 || len(y) == 0 {
		return 0
	}
	same := 0
	for i, j := 0, 0; i < len(x) && j < len(y); {
		switch {
		case x[i] < y[j]:
			i++
		case y[j] < x[i]:
			j++
		default:
			same, i, j = same+1, i+1, j+1
		}
	}
	return 200 * same / (len(x) + len(y))
}

func digitsOf(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, name)
}

// pairsOf are the neighbouring letters of a name, sorted, without its words that are
// among others, and without its legal form.
func pairsOf(name string, but map[uint32]string) []uint64 {
	var out []uint64
	for w := range wordsIn(name) {
		if _, common := but[w.hash]; common || legalForms[w.hash] {
			continue
		}
		before := ' '
		for _, r := range name[w.at:w.end] {
			if r = bare(r); r != 0 {
				out = append(out, uint64(before)<<32|uint64(r))
				before = r
			}
		}
	}
	slices.Sort(out)
	return out
}
