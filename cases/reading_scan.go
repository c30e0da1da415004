package cases

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/vaka-project/vaka/workflow"
)

// maxDepth bounds how deep objects and lists may lie in one another. Nothing that
// is read here needs more than six.
const maxDepth = 32

// The codes of faults that make an input unreadable as a whole.
const (
	codeMalformed    = "malformed_json"
	codeDuplicateKey = "duplicate_key"
	codeInvalidUTF8  = "invalid_utf8"
	codeTooDeep      = "too_deep"
)

// scanner walks through one JSON text. Its methods return false once the text
// turns out to be broken; broken then says where and how, without quoting it.
type scanner struct {
	raw    []byte
	pos    int
	broken *workflow.Fault
}

// fail records where the text breaks.
func (s *scanner) fail(code, what string) bool {
	if s.broken == nil {
		line := 1 + bytes.Count(s.raw[:min(s.pos, len(s.raw))], []byte{'\n'})
		s.broken = &workflow.Fault{
			Code:    code,
			Message: fmt.Sprintf("%s at byte %d, line %d.", what, s.pos, line),
		}
	}
	return false
}

func (s *scanner) malformed() bool { return s.fail(codeMalformed, "This is not valid JSON") }

// checkUTF8 refuses bytes that are not UTF-8 before anything is read.
func (s *scanner) checkUTF8() bool {
	if utf8.Valid(s.raw) {
		return true
	}
	for s.pos < len(s.raw) {
		r, size := utf8.DecodeRune(s.raw[s.pos:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		s.pos += size
	}
	return s.fail(codeInvalidUTF8, "The text is not UTF-8")
}

// peek skips white space and returns the next byte, or 0 at the end.
func (s *scanner) peek() byte {
	for s.pos < len(s.raw) {
		switch c := s.raw[s.pos]; c {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return c
		}
	}
	return 0
}

// end says whether nothing but white space is left.
func (s *scanner) end() bool {
	if s.peek(); s.pos < len(s.raw) {
		return s.malformed()
	}
	return true
}

// word consumes one of true, false and null.
func (s *scanner) word(w string) bool {
	if len(s.raw)-s.pos < len(w) || string(s.raw[s.pos:s.pos+len(w)]) != w {
		return s.malformed()
	}
	s.pos += len(w)
	return true
}

// text consumes a string and returns what it says. The bytes are part of the input
// where nothing was escaped, so whoever keeps them copies them.
func (s *scanner) text() (b []byte, ok bool) {
	if s.peek() != '"' {
		return nil, s.malformed()
	}
	s.pos++
	start := s.pos
	for s.pos < len(s.raw) {
		switch c := s.raw[s.pos]; {
		case c == '"':
			s.pos++
			return s.raw[start : s.pos-1], true
		case c == '\\':
			return s.escapedText(start)
		case c < ' ':
			return nil, s.malformed()
		default:
			s.pos++
		}
	}
	return nil, s.malformed()
}

// escapedText goes on with a string at its first escape.
func (s *scanner) escapedText(start int) (b []byte, ok bool) {
	b = append(make([]byte, 0, s.pos-start+64), s.raw[start:s.pos]...)
	for s.pos < len(s.raw) {
		switch c := s.raw[s.pos]; {
		case c == '"':
			s.pos++
			return b, true
		case c == '\\':
			if b, ok = s.escape(b); !ok {
				return nil, false
			}
		case c < ' ':
			return nil, s.malformed()
		default:
			b = append(b, c)
			s.pos++
		}
	}
	return nil, s.malformed()
}

// escape appends what the escape at the position stands for.
func (s *scanner) escape(b []byte) ([]byte, bool) {
	if s.pos+1 >= len(s.raw) {
		return nil, s.malformed()
	}
	c := s.raw[s.pos+1]
	if c == 'u' {
		r, ok := s.escapedRune()
		return utf8.AppendRune(b, r), ok
	}
	i := bytes.IndexByte([]byte(`"\/bfnrt`), c)
	if i < 0 {
		return nil, s.malformed()
	}
	s.pos += 2
	return append(b, "\"\\/\b\f\n\r\t"[i]), true
}

// escapedRune consumes \uXXXX, or the pair of them that stands for a character
// beyond the first 65,536. Half a pair is no character, and is refused.
func (s *scanner) escapedRune() (rune, bool) {
	r, ok := s.hex4()
	if !ok || !utf16.IsSurrogate(r) {
		return r, ok
	}
	if s.pos+1 < len(s.raw) && s.raw[s.pos] == '\\' && s.raw[s.pos+1] == 'u' {
		low, ok := s.hex4()
		if !ok {
			return 0, false
		}
		if whole := utf16.DecodeRune(r, low); whole != utf8.RuneError {
			return whole, true
		}
	}
	return 0, s.fail(codeInvalidUTF8, "Half a character")
}

func (s *scanner) hex4() (rune, bool) {
	const length = len(`\u0000`)
	if s.pos+length > len(s.raw) {
		return 0, s.malformed()
	}
	n, err := strconv.ParseUint(string(s.raw[s.pos+2:s.pos+length]), 16, 16)
	if err != nil {
		return 0, s.malformed()
	}
	s.pos += length
	return rune(n), true
}

// number consumes a number and returns its bytes as written.
func (s *scanner) number() (b []byte, ok bool) {
	start := s.pos
	if s.pos < len(s.raw) && s.raw[s.pos] == '-' {
		s.pos++
	}
	whole := s.pos
	if !s.digits() || (s.raw[whole] == '0' && s.pos > whole+1) {
		return nil, s.malformed()
	}
	if s.pos < len(s.raw) && s.raw[s.pos] == '.' {
		s.pos++
		if !s.digits() {
			return nil, s.malformed()
		}
	}
	if s.pos < len(s.raw) && (s.raw[s.pos] == 'e' || s.raw[s.pos] == 'E') {
		s.pos++
		if s.pos < len(s.raw) && (s.raw[s.pos] == '+' || s.raw[s.pos] == '-') {
			s.pos++
		}
		if !s.digits() {
			return nil, s.malformed()
		}
	}
	return s.raw[start:s.pos], true
}

// digits consumes at least one digit.
func (s *scanner) digits() bool {
	start := s.pos
	for s.pos < len(s.raw) && s.raw[s.pos] >= '0' && s.raw[s.pos] <= '9' {
		s.pos++
	}
	return s.pos > start
}

// object consumes an object, calling each with the position after the colon of
// every member; list does the same for every element.
func (s *scanner) object(depth int, each func(key []byte) bool) bool {
	if depth > maxDepth {
		return s.fail(codeTooDeep, "The JSON is nested too deeply")
	}
	s.pos++ // {
	if s.peek() == '}' {
		s.pos++
		return true
	}
	for {
		key, ok := s.text()
		if !ok {
			return false
		}
		if s.peek() != ':' {
			return s.malformed()
		}
		s.pos++
		if !each(key) {
			return false
		}
		if more, ok := s.comma('}'); !more {
			return ok
		}
	}
}

func (s *scanner) list(depth int, each func(i int) bool) bool {
	if depth > maxDepth {
		return s.fail(codeTooDeep, "The JSON is nested too deeply")
	}
	s.pos++ // [
	if s.peek() == ']' {
		s.pos++
		return true
	}
	for i := 0; ; i++ {
		if !each(i) {
			return false
		}
		if more, ok := s.comma(']'); !more {
			return ok
		}
	}
}

// comma consumes what stands between two members: more follows, or the closing
// byte was read.
func (s *scanner) comma(closing byte) (more, ok bool) {
	switch s.peek() {
	case ',':
		s.pos++
		return true, true
	case closing:
		s.pos++
		return false, true
	}
	return false, s.malformed()
}

// skip consumes a value that nobody wants, and still checks its form.
func (s *scanner) skip(depth int) (ok bool) {
	switch c := s.peek(); c {
	case '{':
		return s.object(depth+1, func([]byte) bool { return s.skip(depth + 1) })
	case '[':
		return s.list(depth+1, func(int) bool { return s.skip(depth + 1) })
	case '"':
		_, ok = s.text()
	case 't':
		return s.word("true")
	case 'f':
		return s.word("false")
	case 'n':
		return s.word("null")
	default:
		if c != '-' && (c < '0' || c > '9') {
			return s.malformed()
		}
		_, ok = s.number()
	}
	return ok
}
