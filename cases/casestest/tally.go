package casestest

import (
	"fmt"

	"github.com/vaka-project/vaka/cases"
)

// Added is the only kind of event that a Tally has.
const Added cases.EventKind = "ADDED"

// Addition is the payload of Added.
type Addition struct {
	N    int64  `json:"n"`
	Note string `json:"note,omitempty"`
}

// Tally is a record that adds numbers up.
type Tally struct {
	Version int64    `json:"version"`
	Head    string   `json:"head"`
	Sum     int64    `json:"sum"`
	Notes   []string `json:"notes"`
}

var _ cases.Folded = (*Tally)(nil)

// Apply takes the next event in. One that is not the next, or is not bound to
// the last, is an error.
func (t *Tally) Apply(e cases.Event) error {
	if e.Header.Seq != t.Version+1 || e.Header.Prev != t.Head {
		return fmt.Errorf("event %d does not follow version %d", e.Header.Seq, t.Version)
	}
	var a Addition
	if err := e.Read(&a); err != nil {
		return err
	}
	t.Version, t.Head, t.Sum = e.Header.Seq, e.Header.Hash(), t.Sum+a.N
	if a.Note != "" {
		t.Notes = append(t.Notes, a.Note)
	}
	return nil
}

// Stand implements cases.Folded.
func (t *Tally) Stand() (version int64, head string) { return t.Version, t.Head }

// Total is the small document beside a Tally, as a summary is beside a case.
type Total struct {
	Version int64 `json:"version"`
	Sum     int64 `json:"sum"`
}

// Tallies is a log of tallies in a store. They lie in the collections of cases
// and summaries.
func Tallies(s cases.Store) cases.Log[Tally, *Tally] {
	return cases.Log[Tally, *Tally]{Store: s, In: cases.Cases}
}

// TalliesWithTotals is a log of tallies with the small document beside each
// tally, under the tally's id.
func TalliesWithTotals(s cases.Store, id string) cases.Log[Tally, *Tally] {
	l := Tallies(s)
	l.Also = func(t *Tally) []cases.Picture {
		return []cases.Picture{{In: cases.Summaries, ID: id, Version: t.Version, Doc: Total{Version: t.Version, Sum: t.Sum}}}
	}
	return l
}
