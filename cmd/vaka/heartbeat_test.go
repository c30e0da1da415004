package main

import (
	"testing"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/store/bolt"
	"github.com/vaka-project/vaka/workflow"
)

// A silence of all instances is one outage, however many start at its end; a short one
// is none, and neither is the time before the first start.
func TestHeart_RecordsAGapOnce(t *testing.T) {
	store, err := bolt.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	now := time.Date(2026, 11, 18, 9, 0, 0, 0, time.UTC)
	service := cases.NewService(cases.Options{Store: store, Policy: cases.Policy{Zone: workflow.Stockholm}, Now: func() time.Time { return now }})
	reader := cases.Actor{Account: "caseworker", Roles: []workflow.Role{workflow.RoleCaseworker}}
	at := func(instance string) heart {
		return heart{store: store, outages: service.Outages(), instance: instance, most: 5 * time.Minute}
	}
	starts := func(instance string, want int) []cases.Outage {
		t.Helper()
		if err := at(instance).begin(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		all, err := service.Outages().List(reader)
		if err != nil || len(all) != want {
			t.Fatalf("%d outages instead of %d, %v", len(all), want, err)
		}
		return all
	}
	starts("a", 0)
	now = now.Add(5 * time.Minute)
	starts("b", 0)
	last := now
	now = now.Add(time.Hour)
	second, err := service.Outages().RecordGap(t.Context(), last, now.Add(time.Second), gapText) // another instance saw the same beat
	if err != nil {
		t.Fatal(err)
	}
	got := starts("c", 1)[0]
	if got.Number != second.Number || !got.From.Equal(last) || got.Source != cases.OutageHeartbeat || !got.Public {
		t.Errorf("the outage: %+v", got)
	}
	starts("d", 1)
	now = now.Add(beatsKept + time.Hour)
	starts("e", 2)
	if err := store.Get(t.Context(), cases.Meta, beatPrefix+"a", &heartbeat{}); err == nil {
		t.Error("the beat of an instance that is long gone is kept")
	}
}
