package cases

import (
	"slices"
	"strconv"
	"strings"

	"github.com/vaka-project/vaka/workflow"
)

// edpbFormVersion names the template that a notification was written for.
const edpbFormVersion = "EDPB-1.0"

// ReadEDPB reads a notification in the machine-to-machine contract that goes with
// the EDPB template v1.0, as the tools of controllers really send it: several
// letters as a list or as one text, numbers as texts, times without seconds and
// offset (local times of opts.Zone), empty texts where nothing was entered. An
// answer in prose that cannot be turned into a field is kept as it was written, in
// EDPBText, with a warning.
//
// The error is a *workflow.Error: Malformed with the code "schema" when the
// contract is broken (an unknown field, a wrong type, an unknown letter), Invalid
// when a time asks a question, awareness lies in the future or something is missing
// without which there is no case. All paths are the contract's, as in /field_48.
//
// A follow-up needs only its type and the case that it follows up; Merge lays it
// over the earlier version, and Validate judges the result and warns of it.
func ReadEDPB(raw []byte, opts ReadOptions) (Notification, []Warning, error) {
	r := edpbReader{opts: opts, values: make(map[int]edpbValue, len(edpbTable))}
	if err := r.scan(raw); err != nil {
		return Notification{}, nil, err
	}
	for i := range edpbTable {
		row := &edpbTable[i]
		v, given := r.values[row.number]
		switch {
		case !given:
		case row.read != nil:
			r.row = row
			row.read(&r, v)
		default:
			r.fill(row, v)
		}
	}
	n := &r.n
	n.FormVersion = edpbFormVersion
	n.SubmissionKind = edpbSubmissionKind(n)
	n.normalise()
	r.check()
	if err := Refusal(r.faults); err != nil {
		return Notification{}, nil, err
	}
	if n.Kind == NotificationFollowUp {
		return *n, r.warnings, nil // what looks wrong in a part is seen in the whole
	}
	for _, w := range warnings(n, opts) {
		w.Path = r.pathOf(w.Path)
		r.warnings = append(r.warnings, w)
	}
	return *n, r.warnings, nil
}

// edpbSubmissionKind is what a filing does; the template does not tell a change from
// an addition.
func edpbSubmissionKind(n *Notification) SubmissionKind {
	switch {
	case n.Kind == NotificationNew:
		return SubmissionNew
	case n.Subkind == SubkindWithdraw:
		return SubmissionWithdrawal
	}
	return SubmissionSupplement
}

// edpbReader turns the values of one payload into a notification.
type edpbReader struct {
	opts     ReadOptions
	values   map[int]edpbValue
	row      *edpbRow // that is being read
	n        Notification
	warnings []Warning
	faults   []workflow.Fault // that leave the contract whole
}

// fill reads a row that has a field of its own in the model.
func (r *edpbReader) fill(row *edpbRow, v edpbValue) {
	f := &fieldTable[fieldByPath[row.path]]
	field := f.of(&r.n)
	switch row.form {
	case edpbNumber:
		field.Set(pointerValue(v.number))
	case edpbFlag:
		field.Set(pointerValue(v.flag))
	case edpbContact:
		field.Set(valueOf(splitContact(v.first())))
	case edpbInstant:
		r.instant(row, f, v.first())
	case edpbCodes:
		field.Set(codeList(field.Type(), row, v.texts))
	case edpbCode:
		code, _ := row.code(v.first())
		field.SetString(code)
	default:
		field.SetString(v.first())
	}
}

// instant reads a time. A local time that the clocks skip or repeat is a question
// to the sender, and no fault of form.
func (r *edpbReader) instant(row *edpbRow, f *Field, s string) {
	t, refused := readTime(s, zoneOr(r.opts.Zone))
	if refused != nil {
		r.faults = append(r.faults, workflow.Fault{Path: "/" + row.key, Code: refused.Code, Message: refused.Message})
		return
	}
	if field := f.of(&r.n); f.plan.form == formPointer {
		field.Set(pointerValue(t))
	} else {
		field.Set(valueOf(t))
	}
}

// check judges the notification and adds its faults under the contract's paths.
func (r *edpbReader) check() {
	n := &r.n
	known := len(r.faults)
	for _, f := range checkNotification(n, r.opts, nil, "") {
		f.Path = r.pathOf(f.Path)
		already := slices.ContainsFunc(r.faults[:known], func(k workflow.Fault) bool { return k.Path == f.Path })
		partial := n.Kind == NotificationFollowUp && f.Code == "required" && f.Path != "/field_3" && f.Path != "/field_4"
		if !already && !partial {
			r.faults = append(r.faults, f)
		}
	}
	if n.Kind == NotificationFollowUp && n.PreviousCaseID == "" {
		r.faults = append(r.faults, workflow.Fault{Path: "/field_6", Code: "required", Message: "A follow-up needs the ID of the case that it follows up."})
	}
	if n.Subkind == SubkindWithdraw && n.Kind == NotificationFollowUp && n.WithdrawReason == "" {
		r.faults = append(r.faults, workflow.Fault{Path: "/field_5", Code: "required", Message: "Say why the notification is withdrawn."})
	}
}

// pathOf is the contract's path for a JSON Pointer into the model.
func (r *edpbReader) pathOf(pointer string) string {
	if key, ok := strings.CutPrefix(pointer, "/edpb_text/"); ok {
		return "/" + key
	}
	f, ok := FieldAt(strings.ReplaceAll(strings.TrimPrefix(pointer, "/"), "/", "."))
	if !ok || f.Row == "" {
		return ""
	}
	number, err := strconv.Atoi(strings.TrimPrefix(f.Row, "T"))
	if err != nil {
		return ""
	}
	if twin, ok := edpbTwins[number]; ok {
		if _, given := r.values[number]; !given {
			if _, given := r.values[twin]; given {
				number = twin
			}
		}
	}
	return "/field_" + strconv.Itoa(number)
}

// warn notes something about the row that is being read.
func (r *edpbReader) warn(code, message string) {
	r.warnings = append(r.warnings, Warning{Path: "/" + r.row.key, Code: code, Message: message})
}

// keepAs keeps what was written without a warning; keep is for what the model has
// no field for.
func (r *edpbReader) keepAs(v edpbValue) {
	if r.n.EDPBText == nil {
		r.n.EDPBText = make(map[string]string)
	}
	r.n.EDPBText[r.row.key] = v.written()
}

func (r *edpbReader) keep(v edpbValue) {
	r.keepAs(v)
	r.warn("kept_as_written", "This answer could not be turned into a field; it is kept as it was written.")
}

// scan reads the payload into values, and refuses it when it breaks the contract.
func (r *edpbReader) scan(raw []byte) error {
	s := edpbScanner{scanner: scanner{raw: raw}, values: r.values, zone: zoneOr(r.opts.Zone)}
	if !s.checkUTF8() || !s.payload() {
		return Refusal([]workflow.Fault{*s.broken})
	}
	if len(s.faults) > 0 {
		return &workflow.Error{
			Kind: workflow.Malformed, Code: "schema", Faults: s.faults,
			Message: "The notification does not follow the contract; each field that does not is listed with what to do.",
		}
	}
	return nil
}

// isTimeQuestion says whether a time was understood and only asks which offset is
// meant.
func isTimeQuestion(err *workflow.Error) bool {
	return slices.Contains([]string{"time_does_not_exist", "time_exists_twice"}, err.Code)
}
