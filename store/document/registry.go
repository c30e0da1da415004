//lint:file-ignore SA1019 The driver marks what is gone in its version 2; version 1 has no
// other way to read and write by json tags, and all of it lies in this file.

package document

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/bson/bsoncodec"
	"go.mongodb.org/mongo-driver/bson/bsonoptions"
	"go.mongodb.org/mongo-driver/bson/bsonrw"
	"go.mongodb.org/mongo-driver/bson/bsontype"
)

// registry knows how every Go type is spelled.
var registry = newRegistry()

func newRegistry() *bsoncodec.Registry {
	r := bson.NewRegistry()
	fields, err := bsoncodec.NewStructCodec(bsoncodec.StructTagParserFunc(jsonTags),
		bsonoptions.StructCodec().SetAllowUnexportedFields(true). // embedded ones only, as in JSON
										SetEncodeOmitDefaultStruct(true)) // omitzero leaves out an empty struct, as in JSON
	if err != nil {
		panic("a struct codec with a tag parser: " + err.Error())
	}
	r.RegisterKindEncoder(reflect.Struct, fields)
	r.RegisterKindDecoder(reflect.Struct, fields)
	r.RegisterKindEncoder(reflect.Map, bsoncodec.ValueEncoderFunc(encodeMap))
	r.RegisterKindDecoder(reflect.Map, bsoncodec.ValueDecoderFunc(decodeMap))
	r.RegisterKindEncoder(reflect.Int, bsoncodec.ValueEncoderFunc(encodeInt))
	r.RegisterTypeEncoder(typeOf[json.RawMessage](), bsoncodec.ValueEncoderFunc(encodeRawJSON))

	spelled := bsoncodec.ValueEncoderFunc(encodeSpelled)
	r.RegisterInterfaceEncoder(typeOf[json.Marshaler](), spelled)
	r.RegisterInterfaceEncoder(typeOf[encoding.TextMarshaler](), spelled)
	read := bsoncodec.ValueDecoderFunc(decodeSpelled)
	r.RegisterInterfaceDecoder(typeOf[json.Unmarshaler](), read)
	r.RegisterInterfaceDecoder(typeOf[encoding.TextUnmarshaler](), read)
	// Both raw messages and times implement the interfaces above, and are kept
	// as what they are instead.
	r.RegisterTypeDecoder(typeOf[json.RawMessage](), bsoncodec.NewSliceCodec())
	r.RegisterTypeDecoder(typeOf[time.Time](), bsoncodec.NewTimeCodec())
	r.RegisterTypeEncoder(typeOf[*time.Time](), bsoncodec.NewPointerCodec())
	r.RegisterTypeDecoder(typeOf[*time.Time](), bsoncodec.NewPointerCodec())

	// What an interface holds comes back as the plain Go type.
	r.RegisterTypeMapEntry(bsontype.EmbeddedDocument, typeOf[map[string]any]())
	r.RegisterTypeMapEntry(bsontype.Array, typeOf[[]any]())
	r.RegisterTypeMapEntry(bsontype.DateTime, typeOf[time.Time]())
	plain := bsoncodec.NewEmptyInterfaceCodec(bsonoptions.EmptyInterfaceCodec().SetDecodeBinaryAsSlice(true))
	r.RegisterTypeEncoder(typeOf[any](), plain)
	r.RegisterTypeDecoder(typeOf[any](), plain)
	return r
}

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

// jsonTags reads a struct field's json tag as encoding/json does: a field
// without a name keeps its Go name, and an embedded struct without one is
// spelled inline.
func jsonTags(f reflect.StructField) (bsoncodec.StructTags, error) {
	tag := f.Tag.Get("json")
	if tag == "-" {
		return bsoncodec.StructTags{Skip: true}, nil
	}
	name, options, _ := strings.Cut(tag, ",")
	t := f.Type
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if !f.IsExported() {
		switch {
		case t.Kind() != reflect.Struct || name != "":
			return bsoncodec.StructTags{Skip: true}, nil
		case t != f.Type:
			return bsoncodec.StructTags{}, fmt.Errorf("a pointer to the unexported %s is embedded: it could not be read back", t)
		}
	}
	out := bsoncodec.StructTags{Name: name, Inline: f.Anonymous && name == "" && t.Kind() == reflect.Struct}
	if name == "" {
		out.Name = f.Name
	}
	for option := range strings.SplitSeq(options, ",") {
		out.OmitEmpty = out.OmitEmpty || option == "omitempty" || option == "omitzero"
	}
	return out, nil
}

// encodeInt keeps an int 64 bits wide, whatever its value, so that a field has
// one type in every document.
func encodeInt(_ bsoncodec.EncodeContext, w bsonrw.ValueWriter, v reflect.Value) error {
	return w.WriteInt64(v.Int())
}

// encodeMap writes a map with its keys escaped and in order, so that the same
// value always has the same bytes.
func encodeMap(ec bsoncodec.EncodeContext, w bsonrw.ValueWriter, m reflect.Value) error {
	if m.IsNil() {
		return w.WriteNull()
	}
	entries, err := sortedEntries(m)
	if err != nil {
		return err
	}
	doc, err := w.WriteDocument()
	if err != nil {
		return err
	}
	for _, e := range entries {
		vw, err := doc.WriteDocumentElement(e.key)
		if err != nil {
			return err
		}
		if err := encodeElement(ec, vw, e.value); err != nil {
			return fmt.Errorf("a map's value: %w", err)
		}
	}
	return doc.WriteDocumentEnd()
}

func encodeElement(ec bsoncodec.EncodeContext, w bsonrw.ValueWriter, v reflect.Value) error {
	if v.Kind() == reflect.Interface {
		if v.IsNil() {
			return w.WriteNull()
		}
		v = v.Elem()
	}
	enc, err := ec.LookupEncoder(v.Type())
	if err != nil {
		return err
	}
	return enc.EncodeValue(ec, w, v)
}

// entry is one key of a map as it is stored, with its value.
type entry struct {
	key   string
	value reflect.Value
}

func sortedEntries(m reflect.Value) ([]entry, error) {
	entries := make([]entry, 0, m.Len())
	for it := m.MapRange(); it.Next(); {
		text, err := keyText(it.Key())
		if err != nil {
			return nil, err
		}
		key, err := escapeKey(text)
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry{key, it.Value()})
	}
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.key, b.key) })
	return entries, nil
}

// keyText spells a map key as encoding/json does.
func keyText(k reflect.Value) (string, error) {
	if k.Kind() == reflect.String {
		return k.String(), nil
	}
	if t, ok := k.Interface().(encoding.TextMarshaler); ok {
		b, err := t.MarshalText()
		return string(b), err
	}
	if k.CanInt() || k.CanUint() {
		return fmt.Sprint(k), nil
	}
	return "", fmt.Errorf("keys of type %s cannot be stored", k.Type())
}

// decodeMap reads a map that encodeMap wrote.
func decodeMap(dc bsoncodec.DecodeContext, r bsonrw.ValueReader, m reflect.Value) error {
	if r.Type() == bsontype.Null {
		m.SetZero()
		return r.ReadNull()
	}
	doc, err := r.ReadDocument()
	if err != nil {
		return err
	}
	t := m.Type()
	dec, err := dc.LookupDecoder(t.Elem())
	if err != nil {
		return err
	}
	m.Set(reflect.MakeMap(t))
	for {
		name, vr, err := doc.ReadElement()
		if err == bsonrw.ErrEOD {
			return nil
		}
		if err != nil {
			return err
		}
		key, err := keyValue(name, t.Key())
		if err != nil {
			return err
		}
		v := reflect.New(t.Elem()).Elem()
		if err := dec.DecodeValue(dc, vr, v); err != nil {
			return fmt.Errorf("a map's value: %w", err)
		}
		m.SetMapIndex(key, v)
	}
}

// keyValue reads a stored key into a key of a map.
func keyValue(name string, t reflect.Type) (reflect.Value, error) {
	text, err := unescapeKey(name)
	if err != nil {
		return reflect.Value{}, err
	}
	k := reflect.New(t)
	if t.Kind() == reflect.String {
		k.Elem().SetString(text)
		return k.Elem(), nil
	}
	if u, ok := k.Interface().(encoding.TextUnmarshaler); ok {
		return k.Elem(), u.UnmarshalText([]byte(text))
	}
	if err := json.Unmarshal([]byte(text), k.Interface()); err != nil {
		return reflect.Value{}, fmt.Errorf("a stored map key is no %s", t)
	}
	return k.Elem(), nil
}
