package cases

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// SettingsChange is what an administrator wants to have set, as seen on a version of
// the settings. What is left out stays as it is.
type SettingsChange struct {
	Version          int64               `json:"version"`
	Reason           Text                `json:"reason"`
	Lengths          []LengthChange      `json:"lengths,omitempty"`
	CloseDays        []DayChange         `json:"close_days,omitempty"`
	OpenDays         []DayChange         `json:"open_days,omitempty"`
	AddRuleSets      []RuleSetChange     `json:"add_rule_sets,omitempty"`
	WithdrawRuleSets []string            `json:"withdraw_rule_sets,omitempty"` // ids
	LegalSignOff     *bool               `json:"legal_sign_off,omitempty"`
	AutoRegister     *bool               `json:"auto_register,omitempty"`
	EssentialSectors *[]SectorOfActivity `json:"essential_sectors,omitempty"` // all of them; empty is none
}

// LengthChange gives a clock another length, from now on.
type LengthChange struct {
	Clock  workflow.ClockKind `json:"clock"`
	Period string             `json:"period"`         // 4w, 10wd
	Open   bool               `json:"open,omitempty"` // clocks that run already take it too
}

// DayChange closes a day of a calendar, or opens one.
type DayChange struct {
	Calendar workflow.CalendarID `json:"calendar"`
	Date     Date                `json:"date"`
	Name     string              `json:"name,omitempty"` // of a day that is closed
}

// RuleSetChange is a set of rules on notifying that holds from a coming day on.
type RuleSetChange struct {
	ID        string             `json:"id"`
	ValidFrom Date               `json:"valid_from"` // its midnight in Stockholm
	Hours     int                `json:"hours"`
	Threshold workflow.Threshold `json:"threshold"`
	Policy    workflow.Policy    `json:"policy"`
	Article   string             `json:"article"`
}

const (
	// mostInAChange bounds each list of a change, for the sake of whoever reads it.
	mostInAChange = 100
	// maxDayName is how long the name of a closed day may be: it stands in a sentence.
	maxDayName = 100
	maxArticle = 200
)

// calendarEnds is the last year for which days are set: calendars are worked out so far.
const calendarEnds = 2080

var ruleSetID = regexp.MustCompile(`^[A-Z][A-Z0-9_]{2,39}$`)

// changing works out what a change makes of what stands.
type changing struct {
	from    *standing
	version int64 // of the settings, once it is made
	now     time.Time
	asked   SettingsChange
	set     Adjustments
	faults  []workflow.Fault
}

// adjust is what administrators have set once the change is made. Every fault of it
// is found at once.
func (st *standing) adjust(asked SettingsChange, version int64, now time.Time) (Adjustments, error) {
	k := &changing{from: st, version: version, now: now, asked: asked, set: st.set}
	if strings.TrimSpace(string(asked.Reason)) == "" {
		k.fault("/reason", "required", "Say why. The reason stands in the journal and with every clock that moves.")
	}
	k.bound("/lengths", len(asked.Lengths))
	k.bound("/close_days", len(asked.CloseDays))
	k.bound("/open_days", len(asked.OpenDays))
	k.bound("/add_rule_sets", len(asked.AddRuleSets))
	k.lengths()
	k.days()
	k.withdraw()
	k.addRuleSets()
	k.policy()
	if len(k.faults) > 0 {
		return Adjustments{}, workflow.RefuseFaults("settings", "The settings cannot be changed like this.", k.faults)
	}
	return k.set, nil
}

func (k *changing) fault(path, code, message string) {
	k.faults = append(k.faults, workflow.Fault{Path: path, Code: code, Message: message})
}

func (k *changing) bound(path string, n int) {
	if n > mostInAChange {
		k.fault(path, "too_many", "Change at most 100 of these at once.")
	}
}

func (k *changing) lengths() {
	if len(k.asked.Lengths) == 0 {
		return
	}
	k.set.Lengths = maps.Clone(k.set.Lengths)
	if k.set.Lengths == nil {
		k.set.Lengths = map[workflow.ClockKind]LengthSet{}
	}
	seen := map[workflow.ClockKind]bool{}
	for i, want := range k.asked.Lengths {
		path := fmt.Sprintf("/lengths/%d/", i)
		rule, known := k.from.law.Rule(want.Clock)
		period, err := workflow.ParsePeriod(want.Period)
		switch {
		case !known:
			k.fault(path+"clock", "unknown_code", "There is no such clock.")
		case seen[want.Clock]:
			k.fault(path+"clock", "clock_twice", "Give each clock one length.")
		case !rule.Configurable():
			k.fault(path+"clock", "set_by_law", "The length of this clock is not the authority's to set.")
		case err != nil:
			k.fault(path+"period", "period_unreadable", "Write the length as a number from 1 to 999 with d (days), w (weeks), m (months) or wd (working days), as in 4w or 10wd.")
		case want.Open && rule.Nature == workflow.National:
			k.fault(path+"open", "started_by_law", "A time limit of Swedish law keeps the length that it began with. Leave this out.")
		case period == rule.Period && !want.Open:
			k.fault(path+"period", "unchanged", "The clock has this length already.")
		}
		seen[want.Clock] = true
		k.set.Lengths[want.Clock] = LengthSet{Period: period, Open: want.Open, Reason: k.asked.Reason, Since: k.version}
	}
}

// days closes and opens days. A day that has passed stays as it was: whoever was in
// time by it stays in time, and whoever was late stays late.
func (k *changing) days() {
	if len(k.asked.CloseDays)+len(k.asked.OpenDays) == 0 {
		return
	}
	seen := map[DayChange]bool{}
	k.set.Calendars = maps.Clone(k.set.Calendars)
	if k.set.Calendars == nil {
		k.set.Calendars = map[workflow.CalendarID]CalendarSet{}
	}
	for i, d := range k.asked.CloseDays {
		path := fmt.Sprintf("/close_days/%d/", i)
		at, ok := k.day(path, d, seen)
		name := strings.TrimSpace(d.Name)
		switch {
		case name == "":
			k.fault(path+"name", "required", "Say what the day is called. The name stands in the explanation of every clock that it moves.")
		case len([]rune(name)) > maxDayName || strings.ContainsFunc(name, func(r rune) bool { return isControl(r) || r == '\n' || r == '\t' }):
			k.fault(path+"name", "invalid_text", "Give the day a name of at most 100 characters on one line.")
		case ok && !k.from.law.Calendar(d.Calendar).WorkingDay(at):
			k.fault(path+"date", "already_closed", "This day is no working day of the calendar as it is.")
		case ok:
			k.closeDay(d.Calendar, string(d.Date), name)
		}
	}
	for i, d := range k.asked.OpenDays {
		path := fmt.Sprintf("/open_days/%d/", i)
		at, ok := k.day(path, d, seen)
		switch {
		case !ok:
		case at.Weekday() == time.Saturday || at.Weekday() == time.Sunday:
			k.fault(path+"date", "weekend", "Saturdays and Sundays stay as they are.")
		case k.from.law.Calendar(d.Calendar).WorkingDay(at):
			k.fault(path+"date", "already_open", "This day is a working day of the calendar as it is.")
		default:
			k.openDay(d.Calendar, string(d.Date), k.from.law.Calendar(d.Calendar).Holiday(at))
		}
	}
}

// day checks what closing and opening a day have in common.
func (k *changing) day(path string, d DayChange, seen map[DayChange]bool) (at time.Time, ok bool) {
	key := DayChange{Calendar: d.Calendar, Date: d.Date}
	at, ok = d.Date.Time(workflow.Stockholm)
	today := Date(k.now.In(workflow.Stockholm).Format(time.DateOnly))
	before := len(k.faults)
	if !slices.Contains(d.Calendar.Codes(), string(d.Calendar)) {
		k.fault(path+"calendar", "unknown_code", "Choose EU_1182_71 or SE_1930_173.")
	}
	switch {
	case !ok:
		k.fault(path+"date", "date_unreadable", "Write the date as in 2026-12-28.")
	case d.Date < today:
		k.fault(path+"date", "in_the_past", "A day that has passed stays as it was. Give today or a later day.")
	case at.Year() > calendarEnds:
		k.fault(path+"date", "too_far", "Give a day up to the year 2080.")
	case seen[key]:
		k.fault(path+"date", "day_twice", "Name each day of a calendar once.")
	}
	seen[key] = true
	return at, len(k.faults) == before
}

// calendar is a calendar's days as they are about to be set: all of them, those that
// came from the configuration too.
func (k *changing) calendar(id workflow.CalendarID) CalendarSet {
	days := k.from.law.Settings().Days[id]
	if c, ok := k.set.Calendars[id]; ok {
		days = c.CalendarDays
	}
	return CalendarSet{
		CalendarDays: workflow.CalendarDays{Closed: slices.Clone(days.Closed), Opened: slices.Clone(days.Opened)},
		Reason:       k.asked.Reason, Since: k.version,
	}
}

func (k *changing) closeDay(id workflow.CalendarID, date, name string) {
	c := k.calendar(id)
	if i := slices.Index(c.Opened, date); i >= 0 {
		c.Opened = slices.Delete(c.Opened, i, i+1) // the law's own holiday is one again
	} else {
		c.Closed = append(c.Closed, workflow.ClosedDay{Date: date, Name: name})
		slices.SortFunc(c.Closed, func(a, b workflow.ClosedDay) int { return strings.Compare(a.Date, b.Date) })
	}
	k.set.Calendars[id] = c
}

func (k *changing) openDay(id workflow.CalendarID, date string, holiday bool) {
	c := k.calendar(id)
	c.Closed = slices.DeleteFunc(c.Closed, func(d workflow.ClosedDay) bool { return d.Date == date })
	if holiday {
		c.Opened = append(c.Opened, date)
		slices.Sort(c.Opened)
	}
	k.set.Calendars[id] = c
}

// withdraw takes back rule sets that have not begun. One that has is history: cases
// were judged by it.
func (k *changing) withdraw() {
	k.set.RuleSets = slices.Clone(k.set.RuleSets)
	for i, id := range k.asked.WithdrawRuleSets {
		path := fmt.Sprintf("/withdraw_rule_sets/%d", i)
		at := slices.IndexFunc(k.set.RuleSets, func(r workflow.RuleSet) bool { return r.ID == id })
		delivered := slices.ContainsFunc(k.from.law.RuleSets(), func(r workflow.RuleSet) bool { return r.ID == id })
		switch {
		case at < 0 && delivered:
			k.fault(path, "delivered", "This rule set came with the program and cannot be withdrawn.")
		case at < 0:
			k.fault(path, "no_such_rule_set", "There is no such rule set.")
		case !k.set.RuleSets[at].ValidFrom.After(k.now):
			k.fault(path, "has_begun", "This rule set has begun, and cases are judged by it. Add a later one that takes its place.")
		default:
			k.set.RuleSets = slices.Delete(k.set.RuleSets, at, at+1)
		}
	}
}

func (k *changing) addRuleSets() {
	known := slices.DeleteFunc(k.from.law.RuleSets(), func(r workflow.RuleSet) bool {
		return slices.Contains(k.asked.WithdrawRuleSets, r.ID)
	})
	for i, want := range k.asked.AddRuleSets {
		path := fmt.Sprintf("/add_rule_sets/%d/", i)
		fault := func(broken bool, field, code, message string) {
			if broken {
				k.fault(path+field, code, message)
			}
		}
		begins, dated := want.ValidFrom.Time(workflow.Stockholm)
		article := strings.TrimSpace(want.Article)
		fault(!ruleSetID.MatchString(want.ID), "id", "code_unreadable", "Name it with 3 to 40 capital letters, digits and _, beginning with a letter.")
		fault(slices.ContainsFunc(known, func(r workflow.RuleSet) bool { return r.ID == want.ID }), "id", "not_unique", "There is a rule set of this name. Give it one of its own.")
		fault(!dated, "valid_from", "date_unreadable", "Write the date as in 2026-12-28.")
		fault(dated && !begins.After(k.now), "valid_from", "in_the_past", "A rule set begins on a coming day: what was notified before is judged by the law of its time.")
		fault(dated && begins.Year() > calendarEnds, "valid_from", "too_far", "Give a day up to the year 2080.")
		fault(dated && slices.ContainsFunc(known, func(r workflow.RuleSet) bool { return r.Enabled && r.ValidFrom.Equal(begins) }),
			"valid_from", "overlaps", "Another rule set begins on this day. Withdraw that one, or choose another day.")
		fault(want.Hours < 1 || want.Hours > 30*24, "hours", "out_of_range", "Give the hours as a number from 1 to 720.")
		fault(!slices.Contains(want.Threshold.Codes(), string(want.Threshold)), "threshold", "unknown_code", "Choose RISK or HIGH_RISK.")
		fault(!slices.Contains(want.Policy.Codes(), string(want.Policy)), "policy", "unknown_code", "Choose PLAIN_72H, REG1182_HOURS or REG1182_MIN2WD.")
		fault(article == "" || len([]rune(article)) > maxArticle || strings.ContainsFunc(article, isControl), "article", "invalid_text", "Name the provision in at most 200 characters.")
		set := workflow.RuleSet{
			ID: want.ID, ValidFrom: toMillis(begins), Enabled: true, Hours: want.Hours, Threshold: want.Threshold,
			FormVersion: workflow.RuleSetAt(k.from.law.RuleSets(), k.now).FormVersion, Policy: want.Policy, Article: article,
		}
		known = append(known, set)
		k.set.RuleSets = append(k.set.RuleSets, set)
	}
}

func (k *changing) policy() {
	if k.asked.LegalSignOff != nil {
		k.set.LegalSignOff = k.asked.LegalSignOff
	}
	if k.asked.AutoRegister != nil {
		k.set.AutoRegister = k.asked.AutoRegister
	}
	if k.asked.EssentialSectors == nil {
		return
	}
	want := slices.Clone(*k.asked.EssentialSectors)
	for i, sector := range want {
		if !slices.Contains(sector.Codes(), string(sector)) {
			k.fault(fmt.Sprintf("/essential_sectors/%d", i), "unknown_code", "Choose sectors of the list.")
		}
	}
	slices.Sort(want)
	if want = slices.Compact(want); len(want) == 0 {
		want = nil
	}
	k.set.Sectors = &EssentialSectorsSet{Sectors: want}
}
