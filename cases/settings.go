package cases

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// settingsRecord is the id of the one record of settings.
var settingsRecord = DerivedID("settings", "law")

// EventSettings says that the authority works by other settings from now on.
const EventSettings EventKind = "settings_in_force" // payload SettingsInForce

// SettingsInForce is everything that an administrator can set and that cases are
// judged by. It is recorded whenever it changes, in the same kind of chain as a
// case: years later it shows by what the authority went on any day.
type SettingsInForce struct {
	RuleSets          []workflow.RuleSet             `json:"rule_sets"`
	Clocks            []workflow.ClockRule           `json:"clocks"`
	Calendars         map[workflow.CalendarID]string `json:"calendars"` // version of each
	CasePrefix        string                         `json:"case_prefix"`
	SupervisionPrefix string                         `json:"supervision_prefix"`
	LegalSignOff      bool                           `json:"legal_sign_off"`
	AutoRegister      bool                           `json:"auto_register"`
	EssentialSectors  []SectorOfActivity             `json:"essential_sectors,omitempty"`
	Zone              string                         `json:"zone"`
}

// settings is the record that SettingsInForce events fold into.
type settings struct {
	ID      string          `json:"id"`
	Version int64           `json:"version"`
	Head    string          `json:"head"`
	Since   time.Time       `json:"since"`
	InForce SettingsInForce `json:"in_force"`
}

// Stand tells how far the record has come.
func (s *settings) Stand() (int64, string) { return s.Version, s.Head }

// Apply folds the next event into the record.
func (s *settings) Apply(e Event) error {
	if e.Header.Kind != EventSettings {
		return fmt.Errorf("no such kind of event: %q", e.Header.Kind)
	}
	s.InForce = SettingsInForce{}
	if err := e.Read(&s.InForce); err != nil {
		return err
	}
	s.ID, s.Version, s.Head, s.Since = e.Header.Record, e.Header.Seq, e.Header.Hash(), e.Header.At
	return nil
}

func (s *Service) settingsLog() Log[settings, *settings] {
	return Log[settings, *settings]{Store: s.store, In: Settings}
}

// HealSettings writes the picture of the settings anew from their events.
func (s *Service) HealSettings(ctx context.Context) error {
	_, err := s.settingsLog().Heal(ctx, settingsRecord)
	return err
}

// RecordSettings notes what the authority works by, when it differs from what
// was noted last. Several instances that start at once note it once.
func (s *Service) RecordSettings(ctx context.Context) error {
	log := s.settingsLog()
	now := SettingsInForce{
		RuleSets: s.law.RuleSets(), Clocks: s.law.Rules(), Calendars: map[workflow.CalendarID]string{},
		CasePrefix: s.policy.CasePrefix, SupervisionPrefix: s.policy.SupervisionPrefix,
		LegalSignOff: s.policy.LegalSignOff, AutoRegister: s.policy.AutoRegister,
		EssentialSectors: s.policy.EssentialSectors, Zone: s.policy.Zone.String(),
	}
	for _, id := range []workflow.CalendarID{workflow.CalendarEU, workflow.CalendarSE} {
		now.Calendars[id] = s.law.Calendar(id).Version()
	}
	last, err := log.Load(ctx, settingsRecord)
	if errors.Is(err, ErrNotFound) {
		last = &settings{}
	} else if err != nil {
		return fmt.Errorf("settings in force: %w", err)
	}
	same, err := sameJSON(last.InForce, now)
	if err != nil || same && last.Version > 0 {
		return err
	}
	_, err = log.Append(ctx, settingsRecord, last, Entry{
		Kind: EventSettings, At: s.now(), Actor: System("start").Account, Payload: now,
	})
	if errors.Is(err, ErrExists) {
		return nil
	}
	return err
}

func sameJSON(a, b any) (bool, error) {
	x, err := canonical(a)
	if err != nil {
		return false, err
	}
	y, err := canonical(b)
	return bytes.Equal(x, y), err
}
