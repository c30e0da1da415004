package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
)

// sort is a sort of record. A record's id does not tell it; its events do.
type sort int

const (
	sortCase sort = iota
	sortAccount
	sortOrganisation
	sortSettings
	sortIncident
	sortOutage
	sortBatch
	sortCoverage
	sortSelection
)

// sortOf tells the sort of a record from the kind of any of its events.
func sortOf(kind cases.EventKind) sort {
	switch {
	case strings.HasPrefix(string(kind), "account."):
		return sortAccount
	case strings.HasPrefix(string(kind), "organisation_"), strings.HasPrefix(string(kind), "unit_"):
		return sortOrganisation
	case kind == cases.EventSettings, kind == cases.EventSettingsSet:
		return sortSettings
	case strings.HasPrefix(string(kind), "incident_"):
		return sortIncident
	case strings.HasPrefix(string(kind), "outage_"):
		return sortOutage
	case strings.HasPrefix(string(kind), "batch_"):
		return sortBatch
	case strings.HasPrefix(string(kind), "coverage_"):
		return sortCoverage
	case strings.HasPrefix(string(kind), "selection_"):
		return sortSelection
	}
	return sortCase
}

// refresh takes in what another instance did to a record, up to the sequence. It
// says whether the event was there; false asks to be called again.
func (p *Parts) refresh(ctx context.Context, n cases.Notice) (bool, error) {
	if p.Cases.Board().Version(n.Record) >= n.Seq {
		return true, nil
	}
	events, err := p.Store.Events(ctx, n.Record, n.Seq)
	if err != nil || len(events) == 0 {
		return false, err
	}
	switch sortOf(events[0].Header.Kind) {
	case sortAccount:
		err := p.Auth.Refresh(ctx, n.Record)
		return err == nil, err
	case sortOrganisation:
		return p.Units.Refresh(ctx, n.Record, n.Seq)
	case sortIncident:
		return p.Cases.Incidents().Refresh(ctx, n.Record, n.Seq)
	case sortOutage:
		return p.Cases.Outages().Refresh(ctx, n.Record, n.Seq)
	case sortBatch:
		return p.Cases.Batches().Refresh(ctx, n.Record, n.Seq)
	case sortCoverage:
		return true, nil // nothing of it is kept in memory
	case sortSelection:
		return p.Cases.Selections().Refresh(ctx, n.Record, n.Seq)
	case sortSettings:
		return p.Cases.RefreshSettings(ctx, n.Seq)
	}
	return p.Cases.Refresh(ctx, n.Record, n.Seq)
}

// repaint writes the pictures of a record anew from its events, of which kind is
// the kind of any.
func (p *Parts) repaint(ctx context.Context, id string, kind cases.EventKind) (err error) {
	switch sortOf(kind) {
	case sortAccount:
		_, err = cases.Log[auth.Account, *auth.Account]{Store: p.Store, In: cases.Accounts}.Heal(ctx, id)
	case sortOrganisation:
		_, err = cases.Log[cases.Organisation, *cases.Organisation]{Store: p.Store, In: cases.Organisations}.Heal(ctx, id)
	case sortIncident:
		err = p.Cases.Incidents().Heal(ctx, id)
	case sortOutage:
		err = p.Cases.Outages().Heal(ctx, id)
	case sortBatch:
		err = p.Cases.Batches().Heal(ctx, id)
	case sortCoverage:
		err = p.Cases.Coverage().Heal(ctx, id)
	case sortSelection:
		err = p.Cases.Selections().Heal(ctx, id)
	case sortSettings:
		err = p.Cases.HealSettings(ctx)
	default:
		err = p.Cases.Heal(ctx, id)
	}
	if err != nil {
		return fmt.Errorf("record %s: %w", id, err)
	}
	return nil
}
