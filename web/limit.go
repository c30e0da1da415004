package web

import (
	"sync"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// limiter holds each account to so many notifications a second, with as many at
// once. It counts accounts and never addresses: a whole office may stand behind
// one address. Each instance counts for itself.
type limiter struct {
	rate float64 // 0 is no limit

	mu      sync.Mutex
	buckets map[string]bucket
}

// bucket is what an account had left at an instant.
type bucket struct {
	left float64
	at   time.Time
}

// maxBuckets is how many accounts are remembered before the full buckets, which
// say nothing, are thrown out.
const maxBuckets = 10_000

func newLimiter(perSecond int) *limiter {
	return &limiter{rate: float64(perSecond), buckets: map[string]bucket{}}
}

// take lets one notification through, or tells how long to wait.
func (l *limiter) take(account string, now time.Time) error {
	wait := l.wait(account, now)
	if wait == 0 {
		return nil
	}
	return workflow.Refuse(workflow.TooMany, "too_many_notifications",
		"This account sends notifications faster than the server takes them. Send the same request again after the time in Retry-After.").
		Because(retryLater(wait))
}

// wait lets one through, and returns 0; or tells how long to wait.
func (l *limiter) wait(account string, now time.Time) time.Duration {
	if l.rate == 0 {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	b, known := l.buckets[account]
	if !known {
		l.makeRoom(now)
		b.left = l.rate
	} else {
		b.left = min(l.rate, b.left+l.rate*max(0, now.Sub(b.at).Seconds()))
	}
	b.at = now
	if b.left < 1 {
		l.buckets[account] = b
		return max(1, time.Duration((1-b.left)/l.rate*float64(time.Second)))
	}
	b.left--
	l.buckets[account] = b
	return 0
}

func (l *limiter) makeRoom(now time.Time) {
	if len(l.buckets) < maxBuckets {
		return
	}
	for account, b := range l.buckets {
		if b.left+l.rate*now.Sub(b.at).Seconds() >= l.rate {
			delete(l.buckets, account)
		}
	}
}

// retryLater is the cause of a refusal that time heals.
type retryLater time.Duration

func (r retryLater) Error() string { return "retry after " + time.Duration(r).String() }
