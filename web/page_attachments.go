package web

import (
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// attachmentPageRoutes are the files of a case for people. A form takes several at
// once; the script sends each in pieces and goes on where a connection broke.
var attachmentPageRoutes = []route{
	{Method: get, Path: "/cases/{id}/attachments", Access: CaseViewer, Guest: true, Tag: tagPages, Page: true, Summary: "The attachments of a case", handle: (*call).attachmentsPage},
	{Method: post, Path: "/cases/{id}/attachments", Access: CaseViewer, Guest: true, Tag: tagPages, Page: true, Patient: true, Summary: "Attach files", handle: (*call).attachByForm},
	{Method: get, Path: "/cases/{id}/attachments/{attachment}", Access: CaseViewer, Guest: true, Tag: tagPages, Page: true, Summary: "An attachment as a file", handle: (*call).attachment},
	{Method: post, Path: "/cases/{id}/attachments/{attachment}/remove", Access: CaseActor, Tag: tagPages, Page: true, Summary: "Take an attachment out of use", handle: (*call).removeByForm, Home: "/cases/{id}/attachments"},
	{Method: post, Path: "/cases/{id}/uploads", Access: CaseViewer, Guest: true, Tag: tagPages, Page: true, Summary: "Announce a file, for the pages' script", handle: byScript((*call).beginUpload)},
	{Method: get, Path: "/cases/{id}/uploads/{upload}", Access: CaseViewer, Guest: true, Tag: tagPages, Page: true, Summary: "Where an upload stands, for the pages' script", handle: byScript((*call).upload)},
	{Method: put, Path: "/cases/{id}/uploads/{upload}/{offset}", Access: CaseViewer, Guest: true, Tag: tagPages, Page: true, Summary: "Send a piece, for the pages' script", handle: byScript((*call).putPiece)},
	{Method: post, Path: "/cases/{id}/uploads/{upload}/finish", Access: CaseViewer, Guest: true, Tag: tagPages, Page: true, Patient: true, Summary: "Finish an upload, for the pages' script", handle: byScript((*call).finishUpload)},
	{Method: del, Path: "/cases/{id}/uploads/{upload}", Access: CaseViewer, Guest: true, Tag: tagPages, Page: true, Summary: "Give up an upload, for the pages' script", handle: byScript((*call).cancelUpload)},
}

// byScript answers a refusal to the pages' script as a problem, in the words of the
// person who reads it there.
func byScript(handle func(*call) error) func(*call) error {
	return func(q *call) error {
		err := handle(q)
		if err == nil {
			return nil
		}
		told := q.problem(err)
		q.logFailure(err, told.Status)
		told.Detail = q.speech().fault(told.Code, told.Detail)
		q.write(told.Status, problemType, told)
		return nil
	}
}

// filesPart is the part of a page that lists a case's files and takes more.
type filesPart struct {
	Number     string
	Items      []fileRow
	CanAdd     bool
	Staff      bool
	Submission int    // the version that files come with; 0 leaves it to the server
	Back       string // the page that follows
	Key        string
	Kinds      []string // of files, as people know them
	Accept     string
	Most       string // the largest file, in words
	Scanned    bool
	Unscanned  []int // versions that came by post and whose original is not attached
	Phoned     []phoned
	Script     string
	Heading    bool // the part has a heading of its own
}

// phoned is a version that came by telephone, for which the registrar's note stands.
type phoned struct {
	N    int
	At   string
	Note string
}

type fileRow struct {
	attachmentView
	By    string
	Bytes string
}

// Pages that files can be added from, and that follow when they were.
const (
	backToCase    = "case"
	backToReceipt = "receipt"
	backToFiles   = "attachments"
)

// files is the part of a page about a case's files; n is the version that new ones
// come with.
func (q *call) files(p page, c *cases.Case, n int, back string) filesPart {
	rules, scanned := q.s.opt.Cases.Files()
	f := filesPart{
		Number: c.Number, Staff: q.actor.Staff(), Submission: n, Back: back, Key: q.id, Scanned: scanned, Most: p.Size(rules.MaxBytes),
		CanAdd: q.s.opt.Cases.MayAttach(q.ctx, q.actor, c), Script: assets.path("attach.js"), Heading: back != backToFiles,
	}
	for _, ending := range rules.Endings() {
		f.Accept += ",." + ending
	}
	f.Accept = strings.TrimPrefix(f.Accept, ",")
	for _, kind := range rules.Kinds {
		f.Kinds = append(f.Kinds, strings.ToUpper(kind))
	}
	var people []string
	for _, at := range c.Attachments {
		people = append(people, at.AddedBy)
	}
	names := map[string]string{}
	if f.Staff { // the notifier's side learns no names of staff
		names = q.names(people)
	}
	for _, at := range c.AttachmentsFor(q.actor) {
		f.Items = append(f.Items, fileRow{attachmentOf(at), names[at.AddedBy], p.Size(at.Size)})
	}
	if !f.Staff {
		return f
	}
	for i := range c.Submissions {
		sub := &c.Submissions[i]
		if c.LacksOriginal(sub.N) {
			f.Unscanned = append(f.Unscanned, sub.N)
		}
		if sub.Channel == cases.ChannelPhone {
			f.Phoned = append(f.Phoned, phoned{sub.N, p.DateTime(sub.ReceivedAt), string(sub.RegistrarNote)})
		}
	}
	return f
}

// Size writes a number of bytes as people read it.
func (p page) Size(bytes int64) string {
	switch {
	case bytes < 1000:
		return p.T("size.bytes", "N", bytes)
	case bytes < 1<<20:
		return p.T("size.kilo", "N", max(1, bytes>>10))
	}
	tenths := (bytes*10 + 1<<19) >> 20
	text := strconv.FormatInt(tenths/10, 10)
	if tenths%10 != 0 {
		text += p.T("decimal") + strconv.FormatInt(tenths%10, 10)
	}
	return p.T("size.mega", "N", text)
}

// attachmentsPageData is the page about a case's files.
type attachmentsPageData struct {
	page
	Number     string
	Controller string
	Files      filesPart
	Faults     []pageFault
	Refused    string // attachment whose removal was refused
	Reason     string // and what was typed
}

// attachmentsPage lists the files of a case, and takes more.
func (q *call) attachmentsPage() error {
	c, err := q.theCase()
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(q.Query("submission"))
	return q.render(fiber.StatusOK, "attachments", q.attachmentsPageOf(c, n))
}

func (q *call) attachmentsPageOf(c *cases.Case, n int) *attachmentsPageData {
	section := "mine"
	if q.actor.Staff() {
		section = "queue"
	}
	if n < 0 || n > len(c.Submissions) {
		n = 0
	}
	p := &attachmentsPageData{page: q.page(section, "attach.title"), Number: c.Number, Controller: c.Party.Label()}
	p.Title, p.Narrow = p.T("attach.of", "Number", c.Number), true
	p.Files = q.files(p.page, c, n, backToFiles)
	return p
}

// attachByForm adds the files of a form. Those that can be taken are, whatever is
// wrong with the others; each of these is told with its name.
func (q *call) attachByForm() error {
	c, err := q.theCase()
	if err != nil {
		return err
	}
	form, err := q.MultipartForm()
	if err != nil {
		return refuse(http.StatusUnsupportedMediaType, "form_unreadable", "The form could not be read. Go back, reload the page and choose the files again.")
	}
	n, _ := strconv.Atoi(q.FormValue("submission"))
	speech, kept := q.speech(), 0
	var faults []pageFault
	for _, file := range form.File["files"] {
		if file.Filename == "" && file.Size == 0 {
			continue // nothing was chosen
		}
		switch err := q.attachOne(c, file, n); {
		case err == nil:
			kept++
		case workflow.KindOf(err) == "":
			return err
		default:
			q.logFailure(err, q.problem(err).Status)
			name := cases.CleanFileName(file.Filename)
			if name == "" {
				name = speech.T("attach.unnamed")
			}
			faults = append(faults, pageFault{"files", speech.T("attach.fault", "Name", name, "Sentence", speech.sentence(err))})
		}
	}
	if kept+len(faults) == 0 {
		faults = []pageFault{{"files", speech.T("attach.choose")}}
	}
	if len(faults) == 0 {
		return q.see(q.backFrom(c, n))
	}
	if c, err = q.theCase(); err != nil {
		return err
	}
	p := q.attachmentsPageOf(c, n)
	p.Faults = faults
	if kept > 0 {
		p.Done = "done.attached_some"
	}
	return q.render(http.StatusUnprocessableEntity, "attachments", p)
}

func (q *call) attachOne(c *cases.Case, file *multipart.FileHeader, n int) error {
	r, err := file.Open()
	if err != nil {
		return fmt.Errorf("opening a form's file: %w", err)
	}
	defer func() { _ = r.Close() }() // it is in memory
	content, err := io.ReadAll(r)
	if err != nil {
		return fmt.Errorf("reading a form's file: %w", err)
	}
	_, _, err = q.s.opt.Cases.Attach(q.ctx, q.actor, c.ID, cases.NewFile{
		Key: q.FormValue("key"), Name: file.Filename, Content: content, Submission: n,
	})
	return err
}

// backFrom is the page that follows when files were added.
func (q *call) backFrom(c *cases.Case, n int) string {
	switch back := q.FormValue("back"); {
	case back == backToCase:
		return "/cases/" + c.Number + "?done=attached#attachments"
	case back == backToReceipt && n >= 1 && n <= len(c.Submissions):
		return fmt.Sprintf("/cases/%s/receipt/%d?done=attached#attachments", c.Number, n)
	}
	return "/cases/" + c.Number + "/attachments?done=attached"
}

// removeByForm takes a file out of use.
func (q *call) removeByForm() error {
	reason, id := strings.ReplaceAll(q.FormValue("reason"), "\r\n", "\n"), q.Params("attachment")
	raw, err := json.Marshal(reasonRequest{reason})
	if err != nil {
		panic("a text marshals: " + err.Error())
	}
	var in reasonRequest // read as the API reads it, so that both refuse the same
	if err = cases.Refusal(cases.Bind(raw, &in, nil)); err == nil {
		_, err = q.s.opt.Cases.RemoveAttachment(q.ctx, q.actor, q.Params("id"), id, cases.Text(in.Reason), q.formCommand(append(raw, id...)))
	}
	c, loadErr := q.theCase()
	if loadErr != nil {
		return loadErr
	}
	if err == nil {
		return q.see("/cases/" + c.Number + "/attachments?done=removed")
	}
	if !forPeople(err) || workflow.KindOf(err) == workflow.NotFound {
		return err
	}
	p := q.attachmentsPageOf(c, 0)
	p.Faults = []pageFault{{"reason-" + id, p.sentence(err)}}
	p.Refused, p.Reason = id, reason
	return q.render(http.StatusUnprocessableEntity, "attachments", p)
}
