package cases

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

// EventKind names what happened. A step of the procedure has its own id as its
// kind; the kinds below are what else happens to records.
type EventKind string

// Header is the part of an event that is kept for ever. It holds ids and times,
// never content: erasing a payload leaves it whole, and the chain still verifies.
type Header struct {
	Record  string    `json:"record"`         // id of the record that changed
	Seq     int64     `json:"seq"`            // 1 for the first event of a record, without gaps
	Kind    EventKind `json:"kind"`           // what happened
	At      time.Time `json:"at"`             // when it was recorded, UTC, whole milliseconds
	Actor   string    `json:"actor"`          // account id, or "system:" and the rule that acted
	Command string    `json:"command"`        // id of the command, so that a retry knows its own event
	Digest  string    `json:"digest"`         // SHA-256 over salt and payload, hex
	Prev    string    `json:"prev,omitempty"` // Hash of the event before, "" for the first
}

// Hash is SHA-256 over the header's canonical JSON, in hex. The next event of
// the same record holds it as Prev.
func (h Header) Hash() string {
	b, err := json.Marshal(h)
	if err != nil {
		panic("a header of strings and a time marshals: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Event is one immutable change of one record. Its key in a store is Key(Record,
// Seq), and the unique insert under that key is the only lock in the system.
type Event struct {
	Header  Header
	Payload []byte // exactly the canonical bytes that were digested; nil once erased
	Salt    []byte // 16 random bytes that live and go with the payload
}

// Key is an event's place in a store: the record id and the zero-padded
// sequence, so that the text order of keys is the order of events.
func Key(record string, seq int64) string { return fmt.Sprintf("%s/%08d", record, seq) }

// newEvent seals a payload into the event that follows seq and head.
func newEvent(h Header, payload any) (Event, error) {
	body, err := canonical(payload)
	if err != nil {
		return Event{}, fmt.Errorf("canonical payload of %s: %w", h.Kind, err)
	}
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return Event{}, fmt.Errorf("salt: %w", err)
	}
	h.At = toMillis(h.At)
	h.Digest = digest(salt, body)
	return Event{Header: h, Payload: body, Salt: salt}, nil
}

// canonical spells v as JSON: struct fields in their declared order, map keys
// sorted, no HTML escaping, no trailing newline.
func canonical(v any) ([]byte, error) {
	b := spellings.Get().(*bytes.Buffer)
	defer spellings.Put(b)
	b.Reset()
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.Clone(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}

// spellings are buffers that are used again: every event is spelled once.
var spellings = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// digest is the salted SHA-256 of a payload, in hex: it proves the payload while
// the salt is kept, and confirms no guess once the salt is gone.
func digest(salt, payload []byte) string {
	h := sha256.New()
	h.Write(salt)
	h.Write(payload)
	return hex.EncodeToString(h.Sum(nil))
}

// Read decodes the payload of an event into a value of its kind's type.
func (e Event) Read(into any) error {
	if e.Payload == nil {
		return fmt.Errorf("event %s: the payload is gone", Key(e.Header.Record, e.Header.Seq))
	}
	if err := json.Unmarshal(e.Payload, into); err != nil {
		return fmt.Errorf("event %s of kind %s: %w", Key(e.Header.Record, e.Header.Seq), e.Header.Kind, err)
	}
	return nil
}

// follows says whether e is the next event of a record that stands at version
// with that head: an event that is bound to another history is never folded.
func (e Event) follows(record string, version int64, head string) error {
	switch {
	case e.Header.Seq != version+1:
		return fmt.Errorf("event %d does not follow version %d", e.Header.Seq, version)
	case version > 0 && e.Header.Record != record:
		return fmt.Errorf("event %d belongs to another record", e.Header.Seq)
	case e.Header.Prev != head:
		return fmt.Errorf("event %d is not bound to the one before it", e.Header.Seq)
	}
	return nil
}

// Break is one place where a chain does not hold.
type Break struct {
	Record string `json:"record"`
	Seq    int64  `json:"seq"`
	What   string `json:"what"` // what differs, in words
}

// Verify checks the events of one record in order: sequence without gaps, each
// header bound to the one before, each payload to its digest. It returns every
// break that it finds.
func Verify(record string, events []Event) []Break {
	var out []Break
	say := func(seq int64, what string) { out = append(out, Break{Record: record, Seq: seq, What: what}) }
	prev := ""
	for i, e := range events {
		want := int64(i + 1)
		switch {
		case e.Header.Record != record:
			say(want, "the event belongs to another record")
		case e.Header.Seq != want:
			say(want, fmt.Sprintf("the sequence reads %d", e.Header.Seq))
		case e.Header.Prev != prev:
			say(want, "the header is not bound to the event before it")
		}
		if e.Payload == nil {
			say(want, "the payload is missing")
		} else if digest(e.Salt, e.Payload) != e.Header.Digest {
			say(want, "the payload differs from its digest")
		}
		prev = e.Header.Hash()
	}
	return out
}
