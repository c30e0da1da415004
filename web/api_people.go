package web

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// invitedView is the one answer that holds the link of an invitation.
type invitedView struct {
	Link    linkView     `json:"link"`
	Account auth.Profile `json:"account"`
}

func (q *call) invite() error {
	var in auth.NewInvitation
	if err := q.bind(&in); err != nil {
		return err
	}
	var faults []workflow.Fault
	for i, m := range in.Mandates {
		organisation, _, known := q.s.opt.Units.Unit(m.Unit)
		if !known {
			faults = append(faults, noSuchUnit(fmt.Sprintf("/mandates/%d/unit", i)))
		}
		in.Mandates[i].Organisation = organisation.ID
	}
	if faults != nil {
		return workflow.RefuseFaults("invalid_account", "The account was not made.", faults)
	}
	secret, made, err := q.s.opt.Auth.Invite(q.ctx, q.actor, in)
	if err != nil {
		return err
	}
	q.Set(fiber.HeaderLocation, "/api/v1/accounts/"+made.ID)
	return q.answer(http.StatusCreated, invitedView{Link: q.handOver(secret, *made.Link), Account: made})
}

func noSuchUnit(path string) workflow.Fault {
	return workflow.Fault{Path: path, Code: "unknown_unit", Message: "There is no such controller unit. GET /api/v1/organisations lists them."}
}

type linkRequest struct {
	Purpose auth.LinkPurpose `json:"purpose"`
}

func (q *call) makeLink() error {
	var in linkRequest
	if err := q.bind(&in); err != nil {
		return err
	}
	secret, a, err := q.s.opt.Auth.OfferLink(q.ctx, q.actor, q.Params("id"), in.Purpose)
	if err != nil {
		return err
	}
	return q.answer(http.StatusCreated, q.handOver(secret, *a.Link))
}

func (q *call) revokeLink() error {
	p, err := q.s.opt.Auth.RevokeLink(q.ctx, q.actor, q.Params("id"), "")
	return q.profile(http.StatusOK, p, err)
}

type redeemRequest struct {
	Token    string `json:"token" doc:"The last part of the link."`
	Password string `json:"password"`
}

func (q *call) redeemLink() error {
	var in redeemRequest
	if err := q.bind(&in); err != nil {
		return err
	}
	if _, err := q.s.opt.Auth.Redeem(q.ctx, in.Token, in.Password); err != nil {
		return err
	}
	return q.nothing()
}

func (q *call) setDetails() error {
	var in auth.Details
	if err := q.bind(&in); err != nil {
		return err
	}
	p, err := q.s.opt.Auth.SetDetails(q.ctx, q.actor, q.Params("id"), in)
	return q.profile(http.StatusOK, p, err)
}

func (q *call) holdings() error {
	a, err := q.s.opt.Auth.Profile(q.ctx, q.actor, q.Params("id"))
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, q.s.opt.Cases.Holdings(a.ID))
}

type accountEventList struct {
	Items []auth.Happening `json:"items"`
}

func (q *call) accountEvents() error {
	events, err := q.s.opt.Auth.History(q.ctx, q.actor, q.Params("id"))
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, accountEventList{Items: list(events)})
}

func (q *call) setAbsence() error {
	var in auth.NewAbsence
	if err := q.bind(&in); err != nil {
		return err
	}
	p, err := q.s.opt.Auth.SetAbsence(q.ctx, q.actor, q.Params("id"), in)
	return q.profile(http.StatusCreated, p, err)
}

func (q *call) endAbsence() error {
	p, err := q.s.opt.Auth.EndAbsence(q.ctx, q.actor, q.Params("id"), q.Params("absence"))
	return q.profile(http.StatusOK, p, err)
}

type conflictList struct {
	Items []auth.StaffBar `json:"items"`
}

func (q *call) listConflicts() error {
	bars, err := q.s.opt.Auth.Bars(q.ctx, q.actor)
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, conflictList{Items: list(bars)})
}

type conflictRequest struct {
	Account      string    `json:"account,omitempty" doc:"Whose conflict of interest it is; left out: one's own."`
	Unit         string    `json:"unit,omitempty" doc:"The controller unit's id."`
	Organisation string    `json:"organisation,omitempty" doc:"Instead of a unit: all units of the organisation."`
	Until        time.Time `json:"until"`
	Reason       string    `json:"reason"`
}

func (q *call) recordConflict() error {
	var in conflictRequest
	if err := q.bind(&in); err != nil {
		return err
	}
	if in.Account == "" {
		in.Account = q.actor.Account
	}
	want := auth.NewBar{Organisation: in.Organisation, Unit: in.Unit, Until: in.Until, Reason: in.Reason}
	if o, _, known := q.s.opt.Units.Unit(in.Unit); known {
		want.Organisation = o.ID
	} else if _, known := q.s.opt.Units.Organisation(in.Organisation); !known || in.Unit != "" {
		return workflow.RefuseFaults("invalid_bar", "The conflict of interest was not recorded.", []workflow.Fault{noSuchUnit("/unit")})
	}
	bar, err := q.s.opt.Auth.Bar(q.ctx, q.actor, in.Account, want)
	if err != nil {
		return err
	}
	q.handCasesOver(in.Account)
	return q.answer(http.StatusCreated, bar)
}

func (q *call) liftConflict() error {
	var in reasonRequest
	if err := q.bind(&in); err != nil {
		return err
	}
	if err := q.s.opt.Auth.LiftBar(q.ctx, q.actor, q.Params("id"), q.Params("conflict"), in.Reason); err != nil {
		return err
	}
	return q.nothing()
}

type renameRequest struct {
	Name   string     `json:"name" doc:"Of a unit: its board; empty for the organisation itself."`
	Reason cases.Text `json:"reason"`
}

// changed answers with an organisation, unless there was an error.
func (q *call) changed(o cases.Organisation, err error) error {
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, organisationOf(o))
}

func (q *call) renameOrganisation() error {
	var in renameRequest
	if err := q.bind(&in); err != nil {
		return err
	}
	return q.changed(q.s.opt.Units.Rename(q.ctx, q.actor, q.Params("id"), in.Name, in.Reason))
}

func (q *call) renameUnit() error {
	var in renameRequest
	if err := q.bind(&in); err != nil {
		return err
	}
	return q.changed(q.s.opt.Units.RenameUnit(q.ctx, q.actor, q.Params("id"), q.Params("unit"), in.Name, in.Reason))
}

func (q *call) retireUnit() error  { return q.setRetired(true) }
func (q *call) restoreUnit() error { return q.setRetired(false) }

func (q *call) setRetired(retired bool) error {
	var in reasonRequest
	if err := q.bind(&in); err != nil {
		return err
	}
	return q.changed(q.s.opt.Units.Retire(q.ctx, q.actor, q.Params("id"), q.Params("unit"), retired, cases.Text(in.Reason)))
}

type actingList struct {
	Items []actingView `json:"items"`
}

type actingView struct {
	Unit    string `json:"unit"`
	Account string `json:"account"`
	Name    string `json:"name"`
	Active  bool   `json:"active" doc:"Whether the account can be used."`
	Reason  string `json:"reason"`
}

func (q *call) actingFor() error {
	o, known := q.s.opt.Units.Organisation(q.Params("id"))
	if !known {
		return workflow.Refuse(workflow.NotFound, "no_organisation", "There is no such organisation.")
	}
	var units []string
	for _, u := range o.Units {
		units = append(units, u.ID)
	}
	acting, err := q.s.opt.Auth.ActingFor(q.ctx, q.actor, units)
	if err != nil {
		return err
	}
	out := actingList{Items: []actingView{}}
	for _, id := range units {
		for _, a := range acting[id] {
			out.Items = append(out.Items, actingView{id, a.Account, a.Name, a.Active, a.Reason})
		}
	}
	return q.answer(http.StatusOK, out)
}

type organisationEventList struct {
	Items []organisationEvent `json:"items"`
}

type organisationEvent struct {
	Seq  int64           `json:"seq"`
	At   time.Time       `json:"at"`
	Kind cases.EventKind `json:"kind"`
	By   string          `json:"by"`
	cases.UnitChange
}

func (q *call) organisationEvents() error {
	events, err := q.s.opt.Units.History(q.ctx, q.actor, q.Params("id"))
	if err != nil {
		return err
	}
	out := organisationEventList{Items: []organisationEvent{}}
	for _, e := range events {
		item := organisationEvent{Seq: e.Header.Seq, At: e.Header.At, Kind: e.Header.Kind, By: e.Header.Actor}
		if e.Payload != nil {
			if err := e.Read(&item.UnitChange); err != nil {
				return err
			}
		}
		out.Items = append(out.Items, item)
	}
	return q.answer(http.StatusOK, out)
}
