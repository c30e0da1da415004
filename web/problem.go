package web

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/workflow"
)

const (
	jsonType    = "application/json"
	problemType = "application/problem+json"
)

// problem is what every refusal looks like (RFC 9457). It never repeats anything
// that was sent and refused.
type problem struct {
	Type     string         `json:"type" doc:"Names the sort of problem; it ends with the code."`
	Title    string         `json:"title"`
	Status   int            `json:"status"`
	Detail   string         `json:"detail" doc:"What is wrong and what to do, in a sentence."`
	Instance string         `json:"instance" doc:"The id of the request, as in the server's log and in X-Request-ID."`
	Code     string         `json:"code" doc:"Stable and independent of language."`
	Errors   []problemFault `json:"errors,omitempty" doc:"Everything that is wrong with the request, at once."`
	State    workflow.State `json:"state,omitempty" doc:"On 409 and 412, for staff: the state of the case now."`
	Version  int64          `json:"version,omitempty" doc:"On 409 and 412, for staff: the version of the case now."`
}

// problemFault is one thing that is wrong with one place of a request.
type problemFault struct {
	Pointer string `json:"pointer" doc:"JSON Pointer into the body; /query/NAME for a parameter of the URL, /header/NAME for a header."`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// refusal is a refusal that only HTTP knows of.
type refusal struct {
	status  int
	code    string
	message string
}

func (r refusal) Error() string { return r.message }

func refuse(status int, code, message string) error { return refusal{status, code, message} }

// statusOf is the one place that says which status a kind of refusal has.
var statusOf = map[workflow.Kind]int{
	workflow.Malformed:       http.StatusBadRequest,
	workflow.Invalid:         http.StatusUnprocessableEntity,
	workflow.Unauthenticated: http.StatusUnauthorized,
	workflow.Forbidden:       http.StatusForbidden,
	workflow.NotFound:        http.StatusNotFound,
	workflow.Conflict:        http.StatusConflict,
	workflow.Stale:           http.StatusPreconditionFailed,
	workflow.Unprocessable:   http.StatusUnprocessableEntity,
	workflow.TooMany:         http.StatusTooManyRequests,
	workflow.Unavailable:     http.StatusServiceUnavailable,
}

// notReady is the code of a server that starts or stops.
const notReady = "not_ready"

// fail answers with an error.
func (q *call) fail(err error) {
	p := q.problem(err)
	h := &q.Response().Header
	switch p.Status {
	case http.StatusUnauthorized:
		h.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="vaka"`)
	case http.StatusTooManyRequests:
		h.Set(fiber.HeaderRetryAfter, strconv.Itoa(retryAfter(err)))
	case http.StatusServiceUnavailable:
		h.Set(fiber.HeaderRetryAfter, "5")
	}
	q.logFailure(err, p.Status)
	q.Response().ResetBody()
	h.Set(fiber.HeaderContentSecurityPolicy, apiPolicy)
	q.write(p.Status, problemType, p)
}

// logFailure keeps why the server could not do what was asked, which is never
// told to whoever asked. That it is not ready yet, or stops, is no failure.
func (q *call) logFailure(err error, status int) {
	if e, ok := errors.AsType[*workflow.Error](err); status < http.StatusInternalServerError || ok && e.Code == notReady {
		return
	}
	cause := err
	if under := errors.Unwrap(err); workflow.KindOf(err) != "" && under != nil {
		cause = under
	}
	q.s.log.LogAttrs(q.ctx, slog.LevelError, "request failed",
		slog.String("request_id", q.id), slog.Int("status", status), slog.Any("error", cause))
}

// problem works out what an error is told as.
func (q *call) problem(err error) problem {
	p := problem{
		Instance: q.id, Status: http.StatusInternalServerError, Code: "internal",
		Detail: "Something went wrong in the server. Nothing is known to be lost; send the request again, and give this request's id to whoever runs the server if it fails again.",
	}
	var r refusal
	var f *fiber.Error
	switch e, ok := errors.AsType[*workflow.Error](err); {
	case ok:
		q.refused(&p, e)
	case errors.As(err, &r):
		p.Status, p.Code, p.Detail = r.status, r.code, r.message
	case errors.As(err, &f):
		p.Status, p.Code, p.Detail = fromFiber(f)
	}
	p.Type = "/problems/" + p.Code
	p.Title = http.StatusText(p.Status)
	return p
}

// refused fills a problem from a refusal that is meant for people.
func (q *call) refused(p *problem, e *workflow.Error) {
	p.Code, p.Detail = e.Code, e.Message
	if status, ok := statusOf[e.Kind]; ok {
		p.Status = status
	}
	for _, f := range e.Faults {
		p.Errors = append(p.Errors, problemFault{f.Path, f.Code, f.Message})
	}
	// The notifier's side never learns the state or the version from a refusal.
	inside := q.actor.Staff() || q.actor.Has(workflow.RoleAdministrator)
	if (e.Kind == workflow.Conflict || e.Kind == workflow.Stale) && inside {
		p.State, p.Version = e.State, e.Version
	}
}

// fromFiber words what the router and fasthttp refuse by themselves. Their own
// texts repeat the URL and are not used.
func fromFiber(f *fiber.Error) (status int, code, message string) {
	switch f.Code {
	case http.StatusNotFound:
		return f.Code, "no_such_url", "There is nothing at this URL. GET /openapi.json for those that exist."
	case http.StatusMethodNotAllowed:
		return f.Code, "method_not_allowed", "This URL does not know the method; the Allow header lists those that it does."
	case http.StatusRequestEntityTooLarge:
		return f.Code, "body_too_large", "The body is larger than the server reads. Shorten it; what is missing can follow in a supplement."
	case http.StatusRequestHeaderFieldsTooLarge:
		return f.Code, "headers_too_large", "The URL and headers are longer than the server reads."
	case http.StatusRequestTimeout:
		return f.Code, "request_timeout", "The request did not arrive in time. Send it again."
	case http.StatusBadRequest, http.StatusBadGateway, http.StatusInternalServerError:
		return http.StatusBadRequest, "bad_request", "The request could not be read as HTTP."
	}
	return f.Code, strings.ReplaceAll(strings.ToLower(http.StatusText(f.Code)), " ", "_"), "The request was refused."
}

// retryAfter is after how many seconds a refused attempt may be made again.
func retryAfter(err error) int {
	wait := time.Second
	if d, ok := auth.RetryAfter(err); ok {
		wait = d
	}
	if d, ok := errors.AsType[retryLater](err); ok {
		wait = time.Duration(d)
	}
	return max(1, int((wait+time.Second-1)/time.Second))
}

// write encodes v straight into the answer.
func (q *call) write(status int, contentType string, v any) {
	resp := q.Response()
	resp.SetStatusCode(status)
	resp.Header.SetContentType(contentType)
	enc := json.NewEncoder(resp.BodyWriter())
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		// The answers are structs of texts, numbers and times.
		panic("an answer does not marshal: " + err.Error())
	}
}

// answer answers with JSON.
func (q *call) answer(status int, v any) error {
	q.write(status, jsonType, v)
	return nil
}

// nothing answers that it is done, and with nothing more.
func (q *call) nothing() error {
	q.Status(http.StatusNoContent)
	return nil
}
