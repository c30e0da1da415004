package web

import (
	"net/http"
	"slices"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

var settingsRoutes = []route{
	{
		Method: get, Path: "/api/v1/settings", Access: Authority, Tag: tagSettings, handle: (*call).settings,
		Summary: "The time limits, calendars and rule sets in force",
		Answers: []answer{{Status: 200, What: "What the authority works by now, and where each part comes from.", Body: settingsView{}}},
	},
	{
		Method: get, Path: "/api/v1/settings/journal", Access: Authority, Tag: tagSettings, handle: (*call).settingsJournal,
		Summary: "Every change of the settings", Answers: []answer{{Status: 200, What: "The changes, the newest first.", Body: settingsJournal{}}},
	},
	{
		Method: post, Path: "/api/v1/settings/preview", Access: Administrator, Tag: tagSettings, handle: (*call).settingsPreview,
		Summary: "What a change of the settings would do", Body: cases.SettingsChange{}, Example: "settings",
		Detail: "Nothing is changed. Open clocks of EU law, those of Article 33 among them, and closed clocks never move. " +
			"Secret cases are counted for those whom they name only. Numbers of cases are told to callers who are staff too.",
		Answers: []answer{{Status: 200, What: "What would change, and which open clocks would move.", Body: cases.SettingsPreview{}}},
		Also:    []int{412},
	},
	{
		Method: post, Path: "/api/v1/settings/changes", Access: Administrator, Tag: tagSettings, handle: (*call).settingsChange,
		Summary: "Change the settings", Body: cases.SettingsChange{}, Example: "settings", Key: keyTaken,
		Detail: "version is that of the settings on which the change was decided; when it is another one by now, 412 lists what was changed since. " +
			"Open clocks follow by an event of their own, the first of them at once and the rest within the next sweeps.",
		Answers: []answer{{Status: 201, What: "What the authority works by from now on.", Body: settingsView{}}},
		Also:    []int{412},
	},
}

// settingOrigin says where a setting comes from.
type settingOrigin string

// The origins.
const (
	fromProgram       settingOrigin = "DELIVERED"  // as the program has it
	fromConfiguration settingOrigin = "CONFIGURED" // by the installation's configuration
	fromAdministrator settingOrigin = "SET"        // by an administrator, in the program
)

// Codes lists the origins.
func (settingOrigin) Codes() []string {
	return []string{string(fromProgram), string(fromConfiguration), string(fromAdministrator)}
}

// ruleSetState says how a rule set stands to the time.
type ruleSetState string

// The states of a rule set.
const (
	ruleSetPast    ruleSetState = "PAST"
	ruleSetInForce ruleSetState = "IN_FORCE"
	ruleSetComing  ruleSetState = "COMING"
	ruleSetDraft   ruleSetState = "NO_LAW" // proposed, and in force nowhere
)

// Codes lists the states of a rule set.
func (ruleSetState) Codes() []string {
	return []string{string(ruleSetPast), string(ruleSetInForce), string(ruleSetComing), string(ruleSetDraft)}
}

// settingsView is what the authority works by.
type settingsView struct {
	Version          int64                    `json:"version" doc:"Sent back with a change."`
	Clocks           []clockSetting           `json:"clocks"`
	Calendars        []calendarSetting        `json:"calendars"`
	RuleSets         []ruleSetSetting         `json:"rule_sets"`
	LegalSignOff     bool                     `json:"legal_sign_off"`
	AutoRegister     bool                     `json:"auto_register"`
	EssentialSectors []cases.SectorOfActivity `json:"essential_sectors"`
	Overruled        []string                 `json:"overruled" doc:"Settings of the configuration that say something else than what administrators set."`
	Waiting          int                      `json:"waiting" doc:"Open clocks that still have to follow the newest change."`
}

type clockSetting struct {
	workflow.ClockRule
	Configurable bool          `json:"configurable"`
	Origin       settingOrigin `json:"origin"`
}

type calendarSetting struct {
	ID      workflow.CalendarID  `json:"id"`
	Version string               `json:"version"`
	Closed  []workflow.ClosedDay `json:"closed" doc:"Further days that are no working days."`
	Opened  []string             `json:"opened" doc:"Holidays of the law that are working days after all."`
	Origin  settingOrigin        `json:"origin"`
}

type ruleSetSetting struct {
	workflow.RuleSet
	State        ruleSetState `json:"state"`
	Withdrawable bool         `json:"withdrawable"`
}

type settingsJournal struct {
	Items []cases.JournalEntry `json:"items"`
}

// settingsOf is the settings for programs, and for the pages that show the same.
func settingsOf(v cases.SettingsView, now time.Time) settingsView {
	out := settingsView{
		Version: v.Version, LegalSignOff: v.Policy.LegalSignOff, AutoRegister: v.Policy.AutoRegister,
		EssentialSectors: list(v.Policy.EssentialSectors), Overruled: list(v.Overruled), Waiting: v.Waiting,
	}
	delivered := map[workflow.ClockKind]workflow.Period{}
	for _, r := range workflow.DefaultClockRules() {
		delivered[r.Kind] = r.Period
	}
	for _, r := range v.Law.Rules() {
		k := clockSetting{ClockRule: r, Configurable: r.Configurable(), Origin: fromProgram}
		if _, set := v.Set.Lengths[r.Kind]; set {
			k.Origin = fromAdministrator
		} else if r.Period != delivered[r.Kind] {
			k.Origin = fromConfiguration
		}
		out.Clocks = append(out.Clocks, k)
	}
	days := v.Law.Settings().Days
	for _, id := range []workflow.CalendarID{workflow.CalendarSE, workflow.CalendarEU} {
		c := calendarSetting{
			ID: id, Version: v.Law.Calendar(id).Version(), Closed: list(days[id].Closed), Opened: list(days[id].Opened), Origin: fromProgram,
		}
		if _, set := v.Set.Calendars[id]; set {
			c.Origin = fromAdministrator
		} else if !days[id].IsZero() {
			c.Origin = fromConfiguration
		}
		out.Calendars = append(out.Calendars, c)
	}
	out.RuleSets = ruleSetsOf(v, now)
	return out
}

// ruleSetsOf are the rule sets in the order of time, those that are no law last.
func ruleSetsOf(v cases.SettingsView, now time.Time) []ruleSetSetting {
	out := []ruleSetSetting{}
	inForce := v.Law.RuleSetAt(now).ID
	for _, r := range v.Law.RuleSets() {
		s := ruleSetSetting{RuleSet: r, State: ruleSetPast}
		switch {
		case !r.Enabled:
			s.State = ruleSetDraft
		case r.ID == inForce:
			s.State = ruleSetInForce
		case r.ValidFrom.After(now):
			s.State = ruleSetComing
			s.Withdrawable = slices.ContainsFunc(v.Set.RuleSets, func(a workflow.RuleSet) bool { return a.ID == r.ID })
		}
		out = append(out, s)
	}
	slices.SortStableFunc(out, func(a, b ruleSetSetting) int {
		if draftA, draftB := a.State == ruleSetDraft, b.State == ruleSetDraft; draftA != draftB {
			if draftA {
				return 1
			}
			return -1
		}
		return a.ValidFrom.Compare(b.ValidFrom)
	})
	return out
}

func (q *call) settings() error {
	v, err := q.s.opt.Cases.Settings(q.actor)
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, settingsOf(v, q.s.now()))
}

func (q *call) settingsJournal() error {
	entries, err := q.s.opt.Cases.Journal(q.ctx, q.actor)
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, settingsJournal{entries})
}

func (q *call) settingsPreview() error {
	var in cases.SettingsChange
	if err := q.bind(&in); err != nil {
		return err
	}
	p, err := q.s.opt.Cases.PreviewSettings(q.ctx, q.actor, in)
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, p)
}

func (q *call) settingsChange() error {
	var in cases.SettingsChange
	cmd, err := q.bindKeyed(&in)
	if err != nil {
		return err
	}
	v, err := q.s.opt.Cases.ChangeSettings(q.ctx, q.actor, in, cmd)
	if err != nil {
		return err
	}
	return q.answer(http.StatusCreated, settingsOf(v, q.s.now()))
}
