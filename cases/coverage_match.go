package cases

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Scores of a match, of 100. From certainScore on, and with no other candidate as near
// as certainLead, a match is taken without asking.
const (
	certainScore = 85
	certainLead  = 15
	doubtScore   = 60 // something speaks against it, such as another number
	leastScore   = 50
)

// MatchReason says on what a match rests.
type MatchReason string

// The reasons.
const (
	MatchNumber   MatchReason = "NUMBER"
	MatchName     MatchReason = "NAME"
	MatchSimilar  MatchReason = "SIMILAR_NAME"
	MatchBoard    MatchReason = "BOARD"
	MatchDiffers  MatchReason = "OTHER_DETAILS" // the name is right, and the number or county is another
	MatchAnswered MatchReason = "ANSWERED"      // somebody said so
)

// Codes lists the reasons.
func (MatchReason) Codes() []string {
	return []string{"NUMBER", "NAME", "SIMILAR_NAME", "BOARD", "OTHER_DETAILS", "ANSWERED"}
}

// MatchCandidate is an organisation that a line of a list may be.
type MatchCandidate struct {
	Target string       `json:"target"` // names it for an answer
	Name   string       `json:"name"`
	Number string       `json:"number,omitempty"`
	Kind   CustomerKind `json:"kind,omitempty"`
	Score  int          `json:"score"` // of 100
	Why    MatchReason  `json:"why"`
}

// target is an organisation that lines are held against: a known one, or the party
// of a linked case that nobody here knows.
type target struct {
	key, name, number, county string
	kind                      CustomerKind
	boards                    []string // folded
}

// matcher finds targets by number, name, near name and board.
type matcher struct {
	targets  []target
	byKey    map[string]int
	byNumber map[string]int
	byCore   map[string][]int
	byShort  map[string][]int // by a name that lacks any one letter
	byBoard  map[string][]int
}

func newMatcher(targets []target) *matcher {
	m := &matcher{
		targets: targets, byKey: map[string]int{}, byNumber: map[string]int{}, byCore: map[string][]int{}, byShort: map[string][]int{}, byBoard: map[string][]int{},
	}
	for i := range targets {
		t := &targets[i]
		m.byKey[t.key] = i
		if t.number != "" {
			if _, taken := m.byNumber[t.number]; !taken {
				m.byNumber[t.number] = i
			}
		}
		for _, core := range nameOf(t.name).cores {
			m.byCore[core] = append(m.byCore[core], i)
			for short := range shorter(core) {
				m.byShort[short] = append(m.byShort[short], i)
			}
		}
		for _, board := range t.boards {
			m.byBoard[board] = append(m.byBoard[board], i)
		}
	}
	return m
}

// match is the target that a line certainly is, or the candidates that somebody has
// to choose from; neither when it is like nothing that is known.
func (m *matcher) match(c Customer) (certain *MatchCandidate, doubtful []MatchCandidate) {
	found := m.candidates(c)
	if len(found) == 0 {
		return nil, nil
	}
	if best := found[0]; best.Score >= certainScore && (len(found) == 1 || found[1].Score <= best.Score-certainLead) {
		return &best, nil
	}
	return nil, found
}

// maxCandidates is how many candidates are offered.
const maxCandidates = 5

func (m *matcher) candidates(c Customer) []MatchCandidate {
	if i, ok := m.byNumber[c.Number]; ok && c.Number != "" {
		return []MatchCandidate{m.candidate(i, 100, MatchNumber)}
	}
	best := map[int]MatchCandidate{}
	offer := func(i, score int, why MatchReason) {
		if m.contradicts(i, c) && score > doubtScore {
			score, why = doubtScore, MatchDiffers
		}
		if score >= leastScore && score > best[i].Score {
			best[i] = m.candidate(i, score, why)
		}
	}
	name := nameOf(c.Name)
	kind := cmp.Or(name.kind, c.Kind)
	for _, core := range name.cores {
		for _, i := range m.byCore[core] {
			offer(i, m.nameScore(i, core, kind), MatchName)
		}
		if len(best) == 0 && len([]rune(core)) > 4 {
			for short := range shorter(core) {
				for _, i := range m.byShort[short] {
					offer(i, m.nameScore(i, core, kind)*3/4, MatchSimilar)
				}
			}
		}
	}
	if len(best) == 0 {
		for _, i := range m.byBoard[foldName(c.Name)] {
			offer(i, doubtScore-5, MatchBoard)
		}
	}
	out := slices.SortedFunc(maps.Values(best), func(a, b MatchCandidate) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), strings.Compare(a.Name, b.Name), strings.Compare(a.Target, b.Target))
	})
	return out[:min(len(out), maxCandidates)]
}

func (m *matcher) candidate(i, score int, why MatchReason) MatchCandidate {
	t := &m.targets[i]
	return MatchCandidate{Target: t.key, Name: t.name, Number: t.number, Kind: t.kind, Score: score, Why: why}
}

// nameScore judges a target of the same or nearly the same name by what sort of
// organisation each is: Kalmar kommun is no part of Region Kalmar.
func (m *matcher) nameScore(i int, core string, kind CustomerKind) int {
	t := &m.targets[i]
	switch of := t.kind; {
	case of == kind:
		return 95
	case core == bothInOne && public(of) && public(kind):
		return 95
	case of == "" || kind == "":
		if cmp.Or(of, kind) == CustomerMunicipality {
			return 85 // a place's name without more is its municipality's
		}
		return 75
	case kind == CustomerOther || of == CustomerOther:
		return 70
	}
	return 0
}

// bothInOne is the one place whose municipality is its region too, as one legal
// person: Gotlands kommun and Region Gotland are the same.
const bothInOne = "gotland"

func public(k CustomerKind) bool { return k == CustomerMunicipality || k == CustomerRegion }

// contradicts says whether a line has another number or county than the target.
func (m *matcher) contradicts(i int, c Customer) bool {
	t := &m.targets[i]
	return c.Number != "" && t.number != "" && c.Number != t.number ||
		c.County != "" && t.county != "" && countyName(c.County) != countyName(t.county)
}

func countyName(s string) string {
	s = strings.TrimSuffix(strings.TrimSuffix(foldName(s), " lan"), " county")
	return strings.TrimSuffix(s, "s")
}

// shorter yields a name and each name that lacks one of its letters: two names that
// differ by one letter have one of these in common.
func shorter(core string) func(func(string) bool) {
	return func(yield func(string) bool) {
		letters := []rune(core)
		if len(letters) > 60 || !yield(core) {
			return
		}
		for i := range letters {
			if !yield(string(letters[:i]) + string(letters[i+1:])) {
				return
			}
		}
	}
}

// foldName makes spellings equal that differ in case, accents, signs or spaces.
func foldName(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFD.String(strings.ToLower(s)) {
		switch {
		case unicode.Is(unicode.Mn, r), r == '\'', r == '’':
			continue
		case r == 'ø':
			r = 'o'
		case r == 'æ':
			r = 'a'
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteByte(' ')
			gap = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// organisationName is a name without the words that only say what sort of
// organisation it is. There are several cores where a genitive may be meant:
// Göteborgs stad is Göteborg, Borås stad is Borås.
type organisationName struct {
	cores []string
	kind  CustomerKind // "" where the name does not tell
}

// kindWords are the words of a name that tell what sort of organisation it is.
var kindWords = map[string]CustomerKind{
	"kommun": CustomerMunicipality, "kommuns": CustomerMunicipality, "stad": CustomerMunicipality, "stads": CustomerMunicipality,
	"municipality": CustomerMunicipality,
	"region":       CustomerRegion, "regionen": CustomerRegion, "landsting": CustomerRegion, "landstinget": CustomerRegion,
	"ab": CustomerCompany, "aktiebolag": CustomerCompany, "aktiebolaget": CustomerCompany, "publ": CustomerCompany,
	"hb": CustomerCompany, "handelsbolag": CustomerCompany, "kb": CustomerCompany, "ltd": CustomerCompany, "inc": CustomerCompany,
}

func nameOf(name string) organisationName {
	var out organisationName
	var rest []string
	for _, word := range strings.Fields(foldName(name)) {
		kind, ok := kindWords[word]
		if glued := strings.TrimSuffix(word, "regionen"); !ok && glued != word && len(glued) > 2 {
			kind, ok = CustomerRegion, true
			rest = append(rest, glued)
		}
		if !ok {
			rest = append(rest, word)
			continue
		}
		if out.kind == "" || kind == CustomerCompany { // a town's company is a company
			out.kind = kind
		}
	}
	if out.kind == CustomerRegion && len(rest) > 1 && (rest[len(rest)-1] == "lan" || rest[len(rest)-1] == "lans") {
		rest = rest[:len(rest)-1]
	}
	core := strings.Join(rest, " ")
	if core == "" {
		core, out.kind = foldName(name), ""
	}
	out.cores = []string{core}
	if short := strings.TrimSuffix(core, "s"); public(out.kind) && short != core && short != "" {
		out.cores = append(out.cores, short)
	}
	return out
}

// unitWords are in the names of boards and of other parts of an organisation.
var unitWords = []string{"namnd", "styrelse", "forvaltning", "utskott", "board"}

func namesUnit(folded string) bool {
	return slices.ContainsFunc(unitWords, func(w string) bool { return strings.Contains(folded, w) })
}

// partUnit parts a name that holds a board as well: "Socialnämnden, Borås stad" and
// "Borås stad, Socialnämnden". Authorities are no boards: what is called a board as a
// whole stays whole.
func partUnit(name string) (organisation, unit string) {
	for _, sep := range []string{", ", " – ", " - ", " / "} {
		first, second, ok := strings.Cut(name, sep)
		if !ok || first == "" || second == "" {
			continue
		}
		switch a, b := namesUnit(foldName(first)), namesUnit(foldName(second)); {
		case a && !b:
			return strings.TrimSpace(second), strings.TrimSpace(first)
		case b && !a:
			return strings.TrimSpace(first), strings.TrimSpace(second)
		}
	}
	return name, ""
}

// kindOf is what sort of organisation something is, as far as it can be told from
// what the list says, the name and the series of the number.
func (c Customer) kindOf() CustomerKind {
	if c.Kind != "" {
		return c.Kind
	}
	return cmp.Or(nameOf(c.Name).kind, kindOfNumber(c.Number), CustomerOther)
}

// kindOfNumber tells the sort of organisation from the series of its number, "" where
// it says nothing.
func kindOfNumber(number string) CustomerKind {
	switch {
	case strings.HasPrefix(number, "212000"):
		return CustomerMunicipality
	case strings.HasPrefix(number, "232100"):
		return CustomerRegion
	case strings.HasPrefix(number, "202100"):
		return CustomerState
	case strings.HasPrefix(number, "55"):
		return CustomerCompany
	}
	return ""
}

// kindOfForm is the sort of a known organisation.
func kindOfForm(f LegalForm) CustomerKind {
	switch f {
	case FormMunicipality:
		return CustomerMunicipality
	case FormRegion:
		return CustomerRegion
	case FormStateAuthority:
		return CustomerState
	case FormCompany:
		return CustomerCompany
	case "":
		return ""
	}
	return CustomerOther
}
