package main

import (
	"encoding/json"
	"fmt"

	"github.com/vaka-project/vaka/workflow"
)

type severityCommand struct {
	DPC string `name:"dpc" required:"" placeholder:"1-4" help:"Data processing context: simple 1, behavioural 2, financial 3, sensitive 4, as adjusted."`
	EI  string `name:"ei" required:"" placeholder:"0.25-1" help:"Ease of identification: negligible 0.25, limited 0.5, significant 0.75, maximum 1."`
	C   string `name:"c" required:"" placeholder:"0-0.5" help:"Loss of confidentiality: none 0, to known recipients 0.25, to unknown ones 0.5."`
	I   string `name:"i" required:"" placeholder:"0-0.5" help:"Loss of integrity: none 0, recoverable 0.25, not recoverable 0.5."`
	A   string `name:"a" required:"" placeholder:"0-0.5" help:"Loss of availability: none 0, temporary 0.25, for good 0.5."`
	M   string `name:"m" required:"" placeholder:"0|0.5" help:"Malicious intent: none 0, intent 0.5."`

	Subjects       string `placeholder:"N" help:"People affected, at most. Left out: not known."`
	Unintelligible string `default:"unknown" placeholder:"yes|no|unknown" help:"Whether whoever got the data cannot read them. Default: ${default}."`
	JSON           bool   `name:"json" help:"Print JSON."`
}

// Help is shown below the command's summary.
func (severityCommand) Help() string {
	return `SE = DPC x EI + C + I + A + M (ENISA 2013): below 2 low, from 2 medium, from 3 high, from 4 very high. The number of people and whether the data can be read stand beside the score as flags and change nothing in it.

Examples:

    vaka severity --dpc 3 --ei 1 --c 0.25 --i 0 --a 0 --m 0
    vaka severity --dpc 4 --ei 1 --c 0.5 --i 0 --a 0 --m 0.5 --subjects 870000 --unintelligible no --json`
}

// severityText is a severity as it is printed.
type severityText struct {
	SE    json.Number             `json:"se"` // ENISA's decimals
	Level workflow.SeverityLevel  `json:"level"`
	Flags []workflow.SeverityFlag `json:"flags"`
}

// Run computes and prints the severity.
func (c *severityCommand) Run(t Terminal) error {
	in, err := workflow.ParseSeverity(workflow.SeverityText{
		DPC: c.DPC, EI: c.EI, C: c.C, I: c.I, A: c.A, M: c.M, Subjects: c.Subjects, Unintelligible: c.Unintelligible,
	})
	if err != nil {
		return err
	}
	s, err := workflow.AssessSeverity(in)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(t, severityText{SE: s.SE, Level: s.Level, Flags: s.Flags})
	}
	fmt.Fprintf(t.Out, "SE %s, %s\n", s.SE, s.Level)
	for _, f := range s.Flags {
		fmt.Fprintf(t.Out, "%s: %s\n", f.Flag, f.Value)
	}
	return nil
}
