package auth

import (
	"context"
	"encoding/hex"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"

	"github.com/vaka-project/vaka/workflow"
)

var cheap = Argon{Memory: 8, Time: 1, Threads: 1}

func TestPasswords(t *testing.T) {
	ctx := context.Background()
	p := newPasswords(cheap, 1)
	hash, err := p.hash(ctx, "four quiet herons wade")
	if err != nil {
		t.Fatal(err)
	}
	again, err := p.hash(ctx, "four quiet herons wade")
	if err != nil || again == hash {
		t.Errorf("two hashes of one password are the same: no salt (%v)", err)
	}
	for _, c := range []struct {
		name, hash, password string
		want                 bool
	}{
		{"right", hash, "four quiet herons wade", true},
		{"right, other salt", again, "four quiet herons wade", true},
		{"full width", hash, "ｆｏｕｒ quiet herons wade", true}, // NFKC
		{"wrong", hash, "four quiet herons fade", false},
		{"empty", hash, "", false},
		{"longer", hash, "four quiet herons wade ", false},
		{"no account", "", "four quiet herons wade", false},
		{"no account, no password", "", "", false},
	} {
		ok, stale, err := p.verify(ctx, c.hash, c.password)
		if ok != c.want || stale || err != nil {
			t.Errorf("%s: %v, stale %v, %v", c.name, ok, stale, err)
		}
	}
	guessed := newPasswords(cheap, 1)
	guessed.dummy, err = parsePHC(hash)
	if ok, _, verr := guessed.verify(ctx, "", "four quiet herons wade"); err != nil || ok || verr != nil {
		t.Error("whoever knows the dummy's password is let in where there is no account")
	}
	if _, _, err := p.verify(ctx, "$2b$10$abcdefghijklmnopqrstuv", "x"); err == nil {
		t.Error("a foreign hash is accepted")
	}
	if _, stale, err := newPasswords(Argon{Memory: 16, Time: 1, Threads: 1}, 1).verify(ctx, hash, "x"); !stale || err != nil {
		t.Errorf("other parameters are not noticed: %v", err)
	}
}

// The numbers of RFC 9106 as golang.org/x/crypto computes them, so that hashes
// stay readable whatever the library does.
func TestHashIsPortable(t *testing.T) {
	const known = "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$"
	key := argon2.IDKey([]byte("password"), []byte("somesalt"), 1, 64, 1, 24)
	if got, want := hex.EncodeToString(key), "655ad15eac652dc59f7170a7332bf49b8469be1fdb9c28bb"; got != want {
		t.Fatalf("argon2id gives %s, want %s", got, want)
	}
	ok, stale, err := newPasswords(cheap, 1).verify(context.Background(), known+b64.EncodeToString(key), "password")
	if !ok || !stale || err != nil {
		t.Errorf("verified %v, stale %v, %v", ok, stale, err)
	}
}

// Each sign-in that is refused has waited for its turn and hashed: while no turn
// is free, nobody is told anything, whether there is an account or not.
func TestRefusalsCostAHash(t *testing.T) {
	p := newPasswords(cheap, 1)
	hash, err := p.hash(context.Background(), "four quiet herons wade")
	if err != nil {
		t.Fatal(err)
	}
	p.turns <- struct{}{} // no turn is free
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	for name, c := range map[string][2]string{
		"there":    {hash, "wrong"},
		"unknown":  {"", "wrong"},
		"too long": {hash, strings.Repeat("x", 10_000)},
		"no text":  {hash, "\xff"},
	} {
		_, _, err := p.verify(gone, c[0], c[1])
		if workflow.KindOf(err) != workflow.Unavailable {
			t.Errorf("%s: answered without hashing, %v", name, err)
		}
	}
	if p.dummy.argon != p.argon || len(p.dummy.salt) != saltSize || len(p.dummy.key) != keySize {
		t.Errorf("the dummy costs something else: %+v", p.dummy.argon)
	}
}

var phcSamples = []struct {
	name, hash string
	ok         bool
}{
	{"default", "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$ZVrRXqxlLcWfcXCnMyv0m4Rpvh/bnCi7", true},
	{"empty", "", false},
	{"argon2i", "$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$ZVrRXqxlLcWfcXCnMyv0mw", false},
	{"old version", "$argon2id$v=16$m=19456,t=2,p=1$c29tZXNhbHQ$ZVrRXqxlLcWfcXCnMyv0mw", false},
	{"no version", "$argon2id$m=19456,t=2,p=1$c29tZXNhbHQ$ZVrRXqxlLcWfcXCnMyv0mw", false},
	{"order", "$argon2id$v=19$t=2,m=19456,p=1$c29tZXNhbHQ$ZVrRXqxlLcWfcXCnMyv0mw", false},
	{"leading zero", "$argon2id$v=19$m=019456,t=2,p=1$c29tZXNhbHQ$ZVrRXqxlLcWfcXCnMyv0mw", false},
	{"plus sign", "$argon2id$v=19$m=+19456,t=2,p=1$c29tZXNhbHQ$ZVrRXqxlLcWfcXCnMyv0mw", false},
	{"gigabyte", "$argon2id$v=19$m=1048576,t=2,p=1$c29tZXNhbHQ$ZVrRXqxlLcWfcXCnMyv0mw", false},
	{"no passes", "$argon2id$v=19$m=19456,t=0,p=1$c29tZXNhbHQ$ZVrRXqxlLcWfcXCnMyv0mw", false},
	{"no lanes", "$argon2id$v=19$m=19456,t=2,p=0$c29tZXNhbHQ$ZVrRXqxlLcWfcXCnMyv0mw", false},
	{"too little memory", "$argon2id$v=19$m=7,t=2,p=1$c29tZXNhbHQ$ZVrRXqxlLcWfcXCnMyv0mw", false},
	{"short salt", "$argon2id$v=19$m=19456,t=2,p=1$c29tZQ$ZVrRXqxlLcWfcXCnMyv0mw", false},
	{"short key", "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$ZVrRXqw", false},
	{"padding", "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ=$ZVrRXqxlLcWfcXCnMyv0mw", false},
	{"line break", "$argon2id$v=19$m=19456,t=2,p=1$c29tZX\nNhbHQ$ZVrRXqxlLcWfcXCnMyv0mw", false},
	{"trailing bits", "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHR$ZVrRXqxlLcWfcXCnMyv0mw", false},
	{"more parts", "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$ZVrRXqxlLcWfcXCnMyv0mw$", false},
	{"more parameters", "$argon2id$v=19$m=19456,t=2,p=1,x=1$c29tZXNhbHQ$ZVrRXqxlLcWfcXCnMyv0mw", false},
}

func TestParsePHC(t *testing.T) {
	for _, c := range phcSamples {
		h, err := parsePHC(c.hash)
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
		if err == nil && h.String() != c.hash {
			t.Errorf("%s: becomes %s", c.name, h)
		}
	}
}

func FuzzParsePHC(f *testing.F) {
	for _, c := range phcSamples {
		f.Add(c.hash)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h, err := parsePHC(s)
		if err != nil {
			return
		}
		if h.String() != s {
			t.Errorf("%q is read and becomes %q", s, h)
		}
		if h.argon.Memory > 256*1024 || h.argon.Time > 16 || h.argon.Time == 0 || h.argon.Threads == 0 {
			t.Errorf("unbounded parameters %+v", h.argon)
		}
	})
}
