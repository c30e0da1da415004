package cases

import (
	"math/bits"
	"slices"
	"sort"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// OverviewWeeks is how many weeks an overview tells of: this one and as many
// before it as make the same week of last year the first.
const OverviewWeeks = 53

// Overview is what a supervisor asks of the board each morning: what came in,
// what is overdue, who has how much, and how old the oldest is.
type Overview struct {
	Weeks    []WeekCount // oldest first; this week is the last one
	Open     Load
	Holders  []Load // of the accounts that have open cases, the fullest first; "" has those that nobody holds
	Phases   map[workflow.Phase]Load
	Priority map[workflow.Priority]Load
	Sectors  map[SectorOfActivity]Load
	Ages     []AgeCount // youngest first
}

// WeekCount is what came in from Monday to Sunday, where the authority is.
type WeekCount struct {
	From, To time.Time // To is the next Monday, exclusive
	Received int
	ByNow    int // of those, until the same time of the week as now
	Late     int // of those received, by the judgement that counts
	Linked   int // of those received, linked to an incident
}

// Load is how many open cases there are of some kind.
type Load struct {
	Account    string // of a holder
	Open       int
	Overdue    int
	Late       int
	Urgent     int       // of priority P1
	Unverified int       // notified without an account
	Oldest     time.Time // arrival of the oldest; zero when there is none
}

// AgeCount is how many open cases arrived on days in [From, To); From is zero
// for the oldest, and To is exclusive.
type AgeCount struct {
	From, To time.Time
	Days     int // so many days ago, today included; 0 for the oldest
	Load
}

// ageDays part the open cases by how many days ago they came in.
var ageDays = []int{7, 30, 90, 180}

// Overview counts the cases that a member of staff sees, at now. Weeks and days
// begin at midnight in zone. Without linked, cases that are linked to an incident
// are left out of everything, so that one supplier's breach does not hide the rest.
func (b *Board) Overview(viewer Actor, now time.Time, zone *time.Location, linked bool) Overview {
	c := newOverviewCount(now, zone)
	b.mu.RLock()
	defer b.mu.RUnlock()
	seen := b.sight(viewer)
	if !seen.all {
		return c.done(b)
	}
	for i := range b.rows {
		r := &b.rows[i]
		if r.marks&markSecret != 0 && !seen.sees(int32(i)) || !linked && r.incident != 0 {
			continue
		}
		c.add(r)
	}
	return c.done(b)
}

// overviewCount counts rows in the numbers that rows are made of; done names them.
type overviewCount struct {
	out               Overview
	now               int64
	weeks, upTo, ages []int64 // begins in milliseconds; upTo is now in each week
	running           uint64
	open              loadCount
	holders           map[uint32]*loadCount
	states            [64]loadCount // by the bit of the state
	priorities        [64]loadCount
	sectors           [64]loadCount
	byAge             []loadCount
}

// loadCount is a Load in the board's own numbers.
type loadCount struct {
	open, overdue, late, urgent, unverified int
	oldest                                  int64
}

func newOverviewCount(now time.Time, zone *time.Location) *overviewCount {
	c := &overviewCount{
		now: now.UnixMilli(), holders: map[uint32]*loadCount{}, byAge: make([]loadCount, len(ageDays)+1),
		running: stateMarks.but(slices.DeleteFunc(workflow.States(), workflow.State.Open)),
	}
	local := now.In(zone)
	today := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, zone)
	monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
	for back := OverviewWeeks - 1; back >= 0; back-- {
		from := monday.AddDate(0, 0, -7*back)
		c.out.Weeks = append(c.out.Weeks, WeekCount{From: from, To: from.AddDate(0, 0, 7)})
		c.weeks = append(c.weeks, from.UnixMilli())
		// The same hour of the same weekday, also where summer time lies between.
		h, m, s := local.Clock()
		day := local.AddDate(0, 0, -7*back)
		c.upTo = append(c.upTo, time.Date(day.Year(), day.Month(), day.Day(), h, m, s, local.Nanosecond(), zone).UnixMilli())
	}
	to := today.AddDate(0, 0, 1)
	for _, days := range ageDays {
		from := today.AddDate(0, 0, 1-days)
		c.out.Ages, c.ages = append(c.out.Ages, AgeCount{From: from, To: to, Days: days}), append(c.ages, from.UnixMilli())
		to = from
	}
	c.out.Ages = append(c.out.Ages, AgeCount{To: to})
	return c
}

func (c *overviewCount) add(r *row) {
	if r.received >= c.weeks[0] {
		k := sort.Search(len(c.weeks), func(i int) bool { return c.weeks[i] > r.received }) - 1
		w := &c.out.Weeks[k]
		w.Received++
		if r.received <= c.upTo[k] {
			w.ByNow++
		}
		if r.marks&markLate != 0 {
			w.Late++
		}
		if r.incident != 0 {
			w.Linked++
		}
	}
	if r.marks&c.running == 0 {
		return
	}
	age := slices.IndexFunc(c.ages, func(from int64) bool { return r.received >= from })
	if age < 0 {
		age = len(c.ages)
	}
	holder := c.holders[r.assignee]
	if holder == nil {
		holder = &loadCount{}
		c.holders[r.assignee] = holder
	}
	for _, l := range [...]*loadCount{
		&c.open, holder, &c.byAge[age], &c.states[bits.TrailingZeros64(r.marks&stateMarks.all)],
		&c.priorities[bits.TrailingZeros64(r.marks&priorityMarks.all)], &c.sectors[bits.TrailingZeros64(r.marks&sectorMarks.all)],
	} {
		l.add(r, c.now)
	}
}

func (l *loadCount) add(r *row, now int64) {
	if l.open == 0 || r.received < l.oldest {
		l.oldest = r.received
	}
	l.open++
	if r.overdue(now) {
		l.overdue++
	}
	if r.marks&markLate != 0 {
		l.late++
	}
	if r.marks&priorityMarks.bit[workflow.P1] != 0 {
		l.urgent++
	}
	if r.marks&markUnverified != 0 {
		l.unverified++
	}
}

func (l *loadCount) load() Load {
	out := Load{Open: l.open, Overdue: l.overdue, Late: l.late, Urgent: l.urgent, Unverified: l.unverified}
	if l.open > 0 {
		out.Oldest = instant(l.oldest)
	}
	return out
}

// done gives what was counted its names.
func (c *overviewCount) done(b *Board) Overview {
	out := &c.out
	out.Open = c.open.load()
	for word, l := range c.holders {
		load := l.load()
		load.Account = b.words.text[word]
		out.Holders = append(out.Holders, load)
	}
	slices.SortFunc(out.Holders, func(x, y Load) int {
		if x.Open != y.Open {
			return y.Open - x.Open
		}
		if x.Account < y.Account {
			return -1
		}
		return 1
	})
	out.Phases = map[workflow.Phase]Load{}
	for s, mark := range stateMarks.bit {
		if s.Open() {
			out.Phases[s.Phase()] = out.Phases[s.Phase()].and(c.states[bits.TrailingZeros64(mark)].load())
		}
	}
	out.Priority, out.Sectors = named(&priorityMarks, &c.priorities), named(&sectorMarks, &c.sectors)
	for i := range c.byAge {
		out.Ages[i].Load = c.byAge[i].load()
	}
	return *out
}

func named[T ~string](m *marks[T], counts *[64]loadCount) map[T]Load {
	out := map[T]Load{}
	for code, mark := range m.bit {
		out[code] = counts[bits.TrailingZeros64(mark)].load()
	}
	if none := counts[m.next()-1].load(); none.Open > 0 {
		out[""] = none
	}
	return out
}

// and is both loads together.
func (l Load) and(o Load) Load {
	if l.Oldest.IsZero() || !o.Oldest.IsZero() && o.Oldest.Before(l.Oldest) {
		l.Oldest = o.Oldest
	}
	l.Open, l.Overdue, l.Late, l.Urgent = l.Open+o.Open, l.Overdue+o.Overdue, l.Late+o.Late, l.Urgent+o.Urgent
	l.Unverified += o.Unverified
	return l
}

// Investigations are the open cases that the viewer sees and that have a
// supervision number (Art. 58(1)), in no order.
func (b *Board) Investigations(viewer Actor) []Summary {
	b.mu.RLock()
	defer b.mu.RUnlock()
	out := []Summary{}
	seen := b.sight(viewer)
	running := stateMarks.but(slices.DeleteFunc(workflow.States(), workflow.State.Open))
	for i := range b.rows {
		c := b.cards[i]
		if b.rows[i].marks&running == 0 || c.ends[2] == c.ends[3] || !seen.all || !seen.sees(int32(i)) {
			continue
		}
		out = append(out, b.summary(int32(i)))
	}
	return out
}
