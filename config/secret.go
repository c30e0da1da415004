package config

import (
	"fmt"
	"io"
)

// hidden stands wherever a secret would be printed.
const hidden = "(hidden)"

// Secret is a text that prints itself as "(hidden)" whatever verb, encoder or
// logger it meets, so that a careless line cannot give it away. A conversion,
// string(c.MongoURI), reads it: that can be searched for. The zero value is no
// secret and prints as nothing.
type Secret string

// String returns the cover, never the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// Format covers every verb of fmt; a String method alone would leave %d and %#v.
func (s Secret) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, s.String()) // fmt.State does not fail
}

// MarshalText covers encoding/json, log/slog and the TOML encoder.
func (s Secret) MarshalText() ([]byte, error) {
	return []byte(s.String()), nil
}
