package web

import (
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// rawBody is the request's body where it is JSON, as the content type must say. It
// is valid until the handler returns.
func (q *call) rawBody() ([]byte, error) {
	h := &q.Request().Header
	if kind := string(h.ContentType()); kind != jsonType {
		media, params, err := mime.ParseMediaType(kind)
		charset := params["charset"]
		if err != nil || media != jsonType || charset != "" && !strings.EqualFold(charset, "utf-8") {
			return nil, refuse(http.StatusUnsupportedMediaType, "json_required", "Send JSON in UTF-8, with the header Content-Type: application/json.")
		}
	}
	if encoding := h.ContentEncoding(); len(encoding) > 0 && string(encoding) != "identity" {
		// A compressed body can be a thousand times as large as it looks.
		return nil, refuse(http.StatusUnsupportedMediaType, "compressed_body", "Send the body as it is, without Content-Encoding.")
	}
	return q.Request().Body(), nil
}

// bind reads the body into a value and refuses with every fault at once.
func (q *call) bind(into any) error {
	raw, err := q.rawBody()
	if err != nil {
		return err
	}
	return cases.Refusal(cases.Bind(raw, into, nil))
}

// readOptions are those for notifications that arrive now.
func (q *call) readOptions() cases.ReadOptions {
	return cases.ReadOptions{Zone: q.s.opt.Zone, Now: q.s.now()}
}

// maxKey is the longest Idempotency-Key.
const maxKey = 128

// command is the command that the request's Idempotency-Key makes of it. Without a
// key each request is one of its own.
func (q *call) command(body []byte) (cases.Command, error) {
	key := q.Get("Idempotency-Key")
	if key == "" {
		return cases.Command{}, nil
	}
	visible := func(r rune) bool { return r <= ' ' || r > '~' }
	if len(key) > maxKey || strings.ContainsFunc(key, visible) {
		return cases.Command{}, headerFault("idempotency-key", "idempotency_key", "An Idempotency-Key has 1 to 128 visible ASCII characters.")
	}
	return cases.KeyedCommand(q.actor.Account, q.row.Method+" "+q.row.Path, key, body), nil
}

// headerFault refuses a header that cannot be read.
func headerFault(name, code, message string) error {
	return &workflow.Error{
		Kind: workflow.Malformed, Code: code, Message: message,
		Faults: []workflow.Fault{{Path: "/header/" + name, Code: code, Message: message}},
	}
}

// seenVersion is the version of the case that a decision was made on: If-Match,
// which must be there, for nobody may decide on a case that they have not seen.
func (q *call) seenVersion() (int64, error) {
	tag := strings.TrimSpace(q.Get(fiber.HeaderIfMatch))
	if tag == "" {
		return 0, refuse(http.StatusPreconditionRequired, "precondition_required",
			"Send If-Match with the ETag of the case as you saw it, so that nothing is decided on a case that has changed.")
	}
	if v, ok := parseETag(tag); ok {
		return v, nil
	}
	return 0, headerFault("if-match", "if_match", `If-Match holds the case's ETag as it was given: a version in double quotes, as in "7".`)
}

// etag is the entity tag of a version.
func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

func parseETag(tag string) (int64, bool) {
	inner, ok := strings.CutPrefix(tag, `"`)
	if !ok {
		return 0, false
	}
	inner, ok = strings.CutSuffix(inner, `"`)
	if !ok || inner == "" || inner[0] < '1' || inner[0] > '9' {
		return 0, false
	}
	v, err := strconv.ParseInt(inner, 10, 64)
	return v, err == nil
}

// unchanged says whether the client has what the tag names already.
func (q *call) unchanged(tag string) bool {
	header := q.Get(fiber.HeaderIfNoneMatch)
	if header == "" {
		return false
	}
	for have := range strings.SplitSeq(header, ",") {
		have = strings.TrimSpace(have)
		if have == "*" || strings.TrimPrefix(have, "W/") == tag {
			return true
		}
	}
	return false
}

// number reads a number of the path, from 1 on.
func (q *call) number(name string) (int, bool) {
	n, err := strconv.Atoi(q.Params(name))
	return n, err == nil && n >= 1
}
