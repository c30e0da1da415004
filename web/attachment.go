package web

import (
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/vaka-project/vaka/cases"
)

// How long a file may be on its way over a poor line, either way, and how long the
// server may take to look at it, have it scanned and keep it.
const (
	transferTimeout = 5 * time.Minute
	keepTimeout     = 2 * time.Minute
)

// formRoom is what a form holds besides its files.
const formRoom = 1 << 20

// transfer says, by the head of a request, how much of its body is read and how
// long that may take: files are larger and slower than everything else. All other
// requests keep to the limits of the server. Who sends a file is only known once it
// was read, as with every request; a proxy in front may limit how many do so at once.
func (s *Server) transfer(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
	path, _, _ := strings.Cut(string(h.RequestURI()), "?")
	rules, _ := s.opt.Cases.Files()
	switch {
	case string(h.Method()) == post && strings.HasSuffix(path, "/coverage/list"):
		return fasthttp.RequestConfig{MaxRequestBodySize: max(s.opt.MaxBody, cases.MaxListBytes+formRoom), ReadTimeout: transferTimeout}
	case !strings.Contains(path, "/cases/"):
	case string(h.Method()) == post && strings.HasSuffix(path, "/attachments"):
		return fasthttp.RequestConfig{MaxRequestBodySize: max(s.opt.MaxBody, int(rules.MaxBytes)+formRoom), ReadTimeout: transferTimeout}
	case string(h.Method()) == put && strings.Contains(path, "/uploads/"):
		return fasthttp.RequestConfig{MaxRequestBodySize: max(s.opt.MaxBody, cases.PieceSize), ReadTimeout: transferTimeout}
	case string(h.Method()) == get && strings.Contains(path, "/attachments/"):
		return fasthttp.RequestConfig{WriteTimeout: transferTimeout}
	}
	return fasthttp.RequestConfig{}
}

// attachment answers with a file. It is never shown in the browser's window, never
// guessed at, never kept on the way, and where a browser shows it all the same, it
// can do nothing there.
func (q *call) attachment() error {
	at, content, err := q.s.opt.Cases.AttachmentContent(q.ctx, q.actor, q.Params("id"), q.Params("attachment"))
	if err != nil {
		return err
	}
	h := &q.Response().Header
	h.SetContentType(at.MediaType)
	h.Set(fiber.HeaderContentDisposition, disposition(at.Name))
	h.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	h.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox; frame-ancestors 'none'")
	h.Set(fiber.HeaderCacheControl, "private, no-store")
	q.Response().SetBodyRaw(content)
	return nil
}

// disposition names a file for whoever saves it (RFC 6266): in plain letters, and
// as it is written.
func disposition(name string) string {
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\%`, r) {
			return '_'
		}
		return r
	}, name)
	return fmt.Sprintf(`attachment; filename="%s"; filename*=UTF-8''%s`, plain, strings.ReplaceAll(url.QueryEscape(name), "+", "%20"))
}

// octets is the request's body where it is bytes as they are.
func (q *call) octets() ([]byte, error) {
	h := &q.Request().Header
	media, _, err := mime.ParseMediaType(string(h.ContentType()))
	if encoding := string(h.ContentEncoding()); err != nil || media != octetType || encoding != "" && encoding != "identity" {
		return nil, refuse(http.StatusUnsupportedMediaType, "octets_required", "Send the bytes as they are, with the header Content-Type: application/octet-stream.")
	}
	return q.Request().Body(), nil
}

const octetType = "application/octet-stream"

// attachmentView is a file of a case for staff.
type attachmentView struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Kind       string            `json:"kind" doc:"The ending that files of its kind are known by."`
	MediaType  string            `json:"media_type"`
	Size       int64             `json:"size" doc:"Bytes."`
	AddedAt    time.Time         `json:"added_at"`
	AddedBy    string            `json:"added_by"`
	Side       cases.Side        `json:"side"`
	Submission int               `json:"submission,omitempty" doc:"The version that it came with, or is the original of."`
	Scan       cases.ScanVerdict `json:"scan"`
	Removed    *cases.Removal    `json:"removed,omitempty" doc:"Nobody can fetch it any more."`
}

// partyAttachment is a file that came from the notifier's side, for that side.
type partyAttachment struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	Kind       string    `json:"kind"`
	MediaType  string    `json:"media_type"`
	Size       int64     `json:"size" doc:"Bytes."`
	AddedAt    time.Time `json:"added_at"`
	Submission int       `json:"submission,omitempty" doc:"The version that it came with."`
}

func attachmentOf(at cases.Attachment) attachmentView {
	return attachmentView{
		ID: at.ID, Name: at.Name, Kind: at.Kind, MediaType: at.MediaType, Size: at.Size, AddedAt: at.AddedAt, AddedBy: at.AddedBy,
		Side: at.Side, Submission: at.Submission, Scan: at.Scan, Removed: at.Removed,
	}
}

func partyAttachmentOf(at cases.Attachment) partyAttachment {
	return partyAttachment{at.ID, at.Name, at.Kind, at.MediaType, at.Size, at.AddedAt, at.Submission}
}

// attachmentFor is a file as whoever calls may see it.
func (q *call) attachmentFor(at cases.Attachment) any {
	if q.actor.Staff() {
		return attachmentOf(at)
	}
	return partyAttachmentOf(at)
}

// uploadView is where an upload stands.
type uploadView struct {
	ID        string `json:"id"`
	Name      string `json:"name" doc:"As it will be kept."`
	Size      int64  `json:"size" doc:"Bytes in all."`
	Received  int64  `json:"received" doc:"Bytes that have come: the offset of the next piece."`
	PieceSize int    `json:"piece_size" doc:"Bytes of every piece but the last."`
}

func uploadOf(u cases.Upload) uploadView {
	return uploadView{ID: u.Ref(), Name: u.Name, Size: u.Size, Received: u.Received, PieceSize: cases.PieceSize}
}
