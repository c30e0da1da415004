package web

import (
	"net/http"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

const tagAttachments = "Attachments"

// anyType describes an answer in one of several media types.
const anyType = "*/*"

// attachmentRoutes are the files of a case: as a list, one by one, and on their way.
var attachmentRoutes = []route{
	{
		Method: get, Path: "/api/v1/cases/{id}/attachments", Access: CaseViewer, Tag: tagAttachments, handle: (*call).attachments,
		Summary: "List a case's attachments", Detail: "The notifier's side sees what came from it.",
		Answers: []answer{{Status: 200, What: "The attachments, the oldest first.", Body: []any{attachmentList{}, partyAttachmentList{}}}},
	},
	{
		Method: get, Path: "/api/v1/cases/{id}/attachments/{attachment}", Access: CaseViewer, Tag: tagAttachments, handle: (*call).attachment,
		Summary: "An attachment's content", Detail: "Always as a file to be saved.",
		Answers: []answer{{Status: 200, What: "The file, with the media type of its kind.", Type: anyType}},
	},
	{
		Method: del, Path: "/api/v1/cases/{id}/attachments/{attachment}", Access: CaseActor, Tag: tagAttachments, handle: (*call).removeAttachment,
		Summary: "Take an attachment out of use", Detail: "Nobody can fetch it any more. Its content stays until the case is erased.",
		Body: reasonRequest{}, Example: "reason", Key: keyTaken,
		Answers: []answer{{Status: 200, What: "The attachment as it was removed.", Body: attachmentView{}}}, Also: []int{409},
	},
	{
		Method: post, Path: "/api/v1/cases/{id}/uploads", Access: CaseViewer, Tag: tagAttachments, handle: (*call).beginUpload,
		Summary: "Announce a file",
		Detail: "What can be refused by name and size is refused here. The content follows in pieces and shows in the case once the upload is finished; " +
			"an upload of which nothing comes for two hours is thrown away.",
		Body: uploadRequest{}, Example: "upload",
		Answers: []answer{{Status: 201, What: "The pieces may come.", Body: uploadView{}, Place: true}}, Also: []int{403, 409, 429},
	},
	{
		Method: get, Path: "/api/v1/cases/{id}/uploads/{upload}", Access: CaseViewer, Tag: tagAttachments, handle: (*call).upload,
		Summary: "Where an upload stands", Detail: "After a lost connection: go on with the piece at received.",
		Answers: []answer{{Status: 200, What: "How much has come.", Body: uploadView{}}},
	},
	{
		Method: put, Path: "/api/v1/cases/{id}/uploads/{upload}/{offset}", Access: CaseViewer, Tag: tagAttachments, handle: (*call).putPiece,
		Summary: "Send a piece of a file", Detail: "In order, piece_size bytes each and the rest in the last. A piece may be sent again.", Octets: true,
		Answers: []answer{{Status: 200, What: "How much has come.", Body: uploadView{}}}, Also: []int{409},
	},
	{
		Method: post, Path: "/api/v1/cases/{id}/uploads/{upload}/finish", Access: CaseViewer, Tag: tagAttachments, handle: (*call).finishUpload,
		Summary: "Make an attachment of what has come",
		Detail:  "The content is checked against the name, and scanned where the authority has a scanner. Finishing again gives the same answer.",
		Body:    finishRequest{}, Example: "upload-finish", Patient: true,
		Answers: []answer{{Status: 201, What: "The attachment.", Body: []any{attachmentView{}, partyAttachment{}}, Place: true}}, Also: []int{403, 409},
	},
	{
		Method: del, Path: "/api/v1/cases/{id}/uploads/{upload}", Access: CaseViewer, Tag: tagAttachments, handle: (*call).cancelUpload,
		Summary: "Throw away what has come of a file", Answers: []answer{{Status: 204, What: "Nothing is left of it."}},
	},
}

type (
	attachmentList struct {
		Items []attachmentView `json:"items"`
	}
	partyAttachmentList struct {
		Items []partyAttachment `json:"items"`
	}
)

// uploadRequest announces a file.
type uploadRequest struct {
	Name       string `json:"name" doc:"With its ending."`
	Size       int64  `json:"size" doc:"Bytes."`
	Submission int    `json:"submission,omitempty" doc:"The version of the notification that it comes with, or is the original of; the latest when the notifier's side leaves it out."`
}

// finishRequest ends an upload.
type finishRequest struct {
	SHA256 string `json:"sha256,omitempty" doc:"Of the content, in hex: what came is refused when it differs."`
}

func (q *call) attachments() error {
	c, err := q.theCase()
	if err != nil {
		return err
	}
	seen := c.AttachmentsFor(q.actor)
	if !q.actor.Staff() {
		out := partyAttachmentList{Items: []partyAttachment{}}
		for _, at := range seen {
			out.Items = append(out.Items, partyAttachmentOf(at))
		}
		return q.answer(http.StatusOK, out)
	}
	out := attachmentList{Items: []attachmentView{}}
	for _, at := range seen {
		out.Items = append(out.Items, attachmentOf(at))
	}
	return q.answer(http.StatusOK, out)
}

func (q *call) removeAttachment() error {
	raw, err := q.rawBody()
	if err != nil {
		return err
	}
	cmd, err := q.command(raw)
	if err != nil {
		return err
	}
	var in reasonRequest
	if err := q.bind(&in); err != nil {
		return err
	}
	id := q.Params("attachment")
	c, err := q.s.opt.Cases.RemoveAttachment(q.ctx, q.actor, q.Params("id"), id, cases.Text(in.Reason), cmd)
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, attachmentOf(*c.Attachment(id)))
}

func (q *call) beginUpload() error {
	if _, err := q.theCase(); err != nil {
		return err // for whoever may not see it, there is nothing to find fault with
	}
	var in uploadRequest
	if err := q.bind(&in); err != nil {
		return err
	}
	u, err := q.s.opt.Cases.BeginUpload(q.ctx, q.actor, q.Params("id"), cases.NewUpload(in))
	if err != nil {
		return err
	}
	q.Set(fiber.HeaderLocation, q.Path()+"/"+u.Ref())
	return q.answer(http.StatusCreated, uploadOf(u))
}

func (q *call) upload() error {
	u, err := q.s.opt.Cases.Upload(q.ctx, q.actor, q.Params("id"), q.Params("upload"))
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, uploadOf(u))
}

func (q *call) putPiece() error {
	if _, err := q.theCase(); err != nil {
		return err
	}
	data, err := q.octets()
	if err != nil {
		return err
	}
	offset, err := strconv.ParseInt(q.Params("offset"), 10, 64)
	if err != nil {
		return workflow.Refuse(workflow.Conflict, "upload_offset", "This is not the next piece. Ask where the upload stands, and go on from there.")
	}
	u, err := q.s.opt.Cases.PutPiece(q.ctx, q.actor, q.Params("id"), q.Params("upload"), offset, data)
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, uploadOf(u))
}

func (q *call) finishUpload() error {
	if _, err := q.theCase(); err != nil {
		return err
	}
	var in finishRequest
	if err := q.bind(&in); err != nil {
		return err
	}
	c, at, err := q.s.opt.Cases.FinishUpload(q.ctx, q.actor, q.Params("id"), q.Params("upload"), in.SHA256)
	if err != nil {
		return err
	}
	q.Set(fiber.HeaderLocation, "/api/v1/cases/"+c.ID+"/attachments/"+at.ID)
	return q.answer(http.StatusCreated, q.attachmentFor(at))
}

func (q *call) cancelUpload() error {
	if err := q.s.opt.Cases.CancelUpload(q.ctx, q.actor, q.Params("id"), q.Params("upload")); err != nil {
		return err
	}
	return q.nothing()
}
