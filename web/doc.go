// Package web is Vaka's face to people and programs: a JSON API under /api/v1,
// its description, and the pages on which everything can be done in a browser.
//
// routes.go holds every URL in one table. A row says who may call it, what it
// takes and what it answers. The router, the check of who may do what, the
// OpenAPI document and the readable page at /api are all made from that table, so
// none of them can say something else than another.
//
// A request passes through one function (around): it gets an id and the security
// headers, its row's access is checked, the handler of the row answers or returns
// an error, and the outcome is logged and counted. Errors become RFC 9457 problem
// documents in one place (problem.go), by their kind; nothing that was sent and
// refused is ever repeated in an answer or in the log.
//
// Two views of a case exist. Staff see all of it (view_staff.go). The notifier's
// side sees the phase, its own submissions with their receipts, what it was asked,
// and the decisions that were served (view_party.go): a type of its own, so that a
// field that is added to a case is not shown by accident. Filters, orders and entity
// tags on that side are limited to what it may see as well, for an answer that
// changes tells as much as one that says why.
//
// Staff's pages hear of what others do (live.go): streams that read the board's news,
// say which cases are other than they were and nothing of what is in them, and end
// with the session and before the server.
//
// Files of cases (attachment.go) are larger and slower than all else: their rows have
// limits of their own, chosen by the head of a request before its body is read.
//
// Fiber and fasthttp stay inside this package.
package web
