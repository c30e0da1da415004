package archive

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/bson"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/store/document"
)

// version is the version of the format, in the first line.
const version = 1

// exported are the collections of a file, in its order.
var exported = []cases.Collection{cases.Events, cases.Numbers, cases.Diary, cases.Tokens, cases.Meta, cases.Files}

// header is the first line.
type header struct {
	Version     int                `json:"vaka_export"`
	Collections []cases.Collection `json:"collections"`
}

// line is one document.
type line struct {
	In  cases.Collection `json:"in"`
	Doc json.RawMessage  `json:"doc"`
}

// trailer is the last line.
type trailer struct {
	Documents int64  `json:"documents"`
	SHA256    string `json:"sha256"`
}

// Counts says how many documents of each collection went through.
type Counts map[cases.Collection]int64

// Total is the number of all documents.
func (c Counts) Total() (n int64) {
	for _, x := range c {
		n += x
	}
	return n
}

// spell is the line of a stored document, without the line break.
func spell(in cases.Collection, stored []byte) ([]byte, error) {
	doc, err := bson.MarshalExtJSON(bson.Raw(stored), true, false)
	if err != nil {
		return nil, err
	}
	return compact(line{in, doc})
}

// compact is JSON without HTML escaping.
func compact(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// item is a line as it was read.
type item struct {
	in     cases.Collection
	id     string
	stored []byte
	event  cases.Event // for cases.Events
}

// read reads the line of a document. One that is not spelled exactly as spell
// does it is refused: then nothing of it could be lost unseen.
func read(text []byte) (item, error) {
	var l line
	if err := json.Unmarshal(text, &l); err != nil || len(l.Doc) == 0 {
		return item{}, errors.New("this is no line of an export")
	}
	var stored bson.Raw
	if err := bson.UnmarshalExtJSON(l.Doc, true, &stored); err != nil {
		return item{}, errors.New("the document is no canonical Extended JSON")
	}
	if again, err := spell(l.In, stored); err != nil || !bytes.Equal(again, text) {
		return item{}, errors.New("the document is not spelled as an export spells it")
	}
	id, err := document.ID(stored)
	if err != nil {
		return item{}, err
	}
	it := item{in: l.In, id: id, stored: stored}
	if l.In == cases.Events {
		if it.event, err = document.DecodeEvent(stored); err != nil {
			return item{}, fmt.Errorf("the event cannot be read: %w", err)
		}
	}
	return it, nil
}
