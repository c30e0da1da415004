package notifier

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// yearModel is a simulated year: cases whose clocks start, move and end, and two
// instances that crash, start again and keep wrong time.
type yearModel struct {
	*world
	*rapid.T
	running []*instance
	open    map[string][]cases.DueClock // by case
	serial  map[string]int
	crashes int
	failing map[string]error
	// due are the rungs that were reached while their clock ran and somebody who
	// does not crash looked: each must have come to something.
	due map[string]Reminder
}

var modelKinds = []workflow.ClockKind{
	workflow.ClockSupplement, workflow.ClockReply, workflow.ClockTriageP2, workflow.ClockOrder, workflow.ClockLeadAnswer, workflow.ClockAppeal,
}

// waits are how long nothing happens; mostly long, so that a year passes soon.
var waits = []time.Duration{
	30 * time.Second, 5 * time.Minute, 50 * time.Minute, 7 * time.Hour, 30 * time.Hour, 50 * time.Hour, 4 * 24 * time.Hour, 9 * 24 * time.Hour, 14 * 24 * time.Hour,
}

func (m *yearModel) show(id string) { m.put(id, m.open[id]...) }

// startClock starts a clock in some case, perhaps a new one.
func (m *yearModel) startClock() {
	id := fmt.Sprintf("c%d", rapid.IntRange(1, 4).Draw(m.T, "case"))
	kind := rapid.SampledFrom(modelKinds).Draw(m.T, "kind")
	m.serial[id]++
	days := rapid.IntRange(1, 40).Draw(m.T, "days")
	m.open[id] = append(m.open[id], cases.DueClock{
		ID: fmt.Sprintf("%s-%d", kind, m.serial[id]), Kind: kind, Revision: 1, SetAt: m.now,
		DueAt: m.now.Truncate(24*time.Hour).AddDate(0, 0, days).Add(23 * time.Hour),
	})
	m.show(id)
}

func (m *yearModel) someClock() (id string, at int, ok bool) {
	var ids []string
	for id := range maps.Keys(m.open) {
		if len(m.open[id]) > 0 {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return "", 0, false
	}
	slices.Sort(ids)
	id = rapid.SampledFrom(ids).Draw(m.T, "case")
	return id, rapid.IntRange(0, len(m.open[id])-1).Draw(m.T, "clock"), true
}

// moveClock gives a clock another end, which is another revision.
func (m *yearModel) moveClock() {
	id, at, ok := m.someClock()
	if !ok {
		return
	}
	k := &m.open[id][at]
	k.Revision, k.SetAt = k.Revision+1, m.now
	k.DueAt = k.DueAt.AddDate(0, 0, rapid.IntRange(-5, 30).Draw(m.T, "days"))
	m.show(id)
}

func (m *yearModel) endClock() {
	if id, at, ok := m.someClock(); ok {
		m.open[id] = slices.Delete(slices.Clone(m.open[id]), at, at+1)
		m.show(id)
	}
}

// crash lets an instance crash within its next operations, and another start in
// its place at its next pass.
func (m *yearModel) crash() {
	i := rapid.SampledFrom(m.running).Draw(m.T, "instance")
	i.crashIn, i.late = rapid.IntRange(0, 15).Draw(m.T, "operations"), rapid.Bool().Draw(m.T, "after it")
}

// setClock makes the clock of an instance wrong by what happens.
func (m *yearModel) setClock() {
	i := rapid.SampledFrom(m.running).Draw(m.T, "instance")
	i.off = rapid.SampledFrom([]time.Duration{0, 5 * time.Second, -5 * time.Second, -time.Hour}).Draw(m.T, "wrong by")
}

// channels lets what is delivered to somebody fail in some way from now on.
func (m *yearModel) channels() {
	who := rapid.SampledFrom([]string{"dpo", "anna", "sara"}).Draw(m.T, "who")
	m.failing[who] = rapid.SampledFrom([]error{nil, nil, errors.New("down"), ErrUnknown, ErrRefused}).Draw(m.T, "answer")
}

// choose changes how somebody wants to be reminded.
func (m *yearModel) choose() {
	p := m.people["anna"]
	hour := rapid.IntRange(0, 23).Draw(m.T, "hour")
	p.DigestHour, p.QuietFrom, p.QuietUntil = nil, nil, nil
	if rapid.Bool().Draw(m.T, "digest") {
		p.DigestHour = &hour
	}
	if until := (hour + 9) % 24; rapid.Bool().Draw(m.T, "quiet") {
		p.QuietFrom, p.QuietUntil = &hour, &until
	}
	m.people["anna"] = p
}

// look lets each instance make a pass, in some order.
func (m *yearModel) look() {
	for n, i := range m.running {
		m.board.Wake() // each instance has a board of its own; they share one here
		round := i.RunOnce(m.t.Context())
		if i.crashed {
			m.crashes++
			m.running[n] = m.start(fmt.Sprintf("%s'", i.name))
			continue
		}
		if round.Err != nil {
			m.Fatalf("pass of %s: %v", i.name, round.Err)
		}
		for id, clocks := range m.open {
			plan := i.planner.Plan(Subject{Case: id, Clocks: clocks})
			latest, earlier, _ := Reached(plan, m.now.Add(i.off))
			for _, r := range slices.Concat(latest, earlier) {
				m.due[r.Key()] = r
			}
		}
	}
}

// check holds the ledger and what was delivered against what must be.
func (m *yearModel) check() {
	times := map[string]int{}
	for _, d := range m.sent {
		if !d.open {
			m.Fatalf("%s was told of a clock that had ended: %+v", d.To.Account, d.Items)
		}
		if d.err == nil && !d.by.crashed {
			times[fmt.Sprintf("letter %s by %s", d.ID, d.To.Channel)]++
		}
		for _, item := range d.Items {
			if at := m.reachedAt(item); d.wall.Before(at) {
				m.Fatalf("%+v was told at %s, and is reached at %s", item, d.wall, at)
			}
		}
	}
	for what, n := range times {
		if n > 1 {
			m.Fatalf("%s was told %d times", what, n)
		}
	}
	m.checkLedger()
}

// reachedAt is when the rung of an item is reached.
func (m *yearModel) reachedAt(item Item) time.Time {
	for _, r := range m.running[0].planner.Plan(Subject{Case: item.Case, Clocks: []cases.DueClock{{Kind: item.Clock, DueAt: item.DueAt}}}) {
		if r.Rung.Name == item.Rung {
			return r.At
		}
	}
	m.Fatalf("no such rung: %+v", item)
	return time.Time{}
}

// checkLedger finds out what became of every rung that was reached.
func (m *yearModel) checkLedger() {
	m.store.restore()             // what was trimmed had its end too
	lettersOf := map[string]int{} // by rung and person
	for key := range m.due {
		var line rungLine
		if err := m.store.Get(m.t.Context(), cases.Reminders, key, &line); err != nil {
			m.Fatalf("%s was reached and has no line: %v", key, err)
		}
		if line.Fate == skipped {
			continue
		}
		if len(line.To) == 0 {
			m.Fatalf("%s concerns nobody", key)
		}
		for _, who := range line.To {
			var claim claimLine
			if err := m.store.Get(m.t.Context(), cases.Reminders, claimKey(key, who), &claim); err != nil {
				m.Fatalf("%s: %s was told nothing: %v", key, who, err)
			}
			if claim.Fate == claimed {
				lettersOf[claim.Letter]++
			}
		}
	}
	for letter := range lettersOf {
		if t := m.letter(letter); !t.done() {
			m.Fatalf("letter %s is not done: %+v", letter, t)
		}
	}
}

func (m *yearModel) letter(id string) *tracked {
	t := &tracked{id: id, n: 1}
	if err := m.store.Get(m.t.Context(), cases.Letters, id, &t.line); err != nil {
		m.Fatal(err)
	}
	if err := m.running[0].refresh(m.t.Context(), t); err != nil {
		m.Fatal(err)
	}
	return t
}

// Whatever happens in a year: every rung that is reached is sent, or written down
// as skipped or cancelled; none is sent twice without a crash or an unknown outcome
// in between, none before its time, and none for a clock that has ended.
func TestDispatcher_AYear(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := &yearModel{
			world: newWorld(t), T: rt, open: map[string][]cases.DueClock{}, serial: map[string]int{}, failing: map[string]error{},
			due: map[string]Reminder{},
		}
		m.answer = func(l Letter) error { return m.failing[l.To.Account] }
		m.running = []*instance{m.start("a"), m.start("b")}
		acts := []func(){m.startClock, m.startClock, m.moveClock, m.endClock, m.crash, m.setClock, m.channels, m.choose, m.look, m.look, m.look}
		for ends := worldBegins.AddDate(1, 0, 0); m.now.Before(ends); {
			rapid.SampledFrom(acts).Draw(rt, "act")()
			m.wait(rapid.SampledFrom(waits).Draw(rt, "wait"))
		}
		// In the end everything works again, for long enough.
		clear(m.failing)
		for _, i := range m.running {
			i.crashIn = -1
		}
		for range 8 {
			m.look()
			m.wait(25 * time.Hour)
		}
		for range 3 { // what was reached last is told too
			m.look()
			m.wait(lease)
		}
		due := maps.Clone(m.due)
		m.due = map[string]Reminder{}
		for key, r := range due {
			if r.At.Before(m.now.AddDate(0, 0, -3)) { // a digest, quiet hours and a look a day put things off
				m.due[key] = r
			}
		}
		m.check()
	})
}
