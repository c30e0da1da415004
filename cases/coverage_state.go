package cases

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// CoverState is how a customer stands.
type CoverState string

// The states. Each customer on the list is in exactly one.
const (
	CoverNotified    CoverState = "NOTIFIED"
	CoverLate        CoverState = "NOTIFIED_LATE" // all of its notifications came after the 72 hours
	CoverNotAffected CoverState = "SAYS_NOT_AFFECTED"
	CoverMissing     CoverState = "NOT_NOTIFIED"
)

// Codes lists the states.
func (CoverState) Codes() []string {
	return []string{"NOTIFIED", "NOTIFIED_LATE", "SAYS_NOT_AFFECTED", "NOT_NOTIFIED"}
}

// Notified says whether a notification was made, late or not.
func (s CoverState) Notified() bool { return s == CoverNotified || s == CoverLate }

// LinkedCase is a notification that belongs to the incident.
type LinkedCase struct {
	ID         string    `json:"id"`
	Number     string    `json:"number"`
	Name       string    `json:"name"`
	Board      string    `json:"board,omitempty"`
	IDNumber   string    `json:"id_number,omitempty"`
	ReceivedAt time.Time `json:"received_at"`
	Late       bool      `json:"late"`
	Unaffected bool      `json:"unaffected,omitempty"` // the controller took it back
	Secret     bool      `json:"secret,omitempty"`     // never counted; only named staff are shown it

	organisation string // id of the known one
}

// CoveredCustomer is an organisation on the list with how it stands.
type CoveredCustomer struct {
	ID         string             `json:"id"` // the same as long as it is the same organisation
	Name       string             `json:"name"`
	Number     string             `json:"number,omitempty"`
	Kind       CustomerKind       `json:"kind"`
	County     string             `json:"county,omitempty"`
	Email      string             `json:"email,omitempty"`
	State      CoverState         `json:"state"`
	NotifiedAt *time.Time         `json:"notified_at,omitempty"`
	Units      []CoveredUnit      `json:"units,omitempty"`
	Cases      []LinkedCase       `json:"cases,omitempty"`
	Secret     []LinkedCase       `json:"secret_cases,omitempty"` // shown to staff whom they name; not counted
	Statement  *CustomerStatement `json:"statement,omitempty"`
	Contacts   []CustomerContact  `json:"contacts,omitempty"` // without their other receivers, the newest first
	Match      *MatchCandidate    `json:"match,omitempty"`    // what it was found to be
	Asked      bool               `json:"asked,omitempty"`    // somebody has to say which organisation it is

	identity string
	lines    []Customer
}

// CoveredUnit is a unit of a customer: a board, or the organisation itself.
type CoveredUnit struct {
	Name   string       `json:"name,omitempty"`
	Listed bool         `json:"listed"`
	Cases  []LinkedCase `json:"cases,omitempty"`
}

// Question asks which organisation a line of the list is.
type Question struct {
	Customer   Customer         `json:"customer"`
	Candidates []MatchCandidate `json:"candidates"`
}

// Covered is the coverage worked out.
type Covered struct {
	Customers []CoveredCustomer
	Questions []Question
	Others    []LinkedCase // notifications of whoever is not on the list
	Lines     []LineFault  // lines that nobody here knows, or that are asked
}

// Cover works out how each customer of a list stands, from the list, the answers, the
// statements and the contacts of c, the known organisations and the linked cases.
//
// Organisations are counted, not lines: a municipality's boards, and a municipality
// and region that are one legal person, are one customer, which has notified when one
// of its units has.
//
// A secret case counts for nobody: the figures are the same whoever looks, and nothing
// can be told from them that the list of cases does not tell. Staff whom such a case
// names are shown it beside its customer, or they could not keep a letter from it.
func Cover(c *Coverage, known []Organisation, linked []LinkedCase) Covered {
	targets := targetsOf(known)
	linked = recognised(linked, newMatcher(targets))
	w := &coverer{m: newMatcher(withParties(targets, linked)), byIdentity: map[string]int{}, answers: map[string]string{}}
	for _, a := range c.Answers {
		w.answers[a.Customer] = a.Target
	}
	for i := range c.List.Customers {
		w.line(c.List.Customers[i])
	}
	for _, l := range linked {
		w.linked(l)
	}
	w.told(c)
	for i := range w.out.Customers {
		w.out.Customers[i].settle()
	}
	slices.SortFunc(w.out.Customers, func(a, b CoveredCustomer) int {
		return cmp.Or(strings.Compare(foldName(a.Name), foldName(b.Name)), strings.Compare(a.ID, b.ID))
	})
	return w.out
}

type coverer struct {
	m          *matcher
	listed     *matcher // of the list's own customers; made when it is needed
	answers    map[string]string
	byIdentity map[string]int
	out        Covered
}

// targetsOf are the known organisations.
func targetsOf(known []Organisation) []target {
	out := make([]target, 0, len(known))
	for i := range known {
		o := &known[i]
		t := target{key: "org:" + o.ID, name: o.Name, county: o.County, kind: cmp.Or(kindOfForm(o.LegalForm), nameOf(o.Name).kind)}
		if isOrganisationNumber(o.IDNumber) {
			t.number = organisationDigits(o.IDNumber)
		}
		for _, u := range o.Units {
			if u.Board != "" {
				t.boards = append(t.boards, foldName(u.Board))
			}
		}
		out = append(out, t)
	}
	return out
}

// recognised are the linked cases with the known organisation of each party that
// certainly is one, although the notification did not name its unit.
func recognised(linked []LinkedCase, m *matcher) []LinkedCase {
	linked = slices.Clone(linked)
	for i := range linked {
		l := &linked[i]
		if l.organisation != "" {
			continue
		}
		if certain, _ := m.match(Customer{Name: l.Name, Number: l.IDNumber}); certain != nil {
			l.organisation = strings.TrimPrefix(certain.Target, "org:")
		}
	}
	return linked
}

// withParties adds the parties of linked cases that nobody here knows. A secret one
// is none of them: that it is there would show in what is asked.
func withParties(targets []target, linked []LinkedCase) []target {
	seen := map[string]bool{}
	for _, l := range linked {
		key := l.identity()
		if l.Secret || l.organisation != "" || seen[key] {
			continue
		}
		seen[key] = true
		targets = append(targets, target{key: key, name: l.Name, number: l.IDNumber, kind: cmp.Or(nameOf(l.Name).kind, kindOfNumber(l.IDNumber))})
	}
	return targets
}

// identity names whoever notified.
func (l LinkedCase) identity() string {
	if l.organisation != "" {
		return "org:" + l.organisation
	}
	return identityOf(l.Name, l.IDNumber)
}

func identityOf(name, number string) string {
	if number != "" {
		return "nr:" + number
	}
	n := nameOf(name)
	if n.cores[len(n.cores)-1] == bothInOne && public(n.kind) {
		n.kind = CustomerRegion
	}
	return "name:" + n.cores[len(n.cores)-1] + "|" + string(n.kind)
}

// line takes a line of the list in.
func (w *coverer) line(c Customer) {
	identity, match, asked := identityOf(c.Name, c.Number), (*MatchCandidate)(nil), false
	if answer, ok := w.answers[c.Key]; ok {
		if answer != "" {
			identity = answer
			match = &MatchCandidate{Target: answer, Score: 100, Why: MatchAnswered}
		}
	} else {
		certain, doubtful := w.m.match(c)
		switch {
		case certain != nil:
			identity, match = certain.Target, certain
		case len(doubtful) > 0:
			asked = true
			w.out.Questions = append(w.out.Questions, Question{Customer: c, Candidates: doubtful})
			w.out.Lines = append(w.out.Lines, LineFault{Line: c.Line, Code: LineNotCertain})
		default:
			w.out.Lines = append(w.out.Lines, LineFault{Line: c.Line, Code: LineUnknown})
		}
	}
	i, ok := w.byIdentity[identity]
	if !ok {
		i = len(w.out.Customers)
		w.byIdentity[identity] = i
		w.out.Customers = append(w.out.Customers, CoveredCustomer{
			ID: DerivedID("customer", identity), Name: c.Name, Number: c.Number, County: c.County, Match: match, identity: identity,
		})
		if t := w.target(identity); t != nil {
			one := &w.out.Customers[i]
			one.Name, one.Number, one.County, one.Kind = t.name, cmp.Or(t.number, one.Number), cmp.Or(one.County, t.county), t.kind
			if match != nil {
				match.Name, match.Number, match.Kind = t.name, t.number, t.kind
			}
		}
	}
	one := &w.out.Customers[i]
	one.Number, one.County, one.Email = cmp.Or(one.Number, c.Number), cmp.Or(one.County, c.County), cmp.Or(one.Email, c.Email)
	one.Asked = one.Asked || asked
	one.lines = append(one.lines, c)
	if !slices.ContainsFunc(one.Units, func(u CoveredUnit) bool { return foldName(u.Name) == foldName(c.Unit) }) {
		one.Units = append(one.Units, CoveredUnit{Name: c.Unit, Listed: true})
	}
}

func (w *coverer) target(key string) *target {
	if i, ok := w.m.byKey[key]; ok {
		return &w.m.targets[i]
	}
	return nil
}

// linked takes a notification in: with its customer, or apart.
func (w *coverer) linked(l LinkedCase) {
	i, ok := w.byIdentity[l.identity()]
	if !ok && l.Secret {
		i, ok = w.like(l)
	}
	switch {
	case !ok && !l.Secret:
		w.out.Others = append(w.out.Others, l)
		return
	case !ok:
		return
	case l.Secret:
		w.out.Customers[i].Secret = append(w.out.Customers[i].Secret, l)
		return
	}
	one := &w.out.Customers[i]
	one.Cases = append(one.Cases, l)
	at := slices.IndexFunc(one.Units, func(u CoveredUnit) bool { return foldName(u.Name) == foldName(l.Board) })
	if at < 0 {
		at = len(one.Units)
		one.Units = append(one.Units, CoveredUnit{Name: l.Board})
	}
	one.Units[at].Cases = append(one.Units[at].Cases, l)
}

// like finds the customer of a secret notification by its name. The others need no
// such search: their parties were targets when the list was matched.
func (w *coverer) like(l LinkedCase) (int, bool) {
	if w.listed == nil {
		targets := make([]target, len(w.out.Customers))
		for i := range w.out.Customers {
			one := &w.out.Customers[i]
			targets[i] = target{key: one.identity, name: one.Name, number: one.Number, kind: cmp.Or(one.Kind, nameOf(one.Name).kind)}
		}
		w.listed = newMatcher(targets)
	}
	certain, _ := w.listed.match(Customer{Name: l.Name, Number: l.IDNumber})
	if certain == nil {
		return 0, false
	}
	i, ok := w.byIdentity[certain.Target]
	return i, ok
}

// told adds what customers said and how they were reached.
func (w *coverer) told(c *Coverage) {
	byKey := map[string]*CoveredCustomer{}
	for i := range w.out.Customers {
		for _, key := range w.out.Customers[i].keys() {
			byKey[key] = &w.out.Customers[i]
		}
	}
	find := func(keys []string) *CoveredCustomer {
		for _, key := range keys {
			if one := byKey[key]; one != nil {
				return one
			}
		}
		return nil
	}
	for i := range c.Statements {
		if one := find(c.Statements[i].Keys); one != nil && c.Statements[i].Withdrawn == "" {
			one.Statement = &c.Statements[i]
		}
	}
	for _, k := range slices.Backward(c.Contacts) {
		for _, to := range k.To {
			if one := find(to.Keys); one != nil {
				mine := k
				mine.To = nil
				one.Contacts = append(one.Contacts, mine)
			}
		}
	}
}

// keys name the customer for statements and contacts, whichever a later list has.
func (o *CoveredCustomer) keys() []string {
	out := []string{o.identity}
	for _, l := range o.lines {
		out = append(out, l.Key)
	}
	return out
}

// settle says how the customer stands. What was taken back does not count as a
// notification, unless another unit's stands.
func (o *CoveredCustomer) settle() {
	if o.Kind == "" || o.Kind == CustomerOther {
		o.Kind = CustomerOther
		for _, l := range o.lines {
			if kind := l.kindOf(); o.Kind == CustomerOther {
				o.Kind = kind
			}
		}
	}
	standing, inTime, takenBack := 0, 0, 0
	for i := range o.Cases {
		l := &o.Cases[i]
		if l.Unaffected {
			takenBack++
			continue
		}
		standing++
		if !l.Late {
			inTime++
		}
		if o.NotifiedAt == nil || l.ReceivedAt.Before(*o.NotifiedAt) {
			o.NotifiedAt = &l.ReceivedAt
		}
	}
	switch {
	case inTime > 0:
		o.State = CoverNotified
	case standing > 0:
		o.State = CoverLate
	case takenBack > 0 || o.Statement != nil:
		o.State = CoverNotAffected
	default:
		o.State = CoverMissing
	}
}

// CoverFigures counts customers by state.
type CoverFigures struct {
	Total       int `json:"total"`
	Notified    int `json:"notified"` // with those that were late
	Late        int `json:"late"`
	NotAffected int `json:"not_affected"`
	Missing     int `json:"not_notified"`
}

func (f *CoverFigures) add(s CoverState) {
	f.Total++
	switch s {
	case CoverNotified:
		f.Notified++
	case CoverLate:
		f.Notified++
		f.Late++
	case CoverNotAffected:
		f.NotAffected++
	default:
		f.Missing++
	}
}

// CoverDay is a day on which customers notified.
type CoverDay struct {
	Day   Date `json:"day"`
	New   int  `json:"new"`   // customers of which it was the first notification
	Total int  `json:"total"` // that had notified by the end of it
}

// CoverGroup is the figures of a part of the customers.
type CoverGroup[T ~string] struct {
	Of T `json:"of"`
	CoverFigures
}

// CoverSummary is all figures of a coverage.
type CoverSummary struct {
	CoverFigures
	Asked    int                        `json:"asked"` // lines whose organisation somebody has to say
	Others   int                        `json:"others"`
	ByKind   []CoverGroup[CustomerKind] `json:"by_kind"`
	ByCounty []CoverGroup[string]       `json:"by_county"` // "" where the list says none
	Days     []CoverDay                 `json:"days"`
}

// Summary counts. Days are the authority's.
func (c Covered) Summary(zone *time.Location) CoverSummary {
	s := CoverSummary{Asked: len(c.Questions), Others: len(c.Others), ByKind: []CoverGroup[CustomerKind]{}, ByCounty: []CoverGroup[string]{}, Days: []CoverDay{}}
	kinds, counties, days := map[CustomerKind]CoverFigures{}, map[string]CoverFigures{}, map[Date]int{}
	for i := range c.Customers {
		one := &c.Customers[i]
		s.add(one.State)
		kind, county := kinds[one.Kind], counties[one.County]
		kind.add(one.State)
		county.add(one.State)
		kinds[one.Kind], counties[one.County] = kind, county
		if one.State.Notified() {
			days[Date(one.NotifiedAt.In(zone).Format(time.DateOnly))]++
		}
	}
	for _, code := range CustomerKind("").Codes() {
		if f, ok := kinds[CustomerKind(code)]; ok {
			s.ByKind = append(s.ByKind, CoverGroup[CustomerKind]{CustomerKind(code), f})
		}
	}
	for _, name := range slices.SortedFunc(maps.Keys(counties), func(a, b string) int { return strings.Compare(foldName(a), foldName(b)) }) {
		s.ByCounty = append(s.ByCounty, CoverGroup[string]{name, counties[name]})
	}
	total := 0
	for _, day := range slices.Sorted(maps.Keys(days)) {
		total += days[day]
		s.Days = append(s.Days, CoverDay{day, days[day], total})
	}
	return s
}
