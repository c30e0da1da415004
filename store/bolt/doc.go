// Package bolt keeps Vaka's documents in one local file, vaka.db in the data
// directory: the engine that needs nothing installed.
//
// Every write goes through one committer. Callers spell their documents in their
// own goroutines and hand over bytes; the committer takes everything that is
// waiting, decides each change for itself, writes all of them in one transaction
// and so pays for one sync to disk, however many were waiting. An answer is given
// after that sync, never before.
//
// Event and pictures are in the same transaction, so nothing here ever lags. The
// file is locked: a second vaka on the same directory is told so at its start.
//
// A transaction that fails, on a full disk for one, writes nothing of its batch
// and every caller is told that the store is unavailable; the next one is tried
// as if nothing had happened. The one failure that cannot be taken back is a sync
// that fails after the transaction's last page was handed to the system: nobody
// knows what the disk holds then, so the store answers nothing more until it is
// opened again.
package bolt
