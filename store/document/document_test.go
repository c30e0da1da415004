package document

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/bson"
	"pgregory.net/rapid"
)

// colour is an enumeration, tree a recursive value with every kind of field.
type colour string

//lint:ignore U1000 that nothing uses it is what the test is about
type word string

// hidden is not exported, its field is.
type hidden struct {
	Hidden string `json:"hidden"`
}

type tree struct {
	hidden // embedded, so its exported fields are there
	//lint:ignore U1000 as above
	word     // embedded, not exported and no struct: left out, as in JSON
	Base     `json:",omitempty"`
	Name     string                     `json:"name"`
	Kind     colour                     `json:"kind,omitempty"`
	Count    int                        `json:"count"`
	Big      int64                      `json:"big"`
	Tiny     int8                       `json:"tiny"`
	Share    float64                    `json:"share"`
	Set      *bool                      `json:"set"`
	At       time.Time                  `json:"at,omitzero"`
	Last     *time.Time                 `json:"last"`
	Data     []byte                     `json:"data"`
	Raw      json.RawMessage            `json:"raw"`
	Kinds    []colour                   `json:"kinds"`
	ByKind   map[colour]int64           `json:"by_kind"`
	ByText   map[string]map[string]bool `json:"by_text"`
	Children []tree                     `json:"children"`
	Next     *tree                      `json:"next,omitempty"`
	Free     any                        `json:"free"`
}

// Base is embedded and exported, so its fields are spelled inline.
type Base struct {
	Created time.Time `json:"created"`
	By      *string   `json:"by,omitempty"`
}

func instant() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		return time.UnixMilli(rapid.Int64Range(-62135596800000, 253402300799999).Draw(t, "ms")).UTC()
	})
}

func optional[V any](t *rapid.T, name string, g *rapid.Generator[V]) *V {
	return rapid.Ptr(g, true).Draw(t, name)
}

func list[V any](t *rapid.T, name string, g *rapid.Generator[V]) []V {
	if rapid.Bool().Draw(t, name+" is nil") {
		return nil
	}
	return rapid.SliceOfN(g, 0, 3).Draw(t, name)
}

func table[K comparable, V any](t *rapid.T, name string, k *rapid.Generator[K], v *rapid.Generator[V]) map[K]V {
	if rapid.Bool().Draw(t, name+" is nil") {
		return nil
	}
	return rapid.MapOfN(k, v, 0, 3).Draw(t, name)
}

func number() *rapid.Generator[float64] {
	return rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{math.Inf(1), math.Inf(-1), math.Copysign(0, -1), math.MaxFloat64}))
}

func text() *rapid.Generator[string] {
	return rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "_id", "_v", "%", "%41", "a.b", "$x", "\x00", "å\u2028"}))
}

// anything is a value as an interface holds it when it comes back.
func anything(depth int) *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		kinds := 6
		if depth > 0 {
			kinds = 8
		}
		switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
		case 0:
			return nil
		case 1:
			return rapid.Bool().Draw(t, "bool")
		case 2:
			return rapid.Int64().Draw(t, "int")
		case 3:
			return number().Draw(t, "float")
		case 4:
			return text().Draw(t, "text")
		case 5:
			return instant().Draw(t, "instant")
		case 6:
			return rapid.SliceOfN(anything(depth-1), 0, 3).Draw(t, "list")
		}
		return rapid.MapOfN(text(), anything(depth-1), 0, 3).Draw(t, "map")
	})
}

func trees(depth int) *rapid.Generator[tree] {
	return rapid.Custom(func(t *rapid.T) tree {
		x := tree{
			hidden: hidden{Hidden: text().Draw(t, "hidden")},
			Base:   Base{Created: instant().Draw(t, "created"), By: optional(t, "by", text())},
			Name:   text().Draw(t, "name"),
			Kind:   colour(text().Draw(t, "kind")),
			Count:  rapid.Int().Draw(t, "count"),
			Big:    rapid.Int64().Draw(t, "big"),
			Tiny:   rapid.Int8().Draw(t, "tiny"),
			Share:  number().Draw(t, "share"),
			Set:    optional(t, "set", rapid.Bool()),
			At:     instant().Draw(t, "at"),
			Last:   optional(t, "last", instant()),
			Data:   list(t, "data", rapid.Byte()),
			Raw:    rapid.SampledFrom([]json.RawMessage{nil, json.RawMessage(`null`), json.RawMessage(`{"a":[1, 2.0]}`)}).Draw(t, "raw"),
			Kinds:  list(t, "kinds", rapid.SampledFrom([]colour{"RED", ""})),
			ByKind: table(t, "by kind", rapid.SampledFrom([]colour{"RED", "a.b", ""}), rapid.Int64()),
			ByText: table(t, "by text", text(), rapid.MapOfN(text(), rapid.Bool(), 0, 2)),
			Free:   anything(2).Draw(t, "free"),
		}
		if depth > 0 {
			x.Children = list(t, "children", trees(depth-1))
			x.Next = optional(t, "next", trees(depth-1))
		}
		return x
	})
}

// TestRoundTrip: whatever goes in comes out, and always has the same bytes.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := trees(2).Draw(t, "tree")
		id := text().Draw(t, "id")
		stored, err := Encode(id, &in)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Encode(id, in)
		if err != nil || string(again) != string(stored) {
			t.Fatalf("a value and a pointer to it differ, or twice is not the same: %v", err)
		}
		out := tree{Name: "before", Free: 1, Kinds: []colour{"before"}}
		if err := Decode(stored, &out); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(in, out, cmp.AllowUnexported(tree{})); diff != "" {
			t.Fatalf("(-in +out):\n%s", diff)
		}
		if got, err := ID(stored); err != nil || got != id {
			t.Fatalf("id %q came back as %q, %v", id, got, err)
		}
		copyOf(t, id, stored)
	})
}

// copyOf checks that a document copied as a Raw is the same.
func copyOf(t *rapid.T, id string, stored []byte) {
	var raw Raw
	if err := Decode(stored, &raw); err != nil {
		t.Fatal(err)
	}
	again, err := Encode(id, raw)
	if err != nil || string(again) != string(stored) {
		t.Fatalf("copied as it is, a document differs: %v", err)
	}
}

func TestHowItReads(t *testing.T) {
	by := "A1"
	at := time.Date(2026, 3, 2, 13, 0, 0, 999_999, time.FixedZone("", 3600))
	for _, c := range []struct {
		doc  any
		want string
	}{
		{nil, `{"_id":"x"}`},
		{map[string]any(nil), `{"_id":"x"}`},
		{map[colour]any{"b": 1, "a": "t", "a.b": nil}, `{"_id":"x","a":"t","a%2Eb":null,"b":{"$numberLong":"1"}}`},
		{Base{Created: at, By: &by}, `{"_id":"x","created":{"$date":{"$numberLong":"1772452800000"}},"by":"A1"}`},
		{struct {
			*Base
			Named *Base `json:"named"`
			Raw   json.RawMessage
			Not   string `json:"-"`
			//lint:ignore SA5008 encoding/json names the field "-"
			Dash string `json:"-,"`
		}{Base: &Base{Created: at}, Raw: json.RawMessage(`{"a": 1}`), Not: "never"}, `{"_id":"x","created":{"$date":{"$numberLong":"1772452800000"}},"named":null,"Raw":"{\"a\": 1}","-":""}`},
		{struct{ *Base }{}, `{"_id":"x"}`},
	} {
		stored, err := Encode("x", c.doc)
		if err != nil {
			t.Errorf("%T: %v", c.doc, err)
			continue
		}
		got, err := bson.MarshalExtJSON(bson.Raw(stored), true, false)
		if err != nil || string(got) != c.want {
			t.Errorf("%T:\n got %s\nwant %s (%v)", c.doc, got, c.want, err)
		}
	}
}

func TestRefused(t *testing.T) {
	type loop struct{ F func() }
	type lost struct{ *hidden }
	for _, doc := range []any{
		"text", 1,
		[]string{"a"},
		[]byte("{}"),
		loop{},
		lost{},
		map[float64]int{1: 1},
		map[string]any{"\xff": 1},
		map[string]any{"c": make(chan int)},
		Raw("no BSON"),
	} {
		if _, err := Encode("x", doc); err == nil {
			t.Errorf("%T was taken for a document", doc)
		}
	}
	good, err := Encode("x", map[string]string{"text": "secret words"})
	if err != nil {
		t.Fatal(err)
	}
	var into struct {
		Text int64 `json:"text"`
	}
	if err := Decode(good, &into); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a text as a number: %v", err)
	}
	if err := Decode(good, into); err == nil {
		t.Error("decoded into no pointer")
	}
	for n := range good {
		if err := Decode(good[:n], &into); err == nil {
			t.Errorf("%d of %d bytes were taken for the whole", n, len(good))
		}
	}
}

func TestKeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := text().Draw(t, "a"), text().Draw(t, "b")
		stored, err := escapeKey(a)
		if err != nil {
			t.Fatal(err)
		}
		if stored == "" || stored == "_id" || strings.ContainsAny(stored, ".$\x00") {
			t.Fatalf("%q is stored as %q", a, stored)
		}
		if back, err := unescapeKey(stored); err != nil || back != a {
			t.Fatalf("%q came back as %q, %v", a, back, err)
		}
		if other, _ := escapeKey(b); a != b && other == stored {
			t.Fatalf("%q and %q are both stored as %q", a, b, stored)
		}
	})
	for _, bad := range []string{"a%", "%4", "%zz", "a%2"} {
		if got, err := unescapeKey(bad); err == nil {
			t.Errorf("%q was read as %q", bad, got)
		}
	}
}

func ExampleEncode() {
	stored, err := Encode("0k3v", struct {
		Number string `json:"number"`
		Late   bool   `json:"late,omitempty"`
	}{Number: "PUI-2026-1"})
	fmt.Println(bson.Raw(stored), err)
	// Output: {"_id": "0k3v","number": "PUI-2026-1"} <nil>
}
