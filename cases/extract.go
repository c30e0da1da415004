package cases

import (
	"slices"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// Extract is everything that a query found, in its order, to be read case by case:
// a hundred thousand summaries at once would take as much memory as the board.
type Extract struct {
	board  *Board
	viewer Actor
	at     []int32
}

// Extract finds all cases of a query, on whatever page, at now. More than most are
// refused, so that nobody takes a part for the whole.
func (b *Board) Extract(q Query, viewer Actor, now time.Time, most int) (*Extract, error) {
	if err := q.allowed(viewer); err != nil {
		return nil, err
	}
	q.Cursor = ""
	if _, err := q.normalise(); err != nil {
		return nil, err
	}
	b.read()
	defer b.mu.RUnlock()
	wanted, all := b.sieve(&q, viewer, now), b.leaders(&q, place{})
	e := &Extract{board: b, viewer: viewer}
	for k := range b.order {
		if i := b.arrived(&q, k); wanted.passes(i) {
			e.at = append(e.at, i)
		}
	}
	if len(e.at) > most {
		return nil, workflow.Refuse(workflow.Unprocessable, "too_many_rows",
			"The list holds %d cases, and a file takes at most %d. Narrow the list down, for example by when they were received.", len(e.at), most)
	}
	if !q.Sort.byArrival() {
		for _, i := range e.at {
			all.kept = append(all.kept, all.rank(i))
		}
		e.at = all.inOrder()
	}
	return e, nil
}

// Len is how many cases were found.
func (e *Extract) Len() int { return len(e.at) }

// extractPiece is how many cases are read under one lock.
const extractPiece = 256

// Each visits the cases as they are by then. One that was closed to the viewer
// meanwhile is left out; the summary is valid during the visit.
func (e *Extract) Each(visit func(*Summary) error) error {
	piece := make([]Summary, 0, extractPiece)
	for places := range slices.Chunk(e.at, extractPiece) {
		piece = e.read(piece[:0], places)
		for i := range piece {
			if err := visit(&piece[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *Extract) read(into []Summary, places []int32) []Summary {
	e.board.mu.RLock()
	defer e.board.mu.RUnlock()
	seen := e.board.sight(e.viewer)
	for _, i := range places {
		if seen.sees(i) {
			into = append(into, e.board.summary(i))
		}
	}
	return into
}

// Count says how many cases each of several queries finds, at now, in one scan. All
// of them must be allowed to the viewer.
func (b *Board) Count(queries []Query, viewer Actor, now time.Time) ([]int, error) {
	out := make([]int, len(queries))
	if len(queries) == 0 {
		return out, nil
	}
	for i := range queries {
		if err := queries[i].allowed(viewer); err != nil {
			return nil, err
		}
		queries[i].Cursor = ""
		if _, err := queries[i].normalise(); err != nil {
			return nil, err
		}
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	sieves := make([]*sieve, len(queries))
	for i := range queries {
		sieves[i] = b.sieve(&queries[i], viewer, now)
	}
	for i := range b.rows {
		marks := b.rows[i].marks
		for k, s := range sieves {
			if marks&s.unwanted == 0 && s.passes(int32(i)) {
				out[k]++
			}
		}
	}
	return out, nil
}
