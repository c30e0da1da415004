// Package auth says who somebody is: accounts with their roles and mandates, the
// passwords and tokens that prove them, and the sessions that follow.
//
// An account is a record like a case: its events are its truth, kept in the same
// chained form, so that every role and mandate that anybody was ever given can be
// shown with who gave it, when and why. Its id is derived from its e-mail address,
// so the unique insert of its first event is what makes an address belong to one
// account; there is no second claim that a crash could leave behind. An account's
// address therefore never changes: a person with a new address gets a new account.
//
// Signed-in sessions are not events. A session is one document under the SHA-256
// of a 256-bit token; the token itself is given out once and stored nowhere. Each
// session remembers the version of the account that it began with, and an account
// remembers the version since which sessions count. So a new password or a
// deactivation ends every earlier session by one event, with no clock compared
// and nothing to search for. An API token is named in the account's events, and
// its document only leads from the hash to the account: a revoked token is dead
// from the event on, whatever documents are left.
//
// A one-time link (link.go) lets its holder choose a password: an invitation or a
// reset. Like a token it is named in the account's events, and its document leads
// from the hash to the account; the event of the password that it set uses it up.
// Absences with their deputies, conflicts of interest with controllers and the
// hand-over of whoever leaves are events of the account too; what follows from them
// in the cases is for the cases room.
//
// Requests are answered from memory: sessions and accounts are read again when
// what is in memory is older than Options.Fresh (a second), so what another
// instance ended or changed is seen within two. What this instance changes is
// seen at once. When the store cannot be asked, nobody is let in on old knowledge.
//
// Whoever has no account notifies under a key (key.go): 128 bits of which the hash
// is the actor's name, so that nothing but the case itself needs to be kept. With
// the key somebody comes back for a few hours at a time, in a session like any
// other (guest.go), whose token opens that one case's pages and no row of the API.
//
// Guessing is slowed per account and per address (throttle.go), never by locking:
// after the window it works again, and those already signed in, or known at their
// address, do not notice.
package auth
