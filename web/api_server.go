package web

import (
	"fmt"
	"net/http"

	"github.com/vaka-project/vaka/workflow"
)

type statusView struct {
	Status string `json:"status" enum:"up,ready"`
}

func (q *call) healthz() error { return q.answer(http.StatusOK, statusView{"up"}) }

// readyz asks anew each time: what was ready can be shutting down.
func (q *call) readyz() error {
	if q.s.opt.Ready != nil {
		if err := q.s.opt.Ready(); err != nil {
			return workflow.Refuse(workflow.Unavailable, notReady, "The server is not ready: it starts, or it stops. Ask again in a moment.").Because(err)
		}
	}
	return q.answer(http.StatusOK, statusView{"ready"})
}

func (q *call) openAPIJSON() error {
	doc, err := q.s.doc()
	if err != nil {
		return fmt.Errorf("describing the API: %w", err)
	}
	q.Response().Header.SetContentType(jsonType)
	return q.Send(doc.json)
}

func (q *call) openAPIYAML() error {
	doc, err := q.s.doc()
	if err != nil {
		return fmt.Errorf("describing the API: %w", err)
	}
	q.Response().Header.SetContentType(yamlType)
	return q.Send(doc.yaml)
}
