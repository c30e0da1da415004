package mongo

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/bson"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/store/document"
)

// The collections that instances tell each other through. They are no part of
// an export.
const (
	instances cases.Collection = "instances" // one document per start of an instance, numbered from 1 without gaps
	feeds     cases.Collection = "feed"      // what instances announce, see feed.go
)

const (
	beatEvery = 5 * time.Second
	// staleAfter is when an instance that could not tell that it lives takes a
	// new number, and aloneAfter when others take it for dead. The second is
	// longer, so that nobody is passed over who still writes under his number.
	staleAfter = 30 * time.Second
	aloneAfter = 60 * time.Second
)

// presence is an instance's document in the registry.
type presence struct {
	StartedAt time.Time `json:"started_at"`
	SeenAt    time.Time `json:"seen_at"`
	Done      int64     `json:"done"`    // feed entries up to this one have all their pictures written
	Stopped   bool      `json:"stopped"` // there will be no further entries, and all are done
}

func instanceName(number int) string { return fmt.Sprintf("%06d", number) }

// peer is another instance as it was last seen.
type peer struct {
	presence
	number  int
	changed time.Time // when, by this clock, its presence last differed
	read    int64     // Unsettled read its feed up to here; -1 is not yet
	settled int64     // entries up to this one were settled in its place; -1 is none
}

// registry is what this instance knows of the others.
type registry struct {
	mu      sync.Mutex
	mine    map[int]bool
	highest int // numbers up to this one are known
	peers   map[int]*peer
}

// loadRegistry reads all instances once.
func (s *Store) loadRegistry(ctx context.Context) error {
	r := &s.registry
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mine, r.peers = map[int]bool{}, map[int]*peer{}
	return s.scan(ctx, instances, func(raw bson.Raw) error {
		id, err := document.ID(raw)
		if err != nil {
			return fmt.Errorf("the registry of instances: %w", err)
		}
		var number int
		if _, err := fmt.Sscanf(id, "%d", &number); err != nil || instanceName(number) != id {
			return fmt.Errorf("the registry of instances holds an id that is no number")
		}
		p := &peer{number: number, changed: time.Now(), read: -1, settled: -1}
		if err := document.Decode(raw, &p.presence); err != nil {
			return err
		}
		r.highest = max(r.highest, number)
		if !p.Stopped {
			r.peers[number] = p
		}
		return nil
	})
}

// register takes the next free number and begins a term under it.
func (s *Store) register(ctx context.Context) error {
	for number := s.registry.knownTo() + 1; ; number++ {
		t := &term{number: number, name: instanceName(number), started: time.Now(), next: 1, finished: map[int64]bool{}}
		err := s.insertOne(ctx, instances, t.name, t.presence(time.Now(), false))
		if errors.Is(err, cases.ErrExists) {
			continue
		}
		if err != nil {
			return fmt.Errorf("entering this instance in the database: %w", err)
		}
		s.registry.mu.Lock()
		s.registry.mine[number] = true
		s.registry.mu.Unlock()
		s.feed.begin(t)
		return nil
	}
}

// company says whether another instance is known to be alive.
func (r *registry) company(now time.Time) bool {
	for _, p := range r.list() {
		if !p.Stopped && now.Sub(p.changed) < aloneAfter {
			return true
		}
	}
	return false
}

func (r *registry) knownTo() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.highest
}

// discover looks for instances that have started since it last looked.
func (s *Store) discover(ctx context.Context) error {
	r := &s.registry
	for {
		next := r.knownTo() + 1
		var seen presence
		err := s.Get(ctx, instances, instanceName(next), &seen)
		if errors.Is(err, cases.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		r.mu.Lock()
		if !r.mine[next] && !seen.Stopped && r.peers[next] == nil {
			r.peers[next] = &peer{presence: seen, number: next, changed: time.Now(), read: -1, settled: -1}
		}
		r.highest = max(r.highest, next)
		r.mu.Unlock()
	}
}

// refresh reads the presence of every instance that has not stopped.
func (s *Store) refresh(ctx context.Context) error {
	for _, p := range s.registry.list() {
		var seen presence
		if err := s.Get(ctx, instances, instanceName(p.number), &seen); err != nil {
			return err
		}
		s.registry.mu.Lock()
		if known := s.registry.peers[p.number]; known != nil && known.presence != seen {
			known.presence, known.changed = seen, time.Now()
		}
		s.registry.mu.Unlock()
	}
	return nil
}

// list is a copy of the other instances that have not been seen to stop.
func (r *registry) list() []peer {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]peer, 0, len(r.peers))
	for _, p := range r.peers {
		out = append(out, *p)
	}
	return out
}

// forget drops an instance that has stopped and whose feed was read to its end.
func (r *registry) forget(number int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.peers, number)
}

// alone says whether no other instance can have written anything just now. It
// looks for new ones first: an instance registers before it writes, so one that
// has written is seen here.
func (s *Store) alone(ctx context.Context) (bool, error) {
	if err := s.discover(ctx); err != nil {
		return false, err
	}
	for _, p := range s.registry.list() {
		if !p.Stopped && time.Since(p.changed) < aloneAfter {
			return false, nil
		}
	}
	return true, nil
}

// heartbeats tells that this instance lives, and looks after the others.
func (s *Store) heartbeats(ctx context.Context) {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := s.beat(ctx, false)
		if err == nil {
			err = s.discover(ctx)
		}
		if err == nil {
			err = s.refresh(ctx)
		}
		if err == nil {
			err = s.retire(ctx)
		}
		if err != nil && ctx.Err() == nil {
			s.log.Warn("the registry of instances could not be read or written", "error", err)
		}
	}
}

// beat writes this instance's presence. With stopping it also says that there
// will be nothing more, unless something is left to be settled.
func (s *Store) beat(ctx context.Context, stopping bool) error {
	t := s.feed.current()
	now := time.Now()
	if err := s.Put(ctx, instances, t.name, t.presence(now, stopping)); err != nil {
		return fmt.Errorf("presence of instance %s: %w", t.name, err)
	}
	t.beaten(now)
	return nil
}

// retire writes those instances off that ended without saying so, once their
// unfinished records are settled and nothing has been heard of them for long.
func (s *Store) retire(ctx context.Context) error {
	for _, p := range s.registry.list() {
		if p.Stopped || p.settled < 0 || time.Since(p.changed) < aloneAfter {
			continue
		}
		_, err := s.find(ctx, feeds, entryID(instanceName(p.number), p.settled+1))
		if err == nil {
			continue // it wrote on after that: the next start settles the rest
		}
		if !errors.Is(err, cases.ErrNotFound) {
			return err
		}
		p.Done, p.Stopped = p.settled, true
		if err := s.Put(ctx, instances, instanceName(p.number), p.presence); err != nil {
			return err
		}
	}
	return nil
}
