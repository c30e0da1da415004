// Package casestest holds what every engine and its users are tested with.
//
// Run is the conformance suite: whatever passes it can hold Vaka's records. An
// engine's own tests are then few, and say only what is particular to it.
//
// Faulty is a store in front of another one that fails where it is told to, in
// the two ways in which stores fail: the write did not happen, or it did and the
// answer was lost. Whoever writes to a store tests with it that nothing
// acknowledged is lost and nothing is done twice.
//
// Tally is a small record with the methods of cases.Folded, for tests that need
// some record and not a case.
package casestest
