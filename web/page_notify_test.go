package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"html"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/cases/casestest"
	"github.com/vaka-project/vaka/web"
	"github.com/vaka-project/vaka/workflow"
)

var notifyZone = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		panic(err)
	}
	return zone
}()

// The topics and what the form settles itself name every field exactly once.
func TestFormAsksForEveryField(t *testing.T) {
	times := map[string]int{}
	for _, fields := range web.TopicFields() {
		for _, path := range fields {
			times[path]++
		}
	}
	for _, f := range cases.Fields() {
		if times[f.Path] != 1 {
			t.Errorf("%s is asked for %d times", f.Path, times[f.Path])
		}
		delete(times, f.Path)
	}
	for path := range times {
		t.Errorf("the form asks for %s, which is no field", path)
	}
}

// Where the rules need a field only after some answers, the form asks after these
// answers and no others.
func TestQuestionsAriseAsTheRulesSay(t *testing.T) {
	law, err := workflow.NewClocks(workflow.ClockSettings{})
	must(t, err)
	asked := map[string][]string{} // all answers after which a question arises
	for _, w := range web.Arisings() {
		asked[w.Field] = append(asked[w.Field], w.On)
	}
	for _, w := range web.Arisings() {
		field, ok := cases.FieldAt(w.Field)
		if !ok {
			t.Errorf("%s is no field", w.Field)
		}
		wider := map[string]bool{ // the question may be answered after more than needs an answer
			"registrar_note": true, "occurred_to": true, "other_regulators_text": true,
		}[w.Field]
		if field.Need != cases.NeedConditional || w.On == "late" || w.Field == "withdraw_reason" {
			continue
		}
		for _, code := range w.All {
			_, _, missing := web.ReadForm(map[string]map[string][]string{w.On: {w.On: {code}}}, notifyZone, start, law)
			needed := slices.ContainsFunc(missing, func(m cases.MissingItem) bool { return m.Path == w.Field })
			if needed && !slices.Contains(w.In, code) {
				t.Errorf("%s is needed after %s = %s, and not asked", w.Field, w.On, code)
			}
			if !needed && slices.Contains(w.In, code) && !wider {
				t.Errorf("%s is asked after %s = %s, and not needed", w.Field, w.On, code)
			}
		}
	}
}

// Whatever a notification says can be typed into the form, and says the same again.
func TestFormSaysWhatANotificationSays(t *testing.T) {
	law, err := workflow.NewClocks(workflow.ClockSettings{})
	must(t, err)
	kinds := web.FormKinds()
	rapid.Check(t, func(t *rapid.T) {
		var n cases.Notification
		for _, path := range slices.Sorted(maps.Keys(kinds)) {
			if rapid.IntRange(0, 2).Draw(t, "given "+path) > 0 {
				fill(t, fieldOf(&n, path), path)
			}
		}
		n.SubmissionKind, n.SubmissionReason, n.WithdrawReasonCode = "", "", "" // they are of a supplement, not of its notification
		got, faults, _ := web.ReadForm(web.SpellForm(n, notifyZone), notifyZone, start.AddDate(100, 0, 0), law)
		for _, f := range faults {
			switch f.Code {
			case "max_below_min", "exact_is_one_number", "ends_before_beginning", "in_the_future", "needs_note", "withdraw_needs_follow_up", "arrives_before_dispatch":
			default:
				t.Fatalf("%+v", f)
			}
		}
		n.Kind, n.FormVersion = cases.NotificationNew, got.FormVersion
		if n.Channel == "" {
			n.Channel = cases.ChannelPortal
		}
		if n.Subkind == "" {
			n.Subkind = cases.SubkindIncomplete
		}
		if diff := cmp.Diff(n, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func fieldOf(n *cases.Notification, path string) reflect.Value {
	v := reflect.ValueOf(n).Elem()
	for key := range strings.SplitSeq(path, ".") {
		for i := range v.NumField() {
			if name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ","); name == key {
				v = v.Field(i)
				break
			}
		}
	}
	return v
}

var someText = rapid.StringMatching(`[a-zåäö<>"'&{}\[\]0-9](|[a-zåäö<> \n\t,;:.]{0,20}[a-z<.])`)

// fill gives a value an answer that can be accepted.
func fill(t *rapid.T, v reflect.Value, what string) {
	if c, ok := v.Interface().(interface{ Codes() []string }); ok {
		v.SetString(rapid.SampledFrom(c.Codes()).Draw(t, what))
		return
	}
	switch v.Interface().(type) {
	case time.Time:
		ms := rapid.Int64Range(1.5e12, 1.9e12).Draw(t, what)
		if rapid.Bool().Draw(t, "whole minutes") {
			ms -= ms % 60_000
		}
		v.Set(reflect.ValueOf(time.UnixMilli(ms).UTC()))
		return
	case cases.Date:
		v.SetString(time.Unix(rapid.Int64Range(0, 2e9).Draw(t, what), 0).UTC().Format(time.DateOnly))
		return
	case cases.Text:
		v.SetString(someText.Draw(t, what))
		return
	case cases.Country:
		v.SetString(rapid.SampledFrom([]string{"SE", "NO", "IE", "HK", "ZZ"}).Draw(t, what))
		return
	case cases.Language:
		v.SetString(rapid.SampledFrom([]string{"sv", "en"}).Draw(t, what))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(strings.Join(strings.Fields(someText.Draw(t, what)), " "))
	case reflect.Int64:
		v.SetInt(rapid.Int64Range(0, 1e12).Draw(t, what))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, what))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), what)
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]int64{"SE": rapid.Int64Range(0, 99).Draw(t, what), "NO": 3}))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), rapid.IntRange(1, 3).Draw(t, what), 3))
		for i := range v.Len() {
			fill(t, v.Index(i), what)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), what)
		}
	}
}

// who fills in what makes a case possible.
var enough = map[string]url.Values{
	"who":      {"controller.name": {"Exempelköpings kommun"}, "controller.board": {"Socialnämnden"}, "controller.contact.email": {"registrator@exempelkoping.example"}},
	"reporter": {"reporter.name": {"Kim Exempel"}, "reporter.function": {"DPO"}, "reporter.contact.email": {"dso@exempelkoping.example"}},
	"when":     {"aware_at": {"2026-11-18T14:20"}},
}

// begin makes a draft and returns where its topics lie.
func (b *browser) begin() string {
	b.h.t.Helper()
	b.get("/notify").want(200)
	s := b.send("/notify").want(200)
	return s.Path[:strings.LastIndexByte(s.Path, '/')]
}

// save fills in a topic of the draft.
func (b *browser) save(at, topic string, form url.Values) screen {
	b.h.t.Helper()
	shown := b.get(at + "/" + topic).want(200)
	values := shown.form(at + "/" + topic)
	maps.Copy(values, shown.controls())
	maps.Copy(values, form)
	return b.post(at+"/"+topic, values)
}

// complete makes a draft that can be sent.
func (b *browser) complete() string {
	b.h.t.Helper()
	at := b.begin()
	for topic, form := range enough {
		b.save(at, topic, form).want(200)
	}
	return at
}

// From the start page to the receipt, and from a question to its answer.
func TestNotifyByForms(t *testing.T) {
	h := open(t)
	for _, language := range []string{"sv", "en"} {
		b := h.signedIn("dpo", language)
		b.get("/").want(200)
		at := b.complete()
		b.save(at, "what", url.Values{"description": {"A letter <b>went</b> astray."}, "breach_types": {"CONFIDENTIALITY"}}).want(200)
		b.get(at+"/review").want(200, "A letter <b>went</b> astray.", "Exempelköpings kommun")
		s := b.send(at + "/review").want(200)
		if !strings.HasSuffix(s.Path, "/receipt/1") {
			t.Fatalf("sending leads to %s", s.Path)
		}
		number := strings.Split(s.Path, "/")[2]
		filed := h.get("dpo", "/api/v1/cases/"+number+"/submissions/1").want(200)
		if filed.text("channel") != "PORTAL" || filed.text("notification", "aware_at") != "2026-11-18T13:20:00Z" || filed.text("notification", "description") != "A letter <b>went</b> astray." {
			t.Errorf("filed: %s", filed.Body)
		}
		s.want(200, number, filed.text("receipt", "digest"), filed.text("receipt", "salt"))
		file := b.get("/cases/" + number + "/receipt/1.json")
		var receipt map[string]any
		if err := json.Unmarshal([]byte(file.Body), &receipt); err != nil || receipt["number"] != number || !strings.HasPrefix(file.Header.Get("Content-Disposition"), "attachment") {
			t.Errorf("the file: %v %s", err, file.Body)
		}
		b.get("/cases/" + number + "/receipt/2").want(404)
		h.signedIn("other").get("/cases/" + number + "/receipt/1").want(404)
		h.signedIn("other").get("/cases/" + number + "/supplement").want(404)
		b.get("/cases/"+number).want(200, number)
	}
}

// A form that is sent again leads to the receipt, whichever way one gets back to it.
func TestFormIsSentOnce(t *testing.T) {
	h := open(t)
	b := h.signedIn("dpo")
	at := b.complete()
	form := b.get(at + "/review").want(200).form(at + "/review")
	first := b.post(at+"/review", form).want(200)
	for range 2 {
		if again := b.post(at+"/review", form); again.want(200, "was not sent again").Path != first.Path+"?done=form_sent" {
			t.Errorf("sent again: %s", again.Path)
		}
	}
	for _, page := range []string{"/who", "/review", "/nonsense"} {
		if back := b.get(at + page); back.want(200, "was not sent again").Path != first.Path+"?done=form_sent" {
			t.Errorf("back to %s leads to %s", page, back.Path)
		}
	}
	if s := b.get("/mine").want(200); strings.Contains(s.Body, at) {
		t.Error("a draft that was sent is listed")
	}
	if n := h.cases.Board().Len(); n != 1 {
		t.Errorf("%d cases", n)
	}
}

// Two presses at once make one case.
func TestFormIsSentOnceByTwoPresses(t *testing.T) {
	h := open(t)
	b := h.signedIn("dpo")
	at := b.complete()
	form := b.get(at + "/review").want(200).form(at + "/review")
	done := make(chan error)
	for range 4 {
		go func() {
			resp, err := b.client.PostForm(h.base+at+"/review", form)
			if err == nil {
				_ = resp.Body.Close()
				if resp.StatusCode != 200 && resp.StatusCode != 409 {
					err = errors.New(resp.Status)
				}
			}
			done <- err
		}()
	}
	for range 4 {
		must(t, <-done)
	}
	if n := h.cases.Board().Len(); n != 1 {
		t.Errorf("%d cases", n)
	}
}

// The review is of what is sent: what was changed in another window is shown first.
func TestReviewOfAnOlderDraft(t *testing.T) {
	h := open(t)
	b := h.signedIn("dpo")
	at := b.complete()
	form := b.get(at + "/review").want(200).form(at + "/review")
	b.save(at, "what", url.Values{"description": {"Something else."}}).want(200)
	b.post(at+"/review", form).want(409, "The draft was changed", "Something else.")
	if n := h.cases.Board().Len(); n != 0 {
		t.Errorf("%d cases", n)
	}
	if s := b.send(at + "/review").want(200); !strings.HasSuffix(s.Path, "/receipt/1") {
		t.Error(s.Path)
	}
}

// What nothing can be without is asked for, and everything typed is still there.
func TestReviewOfTooLittle(t *testing.T) {
	h := open(t)
	b := h.signedIn("dpo", "sv")
	at := b.begin()
	b.save(at, "what", url.Values{"description": {"Ett brev kom fel."}}).want(200)
	b.get(at+"/review").want(200, "Detta måste anges", "Tidpunkt för vetskap")
	s := b.send(at+"/review").want(422, "Ett brev kom fel.", "Organisationens namn")
	if !strings.Contains(s.Body, `href="`+at+`/when#aware_at"`) {
		t.Error("no way to the question")
	}
}

// A late awareness shows when the 72 hours ended, and asks why.
func TestLateAwareness(t *testing.T) {
	h := open(t)
	b := h.signedIn("dpo")
	at := b.begin()
	s := b.save(at, "when", url.Values{"aware_at": {"2026-11-10T09:20"}}).want(200, "The 72 hours ended on 13 November 2026 at 10:00", "say why it took longer")
	if !strings.HasSuffix(s.Path, "/when") {
		t.Errorf("saving leads to %s, not to the reasons", s.Path)
	}
	if s := b.save(at, "when", url.Values{"aware_at": {"2026-11-10T09:20"}, "delay_reasons_code": {"INTERNAL_ESCALATION"}}).want(200); !strings.HasSuffix(s.Path, "/what") {
		t.Errorf("with a reason it leads to %s", s.Path)
	}
	b.save(at, "when", url.Values{"aware_at": {"2026-11-18T14:20"}}).want(200, "The 72 hours end on 21 November 2026 at 15:00")
	for aware, want := range map[string]string{
		"2026-11-10T09:20": `"late":true`, "2026-11-18T14:20": `"late":false`, "2026-12-18T14:20": `"title":""`, "nonsense": `"title":""`, "": `"title":""`,
	} {
		if got := b.get("/notify/clock?aware_at=" + url.QueryEscape(aware)); !strings.Contains(got.Body, want) {
			t.Errorf("the clock of %q: %s", aware, got.Body)
		}
	}
}

// A local time that means two instants, or none, is asked about.
func TestAmbiguousTime(t *testing.T) {
	h := open(t)
	b := h.signedIn("dpo", "sv")
	at := b.begin()
	for local, offsets := range map[string][2]string{"2026-10-25T02:30": {"+02:00", "+01:00"}, "2026-03-29T02:30": {"+01:00", "+02:00"}} {
		s := b.save(at, "when", url.Values{"aware_at": {local}, "discovery_text": {"Kvar " + local}}).want(422, "Klockan ställdes om den natten", "Kvar "+local)
		for _, offset := range offsets {
			if !strings.Contains(html.UnescapeString(s.Body), `name="aware_at.offset" value="`+local+offset+`"`) {
				t.Errorf("%s: no choice of %s", local, offset)
			}
			b.save(at, "when", url.Values{"aware_at": {local}, "aware_at.offset": {local + offset}, "delay_reasons": {"Sent."}}).want(200)
		}
	}
	b.save(at, "when", url.Values{"aware_at": {"2026-10-25T02:30"}, "aware_at.offset": {"2026-10-25T02:30+02:00"}, "delay_reasons": {"Sent."}}).want(200)
	// The choice is of that time: another one is read by itself.
	b.save(at, "when", url.Values{"aware_at": {"2026-11-18T14:20"}}).want(200, "De 72 timmarna löper ut 21 november 2026 kl. 15.00")
	b.save(at, "when", url.Values{"aware_at": {"2026-10-25T02:30"}, "aware_at.offset": {"2026-10-25T02:30+02:00"}}).want(200)
	for _, topic := range []string{"who", "reporter"} {
		b.save(at, topic, enough[topic]).want(200)
	}
	b.get(at + "/review").want(200)
	number := strings.Split(b.send(at+"/review").want(200).Path, "/")[2]
	if filed := h.get("dpo", "/api/v1/cases/"+number+"/submissions/1").want(200); filed.text("notification", "aware_at") != "2026-10-25T00:30:00Z" || filed.at("receipt", "late") != true {
		t.Errorf("filed %s", filed.Body)
	}
}

// controls are the controls of the form of a page with what stands in them.
func (s screen) controls() url.Values {
	_, body, _ := strings.Cut(s.Body, `<form id="form"`)
	body, _, _ = strings.Cut(body, "</form>")
	out := url.Values{}
	for _, tag := range inputTag.FindAllString(body, -1) {
		a := attributes(tag)
		if (a["type"] == "radio" || a["type"] == "checkbox") && !strings.Contains(tag, " checked") {
			continue
		}
		out.Add(a["name"], a["value"])
	}
	for _, m := range regexp.MustCompile(`(?s)<textarea[^>]* name="([^"]*)"[^>]*>\n(.*?)</textarea>`).FindAllStringSubmatch(body, -1) {
		out.Add(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	for _, m := range regexp.MustCompile(`(?s)<select[^>]* name="([^"]*)".*?</select>`).FindAllStringSubmatch(body, -1) {
		for _, o := range regexp.MustCompile(`<option value="([^"]*)" selected>`).FindAllStringSubmatch(m[0], -1) {
			out.Add(m[1], html.UnescapeString(o[1]))
		}
	}
	delete(out, "form_token")
	return out
}

// given is what a form holds, without controls in which nothing stands.
func given(v url.Values) url.Values {
	out := url.Values{}
	for name, values := range v {
		if strings.Join(values, "") != "" {
			out[name] = values
		}
	}
	return out
}

// Whatever is typed is shown again as it was typed, escaped, whether it can be
// accepted or not; and saving a page that was only looked at changes nothing.
func TestWhatIsTypedIsKept(t *testing.T) {
	h := open(t)
	b := h.signedIn("dpo", "sv")
	at := b.begin()
	const nasty = "<script>alert(1)</script> \x1b[31m \"'&amp; ÅÄÖ 🐟 {{.}} \u202e"
	kinds := web.FormKinds()
	for topic, fields := range web.TopicFields() {
		if topic == "" || topic == "registrar" || topic == "follow-up" {
			continue
		}
		s := b.get(at + "/" + topic).want(200)
		form := s.form(at + "/" + topic)
		for _, name := range controlNames(s) {
			form.Set(name, nasty)
		}
		if len(given(form)) < 3 {
			t.Fatalf("%s has no controls to type into:\n%s", topic, s.Body)
		}
		s = b.post(at+"/"+topic, form)
		if strings.Contains(s.Body, "<script>") || strings.Contains(s.Body, "alert(1)</script>") {
			t.Errorf("%s shows what was typed unescaped", topic)
		}
		s.want(422, "styrtecken")
		for name, values := range given(form) {
			if name != "form_token" && !slices.Contains(s.controls()[name], values[0]) {
				t.Errorf("%s: %s was typed and is gone: %q", topic, name, s.controls()[name])
			}
		}
		shown := given(b.get(at + "/" + topic).want(200).controls())
		form = b.screen.form(at + "/" + topic)
		maps.Copy(form, shown)
		b.post(at+"/"+topic, form)
		if diff := cmp.Diff(shown, given(b.get(at+"/"+topic).want(200).controls())); diff != "" {
			t.Errorf("%s differs after it was saved as it was: %s", topic, diff)
		}
		_ = fields
	}
	if len(kinds) < 100 {
		t.Errorf("only %d fields", len(kinds))
	}
	b.get(at+"/review").want(200, "styrtecken")
	b.send(at+"/review").want(422, "styrtecken")
}

// controlNames are the names of the controls of a form that take text.
func controlNames(s screen) []string {
	_, body, _ := strings.Cut(s.Body, `<form id="form"`)
	body, _, _ = strings.Cut(body, "</form>")
	var out []string
	for _, tag := range inputTag.FindAllString(body, -1) {
		if a := attributes(tag); slices.Contains([]string{"text", "email", "tel", "url", "datetime-local", "date"}, a["type"]) {
			out = append(out, a["name"])
		}
	}
	for _, m := range regexp.MustCompile(`<textarea[^>]* name="([^"]*)"`).FindAllStringSubmatch(body, -1) {
		out = append(out, m[1])
	}
	return out
}

// A text longer than is accepted is kept, and its field says so.
func TestOverLongTexts(t *testing.T) {
	h := open(t)
	b := h.signedIn("dpo")
	at := b.begin()
	long := strings.Repeat("å", 100_001)
	b.save(at, "what", url.Values{"description": {long}}).want(422, "too long")
	if got := b.get(at + "/what").want(200).controls().Get("description"); got != long {
		t.Errorf("%d characters were kept", len([]rune(got)))
	}
	b.save(at, "who", url.Values{"controller.name": {strings.Repeat("n", 501)}}).want(422, "too long")
}

// A draft is of one account; a form without the session's own token is refused.
func TestDraftsAreOnesOwn(t *testing.T) {
	h := open(t)
	b, other := h.signedIn("dpo"), h.signedIn("other")
	at := b.begin()
	token := other.get("/notify").form("/notify")
	for _, page := range []string{"/who", "/review"} {
		other.get(at + page).want(404)
		other.post(at+page, token).want(404)
	}
	other.post(at+"/delete", token).want(404)
	for _, foreign := range []url.Values{{}, {"form_token": {""}}, token} {
		foreign := maps.Clone(foreign)
		foreign.Set("controller.name", "X")
		b.post(at+"/who", foreign).want(403)
		b.post(at+"/review", foreign).want(403)
		b.post(at+"/delete", foreign).want(403)
		b.post("/notify", foreign).want(403)
	}
	req, err := http.NewRequest(http.MethodPost, h.base+at+"/who", strings.NewReader(b.get(at+"/who").form(at+"/who").Encode()))
	must(t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	b.do(req).want(403)
	b.save(at, "who", url.Values{"controller.name": {"Kept"}, "controller.name.x": {"junk"}, "nonsense": {"junk"}, "controller.contact.-1.email": {"junk"}, "controller.contact.email.x": {"junk"}}).want(200)
	b.save(at, "reporter", url.Values{"other_parties.0.name": {"Kept"}, "other_parties.x.name": {"junk"}, "other_parties.0": {"junk"}, "other_parties.99999999.name": {"junk"}}).want(200)
	must(t, h.store.Scan(ctx, cases.Drafts, func(_ string, decode func(any) error) error {
		var kept struct {
			Answers []struct {
				Name   string
				Values []string
			} `json:"answers"`
		}
		must(t, decode(&kept))
		for _, a := range kept.Answers {
			if slices.Contains(a.Values, "junk") {
				t.Errorf("%s is kept", a.Name)
			}
		}
		if !strings.Contains(b.get(at+"/reporter").Body, "Kept") {
			t.Error("the answers are not kept")
		}
		return nil
	}))
	b.get("/notify/nonsense/who").want(404)
	b.get(at + "/nonsense").want(404)
	b.get(at + "/registrar").want(404)
	b.get(at + "/follow-up").want(404)
	b.get(at + "/who").want(200)
	b.send(at + "/delete").want(200)
	b.get(at + "/who").want(404)
}

// A draft that nobody goes on with is gone after ninety days, and is swept away.
func TestDraftsExpire(t *testing.T) {
	h := open(t)
	b := h.signedIn("dpo")
	at := b.begin()
	b.get("/mine").want(200, "Untitled draft")
	h.clock.pass(89 * 24 * time.Hour)
	if n, err := h.server.Sweep(ctx, h.clock.now()); n != 0 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	h.clock.pass(2 * 24 * time.Hour)
	b = h.signedIn("dpo")
	b.get(at + "/who").want(404)
	if s := b.get("/").want(200); strings.Contains(s.Body, at) {
		t.Error("an expired draft is listed")
	}
	if n, err := h.server.Sweep(ctx, h.clock.now()); n != 1 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	left := 0
	must(t, h.store.Scan(ctx, cases.Drafts, func(string, func(any) error) error { left++; return nil }))
	if left != 0 {
		t.Errorf("%d drafts are left", left)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	b.begin()
	if _, err := h.server.Sweep(cancelled, h.clock.now()); err == nil {
		t.Error("a sweep that was cut short says that all is well")
	}
}

// A session that ended while somebody typed costs nothing that was typed.
func TestSessionEndsWhileTyping(t *testing.T) {
	h := open(t)
	b := h.signedIn("dpo", "sv")
	at := b.begin()
	form := b.get(at + "/what").want(200).form(at + "/what")
	form.Set("description", "Långt <i>skrivet</i>\noch inte sparat.")
	form["breach_types"] = []string{"INTEGRITY", "AVAILABILITY"}
	h.clock.pass(30 * 24 * time.Hour)
	b.post(at+"/what", form).want(401, "Det du skrev finns kvar")
	b.send("/sign-in", "email", "dpo@demo.example", "password", "not this one").want(422, "hör inte ihop")
	b.send("/sign-in", "email", "dpo@demo.example", "password", secret).want(200, "Du är inloggad igen")
	b.send(at + "/what").want(200)
	got := b.get(at + "/what").want(200).controls()
	if got.Get("description") != form.Get("description") || !slices.Equal(got["breach_types"], form["breach_types"]) {
		t.Errorf("kept: %v", got)
	}
}

// A supplement asks for what is missing first, and changes only what was changed.
func TestSupplementByForms(t *testing.T) {
	h := open(t)
	id, number := h.file("dpo")
	h.step("registrar", id, "register", "", map[string]any{"diary_number": "DI-1"}).want(200)
	h.step("supervisor", id, "assign", "", map[string]any{"assignee": h.ids["caseworker"]}).want(200)
	h.step("caseworker", id, "start_triage", "", nil).want(200)
	h.step("caseworker", id, "request_supplement", "", map[string]any{"questions": []string{"Who received the letter?"}}).want(200)
	b := h.signedIn("dpo")
	path := "/cases/" + number + "/supplement"
	b.get(path).want(200, "Who received the letter?", "An answer is due by", "A letter about support to a family")
	b.send(path).want(422, "Choose what the follow-up is to do.")
	b.get(path)
	s := b.send(path, "submission_kind", "SUPPLEMENT").want(200, "Who received the letter?")
	at := strings.TrimSuffix(s.Path, "/follow-up")
	if s = b.save(at, "follow-up", url.Values{"submission_kind": {"SUPPLEMENT"}, "submission_reason": {"A neighbour."}}).want(200); s.Path != at+"/missing" {
		t.Errorf("what is missing does not come first, but %s", s.Path)
	}
	// Every other topic, saved as it is shown, changes nothing.
	for topic := range web.TopicFields() {
		if topic == "" || topic == "registrar" || topic == "follow-up" {
			continue
		}
		b.save(at, topic, nil).want(200)
	}
	b.get(at+"/review").want(200, "No answers are changed")
	b.save(at, "measures", url.Values{"contained": {"YES"}}).want(200)
	b.save(at, "missing", url.Values{"measures_response": {"Collected the letter."}, "controller.established_in_eea": {"true"}}).want(200)
	b.get(at+"/review").want(200, "Collected the letter.", "A neighbour.")
	if s = b.send(at + "/review").want(200); s.Path != "/cases/"+number+"/receipt/2" {
		t.Fatalf("sent: %s", s.Path)
	}
	changes := h.get("dpo", "/api/v1/cases/"+id+"/submissions/2/changes").want(200)
	var paths []string
	for _, c := range changes.at("changes").([]any) {
		paths = append(paths, c.(map[string]any)["path"].(string))
	}
	if want := []string{"controller.established_in_eea", "measures_response", "contained"}; !slices.Equal(paths, want) {
		t.Errorf("changed %v, want %v", paths, want)
	}
	if r := h.get("dpo", "/api/v1/cases/"+id).want(200); r.at("requests", 0, "open") != false {
		t.Errorf("the question stays open: %s", r.Body)
	}
	if again := b.get(at + "/review"); again.Path != "/cases/"+number+"/receipt/2?done=form_sent" {
		t.Errorf("back leads to %s", again.Path)
	}
}

// An answer can be changed and taken back, and somebody else's later answer is not
// changed back by a form that merely showed the earlier one.
func TestSupplementKeepsWhatOthersChange(t *testing.T) {
	h := open(t)
	id, number := h.file("dpo")
	b := h.signedIn("dpo")
	b.get("/cases/" + number + "/supplement")
	at := strings.TrimSuffix(b.send("/cases/"+number+"/supplement", "submission_kind", "CHANGE").want(200).Path, "/follow-up")
	b.save(at, "who", url.Values{"controller.board": {"Skolnämnden"}, "controller.contact.phone": {""}}).want(200)
	h.post("dpo", "/api/v1/cases/"+id+"/supplements", `{"submission_kind":"CHANGE","reason":"x","notification":{"controller":{"sector":"PRIVATE"}}}`).want(201)
	b.get(at+"/review").want(200, "Skolnämnden", "Earlier answer: Socialnämnden")
	b.send(at + "/review").want(200)
	n := h.get("dpo", "/api/v1/cases/"+id+"/submissions/3").want(200)
	if n.text("notification", "controller", "sector") != "PRIVATE" || n.text("notification", "controller", "board") != "Skolnämnden" ||
		n.at("notification", "controller", "contact", "phone") != nil || n.text("notification", "controller", "contact", "email") == "" {
		t.Errorf("the third version: %s", n.Body)
	}
}

// Corrections and withdrawals need a reason.
func TestCorrectAndWithdrawByForms(t *testing.T) {
	h := open(t)
	id, number := h.file("dpo")
	for i, kind := range []string{"EARLIER_WRONG", "WITHDRAWAL"} {
		b := h.signedIn("dpo", []string{"sv", "en"}[i])
		b.get("/cases/" + number + "/supplement")
		at := strings.TrimSuffix(b.send("/cases/"+number+"/supplement", "submission_kind", kind).want(200).Path, "/follow-up")
		b.get(at + "/review").want(200)
		b.send(at + "/review").want(422)
		b.save(at, "follow-up", url.Values{"submission_kind": {kind}, "submission_reason": {"It was no breach."}, "withdraw_reason_code": {"NOT_A_BREACH"}}).want(200)
		if kind == "WITHDRAWAL" {
			b.get(at + "/who").want(404)
		}
		b.get(at+"/review").want(200, "It was no breach.")
		b.send(at+"/review").want(200, "It was no breach.")
	}
	last := h.get("dpo", "/api/v1/cases/"+id+"/submissions/3").want(200)
	if last.text("kind") != "WITHDRAWAL" || last.text("reason") != "It was no breach." || last.text("withdraw_reason_code") != "NOT_A_BREACH" {
		t.Errorf("the withdrawal: %s", last.Body)
	}
	if r := h.get("dpo", "/api/v1/cases/"+id+"/submissions/2").want(200); r.text("kind") != "EARLIER_WRONG" {
		t.Errorf("the correction: %s", r.Body)
	}
}

// A registrar enters what came by post, with its dispatch; nobody else is asked.
func TestRegisterByForm(t *testing.T) {
	h := open(t)
	b := h.signedIn("registrar")
	if s := b.get("/"); s.Path != "/queue" {
		t.Errorf("staff come to %s", s.Path)
	}
	at := b.complete()
	b.save(at, "registrar", url.Values{"submission_channel": {"POST"}, "dispatched_at": {"2026-11-18T16:00"}, "registrar_note": {"Postmarked."}}).want(200)
	b.save(at, "when", url.Values{"aware_at": {"2026-11-15T15:20"}}).want(200, "The 72 hours end on 18 November 2026 at 16:00")
	b.get(at + "/review").want(200)
	number := strings.Split(b.send(at+"/review").want(200).Path, "/")[2]
	filed := h.get("registrar", "/api/v1/cases/"+number+"/submissions/1").want(200)
	if filed.text("channel") != "POST" || filed.text("dispatched_at") != "2026-11-18T15:00:00Z" || filed.at("receipt", "late") != false {
		t.Errorf("filed %s", filed.Body)
	}
	h.signedIn("caseworker").get("/cases/" + number + "/supplement").want(403)
	s := b.get("/cases/" + number + "/supplement").want(200)
	if !strings.Contains(s.Body, `value="WITHDRAWAL"`) {
		t.Error("a registrar cannot enter a withdrawal")
	}
	opened := h.post("registrar", "/api/v1/cases", map[string]any{"source": "TIP", "subject": "A tip", "reason": "Somebody rang.", "name": "Exempelbolaget AB", "role": "CONTROLLER"}).want(201)
	b.get("/cases/" + opened.text("number") + "/supplement").want(409)
}

// Whoever acts for a controller chooses it once, and what is known of it is there.
func TestChosenController(t *testing.T) {
	h := open(t)
	o, err := h.units.Create(ctx, cases.System("test"), cases.Organisation{
		Name: "Provköpings kommun", IDNumber: "212000-9999", LegalForm: cases.FormMunicipality,
		Units: []cases.Unit{{Board: "Socialnämnden", Sector: cases.ActivitySocialServices}, {Board: "Skolnämnden"}},
	})
	must(t, err)
	_, err = h.auth.GrantMandate(ctx, cases.System("test"), h.ids["dpo"], o.Units[0].ID, o.Name, "test")
	must(t, err)
	b := h.signedIn("dpo", "sv")
	at := b.begin()
	got := b.get(at+"/who").want(200, "Socialnämnden, Provköpings kommun").controls()
	for name, want := range map[string]string{
		"controller.unit_id": o.Units[0].ID, "controller.name": "Provköpings kommun", "controller.board": "Socialnämnden",
		"controller.legal_form": "MUNICIPALITY", "controller.sector": "PUBLIC", "controller.sector_of_activity": "SOCIAL_SERVICES",
	} {
		if got.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.Get(name), want)
		}
	}
	if strings.Contains(b.screen.Body, o.Units[1].ID) {
		t.Error("a unit without a mandate is offered")
	}
	if s := h.signedIn("other").begin(); s == "" {
		t.Error("no draft without a mandate")
	}
}

// Without a store that answers, a form says so, and nothing is counted as sent.
func TestFormWithoutStore(t *testing.T) {
	h := open(t)
	b := h.signedIn("dpo")
	at := b.complete()
	down := h.store.Inject(casestest.Fault{Op: casestest.Put, Match: func(in cases.Collection, _ string) bool { return in == cases.Drafts }})
	b.save(at, "what", url.Values{"description": {"Lost?"}}).want(503)
	// A draft that cannot be emptied is sent all the same, and once.
	b.get(at + "/review").want(200)
	first := b.send(at + "/review").want(200)
	down()
	b.get(at + "/review").want(200)
	if again := b.send(at + "/review").want(200); again.Path != first.Path || !strings.HasSuffix(again.Path, "/receipt/1") {
		t.Errorf("%s, then %s", first.Path, again.Path)
	}
	if n := h.cases.Board().Len(); n != 1 {
		t.Errorf("%d cases", n)
	}
}
