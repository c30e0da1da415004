package web

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// draftRoutes let whoever approves a decision see how its draft came to be.
var draftRoutes = []route{
	{Method: get, Path: "/cases/{id}/draft", Access: CaseStaff, Tag: tagPages, Page: true, Summary: "What changed in a draft", handle: (*call).draftChanges},
}

// draftPage compares two versions of the draft of a decision, word by word.
type draftPage struct {
	page
	Number   string
	From, To int // From is 0 where everything is new
	Why      string
	Versions []draftRow
	Changed  []draftSection
	Same     []string // headings of what reads the same
	Approve  []stepLink
}

// draftRow is one version, with who left it so.
type draftRow struct {
	N      int
	By     string
	At     time.Time
	Heard  bool // the party could comment on it
	Signed bool
	First  bool // the one that is compared with
	Last   bool
	Href   string // to compare this one with the newest
}

// draftSection is a part of a draft. Text is how it reads; Parts are how it came to.
type draftSection struct {
	Heading string
	Text    string
	Parts   []span
}

// draftHistory is the draft of a case in all its versions, and the one that whoever
// looks has most likely seen.
type draftHistory struct {
	versions []cases.DraftVersion
	seen     int    // number of a version, 0 for none
	why      string // key of a sentence
}

func (h draftHistory) version(n int) *cases.DraftVersion {
	for i := range h.versions {
		if h.versions[i].N == n {
			return &h.versions[i]
		}
	}
	return nil
}

func (h draftHistory) last() *cases.DraftVersion { return &h.versions[len(h.versions)-1] }

// draftHistory reads the versions out of the events of a case, where every one of
// them is kept. Nobody notes who looks at what; that somebody did something in the
// case is known, and what the draft was then.
func (q *call) draftHistory(c *cases.Case) (draftHistory, error) {
	events, err := q.s.opt.Cases.History(q.ctx, q.actor, c.ID)
	if err != nil {
		return draftHistory{}, err
	}
	versions, err := cases.DraftVersions(events)
	h := draftHistory{versions: versions}
	if err != nil || len(versions) == 0 || c.Draft == nil {
		return h, err
	}
	mine := int64(0)
	for _, e := range events {
		if e.Header.Actor == q.actor.Account {
			mine = e.Header.Seq
		}
	}
	for _, v := range versions {
		if v.Seq <= mine && v.N < c.Draft.Version {
			h.seen, h.why = v.N, "edits.since_own"
		}
	}
	if h.seen == 0 && c.Draft.Heard > 0 && c.Draft.Heard < c.Draft.Version {
		h.seen, h.why = c.Draft.Heard, "edits.since_heard"
	}
	if h.seen == 0 && c.Draft.Version > 1 {
		h.seen, h.why = c.Draft.Version-1, "edits.since_last"
	}
	if h.seen == 0 {
		h.why = "edits.first"
	}
	return h, nil
}

// draftChanges shows what changed in a draft since a version.
func (q *call) draftChanges() error {
	c, verdicts, err := q.s.opt.Cases.Steps(q.ctx, q.actor, q.Params("id"))
	if err != nil {
		return err
	}
	h, err := q.draftHistory(c)
	if err != nil {
		return err
	}
	if len(h.versions) == 0 || c.Draft == nil {
		return workflow.Refuse(workflow.NotFound, "not_found", "The case has no draft of a decision.")
	}
	p := draftPage{page: q.page("investigations", "case.title"), Number: c.Number, From: h.seen, To: h.last().N}
	p.Narrow = true
	p.Title = p.T("edits.title", "Number", c.Number)
	if n, err := strconv.Atoi(q.Query("from")); err == nil && (n == 0 || h.version(n) != nil) && n < p.To {
		p.From = n
	}
	if p.Why = p.T("edits.compared", "From", p.From, "To", p.To); p.From == h.seen {
		p.Why = p.T(h.why, "From", p.From, "To", p.To)
	}
	for _, v := range slices.Backward(h.versions) {
		p.Versions = append(p.Versions, draftRow{
			N: v.N, By: q.nameOf(v.By), At: v.At, Heard: v.N == c.Draft.Heard, Signed: v.N == p.To && c.Draft.SignedBy != "",
			First: v.N == p.From, Last: v.N == p.To, Href: "/cases/" + c.Number + "/draft?from=" + strconv.Itoa(v.N),
		})
	}
	p.Changed, p.Same = q.draftDifference(p.page, h, p.From)
	for _, v := range verdicts {
		if step, _ := workflow.StepByID(v.Step); v.Allowed && approves(c, v.Step) {
			p.Approve = append(p.Approve, stepLink{Step: step})
		}
	}
	return q.render(fiber.StatusOK, "draft", p)
}

// draftDifference compares the newest version with an earlier one, part by part.
func (q *call) draftDifference(p page, h draftHistory, from int) (changed []draftSection, same []string) {
	var before []draftSection
	if v := h.version(from); v != nil {
		before = q.draftSections(p, v.Text)
	}
	after := q.draftSections(p, h.last().Text)
	text := func(sections []draftSection, heading string) string {
		for _, s := range sections {
			if s.Heading == heading {
				return s.Text
			}
		}
		return ""
	}
	for _, s := range after {
		was := text(before, s.Heading)
		if was == s.Text {
			same = append(same, s.Heading)
			continue
		}
		s.Parts = []span{{kept, s.Text}}
		if before != nil { // of a first version all is new, and nothing need be marked
			s.Parts = compareWords(was, s.Text)
		}
		changed = append(changed, s)
	}
	for _, s := range before { // measures that are no more
		if text(after, s.Heading) == "" && s.Text != "" {
			s.Parts = compareWords(s.Text, "")
			changed = append(changed, s)
		}
	}
	return changed, same
}

// draftSections are the parts of a draft as they read. A part that says nothing is
// not there.
func (q *call) draftSections(p page, d cases.DecisionDraft) []draftSection {
	var out []draftSection
	add := func(heading, text string) {
		if text != "" {
			out = append(out, draftSection{Heading: heading, Text: text})
		}
	}
	add(p.T("field.draft.outcome"), p.optional(d.Outcome == "", func() string { return p.Code(d.Outcome) }))
	add(p.T("field.draft.legal_basis"), strings.Join(d.LegalBasis, "\n"))
	add(p.T("field.draft.conclusion"), string(d.Conclusion))
	add(p.T("field.draft.reasons"), string(d.Reasons))
	for i, m := range d.Measures {
		lines := []string{p.PowerOf(m.Power), string(m.Text), strings.Join(m.Infringed, ", ")}
		if m.DueAt != nil {
			lines = append(lines, p.T("field.draft.measures.due_at")+": "+p.Due(*m.DueAt))
		}
		if m.AmountSEK != 0 {
			lines = append(lines, p.T("field.draft.measures.amount_sek")+": "+p.Number(m.AmountSEK))
		}
		add(p.T("field.draft.measure", "N", i+1), strings.Join(slices.DeleteFunc(lines, func(s string) bool { return s == "" }), "\n"))
	}
	add(p.T("field.draft.rapporteur"), q.nameOf(d.Rapporteur))
	add(p.T("field.draft.others"), strings.Join(d.Others, "\n"))
	return out
}

// approves says whether a step approves the draft of a case as it stands.
func approves(c *cases.Case, step workflow.StepID) bool {
	return c.Draft != nil && slices.Contains(approvalSteps, step) && (step != workflow.StepSignOff || c.Draft.SignedBy == "")
}

// changesFor tells in a line what changed in a draft since whoever looks has most
// likely seen it, and who changed it.
func (q *call) changesFor(p page, c *cases.Case) (string, error) {
	h, err := q.draftHistory(c)
	if err != nil || len(h.versions) == 0 {
		return "", err
	}
	since := p.T(h.why, "From", h.seen, "To", h.last().N)
	if h.seen == 0 {
		return since, nil
	}
	var who, what []string
	for _, v := range h.versions {
		if name := q.nameOf(v.By); v.N > h.seen && name != "" && !slices.Contains(who, name) {
			who = append(who, name)
		}
	}
	changed, _ := q.draftDifference(p, h, h.seen)
	for _, s := range changed {
		what = append(what, strings.ToLower(s.Heading))
	}
	if len(what) == 0 {
		return since + " " + p.T("edits.nothing"), nil
	}
	return since + " " + p.T("edits.by", "Who", strings.Join(who, ", "), "What", strings.Join(what, ", ")), nil
}
