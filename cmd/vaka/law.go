package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/config"
	"github.com/vaka-project/vaka/scan"
	"github.com/vaka-project/vaka/workflow"
)

// lawOf is the law as the settings configure it. What cannot be used is returned
// as config.Faults, under the settings' own names.
func lawOf(c config.Config) (*workflow.Clocks, error) {
	var faults config.Faults
	var days workflow.CalendarDays
	for _, date := range c.ExtraClosingDays {
		days.Closed = append(days.Closed, workflow.ClosedDay{Date: date})
	}
	s := workflow.ClockSettings{
		Days:    map[workflow.CalendarID]workflow.CalendarDays{workflow.CalendarSE: days},
		Periods: map[workflow.ClockKind]workflow.Period{},
	}
	for name, written := range c.Clocks {
		period, err := workflow.ParsePeriod(written)
		if err != nil {
			faults = append(faults, config.Fault{Setting: "clocks." + name, Message: err.Error()})
			continue
		}
		s.Periods[workflow.ClockKind(name)] = period
	}
	clocks, err := workflow.NewClocks(s)
	if refusal, ok := errors.AsType[*workflow.Error](err); ok {
		for _, f := range refusal.Faults {
			faults = append(faults, config.Fault{Setting: settingOf(f.Path), Message: f.Message})
		}
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return clocks, err
}

// settingOf is the setting behind a path into workflow.ClockSettings.
func settingOf(path string) string {
	if clock, ok := strings.CutPrefix(path, "/periods/"); ok {
		return "clocks." + clock
	}
	if strings.HasPrefix(path, "/closed/") {
		return "extra_closing_days"
	}
	return "clocks"
}

// policyOf is what the settings say of how the authority works.
func policyOf(c config.Config) (cases.Policy, error) {
	zone, err := time.LoadLocation(c.Timezone)
	if err != nil {
		return cases.Policy{}, fmt.Errorf("timezone: %w", err)
	}
	p := cases.Policy{
		CasePrefix: c.CasePrefix, SupervisionPrefix: c.SupervisionPrefix,
		LegalSignOff: c.LegalSignOff, AutoRegister: c.AutoRegister, Zone: zone,
	}
	for _, sector := range c.EssentialSectors {
		p.EssentialSectors = append(p.EssentialSectors, cases.SectorOfActivity(sector))
	}
	return p, nil
}

// filesOf is what the settings say of attachments, and who looks at them; nil where
// no scanner is set.
func filesOf(c config.Config) (cases.AttachmentRules, cases.Scanner, error) {
	rules := cases.AttachmentRules{
		MaxBytes: int64(c.AttachmentMaxMB) << 20, MaxCaseBytes: int64(c.AttachmentsMaxMB) << 20, Kinds: c.AttachmentKinds,
	}
	if len(rules.Kinds) == 0 {
		rules.Kinds = cases.FileKinds()
	}
	if c.Clamd == "" {
		return rules, nil, nil
	}
	clamd, err := scan.NewClamd(c.Clamd)
	if err != nil {
		return rules, nil, fmt.Errorf("clamd: %w", err)
	}
	return rules, clamd, nil
}
