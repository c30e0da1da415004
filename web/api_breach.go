package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// edpbPayload stands for the EDPB's fields, which cases.ReadEDPB reads.
type edpbPayload struct{}

// machineReceipt is the contract's answer, with what a sender can use besides.
type machineReceipt struct {
	NotificationID string          `json:"notification_id" doc:"The id of the case."`
	ReceivedAt     time.Time       `json:"received_at"`
	Status         string          `json:"status" enum:"received"`
	Number         string          `json:"case_number"`
	Missing        []missingField  `json:"missing" doc:"What a complete notification would have and this one lacks."`
	SupplementDue  *time.Time      `json:"supplement_due_at,omitempty"`
	Warnings       []cases.Warning `json:"warnings"`
}

type missingField struct {
	Field string `json:"field,omitempty" doc:"The contract's field; none where its template does not ask."`
	cases.MissingItem
}

func (q *call) notifyByMachine() error {
	raw, err := q.rawBody()
	if err != nil {
		return err
	}
	cmd, err := q.machineCommand(raw)
	if err != nil {
		return err
	}
	n, warnings, err := cases.ReadEDPB(raw, q.readOptions())
	if err != nil {
		return err
	}
	var c *cases.Case
	if n.Kind == cases.NotificationFollowUp {
		c, err = q.followUp(n, warnings, cmd)
	} else {
		c, err = q.s.opt.Cases.Submit(q.ctx, q.actor, n, warnings, cmd)
	}
	if err != nil {
		return contractFaults(err)
	}
	status := http.StatusAccepted
	if c.Latest().Complete {
		status = http.StatusCreated
	}
	q.located(c.ID)
	return q.answer(status, machineReceiptOf(c))
}

func machineReceiptOf(c *cases.Case) machineReceipt {
	r := c.Receipt(len(c.Submissions))
	out := machineReceipt{
		NotificationID: c.ID, ReceivedAt: r.ReceivedAt, Status: "received", Number: c.Number,
		Missing: []missingField{}, SupplementDue: r.SupplementDue, Warnings: r.Warnings,
	}
	for _, m := range r.Missing {
		out.Missing = append(out.Missing, missingField{Field: contractField(m.Row), MissingItem: m})
	}
	return out
}

// contractField is the contract's name of a row of the template: T48 is field_48.
func contractField(row string) string {
	if number, ok := strings.CutPrefix(row, "T"); ok {
		return "field_" + number
	}
	return ""
}

// machineCommand reads the key, which the contract demands and wants to be a UUID.
func (q *call) machineCommand(body []byte) (cases.Command, error) {
	key := q.Get("Idempotency-Key")
	if !isUUID(key) {
		return cases.Command{}, headerFault("idempotency-key", "idempotency_key",
			"Send an Idempotency-Key that is a UUID, a new one for each notification; a repeat with the same key is not filed twice.")
	}
	return cases.KeyedCommand(q.actor.Account, q.row.Method+" "+q.row.Path, strings.ToLower(key), body), nil
}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (s[i] == '-') || !dash && !strings.ContainsRune("0123456789abcdefABCDEF", rune(s[i])) {
			return false
		}
	}
	return true
}

// followUp files on the case that field_6 names. Whether there is a case that the
// sender may not see is not told.
func (q *call) followUp(n cases.Notification, warnings []cases.Warning, cmd cases.Command) (*cases.Case, error) {
	if err := q.keyIsFree(cmd); err != nil {
		return nil, err
	}
	c, err := q.s.opt.Cases.File(q.ctx, q.actor, n.PreviousCaseID, func(base cases.Notification) (cases.Notification, []cases.Warning, error) {
		merged := cases.Merge(base, n)
		found, err := cases.Validate(merged, q.readOptions())
		if err != nil {
			return cases.Notification{}, nil, err
		}
		all := slices.Clone(warnings) // this is called again when somebody else was faster
		for _, w := range found {
			w.Path = contractPath(w.Path)
			all = append(all, w)
		}
		return merged, all, nil
	}, cmd)
	if workflow.KindOf(err) == workflow.NotFound {
		return nil, workflow.RefuseFaults("invalid", "The follow-up names no case that it can be added to.", []workflow.Fault{{
			Path: "/field_6", Code: "unknown_case", Message: "Give the notification_id or the number of a case that you may see.",
		}})
	}
	return c, err
}

// keyIsFree refuses a follow-up under a key that already made a case: the case's
// own first event holds the key, and a follow-up is never that event.
func (q *call) keyIsFree(cmd cases.Command) error {
	_, err := q.s.opt.Cases.Case(q.ctx, cases.System("idempotency"), cases.DerivedID("case", cmd.ID))
	switch {
	case err == nil:
		return workflow.Refuse(workflow.Conflict, "idempotency_key_reused",
			"This Idempotency-Key was already used for a request with another body. Use a new key for a new request.")
	case workflow.KindOf(err) == workflow.NotFound:
		return nil
	}
	return err
}

// contractFaults turns pointers into the model to the contract's fields.
func contractFaults(err error) error {
	e, ok := errors.AsType[*workflow.Error](err)
	if !ok || len(e.Faults) == 0 {
		return err
	}
	out := *e
	out.Faults = nil
	for _, f := range e.Faults {
		f.Path = contractPath(f.Path)
		out.Faults = append(out.Faults, f)
	}
	return &out
}

// contractPath is the contract's place for a pointer into the model, "" where its
// template does not ask.
func contractPath(pointer string) string {
	if strings.HasPrefix(pointer, "/field_") {
		return pointer
	}
	if field, ok := strings.CutPrefix(pointer, "/edpb_text/"); ok {
		return "/" + field
	}
	field, _ := cases.FieldAt(strings.ReplaceAll(strings.TrimPrefix(pointer, "/"), "/", "."))
	if field.Row == "" {
		return ""
	}
	return "/" + contractField(field.Row)
}
