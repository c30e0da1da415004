// Package notifier wakes up by itself. The rest of Vaka acts when somebody asks;
// this room acts when time has passed.
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
package notifier
