package main

import (
	"fmt"

	"github.com/vaka-project/vaka/workflow"
)

type workflowCommand struct {
	Format string `enum:"mermaid,json" default:"mermaid" placeholder:"mermaid|json" help:"mermaid, a state diagram; or json, everything. Default: ${default}."`
}

// Help is shown below the command's summary.
func (workflowCommand) Help() string {
	return `The procedure is one table in the program; this prints it, so it is always the one that runs.

Examples:

    vaka workflow > procedure.mmd
    vaka workflow --format json | jq '.steps[].step'`
}

// Run prints the procedure.
func (c *workflowCommand) Run(t Terminal) error {
	text := []byte(workflow.Mermaid())
	if c.Format == "json" {
		var err error
		if text, err = workflow.ProcedureJSON(); err != nil {
			return err
		}
	}
	if _, err := t.Out.Write(text); err != nil {
		return fmt.Errorf("printing the procedure: %w", err)
	}
	return nil
}
