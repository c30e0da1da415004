package notifier

import "context"

// Recorded is a channel that sends nothing: whatever it is handed counts as
// delivered, and stands in the ledger. A demo uses it, where nobody is there to
// be written to.
type Recorded struct{}

// Deliver implements [Channel].
func (Recorded) Deliver(context.Context, Letter) error { return nil }
