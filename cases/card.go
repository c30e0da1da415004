package cases

import (
	"math/bits"
	"strings"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// row is what the board scans: small, without pointers to follow, so that a
// million of them pass through the caches quickly.
type row struct {
	received int64  // milliseconds
	due      int64  // of the next clock, milliseconds; 0 when none runs
	marks    uint64 // one bit for each code that the case has
	assignee uint32 // words, from here on
	incident uint32
	sub      uint32
	unit     uint32
	head     uint64 // the beginning of the id, in the order of ids: see idHead
}

// overdue says whether a clock has run out at now, in milliseconds.
func (r *row) overdue(now int64) bool { return r.due != 0 && r.due < now }

// card is the rest of a case on the board, packed: texts that many cases have are
// words, the others stand in one string, and only open clocks are kept.
type card struct {
	texts   string    // id, number, diary number, supervision number, reference
	ends    [4]uint32 // of each text but the last
	version int64
	rank    int64
	updated int64 // milliseconds
	clocks  []cardClock
	named   []string
	trace   []byte // see Trace

	state, priority, source, sector, cause, controller, key uint32 // words
	lowered                                                 uint32 // the controller in small letters
	episode                                                 int32
	takenBack                                               bool
}

type cardClock struct {
	due, from int64  // milliseconds
	set       int64  // milliseconds; 0 where it is not known
	id, kind  uint32 // words
	rule      uint32 // a word
	settings  uint32
	revision  int32
}

func (w *words) clock(k *DueClock) cardClock {
	out := cardClock{
		due: k.DueAt.UnixMilli(), from: k.From.UnixMilli(), id: w.of(k.ID), kind: w.of(string(k.Kind)),
		rule: w.of(k.Rule), settings: uint32(k.Settings),
		revision: int32(k.Revision),
	}
	if !k.SetAt.IsZero() {
		out.set = k.SetAt.UnixMilli()
	}
	return out
}

func (w *words) dueClock(k cardClock) DueClock {
	out := DueClock{
		ID: w.text[k.id], Kind: workflow.ClockKind(w.text[k.kind]), DueAt: instant(k.due), From: instant(k.from),
		Rule: w.text[k.rule], Settings: int64(k.settings),
		Revision: int(k.revision),
	}
	if k.set != 0 {
		out.SetAt = instant(k.set)
	}
	return out
}

// words gives each code or id a small number, so that rows compare numbers and a
// text is kept once, however many cases have it.
type words struct {
	number map[string]uint32
	text   []string
}

func newWords() words { return words{number: map[string]uint32{"": 0}, text: []string{""}} }

func (w *words) of(s string) uint32 {
	if n, ok := w.number[s]; ok {
		return n
	}
	n := uint32(len(w.text))
	s = strings.Clone(s) // s may be a piece of something large
	w.number[s], w.text = n, append(w.text, s)
	return n
}

// find is the number of a word that may never have been seen.
func (w *words) find(s string) (uint32, bool) {
	n, ok := w.number[s]
	return n, ok
}

// marks gives each code of an enumeration a bit of a row.
type marks[T ~string] struct {
	bit   map[T]uint64
	other uint64 // the bit of whatever is none of the codes, after theirs
	all   uint64
}

// newMarks takes the bits from first on.
func newMarks[T ~string](first int, codes ...string) marks[T] {
	m := marks[T]{bit: map[T]uint64{}, other: 1 << (first + len(codes))}
	for i, c := range codes {
		m.bit[T(c)] = 1 << (first + i)
	}
	m.all = m.other<<1 - 1<<first
	return m
}

// next is the first bit after those of the enumeration.
func (m *marks[T]) next() int { return bits.Len64(m.other) }

// of is the bit of a code.
func (m *marks[T]) of(code T) uint64 {
	if bit, ok := m.bit[code]; ok {
		return bit
	}
	return m.other
}

// but is every bit of the enumeration except those of the wanted codes, and none
// when nothing is wanted.
func (m *marks[T]) but(wanted []T) uint64 {
	if len(wanted) == 0 {
		return 0
	}
	out := m.all
	for _, w := range wanted {
		out &^= m.bit[w] // a code that is none is wanted in vain
	}
	return out
}

var (
	stateMarks    = newMarks[workflow.State](0, workflow.State("").Codes()...)
	priorityMarks = newMarks[workflow.Priority](stateMarks.next(), workflow.Priority("").Codes()...)
	sectorMarks   = newMarks[SectorOfActivity](priorityMarks.next(), SectorOfActivity("").Codes()...)
)

// The marks that are no code of an enumeration.
const (
	markLate uint64 = 1 << (63 - iota)
	markInTime
	markFiledLate
	markSecret
	markMerging
	markUnread
	markRead
	markUnverified
	markVerified
)

func (b *Board) rowOf(s *Summary) row {
	r := row{
		received: s.ReceivedAt.UnixMilli(),
		head:     idHead(s.ID),
		assignee: b.words.of(s.Assignee),
		incident: b.words.of(s.Incident),
		sub:      b.words.of(s.Submitter),
		unit:     b.words.of(s.Unit),
		marks:    stateMarks.of(s.State) | priorityMarks.of(s.Priority) | sectorMarks.of(s.Sector) | markInTime | markRead | markVerified,
	}
	if s.Late {
		r.marks ^= markInTime | markLate
	}
	if s.Unread {
		r.marks ^= markRead | markUnread
	}
	if s.Unverified {
		r.marks ^= markVerified | markUnverified
	}
	if s.FiledLate {
		r.marks |= markFiledLate
	}
	if s.Secret {
		r.marks |= markSecret
	}
	if s.Merging {
		r.marks |= markMerging
	}
	if due := s.NextDueAt(); !due.IsZero() {
		r.due = due.UnixMilli()
	}
	return r
}

func (b *Board) cardOf(s *Summary) *card {
	w := &b.words
	c := &card{
		texts:   s.ID + s.Number + s.DiaryNumber + s.SupervisionNumber + s.Reference,
		version: s.Version, rank: s.Rank, updated: s.UpdatedAt.UnixMilli(), named: s.Named, episode: int32(s.Episode), takenBack: s.TakenBack,
		state: w.of(string(s.State)), priority: w.of(string(s.Priority)), source: w.of(string(s.Source)),
		sector: w.of(string(s.Sector)), cause: w.of(s.Cause), controller: w.of(s.Controller), key: w.of(s.ControllerKey),
		lowered: w.of(strings.ToLower(s.Controller)), trace: s.Trace.bytes(),
	}
	end := 0
	for i, text := range []string{s.ID, s.Number, s.DiaryNumber, s.SupervisionNumber} {
		end += len(text)
		c.ends[i] = uint32(end)
	}
	if len(s.Clocks) > 0 {
		c.clocks = make([]cardClock, len(s.Clocks))
	}
	for i, k := range s.Clocks {
		c.clocks[i] = w.clock(&k)
	}
	return c
}

func (c *card) id() string { return c.texts[:c.ends[0]] }

// holds says whether a text in small letters stands in the controller's name, the
// case's number or the reference; for staff also in the authority's own numbers.
func (c *card) holds(text string, w *words, staff bool) bool {
	if strings.Contains(w.text[c.lowered], text) {
		return true
	}
	from := c.ends[0]
	for i, end := range [...]uint32{c.ends[1], c.ends[2], c.ends[3], uint32(len(c.texts))} {
		own := i == 1 || i == 2 // diary and supervision number
		if (staff || !own) && strings.Contains(strings.ToLower(c.texts[from:end]), text) {
			return true
		}
		from = end
	}
	return false
}

// summary unpacks the case at position i.
func (b *Board) summary(i int32) Summary {
	r, c, text := &b.rows[i], b.cards[i], b.words.text
	s := Summary{
		ID: c.id(), Version: c.version, Rank: c.rank,
		Number: c.texts[c.ends[0]:c.ends[1]], DiaryNumber: c.texts[c.ends[1]:c.ends[2]],
		SupervisionNumber: c.texts[c.ends[2]:c.ends[3]], Reference: c.texts[c.ends[3]:],
		State: workflow.State(text[c.state]), Priority: workflow.Priority(text[c.priority]), Episode: int(c.episode),
		Source: Source(text[c.source]), Controller: text[c.controller], ControllerKey: text[c.key], Cause: text[c.cause],
		Sector: SectorOfActivity(text[c.sector]), ReceivedAt: instant(r.received), UpdatedAt: instant(c.updated),
		Late: r.marks&markLate != 0, FiledLate: r.marks&markFiledLate != 0, Assignee: text[r.assignee], Incident: text[r.incident],
		Secret: r.marks&markSecret != 0, Named: c.named, Submitter: text[r.sub], Unit: text[r.unit],
		Merging: r.marks&markMerging != 0, Unread: r.marks&markUnread != 0, TakenBack: c.takenBack,
		Unverified: r.marks&markUnverified != 0,
	}
	if c.trace != nil {
		s.Trace = traceOfBytes(c.trace)
	}
	s.Phase = s.State.Phase()
	for _, k := range c.clocks {
		s.Clocks = append(s.Clocks, b.words.dueClock(k))
	}
	return s
}

func instant(milliseconds int64) time.Time { return time.UnixMilli(milliseconds).UTC() }

// print is a fingerprint of texts: a bit for each pair of neighbouring bytes, and
// one for each three. A text can stand within another only if its bits do, so a
// search passes over most cases without reading their texts.
type print [4]uint64

func printOf(texts ...string) print {
	var p print
	for _, s := range texts {
		for i := 1; i < len(s); i++ {
			pair := uint32(s[i-1])<<8 | uint32(s[i])
			p[0] |= 1 << (pair * 0x9E3779B1 >> 26)
			if i > 1 {
				three := (uint32(s[i-2])<<16 | pair) * 0x85EBCA6B >> 23 // 512 values for 192 bits
				p[1+three%3] |= 1 << (three / 3 & 63)
			}
		}
	}
	return p
}

func (p *print) covers(o *print) bool {
	return o[0]&^p[0] == 0 && o[1]&^p[1] == 0 && o[2]&^p[2] == 0 && o[3]&^p[3] == 0
}

func printOfSummary(s *Summary) print {
	return printOf(strings.ToLower(s.Number), strings.ToLower(s.DiaryNumber), strings.ToLower(s.SupervisionNumber),
		strings.ToLower(s.Controller), strings.ToLower(s.Reference))
}
