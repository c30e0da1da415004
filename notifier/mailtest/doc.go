// Package mailtest is a mail server for tests and measurements: a real one, on a
// port of this machine, that does with each letter as it is told and keeps account
// of them. It can hang up at the worst moment, keep silent, and be away.
package mailtest
