//lint:file-ignore SA1019 version 1 of the driver has no other way to use its writers again.

package document

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"reflect"
	"sync"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/bson/bsoncodec"
	"go.mongodb.org/mongo-driver/bson/bsonrw"
	"go.mongodb.org/mongo-driver/x/bsonx/bsoncore"
)

// idField is the field that every document begins with, before the value's own.
const idField = "_id"

// Raw is the value part of a stored document as BSON, without its id.
// Decoding into a *Raw and encoding a Raw copies a document without knowing its
// type, as exporting does.
type Raw []byte

// Encode spells doc as a document with an id. Doc is a struct, a map, a pointer to
// either, a Raw, or nil for no more than the id.
func Encode(id string, doc any) ([]byte, error) {
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	value, err := encodeValue(buf, doc)
	if err != nil {
		return nil, fmt.Errorf("document of type %T: %w", doc, err)
	}
	const around = 32 // lengths, types, the id's name and the end
	at, b := bsoncore.AppendDocumentStart(make([]byte, 0, len(value)+len(id)+around))
	b = bsoncore.AppendStringElement(b, idField, id)
	b = append(b, elements(value)...)
	return bsoncore.AppendDocumentEnd(b, at)
}

// Documents are made at every write, and most of a write's memory was theirs
// before buffers and writers were used again.
var (
	buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}
	writers = bsonrw.NewBSONValueWriterPool()
)

// encodeValue writes the BSON of doc alone; nil for a nil doc. What it returns may
// lie in buf.
func encodeValue(buf *bytes.Buffer, doc any) ([]byte, error) {
	switch d := doc.(type) {
	case nil:
		return nil, nil
	case Raw:
		return d, validate(d)
	}
	v := reflect.Indirect(reflect.ValueOf(doc))
	if !v.IsValid() || v.Kind() == reflect.Map && v.IsNil() {
		return nil, nil
	}
	if v.Kind() != reflect.Struct && v.Kind() != reflect.Map {
		return nil, fmt.Errorf("only a struct or a map makes a document")
	}
	vw := writers.Get(buf)
	defer writers.Put(vw)
	err := encodeElement(bsoncodec.EncodeContext{Registry: registry}, vw, v)
	return buf.Bytes(), err
}

// elements is what stands between a document's length and its end.
func elements(doc []byte) []byte {
	if len(doc) < 5 {
		return nil
	}
	return doc[4 : len(doc)-1]
}

// Decode reads a stored document into the value that into points to. What the
// value held before is gone afterwards; it may also be a *Raw.
func Decode(stored []byte, into any) error {
	value, err := Value(stored)
	if err != nil {
		return err
	}
	if raw, ok := into.(*Raw); ok {
		*raw = value
		return nil
	}
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return fmt.Errorf("decoding into a %T, which is no pointer", into)
	}
	v = v.Elem()
	v.SetZero()
	dec, err := registry.LookupDecoder(v.Type())
	if err != nil {
		return err
	}
	if err := dec.DecodeValue(bsoncodec.DecodeContext{Registry: registry}, bsonrw.NewBSONDocumentReader(value), v); err != nil {
		return fmt.Errorf("document into %T: %w", into, err)
	}
	return nil
}

// validate checks that b is one whole BSON document. The driver's own check
// panics on some lengths that no document has, also deep inside; that is an error
// here as well.
func validate(b []byte) (err error) {
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("%d bytes are no document", len(b))
		}
	}()
	if len(b) < 5 || binary.LittleEndian.Uint32(b) != uint32(len(b)) {
		return fmt.Errorf("%d bytes are no document", len(b))
	}
	return bson.Raw(b).Validate()
}

// ID is the id of a stored document.
func ID(stored []byte) (string, error) {
	id, ok := bson.Raw(stored).Lookup(idField).StringValueOK()
	if !ok {
		return "", fmt.Errorf("a stored document has no text as its id")
	}
	return id, nil
}

// Value is the value part of a stored document: a copy without the id, which
// stands first.
func Value(stored []byte) (Raw, error) {
	if err := validate(stored); err != nil {
		return nil, fmt.Errorf("a stored document is damaged: %w", err)
	}
	rest := elements(stored)
	if element, after, ok := bsoncore.ReadElement(rest); ok && element.Key() == idField {
		rest = after
	}
	return bsoncore.BuildDocument(make([]byte, 0, len(rest)+5), rest), nil
}
