package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"github.com/vaka-project/vaka/workflow"
)

// Argon are the parameters of argon2id. The zero value is not usable;
// DefaultArgon is OWASP's second choice, which a server can afford per sign-in.
type Argon struct {
	Memory  uint32 // KiB
	Time    uint32 // passes
	Threads uint8  // lanes
}

// DefaultArgon takes 19 MiB and some 20 ms of one core.
var DefaultArgon = Argon{Memory: 19 * 1024, Time: 2, Threads: 1}

const (
	saltSize = 16 // bytes
	keySize  = 32 // bytes

	// MaxPassword is the longest password, in characters. It bounds what one
	// request can make the server normalise, not what a person may want.
	MaxPassword = 200
	// DefaultMinPassword is the shortest password, in characters. There are no
	// rules of composition: length is what helps (NIST SP 800-63B, 3.1.1.2).
	DefaultMinPassword = 12

	// hashPatience is how long a sign-in waits for its turn to hash.
	hashPatience = 10 * time.Second
)

// phc is a password hash in the PHC string format.
type phc struct {
	argon     Argon
	salt, key []byte
}

var (
	errNotPHC = errors.New("not an argon2id hash in PHC form")
	b64       = base64.RawStdEncoding.Strict()
)

// String spells the hash: $argon2id$v=19$m=19456,t=2,p=1$salt$key.
func (h phc) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		h.argon.Memory, h.argon.Time, h.argon.Threads, b64.EncodeToString(h.salt), b64.EncodeToString(h.key))
}

// parsePHC reads what String spells, and nothing else. Parameters are bounded,
// so that a hash from an import cannot make one sign-in cost a gigabyte.
func parsePHC(s string) (phc, error) {
	part := strings.Split(s, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != "v="+strconv.Itoa(argon2.Version) {
		return phc{}, errNotPHC
	}
	argon, err := parseArgon(part[3])
	if err != nil {
		return phc{}, err
	}
	salt, err := b64.DecodeString(part[4])
	if err != nil || len(salt) < 8 || len(salt) > 64 {
		return phc{}, errNotPHC
	}
	key, err := b64.DecodeString(part[5])
	if err != nil || len(key) < 16 || len(key) > 64 {
		return phc{}, errNotPHC
	}
	h := phc{argon: argon, salt: salt, key: key}
	if h.String() != s { // leading zeros, line breaks inside the base64
		return phc{}, errNotPHC
	}
	return h, nil
}

// parseArgon reads m=…,t=…,p=… in this order.
func parseArgon(s string) (Argon, error) {
	part := strings.Split(s, ",")
	if len(part) != 3 {
		return Argon{}, errNotPHC
	}
	var n [3]uint64
	for i, name := range []string{"m=", "t=", "p="} {
		digits, ok := strings.CutPrefix(part[i], name)
		v, err := strconv.ParseUint(digits, 10, 32)
		if !ok || err != nil {
			return Argon{}, errNotPHC
		}
		n[i] = v
	}
	if n[0] < 8*n[2] || n[0] > 256*1024 || n[1] < 1 || n[1] > 16 || n[2] < 1 || n[2] > 16 {
		return Argon{}, errNotPHC
	}
	return Argon{Memory: uint32(n[0]), Time: uint32(n[1]), Threads: uint8(n[2])}, nil
}

// passwords hashes and verifies, at most so many at a time: each takes its 19 MiB,
// and a flood of sign-ins must not take the machine's memory.
type passwords struct {
	argon Argon
	turns chan struct{}
	dummy phc // verified where there is no account, so that time does not tell
}

func newPasswords(argon Argon, atATime int) *passwords {
	p := &passwords{argon: argon, turns: make(chan struct{}, atATime)}
	p.dummy = phc{argon: argon, salt: randomBytes(saltSize), key: randomBytes(keySize)}
	return p
}

// hash makes the PHC string of a password.
func (p *passwords) hash(ctx context.Context, password string) (string, error) {
	h := phc{argon: p.argon, salt: randomBytes(saltSize)}
	key, err := p.derive(ctx, password, h, keySize)
	if err != nil {
		return "", err
	}
	h.key = key
	return h.String(), nil
}

// verify says whether a password is the one that was hashed. With "" for the
// hash it spends the same time and says no. stale tells that the hash was made
// with other parameters than those in use.
func (p *passwords) verify(ctx context.Context, hash, password string) (ok, stale bool, err error) {
	h, there := p.dummy, hash != ""
	if there {
		if h, err = parsePHC(hash); err != nil {
			return false, false, err
		}
	}
	if !utf8.ValidString(password) || utf8.RuneCountInString(password) > MaxPassword {
		password, there = "", false
	}
	key, err := p.derive(ctx, password, h, len(h.key))
	if err != nil {
		return false, false, err
	}
	same := subtle.ConstantTimeCompare(key, h.key) == 1
	return same && there, h.argon != p.argon, nil
}

// derive waits for a turn and runs argon2id over the password's NFKC form: the
// same word typed on another keyboard may come in other code points.
func (p *passwords) derive(ctx context.Context, password string, h phc, size int) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, hashPatience)
	defer cancel()
	select {
	case p.turns <- struct{}{}:
	case <-ctx.Done():
		return nil, workflow.Refuse(workflow.Unavailable, "sign_in_busy",
			"Too many people are signing in at this moment. Try again in a moment.").Because(ctx.Err())
	}
	defer func() { <-p.turns }()
	plain := norm.NFKC.String(password)
	return argon2.IDKey([]byte(plain), h.salt, h.argon.Time, h.argon.Memory, h.argon.Threads, uint32(size)), nil
}

// checkPassword gives the faults of a new password.
func checkPassword(path, password, email string, shortest int) []workflow.Fault {
	fault := func(code, format string, args ...any) []workflow.Fault {
		return []workflow.Fault{{Path: path, Code: code, Message: fmt.Sprintf(format, args...)}}
	}
	if !utf8.ValidString(password) {
		return fault("invalid_text", "The password must be text in UTF-8.")
	}
	if utf8.RuneCountInString(password) > MaxPassword {
		return fault("too_long", "Choose a password of at most %d characters.", MaxPassword)
	}
	plain := norm.NFKC.String(password)
	if utf8.RuneCountInString(plain) < shortest {
		return fault("too_short", "Choose a password of at least %d characters; a few unrelated words do well.", shortest)
	}
	if strings.EqualFold(strings.TrimSpace(plain), plainEmail(email)) {
		return fault("password_is_email", "Choose a password other than the e-mail address.")
	}
	return nil
}

// randomBytes reads n bytes nobody can guess.
func randomBytes(n int) []byte {
	b := make([]byte, n)
	if _, err := rand.Read(b); err != nil {
		panic("no randomness: " + err.Error()) // crypto/rand never fails on a supported system
	}
	return b
}
