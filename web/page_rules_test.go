package web_test

import (
	"net/http"
	"strings"
	"testing"
)

// An administrator sees what a change does before it is made, makes it, and everybody
// who works here reads it in the journal and on the case.
func TestRules_AreChangedInTwoSteps(t *testing.T) {
	h := open(t)
	must(t, h.cases.Start(ctx))
	id, number := h.file("dpo")
	h.step("registrar", id, "register", "", map[string]any{"diary_number": "DI-2026-17"}).want(200)
	h.step("supervisor", id, "start_triage", "", map[string]any{"assignee": h.ids["caseworker"]}).want(200)

	b := h.signedIn("admin")
	b.get("/rules").want(200, "Time limits", "1 working day", "Midsummer Eve", "GDPR_2018", "What was in force when the journal began.")
	holds := func(html string) {
		t.Helper()
		if !strings.Contains(b.screen.Body, html) {
			t.Errorf("%s does not hold %s", b.screen.Path, html)
		}
	}
	b.get("/rules/clock?clock=TRIAGE_P3").want(200)
	holds(`name="n" value="10"`)
	b.send("/rules/clock", "clock", "TRIAGE_P3", "n", "0", "unit", "WORKING_DAYS", "reason", "", "then", "preview").
		want(422, "There is something to correct", "Length:", "Reason:")
	b.send("/rules/clock", "clock", "TRIAGE_P3", "n", "14", "unit", "WORKING_DAYS", "open", "true", "reason", "Staff are ill.", "then", "preview").
		want(200, "Nothing is saved yet.", "from 10 working days to 14 working days", "One time limit moves", "Which cases they are is shown to case staff only")
	if strings.Contains(b.screen.Body, number) {
		t.Error("an administrator who is no staff sees the number of a case")
	}
	preview := b.screen
	b.send("/rules/clock", "then", "edit").want(200, "Staff are ill.")
	holds(`name="n" value="14"`)
	b.screen = preview
	b.send("/rules/clock", "then", "save").want(200, "The change is saved and in force.", "Staff are ill.", "Running time limits too:")

	// Whoever had the form open before is told, keeps what was typed, and may go on.
	b.screen = preview
	b.send("/rules/clock", "n", "6", "then", "save").want(http.StatusConflict, "Somebody changed the rules meanwhile.", "from 10 working days to 14 working days")
	holds(`name="n" value="6"`)
	b.send("/rules/clock", "clock", "TRIAGE_P3", "n", "6", "unit", "WORKING_DAYS", "reason", "R.", "then", "preview").want(200, "from 14 working days to 6 working days")

	staff := h.signedIn("caseworker")
	staff.get("/cases/"+number).want(200, "was moved from", "Staff are ill.")
	staff.get("/rules?year=2027&aware=2026-03-13T17:40").want(200, "Calendars 2027", "Decides whether it is late", "16 March 2026")
	if strings.Contains(staff.screen.Body, `href="/rules/clock"`) {
		t.Error("a caseworker is offered a change")
	}
	if s := staff.get("/rules?aware=2026-03-29T02:30"); s.Status != 200 || !strings.Contains(s.Body, `aria-invalid="true"`) {
		t.Error("a time that the clocks skip is not asked about")
	}
	staff.get("/rules/clock").want(403)
	h.signedIn("dpo").get("/rules").want(403)
}

func TestRules_EveryFormMakesItsChange(t *testing.T) {
	h := open(t)
	must(t, h.cases.Start(ctx))
	b := h.signedIn("admin")
	for _, tt := range []struct {
		topic string
		typed []string
		said  string
	}{
		{"day", []string{"calendar", "SE_1930_173", "act", "close", "date", "2030-05-03", "name", "sorgedag"}, "from as the law says to closed, sorgedag"},
		{"day", []string{"calendar", "SE_1930_173", "act", "open", "date", "2030-05-03"}, "from closed, sorgedag to as the law says"},
		{"day", []string{"calendar", "EU_1182_71", "act", "open", "date", "2030-12-25"}, "from as the law says to working day"},
		{"rule-set", []string{"id", "OMNIBUS_2030", "valid_from", "2030-01-01", "hours", "96", "threshold", "HIGH_RISK", "policy", "REG1182_HOURS", "article", "GDPR Art. 33(1)"}, "The rule set OMNIBUS_2030"},
		{"withdraw", []string{"id", "OMNIBUS_2030"}, "to nothing"},
		{"policy", []string{"legal_sign_off", "true", "auto_register", "false", "essential_sectors", "HEALTH_CARE"}, "Decisions need a legal sign-off: from no to yes"},
	} {
		b.get("/rules/" + tt.topic).want(200)
		action := "/rules/" + tt.topic
		b.send(action, append(tt.typed, "reason", "R.", "then", "preview")...).want(200, "Nothing is saved yet.", tt.said)
		b.send(action, "then", "save").want(200, "The change is saved and in force.", tt.said)
	}
	b.get("/rules/nonsense").want(404)
	b.get("/rules/day")
	b.send("/rules/day", "calendar", "SE_1930_173", "date", "2030-05-03", "name", "x", "reason", "R.", "then", "preview").want(422, "What is the day to be?:")
	b.get("/rules/rule-set")
	b.send("/rules/rule-set", "id", "x", "hours", "many", "valid_from", "2020-01-01", "reason", "R.", "then", "preview").
		want(422, "There is something to correct")
	b.get("/rules/withdraw").want(200)
}

func TestSettingsAPI(t *testing.T) {
	h := open(t)
	must(t, h.cases.Start(ctx))
	change := map[string]any{
		"version": 1, "reason": "A day of mourning.", "lengths": []any{map[string]any{"clock": "REPLY", "period": "4w"}}, "essential_sectors": []string{},
		"close_days": []any{map[string]any{"calendar": "SE_1930_173", "date": "2030-05-03", "name": "sorgedag"}},
	}
	if v := h.get("registrar", "/api/v1/settings").want(200); v.at("version") != 1.0 || v.text("rule_sets", 0, "state") != "IN_FORCE" {
		t.Errorf("%v", v)
	}
	if p := h.post("admin", "/api/v1/settings/preview", change).want(200); len(p.at("changes").([]any)) != 2 || p.at("clocks") != 0.0 {
		t.Errorf("%v", p.at("changes"))
	}
	if v := h.post("admin", "/api/v1/settings/changes", change).want(201); v.at("version") != 2.0 || v.text("calendars", 0, "closed", 0, "name") != "sorgedag" || v.text("calendars", 0, "origin") != "SET" {
		t.Errorf("%v", v)
	}
	stale := h.post("admin", "/api/v1/settings/changes", change).want(412, "settings_changed")
	if stale.at("version") != 2.0 || len(stale.at("errors").([]any)) != 2 {
		t.Errorf("%v", stale)
	}
	if j := h.get("caseworker", "/api/v1/settings/journal").want(200); j.text("items", 0, "reason") != "A day of mourning." || j.text("items", 0, "changes", 1, "path") != "/clocks/REPLY" {
		t.Errorf("%v", j)
	}
	change["version"] = 2
	h.post("admin", "/api/v1/settings/preview", change).want(422, "settings")
	h.post("supervisor", "/api/v1/settings/changes", change).want(403)
	h.get("dpo", "/api/v1/settings").want(403)
}
