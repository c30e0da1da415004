package web

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// casePage is a case for staff: what it is about, how its clocks stand, what can
// be done next and by whom, and everything that happened.
type casePage struct {
	page
	Case     caseView
	Phases   []phaseMark
	Answers  []answerSection
	Running  []cases.Clock
	Over     []cases.Clock
	Lamps    []lampMark
	Moves    []stepLink // steps that lead on
	Acts     []stepLink // acts that move nothing, and ways out of the procedure
	Refused  []stepLink // what cannot be done now, and why
	History  []happening
	Versions []versionRow
	Holder   string
	OwnView  string // the controller's own view of the risk
	CanNote  bool
	Note     string      // what was typed and could not be written
	CanTake  bool        // the case can be assigned to whoever looks
	Key      string      // of the forms, so that one that is sent twice counts once
	Deputy   bool        // whoever looks acts for the case's caseworker, who is away
	Barred   bool        // a conflict of interest bars whoever looks
	Bars     []barRow    // staff whom a conflict of interest with the controller bars
	Conflict []barredRow // staff who are barred from this case alone
	Files    filesPart
	Faults   []pageFault
	Live     *livePart
	Severity *severityView
	Delay    *delayView
	Reminded toldPart
	Incident *incidentCard // nil where it belongs to none

	Suggested suggestedPart
}

// phaseMark is one of the five phases in the bar over a case.
type phaseMark struct {
	Phase   workflow.Phase
	Past    bool
	Current bool
}

// answerSection is a part of the notification with what was answered in it.
type answerSection struct {
	Title   string
	Answers []answerRow
}

type answerRow struct {
	Title string
	Value string
	Long  bool
}

// lampMark says how much of one letter of Art. 33(3) is there.
type lampMark struct {
	Letter string
	Lamp   cases.Lamp
}

// stepLink is a step with its place, or with why it cannot be taken.
type stepLink struct {
	Step    workflow.Step
	Refusal string
}

// happening is one event in a readable sentence.
type happening struct {
	Seq      int64
	At       string
	Stamp    string
	Sentence string
	Reason   string
	Details  []string // what an assessment consists of
}

type versionRow struct {
	submissionView
	Name string
}

// casePages shows a case: to staff all of it, to the notifier's side its own.
func (q *call) casePages() error {
	c, err := q.s.opt.Cases.Case(q.ctx, q.actor, q.Params("id"))
	if err != nil {
		return err
	}
	if !q.actor.Staff() {
		return q.partyCasePage(c)
	}
	return q.showCase(fiber.StatusOK, c, "", nil)
}

// showCase shows staff a case; note is one that was typed and refused.
func (q *call) showCase(status int, c *cases.Case, note string, refusal error) error {
	words := q.speech()
	var faults []pageFault
	for _, f := range faultsOf(refusal) {
		faults = append(faults, pageFault{Field: "note", Message: words.T("case.note") + ": " + words.fault(f.Code, f.Message)})
	}
	return q.showCaseWith(status, c, note, faults)
}

// showCaseWith shows staff a case with what is wrong in one of its forms.
func (q *call) showCaseWith(status int, c *cases.Case, note string, faults []pageFault) error {
	place := q.s.livePlace()
	p := casePage{page: q.page("queue", "case.title"), Case: q.caseViewOf(c), Note: note, Key: q.id, Faults: faults}
	p.Title, p.Live = c.Number, q.liveCase("case", place, c)
	p.Phases = phaseMarks(c.Phase)
	p.Files = q.files(p.page, c, 0, backToCase)
	p.Holder = p.Case.People[c.Assignee]
	for _, k := range c.Clocks {
		if k.Status == cases.ClockOpen {
			p.Running = append(p.Running, k)
		} else {
			p.Over = append(p.Over, k)
		}
	}
	if n := p.Case.Notification; n != nil {
		p.Answers = p.answers(*n)
		p.OwnView = p.Value(n.Risk)
		p.Lamps = lampMarks(*p.Case.Lamps)
	}
	for _, v := range p.Case.Submissions {
		p.Versions = append(p.Versions, versionRow{v, p.who(v.By, p.Case.People)})
	}
	if err := q.people(&p, c); err != nil {
		return err
	}
	err := q.stepsOf(&p, c)
	if err != nil {
		return err
	}
	if p.Suggested, err = q.suggestedFor(p.page, c); err != nil {
		return err
	}
	if p.Incident, err = q.incidentCard(c, p.Acts); err != nil {
		return err
	}
	p.Severity = p.severityOf(c, p.Case.People)
	if p.Delay, err = q.delayView(&p, c); err != nil {
		return err
	}
	if err := q.historyOf(&p, c); err != nil {
		return err
	}
	if p.Reminded, err = q.caseReminders(c); err != nil {
		return err
	}
	return q.render(status, "case", p)
}

// noteByForm writes a file note (FL § 27) from the case's page.
func (q *call) noteByForm() error {
	c, err := q.theCase()
	if err != nil {
		return err
	}
	text := strings.ReplaceAll(q.FormValue("text"), "\r\n", "\n")
	raw, err := json.Marshal(noteRequest{Text: cases.Text(text)})
	if err != nil {
		panic("a text marshals: " + err.Error())
	}
	var in noteRequest // read as the API reads it, so that both refuse the same
	err = cases.Refusal(cases.Bind(raw, &in, nil))
	if err == nil {
		_, err = q.note(in.Text, q.formCommand(raw))
	}
	if err == nil {
		return q.see("/cases/" + c.Number + "?done=note#notes")
	}
	if !forPeople(err) {
		return err
	}
	return q.showCase(fiber.StatusUnprocessableEntity, c, text, err)
}

// noteAgain shows the case with a note that was typed before the session ended.
func (q *call) noteAgain() error {
	c, err := q.theCase()
	if err != nil {
		return err
	}
	return q.showCase(fiber.StatusOK, c, strings.ReplaceAll(q.FormValue("text"), "\r\n", "\n"), nil)
}

// formCommand is the command that a form makes of what was typed into it: the
// same form with the same content, sent twice, is carried out once.
func (q *call) formCommand(content []byte) cases.Command {
	key := q.FormValue("key")
	if key == "" || len(key) > maxKey {
		return cases.Command{}
	}
	sum := sha256.Sum256(content)
	return cases.KeyedCommand(q.actor.Account, q.row.Method+" "+q.row.Path, key+"|"+hex.EncodeToString(sum[:]), content)
}

func phaseMarks(now workflow.Phase) []phaseMark {
	var marks []phaseMark
	past := true
	for _, phase := range workflow.Phases() {
		if phase == now {
			past = false
		}
		marks = append(marks, phaseMark{Phase: phase, Past: past, Current: phase == now})
	}
	return marks
}

func lampMarks(m cases.MinimumContent) []lampMark {
	return []lampMark{{"a", m.A}, {"b", m.B}, {"c", m.C}, {"d", m.D}}
}

// stepsOf sorts the steps into what leads on, what moves nothing, and what
// cannot be done now.
func (q *call) stepsOf(p *casePage, c *cases.Case) error {
	_, verdicts, err := q.s.opt.Cases.Steps(q.ctx, q.actor, c.ID)
	if err != nil {
		return err
	}
	for _, v := range verdicts {
		step, _ := workflow.StepByID(v.Step)
		switch {
		case pointless(c, v.Step):
		case v.Allowed && v.Step == workflow.StepNote:
			p.CanNote = true // has its form on the page
		case !v.Allowed && v.Refusal.Code == "state":
			// Steps of other states would fill the page and help nobody.
		case !v.Allowed:
			p.Refused = append(p.Refused, stepLink{step, p.fault(v.Refusal.Code, v.Refusal.Message)})
		case step.To != "" && v.Step != workflow.StepMerge && v.Step != workflow.StepTransfer:
			p.Moves = append(p.Moves, stepLink{Step: step})
		default:
			p.Acts = append(p.Acts, stepLink{Step: step})
			if v.Step == workflow.StepAssign && c.Assignee != q.actor.Account {
				p.CanTake = p.Is(workflow.RoleCaseworker, workflow.RoleSupervisor)
			}
		}
	}
	return nil
}

// pointless says that a step has nothing to do in the case as it stands, so that
// neither the offer nor the refusal would tell anybody anything.
func pointless(c *cases.Case, step workflow.StepID) bool {
	switch step {
	case workflow.StepReceive:
		return true // it began the case
	case workflow.StepFlagSecret:
		return c.Secret
	case workflow.StepUnflagSecret:
		return !c.Secret
	case workflow.StepLiftConflict:
		return len(c.Barred) == 0
	}
	return false
}

// movedWords are the keys of the reasons that the system itself moves a clock for.
var movedWords = map[string]string{
	"The decision was served on another date.": "clock.moved.served",
	"Something happened in the case.":          "clock.moved.happened",
	"The priority changed.":                    "clock.moved.priority",
	"The party of the case was corrected.":     "clock.moved.party",
}

// Moved says why a clock was moved: a rule in the language, a person as it was written.
func (p casePage) Moved(because string) string {
	if key, ok := movedWords[because]; ok {
		return p.T(key)
	}
	return because
}

// historyOf tells every event in a sentence, the newest first.
func (q *call) historyOf(p *casePage, c *cases.Case) error {
	events, err := q.s.opt.Cases.History(q.ctx, q.actor, c.ID)
	if err != nil {
		return err
	}
	var actors []string
	for _, e := range events {
		actors = append(actors, e.Header.Actor)
		actors = append(actors, concerned(e)...)
	}
	names := q.names(actors)
	for i := len(events) - 1; i >= 0; i-- {
		e := events[i]
		p.History = append(p.History, happening{
			Seq: e.Header.Seq, At: p.DateTime(e.Header.At), Stamp: p.Stamp(e.Header.At),
			Sentence: p.toldOf(e, p.who(e.Header.Actor, names)) + p.inWhosePlace(e, names), Reason: reasonOf(e), Details: p.severityTold(e),
		})
	}
	return nil
}

// toldOf says what an event was, and of a clock that followed the rules which, from
// when and to when.
func (p *casePage) toldOf(e cases.Event, actor string) string {
	var m cases.ClockMoved
	if e.Header.Kind != cases.EventClockMoved || e.Payload == nil || e.Read(&m) != nil {
		return p.happened(e, actor)
	}
	return p.T("event.clock_moved.what", "Clock", p.Code(m.Clock.Kind), "Was", p.Due(m.WasDueAt), "Due", p.Due(m.Clock.DueAt))
}

// who names an actor: a person by name, a rule of the system in words.
func (s *speech) who(actor string, names map[string]string) string {
	if rule, ok := strings.CutPrefix(actor, "system:"); ok {
		if s.has("rule." + rule) {
			return s.T("rule." + rule)
		}
		return s.T("actor.system")
	}
	if cases.WithoutAccount(actor) {
		return s.T("actor.guest")
	}
	if name := names[actor]; name != "" {
		return name
	}
	return s.T("actor.somebody")
}

// happened says in the person's language what an event was.
func (s *speech) happened(e cases.Event, actor string) string {
	return s.T("event."+string(e.Header.Kind), "Actor", actor)
}

// reasonOf is the reason that was given with an event, where there was one.
func reasonOf(e cases.Event) string {
	var given struct {
		Reason string `json:"reason"`
		Data   struct {
			Text string `json:"text"`
			Note string `json:"note"`
		} `json:"data"`
	}
	if e.Payload == nil || e.Read(&given) != nil {
		return ""
	}
	for _, s := range []string{given.Reason, given.Data.Text, given.Data.Note} {
		if s != "" {
			return s
		}
	}
	return ""
}

// answerSections names the parts of the form by the field that each begins with.
var answerSections = map[string]string{
	"controller.unit_id":           "section.controller",
	"reporter.name":                "section.reporter",
	"other_parties_involved":       "section.others",
	"occurrence_mode":              "section.timeline",
	"breach_types":                 "section.breach",
	"subject_categories":           "section.people",
	"data_categories":              "section.data",
	"consequences_confidentiality": "section.consequences",
	"measures_before":              "section.measures",
	"subjects_informed":            "section.informed",
	"cross_border":                 "section.elsewhere",
}

// answers are what a notification says, part by part.
func (p page) answers(n cases.Notification) []answerSection {
	said := map[string]cases.FieldChange{}
	for _, c := range cases.Compare(cases.Notification{}, n) {
		said[c.Path] = c
	}
	var out []answerSection
	section := answerSection{Title: p.T("section.filing")}
	for _, f := range cases.Fields() {
		if key, begins := answerSections[f.Path]; begins {
			if len(section.Answers) > 0 {
				out = append(out, section)
			}
			section = answerSection{Title: p.T(key)}
		}
		c, ok := said[f.Path]
		if !ok || f.Path == "controller.unit_id" { // the name and the board that it stands for are there
			continue
		}
		row := answerRow{Title: f.Title, Value: p.Value(c.New), Long: f.FreeText}
		if p.Tag == "sv" {
			row.Title = f.TitleSV
		}
		if row.Value != "" {
			section.Answers = append(section.Answers, row)
		}
	}
	if len(section.Answers) > 0 {
		out = append(out, section)
	}
	return out
}
