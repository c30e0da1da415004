package casestest

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/vaka-project/vaka/cases"
)

// Op is an operation of a store.
type Op string

// The operations that can be made to fail. Scan and ScanEvents fail before the
// first visit.
const (
	Append Op = "append" // per change: In is cases.Events, ID the record
	Events Op = "events" // In is cases.Events, ID the record
	Get    Op = "get"
	Insert Op = "insert"
	Put    Op = "put"
	Delete Op = "delete"
	Scan   Op = "scan" // also ScanEvents, with In cases.Events; ID is ""
)

// Mode is how an operation fails.
type Mode int

const (
	// NotWritten answers with the error and writes nothing.
	NotWritten Mode = iota
	// Unacknowledged writes, and answers with the error all the same, as when
	// the connection is lost before the answer.
	Unacknowledged
	// WithoutPictures is for Append: event and claims are written and
	// acknowledged, the pictures are not, as when the process ends in between.
	WithoutPictures
)

// Fault says what is to fail.
type Fault struct {
	Op    Op
	Mode  Mode
	Match func(in cases.Collection, id string) bool // nil is every document
	Times int                                       // how often; 0 is until it is removed
	Err   error                                     // nil is one that wraps cases.ErrUnavailable
}

// Faulty is a store that hands everything on to another one, except for what it
// was told to let fail. It is as safe for many goroutines as the one behind it.
type Faulty struct {
	cases.Store

	mu     sync.Mutex
	faults []*Fault
}

// NewFaulty puts a Faulty in front of a store. It fails nothing at first.
func NewFaulty(behind cases.Store) *Faulty { return &Faulty{Store: behind} }

// Inject lets an operation fail from now on, until it has failed often enough
// or the fault is removed. Of several faults that match, the oldest is taken.
func (f *Faulty) Inject(fault Fault) (remove func()) {
	if fault.Err == nil {
		fault.Err = fmt.Errorf("%w: injected fault of %s", cases.ErrUnavailable, fault.Op)
	}
	mine := &fault
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = append(f.faults, mine)
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.drop(mine)
	}
}

func (f *Faulty) drop(fault *Fault) {
	f.faults = slices.DeleteFunc(f.faults, func(x *Fault) bool { return x == fault })
}

// hit is the fault that an operation meets now, or nil, and uses it up once.
func (f *Faulty) hit(op Op, in cases.Collection, id string) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, fault := range f.faults {
		if fault.Op != op || fault.Match != nil && !fault.Match(in, id) {
			continue
		}
		found := *fault
		if fault.Times == 1 {
			f.drop(fault)
		} else if fault.Times > 1 {
			fault.Times--
		}
		return &found
	}
	return nil
}

// Append implements cases.Store.
func (f *Faulty) Append(ctx context.Context, changes []cases.Change) []error {
	answers := make([]error, len(changes))
	var pass []cases.Change
	var of []int
	override := map[int]error{}
	for i, c := range changes {
		fault := f.hit(Append, cases.Events, c.Event.Header.Record)
		switch {
		case fault == nil:
		case fault.Mode == NotWritten:
			answers[i] = fault.Err
			continue
		case fault.Mode == WithoutPictures:
			c.Pictures = nil
		default:
			override[i] = fault.Err
		}
		pass, of = append(pass, c), append(of, i)
	}
	for j, err := range f.Store.Append(ctx, pass) {
		answers[of[j]] = err
		if lost, ok := override[of[j]]; ok {
			answers[of[j]] = lost
		}
	}
	return answers
}

// run carries an operation out unless a fault prevents it or loses its answer.
func (f *Faulty) run(op Op, in cases.Collection, id string, do func() error) error {
	fault := f.hit(op, in, id)
	if fault == nil {
		return do()
	}
	if fault.Mode == Unacknowledged {
		_ = do() // whatever the answer was, it is lost
	}
	return fault.Err
}

// Events implements cases.Store.
func (f *Faulty) Events(ctx context.Context, record string, from int64) (events []cases.Event, err error) {
	err = f.run(Events, cases.Events, record, func() error {
		events, err = f.Store.Events(ctx, record, from)
		return err
	})
	if err != nil {
		return nil, err
	}
	return events, nil
}

// Get implements cases.Store.
func (f *Faulty) Get(ctx context.Context, in cases.Collection, id string, into any) error {
	return f.run(Get, in, id, func() error { return f.Store.Get(ctx, in, id, into) })
}

// Insert implements cases.Store.
func (f *Faulty) Insert(ctx context.Context, in cases.Collection, id string, doc any) error {
	return f.run(Insert, in, id, func() error { return f.Store.Insert(ctx, in, id, doc) })
}

// Put implements cases.Store.
func (f *Faulty) Put(ctx context.Context, in cases.Collection, id string, doc any) error {
	return f.run(Put, in, id, func() error { return f.Store.Put(ctx, in, id, doc) })
}

// Delete implements cases.Store.
func (f *Faulty) Delete(ctx context.Context, in cases.Collection, id string) error {
	return f.run(Delete, in, id, func() error { return f.Store.Delete(ctx, in, id) })
}

// Scan implements cases.Store.
func (f *Faulty) Scan(ctx context.Context, in cases.Collection, visit func(string, func(any) error) error) error {
	if fault := f.hit(Scan, in, ""); fault != nil {
		return fault.Err
	}
	return f.Store.Scan(ctx, in, visit)
}

// ScanEvents implements cases.Store.
func (f *Faulty) ScanEvents(ctx context.Context, visit func(cases.Event) error) error {
	if fault := f.hit(Scan, cases.Events, ""); fault != nil {
		return fault.Err
	}
	return f.Store.ScanEvents(ctx, visit)
}
