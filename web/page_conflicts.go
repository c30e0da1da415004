package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// conflictsPage lists the conflicts of interest with controllers: everybody's for
// those who record them for others, the own ones for other staff.
type conflictsPage struct {
	page
	All    bool // everybody's
	Rows   []barRow
	Fields []formField
	Faults []pageFault
	Typed  map[string]string
	Wrong  map[string]string
}

// barRow is a conflict of interest in words.
type barRow struct {
	auth.StaffBar
	What    string
	By      string
	CanLift bool
}

func (q *call) conflicts() error { return q.showConflicts(fiber.StatusOK, "", nil) }

// showConflicts shows the page; form is the one whose fields were refused: "record",
// or the id of the conflict that was not lifted.
func (q *call) showConflicts(status int, form string, refusal error) error {
	bars, err := q.s.opt.Auth.Bars(q.ctx, q.actor)
	if err != nil {
		return err
	}
	p := conflictsPage{page: q.page("conflicts", "conflicts.title"), Typed: map[string]string{}, Wrong: map[string]string{}}
	p.Narrow = true
	p.Path = "/conflicts"
	p.All = p.Is(workflow.RoleSupervisor, workflow.RoleRegistrar, workflow.RoleAdministrator)
	for _, b := range bars {
		p.Rows = append(p.Rows, q.barRow(&p.page, b))
	}
	p.Fields = q.conflictFields(&p)
	switch {
	case form == "record":
		q.retype(p.Fields)
		q.offerUnits(p.Fields)
		p.Faults = p.markFields(p.Fields, refusal)
	case form != "":
		for _, f := range faultsOf(refusal) {
			id := "lift-" + form
			p.Wrong[id], p.Typed[id] = p.fault(f.Code, f.Message), q.FormValue("reason")
			p.Faults = append(p.Faults, pageFault{Field: id, Message: p.Wrong[id]})
		}
	}
	return q.render(status, "conflicts", p)
}

func (q *call) conflictFields(p *conflictsPage) []formField {
	fields := []formField{
		{Name: "unit", Label: p.T("conflicts.unit"), Hint: p.T("unit.hint"), Widget: unitWidget, Required: true},
		{Name: "whole", Label: p.T("conflicts.whole"), Widget: tickWidget},
		{Name: "until", Label: p.T("conflicts.until"), Hint: p.T("conflicts.until.hint"), Widget: dateWidget, Required: true},
		{Name: "reason", Label: p.T("account.reason"), Hint: p.T("conflicts.reason.hint"), Widget: lineWidget, Required: true},
	}
	if !p.All {
		return fields
	}
	who := formField{Name: "account", Label: p.T("conflicts.who"), Widget: choiceWidget, Required: true, Options: q.staffChoices(workflow.Role.Staff)}
	if q.actor.Staff() {
		who.Value, who.Values = q.actor.Account, []string{q.actor.Account}
	}
	return slices.Insert(fields, 0, who)
}

// offerUnits shows the units that fit what was typed, where it names none.
func (q *call) offerUnits(fields []formField) {
	for i := range fields {
		if f := &fields[i]; f.Widget == unitWidget {
			f.Value = chosenUnit(q.posted(), f.Name)
			q.nameUnit(f)
		}
	}
}

func (q *call) barRow(p *page, b auth.StaffBar) barRow {
	what := q.unitName(b.Unit)
	if o, known := q.s.opt.Units.Organisation(b.Organisation); known && b.Unit == "" {
		what = p.T("conflicts.all_of", "Name", o.Name)
	}
	return barRow{
		StaffBar: b, What: what, By: p.who(b.By, q.names([]string{b.By})),
		CanLift: p.Is(workflow.RoleSupervisor, workflow.RoleAdministrator) && b.Account != q.actor.Account,
	}
}

// barRows are the conflicts of interest of an account that are in force.
func (q *call) barRows(p *page, a auth.Profile) []barRow {
	var out []barRow
	for _, b := range a.Bars {
		if p.now.Before(b.Until) {
			out = append(out, q.barRow(p, auth.StaffBar{Account: a.ID, Name: a.Name, PartyBar: b}))
		}
	}
	return out
}

// conflictRecord records a conflict of interest. Cases that it concerns leave the
// person at once.
func (q *call) conflictRecord() error {
	account := q.FormValue("account")
	if account == "" {
		account = q.actor.Account
	}
	want, err := q.conflictTyped()
	if err == nil {
		_, err = q.s.opt.Auth.Bar(q.ctx, q.actor, account, want)
	}
	if err == nil {
		q.handCasesOver(account)
		return q.see("/conflicts?done=conflict")
	}
	if !forPeople(err) {
		return err
	}
	return q.showConflicts(http.StatusUnprocessableEntity, "record", err)
}

func (q *call) conflictTyped() (auth.NewBar, error) {
	want := auth.NewBar{Reason: strings.TrimSpace(q.FormValue("reason"))}
	if day, err := time.ParseInLocation(time.DateOnly, q.FormValue("until"), q.s.opt.Zone); err == nil {
		want.Until = day.AddDate(0, 0, 1)
	}
	text := chosenUnit(q.posted(), "unit")
	id, fits := q.unitNamed(text)
	if id == "" {
		fault := unitFault("/unit", len(fits))
		if text == "" {
			fault = workflow.Fault{Path: "/unit", Code: "required", Message: "Name the controller unit."}
		}
		return want, workflow.RefuseFaults("invalid_bar", "The conflict of interest was not recorded.", []workflow.Fault{fault})
	}
	o, _, _ := q.s.opt.Units.Unit(id)
	want.Organisation, want.Unit = o.ID, id
	if q.FormValue("whole") != "" {
		want.Unit = ""
	}
	return want, nil
}

// conflictLift ends a conflict of interest before its time.
func (q *call) conflictLift() error {
	bar := q.Params("conflict")
	err := q.s.opt.Auth.LiftBar(q.ctx, q.actor, q.Params("id"), bar, strings.TrimSpace(q.FormValue("reason")))
	if err == nil {
		return q.see("/conflicts?done=conflict_lifted")
	}
	if !forPeople(err) {
		return err
	}
	return q.showConflicts(http.StatusUnprocessableEntity, bar, err)
}

// barredFrom are the staff whom a conflict of interest with its controller bars
// from a case.
func (q *call) barredFrom(p *page, party cases.Party) ([]barRow, error) {
	all, err := q.s.opt.Auth.Bars(q.ctx, cases.System("directory"))
	if err != nil {
		return nil, err
	}
	var out []barRow
	for _, b := range all {
		if q.s.opt.Cases.BarsFrom([]cases.PartyBar{b.PartyBar}, party, p.now) {
			out = append(out, q.barRow(p, b))
		}
	}
	return out, nil
}
