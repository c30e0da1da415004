package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// organisationsPage lists the known organisations.
type organisationsPage struct {
	page
	Query string
	Total int
	Items []cases.Organisation
	Next  string
	First string
}

// organisationForm is what makes an organisation, or adds a unit to one.
type organisationForm struct {
	page
	Organisation cases.Organisation // zero for a new one
	Fields       []formField
	Faults       []pageFault
}

// organisations lists the organisations whose name, number or code holds a text.
func (q *call) organisations() error {
	p := organisationsPage{page: q.page("organisations", "organisations.title"), Query: q.Query("q")}
	all := q.s.opt.Units.List(p.Query)
	p.Total = len(all)
	start := pageStart(q.Query("from"), len(all))
	end := min(start+cases.DefaultLimit, len(all))
	p.Items = all[start:end]
	p.First, p.Next = neighbours("/organisations", q.queryValues(), start, end, len(all))
	return q.render(fiber.StatusOK, "organisations", p)
}

// organisationNew asks for a new organisation.
func (q *call) organisationNew() error {
	return q.askOrganisation(fiber.StatusOK, map[string][]string{}, nil)
}

func (q *call) askOrganisation(status int, typed map[string][]string, refusal error) error {
	p := organisationForm{page: q.page("organisations", "organisations.new")}
	p.Narrow = true
	p.Fields = []formField{
		{Name: "name", Label: p.T("organisation.name"), Widget: lineWidget, Required: true},
		{Name: "id_number", Label: p.T("organisation.number"), Hint: p.T("organisation.number.hint"), Widget: lineWidget},
		{Name: "code", Label: p.T("organisation.code"), Hint: p.T("organisation.code.hint"), Widget: lineWidget},
		{Name: "legal_form", Label: p.T("organisation.form"), Widget: choiceWidget, Options: codeOptions[cases.LegalForm](&p.page)},
		{Name: "county", Label: p.T("organisation.county"), Widget: lineWidget},
		{Name: "boards", Label: p.T("organisation.boards"), Hint: p.T("organisation.boards.hint"), Widget: linesWidget},
		{Name: "sector", Label: p.T("organisation.sector"), Widget: choiceWidget, Options: codeOptions[cases.SectorOfActivity](&p.page)},
	}
	p.fill(typed, refusal)
	return q.render(status, "organisation_new", p)
}

// fill puts what was typed and what is wrong with it into the fields.
func (p *organisationForm) fill(typed map[string][]string, refusal error) {
	for i := range p.Fields {
		f := &p.Fields[i]
		f.Values = typed[f.Name]
		f.Value = strings.Join(f.Values, "\n")
	}
	p.Faults = p.markFields(p.Fields, refusal)
}

// codeOptions are the codes of an enumeration in words.
func codeOptions[T interface {
	~string
	Codes() []string
}](p *page) []formOption {
	var zero T
	var out []formOption
	for _, code := range zero.Codes() {
		out = append(out, formOption{code, p.Code(T(code))})
	}
	return out
}

// posted is everything that a form holds, by field.
func (q *call) posted() map[string][]string {
	out := map[string][]string{}
	for key := range q.Context().PostArgs().All() {
		if name := string(key); out[name] == nil {
			out[name] = q.formValues(name)
		}
	}
	return out
}

// organisationMake records an organisation; each line of the boards is a unit.
func (q *call) organisationMake() error {
	want := cases.Organisation{
		Name: strings.TrimSpace(q.FormValue("name")), IDNumber: strings.TrimSpace(q.FormValue("id_number")),
		Code: strings.TrimSpace(q.FormValue("code")), LegalForm: cases.LegalForm(q.FormValue("legal_form")),
		County: strings.TrimSpace(q.FormValue("county")),
	}
	sector := cases.SectorOfActivity(q.FormValue("sector"))
	for board := range strings.Lines(q.FormValue("boards")) {
		if board = strings.TrimSpace(board); board != "" {
			want.Units = append(want.Units, cases.Unit{Board: board, Sector: sector})
		}
	}
	if len(want.Units) == 0 {
		want.Units = []cases.Unit{{Sector: sector}}
	}
	err := organisationFaults(want, sector)
	var made cases.Organisation
	if err == nil {
		made, err = q.s.opt.Units.Create(q.ctx, q.actor, want)
	}
	if err == nil {
		return q.see("/organisations/" + made.ID + "?done=organisation_made")
	}
	if !forPeople(err) {
		return err
	}
	return q.askOrganisation(http.StatusUnprocessableEntity, q.posted(), err)
}

// maxOrganisationText is the longest name that is taken, in bytes.
const maxOrganisationText = 300

// organisationFaults are what the registry leaves to whoever reads the request:
// unknown codes, and texts that are no names.
func organisationFaults(o cases.Organisation, sector cases.SectorOfActivity) error {
	var faults []workflow.Fault
	fault := func(path, code, message string) {
		faults = append(faults, workflow.Fault{Path: path, Code: code, Message: message})
	}
	texts := []struct{ path, text string }{{"/name", o.Name}, {"/id_number", o.IDNumber}, {"/code", o.Code}, {"/county", o.County}}
	for _, u := range o.Units {
		texts = append(texts, struct{ path, text string }{"/boards", u.Board})
	}
	for _, t := range texts {
		switch {
		case len(t.text) > maxOrganisationText:
			fault(t.path, "too_long", "This is too long.")
		case strings.ContainsFunc(t.text, func(r rune) bool { return r < ' ' || r == '\u007f' || r == '\ufffd' }):
			fault(t.path, "invalid_text", "This must not hold control characters.")
		}
	}
	if o.LegalForm != "" && !slices.Contains(o.LegalForm.Codes(), string(o.LegalForm)) {
		fault("/legal_form", "unknown_code", "Choose one of the list.")
	}
	if sector != "" && !slices.Contains(sector.Codes(), string(sector)) {
		fault("/sector", "unknown_code", "Choose one of the list.")
	}
	if len(faults) == 0 {
		return nil
	}
	return workflow.RefuseFaults("organisation", "The organisation cannot be recorded.", faults)
}

// organisationShow shows an organisation with its units, and asks for a further one.
func (q *call) organisationShow() error {
	return q.showOrganisation(fiber.StatusOK, map[string][]string{}, nil)
}

func (q *call) showOrganisation(status int, typed map[string][]string, refusal error) error {
	all := q.s.opt.Units.List("")
	i := slices.IndexFunc(all, func(o cases.Organisation) bool { return o.ID == q.Params("id") })
	if i < 0 {
		return workflow.Refuse(workflow.NotFound, "no_organisation", "There is no such organisation.")
	}
	p := organisationForm{page: q.page("organisations", "organisations.title"), Organisation: all[i]}
	p.Title, p.Narrow = all[i].Name, true
	p.Fields = []formField{
		{Name: "board", Label: p.T("organisation.board"), Hint: p.T("organisation.board.hint"), Widget: lineWidget},
		{Name: "sector", Label: p.T("organisation.sector"), Widget: choiceWidget, Options: codeOptions[cases.SectorOfActivity](&p.page)},
	}
	p.fill(typed, refusal)
	return q.render(status, "organisation", p)
}

// organisationUnit records a further controller unit.
func (q *call) organisationUnit() error {
	u := cases.Unit{Board: strings.TrimSpace(q.FormValue("board")), Sector: cases.SectorOfActivity(q.FormValue("sector"))}
	err := organisationFaults(cases.Organisation{Name: u.Board}, u.Sector)
	if err == nil {
		_, _, err = q.s.opt.Units.AddUnit(q.ctx, q.actor, q.Params("id"), u)
	}
	if err == nil {
		return q.see("/organisations/" + q.Params("id") + "?done=unit_added")
	}
	if !forPeople(err) {
		return err
	}
	return q.showOrganisation(http.StatusUnprocessableEntity, q.posted(), err)
}
