package archive

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/vaka-project/vaka/cases"
)

// longest is how long a line may be: a document of 16 MB, which is the most that
// MongoDB takes, with its binary data in base64.
const longest = 32 << 20

// readLines reads a file from its header to its trailer. It hands each document
// on, and calls end after the last. An error names the line.
func readLines(ctx context.Context, r io.Reader, document func(item) error, end func() error) error {
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 1<<16), longest)
	in.Split(wholeLines)
	sum := sha256.New()
	number, documents := int64(0), int64(0)
	at := func(err error) error { return fmt.Errorf("line %d: %w", number, err) }
	for in.Scan() {
		number++
		text := in.Bytes()
		if err := ctx.Err(); err != nil {
			return err
		}
		if number == 1 {
			if err := checkHeader(text); err != nil {
				return at(err)
			}
		} else if bytes.HasPrefix(text, []byte(`{"documents":`)) {
			if err := checkTrailer(text, trailer{documents, hex.EncodeToString(sum.Sum(nil))}); err != nil {
				return at(err)
			}
			if err := end(); err != nil {
				return at(err)
			}
			if in.Scan() {
				number++
				return at(errors.New("something follows the end of the export"))
			}
			return in.Err()
		} else {
			it, err := read(text)
			if err != nil {
				return at(err)
			}
			if err := document(it); err != nil {
				return at(err)
			}
			documents++
		}
		sum.Write(text)
		sum.Write([]byte("\n"))
	}
	number++
	switch err := in.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return at(errors.New("the line is longer than any document"))
	case err != nil:
		return at(err)
	case number == 1:
		return errors.New("the file is empty")
	}
	return at(errors.New("the file was cut short: its last line is missing"))
}

// wholeLines splits at line breaks only. A rest without one is handed on, too;
// no rest of a valid line is a valid line itself.
func wholeLines(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}

func checkHeader(text []byte) error {
	var h header
	if err := json.Unmarshal(text, &h); err != nil || h.Version == 0 {
		return errors.New("this is no export of Vaka")
	}
	if h.Version != version {
		return fmt.Errorf("this export has version %d of the format; this vaka reads version %d", h.Version, version)
	}
	// An earlier vaka knew fewer collections; its exports are read as well.
	if len(h.Collections) == 0 || !inOrder(h.Collections) {
		return errors.New("the header does not name the collections of an export")
	}
	return nil
}

// inOrder says whether collections are some of those of an export, in their order.
func inOrder(named []cases.Collection) bool {
	rest := exported
	for _, in := range named {
		at := slices.Index(rest, in)
		if at < 0 {
			return false
		}
		rest = rest[at+1:]
	}
	return true
}

func checkTrailer(text []byte, want trailer) error {
	var got trailer
	if err := json.Unmarshal(text, &got); err != nil {
		return errors.New("the last line cannot be read")
	}
	if got.Documents != want.Documents {
		return fmt.Errorf("the export holds %d documents, and says that it has %d", want.Documents, got.Documents)
	}
	if got.SHA256 != want.SHA256 {
		return errors.New("the export was altered: its SHA-256 is not the one in its last line")
	}
	return nil
}
