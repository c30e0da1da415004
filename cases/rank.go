package cases

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// EventRanked says which place a supervisor gave an investigation among those of the
// same priority.
const EventRanked EventKind = "ranked" // payload Ranked

// Ranked is a place by hand. Only the case that is placed gets an event: its rank lies
// between those of its neighbours.
type Ranked struct {
	Rank   int64             `json:"rank"` // smaller comes first; 0 is no place by hand
	In     workflow.Priority `json:"in"`   // the priority that the case then had
	Reason Text              `json:"reason"`
	Body   string            `json:"body,omitempty"` // digest of a keyed request's body
}

func (p Ranked) body() string { return p.Body }

// Ranking is where a supervisor placed a case, and why. It holds while the case has
// the priority that it was placed in.
type Ranking struct {
	Rank   int64             `json:"rank"`
	In     workflow.Priority `json:"in"`
	Reason Text              `json:"reason"`
	By     string            `json:"by"`
	At     time.Time         `json:"at"`
}

func (c *Case) ranked(h Header, p Ranked) error {
	c.Ranking = nil
	if p.Rank != 0 {
		c.Ranking = &Ranking{Rank: p.Rank, In: p.In, Reason: p.Reason, By: h.Actor, At: h.At}
	}
	return nil
}

// Rank is the case's place by hand among the investigations of its priority, 0 for none.
func (c *Case) Rank() int64 {
	if c.Ranking == nil || c.Ranking.In != c.Priority {
		return 0
	}
	return c.Ranking.Rank
}

// rankStep lies between two ranks where there is room. One place can be halved forty
// times before it is full.
const rankStep = 1 << 40

// RankRequest places an investigation before another one of its priority.
type RankRequest struct {
	Before  string // id of the other case; "" is the end of those placed by hand
	Out     bool   // takes the case out of the order by hand instead
	Reason  Text
	Version int64  // of the case, as it was seen
	Order   string // the order as it was seen; see OrderTag
	Command Command
}

// Rank gives an open investigation its place among those of its priority. Whoever
// decided on an order that somebody else has changed since is told so.
func (s *Service) Rank(ctx context.Context, a Actor, ref string, r RankRequest) (*Case, error) {
	c, err := s.Case(ctx, a, ref)
	if err != nil {
		return nil, err
	}
	if then, err := s.repeated(ctx, c, r.Command); then != nil || err != nil {
		return then, err
	}
	if err := rankable(a, c, r); err != nil {
		return nil, err
	}
	s.ranking.Lock()
	defer s.ranking.Unlock()
	if r.Version != c.Version || r.Order != OrderTag(s.board.ByHand(a, c.Priority)) {
		return nil, stale(c)
	}
	rank := int64(0)
	if !r.Out {
		if rank, err = s.rankBefore(a, c, r.Before); err != nil {
			return nil, err
		}
	}
	err = s.append(ctx, c, c.ID, Entry{
		Kind: EventRanked, At: s.now(), Actor: a.Account, Command: r.Command.ID,
		Payload: Ranked{Rank: rank, In: c.Priority, Reason: r.Reason, Body: r.Command.Body},
	})
	if errors.Is(err, ErrExists) {
		return s.outrun(ctx, a, c.ID, r.Command)
	}
	return c, Unavailable(err)
}

// rankable refuses what has no place by hand, and who gives none.
func rankable(a Actor, c *Case, r RankRequest) error {
	switch {
	case !a.Has(workflow.RoleSupervisor):
		return workflow.Refuse(workflow.Forbidden, "role", "Only a supervisor places investigations by hand.")
	case c.IsBarred(a.Account):
		return workflow.Refuse(workflow.Forbidden, "conflict_of_interest", "You are barred from this case by a conflict of interest.")
	case !c.State.Open() || c.SupervisionNumber == "":
		e := workflow.Refuse(workflow.Conflict, "not_an_investigation", "Only open investigations are placed by hand.")
		e.State, e.Version = c.State, c.Version
		return e
	case strings.TrimSpace(string(r.Reason)) == "":
		return workflow.RefuseFaults("rank_reason", "Say why the order changes.", []workflow.Fault{{
			Path: "/reason", Code: "rank_reason", Message: "Say why the order changes.",
		}})
	}
	return nil
}

// rankBefore is a rank between the other case and whatever stands before it. What the
// supervisor may not see keeps its place too.
func (s *Service) rankBefore(a Actor, c *Case, other string) (int64, error) {
	order := slices.DeleteFunc(s.board.ByHand(System("rank"), c.Priority), func(o Summary) bool { return o.ID == c.ID })
	at := len(order)
	if other != "" {
		at = slices.IndexFunc(order, func(o Summary) bool { return o.ID == other })
		if _, seen := s.board.Seen(a, other); at < 0 || !seen {
			return 0, workflow.RefuseFaults("rank_before", "Choose a case from the order by hand.", []workflow.Fault{{
				Path: "/before", Code: "rank_before", Message: "Choose a case from the order by hand.",
			}})
		}
	}
	var low, high int64
	if at > 0 {
		low = order[at-1].Rank
	}
	if at == len(order) {
		return low + rankStep, nil
	}
	if high = order[at].Rank; high-low < 2 {
		return 0, workflow.Refuse(workflow.Conflict, "rank_full", "There is no room left at this place. Move the case that stands before it away first.")
	}
	return low + (high-low)/2, nil
}

// ByHand are the open investigations of a priority that were placed by hand, in their
// order, as far as the viewer sees them.
func (b *Board) ByHand(viewer Actor, priority workflow.Priority) []Summary {
	out := slices.DeleteFunc(b.Investigations(viewer), func(s Summary) bool { return s.Rank == 0 || s.Priority != priority })
	slices.SortFunc(out, func(a, b Summary) int { return compareRanks(a, b) })
	return out
}

func compareRanks(a, b Summary) int {
	switch {
	case a.Rank < b.Rank:
		return -1
	case a.Rank > b.Rank:
		return 1
	}
	return strings.Compare(a.ID, b.ID)
}

// OrderTag names an order, so that a form can say on which one it was made.
func OrderTag(order []Summary) string {
	h := sha256.New()
	for i := range order {
		h.Write([]byte(order[i].ID))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
