package bolt

import (
	"crypto/rand"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vaka-project/vaka/cases"
)

// picture is about as large as a case is soon after its notification.
type picture struct {
	ID      string    `json:"id"`
	Version int64     `json:"version"`
	At      time.Time `json:"at"`
	Parts   []part    `json:"parts"`
}

type part struct {
	Kind string   `json:"kind"`
	Text string   `json:"text"`
	N    int64    `json:"n"`
	Tags []string `json:"tags,omitempty"`
}

func sized(bytes int) picture {
	p := picture{Version: 1, At: time.Unix(1_772_000_000, 0).UTC()}
	for range bytes / 150 {
		p.Parts = append(p.Parts, part{Kind: "DESCRIPTION", Text: rand.Text() + rand.Text(), N: 12, Tags: []string{"A", "B"}})
	}
	return p
}

// BenchmarkAppend appends new records with an event of 2.5 KB, a picture of
// 3 KB and a summary of 0.5 KB, each answered after a sync to disk.
func BenchmarkAppend(b *testing.B) {
	large, small, payload := sized(3000), sized(450), make([]byte, 2200)
	for _, writers := range []int{1, 64} {
		b.Run(fmt.Sprint(writers), func(b *testing.B) {
			s := open(b, b.TempDir())
			var next atomic.Int64
			done := make(chan error)
			b.ResetTimer()
			for range writers {
				go func() {
					for next.Add(1) <= int64(b.N) {
						id := cases.NewID(time.Now())
						err := s.Append(b.Context(), []cases.Change{{
							Event: cases.Event{
								Header:  cases.Header{Record: id, Seq: 1, Kind: "SUBMIT", At: time.Now(), Actor: id, Command: id, Digest: id + id},
								Payload: payload, Salt: payload[:16],
							},
							Claims: []cases.Claim{{In: cases.Numbers, ID: id}},
							Pictures: []cases.Picture{
								{In: cases.Cases, ID: id, Version: 1, Doc: large},
								{In: cases.Summaries, ID: id, Version: 1, Doc: small},
							},
						}})[0]
						if err != nil {
							done <- err
							return
						}
					}
					done <- nil
				}()
			}
			for range writers {
				if err := <-done; err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "changes/s")
		})
	}
}
