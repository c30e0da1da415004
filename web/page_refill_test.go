package web_test

import (
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/web"
)

// typedForm is where somebody types into a form, and what.
type typedForm struct {
	who, page, action string
	typed             []string // names and values
	secret            bool     // none of it is kept
}

// leaving are the forms by which somebody leaves: they need not be shown again.
var leaving = []string{"/sign-out", "/leave"}

// Whatever form a session ends over, what was typed into it stands in it after
// signing in again, nothing is carried out, and no secret is kept.
func TestEveryFormOutlivesItsSession(t *testing.T) {
	h := openDesk(t)
	o, err := h.units.Create(ctx, cases.System("test"), cases.Organisation{Name: "Hjortvikens kommun", Units: []cases.Unit{{Board: "Socialnämnden"}}})
	must(t, err)
	unit := o.Units[0].ID
	admin := h.signedIn("admin")
	forms := h.typedForms(o.ID, unit)
	for path, keeps := range h.server.SessionForms() {
		if !keeps && !slices.Contains(leaving, path) {
			t.Errorf("%s forgets what was typed when the session ends", path)
		}
		if form, typed := forms[path]; typed {
			t.Run(path, func(t *testing.T) { h.in(t).outlives(form) })
			delete(forms, path)
		}
	}
	for path := range forms {
		t.Errorf("there is no form %s", path)
	}
	if s := admin.get("/organisations/" + o.ID); strings.Contains(s.Body, "Kept") {
		t.Error("signing in again renamed an organisation")
	}
}

// typedForms are the forms in which something is typed, by their rows.
func (h *deskHouse) typedForms(organisation, unit string) map[string]typedForm {
	b := h.signedIn("caseworker")
	b.get("/queue?q=x")
	b.send("/queue/views", "name", "Mine").want(200)
	view := regexp.MustCompile(`action="(/queue/views/[^"]+)"`).FindStringSubmatch(b.get("/queue/views").Body)[1]
	admin := h.signedIn("admin")
	_, err := h.auth.GrantMandate(ctx, cases.Actor{Account: h.ids["admin"], Roles: people["admin"]}, h.ids["dpo"], unit, organisation, "Letter.")
	must(h.t, err)
	b.get("/conflicts")
	b.send("/conflicts", "unit", "social hjort", "until", "2027-11-30", "reason", "Employed there.").want(200)
	boss := h.signedIn("supervisor")
	lift := regexp.MustCompile(`action="(/conflicts/[^"]+/lift)"`).FindStringSubmatch(boss.get("/conflicts").Body)[1]
	account, org := "/accounts/"+h.ids["second"], "/organisations/"+organisation
	rules := regexp.MustCompile(`href="(/rules/[^"?]+)"`).FindStringSubmatch(admin.get("/rules").Body)[1]
	files := "/cases/" + h.investigated + "/attachments"
	d := h.signedIn("dpo")
	d.get("/cases/" + h.investigated)
	d.attach(h.investigated, []sent{{"fel.txt", []byte("x")}}).want(200)
	c, err := h.cases.Case(ctx, cases.Actor{Account: h.ids["supervisor"], Roles: people["supervisor"]}, h.investigated)
	must(h.t, err)
	_, err = h.auth.Deactivate(ctx, cases.Actor{Account: h.ids["admin"], Roles: people["admin"]}, h.ids["decider"], "Left.")
	must(h.t, err)
	gone := "/accounts/" + h.ids["decider"]
	return map[string]typedForm{
		"/incidents":                                  {"supervisor", "/incidents/new", "/incidents", []string{"reason", "Kept"}, false},
		"/accounts/{id}/activate":                     {"admin", gone, gone + "/activate", []string{"reason", "Kept"}, false},
		"/cases/{id}/notes":                           {"caseworker", "/cases/" + h.investigated, "/cases/" + h.investigated + "/notes", []string{"text", "Kept\nin <b>lines</b>"}, false},
		"/accounts":                                   {"admin", "/accounts/new", "/accounts", []string{"name", "Kept", "email", "kept@demo.example", "roles", "legal"}, false},
		"/accounts/{id}/roles":                        {"admin", account, account + "/roles", []string{"roles", "legal", "reason", "Kept"}, false},
		"/accounts/{id}/mandates":                     {"admin", account + "?unit=social", account + "/mandates", []string{"unit", unit, "find", "social", "reason", "Kept"}, false},
		"/accounts/{id}/password":                     {"admin", account, account + "/password", []string{"password", "five calm otters"}, true},
		"/accounts/{id}/deactivate":                   {"admin", account + "/deactivate", account + "/deactivate", []string{"reason", "Kept"}, false},
		"/accounts/{id}/details":                      {"admin", account, account + "/details", []string{"name", "Kept", "language", "en"}, false},
		"/accounts/{id}/absences":                     {"admin", account, account + "/absences", []string{"from", "2026-12-24", "deputy", h.ids["caseworker"]}, false},
		"/accounts/{id}/mandates/{unit}/end":          {"admin", "/accounts/" + h.ids["dpo"], "/accounts/" + h.ids["dpo"] + "/mandates/" + unit + "/end", []string{"reason", "Kept"}, false},
		"/me/password":                                {"dpo", "/me", "/me/password", []string{"old_password", "one calm otter", "password", "five calm otters"}, true},
		"/me/tokens":                                  {"caseworker", "/me", "/me/tokens", []string{"name", "Kept", "expires_at", "2027-01-02"}, false},
		"/me/details":                                 {"caseworker", "/me", "/me/details", []string{"own_name", "Kept", "own_language", "en"}, false},
		"/me/absences":                                {"caseworker", "/me", "/me/absences", []string{"until", "2026-12-24", "deputy", h.ids["second"]}, false},
		"/me/reminders":                               {"caseworker", "/me/reminders", "/me/reminders", []string{"webhook", "https://kept.example/"}, false},
		"/conflicts":                                  {"caseworker", "/conflicts", "/conflicts", []string{"unit", "Kept", "whole", "true", "reason", "Kept too"}, false},
		"/conflicts/{id}/{conflict}/lift":             {"supervisor", "/conflicts", lift, []string{"reason", "Kept"}, false},
		"/organisations":                              {"admin", "/organisations/new", "/organisations", []string{"name", "Kept", "boards", "Kept\nNext"}, false},
		"/organisations/{id}/units":                   {"admin", org, org + "/units", []string{"board", "Kept"}, false},
		"/organisations/{id}/name":                    {"admin", org, org + "/name", []string{"name", "Kept"}, false},
		"/organisations/{id}/units/{unit}/name":       {"admin", org, org + "/units/" + unit + "/name", []string{"name", "Kept", "reason", "Kept"}, false},
		"/queue/columns":                              {"caseworker", "/queue/columns", "/queue/columns", []string{"show", "sector", "place_sector", "7"}, false},
		"/queue/views":                                {"caseworker", "/queue?q=x", "/queue/views", []string{"name", "Kept"}, false},
		"/queue/views/{view}":                         {"caseworker", "/queue/views", view, []string{"name", "Kept"}, false},
		"/investigations/{id}/place":                  {"supervisor", "/investigations/" + h.investigated + "/place", "/investigations/" + h.investigated + "/place", []string{"reason", "Kept"}, false},
		"/rules/{topic}":                              {"admin", rules, rules, []string{"reason", "Kept"}, false},
		"/cases/{id}/attachments/{attachment}/remove": {"caseworker", files, files + "/" + c.Attachments[0].ID + "/remove", []string{"reason", "Kept"}, false},
	}
}

// outlives types into a form, lets the session end, and comes back.
func (h *house) outlives(f typedForm) {
	h.t.Helper()
	b := h.signedIn(f.who)
	form := b.get(f.page).want(200).formTo(f.action)
	for i := 0; i < len(f.typed); i += 2 {
		form.Set(f.typed[i], f.typed[i+1])
	}
	jar := b.client.Jar.(*cookies)
	jar.mu.Lock()
	delete(jar.held, "vaka")
	jar.mu.Unlock()
	if s := b.post(f.action, form); f.secret && (s.Status != 401 && s.Status != 200 || strings.Contains(s.Body, "otter")) {
		h.t.Fatalf("a secret is carried: %d %s", s.Status, s.Body)
	}
	if f.secret {
		return
	}
	b.screen.want(401, "Your session has ended")
	b.send("/sign-in", "email", f.who+"@demo.example", "password", secret).want(200, "Nothing has been sent.")
	s := b.send(f.action).want(200, "You are signed in again.")
	part := s.part(f.action)
	for i := 0; i < len(f.typed); i += 2 {
		if f.typed[i] != "find" && !holds(part, f.typed[i], f.typed[i+1]) {
			h.t.Errorf("%s=%s is not kept: %s", f.typed[i], f.typed[i+1], part)
		}
	}
	for _, tag := range inputTag.FindAllString(s.Body, -1) {
		if a := attributes(tag); a["type"] == "password" && !slices.Contains(web.SecretFields(), a["name"]) {
			h.t.Errorf("%s would be carried", a["name"])
		}
	}
}

// holds says whether a value stands in a field of a form, or is chosen in it.
func holds(form, name, value string) bool {
	for _, tag := range inputTag.FindAllString(form, -1) {
		a := attributes(tag)
		ticked := a["type"] != "radio" && a["type"] != "checkbox" || strings.Contains(tag, " checked")
		if a["name"] == name && a["value"] == value && ticked {
			return true
		}
	}
	name, value = html.EscapeString(name), regexp.QuoteMeta(html.EscapeString(value))
	return regexp.MustCompile(`(?s)<textarea[^>]* name="` + name + `"[^>]*>\n` + value + `</textarea>|` +
		`<select[^>]* name="` + name + `"[^>]*>(?:<option[^>]*>[^<]*</option>)*?<option value="` + value + `"[^>]* selected`).MatchString(form)
}

// part is the text of the form that sends to an address.
func (s screen) part(action string) string {
	for _, f := range formTag.FindAllStringSubmatch(s.Body, -1) {
		if html.UnescapeString(f[1]) == action && strings.Contains(f[2], "name=") {
			return f[2]
		}
	}
	s.t.Fatalf("%s has no form to %s: %s", s.Path, action, s.Body)
	return ""
}

// formTo is what stands hidden in a form, wherever it says that it sends to.
func (s screen) formTo(action string) url.Values {
	for _, f := range formTag.FindAllStringSubmatch(s.Body, -1) {
		if html.UnescapeString(f[1]) == action {
			return s.form(action)
		}
	}
	return s.form("")
}
