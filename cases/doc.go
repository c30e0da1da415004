// Package cases holds what the authority knows and decides: notifications, the
// cases they become, and everything that happens to a case until it is closed.
//
// # An event is the write; a case is its picture
//
// Whatever happens to a record is one immutable Event, inserted under the
// record's id and the next sequence (Key). The insert succeeds for exactly one
// writer, and it is the only lock in the system. The loser of a race is told who
// was faster; only additions (a note, a supplement) are tried again by
// themselves, never a person's decision. Case.Apply folds events into the record
// and works nothing out: an event holds every date, number and priority that was
// computed when it happened, so that a later change of a rule, a calendar or a
// setting never rewrites a case.
//
// Event headers form a chain (Verify): each binds the one before it, and a salted
// digest of its payload. The payload can go, and the chain still holds.
//
// After each event the whole case is stored as one document, and a Summary of it
// beside it. Both are derived. Log.Load reads the picture and folds whatever
// events came after it, so that neither a crash in between nor an older picture
// over a newer one is ever seen.
//
// # Who does what
//
//   - notification.go, codes*.go, fields*.go: what a notifier states, field by
//     field, with the rows of the EDPB template;
//   - reading*.go, edpb*.go: how it is read, strictly and with every fault at once;
//   - compare.go: what changed between two versions, and whether it is material;
//   - case.go, fold.go: the record and how events make it;
//   - submit.go, opening.go, step.go, stepcheck.go, effects.go, merge.go, sweep.go:
//     the use cases, all of them through the procedure in package workflow;
//   - board.go, card.go, query.go: every list, count and due clock, answered from
//     memory; news.go: which of it changed, for whoever watches;
//   - asof.go, drafts.go: how a case and its draft stood before;
//   - incident*.go, deviation.go: one breach that reached the authority many times, and
//     what is established for all of its cases;
//   - trace.go, suggest*.go: what a case is recognised by, which incidents and duplicates
//     that suggests, with the evidence, and what people dismissed of it;
//   - batch*.go, letter.go: one step on many cases, carried on after a crash;
//   - selection*.go: choosing whom to investigate: frozen candidates, criteria with
//     their evidence, the control sample, the approval, and the investigations opened;
//     a selection is there only for whoever sees every candidate, so that it is whole
//     for everybody who reads it and tells nobody of a secret case;
//   - settings*.go, rulebook.go: what administrators set, its preview and journal, and
//     what a use case goes by; clock_move.go: the open clocks that follow it;
//   - attachment*.go: files, how they come, what they may be and how they are kept;
//   - organisation.go: controllers and their units;
//   - store.go: all that is asked of a database. Package casestest checks it.
//
// Of a file nothing is seen before its event is written; Service.Attach says in which
// order the rest happens.
//
// The package does no I/O of its own, reads no clock, and knows neither HTTP nor
// BSON. Instants are UTC with whole milliseconds.
package cases
