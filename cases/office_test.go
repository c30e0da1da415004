package cases_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/store/bolt"
	"github.com/vaka-project/vaka/workflow"
)

// office is an authority with its people, a store and a clock that stands still
// until it is set.
type office struct {
	t     testing.TB
	store cases.Store
	units *cases.Registry
	law   *workflow.Clocks
	*cases.Service

	mu  sync.Mutex
	now time.Time
}

// begin is a Wednesday morning, soon after what the sample notification tells.
var begin = time.Date(2026, 11, 18, 9, 0, 0, 0, time.UTC)

// The people of the office, and two who notify.
var (
	notifier    = actor("dpo", workflow.RoleNotifier)
	colleague   = actor("dpo2", workflow.RoleNotifier)
	registrar   = actor("registrar", workflow.RoleRegistrar)
	caseworker  = actor("caseworker", workflow.RoleCaseworker)
	caseworker2 = actor("caseworker2", workflow.RoleCaseworker)
	lawyer      = actor("lawyer", workflow.RoleLegal)
	supervisor  = actor("supervisor", workflow.RoleSupervisor, workflow.RoleDecisionMaker)
	supervisor2 = actor("supervisor2", workflow.RoleSupervisor)
	decider     = actor("decider", workflow.RoleDecisionMaker)
	admin       = actor("admin", workflow.RoleAdministrator)
	staff       = []cases.Actor{registrar, caseworker, caseworker2, lawyer, supervisor, supervisor2, decider}
	everybody   = append([]cases.Actor{notifier, colleague, admin}, staff...)
)

func actor(account string, roles ...workflow.Role) cases.Actor {
	return cases.Actor{Account: account, Roles: roles}
}

// directory knows everybody, and one who has left.
type directory struct{ failing error }

func (d directory) Person(_ context.Context, account string) (cases.Person, error) {
	if d.failing != nil {
		return cases.Person{}, d.failing
	}
	for _, a := range everybody {
		if a.Account == account {
			return cases.Person{Account: account, Roles: a.Roles, Active: true}, nil
		}
	}
	if account == "gone" {
		return cases.Person{Account: account, Roles: []workflow.Role{workflow.RoleCaseworker}}, nil
	}
	return cases.Person{}, cases.ErrNotFound
}

func openStore(t testing.TB) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func newOffice(t testing.TB) *office { return officeOn(t, openStore(t), cases.Policy{}) }

// officeOn is an office that works on a store; several may share one.
func officeOn(t testing.TB, store cases.Store, p cases.Policy) *office {
	t.Helper()
	law, err := workflow.NewClocks(workflow.ClockSettings{})
	if err != nil {
		t.Fatal(err)
	}
	p.CasePrefix, p.SupervisionPrefix = "PUI", "TS"
	if p.Zone == nil {
		p.Zone = workflow.Stockholm
	}
	o := &office{t: t, store: store, law: law, now: begin}
	o.units = cases.NewRegistry(store, o.time)
	o.Service = cases.NewService(cases.Options{
		Store: store, People: directory{}, Units: o.units, Law: law, Policy: p, Now: o.time,
	})
	return o
}

func (o *office) time() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.now
}

func (o *office) set(now time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.now = now
}

func (o *office) wait(d time.Duration) { o.set(o.time().Add(d)) }

// sampleRaw is a complete notification of a school's breach, aware on 17 November
// 2026 at 10:20 in Stockholm.
var sampleRaw = func() []byte {
	raw, err := os.ReadFile("testdata/notification-complete.json")
	if err != nil {
		panic(err)
	}
	return raw
}()

// notification is the sample with some of its fields changed; null removes one.
func notification(t testing.TB, changes map[string]any) cases.Notification {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal(sampleRaw, &fields); err != nil {
		t.Fatal(err)
	}
	for k, v := range changes {
		if v == nil {
			delete(fields, k)
		} else {
			fields[k] = v
		}
	}
	raw, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	n, _, err := cases.ReadNotification(raw, cases.ReadOptions{Zone: workflow.Stockholm, Now: begin.AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// mild is a notification that fires no rule of priority.
var mild = map[string]any{
	"subject_categories": []string{"STUDENTS"}, "data_categories": []string{"BASIC"}, "risk_controller": "RISK_NOT_HIGH",
	"subjects": map[string]any{"mode": "EXACT", "max": 3, "unit": "PERSONS"},
}

func with(base map[string]any, more ...any) map[string]any {
	out := map[string]any{}
	for k, v := range base {
		out[k] = v
	}
	for i := 0; i < len(more); i += 2 {
		out[more[i].(string)] = more[i+1]
	}
	return out
}

func (o *office) submit(a cases.Actor, changes map[string]any) *cases.Case {
	o.t.Helper()
	c, err := o.Submit(o.t.Context(), a, notification(o.t, changes), nil, cases.Command{})
	if err != nil {
		o.t.Fatal(err)
	}
	return c
}

// try takes a step on the case as it is now.
func (o *office) try(a cases.Actor, id string, step workflow.StepID, reason cases.Text, d cases.StepData) (*cases.Case, error) {
	o.t.Helper()
	return o.Take(o.t.Context(), a, id, cases.StepRequest{Step: step, Reason: reason, Data: d, Version: o.load(id).Version})
}

func (o *office) take(a cases.Actor, id string, step workflow.StepID, d cases.StepData) *cases.Case {
	o.t.Helper()
	c, err := o.try(a, id, step, "Reason.", d)
	if err != nil {
		o.t.Fatalf("%s by %s: %v", step, a.Account, err)
	}
	return c
}

// load is the case as it is in the store.
func (o *office) load(id string) *cases.Case {
	o.t.Helper()
	c, err := o.Case(o.t.Context(), cases.System("test"), id)
	if err != nil {
		o.t.Fatal(err)
	}
	return c
}

// triage brings a new mild case to triage with caseworker as its owner.
func (o *office) triage(changes map[string]any) string {
	o.t.Helper()
	id := o.submit(notifier, with(mild, pairs(changes)...)).ID
	o.take(registrar, id, workflow.StepRegister, cases.StepData{})
	o.take(supervisor, id, workflow.StepStartTriage, cases.StepData{Assignee: "caseworker"})
	return id
}

func pairs(m map[string]any) []any {
	var out []any
	for k, v := range m {
		out = append(out, k, v)
	}
	return out
}

// investigation brings a new case into an investigation.
func (o *office) investigation() string {
	o.t.Helper()
	id := o.triage(nil)
	o.take(supervisor, id, workflow.StepOpenInvestigation, cases.StepData{
		Scope: "Security.", LegalBasis: []string{"GDPR Art. 58(1)(a)"}, OSSRole: cases.OSSNotCrossBorder,
	})
	return id
}

// draft is a decision draft of an outcome.
func draft(outcome workflow.Outcome, measures ...cases.CorrectiveAction) *cases.DecisionDraft {
	return &cases.DecisionDraft{
		Outcome: outcome, LegalBasis: []string{"GDPR Art. 32"}, Reasons: "Because.", Rapporteur: "caseworker", Measures: measures,
	}
}

// drafting brings a new case to where its decision is written, by caseworker.
func (o *office) drafting(d *cases.DecisionDraft) string {
	o.t.Helper()
	id := o.investigation()
	o.take(caseworker, id, workflow.StepStartDrafting, cases.StepData{Memo: "Facts and law."})
	o.take(caseworker, id, workflow.StepEditDraft, cases.StepData{Draft: d})
	return id
}

// decided brings a new case to a decision that is served today.
func (o *office) decided(d *cases.DecisionDraft) string {
	o.t.Helper()
	id := o.drafting(d)
	o.take(decider, id, workflow.StepDecide, cases.StepData{HearingSkipReason: "Urgent.", ServiceDate: o.today()})
	return id
}

func (o *office) today() cases.Date {
	return cases.Date(o.time().In(workflow.Stockholm).Format(time.DateOnly))
}

func (o *office) sweep() cases.Swept {
	o.t.Helper()
	swept, err := o.Sweep(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	return swept
}

// follow files a follow-up of a case.
func (o *office) follow(a cases.Actor, id string, kind cases.SubmissionKind, changes map[string]any) (*cases.Case, error) {
	o.t.Helper()
	body := map[string]any{"submission_kind": kind, "reason": "More is known."}
	if changes != nil {
		body["notification"] = changes
	}
	raw, err := json.Marshal(body)
	if err != nil {
		o.t.Fatal(err)
	}
	return o.File(o.t.Context(), a, id, func(base cases.Notification) (cases.Notification, []cases.Warning, error) {
		s, warnings, err := cases.ReadSupplement(raw, base, cases.ReadOptions{Zone: workflow.Stockholm, Now: o.time()})
		return s.Notification, warnings, err
	}, cases.Command{})
}

// sound checks what must be so of every case: its events fold to its picture, which
// is what is loaded and what the board shows, and its chain holds.
func (o *office) sound(id string) {
	o.t.Helper()
	ctx := o.t.Context()
	loaded := o.load(id)
	events, err := o.store.Events(ctx, id, 1)
	if err != nil {
		o.t.Fatal(err)
	}
	if breaks := cases.Verify(id, events); len(breaks) > 0 {
		o.t.Fatalf("the chain of %s is broken: %v", id, breaks)
	}
	folded := &cases.Case{}
	for _, e := range events {
		if err := folded.Apply(e); err != nil {
			o.t.Fatalf("folding %s: %v", id, err)
		}
	}
	var picture cases.Case
	if err := o.store.Get(ctx, cases.Cases, id, &picture); err != nil && !errors.Is(err, cases.ErrNotFound) {
		o.t.Fatal(err)
	}
	want := asJSON(o.t, folded)
	if got := asJSON(o.t, loaded); got != want {
		o.t.Fatalf("loaded differs from folded:\n%s", cmp.Diff(want, got))
	}
	if got := asJSON(o.t, picture); picture.Version == folded.Version && got != want {
		o.t.Fatalf("picture differs from folded:\n%s", cmp.Diff(want, got))
	}
	shown, ok := o.Board().Get(id)
	if got, want := asJSON(o.t, shown), asJSON(o.t, folded.Summary()); !ok || got != want {
		o.t.Fatalf("the board shows another case:\n%s", cmp.Diff(want, got))
	}
	o.seen(folded)
	o.lawful(folded)
}

// seen checks that the board shows the case to just those who may see it.
func (o *office) seen(c *cases.Case) {
	o.t.Helper()
	mandated := cases.Actor{Account: "mandated", Roles: []workflow.Role{workflow.RoleNotifier}, Units: []string{"other", c.Party.Unit}}
	both := actor("dpo", workflow.RoleNotifier, workflow.RoleLegal)
	filedOnce := actor(c.OpenedBy, workflow.RoleNotifier)
	for _, a := range append([]cases.Actor{mandated, both, filedOnce, {}, cases.System("x"), actor("", workflow.RoleNotifier)}, everybody...) {
		p, err := o.Board().List(cases.Query{Text: c.Number, Limit: cases.MaxLimit}, a, o.time())
		listed := slices.ContainsFunc(p.Items, func(s cases.Summary) bool { return s.ID == c.ID })
		if err != nil || listed != c.VisibleTo(a) {
			o.t.Fatalf("%s sees the case: %v; the board shows it: %v (%v)", a.Account, c.VisibleTo(a), listed, err)
		}
	}
}

// lawful checks what the procedure promises of a case in any state.
func (o *office) lawful(c *cases.Case) {
	o.t.Helper()
	if ended := !c.State.Open(); ended != (c.Closing != nil) || ended && (c.Closing.Outcome == "" || c.Closing.Reason == "") {
		o.t.Fatalf("case in %s with closing %+v", c.State, c.Closing)
	}
	if c.State == workflow.StateDecided {
		if c.Decision == nil || c.Decision.ServedOn == "" {
			o.t.Fatalf("decided without a date of service: %+v", c.Decision)
		}
		for _, editor := range c.Draft.Editors {
			if editor == c.Decision.Decider {
				o.t.Fatalf("%s decided on an own draft", editor)
			}
		}
	}
	if !c.State.Open() && (len(c.OpenClocks()) > 0 || c.OpenRequest() != nil) {
		o.t.Fatalf("something runs in a case in %s: %+v %+v", c.State, c.OpenClocks(), c.OpenRequest())
	}
	if c.Unread > 0 && (c.State.Open() || c.Unread > len(c.Submissions)) {
		o.t.Fatalf("version %d of %d is unread in a case in %s", c.Unread, len(c.Submissions), c.State)
	}
	seen := map[string]bool{}
	for _, k := range c.Clocks {
		if seen[k.ID] {
			o.t.Fatalf("two clocks are named %s", k.ID)
		}
		seen[k.ID] = true
		if (k.Status == cases.ClockOpen) != (k.ClosedAt == nil) {
			o.t.Fatalf("clock %s is %s and closed at %v", k.ID, k.Status, k.ClosedAt)
		}
	}
}

func asJSON(t interface {
	Helper()
	Fatal(...any)
}, v any,
) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// refused checks that a refusal is of a kind and code.
func refused(t testing.TB, err error, kind workflow.Kind, code string) *workflow.Error {
	t.Helper()
	e, ok := errors.AsType[*workflow.Error](err)
	if !ok || e.Kind != kind || e.Code != code {
		t.Fatalf("got %v (%s), want %s %s", err, workflow.KindOf(err), kind, code)
	}
	return e
}

// faulted checks that an error holds a fault.
func faulted(t testing.TB, err error, path, code string) {
	t.Helper()
	e, ok := errors.AsType[*workflow.Error](err)
	if !ok {
		t.Fatalf("got %v, want a fault at %s", err, path)
	}
	for _, f := range e.Faults {
		if f.Path == path && f.Code == code {
			return
		}
	}
	t.Fatalf("got %v, want %s: %s", err, path, code)
}

func clocks(c *cases.Case, status cases.ClockStatus) []string {
	var out []string
	for _, k := range c.Clocks {
		if k.Status == status {
			out = append(out, k.ID)
		}
	}
	return out
}

func clock(t testing.TB, c *cases.Case, id string) cases.Clock {
	t.Helper()
	for _, k := range c.Clocks {
		if k.ID == id {
			return k
		}
	}
	t.Fatalf("no clock %s among %+v", id, c.Clocks)
	return cases.Clock{}
}
