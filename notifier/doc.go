// Package notifier wakes up by itself. The rest of Vaka acts when somebody asks;
// this room acts when time has passed.
//
// # Rules
//
// A [Sweeper] makes one pass after another for as long as the program runs. In a
// pass the cases room looks through its board for clocks that have run out and
// for work that a crash left half done, and the auth room, less often, throws
// away sessions that have ended. What has to be done then is decided there, by
// the procedure and under the same guards as for people; nothing here knows a
// rule of a case.
//
// Several instances may sweep the same store. Each event has one winner, so
// nothing is done twice, and a pass that fails leaves its cases for the next one.
// A pass that panics is reported as an error with its stack and the sweeper goes
// on: a program that answers but silently watches no clock would be the worst of
// all failures here.
//
// # Reminders
//
// A [Dispatcher] sees to it that whoever must act hears of a clock before it runs
// out, and the next in line when nothing happens. It goes in four steps, each of
// which can be looked at by itself:
//
//   - The plan (plan.go, ladder.go) is a pure function. Each kind of clock has a
//     ladder of rungs, so long before or after it runs out, each with whom it is
//     for; the last rung is the supervisor's. Times are worked out from the clock as
//     it is, so a reminder is never stored before it is due, and a clock that ends
//     takes its reminders with it. After downtime only the latest rung that was
//     reached goes out, and says since when it is late; those before it are written
//     down as skipped.
//   - A rung that was reached gets a line in the ledger (claim.go) with the people
//     whom it concerns at that moment. Its key is clock, revision and rung, never the
//     time: a clock that is moved has a new revision with a ladder of its own, and
//     within one revision no rung repeats, whoever holds the case later.
//   - What one person is to be told in one pass becomes one letter (gather.go),
//     however many cases it lists; what the law makes urgent goes by itself and at
//     once. The letter's name follows from what it tells to whom, so two instances
//     that are about to write the same letter write one, and its Message-ID is the
//     same for ever.
//   - A try at a letter (send.go) is claimed by a unique insert, hands the letter
//     to every channel that has not taken it, and is closed by a receipt. A try
//     without a receipt is left alone for the time of a lease, and then counts as a
//     crash: another instance tries, under the same name. Leases are measured by
//     how long an instance has itself seen a try under way, never by the clock on
//     the wall, so clocks that differ or are set back cost time and nothing else.
//
// So a reminder goes out at least once, and twice only where nobody could know
// whether it had. What did not go out for certain is tried again for days; what was
// refused for good waits for somebody, is counted, and raises an alarm. The list of
// messages in the program gets its copy whatever becomes of e-mail.
//
// # Letters
//
// A [Letter] reaches its person by a [Channel]: e-mail ([SMTP]), a webhook
// ([Webhook]) or the list of messages in the program itself ([Inbox]). Each says
// of a letter that it was taken, refused for good, certainly not sent, or that
// nobody knows. What letters say stands in templates, in every language; they name
// the number of a case and nothing else of it, because letters are not
// confidential, and errors hold no address, because logs are not either.
package notifier
