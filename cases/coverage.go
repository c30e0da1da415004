package cases

import (
	"fmt"
	"slices"
	"time"
)

// Coverage says of an incident who has notified and who has not: the supplier's
// customers as it listed them, what people answered where a customer could not be
// told for certain, what customers said, and how they were reached. It is a record of
// its own, one for each incident, read when it is asked for.
//
// Who has notified stands in none of it. That is worked out from the list and the
// linked cases each time, so that it never disagrees with the cases; see [Cover].
type Coverage struct {
	ID      string `json:"id"`
	Version int64  `json:"version"`
	Head    string `json:"head"`

	Incident   string              `json:"incident"` // its id
	UpdatedAt  time.Time           `json:"updated_at"`
	List       CustomerList        `json:"list"`            // the newest
	Lists      []ListVersion       `json:"lists,omitempty"` // all of them, the first one first
	Answers    []MatchAnswer       `json:"answers,omitempty"`
	Statements []CustomerStatement `json:"statements,omitempty"`
	Contacts   []CustomerContact   `json:"contacts,omitempty"`
}

// CustomerList is a list of customers as somebody gave it.
type CustomerList struct {
	Incident  string     `json:"incident,omitempty"`
	Source    string     `json:"source"`          // who made it
	AsOf      Date       `json:"as_of,omitempty"` // of which day it is
	File      string     `json:"file,omitempty"`  // its name, where it came as a file
	Reason    Text       `json:"reason"`
	Customers []Customer `json:"customers"`
}

// ListVersion tells what a list brought beside the one before.
type ListVersion struct {
	N         int       `json:"n"` // 1 for the first
	At        time.Time `json:"at"`
	By        string    `json:"by"`
	Source    string    `json:"source"`
	AsOf      Date      `json:"as_of,omitempty"`
	File      string    `json:"file,omitempty"`
	Reason    Text      `json:"reason"`
	Customers int       `json:"customers"`         // lines
	Added     []string  `json:"added,omitempty"`   // names that were not on the list before; none of the first list
	Removed   []string  `json:"removed,omitempty"` // and names that are on it no more
}

// MatchAnswer says which organisation a line of the list is, where that was asked.
type MatchAnswer struct {
	Customer string    `json:"customer"`         // Customer.Key
	Target   string    `json:"target,omitempty"` // MatchCandidate.Target; "" for none of them
	By       string    `json:"by"`
	At       time.Time `json:"at"`
}

// CustomerStatement is a customer's word that it is not affected, as staff recorded it.
type CustomerStatement struct {
	ID         string    `json:"id"`
	Keys       []string  `json:"keys"`   // of the customer, and of its lines; whichever a later list still has
	Source     string    `json:"source"` // who said it, and how
	Date       Date      `json:"date"`
	Note       Text      `json:"note,omitempty"`
	RecordedBy string    `json:"recorded_by"`
	RecordedAt time.Time `json:"recorded_at"`
	Withdrawn  Text      `json:"withdrawn,omitempty"` // why it no longer counts
}

// CustomerContact is how customers were reached: one letter to many, or one call.
type CustomerContact struct {
	ID         string        `json:"id"`
	Channel    ContactWay    `json:"channel"`
	Date       Date          `json:"date"`
	Text       Text          `json:"text,omitempty"` // of the letter, with places in braces; or what was said
	Supplier   string        `json:"supplier"`       // what {supplier} meant then
	Title      string        `json:"title"`          // what {incident} meant then
	To         []ContactedAs `json:"to"`
	RecordedBy string        `json:"recorded_by"`
	RecordedAt time.Time     `json:"recorded_at"`
}

// ContactedAs is a customer as it was reached.
type ContactedAs struct {
	Keys  []string `json:"keys"` // as in CustomerStatement
	Name  string   `json:"name"`
	Email string   `json:"email,omitempty"`
}

// ContactWay is how a customer was reached.
type ContactWay string

// The ways. A letter or an e-mail is made here and sent by the authority's own means.
const (
	ContactLetter    ContactWay = "LETTER"
	ContactEmail     ContactWay = "EMAIL"
	ContactTelephone ContactWay = "TELEPHONE"
)

// Codes lists the ways.
func (ContactWay) Codes() []string { return []string{"LETTER", "EMAIL", "TELEPHONE"} }

// Written says whether a text went out.
func (w ContactWay) Written() bool { return w == ContactLetter || w == ContactEmail }

// What happens to a coverage.
const (
	EventCoverageList      EventKind = "coverage_list_taken"          // payload CustomerList
	EventCoverageMatch     EventKind = "coverage_match_answered"      // payload []MatchAnswer
	EventCoverageStatement EventKind = "coverage_statement_added"     // payload CustomerStatement
	EventCoverageTakenBack EventKind = "coverage_statement_withdrawn" // payload withdrawal
	EventCoverageContact   EventKind = "coverage_contact_recorded"    // payload CustomerContact
)

// Stand tells how far the coverage has come.
func (c *Coverage) Stand() (int64, string) { return c.Version, c.Head }

// Apply folds the next event into the coverage.
func (c *Coverage) Apply(e Event) error {
	if err := e.follows(c.ID, c.Version, c.Head); err != nil {
		return err
	}
	if c.Version == 0 && e.Header.Kind != EventCoverageList {
		return fmt.Errorf("a coverage cannot have %q as its first event", e.Header.Kind)
	}
	if err := c.fold(e); err != nil {
		return err
	}
	c.ID, c.Version, c.Head, c.UpdatedAt = e.Header.Record, e.Header.Seq, e.Header.Hash(), e.Header.At
	return nil
}

func (c *Coverage) fold(e Event) error {
	switch h := e.Header; h.Kind {
	case EventCoverageList:
		return foldIncident(e, func(l CustomerList) {
			v := ListVersion{
				N: len(c.Lists) + 1, At: h.At, By: h.Actor, Source: l.Source, AsOf: l.AsOf, File: l.File, Reason: l.Reason, Customers: len(l.Customers),
			}
			if len(c.Lists) > 0 {
				v.Added, v.Removed = namesBeside(l.Customers, c.List.Customers), namesBeside(c.List.Customers, l.Customers)
			}
			c.Incident, c.List = l.Incident, l
			// The names of what earlier lists changed stay in their events.
			for i := range c.Lists {
				c.Lists[i].Added, c.Lists[i].Removed = nil, nil
			}
			c.Lists = append(c.Lists, v)
		})
	case EventCoverageMatch:
		return foldIncident(e, func(answers []MatchAnswer) {
			for _, a := range answers {
				c.Answers = slices.DeleteFunc(c.Answers, func(have MatchAnswer) bool { return have.Customer == a.Customer })
				c.Answers = append(c.Answers, a)
			}
		})
	case EventCoverageStatement:
		return foldIncident(e, func(s CustomerStatement) { c.Statements = append(c.Statements, s) })
	case EventCoverageTakenBack:
		return foldIncident(e, func(w withdrawal) {
			for i := range c.Statements {
				if c.Statements[i].ID == w.ID {
					c.Statements[i].Withdrawn = w.Reason
				}
			}
		})
	case EventCoverageContact:
		return foldIncident(e, func(k CustomerContact) { c.Contacts = append(c.Contacts, k) })
	default:
		return fmt.Errorf("no such kind of event: %q", h.Kind)
	}
}

// namesBeside are the names of the customers that the other list lacks.
func namesBeside(customers, other []Customer) []string {
	have := make(map[string]bool, len(other))
	for i := range other {
		have[other[i].Key] = true
	}
	var out []string
	for i := range customers {
		if !have[customers[i].Key] {
			out = append(out, customers[i].Label())
		}
	}
	return out
}
