package cases

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"math"
	randv2 "math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// Ranked candidates. What stands here is worked out anew from what was frozen and
// recorded each time; nothing of it is stored before it is decided.

// RankedCandidate is a candidate with its place.
type RankedCandidate struct {
	Candidate
	Sum    int              // of weight times score
	Rank   int              // 1 for the first
	Tied   bool             // another candidate has the same sum: the case number decided
	Chosen bool             // as the proposal stands
	ByHand bool             // against the rank
	Change *SelectionChange // the last choice that somebody made for it
	Words  []SelectionChange
}

// Ranking orders the candidates by the weighted sum of their scores; of equal sums
// the earlier case number comes first. It is a total order: no two share a place.
func (s *Selection) Ranking() []RankedCandidate {
	w := s.Weighing()
	out := make([]RankedCandidate, len(s.Candidates))
	at := make(map[string]int, len(out))
	for i, c := range s.Candidates {
		out[i], at[c.Case] = RankedCandidate{Candidate: c}, i
	}
	for i := range s.Changes {
		change := &s.Changes[i]
		n, ok := at[change.Case]
		if !ok {
			continue
		}
		r := &out[n]
		r.Words = append(r.Words, *change)
		if change.Choice != "" {
			r.Change = change
		}
		if change.OwnFailings != nil {
			r.Cells = slices.Clone(r.Cells) // the frozen ones stay as they were
			for k := range r.Cells {
				if r.Cells[k].Criterion == CriterionOwnFailings {
					r.Cells[k] = Cell{Criterion: CriterionOwnFailings, Score: *change.OwnFailings, Because: "by_hand", Field: CellByHand}
				}
			}
		}
	}
	for i := range out {
		out[i].Sum = w.sum(out[i].Cells)
	}
	slices.SortFunc(out, func(a, b RankedCandidate) int { return compareSums(a.Sum, a.Number, b.Sum, b.Number) })
	for i := range out {
		r := &out[i]
		r.Rank = i + 1
		r.Tied = i > 0 && out[i-1].Sum == r.Sum || i+1 < len(out) && out[i+1].Sum == r.Sum
		byRank := r.Rank <= w.Choose
		r.Chosen = byRank
		if r.Change != nil && r.Change.Choice != ChoiceByRank {
			r.Chosen = r.Change.Choice == ChoiceIn
		}
		r.ByHand = r.Chosen != byRank
	}
	return out
}

// CellByHand is the field of a score that a person gave.
const CellByHand = "by_hand"

func (w Weighing) sum(cells []Cell) int {
	sum := 0
	for _, c := range cells {
		sum += w.Weights[c.Criterion] * c.Score
	}
	return sum
}

// compareSums puts the larger sum first, and of equal ones the earlier number.
func compareSums(sum int, number string, other int, otherNumber string) int {
	if sum != other {
		return other - sum
	}
	return compareNumbers(number, otherNumber)
}

// compareNumbers orders numbers by their series and then as numbers: 9 before 10.
func compareNumbers(a, b string) int {
	seriesA, nA := seriesOf(a)
	seriesB, nB := seriesOf(b)
	if seriesA != seriesB || nA == nB {
		return strings.Compare(a, b)
	}
	return nA - nB
}

func seriesOf(number string) (string, int) {
	at := strings.LastIndexByte(number, '-')
	n, err := strconv.Atoi(number[at+1:])
	if err != nil {
		return number, 0
	}
	return number[:at+1], n
}

// Tip says how far one weight is from changing what the rank proposes.
type Tip struct {
	Criterion Criterion `json:"criterion"`
	From      int       `json:"from"`
	To        int       `json:"to"` // the nearest weight at which it changes
	Enters    string    `json:"enters"`
	Leaves    string    `json:"leaves"` // case numbers
}

// Tips says for each weight, upwards and downwards, at which value the first case
// would change places across the line between proposed and not, and which. A weight
// without a tip may be anything from 0 to 100.
func (s *Selection) Tips() []Tip {
	ranked, w := s.Ranking(), s.Weighing()
	if w.Choose < 1 || w.Choose >= len(ranked) {
		return nil
	}
	var out []Tip
	for k, criterion := range Criteria() {
		// Among those of one score nothing changes places, so the last one proposed and
		// the first one not proposed of each score say it for all.
		var last, first [MaxScore + 1]*RankedCandidate
		for i := range ranked {
			r := &ranked[i]
			score := r.Cells[k].Score
			if r.Rank <= w.Choose {
				last[score] = r
			} else if first[score] == nil {
				first[score] = r
			}
		}
		out = append(out, nearest(criterion, w.Weights[criterion], last, first)...)
	}
	return out
}

// nearest finds the smallest step up and the smallest step down by which a candidate
// takes the place of another one.
func nearest(criterion Criterion, from int, last, first [MaxScore + 1]*RankedCandidate) []Tip {
	up, down := Tip{To: math.MaxInt}, Tip{To: math.MinInt}
	for sa, a := range last {
		for sb, b := range first {
			if a == nil || b == nil || sa == sb {
				continue
			}
			gap, slope := a.Sum-b.Sum, sb-sa
			step := (gap + abs(slope) - 1) / abs(slope)
			if step*abs(slope) == gap && compareNumbers(a.Number, b.Number) < 0 {
				step++ // with equal sums the number still decides for the other one
			}
			tip := Tip{Criterion: criterion, From: from, Enters: b.Number, Leaves: a.Number}
			if tip.To = from + step; slope > 0 && tip.To < up.To {
				up = tip
			}
			if tip.To = from - step; slope < 0 && tip.To > down.To {
				down = tip
			}
		}
	}
	var out []Tip
	if up.To <= MaxWeight {
		out = append(out, up)
	}
	if down.To >= 0 {
		out = append(out, down)
	}
	return out
}

func abs(n int) int { return max(n, -n) }

// Seed is 64 random bits as 16 hexadecimal digits: larger than what a number in JSON
// is sure to keep.
type Seed string

func newSeed() Seed {
	var b [8]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic("no randomness: " + err.Error()) // crypto/rand never fails on a supported system
	}
	return Seed(fmt.Sprintf("%016x", binary.BigEndian.Uint64(b[:])))
}

// Draw draws k of the numbers, so that whoever knows the seed can draw them again.
// The numbers are sorted as text. Of the generator PCG-DXSM (Go's math/rand/v2,
// NewPCG(seed, 0)) x are the 64-bit values in turn. For i = 0 … k-1 there are n-i
// numbers left; a value x of at least ⌊2^64/(n-i)⌋·(n-i) is passed over, so that all
// are equally likely, and else number i changes places with number i + x mod (n-i).
// The first k are the sample, which is told in the order of the numbers.
func (seed Seed) Draw(numbers []string, k int) []string {
	left := slices.Sorted(slices.Values(numbers))
	k = max(0, min(k, len(left)))
	start, err := strconv.ParseUint(string(seed), 16, 64)
	if err != nil {
		return nil
	}
	source := randv2.NewPCG(start, 0)
	for i := range k {
		n := uint64(len(left) - i)
		x := source.Uint64()
		for x > math.MaxUint64-(math.MaxUint64%n+1)%n {
			x = source.Uint64()
		}
		j := i + int(x%n)
		left[i], left[j] = left[j], left[i]
	}
	return slices.SortedFunc(slices.Values(left[:k]), compareNumbers)
}
