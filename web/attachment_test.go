package web_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"mime/multipart"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/web"
	"github.com/vaka-project/vaka/workflow"
)

// sent is a file as a form sends it.
type sent struct {
	name    string
	content []byte
}

// multipartOf is a form with files; pairs are its other fields.
func multipartOf(t testing.TB, files []sent, pairs ...string) (body []byte, kind string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		must(t, w.WriteField(pairs[i], pairs[i+1]))
	}
	for _, f := range files {
		part, err := w.CreateFormFile("files", f.name)
		must(t, err)
		_, err = part.Write(f.content)
		must(t, err)
	}
	must(t, w.Close())
	return b.Bytes(), w.FormDataContentType()
}

// attach sends files by the form of the page in sight.
func (b *browser) attach(number string, files []sent, pairs ...string) screen {
	b.h.t.Helper()
	form := b.screen.form("/cases/" + number + "/attachments")
	for name, values := range form {
		if name != "files" {
			pairs = append(pairs, name, values[0])
		}
	}
	body, kind := multipartOf(b.h.t, files, pairs...)
	req, err := http.NewRequest(http.MethodPost, b.h.base+"/cases/"+number+"/attachments", bytes.NewReader(body))
	must(b.h.t, err)
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(req)
}

var pdf = []byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n")

func (h *house) attached(id string) []cases.Attachment {
	h.t.Helper()
	c, err := h.cases.Case(ctx, cases.Actor{Account: h.ids["supervisor"], Roles: []workflow.Role{workflow.RoleSupervisor}}, id)
	must(h.t, err)
	return c.Attachments
}

// rests counts what lies in the store of files and of those on their way.
func (h *house) rests() (files, onTheirWay int) {
	h.t.Helper()
	for _, in := range []cases.Collection{cases.Files, cases.Uploads, cases.UploadPieces} {
		must(h.t, h.store.Scan(ctx, in, func(string, func(any) error) error {
			if in == cases.Files {
				files++
			} else {
				onTheirWay++
			}
			return nil
		}))
	}
	return files, onTheirWay
}

// Without a script, several files go in one form: those that can be taken are, and
// each of the others is told with its name.
func TestAttachByForm(t *testing.T) {
	h := open(t)
	id, number := h.file("dpo")
	b := h.signedIn("dpo")
	b.get("/cases/" + number).want(200)
	b.attach(number, []sent{{"../../brev å.pdf", pdf}, {"logg.txt", []byte("en rad")}}).want(200)
	if b.screen.Path != "/cases/"+number+"?done=attached#attachments" && b.screen.Path != "/cases/"+number+"?done=attached" {
		t.Errorf("leads to %s", b.screen.Path)
	}
	if !strings.Contains(b.screen.Body, "brev å.pdf") || strings.Contains(b.screen.Body, "../../") {
		t.Errorf("the page does not list the file: %s", b.screen.Body)
	}
	first := h.attached(id)[0]
	r := b.get("/cases/" + number + "/attachments/" + first.ID)
	if r.Status != 200 || r.Body != string(pdf) {
		t.Fatalf("%d, %d bytes", r.Status, len(r.Body))
	}
	for name, want := range map[string]string{
		"Content-Disposition": `attachment; filename="brev _.pdf"; filename*=UTF-8''brev%20%C3%A5.pdf`, "Content-Type": "application/pdf",
		"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store", "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
	} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}

	b.get("/cases/" + number + "/attachments").want(200)
	b.attach(number, []sent{
		{"bra.pdf", append(bytes.Clone(pdf), 'x')},
		{"<script>alert(1)</script>.exe", []byte("MZ\x90\x00")},
		{"program.pdf", append([]byte("MZ\x90\x00"), make([]byte, 100)...)},
		{"tom.txt", nil},
	}).want(422)
	for _, want := range []string{"program.pdf: The content is of another kind", "script_.exe: Files of this kind are not taken", "tom.txt: The file is empty", "Some of the files are attached", "bra.pdf"} {
		if !strings.Contains(b.screen.Body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(b.screen.Body, "alert(1)") {
		t.Error("a name is shown as it came")
	}
	b.get("/cases/" + number + "/attachments").want(200)
	if b.attach(number, nil).want(422); !strings.Contains(b.screen.Body, "Choose at least one file.") {
		t.Error("nothing was chosen, and nothing is said of it")
	}
	if n := len(h.attached(id)); n != 3 {
		t.Errorf("%d attachments", n)
	}
	if files, rest := h.rests(); files != 3 || rest != 0 {
		t.Errorf("%d pieces, %d on their way", files, rest)
	}
}

// The form of another site, and one that is sent twice.
func TestAttachByForm_IsTheSessionsOwn(t *testing.T) {
	h := open(t)
	id, number := h.file("dpo")
	b := h.signedIn("dpo")
	b.get("/cases/" + number).want(200)
	twice := b.screen
	for range 2 {
		b.screen = twice
		b.attach(number, []sent{{"a.txt", []byte("x")}}).want(200)
	}
	if n := len(h.attached(id)); n != 1 {
		t.Errorf("%d attachments of a form that was sent twice", n)
	}
	body, kind := multipartOf(t, []sent{{"b.txt", []byte("x")}}, "form_token", "00000000000000000000000000000000")
	req, err := http.NewRequest(http.MethodPost, h.base+"/cases/"+number+"/attachments", bytes.NewReader(body))
	must(t, err)
	req.Header.Set("Content-Type", kind)
	b.do(req).want(403)
	req, err = http.NewRequest(http.MethodPut, h.base+"/cases/"+number+"/uploads/x/0", strings.NewReader("x"))
	must(t, err)
	req.Header.Set("Content-Type", "application/octet-stream")
	b.do(req).want(403)
	req, err = http.NewRequest(http.MethodPost, h.base+"/cases/"+number+"/attachments", strings.NewReader("x"))
	must(t, err)
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Content-Encoding", "gzip") // which could hold a thousand times as much
	b.do(req).want(415)
}

// The connection is lost while the form is on its way: nothing of it is there, the
// server goes on, and the form sent again is taken.
func TestAttachByForm_LosesItsConnection(t *testing.T) {
	h := open(t)
	id, number := h.file("dpo")
	b := h.signedIn("dpo")
	b.get("/cases/" + number).want(200)
	page := b.screen
	body, kind := multipartOf(t, []sent{{"a.txt", bytes.Repeat([]byte("rad\n"), 1<<20)}})
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.base, "http://"))
	must(t, err)
	fmt.Fprintf(conn, "POST /cases/%s/attachments HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", number, kind, len(body))
	_, err = conn.Write(body[:len(body)/2])
	must(t, err)
	must(t, conn.Close())
	if n, rest := h.rests(); len(h.attached(id)) != 0 || n+rest != 0 {
		t.Errorf("a rest of %d and %d documents", n, rest)
	}
	b.screen = page
	b.attach(number, []sent{{"a.txt", bytes.Repeat([]byte("rad\n"), 1<<20)}}).want(200)
	if at := h.attached(id); len(at) != 1 || at[0].Size != 4<<20 {
		t.Errorf("%+v", at)
	}
}

// Over the API a file goes in pieces; one that breaks goes on where it stood.
func TestUploadOverTheAPI(t *testing.T) {
	h := open(t)
	id, _ := h.file("dpo")
	content := append(bytes.Clone(pdf), bytes.Repeat([]byte("%\n"), cases.PieceSize)...)
	uploads := "/api/v1/cases/" + id + "/uploads"
	u := h.post("dpo", uploads, map[string]any{"name": "rapport.pdf", "size": len(content)}).want(201)
	at := u.Header.Get("Location")
	if at != uploads+"/"+u.text("id") || u.at("piece_size") != float64(cases.PieceSize) {
		t.Errorf("begun as %s %s", at, u.Body)
	}
	put := func(offset int, data []byte) reply {
		return h.do(request{who: "dpo", method: "PUT", path: fmt.Sprintf("%s/%d", at, offset), body: data, header: map[string]string{"Content-Type": "application/octet-stream"}})
	}
	put(0, content[:cases.PieceSize]).want(200)

	// The next piece is torn by a lost connection.
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.base, "http://"))
	must(t, err)
	fmt.Fprintf(conn, "PUT %s/%d HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n", at, cases.PieceSize, h.tokens["dpo"], cases.PieceSize)
	_, err = conn.Write(content[cases.PieceSize : cases.PieceSize+1000])
	must(t, err)
	must(t, conn.Close())

	h.post("dpo", at+"/finish", map[string]any{}).want(409, "upload_incomplete")
	stands := h.get("dpo", at).want(200)
	if stands.at("received") != float64(cases.PieceSize) {
		t.Fatalf("stands at %s", stands.Body)
	}
	put(2*cases.PieceSize, content[2*cases.PieceSize:]).want(409, "upload_offset")
	for offset := cases.PieceSize; offset < len(content); offset += cases.PieceSize {
		put(offset, content[offset:min(offset+cases.PieceSize, len(content))]).want(200)
	}
	h.get("other", at).want(404, "not_found")
	sum := sha256.Sum256(content)
	for range 2 {
		done := h.post("dpo", at+"/finish", map[string]any{"sha256": hex.EncodeToString(sum[:])}).want(201)
		file := h.get("dpo", done.Header.Get("Location")).want(200)
		if !bytes.Equal(file.Body, content) || !strings.HasPrefix(file.Header.Get("Content-Disposition"), "attachment;") {
			t.Errorf("%d bytes, %v", len(file.Body), file.Header)
		}
	}
	if n, rest := h.rests(); n != 3 || rest != 0 {
		t.Errorf("%d pieces, %d on their way", n, rest)
	}

	for name, tt := range map[string]struct {
		body   map[string]any
		status int
		code   string
	}{
		"too large":  {map[string]any{"name": "a.pdf", "size": 26 << 20}, 422, "file_too_large"},
		"wrong kind": {map[string]any{"name": "a.exe", "size": 10}, 422, "file_kind"},
		"no version": {map[string]any{"name": "a.pdf", "size": 10, "submission": 7}, 422, "no_such_submission"},
	} {
		if r := h.post("dpo", uploads, tt.body).want(tt.status, tt.code); strings.Contains(string(r.Body), ".exe") {
			t.Errorf("%s: the answer repeats what was sent", name)
		}
	}
	cut := h.post("dpo", uploads, map[string]any{"name": "a.pdf", "size": 10}).want(201).Header.Get("Location")
	h.do(request{who: "dpo", method: "DELETE", path: cut}).want(204)
	h.get("dpo", cut).want(404, "upload_gone")

	// What the notifier's side lists, and what staff do.
	party := h.get("dpo", "/api/v1/cases/"+id+"/attachments").want(200)
	if strings.Contains(string(party.Body), "added_by") || party.text("items", 0, "name") != "rapport.pdf" {
		t.Errorf("the notifier lists %s", party.Body)
	}
	file := "/api/v1/cases/" + id + "/attachments/" + party.text("items", 0, "id")
	events := string(h.get("caseworker", "/api/v1/cases/"+id+"/events").want(200).Body)
	if strings.Contains(events, `"key"`) || !strings.Contains(events, "rapport.pdf") {
		t.Errorf("the events tell %s", events)
	}
	h.do(request{who: "dpo", method: "DELETE", path: file, body: map[string]any{"reason": "x"}}).want(403, "role")
	h.do(request{who: "caseworker", method: "DELETE", path: file, body: map[string]any{"reason": "Hör till ett annat ärende."}}).want(200)
	h.get("dpo", file).want(404, "no_such_attachment")
}

// More is read of a body only where files come, and never more than one file and a form.
func TestLargeBodiesAreForFiles(t *testing.T) {
	h := open(t)
	id, number := h.file("dpo")
	large := bytes.Repeat([]byte("x"), 3<<20)
	h.do(request{who: "dpo", method: "POST", path: "/api/v1/cases/" + id + "/uploads", body: large}).want(413, "body_too_large")
	h.do(request{who: "dpo", method: "PUT", path: "/api/v1/cases/" + id + "/uploads/x/0", body: large}).want(413, "body_too_large")
	b := h.signedIn("dpo")
	b.get("/cases/" + number).want(200)
	body, kind := multipartOf(t, []sent{{"a.txt", bytes.Repeat([]byte("x"), 27<<20)}})
	req, err := http.NewRequest(http.MethodPost, h.base+"/cases/"+number+"/attachments", bytes.NewReader(body))
	must(t, err)
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Accept", "text/html")
	if page := b.do(req).want(413); !strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") {
		t.Errorf("a person is told by %s", page.Header.Get("Content-Type"))
	}
}

// scanner says of each file what it is told to say.
type scanner func() (string, error)

func (s scanner) Scan(context.Context, []byte) (string, error) { return s() }

// What is not scanned is not taken, and the page says whether files are scanned.
func TestAttach_Scanned(t *testing.T) {
	found, failed := "", errors.New("connection refused")
	law, err := workflow.NewClocks(workflow.ClockSettings{})
	must(t, err)
	h := open(t, func(o *web.Options) {
		o.Cases = cases.NewService(cases.Options{
			Store: o.Store, People: o.Auth, Units: o.Units, Law: law, Now: o.Now,
			Policy: cases.Policy{CasePrefix: "PUI", SupervisionPrefix: "TIL", Zone: o.Zone},
			Scan:   scanner(func() (string, error) { return found, failed }),
		})
	})
	_, number := h.file("dpo")
	b := h.signedIn("dpo", "sv")
	try := func(want string) {
		t.Helper()
		b.get("/cases/" + number + "/attachments").want(200)
		if !strings.Contains(b.screen.Body, "kontrolleras mot skadlig kod innan") {
			t.Error("the page does not say that files are scanned")
		}
		if b.attach(number, []sent{{"a.txt", []byte(want)}}); !strings.Contains(b.screen.Body, want) {
			t.Errorf("the page lacks %q: %s", want, b.screen.Body)
		}
	}
	try("Skicka den igen om en stund")
	failed, found = nil, "Eicar-Test-Signature"
	try("Skadlig kod hittades")
	found = ""
	try("Filerna är bifogade.")
	if n, rest := h.rests(); n != 1 || rest != 0 {
		t.Errorf("%d pieces, %d on their way", n, rest)
	}
}

// What came by post wants its scanned original, and what came by telephone has its note.
func TestAttach_TheScannedOriginal(t *testing.T) {
	h := open(t)
	n := notification()
	n["submission_channel"], n["dispatched_at"] = "POST", h.clock.now().Add(-48*time.Hour).Format(time.RFC3339)
	posted := h.post("registrar", "/api/v1/notifications", n).want(201).text("case", "number")
	b := h.signedIn("registrar")
	b.get("/cases/" + posted).want(200)
	if !strings.Contains(b.screen.Body, "Version 1 came by post. Its original is not scanned") {
		t.Error("the case does not say that its original is missing")
	}
	b.get("/cases/" + posted + "/receipt/1").want(200)
	b.attach(posted, []sent{{"skannat.pdf", pdf}}).want(200)
	if !strings.HasPrefix(b.screen.Path, "/cases/"+posted+"/receipt/1") || strings.Contains(b.screen.Body, "came by post") {
		t.Errorf("after it was attached, %s says so still", b.screen.Path)
	}
	n = notification()
	n["submission_channel"], n["registrar_note"] = "PHONE", "DSO ringde kl. 9 och läste upp anmälan."
	called := h.post("registrar", "/api/v1/notifications", n).want(201).text("case", "number")
	if b.get("/cases/" + called).want(200); !strings.Contains(b.screen.Body, "DSO ringde kl. 9") || !strings.Contains(b.screen.Body, "came by telephone") {
		t.Error("the note does not stand for the original")
	}
}

// Staff take a file out of use with a reason; the notifier's side no longer sees it.
func TestRemoveByForm(t *testing.T) {
	h := open(t)
	id, number := h.file("dpo")
	d := h.signedIn("dpo")
	d.get("/cases/" + number).want(200)
	d.attach(number, []sent{{"fel.txt", []byte("x")}}).want(200)
	file := h.attached(id)[0].ID
	b := h.signedIn("caseworker")
	b.get("/cases/" + number + "/attachments").want(200)
	remove := "/cases/" + number + "/attachments/" + file + "/remove"
	if b.send(remove, "reason", " ").want(422); !strings.Contains(b.screen.Body, "Say why") {
		t.Error("nothing is said of the missing reason")
	}
	if b.send(remove, "reason", "Hör till ett annat ärende.").want(200); !strings.Contains(b.screen.Body, "Hör till ett annat ärende.") || !strings.Contains(b.screen.Body, "<s>fel.txt</s>") {
		t.Errorf("the page does not tell that it was removed: %s", b.screen.Body)
	}
	if d.get("/cases/" + number).want(200); strings.Contains(d.screen.Body, "fel.txt") {
		t.Error("the notifier still sees it")
	}
	d.get("/cases/" + number + "/attachments/" + file).want(404)
}

// A refusal is told to the pages' script in the language of whoever reads it.
func TestUploadByScript(t *testing.T) {
	h := open(t)
	_, number := h.file("dpo")
	b := h.signedIn("dpo", "sv")
	b.get("/cases/" + number).want(200)
	token := b.screen.form("/cases/" + number + "/attachments").Get("form_token")
	ask := func(method, path, kind, body string) screen {
		t.Helper()
		req, err := http.NewRequest(method, h.base+path, strings.NewReader(body))
		must(t, err)
		req.Header.Set("Content-Type", kind)
		req.Header.Set("X-Form-Token", token)
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		return b.do(req)
	}
	uploads := "/cases/" + number + "/uploads"
	if r := ask("POST", uploads, "application/json", `{"name": "a.exe", "size": 5}`); r.Status != 422 || !strings.Contains(r.Body, "tas inte emot") {
		t.Errorf("%d %s", r.Status, r.Body)
	}
	r := ask("POST", uploads, "application/json", `{"name": "a.txt", "size": 5}`).want(201)
	_, rest, _ := strings.Cut(r.Body, `"id":"`)
	id, _, _ := strings.Cut(rest, `"`)
	ask("PUT", uploads+"/"+id+"/0", "application/octet-stream", "12345").want(200)
	ask("POST", uploads+"/"+id+"/finish", "application/json", "{}").want(201)
	if r := ask("GET", uploads+"/"+id, "", ""); r.Status != 404 || !strings.Contains(r.Body, "Sändningen finns inte längre") {
		t.Errorf("%d %s", r.Status, r.Body)
	}
	if b.get("/cases/" + number).want(200); !strings.Contains(b.screen.Body, "a.txt") {
		t.Error("the page lacks the file")
	}
}
