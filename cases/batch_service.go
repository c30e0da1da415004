package cases

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

const (
	// MaxBatch is how many cases one batch takes.
	MaxBatch = 5000
	// batchChunk is after how many cases the batch is told what came of them: rarely
	// enough to cost nothing, often enough that progress is seen.
	batchChunk = 250
	// batchWorkers take steps at once. They share the engine's commits, so that many
	// cases cost few of them.
	batchWorkers = 64
	// batchPatience is after how long without progress another instance, or this one
	// after a restart, carries a batch on.
	batchPatience = 10 * time.Second
)

// Batches keeps the batches: each is read when it is asked for, and in memory are
// only those that are not at their end.
type Batches struct {
	s   *Service
	log Log[Batch, *Batch]

	mu   *sync.Mutex
	open map[string]time.Time // batches that are not at their end, and when they last moved
	busy map[string]bool      // those that this instance carries on just now
}

func newBatches(s *Service) *Batches {
	return &Batches{
		s: s, log: Log[Batch, *Batch]{Store: s.store, In: BatchPictures},
		mu: &sync.Mutex{}, open: map[string]time.Time{}, busy: map[string]bool{},
	}
}

func (b *Batches) of(s *Service) *Batches {
	other := *b
	other.s = s
	return &other
}

func (b *Batches) start(ctx context.Context) error {
	err := b.log.Store.Scan(ctx, BatchPictures, func(_ string, decode func(any) error) error {
		var have Batch
		if err := decode(&have); err != nil {
			return err
		}
		b.note(&have)
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading the batches: %w", err)
	}
	return nil
}

// note remembers a batch that is not at its end.
func (b *Batches) note(have *Batch) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if have.Status == BatchRunning {
		b.open[have.ID] = have.UpdatedAt
	} else {
		delete(b.open, have.ID)
	}
}

// Refresh takes in what another instance did to a batch.
func (b *Batches) Refresh(ctx context.Context, id string, seq int64) (bool, error) {
	have, err := b.log.Load(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	b.note(have)
	return have.Version >= seq, nil
}

// Heal folds a batch from its events and writes its picture anew.
func (b *Batches) Heal(ctx context.Context, id string) error {
	have, err := b.log.Heal(ctx, id)
	if err == nil {
		b.note(have)
	}
	return err
}

// BatchRequest is a step to be taken on many cases.
type BatchRequest struct {
	Step     workflow.StepID `json:"step"`
	Reason   Text            `json:"reason,omitempty"`
	Data     StepData        `json:"data,omitzero"`
	Incident string          `json:"incident,omitempty"` // that the batch is about, by id or number
	Cases    []BatchChoice   `json:"cases"`
}

// BatchChoice is a case that a batch is to take in.
type BatchChoice struct {
	Case    string `json:"case"`              // id or number
	Version int64  `json:"version,omitempty"` // as it was seen; needed to begin
	Text    Text   `json:"text,omitempty"`    // for this case only
}

// BatchView says of one case whether the step can be taken, and why not.
type BatchView struct {
	Case       string `json:"case,omitempty"`
	Number     string `json:"number"` // or what was asked for, where no such case is to be seen
	Controller string `json:"controller,omitempty"`
	Version    int64  `json:"version,omitempty"`
	Allowed    bool   `json:"allowed"`
	Code       string `json:"code,omitempty"`
	Message    string `json:"message,omitempty"`
	Letter     Text   `json:"letter,omitempty"` // as it would go to this one
}

// Preview says for each case whether the step can be taken now, and why not. It
// writes nothing. A case that the actor may not see is as good as none.
func (b *Batches) Preview(ctx context.Context, a Actor, r BatchRequest) ([]BatchView, error) {
	if err := b.check(a, r); err != nil {
		return nil, err
	}
	out := make([]BatchView, len(r.Cases))
	return out, eachOf(ctx, len(r.Cases), func(n int) error {
		var err error
		out[n], err = b.preview(ctx, a, r, r.Cases[n])
		return err
	})
}

func (b *Batches) preview(ctx context.Context, a Actor, r BatchRequest, chosen BatchChoice) (BatchView, error) {
	c, err := b.s.Case(ctx, a, strings.TrimSpace(chosen.Case))
	if refusal, ok := errors.AsType[*workflow.Error](err); ok && refusal.Kind == workflow.NotFound {
		return BatchView{Number: chosen.Case, Code: refusal.Code, Message: refusal.Message}, nil
	}
	if err != nil {
		return BatchView{}, Unavailable(err)
	}
	v := BatchView{Case: c.ID, Number: c.Number, Controller: c.Party.Label(), Version: c.Version}
	step := r.on(c, chosen.Text, b.s.policy().Zone)
	v.Letter = step.Data.Letter
	_, err = b.s.judgeStep(ctx, a, c, &step, b.s.now())
	if code, message, ok := whyNot(err); ok {
		v.Code, v.Message = code, message
		return v, nil
	}
	v.Allowed = err == nil
	return v, Unavailable(err)
}

// whyNot words a refusal with what it lacks.
func whyNot(err error) (code, message string, ok bool) {
	refusal, ok := errors.AsType[*workflow.Error](err)
	if !ok || refusal.Kind == workflow.Unavailable {
		return "", "", false
	}
	message = refusal.Message
	for _, f := range refusal.Faults {
		message += " " + f.Path + ": " + f.Message
	}
	return refusal.Code, message, true
}

// on is the step as it is taken on one case: the letter with the case's own facts,
// the text where the step has room for it.
func (r BatchRequest) on(c *Case, text Text, zone *time.Location) StepRequest {
	out := StepRequest{Step: r.Step, Reason: r.Reason, Data: r.Data, Version: c.Version}
	step, _ := workflow.StepByID(r.Step)
	out.Data.Letter = c.Letter(r.Data.Letter, zone)
	switch {
	case text == "":
	case step.Uses("letter"):
		out.Data.Letter = joined(out.Data.Letter, text)
	case step.Uses("text"):
		out.Data.Text = joined(out.Data.Text, text)
	default:
		out.Reason = joined(out.Reason, text)
	}
	return out
}

func joined(first, second Text) Text {
	if first == "" {
		return second
	}
	return first + "\n\n" + second
}

// check refuses what is wrong with a batch whatever its cases.
func (b *Batches) check(a Actor, r BatchRequest) error {
	if !a.Staff() {
		return workflow.Refuse(workflow.Forbidden, "role", "Only staff of the authority take steps.")
	}
	var faults []workflow.Fault
	fault := func(path, code, format string, args ...any) {
		faults = append(faults, workflow.Fault{Path: path, Code: code, Message: fmt.Sprintf(format, args...)})
	}
	if !slices.Contains(batchSteps, r.Step) {
		fault("/step", "not_in_batch", "This step cannot be taken on many cases at once.")
	}
	switch n := len(r.Cases); {
	case n == 0:
		fault("/cases", "required", "Choose at least one case.")
	case n > MaxBatch:
		fault("/cases", "too_many", "A batch takes at most %d cases; part it.", MaxBatch)
	}
	if r.Data.DiaryNumber != "" {
		fault("/data/diary_number", "not_in_batch", "A diary number belongs to one case. Register those that need one by themselves.")
	}
	if stray := strayPlaces(r.Data.Letter); len(stray) > 0 {
		fault("/data/letter", "unknown_place", "The letter has a place in braces that is none. The places are %s.", strings.Join(LetterPlaces(), ", "))
	}
	if r.Incident != "" {
		if _, ok := b.s.incidents.find(r.Incident); !ok {
			fault("/incident", "no_such_incident", "There is no such incident.")
		}
	}
	if len(faults) > 0 {
		return workflow.RefuseFaults("invalid_batch", "The batch cannot be carried out.", faults)
	}
	return nil
}

// Begin records the intent. Run carries it out. Each case needs the version that it
// was seen at, and has to be one that the actor sees.
func (b *Batches) Begin(ctx context.Context, a Actor, r BatchRequest, cmd Command) (*Batch, error) {
	if err := b.check(a, r); err != nil {
		return nil, err
	}
	id := NewID(b.s.now())
	if cmd.ID != "" {
		id = DerivedID("batch", cmd.ID)
		if have, err := b.begun(ctx, id, cmd); !errors.Is(err, ErrNotFound) {
			return have, err
		}
	}
	begun := BatchBegun{Step: r.Step, Reason: r.Reason, Data: r.Data.settled(), Body: cmd.Body}
	if i, ok := b.s.incidents.find(r.Incident); ok {
		begun.Incident = i.ID
	}
	items, faults, err := b.chosen(ctx, a, r.Cases)
	if err != nil {
		return nil, err
	}
	begun.Items = items
	if len(faults) > 0 {
		return nil, workflow.RefuseFaults("invalid_batch", "The batch cannot be carried out.", faults)
	}
	made := &Batch{}
	_, err = b.log.Append(ctx, id, made, Entry{Kind: EventBatchBegun, At: b.s.now(), Actor: a.Account, Command: cmd.ID, Payload: begun})
	if errors.Is(err, ErrExists) {
		return b.begun(ctx, id, cmd)
	}
	if err != nil {
		return nil, Unavailable(err)
	}
	b.note(made)
	return made, nil
}

// chosen are the cases that were chosen, each once, and what is wrong with the choice.
func (b *Batches) chosen(ctx context.Context, a Actor, choices []BatchChoice) (items []BatchItem, faults []workflow.Fault, err error) {
	found := make([]*Case, len(choices))
	err = eachOf(ctx, len(choices), func(n int) error {
		c, err := b.s.Case(ctx, a, strings.TrimSpace(choices[n].Case))
		if err != nil && workflow.KindOf(err) != workflow.NotFound {
			return Unavailable(err)
		}
		if err == nil {
			found[n] = c
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	seen := map[string]bool{}
	for n, chosen := range choices {
		c := found[n]
		if c == nil {
			faults = append(faults, workflow.Fault{Path: fmt.Sprintf("/cases/%d", n), Code: "not_found", Message: "There is no such case, or you may not see it."})
			continue
		}
		if chosen.Version <= 0 {
			faults = append(faults, workflow.Fault{Path: fmt.Sprintf("/cases/%d/version", n), Code: "required", Message: "Give the version that you saw; the preview tells it."})
		}
		if !seen[c.ID] {
			items = append(items, BatchItem{Case: c.ID, Number: c.Number, Version: chosen.Version, Text: chosen.Text})
		}
		seen[c.ID] = true
	}
	return items, faults, nil
}

// begun is the batch that a keyed request began before.
func (b *Batches) begun(ctx context.Context, id string, cmd Command) (*Batch, error) {
	have, err := b.log.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	events, err := b.s.store.Events(ctx, id, 1)
	if err != nil || len(events) == 0 {
		return nil, Unavailable(err)
	}
	var first BatchBegun
	if err := events[0].Read(&first); err != nil {
		return nil, err
	}
	if first.Body != cmd.Body {
		return nil, workflow.Refuse(workflow.Conflict, "idempotency_key_reused",
			"This Idempotency-Key was already used for a request with another body. Use a new key for a new request.")
	}
	return have, nil
}

// Run carries a batch to its end, or until ctx ends; what is left then is carried on
// by Sweep. Only one run of a batch goes on in this instance; another returns at once.
func (b *Batches) Run(ctx context.Context, id string) error {
	if !b.take(id) {
		return nil
	}
	defer b.release(id)
	batch, err := b.log.Load(ctx, id)
	if err != nil {
		return fmt.Errorf("batch %s: %w", id, err)
	}
	actor, err := b.actor(ctx, batch.By)
	if err != nil {
		return err
	}
	for batch.Status == BatchRunning {
		if err := ctx.Err(); err != nil {
			return err
		}
		outcomes, err := b.chunk(ctx, actor, batch)
		if err != nil {
			return err
		}
		if batch, err = b.tell(ctx, batch, outcomes); err != nil {
			return err
		}
	}
	return nil
}

func (b *Batches) take(id string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.busy[id] {
		return false
	}
	b.busy[id] = true
	return true
}

func (b *Batches) release(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.busy, id)
}

// actor is whoever began the batch, with the roles that the person has by now: who
// has left meanwhile takes no further step.
func (b *Batches) actor(ctx context.Context, account string) (Actor, error) {
	p, err := b.s.people.Person(ctx, account)
	switch {
	case errors.Is(err, ErrNotFound):
		return Actor{Account: account}, nil
	case err != nil:
		return Actor{}, fmt.Errorf("account %s: %w", account, err)
	case !p.Active:
		return Actor{Account: account}, nil
	}
	return Actor{Account: account, Roles: p.Roles}, nil
}

// chunk gives the next cases their turn.
func (b *Batches) chunk(ctx context.Context, a Actor, batch *Batch) ([]BatchOutcome, error) {
	var turns []int
	for n := range batch.Items {
		if batch.Items[n].Result == "" && len(turns) < batchChunk {
			turns = append(turns, n)
		}
	}
	outcomes := make([]BatchOutcome, len(turns))
	return outcomes, eachOf(ctx, len(turns), func(n int) error {
		var err error
		outcomes[n], err = b.one(ctx, a, batch, turns[n])
		return err
	})
}

// eachOf does something for each of n cases, many at a time, and returns the first
// error.
func eachOf(ctx context.Context, n int, do func(int) error) error {
	var working sync.WaitGroup
	var first error
	var once sync.Once
	next := make(chan int)
	for range min(batchWorkers, n) {
		working.Go(func() {
			for i := range next {
				if err := do(i); err != nil {
					once.Do(func() { first = err })
				}
			}
		})
	}
	for i := range n {
		if ctx.Err() != nil {
			once.Do(func() { first = ctx.Err() })
			break
		}
		next <- i
	}
	close(next)
	working.Wait()
	return first
}

// one takes the step on one case. The command is the same whoever carries the batch
// on, so that a step that was taken before a crash is found and not taken again. An
// error means that the case has not had its turn.
func (b *Batches) one(ctx context.Context, a Actor, batch *Batch, n int) (BatchOutcome, error) {
	item := batch.Items[n]
	cmd := Command{ID: DerivedID("command", "batch", batch.ID, item.Case), Body: batch.ID}
	c, err := b.s.find(ctx, item.Case)
	if err != nil {
		return BatchOutcome{}, Unavailable(err)
	}
	if seq, done := c.Commands[cmd.ID]; done {
		return BatchOutcome{N: n, Result: BatchTaken, Seq: seq}, nil
	}
	r := BatchRequest{Step: batch.Step, Reason: batch.Reason, Data: batch.Data}.on(c, item.Text, b.s.policy().Zone)
	r.Version, r.Command, r.Batch = item.Version, cmd, batch.ID
	then, err := b.s.Take(ctx, a, item.Case, r)
	if err == nil {
		return BatchOutcome{N: n, Result: BatchTaken, Seq: then.Commands[cmd.ID]}, nil
	}
	code, message, refused := whyNot(err)
	switch {
	case !refused:
		return BatchOutcome{}, err
	case workflow.KindOf(err) == workflow.Stale:
		return BatchOutcome{N: n, Result: BatchChanged, Code: code, Message: "The case changed after it was looked at, and was left alone."}, nil
	}
	return BatchOutcome{N: n, Result: BatchRefused, Code: code, Message: message}, nil
}

// tell records what came of some cases and returns the batch with it. When another
// instance told something meanwhile, what it did not tell is told on top.
func (b *Batches) tell(ctx context.Context, batch *Batch, outcomes []BatchOutcome) (*Batch, error) {
	for ctx.Err() == nil {
		outcomes = slices.DeleteFunc(outcomes, func(o BatchOutcome) bool { return batch.Items[o.N].Result != "" })
		if len(outcomes) == 0 {
			return batch, nil
		}
		_, err := b.log.Append(ctx, batch.ID, batch, Entry{
			Kind: EventBatchProgress, At: b.s.now(), Actor: System("batch").Account, Payload: BatchProgress{Outcomes: outcomes},
		})
		switch {
		case err == nil:
			b.note(batch)
			return batch, nil
		case !errors.Is(err, ErrExists):
			return nil, Unavailable(err)
		}
		if batch, err = b.log.Load(ctx, batch.ID); err != nil {
			return nil, Unavailable(err)
		}
	}
	return nil, ctx.Err()
}

// Stop ends a batch: cases that have not had their turn are left alone. Whoever
// began it may, and supervisors.
func (b *Batches) Stop(ctx context.Context, a Actor, id string, reason Text) (*Batch, error) {
	for ctx.Err() == nil {
		batch, err := b.load(ctx, a, id)
		switch {
		case err != nil:
			return nil, err
		case !b.keepSeen(a, new(*batch)):
			return nil, noBatch()
		case batch.By != a.Account && !a.Has(workflow.RoleSupervisor):
			return nil, workflow.Refuse(workflow.Forbidden, "role", "Whoever began a batch stops it, or a supervisor.")
		case batch.Status != BatchRunning:
			return nil, workflow.Refuse(workflow.Conflict, "batch_ended", "The batch is at its end already.")
		case strings.TrimSpace(string(reason)) == "":
			return nil, workflow.RefuseFaults("invalid_batch", "The batch was not stopped.", neededText("/reason", reason, "Say why it is stopped."))
		}
		_, err = b.log.Append(ctx, id, batch, Entry{Kind: EventBatchStopped, At: b.s.now(), Actor: a.Account, Payload: because{Reason: reason}})
		if errors.Is(err, ErrExists) {
			continue
		}
		if err != nil {
			return nil, Unavailable(err)
		}
		b.note(batch)
		return batch, nil
	}
	return nil, ctx.Err()
}

func (b *Batches) load(ctx context.Context, a Actor, id string) (*Batch, error) {
	if !a.Staff() || !IsID(id) {
		return nil, noBatch()
	}
	var picture Batch
	if err := b.log.Store.Get(ctx, BatchPictures, id, &picture); errors.Is(err, ErrNotFound) {
		if events, err := b.log.Store.Events(ctx, id, 1); err != nil || len(events) == 0 || events[0].Header.Kind != EventBatchBegun {
			return nil, errors.Join(Unavailable(err), noBatch())
		}
	}
	batch, err := b.log.Load(ctx, id)
	return batch, Unavailable(err)
}

func noBatch() error {
	return workflow.Refuse(workflow.NotFound, "no_such_batch", "There is no such batch.")
}

// Get is a batch with the cases that the actor sees; the others are neither shown
// nor counted. Whoever sees none of them sees the batch only if it is their own: its
// reason may speak of them.
func (b *Batches) Get(ctx context.Context, a Actor, id string) (*Batch, error) {
	batch, err := b.load(ctx, a, id)
	if err != nil {
		return nil, err
	}
	if !b.keepSeen(a, batch) {
		return nil, noBatch()
	}
	return batch, nil
}

// keepSeen leaves of a batch the cases that somebody sees, and says whether they see
// the batch.
func (b *Batches) keepSeen(a Actor, batch *Batch) bool {
	batch.Items = slices.DeleteFunc(slices.Clone(batch.Items), func(item BatchItem) bool {
		_, seen := b.s.board.Seen(a, item.Case)
		return !seen
	})
	return len(batch.Items) > 0 || batch.By == a.Account
}

// BatchHead is a batch in a list, with how many of its cases somebody sees and what
// came of those.
type BatchHead struct {
	Batch // without its cases

	Cases, Done, Taken, Left int
}

// List is every batch that somebody sees, the newest first.
func (b *Batches) List(ctx context.Context, a Actor) ([]BatchHead, error) {
	if !a.Staff() {
		return nil, workflow.Refuse(workflow.Forbidden, "role", "Only staff of the authority see batches.")
	}
	out := []BatchHead{}
	err := b.log.Store.Scan(ctx, BatchPictures, func(_ string, decode func(any) error) error {
		var have Batch
		if err := decode(&have); err != nil {
			return err
		}
		if b.keepSeen(a, &have) {
			head := BatchHead{Batch: have, Cases: len(have.Items), Done: have.Done(), Taken: have.Taken(), Left: have.Left()}
			head.Items = nil
			out = append(out, head)
		}
		return nil
	})
	slices.SortFunc(out, func(a, b BatchHead) int { return b.BegunAt.Compare(a.BegunAt) })
	return out, Unavailable(err)
}

// sweep carries on the batches that nobody carries on.
func (b *Batches) sweep(ctx context.Context) (carried int, err error) {
	now := b.s.now()
	var still []string
	b.mu.Lock()
	for id, at := range b.open {
		if !b.busy[id] && now.Sub(at) >= batchPatience {
			still = append(still, id)
		}
	}
	b.mu.Unlock()
	for _, id := range still {
		if runErr := b.Run(ctx, id); runErr != nil {
			err = errors.Join(err, fmt.Errorf("carrying batch %s on: %w", id, runErr))
			continue
		}
		carried++
	}
	return carried, err
}
