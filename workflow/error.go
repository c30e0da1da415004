package workflow

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what sort of refusal an Error is. The web room maps each kind to
// one HTTP status; nobody else thinks in statuses.
type Kind string

// The kinds of refusal.
const (
	Malformed       Kind = "malformed"       // cannot be read at all
	Invalid         Kind = "invalid"         // was read, and breaks a rule
	Unauthenticated Kind = "unauthenticated" // who is asking is not established
	Forbidden       Kind = "forbidden"       // known, may see it, may not do it
	NotFound        Kind = "not_found"       // not there, or not to be seen
	Conflict        Kind = "conflict"        // the record's state does not allow it
	Stale           Kind = "stale"           // somebody was faster
	Unprocessable   Kind = "guard"           // a named guard of the procedure is not met
	TooMany         Kind = "too_many"        // a limit was reached; later it works
	Unavailable     Kind = "unavailable"     // the store cannot be reached or written
)

// Fault is one thing wrong with one place of an input. Message is a sentence
// for people and never repeats the value that was given.
type Fault struct {
	Path    string `json:"path"`    // JSON Pointer into the input, "" for the whole
	Code    string `json:"code"`    // stable, language-independent
	Message string `json:"message"` // English; the pages translate by code
}

// Error is a refusal that is meant to be read by whoever asked. Any other error
// is internal and its text never leaves the program.
type Error struct {
	Kind    Kind
	Code    string  // stable, language-independent
	Message string  // one sentence for people, without the rejected input
	Faults  []Fault // every fault at once, where there are several
	State   State   // the record's state now, for Conflict and Stale
	Version int64   // the record's version now, for Stale
	cause   error
}

// Refuse makes an Error of one sentence.
func Refuse(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Message: fmt.Sprintf(format, args...)}
}

// RefuseFaults makes an Error out of everything that is wrong with an input.
func RefuseFaults(code, message string, faults []Fault) *Error {
	return &Error{Kind: Invalid, Code: code, Message: message, Faults: faults}
}

// Because keeps the internal cause for the log; it is never shown.
func (e *Error) Because(cause error) *Error {
	e.cause = cause
	return e
}

// Error is the public sentence with its faults' paths and codes.
func (e *Error) Error() string {
	if len(e.Faults) == 0 {
		return e.Message
	}
	var b strings.Builder
	b.WriteString(e.Message)
	for _, f := range e.Faults {
		fmt.Fprintf(&b, "; %s: %s", f.Path, f.Code)
	}
	return b.String()
}

// Unwrap gives the log the internal cause.
func (e *Error) Unwrap() error { return e.cause }

// KindOf is the kind of err, or "" when it is nil or internal.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return ""
}
