package cases_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

func newsOf(n int, version int64) cases.Summary {
	return cases.Summary{ID: fmt.Sprintf("%026d", n), Version: version, State: workflow.StateTriage, ReceivedAt: time.Unix(int64(n), 0)}
}

// Whoever asks again with the number that they were given misses nothing, hears of
// each case once, and is told when too much has happened.
func TestBoard_TellsWhatChangedSince(t *testing.T) {
	b := cases.NewBoard()
	_, last, whole, next := b.NewsSince(0)
	if last != 0 || !whole {
		t.Fatalf("an empty board: last %d, whole %v", last, whole)
	}
	b.Put(newsOf(1, 1))
	b.Put(newsOf(2, 1))
	b.Put(newsOf(1, 3))
	b.Put(newsOf(1, 2)) // older than what is there: no news
	select {
	case <-next:
	default:
		t.Error("whoever waits is not woken")
	}
	news, last, whole, _ := b.NewsSince(0)
	if len(news) != 2 || news[0].Version != 3 || !news[0].Arrived || !news[1].Arrived || last != 3 || !whole || b.NewsNow() != 3 {
		t.Errorf("%+v, last %d, whole %v", news, last, whole)
	}
	if news, _, _, _ := b.NewsSince(2); len(news) != 1 || news[0].Arrived {
		t.Errorf("after 2: %+v", news)
	}
	for n := range 5000 {
		b.Put(newsOf(n+10, 1))
	}
	if news, last, whole, _ := b.NewsSince(3); whole || news != nil || last != 5003 {
		t.Errorf("after too much: %d news, last %d, whole %v", len(news), last, whole)
	}
	if news, _, whole, _ := b.NewsSince(5003 - 4096); !whole || len(news) != 4096 || news[4095].ID != newsOf(5009, 1).ID {
		t.Errorf("as far back as is remembered: %d news, whole %v", len(news), whole)
	}
	for _, after := range []int64{-1, 5004} {
		if _, _, whole, _ := b.NewsSince(after); whole {
			t.Errorf("%d is a number that was given to nobody", after)
		}
	}
}

func TestBoard_SeesAndFindsAsListsDo(t *testing.T) {
	b := cases.NewBoard()
	secret := newsOf(1, 1)
	secret.Secret, secret.Named = true, []string{"kim"}
	b.Put(secret)
	b.Put(newsOf(2, 1))
	kim := cases.Actor{Account: "kim", Roles: []workflow.Role{workflow.RoleCaseworker}}
	robin := cases.Actor{Account: "robin", Roles: []workflow.Role{workflow.RoleCaseworker}}
	dpo := cases.Actor{Account: "dpo", Roles: []workflow.Role{workflow.RoleNotifier}}
	ids := []string{newsOf(1, 1).ID, newsOf(2, 1).ID, newsOf(3, 1).ID}
	for _, tt := range []struct {
		who  cases.Actor
		want int
	}{{kim, 2}, {robin, 1}, {dpo, 0}} {
		seen := 0
		for _, id := range ids {
			if _, ok := b.Seen(tt.who, id); ok {
				seen++
			}
		}
		found, err := b.Among(cases.Query{}, tt.who, time.Unix(100, 0), ids)
		if err != nil || seen != tt.want || len(found) != tt.want {
			t.Errorf("%s sees %d and finds %d, want %d: %v", tt.who.Account, seen, len(found), tt.want, err)
		}
	}
	if found, err := b.Among(cases.Query{Phases: []workflow.Phase{workflow.PhaseClosed}}, kim, time.Unix(100, 0), ids); err != nil || len(found) != 0 {
		t.Errorf("a filter that they do not pass finds %v, %v", found, err)
	}
	if _, err := b.Among(cases.Query{States: []workflow.State{workflow.StateTriage}}, dpo, time.Unix(100, 0), ids); workflow.KindOf(err) != workflow.Forbidden {
		t.Errorf("the notifier's side filters by state: %v", err)
	}
	if _, err := b.Among(cases.Query{Sort: "nonsense"}, kim, time.Unix(100, 0), ids); err == nil {
		t.Error("there is no such order")
	}
}
