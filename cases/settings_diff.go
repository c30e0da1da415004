package cases

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// SettingDiff is one setting that a change gave another value. From is empty where
// there was nothing, To where there is nothing any more.
type SettingDiff struct {
	Path string `json:"path"` // /clocks/REPLY, /calendars/SE_1930_173/2026-12-28, /rule_sets/ID, /auto_register
	From string `json:"from"`
	To   string `json:"to"`
}

// The value of a calendar's day that the authority opened.
const dayOpened = "working_day"

// values are the settings as paths and texts, to be compared.
func (f SettingsInForce) values() map[string]string {
	out := map[string]string{
		"/case_prefix": f.CasePrefix, "/supervision_prefix": f.SupervisionPrefix, "/zone": f.Zone,
		"/legal_sign_off": strconv.FormatBool(f.LegalSignOff), "/auto_register": strconv.FormatBool(f.AutoRegister),
	}
	for _, r := range f.Clocks {
		if r.Configurable() {
			out["/clocks/"+string(r.Kind)] = r.Period.String()
		}
	}
	for id, days := range f.Days {
		for _, d := range days.Closed {
			out["/calendars/"+string(id)+"/"+d.Date] = cmp.Or(d.Name, "closed")
		}
		for _, d := range days.Opened {
			out["/calendars/"+string(id)+"/"+d] = dayOpened
		}
	}
	for _, r := range f.RuleSets {
		from := ""
		if !r.ValidFrom.IsZero() {
			from = r.ValidFrom.In(workflow.Stockholm).Format(time.DateOnly)
		}
		out["/rule_sets/"+r.ID] = strings.TrimSpace(fmt.Sprintf("%d h %s %s %s", r.Hours, r.Threshold, r.Policy, from))
	}
	sectors := make([]string, 0, len(f.EssentialSectors))
	for _, s := range f.EssentialSectors {
		sectors = append(sectors, string(s))
	}
	slices.Sort(sectors)
	out["/essential_sectors"] = strings.Join(sectors, ", ")
	return out
}

// diff lists what differs between two states of the settings, by path.
func (f SettingsInForce) diff(after SettingsInForce) []SettingDiff {
	before, now := f.values(), after.values()
	paths := maps.Clone(before)
	maps.Copy(paths, now)
	out := []SettingDiff{}
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		if before[path] != now[path] {
			out = append(out, SettingDiff{path, before[path], now[path]})
		}
	}
	return out
}

// JournalEntry is one change of the settings: who, when, why, and from what to what.
type JournalEntry struct {
	Version int64                `json:"version"`
	At      time.Time            `json:"at"`
	By      string               `json:"by"`               // account id, or system:start for the configuration
	Reason  Text                 `json:"reason,omitempty"` // none where the configuration changed
	Changes []SettingDiff        `json:"changes"`
	Open    []workflow.ClockKind `json:"open,omitempty"` // of which running clocks took the new length too
}

// Journal is every change of the settings, the newest first. Staff and
// administrators may read it: it holds nothing of any case.
func (s *Service) Journal(ctx context.Context, a Actor) ([]JournalEntry, error) {
	if err := mayReadSettings(a); err != nil {
		return nil, err
	}
	events, err := s.store.Events(ctx, settingsRecord, 1)
	if err != nil {
		return nil, Unavailable(fmt.Errorf("events of the settings: %w", err))
	}
	return journal(events)
}

func journal(events []Event) ([]JournalEntry, error) {
	out := []JournalEntry{}
	record := settings{}
	for _, e := range events {
		before := record.InForce
		if err := record.Apply(e); err != nil {
			return nil, fmt.Errorf("journal of the settings: %w", err)
		}
		entry := JournalEntry{
			Version: e.Header.Seq, At: e.Header.At, By: e.Header.Actor, Changes: before.diff(record.InForce),
		}
		if e.Header.Seq == 1 {
			entry.Changes = []SettingDiff{} // everything began then
		}
		if e.Header.Kind == EventSettingsSet {
			var p SettingsSet
			if err := e.Read(&p); err != nil {
				return nil, err
			}
			entry.Reason = p.Reason
			for _, kind := range slices.Sorted(maps.Keys(p.Set.Lengths)) {
				if l := p.Set.Lengths[kind]; l.Open && l.Since == e.Header.Seq {
					entry.Open = append(entry.Open, kind)
				}
			}
		}
		out = append(out, entry)
	}
	slices.Reverse(out)
	return out, nil
}

func mayReadSettings(a Actor) error {
	if a.Staff() || mayAdminister(a) == nil {
		return nil
	}
	return workflow.Refuse(workflow.Forbidden, "role", "Only staff of the authority may do this.")
}

// SettingsView is what the authority works by, and where it comes from.
type SettingsView struct {
	Version   int64
	Law       *workflow.Clocks
	Policy    Policy
	Set       Adjustments // by administrators in the program; the rest is configured
	Overruled []string    // settings of the configuration that the program overrules
	Waiting   int         // clocks that still have to follow
}

// Settings is what the authority works by just now, for staff and administrators.
func (s *Service) Settings(a Actor) (SettingsView, error) {
	if err := mayReadSettings(a); err != nil {
		return SettingsView{}, err
	}
	st := s.current()
	v := SettingsView{Version: st.version, Law: st.law, Policy: st.policy, Set: st.set, Overruled: s.rules.overruled(st.set)}
	if st.moves() {
		s.board.eachClock(func(at *clockAt, k *DueClock) bool {
			if _, moves := st.follow(k); moves && at.countedFor(a) {
				v.Waiting++
			}
			return true
		})
	}
	return v, nil
}

// MoveCount is how many open clocks of a kind a change moves, and how far.
type MoveCount struct {
	Clock    workflow.ClockKind `json:"clock"`
	Count    int                `json:"count"`
	MinDays  int                `json:"min_days"` // whole days, negative for earlier
	MaxDays  int                `json:"max_days"`
	FirstDue time.Time          `json:"first_due_at"` // the earliest of the new ends
	Overdue  int                `json:"overdue"`      // of those that were not, and would be at once
}

// PlannedMove is an open clock that a change would move.
type PlannedMove struct {
	Case     string             `json:"case"` // its number
	Clock    workflow.ClockKind `json:"clock"`
	WasDueAt time.Time          `json:"was_due_at"`
	DueAt    time.Time          `json:"due_at"`
}

// SettingsPreview is what a change would do, worked out and not done. A secret case
// counts only for those whom it names: its clocks move all the same. Which cases
// they are is told to staff only, since an administrator knows of no case.
type SettingsPreview struct {
	Version int64         `json:"version"` // of the settings that it was worked out on
	Changes []SettingDiff `json:"changes"`
	Clocks  int           `json:"clocks"` // that move
	Cases   int           `json:"cases"`
	Kinds   []MoveCount   `json:"kinds"`
	Fixed   int           `json:"fixed"`  // open clocks that EU law fixes, and that stay
	Listed  []PlannedMove `json:"listed"` // for staff: the first to be due, at most 200
}

// mostListed is how many moves a preview names.
const mostListed = 200

// countedFor says whether a clock is counted for an actor.
func (at *clockAt) countedFor(a Actor) bool {
	return !at.secret || slices.Contains(at.named, a.Account)
}

// PreviewSettings says what a change would do. Only administrators may ask.
func (s *Service) PreviewSettings(ctx context.Context, a Actor, asked SettingsChange) (SettingsPreview, error) {
	last, next, err := s.planSettings(ctx, a, asked, Command{})
	if err != nil {
		return SettingsPreview{}, err
	}
	p := SettingsPreview{Version: last.Version, Changes: last.InForce.diff(next.inForce()), Kinds: []MoveCount{}, Listed: []PlannedMove{}}
	kinds := map[workflow.ClockKind]*MoveCount{}
	previous, now := "", s.now()
	s.board.eachClock(func(at *clockAt, k *DueClock) bool {
		if !at.countedFor(a) {
			return true
		}
		if !next.law.Movable(k.Kind) {
			p.Fixed++
		}
		m, moves := next.follow(k)
		if !moves {
			return true
		}
		p.Clocks++
		if at.id != previous {
			p.Cases, previous = p.Cases+1, at.id
		}
		if kinds[k.Kind] == nil {
			kinds[k.Kind] = &MoveCount{Clock: k.Kind, MinDays: daysBetween(k.DueAt, m.due), MaxDays: daysBetween(k.DueAt, m.due), FirstDue: m.due}
		}
		kinds[k.Kind].add(k.DueAt, m.due, now)
		if a.Staff() {
			p.list(PlannedMove{Case: at.number, Clock: k.Kind, WasDueAt: k.DueAt, DueAt: m.due})
		}
		return true
	})
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		p.Kinds = append(p.Kinds, *kinds[kind])
	}
	p.trim()
	return p, nil
}

func (n *MoveCount) add(was, due, now time.Time) {
	days := daysBetween(was, due)
	n.Count++
	n.MinDays, n.MaxDays = min(n.MinDays, days), max(n.MaxDays, days)
	if due.Before(n.FirstDue) {
		n.FirstDue = due
	}
	if due.Before(now) && !was.Before(now) {
		n.Overdue++
	}
}

// daysBetween is from one midnight to another, whatever the hours between them.
func daysBetween(from, to time.Time) int {
	hours := to.Sub(from).Hours()
	if hours < 0 {
		return -int((-hours + 12) / 24)
	}
	return int((hours + 12) / 24)
}

// list keeps a move among those that are named, and never many more of them.
func (p *SettingsPreview) list(m PlannedMove) {
	if p.Listed = append(p.Listed, m); len(p.Listed) >= 4*mostListed {
		p.trim()
	}
}

func (p *SettingsPreview) trim() {
	slices.SortFunc(p.Listed, func(a, b PlannedMove) int {
		return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.Case, b.Case), cmp.Compare(a.Clock, b.Clock))
	})
	p.Listed = p.Listed[:min(len(p.Listed), mostListed)]
}

// errAlreadySet says that the very same command has been carried out.
var errAlreadySet = errors.New("this change is made already")

// planSettings is the record and what the authority would work by after a change.
func (s *Service) planSettings(ctx context.Context, a Actor, asked SettingsChange, cmd Command) (*settings, *standing, error) {
	if err := mayAdminister(a); err != nil {
		return nil, nil, err
	}
	last, err := s.loadSettings(ctx)
	if err != nil {
		return nil, nil, Unavailable(err)
	}
	if last.Version != asked.Version {
		return nil, nil, s.settingsStale(ctx, asked.Version, cmd)
	}
	here, err := s.rules.compose(last.Version, last.Set)
	if err != nil {
		return nil, nil, err
	}
	set, err := here.adjust(asked, last.Version+1, s.now())
	if err != nil {
		return nil, nil, err
	}
	next, err := s.rules.compose(last.Version+1, set)
	if err != nil {
		return nil, nil, err
	}
	retaken := slices.ContainsFunc(asked.Lengths, func(l LengthChange) bool { return l.Open })
	if len(here.inForce().diff(next.inForce())) == 0 && !retaken {
		return nil, nil, workflow.Refuse(workflow.Invalid, "nothing_changed", "This changes nothing. Change something, or leave it as it is.")
	}
	return last, next, nil
}

// settingsStale is the answer to whoever saw another version: what changed since.
func (s *Service) settingsStale(ctx context.Context, seen int64, cmd Command) error {
	events, err := s.store.Events(ctx, settingsRecord, 1)
	if err != nil {
		return Unavailable(fmt.Errorf("events of the settings: %w", err))
	}
	if seen >= 0 && seen < int64(len(events)) && cmd.ID != "" && events[seen].Header.Command == cmd.ID {
		return errAlreadySet
	}
	entries, err := journal(events)
	if err != nil {
		return err
	}
	e := workflow.Refuse(workflow.Stale, "settings_changed",
		"Somebody changed the settings meanwhile. Look at them as they are now, and at what your change would do now.")
	e.Version = int64(len(events))
	for _, entry := range entries {
		if entry.Version <= seen {
			break
		}
		for _, d := range entry.Changes {
			e.Faults = append(e.Faults, workflow.Fault{
				Path: d.Path, Code: "changed_since", Message: fmt.Sprintf("This was changed by version %d of the settings.", entry.Version),
			})
		}
	}
	return e
}

// ChangeSettings makes a change. The settings are changed by one event, which is the
// intent; then the open clocks that follow move, each by an event of its own, the
// first of them before this returns and the rest by the sweep.
func (s *Service) ChangeSettings(ctx context.Context, a Actor, asked SettingsChange, cmd Command) (SettingsView, error) {
	last, next, err := s.planSettings(ctx, a, asked, cmd)
	if errors.Is(err, errAlreadySet) {
		return s.Settings(a)
	}
	if err != nil {
		return SettingsView{}, err
	}
	_, err = s.settingsLog().Append(ctx, settingsRecord, last, Entry{
		Kind: EventSettingsSet, At: s.now(), Actor: a.Account, Command: cmd.ID,
		Payload: SettingsSet{Reason: asked.Reason, Set: next.set, InForce: next.inForce()},
	})
	if errors.Is(err, ErrExists) {
		err = s.settingsStale(ctx, asked.Version, cmd)
	}
	if errors.Is(err, errAlreadySet) {
		return s.Settings(a)
	}
	if err != nil {
		return SettingsView{}, Unavailable(err)
	}
	s.rules.put(next)
	s.moveSome(ctx)
	return s.Settings(a)
}
