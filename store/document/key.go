package document

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Map keys come from people and other systems. MongoDB and the servers of its
// protocol read a dot as a path and a leading dollar as an operator, some refuse
// an empty key or stumble over a control character or a quotation mark in one,
// BSON cannot hold a NUL there, and _id is ours. Such a key is escaped with percent
// signs as in a URL; an ordinary key is left alone.

// escaped says whether a byte of a key is escaped, wherever it stands.
func escaped(c byte) bool { return c < ' ' || c == 0x7f || strings.IndexByte(`%.$"\`, c) >= 0 }

// emptyKey stands for "". No other key is spelled so, since a percent sign is
// itself escaped and so is always followed by two digits.
const emptyKey = "%"

// escapeKey spells a map key so that every engine takes it.
func escapeKey(k string) (string, error) {
	switch k {
	case "":
		return emptyKey, nil
	case idField:
		return "%5F" + k[1:], nil
	}
	if !utf8.ValidString(k) {
		return "", fmt.Errorf("a map key is not valid UTF-8")
	}
	var b strings.Builder
	for i := range len(k) {
		if escaped(k[i]) {
			fmt.Fprintf(&b, "%%%02X", k[i])
		} else {
			b.WriteByte(k[i])
		}
	}
	return b.String(), nil
}

// unescapeKey reads back what escapeKey spelled.
func unescapeKey(s string) (string, error) {
	if s == emptyKey {
		return "", nil
	}
	if !strings.Contains(s, "%") {
		return s, nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", fmt.Errorf("a stored map key ends within an escape")
		}
		hi, lo := strings.IndexByte(hexDigits, s[i+1]), strings.IndexByte(hexDigits, s[i+2])
		if hi < 0 || lo < 0 {
			return "", fmt.Errorf("a stored map key holds an escape that is none")
		}
		b.WriteByte(byte(hi<<4 | lo))
		i += 2
	}
	return b.String(), nil
}

const hexDigits = "0123456789ABCDEF"
