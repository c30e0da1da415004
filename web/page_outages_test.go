package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// Whoever notified late because of an outage is found on its page, with the step that
// excuses the delay filled in; what was posted meanwhile is judged by its dispatch.
func TestOutage_ByForms(t *testing.T) {
	h := open(t)
	n := notification()
	aware := start.Add(-75 * time.Hour)
	n["aware_at"] = aware.Format(time.RFC3339)
	late := h.post("dpo", "/api/v1/notifications", n).want(201)
	n["submission_channel"], n["dispatched_at"] = "POST", start.Add(-3*time.Hour-30*time.Minute).Format(time.RFC3339)
	posted := h.post("registrar", "/api/v1/notifications", n).want(201).text("case", "number")
	number := late.text("case", "number")
	if c := h.get("caseworker", "/api/v1/cases/"+late.text("case", "id")).want(200); !strings.Contains(string(c.Body), `"late":true`) {
		t.Fatalf("the notification is not late: %s", c.Body)
	}

	r := h.signedIn("registrar")
	r.get("/outages").want(200, "No outage is recorded.", "Record an outage")
	r.send("/outages", "from", "2027-01-01T10:00", "what", "").want(422, "From: It cannot have happened after now.", "What did not work:")
	form := r.screen.form("/outages")
	for name, value := range map[string]string{"from": "2026-11-19T06:00", "what": "The <b>network</b> was down.", "public": "true"} {
		form.Set(name, value)
	}
	r.post("/outages", form).want(200, "The outage is recorded.", "Outage OUT-2026-1", "The <b>network</b> was down.", "still going on", number).lacks(posted)
	r.post("/outages", form).want(200, "OUT-2026-1") // pressed twice

	visitor := h.browse("en")
	visitor.get("/").want(200, "recently had, an outage", "How to notify all the same")
	visitor.get("/status").want(200, "An outage is going on.", "The <b>network</b> was down.", "Notify by post.").lacks("Registrar Exempel")
	visitor.get("/outages").lacks("OUT-2026-1")

	at := "/outages/OUT-2026-1"
	r.get(at)
	r.send(at+"/correct", "correct.from", "2026-11-19T06:00", "correct.to", "2026-11-19T09:00", "correct.reason", "").want(422, "Reason:")
	r.send(at+"/correct", "correct.from", "2026-11-19T06:00", "correct.to", "2026-11-19T09:00", "correct.reason", "It is over.").want(200, "The times are changed.", "It is over.", number)
	visitor.get("/status").want(200, "No known outage is going on.", "The <b>network</b> was down.")

	c := h.signedIn("caseworker")
	c.get(at).want(200, number).lacks("Withdraw")
	c.post(at+"/withdraw", url.Values{"form_token": {c.screen.form("/sign-out").Get("form_token")}, "withdraw.reason": {"x"}}).want(403)
	c.get("/outages/OUT-2026-9").want(http.StatusNotFound)
	c.get("/cases/"+number+"/steps/assess_delay?outage=OUT-2026-1").want(200, "The service could not be reached, see OUT-2026-1.")

	r.get(at)
	r.send(at+"/withdraw", "withdraw.reason", "It was a test.").want(200, "The outage is withdrawn.", "It was a test.").lacks(number)
	visitor.get("/").want(200).lacks("How to notify all the same")
}
