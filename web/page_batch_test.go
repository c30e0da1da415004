package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/cases/casestest"
	"github.com/vaka-project/vaka/web"
	"github.com/vaka-project/vaka/workflow"
)

// triaged files cases and takes them to triage with their risk assessed, so that they
// can be closed.
func (h *house) triaged(n int) (ids, numbers []string) {
	h.t.Helper()
	for i := range n {
		id, number := h.file("dpo", func(m map[string]any) { m["controller_reference"] = fmt.Sprintf("K-%d", i) })
		h.step("registrar", id, "register", "", nil).want(200)
		h.step("supervisor", id, "assign", "", map[string]any{"assignee": h.ids["caseworker"]}).want(200)
		h.step("caseworker", id, "start_triage", "", nil).want(200)
		h.step("caseworker", id, "assess_risk", "Mild.", map[string]any{"risk": "UNLIKELY"}).want(200)
		ids, numbers = append(ids, id), append(numbers, number)
	}
	return ids, numbers
}

// closings counts the events that closed a case.
func (h *house) closings(id string) int {
	h.t.Helper()
	n := 0
	for _, e := range h.get("supervisor", "/api/v1/cases/"+id+"/events").want(200).at("items").([]any) {
		if e.(map[string]any)["kind"] == "close" {
			n++
		}
	}
	return n
}

func TestBatch_ByForms(t *testing.T) {
	h := openDesk(t)
	ids, numbers := h.triaged(4)
	b := h.signedIn("caseworker")
	b.get("/queue").want(200, "Take a step in the chosen ones", "Choose "+numbers[0])
	b.get("/batches").want(200, "No step has been taken in many cases yet.")
	b.get("/batches/new").want(422, "Choose at least one case.")
	b.get("/batches/new?all=true&q=nothing-like-it").want(422, "Choose at least one case.")

	// What one may not see is neither chosen nor counted, however it is asked for.
	secret := h.idOf(h.secret)
	b.get("/batches/new?case="+secret).want(422, "Choose at least one case.")
	query := "/batches/new?case=" + strings.Join(append(ids, h.idOf(h.fresh), secret), "&case=")
	b.get(query).want(200, "5 cases are chosen.", "Which step?")
	b.get(query+"&step=close").want(200, "{controller}", "the controller's name")
	form := b.screen.form("/batches/new")
	form.Set("outcome", "NO_FURTHER_ACTION")
	form.Set("letter", "Dear {controller}, {nonsense}")
	b.post("/batches/new", form).want(422, "Reason: This step needs it.")
	form.Set("reason", "One supplier.")
	b.post("/batches/new", form).want(422, "a place in braces that is none")
	form.Set("letter", "Dear {controller}, your {reference} is closed as {number}.")
	form.Set("cases", form.Get("cases")+" "+secret+".1 nonsense")
	b.post("/batches/new", form).want(200, "Nothing has happened yet.", "your K-0 is closed as "+numbers[0], "One case:", h.fresh, "Take the step in 4 cases").lacks(h.secret)
	for _, id := range ids {
		if h.closings(id) != 0 {
			t.Fatalf("the preview closed %s", id)
		}
	}
	preview := b.screen

	// One is taken out, one gets a text of its own, one is changed by somebody meanwhile.
	h.step("caseworker", ids[1], "set_priority", "Children.", map[string]any{"priority": "P1"}).want(200)
	begin := preview.form("/batches/new")
	begin.Set("out", ids[0])
	begin.Set("text."+ids[2], "Thank you for the supplement.")
	b.post("/batches", begin).want(200, "3 of 3 cases are done.", "Changed meanwhile", "The case changed after you looked at it, and is left alone.", numbers[1], numbers[2]).lacks(numbers[0])
	at := b.screen.Path
	b.post("/batches", begin).want(200)
	if b.screen.Path != at {
		t.Errorf("sent twice it leads to %s and %s", at, b.screen.Path)
	}
	for n, want := range []int{0, 0, 1, 1} {
		if got := h.closings(ids[n]); got != want {
			t.Errorf("%s has %d closings, want %d", numbers[n], got, want)
		}
	}
	letter := "is closed as " + numbers[2]
	b.get("/cases/"+numbers[2]).want(200, letter, "Thank you for the supplement.")
	h.signedIn("dpo").get("/cases/"+numbers[2]).want(200, letter, "Thank you for the supplement.")
	h.signedIn("dpo").get("/cases/" + numbers[3]).want(200).lacks("Thank you for the supplement.")
	b.get("/batches").want(200, "Close", "2 of 3", "Caseworker Exempel")
	file := b.get(at + "/outcome.csv")
	if file.Status != http.StatusOK || !strings.Contains(file.Body, numbers[1]) || !strings.Contains(file.Body, "The case changed after") {
		t.Errorf("the file: %d %s", file.Status, file.Body)
	}
	h.signedIn("dpo").get(at).want(403)
	b.get("/batches/" + ids[0]).want(404)
}

// A preview of many pages keeps what is taken out and written on each of them.
func TestBatch_PreviewHasPages(t *testing.T) {
	h := open(t)
	var query strings.Builder
	var ids []string
	for range 53 {
		id, _ := h.file("dpo")
		ids = append(ids, id)
		query.WriteString("&case=" + id)
	}
	b := h.signedIn("registrar")
	b.get("/batches/new?step=note" + query.String())
	form := b.screen.form("/batches/new")
	form.Set("text", "Look at the incident.")
	b.post("/batches/new", form).want(200, "1–50 of 53", "Take the step in 53 cases")
	next := b.screen.form("/batches/new")
	next.Set("out", ids[0])
	next.Set("text."+ids[1], "Only here.")
	next.Set("from", "50")
	b.post("/batches/new", next).want(200, "51–53 of 53", "Take the step in 52 cases").lacks("More cases")
	begin := b.screen.form("/batches/new")
	begin.Set("out", ids[52])
	b.post("/batches", begin).want(200, "51 of 51 cases are done.")
	for n, want := range map[int]string{0: "0", 1: "Only here.", 2: "1", 52: "0"} {
		notes := h.get("caseworker", "/api/v1/cases/"+ids[n]).want(200).at("notes")
		if list, _ := notes.([]any); want == "0" && len(list) != 0 || want != "0" && len(list) != 1 || want == "Only here." && !strings.Contains(fmt.Sprint(list), want) {
			t.Errorf("case %d has %v", n, notes)
		}
	}
}

// The form of the largest batch fits into what the server reads.
func TestBatch_LargestFits(t *testing.T) {
	id := cases.NewID(start)
	largest := url.Values{"cases": {strings.TrimSpace(strings.Repeat(id+".1234 ", cases.MaxBatch))}, "letter": {strings.Repeat("å", 20_000)}}
	if n := len(largest.Encode()); n > 512<<10 {
		t.Errorf("the form of %d cases is %d bytes long", cases.MaxBatch, n)
	}
}

func TestBatch_OverTheAPI(t *testing.T) {
	h := openDesk(t)
	ids, numbers := h.triaged(2)
	body := map[string]any{
		"step": "close", "reason": "One supplier.", "data": map[string]any{"outcome": "NO_FURTHER_ACTION", "letter": "Dear {controller}"},
		"cases": []any{map[string]any{"case": numbers[0]}, map[string]any{"case": numbers[1]}, map[string]any{"case": h.secret}},
	}
	views := h.post("caseworker", "/api/v1/batches/preview", body).want(200)
	if views.at("items", 0, "allowed") != true || views.at("items", 2, "code") != "not_found" || views.text("items", 0, "letter") == "" {
		t.Errorf("the preview: %s", views.Body)
	}
	h.post("caseworker", "/api/v1/batches", body).want(422, "invalid_batch")
	choice := func(n int) any {
		return map[string]any{"case": ids[n], "version": views.at("items", n, "version")}
	}
	body["cases"] = []any{choice(0), choice(1)}
	begin := func() reply {
		return h.do(request{who: "caseworker", method: http.MethodPost, path: "/api/v1/batches", body: body, header: map[string]string{"Idempotency-Key": "closing"}})
	}
	made := begin().want(201)
	if made.at("taken") != float64(2) || made.text("status") != "DONE" || begin().want(201).text("id") != made.text("id") {
		t.Errorf("the batch: %s", made.Body)
	}
	body["reason"] = "Another."
	begin().want(409, "idempotency_key_reused")
	at := made.Header.Get("Location")
	h.get("registrar", at).want(200)
	h.get("dpo", at).want(403)
	h.get("registrar", "/api/v1/batches/"+ids[0]).want(404, "no_such_batch")
	if out := h.get("registrar", at+"/outcomes").want(200); out.text("items", 1, "result") != "TAKEN" {
		t.Errorf("the outcomes: %s", out.Body)
	}
	h.post("caseworker", at+"/stop", map[string]any{"reason": "Enough."}).want(409, "batch_ended")
	if list := h.get("supervisor", "/api/v1/batches").want(200); list.at("items", 0, "cases") != float64(2) {
		t.Errorf("the list: %s", list.Body)
	}
	h.step("supervisor", ids[0], "flag_secret", "Protected people.", map[string]any{"named_staff": []string{h.ids["supervisor"], h.ids["caseworker"]}}).want(200)
	if n := h.get("registrar", at).want(200).at("cases"); n != float64(1) {
		t.Errorf("a case that became secret is counted: %v", n)
	}
}

// A server that stops in the middle of a batch leaves the rest to the next one, and no
// case gets the step twice.
func TestBatch_IsCarriedOnAfterTheServer(t *testing.T) {
	h := build(t)
	h.listen()
	ids, _ := h.triaged(12)
	var choices []any
	for _, id := range ids {
		choices = append(choices, map[string]any{"case": id, "version": h.get("caseworker", "/api/v1/cases/"+id).want(200).at("version")})
	}
	body := map[string]any{"step": "close", "reason": "One supplier.", "data": map[string]any{"outcome": "NO_FURTHER_ACTION"}, "cases": choices}
	reached, release := make(chan struct{}), make(chan struct{})
	h.store.Inject(casestest.Fault{Op: casestest.Append, Times: 1, Match: func(_ cases.Collection, id string) bool {
		if id != ids[5] {
			return false
		}
		close(reached)
		<-release
		return true
	}})
	answered := make(chan reply, 1)
	go func() { answered <- h.in(t).post("caseworker", "/api/v1/batches", body) }()
	<-reached
	stopped := make(chan error, 1)
	go func() { stopped <- h.server.Shutdown(ctx) }()
	close(release)
	must(t, <-stopped)
	at := (<-answered).want(201).Header.Get("Location")

	// The next server on the same store, which it reads anew.
	h.clock.pass(time.Minute)
	law, err := workflow.NewClocks(workflow.ClockSettings{})
	must(t, err)
	h.cases = cases.NewService(cases.Options{
		Store: h.store, People: h.auth, Units: h.units, Law: law, Now: h.clock.now,
		Policy: cases.Policy{CasePrefix: "PUI", SupervisionPrefix: "TIL", Zone: time.UTC},
	})
	must(t, h.cases.Start(ctx))
	h.server = web.New(web.Options{Store: h.store, Cases: h.cases, Auth: h.auth, Units: h.units, Now: h.clock.now})
	h.listen()
	before := h.get("caseworker", at).want(200)
	if before.text("status") != "RUNNING" {
		t.Errorf("the batch was not interrupted: %s", before.Body)
	}
	if _, err := h.cases.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	if after := h.get("caseworker", at).want(200); after.text("status") != "DONE" || after.at("taken") != float64(len(ids)) {
		t.Errorf("after the sweep: %s", after.Body)
	}
	for _, id := range ids {
		if n := h.closings(id); n != 1 {
			t.Errorf("%s was closed %d times", id, n)
		}
	}
}
