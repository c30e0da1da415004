package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/auth"
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

// organisationAgain shows the form with what was typed before the session ended.
func (q *call) organisationAgain() error {
	return q.askOrganisation(http.StatusOK, q.posted(), nil)
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

// organisationPage is an organisation with its units, who acts for each, and what
// happened to it.
type organisationPage struct {
	organisationForm
	Units   []unitRow
	History []happening
	Typed   map[string]string // what stands in the fields, by id
	Wrong   map[string]string // what is wrong with them, by id
}

type unitRow struct {
	cases.Unit
	Name   string
	Acting []auth.ActsForUnit
	Wrong  bool // one of its forms was refused
}

// organisationShow shows an organisation with its units, and asks for a further one.
func (q *call) organisationShow() error {
	return q.showOrganisation(fiber.StatusOK, "", nil)
}

// showOrganisation shows the organisation of the URL; form is the one whose fields
// were refused: "unit" for a further unit, else the beginning of the ids of its fields.
func (q *call) showOrganisation(status int, form string, refusal error) error {
	o, known := q.s.opt.Units.Organisation(q.Params("id"))
	if !known {
		return workflow.Refuse(workflow.NotFound, "no_organisation", "There is no such organisation.")
	}
	p := organisationPage{Typed: map[string]string{}, Wrong: map[string]string{}}
	p.organisationForm = organisationForm{page: q.page("organisations", "organisations.title"), Organisation: o}
	p.Title, p.Narrow, p.Path = o.Name, true, "/organisations/"+o.ID
	p.Fields = []formField{
		{Name: "board", Label: p.T("organisation.board"), Hint: p.T("organisation.board.hint"), Widget: lineWidget},
		{Name: "sector", Label: p.T("organisation.sector"), Widget: choiceWidget, Options: codeOptions[cases.SectorOfActivity](&p.page)},
	}
	if form == "unit" {
		p.fill(q.posted(), refusal)
	}
	p.Typed["rename-name"] = o.Name
	if err := q.unitRows(&p, form); err != nil {
		return err
	}
	if form != "" && form != "unit" {
		p.refuse(q, form, refusal)
	}
	var err error
	if p.History, err = q.organisationHistory(&p.page, o.ID); err != nil {
		return err
	}
	return q.render(status, "organisation", p)
}

// unitRows are the units with who acts for each; those in use come first.
func (q *call) unitRows(p *organisationPage, form string) error {
	var ids []string
	for _, u := range p.Organisation.Units {
		ids = append(ids, u.ID)
	}
	acting, err := q.s.opt.Auth.ActingFor(q.ctx, q.actor, ids)
	if err != nil {
		return err
	}
	for _, u := range p.Organisation.Units {
		name := u.Board
		if name == "" {
			name = p.T("organisation.itself")
		}
		p.Typed["rename-"+u.ID+"-name"] = u.Board
		p.Units = append(p.Units, unitRow{u, name, acting[u.ID], strings.HasSuffix(form, "-"+u.ID)})
	}
	slices.SortStableFunc(p.Units, func(a, b unitRow) int {
		switch {
		case a.Retired == nil && b.Retired != nil:
			return -1
		case a.Retired != nil && b.Retired == nil:
			return 1
		}
		return 0
	})
	return nil
}

// refuse keeps what was typed into one of the forms and says what is wrong with it.
func (p *organisationPage) refuse(q *call, form string, refusal error) {
	for _, name := range []string{"name", "reason"} {
		p.Typed[form+"-"+name] = q.FormValue(name)
	}
	for _, f := range faultsOf(refusal) {
		path := f.Path
		if f.Code == "unit_exists" {
			path = "/name"
		}
		message := p.fault(f.Code, f.Message)
		id := ""
		if name := strings.TrimPrefix(path, "/"); name != "" {
			id = form + "-" + name
			p.Wrong[id] = message
		}
		p.Faults = append(p.Faults, pageFault{Field: id, Message: message})
	}
}

// changeOrganisation carries out one of the forms on an organisation's page.
func (q *call) changeOrganisation(form, done string, change func(organisation string, reason cases.Text) (cases.Organisation, error)) error {
	id := q.Params("id")
	_, err := change(id, cases.Text(strings.TrimSpace(q.FormValue("reason"))))
	if err == nil {
		return q.see("/organisations/" + id + "?done=" + done)
	}
	if !forPeople(err) {
		return err
	}
	return q.showOrganisation(http.StatusUnprocessableEntity, form, err)
}

func (q *call) organisationRename() error {
	return q.changeOrganisation("rename", "organisation_renamed", func(id string, reason cases.Text) (cases.Organisation, error) {
		return q.s.opt.Units.Rename(q.ctx, q.actor, id, q.FormValue("name"), reason)
	})
}

func (q *call) unitRename() error {
	unit := q.Params("unit")
	return q.changeOrganisation("rename-"+unit, "unit_renamed", func(id string, reason cases.Text) (cases.Organisation, error) {
		return q.s.opt.Units.RenameUnit(q.ctx, q.actor, id, unit, q.FormValue("name"), reason)
	})
}

func (q *call) unitRetire() error  { return q.retire(true, "unit_retired") }
func (q *call) unitRestore() error { return q.retire(false, "unit_restored") }

func (q *call) retire(retired bool, done string) error {
	unit := q.Params("unit")
	return q.changeOrganisation("retire-"+unit, done, func(id string, reason cases.Text) (cases.Organisation, error) {
		return q.s.opt.Units.Retire(q.ctx, q.actor, id, unit, retired, reason)
	})
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
	return q.showOrganisation(http.StatusUnprocessableEntity, "unit", err)
}
