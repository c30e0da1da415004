package web_test

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/vaka-project/vaka/cases/casestest"
	"github.com/vaka-project/vaka/web"
)

func TestSession(t *testing.T) {
	h := open(t)
	r := h.post("", "/api/v1/session", map[string]any{"email": "DPO@demo.example", "password": secret}).want(200)
	h.tokens["new"] = r.text("token")
	me := h.get("new", "/api/v1/session").want(200)
	if me.text("account") != h.ids["dpo"] || me.text("name") != "Dpo Exempel" || me.text("roles", 0) != "notifier" || me.text("means") != "SESSION" {
		t.Errorf("who am I: %s", me.Body)
	}
	h.do(request{who: "new", method: http.MethodDelete, path: "/api/v1/session"}).want(204)
	if r := h.get("new", "/api/v1/session").want(401, "unauthenticated"); r.Header.Get("WWW-Authenticate") == "" {
		t.Error("no WWW-Authenticate")
	}
	h.post("", "/api/v1/session", map[string]any{"email": "dpo@demo.example", "password": "wrong"}).want(401, "sign_in_failed")
	for range 20 {
		r = h.post("", "/api/v1/session", map[string]any{"email": "other@demo.example", "password": "wrong"})
	}
	if r.want(429); r.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}

// Bad input gets an answer that says what is wrong, and leaves nothing behind.
func TestBadInput(t *testing.T) {
	h := open(t)
	own, _ := h.file("dpo")
	before := h.cases.Board().Len()
	good := string(web.BodyOf("notification"))
	with := func(old, new string) string {
		t.Helper()
		if !strings.Contains(good, old) {
			t.Fatalf("the example has no %s", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	for _, c := range []struct {
		name           string
		who, path      string
		body           string
		header         map[string]string
		status         int
		code, mentions string
	}{
		{name: "no body", body: "", status: 400, code: "malformed_json"},
		{name: "cut off", body: good[:200], status: 400, code: "malformed_json"},
		{name: "no object", body: `[1]`, status: 422, code: "invalid", mentions: " wrong_type"},
		{name: "trailing", body: good + "{}", status: 400, code: "malformed_json"},
		{name: "unknown field", body: with(`"aware_at"`, `"unknown": 1, "aware_at"`), status: 422, mentions: "/unknown unknown_field"},
		{name: "duplicate key", body: with(`"aware_at"`, `"description": "", "aware_at"`), status: 400, code: "duplicate_key"},
		{name: "wrong type", body: with(`"EXACT"`, `17`), status: 422, mentions: "/subjects/mode wrong_type"},
		{name: "unknown code", body: with(`"SOCIAL_SERVICES"`, `"FISHING"`), status: 422, mentions: "/controller/sector_of_activity unknown_code"},
		{name: "invalid UTF-8", body: with("Kim", "K\xffm"), status: 400, code: "invalid_utf8"},
		{name: "too deep", body: strings.Repeat(`{"a":`, 2000) + "1" + strings.Repeat("}", 2000), status: 400, code: "too_deep"},
		{name: "no offset", body: with("+01:00", ""), status: 422, mentions: "/aware_at"},
		{name: "future", body: with("2026-11-18", "2027-11-18"), status: 422, mentions: "/aware_at in_the_future"},
		{name: "missing", body: with(`"aware_at": "2026-11-18T14:20:00+01:00",`, ""), status: 422, mentions: "/aware_at required"},
		{name: "not for notifiers", body: with(`"aware_at"`, `"submission_channel": "POST", "aware_at"`), status: 422, mentions: "/submission_channel registrars_only"},
		{name: "follow-up as new", body: with(`"NEW"`, `"FOLLOW_UP", "previous_case_id": "x"`), status: 422, mentions: "/notification_kind not_new"},
		{name: "10 MB", body: with("A letter", strings.Repeat("A letter ", 1<<20)), status: 413, code: "body_too_large"},
		{name: "form", body: "a=b", header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, status: 415, code: "json_required"},
		{name: "no type", body: good, header: map[string]string{"Content-Type": ""}, status: 415, code: "json_required"},
		{name: "latin 1", body: good, header: map[string]string{"Content-Type": "application/json; charset=iso-8859-1"}, status: 415, code: "json_required"},
		{name: "compressed", body: good, header: map[string]string{"Content-Encoding": "gzip"}, status: 415, code: "compressed_body"},
		{name: "long key", body: good, header: map[string]string{"Idempotency-Key": strings.Repeat("k", 129)}, status: 400, code: "idempotency_key"},
		{name: "odd key", body: good, header: map[string]string{"Idempotency-Key": "a b"}, status: 400, code: "idempotency_key"},
		{name: "somebody else's case", who: "other", path: "/api/v1/cases/" + own + "/supplements", body: string(web.BodyOf("supplement")), status: 404, code: "not_found"},
		{name: "no such case", path: "/api/v1/cases/PUI-2026-9999/supplements", body: string(web.BodyOf("supplement")), status: 404, code: "not_found"},
		{name: "empty supplement", path: "/api/v1/cases/" + own + "/supplements", body: `{"submission_kind": "SUPPLEMENT"}`, status: 422, mentions: "/notification nothing_given"},
		{name: "no If-Match", who: "supervisor", path: "/api/v1/cases/" + own + "/steps", body: `{"step": "register"}`, status: 428, code: "precondition_required"},
		{name: "stale If-Match", who: "supervisor", path: "/api/v1/cases/" + own + "/steps", body: `{"step": "register"}`, header: map[string]string{"If-Match": `"7"`}, status: 412, code: "changed_meanwhile"},
		{name: "If-Match star", who: "supervisor", path: "/api/v1/cases/" + own + "/steps", body: `{"step": "register"}`, header: map[string]string{"If-Match": `*`}, status: 400, code: "if_match"},
		{name: "weak If-Match", who: "supervisor", path: "/api/v1/cases/" + own + "/steps", body: `{"step": "register"}`, header: map[string]string{"If-Match": `W/"1"`}, status: 400, code: "if_match"},
		{name: "bare If-Match", who: "supervisor", path: "/api/v1/cases/" + own + "/steps", body: `{"step": "register"}`, header: map[string]string{"If-Match": `1`}, status: 400, code: "if_match"},
		{name: "step that the state forbids", who: "supervisor", path: "/api/v1/cases/" + own + "/steps", body: `{"step": "close", "reason": "x", "data": {"outcome": "NO_FURTHER_ACTION"}}`, header: map[string]string{"If-Match": `"1"`}, status: 409, code: "state"},
		{name: "step of another role", who: "caseworker", path: "/api/v1/cases/" + own + "/steps", body: `{"step": "register"}`, header: map[string]string{"If-Match": `"1"`}, status: 403, code: "role"},
		{name: "step that there is not", who: "supervisor", path: "/api/v1/cases/" + own + "/steps", body: `{"step": "dance"}`, header: map[string]string{"If-Match": `"1"`}, status: 422, mentions: "/step unknown_code"},
		{name: "guard", who: "supervisor", path: "/api/v1/cases/" + own + "/steps", body: `{"step": "accept_withdrawal", "reason": "x"}`, header: map[string]string{"If-Match": `"1"`}, status: 422, code: "withdrawal_requested"},
		{name: "surplus data", who: "supervisor", path: "/api/v1/cases/" + own + "/steps", body: `{"step": "register", "data": {"memo": "x"}}`, header: map[string]string{"If-Match": `"1"`}, status: 422, mentions: "/data/memo not_used"},
		{name: "empty note", who: "supervisor", path: "/api/v1/cases/" + own + "/notes", body: `{"text": " "}`, status: 422, code: "needs_text"},
		{name: "case without a reason", who: "supervisor", path: "/api/v1/cases", body: `{"source": "TIP"}`, status: 422, mentions: "/reason required"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := h.in(t)
			if c.who == "" {
				c.who = "dpo"
			}
			if c.path == "" {
				c.path = "/api/v1/notifications"
			}
			r := h.do(request{who: c.who, method: http.MethodPost, path: c.path, body: c.body, header: c.header}).want(c.status)
			if c.code != "" {
				r.want(c.status, c.code)
			}
			if !strings.Contains(r.faults(), c.mentions) {
				t.Errorf("faults %q, want %q among them", r.faults(), c.mentions)
			}
			if kind := r.Header.Get("Content-Type"); kind != "application/problem+json" || r.text("instance") != r.Header.Get("X-Request-Id") || r.text("detail") == "" {
				t.Errorf("%s: %s", kind, r.Body)
			}
			if c.status == 412 && (r.text("state") != "RECEIVED" || r.at("version") != 1.0) {
				t.Errorf("the state now is not told: %s", r.Body)
			}
		})
	}
	if after := h.cases.Board().Len(); after != before {
		t.Errorf("%d cases were left behind", after-before)
	}
}

// Whatever is sent and refused is repeated neither in the answer nor in the log.
func TestRefusedInputIsNotRepeated(t *testing.T) {
	h := open(t)
	id, _ := h.file("dpo")
	var b [8]byte
	_, _ = rand.Read(b[:])
	mark := "m" + hex.EncodeToString(b[:])
	for _, row := range web.Rows() {
		path := strings.NewReplacer("{id}", id, "{n}", mark, "{unit}", mark, "{token}", mark).Replace(row.Path)
		if strings.Contains(row.Path, "/accounts/{id}") || strings.Contains(row.Path, "/organisations/{id}") {
			path = strings.Replace(path, id, mark, 1)
		}
		bodies := []any{nil}
		if row.HasBody {
			bodies = []any{mark, `{"` + mark + ` ": "` + mark + `"}`, marked(web.BodyOf(row.Example), mark)}
		}
		for _, who := range []string{"", "dpo", "supervisor", "admin"} {
			for _, body := range bodies {
				r := h.do(request{
					who: who, method: row.Method, path: path + "?" + mark + "=" + mark + "&sort=" + mark + "&received_from=" + mark + "&cursor=" + mark, body: body,
					header: map[string]string{"If-Match": mark, "Idempotency-Key": mark},
				})
				if r.Status >= 400 && bytes.Contains(r.Body, []byte(mark)) {
					t.Errorf("%s %s repeats what was sent: %s", row.Method, row.Path, r.Body)
				}
				if row.Method == http.MethodDelete && row.Path == "/api/v1/session" && r.Status == 204 {
					h.login(who)
				}
			}
		}
	}
	h.get("dpo", "/"+mark).want(404, "no_such_url")
	if strings.Contains(h.log.String(), mark) {
		t.Errorf("the log repeats what was sent")
	}
	if !strings.Contains(h.log.String(), `"route":"/api/v1/cases/{id}"`) {
		t.Errorf("the log does not tell routes by their pattern")
	}
}

// marked puts a mark into every text of a body.
func marked(body []byte, mark string) []byte {
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		panic(err)
	}
	var walk func(v any) any
	walk = func(v any) any {
		switch v := v.(type) {
		case map[string]any:
			for k, inner := range v {
				v[k] = walk(inner)
			}
		case []any:
			for i, inner := range v {
				v[i] = walk(inner)
			}
		case string:
			return mark + "\u0007"
		}
		return v
	}
	out, _ := json.Marshal(walk(v))
	return out
}

// A key makes a repeat safe: the same body gets the first answer byte for byte,
// another body is refused, and another account's key is another key.
func TestIdempotency(t *testing.T) {
	h := open(t)
	id, _ := h.file("dpo")
	h.step("registrar", id, "register", "", nil).want(200)
	for _, c := range []struct {
		name, who, path string
		body, another   string
		header          map[string]string
	}{
		{"notification", "dpo", "/api/v1/notifications", string(web.BodyOf("notification")), strings.Replace(string(web.BodyOf("notification")), "Kim", "Kit", 1), nil},
		{"supplement", "dpo", "/api/v1/cases/" + id + "/supplements", string(web.BodyOf("supplement")), `{"submission_kind": "CHANGE", "reason": "x"}`, nil},
		{"case", "supervisor", "/api/v1/cases", string(web.BodyOf("opening")), strings.Replace(string(web.BodyOf("opening")), "MEDIA", "TIP", 1), nil},
		{"note", "supervisor", "/api/v1/cases/" + id + "/notes", `{"text": "one"}`, `{"text": "two"}`, nil},
		{"step", "supervisor", "/api/v1/cases/" + id + "/steps", `{"step": "set_priority", "reason": "x", "data": {"priority": "P1"}}`, `{"step": "set_priority", "reason": "y", "data": {"priority": "P2"}}`, map[string]string{"If-Match": "now"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := h.in(t)
			header := map[string]string{"Idempotency-Key": "key-" + c.name}
			if c.header["If-Match"] != "" {
				header["If-Match"] = h.get(c.who, "/api/v1/cases/"+id).Header.Get("ETag")
			}
			send := func(who, body string) reply {
				return h.do(request{who: who, method: http.MethodPost, path: c.path, body: body, header: header})
			}
			first := send(c.who, c.body)
			if first.Status/100 != 2 {
				t.Fatalf("first: %d %s", first.Status, first.Body)
			}
			n, version := h.cases.Board().Len(), h.cases.Board().Version(id)
			again := send(c.who, c.body)
			if again.Status != first.Status || !bytes.Equal(again.Body, first.Body) || again.Header.Get("ETag") != first.Header.Get("ETag") || again.Header.Get("Location") != first.Header.Get("Location") {
				t.Errorf("again: %d %s\nfirst: %d %s", again.Status, again.Body, first.Status, first.Body)
			}
			send(c.who, c.another).want(409, "idempotency_key_reused")
			if h.cases.Board().Len() != n || h.cases.Board().Version(id) != version {
				t.Error("a repeat did something")
			}
		})
	}
	one := h.do(request{who: "dpo", method: "POST", path: "/api/v1/notifications", body: web.BodyOf("notification"), header: map[string]string{"Idempotency-Key": "shared"}}).want(201)
	two := h.do(request{who: "other", method: "POST", path: "/api/v1/notifications", body: web.BodyOf("notification"), header: map[string]string{"Idempotency-Key": "shared"}}).want(201)
	if one.text("case", "id") == two.text("case", "id") {
		t.Error("two accounts share a key")
	}
}

// Many senders of the same keyed notification at once make one case.
func TestKeyUnderRace(t *testing.T) {
	h := open(t)
	var wg sync.WaitGroup
	bodies := make([]string, 16)
	for i := range bodies {
		wg.Go(func() {
			r := h.do(request{who: "dpo", method: "POST", path: "/api/v1/notifications", body: web.BodyOf("notification"), header: map[string]string{"Idempotency-Key": "race"}})
			bodies[i] = fmt.Sprint(r.Status, string(r.Body))
		})
	}
	wg.Wait()
	for _, b := range bodies {
		if b != bodies[0] || !strings.HasPrefix(b, "201") {
			t.Fatalf("answers differ: %s and %s", b, bodies[0])
		}
	}
	if h.cases.Board().Len() != 1 {
		t.Errorf("%d cases", h.cases.Board().Len())
	}
}

// Notes are additions: all of those that are written at once are kept.
func TestNotesAtOnce(t *testing.T) {
	h := open(t)
	id, _ := h.file("dpo")
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			h.post("supervisor", "/api/v1/cases/"+id+"/notes", map[string]any{"text": fmt.Sprint("note ", i)}).want(201)
		})
	}
	wg.Wait()
	if notes := h.get("supervisor", "/api/v1/cases/"+id).at("notes").([]any); len(notes) != 12 {
		t.Errorf("%d notes were kept", len(notes))
	}
}

// A store that cannot be written or reached makes 503, and the same request works
// once it is back.
func TestStoreUnavailable(t *testing.T) {
	h := open(t)
	mend := h.store.Inject(casestest.Fault{Op: casestest.Append})
	r := h.post("dpo", "/api/v1/notifications", notification()).want(503, "store_unavailable")
	if r.Header.Get("Retry-After") != "5" {
		t.Errorf("Retry-After %q", r.Header.Get("Retry-After"))
	}
	mend()
	h.post("dpo", "/api/v1/notifications", notification()).want(201)
	mend = h.store.Inject(casestest.Fault{Op: casestest.Append, Err: fmt.Errorf("the disk burns")})
	if r := h.post("dpo", "/api/v1/notifications", notification()).want(500, "internal"); strings.Contains(string(r.Body), "burns") {
		t.Errorf("the cause is told: %s", r.Body)
	}
	mend()
	if !strings.Contains(h.log.String(), "burns") {
		t.Error("the cause is not logged")
	}
}

func TestSecretCases(t *testing.T) {
	h := open(t)
	id, number := h.file("dpo")
	h.step("supervisor", id, "flag_secret", "Protected people.", map[string]any{"named_staff": []string{h.ids["second"], h.ids["decider"], h.ids["supervisor"]}}).want(200)
	for who, status := range map[string]int{"second": 200, "supervisor": 200, "registrar": 404, "caseworker": 404, "dpo": 200, "other": 404, "admin": 404} {
		h.get(who, "/api/v1/cases/"+id).want(status)
		h.get(who, "/api/v1/cases/"+number).want(status)
	}
	if r := h.get("caseworker", "/api/v1/counts").want(200); r.at("total") != 0.0 {
		t.Errorf("counts tell of it: %s", r.Body)
	}
	if r := h.get("caseworker", "/api/v1/cases").want(200); len(r.at("items").([]any)) != 0 {
		t.Errorf("the list tells of it: %s", r.Body)
	}
}

func TestOrganisationsAndMandates(t *testing.T) {
	h := open(t)
	made := h.post("admin", "/api/v1/organisations", web.BodyOf("organisation")).want(201)
	unit := made.text("units", 0, "id")
	h.post("admin", "/api/v1/organisations", web.BodyOf("organisation")).want(409, "organisation_exists")
	h.post("admin", "/api/v1/organisations/"+made.text("id")+"/units", web.BodyOf("unit")).want(201)
	if r := h.get("dpo", "/api/v1/organisations?q=exempelk").want(200); len(r.at("items", 0, "units").([]any)) != 3 {
		t.Errorf("organisations %s", r.Body)
	}
	id, _ := h.file("dpo", func(n map[string]any) { n["controller"].(map[string]any)["unit_id"] = unit })
	h.get("other", "/api/v1/cases/"+id).want(404)
	for _, who := range []string{"dpo", "other"} {
		h.post("admin", "/api/v1/accounts/"+h.ids[who]+"/mandates", map[string]any{"unit": unit, "reason": "Letter of the board."}).want(201)
	}
	h.post("admin", "/api/v1/accounts/"+h.ids["dpo"]+"/mandates", map[string]any{"unit": "none", "reason": "x"}).want(422)
	h.get("other", "/api/v1/cases/"+id).want(404) // filed without a verified mandate
	id, _ = h.file("dpo", func(n map[string]any) { n["controller"].(map[string]any)["unit_id"] = unit })
	h.get("other", "/api/v1/cases/"+id).want(200)
	h.do(request{who: "admin", method: "DELETE", path: "/api/v1/accounts/" + h.ids["other"] + "/mandates/" + unit, body: web.BodyOf("reason")}).want(200)
	h.get("other", "/api/v1/cases/"+id).want(404)
}

func TestAccounts(t *testing.T) {
	h := open(t)
	made := h.post("admin", "/api/v1/accounts", web.BodyOf("account")).want(201)
	id := made.text("id")
	h.post("admin", "/api/v1/accounts", web.BodyOf("account")).want(409, "account_exists")
	h.do(request{who: "admin", method: "PUT", path: "/api/v1/accounts/" + id + "/roles", body: web.BodyOf("roles")}).want(200)
	h.do(request{who: "admin", method: "PUT", path: "/api/v1/accounts/" + id + "/roles", body: `{"roles": ["king"]}`}).want(422)
	r := h.post("", "/api/v1/session", map[string]any{"email": "robin@authority.example", "password": "seven geese over water"}).want(200)
	h.tokens["robin"] = r.text("token")
	h.do(request{who: "robin", method: "PUT", path: "/api/v1/accounts/" + id + "/password", body: web.BodyOf("password")}).want(204)
	h.get("robin", "/api/v1/session").want(401)
	h.post("admin", "/api/v1/accounts/"+id+"/deactivate", web.BodyOf("reason")).want(200)
	h.post("", "/api/v1/session", map[string]any{"email": "robin@authority.example", "password": "eight swans under clouds"}).want(401)
	if r := h.get("supervisor", "/api/v1/staff").want(200); strings.Contains(string(r.Body), "Robin") || !strings.Contains(string(r.Body), "Second Exempel") || strings.Contains(string(r.Body), "@") {
		t.Errorf("staff: %s", r.Body)
	}
	h.post("admin", "/api/v1/accounts/"+id+"/activate", web.BodyOf("reason")).want(200)
	if r := h.get("admin", "/api/v1/accounts").want(200); strings.Contains(string(r.Body), "argon2") || len(r.at("items").([]any)) != len(people)+1 {
		t.Errorf("accounts: %s", r.Body)
	}
}

func TestProcedure(t *testing.T) {
	h := open(t)
	r := h.get("dpo", "/api/v1/procedure").want(200)
	if len(r.at("steps").([]any)) < 30 || len(r.at("clocks").([]any)) < 10 || len(r.at("outcomes").([]any)) < 20 {
		t.Errorf("procedure %s", r.Body)
	}
}

// One account's notifications are held to a rate, and nobody else's with them.
func TestRateOfNotifications(t *testing.T) {
	h := open(t, func(o *web.Options) { o.PerAccountPerSecond = 3 })
	var refused reply
	for range 10 {
		if r := h.post("dpo", "/api/v1/notifications", notification()); r.Status == 429 {
			refused = r
		}
	}
	if refused.Status != 429 || refused.Header.Get("Retry-After") != "1" || refused.text("code") != "too_many_notifications" {
		t.Errorf("refused with %d %v", refused.Status, refused.Header)
	}
	h.post("other", "/api/v1/notifications", notification()).want(201)
	h.get("dpo", "/api/v1/cases").want(200)
	h.clock.pass(1e9)
	h.post("dpo", "/api/v1/notifications", notification()).want(201)
}
