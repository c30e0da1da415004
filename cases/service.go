package cases

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// Policy is what the authority decided about how it works. It is configured, and
// some of it administrators change while the program runs; what a case was judged
// by is kept with the case.
type Policy struct {
	CasePrefix        string // of case numbers, as in PUI-2026-1234
	SupervisionPrefix string // of supervision numbers
	LegalSignOff      bool   // a decision needs a legal sign-off besides the approval
	AutoRegister      bool   // the system itself enters notifications in the diary
	EssentialSectors  []SectorOfActivity
	Zone              *time.Location // of the authority
}

// Service is everything that can be done with cases. All of it goes through the
// procedure, and all of it is recorded. It is safe for many goroutines at once.
type Service struct {
	store     Store
	log       Log[Case, *Case]
	board     *Board
	people    Directory
	units     *Registry
	rules     *rulebook
	pinned    *standing // what a use case goes by; nil outside of one
	files     AttachmentRules
	scanner   Scanner // nil scans nothing
	numbers   *numbers
	incidents *Incidents
	outages   *Outages
	ranking   *sync.Mutex // lets this instance's changes of an order follow each other
	batches   *Batches
	figures   *figures
	now       func() time.Time
	logger    *slog.Logger

	selections *Selections
}

// Options are the parts that a Service is made of.
type Options struct {
	Store  Store
	People Directory
	Units  *Registry
	Law    *workflow.Clocks // as configured
	Policy Policy           // as configured
	Files  AttachmentRules  // the zero value is DefaultAttachmentRules
	Scan   Scanner          // looks at every file before it is taken; nil looks at none
	Now    func() time.Time
	Logger *slog.Logger
}

// NewService makes a service with an empty board; Start fills it.
func NewService(o Options) *Service {
	s := &Service{
		store: o.Store, board: NewBoard(), people: o.People, units: o.Units,
		rules: newRulebook(o.Law, o.Policy), files: o.Files, scanner: o.Scan, numbers: newNumbers(), ranking: &sync.Mutex{}, logger: o.Logger,
		now: func() time.Time { return toMillis(o.Now()) },
	}
	if s.files.MaxBytes == 0 {
		s.files = DefaultAttachmentRules()
	}
	if s.logger == nil {
		s.logger = slog.New(slog.DiscardHandler)
	}
	s.batches, s.figures = newBatches(s), &figures{by: map[string]figure{}}
	s.selections = newSelections(s)
	s.incidents = newIncidents(o.Store, s.numbers, s.now, o.Policy.Zone)
	s.outages = newOutages(o.Store, s.numbers, s.now, o.Policy.Zone)
	s.log = Log[Case, *Case]{Store: o.Store, In: Cases, Also: func(c *Case) []Picture {
		return []Picture{{In: Summaries, ID: c.ID, Version: c.Version, Doc: c.Summary()}}
	}}
	return s
}

// At is the same service by another clock, for telling what happened at some
// other time. Both share everything else, so both may be used at once.
func (s *Service) At(now func() time.Time) *Service {
	at := *s
	at.now = func() time.Time { return toMillis(now()) }
	at.incidents = s.incidents.at(at.now)
	at.outages = s.outages.at(at.now)
	at.batches = s.batches.of(&at)
	at.selections = s.selections.of(&at)
	return &at
}

// toMillis is an instant as it is kept: UTC, whole milliseconds.
func toMillis(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// Files are the rules for attachments; scanned says whether they are searched for
// malicious software.
func (s *Service) Files() (rules AttachmentRules, scanned bool) { return s.files, s.scanner != nil }

// Board answers lists and counts.
func (s *Service) Board() *Board { return s.board }

// Incidents are what happened once and reached the authority many times.
func (s *Service) Incidents() *Incidents { return s.incidents }

// Outages are the times during which the service could not be reached.
func (s *Service) Outages() *Outages { return s.outages }

// Batches are steps that are taken on many cases at once.
func (s *Service) Batches() *Batches { return s.batches }

// Selections are the choices of whom to investigate.
func (s *Service) Selections() *Selections { return s.selections }

// Start fills the board with one ordered read of the summaries, learns which
// numbers are taken, and notes the settings in force.
func (s *Service) Start(ctx context.Context) error {
	var earlier []string
	err := s.store.Scan(ctx, Summaries, func(_ string, decode func(any) error) error {
		var sum Summary
		if err := decode(&sum); err != nil {
			return err
		}
		if sum.outdated() {
			earlier = append(earlier, sum.ID)
			return nil
		}
		s.board.Put(sum)
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading the summaries: %w", err)
	}
	// Summaries that an earlier program wrote do not say everything of their clocks.
	for _, id := range earlier {
		if err := s.Heal(ctx, id); err != nil {
			return fmt.Errorf("summary of %s: %w", id, err)
		}
	}
	err = s.store.Scan(ctx, Numbers, func(number string, _ func(any) error) error {
		s.numbers.taken(number)
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading the numbers: %w", err)
	}
	if err := s.incidents.start(ctx); err != nil {
		return err
	}
	if err := s.outages.start(ctx); err != nil {
		return err
	}
	if err := s.batches.start(ctx); err != nil {
		return err
	}
	if err := s.selections.start(ctx); err != nil {
		return err
	}
	return s.RecordSettings(ctx)
}

// Refresh takes in what another instance did to a case, when it reached at least
// the sequence. It says whether it did; false asks to be called again.
func (s *Service) Refresh(ctx context.Context, id string, seq int64) (bool, error) {
	if s.board.Version(id) >= seq {
		return true, nil
	}
	c, err := s.log.Load(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	s.numbers.taken(c.Number)
	s.numbers.taken(c.SupervisionNumber)
	s.board.Put(c.Summary())
	return c.Version >= seq, nil
}

// Heal folds a case from its events and writes its pictures anew.
func (s *Service) Heal(ctx context.Context, id string) error {
	c, err := s.log.Heal(ctx, id)
	if err != nil {
		return err
	}
	s.board.Put(c.Summary())
	return nil
}

// Command is who repeats what: a request with an idempotency key becomes the
// same command each time that it is sent.
type Command struct {
	ID   string // "" when the request carried no key
	Body string // digest of the request's body
}

// KeyedCommand is the command of an account's request with an idempotency key.
// The same key of another account, or for another thing, is another command.
func KeyedCommand(account, what, key string, body []byte) Command {
	if key == "" {
		return Command{}
	}
	return Command{ID: DerivedID("command", account, what, key), Body: digest(nil, body)}
}

// repeated looks whether a keyed command was already carried out on the case. It
// returns the case as it stood right after, so that the first answer is given
// again; nil when it was not.
func (s *Service) repeated(ctx context.Context, c *Case, cmd Command) (*Case, error) {
	seq, ok := c.Commands[cmd.ID]
	if cmd.ID == "" || !ok {
		return nil, nil
	}
	return s.asAfter(ctx, c, seq, cmd)
}

// asAfter is the case as it stood right after its event seq, which is to have come
// from the same command with the same body.
func (s *Service) asAfter(ctx context.Context, c *Case, seq int64, cmd Command) (*Case, error) {
	events, err := s.store.Events(ctx, c.ID, 1)
	if err != nil {
		return nil, Unavailable(fmt.Errorf("events of %s: %w", c.ID, err))
	}
	if int64(len(events)) < seq {
		return nil, fmt.Errorf("case %s has %d events and should have %d", c.ID, len(events), seq)
	}
	var first struct {
		Body string `json:"body"`
	}
	if err := events[seq-1].Read(&first); err != nil {
		return nil, err
	}
	if first.Body != cmd.Body {
		return nil, workflow.Refuse(workflow.Conflict, "idempotency_key_reused",
			"This Idempotency-Key was already used for a request with another body. Use a new key for a new request.")
	}
	then := &Case{}
	for _, e := range events[:seq] {
		if err := then.Apply(e); err != nil {
			return nil, fmt.Errorf("folding %s: %w", Key(c.ID, e.Header.Seq), err)
		}
	}
	return then, nil
}

// notFound is the one answer for what is not there and for what may not be seen.
func notFound() error {
	return workflow.Refuse(workflow.NotFound, "not_found", "There is no such case, or you may not see it.")
}

// find loads a case by id or by number.
func (s *Service) find(ctx context.Context, ref string) (*Case, error) {
	if !IsID(ref) {
		var claim NumberClaim
		err := s.store.Get(ctx, Numbers, strings.ToUpper(ref), &claim)
		if errors.Is(err, ErrNotFound) {
			return nil, notFound()
		}
		if err != nil {
			return nil, Unavailable(fmt.Errorf("number: %w", err))
		}
		if claim.Case == "" {
			return nil, notFound()
		}
		ref = claim.Case
	}
	c, err := s.log.Load(ctx, ref)
	if errors.Is(err, ErrNotFound) || errors.Is(err, errForeign) {
		return nil, notFound()
	}
	return c, Unavailable(err)
}

// Case returns a case by id or number as it stands in the store, when the actor
// may see it.
func (s *Service) Case(ctx context.Context, a Actor, ref string) (*Case, error) {
	c, err := s.find(ctx, ref)
	if err != nil {
		return nil, err
	}
	if !c.VisibleTo(a) {
		return nil, notFound()
	}
	return c, nil
}

// VisibleTo says whether an actor may see the case at all. Staff see every case,
// but a secret one only when it names them. On the notifier's side the account
// that filed sees it, and, where the mandate was verified, everybody who acts for
// the unit. The system sees everything.
func (c *Case) VisibleTo(a Actor) bool {
	switch {
	case a.Has(workflow.RoleSystem):
		return true
	case a.Staff():
		return !c.Secret || slices.Contains(c.Named, a.Account)
	case a.Has(workflow.RoleNotifier):
		return len(c.Submissions) > 0 && (c.OpenedBy == a.Account || c.MandateVerified && a.ActsFor(c.Party.Unit))
	default:
		return false
	}
}

// History returns every event of a case for staff who may see it.
func (s *Service) History(ctx context.Context, a Actor, ref string) ([]Event, error) {
	c, err := s.Case(ctx, a, ref)
	if err != nil {
		return nil, err
	}
	if !a.Staff() {
		return nil, notFound()
	}
	events, err := s.store.Events(ctx, c.ID, 1)
	return events, Unavailable(err)
}

// append writes an entry on a case and shows it on the board.
func (s *Service) append(ctx context.Context, c *Case, id string, e Entry) error {
	if _, err := s.log.Append(ctx, id, c, e); err != nil {
		return err
	}
	s.board.Put(c.Summary())
	return nil
}

// stale is the answer to whoever was slower, with the state that the faster one
// left behind.
func stale(c *Case) error {
	e := workflow.Refuse(workflow.Stale, "changed_meanwhile",
		"Somebody changed the case meanwhile. Look at it as it is now, and send the step again if it still fits.")
	e.State, e.Version = c.State, c.Version
	return e
}
