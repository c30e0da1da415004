// Package workflow is the procedure and the law of a data protection authority
// that receives notifications of personal data breaches, both held as data.
//
// # The procedure
//
// A case is always in one state, and a step leads from one state to the next.
// One table says which steps there are, from which state to which, which role
// may take each, and which guards it must meet: a decision is approved by
// somebody who edited no draft of it, nothing closes without an outcome and a
// reason, no investigation opens without scope and legal basis. The machine
// that answers "what may this person do now, and why not the rest", the five
// phases shown to people, and the diagram in the documentation are all computed
// from that table, so they cannot disagree with each other.
//
// # The law
//
// The law is dated. A RuleSet says since when which threshold and how many hours
// hold, and a case keeps the id of the set that it was judged by; so a change of
// the law never rewrites what went before it.
//
// Two calendars are kept apart, because two bodies of law count differently. EU
// periods (GDPR Articles 33, 56, 60, 61, 65) follow Regulation 1182/71 and the
// holidays that Sweden has reported to the Commission; national periods follow
// lag (1930:173), which treats midsommarafton, julafton, nyårsafton and every
// Saturday like a Sunday. A Calendar has a version, which changes by itself when
// an administrator closes a further day or opens a holiday.
//
// From these follow the three ways of counting the hours of Article 33 (Notify),
// the end of periods in days, weeks, months and working days (End), and the
// clocks of a case with their configurable lengths (Clocks). Every due time
// comes with its article and with one sentence, in English and in Swedish, that
// a person can check it by. A due time that falls on "the end of a day" is the
// midnight that follows, and whoever acts at that instant is in time (Late).
//
// Severity follows ENISA's methodology of 2013 in whole quarters (AssessSeverity),
// and the priority of a case is the highest that any rule in a list asks for,
// with the rules that fired (Prioritise).
//
// # What is not here
//
// This package does no input or output and never reads a clock: the time is an
// argument. It knows no web and no database. All times in and out are instants;
// Europe/Stockholm decides on which date an instant falls and how it is written
// in a sentence, and nothing else. Refusals meant for people are of type *Error.
package workflow
