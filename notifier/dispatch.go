package notifier

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// Board is what the dispatcher asks of the board of cases.
type Board interface {
	Awake(now time.Time) []cases.Watched
	Rest(id string, version int64, until time.Time)
	Watch(id string) (cases.Watched, bool)
	Running() []cases.Watched
	Wake()
}

// Draft is a notification that somebody has begun and not sent, and for which they
// have said when the controller became aware of the breach.
type Draft struct {
	ID       string
	Account  string
	AwareAt  time.Time
	Revision int       // one more whenever awareness is answered otherwise
	SetAt    time.Time // when it was answered so
}

// Options are the parts that a Dispatcher is made of.
type Options struct {
	Store    cases.Store
	Board    Board
	People   People
	Law      func() *workflow.Clocks // as it stands: administrators may change it while the program runs
	Channels map[ChannelKind]Channel // those that the installation uses
	Now      func() time.Time
	Logger   *slog.Logger
	// Instance names this start of the program among all others.
	Instance string
	// Contact is the name, the e-mail address and the language of the contact that
	// the notification of a case gives; "" where it gives none.
	Contact func(ctx context.Context, caseID string) (name, email, language string, err error)
	// Drafts are all that are open; nil where there are none to look for.
	Drafts func(ctx context.Context) ([]Draft, error)
	// Elapsed is the time since some instant, by a clock that nobody sets. Leases
	// are measured by it alone: the clock on the wall of another machine, or of
	// this one after it was set, says nothing about how long a letter has been
	// under way. Nil is the time since the program's start.
	Elapsed func() time.Duration
	// SendTimeout bounds a whole try at a letter, from the claim to the last
	// channel's answer; 45 seconds. All instances are to have the same: five times
	// as long and a little more they leave a letter to one that may have crashed.
	SendTimeout time.Duration
	// Passed is told of each pass that Run made; may be nil.
	Passed func(Round)
}

// The times of sending.
const (
	// sendTimeout bounds a whole try, from the claim to the last channel's answer,
	// where the options say nothing else.
	sendTimeout = 45 * time.Second
	// budget is how long one pass goes on beginning letters. What it leaves is
	// planned anew in the next one, with what has become urgent meanwhile first.
	budget = 2 * time.Minute
	// workers is how many letters are sent, and how many lines written, at once.
	workers = 32
	// lateAfter is how late a reminder goes out before it says so, and how old the
	// oldest that did not go out may be before administrators are alarmed.
	lateAfter = 10 * time.Minute
	// mostItems is how many reminders stand in one letter: nobody reads more.
	mostItems = 500
)

// Dispatcher sees to it that whoever must act hears of it. Make one with
// [NewDispatcher]. Its methods may be called from many goroutines at once; passes
// follow one another.
type Dispatcher struct {
	opt Options

	pass    baton // held during a pass and whatever else uses the fields below
	law     *workflow.Clocks
	planner *Planner
	loaded  bool
	drafts  map[string]Draft
	seen    map[string]map[string]bool // by subject: the keys of the rungs whose lines are known
	waiting map[string]*waiter         // by key: rungs of which somebody is still to be told
	letters map[string]*tracked        // begun and not done
	trimmed time.Duration              // when the ledger was last trimmed, as Elapsed says
	dead    map[string]bool            // letters that failed for good
	counted time.Duration              // when those were last counted, as Elapsed says
	figures atomic.Pointer[Figures]
	overdue bool // the oldest reminder was too old after the last pass
}

// leaseOf is how long a try at a letter that was seen to be under way is left to
// whoever claimed it, by the longest that a try may take. After that it counts as a
// crash, and somebody else tries. Half of it is well above a try with its receipt,
// so that who has claimed a letter has long ended when somebody takes it over.
func leaseOf(sending time.Duration) time.Duration { return 5*sending + 15*time.Second }

// receiptTimeout bounds the writing of a receipt after a try.
func receiptTimeout(sending time.Duration) time.Duration { return sending/3 + 5*time.Second }

// baton is a lock that is waited for only as long as a context lasts: a pass may take
// minutes, and whoever asks for a letter to be sent again does not wait that long.
type baton chan struct{}

func (b baton) take(ctx context.Context) error {
	select {
	case b <- struct{}{}:
		return nil
	case <-ctx.Done():
		return workflow.Refuse(workflow.Unavailable, "reminding_under_way", "Reminders are being sent right now. Try again in a minute.").Because(ctx.Err())
	}
}

func (b baton) give() { <-b }

// waiter is a rung that was reached, with those who are still to be told.
type waiter struct {
	line rungLine
	to   []string
	held bool // until a digest, or the end of quiet hours, for all of them
}

// NewDispatcher makes a dispatcher. It reads nothing yet.
func NewDispatcher(o Options) *Dispatcher {
	if o.Elapsed == nil {
		start := time.Now()
		o.Elapsed = func() time.Duration { return time.Since(start) }
	}
	o.SendTimeout = cmp.Or(o.SendTimeout, sendTimeout)
	if o.Drafts == nil {
		o.Drafts = func(context.Context) ([]Draft, error) { return nil, nil }
	}
	d := &Dispatcher{
		opt: o, pass: make(baton, 1), trimmed: o.Elapsed() - trimEvery + trimFirst,
		seen: map[string]map[string]bool{}, waiting: map[string]*waiter{}, letters: map[string]*tracked{},
		dead: map[string]bool{},
	}
	d.figures.Store(&Figures{})
	return d
}

// Round is what one pass of the dispatcher did.
type Round struct {
	Reached   int // rungs whose people were written down
	Skipped   int // rungs that a later one overtook
	Sent      int // letters that every channel took
	Late      int // of those, letters that say that they are late
	Failed    int // tries that are made again
	Refused   int // letters that are not tried again
	Cancelled int // letters in which nothing was left to tell
	Took      time.Duration
	Err       error // what kept parts of the pass from being done; the next one does them
}

// Run makes a pass at once and then one every so often, until ctx ends.
func (d *Dispatcher) Run(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		round := d.RunOnce(ctx)
		if ctx.Err() != nil {
			return
		}
		d.report(ctx, round)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// RunOnce makes one pass: it writes down whom the rungs that were reached concern,
// and sends what is to be sent by now.
func (d *Dispatcher) RunOnce(ctx context.Context) (round Round) {
	if err := d.pass.take(ctx); err != nil {
		return Round{Err: err}
	}
	defer d.pass.give()
	began := d.opt.Elapsed()
	defer func() {
		if p := recover(); p != nil {
			round.Err = errors.Join(round.Err, fmt.Errorf("reminding: panic: %v\n%s", p, debug.Stack()))
		}
		round.Took = d.opt.Elapsed() - began
	}()
	if err := d.look(ctx); err != nil {
		round.Err = err
		return round
	}
	now := d.opt.Now().UTC().Truncate(time.Millisecond)
	round.Err = d.reach(ctx, now, &round)
	batch, err := d.gather(ctx, now)
	round.Err = errors.Join(round.Err, err)
	round.Err = errors.Join(round.Err, d.send(ctx, now, batch, began+budget, &round))
	round.Err = errors.Join(round.Err, d.recount(ctx))
	d.takeStock(ctx, now, round)
	if d.opt.Elapsed()-d.trimmed >= trimEvery {
		d.trimmed = d.opt.Elapsed()
		round.Err = errors.Join(round.Err, d.trim(ctx, now))
	}
	return round
}

// look learns what the store says: the whole ledger at first, and the drafts each
// time. Where the law was changed, what rests until its next rung is looked at anew:
// a day that is closed now moves rungs that are counted in working days.
func (d *Dispatcher) look(ctx context.Context) error {
	if law := d.opt.Law(); law != d.law {
		d.law, d.planner = law, NewPlanner(law)
		d.opt.Board.Wake()
	}
	drafts, err := d.opt.Drafts(ctx)
	if err != nil {
		return fmt.Errorf("looking for drafts: %w", err)
	}
	before := d.drafts
	d.drafts = map[string]Draft{}
	for _, draft := range drafts {
		d.drafts[draft.ID] = draft
	}
	for id := range before {
		if _, open := d.drafts[id]; !open {
			delete(d.seen, id)
		}
	}
	if d.loaded {
		return nil
	}
	if err := d.load(ctx); err != nil {
		return err
	}
	d.loaded = true
	return nil
}

// subjectOfDraft is a draft with the one clock that runs in it.
func (d *Dispatcher) subjectOfDraft(f Draft) Subject {
	return Subject{Draft: f.ID, Clocks: []cases.DueClock{{
		ID: string(workflow.ClockNotification), Kind: workflow.ClockNotification, Revision: f.Revision,
		SetAt: f.SetAt, DueAt: d.law.Due(workflow.ClockNotification, f.AwareAt).DueAt,
	}}}
}

func subjectOfCase(c cases.Watched) Subject {
	return Subject{Case: c.ID, Number: c.Number, Clocks: c.Clocks}
}

// planOf is the plan of a subject as it is now; nil when nothing runs in it.
func (d *Dispatcher) planOf(id string) []Reminder {
	if f, is := d.drafts[id]; is {
		return d.planner.Plan(d.subjectOfDraft(f))
	}
	if c, is := d.opt.Board.Watch(id); is {
		return d.planner.Plan(subjectOfCase(c))
	}
	return nil
}

// reach writes a line for each rung that was reached and has none.
func (d *Dispatcher) reach(ctx context.Context, now time.Time, round *Round) error {
	var work []reached
	for _, f := range d.drafts {
		latest, earlier, _ := Reached(d.planner.Plan(d.subjectOfDraft(f)), now)
		work = d.unseen(work, f.ID, latest, earlier)
	}
	awake := d.opt.Board.Awake(now)
	next := make([]time.Time, len(awake))
	busy := map[string]bool{}
	for i, c := range awake {
		d.forget(c)
		quiet, then := d.planner.Quiet(c.Clocks, now)
		if next[i] = then; quiet {
			continue
		}
		latest, earlier, then := Reached(d.planner.Plan(subjectOfCase(c)), now)
		next[i] = then
		before := len(work)
		work = d.unseen(work, c.ID, latest, earlier)
		if len(work) > before {
			busy[c.ID] = true
		}
	}
	err := d.fixAll(ctx, now, work, round)
	for i, c := range awake {
		if !busy[c.ID] || d.settled(work, c.ID) {
			d.opt.Board.Rest(c.ID, c.Version, next[i])
		}
	}
	return err
}

// reached is a rung that was reached and of which no line is known.
type reached struct {
	Reminder
	fate fate
}

func (d *Dispatcher) unseen(work []reached, subject string, latest, earlier []Reminder) []reached {
	seen := d.seen[subject]
	for _, r := range earlier {
		if !seen[r.Key()] {
			work = append(work, reached{r, skipped})
		}
	}
	for _, r := range latest {
		if !seen[r.Key()] {
			work = append(work, reached{r, fixed})
		}
	}
	return work
}

// settled says whether every rung of a subject in work has its line by now.
func (d *Dispatcher) settled(work []reached, subject string) bool {
	for _, w := range work {
		if w.Case == subject && !d.seen[subject][w.Key()] {
			return false
		}
	}
	return true
}

// forget drops what is known of clocks that no longer run in a case: no plan names
// their rungs any more.
func (d *Dispatcher) forget(c cases.Watched) {
	seen := d.seen[c.ID]
	if len(seen) == 0 {
		return
	}
	open := map[string]bool{}
	for _, k := range c.Clocks {
		open[clockKey(c.ID, k)] = true
	}
	for key := range seen {
		if !open[clockOf(key)] {
			delete(seen, key)
		}
	}
}

// fixAll writes the lines of rungs, many at once. One that fails keeps no other
// from being written.
func (d *Dispatcher) fixAll(ctx context.Context, now time.Time, work []reached, round *Round) error {
	type answer struct {
		line  rungLine
		wrote bool
		err   error
	}
	answers := make([]answer, len(work))
	each(len(work), func(i int) {
		a := &answers[i]
		a.line, a.wrote, a.err = d.fix(ctx, now, work[i])
	})
	var failed error
	for i, a := range answers {
		if a.err != nil {
			failed = a.err
			continue
		}
		if a.wrote && a.line.Fate == fixed {
			round.Reached++
		} else if a.wrote {
			round.Skipped++
		}
		d.know(work[i].Key(), a.line)
	}
	return failed
}

// fix writes the line of one rung, or reads the one that another instance wrote.
func (d *Dispatcher) fix(ctx context.Context, now time.Time, r reached) (rungLine, bool, error) {
	line := rungLine{Fate: r.fate, At: r.At, Seen: now}
	if line.Fate == fixed {
		to, err := d.audience(ctx, r.Reminder)
		if err != nil {
			return line, false, err
		}
		line.To = to
	}
	wrote, err := insert(ctx, d.opt.Store, cases.Reminders, r.Key(), &line)
	return line, wrote, err
}

// know takes in the line of a rung.
func (d *Dispatcher) know(key string, line rungLine) {
	subject := subjectOf(key)
	if d.seen[subject] == nil {
		d.seen[subject] = map[string]bool{}
	}
	d.seen[subject][key] = true
	if line.Fate == fixed && len(line.To) > 0 {
		d.waiting[key] = &waiter{line: line, to: line.To}
	}
}

// each does n things, many at once, and returns when all are done.
func each(n int, do func(i int)) {
	var working sync.WaitGroup
	slots := make(chan struct{}, workers)
	for i := range n {
		slots <- struct{}{}
		working.Go(func() {
			defer func() { <-slots }()
			do(i)
		})
	}
	working.Wait()
}
