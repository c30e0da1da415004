package auth

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// Happening is one event of an account as administrators see it: who, when and
// why, and what it was about. It never holds what proves a person.
type Happening struct {
	Seq          int64           `json:"seq"`
	At           time.Time       `json:"at"`
	Kind         cases.EventKind `json:"kind"`
	By           string          `json:"by"` // account id, or "system:" and the rule
	Reason       string          `json:"reason,omitempty"`
	Roles        []workflow.Role `json:"roles,omitempty"`
	Organisation string          `json:"organisation,omitempty"`
	Unit         string          `json:"unit,omitempty"`
	Successor    string          `json:"successor,omitempty"`
	Deputy       string          `json:"deputy,omitempty"`
	Name         string          `json:"name,omitempty"` // of the holder, or of an API token
	From         *time.Time      `json:"from,omitempty"`
	Until        *time.Time      `json:"until,omitempty"`
	ByLink       bool            `json:"by_link,omitempty"` // of a password: chosen by a one-time link
}

// History tells administrators everything that happened to an account, the first
// event first. A change of password parameters is no act of anybody and is left out.
func (s *Service) History(ctx context.Context, actor cases.Actor, account string) ([]Happening, error) {
	if !administers(actor) {
		return nil, administratorsOnly()
	}
	if _, err := s.accounts.current(ctx, account); err != nil {
		return nil, s.refused(err)
	}
	events, err := s.store.Events(ctx, account, 1)
	if err != nil {
		return nil, cases.Unavailable(fmt.Errorf("events of account %s: %w", account, err))
	}
	out := []Happening{}
	for _, e := range events {
		h, err := happening(e)
		if err != nil {
			return nil, err
		}
		if h.Kind != PasswordSet || h.By != cases.System("rehash").Account {
			out = append(out, h)
		}
	}
	return out, nil
}

// happening reads of an event what may be shown.
func happening(e cases.Event) (Happening, error) {
	h := Happening{Seq: e.Header.Seq, At: e.Header.At, Kind: e.Header.Kind, By: e.Header.Actor}
	if e.Payload == nil { // it was erased
		return h, nil
	}
	var said struct {
		Reason       string          `json:"reason"`
		Roles        []workflow.Role `json:"roles"`
		Organisation string          `json:"organisation"`
		Unit         string          `json:"unit"`
		Successor    string          `json:"successor"`
		Deputy       string          `json:"deputy"`
		Name         string          `json:"name"`
		From         *time.Time      `json:"from"`
		Until        *time.Time      `json:"until"`
		ExpiresAt    *time.Time      `json:"expires_at"`
		Link         string          `json:"link"`
	}
	if err := e.Read(&said); err != nil {
		return h, err
	}
	h.Reason, h.Roles, h.Organisation, h.Unit = said.Reason, said.Roles, said.Organisation, said.Unit
	h.Successor, h.Deputy, h.Name, h.From = said.Successor, said.Deputy, said.Name, said.From
	h.Until, h.ByLink = cmp.Or(said.Until, said.ExpiresAt), said.Link != ""
	return h, nil
}

// ActsForUnit is somebody with a mandate for a controller unit.
type ActsForUnit struct {
	Account string
	Name    string
	Active  bool
	Mandate
}

// ActingFor lists for administrators who has a mandate for each of some units.
func (s *Service) ActingFor(_ context.Context, actor cases.Actor, units []string) (map[string][]ActsForUnit, error) {
	if !administers(actor) {
		return nil, administratorsOnly()
	}
	out := map[string][]ActsForUnit{}
	for _, a := range s.accounts.all() {
		for _, m := range a.Mandates {
			if slices.Contains(units, m.Unit) {
				out[m.Unit] = append(out[m.Unit], ActsForUnit{a.ID, a.Name, a.Active, m})
			}
		}
	}
	for _, acting := range out {
		slices.SortFunc(acting, func(a, b ActsForUnit) int { return cmp.Compare(a.Name, b.Name) })
	}
	return out, nil
}
