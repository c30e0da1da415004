package cases

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// ClockMoved is an open clock that follows what administrators changed: a day of its
// calendar, or its length. The settings are changed first, which is the intent, and
// each clock follows by an event of its own; a sweep carries that to its end.
type ClockMoved struct {
	Settings int64     `json:"settings"` // version of the settings that it follows
	Reason   Text      `json:"reason"`   // that the administrator gave
	WasDueAt time.Time `json:"was_due_at"`
	Clock    Clock     `json:"clock"` // as it runs from now on: the same id, the next revision
}

// clockMoved folds the move of an open clock, and what else names its end.
func (c *Case) clockMoved(h Header, p ClockMoved) error {
	if err := c.clocked(h, ClockChanges{Moved: []Clock{p.Clock}}); err != nil {
		return err
	}
	if p.Clock.Kind == workflow.ClockAppeal && c.Decision != nil {
		d := *c.Decision
		d.AppealEndsAt = p.Clock.DueAt
		c.Decision = &d
	}
	return nil
}

// countedFrom is the instant that a clock's period is counted from: for an order the
// date that it sets, since its clock starts with the decision.
func (c *Case) countedFrom(k *Clock) time.Time {
	number, order := strings.CutPrefix(k.Request, "M")
	if n, err := strconv.Atoi(number); order && k.Kind == workflow.ClockOrder && err == nil &&
		c.Decision != nil && n >= 1 && n <= len(c.Decision.Measures) && c.Decision.Measures[n-1].DueAt != nil {
		return *c.Decision.Measures[n-1].DueAt
	}
	return k.StartedAt
}

// move is how an open clock follows what is in force.
type move struct {
	period workflow.Period
	due    time.Time
	reason Text
}

// follow says whether an open clock has to move for what administrators set since it
// was counted. The clocks of EU law never do, nor one whose end a person set. A clock
// keeps its own length unless the open ones were to take the new one; and what a party
// was given, no new length shortens.
func (st *standing) follow(k *DueClock) (move, bool) {
	rule, _ := st.law.Rule(k.Kind)
	period, counted := workflow.CountedBy(k.Rule)
	if !counted || !st.law.Movable(k.Kind) {
		return move{}, false
	}
	m := move{period: period}
	cal := st.set.Calendars[rule.Calendar]
	follows := cal.Since > k.Settings
	m.reason = cal.Reason
	if length := st.set.Lengths[k.Kind]; length.Open && length.Since > k.Settings && length.Period != period {
		longer := st.law.EndBy(k.Kind, length.Period, k.From)
		if rule.Nature != workflow.Practice || longer.After(k.DueAt) {
			m.period = length.Period
			if !follows || length.Since > cal.Since {
				m.reason = length.Reason
			}
			follows = true
		}
	}
	if !follows {
		return move{}, false
	}
	m.due = st.law.EndBy(k.Kind, m.period, k.From)
	return m, !m.due.Equal(k.DueAt)
}

// moves says whether anything that was set can move an open clock.
func (st *standing) moves() bool {
	if len(st.set.Calendars) > 0 {
		return true
	}
	for _, length := range st.set.Lengths {
		if length.Open {
			return true
		}
	}
	return false
}

const (
	// movesInASweep bounds how long one sweep is busy with moving clocks; the next
	// one goes on.
	movesInASweep = 5000
	// movesAtOnce are moved before an administrator is answered; sweeps do the rest.
	movesAtOnce = 500
	// together is how many cases are written in one append.
	together = 250
)

// moveClocksAlong lets up to most cases follow what administrators set, and says how
// many clocks moved. Who does it twice, or beside another instance, finds nothing
// left to do: a clock that follows the newest settings is left alone.
func (s *Service) moveClocksAlong(ctx context.Context, most int) (moved int, err error) {
	st := s.current()
	if !st.moves() {
		return 0, nil
	}
	var behind []string
	s.board.eachClock(func(at *clockAt, k *DueClock) bool {
		if _, moves := st.follow(k); moves && (len(behind) == 0 || behind[len(behind)-1] != at.id) {
			behind = append(behind, at.id)
		}
		return len(behind) < most
	})
	for chunk := range slices.Chunk(behind, together) {
		// Each round moves one clock of each case, since an event has one key.
		for len(chunk) > 0 && err == nil {
			chunk, err = s.moveTogether(ctx, st, chunk)
			moved += len(chunk)
		}
		if err != nil {
			return moved, fmt.Errorf("moving clocks: %w", err)
		}
	}
	return moved, nil
}

// moveTogether moves one clock of each case that has one to move, and returns the
// cases in which it did. A case that somebody else changed meanwhile waits for the
// next sweep.
func (s *Service) moveTogether(ctx context.Context, st *standing, ids []string) (moved []string, err error) {
	var changes []Change
	var after []*Case
	for _, id := range ids {
		c, err := s.find(ctx, id)
		if err != nil {
			return nil, err
		}
		entry, moves := s.moveOf(st, c)
		if !moves {
			s.board.Put(c.Summary()) // it was behind what another instance did
			continue
		}
		change, err := s.log.Prepare(c.ID, c, entry)
		if err != nil {
			return nil, err
		}
		changes, after = append(changes, change), append(after, c)
	}
	if len(changes) == 0 {
		return nil, nil
	}
	var failed error
	for i, err := range s.store.Append(ctx, changes) {
		switch err := s.log.Settle(ctx, changes[i].Event, err); {
		case err == nil:
			s.board.Put(after[i].Summary())
			moved = append(moved, after[i].ID)
		case !errors.Is(err, ErrExists):
			failed = err
		}
	}
	return moved, failed
}

// moveOf is the entry that lets the first clock of a case that has to follow do so.
func (s *Service) moveOf(st *standing, c *Case) (Entry, bool) {
	for _, k := range c.OpenClocks() {
		m, moves := st.follow(&DueClock{
			Kind: k.Kind, DueAt: k.DueAt, From: c.countedFrom(&k), Rule: k.Rule, Settings: k.Settings,
		})
		if !moves {
			continue
		}
		span := st.law.DueBy(k.Kind, m.period, c.countedFrom(&k))
		next := k
		next.Revision, next.DueAt, next.Rule, next.Settings = k.Revision+1, span.DueAt, span.RuleID, st.version
		next.Calendar, next.CalendarVersion = span.Calendar, span.CalendarVersion
		next.Explanation, next.ExplanationSV, next.MovedBecause = span.Explanation, span.ExplanationSV, string(m.reason)
		return Entry{
			Kind: EventClockMoved, At: s.now(), Actor: System("settings_followed").Account,
			Payload: ClockMoved{Settings: st.version, Reason: m.reason, WasDueAt: k.DueAt, Clock: next},
		}, true
	}
	return Entry{}, false
}

// moveSome begins to let clocks follow a change that was just made. What fails is
// done by the next sweep, so whoever made the change is not told of it.
func (s *Service) moveSome(ctx context.Context) {
	if _, err := s.moveClocksAlong(ctx, movesAtOnce); err != nil {
		s.logger.WarnContext(ctx, "clocks that follow the settings are left to the next sweep", slog.Any("error", err))
	}
}

// clockAt is the case of an open clock on the board.
type clockAt struct {
	id, number string
	secret     bool
	named      []string
}

// atATime is how many cases are looked at before whoever writes is let in.
const atATime = 4096

// eachClock visits every open clock on the board until visit returns false. visit
// must not ask the board anything. What changes meanwhile may or may not be seen.
func (b *Board) eachClock(visit func(at *clockAt, k *DueClock) bool) {
	for start := 0; ; start += atATime {
		more, goOn := b.eachClockOf(start, visit)
		if !more || !goOn {
			return
		}
	}
}

func (b *Board) eachClockOf(start int, visit func(at *clockAt, k *DueClock) bool) (more, goOn bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	end := min(start+atATime, len(b.cards))
	for i := start; i < end; i++ {
		c := b.cards[i]
		if len(c.clocks) == 0 {
			continue
		}
		at := clockAt{id: c.id(), number: c.texts[c.ends[0]:c.ends[1]], secret: b.rows[i].marks&markSecret != 0, named: c.named}
		for _, k := range c.clocks {
			due := b.words.dueClock(k)
			if !visit(&at, &due) {
				return true, false
			}
		}
	}
	return end < len(b.cards), true
}
