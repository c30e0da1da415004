package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/bson/bsoncodec"
	"go.mongodb.org/mongo-driver/bson/bsonrw"
)

// encodeRawJSON keeps JSON text as a string: readable, and exactly as it was.
func encodeRawJSON(_ bsoncodec.EncodeContext, w bsonrw.ValueWriter, v reflect.Value) error {
	if v.IsNil() {
		return w.WriteNull()
	}
	return w.WriteString(string(v.Bytes()))
}

// encodeSpelled keeps a value whose type spells itself as what it spells. Such a
// type's fields are often unexported, and would be lost without a word.
func encodeSpelled(ec bsoncodec.EncodeContext, w bsonrw.ValueWriter, v reflect.Value) error {
	if v.Kind() == reflect.Pointer && v.IsNil() {
		return w.WriteNull()
	}
	text, err := json.Marshal(v.Interface())
	if err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var plain any
	if err := dec.Decode(&plain); err != nil {
		return fmt.Errorf("reading back what %s spelled: %w", v.Type(), err)
	}
	if plain == nil {
		return w.WriteNull()
	}
	return encodeElement(ec, w, reflect.ValueOf(plain))
}

// decodeSpelled gives a type back what it spelled.
func decodeSpelled(dc bsoncodec.DecodeContext, r bsonrw.ValueReader, v reflect.Value) error {
	if r.Type() == bson.TypeNull {
		v.SetZero()
		return r.ReadNull()
	}
	dec, err := dc.LookupDecoder(typeOf[any]())
	if err != nil {
		return err
	}
	var plain any
	if err := dec.DecodeValue(dc, r, reflect.ValueOf(&plain).Elem()); err != nil {
		return err
	}
	text, err := json.Marshal(plain)
	if err != nil {
		return err
	}
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		return json.Unmarshal(text, v.Interface())
	}
	return json.Unmarshal(text, v.Addr().Interface())
}
