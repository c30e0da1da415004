package cases_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/cases/casestest"
	"github.com/vaka-project/vaka/workflow"
)

// started is an office that has noted its settings.
func started(t testing.TB, store cases.Store) *office {
	t.Helper()
	o := officeOn(t, store, cases.Policy{})
	if err := o.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *office) version() int64 {
	o.t.Helper()
	v, err := o.Settings(admin)
	if err != nil {
		o.t.Fatal(err)
	}
	return v.Version
}

// set changes the settings as they are now.
func (o *office) change(c cases.SettingsChange) error {
	o.t.Helper()
	c.Version = o.version()
	if c.Reason == "" {
		c.Reason = "A new law."
	}
	_, err := o.ChangeSettings(o.t.Context(), admin, c, cases.Command{})
	return err
}

func (o *office) must(c cases.SettingsChange) {
	o.t.Helper()
	if err := o.change(c); err != nil {
		o.t.Fatal(err)
	}
}

func closeSE(dates ...cases.Date) cases.SettingsChange {
	return cases.SettingsChange{CloseDays: days(workflow.CalendarSE, dates...)}
}

func openSE(dates ...cases.Date) cases.SettingsChange {
	return cases.SettingsChange{OpenDays: days(workflow.CalendarSE, dates...)}
}

func days(id workflow.CalendarID, dates ...cases.Date) (out []cases.DayChange) {
	for _, d := range dates {
		out = append(out, cases.DayChange{Calendar: id, Date: d, Name: "extra"})
	}
	return out
}

// lastDayOf is the day at the end of which a clock runs out.
func lastDayOf(k cases.Clock) cases.Date {
	return cases.Date(k.DueAt.In(workflow.Stockholm).AddDate(0, 0, -1).Format(time.DateOnly))
}

func length(kind workflow.ClockKind, period string, open bool) cases.SettingsChange {
	return cases.SettingsChange{Lengths: []cases.LengthChange{{Clock: kind, Period: period, Open: open}}}
}

// variety brings cases into states in which every sort of clock runs.
func (o *office) variety() []string {
	o.t.Helper()
	due := begin.AddDate(0, 2, 0)
	ordered := draft(workflow.OutcomeOrderCompliance, cases.CorrectiveAction{Power: workflow.MeasureOrderCompliance, Text: "Do.", DueAt: &due})
	queried, extended := o.investigation(), o.investigation()
	o.take(caseworker, queried, workflow.StepRequestReply, cases.StepData{Questions: []cases.Text{"?"}})
	c := o.take(caseworker, extended, workflow.StepRequestReply, cases.StepData{Questions: []cases.Text{"?"}})
	later := c.OpenRequest().DueAt.AddDate(0, 0, 7)
	o.take(caseworker, extended, workflow.StepExtendClock, cases.StepData{Clock: "REPLY-1", DueAt: &later})
	assisted := o.investigation()
	o.take(caseworker, assisted, workflow.StepRequestAssistance, cases.StepData{Recipient: "Datatilsynet", Questions: []cases.Text{"?"}})
	return []string{
		o.submit(notifier, mild).ID, o.triage(map[string]any{"notification_subkind": "INCOMPLETE"}), o.triage(nil),
		queried, extended, assisted, o.decided(ordered),
	}
}

func TestSettings_AClosedDayMovesOpenNationalClocks(t *testing.T) {
	o := started(t, newMemory())
	due := begin.AddDate(0, 2, 0)
	id := o.decided(draft(workflow.OutcomeOrderCompliance, cases.CorrectiveAction{Power: workflow.MeasureOrderCompliance, Text: "Do.", DueAt: &due}))
	before := o.load(id)
	appeal, order := clock(t, before, "APPEAL-1"), clock(t, before, "ORDER-1")
	o.must(closeSE(lastDayOf(appeal), lastDayOf(order)))

	after := o.load(id)
	for _, was := range []cases.Clock{appeal, order} {
		now := clock(t, after, was.ID)
		if !now.DueAt.After(was.DueAt) || now.Revision != was.Revision+1 || now.MovedBecause != "A new law." ||
			now.CalendarVersion == was.CalendarVersion || now.Rule != was.Rule || now.StartedAt != was.StartedAt {
			t.Errorf("%+v became\n%+v", was, now)
		}
		if !strings.Contains(now.ExplanationSV, "extra") {
			t.Errorf("the explanation does not name the day: %s", now.ExplanationSV)
		}
	}
	if !after.Decision.AppealEndsAt.Equal(clock(t, after, "APPEAL-1").DueAt) {
		t.Error("the decision names another end of the appeal period than its clock")
	}
	events, err := o.History(t.Context(), caseworker, id)
	if err != nil {
		t.Fatal(err)
	}
	last := events[len(events)-1]
	var moved cases.ClockMoved
	if err := last.Read(&moved); err != nil || last.Header.Kind != cases.EventClockMoved || last.Header.Actor != "system:settings_followed" {
		t.Fatalf("%+v %v", last.Header, err)
	}
	if moved.Settings != 2 || moved.Reason != "A new law." || !moved.WasDueAt.Equal(order.DueAt) && !moved.WasDueAt.Equal(appeal.DueAt) {
		t.Errorf("%+v", moved)
	}
	o.sound(id)
	if swept := o.sweep(); swept.Acted != 0 || o.load(id).Version != after.Version {
		t.Errorf("a clock that follows was moved again: %+v", swept)
	}
}

// A request's date goes along, and what is promised to the party is the clock's end.
func TestSettings_ARequestFollowsItsClock(t *testing.T) {
	o := started(t, newMemory())
	id := o.investigation()
	o.take(caseworker, id, workflow.StepRequestReply, cases.StepData{Questions: []cases.Text{"?"}})
	o.must(closeSE(lastDayOf(clock(t, o.load(id), "REPLY-1"))))
	c := o.load(id)
	if k := clock(t, c, "REPLY-1"); k.Revision != 2 || !c.OpenRequest().DueAt.Equal(k.DueAt) {
		t.Errorf("%+v %+v", k, c.OpenRequest())
	}
}

// Whatever days are closed and opened again: what moved is back where it was, two
// revisions on; closed clocks, clocks of EU law and dates that a person set never
// change; and the notification is judged as it was.
func TestSettings_MovingADayAndBackReturnsEveryClock(t *testing.T) {
	o := started(t, newMemory())
	ids := o.variety()
	dates := map[cases.Date]bool{}
	for _, id := range ids {
		for _, k := range o.load(id).OpenClocks() {
			day := k.DueAt.In(workflow.Stockholm).AddDate(0, 0, -1)
			for n := range 5 {
				d := day.AddDate(0, 0, n-2)
				if o.Law().Calendar(workflow.CalendarSE).WorkingDay(d) && d.After(begin.AddDate(0, 0, 1)) {
					dates[cases.Date(d.Format(time.DateOnly))] = true
				}
			}
		}
	}
	choice := make([]cases.Date, 0, len(dates))
	for d := range dates {
		choice = append(choice, d)
	}
	slices.Sort(choice)
	moved := 0
	rapid.Check(t, func(t *rapid.T) {
		picked := rapid.SliceOfNDistinct(rapid.SampledFrom(choice), 1, 6, rapid.ID).Draw(t, "days")
		var before []*cases.Case
		for _, id := range ids {
			before = append(before, o.load(id))
		}
		for _, change := range []cases.SettingsChange{closeSE(picked...), openSE(picked...)} {
			change.Version, change.Reason = o.version(), "R"
			if _, err := o.ChangeSettings(o.t.Context(), admin, change, cases.Command{}); err != nil {
				t.Fatal(err)
			}
		}
		for i, id := range ids {
			after := o.load(id)
			if diff := cmp.Diff(before[i].Judgements, after.Judgements); diff != "" {
				t.Fatal(diff)
			}
			for j, was := range before[i].Clocks {
				now := after.Clocks[j]
				fixed := was.Status != cases.ClockOpen || !o.law.Movable(was.Kind) || strings.HasSuffix(was.Rule, "/set")
				switch {
				case !now.DueAt.Equal(was.DueAt) || now.Status != was.Status:
					t.Fatalf("%s ended at %s and ends at %s", was.ID, was.DueAt, now.DueAt)
				case now.Revision == was.Revision+2 && !fixed:
					moved++
				case now.Revision != was.Revision:
					t.Fatalf("%s went from revision %d to %d", was.ID, was.Revision, now.Revision)
				}
			}
		}
	})
	if moved == 0 {
		t.Error("no clock was ever moved")
	}
	for _, id := range ids {
		o.sound(id)
	}
}

func TestSettings_ADayOfTheEUCalendarMovesNoOpenClock(t *testing.T) {
	o := started(t, newMemory())
	ids := o.variety()
	var before []string
	for _, id := range ids {
		before = append(before, asJSON(t, o.load(id)))
	}
	o.must(cases.SettingsChange{CloseDays: days(workflow.CalendarEU, "2026-12-16", "2026-12-17", "2026-12-18")})
	o.sweep()
	for i, id := range ids {
		if diff := cmp.Diff(before[i], asJSON(t, o.load(id))); diff != "" {
			t.Error(diff)
		}
	}
	if v := o.Law().Calendar(workflow.CalendarEU).Version(); v == "1" {
		t.Error("the calendar did not change")
	}
}

// A new length holds for clocks that start from then on. The authority's own targets
// take it when the administrator says so, a party's time only where it gets longer.
func TestSettings_ALengthHoldsFromThenOn(t *testing.T) {
	o := started(t, newMemory())
	id := o.triage(nil)
	asked := o.investigation()
	o.take(caseworker, asked, workflow.StepRequestReply, cases.StepData{Questions: []cases.Text{"?"}})
	revision := func(id, name string) int { return clock(t, o.load(id), name).Revision }

	first := revision(id, "TRIAGE_P3-1")
	o.must(length(workflow.ClockTriageP3, "20wd", false))
	if revision(id, "TRIAGE_P3-1") != first {
		t.Error("an open clock moved that was to keep its length")
	}
	if got := clock(t, o.load(o.triage(nil)), "TRIAGE_P3-1").Rule; got != "TRIAGE_P3/20wd" {
		t.Errorf("a clock that starts now has %s", got)
	}
	o.must(length(workflow.ClockTriageP3, "5wd", true))
	if k := clock(t, o.load(id), "TRIAGE_P3-1"); k.Revision != first+1 || k.Rule != "TRIAGE_P3/5wd" {
		t.Errorf("an open target did not follow: %+v", k)
	}
	o.must(length(workflow.ClockReply, "1w", true))
	if k := clock(t, o.load(asked), "REPLY-1"); k.Revision != 1 || k.Rule != "REPLY/3w" {
		t.Errorf("the party's time was shortened: %+v", k)
	}
	o.must(length(workflow.ClockReply, "5w", true))
	if k := clock(t, o.load(asked), "REPLY-1"); k.Revision != 2 || k.Rule != "REPLY/5w" || !o.load(asked).OpenRequest().DueAt.Equal(k.DueAt) {
		t.Errorf("the party's time was not prolonged: %+v", k)
	}
}

// The store fails in the middle: the settings stand, the rest is carried on by the
// sweep, and no clock moves twice.
func TestSettings_AreCarriedOnAfterACrash(t *testing.T) {
	for name, mode := range map[string]casestest.Mode{
		"nothing was written": casestest.NotWritten, "the answer was lost": casestest.Unacknowledged, "the pictures were lost": casestest.WithoutPictures,
	} {
		t.Run(name, func(t *testing.T) {
			store := casestest.NewFaulty(newMemory())
			o := started(t, store)
			var ids []string
			for range 6 {
				ids = append(ids, o.triage(nil))
			}
			remove := store.Inject(casestest.Fault{Op: casestest.Append, Mode: mode, Match: func(_ cases.Collection, id string) bool {
				return slices.Contains(ids[2:], id)
			}})
			first := clock(t, o.load(ids[0]), "TRIAGE_P3-1")
			o.must(closeSE(lastDayOf(first)))
			remove()
			// Another instance starts on what is there, and sweeps.
			other := started(t, store)
			other.set(o.time())
			other.sweep()
			other.sweep()
			for _, id := range ids {
				k := clock(t, other.load(id), "TRIAGE_P3-1")
				if k.Revision != first.Revision+1 || !k.DueAt.After(first.DueAt) {
					t.Errorf("%+v", k)
				}
				other.sound(id)
			}
			if other.version() != 2 {
				t.Errorf("version %d", other.version())
			}
		})
	}
}

// An instance that has not heard of a change takes nothing back.
func TestSettings_AnInstanceThatLagsMovesNothingBack(t *testing.T) {
	store := newMemory()
	o := started(t, store)
	id := o.triage(nil)
	o.must(closeSE("2026-12-29"))
	lagging := started(t, store)
	due := clock(t, o.load(id), "TRIAGE_P3-1")
	o.must(closeSE(lastDayOf(due)))
	if _, err := lagging.Refresh(t.Context(), id, o.load(id).Version); err != nil {
		t.Fatal(err)
	}
	lagging.sweep()
	if k := clock(t, o.load(id), "TRIAGE_P3-1"); k.Revision != due.Revision+1 {
		t.Errorf("%+v", k)
	}
	fresh := lagging.triage(nil) // counted by the calendar of before
	if done, err := lagging.RefreshSettings(t.Context(), 3); err != nil || !done {
		t.Fatal(done, err)
	}
	before := clock(t, lagging.load(fresh), "TRIAGE_P3-1")
	lagging.sweep()
	if k := clock(t, lagging.load(fresh), "TRIAGE_P3-1"); k.Revision != before.Revision+1 {
		t.Errorf("a clock that a lagging instance started did not follow: %+v", k)
	}
}

func TestSettings_PreviewCountsAndNamesOnlyWhatMayBeSeen(t *testing.T) {
	o := started(t, newMemory())
	open, secret := o.triage(nil), o.triage(nil)
	o.take(supervisor, secret, workflow.StepFlagSecret, cases.StepData{NamedStaff: []string{"supervisor", "caseworker"}})
	o.investigation()
	k := clock(t, o.load(open), "TRIAGE_P3-1")
	change := closeSE(lastDayOf(k))
	change.Version, change.Reason = o.version(), "R"
	p, err := o.PreviewSettings(t.Context(), admin, change)
	if err != nil {
		t.Fatal(err)
	}
	if p.Clocks != 1 || p.Cases != 1 || len(p.Kinds) != 1 || len(p.Listed) != 0 || len(p.Changes) != 1 {
		t.Fatalf("%+v", p)
	}
	n := p.Kinds[0]
	if n.Clock != workflow.ClockTriageP3 || n.Count != 1 || n.MinDays < 1 || n.MinDays != n.MaxDays || n.Overdue != 0 || !n.FirstDue.After(k.DueAt) {
		t.Errorf("%+v", n)
	}
	if d := p.Changes[0]; d.Path != "/calendars/SE_1930_173/"+string(lastDayOf(k)) || d.From != "" || d.To != "extra" {
		t.Errorf("%+v", d)
	}
	both := cases.Actor{Account: "caseworker", Roles: []workflow.Role{workflow.RoleAdministrator, workflow.RoleCaseworker}}
	if p, err = o.PreviewSettings(t.Context(), both, change); err != nil || p.Clocks != 2 || len(p.Listed) != 2 {
		t.Errorf("%+v %v", p, err)
	}
	if o.version() != change.Version || clock(t, o.load(open), "TRIAGE_P3-1").Revision != k.Revision {
		t.Error("a preview changed something")
	}
	shorter := length(workflow.ClockTriageP3, "1wd", true)
	shorter.Version, shorter.Reason = o.version(), "R"
	o.wait(7 * 24 * time.Hour)
	if p, err = o.PreviewSettings(t.Context(), admin, shorter); err != nil || p.Kinds[0].Overdue != 1 || p.Kinds[0].MaxDays >= 0 {
		t.Errorf("%+v %v", p, err)
	}
}

func TestSettings_WhoMayNot(t *testing.T) {
	o := started(t, newMemory())
	change := closeSE("2026-12-29")
	change.Version, change.Reason = o.version(), "R"
	for _, a := range everybody {
		if a.Has(workflow.RoleAdministrator) {
			continue
		}
		_, err := o.PreviewSettings(t.Context(), a, change)
		refused(t, err, workflow.Forbidden, "role")
		_, err = o.ChangeSettings(t.Context(), a, change, cases.Command{})
		refused(t, err, workflow.Forbidden, "role")
	}
	_, err := o.Settings(notifier)
	refused(t, err, workflow.Forbidden, "role")
	_, err = o.Journal(t.Context(), notifier)
	refused(t, err, workflow.Forbidden, "role")
	if _, err := o.Settings(registrar); err != nil {
		t.Error(err)
	}
	if o.version() != 1 {
		t.Error("somebody changed the settings who may not")
	}
}

func TestSettings_AStaleSaveIsToldWhatChanged(t *testing.T) {
	o := started(t, newMemory())
	stale := length(workflow.ClockReply, "4w", false)
	stale.Version, stale.Reason = o.version(), "R"
	o.must(cases.SettingsChange{CloseDays: days(workflow.CalendarSE, "2026-12-29"), Lengths: length(workflow.ClockReply, "5w", false).Lengths})
	_, err := o.ChangeSettings(t.Context(), admin, stale, cases.Command{})
	e := refused(t, err, workflow.Stale, "settings_changed")
	if e.Version != 2 || len(e.Faults) != 2 {
		t.Errorf("%+v", e)
	}
	faulted(t, err, "/clocks/REPLY", "changed_since")
	_, err = o.PreviewSettings(t.Context(), admin, stale)
	refused(t, err, workflow.Stale, "settings_changed")
	stale.Version = 99
	_, err = o.ChangeSettings(t.Context(), admin, stale, cases.Command{})
	refused(t, err, workflow.Stale, "settings_changed")

	// The same form sent twice is carried out once, and answered alike.
	twice := length(workflow.ClockReply, "6w", false)
	twice.Version, twice.Reason = o.version(), "R"
	for range 2 {
		v, err := o.ChangeSettings(t.Context(), admin, twice, cases.Command{ID: "one"})
		if err != nil || v.Version != 3 {
			t.Errorf("%d %v", v.Version, err)
		}
	}
}

func TestSettings_BadInput(t *testing.T) {
	o := started(t, newMemory())
	set := func(change func(*cases.RuleSetChange)) cases.SettingsChange {
		r := cases.RuleSetChange{ID: "OMNIBUS_2028", ValidFrom: "2028-01-01", Hours: 96, Threshold: workflow.HighRisk, Policy: workflow.Reg1182Hours, Article: "GDPR Art. 33(1)"}
		change(&r)
		return cases.SettingsChange{AddRuleSets: []cases.RuleSetChange{r}}
	}
	no := func(*cases.RuleSetChange) {}
	o.must(set(no))
	for _, tt := range []struct {
		name, path, code string
		change           cases.SettingsChange
	}{
		{"length 0", "/lengths/0/period", "period_unreadable", length(workflow.ClockReply, "0w", false)},
		{"length 10,000", "/lengths/0/period", "period_unreadable", length(workflow.ClockReply, "10000d", false)},
		{"the same length", "/lengths/0/period", "unchanged", length(workflow.ClockReply, "3w", false)},
		{"unknown clock", "/lengths/0/clock", "unknown_code", length("OTHER", "3w", false)},
		{"EU law", "/lengths/0/clock", "set_by_law", length(workflow.ClockNotification, "3d", false)},
		{"an order", "/lengths/0/clock", "set_by_law", length(workflow.ClockOrder, "3d", false)},
		{"open national", "/lengths/0/open", "started_by_law", length(workflow.ClockAppeal, "4w", true)},
		{"clock twice", "/lengths/1/clock", "clock_twice", cases.SettingsChange{Lengths: append(length(workflow.ClockReply, "4w", false).Lengths, length(workflow.ClockReply, "5w", false).Lengths...)}},
		{"day twice", "/close_days/1/date", "day_twice", closeSE("2026-12-29", "2026-12-29")},
		{"closed and opened", "/open_days/0/date", "day_twice", cases.SettingsChange{CloseDays: days(workflow.CalendarSE, "2026-12-29"), OpenDays: days(workflow.CalendarSE, "2026-12-29")}},
		{"a past day", "/close_days/0/date", "in_the_past", closeSE("2026-11-17")},
		{"no day", "/close_days/0/date", "date_unreadable", closeSE("2026-02-30")},
		{"a day far off", "/close_days/0/date", "too_far", closeSE("2081-01-02")},
		{"a Saturday", "/close_days/0/date", "already_closed", closeSE("2026-11-21")},
		{"a Saturday opened", "/open_days/0/date", "weekend", openSE("2026-11-21")},
		{"an open day opened", "/open_days/0/date", "already_open", openSE("2026-12-29")},
		{"a day without a name", "/close_days/0/name", "required", cases.SettingsChange{CloseDays: []cases.DayChange{{Calendar: workflow.CalendarSE, Date: "2026-12-29"}}}},
		{"a long name", "/close_days/0/name", "invalid_text", cases.SettingsChange{CloseDays: []cases.DayChange{{Calendar: workflow.CalendarSE, Date: "2026-12-29", Name: strings.Repeat("å", 101)}}}},
		{"no calendar", "/close_days/0/calendar", "unknown_code", cases.SettingsChange{CloseDays: days("FI", "2026-12-29")}},
		{"an id twice", "/add_rule_sets/0/id", "not_unique", set(func(r *cases.RuleSetChange) { r.ValidFrom = "2029-01-01" })},
		{"an odd id", "/add_rule_sets/0/id", "code_unreadable", set(func(r *cases.RuleSetChange) { r.ID = "x y" })},
		{"the past", "/add_rule_sets/0/valid_from", "in_the_past", set(func(r *cases.RuleSetChange) { r.ID, r.ValidFrom = "OTHER", "2026-11-18" })},
		{"overlap", "/add_rule_sets/0/valid_from", "overlaps", set(func(r *cases.RuleSetChange) { r.ID = "OTHER" })},
		{"no hours", "/add_rule_sets/0/hours", "out_of_range", set(func(r *cases.RuleSetChange) { r.Hours = 0 })},
		{"no threshold", "/add_rule_sets/0/threshold", "unknown_code", set(func(r *cases.RuleSetChange) { r.Threshold = "" })},
		{"no policy", "/add_rule_sets/0/policy", "unknown_code", set(func(r *cases.RuleSetChange) { r.Policy = "GUESS" })},
		{"no article", "/add_rule_sets/0/article", "invalid_text", set(func(r *cases.RuleSetChange) { r.Article = " " })},
		{"withdraw what began", "/withdraw_rule_sets/0", "delivered", cases.SettingsChange{WithdrawRuleSets: []string{"GDPR_2018"}}},
		{"withdraw nothing", "/withdraw_rule_sets/0", "no_such_rule_set", cases.SettingsChange{WithdrawRuleSets: []string{"X"}}},
		{"a sector", "/essential_sectors/0", "unknown_code", cases.SettingsChange{EssentialSectors: &[]cases.SectorOfActivity{"X"}}},
		{"too many", "/close_days", "too_many", cases.SettingsChange{CloseDays: make([]cases.DayChange, 101)}},
		{"no reason", "/reason", "required", cases.SettingsChange{Reason: " ", CloseDays: days(workflow.CalendarSE, "2026-12-29")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := o.change(tt.change)
			faulted(t, err, tt.path, tt.code)
		})
	}
	refused(t, o.change(cases.SettingsChange{}), workflow.Invalid, "nothing_changed")
	if o.version() != 2 {
		t.Errorf("version %d: a refused change was made", o.version())
	}
}

// A rule set that is to come judges what is notified from its day on, can be taken
// back until then, and never after.
func TestSettings_ARuleSetToCome(t *testing.T) {
	o := started(t, newMemory())
	add := cases.SettingsChange{AddRuleSets: []cases.RuleSetChange{{
		ID: "NEW", ValidFrom: "2026-12-01", Hours: 96, Threshold: workflow.HighRisk, Policy: workflow.Reg1182Hours, Article: "GDPR Art. 33(1)",
	}}}
	o.must(add)
	o.must(cases.SettingsChange{WithdrawRuleSets: []string{"NEW"}})
	if n := len(o.Law().RuleSets()); n != 2 {
		t.Fatalf("%d rule sets", n)
	}
	o.must(add)
	before := o.submit(notifier, mild)
	o.wait(20 * 24 * time.Hour)
	after := o.submit(notifier, with(mild, "aware_at", "2026-12-02T10:00:00+01:00", "detected_at", nil, "occurred_from", nil, "occurred_to", nil))
	if a, b := before.Judgement().RuleSet, after.Judgement().RuleSet; a != "GDPR_2018" || b != "NEW" {
		t.Errorf("judged by %s and %s", a, b)
	}
	faulted(t, o.change(cases.SettingsChange{WithdrawRuleSets: []string{"NEW"}}), "/withdraw_rule_sets/0", "has_begun")
}

// What an administrator set wins over the configuration, at every later start; what
// was not set follows the configuration.
func TestSettings_TheProgramWinsOverTheConfiguration(t *testing.T) {
	store := newMemory()
	o := started(t, store)
	yes, none := true, []cases.SectorOfActivity{}
	o.must(cases.SettingsChange{AutoRegister: &yes, EssentialSectors: &none, Lengths: length(workflow.ClockReply, "4w", false).Lengths, CloseDays: days(workflow.CalendarSE, "2026-12-29")})

	law, err := workflow.NewClocks(workflow.ClockSettings{
		Days:    map[workflow.CalendarID]workflow.CalendarDays{workflow.CalendarSE: {Closed: []workflow.ClosedDay{{Date: "2026-12-30"}}}},
		Periods: map[workflow.ClockKind]workflow.Period{workflow.ClockReply: {N: 9, Unit: workflow.Weeks}, workflow.ClockHearing: {N: 2, Unit: workflow.Weeks}},
	})
	if err != nil {
		t.Fatal(err)
	}
	again := cases.NewService(cases.Options{
		Store: store, People: directory{}, Units: o.units, Law: law, Now: o.time,
		Policy: cases.Policy{CasePrefix: "PUI", SupervisionPrefix: "TS", Zone: workflow.Stockholm, LegalSignOff: true, EssentialSectors: []cases.SectorOfActivity{"ENERGY"}},
	})
	if err := again.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	v, err := again.Settings(admin)
	if err != nil {
		t.Fatal(err)
	}
	reply, _ := v.Law.Rule(workflow.ClockReply)
	hearing, _ := v.Law.Rule(workflow.ClockHearing)
	if reply.Period.String() != "4w" || hearing.Period.String() != "2w" || !v.Policy.AutoRegister || !v.Policy.LegalSignOff || len(v.Policy.EssentialSectors) != 0 {
		t.Errorf("%s %s %+v", reply.Period, hearing.Period, v.Policy)
	}
	want := []string{"clocks.REPLY", "extra_closing_days", "auto_register", "essential_sectors"}
	if diff := cmp.Diff(want, v.Overruled); diff != "" {
		t.Error(diff)
	}
	entries, err := again.Journal(t.Context(), registrar)
	if err != nil || len(entries) != 3 {
		t.Fatalf("%+v %v", entries, err)
	}
	start := []cases.SettingDiff{{"/clocks/HEARING", "3w", "2w"}, {"/legal_sign_off", "false", "true"}}
	if diff := cmp.Diff(start, entries[0].Changes); diff != "" || entries[0].By != "system:start" || entries[0].Reason != "" {
		t.Errorf("%s %+v", diff, entries[0])
	}
	if e := entries[1]; e.By != "admin" || e.Reason != "A new law." || len(e.Changes) != 3 {
		t.Errorf("%+v", e)
	}
}

// The settings of a program that kept no days and no changes still fold.
func TestSettings_OfAnEarlierProgramFold(t *testing.T) {
	store := newMemory()
	o := started(t, store)
	id := o.triage(nil)
	var s cases.Summary
	if err := store.Get(t.Context(), cases.Summaries, id, &s); err != nil {
		t.Fatal(err)
	}
	for i := range s.Clocks { // as it was written before
		s.Clocks[i].From, s.Clocks[i].Rule, s.Clocks[i].Settings = time.Time{}, "", 0
	}
	if err := store.Put(t.Context(), cases.Summaries, id, s); err != nil {
		t.Fatal(err)
	}
	later := started(t, store)
	later.must(closeSE(lastDayOf(clock(t, o.load(id), "TRIAGE_P3-1"))))
	if k := clock(t, later.load(id), "TRIAGE_P3-1"); k.MovedBecause != "A new law." {
		t.Errorf("%+v", k)
	}
}

func TestSettings_ARefusedStoreChangesNothing(t *testing.T) {
	store := casestest.NewFaulty(newMemory())
	o := started(t, store)
	store.Inject(casestest.Fault{Op: casestest.Append, Times: 1})
	err := o.change(closeSE("2026-12-29"))
	refused(t, err, workflow.Unavailable, "store_unavailable")
	if v := o.Law().Calendar(workflow.CalendarSE).Version(); v != "1" || o.version() != 1 {
		t.Errorf("calendar %s, version %d", v, o.version())
	}
	store.Inject(casestest.Fault{Op: casestest.Events, Times: 1})
	if _, err := o.Journal(t.Context(), admin); !errors.Is(err, cases.ErrUnavailable) {
		t.Error(err)
	}
}
