// Package archive carries everything that a store holds from one engine to
// another, as one file of lines:
//
//	{"vaka_export":1,"collections":["events","numbers","diary","tokens","meta","files"]}
//	{"in":"events","doc":{"_id":"…/00000001","record":"…","seq":{"$numberLong":"1"},…}}
//	…
//	{"documents":12345,"sha256":"…"}
//
// Each document is canonical Extended JSON, MongoDB's own lossless spelling of
// BSON, in the order of collections and, within one, of ids. The last line counts
// the documents and holds the SHA-256 of every byte before it, so a file that was
// cut short or altered is refused. Exporting, importing and exporting again gives
// the same bytes, whatever the engines.
//
// The contents of attachments travel along, piece by piece (files). What is still on
// its way, an upload that is not finished, does not.
//
// Pictures and summaries are not in the file: they follow from the events, and
// the caller rebuilds them after an import. Neither are sessions: everybody signs
// in again.
//
// Import reads the file twice. The first time it checks all of it: the spelling, the
// order, the sum, and the chain of every record. Only then does it write.
package archive
