package web

import (
	"strings"
	"unicode"
)

// span is a part of a text that was compared with an earlier one.
type span struct {
	Kind spanKind
	Text string
}

// spanKind says what became of a part of a text.
type spanKind string

const (
	kept     spanKind = "kept"
	taken    spanKind = "taken" // was there, and is no more
	inserted spanKind = "inserted"
)

// mostEdits bounds how far two texts are compared word by word. Texts that differ
// more are no longer read as one text that was edited, and are shown whole.
const mostEdits = 1000

// compareWords says how a text became another, word by word and in the order in
// which it is read: what was taken away stands before what came in its place.
func compareWords(before, after string) []span {
	a, b := wordsOf(before), wordsOf(after)
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var out spans
	out.add(kept, a[:head]...)
	out.middle(a[head:len(a)-tail], b[head:len(b)-tail])
	out.add(kept, a[len(a)-tail:]...)
	return out
}

// wordsOf parts a text into words, each with the space after it, so that the
// parts together are the text.
func wordsOf(text string) []string {
	var out []string
	begin, space := 0, false
	for i, r := range text {
		if space && !unicode.IsSpace(r) {
			out = append(out, text[begin:i])
			begin = i
		}
		space = unicode.IsSpace(r)
	}
	if begin < len(text) {
		out = append(out, text[begin:])
	}
	return out
}

// spans gathers parts; neighbours of one kind become one.
type spans []span

func (s *spans) add(kind spanKind, words ...string) {
	if len(words) == 0 {
		return
	}
	text := strings.Join(words, "")
	if n := len(*s); n > 0 && (*s)[n-1].Kind == kind {
		(*s)[n-1].Text += text
		return
	}
	*s = append(*s, span{kind, text})
}

// middle compares what lies between the common beginning and end by the shortest
// way of edits (Myers 1986).
func (s *spans) middle(a, b []string) {
	trace, ok := edits(a, b)
	if !ok {
		s.add(taken, a...)
		s.add(inserted, b...)
		return
	}
	type edit struct {
		kind spanKind
		word string
	}
	var back []edit
	x, y := len(a), len(b)
	for d := len(trace) - 1; d > 0; d-- {
		v, k := trace[d-1], x-y
		from := k + 1 // down: a word of b came in
		if k == d || k != -d && v[d-1+k-1] >= v[d-1+k+1] {
			from = k - 1
		}
		fromX := v[d-1+from]
		fromY, stepX := fromX-from, 0
		if from == k-1 {
			stepX = 1
		}
		for x > fromX+stepX {
			x--
			back = append(back, edit{kept, a[x]})
		}
		if stepX == 1 {
			back = append(back, edit{taken, a[fromX]})
		} else {
			back = append(back, edit{inserted, b[fromY]})
		}
		x, y = fromX, fromY
	}
	for x > 0 {
		x--
		back = append(back, edit{kept, a[x]})
	}
	var came []string // held back until what it replaces has been said
	for i := len(back) - 1; i >= 0; i-- {
		switch e := back[i]; e.kind {
		case inserted:
			came = append(came, e.word)
		case kept:
			s.add(inserted, came...)
			came = nil
			s.add(kept, e.word)
		default:
			s.add(taken, e.word)
		}
	}
	s.add(inserted, came...)
}

// edits finds for each number of edits how far along each diagonal one comes; the
// entry of diagonal k in trace[d] is at d+k. It gives up beyond mostEdits.
func edits(a, b []string) (trace [][]int, ok bool) {
	for d := 0; d <= len(a)+len(b); d++ {
		if d > mostEdits {
			return nil, false
		}
		v := make([]int, 2*d+1)
		trace = append(trace, v)
		for k := -d; k <= d; k += 2 {
			x := 0
			if d > 0 {
				last := trace[d-1]
				left, right := -1, -1
				if i := d - 1 + k - 1; i >= 0 && i < len(last) {
					left = last[i] + 1
				}
				if i := d - 1 + k + 1; i >= 0 && i < len(last) {
					right = last[i]
				}
				x = max(left, right)
			}
			y := x - k
			for x < len(a) && y < len(b) && x >= 0 && y >= 0 && a[x] == b[y] {
				x, y = x+1, y+1
			}
			v[d+k] = x
			if x >= len(a) && y >= len(b) {
				return trace, true
			}
		}
	}
	return trace, true
}
