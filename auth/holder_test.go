package auth_test

import (
	"slices"
	"testing"
	"time"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

const day = 24 * time.Hour

// The holder and administrators change what an account is called; nobody else does.
func TestDetails(t *testing.T) {
	h := newHouse(t)
	admin, kim, other := h.add("admin", workflow.RoleAdministrator), h.add("kim", workflow.RoleCaseworker), h.add("other", workflow.RoleSupervisor)
	if p, err := h.SetDetails(ctx, kim, kim.Account, auth.Details{Name: "Kim Ny", Language: "en"}); err != nil || p.Name != "Kim Ny" || p.Language != "en" {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err := h.SetDetails(ctx, admin, kim.Account, auth.Details{Name: "Kim", Language: "sv"}); err != nil || p.Language != "sv" {
		t.Errorf("%+v, %v", p, err)
	}
	_, err := h.SetDetails(ctx, other, kim.Account, auth.Details{Name: "x", Language: "sv"})
	wantRefusal(t, err, "forbidden administrators_only")
	_, err = h.SetDetails(ctx, kim, kim.Account, auth.Details{Name: " ", Language: "de"})
	wantRefusal(t, err, "invalid invalid_change /name:required /language:unknown_code")
}

// A deputy acts from the beginning of an absence to its end, and only while they
// are there themselves: a chain is not followed.
func TestDeputy(t *testing.T) {
	h := newHouse(t)
	admin, kim := h.add("admin", workflow.RoleAdministrator), h.add("kim", workflow.RoleCaseworker)
	lo, clerk, dpo := h.add("lo", workflow.RoleCaseworker), h.add("clerk", workflow.RoleRegistrar), h.add("dpo", workflow.RoleNotifier)
	away := auth.NewAbsence{From: start.Add(day), Until: start.Add(8 * day), Deputy: lo.Account}
	for name, c := range map[string]struct {
		by   cases.Actor
		of   cases.Actor
		want func(auth.NewAbsence) auth.NewAbsence
		code string
	}{
		"by somebody else":    {lo, kim, func(a auth.NewAbsence) auth.NewAbsence { return a }, "forbidden administrators_only"},
		"without a deputy":    {kim, kim, func(a auth.NewAbsence) auth.NewAbsence { a.Deputy = ""; return a }, "invalid invalid_absence /deputy:not_a_deputy"},
		"by oneself":          {kim, kim, func(a auth.NewAbsence) auth.NewAbsence { a.Deputy = kim.Account; return a }, "invalid invalid_absence /deputy:not_a_deputy"},
		"by another role":     {kim, kim, func(a auth.NewAbsence) auth.NewAbsence { a.Deputy = clerk.Account; return a }, "invalid invalid_absence /deputy:not_a_deputy"},
		"of who is not staff": {dpo, dpo, func(a auth.NewAbsence) auth.NewAbsence { return a }, "invalid invalid_absence /deputy:not_a_deputy"},
		"backwards":           {kim, kim, func(a auth.NewAbsence) auth.NewAbsence { a.Until = a.From; return a }, "invalid invalid_absence /until:ends_before"},
		"over": {kim, kim, func(a auth.NewAbsence) auth.NewAbsence {
			a.From, a.Until = start.Add(-2*day), start.Add(-day)
			return a
		}, "invalid invalid_absence /until:in_the_past"},
		"without a beginning":  {kim, kim, func(a auth.NewAbsence) auth.NewAbsence { a.From = time.Time{}; return a }, "invalid invalid_absence /from:required"},
		"for longer than that": {kim, kim, func(a auth.NewAbsence) auth.NewAbsence { a.Until = a.From.Add(400 * day); return a }, "invalid invalid_absence /until:too_far"},
	} {
		if _, err := h.SetAbsence(ctx, c.by, c.of.Account, c.want(away)); refusal(err) != c.code {
			t.Errorf("%s: %s", name, refusal(err))
		}
	}
	p, err := h.SetAbsence(ctx, kim, kim.Account, away)
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.SetAbsence(ctx, admin, kim.Account, auth.NewAbsence{From: start.Add(7 * day), Until: start.Add(9 * day), Deputy: lo.Account})
	wantRefusal(t, err, "conflict absence_overlaps")
	for offset, want := range map[time.Duration]string{0: "", day - 1: "", day: lo.Account, 8*day - time.Millisecond: lo.Account, 8 * day: ""} {
		if got, err := h.DeputyOf(ctx, kim.Account, start.Add(offset)); err != nil || got != want {
			t.Errorf("after %s the deputy is %q, %v", offset, got, err)
		}
	}
	h.clock.pass(2 * day)
	session := h.in("lo")
	deputises := func(want ...string) {
		t.Helper()
		actor, _, err := h.Authenticate(ctx, session)
		if err != nil || !slices.Equal(actor.Deputises, want) {
			t.Errorf("deputises for %v, %v; want %v", actor.Deputises, err, want)
		}
	}
	deputises(kim.Account)
	// The deputy falls ill: nobody acts, not even the deputy's deputy.
	if _, err := h.SetAbsence(ctx, lo, lo.Account, auth.NewAbsence{From: start.Add(2 * day), Until: start.Add(3 * day), Deputy: kim.Account}); refusal(err) != "invalid invalid_absence /deputy:deputy_absent" {
		t.Errorf("a deputy who is away: %s", refusal(err))
	}
	third := h.add("third", workflow.RoleCaseworker)
	ill, err := h.SetAbsence(ctx, admin, lo.Account, auth.NewAbsence{From: start.Add(2 * day), Until: start.Add(3 * day), Deputy: third.Account})
	if err != nil {
		t.Fatal(err)
	}
	deputises()
	if got, err := h.DeputyOf(ctx, kim.Account, h.clock.now()); err != nil || got != "" {
		t.Errorf("the deputy who is away acts: %q, %v", got, err)
	}
	if _, err := h.EndAbsence(ctx, lo, lo.Account, ill.Absences[0].ID); err != nil {
		t.Fatal(err)
	}
	deputises(kim.Account)
	if _, err := h.SetRoles(ctx, admin, lo.Account, []workflow.Role{workflow.RoleRegistrar}, "moved"); err != nil {
		t.Fatal(err)
	}
	deputises()
	_, err = h.EndAbsence(ctx, kim, kim.Account, "none")
	wantRefusal(t, err, "not_found no_absence")
	if _, err := h.EndAbsence(ctx, kim, kim.Account, p.Absences[0].ID); err != nil {
		t.Error(err)
	}
}

// A conflict of interest with a controller is declared by its holder or recorded by
// others, and lifted by neither the holder nor just anybody.
func TestBars(t *testing.T) {
	h := newHouse(t)
	admin, kim, boss := h.add("admin", workflow.RoleAdministrator), h.add("kim", workflow.RoleCaseworker), h.add("boss", workflow.RoleSupervisor)
	lo, clerk, dpo := h.add("lo", workflow.RoleCaseworker), h.add("clerk", workflow.RoleRegistrar), h.add("dpo", workflow.RoleNotifier)
	bar := auth.NewBar{Organisation: "org", Unit: "unit", Until: start.Add(day), Reason: "Former employer."}
	_, err := h.Bar(ctx, lo, kim.Account, bar)
	wantRefusal(t, err, "forbidden bar_others")
	_, err = h.Bar(ctx, dpo, dpo.Account, bar)
	wantRefusal(t, err, "forbidden bar_others")
	_, err = h.Bar(ctx, clerk, dpo.Account, bar)
	wantRefusal(t, err, "invalid invalid_bar /account:not_staff")
	_, err = h.Bar(ctx, kim, kim.Account, auth.NewBar{Until: start})
	wantRefusal(t, err, "invalid invalid_bar /organisation:required /reason:required /until:in_the_past")
	made, err := h.Bar(ctx, kim, kim.Account, bar)
	if err != nil || made.By != kim.Account {
		t.Fatalf("%+v, %v", made, err)
	}
	_, err = h.Bar(ctx, boss, kim.Account, bar)
	wantRefusal(t, err, "conflict bar_exists")
	if person, err := h.Person(ctx, kim.Account); err != nil || len(person.Bars) != 1 {
		t.Errorf("%+v, %v", person, err)
	}
	for _, c := range []struct {
		who  cases.Actor
		want int
	}{{kim, 1}, {lo, 0}, {boss, 1}, {clerk, 1}, {admin, 1}} {
		if got, err := h.Bars(ctx, c.who); err != nil || len(got) != c.want {
			t.Errorf("%s sees %+v, %v", c.who.Account, got, err)
		}
	}
	_, err = h.Bars(ctx, dpo)
	wantRefusal(t, err, "forbidden role")
	for _, c := range []struct {
		who        cases.Actor
		bar, say   string
		wantRefuse string
	}{
		{kim, made.ID, "It is over.", "forbidden lift_bar"},
		{clerk, made.ID, "It is over.", "forbidden lift_bar"},
		{boss, made.ID, "", "invalid invalid_bar /reason:required"},
		{boss, "none", "It is over.", "not_found no_bar"},
		{boss, made.ID, "It is over.", ""},
	} {
		wantRefusal(t, h.LiftBar(ctx, c.who, kim.Account, c.bar, c.say), c.wantRefuse)
	}
	own, err := h.Bar(ctx, boss, boss.Account, bar)
	if err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, h.LiftBar(ctx, boss, boss.Account, own.ID, "It is over."), "forbidden own_bar")
	h.clock.pass(day)
	if got, err := h.Bars(ctx, admin); err != nil || len(got) != 0 {
		t.Errorf("a conflict outlives its end: %+v, %v", got, err)
	}
}

// Who leaves names a successor who can hold cases; the last administrator stays.
func TestDeactivateTo(t *testing.T) {
	h := newHouse(t)
	admin, kim, lo, clerk := h.add("admin", workflow.RoleAdministrator), h.add("kim", workflow.RoleCaseworker), h.add("lo", workflow.RoleCaseworker), h.add("clerk", workflow.RoleRegistrar)
	for _, to := range []string{clerk.Account, kim.Account, "nobody"} {
		_, err := h.DeactivateTo(ctx, admin, kim.Account, to, "left")
		wantRefusal(t, err, "invalid invalid_change /successor:not_a_caseworker")
	}
	_, err := h.DeactivateTo(ctx, kim, lo.Account, kim.Account, "left")
	wantRefusal(t, err, "forbidden administrators_only")
	_, err = h.DeactivateTo(ctx, admin, admin.Account, lo.Account, "left")
	wantRefusal(t, err, "conflict last_administrator")
	session := h.in("kim")
	if p, err := h.DeactivateTo(ctx, admin, kim.Account, lo.Account, "left"); err != nil || p.Active || p.Handover.Successor != lo.Account {
		t.Fatalf("%+v, %v", p, err)
	}
	if h.open(session) {
		t.Error("the session outlived the account")
	}
	if person, err := h.Person(ctx, kim.Account); err != nil || person.Handover == nil || person.Handover.By != admin.Account {
		t.Errorf("%+v, %v", person, err)
	}
	_, err = h.DeactivateTo(ctx, admin, kim.Account, lo.Account, "left")
	wantRefusal(t, err, "conflict account_inactive")
	if p, err := h.Activate(ctx, admin, kim.Account, "is back"); err != nil || p.Handover != nil {
		t.Errorf("%+v, %v", p, err)
	}
}
