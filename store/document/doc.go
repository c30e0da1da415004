// Package document spells what Vaka keeps as BSON documents, the same for every
// engine: what mongodump, Compass or a report reads in MongoDB is byte for byte
// what the local file holds.
//
// A document begins with its id as _id. Everything else is the value itself,
// spelled as encoding/json would spell its fields: names, omitted fields and
// embedded structs follow the json tags, so a domain type has one set of tags and
// knows nothing of BSON.
//
// Some things differ from JSON, so that a value comes back as it went in:
//
//   - an instant is a BSON date: UTC, whole milliseconds (finer parts are cut off);
//   - whole numbers stay 64-bit integers, in an interface too (an int comes back
//     from an interface as int64, where JSON would make it a float);
//   - bytes are binary data; json.RawMessage is a string, to be readable;
//   - nil slices and maps are null, empty ones are empty, and each comes back so,
//     unless omitempty or omitzero leaves them out, then they come back nil;
//   - map keys that a server refuses or reads as a path are escaped (see key.go);
//   - a type that spells itself (json.Marshaler, encoding.TextMarshaler) is kept
//     as what it spells.
//
// Struct field names are taken to be plain words and are not escaped.
package document
