package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"strings"

	"github.com/vaka-project/vaka/cases"
)

// keyBytes is the strength of a Key, in bytes: 128 bits.
const keyBytes = 16

// Key is what stands for an account where somebody has none: 128 random bits that
// open one case, or one draft. It is given out once and stored nowhere; what is
// stored is a hash of it, as the name of an actor.
type Key [keyBytes]byte

// NewKey makes a key that nobody can guess.
func NewKey() Key { return Key(randomBytes(keyBytes)) }

// keyText spells keys in capital letters and digits that are not taken for each
// other, read aloud or copied by hand (Crockford's base 32: no I, L, O and U).
var keyText = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// Of a key that is spelled: 26 letters hold its bits and two check them, so that
// one slip of the pen is told from a key that is another.
const (
	keyLetters   = 26
	checkLetters = 2
	keyGroup     = 4
)

// String spells a key as people write it down: seven groups of four.
func (k Key) String() string {
	compact := strings.ToUpper(k.Compact())
	var groups []string
	for at := 0; at < len(compact); at += keyGroup {
		groups = append(groups, compact[at:at+keyGroup])
	}
	return strings.Join(groups, "-")
}

// Compact spells a key for an address or a cookie: 28 small letters and digits.
func (k Key) Compact() string { return strings.ToLower(keyText.EncodeToString(k[:]) + k.check()) }

// check is what follows the bits of a key.
func (k Key) check() string {
	sum := sha256.Sum256(append([]byte("vaka key check|"), k[:]...))
	return keyText.EncodeToString(sum[:2])[:checkLetters]
}

// misread maps what a key is mistaken for to what it is, and drops what people
// put between its groups.
var misread = strings.NewReplacer("O", "0", "I", "1", "L", "1", " ", "", "\t", "", "\n", "", "\r", "", "\u00a0", "", "-", "", "‐", "", "‑", "", "–", "", ".", "")

// mostKeyText is the longest text that is looked at for a key, in bytes.
const mostKeyText = 200

// ReadKey reads a key as somebody typed it: in capitals or small letters, with or
// without groups, with O for 0 and I or L for 1. ok is false for what is no key,
// which says nothing of any case.
func ReadKey(text string) (k Key, ok bool) {
	if len(text) > mostKeyText {
		return Key{}, false
	}
	text = misread.Replace(strings.ToUpper(text))
	if len(text) != keyLetters+checkLetters {
		return Key{}, false
	}
	bits, err := keyText.DecodeString(text[:keyLetters])
	if err != nil || len(bits) != keyBytes {
		return Key{}, false
	}
	k = Key(bits)
	// The last letter has two bits more than the key: only one spelling counts.
	if keyText.EncodeToString(bits) != text[:keyLetters] || k.check() != text[keyLetters:] {
		return Key{}, false
	}
	return k, true
}

// CaseHolder is whoever holds the key of a case.
func (k Key) CaseHolder() cases.Actor { return k.holder("case") }

// DraftHolder is whoever holds the private link of a draft. No key of a draft is
// one of a case: the hashes are of different things.
func (k Key) DraftHolder() cases.Actor { return k.holder("draft") }

func (k Key) holder(of string) cases.Actor {
	sum := sha256.Sum256(append([]byte("vaka "+of+" key|"), k[:]...))
	return cases.KeyHolder(hex.EncodeToString(sum[:]))
}

// CaseKey is the key that the case of a draft gets. k is what the browser alone
// holds, and draft what the draft's private link holds too: so sending the same
// form twice gives the same key, which need not be kept to be given out again, and
// whoever was handed the link does not have it.
func (k Key) CaseKey(draft Key) Key {
	mac := hmac.New(sha256.New, k[:])
	mac.Write([]byte("vaka case of draft|"))
	mac.Write(draft[:])
	return Key(mac.Sum(nil)[:keyBytes])
}
