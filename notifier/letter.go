package notifier

import (
	"context"
	"errors"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// What a channel knows of a letter that it did not deliver. Any other error of
// [Channel.Deliver] means that the letter certainly did not go out and may be
// tried again.
var (
	// ErrRefused is wrapped when the letter was refused for good: the address does
	// not exist, the receiving end will not have it. It is not tried again.
	ErrRefused = errors.New("the letter was refused for good")
	// ErrUnknown is wrapped when the letter may or may not have gone out: the
	// connection was lost after the text and before the answer.
	ErrUnknown = errors.New("the letter may or may not have gone out")
)

// ChannelKind says by which way a letter reaches its person.
type ChannelKind string

// The ways.
const (
	ChannelEmail   ChannelKind = "EMAIL"
	ChannelWebhook ChannelKind = "WEBHOOK"
	ChannelInbox   ChannelKind = "INBOX" // the list of messages in the program itself
)

// Codes returns the ways in the order in which they are shown.
func (ChannelKind) Codes() []string {
	return []string{string(ChannelEmail), string(ChannelWebhook), string(ChannelInbox)}
}

// Letter is one message to one person: one reminder, or several in one.
type Letter struct {
	// ID names the letter for ever: the left part of its Message-ID is made of it,
	// so that a letter that is sent again after a crash is known as the same one.
	ID         string
	To         Recipient
	Items      []Item    // at least one
	Digest     bool      // several reminders in one message: a digest, or a burst
	ComposedAt time.Time // when this try at it began
}

// Item is one reminder in a letter: a clock, and the rung that it has come to.
// It holds nothing of the breach but the number of its case, because a letter is
// not confidential.
type Item struct {
	Case       string // id of the case; "" for a draft
	Number     string // diary number of the case; "" for a draft
	Draft      string // id of the draft; "" for a case
	Clock      workflow.ClockKind
	Article    string // as in workflow; "" for the authority's own targets
	DueAt      time.Time
	Rung       string     // name of the rung on its ladder
	Escalation bool       // one of the last rungs, to the supervisor
	Urgent     bool       // urgent by law: never held back or put into a digest
	LateSince  *time.Time // when it should have gone out, where that is past
}

// Recipient is the person to whom a letter goes.
type Recipient struct {
	Account  string // id; "" for a filing that no account made
	Name     string
	Email    string
	Language string // "sv" or "en"
	Party    bool   // on the notifier's side, and never told of the staff
	Channel  ChannelKind
}

// Channel delivers letters. It must bound its own time by ctx.
type Channel interface {
	// Deliver hands one letter over. nil means that it was taken; an error that
	// wraps [ErrRefused] that it was refused for good; one that wraps [ErrUnknown]
	// that nobody knows. Any other error means that it did not go out.
	Deliver(ctx context.Context, l Letter) error
}
