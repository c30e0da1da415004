package archive

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/cases/casestest"
	"github.com/vaka-project/vaka/store/bolt"
)

func open(t testing.TB) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// fill writes records of one to seven events, and documents of every kind.
func fill(t testing.TB, s cases.Store, records int) {
	t.Helper()
	at := time.Date(2026, 3, 2, 12, 0, 0, int(7*time.Millisecond), time.UTC)
	for i := range records {
		id := fmt.Sprintf("record-%d", i)
		p := &casestest.Tally{}
		for n := range i%7 + 1 {
			e := cases.Entry{Kind: casestest.Added, At: at, Actor: "a", Payload: casestest.Addition{N: int64(n), Note: "<å> \u2028 \"\\ 🙂"}}
			if n == 0 {
				e.Claims = []cases.Claim{{In: cases.Numbers, ID: fmt.Sprintf("2026-%d", i), Doc: map[string]any{"case": id}}}
			}
			if _, err := casestest.TalliesWithTotals(s, id).Append(t.Context(), id, p, e); err != nil {
				t.Fatal(err)
			}
		}
	}
	for in, doc := range map[cases.Collection]any{
		cases.Tokens:   map[string]any{"created": at, "hash": []byte{0, 1, 255}, "f": 0.1, "n": int64(1) << 60, "none": nil, "a.b$": "x"},
		cases.Meta:     map[string]any{},
		cases.Sessions: map[string]any{"secret": "stays here"},
	} {
		if err := s.Put(t.Context(), in, "$odd <id>", doc); err != nil {
			t.Fatal(err)
		}
	}
}

func export(t testing.TB, s cases.Store) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := Export(t.Context(), s, &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRoundTripIsIdentical(t *testing.T) {
	from, to := open(t), open(t)
	fill(t, from, 30)
	if err := from.Put(t.Context(), cases.Diary, "DI-1", cases.NumberClaim{Number: "DI-1", Case: "record-1"}); err != nil {
		t.Fatal(err)
	}
	first := export(t, from)
	counts, err := Import(t.Context(), bytes.NewReader(first), to)
	if err != nil {
		t.Fatal(err)
	}
	want := Counts{cases.Events: 115, cases.Numbers: 30, cases.Diary: 1, cases.Tokens: 1, cases.Meta: 1}
	if diff := cmp.Diff(want, counts); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(string(first), string(export(t, to))); diff != "" {
		t.Errorf("exported again (-first +second):\n%s", diff)
	}
	if strings.Contains(string(first), "stays here") {
		t.Error("a session was exported")
	}
	p, err := casestest.Tallies(to).Load(t.Context(), "record-6")
	if err != nil || p.Version != 7 {
		t.Errorf("an imported record: %+v, %v", p, err)
	}
}

func TestImportFromAPipe(t *testing.T) {
	from, to := open(t), open(t)
	fill(t, from, 3)
	first := export(t, from)
	if _, err := Import(t.Context(), io.MultiReader(bytes.NewReader(first)), to); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, export(t, to)) {
		t.Error("exported again it differs")
	}
}

func TestEmptyStore(t *testing.T) {
	first := export(t, open(t))
	to := open(t)
	if _, err := Import(t.Context(), bytes.NewReader(first), to); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, export(t, to)) {
		t.Error("exported again it differs")
	}
}

func TestImportRefusesAStoreInUse(t *testing.T) {
	s := open(t)
	fill(t, s, 1)
	_, err := Import(t.Context(), bytes.NewReader(export(t, s)), s)
	if err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("got %v", err)
	}
}

// TestEveryCutIsRefused cuts an export after every byte.
func TestEveryCutIsRefused(t *testing.T) {
	from, to := open(t), open(t)
	fill(t, from, 2)
	whole := export(t, from)
	for n := range len(whole) - 1 { // without the last line break it is whole all the same
		if _, err := Import(t.Context(), bytes.NewReader(whole[:n]), to); err == nil {
			t.Fatalf("%d of %d bytes were taken for the whole", n, len(whole))
		}
	}
	if got := export(t, to); bytes.Count(got, []byte("\n")) != 2 {
		t.Errorf("a refused file left something behind:\n%s", got)
	}
}

// TestEveryFlippedByteIsRefused alters an export in every place.
func TestEveryFlippedByteIsRefused(t *testing.T) {
	from, to := open(t), open(t)
	fill(t, from, 1)
	whole := export(t, from)
	for n := range len(whole) - 1 {
		altered := bytes.Clone(whole)
		altered[n] ^= 1
		if _, err := Import(t.Context(), bytes.NewReader(altered), to); err == nil {
			t.Fatalf("byte %d altered (%q) was not noticed", n, whole[max(n-20, 0):n+1])
		}
	}
}

// resum gives altered lines a trailer that fits, so that only what the lines say
// can give them away.
func resum(t *testing.T, lines []string) string {
	t.Helper()
	body := strings.Join(lines, "")
	var b bytes.Buffer
	w := newWriter(&b)
	for l := range strings.Lines(body) {
		if err := w.line([]byte(strings.TrimSuffix(l, "\n"))); err != nil {
			t.Fatal(err)
		}
	}
	w.counts[cases.Events] = int64(len(lines) - 1)
	if err := w.close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestFirstFaultIsNamed(t *testing.T) {
	from := open(t)
	fill(t, from, 3) // events on lines 2 to 7, then numbers, a token and meta
	whole := strings.SplitAfter(strings.TrimSuffix(string(export(t, from)), "\n"), "\n")
	lines := whole[:len(whole)-1]
	edit := func(change func(l []string) []string) string {
		return resum(t, change(append([]string(nil), lines...)))
	}
	swap := func(i int, old, new string) func([]string) []string {
		return func(l []string) []string { l[i] = strings.Replace(l[i], old, new, 1); return l }
	}
	for name, c := range map[string]struct{ file, want string }{
		"nothing":            {"", "the file is empty"},
		"something else":     {"{}\n", "line 1: this is no export"},
		"a later version":    {edit(swap(0, `:1,`, `:2,`)), "line 1: this export has version 2"},
		"other collections":  {edit(swap(0, `"meta"`, `"cases"`)), "line 1: the header"},
		"no JSON":            {edit(swap(2, "{", "")), "line 3: this is no line"},
		"not as it is spelt": {edit(swap(2, `"seq":`, `"seq": `)), "line 3: the document is not spelled"},
		"a field twice":      {edit(swap(2, `"record":`, `"record":"x","record":`)), "line 3: "},
		"a field too many":   {edit(swap(2, `"record":`, `"more":"x","record":`)), "line 3: the event cannot be read"},
		"another actor":      {edit(swap(2, `"actor":"a"`, `"actor":"b"`)), "line 5: the chain of record record-1 is broken"},
		"an event missing":   {edit(func(l []string) []string { return append(l[:2], l[3:]...) }), "line 4: the chain of record record-1 is broken"},
		"an event twice":     {edit(func(l []string) []string { l[3] = l[2]; return l }), "line 4: the documents are not in order"},
		"a derived document": {edit(swap(8, `"numbers"`, `"cases"`)), "line 9: an export has no such collection"},
		"collections astray": {edit(func(l []string) []string { l[1], l[9] = l[9], l[1]; return l }), "line 3: the documents are not in order"},
		"a last line more":   {strings.Join(whole, "") + "\n" + whole[len(whole)-1], "something follows the end"},
		"a wrong count":      {strings.Join(lines, "") + `{"documents":3,"sha256":""}`, "the export holds 11 documents, and says that it has 3"},
		"a very long line":   {lines[0] + strings.Repeat("x", longest+1), "line 2: the line is longer"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Import(t.Context(), strings.NewReader(c.file), open(t))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestFailuresOfTheStoreAreTold(t *testing.T) {
	from := open(t)
	fill(t, from, 3)
	whole := export(t, from)
	for _, fault := range []casestest.Fault{
		{Op: casestest.Append, Match: func(_ cases.Collection, id string) bool { return id == "record-1" }},
		{Op: casestest.Insert},
		{Op: casestest.Scan},
	} {
		f := casestest.NewFaulty(open(t))
		f.Inject(fault)
		if _, err := Import(t.Context(), bytes.NewReader(whole), f); err == nil {
			t.Errorf("importing while %s fails is said to have succeeded", fault.Op)
		}
	}
	f := casestest.NewFaulty(from)
	f.Inject(casestest.Fault{Op: casestest.Scan, Match: func(in cases.Collection, _ string) bool { return in == cases.Meta }})
	if _, err := Export(t.Context(), f, io.Discard); err == nil {
		t.Error("exporting while a scan fails is said to have succeeded")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Import(ctx, bytes.NewReader(whole), open(t)); err == nil {
		t.Error("importing with an ended context is said to have succeeded")
	}
	if _, err := Export(t.Context(), from, full{}); err == nil {
		t.Error("exporting to a full disk is said to have succeeded")
	}
}

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func FuzzImport(f *testing.F) {
	from := open(f)
	f.Add(export(f, from))
	fill(f, from, 2)
	whole := export(f, from)
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte(`{"vaka_export":1,"collections":["events","numbers","diary","tokens","meta"]}` + "\n" +
		`{"in":"meta","doc":{"_id":"x","d":{"$numberDouble":"NaN"}}}` + "\n" + `{"documents":1,"sha256":""}`))
	to := open(f)
	f.Fuzz(func(t *testing.T, file []byte) {
		// The lines are read as if the sum fitted, or no altered file would get far.
		check := checker{counts: Counts{}}
		for text := range bytes.Lines(file) {
			if it, err := read(bytes.TrimSuffix(text, []byte("\n"))); err == nil {
				_ = check.document(it)
			}
		}
		counts, err := Import(t.Context(), bytes.NewReader(file), to)
		if err != nil || counts.Total() == 0 {
			return
		}
		got := export(t, to)
		if string(bytes.TrimSuffix(got, []byte("\n"))) != string(bytes.TrimSuffix(file, []byte("\n"))) {
			t.Fatalf("imported:\n%s\nexported:\n%s", file, got)
		}
		clear(t, to)
	})
}

// clear empties a store for the next turn.
func clear(t *testing.T, s cases.Store) {
	t.Helper()
	for _, in := range exported {
		drop := func(id string, _ func(any) error) error { return s.Delete(t.Context(), in, id) }
		if err := s.Scan(t.Context(), in, drop); err != nil {
			t.Fatal(err)
		}
	}
}
