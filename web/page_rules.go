package web

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

var rulesRoutes = []route{
	{Method: get, Path: "/rules", Access: Authority, Tag: tagPages, Page: true, Summary: "The time limits, calendars and rule sets", handle: (*call).rules},
	{Method: get, Path: "/rules/{topic}", Access: Administrator, Tag: tagPages, Page: true, Summary: "The form of a change of the rules", handle: (*call).rulesForm},
	{Method: post, Path: "/rules/{topic}", Access: Administrator, Tag: tagPages, Page: true, Summary: "Preview a change of the rules, and make it", handle: (*call).rulesByForm},
}

// rulesPage shows everything that cases are judged by: to all who work at the
// authority, to be changed by administrators.
type rulesPage struct {
	page
	Settings  settingsView
	CanChange bool
	Year      int
	Earlier   int // years beside it; 0 where there is none
	Later     int
	Days      []calendarDay
	Overruled string
	Prefixes  [2]string // of case numbers and of supervision numbers
	Aware     string    // as it was typed
	Counts    []countedHours
	AwareBad  string
	Journal   []journalLine
}

// calendarDay is a day with what each calendar makes of it.
type calendarDay struct {
	Date, Weekday string
	Stamp         string
	Name          string
	Swedish, EU   string // "closed", "working" or "set", which is closed by the authority
}

// countedHours is one way of counting the hours of Article 33.
type countedHours struct {
	workflow.Deadline
	Counts bool // the one that lateness is judged by
}

// journalLine is a change of the settings in words.
type journalLine struct {
	At, Stamp string
	Who       string
	Reason    string
	Changes   []string
	Open      []string
}

// The years that the calendars show.
const (
	firstCalendarYear = 2016
	lastCalendarYear  = 2080
)

// rules shows the rules.
func (q *call) rules() error {
	v, err := q.s.opt.Cases.Settings(q.actor)
	if err != nil {
		return err
	}
	entries, err := q.s.opt.Cases.Journal(q.ctx, q.actor)
	if err != nil {
		return err
	}
	p := rulesPage{page: q.page("rules", "rules.title"), Settings: settingsOf(v, q.s.now()), Overruled: strings.Join(v.Overruled, ", ")}
	p.CanChange = q.actor.Has(workflow.RoleAdministrator)
	p.Prefixes = [2]string{v.Policy.CasePrefix, v.Policy.SupervisionPrefix}
	p.year(q.Query("year"), v.Law)
	p.try(q.Query("aware"), v.Law, q.s.opt.Zone)
	var actors []string
	for _, e := range entries {
		actors = append(actors, e.By)
	}
	names := q.names(actors)
	for _, e := range entries {
		p.Journal = append(p.Journal, p.journalLine(e, names))
	}
	return q.render(fiber.StatusOK, "rules", p)
}

// year fills in the days of the year that is asked for, or of the present one.
func (p *rulesPage) year(asked string, law *workflow.Clocks) {
	p.Year = p.now.In(p.zone).Year()
	if n, err := strconv.Atoi(asked); err == nil && n >= firstCalendarYear && n <= lastCalendarYear {
		p.Year = n
	}
	if p.Year > firstCalendarYear {
		p.Earlier = p.Year - 1
	}
	if p.Year < lastCalendarYear {
		p.Later = p.Year + 1
	}
	days := map[string]*calendarDay{}
	for _, id := range []workflow.CalendarID{workflow.CalendarSE, workflow.CalendarEU} {
		for _, d := range law.Calendar(id).SpecialDays(p.Year) {
			if days[d.Date] == nil {
				days[d.Date] = p.calendarDay(d, law)
			}
		}
	}
	for _, date := range slices.Sorted(maps.Keys(days)) {
		p.Days = append(p.Days, *days[date])
	}
}

func (p *rulesPage) calendarDay(d workflow.SpecialDay, law *workflow.Clocks) *calendarDay {
	at, _ := cases.Date(d.Date).Time(workflow.Stockholm)
	out := &calendarDay{
		Date: p.date(at), Stamp: d.Date, Weekday: p.T("weekday." + strconv.Itoa(int(at.Weekday()))), Name: p.Either(d.Name, d.NameSV),
	}
	state := func(id workflow.CalendarID) string {
		c := law.Calendar(id)
		for _, s := range c.SpecialDays(at.Year()) {
			if s.Date == d.Date && s.Set {
				return map[bool]string{true: "opened", false: "set"}[s.Working]
			}
		}
		if c.WorkingDay(at) {
			return "working"
		}
		return "closed"
	}
	out.Swedish, out.EU = state(workflow.CalendarSE), state(workflow.CalendarEU)
	return out
}

// try shows what the hours of Article 33 come to from an instant of awareness.
func (p *rulesPage) try(asked string, law *workflow.Clocks, zone *time.Location) {
	if asked == "" {
		return
	}
	if _, err := time.Parse(localInstant, asked); err == nil {
		p.Aware = asked // a browser shows nothing else in such a field, and complains of it
	}
	aware, err := workflow.ParseLocal(asked, zone)
	if err != nil {
		p.AwareBad = p.sentence(err)
		return
	}
	set := law.RuleSetAt(aware)
	for _, d := range law.Notify(aware) {
		p.Counts = append(p.Counts, countedHours{d, d.Policy == set.Policy})
	}
}

// journalLine says a change in words.
func (p *page) journalLine(e cases.JournalEntry, names map[string]string) journalLine {
	out := journalLine{At: p.DateTime(e.At), Stamp: p.Stamp(e.At), Who: p.who(e.By, names), Reason: string(e.Reason)}
	for _, d := range e.Changes {
		out.Changes = append(out.Changes, p.settingDiff(d))
	}
	for _, kind := range e.Open {
		out.Open = append(out.Open, p.Code(kind))
	}
	return out
}

// settingDiff says what was changed from what to what.
func (p *page) settingDiff(d cases.SettingDiff) string {
	parts := strings.Split(strings.TrimPrefix(d.Path, "/"), "/")
	what, from, to := "", d.From, d.To
	switch {
	case parts[0] == "clocks" && len(parts) == 2:
		what, from, to = p.Code(workflow.ClockKind(parts[1])), p.period(d.From), p.period(d.To)
	case parts[0] == "calendars" && len(parts) == 3:
		what = p.Code(workflow.CalendarID(parts[1])) + ", " + p.day(cases.Date(parts[2]))
		from, to = p.dayValue(d.From), p.dayValue(d.To)
	case parts[0] == "rule_sets" && len(parts) == 2:
		what = p.T("rules.set_named", "ID", parts[1])
	default:
		what = p.T("rules.setting." + parts[0])
		from, to = p.settingValue(d.From), p.settingValue(d.To)
	}
	nothing := p.T("rules.nothing")
	return p.T("rules.diff", "What", what, "From", cmp.Or(from, nothing), "To", cmp.Or(to, nothing))
}

// dayValue says what a calendar makes of a day that the authority changed.
func (p *page) dayValue(v string) string {
	switch v {
	case "":
		return p.T("rules.day.as_law")
	case "working_day":
		return p.T("rules.day.working")
	}
	return p.T("rules.day.named", "Name", v)
}

func (p *page) settingValue(v string) string {
	switch v {
	case "true":
		return p.T("yes")
	case "false":
		return p.T("no")
	}
	var out []string
	for code := range strings.SplitSeq(v, ", ") {
		if slices.Contains(cases.SectorOfActivity("").Codes(), code) {
			code = p.Code(cases.SectorOfActivity(code))
		}
		out = append(out, code)
	}
	return strings.Join(out, ", ")
}

// period writes a length's text form in words.
func (p *page) period(written string) string {
	length, err := workflow.ParsePeriod(written)
	if err != nil {
		return written
	}
	return p.Period(length)
}

// Period writes a length in words: "3 veckor". One that comes from elsewhere is "".
func (p page) Period(length workflow.Period) string {
	if length.IsZero() {
		return ""
	}
	return p.T("period."+string(length.Unit), "Count", length.N)
}
