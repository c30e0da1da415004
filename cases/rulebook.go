package cases

import (
	"fmt"
	"maps"
	"slices"
	"sync/atomic"

	"github.com/vaka-project/vaka/workflow"
)

// rulebook is what an installation works by: as it is configured, and as it stands
// just now. Every instance keeps one; it is safe for many goroutines at once.
type rulebook struct {
	law    *workflow.Clocks // as configured
	policy Policy           // as configured
	now    atomic.Pointer[standing]
}

// standing is what the authority works by from one change to the next. It never
// changes: a use case that began with it ends with it.
type standing struct {
	version int64 // of the record of settings; 0 before the first start
	law     *workflow.Clocks
	policy  Policy
	set     Adjustments
}

func newRulebook(law *workflow.Clocks, p Policy) *rulebook {
	b := &rulebook{law: law, policy: p}
	b.now.Store(&standing{law: law, policy: p})
	return b
}

// take begins to work by the record, unless a later state of it is known already.
func (b *rulebook) take(record *settings) error {
	next, err := b.compose(record.Version, record.Set)
	if err != nil {
		return err
	}
	b.put(next)
	return nil
}

func (b *rulebook) put(next *standing) {
	for {
		have := b.now.Load()
		if have.version > next.version || b.now.CompareAndSwap(have, next) {
			return
		}
	}
}

// compose is the configuration with what administrators set in its place.
func (b *rulebook) compose(version int64, set Adjustments) (*standing, error) {
	s := b.law.Settings()
	if s.Periods == nil {
		s.Periods = map[workflow.ClockKind]workflow.Period{}
	}
	if s.Days == nil {
		s.Days = map[workflow.CalendarID]workflow.CalendarDays{}
	}
	for kind, length := range set.Lengths {
		s.Periods[kind] = length.Period
	}
	for id, c := range set.Calendars {
		s.Days[id] = c.CalendarDays
	}
	for _, added := range set.RuleSets {
		// A set that a later program delivers under the same name or date is the one
		// that was waited for; what the authority entered goes on.
		s.RuleSets = slices.DeleteFunc(s.RuleSets, func(r workflow.RuleSet) bool {
			return r.ID == added.ID || r.Enabled && r.ValidFrom.Equal(added.ValidFrom)
		})
		s.RuleSets = append(s.RuleSets, added)
	}
	law, err := workflow.NewClocks(s)
	if err != nil {
		return nil, fmt.Errorf("settings version %d: %w", version, err)
	}
	p := b.policy
	if set.LegalSignOff != nil {
		p.LegalSignOff = *set.LegalSignOff
	}
	if set.AutoRegister != nil {
		p.AutoRegister = *set.AutoRegister
	}
	if set.Sectors != nil {
		p.EssentialSectors = set.Sectors.Sectors
	}
	return &standing{version: version, law: law, policy: p, set: set}, nil
}

// overruled names the settings of the configuration that say something else than
// what administrators set, as the settings file spells them.
func (b *rulebook) overruled(set Adjustments) []string {
	var out []string
	configured := b.law.Settings()
	for _, kind := range slices.Sorted(maps.Keys(set.Lengths)) {
		if p, ok := configured.Periods[kind]; ok && p != set.Lengths[kind].Period {
			out = append(out, "clocks."+string(kind))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(set.Calendars)) {
		have := set.Calendars[id].Closed
		missing := func(k workflow.ClosedDay) bool {
			return !slices.ContainsFunc(have, func(h workflow.ClosedDay) bool { return h.Date == k.Date })
		}
		if slices.ContainsFunc(configured.Days[id].Closed, missing) {
			out = append(out, "extra_closing_days")
		}
	}
	if set.LegalSignOff != nil && *set.LegalSignOff != b.policy.LegalSignOff {
		out = append(out, "legal_sign_off")
	}
	if set.AutoRegister != nil && *set.AutoRegister != b.policy.AutoRegister {
		out = append(out, "auto_register")
	}
	if set.Sectors != nil && !slices.Equal(set.Sectors.Sectors, b.policy.EssentialSectors) {
		out = append(out, "essential_sectors")
	}
	return out
}

// inForce is all of it as it is recorded.
func (st *standing) inForce() SettingsInForce {
	out := SettingsInForce{
		RuleSets: st.law.RuleSets(), Clocks: st.law.Rules(), Calendars: map[workflow.CalendarID]string{},
		CasePrefix: st.policy.CasePrefix, SupervisionPrefix: st.policy.SupervisionPrefix,
		LegalSignOff: st.policy.LegalSignOff, AutoRegister: st.policy.AutoRegister,
		EssentialSectors: st.policy.EssentialSectors, Zone: st.policy.Zone.String(),
	}
	days := st.law.Settings().Days
	for _, id := range []workflow.CalendarID{workflow.CalendarEU, workflow.CalendarSE} {
		out.Calendars[id] = st.law.Calendar(id).Version()
		if d := days[id]; !d.IsZero() {
			if out.Days == nil {
				out.Days = map[workflow.CalendarID]workflow.CalendarDays{}
			}
			out.Days[id] = d
		}
	}
	return out
}

// current is what the authority works by: in a use case, what it began with.
func (s *Service) current() *standing {
	if s.pinned != nil {
		return s.pinned
	}
	return s.rules.now.Load()
}

// steady is the same service for one use case: whatever administrators change while
// it is under way, it ends by what it began with.
func (s *Service) steady() *Service {
	same := *s
	same.pinned = s.current()
	return &same
}

func (s *Service) law() *workflow.Clocks { return s.current().law }
func (s *Service) policy() Policy        { return s.current().policy }

// Law is the law as the authority has it set just now.
func (s *Service) Law() *workflow.Clocks { return s.current().law }
