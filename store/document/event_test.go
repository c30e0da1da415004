package document

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/bson"
	"pgregory.net/rapid"

	"github.com/vaka-project/vaka/cases"
)

func events() *rapid.Generator[cases.Event] {
	return rapid.Custom(func(t *rapid.T) cases.Event {
		return cases.Event{
			Header: cases.Header{
				Record: text().Draw(t, "record"), Seq: rapid.Int64Range(1, 1<<40).Draw(t, "seq"),
				Kind: cases.EventKind(text().Draw(t, "kind")), At: instant().Draw(t, "at"), Actor: text().Draw(t, "actor"),
				Command: text().Draw(t, "command"), Digest: text().Draw(t, "digest"), Prev: text().Draw(t, "prev"),
			},
			Payload: list(t, "payload", rapid.Byte()),
			Salt:    list(t, "salt", rapid.Byte()),
		}
	})
}

func TestEventRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := events().Draw(t, "event")
		stored, err := EncodeEvent(in)
		if err != nil {
			t.Fatal(err)
		}
		out, err := DecodeEvent(stored)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(in, out); diff != "" {
			t.Fatalf("(-in +out):\n%s", diff)
		}
		if in.Header.Hash() != out.Header.Hash() {
			t.Fatal("the header's hash changed")
		}
	})
}

func sample(t testing.TB) []byte {
	stored, err := EncodeEvent(cases.Event{
		Header:  cases.Header{Record: "r", Seq: 2, Kind: "K", At: time.UnixMilli(1).UTC(), Actor: "a", Command: "c", Digest: "d", Prev: "p"},
		Payload: []byte(`{}`), Salt: []byte("salt"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

func TestEventsAreReadStrictly(t *testing.T) {
	var whole bson.D
	if err := bson.Unmarshal(sample(t), &whole); err != nil {
		t.Fatal(err)
	}
	decode := func(d bson.D) error {
		stored, err := bson.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		_, err = DecodeEvent(stored)
		return err
	}
	if err := decode(whole); err != nil {
		t.Fatal(err)
	}
	may := map[string]bool{"prev": true, "payload": true, "salt": true}
	for i, e := range whole {
		without := append(append(bson.D{}, whole[:i]...), whole[i+1:]...)
		if err := decode(without); (err == nil) != may[e.Key] {
			t.Errorf("without %s: %v", e.Key, err)
		}
		other := append(bson.D{}, whole...)
		other[i].Value = true
		if decode(other) == nil {
			t.Errorf("%s of another type was read", e.Key)
		}
		if decode(append(append(bson.D{}, whole...), e)) == nil {
			t.Errorf("%s twice was read", e.Key)
		}
	}
	if decode(append(append(bson.D{}, whole...), bson.E{Key: "more", Value: "x"})) == nil {
		t.Error("a field too many was read")
	}
	if whole[0] = (bson.E{Key: "_id", Value: "r/00000003"}); decode(whole) == nil {
		t.Error("an event under another's key was read")
	}
}

// FuzzDecodeEvent: whatever lies in a store, reading it neither panics nor takes
// a document for an event that would be written differently.
func FuzzDecodeEvent(f *testing.F) {
	whole := sample(f)
	f.Add(whole)
	f.Add(whole[:len(whole)-9])
	f.Add([]byte{5, 0, 0, 0, 0})
	f.Add([]byte{0, 0, 0, 0, '0'})                          // a length that no document has
	f.Add([]byte{13, 0, 0, 0, 3, 'a', 0, 1, 0, 0, 0, 0, 0}) // and one inside another document
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, stored []byte) {
		e, err := DecodeEvent(stored)
		if err != nil {
			return
		}
		again, err := EncodeEvent(e)
		if err != nil {
			t.Fatal(err)
		}
		second, err := DecodeEvent(again)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(e, second); diff != "" {
			t.Fatalf("read, written and read again (-first +second):\n%s", diff)
		}
	})
}
