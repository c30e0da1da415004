package web

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

const (
	// feedbackLife is how long a message is kept that nobody has dealt with: it may
	// hold an address, and what a page lacked a year ago is another page today.
	feedbackLife = 365 * 24 * time.Hour
	// maxFeedback is how many messages are kept at once, so that nobody fills the
	// store from outside; past that the form says to write by other means.
	maxFeedback = 1000
	// feedbackPerSecond is for everybody together: anyone may write, signed in or not.
	feedbackPerSecond = 2

	maxFeedbackText    = 5000 // characters
	maxFeedbackContact = 254
)

// feedback is what somebody says of the pages, such as that one cannot be used by
// keyboard. It belongs to no case, and administrators read and delete it.
type feedback struct {
	ID       string    `json:"id"`
	At       time.Time `json:"at"`
	Language string    `json:"language"` // of the page that it was written on
	Text     string    `json:"text"`
	Contact  string    `json:"contact,omitempty"` // where an answer should go, as typed
}

// feedbackFaults is everything that is wrong with a message.
func feedbackFaults(f feedback) []workflow.Fault {
	var faults []workflow.Fault
	if f.Text == "" {
		faults = append(faults, workflow.Fault{Path: "/text", Code: "required", Message: "Say what does not work."})
	}
	for _, field := range []struct {
		path, value string
		most        int
	}{{"/text", f.Text, maxFeedbackText}, {"/contact", f.Contact, maxFeedbackContact}} {
		if utf8.RuneCountInString(field.value) > field.most {
			faults = append(faults, workflow.Fault{
				Path: field.path, Code: "too_long", Message: fmt.Sprintf("At most %d characters.", field.most),
			})
		}
	}
	return faults
}

// plainText is what was typed as it is kept: without control characters but line
// breaks, and without space around it.
func plainText(typed string) string {
	typed = strings.ReplaceAll(strings.ToValidUTF8(typed, ""), "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, typed))
}

// keepFeedback keeps a message, or says why it cannot be taken.
func (s *Server) keepFeedback(ctx context.Context, f feedback) error {
	f.Text, f.Contact, f.At = plainText(f.Text), plainText(f.Contact), s.now()
	if faults := feedbackFaults(f); faults != nil {
		return workflow.RefuseFaults("invalid_feedback", "The message was not sent.", faults)
	}
	have, err := s.feedback(ctx)
	if err != nil {
		return err
	}
	if len(have) >= maxFeedback || s.feedbackLimit.take("feedback", f.At) != nil {
		return workflow.Refuse(workflow.Conflict, "feedback_full", "There are more messages than can be taken right now. Write to the authority by e-mail or post instead.")
	}
	f.ID = cases.NewID(f.At)
	if err := s.opt.Store.Insert(ctx, cases.Feedback, f.ID, f); err != nil {
		return cases.Unavailable(fmt.Errorf("keeping feedback: %w", err))
	}
	return nil
}

// feedback is every message, the newest first.
func (s *Server) feedback(ctx context.Context) ([]feedback, error) {
	var out []feedback
	err := s.opt.Store.Scan(ctx, cases.Feedback, func(_ string, decode func(any) error) error {
		var f feedback
		err := decode(&f)
		out = append(out, f)
		return err
	})
	if err != nil {
		return nil, cases.Unavailable(fmt.Errorf("reading feedback: %w", err))
	}
	slices.SortFunc(out, func(a, b feedback) int { return b.At.Compare(a.At) })
	return out, nil
}

// sweepFeedback deletes what nobody has dealt with for feedbackLife.
func (s *Server) sweepFeedback(ctx context.Context, now time.Time) (cleared int, err error) {
	all, err := s.feedback(ctx)
	if err != nil {
		return 0, err
	}
	for _, f := range all {
		if now.Sub(f.At) <= feedbackLife {
			continue
		}
		if err := s.opt.Store.Delete(ctx, cases.Feedback, f.ID); err != nil {
			return cleared, cases.Unavailable(fmt.Errorf("deleting old feedback: %w", err))
		}
		cleared++
	}
	return cleared, nil
}
