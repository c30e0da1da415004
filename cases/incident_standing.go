package cases

import (
	"context"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// IncidentStanding is how an incident stands by the cases that belong to it, as far
// as somebody sees them: secret cases of others are not counted.
type IncidentStanding struct {
	Cases   int          `json:"cases"`
	Open    int          `json:"open"`
	States  []StateCount `json:"states"` // in the order of the procedure
	Days    []DayCount   `json:"days"`   // from the first arrival to the last, without a gap
	Figures CaseFigures  `json:"figures"`
}

// StateCount is how many cases are in a state, by priority.
type StateCount struct {
	State    workflow.State            `json:"state"`
	Cases    int                       `json:"cases"`
	Priority map[workflow.Priority]int `json:"priority"`
}

// DayCount is how many cases came in on a day of the authority's calendar.
type DayCount struct {
	Date  Date `json:"date"`
	Cases int  `json:"cases"`
	Late  int  `json:"late"` // of those, by the judgement that counts
}

// CaseFigures are the numbers of people that controllers give, each in the latest
// version of its notification. They are a sum of what was said, and not a number of
// people: whoever is known to two controllers is counted by both.
type CaseFigures struct {
	Cases int   `json:"cases"` // that give a number of persons
	Other int   `json:"other"` // that give a number of something else, which is not added
	Least int64 `json:"least"` // sum of the least numbers
	Most  int64 `json:"most"`  // sum of the greatest numbers
}

// figure is what the latest version of one case says of how many people there are.
type figure struct {
	version     int64
	given       bool
	unit        CountUnit
	least, most int64
}

// figures remembers what each case says, so that only cases that changed are read
// again.
type figures struct {
	mu sync.Mutex
	by map[string]figure
}

// maxStanding is how many cases of one incident are counted: as many as a list holds
// that becomes a file.
const maxStanding = 100_000

// IncidentStanding counts the cases of an incident, by id or number.
func (s *Service) IncidentStanding(ctx context.Context, a Actor, ref string) (IncidentStanding, error) {
	i, err := s.incidents.Get(a, ref)
	if err != nil {
		return IncidentStanding{}, err
	}
	found, err := s.board.Extract(Query{Incident: i.ID, Sort: SortOldest}, a, s.now(), maxStanding)
	if err != nil {
		return IncidentStanding{}, err
	}
	out := IncidentStanding{States: []StateCount{}, Days: []DayCount{}}
	var linked []Summary
	zone := s.policy().Zone
	err = found.Each(func(sum *Summary) error {
		linked = append(linked, Summary{ID: sum.ID, Version: sum.Version})
		out.count(sum, zone)
		return nil
	})
	if err != nil {
		return IncidentStanding{}, err
	}
	order := workflow.States()
	slices.SortFunc(out.States, func(a, b StateCount) int { return slices.Index(order, a.State) - slices.Index(order, b.State) })
	out.Figures, err = s.caseFigures(ctx, linked)
	return out, err
}

// count takes a case in; cases come in the order in which they were received.
func (o *IncidentStanding) count(sum *Summary, zone *time.Location) {
	o.Cases++
	if sum.State.Open() {
		o.Open++
	}
	at := slices.IndexFunc(o.States, func(c StateCount) bool { return c.State == sum.State })
	if at < 0 {
		at = len(o.States)
		o.States = append(o.States, StateCount{State: sum.State, Priority: map[workflow.Priority]int{}})
	}
	o.States[at].Cases++
	o.States[at].Priority[sum.Priority]++
	day := sum.ReceivedAt.In(zone)
	if n := len(o.Days); n > 0 {
		for last, _ := o.Days[n-1].Date.Time(zone); ; {
			if last = last.AddDate(0, 0, 1); last.After(day) {
				break
			}
			o.Days = append(o.Days, DayCount{Date: Date(last.Format(time.DateOnly))})
		}
	} else {
		o.Days = append(o.Days, DayCount{Date: Date(day.Format(time.DateOnly))})
	}
	last := &o.Days[len(o.Days)-1]
	last.Cases++
	if sum.Late {
		last.Late++
	}
}

// caseFigures adds up what the cases say. A question about people that is answered
// without a unit is answered in people.
func (s *Service) caseFigures(ctx context.Context, linked []Summary) (CaseFigures, error) {
	said := make([]figure, len(linked))
	err := eachOf(ctx, len(linked), func(n int) error {
		var err error
		said[n], err = s.figureOf(ctx, linked[n].ID, linked[n].Version)
		return err
	})
	var out CaseFigures
	for _, f := range said {
		switch {
		case !f.given:
		case f.unit != "" && f.unit != UnitPersons:
			out.Other++
		default:
			out.Cases++
			out.Least, out.Most = added(out.Least, f.least), added(out.Most, f.most)
		}
	}
	return out, err
}

// added is a sum that stays at the greatest number instead of going over it.
func added(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

func (s *Service) figureOf(ctx context.Context, id string, version int64) (figure, error) {
	s.figures.mu.Lock()
	f, known := s.figures.by[id]
	s.figures.mu.Unlock()
	if known && f.version >= version {
		return f, nil
	}
	c, err := s.find(ctx, id)
	if err != nil {
		return figure{}, Unavailable(err)
	}
	f = figure{version: c.Version}
	if latest := c.Latest(); latest != nil {
		f.said(latest.Notification.Subjects)
	}
	s.figures.mu.Lock()
	defer s.figures.mu.Unlock()
	s.figures.by[id] = f
	return f, nil
}

// said takes a number in; where only one of its ends is given it is both.
func (f *figure) said(c Count) {
	least, most := c.Min, c.Max
	if least == nil {
		least = most
	}
	if most == nil {
		most = least
	}
	if most == nil {
		return
	}
	f.given, f.unit, f.least, f.most = true, c.Unit, max(0, *least), max(0, *most)
}

// IncidentCount is how many cases an incident has.
type IncidentCount struct {
	Cases, Open int
	LastAt      time.Time // when one of them changed last
}

// IncidentCounts counts the cases of every incident that the viewer sees, in one scan.
func (b *Board) IncidentCounts(viewer Actor) map[string]IncidentCount {
	b.mu.RLock()
	defer b.mu.RUnlock()
	seen := b.sight(viewer)
	byWord := map[uint32]IncidentCount{}
	for i := range b.rows {
		r := &b.rows[i]
		if r.incident == 0 || !seen.sees(int32(i)) {
			continue
		}
		n := byWord[r.incident]
		n.Cases++
		if r.marks&ended == 0 {
			n.Open++
		}
		if at := instant(b.cards[i].updated); at.After(n.LastAt) {
			n.LastAt = at
		}
		byWord[r.incident] = n
	}
	out := make(map[string]IncidentCount, len(byWord))
	for word, n := range byWord {
		out[b.words.text[word]] = n
	}
	return out
}
