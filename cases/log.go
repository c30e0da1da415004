package cases

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// Folded is a record as its events make it. Apply takes the next event in;
// Stand tells how far it has come: the sequence and hash of the last header.
type Folded interface {
	Apply(Event) error
	Stand() (version int64, head string)
}

// Log writes and reads one kind of record: a picture for speed, and its events
// for truth. T is the record's type, P its pointer with the methods of Folded.
type Log[T any, P interface {
	*T
	Folded
}] struct {
	Store Store
	In    Collection
	// Also gives further derived documents of a record, such as its summary; may be nil.
	Also func(P) []Picture
}

// Entry is what somebody wants to have recorded.
type Entry struct {
	Kind    EventKind
	At      time.Time
	Actor   string
	Command string // "" makes a random one
	Payload any
	Claims  []Claim
}

// Load reads a record: its picture, and whatever events came after the picture
// was written. So neither a crash between event and picture nor an older picture
// over a newer one is ever seen. It returns ErrNotFound where there is nothing.
func (l Log[T, P]) Load(ctx context.Context, id string) (P, error) {
	var t T
	p := P(&t)
	if err := l.Store.Get(ctx, l.In, id, p); err != nil && !errors.Is(err, ErrNotFound) {
		return nil, fmt.Errorf("picture of %s in %s: %w", id, l.In, err)
	}
	version, _ := p.Stand()
	if err := l.catchUp(ctx, id, p, version); err != nil {
		return nil, err
	}
	if version, _ = p.Stand(); version == 0 {
		return nil, ErrNotFound
	}
	return p, nil
}

// catchUp folds the events after version onto p.
func (l Log[T, P]) catchUp(ctx context.Context, id string, p P, version int64) error {
	events, err := l.Store.Events(ctx, id, version+1)
	if err != nil {
		return fmt.Errorf("events of %s: %w", id, err)
	}
	for _, e := range events {
		if err := p.Apply(e); err != nil {
			return fmt.Errorf("folding %s: %w", Key(id, e.Header.Seq), err)
		}
	}
	return nil
}

// Prepare folds an entry onto a record and returns the change that would write
// it. The record p is changed; it must not be used when the append fails.
func (l Log[T, P]) Prepare(id string, p P, e Entry) (Change, error) {
	version, head := p.Stand()
	if e.Command == "" {
		e.Command = randomCommand()
	}
	event, err := newEvent(Header{
		Record: id, Seq: version + 1, Kind: e.Kind, At: e.At, Actor: e.Actor, Command: e.Command, Prev: head,
	}, e.Payload)
	if err != nil {
		return Change{}, err
	}
	if err := apply(p, event, e.Payload); err != nil {
		return Change{}, fmt.Errorf("folding the new %s: %w", e.Kind, err)
	}
	return Change{Event: event, Claims: e.Claims, Pictures: l.Pictures(id, p)}, nil
}

// Heal folds a record from all of its events and writes its pictures anew. A
// record without events is ErrNotFound.
func (l Log[T, P]) Heal(ctx context.Context, id string) (P, error) {
	p := P(new(T))
	if err := l.catchUp(ctx, id, p, 0); err != nil {
		return nil, err
	}
	if version, _ := p.Stand(); version == 0 {
		return nil, ErrNotFound
	}
	for _, picture := range l.Pictures(id, p) {
		if err := l.Store.Put(ctx, picture.In, picture.ID, picture.Doc); err != nil {
			return nil, fmt.Errorf("picture of %s in %s: %w", id, picture.In, err)
		}
	}
	return p, nil
}

// valueFolded is a record that can fold a payload at hand, without reading it.
type valueFolded interface {
	applyValue(e Event, payload any) error
}

// apply folds a new event onto a record. Reading a large payload back takes longer
// than everything else that is done for it, so a record that can takes the value
// itself, unless spelling it changed it: bytes that are no UTF-8 are spelled \ufffd.
func apply(p Folded, e Event, payload any) error {
	f, ok := p.(valueFolded)
	if !ok || bytes.Contains(e.Payload, []byte(`\ufffd`)) {
		return p.Apply(e)
	}
	return f.applyValue(e, payload)
}

// Pictures are the derived documents of a record as it stands.
func (l Log[T, P]) Pictures(id string, p P) []Picture {
	version, _ := p.Stand()
	out := []Picture{{In: l.In, ID: id, Version: version, Doc: p}}
	if l.Also != nil {
		out = append(out, l.Also(p)...)
	}
	return out
}

// Append records one entry on p. ErrExists means that somebody was faster; after
// any other failure Append has looked whether its own event is there after all.
func (l Log[T, P]) Append(ctx context.Context, id string, p P, e Entry) (Event, error) {
	change, err := l.Prepare(id, p, e)
	if err != nil {
		return Event{}, err
	}
	err = l.Store.Append(ctx, []Change{change})[0]
	return change.Event, l.Settle(ctx, change.Event, err)
}

// Settle turns the answer of an append into what is true: when the outcome is
// unknown, or the key is taken, the event under the key is read, and if it
// carries this command the append has succeeded.
func (l Log[T, P]) Settle(ctx context.Context, mine Event, err error) error {
	if err == nil || errors.Is(err, ErrNumberTaken) {
		return err
	}
	there, readErr := l.Store.Events(ctx, mine.Header.Record, mine.Header.Seq)
	switch {
	case readErr != nil:
		return fmt.Errorf("%w (and reading back: %v)", err, readErr)
	case len(there) == 0:
		return err
	case there[0].Header.Command == mine.Header.Command && there[0].Header.Digest == mine.Header.Digest:
		return nil
	default:
		return ErrExists
	}
}

// randomCommand names a command that nobody will send again.
func randomCommand() string {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic("no randomness: " + err.Error())
	}
	return hex.EncodeToString(b[:])
}

// Unavailable is the answer to people when the store failed: nothing is known to
// be written, and the same request may be sent again.
func Unavailable(err error) error {
	if err == nil || workflow.KindOf(err) != "" {
		return err
	}
	if errors.Is(err, ErrUnavailable) || errors.Is(err, context.DeadlineExceeded) {
		return workflow.Refuse(workflow.Unavailable, "store_unavailable",
			"The case store cannot be reached or written right now. Send the same request again in a moment.").Because(err)
	}
	return err
}
