package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/cases"
)

// pictures are all derived documents of a store.
func pictures(t *testing.T, s cases.Store) map[string]json.RawMessage {
	t.Helper()
	all := map[string]json.RawMessage{}
	keep := func(in cases.Collection, id string, doc any) {
		text, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		all[string(in)+"/"+id] = text
	}
	for _, in := range []cases.Collection{cases.Cases, cases.Summaries, cases.Accounts, cases.Organisations, cases.Settings} {
		err := s.Scan(t.Context(), in, func(id string, decode func(any) error) error {
			switch in {
			case cases.Cases:
				c := &cases.Case{}
				err := decode(c)
				keep(in, id, c)
				return err
			case cases.Summaries:
				c := cases.Summary{}
				err := decode(&c)
				keep(in, id, c)
				return err
			}
			var head struct {
				Version int64  `json:"version"`
				Head    string `json:"head"`
			}
			err := decode(&head)
			keep(in, id, head)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// Records of every sort are made anew from their events alone, exactly as they
// were; and verify notices an event that is gone from the end of a chain.
func TestRebuildAndVerify(t *testing.T) {
	c := settingsFor(t, nil)
	p, ready, stop := runHere(t, Options{Config: c})
	<-ready
	ctx := t.Context()
	if _, err := p.Units.Create(ctx, commandLine, cases.Organisation{Name: "Norrälvens kommun", Units: []cases.Unit{{Board: "Socialnämnden"}}}); err != nil {
		t.Fatal(err)
	}
	if got := addHere(t, p, "dpo@example.org"); got != nil {
		t.Fatal(got)
	}
	dpo := signIn(t, p.URL(), "dpo@example.org")
	filedCase, status, _, err := dpo.file(p.URL(), "one")
	if err != nil || status != http.StatusCreated {
		t.Fatalf("status %d, error %v", status, err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}

	e, err := openEngine(ctx, c, discard())
	if err != nil {
		t.Fatal(err)
	}
	before := pictures(t, e)
	if len(before) != 5 { // a case with its summary, an account, an organisation, the settings
		t.Fatalf("%d pictures", len(before))
	}
	for name := range before {
		in, id, _ := strings.Cut(name, "/")
		if err := e.Delete(ctx, cases.Collection(in), id); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if got := here(t, nil, "rebuild", "--data", c.Data); got.out != "rebuilt 4 records\n" {
		t.Fatalf("%+v", got)
	}
	if e, err = openEngine(ctx, c, discard()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, pictures(t, e)); diff != "" {
		t.Errorf("rebuilt pictures (-before +after):\n%s", diff)
	}
	if got := here(t, nil, "verify", "--data", c.Data); got.code != exitFailed || !strings.Contains(got.err, "already in use") {
		t.Errorf("verify beside a running program: %+v", got)
	}

	id := filedCase.Case.ID
	events, err := e.Events(ctx, id, 1)
	if err != nil || len(events) == 0 {
		t.Fatal(len(events), err)
	}
	lost := cases.Key(id, int64(len(events)))
	if err := errors.Join(e.Delete(ctx, cases.Events, lost), e.Close()); err != nil {
		t.Fatal(err)
	}
	if got := here(t, nil, "verify", "--data", c.Data); got.code != exitFailed || !strings.HasPrefix(got.out, lost+": the event is missing") {
		t.Errorf("verify without %s: %+v", lost, got)
	}
}

// A chain with a hole, an altered payload and a foreign head are each reported
// under their key.
func TestVerify_Breaks(t *testing.T) {
	c := settingsFor(t, nil)
	e, err := openEngine(t.Context(), c, discard())
	if err != nil {
		t.Fatal(err)
	}
	p, err := joinParts(c, e, e, fixedNow, discard())
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, name := range []string{"A", "B", "C"} {
		o, err := p.Units.Create(t.Context(), commandLine, cases.Organisation{Name: name, Units: []cases.Unit{{Board: "1"}, {Board: "2"}}})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, o.ID)
	}
	events, err := e.Events(t.Context(), ids[1], 1)
	if err != nil || len(events) != 3 {
		t.Fatal(len(events), err)
	}
	altered := events[1]
	altered.Payload = append([]byte(nil), `{"id":"x"}`...)
	err = errors.Join(
		e.Delete(t.Context(), cases.Events, cases.Key(ids[0], 2)),
		e.Delete(t.Context(), cases.Events, cases.Key(ids[1], 2)),
		errors.Join(e.Append(t.Context(), []cases.Change{{Event: altered}})...),
		e.Put(t.Context(), cases.Organisations, ids[2], map[string]any{"version": 3, "head": "0000"}),
	)
	if err != nil {
		t.Fatal(err)
	}
	v, err := verifyStore(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, b := range v.breaks {
		got = append(got, cases.Key(b.Record, b.Seq))
	}
	for _, want := range []string{cases.Key(ids[0], 2), cases.Key(ids[1], 2), cases.Key(ids[2], 3)} {
		if !strings.Contains(strings.Join(got, " "), want) {
			t.Errorf("%s is not reported: %v", want, v.breaks)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
}
