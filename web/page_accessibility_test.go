package web_test

import (
	"strings"
	"testing"
	"time"
)

// Anybody says what does not work; administrators read it, and it is gone when it
// was dealt with.
func TestAccessibilityFeedback(t *testing.T) {
	h := open(t)
	visitor, admin := h.browse("en"), h.signedIn("admin")
	visitor.get("/").want(200, "Accessibility")
	visitor.get("/accessibility").want(200, "WCAG 2.2", "partially compliant", "What does not work?")
	s := visitor.send("/accessibility", "text", " ", "contact", "me@example.org").want(422, "What does not work?: Say what does not work.")
	if !strings.Contains(s.Body, `value="me@example.org"`) {
		t.Error("the address that was typed is lost")
	}
	visitor.send("/accessibility", "text", strings.Repeat("å", 5001)).want(422, "At most 5000 characters.")
	visitor.send("/accessibility", "text", "<b>No</b> focus\x07 on “Send”.\r\nOn the review.", "contact", "me@example.org").
		want(200, "Thank you.")

	h.browse("en").get("/feedback").want(200, "Sign in")
	h.signedIn("caseworker").get("/feedback").want(403)
	admin.get("/feedback").want(200, "<b>No</b> focus on “Send”. On the review.", "Answer to: me@example.org")
	if strings.Contains(admin.screen.Body, "<b>No") {
		t.Error("the page takes what was typed for markup")
	}
	done := strings.SplitN(strings.SplitN(admin.screen.Body, `action="/feedback/`, 2)[1], `"`, 2)[0]
	admin.send("/feedback/"+done).want(200, "The message is deleted.", "Nobody has written anything.")
}

// Nobody fills the store from outside, and what nobody deals with does not stay.
func TestFeedbackIsBounded(t *testing.T) {
	h := open(t)
	visitor := h.browse("en")
	visitor.get("/accessibility")
	visitor.send("/accessibility", "text", "one").want(200)
	visitor.get("/accessibility")
	visitor.send("/accessibility", "text", "two").want(200)
	visitor.get("/accessibility")
	s := visitor.send("/accessibility", "text", "three, at once").want(409, "more messages than can be taken")
	if !strings.Contains(s.Body, "three, at once") {
		t.Error("what was typed is lost")
	}
	h.clock.pass(2 * time.Second)
	visitor.send("/accessibility", "text", "three").want(200, "Thank you.")

	admin := h.signedIn("admin")
	admin.get("/feedback").want(200, "one", "two", "three")
	h.clock.pass(366 * 24 * time.Hour)
	if n, err := h.server.Sweep(t.Context(), h.clock.now()); err != nil || n != 3 {
		t.Fatalf("swept %d, %v", n, err)
	}
	h.signedIn("admin").get("/feedback").want(200, "Nobody has written anything.")
}
