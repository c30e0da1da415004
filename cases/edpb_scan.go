package cases

import (
	"strconv"
	"strings"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// edpbValue is what was entered in one field: texts (one, or several of a list), a
// number or a flag.
type edpbValue struct {
	texts  []string
	number *int64
	flag   *bool
}

func (v edpbValue) first() string {
	if len(v.texts) == 0 {
		return ""
	}
	return v.texts[0]
}

// written is the value as prose.
func (v edpbValue) written() string {
	if v.number != nil {
		return strconv.FormatInt(*v.number, 10)
	}
	return strings.Join(v.texts, "\n")
}

// edpbScanner reads a payload and finds what breaks the contract.
type edpbScanner struct {
	scanner
	zone   *time.Location
	values map[int]edpbValue
	faults []workflow.Fault
}

func (s *edpbScanner) fault(path, code, message string) {
	if len(s.faults) < maxFaults {
		s.faults = append(s.faults, workflow.Fault{Path: path, Code: code, Message: message})
	}
}

func (s *edpbScanner) payload() bool {
	if s.peek() != '{' {
		s.fault("", "wrong_type", "A notification is an object of fields.")
		return s.skip(0) && s.end()
	}
	seen := make(map[int]bool, len(edpbTable))
	ok := s.object(1, func(key []byte) bool {
		row, known := edpbRowOf(string(key))
		if !known {
			s.fault("/"+shownKey(string(key)), "unknown_field", "The EDPB contract has no such field.")
			return s.skip(1)
		}
		if seen[row.number] {
			return s.fail(codeDuplicateKey, "A key is given twice in the same object")
		}
		seen[row.number] = true
		return s.field(row)
	})
	return ok && s.end()
}

// field reads the value of a row in whatever type it comes, and checks it.
func (s *edpbScanner) field(row *edpbRow) (ok bool) {
	var v edpbValue
	path := "/" + row.key
	switch c := s.peek(); {
	case c == '"':
		var b []byte
		if b, ok = s.text(); !ok {
			return false
		}
		if text := s.entered(path, b); text != "" {
			v.texts = []string{text}
		}
	case c == '[' && row.takesList():
		if v.texts, ok = s.texts(row, path); !ok {
			return false
		}
	case (c == 't' || c == 'f') && (row.form == edpbFlag || row.number == 29):
		yes := c == 't'
		v.flag, v.texts = &yes, []string{strconv.FormatBool(yes)}
		return s.word(v.texts[0]) && s.accept(row, path, v)
	case (c == '-' || isDigit(c)) && row.form == edpbNumber:
		var b []byte
		if b, ok = s.number(); !ok {
			return false
		}
		v.texts = []string{string(b)}
	case c == 'n':
		return s.word("null")
	default:
		s.fault(path, "wrong_type", row.wanted())
		return s.skip(1)
	}
	if len(v.texts) == 0 {
		return true // nothing was entered
	}
	return s.accept(row, path, v)
}

// texts reads a list of texts. The lists about the other parties belong together
// one by one, so an empty text keeps its place there; nothing but empty texts is
// nothing.
func (s *edpbScanner) texts(row *edpbRow, path string) (texts []string, ok bool) {
	nothing := true
	ok = s.list(2, func(i int) bool {
		if s.peek() != '"' {
			s.fault(path+"/"+strconv.Itoa(i), "wrong_type", "This must be a text.")
			return s.skip(2)
		}
		b, ok := s.text()
		if !ok || i >= maxList {
			return ok
		}
		if text := s.entered(path, b); text != "" || row.form == edpbList {
			texts = append(texts, text)
			nothing = nothing && text == ""
		}
		return true
	})
	if nothing {
		return nil, ok
	}
	return texts, ok
}

// entered is a text without the white space around it.
func (s *edpbScanner) entered(path string, raw []byte) string {
	text, code, message := readText(raw, maxText)
	if code != "" {
		s.fault(path, code, message)
	}
	return strings.TrimSpace(text)
}

// takesList says whether a list of texts will do for a row. Senders' tools write a
// list wherever more than one letter can be ticked, and for some single ones too.
func (r *edpbRow) takesList() bool {
	return r.form == edpbCode || r.form == edpbCodes || r.form == edpbList
}

func (r *edpbRow) wanted() string {
	switch r.form {
	case edpbNumber:
		return "This must be a whole number."
	case edpbFlag:
		return "This must be true or false."
	case edpbCodes, edpbList:
		return "This must be a text or a list of texts."
	}
	return "This must be a text."
}

// accept checks what was entered against the row and keeps it.
func (s *edpbScanner) accept(row *edpbRow, path string, v edpbValue) bool {
	code, message := "", ""
	switch row.form {
	case edpbCode, edpbCodes:
		v.texts, code, message = row.splitLetters(v.texts)
	case edpbNumber:
		v.number, code, message = wholeNumber(v.first())
	case edpbFlag:
		v.flag, code, message = yesOrNo(v.first())
	case edpbDate:
		date, _, _ := strings.Cut(v.first(), "T") // some forms send midnight with it
		v.texts = []string{date}
		code, message = Date(date).Check()
	case edpbInstant:
		if _, refused := readTime(v.first(), s.zone); refused != nil && !isTimeQuestion(refused) {
			code, message = refused.Code, refused.Message
		}
	case edpbProse:
		code, message = row.fits(v.first())
	}
	if code != "" {
		s.fault(path, code, message)
		return true
	}
	s.values[row.number] = v
	return true
}

// fits checks a text against the length of the field that it fills.
func (r *edpbRow) fits(text string) (code, message string) {
	if r.path == "" {
		return "", ""
	}
	return tooLong(text, fieldTable[fieldByPath[r.path]].plan.limit)
}

// splitLetters takes letters apart that came in one text ("a,c"), and checks them.
func (r *edpbRow) splitLetters(texts []string) (letters []string, code, message string) {
	for _, text := range texts {
		for _, letter := range strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ';' || c == ' ' }) {
			if _, known := r.code(letter); !known {
				return nil, "unknown_code", "This is not one of the letters of the field."
			}
			letters = append(letters, letter)
		}
	}
	letters = unique(letters)
	if r.form == edpbCode && len(letters) > 1 {
		return nil, "wrong_type", "Only one letter can be given here."
	}
	return letters, "", ""
}

func wholeNumber(s string) (n *int64, code, message string) {
	i, err := strconv.ParseInt(s, 10, 64)
	switch {
	case err != nil:
		return nil, "wrong_type", "This must be a whole number."
	case i < 0:
		return nil, "negative", "This number cannot be below zero."
	}
	return &i, "", ""
}

func yesOrNo(s string) (flag *bool, code, message string) {
	yes, known := yesNoWord(s)
	if !known {
		return nil, "wrong_type", "This must be true or false."
	}
	return &yes, "", ""
}
