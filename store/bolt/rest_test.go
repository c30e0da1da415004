package bolt

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/vaka-project/vaka/cases"
)

// TestRest reads a store from which memory was given back: nothing is lost, also
// for whoever reads at the same time.
func TestRest(t *testing.T) {
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	type doc struct{ Text string }
	const n = 200
	for i := range n {
		if err := s.Put(t.Context(), cases.Meta, fmt.Sprintf("d%03d", i), doc{strings.Repeat("x", 500+i)}); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	rested := make(chan struct{})
	go func() {
		defer close(rested)
		for ctx.Err() == nil {
			s.rest()
		}
	}()
	for range 20 {
		read := 0
		err := s.Scan(t.Context(), cases.Meta, func(_ string, decode func(any) error) error {
			var d doc
			if err := decode(&d); err != nil || len(d.Text) != 500+read {
				return fmt.Errorf("document %d has %d characters: %w", read, len(d.Text), err)
			}
			read++
			return nil
		})
		if err != nil || read != n {
			t.Fatalf("read %d documents: %v", read, err)
		}
	}
	stop()
	<-rested
}
