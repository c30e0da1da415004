package workflow

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// ClockSettings is what an administrator may change about the law as delivered.
// The zero value changes nothing.
type ClockSettings struct {
	RuleSets []RuleSet                   // instead of DefaultRuleSets, unless empty
	Days     map[CalendarID]CalendarDays // by which the calendars differ from the computed ones
	Periods  map[ClockKind]Period        // instead of the lengths of DefaultClockRules
}

// Clocks is the law as this authority has it configured: rule sets, calendars and
// the lengths of all clocks. It is immutable and safe for concurrent use.
type Clocks struct {
	made      ClockSettings
	sets      []RuleSet
	calendars map[CalendarID]Calendar
	rules     map[ClockKind]ClockRule
}

// NewClocks checks the settings and returns every fault of them at once, in an
// *Error of code clocks whose paths are /rule_sets, /closed, /opened and /periods.
func NewClocks(s ClockSettings) (*Clocks, error) {
	c := &Clocks{made: s, sets: s.RuleSets, calendars: map[CalendarID]Calendar{}, rules: map[ClockKind]ClockRule{}}
	if len(c.sets) == 0 {
		c.sets = DefaultRuleSets()
	}
	c.sets = slices.Clone(c.sets)
	for _, r := range DefaultClockRules() {
		c.rules[r.Kind] = r
	}
	faults := ruleSetFaults(c.sets)
	faults = append(faults, c.makeCalendars(s.Days)...)
	faults = append(faults, c.setPeriods(s.Periods)...)
	if len(faults) > 0 {
		return nil, RefuseFaults("clocks", "The settings of the clocks cannot be used.", faults)
	}
	return c, nil
}

func ruleSetFaults(sets []RuleSet) []Fault {
	var faults []Fault
	seen := map[string]bool{}
	enabled := false
	for i, s := range sets {
		path := fmt.Sprintf("/rule_sets/%d/", i)
		fault := func(broken bool, field, code, message string) {
			if broken {
				faults = append(faults, Fault{path + field, code, message})
			}
		}
		fault(s.ID == "" || seen[s.ID], "id", "not_unique", "Give each rule set an id of its own.")
		fault(s.Hours < 1 || s.Hours > 30*24, "hours", "out_of_range", "Give the hours as a number from 1 to 720.")
		fault(s.Enabled && s.ValidFrom.IsZero(), "valid_from", "missing", "Say since when the enabled rule set holds.")
		fault(s.Enabled && slices.ContainsFunc(sets[:i], func(o RuleSet) bool { return o.Enabled && o.ValidFrom.Equal(s.ValidFrom) }),
			"valid_from", "overlaps", "Another rule set begins at the same time. Let each begin at a time of its own.")
		fault(!slices.Contains(s.Threshold.Codes(), string(s.Threshold)), "threshold", "unknown_code", "Choose RISK or HIGH_RISK.")
		fault(!slices.Contains(s.Policy.Codes(), string(s.Policy)), "policy", "unknown_code", "Choose PLAIN_72H, REG1182_HOURS or REG1182_MIN2WD.")
		seen[s.ID] = true
		enabled = enabled || s.Enabled
	}
	if !enabled {
		faults = append(faults, Fault{"/rule_sets", "none_enabled", "Enable at least one rule set."})
	}
	return faults
}

func (c *Clocks) makeCalendars(days map[CalendarID]CalendarDays) []Fault {
	var faults []Fault
	for _, id := range slices.Sorted(maps.Keys(days)) {
		if !slices.Contains(id.Codes(), string(id)) {
			faults = append(faults, Fault{"/closed", "unknown_code", "Closed days belong to EU_1182_71 or SE_1930_173."})
		}
	}
	for _, code := range CalendarID("").Codes() {
		id := CalendarID(code)
		cal, err := NewCalendar(id, days[id])
		if refusal, ok := errors.AsType[*Error](err); ok {
			for _, f := range refusal.Faults {
				list, item, _ := strings.Cut(strings.TrimPrefix(f.Path, "/"), "/")
				f.Path = "/" + list + "/" + code + "/" + item
				faults = append(faults, f)
			}
		}
		c.calendars[id] = cal
	}
	return faults
}

func (c *Clocks) setPeriods(periods map[ClockKind]Period) []Fault {
	var faults []Fault
	for _, kind := range slices.Sorted(maps.Keys(periods)) {
		p, path := periods[kind], "/periods/"+string(kind)
		rule, known := c.rules[kind]
		switch {
		case !known:
			// The key is input too, so the path ends before it.
			faults = append(faults, Fault{"/periods", "unknown_code", "There is no such clock."})
		case rule.Nature == Statutory:
			faults = append(faults, Fault{path, "set_by_law", "EU law sets the length of this clock. Leave it out."})
		case kind == ClockOrder:
			faults = append(faults, Fault{path, "set_by_order", "Each order sets its own date. Leave it out."})
		case !p.valid():
			faults = append(faults, Fault{path, "period_unreadable", "Give a period from 1 to 999 days, weeks, months or working days."})
		}
		rule.Period = p
		c.rules[kind] = rule
	}
	return faults
}

// Settings are what the law was made from, to make another one that differs in some
// of them.
func (c *Clocks) Settings() ClockSettings {
	return ClockSettings{RuleSets: c.RuleSets(), Days: maps.Clone(c.made.Days), Periods: maps.Clone(c.made.Periods)}
}

// Rule is the rule of a clock; ok is false for an unknown one.
func (c *Clocks) Rule(kind ClockKind) (rule ClockRule, ok bool) {
	rule, ok = c.rules[kind]
	return rule, ok
}

// Rules lists the clocks with their lengths as configured.
func (c *Clocks) Rules() []ClockRule {
	rules := DefaultClockRules()
	for i, r := range rules {
		rules[i] = c.rules[r.Kind]
	}
	return rules
}

// RuleSets lists the rule sets as configured, disabled ones too.
func (c *Clocks) RuleSets() []RuleSet { return slices.Clone(c.sets) }

// Calendar is the configured calendar; there is one for each CalendarID.
func (c *Clocks) Calendar(id CalendarID) Calendar { return c.calendars[id] }

// RuleSetAt is the rule set by which a breach is judged that the controller became
// aware of at this instant.
func (c *Clocks) RuleSetAt(aware time.Time) RuleSet { return RuleSetAt(c.sets, aware) }

// Notify computes the deadlines for notifying a breach by its rule set and the
// configured calendar of EU law.
func (c *Clocks) Notify(aware time.Time) Deadlines {
	return Notify(c.RuleSetAt(aware), c.calendars[CalendarEU], aware)
}

// Movable says whether an open clock of this kind may be given another end. The
// clocks of EU law may not, least of all that of Art. 33; an unknown kind neither.
func (c *Clocks) Movable(kind ClockKind) bool {
	rule, known := c.rules[kind]
	return known && rule.Nature != Statutory
}

// Due sets a clock going. from is the event that starts it: for ClockNotification
// awareness, and for ClockOrder any instant of the date that the order sets, which
// moves to the next working day if it is none. The span of an unknown kind is zero.
func (c *Clocks) Due(kind ClockKind, from time.Time) ClockSpan {
	rule, known := c.rules[kind]
	if !known {
		return ClockSpan{}
	}
	if kind == ClockNotification {
		return c.dueNotification(c.calendars[rule.Calendar], from)
	}
	return c.DueBy(kind, rule.Period, from)
}

// DueBy is Due by a period of its own instead of the one that is configured now: a
// clock keeps the length that it was started with when only the calendar changes.
func (c *Clocks) DueBy(kind ClockKind, p Period, from time.Time) ClockSpan {
	rule, known := c.rules[kind]
	if !known {
		return ClockSpan{}
	}
	cal, start := c.calendars[rule.Calendar], dayOf(from)
	nominal, last := lastDay(cal, start, p)
	span := ClockSpan{
		DueAt:           last.ends(),
		Article:         rule.Article,
		Explanation:     explainSpan(english, cal, p, start, nominal, last),
		ExplanationSV:   explainSpan(swedish, cal, p, start, nominal, last),
		Calendar:        cal.id,
		CalendarVersion: cal.version,
		RuleID:          string(kind),
	}
	if p.N > 0 {
		span.RuleID += "/" + p.String()
	}
	return span
}

// EndBy is when DueBy ends, without its words: for asking of many clocks at once.
func (c *Clocks) EndBy(kind ClockKind, p Period, from time.Time) time.Time {
	return End(c.calendars[c.rules[kind].Calendar], from, p)
}

// CountedBy reads the period that a clock was counted by from its RuleID; zero is
// the date of an order. ok is false for a clock whose end a person set, and for
// one that runs by a rule set.
func CountedBy(ruleID string) (p Period, ok bool) {
	kind, written, counted := strings.Cut(ruleID, "/")
	if !counted {
		return Period{}, ClockKind(kind) == ClockOrder
	}
	p, err := ParsePeriod(written)
	return p, err == nil
}

func (c *Clocks) dueNotification(cal Calendar, aware time.Time) ClockSpan {
	set := c.RuleSetAt(aware)
	d := Notify(set, cal, aware).For(set.Policy)
	return ClockSpan{
		DueAt: d.DueAt, Article: d.Article, Explanation: d.Explanation, ExplanationSV: d.ExplanationSV,
		Calendar: cal.id, CalendarVersion: cal.version, RuleID: set.ID + "/" + string(set.Policy),
	}
}

// explainSpan says how a period came to its last day. A period of no length is
// the date of an order.
func explainSpan(lang language, cal Calendar, p Period, start, nominal, last day) string {
	from, to, end := start.text(lang), nominal.text(lang), last.text(lang)
	moved := nominal != last
	floor := last != cal.next(nominal) // two working days, Regulation 1182/71 Art. 3(5)
	if lang == swedish {
		period := "Tiden, " + p.words(lang) + " från " + from + ","
		switch {
		case p.N == 0 && !moved:
			return "Tiden löper ut när dagen som föreläggandet anger, " + to + ", är slut."
		case p.N == 0:
			period = "Tiden enligt föreläggandet"
		case !moved:
			return period + " löper ut när " + end + " är slut."
		case floor:
			return period + " skulle löpa ut " + to + " men rymmer inte två arbetsdagar, så den löper ut när " + end + " är slut."
		}
		return period + " skulle löpa ut " + to + " (" + cal.why(nominal, lang) + "), så den löper ut när nästa arbetsdag, " + end + ", är slut."
	}
	period := "The period of " + p.words(lang) + " from " + from
	switch {
	case p.N == 0 && !moved:
		return "The period ends at the end of the date that the order sets, " + to + "."
	case p.N == 0:
		period = "The period set by the order"
	case !moved:
		return period + " ends at the end of " + end + "."
	case floor:
		return period + " would end on " + to + " and hold fewer than two working days, so it ends at the end of " + end + "."
	}
	return period + " would end on " + to + " (" + cal.why(nominal, lang) + "), so it ends at the end of the next working day, " + end + "."
}
