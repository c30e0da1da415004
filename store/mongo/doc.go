// Package mongo keeps Vaka's documents in MongoDB, or in any server that speaks
// its wire protocol and honours a unique _id: standalone, replica set, or sharded
// on _id. Several instances of Vaka can work on one database at once.
//
// The store asks for very little: insert with a unique _id; find, replace and
// delete by _id; and an ordered read of a whole collection. There are no
// transactions, indexes, counters or change streams in it. The unique insert of an
// event under its key decides every race.
//
// Writes of several callers are gathered, as in the local engine, and a few such
// commits may be under way at once. A commit takes these steps, each durable before
// the next: the claims; an entry in this instance's feed that names the records
// about to change (see feed.go); the events; the pictures. A picture may so lag
// behind its events, or an older one may land on a newer one: readers fold the
// missing events on, and the writer of an older picture notices and has the record
// written anew (see settle.go).
//
// Where the server is a replica set or a sharded cluster, writes wait for a
// majority and reads see what a majority has. Every operation has a time limit;
// what the server could not be asked wraps cases.ErrUnavailable.
package mongo
