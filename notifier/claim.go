package notifier

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// The ledger is what the store keeps of reminders, and every line of it is a
// unique insert:
//
//	reminders  <reminder's key>            fixed: a rung was reached, and who is told
//	reminders  <reminder's key>/<person>   claimed: in which letter this person is told
//	letters    <letter>                    a letter is begun; also the claim of the first try
//	letters    <letter>/<n>                the claim of try n, from 2 on
//	letters    <letter>/<n>/r              the receipt of try n
//
// A line is never changed. Whoever finds that a line is there reads it, and goes
// by it.

// fate says what became of a rung or of a claim on it.
type fate string

const (
	fixed     fate = "FIXED"     // people are to be told
	skipped   fate = "SKIPPED"   // a later rung was reached before anybody was told of this one
	claimed   fate = "CLAIMED"   // a letter tells a person
	cancelled fate = "CANCELLED" // the clock ended before a letter could
)

// rungLine is the line of a rung that was reached.
type rungLine struct {
	Fate fate      `json:"fate"`
	To   []string  `json:"to,omitempty"` // accounts, or contact
	At   time.Time `json:"at"`           // when it was reached
	Seen time.Time `json:"seen"`         // when an instance saw that
}

// claimLine is the line of one person's part in a reminder.
type claimLine struct {
	Fate   fate   `json:"fate"`
	Letter string `json:"letter,omitempty"`
}

// letterLine is the line by which a letter is begun. It holds neither name nor
// address: those are looked up when it is sent.
type letterLine struct {
	To     string       `json:"to"`             // account, or contact
	Case   string       `json:"case,omitempty"` // whose contact
	Items  []letterItem `json:"items"`
	Digest bool         `json:"digest,omitempty"`
	By     string       `json:"by"` // the instance that claims the first try
	At     time.Time    `json:"at"`
}

// letterItem is one reminder in a letter's line.
type letterItem struct {
	Key        string             `json:"key"`
	Case       string             `json:"case,omitempty"`
	Number     string             `json:"number,omitempty"`
	Draft      string             `json:"draft,omitempty"`
	Clock      workflow.ClockKind `json:"clock"`
	Article    string             `json:"article,omitempty"`
	DueAt      time.Time          `json:"due_at"`
	Rung       string             `json:"rung"`
	Escalation bool               `json:"escalation,omitempty"`
	Urgent     bool               `json:"urgent,omitempty"`
	Party      bool               `json:"party,omitempty"`
	Ready      time.Time          `json:"ready"` // when it was to go out
}

// tryLine claims a further try at a letter.
type tryLine struct {
	By string    `json:"by"`
	At time.Time `json:"at"`
	// Resent is the account that asked for the try by hand; "" for one that came
	// about by itself.
	Resent string `json:"resent,omitempty"`
	Why    string `json:"why,omitempty"` // the reason that they gave
}

// Outcome says how a try at a letter, or one channel's part in it, ended.
type Outcome string

// The outcomes. A letter is done when none of its channels is FAILED or UNKNOWN.
const (
	OutcomeSent      Outcome = "SENT"
	OutcomeFailed    Outcome = "FAILED"    // it did not go out and is tried again
	OutcomeUnknown   Outcome = "UNKNOWN"   // it may have gone out and is tried again under the same id
	OutcomeRefused   Outcome = "REFUSED"   // it is not tried again unless somebody asks for it
	OutcomeCancelled Outcome = "CANCELLED" // nothing in it is to be told any more
)

// Codes lists the outcomes.
func (Outcome) Codes() []string {
	return []string{
		string(OutcomeSent), string(OutcomeFailed), string(OutcomeUnknown), string(OutcomeRefused), string(OutcomeCancelled),
	}
}

// again says whether what ended so is tried again by itself.
func (o Outcome) again() bool { return o == OutcomeFailed || o == OutcomeUnknown }

// Reason says why a letter did not go out.
type Reason string

// The reasons.
const (
	ReasonNoAddress     Reason = "NO_ADDRESS"     // the person has no e-mail address
	ReasonNobody        Reason = "NOBODY"         // the account is gone or no longer active
	ReasonNotConfigured Reason = "NOT_CONFIGURED" // the installation does not use this channel
	ReasonRefused       Reason = "REFUSED"        // the receiving end will not have it
	ReasonUnreachable   Reason = "UNREACHABLE"    // it did not go out
	ReasonNoAnswer      Reason = "NO_ANSWER"      // nobody knows
	ReasonGivenUp       Reason = "GIVEN_UP"       // it was tried for days
)

// Codes lists the reasons.
func (Reason) Codes() []string {
	return []string{
		string(ReasonNoAddress), string(ReasonNobody), string(ReasonNotConfigured), string(ReasonRefused),
		string(ReasonUnreachable), string(ReasonNoAnswer), string(ReasonGivenUp),
	}
}

// Result is one channel's part in a try.
type Result struct {
	Channel ChannelKind `json:"channel"`
	Outcome Outcome     `json:"outcome"`
	Reason  Reason      `json:"reason,omitempty"`
	Detail  string      `json:"detail,omitempty"` // what the channel said, for administrators; it may name an address
}

// receiptLine closes a try. Results are those of every channel so far, also of
// earlier tries.
type receiptLine struct {
	Results []Result      `json:"results,omitempty"`
	Outcome Outcome       `json:"outcome"`
	Wait    time.Duration `json:"wait,omitempty"` // before the next try, in nanoseconds; for those that are tried again
	At      time.Time     `json:"at"`
	By      string        `json:"by"`
}

// outcomeOf sums up the parts: what is tried again comes before what failed for
// good, and that before what went out.
func outcomeOf(results []Result) Outcome {
	worst := OutcomeSent
	for _, r := range results {
		switch {
		case r.Outcome.again():
			return r.Outcome
		case r.Outcome == OutcomeRefused:
			worst = OutcomeRefused
		}
	}
	return worst
}

// letterID names a letter by whom it tells of what, so that two instances that are
// about to write the same letter write one. again is above 0 when a letter of that
// name was ended without telling of these things.
func letterID(to string, items []letterItem, again int) string {
	words := []string{"letter", to, fmt.Sprint(again)}
	for _, i := range items {
		words = append(words, i.Key)
	}
	return cases.DerivedID(words...)
}

// The tries at a letter.
const (
	firstWait = time.Minute
	// longestWait is short enough that a mail server that comes back after a day
	// has everything within the hour, and for what is urgent by law within a quarter.
	longestWait       = time.Hour
	longestWaitUrgent = 15 * time.Minute
	// mostTries is about four days of an hour each.
	mostTries = 100
)

// waitAfter is how long to wait after try n of a letter failed. The jitter keeps
// many letters that failed together from coming together again; it follows from the
// name, so that every instance waits equally long.
func waitAfter(letter string, n int, urgent bool) time.Duration {
	limit := longestWait
	if urgent {
		limit = longestWaitUrgent
	}
	wait := limit
	if n < 10 { // 2^10 minutes are above any limit
		wait = min(limit, firstWait<<(n-1))
	}
	h := fnv.New64a()
	fmt.Fprintf(h, "%s/%d", letter, n)
	quarter := uint64(wait / 4)
	return wait - time.Duration(h.Sum64()%quarter)
}

func claimKey(reminder, person string) string { return reminder + "/" + person }

func tryKey(letter string, n int) string {
	if n == 1 {
		return letter
	}
	return fmt.Sprintf("%s/%06d", letter, n)
}

func receiptKey(letter string, n int) string { return fmt.Sprintf("%s/%06d/r", letter, n) }

// parsedLetterKey reads the key of a line in cases.Letters.
func parsedLetterKey(key string) (letter string, n int, receipt bool, err error) {
	parts := strings.Split(key, "/")
	n = 1
	if len(parts) > 1 {
		if _, err := fmt.Sscanf(parts[1], "%d", &n); err != nil || n < 1 {
			return "", 0, false, fmt.Errorf("a letter's line is named %q", key)
		}
	}
	if len(parts) > 3 || len(parts) == 3 && parts[2] != "r" {
		return "", 0, false, fmt.Errorf("a letter's line is named %q", key)
	}
	return parts[0], n, len(parts) == 3, nil
}

// insert writes a line, or reads the one that is there into line. It says whether
// it wrote.
func insert[T any](ctx context.Context, s cases.Store, in cases.Collection, key string, line *T) (wrote bool, err error) {
	err = s.Insert(ctx, in, key, *line)
	if err == nil {
		return true, nil
	}
	if !errors.Is(err, cases.ErrExists) {
		return false, fmt.Errorf("writing to the ledger of %s: %w", in, err)
	}
	if err := s.Get(ctx, in, key, line); err != nil {
		return false, fmt.Errorf("reading the ledger of %s: %w", in, err)
	}
	return false, nil
}
