package cases

import (
	"context"
	"errors"
)

// Collection names a set of documents in a store.
type Collection string

// The collections. Events are the truth; the pictures and summaries can always
// be rebuilt from them.
const (
	Events        Collection = "events"         // every event of every record, by Key
	Cases         Collection = "cases"          // picture of each case, by its id
	Summaries     Collection = "case_summaries" // what the board shows of each case, by its id
	Numbers       Collection = "numbers"        // case numbers taken, each naming its case
	Diary         Collection = "diary"          // register numbers taken, each naming its case
	Accounts      Collection = "accounts"       // picture of each account
	Organisations Collection = "organisations"  // picture of each organisation with its units
	Settings      Collection = "settings"       // picture of what administrators set
	Sessions      Collection = "sessions"       // signed-in sessions by the hash of their token
	Tokens        Collection = "tokens"         // API tokens by the hash of their token
	Links         Collection = "links"          // one-time links by the hash of their secret
	Meta          Collection = "meta"           // what the installation says of itself
	Reminders     Collection = "reminders"      // rungs of clocks that came due: who is reminded, and in which letter; see notifier
	Letters       Collection = "letters"        // letters with each try at them and its outcome; see notifier
	Files         Collection = "files"          // contents of attachments, in pieces
	Uploads       Collection = "uploads"        // files that are on their way, by the account and a place of its own
	UploadPieces  Collection = "upload_pieces"  // what has come of them
	Drafts        Collection = "drafts"         // forms that somebody has begun and not sent; never part of a case
	Feedback      Collection = "feedback"       // what people say of the pages themselves; never part of a case
	Preferences   Collection = "preferences"    // how somebody has set the queue up, by account, and what all staff share
	Inbox         Collection = "inbox"          // letters that people read in the program, by account and number

	IncidentPictures Collection = "incidents"        // picture of each incident, by its id
	OutagePictures   Collection = "outages"          // picture of each outage of the service, by its id
	BatchPictures    Collection = "batches"          // picture of each batch, by its id
	CoveragePictures Collection = "coverages"        // picture of each incident's coverage
	CoverageUploads  Collection = "coverage_uploads" // customer lists that somebody looks over before taking them; soon forgotten

	SelectionPictures Collection = "selections" // picture of each selection, by its id
)

// Derived says whether a collection can be rebuilt from events.
func (c Collection) Derived() bool {
	switch c {
	case Cases, Summaries, Accounts, Organisations, Settings, IncidentPictures, OutagePictures, BatchPictures, CoveragePictures, SelectionPictures:
		return true
	}
	return false
}

// Sentinels of a store. An error that is none of them is a fault of the engine.
var (
	ErrNotFound    = errors.New("no such document")
	ErrExists      = errors.New("a document with this id exists")
	ErrNumberTaken = errors.New("this number is taken")
	// ErrUnavailable means that the engine could not be reached or could not
	// write; whether the write took place is not known.
	ErrUnavailable = errors.New("the store is unavailable")
)

// Claim takes a unique id in a collection together with an event.
type Claim struct {
	In  Collection
	ID  string
	Doc any
}

// Picture is a derived document that follows an event: replaced whole, by id.
type Picture struct {
	In      Collection
	ID      string
	Version int64 // the sequence of the last event folded into Doc
	Doc     any
}

// Change is one event with what must or may be written along with it.
type Change struct {
	Event    Event
	Claims   []Claim   // taken before the event; one that is taken fails the change with ErrNumberTaken
	Pictures []Picture // replaced after the event; may lag behind it after a crash
}

// Notice tells that another instance is about to append to a record, or has.
type Notice struct {
	Record string
	Seq    int64
}

// Store keeps documents. Its contract is all that Vaka asks of a database, and
// the suite in casestest checks it on every engine:
//
//   - an insert under an id succeeds for exactly one writer (ErrExists for the rest);
//   - find, replace and delete are by id; what was acknowledged is durable;
//   - Scan reads a whole collection once, in the text order of ids;
//   - values come back as they went in, instants as UTC with whole milliseconds.
//
// There are no transactions over several records, no queries, no counters.
// All methods may be called from many goroutines at once.
type Store interface {
	// Append writes each change and answers for each: nil, ErrExists when
	// another event has that key, ErrNumberTaken when a claim is taken (then the
	// event is not written), or another error after which the outcome is
	// unknown. An event that is written is durable before Append returns. A
	// change that fails leaves nothing but perhaps its claims behind. Changes in
	// one call are independent and of different records.
	Append(ctx context.Context, changes []Change) []error

	// Events returns a record's events from sequence from on (1 is the first),
	// in order; none is no error.
	Events(ctx context.Context, record string, from int64) ([]Event, error)

	// Get decodes the document into the value that into points to, or returns ErrNotFound.
	Get(ctx context.Context, in Collection, id string, into any) error
	// Insert writes a new document, or returns ErrExists.
	Insert(ctx context.Context, in Collection, id string, doc any) error
	// Put replaces the document, or writes it where there is none.
	Put(ctx context.Context, in Collection, id string, doc any) error
	// Delete removes the document; one that is not there is no error.
	Delete(ctx context.Context, in Collection, id string) error

	// Scan visits every document of a collection in the text order of ids until
	// visit returns an error, which it returns. decode is valid during the visit.
	Scan(ctx context.Context, in Collection, visit func(id string, decode func(into any) error) error) error

	// ScanEvents visits every event of every record in the order of keys.
	ScanEvents(ctx context.Context, visit func(Event) error) error

	// Follow calls notice for every change that other instances announce, from
	// the moment that Follow was ready on, which it tells by calling ready once.
	// It returns when ctx ends. An engine with one instance waits for ctx.
	Follow(ctx context.Context, ready func(), notice func(Notice)) error
}
