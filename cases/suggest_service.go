package cases

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// CaseSuggestion is a case that may belong to what it is suggested for.
type CaseSuggestion struct {
	Case     Summary
	Score    int
	Evidence []Evidence
}

// IncidentSuggestion is an incident that a case may belong to.
type IncidentSuggestion struct {
	Incident Incident
	Score    int
	Evidence []Evidence
}

// Suggestions are what a case may belong to. Nothing of it is ever applied by itself.
type Suggestions struct {
	Incidents  []IncidentSuggestion // none where it is linked already
	Duplicates []CaseSuggestion     // other notifications of the same breach by the same controller
}

// Cluster is a processor that several controllers named within a few days and of which
// there is no incident yet.
type Cluster struct {
	Supplier    string
	Controllers int
	Since       time.Time // arrival of the first
	Count       int       // of cases
	Cases       []Summary // the oldest of them
}

const (
	// duplicateWindow is how far apart duplicates arrive: the second comes from a
	// colleague the same week, or by post, or as a supplement that began a new case.
	duplicateWindow = 60 * 24 * time.Hour
	// incidentBefore is how long before an incident a case may have come that belongs to
	// it: the date of a breach moves back as more is known.
	incidentBefore = 30 * 24 * time.Hour
	// clusterWindow and clusterSize are when a common processor makes an incident likely:
	// three controllers within the 72 hours that each of them has.
	clusterWindow = 72 * time.Hour
	clusterSize   = 3

	mostIncidents  = 3
	mostDuplicates = 5
	mostClusters   = 3
	clusterShown   = 5
)

// EventDuplicatesDismissed says of suggested cases that they are no duplicates.
const EventDuplicatesDismissed EventKind = "duplicates_dismissed" // payload dismissed

func (c *Case) duplicatesDismissed(h Header, p dismissed) error {
	for _, id := range p.Cases {
		c.Distinct = append(c.Distinct, Dismissal{Case: id, Reason: p.Reason, By: h.Actor, At: h.At})
	}
	return nil
}

// isDistinct says whether another case was said to be no duplicate of this one.
func (c *Case) isDistinct(id string) bool {
	return slices.ContainsFunc(c.Distinct, func(d Dismissal) bool { return d.Case == id })
}

// Suggestions are the incidents that a case may belong to, and its likely duplicates,
// as far as the actor sees them, each with its evidence.
func (s *Service) Suggestions(ctx context.Context, a Actor, ref string) (Suggestions, error) {
	var out Suggestions
	c, err := s.Case(ctx, a, ref)
	if err != nil {
		return out, err
	}
	if !a.Staff() {
		return out, notFound()
	}
	if c.State == workflow.StateMerged {
		return out, nil // its master is what may belong somewhere
	}
	m := c.marks()
	if c.Incident == "" {
		out.Incidents = s.likelyIncidents(a, c, &m)
	}
	if c.Source != SourceNotification {
		return out, nil
	}
	like := likeCase{marksOf: m, key: c.Party.Key(), label: c.Party.Label(), reference: c.Latest().Notification.ControllerReference}
	for _, one := range s.board.duplicates(a, c, &like) {
		// What the other case says is for its own record: nothing of it is on the board.
		other, err := s.find(ctx, one.Case.ID)
		if err != nil {
			return out, err
		}
		if other.VisibleTo(a) && other.State != workflow.StateMerged && !other.isDistinct(c.ID) && len(out.Duplicates) < mostDuplicates {
			out.Duplicates = append(out.Duplicates, one)
		}
	}
	return out, nil
}

// likelyIncidents are the open incidents that the case may belong to, the likeliest first.
func (s *Service) likelyIncidents(a Actor, c *Case, m *marksOf) []IncidentSuggestion {
	open := s.incidents.all(func(i *Incident) bool { return i.Status == IncidentOpen && !i.IsDismissed(c.ID) })
	if len(open) == 0 {
		return nil
	}
	profiles := s.board.profiles(a, open)
	var out []IncidentSuggestion
	for n, p := range profiles {
		var w weighing
		if p.weigh(m, &w); w.score >= incidentThreshold {
			out = append(out, IncidentSuggestion{Incident: open[n], Score: w.score, Evidence: w.evidence()})
		}
	}
	slices.SortStableFunc(out, func(a, b IncidentSuggestion) int { return cmp.Compare(b.Score, a.Score) })
	return out[:min(len(out), mostIncidents)]
}

// IncidentSuggestions are the cases that likely belong to an incident, the likeliest
// first: those that the actor sees, that are linked to none, and that nobody said do
// not belong to it. A closed incident takes none.
func (s *Service) IncidentSuggestions(a Actor, ref string) ([]CaseSuggestion, error) {
	i, err := s.incidents.Get(a, ref)
	if err != nil || i.Status != IncidentOpen {
		return nil, err
	}
	p := s.board.profiles(a, []Incident{i})[0]
	began := i.OpenedAt
	for _, at := range []*time.Time{i.OccurredFrom, i.DisclosedAt} {
		if at != nil && at.Before(began) {
			began = *at
		}
	}
	return s.board.belonging(a, &i, p, began.Add(-incidentBefore)), nil
}

// DismissDuplicates says of suggested cases that they are no duplicates of a case, so
// that neither is suggested for the other again. It is an addition: nothing else that
// happens to the case meanwhile can make it wrong.
func (s *Service) DismissDuplicates(ctx context.Context, a Actor, ref string, others []string, reason Text) (*Case, error) {
	ids, err := s.chosenCases(ctx, a, others)
	if err != nil {
		return nil, err
	}
	var known *Case
	c, err := s.add(ctx, a, ref, Command{}, func(c *Case, now time.Time) (Entry, error) {
		known = c
		if err := s.mayJudge(a, c, now); err != nil {
			return Entry{}, err
		}
		fresh := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id == c.ID || c.isDistinct(id) })
		if len(fresh) == 0 {
			return Entry{}, errSettled
		}
		return Entry{Kind: EventDuplicatesDismissed, Payload: dismissed{Cases: fresh, Reason: reason}}, nil
	})
	if errors.Is(err, errSettled) {
		return known, nil
	}
	return c, err
}

// DismissFromIncident says of suggested cases that they do not belong to an incident.
func (s *Service) DismissFromIncident(ctx context.Context, a Actor, ref string, others []string, reason Text) (Incident, error) {
	if _, err := s.incidents.Get(a, ref); err != nil {
		return Incident{}, err
	}
	if !judgesSuggestions(a) {
		return Incident{}, notForRole()
	}
	ids, err := s.chosenCases(ctx, a, others)
	if err != nil {
		return Incident{}, err
	}
	return s.incidents.Dismiss(ctx, a, ref, ids, reason)
}

// judgesSuggestions says whether somebody may: those who link cases to incidents.
func judgesSuggestions(a Actor) bool {
	return a.Has(workflow.RoleRegistrar) || a.Has(workflow.RoleCaseworker) || a.Has(workflow.RoleSupervisor)
}

func notForRole() error {
	return workflow.Refuse(workflow.Forbidden, "role", "Registrars, caseworkers and supervisors judge suggestions.")
}

func (s *Service) mayJudge(a Actor, c *Case, now time.Time) error {
	if !judgesSuggestions(a) {
		return notForRole()
	}
	if s.bars(c, a.Account, a.Bars, now) {
		return workflow.Refuse(workflow.Forbidden, "conflict_of_interest", "You are barred from this case by a conflict of interest.")
	}
	return nil
}

// chosenCases are the ids of cases that the actor sees. One that is not seen is as
// good as none.
func (s *Service) chosenCases(ctx context.Context, a Actor, refs []string) ([]string, error) {
	var faults []workflow.Fault
	fault := func(path, code, message string) {
		faults = append(faults, workflow.Fault{Path: path, Code: code, Message: message})
	}
	switch {
	case len(refs) == 0:
		fault("/cases", "required", "Choose at least one case.")
	case len(refs) > MaxBatch:
		fault("/cases", "too_many", fmt.Sprintf("Choose at most %d cases.", MaxBatch))
		refs = nil
	}
	var ids []string
	for n, ref := range refs {
		c, err := s.Case(ctx, a, strings.TrimSpace(ref))
		switch {
		case err == nil:
			ids = append(ids, c.ID)
		case workflow.KindOf(err) == workflow.NotFound:
			fault(fmt.Sprintf("/cases/%d", n), "not_found", "There is no such case, or you may not see it.")
		default:
			return nil, err
		}
	}
	if len(faults) > 0 {
		return nil, workflow.RefuseFaults("invalid_dismissal", "Nothing was dismissed.", faults)
	}
	return ids, nil
}

// Clusters are the processors that several controllers named within 72 hours before
// now without there being an open incident, for staff.
func (s *Service) Clusters(ctx context.Context, a Actor) ([]Cluster, error) {
	if !a.Staff() {
		return nil, noIncident()
	}
	known := map[uint32]bool{}
	for _, i := range s.incidents.all(func(i *Incident) bool { return i.Status == IncidentOpen }) {
		for _, mark := range i.profile().parties {
			known[mark] = true
		}
	}
	var out []Cluster
	named := map[uint32]bool{} // one supplier may be told by its name and by its number
	for _, found := range s.board.clusters(a, s.now(), known) {
		c, err := s.find(ctx, found.Cases[0].ID)
		if err != nil {
			return nil, err
		}
		found.Supplier = c.partyOf(found.mark)
		if by := supplierMark(found.Supplier); found.Supplier != "" && !named[by] && len(out) < mostClusters {
			named[by] = true
			out = append(out, found.Cluster)
		}
	}
	return out, nil
}

// partyOf is how the case spells the party of a mark, "" where it no longer names it.
func (c *Case) partyOf(mark uint32) string {
	n := c.Latest()
	if n == nil {
		return ""
	}
	for _, p := range n.Notification.OtherParties {
		if supplierMark(p.Name) == mark || numberMark(numberIn(p.Name)) == mark {
			return p.Name
		}
	}
	return ""
}

// arrivedIn are the positions in the order of arrival from the first that came at
// from or later, until one came after to. The lock is held, the order in place.
func (b *Board) arrivedIn(from, to time.Time, visit func(i int32)) {
	first := sort.Search(len(b.order), func(k int) bool { return b.rows[b.order[k]].received >= from.UnixMilli() })
	for _, i := range b.order[first:] {
		if b.rows[i].received > to.UnixMilli() {
			return
		}
		visit(i)
	}
}

// mergedMarks are what no suggestion is about: its master is.
var mergedMarks = stateMarks.of(workflow.StateMerged) | stateMarks.of(workflow.StateDraft)

// duplicates are the likeliest duplicates of a case that the viewer sees, more than are
// shown: some may turn out to be dismissed from their side.
func (b *Board) duplicates(viewer Actor, c *Case, like *likeCase) []CaseSuggestion {
	b.read()
	defer b.mu.RUnlock()
	sight := b.sight(viewer)
	var found []scored
	var o likeCase
	b.arrivedIn(c.OpenedAt.Add(-duplicateWindow), c.OpenedAt.Add(duplicateWindow), func(i int32) {
		r, card := &b.rows[i], b.cards[i]
		if r.marks&mergedMarks != 0 || !sight.sees(i) || card.id() == c.ID || r.sub == 0 || !o.unpack(card.trace) {
			return
		}
		o.key, o.label, o.reference = b.words.text[card.key], b.words.text[card.controller], card.texts[card.ends[3]:]
		var w weighing
		if like.weigh(&o, &w); w.score >= duplicateThreshold && !c.isDistinct(card.id()) {
			found = append(found, scored{i, w})
		}
	})
	return b.suggested(found, 4*mostDuplicates)
}

// belonging are the cases from a time on that likely belong to an incident.
func (b *Board) belonging(viewer Actor, incident *Incident, p *profile, from time.Time) []CaseSuggestion {
	dismissed := map[string]bool{}
	for _, d := range incident.Dismissed {
		dismissed[d.Case] = true
	}
	b.read()
	defer b.mu.RUnlock()
	sight := b.sight(viewer)
	var found []scored
	var m marksOf
	b.arrivedIn(from, time.UnixMilli(math.MaxInt64), func(i int32) {
		r, card := &b.rows[i], b.cards[i]
		if r.incident != 0 || r.marks&mergedMarks != 0 || !sight.sees(i) || !m.unpack(card.trace) {
			return
		}
		var w weighing
		if p.weigh(&m, &w); w.score >= incidentThreshold && !dismissed[card.id()] {
			found = append(found, scored{i, w})
		}
	})
	return b.suggested(found, MaxBatch)
}

// scored is a position with what speaks for it.
type scored struct {
	at int32
	weighing
}

// suggested unpacks what was found, the likeliest first, of equals the older one.
func (b *Board) suggested(found []scored, most int) []CaseSuggestion {
	slices.SortFunc(found, func(x, y scored) int {
		if x.score != y.score {
			return y.score - x.score
		}
		if b.before(x.at, y.at) {
			return -1
		}
		return 1
	})
	found = found[:min(len(found), most)]
	out := make([]CaseSuggestion, len(found))
	for n := range found {
		out[n] = CaseSuggestion{Case: b.summary(found[n].at), Score: found[n].score, Evidence: found[n].evidence()}
	}
	return out
}

// profiles are what cases are held against for each incident, with what is told in the
// linked cases that the viewer sees.
func (b *Board) profiles(viewer Actor, incidents []Incident) []*profile {
	b.mu.RLock()
	defer b.mu.RUnlock()
	out := make([]*profile, len(incidents))
	linked := map[uint32]*profile{}
	for n := range incidents {
		out[n] = incidents[n].profile()
		if word, ok := b.words.find(incidents[n].ID); ok {
			linked[word] = out[n]
		}
	}
	if len(linked) == 0 {
		return out
	}
	sight := b.sight(viewer)
	var m marksOf
	for i := range b.rows {
		if word := b.rows[i].incident; word != 0 && linked[word] != nil && sight.sees(int32(i)) && m.unpack(b.cards[i].trace) {
			linked[word].learn(&m)
		}
	}
	return out
}

// foundCluster is a cluster by the mark of its processor.
type foundCluster struct {
	Cluster
	mark uint32
}

// clusters groups what came in lately by the processor that it names; those that an
// incident is known of are left out.
func (b *Board) clusters(viewer Actor, now time.Time, known map[uint32]bool) []foundCluster {
	b.read()
	defer b.mu.RUnlock()
	sight := b.sight(viewer)
	named := map[uint32][]int32{}
	var m marksOf
	b.arrivedIn(now.Add(-clusterWindow), now, func(i int32) {
		r := &b.rows[i]
		if r.incident != 0 || r.sub == 0 || r.marks&mergedMarks != 0 || !sight.sees(i) || !m.unpack(b.cards[i].trace) {
			return
		}
		for _, mark := range m.parties {
			if !known[mark] {
				named[mark] = append(named[mark], i)
			}
		}
	})
	var out []foundCluster
	for mark, at := range named {
		controllers := map[uint32]bool{}
		for _, i := range at {
			controllers[b.cards[i].key] = true
		}
		if len(controllers) < clusterSize {
			continue
		}
		one := foundCluster{mark: mark, Cluster: Cluster{Controllers: len(controllers), Count: len(at), Since: instant(b.rows[at[0]].received)}}
		for _, i := range at[:min(len(at), clusterShown)] {
			one.Cases = append(one.Cases, b.summary(i))
		}
		out = append(out, one)
	}
	slices.SortFunc(out, func(x, y foundCluster) int {
		if n := cmp.Compare(y.Controllers, x.Controllers); n != 0 {
			return n
		}
		return cmp.Compare(x.mark, y.mark)
	})
	return out
}
