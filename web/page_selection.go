package web

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// selectionRoutes are the pages on which caseworkers prepare the choice of whom to
// investigate, and supervisors approve it.
var selectionRoutes = []route{
	{Method: get, Path: "/incidents/{id}/selection", Access: Staff, Tag: tagPages, Page: true, Summary: "The rounds of choosing whom to investigate", handle: (*call).selectionRounds},
	{Method: post, Path: "/incidents/{id}/selection", Access: Staff, Tag: tagPages, Page: true, Summary: "Open a round", handle: (*call).selectionOpenByForm},
	{Method: get, Path: "/selections/{id}", Access: Staff, Tag: tagPages, Page: true, Summary: "A selection as the authority's record", handle: (*call).selectionSheet},
	{Method: get, Path: "/selections/{id}/candidates.csv", Access: Staff, Tag: tagPages, Page: true, Summary: "The candidates as a file", handle: (*call).selectionAsCSV},
	{Method: post, Path: "/selections/{id}/weights", Access: Staff, Tag: tagPages, Page: true, Summary: "Change the weights", handle: (*call).selectionWeighByForm},
	{Method: post, Path: "/selections/{id}/say", Access: Staff, Tag: tagPages, Page: true, Summary: "Approve, send back, give up or try again", handle: (*call).selectionSayByForm},
	{Method: get, Path: "/selections/{id}/cases/{case}", Access: Staff, Tag: tagPages, Page: true, Summary: "What a candidate's scores rest on", handle: (*call).selectionCandidate},
	{Method: post, Path: "/selections/{id}/cases/{case}", Access: Staff, Tag: tagPages, Page: true, Summary: "Change what is proposed of a candidate", handle: (*call).selectionChangeByForm},
	{Method: get, Path: "/selections/{id}/decision", Access: Staff, Tag: tagPages, Page: true, Summary: "The form of a selection's decision", handle: (*call).selectionDecisionForm},
	{Method: post, Path: "/selections/{id}/decision", Access: Staff, Tag: tagPages, Page: true, Summary: "Decide a selection", handle: (*call).selectionDecideByForm},
}

// roundsPage shows the rounds of an incident, and asks for the next one.
type roundsPage struct {
	page
	Incident cases.Incident
	Rounds   []cases.Selection
	Running  bool // a round is not at its end, so that no other begins
	Prepares bool
	Names    map[string]string
	Key      string
	Fields   []formField // besides the weights
	Weights  []formField
	Faults   []pageFault
}

func (p roundsPage) Who(account string) string { return p.who(account, p.Names) }

func (q *call) selectionRounds() error { return q.showRounds(fiber.StatusOK, nil) }

func (q *call) showRounds(status int, refusal error) error {
	i, err := q.s.opt.Cases.Incidents().Get(q.actor, q.Params("id"))
	if err != nil {
		return err
	}
	p := roundsPage{page: q.page("", "selection.title"), Incident: i, Key: q.id, Prepares: q.prepares()}
	p.Path = "/incidents/" + i.Number + "/selection"
	if p.Rounds, err = q.s.opt.Cases.Selections().List(q.ctx, q.actor, i.ID); err != nil {
		return err
	}
	var ids []string
	for _, r := range p.Rounds {
		p.Running = p.Running || !r.Status.Settled()
		ids = append(ids, r.By)
	}
	p.Names = q.names(ids)
	w := cases.Weighing{Choose: 4, Sample: 3}
	if len(p.Rounds) > 0 {
		w = p.Rounds[0].Weighing()
	}
	p.Weights = weightFields(&p.page, w)
	p.Fields = append(sizeFields(&p.page, w),
		formField{Name: "secret", Label: p.T("selection.secret"), Hint: p.T("selection.secret.hint"), Widget: tickWidget},
		formField{Name: "reason", Label: p.T("selection.why"), Hint: p.T("selection.why.hint"), Widget: linesWidget, Required: true})
	if refusal != nil {
		q.retype(p.Weights)
		q.retype(p.Fields)
		p.Faults = p.markAll(refusal, weightPath, p.Weights, p.Fields)
	}
	return q.render(status, "selection_rounds", p)
}

// prepares says whether the actor may prepare a selection.
func (q *call) prepares() bool {
	return q.actor.Has(workflow.RoleCaseworker) || q.actor.Has(workflow.RoleSupervisor)
}

func weightFields(p *page, w cases.Weighing) []formField {
	var out []formField
	for _, c := range cases.Criteria() {
		out = append(out, formField{Name: "weight_" + string(c), Label: p.Code(c), Widget: numberWidget, Required: true, Value: strconv.Itoa(w.Weights[c])})
	}
	return out
}

func sizeFields(p *page, w cases.Weighing) []formField {
	return []formField{
		{Name: "choose", Label: p.T("selection.choose"), Hint: p.T("selection.choose.hint"), Widget: numberWidget, Required: true, Value: strconv.Itoa(w.Choose)},
		{Name: "sample", Label: p.T("selection.sample"), Hint: p.T("selection.sample.hint"), Widget: numberWidget, Required: true, Value: strconv.Itoa(w.Sample)},
	}
}

// weightPath leads from where a fault lies to the field of the form.
func weightPath(path string) string {
	if path == "/weights" {
		return "/weight_" + string(cases.Criteria()[0])
	}
	return strings.Replace(path, "/weights/", "/weight_", 1)
}

// markAll puts the faults of a refusal beside the fields of several groups.
func (p *page) markAll(refusal error, field func(string) string, groups ...[]formField) []pageFault {
	var out []pageFault
	for _, fault := range faultsOf(refusal) {
		fault.Path = field(fault.Path)
		one := workflow.RefuseFaults("", "", []workflow.Fault{fault})
		group := groups[0]
		for _, g := range groups {
			name := strings.TrimPrefix(fault.Path, "/")
			if slices.ContainsFunc(g, func(f formField) bool { return f.Name == name }) {
				group = g
			}
		}
		out = append(out, p.markFields(group, one)...)
	}
	return out
}

// typedWeighing reads the weights that were typed. What is no number is no weight: it
// is refused as one that is out of range.
func (q *call) typedWeighing() cases.Weighing {
	number := func(name string, empty int) int {
		text := strings.TrimSpace(q.FormValue(name))
		if text == "" {
			return empty
		}
		if n, err := strconv.Atoi(text); err == nil {
			return n
		}
		return -1
	}
	w := cases.Weighing{Weights: map[cases.Criterion]int{}, Choose: number("choose", -1), Sample: number("sample", 0), Reason: q.typedText("reason")}
	for _, c := range cases.Criteria() {
		w.Weights[c] = number("weight_"+string(c), 0)
	}
	return w
}

// checked reads what was typed as the API reads it: too long a text is refused, and
// so is what is no text.
func checked[T any](typed T) (T, error) {
	raw, err := json.Marshal(typed)
	if err != nil {
		panic("what was typed marshals: " + err.Error())
	}
	var out T
	err = cases.Refusal(cases.Bind(raw, &out, nil))
	return out, err
}

// typedText is a text as it was typed, with the line ends of a text.
func (q *call) typedText(name string) cases.Text {
	return cases.Text(strings.TrimSpace(strings.ReplaceAll(q.FormValue(name), "\r\n", "\n")))
}

// typedLines is a field of one answer a line.
func (q *call) typedLines(name string) []string {
	var out []string
	for line := range strings.SplitSeq(string(q.typedText(name)), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

func (q *call) selectionOpenByForm() error {
	w := q.typedWeighing()
	r := cases.SelectionRequest{
		Incident: q.Params("id"), Secret: q.FormValue("secret") != "", Weights: w.Weights, Choose: w.Choose, Sample: w.Sample, Reason: w.Reason,
	}
	r, err := checked(r)
	if err == nil {
		s, refusal := q.s.opt.Cases.Selections().Open(q.ctx, q.actor, r, q.formCommand(q.Body()))
		if err = refusal; err == nil {
			return q.see("/selections/" + s.ID + "?done=selection_opened")
		}
	}
	if status, ok := shown(err); ok {
		return q.showRounds(status, err)
	}
	return err
}

// shown says with what status a form is shown again that was refused so.
func shown(err error) (int, bool) {
	switch {
	case workflow.KindOf(err) == workflow.Stale, workflow.KindOf(err) == workflow.Conflict:
		return http.StatusConflict, true
	case workflow.KindOf(err) == workflow.NotFound:
		return 0, false
	}
	return http.StatusUnprocessableEntity, forPeople(err)
}

// sheetPage is a selection as the authority's record.
type sheetPage struct {
	*selectionShown
	Tips    []cases.Tip
	Check   *cases.SelectionCheck
	Size    []formField
	Weights []formField
	Faults  []pageFault
	Said    string // of the form that was refused
	Typed   string
	Wrong   string
}

// selectionShown is what all pages of one selection say of it.
type selectionShown struct {
	page
	S        *cases.Selection
	Incident *cases.Incident
	Ranked   []cases.RankedCandidate
	Names    map[string]string
	Prepares bool
	Part     bool // whoever looks had a part in it
	Approves bool
}

// Who is the name of an account.
func (s *selectionShown) Who(account string) string { return s.who(account, s.Names) }

// Decided says whether the seed may be told.
func (s *selectionShown) Decided() bool { return s.S.Status != cases.SelectionOpen }

// Criteria are the columns of the table.
func (s *selectionShown) Criteria() []cases.Criterion { return cases.Criteria() }

// Weight is the weight of a criterion.
func (s *selectionShown) Weight(c cases.Criterion) int { return s.S.Weighing().Weights[c] }

// Left is why a candidate was not chosen, nil where it was, or nothing is decided.
func (s *selectionShown) Left(id string) *cases.LeftOut {
	if s.S.Decision == nil {
		return nil
	}
	at := slices.IndexFunc(s.S.Decision.Left, func(l cases.LeftOut) bool { return l.Case == id })
	if at < 0 {
		return nil
	}
	return &s.S.Decision.Left[at]
}

// Drawn says whether a candidate is in the control sample.
func (s *selectionShown) Drawn(number string) bool {
	return s.S.Decision != nil && slices.Contains(s.S.Decision.Sample, number)
}

// Total is how many candidates the proposal chooses.
func (s *selectionShown) Total() int {
	n := 0
	for i := range s.Ranked {
		if s.Ranked[i].Chosen {
			n++
		}
	}
	return n
}

func (q *call) theSelection() (*selectionShown, error) {
	s, err := q.s.opt.Cases.Selections().Get(q.ctx, q.actor, q.Params("id"))
	if err != nil {
		return nil, err
	}
	out := &selectionShown{page: q.page("", "selection.title"), S: s, Ranked: s.Ranking(), Prepares: q.prepares(), Part: slices.Contains(s.Editors, q.actor.Account)}
	out.Approves = q.actor.Has(workflow.RoleSupervisor) && !out.Part
	if s.Incident != "" {
		if i, err := q.s.opt.Cases.Incidents().Get(q.actor, s.Incident); err == nil {
			out.Incident = &i
		}
	}
	ids := slices.Clone(s.Editors)
	for _, said := range []*cases.SelectionApproval{s.Approval, s.Returned, s.Abandoned} {
		if said != nil {
			ids = append(ids, said.By)
		}
	}
	if s.Decision != nil && s.Decision.Lead != nil {
		ids = append(ids, s.Decision.Lead.Assignee)
	}
	out.Names = q.names(ids)
	return out, nil
}

func (q *call) selectionSheet() error { return q.showSheet(fiber.StatusOK, "", nil) }

// showSheet shows a selection; form is the one that was refused.
func (q *call) showSheet(status int, form string, refusal error) error {
	s, err := q.theSelection()
	if err != nil {
		return err
	}
	p := sheetPage{selectionShown: s, Tips: s.S.Tips()}
	p.Title, p.Path = p.T("selection.sheet", "Round", s.S.Round), "/selections/"+s.S.ID
	p.Weights = weightFields(&p.page, s.S.Weighing())
	p.Size = append(sizeFields(&p.page, s.S.Weighing()),
		formField{Name: "reason", Label: p.T("selection.weights.why"), Widget: linesWidget, Required: true})
	if q.Query("check") != "" {
		check, err := q.s.opt.Cases.Selections().Recheck(q.ctx, q.actor, s.S.ID)
		if err != nil {
			return err
		}
		p.Check = &check
	}
	switch {
	case refusal == nil:
	case form == "weights":
		q.retype(p.Weights)
		q.retype(p.Size)
		p.Faults = p.markAll(refusal, weightPath, p.Weights, p.Size)
	default:
		p.Said, p.Typed = form, q.FormValue("reason")
		for _, f := range faultsOf(refusal) {
			one := pageFault{Message: p.fault(f.Code, f.Message)}
			if f.Path == "/reason" {
				p.Wrong, one.Field = one.Message, form+"-reason"
			}
			p.Faults = append(p.Faults, one)
		}
	}
	return q.render(status, "selection", p)
}

func (q *call) selectionWeighByForm() error {
	id := q.Params("id")
	w, err := checked(q.typedWeighing())
	if err == nil {
		_, err = q.s.opt.Cases.Selections().Weigh(q.ctx, q.actor, id, q.formVersion("version"), w)
	}
	return q.afterSelection(err, "weights", "/selections/"+id+"?done=selection_weighed")
}

func (q *call) afterSelection(err error, form, where string) error {
	if err == nil {
		return q.see(where)
	}
	if status, ok := shown(err); ok {
		return q.showSheet(status, form, err)
	}
	return err
}

// selectionSayByForm carries out what a button says of the selection as a whole.
func (q *call) selectionSayByForm() error {
	l, id, version := q.s.opt.Cases.Selections(), q.Params("id"), q.formVersion("version")
	act := q.FormValue("act")
	typed, err := checked(selectionWord{Reason: q.typedText("reason")})
	if err != nil {
		return q.afterSelection(err, act, "")
	}
	reason := typed.Reason
	switch act {
	case "approve":
		s, refusal := l.Approve(q.ctx, q.actor, id, version, reason)
		_, err = q.carriedOut(s, refusal)
	case "retry":
		s, refusal := l.Retry(q.ctx, q.actor, id, version, reason)
		_, err = q.carriedOut(s, refusal)
	case "return":
		_, err = l.Return(q.ctx, q.actor, id, version, reason)
	case "abandon":
		_, err = l.Abandon(q.ctx, q.actor, id, version, reason)
	default:
		err = workflow.RefuseFaults("selection_act", "Choose what is to happen to the selection.",
			[]workflow.Fault{{Code: "selection_act", Message: "Choose what is to happen to the selection."}})
	}
	return q.afterSelection(err, act, "/selections/"+id+"?done=selection_"+act)
}

// candidatePage shows on what the scores of one candidate rest.
type candidatePage struct {
	*selectionShown
	C      cases.RankedCandidate
	Now    int64 // version of the case now
	Fields []formField
	Faults []pageFault
}

func (q *call) selectionCandidate() error { return q.showCandidate(fiber.StatusOK, nil) }

func (q *call) showCandidate(status int, refusal error) error {
	s, err := q.theSelection()
	if err != nil {
		return err
	}
	at := slices.IndexFunc(s.Ranked, func(c cases.RankedCandidate) bool { return c.Case == q.Params("case") || c.Number == q.Params("case") })
	if at < 0 {
		return noSuchCase()
	}
	p := candidatePage{selectionShown: s, C: s.Ranked[at]}
	p.Title, p.Path = p.C.Controller, "/selections/"+s.S.ID+"/cases/"+p.C.Number
	p.Now = q.s.opt.Cases.Board().Version(p.C.Case)
	p.Fields = []formField{
		{Name: "choice", Label: p.T("selection.choice"), Widget: choiceWidget, Options: append([]formOption{{"NONE", p.T("selection.choice.none")}}, codeOptions[cases.Choice](&p.page)...), Value: "NONE", Values: []string{"NONE"}},
		{Name: "own_failings", Label: p.T("selection.own"), Hint: p.T("selection.own.hint"), Widget: choiceWidget, Options: scoreOptions(&p.page), Value: "NONE", Values: []string{"NONE"}},
		{Name: "reason", Label: p.T("selection.words"), Hint: p.T("selection.words.hint"), Widget: linesWidget, Required: true},
	}
	if refusal != nil {
		q.retype(p.Fields)
		p.Faults = p.markFields(p.Fields, refusal)
	}
	return q.render(status, "selection_case", p)
}

func scoreOptions(p *page) []formOption {
	out := []formOption{{"NONE", p.T("selection.own.none")}}
	for n := range cases.MaxScore + 1 {
		out = append(out, formOption{strconv.Itoa(n), p.T("selection.own." + strconv.Itoa(n))})
	}
	return out
}

func (q *call) selectionChangeByForm() error {
	change := cases.SelectionChange{Case: q.Params("case"), Reason: q.typedText("reason")}
	if choice := q.FormValue("choice"); choice != "NONE" {
		change.Choice = cases.Choice(choice)
	}
	if n, err := strconv.Atoi(q.FormValue("own_failings")); err == nil {
		change.OwnFailings = &n
	}
	change, err := checked(change)
	if err == nil {
		_, err = q.s.opt.Cases.Selections().Change(q.ctx, q.actor, q.Params("id"), q.formVersion("version"), change)
	}
	if err == nil {
		return q.see("/selections/" + q.Params("id") + "?done=selection_changed")
	}
	if status, ok := shown(err); ok {
		return q.showCandidate(status, err)
	}
	return err
}

// decisionPage asks for what a decision needs besides the choice itself.
type selectionDecisionPage struct {
	*selectionShown
	Chosen []orderFields
	Fields []formField
	Lead   []formField
	Faults []pageFault
}

// orderFields are what is different for one case.
type orderFields struct {
	cases.RankedCandidate
	Fields []formField
}

func (q *call) selectionDecisionForm() error { return q.showDecision(fiber.StatusOK, nil) }

func (q *call) showDecision(status int, refusal error) error {
	s, err := q.theSelection()
	if err != nil {
		return err
	}
	p := selectionDecisionPage{selectionShown: s}
	p.Title, p.Path = p.T("selection.decide"), "/selections/"+s.S.ID+"/decision"
	p.Fields = append([]formField{{Name: "reason", Label: p.T("selection.decide.why"), Hint: p.T("selection.decide.why.hint"), Widget: textWidget, Required: true}},
		orderForm(&p.page, "", true)...)
	for i := range s.Ranked {
		if c := s.Ranked[i]; c.Chosen {
			p.Chosen = append(p.Chosen, orderFields{c, orderForm(&p.page, c.Number+".", false)})
		}
	}
	supplier := ""
	if s.Incident != nil {
		supplier = s.Incident.Supplier
	}
	p.Lead = append([]formField{
		{Name: "lead", Label: p.T("selection.lead.open"), Widget: tickWidget},
		{Name: "lead.name", Label: p.T("selection.lead.name"), Widget: lineWidget, Value: supplier},
		{Name: "lead.subject", Label: p.T("selection.lead.subject"), Widget: lineWidget},
		{Name: "lead.assignee", Label: p.T("selection.lead.assignee"), Widget: choiceWidget, Options: q.staffChoices(holdsCases)},
	}, orderForm(&p.page, "lead.", false)...)
	if refusal != nil {
		q.retype(p.Fields)
		q.retype(p.Lead)
		for i := range p.Chosen {
			q.retype(p.Chosen[i].Fields)
		}
		p.Faults = p.markAll(refusal, decisionPath, p.Fields, p.Lead)
	}
	return q.render(status, "selection_decision", p)
}

func orderForm(p *page, prefix string, needed bool) []formField {
	return []formField{
		{Name: prefix + "scope", Label: p.T("field.scope"), Widget: linesWidget, Required: needed},
		{Name: prefix + "legal_basis", Label: p.T("field.legal_basis"), Hint: p.T("selection.line_each"), Widget: linesWidget, Required: needed},
		{Name: prefix + "focus_areas", Label: p.T("field.focus_areas"), Hint: p.T("selection.line_each"), Widget: linesWidget},
		{Name: prefix + "oss_role", Label: p.T("field.oss_role"), Hint: p.T("selection.oss.hint"), Widget: choiceWidget, Options: codeOptions[cases.OSSRole](p)},
	}
}

// decisionPath leads from where a fault lies to the field of the form.
func decisionPath(path string) string {
	switch {
	case strings.HasPrefix(path, "/lead/order/"):
		return "/lead." + strings.TrimPrefix(path, "/lead/order/")
	case strings.HasPrefix(path, "/lead/"):
		return "/lead." + strings.TrimPrefix(path, "/lead/")
	}
	return "/" + strings.TrimPrefix(path, "/order/")
}

func (q *call) typedOrder(prefix string) cases.Order {
	return cases.Order{
		Scope: q.typedText(prefix + "scope"), LegalBasis: q.typedLines(prefix + "legal_basis"), FocusAreas: q.typedLines(prefix + "focus_areas"),
		OSSRole: cases.OSSRole(q.FormValue(prefix + "oss_role")),
	}
}

func (q *call) selectionDecideByForm() error {
	s, err := q.theSelection()
	if err != nil {
		return err
	}
	r := cases.DecisionRequest{Reason: q.typedText("reason"), Order: q.typedOrder(""), Orders: map[string]cases.Order{}}
	for _, c := range s.Ranked {
		own := q.typedOrder(c.Number + ".")
		if c.Chosen && (own.Scope != "" || len(own.LegalBasis)+len(own.FocusAreas) > 0 || own.OSSRole != "") {
			r.Orders[c.Number] = own
		}
	}
	if q.FormValue("lead") != "" {
		r.Lead = &cases.LeadCase{
			Name: strings.TrimSpace(q.FormValue("lead.name")), Subject: strings.TrimSpace(q.FormValue("lead.subject")), Assignee: q.FormValue("lead.assignee"),
			Order: q.typedOrder("lead."),
		}
		if s.Incident != nil && r.Lead.Name == s.Incident.Supplier {
			r.Lead.IDNumber = s.Incident.SupplierID
		}
	}
	if r, err = checked(r); err == nil {
		_, err = q.s.opt.Cases.Selections().Decide(q.ctx, q.actor, s.S.ID, q.formVersion("version"), r)
	}
	if err == nil {
		return q.see("/selections/" + s.S.ID + "?done=selection_decided")
	}
	if status, ok := shown(err); ok {
		return q.showDecision(status, err)
	}
	return err
}
