package cases

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

const (
	// MaxCandidates is among how many cases one selection chooses.
	MaxCandidates = 5000
	// MaxChosen is how many investigations one selection opens.
	MaxChosen = 200
)

// Selections keeps the selections: each is read when it is asked for, and in memory is
// only what finds it and says who may.
type Selections struct {
	s   *Service
	log Log[Selection, *Selection]

	mu    *sync.RWMutex
	heads map[string]*selectionHead
	busy  map[string]bool // those that this instance carries out just now
}

// selectionHead is what is kept in memory of a selection.
type selectionHead struct {
	id, incident, command string
	round                 int
	version               int64
	status                SelectionStatus
	cases                 []string
	openedAt, movedAt     time.Time
}

func newSelections(s *Service) *Selections {
	return &Selections{
		s: s, log: Log[Selection, *Selection]{Store: s.store, In: SelectionPictures},
		mu: &sync.RWMutex{}, heads: map[string]*selectionHead{}, busy: map[string]bool{},
	}
}

func (l *Selections) of(s *Service) *Selections {
	other := *l
	other.s = s
	return &other
}

func (l *Selections) start(ctx context.Context) error {
	err := l.log.Store.Scan(ctx, SelectionPictures, func(_ string, decode func(any) error) error {
		var have Selection
		if err := decode(&have); err != nil {
			return err
		}
		l.note(&have)
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading the selections: %w", err)
	}
	return nil
}

func (l *Selections) note(have *Selection) {
	h := &selectionHead{
		id: have.ID, incident: have.Incident, command: have.Command, round: have.Round, version: have.Version,
		status: have.Status, openedAt: have.OpenedAt, movedAt: have.UpdatedAt,
	}
	for i := range have.Candidates {
		h.cases = append(h.cases, have.Candidates[i].Case)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if known := l.heads[have.ID]; known == nil || known.version <= have.Version {
		l.heads[have.ID] = h
	}
}

// Refresh takes in what another instance did to a selection.
func (l *Selections) Refresh(ctx context.Context, id string, seq int64) (bool, error) {
	have, err := l.log.Load(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	l.note(have)
	return have.Version >= seq, nil
}

// Heal folds a selection from its events and writes its picture anew.
func (l *Selections) Heal(ctx context.Context, id string) error {
	have, err := l.log.Heal(ctx, id)
	if err == nil {
		l.note(have)
	}
	return err
}

func noSelection() error {
	return workflow.Refuse(workflow.NotFound, "no_such_selection", "There is no such selection, or you may not see it.")
}

// whole says whether the actor sees every candidate: only then is the selection there
// for them.
func (l *Selections) whole(a Actor, h *selectionHead) bool {
	if !a.Staff() {
		return false
	}
	return !slices.ContainsFunc(h.cases, func(id string) bool {
		_, seen := l.s.board.Seen(a, id)
		return !seen
	})
}

// Get is a selection, for staff who see all of its candidates.
func (l *Selections) Get(ctx context.Context, a Actor, id string) (*Selection, error) {
	l.mu.RLock()
	h := l.heads[id]
	l.mu.RUnlock()
	if h == nil || !l.whole(a, h) {
		return nil, noSelection()
	}
	have, err := l.log.Load(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return nil, noSelection()
	}
	return have, Unavailable(err)
}

// List is the selections of an incident, "" for all of them, that the actor may see:
// the newest round first.
func (l *Selections) List(ctx context.Context, a Actor, incident string) ([]Selection, error) {
	if !a.Staff() {
		return nil, workflow.Refuse(workflow.Forbidden, "role", "Only staff of the authority see selections.")
	}
	if incident != "" {
		i, err := l.s.incidents.Get(a, incident)
		if err != nil {
			return nil, err
		}
		incident = i.ID
	}
	out := []Selection{}
	for _, h := range l.known(func(h *selectionHead) bool { return incident == "" || h.incident == incident }) {
		if !l.whole(a, h) {
			continue
		}
		have, err := l.log.Load(ctx, h.id)
		if err != nil {
			return nil, Unavailable(err)
		}
		out = append(out, *have)
	}
	return out, nil
}

func (l *Selections) known(want func(*selectionHead) bool) []*selectionHead {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var out []*selectionHead
	for _, h := range l.heads {
		if want(h) {
			out = append(out, h)
		}
	}
	slices.SortFunc(out, func(a, b *selectionHead) int {
		return cmp.Or(b.openedAt.Compare(a.openedAt), b.round-a.round, strings.Compare(b.id, a.id))
	})
	return out
}

// SelectionRequest opens a selection: a round among the open cases of an incident, or
// among cases that are named.
type SelectionRequest struct {
	Incident string            `json:"incident,omitempty"` // id or number
	Cases    []string          `json:"cases,omitempty"`    // ids or numbers, instead of an incident's
	Secret   bool              `json:"secret,omitempty"`   // takes in the incident's secret cases that the author sees
	Weights  map[Criterion]int `json:"weights"`
	Choose   int               `json:"choose"`
	Sample   int               `json:"sample,omitempty"`
	Reason   Text              `json:"reason"`
}

// prepares refuses who prepares no selections.
func prepares(a Actor) error {
	switch {
	case !a.Staff():
		return noSelection()
	case !a.Has(workflow.RoleCaseworker) && !a.Has(workflow.RoleSupervisor):
		return workflow.Refuse(workflow.Forbidden, "role", "Caseworkers and supervisors prepare a selection.")
	}
	return nil
}

// Open freezes the candidates and draws the seed. Candidates are open cases in which
// no investigation has been opened: what an earlier round chose is none of them.
func (l *Selections) Open(ctx context.Context, a Actor, r SelectionRequest, cmd Command) (*Selection, error) {
	if err := prepares(a); err != nil {
		return nil, err
	}
	l = l.of(l.s.steady())
	now := l.s.now()
	w := Weighing{Weights: r.Weights, Choose: r.Choose, Sample: r.Sample}
	faults := append(w.faults(), neededText("/reason", r.Reason, "Say why a choice is to be made.")...)
	faults = append(faults, strays(reflect.ValueOf(r), planFor(reflect.TypeFor[SelectionRequest]()), "")...)
	if (r.Incident == "") == (len(r.Cases) == 0) {
		faults = append(faults, workflow.Fault{Path: "/incident", Code: "required", Message: "Name the incident, or the cases among which to choose."})
	}
	if len(faults) > 0 {
		return nil, selectionFaults(faults)
	}
	opening := selectionOpened{Weighing: w}
	opening.Round, opening.Reason, opening.Seed, opening.EssentialSectors = 1, r.Reason, newSeed(), l.s.policy().EssentialSectors
	opening.Command, opening.Body = cmd.ID, cmd.Body
	if cmd.ID != "" {
		if before := l.known(func(h *selectionHead) bool { return h.command == cmd.ID }); len(before) > 0 {
			return l.repeated(ctx, a, before[0].id, cmd)
		}
	}
	id := NewID(now)
	if r.Incident != "" {
		i, err := l.s.incidents.Get(a, r.Incident)
		if err != nil {
			return nil, err
		}
		if opening.Round, err = l.nextRound(a, i.ID); err != nil {
			return nil, err
		}
		opening.Incident = i.ID
		id = DerivedID("selection", i.ID, strconv.Itoa(opening.Round)) // two who open a round at once open one
	} else if cmd.ID != "" {
		id = DerivedID("selection", cmd.ID)
	}
	var err error
	if opening.Candidates, err = l.freeze(ctx, a, r, opening.Incident, now); err != nil {
		return nil, err
	}
	made := &Selection{}
	_, err = l.log.Append(ctx, id, made, Entry{Kind: EventSelectionOpened, At: now, Actor: a.Account, Command: cmd.ID, Payload: opening})
	if errors.Is(err, ErrExists) {
		return l.repeated(ctx, a, id, cmd)
	}
	if err != nil {
		return nil, Unavailable(err)
	}
	l.note(made)
	return made, nil
}

// repeated is the selection that a keyed request opened before. Anything else under
// its id was opened by somebody who was faster.
func (l *Selections) repeated(ctx context.Context, a Actor, id string, cmd Command) (*Selection, error) {
	have, err := l.log.Load(ctx, id)
	if err != nil {
		return nil, Unavailable(err)
	}
	l.note(have)
	switch {
	case cmd.ID == "" || have.Command != cmd.ID:
		return nil, roundOpen()
	case have.Body != cmd.Body:
		return nil, workflow.Refuse(workflow.Conflict, "idempotency_key_reused",
			"This Idempotency-Key was already used for a request with another body. Use a new key for a new request.")
	}
	return l.Get(ctx, a, id)
}

func roundOpen() error {
	return workflow.Refuse(workflow.Conflict, "round_open", "Another round of this choice is not at its end. Approve it or give it up first.")
}

// nextRound is the number of the incident's next round. Of those that the actor sees
// none may still be open.
func (l *Selections) nextRound(a Actor, incident string) (int, error) {
	round := 1
	for _, h := range l.known(func(h *selectionHead) bool { return h.incident == incident }) {
		round = max(round, h.round+1)
		if !h.status.Settled() && l.whole(a, h) {
			return 0, roundOpen()
		}
	}
	return round, nil
}

// freeze loads the candidates and scores each as it is loaded.
func (l *Selections) freeze(ctx context.Context, a Actor, r SelectionRequest, incident string, now time.Time) ([]Candidate, error) {
	sums, err := l.eligible(ctx, a, r, incident, now)
	if err != nil {
		return nil, err
	}
	earlier := l.s.board.earlier(sums)
	essential := l.s.policy().EssentialSectors
	out := make([]Candidate, len(sums))
	err = eachOf(ctx, len(sums), func(n int) error {
		c, err := l.s.Case(ctx, a, sums[n].ID)
		if err != nil {
			return Unavailable(err)
		}
		if l.s.bars(c, a.Account, a.Bars, now) {
			return barredFromCandidate()
		}
		out[n] = Candidate{
			Case: c.ID, Number: c.Number, Version: c.Version, Controller: c.Party.Label(), Sector: c.Party.Sector, Secret: c.Secret,
			Cells: Score(c, essential, earlier[c.ID]),
		}
		return nil
	})
	slices.SortFunc(out, func(a, b Candidate) int { return compareNumbers(a.Number, b.Number) })
	return out, err
}

func barredFromCandidate() error {
	return workflow.Refuse(workflow.Forbidden, "conflict_of_interest",
		"You are barred from one of the candidates by a conflict of interest. Let somebody else decide on this selection.")
}

// eligible are the cases among which is chosen.
func (l *Selections) eligible(ctx context.Context, a Actor, r SelectionRequest, incident string, now time.Time) ([]Summary, error) {
	var out []Summary
	if incident != "" {
		found, err := l.s.board.Extract(Query{Incident: incident, Sort: SortOldest}, a, now, MaxCandidates)
		if err != nil {
			return nil, err
		}
		_ = found.Each(func(s *Summary) error { // the visit returns no error
			if mayBeChosen(s) && (r.Secret || !s.Secret) {
				out = append(out, *s)
			}
			return nil
		})
		if len(out) < 2 {
			return nil, selectionFaults([]workflow.Fault{{Path: "/incident", Code: "no_candidates", Message: "A choice needs at least two open cases in which no investigation is opened."}})
		}
		return out, nil
	}
	if len(r.Cases) > MaxCandidates {
		return nil, selectionFaults([]workflow.Fault{{Path: "/cases", Code: "too_many", Message: fmt.Sprintf("A selection takes at most %d candidates.", MaxCandidates)}})
	}
	var faults []workflow.Fault
	for n, ref := range r.Cases {
		c, err := l.s.Case(ctx, a, strings.TrimSpace(ref))
		if err != nil && workflow.KindOf(err) != workflow.NotFound {
			return nil, Unavailable(err)
		}
		s := Summary{}
		if err == nil {
			s = c.Summary()
		}
		switch {
		case err != nil:
			faults = append(faults, workflow.Fault{Path: fmt.Sprintf("/cases/%d", n), Code: "not_found", Message: "There is no such case, or you may not see it."})
		case !mayBeChosen(&s):
			faults = append(faults, workflow.Fault{Path: fmt.Sprintf("/cases/%d", n), Code: "no_candidate", Message: "The case has ended, or is being investigated already."})
		case !slices.ContainsFunc(out, func(have Summary) bool { return have.ID == s.ID }):
			out = append(out, s)
		}
	}
	if len(faults) == 0 && len(out) < 2 {
		faults = append(faults, workflow.Fault{Path: "/cases", Code: "no_candidates", Message: "A choice needs at least two open cases in which no investigation is opened."})
	}
	if len(faults) > 0 {
		return nil, selectionFaults(faults)
	}
	return out, nil
}

// mayBeChosen says of a case that it is open and that nobody investigates it yet.
func mayBeChosen(s *Summary) bool { return s.State.Open() && s.SupervisionNumber == "" }

func selectionFaults(faults []workflow.Fault) error {
	return workflow.RefuseFaults("invalid_selection", "The selection was not changed.", faults)
}

func (w Weighing) faults() []workflow.Fault {
	var faults []workflow.Fault
	some := false
	for criterion, weight := range w.Weights {
		some = some || weight != 0
		switch {
		case !slices.Contains(Criteria(), criterion):
			faults = append(faults, workflow.Fault{Path: "/weights", Code: "unknown_code", Message: "One of the weights is of a criterion that is none."})
		case weight < 0 || weight > MaxWeight:
			faults = append(faults, workflow.Fault{Path: "/weights/" + string(criterion), Code: "weight_range", Message: "A weight is a whole number from 0 to 100."})
		}
	}
	if !some {
		faults = append(faults, workflow.Fault{Path: "/weights", Code: "no_weight", Message: "Give at least one criterion a weight: with nothing weighed, nothing is chosen by its rank."})
	}
	if w.Choose < 1 || w.Choose > MaxChosen {
		faults = append(faults, workflow.Fault{Path: "/choose", Code: "choose_range", Message: fmt.Sprintf("Between 1 and %d cases are chosen.", MaxChosen)})
	}
	if w.Sample < 0 || w.Sample > MaxCandidates {
		faults = append(faults, workflow.Fault{Path: "/sample", Code: "sample_range", Message: "The control sample is a whole number of cases, 0 for none."})
	}
	slices.SortFunc(faults, func(a, b workflow.Fault) int { return strings.Compare(a.Path, b.Path) })
	return faults
}

// Weigh changes the weights, and how many are proposed and drawn.
func (l *Selections) Weigh(ctx context.Context, a Actor, id string, version int64, w Weighing) (*Selection, error) {
	w.By, w.At = "", time.Time{}
	return l.edit(ctx, a, id, version, func(*Selection) (EventKind, any, error) {
		faults := append(w.faults(), neededText("/reason", w.Reason, "Say why the weights change.")...)
		faults = append(faults, strays(reflect.ValueOf(w), planFor(reflect.TypeFor[Weighing]()), "")...)
		if len(faults) > 0 {
			return "", nil, selectionFaults(faults)
		}
		return EventSelectionWeighed, w, nil
	})
}

// Change records what somebody says of one candidate.
func (l *Selections) Change(ctx context.Context, a Actor, id string, version int64, change SelectionChange) (*Selection, error) {
	change.By, change.At = "", time.Time{}
	return l.edit(ctx, a, id, version, func(have *Selection) (EventKind, any, error) {
		faults := neededText("/reason", change.Reason, "Say why, or what there is to say of this case.")
		if n := change.OwnFailings; n != nil && (*n < 0 || *n > MaxScore) {
			faults = append(faults, workflow.Fault{Path: "/own_failings", Code: "score_range", Message: "A score is a whole number from 0 to 4."})
		}
		faults = append(faults, strays(reflect.ValueOf(change), planFor(reflect.TypeFor[SelectionChange]()), "")...)
		candidate := have.Candidate(change.Case)
		if candidate == nil {
			faults = append(faults, workflow.Fault{Path: "/case", Code: "no_candidate", Message: "This case is no candidate of the selection."})
		}
		if len(faults) > 0 {
			return "", nil, selectionFaults(faults)
		}
		change.Case = candidate.Case
		return EventSelectionChanged, change, nil
	})
}

// Return sends a decided selection back to those who prepare it: a supervisor who does
// not approve it, or somebody who had a part in it and wants to change it.
func (l *Selections) Return(ctx context.Context, a Actor, id string, version int64, reason Text) (*Selection, error) {
	return l.act(ctx, a, id, version, func(have *Selection) (EventKind, any, error) {
		if have.Status != SelectionDecided {
			return "", nil, selectionStands(have, "Only a selection that waits for its approval is sent back.")
		}
		if !a.Has(workflow.RoleSupervisor) && !slices.Contains(have.Editors, a.Account) {
			return "", nil, workflow.Refuse(workflow.Forbidden, "role", "A supervisor sends a selection back, or somebody who had a part in it.")
		}
		return EventSelectionReturned, because{Reason: reason}, needed(reason)
	})
}

// Abandon gives a selection up before its approval, so that another round can begin.
func (l *Selections) Abandon(ctx context.Context, a Actor, id string, version int64, reason Text) (*Selection, error) {
	return l.act(ctx, a, id, version, func(have *Selection) (EventKind, any, error) {
		if have.Status.Settled() {
			return "", nil, settled(have)
		}
		return EventSelectionAbandoned, because{Reason: reason}, needed(reason)
	})
}

func needed(reason Text) error {
	if faults := neededText("/reason", reason, "Say why."); len(faults) > 0 {
		return selectionFaults(faults)
	}
	return nil
}

// edit records a change of what is to be decided, while that is open.
func (l *Selections) edit(ctx context.Context, a Actor, id string, version int64, what func(*Selection) (EventKind, any, error)) (*Selection, error) {
	return l.act(ctx, a, id, version, func(have *Selection) (EventKind, any, error) {
		switch {
		case have.Status.Settled():
			return "", nil, settled(have)
		case have.Status == SelectionDecided:
			return "", nil, selectionStands(have, "The selection waits for its approval. Take it back first if it is to change.")
		}
		return what(have)
	})
}

// settled refuses whatever would change a choice that is made.
func settled(have *Selection) error {
	if have.Status == SelectionAbandoned {
		return selectionStands(have, "The selection was given up. Open a new round.")
	}
	e := workflow.Refuse(workflow.Conflict, "selection_approved", "The selection is approved, and nothing of it changes any more. Open a new round for what is to be chosen besides.")
	e.Version = have.Version
	return e
}

func selectionStands(have *Selection, message string) error {
	e := workflow.Refuse(workflow.Conflict, "selection_"+strings.ToLower(string(have.Status)), "%s", message)
	e.Version = have.Version
	return e
}

// act records an event on a selection, on the version that the person saw: nothing
// here is tried again by itself.
func (l *Selections) act(ctx context.Context, a Actor, id string, version int64, what func(*Selection) (EventKind, any, error)) (*Selection, error) {
	have, err := l.Get(ctx, a, id)
	if err != nil {
		return nil, err
	}
	if err := prepares(a); err != nil {
		return nil, err
	}
	if have.Version != version && !have.Status.Settled() {
		return nil, selectionStale(have)
	}
	kind, payload, err := what(have)
	if err != nil {
		return nil, err
	}
	if have.Version != version {
		return nil, selectionStale(have)
	}
	if err := l.unbarred(ctx, a, have); err != nil {
		return nil, err
	}
	_, err = l.log.Append(ctx, id, have, Entry{Kind: kind, At: l.s.now(), Actor: a.Account, Payload: payload})
	if errors.Is(err, ErrExists) {
		if have, err = l.Get(ctx, a, id); err != nil {
			return nil, err
		}
		return nil, selectionStale(have)
	}
	if err != nil {
		return nil, Unavailable(err)
	}
	l.note(have)
	return have, nil
}

// unbarred refuses whoever a conflict of interest bars from a candidate (FL §§ 16-17):
// who may not decide on one case may not weigh it against the others either.
func (l *Selections) unbarred(ctx context.Context, a Actor, have *Selection) error {
	return eachOf(ctx, len(have.Candidates), func(n int) error {
		c, err := l.s.find(ctx, have.Candidates[n].Case)
		if err != nil {
			return Unavailable(err)
		}
		if l.s.bars(c, a.Account, a.Bars, l.s.now()) {
			return barredFromCandidate()
		}
		return nil
	})
}

func selectionStale(have *Selection) error {
	e := workflow.Refuse(workflow.Stale, "selection_changed", "Somebody changed the selection after you looked at it. Look at it as it is now, and send it again if it still fits.")
	e.Version = have.Version
	return e
}
