package cases

import "time"

// News is one change of a case that the board took in.
type News struct {
	ID      string
	Version int64
	Arrived bool // the board did not know the case before
}

// newsKept is how many of its last changes a board remembers. Whoever reads more
// slowly than that has to look at the whole again.
const newsKept = 4096

// bulletin is what a board remembers of its changes. It belongs to the board and is
// guarded by the board's lock: telling of a change is one entry in a ring, whoever
// reads and however slowly, so no reader can hold up a writer.
type bulletin struct {
	last  int64 // number of the newest change; 0 before the first
	ring  []News
	other chan struct{} // closed at the next change; nil while nobody waits
}

func (n *bulletin) tell(one News) {
	n.last++
	if len(n.ring) < newsKept {
		n.ring = append(n.ring, one)
	} else {
		n.ring[(n.last-1)%newsKept] = one
	}
	if n.other != nil {
		close(n.other)
		n.other = nil
	}
}

// NewsSince are the changes after the one numbered after, each case once, as it
// stands last, with the number to ask with the next time. It is not whole when
// the board no longer remembers all of them, or never had that number. The channel
// is closed at the next change after these. What a viewer may know of them is for
// the caller to ask; see Seen.
func (b *Board) NewsSince(after int64) (news []News, last int64, whole bool, next <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := &b.news
	if n.other == nil {
		n.other = make(chan struct{})
	}
	if after < 0 || after > n.last || n.last-after > int64(len(n.ring)) {
		return nil, n.last, false, n.other
	}
	at := map[string]int{}
	for i := after; i < n.last; i++ {
		one := n.ring[i%newsKept]
		if k, ok := at[one.ID]; ok {
			one.Arrived = one.Arrived || news[k].Arrived
			news[k] = one
			continue
		}
		at[one.ID] = len(news)
		news = append(news, one)
	}
	return news, n.last, true, n.other
}

// NewsNow is the number of the newest change.
func (b *Board) NewsNow() int64 {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.news.last
}

// Seen is the summary of a case for whoever may see it, as in a list.
func (b *Board) Seen(viewer Actor, id string) (Summary, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	i, ok := b.index[id]
	if !ok {
		return Summary{}, false
	}
	if s := b.sight(viewer); !s.sees(i) {
		return Summary{}, false
	}
	return b.summary(i), true
}

// Among are those of the cases that a query finds for a viewer.
func (b *Board) Among(q Query, viewer Actor, now time.Time, ids []string) ([]string, error) {
	if err := q.allowed(viewer); err != nil {
		return nil, err
	}
	if _, err := q.normalise(); err != nil {
		return nil, err
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	wanted := b.sieve(&q, viewer, now)
	var out []string
	for _, id := range ids {
		if i, ok := b.index[id]; ok && wanted.passes(i) {
			out = append(out, id)
		}
	}
	return out, nil
}
