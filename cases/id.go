package cases

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"time"
)

// idText spells ids in lower-case letters and digits that keep their order when
// sorted as text, so that a B-tree takes new records at its end.
var idText = base32.NewEncoding(idLetters).WithPadding(base32.NoPadding)

const idLetters = "0123456789abcdefghjkmnpqrstvwxyz"

// idLength is how many characters spell the 16 bytes of an id.
const idLength = 26

// NewID makes an id nobody can guess: 48 bits of milliseconds, so that new
// records lie together on disk, and 80 random bits.
func NewID(now time.Time) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(now.UnixMilli())<<16)
	if _, err := rand.Read(b[6:]); err != nil {
		panic("no randomness: " + err.Error()) // crypto/rand never fails on a supported system
	}
	return idText.EncodeToString(b[:])
}

// DerivedID makes the same id from the same words for ever. A record whose id is
// derived from an account and its idempotency key claims that key with its own
// first event: no crash can leave the key taken and the record missing.
func DerivedID(words ...string) string {
	h := sha256.New()
	var n [8]byte
	for _, w := range words {
		binary.BigEndian.PutUint64(n[:], uint64(len(w)))
		h.Write(n[:])
		h.Write([]byte(w))
	}
	return idText.EncodeToString(h.Sum(nil)[:16])
}

// IsID says whether s is spelled like an id; it says nothing of whether there
// is such a record.
func IsID(s string) bool {
	if len(s) != idLength {
		return false
	}
	_, err := idText.DecodeString(s)
	return err == nil
}

// idHead is the beginning of an id as a number: of two ids with different heads,
// the one with the smaller head comes first. What is no id has the head 0, which
// says nothing.
func idHead(id string) uint64 {
	if len(id) != idLength {
		return 0
	}
	const letters = 12 // of 5 bits each: all of the time, and more
	var head uint64
	for i := range letters {
		digit := idDigits[id[i]]
		if digit == 0 {
			return 0
		}
		head = head<<5 | uint64(digit-1)
	}
	return head
}

// idDigits holds the value of each letter of an id, plus 1.
var idDigits = func() (digits [256]byte) {
	for i, letter := range idLetters {
		digits[letter] = byte(i + 1)
	}
	return digits
}()
