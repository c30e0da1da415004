package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
)

const tagSelections = "Selections"

// selectionAPI is the choice of whom to investigate, for programs.
var selectionAPI = []route{
	{
		Method: get, Path: "/api/v1/selections", Access: Staff, Tag: tagSelections, handle: (*call).listSelections,
		Summary: "Selections of whom to investigate",
		Detail:  "Only those of which the caller sees every candidate: a part of a selection is no record of it.",
		Query:   []parameter{{Name: "incident", What: "Of this incident only, by id or number.", Type: ""}},
		Answers: []answer{{Status: 200, What: "The selections, the newest first.", Body: selectionList{}}}, Also: []int{404},
	},
	{
		Method: post, Path: "/api/v1/selections", Access: Staff, Tag: tagSelections, handle: (*call).openSelection,
		Summary: "Open a selection, or the next round of one",
		Detail: "Freezes the candidates with their scores and draws the seed of the control sample. Candidates are the incident's open cases in which no investigation is opened, " +
			"or the cases that are named. Caseworkers and supervisors do.",
		Body: cases.SelectionRequest{}, Example: "selection", Key: keyTaken,
		Answers: []answer{{Status: 201, What: "The selection.", Body: selectionView{}, ETag: true, Place: true}}, Also: []int{404, 409},
	},
	{
		Method: get, Path: "/api/v1/selections/{id}", Access: Staff, Tag: tagSelections, handle: (*call).getSelection,
		Summary: "A selection with its candidates in the order of their rank",
		Answers: []answer{{Status: 200, What: "The selection.", Body: selectionView{}, ETag: true}}, Also: []int{404},
	},
	{
		Method: get, Path: "/api/v1/selections/{id}/check", Access: Staff, Tag: tagSelections, handle: (*call).checkSelection,
		Summary: "Work a selection out anew", Detail: "The scores from the versions of the cases that were frozen, and the control sample from the seed.",
		Answers: []answer{{Status: 200, What: "Whether all of it comes out as it is recorded.", Body: cases.SelectionCheck{}}}, Also: []int{404},
	},
	{
		Method: put, Path: "/api/v1/selections/{id}/weights", Access: Staff, Tag: tagSelections, handle: (*call).weighSelection,
		Summary: "Change the weights of a selection", Body: weightsRequest{}, Example: "weights", IfMatch: true,
		Answers: []answer{{Status: 200, What: "The selection.", Body: selectionView{}, ETag: true}}, Also: []int{404, 409},
	},
	{
		Method: post, Path: "/api/v1/selections/{id}/changes", Access: Staff, Tag: tagSelections, handle: (*call).changeSelection,
		Summary: "Take a candidate in or leave it out, score its own failings, or remark on it", Body: selectionChangeRequest{}, Example: "selection-change", IfMatch: true,
		Answers: []answer{{Status: 200, What: "The selection.", Body: selectionView{}, ETag: true}}, Also: []int{404, 409},
	},
	{
		Method: post, Path: "/api/v1/selections/{id}/decision", Access: Staff, Tag: tagSelections, handle: (*call).decideSelection,
		Summary: "Decide a selection as its proposal stands", Detail: "Draws the control sample. The selection then waits for a supervisor who had no part in it.",
		Body: cases.DecisionRequest{}, Example: "selection-decision", IfMatch: true,
		Answers: []answer{{Status: 200, What: "The selection.", Body: selectionView{}, ETag: true}}, Also: []int{404, 409},
	},
	{
		Method: post, Path: "/api/v1/selections/{id}/approval", Access: Staff, Tag: tagSelections, handle: (*call).approveSelection,
		Summary: "Approve a selection, and open its investigations",
		Detail:  "Supervisors do who had no part in it, on exactly the version that If-Match names. From then on nothing of it changes. Each investigation is opened once; the outcomes tell what became of each.",
		Body:    selectionWord{}, Example: "selection-approval", IfMatch: true,
		Answers: []answer{{Status: 200, What: "The selection, with what was carried out so far.", Body: selectionView{}, ETag: true}}, Also: []int{404, 409},
	},
	{
		Method: post, Path: "/api/v1/selections/{id}/return", Access: Staff, Tag: tagSelections, handle: (*call).returnSelection,
		Summary: "Send a selection back instead of approving it", Body: selectionWord{}, Example: "reason", IfMatch: true,
		Answers: []answer{{Status: 200, What: "The selection.", Body: selectionView{}, ETag: true}}, Also: []int{404, 409},
	},
	{
		Method: post, Path: "/api/v1/selections/{id}/retry", Access: Staff, Tag: tagSelections, handle: (*call).retrySelection,
		Summary: "Open the investigations that could not be opened", Body: selectionWord{}, Example: "reason", IfMatch: true,
		Answers: []answer{{Status: 200, What: "The selection, with what was carried out so far.", Body: selectionView{}, ETag: true}}, Also: []int{404, 409},
	},
	{
		Method: post, Path: "/api/v1/selections/{id}/abandon", Access: Staff, Tag: tagSelections, handle: (*call).abandonSelection,
		Summary: "Give a selection up before its approval", Body: selectionWord{}, Example: "reason", IfMatch: true,
		Answers: []answer{{Status: 200, What: "The selection.", Body: selectionView{}, ETag: true}}, Also: []int{404, 409},
	},
	{
		Method: get, Path: "/api/v1/selections/{id}/candidates.csv", Access: Staff, Tag: tagSelections, handle: (*call).selectionAsCSV,
		Summary: "The candidates of a selection as a CSV file",
		Detail:  "Words are in the language of Accept-Language. A text that a spreadsheet would take for a formula begins with an apostrophe.",
		Answers: []answer{{Status: 200, What: "The file, in UTF-8 with a byte order mark.", Body: "", Type: csvType}}, Also: []int{404},
	},
}

// selectionView is a selection as it is shown.
type selectionView struct {
	ID         string                   `json:"id"`
	Version    int64                    `json:"version" doc:"Also in ETag; what changes the selection names it in If-Match."`
	Status     cases.SelectionStatus    `json:"status"`
	Incident   string                   `json:"incident,omitempty"`
	Round      int                      `json:"round"`
	Reason     cases.Text               `json:"reason"`
	By         string                   `json:"by"`
	OpenedAt   time.Time                `json:"opened_at"`
	UpdatedAt  time.Time                `json:"updated_at"`
	Editors    []string                 `json:"editors" doc:"All who had a part in it: none of them approves it."`
	Commitment string                   `json:"seed_commitment" doc:"SHA-256 of the selection's id, a vertical bar and the seed."`
	Seed       cases.Seed               `json:"seed,omitempty" doc:"Of the control sample; told once the choice is made."`
	Weighings  []cases.Weighing         `json:"weighings" doc:"The last one counts."`
	Candidates []candidateView          `json:"candidates" doc:"In the order of their rank."`
	Tips       []cases.Tip              `json:"tips" doc:"For each weight the nearest value at which another case would be proposed."`
	Decision   *cases.SelectionDecision `json:"decision,omitempty"`
	Returned   *cases.SelectionApproval `json:"returned,omitempty" doc:"The last time that it was sent back."`
	Approval   *cases.SelectionApproval `json:"approval,omitempty"`
	Abandoned  *cases.SelectionApproval `json:"abandoned,omitempty"`
	Outcomes   []cases.SelectionOutcome `json:"outcomes"`
}

type candidateView struct {
	Case        string                  `json:"case"`
	Number      string                  `json:"number"`
	CaseVersion int64                   `json:"case_version" doc:"The version that was scored."`
	Controller  string                  `json:"controller"`
	Sector      cases.SectorOfActivity  `json:"sector,omitempty"`
	Rank        int                     `json:"rank"`
	Sum         int                     `json:"sum"`
	Tied        bool                    `json:"tied" doc:"Another candidate has the same sum; the case number decided."`
	Chosen      bool                    `json:"chosen" doc:"As the proposal stands."`
	ByHand      bool                    `json:"by_hand" doc:"Against the rank."`
	Cells       []cellView              `json:"cells"`
	Changes     []cases.SelectionChange `json:"changes"`
}

type cellView struct {
	cases.Cell
	Evidence string `json:"evidence" doc:"What the score rests on, in a sentence."`
}

type selectionList struct {
	Items []selectionBrief `json:"items"`
}

type selectionBrief struct {
	ID         string                `json:"id"`
	Version    int64                 `json:"version"`
	Incident   string                `json:"incident,omitempty"`
	Round      int                   `json:"round"`
	Status     cases.SelectionStatus `json:"status"`
	By         string                `json:"by"`
	OpenedAt   time.Time             `json:"opened_at"`
	Candidates int                   `json:"candidates"`
	Chosen     int                   `json:"chosen" doc:"Once it is decided."`
}

type weightsRequest struct {
	Weights map[cases.Criterion]int `json:"weights" doc:"0 to 100 for each criterion; one that is left out weighs nothing."`
	Choose  int                     `json:"choose"`
	Sample  int                     `json:"sample,omitempty"`
	Reason  cases.Text              `json:"reason"`
}

type selectionChangeRequest struct {
	Case        string       `json:"case" doc:"By id or number."`
	Choice      cases.Choice `json:"choice,omitempty"`
	OwnFailings *int         `json:"own_failings,omitempty" doc:"0 to 4."`
	Reason      cases.Text   `json:"reason"`
}

type selectionWord struct {
	Reason cases.Text `json:"reason,omitempty" doc:"Needed for all but the approval."`
}

func (q *call) selectionViewOf(s *cases.Selection) selectionView {
	words := &page{speech: speeches["en"], zone: q.s.opt.Zone}
	v := selectionView{
		ID: s.ID, Version: s.Version, Status: s.Status, Incident: s.Incident, Round: s.Round, Reason: s.Reason, By: s.By,
		OpenedAt: s.OpenedAt, UpdatedAt: s.UpdatedAt, Editors: list(s.Editors), Commitment: s.Commitment(), Weighings: list(s.Weighings),
		Tips: list(s.Tips()), Decision: s.Decision, Returned: s.Returned, Approval: s.Approval, Abandoned: s.Abandoned, Outcomes: list(s.Outcomes),
		Candidates: []candidateView{},
	}
	if s.Status != cases.SelectionOpen {
		v.Seed = s.Seed
	}
	for _, c := range s.Ranking() {
		one := candidateView{
			Case: c.Case, Number: c.Number, CaseVersion: c.Version, Controller: c.Controller, Sector: c.Sector, Rank: c.Rank, Sum: c.Sum,
			Tied: c.Tied, Chosen: c.Chosen, ByHand: c.ByHand, Changes: list(c.Words), Cells: []cellView{},
		}
		for _, cell := range c.Cells {
			one.Cells = append(one.Cells, cellView{Cell: cell, Evidence: words.Evidence(cell)})
		}
		v.Candidates = append(v.Candidates, one)
	}
	return v
}

func (q *call) answerSelection(status int, s *cases.Selection, err error) error {
	if err != nil {
		return err
	}
	q.Set(fiber.HeaderETag, etag(s.Version))
	return q.answer(status, q.selectionViewOf(s))
}

func (q *call) listSelections() error {
	found, err := q.s.opt.Cases.Selections().List(q.ctx, q.actor, q.Query("incident"))
	if err != nil {
		return err
	}
	out := selectionList{Items: []selectionBrief{}}
	for i := range found {
		s := &found[i]
		brief := selectionBrief{
			ID: s.ID, Version: s.Version, Incident: s.Incident, Round: s.Round, Status: s.Status, By: s.By, OpenedAt: s.OpenedAt, Candidates: len(s.Candidates),
		}
		if s.Decision != nil {
			brief.Chosen = len(s.Decision.Chosen)
		}
		out.Items = append(out.Items, brief)
	}
	return q.answer(http.StatusOK, out)
}

func (q *call) openSelection() error {
	var in cases.SelectionRequest
	cmd, err := q.bindKeyed(&in)
	if err != nil {
		return err
	}
	s, err := q.s.opt.Cases.Selections().Open(q.ctx, q.actor, in, cmd)
	if err == nil {
		q.Set(fiber.HeaderLocation, "/api/v1/selections/"+s.ID)
	}
	return q.answerSelection(http.StatusCreated, s, err)
}

func (q *call) getSelection() error {
	s, err := q.s.opt.Cases.Selections().Get(q.ctx, q.actor, q.Params("id"))
	return q.answerSelection(http.StatusOK, s, err)
}

func (q *call) checkSelection() error {
	check, err := q.s.opt.Cases.Selections().Recheck(q.ctx, q.actor, q.Params("id"))
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, check)
}

// onSeen reads the version that was seen and the body, and carries out what they ask.
func onSeen[T any](q *call, do func(version int64, in T) (*cases.Selection, error)) error {
	version, err := q.seenVersion()
	if err != nil {
		return err
	}
	var in T
	if err := q.bind(&in); err != nil {
		return err
	}
	s, err := do(version, in)
	return q.answerSelection(http.StatusOK, s, err)
}

func (q *call) weighSelection() error {
	return onSeen(q, func(version int64, in weightsRequest) (*cases.Selection, error) {
		return q.s.opt.Cases.Selections().Weigh(q.ctx, q.actor, q.Params("id"), version,
			cases.Weighing{Weights: in.Weights, Choose: in.Choose, Sample: in.Sample, Reason: in.Reason})
	})
}

func (q *call) changeSelection() error {
	return onSeen(q, func(version int64, in selectionChangeRequest) (*cases.Selection, error) {
		return q.s.opt.Cases.Selections().Change(q.ctx, q.actor, q.Params("id"), version,
			cases.SelectionChange{Case: in.Case, Choice: in.Choice, OwnFailings: in.OwnFailings, Reason: in.Reason})
	})
}

func (q *call) decideSelection() error {
	return onSeen(q, func(version int64, in cases.DecisionRequest) (*cases.Selection, error) {
		return q.s.opt.Cases.Selections().Decide(q.ctx, q.actor, q.Params("id"), version, in)
	})
}

func (q *call) approveSelection() error {
	return onSeen(q, func(version int64, in selectionWord) (*cases.Selection, error) {
		s, err := q.s.opt.Cases.Selections().Approve(q.ctx, q.actor, q.Params("id"), version, in.Reason)
		return q.carriedOut(s, err)
	})
}

func (q *call) retrySelection() error {
	return onSeen(q, func(version int64, in selectionWord) (*cases.Selection, error) {
		s, err := q.s.opt.Cases.Selections().Retry(q.ctx, q.actor, q.Params("id"), version, in.Reason)
		return q.carriedOut(s, err)
	})
}

func (q *call) returnSelection() error {
	return onSeen(q, func(version int64, in selectionWord) (*cases.Selection, error) {
		return q.s.opt.Cases.Selections().Return(q.ctx, q.actor, q.Params("id"), version, in.Reason)
	})
}

func (q *call) abandonSelection() error {
	return onSeen(q, func(version int64, in selectionWord) (*cases.Selection, error) {
		return q.s.opt.Cases.Selections().Abandon(q.ctx, q.actor, q.Params("id"), version, in.Reason)
	})
}

// carriedOut opens the investigations now rather than in the next sweep. The intent is
// durable by then, so what fails here is done there.
func (q *call) carriedOut(s *cases.Selection, err error) (*cases.Selection, error) {
	if err != nil {
		return nil, err
	}
	l := q.s.opt.Cases.Selections()
	if err := l.Run(context.WithoutCancel(q.ctx), s.ID); err != nil {
		q.s.log.LogAttrs(q.ctx, slog.LevelWarn, "investigations are left to be opened in the next sweep",
			slog.String("request_id", q.id), slog.String("selection", s.ID), slog.Any("error", err))
	}
	return l.Get(q.ctx, q.actor, s.ID)
}
