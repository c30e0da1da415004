package cases_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// affected files a notification of a controller and links it to the incident.
func (o *office) affected(i cases.Incident, controller, board string) string {
	o.t.Helper()
	id := o.submit(notifier, map[string]any{"controller": map[string]any{
		"name": controller, "board": board, "sector": "PUBLIC", "sector_of_activity": "MUNICIPALITY",
		"contact": map[string]any{"email": "kim@exempel.example"},
	}}).ID
	o.take(caseworker, id, workflow.StepLinkIncident, cases.StepData{Incident: i.ID})
	return id
}

func customers(t *testing.T, lines string) []cases.Customer {
	t.Helper()
	out, faults, _, err := readList(lines)
	if err != nil || len(faults) > 0 {
		t.Fatalf("%v, %v", faults, err)
	}
	return out
}

func (o *office) statesOf(incident string, a cases.Actor) map[string]cases.CoverState {
	o.t.Helper()
	v, err := o.Coverage().Of(o.t.Context(), a, incident)
	if err != nil {
		o.t.Fatal(err)
	}
	out := map[string]cases.CoverState{}
	for _, c := range v.Customers {
		out[c.Name] = c.State
	}
	return out
}

func TestCoverage_FollowsListsCasesAndStatements(t *testing.T) {
	o := newOffice(t)
	ctx, all, i := t.Context(), o.Coverage(), o.incident()
	o.affected(i, "Borås stad", "Socialnämnden")
	wrong := o.affected(i, "Ale kommun", "")
	secret := o.affected(i, "Lerums kommun", "")
	o.take(supervisor, secret, workflow.StepFlagSecret, cases.StepData{NamedStaff: []string{"caseworker2", "supervisor"}})

	_, err := all.Contact(ctx, caseworker, i.ID, []string{"x"}, cases.CustomerContact{Channel: cases.ContactTelephone, Date: "2026-11-18", Text: "Nobody answered."})
	refused(t, err, workflow.Conflict, "no_list")
	list := cases.CustomerList{Source: "The supplier", Reason: "It was asked for.", Customers: customers(t, "Namn;E-post\nBorås kommun;\nAle;dso@ale.example\nLerum;\nMölndals stad;\nMölndal stadsnät AB;\nMölndals stadd;\n")}
	_, err = all.TakeList(ctx, notifier, i.ID, 0, list)
	refused(t, err, workflow.NotFound, "no_such_incident")
	_, err = all.TakeList(ctx, caseworker, i.ID, 0, cases.CustomerList{AsOf: "2026-11-19"})
	faultsAt(t, err, "/as_of", "/customers", "/reason", "/source")
	v, err := all.TakeList(ctx, caseworker, i.Number, 0, list)
	if err != nil {
		t.Fatal(err)
	}
	_, err = all.TakeList(ctx, caseworker2, i.ID, 0, list)
	refused(t, err, workflow.Stale, "changed_meanwhile")

	want := map[string]cases.CoverState{
		"Borås stad": cases.CoverNotified, "Ale kommun": cases.CoverNotified, "Lerum": cases.CoverMissing,
		"Mölndals stad": cases.CoverMissing, "Mölndal stadsnät AB": cases.CoverMissing, "Mölndals stadd": cases.CoverMissing,
	}
	if diff := cmp.Diff(want, o.statesOf(i.ID, caseworker)); diff != "" {
		t.Error(diff)
	}
	// Whoever may see the secret case sees the same figures, and the case beside them.
	for _, one := range mustOf(t, o, i.ID, caseworker2).Customers {
		if named := len(one.Secret) > 0; named != (one.Name == "Lerum") {
			t.Errorf("%s: %+v", one.Name, one.Secret)
		}
	}

	if _, err := o.follow(notifier, wrong, cases.SubmissionEarlierWrong, nil); err != nil {
		t.Fatal(err)
	}
	id := ""
	for _, one := range v.Customers {
		if one.Name == "Mölndals stad" {
			id = one.ID
		}
	}
	_, err = all.StateNotAffected(ctx, caseworker, i.ID, id, cases.CustomerStatement{Date: "2027-01-01"})
	faultsAt(t, err, "/date", "/source")
	_, err = all.StateNotAffected(ctx, caseworker, i.ID, "nobody", cases.CustomerStatement{Source: "Telephone", Date: "2026-11-18"})
	faultsAt(t, err, "/customer/0")
	if v, err = all.StateNotAffected(ctx, caseworker, i.ID, id, cases.CustomerStatement{Source: "Telephone", Date: "2026-11-18"}); err != nil {
		t.Fatal(err)
	}
	want["Ale kommun"], want["Mölndals stad"] = cases.CoverNotAffected, cases.CoverNotAffected
	if diff := cmp.Diff(want, o.statesOf(i.ID, caseworker)); diff != "" {
		t.Error(diff)
	}

	// A further list: who is gone is not counted, what was said stays with who is there.
	list.Customers, list.Reason = customers(t, "Namn\nMölndals stad\nAle kommun\nKungälvs kommun\n"), "A corrected list."
	if v, err = all.TakeList(ctx, caseworker, i.ID, v.Record.Version, list); err != nil {
		t.Fatal(err)
	}
	want = map[string]cases.CoverState{"Mölndals stad": cases.CoverNotAffected, "Ale kommun": cases.CoverNotAffected, "Kungälvs kommun": cases.CoverMissing}
	if diff := cmp.Diff(want, o.statesOf(i.ID, caseworker)); diff != "" {
		t.Error(diff)
	}
	last := v.Record.Lists[1]
	if diff := cmp.Diff([]string{"Ale kommun", "Kungälvs kommun"}, last.Added); diff != "" || len(last.Removed) != 5 || len(v.Others) != 1 {
		t.Errorf("%+v, others %+v", last, v.Others)
	}
	if v, err = all.TakeBackStatement(ctx, caseworker, i.ID, v.Record.Statements[0].ID, "It was another organisation."); err != nil {
		t.Fatal(err)
	}
	if got := o.statesOf(i.ID, caseworker)["Mölndals stad"]; got != cases.CoverMissing {
		t.Errorf("after its word was taken back: %s", got)
	}

	events, err := all.History(ctx, caseworker, i.ID)
	if err != nil || len(events) != 4 || len(cases.Verify(v.Record.ID, events)) > 0 {
		t.Fatalf("%d events, %v", len(events), err)
	}
	var folded cases.Coverage
	for _, e := range events {
		if err := folded.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(asJSON(t, v.Record), asJSON(t, folded)); diff != "" {
		t.Error(diff)
	}
	if err := all.Heal(ctx, v.Record.ID); err != nil {
		t.Error(err)
	}
}

func mustOf(t *testing.T, o *office, incident string, a cases.Actor) cases.CoverageView {
	t.Helper()
	v, err := o.Coverage().Of(t.Context(), a, incident)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestCoverage_AsksWhereItIsInDoubt(t *testing.T) {
	o := newOffice(t)
	ctx, all, i := t.Context(), o.Coverage(), o.incident()
	o.affected(i, "Mölndals stad", "")
	v, err := all.TakeList(ctx, caseworker, i.ID, 0, cases.CustomerList{Source: "S", Reason: "R", Customers: customers(t, "Namn\nMölndahls stad\nMönldals stad AB\n")})
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Questions) != 1 || len(v.Questions[0].Candidates) != 1 {
		t.Fatalf("asked: %+v", v.Questions)
	}
	q := v.Questions[0]
	_, err = all.Answer(ctx, caseworker, i.ID, []cases.MatchAnswer{{Customer: q.Customer.Key, Target: "org:made-up"}, {Customer: "nobody"}})
	faultsAt(t, err, "/answers/0/target", "/answers/1/customer")
	v, err = all.Answer(ctx, caseworker, i.ID, []cases.MatchAnswer{{Customer: q.Customer.Key, Target: q.Candidates[0].Target}})
	if err != nil || len(v.Questions) != 0 {
		t.Fatalf("%+v, %v", v.Questions, err)
	}
	if got := o.statesOf(i.ID, caseworker)["Mölndals stad"]; got != cases.CoverNotified || v.Record.Answers[0].By != "caseworker" {
		t.Errorf("%s, %+v", got, v.Record.Answers)
	}
}

func TestCoverage_KeepsWhatWasSentToWhom(t *testing.T) {
	o := newOffice(t)
	ctx, all, i := t.Context(), o.Coverage(), o.incident()
	v, err := all.TakeList(ctx, caseworker, i.ID, 0, cases.CustomerList{Source: "S", Reason: "R", Customers: customers(t, "Namn;E-post\nAle kommun;dso@ale.example\nLerum;\n")})
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{v.Customers[0].ID, v.Customers[1].ID, v.Customers[0].ID}
	_, err = all.Contact(ctx, caseworker, i.ID, nil, cases.CustomerContact{Channel: cases.ContactLetter, Date: "2026-11-18", Text: "x"})
	faultsAt(t, err, "/customers")
	_, err = all.Contact(ctx, caseworker, i.ID, ids, cases.CustomerContact{Channel: cases.ContactLetter, Date: "18 november", Text: "To {organization}"})
	faultsAt(t, err, "/date", "/text")
	v, err = all.Contact(ctx, caseworker, i.ID, ids, cases.CustomerContact{Channel: cases.ContactLetter, Date: "2026-11-18", Text: "To {organisation} about {supplier}, {incident}."})
	if err != nil {
		t.Fatal(err)
	}
	k := v.Record.Contacts[0]
	if len(k.To) != 2 || k.To[0].Email != "dso@ale.example" || len(v.Customers[0].Contacts) != 1 {
		t.Fatalf("%+v", k)
	}
	if got := k.Letter(k.To[0].Name); got != cases.Text(fmt.Sprintf("To Ale kommun about Lönebolaget, %s.", i.Title)) {
		t.Error(got)
	}
}
