package cases

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// settingsRecord is the id of the one record of settings.
var settingsRecord = DerivedID("settings", "law")

// What happens to the settings.
const (
	EventSettings    EventKind = "settings_in_force" // payload SettingsInForce: noted by a start that found others
	EventSettingsSet EventKind = "settings_set"      // payload SettingsSet: an administrator changed them
)

// SettingsInForce is everything that an administrator can set and that cases are
// judged by. It is recorded whenever it changes, in the same kind of chain as a
// case: years later it shows by what the authority went on any day.
type SettingsInForce struct {
	RuleSets          []workflow.RuleSet                            `json:"rule_sets"`
	Clocks            []workflow.ClockRule                          `json:"clocks"`
	Calendars         map[workflow.CalendarID]string                `json:"calendars"`      // version of each
	Days              map[workflow.CalendarID]workflow.CalendarDays `json:"days,omitempty"` // by which they differ from the computed ones
	CasePrefix        string                                        `json:"case_prefix"`
	SupervisionPrefix string                                        `json:"supervision_prefix"`
	LegalSignOff      bool                                          `json:"legal_sign_off"`
	AutoRegister      bool                                          `json:"auto_register"`
	EssentialSectors  []SectorOfActivity                            `json:"essential_sectors,omitempty"`
	Zone              string                                        `json:"zone"`
}

// Adjustments are what administrators set while the program ran. Whatever stands
// here wins over the installation's configuration; the rest is as configured.
type Adjustments struct {
	Lengths      map[workflow.ClockKind]LengthSet    `json:"lengths,omitempty"`
	Calendars    map[workflow.CalendarID]CalendarSet `json:"calendars,omitempty"`
	RuleSets     []workflow.RuleSet                  `json:"rule_sets,omitempty"` // added to those delivered
	LegalSignOff *bool                               `json:"legal_sign_off,omitempty"`
	AutoRegister *bool                               `json:"auto_register,omitempty"`
	Sectors      *EssentialSectorsSet                `json:"sectors,omitempty"`
}

// LengthSet is the length of a clock as an administrator set it.
type LengthSet struct {
	Period workflow.Period `json:"period"`
	Open   bool            `json:"open"` // clocks that run already take it too
	Reason Text            `json:"reason"`
	Since  int64           `json:"since"` // version of the settings that brought it
}

// CalendarSet is a calendar as administrators set it, all of its days.
type CalendarSet struct {
	workflow.CalendarDays
	Reason Text  `json:"reason"` // of the newest change
	Since  int64 `json:"since"`  // version of the settings that brought it
}

// EssentialSectorsSet are the essential sectors as an administrator set them; there
// may be none.
type EssentialSectorsSet struct {
	Sectors []SectorOfActivity `json:"sectors,omitempty"`
}

// SettingsSet is one change by an administrator, with all that it led to: folding it
// needs neither the configuration nor the law of that day.
type SettingsSet struct {
	Reason  Text            `json:"reason"`
	Set     Adjustments     `json:"set"`      // all that administrators have set, after it
	InForce SettingsInForce `json:"in_force"` // what the installation works by, after it
}

// settings is the record that the events of the settings fold into.
type settings struct {
	ID      string          `json:"id"`
	Version int64           `json:"version"`
	Head    string          `json:"head"`
	Since   time.Time       `json:"since"`
	InForce SettingsInForce `json:"in_force"`
	Set     Adjustments     `json:"set,omitzero"`
}

// Stand tells how far the record has come.
func (s *settings) Stand() (int64, string) { return s.Version, s.Head }

// Apply folds the next event into the record.
func (s *settings) Apply(e Event) error {
	switch e.Header.Kind {
	case EventSettings:
		var p SettingsInForce
		if err := e.Read(&p); err != nil {
			return err
		}
		s.InForce = p
	case EventSettingsSet:
		var p SettingsSet
		if err := e.Read(&p); err != nil {
			return err
		}
		s.InForce, s.Set = p.InForce, p.Set
	default:
		return fmt.Errorf("no such kind of event: %q", e.Header.Kind)
	}
	s.ID, s.Version, s.Head, s.Since = e.Header.Record, e.Header.Seq, e.Header.Hash(), e.Header.At
	return nil
}

func (s *Service) settingsLog() Log[settings, *settings] {
	return Log[settings, *settings]{Store: s.store, In: Settings}
}

// loadSettings reads the record; before the first start it is empty.
func (s *Service) loadSettings(ctx context.Context) (*settings, error) {
	last, err := s.settingsLog().Load(ctx, settingsRecord)
	if errors.Is(err, ErrNotFound) {
		return &settings{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("settings in force: %w", err)
	}
	return last, nil
}

// HealSettings writes the picture of the settings anew from their events.
func (s *Service) HealSettings(ctx context.Context) error {
	_, err := s.settingsLog().Heal(ctx, settingsRecord)
	return err
}

// RefreshSettings takes in what another instance set, when it reached at least the
// sequence: from then on this one works by it. It says whether it did.
func (s *Service) RefreshSettings(ctx context.Context, seq int64) (bool, error) {
	last, err := s.loadSettings(ctx)
	if err != nil {
		return false, err
	}
	return last.Version >= seq, s.rules.take(last)
}

// RecordSettings begins to work by what administrators have set, and notes what that
// comes to together with the configuration when it differs from what was noted last.
// Several instances that start at once note it once.
func (s *Service) RecordSettings(ctx context.Context) error {
	last, err := s.loadSettings(ctx)
	if err != nil {
		return err
	}
	if err := s.rules.take(last); err != nil {
		return err
	}
	st := s.current()
	if files := s.rules.overruled(st.set); len(files) > 0 {
		s.logger.WarnContext(ctx, "the configuration is overruled by what administrators set in the program",
			slog.String("settings", strings.Join(files, ", ")))
	}
	now := st.inForce()
	same, err := sameJSON(last.InForce, now)
	if err != nil || same && last.Version > 0 {
		return err
	}
	_, err = s.settingsLog().Append(ctx, settingsRecord, last, Entry{
		Kind: EventSettings, At: s.now(), Actor: System("start").Account, Payload: now,
	})
	if errors.Is(err, ErrExists) {
		_, err = s.RefreshSettings(ctx, 1)
		return err
	}
	if err != nil {
		return err
	}
	return s.rules.take(last)
}

func sameJSON(a, b any) (bool, error) {
	x, err := canonical(a)
	if err != nil {
		return false, err
	}
	y, err := canonical(b)
	return bytes.Equal(x, y), err
}
