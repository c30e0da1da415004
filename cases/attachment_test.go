package cases_test

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/cases/casestest"
	"github.com/vaka-project/vaka/workflow"
)

// letter is a text of a length that no other seed makes.
func letter(seed string, size int) []byte {
	line := []byte("Bilaga " + seed + ": en rad text.\n")
	return bytes.Repeat(line, size/len(line)+1)[:size]
}

func file(name string, content []byte) cases.NewFile {
	return cases.NewFile{Name: name, Content: content}
}

// stored counts the documents of a collection.
func stored(t testing.TB, s cases.Store, in cases.Collection) (n int) {
	t.Helper()
	err := s.Scan(t.Context(), in, func(string, func(any) error) error { n++; return nil })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// clean fails unless only the pieces of attachments lie in the store, n of them,
// and their content is what the events say.
func (o *office) clean(n int) {
	o.t.Helper()
	for in, want := range map[cases.Collection]int{cases.Files: n, cases.Uploads: 0, cases.UploadPieces: 0} {
		if got := stored(o.t, o.store, in); got != want {
			o.t.Errorf("%s holds %d documents, want %d", in, got, want)
		}
	}
}

func TestAttach_KeepsAFileForThoseWhoMaySeeIt(t *testing.T) {
	o := newOffice(t)
	c := o.submit(notifier, nil)
	content := letter("a", 2*cases.PieceSize+100)
	c, at, err := o.Attach(t.Context(), notifier, c.Number, file(`C:\temp\Ärende <1>.txt`, content))
	if err != nil {
		t.Fatal(err)
	}
	if at.Name != "Ärende _1_.txt" || at.MediaType != "text/plain; charset=utf-8" || at.Side != cases.SideNotifier || at.Submission != 1 || at.Scan != cases.ScanSkipped {
		t.Errorf("kept as %+v", at)
	}
	ours := file("internt.txt", letter("b", 10))
	c, inner, err := o.Attach(t.Context(), registrar, c.ID, ours)
	if err != nil {
		t.Fatal(err)
	}
	if plain := sha256.Sum256(content); at.Digest == hex.EncodeToString(plain[:]) || c.FileKey == "" {
		t.Error("the digest can be confirmed by guessing")
	}
	for _, tt := range []struct {
		who  cases.Actor
		id   string
		want []byte
	}{
		{notifier, at.ID, content},
		{caseworker, at.ID, content},
		{caseworker, inner.ID, ours.Content},
		{notifier, inner.ID, nil},
		{colleague, at.ID, nil},
		{admin, at.ID, nil},
		{notifier, "no-such", nil},
	} {
		_, got, err := o.AttachmentContent(t.Context(), tt.who, c.ID, tt.id)
		if !bytes.Equal(got, tt.want) || (err != nil) != (tt.want == nil) {
			t.Errorf("%s gets %d bytes of %s, %v", tt.who.Account, len(got), tt.id, err)
		}
		if err != nil && workflow.KindOf(err) != workflow.NotFound {
			t.Errorf("%s learns that there is something: %v", tt.who.Account, err)
		}
	}
	o.clean(4)
	o.sound(c.ID)
}

func TestAttach_KeepsTheSameContentOnce(t *testing.T) {
	o := newOffice(t)
	one, other := o.submit(notifier, nil).ID, o.submit(notifier, nil).ID
	content := letter("a", 100)
	for _, id := range []string{one, one, other} {
		if _, _, err := o.Attach(t.Context(), notifier, id, file("brev.txt", content)); err != nil {
			t.Fatal(err)
		}
	}
	o.clean(2)
	a, b := o.load(one), o.load(other)
	if a.Attachments[0].Digest != a.Attachments[1].Digest || a.Attachments[0].Digest == b.Attachments[0].Digest {
		t.Errorf("digests %s %s and in the other case %s", a.Attachments[0].Digest, a.Attachments[1].Digest, b.Attachments[0].Digest)
	}
	if _, got, err := o.AttachmentContent(t.Context(), notifier, one, a.Attachments[1].ID); err != nil || !bytes.Equal(got, content) {
		t.Errorf("the second of the same: %d bytes, %v", len(got), err)
	}
}

// A form that is sent twice, one after the other or both at once, adds a file once.
func TestAttach_OfTheSameFormAddsOnce(t *testing.T) {
	o := newOffice(t)
	id := o.submit(notifier, nil).ID
	f := cases.NewFile{Key: "form", Name: "brev.txt", Content: letter("a", 100)}
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			if _, _, err := o.Attach(t.Context(), notifier, id, f); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(o.load(id).Attachments); n != 1 {
		t.Errorf("%d attachments", n)
	}
	o.clean(1)
}

// The first files of a case come at once: one of them brings the key, and the
// others are kept under it.
func TestAttach_ManyAtOnce(t *testing.T) {
	o := newOffice(t)
	id := o.submit(notifier, nil).ID
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			if _, _, err := o.Attach(t.Context(), notifier, id, file(fmt.Sprintf("%d.txt", i), letter(fmt.Sprint(i), 300))); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, at := range o.load(id).Attachments {
		if _, _, err := o.AttachmentContent(t.Context(), caseworker, id, at.ID); err != nil {
			t.Error(err)
		}
	}
	o.clean(8)
	o.sound(id)
}

func TestAttach_Refuses(t *testing.T) {
	o := newOffice(t)
	open, bomb := o.submit(notifier, nil).ID, swelling(t)
	for name, tt := range map[string]struct {
		who  cases.Actor
		f    cases.NewFile
		kind workflow.Kind
		code string
	}{
		"an empty file":               {notifier, file("a.txt", nil), workflow.Invalid, "file_empty"},
		"a large file":                {notifier, file("a.txt", make([]byte, 25<<20+1)), workflow.Invalid, "file_too_large"},
		"a program":                   {notifier, file("a.exe", program), workflow.Invalid, "file_kind"},
		"a program called pdf":        {notifier, file("a.pdf", program), workflow.Invalid, "file_differs"},
		"an archive":                  {notifier, file("a.zip", pack(t, map[string]string{"a": "b"})), workflow.Invalid, "file_kind"},
		"an archive called docx":      {notifier, file("a.docx", pack(t, map[string]string{"a": "b"})), workflow.Invalid, "file_differs"},
		"a page called txt":           {notifier, file("a.txt", []byte("<!doctype html><script>alert(1)</script>")), workflow.Invalid, "file_differs"},
		"a document with macros":      {notifier, file("a.docx", pack(t, map[string]string{"word/document.xml": "<x/>", "word/vbaProject.bin": "x"})), workflow.Invalid, "file_macros"},
		"a document that swells":      {notifier, file("a.docx", bomb), workflow.Invalid, "file_swells"},
		"one that lies about it":      {notifier, file("a.docx", lying(t, bomb)), workflow.Invalid, "file_differs"},
		"a document with many parts":  {notifier, file("a.odt", crowded(t)), workflow.Invalid, "file_swells"},
		"no name":                     {notifier, file("../../.txt", []byte("x")), workflow.Invalid, "file_kind"},
		"no name at all":              {notifier, file("\u202e", []byte("x")), workflow.Invalid, "file_name"},
		"a version that is not there": {notifier, cases.NewFile{Name: "a.txt", Content: []byte("x"), Submission: 2}, workflow.Invalid, "no_such_submission"},
		"who may not see the case":    {colleague, file("a.txt", []byte("x")), workflow.NotFound, "not_found"},
		"an administrator":            {admin, file("a.txt", []byte("x")), workflow.NotFound, "not_found"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := o.Attach(t.Context(), tt.who, open, tt.f)
			refused(t, err, tt.kind, tt.code)
		})
	}
	o.clean(0)
	if n := len(o.load(open).Attachments); n != 0 {
		t.Errorf("%d attachments", n)
	}
}

func TestAttach_TakesWhatOfficesWrite(t *testing.T) {
	o := newOffice(t)
	id := o.submit(notifier, nil).ID
	for name, content := range map[string][]byte{
		"a.PDF": []byte("%PDF-1.7\n%\xe2\xe3\n"), "a.png": []byte("\x89PNG\r\n\x1a\n0000"), "a.jpeg": []byte("\xff\xd8\xff\xe0"),
		"a.tiff": []byte("II*\x00xxxx"), "a.csv": []byte("a;b\n1;2\n"), "log.txt": []byte(`{"a": 1}`), "latin.txt": []byte("r\xe4ksm\xf6rg\xe5s"),
		"a.eml":  []byte("Return-Path: <a@example.org>\r\nFrom: a@example.org\r\nSubject: x\r\n\r\nHej"),
		"a.docx": pack(t, map[string]string{"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"}),
		"a.xlsx": pack(t, map[string]string{"xl/workbook.xml": "<x/>", "[Content_Types].xml": "<x/>"}),
		"a.odt":  pack(t, map[string]string{"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}),
	} {
		if _, _, err := o.Attach(t.Context(), notifier, id, file(name, content)); err != nil {
			t.Errorf("%s: %v %v", name, err, errors.Unwrap(err))
		}
	}
}

func TestAttach_HoldsACaseToItsCeiling(t *testing.T) {
	o := officeWithFiles(t, openStore(t), cases.AttachmentRules{MaxBytes: 1000, MaxCaseBytes: 1500, Kinds: []string{"txt"}}, nil)
	id := o.submit(notifier, nil).ID
	if _, _, err := o.Attach(t.Context(), notifier, id, file("a.txt", letter("a", 1000))); err != nil {
		t.Fatal(err)
	}
	_, _, err := o.Attach(t.Context(), notifier, id, file("b.txt", letter("b", 501)))
	refused(t, err, workflow.Conflict, "case_full")
	_, _, err = o.Attach(t.Context(), notifier, id, file("b.pdf", []byte("%PDF-1.7")))
	refused(t, err, workflow.Invalid, "file_kind")
	if _, _, err := o.Attach(t.Context(), notifier, id, file("b.txt", letter("b", 500))); err != nil {
		t.Error(err)
	}
	o.clean(2)
}

func TestAttach_AfterTheEndOfACase(t *testing.T) {
	o := newOffice(t)
	id := o.triage(nil)
	o.take(lawyer, id, workflow.StepDeclareConflict, cases.StepData{Account: lawyer.Account})
	_, _, err := o.Attach(t.Context(), lawyer, id, file("a.txt", []byte("x")))
	refused(t, err, workflow.Forbidden, "conflict_of_interest")

	o.take(caseworker, id, workflow.StepAssessRisk, cases.StepData{Risk: cases.RiskToPeopleUnlikely})
	o.take(caseworker, id, workflow.StepClose, cases.StepData{Outcome: workflow.OutcomeNotABreach})
	_, _, err = o.Attach(t.Context(), notifier, id, file("a.txt", []byte("x")))
	refused(t, err, workflow.Conflict, "case_ended")
	if _, _, err := o.Attach(t.Context(), caseworker, id, file("a.txt", []byte("x"))); err != nil {
		t.Errorf("staff file what belongs to an ended case: %v", err)
	}
	if _, err := o.follow(notifier, id, cases.SubmissionSupplement, nil); err != nil {
		t.Fatal(err)
	}
	if _, at, err := o.Attach(t.Context(), notifier, id, file("b.txt", []byte("y"))); err != nil || at.Submission != 2 {
		t.Errorf("to a supplement that waits to be read: %+v, %v", at, err)
	}
}

// scanner says of each file what it is told to say.
type scanner func(content []byte) (string, error)

func (s scanner) Scan(_ context.Context, content []byte) (string, error) { return s(content) }

func officeWithFiles(t testing.TB, store cases.Store, rules cases.AttachmentRules, scan cases.Scanner) *office {
	t.Helper()
	o := officeOn(t, store, cases.Policy{})
	o.Service = cases.NewService(cases.Options{
		Store: store, People: directory{}, Units: o.units, Law: o.law, Now: o.time, Files: rules, Scan: scan,
		Policy: cases.Policy{CasePrefix: "PUI", SupervisionPrefix: "TS", Zone: workflow.Stockholm},
	})
	return o
}

func TestAttach_TakesNothingThatWasNotScanned(t *testing.T) {
	found, failed := "", errors.New("connection refused")
	o := officeWithFiles(t, openStore(t), cases.AttachmentRules{}, scanner(func([]byte) (string, error) { return found, failed }))
	id := o.submit(notifier, nil).ID
	_, _, err := o.Attach(t.Context(), notifier, id, file("a.txt", []byte("x")))
	refused(t, err, workflow.Unavailable, "scan_unavailable")

	u := o.upload(notifier, id, "b.txt", letter("b", 100))
	_, _, err = o.FinishUpload(t.Context(), notifier, id, u.Ref(), "")
	refused(t, err, workflow.Unavailable, "scan_unavailable")
	failed = nil
	if _, at, err := o.FinishUpload(t.Context(), notifier, id, u.Ref(), ""); err != nil || at.Scan != cases.ScanClean {
		t.Errorf("once it can be scanned: %+v, %v", at, err)
	}
	found = "Eicar-Test-Signature"
	u = o.upload(notifier, id, "c.txt", letter("c", 100))
	_, _, err = o.FinishUpload(t.Context(), notifier, id, u.Ref(), "")
	refused(t, err, workflow.Invalid, "file_infected")
	_, err = o.Upload(t.Context(), notifier, id, u.Ref())
	refused(t, err, workflow.NotFound, "upload_gone")
	o.clean(1)
}

// upload sends a file in pieces, and does not finish it.
func (o *office) upload(a cases.Actor, id, name string, content []byte) cases.Upload {
	o.t.Helper()
	u, err := o.BeginUpload(o.t.Context(), a, id, cases.NewUpload{Name: name, Size: int64(len(content))})
	if err != nil {
		o.t.Fatal(err)
	}
	for at := 0; at < len(content); at += cases.PieceSize {
		if u, err = o.PutPiece(o.t.Context(), a, id, u.Ref(), int64(at), content[at:min(at+cases.PieceSize, len(content))]); err != nil {
			o.t.Fatal(err)
		}
	}
	return u
}

func TestUpload_GoesOnWhereItBroke(t *testing.T) {
	o := newOffice(t)
	id := o.submit(notifier, nil).ID
	content := letter("a", 2*cases.PieceSize+7)
	u, err := o.BeginUpload(t.Context(), notifier, id, cases.NewUpload{Name: "a.txt", Size: int64(len(content))})
	if err != nil {
		t.Fatal(err)
	}
	put := func(offset int, data []byte) error {
		_, err := o.PutPiece(t.Context(), notifier, id, u.Ref(), int64(offset), data)
		return err
	}
	const p = cases.PieceSize
	if err := put(0, content[:p]); err != nil {
		t.Fatal(err)
	}
	refused(t, put(2*p, content[2*p:]), workflow.Conflict, "upload_offset") // a gap
	refused(t, put(p, content[p:p+10]), workflow.Invalid, "piece_length")   // torn
	refused(t, put(p+1, content[p:]), workflow.Conflict, "upload_offset")   // beside the pieces
	refused(t, put(-p, content[:p]), workflow.Conflict, "upload_offset")
	_, _, err = o.FinishUpload(t.Context(), notifier, id, u.Ref(), "")
	refused(t, err, workflow.Conflict, "upload_incomplete")
	if err := put(0, content[:p]); err != nil {
		t.Errorf("the piece whose answer was lost: %v", err)
	}
	o.wait(time.Hour)
	stands, err := o.Upload(t.Context(), notifier, id, u.Ref())
	if err != nil || stands.Received != p {
		t.Fatalf("stands at %d, %v", stands.Received, err)
	}
	for at := p; at < len(content); at += p {
		if err := put(at, content[at:min(at+p, len(content))]); err != nil {
			t.Fatal(err)
		}
	}
	sum := sha256.Sum256(content)
	for range 2 { // the answer to the first was lost
		c, at, err := o.FinishUpload(t.Context(), notifier, id, u.Ref(), hex.EncodeToString(sum[:]))
		if err != nil || len(c.Attachments) != 1 || at.ID != c.Attachments[0].ID {
			t.Fatalf("finished as %+v, %v", at, err)
		}
		if _, got, err := o.AttachmentContent(t.Context(), notifier, id, at.ID); err != nil || !bytes.Equal(got, content) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
	}
	o.clean(3)
}

func TestUpload_IsItsOwnersOnly(t *testing.T) {
	o := newOffice(t)
	id, other := o.submit(notifier, nil).ID, o.submit(notifier, nil).ID
	u := o.upload(notifier, id, "a.txt", letter("a", 100))
	for _, try := range []struct {
		who       cases.Actor
		ref, name string
	}{{caseworker, id, u.Ref()}, {notifier, other, u.Ref()}, {notifier, id, u.ID}, {notifier, id, u.ID + "99"}, {notifier, id, u.ID + "xx"}, {notifier, id, strings.Repeat("0", 28)}} {
		_, err := o.Upload(t.Context(), try.who, try.ref, try.name)
		refused(t, err, workflow.NotFound, "upload_gone")
	}
	_, _, err := o.FinishUpload(t.Context(), caseworker, id, u.Ref(), "")
	refused(t, err, workflow.NotFound, "upload_gone")
	if err := o.CancelUpload(t.Context(), notifier, id, u.Ref()); err != nil {
		t.Fatal(err)
	}
	o.clean(0)
}

func TestUpload_ThatCameAlteredIsThrownAway(t *testing.T) {
	o := newOffice(t)
	id := o.submit(notifier, nil).ID
	u := o.upload(notifier, id, "a.txt", letter("a", 100))
	_, _, err := o.FinishUpload(t.Context(), notifier, id, u.Ref(), strings.Repeat("0", 64))
	refused(t, err, workflow.Invalid, "digest_differs")
	o.clean(0)
}

func TestUpload_SomeAtOnceAndNoMore(t *testing.T) {
	o := newOffice(t)
	id := o.submit(notifier, nil).ID
	begin := func() error {
		_, err := o.BeginUpload(t.Context(), notifier, id, cases.NewUpload{Name: "a.txt", Size: 10})
		return err
	}
	for range 20 {
		if err := begin(); err != nil {
			t.Fatal(err)
		}
	}
	refused(t, begin(), workflow.TooMany, "too_many_uploads")
	o.wait(3 * time.Hour) // nobody goes on with them
	if err := begin(); err != nil {
		t.Error(err)
	}
}

// Whatever breaks while a file is being added, nothing of it is seen, the case goes
// on, and the sweep clears away what lies about. Sending it again succeeds.
func TestUpload_ThatBreaksLeavesNoRest(t *testing.T) {
	steps := 0
	for broken := 0; ; broken++ {
		f := casestest.NewFaulty(openStore(t))
		o := officeWithFiles(t, f, cases.AttachmentRules{}, nil)
		id := o.submit(notifier, nil).ID
		count, down := 0, false
		// From the broken-th write on, the store is gone.
		dies := func(in cases.Collection, _ string) bool {
			down = down || count == broken
			count++
			return down
		}
		var removes []func()
		for _, op := range []casestest.Op{casestest.Insert, casestest.Put, casestest.Delete, casestest.Append} {
			removes = append(removes, f.Inject(casestest.Fault{Op: op, Match: dies}))
		}
		_, _, err := o.Attach(t.Context(), notifier, id, file("a.txt", letter("a", 2*cases.PieceSize)))
		for _, remove := range removes {
			remove()
		}
		c := o.load(id)
		if err != nil && len(c.Attachments) != 0 {
			t.Errorf("broken at write %d: %d attachments and %v", broken, len(c.Attachments), err)
		}
		if err != nil {
			refused(t, err, workflow.Unavailable, "store_unavailable")
		}
		o.wait(3 * time.Hour)
		if _, err := o.SweepUploads(t.Context(), o.time()); err != nil {
			t.Fatal(err)
		}
		o.clean(2 * len(c.Attachments))
		if !down {
			steps = broken
			break
		}
	}
	if steps < 6 {
		t.Errorf("only %d writes could break", steps)
	}
}

// The event was written and its answer lost: the file is there.
func TestUpload_WhoseEventsAnswerWasLost(t *testing.T) {
	f := casestest.NewFaulty(openStore(t))
	o := officeWithFiles(t, f, cases.AttachmentRules{}, nil)
	id := o.submit(notifier, nil).ID
	f.Inject(casestest.Fault{Op: casestest.Append, Mode: casestest.Unacknowledged, Times: 1})
	if _, _, err := o.Attach(t.Context(), notifier, id, file("a.txt", []byte("x"))); err != nil {
		t.Error(err)
	}
	o.clean(1)
}

func TestRemoveAttachment(t *testing.T) {
	o := newOffice(t)
	id := o.submit(notifier, nil).ID
	_, at, err := o.Attach(t.Context(), notifier, id, file("a.txt", []byte("x")))
	if err != nil {
		t.Fatal(err)
	}
	remove := func(a cases.Actor, id, file string, reason cases.Text) error {
		_, err := o.RemoveAttachment(t.Context(), a, id, file, reason, cases.Command{})
		return err
	}
	refused(t, remove(notifier, id, at.ID, "mine"), workflow.Forbidden, "role")
	refused(t, remove(caseworker, id, at.ID, " "), workflow.Invalid, "removal_reason")
	refused(t, remove(caseworker, id, "other", "x"), workflow.NotFound, "no_such_attachment")
	if err := remove(caseworker, id, at.ID, "Hör till ett annat ärende."); err != nil {
		t.Fatal(err)
	}
	refused(t, remove(caseworker, id, at.ID, "again"), workflow.Conflict, "attachment_removed")
	c := o.load(id)
	if r := c.Attachments[0].Removed; r == nil || r.By != caseworker.Account || len(c.AttachmentsFor(notifier)) != 0 || len(c.AttachmentsFor(caseworker)) != 1 {
		t.Errorf("removed %+v", c.Attachments)
	}
	for _, a := range []cases.Actor{notifier, caseworker} {
		_, _, err := o.AttachmentContent(t.Context(), a, id, at.ID)
		refused(t, err, workflow.NotFound, "no_such_attachment")
	}
	o.sound(id)
}

func TestLacksOriginal(t *testing.T) {
	o := newOffice(t)
	sent := begin.Add(-2 * time.Hour).Format(time.RFC3339)
	c := o.submit(registrar, map[string]any{"submission_channel": "POST", "dispatched_at": sent})
	if !c.LacksOriginal(1) || c.LacksOriginal(0) || c.LacksOriginal(2) {
		t.Error("what came by post has no original")
	}
	c, _, err := o.Attach(t.Context(), registrar, c.ID, cases.NewFile{Name: "skannat.pdf", Content: []byte("%PDF-1.7"), Submission: 1})
	if err != nil || c.LacksOriginal(1) {
		t.Errorf("the original is there: %v", err)
	}
	if o.submit(notifier, nil).LacksOriginal(1) {
		t.Error("what came by the service has an original on paper")
	}
}

func TestVerifyFiles_SaysWhichPieceIsBroken(t *testing.T) {
	o := newOffice(t)
	id := o.submit(notifier, nil).ID
	c, at, err := o.Attach(t.Context(), notifier, id, file("a.txt", letter("a", 2*cases.PieceSize)))
	if err != nil {
		t.Fatal(err)
	}
	verify := func() []cases.Break {
		events, err := o.store.Events(t.Context(), c.ID, 1)
		if err != nil {
			t.Fatal(err)
		}
		n, breaks, err := cases.VerifyFiles(t.Context(), o.store, c.ID, events)
		if err != nil || n != 1 {
			t.Fatalf("checked %d, %v", n, err)
		}
		return breaks
	}
	if b := verify(); len(b) != 0 {
		t.Fatalf("%v", b)
	}
	var ids []string
	err = o.store.Scan(t.Context(), cases.Files, func(id string, _ func(any) error) error { ids = append(ids, id); return nil })
	if err != nil {
		t.Fatal(err)
	}
	type piece struct {
		Data []byte `json:"data"`
	}
	put := func(n int, data []byte) error { return o.store.Put(t.Context(), cases.Files, ids[n], piece{data}) }
	for what, change := range map[string]func() error{
		"its content differs from its digest":        func() error { return put(1, bytes.Repeat([]byte("x"), cases.PieceSize)) },
		"it has 262145 bytes and should have 524288": func() error { return put(1, []byte("x")) },
		"piece 2 of 2 is missing":                    func() error { return o.store.Delete(t.Context(), cases.Files, ids[1]) },
		"the pieces are turned, so its content differs": func() error {
			return errors.Join(put(0, letter("a", 2*cases.PieceSize)[cases.PieceSize:]), put(1, letter("a", cases.PieceSize)))
		},
	} {
		if err := change(); err != nil {
			t.Fatal(err)
		}
		_, said, _ := strings.Cut(what, "so ")
		b := verify()
		if len(b) != 1 || b[0].Seq != c.Version || !strings.Contains(b[0].What, at.ID) || !strings.Contains(b[0].What, cmp.Or(said, what)) {
			t.Errorf("%s: told as %v", what, b)
		}
		if _, _, err := o.AttachmentContent(t.Context(), notifier, id, at.ID); err == nil {
			t.Errorf("%s, and it was handed out", what)
		}
		content := letter("a", 2*cases.PieceSize)
		if err := errors.Join(put(0, content[:cases.PieceSize]), put(1, content[cases.PieceSize:])); err != nil {
			t.Fatal(err)
		}
	}
	if b := verify(); len(b) != 0 {
		t.Errorf("put right again: %v", b)
	}
}

func TestCleanFileName(t *testing.T) {
	for given, want := range map[string]string{
		"brev.pdf": "brev.pdf", "../../etc/passwd": "passwd", `C:\Users\a\brev.pdf`: "brev.pdf", "a\u202egpj.exe": "agpj.exe",
		"<script>alert(1)</script>.txt": "script_.txt", "a\x00b\r\n.txt": "ab.txt", " .. ": "", "": "", "a/": "", "räksmörgås.txt": "räksmörgås.txt",
		"ra\u0308k.txt": "räk.txt", "con\u00a0trol.txt": "con trol.txt", "CON.txt": "CON.txt", "\xff\xfe.txt": "txt", `"; rm -rf.txt`: "_; rm -rf.txt",
	} {
		if got := cases.CleanFileName(given); got != want {
			t.Errorf("%q is kept as %q, want %q", given, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		got := cases.CleanFileName(rapid.String().Draw(t, "name") + rapid.SampledFrom([]string{"", ".pdf", ".tar.gz"}).Draw(t, "ending"))
		if strings.ContainsAny(got, "/\\<>:\"|?*\n\r\x00") || strings.ContainsFunc(got, unicode.IsControl) || len([]rune(got)) > 130 || got != strings.TrimSpace(got) {
			t.Fatalf("kept as %q", got)
		}
		if again := cases.CleanFileName(got); again != got {
			t.Fatalf("%q is kept as %q the second time", got, again)
		}
	})
}

// program is the beginning of a program for Windows.
var program = append([]byte("MZ\x90\x00"), make([]byte, 200)...)

// pack makes a zip of entries, in the order of their names but mimetype first.
func pack(t testing.TB, entries map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	names := make([]string, 0, len(entries))
	for name := range entries {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if a == "mimetype" || b == "mimetype" {
			return strings.Compare(b, a)
		}
		return strings.Compare(a, b)
	})
	for _, name := range names {
		method := zip.Deflate
		if name == "mimetype" {
			method = zip.Store
		}
		e, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err == nil {
			_, err = io.WriteString(e, entries[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// swelling is a small document of 300 MB.
func swelling(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	e, err := w.Create("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	nothing := make([]byte, 1<<20)
	for range 300 {
		if _, err := e.Write(nothing); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// lying is a document that declares its parts to be short.
func lying(t testing.TB, of []byte) []byte {
	t.Helper()
	of = bytes.Clone(of)
	at := bytes.LastIndex(of, []byte("PK\x01\x02"))
	if at < 0 {
		t.Fatal("no directory in it")
	}
	binary.LittleEndian.PutUint32(of[at+24:], 100)
	return of
}

// crowded is a document with more parts than any has.
func crowded(t testing.TB) []byte {
	entries := map[string]string{"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": ""}
	for n := range 10_001 {
		entries[fmt.Sprintf("p%d", n)] = ""
	}
	return pack(t, entries)
}
