package document

import (
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/x/bsonx/bsoncore"

	"github.com/vaka-project/vaka/cases"
)

// EncodeEvent spells an event as the document
//
//	{_id: key, record, seq, kind, at, actor, command, digest, prev, payload, salt}
//
// with payload and salt as binary data, exactly the bytes that were digested. A
// first event has no prev, an erased one neither payload nor salt.
func EncodeEvent(e cases.Event) ([]byte, error) {
	h := e.Header
	at, b := bsoncore.AppendDocumentStart(make([]byte, 0, 512+len(e.Payload)))
	b = bsoncore.AppendStringElement(b, idField, cases.Key(h.Record, h.Seq))
	b = bsoncore.AppendStringElement(b, "record", h.Record)
	b = bsoncore.AppendInt64Element(b, "seq", h.Seq)
	b = bsoncore.AppendStringElement(b, "kind", string(h.Kind))
	b = bsoncore.AppendDateTimeElement(b, "at", h.At.UnixMilli())
	b = bsoncore.AppendStringElement(b, "actor", h.Actor)
	b = bsoncore.AppendStringElement(b, "command", h.Command)
	b = bsoncore.AppendStringElement(b, "digest", h.Digest)
	if h.Prev != "" {
		b = bsoncore.AppendStringElement(b, "prev", h.Prev)
	}
	if e.Payload != nil {
		b = bsoncore.AppendBinaryElement(b, "payload", 0, e.Payload)
	}
	if e.Salt != nil {
		b = bsoncore.AppendBinaryElement(b, "salt", 0, e.Salt)
	}
	return bsoncore.AppendDocumentEnd(b, at)
}

// DecodeEvent reads a stored event. One that lacks a field of its header, holds
// another type in it, or stands under a key that is not its own is an error: an
// event is evidence, and is never read leniently.
func DecodeEvent(stored []byte) (cases.Event, error) {
	var e cases.Event
	if err := validate(stored); err != nil {
		return e, fmt.Errorf("a stored event is damaged: %w", err)
	}
	all, err := bson.Raw(stored).Elements()
	if err != nil {
		return e, fmt.Errorf("a stored event is damaged: %w", err)
	}
	f := fields{}
	for _, el := range all {
		if f[el.Key()].Type != 0 {
			return e, fmt.Errorf("a stored event holds %q twice", el.Key())
		}
		f[el.Key()] = el.Value()
	}
	var at int64
	var kind, key string
	h := &e.Header
	ok := f.text(idField, &key) && f.text("record", &h.Record) && f.int("seq", &h.Seq) && f.text("kind", &kind) &&
		f.date("at", &at) && f.text("actor", &h.Actor) && f.text("command", &h.Command) && f.text("digest", &h.Digest) &&
		f.optionalText("prev", &h.Prev) && f.bytes("payload", &e.Payload) && f.bytes("salt", &e.Salt)
	if !ok || len(f) != 0 {
		return cases.Event{}, fmt.Errorf("a stored event lacks a field, or has one of another type or name")
	}
	h.Kind, h.At = cases.EventKind(kind), time.UnixMilli(at).UTC()
	if key != cases.Key(h.Record, h.Seq) {
		return cases.Event{}, fmt.Errorf("a stored event stands under a key that is not its own")
	}
	return e, nil
}

// fields are the elements of an event that are yet to be read. Each method takes
// one out, and says whether it was there and of the right type.
type fields map[string]bson.RawValue

func (f fields) take(name string) (bson.RawValue, bool) {
	v, ok := f[name]
	delete(f, name)
	return v, ok
}

func (f fields) text(name string, into *string) (ok bool) {
	if v, found := f.take(name); found {
		*into, ok = v.StringValueOK()
	}
	return ok
}

func (f fields) optionalText(name string, into *string) bool {
	if _, found := f[name]; !found {
		return true
	}
	return f.text(name, into)
}

func (f fields) int(name string, into *int64) (ok bool) {
	if v, found := f.take(name); found {
		*into, ok = v.Int64OK()
	}
	return ok
}

func (f fields) date(name string, into *int64) (ok bool) {
	if v, found := f.take(name); found {
		*into, ok = v.DateTimeOK()
	}
	return ok
}

// bytes copies binary data, which may be missing.
func (f fields) bytes(name string, into *[]byte) bool {
	v, found := f.take(name)
	if !found {
		return true
	}
	_, b, ok := v.BinaryOK()
	*into = slices.Clone(b)
	if ok && *into == nil {
		*into = []byte{}
	}
	return ok
}
