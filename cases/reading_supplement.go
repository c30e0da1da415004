package cases

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"reflect"
	"strings"

	"github.com/vaka-project/vaka/workflow"
)

// Supplement is a follow-up as it was read: what it does, why, and the whole
// notification as it stands with it.
type Supplement struct {
	Kind               SubmissionKind
	Reason             Text
	WithdrawReasonCode WithdrawReasonCode
	Notification       Notification // the earlier version with what is new
}

// supplementBody is what a notifier sends to follow up a case: only what is new or
// changed, for Art. 33(4) asks for information in phases, not for the form again.
type supplementBody struct {
	Kind               SubmissionKind     `json:"submission_kind"`
	Reason             Text               `json:"reason"`
	WithdrawReasonCode WithdrawReasonCode `json:"withdraw_reason_code"`
	Notification       json.RawMessage    `json:"notification"`
}

// ReadSupplement reads a follow-up to base. In its notification a field that is
// given replaces the earlier one, null clears it, and what lies in an object is
// replaced one by one. The result is judged like a whole notification. Its errors
// are those of ReadNotification; the paths of faults in the notification begin with
// /notification.
func ReadSupplement(raw []byte, base Notification, opts ReadOptions) (Supplement, []Warning, error) {
	var body supplementBody
	faults := Bind(raw, &body, nil)
	if err := unreadable(faults); err != nil {
		return Supplement{}, nil, err
	}
	n := base
	n.ForgetFiling()
	partial := bytes.TrimSpace(body.Notification)
	given := len(partial) > 0 && !bytes.Equal(partial, []byte("null"))
	if given {
		found := bindAt(partial, &n, opts.timesIn(), "/notification")
		if err := unreadable(found); err != nil {
			return Supplement{}, nil, err
		}
		faults = append(faults, found...)
	}
	if f := body.check(given); f != nil && !hasFaultAt(faults, f.Path) {
		faults = append(faults, *f)
	}
	n.becomeFollowUp(body.Kind, body.Reason)
	n.WithdrawReasonCode = cmp.Or(body.WithdrawReasonCode, n.WithdrawReasonCode)
	n.normalise()
	faults = append(faults, checkNotification(&n, opts, faults, "/notification")...)
	if err := Refusal(faults); err != nil {
		return Supplement{}, nil, err
	}
	found := warnings(&n, opts)
	for i := range found {
		found[i].Path = "/notification" + found[i].Path
	}
	return Supplement{body.Kind, body.Reason, body.WithdrawReasonCode, n}, found, nil
}

// check finds what is wrong with the follow-up apart from its notification.
func (s *supplementBody) check(given bool) *workflow.Fault {
	reasoned := strings.TrimSpace(string(s.Reason)) != ""
	switch {
	case s.Kind == "" || s.Kind == SubmissionNew:
		return &workflow.Fault{
			Path: "/submission_kind", Code: "required",
			Message: "Say what the follow-up does: SUPPLEMENT, CHANGE, EARLIER_WRONG or WITHDRAWAL.",
		}
	case s.Kind == SubmissionEarlierWrong && !reasoned:
		return &workflow.Fault{Path: "/reason", Code: "required", Message: "Say what was wrong in the earlier notification, and why."}
	case s.Kind == SubmissionWithdrawal && !reasoned:
		return &workflow.Fault{Path: "/reason", Code: "required", Message: "Say why the notification is withdrawn."}
	case !given && !reasoned:
		return &workflow.Fault{
			Path: "/notification", Code: "nothing_given",
			Message: "The follow-up says nothing: give a reason, or what is new or changed.",
		}
	}
	return nil
}

// ForgetFiling clears what describes one filing and is not handed down to the next:
// its channel and dates, its kind and its reasons.
func (n *Notification) ForgetFiling() {
	n.Channel, n.DispatchedAt, n.ArrivedAt, n.RegistrarNote = "", nil, nil, ""
	n.SubmissionKind, n.SubmissionReason, n.WithdrawReason, n.WithdrawReasonCode = "", "", "", ""
	if n.Subkind == SubkindWithdraw { // a withdrawal that was refused
		n.Subkind = SubkindIncomplete
	}
}

// becomeFollowUp sets the envelope of a follow-up.
func (n *Notification) becomeFollowUp(kind SubmissionKind, reason Text) {
	n.Kind, n.SubmissionKind, n.SubmissionReason = NotificationFollowUp, kind, reason
	if kind == SubmissionWithdrawal {
		n.Subkind, n.WithdrawReason = SubkindWithdraw, reason
	}
}

// Merge lays a follow-up that is a notification of its own, as the EDPB contract
// has it, over the version that it follows up: what it answers replaces the earlier
// answer, what it leaves open stays. Validate judges the result.
func Merge(base, followUp Notification) Notification {
	base.ForgetFiling()
	overlay(reflect.ValueOf(&base).Elem(), reflect.ValueOf(&followUp).Elem())
	kind := cmp.Or(followUp.SubmissionKind, SubmissionSupplement)
	base.becomeFollowUp(kind, cmp.Or(followUp.SubmissionReason, followUp.WithdrawReason))
	return base
}

func overlay(base, over reflect.Value) {
	for i := range over.NumField() {
		switch f := over.Field(i); {
		case f.IsZero():
		case f.Kind() == reflect.Struct && f.Type() != timeType && f.Type() != reflect.TypeFor[Contact]():
			overlay(base.Field(i), f)
		case f.Type() == reflect.TypeFor[map[string]string](): // answers kept as written
			kept := maps.Clone(base.Field(i).Interface().(map[string]string))
			if kept == nil {
				kept = make(map[string]string)
			}
			maps.Copy(kept, f.Interface().(map[string]string))
			base.Field(i).Set(reflect.ValueOf(kept))
		default:
			base.Field(i).Set(f)
		}
	}
}
