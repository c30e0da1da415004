package web

import (
	"net/http"

	"github.com/vaka-project/vaka/cases"
)

type organisationList struct {
	Items []organisationView `json:"items"`
}

// organisationView is a legal person with its controller units.
type organisationView struct {
	ID        string          `json:"id"`
	Name      string          `json:"name"`
	IDNumber  string          `json:"id_number,omitempty"`
	Code      string          `json:"code,omitempty"`
	LegalForm cases.LegalForm `json:"legal_form,omitempty"`
	County    string          `json:"county,omitempty"`
	Units     []cases.Unit    `json:"units"`
}

func organisationOf(o cases.Organisation) organisationView {
	return organisationView{o.ID, o.Name, o.IDNumber, o.Code, o.LegalForm, o.County, list(o.Units)}
}

func (q *call) listOrganisations() error {
	out := organisationList{Items: []organisationView{}}
	for _, o := range q.s.opt.Units.List(q.Query("q")) {
		out.Items = append(out.Items, organisationOf(o))
	}
	return q.answer(http.StatusOK, out)
}

type organisationRequest struct {
	Name      string          `json:"name"`
	IDNumber  string          `json:"id_number,omitempty"`
	Code      string          `json:"code,omitempty"`
	LegalForm cases.LegalForm `json:"legal_form,omitempty"`
	County    string          `json:"county,omitempty"`
	Units     []unitRequest   `json:"units,omitempty" doc:"None makes one: the organisation itself."`
}

type unitRequest struct {
	Board  string                 `json:"board,omitempty" doc:"Of a municipality's board (nämnd) or the like; empty for the organisation itself."`
	Sector cases.SectorOfActivity `json:"sector,omitempty"`
}

func (u unitRequest) unit() cases.Unit { return cases.Unit{Board: u.Board, Sector: u.Sector} }

func (q *call) makeOrganisation() error {
	var in organisationRequest
	if err := q.bind(&in); err != nil {
		return err
	}
	want := cases.Organisation{Name: in.Name, IDNumber: in.IDNumber, Code: in.Code, LegalForm: in.LegalForm, County: in.County}
	for _, u := range in.Units {
		want.Units = append(want.Units, u.unit())
	}
	o, err := q.s.opt.Units.Create(q.ctx, q.actor, want)
	if err != nil {
		return err
	}
	return q.answer(http.StatusCreated, organisationOf(o))
}

func (q *call) addUnit() error {
	var in unitRequest
	if err := q.bind(&in); err != nil {
		return err
	}
	_, u, err := q.s.opt.Units.AddUnit(q.ctx, q.actor, q.Params("id"), in.unit())
	if err != nil {
		return err
	}
	return q.answer(http.StatusCreated, u)
}
